package proof

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/engine/duckdb"
	"github.com/limn-data/limn/gate"
	"github.com/limn-data/limn/gate/gatetest"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/parse"
	"github.com/limn-data/limn/trino/rows"
)

// record is a row of a table, by column.
type record map[string]any

// shop is what the tables of gatetest hold, with rows and values of every kind that the policy treats apart:
// regions, entries of others, closed orders, empty and short texts, NULLs.
func shop() map[string][]record {
	day := func(n int) string { return fmt.Sprintf("2026-01-%02d", n) }
	return map[string][]record{
		"lake.shop.orders": {
			{"id": 1, "customer_id": 1, "region": "north", "status": "open", "total": 10.5, "day": day(1), "note": "1", "tags": []string{"a", "b"}},
			{"id": 2, "customer_id": 2, "region": "north", "status": "paid", "total": 20, "day": day(2), "note": "Ann", "tags": []string{}},
			{"id": 3, "customer_id": 1, "region": "south", "status": "open", "total": 999, "day": day(3), "note": "secret", "tags": []string{"south"}},
			{"id": 4, "customer_id": 3, "region": "south", "status": "paid", "total": 5.25, "day": day(4), "note": "k1", "tags": []string{"a"}},
			{"id": 5, "customer_id": 3, "region": "north", "status": "open", "total": 30, "day": day(5), "note": "k1", "tags": []string{"c"}},
			{"id": 6, "customer_id": 4, "region": nil, "status": "open", "total": 77, "day": day(6), "note": nil, "tags": []string{"nowhere"}},
		},
		"lake.shop.customers": {
			{"id": 1, "name": "Ann", "email": "a@x.org", "phone": "5550101", "country": "AT", "born": "1990-01-01", "ssn": "111"},
			{"id": 2, "name": "Bob", "email": "b@x.org", "phone": "55", "country": "AT", "born": "1980-05-05", "ssn": "222"},
			{"id": 3, "name": "", "email": nil, "phone": "", "country": "DE", "born": nil, "ssn": nil},
			{"id": 4, "name": nil, "email": "a@x.org", "phone": nil, "country": "DE", "born": "1990-01-01", "ssn": "444"},
		},
		"lake.shop.products": {{"sku": "k1", "title": "Kettle", "price": 12.5}, {"sku": "k2", "title": "Cup", "price": 3}, {"sku": "secret", "title": "Safe", "price": 500}},
		"lake.shop.returns":  {{"id": 1, "order_id": 1, "by": "ann"}, {"id": 2, "order_id": 2, "by": "ann"}, {"id": 3, "order_id": 3, "by": "ann"}, {"id": 4, "order_id": 5, "by": "bob"}},
		"lake.shop.events":   {{"day": day(1), "kind": "x", "user_id": 1}, {"day": day(2), "kind": "k1", "user_id": 2}},
		"lake.shop.clicks":   {{"day": day(1), "kind": "x", "user_id": 1}},
		"lake.hr.people":     {{"who": "ann", "room": "1"}},
		"pg.public.accounts": {{"id": 1, "name": "a"}},
	}
}

// asAnnSees is what gatetest.Policy leaves of the rows for gatetest.Ann, worked out by hand, without SQL.
func asAnnSees(all map[string][]record) map[string][]record {
	out := map[string][]record{}
	for table, rs := range all {
		for _, r := range rs {
			c := record{}
			for k, v := range r {
				c[k] = v
			}
			switch table {
			case "lake.shop.orders":
				if r["region"] != "north" {
					continue
				}
			case "lake.shop.returns":
				open := slices.ContainsFunc(all["lake.shop.orders"], func(o record) bool { return o["id"] == r["order_id"] && o["status"] == "open" })
				if r["by"] != "ann" || !open {
					continue
				}
			case "lake.shop.customers":
				delete(c, "ssn")
				c["born"] = nil
				if s, ok := r["email"].(string); ok {
					sum := sha256.Sum256([]byte("pepper" + s))
					c["email"] = hex.EncodeToString(sum[:])
				}
				if s, ok := r["phone"].(string); ok {
					c["phone"] = "***"
					if len(s) > 2 {
						c["phone"] = "***" + s[len(s)-2:]
					}
				}
				if s, ok := r["name"].(string); ok {
					c["name"] = s[:min(1, len(s))] + "."
				}
			}
			out[table] = append(out[table], c)
		}
	}
	return out
}

// write makes files of rows and gives the tables over them.
func write(t *testing.T, dir string, all map[string][]record) *catalog.Snapshot {
	t.Helper()
	var assets []*catalog.Asset
	for _, a := range gatetest.World().Assets {
		rs, ok := all[a.Name.Key()]
		if !ok {
			continue
		}
		var raw []byte
		for _, r := range rs {
			line, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			raw = append(append(raw, line...), '\n')
		}
		file := filepath.Join(dir, a.Name.String()+".json")
		if err := os.WriteFile(file, raw, 0o644); err != nil {
			t.Fatal(err)
		}
		a.Source = catalog.Source{Format: "json", Files: []string{file}}
		if len(rs) > 0 {
			a.Columns = slices.DeleteFunc(a.Columns, func(c catalog.Column) bool { _, has := rs[0][c.Name]; return !has })
		}
		assets = append(assets, a)
	}
	return catalog.New(assets, nil, nil)
}

// lake is an engine over files.
type lake struct {
	snap   *catalog.Snapshot
	engine *duckdb.Engine
}

func openLake(t *testing.T, all map[string][]record) *lake {
	dir := t.TempDir()
	l := &lake{snap: write(t, dir, all)}
	var err error
	if l.engine, err = duckdb.Open(duckdb.Config{Dirs: []string{dir}, Catalogs: []string{"lake", "pg"}, Threads: 1, Workers: 1}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// result is a sorted list of rows as text, or the code of an error.
func (l *lake) result(t *testing.T, q *gate.Secured) (bag []string, code string) {
	t.Helper()
	s := duckdb.Statement{Query: q.Query, Info: q.Info, MaxRows: -1, Now: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)}
	for _, use := range q.Info.Tables {
		if a := l.snap.Table(catalog.Name{Catalog: use.Table.Catalog, Schema: use.Table.Schema, Table: use.Table.Name}); a != nil {
			s.Tables = append(s.Tables, a)
		}
	}
	set, err := l.engine.Run(t.Context(), s)
	if err != nil {
		var told *duckdb.Error
		if errors.As(err, &told) && told.Code != "" {
			return nil, told.Code
		}
		t.Fatalf("%s: %v", q.SQL, err)
	}
	for _, r := range set.Rows {
		raw, err := rows.MarshalRows([][]rows.Value{r})
		if err != nil {
			t.Fatal(err)
		}
		bag = append(bag, string(raw))
	}
	slices.Sort(bag)
	return bag, ""
}

// TestRightsOnTheEngine: a query with the asker's rights built in gives the rows that the query as it was
// asked gives over copies of the tables without what they may not see. The queries are the corpus of ways
// past the gate, that of right reads, and random ones. LIMN_PROOF=1 makes twenty times as many of those.
func TestRightsOnTheEngine(t *testing.T) {
	all := shop()
	whole, seen := openLake(t, all), openLake(t, asAnnSees(all))
	view := gatetest.Policy().View(whole.snap, gatetest.Ann)
	testdata := filepath.Join("..", "..", "..", "gate", "testdata")
	tries, err := gatetest.Attempts(testdata)
	if err != nil {
		t.Fatal(err)
	}
	queries, err := gatetest.Reads(testdata)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range tries {
		if slices.Contains(a.Codes, "contained") {
			queries = append(queries, a.SQL)
		}
	}
	n := 300
	if os.Getenv("LIMN_PROOF") != "" {
		n *= 20
	}
	g := generator{rand.New(rand.NewPCG(20, 26))}
	for range n {
		queries = append(queries, g.query(2))
	}
	compared, refused, failed := 0, 0, 0
	differ := map[bool]int{}
	for _, sql := range queries {
		if strings.Contains(sql, "uuid()") || strings.Contains(sql, "TABLESAMPLE") {
			continue // another answer each time
		}
		if strings.Contains(sql, "lake.shop.product_list") {
			continue // a view, and files have none
		}
		stmt, err := gate.Read(sql, access.Policy{})
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		info, problems := check.Check(stmt, view.Snapshot().Checked(), check.Session{})
		if len(problems) > 0 {
			t.Fatalf("%s: %s", sql, problems[0].Message)
		}
		v, err := (&gate.Gate{}).Judge(t.Context(), gate.Request{SQL: sql, Stmt: stmt, Info: info, View: view})
		if err != nil || v.Decision != gate.Run {
			t.Fatalf("%s: %+v %v", sql, v, err)
		}
		plain := mustParse(t, sql)
		over, problems := check.Check(plain, seen.snap.Checked(), check.Session{})
		if len(problems) > 0 {
			t.Fatalf("over the copies: %s: %s", sql, problems[0].Message)
		}
		want, wantCode := seen.result(t, &gate.Secured{SQL: sql, Query: plain, Info: over})
		got, gotCode := whole.result(t, v.Secured)
		if wantCode == "unsupported" {
			refused++
			continue
		}
		compared++
		if wantCode != "" {
			failed++
		}
		if gotCode != wantCode || !slices.Equal(got, want) {
			t.Errorf("%s\nas\n%s\ngives %q %v\nwant  %q %v", sql, v.Secured.SQL, gotCode, got, wantCode, want)
		}
		bare := mustParse(t, sql)
		all, _ := check.Check(bare, whole.snap.Checked(), check.Session{})
		if unguarded, code := whole.result(t, &gate.Secured{SQL: sql, Query: bare, Info: all}); code != "unsupported" {
			differ[code != wantCode || !slices.Equal(unguarded, want)]++
		}
	}
	t.Logf("%d queries compared, of which %d end in an error both ways; the embedded engine cannot run %d; without rights built in %d give something else", compared, failed, refused, differ[true])
	if compared < 500 || differ[true] < 100 {
		t.Error("too few queries say anything of rights")
	}
}

func mustParse(t *testing.T, sql string) *ast.Query {
	t.Helper()
	q, err := parse.Query(strings.TrimRight(sql, "; \n"))
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// generator writes random queries whose rows do not hang on the order in which an engine meets them.
type generator struct{ *rand.Rand }

// col is a column in scope: its full name, and its kind: n number, s text, d day.
type col struct{ name, kind string }

var generated = map[string][]col{
	"lake.shop.orders":    {{"id", "n"}, {"customer_id", "n"}, {"region", "s"}, {"status", "s"}, {"total", "n"}, {"day", "d"}, {"note", "s"}},
	"lake.shop.customers": {{"id", "n"}, {"name", "s"}, {"email", "s"}, {"phone", "s"}, {"country", "s"}, {"born", "d"}},
	"lake.shop.products":  {{"sku", "s"}, {"title", "s"}, {"price", "n"}},
	"lake.shop.returns":   {{"id", "n"}, {"order_id", "n"}, {"by", "s"}},
}

func (g generator) one(list ...string) string { return list[g.IntN(len(list))] }

func (g generator) of(cols []col, kind string) string {
	var fit []string
	for _, c := range cols {
		if c.kind == kind {
			fit = append(fit, c.name)
		}
	}
	if len(fit) == 0 {
		return map[string]string{"n": "7", "s": "'k1'", "d": "DATE '2026-01-03'"}[kind]
	}
	return g.one(fit...)
}

// table names a table under an alias, or by one of its own names, and gives its columns.
func (g generator) table(alias string) (string, []col) {
	tables := []string{"lake.shop.orders", "lake.shop.customers", "lake.shop.products", "lake.shop.returns"}
	name := g.one(tables...)
	if g.IntN(5) == 0 {
		name = "lake.shop.orders"
	}
	var cols []col
	for _, c := range generated[name] {
		cols = append(cols, col{alias + `."` + c.name + `"`, c.kind})
	}
	switch g.IntN(6) {
	case 0:
		return "(SELECT * FROM " + name + ") AS " + alias, cols
	case 1:
		return "(TABLE " + name + ") AS " + alias, cols
	case 2:
		return "(SELECT * FROM " + name + " WHERE " + g.cond(own(name), 0) + ") AS " + alias, cols
	}
	return name + g.one(" AS ", " ") + alias, cols
}

func own(table string) (out []col) {
	for _, c := range generated[table] {
		out = append(out, col{`"` + c.name + `"`, c.kind})
	}
	return out
}

func (g generator) value(kind string) string {
	switch kind {
	case "n":
		return g.one("1", "2", "3", "5", "10", "20.5", "999")
	case "d":
		return g.one("DATE '2026-01-02'", "DATE '2026-01-05'", "DATE '1990-01-01'")
	}
	return g.one("'north'", "'south'", "'open'", "'a@x.org'", "'Ann'", "'***01'", "'k1'", "'ann'", "'secret'")
}

func (g generator) expr(cols []col, kind string) string {
	c := g.of(cols, kind)
	switch kind {
	case "n":
		return g.one(c, c, c+" + 1", "coalesce("+c+", 0)", "CASE WHEN "+g.cond(cols, 0)+" THEN "+c+" END", "length("+g.of(cols, "s")+")")
	case "s":
		return g.one(c, c, "upper("+c+")", c+" || '!'", "substr("+c+", 1, 2)", "coalesce("+c+", '-')")
	}
	return c
}

func (g generator) cond(cols []col, depth int) string {
	kind := g.one("n", "s", "s", "d")
	x := g.expr(cols, kind)
	if depth == 0 {
		x = g.of(cols, kind)
	}
	switch g.IntN(9) {
	case 0:
		return x + " IS NOT NULL"
	case 1:
		return x + " = " + g.value(kind)
	case 2:
		return x + " " + g.one("<", ">", "<=", ">=", "<>") + " " + g.value(kind)
	case 3:
		return x + " IN (" + g.value(kind) + ", " + g.value(kind) + ")"
	case 4:
		return g.of(cols, "s") + " LIKE '" + g.one("a%", "%1", "%", "n%") + "'"
	case 5:
		if depth > 0 {
			return "(" + g.cond(cols, depth-1) + " OR " + g.cond(cols, depth-1) + ")"
		}
	case 6:
		if depth > 0 {
			return "NOT (" + g.cond(cols, depth-1) + ")"
		}
	case 7:
		if depth > 0 {
			from, inner := g.table("s")
			return g.one("EXISTS", "NOT EXISTS") + " (SELECT 1 FROM " + from + " WHERE " + g.of(inner, kind) + " = " + g.of(cols, kind) + " AND " + g.cond(inner, 0) + ")"
		}
	case 8:
		if depth > 0 {
			from, inner := g.table("i")
			return g.of(cols, kind) + " IN (SELECT " + g.of(inner, kind) + " FROM " + from + ")"
		}
	}
	return x + " IS DISTINCT FROM " + g.value(kind)
}

// from joins one to three tables.
func (g generator) from() (string, []col) {
	sql, cols := g.table("a")
	for i := range g.IntN(3) {
		more, right := g.table(string(rune('b' + i)))
		kind := g.one("n", "n", "s")
		on := g.of(cols, kind) + " = " + g.of(right, kind)
		if g.IntN(3) == 0 {
			on += " AND " + g.cond(append(slices.Clone(cols), right...), 0)
		}
		sql += g.one(" JOIN ", " LEFT JOIN ", " RIGHT JOIN ", " FULL JOIN ") + more + " ON " + on
		cols = append(slices.Clone(cols), right...)
	}
	return sql, cols
}

// sel is a SELECT of the columns k (text), n (number) and d (day).
func (g generator) sel() string {
	from, cols := g.from()
	where := ""
	if g.IntN(4) > 0 {
		where = " WHERE " + g.cond(cols, 2)
	}
	switch g.IntN(5) {
	case 0:
		having := ""
		if g.IntN(2) == 0 {
			having = " HAVING " + g.one("count(*) > 1", "max("+g.of(cols, "n")+") > 10", "min("+g.of(cols, "s")+") < 'b'")
		}
		return "SELECT " + g.of(cols, "s") + " AS k, " + g.one("count(*)", "sum("+g.of(cols, "n")+")", "count(DISTINCT "+g.of(cols, "s")+")", "count(*) FILTER (WHERE "+g.cond(cols, 0)+")") +
			" AS n, max(" + g.of(cols, "d") + ") AS d FROM " + from + where + " GROUP BY 1" + having
	case 1:
		return "SELECT max(" + g.of(cols, "s") + ") AS k, sum(" + g.of(cols, "n") + ") AS n, min(" + g.of(cols, "d") + ") AS d FROM " + from + where
	case 2:
		return "SELECT " + g.of(cols, "s") + " AS k, " + g.one("rank() OVER (ORDER BY "+g.of(cols, "n")+")", "count(*) OVER (PARTITION BY "+g.of(cols, "s")+")", "sum("+g.of(cols, "n")+") OVER ()") + " AS n, " + g.of(cols, "d") + " AS d FROM " + from + where
	}
	return "SELECT " + g.one("", "DISTINCT ") + g.expr(cols, "s") + " AS k, " + g.expr(cols, "n") + " AS n, " + g.expr(cols, "d") + " AS d FROM " + from + where
}

func (g generator) query(depth int) string {
	if depth == 0 {
		return g.sel()
	}
	switch g.IntN(6) {
	case 0:
		return "WITH orders AS (" + g.query(depth-1) + ") SELECT k, n, d FROM orders WHERE " + g.cond([]col{{"k", "s"}, {"n", "n"}, {"d", "d"}}, 1)
	case 1:
		return "SELECT * FROM (" + g.query(depth-1) + ") AS x" + g.one(" UNION ", " UNION ALL ", " EXCEPT ", " INTERSECT ") + "SELECT * FROM (" + g.query(depth-1) + ") AS y"
	case 2:
		return "SELECT k, count(*) AS n, max(d) AS d FROM (" + g.query(depth-1) + ") AS q GROUP BY k"
	case 3:
		return "SELECT q.k, q.n, (SELECT max(d) FROM (" + g.query(depth-1) + ") AS r WHERE r.k = q.k) AS d FROM (" + g.query(depth-1) + ") AS q"
	}
	return g.sel()
}

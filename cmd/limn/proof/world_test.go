package proof

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/plan"
)

// A cell is nil, int64, string, bool, *big.Rat (DECIMAL and DOUBLE) or time.Time (DATE and TIMESTAMP).
type cell = any

type row map[string]cell

// column of a logical table. Names are what the naive evaluation calls things; the physical name and the
// name in the model may be another.
type column struct {
	name, typ string
	physical  string
	computed  string // an expression over physical names in {}, in place of a physical column
	value     func(row) cell
	stock     string // additivity
}

type link struct{ column, to, key string }

type tab struct {
	name    string // logical
	dataset string // in the model
	table   string // physical
	key     string
	time    string // logical column that rows are counted by; empty when there is none
	columns []column
	links   []link
	rows    []row
}

// world is one random model with its data.
type world struct {
	t      *testing.T
	seed   uint64
	r      *rand.Rand
	tables map[string]*tab
	order  []string
	start  time.Time // all dates lie in the days from here on
	days   int
	stamps bool // orders carry a timestamp instead of a date
	deep   bool // accounts reach regions through branches

	metrics map[string]*metric
	names   []string // of the metrics, in order
	model   *model.Model
	graph   *plan.Graph
	snap    *catalog.Snapshot
}

func date(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }

// build makes a world of the seed, with its files under dir.
func build(t *testing.T, seed uint64, dir string) *world {
	w := &world{t: t, seed: seed, r: rand.New(rand.NewPCG(seed, 7)), tables: map[string]*tab{}, metrics: map[string]*metric{}}
	w.start = date(2023+w.r.IntN(2), 1+w.r.IntN(12), 1)
	w.days = 200 + w.r.IntN(600)
	w.stamps, w.deep = w.chance(50), w.chance(50)
	w.shape()
	w.fill()
	w.define()
	w.write(dir)
	return w
}

func (w *world) chance(percent int) bool { return w.r.IntN(100) < percent }

func (w *world) pick(ss ...string) string { return ss[w.r.IntN(len(ss))] }

func (w *world) table(name string, odd string, t tab) {
	t.name, t.dataset, t.table = name, name, name
	if w.chance(40) {
		t.dataset = odd
	}
	if w.chance(30) {
		t.table = "T_" + name
	}
	for i := range t.columns {
		c := &t.columns[i]
		c.physical = c.name
		if w.chance(20) {
			c.physical = w.pick("Col ", "sel_", "x") + c.name
		}
	}
	w.tables[name] = &t
	w.order = append(w.order, name)
}

// shape lays out the tables: two facts one of which hangs on the other, a third that shares their
// dimensions, a chain of dimensions, month-end stocks, goals, visits dated by a calendar table, and seats
// without any date.
func (w *world) shape() {
	at := "date"
	if w.stamps {
		at = w.pick("timestamp(3)", "timestamp(6)", "timestamp(3) with time zone")
	}
	w.table("regions", "Region", tab{key: "id", columns: []column{{name: "id", typ: "bigint"}, {name: "region", typ: "varchar"}, {name: "zone", typ: "varchar"}}})
	up := link{"region_id", "regions", "id"}
	if w.deep {
		w.table("branches", "where", tab{key: "id", columns: []column{{name: "id", typ: "bigint"}, {name: "region_id", typ: "bigint"}, {name: "branch", typ: "varchar"}}, links: []link{up}})
		up = link{"branch_id", "branches", "id"}
	}
	w.table("accounts", "Group By", tab{key: "id", time: "created", columns: []column{{name: "id", typ: "bigint"}, {name: up.column, typ: "bigint"}, {name: "segment", typ: "varchar"},
		{name: "created", typ: "date"}, {name: "size", typ: "bigint"}, {name: "active", typ: "boolean"}}, links: []link{up}})
	toAccount := link{"account_id", "accounts", "id"}
	w.table("orders", "order", tab{key: "id", time: "at", links: []link{toAccount}, columns: []column{{name: "id", typ: "bigint"}, {name: "account_id", typ: "bigint"}, {name: "at", typ: at},
		{name: "status", typ: "varchar"}, {name: "total", typ: "decimal(12,2)"}, {name: "items", typ: "bigint"}, {name: "weight", typ: "double"},
		{name: "class", typ: "varchar", computed: "CASE WHEN {total} >= 50 THEN 'large' WHEN {total} < 50 THEN 'small' END", value: func(r row) cell {
			x, ok := r["total"].(*big.Rat)
			switch {
			case !ok:
				return nil
			case x.Cmp(big.NewRat(50, 1)) >= 0:
				return "large"
			}
			return "small"
		}}}})
	w.table("lines", "month", tab{key: "id", links: []link{{"order_id", "orders", "id"}}, columns: []column{{name: "id", typ: "bigint"}, {name: "order_id", typ: "bigint"},
		{name: "product", typ: "varchar"}, {name: "amount", typ: "decimal(10,2)"}, {name: "qty", typ: "bigint"},
		{name: "net", typ: "decimal", computed: "{amount} * {qty}", value: func(r row) cell {
			a, ok := r["amount"].(*big.Rat)
			q, has := r["qty"].(int64)
			if !ok || !has {
				return nil
			}
			return new(big.Rat).Mul(a, big.NewRat(q, 1))
		}}}})
	w.table("tickets", "select", tab{key: "id", time: "opened", links: []link{toAccount}, columns: []column{{name: "id", typ: "bigint"}, {name: "account_id", typ: "bigint"}, {name: "opened", typ: "date"},
		{name: "kind", typ: "varchar"}, {name: "minutes", typ: "bigint"}}})
	w.table("balances", "Stock", tab{time: "day", links: []link{toAccount}, columns: []column{{name: "account_id", typ: "bigint"}, {name: "day", typ: "date"},
		{name: "closing", typ: "decimal(14,2)", stock: "last"}, {name: "opening", typ: "decimal(14,2)", stock: "first"}}})
	w.table("goals", "combined", tab{time: "month", links: []link{{"region_id", "regions", "id"}}, columns: []column{{name: "region_id", typ: "bigint"}, {name: "month", typ: "date"}, {name: "goal", typ: "decimal(12,2)"}}})
	w.table("calendar", "calendar dates", tab{key: "key", time: "day", columns: []column{{name: "key", typ: "bigint"}, {name: "day", typ: "date"}, {name: "holiday", typ: "boolean"}}})
	w.table("visits", "facts", tab{time: "", links: []link{{"day_key", "calendar", "key"}, toAccount}, columns: []column{{name: "day_key", typ: "bigint"}, {name: "account_id", typ: "bigint"}, {name: "hits", typ: "bigint"},
		{name: "open", typ: "bigint", stock: "last"}}})
	w.table("seats", "seats", tab{key: "id", links: []link{toAccount}, columns: []column{{name: "id", typ: "bigint"}, {name: "account_id", typ: "bigint"}, {name: "price", typ: "decimal(10,2)"}}})
}

func (w *world) day() time.Time { return w.start.AddDate(0, 0, w.r.IntN(w.days)) }

// moment is a random time of a random day, often just before or at midnight.
func (w *world) moment() time.Time {
	d := w.day()
	switch w.r.IntN(4) {
	case 0:
		return d
	case 1:
		return d.Add(24*time.Hour - time.Millisecond)
	}
	return d.Add(time.Duration(w.r.IntN(86400)) * time.Second)
}

func (w *world) cents(limit int) cell { return big.NewRat(int64(w.r.IntN(limit)-limit/8), 100) }

// maybe is v, or NULL now and then.
func (w *world) maybe(percent int, v cell) cell {
	if w.chance(percent) {
		return nil
	}
	return v
}

// ref is a key of a table, now and then NULL or of a row that is not there (yet).
func (w *world) ref(table string) cell {
	switch n := len(w.tables[table].rows); {
	case w.chance(7) || n == 0:
		return nil
	case w.chance(5):
		return int64(9000 + w.r.IntN(3))
	default:
		return w.tables[table].rows[w.r.IntN(n)][w.tables[table].key]
	}
}

func (w *world) fill() {
	add := func(table string, n int, f func(i int) row) {
		for i := range n {
			r := f(i)
			for _, c := range w.tables[table].columns {
				if c.value != nil {
					r[c.name] = c.value(r)
				}
			}
			w.tables[table].rows = append(w.tables[table].rows, r)
		}
	}
	add("regions", 1+w.r.IntN(4), func(i int) row {
		return row{"id": int64(i + 1), "region": w.maybe(10, w.pick("North", "South", "O'Hare", "Île")), "zone": w.maybe(10, w.pick("A", "B"))}
	})
	if w.deep {
		add("branches", 1+w.r.IntN(5), func(i int) row {
			return row{"id": int64(i + 1), "region_id": w.ref("regions"), "branch": w.maybe(5, fmt.Sprint("b", i))}
		})
	}
	add("accounts", w.r.IntN(12), func(i int) row {
		r := row{"id": int64(i + 1), "segment": w.maybe(15, w.pick("retail", "public", "Retail")), "created": w.maybe(5, w.day()), "size": w.maybe(10, int64(w.r.IntN(500))), "active": w.maybe(10, w.chance(50))}
		if w.deep {
			r["branch_id"] = w.ref("branches")
		} else {
			r["region_id"] = w.ref("regions")
		}
		return r
	})
	add("orders", w.r.IntN(60), func(i int) row {
		at := w.day()
		if w.stamps {
			at = w.moment()
		}
		return row{"id": int64(i + 1), "account_id": w.ref("accounts"), "at": w.maybe(4, at), "status": w.maybe(10, w.pick("paid", "open", "refunded")), "total": w.maybe(8, w.cents(20000)),
			"items": w.maybe(8, int64(w.r.IntN(9))), "weight": w.maybe(8, new(big.Rat).SetFloat64(float64(w.r.IntN(10000))/8))}
	})
	add("lines", w.r.IntN(120), func(i int) row {
		return row{"id": int64(i + 1), "order_id": w.ref("orders"), "product": w.maybe(8, w.pick("pen", "ink", "pad")), "amount": w.maybe(8, w.cents(9000)), "qty": w.maybe(8, int64(w.r.IntN(5)))}
	})
	add("tickets", w.r.IntN(50), func(i int) row {
		return row{"id": int64(i + 1), "account_id": w.ref("accounts"), "opened": w.maybe(4, w.day()), "kind": w.maybe(10, w.pick("bug", "how")), "minutes": w.maybe(10, int64(w.r.IntN(300)))}
	})
	for m := w.start; m.Before(w.start.AddDate(0, 0, w.days)); m = m.AddDate(0, 1, 0) {
		end := m.AddDate(0, 1, -1)
		add("balances", w.r.IntN(6), func(int) row {
			return row{"account_id": w.ref("accounts"), "day": end, "closing": w.maybe(8, w.cents(90000)), "opening": w.maybe(8, w.cents(90000))}
		})
		add("goals", w.r.IntN(3), func(int) row {
			return row{"region_id": w.ref("regions"), "month": m, "goal": w.maybe(8, w.cents(50000))}
		})
	}
	add("calendar", w.days, func(i int) row {
		return row{"key": int64(1000 + i), "day": w.start.AddDate(0, 0, i), "holiday": w.chance(10)}
	})
	add("visits", w.r.IntN(60), func(int) row {
		return row{"day_key": w.ref("calendar"), "account_id": w.ref("accounts"), "hits": w.maybe(8, int64(w.r.IntN(40))), "open": w.maybe(8, int64(w.r.IntN(9)))}
	})
	add("seats", w.r.IntN(15), func(i int) row {
		return row{"id": int64(i + 1), "account_id": w.ref("accounts"), "price": w.maybe(8, w.cents(3000))}
	})
}

// write puts the tables into CSV files and loads the model over them.
func (w *world) write(dir string) {
	var assets []*catalog.Asset
	for _, name := range w.order {
		t := w.tables[name]
		a := &catalog.Asset{Name: catalog.Name{Catalog: "lake", Schema: "s", Table: t.table}, Rows: -1, Bytes: -1}
		var csv strings.Builder
		for i, c := range t.columns {
			if c.computed != "" {
				continue
			}
			a.Columns = append(a.Columns, catalog.Column{Name: c.physical, Type: c.typ})
			if i > 0 {
				csv.WriteByte(',')
			}
			csv.WriteString(strconv.Quote(c.physical))
		}
		csv.WriteByte('\n')
		for _, r := range t.rows {
			for i, c := range t.columns {
				if c.computed != "" {
					continue
				}
				if i > 0 {
					csv.WriteByte(',')
				}
				csv.WriteString(csvCell(r[c.name], c.typ))
			}
			csv.WriteByte('\n')
		}
		file := filepath.Join(dir, fmt.Sprintf("w%d_%s.csv", w.seed, name))
		if err := os.WriteFile(file, []byte(csv.String()), 0o644); err != nil {
			w.t.Fatal(err)
		}
		a.Source = catalog.Source{Format: "csv", Files: []string{file}, Header: true, Delim: ","}
		assets = append(assets, a)
	}
	w.snap = catalog.New(assets, nil, nil)
	yaml := w.yaml()
	m, err := model.Load(fstest.MapFS{"models/m/m.yaml": {Data: []byte(yaml)}}, w.snap, nil)
	if err != nil {
		w.t.Fatalf("world %d: %v\n%s", w.seed, err, yaml)
	}
	for _, i := range m.Issues {
		w.t.Fatalf("world %d: %v\n%s", w.seed, i, yaml)
	}
	w.model, w.graph = m, plan.NewGraph(m)
}

func csvCell(v cell, typ string) string {
	switch v := v.(type) {
	case nil:
		return ""
	case time.Time:
		if typ == "date" {
			return v.Format(time.DateOnly)
		}
		if strings.HasSuffix(typ, "zone") {
			return v.Format("2006-01-02 15:04:05.000") + "+00"
		}
		return v.Format("2006-01-02 15:04:05.000")
	case *big.Rat:
		if typ == "double" {
			f, _ := v.Float64()
			return strconv.FormatFloat(f, 'g', -1, 64)
		}
		return v.FloatString(2)
	case string:
		return `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
	}
	return fmt.Sprint(v)
}

func quoted(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// fieldSQL is dataset.field as an expression of the model names it.
func (w *world) fieldSQL(ds, col string) string {
	return quoted(w.tables[ds].dataset) + "." + quoted(col)
}

// yaml writes the model as an OSI file.
func (w *world) yaml() string {
	var b strings.Builder
	expr := func(s string) string {
		return "{dialects: [{dialect: ANSI_SQL, expression: " + strconv.Quote(s) + "}]}"
	}
	ext := func(json string) string { return "[{vendor_name: LIMN, data: " + strconv.Quote(json) + "}]" }
	b.WriteString("version: \"1.0\"\nsemantic_model:\n  - name: m\n    datasets:\n")
	for _, name := range w.order {
		t := w.tables[name]
		fmt.Fprintf(&b, "      - name: %q\n        source: %q\n", t.dataset, "lake.s."+t.table)
		if t.key != "" {
			fmt.Fprintf(&b, "        primary_key: [%q]\n", w.physical(name, t.key))
		}
		if t.time != "" {
			fmt.Fprintf(&b, "        custom_extensions: %s\n", ext(fmt.Sprintf(`{"time": %q}`, t.time)))
		}
		b.WriteString("        fields:\n")
		for _, c := range t.columns {
			text := quoted(c.physical)
			if c.computed != "" {
				text = c.computed
				for _, o := range t.columns {
					text = strings.ReplaceAll(text, "{"+o.name+"}", quoted(o.physical))
				}
			}
			role := "dimension"
			switch {
			case c.typ == "date" || strings.HasPrefix(c.typ, "timestamp"):
				role = "time"
			case c.stock != "" || strings.HasPrefix(c.typ, "decimal"):
				role = "measure"
			}
			j := fmt.Sprintf(`{"role": %q}`, role)
			if c.stock != "" {
				j = fmt.Sprintf(`{"role": %q, "additivity": %q}`, role, c.stock)
			}
			fmt.Fprintf(&b, "          - {name: %q, expression: %s, custom_extensions: %s}\n", c.name, expr(text), ext(j))
		}
	}
	b.WriteString("    relationships:\n")
	for _, name := range w.order {
		for _, l := range w.tables[name].links {
			fmt.Fprintf(&b, "      - {name: %q, from: %q, to: %q, from_columns: [%q], to_columns: [%q]}\n", name+"_"+l.column, w.tables[name].dataset, w.tables[l.to].dataset,
				w.physical(name, l.column), w.physical(l.to, l.key))
		}
	}
	b.WriteString("    metrics:\n")
	for _, n := range w.names {
		m := w.metrics[n]
		var parts []string
		if m.time != "" {
			ds, col, _ := strings.Cut(m.time, ".")
			parts = append(parts, fmt.Sprintf(`"time": %q`, w.tables[ds].dataset+"."+col))
		}
		if m.filter != nil {
			parts = append(parts, fmt.Sprintf(`"filters": [%q]`, m.filter.sql(w)))
		}
		if m.double {
			parts = append(parts, `"result": "double"`)
		}
		if m.target != "" {
			parts = append(parts, fmt.Sprintf(`"target": %q`, m.target))
		}
		if m.percent {
			parts = append(parts, `"unit": "percent"`)
		}
		fmt.Fprintf(&b, "      - {name: %q, expression: %s, custom_extensions: %s}\n", n, expr(m.expr.sql(w)), ext("{"+strings.Join(parts, ", ")+"}"))
	}
	return b.String()
}

func (w *world) physical(table, name string) string {
	for _, c := range w.tables[table].columns {
		if c.name == name {
			return c.physical
		}
	}
	w.t.Fatalf("no column %s.%s", table, name)
	return ""
}

func (w *world) field(name string) *model.Field {
	ds, col, _ := strings.Cut(name, ".")
	f := w.model.Field(w.tables[ds].dataset + "." + col)
	if len(f) != 1 {
		w.t.Fatalf("world %d: %d fields are called %s", w.seed, len(f), name)
	}
	return f[0]
}

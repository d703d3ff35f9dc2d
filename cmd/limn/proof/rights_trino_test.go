package proof

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/engine/trino"
	"github.com/limn-data/limn/gate"
	"github.com/limn-data/limn/gate/gatetest"
	"github.com/limn-data/limn/internal/service"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/rows"
)

// server is a real Trino with the tables of shop in two schemas of the memory catalog: whole, and as ann
// sees them.
type server struct {
	engine      *trino.Engine
	whole, seen string // schemas
}

// run gives the rows as sorted text, or the code of the server's error.
func (s *server) run(t *testing.T, user, sql string) (bag []string, code string) {
	t.Helper()
	set, err := s.engine.Run(t.Context(), trino.Statement{SQL: sql, User: user, MaxRows: -1})
	if err != nil {
		var failed *trino.Error
		if !errors.As(err, &failed) {
			t.Fatalf("%s: %v", sql, err)
		}
		return nil, failed.Code
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

func (s *server) must(t *testing.T, sql string) []string {
	t.Helper()
	got, code := s.run(t, "admin", sql)
	if code != "" {
		t.Fatalf("%s: %s", sql, code)
	}
	return got
}

// literal writes a value of a record as SQL of a type.
func literal(v any, typ string) string {
	switch v := v.(type) {
	case nil:
		return "CAST(NULL AS " + typ + ")"
	case string:
		return "CAST('" + strings.ReplaceAll(v, "'", "''") + "' AS " + typ + ")"
	case []string:
		var out []string
		for _, x := range v {
			out = append(out, "'"+x+"'")
		}
		return "CAST(ARRAY[" + strings.Join(out, ", ") + "] AS " + typ + ")"
	}
	return fmt.Sprintf("CAST(%v AS %s)", v, typ)
}

func (s *server) load(t *testing.T, schema string, all map[string][]record) {
	t.Helper()
	s.must(t, "CREATE SCHEMA memory."+schema)
	for _, a := range gatetest.World().Assets {
		if a.Name.Schema != "shop" || len(all[a.Name.Key()]) == 0 {
			continue
		}
		var names, values []string
		for _, c := range a.Columns {
			if _, has := all[a.Name.Key()][0][c.Name]; has {
				names = append(names, `"`+c.Name+`"`)
			}
		}
		for _, r := range all[a.Name.Key()] {
			var cells []string
			for _, c := range a.Columns {
				if v, has := r[c.Name]; has {
					cells = append(cells, literal(v, c.Type))
				}
			}
			values = append(values, "("+strings.Join(cells, ", ")+")")
		}
		s.must(t, fmt.Sprintf("CREATE TABLE memory.%s.%s AS SELECT * FROM (VALUES %s) AS t (%s)", schema, a.Name.Table, strings.Join(values, ", "), strings.Join(names, ", ")))
	}
}

// state is every table of the catalog with its number of rows.
func (s *server) state(t *testing.T) (out []string) {
	for _, schema := range []string{s.whole, s.seen} {
		for _, row := range s.must(t, "SELECT table_name FROM memory.information_schema.tables WHERE table_schema = '"+schema+"'") {
			name := strings.Trim(row, `[]"`)
			out = append(out, schema+"."+name+fmt.Sprint(s.must(t, "SELECT count(*) FROM memory."+schema+"."+name)))
		}
	}
	return append(out, s.must(t, "SHOW SCHEMAS FROM memory LIKE 'gate_"+fmt.Sprint(os.Getpid())+"%'")...)
}

var (
	longName  = regexp.MustCompile(`(?i)"?\blake\b"?\s*\.\s*"?shop\b"?`)
	shortName = regexp.MustCompile(`(?i)\bshop\.`)
	// another is what a server may answer otherwise each time.
	another = regexp.MustCompile(`(?i)\bLIMIT\b|\bFETCH\b|TABLESAMPLE (BERNOULLI|SYSTEM) \(1?[0-9]\)|uuid\(|now\(|current_timestamp|\bpg\.|\bhr\.|product_list|archive|'[^']*lake\.shop`)
)

// in puts the tables of a statement into a schema of the memory catalog.
func in(sql, schema string) string {
	return shortName.ReplaceAllString(longName.ReplaceAllString(sql, "memory."+schema), schema+".")
}

// TestRightsOnTrino runs what the gate lets pass on a real Trino, as a user who may only read: it gives the
// rows of the tables without what the asker may not see, and it writes nothing. LIMN_PROOF=1 runs every other
// one of the corpus in place of every eighth, and more random queries.
func TestRightsOnTrino(t *testing.T) {
	engine, err := trino.Open(trino.Config{URL: service.Trino(t), User: "admin"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	s := &server{engine: engine, whole: fmt.Sprintf("gate_%d_whole", os.Getpid()), seen: fmt.Sprintf("gate_%d_seen", os.Getpid())}
	t.Cleanup(func() {
		for _, schema := range []string{s.whole, s.seen} {
			if _, err := engine.Run(context.Background(), trino.Statement{SQL: "DROP SCHEMA IF EXISTS memory." + schema + " CASCADE", User: "admin", MaxRows: -1}); err != nil {
				t.Log(err)
			}
		}
	})
	all := shop()
	s.load(t, s.whole, all)
	s.load(t, s.seen, asAnnSees(all))
	if _, code := s.run(t, "ann", "CREATE TABLE memory."+s.whole+".written AS SELECT 1 AS a"); code == "" {
		t.Fatal("the user who is to read only may write")
	}
	before := s.state(t)

	world, policy := s.world(all)
	view := policy.View(world, gatetest.Ann)
	testdata := filepath.Join("..", "..", "..", "gate", "testdata")
	queries, err := gatetest.Reads(testdata)
	if err != nil {
		t.Fatal(err)
	}
	tries, err := gatetest.Attempts(testdata)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range tries {
		queries = append(queries, a.SQL)
	}
	g := generator{rand.New(rand.NewPCG(4, 83))}
	n := 40
	if os.Getenv("LIMN_PROOF") != "" {
		n = 150
	}
	for range n {
		queries = append(queries, g.query(2))
	}
	every, enough := 8, 40
	if os.Getenv("LIMN_PROOF") != "" {
		every, enough = 2, 200
	}
	compared, ran, differ := 0, 0, 0
	for i, sql := range queries {
		if another.MatchString(sql) || i%every != 0 {
			continue
		}
		asked := in(sql, s.whole)
		stmt, err := gate.Read(asked, policy)
		if err != nil {
			continue // an attempt
		}
		info, problems := check.Check(stmt, view.Snapshot().Checked(), check.Session{})
		if len(problems) > 0 {
			continue
		}
		v, err := (&gate.Gate{}).Judge(t.Context(), gate.Request{SQL: asked, Stmt: stmt, Info: info, View: view})
		if err != nil {
			t.Fatalf("%s: %v", asked, err)
		}
		if v.Decision != gate.Run {
			continue
		}
		ran++
		got, gotCode := s.run(t, "ann", strings.TrimRight(v.Secured.SQL, "; \n"))
		want, wantCode := s.run(t, "ann", strings.TrimRight(in(sql, s.seen), "; \n"))
		compared++
		if wantCode == "unsupported" && gotCode != "" {
			continue // the server gives up on both, on one of them sooner
		}
		if gotCode != wantCode || !slices.Equal(got, want) {
			t.Errorf("%s\nas\n%s\ngives %q %v\nwant  %q %v", sql, v.Secured.SQL, gotCode, got, wantCode, want)
		}
		if len(v.Secured.Applied) > 0 && ran%5 == 0 { // that rights change something at all
			if bare, code := s.run(t, "ann", strings.TrimRight(asked, "; \n")); code != wantCode || !slices.Equal(bare, want) {
				differ++
			}
		}
	}
	t.Logf("%d statements passed the gate and ran; of every fifth, %d give something else without rights", compared, differ)
	if compared < enough || differ < enough/20 {
		t.Error("too few say anything")
	}
	if after := s.state(t); !slices.Equal(after, before) {
		t.Errorf("something was written:\n%v\nbefore\n%v", after, before)
	}
}

// world is gatetest's lake and policy with its shop in the memory catalog.
func (s *server) world(all map[string][]record) (*catalog.Snapshot, access.Policy) {
	var assets []*catalog.Asset
	for _, a := range gatetest.World().Assets {
		if a.Name.Catalog == "lake" && a.Name.Schema == "shop" && len(all[a.Name.Key()]) > 0 {
			a.Name.Catalog, a.Name.Schema = "memory", s.whole
		}
		assets = append(assets, a)
	}
	p := gatetest.Policy()
	move := func(tables []string) []string {
		out := slices.Clone(tables)
		for i := range out {
			out[i] = in(out[i], s.whole)
		}
		return out
	}
	for i := range p.Filters {
		p.Filters[i].Tables, p.Filters[i].Where = move(p.Filters[i].Tables), in(p.Filters[i].Where, s.whole)
	}
	for i := range p.Masks {
		p.Masks[i].Tables = move(p.Masks[i].Tables)
	}
	return catalog.New(assets, nil, nil), p
}

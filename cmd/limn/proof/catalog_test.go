package proof

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/fstest"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/catalog/store"
	"github.com/limn-data/limn/gate"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/timex"
	"github.com/limn-data/limn/trino/rows"
)

// lake is a catalog of many tables, as an engine lists them and as three sources speak of them: a catalog that
// describes every column, models with their tests and lineage, and events with commits.
func bigLake(tables, columns int) (base []*catalog.Asset, claims []catalog.Claim) {
	at := time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)
	name := func(i int) catalog.Name {
		return catalog.Name{Catalog: "lake", Schema: fmt.Sprintf("area_%02d", i%40), Table: fmt.Sprintf("fact_%05d", i)}
	}
	for i := range tables {
		a := &catalog.Asset{Name: name(i), Tier: catalog.Unknown, Rows: -1, Bytes: -1}
		hub := catalog.Claim{Provenance: catalog.Provenance{Source: "hub", System: catalog.SystemDataHub, RecordID: fmt.Sprintf("urn:li:dataset:(urn:li:dataPlatform:trino,%s,PROD)", a.Name)},
			About: catalog.TableID(a.Name), Aliases: []catalog.ID{{Namespace: "urn", Name: fmt.Sprintf("li:dataset:%d", i)}}, Description: fmt.Sprintf("What area %d keeps of kind %d, one row a day and account.", i%40, i), Domain: fmt.Sprintf("area %d", i%40), Tier: catalog.Trusted,
			Owners: []catalog.Ownership{{Principal: fmt.Sprintf("team-%d", i%40), Role: catalog.Technical}, {Principal: fmt.Sprintf("owner-%d", i%97), Role: catalog.Business}}}
		dbt := catalog.Claim{Provenance: catalog.Provenance{Source: "dbt", System: catalog.SystemDBT, RecordID: fmt.Sprintf("model.lake.fact_%05d", i)}, About: catalog.ID{Name: a.Name.String()},
			Checks: []catalog.Check{{ID: "not_null", Column: "c_00", Status: "pass", RanAt: at}}}
		ol := catalog.Claim{Provenance: catalog.Provenance{Source: "events", System: catalog.OpenLineage}, About: catalog.ID{Namespace: "s3://lake", Name: fmt.Sprintf("w/%d", i)}, Aliases: []catalog.ID{{Namespace: "trino://lake:8080", Name: a.Name.String()}},
			Observed: []catalog.Observation{{Kind: catalog.Snapshotted, At: at}}}
		for c := range columns {
			col := fmt.Sprintf("c_%02d", c)
			a.Columns = append(a.Columns, catalog.Column{Name: col, Type: []string{"bigint", "varchar", "date", "decimal(18,2)"}[c%4]})
			hub.Columns = append(hub.Columns, catalog.ColumnClaim{Path: col, NativeType: "x", Description: fmt.Sprintf("Number %d of what is kept of kind %d.", c, i%500)})
			if i >= 40 {
				dbt.Upstream = append(dbt.Upstream, catalog.EdgeClaim{From: catalog.ID{Name: name(i - 40).String()}, FromColumn: col, ToColumn: col, Type: "direct"})
			}
		}
		base = append(base, a)
		claims = append(claims, hub, dbt, ol)
	}
	return base, claims
}

// heap is what is in use after a collection, in bytes.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

type still struct{}

func (still) Run(context.Context, answer.Statement) (*rows.Set, error) {
	return &rows.Set{Columns: []rows.Column{{Name: "takings", Type: "bigint"}}, Rows: [][]rows.Value{{int64(5)}}}, nil
}

// A catalog of 20,000 tables and 600,000 columns is built from what is kept of three sources, and an ask is not held
// up by it. In short, a tenth of it.
func TestBigCatalog(t *testing.T) {
	tables, columns := 2_000, 30
	if os.Getenv("LIMN_PROOF") != "" {
		tables = 20_000
	}
	base, claims := bigLake(tables, columns)
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "catalog.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	began := time.Now()
	for _, source := range []string{"hub", "dbt", "events"} {
		run := store.Run{Source: source, At: time.Now(), Report: catalog.Report{Whole: true}}
		for _, c := range claims {
			if c.Source == source {
				run.System = c.System
				run.Claims = append(run.Claims, c)
			}
		}
		if _, err := st.Apply(t.Context(), run); err != nil {
			t.Fatal(err)
		}
	}
	kept := time.Since(began)
	claims = nil
	before := heap()
	began = time.Now()
	version, err := st.Version(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	read, err := st.Claims(t.Context(), version)
	if err != nil {
		t.Fatal(err)
	}
	loaded := time.Since(began)
	snap, err := catalog.Build(catalog.Input{Base: base, Claims: read, Identity: catalog.Identity{LakeAt: []string{"trino://lake:8080"}}})
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	used := heap() - before
	last := snap.Asset(fmt.Sprintf("lake.area_%02d.fact_%05d", (tables-1)%40, tables-1))
	if len(snap.Assets) != tables || last.Description == "" || last.Owner.Technical == "" || len(last.ColumnEdges) != columns || last.FreshAt.IsZero() || len(last.Checks) != 1 || last.Columns[5].Description == "" {
		t.Fatalf("%d tables; the last is %+v", len(snap.Assets), last)
	}
	t.Logf("%d tables, %d columns: kept in %v; read in %v, snapshot after %v, %d MB", tables, tables*columns, kept.Round(time.Millisecond), loaded.Round(time.Millisecond), took.Round(time.Millisecond), used>>20)
	if took > 60*time.Second || used > 1500<<20 {
		t.Errorf("the snapshot took %v and %d MB", took, used>>20)
	}

	const small = `
semantic_model:
  - name: m
    datasets:
      - name: facts
        source: lake.area_00.fact_00000
        fields:
          - {name: c_02, expression: {dialects: [{dialect: ANSI_SQL, expression: c_02}]}, dimension: {is_time: true}}
          - {name: c_00, expression: {dialects: [{dialect: ANSI_SQL, expression: c_00}]}}
    metrics:
      - {name: takings, description: All of it., expression: {dialects: [{dialect: ANSI_SQL, expression: SUM(facts.c_00)}]}}
`
	models := func(s *catalog.Snapshot) (*model.Model, error) {
		return model.Load(fstest.MapFS{"models/m/m.yaml": {Data: []byte(small)}}, s, nil)
	}
	ask := func(snap *catalog.Snapshot, policy access.Policy) (first, other, each time.Duration) {
		svc := answer.NewService(answer.Workspace{Snapshot: snap, Models: models, Policy: policy, Calendar: timex.Calendar{WeekStart: time.Monday}, Limits: gate.Limits{}}, still{})
		one := func(who string) time.Duration {
			began := time.Now()
			o, err := svc.Ask(t.Context(), answer.Request{Question: "takings in 2025", Who: access.Principal{Name: who}, At: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)})
			if err != nil {
				t.Fatal(err)
			}
			if o.Outcome != answer.Answered {
				t.Fatalf("%s: %+v %+v", o.Outcome, o.Declined, o.Clarify)
			}
			return time.Since(began)
		}
		first, other = one("ann"), one("bob")
		each = one("ann")
		for range 20 {
			each = min(each, one("ann"))
		}
		return first, other, each
	}
	alone := catalog.New([]*catalog.Asset{snap.Asset("lake.area_00.fact_00000")}, nil, nil)
	_, _, few := ask(alone, access.Policy{})
	first, other, many := ask(snap, access.Policy{Rules: []access.Rule{{Tables: []string{"lake.area_07.*"}}}})
	t.Logf("an ask: %v over one table; over all of them %v, the first of another asker with the same rights %v, the first of all %v", few.Round(time.Microsecond), many.Round(time.Microsecond), other.Round(time.Microsecond), first.Round(time.Millisecond))
	if added := max(many, other) - few; added > 30*time.Millisecond {
		t.Errorf("the catalog adds %v to an ask", added)
	}
}

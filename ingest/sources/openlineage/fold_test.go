package openlineage

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

func fold(t *testing.T, events []string) []catalog.Claim {
	t.Helper()
	var s State
	clock := &loose.Clock{}
	for i, raw := range events {
		e, err := Parse([]byte(raw), clock, loose.Notes{})
		if err != nil {
			t.Fatalf("event %d: %v\n%s", i, err, raw)
		}
		s.Add(e)
	}
	return s.Claims(clock)
}

// find gives the claim about a dataset or job of any producer.
func find(t *testing.T, claims []catalog.Claim, ns, name string) catalog.Claim {
	t.Helper()
	for _, c := range claims {
		if c.About == (catalog.ID{Namespace: ns, Name: name}) {
			return c
		}
	}
	t.Fatalf("no claim about %s %s", ns, name)
	return catalog.Claim{}
}

func lines(t *testing.T, name string) []string {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(raw)), "\n")
}

func TestFold(t *testing.T) {
	claims := fold(t, lines(t, "testdata/orders.ndjson"))
	orders := find(t, claims, "trino://lake:8443", "hive.sales.orders")
	day := func(s string) time.Time {
		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	job := "job://etl/load_orders"
	raw := catalog.ID{Namespace: "kafka://broker:9092", Name: "orders.v1"}
	want := catalog.Claim{
		Provenance: catalog.Provenance{System: catalog.OpenLineage, RecordID: "trino://lake:8443/hive.sales.orders", AsOf: day("2026-11-21T05:10:00Z"), Version: "2-0-2", RawHash: orders.RawHash},
		About:      catalog.ID{Namespace: "trino://lake:8443", Name: "hive.sales.orders"}, Part: "https://github.com/OpenLineage/OpenLineage/integration/spark",
		Platform: "trino", Native: "hive.sales.orders", Description: "One row an order.", Kind: catalog.Table, SnapshotID: "8231", Tags: []string{"finance", "tier:1"},
		Aliases: []catalog.ID{{Namespace: "s3://lake", Name: "warehouse/orders"}},
		Owners:  []catalog.Ownership{{Principal: "team:orders", Role: catalog.Technical, SourceRole: "MAINTAINER"}},
		Columns: []catalog.ColumnClaim{{Path: "id", Type: "bigint", NativeType: "bigint"}, {Path: "buyer", Type: "row(email varchar)", NativeType: "row(email varchar)"},
			{Path: "buyer.email", Type: "varchar", NativeType: "varchar", Tags: []string{"pii"}}},
		Custom: map[string]string{"file format": "parquet", "storage layer": "iceberg"},
		Checks: []catalog.Check{{ID: "not_null:id", Column: "id", Type: "not_null", Severity: "high", Status: "fail", RanAt: day("2026-11-21T05:10:00Z"), Observed: "3", Expected: "0"}},
		Rows:   new(int64), Bytes: nil,
		Upstream: []catalog.EdgeClaim{
			{From: raw, Job: job, FirstSeen: day("2026-11-20T05:00:00Z"), LastSeen: day("2026-11-21T05:10:00Z")},
			{From: raw, FromColumn: "id", ToColumn: "id", Type: "direct", Subtype: "identity", Job: job, FirstSeen: day("2026-11-20T05:07:00Z"), LastSeen: day("2026-11-21T05:10:00Z")},
			{From: raw, FromColumn: "mail", ToColumn: "buyer", Type: "direct", Subtype: "transformation", Transform: "sha256", Masked: true, Job: job, FirstSeen: day("2026-11-21T05:10:00Z"), LastSeen: day("2026-11-21T05:10:00Z")},
			{From: raw, FromColumn: "state", Type: "indirect", Subtype: "filter", Job: job, FirstSeen: day("2026-11-21T05:10:00Z"), LastSeen: day("2026-11-21T05:10:00Z")},
		},
		Observed: []catalog.Observation{
			{Kind: catalog.RunStarted, At: day("2026-11-21T05:00:00Z"), Data: day("2026-11-21T00:00:00Z"), Job: job},
			{Kind: catalog.RunOK, At: day("2026-11-21T05:10:00Z"), Data: day("2026-11-21T00:00:00Z"), Job: job},
			{Kind: catalog.Updated, At: day("2026-11-21T05:10:00Z"), Data: day("2026-11-21T00:00:00Z"), Job: job, Detail: "120 rows, 4096 bytes"},
			{Kind: catalog.RunFailed, At: day("2026-11-22T05:00:30Z"), Job: job, Detail: "no space left"},
		},
	}
	*want.Rows = 5120
	if d := cmp.Diff(want, orders); d != "" {
		t.Errorf("orders (-want +got):\n%s", d)
	}
	j := find(t, claims, "job://etl", "load_orders")
	if j.Kind != catalog.Job || j.ViewSQL != "INSERT INTO orders SELECT 1" || j.Custom["parent"] != "job://etl/nightly" || j.Custom["engine"] != "spark 3.5.1" || j.Platform != "spark" {
		t.Errorf("job: %+v", j)
	}
}

// A table that was renamed is known under its old name until somebody writes that anew; one that was dropped is
// gone until it is written again.
func TestLifecycle(t *testing.T) {
	event := func(at, name, facet string) string {
		return fmt.Sprintf(`{"eventType":"COMPLETE","eventTime":"2026-11-%sT00:00:00Z","producer":"p","run":{"runId":"r%s"},"job":{"namespace":"n","name":"j"},"outputs":[{"namespace":"hive://h:9083","name":%q,"facets":{%s}}]}`, at, at, name, facet)
	}
	rename := event("10", "db.new", `"lifecycleStateChange":{"lifecycleStateChange":"RENAME","previousIdentifier":{"namespace":"hive://h:9083","name":"db.old"}}`)
	drop := event("11", "db.new", `"lifecycleStateChange":{"lifecycleStateChange":"DROP"}`)
	old := catalog.ID{Namespace: "hive://h:9083", Name: "db.old"}
	for _, c := range []struct {
		name    string
		events  []string
		aliases []catalog.ID
		gone    bool
	}{
		{"renamed", []string{event("09", "db.old", ""), rename}, []catalog.ID{old}, false},
		{"the old name is written again", []string{rename, event("12", "db.old", "")}, nil, false},
		{"dropped", []string{rename, drop}, nil, true},
		{"dropped and written again", []string{drop, event("12", "db.new", "")}, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := find(t, fold(t, c.events), "hive://h:9083", "db.new")
			if !slices.Equal(got.Aliases, c.aliases) || got.Gone != c.gone {
				t.Errorf("aliases %v, gone %v", got.Aliases, got.Gone)
			}
		})
	}
}

// random makes events of few names, so that they meet, at few times, so that they collide.
func random(r *rand.Rand) []string {
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	ds := func(out bool) string {
		facets := []string{}
		for _, f := range []string{
			fmt.Sprintf(`"schema":{"fields":[{"name":"c%d","type":"int"}]}`, r.IntN(3)),
			fmt.Sprintf(`"documentation":{"description":"d%d"}`, r.IntN(3)),
			fmt.Sprintf(`"ownership":{"_deleted":%v,"owners":[{"name":"o%d"}]}`, r.IntN(4) == 0, r.IntN(3)),
			fmt.Sprintf(`"columnLineage":{"fields":{"a":{"inputFields":[{"namespace":"kafka://k","name":"%s","field":"f%d"}]}}}`, pick("t1", "T2"), r.IntN(3)),
			fmt.Sprintf(`"lifecycleStateChange":{"lifecycleStateChange":%q,"previousIdentifier":{"name":"t1","namespace":"trino://x"}}`, pick("DROP", "RENAME", "CREATE")),
			fmt.Sprintf(`"dataQualityAssertions":{"assertions":[{"assertion":"a%d","success":%v},{"assertion":"a1","success":%v}]}`, r.IntN(2), r.IntN(2) == 0, r.IntN(2) == 0),
			fmt.Sprintf(`"dataQualityMetrics":{"rowCount":%d}`, r.IntN(5)),
		} {
			if r.IntN(3) == 0 {
				facets = append(facets, f)
			}
		}
		extra := ""
		if out && r.IntN(2) == 0 {
			extra = fmt.Sprintf(`,"outputFacets":{"outputStatistics":{"rowCount":%d}}`, r.IntN(9))
		}
		return fmt.Sprintf(`{"namespace":"trino://x","name":%q,"facets":{%s}%s}`, pick("t1", "T1", "t2", "t3"), strings.Join(facets, ","), extra)
	}
	var out []string
	for range 2 + r.IntN(20) {
		at := fmt.Sprintf("2026-11-20T0%d:00:00Z", r.IntN(4))
		head := fmt.Sprintf(`"eventTime":%q,"producer":%q`, at, pick("p1", "https://x/tree/1.0/i", "https://x/tree/1.1/i"))
		job := fmt.Sprintf(`"job":{"namespace":"n","name":%q,"facets":{"sql":{"query":"q%d"}}},"inputs":[%s],"outputs":[%s]`, pick("j1", "j2"), r.IntN(3), ds(false), ds(true))
		if r.IntN(3) == 0 {
			job = fmt.Sprintf(`"job":{"namespace":"n","name":%q}`, pick("j1", "j2"))
		}
		switch r.IntN(6) {
		case 0:
			out = append(out, fmt.Sprintf(`{%s,"dataset":%s}`, head, ds(false)))
		case 1:
			out = append(out, fmt.Sprintf(`{%s,%s}`, head, job))
		default:
			out = append(out, fmt.Sprintf(`{%s,"eventType":%q,"run":{"runId":"r%d","facets":{"errorMessage":{"message":"m%d"},"nominalTime":{"nominalEndTime":%q}}},%s}`,
				head, pick("START", "RUNNING", "COMPLETE", "FAIL", "ABORT"), r.IntN(4), r.IntN(3), at, job))
		}
	}
	return out
}

// The order of events, and how often one comes, change nothing.
func TestFoldIsASet(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		events := random(r)
		want := fold(t, events)
		again := append(slices.Clone(events), events[:r.IntN(len(events))]...)
		r.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		if d := cmp.Diff(want, fold(t, again)); d != "" {
			t.Fatalf("seed %d (-in order +shuffled and repeated):\n%s\n%s", seed, d, strings.Join(events, "\n"))
		}
	}
}

// Runs that are forgotten leave what they came to: a state from which they were dropped makes the claims that it
// made before, and what is added later joins them.
func TestForget(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 2))
		events := random(r)
		want := fold(t, events)
		var s State
		clock := &loose.Clock{}
		add := func(all []string) {
			for _, raw := range all {
				e, err := Parse([]byte(raw), clock, loose.Notes{})
				if err != nil {
					t.Fatal(err)
				}
				s.Add(e)
			}
		}
		add(events)
		before := s.Claims(clock)
		s.Forget(time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC))
		if len(s.runs) != 0 {
			t.Fatal("runs are left")
		}
		if d := cmp.Diff(before, s.Claims(clock)); d != "" {
			t.Fatalf("seed %d (-before +after):\n%s", seed, d)
		}
		add(events) // again: nothing new
		if d := cmp.Diff(want, s.Claims(clock)); d != "" {
			t.Fatalf("seed %d (-once +again after):\n%s", seed, d)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"no object", `[]`, "JSON object"},
		{"no time", `{"run":{"runId":"r"},"job":{"namespace":"n","name":"j"}}`, "eventTime is missing"},
		{"a time that is none", `{"eventTime":"yesterday","dataset":{"namespace":"n","name":"d"}}`, `"yesterday" is not a time`},
		{"no job", `{"eventTime":"2026-11-20T00:00:00Z","run":{"runId":"r"}}`, "job is missing"},
		{"no run id", `{"eventTime":"2026-11-20T00:00:00Z","run":{},"job":{"namespace":"n","name":"j"}}`, "run.runId is missing"},
		{"no name of the job", `{"eventTime":"2026-11-20T00:00:00Z","run":{"runId":"r"},"job":{"namespace":"n"}}`, "job needs"},
		{"about nothing", `{"eventTime":"2026-11-20T00:00:00Z"}`, "no run, job or dataset"},
		{"another state", `{"eventTime":"2026-11-20T00:00:00Z","eventType":"DONE","run":{"runId":"r"},"job":{"namespace":"n","name":"j"}}`, `"DONE" is none`},
		{"a dataset without a name", `{"eventTime":"2026-11-20T00:00:00Z","run":{"runId":"r"},"job":{"namespace":"n","name":"j"},"outputs":[{"namespace":"n"}]}`, "outputs[0] needs"},
		{"cut off", `{"eventTime":"2026-11-20T00:00:00Z","run":{"ru`, "ends in the middle"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := Parse([]byte(c.in), &loose.Clock{}, loose.Notes{}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestTimesWithoutZone(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	clock := &loose.Clock{Zone: berlin}
	e, err := Parse([]byte(`{"eventTime":"2026-11-20T07:00:00.123456789123","dataset":{"namespace":"n","name":"d"}}`), clock, loose.Notes{})
	if err != nil || clock.Unzoned != 1 || e.Time.Format(time.RFC3339Nano) != "2026-11-20T06:00:00.123456789Z" {
		t.Errorf("%v, %v, %d without zone", e.Time, err, clock.Unzoned)
	}
}

func source(t *testing.T, files map[string]string) *Source {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	s, err := New(Config{Name: "events", Files: fsys, Patterns: []string{"*.json"}, Now: func() time.Time { return time.Unix(1, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSource(t *testing.T) {
	one := `{"eventTime":"2026-11-20T00:00:00Z","eventType":"COMPLETE","run":{"runId":"r","facets":{"mine":{"a":1}}},"job":{"namespace":"n","name":"j"},"outputs":[{"namespace":"s3://b","name":"d"}]}`
	s := source(t, map[string]string{"a.json": "[" + one + "]", "b.json": one + "\n" + `{"eventTime":"2026-11-20T00:00:00"}` + "\n"})
	var claims []catalog.Claim
	rep, err := s.Read(context.Background(), "", func(c catalog.Claim) error { claims = append(claims, c); return nil })
	if err != nil {
		t.Fatal(err)
	}
	if rep.Records != 3 || rep.SkippedCount != 1 || len(claims) != 2 || rep.Claims != 2 || !rep.Whole || rep.Unknown["run.facets.mine"] != 2 || rep.Counts[loose.UnzonedKind] != 1 {
		t.Errorf("%+v", rep)
	}
	again, err := s.Read(context.Background(), rep.Cursor, func(catalog.Claim) error { t.Error("read again"); return nil })
	if err != nil || again.Whole || again.Cursor != rep.Cursor {
		t.Errorf("%+v, %v", again, err)
	}
	cut := source(t, map[string]string{"cut.json": "[" + one + "," + one[:40]})
	if _, err := cut.Read(context.Background(), "", func(catalog.Claim) error { t.Error("a broken file gave claims"); return nil }); err == nil || !strings.Contains(err.Error(), "cut.json: byte") {
		t.Errorf("got %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"testdata/orders.ndjson"} {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for line := range strings.SplitSeq(string(raw), "\n") {
			f.Add([]byte(line))
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		clock := &loose.Clock{}
		var rep catalog.Report
		e, err := Parse(raw, clock, loose.Notes{Report: &rep, Custom: map[string]string{}})
		if err != nil {
			return
		}
		var s State
		s.Add(e)
		s.Add(e)
		for _, c := range s.Claims(clock) {
			if _, err := json.Marshal(c); err != nil {
				t.Errorf("%q: %v", raw, err)
			}
		}
	})
}

// BenchmarkFold is an event from text into a state that has thousands of runs of two hundred jobs.
func BenchmarkFold(b *testing.B) {
	var s State
	clock := &loose.Clock{}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		raw := fmt.Sprintf(`{"eventType":"COMPLETE","eventTime":"2026-11-20T%02d:%02d:%02dZ","producer":"https://github.com/OpenLineage/OpenLineage/tree/1.53.0/integration/spark","schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent","run":{"runId":"r%d","facets":{"processing_engine":{"name":"spark","version":"3.5.1"}}},"job":{"namespace":"etl","name":"load_%d"},"inputs":[{"namespace":"kafka://broker:9092","name":"topic_%d"}],"outputs":[{"namespace":"trino://lake:8443","name":"hive.sales.t_%d","facets":{"schema":{"fields":[{"name":"id","type":"bigint"},{"name":"total","type":"decimal(12,2)"}]},"columnLineage":{"fields":{"id":{"inputFields":[{"namespace":"kafka://broker:9092","name":"topic_%d","field":"id","transformations":[{"type":"DIRECT","subtype":"IDENTITY"}]}]}}}},"outputFacets":{"outputStatistics":{"rowCount":7}}}]}`,
			n/3600%24, n/60%60, n%60, n, n%200, n%50, n%200, n%50)
		e, err := Parse([]byte(raw), clock, loose.Notes{})
		if err != nil {
			b.Fatal(err)
		}
		s.Add(e)
		if n++; n%10_000 == 0 {
			s.Forget(time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC))
		}
	}
	if len(s.Claims(clock)) == 0 {
		b.Error("no claims")
	}
}

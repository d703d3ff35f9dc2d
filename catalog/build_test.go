package catalog

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func moment(hour int) time.Time { return time.Date(2026, 11, 22, hour, 0, 0, 0, time.UTC) }

func base(names ...string) []*Asset {
	var out []*Asset
	for _, n := range names {
		out = append(out, &Asset{Name: ParseName(n, "", ""), Tier: Unknown, Rows: -1, Bytes: -1, Columns: []Column{{Name: "id", Type: "bigint"}, {Name: "Email", Type: "varchar"}}})
	}
	return out
}

// from is a claim of a source of a system about something.
func from(system, source, about string, hour int, set func(*Claim)) *Claim {
	c := &Claim{Provenance: Provenance{Source: source, System: system, FetchedAt: moment(hour)}, About: ParseID(about)}
	if set != nil {
		set(c)
	}
	return c
}

func build(t *testing.T, in Input) *Snapshot {
	t.Helper()
	s, err := Build(in)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestPrecedence: field by field the best source's word is shown, and the others' are kept beside it.
func TestPrecedence(t *testing.T) {
	words := func(s string) func(*Claim) { return func(c *Claim) { c.Description = s } }
	owner := func(role, who string) func(*Claim) {
		return func(c *Claim) { c.Owners = append(c.Owners, Ownership{Principal: who, Role: role}) }
	}
	seen := func(kind string, hour int) func(*Claim) {
		return func(c *Claim) { c.Observed = append(c.Observed, Observation{Kind: kind, At: moment(hour)}) }
	}
	grant := func(c *Claim) { c.Grants = []GrantClaim{{Principal: "analysts", Action: "SELECT"}} }
	for _, c := range []struct {
		name   string
		claims []*Claim
		got    func(*Asset) string
		want   string
	}{
		{"DataHub describes before dbt", []*Claim{from(SystemDBT, "dbt", "a.b.c", 9, words("of dbt")), from(SystemDataHub, "hub", "a.b.c", 8, words("of DataHub"))}, func(a *Asset) string { return a.Description }, "of DataHub"},
		{"dbt before Glue", []*Claim{from(Glue, "glue", "a.b.c", 9, words("of Glue")), from(SystemDBT, "dbt", "a.b.c", 8, words("of dbt"))}, func(a *Asset) string { return a.Description }, "of dbt"},
		{"the workspace's own files before all", []*Claim{from(SystemDataHub, "hub", "a.b.c", 9, words("of DataHub")), from(Files, Files, "a.b.c", 1, words("of files"))}, func(a *Asset) string { return a.Description }, "of files"},
		{"the newer of two alike", []*Claim{from(SystemDBT, "x", "a.b.c", 8, words("older")), from(SystemDBT, "y", "a.b.c", 9, words("newer"))}, func(a *Asset) string { return a.Description }, "newer"},
		{"silence is not a word", []*Claim{from(SystemDataHub, "hub", "a.b.c", 9, nil), from(SystemDBT, "dbt", "a.b.c", 8, words("of dbt"))}, func(a *Asset) string { return a.Description }, "of dbt"},
		{"nobody says anything", nil, func(a *Asset) string { return a.Description + string(a.Tier) + fmt.Sprint(a.From(FieldDescription)) }, "unknown<nil>"},
		{"the losing word is kept", []*Claim{from(SystemDBT, "dbt", "a.b.c", 9, words("of dbt")), from(SystemDataHub, "hub", "a.b.c", 8, words("of DataHub"))}, func(a *Asset) string {
			s := a.From(FieldDescription)
			return s.From.Source + " against " + s.Others[0].From.Source + ": " + s.Others[0].Value
		}, "hub against dbt: of dbt"},
		{"a contract owns before dbt", []*Claim{from(SystemDBT, "dbt", "a.b.c", 9, owner(Technical, "dbt team")), from(ODCS, "odcs", "a.b.c", 8, owner(Technical, "contract team"))}, func(a *Asset) string { return a.Owner.Technical }, "contract team"},
		{"each role has its own best source", []*Claim{from(SystemDBT, "dbt", "a.b.c", 9, owner(Business, "ann")), from(ODCS, "odcs", "a.b.c", 8, owner(Technical, "bob"))}, func(a *Asset) string { return a.Owner.Business + "/" + a.Owner.Technical }, "ann/bob"},
		{"the user airflow is nobody", []*Claim{from(Airflow, "airflow", "a.b.c", 9, owner(Technical, "airflow"))}, func(a *Asset) string { return a.Owner.Technical + fmt.Sprint(len(a.Owners)) }, "0"},
		{"a real name of Airflow counts where nobody else says one", []*Claim{from(Airflow, "airflow", "a.b.c", 9, owner(Technical, "carl"))}, func(a *Asset) string { return a.Owner.Technical }, "carl"},
		{"the table's own commit before an event about it, though older", []*Claim{from(Airflow, "airflow", "a.b.c", 9, seen(Updated, 8)), from(SystemIceberg, "lake", "a.b.c", 9, seen(Snapshotted, 6))}, func(a *Asset) string { return a.FreshAt.Format("15") + " " + a.From(FieldFreshness).From.Source }, "06 lake"},
		{"an event about the table before a run of its job", []*Claim{from(Airflow, "airflow", "a.b.c", 9, func(c *Claim) { seen(RunOK, 8)(c); seen(Updated, 7)(c) })}, func(a *Asset) string { return a.FreshAt.Format("15") }, "07"},
		{"of commits the newest", []*Claim{from(SystemIceberg, "x", "a.b.c", 9, seen(Snapshotted, 6)), from(SystemTrino, "y", "a.b.c", 9, seen(Snapshotted, 7))}, func(a *Asset) string { return a.FreshAt.Format("15") }, "07"},
		{"a failed run makes nothing fresh", []*Claim{from(Airflow, "airflow", "a.b.c", 9, seen(RunFailed, 8))}, func(a *Asset) string { return fmt.Sprint(a.FreshAt.IsZero(), len(a.Observed)) }, "true 1"},
		{"only Lake Formation grants", []*Claim{from(SystemDataHub, "hub", "a.b.c", 9, grant)}, func(a *Asset) string { return fmt.Sprint(len(a.Grants)) }, "0"},
		{"Lake Formation grants", []*Claim{from(LakeFormation, "lf", "a.b.c", 9, grant)}, func(a *Asset) string { return fmt.Sprint(len(a.Grants)) }, "1"},
		{"whoever says that a column is personal is heard", []*Claim{
			from(Files, Files, "a.b.c", 9, func(c *Claim) { c.Columns = []ColumnClaim{{Path: "EMAIL", Description: "Where to write."}} }),
			from(SystemDBT, "dbt", "a.b.c", 9, func(c *Claim) { c.Columns = []ColumnClaim{{Path: "email", PII: "email"}} }),
		}, func(a *Asset) string { return a.Columns[1].PII + " " + a.Columns[1].Description }, "email Where to write."},
		{"in use, says the better source", []*Claim{
			from(SystemDBT, "dbt", "a.b.c", 9, func(c *Claim) { c.Deprecation = &Lifecycle{Deprecated: true} }),
			from(SystemDataHub, "hub", "a.b.c", 9, func(c *Claim) { c.Deprecation = &Lifecycle{} }),
		}, func(a *Asset) string {
			return fmt.Sprintf("%v %s", a.Deprecation == nil, a.From(FieldDeprecation).Others[0].Value)
		}, "true deprecated"},
		{"a check and its result are one", []*Claim{
			from(ODCS, "odcs", "a.b.c", 9, func(c *Claim) { c.Checks = []Check{{ID: "k", Column: "id", Severity: "high"}} }),
			from(GX, "gx", "a.b.c", 9, func(c *Claim) { c.Checks = []Check{{ID: "k", Status: "fail", RanAt: moment(7)}} }),
			from(Anomalo, "anomalo", "a.b.c", 9, func(c *Claim) { c.Checks = []Check{{ID: "k", Status: "pass", RanAt: moment(6)}} }),
		}, func(a *Asset) string {
			k := a.Checks[0]
			return fmt.Sprintf("%d %s %s %s", len(a.Checks), k.Column, k.Severity, k.Status)
		}, "1 id high fail"},
		{"a check without a result is unknown", []*Claim{from(ODCS, "odcs", "a.b.c", 9, func(c *Claim) { c.Checks = []Check{{ID: "k"}} })}, func(a *Asset) string { return a.Checks[0].Status }, "unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := build(t, Input{Base: base("a.b.c"), Claims: c.claims})
			if got := c.got(s.Asset("a.b.c")); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	s := build(t, Input{Base: base("a.b.c"), Precedence: DefaultPrecedence.With(map[Field][]string{FieldDescription: {"dbt-finance", SystemDBT}}),
		Claims: []*Claim{from(SystemDataHub, "hub", "a.b.c", 9, words("of DataHub")), from(SystemDBT, "dbt", "a.b.c", 9, words("of dbt")), from(SystemDBT, "dbt-finance", "a.b.c", 8, words("of finance"))}})
	if got := s.Asset("a.b.c").Description; got != "of finance" {
		t.Errorf("a workspace may rank sources by name: got %q", got)
	}
}

// TestIdentity: what means the same table is one, and what does not stays apart.
func TestIdentity(t *testing.T) {
	in := Input{Base: base("lake.sales.orders", "other.sales.orders"), Identity: Identity{LakeAt: []string{"trino://T:8080"},
		Rules: []IdentityRule{{"hive://metastore:9083/{schema}.{table}", "lake.{schema}.{table}"}, {"s3://bucket/{schema}/{table}", "lake.{schema}.{table}"}}}}
	for _, c := range []struct {
		id   ID
		want string // the asset that it is
	}{
		{ID{Lake, "lake.sales.ORDERS"}, "lake.sales.orders"},
		{ID{"", "lake.sales.orders"}, "lake.sales.orders"},
		{ID{"trino://t:8080", "lake.sales.orders"}, "lake.sales.orders"},
		{ID{"trino://t:8080", "other.sales.orders"}, "other.sales.orders"},
		{ID{"trino://elsewhere:8080", "lake.sales.orders"}, "trino://elsewhere:8080/lake.sales.orders"},
		{ID{"hive://metastore:9083", "sales.orders"}, "lake.sales.orders"},
		{ID{"hive://another:9083", "sales.orders"}, "hive://another:9083/sales.orders"},
		{ID{"s3://bucket", "sales/orders"}, "lake.sales.orders"},
		{ID{"", "sales.orders"}, "source://x/sales.orders"}, // which of the two is not said
		{ID{"", "warehouse.sales.orders"}, "source://x/warehouse.sales.orders"},
		{ID{"kafka://b:9092", "Orders"}, "kafka://b:9092/Orders"},
	} {
		in := in
		in.Claims = []*Claim{{Provenance: Provenance{Source: "x", System: SystemDBT}, About: c.id, Description: "here"}}
		s := build(t, in)
		a := s.Asset(c.want)
		if a == nil || a.Description != "here" {
			t.Errorf("%+v is not %s", c.id, c.want)
		}
	}
}

// TestAliases: other names join; a name that would join two tables of the lake is dropped and noted.
func TestAliases(t *testing.T) {
	alias := func(ids ...string) func(*Claim) {
		return func(c *Claim) {
			for _, id := range ids {
				c.Aliases = append(c.Aliases, ParseID(id))
			}
		}
	}
	s := build(t, Input{Base: base("lake.s.a", "lake.s.b"), Claims: []*Claim{
		from(OpenLineage, "ol", "s3://w/a", 9, func(c *Claim) { c.Description = "by its place" }),
		from(SystemTrino, "trino", "lake.s.a", 9, alias("s3a://w/a/")),
		from(SystemDataHub, "hub", "urn://li/x", 9, func(c *Claim) { alias("s3://w/a")(c); c.Domain = "sales" }),
	}})
	a := s.Asset("lake.s.a")
	if a.Description != "by its place" || a.Domain != "sales" || len(a.Aliases) != 2 {
		t.Errorf("three names are one table: %+v", a)
	}
	if s.Asset("s3://w/a") != a || s.Asset("urn://li/x") != a {
		t.Error("it is not found by what others call it")
	}
	if b := s.Asset("lake.s.b"); b.Description != "" || len(s.Outside) != 0 {
		t.Errorf("and no other: %+v, %v", b, s.Outside)
	}
	s = build(t, Input{Base: base("lake.s.a", "lake.s.b"), Claims: []*Claim{from(SystemDataHub, "hub", "lake.s.a", 9, func(c *Claim) { alias("lake.s.b")(c); c.Domain = "sales" })}})
	if s.Asset("lake.s.a").Domain != "sales" || s.Asset("lake.s.b").Domain != "" || len(s.Notes) != 1 || !strings.Contains(s.Notes[0], "kept apart") {
		t.Errorf("two tables of the lake became one: %v", s.Notes)
	}
}

// What a source says was removed is gone, unless the engine has it.
func TestGone(t *testing.T) {
	gone := func(c *Claim) { c.Gone = true }
	s := build(t, Input{Base: base("lake.s.a"), Claims: []*Claim{from(SystemDataHub, "hub", "lake.s.a", 9, gone), from(SystemDataHub, "hub", "kafka://b/t", 9, gone), from(SystemKafka, "k", "kafka://b/u", 8, nil), from(SystemDataHub, "hub", "kafka://b/u", 7, gone)}})
	if s.Asset("lake.s.a") == nil || s.Asset("kafka://b/t") != nil || s.Asset("kafka://b/u") == nil {
		t.Errorf("left are %v and %v", s.Assets, s.Outside)
	}
}

// TestOrderDoesNotMatter: the same claims in any order make the same catalog.
func TestOrderDoesNotMatter(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	systems := []string{Files, SystemDataHub, SystemDBT, OpenLineage, Airflow, Glue}
	names := []string{"lake.s.a", "lake.s.b", "kafka://b/t", "s3://w/a", "hive://m:9083/s.a", "urn://li/1", "urn://li/2"}
	for range 200 {
		var claims []*Claim
		for i := range 12 {
			system := systems[r.IntN(len(systems))]
			claims = append(claims, from(system, system+fmt.Sprint(r.IntN(2)), names[r.IntN(len(names))], r.IntN(5), func(c *Claim) {
				c.Part, c.RecordID = fmt.Sprint(i), fmt.Sprint(i)
				c.Description = fmt.Sprint("d", r.IntN(3))
				c.Owners = []Ownership{{Principal: fmt.Sprint("p", r.IntN(3)), Role: Technical}}
				c.Tags = []string{"x"}
				if r.IntN(3) == 0 {
					c.Aliases = []ID{ParseID(names[r.IntN(len(names))])}
				}
				c.Upstream = []EdgeClaim{{From: ParseID(names[r.IntN(len(names))])}}
				c.Observed = []Observation{{Kind: arrivals[r.IntN(len(arrivals))], At: moment(r.IntN(9))}}
			}))
		}
		first := shape(build(t, Input{Base: base("lake.s.a", "lake.s.b"), Claims: slices.Clone(claims)}))
		r.Shuffle(len(claims), func(i, j int) { claims[i], claims[j] = claims[j], claims[i] })
		if d := cmp.Diff(first, shape(build(t, Input{Base: base("lake.s.a", "lake.s.b"), Claims: claims}))); d != "" {
			t.Fatalf("in another order:\n%s", d)
		}
	}
}

// shape is what a catalog shows, as text.
func shape(s *Snapshot) []string {
	var out []string
	for _, list := range [][]*Asset{s.Assets, s.Outside} {
		for _, a := range list {
			var edges []string
			for _, e := range a.Upstream {
				edges = append(edges, e.From)
			}
			slices.Sort(edges)
			out = append(out, fmt.Sprint(a.Title(), a.Aliases, a.Description, a.Owner, a.FreshAt, edges, a.Tags))
		}
	}
	return append(out, s.Notes...)
}

func TestLineage(t *testing.T) {
	edge := func(pairs ...string) func(*Claim) {
		return func(c *Claim) {
			for _, p := range pairs {
				f := strings.Split(p, " ")
				e := EdgeClaim{From: ParseID(f[0]), Job: "job://j"}
				if len(f) == 3 {
					e.FromColumn, e.ToColumn = f[1], f[2]
				}
				c.Upstream = append(c.Upstream, e)
			}
		}
	}
	s := build(t, Input{Base: base("lake.s.a", "lake.s.b", "lake.s.c", "lake.s.d"), Claims: []*Claim{
		from(OpenLineage, "ol", "lake.s.a", 9, edge("lake.s.b id id", "lake.s.b email Email", "lake.s.c", "lake.s.a id id")),
		from(OpenLineage, "ol", "lake.s.b", 9, edge("kafka://k/t key id", "kafka://k/u mail email")),
		from(OpenLineage, "ol", "lake.s.c", 9, edge("kafka://k/v")),
		from(OpenLineage, "ol", "lake.s.d", 9, edge("lake.s.a")),
		from(OpenLineage, "ol", "kafka://k/t", 9, edge("postgres://p/public.t")),
		from(OpenLineage, "ol", "kafka://k/u", 9, nil), from(OpenLineage, "ol", "kafka://k/v", 9, nil), from(OpenLineage, "ol", "postgres://p/public.t", 9, nil),
	}, Metrics: []Metric{
		{Name: "people", Tables: []Name{{"lake", "s", "a"}}, Columns: []ColumnRef{{Name{"lake", "s", "a"}, "id"}}},
		{Name: "rows", Tables: []Name{{"lake", "s", "a"}}},
		{Name: "mails", Tables: []Name{{"lake", "s", "a"}}, Columns: []ColumnRef{{Name{"lake", "s", "a"}, "Email"}}},
	}})
	tell := func(rs []*Reach) string {
		var out []string
		for _, r := range rs {
			cols := []string{}
			for c := range r.Columns {
				cols = append(cols, c)
			}
			slices.Sort(cols)
			word := strings.Join(cols, ",")
			if r.Unknown {
				word += "?"
			}
			out = append(out, fmt.Sprintf("%d %s[%s]", r.Hops, r.Asset.Title(), word))
		}
		return strings.Join(out, "; ")
	}
	for _, c := range []struct {
		columns []string
		want    string
	}{
		{[]string{"ID"}, "1 lake.s.b[id]; 1 lake.s.c[?]; 2 kafka://k/t[key]; 2 kafka://k/u[]; 2 kafka://k/v[?]; 3 postgres://p/public.t[?]"},
		{[]string{"email"}, "1 lake.s.b[email]; 1 lake.s.c[?]; 2 kafka://k/t[]; 2 kafka://k/u[mail]; 2 kafka://k/v[?]; 3 postgres://p/public.t[]"},
		{nil, "1 lake.s.b[?]; 1 lake.s.c[?]; 2 kafka://k/t[?]; 2 kafka://k/u[?]; 2 kafka://k/v[?]; 3 postgres://p/public.t[?]"},
	} {
		if got := tell(s.Upstream(s.Asset("lake.s.a"), c.columns)); got != c.want {
			t.Errorf("up from %v:\n%s, want\n%s", c.columns, got, c.want)
		}
	}
	if got, want := tell(s.Downstream(s.Asset("kafka://k/t"), []string{"key"})), "1 lake.s.b[id]; 2 lake.s.a[id]; 3 lake.s.d[?]"; got != want {
		t.Errorf("down: %s, want %s", got, want)
	}
	var hit []string
	for _, x := range s.Impact(s.Asset("kafka://k/t"), "key") {
		hit = append(hit, fmt.Sprintf("%d %s %s %v", x.Hops, x.Kind, x.Name, x.Certain))
	}
	if d := cmp.Diff([]string{"1 table lake.s.b true", "2 table lake.s.a true", "3 metric people true", "3 table lake.s.d false"}, hit); d != "" {
		t.Errorf("what breaks:\n%s", d)
	}
}

// A circle ends, and everything in it may come from everything.
func TestLineageInACircle(t *testing.T) {
	up := func(ids ...string) func(*Claim) {
		return func(c *Claim) {
			for _, id := range ids {
				c.Upstream = append(c.Upstream, EdgeClaim{From: ParseID(id)})
			}
		}
	}
	s := build(t, Input{Base: base("lake.s.a", "lake.s.b", "lake.s.c"), Claims: []*Claim{
		from(OpenLineage, "ol", "lake.s.a", 9, up("lake.s.b")), from(OpenLineage, "ol", "lake.s.b", 9, up("lake.s.c", "lake.s.b")), from(OpenLineage, "ol", "lake.s.c", 9, up("lake.s.a", "lake.s.b")),
	}})
	for dir, got := range map[string][]*Reach{"up": s.Upstream(s.Asset("lake.s.a"), []string{"id"}), "down": s.Downstream(s.Asset("lake.s.a"), []string{"id"})} {
		if len(got) != 2 || !got[0].Unknown || !got[1].Unknown {
			t.Errorf("%s: %+v", dir, got)
		}
	}
	if got := s.Sources("lake.s.a"); len(got) != 2 {
		t.Errorf("sources: %v", got)
	}
}

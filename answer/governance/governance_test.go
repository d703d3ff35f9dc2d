package governance

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/semantic/timex"
)

// scene is one case of testdata/cases.txt.
type scene struct {
	t      *testing.T
	at     time.Time
	tables map[string]*catalog.Asset
	s      Subject
	policy Policy
	read   []catalog.SourceState
	defs   []catalog.Definition
	ranges []timex.Range
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	out, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func date(t *testing.T, s string) time.Time {
	t.Helper()
	if s == "" || s == "none" || s == "-" {
		return time.Time{}
	}
	out, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func span(t *testing.T, s string) timex.Range {
	t.Helper()
	if s == "all" {
		return timex.Range{}
	}
	from, to, ok := strings.Cut(s, "..")
	if !ok {
		t.Fatalf("%q is no period", s)
	}
	return timex.Range{From: date(t, from), To: date(t, to)}
}

// newScene is the healthy one that the head of the cases describes.
func newScene(t *testing.T) *scene {
	sc := &scene{t: t, at: instant(t, "2026-11-22T09:00:00Z"), tables: map[string]*catalog.Asset{}}
	a := sc.asset("lake.fin.sales")
	a.Description, a.Domain, a.Tier, a.Owner, a.DataUntil = "Sales.", "sales", catalog.Certified, catalog.Owner{Business: "Ann (Sales)", Technical: "Data Eng"}, date(t, "2026-11-21")
	a.SLA = &catalog.SLA{Kind: "available_by", Cron: "0 7 * * *", TimeZone: "UTC"}
	a.Columns = []catalog.Column{{Name: "day", Type: "date"}, {Name: "amount", Type: "decimal(12,2)"}, {Name: "email", Type: "varchar", PII: "email"}}
	sc.s = Subject{Uses: []Use{{Asset: a, Columns: []string{"day", "amount"}}}, Period: span(t, "2026-11-01..2026-12-01"), Calendar: timex.Calendar{WeekStart: time.Monday}}
	return sc
}

func (sc *scene) asset(name string) *catalog.Asset {
	if a := sc.tables[name]; a != nil {
		return a
	}
	a := &catalog.Asset{Tier: catalog.Unknown}
	if id := catalog.ParseID(name); id.Namespace != "" {
		a.URN, a.ID = name, id
	} else {
		a.Name = catalog.ParseName(name, "", "")
		a.ID = catalog.TableID(a.Name)
	}
	sc.tables[name] = a
	return a
}

// apply changes the scene by one clause of a case.
func (sc *scene) apply(clause string) {
	a := sc.tables["lake.fin.sales"]
	if rest, ok := strings.CutPrefix(clause, "@"); ok {
		name, what, _ := strings.Cut(rest, " ")
		a, clause = sc.asset(name), what
	}
	verb, rest, _ := strings.Cut(clause, " ")
	w := strings.Fields(rest)
	switch verb {
	case "-":
	case "now":
		sc.at = instant(sc.t, rest)
	case "until":
		a.DataUntil = date(sc.t, rest)
	case "fresh":
		a.FreshAt = instant(sc.t, rest)
	case "domain":
		a.Domain = rest
	case "tier":
		a.Tier = catalog.Tier(rest)
	case "business":
		a.Owner.Business = strings.Replace(rest, "none", "", 1)
	case "technical":
		a.Owner.Technical = strings.Replace(rest, "none", "", 1)
	case "description":
		a.Description = strings.Replace(rest, "none", "", 1)
	case "sla":
		a.SLA = sc.sla(w)
	case "ask":
		sc.s.Period = span(sc.t, rest)
	case "read":
		sc.ranges = append(sc.ranges, span(sc.t, rest))
	case "uses":
		sc.s.Uses[0].Columns = w
	case "certified":
		sc.s.Certified = true
	case "redirected":
		sc.s.Uses[0].Redirected = rest
	case "check":
		sc.check(a, w)
	case "incident":
		a.Incidents = append(a.Incidents, catalog.Incident{ID: w[0], State: w[1], Title: strings.Join(w[2:], " ")})
	case "observed":
		a.Observed = append(a.Observed, catalog.Observation{Kind: w[0], At: instant(sc.t, w[1])})
	case "stopped", "running":
		a.Observed = append(a.Observed, catalog.Observation{Kind: verb, At: instant(sc.t, rest)})
	case "deprecated":
		sc.deprecated(a, w)
	case "edge":
		sc.edge(w)
	case "ill":
		for _, topic := range w {
			sc.asset("kafka://k/" + topic).Observed = []catalog.Observation{{Kind: catalog.Stopped, At: instant(sc.t, "2026-11-22T03:10:00Z")}}
		}
	case "source":
		sc.source(a, w)
	case "metric":
		version, err := strconv.Atoi(w[2])
		if err != nil {
			sc.t.Fatal(err)
		}
		m := Metric{Name: w[0], Title: "Gross profit", Team: w[1], Version: version}
		if _, sql, ok := strings.Cut(rest, "= "); ok {
			m.Expression = sql
		}
		sc.s.Metrics = append(sc.s.Metrics, m)
	case "lost":
		sc.s.Metrics[0].CertLost = rest
	case "defined":
		def, sql, _ := strings.Cut(rest, " = ")
		i := strings.LastIndex(def, " ")
		d := catalog.Definition{MetricClaim: catalog.MetricClaim{Name: def[:i]}, From: &catalog.Provenance{Source: def[i+1:]}}
		if sql != "" {
			d.Expressions = map[string]string{"TRINO": sql}
		}
		sc.defs = append(sc.defs, d)
	case "policy":
		sc.rule(w)
	default:
		sc.t.Fatalf("a clause of a case is unknown: %q", clause)
	}
}

func (sc *scene) sla(w []string) *catalog.SLA {
	if w[0] == "none" {
		return nil
	}
	out := &catalog.SLA{Kind: "available_by"}
	var err error
	if w[0] == "within" {
		out.Kind = "freshness"
		if out.Within, err = time.ParseDuration(w[1]); err != nil {
			sc.t.Fatal(err)
		}
		return out
	}
	if n := len(w); n > 2 && w[n-2] == "grace" {
		if out.Grace, err = time.ParseDuration(w[n-1]); err != nil {
			sc.t.Fatal(err)
		}
		w = w[:n-2]
	}
	out.Cron, out.TimeZone = strings.Join(w[:len(w)-1], " "), w[len(w)-1]
	return out
}

// check is: ID COLUMN SEVERITY STATUS [for DAY] [ran TIME] [failed TIME] [obs TEXT], "-" for none.
func (sc *scene) check(a *catalog.Asset, w []string) {
	none := func(s string) string { return strings.Replace(s, "-", "", 1) }
	k := catalog.Check{ID: w[0], Column: none(w[1]), Severity: none(w[2]), Status: w[3]}
	for i := 4; i < len(w); i += 2 {
		switch w[i] {
		case "for":
			k.Partition = w[i+1]
		case "ran":
			k.RanAt = instant(sc.t, w[i+1])
		case "failed":
			k.FailedAt = instant(sc.t, w[i+1])
		case "obs":
			k.Observed = strings.Join(w[i+1:], " ")
			i = len(w)
		default:
			sc.t.Fatalf("of a check: %q", w[i])
		}
	}
	a.Checks = append(a.Checks, k)
}

// deprecated is: DAY [gone DAY] [to TABLE] [note TEXT].
func (sc *scene) deprecated(a *catalog.Asset, w []string) {
	d := &catalog.Deprecation{Since: date(sc.t, w[0])}
	for i := 1; i < len(w); i += 2 {
		switch w[i] {
		case "gone":
			d.Decommission = date(sc.t, w[i+1])
		case "to":
			d.Replacement = w[i+1]
		case "note":
			d.Note = strings.Join(w[i+1:], " ")
			i = len(w)
		default:
			sc.t.Fatalf("of a deprecation: %q", w[i])
		}
	}
	a.Deprecation = d
}

// edge is: TO FROM [column here < column there]…
func (sc *scene) edge(w []string) {
	to, from := sc.asset(w[0]), sc.asset(w[1])
	to.Upstream = append(to.Upstream, catalog.Edge{From: from.Title()})
	for _, pair := range w[2:] {
		here, there, ok := strings.Cut(pair, "<")
		if !ok {
			sc.t.Fatalf("of an edge: %q", pair)
		}
		to.ColumnEdges = append(to.ColumnEdges, catalog.ColumnEdge{From: from.Title(), FromColumn: there, ToColumn: here})
	}
}

// source is: NAME [read TIME] [down TIME] [elsewhere].
func (sc *scene) source(a *catalog.Asset, w []string) {
	st := catalog.SourceState{Name: w[0]}
	about := true
	for i := 1; i < len(w); i++ {
		switch w[i] {
		case "read":
			i++
			st.ReadAt = instant(sc.t, w[i])
		case "down":
			i++
			st.DownFrom = instant(sc.t, w[i])
		case "elsewhere":
			about = false
		default:
			sc.t.Fatalf("of a source: %q", w[i])
		}
	}
	if about && !st.ReadAt.IsZero() {
		a.Claims = append(a.Claims, &catalog.Claim{Provenance: catalog.Provenance{Source: w[0]}})
	}
	sc.read = append(sc.read, st)
}

// rule is: DOMAIN situation=level.
func (sc *scene) rule(w []string) {
	r := Rule{Domains: []string{w[0]}, Levels: map[string]string{}}
	situation, level, _ := strings.Cut(w[1], "=")
	if situation == "checks_stale_after" {
		d, err := time.ParseDuration(level)
		if err != nil {
			sc.t.Fatal(err)
		}
		r.ChecksStaleAfter = d
	} else {
		r.Levels[situation] = level
	}
	sc.policy.Rules = append(sc.policy.Rules, r)
}

func (sc *scene) judge() []Finding {
	var assets []*catalog.Asset
	for _, a := range sc.tables {
		assets = append(assets, a)
	}
	sc.s.Snapshot = catalog.New(assets, nil, nil)
	sc.s.Snapshot.Read, sc.s.Snapshot.Defined = sc.read, sc.defs
	sc.s.At = sc.at
	if len(sc.ranges) > 0 {
		sc.s.Read = append([]timex.Range{sc.s.Period}, sc.ranges...)
	}
	if err := sc.policy.Check(); err != nil {
		sc.t.Fatal(err)
	}
	return sc.policy.Judge(sc.s)
}

// fits says whether a message is what a case wants, in which … stands for any text.
func fits(got, want string) bool {
	parts := strings.Split(want, "…")
	if !strings.HasPrefix(got, parts[0]) {
		return false
	}
	got = got[len(parts[0]):]
	for i, p := range parts[1:] {
		if i == len(parts)-2 {
			return strings.HasSuffix(got, p)
		}
		at := strings.Index(got, p)
		if at < 0 {
			return false
		}
		got = got[at+len(p):]
	}
	return got == ""
}

func TestCases(t *testing.T) {
	raw, err := os.ReadFile("testdata/cases.txt")
	if err != nil {
		t.Fatal(err)
	}
	cases, told := 0, map[string]int{}
	for _, block := range blocks(string(raw)) {
		cases++
		t.Run(block[0], func(t *testing.T) {
			sc := newScene(t)
			for _, clause := range strings.Split(block[1], ";") {
				sc.apply(strings.TrimSpace(clause))
			}
			got := sc.judge()
			want := block[2:]
			if len(want) == 1 && want[0] == "-" {
				want = nil
			}
			for i := range max(len(got), len(want)) {
				have, line := "nothing", "nothing"
				if i < len(got) {
					have = fmt.Sprintf("%s %s: %s", got[i].Level, got[i].Code, got[i].Message)
					told[got[i].Level+" "+got[i].Code]++
				}
				if i < len(want) {
					line = want[i]
				}
				if !fits(have, line) {
					t.Errorf("told %s\nwant %s", have, line)
				}
			}
		})
	}
	if cases < 120 {
		t.Errorf("only %d cases are left", cases)
	}
	for _, s := range Situations() { // every situation is met, at its own level
		base, grade, _ := strings.Cut(s, ".")
		for _, tail := range []string{"_loaded", "_unused", "_outside", "_passed"} {
			base = strings.TrimSuffix(base, tail)
		}
		if base == "partial_period" || grade != "" {
			continue // told of where periods are known
		}
		if told[Blocked+" "+base]+told[Warning+" "+base]+told[Note+" "+base] == 0 {
			t.Errorf("no case is about %s", s)
		}
	}
}

// blocks are the cases: a name at the margin, then lines behind a tab: the state, and what is told.
func blocks(text string) [][]string {
	var out [][]string
	for _, line := range strings.Split(text, "\n") {
		switch {
		case line == "" || line[0] == '#' || line[0] == '=':
		case line[0] == '\t':
			out[len(out)-1] = append(out[len(out)-1], line[1:])
		default:
			out = append(out, []string{line})
		}
	}
	return out
}

func TestPolicyCheck(t *testing.T) {
	for _, c := range []struct {
		rule Rule
		says string
	}{
		{Rule{Domains: []string{"x"}, Levels: map[string]string{"sla_mised": Note}}, `no situation "sla_mised"`},
		{Rule{Domains: []string{"x"}, Levels: map[string]string{"sla_missed": "fatal"}}, `level "fatal"`},
		{Rule{Domains: []string{"x"}, Levels: map[string]string{"sla_missed.low": Note}}, "no situation"},
		{Rule{Levels: map[string]string{"sla_missed": Note}}, "names no domains"},
		{Rule{Domains: []string{"x"}, Levels: map[string]string{"check_failed.high": Off}}, ""},
	} {
		err := Policy{Rules: []Rule{c.rule}}.Check()
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v, want %q", c.rule, err, c.says)
		}
	}
}

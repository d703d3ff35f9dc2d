package access

import (
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/catalog"
)

// lake has three tables, one of finance, one with personal columns.
func lake() *catalog.Snapshot {
	name := func(schema, table string) catalog.Name {
		return catalog.Name{Catalog: "lake", Schema: schema, Table: table}
	}
	pay := &catalog.Asset{Name: name("finance", "pay"), Columns: []catalog.Column{{Name: "who", Type: "varchar"}, {Name: "salary", Type: "decimal(12,2)"}}}
	people := &catalog.Asset{Name: name("core", "people"), Columns: []catalog.Column{{Name: "id", Type: "bigint"}, {Name: "Email", Type: "varchar", PII: "email"}, {Name: "work_phone", Type: "varchar", PII: "phone"}},
		Checks: []catalog.Check{{ID: "a", Column: "email"}, {ID: "b", Column: "id"}, {ID: "c", Expression: "email LIKE '%@%'"}, {ID: "d", Expression: "emails_sent > 0"}}}
	visits := &catalog.Asset{Name: name("core", "visits"), Columns: []catalog.Column{{Name: "id", Type: "bigint"}}, Upstream: []catalog.Edge{{From: "lake.finance.pay"}, {From: "lake.core.people"}, {From: "kafka://x/visits"}},
		Deprecation: &catalog.Deprecation{Since: time.Unix(0, 0), Note: "use lake.finance.pay", Replacement: "lake.finance.pay"}}
	topic := &catalog.Asset{URN: "kafka://x/visits"}
	return catalog.New([]*catalog.Asset{pay, people, visits, topic}, []catalog.Metric{{Name: "payroll", Tables: []catalog.Name{pay.Name}}, {Name: "heads", Tables: []catalog.Name{people.Name}}},
		[]catalog.Term{{Name: "wage", Metric: "Payroll"}, {Name: "head", Metric: "heads"}, {Name: "lunch"}, {Name: "plan", Metric: "not_loaded"}})
}

// TestView says who sees what: "table" and "table.column" entries, joined by blanks.
func TestView(t *testing.T) {
	all := "core.people core.people.id core.people.Email core.people.work_phone core.visits core.visits.id finance.pay finance.pay.who finance.pay.salary"
	for _, c := range []struct {
		name  string
		rules []Rule
		who   Principal
		sees  string
	}{
		{"no rules", nil, Principal{Name: "ann"}, all},
		{"a schema is hidden", []Rule{{Tables: []string{"lake.finance.*"}}}, Principal{Name: "ann"}, "core.people core.people.id core.people.Email core.people.work_phone core.visits core.visits.id"},
		{"not from the group", []Rule{{Tables: []string{"lake.finance.*"}, Unless: []string{"finance"}}}, Principal{Name: "ann", Groups: []string{"staff", "finance"}}, all},
		{"not from the person", []Rule{{Tables: []string{"lake.finance.*"}, Unless: []string{"ann"}}}, Principal{Name: "ann"}, all},
		{"a group of nearly that name", []Rule{{Tables: []string{"lake.finance.*"}, Unless: []string{"finance"}}}, Principal{Name: "ann", Groups: []string{"finance-readers"}}, "core.people core.people.id core.people.Email core.people.work_phone core.visits core.visits.id"},
		{"pattern in another case", []Rule{{Tables: []string{"LAKE.Finance.PAY"}}}, Principal{}, "core.people core.people.id core.people.Email core.people.work_phone core.visits core.visits.id"},
		{"personal columns everywhere", []Rule{{PII: true}}, Principal{}, "core.people core.people.id core.visits core.visits.id finance.pay finance.pay.who finance.pay.salary"},
		{"a column of one table", []Rule{{Tables: []string{"lake.*.pay"}, Columns: []string{"SALARY"}}}, Principal{}, "core.people core.people.id core.people.Email core.people.work_phone core.visits core.visits.id finance.pay finance.pay.who"},
		{"two rules add up", []Rule{{PII: true}, {Tables: []string{"lake.core.people"}, Columns: []string{"id"}}}, Principal{}, "core.people core.visits core.visits.id finance.pay finance.pay.who finance.pay.salary"},
		{"column and table", []Rule{{Columns: []string{"salary"}}, {Tables: []string{"lake.finance.*"}}}, Principal{}, "core.people core.people.id core.people.Email core.people.work_phone core.visits core.visits.id"},
		{"everything", []Rule{{Tables: []string{"*.*.*"}}}, Principal{}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			snap := lake()
			v := Policy{Rules: c.rules}.View(snap, c.who)
			var got []string
			for _, a := range v.Snapshot().Assets {
				n := a.Name.Schema + "." + a.Name.Table
				got = append(got, n)
				for _, col := range a.Columns {
					got = append(got, n+"."+col.Name)
				}
			}
			if s := strings.Join(got, " "); s != c.sees {
				t.Errorf("sees %s\nwant %s", s, c.sees)
			}
			for _, a := range snap.Assets { // MayRead says the same as the snapshot
				shown := v.Snapshot().Table(a.Name)
				if v.MayRead(a.Name, "") != (shown != nil) {
					t.Errorf("may read %s: %v, shown: %v", a.Name, v.MayRead(a.Name, ""), shown != nil)
				}
				for _, col := range a.Columns {
					if may, see := v.MayRead(a.Name, strings.ToUpper(col.Name)), shown != nil && shown.Column(col.Name) != nil; may != see {
						t.Errorf("may read %s.%s: %v, shown: %v", a.Name, col.Name, may, see)
					}
				}
			}
			if n := len(snap.Assets[0].Columns) + len(snap.Assets[0].Checks); n != 7 {
				t.Error("the full snapshot was written to")
			}
		})
	}
}

// Hidden is like absent: nothing that stays may name what is hidden.
func TestNothingNamesWhatIsHidden(t *testing.T) {
	v := Policy{Rules: []Rule{{Tables: []string{"lake.finance.*"}}, {PII: true}}}.View(lake(), Principal{Name: "ann"})
	s := v.Snapshot()
	for _, m := range s.Metrics {
		if m.Name == "payroll" {
			t.Error("a metric over a hidden table is shown")
		}
	}
	var terms []string
	for _, x := range s.Terms {
		terms = append(terms, x.Name)
	}
	if got := strings.Join(terms, " "); got != "head lunch plan" {
		t.Errorf("terms are %s; wage is defined by a hidden metric", got)
	}
	visits := s.Asset("lake.core.visits")
	for _, e := range visits.Upstream {
		if strings.Contains(e.From, "finance") {
			t.Errorf("lineage names %s", e.From)
		}
	}
	if len(visits.Upstream) != 2 || strings.Contains(visits.Deprecation.Replacement+visits.Deprecation.Note, "finance") {
		t.Errorf("visits says %+v, %+v", visits.Upstream, visits.Deprecation)
	}
	for _, from := range s.Sources("lake.core.visits") {
		if strings.Contains(from, "finance") {
			t.Errorf("sources name %s", from)
		}
	}
	var checks []string
	for _, k := range s.Asset("lake.core.people").Checks {
		checks = append(checks, k.ID)
	}
	if got := strings.Join(checks, " "); got != "b d" {
		t.Errorf("checks are %s; a and c speak of a hidden column", got)
	}
}

func TestRevealed(t *testing.T) {
	rules := []Rule{{PII: true, Contact: "Data Protection"}}
	silent := Policy{Rules: rules}.View(lake(), Principal{})
	speaking := Policy{Rules: rules, Reveal: true}.View(lake(), Principal{})
	for _, text := range []string{"email", "Email", "emails", "email addresses", "work phone", "work_phone", " phone "} {
		if _, _, ok := silent.Revealed(text); ok {
			t.Errorf("%q is named though the policy does not let it", text)
		}
		r, _, ok := speaking.Revealed(text)
		if !ok || r.Contact != "Data Protection" {
			t.Errorf("%q is not found", text)
		}
	}
	for _, text := range []string{"", "id", "salary", "mail", "e"} {
		if _, name, ok := speaking.Revealed(text); ok {
			t.Errorf("%q is taken for %s", text, name)
		}
	}
	full := Policy{Rules: []Rule{{PII: true, Unless: []string{"ann"}}}, Reveal: true}.View(lake(), Principal{Name: "ann"})
	if _, _, ok := full.Revealed("email"); ok {
		t.Error("what is not hidden needs no revealing")
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		rule Rule
		says string
	}{
		{Rule{Tables: []string{"lake.finance.*"}}, ""}, {Rule{PII: true}, ""}, {Rule{Columns: []string{"x"}}, ""}, {Rule{ColumnTags: []string{"x"}}, ""}, {Rule{Tags: []string{"x"}}, ""},
		{Rule{Unless: []string{"x"}}, "hide everything"}, {Rule{Tables: []string{"finance.*"}}, `"finance.*" matches no table`}, {Rule{Tables: []string{"lake..x"}}, "matches no table"}, {Rule{Tables: []string{""}}, "matches no table"},
	} {
		err := Policy{Rules: []Rule{c.rule}}.Validate()
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v, want %q", c.rule, err, c.says)
		}
	}
}

// A metric over a hidden column is as hidden as the column: its name alone would tell that there is one.
func TestMetricsOverHiddenColumnsAreAbsent(t *testing.T) {
	n := catalog.Name{Catalog: "lake", Schema: "hr", Table: "people"}
	snap := catalog.New([]*catalog.Asset{{Name: n, Columns: []catalog.Column{{Name: "id"}, {Name: "salary"}}}}, []catalog.Metric{
		{Name: "headcount", Tables: []catalog.Name{n}, Columns: []catalog.ColumnRef{{Table: n, Column: "id"}}},
		{Name: "payroll", Tables: []catalog.Name{n}, Columns: []catalog.ColumnRef{{Table: n, Column: "SALARY"}}},
	}, nil)
	policy := Policy{Rules: []Rule{{Tables: []string{"lake.hr.people"}, Columns: []string{"salary"}, Unless: []string{"finance"}}}}
	for who, want := range map[string]int{"ann": 1, "finance": 2} {
		if got := policy.View(snap, Principal{Name: who}).Snapshot().Metrics; len(got) != want || got[0].Name != "headcount" {
			t.Errorf("%s sees %d metrics, want %d", who, len(got), want)
		}
	}
}

// What the engine hides is as hidden as what a rule hides, and the number of rows is not told.
func TestWhatTheEngineHides(t *testing.T) {
	snap := lake()
	seen := Seen{"lake.core.people": {"id": true}, "lake.core.visits": {"id": true}}
	v := Policy{}.ViewOf(snap, Principal{Name: "bob"}, seen)
	var got []string
	for _, a := range v.Snapshot().Assets {
		for _, c := range a.Columns {
			got = append(got, a.Name.Table+"."+c.Name)
		}
		if a.Rows != -1 {
			t.Errorf("%s is said to have %d rows", a.Name, a.Rows)
		}
	}
	if s := strings.Join(got, " "); s != "people.id visits.id" {
		t.Errorf("bob sees %s", s)
	}
	for _, m := range v.Snapshot().Metrics {
		if m.Name == "payroll" {
			t.Error("a metric over a hidden table is shown")
		}
	}
	if v.MayRead(catalog.Name{Catalog: "lake", Schema: "core", Table: "people"}, "email") || !v.MayRead(catalog.Name{Catalog: "lake", Schema: "core", Table: "people"}, "id") {
		t.Error("MayRead says otherwise than the snapshot")
	}
	if n := len(Policy{}.ViewOf(snap, Principal{}, nil).Snapshot().Assets); n != 3 {
		t.Errorf("an engine that hides nothing leaves %d tables", n)
	}
	if n := len(Policy{}.ViewOf(snap, Principal{}, Seen{}).Snapshot().Assets); n != 0 {
		t.Errorf("an engine that hides everything leaves %d tables", n)
	}
}

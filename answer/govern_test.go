package answer

import (
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/answer/governance"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/nl2sql"
	"github.com/limn-data/limn/nl2sql/question"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/plan"
	"github.com/limn-data/limn/semantic/timex"
)

func instant(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func onDay(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

// healthy is a table with nothing wrong: owned, certified, in time at 09:00 UTC on 22 November 2026.
func healthy() *catalog.Asset {
	return &catalog.Asset{Name: catalog.Name{Catalog: "lake", Schema: "fin", Table: "sales"}, Description: "Sales.", Domain: "sales", Tier: catalog.Certified,
		Owner: catalog.Owner{Business: "Ann (Sales)", Technical: "Data Eng"}, DataUntil: onDay("2026-11-21"),
		SLA:     &catalog.SLA{Kind: "available_by", Cron: "0 7 * * *", TimeZone: "UTC"},
		Columns: []catalog.Column{{Name: "day", Type: "date"}, {Name: "amount", Type: "decimal(12,2)"}, {Name: "email", Type: "varchar", PII: "email"}}}
}

// judge runs govern over one table for a query about a period, and returns the warnings.
func judge(a *catalog.Asset, q semantic.Query, facts []*plan.Fact, certified bool, used ...string) *Outcome {
	if len(used) == 0 {
		used = []string{"day", "amount"}
	}
	o := &Outcome{Outcome: Answered, Headline: "Sales was $4,711.", Rows: Rows{{int64(4711)}}, Columns: []Column{{Name: "sales"}}, Arithmetic: []Arithmetic{{Shown: "4,711"}}, Chart: &Chart{}}
	c := &composer{o: o, plan: &nl2sql.Plan{SQL: "SELECT 1", Tables: []*catalog.Asset{a}}, reading: &question.Reading{Plan: &plan.Plan{Query: q, Facts: facts}}, at: instant("2026-11-22T09:00:00Z")}
	o.Trust.Label = LabelDefined
	if certified {
		o.Trust.Label = LabelOfficial
	}
	o.Sources = []Source{source(a, used, c.at, catalog.New(nil, nil, nil))}
	govern(c)
	c.blocked()
	return o
}

func span(from, to string) timex.Range { return timex.Range{From: onDay(from), To: onDay(to)} }

func failed(column, severity, partition string) catalog.Check {
	return catalog.Check{ID: "c1", Column: column, Type: "expression", Expression: column + " >= 0", Severity: severity, Status: "fail", Partition: partition, Observed: "0.8 % of rows"}
}

// TestGovern: what governance finds reaches the outcome, and a blocked one shows no figure. Its cases are in governance.
func TestGovern(t *testing.T) {
	november := span("2026-11-01", "2026-12-01")
	october := span("2026-10-01", "2026-11-01")
	late := func(a *catalog.Asset) { a.DataUntil = onDay("2026-11-18") }
	finance := func(a *catalog.Asset) { a.Domain = "Finance" }
	check := func(k catalog.Check) func(*catalog.Asset) {
		return func(a *catalog.Asset) { a.Checks = append(a.Checks, k) }
	}
	both := func(fs ...func(*catalog.Asset)) func(*catalog.Asset) {
		return func(a *catalog.Asset) {
			for _, f := range fs {
				f(a)
			}
		}
	}
	set := func(f func(a *catalog.Asset)) func(*catalog.Asset) { return f }
	for _, c := range []struct {
		name      string
		change    func(*catalog.Asset)
		period    timex.Range
		certified bool
		used      string
		want      string // "level code" in order, empty for nothing
		says      string
	}{
		{"nothing wrong", nil, november, true, "", "", ""},
		{"late", late, november, false, "", "warning sla_missed", "19 Nov to 21 Nov 2026 are missing here"},
		{"late, loaded whole", both(late, finance), october, true, "", "note sla_missed", "so this answer is not affected"},
		{"late in finance", both(late, finance), november, true, "", "blocked sla_missed", "Technical owner: Data Eng."},
		{"check failed in finance", both(finance, check(failed("amount", "high", "2026-11-12"))), november, true, "", "blocked check_failed", "for 12 Nov 2026"},
		{"no owner, certified", set(func(a *catalog.Asset) { a.Owner.Business = "" }), november, true, "", "warning no_owner", ""},
		{"personal data", nil, november, false, "email", "note personal_data", "Contains personal data (email)."},
		{"the worst comes first", both(late, finance, set(func(a *catalog.Asset) { a.Tier, a.Owner.Business = catalog.Raw, "" })), november, false, "", "blocked sla_missed,warning uncertified,note no_owner", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := healthy()
			if c.change != nil {
				c.change(a)
			}
			var used []string
			if c.used != "" {
				used = []string{c.used}
			}
			o := judge(a, semantic.Query{Period: c.period}, nil, c.certified, used...)
			var got []string
			text := ""
			for _, w := range o.Warnings {
				got = append(got, w.Level+" "+w.Code)
				text += w.Message + "\n"
				if w.Asset != "lake.fin.sales" {
					t.Errorf("the warning names %q", w.Asset)
				}
			}
			if s := strings.Join(got, ","); s != c.want {
				t.Errorf("warned %q, want %q\n%s", s, c.want, text)
			}
			if !strings.Contains(text, c.says) {
				t.Errorf("said %q, want %q", text, c.says)
			}
			noFigure(t, o)
		})
	}
}

// noFigure: a blocked outcome is a decline that shows no number of the result anywhere.
func noFigure(t *testing.T, o *Outcome) {
	t.Helper()
	blocked := len(o.Warnings) > 0 && o.Warnings[0].Level == Blocked
	if (o.Outcome == Refused) != blocked {
		t.Fatalf("outcome %s with warnings %v", o.Outcome, o.Warnings)
	}
	if !blocked {
		return
	}
	if o.Declined.Code != "blocked" || o.Declined.Reason == "" || o.Declined.Hint == "" {
		t.Errorf("declined as %+v", o.Declined)
	}
	raw, err := o.canonical()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(raw), o.Headline, o.Declined.Reason, o.Declined.Hint, o.Interpretation} {
		if strings.Contains(text, "4711") || strings.Contains(text, "4,711") {
			t.Errorf("a figure of the blocked result is shown: %s", text)
		}
	}
	if len(o.Rows)+len(o.Columns)+len(o.Arithmetic) > 0 || o.Chart != nil {
		t.Error("a blocked outcome carries a result")
	}
}

// The period that an answer is held against is read too: a failure in it is inside.
func TestCheckFailedInTheOtherPeriod(t *testing.T) {
	a := healthy()
	a.Domain = "finance"
	a.Checks = []catalog.Check{failed("amount", "high", "2025-11-12")}
	q := semantic.Query{Period: span("2026-11-01", "2026-12-01"), Compare: semantic.PriorYear}
	o := judge(a, q, []*plan.Fact{{Range: q.Period}, {Range: span("2025-11-01", "2025-12-01")}}, true)
	if o.Outcome != Refused || o.Warnings[0].Code != "check_failed" {
		t.Errorf("answered with %v", o.Warnings)
	}
}

// A certification that was lost is told by the metric's name.
func TestCertificationLostIsTold(t *testing.T) {
	m := &model.Metric{Name: "sales", Label: "Sales", CertLost: "the expression changed since Ann certified it on 2026-03-02"}
	o := judge(healthy(), semantic.Query{Metrics: []*model.Metric{m}}, nil, false)
	if len(o.Warnings) != 1 || o.Warnings[0].Code != "certification_lost" || o.Warnings[0].Message != "Sales: the expression changed since Ann certified it on 2026-03-02." {
		t.Errorf("warned %v", o.Warnings)
	}
}

// An answer over two domains that is withheld by the stricter one: that the other lets people insist is no way in.
func TestInsistingAcrossDomains(t *testing.T) {
	free, strict := healthy(), healthy()
	strict.Name.Table, strict.Domain, strict.DataUntil = "pay", "finance", onDay("2026-11-18")
	yes := true
	for _, c := range []struct {
		domains []string
		shown   bool
	}{{[]string{"sales"}, false}, {[]string{"sales", "finance"}, true}} {
		o := &Outcome{Outcome: Answered, Columns: []Column{{Name: "x"}}, Rows: Rows{{int64(1)}}}
		o.Sources = []Source{source(free, []string{"amount"}, instant("2026-11-22T09:00:00Z"), catalog.New(nil, nil, nil)), source(strict, []string{"amount"}, instant("2026-11-22T09:00:00Z"), catalog.New(nil, nil, nil))}
		k := &composer{o: o, plan: &nl2sql.Plan{SQL: "SELECT 1", Tables: []*catalog.Asset{free, strict}}, at: instant("2026-11-22T09:00:00Z"),
			reading: &question.Reading{Plan: &plan.Plan{Query: semantic.Query{Period: span("2026-11-01", "2026-12-01")}}},
			policy:  governance.Policy{Rules: []governance.Rule{{Domains: c.domains, ConfirmBlocked: &yes}}}, insist: func() (string, bool) { return "", true }}
		govern(k)
		if shown := !k.blocked(); shown != c.shown || o.Insisted != c.shown {
			t.Errorf("insisting where %v allow it: shown %v, %+v", c.domains, shown, o.Warnings)
		}
	}
}

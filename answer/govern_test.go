package answer

import (
	"strings"
	"testing"
	"time"

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

// TestGovern says for each state of a table what the reader of a number is told.
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
		{"late, the period not loaded", late, november, false, "", "warning sla_missed", ""},
		{"late, the period loaded whole", late, october, false, "", "note sla_missed", "so this answer is not affected"},
		{"late, up to its last complete day", late, span("2026-11-01", "2026-11-19"), false, "", "note sla_missed", ""},
		{"late, one day more", late, span("2026-11-01", "2026-11-20"), false, "", "warning sla_missed", "has data up to 18 Nov 2026"},
		{"late, no period: all of it to today", late, timex.Range{}, false, "", "warning sla_missed", ""},
		{"late, open end", late, span("2026-03-01", ""), false, "", "warning sla_missed", ""},
		{"late, a period that ends in the future", late, span("2026-01-01", "2027-01-01"), false, "", "warning sla_missed", ""},
		{"late in finance", both(late, finance), november, true, "", "blocked sla_missed", "No answer: fin.sales has data up to 18 Nov 2026 and is 2 days late. Technical owner: Data Eng."},
		{"late in finance, loaded whole", both(late, finance), october, true, "", "note sla_missed", ""},
		{"late in finance without an owner", both(late, finance, set(func(a *catalog.Asset) { a.Owner.Technical = "" })), november, false, "", "blocked sla_missed,note no_owner", "Technical owner: nobody is recorded."},
		{"no SLA", both(late, set(func(a *catalog.Asset) { a.SLA = nil })), november, false, "", "", ""},
		{"SLA of an unknown zone", both(late, set(func(a *catalog.Asset) { a.SLA.TimeZone = "Mars/Base" })), november, false, "", "", ""},
		{"SLA that is no cron", both(late, set(func(a *catalog.Asset) { a.SLA.Cron = "at seven" })), november, false, "", "", ""},
		{"not known how far its data goes", set(func(a *catalog.Asset) { a.DataUntil = time.Time{} }), november, false, "", "", ""},
		{"check failed on a used column", check(failed("amount", "high", "")), november, false, "", "warning check_failed", "Check “amount >= 0” failed (0.8 % of rows). The result includes those rows."},
		{"check failed in finance, high", both(finance, check(failed("amount", "high", ""))), november, true, "", "blocked check_failed", "No answer: check “amount >= 0” failed. Technical owner: Data Eng."},
		{"check failed in finance, low", both(finance, check(failed("amount", "low", ""))), november, true, "", "warning check_failed", ""},
		{"check failed on an unused column", both(finance, check(failed("email", "high", ""))), november, true, "", "note check_failed", "A check on email failed; not used here."},
		{"check failed inside the period", both(finance, check(failed("amount", "high", "2026-11-12"))), november, true, "", "blocked check_failed", "for 12 Nov 2026"},
		{"check failed on the first day", both(finance, check(failed("amount", "high", "2026-11-01"))), november, true, "", "blocked check_failed", ""},
		{"check failed on the day after", both(finance, check(failed("amount", "high", "2026-11-01"))), october, true, "", "note check_failed", "outside of the period asked"},
		{"check failed the day before", both(finance, check(failed("amount", "high", "2026-09-30"))), october, true, "", "note check_failed", ""},
		{"check failed, no period asked", both(finance, check(failed("amount", "high", "2024-01-01"))), timex.Range{}, true, "", "blocked check_failed", ""},
		{"check of the whole table failed", both(finance, check(failed("", "high", ""))), november, true, "", "blocked check_failed", ""},
		{"column in another case", both(finance, check(failed("AMOUNT", "high", ""))), november, true, "", "blocked check_failed", ""},
		{"check errored", check(catalog.Check{ID: "c2", Column: "amount", Status: "error"}), november, false, "", "note quality_unknown", "check “c2” is error"},
		{"check errored, certified", check(catalog.Check{ID: "c2", Column: "amount", Status: "error"}), november, true, "", "warning quality_unknown", ""},
		{"check never ran", check(catalog.Check{ID: "c2", Column: "amount"}), november, false, "", "note quality_unknown", "is unknown"},
		{"check never ran, unused, certified", check(catalog.Check{ID: "c2", Column: "email"}), november, true, "", "note quality_unknown", ""},
		{"check passed", check(catalog.Check{ID: "c2", Column: "amount", Status: "pass"}), november, true, "", "", ""},
		{"deprecated", set(func(a *catalog.Asset) {
			a.Deprecation = &catalog.Deprecation{Since: onDay("2026-05-01"), Note: "Old.", Replacement: "lake.fin.new"}
		}), november, false, "", "warning deprecated", "fin.sales is deprecated: Old. Replacement: lake.fin.new; this answer was not redirected."},
		{"deprecated from next year on", set(func(a *catalog.Asset) { a.Deprecation = &catalog.Deprecation{Since: onDay("2027-01-01")} }), november, false, "", "", ""},
		{"raw", set(func(a *catalog.Asset) { a.Tier = catalog.Raw }), november, false, "", "warning uncurated", "fin.sales"},
		{"no business owner", set(func(a *catalog.Asset) { a.Owner.Business = "" }), november, false, "", "note no_owner", "No business owner"},
		{"no business owner, certified", set(func(a *catalog.Asset) { a.Owner.Business = "" }), november, true, "", "warning no_owner", ""},
		{"no owner at all", set(func(a *catalog.Asset) { a.Owner = catalog.Owner{} }), november, false, "", "note no_owner", "No owner"},
		{"a bare file", set(func(a *catalog.Asset) { a.Owner, a.Description = catalog.Owner{}, "" }), november, false, "", "", ""},
		{"personal data", nil, november, false, "email", "note personal_data", "Contains personal data (email)."},
		{"the worst comes first", both(late, finance, set(func(a *catalog.Asset) { a.Tier, a.Owner.Business = catalog.Raw, "" })), november, false, "", "blocked sla_missed,warning uncurated,note no_owner", ""},
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

// TestLateness: an SLA is a time of day in its own zone, summer time included; it promises the day before.
func TestLateness(t *testing.T) {
	for _, c := range []struct {
		name, cron, zone, until, at string
		grace                       time.Duration
		late                        bool
		by                          time.Duration
	}{
		{"before it is due", "0 7 * * *", "UTC", "2026-11-20", "2026-11-22T06:59:00Z", 0, false, 0},
		{"at the due time", "0 7 * * *", "UTC", "2026-11-20", "2026-11-22T07:00:00Z", 0, true, 0},
		{"two hours after", "0 7 * * *", "UTC", "2026-11-20", "2026-11-22T09:00:00Z", 0, true, 2 * time.Hour},
		{"inside the grace", "0 7 * * *", "UTC", "2026-11-20", "2026-11-22T08:59:00Z", 2 * time.Hour, false, 0},
		{"after the grace, counted from when it was due", "0 7 * * *", "UTC", "2026-11-20", "2026-11-22T09:30:00Z", 2 * time.Hour, true, 150 * time.Minute},
		{"in time", "0 7 * * *", "UTC", "2026-11-21", "2026-11-22T09:00:00Z", 0, false, 0},
		{"days late", "0 7 * * *", "UTC", "2026-11-18", "2026-11-22T07:00:00Z", 0, true, 48 * time.Hour},
		{"seven in Los Angeles is three in the afternoon in UTC", "0 7 * * *", "America/Los_Angeles", "2026-11-20", "2026-11-22T14:59:00Z", 0, false, 0},
		{"and then it is late", "0 7 * * *", "America/Los_Angeles", "2026-11-20", "2026-11-22T15:30:00Z", 0, true, 30 * time.Minute},
		{"in summer it is two", "0 7 * * *", "America/Los_Angeles", "2026-07-20", "2026-07-22T14:30:00Z", 0, true, 30 * time.Minute},
		{"the morning after clocks went back", "0 7 * * *", "America/Los_Angeles", "2026-10-30", "2026-11-01T15:30:00Z", 0, true, 30 * time.Minute},
		{"the morning before", "0 7 * * *", "America/Los_Angeles", "2026-10-29", "2026-10-31T14:30:00Z", 0, true, 30 * time.Minute},
		{"the morning after clocks went forward", "0 7 * * *", "Europe/Berlin", "2026-03-27", "2026-03-29T05:30:00Z", 0, true, 30 * time.Minute},
		{"due in the hour that is skipped", "30 2 * * *", "Europe/Berlin", "2026-03-28", "2026-03-29T09:00:00Z", 0, false, 0},
		{"east of the date line it is tomorrow", "0 7 * * *", "Asia/Tokyo", "2026-11-20", "2026-11-21T22:30:00Z", 0, true, 30 * time.Minute},
		{"weekdays only: on Sunday Friday's promise holds", "0 7 * * 1-5", "UTC", "2026-11-19", "2026-11-22T09:00:00Z", 0, false, 0},
		{"weekdays only: Monday promises Sunday", "0 7 * * 1-5", "UTC", "2026-11-19", "2026-11-23T09:00:00Z", 0, true, 2 * time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := &catalog.Asset{DataUntil: onDay(c.until), SLA: &catalog.SLA{Cron: c.cron, TimeZone: c.zone, Grace: c.grace}}
			by, late, known := lateness(a, instant(c.at))
			if !known || late != c.late || late && by != c.by {
				t.Errorf("late %v by %v (known %v), want %v by %v", late, by, known, c.late, c.by)
			}
		})
	}
}

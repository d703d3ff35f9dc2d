package answer_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/answer/governance"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/gate"
	"github.com/limn-data/limn/nl2sql/values"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/timex"
)

// governed is the bakery with a second table of sales, under a policy.
func governed(t *testing.T, e answer.Engine, p governance.Policy, who access.Policy, change func(sales, other *catalog.Asset)) *answer.Service {
	t.Helper()
	table := func(name string) *catalog.Asset {
		return &catalog.Asset{Name: catalog.Name{Catalog: "lake", Schema: "bakery", Table: name}, Description: "Sales.", Domain: "finance", Tier: catalog.Trusted, Rows: 10, Bytes: 1000,
			Owner: catalog.Owner{Business: "Ann (Shops)", Technical: "Data Eng"}, DataUntil: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC),
			Columns: []catalog.Column{{Name: "sale_id", Type: "bigint"}, {Name: "day", Type: "date"}, {Name: "shop", Type: "varchar"}, {Name: "amount", Type: "decimal(12,2)"}}}
	}
	sales, other := table("sales"), table("orders")
	change(sales, other)
	return answer.NewService(answer.Workspace{Name: "bakery", Snapshot: catalog.New([]*catalog.Asset{sales, other}, nil, nil), Values: values.New(nil), Calendar: timex.Calendar{WeekStart: time.Monday}, Governance: p, Policy: who,
		Gate: &gate.Gate{Key: func() ([]byte, error) { return []byte("0123456789abcdef0123456789abcdef"), nil }, Estimator: gate.Files{Snapshot: catalog.New([]*catalog.Asset{sales, other}, nil, nil)}},
		Models: func(s *catalog.Snapshot) (*model.Model, error) {
			return model.Load(fstest.MapFS{"models/bakery/m.yaml": {Data: []byte(bakery)}}, s, nil)
		}}, e)
}

func yes() *bool { b := true; return &b }

func late(sales, _ *catalog.Asset) {
	sales.DataUntil = time.Date(2026, 11, 10, 0, 0, 0, 0, time.UTC)
	sales.SLA = &catalog.SLA{Kind: "available_by", Cron: "0 7 * * *", TimeZone: "UTC"}
}

// Whoever got no number is offered the last complete period, as questions that are answered.
func TestBlockedOffersAWayOn(t *testing.T) {
	s := governed(t, &made{seed: 5}, governance.Policy{}, access.Policy{}, late)
	for _, c := range []struct{ q, want string }{
		{"turnover by shop this month", "turnover by shop from 1 Oct 2026 to 31 Oct 2026|turnover by shop from 1 Nov 2026 to 10 Nov 2026"},
		{"turnover in November 2026", "turnover from 1 Oct 2026 to 31 Oct 2026|turnover from 1 Nov 2026 to 10 Nov 2026"},
		{"what was the turnover yesterday?", "what was the turnover from 10 Nov 2026 to 10 Nov 2026?"},
		{"turnover by shop", ""},
	} {
		o := ask(t, s, c.q)
		if o.Outcome != answer.Refused || o.Declined.Code != "blocked" || o.Declined.Owner != "Data Eng" {
			t.Errorf("%s: %s %+v", c.q, o.Outcome, o.Declined)
			continue
		}
		if got := strings.Join(o.Suggestions, "|"); !strings.HasPrefix(got, c.want) || c.want == "" && strings.Contains(got, " from ") {
			t.Errorf("%s: offered %q, want %q", c.q, got, c.want)
		}
		for _, q := range o.Suggestions {
			if next := ask(t, s, q); next.Outcome != answer.Answered {
				t.Errorf("%s: offered %q, which is %s: %+v", c.q, q, next.Outcome, next.Declined)
			}
		}
	}
}

// Where the policy lets people insist, the decline has a token; with it the number is shown under its warning, to the
// same asker and for the same statement only.
func TestInsisting(t *testing.T) {
	p := governance.Policy{Rules: []governance.Rule{{Domains: []string{"finance"}, ConfirmBlocked: yes()}}}
	s := governed(t, &made{seed: 5}, p, access.Policy{}, late)
	o := ask(t, s, "turnover this month")
	if o.Outcome != answer.Refused || o.Declined.Confirm == nil {
		t.Fatalf("%s %+v", o.Outcome, o.Declined)
	}
	again := func(who, q, token string) *answer.Outcome {
		o, err := s.Ask(t.Context(), answer.Request{Question: q, Who: access.Principal{Name: who}, At: at, Confirm: token})
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	shown := again("ann", "turnover this month", *o.Declined.Confirm)
	if shown.Outcome != answer.Answered || !shown.Insisted || len(shown.Rows) == 0 || shown.Warnings[0].Level != answer.Blocked {
		t.Errorf("insisting: %s insisted %v, %d rows, %+v", shown.Outcome, shown.Insisted, len(shown.Rows), shown.Warnings)
	}
	for what, o := range map[string]*answer.Outcome{"somebody else": again("bob", "turnover this month", *o.Declined.Confirm), "another question": again("ann", "turnover by shop this month", *o.Declined.Confirm), "a forged token": again("ann", "turnover this month", strings.Repeat("A", 46))} {
		if o.Outcome != answer.Refused || o.Insisted {
			t.Errorf("%s saw the number", what)
		}
	}
	// Where the answer is withheld by a domain that lets nobody insist, what another domain lets people do is no way in.
	mixed := governance.Policy{Rules: []governance.Rule{{Domains: []string{"*"}, ConfirmBlocked: yes()}, {Domains: []string{"finance"}, ConfirmBlocked: new(bool)}}}
	if o := ask(t, governed(t, &made{}, mixed, access.Policy{}, late), "turnover this month"); o.Declined.Confirm != nil {
		t.Error("finance lets nobody insist, and a token is given")
	}
	if o := ask(t, governed(t, &made{}, governance.Policy{}, access.Policy{}, late), "turnover this month"); o.Declined.Confirm != nil {
		t.Error("a token is given where nobody may insist")
	}
}

// A deprecated table is read from its replacement where the policy says so, and only where that means the same.
func TestRedirect(t *testing.T) {
	redirect := governance.Policy{Rules: []governance.Rule{{Domains: []string{"finance"}, Redirect: yes()}}}
	old := func(sales, _ *catalog.Asset) {
		sales.Deprecation = &catalog.Deprecation{Since: at.AddDate(0, -1, 0), Note: "Moved.", Replacement: "lake.bakery.orders"}
	}
	for _, c := range []struct {
		name   string
		policy governance.Policy
		access access.Policy
		change func(sales, orders *catalog.Asset)
		table  string
		code   string
	}{
		{"allowed", redirect, access.Policy{}, old, "lake.bakery.orders", "redirected"},
		{"not allowed", governance.Policy{}, access.Policy{}, old, "lake.bakery.sales", "deprecated"},
		{"the replacement lacks a column", redirect, access.Policy{}, func(s, o *catalog.Asset) { old(s, o); o.Columns = o.Columns[:3] }, "lake.bakery.sales", "deprecated"},
		{"a column has another type", redirect, access.Policy{}, func(s, o *catalog.Asset) { old(s, o); o.Columns[3].Type = "double" }, "lake.bakery.sales", "deprecated"},
		{"the replacement is deprecated too", redirect, access.Policy{}, func(s, o *catalog.Asset) { old(s, o); o.Deprecation = &catalog.Deprecation{} }, "lake.bakery.sales", "deprecated"},
		{"deprecated from next month on", redirect, access.Policy{}, func(s, o *catalog.Asset) { old(s, o); s.Deprecation.Since = time.Now().AddDate(1, 0, 0) }, "lake.bakery.sales", ""},
		{"the replacement is hidden", redirect, access.Policy{Rules: []access.Rule{{Tables: []string{"lake.bakery.orders"}}}}, old, "lake.bakery.sales", "deprecated"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := ask(t, governed(t, &made{seed: 5}, c.policy, c.access, c.change), "turnover last month")
			if o.Outcome != answer.Answered || len(o.Sources) != 1 || o.Sources[0].Table != c.table || !strings.Contains(o.SQL, c.table) {
				t.Fatalf("%s from %+v\n%s\n%+v", o.Outcome, o.Sources, o.SQL, o.Declined)
			}
			code, text := "", ""
			for _, w := range o.Warnings {
				if w.Code == "deprecated" || w.Code == "redirected" {
					code, text = w.Code, w.Message
				}
			}
			if code != c.code {
				t.Errorf("told %q (%s), want %q", code, text, c.code)
			}
			if c.code == "redirected" && text != "bakery.sales is deprecated; this answer reads its replacement, bakery.orders." {
				t.Errorf("told %s", text)
			}
		})
	}
}

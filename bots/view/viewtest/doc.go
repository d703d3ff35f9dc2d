// Package viewtest holds outcomes of every shape for the tests of what renders them: the numbers of a
// made-up communications company, and values that try to break a surface. Nothing outside of tests
// imports it. Start at All.
package viewtest

import (
	"time"

	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/internal/decimal"
)

// Named is an outcome with the name of its golden files.
type Named struct {
	Name    string
	Outcome *answer.Outcome
}

// All are the outcomes in the order of a story: a number, series, groups, listings, the catalog's own
// answers, then what is not answered.
func All() []Named {
	return []Named{
		{"single", Single()}, {"yoy", YearOverYear()}, {"trend", Trend()}, {"top", Top()}, {"two-dimensions", TwoDimensions()}, {"share", Share()},
		{"count", Count()}, {"listing", Listing()}, {"warned", Warned()}, {"inferred", Inferred()}, {"negative", Negative()}, {"lines", Lines()}, {"many-columns", ManyColumns()},
		{"meta", Meta()}, {"empty", Empty()}, {"hostile", Hostile()}, {"clarify", ClarifyMetric()}, {"blocked", Blocked()}, {"declined", DeclinedUndefined()}, {"confirm", Confirm()},
	}
}

var asOf = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

var (
	finance = catalog.Owner{Business: "Dana Whitfield (Finance)", Technical: "Billing Platform"}
	product = catalog.Owner{Business: "Priya Raman (Messaging)", Technical: "Data Platform"}
)

func dec(s string) decimal.Decimal { return decimal.MustParse(s) }

func unit(s string) *string { return &s }

func at(day, hour int) *time.Time {
	t := time.Date(2026, 11, day, hour, 10, 0, 0, time.UTC)
	return &t
}

// blank is an outcome without a result, as the service starts from.
func blank(question, readAs string) *answer.Outcome {
	return &answer.Outcome{
		Outcome: answer.Answered, Question: question, AskedBy: "cfo@nimbus.example", AsOf: asOf, Road: "governed", Interpretation: readAs, Confidence: 0.97,
		Columns: []answer.Column{}, Rows: answer.Rows{}, Arithmetic: []answer.Arithmetic{}, Why: []answer.Part{}, Metrics: []answer.Metric{}, Lineage: []answer.Lineage{},
		Sources: []answer.Source{}, Warnings: []answer.Warning{}, Assumptions: []string{}, Suggestions: []string{}, Attempts: []answer.Attempt{},
		Timings: answer.Timings{Read: 0.4, Plan: 0.6, Check: 0.1, Gate: 0.1, Run: 12.1, Total: 13.5},
		ID:      "a_3f9c1d27ab6604e81c52", Hash: "sha256:7a1f0c39be2d58446f0a9b83c1e75d20f4c6a8e2913b7d5508fe64c2a19d3b70",
	}
}

// revenue makes an outcome one of certified revenue.
func revenue(o *answer.Outcome) *answer.Outcome {
	o.Trust = answer.Trust{Label: answer.LabelOfficial, Line: "Official · Finance, v3 · complete to 23 Nov 2026"}
	o.Metrics = []answer.Metric{{
		Name: "revenue", Label: "Revenue", Version: 3, Owner: finance, Tier: "certified", Domain: "finance", Certified: "Dana Whitfield, 2026-02-11",
		Definition: "Revenue recognised under contract for usage and subscriptions, net of refunds and credits, in US dollars at the rate of the day.",
		Expression: "SUM(revenue_daily.amount_usd)",
	}}
	o.Sources = []answer.Source{{
		Table: "lake.finance.revenue_daily", Tier: "certified", Owner: finance, FreshAt: at(24, 5), DataUntil: "2026-11-23", SLA: "available_by 0 6 * * * UTC", Status: "ok",
		SnapshotID: "8412907713305621", Upstream: []string{"kafka://events.nimbus.example:9092/billing.events"}, Columns: []string{"day", "amount_usd"},
	}}
	o.Lineage = []answer.Lineage{{Output: "revenue", Inputs: []answer.Input{{Table: "lake.finance.revenue_daily", Column: "amount_usd", Kind: "direct"}, {Table: "lake.finance.revenue_daily", Column: "day", Kind: "indirect"}}}}
	o.Trace = []answer.Traced{
		{Output: "revenue", Hop: 1, Step: catalog.Step{From: "lake.raw.billing_events", FromColumn: "amount", To: "lake.finance.revenue_daily", ToColumn: "amount_usd", Type: "direct", Job: "airflow://finance/revenue_daily"}},
		{Output: "revenue", Hop: 2, Step: catalog.Step{From: "kafka://events.nimbus.example:9092/billing.events", To: "lake.raw.billing_events"}},
	}
	o.Cost.ScannedBytes = 41_800_000
	return o
}

// usage makes an outcome one of messages per account, which joins two tables.
func usage(o *answer.Outcome) *answer.Outcome {
	o.Trust = answer.Trust{Label: answer.LabelOfficial, Line: "Official · Messaging, v2 · complete to 23 Nov 2026"}
	o.Metrics = []answer.Metric{{
		Name: "messages_sent", Label: "Messages sent", Version: 2, Owner: product, Tier: "trusted", Domain: "messaging", Certified: "Priya Raman, 2026-05-04",
		Definition: "Messages that left the platform towards a carrier, whether or not they arrived.", Expression: "SUM(usage_daily.messages)",
	}}
	o.Sources = []answer.Source{
		{Table: "lake.core.usage_daily", Tier: "trusted", Owner: product, FreshAt: at(24, 3), DataUntil: "2026-11-23", SLA: "available_by 30 4 * * * UTC", Status: "ok", SnapshotID: "5520918846213377",
			Upstream: []string{"kafka://events.nimbus.example:9092/messaging.events", "kafka://events.nimbus.example:9092/voice.events"}, Columns: []string{"day", "account_id", "messages"}},
		{Table: "lake.core.accounts", Tier: "trusted", Owner: catalog.Owner{Technical: "Data Platform"}, FreshAt: at(24, 1), Status: "unknown", SnapshotID: "5520918846213001",
			Upstream: []string{"kafka://cdc.nimbus.example:9092/crm.accounts"}, Columns: []string{"account_id", "name", "region"}},
	}
	o.Lineage = []answer.Lineage{
		{Output: "region", Inputs: []answer.Input{{Table: "lake.core.accounts", Column: "region", Kind: "direct"}}},
		{Output: "messages_sent", Inputs: []answer.Input{{Table: "lake.core.usage_daily", Column: "messages", Kind: "direct"}, {Table: "lake.core.accounts", Column: "account_id", Kind: "indirect"}}},
	}
	return o
}

func quarterColumn() answer.Column {
	return answer.Column{Name: "quarter", Type: "date", Role: "time", Title: "Quarter", Description: "First day of the quarter.", Scale: -1, Grain: "quarter"}
}

func revenueColumn(name, role, title string) answer.Column {
	return answer.Column{Name: name, Type: "decimal(38,2)", Role: role, Unit: unit("USD"), Title: title, Description: "Revenue recognised under contract, net of refunds.", Scale: 2}
}

func percentColumn(name, role, title string) answer.Column {
	return answer.Column{Name: name, Type: "decimal(38,10)", Role: role, Unit: unit("percent"), Title: title, Description: "Difference divided by the value that it is compared with.", Scale: 1}
}

func dimension(name, title string) answer.Column {
	return answer.Column{Name: name, Type: "varchar", Role: "dimension", Title: title, Scale: -1}
}

func messagesColumn() answer.Column {
	return answer.Column{Name: "messages_sent", Type: "bigint", Role: "metric", Unit: unit("messages"), Title: "Messages sent", Description: "Messages that left the platform.", Scale: 0}
}

package viewtest

import (
	"fmt"
	"math"

	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/catalog"
)

// Single is one number.
func Single() *answer.Outcome {
	o := revenue(blank("what was revenue last quarter?", "Revenue in Q3 2026 (1 Jul to 30 Sep 2026)"))
	o.Headline = "Revenue was $128.4 million in Q3 2026."
	o.Columns = []answer.Column{revenueColumn("revenue", "metric", "Revenue")}
	o.Rows = answer.Rows{{dec("128412906.44")}}
	o.SQL = "SELECT sum(r.amount_usd) AS revenue\nFROM lake.finance.revenue_daily AS r\nWHERE r.day >= DATE '2026-07-01'\n  AND r.day < DATE '2026-10-01'"
	return o
}

// YearOverYear is revenue by quarter, each beside the same quarter a year earlier.
func YearOverYear() *answer.Outcome {
	o := revenue(blank("Revenue year over year from Q1 of last year to Q2 of this year", "Revenue by quarter from Q1 2025 to Q2 2026 (1 Jan 2025 to 30 Jun 2026), beside the same quarter a year earlier"))
	o.Headline = "Revenue was $121.7 million in Q2 2026, up 18.3 % from $102.9 million a year earlier."
	o.Columns = []answer.Column{quarterColumn(), revenueColumn("revenue", "metric", "Revenue"), revenueColumn("revenue_prior", "prior", "Revenue a year earlier"),
		revenueColumn("revenue_change", "change", "Change"), percentColumn("revenue_change_pct", "percent", "Change %")}
	o.Rows = answer.Rows{
		{"2025-01-01", dec("96120455.18"), dec("84906112.75"), dec("11214342.43"), dec("0.1320793165")},
		{"2025-04-01", dec("102884210.07"), dec("88215940.11"), dec("14668269.96"), dec("0.1662768523")},
		{"2025-07-01", dec("107340876.52"), dec("92770431.90"), dec("14570444.62"), dec("0.1570591206")},
		{"2025-10-01", dec("118006322.90"), dec("101442870.36"), dec("16563452.54"), dec("0.1632786325")},
		{"2026-01-01", dec("114580119.61"), dec("96120455.18"), dec("18459664.43"), dec("0.1920472194")},
		{"2026-04-01", dec("121712340.88"), dec("102884210.07"), dec("18828130.81"), dec("0.1830031055")},
	}
	series := (*string)(nil)
	o.Chart = &answer.Chart{Kind: "line", X: "quarter", Y: []string{"revenue", "revenue_prior"}, Series: series}
	o.SQL = "WITH cur AS (\n  SELECT date_trunc('quarter', r.day) AS quarter, sum(r.amount_usd) AS revenue\n  FROM lake.finance.revenue_daily AS r\n  WHERE r.day >= DATE '2025-01-01' AND r.day < DATE '2026-07-01'\n  GROUP BY 1\n), prior AS (\n  SELECT date_add('year', 1, date_trunc('quarter', r.day)) AS quarter, sum(r.amount_usd) AS revenue\n  FROM lake.finance.revenue_daily AS r\n  WHERE r.day >= DATE '2024-01-01' AND r.day < DATE '2025-07-01'\n  GROUP BY 1\n)\nSELECT cur.quarter, cur.revenue, prior.revenue AS revenue_prior,\n  cur.revenue - prior.revenue AS revenue_change, -- in US dollars, at the rate of the day on which it was recognised\n  CAST(cur.revenue - prior.revenue AS decimal(38, 10)) / nullif(prior.revenue, 0) AS revenue_change_pct\nFROM cur\nLEFT JOIN prior ON prior.quarter = cur.quarter\nORDER BY 1"
	o.Arithmetic = []answer.Arithmetic{{ID: "a1", Expr: "abs(r[5].revenue_change_pct)", Value: "0.1830031055", Shown: "18.3 %"}}
	o.Assumptions = []string{"Quarters are those of the calendar year.", "Revenue is in US dollars."}
	o.Suggestions = []string{"revenue in Q2 2026 against Q1 2025", "revenue by region from Q1 2025 to Q2 2026"}
	o.Lineage = []answer.Lineage{
		{Output: "quarter", Inputs: []answer.Input{{Table: "lake.finance.revenue_daily", Column: "day", Kind: "direct"}}},
		{Output: "revenue", Inputs: []answer.Input{{Table: "lake.finance.revenue_daily", Column: "amount_usd", Kind: "direct"}, {Table: "lake.finance.revenue_daily", Column: "day", Kind: "indirect"}}},
		{Output: "revenue_prior", Inputs: []answer.Input{{Table: "lake.finance.revenue_daily", Column: "amount_usd", Kind: "direct"}, {Table: "lake.finance.revenue_daily", Column: "day", Kind: "indirect"}}},
	}
	return o
}

// Trend is a value per day, with one day missing.
func Trend() *answer.Outcome {
	o := usage(blank("delivery rate per day in the last 6 weeks", "Delivery rate by day from 13 Oct to 23 Nov 2026"))
	o.Metrics[0].Name, o.Metrics[0].Label = "delivery_rate", "Delivery rate"
	o.Headline = "Delivery rate was 97.4 % on 23 Nov 2026; the highest was 98.6 % on 30 Oct 2026."
	o.Columns = []answer.Column{{Name: "day", Type: "date", Role: "time", Title: "Day", Scale: -1, Grain: "day"}, percentColumn("delivery_rate", "metric", "Delivery rate")}
	for i := range 42 {
		day := asOf.AddDate(0, 0, i-42).Format("2006-01-02")
		v := 0.975 + 0.008*math.Sin(float64(i)/4) + 0.003*math.Sin(float64(i)*1.7)
		if i == 17 {
			o.Rows = append(o.Rows, answer.Rows{{day, nil}}[0])
			continue
		}
		o.Rows = append(o.Rows, answer.Rows{{day, dec(fmt.Sprintf("%.10f", v))}}[0])
	}
	o.Chart = &answer.Chart{Kind: "line", X: "day", Y: []string{"delivery_rate"}}
	return o
}

// Top is the five largest.
func Top() *answer.Outcome {
	o := revenue(blank("top 5 customers by revenue this year", "The 5 accounts with the highest revenue from 1 Jan to 23 Nov 2026"))
	o.Headline = "Revenue this year: Halcyon Freight with $9.214 million comes first."
	o.Columns = []answer.Column{dimension("account", "Account"), revenueColumn("revenue", "metric", "Revenue")}
	o.Rows = answer.Rows{{"Halcyon Freight", dec("9213880.12")}, {"Mosaic Health Systems", dec("7740015.50")}, {"東京スカイ通信", dec("6982310.00")}, {"Brightwater Bank & Trust Company of the Northern Territories", dec("4120771.93")}, {"Pinecrest 🌲 Retail", dec("3998120.05")}}
	o.Chart = &answer.Chart{Kind: "bar", X: "account", Y: []string{"revenue"}}
	o.SQL = "SELECT a.name AS account, sum(r.amount_usd) AS revenue\nFROM lake.finance.revenue_daily AS r\nJOIN lake.core.accounts AS a ON a.account_id = r.account_id\nWHERE r.day >= DATE '2026-01-01'\nGROUP BY 1\nORDER BY 2 DESC NULLS LAST\nLIMIT 5"
	o.Sources = append(o.Sources, answer.Source{Table: "lake.core.accounts", Tier: "trusted", Owner: product, FreshAt: at(24, 1), Status: "unknown", Upstream: []string{"kafka://cdc.nimbus.example:9092/crm.accounts"}, Columns: []string{"account_id", "name"}})
	o.Lineage = append(o.Lineage, answer.Lineage{Output: "account", Inputs: []answer.Input{{Table: "lake.core.accounts", Column: "name", Kind: "direct"}}})
	return o
}

// TwoDimensions groups by two.
func TwoDimensions() *answer.Outcome {
	o := usage(blank("messages sent by region and channel last month", "Messages sent by region and channel in Oct 2026"))
	o.Headline = "Messages sent in Oct 2026: North America, SMS with 812.4 million is highest, Latin America, WhatsApp with 9.12 million lowest."
	o.Columns = []answer.Column{dimension("region", "Region"), dimension("channel", "Channel"), messagesColumn()}
	o.Rows = answer.Rows{{"North America", "SMS", int64(812403118)}, {"Europe", "SMS", int64(401220876)}, {"North America", "WhatsApp", int64(120455003)}, {"Europe", "WhatsApp", int64(98001245)}, {nil, "SMS", int64(31440982)}, {"Latin America", "WhatsApp", int64(9120034)}}
	o.Chart = &answer.Chart{Kind: "bar", X: "region", Y: []string{"messages_sent"}}
	return o
}

// Share is parts of a total.
func Share() *answer.Outcome {
	o := revenue(blank("share of revenue by product last quarter", "Revenue by product in Q3 2026, and its share of the total"))
	o.Headline = "Revenue in Q3 2026: Messaging with $71.02 million, 55.3 % of the total is highest, Email with $14.9 million lowest."
	o.Columns = []answer.Column{dimension("product", "Product"), revenueColumn("revenue", "metric", "Revenue"), percentColumn("revenue_share", "share", "Share")}
	o.Rows = answer.Rows{{"Messaging", dec("71020344.10"), dec("0.5530623910")}, {"Voice", dec("42490561.80"), dec("0.3308900220")}, {"Email", dec("14902000.54"), dec("0.1160475870")}}
	o.Chart = &answer.Chart{Kind: "bar", X: "product", Y: []string{"revenue"}}
	return o
}

// Count is how many.
func Count() *answer.Outcome {
	o := usage(blank("how many active accounts do we have?", "Active accounts on 23 Nov 2026"))
	o.Metrics[0].Name, o.Metrics[0].Label = "active_accounts", "Active accounts"
	o.Headline = "Active accounts was 18,204 on 23 Nov 2026."
	o.Columns = []answer.Column{{Name: "active_accounts", Type: "bigint", Role: "metric", Unit: unit("count"), Title: "Active accounts", Scale: 0}}
	o.Rows = answer.Rows{{int64(18204)}}
	return o
}

// Listing is twenty rows of a table.
func Listing() *answer.Outcome {
	o := blank("list open tickets of priority 1 since October", "Tickets that are open with priority 1 from 1 Oct to 23 Nov 2026, the newest first")
	o.Trust = answer.Trust{Label: answer.LabelDefined, Line: "Defined, not certified · Support · complete to 23 Nov 2026"}
	o.Headline = "20 tickets from 1 Oct to 23 Nov 2026."
	o.Columns = []answer.Column{{Name: "ticket_id", Type: "bigint", Role: "dimension", Title: "Ticket", Scale: -1}, {Name: "opened_at", Type: "timestamp(3)", Role: "time", Title: "Opened", Scale: -1}, dimension("subject", "Subject"),
		dimension("account", "Account"), {Name: "hours_open", Type: "double", Role: "dimension", Unit: unit("hours"), Title: "Open for", Scale: 1}, {Name: "escalated", Type: "boolean", Role: "dimension", Title: "Escalated", Scale: -1}}
	subjects := []string{"Delivery receipts late for short codes in Germany", "Webhook signature fails after key rotation", "Calls drop after 30 seconds on SIP trunk", "Verification codes arrive twice", "Cannot port number"}
	accounts := []string{"Halcyon Freight", "Mosaic Health Systems", "東京スカイ通信", "Pinecrest 🌲 Retail"}
	for i := range 20 {
		o.Rows = append(o.Rows, answer.Rows{{int64(104833 - 7*i), asOf.AddDate(0, 0, -2*i-1).Format("2006-01-02") + fmt.Sprintf(" %02d:%02d:00.000", 23-i, (i*17)%60), subjects[i%5], accounts[i%4], 4.5 + float64(i)*48.25, i%3 == 0}}[0])
	}
	o.Rows[3][4] = nil
	o.Arithmetic = []answer.Arithmetic{{ID: "a1", Expr: "count(r)", Value: "20", Shown: "20"}}
	o.Sources = []answer.Source{{Table: "lake.core.tickets", Tier: "trusted", Owner: catalog.Owner{Business: "Sam Ortiz (Support)", Technical: "Data Platform"}, FreshAt: at(24, 2), DataUntil: "2026-11-23", Status: "ok", Upstream: []string{"postgres://helpdesk/public.tickets"}, Columns: []string{"ticket_id", "opened_at", "subject"}}}
	return o
}

// Warned has a warning and a note.
func Warned() *answer.Outcome {
	o := usage(blank("messages sent by region this month", "Messages sent by region from 1 Nov to 23 Nov 2026"))
	o.Headline = "Messages sent from 1 Nov to 23 Nov 2026: North America with 601.2 million is highest, Latin America with 22.08 million lowest."
	o.Columns = []answer.Column{dimension("region", "Region"), messagesColumn()}
	o.Rows = answer.Rows{{"North America", int64(601230551)}, {"Europe", int64(322019876)}, {"Asia Pacific", int64(104556120)}, {"Latin America", int64(22084019)}}
	o.Chart = &answer.Chart{Kind: "bar", X: "region", Y: []string{"messages_sent"}}
	o.Warnings = []answer.Warning{
		{Level: answer.Warn, Code: "sla_missed", Asset: "lake.core.usage_daily", Message: "core.usage_daily has data up to 20 Nov 2026 and is 3 days late, so the end of the period is missing. Technical owner: Data Platform."},
		{Level: answer.Note, Code: "check_failed", Asset: "lake.core.usage_daily", Message: "A check on segments failed; not used here."},
	}
	o.Sources[0].Status, o.Sources[0].DataUntil = "late", "2026-11-20"
	return o
}

// Inferred comes from a model that nobody has approved.
func Inferred() *answer.Outcome {
	o := blank("how many claims do we have by status?", "Number of claims by status")
	o.Road = "inferred"
	o.Trust = answer.Trust{Label: answer.LabelInferred, Line: answer.LabelInferred}
	o.Headline = "Claims: open with 1,204 is highest, withdrawn with 31 lowest."
	o.Columns = []answer.Column{dimension("status", "Status"), {Name: "claims", Type: "bigint", Role: "metric", Unit: unit("count"), Title: "Claims", Scale: -1}}
	o.Rows = answer.Rows{{"open", int64(1204)}, {"paid", int64(988)}, {"rejected", int64(207)}, {"withdrawn", int64(31)}}
	o.Chart = &answer.Chart{Kind: "bar", X: "status", Y: []string{"claims"}}
	o.Sources = []answer.Source{{Table: "lake.main.claim", Status: "unknown", Columns: []string{"status"}}}
	o.Confidence = 0.81
	return o
}

// Negative has values on both sides of zero and one missing.
func Negative() *answer.Outcome {
	o := revenue(blank("change in revenue by region against the quarter before", "Change of revenue by region, Q3 2026 against Q2 2026"))
	o.Headline = "Revenue in Q3 2026: Europe with $48.11 million is highest."
	o.Columns = []answer.Column{dimension("region", "Region"), {Name: "delta", Type: "decimal(38,2)", Role: "metric", Unit: unit("EUR"), Title: "Change of revenue", Scale: 2}, {Name: "margin_change", Type: "decimal(38,10)", Role: "change", Unit: unit("points"), Title: "Change of margin", Scale: -1}}
	o.Rows = answer.Rows{{"Europe", dec("4110200.00"), dec("0.0123")}, {"North America", dec("-2550310.40"), dec("-0.0041")}, {"Asia Pacific", dec("310.55"), dec("0")}, {"Latin America", nil, nil}}
	o.Chart = &answer.Chart{Kind: "bar", X: "region", Y: []string{"delta"}}
	return o
}

// Lines has more groups over time than can be drawn.
func Lines() *answer.Outcome {
	o := revenue(blank("monthly revenue by country since January", "Revenue by country and month from Jan to Oct 2026"))
	o.Headline = "Revenue from Jan to Oct 2026: Oct 2026, United States with $21.9 million comes first."
	o.Columns = []answer.Column{dimension("country", "Country"), {Name: "month", Type: "date", Role: "time", Title: "Month", Scale: -1, Grain: "month"}, revenueColumn("revenue", "metric", "Revenue")}
	for k, c := range []string{"United States", "Germany", "Japan", "Brazil", "France", "India", "Canada", "Kenya"} {
		for m := range 10 {
			if c == "Kenya" && m < 6 {
				continue
			}
			v := (20.1 - 2.4*float64(k)) * (1 + 0.02*float64(m) + 0.03*math.Sin(float64(m*(k+2)))) * 1e6
			o.Rows = append(o.Rows, answer.Rows{{c, fmt.Sprintf("2026-%02d-01", m+1), dec(fmt.Sprintf("%.2f", v))}}[0])
		}
	}
	series := "country"
	o.Chart = &answer.Chart{Kind: "line", X: "month", Y: []string{"revenue"}, Series: &series}
	return o
}

// ManyColumns is wider than any terminal, and was cut by the engine.
func ManyColumns() *answer.Outcome {
	o := blank("list invoices with everything", "Invoices of Nov 2026")
	o.Trust = answer.Trust{Label: answer.LabelDefined, Line: "Defined, not certified · Finance"}
	o.Headline = "The first 2 invoices in Nov 2026; there are more."
	o.Truncated = true
	row := answer.Rows{{}}[0]
	for i := range 14 {
		o.Columns = append(o.Columns, answer.Column{Name: fmt.Sprintf("amount_%d", i), Type: "decimal(18,2)", Role: "dimension", Unit: unit("USD"), Title: fmt.Sprintf("Amount of part %d", i+1), Scale: -1})
		row = append(row, dec(fmt.Sprintf("%d.10", 1234567*(i+1))))
	}
	o.Rows = answer.Rows{row, row}
	return o
}

// Meta is an answer of the catalog itself.
func Meta() *answer.Outcome {
	o := revenue(blank("what does revenue mean and who owns it?", "What Revenue means"))
	o.Trust = answer.Trust{Label: answer.LabelCatalog, Line: answer.LabelCatalog}
	o.Headline = "Revenue: Revenue recognised under contract for usage and subscriptions, net of refunds and credits, in US dollars at the rate of the day."
	o.Columns = []answer.Column{{Name: "name", Type: "varchar", Role: "attribute", Title: "Name", Scale: -1}, {Name: "value", Type: "varchar", Role: "attribute", Title: "Value", Scale: -1}}
	o.Rows = answer.Rows{{"definition in words", "Revenue recognised under contract for usage and subscriptions, net of refunds and credits, in US dollars at the rate of the day."}, {"definition in code", "SUM(revenue_daily.amount_usd)"}, {"unit", "USD"}, {"business owner", "Dana Whitfield (Finance)"}, {"complete to", "2026-11-23"}, {"also called", nil}}
	o.Lineage = []answer.Lineage{}
	return o
}

// Empty is answered, with no rows.
func Empty() *answer.Outcome {
	o := revenue(blank("revenue in Antarctica last quarter", "Revenue for Antarctica in Q3 2026"))
	o.Headline = "There is no data for Revenue in Q3 2026."
	o.Columns = []answer.Column{revenueColumn("revenue", "metric", "Revenue")}
	return o
}

// The texts by which data could try to reach beyond its cell.
const (
	Escape   = "\x1b[31mred\x1b[0m\x1b]0;title\x07"
	Override = "invoice\u202egnp.exe\u2066x"
	Script   = `<script>alert("x")</script><img src=x onerror=alert(1)>`
	Quote    = `" onmouseover="alert(1)" '>`
)

// Hostile has such texts wherever an outcome holds text.
func Hostile() *answer.Outcome {
	bad := Escape + Override + Script + Quote + "\x9b2J\r\n\x00\xff"
	o := blank(bad, bad)
	o.AskedBy, o.Road, o.Headline, o.ID, o.Hash = bad, bad, bad, bad, bad
	o.Trust = answer.Trust{Label: bad, Line: bad}
	o.Columns = []answer.Column{{Name: bad, Type: "varchar", Role: "dimension", Title: bad, Description: bad, Scale: -1}, {Name: "n", Type: "bigint", Role: "metric", Unit: &bad, Title: bad, Description: bad, Scale: -1}, {Name: "list", Type: "array(varchar)", Role: "dimension", Title: "List", Scale: -1}}
	list := answer.Rows{{bad, int64(1)}}[0]
	o.Rows = answer.Rows{{bad, int64(3), list}, {"é", int64(5), nil}, {"plain", int64(7), []byte{1, 0xff}}}
	o.Chart = &answer.Chart{Kind: "bar", X: bad, Y: []string{"n"}}
	o.SQL = "SELECT '" + bad + "'\nFROM t -- " + bad
	o.Metrics = []answer.Metric{{Name: bad, Label: bad, Definition: bad, Expression: bad, Version: 1, Owner: catalog.Owner{Business: bad, Technical: bad}, Tier: bad, Domain: bad, Certified: bad}}
	o.Lineage = []answer.Lineage{{Output: bad, Inputs: []answer.Input{{Table: bad, Column: bad, Kind: "direct"}}}}
	o.Sources = []answer.Source{{Table: bad, Tier: bad, Owner: catalog.Owner{Business: bad, Technical: bad}, SLA: bad, Status: bad, DataUntil: bad, SnapshotID: bad, Upstream: []string{bad, "kafka://h:9092/" + bad}, Columns: []string{bad}}}
	o.Warnings = []answer.Warning{{Level: bad, Code: bad, Message: bad, Asset: bad}, {Level: answer.Note, Code: bad, Message: bad, Asset: bad}}
	o.Assumptions, o.Suggestions = []string{bad}, []string{bad}
	o.Arithmetic = []answer.Arithmetic{{ID: bad, Expr: bad, Value: bad, Shown: bad}}
	o.Why = []answer.Part{{Dimension: bad, Value: bad, Delta: bad, Share: bad}}
	o.Attempts = []answer.Attempt{{Draft: bad, Problems: []string{bad}, Verdict: bad}}
	return o
}

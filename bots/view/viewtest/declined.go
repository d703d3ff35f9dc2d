package viewtest

import "github.com/limn-data/limn/answer"

// ClarifyMetric asks which of two definitions is meant.
func ClarifyMetric() *answer.Outcome {
	o := blank("what was churn last quarter?", "")
	o.Outcome = answer.Clarified
	o.Clarify = &answer.Clarify{Question: "“Churn” can mean two things here. Which do you mean?", Options: []answer.Option{
		{Label: "Churned accounts: accounts that cancelled their last subscription", Question: "churned accounts in Q3 2026"},
		{Label: "Revenue churn: recurring revenue lost to cancellations and downgrades, as a part of what there was at the start", Question: "revenue churn rate in Q3 2026"},
	}}
	o.Confidence = 0.5
	return o
}

// Blocked is a number that is signed for and whose table is late.
func Blocked() *answer.Outcome {
	o := revenue(blank("revenue this month", "Revenue from 1 Nov to 23 Nov 2026"))
	o.Outcome = answer.Refused
	reason := "No answer: finance.revenue_daily has data up to 20 Nov 2026 and is 50 h late. Technical owner: Billing Platform."
	o.Declined = &answer.Declined{Code: "blocked", Reason: reason, Hint: "Ask for a period up to 20 Nov 2026, which is complete.", Owner: "Billing Platform"}
	o.Warnings = []answer.Warning{
		{Level: answer.Blocked, Code: "sla_missed", Asset: "lake.finance.revenue_daily", Message: reason},
		{Level: answer.Warn, Code: "no_owner", Asset: "lake.core.accounts", Message: "No business owner is recorded for core.accounts; nobody has approved this definition."},
	}
	o.Sources[0].Status, o.Sources[0].DataUntil = "late", "2026-11-20"
	o.Suggestions = []string{"revenue from 1 Nov to 20 Nov 2026"}
	return o
}

// DeclinedUndefined asks for what nobody has defined.
func DeclinedUndefined() *answer.Outcome {
	o := blank("what was our employee satisfaction last quarter?", "")
	o.Outcome, o.Confidence = answer.Refused, 0
	o.Declined = &answer.Declined{Code: "not_defined", Reason: "“employee satisfaction” is not defined here, and no table has it.", Hint: "If it should be, ask the data team to define it.", Owner: "Data Platform"}
	o.Suggestions = []string{"customer satisfaction in Q3 2026", "number of tickets in Q3 2026 by priority", "satisfaction by region in Q3 2026, beside the quarter before and the same quarter a year earlier"}
	return o
}

// Confirm needs consent to its cost.
func Confirm() *answer.Outcome {
	o := usage(blank("every message event of the last three years", "Message events from 24 Nov 2023 to 23 Nov 2026"))
	o.Outcome = answer.Refused
	token := "9f1c22ab40d8e67355b01a7c"
	o.Declined = &answer.Declined{Code: "needs_confirmation", Reason: "This would read about 412 GB.", Hint: "Confirm to run it anyway, or ask for a shorter period.", Confirm: &token}
	return o
}

package governance

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/semantic/timex"
)

// checks: what failed on the columns and days that were read, and what nobody knows.
func (t *table) checks() {
	var newest time.Time
	for _, k := range t.a.Checks {
		t.check(k)
		if k.RanAt.After(newest) {
			newest = k.RanAt
		}
	}
	stale := t.policy.staleAfter(t.a.Domain)
	judged := slices.ContainsFunc(t.a.Checks, func(k catalog.Check) bool { return k.Status == "pass" || k.Status == "fail" || k.Status == "warn" })
	if judged && stale > 0 && !newest.IsZero() && t.s.At.Sub(newest) > stale {
		t.find("quality_unknown", nil, Finding{Code: "quality_unknown", Since: newest, Message: fmt.Sprintf("Quality of %s is unknown: no check has run since %s.", Short(t.a), newest.UTC().Format("2 Jan 2006"))})
	}
}

func checkName(k catalog.Check) string { return "“" + first(k.Expression, k.ID) + "”" }

// recently is how long a failure that was mended is still told of.
const recently = 7 * 24 * time.Hour

func (t *table) check(k catalog.Check) {
	used := k.Column == "" || slices.ContainsFunc(t.use.Columns, func(u string) bool { return strings.EqualFold(u, k.Column) })
	f := Finding{Since: k.RanAt, URL: k.URL}
	var grades []string
	if k.Severity == "high" {
		grades = append(grades, "high")
	}
	switch k.Status {
	case "pass":
		if used && !k.FailedAt.IsZero() && t.s.At.Sub(k.FailedAt) < recently {
			f.Code, f.Message = "check_failed", fmt.Sprintf("Check %s failed on %s and has passed since.", checkName(k), k.FailedAt.UTC().Format(dayForm))
			t.find("check_failed_passed", grades, f)
		}
	case "fail":
		f.Code = "check_failed"
		t.failed(k, used, grades, f)
	case "warn":
		if used {
			f.Code, f.Message = "check_warned", fmt.Sprintf("Check %s warned%s.", checkName(k), observed(k))
			t.find("check_warned", grades, f)
		}
	default:
		if used {
			f.Code, f.Message = "quality_unknown", fmt.Sprintf("Quality of %s is unknown: check %s %s.", Short(t.a), checkName(k), unknownWords(k))
			t.find("quality_unknown", grades, f)
		}
	}
}

func observed(k catalog.Check) string {
	if k.Observed == "" {
		return ""
	}
	return " (" + k.Observed + ")"
}

func unknownWords(k catalog.Check) string {
	switch k.Status {
	case "error":
		if k.RanAt.IsZero() {
			return "ended in an error"
		}
		return "ended in an error on " + k.RanAt.UTC().Format(dayForm)
	case "pending":
		return "has not ended yet"
	}
	return "has never run"
}

// failed: on a day that was not read it does not matter, nor on a column that was not.
func (t *table) failed(k catalog.Check, used bool, grades []string, f Finding) {
	day, err := time.Parse(time.DateOnly, k.Partition)
	where := ""
	if err == nil {
		where = " for " + day.Format(dayForm)
	} else if k.Partition != "" {
		where = " for " + k.Partition
	}
	switch {
	case !used:
		f.Message = fmt.Sprintf("A check on %s failed; not used here.", k.Column)
		t.find("check_failed_unused", grades, f)
	case err == nil && !slices.ContainsFunc(t.s.Read, func(r timex.Range) bool { return holds(r, day) }):
		f.Message = fmt.Sprintf("Check %s failed%s, outside of the period asked.", checkName(k), where)
		t.find("check_failed_outside", grades, f)
	default:
		f.Message = fmt.Sprintf("Check %s failed%s%s. The result includes those rows.", checkName(k), where, observed(k))
		if all := grades; t.policy.level(t.a.Domain, "check_failed", certified(all, t.s.Certified)...) == Blocked {
			f.Message = fmt.Sprintf("No answer: check %s failed%s%s. %s", checkName(k), where, observed(k), t.technical())
		}
		t.find("check_failed", grades, f)
	}
}

func certified(grades []string, yes bool) []string {
	if yes {
		return append(slices.Clone(grades), "certified")
	}
	return grades
}

// holds says that a day lies in a range whose ends may be open.
func holds(r timex.Range, day time.Time) bool {
	return (r.From.IsZero() || !day.Before(r.From)) && (r.To.IsZero() || day.Before(r.To))
}

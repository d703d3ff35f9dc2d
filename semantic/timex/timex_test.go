package timex

import (
	"testing"
	"time"

	"github.com/limn-data/limn/internal/words"
)

// corpus reads phrases as of Sunday, 22 November 2026, weeks from Monday, fiscal years from February.
func corpus(fiscal bool) Parser {
	return Parser{Today: Date(2026, time.November, 22), Calendar: Calendar{WeekStart: time.Monday, FiscalStart: time.February, Fiscal: fiscal}}
}

func TestPhrases(t *testing.T) {
	for want, phrases := range map[string][]string{
		"2026-11-21/2026-11-22": {"yesterday", "on Saturday", "last Saturday", "2026-11-21", "November 21", "11/21/2026", "21 Nov 2026", "the 21st of November", "Nov 21st, 2026"},
		"2026-11-09/2026-11-16": {"last week", "the previous week", "week of November 10", "in the prior week"},
		"2026-11-16/2026-11-23": {"this week", "the current week", "week 47", "week 47 of 2026"},
		"2026-10-05/2026-11-16": {"last 6 weeks", "in the past six weeks", "over the last 6 full weeks", "during the previous 6 weeks"},
		"2025-11-01/2026-11-01": {"last 12 months", "the trailing twelve months", "for the past 12 months"},
		"2026-11-15/2026-11-22": {"last 7 days", "the past seven days"},
		"2026-03-01/2026-04-01": {"March", "in March", "last March", "March 2026", "march of this year", "2026-03", "Mar 2026", "03/2026"},
		"2025-03-01/2025-04-01": {"March 2025", "March of last year", "March last year", "in mar '25"},
		"2025-12-01/2026-01-01": {"December", "last December", "in Dec"},
		"2026-03-01/2026-11-23": {"since March", "from March onwards", "since the beginning of March", "starting in March"},
		"2026-04-01/2026-11-23": {"after March"},
		"2026-01-01/2026-11-23": {"year to date", "YTD", "so far this year", "this year so far", "since January", "since the beginning of the year", "2026 to date", "from January to now"},
		"2026-10-01/2026-11-23": {"QTD", "this quarter so far", "quarter-to-date"},
		"2026-11-01/2026-11-23": {"MTD", "month to date"},
		"2026-10-01/2027-01-01": {"this quarter", "Q4", "the current quarter", "Q4 2026", "4q26", "fourth quarter of this year", "2026 Q4", "Q4'26"},
		"2026-07-01/2026-10-01": {"last quarter", "Q3", "the previous quarter", "third quarter of 2026"},
		"2025-01-01/2025-04-01": {"Q1 of last year", "Q1 last year", "first quarter of 2025", "Q1 2025", "1Q25", "the first quarter of last year"},
		"2025-01-01/2026-07-01": {"from Q1 of last year to Q2 of this year", "between Q1 2025 and Q2 2026", "Q1 2025 - Q2 2026", "Q1 2025 through Q2 2026"},
		"2025-01-01/2025-07-01": {"from Q1 to Q2 of last year", "first half of last year", "H1 2025", "H1 of 2025", "first 6 months of 2025", "between January and June 2025", "January to June of last year"},
		"2025-01-01/2026-01-01": {"last year", "2025", "in 2025", "in the year 2025", "calendar year 2025"},
		"2024-01-01/2026-01-01": {"the last 2 years", "2024-2025", "from 2024 to 2025", "between 2024 and 2025"},
		"2026-08-01/2026-09-01": {"3 months ago", "three months ago"},
		"2025-03-01/2025-06-01": {"March to May 2025", "between March and May 2025", "from March 2025 to May 2025"},
		"2026-03-01/2026-06-01": {"between March and May", "March through May"},
		"2025-11-01/2026-03-01": {"from November to February 2026", "from Nov 2025 to February"},
		"2026-03-16/2026-03-23": {"third week of March"},
		"2026-09-30/2026-10-01": {"last day of Q3", "the end of Q3"},
		"2026-01-01/2026-02-01": {"first month of this year"},
		"2026-03-05/2026-03-13": {"from March 5 to March 12", "between 2026-03-05 and 2026-03-12"},
		"2026-11-14/2026-11-16": {"last weekend"},
		"2025-02-01/2026-02-01": {"FY26", "fiscal year 2026", "FY 2026"},
		"2026-12-01/2027-01-01": {"next month"},
		"0001-01-01/2026-03-01": {"before March"},
		"0001-01-01/2026-04-01": {"until the end of March 2026", "until March 2026"},
	} {
		for _, text := range phrases {
			toks := words.Split(text)
			ph, ok := corpus(false).At(toks, 0)
			if !ok {
				t.Errorf("%q is not read as time, want %s", text, want)
			} else if ph.End != len(toks) {
				t.Errorf("%q is read only to token %d of %d as %s", text, ph.End, len(toks), ph.Range)
			} else if got := ph.Range.String(); got != want {
				t.Errorf("%q means %s, want %s", text, got, want)
			}
		}
	}
}

func TestFiscal(t *testing.T) {
	for text, want := range map[string]string{
		"last quarter": "2026-08-01/2026-11-01", "Q1": "2026-02-01/2026-05-01", "this year": "2026-02-01/2027-02-01",
		"Q1 FY26": "2025-02-01/2025-05-01", "Q1 2026": "2025-02-01/2025-05-01", "calendar year 2026": "2026-01-01/2027-01-01",
	} {
		ph, ok := corpus(true).At(words.Split(text), 0)
		if !ok || ph.Range.String() != want {
			t.Errorf("%q means %s (%v), want %s", text, ph.Range, ok, want)
		}
	}
}

func TestNotTime(t *testing.T) {
	for _, text := range []string{"the last mile", "may we see it", "may I have revenue", "second best region", "march on", "5 accounts", "of the accounts", "for enterprise", "the first account", "next steps", "2,025", "between accounts", "quarterback", "this metric", "500"} {
		if all := corpus(false).All(words.Split(text)); len(all) > 0 {
			t.Errorf("%q: token %d is read as %s", text, all[0].Start, all[0].Range)
		}
	}
}

func TestDaysThatDoNotExist(t *testing.T) {
	for _, text := range []string{"February 30", "2026-02-30", "31 April 2026", "on 13/45/2026", "2025-02-29", "fifth week of February 2026"} {
		all := corpus(false).All(words.Split(text))
		if len(all) != 1 || all[0].Missing == "" {
			t.Errorf("%q is read as %+v; want one phrase that says what is missing", text, all)
		}
	}
}

func TestLabels(t *testing.T) {
	c := Calendar{WeekStart: time.Monday, FiscalStart: time.February}
	for _, l := range []struct {
		g    Grain
		want string
	}{{Quarter, "Q4 2026"}, {Month, "Nov 2026"}, {Year, "2026"}, {Week, "week of 16 Nov 2026"}, {Half, "H2 2026"}} {
		if got := c.Label(l.g, c.Start(l.g, Date(2026, 11, 22))); got != l.want {
			t.Errorf("label of %s is %q, want %q", l.g, got, l.want)
		}
	}
	c.Fiscal = true
	if got := c.Label(Quarter, Date(2026, 2, 1)); got != "Q1 FY2027" {
		t.Errorf("fiscal label is %q", got)
	}
}

func FuzzAt(f *testing.F) {
	f.Add("from Q1 of last year to Q2 of this year")
	f.Add("between March 5 and the third week of May '25")
	f.Fuzz(func(t *testing.T, text string) {
		toks := words.Split(text)
		for _, ph := range corpus(false).All(toks) {
			if ph.Start >= ph.End || ph.End > len(toks) {
				t.Fatalf("%q: phrase %+v covers no tokens", text, ph)
			}
		}
	})
}

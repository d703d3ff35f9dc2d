package question_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/nl2sql/question"
)

// todo are questions that are read wrong, each with the right reading. The test fails when one of them is
// read right, so that it moves into testdata/hospital.txt.
var todo = map[string]string{
	// A word that carries meaning is dropped, and another question is answered.
	"are we over budget this year":       "care_cost; 2026-01-01/2027-01-01; vs target",
	"doctors by number of appointments":  "appointments; by doctors.doctor_name; by doctors.doctor_id; order value desc",
	"admissions by month and by quarter": "clarify",
	"admissions admissions":              "admissions",
	"urgent admissions last month":       "admissions; admissions.urgent = true; 2026-10-01/2026-11-01", // as "cancelled appointments last week" is
	// A threshold beside a plural that is a metric and an entity.
	"which wards had more than 20 complaints in 2025?": "complaints; by wards.ward_name; by wards.ward_id; wards.ward_id is not null ; having complaints > 20; 2025-01-01/2026-01-01",
	"list wards with more than 10 complaints":          "complaints; by wards.ward_name; by wards.ward_id; wards.ward_id is not null ; having complaints > 10",
	// Numbers in words.
	"wards with care cost over 1 million last year":   "care_cost; by wards.ward_name; by wards.ward_id; wards.ward_id is not null ; having care_cost > 1000000; 2025-01-01/2026-01-01",
	"number of patients with more than one admission": "admissions; by patients.patient_name; by patients.patient_id; having admissions > 1; count of groups",
	// Declined for a false reason: the word is defined.
	"admissions with more than 10 nights":                     "admissions; admissions.nights > 10",
	"departments where care cost rose last month":             "care_cost; by wards.department; having care_cost change > 0; 2026-10-01/2026-11-01; vs before",
	"departments whose complaints fell compared to last year": "complaints; by wards.department; having complaints change < 0; 2026-01-01/2026-11-22; vs year before",
	"admissions with no insurer":                              "admissions; patients.insurer is null ",
	"what is triage":                                          "define triage",
	// A list of so many, whichever.
	"show me 5 patients": "rows patients; limit 5",
	// A judgement.
	"should we hire more doctors": "decline not_answerable",
}

// corpus reads testdata/hospital.txt.
func corpus(t testing.TB) [][2]string {
	t.Helper()
	raw, err := os.ReadFile("testdata/hospital.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out [][2]string
	for l := range strings.SplitSeq(string(raw), "\n") {
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		q, want, ok := strings.Cut(l, " => ")
		if !ok {
			t.Fatalf("no reading in %q", l)
		}
		out = append(out, [2]string{q, want})
	}
	return out
}

func TestCorpus(t *testing.T) {
	r := hospital(t)
	for _, c := range corpus(t) {
		if got := r.Read(c[0], clock); line(got) != c[1] {
			t.Errorf("%s\n  read as %s\n  want    %s%s", c[0], line(got), c[1], why(got))
		}
	}
}

func why(r *question.Reading) string {
	switch {
	case r.Decline != nil:
		return "\n  because " + r.Decline.Reason
	case r.Clarify != nil:
		return "\n  asks " + r.Clarify.Question
	}
	return ""
}

func TestTodo(t *testing.T) {
	r := hospital(t)
	for q, want := range todo {
		if got := line(r.Read(q, clock)); got == want {
			t.Errorf("%q is read right now; move it to testdata/hospital.txt", q)
		}
	}
}

// oddInput is what is no question, or hardly one.
func oddInput() map[string]string {
	return map[string]string{
		"": "decline empty_question", " \t\n ": "decline empty_question", "\x00\x01\x02": "decline empty_question", "!!! --- ???": "decline empty_question",
		"admissions\x00 by\x1b[31m ward\u202e": "", strings.Repeat("a", 10_000): "decline too_long", strings.Repeat("admissions by ward ", 600): "decline too_long",
		strings.Repeat("by ", 250): "", "\xff\xfe admissions": "", "admissions " + strings.Repeat("(", 200): "", "入院": "decline not_english", strings.Repeat("🙂", 100): "decline empty_question",
		"Robert'); DROP TABLE admissions;--": "decline is_sql", "WITH x AS (SELECT 1) SELECT * FROM x": "decline is_sql", "<script>alert(1)</script> admissions": "", "{{.Secret}} admissions": "", "admissions by ${ward}": "",
	}
}

// Odd input ends in one kind of answer, at once, and what is declined says why and what to do.
func TestOddInput(t *testing.T) {
	r := hospital(t)
	for q, want := range oddInput() {
		start := time.Now()
		got := r.Read(q, clock)
		if took := time.Since(start); took > 100*time.Millisecond {
			t.Errorf("%.40q took %v", q, took)
		}
		if want != "" && line(got) != want {
			t.Errorf("%.60q is read as %s, want %s", q, line(got), want)
		}
		whole(t, q, got)
	}
}

// whole: exactly one of the four kinds of answer, and each complete.
func whole(t testing.TB, q string, r *question.Reading) {
	t.Helper()
	n := 0
	for _, set := range []bool{r.Query != nil, r.Meta != nil, r.Clarify != nil, r.Decline != nil} {
		if set {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%.200q has %d kinds of answer: query %v meta %v clarify %v decline %v", q, n, r.Query != nil, r.Meta != nil, r.Clarify != nil, r.Decline != nil)
	}
	if d := r.Decline; d != nil && (d.Code == "" || d.Reason == "") {
		t.Errorf("%.200q is declined without a reason: %+v", q, d)
	}
	if r.Query != nil {
		if r.Plan == nil || r.Sentence == "" {
			t.Errorf("%.200q has a query without a plan or a sentence", q)
		}
		for _, s := range r.Spans {
			if s.Kind == question.KindOpen {
				t.Errorf("%.200q is answered though %q is not known", q, r.Question[r.Tokens[s.Start].Start:r.Tokens[s.End-1].End])
			}
		}
	}
}

// all questions of the corpus, right and wrong.
func all(t testing.TB) []string {
	var out []string
	for _, c := range corpus(t) {
		out = append(out, c[0])
	}
	for q := range todo {
		out = append(out, q)
	}
	return out
}

// Each option of a clarification, asked again as it stands, is answered without a second doubt, and so is
// each suggestion beside an answer or a decline.
func TestOptionsAndSuggestionsWork(t *testing.T) {
	r := hospital(t)
	for _, q := range all(t) {
		got := r.Read(q, clock)
		if got.Clarify != nil {
			if n := len(got.Clarify.Options); n < 2 {
				t.Errorf("%q is asked back with %d options: %s", q, n, got.Clarify.Question)
			}
			seen := map[string]bool{}
			for _, o := range got.Clarify.Options {
				again := r.Read(o.Question, clock)
				if again.Query == nil && again.Meta == nil {
					t.Errorf("%q: the option %q is not answered: %s%s", q, o.Question, line(again), why(again))
				} else if seen[line(again)] {
					t.Errorf("%q: two options mean %s", q, line(again))
				}
				seen[line(again)] = true
			}
		}
		if len(got.Suggestions) > 3 {
			t.Errorf("%q has %d suggestions", q, len(got.Suggestions))
		}
		for _, s := range got.Suggestions {
			if again := r.Read(s, clock); again.Query == nil && again.Meta == nil {
				t.Errorf("%q: the suggestion %q is not answered: %s%s", q, s, line(again), why(again))
			}
		}
	}
}

// idle are names, by question, that only say what another word of it says already: the field of a value,
// the entity of a filter, the default of a comparison.
var idle = map[string]bool{
	"admissions for insurers other than Helvetia/insurers":   true,
	"care cost for Blue Cross patients in Bern/patients":     true,
	"admissions with a cost between 100 and 200/cost":        true,
	"number of admissions where outcome is deceased/outcome": true,
	"high severity complaints by ward this year/severity":    true,
	"list complaints with high severity in October/severity": true,
	"how many patients registered last year/patients":        true, // only patients are registered
	"how many patients registered last year/registered":      true, // the date that patients are counted by
	"admissions this month vs last month/this month":         true, // what "vs last month" alone means
	"no show rate last month vs the month before/last month": true,
}

// A word that names something has to matter: without it, an answered question means something else. What
// is answered the same without one of its names was read only in part.
func TestEveryNameMatters(t *testing.T) {
	r := hospital(t)
	for _, c := range corpus(t) {
		got := r.Read(c[0], clock)
		if got.Query == nil {
			continue
		}
		for _, s := range got.Spans {
			if s.Kind == question.KindFiller || s.Kind == question.KindGrammar {
				continue
			}
			from, to := got.Tokens[s.Start].Start, got.Tokens[s.End-1].End
			if without := c[0][:from] + c[0][to:]; line(r.Read(without, clock)) == line(got) && !idle[c[0]+"/"+c[0][from:to]] {
				t.Errorf("%q means %s with and without %q", c[0], line(got), c[0][from:to])
			}
		}
	}
}

// FuzzRead: whatever is typed is read within 100 ms into one kind of answer; nothing that is not known is
// answered over.
func FuzzRead(f *testing.F) {
	for _, q := range all(f) {
		f.Add(q)
	}
	for q := range oddInput() {
		f.Add(q)
	}
	r := hospital(f)
	f.Fuzz(func(t *testing.T, q string) {
		start := time.Now()
		got := r.Read(q, clock)
		if took := time.Since(start); took > 2*time.Second { // of a machine that fuzzes on all its cores
			t.Errorf("took %v", took)
		}
		whole(t, q, got)
	})
}

// A long question of known words is read in time, whatever they are.
func TestLongQuestions(t *testing.T) {
	r := hospital(t)
	for _, part := range []string{"admissions by ward and ", "North and ", "care cost in Q1 2025 or ", "more than 5 ", "last month vs ", "not Surgery ", "Ward 7 ", "how many patients with ", "zzzz "} {
		q := strings.TrimSpace(strings.Repeat(part, 300/len(strings.Fields(part))))
		if len(q) > 4000 {
			q = q[:4000]
		}
		start := time.Now()
		got := r.Read(q, clock)
		if took := time.Since(start); took > 100*time.Millisecond {
			t.Errorf("%d words of %q took %v (%s)", len(strings.Fields(q)), part, took, line(got))
		}
		whole(t, q, got)
	}
}

package question

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/plan"
	"github.com/limn-data/limn/semantic/timex"
)

// describe says how the question was read, in one sentence with the dates spelled out.
func (b *builder) describe() {
	switch {
	case b.out.Meta != nil:
		b.out.Sentence = b.out.Meta.sentence()
	case b.out.Query != nil:
		b.out.Sentence = Describe(*b.out.Query)
	}
}

func (m *Meta) sentence() string {
	about := m.Subject
	switch {
	case m.Metric != nil:
		about = m.Metric.Title()
	case m.Table != nil:
		about = m.Table.Name.String()
	case m.Dataset != nil:
		about = m.Dataset.Table.String()
	case m.Field != nil:
		about = m.Field.Title()
	}
	s := fmt.Sprintf(metaSentences[m.Kind], about)
	if m.Owned {
		s += ", and who owns it"
	}
	return s
}

var metaSentences = map[MetaKind]string{MetaDefine: "What %s means", MetaOwner: "Who owns %s", MetaOrigin: "Where %s comes from", MetaFresh: "How fresh %s is", MetaAbout: "What data there is about %s"}

// Describe is the sentence for a query: what, by what, for which values, when, beside what.
func Describe(q semantic.Query) string {
	var s strings.Builder
	if q.RowsOf != nil {
		s.WriteString(q.RowsOf.Title())
	} else if q.Rows != nil {
		s.WriteString(rowsText(q))
	} else {
		for i, m := range q.Metrics {
			if i > 0 {
				s.WriteString(" and ")
			}
			s.WriteString(m.Title())
		}
	}
	var by []string
	shown := map[*model.Dataset]bool{}
	for _, d := range q.By {
		if e := d.Field.Dataset.Entity; len(d.Via) == 0 && e != nil && (e.Label == d.Field || strings.EqualFold(e.Key, d.Field.Name)) {
			if !shown[d.Field.Dataset] {
				by = append(by, e.Name)
			}
			shown[d.Field.Dataset] = true
			continue
		}
		by = append(by, strings.ToLower(d.Title()))
	}
	if q.Grain != timex.NoGrain {
		by = append(by, q.Grain.String())
	}
	if len(by) > 0 {
		s.WriteString(" by " + strings.Join(by, " and "))
	}
	switch q.Over {
	case semantic.CountGroups:
		text := s.String()
		s.Reset()
		s.WriteString("How many: " + text)
	case semantic.AvgGroups:
		text := s.String()
		s.Reset()
		s.WriteString("Average of " + text)
	}
	dated := false
	for i, p := range q.Where {
		if r, ok := dateRange(q.Where, i); ok {
			s.WriteString(", " + rangeText(q, p.Field, r))
			dated = true
		} else if _, end := dateRange(q.Where, i-1); !end && p.Op != semantic.NotNull { // NotNull only says that it is about those that exist
			s.WriteString(", " + predicateText(p))
		}
	}
	if len(q.Part) > 0 {
		s.WriteString(", the share of " + predicateText(q.Part[0]))
	} else if q.Share == semantic.ShareTotal {
		s.WriteString(", each as a share of the total")
	}
	for _, t := range q.Having {
		s.WriteString(", where " + thresholdText(t))
	}
	if !dated || !q.Period.IsZero() {
		s.WriteString(", " + PeriodText(q.Period, q.Calendar))
	}
	s.WriteString(compareText(q))
	s.WriteString(yearText(q))
	if len(q.Order) > 0 && (q.Order[0].Key != semantic.ByDimension || q.Limit > 0) {
		way := "lowest"
		if q.Order[0].Desc {
			way = "highest"
		}
		if f := q.Order[0].Field; f != nil && f == rowsTime(q) {
			way = map[bool]string{false: "earliest", true: "latest"}[q.Order[0].Desc]
		} else if f != nil {
			way += " " + strings.ToLower(f.Title())
		}
		if q.Limit == 1 {
			s.WriteString(", the " + way)
		} else if q.Limit > 0 {
			fmt.Fprintf(&s, ", the %d %s", q.Limit, way)
		} else {
			fmt.Fprintf(&s, ", %s first", way)
		}
	}
	return s.String()
}

// WhenText names the period of a query, also where conditions on a date make it.
func WhenText(q semantic.Query) string {
	if i := periodAt(q); i >= 0 {
		r, _ := dateRange(q.Where, i)
		return PeriodText(r, q.Calendar)
	}
	return PeriodText(q.Period, q.Calendar)
}

// periodAt is the index of the conditions that stand for the period of a query, -1 where there are none.
func periodAt(q semantic.Query) int {
	for i := range q.Where {
		if _, ok := dateRange(q.Where, i); ok && q.Period.IsZero() {
			return i
		}
	}
	return -1
}

// ConditionsText puts the conditions of a query into words, apart from its period: "for Germany",
// "without Email", "(Amount more than 900)".
func ConditionsText(q semantic.Query) []string {
	var out []string
	period := periodAt(q)
	for i, p := range q.Where {
		r, from := dateRange(q.Where, i)
		_, to := dateRange(q.Where, i-1)
		flag := p.Field != nil && p.Field.Type == "boolean"
		switch {
		case from && i != period:
			out = append(out, "("+rangeText(q, p.Field, r)+")")
		case from || to || p.Op == semantic.NotNull:
		case p.Op == semantic.Eq && !flag:
			out = append(out, "for "+strings.Join(p.Values, " and "))
		case p.Op == semantic.Ne && !flag:
			out = append(out, "without "+strings.Join(p.Values, " and "))
		default:
			out = append(out, "("+predicateText(p)+")")
		}
	}
	return out
}

// rangeText says which days a date of the rows has to be of: "ordered at 2024 (1 Jan to 31 Dec 2024)".
func rangeText(q semantic.Query, f *model.Field, r timex.Range) string {
	return strings.ToLower(f.Title()) + " " + strings.TrimPrefix(PeriodText(r, q.Calendar), "for ")
}

// rowsTime is the date of the rows of a listing, nil where there is none.
func rowsTime(q semantic.Query) *model.Field {
	if q.Rows == nil {
		return nil
	}
	return q.Rows.Time
}

// dateRange reads two conditions on one date, from i on, as the period that they enclose.
func dateRange(ps []semantic.Predicate, i int) (timex.Range, bool) {
	if i < 0 || i+1 >= len(ps) || ps[i].Op != semantic.Ge || ps[i+1].Op != semantic.Lt || ps[i].Field != ps[i+1].Field || !slices.Equal(ps[i].Via, ps[i+1].Via) || !ps[i].Field.IsTime() {
		return timex.Range{}, false
	}
	from, err := time.Parse(time.DateOnly, ps[i].Values[0])
	to, err2 := time.Parse(time.DateOnly, ps[i+1].Values[0])
	return timex.Range{From: from, To: to}, err == nil && err2 == nil
}

// rowsText names the rows of a listing, with the columns where the question named them.
func rowsText(q semantic.Query) string {
	if len(q.Show) == 0 || slices.Equal(q.Show, plan.DefaultShow(q.Rows)) {
		return upper(entityPlural(q.Rows))
	}
	var shown []string
	for _, f := range q.Show {
		shown = append(shown, strings.ToLower(f.Title()))
	}
	s := upper(strings.Join(shown, ", ")) + " of " + entityPlural(q.Rows)
	if q.Distinct {
		return "Different " + strings.Join(shown, ", ") + " of " + entityPlural(q.Rows)
	}
	return s
}

func entityPlural(d *model.Dataset) string {
	if d.Entity != nil {
		return d.Entity.Plural
	}
	return words.Phrase(d.Name)
}

var opText = map[semantic.Op]string{semantic.Lt: "less than", semantic.Le: "at most", semantic.Gt: "more than", semantic.Ge: "at least", semantic.Eq: "", semantic.Contains: "containing"}

func predicateText(p semantic.Predicate) string {
	if p.Op == semantic.Lacks {
		s := "without any " + entityPlural(p.Absent.Through.From)
		for _, w := range p.Absent.Where {
			s += " of " + predicateText(w)
		}
		return s
	}
	if p.Op == semantic.Either {
		var either []string
		for _, all := range p.Either {
			var both []string
			for _, q := range all {
				text := predicateText(q)
				if q.Op == semantic.Either && len(all) > 1 {
					text = "(" + text + ")"
				}
				both = append(both, text)
			}
			either = append(either, strings.Join(both, " and "))
		}
		return strings.Join(either, " or ")
	}
	vs := strings.Join(p.Values, " or ")
	if p.Field.Type == "boolean" && len(p.Values) == 1 {
		if (p.Op == semantic.Eq) == (p.Values[0] == "true") {
			return "only " + strings.ToLower(p.Title())
		}
		return "without " + strings.ToLower(p.Title())
	}
	switch p.Op {
	case semantic.Eq:
		return p.Title() + " " + vs
	case semantic.Ne:
		return "without " + p.Title() + " " + vs
	case semantic.Between:
		return p.Title() + " between " + strings.Join(p.Values, " and ")
	}
	return p.Title() + " " + opText[p.Op] + " " + vs
}

func thresholdText(t semantic.Threshold) string {
	what := t.Metric.Title()
	if t.Pct {
		what = "the change of " + what
	}
	if t.Prior {
		if t.Op == semantic.Gt {
			return what + " rose"
		}
		return what + " fell"
	}
	if t.Op == semantic.Between {
		return what + " is between " + strings.Join(t.Values, " and ")
	}
	return strings.TrimSpace(what+" is "+opText[t.Op]) + " " + t.Values[0]
}

// PeriodText names a period with its dates: "Q3 2026 (1 Jul to 30 Sep 2026)".
func PeriodText(r timex.Range, cal timex.Calendar) string {
	switch {
	case r.IsZero():
		return "over all data"
	case r.From.IsZero():
		return "up to " + r.Last().Format("2 Jan 2006")
	case r.To.IsZero():
		return "from " + r.From.Format("2 Jan 2006")
	}
	label := cal.Describe(r)
	dates := span(r)
	if label == dates || r.Days() <= 1 {
		return "for " + label
	}
	if strings.Contains(label, " to ") {
		return "from " + label
	}
	return "for " + label + " (" + dates + ")"
}

// span writes the dates of a range without saying the year twice.
func span(r timex.Range) string {
	first := "2 Jan 2006"
	if r.From.Year() == r.Last().Year() {
		first = "2 Jan"
	}
	return r.From.Format(first) + " to " + r.Last().Format("2 Jan 2006")
}

// yearText states which year is meant where a workspace has two: fiscal ones say it in their names.
func yearText(q semantic.Query) string {
	cal := q.Calendar
	if cal.Fiscal || cal.FiscalStart <= time.January {
		return ""
	}
	if q.Grain >= timex.Quarter {
		return ", by the calendar year"
	}
	for _, g := range []timex.Grain{timex.Quarter, timex.Half, timex.Year} {
		if r := q.Period; !r.From.IsZero() && cal.Unit(g, r.From, 0) == r {
			return ", by the calendar year"
		}
	}
	return ""
}

func compareText(q semantic.Query) string {
	each := ""
	if q.Grain != timex.NoGrain {
		each = "each "
	}
	switch q.Compare {
	case semantic.PriorYear:
		if q.Grain != timex.NoGrain {
			return ", " + each + "beside the same " + q.Grain.String() + " a year earlier"
		}
		return ", beside the same days a year earlier"
	case semantic.PriorPeriod:
		s := plan.Offset(q)
		if q.Grain != timex.NoGrain {
			return ", " + each + "beside the " + s.Grain.String() + " before"
		}
		if s.N == 1 {
			return ", beside the " + s.Grain.String() + " before"
		}
		return fmt.Sprintf(", beside the %d %ss before", s.N, s.Grain)
	case semantic.CompareRange:
		return ", beside " + strings.TrimPrefix(strings.TrimPrefix(PeriodText(q.Versus, q.Calendar), "for "), "from ")
	case semantic.ToTarget:
		return ", beside target"
	}
	return ""
}

// About is the question with another period in place of the one that it names, where it names exactly one.
func (r *Reading) About(p timex.Range, phrase string) (string, bool) {
	var at *Span
	for _, s := range r.Spans {
		if s.Kind != KindPeriod {
			continue
		}
		if at != nil {
			return "", false
		}
		at = s
	}
	if at == nil {
		return strings.TrimRight(strings.TrimSpace(r.Question), "?.! ") + " " + phrase, true
	}
	from, to := r.Tokens[at.Start].Start, r.Tokens[at.End-1].End
	before := strings.TrimRight(r.Question[:from], " ")
	for _, w := range []string{"in", "for", "during", "on", "of"} { // it belongs to the period that goes
		if b, ok := strings.CutSuffix(strings.ToLower(before), " "+w); ok {
			before = before[:len(b)]
			break
		}
	}
	return strings.TrimSpace(before + " " + phrase + r.Question[to:]), true
}

package question

import (
	"cmp"
	"errors"
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

// builder chooses among meanings and turns a draft into one semantic query, or into what to ask back.
type builder struct {
	r     *Reader
	out   *Reading
	d     *draft
	today time.Time
	q     semantic.Query

	periodOn *model.Field // the date that the period is about, where the question names one
}

// build runs the steps in order; the first that clarifies or declines ends the reading.
func (b *builder) build() {
	steps := []func() bool{
		b.noSuchDate, b.restricted, b.meta, b.unanswerable, b.chooseMetrics, b.adHocMetrics, b.listOfMetric, b.listing, b.chooseGroups, b.chooseFilters,
		b.looseEnds, b.uncovered, b.periods, b.comparison, b.ranking, b.thresholds, b.outer, b.check,
	}
	b.out.Chart = b.d.chart
	for _, step := range steps {
		if !step() {
			return
		}
	}
	b.out.Query = &b.q
}

func (b *builder) decline(d Decline) bool {
	b.out.Decline, b.out.Query = &d, nil
	b.out.Suggestions = b.r.starters(b.out)
	return false
}

func (b *builder) clarify(question string, options []Option) bool {
	b.out.Clarify = &Clarify{Question: question, Options: options}
	return false
}

func (b *builder) assume(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !slices.Contains(b.out.Assumptions, s) {
		b.out.Assumptions = append(b.out.Assumptions, s)
	}
}

// text is the asker's own words of a span.
func (b *builder) text(s *Span) string {
	return b.out.Question[b.out.Tokens[s.Start].Start:b.out.Tokens[s.End-1].End]
}

// replaced is the question with the words of a span replaced, for options that can be asked as they stand.
func (b *builder) replaced(s *Span, by string) string {
	q := b.out.Question
	return q[:b.out.Tokens[s.Start].Start] + by + q[b.out.Tokens[s.End-1].End:]
}

func (b *builder) noSuchDate() bool {
	for _, p := range b.d.periods {
		if p.phrase.Missing != "" {
			return b.decline(Decline{Code: NoSuchDate, Reason: upper(p.phrase.Missing) + ".", Hint: "Ask for a date that exists."})
		}
	}
	return true
}

// restricted declines a request for the values of a hidden column, where the policy lets a refusal name
// it: "list the email addresses of all contacts". A metric that shares the word may still be asked for.
func (b *builder) restricted() bool {
	for i, s := range b.out.Spans {
		text := b.text(s)
		if _, _, hidden := b.r.view.Revealed(text); !hidden {
			continue
		}
		entity := i > 0 && len(b.out.Spans[i-1].of(KindEntity)) > 0
		if b.d.list || b.d.which || entity {
			return b.notDefinedOrHidden(s)
		}
	}
	return true
}

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func (b *builder) unanswerable() bool {
	if b.d.absent != nil {
		return b.decline(Decline{Code: Impossible, Reason: fmt.Sprintf("What has no “%s” cannot be asked for yet.", b.text(b.d.absent)), Hint: "Ask for the number itself, split by what you are interested in."})
	}
	no := b.d.no
	if no == nil {
		return true
	}
	if no.Word == "judgement" && len(b.d.metrics) == 0 { // "how are we doing?": at what?
		return b.whichNumber()
	}
	reason := map[string]string{
		"forecast":  "No forecast is defined here; I answer from recorded data.",
		"cause":     "A cause cannot be read from the data; I can show what changed, not why.",
		"judgement": "Whether that is good is for people to judge; I can show the numbers against target and trend.",
	}[no.Word]
	return b.decline(Decline{Code: NotAnswerable, Reason: reason, Hint: "Ask for the number itself, by period or by a dimension."})
}

// note keeps what a meaning assumed, once, and lowers the confidence by its score.
func (b *builder) took(m Meaning) {
	if m.Note != "" {
		b.assume("%s", m.Note)
	}
	b.out.Confidence = min(b.out.Confidence, m.Score)
}

// chooseMetrics settles which metric each mention means.
func (b *builder) chooseMetrics() bool {
	b.rejoin()
	b.countedMetric()
	for _, mt := range b.d.metrics {
		if b.populationOf(mt) {
			b.d.loose = append(b.d.loose, mention{mt.span, mt.span.of(KindEntity)})
			continue
		}
		best := b.bestMetrics(mt)
		if len(best) == 0 {
			return b.notDefined(mt.span)
		}
		if b.apart(mt.span, best) {
			return b.decline(Decline{Code: NotUnderstood, Reason: fmt.Sprintf("I cannot tell how “%s” belongs to %s.", b.text(mt.span), b.q.Metrics[0].Title()), Hint: "Ask for one of them, or join them with “and”."})
		}
		if len(best) > 1 {
			var options []Option
			for _, m := range best {
				options = append(options, Option{Label: m.Metric.Title() + ": " + firstSentence(m.Metric.Description), Question: b.replaced(mt.span, b.r.unambiguous(m.Metric))})
			}
			return b.clarify(fmt.Sprintf("“%s” could mean %d numbers. Which one?", b.text(mt.span), len(best)), options)
		}
		b.took(best[0])
		b.addMetric(best[0].Metric)
	}
	b.targetMetric()
	b.definedBy()
	return true
}

// definedBy: a metric that is called something "by" a dimension is only itself when it is grouped so.
func (b *builder) definedBy() {
	if len(b.d.groups) > 0 {
		return
	}
	for _, m := range b.q.Metrics {
		_, dim, ok := strings.Cut(strings.ToLower(m.Name), "_by_")
		if !ok {
			continue
		}
		var fit []Meaning
		for _, x := range b.r.lex.find(strings.Fields(key(words.Phrase(dim)))) {
			if (x.Kind == KindDimension || x.Kind == KindEntity) && b.distance(m, b.dataset(x)) >= 0 {
				fit = append(fit, x)
			}
		}
		if len(fit) > 0 {
			slices.SortStableFunc(fit, func(x, y Meaning) int { return cmp.Compare(y.Score, x.Score) })
			b.group(fit[0])
			b.assume("%s is defined by %s", m.Title(), words.Phrase(dim))
			return
		}
	}
}

// targetMetric: "how did each region do against its revenue target" names the target itself.
func (b *builder) targetMetric() {
	if !b.d.versus && !b.d.target {
		return
	}
	for i, t := range b.q.Metrics {
		for _, m := range b.r.model.Metrics {
			if m.Target != t {
				continue
			}
			rest := slices.Delete(slices.Clone(b.q.Metrics), i, i+1)
			if len(rest) == 0 {
				rest = append(rest, m)
			} else if !slices.Contains(rest, m) {
				continue
			}
			b.q.Metrics, b.d.target, b.d.versus = rest, true, false
			for k := range b.d.periods {
				b.d.periods[k].versus = false
			}
			return
		}
	}
}

// rejoin reads "how many numbers are active" as "active numbers" where that is a metric: a value that is
// said of a thing names with it what is defined under both words.
func (b *builder) rejoin() {
	said := map[string]bool{}
	for w := range strings.FieldsSeq("is are was were still currently now right did do does we i have has been that who which get got") {
		said[w] = true
	}
	for i, f := range b.d.filters {
		at := f.span.Start
		for at > 0 && said[b.out.Tokens[at-1].Norm] {
			at--
		}
		if f.not {
			continue
		}
		for _, s := range b.out.Spans {
			direct := at == f.span.Start && !slices.ContainsFunc(b.d.counted, func(c mention) bool { return c.span == s })
			if s.End == at && !direct && b.together(f.span, s) {
				b.d.filters = slices.Delete(b.d.filters, i, i+1)
				return
			}
		}
	}
	// "how many deals did we win": the verb is open or only a part of a name, with its object it is one.
	for _, c := range b.d.counted {
		for _, l := range b.d.loose { // "how many accounts churned": a metric goes before a date of the rows
			if l.span.Start == c.span.End && b.together(l.span, c.span) {
				b.d.loose = slices.DeleteFunc(b.d.loose, func(m mention) bool { return m.span == l.span })
				return
			}
		}
		for i, m := range b.d.metrics {
			if m.meanings[0].Score < 0.8 && b.together(m.span, c.span) {
				b.d.metrics = slices.Delete(b.d.metrics, i, i+1)
				return
			}
		}
		for i, s := range b.d.open {
			if b.together(s, c.span) {
				b.d.open = slices.Delete(b.d.open, i, i+1)
				return
			}
		}
	}
}

// together replaces a thing by the metric that is called word and thing, or thing and word, if any.
func (b *builder) together(word, thing *Span) bool {
	for _, text := range []string{b.text(word) + " " + b.text(thing), b.text(thing) + " " + b.text(word)} {
		for _, m := range b.r.lex.find(strings.Fields(key(text))) {
			if m.Kind != KindMetric {
				continue
			}
			drop := func(ms []mention) []mention {
				return slices.DeleteFunc(ms, func(x mention) bool { return x.span == thing })
			}
			b.d.metrics, b.d.counted, b.d.loose = append(drop(b.d.metrics), mention{thing, []Meaning{m}}), drop(b.d.counted), drop(b.d.loose)
			return true
		}
	}
	return false
}

// countedMetric: "how many incidents had at least 60 minutes of downtime" counts incidents that pass a
// condition on another metric, though "incidents" is also a metric of its own.
func (b *builder) countedMetric() {
	d := b.d
	if !d.count || len(d.metrics) < 2 || len(d.counted) > 0 || len(d.limits) == 0 {
		return
	}
	first := d.metrics[0]
	entities := first.span.of(KindEntity)
	other := slices.ContainsFunc(d.limits, func(t threshold) bool { return t.target.span != nil && t.target.span != first.span })
	if len(entities) > 0 && other {
		d.counted = []mention{{first.span, entities}}
		d.metrics = d.metrics[1:]
	}
}

// populationOf says that a mention which could be a metric or an entity only names the rows of a metric
// chosen before ("how long did calls last": the calls are those whose length is asked). Two metrics that
// are joined by "and" stay two.
func (b *builder) populationOf(mt mention) bool {
	if len(b.q.Metrics) == 0 || b.joined(mt.span) {
		return false
	}
	if len(mt.span.of(KindEntity)) == 0 && additive(b.q.Metrics[0]) {
		return false // two totals in a row are two questions, an average and its rows are one
	}
	for _, e := range mt.span.of(KindEntity) {
		for _, m := range b.q.Metrics {
			if b.distance(m, e.Dataset) >= 0 {
				return true
			}
		}
	}
	return slices.ContainsFunc(b.bestMetrics(mt), func(x Meaning) bool {
		return slices.ContainsFunc(b.q.Metrics, func(m *model.Metric) bool { return sharesFacts(b.r, m, x.Metric) && x.Metric != m })
	})
}

func sharesFacts(r *Reader, a, b *model.Metric) bool {
	for _, d := range r.facts(a) {
		if slices.Contains(r.facts(b), d) {
			return true
		}
	}
	return false
}

// apart says that a second metric stands in the question without a word that joins it: "revenue from new
// accounts" asks for neither of the two.
func (b *builder) apart(s *Span, best []Meaning) bool {
	if len(b.q.Metrics) == 0 || b.joined(s) || b.d.versus || b.d.target || slices.ContainsFunc(best, func(m Meaning) bool { return slices.Contains(b.q.Metrics, m.Metric) }) {
		return false
	}
	for _, t := range b.d.limits { // "with more than 10 tickets": the number joins it
		if t.target.span == s {
			return false
		}
	}
	return !b.rankedBy(s) && !b.joinedFar(s)
}

// rankedBy says that "by" stands before a metric: what is ordered is ordered by it.
func (b *builder) rankedBy(s *Span) bool {
	return s.Start > 0 && (b.out.Tokens[s.Start-1].Norm == "by" || b.out.Tokens[s.Start-1].Norm == "per")
}

// joinedFar looks over articles: "revenue and the gross margin".
func (b *builder) joinedFar(s *Span) bool {
	for i := s.Start - 1; i > 0; i-- {
		switch b.out.Tokens[i].Norm {
		case "the", "our", "my", "their", "total", "number", "of", "average":
			continue
		case "and", "or", "vs", "versus", ",", "&", "plus", "with":
			return true
		}
		return false
	}
	return false
}

// joined says that "and", "versus" or a comma stands directly before a span.
func (b *builder) joined(s *Span) bool {
	if s.Start == 0 {
		return false
	}
	switch b.out.Tokens[s.Start-1].Norm {
	case "and", "or", "vs", "versus", ",", "&", "plus", "to", "with":
		return true
	}
	return false
}

func (b *builder) addMetric(m *model.Metric) {
	if !slices.Contains(b.q.Metrics, m) {
		b.q.Metrics = append(b.q.Metrics, m)
	}
}

// bestMetrics are the meanings of a mention that score best, after those that the question's own
// dimensions or values cannot be asked of are set aside.
func (b *builder) bestMetrics(mt mention) []Meaning {
	ms := slices.Clone(mt.meanings)
	slices.SortStableFunc(ms, func(x, y Meaning) int { return cmp.Compare(y.Score, x.Score) })
	fits := slices.DeleteFunc(slices.Clone(ms), func(m Meaning) bool {
		return slices.ContainsFunc(b.d.groups, func(g mention) bool { return !b.reachesAny(m.Metric, g.meanings) }) ||
			slices.ContainsFunc(b.d.filters, func(f filter) bool { return !b.reachesAny(m.Metric, f.meanings) })
	})
	if len(fits) > 0 {
		ms = fits
	}
	var best []Meaning
	for _, m := range ms {
		if m.Score >= ms[0].Score-0.011 && !slices.ContainsFunc(best, func(x Meaning) bool { return x.Metric == m.Metric }) {
			best = append(best, m)
		}
	}
	return best
}

func (b *builder) reachesAny(m *model.Metric, ms []Meaning) bool {
	return slices.ContainsFunc(ms, func(x Meaning) bool { return b.distance(m, b.dataset(x)) >= 0 })
}

func (b *builder) dataset(m Meaning) *model.Dataset {
	if m.Field != nil {
		return m.Field.Dataset
	}
	return m.Dataset
}

// distance is the number of joins from the metric's facts to a dataset, -1 when one of them cannot
// reach it. Datasets that the metric only counts distinct rows of may stand aside.
func (b *builder) distance(m *model.Metric, to *model.Dataset) int {
	if to == nil {
		return -1
	}
	reads := b.r.facts(m)
	worst := -1
	for _, d := range reads {
		paths := b.r.graph.Paths(d, to)
		if len(paths) == 0 {
			return -1
		}
		worst = max(worst, len(paths[0]))
	}
	return worst
}

// facts are the datasets on whose rows a metric is aggregated: those that it reads, without those that
// another of them reaches.
func (r *Reader) facts(m *model.Metric) []*model.Dataset {
	reads := m.Reads()
	if len(reads) == 0 && m.Over != nil {
		reads = []*model.Dataset{m.Over}
	}
	return slices.DeleteFunc(slices.Clone(reads), func(d *model.Dataset) bool {
		return slices.ContainsFunc(reads, func(e *model.Dataset) bool { return e != d && r.graph.Reaches(e, d) && !r.graph.Reaches(d, e) })
	})
}

func (b *builder) notDefined(s *Span) bool {
	return b.decline(Decline{Code: NotDefined, Reason: fmt.Sprintf("“%s” is not defined here.", b.text(s)), Hint: "Ask for one of the numbers below, or have it defined."})
}

// pick settles which field or entity a mention means for the metrics at hand: the best name, then the
// fewest joins. Two fields of different names that are equally good are asked about.
func (b *builder) pick(m mention) (Meaning, bool) {
	type candidate struct {
		Meaning
		rank float64
	}
	var cs []candidate
	for _, x := range m.meanings {
		far := 0
		for _, mt := range b.q.Metrics {
			d := b.distance(mt, b.dataset(x))
			if d < 0 {
				far = -1
				break
			}
			far = max(far, d)
		}
		if len(b.q.Metrics) == 0 && b.q.Rows != nil {
			far = -1
			if ps := b.r.graph.Paths(b.q.Rows, b.dataset(x)); len(ps) > 0 {
				far = len(ps[0])
			}
		}
		if far >= 0 {
			cs = append(cs, candidate{x, x.Score - 0.02*float64(far)})
		}
	}
	if len(cs) == 0 {
		return Meaning{}, b.unreachable(m)
	}
	slices.SortStableFunc(cs, func(x, y candidate) int { return cmp.Compare(y.rank, x.rank) })
	if len(cs) > 1 && cs[0].rank-cs[1].rank < 0.005 && !sameConcept(cs[0].Meaning, cs[1].Meaning) {
		var options []Option
		for _, c := range cs {
			if cs[0].rank-c.rank < 0.005 {
				options = append(options, Option{Label: b.describeMeaning(c.Meaning), Question: b.replaced(m.span, b.precise(m.span, c.Meaning))})
			}
		}
		return Meaning{}, b.clarify(fmt.Sprintf("“%s” could mean %d things. Which one?", b.text(m.span), len(options)), options)
	}
	return cs[0].Meaning, true
}

// sameConcept says that two meanings would show the same thing: an entity and the field that labels it,
// or fields of one name.
func sameConcept(x, y Meaning) bool {
	if x.Kind == KindEntity || y.Kind == KindEntity {
		return true
	}
	return x.Field != nil && y.Field != nil && (strings.EqualFold(x.Field.Name, y.Field.Name) || strings.EqualFold(x.Field.Title(), y.Field.Title())) && x.Value == y.Value
}

func (b *builder) describeMeaning(m Meaning) string {
	switch {
	case m.Value != "":
		return fmt.Sprintf("%s %s of %s", m.Field.Title(), m.Value, words.Phrase(m.Field.Dataset.Name))
	case m.Field != nil:
		return fmt.Sprintf("%s of %s", m.Field.Title(), words.Phrase(m.Field.Dataset.Name))
	}
	return words.Phrase(m.Dataset.Name)
}

// precise names a meaning so that it is read without a second doubt.
func (b *builder) precise(s *Span, m Meaning) string {
	if m.Value != "" {
		return words.Phrase(m.Field.Dataset.Name) + " " + words.Phrase(m.Field.Name) + " \"" + m.Value + "\""
	}
	if m.Field != nil {
		return words.Phrase(m.Field.Dataset.Name) + " " + words.Phrase(m.Field.Name)
	}
	return b.text(s)
}

func (b *builder) unreachable(m mention) bool {
	what := "these rows"
	if len(b.q.Metrics) > 0 {
		what = b.q.Metrics[0].Title()
	}
	return b.decline(Decline{Code: Impossible, Reason: fmt.Sprintf("%s cannot be split or filtered by “%s”: no join leads there without counting rows twice.", upper(what), b.text(m.span)), Hint: "Ask for another dimension."})
}

// chooseGroups settles the dimensions to group by.
func (b *builder) chooseGroups() bool {
	if b.q.Rows != nil {
		return true
	}
	for _, g := range b.d.groups {
		if f := measureOf(g); f != nil && len(b.q.Metrics) > 0 {
			return b.notDefined(g.span)
		}
		m, ok := b.pick(g)
		if !ok {
			return false
		}
		b.took(m)
		b.group(m)
		if m.Kind == KindEntity && (b.d.which || b.d.top != nil) {
			b.known(m.Dataset)
		}
	}
	return true
}

// known leaves out the rows that belong to no such entity: nobody asks which of nothing comes first.
func (b *builder) known(d *model.Dataset) {
	if d.Entity == nil || d.Entity.Key == "" {
		return
	}
	f := d.ColumnField(d.Entity.Key)
	for _, m := range b.q.Metrics {
		if slices.Contains(b.r.facts(m), d) {
			return // the rows are such entities themselves
		}
	}
	b.q.Where = append(b.q.Where, semantic.Predicate{Field: f, Op: semantic.NotNull})
}

// group adds a dimension; an entity is shown by its label, with its key where labels may repeat.
func (b *builder) group(m Meaning) {
	add := func(f *model.Field, g timex.Grain) {
		if !slices.ContainsFunc(b.q.By, func(d semantic.Dimension) bool { return d.Field.String() == f.String() }) {
			b.q.By = append(b.q.By, semantic.Dimension{Field: f, Grain: g})
		}
	}
	if m.Kind == KindDimension {
		if m.Field.IsTime() {
			add(m.Field, timex.Day)
			return
		}
		if e := m.Field.Dataset.Entity; e != nil && e.Label == m.Field && !unique(m.Field) {
			add(m.Field, timex.NoGrain)
			b.groupKey(m.Field.Dataset, add)
			return
		}
		add(m.Field, timex.NoGrain)
		return
	}
	d := m.Dataset
	if d.Entity != nil && d.Entity.Label != nil {
		add(d.Entity.Label, timex.NoGrain)
		if unique(d.Entity.Label) {
			return
		}
	}
	b.groupKey(d, add)
}

func (b *builder) groupKey(d *model.Dataset, add func(*model.Field, timex.Grain)) {
	keys := d.PrimaryKey
	if d.Entity != nil && d.Entity.Key != "" {
		keys = []string{d.Entity.Key}
	}
	for _, k := range keys {
		if f := d.ColumnField(k); f != nil {
			add(f, timex.NoGrain)
		}
	}
}

// unique says that a field tells rows apart by itself.
func unique(f *model.Field) bool {
	for _, k := range append([][]string{f.Dataset.PrimaryKey}, f.Dataset.UniqueKeys...) {
		if len(k) == 1 && strings.EqualFold(k[0], f.Name) {
			return true
		}
	}
	return false
}

// chooseFilters settles the values; several of one field are alternatives.
func (b *builder) chooseFilters() bool {
	for _, f := range b.d.filters {
		if l := b.misplaced(f.mention); l != nil {
			return b.decline(Decline{Code: NotDefined, Reason: fmt.Sprintf("“%s” is no %s here; it is a %s.", f.meanings[0].Value, b.text(l), strings.ToLower(f.meanings[0].Field.Title())), Hint: "Ask for one of the values that there are."})
		}
		ms := b.qualified(f.mention)
		m, ok := b.pick(mention{f.span, ms})
		if !ok {
			return false
		}
		b.took(m)
		op := semantic.Eq
		if f.not {
			op = semantic.Ne
		}
		i := slices.IndexFunc(b.q.Where, func(p semantic.Predicate) bool { return p.Field == m.Field && p.Op == op })
		if i < 0 {
			b.q.Where = append(b.q.Where, semantic.Predicate{Field: m.Field, Op: op, Values: []string{m.Value}})
			continue
		}
		if !slices.Contains(b.q.Where[i].Values, m.Value) {
			b.q.Where[i].Values = append(b.q.Where[i].Values, m.Value)
		}
	}
	if b.d.versus && len(b.d.filters) > 1 && len(b.d.periods) < 2 {
		for _, p := range b.q.Where { // "EMEA versus APAC": side by side
			if p.Op == semantic.Eq && len(p.Values) > 1 && b.q.Rows == nil {
				b.group(Meaning{Kind: KindDimension, Field: p.Field})
			}
		}
	}
	return true
}

// misplaced returns the dimension that a value stands directly before, where that dimension has no such
// value ("the Enterprise plan" where Enterprise is a segment).
func (b *builder) misplaced(m mention) *Span {
	for _, l := range b.d.loose {
		if l.span.Start != m.span.End || slices.ContainsFunc(l.meanings, func(y Meaning) bool { return y.Kind != KindDimension || y.Field.Role == model.RoleMeasure || y.Field.IsTime() }) {
			continue
		}
		fits := slices.ContainsFunc(m.meanings, func(x Meaning) bool {
			return slices.ContainsFunc(l.meanings, func(y Meaning) bool { return y.Field == x.Field || strings.EqualFold(y.Field.Title(), x.Field.Title()) })
		})
		if !fits {
			return l.span
		}
	}
	return nil
}

// qualified keeps the meanings whose field the words beside the value name ("region EMEA"), if any.
func (b *builder) qualified(m mention) []Meaning {
	for i, l := range b.d.loose {
		gap := m.span.Start - l.span.End
		if l.span.Start > m.span.Start {
			gap = l.span.Start - m.span.End
		}
		if gap > 2 || gap < 0 {
			continue
		}
		var fit []Meaning
		for _, x := range m.meanings {
			for _, y := range l.meanings {
				if y.Field != nil && y.Field == x.Field || y.Kind == KindEntity && y.Dataset == x.Field.Dataset {
					fit = append(fit, x)
				}
			}
		}
		if len(fit) > 0 {
			if entityOf(l) == nil { // an entity still says whose numbers they are
				b.d.loose = slices.Delete(b.d.loose, i, i+1)
			}
			return fit
		}
	}
	return m.meanings
}

// looseEnds gives dimensions and entities without a word of grammar their part.
func (b *builder) looseEnds() bool {
	for _, l := range b.d.loose {
		e := entityOf(l)
		switch {
		case b.q.Rows != nil && (e == b.q.Rows || b.shows(l)):
		case b.measuresUsed(l):
		case b.timeOfRows(l):
		case len(b.q.Metrics) > 0 && e != nil && !(b.beside(l) && len(b.q.By) == 0 && l.span.prep == "") && b.population(l, e):
		case len(b.q.Metrics) > 0 && len(b.q.By) == 0 && (b.beside(l) || b.limitsMetric()) || b.d.share && len(b.q.By) == 0:
			m, ok := b.pick(l)
			if !ok {
				return false
			}
			b.took(m)
			b.group(m)
			b.assume("split by %s", b.text(l.span))
		case b.mentions(l):
		default:
			b.d.open = append(b.d.open, l.span)
		}
	}
	return true
}

// shows adds a named field to the columns of a listing.
func (b *builder) shows(l mention) bool {
	for _, m := range l.meanings {
		if m.Field != nil && b.r.graph.Reaches(b.q.Rows, m.Field.Dataset) {
			if !slices.Contains(b.q.Show, m.Field) {
				b.q.Show = append(b.q.Show, m.Field)
			}
			return true
		}
		if m.Kind == KindTable || m.Dataset != nil && b.r.graph.Reaches(b.q.Rows, m.Dataset) {
			return true
		}
	}
	return false
}

// population says that an entity only names whose numbers they are: the rows of the metric belong to
// such entities anyway ("revenue of our accounts").
func (b *builder) population(_ mention, e *model.Dataset) bool {
	for _, m := range b.q.Metrics {
		if b.distance(m, e) < 0 {
			return false
		}
	}
	if b.limitsMetric() && len(b.q.By) == 0 && !b.d.count { // "accounts with more than 10 tickets"
		b.group(Meaning{Kind: KindEntity, Dataset: e})
		b.known(e)
	}
	return true
}

// timeOfRows says that a mention is the date that the period is about: "campaigns that started since
// September". A date other than the usual one of those rows takes the period over.
func (b *builder) timeOfRows(l mention) bool {
	if len(b.d.periods) == 0 || slices.ContainsFunc(l.meanings, func(m Meaning) bool { return m.Field == nil || !m.Field.IsTime() }) {
		return false
	}
	for _, m := range l.meanings {
		if b.q.Rows != nil && m.Field.Dataset == b.q.Rows {
			b.periodOn = m.Field
			return true
		}
		if len(b.q.Metrics) == 1 && slices.Contains(b.r.facts(b.q.Metrics[0]), m.Field.Dataset) {
			b.countBy(m.Field)
			return true
		}
	}
	return b.q.Rows != nil && b.q.Rows.Time != nil || len(b.q.Metrics) > 0
}

// countBy counts the metric by another date of its rows than it is usually counted by ("tickets solved
// last month"). That is no longer the definition that was certified, and is said.
func (b *builder) countBy(f *model.Field) {
	m := b.q.Metrics[0]
	if m.Time == f {
		return
	}
	other := *m
	other.Time, other.Cert, other.Target = f, nil, nil
	other.Label = m.Title() + " by " + strings.ToLower(f.Title())
	b.q.Metrics[0] = &other
	b.assume("%s are counted by %s", m.Title(), f.Title())
}

// limitsMetric says that a number is held against a metric, not against a field of its rows.
func (b *builder) limitsMetric() bool {
	return slices.ContainsFunc(b.d.limits, func(t threshold) bool {
		m, _ := b.thresholdTarget(t)
		return m != nil
	})
}

// beside says that a dimension stands directly before or after a metric ("product revenue").
func (b *builder) beside(l mention) bool {
	for _, m := range b.d.metrics {
		if l.span.End == m.span.Start || m.span.End == l.span.Start {
			return true
		}
	}
	return false
}

// mentions says that a table or term repeats what the metrics already say.
func (b *builder) mentions(l mention) bool {
	for _, m := range l.meanings {
		for _, q := range b.q.Metrics {
			if m.Kind == KindTerm && m.Metric == q {
				return true
			}
		}
		for _, d := range b.q.By {
			if m.Field == d.Field && m.Field != nil {
				return true
			}
		}
		for _, p := range b.q.Where {
			if m.Field == p.Field && m.Field != nil {
				return true
			}
		}
	}
	return false
}

// uncovered ends the reading when a word that carries meaning is left, naming it.
func (b *builder) uncovered() bool {
	if len(b.q.Metrics) == 0 && len(b.d.limits) == 0 { // "the total premium amount": an amount is asked for, and none was found
		for _, s := range b.out.Spans {
			if n := b.out.Tokens[s.Start].Norm; s.Kind == KindFiller && (n == "amount" || n == "amounts") {
				b.d.open = append(b.d.open, s)
			}
		}
	}
	if len(b.d.open) > 0 {
		s := b.d.open[0]
		if near := b.r.related(b.text(s)); len(near) > 0 && len(near) <= 4 && len(b.q.Metrics) == 0 {
			var options []Option
			for _, m := range near {
				options = append(options, Option{Label: m.Title() + ": " + firstSentence(m.Description), Question: b.replaced(s, b.r.unambiguous(m))})
			}
			if len(options) > 1 {
				return b.clarify(fmt.Sprintf("“%s” by itself is not defined. Which of these do you mean?", b.text(s)), options)
			}
		}
		return b.notDefinedOrHidden(s)
	}
	return true
}

// check plans the query: what cannot be computed is declined in the planner's own words.
func (b *builder) check() bool {
	b.q.Calendar = b.r.cal
	if len(b.q.Metrics) == 0 && b.q.Rows == nil {
		return b.nothingAsked()
	}
	p, err := plan.Build(b.r.model, b.r.graph, b.q)
	if err != nil {
		var problem *plan.Problem
		if errors.As(err, &problem) {
			return b.decline(Decline{Code: Impossible, Reason: upper(problem.Message) + ".", Hint: "Ask without it, or for another dimension."})
		}
		return b.decline(Decline{Code: Impossible, Reason: err.Error()})
	}
	b.out.Plan = p
	for _, n := range p.Notes {
		b.assume("%s", n)
	}
	return true
}

// without is the question without the words of a span.
func (b *builder) without(s *Span) string {
	q := b.out.Question
	return strings.TrimSpace(strings.TrimSpace(q[:b.out.Tokens[s.Start].Start]) + " " + strings.TrimSpace(q[b.out.Tokens[s.End-1].End:]))
}

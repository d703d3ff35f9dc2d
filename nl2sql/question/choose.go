package question

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/timex"
)

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
		if !slices.ContainsFunc(b.q.By, func(d semantic.Dimension) bool {
			return d.Field.String() == f.String() && slices.Equal(d.Via, m.Via)
		}) {
			b.q.By = append(b.q.By, semantic.Dimension{Field: f, Grain: g, Via: m.Via})
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
	for i, f := range b.d.filters {
		if i > 0 && b.either(b.d.filters[i-1], f) {
			return b.decline(Decline{Code: Impossible, Reason: fmt.Sprintf("“%s or %s” are values of different dimensions; either of two conditions is not read yet.", b.text(b.d.filters[i-1].span), b.text(f.span)), Hint: "Ask for each by itself."})
		}
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

// either says that "or" stands between two values that no one field holds both of.
func (b *builder) either(a, f filter) bool {
	for i := a.span.End; i < f.span.Start; i++ {
		if b.out.Tokens[i].Norm == "or" {
			return !sameField(a.meanings, f.meanings)
		}
	}
	return false
}

// misplaced returns the dimension that a value stands directly before, where that dimension has no such
// value ("the Enterprise plan" where Enterprise is a segment).
func (b *builder) misplaced(m mention) *Span {
	for _, l := range b.d.loose {
		if l.span.Start != m.span.End || slices.ContainsFunc(l.meanings, func(y Meaning) bool {
			return y.Kind != KindDimension || y.Field.Role == model.RoleMeasure || y.Field.IsTime()
		}) {
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

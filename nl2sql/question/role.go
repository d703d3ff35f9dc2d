package question

import (
	"fmt"
	"slices"
	"strings"

	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/plan"
)

// roles makes known what two relationships of one dataset lead to, by the words of each: "sender segment",
// "recipient city", and the thing itself, "by sender". Relationships that limn inferred are named after
// columns and tables, not as people speak, so they give no words.
func (l *Lexicon) roles(m *model.Model, g *plan.Graph) {
	for _, r := range m.Relationships {
		if r.From.Inferred || !slices.ContainsFunc(m.Relationships, func(o *model.Relationship) bool { return o != r && o.From == r.From && o.To == r.To }) {
			continue
		}
		role := words.Phrase(r.Name)
		if e := r.To.Entity; e != nil {
			name := e.Label
			if name == nil {
				name = r.To.ColumnField(e.Key)
			}
			if name != nil {
				l.add(role, Meaning{Kind: KindDimension, Field: name, Via: plan.Path{r}, Score: 0.95})
			}
		}
		for _, d := range m.Datasets {
			path, problem := g.Via(r, d)
			if problem != nil {
				continue
			}
			for _, f := range d.Fields {
				if f.Hidden {
					continue
				}
				for _, n := range append([]string{f.Phrase(), f.Label}, f.Synonyms...) {
					if n != "" {
						l.add(role+" "+n, Meaning{Kind: KindDimension, Field: f, Via: path, Score: 1})
					}
				}
			}
		}
	}
}

// whichWay asks by which of several ways a dimension is reached; false where no words of the question
// stand for it, or no words would say which way.
func (b *builder) whichWay(p *plan.Problem) bool {
	if p.Code != plan.AmbiguousPath {
		return false
	}
	i := slices.IndexFunc(b.q.By, func(d semantic.Dimension) bool { return len(d.Via) == 0 && d.Field.Dataset == p.To })
	if i < 0 {
		return false
	}
	f := b.q.By[i].Field
	g := slices.IndexFunc(b.d.groups, func(m mention) bool {
		return slices.ContainsFunc(m.meanings, func(x Meaning) bool { return x.Field == f || x.Dataset == f.Dataset })
	})
	if g < 0 {
		return false
	}
	var options []Option
	for _, way := range p.Ways {
		for _, r := range way {
			said := words.Phrase(r.Name) + " " + f.Phrase()
			if slices.ContainsFunc(b.r.lex.phrases[key(said)], func(m Meaning) bool { return m.Field == f && len(m.Via) > 0 && m.Via[0] == r }) {
				options = append(options, Option{Label: upper(said), Question: b.replaced(b.d.groups[g].span, said)})
				break
			}
		}
	}
	if len(options) < len(p.Ways) {
		return false
	}
	b.clarify(fmt.Sprintf("Which %s do you mean?", strings.ToLower(f.Title())), options)
	return true
}

// Package values is the index of the stored values that people filter by: which field holds "EMEA",
// what is meant by "nothwind traders". It is built from distinct values of dimensions, bounded for each
// field, and never holds a column that is tagged as personal. Start at New.
package values

import (
	"cmp"
	"slices"
	"strings"

	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/nl2sql/question"
)

// Column is the distinct values of one field, "dataset.field".
type Column struct {
	Field  string   `json:"field"`
	Values []string `json:"values"`
}

// MaxPerField bounds the values that are kept of one field. A field with more is not filtered by name
// often enough to pay for the memory.
const MaxPerField = 50_000

// maxHits bounds what a look-up returns: more than a handful is no answer to what was meant.
const maxHits = 8

type entry struct {
	field string
	value string
	norm  string
}

// Index finds values. It is immutable and safe to share.
type Index struct {
	entries  []entry
	exact    map[string][]int32 // normal form → entries
	byWord   map[string][]int32 // a word of a value of several words → entries
	byLength map[int][]int32    // length of the normal form in bytes → entries
	longest  int
}

// New builds an index.
func New(columns []Column) *Index {
	x := &Index{exact: map[string][]int32{}, byWord: map[string][]int32{}, byLength: map[int][]int32{}, longest: 1}
	for _, c := range columns {
		field := strings.ToLower(c.Field)
		for _, v := range c.Values {
			x.add(field, v)
		}
	}
	return x
}

func (x *Index) add(field, v string) {
	toks := words.Split(v)
	if len(toks) == 0 || len(v) > 200 {
		return
	}
	norm := join(toks, false)
	id := int32(len(x.entries))
	x.entries = append(x.entries, entry{field, v, norm})
	x.exact[norm] = append(x.exact[norm], id)
	if stem := join(toks, true); stem != norm {
		x.exact[stem] = append(x.exact[stem], id)
	}
	x.byLength[len(norm)] = append(x.byLength[len(norm)], id)
	x.longest = max(x.longest, len(toks))
	if len(toks) > 1 {
		for _, t := range toks {
			if t.Kind == words.Word && len(t.Norm) > 3 {
				x.byWord[t.Norm] = append(x.byWord[t.Norm], id)
			}
		}
	}
}

func join(toks []words.Token, stem bool) string {
	var b strings.Builder
	for i, t := range toks {
		if i > 0 {
			b.WriteByte(' ')
		}
		if stem {
			b.WriteString(t.Stem)
		} else {
			b.WriteString(t.Norm)
		}
	}
	return b.String()
}

// MaxWords is the number of words of the longest value.
func (x *Index) MaxWords() int { return min(x.longest, 8) }

// Exact returns the values that text names: whole values first; where there is none, values of which
// text is one word.
func (x *Index) Exact(text string) []question.ValueHit {
	toks := words.Split(text)
	for _, k := range []string{join(toks, false), join(toks, true)} {
		if ids := x.exact[k]; len(ids) > 0 {
			return x.hits(ids, 0)
		}
	}
	if len(toks) == 1 {
		if ids := x.byWord[toks[0].Norm]; len(ids) > 0 && len(ids) <= maxHits {
			return x.hits(ids, 1)
		}
	}
	return nil
}

func (x *Index) hits(ids []int32, slips int) []question.ValueHit {
	var out []question.ValueHit
	for _, id := range ids {
		e := x.entries[id]
		if len(out) < 4*maxHits {
			out = append(out, question.ValueHit{Field: e.field, Value: e.value, Slips: slips})
		}
	}
	return out
}

// Near returns values within the tolerance for the text's length, nearest first.
func (x *Index) Near(text string) []question.ValueHit {
	norm := join(words.Split(text), false)
	limit := words.Tolerance(norm)
	if limit == 0 {
		return nil
	}
	var out []question.ValueHit
	for n := len(norm) - limit; n <= len(norm)+limit; n++ {
		for _, id := range x.byLength[n] {
			e := x.entries[id]
			if e.norm[0] != norm[0] && len(norm) < 8 {
				continue
			}
			if d := words.Distance(norm, e.norm, limit); d <= limit {
				out = append(out, question.ValueHit{Field: e.field, Value: e.value, Slips: max(d, 1)})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b question.ValueHit) int { return cmp.Compare(a.Slips, b.Slips) })
	if len(out) > 0 { // only the nearest: a farther one is not what was meant
		best := out[0].Slips
		out = slices.DeleteFunc(out, func(h question.ValueHit) bool { return h.Slips > best })
	}
	if len(out) > maxHits {
		return nil
	}
	return out
}

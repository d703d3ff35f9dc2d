// Package search finds things of the catalog by words and by meaning: tables, columns, metrics, terms, queries
// and dashboards. It sees what one person may see and nothing else: what is hidden moves no score. Where there
// are no vectors it finds by words, and says so. Start at Searcher; New is for a catalog that is not kept.
package search

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/embeddings/document"
	"github.com/limn-data/limn/embeddings/index"
	"github.com/limn-data/limn/embeddings/lexical"
	"github.com/limn-data/limn/embeddings/store"
)

// Hit is something found.
type Hit struct {
	Kind        string  `json:"kind"` // metric | term | table | column | query | dashboard
	Name        string  `json:"name"`
	Description string  `json:"description"`
	Score       float64 `json:"score"`
	Why         string  `json:"why"` // the words that matched; "meaning" where none did
}

// Query is what is looked for.
type Query struct {
	Text  string
	K     int
	Kinds document.Set // zero: every kind
	Tiers []catalog.Tier
	// View is the catalog as the asker may see it; nil: everything.
	View *access.View
}

// Result is what was found, best first.
type Result struct {
	Hits []Hit
	// Note says why meaning was left out, in whole or in part; empty when it was not.
	Note string
}

// Searcher searches an index.
type Searcher struct {
	index *index.Index
	blend blend
}

// NewSearcher searches an index.
func NewSearcher(x *index.Index) *Searcher { return &Searcher{x, measured} }

// blend says how words and meaning are joined. Scores of each are taken as shares of the best.
type blend struct {
	meaning    float64 // how much of the score is meaning; the rest is words
	bestColumn float64 // a table means what it says itself and, this much, what its best column says
	// support is how much the best supporters of a schema lift each of its tables: questions are seldom about
	// one table, and what they are about is mostly kept in one schema.
	support    float64
	supporters int
}

// measured is what did best on half of the databases of a public set of questions; docs/benchmarks.md has what
// the other half gives.
var measured = blend{meaning: 0.85, bestColumn: 0.5, support: 2, supporters: 3}

// How many documents of each way are looked at closely.
const (
	nearTables  = 400
	nearColumns = 1000
	byWords     = 300
	closely     = 600 // units
	shown       = 300 // of a list, beside the tables that are looked at closely
)

// besideTables is what columns count where tables are looked for too: there are twenty of them to a table, all of
// which say its name, and the table shows them. Chosen by eye, on the demo; nothing that is measured depends on it.
const besideTables = 0.8

// candidate is a document that one of the ways found.
type candidate struct {
	index.Scored
	words, near float64 // as found
	known       bool    // there is a vector
	score       float64
	shown       index.Shown
}

// Search finds. An error of a store that is away is no error of a search: what is in memory serves, and Note
// says what is missing.
func (s *Searcher) Search(ctx context.Context, q Query) (Result, error) {
	var r Result
	a, err := s.index.Audience(ctx, q.View)
	if err != nil {
		r.Note = "some of what you see is searched by words only: " + err.Error()
	}
	words := s.index.Words(gist(q.Text))
	found := map[index.Ref]*candidate{}
	var wg sync.WaitGroup
	wg.Go(func() { // while the question is embedded
		for _, h := range s.index.Lexical(a, words, q.Kinds, max(byWords, q.K)) {
			found[h.Ref] = &candidate{Scored: h, words: float64(h.Score)}
		}
	})
	question, err := s.question(ctx, q.Text)
	wg.Wait()
	if err == nil && question != nil {
		err = s.byMeaning(ctx, a, q, question, found)
	}
	if err != nil {
		if ctx.Err() != nil {
			return Result{}, ctx.Err()
		}
		r.Note = "searched by words only: " + err.Error()
	}
	r.Hits = s.rank(q, words, found)
	return r, nil
}

// question embeds a text; nil where there is nothing to embed it for.
func (s *Searcher) question(ctx context.Context, text string) (*index.Question, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	return s.index.Embed(ctx, wordings(text)...)
}

// byMeaning adds what is near to the question and says of each candidate how near.
func (s *Searcher) byMeaning(ctx context.Context, a *index.Audience, q Query, question *index.Question, found map[index.Ref]*candidate) error {
	var wishes []store.Wish
	few := document.Set(0)
	for k := range document.Kinds {
		if k != document.Column && q.Kinds.Has(k) {
			few |= document.Of(k)
		}
	}
	if few != 0 {
		wishes = append(wishes, store.Wish{Kinds: few, K: max(nearTables, q.K)})
	}
	if q.Kinds.Has(document.Column) || q.Kinds.Has(document.Table) {
		wishes = append(wishes, store.Wish{Kinds: document.Of(document.Column), K: max(nearColumns, q.K)})
	}
	lists, err := s.index.Nearest(ctx, a, question, wishes)
	if err != nil {
		return err
	}
	units := unitsOf(found, lists)
	scores, err := s.index.Scores(ctx, a, question, units)
	if err != nil {
		return err
	}
	best := map[int32]float64{} // unit → its best column
	for _, h := range scores {
		if h.Kind == document.Column {
			best[h.Slot] = max(best[h.Slot], float64(h.Score))
		}
	}
	for _, h := range scores {
		c := found[h.Ref]
		if c == nil {
			if !q.Kinds.Has(h.Kind) || h.Kind == document.Column {
				continue // columns beside those that were found are there for their table only
			}
			c = &candidate{Scored: h}
			found[h.Ref] = c
		}
		c.known, c.near = true, float64(h.Score)
		if h.Kind == document.Table {
			c.near = (c.near + s.blend.bestColumn*best[h.Slot]) / (1 + s.blend.bestColumn)
		}
	}
	for _, list := range lists {
		for _, h := range list[:min(len(list), max(shown, q.K))] {
			if q.Kinds.Has(h.Kind) && found[h.Ref] == nil {
				found[h.Ref] = &candidate{Scored: h, known: true, near: float64(h.Score)}
			}
		}
	}
	return nil
}

// unitsOf are the units that are looked at closely: those found by words, then those that are near, in turn.
func unitsOf(found map[index.Ref]*candidate, lists [][]index.Scored) []int32 {
	byScore := make([]*candidate, 0, len(found))
	for _, c := range found {
		byScore = append(byScore, c)
	}
	slices.SortFunc(byScore, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(b.words, a.words), cmp.Compare(a.Slot, b.Slot), cmp.Compare(a.Ord, b.Ord))
	})
	words := make([]index.Scored, len(byScore))
	for i, c := range byScore {
		words[i] = c.Scored
	}
	seen := map[int32]bool{}
	var out []int32
	for i := 0; len(out) < closely; i++ {
		more := false
		for _, list := range append([][]index.Scored{words}, lists...) {
			if i >= len(list) {
				continue
			}
			more = true
			if slot := list[i].Slot; !seen[slot] {
				seen[slot] = true
				out = append(out, slot)
			}
		}
		if !more {
			break
		}
	}
	return out
}

// rank blends and orders. Among equals the more trusted, the fresher and the more used stands first; a query
// is also worth less when it is raw, old, rare or failing.
func (s *Searcher) rank(q Query, words []lexical.Word, found map[index.Ref]*candidate) []Hit {
	all := make([]*candidate, 0, len(found))
	high, most, any := 0.0, 0.0, false
	var newest time.Time
	for _, c := range found {
		shown, ok := s.index.Show(c.Ref)
		if !ok || len(q.Tiers) > 0 && !slices.Contains(q.Tiers, shown.Tier) {
			continue
		}
		c.shown = shown
		all = append(all, c)
		most = max(most, c.words)
		if c.known {
			any, high = true, max(high, c.near)
		}
		if shown.Kind == document.Query && shown.Fresh.After(newest) {
			newest = shown.Fresh
		}
	}
	for _, c := range all {
		byWords := c.words / max(most, 1e-9)
		if !any {
			c.score = c.words
		} else {
			c.score = s.blend.meaning*max(0, c.near)/max(high, 1e-9) + (1-s.blend.meaning)*byWords
		}
		switch {
		case c.shown.Kind == document.Query:
			c.score *= worth(c.shown, newest)
		case c.shown.Kind == document.Column && q.Kinds.Has(document.Table):
			c.score *= besideTables
		}
	}
	if any {
		s.blend.supported(all)
	}
	for _, c := range all {
		c.score = math.Round(c.score*1000) / 1000
	}
	slices.SortFunc(all, func(a, b *candidate) int {
		if a.score != b.score {
			return cmp.Compare(b.score, a.score)
		}
		return cmp.Or(cmp.Compare(trust(a.shown.Tier), trust(b.shown.Tier)), b.shown.Fresh.Compare(a.shown.Fresh),
			cmp.Compare(b.shown.Uses, a.shown.Uses), cmp.Compare(a.shown.Kind, b.shown.Kind), cmp.Compare(a.shown.Name, b.shown.Name))
	})
	var out []Hit
	for _, c := range all[:min(max(q.K, 0), len(all))] {
		out = append(out, Hit{Kind: c.shown.Kind.String(), Name: c.shown.Name, Description: c.shown.Description, Score: c.score, Why: why(words, c.Matched)})
	}
	return out
}

// supported lowers tables by how much less support they have from their schema than those of the schema that has
// most. What no question asks for gets nothing from its neighbours: they multiply its own score.
func (b blend) supported(all []*candidate) {
	best := map[string][]float64{}
	for _, c := range all {
		if c.shown.Kind == document.Table {
			schema := schemaOf(c.shown.Name)
			best[schema] = append(best[schema], c.score)
		}
	}
	lift := map[string]float64{}
	most := 0.0
	for schema, scores := range best {
		slices.Sort(scores)
		sum := 0.0
		for _, s := range scores[max(0, len(scores)-b.supporters):] {
			sum += s
		}
		lift[schema] = 1 + b.support*sum/float64(b.supporters)
		most = max(most, lift[schema])
	}
	for _, c := range all {
		if c.shown.Kind == document.Table {
			c.score *= lift[schemaOf(c.shown.Name)] / most
		}
	}
}

func schemaOf(table string) string {
	return strings.ToLower(table[:max(0, strings.LastIndexByte(table, '.'))])
}

// trust orders tiers, the most trusted first and what is on its way out last.
func trust(t catalog.Tier) int {
	return slices.Index([]catalog.Tier{catalog.Certified, catalog.Trusted, catalog.Unknown, "", catalog.Raw, catalog.Deprecated}, t)
}

// worth is how much a query counts for what it is, from 0.7 to 1: checked by somebody, succeeding, run often,
// and run not long before the newest.
func worth(d index.Shown, newest time.Time) float64 {
	w := 0.7
	if d.Tier == catalog.Certified {
		w += 0.12
	}
	if d.Uses > 0 {
		w += 0.08 * d.Success
		w += 0.05 * min(1, math.Log10(1+float64(d.Uses))/3)
	}
	if !d.Fresh.IsZero() {
		const year = 365 * 24 * time.Hour
		w += 0.05 * max(0, 1-float64(newest.Sub(d.Fresh))/float64(year))
	}
	return w
}

func why(words []lexical.Word, matched uint64) string {
	var out []string
	for i, w := range words {
		if i < 64 && matched&(1<<i) != 0 {
			out = append(out, w.Term)
		}
	}
	if out == nil {
		return "meaning"
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

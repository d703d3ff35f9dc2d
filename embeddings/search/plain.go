package search

import (
	"cmp"
	"math"
	"slices"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/embeddings/document"
	"github.com/limn-data/limn/embeddings/lexical"
)

// Index is a snapshot that is searched by words, where nothing is kept. It is immutable and safe to share.
type Index struct {
	units   []document.Unit
	lexicon *lexical.Lexicon
	segment *lexical.Segment
	analyze *lexical.Analyzer
	visible lexical.Visible
	stats   lexical.Stats
}

// New indexes a snapshot.
func New(s *catalog.Snapshot) *Index {
	x := &Index{units: document.Project(s), lexicon: lexical.NewLexicon(), analyze: lexical.NewAnalyzer(nil)}
	b := lexical.NewBuilder(x.lexicon, x.analyze)
	x.visible = lexical.NewVisible(len(x.units))
	for i := range x.units {
		b.Add(int32(i), x.units[i].Docs)
		x.visible.Set(int32(i))
	}
	x.segment = b.Build()
	x.stats = lexical.Count([]*lexical.Segment{x.segment}, x.visible)
	return x
}

// Search returns at most k hits, best first.
func (x *Index) Search(query string, k int) []Hit {
	words := x.analyze.Query(query)
	var out []Hit
	for _, h := range lexical.Search(x.lexicon, []*lexical.Segment{x.segment}, words, 0, x.visible, x.stats, k) {
		d := &x.units[h.Slot].Docs[h.Ord]
		out = append(out, Hit{Kind: d.Kind.String(), Name: d.Name, Description: d.Description, Score: math.Round(float64(h.Score)*1000) / 1000, Why: why(words, h.Matched)})
	}
	slices.SortStableFunc(out, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// Package search finds things of the catalog by words: tables, columns, metrics and terms, ranked by
// BM25 over fields of different weight. It sees a snapshot as one person may see it and nothing else.
// Start at New.
package search

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/internal/words"
)

// Hit is something found.
type Hit struct {
	Kind        string  `json:"kind"` // metric | term | table | column
	Name        string  `json:"name"`
	Description string  `json:"description"`
	Score       float64 `json:"score"`
	Why         string  `json:"why"` // the words that matched
}

// The weights of fields: a word of the name says more than one of the description.
const (
	weightName        = 3.0
	weightSynonym     = 2.5
	weightColumn      = 0.8
	weightDescription = 1.0
)

// The constants of BM25 as Robertson and Zaragoza recommend them (The Probabilistic Relevance Framework,
// 2009).
const (
	k1 = 1.2
	b  = 0.75
)

type document struct {
	hit    Hit
	length float64
	weight map[string]float64 // word → weighted frequency
}

// Index is a searchable snapshot. It is immutable and safe to share.
type Index struct {
	docs    []document
	holding map[string][]int32
	average float64
}

// New indexes a snapshot.
func New(s *catalog.Snapshot) *Index {
	x := &Index{holding: map[string][]int32{}}
	for _, m := range s.Metrics {
		x.add(Hit{Kind: "metric", Name: m.Name, Description: m.Description}, field{m.Label + " " + m.Name, weightName}, field{strings.Join(m.Synonyms, " "), weightSynonym}, field{m.Description, weightDescription})
	}
	for _, t := range s.Terms {
		x.add(Hit{Kind: "term", Name: t.Name, Description: t.Definition}, field{t.Name, weightName}, field{strings.Join(t.Synonyms, " "), weightSynonym}, field{t.Definition, weightDescription})
	}
	for _, a := range s.Assets {
		var cols []string
		for _, c := range a.Columns {
			cols = append(cols, c.Name)
			x.add(Hit{Kind: "column", Name: a.Name.String() + "." + c.Name, Description: c.Description}, field{c.Name, weightName}, field{a.Name.Table, weightColumn}, field{c.Description, weightDescription})
		}
		x.add(Hit{Kind: "table", Name: a.Name.String(), Description: a.Description}, field{a.Name.Schema + " " + a.Name.Table, weightName}, field{strings.Join(cols, " "), weightColumn}, field{a.Description, weightDescription})
	}
	for _, d := range x.docs {
		x.average += d.length
	}
	x.average /= max(float64(len(x.docs)), 1)
	return x
}

type field struct {
	text   string
	weight float64
}

func (x *Index) add(h Hit, fields ...field) {
	d := document{hit: h, weight: map[string]float64{}}
	for _, f := range fields {
		for _, w := range terms(f.text) {
			d.weight[w] += f.weight
			d.length += f.weight
		}
	}
	id := int32(len(x.docs))
	for w := range d.weight {
		x.holding[w] = append(x.holding[w], id)
	}
	x.docs = append(x.docs, d)
}

// terms are the words of a text by their roots; identifiers are split first.
func terms(text string) []string {
	var out []string
	for _, t := range words.Split(text) {
		if t.Kind == words.Punct {
			continue
		}
		for _, w := range words.Identifier(t.Text) {
			out = append(out, words.Root(words.Singular(w)))
		}
	}
	return out
}

// Search returns at most k hits, best first.
func (x *Index) Search(query string, k int) []Hit {
	scores := map[int32]float64{}
	why := map[int32][]string{}
	n := float64(len(x.docs))
	for _, w := range slices.Compact(slices.Sorted(slices.Values(terms(query)))) {
		ids := x.holding[w]
		if len(ids) == 0 {
			continue
		}
		idf := math.Log(1 + (n-float64(len(ids))+0.5)/(float64(len(ids))+0.5))
		for _, id := range ids {
			d := x.docs[id]
			tf := d.weight[w]
			scores[id] += idf * tf * (k1 + 1) / (tf + k1*(1-b+b*d.length/x.average))
			why[id] = append(why[id], w)
		}
	}
	var hits []Hit
	for id, s := range scores {
		h := x.docs[id].hit
		h.Score, h.Why = math.Round(s*1000)/1000, strings.Join(why[id], ", ")
		hits = append(hits, h)
	}
	slices.SortFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return hits[:min(k, len(hits))]
}

package lexical

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/limn-data/limn/embeddings/document"
)

// The constants of BM25 as Robertson and Zaragoza recommend them (The Probabilistic Relevance Framework,
// 2009).
const (
	k1 = 1.2
	b  = 0.75
)

// Visible says which units count: a bit for each slot.
type Visible []uint64

// NewVisible makes room for slots.
func NewVisible(slots int) Visible { return make(Visible, (slots+63)/64) }

// Set lets a unit count.
func (v Visible) Set(slot int32) { v[slot>>6] |= 1 << (slot & 63) }

// Has says whether a unit counts.
func (v Visible) Has(slot int32) bool {
	return int(slot>>6) < len(v) && v[slot>>6]&(1<<(slot&63)) != 0
}

// Stats are what BM25 needs to know of the documents that count.
type Stats struct {
	Docs   [document.Kinds]int
	Length [document.Kinds]float64
}

// Count computes the statistics of what is visible.
func Count(segments []*Segment, v Visible) Stats {
	var st Stats
	for _, s := range segments {
		for d, slot := range s.slots {
			if v.Has(slot) {
				st.Docs[s.kinds[d]]++
				st.Length[s.kinds[d]] += float64(s.length[d])
			}
		}
	}
	return st
}

// Hit is a document that has words of the query.
type Hit struct {
	Slot, Ord int32
	Score     float32
	Matched   uint64 // a bit for each of the query's words, as Words gives them, of the first 64
}

// Word is a term that is searched for.
type Word struct {
	Term string
	// Weight is below 1 for another reading of an abbreviation.
	Weight float32
}

// Query cuts a question into words, each once. Abbreviations are looked for as written and as what they mean, and
// neighbours also as one word, as names are often written ("high schoolers": highschooler).
func (a *Analyzer) Query(text string) []Word {
	var out []Word
	at := map[string]int{}
	add := func(term string, w float32) {
		if i, ok := at[term]; ok {
			out[i].Weight = max(out[i].Weight, w)
			return
		}
		at[term] = len(out)
		out = append(out, Word{term, w})
	}
	a.Terms(text, true, func(term string, extra bool) {
		if extra {
			add(term, 0.5)
		} else {
			add(term, 1)
		}
	})
	before := ""
	for _, t := range cut(text) {
		low := strings.ToLower(t)
		if before != "" {
			add(root(before+low), 1)
		}
		before = low
	}
	return out
}

var pool = sync.Pool{New: func() any { return new(scratch) }}

type scratch struct {
	score   []float32
	matched []uint64
	touched []uint32
}

// Search returns the best k documents of the kinds, best first; equal ones in the order of slots. Frequencies
// are those among the visible documents of these kinds, so that what is hidden moves nothing.
func Search(l *Lexicon, segments []*Segment, query []Word, kinds document.Set, v Visible, st Stats, k int) []Hit {
	n, length := 0.0, 0.0
	for kind := range document.Kinds {
		if kinds.Has(kind) {
			n += float64(st.Docs[kind])
			length += st.Length[kind]
		}
	}
	if n == 0 || k <= 0 {
		return nil
	}
	average := float32(length / n)
	idf := frequencies(l, segments, query, kinds, v, n)
	sc := pool.Get().(*scratch)
	defer pool.Put(sc)
	top := &heap{k: k}
	for _, s := range segments {
		s.score(l, query, idf, kinds, v, max(average, 1e-6), sc)
		for _, d := range sc.touched {
			if x := sc.score[d]; x > 0 {
				top.offer(Hit{s.slots[d], s.ords[d], x, sc.matched[d]})
				sc.score[d], sc.matched[d] = 0, 0
			}
		}
	}
	return top.sorted()
}

// frequencies is how telling each word is; 0 for what no visible document has.
func frequencies(l *Lexicon, segments []*Segment, query []Word, kinds document.Set, v Visible, n float64) []float32 {
	out := make([]float32, len(query))
	for i, w := range query {
		id, ok := l.find(w.Term)
		if !ok {
			continue
		}
		df := 0.0
		for _, s := range segments {
			docs, _ := s.postings(id)
			for _, d := range docs {
				if v.Has(s.slots[d]) && kinds.Has(s.kinds[d]) {
					df++
				}
			}
		}
		if df > 0 {
			out[i] = w.Weight * float32(math.Log(1+(n-df+0.5)/(df+0.5)))
		}
	}
	return out
}

// score adds up what each document of a segment gets. The scratch comes and goes zeroed.
func (s *Segment) score(l *Lexicon, query []Word, idf []float32, kinds document.Set, v Visible, average float32, sc *scratch) {
	if len(sc.score) < len(s.slots) {
		sc.score, sc.matched = make([]float32, len(s.slots)), make([]uint64, len(s.slots))
	}
	sc.touched = sc.touched[:0]
	for i, w := range query {
		if idf[i] == 0 {
			continue
		}
		id, _ := l.find(w.Term)
		docs, weights := s.postings(id)
		for j, d := range docs {
			if !v.Has(s.slots[d]) || !kinds.Has(s.kinds[d]) {
				continue
			}
			tf := float32(weights[j]) / fixed
			if sc.score[d] == 0 {
				sc.touched = append(sc.touched, d)
			}
			sc.score[d] += idf[i] * tf * (k1 + 1) / (tf + k1*(1-b+b*s.length[d]/average))
			sc.matched[d] |= 1 << min(i, 63)
		}
	}
}

// heap keeps the best k hits.
type heap struct {
	k    int
	hits []Hit
}

// worse says whether x ranks after y.
func worse(x, y Hit) bool { return compare(x, y) > 0 }

func compare(x, y Hit) int {
	switch { // by hand: this is the inner loop
	case x.Score > y.Score:
		return -1
	case x.Score < y.Score:
		return 1
	}
	return cmp.Or(cmp.Compare(x.Slot, y.Slot), cmp.Compare(x.Ord, y.Ord))
}

func (h *heap) offer(x Hit) {
	if len(h.hits) < h.k {
		h.hits = append(h.hits, x)
		for i := len(h.hits) - 1; i > 0 && worse(h.hits[i], h.hits[(i-1)/2]); i = (i - 1) / 2 {
			h.hits[i], h.hits[(i-1)/2] = h.hits[(i-1)/2], h.hits[i]
		}
		return
	}
	if !worse(h.hits[0], x) {
		return
	}
	h.hits[0] = x
	for i := 0; ; {
		c := 2*i + 1
		if c >= len(h.hits) {
			return
		}
		if c+1 < len(h.hits) && worse(h.hits[c+1], h.hits[c]) {
			c++
		}
		if !worse(h.hits[c], h.hits[i]) {
			return
		}
		h.hits[i], h.hits[c] = h.hits[c], h.hits[i]
		i = c
	}
}

func (h *heap) sorted() []Hit {
	slices.SortFunc(h.hits, compare)
	return h.hits
}

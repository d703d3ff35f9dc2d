package lexical

import (
	"slices"
	"sync"

	"github.com/limn-data/limn/embeddings/document"
)

// Weights are how much a word counts by the part of the document it stands in.
type Weights [document.Parts]float32

// Measured on half of the databases of a public set of questions; the searches of the other half are the
// figures of docs/benchmarks.md.
var defaultWeights = Weights{document.Name: 3, document.Synonym: 2.5, document.Member: 2, document.Parent: 0.6, document.Schema: 2, document.Prose: 2}

// Lexicon numbers terms for the segments of one index. It only grows. One side may build while others search.
type Lexicon struct {
	ids  sync.Map // term → uint32
	size uint32   // read and written by builders only
}

// NewLexicon makes an empty one.
func NewLexicon() *Lexicon { return &Lexicon{} }

func (l *Lexicon) id(term string) uint32 {
	if id, ok := l.ids.Load(term); ok {
		return id.(uint32)
	}
	id := l.size
	l.ids.Store(term, id)
	l.size++
	return id
}

func (l *Lexicon) find(term string) (uint32, bool) {
	id, ok := l.ids.Load(term)
	if !ok {
		return 0, false
	}
	return id.(uint32), true
}

// fixed is how weights of words are kept: sixteenths, to 4095.
const fixed = 16

// Segment is an immutable group of documents. The documents of one unit are neighbours.
type Segment struct {
	slots  []int32 // document → unit slot
	ords   []int32 // document → its place in the unit
	kinds  []document.Kind
	length []float32

	terms   []uint32 // ascending
	offsets []uint32 // of terms[i]: postings from offsets[i] to offsets[i+1]
	docs    []uint32 // ascending for each term
	weights []uint16
}

// Docs is how many documents the segment has.
func (s *Segment) Docs() int { return len(s.slots) }

// Bytes is about how much memory the segment takes.
func (s *Segment) Bytes() int {
	return len(s.slots)*13 + len(s.terms)*8 + len(s.docs)*6
}

// postings are those of a term: documents and weights.
func (s *Segment) postings(term uint32) ([]uint32, []uint16) {
	i, ok := slices.BinarySearch(s.terms, term)
	if !ok {
		return nil, nil
	}
	from, to := s.offsets[i], s.offsets[i+1]
	return s.docs[from:to], s.weights[from:to]
}

// Builder collects documents for one segment.
type Builder struct {
	lexicon *Lexicon
	local   map[string]uint32 // of the lexicon, without its lock
	analyze *Analyzer
	weights Weights
	seg     *Segment
	of      []posting
	scratch []posting // of one document
}

type posting struct {
	term, doc uint32
	weight    uint16
}

// NewBuilder makes a builder.
func NewBuilder(l *Lexicon, a *Analyzer) *Builder {
	return &Builder{lexicon: l, local: map[string]uint32{}, analyze: a, weights: defaultWeights, seg: &Segment{}}
}

// Weigh takes other weights of parts than the usual ones.
func (b *Builder) Weigh(w Weights) *Builder {
	b.weights = w
	return b
}

// Add takes in the documents of a unit.
func (b *Builder) Add(slot int32, docs []document.Document) {
	for ord := range docs {
		d := &docs[ord]
		id := uint32(len(b.seg.slots))
		length := float32(0)
		b.scratch = b.scratch[:0]
		for _, f := range d.Fields {
			w := b.weights[f.Part]
			b.analyze.Terms(f.Text, f.Part != document.Prose && d.Kind != document.Query, func(term string, extra bool) {
				if !extra {
					length += w
				}
				b.scratch = append(b.scratch, posting{b.term(term), id, uint16(w * fixed)})
			})
		}
		slices.SortFunc(b.scratch, func(x, y posting) int { return int(x.term) - int(y.term) })
		for i := 0; i < len(b.scratch); {
			p := b.scratch[i]
			sum := 0
			for ; i < len(b.scratch) && b.scratch[i].term == p.term; i++ {
				sum += int(b.scratch[i].weight)
			}
			p.weight = uint16(min(sum, 65535))
			b.of = append(b.of, p)
		}
		b.seg.slots, b.seg.ords = append(b.seg.slots, slot), append(b.seg.ords, int32(ord))
		b.seg.kinds, b.seg.length = append(b.seg.kinds, d.Kind), append(b.seg.length, length)
	}
}

func (b *Builder) term(t string) uint32 {
	id, ok := b.local[t]
	if !ok {
		id = b.lexicon.id(t)
		b.local[t] = id
	}
	return id
}

// Build ends the segment. The builder is spent.
func (b *Builder) Build() *Segment { return invert(b.seg, b.of, int(b.lexicon.size)) }

// invert turns postings that are in the order of documents into lists of terms, by counting.
func invert(s *Segment, of []posting, terms int) *Segment {
	count := make([]uint32, terms)
	for _, p := range of {
		count[p.term]++
	}
	at := make([]uint32, terms)
	sum := uint32(0)
	for t, n := range count {
		at[t] = sum
		if n > 0 {
			s.terms, s.offsets = append(s.terms, uint32(t)), append(s.offsets, sum)
		}
		sum += n
	}
	s.offsets = append(s.offsets, sum)
	s.docs, s.weights = make([]uint32, sum), make([]uint16, sum)
	for _, p := range of {
		i := at[p.term]
		at[p.term]++
		s.docs[i], s.weights[i] = p.doc, p.weight
	}
	s.terms, s.offsets = slices.Clip(s.terms), slices.Clip(s.offsets)
	return s
}

// Merge joins segments and leaves out the units that are no longer live.
func Merge(l *Lexicon, segments []*Segment, live func(slot int32) bool) *Segment {
	out := &Segment{}
	var of []posting
	for _, s := range segments {
		to := make([]int32, len(s.slots))
		for d, slot := range s.slots {
			to[d] = -1
			if !live(slot) {
				continue
			}
			to[d] = int32(len(out.slots))
			out.slots, out.ords = append(out.slots, slot), append(out.ords, s.ords[d])
			out.kinds, out.length = append(out.kinds, s.kinds[d]), append(out.length, s.length[d])
		}
		for i, term := range s.terms {
			for j := s.offsets[i]; j < s.offsets[i+1]; j++ {
				if d := to[s.docs[j]]; d >= 0 {
					of = append(of, posting{term, uint32(d), s.weights[j]})
				}
			}
		}
	}
	return invert(out, of, int(l.size))
}

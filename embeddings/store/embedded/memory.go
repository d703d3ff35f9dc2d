package embedded

import (
	"math"

	"github.com/limn-data/limn/embeddings/document"
	"github.com/limn-data/limn/embeddings/store"
)

// memory is what is searched. Texts have dense numbers; those of texts that went stay empty until the file is
// opened again.
type memory struct {
	units  map[int32]*unit
	order  []int32 // ids of units, ascending
	scopes map[string]int32

	texts  map[document.Hash]int32
	ids    []int64 // text → its row in the file; 0 when it went
	hashes []document.Hash
	rowOf  map[int64]int32
	ranks  []document.Kind
	refs   []int32 // how many documents have the text

	gens map[int]*matrix
}

type unit struct {
	scope string
	base  bool
	texts []int32 // of each document; -1: none
	kinds []document.Kind
	tiers []uint8
}

func newMemory() memory {
	return memory{units: map[int32]*unit{}, scopes: map[string]int32{}, texts: map[document.Hash]int32{}, rowOf: map[int64]int32{}, gens: map[int]*matrix{}}
}

func (m *memory) addText(id int64, hash document.Hash, rank document.Kind) {
	at := int32(len(m.ids))
	m.texts[hash], m.rowOf[id] = at, at
	m.ids, m.hashes = append(m.ids, id), append(m.hashes, hash)
	m.ranks, m.refs = append(m.ranks, rank), append(m.refs, 0)
}

func (m *memory) removeText(at int32) {
	delete(m.rowOf, m.ids[at])
	m.ids[at] = 0
	if m.texts[m.hashes[at]] == at {
		delete(m.texts, m.hashes[at])
	}
	for _, g := range m.gens {
		g.clear(at)
	}
}

func (m *memory) addUnit(x store.Stored) {
	u := &unit{scope: x.Scope, base: x.Base, texts: make([]int32, len(x.Docs)), kinds: make([]document.Kind, len(x.Docs)), tiers: make([]uint8, len(x.Docs))}
	for i := range x.Docs {
		d := &x.Docs[i]
		u.texts[i], u.kinds[i], u.tiers[i] = -1, d.Kind, uint8(store.TierNumber(d.Tier))
		if d.Text == "" {
			continue
		}
		if t, ok := m.texts[d.TextHash()]; ok {
			u.texts[i] = t
			m.refs[t]++
		}
	}
	m.units[x.ID] = u
	m.scopes[x.Scope] = x.ID
	m.order = append(m.order, x.ID)
}

func (m *memory) removeUnit(id int32) {
	u := m.units[id]
	if u == nil {
		return
	}
	for _, t := range u.texts {
		if t >= 0 {
			m.refs[t]--
		}
	}
	delete(m.units, id)
	delete(m.scopes, u.scope)
	// Searches pass over ids that are not in units; they never come back.
	if len(m.order) > 2*len(m.units)+64 {
		kept := m.order[:0]
		for _, o := range m.order {
			if m.units[o] != nil {
				kept = append(kept, o)
			}
		}
		m.order = kept
	}
}

// matrix is the vectors of one generation, a row for each text. Rows are padded to whole lanes.
type matrix struct {
	dim, stride int
	rows        []int8
	scale       []float32 // 0: no vector
	have        int
}

// matrix is that of a generation.
func (m *memory) matrix(g store.Generation) *matrix {
	if m.gens[g.ID] == nil {
		m.gens[g.ID] = &matrix{dim: g.Dim, stride: (g.Dim + lanes - 1) / lanes * lanes}
	}
	return m.gens[g.ID]
}

func (x *matrix) has(at int32) bool { return int(at) < len(x.scale) && x.scale[at] != 0 }

func (x *matrix) set(at int32, scale float32, v []byte) {
	if need := int(at) + 1; need > len(x.scale) {
		if need > cap(x.scale) { // by a quarter, not by half: the rows are most of the memory
			size := max(need+need/4, 1024)
			scale, rows := make([]float32, len(x.scale), size), make([]int8, len(x.rows), size*x.stride)
			copy(scale, x.scale)
			copy(rows, x.rows)
			x.scale, x.rows = scale, rows
		}
		x.scale, x.rows = x.scale[:need], x.rows[:need*x.stride]
	}
	if x.scale[at] == 0 {
		x.have++
	}
	x.scale[at] = scale
	row := x.rows[int(at)*x.stride:][:x.dim]
	for i, b := range v {
		row[i] = int8(b)
	}
}

func (x *matrix) clear(at int32) {
	if x.has(at) {
		x.scale[at] = 0
		x.have--
	}
}

// quantize makes a vector of length 1 and then bytes of it, with the scale that gives them back.
func quantize(v []float32) (float32, []byte) {
	sum, top := 0.0, 0.0
	for _, f := range v {
		sum += float64(f) * float64(f)
		top = max(top, math.Abs(float64(f)))
	}
	out := make([]byte, len(v))
	for i, f := range v {
		out[i] = byte(int8(math.Round(float64(f) / top * 127)))
	}
	return float32(top / 127 / math.Sqrt(sum)), out
}

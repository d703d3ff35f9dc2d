package embed

import (
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"sync"
)

// The model's file, written by scripts/minilm.sh; scripts/minilm/export.py says what it holds. As a string
// it stays in the program's read-only pages and is read when something of it is used.
//
//go:embed minilm.bin
var file string

const (
	wide      = 384  // length of a vector
	inner     = 1536 // width between the two matrices of a layer
	heads     = 12
	head      = wide / heads
	positions = 256 // word pieces of a text that are read, with [CLS] and [SEP]
	group     = 32  // weights that share a step

	// reading counts the ways in which this code has read texts and weights: a change that gives any text
	// another vector raises it, so that indexes are built anew.
	reading = 1
)

// model is all-MiniLM-L6-v2. It is never written to after loading.
type model struct {
	id     string
	pieces *pieces
	table  string    // [16][16] int8, see export.py
	words  rowsInt4  // stay packed: a row is unpacked when a text has the word piece
	places []float32 // [positions][wide]
	norm   layerNorm
	layers []layer
	gelu   [][2]float32
	exp    [][2]float32
}

type layer struct {
	qkv, out, widen, narrow matrix
	norm1, norm2            layerNorm
}

type layerNorm struct{ weight, bias []float32 }

type rowsInt4 struct {
	scale         []float32
	steps, nibble string
}

// load unpacks the built-in model once, on first use: 10.6 MB, some milliseconds.
var load = sync.OnceValues(func() (*model, error) { return parse(file) })

func parse(file string) (*model, error) {
	const begin = "limn minilm 1\n"
	rest, ok := strings.CutPrefix(file, begin)
	if !ok || len(rest) < 4 {
		return nil, fmt.Errorf("embed: the model's file does not begin with %q; write it again with scripts/minilm.sh", begin)
	}
	r := &reader{rest: rest}
	var size struct{ Pieces, Vocab, Positions, Layers int }
	if err := json.Unmarshal([]byte(r.take(int(binary.LittleEndian.Uint32([]byte(r.take(4)))))), &size); err != nil {
		return nil, fmt.Errorf("embed: the head of the model's file: %w", err)
	}
	if size.Positions != positions || size.Layers < 1 || size.Layers > 48 || size.Pieces < 1 || size.Vocab < size.Pieces {
		return nil, fmt.Errorf("embed: the head of the model's file has sizes %+v, which are not the model's", size)
	}
	m := &model{gelu: geluTable(), exp: expTable()}
	m.table = r.take(16 * 16)
	if r.bad {
		return nil, r.err(len(file))
	}
	vocab := strings.Split(r.take(size.Vocab), "\n")
	if len(vocab) != size.Pieces {
		return nil, fmt.Errorf("embed: the model's file has %d word pieces and says %d", len(vocab), size.Pieces)
	}
	var err error
	if m.pieces, err = newPieces(vocab); err != nil {
		return nil, err
	}
	m.words = rowsInt4{r.floats(size.Pieces), r.take(size.Pieces * wide / group / 2), r.take(size.Pieces * wide / 2)}
	scales, places := r.floats(positions), r.take(positions*wide)
	m.norm = r.norm()
	unpack := newUnpacker(m.table)
	var matrices []func()
	for range size.Layers {
		var l layer
		l.qkv = r.matrix(wide, 3*wide, unpack, &matrices)
		l.out = r.matrix(wide, wide, unpack, &matrices)
		l.norm1 = r.norm()
		l.widen = r.matrix(wide, inner, unpack, &matrices)
		l.narrow = r.matrix(inner, wide, unpack, &matrices)
		l.norm2 = r.norm()
		m.layers = append(m.layers, l)
	}
	if r.bad || r.rest != "" {
		return nil, r.err(len(file))
	}
	// Nothing is unpacked of a file that is not whole.
	var wait sync.WaitGroup
	for _, do := range matrices {
		wait.Go(do)
	}
	m.places = make([]float32, positions*wide)
	for i := range m.places {
		m.places[i] = scales[i/wide] * float32(int8(places[i]))
	}
	sum := sha256.Sum256([]byte(file))
	m.id = fmt.Sprintf("all-MiniLM-L6-v2/int4-%x/%d", sum[:6], reading)
	wait.Wait()
	return m, nil
}

// reader takes sections off the front of a file; bad is set when one is cut short.
type reader struct {
	rest string
	bad  bool
}

func (r *reader) err(size int) error {
	return fmt.Errorf("embed: the model's file of %d bytes is cut short or has %d bytes too many; write it again with scripts/minilm.sh", size, len(r.rest))
}

func (r *reader) take(n int) string {
	if n < 0 || n > len(r.rest) {
		r.bad = true
		return ""
	}
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

func (r *reader) floats(n int) []float32 {
	raw := r.take(4 * n)
	out := make([]float32, len(raw)/4)
	for i := range out {
		out[i] = math.Float32frombits(uint32(raw[4*i]) | uint32(raw[4*i+1])<<8 | uint32(raw[4*i+2])<<16 | uint32(raw[4*i+3])<<24)
	}
	return out
}

func (r *reader) norm() layerNorm { return layerNorm{r.floats(wide), r.floats(wide)} }

func (r *reader) matrix(in, out int, u *unpacker, todo *[]func()) matrix {
	m := matrix{in: in, out: out, scale: r.floats(out), bias: r.floats(out)}
	steps, nibbles := r.take(out*in/group/2), r.take(out*in/2)
	if r.bad {
		return m
	}
	m.w = make([]int8, in*out)
	*todo = append(*todo, func() { u.matrix(m.w, in, steps, nibbles) })
	return m
}

// unpacker has the two weights of a byte for each step, so that a byte takes one look-up.
type unpacker [16][256][2]int8

func newUnpacker(table string) *unpacker {
	u := new(unpacker)
	for step := range u {
		for b := range u[step] {
			u[step][b] = [2]int8{int8(table[step*16+b&15]), int8(table[step*16+b>>4])}
		}
	}
	return u
}

// matrix unpacks eight outputs at a time: the file has their bytes in the order of matrix.w.
func (u *unpacker) matrix(w []int8, in int, steps, nibbles string) {
	for len(nibbles) > 0 {
		var of [8]*[256][2]int8
		for i := range of {
			of[i] = &u[steps[i/2]>>(i%2*4)&15]
		}
		for range group / 2 {
			pair, dst := nibbles[:8], w[:16]
			for i, t := range of {
				q := t[pair[i]]
				dst[2*i], dst[2*i+1] = q[0], q[1]
			}
			nibbles, w = nibbles[8:], w[16:]
		}
		steps = steps[4:]
	}
}

// row adds the embedding of a word piece to dst.
func (m *model) row(dst []float32, piece int32) {
	dst = dst[:wide]
	scale := m.words.scale[piece]
	nibbles := m.words.nibble[int(piece)*wide/2:][:wide/2]
	steps := m.words.steps[int(piece)*wide/group/2:][:wide/group/2]
	for g := 0; g < wide/group; g++ {
		t := m.table[int(steps[g/2]>>(g%2*4)&15)*16:][:16]
		for i := g * group / 2; i < (g+1)*group/2; i++ {
			b := nibbles[i]
			dst[2*i] += float32(scale * float32(int8(t[b&15])))
			dst[2*i+1] += float32(scale * float32(int8(t[b>>4])))
		}
	}
}

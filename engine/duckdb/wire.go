package duckdb

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"

	"github.com/limn-data/limn/internal/decimal"
	"github.com/limn-data/limn/trino/rows"
)

// What travels between the process that asks and its workers: frames of one kind byte, a length of
// four bytes, and a payload. Control is JSON; rows have a binary form of their own, since they are many.

type frameKind byte

const (
	frameHello   frameKind = 'H' // to the worker, once
	frameRequest frameKind = 'Q' // to the worker
	frameColumns frameKind = 'C' // back: once a request
	frameRows    frameKind = 'R' // back: any number
	frameDone    frameKind = 'D' // back: last of a request
)

// hello sets a worker up before its first query.
type hello struct {
	Dirs     []string // the only folders that it may read
	Temp     string
	Memory   int64 // bytes that DuckDB itself may use; the process is watched from outside as well
	Threads  int
	Catalogs []string
}

// request is one statement. Setup statements run before it, each once in a worker's life.
type request struct {
	Setup   []string
	SQL     string
	Types   []string // Trino's names of the output types; empty: as DuckDB gives them
	MaxRows int      // further rows are not sent; -1: all
}

type done struct {
	Truncated bool
	Err       string
}

// maxFrame bounds a frame, so that a broken pipe cannot make the reader allocate without limit.
const maxFrame = 64 << 20

func writeFrame(w io.Writer, k frameKind, payload []byte) error {
	head := make([]byte, 5, 5+len(payload))
	head[0] = byte(k)
	binary.LittleEndian.PutUint32(head[1:], uint32(len(payload)))
	_, err := w.Write(append(head, payload...))
	return err
}

func writeJSON(w io.Writer, k frameKind, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("duckdb: encoding a %c frame: %w", k, err)
	}
	return writeFrame(w, k, raw)
}

func readFrame(r io.Reader) (frameKind, []byte, error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.LittleEndian.Uint32(head[1:])
	if n > maxFrame {
		return 0, nil, fmt.Errorf("duckdb: a frame of %d bytes; at most %d are allowed", n, maxFrame)
	}
	payload := make([]byte, n)
	_, err := io.ReadFull(r, payload)
	return frameKind(head[0]), payload, err
}

const (
	tagNull byte = iota
	tagFalse
	tagTrue
	tagInt
	tagFloat
	tagString
	tagBytes
	tagDecimal
	tagList
	tagMap
)

func appendText(b []byte, tag byte, s string) []byte {
	b = binary.AppendUvarint(append(b, tag), uint64(len(s)))
	return append(b, s...)
}

// appendValue writes one value.
func appendValue(b []byte, v rows.Value) ([]byte, error) {
	var err error
	switch v := v.(type) {
	case nil:
		return append(b, tagNull), nil
	case bool:
		if v {
			return append(b, tagTrue), nil
		}
		return append(b, tagFalse), nil
	case int64:
		return binary.AppendVarint(append(b, tagInt), v), nil
	case float64:
		return binary.LittleEndian.AppendUint64(append(b, tagFloat), math.Float64bits(v)), nil
	case string:
		return appendText(b, tagString, v), nil
	case []byte:
		return appendText(b, tagBytes, string(v)), nil
	case decimal.Decimal:
		b = binary.AppendVarint(append(b, tagDecimal), int64(v.Scale()))
		return appendText(b, byte(v.Sign()+1), string(v.Unscaled().Bytes())), nil
	case []rows.Value:
		b = binary.AppendUvarint(append(b, tagList), uint64(len(v)))
		for _, e := range v {
			if b, err = appendValue(b, e); err != nil {
				return nil, err
			}
		}
		return b, nil
	case rows.Map:
		b = binary.AppendUvarint(append(b, tagMap), uint64(len(v)))
		for _, e := range v {
			if b, err = appendValue(b, e.Key); err == nil {
				b, err = appendValue(b, e.Value)
			}
			if err != nil {
				return nil, err
			}
		}
		return b, nil
	}
	return nil, fmt.Errorf("duckdb: no wire form for a value of type %T", v)
}

var errShort = errors.New("duckdb: a row frame ends in the middle of a value")

// reader takes values from a frame.
type reader struct {
	b   []byte
	err error
}

func (r *reader) uvarint() uint64 {
	n, k := binary.Uvarint(r.b)
	if k <= 0 {
		r.err = errShort
		return 0
	}
	r.b = r.b[k:]
	return n
}

func (r *reader) varint() int64 {
	n, k := binary.Varint(r.b)
	if k <= 0 {
		r.err = errShort
		return 0
	}
	r.b = r.b[k:]
	return n
}

func (r *reader) take(n uint64) []byte {
	if r.err != nil || n > uint64(len(r.b)) {
		r.err = errShort
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) value() rows.Value {
	tag := r.take(1)
	if r.err != nil {
		return nil
	}
	switch tag[0] {
	case tagFalse:
		return false
	case tagTrue:
		return true
	case tagInt:
		return r.varint()
	case tagFloat:
		if raw := r.take(8); r.err == nil {
			return math.Float64frombits(binary.LittleEndian.Uint64(raw))
		}
	case tagString:
		return string(r.take(r.uvarint()))
	case tagBytes:
		return append([]byte{}, r.take(r.uvarint())...)
	case tagDecimal:
		scale := r.varint()
		sign := r.take(1)
		n := new(big.Int).SetBytes(r.take(r.uvarint()))
		if r.err == nil && sign[0] == 0 {
			n.Neg(n)
		}
		return decimal.FromBig(n, int32(scale))
	case tagList:
		n := r.uvarint()
		out := make([]rows.Value, 0, min(n, uint64(len(r.b))))
		for ; n > 0 && r.err == nil; n-- {
			out = append(out, r.value())
		}
		return out
	case tagMap:
		n := r.uvarint()
		out := make(rows.Map, 0, min(n, uint64(len(r.b))))
		for ; n > 0 && r.err == nil; n-- {
			out = append(out, rows.Entry{Key: r.value(), Value: r.value()})
		}
		return out
	}
	return nil
}

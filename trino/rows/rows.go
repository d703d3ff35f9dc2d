// Package rows is what a query returns, whichever engine ran it: columns with Trino's type names and
// rows of values in one closed set of Go types. It never holds a float64 where Trino says DECIMAL.
package rows

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/limn-data/limn/internal/decimal"
)

// Column is an output column; Type is Trino's display name, e.g. "decimal(18,2)".
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Value is one cell: nil (NULL), bool, int64, float64 (REAL, DOUBLE), decimal.Decimal, string
// (varchar, char, json, and dates, times, timestamps and intervals as Trino prints them, ISO 8601
// with a blank between date and time), []byte (varbinary), []Value (array, row) or Map.
type Value any

// Map is a MAP value with its entries in the engine's order.
type Map []Entry

// Entry is one entry of a Map.
type Entry struct{ Key, Value Value }

// Set is a whole result. Truncated says that the engine had more rows than the cap that was asked for.
type Set struct {
	Columns   []Column
	Rows      [][]Value
	Truncated bool
}

// Column returns the index of the named column, or -1.
func (s *Set) Column(name string) int {
	for i, c := range s.Columns {
		if c.Name == name {
			return i
		}
	}
	return -1
}

const exact = 1 << 53 // the largest integer that every JSON reader keeps

// JSON converts a value to what encoding/json should write: DECIMAL as a string with its full scale;
// BIGINT a number up to ±2^53, else a string; NaN and Infinity as strings; the rest as it is.
func JSON(v Value) any {
	switch v := v.(type) {
	case decimal.Decimal:
		return v.String()
	case int64:
		if v > exact || v < -exact {
			return strconv.FormatInt(v, 10)
		}
		return v
	case float64:
		switch {
		case math.IsNaN(v):
			return "NaN"
		case math.IsInf(v, 1):
			return "Infinity"
		case math.IsInf(v, -1):
			return "-Infinity"
		}
		return v
	case []Value:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = JSON(e)
		}
		return out
	case Map:
		out := make([][2]any, len(v))
		for i, e := range v {
			out[i] = [2]any{JSON(e.Key), JSON(e.Value)}
		}
		return out
	}
	return v
}

// MarshalRows writes rows as the answer's JSON has them.
func MarshalRows(rs [][]Value) ([]byte, error) {
	out := make([][]any, len(rs))
	for i, r := range rs {
		out[i] = make([]any, len(r))
		for j, v := range r {
			out[i][j] = JSON(v)
		}
	}
	return json.Marshal(out)
}

// Decimal returns a numeric value as an exact decimal; ok is false for anything that is not a finite
// number. A DOUBLE is taken at its shortest decimal form, which is what people are shown.
func Decimal(v Value) (d decimal.Decimal, ok bool) {
	switch v := v.(type) {
	case decimal.Decimal:
		return v, true
	case int64:
		return decimal.New(v, 0), true
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return d, false
		}
		d, err := decimal.Parse(strconv.FormatFloat(v, 'f', -1, 64))
		return d, err == nil
	}
	return d, false
}

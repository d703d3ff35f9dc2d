// Package native holds functions of Trino that DuckDB lacks or understands differently, in Go. A
// worker registers them in its DuckDB under names that begin with trino_, and translated statements
// call them. Each takes and gives plain values, fails with an error in Trino's terms (Failure) and
// keeps no state but bounded caches. It never opens a database. Start at Functions.
package native

import "sync"

// Function is one function. In and Out are DuckDB types: VARCHAR, BIGINT, INTEGER, DOUBLE, BOOLEAN,
// BLOB, DATE, TIMESTAMP, TIMESTAMPTZ, one of them with [] behind it, or PARTS (see regexpParts). It is
// called with as many values as In has types, none of them nil unless Nulls is set; nil is NULL.
type Function struct {
	Name  string
	In    []string
	Out   string
	Nulls bool
	Call  func(in []any) (any, error)
}

// Failure is an error that Trino raises too, or NOT_SUPPORTED for what is not known here.
type Failure struct{ Code, Message string }

// Error writes it so that translate.Error finds code and message in whatever DuckDB puts around them.
func (f *Failure) Error() string { return "trino:" + f.Code + ":" + f.Message }

func invalid(message string) error { return &Failure{"INVALID_FUNCTION_ARGUMENT", message} }
func unsupported(message string) error {
	return &Failure{"NOT_SUPPORTED", "The embedded engine does not have " + message}
}

// Functions are all of them.
func Functions() []Function {
	var all []Function
	for _, list := range [][]Function{regexes, jsons, texts, codes, times} {
		all = append(all, list...)
	}
	return all
}

// cache keeps what was compiled from a text. A full one starts again.
type cache[T any] struct {
	mu   sync.Mutex
	held map[string]entry[T]
}

type entry[T any] struct {
	value T
	err   error
}

const cached = 256

func (c *cache[T]) get(text string, make_ func(string) (T, error)) (T, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.held[text]; ok {
		return e.value, e.err
	}
	if c.held == nil || len(c.held) >= cached {
		c.held = make(map[string]entry[T], cached)
	}
	v, err := make_(text)
	c.held[text] = entry[T]{v, err}
	return v, err
}

// maxText is the longest text, in bytes, that a function here makes.
const maxText = 16 << 20

var errTooLong = &Failure{"NOT_SUPPORTED", "The embedded engine makes no text this long"}

package loose

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Values calls f for each value of r: the elements of one array, or values one after the other, as in
// newline-delimited JSON. Only one value is in memory at a time, and it is f's until f returns. Errors name
// the file and the byte.
func Values(name string, r io.Reader, f func(raw json.RawMessage) error) error {
	br := bufio.NewReaderSize(r, 1<<16)
	lead := skipSpace(br)
	dec := json.NewDecoder(br)
	array := false
	if b, err := br.Peek(1); err == nil && b[0] == '[' {
		array = true
		if _, err := dec.Token(); err != nil {
			return broken(name, lead, dec, err)
		}
	}
	for n := 0; ; n++ {
		if array && !dec.More() {
			if _, err := dec.Token(); err != nil {
				return broken(name, lead, dec, err)
			}
			if _, err := dec.Token(); !errors.Is(err, io.EOF) {
				return fmt.Errorf("%s: byte %d: something follows the end of the array", name, lead+dec.InputOffset())
			}
			return nil
		}
		var raw json.RawMessage
		err := dec.Decode(&raw)
		if errors.Is(err, io.EOF) && !array {
			return nil
		}
		if err != nil {
			return broken(name, lead, dec, err)
		}
		if err := f(raw); err != nil {
			return err
		}
	}
}

// skipSpace goes over white space and a byte order mark at the beginning, and says how much that was.
func skipSpace(br *bufio.Reader) int64 {
	var n int64
	if b, err := br.Peek(3); err == nil && string(b) == "\xef\xbb\xbf" {
		d, _ := br.Discard(3)
		n += int64(d)
	}
	for {
		b, err := br.Peek(1)
		if err != nil || b[0] != ' ' && b[0] != '\t' && b[0] != '\n' && b[0] != '\r' {
			return n
		}
		d, _ := br.Discard(1)
		n += int64(d)
	}
}

// Object walks over one JSON object key by key without holding it. For each key f must take exactly one value
// from the decoder, with Decode, Skip or Entries.
func Object(name string, r io.Reader, f func(key string, dec *json.Decoder) error) error {
	br := bufio.NewReaderSize(r, 1<<16)
	lead := skipSpace(br)
	dec := json.NewDecoder(br)
	if err := entries(dec, f); err != nil {
		return broken(name, lead, dec, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: byte %d: something follows the end of the object", name, lead+dec.InputOffset())
	}
	return nil
}

// errShape is what a value of another shape than the format says gives.
var errShape = errors.New("an object was expected here")

func entries(dec *json.Decoder, f func(key string, dec *json.Decoder) error) error {
	t, err := dec.Token()
	if err != nil {
		return eof(err)
	}
	if t != json.Delim('{') {
		return errShape
	}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return eof(err)
		}
		key, ok := t.(string)
		if !ok {
			return errShape
		}
		if err := f(key, dec); err != nil {
			return err
		}
	}
	_, err = dec.Token()
	return eof(err)
}

// Entries walks over an object inside of another one: f is given each value whole.
func Entries(dec *json.Decoder, f func(key string, raw json.RawMessage) error) error {
	var raw json.RawMessage
	return entries(dec, func(key string, dec *json.Decoder) error {
		raw = raw[:0]
		if err := dec.Decode(&raw); err != nil {
			return eof(err)
		}
		return f(key, raw)
	})
}

// Skip goes over one value of any size without holding it.
func Skip(dec *json.Decoder) error {
	for depth := 0; ; {
		t, err := dec.Token()
		if err != nil {
			return eof(err)
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

func eof(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func broken(name string, lead int64, dec *json.Decoder, err error) error {
	at := lead + dec.InputOffset()
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("%s: byte %d: the file ends in the middle of the value that begins here; it was cut off while it was written or copied", name, at)
	case errors.As(err, &syntax):
		// The library counts from the beginning of a value that is not known here.
		return fmt.Errorf("%s: byte %d: in the value that begins here: %w", name, at, err)
	case errors.Is(err, errShape):
		return fmt.Errorf("%s: byte %d: %w", name, at, err)
	}
	return fmt.Errorf("%s: %w", name, err)
}

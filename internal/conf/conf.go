// Package conf decodes the YAML files that people write: strictly, with the place of what is wrong. It
// is the one room that knows the YAML library.
package conf

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"gopkg.in/yaml.v3"
)

// Node is a part of a document, for types that decode themselves.
type Node = yaml.Node

// The kinds of nodes.
const (
	Scalar   = yaml.ScalarNode
	Mapping  = yaml.MappingNode
	Sequence = yaml.SequenceNode
)

// TypeError lists what does not fit the type, each with its line.
type TypeError = yaml.TypeError

// Decode reads one document into out. Unknown fields are errors; an empty document leaves out as it is.
func Decode(raw []byte, out any) error {
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(out); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// File reads one document and names the file in errors.
func File(name string, raw []byte, out any) error {
	if err := Decode(raw, out); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Encode writes a document with an indent of two.
func Encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return b.Bytes(), enc.Close()
}

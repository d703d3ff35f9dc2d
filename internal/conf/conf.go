// Package conf decodes the YAML files that people write: strictly, with the place of what is wrong. It
// is the one room that knows the YAML library.
package conf

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

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

// File reads one document; its errors name the file and line, one for each thing that is wrong.
func File(name string, raw []byte, out any) error {
	err := Decode(raw, out)
	if err == nil {
		return nil
	}
	texts := []string{strings.TrimPrefix(err.Error(), "yaml: ")}
	var wrong *TypeError
	if errors.As(err, &wrong) {
		texts = wrong.Errors
	}
	var all []error
	for _, t := range texts {
		at := name
		if m := line.FindStringSubmatch(t); m != nil {
			at, t = name+":"+m[1], m[2]
		}
		if m := unknown.FindStringSubmatch(t); m != nil {
			t = fmt.Sprintf("unknown field %q", m[1])
		}
		all = append(all, fmt.Errorf("%s: %s", at, t))
	}
	return errors.Join(all...)
}

// line and unknown take the YAML library's messages apart, which name types of Go.
var (
	line    = regexp.MustCompile(`^line (\d+): (.*)`)
	unknown = regexp.MustCompile(`^field (\S+) (?:not found|already set) in type`)
)

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

package conf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"gopkg.in/yaml.v3"
)

// maxNodes is how many nodes a document may have once its aliases are written out. A few lines of aliases of
// aliases would otherwise fill the memory.
const maxNodes = 2_000_000

// maxDepth is how deep a document may be nested.
const maxDepth = 200

// JSON rewrites YAML documents that others wrote as JSON values, one for each document, for readers that are
// lenient about what they find. Scalars that are dates stay as they were written, and a key that is not text
// becomes text.
func JSON(raw []byte) ([]json.RawMessage, error) {
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	var out []json.RawMessage
	c := converter{}
	for {
		var doc yaml.Node
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		if err := c.node(&b, &doc, 0); err != nil {
			return nil, err
		}
		out = append(out, b.Bytes())
	}
}

type converter struct{ nodes int }

func (c *converter) node(b *bytes.Buffer, n *yaml.Node, depth int) error {
	c.nodes++
	switch {
	case c.nodes > maxNodes:
		return fmt.Errorf("line %d: the document has more than %d parts once its aliases are written out", n.Line, maxNodes)
	case depth > maxDepth:
		return fmt.Errorf("line %d: the document is nested deeper than %d, or an alias holds itself", n.Line, maxDepth)
	}
	switch n.Kind {
	case yaml.DocumentNode:
		if len(n.Content) == 0 {
			b.WriteString("null")
			return nil
		}
		return c.node(b, n.Content[0], depth+1)
	case yaml.AliasNode:
		return c.node(b, n.Alias, depth+1)
	case yaml.SequenceNode:
		b.WriteByte('[')
		for i, e := range n.Content {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := c.node(b, e, depth+1); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	case yaml.MappingNode:
		b.WriteByte('{')
		first := true
		if err := c.mapping(b, n, depth, &first, map[string]bool{}); err != nil {
			return err
		}
		b.WriteByte('}')
	case yaml.ScalarNode:
		scalar(b, n)
	default:
		b.WriteString("null")
	}
	return nil
}

// mapping writes the pairs of a mapping; what it merges in by << comes after its own, which win.
func (c *converter) mapping(b *bytes.Buffer, n *yaml.Node, depth int, first *bool, has map[string]bool) error {
	if depth > maxDepth {
		return fmt.Errorf("line %d: the document is nested deeper than %d, or an alias holds itself", n.Line, maxDepth)
	}
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind == yaml.AliasNode {
			k = k.Alias
		}
		if k.ShortTag() == "!!merge" {
			merged = append(merged, v)
			continue
		}
		name := k.Value
		if has[name] {
			continue
		}
		has[name] = true
		if !*first {
			b.WriteByte(',')
		}
		*first = false
		quote(b, name)
		b.WriteByte(':')
		if err := c.node(b, v, depth+1); err != nil {
			return err
		}
	}
	for len(merged) > 0 {
		m := merged[0]
		merged = merged[1:]
		if c.nodes++; c.nodes > maxNodes {
			return fmt.Errorf("line %d: the document has more than %d parts once its aliases are written out", n.Line, maxNodes)
		}
		if m.Kind == yaml.AliasNode {
			m = m.Alias
		}
		switch m.Kind {
		case yaml.SequenceNode:
			merged = append(merged, m.Content...)
		case yaml.MappingNode:
			if err := c.mapping(b, m, depth+1, first, has); err != nil {
				return err
			}
		}
	}
	return nil
}

func scalar(b *bytes.Buffer, n *yaml.Node) {
	switch n.ShortTag() {
	case "!!null":
		b.WriteString("null")
		return
	case "!!bool":
		var v bool
		if n.Decode(&v) == nil {
			b.WriteString(strconv.FormatBool(v))
			return
		}
	case "!!int", "!!float":
		if json.Valid([]byte(n.Value)) {
			b.WriteString(n.Value)
			return
		}
		var f float64
		if n.Decode(&f) == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
			b.WriteString(strconv.FormatFloat(f, 'f', -1, 64))
			return
		}
	}
	quote(b, n.Value)
}

func quote(b *bytes.Buffer, s string) {
	raw, err := json.Marshal(s)
	if err != nil { // text is always to be written
		raw = []byte(`""`)
	}
	b.Write(raw)
}

package model

import "github.com/limn-data/limn/internal/conf"

// place is a node of a model file, kept for the line that an issue is told by.
type place struct{ node *conf.Node }

// linesOf parses a file for its places alone; the zero place where it does not parse, which Decode tells.
func linesOf(raw []byte) place {
	var doc conf.Node
	if err := conf.Decode(raw, &doc); err != nil || len(doc.Content) == 0 {
		return place{}
	}
	return place{doc.Content[0]}
}

// item is the i-th element of the list under key.
func (p place) item(key string, i int) place {
	if p.node == nil || p.node.Kind != conf.Mapping {
		return place{}
	}
	for k := 0; k+1 < len(p.node.Content); k += 2 {
		if list := p.node.Content[k+1]; p.node.Content[k].Value == key && list.Kind == conf.Sequence && i < len(list.Content) {
			return place{list.Content[i]}
		}
	}
	return place{}
}

// line is 0 when the place is not known.
func (p place) line() int {
	if p.node == nil {
		return 0
	}
	return p.node.Line
}

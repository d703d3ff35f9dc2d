package kafka

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/sr"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

// jsonSchema is the part of JSON Schema that says what fields there are.
type jsonSchema struct {
	Title       string                 `json:"title"`
	Description string                 `json:"description"`
	Type        loose.Texts            `json:"type"`
	Format      string                 `json:"format"`
	Properties  map[string]*jsonSchema `json:"properties"`
	Required    []string               `json:"required"`
	Items       json.RawMessage        `json:"items"`
	Ref         string                 `json:"$ref"`
	Defs        map[string]*jsonSchema `json:"$defs"`
	Definitions map[string]*jsonSchema `json:"definitions"`
	OneOf       []*jsonSchema          `json:"oneOf"`
	AnyOf       []*jsonSchema          `json:"anyOf"`
	AllOf       []*jsonSchema          `json:"allOf"`
	Tags        loose.Texts            `json:"confluent:tags"`
}

// UnmarshalJSON takes true and false as well, which are schemas that say nothing.
func (s *jsonSchema) UnmarshalJSON(raw []byte) error {
	if raw[0] == 't' || raw[0] == 'f' {
		return nil
	}
	type plain jsonSchema
	return json.Unmarshal(raw, (*plain)(s))
}

type jsonReader struct {
	root   *jsonSchema
	others map[string]*jsonSchema
	steps  int // parts of a schema that holds itself many times can be very many
}

const maxSteps = 50_000

// follow goes along references and takes the null out of a choice.
func (r *jsonReader) follow(s *jsonSchema) (out *jsonSchema, nullable bool) {
	for range 20 {
		switch {
		case s == nil:
			return &jsonSchema{}, nullable
		case s.Ref != "":
			var to *jsonSchema
			if name, ok := strings.CutPrefix(s.Ref, "#/$defs/"); ok {
				to = r.root.Defs[name]
			} else if name, ok := strings.CutPrefix(s.Ref, "#/definitions/"); ok {
				to = r.root.Definitions[name]
			} else if s.Ref == "#" {
				to = r.root
			} else {
				to = r.others[s.Ref]
			}
			if to == nil {
				return s, nullable
			}
			if to.Description == "" && s.Description != "" {
				c := *to
				c.Description = s.Description
				to = &c
			}
			s = to
			continue
		case len(s.OneOf)+len(s.AnyOf) > 0 && len(s.Properties) == 0:
			var rest []*jsonSchema
			for _, o := range append(slices.Clone(s.OneOf), s.AnyOf...) {
				if o != nil && len(o.Type) == 1 && o.Type[0] == "null" {
					nullable = true
				} else {
					rest = append(rest, o)
				}
			}
			if len(rest) != 1 {
				return s, nullable
			}
			s = rest[0]
			continue
		}
		return s, nullable
	}
	return s, nullable
}

func (r *jsonReader) items(s *jsonSchema) *jsonSchema {
	if len(s.Items) == 0 || s.Items[0] != '{' {
		return nil
	}
	var in jsonSchema
	if json.Unmarshal(s.Items, &in) != nil {
		return nil
	}
	out, _ := r.follow(&in)
	return out
}

func (r *jsonReader) typ(s *jsonSchema) string {
	var parts []string
	for _, t := range s.Type {
		if t != "null" {
			parts = append(parts, t)
		}
	}
	t := strings.Join(parts, " | ")
	if t == "array" {
		if in := r.items(s); in != nil {
			t = "array<" + strings.Join(in.Type, " | ") + ">"
		}
	}
	if s.Format != "" {
		t = strings.TrimSpace(t + " (" + s.Format + ")")
	}
	return t
}

func (r *jsonReader) fields(out []catalog.ColumnClaim, s *jsonSchema, above string, depth int) []catalog.ColumnClaim {
	if r.steps++; r.steps > maxSteps {
		return out
	}
	for _, part := range s.AllOf {
		if in, _ := r.follow(part); depth < maxDepth {
			out = r.fields(out, in, above, depth+1)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if len(out) >= maxFields {
			return out
		}
		in, null := r.follow(s.Properties[name])
		nullable := null || !slices.Contains(s.Required, name) || slices.Contains(in.Type, "null")
		c := catalog.ColumnClaim{Path: above + name, NativeType: r.typ(in), Nullable: &nullable, Description: in.Description, Tags: in.Tags}
		if c.Description == "" {
			c.Description = in.Title
		}
		c.PII = loose.PII([]string(c.Tags))
		out = append(out, c)
		below := in
		if item := r.items(in); item != nil {
			below = item
		}
		if (len(below.Properties) > 0 || len(below.AllOf) > 0) && depth < maxDepth {
			out = r.fields(out, below, c.Path+".", depth+1)
		}
	}
	return out
}

func jsonColumns(text string, others []sr.SubjectSchema) ([]catalog.ColumnClaim, record, error) {
	r := jsonReader{root: &jsonSchema{}, others: map[string]*jsonSchema{}}
	for _, o := range others {
		var s jsonSchema
		if err := json.Unmarshal([]byte(o.Schema.Schema), &s); err != nil {
			return nil, record{}, fmt.Errorf("it refers to %s, which is no JSON Schema: %w", o.Subject, err)
		}
		r.others[o.Subject] = &s
	}
	if err := json.Unmarshal([]byte(text), r.root); err != nil {
		return nil, record{}, fmt.Errorf("it is no JSON Schema: %w", err)
	}
	top, _ := r.follow(r.root)
	what := record{name: r.root.Title, doc: top.Description, tags: r.root.Tags}
	out := r.fields(nil, top, "", 0)
	if len(out) == 0 {
		out = []catalog.ColumnClaim{{Path: "value", NativeType: r.typ(top), Description: top.Description}}
	}
	return out, what, nil
}

package kafka

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/sr"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

// maxFields bounds the columns of one schema, and maxDepth how deep fields are looked into: a schema may hold itself.
const (
	maxFields = 5000
	maxDepth  = 12
)

// avroType is a type of Avro's specification in its JSON form: a name, a union, or an object.
type avroType struct {
	Name      string
	Namespace string
	Type      string // primitive, record, enum, array, map, fixed, union, or the name of a type
	Doc       string
	Logical   string
	Precision int
	Scale     int
	Fields    []avroField
	Of        []*avroType // union
	Items     *avroType   // of an array, a map, or {"type": {…}}
	Tags      loose.Texts
}

type avroField struct {
	Name string      `json:"name"`
	Type *avroType   `json:"type"`
	Doc  string      `json:"doc"`
	Tags loose.Texts `json:"tags"`
	More loose.Texts `json:"confluent:tags"`
}

func (t *avroType) UnmarshalJSON(raw []byte) error {
	switch raw[0] {
	case '"':
		return json.Unmarshal(raw, &t.Type)
	case '[':
		t.Type = "union"
		return json.Unmarshal(raw, &t.Of)
	case '{':
	default:
		return fmt.Errorf("%s is no type", loose.Short(string(raw)))
	}
	var o struct {
		Type      *avroType   `json:"type"`
		Name      string      `json:"name"`
		Namespace string      `json:"namespace"`
		Doc       string      `json:"doc"`
		Logical   string      `json:"logicalType"`
		Precision int         `json:"precision"`
		Scale     int         `json:"scale"`
		Fields    []avroField `json:"fields"`
		Items     *avroType   `json:"items"`
		Values    *avroType   `json:"values"`
		Tags      loose.Texts `json:"tags"`
	}
	if err := json.Unmarshal(raw, &o); err != nil {
		return err
	}
	if o.Type == nil {
		return errors.New("a type has no type")
	}
	*t = avroType{Name: o.Name, Namespace: o.Namespace, Doc: o.Doc, Logical: o.Logical, Precision: o.Precision, Scale: o.Scale, Fields: o.Fields, Items: o.Items, Tags: o.Tags}
	if o.Values != nil {
		t.Items = o.Values
	}
	if o.Type.Type == "union" || o.Type.Name != "" || o.Type.Items != nil || len(o.Type.Fields) > 0 { // {"type": {…}}
		inner := *o.Type
		if inner.Doc == "" {
			inner.Doc = t.Doc
		}
		*t = inner
		return nil
	}
	t.Type = o.Type.Type
	if t.Logical == "" {
		t.Logical, t.Precision, t.Scale = o.Type.Logical, o.Type.Precision, o.Type.Scale
	}
	return nil
}

// avro knows the named types of a schema.
type avro struct{ named map[string]*avroType }

func (a avro) learn(t *avroType, namespace string, depth int) {
	if t == nil || depth > 100 {
		return
	}
	if t.Namespace != "" {
		namespace = t.Namespace
	}
	if t.Name != "" {
		full := t.Name
		if i := strings.LastIndexByte(t.Name, '.'); i >= 0 {
			namespace = t.Name[:i]
		} else if namespace != "" {
			full = namespace + "." + t.Name
		}
		a.named[full] = t
		if _, ok := a.named[t.Name]; !ok {
			a.named[t.Name] = t
		}
	}
	for _, f := range t.Fields {
		a.learn(f.Type, namespace, depth+1)
	}
	for _, o := range t.Of {
		a.learn(o, namespace, depth+1)
	}
	a.learn(t.Items, namespace, depth+1)
}

// strip takes the null out of a union of two, and follows names.
func (a avro) strip(t *avroType) (out *avroType, nullable bool) {
	for range 20 {
		if t == nil {
			return &avroType{}, nullable
		}
		if t.Type == "union" {
			var rest []*avroType
			for _, o := range t.Of {
				if o != nil && o.Type == "null" {
					nullable = true
				} else {
					rest = append(rest, o)
				}
			}
			if len(rest) != 1 {
				return t, nullable
			}
			t = rest[0]
			continue
		}
		if named, ok := a.named[t.Type]; ok && named != t && t.Name == "" {
			t = named
			continue
		}
		return t, nullable
	}
	return t, nullable
}

func (a avro) write(t *avroType, depth int) string {
	t, _ = a.strip(t)
	switch {
	case depth > 3:
		return "…"
	case t.Type == "union":
		var parts []string
		for _, o := range t.Of {
			if o != nil && o.Type != "null" {
				parts = append(parts, a.write(o, depth+1))
			}
		}
		return strings.Join(parts, " | ")
	case t.Type == "array" || t.Type == "map":
		return t.Type + "<" + a.write(t.Items, depth+1) + ">"
	case t.Logical == "decimal":
		return fmt.Sprintf("decimal(%d,%d)", t.Precision, t.Scale)
	case t.Logical != "":
		return t.Type + " (" + t.Logical + ")"
	case t.Type == "enum" || t.Type == "fixed":
		return strings.TrimSpace(t.Type + " " + t.Name)
	}
	return t.Type
}

func (a avro) fields(out []catalog.ColumnClaim, t *avroType, above string, depth int) []catalog.ColumnClaim {
	for _, f := range t.Fields {
		if len(out) >= maxFields {
			return out
		}
		in, nullable := a.strip(f.Type)
		c := catalog.ColumnClaim{Path: above + f.Name, NativeType: a.write(f.Type, 0), Nullable: &nullable, Description: f.Doc, Tags: slices.Concat(f.Tags, f.More)}
		if c.Description == "" && in.Type != "record" {
			c.Description = in.Doc
		}
		c.PII = loose.PII([]string(c.Tags))
		out = append(out, c)
		if in.Type == "array" {
			in, _ = a.strip(in.Items)
		}
		if in.Type == "record" && depth < maxDepth {
			out = a.fields(out, in, c.Path+".", depth+1)
		}
	}
	return out
}

func avroColumns(text string, others []sr.SubjectSchema) ([]catalog.ColumnClaim, record, error) {
	a := avro{map[string]*avroType{}}
	for _, o := range others {
		var t avroType
		if err := json.Unmarshal([]byte(o.Schema.Schema), &t); err != nil {
			return nil, record{}, fmt.Errorf("it refers to %s, which is no Avro: %w", o.Subject, err)
		}
		a.learn(&t, "", 0)
	}
	var t avroType
	if err := json.Unmarshal([]byte(text), &t); err != nil {
		return nil, record{}, fmt.Errorf("it is no Avro: %w", err)
	}
	a.learn(&t, "", 0)
	top, _ := a.strip(&t)
	what := record{name: top.Name, doc: top.Doc, tags: top.Tags}
	if top.Namespace != "" {
		what.name = top.Namespace + "." + top.Name
	}
	if top.Type != "record" {
		return []catalog.ColumnClaim{{Path: "value", NativeType: a.write(top, 0), Description: top.Doc}}, what, nil
	}
	of := map[string]*avroType{}
	for _, f := range top.Fields {
		of[f.Name] = f.Type
	}
	if of["before"] != nil && of["after"] != nil && of["source"] != nil && of["op"] != nil {
		if row, _ := a.strip(of["after"]); row.Type == "record" {
			what.envelope = true
			if row.Doc != "" {
				what.doc = row.Doc
			}
			top = row
		}
	}
	return a.fields(nil, top, "", 0), what, nil
}

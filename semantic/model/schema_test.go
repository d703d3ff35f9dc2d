package model

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The JSON Schema of the LIMN extension lists the keys of the Go types, no more and no fewer, with the
// same JSON types, and demands what the types do not mark as optional.
func TestSchemaFollowsTheTypes(t *testing.T) {
	raw, err := os.ReadFile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Defs map[string]object `json:"$defs"`
	}
	if err := json.Unmarshal(raw, &schema); err != nil {
		t.Fatal(err)
	}
	types := map[string]any{"semantic_model": extModel{}, "dataset": extDataset{}, "entity": extEntity{}, "field": extField{}, "metric": extMetric{}, "certification": extCertification{}}
	for name := range schema.Defs {
		if _, ok := types[name]; !ok {
			t.Errorf("schema.json has %s, which is no type", name)
		}
	}
	for name, v := range types {
		def, ok := schema.Defs[name]
		if !ok {
			t.Errorf("schema.json lacks %s", name)
			continue
		}
		if def.Additional == nil || *def.Additional {
			t.Errorf("%s: additionalProperties must be false, as unknown keys are errors", name)
		}
		want, required := map[string]string{}, []string{}
		for i := range reflect.TypeOf(v).NumField() {
			f := reflect.TypeOf(v).Field(i)
			key, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			want[key] = jsonType(f.Type)
			if !strings.Contains(options, "omitempty") {
				required = append(required, key)
			}
		}
		got := map[string]string{}
		for key, p := range def.Properties {
			got[key] = p.Type
			if p.Ref != "" {
				got[key] = "object"
			}
			if p.Description == "" && p.Ref == "" {
				t.Errorf("%s.%s has no description", name, key)
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-types +schema):\n%s", name, d)
		}
		slices.Sort(required)
		slices.Sort(def.Required)
		if d := cmp.Diff(required, append([]string{}, def.Required...)); d != "" {
			t.Errorf("%s, required (-types +schema):\n%s", name, d)
		}
	}
}

type object struct {
	Additional *bool               `json:"additionalProperties"`
	Required   []string            `json:"required"`
	Properties map[string]property `json:"properties"`
}

type property struct {
	Type        string `json:"type"`
	Ref         string `json:"$ref"`
	Description string `json:"description"`
}

func jsonType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return jsonType(t.Elem())
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Int:
		return "integer"
	case reflect.Float64:
		return "number"
	case reflect.Slice:
		return "array"
	}
	return "object"
}

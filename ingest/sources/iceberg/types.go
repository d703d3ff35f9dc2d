package iceberg

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/limn-data/limn/trino/types"
)

// maxDepth is how deep types may be nested; what lies deeper is left out.
const maxDepth = 20

// icebergType is a type as Trino and as Iceberg write it. trino is empty for what Trino does not have.
type icebergType struct {
	trino, native string
	fields        []field // of a struct, or of the structs that a list holds
}

// simple are the primitive types, as Trino's Iceberg connector shows them.
var simple = map[string]string{
	"boolean": "boolean", "int": "integer", "long": "bigint", "float": "real", "double": "double", "date": "date", "time": "time(6)",
	"timestamp": "timestamp(6)", "timestamptz": "timestamp(6) with time zone", "timestamp_ns": "timestamp(9)", "timestamptz_ns": "timestamp(9) with time zone",
	"string": "varchar", "uuid": "uuid", "binary": "varbinary",
}

var decimal = regexp.MustCompile(`^decimal\(\s*(\d{1,2})\s*,\s*(\d{1,2})\s*\)$`)

func typeOf(raw json.RawMessage, depth int) icebergType {
	var name string
	if json.Unmarshal(raw, &name) == nil {
		t := icebergType{native: name, trino: simple[name]}
		if m := decimal.FindStringSubmatch(name); m != nil {
			t.trino = "decimal(" + m[1] + "," + m[2] + ")"
		} else if strings.HasPrefix(name, "fixed[") {
			t.trino = "varbinary"
		}
		return t
	}
	var n struct {
		Type    string          `json:"type"`
		Fields  []field         `json:"fields"`
		Element json.RawMessage `json:"element"`
		Key     json.RawMessage `json:"key"`
		Value   json.RawMessage `json:"value"`
	}
	if depth > maxDepth || json.Unmarshal(raw, &n) != nil {
		return icebergType{}
	}
	t := icebergType{native: n.Type}
	switch n.Type {
	case "struct":
		t.fields = n.Fields
		var parts []string
		for _, f := range n.Fields {
			in := typeOf(f.Type, depth+1)
			if in.trino == "" {
				return t
			}
			parts = append(parts, `"`+strings.ReplaceAll(f.Name, `"`, `""`)+`" `+in.trino)
		}
		if len(parts) > 0 {
			t.trino = "row(" + strings.Join(parts, ", ") + ")"
		}
	case "list":
		if in := typeOf(n.Element, depth+1); in.trino != "" {
			t.trino, t.fields = "array("+in.trino+")", in.fields
		}
	case "map":
		k, v := typeOf(n.Key, depth+1), typeOf(n.Value, depth+1)
		if k.trino != "" && v.trino != "" {
			t.trino = "map(" + k.trino + ", " + v.trino + ")"
		}
	}
	// As an engine writes the same type, so that the two can be compared.
	if t.trino != "" {
		if parsed, err := types.Parse(t.trino); err == nil {
			t.trino = parsed.String()
		}
	}
	return t
}

package native

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/limn-data/limn/engine/duckdb/trinojson"
)

var jsons = []Function{
	{Name: "json_parse", In: []string{"VARCHAR"}, Out: "VARCHAR", Call: func(in []any) (any, error) {
		text, err := trinojson.Canonical(in[0].(string))
		if err != nil {
			return nil, invalid("Cannot convert value to JSON")
		}
		return text, nil
	}},
	{Name: "json_quote", In: []string{"VARCHAR"}, Out: "VARCHAR", Call: func(in []any) (any, error) {
		var b strings.Builder
		trinojson.Quote(&b, in[0].(string))
		return b.String(), nil
	}},
	{Name: "json_decimal", In: []string{"VARCHAR"}, Out: "VARCHAR", Call: func(in []any) (any, error) { return trinojson.Decimal(in[0].(string)), nil }},
	{Name: "json_double", In: []string{"DOUBLE"}, Out: "VARCHAR", Call: func(in []any) (any, error) {
		f := in[0].(float64)
		text := trinojson.JavaDouble(f)
		if math.IsNaN(f) || math.IsInf(f, 0) {
			text = `"` + text + `"`
		}
		return text, nil
	}},
	{Name: "json_real", In: []string{"DOUBLE"}, Out: "VARCHAR", Call: func(in []any) (any, error) {
		f := in[0].(float64)
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return `"` + trinojson.JavaDouble(f) + `"`, nil
		}
		short, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'g', -1, 32), 64)
		return trinojson.JavaDouble(short), nil
	}},
	{Name: "json_map", In: []string{"VARCHAR[]", "VARCHAR[]"}, Out: "VARCHAR", Call: jsonMap},
	{Name: "json_extract", In: []string{"VARCHAR", "VARCHAR"}, Out: "VARCHAR", Call: func(in []any) (any, error) {
		steps, err := stepsOf(in[1])
		if err != nil {
			return nil, err
		}
		return absent(trinojson.Extract(in[0].(string), steps))
	}},
	{Name: "json_extract_scalar", In: []string{"VARCHAR", "VARCHAR"}, Out: "VARCHAR", Call: func(in []any) (any, error) {
		steps, err := stepsOf(in[1])
		if err != nil {
			return nil, err
		}
		return absent(trinojson.ExtractScalar(in[0].(string), steps))
	}},
	{Name: "json_size", In: []string{"VARCHAR", "VARCHAR"}, Out: "BIGINT", Call: func(in []any) (any, error) {
		steps, err := stepsOf(in[1])
		if err != nil {
			return nil, err
		}
		return absent(trinojson.Size(in[0].(string), steps))
	}},
	{Name: "json_array_length", In: []string{"VARCHAR"}, Out: "BIGINT", Call: func(in []any) (any, error) {
		return absent(trinojson.Length(in[0].(string)))
	}},
	{Name: "json_array_get", In: []string{"VARCHAR", "BIGINT"}, Out: "VARCHAR", Call: func(in []any) (any, error) {
		return absent(trinojson.Get(in[0].(string), in[1].(int64)))
	}},
	{Name: "json_contains_boolean", In: []string{"VARCHAR", "BOOLEAN"}, Out: "BOOLEAN", Call: jsonContains},
	{Name: "json_contains_bigint", In: []string{"VARCHAR", "BIGINT"}, Out: "BOOLEAN", Call: jsonContains},
	{Name: "json_contains_double", In: []string{"VARCHAR", "DOUBLE"}, Out: "BOOLEAN", Call: jsonContains},
	{Name: "json_contains_varchar", In: []string{"VARCHAR", "VARCHAR"}, Out: "BOOLEAN", Call: jsonContains},
	{Name: "is_json_scalar", In: []string{"VARCHAR"}, Out: "BOOLEAN", Call: func(in []any) (any, error) {
		scalar, ok := trinojson.IsScalar(in[0].(string))
		if !ok {
			return nil, invalid("Invalid JSON value")
		}
		return scalar, nil
	}},
	{Name: "json_to", In: []string{"VARCHAR", "VARCHAR"}, Out: "VARCHAR", Call: jsonTo},
	{Name: "json_elements", In: []string{"VARCHAR", "VARCHAR"}, Out: "VARCHAR[]", Call: jsonElements},
	{Name: "json_row", In: []string{"VARCHAR", "VARCHAR[]"}, Out: "VARCHAR[]", Call: jsonRow},
	{Name: "json_keys", In: []string{"VARCHAR"}, Out: "VARCHAR[]", Call: func(in []any) (any, error) {
		v, err := trinojson.Parse(in[0].(string))
		if err != nil || v.Kind() == "null" {
			return nil, err
		}
		return list(v.Keys()), nil
	}},
	{Name: "json_path", In: []string{"VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR[]", "VARCHAR[]"}, Out: "VARCHAR", Nulls: true, Call: jsonPath},
	{Name: "json_members", In: []string{"VARCHAR[]", "VARCHAR[]"}, Out: "VARCHAR", Nulls: true, Call: jsonMembers},
}

func absent[T any](v T, ok bool) (any, error) {
	if !ok {
		return nil, nil
	}
	return v, nil
}

func list(texts []string) []any {
	out := make([]any, len(texts))
	for i, t := range texts {
		out[i] = t
	}
	return out
}

var steps cache[[]string]

func stepsOf(path any) ([]string, error) {
	s, err := steps.get(path.(string), trinojson.Steps)
	if err != nil {
		return nil, invalid("Invalid JSON path: " + path.(string))
	}
	return s, nil
}

func jsonContains(in []any) (any, error) {
	if f, ok := in[1].(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
		return false, nil
	}
	hit, ok := trinojson.Contains(in[0].(string), in[1])
	return absent(hit, ok)
}

// jsonMap writes an object of keys and of values that are JSON texts, sorted by key.
func jsonMap(in []any) (any, error) {
	values := in[1].([]any)
	members := make(map[string]string, len(values))
	keys := make([]string, 0, len(values))
	for i, k := range in[0].([]any) {
		key, ok := k.(string)
		if _, twice := members[key]; !ok || twice {
			return nil, unsupported("this map as JSON")
		}
		text, ok := values[i].(string)
		if !ok {
			text = "null"
		}
		members[key] = text
		keys = append(keys, key)
	}
	return objectOf(keys, members), nil
}

// jsonRow are the texts of a row's fields: of an array by position, of an object by name without regard
// to case. A field that an object lacks is NULL.
func jsonRow(in []any) (any, error) {
	v, err := trinojson.Parse(in[0].(string))
	if err != nil {
		return nil, unsupported("this JSON text")
	}
	names := in[1].([]any)
	texts, array := v.Elements()
	switch {
	case v.Kind() == "null":
		return nil, nil
	case array && len(texts) == len(names):
		return list(texts), nil
	case v.Kind() != "object":
		return nil, badCast(v, "row")
	}
	out := make([]any, len(names))
	for i, name := range names {
		for j, key := range v.Keys() {
			if strings.EqualFold(key, name.(string)) {
				if out[i] != nil || name == "" {
					return nil, unsupported("this JSON object as a row")
				}
				out[i] = texts[j]
			}
		}
	}
	return out, nil
}

func badCast(v *trinojson.Value, to string) error {
	return &Failure{"INVALID_CAST_ARGUMENT", "Cannot cast a JSON " + v.Kind() + " to " + to}
}

// jsonTo gives the text of a scalar that is cast to a type: text that DuckDB's and our own casts from
// varchar then read. Arrays and objects have none.
func jsonTo(in []any) (any, error) {
	v, err := trinojson.Parse(in[0].(string))
	if err != nil {
		return nil, unsupported("this JSON text")
	}
	return castScalar(v, in[1].(string))
}

func castScalar(v *trinojson.Value, to string) (any, error) {
	kind, text := v.Kind(), v.Scalar()
	switch kind {
	case "null":
		return nil, nil
	case "array", "object":
		return nil, badCast(v, to)
	case "string":
		return text, nil
	}
	switch to {
	case "varchar":
		if kind == "float" {
			f, _ := strconv.ParseFloat(text, 64)
			return DoubleText(f), nil
		}
		return text, nil
	case "boolean":
		if kind != "boolean" {
			f, _ := strconv.ParseFloat(text, 64)
			text = strconv.FormatBool(f != 0)
		}
		return text, nil
	}
	if kind == "boolean" {
		text = map[string]string{"true": "1", "false": "0"}[text]
	}
	switch to {
	case "bigint", "integer", "smallint", "tinyint":
		if kind == "float" {
			f, _ := strconv.ParseFloat(text, 64)
			bits := map[string]int{"bigint": 64, "integer": 32, "smallint": 16, "tinyint": 8}[to]
			r := math.Floor(math.Abs(f) + 0.5)
			if f < 0 {
				r = -r
			}
			n, _ := big.NewFloat(r).Int(nil)
			if n.BitLen() > bits-1 {
				return nil, &Failure{"INVALID_CAST_ARGUMENT", "A number of a JSON text is out of range for " + to}
			}
			return n.String(), nil
		}
	}
	return text, nil
}

// jsonElements are the texts of an array's elements, or of an object's values.
func jsonElements(in []any) (any, error) {
	v, err := trinojson.Parse(in[0].(string))
	if err != nil {
		return nil, unsupported("this JSON text")
	}
	if v.Kind() == "null" {
		return nil, nil
	}
	if v.Kind() != in[1].(string) && in[1].(string) != "any" || v.Kind() != "array" && v.Kind() != "object" {
		return nil, badCast(v, "this type")
	}
	texts, _ := v.Elements()
	return list(texts), nil
}

var paths cache[*trinojson.Path]

// jsonPath evaluates a path of SQL/JSON for one of the functions exists, value, query, and for query
// with its wrapper and quotes behind it: "query:with unconditional:omit". names and values are the
// variables; each value begins with its kind: j a JSON text, n absent. The answer begins with
// v (a value follows), n (NULL), e (nothing found) or x (an error, its code follows).
func jsonPath(in []any) (any, error) {
	if in[0] == nil {
		return "n", nil
	}
	path, err := paths.get(in[1].(string), trinojson.CompilePath)
	if err != nil {
		if trinojson.IsUnsupported(err) {
			return nil, unsupported(err.Error())
		}
		return nil, &Failure{"INVALID_PATH", "This is no SQL/JSON path"}
	}
	input, _, err := trinojson.ParseFirst(in[0].(string))
	if err != nil {
		return "xJSON_INPUT_CONVERSION_ERROR", nil
	}
	vars := map[string]*trinojson.Value{}
	names, _ := in[3].([]any)
	values, _ := in[4].([]any)
	for i, name := range names {
		text := values[i].(string)
		if text[0] == 'n' {
			vars[name.(string)] = nil
			continue
		}
		v, _, err := trinojson.ParseFirst(text[1:])
		if err != nil {
			return "xJSON_INPUT_CONVERSION_ERROR", nil
		}
		vars[name.(string)] = v
	}
	found, err := path.Evaluate(input, vars)
	if trinojson.IsUnsupported(err) {
		return nil, unsupported(err.Error())
	}
	if err != nil {
		return "xPATH_EVALUATION_ERROR", nil
	}
	function, rest, _ := strings.Cut(in[2].(string), ":")
	wrapper, quotes, _ := strings.Cut(rest, ":")
	switch function {
	case "exists":
		return "v" + strconv.FormatBool(len(found) > 0), nil
	case "value":
		switch {
		case len(found) == 0:
			return "e", nil
		case len(found) > 1:
			return "xJSON_VALUE_RESULT_ERROR", nil
		}
		return scalarOf(found[0], rest)
	}
	if len(found) == 0 {
		return "e", nil
	}
	composite := len(found) == 1 && (found[0].Kind() == "array" || found[0].Kind() == "object")
	if wrapper == "with" || wrapper == "with unconditional" || wrapper == "with conditional" && !composite {
		texts := make([]string, len(found))
		for i, v := range found {
			texts[i] = v.Text()
		}
		return "v[" + strings.Join(texts, ",") + "]", nil
	}
	if len(found) > 1 {
		return "xJSON_OUTPUT_CONVERSION_ERROR", nil
	}
	if quotes == "omit" && found[0].Kind() == "string" {
		return "v" + found[0].Scalar(), nil
	}
	return "v" + found[0].Text(), nil
}

// scalarOf is what JSON_VALUE gives for one item, as text of the type that is asked for.
func scalarOf(v *trinojson.Value, to string) (any, error) {
	switch v.Kind() {
	case "null":
		return "n", nil
	case "array", "object":
		return "xJSON_VALUE_RESULT_ERROR", nil
	case "string": // apart from numbers: how a text is cast to a type differs
		return "s" + v.Scalar(), nil
	}
	if !v.Representable() {
		return "xJSON_VALUE_RESULT_ERROR", nil
	}
	text, err := castScalar(v, to)
	if err != nil {
		return "xJSON_VALUE_RESULT_ERROR", nil
	}
	return "v" + text.(string), nil
}

// jsonMembers writes an array, or with keys an object with its keys sorted, of values that are JSON
// texts or NULL for what is left out.
func jsonMembers(in []any) (any, error) {
	keys, object := in[0].([]any)
	if !object {
		var members []string
		for _, v := range in[1].([]any) {
			if text, ok := v.(string); ok {
				members = append(members, text)
			}
		}
		return "[" + strings.Join(members, ",") + "]", nil
	}
	members, order := map[string]string{}, []string{}
	for i, v := range in[1].([]any) {
		key, ok := keys[i].(string)
		if !ok {
			return nil, invalid("null value passed for JSON object key to JSON_OBJECT function")
		}
		text, ok := v.(string)
		if !ok {
			continue
		}
		if _, twice := members[key]; twice {
			return nil, &Failure{"NOT_SUPPORTED", "cannot construct a JSON object with duplicate key"}
		}
		members[key] = text
		order = append(order, key)
	}
	return objectOf(order, members), nil
}

// objectOf writes an object with its keys sorted, of values that are JSON texts.
func objectOf(keys []string, members map[string]string) string {
	trinojson.SortKeys(keys)
	var b strings.Builder
	b.WriteByte('{')
	for i, key := range keys {
		if i > 0 {
			b.WriteByte(',')
		}
		trinojson.Quote(&b, key)
		b.WriteString(":" + members[key])
	}
	b.WriteByte('}')
	return b.String()
}

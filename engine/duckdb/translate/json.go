package translate

import (
	"strings"

	"github.com/limn-data/limn/engine/duckdb/trinojson"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// A json is held as its text, written as Trino does: no space, keys of parsed objects sorted.

// call calls one of our own functions (engine/duckdb/native).
func call(name string, args ...string) string {
	return "trino_" + name + "(" + strings.Join(args, ", ") + ")"
}

// quotedJSON is a text in quotes.
func quotedJSON(x string) string { return call("json_quote", x) }

// toJSON is CAST(x AS json), of what is not NULL; a NULL inside is written as null.
func (p *printer) toJSON(x string, t types.Type, at ast.Span) string {
	switch t.Kind() {
	case types.JSON:
		return x
	case types.Unknown, types.Boolean, types.Tinyint, types.Smallint, types.Integer, types.Bigint:
		return "CAST(" + x + " AS VARCHAR)"
	case types.Varchar:
		return quotedJSON(x)
	case types.Decimal:
		text := p.toText(x, t, types.VarcharOf(types.Unbounded), at)
		if t.Scale() > 6 { // 0.0000001 is written as 1E-7
			text = call("json_decimal", text)
		}
		return text
	case types.Date, types.Timestamp:
		return "('\"' || " + p.toText(x, t, types.VarcharOf(types.Unbounded), at) + " || '\"')"
	case types.Double:
		return call("json_double", x)
	case types.Real:
		return call("json_real", "CAST("+x+" AS DOUBLE)")
	case types.Array:
		return p.inLambda(func(e string) string {
			return "('[' || array_to_string(list_transform(" + x + ", lambda " + e + ": coalesce(" + p.toJSON(e, t.Elem(0), at) + ", 'null')), ',') || ']')"
		})
	case types.Map:
		if k := t.Elem(0); k.Kind() != types.Varchar && !k.IsExactInteger() && k.Kind() != types.Boolean {
			break
		}
		return p.let([]string{x}, func(v []string) string {
			return p.inLambda(func(e string) string {
				return call("json_map", "list_transform(map_keys("+v[0]+"), lambda "+e+": CAST("+e+" AS VARCHAR))",
					"list_transform(map_values("+v[0]+"), lambda "+e+": "+p.toJSON(e, t.Elem(1), at)+")")
			})
		})
	case types.Row:
		return p.let([]string{x}, func(v []string) string {
			parts := make([]string, t.NumElems())
			for i := range parts {
				var name strings.Builder
				trinojson.Quote(&name, t.Field(i).Name)
				parts[i] = str(name.String()+":") + " || coalesce(" + p.toJSON(field(v[0], i), t.Elem(i), at) + ", 'null')"
			}
			return "CASE WHEN " + v[0] + " IS NOT NULL THEN '{' || " + strings.Join(parts, " || ',' || ") + " || '}' END"
		})
	}
	return p.refuse("CAST of "+t.String()+" to json", at, "")
}

// fromJSON is CAST of a json to another type.
func (p *printer) fromJSON(x string, to types.Type, at ast.Span) string {
	text := types.VarcharOf(types.Unbounded)
	switch to.Kind() {
	case types.JSON:
		return x
	case types.Varchar:
		if to.Length() == types.Unbounded {
			return call("json_to", x, "'varchar'")
		}
	case types.Boolean, types.Tinyint, types.Smallint, types.Integer, types.Bigint, types.Double, types.Real, types.Decimal:
		kind := baseName(to)
		return p.fromText(call("json_to", x, str(kind)), text, to, at)
	case types.Array:
		return p.inLambda(func(e string) string {
			return "list_transform(" + call("json_elements", x, "'array'") + ", lambda " + e + ": " + p.fromJSON(e, to.Elem(0), at) + ")"
		})
	case types.Map:
		if to.Elem(0).Kind() != types.Varchar || to.Elem(0).Length() != types.Unbounded {
			break
		}
		return p.let([]string{x}, func(v []string) string {
			return p.inLambda(func(e string) string {
				values := "list_transform(" + call("json_elements", v[0], "'object'") + ", lambda " + e + ": " + p.fromJSON(e, to.Elem(1), at) + ")"
				return p.let([]string{values}, func(w []string) string {
					return "CASE WHEN " + w[0] + " IS NOT NULL THEN map(" + call("json_keys", v[0]) + ", " + w[0] + ") END"
				})
			})
		})
	case types.Row:
		names := make([]string, to.NumElems())
		for i := range names {
			names[i] = str(to.Field(i).Name)
		}
		return p.let([]string{call("json_row", x, "["+strings.Join(names, ", ")+"]")}, func(v []string) string {
			fields := make([]string, to.NumElems())
			for i := range fields {
				fields[i] = str(FieldName(i)) + ": " + p.fromJSON(v[0]+"["+itoa(i+1)+"]", to.Elem(i), at)
			}
			return "CASE WHEN " + v[0] + " IS NOT NULL THEN {" + strings.Join(fields, ", ") + "} END"
		})
	}
	return p.refuse("CAST of json to "+to.String(), at, "")
}

// jsonSteps renders the path argument of json_extract and its kin; failed is what to render instead.
func (p *printer) jsonSteps(c *callArgs) (path, failed string) {
	if text, ok := c.literal(1); ok {
		if _, err := trinojson.Steps(text); err != nil {
			return "", p.raise("INVALID_FUNCTION_ARGUMENT", "Invalid JSON path: "+text, c.result, c.call.At)
		}
	}
	return p.rawText(c, 1), ""
}

func jsonByPath(name string) func(*printer, *callArgs) string {
	return func(p *printer, c *callArgs) string {
		path, failed := p.jsonSteps(c)
		if failed != "" {
			return failed
		}
		return call(name, c.args[0], path)
	}
}

func jsonArrayContains(p *printer, c *callArgs) string {
	switch k := c.types[1].Kind(); k {
	case types.Boolean, types.Bigint, types.Double, types.Varchar:
		return call("json_contains_"+baseName(c.types[1]), c.args...)
	}
	return p.refuse("json_array_contains of "+c.types[1].String(), c.call.At, "")
}

package translate

import (
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// A json is held as its text. What makes one here writes it as Trino does: no space, keys of maps
// sorted.

// toJSON is CAST(x AS json), of what is not NULL; a NULL inside is written as null.
func (p *printer) toJSON(x string, t types.Type, at ast.Span) string {
	switch t.Kind() {
	case types.Unknown:
		return "CAST(" + x + " AS VARCHAR)"
	case types.Boolean, types.Tinyint, types.Smallint, types.Integer, types.Bigint:
		return "CAST(" + x + " AS VARCHAR)"
	case types.Varchar:
		return "CAST(to_json(" + x + ") AS VARCHAR)"
	case types.Decimal:
		return p.toText(x, t, types.Of(types.Varchar), at)
	case types.Date:
		return `('"' || CAST(` + x + ` AS VARCHAR) || '"')`
	case types.Double: // Java writes numbers of this size without an exponent, as DuckDB does
		return p.let([]string{x}, func(v []string) string {
			return "CASE WHEN " + v[0] + " = 0 OR abs(" + v[0] + ") >= 0.001 AND abs(" + v[0] + ") < 1e7 THEN CAST(" + v[0] + " AS VARCHAR) WHEN " + v[0] + " IS NOT NULL THEN " +
				p.raise("NOT_SUPPORTED", "The embedded engine writes no numbers of this size as JSON", types.Of(types.JSON), at) + " END"
		})
	case types.Array:
		return p.inLambda(func(e string) string {
			return "('[' || array_to_string(list_transform(" + x + ", lambda " + e + ": coalesce(" + p.toJSON(e, t.Elem(0), at) + ", 'null')), ',') || ']')"
		})
	case types.Map:
		if t.Elem(0).Kind() != types.Varchar {
			break
		}
		return p.let([]string{x}, func(v []string) string {
			return p.inLambda(func(k string) string {
				member := p.toJSON(k, t.Elem(0), at) + " || ':' || coalesce(" + p.toJSON(v[0]+"["+k+"]", t.Elem(1), at) + ", 'null')"
				return "('{' || array_to_string(list_transform(list_sort(map_keys(" + v[0] + ")), lambda " + k + ": " + member + "), ',') || '}')"
			})
		})
	case types.Row:
		return p.let([]string{x}, func(v []string) string {
			parts := make([]string, t.NumElems())
			for i := range parts {
				if t.Field(i).Name == "" {
					return p.refuse("CAST of "+t.String()+" to json", at, "name its fields")
				}
				parts[i] = str(quoteJSON(t.Field(i).Name)+":") + " || coalesce(" + p.toJSON(field(v[0], i), t.Elem(i), at) + ", 'null')"
			}
			return "CASE WHEN " + v[0] + " IS NOT NULL THEN '{' || " + strings.Join(parts, " || ',' || ") + " || '}' END"
		})
	}
	return p.refuse("CAST of "+t.String()+" to json", at, "")
}

func quoteJSON(name string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
}

// jsonPath reads the simple paths in which both engines agree: $.name, $["name"], $[0].
func jsonPath(path string) (string, bool) {
	rest, ok := strings.CutPrefix(path, "$")
	var b strings.Builder
	b.WriteByte('$')
	for ok && rest != "" {
		switch {
		case strings.HasPrefix(rest, `["`):
			name, after, found := strings.Cut(rest[2:], `"]`)
			if ok = found && !strings.ContainsAny(name, `"\`); ok {
				b.WriteString(`."` + name + `"`)
				rest = after
			}
		case rest[0] == '[':
			index, after, found := strings.Cut(rest[1:], "]")
			if ok = found && isNumber(index) && index[0] != '-' && index[0] != '+'; ok {
				b.WriteString("[" + index + "]")
				rest = after
			}
		case rest[0] == '.':
			end := 1
			for end < len(rest) && (rest[end] == '_' || rest[end] >= '0' && rest[end] <= '9' || rest[end]|32 >= 'a' && rest[end]|32 <= 'z') {
				end++
			}
			if ok = end > 1; ok {
				b.WriteString(`."` + rest[1:end] + `"`)
				rest = rest[end:]
			}
		default:
			ok = false
		}
	}
	return b.String(), ok
}

// jsonExtract gives what stands at a path, as json or, with fn json_extract_string, as text: texts,
// whole numbers and booleans. How a number with a point was written is lost in DuckDB, and with
// objects the order of their members, so that these are errors.
func jsonExtract(fn string) func(*printer, *callArgs) string {
	return func(p *printer, c *callArgs) string {
		text, ok := c.literal(1)
		path, known := jsonPath(text)
		if !ok || !known {
			return p.refuse(c.name+" with this path", c.call.At, "")
		}
		return p.let(c.args[:1], func(v []string) string {
			fail := p.raise("NOT_SUPPORTED", "The embedded engine reads only texts, whole numbers and booleans out of JSON", c.result, c.call.At)
			composite := "NULL" // is no scalar
			if fn == "json_extract" {
				composite = fail
			}
			null := "NULL"
			if fn == "json_extract" {
				null = "'null'"
			}
			return "CASE json_type(" + v[0] + ", " + str(path) + ") WHEN 'DOUBLE' THEN " + fail + " WHEN 'OBJECT' THEN " + composite + " WHEN 'ARRAY' THEN " + composite +
				" WHEN 'NULL' THEN " + null + " ELSE CAST(" + fn + "(" + v[0] + ", " + str(path) + ") AS VARCHAR) END"
		})
	}
}

func jsonArrayLength(p *printer, c *callArgs) string {
	return p.let(c.args, func(v []string) string {
		return "CASE WHEN json_type(" + v[0] + ") = 'ARRAY' THEN CAST(json_array_length(" + v[0] + ") AS BIGINT) END"
	})
}

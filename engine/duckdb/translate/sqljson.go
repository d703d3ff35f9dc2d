package translate

import (
	"slices"
	"strings"

	"github.com/limn-data/limn/engine/duckdb/trinojson"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// The functions of SQL/JSON. Paths are evaluated by trino_json_path, whose answer says in its first
// letter what follows: v a value, s a text, n NULL, e nothing was found, x an error by its code.

// jsonDoc renders an input that is to be read as JSON.
func (p *printer) jsonDoc(in *ast.JSONInput, s *scope) string {
	t := p.typeOf(in.X)
	if in.Format > ast.JSON || !t.IsText() && t.Kind() != types.Unknown || t.Kind() == types.Char {
		return p.refuse("JSON input of type "+t.String(), in.At, "")
	}
	return "CAST(" + p.expr(in.X, s) + " AS VARCHAR)"
}

// jsonItem renders a value as a JSON text; NULL stays NULL.
func (p *printer) jsonItem(in *ast.JSONInput, s *scope) string {
	x, t := strip(in.X), p.typeOf(in.X)
	if in.Format != ast.NoFormat || isJSONFunction(x) {
		doc := p.jsonDoc(in, s)
		return p.let([]string{call("json_path", doc, "'strict $'", "'query'", "NULL", "NULL")}, func(v []string) string {
			return "CASE WHEN left(" + v[0] + ", 1) = 'x' THEN " + p.raise("JSON_INPUT_CONVERSION_ERROR", "conversion to JSON failed", types.Of(types.JSON), in.At) +
				" WHEN left(" + v[0] + ", 1) = 'v' THEN substring(" + v[0] + ", 2) END"
		})
	}
	switch t.Kind() {
	case types.Unknown, types.Boolean, types.Tinyint, types.Smallint, types.Integer, types.Bigint, types.Decimal, types.Double, types.Varchar, types.Date:
		return p.toJSON(p.expr(in.X, s), t, in.At)
	}
	return p.refuse("a JSON item of type "+t.String(), in.At, "CAST it to varchar")
}

// isJSONFunction reports calls whose text is JSON without FORMAT JSON.
func isJSONFunction(e ast.Expr) bool {
	switch e.(type) {
	case *ast.JSONQuery, *ast.JSONObject, *ast.JSONArray:
		return true
	}
	return false
}

// jsonPathCall renders the evaluation of a path.
func (p *printer) jsonPathCall(path *ast.JSONPath, function string, s *scope) string {
	compiled, err := trinojson.CompilePath(path.Path.Value)
	if err != nil {
		return p.refuse("this SQL/JSON path", path.Path.At, "")
	}
	var names, values []string
	var known []string
	for _, a := range path.Passing {
		name := a.Name.Name
		if !a.Name.Quoted {
			name = strings.ToUpper(name)
		}
		known = append(known, name)
		names = append(names, str(name))
		if a.Input.Format != ast.NoFormat || isJSONFunction(strip(a.Input.X)) {
			values = append(values, "coalesce('j' || "+p.jsonDoc(a.Input, s)+", 'n')")
			continue
		}
		switch t := p.typeOf(a.Input.X); t.Kind() {
		case types.Decimal:
			// A decimal has its scale in a path; as a JSON number it would be a double.
			values = append(values, "coalesce('j' || "+p.toJSON("CAST("+p.expr(a.Input.X, s)+" AS DOUBLE)", types.Of(types.Double), a.At)+", 'jnull')")
			if t.Precision() > 15 {
				p.refuse("a path variable of type "+t.String(), a.At, "")
			}
		default:
			values = append(values, "coalesce('j' || "+p.jsonItem(a.Input, s)+", 'jnull')")
		}
	}
	for _, v := range compiled.Variables() {
		if !slices.Contains(known, v) {
			return p.refuse("this SQL/JSON path", path.Path.At, "")
		}
	}
	list := func(items []string) string {
		if len(items) == 0 {
			return "NULL"
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	return call("json_path", p.jsonDoc(path.Input, s), str(path.Path.Value), str(function), list(names), list(values))
}

// jsonFailure turns an answer that begins with x into an error.
func (p *printer) jsonFailure(answer string, t types.Type, at ast.Span) string {
	codes := []string{"JSON_INPUT_CONVERSION_ERROR", "JSON_OUTPUT_CONVERSION_ERROR", "JSON_VALUE_RESULT_ERROR", "PATH_EVALUATION_ERROR"}
	var b strings.Builder
	b.WriteString("CASE " + answer)
	for _, code := range codes {
		b.WriteString(" WHEN 'x" + code + "' THEN " + p.raise(code, "a path of SQL/JSON failed", t, at))
	}
	return b.String() + " END"
}

func (p *printer) jsonExists(e *ast.JSONExists, s *scope) string {
	boolean := types.Of(types.Boolean)
	return p.let([]string{p.jsonPathCall(e.Path, "exists", s)}, func(v []string) string {
		failed := map[string]string{"true": "TRUE", "unknown": "NULL"}[e.OnError]
		if failed == "" {
			failed = "FALSE"
		}
		if e.OnError == "error" {
			failed = p.jsonFailure(v[0], boolean, e.At)
		}
		return "CASE WHEN " + v[0] + " = 'vtrue' THEN TRUE WHEN " + v[0] + " = 'vfalse' THEN FALSE WHEN " + v[0] + " <> 'n' THEN " + failed + " END"
	})
}

func (p *printer) jsonValue(e *ast.JSONValue, s *scope) string {
	t := p.info.Type(e)
	text := types.VarcharOf(types.Unbounded)
	kind := baseName(t)
	switch t.Kind() {
	case types.Varchar, types.Boolean, types.Tinyint, types.Smallint, types.Integer, types.Bigint, types.Real, types.Double, types.Decimal:
	default:
		return p.refuse("JSON_VALUE RETURNING "+t.String(), e.At, "")
	}
	behavior := func(b *ast.JSONBehavior, failed string) string {
		switch {
		case b == nil || b.Kind == ast.JSONNull:
			return "CAST(NULL AS " + p.duck(t, e.At) + ")"
		case b.Kind == ast.JSONDefault:
			return p.expr(b.Default, s)
		}
		return failed
	}
	return p.let([]string{p.jsonPathCall(e.Path, "value:"+kind, s)}, func(v []string) string {
		rest := "substring(" + v[0] + ", 2)"
		onEmpty := behavior(e.OnEmpty, p.raise("JSON_VALUE_RESULT_ERROR", "cannot extract SQL scalar from JSON: JSON path found no items", t, e.At))
		onError := behavior(e.OnError, p.jsonFailure(v[0], t, e.At))
		value, ofText := p.fromText(rest, text, t, e.At), p.fromText(rest, text, t, e.At)
		fits := ""
		if t.Kind() == types.Varchar && t.Length() != types.Unbounded { // what is no text must fit
			fits = " AND length(" + v[0] + ") <= " + itoa(t.Length()+1)
		}
		failed := onError
		if e.OnError != nil && e.OnError.Kind == ast.JSONError {
			failed = p.raise("JSON_VALUE_RESULT_ERROR", "cannot extract SQL scalar from JSON", t, e.At)
		}
		if t.Kind() != types.Varchar {
			value, ofText = "coalesce(TRY("+value+"), "+failed+")", "coalesce(TRY("+ofText+"), "+failed+")"
		}
		return "CASE left(" + v[0] + ", 1) WHEN 'v' THEN CASE WHEN TRUE" + fits + " THEN " + value + " ELSE " + failed + " END WHEN 's' THEN " + ofText +
			" WHEN 'e' THEN " + onEmpty + " WHEN 'x' THEN " + onError + " END"
	})
}

// jsonText checks the type of a result that is a JSON text.
func (p *printer) jsonText(sql string, format ast.JSONFormat, t types.Type, at ast.Span) string {
	if t.Kind() != types.Varchar || format > ast.JSON {
		return p.refuse("JSON as "+t.String(), at, "")
	}
	if t.Length() == types.Unbounded {
		return sql
	}
	return p.let([]string{sql}, func(v []string) string {
		return "CASE WHEN length(" + v[0] + ") > " + itoa(t.Length()) + " THEN " +
			p.raise("NOT_SUPPORTED", "The embedded engine cuts no JSON to a length", t, at) + " ELSE " + v[0] + " END"
	})
}

func (p *printer) jsonQuery(e *ast.JSONQuery, s *scope) string {
	t := p.info.Type(e)
	if e.Output.Scalar {
		return p.refuse("QUOTES ON SCALAR STRING", e.At, "")
	}
	text := types.VarcharOf(types.Unbounded)
	behavior := func(b *ast.JSONBehavior, failed string) string {
		switch {
		case b == nil || b.Kind == ast.JSONNull:
			return "NULL"
		case b.Kind == ast.JSONEmptyArray:
			return "'[]'"
		case b.Kind == ast.JSONEmptyObject:
			return "'{}'"
		}
		return failed
	}
	sql := p.let([]string{p.jsonPathCall(e.Path, "query:"+e.Output.Wrapper+":"+e.Output.Quotes, s)}, func(v []string) string {
		onEmpty := behavior(e.OnEmpty, p.raise("JSON_OUTPUT_CONVERSION_ERROR", "conversion from JSON failed: JSON path found no items", text, e.At))
		onError := behavior(e.OnError, p.jsonFailure(v[0], text, e.At))
		return "CASE left(" + v[0] + ", 1) WHEN 'v' THEN substring(" + v[0] + ", 2) WHEN 'e' THEN " + onEmpty + " WHEN 'x' THEN " + onError + " END"
	})
	return p.jsonText(sql, e.Format, t, e.At)
}

func (p *printer) jsonObject(e *ast.JSONObject, s *scope) string {
	if e.Unique == "with" {
		return p.refuse("JSON_OBJECT WITH UNIQUE KEYS", e.At, "")
	}
	if len(e.Members) == 0 {
		return p.jsonText("'{}'", e.Format, p.info.Type(e), e.At)
	}
	var keys, values []string
	for _, m := range e.Members {
		if p.typeOf(m.Key).Kind() != types.Varchar {
			p.refuse("a JSON key of type "+p.typeOf(m.Key).String(), m.At, "")
		}
		keys = append(keys, p.expr(m.Key, s))
		values = append(values, p.jsonMember(m.Value, e.Nulls != "absent", s))
	}
	return p.jsonText(call("json_members", "["+strings.Join(keys, ", ")+"]", "["+strings.Join(values, ", ")+"]"), e.Format, p.info.Type(e), e.At)
}

func (p *printer) jsonArray(e *ast.JSONArray, s *scope) string {
	if len(e.Elems) == 0 {
		return p.jsonText("'[]'", e.Format, p.info.Type(e), e.At)
	}
	values := make([]string, len(e.Elems))
	for i, x := range e.Elems {
		values[i] = p.jsonMember(x, e.Nulls == "null", s)
	}
	return p.jsonText(call("json_members", "NULL", "["+strings.Join(values, ", ")+"]"), e.Format, p.info.Type(e), e.At)
}

func (p *printer) jsonMember(in *ast.JSONInput, nulls bool, s *scope) string {
	item := p.jsonItem(in, s)
	if nulls {
		return "coalesce(" + item + ", 'null')"
	}
	return item
}

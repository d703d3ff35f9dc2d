package translate

import (
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// maxSequence is Trino's own cap on what sequence makes.
const maxSequence = 10_000

// comparable reports an element type whose equality DuckDB's list functions see as Trino does: no NaN,
// and nothing inside that may be NULL.
func comparable(t types.Type) bool {
	return !isFloat(t) && t.NumElems() == 0 && t.Kind() != types.JSON && t.Kind() != types.Char
}

func elementAt(p *printer, c *callArgs) string {
	t := c.types[0]
	if t.Kind() == types.Map {
		if !comparable(t.Elem(0)) {
			return p.refuse("element_at with a key of "+t.Elem(0).String(), c.call.At, "")
		}
		return c.args[0] + "[" + c.args[1] + "]"
	}
	return p.let(c.args, func(v []string) string {
		return "CASE WHEN " + v[1] + " = 0 AND " + v[0] + " IS NOT NULL THEN " + p.raise("INVALID_FUNCTION_ARGUMENT", "SQL array indices start at 1", c.result, c.call.At) +
			" ELSE list_extract(" + v[0] + ", " + v[1] + ") END"
	})
}

func sequence(p *printer, c *callArgs) string {
	if c.result.Elem(0).Kind() == types.Date {
		return dates(p, c)
	}
	if c.result.Elem(0).Kind() != types.Bigint {
		return p.refuse("sequence of "+c.result.Elem(0).String(), c.call.At, "")
	}
	args := append([]string{}, c.args...)
	if len(args) == 2 {
		args = append(args, "CASE WHEN "+args[0]+" <= "+args[1]+" THEN 1 ELSE -1 END")
	}
	return p.let(args, func(v []string) string {
		bad := func(when, message string) string {
			return " WHEN " + when + " THEN " + p.raise("INVALID_FUNCTION_ARGUMENT", message, c.result, c.call.At)
		}
		return "CASE" + bad(v[2]+" = 0", "step must not be zero") +
			bad("("+v[1]+" - "+v[0]+") * sign("+v[2]+") < 0", "sequence stop value should be reachable from its start value") +
			bad("("+v[1]+" - "+v[0]+") // "+v[2]+" >= "+itoa(maxSequence), "result of sequence function must not have more than 10000 entries") +
			" ELSE generate_series(" + v[0] + ", " + v[1] + ", CAST(" + v[2] + " AS BIGINT)) END"
	})
}

// dates is a sequence of dates, a day or a constant interval apart. Each is so many steps from the
// first, so that months keep the day where they have it.
func dates(p *printer, c *callArgs) string {
	step, months := int64(1), false
	if len(c.args) == 3 {
		lit, ok := strip(c.call.Args[2].Value).(*ast.IntervalLit)
		if !ok {
			return p.refuse("sequence with a step that is no literal", c.call.At, "")
		}
		step, ok = intervalValue(lit)
		if months = c.types[2].Kind() == types.IntervalYearMonth; !months {
			ok = ok && step%86_400_000 == 0
			step /= 86_400_000
		}
		if !ok || step <= 0 || step > 1<<20 {
			return p.refuse("sequence with this step", c.call.At, "")
		}
	}
	return p.let(c.args[:2], func(v []string) string {
		n := "(" + v[1] + " - " + v[0] + ") // " + itoa(int(step))
		at := func(i string) string { return v[0] + " + CAST(" + i + " * " + itoa(int(step)) + " AS INTEGER)" }
		if months {
			n = "date_sub('month', " + v[0] + ", " + v[1] + ") // " + itoa(int(step))
			at = func(i string) string {
				return "CAST(" + v[0] + " + to_months(CAST(" + i + " * " + itoa(int(step)) + " AS INTEGER)) AS DATE)"
			}
		}
		if len(c.args) == 2 { // backwards when the stop is before the start
			n = "abs(" + v[1] + " - " + v[0] + ")"
			at = func(i string) string {
				return v[0] + " + CAST(" + i + " * sign(" + v[1] + " - " + v[0] + ") AS INTEGER)"
			}
		}
		bad := "CASE"
		if len(c.args) == 3 {
			bad += " WHEN " + v[1] + " < " + v[0] + " THEN " + p.raise("INVALID_FUNCTION_ARGUMENT", "sequence stop value should be reachable from its start value", c.result, c.call.At)
		}
		return bad + " WHEN " + n + " >= " + itoa(maxSequence) + " THEN " +
			p.raise("INVALID_FUNCTION_ARGUMENT", "result of sequence function must not have more than 10000 entries", c.result, c.call.At) +
			" WHEN " + v[0] + " IS NOT NULL AND " + v[1] + " IS NOT NULL THEN list_transform(range(0, CAST(" + n + " AS BIGINT) + 1), lambda _d: " + at("_d") + ") END"
	})
}

// slice takes a start from either end and a length.
func slice(p *printer, c *callArgs) string {
	start, ok1 := c.constant(1)
	length, ok2 := c.constant(2)
	if !ok1 || !ok2 || length > 1<<30 || start > 1<<30 || start < -1<<30 {
		return p.refuse("slice with bounds that are no literals", c.call.At, "")
	}
	switch {
	case length < 0 || start == 0:
		return p.raise("INVALID_FUNCTION_ARGUMENT", "slice needs a start other than zero and no negative length", c.result, c.call.At)
	case start > 0:
		return "list_slice(" + c.args[0] + ", " + itoa(int(start)) + ", " + itoa(int(start+length-1)) + ")"
	}
	return p.let(c.args[:1], func(v []string) string { // from before the first there is nothing
		from := "(len(" + v[0] + ") + " + itoa(int(start)+1) + ")"
		return "CASE WHEN " + from + " < 1 THEN list_slice(" + v[0] + ", 1, 0) ELSE list_slice(" + v[0] + ", " + from + ", " + from + " + " + itoa(int(length)-1) + ") END"
	})
}

// contains is unknown where the value is not found and a NULL might be it.
func contains(p *printer, c *callArgs) string {
	if !comparable(c.types[1]) {
		if t := c.types[1]; t.Kind() != types.Char { // element by element, as = does it
			list := p.let(c.args, func(v []string) string {
				return p.inLambda(func(e string) string {
					return "CASE WHEN " + v[1] + " IS NOT NULL THEN list_transform(" + v[0] + ", lambda " + e + ": " + p.compare(ast.Eq, e, v[1], t, nil, nil) + ") END"
				})
			})
			return p.let([]string{list}, func(l []string) string {
				some := func(is string) string { return "len(list_filter(" + l[0] + ", lambda _q: _q " + is + ")) > 0" }
				return "CASE WHEN " + l[0] + " IS NULL THEN NULL WHEN " + some("IS TRUE") + " THEN TRUE WHEN " + some("IS NULL") + " THEN NULL ELSE FALSE END"
			})
		}
		return p.refuse("contains of "+c.types[1].String(), c.call.At, "")
	}
	return p.let(c.args, func(v []string) string {
		return "CASE WHEN " + v[0] + " IS NULL OR " + v[1] + " IS NULL THEN NULL WHEN list_contains(" + v[0] + ", " + v[1] + ") THEN TRUE WHEN len(list_filter(" + v[0] +
			", lambda _e: _e IS NULL)) > 0 THEN NULL ELSE FALSE END"
	})
}

// match is any_match, all_match and none_match, with NULL where it decides.
func match(p *printer, c *callArgs) string {
	decides := map[string]string{"any_match": "IS TRUE", "all_match": "IS FALSE", "none_match": "IS TRUE"}[c.name]
	hit := map[string]string{"any_match": "TRUE", "all_match": "FALSE", "none_match": "FALSE"}[c.name]
	miss := map[string]string{"any_match": "FALSE", "all_match": "TRUE", "none_match": "TRUE"}[c.name]
	return p.let([]string{"list_transform(" + c.args[0] + ", " + c.args[1] + ")"}, func(v []string) string {
		some := func(is string) string { return "len(list_filter(" + v[0] + ", lambda _e: _e " + is + ")) > 0" }
		return "CASE WHEN " + v[0] + " IS NULL THEN NULL WHEN " + some(decides) + " THEN " + hit + " WHEN " + some("IS NULL") + " THEN NULL ELSE " + miss + " END"
	})
}

// reduce starts with the state, which DuckDB needs in the type of the result; the last lambda must be
// the state itself.
func reduce(p *printer, c *callArgs) string {
	out, ok := strip(c.call.Args[3].Value).(*ast.Lambda)
	if !ok || len(out.Params) != 1 || !c.types[1].Equal(c.result) {
		return p.refuse("reduce of this form", c.call.At, "")
	}
	if id, ok := strip(out.Body).(*ast.Ident); !ok || !strings.EqualFold(id.Name, out.Params[0].Name) {
		return p.refuse("reduce with an output function", c.call.At, "")
	}
	if p.duck(c.types[0].Elem(0), c.call.At) != p.duck(c.result, c.call.At) {
		return p.refuse("reduce over "+c.types[0].Elem(0).String()+" into "+c.result.String(), c.call.At, "CAST the elements")
	}
	return "list_reduce(" + c.args[0] + ", " + c.args[2] + ", " + c.args[1] + ")"
}

// extremeOf is array_min and array_max: NULL where an element is.
func extremeOf(fn string) func(*printer, *callArgs) string {
	return func(p *printer, c *callArgs) string {
		if !comparable(c.result) {
			return p.refuse(c.name+" of "+c.result.String(), c.call.At, "")
		}
		return p.let(c.args, func(v []string) string {
			return "CASE WHEN len(list_filter(" + v[0] + ", lambda _e: _e IS NULL)) > 0 THEN NULL ELSE " + fn + "(" + v[0] + ") END"
		})
	}
}

func arrayJoin(p *printer, c *callArgs) string {
	t := c.types[0].Elem(0)
	if t.Kind() != types.Varchar && !t.IsExactInteger() && t.Kind() != types.Boolean {
		return p.refuse("array_join of "+t.String(), c.call.At, "CAST the elements to varchar")
	}
	list := "list_filter(" + c.args[0] + ", lambda _e: _e IS NOT NULL)"
	if len(c.args) == 3 {
		list = "list_transform(" + c.args[0] + ", lambda _e: coalesce(CAST(_e AS VARCHAR), " + c.args[2] + "))"
	}
	return "array_to_string(" + list + ", " + c.args[1] + ")"
}

func arraySort(p *printer, c *callArgs) string {
	if len(c.args) == 2 {
		return p.refuse("array_sort with a lambda", c.call.At, "")
	}
	if c.types[0].Elem(0).NumElems() > 0 || c.types[0].Elem(0).Kind() == types.Char {
		return p.refuse("array_sort of this form", c.call.At, "")
	}
	return "list_sort(" + c.args[0] + ", 'ASC', 'NULLS LAST')"
}

// arrayDistinct keeps first occurrences in order, one NULL among them.
func arrayDistinct(p *printer, c *callArgs) string {
	if !comparable(c.types[0].Elem(0)) {
		return p.refuse("array_distinct of "+c.types[0].String(), c.call.At, "")
	}
	return p.let(c.args, func(v []string) string {
		first := "lambda _e, _i: len(list_filter(" + v[0] + "[1:_i - 1], lambda _f: _f IS NOT DISTINCT FROM _e)) = 0"
		return "list_filter(" + v[0] + ", " + first + ")"
	})
}

// arrayUnion and arrayExcept keep first occurrences in order.
func arrayUnion(p *printer, c *callArgs) string {
	whole := *c
	whole.args = []string{"CASE WHEN " + c.args[0] + " IS NOT NULL AND " + c.args[1] + " IS NOT NULL THEN list_concat(" + c.args[0] + ", " + c.args[1] + ") END"}
	return arrayDistinct(p, &whole)
}

func arrayExcept(p *printer, c *callArgs) string {
	if !comparable(c.types[0].Elem(0)) {
		return p.refuse("array_except of "+c.types[0].String(), c.call.At, "")
	}
	rest := p.let(c.args, func(v []string) string {
		return "CASE WHEN " + v[1] + " IS NOT NULL THEN list_filter(" + v[0] + ", lambda _e: len(list_filter(" + v[1] + ", lambda _g: _g IS NOT DISTINCT FROM _e)) = 0) END"
	})
	whole := *c
	whole.args = []string{rest}
	return arrayDistinct(p, &whole)
}

// arraysOverlap is unknown where nothing is shared and a NULL might be.
func arraysOverlap(p *printer, c *callArgs) string {
	if !comparable(c.types[0].Elem(0)) {
		return p.refuse("arrays_overlap of "+c.types[0].String(), c.call.At, "")
	}
	return p.let(c.args, func(v []string) string {
		nulls := func(x string) string { return "len(list_filter(" + x + ", lambda _e: _e IS NULL)) > 0" }
		return "CASE WHEN " + v[0] + " IS NULL OR " + v[1] + " IS NULL THEN NULL WHEN list_has_any(" + v[0] + ", " + v[1] + ") THEN TRUE WHEN (" +
			nulls(v[0]) + " OR " + nulls(v[1]) + ") AND len(" + v[0] + ") > 0 AND len(" + v[1] + ") > 0 THEN NULL ELSE FALSE END"
	})
}

// applied renders the body of a lambda argument with its parameters replaced by expressions.
func (p *printer) applied(c *callArgs, i int, values ...string) string {
	l, ok := strip(c.call.Args[i].Value).(*ast.Lambda)
	if !ok || len(l.Params) != len(values) {
		return p.refuse(c.name+" without a lambda", c.call.At, "")
	}
	t := p.info.Type(l)
	inner := &scope{parent: c.scope}
	for j, id := range l.Params {
		inner.cols = append(inner.cols, column{key: strings.ToLower(id.Name), sql: values[j], typ: t.Elem(j), zone: p.sessionZone(t.Elem(j))})
	}
	return p.expr(l.Body, inner)
}

func zipWith(p *printer, c *callArgs) string {
	return p.let(c.args[:2], func(v []string) string {
		return p.inLambda(func(i string) string {
			body := p.applied(c, 2, "list_extract("+v[0]+", "+i+")", "list_extract("+v[1]+", "+i+")")
			return "CASE WHEN " + v[0] + " IS NOT NULL AND " + v[1] + " IS NOT NULL THEN list_transform(range(1, greatest(len(" + v[0] + "), len(" + v[1] + ")) + 1), lambda " + i + ": " + body + ") END"
		})
	})
}

// mapLambda is map_filter and transform_values, over the map's entries.
func mapLambda(p *printer, c *callArgs) string {
	return p.inLambda(func(e string) string {
		k, v := "struct_extract("+e+", 'key')", "struct_extract("+e+", 'value')"
		body := p.applied(c, 1, k, v)
		entries := "map_entries(" + c.args[0] + ")"
		if c.name == "map_filter" {
			return "map_from_entries(list_filter(" + entries + ", lambda " + e + ": " + body + "))"
		}
		return "map_from_entries(list_transform(" + entries + ", lambda " + e + ": {'key': " + k + ", 'value': " + body + "}))"
	})
}

// repeat is capped: what one call makes is held in memory at once.
func repeat(p *printer, c *callArgs) string {
	n, ok := c.constant(1)
	if !ok || n > maxSequence {
		return p.refuse("repeat of this many", c.call.At, "")
	}
	if n < 0 {
		return p.raise("INVALID_FUNCTION_ARGUMENT", "count argument of repeat function must be greater than or equal to 0", c.result, c.call.At)
	}
	if n == 0 { // what is repeated is computed all the same
		empty := "CAST([] AS " + p.duck(c.result, c.call.At) + ")"
		return p.bind(c.args[:1], func(v []string) string {
			return "CASE WHEN " + v[0] + " IS NULL THEN " + empty + " ELSE " + empty + " END"
		})
	}
	return p.let(c.args[:1], func(v []string) string {
		return "list_transform(range(0, " + itoa(int(n)) + "), lambda _r: " + v[0] + ")"
	})
}

func newMap(p *printer, c *callArgs) string {
	if len(c.args) == 0 || !comparable(c.result.Elem(0)) || c.result.Elem(0).Kind() == types.Varbinary {
		return p.refuse("map of this form", c.call.At, "")
	}
	return p.let(c.args, func(v []string) string {
		return "CASE WHEN len(" + v[0] + ") <> len(" + v[1] + ") THEN " +
			p.raise("INVALID_FUNCTION_ARGUMENT", "Key and value arrays must be the same length", c.result, c.call.At) +
			" WHEN " + v[0] + " IS NULL OR " + v[1] + " IS NULL THEN NULL ELSE map(" + v[0] + ", " + v[1] + ") END"
	})
}

func mapConcat(p *printer, c *callArgs) string {
	return "CASE WHEN " + strings.Join(c.args, " IS NULL OR ") + " IS NULL THEN NULL ELSE map_concat(" + strings.Join(c.args, ", ") + ") END"
}

// split with a limit leaves the rest in the last part.
func split(p *printer, c *callArgs) string {
	delimiter, ok := c.literal(1)
	if len(c.args) == 2 && (!ok || delimiter == "") {
		return call("split", c.args[0], c.args[1], "CAST(2147483647 AS BIGINT)")
	}
	if len(c.args) == 3 { // the last part keeps the rest
		n, isConst := c.constant(2)
		if !ok || delimiter == "" || !isConst || n < 1 || n > maxSequence {
			return call("split", c.args[0], c.args[1], "CAST("+c.args[2]+" AS BIGINT)")
		}
		return p.let([]string{"string_split(" + c.args[0] + ", " + c.args[1] + ")"}, func(v []string) string {
			return "CASE WHEN " + v[0] + " IS NULL OR len(" + v[0] + ") <= " + itoa(int(n)) + " THEN " + v[0] + " ELSE list_append(" + v[0] + "[1:" + itoa(int(n)-1) + "], array_to_string(" +
				v[0] + "[" + itoa(int(n)) + ":], " + c.args[1] + ")) END"
		})
	}
	return "string_split(" + c.args[0] + ", " + c.args[1] + ")"
}

func concatWS(p *printer, c *callArgs) string {
	if len(c.args) == 2 && c.types[1].Kind() == types.Array {
		return "array_to_string(list_filter(" + c.args[1] + ", lambda _e: _e IS NOT NULL), " + c.args[0] + ")"
	}
	for _, t := range c.types {
		if t.Kind() == types.Char {
			return p.refuse("concat_ws of char", c.call.At, "")
		}
	}
	return "CASE WHEN " + c.args[0] + " IS NOT NULL THEN concat_ws(" + strings.Join(c.args, ", ") + ") END"
}

// pad is lpad and rpad to a constant length.
func pad(p *printer, c *callArgs) string {
	n, ok := c.constant(1)
	with, isText := c.literal(2)
	if c.types[0].Kind() != types.Varchar {
		return p.refuse(c.name+" of "+c.types[0].String(), c.call.At, "")
	}
	if !ok || !isText || with == "" || n < 0 || n > maxSequence {
		return call("pad", c.args[0], "CAST("+c.args[1]+" AS BIGINT)", c.args[2], map[string]string{"lpad": "TRUE", "rpad": "FALSE"}[c.name])
	}
	return c.name + "(" + c.args[0] + ", " + itoa(int(n)) + ", " + c.args[2] + ")"
}

// typeOfForm is known before the query runs; an aggregate inside still makes the query one.
func typeOfForm(p *printer, c *callArgs) string {
	name := str(p.typeOf(c.call.Args[0].Value).String())
	aggregates := false
	ast.Walk(c.call.Args[0].Value, func(n ast.Node) bool {
		if call, ok := n.(*ast.Call); ok && call.Over == nil && p.info.Function(call) != nil && p.info.Function(call).Kind != 0 {
			aggregates = true
		}
		return true
	})
	if !aggregates {
		return name
	}
	return "CASE WHEN " + p.expr(c.call.Args[0].Value, c.scope) + " IS NULL THEN " + name + " ELSE " + name + " END"
}

// ngrams are the runs of n elements, or the whole where it is shorter.
func ngrams(p *printer, c *callArgs) string {
	n, ok := c.constant(1)
	if !ok || n < 1 || n > maxSequence {
		return p.refuse("ngrams of this form", c.call.At, "")
	}
	return p.let(c.args[:1], func(v []string) string {
		return "CASE WHEN " + v[0] + " IS NOT NULL THEN list_transform(range(1, greatest(len(" + v[0] + ") - " + itoa(int(n)) + " + 1, 1) + 1), lambda _g: " +
			v[0] + "[_g:_g + " + itoa(int(n)-1) + "]) END"
	})
}

// arrayIntersect keeps first occurrences in the order of the longer side, of the left where both are
// as long.
func arrayIntersect(p *printer, c *callArgs) string {
	if len(c.args) != 2 || !comparable(c.types[0].Elem(0)) {
		return p.refuse("array_intersect of this form", c.call.At, "")
	}
	rest := p.let(c.args, func(v []string) string {
		of := func(a, b string) string {
			return "list_filter(" + a + ", lambda _e: len(list_filter(" + b + ", lambda _g: _g IS NOT DISTINCT FROM _e)) > 0)"
		}
		return "CASE WHEN len(" + v[0] + ") < len(" + v[1] + ") THEN " + of(v[1], v[0]) + " WHEN " + v[1] + " IS NOT NULL THEN " + of(v[0], v[1]) + " END"
	})
	whole := *c
	whole.args = []string{rest}
	return arrayDistinct(p, &whole)
}

// arrayRemove takes out what is equal; a NULL element stays.
func arrayRemove(p *printer, c *callArgs) string {
	if !comparable(c.types[0].Elem(0)) {
		return p.refuse("array_remove of "+c.types[0].String(), c.call.At, "")
	}
	return p.let(c.args, func(v []string) string {
		return "CASE WHEN " + v[1] + " IS NOT NULL THEN list_filter(" + v[0] + ", lambda _e: _e IS NULL OR _e <> " + v[1] + ") END"
	})
}

func trimArray(p *printer, c *callArgs) string {
	return p.let(c.args, func(v []string) string {
		return "CASE WHEN " + v[1] + " < 0 OR " + v[1] + " > len(" + v[0] + ") THEN " + p.raise("INVALID_FUNCTION_ARGUMENT", "size must not be negative nor exceed that of the array", c.result, c.call.At) +
			" WHEN " + v[1] + " IS NOT NULL THEN list_slice(" + v[0] + ", 1, len(" + v[0] + ") - " + v[1] + ") END"
	})
}

// zip pads the shorter with NULL.
func zip(p *printer, c *callArgs) string {
	return p.let(c.args, func(v []string) string {
		nulls, lens := make([]string, len(v)), make([]string, len(v))
		for i := range v {
			nulls[i], lens[i] = v[i]+" IS NULL", "len("+v[i]+")"
		}
		return p.inLambda(func(i string) string {
			fields := make([]string, len(v))
			for j := range v {
				fields[j] = str(FieldName(j)) + ": list_extract(" + v[j] + ", " + i + ")"
			}
			return "CASE WHEN " + strings.Join(nulls, " OR ") + " THEN NULL ELSE list_transform(range(1, greatest(" + strings.Join(lens, ", ") + ") + 1), lambda " + i + ": {" + strings.Join(fields, ", ") + "}) END"
		})
	})
}

func mapEntries(p *printer, c *callArgs) string {
	return p.inLambda(func(e string) string {
		return "list_transform(map_entries(" + c.args[0] + "), lambda " + e + ": {'f1': struct_extract(" + e + ", 'key'), 'f2': struct_extract(" + e + ", 'value')})"
	})
}

func mapFromEntries(p *printer, c *callArgs) string {
	if !comparable(c.result.Elem(0)) || c.result.Elem(0).Kind() == types.Varbinary {
		return p.refuse("map_from_entries of this form", c.call.At, "")
	}
	return p.let(c.args, func(v []string) string {
		return p.inLambda(func(e string) string {
			keys := "list_transform(" + v[0] + ", lambda " + e + ": " + field(e, 0) + ")"
			return "CASE WHEN len(list_filter(" + v[0] + ", lambda " + e + ": " + e + " IS NULL)) > 0 THEN " + p.raise("INVALID_FUNCTION_ARGUMENT", "map entry cannot be null", c.result, c.call.At) +
				" WHEN len(list_filter(" + keys + ", lambda _k: _k IS NULL)) > 0 THEN " + p.raise("INVALID_FUNCTION_ARGUMENT", "map key cannot be null", c.result, c.call.At) +
				" WHEN len(list_distinct(" + keys + ")) < len(" + v[0] + ") THEN " + p.raise("INVALID_FUNCTION_ARGUMENT", "Duplicate map keys are not allowed", c.result, c.call.At) +
				" ELSE map(" + keys + ", list_transform(" + v[0] + ", lambda " + e + ": " + field(e, 1) + ")) END"
		})
	})
}

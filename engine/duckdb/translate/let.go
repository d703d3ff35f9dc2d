package translate

import (
	"strconv"
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

func itoa(n int) string { return strconv.Itoa(n) }

// repeatable is the longest operand, in bytes, that is written twice rather than bound. DuckDB
// computes equal expressions once, and plain columns are what most operands are.
const repeatable = 64

// let hands values to a body that needs them more than once. Short ones are repeated; a longer one is
// bound, by a lambda over a list of one, so that nested expressions do not grow exponentially. Then all
// are: DuckDB allows no aggregate inside a lambda, so that the body must be made of these values and
// constants alone.
func (p *printer) let(values []string, body func(v []string) string) string {
	long := false
	for _, v := range values {
		long = long || len(v) > repeatable || strings.Contains(v, drawn)
	}
	if !long {
		return body(append([]string{}, values...))
	}
	return p.bind(values, body)
}

// bind is let where the values must be computed once and outside of the body.
func (p *printer) bind(values []string, body func(v []string) string) string {
	names := make([]string, len(values))
	var fields []string
	return p.inLambda(func(param string) string {
		for i, v := range values {
			key := "v" + itoa(i)
			fields = append(fields, str(key)+": "+v)
			names[i] = "struct_extract(" + param + ", " + str(key) + ")" // param.key is taken for a column in HAVING
		}
		return "list_transform([{" + strings.Join(fields, ", ") + "}], lambda " + param + ": " + body(names) + ")[1]"
	})
}

// inLambda renders what stands inside of a lambda and hands it the name of a parameter. Names go by
// depth: an expression that is written twice, in a select list and in GROUP BY, must be the same text.
func (p *printer) inLambda(body func(param string) string) string {
	p.lambdas++
	defer func() { p.lambdas-- }()
	return body(ident("_" + itoa(p.lambdas)))
}

// mark begins the messages of errors that stand for Trino's own.
const mark = "trino:"

// raise is an expression of type t that fails when it is evaluated. A cast that cannot succeed is
// used in place of error(), which DuckDB takes for volatile: it would hold back optimizations and is
// forbidden inside TRY. DuckDB leaves a constant that fails for run time.
func (p *printer) raise(code, message string, t types.Type, at ast.Span) string {
	if code == "NOT_SUPPORTED" && p.trying > 0 && strings.HasPrefix(message, "The embedded engine") { // TRY would make NULL of it
		return p.refuse("a value that may not be supported, inside of TRY", at, "")
	}
	message = str(mark + code + ":" + strings.NewReplacer("'", "", `"`, "").Replace(message)) // quotes end it in DuckDB's text
	switch t.Kind() {
	case types.Varchar, types.Char, types.JSON: // any text is one
		return "CAST(CAST(" + message + " AS BIGINT) AS VARCHAR)"
	case types.Varbinary:
		return "encode(CAST(CAST(" + message + " AS BIGINT) AS VARCHAR))"
	}
	return "CAST(" + message + " AS " + p.duck(t, at) + ")"
}

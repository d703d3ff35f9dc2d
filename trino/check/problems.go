package check

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// Problem is one thing that is wrong. Code and Message are Trino's own, without the "line 1:8: " that
// it puts before; At is the place that Trino names, zero where it names none. Hint says what to do.
type Problem struct {
	Code    string
	Message string
	At      ast.Span
	Hint    string
}

// Position turns a byte offset into line and column; parse.Position is one.
type Position func(src string, offset int) (line, column int)

// Format writes the problem for people: "line 1:8: Column 'regoin' cannot be resolved; did you mean
// region?".
func (p Problem) Format(src string, position Position) string {
	var b strings.Builder
	if p.At != (ast.Span{}) {
		line, column := position(src, int(p.At.Start))
		fmt.Fprintf(&b, "line %d:%d: ", line, column)
	}
	b.WriteString(p.Message)
	if p.Hint != "" {
		b.WriteString("; ")
		b.WriteString(p.Hint)
	}
	return b.String()
}

// The codes are Trino's standard error codes, each with what brings it about.
const (
	AlreadyExists             = "ALREADY_EXISTS"              // DECLARE a bigint; DECLARE a bigint
	AmbiguousFunctionCall     = "AMBIGUOUS_FUNCTION_CALL"     // SELECT sum(NULL)
	AmbiguousName             = "AMBIGUOUS_NAME"              // SELECT region FROM orders, accounts
	BranchNotFound            = "BRANCH_NOT_FOUND"            // INSERT INTO orders @ dev …
	CatalogNotFound           = "CATALOG_NOT_FOUND"           // SELECT * FROM lakes.sales.orders
	ColumnAlreadyExists       = "COLUMN_ALREADY_EXISTS"       // ALTER TABLE orders ADD COLUMN region varchar
	ColumnNotFound            = "COLUMN_NOT_FOUND"            // SELECT regoin FROM orders
	ColumnTypeUnknown         = "COLUMN_TYPE_UNKNOWN"         // CREATE TABLE t AS SELECT NULL AS a
	DuplicateColumnName       = "DUPLICATE_COLUMN_NAME"       // WITH a (x, x) AS (SELECT 1, 2) …
	DuplicateNamedQuery       = "DUPLICATE_NAMED_QUERY"       // WITH a AS (…), a AS (…) …
	DuplicateProperty         = "DUPLICATE_PROPERTY"          // CREATE TABLE t … WITH (format = 1, format = 2)
	DuplicateWindowName       = "DUPLICATE_WINDOW_NAME"       // … WINDOW w AS (…), w AS (…)
	ExpressionNotAggregate    = "EXPRESSION_NOT_AGGREGATE"    // SELECT region, sum(amount) FROM orders
	ExpressionNotConstant     = "EXPRESSION_NOT_CONSTANT"     // SELECT ROW(1, 2)[id] FROM orders
	ExpressionNotInDistinct   = "EXPRESSION_NOT_IN_DISTINCT"  // SELECT DISTINCT region FROM orders ORDER BY day
	ExpressionNotScalar       = "EXPRESSION_NOT_SCALAR"       // SELECT … WHERE sum(amount) > 1
	FunctionNotAggregate      = "FUNCTION_NOT_AGGREGATE"      // SELECT lower(DISTINCT region) …
	FunctionNotFound          = "FUNCTION_NOT_FOUND"          // SELECT nvl(a, b) …, or lower(1)
	FunctionNotWindow         = "FUNCTION_NOT_WINDOW"         // SELECT lower(region) OVER () …
	GenericInternalError      = "GENERIC_INTERNAL_ERROR"      // MERGE … THEN INSERT (a) VALUES (1, 2)
	GenericUserError          = "GENERIC_USER_ERROR"          // DROP VIEW of a table
	InvalidCopartitioning     = "INVALID_COPARTITIONING"      // TABLE(f(… COPARTITION (a, b))) of unlike partitions
	InvalidArguments          = "INVALID_ARGUMENTS"           // SELECT grouping(day) … GROUP BY region
	InvalidColumnReference    = "INVALID_COLUMN_REFERENCE"    // SELECT … GROUP BY 7
	InvalidFunctionArgument   = "INVALID_FUNCTION_ARGUMENT"   // CAST(x AS decimal(50, 2))
	InvalidGracePeriod        = "INVALID_GRACE_PERIOD"        // GRACE PERIOD INTERVAL -'1' DAY
	InvalidLiteral            = "INVALID_LITERAL"             // DATE '2026-02-30'
	InvalidOrderBy            = "INVALID_ORDER_BY"            // OVER (w ORDER BY …) where w is ordered
	InvalidParameterUsage     = "INVALID_PARAMETER_USAGE"     // transform(a, (x, y) -> x)
	InvalidPartitionBy        = "INVALID_PARTITION_BY"        // OVER (w PARTITION BY …)
	InvalidRecursiveReference = "INVALID_RECURSIVE_REFERENCE" // WITH RECURSIVE t (n) AS (SELECT 1 FROM t …) …
	InvalidView               = "INVALID_VIEW"                // a view whose query no longer checks
	InvalidWindowFrame        = "INVALID_WINDOW_FRAME"        // ROWS BETWEEN CURRENT ROW AND 1 PRECEDING
	InvalidWindowReference    = "INVALID_WINDOW_REFERENCE"    // rank() OVER w without WINDOW w
	MismatchedColumnAliases   = "MISMATCHED_COLUMN_ALIASES"   // (VALUES (1, 2)) AS t (a)
	MissingCatalogName        = "MISSING_CATALOG_NAME"        // SELECT * FROM orders, without a default
	MissingColumnAliases      = "MISSING_COLUMN_ALIASES"      // WITH RECURSIVE t AS (…) …
	MissingColumnName         = "MISSING_COLUMN_NAME"         // CREATE VIEW v AS SELECT 1
	MissingGroupBy            = "MISSING_GROUP_BY"            // SELECT grouping(region) FROM orders
	MissingOrderBy            = "MISSING_ORDER_BY"            // lag(amount) OVER ()
	MissingOver               = "MISSING_OVER"                // SELECT rank() FROM orders
	MissingSchemaName         = "MISSING_SCHEMA_NAME"         // SELECT * FROM orders, without a default
	NestedAggregation         = "NESTED_AGGREGATION"          // sum(max(amount))
	NestedWindow              = "NESTED_WINDOW"               // sum(rank() OVER ())
	NotFound                  = "NOT_FOUND"                   // USE of a schema that is not there
	NotSupported              = "NOT_SUPPORTED"               // a NATURAL JOIN b
	NumericValueOutOfRange    = "NUMERIC_VALUE_OUT_OF_RANGE"  // FETCH FIRST 0 ROWS ONLY
	SchemaAlreadyExists       = "SCHEMA_ALREADY_EXISTS"       // CREATE SCHEMA sales
	SchemaNotFound            = "SCHEMA_NOT_FOUND"            // SELECT * FROM sale.orders
	SyntaxError               = "SYNTAX_ERROR"                // coalesce(1)
	TableAlreadyExists        = "TABLE_ALREADY_EXISTS"        // CREATE TABLE orders AS …
	TableNotFound             = "TABLE_NOT_FOUND"             // SELECT * FROM ordres
	TypeMismatch              = "TYPE_MISMATCH"               // region + 1
	TypeNotFound              = "TYPE_NOT_FOUND"              // MONEY '1'
	ViewIsRecursive           = "VIEW_IS_RECURSIVE"           // a view over itself
	ViewIsStale               = "VIEW_IS_STALE"               // a view whose query has other columns now
)

// report keeps a problem. Methods below exist one for each complaint that needs more than its text.
func (c *checker) report(at ast.Span, code, format string, args ...any) *Problem {
	message := format
	if len(args) > 0 {
		message = fmt.Sprintf(format, args...)
	}
	c.problems = append(c.problems, Problem{Code: code, Message: message, At: at})
	return &c.problems[len(c.problems)-1]
}

// mismatch reports a TYPE_MISMATCH, which most complaints of types are.
func (c *checker) mismatch(at ast.Span, format string, args ...any) types.Type {
	c.report(at, TypeMismatch, format, args...)
	return types.Type{}
}

func didYouMean(name string) string {
	if name == "" {
		return ""
	}
	return "did you mean " + name + "?"
}

func (c *checker) columnNotFound(e ast.Expr, parts []string, s *Scope) {
	p := c.report(e.Span(), ColumnNotFound, "Column '%s' cannot be resolved", strings.Join(parts, "."))
	if c.selectAlias(parts) {
		p.Hint = parts[0] + " is a name of the select list, which is not seen here: repeat its expression"
		return
	}
	p.Hint = didYouMean(s.nearest(parts))
}

// selectAlias reports whether a name that was not found is one that the select list gives. WHERE,
// GROUP BY, HAVING and the select list itself do not see those.
func (c *checker) selectAlias(parts []string) bool {
	if len(parts) != 1 || c.sel == nil || c.sel.node == nil {
		return false
	}
	for _, item := range c.sel.node.Items {
		if col, ok := item.(*ast.SingleColumn); ok && col.Alias != nil && lower(col.Alias.Name) == parts[0] {
			return true
		}
	}
	return false
}

// nearest looks for the column meant by a name: under the same qualifier when one is given, else
// among all columns in scope. Where the qualifier is wrong, the column of that name tells the right one.
func (s *Scope) nearest(parts []string) string {
	var names []string
	elsewhere := ""
	last := len(parts) - 1
	prefix := strings.Join(parts[:last], ".")
	for ; s != nil; s = s.parent {
		for _, col := range s.cols {
			if !col.Hidden && (last == 0 || col.rel != nil && col.rel.table == parts[last-1]) {
				if col.key == parts[last] { // the name is right, the qualifier is not
					return col.key
				}
				names = append(names, col.key)
			} else if !col.Hidden && col.key == parts[last] && elsewhere == "" {
				elsewhere = col.key
				if col.rel != nil {
					elsewhere = col.rel.table + "." + col.key
				}
			}
		}
	}
	if elsewhere != "" {
		return elsewhere
	}
	best := nearest(parts[last], names)
	if best != "" && prefix != "" {
		return prefix + "." + best
	}
	return best
}

func (c *checker) columnAmbiguous(e ast.Expr, parts []string) {
	c.report(e.Span(), AmbiguousName, "Column '%s' is ambiguous", strings.Join(parts, "."))
}

func (c *checker) tableNotFound(at ast.Span, catalog, schema, name string) {
	var code, message, hint string
	switch {
	case !c.cat.HasCatalog(catalog):
		code, message = CatalogNotFound, "Catalog '"+catalog+"' not found"
		hint = nearest(catalog, c.cat.Names("", ""))
	case schema != "information_schema" && !c.cat.HasSchema(catalog, schema):
		code, message = SchemaNotFound, "Schema '"+schema+"' does not exist"
		hint = nearest(schema, c.cat.Names(catalog, ""))
	default:
		code = TableNotFound
		message = "Table '" + catalog + "." + quoteName(schema) + "." + quoteName(name) + "' does not exist"
		hint = nearest(name, c.cat.Names(catalog, schema))
		if hint == "" {
			hint = c.inOtherSchema(catalog, name)
		}
	}
	c.report(at, code, "%s", message).Hint = didYouMean(hint)
}

// maxSchemasForHint bounds the search for a table of the same name in other schemas.
const maxSchemasForHint = 100

func (c *checker) inOtherSchema(catalog, name string) string {
	schemas := c.cat.Names(catalog, "")
	for _, schema := range schemas[:min(len(schemas), maxSchemasForHint)] {
		if _, ok := c.cat.Table(catalog, schema, name); ok {
			return schema + "." + name
		}
	}
	return ""
}

// quoteName puts a name in quotes unless it is a plain word.
func quoteName(name string) string {
	for i := 0; i < len(name); i++ {
		if ch := name[i]; ch != '_' && (ch < 'a' || ch > 'z') && (ch < '0' || ch > '9' || i == 0) {
			return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
		}
	}
	return name
}

func (c *checker) functionNotFound(call *ast.Call, name string) {
	c.report(call.Span(), FunctionNotFound, "Function '%s' not registered", name).Hint = didYouMean(c.nearestFunction(name))
}

// otherNames are functions of other databases and what Trino has in their place.
var otherNames = map[string]string{
	"charindex": "strpos", "datediff": "date_diff", "date_part": "extract", "getdate": "now", "group_concat": "listagg",
	"ifnull": "coalesce", "isnull": "coalesce", "iif": "if", "len": "length", "median": "approx_percentile", "nvl": "coalesce",
	"string_agg": "listagg", "to_timestamp": "date_parse", "dateadd": "date_add", "instr": "strpos", "ucase": "upper", "lcase": "lower",
	"to_char": "date_format", "to_date": "date_parse", "stddev_sample": "stddev_samp", "array_length": "cardinality", "size": "cardinality",
}

func (c *checker) nearestFunction(name string) string {
	names := append(c.session.Functions.Names(), "coalesce", "extract", "grouping", "if", "nullif")
	for n := range c.inline {
		names = append(names, n)
	}
	names = slices.DeleteFunc(names, func(n string) bool { return strings.HasPrefix(n, "$") }) // the engine's own
	if other, ok := otherNames[name]; ok && slices.Contains(names, other) {
		return other
	}
	sort.Strings(names)
	return nearest(name, names)
}

func (c *checker) cannotApply(at ast.Span, op string, l, r types.Type) types.Type {
	return c.mismatch(at, "Cannot apply operator: %s %s %s", l, op, r)
}

func (c *checker) notAggregate(e ast.Expr) {
	c.report(place(e), ExpressionNotAggregate, "'%s' must be an aggregate expression or appear in GROUP BY clause", spell(e))
}

func (c *checker) notScalar(e ast.Expr, clause string, calls []foundCall) Problem {
	texts := make([]string, len(calls))
	for i, f := range calls {
		texts[i] = spell(f.call)
	}
	return Problem{Code: ExpressionNotScalar, At: place(e), Message: fmt.Sprintf(
		"%s cannot contain aggregations, window functions or grouping operations: [%s]", clause, strings.Join(texts, ", "))}
}

func (c *checker) notYet(n ast.Node, what string) {
	c.report(n.Span(), NotSupported, "%s is not understood by this checker", what)
}

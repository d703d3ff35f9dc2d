// Package check judges a parsed statement against a catalog as Trino's analyzer would: names,
// scopes, types, aggregation, windows, set operations, output columns. What it learns lives in Info,
// keyed by nodes of the tree, and what is wrong in Problems that carry Trino's code, message and
// place. It never writes to the tree, never evaluates an expression beyond the form of a literal, and
// never asks a network. Start at Check.
package check

import (
	"strings"
	"time"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/functions"
	"github.com/limn-data/limn/trino/types"
)

// Session says where unqualified names are looked for. Zone is the session's time zone; it is kept
// for those who print literals and changes no type. Functions is the registry of the server; when nil
// that of the catalog, and the built-in one where that has none. Parameters says that ? placeholders will be given values. Now is the time at
// which FOR TIMESTAMP AS OF must lie in the past; left out, that is not judged.
type Session struct {
	Catalog, Schema string
	Zone            string
	Functions       *functions.Registry
	Parameters      bool
	Now             time.Time
}

// Info is what checking learned. Keys are nodes of the tree that was checked; the tree is untouched.
type Info struct {
	Kind    string      // "query", "insert", "drop_table" …, as ast.Kind names it
	Columns []*Column   // of the result, in order: "rows" for what writes, none where there are no rows
	Tables  []*TableUse // read

	// Target is what a statement makes, writes to or changes, nil without one; of what it makes the
	// columns are known too. Written are the columns that get values, under their names in Target.
	Target  *Table
	Written []*Column

	notes   map[ast.Expr]note
	outputs map[*ast.Query][]*Column
	uses    map[ast.Node]*TableUse
	ctes    map[ast.Node]*ast.Query
	// measures are those of row patterns in windows.
	measures map[*ast.WindowSpec][]*Column
	windows  map[*ast.Call]*ast.WindowSpec
	views    map[*Table]*ast.Query
}

// note is what is known of one expression.
type note struct {
	typ     types.Type
	coerced types.Type // valid where the value is turned into another type
	ref     *Column    // what a name means
	call    *functions.Overload
}

// TableUse is one table of the catalog that a statement reads, once however often it is named.
type TableUse struct {
	Table   *Table
	columns []bool // read, by index of Table.Columns
	order   []int
}

// Columns gives the names of the columns that the statement reads anywhere, in the order in which
// they were met.
func (u *TableUse) Columns() []string {
	names := make([]string, len(u.order))
	for i, c := range u.order {
		names[i] = u.Table.Columns[c].Name
	}
	return names
}

func (u *TableUse) read(column int) {
	if !u.columns[column] {
		u.columns[column] = true
		u.order = append(u.order, column)
	}
}

// Type gives the type of an expression before coercion; invalid when it could not be found out.
func (i *Info) Type(e ast.Expr) types.Type { return i.notes[e].typ }

// Coercion gives the type that an expression's value is turned into without being asked.
func (i *Info) Coercion(e ast.Expr) (types.Type, bool) {
	t := i.notes[e].coerced
	return t, t.Valid()
}

// Ref gives the column that an *ast.Ident or *ast.Deref means, nil for anything else. Of a Deref
// into a row it is nil, and the column is that of its base.
func (i *Info) Ref(e ast.Expr) *Column { return i.notes[e].ref }

// Function gives the overload that a call was resolved to, nil for special forms such as COALESCE.
func (i *Info) Function(e ast.Expr) *functions.Overload { return i.notes[e].call }

// Output gives the columns of any query inside the statement.
func (i *Info) Output(q *ast.Query) []*Column { return i.outputs[q] }

// Use gives the catalog table that an *ast.Table or *ast.TableQuery names; nil for a CTE.
func (i *Info) Use(n ast.Node) *TableUse { return i.uses[n] }

// CTE gives the query that an *ast.Table or *ast.TableQuery means when it names one of a WITH clause.
func (i *Info) CTE(n ast.Node) *ast.Query { return i.ctes[n] }

// View gives the query of a view that the statement reads, nil where it is not known.
func (i *Info) View(t *Table) *ast.Query { return i.views[t] }

// Window gives the specification behind OVER name; nil for an inline one.
func (i *Info) Window(call *ast.Call) *ast.WindowSpec { return i.windows[call] }

// Check judges a statement. The first problem is the one that Trino would report; others may follow. A
// node must stand in the tree once only, since findings are kept by node; code that builds trees copies
// what it repeats.
//
// Clauses are judged in the order in which Trino does, FROM first, then WHERE, the select list, GROUP
// BY, HAVING, ORDER BY and at last aggregation, so that of several problems the same one is first.
//
// What a connector alone knows (its table properties and procedures, branches, whether it can write at
// all) is not judged, nor who may do what.
func Check(stmt ast.Statement, cat Catalog, s Session) (*Info, []Problem) {
	info := &Info{Kind: ast.Kind(stmt)}
	// Expressions are met about once in ten characters; growing the table later costs more.
	at := stmt.Span()
	c := newChecker(info, cat, s, min(int(at.End-at.Start)/8+16, 4096))
	info.Columns = c.statement(stmt)
	if _, prepared := stmt.(*ast.Prepare); !prepared {
		c.finishParameters(stmt)
	}
	return info, append(c.problems, c.late...)
}

// outputNames gives the columns that have no name the one that Trino gives them in a result.
func outputNames(cols []*Column) []*Column {
	for i, col := range cols {
		if col.Name == "" {
			cols[i] = &Column{Name: "_col" + itoa(i), Type: col.Type, Via: []*Column{col}}
		}
	}
	return cols
}

// checker walks one statement. Its methods are spread over the files of this package by subject:
// query.go, select.go and relation.go for what has columns; expr.go, predicate.go, value.go and
// call.go for what has a type; aggregate.go and correlation.go for what is judged at the end.
// An invalid type means that a problem was reported below: it agrees with every other type, so that
// one mistake makes one problem.
type checker struct {
	*Info
	cat      Catalog
	session  Session
	problems []Problem
	late     []Problem // what Trino finds only when it plans
	tables   map[*Table]*TableUse

	sel        *selection // the SELECT whose clauses are being typed
	operand    types.Type // of the enclosing simple CASE
	parameters int
	viewDepth  int
	inLambda   int
	outer      []outerRef    // names that crossed the border of a query, in the order in which they were met
	subDepth   int           // of subqueries inside expressions
	pattern    *patternScope // the row pattern whose expressions are being typed
	found      []foundCall   // of the SELECT being judged
	aggregate  *ast.Call     // the aggregate whose arguments are being typed

	explaining   bool   // what the server finds only when it runs a statement is not said
	creating     *Table // the view that is being replaced, of which its query may not read
	creatingWhat string
	viewColumns  map[*Table][]*Column // of the views judged so far
	viewOpen     map[*Table]bool      // being judged
	accessors    map[ast.Expr]bool    // members of JSON values
	inline       map[string][]*functions.Overload
	routines     map[*functions.Overload]*ast.FunctionSpec
	calling      *functions.Overload // the function whose body is being judged, and where it stands
	routineAt    ast.Span
}

// Bounds on what a short text can blow up: ROW(x, x) over ROW(x, x), or a.*, b.* over a.*, b.*, double
// with each step. No real query comes near.
const (
	maxTypeSize = 10_000
	maxColumns  = 10_000
)

func (c *checker) set(e ast.Expr, t types.Type) types.Type {
	if t.Size() > maxTypeSize {
		c.report(e.Span(), NotSupported, "A type of more than %d parts is not supported", maxTypeSize)
		t = types.Type{}
	}
	n := c.notes[e]
	n.typ = t
	c.notes[e] = n
	return t
}

// coerce notes that the value of e is turned into t.
func (c *checker) coerce(e ast.Expr, t types.Type) {
	n := c.notes[e]
	if t.Valid() && n.typ.Valid() && !n.typ.Equal(t) {
		n.coerced = t
		c.notes[e] = n
	}
}

// lower is strings.ToLower without work for what is lower case already, as most names are.
func lower(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= 'A' && c <= 'Z' || c >= 0x80 {
			return strings.ToLower(s)
		}
	}
	return s
}

// strip removes parentheses, which have a node of their own here and none in Trino.
func strip(e ast.Expr) ast.Expr {
	for {
		p, ok := e.(*ast.Paren)
		if !ok {
			return e
		}
		e = p.X
	}
}

// place is where Trino places an expression: an operator at its symbol, a predicate at its first
// keyword, everything else at its first character.
func place(e ast.Expr) ast.Span {
	at := e.Span()
	switch e := e.(type) {
	case *ast.Paren:
		return place(e.X)
	case *ast.Binary:
		return orElse(e.OpAt, at)
	case *ast.Compare:
		return orElse(e.OpAt, at)
	case *ast.Quantified:
		return orElse(e.OpAt, at)
	case *ast.Between:
		return orElse(e.OpAt, at)
	case *ast.In:
		return orElse(e.OpAt, at)
	case *ast.Like:
		return orElse(e.OpAt, at)
	case *ast.IsNull:
		return orElse(e.OpAt, at)
	case *ast.IsTruth:
		return orElse(e.OpAt, at)
	case *ast.AtTimeZone:
		return orElse(e.OpAt, at)
	case *ast.Match:
		return orElse(e.OpAt, at)
	case *ast.Overlaps:
		return orElse(e.OpAt, at)
	}
	return at
}

func orElse(at, fallback ast.Span) ast.Span {
	if at == (ast.Span{}) {
		return fallback
	}
	return at
}

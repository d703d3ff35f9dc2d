// Package translate turns a checked Trino query into one DuckDB 1.5 statement that gives the same
// rows, or refuses and names the function or construct. It never passes on what it does not know,
// never edits text, never opens a database and never reads a clock: the time is in Options. Start at
// Query.
//
// How values are held in DuckDB, which every rule of this package keeps to:
//
//   - a Trino type has one DuckDB type (see types.go), and every expression is rendered so that
//     DuckDB gives it exactly that type;
//   - char(n) is a VARCHAR without its padding; tables are read through rtrim;
//   - timestamp with time zone is a TIMESTAMPTZ, which knows an instant and no zone. The zone of an
//     expression is tracked while translating (see zone.go). A column of the session's zone leaves as
//     a TIMESTAMPTZ, one of another zone as the text that Trino prints;
//   - a row is a STRUCT whose fields are f1, f2, …, whatever their names.
//
// The connection must have TimeZone UTC. Errors that Trino raises are raised by DuckDB too; Error
// turns them back.
package translate

import (
	"fmt"
	"strings"
	"time"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
)

// Options is what a query's answer depends on besides its tables.
type Options struct {
	// Now is what current_timestamp and its kin give. A query that asks for the time is refused when
	// it is zero.
	Now time.Time
	// Zone is the session's time zone, an IANA name; UTC when empty. Others than UTC are refused where
	// a query depends on them.
	Zone string
	// MaxLength caps the statement, in bytes; DefaultMaxLength when zero.
	MaxLength int
}

// DefaultMaxLength is the longest statement that Query makes, 4 MiB. Operands that are needed twice
// are written twice, so that a deeply nested query could otherwise grow without bound.
const DefaultMaxLength = 4 << 20

// Unsupported says which construct has no translation that is known to give the same rows.
type Unsupported struct {
	What string   // the function or construct, as Trino names it
	At   ast.Span // where it stands in the query
	Hint string   // what to do instead; may be empty
}

// Error names the construct and the way out.
func (u *Unsupported) Error() string {
	text := u.What + " is not supported by the embedded engine"
	if u.Hint != "" {
		text += "; " + u.Hint
	}
	return text
}

// Query translates a query that check.Check found no problem in. The error is an *Unsupported.
func Query(q *ast.Query, info *check.Info, opts Options) (string, error) {
	if opts.Zone == "" {
		opts.Zone = "UTC"
	}
	if opts.MaxLength == 0 {
		opts.MaxLength = DefaultMaxLength
	}
	p := &printer{info: info, opts: opts, ctes: map[*ast.Query]*cte{}, cteNames: map[string]bool{}}
	sql, cols := p.query(q, nil, true)
	if p.err == nil {
		for i, col := range cols {
			want := info.Columns[i].Type
			if p.duck(want, q.At) != p.duck(col.typ, q.At) {
				p.refuse(fmt.Sprintf("output column %d of type %s where %s was meant", i+1, col.typ, want), q.At, "")
			}
		}
		sql = p.printed(sql, cols, q.At)
	}
	if p.err == nil && len(sql) > opts.MaxLength {
		p.refuse("a query this deeply nested", q.At, "split it")
	}
	if p.err != nil {
		return "", p.err
	}
	return sql, nil
}

// printed puts the statement into FROM where it has columns that leave as texts: times in other zones
// than the session's. The order of rows stays.
func (p *printer) printed(sql string, cols []output, at ast.Span) string {
	names, items := make([]string, len(cols)), make([]string, len(cols))
	changed := false
	for i, c := range cols {
		names[i] = ident("c" + itoa(i+1))
		ref := `"t".` + names[i]
		items[i] = p.shown(ref, c.typ, c.zone, at)
		changed = changed || items[i] != ref
		items[i] += " AS " + ident(c.sql)
	}
	if !changed {
		return sql
	}
	return "SELECT " + strings.Join(items, ", ") + " FROM (" + sql + `) AS "t"(` + strings.Join(names, ", ") + ")"
}

// printer renders one query. After the first refusal it goes on, and what it returns is dropped.
type printer struct {
	info     *check.Info
	opts     Options
	err      *Unsupported
	ctes     map[*ast.Query]*cte
	cteNames map[string]bool
	lambdas  int    // around what is being rendered (see inLambda)
	operand  *bound // of the enclosing simple CASE
	trying   int    // TRY around what is being rendered
	written  int    // bytes of rendered expressions, against opts.MaxLength
}

// bound is a value that was rendered already.
type bound struct {
	sql string
	e   ast.Expr
}

// refuse notes the first construct without a translation. It returns an expression, so that callers
// need no branch.
func (p *printer) refuse(what string, at ast.Span, hint string) string {
	if p.err == nil {
		p.err = &Unsupported{What: what, At: at, Hint: hint}
	}
	return "NULL"
}

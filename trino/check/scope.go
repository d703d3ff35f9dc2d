package check

import (
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// Column is one column of a relation in scope, or of a query's output. Every alias and every query
// makes columns of its own; where their values come from is told by one of Table, Via, Expr and Rows
// (PIVOT's by Via and Expr), or by none for columns that have no source, such as WITH ORDINALITY.
type Column struct {
	Name   string // as written or declared; empty when the column has none
	Type   types.Type
	Hidden bool

	Table *TableUse // a table's own column, with Index into its columns
	Index int
	Via   []*Column  // the same value under another name: several for set operations and USING
	Expr  ast.Expr   // computed
	Rows  []ast.Expr // of VALUES: what each row has here
	// Inner are the output columns of a view's query, where Table is the view and its query is known.
	Inner *Column

	key  string // lower-case name
	rel  *relName
	used bool
}

// relName is what qualifies the columns of one relation: an alias, or a table's name as written.
type relName struct{ catalog, schema, table string }

// Scope is what names can mean at one place.
type Scope struct {
	cols     []*Column
	parent   *Scope
	boundary bool       // the parent belongs to an enclosing query
	lambda   bool       // the columns are parameters of a lambda
	output   *selection // set where the columns are a select list's, which ORDER BY sees
	// forbidden names the join whose right side may not look at these columns.
	forbidden string
	noOuter   bool                 // of ON of an outer join: names cross into it from no subquery, nor out of it
	index     map[string][]*Column // by key, made when there are many columns
}

// Columns gives what the scope itself holds, hidden columns included.
func (s *Scope) Columns() []*Column { return s.cols }

// matches reports whether the column can be meant by a name of these lower-case parts.
func (col *Column) matches(parts []string) bool {
	last := len(parts) - 1
	if col.key != parts[last] || col.key == "" {
		return false
	}
	if last == 0 {
		return true
	}
	if col.rel == nil || col.rel.table != parts[last-1] {
		return false
	}
	return last == 1 || col.rel.schema == parts[last-2] && (last == 2 || last == 3 && col.rel.catalog == parts[0])
}

// lookup finds the one column that parts mean, or says that several do.
func (s *Scope) lookup(parts []string) (col *Column, ambiguous bool) {
	cols := s.cols
	if len(cols) > manyColumns {
		cols = s.named(parts[len(parts)-1])
	}
	for _, x := range cols {
		if x.matches(parts) {
			if col != nil {
				return nil, true
			}
			col = x
		}
	}
	return col, false
}

// manyColumns is from how many columns on an index pays.
const manyColumns = 100

func (s *Scope) named(key string) []*Column {
	if s.index == nil {
		s.index = make(map[string][]*Column, len(s.cols))
		for _, col := range s.cols {
			s.index[col.key] = append(s.index[col.key], col)
		}
	}
	return s.index[key]
}

// resolve finds a column here or further out. found is the scope that holds it. A prefix that means
// a column here hides what the whole name might mean further out, as a row's field would.
func (s *Scope) resolve(parts []string) (col *Column, found *Scope, ambiguous bool) {
	for ; s != nil; s = s.parent {
		col, ambiguous = s.lookup(parts)
		if col != nil || ambiguous {
			return col, s, ambiguous
		}
		for n := len(parts) - 1; n > 0; n-- {
			if c, many := s.lookup(parts[:n]); c != nil || many {
				return nil, nil, false
			}
		}
	}
	return nil, nil, false
}

// prefixed reports whether some leading part of the name means a column, so that the rest may be
// fields of a row.
func (s *Scope) prefixed(parts []string) bool {
	for n := len(parts) - 1; n > 0; n-- {
		if c, _, many := s.resolve(parts[:n]); c != nil || many {
			return true
		}
	}
	return false
}

// nameParts gives the lower-case parts of an identifier or a chain of dereferences of one, into buf.
func nameParts(e ast.Expr, buf []string) []string {
	switch e := e.(type) {
	case *ast.Ident:
		return append(buf[:0], lower(e.Name))
	case *ast.Deref:
		if parts := nameParts(e.Base, buf); parts != nil {
			return append(parts, lower(e.Field.Name))
		}
	}
	return nil
}

// namedQuery is a CTE in scope; the nearest definition of a name wins.
type namedQuery struct {
	outer *namedQuery
	name  string
	query *ast.Query
	cols  []*Column
}

func (n *namedQuery) find(name string) *namedQuery {
	for ; n != nil; n = n.outer {
		if n.name == name {
			return n
		}
	}
	return nil
}

// under gives fresh columns for a relation's new name; names replaces the column names when given.
//
// An alias replaces every qualifier that was there before: FROM orders o has no orders.id.
func under(cols []*Column, rel *relName, names []*ast.Ident) []*Column {
	fresh := make([]Column, len(cols))
	out := make([]*Column, 0, len(cols))
	visible := 0
	for i, col := range cols {
		f := &fresh[i]
		*f = Column{Name: col.Name, Type: col.Type, Hidden: col.Hidden, key: col.key, rel: rel, Via: cols[i : i+1 : i+1]}
		if len(names) > 0 {
			if col.Hidden {
				continue // an alias with a column list leaves hidden columns out
			}
			f.Name, f.key = names[visible].Name, lower(names[visible].Name)
			visible++
		}
		out = append(out, f)
	}
	return out
}

func visibleCount(cols []*Column) (n int) {
	for _, c := range cols {
		if !c.Hidden {
			n++
		}
	}
	return n
}

package translate

import (
	"fmt"
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// column is something a name can mean: a column of a relation in FROM, an output column seen by ORDER
// BY, or a parameter of a lambda. sql is the whole reference, so that no name is left to DuckDB to
// resolve: its rules for aliases and scopes are not Trino's.
type column struct {
	key  string   // lower-case Trino name; empty when it has none
	rel  []string // what may qualify it: table, or catalog, schema, table
	sql  string
	typ  types.Type
	zone string // of a timestamp with time zone
	// ordinal is the position in the select list, from 1, of an output column; 0 for others.
	ordinal int
}

// scope is what names mean at one place. The rules are those of check.Scope.
type scope struct {
	cols    []column
	parent  *scope
	aliases map[string]bool // names of relations in this FROM, lower case
	windows map[string]*ast.WindowSpec
}

// output is a column of a query: name as Trino has it, sql the name (unquoted) under which DuckDB has it.
type output struct {
	name string
	sql  string
	typ  types.Type
	zone string
}

// cte is a WITH query that was rendered; name is unique in the statement.
type cte struct {
	name string
	cols []output
}

func (c *column) matches(parts []string) bool {
	last := len(parts) - 1
	if c.key == "" || c.key != parts[last] || last > len(c.rel) {
		return false
	}
	for i := range last { // the qualifier's parts match the tail of rel
		if c.rel[len(c.rel)-last+i] != parts[i] {
			return false
		}
	}
	return true
}

func (s *scope) resolve(parts []string) *column {
	for ; s != nil; s = s.parent {
		for i := range s.cols {
			if s.cols[i].matches(parts) {
				return &s.cols[i]
			}
		}
	}
	return nil
}

// alias gives a relation a name that neither its FROM nor an enclosing query uses.
func (s *scope) alias(name string) string {
	taken := func(n string) bool {
		for x := s; x != nil; x = x.parent {
			if x.aliases[strings.ToLower(n)] {
				return true
			}
		}
		return false
	}
	unique := name
	for i := 2; taken(unique); i++ {
		unique = fmt.Sprintf("%s_%d", name, i)
	}
	s.aliases[strings.ToLower(unique)] = true
	return unique
}

// nameParts gives the lower-case parts of a name or a chain of them; nil for anything else.
func nameParts(e ast.Expr) []string {
	switch e := e.(type) {
	case *ast.Ident:
		return []string{strings.ToLower(e.Name)}
	case *ast.Deref:
		if parts := nameParts(e.Base); parts != nil {
			return append(parts, strings.ToLower(e.Field.Name))
		}
	}
	return nil
}

// strip removes parentheses, which mean nothing here: what is rendered brings its own.
func strip(e ast.Expr) ast.Expr {
	for {
		p, ok := e.(*ast.Paren)
		if !ok {
			return e
		}
		e = p.X
	}
}

// unique makes the DuckDB names of a query's columns: Trino's own where that is one and not taken.
func unique(cols []output) {
	taken := map[string]bool{}
	for i := range cols {
		name := cols[i].name
		if name == "" {
			name = fmt.Sprintf("_col%d", i)
		}
		base := name
		for n := 2; taken[strings.ToLower(name)]; n++ {
			name = fmt.Sprintf("%s_%d", base, n)
		}
		taken[strings.ToLower(name)] = true
		cols[i].sql = name
	}
}

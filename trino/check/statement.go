package check

import (
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/functions"
	"github.com/limn-data/limn/trino/types"
)

// statement judges any statement and gives the columns of its result; none where the statement
// answers with no rows.
func (c *checker) statement(stmt ast.Statement) []*Column {
	switch s := stmt.(type) {
	case *ast.Query:
		return outputNames(c.query(s, nil, nil))
	case *ast.Root:
		for _, p := range s.Session {
			c.constant(p.Value)
		}
		c.inlineFunctions(s.Functions)
		return outputNames(c.query(s.Query, nil, nil))
	case *ast.Explain:
		c.explaining = c.explaining || !s.Analyze
		c.statement(s.Stmt)
		for _, o := range s.Options {
			if o.Value == "validate" {
				return []*Column{{Name: "Valid", Type: boolean}}
			}
		}
		return texts("Query Plan")
	case *ast.ExecuteImmediate:
		return c.executeImmediate(s)
	case *ast.Execute:
		for _, x := range s.Using {
			c.constant(x)
		}
	case *ast.DescribeInput:
		return []*Column{{Name: "Position", Type: bigint}, {Name: "Type", Type: varchar}}
	case *ast.DescribeOutput:
		if s.Query != nil {
			c.inlineFunctions(s.Functions)
			c.query(s.Query, nil, nil)
		}
		return append(texts("Column Name", "Catalog", "Schema", "Table", "Type"),
			&Column{Name: "Type Size", Type: integer}, &Column{Name: "Aliased", Type: boolean})
	case *ast.Show, *ast.ShowCreate, *ast.ShowStats, *ast.ShowGrants:
		return c.show(s)
	case *ast.Insert:
		return c.insert(s)
	case *ast.Delete:
		return c.delete(s)
	case *ast.Update:
		return c.update(s)
	case *ast.Merge:
		return c.merge(s)
	case *ast.CreateTableAs:
		return c.createTableAs(s)
	case *ast.CreateView:
		c.createView(s)
	case *ast.CreateMaterializedView:
		c.createMaterializedView(s)
	case *ast.CreateFunction:
		c.routine(s.Spec)
	case *ast.CallProcedure:
		for _, a := range s.Args {
			c.constant(a.Value)
		}
		// PREPARE takes any statement that parses, and what only changes the session has nothing to judge.
	default:
		return c.define(s)
	}
	return nil
}

// texts are columns of text.
func texts(names ...string) []*Column {
	cols := make([]*Column, len(names))
	for i, n := range names {
		cols[i] = &Column{Name: n, Type: varchar}
	}
	return cols
}

func rowCount() []*Column { return []*Column{{Name: "rows", Type: bigint}} }

// constant types an expression that may look at nothing.
func (c *checker) constant(e ast.Expr) types.Type {
	if q := subqueryIn(e); q != nil {
		c.report(place(e), ExpressionNotConstant, "Constant expression cannot contain a subquery")
		return types.Type{}
	}
	mark := len(c.found)
	t := c.expr(e, &Scope{})
	if len(c.found) > mark {
		c.late = append(c.late, c.notScalar(e, "A constant", c.found[mark:]))
		c.found = c.found[:mark]
	}
	return t
}

// properties judges WITH (…) and SET PROPERTIES: each name once, each value a constant.
func (c *checker) properties(list []*ast.Property) {
	seen := make(map[string]bool, len(list))
	for _, p := range list {
		name := canonical(p.Name)
		if seen[name] {
			c.report(p.At, DuplicateProperty, "Duplicate property: %s", p.Name.Name)
		}
		seen[name] = true
	}
	for _, p := range list {
		if p.Value != nil {
			c.constant(p.Value)
		}
	}
}

// canonical is a name as Trino compares those of properties: as it is written.
func canonical(id *ast.Ident) string { return id.Name }

// executeImmediate judges the statement in the text. Its places count from the text's first
// character, which stands behind the quote.
func (c *checker) executeImmediate(s *ast.ExecuteImmediate) []*Column {
	for _, x := range s.Using {
		c.constant(x)
	}
	switch s.Stmt.(type) {
	case nil:
		return nil
	case *ast.ExecuteImmediate, *ast.Execute:
		c.report(ast.Span{}, NotSupported, "Unsupported statement type: %s", ast.Kind(s.Stmt))
		return nil
	}
	problems, late, parameters := c.problems, c.late, c.parameters
	c.problems, c.late, c.parameters = nil, nil, 0
	cols := c.statement(s.Stmt)
	if n := c.parameters; n != len(s.Using) {
		c.problems = append([]Problem{{Code: InvalidParameterUsage, At: s.Stmt.Span(),
			Message: "Incorrect number of parameters: expected " + itoa(n) + " but found " + itoa(len(s.Using))}}, c.problems...)
	}
	offset := s.Text.At.Start + 1
	shift := func(list []Problem) []Problem {
		for i := range list {
			if list[i].At != (ast.Span{}) {
				list[i].At.Start += offset
				list[i].At.End += offset
			}
		}
		return list
	}
	c.problems = append(problems, shift(c.problems)...)
	c.late = append(late, shift(c.late)...)
	c.parameters = parameters
	return cols
}

// newChecker makes the tables that judging fills; size is about how many expressions are expected.
func newChecker(info *Info, cat Catalog, s Session, size int) *checker {
	info.notes = make(map[ast.Expr]note, size)
	info.outputs = make(map[*ast.Query][]*Column)
	info.uses = make(map[ast.Node]*TableUse)
	info.ctes = make(map[ast.Node]*ast.Query)
	info.windows = make(map[*ast.Call]*ast.WindowSpec)
	if served, ok := cat.(Served); ok && s.Functions == nil {
		s.Functions = served.Functions()
	}
	if s.Functions == nil {
		s.Functions = functions.Builtin()
	}
	return &checker{Info: info, cat: cat, session: s, tables: map[*Table]*TableUse{}}
}

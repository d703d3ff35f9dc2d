package format

import (
	"math"
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/parse"
)

// statement prints a statement that begins a line. What holds a query has it on lines of its own.
func (p *printer) statement(s ast.Statement) {
	switch s := s.(type) {
	case *ast.Query:
		p.query(s, math.MaxInt32)
	case *ast.Root:
		p.root(s)
	case *ast.Explain:
		p.explain(s)
	case *ast.Prepare:
		p.write("PREPARE ")
		p.name(s.Name)
		p.write(" FROM")
		p.nested(s.Stmt)
	case *ast.Execute:
		p.write("EXECUTE ")
		p.name(s.Name)
		p.using(s.Using)
	case *ast.ExecuteImmediate:
		p.write("EXECUTE IMMEDIATE ")
		p.text(s.Text.Value)
		p.using(s.Using)
	case *ast.Deallocate:
		p.write("DEALLOCATE PREPARE ")
		p.name(s.Name)
	case *ast.DescribeInput:
		p.write("DESCRIBE INPUT ")
		p.name(s.Name)
	case *ast.DescribeOutput:
		p.write("DESCRIBE OUTPUT ")
		if s.Name != nil {
			p.name(s.Name)
		} else {
			p.rootBlock(s.Functions, s.Query, s.At.End)
		}
	case *ast.Show, *ast.ShowCreate, *ast.ShowStats, *ast.ShowGrants:
		p.show(s)
	case *ast.Insert, *ast.Delete, *ast.Truncate, *ast.Update, *ast.Merge:
		p.change(s)
	case *ast.Use, *ast.SetSession, *ast.ResetSession, *ast.SetSessionAuthorization, *ast.SetRole, *ast.SetPath, *ast.SetTimeZone,
		*ast.Transaction:
		p.session(s)
	case *ast.CallProcedure:
		p.write("CALL ")
		p.qualified(s.Name)
		p.write("(")
		p.args(s.Args)
		p.write(")")
	default:
		p.definition(s)
	}
}

// nested prints a statement inside another on the next line.
func (p *printer) nested(s ast.Statement) {
	p.line(" ", start{s})
	p.statement(s)
}

func (p *printer) explain(s *ast.Explain) {
	p.write("EXPLAIN")
	if s.Analyze {
		p.write(" ANALYZE")
	}
	if s.Verbose {
		p.write(" VERBOSE")
	}
	for i, o := range s.Options {
		if i == 0 {
			p.write(" (")
		} else {
			p.write(", ")
		}
		p.write(strings.ToUpper(o.Name + " " + o.Value))
	}
	if len(s.Options) > 0 {
		p.write(")")
	}
	p.nested(s.Stmt)
	if _, ok := s.Stmt.(*ast.Transaction); ok && s.Analyze && !s.Verbose {
		p.write(" WORK") // EXPLAIN ANALYZE commit explains ANALYZE of a table
	}
}

func (p *printer) using(list []ast.Expr) {
	if len(list) > 0 {
		p.write(" USING ")
		p.exprs(list)
	}
}

func (p *printer) root(s *ast.Root) {
	for i, x := range s.Session {
		if i == 0 {
			p.write("WITH SESSION ")
		} else {
			p.write(",")
			p.line(" ", x)
		}
		p.qualified(x.Name)
		p.write(" = ")
		p.expr(x.Value, precNone)
	}
	if len(s.Session) > 0 {
		p.line(" ", start{first(s.Functions, s.Query)})
	}
	p.rootQuery(s.Functions, s.Query, s.At.End)
}

func first(functions []*ast.FunctionSpec, q *ast.Query) ast.Node {
	if len(functions) > 0 {
		return functions[0]
	}
	return q
}

// rootQuery prints [WITH FUNCTION …] query, from the start of a line.
func (p *printer) rootQuery(functions []*ast.FunctionSpec, q *ast.Query, end int32) {
	for i, f := range functions {
		if i == 0 {
			p.write("WITH ")
		} else {
			p.write(",")
			p.line(" ", start{f})
		}
		p.functionSpec(f)
	}
	if len(functions) > 0 {
		p.line(" ", start{q})
	}
	p.query(q, end)
}

// rootBlock prints (query), on lines of its own where functions stand in front.
func (p *printer) rootBlock(functions []*ast.FunctionSpec, q *ast.Query, end int32) {
	if len(functions) == 0 {
		p.block(q, end)
		return
	}
	p.write("(")
	p.in()
	p.line("", start{functions[0]})
	p.rootQuery(functions, q, end)
	if p.pending(end) {
		p.flush(end)
	}
	p.out()
	p.newline()
	p.write(")")
}

func (p *printer) show(s ast.Statement) {
	switch s := s.(type) {
	case *ast.Show:
		p.write("SHOW " + strings.ToUpper(s.What))
		if s.From != nil {
			if s.What == "branches" {
				p.write(" FROM TABLE ")
			} else {
				p.write(" FROM ")
			}
			p.qualified(s.From)
		}
		if s.Like != nil {
			p.write(" LIKE ")
			p.text(s.Like.Value)
		}
		if s.Escape != nil {
			p.write(" ESCAPE ")
			p.text(s.Escape.Value)
		}
	case *ast.ShowCreate:
		p.write("SHOW CREATE " + strings.ToUpper(s.What) + " ")
		p.qualified(s.Name)
	case *ast.ShowStats:
		p.write("SHOW STATS FOR ")
		if s.Name != nil {
			p.qualified(s.Name)
		} else {
			p.rootBlock(s.Functions, s.Query, s.At.End)
		}
	case *ast.ShowGrants:
		p.write("SHOW GRANTS")
		if s.On != nil {
			p.write(" ON ")
			p.grantObject(s.On)
		}
	}
}

// Words that mean something else at one place where a name may stand.
var (
	roleWords      = words("ALL NONE")
	authorization  = words("AUTHORIZATION")
	timeZoneWords  = words("LOCAL")
	principalWords = words("USER ROLE GRANTED")
)

func (p *printer) session(s ast.Statement) {
	switch s := s.(type) {
	case *ast.Use:
		p.write("USE ")
		if s.Catalog != nil {
			p.name(s.Catalog)
			p.write(".")
		}
		p.name(s.Schema)
	case *ast.SetSession:
		p.write("SET SESSION ")
		p.qualified(s.Name)
		p.write(" = ")
		p.expr(s.Value, precNone)
	case *ast.ResetSession:
		p.write("RESET SESSION ")
		if len(s.Name.Parts) == 1 {
			p.ident(s.Name.Parts[0], authorization)
		} else {
			p.qualified(s.Name)
		}
	case *ast.SetSessionAuthorization:
		if s.User == nil {
			p.write("RESET SESSION AUTHORIZATION")
			return
		}
		p.write("SET SESSION AUTHORIZATION ")
		p.expr(s.User, precNone)
	case *ast.SetRole:
		p.write("SET ROLE ")
		switch {
		case s.All:
			p.write("ALL")
		case s.None:
			p.write("NONE")
		default:
			p.ident(s.Role, roleWords)
		}
		p.inCatalog(s.Catalog)
	case *ast.SetPath:
		p.write("SET PATH ")
		for i, e := range s.Elements {
			if i > 0 {
				p.write(", ")
			}
			p.qualified(e)
		}
	case *ast.SetTimeZone:
		p.write("SET TIME ZONE ")
		if s.Zone == nil {
			p.write("LOCAL")
		} else if id, ok := unparen(s.Zone).(*ast.Ident); ok {
			p.ident(id, timeZoneWords)
		} else {
			p.expr(s.Zone, precNone)
		}
	case *ast.Transaction:
		p.write(strings.ToUpper(s.Verb))
		if s.Verb == "start" {
			p.write(" TRANSACTION")
		}
		for i, m := range s.Modes {
			if i > 0 {
				p.write(",")
			}
			p.write(" " + strings.ToUpper(m))
		}
	}
}

func (p *printer) inCatalog(catalog *ast.Ident) {
	if catalog != nil {
		p.write(" IN ")
		p.name(catalog)
	}
}

// word prints a kind of entity: upper case, or quoted where it is no plain word.
func (p *printer) word(s string) {
	switch {
	case s == "table" || s == "materialized view" || s != "materialized" && parse.IsIdentifier(s):
		p.write(strings.ToUpper(s))
	default:
		p.write(`"` + strings.ReplaceAll(s, `"`, `""`) + `"`)
	}
}

func (p *printer) principal(x *ast.Principal) {
	switch x.Kind {
	case "current_user", "current_role":
		p.write(strings.ToUpper(x.Kind))
		return
	case "":
	default:
		p.write(strings.ToUpper(x.Kind) + " ")
	}
	p.ident(x.Name, principalWords)
}

func (p *printer) grantObject(o *ast.GrantObject) {
	if o.Branch != nil {
		p.write("BRANCH ")
		p.name(o.Branch)
		p.write(" IN ")
	}
	if o.What != "" {
		p.word(o.What)
		p.write(" ")
	}
	p.qualified(o.Name)
}

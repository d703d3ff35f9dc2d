package format

import (
	"strings"

	"github.com/limn-data/limn/trino/ast"
)

// definition prints what makes, changes and drops things of a catalog.
func (p *printer) definition(s ast.Statement) {
	switch s := s.(type) {
	case *ast.CreateTable:
		p.createTable(s)
	case *ast.CreateTableAs:
		p.creating("TABLE", s.OrReplace, s.IfNotExists)
		p.qualified(s.Name)
		if len(s.Columns) > 0 {
			p.write(" ")
			p.nameList(s.Columns)
		}
		p.asQuery(p.clauses(s.Comment, "", s.Properties), s.Functions, s.Query, s.At.End)
		if s.NoData {
			p.line(" ", end{s})
			p.write("WITH NO DATA")
		}
	case *ast.CreateView:
		p.creating("VIEW", s.OrReplace, false)
		p.qualified(s.Name)
		p.asQuery(p.clauses(s.Comment, s.Security, s.Properties), s.Functions, s.Query, s.At.End)
	case *ast.CreateMaterializedView:
		p.creating("MATERIALIZED VIEW", s.OrReplace, s.IfNotExists)
		p.qualified(s.Name)
		broken := false
		if s.Grace != nil {
			p.newline()
			p.write("GRACE PERIOD ")
			p.interval(s.Grace)
			broken = true
		}
		if s.WhenStale != "" {
			p.newline()
			p.write("WHEN STALE " + strings.ToUpper(s.WhenStale))
			broken = true
		}
		p.asQuery(p.clauses(s.Comment, "", s.Properties) || broken, s.Functions, s.Query, s.At.End)
	case *ast.CreateFunction:
		p.write("CREATE ")
		if s.OrReplace {
			p.write("OR REPLACE ")
		}
		p.functionSpec(s.Spec)
	case *ast.CreateCatalog:
		p.creating("CATALOG", false, s.IfNotExists)
		p.name(s.Name)
		p.write(" USING ")
		p.name(s.Connector)
		if s.Comment != nil {
			p.write(" COMMENT ")
			p.text(s.Comment.Value)
		}
		p.owner(s.Owner)
		p.optionalProperties(s.Properties)
	case *ast.CreateSchema:
		p.creating("SCHEMA", false, s.IfNotExists)
		p.qualified(s.Name)
		p.owner(s.Owner)
		p.optionalProperties(s.Properties)
	case *ast.CreateBranch:
		p.creating("BRANCH", s.OrReplace, s.IfNotExists)
		p.name(s.Name)
		p.optionalProperties(s.Properties)
		p.write(" IN TABLE ")
		p.qualified(s.Table)
		if s.From != nil {
			p.write(" FROM ")
			p.name(s.From)
		}
	case *ast.CreateRole:
		p.write("CREATE ROLE ")
		p.name(s.Name)
		if s.Admin != nil {
			p.write(" WITH ADMIN ")
			p.principal(s.Admin)
		}
		p.inCatalog(s.Catalog)
	case *ast.GrantPrivileges:
		p.grantPrivileges(s)
	case *ast.GrantRoles:
		p.grantRoles(s)
	default:
		p.alteration(s)
	}
}

func (p *printer) creating(what string, replace, ifNot bool) {
	p.write("CREATE ")
	if replace {
		p.write("OR REPLACE ")
	}
	p.write(what + " ")
	if ifNot {
		p.write("IF NOT EXISTS ")
	}
}

// clauses prints those of a table or view, a line each, and reports whether there were any.
func (p *printer) clauses(comment *ast.StringLit, security string, properties []*ast.Property) bool {
	if comment != nil {
		p.newline()
		p.write("COMMENT ")
		p.text(comment.Value)
	}
	if security != "" {
		p.newline()
		p.write("SECURITY " + strings.ToUpper(security))
	}
	if len(properties) > 0 {
		p.newline()
		p.properties(properties)
	}
	return comment != nil || security != "" || len(properties) > 0
}

// asQuery prints AS and the query below it.
func (p *printer) asQuery(broken bool, functions []*ast.FunctionSpec, q *ast.Query, end int32) {
	if broken {
		p.newline()
		p.write("AS")
	} else {
		p.write(" AS")
	}
	p.line(" ", start{first(functions, q)})
	p.rootQuery(functions, q, end)
}

// end stands for the place where a node ends.
type end struct{ ast.Node }

func (e end) Span() ast.Span {
	at := e.Node.Span()
	return ast.Span{Start: at.End, End: at.End}
}

func (p *printer) owner(x *ast.Principal) {
	if x != nil {
		p.write(" AUTHORIZATION ")
		p.principal(x)
	}
}

func (p *printer) optionalProperties(list []*ast.Property) {
	if len(list) > 0 {
		p.write(" ")
		p.properties(list)
	}
}

func (p *printer) createTable(t *ast.CreateTable) {
	p.creating("TABLE", t.OrReplace, t.IfNotExists)
	p.qualified(t.Name)
	p.write(" (")
	n := len(t.Columns)
	at := func(i int) ast.Node {
		if i < n {
			return t.Columns[i]
		}
		return t.Likes[i-n]
	}
	last := at(n + len(t.Likes) - 1).Span().End
	p.groupWith(last, func() {
		p.in()
		for i := range n + len(t.Likes) {
			if i > 0 {
				p.write(",")
				p.line(" ", at(i))
			} else {
				p.line("", at(i))
			}
			if i < n {
				p.columnDef(t.Columns[i])
				continue
			}
			l := t.Likes[i-n]
			p.write("LIKE ")
			p.qualified(l.Name)
			if l.Properties != "" {
				p.write(" " + strings.ToUpper(l.Properties) + " PROPERTIES")
			}
		}
		if !p.flat {
			p.flush(last)
		}
		p.out()
		p.soft("")
	})
	p.write(")")
	p.clauses(t.Comment, "", t.Properties)
}

func (p *printer) columnDef(c *ast.ColumnDef) {
	for _, id := range c.Path {
		p.name(id)
		p.write(".")
	}
	p.name(c.Name)
	p.write(" ")
	p.typeName(c.Type)
	if c.Default != nil {
		p.write(" DEFAULT ")
		p.expr(c.Default, precConcat)
	}
	if c.NotNull {
		p.write(" NOT NULL")
	}
	if c.Comment != nil {
		p.write(" COMMENT ")
		p.text(c.Comment.Value)
	}
	p.optionalProperties(c.Properties)
}

func (p *printer) properties(list []*ast.Property) {
	p.write("WITH (")
	p.items(len(list), func(i int) { p.property(list[i]) })
	p.write(")")
}

func (p *printer) property(x *ast.Property) {
	p.name(x.Name)
	p.write(" = ")
	if x.Value == nil {
		p.write("DEFAULT")
	} else if id, ok := unparen(x.Value).(*ast.Ident); ok {
		p.ident(id, defaultWord)
	} else {
		p.expr(x.Value, precNone)
	}
}

var defaultWord = words("DEFAULT")

// privilegeWords are printed in upper case unless they were quoted and so are names.
var privilegeWords = map[string]bool{"create": true, "select": true, "delete": true, "insert": true, "update": true, "create branch": true}

func (p *printer) privileges(list []*ast.Ident) {
	for i, x := range list {
		if i > 0 {
			p.write(", ")
		}
		if !x.Quoted && privilegeWords[x.Name] {
			p.write(strings.ToUpper(x.Name))
		} else {
			p.name(x)
		}
	}
	if len(list) == 0 {
		p.write("ALL PRIVILEGES")
	}
}

func (p *printer) grantPrivileges(s *ast.GrantPrivileges) {
	p.write(strings.ToUpper(s.Verb) + " ")
	if s.Verb == "revoke" && s.Option {
		p.write("GRANT OPTION FOR ")
	}
	p.privileges(s.Privileges)
	p.write(" ON ")
	p.grantObject(s.On)
	if s.Verb == "revoke" {
		p.write(" FROM ")
	} else {
		p.write(" TO ")
	}
	p.principal(s.To)
	if s.Verb == "grant" && s.Option {
		p.write(" WITH GRANT OPTION")
	}
}

func (p *printer) grantRoles(s *ast.GrantRoles) {
	to := " TO "
	if s.Revoke {
		p.write("REVOKE ")
		if s.Option {
			p.write("ADMIN OPTION FOR ")
		}
		to = " FROM "
	} else {
		p.write("GRANT ")
	}
	for i, r := range s.Roles {
		if i > 0 {
			p.write(", ")
		}
		p.name(r)
	}
	p.write(to)
	for i, x := range s.Principals {
		if i > 0 {
			p.write(", ")
		}
		p.principal(x)
	}
	if s.Option && !s.Revoke {
		p.write(" WITH ADMIN OPTION")
	}
	if s.GrantedBy != nil {
		p.write(" GRANTED BY ")
		p.principal(s.GrantedBy)
	}
	p.inCatalog(s.Catalog)
}

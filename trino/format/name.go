package format

import (
	"slices"
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/parse"
)

// contextual are words that may be names, but mean something else at some places where a name may
// stand. They are quoted as names of columns, tables and the like.
var contextual = words(`ALL ANY ARRAY ASYMMETRIC AT BOTH COPARTITION CURRENT DESCRIPTOR DOUBLE FETCH FILTER FINAL FUNCTION
	GROUPS IF IGNORE INTERVAL KEEP KEY LATERAL LEADING LIMIT MATCH MATCH_RECOGNIZE MEASURES NEAREST NESTED OFFSET OVER
	OVERLAY PARTITION PERMUTE PIVOT POSITION PRUNE RANGE RESPECT ROW ROWS RUNNING SESSION SOME SUBSTRING SYMMETRIC
	TABLESAMPLE TRAILING TRY_CAST UNBOUNDED UNIQUE WINDOW`)

// called are those of them that can not begin a plain call, since a syntax of their own would be read.
var called = words(`ROW TRY_CAST UNIQUE DESCRIPTOR POSITION`)

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// name prints an identifier, quoted where it has to be.
func (p *printer) name(id *ast.Ident) {
	p.ident(id, contextual)
}

func (p *printer) ident(id *ast.Ident, keep map[string]bool) {
	if p.exact > 0 && id.Quoted || !parse.IsIdentifier(id.Name) || len(id.Name) <= len("MATCH_RECOGNIZE") && keep[strings.ToUpper(id.Name)] {
		p.write(`"` + strings.ReplaceAll(id.Name, `"`, `""`) + `"`)
		return
	}
	p.write(id.Name)
}

// functionName prints the name of a called function, whose words are less often ambiguous.
func (p *printer) functionName(n *ast.QualifiedName) {
	for i, id := range n.Parts {
		if i > 0 {
			p.write(".")
		}
		keep := called
		if id.Quoted {
			keep = contextual
		}
		if id.Quoted && i > 0 { // x.name(…) may be a method, x."name"(…) is a function
			p.exactly(func() { p.ident(id, keep) })
			continue
		}
		p.ident(id, keep)
	}
}

func (p *printer) qualified(n *ast.QualifiedName) {
	for i, id := range n.Parts {
		if i > 0 {
			p.write(".")
		}
		p.name(id)
	}
}

// names prints (a, b, …).
func (p *printer) names(list []*ast.Ident) {
	p.write("(")
	for i, id := range list {
		if i > 0 {
			p.write(", ")
		}
		p.name(id)
	}
	p.write(")")
}

// text prints a string literal. Trino's strings have no escape but the doubled quote.
func (p *printer) text(s string) {
	p.write("'" + strings.ReplaceAll(s, "'", "''") + "'")
}

// field prints the field of x. A member of a JSON value is found by its exact letters when it is
// quoted, so that quotes are kept where they were written, unless x is a column of a relation in scope.
func (p *printer) field(x *ast.Deref) {
	if x.Field.Name == "" { // only a string can name this member
		p.text("")
		return
	}
	if x.Field.Quoted && !p.isRelation(x.Base) {
		p.exactly(func() { p.ident(x.Field, nil) })
		return
	}
	p.ident(x.Field, nil)
}

// isRelation says whether x names a relation of the queries around.
func (p *printer) isRelation(x ast.Expr) bool {
	id, ok := x.(*ast.Ident)
	return ok && slices.Contains(p.relations, strings.ToLower(id.Name))
}

// scope adds the relations of a body to those in scope; the function returned takes them back.
func (p *printer) scope(b ast.QueryBody) func() {
	before := len(p.relations)
	if s, ok := b.(*ast.Select); ok && s.From != nil {
		p.addRelations(s.From)
	}
	return func() { p.relations = p.relations[:before] }
}

func (p *printer) addRelations(r ast.Relation) {
	switch r := r.(type) {
	case *ast.Table:
		p.relations = append(p.relations, strings.ToLower(r.Name.Parts[len(r.Name.Parts)-1].Name))
	case *ast.Aliased:
		p.relations = append(p.relations, strings.ToLower(r.Alias.Name))
	case *ast.Sampled:
		p.addRelations(r.Rel)
	case *ast.ParenRel:
		p.addRelations(r.Rel)
	case *ast.Join:
		p.addRelations(r.Left)
		p.addRelations(r.Right)
	}
}

package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/format"
	"github.com/limn-data/limn/trino/parse"
)

// Secured is a query with the asker's rights built in: every table that they do not see whole is a
// subquery that gives only the rows and values that they see. Where nothing had to be built in, it is the
// query that came.
type Secured struct {
	SQL     string
	Query   *ast.Query
	Info    *check.Info
	Applied []*access.Restriction // in the order in which their tables are met
}

// NotEnforceable says that the asker's rights cannot be built into a statement; it is then not run.
type NotEnforceable struct{ Reason, Hint string }

func (e *NotEnforceable) Error() string { return e.Reason }

func notEnforceable(hint, format string, args ...any) error {
	return &NotEnforceable{fmt.Sprintf(format, args...), hint}
}

// Secure builds the rights of the view's principal into a checked query. sql is the query's text. The tree
// that it is given is not written to. What it gives is printed, parsed and checked anew, against the whole
// catalog, since filters may look at columns that the asker may not; that no use of a restricted table is
// left outside of its subquery is made sure of at the end, whatever came before.
//
// With engineGuards, filters and masks are the engine's own, and only columns that limn hides are built in.
func Secure(sql string, q *ast.Query, info *check.Info, view *access.View, engineGuards bool) (*Secured, error) {
	s := &securer{info: info, view: view, guards: engineGuards, restricted: map[*check.TableUse]*access.Restriction{}, made: map[ast.Node]bool{}, guard: canFail(q)}
	out := &Secured{SQL: sql, Query: q, Info: info}
	for _, use := range info.Tables {
		if r := view.Restriction(nameOf(use), engineGuards); r != nil {
			s.restricted[use] = r
			out.Applied = append(out.Applied, r)
		}
	}
	views := slices.ContainsFunc(info.Tables, func(u *check.TableUse) bool { return u.Table.IsView() })
	if len(s.restricted) == 0 && (!views || !view.Restricted()) {
		return out, nil
	}
	s.count(q)
	secured := ast.Rewrite(q, s.replace)
	if s.err != nil {
		return nil, s.err
	}
	ast.Walk(secured, func(n ast.Node) bool {
		if q, ok := n.(*ast.Query); ok {
			q.Comments = nil // they stand at places of a text that is no more
		}
		return true
	})
	if err := s.verify(secured); err != nil {
		return nil, err
	}
	out.SQL = format.Query(secured)
	again, err := parse.Query(out.SQL)
	if err != nil {
		return nil, fmt.Errorf("gate: what was built for %s does not parse: %w", view.Who().Name, err)
	}
	if ast.Shape(again) != ast.Shape(secured) {
		return nil, fmt.Errorf("gate: what was built for %s prints as another query", view.Who().Name)
	}
	checked, problems := check.Check(again, view.Source().Checked(), check.Session{Functions: view.Source().Functions})
	if len(problems) > 0 {
		return nil, notEnforceable("Give each table an alias of its own and use it before its columns.",
			"Your view of these tables cannot be built into this statement: %s.", problems[0].Message)
	}
	if err := sameColumns(info.Columns, checked.Columns); err != nil {
		return nil, err
	}
	out.Query, out.Info = again, checked
	return out, nil
}

type securer struct {
	info       *check.Info
	view       *access.View
	guards     bool
	guard      bool
	restricted map[*check.TableUse]*access.Restriction
	named      map[string]int    // how many relations of the statement are called so
	made       map[ast.Node]bool // what Restriction.Select made
	err        error
}

func (s *securer) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// count counts what relations are called, so that a long qualifier is shortened only where the short one
// can mean nothing else.
func (s *securer) count(q *ast.Query) {
	s.named = map[string]int{}
	ast.Walk(q, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Aliased:
			s.named[strings.ToLower(n.Alias.Name)]++
			if _, ok := n.Rel.(*ast.Table); ok {
				return false // known by its alias only
			}
		case *ast.Table:
			s.named[lowerParts(n.Name)[len(n.Name.Parts)-1]]++
		case *ast.Pivot:
			if n.Alias != nil {
				s.named[strings.ToLower(n.Alias.Name)]++
			}
		case *ast.MatchRecognize:
			if n.Alias != nil {
				s.named[strings.ToLower(n.Alias.Name)]++
			}
		}
		return true
	})
}

// replace gives what stands in the place of a node: of a table the subquery, of a name with a long
// qualifier the short one, of everything else nothing new.
func (s *securer) replace(n ast.Node) (ast.Node, bool) {
	switch n := n.(type) {
	case *ast.Aliased:
		if t, ok := n.Rel.(*ast.Table); ok {
			if sub := s.table(t, t.Name, t.Version); sub != nil {
				return &ast.Aliased{Rel: sub, Alias: ast.Rewrite(n.Alias, nil), Columns: rewriteAll(n.Columns)}, true
			}
		}
	case *ast.Table:
		if sub := s.table(n, n.Name, n.Version); sub != nil {
			last := n.Name.Parts[len(n.Name.Parts)-1]
			return &ast.Aliased{Rel: sub, Alias: &ast.Ident{Name: last.Name, Quoted: last.Quoted}}, true
		}
		if use := s.info.Use(n); use != nil {
			t := &ast.Table{Name: access.Qualified(nameOf(use))}
			if n.Version != nil {
				t.Version = ast.Rewrite(n.Version, s.replace)
			}
			return t, true
		}
	case *ast.TableQuery:
		if sub := s.table(n, n.Name, nil); sub != nil {
			return &ast.ParenQuery{Query: sub.Query}, true
		}
		if use := s.info.Use(n); use != nil {
			return &ast.TableQuery{Name: access.Qualified(nameOf(use))}, true
		}
	case *ast.Deref:
		return s.shortened(n)
	case *ast.AllColumns:
		if d, ok := n.Target.(*ast.Deref); ok {
			if short, ok := s.starOf(d); ok {
				return &ast.AllColumns{Target: short, Aliases: rewriteAll(n.Aliases)}, true
			}
		}
	}
	return nil, false
}

func rewriteAll(list []*ast.Ident) (out []*ast.Ident) {
	for _, id := range list {
		out = append(out, ast.Rewrite(id, nil))
	}
	return out
}

// table is the subquery for a restricted table, or for a view that reads one; nil where the table stays.
func (s *securer) table(n ast.Node, name *ast.QualifiedName, version *ast.TableVersion) *ast.SubqueryRel {
	use := s.info.Use(n)
	if use == nil {
		return nil
	}
	r := s.restricted[use]
	if use.Table.IsView() && !s.guards && s.looksBehind(use.Table) {
		// The view's query cannot be changed where it is, and the engine would run it without the rights of
		// who asks.
		s.fail(notEnforceable("Ask for the tables themselves.", "%s is a view, and it may show more of its tables than you see of them.", strings.Join(lowerParts(name), ".")))
		return nil
	}
	if r == nil {
		return nil
	}
	t := &ast.Table{Name: access.Qualified(nameOf(use))}
	if version != nil {
		t.Version = ast.Rewrite(version, s.replace)
	}
	sel := r.Select(t, s.guard)
	ast.Walk(sel, func(n ast.Node) bool { // the table itself, and those that the policy's rules look at
		s.made[n] = true
		return true
	})
	return &ast.SubqueryRel{Query: &ast.Query{Body: sel}}
}

// looksBehind says whether a view's query, or a view in it, reads a table that is restricted. One whose query
// nobody knows may read any.
func (s *securer) looksBehind(view *check.Table) bool {
	q := s.info.View(view)
	if q == nil {
		return s.view.Restricted()
	}
	found := false
	ast.Walk(q, func(n ast.Node) bool {
		if use := s.info.Use(n); use != nil && (s.restricted[use] != nil || use.Table.IsView() && s.looksBehind(use.Table)) {
			found = true
		}
		return !found
	})
	return found
}

// shortened turns shop.orders.id into orders.id where orders is now a subquery, which has no longer name.
func (s *securer) shortened(d *ast.Deref) (ast.Node, bool) {
	col := s.info.Ref(d)
	if col == nil || col.Table == nil || s.restricted[col.Table] == nil {
		return nil, false
	}
	base, ok := d.Base.(*ast.Deref)
	if !ok {
		return nil, false
	}
	if s.named[strings.ToLower(base.Field.Name)] != 1 {
		s.fail(notEnforceable("Give each table an alias of its own and use it before its columns.",
			"%s means a table of which you do not see everything, and another relation is called so too.", base.Field.Name))
		return nil, false
	}
	return &ast.Deref{Base: ast.Rewrite(base.Field, nil), Field: ast.Rewrite(d.Field, nil)}, true
}

// starOf does the same for shop.orders.*.
func (s *securer) starOf(d *ast.Deref) (ast.Expr, bool) {
	if s.info.Type(d).Valid() {
		return nil, false // the fields of a row
	}
	for use := range s.restricted {
		if strings.EqualFold(use.Table.Name, d.Field.Name) && strings.EqualFold(use.Table.Schema, lastName(d.Base)) && s.named[strings.ToLower(d.Field.Name)] == 1 {
			return ast.Rewrite(d.Field, nil), true
		}
	}
	return nil, false
}

func lastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.Deref:
		return e.Field.Name
	}
	return ""
}

// verify walks what was built: each table with its full name that is restricted stands where
// Restriction.Select put it, and nothing else does. Names of one part are WITH queries by now.
func (s *securer) verify(q *ast.Query) error {
	keys := map[string]bool{}
	for use := range s.restricted {
		keys[nameOf(use).Key()] = true
	}
	var err error
	check := func(n ast.Node, name *ast.QualifiedName) {
		if parts := lowerParts(name); len(parts) == 3 && keys[strings.Join(parts, ".")] && !s.made[n] || len(parts) == 2 {
			err = fmt.Errorf("gate: %s was left as it was in what was built for %s", strings.Join(parts, "."), s.view.Who().Name)
		}
	}
	ast.Walk(q, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Table:
			check(n, n.Name)
		case *ast.TableQuery:
			check(n, n.Name)
		}
		return err == nil
	})
	return err
}

// sameColumns holds the output of what was built against that of what was asked.
func sameColumns(want, got []*check.Column) error {
	if len(want) != len(got) {
		return notEnforceable("", "Your view of these tables gives this statement %d columns in place of %d.", len(got), len(want))
	}
	for i := range want {
		if !strings.EqualFold(want[i].Name, got[i].Name) || !want[i].Type.Equal(got[i].Type) {
			return notEnforceable("", "Your view of these tables gives the column %s %s in place of %s %s.", got[i].Name, got[i].Type, want[i].Name, want[i].Type)
		}
	}
	return nil
}

// canFail says whether a condition of the query can end in an error for some row, or an expression that an
// engine may move into one. Such a condition must not see rows that filters leave out.
func canFail(q *ast.Query) bool {
	found := false
	inside := func(e ast.Expr) {
		if e == nil || found {
			return
		}
		ast.Walk(e, func(n ast.Node) bool {
			if _, query := n.(*ast.Query); query {
				return false // its own conditions are looked at by themselves
			}
			if !safe(n) {
				found = true
			}
			return !found
		})
	}
	ast.Inspect(q, func(n ast.Node, above []ast.Node) bool {
		switch n := n.(type) {
		case *ast.Select:
			inside(n.Where)
			inside(n.Having)
			if len(above) > 1 { // of a query inside: a condition outside may be moved onto its columns
				for _, item := range n.Items {
					if c, ok := item.(*ast.SingleColumn); ok {
						inside(c.Expr)
					}
				}
			}
		case *ast.Join:
			inside(n.On)
		case *ast.Call:
			inside(n.Filter)
		case *ast.MatchRecognize, *ast.JSONTable, *ast.Lateral, *ast.Unnest:
			found = true
		}
		return !found
	})
	return found
}

// safe lists what never ends in an error. Calls are not in it: nobody has gone through them all.
func safe(n ast.Node) bool {
	switch n.(type) {
	case *ast.Ident, *ast.Deref, *ast.NullLit, *ast.BoolLit, *ast.StringLit, *ast.BinaryLit, *ast.IntLit, *ast.DecimalLit, *ast.DoubleLit,
		*ast.TypedLit, *ast.IntervalLit, *ast.TypeName, *ast.Current, *ast.Paren, *ast.Logical, *ast.Not, *ast.Compare, *ast.Between, *ast.In,
		*ast.IsNull, *ast.IsTruth, *ast.Case, *ast.CaseOperand, *ast.When, *ast.Exists, *ast.Row, *ast.RowField:
		return true
	}
	return false
}

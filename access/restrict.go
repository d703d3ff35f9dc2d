package access

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/parse"
	"github.com/limn-data/limn/trino/types"
)

// Restriction is what one principal sees of one table that they do not see whole.
type Restriction struct {
	Table   catalog.Name
	Filters []string          // names of the rules that leave out rows
	Masked  map[string]string // column, lower case → how it is masked
	columns []catalog.Column  // visible, in order
	wheres  []ast.Expr        // one for each filter; templates, copied for each use
	masks   map[string]ast.Expr
}

// Select is the table as the principal sees it: the visible columns by name, masked ones as expressions of
// the column's own type, and only the rows that every filter lets through. from must give the table's own
// columns. Nothing of what it returns is shared with another call.
//
// With guard, every column is NULL in a row that the filters leave out, so that an engine that moves a
// condition of the asker's below the filters computes it over nothing: an error would tell of the row.
func (r *Restriction) Select(from ast.Relation, guard bool) *ast.Select {
	where := func() ast.Expr {
		var terms []ast.Expr
		for _, w := range r.wheres {
			terms = append(terms, ast.Rewrite(w, nil))
		}
		return ast.And(terms...)
	}
	s := &ast.Select{From: from, Where: where()}
	for _, c := range r.columns {
		var x ast.Expr = ident(c.Name)
		if m := r.masks[strings.ToLower(c.Name)]; m != nil {
			x = ast.Rewrite(m, nil)
		}
		if guard && len(r.wheres) > 0 {
			x = &ast.Case{Whens: []*ast.When{{Cond: where(), Result: x}}}
		}
		s.Items = append(s.Items, &ast.SingleColumn{Expr: x, Alias: ident(c.Name)})
	}
	return s
}

func ident(name string) *ast.Ident { return &ast.Ident{Name: name, Quoted: true} }

// Restriction says what the principal does not see of a table; nil where they see all of it. With
// engineGuards, rows and values are left to the engine's own access control and only hidden columns count.
func (v *View) Restriction(n catalog.Name, engineGuards bool) *Restriction {
	r := v.restrictions[n.Key()]
	if r == nil || !engineGuards {
		return r
	}
	if !v.hidesColumnOf(n) {
		return nil
	}
	return &Restriction{Table: r.Table, columns: r.columns, Masked: map[string]string{}}
}

func (v *View) hidesColumnOf(n catalog.Name) bool {
	full, shown := v.full.Table(n), v.visible.Table(n)
	return full != nil && shown != nil && len(full.Columns) != len(shown.Columns)
}

// restrictRows computes the restriction of a table that is visible as shown.
func (v *View) restrictRows(full, shown *catalog.Asset) error {
	r := &Restriction{Table: full.Name, Masked: map[string]string{}, masks: map[string]ast.Expr{}}
	for _, c := range shown.Columns {
		// What a star leaves out stays out, and what has no type of Trino's cannot be read anyway.
		if _, err := types.Parse(c.Type); err == nil && !c.Hidden {
			r.columns = append(r.columns, c)
		}
	}
	for i := range v.policy.Filters {
		f := &v.policy.Filters[i]
		if !f.covers(full) || !f.includes(v.who) {
			continue
		}
		x, err := f.condition(v.who)
		if err != nil {
			return err
		}
		r.Filters, r.wheres = append(r.Filters, f.Name), append(r.wheres, x)
	}
	for _, c := range r.columns {
		m := v.policy.maskOf(full, c, v.who)
		if m == nil {
			continue
		}
		x, err := m.value(c, v.who)
		if err != nil {
			return err
		}
		key := strings.ToLower(c.Name)
		r.Masked[key], r.masks[key] = m.How, x
	}
	if len(r.wheres)+len(r.masks) > 0 || len(shown.Columns) != len(full.Columns) {
		v.restrictions[full.Name.Key()] = r
	}
	return nil
}

// maskOf is the strictest mask that falls on a column; nil where none does.
func (p Policy) maskOf(a *catalog.Asset, c catalog.Column, who Principal) *Mask {
	var best *Mask
	for i := range p.Masks {
		m := &p.Masks[i]
		if !m.covers(a) || !m.includes(who) || !m.coversColumn(c) {
			continue
		}
		if best == nil || slices.Index(maskOrder, m.How) < slices.Index(maskOrder, best.How) {
			best = m
		}
	}
	return best
}

// condition is the filter for one principal.
func (f *RowFilter) condition(who Principal) (ast.Expr, error) {
	x, err := parse.Expr(f.Where)
	if err != nil {
		return nil, fmt.Errorf("access: %s: where: %w", f.Name, err)
	}
	return bind(x, who), nil
}

// value is the mask of one column for one principal, of the column's type.
func (m *Mask) value(c catalog.Column, who Principal) (ast.Expr, error) {
	typ, err := parse.Type(c.Type)
	if err != nil {
		return nil, fmt.Errorf("access: %s: column %s: its type %q cannot be written: %w", m.Name, c.Name, c.Type, err)
	}
	text := func() ast.Expr { return &ast.Cast{X: ident(c.Name), Type: varchar()} }
	var x ast.Expr
	switch m.How {
	case MaskNull:
		x = &ast.NullLit{}
	case MaskHash:
		x = ast.CallOf("lower", ast.CallOf("to_hex", ast.CallOf("sha256", ast.CallOf("to_utf8", ast.CallOf("concat", ast.Str(m.Salt), text())))))
	case MaskPartial:
		keep := strconv.Itoa(m.Keep)
		shown := ast.Expr(ast.Str("***"))
		if m.Keep > 0 {
			shown = ast.CallOf("concat", ast.Str("***"), ast.CallOf("substr", text(), &ast.IntLit{Text: "-" + keep}))
		}
		x = &ast.Case{Whens: []*ast.When{
			{Cond: &ast.IsNull{X: ident(c.Name)}, Result: &ast.NullLit{}},
			{Cond: &ast.Compare{Op: ast.Gt, L: ast.CallOf("length", text()), R: &ast.IntLit{Text: keep}}, Result: shown}}, Else: ast.Str("***")}
	default:
		if x, err = parse.Expr(m.Expression); err != nil {
			return nil, fmt.Errorf("access: %s: expression: %w", m.Name, err)
		}
		x = bind(x, who)
	}
	return &ast.Cast{X: x, Type: typ}, nil
}

func varchar() *ast.TypeName { return &ast.TypeName{Name: "varchar"} }

// bind puts the principal into an expression, as values of a type and never as text: current_user is their
// name, current_groups() their groups, in_group('x') whether they belong to one.
func bind(x ast.Expr, who Principal) ast.Expr {
	return ast.Rewrite(x, func(n ast.Node) (ast.Node, bool) {
		switch n := n.(type) {
		case *ast.Current:
			if n.What == "current_user" {
				return &ast.Cast{X: ast.Str(who.Name), Type: varchar()}, true
			}
		case *ast.Call:
			if len(n.Name.Parts) != 1 {
				return nil, false
			}
			switch strings.ToLower(n.Name.Parts[0].Name) {
			case "current_groups":
				if len(n.Args) == 0 {
					groups := &ast.Array{}
					for _, g := range who.Groups {
						groups.Elems = append(groups.Elems, ast.Str(g))
					}
					return &ast.Cast{X: groups, Type: &ast.TypeName{Name: "array", Params: []ast.TypeParam{{Type: varchar()}}}}, true
				}
			case "in_group":
				if len(n.Args) == 1 {
					if s, ok := n.Args[0].Value.(*ast.StringLit); ok {
						return &ast.BoolLit{Value: slices.Contains(who.Groups, s.Value)}, true
					}
				}
			}
		}
		return nil, false
	})
}

// Check parses and checks every expression of the policy against every table that it falls on, whoever
// asks. An error names rule, table and column. A filter or mask that names a table or a column falls on at
// least one, or else its author's slip of the pen would leave open what they meant to close.
func (p Policy) Check(snap *catalog.Snapshot) error {
	if err := p.Validate(); err != nil {
		return err
	}
	tables, session := snap.Checked(), check.Session{Functions: snap.Functions}
	somebody := Principal{Name: "somebody", Groups: []string{"some", "groups"}}
	for i := range p.Filters {
		f := &p.Filters[i]
		hits := 0
		for _, a := range snap.Assets {
			if !f.covers(a) {
				continue
			}
			hits++
			x, err := f.condition(somebody)
			if err != nil {
				return err
			}
			info, err := checkOver(a, x, tables, session, f.Where)
			if err != nil {
				return fmt.Errorf("access: %s: where, for the table %s: %w", f.Name, a.Name, err)
			}
			if t := info.Columns[0].Type; t.Kind() != types.Boolean {
				return fmt.Errorf("access: %s: where, for the table %s: the condition is a %s; write one that is true or false", f.Name, a.Name, t)
			}
		}
		if hits == 0 && len(f.Tables) > 0 {
			return fmt.Errorf("access: %s filters %s, and there is no such table; correct the name, or take the rule out", f.Name, strings.Join(f.Tables, ", "))
		}
	}
	for i := range p.Masks {
		if err := p.Masks[i].check(snap, tables, session, somebody); err != nil {
			return err
		}
	}
	return nil
}

func (m *Mask) check(snap *catalog.Snapshot, tables check.Catalog, session check.Session, somebody Principal) error {
	found := map[string]bool{}
	for _, a := range snap.Assets {
		if !m.covers(a) {
			continue
		}
		for _, c := range a.Columns {
			if !m.coversColumn(c) {
				continue
			}
			found[strings.ToLower(c.Name)] = true
			at := fmt.Sprintf("access: %s: column %s of %s", m.Name, c.Name, a.Name)
			if t, err := types.Parse(c.Type); err == nil && (m.How == MaskHash || m.How == MaskPartial) && t.Kind() != types.Varchar && t.Kind() != types.Char {
				return fmt.Errorf("%s: %s fits text, and this is a %s; write null or an expression", at, m.How, c.Type)
			}
			x, err := m.value(c, somebody)
			if err != nil {
				return err
			}
			text := m.Expression
			if m.How != MaskExpr {
				text = ""
			}
			if _, err := checkOver(a, x, tables, session, text); err != nil {
				return fmt.Errorf("%s: %w", at, err)
			}
		}
	}
	for _, c := range m.Columns {
		if !found[strings.ToLower(c)] {
			return fmt.Errorf("access: %s masks the column %s, and none of its tables has it; correct the name, or take it out", m.Name, c)
		}
	}
	return nil
}

// checkOver types an expression over one table.
func checkOver(a *catalog.Asset, x ast.Expr, tables check.Catalog, session check.Session, text string) (*check.Info, error) {
	var bad error
	ast.Walk(x, func(n ast.Node) bool {
		name := (*ast.QualifiedName)(nil)
		switch n := n.(type) {
		case *ast.Table:
			name = n.Name
		case *ast.TableQuery:
			name = n.Name
		case *ast.Parameter:
			bad = fmt.Errorf("a ? has no value here")
		case *ast.With:
			bad = fmt.Errorf("a WITH clause may not stand in a rule")
		}
		if name != nil && len(name.Parts) != 3 {
			bad = fmt.Errorf("write the table in a subquery as catalog.schema.table")
		}
		return bad == nil
	})
	if bad != nil {
		return nil, bad
	}
	q := &ast.Query{Body: &ast.Select{Items: []ast.SelectItem{ast.As(x, "x")}, From: &ast.Table{Name: Qualified(a.Name)}, Where: &ast.BoolLit{Value: true}}}
	info, problems := check.Check(q, tables, session)
	if len(problems) == 0 {
		// What may stand in WHERE is less than what may stand in SELECT: no aggregates, no windows.
		y := ast.Rewrite(x, nil)
		_, problems = check.Check(&ast.Query{Body: &ast.Select{Items: []ast.SelectItem{ast.As(ast.Int(1), "x")}, From: &ast.Table{Name: Qualified(a.Name)}, Where: &ast.IsNull{X: y}}}, tables, session)
	}
	if len(problems) > 0 {
		p := problems[0]
		place := ""
		if p.At != (ast.Span{}) && int(p.At.Start) < len(text) {
			line, column := parse.Position(text, int(p.At.Start))
			place = fmt.Sprintf(" at line %d, column %d", line, column)
		}
		if p.Hint != "" {
			p.Message += "; " + p.Hint
		}
		return nil, fmt.Errorf("%s (%s)%s", p.Message, p.Code, place)
	}
	return info, nil
}

// Qualified is a table's name in three parts, each quoted.
func Qualified(n catalog.Name) *ast.QualifiedName {
	return &ast.QualifiedName{Parts: []*ast.Ident{ident(n.Catalog), ident(n.Schema), ident(n.Table)}}
}

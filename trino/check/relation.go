package check

import (
	"strconv"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

func itoa(n int) string { return strconv.Itoa(n) }

// relation judges what stands in FROM and gives its columns. lateral is what the relation may look
// at: the left side of the join it stands in for LATERAL and UNNEST, else the enclosing query.
func (c *checker) relation(r ast.Relation, outer, lateral *Scope, names *namedQuery) []*Column {
	switch r := r.(type) {
	case *ast.Table:
		if r.Version != nil && !c.version(r) {
			return nil
		}
		return c.tableNamed(r, r.Name, r.At, names)
	case *ast.Aliased:
		return c.aliased(r, outer, lateral, names)
	case *ast.ParenRel:
		return c.relation(r.Rel, outer, lateral, names)
	case *ast.Sampled:
		c.samplePercent(r)
		cols := c.relation(r.Rel, outer, lateral, names)
		c.noTableFunction(r.Rel, "sample")
		return cols
	case *ast.SubqueryRel:
		return derived(c.query(r.Query, outer, names))
	case *ast.Lateral:
		mark := len(c.outer)
		cols := c.query(r.Query, lateral, names)
		c.subDepth-- // a lateral query stands in no expression
		c.correlated(r.Query, lateralUse, r.Query.At, lateral, mark)
		c.subDepth++
		return derived(cols)
	case *ast.Unnest:
		return c.unnest(r, lateral)
	case *ast.Join:
		return c.join(r, outer, lateral, names)
	case *ast.TableFunction:
		return c.tableFunction(r, outer, names, false)
	case *ast.Pivot:
		return c.pivot(r, outer, lateral, names)
	case *ast.JSONTable:
		return c.jsonTable(r, lateral)
	case *ast.MatchRecognize:
		return c.matchRecognize(r, outer, lateral, names)
	case *ast.Nearest:
		return c.nearestTo(r, outer, lateral, names)
	}
	panic("check: unknown relation")
}

// derived gives the columns of a subquery without an alias: they have no qualifier.
func derived(cols []*Column) []*Column { return under(cols, nil, nil) }

func (c *checker) samplePercent(r *ast.Sampled) {
	if q := subqueryIn(r.Percent); q != nil {
		c.report(place(r.Percent), ExpressionNotConstant, "Constant expression cannot contain a subquery")
		return
	}
	pm := len(c.problems)
	t := c.expr(r.Percent, &Scope{})
	if len(c.problems) > pm {
		for _, p := range c.problems[pm:] {
			if p.Code == ColumnNotFound {
				c.problems = c.problems[:pm]
				c.report(place(r.Percent), ExpressionNotConstant, "Sample percentage cannot contain column references")
				return
			}
		}
		return
	}
	if t.Kind() == types.Unknown {
		c.report(place(r.Percent), InvalidArguments, "Sample percentage cannot be NULL")
		return
	}
	if !t.IsNumeric() && t.Valid() {
		c.mismatch(place(r.Percent), "Sample percentage should be a numeric expression")
		return
	}
	if n, ok := strip(r.Percent).(*ast.IntLit); ok {
		if v, ok := intValue(n.Text); ok && (v < 0 || v > 100) {
			bound := "greater than or equal to 0"
			if v > 100 {
				bound = "less than or equal to 100"
			}
			c.report(place(r.Percent), NumericValueOutOfRange, "Sample percentage must be %s", bound)
		}
	}
}

func (c *checker) aliased(r *ast.Aliased, outer, lateral *Scope, names *namedQuery) []*Column {
	var cols []*Column
	if f, ok := r.Rel.(*ast.TableFunction); ok {
		cols = c.tableFunction(f, outer, names, true)
	} else {
		cols = c.relation(r.Rel, outer, lateral, names)
	}
	if len(r.Columns) > 0 && len(cols) > 0 && visibleCount(cols) != len(r.Columns) {
		c.report(r.At, MismatchedColumnAliases, "Column alias list has %d entries but '%s' has %d columns available",
			len(r.Columns), r.Alias.Name, visibleCount(cols))
		return under(cols, &relName{table: lower(r.Alias.Name)}, nil)
	}
	if len(cols) == 0 {
		return nil
	}
	return under(cols, &relName{table: lower(r.Alias.Name)}, r.Columns)
}

// boolean complains where a condition is no boolean; NULL is one.
func (c *checker) boolean(e ast.Expr, t types.Type, at ast.Span, message string) {
	if k := t.Kind(); k != types.Boolean && k != types.Unknown && k != types.Invalid {
		c.mismatch(at, message, t)
		return
	}
	c.coerce(e, types.Of(types.Boolean))
}

// unnest makes rows of arrays and maps. An array of rows gives a column for each field.
func (c *checker) unnest(u *ast.Unnest, lateral *Scope) []*Column {
	sel := c.sel
	if c.sel == nil {
		c.sel = &selection{}
	}
	defer func() { c.sel = sel }()
	if lateral == nil {
		lateral = &Scope{}
	}
	scope := &Scope{parent: lateral, boundary: true, forbidden: ""}
	var cols []*Column
	for _, e := range u.Exprs {
		t := c.scalar(e, scope, "UNNEST")
		switch t.Kind() {
		case types.Array:
			elem := t.Elem(0)
			if elem.Kind() != types.Row {
				cols = append(cols, &Column{Type: elem, Expr: e})
				continue
			}
			for i := range elem.NumElems() {
				f := elem.Field(i)
				cols = append(cols, &Column{Name: f.Name, key: lower(f.Name), Type: f.Type, Expr: e})
			}
		case types.Map:
			cols = append(cols, &Column{Type: t.Elem(0), Expr: e}, &Column{Type: t.Elem(1), Expr: e})
		case types.Invalid:
			return nil
		default:
			c.report(ast.Span{}, InvalidFunctionArgument, "Cannot unnest type: %s", t)
			return nil
		}
	}
	if u.Ordinality {
		cols = append(cols, &Column{Type: types.Of(types.Bigint)})
	}
	return cols
}

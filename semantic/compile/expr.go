package compile

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/internal/decimal"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/plan"
	"github.com/limn-data/limn/trino/ast"
)

// rewrite copies an expression of the portable subset; replace may return another node for a part
// and then its children are not visited. The original tree is shared by every query and never written.
func rewrite(e ast.Expr, replace func(ast.Expr) ast.Expr) ast.Expr {
	if e == nil {
		return nil
	}
	if r := replace(e); r != nil {
		return r
	}
	walk := func(x ast.Expr) ast.Expr { return rewrite(x, replace) }
	all := func(xs []ast.Expr) []ast.Expr {
		out := make([]ast.Expr, len(xs))
		for i, x := range xs {
			out[i] = walk(x)
		}
		return out
	}
	switch e := e.(type) {
	case *ast.Paren:
		return walk(e.X)
	case *ast.Unary:
		return &ast.Unary{Minus: e.Minus, X: walk(e.X)}
	case *ast.Binary:
		return &ast.Binary{Op: e.Op, L: walk(e.L), R: walk(e.R)}
	case *ast.Logical:
		return &ast.Logical{Or: e.Or, Terms: all(e.Terms)}
	case *ast.Not:
		return &ast.Not{X: walk(e.X)}
	case *ast.Compare:
		return &ast.Compare{Op: e.Op, L: walk(e.L), R: walk(e.R)}
	case *ast.Between:
		return &ast.Between{Not: e.Not, Symmetric: e.Symmetric, X: walk(e.X), Lo: walk(e.Lo), Hi: walk(e.Hi)}
	case *ast.In:
		return &ast.In{Not: e.Not, X: walk(e.X), List: all(e.List), Query: e.Query}
	case *ast.Like:
		return &ast.Like{Not: e.Not, X: walk(e.X), Pattern: walk(e.Pattern), Escape: walk(e.Escape)}
	case *ast.IsNull:
		return &ast.IsNull{Not: e.Not, X: walk(e.X)}
	case *ast.Case:
		c := &ast.Case{Operand: walk(e.Operand), Else: walk(e.Else)}
		for _, w := range e.Whens {
			c.Whens = append(c.Whens, &ast.When{Cond: walk(w.Cond), Result: walk(w.Result)})
		}
		return c
	case *ast.Cast:
		return &ast.Cast{Try: e.Try, X: walk(e.X), Type: e.Type}
	case *ast.Extract:
		return &ast.Extract{Field: e.Field, X: walk(e.X)}
	case *ast.AtTimeZone:
		return &ast.AtTimeZone{X: walk(e.X), Zone: walk(e.Zone)}
	case *ast.Deref:
		return &ast.Deref{Base: walk(e.Base), Field: e.Field}
	case *ast.Subscript:
		return &ast.Subscript{X: walk(e.X), Index: walk(e.Index)}
	case *ast.Call:
		c := *e
		c.Args = nil
		for _, a := range e.Args {
			c.Args = append(c.Args, &ast.Arg{Name: a.Name, Value: walk(a.Value)})
		}
		c.Filter = walk(e.Filter)
		return &c
	}
	return e // literals and names hold nothing further
}

// scope says under which alias each place of a FROM clause goes.
type scope struct {
	from  plan.From
	alias map[plan.Place]string
}

// field is a field's expression with its columns qualified, its dataset reached by the only way.
func (s scope) field(f *model.Field) ast.Expr { return s.in(f, nil) }

// in is a field's expression with its dataset in a role.
func (s scope) in(f *model.Field, via plan.Path) ast.Expr {
	alias := s.alias[s.from.At(f.Dataset, via)]
	return rewrite(f.Expr, func(e ast.Expr) ast.Expr {
		switch e := e.(type) {
		case *ast.Ident:
			return dot(alias, e.Name)
		case *ast.Deref: // a row's field: only the base is a column
			if base, ok := e.Base.(*ast.Ident); ok {
				return &ast.Deref{Base: dot(alias, base.Name), Field: e.Field}
			}
		}
		return nil
	})
}

// resolve replaces the dataset.field names of a metric's expression by the fields' expressions.
func (s scope) resolve(m *model.Metric, e ast.Expr) (ast.Expr, error) {
	var failed error
	out := rewrite(e, func(e ast.Expr) ast.Expr {
		d, ok := e.(*ast.Deref)
		if !ok {
			return nil
		}
		base, ok := d.Base.(*ast.Ident)
		if !ok {
			return nil
		}
		f, err := m.Resolve(base.Name + "." + d.Field.Name)
		if err != nil {
			failed = fmt.Errorf("compile: metric %s: %w", m.Name, err)
			return e
		}
		return s.field(f)
	})
	return out, failed
}

// literal is a value as a literal of the field's type; text that does not fit the type is an error.
func literal(value, fieldType string) (ast.Expr, error) {
	base, _, _ := strings.Cut(fieldType, "(")
	switch base {
	case "varchar", "char", "":
		return str(value), nil
	case "boolean":
		switch strings.ToLower(value) {
		case "true", "yes", "1":
			return &ast.BoolLit{Value: true}, nil
		case "false", "no", "0":
			return &ast.BoolLit{}, nil
		}
		return nil, fmt.Errorf("compile: %q is not true or false", value)
	case "date":
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			return nil, fmt.Errorf("compile: %q is not a date; write 2026-01-31", value)
		}
		return typed("date", value), nil
	case "timestamp":
		if !isTimestamp(value) {
			return nil, fmt.Errorf("compile: %q is not a time; write 2026-01-31 or 2026-01-31 09:30:00", value)
		}
		return typed(base, value), nil
	case "time", "uuid", "ipaddress":
		return typed(base, value), nil
	}
	return number(value)
}

// isTimestamp reads a day with or without a time, seconds and a zone.
func isTimestamp(value string) bool {
	if day, zone, ok := strings.Cut(value, " UTC"); ok && zone == "" {
		value = day
	}
	return slices.ContainsFunc([]string{time.DateOnly, "2006-01-02 15:04", time.DateTime}, func(layout string) bool {
		_, err := time.Parse(layout, value) // fractions of a second are read where seconds stand
		return err == nil
	})
}

// number is a decimal as a literal, exact as written.
func number(value string) (ast.Expr, error) {
	d, err := decimal.Parse(value)
	if err != nil {
		return nil, fmt.Errorf("compile: %w", err)
	}
	text := d.Abs().String()
	var lit ast.Expr = &ast.IntLit{Text: text}
	if strings.Contains(text, ".") {
		lit = &ast.DecimalLit{Text: text}
	}
	if d.Sign() < 0 {
		return &ast.Unary{Minus: true, X: lit}, nil
	}
	return lit, nil
}

var compareOps = map[semantic.Op]ast.CompareOp{semantic.Lt: ast.Lt, semantic.Le: ast.Le, semantic.Gt: ast.Gt, semantic.Ge: ast.Ge}

// test holds an expression against values.
func test(x ast.Expr, op semantic.Op, values []ast.Expr) ast.Expr {
	switch op {
	case semantic.Eq:
		if len(values) == 1 {
			return &ast.Compare{Op: ast.Eq, L: x, R: values[0]}
		}
		return &ast.In{X: x, List: values}
	case semantic.Ne:
		// Rows without a value are not excluded by "not EMEA": NULL is none of the values.
		if len(values) == 1 {
			return &ast.Compare{Op: ast.IsDistinctFrom, L: x, R: values[0]}
		}
		return &ast.Logical{Or: true, Terms: []ast.Expr{&ast.In{Not: true, X: x, List: values}, &ast.IsNull{X: x}}}
	case semantic.Between:
		return &ast.Between{X: x, Lo: values[0], Hi: values[1]}
	case semantic.In:
		return &ast.Logical{Terms: []ast.Expr{&ast.Compare{Op: ast.Ge, L: x, R: values[0]}, &ast.Compare{Op: ast.Lt, L: x, R: values[1]}}}
	case semantic.Contains:
		return &ast.Compare{Op: ast.Gt, L: call("strpos", call("lower", x), call("lower", values[0])), R: integer(0)}
	case semantic.IsNull:
		return &ast.IsNull{X: x}
	case semantic.NotNull:
		return &ast.IsNull{Not: true, X: x}
	}
	return &ast.Compare{Op: compareOps[op], L: x, R: values[0]}
}

// needs is how many values an operator takes at least.
var needs = map[semantic.Op]int{semantic.Between: 2, semantic.In: 2, semantic.IsNull: 0, semantic.NotNull: 0}

func (s scope) predicate(p semantic.Predicate) (ast.Expr, error) {
	switch p.Op {
	case semantic.Lacks:
		return s.lacks(p)
	case semantic.Either:
		return s.either(p)
	}
	least, known := needs[p.Op]
	if !known {
		least = 1
	}
	if len(p.Values) < least {
		return nil, fmt.Errorf("compile: a filter has %d values and needs %d (filter on %s)", len(p.Values), least, p.Field)
	}
	var values []ast.Expr
	for _, v := range p.Values {
		t := p.Field.Type
		if p.Op == semantic.Contains {
			t = "varchar"
		}
		lit, err := literal(v, t)
		if err != nil {
			return nil, fmt.Errorf("%w (filter on %s)", err, p.Field)
		}
		values = append(values, lit)
	}
	return test(s.in(p.Field, p.Via), p.Op, values), nil
}

// either is a disjunction of conjunctions; a single one stands for itself.
func (s scope) either(p semantic.Predicate) (ast.Expr, error) {
	var terms []ast.Expr
	for _, all := range p.Either {
		var conds []ast.Expr
		for _, q := range all {
			e, err := s.predicate(q)
			if err != nil {
				return nil, err
			}
			conds = append(conds, e)
		}
		if len(conds) == 0 {
			return nil, fmt.Errorf("compile: a condition has an empty alternative")
		}
		terms = append(terms, and(conds))
	}
	switch len(terms) {
	case 0:
		return nil, fmt.Errorf("compile: a condition has no alternatives")
	case 1:
		return terms[0], nil
	}
	return &ast.Logical{Or: true, Terms: terms}, nil
}

// lacks is key NOT IN the keys that the other rows point to. NULLs among those are left out: with one, the
// test would hold for nothing.
func (s scope) lacks(p semantic.Predicate) (ast.Expr, error) {
	if p.Absent == nil || len(p.Absent.Through.FromColumns) != 1 {
		return nil, fmt.Errorf("compile: a filter for what is absent needs a relationship of one column (filter on %s)", p.Field)
	}
	j := p.Absent.Through
	rel, inner := from(plan.From{Base: j.From})
	pointer := dot(inner.alias[plan.Place{Dataset: j.From}], j.FromColumns[0])
	where := []ast.Expr{&ast.IsNull{Not: true, X: pointer}}
	for _, w := range p.Absent.Where {
		e, err := inner.predicate(w)
		if err != nil {
			return nil, err
		}
		where = append(where, e)
	}
	key := s.in(p.Field, p.Via)
	if equal, ok := meet(key, p.Field.Type, pointer, columnType(j.From, j.FromColumns[0])).(*ast.Compare); ok {
		key, pointer = equal.L, equal.R
	}
	q := &ast.Query{Body: &ast.Select{Items: []ast.SelectItem{&ast.SingleColumn{Expr: pointer}}, From: rel, Where: and(where)}}
	return &ast.In{Not: true, X: key, Query: q}, nil
}

// quotient is l / r with the division stated: exact to ten digits as DECIMAL(38,10), or as DOUBLE where
// the definition says so, and NULL instead of an error where r is zero. The numerator is cast to
// DECIMAL(32,10): Trino gives a quotient p1-s1+s2 digits before the point, and this leaves room for ten
// behind it with any divisor of up to six decimals.
func quotient(l, r ast.Expr, double bool) ast.Expr {
	if c, ok := r.(*ast.Call); !ok || !strings.EqualFold(c.Name.Parts[0].Name, "nullif") {
		r = call("nullif", r, integer(0))
	}
	if double {
		return &ast.Binary{Op: ast.Div, L: cast(l, "double"), R: r}
	}
	return cast(&ast.Binary{Op: ast.Div, L: cast(l, "decimal", 32, 10), R: r}, "decimal", 38, 10)
}

// metric is a metric's expression with each aggregate call replaced by what computes it. Divisions
// outside of aggregates become quotients.
func metric(m *model.Metric, v plan.Value, operand func(*plan.Measure) ast.Expr) ast.Expr {
	var replace func(e ast.Expr) ast.Expr
	replace = func(e ast.Expr) ast.Expr {
		switch e := e.(type) {
		case *ast.Call:
			if ms := v.Operands[e]; ms != nil {
				return operand(ms)
			}
		case *ast.Ident:
			if other := m.Metrics[strings.ToLower(e.Name)]; other != nil {
				return metric(other, v, operand)
			}
		case *ast.Binary:
			if e.Op == ast.Div {
				return quotient(rewrite(e.L, replace), rewrite(e.R, replace), m.Double)
			}
		}
		return nil
	}
	return rewrite(m.Expr, replace)
}

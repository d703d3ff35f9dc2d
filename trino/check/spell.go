package check

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/limn-data/limn/trino/ast"
)

// spell writes an expression as Trino writes it inside its complaints: operators in parentheses,
// keywords upper case. It is for people; package format prints SQL.
func spell(e ast.Expr) string {
	var b strings.Builder
	s := speller{&b}
	s.expr(e)
	return b.String()
}

type speller struct{ *strings.Builder }

func (s speller) add(parts ...any) {
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			s.WriteString(p)
		case ast.Expr:
			s.expr(p)
		case []ast.Expr:
			for i, e := range p {
				if i > 0 {
					s.WriteString(", ")
				}
				s.expr(e)
			}
		}
	}
}

var compareText = [...]string{"=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"}
var binaryText = [...]string{"+", "-", "*", "/", "%", "||"}

func not(yes bool) string {
	if yes {
		return "NOT "
	}
	return ""
}

func (s speller) ident(id *ast.Ident) {
	if id.Quoted {
		s.add(`"`, strings.ReplaceAll(id.Name, `"`, `""`), `"`)
	} else {
		s.add(id.Name)
	}
}

func (s speller) expr(e ast.Expr) {
	switch e := e.(type) {
	case *ast.Paren:
		s.expr(e.X)
	case *ast.NullLit:
		s.add("null")
	case *ast.BoolLit:
		s.add(strconv.FormatBool(e.Value))
	case *ast.StringLit:
		s.add("'", strings.ReplaceAll(e.Value, "'", "''"), "'")
	case *ast.BinaryLit:
		s.add(fmt.Sprintf("X'%X'", e.Value))
	case *ast.IntLit:
		s.add(e.Text)
	case *ast.DecimalLit:
		s.add("DECIMAL '", e.Text, "'")
	case *ast.DoubleLit:
		s.add(e.Text)
	case *ast.TypedLit:
		s.add(strings.ToUpper(e.Type.Name), " '", strings.ReplaceAll(e.Value, "'", "''"), "'")
	case *ast.IntervalLit:
		s.add("INTERVAL ")
		if e.Negative {
			s.add("-")
		}
		s.add("'", e.Value, "' ", strings.ToUpper(e.From))
		if e.To != "" {
			s.add(" TO ", strings.ToUpper(e.To))
		}
	case *ast.Parameter:
		s.add("?")
	case *ast.Ident:
		s.ident(e)
	case *ast.Deref:
		s.expr(e.Base)
		s.add(".")
		s.ident(e.Field)
	case *ast.Unary:
		s.add(map[bool]string{true: "-", false: "+"}[e.Minus], e.X)
	case *ast.Binary:
		s.add("(", e.L, " ", binaryText[e.Op], " ", e.R, ")")
	case *ast.Logical:
		word := " AND "
		if e.Or {
			word = " OR "
		}
		s.add("(")
		for i, t := range e.Terms {
			if i > 0 {
				s.add(word)
			}
			s.expr(t)
		}
		s.add(")")
	case *ast.Not:
		s.add("(NOT ", e.X, ")")
	case *ast.Compare:
		s.add("(", e.L, " ", compareText[e.Op], " ", e.R, ")")
	case *ast.Quantified:
		s.add("(", e.L, " ", compareText[e.Op], " ", [...]string{"ALL", "ANY", "SOME"}[e.Quantifier], " (…))")
	case *ast.Between:
		s.add("(", e.X, " ", not(e.Not), "BETWEEN ", e.Lo, " AND ", e.Hi, ")")
	case *ast.In:
		s.add("(", e.X, " ", not(e.Not), "IN (")
		if e.Query != nil {
			s.add("…")
		}
		s.add(e.List, "))")
	case *ast.Like:
		s.add("(", e.X, " ", not(e.Not), "LIKE ", e.Pattern)
		if e.Escape != nil {
			s.add(" ESCAPE ", e.Escape)
		}
		s.add(")")
	case *ast.IsNull:
		s.add("(", e.X, " IS ", not(e.Not), "NULL)")
	case *ast.IsTruth:
		s.add("(", e.X, " IS ", not(e.Not), [...]string{"TRUE", "FALSE", "UNKNOWN"}[e.Value], ")")
	case *ast.Exists:
		s.add("(EXISTS (…))")
	case *ast.Subquery:
		s.add("(…)")
	case *ast.Case:
		s.add("(CASE")
		if e.Operand != nil {
			s.add(" ", e.Operand)
		}
		for _, w := range e.Whens {
			s.add(" WHEN ", w.Cond, " THEN ", w.Result)
		}
		if e.Else != nil {
			s.add(" ELSE ", e.Else)
		}
		s.add(" END)")
	case *ast.Cast:
		word := "CAST("
		if e.Try {
			word = "TRY_CAST("
		}
		s.add(word, e.X, " AS ", strings.ToUpper(typeText(e.Type)), ")")
	case *ast.Call:
		s.call(e)
	case *ast.Extract:
		s.add("EXTRACT(", strings.ToUpper(e.Field), " FROM ", e.X, ")")
	case *ast.Lambda:
		s.add("(")
		for i, p := range e.Params {
			if i > 0 {
				s.add(", ")
			}
			s.ident(p)
		}
		s.add(") -> ", e.Body)
	case *ast.Array:
		s.add("ARRAY[", e.Elems, "]")
	case *ast.Row:
		s.add("ROW (")
		for i, f := range e.Fields {
			if i > 0 {
				s.add(", ")
			}
			s.expr(f.Value)
			if f.Name != nil {
				s.add(" AS ")
				s.ident(f.Name)
			}
		}
		s.add(")")
	case *ast.Subscript:
		s.add(e.X, "[", e.Index, "]")
	case *ast.AtTimeZone:
		s.add(e.X, " AT ")
		if e.Zone == nil {
			s.add("LOCAL")
		} else {
			s.add("TIME ZONE ", e.Zone)
		}
	case *ast.Current:
		s.add(strings.ToUpper(e.What))
	default:
		s.add("…")
	}
}

func (s speller) call(e *ast.Call) {
	name := lower(e.Name.Parts[len(e.Name.Parts)-1].Name)
	upper := false
	switch name {
	case "if", "coalesce", "nullif", "try":
		s.add(strings.ToUpper(name), "(")
		upper = true
	case "grouping":
		s.add("GROUPING (")
		upper = true
	}
	if !upper {
		for i, p := range e.Name.Parts {
			if i > 0 {
				s.add(".")
			}
			s.ident(p)
		}
		s.add("(")
	}
	if e.Distinct {
		s.add("DISTINCT ")
	}
	if e.Star {
		s.add("*")
	}
	for i, a := range e.Args {
		if i > 0 {
			s.add(", ")
		}
		s.expr(a.Value)
	}
	s.orderBy(" ORDER BY ", e.OrderBy)
	s.add(")")
	if e.Filter != nil {
		s.add(" FILTER (WHERE ", e.Filter, ")")
	}
	switch {
	case e.Over == nil:
	case e.Over.Name != nil:
		s.add(" OVER ")
		s.ident(e.Over.Name)
	default:
		s.add(" OVER (")
		w := e.Over.Spec
		sep := ""
		if w.Base != nil {
			s.ident(w.Base)
			sep = " "
		}
		if len(w.PartitionBy) > 0 {
			s.add(sep, "PARTITION BY ", w.PartitionBy)
			sep = " "
		}
		s.orderBy(sep+"ORDER BY ", w.OrderBy)
		s.add(")")
	}
}

func (s speller) orderBy(word string, items []*ast.SortItem) {
	if len(items) == 0 {
		return
	}
	s.add(word)
	for i, item := range items {
		if i > 0 {
			s.add(", ")
		}
		s.expr(item.Expr)
		if item.Desc {
			s.add(" DESC")
		} else {
			s.add(" ASC")
		}
		switch item.Nulls {
		case ast.NullsFirst:
			s.add(" NULLS FIRST")
		default:
			s.add(" NULLS LAST")
		}
	}
}

func typeText(t *ast.TypeName) string {
	if len(t.Params) == 0 {
		return t.Name
	}
	var parts []string
	for _, p := range t.Params {
		text := ""
		if p.Field != nil {
			text = p.Field.Name + " "
		}
		switch {
		case p.Number != nil:
			text += strconv.FormatInt(*p.Number, 10)
		case p.Type != nil:
			text += typeText(p.Type)
		}
		parts = append(parts, text)
	}
	base, zone, _ := strings.Cut(t.Name, " ")
	if zone != "" {
		zone = " " + zone
	}
	return base + "(" + strings.Join(parts, ",") + ")" + zone
}

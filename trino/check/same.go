package check

import "github.com/limn-data/limn/trino/ast"

// sameExpr compares two expressions by shape. Names are equal when they mean the same column; where
// they mean none (parameters of lambdas), when they are spelled alike. Queries inside are compared as
// written.
func sameExpr(notes map[ast.Expr]note, a, b ast.Expr) bool {
	a, b = strip(a), strip(b)
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	if a == b {
		return true
	}
	if ra, rb := notes[a].ref, notes[b].ref; ra != nil || rb != nil {
		return ra == rb
	}
	same := func(a, b ast.Expr) bool { return sameExpr(notes, a, b) }
	all := func(a, b []ast.Expr) bool {
		if len(a) != len(b) {
			return false
		}
		for i := range a {
			if !same(a[i], b[i]) {
				return false
			}
		}
		return true
	}
	switch a := a.(type) {
	case *ast.Ident:
		b, ok := b.(*ast.Ident)
		return ok && lower(a.Name) == lower(b.Name)
	case *ast.Deref:
		b, ok := b.(*ast.Deref)
		return ok && lower(a.Field.Name) == lower(b.Field.Name) && same(a.Base, b.Base)
	case *ast.NullLit:
		_, ok := b.(*ast.NullLit)
		return ok
	case *ast.BoolLit:
		b, ok := b.(*ast.BoolLit)
		return ok && a.Value == b.Value
	case *ast.StringLit:
		b, ok := b.(*ast.StringLit)
		return ok && a.Value == b.Value
	case *ast.BinaryLit:
		b, ok := b.(*ast.BinaryLit)
		return ok && string(a.Value) == string(b.Value)
	case *ast.IntLit:
		b, ok := b.(*ast.IntLit)
		return ok && a.Text == b.Text
	case *ast.DecimalLit:
		b, ok := b.(*ast.DecimalLit)
		return ok && a.Text == b.Text
	case *ast.DoubleLit:
		b, ok := b.(*ast.DoubleLit)
		return ok && a.Text == b.Text
	case *ast.TypedLit:
		b, ok := b.(*ast.TypedLit)
		return ok && a.Value == b.Value && typeText(a.Type) == typeText(b.Type)
	case *ast.IntervalLit:
		b, ok := b.(*ast.IntervalLit)
		return ok && a.Value == b.Value && a.From == b.From && a.To == b.To && a.Negative == b.Negative
	case *ast.Current:
		b, ok := b.(*ast.Current)
		return ok && a.What == b.What && a.Precision == b.Precision
	case *ast.Unary:
		b, ok := b.(*ast.Unary)
		return ok && a.Minus == b.Minus && same(a.X, b.X)
	case *ast.Binary:
		b, ok := b.(*ast.Binary)
		return ok && a.Op == b.Op && same(a.L, b.L) && same(a.R, b.R)
	case *ast.Logical:
		b, ok := b.(*ast.Logical)
		return ok && a.Or == b.Or && all(a.Terms, b.Terms)
	case *ast.Not:
		b, ok := b.(*ast.Not)
		return ok && same(a.X, b.X)
	case *ast.Compare:
		b, ok := b.(*ast.Compare)
		return ok && a.Op == b.Op && same(a.L, b.L) && same(a.R, b.R)
	case *ast.Between:
		b, ok := b.(*ast.Between)
		return ok && a.Not == b.Not && a.Symmetric == b.Symmetric && same(a.X, b.X) && same(a.Lo, b.Lo) && same(a.Hi, b.Hi)
	case *ast.In:
		b, ok := b.(*ast.In)
		return ok && a.Not == b.Not && same(a.X, b.X) && all(a.List, b.List) && sameText(a.Query, b.Query)
	case *ast.Like:
		b, ok := b.(*ast.Like)
		return ok && a.Not == b.Not && same(a.X, b.X) && same(a.Pattern, b.Pattern) && same(a.Escape, b.Escape)
	case *ast.IsNull:
		b, ok := b.(*ast.IsNull)
		return ok && a.Not == b.Not && same(a.X, b.X)
	case *ast.IsTruth:
		b, ok := b.(*ast.IsTruth)
		return ok && a.Not == b.Not && a.Value == b.Value && same(a.X, b.X)
	case *ast.Case:
		b, ok := b.(*ast.Case)
		if !ok || len(a.Whens) != len(b.Whens) || !same(a.Operand, b.Operand) || !same(a.Else, b.Else) {
			return false
		}
		for i := range a.Whens {
			if !same(a.Whens[i].Cond, b.Whens[i].Cond) || !same(a.Whens[i].Result, b.Whens[i].Result) {
				return false
			}
		}
		return true
	case *ast.CaseOperand:
		_, ok := b.(*ast.CaseOperand)
		return ok
	case *ast.Cast:
		b, ok := b.(*ast.Cast)
		return ok && a.Try == b.Try && typeText(a.Type) == typeText(b.Type) && same(a.X, b.X)
	case *ast.Call:
		b, ok := b.(*ast.Call)
		return ok && sameCall(a, b, same)
	case *ast.Extract:
		b, ok := b.(*ast.Extract)
		return ok && a.Field == b.Field && same(a.X, b.X)
	case *ast.Lambda:
		b, ok := b.(*ast.Lambda)
		return ok && spell(a) == spell(b)
	case *ast.Array:
		b, ok := b.(*ast.Array)
		return ok && all(a.Elems, b.Elems)
	case *ast.Row:
		b, ok := b.(*ast.Row)
		if !ok || len(a.Fields) != len(b.Fields) {
			return false
		}
		for i := range a.Fields {
			if !same(a.Fields[i].Value, b.Fields[i].Value) {
				return false
			}
		}
		return true
	case *ast.Subquery:
		b, ok := b.(*ast.Subquery)
		return ok && sameText(a.Query, b.Query)
	case *ast.Exists:
		b, ok := b.(*ast.Exists)
		return ok && sameText(a.Query, b.Query)
	case *ast.Subscript:
		b, ok := b.(*ast.Subscript)
		return ok && same(a.X, b.X) && same(a.Index, b.Index)
	case *ast.AtTimeZone:
		b, ok := b.(*ast.AtTimeZone)
		return ok && same(a.X, b.X) && same(a.Zone, b.Zone)
	}
	return false
}

func sameCall(a, b *ast.Call, same func(a, b ast.Expr) bool) bool {
	if nameText(a.Name) != nameText(b.Name) || a.Star != b.Star || a.Distinct != b.Distinct || a.Nulls != b.Nulls ||
		len(a.Args) != len(b.Args) || (a.Over == nil) != (b.Over == nil) || !same(a.Filter, b.Filter) || !sameSort(a.OrderBy, b.OrderBy, same) || !sameSort(a.Within, b.Within, same) {
		return false
	}
	for i := range a.Args {
		if !same(a.Args[i].Value, b.Args[i].Value) {
			return false
		}
	}
	if a.Over == nil {
		return true
	}
	x, y := a.Over, b.Over
	if x.Name != nil || y.Name != nil {
		return x.Name != nil && y.Name != nil && lower(x.Name.Name) == lower(y.Name.Name)
	}
	if (x.Spec.Base == nil) != (y.Spec.Base == nil) || len(x.Spec.PartitionBy) != len(y.Spec.PartitionBy) ||
		(x.Spec.Frame == nil) != (y.Spec.Frame == nil) || !sameSort(x.Spec.OrderBy, y.Spec.OrderBy, same) {
		return false
	}
	for i := range x.Spec.PartitionBy {
		if !same(x.Spec.PartitionBy[i], y.Spec.PartitionBy[i]) {
			return false
		}
	}
	if f, g := x.Spec.Frame, y.Spec.Frame; f != nil {
		return f.Unit == g.Unit && sameBound(f.Start, g.Start, same) && sameBound(f.End, g.End, same)
	}
	return true
}

func sameBound(a, b *ast.FrameBound, same func(a, b ast.Expr) bool) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Kind == b.Kind && same(a.Offset, b.Offset)
}

func sameSort(a, b []*ast.SortItem, same func(a, b ast.Expr) bool) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Desc != b[i].Desc || a[i].Nulls != b[i].Nulls || !same(a[i].Expr, b[i].Expr) {
			return false
		}
	}
	return true
}

// sameText compares two queries as written. It is slow, and used only for queries inside expressions
// that are repeated in GROUP BY or ORDER BY.
func sameText(a, b *ast.Query) bool {
	if a == nil || b == nil {
		return a == b
	}
	return ast.Shape(a) == ast.Shape(b)
}

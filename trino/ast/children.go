package ast

import "fmt"

// Children calls f for every node directly below n, in source order; absent children are skipped. A
// node that it does not know is a mistake of this package, and it panics.
func Children(n Node, f func(Node)) {
	switch n := n.(type) {
	case *Ident, *NullLit, *BoolLit, *StringLit, *BinaryLit, *IntLit, *DecimalLit, *DoubleLit, *IntervalLit,
		*Parameter, *Current, *GroupByAuto, *CaseOperand, *Other, *LikeClause:
	case *QualifiedName:
		each(n.Parts, f)
	case *Query:
		if n.With != nil {
			f(n.With)
		}
		f(n.Body)
		each(n.OrderBy, f)
		one(n.Offset, f)
		if n.Limit != nil {
			f(n.Limit)
		}
	case *With:
		each(n.CTEs, f)
	case *CTE:
		f(n.Name)
		each(n.Columns, f)
		f(n.Query)
	case *Limit:
		one(n.Count, f)
	case *SortItem:
		f(n.Expr)
	case *Select:
		each(n.Items, f)
		if n.From != nil {
			f(n.From)
		}
		one(n.Where, f)
		if n.GroupBy != nil {
			f(n.GroupBy)
		}
		one(n.Having, f)
		each(n.Windows, f)
	case *SingleColumn:
		f(n.Expr)
		if n.Alias != nil {
			f(n.Alias)
		}
	case *AllColumns:
		one(n.Target, f)
		each(n.Aliases, f)
	case *GroupBy:
		each(n.Elements, f)
	case *SimpleGroupBy:
		each(n.Exprs, f)
	case *GroupingSets:
		each(n.Sets, f)
	case *Rollup:
		each(n.Sets, f)
	case *Cube:
		each(n.Sets, f)
	case *WindowDef:
		f(n.Name)
		f(n.Spec)
	case *SetOp:
		f(n.Left)
		each(n.CorrespondingColumns, f)
		f(n.Right)
	case *Values:
		each(n.Rows, f)
	case *TableQuery:
		f(n.Name)
	case *ParenQuery:
		f(n.Query)
	case *Table:
		f(n.Name)
		if n.Version != nil {
			one(n.Version.Expr, f)
		}
	case *Aliased:
		f(n.Rel)
		f(n.Alias)
		each(n.Columns, f)
	case *Sampled:
		f(n.Rel)
		f(n.Percent)
	case *SubqueryRel:
		f(n.Query)
	case *Lateral:
		f(n.Query)
	case *Unnest:
		each(n.Exprs, f)
	case *TableFunction:
		f(n.Name)
		each(n.Args, f)
	case *TableArg:
		f(n.Rel)
		each(n.PartitionBy, f)
		each(n.OrderBy, f)
	case *DescriptorArg:
		each(n.Fields, f)
	case *DescriptorField:
		f(n.Name)
		if n.Type != nil {
			f(n.Type)
		}
	case *Pivot:
		f(n.Rel)
		each(n.Aggregations, f)
		each(n.Columns, f)
		each(n.Values, f)
		if n.GroupBy != nil {
			f(n.GroupBy)
		}
		if n.Alias != nil {
			f(n.Alias)
		}
		each(n.AliasColumns, f)
	case *PivotValue:
		each(n.Exprs, f)
		if n.Alias != nil {
			f(n.Alias)
		}
	case *Nearest:
		f(n.Rel)
		one(n.Where, f)
		one(n.Match, f)
	case *ParenRel:
		f(n.Rel)
	case *Join:
		f(n.Left)
		f(n.Right)
		one(n.On, f)
		each(n.Using, f)
	case *CreateTable:
		f(n.Name)
		each(n.Columns, f)
		each(n.Likes, f)
		each(n.Properties, f)
	case *ColumnDef:
		f(n.Name)
		f(n.Type)
		one(n.Default, f)
	case *Property:
		f(n.Name)
		one(n.Value, f)
	case *TypedLit:
		f(n.Type)
	case *Deref:
		f(n.Base)
		f(n.Field)
	case *Unary:
		f(n.X)
	case *Binary:
		f(n.L)
		f(n.R)
	case *Logical:
		each(n.Terms, f)
	case *Not:
		f(n.X)
	case *Compare:
		f(n.L)
		f(n.R)
	case *Quantified:
		f(n.L)
		f(n.Query)
	case *Between:
		f(n.X)
		f(n.Lo)
		f(n.Hi)
	case *In:
		f(n.X)
		each(n.List, f)
		if n.Query != nil {
			f(n.Query)
		}
	case *Like:
		f(n.X)
		f(n.Pattern)
		one(n.Escape, f)
	case *IsNull:
		f(n.X)
	case *IsTruth:
		f(n.X)
	case *Overlaps:
		f(n.L)
		f(n.R)
	case *Match:
		f(n.X)
		f(n.Query)
	case *Unique:
		f(n.Query)
	case *Exists:
		f(n.Query)
	case *Subquery:
		f(n.Query)
	case *Case:
		one(n.Operand, f)
		each(n.Whens, f)
		one(n.Else, f)
	case *When:
		f(n.Cond)
		f(n.Result)
	case *Cast:
		f(n.X)
		f(n.Type)
	case *Call:
		f(n.Name)
		one(n.StarOf, f)
		each(n.Args, f)
		each(n.OrderBy, f)
		each(n.Within, f)
		if n.Overflow != nil {
			f(n.Overflow)
		}
		one(n.Filter, f)
		if n.Over != nil {
			f(n.Over)
		}
	case *ListaggOverflow:
		if n.Filler != nil {
			f(n.Filler)
		}
	case *Arg:
		if n.Name != nil {
			f(n.Name)
		}
		f(n.Value)
	case *Window:
		if n.Name != nil {
			f(n.Name)
		}
		if n.Spec != nil {
			f(n.Spec)
		}
	case *WindowSpec:
		if n.Base != nil {
			f(n.Base)
		}
		each(n.PartitionBy, f)
		each(n.OrderBy, f)
		if n.Frame != nil {
			f(n.Frame)
		}
	case *Measure:
		f(n.Name)
		if n.Over != nil {
			f(n.Over)
		}
	case *Frame:
		if n.Start != nil {
			f(n.Start)
		}
		if n.End != nil {
			f(n.End)
		}
	case *FrameBound:
		one(n.Offset, f)
	case *Extract:
		f(n.X)
	case *Lambda:
		each(n.Params, f)
		f(n.Body)
	case *Array:
		each(n.Elems, f)
	case *Row:
		each(n.Fields, f)
	case *RowField:
		if n.Name != nil {
			f(n.Name)
		}
		f(n.Value)
	case *Subscript:
		f(n.X)
		f(n.Index)
	case *ArrayWildcard:
		f(n.X)
	case *AtTimeZone:
		f(n.X)
		one(n.Zone, f)
	case *Paren:
		f(n.X)
	case *TypeName:
		for i := range n.Params {
			if p := &n.Params[i]; p.Type != nil {
				f(p.Type)
			}
		}
	default:
		panic(fmt.Sprintf("ast.Children: %T is not known", n))
	}
}

func each[N Node](nodes []N, f func(Node)) {
	for _, n := range nodes {
		f(n)
	}
}

func one(e Expr, f func(Node)) {
	if e != nil {
		f(e)
	}
}

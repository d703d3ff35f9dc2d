package ast

import (
	"fmt"
	"iter"
)

// Children yields the nodes directly below n in source order. It is the one place that knows what
// each node holds; an unknown node is a mistake of this package and panics.
func Children(n Node) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		c := children{yield: yield}
		c.of(n)
	}
}

// Walk calls visit for n and everything below it, parents first. Where visit returns false the
// children of that node are left out.
func Walk(n Node, visit func(Node) bool) {
	if !visit(n) {
		return
	}
	c := children{yield: func(child Node) bool {
		Walk(child, visit)
		return true
	}}
	c.of(n)
}

// Inspect calls visit for n and everything below it, each with the nodes above it, the outermost
// first. Where visit returns false the children of that node are left out. The slice is reused.
func Inspect(n Node, visit func(n Node, above []Node) bool) {
	inspect(n, nil, visit)
}

func inspect(n Node, above []Node, visit func(n Node, above []Node) bool) {
	if !visit(n, above) {
		return
	}
	above = append(above, n)
	c := children{yield: func(child Node) bool {
		inspect(child, above, visit)
		return true
	}}
	c.of(n)
}

// children hands on the nodes of one parent until yield has enough.
type children struct {
	yield func(Node) bool
	done  bool
}

func (c *children) node(n Node) {
	if !c.done && !c.yield(n) {
		c.done = true
	}
}

// The fields that may be absent: a nil pointer in an interface must not get through.

func (c *children) expr(x Expr) {
	if x != nil {
		c.node(x)
	}
}

func (c *children) rel(r Relation) {
	if r != nil {
		c.node(r)
	}
}

func (c *children) body(b QueryBody) {
	if b != nil {
		c.node(b)
	}
}

// opt hands on a pointer that may be nil.
func opt[T any, P interface {
	*T
	Node
}](c *children, n P) {
	if n != nil {
		c.node(n)
	}
}

// all hands on a list of nodes.
func all[N Node](c *children, list []N) {
	for _, n := range list {
		c.node(n)
	}
}

func (c *children) of(n Node) {
	switch n := n.(type) {
	case *Ident, *NullLit, *BoolLit, *StringLit, *BinaryLit, *IntLit, *DecimalLit, *DoubleLit, *IntervalLit,
		*Parameter, *Current, *CaseOperand, *GroupByAuto, *ExplainOption, *Transaction, *DollarText:
		// leaves
	case *QualifiedName:
		all(c, n.Parts)

	case *Query:
		opt(c, n.With)
		c.body(n.Body)
		all(c, n.OrderBy)
		c.expr(n.Offset)
		opt(c, n.Limit)
	case *With:
		all(c, n.CTEs)
	case *CTE:
		opt(c, n.Name)
		all(c, n.Columns)
		opt(c, n.Query)
	case *Limit:
		c.expr(n.Count)
	case *SortItem:
		c.expr(n.Expr)
	case *Select:
		all(c, n.Items)
		c.rel(n.From)
		c.expr(n.Where)
		opt(c, n.GroupBy)
		c.expr(n.Having)
		all(c, n.Windows)
	case *SingleColumn:
		c.expr(n.Expr)
		opt(c, n.Alias)
	case *AllColumns:
		c.expr(n.Target)
		all(c, n.Aliases)
	case *GroupBy:
		all(c, n.Elements)
	case *SimpleGroupBy:
		all(c, n.Exprs)
	case *GroupingSets:
		all(c, n.Sets)
	case *Rollup:
		all(c, n.Sets)
	case *Cube:
		all(c, n.Sets)
	case *WindowDef:
		opt(c, n.Name)
		opt(c, n.Spec)
	case *SetOp:
		c.body(n.Left)
		all(c, n.CorrespondingColumns)
		c.body(n.Right)
	case *Values:
		all(c, n.Rows)
	case *TableQuery:
		opt(c, n.Name)
	case *ParenQuery:
		opt(c, n.Query)

	case *Table:
		opt(c, n.Name)
		opt(c, n.Version)
	case *TableVersion:
		c.expr(n.Expr)
	case *Aliased:
		c.rel(n.Rel)
		opt(c, n.Alias)
		all(c, n.Columns)
	case *Sampled:
		c.rel(n.Rel)
		c.expr(n.Percent)
	case *SubqueryRel:
		opt(c, n.Query)
	case *Lateral:
		opt(c, n.Query)
	case *Unnest:
		all(c, n.Exprs)
	case *TableFunction:
		opt(c, n.Name)
		all(c, n.Args)
		for _, names := range n.Copartition {
			all(c, names)
		}
	case *TableArg:
		c.rel(n.Rel)
		all(c, n.PartitionBy)
		all(c, n.OrderBy)
	case *DescriptorArg:
		all(c, n.Fields)
	case *DescriptorField:
		opt(c, n.Name)
		opt(c, n.Type)
	case *ParenRel:
		c.rel(n.Rel)
	case *Join:
		c.rel(n.Left)
		c.rel(n.Right)
		c.expr(n.On)
		all(c, n.Using)
	case *Pivot:
		c.rel(n.Rel)
		all(c, n.Aggregations)
		all(c, n.Columns)
		all(c, n.Values)
		opt(c, n.GroupBy)
		opt(c, n.Alias)
		all(c, n.AliasColumns)
	case *PivotValue:
		all(c, n.Exprs)
		opt(c, n.Alias)
	case *Nearest:
		c.rel(n.Rel)
		c.expr(n.Where)
		c.expr(n.Match)

	case *CreateTable:
		opt(c, n.Name)
		all(c, n.Columns)
		all(c, n.Likes)
		opt(c, n.Comment)
		all(c, n.Properties)
	case *LikeClause:
		opt(c, n.Name)
	case *Property:
		opt(c, n.Name)
		c.expr(n.Value)
	case *ColumnDef:
		all(c, n.Path)
		opt(c, n.Name)
		opt(c, n.Type)
		c.expr(n.Default)
		opt(c, n.Comment)
		all(c, n.Properties)
	case *TypeName:
		for i := range n.Params {
			opt(c, n.Params[i].Field)
			opt(c, n.Params[i].Type)
		}

	case *TypedLit:
		opt(c, n.Type)
	case *Deref:
		c.expr(n.Base)
		opt(c, n.Field)
	case *Unary:
		c.expr(n.X)
	case *Binary:
		c.expr(n.L)
		c.expr(n.R)
	case *Logical:
		all(c, n.Terms)
	case *Not:
		c.expr(n.X)
	case *Compare:
		c.expr(n.L)
		c.expr(n.R)
	case *Quantified:
		c.expr(n.L)
		opt(c, n.Query)
	case *Between:
		c.expr(n.X)
		c.expr(n.Lo)
		c.expr(n.Hi)
	case *In:
		c.expr(n.X)
		all(c, n.List)
		opt(c, n.Query)
	case *Like:
		c.expr(n.X)
		c.expr(n.Pattern)
		c.expr(n.Escape)
	case *IsNull:
		c.expr(n.X)
	case *IsTruth:
		c.expr(n.X)
	case *Overlaps:
		c.expr(n.L)
		c.expr(n.R)
	case *Match:
		c.expr(n.X)
		opt(c, n.Query)
	case *Unique:
		opt(c, n.Query)
	case *Exists:
		opt(c, n.Query)
	case *Subquery:
		opt(c, n.Query)
	case *Case:
		c.expr(n.Operand)
		all(c, n.Whens)
		c.expr(n.Else)
	case *When:
		c.expr(n.Cond)
		c.expr(n.Result)
	case *Cast:
		c.expr(n.X)
		opt(c, n.Type)
	case *Call:
		opt(c, n.Name)
		c.expr(n.StarOf)
		all(c, n.Args)
		all(c, n.OrderBy)
		opt(c, n.Overflow)
		all(c, n.Within)
		c.expr(n.Filter)
		opt(c, n.Over)
	case *ListaggOverflow:
		opt(c, n.Filler)
	case *Arg:
		opt(c, n.Name)
		c.expr(n.Value)
	case *Window:
		opt(c, n.Name)
		opt(c, n.Spec)
	case *WindowSpec:
		opt(c, n.Base)
		all(c, n.PartitionBy)
		all(c, n.OrderBy)
		opt(c, n.Frame)
	case *Measure:
		opt(c, n.Name)
		opt(c, n.Over)
	case *Frame:
		opt(c, n.Start)
		opt(c, n.End)
		opt(c, n.Pattern)
	case *FrameBound:
		c.expr(n.Offset)
	case *Extract:
		c.expr(n.X)
	case *Lambda:
		all(c, n.Params)
		c.expr(n.Body)
	case *Array:
		all(c, n.Elems)
	case *Row:
		all(c, n.Fields)
	case *RowField:
		c.expr(n.Value)
		opt(c, n.Name)
	case *Subscript:
		c.expr(n.X)
		c.expr(n.Index)
	case *ArrayWildcard:
		c.expr(n.X)
	case *AtTimeZone:
		c.expr(n.X)
		c.expr(n.Zone)
	case *Paren:
		c.expr(n.X)

	case *JSONInput:
		c.expr(n.X)
	case *JSONPath:
		opt(c, n.Input)
		opt(c, n.Path)
		opt(c, n.Name)
		all(c, n.Passing)
	case *JSONArg:
		opt(c, n.Input)
		opt(c, n.Name)
	case *JSONBehavior:
		c.expr(n.Default)
	case *JSONExists:
		opt(c, n.Path)
	case *JSONValue:
		opt(c, n.Path)
		opt(c, n.Returning)
		opt(c, n.OnEmpty)
		opt(c, n.OnError)
	case *JSONQuery:
		opt(c, n.Path)
		opt(c, n.Returning)
		opt(c, n.OnEmpty)
		opt(c, n.OnError)
	case *JSONObject:
		all(c, n.Members)
		opt(c, n.Returning)
	case *JSONMember:
		c.expr(n.Key)
		opt(c, n.Value)
	case *JSONArray:
		all(c, n.Elems)
		opt(c, n.Returning)
	case *JSONTable:
		opt(c, n.Path)
		all(c, n.Columns)
		opt(c, n.Plan)
	case *JSONColumn:
		if n.Kind != JSONNested {
			opt(c, n.Name)
		}
		opt(c, n.Type)
		opt(c, n.Path)
		if n.Kind == JSONNested {
			opt(c, n.Name)
		}
		opt(c, n.OnEmpty)
		opt(c, n.OnError)
		all(c, n.Columns)
	case *JSONPlan:
		opt(c, n.Name)
		all(c, n.Parts)

	case *MatchRecognize:
		c.rel(n.Rel)
		all(c, n.PartitionBy)
		all(c, n.OrderBy)
		opt(c, n.Pattern)
		opt(c, n.Alias)
		all(c, n.AliasColumns)
	case *RowPattern:
		all(c, n.Measures)
		opt(c, n.After)
		opt(c, n.Pattern)
		all(c, n.Subsets)
		all(c, n.Defines)
	case *MeasureDef:
		c.expr(n.Expr)
		opt(c, n.Name)
	case *SkipTo:
		opt(c, n.Name)
	case *SubsetDef:
		opt(c, n.Name)
		all(c, n.Union)
	case *VariableDef:
		opt(c, n.Name)
		c.expr(n.Expr)
	case *Pattern:
		opt(c, n.Name)
		all(c, n.Parts)
		opt(c, n.Quantifier)
	case *PatternQuantifier:
		opt(c, n.Exactly)
		opt(c, n.Min)
		opt(c, n.Max)
	default:
		if !c.ofStatement(n) {
			panic(fmt.Sprintf("ast: Children does not know %T", n))
		}
	}
}

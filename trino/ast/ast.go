// Package ast is the syntax tree of Trino SQL: a closed set of node types, each with the byte span
// it came from. The tree is never written to after parsing or building; what checking learns lives
// in side tables keyed by node. Start at Query.
//
// The shape follows Trino's own grammar (SqlBase.g4 of Trino 483), so that what the engine says of
// a place can be said of the same place here. Nodes that code builds have a zero span.
package ast

// Span is a half-open range of byte offsets into the source text. The zero Span means "built by
// code". Line and column are computed only when they are shown (see package parse).
type Span struct{ Start, End int32 }

// Loc is embedded by every node and carries its span.
type Loc struct{ At Span }

// Span returns where the node stands in the source.
func (l Loc) Span() Span { return l.At }

// Node is any part of the tree.
type Node interface {
	Span() Span
	isNode()
}

// Expr is a scalar, aggregate or boolean expression.
type Expr interface {
	Node
	isExpr()
}

// Relation is anything that may stand in FROM.
type Relation interface {
	Node
	isRelation()
}

// QueryBody is the part of a query before ORDER BY: *Select, *SetOp, *Values, *TableQuery or *ParenQuery.
type QueryBody interface {
	Node
	isQueryBody()
}

// Statement is a whole statement: *Query, or one of the nodes that embed Head.
type Statement interface {
	Node
	isStatement()
}

// SelectItem is *SingleColumn or *AllColumns.
type SelectItem interface {
	Node
	isSelectItem()
}

// GroupingElement is *SimpleGroupBy, *GroupingSets, *Rollup, *Cube or *GroupByAuto.
type GroupingElement interface {
	Node
	isGroupingElement()
}

// Ident is one name. Name is the text without quotes; Trino resolves names of columns, tables and
// functions without regard to case, quoted or not.
type Ident struct {
	Loc
	Name   string
	Quoted bool
}

// QualifiedName is a dotted name, one part or more.
type QualifiedName struct {
	Loc
	Parts []*Ident
}

// Comment is a comment of the source, kept beside the tree for printing. Text includes its markers
// and no line end. Trailing says that it ends a line that began with something else, and so speaks
// of what stands before it.
type Comment struct {
	At       Span
	Text     string
	Trailing bool
}

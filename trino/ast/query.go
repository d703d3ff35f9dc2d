package ast

// Query is WITH … body ORDER BY … OFFSET … LIMIT/FETCH.
type Query struct {
	Loc
	With     *With // nil when absent
	Body     QueryBody
	OrderBy  []*SortItem
	Offset   Expr   // *IntLit or *Parameter; nil when absent
	Limit    *Limit // nil when absent
	Comments []Comment
}

// With is the WITH clause.
type With struct {
	Loc
	Recursive bool
	CTEs      []*CTE
}

// CTE is one named query of a WITH clause. Columns is empty when no aliases were given.
type CTE struct {
	Loc
	Name    *Ident
	Columns []*Ident
	Query   *Query
}

// Limit is LIMIT n, LIMIT ALL, or FETCH FIRST [n] ROW[S] ONLY | WITH TIES.
type Limit struct {
	Loc
	All      bool
	Count    Expr // *IntLit or *Parameter; nil for LIMIT ALL and for FETCH FIRST ROW
	Fetch    bool // written as FETCH
	WithTies bool
}

// SortItem is one ORDER BY item.
type SortItem struct {
	Loc
	Expr  Expr
	Desc  bool
	Nulls NullOrder
}

// NullOrder says where nulls sort; Trino's default is last, whichever the direction.
type NullOrder uint8

const (
	NullsDefault NullOrder = iota
	NullsFirst
	NullsLast
)

// Select is SELECT … FROM … WHERE … GROUP BY … HAVING … WINDOW ….
type Select struct {
	Loc
	Distinct bool
	Items    []SelectItem
	From     Relation // nil when absent; several items are joined by *Join of kind ImplicitJoin
	Where    Expr
	GroupBy  *GroupBy // nil when absent
	Having   Expr
	Windows  []*WindowDef
}

// SingleColumn is expr [AS alias].
type SingleColumn struct {
	Loc
	Expr  Expr
	Alias *Ident
}

// AllColumns is * or target.* [AS (aliases)].
type AllColumns struct {
	Loc
	Target  Expr // nil for a bare *
	Aliases []*Ident
}

// GroupBy is GROUP BY [DISTINCT|ALL] elements.
type GroupBy struct {
	Loc
	Distinct bool
	Elements []GroupingElement
}

// SimpleGroupBy is an expression or a parenthesised list that groups as one.
type SimpleGroupBy struct {
	Loc
	Exprs []Expr
	Paren bool // written with parentheses
}

// GroupingSets is GROUPING SETS (…); each set is a list of expressions, possibly empty.
type GroupingSets struct {
	Loc
	Sets []GroupingElement
}

// Rollup is ROLLUP (sets).
type Rollup struct {
	Loc
	Sets []*SimpleGroupBy
}

// Cube is CUBE (sets).
type Cube struct {
	Loc
	Sets []*SimpleGroupBy
}

// GroupByAuto is GROUP BY AUTO: every output column without an aggregate.
type GroupByAuto struct{ Loc }

// WindowDef is name AS (spec) of the WINDOW clause.
type WindowDef struct {
	Loc
	Name *Ident
	Spec *WindowSpec
}

// SetOpKind is UNION, INTERSECT or EXCEPT.
type SetOpKind uint8

const (
	Union SetOpKind = iota
	Intersect
	Except
)

// SetOp is left UNION|INTERSECT|EXCEPT [ALL|DISTINCT] [CORRESPONDING [(columns)]] right.
type SetOp struct {
	Loc
	Kind                 SetOpKind
	All                  bool
	ExplicitDistinct     bool
	Corresponding        bool
	CorrespondingColumns []*Ident
	Left, Right          QueryBody
	OpAt                 Span // of the keyword, where Trino places its errors
}

// Values is VALUES row, row, ….
type Values struct {
	Loc
	Rows []Expr
}

// TableQuery is TABLE name as a query.
type TableQuery struct {
	Loc
	Name *QualifiedName
}

// ParenQuery is a parenthesised query used as an operand or body.
type ParenQuery struct {
	Loc
	Query *Query
}

// Table is a named table, optionally at a version.
type Table struct {
	Loc
	Name    *QualifiedName
	Version *TableVersion
}

// TableVersion is FOR TIMESTAMP|VERSION AS OF expr.
type TableVersion struct {
	Loc
	Timestamp bool // TIMESTAMP, else VERSION
	Expr      Expr
}

// Aliased is relation AS alias [(columns)].
type Aliased struct {
	Loc
	Rel     Relation
	Alias   *Ident
	Columns []*Ident
}

// Sampled is relation TABLESAMPLE method (percent).
type Sampled struct {
	Loc
	Rel     Relation
	Method  SampleMethod
	Percent Expr
}

// SampleMethod is BERNOULLI or SYSTEM.
type SampleMethod uint8

const (
	Bernoulli SampleMethod = iota
	System
)

// SubqueryRel is (query) in FROM.
type SubqueryRel struct {
	Loc
	Query *Query
}

// Lateral is LATERAL (query).
type Lateral struct {
	Loc
	Query *Query
}

// Unnest is UNNEST(exprs) [WITH ORDINALITY].
type Unnest struct {
	Loc
	Exprs      []Expr
	Ordinality bool
}

// TableFunction is TABLE(name(args)).
type TableFunction struct {
	Loc
	Name        *QualifiedName
	Args        []*Arg // a value may also be a *TableArg or a *DescriptorArg
	Copartition [][]*QualifiedName
}

// TableArg is TABLE(name|query) [AS alias [(columns)]] [PARTITION BY …] [PRUNE|KEEP WHEN EMPTY]
// [ORDER BY …] as an argument of a table function. Rel is a *Table, a *SubqueryRel, or an *Aliased
// of one.
type TableArg struct {
	Loc
	Rel         Relation
	Partitioned bool // PARTITION BY is written; it may list nothing
	PartitionBy []Expr
	Empty       string // "prune", "keep" or empty
	EmptyAt     Span   // of PRUNE or KEEP
	OrderBy     []*SortItem
}

// DescriptorArg is DESCRIPTOR(name [type], …) as an argument of a table function; Null is
// CAST(NULL AS DESCRIPTOR).
type DescriptorArg struct {
	Loc
	Null   bool
	Fields []*DescriptorField
}

// DescriptorField is one column of a descriptor; Type may be nil.
type DescriptorField struct {
	Loc
	Name *Ident
	Type *TypeName
}

// Pivot is relation PIVOT (aggregations FOR columns IN (values) [GROUP BY …]) [AS alias [(columns)]].
type Pivot struct {
	Loc
	Rel          Relation
	Aggregations []*SingleColumn
	Columns      []*QualifiedName
	Values       []*PivotValue
	GroupBy      *GroupBy // nil when absent
	Alias        *Ident
	AliasColumns []*Ident
}

// PivotValue is one value, or one (value, value, …), with an optional alias.
type PivotValue struct {
	Loc
	Exprs []Expr
	Alias *Ident
}

// Nearest is NEAREST (FROM relation [WHERE …] MATCH …).
type Nearest struct {
	Loc
	Rel   Relation
	Where Expr
	Match Expr
}

// ParenRel is a parenthesised relation such as (a JOIN b ON …).
type ParenRel struct {
	Loc
	Rel Relation
}

// JoinKind is the kind of a join.
type JoinKind uint8

const (
	InnerJoin JoinKind = iota
	LeftJoin
	RightJoin
	FullJoin
	CrossJoin
	ImplicitJoin // the comma
)

// Join is left JOIN right with its criteria: exactly one of On, Using, Natural for the kinds that
// take one, none for CrossJoin and ImplicitJoin.
type Join struct {
	Loc
	Kind        JoinKind
	Left, Right Relation
	On          Expr
	Using       []*Ident
	Natural     bool
}

package ast

// NullLit is NULL.
type NullLit struct{ Loc }

// BoolLit is TRUE or FALSE.
type BoolLit struct {
	Loc
	Value bool
}

// StringLit is 'text' or U&'text'; Value is decoded.
type StringLit struct {
	Loc
	Value string
}

// BinaryLit is X'…'; Value is decoded.
type BinaryLit struct {
	Loc
	Value []byte
}

// IntLit is an integer literal as written (decimal, 0x, 0b, 0o, underscores kept). As in Trino's
// grammar a minus directly before a number belongs to the literal: Text is then "-1". The same holds
// for DecimalLit and DoubleLit.
type IntLit struct {
	Loc
	Text string
}

// DecimalLit is a literal with a point and no exponent, as written.
type DecimalLit struct {
	Loc
	Text string
}

// DoubleLit is a literal with an exponent, as written.
type DoubleLit struct {
	Loc
	Text string
}

// TypedLit is a type name before a string: DATE '2026-01-01', DECIMAL '1.0', TIMESTAMP '…', JSON '…'.
type TypedLit struct {
	Loc
	Type  *TypeName
	Value string
}

// IntervalLit is INTERVAL [+|-] 'value' FROM [TO TO].
type IntervalLit struct {
	Loc
	Negative bool
	Value    string
	From     string // "year" … "second", lower case
	To       string // empty when absent
	// Precision is written after From, Fraction after SECOND; nil when absent.
	Precision, Fraction *int64
}

// Parameter is a ? placeholder; Index counts from 0 in source order.
type Parameter struct {
	Loc
	Index int
}

// Deref is base.field: a qualified column or a row's field.
type Deref struct {
	Loc
	Base  Expr
	Field *Ident
}

// Unary is + or -.
type Unary struct {
	Loc
	Minus bool
	X     Expr
}

// BinaryOp is the operator of a Binary.
type BinaryOp uint8

const (
	Add BinaryOp = iota
	Sub
	Mul
	Div
	Mod
	Concat
)

// Binary is an arithmetic operation or ||.
type Binary struct {
	Loc
	Op   BinaryOp
	L, R Expr
	OpAt Span // of the operator itself; Trino places type errors of some operators there
}

// Logical is a flat AND or OR of two or more terms.
type Logical struct {
	Loc
	Or    bool
	Terms []Expr
}

// Not is NOT x.
type Not struct {
	Loc
	X Expr
}

// CompareOp is a comparison operator.
type CompareOp uint8

const (
	Eq CompareOp = iota
	Ne
	Lt
	Le
	Gt
	Ge
	IsDistinctFrom
	IsNotDistinctFrom
)

// Compare is l op r.
type Compare struct {
	Loc
	Op   CompareOp
	L, R Expr
	OpAt Span
}

// Quantifier is ALL, ANY or SOME.
type Quantifier uint8

const (
	All Quantifier = iota
	Any
	Some
)

// Quantified is l op ALL|ANY|SOME (query).
type Quantified struct {
	Loc
	Op         CompareOp
	Quantifier Quantifier
	L          Expr
	Query      *Query
	OpAt       Span
}

// Between is x [NOT] BETWEEN [SYMMETRIC] lo AND hi.
type Between struct {
	Loc
	Not       bool
	Symmetric bool
	X, Lo, Hi Expr
	OpAt      Span // of [NOT] BETWEEN; Trino places errors of a predicate at its first keyword
}

// In is x [NOT] IN (list) or (query); exactly one of List and Query is set.
type In struct {
	Loc
	Not   bool
	X     Expr
	List  []Expr
	Query *Query
	OpAt  Span
}

// Like is x [NOT] LIKE pattern [ESCAPE escape].
type Like struct {
	Loc
	Not        bool
	X, Pattern Expr
	Escape     Expr
	OpAt       Span
}

// IsNull is x IS [NOT] NULL.
type IsNull struct {
	Loc
	Not  bool
	X    Expr
	OpAt Span
}

// Truth is a value of SQL's three-valued logic.
type Truth uint8

const (
	True Truth = iota
	False
	Unknown
)

// IsTruth is x IS [NOT] TRUE|FALSE|UNKNOWN.
type IsTruth struct {
	Loc
	Not   bool
	Value Truth
	X     Expr
	OpAt  Span
}

// Overlaps is l OVERLAPS r.
type Overlaps struct {
	Loc
	L, R Expr
	OpAt Span
}

// Match is x MATCH [UNIQUE] [SIMPLE|PARTIAL|FULL] (query).
type Match struct {
	Loc
	Unique bool
	Kind   string // lower case, empty when absent
	X      Expr
	Query  *Query
	OpAt   Span
}

// Unique is UNIQUE (query).
type Unique struct {
	Loc
	Query *Query
}

// Exists is EXISTS (query).
type Exists struct {
	Loc
	Query *Query
}

// Subquery is (query) as a scalar.
type Subquery struct {
	Loc
	Query *Query
}

// Case is CASE [operand] WHEN … THEN … [ELSE …] END.
type Case struct {
	Loc
	Operand Expr // nil for the searched form
	Whens   []*When
	Else    Expr
}

// CaseOperand stands for the operand of the enclosing Case where an arm is only the rest of a
// predicate: CASE x WHEN > 5 THEN … has the condition Compare{Gt, CaseOperand, 5}. It has no text.
type CaseOperand struct{ Loc }

// When is one arm of a Case.
type When struct {
	Loc
	Cond, Result Expr
}

// Cast is CAST(x AS type) or TRY_CAST.
type Cast struct {
	Loc
	Try  bool
	X    Expr
	Type *TypeName
}

// Call is a function call in any of its forms. The special forms IF, COALESCE, NULLIF, TRY and
// GROUPING are calls too; the checker knows them by name.
type Call struct {
	Loc
	Name     *QualifiedName
	Star     bool // count(*), f(t.*) has StarOf
	StarOf   Expr
	Distinct bool
	Args     []*Arg
	OrderBy  []*SortItem
	Within   []*SortItem // WITHIN GROUP (ORDER BY …), as LISTAGG has
	Overflow *ListaggOverflow
	Filter   Expr
	Nulls    NullTreatment
	Mode     string // RUNNING or FINAL, lower case, inside row pattern recognition
	TrimSpec string // "leading", "trailing", "both" or empty: what TRIM says itself
	Over     *Window
	Syntax   CallSyntax
}

// CallSyntax says how a call was written when it has a form of its own, so that it prints as it was.
type CallSyntax uint8

const (
	PlainCall     CallSyntax = iota
	TrimCall                 // TRIM([spec] [chars] FROM s): args are s[, chars]; the name is trim, ltrim or rtrim by spec
	SubstringCall            // SUBSTRING(s FROM a [FOR b])
	PositionCall             // POSITION(a IN b)
	NormalizeCall            // NORMALIZE(s[, form]): form is a *StringLit argument
	MethodCall               // x.f(args): the receiver is the first argument
	OverlayCall              // OVERLAY(s PLACING r FROM a [FOR n])
	StaticCall               // type::f(args): the last part of Name is the method
	GroupingCall             // GROUPING(column, …)
	ListaggCall              // LISTAGG([DISTINCT] x [, separator] [ON OVERFLOW …]) WITHIN GROUP (ORDER BY …)
)

// ListaggOverflow is ON OVERFLOW ERROR | TRUNCATE [filler] WITH|WITHOUT COUNT.
type ListaggOverflow struct {
	Loc
	Truncate  bool
	Filler    *StringLit
	WithCount bool
}

// Arg is an argument, named when Name is set (name => value).
type Arg struct {
	Loc
	Name  *Ident
	Value Expr
}

// NullTreatment is RESPECT NULLS or IGNORE NULLS.
type NullTreatment uint8

const (
	NullsUnspecified NullTreatment = iota
	RespectNulls
	IgnoreNulls
)

// Window is OVER name or OVER (spec): exactly one of Name and Spec is set.
type Window struct {
	Loc
	Name *Ident
	Spec *WindowSpec
}

// WindowSpec is [base] [PARTITION BY …] [ORDER BY …] [frame].
type WindowSpec struct {
	Loc
	Base        *Ident
	PartitionBy []Expr
	OrderBy     []*SortItem
	Frame       *Frame
}

// FrameUnit is ROWS, RANGE or GROUPS.
type FrameUnit uint8

const (
	Rows FrameUnit = iota
	Range
	Groups
)

// Measure is name OVER window: a measure of row pattern recognition in a window.
type Measure struct {
	Loc
	Name *Ident
	Over *Window
}

// Frame is a window frame; End is nil for the short form.
type Frame struct {
	Loc
	Unit       FrameUnit
	Start, End *FrameBound
	Pattern    *RowPattern // of row pattern recognition in a window; nil when absent
}

// BoundKind is one end of a frame.
type BoundKind uint8

const (
	UnboundedPreceding BoundKind = iota
	Preceding
	CurrentRow
	Following
	UnboundedFollowing
)

// FrameBound is one end of a frame; Offset is set for Preceding and Following.
type FrameBound struct {
	Loc
	Kind   BoundKind
	Offset Expr
}

// Extract is EXTRACT(field FROM x).
type Extract struct {
	Loc
	Field string // lower case
	X     Expr
}

// Lambda is params -> body.
type Lambda struct {
	Loc
	Params []*Ident
	Body   Expr
}

// Array is ARRAY[…] or, when Bare, […].
type Array struct {
	Loc
	Elems []Expr
	Bare  bool
}

// Row is ROW(…) or, when Paren, (a, b).
type Row struct {
	Loc
	Fields []*RowField
	Paren  bool
}

// RowField is one field of a Row with an optional name.
type RowField struct {
	Loc
	Name  *Ident
	Value Expr
}

// Subscript is x[index].
type Subscript struct {
	Loc
	X, Index Expr
}

// ArrayWildcard is x[*].
type ArrayWildcard struct {
	Loc
	X Expr
}

// AtTimeZone is x AT TIME ZONE zone, or AT LOCAL when Zone is nil.
type AtTimeZone struct {
	Loc
	X, Zone Expr
	OpAt    Span
}

// Current is CURRENT_DATE, CURRENT_TIME, CURRENT_TIMESTAMP, LOCALTIME, LOCALTIMESTAMP, CURRENT_USER,
// CURRENT_CATALOG, CURRENT_SCHEMA or CURRENT_PATH.
type Current struct {
	Loc
	What      string // lower case
	Precision int    // -1 when absent
}

// Paren is a parenthesised expression; kept so that places and round trips are exact. Builders need
// not insert it: the formatter adds parentheses where precedence demands them.
type Paren struct {
	Loc
	X Expr
}

// TypeName is a type as written: varchar(20), decimal(10,2), array(row(a bigint)), timestamp(3) with
// time zone, interval day to second, double precision.
type TypeName struct {
	Loc
	// Name is the lower case base name: "timestamp with time zone", "row", "array", "interval day to
	// second". The older spellings bigint array and array<bigint> give "array" as well, and double
	// precision gives "double".
	Name string
	// Params in order. Of an interval with a precision there are two, the leading precision and the
	// fraction of a second; one that is not written has all fields nil.
	Params []TypeParam
}

// TypeParam is a number, a nested type, or a row's field (Field may be nil for an unnamed one).
type TypeParam struct {
	Number *int64
	Type   *TypeName
	Field  *Ident
}

package ast

// MatchRecognize is relation MATCH_RECOGNIZE (…) [AS alias [(columns)]].
type MatchRecognize struct {
	Loc
	Rel          Relation
	PartitionBy  []Expr
	OrderBy      []*SortItem
	RowsPerMatch string // as written, lower case: "one row per match", "all rows per match omit empty matches"; or empty
	Pattern      *RowPattern
	Alias        *Ident
	AliasColumns []*Ident
}

// RowPattern is what MATCH_RECOGNIZE and a window frame with a pattern have in common. Names of
// variables are matched exactly: one without quotes is upper case.
type RowPattern struct {
	Loc
	Measures []*MeasureDef
	After    *SkipTo // nil when absent
	Search   string  // "initial", "seek" or empty
	Pattern  *Pattern
	Subsets  []*SubsetDef
	Defines  []*VariableDef
}

// MeasureDef is expr AS name of MEASURES.
type MeasureDef struct {
	Loc
	Expr Expr
	Name *Ident
}

// SkipTo is AFTER MATCH SKIP ….
type SkipTo struct {
	Loc
	Kind SkipKind
	Name *Ident // for SkipToFirst, SkipToLast and SkipToVariable
}

// SkipKind is where matching goes on after a match.
type SkipKind uint8

const (
	SkipToNextRow SkipKind = iota
	SkipPastLastRow
	SkipToFirst
	SkipToLast
	SkipToVariable
)

// SubsetDef is name = (a, b, …) of SUBSET.
type SubsetDef struct {
	Loc
	Name  *Ident
	Union []*Ident
}

// VariableDef is name AS condition of DEFINE.
type VariableDef struct {
	Loc
	Name *Ident
	Expr Expr
}

// PatternKind is a kind of row pattern.
type PatternKind uint8

const (
	PatternVariable    PatternKind = iota
	PatternEmpty                   // ()
	PatternPermute                 // PERMUTE(a, b)
	PatternStart                   // ^
	PatternEnd                     // $
	PatternExclusion               // {- a -}
	PatternConcat                  // a b
	PatternAlternation             // a | b
	PatternQuantified              // a*, the one part with a quantifier
)

// Pattern is a row pattern. Parentheses that group leave no node.
type Pattern struct {
	Loc
	Kind       PatternKind
	Name       *Ident // of a variable
	Parts      []*Pattern
	Quantifier *PatternQuantifier
}

// PatternQuantifier is *, +, ?, {n} or {n,m}, with ? behind it where it is reluctant.
type PatternQuantifier struct {
	Loc
	Symbol    string  // "*", "+", "?" or "{"
	Exactly   *IntLit // {n}
	Min, Max  *IntLit // {n,m}; either may be nil
	Reluctant bool
}

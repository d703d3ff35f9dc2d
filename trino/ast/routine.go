package ast

// FunctionSpec is FUNCTION name(parameters) RETURNS type characteristics, then its body, or AS $$ … $$
// in another language.
type FunctionSpec struct {
	Loc
	Name            *QualifiedName
	Params          []*ParameterDecl
	Returns         *TypeName
	Characteristics []*Characteristic
	Body            Control     // nil when Definition is set
	Definition      *DollarText // nil when Body is set
}

// ParameterDecl is [name] type.
type ParameterDecl struct {
	Loc
	Name *Ident // may be nil
	Type *TypeName
}

// DollarText is $$ text $$; Value begins behind the line end that follows the first mark.
type DollarText struct {
	Loc
	Value string
}

// Characteristic is one clause of a function. Kind is lower case: "language" (with Language),
// "deterministic", "not deterministic", "returns null on null input", "called on null input",
// "security definer", "security invoker", "comment" (with Comment) or "properties" (with Properties).
type Characteristic struct {
	Loc
	Kind       string
	Language   *Ident
	Comment    *StringLit
	Properties []*Property
}

// Control is a statement of the SQL routine language: *ReturnControl, *SetControl, *CaseControl,
// *IfControl, *JumpControl, *Block or *Loop.
type Control interface {
	Node
	isControl()
}

// ReturnControl is RETURN value.
type ReturnControl struct {
	Loc
	Value Expr
}

// SetControl is SET variable = value.
type SetControl struct {
	Loc
	Name  *Ident
	Value Expr
}

// JumpControl is LEAVE label, or ITERATE label.
type JumpControl struct {
	Loc
	Iterate bool
	Label   *Ident
}

// IfControl is IF condition THEN … ELSEIF … ELSE … END IF; the first branch is that of IF.
type IfControl struct {
	Loc
	Branches []*Branch
	Else     []Control
}

// CaseControl is CASE [operand] WHEN … THEN … ELSE … END CASE.
type CaseControl struct {
	Loc
	Operand  Expr // nil for the searched form
	Branches []*Branch
	Else     []Control
}

// Branch is the statements behind a condition.
type Branch struct {
	Loc
	Cond Expr
	Body []Control
}

// Block is BEGIN declarations statements END.
type Block struct {
	Loc
	Declares []*Declare
	Body     []Control
}

// Declare is DECLARE names type [DEFAULT value].
type Declare struct {
	Loc
	Names   []*Ident
	Type    *TypeName
	Default Expr
}

// LoopKind is LOOP, WHILE or REPEAT.
type LoopKind uint8

const (
	PlainLoop  LoopKind = iota // LOOP … END LOOP
	WhileLoop                  // WHILE condition DO … END WHILE
	RepeatLoop                 // REPEAT … UNTIL condition END REPEAT
)

// Loop is [label:] a loop in one of its three forms.
type Loop struct {
	Loc
	Label *Ident
	Kind  LoopKind
	Cond  Expr // nil for PlainLoop
	Body  []Control
}

package ast

// JSONFormat is FORMAT JSON [ENCODING …].
type JSONFormat uint8

const (
	NoFormat JSONFormat = iota
	JSON
	JSONUTF8
	JSONUTF16
	JSONUTF32
)

// JSONInput is a value that goes into a JSON function: x [FORMAT JSON [ENCODING …]].
type JSONInput struct {
	Loc
	X      Expr
	Format JSONFormat
}

// JSONPath is input, 'path' [AS name] [PASSING value AS name, …].
type JSONPath struct {
	Loc
	Input   *JSONInput
	Path    *StringLit
	Name    *Ident
	Passing []*JSONArg
}

// JSONArg is a variable of a path. Its name is matched exactly: one without quotes is upper case.
type JSONArg struct {
	Loc
	Input *JSONInput
	Name  *Ident
}

// JSONBehaviorKind is what to give ON EMPTY or ON ERROR.
type JSONBehaviorKind uint8

const (
	JSONError JSONBehaviorKind = iota
	JSONNull
	JSONDefault
	JSONEmptyArray
	JSONEmptyObject
)

// JSONBehavior is a behaviour; Default is set for JSONDefault.
type JSONBehavior struct {
	Loc
	Kind    JSONBehaviorKind
	Default Expr
}

// JSONExists is JSON_EXISTS(path [TRUE|FALSE|UNKNOWN|ERROR ON ERROR]).
type JSONExists struct {
	Loc
	Path    *JSONPath
	OnError string // lower case, empty when absent
}

// JSONValue is JSON_VALUE(path [RETURNING type] [… ON EMPTY] [… ON ERROR]).
type JSONValue struct {
	Loc
	Path             *JSONPath
	Returning        *TypeName
	OnEmpty, OnError *JSONBehavior
}

// JSONOutput is how JSON_QUERY and a JSON_TABLE column give their result.
type JSONOutput struct {
	Wrapper string // "without", "with", "with conditional", "with unconditional" or empty
	Quotes  string // "keep", "omit" or empty
	Scalar  bool   // ON SCALAR STRING is written behind the quotes
}

// JSONQuery is JSON_QUERY(path [RETURNING type [FORMAT …]] [wrapper] [quotes] [… ON EMPTY] [… ON ERROR]).
type JSONQuery struct {
	Loc
	Path             *JSONPath
	Returning        *TypeName
	Format           JSONFormat
	Output           JSONOutput
	OnEmpty, OnError *JSONBehavior
}

// JSONObject is JSON_OBJECT(KEY key VALUE value, … [NULL|ABSENT ON NULL] [WITH|WITHOUT UNIQUE KEYS]
// [RETURNING type [FORMAT …]]).
type JSONObject struct {
	Loc
	Members   []*JSONMember
	Nulls     string // "null", "absent" or empty
	Unique    string // "with", "without" or empty
	Returning *TypeName
	Format    JSONFormat
}

// JSONMember is one member of a JSONObject.
type JSONMember struct {
	Loc
	Key   Expr
	Value *JSONInput
}

// JSONArray is JSON_ARRAY(value, … [NULL|ABSENT ON NULL] [RETURNING type [FORMAT …]]).
type JSONArray struct {
	Loc
	Elems     []*JSONInput
	Nulls     string // "null", "absent" or empty
	Returning *TypeName
	Format    JSONFormat
}

// JSONTable is JSON_TABLE(path COLUMNS (…) [PLAN …] [ERROR|EMPTY ON ERROR]).
type JSONTable struct {
	Loc
	Path    *JSONPath
	Columns []*JSONColumn
	Plan    *JSONPlan // nil when absent
	OnError string    // "error", "empty" or empty
}

// JSONColumnKind is a kind of column of a JSONTable.
type JSONColumnKind uint8

const (
	JSONOrdinality JSONColumnKind = iota // name FOR ORDINALITY
	JSONValueColumn
	JSONQueryColumn // with a FORMAT
	JSONNested      // NESTED PATH path [AS name] COLUMNS (…)
)

// JSONColumn is one column of a JSONTable, or a nested group of them.
type JSONColumn struct {
	Loc
	Kind             JSONColumnKind
	Name             *Ident // of a nested group the name of its path, which may be nil
	Type             *TypeName
	Format           JSONFormat
	Path             *StringLit
	Output           JSONOutput
	OnEmpty, OnError *JSONBehavior
	Columns          []*JSONColumn
}

// JSONPlan says how the paths of a JSONTable combine: a name alone; a name with one part behind OUTER
// or INNER; parts joined by UNION or CROSS. A default plan has its words only.
type JSONPlan struct {
	Loc
	Defaults []string // PLAN DEFAULT (…): "outer" or "inner", "union" or "cross"
	Name     *Ident
	Op       string // "outer", "inner", "union", "cross" or empty
	Parts    []*JSONPlan
}

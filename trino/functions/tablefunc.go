package functions

import "github.com/limn-data/limn/trino/types"

// TableFunction is one table function: SHOW FUNCTIONS lists its name and nothing more, so that what it
// takes and gives must be told. It is never written to.
type TableFunction struct {
	Catalog, Schema, Name string // lower case; the built-in ones are those of system.builtin
	Args                  []TableArg
	// Columns are what it gives by itself; empty where that depends on its arguments.
	Columns []TableColumn
	// OnlyPassThrough says that it gives columns of its input and none of its own.
	OnlyPassThrough bool
	// Polymorphic says that its result depends on the call, beyond what a table argument says.
	Polymorphic bool
}

// TableColumn is one column of a result.
type TableColumn struct {
	Name string
	Type types.Type
}

// TableArgKind says what is given to an argument.
type TableArgKind uint8

// The kinds of arguments.
const (
	ScalarArg TableArgKind = iota
	InputArg               // TABLE(…)
	DescriptorArg
)

// TableArg is one argument. Its name is upper case.
type TableArg struct {
	Name     string
	Kind     TableArgKind
	Type     types.Type // of a ScalarArg
	Optional bool
	// Of an InputArg:
	RowSemantics bool // its rows are taken one by one: no PARTITION BY, ORDER BY or WHEN EMPTY
	PassThrough  bool // all its columns are in the result; else those of PARTITION BY are
	Needs        int  // columns it must have at least
}

var builtinTable = []*TableFunction{
	{Catalog: "system", Schema: "builtin", Name: "sequence", Columns: []TableColumn{{"sequential_number", types.Of(types.Bigint)}}, Args: []TableArg{
		{Name: "START", Type: types.Of(types.Bigint), Optional: true},
		{Name: "STOP", Type: types.Of(types.Bigint)},
		{Name: "STEP", Type: types.Of(types.Bigint), Optional: true}}},
	{Catalog: "system", Schema: "builtin", Name: "exclude_columns", Polymorphic: true, Args: []TableArg{
		{Name: "INPUT", Kind: InputArg, RowSemantics: true},
		{Name: "COLUMNS", Kind: DescriptorArg}}},
}

// WithTables gives a registry that knows these table functions besides.
func (r *Registry) WithTables(list ...*TableFunction) *Registry {
	return &Registry{byName: r.byName, tables: append(append([]*TableFunction(nil), r.tables...), list...)}
}

// TableFunction finds one by its full name; nil where there is none.
func (r *Registry) TableFunction(catalog, schema, name string) *TableFunction {
	for _, f := range r.tables {
		if f.Name == name && f.Schema == schema && f.Catalog == catalog {
			return f
		}
	}
	if r.IsTable(name) {
		for _, f := range builtinTable {
			if f.Name == name && f.Schema == schema && f.Catalog == catalog {
				return f
			}
		}
	}
	return nil
}

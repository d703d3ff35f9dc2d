package check

import (
	"slices"
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/functions"
	"github.com/limn-data/limn/trino/types"
)

// input is a table that is given to a table function.
type input struct {
	arg         *ast.TableArg
	spec        *functions.TableArg
	index       int    // of spec
	name        string // as COPARTITION finds it: an alias or CTE, or the full name of a table
	cols        []*Column
	partitionBy []*Column
}

// tableFunction judges TABLE(f(…)). aliased says that the relation has an alias.
func (c *checker) tableFunction(f *ast.TableFunction, outer *Scope, names *namedQuery, aliased bool) []*Column {
	def := c.findTableFunction(f)
	if def == nil {
		return nil
	}
	pm := len(c.problems)
	given, inputs := c.tableArguments(f, def, outer, names)
	if len(c.problems) > pm {
		return nil
	}
	if def.Name == "exclude_columns" && def.Schema == "builtin" {
		return c.excludeColumns(inputs[0].cols, given[1].Value.(*ast.DescriptorArg))
	}
	c.copartition(f, inputs)
	if len(c.problems) > pm {
		return nil
	}
	if def.OnlyPassThrough && aliased {
		c.report(f.Name.At, "INVALID_TABLE_FUNCTION_INVOCATION", "Alias specified for table function with ONLY PASS THROUGH return type")
		return nil
	}
	var cols []*Column
	for _, col := range def.Columns {
		cols = append(cols, &Column{Name: col.Name, key: lower(col.Name), Type: col.Type})
	}
	slices.SortFunc(inputs, func(a, b *input) int { return a.index - b.index }) // as they are declared
	for _, in := range inputs {
		if visibleCount(in.cols) < in.spec.Needs {
			c.report(ast.Span{}, "FUNCTION_IMPLEMENTATION_ERROR", "Invalid index: %d of required column from table argument %s", visibleCount(in.cols), in.spec.Name)
			return nil
		}
		for i, col := range visible(in.cols) {
			if i < in.spec.Needs || in.spec.PassThrough {
				markRead(col)
			}
		}
		if in.spec.PassThrough {
			cols = append(cols, in.cols...)
		} else {
			cols = append(cols, in.partitionBy...)
		}
	}
	return cols
}

// findTableFunction looks where a name of so many parts may mean one.
func (c *checker) findTableFunction(f *ast.TableFunction) *functions.TableFunction {
	parts := f.Name.Parts
	name := lower(parts[len(parts)-1].Name)
	var def *functions.TableFunction
	switch len(parts) {
	case 1:
		def = c.session.Functions.TableFunction("system", "builtin", name)
	case 2:
		def = c.session.Functions.TableFunction(lower(c.session.Catalog), lower(parts[0].Name), name)
	case 3:
		catalog := lower(parts[0].Name)
		if def = c.session.Functions.TableFunction(catalog, lower(parts[1].Name), name); def == nil && catalog != "system" && !c.cat.HasCatalog(catalog) {
			c.noCatalog(f.Name.At, catalog)
			return nil
		}
	}
	if def == nil {
		c.report(f.Name.At, FunctionNotFound, "Table function '%s' not registered", nameText(f.Name))
	}
	return def
}

// tableArguments judges the arguments in the order in which they are passed. It gives each declared one
// what was passed for it, nil for one left out, and the tables among them.
func (c *checker) tableArguments(f *ast.TableFunction, def *functions.TableFunction, outer *Scope, names *namedQuery) (given []*ast.Arg, inputs []*input) {
	at, named := f.Name.At, 0
	if len(f.Args) > 0 {
		at = f.Args[0].At
	}
	for _, a := range f.Args {
		if a.Name != nil {
			named++
		}
	}
	switch {
	case len(f.Args) > len(def.Args):
		c.report(at, InvalidArguments, "Too many arguments. Expected at most %d arguments, got %d arguments", len(def.Args), len(f.Args))
		return nil, nil
	case named > 0 && named < len(f.Args):
		c.report(at, InvalidArguments, "All arguments must be passed by name or all must be passed positionally")
		return nil, nil
	}
	pm := len(c.problems)
	given = make([]*ast.Arg, len(def.Args))
	for i, a := range f.Args {
		if a.Name != nil {
			if i = c.tableParameter(a, def); i < 0 {
				return nil, nil
			}
			if given[i] != nil {
				c.report(a.At, InvalidFunctionArgument, "Duplicate argument name: %s", def.Args[i].Name)
				return nil, nil
			}
		}
		given[i] = a
		if in := c.tableArgument(&def.Args[i], a, outer, names); in != nil {
			in.index = i
			inputs = append(inputs, in)
		}
		if len(c.problems) > pm {
			return nil, nil
		}
	}
	for i := range def.Args {
		if given[i] == nil && !def.Args[i].Optional {
			c.report(at, "MISSING_ARGUMENT", "Missing argument: %s", def.Args[i].Name)
			return nil, nil
		}
	}
	return given, inputs
}

// tableParameter is the index of the parameter that a named argument means, -1 with a complaint for none.
func (c *checker) tableParameter(a *ast.Arg, def *functions.TableFunction) int {
	name := a.Name.Name
	if !a.Name.Quoted {
		name = strings.ToUpper(name)
	}
	for i := range def.Args {
		if def.Args[i].Name == name {
			return i
		}
	}
	c.report(a.At, InvalidFunctionArgument, "Unexpected argument name: %s", name)
	return -1
}

// isDescriptorCall finds DESCRIPTOR(…) that was no descriptor and so became a call.
func isDescriptorCall(e ast.Expr) bool {
	call, ok := e.(*ast.Call)
	return ok && strings.EqualFold(call.Name.Parts[len(call.Name.Parts)-1].Name, "descriptor")
}

// tableArgument judges one argument; only a table gives an input.
func (c *checker) tableArgument(spec *functions.TableArg, a *ast.Arg, outer *Scope, names *namedQuery) *input {
	passed := "expression"
	switch a.Value.(type) {
	case *ast.TableArg:
		passed = "table"
	case *ast.DescriptorArg:
		passed = "descriptor"
	}
	wanted := [...]string{functions.ScalarArg: "expression", functions.InputArg: "table", functions.DescriptorArg: "descriptor"}[spec.Kind]
	_, call := a.Value.(*ast.Call)
	switch {
	case passed != wanted && spec.Kind == functions.InputArg && call:
		c.report(a.At, NotSupported, "Invalid table argument %s. Table functions are not allowed as table function arguments", spec.Name)
	case passed != wanted && spec.Kind == functions.DescriptorArg && isDescriptorCall(a.Value):
		c.report(a.At, InvalidFunctionArgument, "Invalid descriptor argument %s. Descriptors should be formatted as 'DESCRIPTOR(name [type], ...)'", spec.Name)
	case passed != wanted:
		c.report(a.At, InvalidFunctionArgument, "Invalid argument %s. Expected %s, got %s", spec.Name, wanted, passed)
	case passed == "expression" && isDescriptorCall(a.Value):
		c.report(a.At, InvalidFunctionArgument, "'descriptor' function is not allowed as a table function argument")
	case passed == "expression":
		if t := c.constant(a.Value); t.Valid() && !types.CanCoerce(t, spec.Type) {
			c.mismatch(place(a.Value), "Cannot cast type %s to %s", t, spec.Type)
		}
	case passed == "descriptor":
		for _, field := range a.Value.(*ast.DescriptorArg).Fields {
			if field.Type != nil {
				if _, err := types.FromName(field.Type); err != nil {
					c.mismatch(field.Type.At, "Unknown type: %s", field.Type.Name)
					return nil
				}
			}
		}
	default:
		return c.inputTable(spec, a, outer, names)
	}
	return nil
}

func (c *checker) inputTable(spec *functions.TableArg, a *ast.Arg, outer *Scope, names *namedQuery) *input {
	t := a.Value.(*ast.TableArg)
	pm := len(c.problems)
	in := &input{arg: t, spec: spec, cols: c.relation(t.Rel, outer, outer, names), name: c.relationName(t.Rel, names)}
	if len(c.problems) > pm {
		return nil
	}
	if t.Partitioned {
		if spec.RowSemantics {
			c.report(a.At, InvalidFunctionArgument, "Invalid argument %s. Partitioning specified for table argument with row semantics", spec.Name)
			return nil
		}
		for _, e := range t.PartitionBy {
			col := c.inputColumn(e, in.cols)
			if col == nil {
				return nil
			}
			if !col.Type.Comparable() {
				c.mismatch(place(e), "%s is not comparable, and therefore cannot be used in PARTITION BY", col.Type)
				return nil
			}
			in.partitionBy = append(in.partitionBy, col)
		}
	}
	if len(t.OrderBy) > 0 {
		if spec.RowSemantics {
			c.report(a.At, InvalidFunctionArgument, "Invalid argument %s. Ordering specified for table argument with row semantics", spec.Name)
			return nil
		}
		for _, item := range t.OrderBy {
			col := c.inputColumn(item.Expr, in.cols)
			if col == nil {
				return nil
			}
			if !col.Type.Orderable() {
				c.mismatch(place(item.Expr), "%s is not orderable, and therefore cannot be used in ORDER BY", col.Type)
				return nil
			}
		}
	}
	if t.Empty != "" && spec.RowSemantics {
		c.report(orElse(t.EmptyAt, a.At), InvalidFunctionArgument, "Invalid argument %s. Empty behavior specified for table argument with row semantics", spec.Name)
		return nil
	}
	return in
}

// inputColumn finds a column that PARTITION BY or ORDER BY names; expressions may not stand there.
func (c *checker) inputColumn(e ast.Expr, cols []*Column) *Column {
	var buf [4]string
	parts := nameParts(e, buf[:])
	if parts == nil {
		c.report(place(e), InvalidColumnReference, "Expected column reference. Actual: %s", spell(e))
		return nil
	}
	scope := &Scope{cols: cols}
	col, many := scope.lookup(parts)
	switch {
	case many:
		c.columnAmbiguous(e, parts)
		return nil
	case col == nil:
		c.report(e.Span(), ColumnNotFound, "Column %s is not present in the input relation", strings.Join(parts, ".")).Hint = didYouMean(scope.nearest(parts))
		return nil
	}
	markRead(col)
	c.notes[e] = note{typ: col.Type, ref: col}
	return col
}

// relationName is the name by which COPARTITION may mean an input; empty when it has none.
func (c *checker) relationName(r ast.Relation, names *namedQuery) string {
	switch r := r.(type) {
	case *ast.Aliased:
		return lower(r.Alias.Name)
	case *ast.Table:
		if c.ctes[r] != nil {
			return lower(r.Name.Parts[0].Name)
		}
		if catalog, schema, name, ok := c.fullName(r.Name, r.At); ok {
			return catalog + "." + schema + "." + name
		}
	}
	return ""
}

// copartition judges COPARTITION (a, b, …): each names an input, all partitioned alike.
func (c *checker) copartition(f *ast.TableFunction, inputs []*input) {
	used := map[*input]bool{}
	for _, list := range f.Copartition {
		var of []*input
		for _, name := range list {
			in := c.copartitioned(name, inputs)
			if in == nil {
				return
			}
			if used[in] {
				c.report(name.Parts[0].At, InvalidCopartitioning, "Multiple references to table argument: %s in COPARTITION clause", nameText(name))
				return
			}
			used[in] = true
			of = append(of, in)
		}
		at := list[0].Parts[0].At
		for _, in := range of {
			if !in.arg.Partitioned {
				c.report(in.arg.At, InvalidCopartitioning, "Table %s referenced in COPARTITION clause is not partitioned", in.name)
				return
			}
		}
		for _, in := range of {
			if len(in.partitionBy) == 0 {
				c.report(in.arg.At, InvalidCopartitioning, "No partitioning columns specified for table %s referenced in COPARTITION clause", in.name)
				return
			}
		}
		for _, in := range of[1:] {
			if len(in.partitionBy) != len(of[0].partitionBy) {
				c.report(at, InvalidCopartitioning, "Numbers of partitioning columns in copartitioned tables do not match")
				return
			}
		}
		for i, col := range of[0].partitionBy {
			super := col.Type
			for _, in := range of[1:] {
				t, ok := types.Super(super, in.partitionBy[i].Type)
				if !ok {
					c.mismatch(at, "Partitioning columns in copartitioned tables have incompatible types")
					return
				}
				super = t
			}
		}
	}
}

func (c *checker) copartitioned(name *ast.QualifiedName, inputs []*input) *input {
	find := func(text string) (found []*input) {
		for _, in := range inputs {
			if in.name == text {
				found = append(found, in)
			}
		}
		return found
	}
	var found []*input
	if len(name.Parts) == 1 {
		found = find(nameText(name))
	}
	if len(found) == 0 {
		catalog, schema, table, ok := c.fullName(name, name.Parts[0].At)
		if !ok {
			return nil
		}
		found = find(catalog + "." + schema + "." + table)
	}
	switch len(found) {
	case 0:
		c.report(name.Parts[0].At, InvalidCopartitioning, "No table argument found for name: %s", nameText(name))
		return nil
	case 1:
		return found[0]
	}
	c.report(name.Parts[0].At, InvalidCopartitioning, "Ambiguous reference: multiple table arguments found for name: %s", nameText(name))
	return nil
}

// excludeColumns gives the input without the columns that the descriptor names.
func (c *checker) excludeColumns(in []*Column, d *ast.DescriptorArg) []*Column {
	drop := map[string]bool{}
	var order []string
	for _, field := range d.Fields {
		if field.Type != nil {
			c.report(ast.Span{}, InvalidFunctionArgument, "COLUMNS descriptor contains types")
			return nil
		}
		if name := lower(field.Name.Name); !drop[name] {
			drop[name] = true
			order = append(order, name)
		}
	}
	var cols []*Column
	have := map[string]bool{}
	for _, col := range visible(in) {
		have[col.key] = true
		if !drop[col.key] {
			markRead(col)
			cols = append(cols, col)
		}
	}
	var missing []string
	for _, name := range order {
		if !have[name] {
			missing = append(missing, name)
		}
	}
	switch {
	case len(missing) > 0:
		p := c.report(ast.Span{}, InvalidFunctionArgument, "Excluded columns: [%s] not present in the table", strings.Join(missing, ", "))
		p.Hint = didYouMean((&Scope{cols: in}).nearest(missing[:1]))
		return nil
	case len(cols) == 0:
		c.report(ast.Span{}, InvalidFunctionArgument, "All columns are excluded")
	}
	return cols
}

// noTableFunction says that a sample, a row pattern or a pivot stands over a table function whose
// result depends on the call.
func (c *checker) noTableFunction(r ast.Relation, what string) {
	base := r
	if a, ok := r.(*ast.Aliased); ok {
		base = a.Rel
	}
	f, ok := base.(*ast.TableFunction)
	if !ok || len(c.problems) > 0 {
		return
	}
	inputs := false
	for _, a := range f.Args {
		if _, ok := a.Value.(*ast.TableArg); ok {
			inputs = true
		}
	}
	if def := c.findTableFunction(f); def != nil && (def.Polymorphic || inputs) {
		at := f.Name.At
		if base != r {
			at = r.Span()
		}
		c.report(at, "INVALID_TABLE_FUNCTION_INVOCATION", "Cannot apply %s to polymorphic table function invocation", what)
	}
}

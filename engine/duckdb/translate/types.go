package translate

import (
	"fmt"
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// microseconds is the finest precision that DuckDB's TIMESTAMP and TIME hold. A type of more digits is
// held in them where the further ones are zero: where the value was made from one of fewer.
const microseconds = 6

// fine reports a type of more digits.
func fine(t types.Type) bool {
	switch t.Kind() {
	case types.Time, types.TimeTZ, types.Timestamp, types.TimestampTZ:
		return t.Precision() > microseconds
	}
	return false
}

// plain is DuckDB's name of the types without parameters that matter to it.
var plain = map[types.Kind]string{
	types.Unknown:           "INTEGER", // of NULL only
	types.Boolean:           "BOOLEAN",
	types.Tinyint:           "TINYINT",
	types.Smallint:          "SMALLINT",
	types.Integer:           "INTEGER",
	types.Bigint:            "BIGINT",
	types.Real:              "FLOAT",
	types.Double:            "DOUBLE",
	types.Varchar:           "VARCHAR",
	types.Char:              "VARCHAR",
	types.Varbinary:         "BLOB",
	types.Date:              "DATE",
	types.IntervalYearMonth: "INTERVAL",
	types.IntervalDaySecond: "INTERVAL",
	types.UUID:              "UUID",
	types.JSON:              "VARCHAR",
}

// duckType is the DuckDB type that holds values of a Trino type; ok is false when none does.
func duckType(t types.Type) (name string, ok bool) {
	if name, ok := plain[t.Kind()]; ok {
		return name, true
	}
	switch t.Kind() {
	case types.Decimal:
		return fmt.Sprintf("DECIMAL(%d,%d)", t.Precision(), t.Scale()), true
	case types.Time, types.TimeTZ:
		return "TIME", true
	case types.Timestamp:
		return "TIMESTAMP", true
	case types.TimestampTZ:
		return "TIMESTAMPTZ", true
	case types.Array:
		elem, ok := duckType(t.Elem(0))
		return elem + "[]", ok
	case types.Map:
		k, ok1 := duckType(t.Elem(0))
		v, ok2 := duckType(t.Elem(1))
		return "MAP(" + k + ", " + v + ")", ok1 && ok2
	case types.Row:
		fields := make([]string, t.NumElems())
		for i := range fields {
			f, ok := duckType(t.Elem(i))
			if !ok {
				return "", false
			}
			fields[i] = ident(FieldName(i)) + " " + f
		}
		return "STRUCT(" + strings.Join(fields, ", ") + ")", true
	}
	return "", false
}

// FieldName is what the i-th field of a row is called in DuckDB.
func FieldName(i int) string { return fmt.Sprintf("f%d", i+1) }

// duck is duckType, refusing a type that has none.
func (p *printer) duck(t types.Type, at ast.Span) string {
	name, ok := duckType(t)
	if !ok {
		p.refuse("type "+t.String(), at, "")
		return "VARCHAR"
	}
	return name
}

// isFloat reports real and double, whose NaN the two engines compare differently.
func isFloat(t types.Type) bool { return t.Kind() == types.Real || t.Kind() == types.Double }

// holds reports whether a type is, or has inside, a type of which f is true.
func holds(t types.Type, f func(types.Type) bool) bool {
	if f(t) {
		return true
	}
	for i := range t.NumElems() {
		if holds(t.Elem(i), f) {
			return true
		}
	}
	return false
}

// baseName is a type's name without its parameters.
func baseName(t types.Type) string {
	name, _, _ := strings.Cut(t.String(), "(")
	return name
}

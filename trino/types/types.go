// Package types is the closed set of Trino's types: how each is spelled, which turn into which
// without being asked, what two of them have in common, and what an operator makes of them. It
// knows nothing of expressions, names or values. Start at Type, Super and Arithmetic.
//
// The rules are those of Trino 483 (TypeCoercion, DecimalOperators); the decimal and datetime rules
// were read off a running server, since they differ from older ones.
package types

import (
	"math"
	"strconv"
	"strings"
)

// Kind says which family a type belongs to.
type Kind uint8

// The kinds. Invalid is the kind of the zero Type, which stands for "not known" after an error.
const (
	Invalid Kind = iota
	Unknown      // the type of NULL
	Boolean
	Tinyint
	Smallint
	Integer
	Bigint
	Real
	Double
	Decimal
	Number
	Varchar
	Char
	Varbinary
	Date
	Time
	TimeTZ
	Timestamp
	TimestampTZ
	IntervalYearMonth
	IntervalDaySecond
	JSON
	JSON2016
	Variant
	UUID
	IPAddress
	HyperLogLog
	P4HyperLogLog
	SetDigest
	TDigest
	QDigest
	Color
	JSONPath
	JoniRegExp
	Re2JRegExp
	LikePattern
	CodePoints
	Array
	Map
	Row
	Function
	kindCount
)

// Unbounded is the length of a varchar without one.
const Unbounded = math.MaxInt32

// Type is an immutable type. Compare with Equal, not ==, since composite types are not interned.
// The zero Type is invalid and means that an error was already reported.
type Type struct{ d *desc }

// desc is shared by all values of one type; it is never written to after it was made.
type desc struct {
	kind  Kind
	p, s  int32 // precision and scale, or length in p
	elems []Type
	size  int32    // parts of a composite type, itself included; 0 for others
	names []string // of row fields, parallel to elems; "" is an unnamed field
	name  string   // display name; "" for what is spelled when asked
	plain bool     // equal types share this desc
}

// Field is one field of a row; Name is empty when it has none.
type Field struct {
	Name string
	Type Type
}

// simple is the table of kinds without parameters: spelling, comparable, orderable.
var simple = [kindCount]struct {
	name       string
	comparable bool
	orderable  bool
}{
	Unknown:           {"unknown", true, true},
	Boolean:           {"boolean", true, true},
	Tinyint:           {"tinyint", true, true},
	Smallint:          {"smallint", true, true},
	Integer:           {"integer", true, true},
	Bigint:            {"bigint", true, true},
	Real:              {"real", true, true},
	Double:            {"double", true, true},
	Decimal:           {"decimal", true, true},
	Number:            {"number", true, true},
	Varchar:           {"varchar", true, true},
	Char:              {"char", true, true},
	Varbinary:         {"varbinary", true, true},
	Date:              {"date", true, true},
	Time:              {"time", true, true},
	TimeTZ:            {"time with time zone", true, true},
	Timestamp:         {"timestamp", true, true},
	TimestampTZ:       {"timestamp with time zone", true, true},
	IntervalYearMonth: {"interval year to month", true, true},
	IntervalDaySecond: {"interval day to second", true, true},
	JSON:              {"json", true, false},
	JSON2016:          {"json2016", false, false},
	Variant:           {"variant", true, false},
	UUID:              {"uuid", true, true},
	IPAddress:         {"ipaddress", true, true},
	HyperLogLog:       {"HyperLogLog", false, false},
	P4HyperLogLog:     {"P4HyperLogLog", false, false},
	SetDigest:         {"SetDigest", false, false},
	TDigest:           {"tdigest", false, false},
	QDigest:           {"qdigest", false, false},
	Color:             {"color", true, false},
	JSONPath:          {"JsonPath", false, false},
	JoniRegExp:        {"JoniRegExp", false, false},
	Re2JRegExp:        {"Re2JRegExp", false, false},
	LikePattern:       {"LikePattern", false, false},
	CodePoints:        {"CodePoints", false, false},
	Array:             {"array", true, true},
	Map:               {"map", true, false},
	Row:               {"row", true, true},
	Function:          {"function", false, false},
}

// The types without parameters and the small parametric ones exist once, so that the hot path
// allocates nothing.
var (
	plainTypes = makePlain()
	decimals   = makeDecimals() // by precision and scale
	varchars   = makeText(Varchar, 513)
	chars      = makeText(Char, 65)
	temporal   = makeTemporal()
)

func makePlain() (all [kindCount]Type) {
	for k := Unknown; k < kindCount; k++ {
		switch k {
		case Decimal, Char, Time, TimeTZ, Timestamp, TimestampTZ, QDigest, Array, Map, Row, Function:
		default:
			all[k] = Type{&desc{kind: k, p: Unbounded, name: simple[k].name, plain: true}}
		}
	}
	return all
}

func makeDecimals() (all [39][39]Type) {
	for p := int32(1); p <= 38; p++ {
		for s := int32(0); s <= p; s++ {
			all[p][s] = Type{&desc{kind: Decimal, p: p, s: s, plain: true,
				name: "decimal(" + strconv.Itoa(int(p)) + "," + strconv.Itoa(int(s)) + ")"}}
		}
	}
	return all
}

func makeText(k Kind, n int) []Type {
	all := make([]Type, n)
	for i := range all {
		all[i] = Type{&desc{kind: k, p: int32(i), plain: true, name: simple[k].name + "(" + strconv.Itoa(i) + ")"}}
	}
	return all
}

func makeTemporal() (all [kindCount][13]Type) {
	for _, k := range []Kind{Time, TimeTZ, Timestamp, TimestampTZ} {
		base, zone, _ := strings.Cut(simple[k].name, " ")
		for p := range all[k] {
			name := base + "(" + strconv.Itoa(p) + ")"
			if zone != "" {
				name += " " + zone
			}
			all[k][p] = Type{&desc{kind: k, p: int32(p), plain: true, name: name}}
		}
	}
	return all
}

// Of returns the type of a kind that has no parameters; Varchar gives the unbounded one.
func Of(k Kind) Type { return plainTypes[k] }

// DecimalOf returns decimal(p,s); 1 ≤ p ≤ 38 and 0 ≤ s ≤ p are the caller's to ensure.
func DecimalOf(p, s int) Type { return decimals[p][s] }

// VarcharOf returns varchar(n), or varchar for n ≥ Unbounded.
func VarcharOf(n int) Type {
	if n >= Unbounded {
		return plainTypes[Varchar]
	}
	if n < len(varchars) {
		return varchars[n]
	}
	return Type{&desc{kind: Varchar, p: int32(n), name: "varchar(" + strconv.Itoa(n) + ")"}}
}

// CharOf returns char(n).
func CharOf(n int) Type {
	if n < len(chars) {
		return chars[n]
	}
	return Type{&desc{kind: Char, p: int32(n), name: "char(" + strconv.Itoa(n) + ")"}}
}

// TemporalOf returns the type of kind Time, TimeTZ, Timestamp or TimestampTZ with precision p, 0 to 12.
func TemporalOf(k Kind, p int) Type { return temporal[k][p] }

// ArrayOf returns array(elem).
func ArrayOf(elem Type) Type { return composite(&desc{kind: Array, elems: []Type{elem}}) }

// MapOf returns map(key, value).
func MapOf(key, value Type) Type { return composite(&desc{kind: Map, elems: []Type{key, value}}) }

// QDigestOf returns qdigest(of).
func QDigestOf(of Type) Type { return composite(&desc{kind: QDigest, elems: []Type{of}}) }

// FunctionOf returns the type of a lambda: function(params…, result).
func FunctionOf(params []Type, result Type) Type {
	return composite(&desc{kind: Function, elems: append(append([]Type{}, params...), result)})
}

// RowOf returns a row type with these fields.
func RowOf(fields []Field) Type {
	d := &desc{kind: Row, elems: make([]Type, len(fields)), names: make([]string, len(fields))}
	for i, f := range fields {
		d.elems[i], d.names[i] = f.Type, f.Name
	}
	return composite(d)
}

// composite counts the parts, so that a type that doubles again and again can be stopped in time.
func composite(d *desc) Type {
	size := int64(1)
	for _, e := range d.elems {
		size += int64(e.Size())
	}
	d.size = int32(min(size, math.MaxInt32))
	return Type{d}
}

// Size is the number of parts of the type, itself included.
func (t Type) Size() int {
	if t.d == nil || t.d.size == 0 {
		return 1
	}
	return int(t.d.size)
}

// Kind returns the family; Invalid for the zero Type.
func (t Type) Kind() Kind {
	if t.d == nil {
		return Invalid
	}
	return t.d.kind
}

// Valid reports whether the type is known.
func (t Type) Valid() bool { return t.d != nil }

// Precision is a decimal's number of digits or a temporal type's digits after the second.
func (t Type) Precision() int { return int(t.d.p) }

// Scale is a decimal's digits after the point.
func (t Type) Scale() int { return int(t.d.s) }

// Length is the length of a char or varchar; Unbounded for varchar without one.
func (t Type) Length() int { return int(t.d.p) }

// Elem is the element of an array or the i-th parameter of a composite type.
func (t Type) Elem(i int) Type { return t.d.elems[i] }

// NumElems is the number of parameters that are types: 1 for arrays, 2 for maps, the fields of a row.
func (t Type) NumElems() int {
	if t.d == nil {
		return 0
	}
	return len(t.d.elems)
}

// Field is the i-th field of a row.
func (t Type) Field(i int) Field { return Field{t.d.names[i], t.d.elems[i]} }

// FieldIndex finds a row's field by name without regard to case; -1 when there is none or more than
// one (ambiguous tells which).
func (t Type) FieldIndex(name string) (index int, ambiguous bool) {
	index = -1
	for i, n := range t.d.names {
		if n != "" && strings.EqualFold(n, name) {
			if index >= 0 {
				return -1, true
			}
			index = i
		}
	}
	return index, false
}

// Equal reports whether two types are the same, row field names included.
func (t Type) Equal(u Type) bool {
	if t.d == u.d {
		return true
	}
	if t.d == nil || u.d == nil || t.d.kind != u.d.kind || t.d.plain && u.d.plain {
		return false
	}
	if t.d.p != u.d.p || t.d.s != u.d.s || len(t.d.elems) != len(u.d.elems) {
		return false
	}
	for i := range t.d.elems {
		if !t.d.elems[i].Equal(u.d.elems[i]) {
			return false
		}
	}
	for i := range t.d.names {
		if t.d.names[i] != u.d.names[i] {
			return false
		}
	}
	return true
}

// String is the name that Trino displays, as typeof() gives it: array(integer), map(varchar, integer),
// row("a" integer).
func (t Type) String() string { return t.spell(", ") }

// Signature is the name as Trino spells it inside complaints about functions, without a space after
// the comma of a map.
func (t Type) Signature() string { return t.spell(",") }

func (t Type) spell(sep string) string {
	if t.d == nil {
		return "<unknown>"
	}
	if t.d.name != "" {
		return t.d.name
	}
	var b strings.Builder
	t.write(&b, sep)
	return b.String()
}

func (t Type) write(b *strings.Builder, sep string) {
	if t.d == nil || t.d.name != "" {
		b.WriteString(t.spell(sep))
		return
	}
	b.WriteString(simple[t.d.kind].name)
	b.WriteByte('(')
	for i, e := range t.d.elems {
		if i > 0 {
			if t.d.kind == Row {
				b.WriteString(", ") // rows have the space in both spellings
			} else {
				b.WriteString(sep)
			}
		}
		if t.d.kind == Row && t.d.names[i] != "" {
			b.WriteByte('"')
			b.WriteString(strings.ReplaceAll(t.d.names[i], `"`, `""`))
			b.WriteString(`" `)
		}
		e.write(b, sep)
	}
	b.WriteByte(')')
}

// Comparable reports whether = and GROUP BY work on the type.
func (t Type) Comparable() bool {
	if t.d == nil {
		return true
	}
	if !simple[t.d.kind].comparable {
		return false
	}
	for _, e := range t.d.elems {
		if !e.Comparable() {
			return false
		}
	}
	return true
}

// Orderable reports whether < and ORDER BY work on the type.
func (t Type) Orderable() bool {
	if t.d == nil {
		return true
	}
	if !simple[t.d.kind].orderable {
		return false
	}
	for _, e := range t.d.elems {
		if !e.Orderable() {
			return false
		}
	}
	return true
}

// IsExactInteger reports tinyint, smallint, integer or bigint.
func (t Type) IsExactInteger() bool { k := t.Kind(); return k >= Tinyint && k <= Bigint }

// IsNumeric reports any type of number.
func (t Type) IsNumeric() bool { k := t.Kind(); return k >= Tinyint && k <= Number }

// IsText reports varchar or char.
func (t Type) IsText() bool { k := t.Kind(); return k == Varchar || k == Char }

// IsDateTime reports date, time or timestamp, with zone or without.
func (t Type) IsDateTime() bool { k := t.Kind(); return k >= Date && k <= TimestampTZ }

// IsInterval reports either interval.
func (t Type) IsInterval() bool {
	k := t.Kind()
	return k == IntervalYearMonth || k == IntervalDaySecond
}

package types

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/limn-data/limn/trino/ast"
)

// UnknownError says that no type has this name, or none with these parameters.
type UnknownError struct{ Name string }

func (e *UnknownError) Error() string { return "Unknown type: " + e.Name }

// ParameterError says that a known type was given a parameter outside its range.
type ParameterError struct{ Message string }

func (e *ParameterError) Error() string { return e.Message }

// param is a parameter of a type: a number or a type, which may be a named field.
type param struct {
	number int64
	isType bool
	typ    Type
	field  string
}

// byName maps the spelling of types without parameters, aliases included.
var byName = func() map[string]Kind {
	m := map[string]Kind{"int": Integer, "double precision": Double}
	for k := Boolean; k < kindCount; k++ {
		if plainTypes[k].Valid() {
			m[strings.ToLower(simple[k].name)] = k
		}
	}
	delete(m, "unknown")
	return m
}()

var temporalNames = map[string]Kind{
	"time": Time, "time without time zone": Time, "time with time zone": TimeTZ,
	"timestamp": Timestamp, "timestamp without time zone": Timestamp, "timestamp with time zone": TimestampTZ,
}

// build makes the type of a lower-case name and its parameters.
func build(name string, params []param) (Type, error) {
	if k, ok := byName[name]; ok && len(params) == 0 {
		return plainTypes[k], nil
	}
	if k, ok := temporalNames[name]; ok {
		n, ok := numbers(params, 0, 1, 3)
		if !ok || n[0] < 0 || n[0] > 12 {
			return Type{}, unknown(name, params)
		}
		return temporal[k][n[0]], nil
	}
	switch name {
	case "decimal":
		n, ok := numbers(params, 0, 2, 38, 0)
		switch {
		case !ok:
			return Type{}, unknown(name, params)
		case n[0] < 1 || n[0] > 38:
			return Type{}, &ParameterError{fmt.Sprintf("DECIMAL precision must be in range [1, 38]: %d", n[0])}
		case n[1] < 0 || n[1] > n[0]:
			return Type{}, &ParameterError{fmt.Sprintf("DECIMAL scale must be in range [0, precision (%d)]: %d", n[0], n[1])}
		}
		return decimals[n[0]][n[1]], nil
	case "varchar":
		n, ok := numbers(params, 1, 1, 0)
		switch {
		case !ok:
			return Type{}, unknown(name, params)
		case n[0] < 0 || n[0] > Unbounded:
			return Type{}, &ParameterError{fmt.Sprintf("Invalid VARCHAR length %d", n[0])}
		}
		return VarcharOf(int(n[0])), nil
	case "char":
		n, ok := numbers(params, 0, 1, 1)
		switch {
		case !ok:
			return Type{}, unknown(name, params)
		case n[0] < 0 || n[0] > 65536:
			return Type{}, &ParameterError{fmt.Sprintf("CHAR length must be in range [0, 65536], got %d", n[0])}
		}
		return CharOf(int(n[0])), nil
	case "array", "map", "qdigest":
		want := 1
		if name == "map" {
			want = 2
		}
		if len(params) != want {
			return Type{}, unknown(name, params)
		}
		for _, p := range params {
			if !p.isType {
				return Type{}, unknown(name, params)
			}
		}
		switch name {
		case "array":
			return ArrayOf(params[0].typ), nil
		case "map":
			return MapOf(params[0].typ, params[1].typ), nil
		}
		return QDigestOf(params[0].typ), nil
	case "row", "function":
		fields := make([]Field, len(params))
		for i, p := range params {
			if !p.isType {
				return Type{}, unknown(name, params)
			}
			fields[i] = Field{p.field, p.typ}
		}
		if len(fields) == 0 {
			return Type{}, unknown(name, params)
		}
		t := RowOf(fields)
		if name == "function" {
			return composite(&desc{kind: Function, elems: t.d.elems}), nil
		}
		return t, nil
	}
	return Type{}, unknown(name, params)
}

// numbers reads between least and most numeric parameters, the rest taken from the defaults.
func numbers(params []param, least, most int, defaults ...int64) ([2]int64, bool) {
	var n [2]int64
	copy(n[:], defaults)
	if len(params) < least || len(params) > most {
		return n, false
	}
	for i, p := range params {
		if p.isType {
			return n, false
		}
		n[i] = p.number
	}
	return n, true
}

func unknown(name string, params []param) error {
	if len(params) == 0 {
		return &UnknownError{name}
	}
	parts := make([]string, len(params))
	for i, p := range params {
		if p.isType {
			parts[i] = p.typ.Signature()
		} else {
			parts[i] = strconv.FormatInt(p.number, 10)
		}
	}
	return &UnknownError{name + "(" + strings.Join(parts, ",") + ")"}
}

// FromName gives the type that a parsed name means. Errors are *UnknownError or *ParameterError.
func FromName(n *ast.TypeName) (Type, error) {
	if len(n.Params) == 0 || strings.HasPrefix(n.Name, "interval ") { // precisions of intervals change nothing
		return build(n.Name, nil)
	}
	params := make([]param, len(n.Params))
	for i, p := range n.Params {
		if p.Number != nil {
			params[i].number = *p.Number
			continue
		}
		if p.Type == nil { // a precision of an interval that is not written
			continue
		}
		t, err := FromName(p.Type)
		if err != nil {
			return Type{}, err
		}
		params[i].isType, params[i].typ = true, t
		if p.Field != nil {
			params[i].field = p.Field.Name
			if !p.Field.Quoted {
				params[i].field = strings.ToLower(p.Field.Name)
			}
		}
	}
	return build(n.Name, params)
}

// Parse reads a type as Trino displays it: decimal(12,2), timestamp(3) with time zone,
// array(row("a" bigint, varchar)). Case is free but for the names of row fields. Errors are
// *UnknownError, *ParameterError or say where the text stops being a type.
func Parse(text string) (Type, error) {
	r := reader{src: text}
	t, err := r.typ()
	if err != nil {
		return Type{}, fmt.Errorf("type %q: %w", text, err)
	}
	if r.skip(); r.at < len(r.src) {
		return Type{}, fmt.Errorf("type %q: unexpected text at offset %d", text, r.at)
	}
	return t, nil
}

// reader is a recursive-descent reader of type names.
type reader struct {
	src   string
	at    int
	depth int
}

const maxDepth = 200

func (r *reader) skip() {
	for r.at < len(r.src) && (r.src[r.at] == ' ' || r.src[r.at] == '\t' || r.src[r.at] == '\n' || r.src[r.at] == '\r') {
		r.at++
	}
}

func (r *reader) eat(c byte) bool {
	if r.skip(); r.at < len(r.src) && r.src[r.at] == c {
		r.at++
		return true
	}
	return false
}

func (r *reader) peekWord() string {
	r.skip()
	end := r.at
	for end < len(r.src) && (isLetter(r.src[end]) || end > r.at && r.src[end] >= '0' && r.src[end] <= '9') {
		end++
	}
	return r.src[r.at:end]
}

func isLetter(c byte) bool { return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// phrases are the words that may follow the first one of a name, before or after its parameters.
var phrases = []string{"with time zone", "without time zone", "precision", "year to month", "day to second"}

func (r *reader) phrase() string {
	r.skip()
	rest := strings.ToLower(r.src[r.at:])
	for _, p := range phrases {
		if strings.HasPrefix(rest, p) && (len(rest) == len(p) || !isLetter(rest[len(p)])) {
			r.at += len(p)
			return " " + p
		}
	}
	return ""
}

func (r *reader) typ() (Type, error) {
	if r.depth++; r.depth > maxDepth {
		return Type{}, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	defer func() { r.depth-- }()
	word := r.peekWord()
	if word == "" {
		return Type{}, fmt.Errorf("a type name is missing at offset %d", r.at)
	}
	r.at += len(word)
	name := strings.ToLower(word) + r.phrase()
	var params []param
	if r.eat('(') {
		for {
			p, err := r.param(name == "row")
			if err != nil {
				return Type{}, err
			}
			params = append(params, p)
			if r.eat(')') {
				break
			}
			if !r.eat(',') {
				return Type{}, fmt.Errorf("a comma or closing parenthesis is missing at offset %d", r.at)
			}
		}
		name += r.phrase()
	}
	return build(name, params)
}

func (r *reader) param(inRow bool) (param, error) {
	r.skip()
	if r.at < len(r.src) && r.src[r.at] >= '0' && r.src[r.at] <= '9' {
		start := r.at
		for r.at < len(r.src) && r.src[r.at] >= '0' && r.src[r.at] <= '9' {
			r.at++
		}
		n, err := strconv.ParseInt(r.src[start:r.at], 10, 64)
		return param{number: n}, err
	}
	p := param{isType: true}
	if inRow {
		p.field = r.field()
	}
	t, err := r.typ()
	p.typ = t
	return p, err
}

// field reads the name of a row's field, if there is one: a quoted name, or a word that another word
// follows which is not the rest of a type's name.
func (r *reader) field() string {
	if r.eat('"') {
		var b strings.Builder
		for r.at < len(r.src) {
			c := r.src[r.at]
			r.at++
			if c != '"' {
				b.WriteByte(c)
				continue
			}
			if r.at < len(r.src) && r.src[r.at] == '"' {
				b.WriteByte('"')
				r.at++
				continue
			}
			break
		}
		return b.String()
	}
	start := r.at
	word := r.peekWord()
	r.at += len(word)
	if r.phrase() == "" && r.peekWord() != "" {
		return word
	}
	r.at = start
	return ""
}

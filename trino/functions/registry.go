// Package functions is Trino's function registry and how a call finds its overload in it: exact
// match first, then by coercion with the most specific winning, as the engine does. The registry is
// the file functions.jsonl, which scripts/functions.sh takes from a running Trino; what SHOW
// FUNCTIONS does not tell (variadics, constraints, length formulas) stands in small tables here.
// It never evaluates anything. Start at Resolve.
package functions

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"sync"

	"github.com/limn-data/limn/trino/types"
)

//go:embed functions.jsonl
var registryFile []byte

// Kind says where a function may be called.
type Kind uint8

// The kinds of functions.
const (
	Scalar Kind = iota
	Aggregate
	Window
	Table
)

var kindNames = map[string]Kind{"scalar": Scalar, "aggregate": Aggregate, "window": Window, "table": Table}

// Overload is one signature of a function. It is never written to after it was read.
type Overload struct {
	Name          string
	Kind          Kind
	Deterministic bool
	Description   string
	ArgTypes      string // as SHOW FUNCTIONS has them
	ReturnType    string

	params    []pattern
	result    pattern
	variadic  bool // the last parameter may repeat, or be absent
	generic   bool // has type variables
	typeVars  []string
	longVars  []string
	limits    []constraint // of typeVars
	calculate func(v []int32)
}

// Registry is an immutable set of overloads by name.
type Registry struct {
	byName map[string][]*Overload
	tables []*TableFunction
}

var builtin = sync.OnceValue(func() *Registry {
	r, err := Read(registryFile)
	if err != nil {
		panic("trino/functions: the embedded registry: " + err.Error()) // the file is part of the build
	}
	return r
})

// Builtin is the registry of Trino 483 without plugins.
func Builtin() *Registry { return builtin() }

// Read reads a registry from lines of SHOW FUNCTIONS in the form of functions.jsonl, and adds what
// every Trino has without listing it.
func Read(data []byte) (*Registry, error) {
	r, err := read(data)
	if err != nil {
		return nil, err
	}
	for _, h := range hidden {
		o := &Overload{Name: h.name, Kind: h.kind, Deterministic: true, ArgTypes: h.args, ReturnType: h.result}
		if err := o.compile(); err != nil {
			return nil, fmt.Errorf("hidden function %s: %w", h.name, err)
		}
		r.byName[h.name] = append(r.byName[h.name], o)
	}
	return r, nil
}

// ReadOnly reads a registry that has these lines and nothing else.
func ReadOnly(data []byte) (*Registry, error) { return read(data) }

func read(data []byte) (*Registry, error) {
	r := &Registry{byName: map[string][]*Overload{}}
	seen := map[string]bool{}
	in := bufio.NewScanner(bytes.NewReader(data))
	in.Buffer(nil, 1<<20)
	for n := 1; in.Scan(); n++ {
		var row struct {
			Function      string `json:"function"`
			ReturnType    string `json:"return_type"`
			ArgumentTypes string `json:"argument_types"`
			FunctionType  string `json:"function_type"`
			Deterministic bool   `json:"deterministic"`
			Description   string `json:"description"`
		}
		if err := json.Unmarshal(in.Bytes(), &row); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		kind, ok := kindNames[row.FunctionType]
		if !ok {
			return nil, fmt.Errorf("line %d: function type %q is not known", n, row.FunctionType)
		}
		// Trino lists an alias once more for the name it stands for; the overload is the same.
		key := row.Function + "(" + row.ArgumentTypes + ")" + row.FunctionType
		if seen[key] {
			continue
		}
		seen[key] = true
		o := &Overload{Name: row.Function, Kind: kind, Deterministic: row.Deterministic,
			Description: row.Description, ArgTypes: row.ArgumentTypes, ReturnType: row.ReturnType}
		if kind != Table {
			if err := o.compile(); err != nil {
				return nil, fmt.Errorf("line %d: %s: %w", n, key, err)
			}
		}
		r.byName[row.Function] = append(r.byName[row.Function], o)
	}
	return r, in.Err()
}

// With gives a registry that also has the overloads of data, in the form of functions.jsonl.
func (r *Registry) With(data []byte) (*Registry, error) {
	more, err := read(data)
	if err != nil {
		return nil, err
	}
	for name, overloads := range r.byName {
		more.byName[name] = append(more.byName[name], overloads...)
	}
	more.tables = r.tables
	return more, nil
}

// Lookup gives the overloads of a lower-case name that can stand in an expression.
func (r *Registry) Lookup(name string) []*Overload {
	all := r.byName[name]
	if len(all) > 0 && all[len(all)-1].Kind == Table {
		var some []*Overload
		for _, o := range all {
			if o.Kind != Table {
				some = append(some, o)
			}
		}
		return some
	}
	return all
}

// IsTable reports whether a table function has this lower-case name.
func (r *Registry) IsTable(name string) bool {
	for _, o := range r.byName[name] {
		if o.Kind == Table {
			return true
		}
	}
	return false
}

// All gives every overload, by name and then by arguments.
func (r *Registry) All() []*Overload {
	var all []*Overload
	for _, os := range r.byName {
		all = append(all, os...)
	}
	sort.Slice(all, func(i, j int) bool {
		if all[i].Name != all[j].Name {
			return all[i].Name < all[j].Name
		}
		return all[i].ArgTypes < all[j].ArgTypes
	})
	return all
}

// Names gives every name once, for hints.
func (r *Registry) Names() []string {
	names := make([]string, 0, len(r.byName))
	for n := range r.byName {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Signature is how Trino writes the overload in a complaint: element_at(map(K,V), K) K, V.
func (o *Overload) Signature() string {
	var b strings.Builder
	b.WriteString(o.Name)
	b.WriteByte('(')
	b.WriteString(o.ArgTypes)
	b.WriteByte(')')
	vars := make([]string, len(o.typeVars))
	for i, v := range o.typeVars {
		vars[i] = v
		switch o.limits[i] {
		case mustCompare:
			vars[i] += ":comparable"
		case mustOrder:
			vars[i] += ":orderable"
		}
	}
	sort.Strings(vars)
	for i, v := range vars {
		b.WriteString([]string{" ", ", "}[min(i, 1)])
		b.WriteString(v)
	}
	return b.String()
}

// pattern is a type with variables in it.
type pattern struct {
	kind  types.Kind // of the outer type; Invalid for a type variable
	fixed types.Type // set when there is no variable anywhere inside
	tvar  int        // index of the type variable, for kind Invalid
	vars  [2]int     // indexes of length, precision and scale variables; -1 is a constant in num
	num   [2]int32
	elems []pattern
}

// compile reads the signature's text and applies the tables of what the text does not say.
func (o *Overload) compile() error {
	p := &patternReader{o: o}
	for _, text := range splitTop(o.ArgTypes) {
		t, err := p.read(text)
		if err != nil {
			return err
		}
		o.params = append(o.params, t)
	}
	inputs := len(o.longVars)
	t, err := p.read(o.ReturnType)
	if err != nil {
		return err
	}
	o.result = t
	o.generic = len(o.typeVars) > 0
	key := o.Name + "(" + o.ArgTypes + ")"
	o.variadic = variadics[key]
	o.limits = make([]constraint, len(o.typeVars))
	for i := range o.limits {
		o.limits[i] = constraints[o.Name]
		if v, ok := constraints[o.Name+":"+o.typeVars[i]]; ok {
			o.limits[i] = v
		}
	}
	o.calculate = formulas[key]
	if len(o.longVars) > inputs && o.calculate == nil {
		return fmt.Errorf("no formula for the result %s", o.ReturnType)
	}
	return nil
}

// splitTop splits at commas outside parentheses.
func splitTop(text string) (parts []string) {
	depth, start := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				parts = append(parts, strings.TrimSpace(text[start:i]))
				start = i + 1
			}
		}
	}
	if rest := strings.TrimSpace(text[start:]); rest != "" {
		parts = append(parts, rest)
	}
	return parts
}

type patternReader struct{ o *Overload }

// read turns the text of one type into a pattern. A type variable is an upper-case letter with an
// optional digit; a length variable is a word inside parentheses where a number would stand.
func (r *patternReader) read(text string) (pattern, error) {
	if isTypeVariable(text) {
		return pattern{tvar: index(&r.o.typeVars, text)}, nil
	}
	if t, err := types.Parse(text); err == nil {
		return pattern{kind: t.Kind(), fixed: t}, nil
	}
	if text == "unknown" {
		return pattern{kind: types.Unknown, fixed: types.Of(types.Unknown)}, nil
	}
	open, end := strings.IndexByte(text, '('), strings.LastIndexByte(text, ')')
	if open < 0 || end < open {
		return pattern{}, fmt.Errorf("type %q is not understood", text)
	}
	base, args := text[:open]+text[end+1:], splitTop(text[open+1:end])
	composite := map[string]types.Kind{"array": types.Array, "map": types.Map, "row": types.Row, "function": types.Function, "qdigest": types.QDigest}
	if kind, ok := composite[base]; ok {
		p := pattern{kind: kind}
		for _, a := range args {
			e, err := r.read(a)
			if err != nil {
				return pattern{}, err
			}
			p.elems = append(p.elems, e)
		}
		return p, nil
	}
	withNumbers := map[string]types.Kind{"decimal": types.Decimal, "varchar": types.Varchar, "char": types.Char, "time": types.Time,
		"time with time zone": types.TimeTZ, "timestamp": types.Timestamp, "timestamp with time zone": types.TimestampTZ}
	kind, ok := withNumbers[base]
	if !ok || len(args) > 2 {
		return pattern{}, fmt.Errorf("type %q is not understood", text)
	}
	p := pattern{kind: kind, vars: [2]int{-1, -1}}
	for i, a := range args {
		if a[0] >= '0' && a[0] <= '9' {
			var n int32
			if _, err := fmt.Sscan(a, &n); err != nil {
				return pattern{}, err
			}
			p.num[i] = n
		} else {
			p.vars[i] = index(&r.o.longVars, a)
		}
	}
	return p, nil
}

func isTypeVariable(s string) bool {
	return s != "" && s[0] >= 'A' && s[0] <= 'Z' && (len(s) == 1 || len(s) == 2 && s[1] >= '0' && s[1] <= '9')
}

func index(names *[]string, name string) int {
	for i, n := range *names {
		if n == name {
			return i
		}
	}
	*names = append(*names, name)
	return len(*names) - 1
}

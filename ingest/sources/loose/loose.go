// Package loose reads the JSON and YAML that other systems write: what the reader knows goes into its types,
// what it does not know is counted by path instead of failing, and what is broken is named with file and byte.
// It never guesses a value. Start at Decode.
package loose

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/limn-data/limn/catalog"
)

// maxKept is how long a value may be, in bytes, to be kept as Custom.
const maxKept = 200

// Notes collects what a reader met that it does not know.
type Notes struct {
	Report *catalog.Report
	// Where is put before each path, such as "nodes".
	Where string
	// Custom is given the short plain values of unknown fields by path, where it is not nil.
	Custom map[string]string
}

// Unknown counts a field that nobody reads, and keeps its value where it is short and plain.
func (n Notes) Unknown(path string, raw []byte) {
	full := path
	if n.Where != "" {
		full = n.Where + "." + path
	}
	if n.Report != nil {
		n.Report.Unknowns(full)
	}
	if n.Custom == nil || len(raw) > maxKept || len(raw) == 0 {
		return
	}
	switch raw[0] {
	case '{', '[', 'n': // parts of parts, null
		return
	case '"':
		var s string
		if json.Unmarshal(raw, &s) == nil && s != "" {
			n.Custom[path] = s
		}
	default:
		n.Custom[path] = string(raw)
	}
}

// Decode reads one JSON value into out, a pointer. A field that out's type does not have goes to n.Unknown; so
// does one whose value has another shape than the type, as "path (string)", and is left empty. Only text that
// is no JSON is an error.
func Decode(raw []byte, out any, n Notes) error {
	if err := json.Unmarshal(raw, out); err != nil {
		var shape *json.UnmarshalTypeError
		if !errors.As(err, &shape) {
			return place(err)
		}
		// The library names the first only, and has read everything else.
		what, _, _ := strings.Cut(shape.Value, " ")
		n.Unknown(fmt.Sprintf("%s (%s)", cmpOr(shape.Field, "value"), what), nil)
	}
	s := skipper{raw: raw, notes: n}
	s.walk(reflect.TypeOf(out).Elem(), "")
	return nil
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func place(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		if strings.HasPrefix(err.Error(), "unexpected end") {
			return fmt.Errorf("byte %d: the JSON ends in the middle of a value", syntax.Offset)
		}
		return fmt.Errorf("byte %d: %w", syntax.Offset, err)
	}
	return err
}

// Unread is of types that know fields of the format that they do not read, so that those are not counted.
type Unread interface{ Unread() []string }

// fields of a struct type by their JSON name; nil for those that are not looked into.
type fields map[string]reflect.Type

var known sync.Map // reflect.Type → fields

func fieldsOf(t reflect.Type) fields {
	if f, ok := known.Load(t); ok {
		return f.(fields)
	}
	f := fields{}
	for i := range t.NumField() {
		sf := t.Field(i)
		name, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case sf.Anonymous && name == "":
			for k, v := range fieldsOf(sf.Type) {
				f[k] = v
			}
		case name == "":
			f[sf.Name] = sf.Type
		default:
			f[name] = sf.Type
		}
	}
	if u, ok := reflect.New(t).Interface().(Unread); ok {
		for _, name := range u.Unread() {
			if _, has := f[name]; !has {
				f[name] = nil
			}
		}
	}
	known.Store(t, f)
	return f
}

var decodes = reflect.TypeFor[json.Unmarshaler]()

// skipper goes over JSON that is known to be well formed, along a type.
type skipper struct {
	raw   []byte
	at    int
	notes Notes
}

// walk reads one value that goes into a t; a nil t stands for a value that is not looked into.
func (s *skipper) walk(t reflect.Type, path string) {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t != nil && (reflect.PointerTo(t).Implements(decodes) || t.Kind() == reflect.Interface) {
		t = nil
	}
	s.space()
	switch s.peek() {
	case '{':
		s.object(t, path)
	case '[':
		var elem reflect.Type
		if t != nil && t.Kind() == reflect.Slice {
			elem = t.Elem()
		}
		if elem == nil {
			s.skip()
			return
		}
		s.at++
		for s.space(); s.at < len(s.raw) && s.peek() != ']'; s.comma() {
			s.walk(elem, path)
		}
		s.at++
	default:
		s.skip()
	}
}

func (s *skipper) object(t reflect.Type, path string) {
	if t == nil || t.Kind() != reflect.Struct && t.Kind() != reflect.Map {
		s.skip()
		return
	}
	s.at++
	for s.space(); s.at < len(s.raw) && s.peek() != '}'; s.comma() {
		start := s.at
		s.skip()
		name := text(s.raw[start:s.at])
		s.space()
		s.at++ // colon
		s.space()
		var typ reflect.Type
		if t.Kind() == reflect.Map {
			typ, name = t.Elem(), "*"
		} else {
			f := fieldsOf(t)
			var ok bool
			if typ, ok = f[name]; !ok {
				for k, v := range f { // as encoding/json does
					if strings.EqualFold(k, name) {
						typ, ok = v, true
					}
				}
			}
			if !ok {
				start := s.at
				s.skip()
				s.notes.Unknown(join(path, name), s.raw[start:s.at])
				continue
			}
		}
		s.walk(typ, join(path, name))
	}
	s.at++
}

// maxName keeps keys that are data from becoming paths of any length.
const maxName = 80

func join(path, name string) string {
	if len(name) > maxName {
		name = strings.ToValidUTF8(name[:maxName], "") + "…"
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

func text(quoted []byte) string {
	if len(quoted) >= 2 && !bytes.ContainsRune(quoted, '\\') {
		return strings.ToValidUTF8(string(quoted[1:len(quoted)-1]), "\uFFFD") // as the library reads it
	}
	var s string
	if json.Unmarshal(quoted, &s) != nil {
		return string(quoted)
	}
	return s
}

func (s *skipper) peek() byte {
	if s.at < len(s.raw) {
		return s.raw[s.at]
	}
	return 0
}

func (s *skipper) space() {
	for s.at < len(s.raw) {
		switch s.raw[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

func (s *skipper) comma() {
	s.space()
	if s.peek() == ',' {
		s.at++
		s.space()
	}
}

// skip goes over one value.
func (s *skipper) skip() {
	depth := 0
	for s.at < len(s.raw) {
		switch c := s.raw[s.at]; c {
		case '"':
			for s.at++; s.at < len(s.raw) && s.raw[s.at] != '"'; s.at++ {
				if s.raw[s.at] == '\\' {
					s.at++
				}
			}
			s.at = min(s.at+1, len(s.raw))
		case '{', '[':
			depth++
			s.at++
			continue
		case '}', ']':
			depth--
			s.at++
		default:
			if c == ',' || c == ':' || c == ' ' || c == '\t' || c == '\n' || c == '\r' {
				s.at++
				continue
			}
			for s.at < len(s.raw) && !bytes.ContainsRune([]byte(",]}: \t\r\n"), rune(s.raw[s.at])) {
				s.at++
			}
		}
		if depth <= 0 {
			return
		}
	}
}

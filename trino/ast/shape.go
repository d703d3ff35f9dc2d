package ast

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Shape writes what a tree says, without where it stands: two trees of one shape mean the same. Left
// out are places, comments, whether a name was quoted, and parentheses that only group: Paren,
// ParenRel, and a ParenQuery around nothing but a body.
//
// It is for tests and comparisons, by reflection, so that a new field can not be forgotten.
func Shape(n Node) string {
	var b strings.Builder
	shape(&b, reflect.ValueOf(n))
	return b.String()
}

var (
	locType     = reflect.TypeFor[Loc]()
	headType    = reflect.TypeFor[Head]()
	spanType    = reflect.TypeFor[Span]()
	commentType = reflect.TypeFor[[]Comment]()
)

func shape(b *strings.Builder, v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			b.WriteString("nil")
			return
		}
		switch n := v.Interface().(type) {
		case *Paren:
			shape(b, reflect.ValueOf(n.X))
			return
		case *ParenRel:
			shape(b, reflect.ValueOf(n.Rel))
			return
		case *ParenQuery:
			if q := n.Query; q.With == nil && q.OrderBy == nil && q.Offset == nil && q.Limit == nil {
				shape(b, reflect.ValueOf(q.Body))
				return
			}
		}
		shape(b, v.Elem())
	case reflect.Struct:
		t := v.Type()
		b.WriteString(t.Name())
		b.WriteByte('(')
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Type == locType || f.Type == headType || f.Type == spanType || f.Type == commentType || v.Field(i).IsZero() || f.Type.Kind() == reflect.Slice && v.Field(i).Len() == 0 ||
				t == reflect.TypeFor[Ident]() && f.Name == "Quoted" {
				continue
			}
			fmt.Fprintf(b, " %s:", f.Name)
			shape(b, v.Field(i))
		}
		b.WriteByte(')')
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			fmt.Fprintf(b, "%x", v.Bytes())
			return
		}
		b.WriteByte('[')
		for i := range v.Len() {
			b.WriteByte(' ')
			shape(b, v.Index(i))
		}
		b.WriteByte(']')
	case reflect.String:
		b.WriteString(strconv.Quote(v.String()))
	default:
		fmt.Fprint(b, v.Interface())
	}
}

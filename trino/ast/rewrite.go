package ast

import "reflect"

// Rewrite returns a copy of a tree in which replace has had its say: it is asked for each node, parents
// first, and where it answers true its node stands in the copy as it is, with nothing of the old one below.
// What replace gives must fit the place. The old tree is not written to, and no node of it stands in the
// new one, so that what was learned of one says nothing of the other.
//
// It works by reflection, so that a new field can not be forgotten.
func Rewrite[N Node](n N, replace func(Node) (Node, bool)) N {
	w := rewriter{replace: replace}
	return w.value(reflect.ValueOf(&n).Elem()).Interface().(N)
}

type rewriter struct{ replace func(Node) (Node, bool) }

var nodeType = reflect.TypeFor[Node]()

func (w rewriter) value(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return v
		}
		out := reflect.New(v.Type()).Elem()
		out.Set(w.value(v.Elem()))
		return out
	case reflect.Pointer:
		if v.IsNil() || v.Elem().Kind() != reflect.Struct {
			return v // numbers of a type or an interval, which nobody writes to
		}
		if v.Type().Implements(nodeType) && w.replace != nil {
			if n, ok := w.replace(v.Interface().(Node)); ok {
				return reflect.ValueOf(n)
			}
		}
		out := reflect.New(v.Type().Elem())
		out.Elem().Set(w.value(v.Elem()))
		return out
	case reflect.Slice:
		if v.IsNil() || v.Type().Elem().Kind() == reflect.Uint8 || v.Type() == commentType {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(w.value(v.Index(i)))
		}
		return out
	case reflect.Struct:
		if v.Type() == locType || v.Type() == spanType {
			return v
		}
		out := reflect.New(v.Type()).Elem()
		for i := range v.NumField() {
			out.Field(i).Set(w.value(v.Field(i)))
		}
		return out
	}
	return v
}

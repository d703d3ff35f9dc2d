package ast_test

import (
	"reflect"
	"testing"

	"github.com/limn-data/limn/trino/ast"
)

// A copy has the shape of what it was made of and shares no node with it, whatever the kind.
func TestRewriteCopies(t *testing.T) {
	for _, n := range nodes {
		full := reflect.New(reflect.TypeOf(n).Elem())
		fill(full.Elem(), map[ast.Node]bool{})
		old := full.Interface().(ast.Node)
		got := ast.Rewrite(old, nil)
		if !reflect.DeepEqual(got, old) {
			t.Errorf("%T: the copy is another", n)
		}
		seen := map[ast.Node]bool{}
		ast.Walk(old, func(n ast.Node) bool { seen[n] = true; return true })
		ast.Walk(got, func(c ast.Node) bool {
			if seen[c] && reflect.TypeOf(c).Elem().Size() > 0 {
				t.Errorf("%T: the copy shares its %T", n, c)
			}
			return true
		})
	}
}

func TestRewriteReplaces(t *testing.T) {
	a, b := &ast.Ident{Name: "a"}, &ast.Ident{Name: "b"}
	old := &ast.Binary{L: a, R: &ast.Paren{X: b}}
	got := ast.Rewrite(ast.Expr(old), func(n ast.Node) (ast.Node, bool) {
		if n == ast.Node(b) {
			return &ast.IntLit{Text: "1"}, true
		}
		return nil, false
	})
	want := &ast.Binary{L: &ast.Ident{Name: "a"}, R: &ast.Paren{X: &ast.IntLit{Text: "1"}}}
	if ast.Shape(got) != ast.Shape(want) || old.R.(*ast.Paren).X != ast.Expr(b) {
		t.Errorf("%s", ast.Shape(got))
	}
}

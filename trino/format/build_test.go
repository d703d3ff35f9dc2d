package format_test

import (
	"testing"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/format"
)

func TestBuilders(t *testing.T) {
	share := &ast.Binary{Op: ast.Div, L: ast.CallOf("sum", ast.Name("o", "total")), R: ast.CallOf("nullif", ast.Name("order"), ast.Int(0))}
	where := ast.And(nil,
		&ast.Compare{Op: ast.Eq, L: ast.Name("o", "status"), R: ast.Str("it's")},
		ast.Or(&ast.IsNull{X: ast.Name("a")}, ast.Name("b")),
		ast.And())
	q := &ast.Query{Body: &ast.Select{
		Items: []ast.SelectItem{ast.As(share, "Share of total"), ast.As(ast.Int(-1), "")},
		From:  &ast.Aliased{Rel: &ast.Table{Name: ast.Qualified("lake", "shop", "orders")}, Alias: &ast.Ident{Name: "o"}},
		Where: where,
	}}
	want := `SELECT sum(o.total) / nullif("order", 0) AS "Share of total", -1
FROM lake.shop.orders AS o
WHERE o.status = 'it''s' AND (a IS NULL OR b)`
	if got := format.Query(q); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

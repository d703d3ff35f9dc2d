package model

import (
	"fmt"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
)

// typeOf is the Trino type of a field's expression over its table. A plain column takes the catalog's
// word; anything else is checked as a query over the one table.
func (l *loader) typeOf(a *catalog.Asset, e ast.Expr) (string, error) {
	if c := soleColumn(a, e); c != nil {
		return c.Type, nil
	}
	body := &ast.Select{Items: []ast.SelectItem{&ast.SingleColumn{Expr: e}}, From: &ast.Table{Name: &ast.QualifiedName{
		Parts: []*ast.Ident{{Name: a.Name.Catalog}, {Name: a.Name.Schema}, {Name: a.Name.Table}}}}}
	session := check.Session{Catalog: a.Name.Catalog, Schema: a.Name.Schema}
	info, problems := check.Check(&ast.Query{Body: body}, l.checked, session)
	if len(problems) > 0 {
		return "", fmt.Errorf("%s", problems[0].Message)
	}
	// A field is of one row: rows can be filtered by it. An aggregate or a window cannot stand in a WHERE.
	rows := &ast.Select{From: body.From, Where: &ast.IsNull{X: e}, Items: []ast.SelectItem{&ast.SingleColumn{Expr: &ast.IntLit{Text: "1"}}}}
	if _, problems := check.Check(&ast.Query{Body: rows}, l.checked, session); len(problems) > 0 {
		return "", fmt.Errorf("it is no expression over one row (%s); define it as a metric", problems[0].Message)
	}
	return info.Columns[0].Type.String(), nil
}

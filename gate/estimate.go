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
// of each table's bytes, once however often it is named; a text file is read whole. Where the tables together
// are larger than From, so that a limit may have a say, the footers of the files are asked, if there are any
// to ask: how large these columns really are, and which parts of the files the conditions against constants
// leave.
type Files struct {
	Snapshot *catalog.Snapshot
	Footers  Footers // nil: none
	From     int64   // bytes
}

// Estimate sums the bytes of the columns read.
func (f Files) Estimate(ctx context.Context, s Scan) (Estimate, error) {
	e, most := Estimate{Known: true}, int64(0)
	for _, use := range s.Info.Tables {
		a := f.Snapshot.Table(nameOf(use))
		if a == nil || a.Bytes < 0 || len(a.Columns) == 0 {
			return Estimate{}, nil
		}
		most += a.Bytes
		if f := a.Source.Format; f == "csv" || f == "json" {
			e.Bytes += a.Bytes
		} else {
			e.Bytes += a.Bytes / int64(len(a.Columns)) * int64(len(use.Columns()))
		}
		e.Rows += max(a.Rows, 0)
	}
	if f.Footers == nil || most <= f.From {
		return e, nil
	}
	closer := Estimate{Known: true}
	bounds := boundsOf(s.Query, s.Info)
	for _, use := range s.Info.Tables {
		a := f.Snapshot.Table(nameOf(use))
		bytes, rows, ok, err := f.Footers.Footers(ctx, a, use.Columns(), bounds[use])
		if err != nil {
			return Estimate{}, err
		}
		if !ok { // a text file is read whole
			bytes, rows = a.Bytes, max(a.Rows, 0)
		}
		closer.Bytes += bytes
		closer.Rows += rows
	}
	return closer, nil
}

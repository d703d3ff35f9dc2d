package trino

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/engine/enginetest"
	"github.com/limn-data/limn/internal/service"
	"github.com/limn-data/limn/trino/rows"
)

// server is an engine over the real Trino as a user who may do everything.
func server(t testing.TB, change ...func(*Config)) *Engine {
	t.Helper()
	cfg := Config{URL: service.Trino(t), User: "admin", Source: "limn-test"}
	for _, f := range change {
		f(&cfg)
	}
	e, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// schema makes a schema of the test's own and drops it afterwards.
func schema(t testing.TB, e *Engine, in string) string {
	t.Helper()
	name := fmt.Sprintf("%s.t%x", in, time.Now().UnixNano())
	run(t, e, "CREATE SCHEMA "+name)
	t.Cleanup(func() { do(t, context.Background(), e, "DROP SCHEMA "+name+" CASCADE") })
	return name
}

func run(t testing.TB, e *Engine, sql string) *rows.Set {
	t.Helper()
	return do(t, t.Context(), e, sql)
}

func do(t testing.TB, ctx context.Context, e *Engine, sql string) *rows.Set {
	t.Helper()
	set, err := e.Run(ctx, Statement{SQL: sql, MaxRows: -1})
	if err != nil {
		var failed *Error
		if errors.As(err, &failed) {
			t.Fatalf("%s: %s (%s)", sql, failed.Detail, failed.Code)
		}
		t.Fatalf("%s: %v", sql, err)
	}
	return set
}

func code(err error) string {
	var failed *Error
	if errors.As(err, &failed) {
		return failed.Code
	}
	return ""
}

func TestContract(t *testing.T) {
	e := server(t)
	where := schema(t, e, "memory")
	enginetest.Run(t, enginetest.Engine{
		Load: func(t *testing.T, table enginetest.Table) *catalog.Asset {
			a := &catalog.Asset{Name: catalog.ParseName(where+"."+table.Name, "", ""), Columns: table.Columns}
			var cols, vals []string
			for _, c := range table.Columns {
				cols = append(cols, c.Name+" "+c.Type)
			}
			for _, r := range table.Rows {
				vals = append(vals, "("+strings.Join(r, ", ")+")")
			}
			run(t, e, "CREATE TABLE "+a.Name.String()+" ("+strings.Join(cols, ", ")+")")
			run(t, e, "INSERT INTO "+a.Name.String()+" VALUES "+strings.Join(vals, ", "))
			return a
		},
		Run: func(ctx context.Context, q enginetest.Query) (*rows.Set, error) {
			return e.Run(ctx, Statement{SQL: q.SQL, MaxRows: q.MaxRows})
		},
		Range: e.Range, Distinct: e.Distinct, Included: e.Included,
		Profile: func(ctx context.Context, a *catalog.Asset, limit int) (int64, []enginetest.Profile, error) {
			n, cols, err := e.Profile(ctx, a, limit)
			var out []enginetest.Profile
			for _, c := range cols {
				out = append(out, enginetest.Profile{Nulls: c.Nulls, Distinct: c.Distinct, Min: c.Min, Max: c.Max})
			}
			return n, out, err
		},
		Code: code,
	})
}

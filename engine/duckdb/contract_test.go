package duckdb

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/engine/enginetest"
	"github.com/limn-data/limn/trino/rows"
)

func TestContract(t *testing.T) {
	dir := t.TempDir()
	e := setup(t, Config{Dirs: []string{dir}})
	enginetest.Run(t, enginetest.Engine{
		Load: func(t *testing.T, table enginetest.Table) *catalog.Asset {
			file := filepath.Join(dir, table.Name+".jsonl")
			if err := os.WriteFile(file, []byte(strings.Join(table.JSON, "\n")+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			return &catalog.Asset{Name: catalog.Name{Catalog: "lake", Schema: "main", Table: table.Name}, Columns: table.Columns, Source: catalog.Source{Format: "json", Files: []string{file}}}
		},
		Run: func(ctx context.Context, q enginetest.Query) (*rows.Set, error) {
			return e.Run(ctx, Statement{Query: q.Tree, Info: q.Info, Tables: q.Tables, MaxRows: q.MaxRows})
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
		Code: func(err error) string {
			var failed *Error
			if errors.As(err, &failed) {
				return failed.Code
			}
			return ""
		},
	})
}

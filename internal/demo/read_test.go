package demo

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// data is a table read back: column → values as text, NULL as the word null that no column holds.
type data map[string][]string

const null = "NULL"

func (d data) len() int {
	for _, col := range d {
		return len(col)
	}
	return 0
}

// key joins the values of some columns of a row.
func (d data) key(row int, columns []string) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		parts[i] = d[c][row]
	}
	return strings.Join(parts, "\x00")
}

// readTable reads all files of a table, with the Parquet reader and not with what this package knows of the rows.
func readTable(t testing.TB, dir, schema, name string) data {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "data", schema, name, "*.parquet"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s.%s has no files (%v)", schema, name, err)
	}
	out := data{}
	for _, path := range paths {
		readFile(t, path, out)
	}
	return out
}

func readFile(t testing.TB, path string, into data) {
	t.Helper()
	f, err := file.OpenParquetFile(path, false)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	defer f.Close()
	r, err := pqarrow.NewFileReader(f, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	table, err := r.ReadTable(context.Background())
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	defer table.Release()
	for i := range int(table.NumCols()) {
		name := table.Schema().Field(i).Name
		for _, chunk := range table.Column(i).Data().Chunks() {
			for row := range chunk.Len() {
				into[name] = append(into[name], valueText(chunk, row))
			}
		}
	}
}

func valueText(a arrow.Array, row int) string {
	if a.IsNull(row) {
		return null
	}
	if ts, ok := a.(*array.Timestamp); ok {
		return time.UnixMicro(int64(ts.Value(row))).UTC().Format("2006-01-02T15:04:05.000000")
	}
	return a.ValueStr(row)
}

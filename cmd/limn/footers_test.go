package main

import (
	"testing"

	"github.com/limn-data/limn/catalog"
)

// What footers say of the demo's files holds against the files: all columns together are nearly all of them,
// a shorter period is less, a period without data is nothing, and the rows are those that are there.
func TestFootersOfTheDemo(t *testing.T) {
	w, err := openWorkspace(t.Context(), sharedDemo(t))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	engine := w.engine.(embedded)
	looked := 0
	for _, a := range w.snap.Assets {
		if a.Source.Format != "parquet" || a.Rows < 10_000 {
			continue
		}
		looked++
		var all []string
		day := ""
		for _, c := range a.Columns {
			all = append(all, c.Name)
			if c.Type == "date" && day == "" {
				day = c.Name
			}
		}
		bytes := func(columns []string, bounds ...catalog.Bound) (int64, int64) {
			t.Helper()
			n, rows, ok, err := engine.Footers(t.Context(), a, columns, bounds)
			if err != nil || !ok {
				t.Fatalf("%s: %v %v", a.Name, ok, err)
			}
			return n, rows
		}
		whole, rows := bytes(all)
		if whole > a.Bytes || whole < a.Bytes/2 || rows != a.Rows {
			t.Errorf("%s: footers say %d bytes and %d rows, files have %d and %d", a.Name, whole, rows, a.Bytes, a.Rows)
		}
		one, _ := bytes(all[:1])
		if one <= 0 || one >= whole {
			t.Errorf("%s: one column of %d is %d of %d bytes", a.Name, len(all), one, whole)
		}
		if none, rows := bytes(nil); none != 0 || rows != a.Rows {
			t.Errorf("%s: no column is %d bytes of %d rows", a.Name, none, rows)
		}
		if day == "" {
			continue
		}
		if n, rows := bytes(all, catalog.Bound{Column: day, Type: "date", Low: "2200-01-01"}); n != 0 || rows != 0 {
			t.Errorf("%s: of another century it has %d bytes, %d rows", a.Name, n, rows)
		}
		if n, _ := bytes(all, catalog.Bound{Column: day, Type: "date", Low: "1900-01-01", High: "2200-01-01"}); n != whole {
			t.Errorf("%s: of all days it has %d of %d bytes", a.Name, n, whole)
		}
		if n, _ := bytes(all, catalog.Bound{Column: day, Type: "date", High: "2025-06-30"}); n > whole {
			t.Errorf("%s: of some days it has %d of %d bytes", a.Name, n, whole)
		}
	}
	if looked == 0 {
		t.Error("the demo has no large table in Parquet")
	}
}

// Package recorded finds the recordings of a real Trino and the third-party cases that some tests hold
// limn against. They are no part of the project: they lie beside it, or where LIMN_SHARED says, and tests
// that want them are skipped where they are absent. Start at Path.
package recorded

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Path is where a file or folder of the recordings is.
func Path(t testing.TB, name string) string {
	t.Helper()
	if !Here(name) {
		t.Skipf("%s is not here; set LIMN_SHARED", name)
	}
	return at(name)
}

// Here says whether a file or folder of the recordings is there.
func Here(name string) bool {
	_, err := os.Stat(at(name))
	return err == nil
}

func at(name string) string {
	root := os.Getenv("LIMN_SHARED")
	if root == "" {
		_, file, _, _ := runtime.Caller(0)
		root = filepath.Join(filepath.Dir(file), "..", "..", "..", "shared")
	}
	return filepath.Join(root, name)
}

// Lines reads a file of JSON lines; one without lines fails the test, since it would prove nothing.
func Lines[T any](t testing.TB, name string) (all []T) {
	t.Helper()
	f, err := os.Open(Path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(nil, 16<<20)
	for in.Scan() {
		var row T
		d := json.NewDecoder(bytes.NewReader(in.Bytes()))
		d.UseNumber() // the digits of a value are part of it
		if err := d.Decode(&row); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all = append(all, row)
	}
	if err := in.Err(); err != nil || len(all) == 0 {
		t.Fatalf("%s: %d rows, %v", name, len(all), err)
	}
	return all
}

// Column is a column of a recorded table; Type is Trino's display name.
type Column struct{ Name, Type string }

// Tables are the tables of a sample connector, by name: tpch or tpcds, of the schema tiny.
func Tables(t testing.TB, catalog string) map[string][]Column {
	t.Helper()
	raw, err := os.ReadFile(Path(t, "data/oracle/"+catalog+"/schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Tables map[string]struct{ Columns []Column }
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	out := map[string][]Column{}
	for name, table := range all.Tables {
		out[name] = table.Columns
	}
	if len(out) == 0 {
		t.Fatalf("%s has no tables", catalog)
	}
	return out
}

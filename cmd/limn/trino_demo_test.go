package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/engine/trino"
	"github.com/limn-data/limn/internal/conf"
	"github.com/limn-data/limn/internal/service"
	"github.com/limn-data/limn/trino/rows"
)

// The demo's questions have the same answers on the embedded engine and on a real Trino over the same
// files: there they are Iceberg tables on S3. LIMN_PROOF=1 asks all of them, else every third.
func TestTheDemoAnswersAlikeOnTrino(t *testing.T) {
	address, bucket := service.Trino(t), service.S3Folder(t)
	demo := sharedDemo(t)
	local, err := openWorkspace(t.Context(), demo)
	if err != nil {
		t.Fatal(err)
	}
	defer local.Close()
	there, err := openWorkspace(t.Context(), demoOverTrino(t, demo, address, bucket, local))
	if err != nil {
		t.Fatal(err)
	}
	defer there.Close()

	all, err := loadCases(demo, nil)
	if err != nil {
		t.Fatal(err)
	}
	step := 3
	if os.Getenv("LIMN_PROOF") != "" {
		step = 1
	}
	alike, asked := 0, 0
	for i := 0; i < len(all); i += step {
		c := all[i]
		r := answer.Request{Question: c.Question, Who: access.Principal{Name: first(c.As, "local")}}
		if r.At, err = local.now(c.At); err != nil {
			t.Fatal(err)
		}
		a, err := local.service.Ask(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		b, err := there.service.Ask(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		asked++
		if why := unlike(a, b); why != "" {
			t.Errorf("%s: %s", c.ID, why) // the question stays unprinted: some are held back from those who tune
			continue
		}
		alike++
	}
	t.Logf("figure: answers of the demo alike on DuckDB and on Trino: %d of %d", alike, asked)
	if asked < 40 {
		t.Errorf("only %d questions were asked", asked)
	}
}

// demoOverTrino makes Iceberg tables of the demo's files, under the names that its model knows, and a
// workspace over them.
func demoOverTrino(t *testing.T, demo, address, bucket string, local *workspace) string {
	t.Helper()
	e, err := trino.Open(trino.Config{URL: address, User: "admin", Source: "limn-test"})
	if err != nil {
		t.Fatal(err)
	}
	run := func(sql string) {
		t.Helper()
		if _, err := e.Run(context.Background(), trino.Statement{SQL: sql, MaxRows: -1}); err != nil {
			t.Fatalf("%s: %#v", sql, err)
		}
	}
	var schemas []string
	t.Cleanup(func() {
		for _, s := range schemas {
			run("DROP SCHEMA IF EXISTS lake." + s + " CASCADE")
		}
		e.Close()
	})
	// A folder of the S3 server is a bucket, so that a file in it is an object.
	files := fmt.Sprintf("demo-%d", os.Getpid())
	if err := os.CopyFS(filepath.Join(bucket, files), os.DirFS(filepath.Join(demo, "data"))); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(filepath.Join(bucket, files)) })
	for _, a := range local.snap.Assets {
		if !slices.Contains(schemas, a.Name.Schema) {
			run("DROP SCHEMA IF EXISTS lake." + a.Name.Schema + " CASCADE")
			run("CREATE SCHEMA lake." + a.Name.Schema)
			schemas = append(schemas, a.Name.Schema)
		}
		var cols []string
		for _, c := range a.Columns {
			cols = append(cols, `"`+c.Name+`" `+c.Type)
		}
		run("CREATE TABLE " + a.Name.String() + " (" + strings.Join(cols, ", ") + ") WITH (format = 'PARQUET')")
		run("ALTER TABLE " + a.Name.String() + " EXECUTE add_files(location => 's3://lake/" + files + "/" + a.Name.Schema + "/" + a.Name.Table + "/', format => 'PARQUET')")
	}
	dir := t.TempDir()
	for _, part := range []string{"models", "facts", "terms", "policy"} {
		if err := os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join(demo, part))); err != nil {
			t.Fatal(err)
		}
	}
	cfg := local.cfg
	cfg.Data = nil
	cfg.Trino = &trinoConfig{URL: address, User: "admin", RunAs: "account"}
	for _, s := range schemas {
		cfg.Trino.Include = append(cfg.Trino.Include, "lake."+s)
	}
	yml, err := conf.Encode(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "limn.yaml"), yml, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// unlike says in what two answers differ, apart from what depends on the engine: times, costs and the
// state of files.
func unlike(a, b *answer.Outcome) string {
	for what, pair := range map[string][2]string{
		"outcome": {a.Outcome, b.Outcome}, "headline": {a.Headline, b.Headline}, "interpretation": {a.Interpretation, b.Interpretation},
		"SQL": {a.SQL, b.SQL}, "road": {a.Road, b.Road}, "trust": {a.Trust.Line, b.Trust.Line},
		"columns": {fmt.Sprint(names(a.Columns)), fmt.Sprint(names(b.Columns))}, "rows": {fmt.Sprint(len(a.Rows)), fmt.Sprint(len(b.Rows))},
		"lineage": {fmt.Sprint(a.Lineage), fmt.Sprint(b.Lineage)}, "warnings": {fmt.Sprint(a.Warnings), fmt.Sprint(b.Warnings)},
	} {
		if pair[0] != pair[1] {
			return fmt.Sprintf("%s: %q here, %q on Trino", what, pair[0], pair[1])
		}
	}
	for i := range a.Rows {
		for j := range a.Rows[i] {
			if x, y := a.Rows[i][j], b.Rows[i][j]; !equal(x, y) {
				return fmt.Sprintf("row %d, %s: %v here, %v on Trino", i+1, a.Columns[j].Name, rows.JSON(x), rows.JSON(y))
			}
		}
	}
	return ""
}

func names(cols []answer.Column) []string {
	var out []string
	for _, c := range cols {
		out = append(out, c.Name+" "+c.Type)
	}
	return out
}

// equal is exact but for DOUBLE, where the order of adding shows.
func equal(x, y rows.Value) bool {
	if f, ok := x.(float64); ok {
		g, ok := y.(float64)
		return ok && (f == g || math.Abs(f-g) <= 1e-9*math.Max(math.Abs(f), math.Abs(g)))
	}
	return fmt.Sprintf("%T %v", x, rows.JSON(x)) == fmt.Sprintf("%T %v", y, rows.JSON(y))
}

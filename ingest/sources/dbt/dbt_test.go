package dbt

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limn-data/limn/catalog"
)

var update = flag.Bool("update", false, "write the golden files anew")

func read(t testing.TB, fsys fs.FS, patterns ...string) ([]catalog.Claim, catalog.Report, error) {
	t.Helper()
	s, err := New(Config{Name: "dbt", Files: fsys, Patterns: patterns, Now: func() time.Time { return time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	var claims []catalog.Claim
	rep, err := s.Read(context.Background(), "", func(c catalog.Claim) error { claims = append(claims, c); return nil })
	slices.SortFunc(claims, func(a, b catalog.Claim) int { return strings.Compare(a.Key(), b.Key()) })
	return claims, rep, err
}

// What the artifacts of a project come to, all of it.
func TestGolden(t *testing.T) {
	claims, rep, err := read(t, os.DirFS("testdata/shop"), "*.json")
	if err != nil {
		t.Fatal(err)
	}
	rep.Cursor = ""
	for i := range claims {
		claims[i].RawHash, claims[i].FetchedAt = "", time.Time{}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, c := range claims {
		if err := enc.Encode(c); err != nil {
			t.Fatal(err)
		}
	}
	if err := enc.Encode(rep); err != nil {
		t.Fatal(err)
	}
	const name = "testdata/shop.golden"
	if *update {
		if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); d != "" {
		t.Errorf("(-want +got; -update writes it anew):\n%s", d)
	}
}

// The claims of one key must be one: another would be lost.
func TestKeysAreUnique(t *testing.T) {
	claims, _, err := read(t, os.DirFS("testdata/shop"), "*.json")
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(claims); i++ {
		if claims[i].Key() == claims[i-1].Key() {
			t.Errorf("two claims of key %q", claims[i].Key())
		}
	}
}

func TestUnquote(t *testing.T) {
	for in, want := range map[string]string{
		`"a"."b"."c"`: "a|b|c", "`p-1`.`d`.`t`": "p-1|d|t", "`p-1.d.t`": "p-1|d|t", `[a].[b]`: "a|b", `a.b.c`: "a|b|c", `b."T"`: "b|T", `"open`: "", "": "",
	} {
		if got := strings.Join(unquote(in), "|"); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestBroken(t *testing.T) {
	whole, err := os.ReadFile("testdata/shop/manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"cut off", map[string]string{"manifest.json": string(whole[:len(whole)/2])}, "manifest.json: byte "},
		{"no JSON", map[string]string{"manifest.json": strings.Replace(string(whole), `"nodes": {`, `"nodes": {;`, 1)}, "manifest.json: byte "},
		{"nodes of another shape", map[string]string{"manifest.json": `{"metadata":{"dbt_schema_version":"https://schemas.getdbt.com/dbt/manifest/v12.json"},"nodes":[]}`}, "an object was expected"},
		{"no manifest", map[string]string{"x.json": `{"metadata":{}}`}, "one manifest is needed and 0 were found"},
		{"two manifests", map[string]string{"a.json": string(whole), "b.json": string(whole)}, "2 were found"},
		{"empty", map[string]string{"manifest.json": ""}, "manifest.json: byte 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			for name, text := range c.files {
				fsys[name] = &fstest.MapFile{Data: []byte(text)}
			}
			if _, _, err := read(t, fsys, "*.json"); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestUnchanged(t *testing.T) {
	s, err := New(Config{Name: "dbt", Files: os.DirFS("testdata/shop"), Patterns: []string{"*.json"}, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	rep, err := s.Read(context.Background(), "", func(catalog.Claim) error { return nil })
	if err != nil || !rep.Whole {
		t.Fatal(rep, err)
	}
	again, err := s.Read(context.Background(), rep.Cursor, func(catalog.Claim) error { t.Error("read again"); return nil })
	if err != nil || again.Whole || again.Claims != 0 {
		t.Error(again, err)
	}
}

// generate writes a manifest of at least so many bytes: models that read one another, with text and SQL as long
// as real ones.
func generate(w io.Writer, size int) (models int, err error) {
	b := bufio.NewWriterSize(w, 1<<20)
	fmt.Fprint(b, `{"metadata":{"dbt_schema_version":"https://schemas.getdbt.com/dbt/manifest/v12.json","project_name":"big","adapter_type":"trino","generated_at":"2026-11-20T00:00:00Z"},"nodes":{`)
	code := strings.Repeat("-- a comment of the kind that people write into models\n", 60)
	for written := 0; written < size; models++ {
		if models > 0 {
			fmt.Fprint(b, ",")
		}
		var cols strings.Builder
		for c := range 12 {
			if c > 0 {
				cols.WriteByte(',')
			}
			fmt.Fprintf(&cols, `"c%d":{"name":"c%d","description":"The %d. column, in a sentence of usual length.","data_type":"bigint","meta":{},"tags":[]}`, c, c, c)
		}
		deps, sql := "", "select 1 as c0"
		if models > 0 {
			deps, sql = fmt.Sprintf(`"model.big.m%d"`, models-1), fmt.Sprintf("select c0, c1 + c2 as c1 from lake.s.m%d where c3 > 0", models-1)
		}
		raw, err := json.Marshal(code + sql)
		if err != nil {
			return 0, err
		}
		n, err := fmt.Fprintf(b, `"model.big.m%d":{"unique_id":"model.big.m%d","resource_type":"model","name":"m%d","database":"lake","schema":"s","alias":"m%d","package_name":"big","description":"One row a thing.","columns":{%s},"config":{"materialized":"table"},"depends_on":{"macros":[],"nodes":[%s]},"raw_code":%s,"compiled_code":%s}`,
			models, models, models, models, cols.String(), deps, raw, raw)
		if err != nil {
			return 0, err
		}
		written += n
	}
	fmt.Fprint(b, `},"sources":{},"macros":{},"docs":{},"exposures":{},"metrics":{},"groups":{},"disabled":{},"parent_map":{},"child_map":{}}`)
	return models, b.Flush()
}

// A manifest of any size is read in the memory of its names: 50 MB here, 500 MB under LIMN_PROOF.
func TestLargeManifest(t *testing.T) {
	size := 50_000_000
	if os.Getenv("LIMN_PROOF") != "" {
		size = 500_000_000
	}
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	models, err := generate(f, size)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := New(Config{Name: "big", Files: os.DirFS(dir), Patterns: []string{"manifest.json"}, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before, peak, claims, edges := m.HeapAlloc, uint64(0), 0, 0
	began := time.Now()
	rep, err := s.Read(context.Background(), "", func(c catalog.Claim) error {
		edges += len(c.Upstream)
		if claims++; claims%500 == 0 {
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	if claims != models || rep.Counts["models with column lineage"] != models-1 || edges != 5*(models-1) {
		t.Errorf("%d claims, %d edges, %v of %d models", claims, edges, rep.Counts, models)
	}
	used := peak - min(peak, before)
	t.Logf("figure: a manifest of %d MB, %d models, read in %v (%.0f MB/s), at most %d MB of heap", size/1_000_000, models, took.Round(time.Millisecond), float64(size)/1e6/took.Seconds(), used>>20)
	// Names and columns of a model are kept; a node itself never is.
	if limit := uint64(32<<20) + uint64(models)*4096; used > limit {
		t.Errorf("%d MB of heap, more than %d MB", used>>20, limit>>20)
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"manifest.json", "catalog.json", "run_results.json", "sources.json"} {
		raw, err := os.ReadFile("testdata/shop/" + name)
		if err != nil {
			f.Fatal(err)
		}
		var b bytes.Buffer
		if err := json.Compact(&b, raw); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	manifest := []byte(`{"metadata":{"dbt_schema_version":"https://schemas.getdbt.com/dbt/manifest/v9.json"},"nodes":{"model.a.b":{"unique_id":"model.a.b","resource_type":"model","schema":"s","alias":"b"}}}`)
	f.Fuzz(func(t *testing.T, raw []byte) {
		fsys := fstest.MapFS{"a.json": &fstest.MapFile{Data: raw}}
		if !bytes.Contains(raw, []byte("dbt/manifest")) {
			fsys["m.json"] = &fstest.MapFile{Data: manifest}
		}
		claims, _, err := read(t, fsys, "*.json")
		if err != nil {
			return
		}
		for _, c := range claims {
			if _, err := json.Marshal(c); err != nil {
				t.Error(err)
			}
		}
	})
}

package gx

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/limn-data/limn/catalog"
)

func read(t testing.TB, fsys fs.FS, patterns ...string) ([]catalog.Claim, catalog.Report, error) {
	t.Helper()
	s, err := New(Config{Name: "checks", Files: fsys, Patterns: patterns, Now: func() time.Time { return time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC) },
		Namespaces: map[string]string{"pg": "postgres://db:5432"}})
	if err != nil {
		t.Fatal(err)
	}
	var claims []catalog.Claim
	rep, err := s.Read(context.Background(), "", func(c catalog.Claim) error { claims = append(claims, c); return nil })
	return claims, rep, err
}

func TestRead(t *testing.T) {
	claims, rep, err := read(t, os.DirFS("testdata"), "*.json")
	if err != nil {
		t.Fatal(err)
	}
	day := func(s string) time.Time {
		at, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	newest, before := day("2026-11-20T06:00:00Z"), day("2026-11-19T06:00:00Z")
	want := []catalog.Claim{
		{Provenance: catalog.Provenance{Source: "checks", System: catalog.GX, RecordID: "orders_suite", AsOf: newest}, About: catalog.ID{Name: "sales.orders"}, Part: "suite:orders_suite", Native: "orders", Checks: []catalog.Check{
			{ID: "e1", Column: "id", Type: "expect_column_values_to_not_be_null", Severity: "high", Status: "fail", RanAt: newest, Observed: "1 of 3", Partition: "day=2026-11-19"},
			{ID: "e2", Column: "nope", Type: "expect_column_max_to_be_between", Severity: "medium", Status: "error", RanAt: newest, Expected: "max_value 10, min_value 0", Message: `Error: The column "nope" does not exist.`, Partition: "day=2026-11-19"},
			{ID: "e3", Type: "expect_table_row_count_to_be_between", Status: "pass", RanAt: newest, Observed: "3", Expected: "min_value 1", Partition: "day=2026-11-19"},
			{ID: "e9", Column: "gone", Type: "expect_column_to_exist", Status: "pass", RanAt: before, Partition: "day=2026-11-19"},
		}},
		{Provenance: catalog.Provenance{Source: "checks", System: catalog.GX, RecordID: "legacy", AsOf: day("2026-11-18T05:00:00.123456Z")}, About: catalog.ID{Namespace: "postgres://db:5432", Name: "public.users"}, Part: "suite:legacy", Native: "public.users", Checks: []catalog.Check{
			{ID: "expect_column_values_to_be_in_set:state:c6efba5683df", Column: "state", Type: "expect_column_values_to_be_in_set", Status: "pass", RanAt: day("2026-11-18T05:00:00.123456Z"), Expected: `value_set ["a","b"]`},
		}},
	}
	if d := cmp.Diff(want, claims, cmpopts.IgnoreFields(catalog.Provenance{}, "FetchedAt", "RawHash")); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if rep.Records != 4 || rep.SkippedCount != 1 || rep.Counts["validations"] != 3 || rep.Counts["expectations"] != 6 || rep.Counts["checkpoints"] != 2 || rep.Unknown["validation.results.result.future_field"] != 1 || !rep.Whole {
		t.Errorf("%+v", rep)
	}
	raw, err := json.Marshal(claims)
	if err != nil || strings.Contains(string(raw), "secret") {
		t.Errorf("a value of a row was kept: %s, %v", raw, err)
	}
}

func TestBroken(t *testing.T) {
	raw, err := os.ReadFile("testdata/1_new.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := read(t, fstest.MapFS{"x.json": {Data: raw[:len(raw)/2]}}, "x.json"); err == nil || !strings.Contains(err.Error(), "x.json: byte ") {
		t.Errorf("got %v", err)
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"testdata/1_new.json", "testdata/3_legacy_checkpoint.json"} {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		claims, _, err := read(t, fstest.MapFS{"x.json": {Data: raw}}, "x.json")
		if err != nil {
			return
		}
		if _, err := json.Marshal(claims); err != nil {
			t.Error(err)
		}
	})
}

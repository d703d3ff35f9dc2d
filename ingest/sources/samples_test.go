package sources_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources"
	"github.com/limn-data/limn/ingest/sources/datahub"
	"github.com/limn-data/limn/ingest/sources/dbt"
	"github.com/limn-data/limn/ingest/sources/glossary"
	"github.com/limn-data/limn/ingest/sources/loose"
	"github.com/limn-data/limn/ingest/sources/odcs"
	"github.com/limn-data/limn/ingest/sources/openlineage"
)

// samples is the folder of recorded files of other systems; the tests that need it are skipped without it.
func samples(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("LIMN_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	dir = filepath.Join(dir, "samples")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no recorded samples of other systems; LIMN_SHARED says where they are")
	}
	return dir
}

// counts are what other people's parsers find in the samples, by system and file: scripts/samples-oracle.sh.
func counts(t *testing.T, system string) map[string]map[string]int {
	t.Helper()
	raw, err := os.ReadFile("testdata/samples-counts.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]map[string]map[string]int
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	if len(all[system]) == 0 {
		t.Fatalf("no counts of %s", system)
	}
	return all[system]
}

func read(t *testing.T, s sources.Source, err error) ([]catalog.Claim, catalog.Report) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var claims []catalog.Claim
	keys := map[string]bool{}
	rep, err := s.Read(context.Background(), "", func(c catalog.Claim) error {
		if keys[c.Key()] {
			t.Errorf("two claims of key %q", c.Key())
		}
		keys[c.Key()] = true
		claims = append(claims, c)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(claims) != rep.Claims {
		t.Errorf("%d claims, and the report says %d", len(claims), rep.Claims)
	}
	return claims, rep
}

// same compares counts, except those that only one side makes.
func same(t *testing.T, file string, theirs, ours map[string]int) {
	t.Helper()
	drop := func(m map[string]int) map[string]int {
		out := maps.Clone(m)
		maps.DeleteFunc(out, func(_ string, n int) bool { return n == 0 })
		return out
	}
	if d := cmp.Diff(drop(theirs), drop(ours)); d != "" {
		t.Errorf("%s (-theirs +ours):\n%s", file, d)
	}
}

// tell logs the fields of a system's samples that our reader does not know.
func tell(t *testing.T, system string, files int, unknown map[string]int) {
	t.Helper()
	t.Logf("figure: %s: %d samples as the other parsers count them, %d unknown fields", system, files, len(unknown))
	for _, f := range slices.Sorted(maps.Keys(unknown)) {
		t.Logf("unknown in %s: %s (%d)", system, f, unknown[f])
	}
}

var runID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// prepare fills in what the integration tests of others leave open in their events, as the script does.
func prepare(t *testing.T, raw json.RawMessage) json.RawMessage {
	t.Helper()
	var e map[string]any
	if err := json.Unmarshal(raw, &e); err != nil {
		t.Fatal(err)
	}
	open := func(v any) bool {
		s, _ := v.(string)
		return s == "" || strings.Contains(s, "{{") || strings.Contains(s, "${")
	}
	if open(e["eventTime"]) {
		e["eventTime"] = "2026-01-01T00:00:00Z"
	}
	if open(e["producer"]) {
		e["producer"] = "https://example.com/producer"
	}
	_, typed := e["eventType"]
	if _, ok := e["run"]; typed && !ok {
		e["run"] = map[string]any{}
	}
	if _, ok := e["job"]; typed || ok {
		job, _ := e["job"].(map[string]any)
		if job == nil {
			job = map[string]any{}
			e["job"] = job
		}
		for k, v := range map[string]string{"namespace": "default", "name": "job"} {
			if _, ok := job[k]; !ok {
				job[k] = v
			}
		}
	}
	if run, ok := e["run"].(map[string]any); ok {
		if id, _ := run["runId"].(string); !runID.MatchString(id) {
			run["runId"] = "00000000-0000-0000-0000-000000000000"
		}
	}
	out, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// facets counts the facets that were read, by their names in the format.
func facets(kind string, v any, into map[string]int) {
	rv := reflect.ValueOf(v)
	for i := range rv.NumField() {
		f := rv.Field(i)
		name, _, _ := strings.Cut(rv.Type().Field(i).Tag.Get("json"), ",")
		if f.Kind() == reflect.Pointer && !f.IsNil() || f.Kind() == reflect.Slice && f.Len() > 0 {
			into[kind+" facet "+name]++
		}
	}
}

func TestOpenLineageSamples(t *testing.T) {
	dir := samples(t)
	unknown := map[string]int{}
	want := counts(t, "openlineage")
	for file, theirs := range want {
		raw, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		ours := map[string]int{}
		rep := &catalog.Report{}
		var state openlineage.State
		clock := &loose.Clock{}
		if err := loose.Values(file, bytes.NewReader(raw), func(raw json.RawMessage) error {
			e, err := openlineage.Parse(prepare(t, raw), clock, loose.Notes{Report: rep})
			if err != nil {
				ours["refused"]++
				return nil
			}
			state.Add(e)
			ours[e.Kind+" events"]++
			ours["inputs"] += len(e.Inputs)
			ours["outputs"] += len(e.Outputs)
			if e.Run != nil {
				facets("run", e.Run.Facets, ours)
			}
			if e.Job != nil {
				facets("job", e.Job.Facets, ours)
			}
			all := slices.Concat(e.Inputs, e.Outputs)
			if e.Kind == "dataset" {
				all = []openlineage.DatasetPart{*e.Dataset}
			}
			for _, d := range all {
				facets("dataset", d.Facets, ours)
				facets("input", d.InputFacets, ours)
				facets("output", d.OutputFacets, ours)
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
		// The client knows this facet of inputs only; dbt's own events have it among those of datasets.
		delete(ours, "dataset facet dataQualityAssertions")
		same(t, file, theirs, ours)
		if len(state.Claims(clock)) == 0 && ours["refused"] == 0 {
			t.Errorf("%s: no claims", file)
		}
		for f, n := range rep.Unknown {
			unknown[f] += n
		}
	}
	tell(t, "openlineage", len(want), unknown)
}

// Each facet of the specification is known, with every field of its example.
func TestOpenLineageFacets(t *testing.T) {
	dir := filepath.Join(samples(t), "openlineage", "spec_tests")
	files, err := filepath.Glob(filepath.Join(dir, "*Facet__*.json"))
	if err != nil || len(files) < 40 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(file)
		inFacets := func(where string) string {
			return fmt.Sprintf(`{"eventTime":"2026-01-01T00:00:00Z","eventType":"COMPLETE","run":{"runId":"r"%s},"job":{"namespace":"n","name":"j"%s},"outputs":[{"namespace":"n","name":"d"%s}]}`,
				map[bool]string{true: `,"facets":` + string(raw)}[where == "run"], map[bool]string{true: `,"facets":` + string(raw)}[where == "job"],
				map[bool]string{true: `,"facets":` + string(raw), false: map[bool]string{true: `,"outputFacets":` + string(raw)}[where == "output"]}[where == "dataset"])
		}
		event := ""
		switch {
		case strings.Contains(name, "RunFacet"):
			event = inFacets("run")
		case strings.Contains(name, "JobFacet"):
			event = inFacets("job")
		case strings.Contains(name, "InputDatasetFacet"), strings.Contains(name, "BaseSubset"):
			event = fmt.Sprintf(`{"eventTime":"2026-01-01T00:00:00Z","run":{"runId":"r"},"job":{"namespace":"n","name":"j"},"inputs":[{"namespace":"n","name":"d","inputFacets":%s}]}`, raw)
		case strings.Contains(name, "OutputDatasetFacet"):
			event = inFacets("output")
		case strings.HasPrefix(name, "LineageFacet"):
			if strings.Contains(string(raw), `"entries"`) {
				event = inFacets("job")
				if strings.Contains(string(raw), "LineageRunFacet") {
					continue
				}
			} else {
				event = inFacets("dataset")
			}
		default:
			event = inFacets("dataset")
		}
		rep := &catalog.Report{}
		if _, err := openlineage.Parse([]byte(event), &loose.Clock{}, loose.Notes{Report: rep}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(rep.Unknown) > 0 {
			t.Errorf("%s: unknown %v", name, rep.Unknown)
		}
	}
}

func TestDBTSamples(t *testing.T) {
	dir := samples(t)
	unknown := map[string]int{}
	want := counts(t, "dbt")
	read1 := func(root string, patterns ...string) *catalog.Report {
		s, err := dbt.New(dbt.Config{Name: "dbt", Files: os.DirFS(root), Patterns: patterns, Now: time.Now})
		_, rep := read(t, s, err)
		for f, n := range rep.Unknown {
			unknown[f] += n
		}
		return &rep
	}
	// The counts of one file are those of its kind in the report of its project.
	projects := map[string][]string{
		"dbt/manifest__v12__jaffle_shop__manifest_1.12.json": {"catalog__v1__jaffle_shop__catalog_1.12.json", "run_results__v6__jaffle_shop__run_results_1.12.json"},
		"dbt/manifest__v4__jaffle_shop__manifest.json":       nil,
	}
	for _, p := range []string{"build", "catalog", "duckdb", "fail"} {
		all := []string{"openlineage_fixtures/" + p + "__target__run_results.json"}
		if p == "catalog" {
			all = append(all, "openlineage_fixtures/catalog__target__catalog.json")
		}
		projects["dbt/openlineage_fixtures/"+p+"__target__manifest.json"] = all
	}
	done := 0
	for manifest, others := range projects {
		rep := read1(filepath.Join(dir, "dbt"), append([]string{strings.TrimPrefix(manifest, "dbt/")}, others...)...)
		for _, file := range append([]string{manifest}, others...) {
			if !strings.HasPrefix(file, "dbt/") {
				file = "dbt/" + file
			}
			theirs := maps.Clone(want[file])
			done++
			if theirs["refused"] > 0 {
				continue // our reader takes what theirs calls incomplete
			}
			delete(theirs, "columns")
			ours := map[string]int{}
			for k, n := range rep.Counts {
				kind := "manifest"
				switch {
				case strings.HasPrefix(k, "catalog "):
					kind = "catalog"
				case strings.HasPrefix(k, "run_results "):
					kind = "run_results"
				case strings.HasPrefix(k, "models with"), strings.HasPrefix(k, "times "):
					continue
				}
				of, _, _ := strings.Cut(filepath.Base(file), "__")
				if _, part, ok := strings.Cut(filepath.Base(file), "__target__"); ok {
					of = strings.TrimSuffix(part, ".json")
				}
				if of == kind {
					ours[k] = n
				}
			}
			same(t, file, theirs, ours)
		}
	}
	if done < len(want) {
		t.Errorf("%d of %d files were compared", done, len(want))
	}
	tell(t, "dbt", done, unknown)
}

func TestDataHubSamples(t *testing.T) {
	dir := samples(t)
	unknown := map[string]int{}
	want := counts(t, "datahub")
	for file, theirs := range want {
		s, err := datahub.New(datahub.Config{Name: "hub", Now: time.Now, Files: os.DirFS(filepath.Dir(filepath.Join(dir, file))), Patterns: []string{filepath.Base(file)}})
		claims, rep := read(t, s, err)
		ours := map[string]int{"records": rep.Records - rep.SkippedCount, "refused": rep.SkippedCount}
		for k, n := range rep.Counts {
			if strings.HasPrefix(k, "aspect ") {
				ours[k] = n
			}
		}
		theirs := maps.Clone(theirs)
		fields := theirs["fields"]
		delete(theirs, "fields")
		same(t, file, theirs, ours)
		columns := 0
		for _, c := range claims {
			columns += len(c.Columns)
		}
		if columns < fields { // those that people edited come on top
			t.Errorf("%s: theirs finds %d columns, ours %d", file, fields, columns)
		}
		for f, n := range rep.Unknown {
			unknown[f] += n
		}
	}
	tell(t, "datahub", len(want), unknown)
}

func TestContractSamples(t *testing.T) {
	dir := samples(t)
	unknown := map[string]int{}
	want := counts(t, "odcs")
	for file, theirs := range want {
		s, err := odcs.New(odcs.Config{Name: "contracts", Now: time.Now, Files: os.DirFS(filepath.Join(dir, "odcs")), Patterns: []string{filepath.Base(file)}})
		_, rep := read(t, s, err)
		theirs, ours := maps.Clone(theirs), maps.Clone(rep.Counts)
		delete(theirs, "promises")
		delete(theirs, "people")
		maps.DeleteFunc(ours, func(k string, _ int) bool { return strings.HasPrefix(k, "times ") })
		same(t, file, theirs, ours)
		for f, n := range rep.Unknown {
			unknown[f] += n
		}
	}
	tell(t, "odcs", len(want), unknown)
}

func TestGlossarySample(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(samples(t), "datahub", "business_glossary.yml"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := glossary.New(glossary.Config{Name: "words", Now: time.Now, Files: fstest.MapFS{"g.yml": {Data: raw}}, Patterns: []string{"g.yml"}})
	claims, rep := read(t, s, err)
	if len(claims) != 15 || rep.Counts["nodes"] != 6 || rep.SkippedCount > 0 { // as PyYAML counts them
		t.Errorf("%d terms, %+v", len(claims), rep)
	}
	tell(t, "glossary", 1, rep.Unknown)
}

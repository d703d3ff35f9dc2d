// Package gx reads the results that Great Expectations writes: validation results and the results of
// checkpoints, of versions 0.13 to 1.x. Of each expectation the newest result counts. It never runs one. Start
// at Source.Read.
package gx

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

// version is that of this reader. A newer one reads everything again.
const version = "gx 1"

// Config says which results are read.
type Config struct {
	Name string           // of the source, in the workspace
	Zone *time.Location   // of times without one; UTC where nil
	Now  func() time.Time // the clock

	Files    fs.FS
	Patterns []string // usually uncommitted/validations/**/*.json
	// Namespaces of data sources, by their names in Great Expectations. Without one the tables are looked for
	// among those of the lake.
	Namespaces map[string]string
	// Tables are the ids of data assets whose names are not those of tables, by "source/asset" or "asset".
	Tables map[string]catalog.ID
}

// Source reads results.
type Source struct{ Config }

// New makes a source of its settings.
func New(c Config) (*Source, error) {
	if c.Now == nil || c.Files == nil || len(c.Patterns) == 0 {
		return nil, errors.New("gx: a source needs a clock, a folder and patterns of files")
	}
	return &Source{c}, nil
}

// suite is the newest results of one suite on one table.
type suite struct {
	about  catalog.ID
	native string
	name   string
	at     time.Time
	hash   string
	url    string
	checks map[string]catalog.Check
}

// Read reads all results, unless no file has changed since the cursor was given.
func (s *Source) Read(ctx context.Context, since string, emit func(catalog.Claim) error) (catalog.Report, error) {
	var rep catalog.Report
	files, err := loose.Files(s.Files, s.Patterns)
	if err != nil {
		return rep, fmt.Errorf("gx: %w", err)
	}
	if rep.Cursor, err = loose.Cursor(s.Files, version, files); err != nil {
		return rep, fmt.Errorf("gx: %w", err)
	}
	if rep.Cursor == since {
		return rep, nil
	}
	r := reading{Source: s, rep: &rep, clock: loose.Clock{Zone: s.Zone}, suites: map[string]*suite{}}
	for _, name := range files {
		if err := ctx.Err(); err != nil {
			return rep, err
		}
		if err := r.file(name); err != nil {
			return rep, fmt.Errorf("gx: %w", err)
		}
	}
	now := s.Now()
	for _, key := range slices.Sorted(maps.Keys(r.suites)) {
		su := r.suites[key]
		c := catalog.Claim{About: su.about, Part: "suite:" + su.name, Native: su.native}
		c.Source, c.System, c.RecordID, c.FetchedAt, c.AsOf, c.RawHash, c.URL = s.Name, catalog.GX, su.name, now, su.at, su.hash, su.url
		for _, id := range slices.Sorted(maps.Keys(su.checks)) {
			c.Checks = append(c.Checks, su.checks[id])
		}
		rep.Claims++
		if err := emit(c); err != nil {
			return rep, err
		}
	}
	r.clock.Note(rep.Count)
	rep.Whole = true
	return rep, nil
}

type reading struct {
	*Source
	rep    *catalog.Report
	clock  loose.Clock
	suites map[string]*suite
}

func (r *reading) file(name string) error {
	f, err := r.Files.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return loose.Values(name, f, func(raw json.RawMessage) error {
		r.rep.Records++
		var head struct {
			Runs    map[string]json.RawMessage `json:"run_results"`
			Results json.RawMessage            `json:"results"`
		}
		if err := loose.Decode(raw, &head, loose.Notes{}); err != nil {
			return err
		}
		switch {
		case len(head.Runs) > 0:
			r.rep.Count("checkpoints")
			for _, key := range slices.Sorted(maps.Keys(head.Runs)) {
				one := head.Runs[key]
				var older struct {
					Result json.RawMessage `json:"validation_result"`
				}
				if err := loose.Decode(one, &older, loose.Notes{}); err != nil {
					return err
				}
				if len(older.Result) > 0 {
					one = older.Result
				}
				r.validation(name, one)
			}
		case len(head.Results) > 0:
			r.validation(name, raw)
		default:
			r.rep.Skip(name, "it has neither results nor run_results, so that it is no result of Great Expectations")
		}
		return nil
	})
}

type validation struct {
	Results []result   `json:"results"`
	Suite   string     `json:"suite_name"` // 1.x
	Meta    meta       `json:"meta"`
	URL     string     `json:"result_url"`
	ID      loose.Text `json:"id"`
}

func (validation) Unread() []string {
	return []string{"success", "statistics", "evaluation_parameters", "suite_parameters"}
}

type meta struct {
	Suite string `json:"expectation_suite_name"` // 0.x
	Batch struct {
		Source string                `json:"datasource_name"`
		Asset  string                `json:"data_asset_name"`
		IDs    map[string]loose.Text `json:"batch_identifiers"`
	} `json:"active_batch_definition"`
	Spec struct {
		Table  string `json:"table_name"`
		Schema string `json:"schema_name"`
		Source string `json:"datasource_name"`
		Asset  string `json:"data_asset_name"`
	} `json:"batch_spec"`
	Kwargs struct { // before 0.13
		Source string `json:"datasource"`
		Asset  string `json:"data_asset_name"`
		Table  string `json:"table"`
		Schema string `json:"schema"`
	} `json:"batch_kwargs"`
	Run  json.RawMessage `json:"run_id"`
	Time string          `json:"validation_time"`
}

// Unread: what else stands there says how the batch was loaded.
func (meta) Unread() []string {
	return []string{"great_expectations_version", "great_expectations.__version__", "batch_markers", "batch_parameters", "batch_definition", "active_batch_id", "validation_id", "checkpoint_id", "checkpoint_name", "batch_spec", "batch_kwargs"}
}

type result struct {
	Success *bool          `json:"success"`
	Config  expectation    `json:"expectation_config"`
	Result  outcome        `json:"result"`
	Failure exceptionInfo  `json:"exception_info"`
	Meta    map[string]any `json:"meta"`
}

func (result) Unread() []string { return []string{"rendered_content"} }

type expectation struct {
	Type     string                     `json:"type"`             // 1.x
	OldType  string                     `json:"expectation_type"` // 0.x
	Kwargs   map[string]json.RawMessage `json:"kwargs"`
	ID       loose.Text                 `json:"id"`
	OldID    loose.Text                 `json:"ge_cloud_id"`
	Severity string                     `json:"severity"`
	Notes    loose.Texts                `json:"notes"`
	Desc     string                     `json:"description"`
	Meta     map[string]loose.Text      `json:"meta"`
}

func (expectation) Unread() []string {
	return []string{"rendered_content", "success_on_last_run", "expectation_context"}
}

type outcome struct {
	Observed   json.RawMessage `json:"observed_value"`
	Elements   *float64        `json:"element_count"`
	Unexpected *float64        `json:"unexpected_count"`
}

// Unread: samples of rows and shares that follow from the counts. Samples are data and are not kept.
func (outcome) Unread() []string {
	return []string{"unexpected_percent", "unexpected_percent_total", "unexpected_percent_nonmissing", "unexpected_percent_double", "missing_count", "missing_percent", "partial_unexpected_list", "partial_unexpected_counts", "partial_unexpected_index_list",
		"unexpected_index_list", "unexpected_index_query", "unexpected_list", "unexpected_index_column_names", "unexpected_rows", "details"}
}

// exceptionInfo is one exception, or in 1.x one for each metric.
type exceptionInfo struct {
	Raised  bool
	Message string
}

// UnmarshalJSON takes both.
func (e *exceptionInfo) UnmarshalJSON(raw []byte) error {
	type one struct {
		Raised  bool       `json:"raised_exception"`
		Message loose.Text `json:"exception_message"`
	}
	var single one
	if err := json.Unmarshal(raw, &single); err == nil && single.Raised {
		e.Raised, e.Message = true, string(single.Message)
		return nil
	}
	var many map[string]json.RawMessage
	if json.Unmarshal(raw, &many) != nil {
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(many)) {
		var o one
		if len(many[key]) > 0 && many[key][0] == '{' && json.Unmarshal(many[key], &o) == nil && o.Raised && !e.Raised {
			e.Raised, e.Message = true, string(o.Message)
		}
	}
	return nil
}

func (r *reading) validation(file string, raw json.RawMessage) {
	var v validation
	if err := loose.Decode(raw, &v, loose.Notes{Report: r.rep, Where: "validation"}); err != nil {
		r.rep.Skip(file, err.Error())
		return
	}
	r.rep.Count("validations")
	about, native := r.about(&v)
	if about.IsZero() {
		r.rep.Skip(file, "the result says of no table or asset that it is about it")
		return
	}
	name := cmp.Or(v.Suite, v.Meta.Suite, "default")
	at := r.time(&v)
	key := about.Key() + "\x00" + name
	su := r.suites[key]
	if su == nil {
		su = &suite{about: about, native: native, name: name, checks: map[string]catalog.Check{}}
		r.suites[key] = su
	}
	if !at.Before(su.at) {
		su.at, su.hash, su.url = at, loose.Hash(raw), v.URL
	}
	partition := v.partition()
	for _, x := range v.Results {
		r.rep.Count("expectations")
		k := x.check()
		k.RanAt, k.Partition, k.URL = at, partition, v.URL
		if have, ok := su.checks[k.ID]; !ok || !k.RanAt.Before(have.RanAt) {
			su.checks[k.ID] = k
		}
	}
}

// about is the table that was checked.
func (r *reading) about(v *validation) (catalog.ID, string) {
	m := &v.Meta
	source := cmp.Or(m.Batch.Source, m.Spec.Source, m.Kwargs.Source)
	asset := cmp.Or(m.Batch.Asset, m.Spec.Asset, m.Kwargs.Asset)
	for _, key := range []string{source + "/" + asset, asset} {
		if id, ok := r.Tables[key]; ok {
			return id, asset
		}
	}
	table := cmp.Or(m.Spec.Table, m.Kwargs.Table)
	if table == "" {
		table = asset
	} else if schema := cmp.Or(m.Spec.Schema, m.Kwargs.Schema); schema != "" && !strings.Contains(table, ".") {
		table = schema + "." + table
	}
	if table == "" {
		return catalog.ID{}, ""
	}
	return catalog.ID{Namespace: r.Namespaces[source], Name: table}, cmp.Or(asset, table)
}

// compactTime is how 0.x writes times.
const compactTime = "20060102T150405.999999Z"

// time is when it was run: 1.x says so with a zone, 0.x as 20211228T120000.000000Z.
func (r *reading) time(v *validation) time.Time {
	run := struct {
		Time string `json:"run_time"`
	}{}
	if len(v.Meta.Run) > 0 && v.Meta.Run[0] == '{' && json.Unmarshal(v.Meta.Run, &run) != nil {
		run.Time = ""
	}
	for _, s := range []string{v.Meta.Time, run.Time} {
		if t, err := time.Parse(compactTime, s); err == nil {
			return t.UTC()
		}
		if s != "" {
			return r.clock.Time(s)
		}
	}
	return time.Time{}
}

// partition names the part of the table that was checked, where it was not all of it.
func (v *validation) partition() string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(v.Meta.Batch.IDs)) {
		if val := v.Meta.Batch.IDs[k]; k != "dataframe" && val != "" && len(val) <= 100 {
			parts = append(parts, k+"="+string(val))
		}
	}
	return strings.Join(parts, ", ")
}

var severities = map[string]string{"critical": "high", "warning": "medium", "info": "low", "high": "high", "medium": "medium", "low": "low"}

func (x *result) check() catalog.Check {
	e := &x.Config
	kind := cmp.Or(e.Type, e.OldType)
	k := catalog.Check{ID: cmp.Or(string(e.ID), string(e.OldID)), Type: kind, Column: plain(e.Kwargs["column"]), Severity: severities[strings.ToLower(cmp.Or(e.Severity, string(e.Meta["severity"])))], Message: loose.Short(e.Desc), Status: "unknown"}
	var args []string
	for _, name := range slices.Sorted(maps.Keys(e.Kwargs)) {
		if v := plain(e.Kwargs[name]); name != "column" && name != "batch_id" && v != "" {
			args = append(args, name+" "+v)
		}
	}
	k.Expected = loose.Short(strings.Join(args, ", "))
	if k.ID == "" { // 0.x has none: what is expected is it
		k.ID = kind
		if k.Column != "" {
			k.ID += ":" + k.Column
		}
		if len(args) > 0 {
			k.ID += ":" + loose.Hash([]byte(strings.Join(args, ", ")))[:12]
		}
	}
	switch {
	case x.Failure.Raised:
		k.Status, k.Message = "error", loose.Short(x.Failure.Message)
	case x.Success == nil:
	case *x.Success:
		k.Status = "pass"
	default:
		k.Status = "fail"
	}
	switch {
	case len(x.Result.Observed) > 0 && string(x.Result.Observed) != "null":
		k.Observed = loose.Short(plain(x.Result.Observed))
	case x.Result.Unexpected != nil && x.Result.Elements != nil:
		k.Observed = strconv.FormatFloat(*x.Result.Unexpected, 'f', -1, 64) + " of " + strconv.FormatFloat(*x.Result.Elements, 'f', -1, 64)
	}
	return k
}

// plain is a value as text: a string as it is, everything else as JSON in one line.
func plain(raw json.RawMessage) string {
	if len(raw) == 0 || string(raw) == "null" {
		return ""
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return ""
	}
	return b.String()
}

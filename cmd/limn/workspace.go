package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/answer/history"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/engine/duckdb"
	"github.com/limn-data/limn/ingest/sources"
	"github.com/limn-data/limn/internal/conf"
	"github.com/limn-data/limn/nl2sql/values"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/timex"
)

// config is limn.yaml.
type config struct {
	Name      string            `yaml:"name"`
	Catalog   string            `yaml:"catalog"`           // of tables found in data folders
	Data      []string          `yaml:"data"`              // folders <dir>/<schema>/<table>/*.parquet
	Tables    []tableEntry      `yaml:"tables"`            // tables over named files
	Sources   map[string]string `yaml:"sources,omitempty"` // sources as models write them → tables here; "a.b.*" maps a schema
	Trino     *trinoConfig      `yaml:"trino,omitempty"`   // in place of files
	Known     catalogConfig     `yaml:"known,omitempty"`   // what is known of the data, and from where
	State     stateConfig       `yaml:"state,omitempty"`
	Search    searchConfig      `yaml:"search,omitempty"` // how the catalog is searched
	Serve     serveConfig       `yaml:"serve,omitempty"`
	Standards standardsConfig   `yaml:"standards,omitempty"`
	Clock     string            `yaml:"clock"`     // RFC 3339; pins "now" where the data stand still
	TimeZone  string            `yaml:"time_zone"` // IANA
	Calendar  struct {
		Year        string `yaml:"year"` // calendar | fiscal: which one a bare "Q1" means
		FiscalStart int    `yaml:"fiscal_year_start"`
		WeekStart   string `yaml:"week_start"`
	} `yaml:"calendar"`
	Currency string       `yaml:"currency"`
	Limits   limitsConfig `yaml:"limits"`
}

// tableEntry is a table over files, as init writes it.
type tableEntry struct {
	Name    string   `yaml:"name"` // catalog.schema.table
	Format  string   `yaml:"format"`
	Files   []string `yaml:"files"` // relative to the workspace, or absolute
	Header  bool     `yaml:"header,omitempty"`
	Delim   string   `yaml:"delim,omitempty"`
	Columns []struct {
		Name string `yaml:"name"`
		Type string `yaml:"type"`
	} `yaml:"columns,omitempty"`
}

// workspace is a loaded folder with its engine.
type workspace struct {
	dir     string
	cfg     config
	engine  lake
	notes   io.Writer // what was left out, for the person who waits
	service *answer.Service
	snap    *catalog.Snapshot
	model   *model.Model
	zone    *time.Location
	history *history.Store // nil where answers cannot be kept
	version int64          // of the catalog; 0: the newest
}

// errNoWorkspace says that a folder is none.
var errNoWorkspace = errors.New("no limn.yaml")

// findWorkspace returns the folder named by --workspace, else the nearest one upward with a limn.yaml,
// else the demo's.
func findWorkspace(flag string) (string, error) {
	if flag != "" {
		if _, err := os.Stat(filepath.Join(flag, "limn.yaml")); err != nil {
			return "", hint(fmt.Errorf("%s is no workspace: it has no limn.yaml", flag), "make one with “limn init --data DIR --out "+flag+"”")
		}
		return filepath.Abs(flag)
	}
	at, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := at; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "limn.yaml")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	demo, err := demoDir()
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(filepath.Join(demo, "limn.yaml")); err != nil {
		return "", hint(fmt.Errorf("there is no workspace here: %w in this folder or above", errNoWorkspace), "make the demo with “limn demo”, or your own with “limn init --data DIR”")
	}
	return demo, nil
}

// demoDir is where the demo lives when nothing else is said.
func demoDir() (string, error) {
	if d := os.Getenv("XDG_DATA_HOME"); d != "" {
		return filepath.Join(d, "limn-demo"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("finding the user's data folder: %w", err)
	}
	return filepath.Join(home, ".local", "share", "limn-demo"), nil
}

// readConfig reads limn.yaml.
func readConfig(dir string) (config, error) {
	var cfg config
	raw, err := os.ReadFile(filepath.Join(dir, "limn.yaml"))
	if err != nil {
		return cfg, fmt.Errorf("reading the workspace: %w", err)
	}
	if err := conf.File("limn.yaml", raw, &cfg); err != nil {
		return cfg, err
	}
	if err := errors.Join(cfg.Known.check(), cfg.State.check()); err != nil {
		return cfg, err
	}
	if cfg.Catalog == "" {
		cfg.Catalog = "lake"
	}
	return cfg, nil
}

// calendar is how the workspace counts.
func (c config) calendar() (timex.Calendar, error) {
	out := timex.Calendar{Fiscal: c.Calendar.Year == "fiscal", FiscalStart: time.Month(c.Calendar.FiscalStart), WeekStart: time.Monday}
	if c.Calendar.Year != "" && c.Calendar.Year != "fiscal" && c.Calendar.Year != "calendar" {
		return out, fmt.Errorf("limn.yaml: calendar.year is %q; write calendar or fiscal", c.Calendar.Year)
	}
	if c.Calendar.FiscalStart < 0 || c.Calendar.FiscalStart > 12 {
		return out, fmt.Errorf("limn.yaml: calendar.fiscal_year_start is %d; write a month from 1 to 12", c.Calendar.FiscalStart)
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.EqualFold(d.String(), c.Calendar.WeekStart) {
			out.WeekStart = d
			return out, nil
		}
	}
	if c.Calendar.WeekStart != "" {
		return out, fmt.Errorf("limn.yaml: calendar.week_start is %q; write a day such as monday", c.Calendar.WeekStart)
	}
	return out, nil
}

// openWorkspace loads a workspace and starts its engine. What the files say about themselves is kept in
// .limn/ and made anew when they change.
func openWorkspace(ctx context.Context, dir string) (*workspace, error) { return openAt(ctx, dir, 0) }

// openAt is openWorkspace with what was known at an older version of the catalog.
func openAt(ctx context.Context, dir string, version int64) (*workspace, error) {
	w := &workspace{dir: dir, notes: os.Stderr, version: version}
	var err error
	if w.cfg, err = readConfig(dir); err != nil {
		return nil, err
	}
	if w.zone, err = time.LoadLocation(first(w.cfg.TimeZone, "UTC")); err != nil {
		return nil, fmt.Errorf("limn.yaml: time_zone %q: %w", w.cfg.TimeZone, err)
	}
	cal, err := w.cfg.calendar()
	if err != nil {
		return nil, err
	}
	if err := w.load(ctx, cal); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// connect starts the engine and finds the tables, with what is kept of them.
func (w *workspace) connect(ctx context.Context) (assets []*catalog.Asset, known *cache, print string, err error) {
	if c := w.cfg.Trino; c != nil {
		if len(w.cfg.Data)+len(w.cfg.Tables) > 0 {
			return nil, nil, "", fmt.Errorf("limn.yaml: a workspace is over files or over a Trino, not over both")
		}
		limits, err := w.cfg.Limits.limits()
		if err != nil {
			return nil, nil, "", err
		}
		e, err := c.open(w.dir, w.zone, limits.Time, func(format string, args ...any) { fmt.Fprintf(w.notes, format+"\n", args...) })
		if err != nil {
			return nil, nil, "", err
		}
		w.engine = e
		print = "trino " + c.URL + " " + strings.Join(c.Include, " ")
		known = w.readCache(print)
		assets, err = w.served(ctx, e, known)
		return assets, known, print, err
	}
	if assets, err = w.findTables(); err != nil {
		return nil, nil, "", err
	}
	e, err := w.startEngine(assets)
	if err != nil {
		return nil, nil, "", err
	}
	w.engine = e
	print = fingerprint(assets)
	known = w.readCache(print)
	return assets, known, print, w.describe(ctx, e, assets, known)
}

func (w *workspace) load(ctx context.Context, cal timex.Calendar) error {
	assets, known, print, err := w.connect(ctx)
	if err != nil {
		return err
	}
	fsys := os.DirFS(w.dir)
	input, err := w.claims(ctx, fsys, assets)
	if err != nil {
		return err
	}
	terms, err := sources.Terms(fsys)
	if err != nil {
		return err
	}
	models := func(s *catalog.Snapshot) (*model.Model, error) { return model.Load(fsys, s, w.cfg.Sources) }
	bare, err := catalog.Build(input)
	if err != nil {
		return err
	}
	bare.Functions = known.functions()
	assets = bare.Assets
	if w.model, err = models(bare); err != nil {
		return err
	}
	if err := w.ranges(ctx, assets, known); err != nil {
		return err
	}
	if err := w.values(ctx, known); err != nil {
		return err
	}
	if known.changed {
		if err := w.writeCache(print, known); err != nil {
			return err
		}
	}
	policy, governance, err := readPolicy(fsys)
	if err != nil {
		return err
	}
	w.snap = bare.With(projected(w.model), terms)
	if err := policy.Check(w.snap); err != nil {
		return err
	}
	guard, err := w.gate(policy)
	if err != nil {
		return err
	}
	var seen func(context.Context, access.Principal) (access.Seen, error)
	if e, ok := w.engine.(served); ok && !e.asAccount {
		seen = e.seen(w.cfg.Trino.Include)
	}
	if err := w.remember(ctx); err != nil {
		return err
	}
	ws := answer.Workspace{Seen: seen, Name: w.cfg.Name, Snapshot: w.snap, Models: models, Values: values.New(known.Values), Policy: policy,
		Calendar: cal, Zone: w.zone, Currency: w.cfg.Currency, Gate: guard, Governance: governance, Engine: "duckdb"}
	if w.cfg.Trino != nil {
		ws.Engine = w.cfg.Trino.URL
	}
	if w.history != nil {
		ws.History = w.history
	}
	w.service = answer.NewService(ws, w.engine)
	return nil
}

func (w *workspace) startEngine(assets []*catalog.Asset) (embedded, error) {
	cfg := duckdb.Config{Catalogs: []string{w.cfg.Catalog}, Memory: w.cfg.Limits.MemoryMB << 20}
	for _, a := range assets {
		if !slices.Contains(cfg.Catalogs, a.Name.Catalog) {
			cfg.Catalogs = append(cfg.Catalogs, a.Name.Catalog)
		}
		for _, f := range a.Source.Files {
			if d := filepath.Dir(f); !slices.Contains(cfg.Dirs, d) {
				cfg.Dirs = append(cfg.Dirs, d)
			}
		}
	}
	if t := w.cfg.Limits.Timeout; t != "" {
		d, err := time.ParseDuration(t)
		if err != nil {
			return embedded{}, fmt.Errorf("limn.yaml: limits.timeout: %w", err)
		}
		cfg.Timeout = d
	}
	e, err := duckdb.Open(cfg)
	return embedded{e}, err
}

// Close ends the engine's workers.
func (w *workspace) Close() error {
	if w == nil {
		return nil
	}
	var err error
	if w.history != nil {
		err = w.history.Close()
	}
	if w.engine != nil {
		err = errors.Join(err, w.engine.Close())
	}
	return err
}

// now is the moment that questions are asked at: --at, else the workspace's pinned clock, else now.
func (w *workspace) now(at string) (time.Time, error) {
	const form = "2026-11-22T09:00:00Z"
	if at != "" {
		t, ok := moment(at)
		if !ok {
			return t, usage("--at %q is no time; write %s", at, form)
		}
		return t, nil
	}
	if w.cfg.Clock == "" {
		return time.Now(), nil
	}
	t, ok := moment(w.cfg.Clock)
	if !ok {
		return t, fmt.Errorf("limn.yaml: clock %q is no time; write %s", w.cfg.Clock, form)
	}
	return t, nil
}

// moment reads a time or, for its midnight in UTC, a date.
func moment(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// findTables lists the tables of the data folders and of the tables section.
func (w *workspace) findTables() ([]*catalog.Asset, error) {
	var out []*catalog.Asset
	for _, dir := range w.cfg.Data {
		root := w.path(dir)
		files, err := filepath.Glob(filepath.Join(root, "*", "*", "*.parquet"))
		if err != nil {
			return nil, fmt.Errorf("listing %s: %w", root, err)
		}
		byTable := map[string]*catalog.Asset{}
		for _, f := range files {
			rel, err := filepath.Rel(root, f)
			if err != nil {
				return nil, err
			}
			parts := strings.Split(filepath.ToSlash(rel), "/")
			key := parts[0] + "." + parts[1]
			a := byTable[key]
			if a == nil {
				a = &catalog.Asset{Name: catalog.Name{Catalog: w.cfg.Catalog, Schema: parts[0], Table: parts[1]}, Tier: catalog.Unknown, Rows: -1, Source: catalog.Source{Format: "parquet"}}
				byTable[key] = a
				out = append(out, a)
			}
			a.Source.Files = append(a.Source.Files, f)
		}
	}
	for _, t := range w.cfg.Tables {
		a := &catalog.Asset{Name: catalog.ParseName(t.Name, w.cfg.Catalog, "default"), Tier: catalog.Unknown, Rows: -1,
			Source: catalog.Source{Format: t.Format, Header: t.Header, Delim: t.Delim}}
		for _, f := range t.Files {
			a.Source.Files = append(a.Source.Files, w.path(f))
		}
		for _, c := range t.Columns {
			a.Columns = append(a.Columns, catalog.Column{Name: c.Name, Type: c.Type})
		}
		out = append(out, a)
	}
	for _, a := range out {
		state := sha256.New()
		for _, f := range a.Source.Files {
			info, err := os.Stat(f)
			if err != nil {
				return nil, hint(fmt.Errorf("table %s: %w", a.Name, err), "put the file back or take the table out of limn.yaml")
			}
			a.Bytes += info.Size()
			fmt.Fprintf(state, "%s %d\n", filepath.Base(f), info.Size())
		}
		// Which files were read stands for a snapshot where the format keeps none of its own.
		a.SnapshotID = "files:" + hex.EncodeToString(state.Sum(nil)[:8])
	}
	return out, nil
}

func (w *workspace) path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(w.dir, p)
}

// projected puts the metrics into the catalog, where search and "what does it mean" find them.
func projected(m *model.Model) []catalog.Metric {
	var out []catalog.Metric
	for _, x := range m.Metrics {
		c := catalog.Metric{Name: x.Name, Domain: x.Domain, Label: x.Title(), Description: x.Description, Synonyms: x.Synonyms, Unit: x.Unit, Tier: x.Tier, Owner: x.Owner, Version: x.Version, Columns: x.Columns()}
		for _, d := range x.Reads() {
			c.Tables = append(c.Tables, d.Table)
		}
		out = append(out, c)
	}
	return out
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func writeJSONFile(path string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	tmp := path + ".tmp"
	if err := os.WriteFile(tmp, raw, 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

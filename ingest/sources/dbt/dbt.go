// Package dbt reads what dbt writes beside the tables that it makes: the manifest (models, sources, tests,
// exposures, metrics), the catalog (types), the results of runs and tests, and the freshness of sources. A
// manifest is read as a stream, one node at a time, twice: names first, since a node speaks of nodes that come
// after it. It never runs dbt. Start at Source.Read.
package dbt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

// version is that of this reader. A newer one reads everything again.
const version = "dbt 1"

// Config says which artifacts are read.
type Config struct {
	Name string           // of the source, in the workspace
	Zone *time.Location   // of times without one; UTC where nil
	Now  func() time.Time // the clock

	Files fs.FS
	// Patterns of the files; what each is stands in it. Exactly one must be a manifest. Of several run results,
	// such as those of build and of test, the newest result of each node counts.
	Patterns []string
	// Namespace of the tables, such as trino://lake:8443. Empty: they are looked for among those of the lake.
	Namespace string
	// NoColumns leaves out the lineage of columns, which is found by parsing the compiled SQL.
	NoColumns bool
}

// Source reads the artifacts of one project.
type Source struct{ Config }

// New makes a source of its settings.
func New(c Config) (*Source, error) {
	if c.Now == nil || c.Files == nil || len(c.Patterns) == 0 {
		return nil, errors.New("dbt: a source needs a clock, a folder and patterns of files")
	}
	return &Source{c}, nil
}

// reading is one run of a source.
type reading struct {
	*Source
	clock  loose.Clock
	rep    catalog.Report
	now    time.Time
	emit   func(catalog.Claim) error
	meta   metadata // of the manifest
	names  map[string]*named
	groups map[string]person
	models map[string]*semanticModel
	meas   map[string]measureOf
	tables tables
	words  map[string]string // names and types of columns, each once
}

// Read reads all artifacts, unless none has changed since the cursor was given.
func (s *Source) Read(ctx context.Context, since string, emit func(catalog.Claim) error) (catalog.Report, error) {
	r := &reading{Source: s, clock: loose.Clock{Zone: s.Zone}, now: s.Now(), names: map[string]*named{}, groups: map[string]person{}, models: map[string]*semanticModel{}, meas: map[string]measureOf{}, words: map[string]string{}}
	r.emit = func(c catalog.Claim) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		c.Source, c.System, c.FetchedAt = s.Name, catalog.SystemDBT, r.now
		r.rep.Claims++
		return emit(c)
	}
	files, err := loose.Files(s.Files, s.Patterns)
	if err != nil {
		return r.rep, fmt.Errorf("dbt: %w", err)
	}
	if r.rep.Cursor, err = loose.Cursor(s.Files, version, files); err != nil {
		return r.rep, fmt.Errorf("dbt: %w", err)
	}
	if r.rep.Cursor == since {
		return r.rep, nil
	}
	if err := r.all(files); err != nil {
		return r.rep, fmt.Errorf("dbt: %w", err)
	}
	r.clock.Note(r.rep.Count)
	r.rep.Whole = true
	return r.rep, nil
}

// kinds of artifacts, by which they are told apart.
const (
	manifestKind  = "manifest"
	catalogKind   = "catalog"
	resultsKind   = "run-results"
	freshnessKind = "sources"
)

func (r *reading) all(files []string) error {
	of := map[string][]string{}
	for _, f := range files {
		kind, err := r.kind(f)
		if err != nil {
			return err
		}
		if kind == "" {
			r.rep.Skip(f, "it does not say which artifact of dbt it is (metadata.dbt_schema_version)")
			continue
		}
		of[kind] = append(of[kind], f)
	}
	if n := len(of[manifestKind]); n != 1 {
		return fmt.Errorf("one manifest is needed and %d were found under %s; run dbt with write_json, and list manifest.json among the files", n, strings.Join(r.Patterns, ", "))
	}
	manifest := of[manifestKind][0]
	if err := r.index(manifest); err != nil {
		return err
	}
	for _, f := range of[catalogKind] {
		if err := r.catalog(f); err != nil {
			return err
		}
	}
	if err := r.manifest(manifest); err != nil {
		return err
	}
	if err := r.results(of[resultsKind], "run_results"); err != nil {
		return err
	}
	return r.results(of[freshnessKind], "sources")
}

// errFound ends the reading of a file early.
var errFound = errors.New("found")

// kind finds out what a file is. The metadata stand first in what dbt writes; elsewhere the file is gone over.
func (r *reading) kind(name string) (string, error) {
	var m metadata
	err := r.walk(name, func(key string, dec *json.Decoder) error {
		if key != "metadata" {
			return loose.Skip(dec)
		}
		if err := dec.Decode(&m); err != nil {
			return err
		}
		return errFound
	})
	if err != nil && !errors.Is(err, errFound) {
		return "", err
	}
	kind, _ := m.artifact()
	switch kind {
	case manifestKind, catalogKind, resultsKind, freshnessKind:
		return kind, nil
	}
	return "", nil
}

func (r *reading) walk(name string, f func(key string, dec *json.Decoder) error) error {
	file, err := r.Files.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	return loose.Object(name, file, f)
}

// urn is the id of what has a place in the project only. Projects share packages, so the project is part of it.
func (r *reading) urn(unique string) catalog.ID {
	project := r.meta.Project
	if project == "" {
		project = r.Name
	}
	return catalog.ID{Namespace: "urn:dbt:" + project, Name: unique}
}

func (r *reading) provenance(file, unique string, raw []byte, m metadata) catalog.Provenance {
	_, v := m.artifact()
	p := catalog.Provenance{RecordID: unique, AsOf: r.clock.Time(m.Generated), Version: v}
	if raw != nil {
		p.RawHash = loose.Hash(raw)
	}
	return p
}

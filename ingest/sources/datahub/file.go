// Package datahub reads what DataHub knows: from files that its file sink wrote, over its GraphQL or over its
// OpenAPI. All three give the same aspects of the same things, and the same claims are made of them. It never
// writes to DataHub. Start at Source.Read; the aspects are in aspects.go, what becomes of them in claims.go.
package datahub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

// version is that of this reader. A newer one reads everything again.
const version = "datahub 1"

// Config says how DataHub is read: one of Files and API.
type Config struct {
	Name       string           // of the source, in the workspace
	Now        func() time.Time // the clock
	Namespaces Namespaces       // where the platforms live

	Files    fs.FS
	Patterns []string // of files of the file sink or of one record a line, and of YAML with lineage or contracts
	API      *API
}

// Source reads one DataHub.
type Source struct{ Config }

// New makes a source of its settings.
func New(c Config) (*Source, error) {
	if c.Now == nil || (c.Files == nil) == (c.API == nil) {
		return nil, errors.New("datahub: a source needs a clock, and either files or an API")
	}
	if c.API != nil {
		if err := c.API.check(); err != nil {
			return nil, err
		}
	}
	return &Source{c}, nil
}

// Read reads all records and makes one claim for each thing, and one for each check, incident, run or contract
// that is about a thing.
func (s *Source) Read(ctx context.Context, since string, emit func(catalog.Claim) error) (catalog.Report, error) {
	var rep catalog.Report
	st := newStore(&rep)
	if s.API != nil {
		if err := s.API.read(ctx, st); err != nil {
			return rep, fmt.Errorf("datahub: %w", err)
		}
	} else {
		files, err := loose.Files(s.Files, s.Patterns)
		if err != nil {
			return rep, fmt.Errorf("datahub: %w", err)
		}
		if rep.Cursor, err = loose.Cursor(s.Files, version, files); err != nil {
			return rep, fmt.Errorf("datahub: %w", err)
		}
		if rep.Cursor == since {
			return rep, nil
		}
		for _, name := range files {
			read := func() error { return s.file(ctx, name, st) }
			if isYAML(name) {
				read = func() error { return s.yamlFile(name, st) }
			}
			if err := read(); err != nil {
				return rep, fmt.Errorf("datahub: %w", err)
			}
		}
		rep.Whole = true
	}
	b := &builder{store: st, names: names{config: s.Namespaces}, base: catalog.Provenance{Source: s.Name, System: catalog.SystemDataHub, FetchedAt: s.Now()}}
	b.emit = func(c catalog.Claim) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		rep.Claims++
		return emit(c)
	}
	return rep, b.all()
}

// file reads the records of one file. A record that cannot be used is skipped; a file that is broken is an
// error.
func (s *Source) file(ctx context.Context, name string, st *store) error {
	r, err := s.Files.Open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	n := 0
	return loose.Values(name, r, func(raw json.RawMessage) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		n++
		st.rep.Records++
		records, err := parseRecord(raw, loose.Notes{Report: st.rep, Where: "record"})
		if err != nil {
			st.rep.Skip(fmt.Sprintf("%s, record %d", name, n), err.Error())
			return nil
		}
		for _, one := range records {
			if err := st.add(one); err != nil {
				st.rep.Skip(fmt.Sprintf("%s, record %d", name, n), err.Error())
			}
		}
		return nil
	})
}

// Package glossary reads glossaries that people keep: Markdown with a front matter, with headings or with tables,
// and DataHub's business_glossary.yml. It tells what words mean and never how they are computed. The terms of the
// workspace itself are read more strictly, by sources.Terms. Start at Source.Read.
package glossary

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

// version is that of this reader. A newer one reads everything again.
const version = "glossary 1"

// maxFile is how large a glossary may be, in bytes. People write them.
const maxFile = 16 << 20

// Config says which glossaries are read.
type Config struct {
	Name     string           // of the source, in the workspace
	Now      func() time.Time // the clock
	Files    fs.FS
	Patterns []string
}

// Source reads glossaries.
type Source struct{ Config }

// New makes a source of its settings.
func New(c Config) (*Source, error) {
	if c.Now == nil || c.Files == nil || len(c.Patterns) == 0 {
		return nil, errors.New("glossary: a source needs a clock, a folder and patterns of files")
	}
	return &Source{c}, nil
}

// entry is a term as it stands in a glossary.
type entry struct {
	catalog.TermClaim
	path       []string // its parents, from the outermost, and itself
	definition string
	owners     []catalog.Ownership
	links      []catalog.Link
	domain     string
	custom     map[string]string
}

// Read reads all glossaries, unless none has changed since the cursor was given. Of two entries of one name the
// first counts, and the report names the other.
func (s *Source) Read(ctx context.Context, since string, emit func(catalog.Claim) error) (catalog.Report, error) {
	var rep catalog.Report
	files, err := loose.Files(s.Files, s.Patterns)
	if err != nil {
		return rep, fmt.Errorf("glossary: %w", err)
	}
	if rep.Cursor, err = loose.Cursor(s.Files, version, files); err != nil {
		return rep, fmt.Errorf("glossary: %w", err)
	}
	if rep.Cursor == since {
		return rep, nil
	}
	now := s.Now()
	seen := map[string]string{}
	for _, name := range files {
		if err := ctx.Err(); err != nil {
			return rep, err
		}
		raw, err := loose.ReadFile(s.Files, name, maxFile)
		if err != nil {
			return rep, fmt.Errorf("glossary: %w", err)
		}
		rep.Records++
		var entries []entry
		switch path.Ext(name) {
		case ".yml", ".yaml":
			entries, err = yamlTerms(name, raw, &rep)
		default:
			entries, err = markdown(name, string(raw), &rep)
		}
		if err != nil {
			return rep, fmt.Errorf("glossary: %w", err)
		}
		if len(entries) == 0 {
			rep.Skip(name, "no term was found in it; a term has a heading with text below, or a row of a table whose first column is called term")
		}
		for _, e := range entries {
			c := e.claim()
			c.Source, c.System, c.FetchedAt, c.RecordID = s.Name, catalog.Glossary, now, name+"#"+e.Name
			if other, ok := seen[c.Key()]; ok {
				rep.Skip(name, fmt.Sprintf("%s defines %s too; that one counts", other, e.Name))
				continue
			}
			seen[c.Key()] = name
			rep.Count("terms")
			rep.Claims++
			if err := emit(c); err != nil {
				return rep, err
			}
		}
	}
	rep.Whole = true
	return rep, nil
}

func (e *entry) claim() catalog.Claim {
	c := catalog.Claim{About: catalog.ID{Namespace: "urn:term", Name: strings.ToLower(strings.Join(e.path, "/"))}, Native: e.Name, Description: e.definition, Owners: e.owners, Links: e.links, Domain: e.domain, Custom: e.custom}
	c.RawHash = loose.Hash([]byte(strings.Join(e.path, "/") + "\x00" + e.definition))
	t := e.TermClaim
	c.Term = &t
	return c
}

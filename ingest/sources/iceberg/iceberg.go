// Package iceberg reads Iceberg tables by their metadata files, from a folder or a bucket, or from a catalog that
// speaks Iceberg's REST protocol: columns with docs and field ids, partitions, order, commits and counts. It never
// opens manifests or data. Start at Source.Read.
package iceberg

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

// version is that of this reader's cursor. A newer one begins anew.
const version = "iceberg 1"

// Config says where the tables are: in Files, in Bucket, or in REST, one of them.
type Config struct {
	Name string           // of the source, in the workspace
	Now  func() time.Time // the clock

	// Files and Patterns of metadata files, such as **/*.metadata.json. Of those of one folder the newest counts.
	Files    fs.FS
	Patterns []string
	// Bucket holds tables below Prefix, each a folder with a folder metadata in it.
	Bucket *Bucket
	REST   *REST

	// Namespace of tables of a REST catalog, such as iceberg://host:8181; Catalog instead is what Trino calls that
	// catalog, where its tables are those of the lake. Tables that are known by their files alone are called by
	// their location, which other sources and rules of identity connect with a table.
	Namespace, Catalog string
	// Full is after how long everything is read again; a day. In between only tables that changed are.
	Full    time.Duration
	Workers int // requests at a time; 8
}

// Source reads the tables of one place.
type Source struct{ Config }

// New makes a source of its settings.
func New(c Config) (*Source, error) {
	n := 0
	for _, given := range []bool{c.Files != nil, c.Bucket != nil, c.REST != nil} {
		if given {
			n++
		}
	}
	if c.Now == nil || n != 1 || c.Files != nil && len(c.Patterns) == 0 {
		return nil, errors.New("iceberg: a source needs a clock, and either files with patterns, a bucket or a REST catalog")
	}
	if c.Full == 0 {
		c.Full = 24 * time.Hour
	}
	if c.Workers <= 0 {
		c.Workers = 8
	}
	return &Source{c}, nil
}

// cursor is what the next run need not read again.
type cursor struct {
	Version string          `json:"v"`
	Full    time.Time       `json:"full"` // when everything was last read
	Tables  map[string]seen `json:"tables"`
}

// seen is a table as it was last read.
type seen struct {
	Mark  string     `json:"m,omitempty"` // of this state of its metadata; empty: it has none
	About catalog.ID `json:"id"`
}

// reading is one run of a source.
type reading struct {
	*Source
	mu       sync.Mutex
	rep      catalog.Report
	now      time.Time
	emit     func(catalog.Claim) error
	old, new cursor
	whole    bool // everything is read, changed or not
	partial  bool // something could not be read, so that what is missing may still be there
}

// Read reads the tables that changed since the cursor was given, and once in a while all.
func (s *Source) Read(ctx context.Context, since string, emit func(catalog.Claim) error) (catalog.Report, error) {
	r := &reading{Source: s, now: s.Now(), new: cursor{Version: version, Tables: map[string]seen{}}}
	if since == "" || json.Unmarshal([]byte(since), &r.old) != nil || r.old.Version != version || r.now.Sub(r.old.Full) >= s.Full {
		r.whole = true
		r.old = cursor{}
	}
	r.new.Full = r.old.Full
	if r.whole {
		r.new.Full = r.now
	}
	r.emit = func(c catalog.Claim) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		c.Source, c.System, c.FetchedAt = s.Name, catalog.SystemIceberg, r.now
		r.rep.Claims++
		return emit(c)
	}
	var err error
	switch {
	case s.REST != nil:
		err = r.catalogs(ctx)
	case s.Bucket != nil:
		err = r.bucket(ctx)
	default:
		err = r.files(ctx)
	}
	if err != nil {
		return r.rep, fmt.Errorf("iceberg: %w", err)
	}
	if err := r.removed(); err != nil {
		return r.rep, err
	}
	raw, err := json.Marshal(r.new)
	if err != nil {
		return r.rep, fmt.Errorf("iceberg: %w", err)
	}
	r.rep.Cursor, r.rep.Whole = string(raw), r.whole && !r.partial
	return r.rep, nil
}

// removed says of tables that were there at the last run that they are gone; a whole run says so by not naming them.
func (r *reading) removed() error {
	if r.whole {
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(r.old.Tables)) {
		if _, ok := r.new.Tables[key]; ok {
			continue
		}
		if r.partial {
			r.new.Tables[key] = r.old.Tables[key]
			continue
		}
		r.rep.Count("tables removed")
		if err := r.emit(catalog.Claim{About: r.old.Tables[key].About, Gone: true}); err != nil {
			return err
		}
	}
	return nil
}

// known says whether a table was read before in this state, and notes that it is there.
func (r *reading) known(key, mark string) bool {
	old, ok := r.old.Tables[key]
	if ok && mark != "" && old.Mark == mark {
		r.mu.Lock()
		r.new.Tables[key] = old
		r.rep.Count("tables as before")
		r.mu.Unlock()
		return true
	}
	return false
}

// table makes the claim of one table of its metadata.
func (r *reading) table(key, mark string, about catalog.ID, raw []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rep.Records++
	m, err := parse(raw, loose.Notes{Report: &r.rep, Where: "metadata"})
	if err != nil {
		r.rep.Skip(key, err.Error())
		r.partial = true
		return nil
	}
	if about.IsZero() {
		about = location(m.Location)
	}
	c := m.claim(about)
	c.RecordID, c.RawHash, c.Native = key, loose.Hash(raw), key
	r.rep.Count(fmt.Sprintf("tables of version %d", m.Format))
	r.new.Tables[key] = seen{mark, about}
	return r.emit(c)
}

// skip names something that could not be read, so that nothing counts as removed.
func (r *reading) skip(what string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rep.Skip(what, err.Error())
	r.partial = true
}

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/engine/trino"
	"github.com/limn-data/limn/nl2sql/values"
	"github.com/limn-data/limn/semantic/model"
)

// cacheVersion changes when what is kept changes its form.
const cacheVersion = 3

// cache is what the data files say about themselves: columns, sizes, first and last days, distinct
// values. It can be deleted at any hour and comes back.
type cache struct {
	Version int
	Print   string
	Listed  time.Time // of a server's tables: when
	Looked  time.Time // … and when their values were first read
	// Functions of a server.
	Functions []trino.Function `json:",omitempty"`
	Tables    map[string]cachedTable
	Ranges    map[string][2]string // "table.column" → first and last day
	Values    []values.Column
	Known     map[string]bool // fields whose values were read, also when there were too many
	changed   bool
}

type cachedTable struct {
	Name    catalog.Name
	Columns []catalog.Column
	Rows    int64
	Bytes   int64
	View    bool   `json:",omitempty"`
	ViewSQL string `json:",omitempty"`
	// Versioned tables answer for older states of themselves.
	Versioned bool `json:",omitempty"`
}

// fingerprint changes whenever a data file does.
func fingerprint(assets []*catalog.Asset) string {
	h := sha256.New()
	for _, a := range assets {
		fmt.Fprintf(h, "%s %s %v\n", a.Name, a.Source.Format, a.Columns)
		for _, f := range a.Source.Files {
			info, err := os.Stat(f)
			if err != nil {
				fmt.Fprintf(h, "%s %v\n", f, err)
				continue
			}
			fmt.Fprintf(h, "%s %d %d\n", f, info.Size(), info.ModTime().UnixNano())
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (w *workspace) cachePath() string { return filepath.Join(w.dir, ".limn", "data.json") }

// readCache returns what is kept for this state of the files; anything else, an unreadable file
// included, is as good as nothing and is made anew.
func (w *workspace) readCache(print string) *cache {
	empty := &cache{Version: cacheVersion, Print: print, Tables: map[string]cachedTable{}, Ranges: map[string][2]string{}, Known: map[string]bool{}}
	raw, err := os.ReadFile(w.cachePath())
	if err != nil {
		return empty
	}
	var c cache
	if json.Unmarshal(raw, &c) != nil || c.Version != cacheVersion || c.Print != print || c.Tables == nil || c.Ranges == nil || c.Known == nil {
		return empty
	}
	return &c
}

func (w *workspace) writeCache(print string, c *cache) error {
	c.Print = print
	if err := os.MkdirAll(filepath.Dir(w.cachePath()), 0o755); err != nil {
		return fmt.Errorf("keeping what was read of the data: %w", err)
	}
	if err := writeJSONFile(w.cachePath(), c); err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return nil // a workspace that may only be read works too, slower
		}
		return fmt.Errorf("keeping what was read of the data: %w", err)
	}
	return nil
}

// describe fills in columns and rows of every table.
func (w *workspace) describe(ctx context.Context, e embedded, assets []*catalog.Asset, c *cache) error {
	for _, a := range assets {
		if t, ok := c.Tables[a.Name.Key()]; ok {
			a.Columns, a.Rows = slices.Clone(t.Columns), t.Rows
			continue
		}
		if err := e.Describe(ctx, a); err != nil {
			return hint(err, "the file may be cut short or of another format: replace it or take it out of the workspace")
		}
		c.Tables[a.Name.Key()] = cachedTable{Name: a.Name, Columns: slices.Clone(a.Columns), Rows: a.Rows}
		c.changed = true
	}
	return nil
}

// ranges reads the first and last day of the columns that models count by.
func (w *workspace) ranges(ctx context.Context, assets []*catalog.Asset, c *cache) error {
	for _, a := range assets {
		column := a.TimeColumn
		for _, d := range w.model.Datasets {
			if column == "" && d.Asset == a && d.Time != nil {
				for _, k := range a.Columns {
					if strings.EqualFold(k.Name, d.Time.Name) {
						column = k.Name
					}
				}
			}
		}
		if column == "" || a.Column(column) == nil {
			continue
		}
		key := a.Name.Key() + "." + strings.ToLower(column)
		r, ok := c.Ranges[key]
		if !ok {
			from, to, err := w.engine.Range(ctx, a, column)
			if err != nil {
				return err
			}
			r = [2]string{from, to}
			c.Ranges[key], c.changed = r, true
		}
		if t, err := time.Parse(time.DateOnly, r[0]); err == nil && a.DataFrom.IsZero() {
			a.DataFrom = t
		}
	}
	return nil
}

// values reads the distinct values of the fields that people filter by; personal columns are left out.
func (w *workspace) values(ctx context.Context, c *cache) error {
	for _, d := range w.model.Datasets {
		for _, f := range d.Fields {
			key := strings.ToLower(f.String())
			column := d.Asset.Column(columnName(f))
			if column == nil || column.PII != "" || f.PII != "" || f.Hidden || c.Known[key] || !filterable(f) {
				continue
			}
			vs, more, err := w.engine.Distinct(ctx, d.Asset, column.Name, values.MaxPerField)
			if err != nil {
				return err
			}
			c.Known[key], c.changed = true, true
			if !more {
				c.Values = append(c.Values, values.Column{Field: key, Values: vs})
			}
		}
	}
	return nil
}

func filterable(f *model.Field) bool {
	if !strings.HasPrefix(f.Type, "varchar") && !strings.HasPrefix(f.Type, "char") {
		return false
	}
	label := f.Dataset.Entity != nil && f.Dataset.Entity.Label == f
	return label || f.Role == model.RoleDimension || f.Role == model.RoleAttribute || f.Role == model.RoleFlag
}

// columnName is the physical column when the field is nothing else.
func columnName(f *model.Field) string {
	name := ""
	for ds, id := range model.Names(f.Expr) {
		if name != "" || ds != nil {
			return ""
		}
		name = id.Name
	}
	if f.Dataset.Asset.Column(name) == nil || f.Type != f.Dataset.Asset.Column(name).Type {
		return ""
	}
	return name
}

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/catalog/store"
	"github.com/limn-data/limn/ingest/sources"
)

// catalogConfig is what limn.yaml says of what is known about the data: where it is kept, what it is read of, and
// how the names of other systems are to be understood.
type catalogConfig struct {
	Sources    []sourceConfig      `yaml:"sources,omitempty"`
	Identity   []identityRule      `yaml:"identity,omitempty"`
	LakeAt     []string            `yaml:"lake_at,omitempty"`    // namespaces whose names are those of the lake
	Precedence map[string][]string `yaml:"precedence,omitempty"` // field → systems or sources, the best first
	Keep       string              `yaml:"keep,omitempty"`       // how long older versions are kept
}

type identityRule struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

// check says what is wrong with the section.
func (c catalogConfig) check() error {
	for f, systems := range c.Precedence {
		if !slices.Contains(catalog.Fields(), catalog.Field(f)) {
			return fmt.Errorf("limn.yaml: known.precedence: there is no field %q; there are %s", f, fields())
		}
		if len(systems) == 0 {
			return fmt.Errorf("limn.yaml: known.precedence.%s is empty; write systems such as %s", f, strings.Join(catalog.Systems[:3], ", "))
		}
	}
	if c.Keep != "" {
		if d, err := time.ParseDuration(c.Keep); err != nil || d <= 0 {
			return fmt.Errorf("limn.yaml: known.keep is %q; write a time such as 2160h", c.Keep)
		}
	}
	names := map[string]bool{received: true}
	for _, src := range c.Sources {
		if err := src.check(); err != nil {
			return fmt.Errorf("limn.yaml: known.sources: %w", err)
		}
		if names[src.Name] {
			return fmt.Errorf("limn.yaml: known.sources: two are called %s; the name of posted events is %s", src.Name, received)
		}
		names[src.Name] = true
	}
	if err := c.identity().Check(); err != nil {
		return fmt.Errorf("limn.yaml: known.%w", err)
	}
	return nil
}

func fields() string {
	var out []string
	for _, f := range catalog.Fields() {
		out = append(out, string(f))
	}
	return strings.Join(out, ", ")
}

func (c catalogConfig) identity() catalog.Identity {
	out := catalog.Identity{LakeAt: c.LakeAt}
	for _, r := range c.Identity {
		out.Rules = append(out.Rules, catalog.IdentityRule(r))
	}
	return out
}

func (c catalogConfig) precedence() catalog.Precedence {
	other := map[catalog.Field][]string{}
	for f, systems := range c.Precedence {
		other[catalog.Field(f)] = systems
	}
	return catalog.DefaultPrecedence.With(other)
}

// claims is what is known of the tables: what the workspace's own files say, and what was last read of its
// sources.
func (w *workspace) claims(ctx context.Context, fsys fs.FS, base []*catalog.Asset) (catalog.Input, error) {
	in := catalog.Input{Base: base, Identity: w.cfg.Known.identity(), Precedence: w.cfg.Known.precedence()}
	if t := w.cfg.Trino; t != nil {
		in.Identity.LakeAt = append(in.Identity.LakeAt, strings.Replace(strings.Replace(t.URL, "https://", "trino://", 1), "http://", "trino://", 1))
	}
	facts, err := sources.Facts(fsys)
	if err != nil {
		return in, err
	}
	dsn, err := w.state("catalog")
	if err != nil {
		return in, err
	}
	st, err := store.Open(ctx, dsn)
	if err != nil {
		if w.frozen() {
			in.Claims = facts // nobody may write here; what the files say is known all the same
			return in, nil
		}
		return in, err
	}
	defer st.Close()
	version := w.version // of an answer that is given again
	if version == 0 {
		if version, err = w.recorded(ctx, st, facts); err != nil {
			return in, err
		}
	}
	if in.Claims, err = st.Claims(ctx, version); err != nil {
		return in, err
	}
	in.Version = fmt.Sprint(version)
	in.Read, err = st.Sources(ctx)
	return in, err
}

// recorded puts what the workspace's own files say today into the store, so that a version has all of it.
func (w *workspace) recorded(ctx context.Context, st *store.Store, facts []*catalog.Claim) (int64, error) {
	print := sha256.New()
	for _, c := range facts {
		fmt.Fprintln(print, c.Part, c.RawHash)
	}
	cursor := hex.EncodeToString(print.Sum(nil))
	states, err := st.Sources(ctx)
	if err != nil {
		return 0, err
	}
	for _, s := range states {
		if s.Name == catalog.Files && s.Report.Cursor == cursor { // as before: nothing to write
			return st.Version(ctx)
		}
	}
	run := store.Run{Source: catalog.Files, System: catalog.Files, At: time.Now(), Report: catalog.Report{Whole: true, Records: len(facts), Claims: len(facts), Cursor: cursor}}
	for _, c := range facts {
		run.Claims = append(run.Claims, *c)
	}
	change, err := st.Apply(ctx, run)
	return change.Version, err
}

// catalogStore opens where claims are kept.
func (w *workspace) catalogStore(ctx context.Context) (*store.Store, error) {
	dsn, err := w.state("catalog")
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, dsn)
}

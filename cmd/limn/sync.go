package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/catalog/store"
)

// synced is what reading one source came to.
type synced struct {
	Name   string         `json:"name"`
	Kind   string         `json:"kind"`
	OK     bool           `json:"ok"`
	Error  string         `json:"error,omitempty"`
	Report catalog.Report `json:"report"`
	Change store.Change   `json:"change"`
	Took   string         `json:"took"`
}

// runSync reads the workspace's sources into its catalog: all, or those that are named.
func runSync(ctx context.Context, s streams, args []string) (int, error) {
	f := newFlags("catalog sync", s)
	anew := f.Bool("anew", false, "read everything, not only what is new since the last time")
	only, err := f.parse(args)
	if err != nil {
		return 0, err
	}
	w, st, err := openCatalog(ctx, f.workspace)
	if err != nil {
		return 0, err
	}
	defer st.Close()
	all := w.cfg.Known.Sources
	for _, name := range only {
		if name == received && w.cfg.Serve.Lineage != nil {
			continue
		}
		if !slices.ContainsFunc(all, func(c sourceConfig) bool { return c.Name == name }) {
			return 0, hint(fmt.Errorf("there is no source %q", name), "limn.yaml lists them under known.sources")
		}
	}
	if len(all) == 0 && w.cfg.Serve.Lineage == nil {
		return 0, hint(errors.New("the workspace has no sources"), "name them in limn.yaml under known.sources, or read one with “limn catalog import KIND PATH”")
	}
	if err := w.dropped(ctx, st); err != nil {
		return 0, err
	}
	var out []synced
	for _, c := range all {
		if len(only) > 0 && !slices.Contains(only, c.Name) {
			continue
		}
		if f, ok := s.err.(*os.File); ok && isTerminal(f) {
			fmt.Fprintf(f, "%s: reading …\n", c.Name)
		}
		got := w.sync(ctx, st, c, *anew)
		out = append(out, got)
		if !f.json {
			printSynced(s, got)
		}
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
	}
	if w.cfg.Serve.Lineage != nil && (len(only) == 0 || slices.Contains(only, received)) {
		var events posted
		got := events.sync(ctx, w, st)
		if err := events.Close(); err != nil {
			return 0, err
		}
		out = append(out, got)
		if !f.json {
			printSynced(s, got)
		}
	}
	return finishSync(ctx, s, f, st, out)
}

// runImport reads files of a system once into the catalog, as a source of their own.
func runImport(ctx context.Context, s streams, args []string) (int, error) {
	f := newFlags("catalog import", s)
	name := f.String("name", "", "what the source is called; default: its kind")
	namespace := f.String("namespace", "", "where the tables live, such as trino://lake:8443; default: they are those of the lake")
	rest, err := f.parse(args)
	if err != nil {
		return 0, err
	}
	if len(rest) != 2 {
		return 0, usage("catalog import wants KIND PATH; the kinds are %s", strings.Join(kindNames(), ", "))
	}
	c := sourceConfig{Name: first(*name, rest[0]), Kind: rest[0], Path: rest[1], Namespace: *namespace}
	if err := c.check(); err != nil {
		return 0, usage("%v", err)
	}
	w, st, err := openCatalog(ctx, f.workspace)
	if err != nil {
		return 0, err
	}
	defer st.Close()
	if slices.ContainsFunc(w.cfg.Known.Sources, func(o sourceConfig) bool { return o.Name == c.Name }) {
		return 0, hint(fmt.Errorf("limn.yaml has a source %q already", c.Name), "give this one another --name, or use “limn catalog sync "+c.Name+"”")
	}
	if c.Path, err = filepath.Abs(c.Path); err != nil {
		return 0, err
	}
	c.imported = true
	got := w.sync(ctx, st, c, true)
	if !f.json {
		printSynced(s, got)
	}
	return finishSync(ctx, s, f, st, []synced{got})
}

// openCatalog opens the store of a workspace's catalog without its engine.
func openCatalog(ctx context.Context, flag string) (*workspace, *store.Store, error) {
	dir, err := findWorkspace(flag)
	if err != nil {
		return nil, nil, err
	}
	w := &workspace{dir: dir}
	if w.cfg, err = readConfig(dir); err != nil {
		return nil, nil, err
	}
	st, err := w.catalogStore(ctx)
	return w, st, err
}

// sync reads one source. A source that cannot be read keeps what it said before; that it is down is noted.
func (w *workspace) sync(ctx context.Context, st *store.Store, c sourceConfig, anew bool) synced {
	began := time.Now()
	out := synced{Name: c.Name, Kind: c.Kind}
	err := w.readSource(ctx, st, c, anew, &out)
	out.Took = time.Since(began).Round(time.Millisecond).String()
	if err == nil {
		out.OK = true
		return out
	}
	out.Error = err.Error()
	if ctx.Err() == nil && !c.imported { // what was read by hand is nobody's to be down
		if noted := st.Failed(ctx, c.Name, sourceKinds()[c.Kind].system, time.Now(), err); noted != nil {
			out.Error += "; and that could not be noted: " + noted.Error()
		}
	}
	return out
}

func (w *workspace) readSource(ctx context.Context, st *store.Store, c sourceConfig, anew bool, out *synced) error {
	src, err := c.open(place{dir: w.dir, now: time.Now, trino: w.cfg.Trino})
	if err != nil {
		return err
	}
	since := ""
	if !anew {
		states, err := st.Sources(ctx)
		if err != nil {
			return err
		}
		for _, s := range states {
			if s.Name == c.Name {
				since = s.Report.Cursor
			}
		}
	}
	run := store.Run{Source: c.Name, System: sourceKinds()[c.Kind].system, At: time.Now()}
	run.Report, err = src.Read(ctx, since, func(claim catalog.Claim) error {
		run.Claims = append(run.Claims, claim)
		return nil
	})
	run.Report.Imported = c.imported
	out.Report = run.Report
	if err != nil {
		return err
	}
	out.Change, err = st.Apply(ctx, run)
	return err
}

// dropped forgets sources that limn.yaml no longer names. What was imported once was never named there and stays.
func (w *workspace) dropped(ctx context.Context, st *store.Store) error {
	states, err := st.Sources(ctx)
	if err != nil {
		return err
	}
	for _, s := range states {
		if s.Report.Imported || s.Name == catalog.Files || slices.ContainsFunc(w.cfg.Known.Sources, func(c sourceConfig) bool { return c.Name == s.Name }) {
			continue
		}
		if err := st.Forget(ctx, s.Name, time.Now()); err != nil {
			return err
		}
	}
	return nil
}

func printSynced(s streams, r synced) {
	if !r.OK {
		fmt.Fprintf(s.out, "%s (%s): not read: %s\n", r.Name, r.Kind, r.Error)
		return
	}
	fmt.Fprintf(s.out, "%s (%s): %d records read, %d added, %d changed, %d removed, %d as before", r.Name, r.Kind, r.Report.Records, r.Change.Added, r.Change.Changed, r.Change.Removed, r.Change.Same)
	if r.Report.SkippedCount > 0 {
		fmt.Fprintf(s.out, ", %d skipped", r.Report.SkippedCount)
	}
	if n := len(r.Report.Unknown); n > 0 {
		fmt.Fprintf(s.out, ", %d unknown fields", n)
	}
	fmt.Fprintln(s.out)
	for i, k := range r.Report.Skipped {
		if i == 5 {
			fmt.Fprintf(s.out, "  … %d more; --json has them\n", r.Report.SkippedCount-5)
			break
		}
		fmt.Fprintf(s.out, "  skipped %s: %s\n", k.What, k.Why)
	}
}

func finishSync(ctx context.Context, s streams, f *flags, st *store.Store, out []synced) (int, error) {
	version, err := st.Version(ctx)
	if err != nil {
		return 0, err
	}
	code := exitDone
	if slices.ContainsFunc(out, func(r synced) bool { return !r.OK }) {
		code = exitFailed
	}
	if f.json {
		return code, writeJSON(s.out, map[string]any{"sources": out, "version": version})
	}
	fmt.Fprintf(s.out, "The catalog is at version %d.\n", version)
	return code, nil
}

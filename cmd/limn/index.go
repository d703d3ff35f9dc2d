package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/limn-data/limn/embeddings/embed"
	"github.com/limn-data/limn/embeddings/index"
	"github.com/limn-data/limn/embeddings/lexical"
	"github.com/limn-data/limn/embeddings/search"
	"github.com/limn-data/limn/embeddings/store"
	sqlite "github.com/limn-data/limn/embeddings/store/embedded"
	"github.com/limn-data/limn/embeddings/store/postgres"
	"github.com/limn-data/limn/internal/conf"
)

// searchConfig is how the catalog is made searchable. Where the index is kept is said by state.
type searchConfig struct {
	Embedder      embedderConfig `yaml:"embedder,omitempty"`
	Abbreviations string         `yaml:"abbreviations,omitempty"` // a file of lines “abbreviation words”
	Schema        string         `yaml:"schema,omitempty"`        // of the tables in a Postgres; limn_search
	BuildMemory   string         `yaml:"build_memory,omitempty"`  // of the Postgres while it builds the index of vectors, such as 2GB
}

// embedderConfig is builtin (the default), none, or an endpoint that speaks OpenAI's embeddings API.
type embedderConfig struct {
	Name              string `yaml:"-"`
	URL               string `yaml:"url"`
	Model             string `yaml:"model"`
	KeyFile           string `yaml:"key_file,omitempty"`
	KeyEnv            string `yaml:"key_env,omitempty"`
	Dim               int    `yaml:"dim,omitempty"`
	Shorten           bool   `yaml:"shorten,omitempty"`
	Batch             int    `yaml:"batch,omitempty"`
	Parallel          int    `yaml:"parallel,omitempty"`
	RequestsPerMinute int    `yaml:"requests_per_minute,omitempty"`
	TokensPerMinute   int    `yaml:"tokens_per_minute,omitempty"`
	Price             string `yaml:"price,omitempty"` // of a million tokens
	Currency          string `yaml:"currency,omitempty"`
}

// UnmarshalYAML takes a word or an endpoint.
func (e *embedderConfig) UnmarshalYAML(n *conf.Node) error {
	if n.Kind == conf.Scalar {
		if e.Name = n.Value; e.Name != "builtin" && e.Name != "none" {
			return fmt.Errorf("line %d: search.embedder is %q; write builtin, none, or url and model of an endpoint", n.Line, n.Value)
		}
		return nil
	}
	type plain embedderConfig
	if err := n.Decode((*plain)(e)); err != nil {
		return err
	}
	if e.URL == "" || e.Model == "" {
		return fmt.Errorf("line %d: search.embedder wants url and model of an endpoint", n.Line)
	}
	return nil
}

// open makes the embedder; nil for none.
func (e embedderConfig) open(ctx context.Context, dir string) (index.Embedder, error) {
	switch {
	case e.URL != "":
		key := e.KeyFile
		if key != "" && !filepath.IsAbs(key) {
			key = filepath.Join(dir, key)
		}
		return embed.Open(ctx, embed.Config{BaseURL: e.URL, Model: e.Model, KeyFile: key, KeyEnv: e.KeyEnv, Dim: e.Dim, Shorten: e.Shorten, Batch: e.Batch, Parallel: e.Parallel,
			RequestsPerMinute: e.RequestsPerMinute, TokensPerMinute: e.TokensPerMinute, Price: e.Price, Currency: e.Currency})
	case e.Name == "none":
		return nil, nil
	}
	return embed.NewMiniLM(runtime.GOMAXPROCS(0)), nil
}

// runIndex makes the catalog searchable by meaning, or says how far that is.
func runIndex(ctx context.Context, s streams, args []string) (int, error) {
	if len(args) == 0 || args[0] != "build" && args[0] != "status" {
		return 0, usage("index needs build or status")
	}
	f := newFlags("index "+args[0], s)
	rest, err := f.parse(args[1:])
	if err != nil {
		return 0, err
	}
	if len(rest) > 0 {
		return 0, usage("index %s takes no %q", args[0], rest[0])
	}
	dir, err := findWorkspace(f.workspace)
	if err != nil {
		return 0, err
	}
	w, err := openWorkspace(ctx, dir)
	if err != nil {
		return 0, err
	}
	defer w.Close()
	x, err := w.openIndex(ctx, args[0] == "build", s.progress())
	if err != nil {
		return 0, err
	}
	defer x.Close()
	var report index.Report
	var failed error
	if args[0] == "build" {
		if report, err = x.Sync(ctx, w.snap); err != nil {
			return 0, err
		}
		if err := x.Fill(ctx); err != nil && !errors.Is(err, index.ErrNoEmbedder) {
			failed = err
		}
	}
	st, err := x.Status(ctx)
	if err != nil {
		return 0, err
	}
	if f.json {
		if failed != nil { // one document: the error, which says that what served serves on
			return 0, hint(failed, "limn index status")
		}
		return exitDone, writeJSON(s.out, indexJSON(st, report, args[0] == "build"))
	}
	showIndex(s, st, report, args[0] == "build")
	if failed != nil {
		return 0, hint(failed, "limn index build")
	}
	return exitDone, nil
}

// progress tells how far embedding is, at most once a second.
func (s streams) progress() func(index.Status) {
	var last time.Time
	return func(st index.Status) {
		if time.Since(last) < time.Second {
			return
		}
		last = time.Now()
		fmt.Fprintf(s.err, "%d of %d texts, %.0f a second\n", st.Embedded, st.Texts, st.Rate)
	}
}

func indexJSON(st index.Status, r index.Report, built bool) map[string]any {
	doc := map[string]any{"documents": st.Documents, "texts": st.Texts, "embedded": st.Embedded, "pending": st.Pending, "embedder": st.Embedder,
		"dimensions": st.Dim, "generation": st.Generation, "serving": st.Serving, "served_by": st.ServedBy}
	if built {
		doc["added"], doc["removed"], doc["done"] = r.Added, r.Removed, st.Done
		doc["started"], doc["took_ms"] = st.Started.UTC().Format(time.RFC3339), (r.Took + st.Took).Milliseconds()
		doc["rate"] = st.Rate
	}
	return doc
}

func showIndex(s streams, st index.Status, r index.Report, built bool) {
	if built {
		fmt.Fprintf(s.out, "%d tables, metrics and other things are new or changed, %d are gone.\n", r.Added, r.Removed)
	}
	fmt.Fprintf(s.out, "%d documents are searched by their words.\n", st.Documents)
	switch {
	case st.Embedder == "":
		fmt.Fprintln(s.out, "Nothing is searched by meaning: no embedder is set.")
	case st.Serving == 0:
		fmt.Fprintln(s.out, "Nothing is searched by meaning yet. Run: limn index build")
	default:
		fmt.Fprintf(s.out, "%d of %d texts are embedded with %s.\n", st.Embedded, st.Texts, st.Embedder)
		if st.ServedBy != st.Embedder {
			fmt.Fprintf(s.out, "Until they all are, the vectors of %s serve.\n", st.ServedBy)
		}
	}
}

// openIndex opens the workspace's index. Without fresh an embedded one that was never built is not made: its
// place is taken by one that is empty and kept nowhere.
func (w *workspace) openIndex(ctx context.Context, fresh bool, progress func(index.Status)) (*index.Index, error) {
	c := w.cfg.Search
	e, err := c.Embedder.open(ctx, w.dir)
	if err != nil {
		return nil, err
	}
	o := index.Options{Embedder: e, Progress: progress}
	if c.Embedder.URL != "" { // what the built-in one made before serves until the endpoint's vectors are there
		o.Former = []index.Embedder{embed.NewMiniLM(runtime.GOMAXPROCS(0))}
	}
	if c.Abbreviations != "" {
		raw, err := os.ReadFile(w.path(c.Abbreviations))
		if err != nil {
			return nil, fmt.Errorf("limn.yaml: search.abbreviations: %w", err)
		}
		if o.Abbreviations, err = lexical.ReadAbbreviations(c.Abbreviations, string(raw)); err != nil {
			return nil, err
		}
	}
	place, err := w.state("index")
	if err != nil {
		return nil, err
	}
	st, err := openStore(ctx, place, c, fresh)
	if err != nil {
		return nil, err
	}
	x, err := index.Open(ctx, st, o)
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return x, nil
}

func openStore(ctx context.Context, place string, c searchConfig, fresh bool) (store.Store, error) {
	if strings.HasPrefix(place, "postgres://") || strings.HasPrefix(place, "postgresql://") {
		return postgres.Open(ctx, postgres.Config{DSN: place, Schema: c.Schema, BuildMemory: c.BuildMemory})
	}
	if fresh {
		if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
			return nil, err
		}
	} else if _, err := os.Stat(place); errors.Is(err, fs.ErrNotExist) {
		place = ":memory:"
	}
	return sqlite.Open(ctx, place)
}

// few is how many texts a search embeds by itself: the parts of tables that only this asker sees.
const few = 200

// searchCatalog finds what somebody may see. The words are those of the catalog of now, also where it was
// indexed before; an index that was never built is made of words, for this search.
func (w *workspace) searchCatalog(ctx context.Context, q search.Query) (r search.Result, err error) {
	x, err := w.openIndex(ctx, false, nil)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, x.Close()) }()
	var notes []string
	if _, err := x.Sync(ctx, w.snap); err != nil {
		notes = append(notes, err.Error())
	}
	if _, err := x.Audience(ctx, q.View); err != nil {
		notes = append(notes, err.Error())
	}
	st, err := x.Status(ctx)
	if err != nil {
		notes = append(notes, err.Error())
	}
	if st.Serving != 0 && st.ServedBy == st.Embedder && st.Pending > 0 && st.Pending <= few {
		if err := x.Fill(ctx); err != nil {
			notes = append(notes, err.Error())
		}
	}
	if r, err = search.NewSearcher(x).Search(ctx, q); err != nil {
		return r, err
	}
	if r.Note != "" {
		notes = append(notes, r.Note)
	} else if st.Serving == 0 && st.Embedder != "" {
		notes = append(notes, "searched by words only: “limn index build” adds meaning")
	}
	r.Note = strings.Join(notes, "; ")
	return r, nil
}

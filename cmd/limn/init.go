package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/engine/duckdb"
	"github.com/limn-data/limn/internal/conf"
	"github.com/limn-data/limn/semantic/infer"
)

// formats by the ending of a file's name.
var formats = map[string]string{".parquet": "parquet", ".csv": "csv", ".tsv": "csv", ".jsonl": "json", ".ndjson": "json", ".json": "json"}

// runInit makes a workspace over files or a Trino and infers a model.
func runInit(ctx context.Context, s streams, args []string) (int, error) {
	f := newFlags("init", s)
	var data, include texts
	f.Var(&data, "data", "`folder` or file with Parquet, CSV or JSON lines; may be repeated")
	dsn := f.String("trino", "", "a Trino, as `http://user@host:port/catalog/schema`, in place of files")
	f.Var(&include, "include", "of a Trino: `catalog`, catalog.schema or catalog.schema.table; may be repeated")
	ca := f.String("ca", "", "of a Trino: `file` with the authority of its certificate")
	out := f.String("out", "limn-workspace", "`folder` of the new workspace")
	rest, err := f.parse(args)
	if err != nil {
		return 0, err
	}
	data = append(data, rest...)
	if (len(data) == 0) == (*dsn == "") {
		return 0, usage("init needs --data DIR or files, or --trino DSN")
	}
	if *dsn == "" && (len(include) > 0 || *ca != "") {
		return 0, usage("--include and --ca are of a Trino; give --trino too")
	}
	start := time.Now()
	if _, err := os.Stat(filepath.Join(*out, "limn.yaml")); err == nil {
		return 0, hint(fmt.Errorf("%s is a workspace already", *out), "give another --out, or delete it first")
	}
	abs, err := filepath.Abs(*out)
	if err != nil {
		return 0, err
	}
	cfg := config{Name: filepath.Base(abs), Catalog: "lake", TimeZone: "UTC"}
	cfg.Calendar.Year, cfg.Calendar.WeekStart = "calendar", "monday"
	var assets []*catalog.Asset
	var res *infer.Result
	if *dsn != "" {
		c, err := parseDSN(*dsn, include)
		if err != nil {
			return 0, err
		}
		if *ca != "" {
			if c.CA, err = filepath.Abs(*ca); err != nil {
				return 0, err
			}
		}
		cfg.Trino = &c
		if assets, res, err = inferServed(ctx, s, c); err != nil {
			return 0, err
		}
		cfg.Catalog = assets[0].Name.Catalog
	} else {
		if assets, err = findFiles(data); err != nil {
			return 0, err
		}
		fmt.Fprintf(s.err, "reading %d tables …\n", len(assets))
		if res, err = inferFrom(ctx, s, assets); err != nil {
			return 0, err
		}
		cfg.Tables = entries(assets)
	}
	if err := writeWorkspace(abs, cfg, res); err != nil {
		return 0, err
	}
	if cfg.Trino != nil && cfg.Trino.PasswordEnv != "" {
		fmt.Fprintf(s.err, "The password was not written down: set %s before you ask.\n", cfg.Trino.PasswordEnv)
	}
	return exitDone, reportInit(s, f, *out, assets, res, time.Since(start))
}

// inferServed reads the tables of a Trino and looks at their values.
func inferServed(ctx context.Context, s streams, c trinoConfig) ([]*catalog.Asset, *infer.Result, error) {
	e, err := c.open("", time.UTC, 0, func(format string, args ...any) { fmt.Fprintf(s.err, "  "+format+"\n", args...) })
	if err != nil {
		return nil, nil, err
	}
	defer e.Close()
	server, err := e.Ping(ctx)
	if err != nil {
		return nil, nil, hint(err, "see that the server is up and that the account may sign in")
	}
	assets, skipped, err := e.Tables(ctx, c.Include)
	if err != nil {
		return nil, nil, err
	}
	for _, k := range skipped {
		e.note("%s: left out: %s", k.What, k.Why)
	}
	if len(assets) == 0 {
		return nil, nil, hint(fmt.Errorf("there are no tables that %s may see in %s", server.User, strings.Join(c.Include, ", ")), "name a catalog or schema that has some with --include")
	}
	fmt.Fprintf(s.err, "reading %d tables of Trino %s as %s …\n", len(assets), server.Version, server.User)
	if err := e.stats(ctx, assets); err != nil {
		return nil, nil, err
	}
	res, err := infer.Infer(ctx, assets, &pace{Sampler: e, all: len(assets), to: s.err})
	return assets, res, err
}

// pace says how far a long look at many tables is.
type pace struct {
	infer.Sampler
	done, all int
	to        io.Writer
}

func (p *pace) Profile(ctx context.Context, a *catalog.Asset, limit int) (infer.Profile, error) {
	if p.done++; p.done%20 == 0 {
		fmt.Fprintf(p.to, "  %d of %d\n", p.done, p.all)
	}
	return p.Sampler.Profile(ctx, a, limit)
}

func inferFrom(ctx context.Context, s streams, assets []*catalog.Asset) (*infer.Result, error) {
	cfg := duckdb.Config{Catalogs: []string{"lake"}, Timeout: 5 * time.Minute}
	for _, a := range assets {
		for _, f := range a.Source.Files {
			if d := filepath.Dir(f); !slices.Contains(cfg.Dirs, d) {
				cfg.Dirs = append(cfg.Dirs, d)
			}
		}
	}
	engine, err := duckdb.Open(cfg)
	if err != nil {
		return nil, err
	}
	defer engine.Close()
	for i, a := range assets {
		if err := engine.Sniff(ctx, a); err != nil {
			return nil, hint(err, "correct the file, or name the others one by one with --data")
		}
		if len(assets) > 20 && i%10 == 9 {
			fmt.Fprintf(s.err, "  %d of %d\n", i+1, len(assets))
		}
	}
	return infer.Infer(ctx, assets, embedded{engine})
}

// findFiles makes a table of every file, and one of every folder whose files share a format below the
// folder that was named.
func findFiles(paths []string) ([]*catalog.Asset, error) {
	tables := map[string]*catalog.Asset{}
	add := func(name, schema, file string) error {
		format := formats[strings.ToLower(filepath.Ext(file))]
		abs, err := filepath.Abs(file)
		if err != nil {
			return err
		}
		key := schema + "." + name
		a := tables[key]
		if a == nil {
			a = &catalog.Asset{Name: catalog.Name{Catalog: "lake", Schema: schema, Table: name}, Rows: -1, Source: catalog.Source{Format: format}}
			tables[key] = a
		}
		if a.Source.Format != format {
			return fmt.Errorf("table %s would mix %s and %s files (%s)", name, a.Source.Format, format, file)
		}
		a.Source.Files = append(a.Source.Files, abs)
		return nil
	}
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, hint(fmt.Errorf("--data: %w", err), "name a folder or file that exists")
		}
		if !info.IsDir() {
			if formats[strings.ToLower(filepath.Ext(p))] == "" {
				return nil, hint(fmt.Errorf("%s is neither Parquet, CSV nor JSON lines", p), "files end in .parquet, .csv, .tsv, .jsonl, .ndjson or .json")
			}
			if err := add(tableName(p), "main", p); err != nil {
				return nil, err
			}
			continue
		}
		err = filepath.WalkDir(p, func(file string, d os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() && file != p && strings.HasPrefix(d.Name(), ".") {
				return filepath.SkipDir
			}
			if d.IsDir() || formats[strings.ToLower(filepath.Ext(file))] == "" || strings.HasPrefix(d.Name(), ".") {
				return nil
			}
			rel, err := filepath.Rel(p, file)
			if err != nil {
				return err
			}
			parts := strings.Split(filepath.ToSlash(rel), "/")
			switch len(parts) {
			case 1:
				return add(tableName(file), "main", file)
			case 2:
				return add(tableName(parts[0]), "main", file)
			}
			return add(tableName(parts[len(parts)-2]), tableName(parts[len(parts)-3]), file)
		})
		if err != nil {
			return nil, fmt.Errorf("--data: %w", err)
		}
	}
	if len(tables) == 0 {
		return nil, hint(fmt.Errorf("there are no data files in %s", strings.Join(paths, ", ")), "files end in .parquet, .csv, .tsv, .jsonl, .ndjson or .json")
	}
	var out []*catalog.Asset
	for _, a := range tables {
		slices.Sort(a.Source.Files)
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b *catalog.Asset) int { return strings.Compare(a.Name.Key(), b.Name.Key()) })
	return out, nil
}

var notInName = regexp.MustCompile(`[^a-z0-9_]+`)

// tableName makes an identifier of a file's name.
func tableName(file string) string {
	base := filepath.Base(file)
	base = strings.TrimSuffix(base, filepath.Ext(base))
	name := strings.Trim(notInName.ReplaceAllString(strings.ToLower(base), "_"), "_")
	if name == "" {
		return "data"
	}
	if name[0] >= '0' && name[0] <= '9' {
		return "t_" + name
	}
	return name
}

// entries are what limn.yaml says of tables over files.
func entries(assets []*catalog.Asset) []tableEntry {
	var out []tableEntry
	for _, a := range assets {
		t := tableEntry{Name: a.Name.String(), Format: a.Source.Format, Files: a.Source.Files, Header: a.Source.Header, Delim: a.Source.Delim}
		if a.Source.Format != "parquet" {
			for _, c := range a.Columns {
				t.Columns = append(t.Columns, struct {
					Name string `yaml:"name"`
					Type string `yaml:"type"`
				}{c.Name, c.Type})
			}
		}
		out = append(out, t)
	}
	return out
}

// writeWorkspace writes into a folder beside and renames it, so that a broken-off run leaves nothing
// half-written.
func writeWorkspace(abs string, cfg config, res *infer.Result) error {
	yml, err := conf.Encode(cfg)
	if err != nil {
		return err
	}
	model, err := res.YAML("inferred")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(abs), 0o755); err != nil {
		return fmt.Errorf("making the workspace: %w", err)
	}
	tmp, err := os.MkdirTemp(filepath.Dir(abs), ".limn-init-")
	if err != nil {
		return fmt.Errorf("making the workspace: %w", err)
	}
	defer os.RemoveAll(tmp)
	if err := os.MkdirAll(filepath.Join(tmp, "models", "inferred"), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(tmp, "models", "inferred", "model.yaml"), model, 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(tmp, "limn.yaml"), yml, 0o644); err != nil {
		return err
	}
	if err := os.Chmod(tmp, 0o755); err != nil {
		return err
	}
	if entries, err := os.ReadDir(abs); err == nil && len(entries) == 0 {
		if err := os.Remove(abs); err != nil {
			return err
		}
	} else if err == nil {
		return hint(fmt.Errorf("%s is not empty", abs), "give another --out")
	}
	return os.Rename(tmp, abs)
}

func reportInit(s streams, f *flags, out string, assets []*catalog.Asset, res *infer.Result, took time.Duration) error {
	var rows int64
	keys, measures := 0, 0
	for _, t := range res.Tables {
		rows += t.Asset.Rows
		if t.Key != "" {
			keys++
		}
		for _, r := range t.Roles {
			if r == "measure" {
				measures++
			}
		}
	}
	if f.json {
		type joinJSON struct {
			From       string  `json:"from"`
			To         string  `json:"to"`
			Confidence float64 `json:"confidence"`
			Evidence   string  `json:"evidence"`
		}
		joins := []joinJSON{}
		for _, j := range res.Joins {
			joins = append(joins, joinJSON{j.From.Asset.Name.String() + "." + j.FromColumn, j.To.Asset.Name.String() + "." + j.ToColumn, j.Confidence, j.Evidence})
		}
		return writeJSON(s.out, map[string]any{"workspace": out, "tables": len(assets), "rows": rows, "keys": keys, "joins": joins, "measures": measures, "seconds": took.Seconds()})
	}
	fmt.Fprintf(s.out, "%s: %d tables, %d rows; found %d keys, %d joins, %d measures in %.1f s.\n", out, len(assets), rows, keys, len(res.Joins), measures, took.Seconds())
	fmt.Fprintf(s.out, "All of it is inferred; correct it in %s.\n\nTry:\n", filepath.Join(out, "models", "inferred", "model.yaml"))
	if len(res.Tables) > 0 {
		fmt.Fprintf(s.out, "  %s ask --workspace %s \"how many %s do we have?\"\n", self(), shellWord(out), res.Tables[0].Plural)
	}
	fmt.Fprintf(s.out, "  %s metric list --workspace %s\n", self(), shellWord(out))
	return nil
}

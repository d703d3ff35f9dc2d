package main

import (
	"context"
	"fmt"
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

// runInit makes a workspace over files and infers a model.
func runInit(ctx context.Context, s streams, args []string) (int, error) {
	f := newFlags("init", s)
	var data texts
	f.Var(&data, "data", "`folder` or file with Parquet, CSV or JSON lines; may be repeated")
	out := f.String("out", "limn-workspace", "`folder` of the new workspace")
	rest, err := f.parse(args)
	if err != nil {
		return 0, err
	}
	data = append(data, rest...)
	if len(data) == 0 {
		return 0, usage("init needs --data DIR or files")
	}
	start := time.Now()
	assets, err := findFiles(data)
	if err != nil {
		return 0, err
	}
	if _, err := os.Stat(filepath.Join(*out, "limn.yaml")); err == nil {
		return 0, hint(fmt.Errorf("%s is a workspace already", *out), "give another --out, or delete it first")
	}
	fmt.Fprintf(s.err, "reading %d tables …\n", len(assets))
	res, err := inferFrom(ctx, s, assets)
	if err != nil {
		return 0, err
	}
	if err := writeWorkspace(*out, assets, res); err != nil {
		return 0, err
	}
	return exitDone, reportInit(s, f, *out, assets, res, time.Since(start))
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
	return infer.Infer(ctx, assets, sampler{engine})
}

// sampler lets the inference look at values through the engine.
type sampler struct{ engine *duckdb.Engine }

func (s sampler) Profile(ctx context.Context, a *catalog.Asset, limit int) (infer.Profile, error) {
	n, cols, err := s.engine.Profile(ctx, a, limit)
	p := infer.Profile{Rows: n}
	for _, c := range cols {
		p.Columns = append(p.Columns, infer.Column{Nulls: c.Nulls, Distinct: c.Distinct, Min: c.Min, Max: c.Max})
	}
	return p, err
}

func (s sampler) Included(ctx context.Context, from *catalog.Asset, column string, to *catalog.Asset, target string, limit int) (float64, error) {
	return s.engine.Included(ctx, from, column, to, target, limit)
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

// writeWorkspace writes into a folder beside and renames it, so that a broken-off run leaves nothing
// half-written.
func writeWorkspace(dir string, assets []*catalog.Asset, res *infer.Result) error {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	cfg := config{Name: filepath.Base(abs), Catalog: "lake", TimeZone: "UTC"}
	cfg.Calendar.Year, cfg.Calendar.WeekStart = "calendar", "monday"
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
		cfg.Tables = append(cfg.Tables, t)
	}
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
		return hint(fmt.Errorf("%s is not empty", dir), "give another --out")
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

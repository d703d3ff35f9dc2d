package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources"
	"github.com/limn-data/limn/ingest/sources/anomalo"
	"github.com/limn-data/limn/ingest/sources/datahub"
	"github.com/limn-data/limn/ingest/sources/dbt"
	"github.com/limn-data/limn/ingest/sources/glossary"
	"github.com/limn-data/limn/ingest/sources/gx"
	"github.com/limn-data/limn/ingest/sources/odcs"
	"github.com/limn-data/limn/ingest/sources/openlineage"
)

// sourceConfig is one system that knows something about the data, in limn.yaml under known.sources. Which keys a
// kind uses stands in docs/sources.md; secrets are named here and stand elsewhere.
type sourceConfig struct {
	Name      string            `yaml:"name"`
	Kind      string            `yaml:"kind"`
	Path      string            `yaml:"path,omitempty"`  // a file, or a folder in which Files are looked for
	Files     []string          `yaml:"files,omitempty"` // patterns; each kind has a default
	URL       string            `yaml:"url,omitempty"`
	User      string            `yaml:"user,omitempty"`
	TokenEnv  string            `yaml:"token_env,omitempty"`  // a variable that holds the token or password
	TokenFile string            `yaml:"token_file,omitempty"` // … or a file
	Namespace string            `yaml:"namespace,omitempty"`  // where the tables live, as lineage names them
	Platforms map[string]string `yaml:"platforms,omitempty"`  // of a catalog of many systems: platform → namespace
	Tables    map[string]string `yaml:"tables,omitempty"`     // of a kind whose own names are not those of tables: name → id
	TimeZone  string            `yaml:"time_zone,omitempty"`  // of times without one
	Include   []string          `yaml:"include,omitempty"`
	Every     string            `yaml:"every,omitempty"` // how often it is read by itself
	Options   map[string]string `yaml:"options,omitempty"`

	imported bool // read once by hand
}

// place is what a source is made of besides its settings.
type place struct {
	dir   string // of the workspace
	zone  *time.Location
	now   func() time.Time
	trino *trinoConfig
}

// sourceKind is how a kind of source is made.
type sourceKind struct {
	system  string
	files   []string // default patterns, of kinds that read files
	options []string // known Options
	make    func(c sourceConfig, p place) (sources.Source, error)
}

// fromFiles makes a kind that reads files.
func fromFiles(system string, patterns []string, options []string, make func(c sourceConfig, p place, fsys fs.FS, patterns []string) (sources.Source, error)) sourceKind {
	return sourceKind{system: system, files: patterns, options: options, make: func(c sourceConfig, p place) (sources.Source, error) {
		fsys, found, err := c.files(p)
		if err != nil {
			return nil, err
		}
		return make(c, p, fsys, found)
	}}
}

// sourceKinds are the systems that can be read. A new one needs a line here and a section in docs/sources.md.
func sourceKinds() map[string]sourceKind {
	return map[string]sourceKind{
		"dbt": fromFiles(catalog.SystemDBT, []string{"manifest.json", "catalog.json", "run_results*.json", "sources.json"}, []string{"column_lineage"},
			func(c sourceConfig, p place, fsys fs.FS, patterns []string) (sources.Source, error) {
				return dbt.New(dbt.Config{Name: c.Name, Zone: p.zone, Now: p.now, Files: fsys, Patterns: patterns, Namespace: c.Namespace, NoColumns: c.Options["column_lineage"] == "off"})
			}),
		"openlineage": fromFiles(catalog.OpenLineage, []string{"*.json", "*.jsonl", "*.ndjson"}, nil,
			func(c sourceConfig, p place, fsys fs.FS, patterns []string) (sources.Source, error) {
				return openlineage.New(openlineage.Config{Name: c.Name, Zone: p.zone, Now: p.now, Files: fsys, Patterns: patterns})
			}),
		"datahub": {system: catalog.SystemDataHub, files: []string{"*.json", "*.jsonl", "*.yml", "*.yaml"}, options: []string{"graphql"}, make: makeDataHub},
		"odcs": fromFiles(catalog.ODCS, []string{"*.odcs.yaml", "*.odcs.yml"}, nil,
			func(c sourceConfig, p place, fsys fs.FS, patterns []string) (sources.Source, error) {
				return odcs.New(odcs.Config{Name: c.Name, Zone: p.zone, Now: p.now, Files: fsys, Patterns: patterns, Namespaces: c.Platforms})
			}),
		"great-expectations": fromFiles(catalog.GX, []string{"uncommitted/validations/**/*.json", "validations/**/*.json", "*.json"}, nil,
			func(c sourceConfig, p place, fsys fs.FS, patterns []string) (sources.Source, error) {
				tables := map[string]catalog.ID{}
				for asset, id := range c.Tables {
					tables[asset] = catalog.ParseID(id)
				}
				return gx.New(gx.Config{Name: c.Name, Zone: p.zone, Now: p.now, Files: fsys, Patterns: patterns, Namespaces: c.Platforms, Tables: tables})
			}),
		"anomalo": {system: catalog.Anomalo, make: makeAnomalo},
		"glossary": fromFiles(catalog.Glossary, []string{"*.md", "*.yml", "*.yaml"}, nil,
			func(c sourceConfig, p place, fsys fs.FS, patterns []string) (sources.Source, error) {
				return glossary.New(glossary.Config{Name: c.Name, Now: p.now, Files: fsys, Patterns: patterns})
			}),
		"trino":         {system: catalog.SystemTrino, options: []string{"stats", "max_stats", "snapshots", "queries", "literals", "ca_file"}, make: openTrinoSource},
		"iceberg":       {system: catalog.SystemIceberg, files: []string{"**/*.metadata.json", "**/*.metadata.json.gz"}, options: []string{"catalog", "warehouse", "scope", "token_path", "endpoint", "region"}, make: openIceberg},
		"kafka":         {system: catalog.SystemKafka, options: []string{"mechanism", "tls", "ca_file", "groups", "registry", "registry_user", "registry_token_env", "registry_token_file", "timeout"}, make: openKafka},
		"connect":       {system: catalog.Connect, files: []string{"*.json"}, options: []string{"catalog"}, make: openConnect},
		"airflow":       {system: catalog.Airflow, options: []string{"sign_in", "since"}, make: openAirflow},
		"glue":          {system: catalog.Glue, files: []string{"*.json"}, options: awsOptions, make: openGlue},
		"lakeformation": {system: catalog.LakeFormation, files: []string{"*.json"}, options: awsOptions, make: openGlue},
		"postgres":      {system: catalog.SystemPG, options: []string{"ca_file", "tls"}, make: openPostgres},
	}
}

// makeDataHub reads files of its file sink, or the metadata service itself.
func makeDataHub(c sourceConfig, p place) (sources.Source, error) {
	cfg := datahub.Config{Name: c.Name, Now: p.now, Namespaces: c.Platforms}
	if c.URL == "" {
		var err error
		cfg.Files, cfg.Patterns, err = c.files(p)
		if err != nil {
			return nil, err
		}
		return datahub.New(cfg)
	}
	token, err := c.secret(p)
	if err != nil {
		return nil, err
	}
	cfg.API = &datahub.API{URL: c.URL, Token: token, GraphQL: c.Options["graphql"] == "on"}
	return datahub.New(cfg)
}

// makeAnomalo asks its API, or reads answers of it.
func makeAnomalo(c sourceConfig, p place) (sources.Source, error) {
	cfg := anomalo.Config{Name: c.Name, Zone: p.zone, Now: p.now, URL: c.URL}
	for name, ns := range c.Platforms {
		if cfg.Warehouses == nil {
			cfg.Warehouses = map[string]anomalo.Warehouse{}
		}
		cfg.Warehouses[name] = anomalo.Warehouse{Namespace: ns}
	}
	var err error
	if c.URL == "" {
		cfg.Files, _, err = c.files(p)
	} else {
		cfg.Token, err = c.secret(p)
	}
	if err != nil {
		return nil, err
	}
	return anomalo.New(cfg)
}

func kindNames() []string {
	var out []string
	for k := range sourceKinds() {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// files is where a source's files are, and their patterns.
func (c sourceConfig) files(p place) (fs.FS, []string, error) {
	if c.Path == "" {
		return nil, nil, fmt.Errorf("source %s: kind %s wants a path to its files", c.Name, c.Kind)
	}
	path := c.Path
	if !filepath.IsAbs(path) {
		path = filepath.Join(p.dir, path)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("source %s: %w", c.Name, err)
	}
	if !info.IsDir() {
		return os.DirFS(filepath.Dir(path)), []string{filepath.Base(path)}, nil
	}
	if len(c.Files) > 0 {
		return os.DirFS(path), c.Files, nil
	}
	return os.DirFS(path), sourceKinds()[c.Kind].files, nil
}

// secret reads the token of a source; empty where none is named.
func (c sourceConfig) secret(p place) (string, error) {
	switch {
	case c.TokenEnv != "" && c.TokenFile != "":
		return "", fmt.Errorf("source %s has token_env and token_file; one is enough", c.Name)
	case c.TokenEnv != "":
		v := os.Getenv(c.TokenEnv)
		if v == "" {
			return "", fmt.Errorf("source %s: the variable %s is not set", c.Name, c.TokenEnv)
		}
		return v, nil
	case c.TokenFile != "":
		path := c.TokenFile
		if !filepath.IsAbs(path) {
			path = filepath.Join(p.dir, path)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return "", fmt.Errorf("source %s: %w", c.Name, err)
		}
		return strings.TrimSpace(string(raw)), nil
	}
	return "", nil
}

// check says what is wrong with the settings of a source, before anything is read.
func (c sourceConfig) check() error {
	if c.Name == "" {
		return fmt.Errorf("a source has no name")
	}
	if c.Name == catalog.Files {
		return fmt.Errorf("the name %q is that of the workspace's own files", c.Name)
	}
	kind, ok := sourceKinds()[c.Kind]
	if !ok {
		return fmt.Errorf("source %s: there is no kind %q; there are %s", c.Name, c.Kind, strings.Join(kindNames(), ", "))
	}
	for o := range c.Options {
		if !slices.Contains(kind.options, o) {
			return fmt.Errorf("source %s: kind %s has no option %q; it has %s", c.Name, c.Kind, o, strings.Join(append(slices.Clone(kind.options), "no others"), ", "))
		}
	}
	if _, err := c.zone(time.UTC); err != nil {
		return err
	}
	if c.Every != "" {
		if d, err := time.ParseDuration(c.Every); err != nil || d < time.Second {
			return fmt.Errorf("source %s: every is %q; write a time such as 15m", c.Name, c.Every)
		}
	}
	return nil
}

func (c sourceConfig) zone(otherwise *time.Location) (*time.Location, error) {
	if c.TimeZone == "" {
		return otherwise, nil
	}
	z, err := time.LoadLocation(c.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("source %s: time_zone %q: %w", c.Name, c.TimeZone, err)
	}
	return z, nil
}

// open makes the source.
func (c sourceConfig) open(p place) (sources.Source, error) {
	var err error
	if p.zone, err = c.zone(time.UTC); err != nil {
		return nil, err
	}
	return sourceKinds()[c.Kind].make(c, p)
}

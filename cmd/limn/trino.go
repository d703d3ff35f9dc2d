package main

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/engine/trino"
	"github.com/limn-data/limn/trino/functions"
)

// trinoConfig is what limn.yaml says of a Trino. Secrets are named here and stand elsewhere.
type trinoConfig struct {
	URL         string            `yaml:"url"`                    // https://host:port
	User        string            `yaml:"user"`                   // the account that signs in
	RunAs       string            `yaml:"run_as,omitempty"`       // asker | account
	PasswordEnv string            `yaml:"password_env,omitempty"` // a variable that holds the password
	Password    string            `yaml:"password_file,omitempty"`
	TokenEnv    string            `yaml:"token_env,omitempty"` // … a JWT
	Token       string            `yaml:"token_file,omitempty"`
	Certificate string            `yaml:"certificate_file,omitempty"` // certificate and key, PEM
	CA          string            `yaml:"ca_file,omitempty"`
	Include     []string          `yaml:"include"` // catalog, catalog.schema or catalog.schema.table; * is any
	Source      string            `yaml:"source,omitempty"`
	Tags        []string          `yaml:"client_tags,omitempty"`
	Session     map[string]string `yaml:"session,omitempty"`
	Refresh     string            `yaml:"refresh,omitempty"` // how long the list of tables is good for
	given       string            // a password within a DSN: for this run alone, never written
}

// passwordEnv is where a password is expected that was given within a DSN.
const passwordEnv = "LIMN_TRINO_PASSWORD"

// open prepares the engine. Files are looked for from the workspace's folder.
func (c trinoConfig) open(dir string, zone *time.Location, timeout time.Duration, note func(string, ...any)) (served, error) {
	var out served
	if c.RunAs != "" && c.RunAs != "asker" && c.RunAs != "account" {
		return out, fmt.Errorf("limn.yaml: trino.run_as is %q; write asker or account", c.RunAs)
	}
	at := func(p string) string {
		if p == "" || filepath.IsAbs(p) {
			return p
		}
		return filepath.Join(dir, p)
	}
	cfg := trino.Config{URL: c.URL, User: c.User, Zone: zone, Source: c.Source, Tags: c.Tags, Session: c.Session, Timeout: timeout, Auth: trino.Auth{CA: at(c.CA), Cert: at(c.Certificate)}}
	var ways []string
	for _, w := range []struct {
		key, value string
		of         func(string) func() (string, error)
		to         *func() (string, error)
	}{
		{"password_env", c.PasswordEnv, trino.FromEnv, &cfg.Auth.Password}, {"password_file", at(c.Password), trino.FromFile, &cfg.Auth.Password},
		{"token_env", c.TokenEnv, trino.FromEnv, &cfg.Auth.Token}, {"token_file", at(c.Token), trino.FromFile, &cfg.Auth.Token},
	} {
		if w.value != "" {
			ways = append(ways, w.key)
			*w.to = w.of(w.value)
		}
	}
	if c.given != "" {
		cfg.Auth.Password = func() (string, error) { return c.given, nil }
	}
	if len(ways) > 1 {
		return out, fmt.Errorf("limn.yaml: trino has %s; one way to sign in is enough", strings.Join(ways, " and "))
	}
	e, err := trino.Open(cfg)
	if err != nil {
		return out, err
	}
	return served{Engine: e, zone: zone, asAccount: c.RunAs == "account", note: note}, nil
}

// parseDSN reads http(s)://user@host:port/catalog/schema; trino:// is http, or https on the ports that are
// used for it. A password is taken for this run alone; later ones look into the environment.
func parseDSN(dsn string, include []string) (trinoConfig, error) {
	bad := func() error {
		return usage("--trino wants http://user@host:port, with /catalog/schema behind it if you like")
	}
	u, err := url.Parse(dsn)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return trinoConfig{}, bad()
	}
	switch {
	case u.Scheme == "trino" && (u.Port() == "443" || u.Port() == "8443"):
		u.Scheme = "https"
	case u.Scheme == "trino":
		u.Scheme = "http"
	case u.Scheme != "http" && u.Scheme != "https":
		return trinoConfig{}, bad()
	}
	c := trinoConfig{URL: u.Scheme + "://" + u.Host, User: u.User.Username(), Include: include}
	if password, ok := u.User.Password(); ok {
		c.PasswordEnv, c.given = passwordEnv, password
	}
	if path := strings.Trim(u.Path, "/"); path != "" {
		parts := strings.Split(path, "/")
		if len(parts) > 3 || slices.Contains(parts, "") {
			return c, bad()
		}
		c.Include = append(c.Include, strings.Join(parts, "."))
	}
	for _, p := range c.Include {
		if parts := strings.Split(p, "."); len(parts) > 3 || slices.Contains(parts, "") {
			return c, usage("--include wants catalog, catalog.schema or catalog.schema.table, with * for any; got %q", p)
		}
	}
	return c, nil
}

// valuesFor is how long the values and days that were read of tables are good for: reading them is far dearer
// than listing the tables.
const valuesFor = 24 * time.Hour

// refreshDefault is how long a list of tables is good for where the workspace says nothing.
const refreshDefault = time.Hour

// served lists the tables of the workspace's Trino, from the cache while that is good. A server that does
// not answer leaves the cached list in use; without one there is nothing to answer from.
func (w *workspace) served(ctx context.Context, e served, c *cache) ([]*catalog.Asset, error) {
	good := refreshDefault
	if r := w.cfg.Trino.Refresh; r != "" {
		d, err := time.ParseDuration(r)
		if err != nil || d < 0 {
			return nil, fmt.Errorf("limn.yaml: trino.refresh is %q; write a time such as 1h", r)
		}
		good = d
	}
	if len(c.Tables) > 0 && time.Since(c.Listed) < good {
		return c.assets(), nil
	}
	assets, skipped, err := e.Tables(ctx, w.cfg.Trino.Include)
	for _, s := range skipped {
		e.note("%s: left out: %s", s.What, s.Why)
	}
	if err != nil {
		if len(c.Tables) > 0 && ctx.Err() == nil {
			e.note("the tables are those of %s: %v", c.Listed.Format(time.DateTime), err)
			return c.assets(), nil
		}
		return nil, err
	}
	if c.Functions, err = e.Functions(ctx); err != nil {
		return nil, err
	}
	if time.Since(c.Looked) > valuesFor { // new rows bring new values and days
		c.Looked, c.Values = time.Now(), nil
		clear(c.Known)
		clear(c.Ranges)
	}
	var fresh []*catalog.Asset
	for _, a := range assets {
		old, ok := c.Tables[a.Name.Key()]
		if ok && slices.EqualFunc(old.Columns, a.Columns, func(x, y catalog.Column) bool { return x.Name == y.Name && x.Type == y.Type }) {
			a.Rows, a.Bytes = old.Rows, old.Bytes
			continue
		}
		if ok {
			c.forget(a.Name.Key())
		}
		fresh = append(fresh, a)
	}
	if err := e.stats(ctx, fresh); err != nil {
		return nil, err
	}
	c.Tables = make(map[string]cachedTable, len(assets))
	for _, a := range assets {
		c.Tables[a.Name.Key()] = cachedTable{Name: a.Name, Columns: slices.Clone(a.Columns), Rows: a.Rows, Bytes: a.Bytes, View: a.View, ViewSQL: a.ViewSQL, Versioned: a.Versioned}
	}
	c.Listed, c.changed = time.Now(), true
	return assets, nil
}

// stats asks for the sizes of several tables at once. One that the server cannot tell of stays unknown.
func (e served) stats(ctx context.Context, assets []*catalog.Asset) error {
	var wg sync.WaitGroup
	next := make(chan *catalog.Asset)
	var mu sync.Mutex
	var failed error
	for range 4 {
		wg.Go(func() {
			for a := range next {
				if err := e.Stats(ctx, a); err != nil && fatal(ctx, err) {
					mu.Lock()
					failed = err
					mu.Unlock()
				}
			}
		})
	}
	for _, a := range assets {
		mu.Lock()
		stop := failed != nil
		mu.Unlock()
		if stop {
			break
		}
		next <- a
	}
	close(next)
	wg.Wait()
	return failed
}

// assets are the tables as they were listed, in their order.
func (c *cache) assets() []*catalog.Asset {
	var out []*catalog.Asset
	for _, t := range c.Tables {
		out = append(out, &catalog.Asset{Name: t.Name, Tier: catalog.Unknown, Columns: slices.Clone(t.Columns), Rows: t.Rows, Bytes: t.Bytes, View: t.View, ViewSQL: t.ViewSQL, Versioned: t.Versioned})
	}
	slices.SortFunc(out, func(a, b *catalog.Asset) int { return strings.Compare(a.Name.Key(), b.Name.Key()) })
	return out
}

// forget drops what was read of the values of a table whose columns have changed.
func (c *cache) forget(table string) {
	for key := range c.Ranges {
		if strings.HasPrefix(key, table+".") {
			delete(c.Ranges, key)
		}
	}
	clear(c.Known) // fields are named by the model, not by the table
	c.Values = nil
}

// functions are those that the server was said to have; nil where it was never asked.
func (c *cache) functions() *functions.Registry {
	if len(c.Functions) == 0 {
		return nil
	}
	var listed []functions.Listed
	for _, f := range c.Functions {
		listed = append(listed, functions.Listed{Name: f.Name, ReturnType: f.Returns, ArgumentTypes: f.Arguments, Kind: f.Kind, Deterministic: f.Deterministic, Description: f.Description})
	}
	r, _ := functions.Served(listed) // calls of what cannot be read are not resolved, and said so by name
	return r
}

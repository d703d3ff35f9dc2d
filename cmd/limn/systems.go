package main

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/engine/trino"
	"github.com/limn-data/limn/ingest/sources"
	"github.com/limn-data/limn/ingest/sources/airflow"
	"github.com/limn-data/limn/ingest/sources/connect"
	"github.com/limn-data/limn/ingest/sources/rest"
	trinosource "github.com/limn-data/limn/ingest/sources/trino"
	"github.com/limn-data/limn/trino/rows"
)

// closing is a source that has connections to end.
type closing struct {
	sources.Source
	close func() error
}

func (c closing) Read(ctx context.Context, since string, emit func(catalog.Claim) error) (catalog.Report, error) {
	rep, err := c.Source.Read(ctx, since, emit)
	if cerr := c.close(); err == nil && cerr != nil {
		err = cerr
	}
	return rep, err
}

// option is whether an option is on; otherwise is what holds where it is not given.
func (c sourceConfig) option(name string, otherwise bool) (bool, error) {
	switch v := c.Options[name]; v {
	case "":
		return otherwise, nil
	case "on", "true", "yes":
		return true, nil
	case "off", "false", "no":
		return false, nil
	default:
		return false, fmt.Errorf("source %s: option %s is %q; write on or off", c.Name, name, v)
	}
}

// number is an option that counts something; 0 where it is not given.
func (c sourceConfig) number(name string) (int, error) {
	v := c.Options[name]
	if v == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("source %s: option %s is %q; write a number from 1 on", c.Name, name, v)
	}
	return n, nil
}

// at is a file of the workspace.
func (p place) at(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(p.dir, path)
}

// openTrinoSource reads the workspace's own Trino where no URL is given, and another one otherwise, whose tables
// are then those of that server.
func openTrinoSource(c sourceConfig, p place) (sources.Source, error) {
	cfg := trinosource.Config{Name: c.Name, Now: p.now, Include: c.Include, Namespace: c.Namespace}
	var err error
	var literals, snapshots, queries bool
	for name, to := range map[string]struct {
		v         *bool
		otherwise bool
	}{"stats": {&cfg.Stats, false}, "snapshots": {&snapshots, true}, "queries": {&queries, true}, "literals": {&literals, false}} {
		if name == "literals" && c.Options[name] == "keep" {
			literals = true
			continue
		}
		if *to.v, err = c.option(name, to.otherwise); err != nil {
			return nil, err
		}
	}
	cfg.NoSnapshots, cfg.NoQueries, cfg.KeepLiterals = !snapshots, !queries, literals
	if cfg.MaxStats, err = c.number("max_stats"); err != nil {
		return nil, err
	}
	server := trinoConfig{URL: c.URL, User: c.User}
	switch {
	case c.URL == "" && p.trino == nil:
		return nil, fmt.Errorf("source %s: kind trino wants a url, since the workspace has no Trino of its own", c.Name)
	case c.URL == "":
		server = *p.trino
		if len(cfg.Include) == 0 {
			cfg.Include = server.Include
		}
	default:
		if server.given, err = c.secret(p); err != nil {
			return nil, err
		}
		server.CA = c.Options["ca_file"]
		own := p.trino != nil && p.trino.URL == c.URL
		if u, err := url.Parse(c.URL); err == nil && u.Host != "" && cfg.Namespace == "" && !own {
			cfg.Namespace = "trino://" + u.Host
		}
	}
	if cfg.Own = []string{"limn"}; server.Source != "" {
		cfg.Own = append(cfg.Own, server.Source)
	}
	e, err := server.open(p.dir, time.UTC, 10*time.Minute, func(string, ...any) {})
	if err != nil {
		return nil, err
	}
	cfg.Ask = func(ctx context.Context, sql string) (*rows.Set, error) {
		return e.Engine.Run(ctx, trino.Statement{SQL: sql, MaxRows: -1})
	}
	src, err := trinosource.New(cfg)
	if err != nil {
		return nil, err
	}
	return closing{src, e.Close}, nil
}

// rest is a client for a source that speaks JSON over HTTP: with a user the secret is a password, without one a token.
func (c sourceConfig) rest(p place) (*rest.Client, error) {
	client, err := rest.New("source "+c.Name, c.URL)
	if err != nil {
		return nil, err
	}
	secret, err := c.secret(p)
	if err != nil {
		return nil, err
	}
	switch {
	case c.User != "":
		client.Basic(c.User, secret)
	case secret != "":
		client.Bearer(secret)
	}
	return client, nil
}

// openConnect reads the workers of Kafka Connect (url), or configurations of connectors (path).
func openConnect(c sourceConfig, p place) (sources.Source, error) {
	cfg := connect.Config{Name: c.Name, Now: p.now, Namespace: c.Namespace, Catalog: c.Options["catalog"]}
	var err error
	if c.URL != "" {
		cfg.Client, err = c.rest(p)
	} else {
		cfg.Files, cfg.Patterns, err = c.files(p)
	}
	if err != nil {
		return nil, err
	}
	return connect.New(cfg)
}

// openAirflow reads a server of Airflow. With a user the secret is a password, for which the server gives a token;
// without one it is a token.
func openAirflow(c sourceConfig, p place) (sources.Source, error) {
	client, err := rest.New("source "+c.Name, c.URL)
	if err != nil {
		return nil, err
	}
	secret, err := c.secret(p)
	if err != nil {
		return nil, err
	}
	cfg := airflow.Config{Name: c.Name, Now: p.now, Client: client, User: c.User, Secret: secret, SignIn: c.Options["sign_in"]}
	if v := c.Options["since"]; v != "" {
		if cfg.Since, err = time.ParseDuration(v); err != nil || cfg.Since <= 0 {
			return nil, fmt.Errorf("source %s: option since is %q; write a time such as 720h", c.Name, v)
		}
	}
	return airflow.New(cfg)
}

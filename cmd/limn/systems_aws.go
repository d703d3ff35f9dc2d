package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/limn-data/limn/ingest/sources"
	"github.com/limn-data/limn/ingest/sources/amazon"
	"github.com/limn-data/limn/ingest/sources/glue"
	"github.com/limn-data/limn/ingest/sources/iceberg"
	"github.com/limn-data/limn/ingest/sources/rest"
)

// openIceberg reads a folder (path), a bucket (url s3://bucket/prefix) or a REST catalog (url https://…).
func openIceberg(c sourceConfig, p place) (sources.Source, error) {
	cfg := iceberg.Config{Name: c.Name, Now: p.now, Namespace: c.Namespace, Catalog: c.Options["catalog"]}
	u, err := url.Parse(c.URL)
	switch {
	case err != nil:
		return nil, fmt.Errorf("source %s: the url cannot be read; write https://host:port or s3://bucket/prefix", c.Name)
	case (c.URL == "") == (c.Path == ""):
		return nil, fmt.Errorf("source %s: kind iceberg wants a path of a folder, or a url: https://… of a REST catalog, s3://bucket/prefix", c.Name)
	case c.URL == "":
		if cfg.Files, cfg.Patterns, err = c.files(p); err != nil {
			return nil, err
		}
	case u.Scheme == "s3":
		secret, err := c.secret(p)
		if err != nil {
			return nil, err
		}
		account, err := amazon.Config(context.Background(), c.Options["region"], c.User, secret)
		if err != nil {
			return nil, fmt.Errorf("source %s: %w", c.Name, err)
		}
		cfg.Bucket = &iceberg.Bucket{Name: u.Host, Prefix: strings.Trim(u.Path, "/"), Client: amazon.S3(account, c.Options["endpoint"])}
	default:
		client, err := rest.New("source "+c.Name, strings.TrimSuffix(strings.TrimRight(c.URL, "/"), "/v1"))
		if err != nil {
			return nil, err
		}
		secret, err := c.secret(p)
		if err != nil {
			return nil, err
		}
		cfg.REST = &iceberg.REST{Client: client, Warehouse: c.Options["warehouse"], Scope: c.Options["scope"], TokenPath: c.Options["token_path"], Include: c.Include}
		switch {
		case c.User != "":
			cfg.REST.ID, cfg.REST.Secret = c.User, secret
		case secret != "":
			client.Bearer(secret)
		}
		if cfg.Namespace == "" {
			cfg.Namespace = "iceberg://" + u.Host
		}
	}
	return iceberg.New(cfg)
}

// awsOptions are those of Glue and Lake Formation.
var awsOptions = []string{"region", "account", "catalog", "partitions", "tags", "endpoint"}

// openGlue reads the catalog of an account, or for kind lakeformation what is allowed there; with a path, files with
// answers of the AWS command line.
func openGlue(c sourceConfig, p place) (sources.Source, error) {
	cfg := glue.Config{Name: c.Name, Now: p.now, Region: c.Options["region"], ID: c.Options["account"], Catalog: c.Options["catalog"], Include: c.Include}
	var err error
	if cfg.Partitions, err = c.option("partitions", false); err != nil {
		return nil, err
	}
	tags, err := c.option("tags", true)
	if err != nil {
		return nil, err
	}
	cfg.NoTags = !tags
	if c.Path != "" {
		if cfg.Files, cfg.Patterns, err = c.files(p); err != nil {
			return nil, err
		}
	} else {
		secret, err := c.secret(p)
		if err != nil {
			return nil, err
		}
		account, err := amazon.Config(context.Background(), cfg.Region, c.User, secret)
		if err != nil {
			return nil, fmt.Errorf("source %s: %w", c.Name, err)
		}
		cfg.Region = account.Region
		cfg.Account = &glue.Account{Credentials: account.Credentials}
		for service, to := range map[string]**rest.Client{"glue": &cfg.Account.Glue, "lakeformation": &cfg.Account.LakeFormation} {
			at := c.Options["endpoint"]
			if at == "" {
				at = "https://" + service + "." + account.Region + ".amazonaws.com"
				if strings.HasPrefix(account.Region, "cn-") {
					at += ".cn"
				}
			}
			if *to, err = rest.New("source "+c.Name, at); err != nil {
				return nil, err
			}
		}
	}
	if c.Kind == "lakeformation" {
		return glue.NewPermissions(cfg)
	}
	return glue.New(cfg)
}

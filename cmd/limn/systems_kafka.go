package main

import (
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/limn-data/limn/ingest/sources"
	"github.com/limn-data/limn/ingest/sources/kafka"
)

// timeout is the option of that name; otherwise 0.
func (c sourceConfig) timeout() (time.Duration, error) {
	v := c.Options["timeout"]
	if v == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(v)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("source %s: option timeout is %q; write a time such as 30s", c.Name, v)
	}
	return d, nil
}

// openKafka reads a cluster: url is kafka://broker:9092, or several brokers joined by commas.
func openKafka(c sourceConfig, p place) (sources.Source, error) {
	cfg := kafka.Config{Name: c.Name, Now: p.now, User: c.User, Mechanism: c.Options["mechanism"], Namespace: c.Namespace, Include: c.Include}
	for _, b := range strings.Split(strings.TrimPrefix(c.URL, "kafka://"), ",") {
		if b = strings.TrimSpace(b); b != "" {
			cfg.Brokers = append(cfg.Brokers, b)
		}
	}
	var err error
	if cfg.Password, err = c.secret(p); err != nil {
		return nil, err
	}
	groups, err := c.option("groups", true)
	if err != nil {
		return nil, err
	}
	cfg.NoGroups = !groups
	if cfg.TLS, err = c.option("tls", c.Options["ca_file"] != ""); err != nil {
		return nil, err
	}
	if cfg.Timeout, err = c.timeout(); err != nil {
		return nil, err
	}
	if f := c.Options["ca_file"]; f != "" {
		if cfg.CA, err = os.ReadFile(p.at(f)); err != nil {
			return nil, fmt.Errorf("source %s: %w", c.Name, err)
		}
	}
	if at := c.Options["registry"]; at != "" {
		u, err := url.Parse(at)
		if err != nil || u.Host == "" || u.User != nil {
			return nil, fmt.Errorf("source %s: option registry wants https://host:port without a user; the user is registry_user", c.Name)
		}
		cfg.Registry = &kafka.Registry{URL: at, User: c.Options["registry_user"]}
		of := sourceConfig{Name: c.Name, TokenEnv: c.Options["registry_token_env"], TokenFile: c.Options["registry_token_file"]}
		if cfg.Registry.Password, err = of.secret(p); err != nil {
			return nil, err
		}
	}
	return kafka.New(cfg)
}

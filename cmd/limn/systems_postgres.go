package main

import (
	"fmt"
	"net/url"

	"github.com/limn-data/limn/ingest/sources"
	"github.com/limn-data/limn/ingest/sources/postgres"
)

// openPostgres reads a database: url is postgres://host:port/database, the password is the source's secret.
func openPostgres(c sourceConfig, p place) (sources.Source, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return nil, fmt.Errorf("source %s: kind postgres wants a url such as postgres://host:port/database", c.Name)
	}
	if _, has := u.User.Password(); has {
		return nil, fmt.Errorf("source %s: the url holds a password; put it into a variable or a file and name that as token_env or token_file", c.Name)
	}
	secret, err := c.secret(p)
	if err != nil {
		return nil, err
	}
	user := u.User.Username()
	if c.User != "" {
		user = c.User
	}
	switch {
	case secret != "":
		u.User = url.UserPassword(user, secret)
	case user != "":
		u.User = url.User(user)
	}
	q := u.Query()
	if tls, err := c.option("tls", c.Options["ca_file"] != ""); err != nil {
		return nil, err
	} else if tls {
		q.Set("sslmode", "verify-full")
	}
	if f := c.Options["ca_file"]; f != "" {
		q.Set("sslrootcert", p.at(f))
	}
	u.RawQuery = q.Encode()
	return postgres.New(postgres.Config{Name: c.Name, Now: p.now, URL: u.String(), Namespace: c.Namespace, Include: c.Include})
}

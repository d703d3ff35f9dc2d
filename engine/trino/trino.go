// Package trino runs Trino SQL on a Trino server. Every query carries the asker's own identity, under the
// service account's authentication, so that the server's access control decides; it can be watched,
// bounded and stopped, and its rows come back exact. It never writes: what may run was decided before, by
// the gate, and the server should think so too. Start at Open, then Engine.Run.
package trino

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	driver "github.com/trinodb/trino-go-client/trino"
)

// Config of an engine. URL is required.
type Config struct {
	URL     string            // http(s)://host:port, without a name, password or path
	User    string            // the service account; the asker where a query names none
	Auth    Auth              // how the service account signs in; the zero value: it does not
	Zone    *time.Location    // the session's time zone; nil means UTC
	Source  string            // how the server's list of queries names us; empty means "limn"
	Tags    []string          // client tags, by which resource groups are chosen
	Session map[string]string // session properties of every query
	Timeout time.Duration     // of one query, waiting included; zero means DefaultTimeout
	// Retry bounds how long one request is tried again while the server cannot be reached or says that it
	// is busy; zero means DefaultRetry. A statement is sent again only where the server has not taken it.
	Retry time.Duration
}

// The defaults.
const (
	DefaultTimeout = 2 * time.Minute
	DefaultRetry   = 10 * time.Second
)

// Engine is a server with our way of asking it. It is safe for concurrent use. Close ends it.
type Engine struct {
	cfg Config
	db  *sql.DB
	// unlimited is set once the server has refused session properties that bound a query; from then on
	// only our own clock bounds it.
	unlimited atomic.Bool
}

// Open checks the configuration and prepares connections. It asks the server nothing.
func Open(cfg Config) (*Engine, error) {
	u, err := url.Parse(cfg.URL)
	switch {
	case err != nil:
		// The parser repeats what it was given, which may hold a password.
		return nil, fmt.Errorf("trino: the URL cannot be read; write https://host:port")
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, fmt.Errorf("trino: %s is no URL of a server; write https://host:port", u.Redacted())
	case u.User != nil:
		return nil, fmt.Errorf("trino: the URL names a user; give it as user, and the password in a file or the environment")
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = DefaultTimeout
	}
	if cfg.Retry == 0 {
		cfg.Retry = DefaultRetry
	}
	if cfg.Source == "" {
		cfg.Source = "limn"
	}
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	if cfg.Zone == time.Local {
		return nil, fmt.Errorf("trino: the time zone must be named; local means another one on every machine")
	}
	if cfg.User == "" {
		cfg.User = "limn"
	}
	client, err := cfg.client(u)
	if err != nil {
		return nil, err
	}
	timeout := cfg.Timeout
	connector, err := driver.NewConnector(&driver.Config{
		ServerURI: (&url.URL{Scheme: u.Scheme, Host: u.Host, User: url.User(cfg.User)}).String(),
		Source:    cfg.Source, ClientTags: cfg.Tags, HTTPClient: client,
		// Values without a zone are read in this one. It is UTC whatever the session's is, because a
		// wall-clock time that the session's zone skips in spring would be read as another one.
		TimeZone:     "UTC",
		QueryTimeout: &timeout, RequestRetryTimeout: &cfg.Retry,
	})
	if err != nil {
		return nil, fmt.Errorf("trino: %w", err)
	}
	e := &Engine{cfg: cfg, db: sql.OpenDB(connector)}
	e.db.SetMaxIdleConns(4)
	return e, nil
}

// Close ends the connections.
func (e *Engine) Close() error { return e.db.Close() }

// Server is what a server says of itself.
type Server struct {
	Version string
	User    string // whom it takes us for
}

// Ping asks the server who it is and whom it takes the service account for.
func (e *Engine) Ping(ctx context.Context) (Server, error) {
	set, err := e.Run(ctx, Statement{SQL: "SELECT version(), current_user", MaxRows: 1})
	if err != nil {
		return Server{}, err
	}
	var s Server
	if len(set.Rows) == 1 {
		s.Version, _ = set.Rows[0][0].(string)
		s.User, _ = set.Rows[0][1].(string)
	}
	return s, nil
}

// session is the value of the header with the session's properties, name=value joined by commas, as the
// protocol wants them.
func (e *Engine) session(limits Limits) string {
	var parts []string
	add := func(name, value string) { parts = append(parts, name+"="+url.QueryEscape(value)) }
	for name, value := range e.cfg.Session {
		add(name, value)
	}
	if !e.unlimited.Load() {
		if limits.ScanBytes > 0 {
			add("query_max_scan_physical_bytes", fmt.Sprintf("%dB", limits.ScanBytes))
		}
		if limits.Timeout > 0 {
			add("query_max_run_time", fmt.Sprintf("%.0fs", math.Ceil(limits.Timeout.Seconds())))
		}
	}
	return strings.Join(parts, ",")
}

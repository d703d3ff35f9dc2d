package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/bots/badge"
	"github.com/limn-data/limn/ingest/sources/openlineage/receive"
)

// serveConfig is what limn.yaml says of the service.
type serveConfig struct {
	Listen  string         `yaml:"listen,omitempty"` // host:port; default 127.0.0.1:8480
	Lineage *lineageConfig `yaml:"lineage,omitempty"`
	Embed   *embedConfig   `yaml:"embed,omitempty"`
}

// lineageConfig is who may post lineage events.
type lineageConfig struct {
	Producers []producerConfig `yaml:"producers"`
}

type producerConfig struct {
	Name       string   `yaml:"name"`
	TokenEnv   string   `yaml:"token_env,omitempty"`
	TokenFile  string   `yaml:"token_file,omitempty"`
	Namespaces []string `yaml:"namespaces"` // that it may write; * is any text
}

// embedConfig is who may see badges, and as whom.
type embedConfig struct {
	TokenEnv  string `yaml:"token_env,omitempty"`
	TokenFile string `yaml:"token_file,omitempty"`
	As        string `yaml:"as"` // the principal whose view the badges show
}

const listenDefault = "127.0.0.1:8480"

// runServe serves what others send and what pages embed, and does what is to be done by itself, until it is told to
// stop.
func runServe(ctx context.Context, s streams, args []string) (int, error) {
	f := newFlags("serve", s)
	listen := f.String("listen", "", "`host:port` to listen on; limn.yaml's serve.listen, else "+listenDefault)
	rest, err := f.parse(args)
	if err != nil {
		return 0, err
	}
	if len(rest) > 0 {
		return 0, usage("serve takes no arguments")
	}
	dir, err := findWorkspace(f.workspace)
	if err != nil {
		return 0, err
	}
	log := slog.New(slog.NewJSONHandler(s.err, nil))
	live, err := openLive(ctx, dir, log)
	if err != nil {
		return 0, err
	}
	defer live.Close()
	cfg := live.config()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	inbox, err := mountLineage(ctx, mux, live, cfg.Serve.Lineage)
	if err != nil {
		return 0, err
	}
	if inbox != nil {
		defer inbox.Close()
	}
	if err := mountBadge(mux, live, cfg.Serve.Embed); err != nil {
		return 0, err
	}
	at := first(*listen, first(cfg.Serve.Listen, listenDefault))
	if err := mayListen(at, cfg.Serve); err != nil {
		return 0, err
	}
	l, err := net.Listen("tcp", at)
	if err != nil {
		return 0, hint(fmt.Errorf("listening: %w", err), "choose another address with --listen")
	}
	workers, err := live.startJobs(ctx)
	if err != nil {
		return 0, errors.Join(err, l.Close())
	}
	defer workers.Stop()
	if f.json {
		if err := writeJSON(s.out, map[string]string{"listening": l.Addr().String()}); err != nil {
			return 0, errors.Join(err, l.Close())
		}
	}
	log.Info("listening", "address", l.Addr().String(), "workspace", live.config().Name)
	return exitDone, serveUntil(ctx, l, mux, log)
}

// mayListen refuses an address that others can reach while there is something that anybody may use.
func mayListen(at string, c serveConfig) error {
	host, _, err := net.SplitHostPort(at)
	if err != nil {
		return usage("--listen %q is no host:port", at)
	}
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	if c.Lineage == nil && c.Embed == nil {
		return hint(fmt.Errorf("%s can be reached by others, and no sign-in is configured", at), "listen on 127.0.0.1, or configure serve.lineage or serve.embed with tokens")
	}
	return nil // all that is served there demands a token
}

// closer is an inbox that can be closed.
type closer interface {
	receive.Inbox
	Close() error
}

func mountLineage(ctx context.Context, mux *http.ServeMux, live *live, c *lineageConfig) (closer, error) {
	if c == nil {
		return nil, nil
	}
	p := place{dir: live.dir}
	cfg := receive.Config{Now: time.Now, Zone: time.UTC}
	for _, x := range c.Producers {
		token, err := (sourceConfig{Name: "serve.lineage." + x.Name, TokenEnv: x.TokenEnv, TokenFile: x.TokenFile}).secret(p)
		if err != nil {
			return nil, err
		}
		if len(token) < 16 {
			return nil, fmt.Errorf("limn.yaml: serve.lineage: the token of %s is shorter than 16 characters; write a long random one", x.Name)
		}
		cfg.Producers = append(cfg.Producers, receive.Producer{Name: x.Name, Token: receive.HashToken(token), Namespaces: x.Namespaces})
	}
	inbox, err := live.inbox(ctx)
	if err != nil {
		return nil, err
	}
	cfg.Inbox = inbox
	h, err := receive.New(cfg)
	if err != nil {
		return nil, errors.Join(err, inbox.Close())
	}
	mux.Handle("/api/v1/lineage", h)
	mux.Handle("/api/v1/lineage/batch", h)
	return inbox, nil
}

func mountBadge(mux *http.ServeMux, live *live, c *embedConfig) error {
	if c == nil {
		return nil
	}
	token, err := (sourceConfig{Name: "serve.embed", TokenEnv: c.TokenEnv, TokenFile: c.TokenFile}).secret(place{dir: live.dir})
	if err != nil {
		return err
	}
	if c.As == "" {
		return errors.New("limn.yaml: serve.embed.as is empty; name the principal whose view badges show")
	}
	h, err := badge.New(badge.Config{Service: func() *answer.Service { return live.service() }, Token: token, Who: access.Principal{Name: c.As}, Now: live.now})
	if err != nil {
		return err
	}
	mux.Handle("/embed/health", h)
	return nil
}

// serveUntil serves until the context ends, and then lets what is under way finish.
func serveUntil(ctx context.Context, l net.Listener, h http.Handler, log *slog.Logger) error {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	select {
	case err := <-done:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	log.Info("stopping")
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	err := srv.Shutdown(end)
	if <-done; err != nil {
		return fmt.Errorf("stopping: %w", errors.Join(err, srv.Close()))
	}
	return nil
}

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/catalog/store"
	"github.com/limn-data/limn/embeddings/index"
	"github.com/limn-data/limn/ingest/sources/openlineage"
	"github.com/limn-data/limn/ingest/sources/openlineage/receive"
	"github.com/limn-data/limn/jobs"
)

// live is a workspace that is kept up to date while a service runs: when its files or its catalog change, it is
// opened anew beside the old one, and takes its place. What cannot be opened leaves the last good one in use.
type live struct {
	dir string
	log *slog.Logger

	mu    sync.RWMutex
	at    *workspace
	print string

	known  *store.Store // for looking at versions; only the one who follows uses it
	posted posted
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// Times of a live workspace.
const (
	lookAgain = 5 * time.Second // how often is looked for changes
	grace     = 2 * time.Minute // how long a workspace that was replaced may finish what it began
)

func openLive(ctx context.Context, dir string, log *slog.Logger) (*live, error) {
	l := &live{dir: dir, log: log}
	w, err := openWorkspace(ctx, dir)
	if err != nil {
		return nil, err
	}
	l.at = w
	l.print = l.state(ctx)
	ctx, l.cancel = context.WithCancel(context.WithoutCancel(ctx))
	l.wg.Go(func() { l.follow(ctx) })
	return l, nil
}

// Close ends following, and closes the workspace.
func (l *live) Close() error {
	l.cancel()
	l.wg.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	err := errors.Join(l.posted.Close(), l.at.Close())
	if l.known != nil {
		err = errors.Join(err, l.known.Close())
	}
	return err
}

func (l *live) current() *workspace {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.at
}

func (l *live) config() config { return l.current().cfg }

func (l *live) service() *answer.Service { return l.current().service }

// now is the workspace's moment: its pinned clock, else the real one.
func (l *live) now() time.Time {
	t, err := l.current().now("")
	if err != nil { // readConfig accepted it before
		return time.Now()
	}
	return t
}

// state is a print of everything that a workspace is made of, but for its data.
func (l *live) state(ctx context.Context) string {
	h := sha256.New()
	for _, pattern := range []string{"limn.yaml", "models/*.y*ml", "models/*/*.y*ml", "facts/*.y*ml", "terms/*.md", "policy/*.y*ml"} {
		names, err := filepath.Glob(filepath.Join(l.dir, pattern))
		if err != nil {
			continue // the patterns are our own
		}
		for _, n := range names {
			if info, err := os.Stat(n); err == nil {
				fmt.Fprintln(h, n, info.Size(), info.ModTime().UnixNano())
			}
		}
	}
	if l.known == nil { // kept open: it is asked every few seconds
		l.known, _ = l.current().catalogStore(ctx) // one that cannot be opened is tried again the next time
	}
	if l.known != nil {
		v, err := l.known.Version(ctx)
		states, serr := l.known.Sources(ctx)
		fmt.Fprintln(h, v, err)
		for _, s := range states { // that a source is down is told too
			fmt.Fprintln(h, s.Name, s.DownFrom.UnixNano(), serr)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// follow opens the workspace anew whenever it changed.
func (l *live) follow(ctx context.Context) {
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		print := l.state(ctx)
		if print == l.print || ctx.Err() != nil {
			continue
		}
		w, err := openWorkspace(ctx, l.dir)
		if err != nil {
			if ctx.Err() == nil {
				l.log.Error("the workspace changed and cannot be opened; the last good one goes on", "error", err.Error())
			}
			l.print = print // tried; the next change is tried again
			continue
		}
		l.mu.Lock()
		old := l.at
		l.at, l.print = w, print
		l.mu.Unlock()
		l.log.Info("the workspace was opened anew", "catalog", w.snap.Version)
		l.wg.Go(func() { // whoever asks it at this moment is answered
			select {
			case <-ctx.Done():
			case <-time.After(grace):
			}
			if err := old.Close(); err != nil {
				l.log.Warn("closing the workspace that was replaced", "error", err.Error())
			}
		})
	}
}

// inbox is where lineage events are kept: the workspace's Postgres, or a folder of its own.
func (l *live) inbox(ctx context.Context) (closer, error) {
	w := l.current()
	if w.cfg.State != (stateConfig{}) {
		dsn, err := w.state("lineage")
		if err != nil {
			return nil, err
		}
		return receive.OpenDatabase(ctx, dsn)
	}
	f, found, err := receive.OpenFile(w.inboxDir())
	if err != nil {
		return nil, err
	}
	if found.Torn > 0 {
		l.log.Warn("the last events were not whole; nobody was told that they are kept", "bytes", found.Torn, "moved_to", found.TornFile)
	}
	return f, nil
}

func (w *workspace) inboxDir() string { return filepath.Join(w.dir, ".limn", "lineage") }

// received is the name of the source that is made of posted events.
const received = "lineage"

// posted folds the events that were posted. It is kept while a process runs, since then only new ones are folded.
type posted struct {
	mu    sync.Mutex
	src   *openlineage.Source
	inbox *receive.Database // nil: a folder
}

// open finds where events are kept, once; nil when none were posted yet.
func (p *posted) open(ctx context.Context, w *workspace) (*openlineage.Source, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.src != nil {
		return p.src, nil
	}
	var events openlineage.Reader = receive.Dir(w.inboxDir())
	if w.cfg.State != (stateConfig{}) {
		dsn, err := w.state("lineage")
		if err != nil {
			return nil, err
		}
		if p.inbox, err = receive.OpenDatabase(ctx, dsn); err != nil {
			return nil, err
		}
		events = p.inbox
	} else if _, err := os.Stat(w.inboxDir()); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var err error
	p.src, err = openlineage.New(openlineage.Config{Name: received, Zone: time.UTC, Now: time.Now, Inbox: events})
	return p.src, err
}

// Close closes the inbox.
func (p *posted) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.inbox == nil {
		return nil
	}
	return p.inbox.Close()
}

// sync folds the events that were posted into claims.
func (p *posted) sync(ctx context.Context, w *workspace, st *store.Store) synced {
	began := time.Now()
	out := synced{Name: received, Kind: "openlineage"}
	err := func() error {
		src, err := p.open(ctx, w)
		if err != nil || src == nil {
			return err
		}
		run := store.Run{Source: received, System: catalog.OpenLineage, At: time.Now()}
		if run.Report, err = src.Read(ctx, "", func(c catalog.Claim) error {
			run.Claims = append(run.Claims, c)
			return nil
		}); err != nil {
			return err
		}
		run.Report.Imported = true
		out.Report = run.Report
		out.Change, err = st.Apply(ctx, run)
		return err
	}()
	out.OK, out.Took = err == nil, time.Since(began).Round(time.Millisecond).String()
	if err != nil {
		out.Error = err.Error()
	}
	return out
}

// indexJob makes what is known searchable: words at once, meaning behind. What did not change costs nothing.
func (l *live) indexJob(ctx context.Context) (string, error) {
	x, err := l.current().openIndex(ctx, true, nil)
	if err != nil {
		return "", err
	}
	defer x.Close()
	report, err := x.Sync(ctx, l.current().snap)
	if err != nil {
		return "", err
	}
	if err := x.Fill(ctx); err != nil && !errors.Is(err, index.ErrNoEmbedder) {
		return "", err
	}
	st, err := x.Status(ctx)
	return fmt.Sprintf("%d new or changed, %d gone, %d of %d texts embedded", report.Added, report.Removed, st.Embedded, st.Texts), err
}

// Times of jobs where the workspace says nothing.
const (
	indexEvery   = 5 * time.Minute
	syncEvery    = time.Hour
	receiveEvery = 30 * time.Second
	keepVersions = 90 * 24 * time.Hour
)

// startJobs begins what is done by itself: reading sources, folding events, dropping old versions.
func (l *live) startJobs(ctx context.Context) (jobs.Runner, error) {
	w := l.current()
	dsn, err := w.state("jobs")
	if err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	list := l.jobs(w.cfg)
	r, err := jobs.Open(ctx, dsn, fmt.Sprintf("%s-%d", host, os.Getpid()), list, l.log)
	if err != nil {
		return nil, err
	}
	return r, r.Start(ctx)
}

// jobs are those of a workspace as it was when the service began; a source that is added later waits for the next.
func (l *live) jobs(cfg config) []jobs.Job {
	var out []jobs.Job
	for _, c := range cfg.Known.Sources {
		every := syncEvery
		if d, err := time.ParseDuration(c.Every); err == nil { // check said that it can be read
			every = d
		}
		out = append(out, jobs.Job{Name: "sync " + c.Name, Every: every, Run: l.syncJob(func(ctx context.Context, w *workspace, st *store.Store) synced {
			i := slices.IndexFunc(w.cfg.Known.Sources, func(o sourceConfig) bool { return o.Name == c.Name })
			if i < 0 {
				return synced{Name: c.Name, OK: true}
			}
			return w.sync(ctx, st, w.cfg.Known.Sources[i], false)
		})})
	}
	if cfg.Serve.Lineage != nil {
		out = append(out, jobs.Job{Name: "fold lineage", Every: receiveEvery, Run: l.syncJob(l.posted.sync)})
	}
	out = append(out, jobs.Job{Name: "index", Every: indexEvery, Timeout: 12 * time.Hour, Run: l.indexJob})
	out = append(out, jobs.Job{Name: "prune catalog", Every: 24 * time.Hour, Run: func(ctx context.Context) (string, error) {
		w := l.current()
		keep := keepVersions
		if d, err := time.ParseDuration(w.cfg.Known.Keep); err == nil {
			keep = d
		}
		st, err := w.catalogStore(ctx)
		if err != nil {
			return "", err
		}
		defer st.Close()
		return "", st.Prune(ctx, time.Now().Add(-keep))
	}})
	return out
}

// syncJob reads one source of the workspace as it is at that moment.
func (l *live) syncJob(read func(context.Context, *workspace, *store.Store) synced) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		w := l.current()
		st, err := w.catalogStore(ctx)
		if err != nil {
			return "", err
		}
		defer st.Close()
		got := read(ctx, w, st)
		note := fmt.Sprintf("%d records, %d added, %d changed, %d removed, %d skipped; version %d", got.Report.Records, got.Change.Added, got.Change.Changed, got.Change.Removed, got.Report.SkippedCount, got.Change.Version)
		if !got.OK {
			return "", errors.New(strings.TrimSpace(got.Error))
		}
		return note, nil
	}
}

// Package jobs runs what a service does by itself: once over all of its replicas, at most one at a time of each,
// with a history. On a Postgres river does it; the embedded twin keeps leases in a SQLite file, for as many
// processes as open it. What a job does is its owner's business. Start at Open.
package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"
)

// Job is something that is done again and again.
type Job struct {
	Name  string
	Every time.Duration // from one beginning to the next; at least a second
	// Timeout is how long a run may take; zero is an hour. The context of a run ends then.
	Timeout time.Duration
	// Run does it, and may say in a line what came of it. It must end soon after its context does.
	Run func(ctx context.Context) (note string, err error)
}

// timeoutDefault is how long a run may take where its job does not say.
const timeoutDefault = time.Hour

// State is how a run stands.
type State string

// The states of runs. Lost is one whose process ended in the middle of it.
const (
	Running State = "running"
	Done    State = "done"
	Failed  State = "failed"
	Lost    State = "lost"
)

// Run is one run of a job, as the history has it.
type Run struct {
	ID      int64     `json:"id"`
	Job     string    `json:"job"`
	State   State     `json:"state"`
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended,omitzero"`
	Note    string    `json:"note,omitempty"`
	Error   string    `json:"error,omitempty"`
	By      string    `json:"by"` // the replica
}

// Runner runs jobs.
type Runner interface {
	// Start begins to run what is due, until Stop.
	Start(ctx context.Context) error
	// Stop lets no further run begin, ends the contexts of those under way and waits for them. It may be called twice.
	Stop()
	// Now asks for a run as soon as possible, whenever the next one would be due. One that runs already is enough.
	Now(ctx context.Context, job string) error
	// History lists runs of a job, or of all for "", the newest first.
	History(ctx context.Context, job string, limit int) ([]Run, error)
}

// Open makes the runner for a Postgres (postgres://…) or a SQLite file. replica names this process in the history.
func Open(ctx context.Context, dsn, replica string, list []Job, log *slog.Logger) (Runner, error) {
	names := map[string]bool{}
	for i, j := range list {
		switch {
		case j.Name == "" || j.Run == nil:
			return nil, fmt.Errorf("jobs: job %d needs a name and something to do", i+1)
		case names[j.Name]:
			return nil, fmt.Errorf("jobs: two are called %s", j.Name)
		case j.Every < time.Second:
			return nil, fmt.Errorf("jobs: %s would run every %v; at least a second must lie between", j.Name, j.Every)
		}
		names[j.Name] = true
		if j.Timeout == 0 {
			list[i].Timeout = timeoutDefault
		}
	}
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		return openRiver(ctx, dsn, replica, list, log)
	}
	return openTwin(ctx, dsn, replica, list, log)
}

// do runs a job once; a panic is an error like any other.
func do(ctx context.Context, j Job, log *slog.Logger) (note string, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, j.Timeout, fmt.Errorf("it took longer than %v", j.Timeout))
	defer cancel()
	began := time.Now()
	defer func() {
		if p := recover(); p != nil {
			log.Error("job panicked", "job", j.Name, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
		if err != nil && ctx.Err() != nil {
			err = fmt.Errorf("%w (%w)", err, context.Cause(ctx))
		}
		log.Info("job", "job", j.Name, "took", time.Since(began).String(), "note", note, "error", errText(err))
	}()
	return j.Run(ctx)
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

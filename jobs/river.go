package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"
)

// args are the one kind of river's jobs that there is; which of ours is meant is a part of it.
type args struct {
	Name string `json:"name"`
	// Asked tells runs that somebody asked for from those that were due.
	Asked string `json:"asked,omitempty"`
}

func (args) Kind() string { return "limn" }

// rivers runs jobs by way of river.
type rivers struct {
	pool   *pgxpool.Pool
	client *river.Client[pgx.Tx]
	jobs   []Job
	log    *slog.Logger
	once   sync.Once
}

// worker does what river says is due.
type worker struct {
	river.WorkerDefaults[args]
	pool *pgxpool.Pool
	jobs []Job
	log  *slog.Logger
}

// Timeout gives a run a moment more than its own context has, so that it ends by its own.
func (w *worker) Timeout(j *river.Job[args]) time.Duration {
	for _, x := range w.jobs {
		if x.Name == j.Args.Name {
			return x.Timeout + 10*time.Second
		}
	}
	return time.Minute
}

func (w *worker) Work(ctx context.Context, j *river.Job[args]) error {
	i := slices.IndexFunc(w.jobs, func(x Job) bool { return x.Name == j.Args.Name })
	if i < 0 {
		return river.JobCancel(fmt.Errorf("this replica has no job %q", j.Args.Name)) // an older or newer one put it there
	}
	// One that was asked for and one that was due must not run side by side.
	conn, err := w.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	var alone bool
	if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock(hashtext('limn job'), hashtext($1))", j.Args.Name).Scan(&alone); err != nil {
		return err
	}
	if !alone {
		return river.JobSnooze(time.Second)
	}
	defer conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock(hashtext('limn job'), hashtext($1))", j.Args.Name) //nolint:errcheck // the connection's end releases it too
	note, err := do(ctx, w.jobs[i], w.log)
	if note != "" {
		if rerr := river.RecordOutput(ctx, note); rerr != nil {
			w.log.Warn("jobs: what came of a run could not be kept", "job", j.Args.Name, "error", rerr.Error())
		}
	}
	if err != nil {
		return river.JobCancel(err) // the next time that it is due it is tried again
	}
	return nil
}

func openRiver(ctx context.Context, dsn, replica string, list []Job, log *slog.Logger) (*rivers, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil { // its text may hold a password
		return nil, errors.New("jobs: the address of the database cannot be read; write postgres://user@host:port/database")
	}
	cfg.MaxConns = max(cfg.MaxConns, int32(len(list)+6)) // each run holds one
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	driver := riverpgxv5.New(pool)
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: quiet(log)})
	if err == nil {
		err = migrateOnce(ctx, pool, func() error {
			_, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil)
			return err
		})
	}
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("jobs: bringing the tables up to date: %w", err)
	}
	out := &rivers{pool: pool, jobs: list, log: log}
	workers := river.NewWorkers()
	river.AddWorker(workers, &worker{pool: pool, jobs: list, log: log})
	longest := time.Minute
	var periodic []*river.PeriodicJob
	for _, j := range list {
		longest = max(longest, j.Timeout)
		periodic = append(periodic, river.NewPeriodicJob(river.PeriodicInterval(j.Every), func() (river.JobArgs, *river.InsertOpts) {
			// Whichever replica leads, and however often they start: once in each period.
			return args{Name: j.Name}, &river.InsertOpts{MaxAttempts: 3, UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: j.Every}}
		}, &river.PeriodicJobOpts{RunOnStart: true, ID: j.Name}))
	}
	out.client, err = river.NewClient(driver, &river.Config{
		ID: replica, Logger: quiet(log), Workers: workers, PeriodicJobs: periodic,
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: max(2, len(list))}},
		RescueStuckJobsAfter:        longest + time.Minute,
		CompletedJobRetentionPeriod: keepRuns, CancelledJobRetentionPeriod: keepRuns, DiscardedJobRetentionPeriod: keepRuns,
	})
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return out, nil
}

// migrateOnce keeps replicas that start at one moment from making the same tables.
func migrateOnce(ctx context.Context, pool *pgxpool.Pool, migrate func() error) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock(hashtext('limn jobs'))"); err != nil {
		return err
	}
	defer conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock(hashtext('limn jobs'))") //nolint:errcheck // the connection's end releases it too
	return migrate()
}

// quiet leaves out river's chatter.
func quiet(log *slog.Logger) *slog.Logger { return slog.New(above{log.Handler()}) }

type above struct{ slog.Handler }

func (a above) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && a.Handler.Enabled(ctx, l)
}
func (a above) WithAttrs(as []slog.Attr) slog.Handler { return above{a.Handler.WithAttrs(as)} }
func (a above) WithGroup(name string) slog.Handler    { return above{a.Handler.WithGroup(name)} }

func (r *rivers) Start(ctx context.Context) error {
	if err := r.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	return nil
}

func (r *rivers) Stop() {
	r.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := r.client.StopAndCancel(ctx); err != nil {
			r.log.Warn("jobs: stopping", "error", err.Error())
		}
		r.pool.Close()
	})
}

func (r *rivers) Now(ctx context.Context, job string) error {
	if !slices.ContainsFunc(r.jobs, func(j Job) bool { return j.Name == job }) {
		return fmt.Errorf("jobs: there is no job %q", job)
	}
	_, err := r.client.Insert(ctx, args{Name: job, Asked: "now"}, &river.InsertOpts{MaxAttempts: 3, UniqueOpts: river.UniqueOpts{ByArgs: true,
		ByState: []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateRetryable, rivertype.JobStateScheduled}}})
	if err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	return nil
}

func (r *rivers) History(ctx context.Context, job string, limit int) ([]Run, error) {
	rows, err := r.pool.Query(ctx, `SELECT id, args->>'name', state::text, attempted_at, finalized_at, coalesce(metadata->>'output', ''), coalesce(errors[array_upper(errors, 1)]->>'error', ''), coalesce(attempted_by[array_upper(attempted_by, 1)], '')
		FROM river_job WHERE kind = 'limn' AND attempted_at IS NOT NULL AND ($1 = '' OR args->>'name' = $1) ORDER BY attempted_at DESC, id DESC LIMIT $2`, job, limit)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	defer rows.Close()
	var out []Run
	for rows.Next() {
		var x Run
		var state, output string
		var ended *time.Time
		if err := rows.Scan(&x.ID, &x.Job, &state, &x.Started, &ended, &output, &x.Error, &x.By); err != nil {
			return nil, fmt.Errorf("jobs: %w", err)
		}
		if ended != nil {
			x.Ended = ended.UTC()
		}
		x.Started = x.Started.UTC()
		if json.Unmarshal([]byte(output), &x.Note) != nil {
			x.Note = output
		}
		x.State = states[rivertype.JobState(state)]
		out = append(out, x)
	}
	return out, rows.Err()
}

// states says what river's states are here.
var states = map[rivertype.JobState]State{rivertype.JobStateRunning: Running, rivertype.JobStateCompleted: Done, rivertype.JobStateCancelled: Failed, rivertype.JobStateDiscarded: Failed, rivertype.JobStateRetryable: Lost, rivertype.JobStateAvailable: Lost, rivertype.JobStateScheduled: Lost}

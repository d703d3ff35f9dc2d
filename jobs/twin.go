package jobs

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/limn-data/limn/internal/db"
)

//go:embed migrations/*.sql
var migrations embed.FS

// The lease of a run is renewed while it runs. A process that ends without a word holds it for leaseTime at most.
const (
	leaseTime = 15 * time.Second
	look      = 500 * time.Millisecond // how often is looked for what is due
	keepRuns  = 30 * 24 * time.Hour
)

// twin runs jobs by leases in a database.
type twin struct {
	db      *db.DB
	replica string
	jobs    []Job
	log     *slog.Logger
	lease   time.Duration

	cancel context.CancelFunc
	wg     sync.WaitGroup
	once   sync.Once
}

func openTwin(ctx context.Context, dsn, replica string, list []Job, log *slog.Logger) (*twin, error) {
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	files, err := fs.Sub(migrations, "migrations")
	if err == nil {
		err = d.Migrate(ctx, "jobs", files)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return &twin{db: d, replica: replica, jobs: list, log: log, lease: leaseTime}, nil
}

func (t *twin) Start(ctx context.Context) error {
	for _, j := range t.jobs {
		if _, err := t.db.ExecContext(ctx, "INSERT INTO job_leases VALUES ($1, $2, 0, 0) ON CONFLICT (job) DO NOTHING", j.Name, db.Micros(time.Now())); err != nil {
			return fmt.Errorf("jobs: %w", err)
		}
	}
	ctx, t.cancel = context.WithCancel(context.WithoutCancel(ctx))
	for _, j := range t.jobs {
		t.wg.Go(func() { t.mind(ctx, j) })
	}
	t.wg.Go(func() { t.prune(ctx) })
	return nil
}

func (t *twin) Stop() {
	t.once.Do(func() {
		if t.cancel != nil {
			t.cancel()
		}
		t.wg.Wait()
		if err := t.db.Close(); err != nil {
			t.log.Warn("jobs", "error", err.Error())
		}
	})
}

// mind runs one job whenever it is due and nobody else runs it.
func (t *twin) mind(ctx context.Context, j Job) {
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		run, err := t.claim(ctx, j)
		switch {
		case err != nil && ctx.Err() == nil:
			t.log.Warn("jobs: the database", "job", j.Name, "error", err.Error())
		case run != 0:
			t.perform(ctx, j, run)
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// claim takes the lease of a job that is due; zero when it is not, or somebody has it. A lease that ran out belonged
// to a run that is lost.
func (t *twin) claim(ctx context.Context, j Job) (run int64, err error) {
	now := time.Now()
	var due, until int64
	if err := t.db.QueryRowContext(ctx, "SELECT due_at, lease_until FROM job_leases WHERE job = $1", j.Name).Scan(&due, &until); err != nil {
		return 0, err
	}
	if due > db.Micros(now) || until > db.Micros(now) {
		return 0, nil
	}
	err = t.db.Within(ctx, func(tx *sql.Tx) error {
		run = 0
		var due, until, last int64
		if err := tx.QueryRowContext(ctx, "SELECT due_at, lease_until, run FROM job_leases WHERE job = $1", j.Name).Scan(&due, &until, &last); err != nil {
			return err
		}
		if due > db.Micros(now) || until > db.Micros(now) {
			return nil
		}
		if until > 0 {
			if _, err := tx.ExecContext(ctx, "UPDATE job_runs SET state = $1, ended = $2 WHERE id = $3 AND state = $4", Lost, until, last, Running); err != nil {
				return err
			}
		}
		if err := tx.QueryRowContext(ctx, "INSERT INTO job_runs (job, state, started, ended, note, error, replica) VALUES ($1, $2, $3, 0, '', '', $4) RETURNING id", j.Name, Running, db.Micros(now), t.replica).Scan(&run); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE job_leases SET lease_until = $1, run = $2, due_at = $3 WHERE job = $4", db.Micros(now.Add(t.lease)), run, db.Micros(now.Add(j.Every)), j.Name)
		return err
	})
	return run, err
}

// perform runs a job under its lease. Whoever loses the lease stops: another one may have begun.
func (t *twin) perform(ctx context.Context, j Job, run int64) {
	ctx, cancel := context.WithCancelCause(ctx)
	var renewing sync.WaitGroup
	renewing.Go(func() {
		tick := time.NewTicker(t.lease / 3)
		defer tick.Stop()
		held := time.Now().Add(t.lease)
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			until := time.Now().Add(t.lease)
			res, err := t.db.ExecContext(ctx, "UPDATE job_leases SET lease_until = $1 WHERE job = $2 AND run = $3", db.Micros(until), j.Name, run)
			if err == nil {
				if n, err := res.RowsAffected(); err == nil && n == 1 {
					held = until
					continue
				}
				cancel(errors.New("another replica took it over"))
				return
			}
			if time.Now().After(held) {
				cancel(errors.New("the lease could not be renewed"))
				return
			}
		}
	})
	note, err := do(ctx, j, t.log)
	cancel(nil)
	renewing.Wait()
	t.end(context.WithoutCancel(ctx), j, run, note, err)
}

func (t *twin) end(ctx context.Context, j Job, run int64, note string, failed error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	state := Done
	if failed != nil {
		state = Failed
	}
	err := t.db.Within(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE job_runs SET state = $1, ended = $2, note = $3, error = $4 WHERE id = $5 AND state = $6", state, db.Micros(time.Now()), db.Text(note), db.Text(errText(failed)), run, Running); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE job_leases SET lease_until = 0 WHERE job = $1 AND run = $2", j.Name, run)
		return err
	})
	if err != nil {
		t.log.Warn("jobs: the end of a run could not be noted", "job", j.Name, "error", err.Error())
	}
}

func (t *twin) Now(ctx context.Context, job string) error {
	if !slices.ContainsFunc(t.jobs, func(j Job) bool { return j.Name == job }) {
		return fmt.Errorf("jobs: there is no job %q", job)
	}
	if _, err := t.db.ExecContext(ctx, "UPDATE job_leases SET due_at = 1 WHERE job = $1 AND lease_until = 0", job); err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	return nil
}

func (t *twin) History(ctx context.Context, job string, limit int) ([]Run, error) {
	rows, err := t.db.QueryContext(ctx, "SELECT id, job, state, started, ended, note, error, replica FROM job_runs WHERE $1 = '' OR job = $2 ORDER BY id DESC LIMIT $3", job, job, limit)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	defer rows.Close()
	var out []Run
	for rows.Next() {
		var r Run
		var started, ended int64
		if err := rows.Scan(&r.ID, &r.Job, &r.State, &started, &ended, &r.Note, &r.Error, &r.By); err != nil {
			return nil, fmt.Errorf("jobs: %w", err)
		}
		r.Started, r.Ended = db.Moment(started), db.Moment(ended)
		out = append(out, r)
	}
	return out, rows.Err()
}

// prune drops old runs once a day.
func (t *twin) prune(ctx context.Context) {
	tick := time.NewTicker(24 * time.Hour)
	defer tick.Stop()
	for {
		if _, err := t.db.ExecContext(ctx, "DELETE FROM job_runs WHERE started < $1 AND state <> $2", db.Micros(time.Now().Add(-keepRuns)), Running); err != nil && ctx.Err() == nil {
			t.log.Warn("jobs: dropping old runs", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

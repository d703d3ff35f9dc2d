package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

// DefaultRows is the size of the lake where Options.Rows is 0.
const DefaultRows = 3_000_000

// DefaultSeed is the seed that the examples and the eval cases are made with.
const DefaultSeed = 1

// MinRows is the smallest lake in which every table has rows.
const MinRows = 10_000

// historyMonths is how far the dated tables reach back from today.
const historyMonths = 36

// Options say which demo workspace to make.
type Options struct {
	// Dir is the workspace's folder. It is made if missing; one that holds something else is refused.
	Dir string
	// Today is the day the workspace believes in, at any hour of it in UTC. Data end the day before.
	Today time.Time
	// Seed chooses accounts, amounts and accidents. Zero is a seed like any other.
	Seed uint64
	// Rows is the size of the lake over 36 months, met within 5 % from 300,000 on; below, what even the smallest
	// company has (currency rates, forty accounts) makes it larger. Zero means DefaultRows.
	Rows int
	// Progress, if set, is told what is happening, one short line at a time, from one goroutine at a time.
	Progress func(string)
}

// Report says what a run did.
type Report struct {
	Dir             string
	Start, End      time.Time // first and last day of data
	Seed            uint64
	Rows            int64 // in the lake, all tables
	Tables          []TableReport
	Written, Kept   int  // files of data made anew, and found as they should be
	Removed         int  // files of data that belong no more
	MadeFromNothing bool // no earlier workspace of this seed and size was there
}

// TableReport is the size of one table.
type TableReport struct {
	Name        string // schema.table
	Rows, Bytes int64
}

// job is one file of data: days from..to of a month, or the state of a table as of a clock.
type job struct {
	table    *table
	path     string // slashes, below Dir
	from, to day
	at       clock
}

// Make brings Options.Dir to the state that a fresh run with the same options would reach, writing only what differs.
// Every file is written under another name and renamed, and the manifest forgets a file before it is replaced, so a
// run that was broken off leaves a workspace that the next run completes.
func Make(ctx context.Context, o Options) (Report, error) {
	if o.Rows == 0 {
		o.Rows = DefaultRows
	}
	if err := o.validate(); err != nil {
		return Report{}, err
	}
	say := o.Progress
	if say == nil {
		say = func(string) {}
	}
	old, err := readManifest(o.Dir)
	if err != nil {
		return Report{}, err
	}
	at := clock{dayOf(o.Today.UTC().AddDate(0, -historyMonths, 0)), dayOf(o.Today)}
	m := manifest{Format: format, Seed: o.Seed, Rows: o.Rows, Today: at.today.String(), Files: map[string]fileRecord{}}
	rep := Report{Dir: o.Dir, Start: at.start.time(), End: (at.today - 1).time(), Seed: o.Seed, MadeFromNothing: !old.sameLake(m)}

	var todo []job
	for _, j := range jobs(at) {
		if rec, ok := old.Files[j.path]; ok && !rep.MadeFromNothing && rec.holds(j) && rec.intact(filepath.Join(o.Dir, j.path)) {
			m.Files[j.path] = rec
			rep.Kept++
			continue
		}
		todo = append(todo, j)
	}
	say(fmt.Sprintf("Nimbus Communications, %s to %s: %d files to write, %d already there", at.start, at.today-1, len(todo), rep.Kept))
	if err := m.write(o.Dir, false); err != nil { // from here on the manifest vouches for the kept files only
		return rep, err
	}
	if rep.Removed, err = sweep(o.Dir, at); err != nil {
		return rep, err
	}
	w := newWorld(o.Seed, int64(o.Rows), at.today)
	if err := run(ctx, o.Dir, w, todo, &m, say); err != nil {
		return rep, err
	}
	rep.Written = len(todo)
	say("Writing the model, the glossary, the facts and the eval cases")
	if err := writeTexts(o.Dir, at); err != nil {
		return rep, err
	}
	rep.Tables, rep.Rows = m.sizes()
	return rep, m.write(o.Dir, true)
}

func (o Options) validate() error {
	switch {
	case o.Dir == "":
		return errors.New("demo: no folder given for the workspace")
	case o.Rows < MinRows:
		return fmt.Errorf("demo: %d rows are too few for every table to have some; give at least %d", o.Rows, MinRows)
	case o.Today.Year() < 2022 || o.Today.Year() > 2200:
		return fmt.Errorf("demo: today %s is outside 2022 to 2200, the years that the company can have %d months of history in",
			o.Today.Format(time.DateOnly), historyMonths)
	}
	return nil
}

// jobs lists all files that a workspace of this clock has, in a fixed order.
func jobs(at clock) (out []job) {
	for _, t := range lake() {
		seen := clock{at.start, at.today - day(t.behind)}
		if t.now != nil {
			out = append(out, job{t, t.path() + "/current.parquet", seen.start, seen.today - 1, seen})
			continue
		}
		for _, m := range span(seen.start, seen.today-1) {
			out = append(out, job{t, t.path() + "/" + m.String() + ".parquet", max(m.first(), seen.start), min(m.last(), seen.today-1), seen})
		}
	}
	return out
}

// run makes the files on all processors. The first error stops the others; run returns when all have stopped.
func run(ctx context.Context, dir string, w *world, todo []job, m *manifest, say func(string)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		mu   sync.Mutex
		wg   sync.WaitGroup
		next int
	)
	take := func() (job, bool) {
		mu.Lock()
		defer mu.Unlock()
		if next == len(todo) || ctx.Err() != nil {
			return job{}, false
		}
		next++
		return todo[next-1], true
	}
	done := func(j job, rec fileRecord) {
		mu.Lock()
		defer mu.Unlock()
		m.Files[j.path] = rec
		if next == len(todo) || todo[next].table != j.table {
			say(fmt.Sprintf("%s.%s (%d of %d files)", j.table.schema, j.table.name, next, len(todo)))
		}
	}
	for range min(runtime.GOMAXPROCS(0), len(todo)) {
		wg.Go(func() {
			for j, ok := take(); ok; j, ok = take() {
				rec, err := j.make(ctx, dir, w)
				if err != nil {
					cancel(err)
					return
				}
				done(j, rec)
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// make writes the job's file. A month without rows has no file.
func (j job) make(ctx context.Context, dir string, w *world) (fileRecord, error) {
	r := newRows(j.table)
	if j.table.now != nil {
		j.table.now(w, r, j.at)
	} else {
		j.table.days(w, r, j.from, j.to)
	}
	rec := fileRecord{From: j.from.String(), To: j.to.String(), Rows: r.count}
	full := filepath.Join(dir, filepath.FromSlash(j.path))
	if r.count == 0 && j.table.now == nil {
		if err := os.Remove(full); err != nil && !errors.Is(err, os.ErrNotExist) {
			return rec, fmt.Errorf("demo: removing the empty month %s: %w", j.path, err)
		}
		return rec, nil
	}
	data, err := r.parquet(ctx)
	if err != nil {
		return rec, err
	}
	rec.Bytes = int64(len(data))
	return rec, writeFile(full, data)
}

// sweep removes what lies in the folders of data and belongs to no file of this clock: months that have passed, and
// what a broken-off run left.
func sweep(dir string, at clock) (removed int, err error) {
	wanted := map[string]bool{}
	for _, j := range jobs(at) {
		wanted[filepath.Join(dir, filepath.FromSlash(j.path))] = true
	}
	for _, t := range lake() {
		folder := filepath.Join(dir, filepath.FromSlash(t.path()))
		entries, err := os.ReadDir(folder)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return removed, fmt.Errorf("demo: looking for old files: %w", err)
		}
		for _, e := range entries {
			full := filepath.Join(folder, e.Name())
			ours := strings.HasSuffix(e.Name(), ".parquet") || strings.HasSuffix(e.Name(), partial)
			if e.IsDir() || !ours || wanted[full] {
				continue
			}
			if err := os.Remove(full); err != nil {
				return removed, fmt.Errorf("demo: removing an old file: %w", err)
			}
			removed++
		}
	}
	return removed, nil
}

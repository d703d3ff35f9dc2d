// Package duckdb runs Trino SQL on an embedded DuckDB. The statement is translated from its tree, never
// from its text, and runs in a worker: this same binary started again, one query at a time, watched from
// outside for time and memory, killed where it exceeds them and replaced. The process that asks never
// opens DuckDB, so that nothing a query does can take it down. Start at Open.
package duckdb

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/limn-data/limn/engine/duckdb/translate"
	"github.com/limn-data/limn/trino/rows"
)

// WorkerArg is the argument by which the binary knows that it is to be a worker.
const WorkerArg = "duckdb-worker"

// Config of an engine. The zero value of every field but Dirs and Catalogs is usable.
type Config struct {
	Dirs     []string      // folders with data, the only ones that a worker may read
	Catalogs []string      // catalogs that queries name
	Workers  int           // queries at once; zero means DefaultWorkers
	Threads  int           // of one query; zero means DefaultThreads
	Memory   int64         // bytes that a worker may hold; zero means DefaultMemory
	Timeout  time.Duration // of one query; zero means DefaultTimeout
	Command  []string      // starts a worker; empty means this binary with WorkerArg
}

// The defaults suit a laptop.
const (
	DefaultWorkers       = 2
	DefaultThreads       = 2
	DefaultMemory  int64 = 2 << 30
	DefaultTimeout       = 30 * time.Second
)

// Error is a query that did not give rows. Code is timeout, memory, cancelled, unsupported, or Trino's
// own name of the fault.
type Error struct {
	Code, Message, Hint string
	Detail              string // what the embedded engine itself said, for engineers
}

func (e *Error) Error() string {
	if e.Hint != "" {
		return e.Message + " " + e.Hint
	}
	return e.Message
}

// Engine owns the workers. Close ends them and waits.
type Engine struct {
	cfg  Config
	temp string
	idle chan *process // workers without a query; nil where one has yet to be started
	wg   sync.WaitGroup
	stop context.CancelFunc
	ctx  context.Context
}

// Open prepares the pool and starts the first worker in the background, so that it is warm by the time
// a question has been read.
func Open(cfg Config) (*Engine, error) {
	if cfg.Workers == 0 {
		cfg.Workers = DefaultWorkers
	}
	if cfg.Threads == 0 {
		cfg.Threads = DefaultThreads
	}
	if cfg.Memory == 0 {
		cfg.Memory = DefaultMemory
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = DefaultTimeout
	}
	if len(cfg.Command) == 0 {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("duckdb: finding this binary to start a worker: %w", err)
		}
		cfg.Command = []string{self, WorkerArg}
	}
	temp, err := os.MkdirTemp("", "limn-spill-")
	if err != nil {
		return nil, fmt.Errorf("duckdb: making a folder for spilled data: %w", err)
	}
	e := &Engine{cfg: cfg, temp: temp, idle: make(chan *process, cfg.Workers)}
	e.ctx, e.stop = context.WithCancel(context.Background())
	for range cfg.Workers - 1 {
		e.idle <- nil
	}
	e.replace()
	return e, nil
}

// Close ends all workers and removes what they spilled.
func (e *Engine) Close() error {
	e.stop()
	e.wg.Wait()
	for range e.cfg.Workers {
		if p := <-e.idle; p != nil {
			p.kill()
		}
	}
	return os.RemoveAll(e.temp)
}

// replace starts a worker in the background and puts it into the pool.
func (e *Engine) replace() {
	e.wg.Go(func() {
		p, err := e.start()
		if err != nil {
			p = nil // the next query tries again and reports what is wrong
		}
		e.idle <- p
	})
}

func (e *Engine) start() (*process, error) {
	cmd := exec.Command(e.cfg.Command[0], e.cfg.Command[1:]...)
	cmd.Env = append(os.Environ(), "LIMN_DUCKDB_WORKER=1")
	detach(cmd)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("duckdb: starting a worker: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("duckdb: starting a worker: %w", err)
	}
	p := &process{cmd: cmd, in: in, out: bufio.NewReaderSize(out, 1<<16), ended: make(chan struct{})}
	cmd.Stderr = &p.stderr
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("duckdb: starting a worker: %w", err)
	}
	h := hello{Dirs: append([]string{e.temp}, e.cfg.Dirs...), Temp: e.temp, Memory: e.cfg.Memory * 3 / 4, Threads: e.cfg.Threads, Catalogs: e.cfg.Catalogs}
	if err := writeJSON(in, frameHello, h); err != nil {
		p.kill()
		return nil, fmt.Errorf("duckdb: setting up a worker: %w", err)
	}
	return p, nil
}

// process is one worker.
type process struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr tail
	once   sync.Once
	ended  chan struct{}
}

// kill ends the process and waits until it is gone. It may be called from any goroutine, twice.
func (p *process) kill() {
	p.once.Do(func() {
		_ = p.in.Close() // the process is being ended: a pipe that is already broken changes nothing
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
		close(p.ended)
	})
	<-p.ended
}

// run sends one request to an idle worker and collects its rows. The worker is killed when ctx ends,
// the time is over or it holds too much memory; whoever asked hears which.
func (e *Engine) run(ctx context.Context, q request) (*rows.Set, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, e.cfg.Timeout, errTimeout)
	defer cancel()
	for attempt := 0; ; attempt++ {
		p, err := e.take(ctx)
		if err != nil {
			return nil, err
		}
		set, err, fresh := e.on(ctx, p, q)
		if fresh && attempt == 0 && ctx.Err() == nil {
			continue // the worker had died while it was idle: the query never began
		}
		return set, err
	}
}

// take waits for an idle worker and starts one where none is running yet.
func (e *Engine) take(ctx context.Context) (*process, error) {
	select {
	case p := <-e.idle:
		if p != nil {
			return p, nil
		}
	case <-ctx.Done():
		return nil, e.ended(context.Cause(ctx))
	case <-e.ctx.Done():
		return nil, &Error{Code: "cancelled", Message: "The engine is shutting down."}
	}
	p, err := e.start()
	if err != nil {
		e.idle <- nil
	}
	return p, err
}

// on runs the request on one worker and puts it back, or replaces it. unread says that the worker was
// gone before it took the request.
func (e *Engine) on(ctx context.Context, p *process, q request) (set *rows.Set, err error, unread bool) {
	watch, stopWatch := context.WithCancelCause(ctx)
	var guard sync.WaitGroup
	guard.Go(func() { e.guard(watch, stopWatch, p) })
	set, err = p.exchange(q)
	cause := context.Cause(watch)
	stopWatch(errFinished)
	guard.Wait()
	select {
	case <-p.ended:
		e.replace()
	default:
		if err == nil || errors.As(err, new(*Error)) {
			e.idle <- p
			return set, err, false
		}
		p.kill()
		e.replace()
	}
	switch {
	case err == nil || errors.As(err, new(*Error)):
		return set, err, false
	case cause != nil:
		return nil, e.ended(cause), false
	}
	return nil, fmt.Errorf("duckdb: a worker broke off: %w (%s)", err, p.stderr.String()), errors.Is(err, errGone)
}

var (
	errTimeout  = errors.New("timeout")
	errMemory   = errors.New("memory")
	errFinished = errors.New("finished")
	errGone     = errors.New("the worker is gone")
)

// guard kills the worker when it must stop. DuckDB's own interrupt acts between vectors only and its
// memory limit does not count every heap, so neither is trusted.
func (e *Engine) guard(ctx context.Context, fail context.CancelCauseFunc, p *process) {
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			if !errors.Is(context.Cause(ctx), errFinished) {
				p.kill()
			}
			return
		case <-tick.C:
			if n, ok := resident(p.cmd.Process.Pid); ok && n > e.cfg.Memory {
				fail(errMemory)
				p.kill()
				return
			}
		}
	}
}

// ended puts the cause of an early end into words.
func (e *Engine) ended(cause error) error {
	switch {
	case errors.Is(cause, errMemory):
		return &Error{Code: "memory", Message: fmt.Sprintf("The query needed more than %d MB of memory and was stopped.", e.cfg.Memory>>20), Hint: "Ask for a shorter period or fewer groups."}
	case errors.Is(cause, errTimeout), errors.Is(cause, context.DeadlineExceeded):
		return &Error{Code: "timeout", Message: fmt.Sprintf("The query ran longer than %s and was stopped.", e.cfg.Timeout), Hint: "Ask for a shorter period or fewer groups."}
	}
	return &Error{Code: "cancelled", Message: "The query was cancelled."}
}

// exchange is one request and its answer. An *Error is the query's own; any other error means that the
// worker can no longer be used.
func (p *process) exchange(q request) (*rows.Set, error) {
	if err := writeJSON(p.in, frameRequest, q); err != nil {
		return nil, fmt.Errorf("%w: %w", errGone, err)
	}
	set := &rows.Set{}
	for {
		k, payload, err := readFrame(p.out)
		if err != nil {
			return nil, err
		}
		switch k {
		case frameColumns:
			if err := json.Unmarshal(payload, &set.Columns); err != nil {
				return nil, err
			}
		case frameRows:
			r := reader{b: payload}
			for len(r.b) > 0 {
				row := make([]rows.Value, len(set.Columns))
				for i := range row {
					row[i] = r.value()
				}
				if r.err != nil {
					return nil, r.err
				}
				set.Rows = append(set.Rows, row)
			}
		case frameDone:
			var d done
			if err := json.Unmarshal(payload, &d); err != nil {
				return nil, err
			}
			if d.Err != "" {
				return nil, queryError(strings.TrimSpace(d.Err))
			}
			set.Truncated = d.Truncated
			return set, nil
		default:
			return nil, fmt.Errorf("a frame of unknown kind %q", k)
		}
	}
}

const outOfMemory = "Out of Memory Error"

func queryError(text string) *Error {
	if strings.HasPrefix(text, outOfMemory) {
		return &Error{Code: "memory", Message: "The query needed more memory than it may have and was stopped.", Hint: "Ask for a shorter period or fewer groups."}
	}
	told := translate.Error(errors.New(text))
	return &Error{Code: told.Code, Message: told.Message, Detail: text}
}

// tail keeps the last bytes that a worker wrote to standard error, for reports.
type tail struct {
	mu sync.Mutex
	b  []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p...)
	if n := len(t.b); n > 2000 {
		t.b = append([]byte{}, t.b[n-2000:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.b))
}

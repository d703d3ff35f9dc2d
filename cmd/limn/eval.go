package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/evals"
	"github.com/limn-data/limn/evals/cases"
	"github.com/limn-data/limn/evals/score"
	"github.com/limn-data/limn/nl2sql"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/rows"
)

// runEval scores answers against cases.
func runEval(ctx context.Context, s streams, args []string) (int, error) {
	if len(args) == 0 || args[0] != "run" {
		return 0, usage("eval needs run")
	}
	f := newFlags("eval run", s)
	out := f.String("out", "", "also write report.json and report.md into `folder`")
	least := f.Float64("min", 0, "exit with 1 when fewer `percent` are right")
	suites, err := f.parse(args[1:])
	if err != nil {
		return 0, err
	}
	dir, err := findWorkspace(f.workspace)
	if err != nil {
		return 0, err
	}
	cs, err := loadCases(dir, suites)
	if err != nil {
		return 0, err
	}
	w, err := openWorkspace(ctx, dir)
	if err != nil {
		return 0, err
	}
	defer w.Close()
	subject, err := newSubject(w)
	if err != nil {
		return 0, err
	}
	results, err := evals.Run(ctx, subject, cs, func(done int, r score.Result) {
		if done%25 == 0 || done == len(cs) {
			fmt.Fprintf(s.err, "%d of %d cases\n", done, len(cs))
		}
	})
	if err != nil {
		return 0, err
	}
	report := evals.NewReport(w.cfg.Name, results)
	if *out != "" {
		if err := writeReport(*out, report); err != nil {
			return 0, err
		}
	}
	code := exitDone
	if *least > 0 && 100*report.Total.Accuracy < *least {
		code = exitFailed
	}
	if f.json {
		return code, writeJSON(s.out, report)
	}
	fmt.Fprint(s.out, report.Markdown())
	return code, nil
}

// loadCases reads the workspace's own cases, or the suites that are named: names in evals/, or files.
func loadCases(dir string, suites []string) ([]cases.Case, error) {
	all := []cases.Case{}
	if len(suites) == 0 {
		if _, err := os.Stat(filepath.Join(dir, "evals")); err != nil {
			return nil, hint(fmt.Errorf("the workspace has no evals folder"), "name a case file: limn eval run cases.jsonl")
		}
		return cases.Load(os.DirFS(dir), "evals")
	}
	for _, name := range suites {
		path := name
		if _, err := os.Stat(path); err != nil {
			for _, ext := range []string{".jsonl", ".yaml", ".yml", ""} {
				if _, err := os.Stat(filepath.Join(dir, "evals", name+ext)); err == nil {
					path = filepath.Join(dir, "evals", name+ext)
					break
				}
			}
		}
		abs, err := filepath.Abs(path)
		if err != nil {
			return nil, err
		}
		cs, err := cases.Load(os.DirFS(filepath.Dir(abs)), filepath.Base(abs))
		if err != nil {
			return nil, hint(err, "name a file, or a suite in the workspace's evals folder")
		}
		all = append(all, cs...)
	}
	ids := map[string]bool{}
	return slices.DeleteFunc(all, func(c cases.Case) bool { // a suite named twice is run once
		twice := ids[c.Suite+"\x00"+c.ID]
		ids[c.Suite+"\x00"+c.ID] = true
		return twice
	}), nil
}

func writeReport(dir string, r evals.Report) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	if err := writeJSONFile(filepath.Join(dir, "report.json"), r); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return os.WriteFile(filepath.Join(dir, "report.md"), []byte(r.Markdown()), 0o644)
}

// subject lets the harness ask and run golds on the workspace's own engine.
type subject struct {
	w    *workspace
	full check.Catalog
	now  time.Time
}

func newSubject(w *workspace) (*subject, error) {
	now, err := w.now("")
	if err != nil {
		return nil, err
	}
	return &subject{w: w, full: w.snap.Checked(), now: now}, nil
}

func (s *subject) Now() time.Time { return s.now }

func (s *subject) Ask(ctx context.Context, question, as string, at time.Time) (*answer.Outcome, error) {
	who := access.Principal{Name: first(as, "local")}
	return s.w.service.Ask(ctx, answer.Request{Question: question, Who: who, At: at})
}

// Gold runs with the rights of the workspace: what is right does not depend on who asks.
func (s *subject) Gold(ctx context.Context, sql string, at time.Time) (*rows.Set, error) {
	schema := "main"
	plan, err := nl2sql.Checked(trimEnd(sql), s.w.snap, s.full, check.Session{Catalog: s.w.cfg.Catalog, Schema: schema})
	if err != nil {
		return nil, err
	}
	return s.w.engine.Run(ctx, answer.Statement{Plan: plan, Now: at, MaxRows: 100_000})
}

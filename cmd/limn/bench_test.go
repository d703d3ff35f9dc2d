package main

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/evals/cases"
	"github.com/limn-data/limn/nl2sql"

	"os"
)

// questions are the demo's own, as its cases have them: those that are answered with SQL.
func questions(b *testing.B, dir string) []cases.Case {
	b.Helper()
	cs, err := cases.Load(os.DirFS(dir), "evals")
	if err != nil {
		b.Fatal(err)
	}
	return slices.DeleteFunc(cs, func(c cases.Case) bool { return c.Expect != cases.Answered || len(c.GoldSQL) == 0 })
}

func benchWorkspace(b *testing.B) *workspace {
	b.Helper()
	dir, err := madeDemo()
	if err != nil {
		b.Fatal(err)
	}
	w, err := openWorkspace(context.Background(), dir)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = w.Close() })
	return w
}

// quantiles reports the median and the 95th percentile of what one question takes, in milliseconds.
func quantiles(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	ms := func(q float64) float64 { return float64(took[int(q*float64(len(took)-1))].Microseconds()) / 1000 }
	b.ReportMetric(ms(0.5), "ms-p50")
	b.ReportMetric(ms(0.95), "ms-p95")
}

// BenchmarkQuestionToSQL reads a question, plans, compiles, prints, parses and checks it: everything but
// the engine.
func BenchmarkQuestionToSQL(b *testing.B) {
	w := benchWorkspace(b)
	ss, err := w.service.Session(b.Context(), principal(""))
	if err != nil {
		b.Fatal(err)
	}
	now, err := w.now("")
	if err != nil {
		b.Fatal(err)
	}
	qs := questions(b, w.dir)
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		r := ss.Reader.Read(qs[i%len(qs)].Question, now)
		if r.Plan != nil {
			if _, err := nl2sql.Compile(r.Plan, ss.View.Snapshot(), ss.Tables); err != nil {
				b.Fatal(err)
			}
		}
		took = append(took, time.Since(start))
	}
	quantiles(b, took)
}

// BenchmarkAskApartFromEngine is a whole answer in a warm process, without the engine's own run time.
func BenchmarkAskApartFromEngine(b *testing.B) {
	w := benchWorkspace(b)
	now, err := w.now("")
	if err != nil {
		b.Fatal(err)
	}
	qs := questions(b, w.dir)
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		o, err := w.service.Ask(context.Background(), answer.Request{Question: qs[i%len(qs)].Question, Who: principal(""), At: now})
		if err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start)-time.Duration(o.Timings.Run*float64(time.Millisecond)))
	}
	quantiles(b, took)
}

// BenchmarkReadLongQuestion bounds what the longest question that is read at all may take.
func BenchmarkReadLongQuestion(b *testing.B) {
	w := benchWorkspace(b)
	ss, err := w.service.Session(b.Context(), principal(""))
	if err != nil {
		b.Fatal(err)
	}
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	long := strings.Repeat("revenue by region and churned accounts ", 48)
	for b.Loop() {
		ss.Reader.Read(long, now)
	}
}

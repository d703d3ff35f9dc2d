package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/answer/history"
	"github.com/limn-data/limn/internal/db/dbtest"
	"github.com/limn-data/limn/internal/service"
)

// While the workspace's Postgres is gone the last good catalog serves on, answers are given and none is lost.
func TestPostgresGone(t *testing.T) {
	gate := dbtest.NewGate(t, dbtest.Postgres(t, service.Postgres(t)))
	files := shop()
	files["limn.yaml"] = shopYAML + "state: {store_env: LIMN_TEST_STATE}\n"
	files["models/shop/shop.yaml"] = "semantic_model:\n  - name: shop\n    datasets:\n      - {name: sales, source: lake.shop.sales, fields: [{name: day, expression: {dialects: [{dialect: ANSI_SQL, expression: day}]}, dimension: {is_time: true}}, {name: amount, expression: {dialects: [{dialect: ANSI_SQL, expression: amount}]}}]}\n    metrics:\n      - {name: revenue, description: Money taken., expression: {dialects: [{dialect: ANSI_SQL, expression: SUM(sales.amount)}]}}\n"
	t.Setenv("LIMN_TEST_STATE", gate.DSN)
	dir := workspaceOf(t, files)
	l, err := openLive(t.Context(), dir, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ask := func() *answer.Outcome {
		t.Helper()
		o, err := l.service().Ask(t.Context(), answer.Request{Question: "revenue in January 2026", Who: access.Principal{Name: "ann"}, At: l.now()})
		if err != nil || o.Outcome != answer.Answered {
			t.Fatalf("%+v, %v", o, err)
		}
		return o
	}
	first := ask()
	if first.Catalog == "" {
		t.Error("the answer does not say from which catalog it is")
	}
	gate.Shut()
	time.Sleep(lookAgain + time.Second) // long enough to notice
	during := ask()
	if during.Hash != first.Hash || during.Catalog != first.Catalog {
		t.Errorf("without the database the answer is another one: %+v", during)
	}
	waiting := filepath.Join(dir, ".limn", "answers-waiting.jsonl")
	if raw, err := os.ReadFile(waiting); err != nil || strings.Count(string(raw), "\n") != 1 {
		t.Errorf("one answer should wait: %s, %v", raw, err)
	}
	change(t, dir, "facts/shop.yaml", strings.Replace(shopFacts, "One row a sale.", "One row for each sale.", 1))
	time.Sleep(lookAgain + time.Second) // it changed, and cannot be opened
	ask()
	gate.Open()
	eventually(t, "the change that came while the database was gone", func() bool {
		a := l.current().snap.Asset("lake.shop.sales")
		return a != nil && a.Description == "One row for each sale."
	})
	ask()
	h, err := history.Open(t.Context(), gate.DSN, waiting)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	if got, err := h.List(t.Context(), "ann", 0, 100); err != nil || len(got) != 4 {
		t.Errorf("%d of 4 answers are kept, %v", len(got), err)
	}
}

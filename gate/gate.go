// Package gate decides whether a checked statement may run: Run, AskFirst or Refuse, always with a
// reason. It reads the tree, what checking learned, and an estimate; it never edits SQL and never runs
// anything. Start at Judge.
package gate

import (
	"context"
	"fmt"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
)

// Decision is what may happen.
type Decision uint8

// The decisions.
const (
	Run Decision = iota
	AskFirst
	Refuse
)

// Verdict is a decision with its reason in words for people.
type Verdict struct {
	Decision Decision
	Code     string // of a refusal: not_a_query, table_function, too_large; of a question: needs_confirmation
	Reason   string
	Estimate Estimate
}

// Estimate is what a statement will read, before it runs. Known is false where nothing could be said.
type Estimate struct {
	Bytes, Rows int64
	Known       bool
}

// Estimator says what a checked query will read.
type Estimator interface {
	Estimate(ctx context.Context, q *ast.Query, info *check.Info) (Estimate, error)
}

// Limits of one question.
type Limits struct {
	// AskAbove is the estimated scan, in bytes, above which the asker must agree first. Zero means
	// DefaultAskAbove; -1 asks never.
	AskAbove int64
}

// DefaultAskAbove is 20 GiB.
const DefaultAskAbove = 20 << 30

// tableFunctions that read nothing but their arguments.
var tableFunctions = map[string]bool{"sequence": true, "exclude_columns": true}

// Judge decides about a statement. Only a query may run, and it may call no table function but those
// known to be harmless: a query that is passed through to another system would escape every check here.
func Judge(ctx context.Context, stmt ast.Statement, info *check.Info, est Estimator, limits Limits) (Verdict, error) {
	q, ok := stmt.(*ast.Query)
	if !ok {
		kind := strings.ReplaceAll(info.Kind, "_", " ")
		return Verdict{Decision: Refuse, Code: "not_a_query", Reason: fmt.Sprintf("Only queries may run; this is %s %s statement.", article(kind), strings.ToUpper(kind))}, nil
	}
	if f := forbidden(q); f != "" {
		return Verdict{Decision: Refuse, Code: "table_function", Reason: fmt.Sprintf("The table function %s may not be called here.", f)}, nil
	}
	var e Estimate
	if est != nil {
		var err error
		if e, err = est.Estimate(ctx, q, info); err != nil {
			return Verdict{}, fmt.Errorf("gate: estimating the cost: %w", err)
		}
	}
	ask := limits.AskAbove
	if ask == 0 {
		ask = DefaultAskAbove
	}
	if ask > 0 && e.Known && e.Bytes > ask {
		return Verdict{Decision: AskFirst, Code: "needs_confirmation", Estimate: e,
			Reason: fmt.Sprintf("This would read about %s, more than the %s that run without asking.", size(e.Bytes), size(ask))}, nil
	}
	return Verdict{Decision: Run, Estimate: e}, nil
}

func article(word string) string {
	if word != "" && strings.ContainsRune("aeiou", rune(word[0])) {
		return "an"
	}
	return "a"
}

// forbidden names the first table function that is not allowed, anywhere in the tree.
func forbidden(q *ast.Query) string {
	found := ""
	ast.Walk(q, func(n ast.Node) bool {
		if f, ok := n.(*ast.TableFunction); ok {
			parts := f.Name.Parts
			if name := strings.ToLower(parts[len(parts)-1].Name); !tableFunctions[name] {
				found = name
			}
		}
		return found == ""
	})
	return found
}

func size(n int64) string {
	for _, u := range []struct {
		shift uint
		name  string
	}{{40, "TiB"}, {30, "GiB"}, {20, "MiB"}, {10, "KiB"}} {
		if n >= 1<<u.shift {
			return fmt.Sprintf("%.1f %s", float64(n)/float64(int64(1)<<u.shift), u.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}

// Files estimates from the sizes that the catalog records: the columns that a query reads, as a share
// of each table's bytes. It is an upper bound, since files that a filter excludes are counted too.
type Files struct{ Snapshot *catalog.Snapshot }

// Estimate sums the bytes of the columns read.
func (f Files) Estimate(_ context.Context, _ *ast.Query, info *check.Info) (Estimate, error) {
	e := Estimate{Known: true}
	for _, use := range info.Tables {
		a := f.Snapshot.Table(catalog.Name{Catalog: use.Table.Catalog, Schema: use.Table.Schema, Table: use.Table.Name})
		if a == nil || a.Bytes < 0 || len(a.Columns) == 0 {
			return Estimate{}, nil
		}
		e.Bytes += a.Bytes * int64(len(use.Columns())) / int64(len(a.Columns))
		e.Rows += max(a.Rows, 0)
	}
	return e, nil
}

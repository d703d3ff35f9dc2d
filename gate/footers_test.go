package gate

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/parse"
)

// visits is a table of two parts, of January and February, and a small one.
func visits() *catalog.Snapshot {
	col := func(name, typ string) catalog.Column { return catalog.Column{Name: name, Type: typ} }
	name := func(t string) catalog.Name { return catalog.Name{Catalog: "lake", Schema: "s", Table: t} }
	return catalog.New([]*catalog.Asset{
		{Name: name("visits"), Bytes: 1000, Rows: 20, Columns: []catalog.Column{col("day", "date"), col("n", "bigint"), col("page", "varchar"), col("at", "timestamp(3)")}, Source: catalog.Source{Format: "parquet"}},
		{Name: name("pages"), Bytes: 10, Rows: 2, Columns: []catalog.Column{col("page", "varchar"), col("day", "date")}, Source: catalog.Source{Format: "csv"}},
	}, nil, nil)
}

// boundsText writes the bounds of a query's tables.
func boundsText(t *testing.T, sql string, policy access.Policy) string {
	t.Helper()
	q, err := parse.Query(sql)
	if err != nil {
		t.Fatal(err)
	}
	snap := visits()
	info, problems := check.Check(q, snap.Checked(), check.Session{})
	if len(problems) > 0 {
		t.Fatal(problems[0].Message)
	}
	s, err := Secure(sql, q, info, policy.View(snap, access.Principal{Name: "ann"}), false)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for use, bs := range boundsOf(s.Query, s.Info) {
		for _, b := range bs {
			out = append(out, fmt.Sprintf("%s.%s %s..%s", use.Table.Name, b.Column, b.Low, b.High))
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// TestBounds: conditions against constants of a table that is read once, and nothing else, bound what is read.
func TestBounds(t *testing.T) {
	filter := access.Policy{Filters: []access.RowFilter{{Name: "f", On: access.On{Tables: []string{"lake.s.visits"}}, Where: "n > 7"}}}
	for sql, want := range map[string]string{
		"SELECT page FROM lake.s.visits":                                                                               "",
		"SELECT page FROM lake.s.visits WHERE day >= DATE '2026-02-01' AND n < 5":                                      "visits.day 2026-02-01.., visits.n ..5",
		"SELECT page FROM lake.s.visits WHERE DATE '2026-02-01' > day":                                                 "visits.day ..2026-02-01",
		"SELECT page FROM lake.s.visits v WHERE v.day BETWEEN DATE '2026-01-01' AND DATE '2026-01-31' AND v.n = -3":    "visits.day 2026-01-01..2026-01-31, visits.n -3..-3",
		"SELECT page FROM lake.s.visits WHERE day = DATE '2026-02-01' OR n = 1":                                        "",
		"SELECT page FROM lake.s.visits WHERE NOT day = DATE '2026-02-01'":                                             "",
		"SELECT page FROM lake.s.visits WHERE day <> DATE '2026-02-01'":                                                "",
		"SELECT page FROM lake.s.visits WHERE page = 'a' AND at > TIMESTAMP '2026-01-01 00:00:00'":                     "",
		"SELECT page FROM lake.s.visits WHERE CAST(n AS double) = 5":                                                   "",
		"SELECT page FROM lake.s.visits WHERE n + 1 = 5 AND n = 2 + 3":                                                 "",
		"SELECT v.page FROM lake.s.visits v JOIN lake.s.pages p ON v.page = p.page WHERE p.day = DATE '2026-02-01'":    "pages.day 2026-02-01..2026-02-01",
		"SELECT v.page FROM lake.s.visits v LEFT JOIN lake.s.pages p ON p.day = DATE '2026-02-01'":                     "",
		"SELECT a.page FROM lake.s.visits a, lake.s.visits b WHERE a.n = b.n AND a.day = DATE '2026-02-01'":            "",
		"SELECT page FROM lake.s.visits WHERE n = 1 UNION ALL SELECT page FROM lake.s.visits":                          "",
		"SELECT page FROM (SELECT page, n FROM lake.s.visits) AS v WHERE n = 1":                                        "visits.n 1..1",
		"SELECT page FROM (SELECT page, n FROM lake.s.visits LIMIT 5) AS v WHERE n = 1":                                "",
		"SELECT page FROM (SELECT page, n, count(*) OVER () AS c FROM lake.s.visits) AS v WHERE n = 1":                 "",
		"SELECT n FROM (SELECT n, count(*) AS c FROM lake.s.visits GROUP BY n) AS v WHERE n = 1":                       "",
		"WITH v AS (SELECT * FROM lake.s.visits) SELECT page FROM v WHERE n = 1":                                       "",
		"SELECT page FROM lake.s.pages WHERE EXISTS (SELECT 1 FROM lake.s.visits WHERE day = DATE '2026-02-01')":       "visits.day 2026-02-01..2026-02-01",
		"SELECT page FROM lake.s.pages p WHERE EXISTS (SELECT 1 FROM lake.s.visits v WHERE p.day = DATE '2026-02-01')": "",
	} {
		if got := boundsText(t, sql, access.Policy{}); got != want {
			t.Errorf("%s: %s, want %s", sql, got, want)
		}
	}
	for sql, want := range map[string]string{
		"SELECT page FROM lake.s.visits WHERE day = DATE '2026-02-01'":        "visits.day 2026-02-01..2026-02-01, visits.n 7..",
		"SELECT v.page FROM lake.s.visits AS v (d, m, page, a) WHERE v.m = 3": "visits.n 3..3, visits.n 7..",
	} {
		if got := boundsText(t, sql, filter); got != want {
			t.Errorf("with a filter: %s: %s, want %s", sql, got, want)
		}
	}
}

// parts answers for footers: two row groups of 40 bytes a column, ten rows each.
type parts struct{ asked *int }

func (p parts) Footers(_ context.Context, a *catalog.Asset, columns []string, bounds []catalog.Bound) (int64, int64, bool, error) {
	*p.asked++
	if a.Source.Format != "parquet" {
		return 0, 0, false, nil
	}
	groups := int64(2)
	for _, b := range bounds {
		if b.Column == "day" && b.Low >= "2026-02-01" {
			groups = 1
		}
	}
	return groups * 40 * int64(len(columns)), groups * 10, true, nil
}

func TestFooters(t *testing.T) {
	for _, c := range []struct {
		sql         string
		from        int64
		bytes, rows int64
		asked       int
	}{
		{"SELECT day, n FROM lake.s.visits", 2000, 500, 20, 0},
		{"SELECT day, n FROM lake.s.visits", 999, 160, 20, 1},
		{"SELECT n FROM lake.s.visits WHERE day > DATE '2026-02-01'", 0, 80, 10, 1},
		{"SELECT v.n FROM lake.s.visits v JOIN lake.s.pages p ON v.page = p.page", 0, 160 + 10, 22, 2},
		{"SELECT page FROM lake.s.pages", 2000, 10, 2, 0},
	} {
		q, err := parse.Query(c.sql)
		if err != nil {
			t.Fatal(err)
		}
		snap, asked := visits(), 0
		info, _ := check.Check(q, snap.Checked(), check.Session{})
		e, err := Files{Snapshot: snap, Footers: parts{&asked}, From: c.from}.Estimate(t.Context(), Scan{Query: q, Info: info})
		if err != nil || !e.Known || e.Bytes != c.bytes || e.Rows != c.rows || asked != c.asked {
			t.Errorf("%s from %d: %+v, asked %d times, %v", c.sql, c.from, e, asked, err)
		}
	}
}

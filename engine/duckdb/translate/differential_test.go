package translate_test

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/limn-data/limn/trino/check"
)

// These tests ask a real Trino and DuckDB the same and hold the answers against each other. Expressions
// are random, by a seed; LIMN_TEST_EXPRESSIONS says how many, LIMN_TEST_SEED another seed.

func setting(name string, value int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return value
}

var columnForm = regexp.MustCompile(`\bc_[a-z0-9]+\b`)

// unsteady are functions whose last digit may differ; what is made of them could differ in the first.
var unsteady = regexp.MustCompile(`\b(sin|cos|tan|sinh|cosh|tanh|asin|acos|atan|atan2|exp|pow|power|log|ln|log2|log10|cbrt|degrees|radians)\(`)

// over is the question for one expression, over the columns that it uses.
func over(expr, where string) string {
	return "SELECT i, " + expr + " AS e FROM " + relation(columnForm.FindAllString(expr, -1)) + where
}

// verdicts of the differential run, beside same, refused, different and loud.
const trinoOnly = "not accepted by Trino"

type differ struct {
	t     *testing.T
	trino *trino
	duck  *engine
	count map[string]int
	lines map[string][]string
}

func (d *differ) note(verdict, line string) {
	d.count[verdict]++
	if verdict != same && len(d.lines[verdict]) < 400 {
		d.lines[verdict] = append(d.lines[verdict], line)
	}
}

// held is an expression with what DuckDB gave for TRY of it, by row.
type held struct {
	expr string
	a    answer
}

// TestDifferentialExpressions goes through random expressions over the pool, inside of TRY, so that one
// value that fails does not hide the others.
func TestDifferentialExpressions(t *testing.T) {
	d := &differ{t: t, trino: realTrino(t), duck: open(t), count: map[string]int{}, lines: map[string][]string{}}
	total := setting("LIMN_TEST_EXPRESSIONS", 3000)
	seed := uint64(setting("LIMN_TEST_SEED", 483))
	g := newGenerator(seed)
	zonesOf := []string{"UTC", "America/New_York", "UTC", "Europe/Berlin", "Asia/Kolkata"}
	for made, batch := 0, 0; made < total; batch++ {
		d.duck.zone = zonesOf[batch%len(zonesOf)]
		var asked []held
		for tries := 0; len(asked) < 100 && tries < 20_000; tries++ {
			expr := g.candidate()
			if len(expr) > 300 {
				continue
			}
			a := d.duck.ask(t, over("TRY("+expr+")", ""), "tpch")
			switch {
			case a.problem != nil:
				continue // no expression of Trino's
			case a.refused != nil:
				d.note(refused, a.refused.What)
				made++
				continue
			case a.failed != nil:
				d.note(loud, fmt.Sprintf("%s: %v\n    %s", expr, a.err, a.sql))
				made++
				continue
			}
			typ := a.info.Columns[1].Type
			if len(expr) < 120 && !unsteady.MatchString(expr) {
				g.add(typ.String(), expr)
			}
			asked = append(asked, held{expr, a})
			made++
		}
		d.compare(asked)
	}
	d.report("expressions of seed " + fmt.Sprint(seed))
}

// compare asks Trino for all of them at once, and by halves where it takes offence.
func (d *differ) compare(asked []held) {
	if len(asked) == 0 {
		return
	}
	items := []string{"i"}
	var columns []string
	for k, h := range asked {
		items = append(items, fmt.Sprintf("TRY(%s) AS e%d", h.expr, k))
		columns = append(columns, columnForm.FindAllString(h.expr, -1)...)
	}
	r, err := d.trino.query(context.Background(), "SELECT "+strings.Join(items, ", ")+" FROM "+relation(columns), d.duck.zone)
	if err != nil {
		d.t.Fatal(err)
	}
	if r.code != "" {
		if len(asked) == 1 {
			d.note(trinoOnly, asked[0].expr+": "+r.code+" "+r.text)
			return
		}
		d.compare(asked[:len(asked)/2])
		d.compare(asked[len(asked)/2:])
		return
	}
	for k, h := range asked {
		d.judge(h, r.types[k+1], k+1, r.rows)
	}
}

// judge compares one expression row by row.
func (d *differ) judge(h held, typ string, k int, rows [][]any) {
	col := h.a.info.Columns[1]
	squeeze := func(s string) string { return strings.ToLower(strings.NewReplacer(" ", "", `"`, "").Replace(s)) }
	if squeeze(typ) != squeeze(col.Type.String()) {
		d.note("another type", fmt.Sprintf("%s: %s, Trino has %s", h.expr, col.Type, typ))
		return
	}
	mine := map[string]string{}
	for _, row := range h.a.rows {
		mine[row[0]] = row[1]
	}
	cols := []*check.Column{h.a.info.Columns[0], col}
	for _, row := range rows {
		i := recordedAnswer(row[0], cols[0].Type)
		want := recordedAnswer(row[k], col.Type)
		got, ok := mine[i]
		if ok && sameCell(got, want, col.Type) {
			continue
		}
		verdict := different
		why := fmt.Sprintf("[zone %s, row %s] %s: %s, Trino has %s", d.duck.zone, i, h.expr, got, want)
		if got == "NULL" { // TRY may hide an error here that Trino does not have
			if a := d.duck.ask(d.t, over(h.expr, " WHERE i = "+i), "tpch"); a.failed != nil {
				verdict = loud
				why += "\n    " + a.failed.Code + ": " + strings.SplitN(a.err.Error(), "\n", 2)[0]
			}
		}
		if verdict == different {
			why += "\n    " + h.a.sql
		}
		d.note(verdict, why)
		return
	}
	d.note(same, "")
}

func (d *differ) report(what string) {
	d.t.Helper()
	refusals := map[string]int{}
	for verdict, lines := range d.lines {
		if verdict == refused {
			continue
		}
		for _, l := range lines {
			d.t.Log(verdict + ": " + l)
		}
	}
	for _, l := range d.lines[refused] {
		refusals[l]++
	}
	var list []string
	for what, n := range refusals {
		list = append(list, fmt.Sprintf("%4d %s", n, what))
	}
	sort.Sort(sort.Reverse(sort.StringSlice(list)))
	d.t.Log("refused, of the first 400:\n" + strings.Join(list, "\n"))
	d.t.Logf("%s: %v", what, d.count)
	if n := d.count[different]; n > 0 {
		d.t.Errorf("%s: %d differ silently", what, n)
	}
	if d.count[same] == 0 {
		d.t.Errorf("%s: nothing was compared", what)
	}
}

package translate_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/limn-data/limn/engine/duckdb/translate"
	"github.com/limn-data/limn/trino/functions"
)

// query makes a small query over the pool: groups, windows, joins, set operations, unnest, subqueries.
func (g *generator) query(aggregates []*functions.Overload) string {
	key := func() string {
		return pick(g, []string{"c_bool", "c_int % 3", "c_vc5", "c_ch4", "c_date", "c_dbl", "c_d52", "c_ab", "c_row", "c_real", "c_tz3"})
	}
	agg := func() string {
		f := pick(g, aggregates)
		params := splitParams(f.ArgTypes)
		args := make([]string, len(params))
		bound := pick(g, g.kinds)
		for i, p := range params {
			args[i] = g.argument(f.Name, i, p, bound)
			if i > 0 && (f.Name == "min" || f.Name == "max" || f.Name == "approx_percentile") {
				args[i] = pick(g, []string{"2", "0.5e0"})
			}
		}
		list := strings.Join(args, ", ")
		if f.Name == "count" && len(args) == 0 {
			list = "*"
		}
		switch {
		case f.Name == "array_agg" || f.Name == "listagg":
			list += " ORDER BY i"
		case len(args) == 1 && g.r.IntN(5) == 0:
			list = "DISTINCT " + list
		}
		if f.Name == "listagg" {
			return "listagg(" + g.of("varchar") + ", ',') WITHIN GROUP (ORDER BY i)"
		}
		sql := f.Name + "(" + list + ")"
		if g.r.IntN(5) == 0 {
			sql += " FILTER (WHERE " + g.of("boolean") + ")"
		}
		return sql
	}
	from := func(parts ...string) string {
		return " FROM " + relation(columnForm.FindAllString(strings.Join(parts, " "), -1))
	}
	switch g.r.IntN(9) {
	case 0, 1, 2:
		k, a, b := key(), agg(), agg()
		grouping := pick(g, []string{"GROUP BY " + k, "GROUP BY " + k, "GROUP BY ROLLUP (" + k + ")", "GROUP BY GROUPING SETS ((" + k + "), ())", "GROUP BY CUBE (" + k + ")"})
		return "SELECT " + k + ", " + a + ", " + b + from(k, a, b) + " " + grouping
	case 3:
		a, b := agg(), agg()
		return "SELECT " + a + ", " + b + from(a, b)
	case 4, 5:
		k, o := key(), pick(g, []string{"c_int", "c_dbl", "c_vc", "c_date", "c_d184", "c_ts3"})
		frame := pick(g, []string{"", "", " ROWS BETWEEN 1 PRECEDING AND CURRENT ROW", " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING", " RANGE UNBOUNDED PRECEDING", " GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW"})
		x := pick(g, []string{"row_number()", "rank()", "dense_rank()", "percent_rank()", "cume_dist()", "ntile(3)", "lag(c_int)", "lead(c_vc, 2)", "first_value(c_dbl)", "last_value(c_int)", "nth_value(c_int, 2)", "sum(c_int)", "count(c_vc)", "avg(c_d52)", "max(c_dbl)", "min(c_vc)", "sum(c_d184)", "avg(c_dbl)"})
		if strings.HasPrefix(x, "row_number") || strings.HasPrefix(x, "rank") || strings.HasPrefix(x, "dense") || strings.HasPrefix(x, "percent") || strings.HasPrefix(x, "cume") || strings.HasPrefix(x, "ntile") || strings.HasPrefix(x, "lag") || strings.HasPrefix(x, "lead") {
			frame = ""
		}
		order := o + pick(g, []string{"", " DESC", " NULLS FIRST", " DESC NULLS LAST"}) + ", i"
		return "SELECT i, " + x + " OVER (PARTITION BY " + k + " ORDER BY " + order + frame + ")" + from(x, k, o)
	case 6:
		t := pick(g, pool)
		op := pick(g, []string{"UNION", "UNION ALL", "INTERSECT", "EXCEPT"})
		a, b := g.of(t.typ), g.of(t.typ)
		return "SELECT " + a + from(a) + " " + op + " SELECT " + b + from(b)
	case 7:
		t := pick(g, pool)
		kind := pick(g, []string{"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"})
		return fmt.Sprintf("SELECT a.i, b.i FROM (SELECT i, %[1]s FROM %[2]s) a %[3]s (SELECT i, %[1]s FROM %[2]s) b ON a.%[1]s = b.%[1]s AND a.i <= b.i", t.column, relation([]string{t.column}), kind)
	}
	x := pick(g, []string{"c_ab", "c_av", "c_ad", "c_mvb", g.of("array(bigint)"), g.of("array(varchar)")})
	with := pick(g, []string{"", " WITH ORDINALITY"})
	return "SELECT t.i, u.*" + from(x) + " CROSS JOIN UNNEST(" + x + ")" + with + " AS u"
}

// TestDifferentialQueries goes through random small queries; LIMN_TEST_QUERIES says how many.
func TestDifferentialQueries(t *testing.T) {
	d := &differ{t: t, trino: realTrino(t), duck: open(t), count: map[string]int{}, lines: map[string][]string{}}
	seed := uint64(setting("LIMN_TEST_SEED", 483))
	g := newGenerator(seed)
	g.r = rand.New(rand.NewPCG(seed, 2))
	var aggregates []*functions.Overload
	for _, name := range translate.AggregateNames() {
		switch name {
		case "approx_distinct", "approx_percentile", "reduce_agg", "any_value", "arbitrary": // estimates, free choices, and what needs lambdas
			continue
		}
		for _, f := range functions.Builtin().Lookup(name) {
			if f.Kind == functions.Aggregate {
				aggregates = append(aggregates, f)
			}
		}
	}
	for made := 0; made < setting("LIMN_TEST_QUERIES", 300); {
		sql := g.query(aggregates)
		a := d.duck.ask(t, sql, "tpch")
		if a.problem != nil {
			continue
		}
		made++
		if a.refused != nil {
			d.note(refused, a.refused.What)
			continue
		}
		want, err := d.trino.query(context.Background(), sql, "UTC")
		if err != nil {
			t.Fatal(err)
		}
		r := &recording{SQL: sql, Rows: want.rows, RowCount: len(want.rows), ErrorName: want.code}
		verdict, why := r.judge(a)
		switch {
		case verdict == loud && want.code != "":
			verdict = same // both fail, each in its words
		case verdict == different && (want.code == "GENERIC_INTERNAL_ERROR" || want.code == "NUMERIC_VALUE_OUT_OF_RANGE" && strings.Contains(sql, "sum(")):
			// A sum of integers overflows in Trino by the order in which it meets them.
			verdict = trinoOnly
		}
		d.note(verdict, sql+"\n    "+why+"\n    "+a.sql)
	}
	d.report("queries of seed " + fmt.Sprint(seed))
}

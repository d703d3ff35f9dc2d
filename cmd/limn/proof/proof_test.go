package proof

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/engine/duckdb"
	"github.com/limn-data/limn/internal/decimal"
	"github.com/limn-data/limn/nl2sql"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/plan"
	"github.com/limn-data/limn/semantic/timex"
	"github.com/limn-data/limn/trino/rows"
)

// The test binary is its own worker, as the real one is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == duckdb.WorkerArg {
		if err := duckdb.Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
			os.Stderr.WriteString(err.Error())
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestEveryNumberTwice asks random queries of random models over random rows, once through plan, compile,
// checker and engine, and once by looping over the rows. LIMN_PROOF=1 asks twenty times as many.
func TestEveryNumberTwice(t *testing.T) {
	worlds := 40
	if os.Getenv("LIMN_PROOF") != "" {
		worlds = 800
	}
	dir := t.TempDir()
	e, err := duckdb.Open(duckdb.Config{Dirs: []string{dir}, Catalogs: []string{"lake"}, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}()
	for seed := range worlds {
		t.Run(fmt.Sprint("world ", seed), func(t *testing.T) {
			w := build(t, uint64(seed), dir)
			for range 10 {
				w.check(e, w.ask())
			}
			w.totals(e)
			w.listings(e)
		})
	}
}

var ops = map[string]semantic.Op{"=": semantic.Eq, "!=": semantic.Ne, "<": semantic.Lt, "<=": semantic.Le, ">": semantic.Gt, ">=": semantic.Ge, "between": semantic.Between,
	"contains": semantic.Contains, "null": semantic.IsNull, "notnull": semantic.NotNull}

var compares = map[string]semantic.Comparison{"": semantic.NoCompare, "period": semantic.PriorPeriod, "year": semantic.PriorYear, "range": semantic.CompareRange, "target": semantic.ToTarget}

var outers = map[string]semantic.Outer{"": semantic.NoOuter, "count": semantic.CountGroups, "avg": semantic.AvgGroups, "max": semantic.MaxGroups, "min": semantic.MinGroups}

func grainOf(s string) timex.Grain {
	if s == "" {
		return timex.NoGrain
	}
	g, err := timex.ParseGrain(s)
	if err != nil {
		panic(err)
	}
	return g
}

// query is the ask as the semantic query of it.
func (w *world) query(a *ask) semantic.Query {
	q := semantic.Query{Grain: grainOf(a.grain), Period: timex.Range{From: a.from, To: a.to}, Compare: compares[a.compare], Versus: timex.Range{From: a.versus[0], To: a.versus[1]},
		Until: a.until, Offset: grainOf(a.offset), Over: outers[a.over], Limit: a.limit, Calendar: timex.Calendar{WeekStart: a.weekStart, FiscalStart: time.Month(a.fiscal), Fiscal: a.fiscal > 1}}
	for _, m := range a.metrics {
		q.Metrics = append(q.Metrics, w.model.Metric(m.name)[0])
	}
	for i, f := range a.by {
		q.By = append(q.By, semantic.Dimension{Field: w.field(f), Grain: grainOf(a.byGrain[i])})
	}
	q.Where = w.predicates(a.where)
	if a.having != nil {
		q.Having = []semantic.Threshold{{Metric: q.Metrics[a.having.metric], Op: ops[a.having.op], Values: []string{a.having.value}}}
	}
	if a.share {
		q.Share = semantic.ShareTotal
	}
	if a.part != nil {
		q.Share, q.Part = semantic.SharePart, w.predicates(a.part)
	}
	if a.limit > 0 {
		q.Order = []semantic.Order{{Key: semantic.ByMetric, Desc: a.desc}}
	}
	return q
}

func (w *world) predicates(fs []filter) []semantic.Predicate {
	var out []semantic.Predicate
	for _, f := range fs {
		out = append(out, semantic.Predicate{Field: w.field(f.col), Op: ops[f.op], Values: f.values})
	}
	return out
}

// run plans, compiles, checks and runs a query.
func (w *world) run(e *duckdb.Engine, q semantic.Query) (*rows.Set, *nl2sql.Plan) {
	w.t.Helper()
	p, err := plan.Build(w.model, w.graph, q)
	if err != nil {
		w.t.Fatalf("world %d: %v", w.seed, err)
	}
	compiled, err := nl2sql.Compile(p, w.snap, w.snap.Checked())
	if err != nil {
		w.t.Fatalf("world %d: %v", w.seed, err)
	}
	set, err := e.Run(w.t.Context(), duckdb.Statement{Query: compiled.Query, Info: compiled.Info, Tables: compiled.Tables, MaxRows: -1})
	if err != nil {
		w.t.Fatalf("world %d: %v\n%s", w.seed, err, compiled.SQL)
	}
	return set, compiled
}

// check compares one query's rows with the naive ones.
func (w *world) check(e *duckdb.Engine, a *ask) {
	w.t.Helper()
	set, compiled := w.run(e, w.query(a))
	want := w.answer(a)
	complain := func(format string, args ...any) {
		w.t.Helper()
		w.t.Errorf("world %d: %s\n%s\n%s", w.seed, fmt.Sprintf(format, args...), a, compiled.SQL)
	}
	w.threshold(a, want)
	if a.over != "" {
		w.outer(a, want, set, complain)
		return
	}
	nk := len(a.by)
	if a.grain != "" {
		nk++
	}
	seen := map[string]bool{}
	for _, r := range set.Rows {
		k := keyText(r[:nk])
		if seen[k] {
			complain("group %q comes twice", k)
			return
		}
		seen[k] = true
		g := want[k]
		if g == nil {
			if !empty(r[nk:]) {
				complain("group %q comes out of nothing: %v", k, r)
				return
			}
			continue
		}
		if bad := w.columns(a, g, r[nk:], set.Columns[nk:]); bad != "" {
			complain("group %q: %s", k, bad)
			return
		}
	}
	if a.limit > 0 {
		w.ranking(a, want, set, complain)
		return
	}
	for k, g := range want {
		if g.needed && !seen[k] {
			complain("group %q is missing; it should be %v", k, g.values)
			return
		}
	}
}

func keyText(keys []rows.Value) string {
	var out []cell
	for _, k := range keys {
		out = append(out, k)
	}
	return keyOf(out)
}

func empty(values []rows.Value) bool {
	return !slices.ContainsFunc(values, func(v rows.Value) bool {
		n := rat(v)
		return n != nil && n.Sign() != 0
	})
}

// rat is a cell as an exact number; nil for NULL.
func rat(v rows.Value) *big.Rat {
	switch v := v.(type) {
	case int64:
		return big.NewRat(v, 1)
	case decimal.Decimal:
		return ratOf(v.String())
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			panic(v)
		}
		return new(big.Rat).SetFloat64(v)
	}
	return nil
}

// columns compares the cells of one row: per metric the value and what it is held against.
func (w *world) columns(a *ask, g *group, got []rows.Value, cols []rows.Column) string {
	at := 0
	take := func() (*big.Rat, string) {
		v, c := rat(got[at]), cols[at]
		at++
		return v, c.Name + " " + c.Type
	}
	vals := g.values
	next := func() *big.Rat {
		v := vals[0]
		vals = vals[1:]
		return v
	}
	for _, m := range a.metrics {
		cur := next()
		if v, name := take(); !near(cur, v, m.exact) {
			return fmt.Sprintf("%s is %s, should be %s", name, show(v), show(cur))
		}
		switch {
		case a.compare != "":
			other, exact := next(), m.exact
			if a.compare == "target" {
				exact = true
			}
			if v, name := take(); !near(other, v, exact) {
				return fmt.Sprintf("%s is %s, should be %s", name, show(v), show(other))
			}
			var diff *big.Rat
			if cur != nil && other != nil {
				diff = new(big.Rat).Sub(cur, other)
			}
			if v, name := take(); !near(diff, v, m.exact) {
				return fmt.Sprintf("%s is %s, should be %s", name, show(v), show(diff))
			}
			if m.percent {
				continue
			}
			pct := quotient(diff, other)
			if a.compare == "target" {
				pct = quotient(cur, other)
			}
			if v, name := take(); !loosely(pct, v, m.exact) {
				return fmt.Sprintf("%s is %s, should be %s", name, show(v), show(pct))
			}
		case a.part != nil:
			part := next()
			if v, name := take(); !near(part, v, m.exact) {
				return fmt.Sprintf("%s is %s, should be %s", name, show(v), show(part))
			}
			if v, name := take(); !loosely(quotient(part, cur), v, m.exact) {
				return fmt.Sprintf("%s is %s, should be %s", name, show(v), show(quotient(part, cur)))
			}
		case a.share:
			whole := next()
			if v, name := take(); !loosely(quotient(cur, whole), v, m.exact) {
				return fmt.Sprintf("%s is %s, should be %s", name, show(v), show(quotient(cur, whole)))
			}
		}
	}
	if at != len(got) {
		return fmt.Sprintf("%d cells, read %d", len(got), at)
	}
	return ""
}

func show(r *big.Rat) string {
	if r == nil {
		return "NULL"
	}
	return r.FloatString(12)
}

// near compares to the last digit where the metric is exact. An average keeps two decimals, a ratio ten.
func near(want, got *big.Rat, exact bool) bool {
	if want == nil || got == nil {
		return want == nil && got == nil
	}
	if exact {
		return want.Cmp(got) == 0
	}
	return within(want, got, 0.0051)
}

// loosely compares quotients: ten decimals of exact numbers, fewer of rounded ones.
func loosely(want, got *big.Rat, exact bool) bool {
	if want == nil || got == nil {
		return want == nil && got == nil
	}
	if exact {
		return within(want, got, 0.51e-10)
	}
	return within(want, got, 0.01)
}

func within(want, got *big.Rat, limit float64) bool {
	diff, _ := new(big.Rat).Sub(want, got).Float64()
	size, _ := want.Float64()
	return math.Abs(diff) <= limit*max(1, math.Abs(size))
}

// threshold drops the groups that a having leaves out.
func (w *world) threshold(a *ask, groups map[string]*group) {
	if a.having == nil {
		return
	}
	per := 1
	if a.share || a.compare != "" || a.part != nil {
		per = 2
	}
	for k, g := range groups {
		v := g.values[a.having.metric*per]
		if v == nil || !passes(v, filter{"", a.having.op, []string{a.having.value}}) {
			delete(groups, k)
		}
	}
}

// outer compares an aggregate over the groups; groups without a key are nobody's.
func (w *world) outer(a *ask, groups map[string]*group, set *rows.Set, complain func(string, ...any)) {
	n := 0
	var total, least, most *big.Rat
	counted := 0
	for _, g := range groups {
		keys := g.keys
		if a.grain != "" {
			keys = keys[1:]
		}
		if slices.Contains(keys, nil) || !g.needed {
			continue
		}
		n++
		v := g.values[0]
		if v == nil {
			continue
		}
		counted++
		if total == nil {
			total, least, most = new(big.Rat), v, v
		}
		total.Add(total, v)
		if v.Cmp(least) < 0 {
			least = v
		}
		if v.Cmp(most) > 0 {
			most = v
		}
	}
	got := rat(set.Rows[0][0])
	var want *big.Rat
	switch a.over {
	case "count":
		want = big.NewRat(int64(n), 1)
	case "avg":
		if total != nil {
			want = total.Quo(total, big.NewRat(int64(counted), 1))
		}
	case "max":
		want = most
	case "min":
		want = least
	}
	if len(set.Rows) != 1 || !near(want, got, a.over != "avg") {
		complain("%s of groups is %s, should be %s", a.over, show(got), show(want))
	}
}

// ranking checks order and limit: no group that was left out ranks before one that is shown.
func (w *world) ranking(a *ask, groups map[string]*group, set *rows.Set, complain func(string, ...any)) {
	var order []*group
	for _, g := range groups {
		if g.needed {
			order = append(order, g)
		}
	}
	slices.SortFunc(order, func(x, y *group) int {
		l, r := x.values[0], y.values[0]
		switch {
		case l == nil && r == nil:
			return 0
		case l == nil:
			return 1 // missing values last in either direction
		case r == nil:
			return -1
		}
		if a.desc {
			return r.Cmp(l)
		}
		return l.Cmp(r)
	})
	n := min(a.limit, len(order))
	if len(set.Rows) != n {
		complain("%d rows, should be %d", len(set.Rows), n)
		return
	}
	nk := len(a.by)
	for i, r := range set.Rows {
		if got := rat(r[nk]); !near(order[i].values[0], got, true) {
			complain("row %d is %s, should be %s", i, show(got), show(order[i].values[0]))
			return
		}
	}
}

// totals: whatever a metric that adds up is split by, the parts make the number alone.
func (w *world) totals(e *duckdb.Engine) {
	w.t.Helper()
	for range 4 {
		m := w.metrics[w.names[w.r.IntN(len(w.names))]]
		dims := w.dims([]*metric{m})
		if !m.adds || !m.exact || len(dims) == 0 {
			continue
		}
		a := &ask{metrics: []*metric{m}, fiscal: 1}
		alone, _ := w.run(e, w.query(a))
		w.split(a, dims)
		split, compiled := w.run(e, w.query(a))
		sum := new(big.Rat)
		for _, r := range split.Rows {
			if v := rat(r[len(a.by)]); v != nil {
				sum.Add(sum, v)
			}
		}
		want := rat(alone.Rows[0][0])
		if want == nil {
			want = new(big.Rat)
		}
		if sum.Cmp(want) != 0 {
			w.t.Errorf("world %d: the parts of %s make %s, alone it is %s\n%s", w.seed, m.name, show(sum), show(want), compiled.SQL)
		}
	}
}

// listings: the rows shown are those that pass, each once.
func (w *world) listings(e *duckdb.Engine) {
	w.t.Helper()
	for _, ds := range []string{"orders", "tickets", "lines"} {
		q := semantic.Query{Rows: w.field(ds + ".id").Dataset}
		q.Show = append(q.Show, w.field(ds+".id"), w.field("accounts.segment"), w.field("regions.region"))
		fs := w.filters([]string{ds})
		q.Where = w.predicates(fs)
		set, compiled := w.run(e, q)
		var want, got []string
		for _, r := range w.tables[ds].rows {
			ok := true
			for _, f := range fs {
				ok = ok && passes(w.at(ds, r, f.col), f)
			}
			if ok {
				want = append(want, keyOf([]cell{r["id"], w.at(ds, r, "accounts.segment"), w.at(ds, r, "regions.region")}))
			}
		}
		for _, r := range set.Rows {
			got = append(got, keyText(r))
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(want, got) {
			w.t.Errorf("world %d: listed\n%s\nshould be\n%s\n%s", w.seed, strings.Join(got, "\n"), strings.Join(want, "\n"), compiled.SQL)
		}
	}
}

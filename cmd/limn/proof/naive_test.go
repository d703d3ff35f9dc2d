package proof

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// ask is a query in the test's own terms.
type ask struct {
	metrics  []*metric
	by       []string // ds.column
	byGrain  []string // of time columns in by
	grain    string
	from, to time.Time // zero: open
	where    []filter
	having   *having
	compare  string // "", period, year, range, target
	offset   string // unit of a prior period
	versus   [2]time.Time
	until    time.Time
	share    bool
	part     []filter
	over     string // "", count, avg, max, min
	limit    int
	desc     bool

	weekStart time.Weekday
	fiscal    int // first month of the year; 1: calendar
}

type filter struct {
	col    string
	op     string // = != < <= > >= between contains null notnull
	values []string
}

type having struct {
	metric int
	op     string
	value  string
}

// group is one group of the naive result.
type group struct {
	keys   []cell
	values []*big.Rat
	needed bool // some row counts for it; others may come out with nothing in them
}

// follow walks from a row to the dataset, by links; nil where a key is missing.
func (w *world) follow(ds string, r row, to string) (row, bool) {
	if ds == to {
		return r, true
	}
	for _, l := range w.tables[ds].links {
		if !w.reaches(l.to, to) {
			continue
		}
		if r == nil {
			return nil, true
		}
		var next row
		for _, o := range w.tables[l.to].rows {
			if k := r[l.column]; k != nil && o[l.key] == k {
				next = o
			}
		}
		return w.follow(l.to, next, to)
	}
	return nil, false
}

func (w *world) reaches(from, to string) bool {
	return from == to || slices.ContainsFunc(w.tables[from].links, func(l link) bool { return w.reaches(l.to, to) })
}

// at is a field's value seen from a row of ds.
func (w *world) at(ds string, r row, field string) cell {
	to, col, _ := strings.Cut(field, ".")
	o, ok := w.follow(ds, r, to)
	if !ok {
		w.t.Fatalf("%s does not reach %s", ds, to)
	}
	if o == nil {
		return nil
	}
	return o[col]
}

// timeOf is the column that an aggregate's rows are counted by; empty when there is none.
func (w *world) timeOf(m *metric, ds string) string {
	if m.time != "" {
		if t, _, _ := strings.Cut(m.time, "."); w.reaches(ds, t) {
			return m.time
		}
	}
	if t := w.tables[ds].time; t != "" {
		return ds + "." + t
	}
	if w.reaches(ds, "calendar") {
		return "calendar.day"
	}
	return ""
}

// bucket is the first day of the unit.
func (a *ask) bucket(grain string, t time.Time) time.Time {
	t = date(t.Year(), int(t.Month()), t.Day())
	months := func(n int) time.Time { // units of n months, counted from the first month of the year
		for t.Day() != 1 || (int(t.Month())-a.fiscal+12)%n != 0 {
			t = t.AddDate(0, 0, -1)
		}
		return t
	}
	switch grain {
	case "week":
		for t.Weekday() != a.weekStart {
			t = t.AddDate(0, 0, -1)
		}
		return t
	case "month":
		return months(1)
	case "quarter":
		return months(3)
	case "half":
		return months(6)
	case "year":
		return months(12)
	}
	return t
}

var monthsOf = map[string]int{"month": 1, "quarter": 3, "half": 6, "year": 12}

// step is the start of the unit n further on; start is the start of a unit.
func step(grain string, start time.Time, n int) time.Time {
	switch grain {
	case "day":
		return start.AddDate(0, 0, n)
	case "week":
		return start.AddDate(0, 0, 7*n)
	}
	return start.AddDate(0, monthsOf[grain]*n, 0)
}

// passes holds a filter against a value, as people mean it: nothing equals a missing value, and a
// missing value is "not X".
func passes(v cell, f filter) bool {
	switch f.op {
	case "null":
		return v == nil
	case "notnull":
		return v != nil
	case "!=":
		return v == nil || !slices.ContainsFunc(f.values, func(s string) bool { return cmpCell(v, s) == 0 })
	}
	if v == nil {
		return false
	}
	switch f.op {
	case "=":
		return slices.ContainsFunc(f.values, func(s string) bool { return cmpCell(v, s) == 0 })
	case "<":
		return cmpCell(v, f.values[0]) < 0
	case "<=":
		return cmpCell(v, f.values[0]) <= 0
	case ">":
		return cmpCell(v, f.values[0]) > 0
	case ">=":
		return cmpCell(v, f.values[0]) >= 0
	case "between":
		return cmpCell(v, f.values[0]) >= 0 && cmpCell(v, f.values[1]) <= 0
	case "contains":
		return strings.Contains(strings.ToLower(v.(string)), strings.ToLower(f.values[0]))
	}
	panic("no operator " + f.op)
}

func cmpCell(v cell, s string) int {
	switch v := v.(type) {
	case string:
		return strings.Compare(v, s)
	case bool:
		return strings.Compare(fmt.Sprint(v), s)
	case time.Time:
		t, err := time.Parse(time.DateOnly, s)
		if err != nil {
			panic(err)
		}
		return v.Compare(t)
	case int64:
		return big.NewRat(v, 1).Cmp(ratOf(s))
	case *big.Rat:
		return v.Cmp(ratOf(s))
	}
	panic(fmt.Sprintf("%T", v))
}

func ratOf(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		panic(s)
	}
	return r
}

// place says in which bucket of the current period a date counts: as itself, or as the prior one.
// asOf says that a day counts for a stock that is asked for one period as a whole: the last record as of
// its end may lie before it, the first one after it. Days are tried one by one.
func (a *ask) asOf(day time.Time, prior bool, stock string) bool {
	step := 1
	if stock == "first" {
		step = -1
	}
	for n := range 2000 {
		if _, in := a.place(day.AddDate(0, 0, n*step), prior); in {
			return true
		}
	}
	return false
}

func (a *ask) place(t time.Time, prior bool) (time.Time, bool) {
	d := date(t.Year(), int(t.Month()), t.Day())
	if !prior {
		if !a.from.IsZero() && d.Before(a.from) || !a.to.IsZero() && !d.Before(a.to) {
			return d, false
		}
		if a.runs() && !d.Before(a.until) {
			return d, false
		}
		if a.grain == "" {
			return time.Time{}, true
		}
		return a.bucket(a.grain, d), true
	}
	if a.compare == "range" {
		return time.Time{}, !d.Before(a.versus[0]) && d.Before(a.versus[1])
	}
	if a.grain == "" {
		return time.Time{}, a.inPriorPeriod(d)
	}
	mine := a.bucket(a.grain, d)
	for n := 0; ; n++ { // try the buckets after it until one's prior bucket is this one
		cur := step(a.grain, mine, n)
		if n > 400 {
			return d, false
		}
		if !a.to.IsZero() && !cur.Before(a.to) {
			return d, false
		}
		if !a.priorBucket(cur).Equal(mine) {
			continue
		}
		if !a.from.IsZero() && cur.Before(a.from) || !a.to.IsZero() && !cur.Before(a.to) {
			return d, false
		}
		end := step(a.grain, cur, 1)
		if !a.until.IsZero() && cur.Before(a.until) && a.until.Before(end) { // running
			if a.compare == "year" && a.grain != "week" {
				return cur, d.Before(a.until.AddDate(-1, 0, 0))
			}
			return cur, d.Before(mine.AddDate(0, 0, int(a.until.Sub(cur).Hours()/24)))
		}
		if !a.until.IsZero() && !cur.Before(a.until) {
			return d, false // has not begun
		}
		return cur, true
	}
}

// runs says that a comparison reaches beyond the days that have data.
func (a *ask) runs() bool {
	return (a.compare == "period" || a.compare == "year") && !a.until.IsZero() && (a.to.IsZero() || a.until.Before(a.to))
}

// priorBucket is the bucket beside which a bucket stands.
func (a *ask) priorBucket(cur time.Time) time.Time {
	switch {
	case a.compare == "year" && a.grain == "week":
		return cur.AddDate(0, 0, -364)
	case a.compare == "year":
		back := cur.AddDate(-1, 0, 0)
		if back.Day() != cur.Day() {
			return time.Time{}
		}
		return back
	case a.offset == "" || monthsOf[a.grain] >= monthsOf[a.offset]:
		return step(a.grain, cur, -1)
	case a.grain == "week":
		return cur.AddDate(0, 0, -7*map[string]int{"month": 4, "quarter": 13, "half": 26, "year": 52}[a.offset])
	}
	back := step(a.offset, cur, -1)
	if back.Day() != cur.Day() {
		return time.Time{}
	}
	return back
}

// inPriorPeriod is for a comparison without a grain: the period is one unit or so many days.
func (a *ask) inPriorPeriod(d time.Time) bool {
	to := a.to
	running := !a.until.IsZero() && a.until.After(a.from) && a.until.Before(a.to)
	var start, end time.Time
	if a.compare == "year" {
		start, end = a.from.AddDate(-1, 0, 0), to.AddDate(-1, 0, 0)
		if running {
			end = a.until.AddDate(-1, 0, 0)
		}
		return !d.Before(start) && d.Before(end)
	}
	start, end = a.from.AddDate(0, 0, -int(to.Sub(a.from).Hours()/24)), a.from
	for n := 1; n <= 60 && a.from.Day() == 1; n++ { // so many whole months
		if a.from.AddDate(0, n, 0).Equal(to) {
			start = a.from.AddDate(0, -n, 0)
		}
	}
	if running {
		if cut := start.AddDate(0, 0, int(a.until.Sub(a.from).Hours()/24)); cut.Before(end) {
			end = cut
		}
	}
	return !d.Before(start) && d.Before(end)
}

// variant is one of the numbers that a query shows for a metric.
type variant struct {
	prior bool
	part  bool
	whole bool // over all groups of the same time
}

// counted is a row with the keys under which it counts.
type counted struct {
	keys []cell
	row  row
}

// base is the dataset on whose rows an aggregate of a metric is computed. Distinct accounts of a metric
// over orders are those that occur in orders wherever accounts by themselves cannot be split, filtered
// or dated as the metric is.
func (w *world) base(a *ask, m *metric, g bound) string {
	if m.name != "sales_per_account" || g.ds != "accounts" {
		return g.ds
	}
	timed := a.grain != "" || !a.from.IsZero() || !a.to.IsZero()
	covers := !timed
	for _, f := range a.by {
		ds, _, _ := strings.Cut(f, ".")
		covers = covers && w.reaches("accounts", ds)
	}
	for _, f := range append(slices.Clone(a.where), a.part...) {
		ds, _, _ := strings.Cut(f.col, ".")
		covers = covers && w.reaches("accounts", ds)
	}
	if covers {
		return "accounts"
	}
	return "orders"
}

// rows lists the rows that count for an aggregate, with their keys.
func (w *world) counted(a *ask, m *metric, g bound, v variant) []counted {
	base := w.base(a, m, g)
	when := w.timeOf(m, base)
	timed := a.grain != "" || !a.from.IsZero() || !a.to.IsZero()
	stock := ""
	for _, c := range w.tables[g.ds].columns {
		if c.name == g.col {
			stock = c.stock
		}
	}
	var out []counted
	var days []time.Time // of the kept rows, for stocks
	best := map[string]time.Time{}
	for _, r := range w.tables[base].rows {
		var key cell // of time
		var day time.Time
		if when != "" {
			t, has := w.at(base, r, when).(time.Time)
			if has {
				day = date(t.Year(), int(t.Month()), t.Day())
			}
			if timed || v.prior {
				switch {
				case !has && (v.prior || !a.from.IsZero() || !a.to.IsZero()):
					continue
				case has:
					b, ok := a.place(t, v.prior)
					if !ok && stock != "" && a.grain == "" {
						ok = a.asOf(day, v.prior, stock)
						b = time.Time{}
					}
					if !ok {
						continue
					}
					key = b
				}
			}
			if stock != "" {
				if !has {
					continue
				}
				k := fmt.Sprint(key)
				if old, ok := best[k]; !ok || stock == "last" && day.After(old) || stock == "first" && day.Before(old) {
					best[k] = day
				}
			}
		}
		ok := true
		for _, f := range g.filters {
			ok = ok && passes(w.at(base, r, f.ds+"."+f.col), filter{"", "=", []string{f.value}})
		}
		fs := a.where
		if v.part {
			fs = append(slices.Clone(fs), a.part...)
		}
		for _, f := range fs {
			ok = ok && passes(w.at(base, r, f.col), f)
		}
		if !ok {
			continue
		}
		var keys []cell
		if a.grain != "" {
			if when == "" {
				keys = append(keys, anyTime)
			} else {
				keys = append(keys, key)
			}
		}
		for i, f := range a.by {
			if v.whole {
				continue
			}
			x := w.at(base, r, f)
			if t, isTime := x.(time.Time); isTime {
				x = a.bucket(a.byGrain[i], t)
			}
			keys = append(keys, x)
		}
		out = append(out, counted{keys, r})
		days = append(days, day)
	}
	if stock != "" && when != "" {
		var kept []counted
		for i, c := range out {
			k := "<nil>"
			if a.grain != "" {
				k = fmt.Sprint(c.keys[0])
			} else if timed || v.prior {
				k = fmt.Sprint(time.Time{})
			}
			if best[k].Equal(days[i]) {
				kept = append(kept, c)
			}
		}
		out = kept
	}
	return out
}

// anyTime is the time key of rows without a date: they count for every period.
const anyTime = "any time"

func keyOf(keys []cell) string {
	var out []string
	for _, k := range keys {
		if t, ok := k.(time.Time); ok {
			k = t.Format(time.DateOnly)
		}
		out = append(out, fmt.Sprintf("%v", k))
	}
	return strings.Join(out, "|")
}

// value is an aggregate over the rows that belong to a group.
func (w *world) value(a *ask, m *metric, g bound, rows []counted) *big.Rat {
	base := w.base(a, m, g)
	var nums []*big.Rat
	seen := map[string]bool{}
	for _, c := range rows {
		x := w.at(base, c.row, g.ds+"."+g.col)
		if g.when != nil && !passes(w.at(base, c.row, g.when.ds+"."+g.when.col), filter{"", "=", []string{g.when.value}}) {
			x = nil
		}
		if x == nil {
			continue
		}
		if g.distinct {
			if seen[fmt.Sprint(x)] {
				continue
			}
			seen[fmt.Sprint(x)] = true
		}
		switch x := x.(type) {
		case int64:
			nums = append(nums, big.NewRat(x, 1))
		case *big.Rat:
			nums = append(nums, x)
		default:
			nums = append(nums, big.NewRat(1, 1))
		}
	}
	if g.fn == "count" {
		return big.NewRat(int64(len(nums)), 1)
	}
	if len(nums) == 0 {
		return nil
	}
	total := new(big.Rat)
	least, most := nums[0], nums[0]
	for _, n := range nums {
		total.Add(total, n)
		if n.Cmp(least) < 0 {
			least = n
		}
		if n.Cmp(most) > 0 {
			most = n
		}
	}
	switch g.fn {
	case "sum":
		return total
	case "min":
		return least
	case "max":
		return most
	}
	return total.Quo(total, big.NewRat(int64(len(nums)), 1))
}

// answer computes the whole result by going over the rows for each group and aggregate.
func (w *world) answer(a *ask) map[string]*group {
	groups := map[string]*group{}
	type cellOf struct {
		m *metric
		v variant
	}
	var columns []cellOf
	for _, m := range a.metrics {
		columns = append(columns, cellOf{m, variant{}})
		switch a.compare {
		case "period", "year", "range":
			columns = append(columns, cellOf{m, variant{prior: true}})
		case "target":
			columns = append(columns, cellOf{w.metrics[m.target], variant{}})
		}
		if a.part != nil {
			columns = append(columns, cellOf{m, variant{part: true}})
		}
		if a.share {
			columns = append(columns, cellOf{m, variant{whole: true}})
		}
	}
	bounds := func(c cellOf) []bound { return w.aggs(c.m) }
	for _, c := range columns {
		if c.v.whole || c.v.part {
			continue
		}
		for _, g := range bounds(c) {
			for _, x := range w.counted(a, c.m, g, c.v) {
				if slices.Contains(x.keys, cell(anyTime)) {
					continue
				}
				k := keyOf(x.keys)
				if groups[k] == nil {
					groups[k] = &group{keys: x.keys}
				}
				groups[k].needed = true
			}
		}
	}
	if a.grain == "" && len(a.by) == 0 && groups[""] == nil {
		groups[""] = &group{needed: true}
	}
	for _, c := range columns {
		sets := map[string][]counted{}
		for i, g := range bounds(c) {
			for _, x := range w.counted(a, c.m, g, c.v) {
				k := fmt.Sprint(i, "#", keyOf(x.keys))
				sets[k] = append(sets[k], x)
			}
		}
		all := bounds(c)
		for _, gr := range groups {
			keys := gr.keys
			if c.v.whole {
				keys = nil
				if a.grain != "" {
					keys = gr.keys[:1]
				}
			}
			gr.values = append(gr.values, w.calc(c.m, nil, func(b bound) *big.Rat {
				i := slices.IndexFunc(all, func(o bound) bool { return o.agg == b.agg && len(o.filters) == len(b.filters) })
				k := keys
				if a.grain != "" && w.timeOf(c.m, w.base(a, c.m, b)) == "" {
					k = append([]cell{anyTime}, keys[1:]...)
				}
				return w.value(a, c.m, b, sets[fmt.Sprint(i, "#", keyOf(k))])
			}))
		}
	}
	return groups
}

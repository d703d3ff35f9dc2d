package proof

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

func (a *ask) String() string {
	var ms []string
	for _, m := range a.metrics {
		ms = append(ms, m.name)
	}
	s := fmt.Sprintf("%s by %v grain %q [%s, %s) until %s fiscal %d week %s", strings.Join(ms, ", "), a.by, a.grain, day(a.from), day(a.to), day(a.until), a.fiscal, a.weekStart)
	if len(a.where) > 0 {
		s += fmt.Sprintf(" where %v", a.where)
	}
	if a.having != nil {
		s += fmt.Sprintf(" having %v", *a.having)
	}
	return s + fmt.Sprintf(" offset %q compare %q [%s, %s) share %t part %v over %q limit %d desc %t", a.offset, a.compare, day(a.versus[0]), day(a.versus[1]), a.share, a.part, a.over, a.limit, a.desc)
}

func day(t time.Time) string {
	if t.IsZero() {
		return "…"
	}
	return t.Format(time.DateOnly)
}

// bases lists the datasets whose rows the metrics aggregate, in the narrowest way they may be: distinct
// accounts of a metric over orders may always be counted over orders.
func (w *world) bases(ms []*metric) []string {
	var out []string
	for _, m := range ms {
		for _, g := range w.aggs(m) {
			ds := g.ds
			if m.name == "sales_per_account" {
				ds = "orders"
			}
			out = append(out, ds)
		}
	}
	return out
}

// reachable lists columns of the given types that all bases reach.
func (w *world) reachable(bases []string, types ...string) []string {
	var out []string
	for _, ds := range w.order {
		if slices.ContainsFunc(bases, func(b string) bool { return !w.reaches(b, ds) }) {
			continue
		}
		for _, c := range w.tables[ds].columns {
			if slices.Contains(types, strings.SplitN(c.typ, "(", 2)[0]) && !strings.HasSuffix(c.name, "_id") && c.name != "key" {
				out = append(out, ds+"."+c.name)
			}
		}
	}
	return out
}

func (w *world) dims(ms []*metric) []string {
	return w.reachable(w.bases(ms), "varchar", "boolean", "date", "bigint")
}

// split adds one or two dimensions.
func (w *world) split(a *ask, dims []string) {
	for range 1 + w.r.IntN(2) {
		f := dims[w.r.IntN(len(dims))]
		if slices.Contains(a.by, f) {
			continue
		}
		grain := ""
		if w.typeOf(f) == "date" {
			grain = w.pick("day", "week", "month", "quarter", "half", "year")
		}
		a.by, a.byGrain = append(a.by, f), append(a.byGrain, grain)
	}
}

func (w *world) typeOf(f string) string {
	ds, col, _ := strings.Cut(f, ".")
	for _, c := range w.tables[ds].columns {
		if c.name == col {
			return strings.SplitN(c.typ, "(", 2)[0]
		}
	}
	return ""
}

// filters makes up to two conditions on what all bases reach.
func (w *world) filters(bases []string) []filter {
	fs := w.reachable(bases, "varchar", "boolean", "date", "bigint", "decimal")
	if len(fs) == 0 {
		return nil
	}
	var out []filter
	for range 1 + w.r.IntN(2) {
		f := filter{col: fs[w.r.IntN(len(fs))]}
		if w.chance(15) {
			f.op = w.pick("null", "notnull")
			out = append(out, f)
			continue
		}
		switch w.typeOf(f.col) {
		case "varchar":
			f.op = w.pick("=", "!=", "contains")
			f.values = []string{w.pick("retail", "paid", "North", "O'Hare", "pen", "bug", "A", "large", "e")}
			if f.op != "contains" && w.chance(40) {
				f.values = append(f.values, w.pick("public", "open", "South", "ink", "how", "B", "small"))
			}
		case "boolean":
			f.op, f.values = "=", []string{w.pick("true", "false")}
		case "date":
			f.op, f.values = w.pick("<", "<=", ">", ">=", "="), []string{day(w.day())}
		case "bigint":
			f.op, f.values = w.pick("<", "<=", ">", ">=", "=", "!=", "between"), []string{fmt.Sprint(w.r.IntN(20)), fmt.Sprint(20 + w.r.IntN(100))}
		case "decimal":
			f.op, f.values = w.pick("<", "<=", ">", ">=", "between"), []string{fmt.Sprintf("%d.%02d", w.r.IntN(40)-5, w.r.IntN(100)), "120"}
		}
		if f.op != "between" && f.op != "=" && f.op != "!=" && len(f.values) > 1 {
			f.values = f.values[:1]
		}
		out = append(out, f)
	}
	return out
}

// dated says that every fact of the metrics has a date, or hangs on one that has.
func (w *world) dated(ms []*metric) bool {
	return !slices.ContainsFunc(ms, func(m *metric) bool { return m.name == "seat_price" })
}

// period is a run of whole units that overlaps the data.
func (w *world) period(a *ask, unit string) {
	a.from = a.bucket(unit, w.day())
	n := 1
	if w.chance(60) {
		n += w.r.IntN(6)
	}
	a.to = step(unit, a.from, n)
}

// ask makes a random query that the definitions can answer.
func (w *world) ask() *ask {
	a := &ask{fiscal: 1, weekStart: time.Weekday(w.r.IntN(7))}
	if w.chance(30) {
		a.fiscal = 1 + w.r.IntN(12)
	}
	for range 1 + w.r.IntN(3)*w.r.IntN(2) {
		m := w.metrics[w.names[w.r.IntN(len(w.names))]]
		if !slices.Contains(a.metrics, m) {
			a.metrics = append(a.metrics, m)
		}
	}
	bases := w.bases(a.metrics)
	if dims := w.dims(a.metrics); len(dims) > 0 && w.chance(60) {
		w.split(a, dims)
	}
	if w.chance(40) {
		a.where = w.filters(bases)
	}
	all := func(ok func(*metric) bool) bool {
		return !slices.ContainsFunc(a.metrics, func(m *metric) bool { return !ok(m) })
	}
	unit := w.pick("day", "week", "month", "quarter", "half", "year")
	if w.dated(a.metrics) {
		if w.chance(45) {
			a.grain = unit
		}
		if w.chance(60) {
			w.period(a, unit)
			if w.chance(25) && a.grain == "" {
				a.from = time.Time{}
			} else if w.chance(20) && a.grain == "" {
				a.to = time.Time{}
			}
		}
	}
	exact := all(func(m *metric) bool { return m.exact })
	stock := slices.ContainsFunc(a.metrics, func(m *metric) bool { return m.name == "open" || m.name == "closing" || m.name == "opening" })
	bounded := !a.from.IsZero() && !a.to.IsZero()
	switch w.r.IntN(8) {
	case 0, 1:
		if bounded && w.dated(a.metrics) {
			a.compare = w.pick("period", "year")
			if a.compare == "year" && a.grain == "" && unit == "week" {
				a.compare = "period"
			}
			if w.chance(40) && !stock && a.to.Sub(a.from) > 48*time.Hour {
				a.until = a.from.AddDate(0, 0, 1+w.r.IntN(int(a.to.Sub(a.from).Hours()/24)-1))
				if w.chance(30) && a.grain != "" {
					a.to = time.Time{}
				}
			}
			if a.compare == "period" && a.grain != "" && w.chance(40) {
				a.offset = w.pick("month", "quarter", "year")
			}
		}
	case 2:
		if bounded && a.grain == "" && w.dated(a.metrics) {
			a.compare = "range"
			a.versus[0] = w.day()
			a.versus[1] = a.versus[0].AddDate(0, 0, 1+w.r.IntN(90))
		}
	case 3:
		if all(func(m *metric) bool { return m.target != "" }) && !slices.ContainsFunc(append(w.columnsOf(a.where), a.by...), func(f string) bool { return !w.reaches("goals", strings.Split(f, ".")[0]) }) {
			a.compare = "target"
		}
	case 4:
		a.share = len(a.by) > 0 && all(func(m *metric) bool { return m.share })
	case 5:
		a.part = w.filters(bases)
		if !exact {
			a.part = nil
		}
	case 6:
		if len(a.metrics) == 1 && len(a.by) > 0 && exact && len(w.aggs(a.metrics[0])) == 1 {
			a.over = w.pick("count", "avg", "max", "min")
		}
	case 7:
		if len(a.metrics) == 1 && len(a.by) > 0 && a.grain == "" && exact && len(w.aggs(a.metrics[0])) == 1 {
			a.limit, a.desc = 1+w.r.IntN(5), w.chance(50)
		}
	}
	if exact && len(a.by) > 0 && w.chance(25) {
		a.having = &having{w.r.IntN(len(a.metrics)), w.pick(">", ">=", "<", "<="), fmt.Sprint(w.r.IntN(60))}
	}
	return a
}

func (w *world) columnsOf(fs []filter) []string {
	var out []string
	for _, f := range fs {
		out = append(out, f.col)
	}
	return out
}

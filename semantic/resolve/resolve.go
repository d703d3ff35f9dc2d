// Package resolve turns names and expressions, as a person types them or a file holds them, into a
// semantic query over a model. It reads no English. Start at Request.Query.
package resolve

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/plan"
	"github.com/limn-data/limn/semantic/timex"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/parse"
)

// Request is a metric query in names. From and To are dates, To exclusive; empty leaves that end open.
type Request struct {
	Metrics  []string
	By       []string // field or dataset.field; a time field may carry a grain as field:month
	Where    []string // comparisons such as region = 'EMEA'
	From, To string
	Grain    string
	Compare  string // prior_period | prior_year | target
	Order    string // a metric or dimension; a leading - turns it round
	Limit    int
}

// Query resolves a request. Errors name what is not known and the nearest that is.
func (r Request) Query(m *model.Model, g *plan.Graph, cal timex.Calendar) (semantic.Query, error) {
	q := semantic.Query{Calendar: cal, Limit: r.Limit}
	for _, name := range r.Metrics {
		x, err := Metric(m, name)
		if err != nil {
			return q, err
		}
		q.Metrics = append(q.Metrics, x)
	}
	if len(q.Metrics) == 0 {
		return q, fmt.Errorf("no metric is named; name one of: %s", strings.Join(metricNames(m), ", "))
	}
	for _, name := range r.By {
		name, grain, dated := strings.Cut(name, ":")
		f, via, err := InRole(m, g, q.Metrics, name)
		if err != nil {
			return q, err
		}
		d := semantic.Dimension{Field: f, Via: via}
		if f.IsTime() {
			d.Grain = timex.Day
		}
		if dated {
			if d.Grain, err = timex.ParseGrain(grain); err != nil {
				return q, err
			}
			if !f.IsTime() {
				return q, fmt.Errorf("%q is no date, so it has no %s", name, d.Grain)
			}
		}
		q.By = append(q.By, d)
	}
	for _, text := range r.Where {
		ps, err := Where(m, g, q.Metrics, text)
		if err != nil {
			return q, err
		}
		q.Where = append(q.Where, ps...)
	}
	return q, r.rest(&q)
}

// rest fills in the period, grain, comparison and order.
func (r Request) rest(q *semantic.Query) error {
	var err error
	if q.Period.From, err = date("from", r.From); err != nil {
		return err
	}
	if q.Period.To, err = date("to", r.To); err != nil {
		return err
	}
	if !q.Period.From.IsZero() && !q.Period.To.IsZero() && !q.Period.From.Before(q.Period.To) {
		return fmt.Errorf("the period from %s to %s is empty: --to is exclusive and must lie after --from", r.From, r.To)
	}
	if r.Limit < 0 {
		return fmt.Errorf("--limit %d is negative; leave it out to see all rows", r.Limit)
	}
	if r.Grain != "" {
		if q.Grain, err = timex.ParseGrain(r.Grain); err != nil {
			return err
		}
	}
	switch r.Compare {
	case "":
	case "prior_period":
		q.Compare = semantic.PriorPeriod
	case "prior_year":
		q.Compare = semantic.PriorYear
	case "target":
		q.Compare = semantic.ToTarget
	default:
		return fmt.Errorf("--compare %q is not known; use prior_period, prior_year or target", r.Compare)
	}
	if q.Compare == semantic.PriorPeriod && q.Grain == timex.NoGrain && (q.Period.From.IsZero() || q.Period.To.IsZero()) {
		return fmt.Errorf("a prior period needs a period: give --from and --to, or a --grain")
	}
	if r.Order == "" {
		return nil
	}
	name, desc := strings.CutPrefix(r.Order, "-")
	for i, m := range q.Metrics {
		if strings.EqualFold(m.Name, name) {
			q.Order = append(q.Order, semantic.Order{Key: semantic.ByMetric, Index: i, Desc: desc})
			return nil
		}
	}
	for i, d := range q.By {
		if len(d.Via) > 0 && strings.EqualFold(d.Via[0].Name+"."+d.Field.Name, name) {
			q.Order = append(q.Order, semantic.Order{Key: semantic.ByDimension, Index: i, Desc: desc})
			return nil
		}
		if len(d.Via) == 0 && strings.EqualFold(d.Field.Name, name) || strings.EqualFold(d.Field.String(), name) {
			q.Order = append(q.Order, semantic.Order{Key: semantic.ByDimension, Index: i, Desc: desc})
			return nil
		}
	}
	if g, err := timex.ParseGrain(name); err == nil && g == q.Grain {
		q.Order = append(q.Order, semantic.Order{Key: semantic.ByTime, Desc: desc})
		return nil
	}
	return fmt.Errorf("--order %q is neither a metric nor a dimension of this query", r.Order)
}

func date(flag, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return t, fmt.Errorf("--%s %q is not a date; write 2026-01-31", flag, s)
	}
	return t, nil
}

// Metric finds one metric by its name or domain.name.
func Metric(m *model.Model, name string) (*model.Metric, error) {
	found := m.Metric(name)
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, fmt.Errorf("there is no metric %q%s", name, near(name, metricNames(m)))
	}
	var domains []string
	for _, x := range found {
		domains = append(domains, x.Domain+"."+x.Name)
	}
	return nil, fmt.Errorf("%q is defined in several domains; name one of: %s", name, strings.Join(domains, ", "))
}

func metricNames(m *model.Model) []string {
	var out []string
	for _, x := range m.Metrics {
		out = append(out, x.Name)
	}
	return out
}

// Field finds a field that all metrics can be split by: the one fewest joins away, and if several are
// as near, an error that names them.
func Field(m *model.Model, g *plan.Graph, metrics []*model.Metric, name string) (*model.Field, error) {
	all := m.Field(name)
	if len(all) == 0 {
		var names []string
		for _, d := range m.Datasets {
			for _, f := range d.Fields {
				names = append(names, f.Name)
			}
		}
		return nil, fmt.Errorf("there is no field %q%s", name, near(name, names))
	}
	var best []*model.Field
	least := 1 << 30
	for _, f := range all {
		far := 0
		for _, x := range metrics {
			far = max(far, reach(g, x, f))
		}
		switch {
		case far < least:
			best, least = []*model.Field{f}, far
		case far == least:
			best = append(best, f)
		}
	}
	if least >= unreachable {
		who := metrics[0]
		if i := slices.IndexFunc(metrics, func(x *model.Metric) bool { return reach(g, x, best[0]) >= unreachable }); i >= 0 {
			who = metrics[i]
		}
		return nil, fmt.Errorf("%s cannot be split by %q: no join leads there without counting rows twice", who.Name, name)
	}
	if len(best) > 1 {
		var names []string
		for _, f := range best {
			names = append(names, f.String())
		}
		return nil, fmt.Errorf("%q could be any of %s; write one of them", name, strings.Join(names, ", "))
	}
	return best[0], nil
}

const unreachable = 1 << 20

// reach is the number of joins from a metric to a field; the facts that are themselves reached from
// another of the metric's facts do not count.
func reach(g *plan.Graph, m *model.Metric, f *model.Field) int {
	reads := m.Reads()
	far := 0
	for _, d := range reads {
		if slices.ContainsFunc(reads, func(e *model.Dataset) bool { return e != d && g.Reaches(e, d) && !g.Reaches(d, e) }) {
			continue
		}
		ps := g.Paths(d, f.Dataset)
		if len(ps) == 0 {
			return unreachable
		}
		far = max(far, len(ps[0]))
	}
	return far
}

func near(name string, names []string) string {
	best, dist := "", 4
	for _, n := range names {
		if d := words.Distance(strings.ToLower(name), strings.ToLower(n), 3); d < dist {
			best, dist = n, d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + best + "?"
}

// Where reads a condition: comparisons of a field with literals, joined by AND and OR.
func Where(m *model.Model, g *plan.Graph, metrics []*model.Metric, text string) ([]semantic.Predicate, error) {
	e, err := parse.Expr(text)
	if err != nil {
		return nil, fmt.Errorf("condition %q: %w", text, err)
	}
	w := where{model: m, graph: g, metrics: metrics, text: text}
	return w.all(e)
}

type where struct {
	model   *model.Model
	graph   *plan.Graph
	metrics []*model.Metric
	text    string
}

func (w where) all(e ast.Expr) ([]semantic.Predicate, error) {
	switch e := e.(type) {
	case *ast.Paren:
		return w.all(e.X)
	case *ast.Logical:
		if e.Or {
			return w.either(e.Terms)
		}
		var out []semantic.Predicate
		for _, t := range e.Terms {
			ps, err := w.all(t)
			if err != nil {
				return nil, err
			}
			out = append(out, ps...)
		}
		return out, nil
	case *ast.Compare:
		op, ok := compareOps[e.Op]
		if ok {
			return w.one(e.L, op, e.R)
		}
	case *ast.In:
		op := semantic.Eq
		if e.Not {
			op = semantic.Ne
		}
		if e.Query == nil {
			return w.one(e.X, op, e.List...)
		}
	case *ast.Between:
		if !e.Not {
			return w.one(e.X, semantic.Between, e.Lo, e.Hi)
		}
	case *ast.IsNull:
		if e.Not {
			return w.one(e.X, semantic.NotNull)
		}
		return w.one(e.X, semantic.IsNull)
	}
	return nil, fmt.Errorf("condition %q: only comparisons of a field with values, joined by AND and OR, are read here", w.text)
}

// either is one condition of which one term must hold.
func (w where) either(terms []ast.Expr) ([]semantic.Predicate, error) {
	out := semantic.Predicate{Op: semantic.Either}
	for _, t := range terms {
		ps, err := w.all(t)
		if err != nil {
			return nil, err
		}
		out.Either = append(out.Either, ps)
	}
	return []semantic.Predicate{out}, nil
}

var compareOps = map[ast.CompareOp]semantic.Op{ast.Eq: semantic.Eq, ast.Ne: semantic.Ne, ast.Lt: semantic.Lt, ast.Le: semantic.Le, ast.Gt: semantic.Gt, ast.Ge: semantic.Ge}

func (w where) one(l ast.Expr, op semantic.Op, values ...ast.Expr) ([]semantic.Predicate, error) {
	name := ""
	switch l := l.(type) {
	case *ast.Ident:
		name = l.Name
	case *ast.Deref:
		if base, ok := l.Base.(*ast.Ident); ok {
			name = base.Name + "." + l.Field.Name
		}
	}
	if name == "" {
		return nil, fmt.Errorf("condition %q: a field must stand on the left", w.text)
	}
	f, via, err := InRole(w.model, w.graph, w.metrics, name)
	if err != nil {
		return nil, err
	}
	p := semantic.Predicate{Field: f, Op: op, Via: via}
	for _, v := range values {
		s, ok := literal(v)
		if !ok {
			return nil, fmt.Errorf("condition %q: a literal must stand on the right", w.text)
		}
		p.Values = append(p.Values, s)
	}
	return []semantic.Predicate{p}, nil
}

func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.StringLit:
		return e.Value, true
	case *ast.IntLit:
		return e.Text, true
	case *ast.DecimalLit:
		return e.Text, true
	case *ast.DoubleLit:
		return e.Text, true
	case *ast.BoolLit:
		return fmt.Sprint(e.Value), true
	case *ast.TypedLit:
		return e.Value, true
	case *ast.Unary:
		s, ok := literal(e.X)
		if e.Minus {
			s = "-" + s
		}
		return s, ok
	}
	return "", false
}

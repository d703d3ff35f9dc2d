// Package plan turns a semantic query into nodes: one aggregate for each fact at the asked grain,
// combined on the keys they share, then metrics computed from their operands. Facts meet only after
// each was aggregated on its own grain, so that no join can count a row twice. It builds no SQL.
// Start at Build.
package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/timex"
	"github.com/limn-data/limn/trino/ast"
)

// Code names what keeps a query from being planned.
type Code string

// The codes of problems.
const (
	NoPath        Code = "no_path"
	AmbiguousPath Code = "ambiguous_path"
	NoTime        Code = "no_time"
	NotAggregate  Code = "not_aggregate"
	NoTarget      Code = "no_target"
	NotAdditive   Code = "not_additive"
)

// Problem says in words for people why a query cannot be computed from the definitions.
type Problem struct {
	Code     Code
	Message  string
	From, To *model.Dataset
	Metric   *model.Metric
	Ways     []Path // of AmbiguousPath: those there are to choose from
}

func (p *Problem) Error() string { return p.Message }

// Plan is the whole computation.
type Plan struct {
	Query   semantic.Query
	Facts   []*Fact
	Keys    []Key
	Values  []Value  // metric columns in output order
	Notes   []string // population and other facts that the answer must state
	Listing *Listing // set instead of the rest when rows are listed
}

// Key is a grouping column.
type Key struct {
	Name  string
	Dim   semantic.Dimension
	Time  bool // the metrics' own time dimension, a different field in each fact
	Grain timex.Grain
}

// Fact is one aggregate: a base dataset, the joins that its keys and filters need, and measures.
type Fact struct {
	Name string
	From
	Time     *model.Field // nil when the base has no time and its value stands for every period
	Keys     []int        // indexes into Plan.Keys that this fact has
	Where    []semantic.Predicate
	Range    timex.Range
	Shift    Shift // how its time buckets move to stand beside the current ones
	Stock    model.Additivity
	Filters  []Scoped // filters that all measures share
	Measures []*Measure
}

// Shift moves a bucket forward by N units of Grain.
type Shift struct {
	Grain timex.Grain
	N     int
}

// Scoped is an expression with the metric whose names it uses.
type Scoped struct {
	Metric *model.Metric
	Expr   ast.Expr
}

// Measure is one aggregate call of a fact.
type Measure struct {
	Name    string
	Call    *ast.Call
	Metric  *model.Metric // whose names the call uses
	Filters []Scoped      // its own
	Part    []semantic.Predicate
	Count   bool // an absent group means zero
}

// Value is an output number: a metric over the measures of one variant.
type Value struct {
	Name    string
	Metric  *model.Metric
	Variant Variant
	// Operands maps each aggregate call of the metric's expression to the measure that computes it.
	Operands map[*ast.Call]*Measure
}

// Variant says which of the numbers of a comparison a value is.
type Variant uint8

// The variants.
const (
	Current Variant = iota
	Prior           // the other period
	Target          // the target metric
	Part            // the selected part of a share
	Whole           // what a share is of, where the groups do not add up to it
)

// Listing is rows of a dataset.
type Listing struct {
	From
	Show    []*model.Field
	Time    *model.Field
	Filters []Scoped
}

type builder struct {
	graph *Graph
	model *model.Model
	plan  *Plan
	facts map[string]*Fact
}

// Build plans a query; the error is a *Problem.
func Build(m *model.Model, g *Graph, q semantic.Query) (*Plan, error) {
	b := &builder{graph: g, model: m, plan: &Plan{Query: q}, facts: map[string]*Fact{}}
	if q.Rows != nil {
		if p := b.listing(); p != nil {
			return nil, p
		}
		return b.plan, nil
	}
	b.keys()
	if q.Share == semantic.ShareTotal {
		for _, mt := range q.Metrics {
			if parts(mt, mt.Expr) == noParts {
				return nil, &Problem{Code: NotAdditive, Metric: mt, Message: fmt.Sprintf("%s is no amount that parts add up to, so it has no shares", mt.Title())}
			}
		}
	}
	for _, v := range b.variants() {
		for _, mt := range q.Metrics {
			if v.kind == Target {
				if mt.Target == nil {
					return nil, &Problem{Code: NoTarget, Metric: mt, Message: fmt.Sprintf("no target is defined for %s", mt.Title())}
				}
				mt = mt.Target
			}
			if p := b.value(mt, v); p != nil {
				return nil, p
			}
		}
	}
	b.shareFilters()
	return b.plan, nil
}

func (b *builder) keys() {
	q := b.plan.Query
	if q.Grain != timex.NoGrain {
		b.plan.Keys = append(b.plan.Keys, Key{Name: q.Grain.String(), Time: true, Grain: q.Grain})
	}
	for _, d := range q.By {
		name := d.Field.Name
		if len(d.Via) > 0 {
			name = d.Via[0].Name + "_" + name
		}
		if d.Grain != timex.NoGrain {
			name += "_" + d.Grain.String()
		}
		for i := 2; slices.ContainsFunc(b.plan.Keys, func(k Key) bool { return strings.EqualFold(k.Name, name) }); i++ {
			name = fmt.Sprintf("%s_%s", d.Field.Dataset.Name, d.Field.Name)
			if i > 2 {
				name = fmt.Sprintf("%s_%d", name, i)
			}
		}
		b.plan.Keys = append(b.plan.Keys, Key{Name: name, Dim: d, Grain: d.Grain})
	}
}

// variant is one reading of the query's period and filters.
type variant struct {
	kind   Variant
	rng    timex.Range
	shift  Shift
	part   []semantic.Predicate
	suffix string
}

func (b *builder) variants() []variant {
	q := b.plan.Query
	cur := variant{kind: Current, rng: q.Period}
	if (q.Compare == semantic.PriorPeriod || q.Compare == semantic.PriorYear) && runs(q) {
		cur.rng.To = q.Until // rows of a day that has only begun stand beside nothing
	}
	out := []variant{cur}
	switch q.Compare {
	case semantic.PriorPeriod, semantic.PriorYear:
		shift := Offset(q)
		out = append(out, variant{kind: Prior, rng: priorRange(q, shift), shift: shift, suffix: "_prior"})
	case semantic.CompareRange:
		shift := Shift{}
		if q.Grain != timex.NoGrain {
			shift = between(q.Calendar.Start(q.Grain, q.Versus.From), q.Calendar.Start(q.Grain, q.Period.From), q.Grain)
		}
		out = append(out, variant{kind: Prior, rng: q.Versus, shift: shift, suffix: "_prior"})
	case semantic.ToTarget:
		out = append(out, variant{kind: Target, rng: q.Period, suffix: "_target"})
	}
	if q.Share == semantic.SharePart {
		out = append(out, variant{kind: Part, rng: q.Period, part: q.Part, suffix: "_part"})
	}
	if b.wholes() {
		out = append(out, variant{kind: Whole, rng: q.Period, suffix: "_whole"})
	}
	return out
}

// Offset is how far back the other period of a prior comparison lies: a year, in whole weeks where the
// grain is a week so that weekdays meet; else one unit of the grain, or the length of the period.
func Offset(q semantic.Query) Shift {
	switch {
	case q.Offset != timex.NoGrain && q.Compare == semantic.PriorPeriod:
		return meeting(q.Offset, q.Grain)
	case q.Compare == semantic.PriorYear && q.Grain == timex.Week:
		return Shift{timex.Week, 52}
	case q.Compare == semantic.PriorYear:
		return Shift{timex.Year, 1}
	case q.Grain != timex.NoGrain:
		return Shift{q.Grain, 1}
	}
	for _, g := range []timex.Grain{timex.Year, timex.Quarter, timex.Month, timex.Week} {
		n := 0
		for at := q.Period.From; at.Before(q.Period.To) && n <= 60; n++ {
			at = timex.Add(q.Period.From, g, n+1)
			if at.Equal(q.Period.To) && q.Calendar.Start(g, q.Period.From).Equal(q.Period.From) {
				return Shift{g, n + 1}
			}
		}
	}
	return Shift{timex.Day, q.Period.Days()}
}

// weeksOf is how many whole weeks stand for a longer unit, so that weekdays meet.
var weeksOf = map[timex.Grain]int{timex.Month: 4, timex.Quarter: 13, timex.Half: 26, timex.Year: 52}

// meeting is one unit back as a shift under which buckets of the grain land on buckets: weeks move by
// weeks, and a grain that is longer than the unit moves by itself.
func meeting(unit, grain timex.Grain) Shift {
	switch {
	case grain == timex.Week && unit > timex.Week:
		return Shift{timex.Week, weeksOf[unit]}
	case grain > unit:
		return Shift{grain, 1}
	}
	return Shift{unit, 1}
}

// priorRange is the period that a prior comparison reads. A running period ends at Until and its prior
// one ends as early: on the same date a year earlier, and after equally many days in the unit before,
// whose months may be longer.
func priorRange(q semantic.Query, shift Shift) timex.Range {
	r := q.Period
	running := runs(q)
	if running {
		r.To = q.Until
	}
	prior := back(r, shift)
	if !running || q.Compare != semantic.PriorPeriod || q.Grain == timex.NoGrain && r.From.IsZero() {
		return prior
	}
	start, end := r.From, q.Period.To // of the unit that is running
	if q.Grain != timex.NoGrain {
		unit := q.Calendar.Unit(q.Grain, q.Until.AddDate(0, 0, -1), 0)
		start, end = unit.From, unit.To
	}
	whole := back(timex.Range{From: start, To: end}, shift)
	to := whole.From.AddDate(0, 0, timex.Range{From: start, To: q.Until}.Days())
	if !whole.To.IsZero() && to.After(whole.To) {
		to = whole.To
	}
	prior.To = to
	return prior
}

// runs says that the period goes on beyond the last day that has data.
func runs(q semantic.Query) bool {
	return !q.Until.IsZero() && (q.Period.To.IsZero() || q.Period.To.After(q.Until)) && q.Period.From.Before(q.Until)
}

func back(r timex.Range, s Shift) timex.Range {
	out := timex.Range{}
	if !r.From.IsZero() {
		out.From = timex.Add(r.From, s.Grain, -s.N)
	}
	if !r.To.IsZero() {
		// The day before the end moves, then the end follows it: the end of February is the end of
		// February in a leap year too, unless the period ends inside a month.
		if r.To.Day() == 1 {
			out.To = timex.Add(r.To, s.Grain, -s.N)
		} else {
			out.To = timex.Add(r.Last(), s.Grain, -s.N).AddDate(0, 0, 1)
		}
	}
	return out
}

// between counts the units from one start to another.
func between(from, to time.Time, g timex.Grain) Shift {
	n := 0
	for at := from; at.Before(to) && n < 5000; n++ {
		at = timex.Add(from, g, n+1)
	}
	if from.After(to) {
		s := between(to, from, g)
		return Shift{g, -s.N}
	}
	return Shift{g, n}
}

// Package semantic has the one question that definitions can answer, as a value: which metrics, by
// which dimensions, over which period, filtered and compared how. Front ends fill it in, package plan
// turns it into nodes, package compile into SQL. It never holds text of the question.
package semantic

import (
	"iter"
	"strings"
	"time"

	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/timex"
)

// Query asks for metrics over a grain, or for rows when Rows is set.
type Query struct {
	Metrics  []*model.Metric
	Aside    []*model.Metric // those of Metrics that only rank or limit: they stand beside what was asked for
	By       []Dimension
	Grain    timex.Grain // of the metrics' own time dimension; NoGrain: one row over the period
	Period   timex.Range // half open; a zero From or To leaves that end open
	Where    []Predicate // all must hold
	Having   []Threshold // on metrics, after grouping
	Compare  Comparison
	Offset   timex.Grain // of a prior comparison: how far back; NoGrain: by kind and grain
	Versus   timex.Range // of CompareRange: the other period
	Share    Share
	Part     []Predicate // of SharePart: what the share is of
	Over     Outer       // an aggregate over the grouped rows: how many groups, their average …
	Rows     *model.Dataset
	RowsOf   *model.Metric  // of Rows: only those that this metric counts
	Show     []*model.Field // of Rows: the columns; empty takes the dataset's own list
	Distinct bool           // of Rows: each combination of the columns once
	Order    []Order
	Limit    int // 0: none

	Calendar timex.Calendar
	// Until is the first day that has no data yet. Comparisons end there, so that a running period is
	// held against equally many days. Zero: the periods are taken as they are.
	Until time.Time
}

// Dimension is a field to group by; time fields carry a grain.
type Dimension struct {
	Field *model.Field
	Grain timex.Grain
	Via   []*model.Relationship // the role of the field's dataset: the joins that lead to it; empty for the only way
}

// Title is how people read the dimension: the field's title, after its role where it has one.
func (d Dimension) Title() string { return inRole(d.Field, d.Via) }

// Title is how people read the filtered field, after its role where it has one.
func (p Predicate) Title() string { return inRole(p.Field, p.Via) }

func inRole(f *model.Field, via []*model.Relationship) string {
	if len(via) == 0 {
		return f.Title()
	}
	role := words.Phrase(via[0].Name)
	return strings.ToUpper(role[:1]) + role[1:] + " " + strings.ToLower(f.Title())
}

// Op is how a field is held against values.
type Op uint8

// The operators of predicates and thresholds.
const (
	Eq Op = iota // one of the values
	Ne           // none of the values
	Lt
	Le
	Gt
	Ge
	Between // both ends included
	Contains
	IsNull
	NotNull
	In     // a time inside Period-like range: [Values[0], Values[1])
	Lacks  // a key that no row of Absent's dataset points to
	Either // all of one of Predicate.Either
)

// Predicate filters rows: the field's value against literals as text, typed by the field.
type Predicate struct {
	Field  *model.Field
	Op     Op
	Values []string
	Absent *Absence              // of Lacks
	Either [][]Predicate         // of Either, which has no Field: one of these holds, all of its predicates
	Via    []*model.Relationship // as of a Dimension
}

// Tests are the predicates on fields that a condition is made of: itself, or those of Either.
func (p Predicate) Tests() iter.Seq[Predicate] {
	return func(yield func(Predicate) bool) { p.tests(yield) }
}

func (p Predicate) tests(yield func(Predicate) bool) bool {
	if p.Op != Either {
		return yield(p)
	}
	for _, all := range p.Either {
		for _, q := range all {
			if !q.tests(yield) {
				return false
			}
		}
	}
	return true
}

// Absence is the rows that a thing must not have: those of Through.From that point to it and meet Where,
// which speaks of their own fields.
type Absence struct {
	Through *model.Relationship // of one column
	Where   []Predicate
}

// Threshold filters groups by a metric; the value is a decimal as text.
type Threshold struct {
	Metric *model.Metric
	Op     Op
	Values []string
	Pct    bool // on the change in percent of a comparison instead of the value
	Prior  bool // on the value against the comparison's own value: more than before
}

// Comparison says beside what each number stands.
type Comparison uint8

// The comparisons.
const (
	NoCompare Comparison = iota
	PriorPeriod
	PriorYear
	CompareRange // another period of its own
	ToTarget     // the metric's target over the same period
)

// Share says whether each value is also shown as a part of the whole.
type Share uint8

// The shares.
const (
	NoShare    Share = iota
	ShareTotal       // each group of the total of its period
	SharePart        // what Part selects, of what the query selects
)

// Outer is an aggregate over the grouped rows.
type Outer uint8

// The outer aggregates.
const (
	NoOuter Outer = iota
	CountGroups
	AvgGroups
	MaxGroups
	MinGroups
)

// OrderKey says by what rows are ordered.
type OrderKey uint8

// The order keys.
const (
	ByMetric  OrderKey = iota
	ByChange           // difference of the comparison
	ByPercent          // change in percent
	ByDimension
	ByTime
)

// Order is one sort key. Index picks the metric or dimension.
type Order struct {
	Key   OrderKey
	Index int
	Field *model.Field // of a listing
	Desc  bool
}

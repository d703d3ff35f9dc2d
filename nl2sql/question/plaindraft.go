package question

import (
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/timex"
)

// plainDraft is what a plain question asks for, by the places of its words: names are not settled yet.
type plainDraft struct {
	lack      *plainLack  // what the things that are asked for must not have
	shown     []plainPick // what stands where an answer is asked for
	groups    []*Span
	conds     []plainCond
	related   []*Span // things that are named beside: the answer must belong to them
	orders    []plainOrder
	rank      *plainRank
	having    []plainCond // on the number of a thing
	distinct  bool
	numberToo bool  // what ranks is asked for as well
	linked    bool  // a verb was read as saying only that one thing belongs to another
	way       *Sign // of an order whose field is not named
	fail      *Span // the first word that could not be accounted for
}

// plainPick is a field or thing that is asked for: itself, its aggregate, or how many there are.
type plainPick struct {
	span     *Span
	agg      string // avg, sum, max, min, count; empty: the values themselves
	distinct bool
}

// plainCond holds a field or the number of a thing against values. A nil span leaves the field to the
// values, or to the names in implied.
type plainCond struct {
	span    *Span
	implied string // "=age": what the adjective speaks of
	op      semantic.Op
	values  []string
	stored  *Span       // a value of the workspace
	text    bool        // the value is quoted text
	period  timex.Range // instead of values
	not     bool
	or      bool // joined to the condition before by "or"
	and     bool // by "and", directly
}

// plainLack is a thing that must be absent, with the conditions on it.
type plainLack struct {
	span  *Span
	conds []plainCond
}

type plainOrder struct {
	span    *Span
	implied string
	agg     string
	desc    bool
}

// plainRank keeps only the first or last of an order.
type plainRank struct {
	order plainOrder
	count bool // by the number of what the order's span names
	n     int
	of    *Span // what is ranked by how often it occurs
}

package proof

import (
	"fmt"
	"math/big"
	"strings"
)

// metric is a definition as a tree of the test's own, written into the model as text and evaluated here
// over rows.
type metric struct {
	name    string
	time    string // ds.column, empty for the default
	expr    expr
	filter  *cond
	double  bool
	percent bool
	target  string
	exact   bool // sums and counts: compared to the last digit
	adds    bool // groups add up to the whole
	share   bool // may be asked for a share
}

type expr interface{ sql(w *world) string }

// agg is an aggregate over one column; when, if set, makes the argument CASE WHEN … THEN column END.
type agg struct {
	fn, ds, col string
	distinct    bool
	when        *cond
}

type arith struct {
	op   string
	l, r expr
}

type ref struct{ metric string }

type num struct{ n int64 }

// cond is column = value.
type cond struct{ ds, col, value string }

func (c *cond) sql(w *world) string { return w.fieldSQL(c.ds, c.col) + " = '" + c.value + "'" }

func (a *agg) sql(w *world) string {
	arg := w.fieldSQL(a.ds, a.col)
	if a.when != nil {
		arg = "CASE WHEN " + a.when.sql(w) + " THEN " + arg + " END"
	}
	if a.distinct {
		arg = "DISTINCT " + arg
	}
	return strings.ToUpper(a.fn) + "(" + arg + ")"
}

func (a *arith) sql(w *world) string {
	if a.op == "/" {
		return "(" + a.l.sql(w) + ") / NULLIF(" + a.r.sql(w) + ", 0)"
	}
	return "(" + a.l.sql(w) + ") " + a.op + " (" + a.r.sql(w) + ")"
}

func (r *ref) sql(*world) string { return r.metric }
func (n *num) sql(*world) string { return fmt.Sprint(n.n) }

func sum(ds, col string) *agg    { return &agg{fn: "sum", ds: ds, col: col} }
func count(ds, col string) *agg  { return &agg{fn: "count", ds: ds, col: col} }
func unique(ds, col string) *agg { return &agg{fn: "count", ds: ds, col: col, distinct: true} }

// define writes the metrics: every kind of definition over every kind of fact.
func (w *world) define() {
	for _, m := range []*metric{
		{name: "sales", expr: sum("orders", "total"), target: "goal", exact: true, adds: true},
		{name: "orders_n", expr: count("orders", "id"), exact: true, adds: true},
		{name: "items", expr: sum("orders", "items"), exact: true, adds: true},
		{name: "weight", expr: sum("orders", "weight"), adds: true},
		{name: "paid_sales", expr: sum("orders", "total"), filter: &cond{"orders", "status", "paid"}, exact: true, adds: true, target: "goal"},
		{name: "paid_n", expr: count("orders", "id"), filter: &cond{"orders", "status", "paid"}, exact: true, adds: true},
		{name: "retail_n", expr: count("orders", "id"), filter: &cond{"accounts", "segment", "retail"}, exact: true, adds: true},
		{name: "refunds", expr: &agg{fn: "sum", ds: "orders", col: "total", when: &cond{"orders", "status", "refunded"}}, exact: true, adds: true},
		{name: "net", expr: &arith{"-", &ref{"sales"}, &ref{"refunds"}}, exact: true},
		{name: "average", expr: &agg{fn: "avg", ds: "orders", col: "total"}},
		{name: "average_items", expr: &agg{fn: "avg", ds: "orders", col: "items"}},
		{name: "largest", expr: &agg{fn: "max", ds: "orders", col: "total"}, exact: true},
		{name: "smallest", expr: &agg{fn: "min", ds: "orders", col: "total"}, exact: true},
		{name: "buyers", expr: unique("orders", "account_id"), exact: true, share: true},
		{name: "mean", expr: &arith{"/", sum("orders", "total"), count("orders", "id")}},
		{name: "mean_double", expr: &arith{"/", sum("orders", "total"), sum("orders", "items")}, double: true},
		{name: "paid_rate", expr: &arith{"/", &ref{"paid_n"}, &ref{"orders_n"}}, percent: true},
		{name: "line_net", time: "orders.at", expr: sum("lines", "net"), exact: true, adds: true},
		{name: "line_amount", time: "orders.at", expr: sum("lines", "amount"), exact: true, adds: true},
		{name: "lines_per_order", time: "orders.at", expr: &arith{"/", sum("lines", "qty"), count("orders", "id")}},
		{name: "unbilled", time: "orders.at", expr: &arith{"-", sum("orders", "total"), sum("lines", "amount")}, exact: true},
		{name: "tickets_n", expr: count("tickets", "id"), exact: true, adds: true},
		{name: "minutes", expr: sum("tickets", "minutes"), exact: true, adds: true},
		{name: "callers", expr: unique("tickets", "account_id"), exact: true, share: true},
		{name: "tickets_per_order", expr: &arith{"/", &ref{"tickets_n"}, &ref{"orders_n"}}},
		{name: "doubled", expr: &arith{"*", &num{2}, &ref{"tickets_n"}}, exact: true, adds: true},
		{name: "closing", expr: sum("balances", "closing"), exact: true, adds: true},
		{name: "opening", expr: sum("balances", "opening"), exact: true, adds: true},
		{name: "hits", expr: sum("visits", "hits"), exact: true, adds: true},
		{name: "open", expr: sum("visits", "open"), exact: true, adds: true},
		{name: "goal", expr: sum("goals", "goal"), exact: true, adds: true},
		{name: "sales_per_seat", time: "orders.at", expr: &arith{"/", sum("orders", "total"), count("seats", "id")}},
		{name: "sales_less_seats", time: "orders.at", expr: &arith{"-", sum("orders", "total"), sum("seats", "price")}, exact: true},
		{name: "seat_price", expr: sum("seats", "price"), exact: true, adds: true},
		{name: "sales_per_account", time: "orders.at", expr: &arith{"/", sum("orders", "total"), unique("accounts", "id")}},
	} {
		m.share = m.share || m.adds
		w.metrics[m.name] = m
		w.names = append(w.names, m.name)
	}
}

// aggs lists the aggregates of a metric with the filters that hold for each.
func (w *world) aggs(m *metric) []bound {
	var out []bound
	var walk func(e expr, filters []*cond)
	var enter func(m *metric, filters []*cond)
	walk = func(e expr, filters []*cond) {
		switch e := e.(type) {
		case *agg:
			out = append(out, bound{e, filters})
		case *arith:
			walk(e.l, filters)
			walk(e.r, filters)
		case *ref:
			enter(w.metrics[e.metric], filters)
		}
	}
	enter = func(m *metric, filters []*cond) {
		if m.filter != nil {
			filters = append(filters[:len(filters):len(filters)], m.filter)
		}
		walk(m.expr, filters)
	}
	enter(m, nil)
	return out
}

type bound struct {
	*agg
	filters []*cond
}

// calc evaluates the metric's tree with the values of its aggregates.
func (w *world) calc(m *metric, filters []*cond, value func(bound) *big.Rat) *big.Rat {
	if m.filter != nil {
		filters = append(filters[:len(filters):len(filters)], m.filter)
	}
	var eval func(e expr) *big.Rat
	eval = func(e expr) *big.Rat {
		switch e := e.(type) {
		case *agg:
			return value(bound{e, filters})
		case *num:
			return big.NewRat(e.n, 1)
		case *ref:
			return w.calc(w.metrics[e.metric], filters, value)
		case *arith:
			l, r := eval(e.l), eval(e.r)
			if l == nil || r == nil {
				return nil
			}
			switch e.op {
			case "+":
				return new(big.Rat).Add(l, r)
			case "-":
				return new(big.Rat).Sub(l, r)
			case "*":
				return new(big.Rat).Mul(l, r)
			}
			return quotient(l, r)
		}
		panic("no such expression")
	}
	return eval(m.expr)
}

func quotient(l, r *big.Rat) *big.Rat {
	if l == nil || r == nil || r.Sign() == 0 {
		return nil
	}
	return new(big.Rat).Quo(l, r)
}

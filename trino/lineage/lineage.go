// Package lineage says where the columns of a checked statement come from: for each output column the
// table columns whose values reach its expression (direct), and those that only decide which rows
// there are and in which order (indirect). It follows what package check found out and reads names
// nowhere by itself. Start at Statement.
//
// What counts as direct is what Trino's own lineage counts: conditions of CASE and IF, FILTER, ORDER
// BY inside an aggregate, PARTITION BY and ORDER BY of a window, and the columns of an IN subquery
// included. Unlike Trino's it also sees through USING, named windows, row expansion and VALUES.
package lineage

import (
	"math/bits"
	"sort"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/functions"
)

// Kind says how a source takes part.
type Kind string

// The kinds of a source.
const (
	Direct   Kind = "direct"   // its value reaches the output's expression
	Indirect Kind = "indirect" // it only filters, joins, groups or sorts
)

// Source is one table column behind an output. Table is catalog.schema.table.
type Source struct {
	Table  string `json:"table"`
	Column string `json:"column"`
	Kind   Kind   `json:"kind"`
}

// Output is one output column with its sources, direct ones first, each kind by table and column.
type Output struct {
	Name      string    `json:"output"`
	Inputs    []Source  `json:"inputs"`
	Transform Transform `json:"-"`
}

// Transform says what becomes of the values of the direct sources.
type Transform uint8

// The transforms.
const (
	Identity   Transform = iota // they are the output's values
	Changed                     // an expression is computed from them, or several columns are put together
	Aggregated                  // an aggregate is
)

// Table is one table that the query reads and the columns that it reads anywhere.
type Table struct {
	Name    string   `json:"table"`
	Columns []string `json:"columns"`
}

// Graph is the lineage of one statement.
type Graph struct {
	// Target is the table or view that the outputs are columns of, empty for a query.
	Target  string
	Outputs []Output
	Tables  []Table
	// Shared are the sources that decide which rows there are, for all outputs alike. Each output has
	// them among its inputs too.
	Shared []Source

	roles [roleCount]set // which columns filter, join …, wherever in the statement
	names *names
}

// role is what an indirect source does.
type role uint8

const (
	filters role = iota
	joins
	groups
	sorts
	roleCount
)

// Trace gives the lineage of a query from what checking it found out. Columns that a problem kept
// from being understood have no sources. Where the query of a view is known the view is seen through,
// else it is a source like a table.
func Trace(q *ast.Query, info *check.Info) Graph { return trace(info, info.Columns, q) }

// Statement gives the lineage of any statement: of a query as Trace does; of what stores rows or makes
// a view, how the columns of its target come about; of anything else only the tables that it reads.
func Statement(stmt ast.Statement, info *check.Info) Graph {
	var g Graph
	switch s := stmt.(type) {
	case *ast.Query:
		return trace(info, info.Columns, s)
	case *ast.Root:
		return trace(info, info.Columns, s.Query)
	case *ast.ExecuteImmediate:
		if s.Stmt != nil {
			return Statement(s.Stmt, info)
		}
		g = trace(info, nil)
	case *ast.Insert:
		g = trace(info, info.Written, s.Query)
	case *ast.CreateTableAs:
		g = trace(info, info.Written, s.Query)
	case *ast.CreateView:
		g = trace(info, info.Written, s.Query)
	case *ast.CreateMaterializedView:
		g = trace(info, info.Written, s.Query)
	case *ast.Update:
		g = trace(info, info.Written, s.Where)
	case *ast.Delete:
		g = trace(info, nil, s.Where)
	case *ast.Merge:
		parts := []ast.Node{s.Source, s.On}
		for _, c := range s.Cases {
			if c.If != nil {
				parts = append(parts, c.If)
			}
		}
		g = trace(info, info.Written, parts...)
	default:
		g = trace(info, nil)
	}
	if info.Target != nil {
		g.Target = info.Target.String()
	}
	return g
}

// trace follows these columns; the parts are what decides which rows there are.
func trace(info *check.Info, columns []*check.Column, parts ...ast.Node) Graph {
	t := &tracer{
		info:     info,
		first:    make(map[*check.TableUse]int, len(info.Tables)),
		direct:   make(map[*check.Column]traced, 64),
		open:     make(map[*check.Column]bool, 8),
		indirect: make(map[*ast.Query]set, 8),
	}
	for _, use := range info.Tables {
		t.first[use] = t.size
		t.size += len(use.Table.Columns)
	}
	g := Graph{Outputs: make([]Output, len(columns)), Tables: make([]Table, len(info.Tables))}
	for i, use := range info.Tables {
		g.Tables[i] = Table{use.Table.String(), use.Columns()}
	}
	var shared set
	merging := false // a relation stands first: the source of a MERGE, and then its condition
	for i, p := range parts {
		switch p := p.(type) {
		case nil:
		case *ast.Query:
			shared = union(shared, t.query(p))
		case ast.Relation:
			merging = true
			shared = union(shared, t.relation(p))
		case ast.Expr:
			part := filters
			if i == 1 && merging {
				part = joins
			}
			shared = union(shared, t.as(part, t.whole(p)))
		}
	}
	sources := newNames(info)
	for i, col := range columns {
		t.beside = nil
		direct := t.column(col)
		g.Outputs[i] = Output{col.Name, sources.list(direct, union(shared, t.beside)), t.transform(col)}
	}
	g.Shared = sources.list(nil, shared)
	g.roles, g.names = t.roles, sources
	return g
}

// transform says what becomes of the values of a column on the way.
func (t *tracer) transform(col *check.Column) Transform {
	for len(col.Via) == 1 && col.Expr == nil {
		col = col.Via[0]
		for col.Table != nil && col.Inner != nil {
			col = col.Inner
		}
	}
	if col.Table != nil {
		return Identity
	}
	found := Changed
	look := func(e ast.Expr) {
		ast.Walk(e, func(n ast.Node) bool {
			if call, ok := n.(*ast.Call); ok && call.Over == nil {
				if f := t.info.Function(call); f != nil && f.Kind == functions.Aggregate {
					found = Aggregated
				}
			}
			_, query := n.(*ast.Query)
			return !query
		})
	}
	if col.Expr != nil {
		look(col.Expr)
	}
	return found
}

// set is a set of table columns by number; nil is empty.
type set []uint64

// union never writes to its arguments, so that sets can be shared.
func union(a, b set) set {
	if len(b) == 0 {
		return a
	}
	if len(a) == 0 {
		return b
	}
	if len(a) < len(b) {
		a, b = b, a
	}
	if !adds(a, b) {
		return a
	}
	out := append(set(nil), a...)
	for i, w := range b {
		out[i] |= w
	}
	return out
}

func adds(a, b set) bool {
	for i, w := range b {
		if w&^a[i] != 0 {
			return true
		}
	}
	return false
}

// traced is what is known of a column: its sources, and the filters of subqueries in its expression.
type traced struct{ direct, beside set }

// tracer collects sources of columns, expressions and queries, each once.
type tracer struct {
	info  *check.Info
	first map[*check.TableUse]int // number of a table's first column
	size  int

	direct   map[*check.Column]traced
	open     map[*check.Column]bool // being traced: only a recursive query comes back to one
	cut      bool                   // such a return was met, so what was traced meanwhile is not whole
	indirect map[*ast.Query]set
	beside   set // filters of subqueries inside the expression being traced
	roles    [roleCount]set
}

// as notes what a set of sources does and gives it back.
func (t *tracer) as(r role, s set) set {
	t.roles[r] = union(t.roles[r], s)
	return s
}

func (t *tracer) column(col *check.Column) set {
	switch {
	case col == nil:
		return nil
	case col.Table != nil:
		if col.Inner != nil {
			return t.column(col.Inner)
		}
		n := t.first[col.Table] + col.Index
		s := make(set, n/64+1)
		s[n/64] = 1 << (n % 64)
		return s
	case len(col.Via) == 1 && col.Expr == nil:
		// Most columns only rename another; these are not worth remembering. A recursive one has two.
		return t.column(col.Via[0])
	}
	if known, ok := t.direct[col]; ok {
		t.beside = union(t.beside, known.beside)
		return known.direct
	}
	if t.open[col] {
		t.cut = true
		return nil
	}
	t.open[col] = true
	outerCut, outerBeside := t.cut, t.beside
	t.cut, t.beside = false, nil
	var s set
	for _, v := range col.Via {
		s = union(s, t.column(v))
	}
	if col.Expr != nil {
		s = union(s, t.expr(col.Expr))
	}
	for _, e := range col.Rows {
		s = union(s, t.expr(e))
	}
	delete(t.open, col)
	if !t.cut || len(t.open) == 0 {
		t.direct[col] = traced{s, t.beside}
		t.cut = false
	}
	t.cut = t.cut || outerCut
	t.beside = union(outerBeside, t.beside)
	return s
}

// expr gives the sources whose values reach an expression.
func (t *tracer) expr(e ast.Expr) set {
	if ref := t.info.Ref(e); ref != nil {
		return t.column(ref)
	}
	switch e := e.(type) {
	case *ast.Paren:
		return t.expr(e.X)
	case *ast.Subquery:
		return t.subquery(e.Query)
	case *ast.In:
		s := t.expr(e.X)
		for _, x := range e.List {
			s = union(s, t.expr(x))
		}
		if e.Query != nil {
			s = union(s, t.subquery(e.Query))
		}
		return s
	case *ast.Quantified:
		return union(t.expr(e.L), t.subquery(e.Query))
	case *ast.Match:
		return union(t.expr(e.X), t.subquery(e.Query))
	case *ast.Unique:
		return t.subquery(e.Query)
	case *ast.Exists:
		t.subquery(e.Query) // whether there are rows is a matter of its filters alone
		return nil
	case *ast.Call:
		s := t.children(e)
		if w := t.info.Window(e); w != nil {
			s = union(s, t.children(w))
		}
		return s
	}
	return t.children(e)
}

func (t *tracer) children(n ast.Node) (s set) {
	for child := range ast.Children(n) {
		if e, ok := child.(ast.Expr); ok {
			s = union(s, t.expr(e))
		} else {
			s = union(s, t.children(child))
		}
	}
	return s
}

// subquery gives what a query inside an expression gives back; its filters stand beside.
func (t *tracer) subquery(q *ast.Query) (s set) {
	t.beside = union(t.beside, t.query(q))
	for _, col := range t.info.Output(q) {
		s = union(s, t.column(col))
	}
	return s
}

// query gives what filters, joins, groups or sorts in a query and in the relations it reads from:
// each of that can decide whether any row of its output is there.
func (t *tracer) query(q *ast.Query) set {
	if s, ok := t.indirect[q]; ok {
		return s
	}
	t.indirect[q] = nil // a recursive query adds nothing to itself
	s := t.body(q.Body)
	for _, item := range q.OrderBy {
		s = union(s, t.as(sorts, t.whole(item.Expr)))
	}
	t.indirect[q] = s
	return s
}

// whole gives all sources of a clause: those of its expression and the filters of subqueries inside.
func (t *tracer) whole(e ast.Expr) set {
	outer := t.beside
	t.beside = nil
	s := t.expr(e)
	s = union(s, t.beside)
	t.beside = outer
	return s
}

func (t *tracer) body(b ast.QueryBody) (s set) {
	switch b := b.(type) {
	case *ast.Select:
		if b.From != nil {
			s = t.relation(b.From)
		}
		if b.Where != nil {
			s = union(s, t.as(filters, t.whole(b.Where)))
		}
		if b.GroupBy != nil {
			s = union(s, t.as(groups, t.group(b.GroupBy)))
		}
		if b.Having != nil {
			s = union(s, t.as(filters, t.whole(b.Having)))
		}
	case *ast.SetOp:
		s = union(t.body(b.Left), t.body(b.Right))
	case *ast.ParenQuery:
		s = t.query(b.Query)
	case *ast.TableQuery:
		s = t.named(b)
	}
	return s
}

func (t *tracer) group(n ast.Node) (s set) {
	for child := range ast.Children(n) {
		if e, ok := child.(ast.Expr); ok {
			s = union(s, t.whole(e))
		} else {
			s = union(s, t.group(child))
		}
	}
	return s
}

// named gives the filters behind a CTE or a view.
func (t *tracer) named(n ast.Node) set {
	if q := t.info.CTE(n); q != nil {
		return t.query(q)
	}
	if use := t.info.Use(n); use != nil {
		if q := t.info.View(use.Table); q != nil {
			return t.query(q)
		}
	}
	return nil
}

func (t *tracer) relation(r ast.Relation) (s set) {
	switch r := r.(type) {
	case *ast.Table:
		return t.named(r)
	case *ast.Aliased:
		return t.relation(r.Rel)
	case *ast.ParenRel:
		return t.relation(r.Rel)
	case *ast.Sampled:
		return t.relation(r.Rel)
	case *ast.SubqueryRel:
		return t.query(r.Query)
	case *ast.Lateral:
		return t.query(r.Query)
	case *ast.Unnest: // how many rows there are depends on the arrays
		for _, e := range r.Exprs {
			s = union(s, t.whole(e))
		}
	case *ast.Join:
		s = union(t.relation(r.Left), t.relation(r.Right))
		if r.On != nil {
			s = union(s, t.as(joins, t.whole(r.On)))
		}
		for _, id := range r.Using {
			s = union(s, t.as(joins, t.whole(id)))
		}
	case *ast.Pivot:
		s = t.relation(r.Rel)
		if r.GroupBy != nil {
			s = union(s, t.as(groups, t.group(r.GroupBy)))
		}
	case *ast.MatchRecognize:
		s = t.relation(r.Rel)
		for _, e := range r.PartitionBy {
			s = union(s, t.whole(e))
		}
		for _, item := range r.OrderBy {
			s = union(s, t.whole(item.Expr))
		}
		for _, d := range r.Pattern.Defines {
			s = union(s, t.whole(d.Expr))
		}
	case *ast.Nearest:
		s = t.relation(r.Rel)
		if r.Where != nil {
			s = union(s, t.as(filters, t.whole(r.Where)))
		}
		s = union(s, t.as(joins, t.whole(r.Match)))
	case *ast.JSONTable:
		s = t.whole(r.Path.Input.X)
	case *ast.TableFunction:
		for _, a := range r.Args {
			if arg, ok := a.Value.(*ast.TableArg); ok {
				s = union(s, t.relation(arg.Rel))
			}
		}
	}
	return s
}

// names gives numbers back their names, in the order in which sources are listed.
type names struct {
	info   *check.Info
	tables []string
	order  []int // of tables, by name
	first  []int
}

func newNames(info *check.Info) *names {
	n := &names{info: info, tables: make([]string, len(info.Tables)), order: make([]int, len(info.Tables)), first: make([]int, len(info.Tables))}
	next := 0
	for i, use := range info.Tables {
		n.tables[i], n.order[i], n.first[i] = use.Table.String(), i, next
		next += len(use.Table.Columns)
	}
	sort.Slice(n.order, func(i, j int) bool { return n.tables[n.order[i]] < n.tables[n.order[j]] })
	return n
}

func (s set) has(n int) bool { return n/64 < len(s) && s[n/64]&(1<<(n%64)) != 0 }

func (s set) count() (n int) {
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

func (n *names) list(direct, indirect set) []Source {
	total := union(direct, indirect).count()
	out := make([]Source, 0, total)
	for _, kind := range [2]Kind{Direct, Indirect} {
		of := direct
		if kind == Indirect {
			of = indirect
		}
		for _, i := range n.order {
			table := n.info.Tables[i].Table
			start := len(out)
			for c := range table.Columns {
				id := n.first[i] + c
				if of.has(id) && (kind == Direct || !direct.has(id)) {
					out = append(out, Source{n.tables[i], table.Columns[c].Name, kind})
				}
			}
			part := out[start:]
			sort.Slice(part, func(a, b int) bool { return part[a].Column < part[b].Column })
		}
	}
	return out
}

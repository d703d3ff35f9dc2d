// Package compile turns a plan into Trino SQL as a tree. It knows no question and no person: equal
// plans give equal trees. Start at Compile.
package compile

import (
	"slices"
	"strings"

	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/plan"
	"github.com/limn-data/limn/trino/ast"
)

// Role says what an output column is for.
type Role string

// The roles of output columns.
const (
	RoleTime      Role = "time"
	RoleDimension Role = "dimension"
	RoleMetric    Role = "metric"
	RolePrior     Role = "prior"
	RoleTarget    Role = "target"
	RoleChange    Role = "change"
	RolePercent   Role = "percent" // a change, share or attainment as a fraction
	RoleShare     Role = "share"
	RolePart      Role = "part"
)

// Column is one output column of a compiled query.
type Column struct {
	Name   string
	Role   Role
	Metric *model.Metric // nil for keys
	Field  *model.Field  // of a dimension or listing
	Key    *plan.Key
	Aside  bool // a number that only ranks or limits the rows
}

// Result is a compiled query.
type Result struct {
	Query   *ast.Query
	Columns []Column
}

// Compile builds the tree of a plan.
func Compile(p *plan.Plan) (*Result, error) {
	if p.Listing != nil {
		return listing(p)
	}
	c := &compiler{plan: p, single: len(p.Facts) == 1 && simple(p.Query), stacked: "combined"}
	for slices.ContainsFunc(p.Facts, func(f *plan.Fact) bool { return strings.EqualFold(f.Name, c.stacked) }) {
		c.stacked += "_facts"
	}
	if err := c.facts(); err != nil {
		return nil, err
	}
	c.columns()
	if c.failed != nil {
		return nil, c.failed
	}
	return c.finish()
}

// simple queries need no common table expression: one SELECT says it all.
func simple(q semantic.Query) bool {
	return q.Compare == semantic.NoCompare && q.Share != semantic.SharePart
}

type compiler struct {
	plan    *plan.Plan
	single  bool
	with    []*ast.CTE
	rel     ast.Relation
	where   []ast.Expr
	keys    []ast.Expr
	stacked string // name of the CTE that lays facts on each other; no fact's name
	group   int    // keys to group by in the outermost SELECT, 0 when the CTEs have grouped
	operand func(*plan.Measure) ast.Expr
	out     []Column
	exprs   []ast.Expr
	failed  error
}

// Package nl2sql holds what reading a question leads to: a checked plan, ready for the gate. The
// reading itself is in package question. Start at Plan.
package nl2sql

import (
	"fmt"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/semantic/compile"
	"github.com/limn-data/limn/semantic/plan"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/format"
	"github.com/limn-data/limn/trino/parse"
)

// Plan is a statement that was parsed and checked, with how it came about.
type Plan struct {
	SQL     string // formatted Trino SQL, as it runs
	Query   *ast.Query
	Info    *check.Info
	Columns []compile.Column // what each output column is for
	Road    string           // governed | verified | inferred | drafted
	Tables  []*catalog.Asset // that are read
	Checked time.Duration    // what parsing and checking took
}

// Compile turns a semantic plan into a checked statement. What the compiler built is printed, parsed and
// checked like anybody's SQL: a problem here is a fault in a definition, and is returned as one.
func Compile(p *plan.Plan, snap *catalog.Snapshot, tables check.Catalog) (*Plan, error) {
	res, err := compile.Compile(p)
	if err != nil {
		return nil, err
	}
	sql := format.Query(res.Query)
	start := time.Now()
	out, err := Checked(sql, snap, tables, check.Session{})
	if err != nil {
		return nil, err
	}
	out.Checked = time.Since(start)
	out.Columns = res.Columns
	out.Road = "governed"
	for _, m := range p.Query.Metrics {
		if m.Inferred {
			out.Road = "inferred"
		}
	}
	if p.Query.Rows != nil && p.Query.Rows.Inferred {
		out.Road = "inferred"
	}
	return out, nil
}

// Problems is a statement that does not check; Error prints the first as Trino would.
type Problems struct {
	SQL  string
	List []check.Problem
}

func (p *Problems) Error() string {
	var out []string
	for _, x := range p.List {
		out = append(out, x.Format(p.SQL, parse.Position))
	}
	return strings.Join(out, "; ")
}

// Checked parses and checks the text of a query against a catalog.
func Checked(sql string, snap *catalog.Snapshot, tables check.Catalog, s check.Session) (*Plan, error) {
	stmt, err := parse.Statement(sql)
	if err != nil {
		return nil, err
	}
	q, ok := stmt.(*ast.Query)
	if !ok {
		return nil, fmt.Errorf("only queries run here; this is another kind of statement")
	}
	info, problems := check.Check(q, tables, s)
	if len(problems) > 0 {
		return nil, &Problems{sql, problems}
	}
	out := &Plan{SQL: sql, Query: q, Info: info}
	for _, use := range info.Tables {
		if a := snap.Table(catalog.Name{Catalog: use.Table.Catalog, Schema: use.Table.Schema, Table: use.Table.Name}); a != nil {
			out.Tables = append(out.Tables, a)
		}
	}
	return out, nil
}

package dbt

import (
	"slices"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/lineage"
	"github.com/limn-data/limn/trino/parse"
	"github.com/limn-data/limn/trino/types"
)

// tables finds the lineage of columns in compiled SQL. That is written for the project's database; what of it
// reads as Trino's and names only columns that are known is traced, and everything else has the edges of its
// tables alone.
type tables struct{}

// maxSQL is how long a statement may be to be parsed, in bytes.
const maxSQL = 200_000

// harmless are problems that do not change where a column comes from: another database has other types and
// functions.
var harmless = map[string]bool{check.TypeMismatch: true, check.FunctionNotFound: true}

// lineage gives the edges of the columns of a node; none where its SQL is not understood.
func (tables) lineage(r *reading, n *node) []catalog.EdgeClaim {
	sql := strings.TrimRight(strings.TrimSpace(n.sql()), "; \n\t")
	if len(sql) > maxSQL {
		return nil
	}
	stmt, err := parse.Statement(sql)
	if err != nil {
		return nil
	}
	q, ok := stmt.(*ast.Query)
	if !ok {
		return nil
	}
	var from []*check.Table
	ids := map[string]catalog.ID{}
	seen := map[string]bool{}
	for queue := slices.Clone(n.DependsOn.Nodes); len(queue) > 0; queue = queue[1:] {
		me := r.names[queue[0]]
		if me == nil || seen[queue[0]] {
			continue
		}
		seen[queue[0]] = true
		queue = append(queue, me.reads...)
		if me.id.IsZero() || len(me.columns) == 0 {
			continue
		}
		t := table(me)
		from = append(from, t)
		ids[strings.ToLower(t.String())] = me.id
	}
	if len(from) == 0 {
		return nil
	}
	info, problems := check.Check(q, check.Tables(from...), check.Session{Catalog: n.Database, Schema: n.Schema})
	confidence := 1.0
	for _, p := range problems {
		if !harmless[p.Code] {
			return nil
		}
		confidence = 0.8
	}
	g := lineage.Trace(q, info)
	shared := map[lineage.Source]bool{}
	var out []catalog.EdgeClaim
	for _, s := range g.Shared {
		shared[s] = true
		out = append(out, catalog.EdgeClaim{From: ids[strings.ToLower(s.Table)], FromColumn: s.Column, Type: "indirect", Confidence: confidence})
	}
	for _, o := range g.Outputs {
		for _, s := range o.Inputs {
			e := catalog.EdgeClaim{From: ids[strings.ToLower(s.Table)], FromColumn: s.Column, ToColumn: o.Name, Type: string(s.Kind), Confidence: confidence}
			switch {
			case o.Name == "":
				continue
			case s.Kind == lineage.Direct:
				e.Subtype = map[lineage.Transform]string{lineage.Identity: "identity", lineage.Changed: "transformation", lineage.Aggregated: "aggregation"}[o.Transform]
			case shared[s]:
				continue // said once for the table
			}
			out = append(out, e)
		}
	}
	return out
}

// table is a node as the checker reads it. A type that Trino does not have is left open.
func table(n *named) *check.Table {
	parts := strings.Split(n.id.Name, ".")
	t := &check.Table{Name: parts[len(parts)-1]}
	if len(parts) > 1 {
		t.Schema = parts[len(parts)-2]
	}
	if len(parts) > 2 {
		t.Catalog = strings.Join(parts[:len(parts)-2], ".")
	}
	t.Catalog, t.Schema, t.Name = strings.ToLower(t.Catalog), strings.ToLower(t.Schema), strings.ToLower(t.Name)
	for _, c := range n.columns {
		typ, err := types.Parse(c.typ)
		if err != nil {
			typ = types.Type{}
		}
		t.Columns = append(t.Columns, check.TableColumn{Name: strings.ToLower(c.name), Type: typ})
	}
	return t
}

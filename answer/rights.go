package answer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/gate"
	"github.com/limn-data/limn/nl2sql"
	"github.com/limn-data/limn/nl2sql/question"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/trino/ast"
)

// secured is a plan with the statement that the gate gave back in place of its own. Its tables are whole:
// filters may look at columns, and at tables, that the asker may not see.
func (s *Service) secured(plan *nl2sql.Plan, q *gate.Secured) *nl2sql.Plan {
	if q.Query == plan.Query {
		return plan
	}
	out := *plan
	out.SQL, out.Query, out.Info, out.Tables = q.SQL, q.Query, q.Info, nil
	for _, use := range q.Info.Tables {
		if a := s.ws.Snapshot.Table(catalog.Name{Catalog: use.Table.Catalog, Schema: use.Table.Schema, Table: use.Table.Name}); a != nil {
			out.Tables = append(out.Tables, a)
		}
	}
	return &out
}

// restricted tells the reader that a number is made of fewer rows, or of other values, than the table has:
// it is right for them, and not the whole.
func (s *Service) restricted(o *Outcome, plan *nl2sql.Plan, applied []*access.Restriction) {
	for _, r := range applied {
		if len(r.Filters) > 0 {
			o.Warnings = append(o.Warnings, Warning{Level: Note, Code: "rows_limited", Asset: r.Table.String(),
				Message: fmt.Sprintf("Made of the rows of %s that you may see; there may be others.", r.Table)})
		}
		var masked []string
		for _, use := range plan.Info.Tables {
			if !strings.EqualFold(use.Table.String(), r.Table.String()) {
				continue
			}
			for _, c := range use.Columns() {
				if how := r.Masked[strings.ToLower(c)]; how != "" {
					masked = append(masked, c)
				}
			}
		}
		slices.Sort(masked)
		if len(masked) > 0 {
			o.Warnings = append(o.Warnings, Warning{Level: Note, Code: "masked", Asset: r.Table.String(),
				Message: fmt.Sprintf("Of %s you do not see the true values of %s.", r.Table, strings.Join(masked, ", "))})
		}
	}
}

// visible leaves out stored values that the asker may not know to be there: of columns that are masked for
// them, and of tables of which they do not see every row.
func visible(all question.Values, m *model.Model, view *access.View) question.Values {
	if all == nil {
		return nil
	}
	hidden := map[string]bool{}
	for _, d := range m.Datasets {
		for _, f := range d.Fields {
			ast.Walk(f.Expr, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok && !view.Whole(d.Table, id.Name) {
					hidden[strings.ToLower(f.String())] = true
				}
				return true
			})
		}
	}
	if len(hidden) == 0 {
		return all
	}
	return seenValues{all, hidden}
}

type seenValues struct {
	question.Values
	hidden map[string]bool // "dataset.field"
}

func (v seenValues) seen(hits []question.ValueHit) []question.ValueHit {
	return slices.DeleteFunc(slices.Clone(hits), func(h question.ValueHit) bool { return v.hidden[strings.ToLower(h.Field)] })
}

func (v seenValues) Exact(text string) []question.ValueHit { return v.seen(v.Values.Exact(text)) }

func (v seenValues) Near(text string) []question.ValueHit { return v.seen(v.Values.Near(text)) }

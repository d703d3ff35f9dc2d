package trino

import (
	"strings"
	"time"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/rows"
)

// Pin returns the query with the clock written out: CURRENT_DATE, now() and their kin as literals of a
// moment in a zone, so that a question asked as of a day is answered as of that day, and an answer can be
// had again. A query that does not ask the clock is returned as it is.
func Pin(q *ast.Query, now time.Time, zone *time.Location) *ast.Query {
	found := false
	ast.Walk(q, func(n ast.Node) bool {
		if _, ok := moment(n, now, zone); ok {
			found = true
		}
		return !found
	})
	if !found {
		return q
	}
	return ast.Rewrite(q, func(n ast.Node) (ast.Node, bool) {
		if lit, ok := moment(n, now, zone); ok {
			return lit, true
		}
		return nil, false
	})
}

// moment is the literal that stands for a node which asks the clock. Functions of dates that take no
// moment from the clock are not here; a function of the server's own that does would be a new one.
func moment(n ast.Node, now time.Time, zone *time.Location) (ast.Node, bool) {
	what, digits := "", 3
	switch n := n.(type) {
	case *ast.Current:
		what = n.What
		if n.Precision >= 0 {
			digits = n.Precision
		}
	case *ast.Call:
		if len(n.Args) == 0 && len(n.Name.Parts) == 1 && strings.EqualFold(n.Name.Parts[0].Name, "now") {
			what = "current_timestamp"
		}
	}
	// The server knows picoseconds; our clock does not, and digits that nobody measured are zero.
	at, zeros := now.In(zone), strings.Repeat("0", max(0, digits-9))
	digits = min(digits, 9)
	lit := func(typ, layout, more string) (ast.Node, bool) {
		return &ast.TypedLit{Type: &ast.TypeName{Name: typ}, Value: at.Format(layout) + zeros + more}, true
	}
	day := "2006-01-02 " + rows.TimeLayout(digits, false)
	switch what {
	case "current_date":
		zeros = ""
		return lit("date", "2006-01-02", "")
	case "current_timestamp":
		return lit("timestamp", day, " "+zone.String())
	case "localtimestamp":
		return lit("timestamp", day, "")
	case "localtime":
		return lit("time", rows.TimeLayout(digits, false), "")
	case "current_time":
		return lit("time", rows.TimeLayout(digits, false), at.Format("-07:00"))
	}
	return nil, false
}

// Package score judges one answer against its gold, and many verdicts together. It is pure: no engine,
// no file, no clock. Start at Compare.
package score

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/limn-data/limn/internal/decimal"
	"github.com/limn-data/limn/trino/rows"
)

// Table is a result to compare: cells by row, and for an answer what each column is for. Double marks
// columns whose values are approximate.
type Table struct {
	Rows   [][]any
	Roles  []string // of an answer: time, dimension, metric, prior …; empty for gold
	Double []bool
	Width  int
}

// extra are the roles of columns that an answer may have beyond the gold: they identify a row or
// compare it.
var extra = map[string]bool{"time": true, "dimension": true, "attribute": true, "prior": true, "target": true, "change": true, "percent": true, "share": true, "part": true}

// Compare says whether an answer gives what the gold gives: rows as bags (in order only when ordered),
// columns by content whatever their names and order. It returns an empty reason when it does.
func Compare(gold, answer Table, ordered bool) (reason string) {
	switch {
	case len(gold.Rows) != len(answer.Rows):
		return fmt.Sprintf("%d rows, the gold has %d", len(answer.Rows), len(gold.Rows))
	case len(gold.Rows) == 0:
		return ""
	case answer.Width < gold.Width:
		return fmt.Sprintf("%d columns, the gold has %d", answer.Width, gold.Width)
	}
	m := matcher{gold: gold, answer: answer, ordered: ordered, used: make([]bool, answer.Width)}
	for g := range gold.Width {
		var fits []int
		for a := range answer.Width {
			if m.sameColumn(g, a) {
				fits = append(fits, a)
			}
		}
		if len(fits) == 0 {
			return fmt.Sprintf("no column holds the values of the gold's column %d, such as %s", g+1, sample(gold, g))
		}
		m.candidates = append(m.candidates, fits)
	}
	m.alike = classes(answer)
	switch {
	case m.assign(nil):
		return ""
	case m.tooMuch:
		return "a number that was not asked for stands beside"
	}
	return "each column has the gold's values, but not in the same rows"
}

func sample(t Table, col int) string {
	for _, r := range t.Rows {
		if r[col] != nil {
			return fmt.Sprint(rows.JSON(r[col]))
		}
	}
	return "NULL"
}

type matcher struct {
	gold, answer Table
	ordered      bool
	candidates   [][]int
	used         []bool
	alike        []int // class of each answer column: those of one class hold the same cells for the same purpose
	tooMuch      bool  // rows agreed, but with a number beside that was not asked for
}

// classes numbers the answer's columns by content and role, so that of several alike only one is tried.
func classes(t Table) []int {
	seen := map[string]int{}
	out := make([]int, t.Width)
	for i := range out {
		role := ""
		if i < len(t.Roles) {
			role = t.Roles[i]
		}
		key := fmt.Sprint(role, "\x00", column(t, i))
		if _, ok := seen[key]; !ok {
			seen[key] = len(seen)
		}
		out[i] = seen[key]
	}
	return out
}

// assign tries to give every gold column an answer column of its own so that whole rows agree.
func (m *matcher) assign(chosen []int) bool {
	if len(chosen) == len(m.candidates) {
		return m.sameRows(chosen) && m.rest(chosen)
	}
	tried := map[int]bool{}
	for _, a := range m.candidates[len(chosen)] {
		if m.used[a] || tried[m.alike[a]] {
			continue
		}
		tried[m.alike[a]] = true
		next := append(chosen[:len(chosen):len(chosen)], a)
		if !m.mayAgree(next) {
			continue
		}
		m.used[a] = true
		ok := m.assign(next)
		m.used[a] = false
		if ok {
			return true
		}
	}
	return false
}

// mayAgree drops a choice as soon as its exact columns disagree row by row. Approximate ones are only
// sound beside all exact ones, so they wait for the end.
func (m *matcher) mayAgree(chosen []int) bool {
	var exact []int
	for g := range chosen {
		if !m.approx(g, chosen[g]) {
			exact = append(exact, g)
		}
	}
	return len(exact) < 2 || m.agree(chosen, exact)
}

// rest looks at the columns that the gold does not have: another number than what identifies or compares
// the rows was not asked for. The value of which a share, change or attainment was asked is what that
// compares.
func (m *matcher) rest(chosen []int) bool {
	compared := slices.ContainsFunc(chosen, func(i int) bool {
		return i < len(m.answer.Roles) && slices.Contains([]string{"share", "change", "percent"}, m.answer.Roles[i])
	})
	for i, role := range m.answer.Roles {
		if !slices.Contains(chosen, i) && !extra[role] && !(role == "metric" && compared) {
			m.tooMuch = true
			return false
		}
	}
	return true
}

func (m *matcher) sameColumn(g, a int) bool {
	x, y := column(m.gold, g), column(m.answer, a)
	approx := m.approx(g, a)
	if !m.ordered {
		slices.SortFunc(x, order)
		slices.SortFunc(y, order)
	}
	for i := range x {
		if !same(x[i], y[i], approx) {
			return false
		}
	}
	return true
}

func (m *matcher) approx(g, a int) bool {
	return g < len(m.gold.Double) && m.gold.Double[g] || a < len(m.answer.Double) && m.answer.Double[a]
}

func column(t Table, i int) []any {
	out := make([]any, len(t.Rows))
	for r, row := range t.Rows {
		out[r] = canonical(row[i])
	}
	return out
}

// sameRows holds whole rows against each other, sorted by their exact columns first, so that
// approximate values meet their partners.
func (m *matcher) sameRows(chosen []int) bool {
	exactFirst := make([]int, 0, len(chosen))
	for _, double := range []bool{false, true} {
		for g := range chosen {
			if m.approx(g, chosen[g]) == double {
				exactFirst = append(exactFirst, g)
			}
		}
	}
	return m.agree(chosen, exactFirst)
}

// agree holds the rows of the given gold columns against those of the answer columns chosen for them.
func (m *matcher) agree(chosen, columns []int) bool {
	pick := func(t Table, col func(int) int) [][]any {
		out := make([][]any, len(t.Rows))
		for r, row := range t.Rows {
			for _, g := range columns {
				out[r] = append(out[r], canonical(row[col(g)]))
			}
		}
		if !m.ordered {
			slices.SortFunc(out, func(a, b []any) int { return slices.CompareFunc(a, b, order) })
		}
		return out
	}
	x := pick(m.gold, func(g int) int { return g })
	y := pick(m.answer, func(g int) int { return chosen[g] })
	for r := range x {
		for i, g := range columns {
			if !same(x[r][i], y[r][i], m.approx(g, chosen[g])) {
				return false
			}
		}
	}
	return true
}

// canonical brings a cell to nil, bool, decimal.Decimal, float64 (NaN and infinities only), or string. A
// timestamp at midnight is its date, and a blank between date and time is a T.
func canonical(v any) any {
	switch v := v.(type) {
	case nil, bool:
		return v
	case json.Number:
		if d, err := decimal.Parse(v.String()); err == nil {
			return d
		}
		return v.String()
	case int:
		return decimal.New(int64(v), 0)
	case decimal.Decimal:
		return v
	case float64:
		if d, ok := rows.Decimal(v); ok {
			return d
		}
		return v
	case string:
		return text(v)
	}
	if d, ok := rows.Decimal(v); ok {
		return d
	}
	return fmt.Sprint(rows.JSON(v))
}

func text(s string) any {
	if len(s) > 10 && s[4] == '-' && s[7] == '-' && (s[10] == 'T' || s[10] == ' ') {
		t := s[:10] + "T" + s[11:]
		t = strings.TrimSuffix(t, "Z")
		if i := strings.IndexByte(t, '.'); i > 0 {
			t = strings.TrimRight(strings.TrimRight(t, "0"), ".")
		}
		return strings.TrimSuffix(t, "T00:00:00")
	}
	if looksNumeric(s) {
		if d, err := decimal.Parse(s); err == nil {
			return d
		}
	}
	return strings.TrimRight(s, " ") // char(n) comes blank-padded
}

// looksNumeric is for decimals that travel as strings; identifiers with leading zeros stay text.
func looksNumeric(s string) bool {
	t := strings.TrimPrefix(s, "-")
	if t == "" || strings.Trim(t, "0123456789.") != "" || strings.Count(t, ".") > 1 {
		return false
	}
	return !(len(t) > 1 && t[0] == '0' && t[1] != '.')
}

// order is any total order under which equal values meet.
func order(a, b any) int {
	rank := func(v any) int {
		switch v.(type) {
		case nil:
			return 0
		case bool:
			return 1
		case decimal.Decimal:
			return 2
		case float64:
			return 3
		}
		return 4
	}
	if c := cmp.Compare(rank(a), rank(b)); c != 0 {
		return c
	}
	switch x := a.(type) {
	case decimal.Decimal:
		return x.Cmp(b.(decimal.Decimal))
	case float64:
		return cmp.Compare(x, b.(float64))
	case string:
		return strings.Compare(x, b.(string))
	case bool:
		if x == b.(bool) {
			return 0
		} else if x {
			return 1
		}
		return -1
	}
	return 0
}

// tolerance is how far two approximate values may be apart, relative to the larger.
const tolerance = 1e-9

func same(a, b any, approx bool) bool {
	x, ok := a.(decimal.Decimal)
	y, ok2 := b.(decimal.Decimal)
	if ok && ok2 {
		if x.Equal(y) {
			return true
		}
		if !approx {
			return false
		}
		f, g := x.Float(), y.Float()
		return math.Abs(f-g) <= tolerance*math.Max(math.Abs(f), math.Abs(g))
	}
	if f, isFloat := a.(float64); isFloat {
		g, too := b.(float64)
		return too && (f == g || math.IsNaN(f) && math.IsNaN(g))
	}
	return order(a, b) == 0
}

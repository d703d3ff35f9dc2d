package answer

import (
	"fmt"
	"strings"
	"time"

	"github.com/limn-data/limn/internal/decimal"
	"github.com/limn-data/limn/internal/figure"
	"github.com/limn-data/limn/nl2sql/question"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/compile"
	"github.com/limn-data/limn/semantic/timex"
	"github.com/limn-data/limn/trino/rows"
)

// narrator writes the headline. Every number that it writes goes through cell or computed, which
// declare it; Verify holds a sentence against those declarations.
type narrator struct {
	c *composer
	o *Outcome
	q semantic.Query
}

// narrate writes the sentence for the shape of the result.
func narrate(c *composer) {
	n := &narrator{c: c, o: c.o, q: *c.reading.Query}
	switch {
	case n.q.Rows != nil:
		c.o.Headline = n.listing()
	case len(c.o.Rows) == 0:
		c.o.Headline = fmt.Sprintf("There is no data for %s%s %s.", names(n.q), n.filters(), n.when())
	case n.q.Over != semantic.NoOuter:
		c.o.Headline = n.outer()
	case n.q.Grain != timex.NoGrain && len(n.q.By) == 0 && len(n.q.Order) == 0:
		c.o.Headline = n.series()
	case n.q.Grain == timex.NoGrain && len(n.q.By) == 0:
		c.o.Headline = n.single()
	default:
		c.o.Headline = n.ranking()
	}
}

func names(q semantic.Query) string {
	var out []string
	for _, m := range q.Metrics {
		out = append(out, m.Title())
	}
	return strings.Join(out, " and ")
}

// col is the index of the nth column of a role for the first metric, -1 when there is none.
func (n *narrator) col(role compile.Role) int {
	for i, c := range n.c.plan.Columns {
		if c.Role == role {
			return i
		}
	}
	return -1
}

func (n *narrator) unit(col int) string {
	if u := n.o.Columns[col].Unit; u != nil {
		return *u
	}
	return ""
}

// cell writes the number of a cell, rounded for a sentence; "no value" for NULL.
func (n *narrator) cell(row, col int) string {
	d, ok := rows.Decimal(n.o.Rows[row][col])
	if !ok {
		if n.o.Rows[row][col] == nil {
			return "no value"
		}
		return fmt.Sprint(n.o.Rows[row][col])
	}
	if n.unit(col) == "points" {
		return figure.Points(d)
	}
	return figure.Short(d, n.unit(col))
}

// computed declares a number that is not a cell.
func (n *narrator) computed(expr string, value decimal.Decimal, shown string) string {
	n.o.Arithmetic = append(n.o.Arithmetic, Arithmetic{ID: fmt.Sprintf("a%d", len(n.o.Arithmetic)+1), Expr: expr, Value: value.String(), Shown: shown})
	return shown
}

func (n *narrator) value(row, col int) (decimal.Decimal, bool) {
	if col < 0 {
		return decimal.Decimal{}, false
	}
	return rows.Decimal(n.o.Rows[row][col])
}

// was joins subject and value in the right number and tense.
func (n *narrator) when() string { return question.WhenText(n.q) }

func (n *narrator) filters() string {
	out := question.ConditionsText(n.q)
	if len(out) == 0 {
		return ""
	}
	return " " + strings.Join(out, " ")
}

func (n *narrator) single() string {
	var parts []string
	for i, c := range n.c.plan.Columns {
		if c.Role == compile.RoleMetric {
			parts = append(parts, fmt.Sprintf("%s%s %s %s", n.o.Columns[i].Title, n.filters(), verb(n.o.Columns[i].Title), n.cell(0, i)))
		}
	}
	s := strings.Join(parts, " and ") + " " + n.when()
	return upper(s + n.against(0) + n.sharePart() + ".")
}

// verb agrees with a metric's title: tickets were, revenue was.
func verb(title string) string {
	head, _, _ := strings.Cut(title, " of ")
	last := head[strings.LastIndexByte(head, ' ')+1:]
	if strings.HasSuffix(last, "s") && !strings.HasSuffix(last, "ss") && !strings.HasSuffix(last, "us") && !strings.HasSuffix(last, "is") && strings.ToUpper(last) != last {
		return "were"
	}
	return "was"
}

// against is the comparison of one row, empty when there is none.
func (n *narrator) against(row int) string {
	if i := n.col(compile.RoleTarget); i >= 0 {
		return n.versusTarget(row, i)
	}
	prior, change, pct := n.col(compile.RolePrior), n.col(compile.RoleChange), n.col(compile.RolePercent)
	if prior < 0 {
		return ""
	}
	before, ok := n.value(row, prior)
	if !ok {
		return "; there is nothing to compare it with"
	}
	diff, ok := n.value(row, change)
	if !ok {
		return ""
	}
	than := "from " + n.cell(row, prior) + " " + n.beforeText()
	word := "unchanged"
	switch diff.Sign() {
	case 1:
		word = "up"
	case -1:
		word = "down"
	default:
		return ", unchanged " + than
	}
	if n.unit(change) == "points" {
		return fmt.Sprintf(", %s %s %s", word, n.computed(fmt.Sprintf("abs(r[%d].%s)", row, n.o.Columns[change].Name), diff.Abs(), figure.Points(diff.Abs())), than)
	}
	if p, ok := n.value(row, pct); ok && before.Sign() > 0 {
		return fmt.Sprintf(", %s %s %s", word, n.computed(fmt.Sprintf("abs(r[%d].%s)", row, n.o.Columns[pct].Name), p.Abs(), figure.Short(p.Abs(), "percent")), than)
	}
	return fmt.Sprintf(", %s by %s %s", word, n.computed(fmt.Sprintf("abs(r[%d].%s)", row, n.o.Columns[change].Name), diff.Abs(), figure.Short(diff.Abs(), n.unit(change))), than)
}

func (n *narrator) beforeText() string {
	switch n.q.Compare {
	case semantic.PriorYear:
		return "a year earlier"
	case semantic.CompareRange:
		if label := n.c.cal.Describe(n.q.Versus); !strings.Contains(label, " to ") {
			return "in " + label
		}
		return question.PeriodText(n.q.Versus, n.c.cal)
	}
	return "the period before"
}

func (n *narrator) versusTarget(row, target int) string {
	t, ok := n.value(row, target)
	if !ok {
		return "; no target is set for that period"
	}
	if att := n.col(compile.RolePercent); att >= 0 {
		if _, ok := n.value(row, att); ok && t.Sign() > 0 {
			return fmt.Sprintf(", %s of the target of %s", n.cell(row, att), n.cell(row, target))
		}
	}
	return fmt.Sprintf(", against a target of %s", n.cell(row, target))
}

func (n *narrator) sharePart() string {
	i, part := n.col(compile.RoleShare), n.col(compile.RolePart)
	if i < 0 || part < 0 {
		return ""
	}
	return fmt.Sprintf("; %s makes up %s of it, %s", strings.Join(n.q.Part[0].Values, " and "), n.cell(0, i), n.cell(0, part))
}

// series speaks of the last complete unit, and of the highest.
func (n *narrator) series() string {
	metric, when := n.col(compile.RoleMetric), n.col(compile.RoleTime)
	row := n.lastComplete(when, metric)
	if row < 0 {
		return fmt.Sprintf("%s %s: no %s is complete yet.", names(n.q), n.when(), n.q.Grain)
	}
	s := fmt.Sprintf("%s%s %s %s in %s%s", n.o.Columns[metric].Title, n.filters(), verb(n.o.Columns[metric].Title), n.cell(row, metric), n.label(row, when), n.against(row))
	if best := n.extreme(metric); best >= 0 && best != row && len(n.o.Rows) > 2 && n.q.Compare == semantic.NoCompare {
		s += fmt.Sprintf("; the highest was %s in %s", n.cell(best, metric), n.label(best, when))
	}
	return upper(s + ".")
}

func (n *narrator) label(row, when int) string {
	day, ok := n.day(row, when)
	if !ok {
		return "an unknown period"
	}
	return n.c.cal.Label(n.q.Grain, day)
}

func (n *narrator) day(row, col int) (time.Time, bool) {
	s, _ := n.o.Rows[row][col].(string)
	if len(s) < 10 {
		return time.Time{}, false
	}
	t, err := time.Parse(time.DateOnly, s[:10])
	return t, err == nil
}

// lastComplete is the last row whose unit has ended and has a value.
func (n *narrator) lastComplete(when, metric int) int {
	until := n.q.Until
	if until.IsZero() {
		until = timex.DayOf(n.c.at, time.UTC)
	}
	best := -1
	var at time.Time
	for i := range n.o.Rows {
		day, ok := n.day(i, when)
		if !ok || timex.Add(day, n.q.Grain, 1).After(until) || n.o.Rows[i][metric] == nil {
			continue
		}
		if best < 0 || day.After(at) {
			best, at = i, day
		}
	}
	return best
}

func (n *narrator) extreme(col int) int {
	best := -1
	var top decimal.Decimal
	for i := range n.o.Rows {
		if d, ok := n.value(i, col); ok && (best < 0 || d.Cmp(top) > 0) {
			best, top = i, d
		}
	}
	return best
}

// ranking speaks of the first row and, where all groups are shown, of the last.
func (n *narrator) ranking() string {
	metric := n.col(compile.RoleMetric)
	if n.q.Grain != timex.NoGrain && len(n.q.By) > 0 && len(n.q.Order) == 0 {
		return n.groupedSeries(metric)
	}
	share := ""
	if i := n.col(compile.RoleShare); i >= 0 && n.o.Rows[0][i] != nil {
		share = " (" + n.cell(0, i) + " of the total)"
	}
	place := "is highest"
	switch {
	case len(n.o.Rows) == 1 && len(n.q.Order) == 0:
		place = "stands"
	case len(n.q.Order) > 0 && !n.q.Order[0].Desc:
		place = "is lowest"
	case len(n.q.Order) > 0 && n.q.Order[0].Key != semantic.ByMetric:
		place = "comes first"
	case n.o.Columns[0].Role == "time":
		place = "comes first"
	}
	s := fmt.Sprintf("%s%s %s: %s %s with %s%s%s", n.o.Columns[metric].Title, n.filters(), n.when(), n.group(0), place, n.cell(0, metric), share, n.against(0))
	if last := n.lastKnown(metric); last > 0 && n.q.Limit == 0 && place == "is highest" {
		s += fmt.Sprintf("; %s is lowest with %s", n.group(last), n.cell(last, metric))
	}
	return upper(s + ".")
}

// lastKnown is the last row that has a value and belongs to a group with a name; 0 when there is none
// but the first.
func (n *narrator) lastKnown(metric int) int {
	for i := len(n.o.Rows) - 1; i > 0; i-- {
		known := n.o.Rows[i][metric] != nil
		for k, c := range n.c.plan.Columns {
			known = known && (c.Role != compile.RoleDimension || n.o.Rows[i][k] != nil)
		}
		if known {
			return i
		}
	}
	return 0
}

// groupedSeries speaks of the group that leads in the last complete unit.
func (n *narrator) groupedSeries(metric int) string {
	when := n.col(compile.RoleTime)
	last := n.lastComplete(when, metric)
	if last < 0 {
		return fmt.Sprintf("%s %s: no %s is complete yet.", names(n.q), n.when(), n.q.Grain)
	}
	best := last
	top, _ := n.value(last, metric)
	for i := range n.o.Rows {
		if d, ok := n.value(i, metric); ok && n.o.Rows[i][when] == n.o.Rows[last][when] && d.Cmp(top) > 0 {
			best, top = i, d
		}
	}
	return upper(fmt.Sprintf("In %s %s%s was highest for %s: %s%s.", n.label(best, when), n.o.Columns[metric].Title, n.filters(), n.groupOnly(best), n.cell(best, metric), n.against(best)))
}

// groupOnly names a row by its dimensions, without its time.
func (n *narrator) groupOnly(row int) string {
	all := n.group(row)
	if _, rest, ok := strings.Cut(all, ", "); ok {
		return rest
	}
	return all
}

// group names a row by its keys.
func (n *narrator) group(row int) string {
	var out []string
	for i, c := range n.c.plan.Columns {
		switch c.Role {
		case compile.RoleTime:
			if day, ok := n.day(row, i); ok && c.Key != nil {
				out = append(out, n.c.cal.Label(c.Key.Grain, day))
			}
		case compile.RoleDimension:
			if c.Field != nil && c.Field.Role == "key" && len(out) > 0 {
				continue
			}
			if v := n.o.Rows[row][i]; v == nil {
				out = append(out, "no "+strings.ToLower(n.o.Columns[i].Title))
			} else {
				out = append(out, fmt.Sprint(rows.JSON(v)))
			}
		}
	}
	if len(out) == 0 {
		return "the first row"
	}
	return strings.Join(out, ", ")
}

func (n *narrator) outer() string {
	switch n.q.Over {
	case semantic.CountGroups:
		return upper(fmt.Sprintf("%s %s %s.", n.cell(0, 0), strings.ReplaceAll(n.o.Columns[0].Name, "_", " "), n.when()))
	}
	return upper(fmt.Sprintf("%s was %s %s.", strings.ReplaceAll(n.o.Columns[0].Name, "_", " "), n.cell(0, 0), n.when()))
}

// listing counts what is shown.
func (n *narrator) listing() string {
	plural := strings.ReplaceAll(n.q.Rows.Name, "_", " ")
	if e := n.q.Rows.Entity; e != nil {
		plural = e.Plural
	}
	count := len(n.o.Rows)
	shown := n.computed("count(r)", decimal.New(int64(count), 0), figure.Short(decimal.New(int64(count), 0), "count"))
	switch {
	case n.o.Truncated:
		return fmt.Sprintf("The first %s %s%s %s; there are more.", shown, plural, n.filters(), n.when())
	case count == 1 && n.q.Rows.Entity != nil:
		plural = n.q.Rows.Entity.Name
	}
	return upper(fmt.Sprintf("%s %s%s %s.", shown, plural, n.filters(), n.when()))
}

package view

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/internal/decimal"
	"github.com/limn-data/limn/internal/figure"
)

// MaxSeries is how many lines or groups of bars can be told apart.
const MaxSeries = 6

// Chart is a picture of the rows: labels along x, one value per label and series. Values are floats for
// drawing only; what is written beside them are the exact values, rounded or not.
type Chart struct {
	Kind    string // bar | line
	Title   string // "Revenue by quarter"
	Labels  []string
	Series  []Series
	Axis    Axis
	Ordered bool // the labels are times, in order
	Dropped int  // series beyond MaxSeries, which are not drawn
}

// Series is one line, or one bar of each group. Beside says that it is what the first is compared with.
type Series struct {
	Name   string
	Points []Point // as many as there are labels
	Beside bool
}

// Point is one value; OK is false where there is none.
type Point struct {
	Value  float64
	OK     bool
	exact  decimal.Decimal
	column int
	format *format
}

// Text is the value rounded: "$412.3M".
func (p Point) Text() string {
	if !p.OK {
		return Null
	}
	return short(p.format.columns[p.column], p.exact)
}

// Exact is the value as a table shows it: "$412,345,678.12".
func (p Point) Exact() string {
	if !p.OK {
		return Null
	}
	return p.format.exact(p.format.columns[p.column], p.exact)
}

// Axis has round ticks that enclose all values. Zoomed says that it does not start at zero, which only
// lines may do.
type Axis struct {
	Min, Max float64
	Ticks    []Tick
	Zoomed   bool
}

// Tick is a round value.
type Tick struct {
	Value float64
	Text  string // "$400M"
}

// chart collects the points; nil where the answer has no chart or its columns are not there.
func chart(o *answer.Outcome) *Chart {
	c := o.Chart
	if c == nil {
		return nil
	}
	at := func(name string) int {
		return slices.IndexFunc(o.Columns, func(c answer.Column) bool { return c.Name == name })
	}
	x := at(c.X)
	var ys []int
	for _, y := range c.Y {
		if i := at(y); i >= 0 {
			ys = append(ys, i)
		}
	}
	if x < 0 || len(ys) == 0 || len(o.Rows) == 0 {
		return nil
	}
	f := newFormat(o)
	out := &Chart{Kind: c.Kind, Ordered: o.Columns[x].Role == "time", Title: f.title(ys[0]) + " by " + inside(f.title(x))}
	split := -1
	if c.Series != nil {
		split = at(*c.Series)
	}
	p := plot{f: f, x: x, rows: slices.Clone(o.Rows), chart: out}
	if out.Ordered { // a line over time runs forward, however the rows are sorted; text of dates sorts as dates
		before := func(i, j int) bool {
			a, _ := p.rows[i][x].(string)
			b, _ := p.rows[j][x].(string)
			return a < b
		}
		if !sort.SliceIsSorted(p.rows, before) {
			sort.SliceStable(p.rows, before)
		}
	}
	if split >= 0 {
		out.Title += " and " + inside(f.title(split))
		p.pivot(split, ys[0])
	} else {
		p.plain(ys)
	}
	out.Axis = axis(out, o.Columns[ys[0]])
	return out
}

// plot fills a chart.
type plot struct {
	f     *format
	x     int
	rows  answer.Rows
	chart *Chart
}

// plain makes one series per column. Where labels repeat, the other dimensions tell the rows apart.
func (p *plot) plain(ys []int) {
	labels := make([]string, len(p.rows))
	seen := map[string]bool{}
	repeats := false
	for i, row := range p.rows {
		labels[i] = p.label(p.x, row[p.x])
		repeats = repeats || seen[labels[i]]
		seen[labels[i]] = true
	}
	for j, c := range p.f.columns {
		if !repeats || j == p.x || c.Role != "dimension" && c.Role != "time" {
			continue
		}
		p.chart.Title += " and " + inside(p.f.title(j))
		for i, row := range p.rows {
			labels[i] += " · " + p.label(j, row[j])
		}
	}
	p.chart.Labels = labels
	for n, y := range ys {
		role := p.f.columns[y].Role
		s := Series{Name: p.f.title(y), Beside: n > 0 && (role == "prior" || role == "target")}
		for _, row := range p.rows {
			s.Points = append(s.Points, p.point(y, row[y]))
		}
		p.chart.Series = append(p.chart.Series, s)
	}
}

// inside writes a title within a sentence: "Account" as "account", "MRR" as it is.
func inside(title string) string {
	r, n := utf8.DecodeRuneInString(title)
	if next, _ := utf8.DecodeRuneInString(title[n:]); !unicode.IsLower(next) {
		return title
	}
	return string(unicode.ToLower(r)) + title[n:]
}

// label names a group; one without a value is "no region".
func (p *plot) label(col int, v any) string {
	if v == nil {
		return "no " + inside(p.f.title(col))
	}
	text := p.f.cell(col, v).Text
	if p.f.columns[col].Grain == "week" { // the title says that they are weeks
		text = strings.TrimPrefix(text, "week of ")
	}
	return text
}

// pivot makes one series per value of the split column, the largest in sum first.
func (p *plot) pivot(split, y int) {
	labelAt, seriesAt := map[string]int{}, map[string]int{}
	var all []Series
	for _, row := range p.rows {
		if l := p.label(p.x, row[p.x]); !has(labelAt, l) {
			labelAt[l] = len(p.chart.Labels)
			p.chart.Labels = append(p.chart.Labels, l)
		}
	}
	sum := map[string]float64{}
	for _, row := range p.rows {
		name := p.label(split, row[split])
		if !has(seriesAt, name) {
			seriesAt[name] = len(all)
			all = append(all, Series{Name: name, Points: make([]Point, len(p.chart.Labels))})
		}
		pt := p.point(y, row[y])
		all[seriesAt[name]].Points[labelAt[p.label(p.x, row[p.x])]] = pt
		sum[name] += math.Abs(pt.Value)
	}
	slices.SortStableFunc(all, func(a, b Series) int {
		switch {
		case sum[a.Name] > sum[b.Name]:
			return -1
		case sum[a.Name] < sum[b.Name]:
			return 1
		}
		return 0
	})
	if len(all) > MaxSeries {
		p.chart.Dropped = len(all) - MaxSeries
		all = all[:MaxSeries]
	}
	p.chart.Series = all
}

func has(m map[string]int, k string) bool {
	_, ok := m[k]
	return ok
}

func (p *plot) point(col int, v any) Point {
	d, ok := number(v)
	if !ok {
		return Point{}
	}
	return Point{Value: d.Float(), OK: true, exact: d, column: col, format: p.f}
}

// maxTold is how many values of a series are read out one by one.
const maxTold = 40

// Describe says in words what the chart shows, for those who do not see it: every value, or of a long
// series the first, the lowest, the highest and the last.
func (c *Chart) Describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s chart of %s.", capital(c.Kind), c.Title)
	for _, s := range c.Series {
		var told []string
		tell := func(what string, i int) {
			told = append(told, strings.TrimSpace(what+" "+c.Labels[i]+" "+s.Points[i].Text()))
		}
		if len(s.Points) <= maxTold {
			for i := range s.Points {
				tell("", i)
			}
		} else if first, low, high, last := s.marks(); first >= 0 {
			tell("first", first)
			tell("lowest", low)
			tell("highest", high)
			tell("last", last)
		}
		name := ""
		if len(c.Series) > 1 {
			name = s.Name + ": "
		}
		fmt.Fprintf(&b, " %s%s.", name, strings.Join(told, "; "))
	}
	return b.String()
}

// marks are the places of the first, lowest, highest and last value; -1 where there is none at all.
func (s Series) marks() (first, low, high, last int) {
	first, low, high, last = -1, -1, -1, -1
	for i, p := range s.Points {
		if !p.OK {
			continue
		}
		if first < 0 {
			first, low, high = i, i, i
		}
		if p.Value < s.Points[low].Value {
			low = i
		}
		if p.Value > s.Points[high].Value {
			high = i
		}
		last = i
	}
	return first, low, high, last
}

// Notes are what a reader of the picture must know: that it is zoomed, or that series are left out.
func (c *Chart) Notes() []string {
	var out []string
	if c.Axis.Zoomed {
		out = append(out, "The axis starts at "+c.Axis.Ticks[0].Text+", not at zero.")
	}
	if c.Dropped > 0 {
		out = append(out, fmt.Sprintf("The %d largest of %d are drawn.", len(c.Series), len(c.Series)+c.Dropped))
	}
	return out
}

// zoomAt is the least part of the largest value that the smallest must be for lines to leave zero out:
// above it, a line from zero would be flat.
const zoomAt = 0.6

// axis finds ticks of 1, 2, 2.5 or 5 times a power of ten, three to six of them. Bars start at zero.
func axis(c *Chart, col answer.Column) Axis {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, s := range c.Series {
		for _, p := range s.Points {
			if p.OK {
				lo, hi = min(lo, p.Value), max(hi, p.Value)
			}
		}
	}
	if lo > hi {
		lo, hi = 0, 0
	}
	zoomed := c.Kind == "line" && lo > 0 && lo >= zoomAt*hi && hi-lo > 1e-9*hi // nearer, floats cannot tell ticks apart
	if !zoomed {
		lo, hi = min(lo, 0), max(hi, 0)
	}
	if lo == hi {
		hi = lo + 1
	}
	mantissa, exp := step((hi - lo) / 4)
	size := float64(mantissa) * math.Pow10(exp)
	first, last := int64(math.Floor(lo/size+1e-9)), int64(math.Ceil(hi/size-1e-9))
	out := Axis{Zoomed: zoomed && first > 0}
	for i := first; i <= last; i++ {
		d, err := decimal.Parse(strconv.FormatInt(i*int64(mantissa), 10) + "e" + strconv.Itoa(exp))
		if err != nil { // i and mantissa are integers and exp is small
			panic(err)
		}
		out.Ticks = append(out.Ticks, Tick{d.Float(), compact(d, unit(col))})
	}
	out.Min, out.Max = out.Ticks[0].Value, out.Ticks[len(out.Ticks)-1].Value
	return out
}

// step is the round step at or above want, as mantissa × 10^exp.
func step(want float64) (mantissa, exp int) {
	exp = int(math.Floor(math.Log10(want))) - 1
	for _, m := range []int{10, 20, 25, 50, 100} {
		if float64(m)*math.Pow10(exp) >= want*(1-1e-9) {
			return m, exp
		}
	}
	return 200, exp
}

// compact is a tick's text: "$400M", "12 %", "1.5B".
func compact(d decimal.Decimal, unit string) string {
	hundred := decimal.New(100, 0)
	switch unit {
	case "percent":
		return trim(d.Mul(hundred).String()) + " %"
	case "points":
		return trim(d.Mul(hundred).String()) + " pt"
	}
	digits, suffix := d.Digits(), ""
	for _, m := range []struct {
		digits int
		suffix string
	}{{12, "T"}, {9, "B"}, {6, "M"}, {3, "K"}} {
		if digits > m.digits {
			d, _ = d.Quo(decimal.MustParse("1e"+strconv.Itoa(m.digits)), 12)
			suffix = m.suffix
			break
		}
	}
	sign, text := "", trim(d.String())+suffix
	if strings.HasPrefix(text, "-") {
		sign, text = "-", text[1:]
	}
	if figure.Money(unit) {
		mark := strings.TrimSuffix(figure.Exact(decimal.New(0, 0), unit, 0), "0")
		return sign + mark + text
	}
	return sign + text
}

func trim(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

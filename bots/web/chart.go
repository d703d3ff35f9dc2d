package web

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/limn-data/limn/bots/view"
)

// size is one of the widths that a chart is drawn for: text in a drawing scales with it, so one drawing
// cannot be read both on a telephone and on a screen. The page shows the one that fits its room.
type size struct {
	class string
	width float64
	font  float64
}

var sizes = []size{{"wide", 760, 13}, {"middle", 560, 12.5}, {"narrow", 350, 12}}

// drawing is a chart as shapes with their places; the template only writes them down.
type drawing struct {
	Class, ID       string
	Width, Height   string
	Font            string
	Title, Describe string
	Legend          []key
	Grid            []rule
	Texts           []text
	Bars            []bar
	Lines           []line
}

type (
	key  struct{ Class, Name string }
	rule struct{ X1, Y1, X2, Y2, Class string }
	text struct{ X, Y, Anchor, Class, Text string }
	bar  struct{ X, Y, Width, Height, Class, Title string }
	line struct {
		Class, D string
		Dots     []dot
	}
	dot struct{ X, Y, Title string }
)

// draw places a chart: bars lie where their labels are names, and stand where these are times.
func draw(c *view.Chart, s size) drawing {
	d := drawing{Class: s.class, ID: "chart-" + s.class, Width: num(s.width), Font: num(s.font), Title: c.Title, Describe: c.Describe()}
	if len(c.Series) > 1 {
		for k, x := range c.Series {
			d.Legend = append(d.Legend, key{class(x, k), x.Name})
		}
	}
	p := pen{c: c, s: s, d: &d}
	switch {
	case c.Kind == "line":
		p.upright()
		p.lines()
	case c.Ordered && len(c.Labels)*len(c.Series) <= 40:
		p.upright()
		p.columns()
	default:
		p.lying()
	}
	return d
}

func class(s view.Series, k int) string {
	if s.Beside {
		return "beside"
	}
	return "s" + strconv.Itoa(k+1)
}

// pen holds where the field of a chart is while its parts are placed.
type pen struct {
	c                        *view.Chart
	s                        size
	d                        *drawing
	left, right, top, bottom float64
	widest                   float64 // value of the first series
}

// at is the place of a value between two ends of the axis.
func (p *pen) at(v, from, to float64) float64 {
	a := p.c.Axis
	return from + (v-a.Min)/(a.Max-a.Min)*(to-from)
}

// upright sets up a field with values on the left and labels below.
func (p *pen) upright() {
	height := 300.0
	if p.s.width < 500 {
		height = 240
	}
	label := 0.0
	for _, t := range p.c.Axis.Ticks {
		label = max(label, textWidth(t.Text, p.s.font))
	}
	p.left, p.right, p.top, p.bottom = label+12, p.s.width-14, 22, height-30
	p.d.Height = num(height)
	for _, pt := range p.c.Series[0].Points {
		p.widest = max(p.widest, textWidth(pt.Text(), p.s.font))
	}
	for _, t := range p.c.Axis.Ticks {
		y := p.at(t.Value, p.bottom, p.top)
		p.d.Grid = append(p.d.Grid, rule{num(p.left), num(y), num(p.right), num(y), zero(t.Value)})
		p.d.Texts = append(p.d.Texts, text{num(p.left - 10), num(y + p.s.font/3), "end", "tick", t.Text})
	}
}

func zero(v float64) string {
	if v == 0 {
		return "zero"
	}
	return "grid"
}

// below writes labels under their places, every one or every second, third … as they fit, counted from
// the last.
func (p *pen) below(x func(i int) float64) {
	n, wide := len(p.c.Labels), 0.0
	for _, l := range p.c.Labels {
		wide = max(wide, textWidth(l, p.s.font))
	}
	wide = min(wide, (p.right-p.left)/2)
	every := 1
	if n > 1 {
		every = max(1, int(math.Ceil((wide+12)/((x(n-1)-x(0))/float64(n-1)))))
	}
	for i := (n - 1) % every; i < n; i += every {
		label := fit(p.c.Labels[i], wide, p.s.font)
		half := textWidth(label, p.s.font) / 2
		at := min(max(x(i), half), p.s.width-half)
		p.d.Texts = append(p.d.Texts, text{num(at), num(p.bottom + 22), "middle", "label", label})
	}
}

// lines draws one line per series, the compared one behind, with gaps where values are missing.
func (p *pen) lines() {
	n := len(p.c.Labels)
	pad := 10.0
	if p.labelled(p.right - p.left) {
		pad = max(pad, p.widest/2+2)
	}
	x := func(i int) float64 {
		if n == 1 {
			return (p.left + p.right) / 2
		}
		return p.left + pad + float64(i)*(p.right-p.left-2*pad)/float64(n-1)
	}
	p.below(x)
	for k := len(p.c.Series) - 1; k >= 0; k-- {
		s := p.c.Series[k]
		l := line{Class: class(s, k)}
		pen := "M"
		for i, pt := range s.Points {
			if !pt.OK {
				pen = "M"
				continue
			}
			px, py := num(x(i)), num(p.at(pt.Value, p.bottom, p.top))
			l.D += pen + px + " " + py
			pen = "L"
			alone := (i == 0 || !s.Points[i-1].OK) && (i == n-1 || !s.Points[i+1].OK)
			if n <= 24 || alone {
				l.Dots = append(l.Dots, dot{px, py, p.tell(s, i)})
			}
		}
		p.d.Lines = append(p.d.Lines, l)
	}
	p.values(x)
}

// labelled says that every point of the first series can bear its value on a field of a width.
func (p *pen) labelled(w float64) bool {
	n := float64(len(p.c.Labels))
	return n > 1 && (p.widest+10)*n <= w
}

// values writes the values of the first series at its points where all fit, else at the last point only.
func (p *pen) values(x func(i int) float64) {
	if len(p.c.Series) > 2 || len(p.c.Series) > 1 && !p.c.Series[1].Beside {
		return // labels of crossing lines cover each other; the axis and the table say it
	}
	s, all := p.c.Series[0], p.labelled(p.right-p.left)
	last := len(s.Points) - 1
	for last > 0 && !s.Points[last].OK {
		last--
	}
	for i, pt := range s.Points {
		if !pt.OK || !all && i != last {
			continue
		}
		half := textWidth(pt.Text(), p.s.font) / 2
		at := min(max(x(i), p.left+half), p.s.width-half)
		p.d.Texts = append(p.d.Texts, text{num(at), num(p.beside(i)), "middle", "value", pt.Text()})
	}
}

// beside is the height of the label of a point of the first series: above it, but below where the line
// comes down to it from both sides and there is room.
func (p *pen) beside(i int) float64 {
	points := p.c.Series[0].Points
	y := p.at(points[i].Value, p.bottom, p.top)
	above, below := y-13, y+p.s.font+10
	sum, n := 0.0, 0.0
	for _, j := range []int{i - 1, i + 1} {
		if j >= 0 && j < len(points) && points[j].OK {
			sum, n = sum+points[j].Value, n+1
		}
	}
	if n == 0 || sum/n <= points[i].Value || below > p.bottom-4 {
		return above
	}
	if len(p.c.Series) > 1 && p.c.Series[1].Points[i].OK {
		if other := p.at(p.c.Series[1].Points[i].Value, p.bottom, p.top); other > y && other < below+14 {
			return above
		}
	}
	return below
}

// tell is what a mark says when it is pointed at.
func (p *pen) tell(s view.Series, i int) string {
	if len(p.c.Series) == 1 {
		return p.c.Labels[i] + ": " + s.Points[i].Exact()
	}
	return p.c.Labels[i] + ", " + s.Name + ": " + s.Points[i].Exact()
}

// columns draws bars that stand, one group per label.
func (p *pen) columns() {
	n, m := len(p.c.Labels), len(p.c.Series)
	slot := (p.right - p.left) / float64(n)
	wide := min(56, slot*0.72/float64(m))
	base := p.at(0, p.bottom, p.top)
	p.below(func(i int) float64 { return p.left + (float64(i)+0.5)*slot })
	for k, s := range p.c.Series {
		for i, pt := range s.Points {
			if !pt.OK {
				continue
			}
			x := p.left + (float64(i)+0.5)*slot + (float64(k)-float64(m)/2)*wide
			y := p.at(pt.Value, p.bottom, p.top)
			p.d.Bars = append(p.d.Bars, bar{num(x + 1), num(min(y, base)), num(wide - 2), num(max(1, math.Abs(base-y))), class(s, k), p.tell(s, i)})
			if textWidth(pt.Text(), p.s.font) <= wide*1.2 || m == 1 && textWidth(pt.Text(), p.s.font)+4 <= slot {
				up := min(y, base) - 6
				if pt.Value < 0 {
					up = max(y, base) + p.s.font + 4
				}
				p.d.Texts = append(p.d.Texts, text{num(x + wide/2), num(up), "middle", "value", pt.Text()})
			}
		}
	}
}

// lying draws bars from left to right: the label beside them, or above where it is narrow, the value at
// their end.
func (p *pen) lying() {
	n, m := len(p.c.Labels), len(p.c.Series)
	thick := 22.0
	if m > 1 {
		thick = 14
	}
	above := p.s.width < 500
	label, value, negative := 0.0, 0.0, false
	for i, l := range p.c.Labels {
		label = max(label, min(textWidth(l, p.s.font), 240))
		for _, s := range p.c.Series {
			value = max(value, textWidth(s.Points[i].Text(), p.s.font))
			negative = negative || s.Points[i].Value < 0
		}
	}
	group := float64(m)*thick + 14
	p.left, p.right = label+14, p.s.width-value-12
	if above {
		group += p.s.font + 6
		p.left, label = 0, p.s.width
	}
	if negative {
		p.left += value + 8
	}
	p.top, p.bottom = 4, 4+float64(n)*group
	p.d.Height = num(p.bottom + 26)
	for _, t := range p.c.Axis.Ticks {
		x := p.at(t.Value, p.left, p.right)
		half := textWidth(t.Text, p.s.font) / 2
		if x > 0 { // at the edge the rule would run through the labels
			p.d.Grid = append(p.d.Grid, rule{num(x), num(p.top), num(x), num(p.bottom), zero(t.Value)})
		}
		p.d.Texts = append(p.d.Texts, text{num(min(max(x, half), p.s.width-half)), num(p.bottom + 20), "middle", "tick", t.Text})
	}
	base := p.at(0, p.left, p.right)
	for i, l := range p.c.Labels {
		y := p.top + float64(i)*group + 7
		if above {
			p.d.Texts = append(p.d.Texts, text{"0", num(y + p.s.font - 2), "start", "over", fit(l, label, p.s.font)})
			y += p.s.font + 4
		} else {
			p.d.Texts = append(p.d.Texts, text{num(label), num(y + float64(m)*thick/2 + p.s.font/3), "end", "label", fit(l, label, p.s.font)})
		}
		for k, s := range p.c.Series {
			pt := s.Points[i]
			top := y + float64(k)*thick
			end, anchor := base+6, "start"
			if pt.OK {
				x := p.at(pt.Value, p.left, p.right)
				p.d.Bars = append(p.d.Bars, bar{num(min(x, base)), num(top + 1), num(max(1, math.Abs(x-base))), num(thick - 2), class(s, k), p.tell(s, i)})
				if end = x + 6; pt.Value < 0 {
					end, anchor = x-6, "end"
				}
			}
			p.d.Texts = append(p.d.Texts, text{num(end), num(top + thick/2 + p.s.font/3), anchor, "value", pt.Text()})
		}
	}
}

// num writes a place with one digit after the point.
func num(f float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0")
}

// textWidth estimates how wide a text is at a font size: an average of proportional fonts, on the wide
// side so that labels do not touch.
func textWidth(s string, font float64) float64 {
	w := 0.0
	for _, r := range s {
		switch {
		case r >= 0x1100 && r != '…' && (r < 0x2000 || r > 0x2bff):
			w += 1.05
		case r == ' ' || r == '.' || r == ',' || r == 'i' || r == 'l':
			w += 0.32
		case r >= 'A' && r <= 'Z':
			w += 0.7
		default:
			w += 0.58
		}
	}
	return w * font
}

// fit cuts a text to a width.
func fit(s string, w, font float64) string {
	if textWidth(s, font) <= w {
		return s
	}
	rs := []rune(s)
	for len(rs) > 1 && textWidth(string(rs), font)+font > w {
		rs = rs[:len(rs)-1]
	}
	return strings.TrimRight(string(rs), " ") + "…"
}

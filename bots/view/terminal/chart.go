package terminal

import (
	"math"
	"strings"

	"github.com/limn-data/limn/bots/view"
)

const (
	maxBars    = 12
	plotHeight = 6 // lines of a plot; each has four dots
)

// chart draws bars, a plot, or, where more than two lines would cross each other, one small line each.
func (p *printer) chart(c *view.Chart) {
	if c == nil || len(c.Labels) == 0 {
		return
	}
	switch {
	case c.Kind != "line":
		p.bars(c)
	case len(c.Series) > 2:
		p.sparks(c)
	default:
		p.plot(c)
	}
	for _, n := range c.Notes() {
		p.dim("  %s", n)
	}
	p.line("")
}

var eighths = []rune(" ▏▎▍▌▋▊▉")

// bars draws one bar per label and series from zero, the value beside it. Negative values go left.
func (p *printer) bars(c *view.Chart) {
	n := min(len(c.Labels), maxBars)
	label, value, neg := 0, 0, false
	for i := range n {
		label = max(label, min(maxLabel, width(c.Labels[i])))
		for _, s := range c.Series {
			value = max(value, width(s.Points[i].Text()))
			neg = neg || s.Points[i].Value < 0
		}
	}
	value = min(value, p.width/2)
	label = max(4, min(label, p.width-2-1-4-1-value))
	p.legend(c, "█", "░")
	lo, hi := 0.0, 0.0
	for _, s := range c.Series {
		for _, pt := range s.Points[:n] {
			lo, hi = min(lo, pt.Value), max(hi, pt.Value)
		}
	}
	room := max(4, p.width-2-label-1-1-value)
	scale := 0.0
	if hi-lo > 0 {
		scale = float64(room) / (hi - lo)
	}
	left := 0
	if neg {
		left = int(math.Ceil(-lo * scale))
	}
	for i := range n {
		name := c.Labels[i]
		for k, s := range c.Series {
			pt := s.Points[i]
			bar := strings.Repeat(" ", left)
			switch size := pt.Value * scale; {
			case !pt.OK:
			case size < 0:
				m := min(left, int(math.Round(-size)))
				bar = strings.Repeat(" ", left-m) + strings.Repeat(shade(k), m)
			case k > 0:
				bar += strings.Repeat(shade(k), int(math.Round(size)))
			default:
				bar += solid(size)
			}
			p.line("  " + padRight(cut(name, label), label) + " " + p.paint(accent(k), bar) + " " + cut(pt.Text(), value))
			name = ""
		}
	}
	if more := len(c.Labels) - n; more > 0 {
		p.dim("  … and %s", plural(more, "more bar"))
	}
}

func shade(k int) string {
	if k == 0 {
		return "█"
	}
	return "░"
}

// solid is a bar of a length in columns, to an eighth. What is not zero is seen.
func solid(size float64) string {
	n := int(math.Round(size * 8))
	if n == 0 && size > 0 {
		n = 1
	}
	s := strings.Repeat("█", n/8)
	if n%8 > 0 {
		s += string(eighths[n%8])
	}
	return s
}

// legend names the series where there are two; more are named where they are drawn.
func (p *printer) legend(c *view.Chart, first, second string) {
	if len(c.Series) < 2 {
		return
	}
	names := []string{first + " " + c.Series[0].Name}
	for _, s := range c.Series[1:] {
		names = append(names, second+" "+s.Name)
	}
	if line := "  " + strings.Join(names, "   "); width(line) <= p.width {
		p.styled(faint, line)
		return
	}
	for _, n := range names {
		p.dim("  %s", n)
	}
}

var blocks = []rune("▁▂▃▄▅▆▇█")

// sparks draws each series as one line of blocks between its own lowest and highest value, since lines
// of one row on a common scale would all be flat; the first and the last value stand beside it.
func (p *printer) sparks(c *view.Chart) {
	label, value := 0, 0
	ends := make([]string, len(c.Series))
	for k, s := range c.Series {
		first, last := ended(s)
		ends[k] = first.Text() + " → " + last.Text()
		label = max(label, min(maxLabel, width(s.Name)))
		value = max(value, width(ends[k]))
	}
	value = min(value, p.width/2)
	label = max(4, min(label, p.width-2-1-8-1-value))
	room := p.width - 2 - label - 1 - 1 - value
	n := min(len(c.Labels), room)
	from, wide := len(c.Labels)-n, max(1, min(4, room/n))
	for k, s := range c.Series {
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, pt := range s.Points[from:] {
			if pt.OK {
				lo, hi = min(lo, pt.Value), max(hi, pt.Value)
			}
		}
		var b strings.Builder
		for _, pt := range s.Points[from:] {
			r := " "
			if pt.OK {
				at := 0
				if hi > lo {
					at = int(math.Round((pt.Value - lo) / (hi - lo) * float64(len(blocks)-1)))
				}
				r = string(blocks[at])
			}
			b.WriteString(strings.Repeat(r, wide))
		}
		p.line("  " + padRight(cut(s.Name, label), label) + " " + p.paint(accent(k%2), padRight(b.String(), n*wide)) + " " + cut(ends[k], value))
	}
	p.dim("  %s to %s, each line between its own lowest and highest.", c.Labels[from], c.Labels[len(c.Labels)-1])
}

// ended returns the first and the last point that have a value.
func ended(s view.Series) (first, last view.Point) {
	for _, pt := range s.Points {
		if !pt.OK {
			continue
		}
		if !first.OK {
			first = pt
		}
		last = pt
	}
	return first, last
}

// canvas is a field of braille dots, two by four a character.
type canvas struct {
	w, h int // in characters
	dots []byte
}

// brailleBits are the bits of a character by column and row of its dots (Unicode, block U+2800).
var brailleBits = [2][4]byte{{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}}

func (c *canvas) set(x, y int) {
	if x < 0 || y < 0 || x >= 2*c.w || y >= 4*c.h {
		return
	}
	c.dots[y/4*c.w+x/2] |= brailleBits[x%2][y%4]
}

// segment draws a straight line; a sparse one is dashed.
func (c *canvas) segment(x0, y0, x1, y1 float64, sparse bool) {
	steps := int(math.Ceil(max(math.Abs(x1-x0), math.Abs(y1-y0))))
	for i := 0; i <= steps; i++ {
		t := 0.0
		if steps > 0 {
			t = float64(i) / float64(steps)
		}
		if sparse && i%5 > 1 {
			continue
		}
		c.set(int(math.Round(x0+t*(x1-x0))), int(math.Round(y0+t*(y1-y0))))
	}
}

// plot draws one or two lines over a common axis, the second sparse, with ticks at the left and the
// first, middle and last label below.
func (p *printer) plot(c *view.Chart) {
	axis := 0
	for _, t := range c.Axis.Ticks {
		axis = max(axis, width(t.Text))
	}
	field := canvas{w: p.width - 2 - axis - 2, h: plotHeight}
	field.dots = make([]byte, field.w*field.h)
	x := func(i int) float64 {
		if len(c.Labels) == 1 {
			return 0
		}
		return float64(i) / float64(len(c.Labels)-1) * float64(2*field.w-1)
	}
	y := func(v float64) float64 {
		return (c.Axis.Max - v) / (c.Axis.Max - c.Axis.Min) * float64(4*field.h-1)
	}
	for k, s := range c.Series {
		for i, pt := range s.Points {
			switch {
			case !pt.OK:
			case i > 0 && s.Points[i-1].OK:
				field.segment(x(i-1), y(s.Points[i-1].Value), x(i), y(pt.Value), k > 0)
			default:
				field.set(int(x(i)), int(math.Round(y(pt.Value))))
			}
		}
	}
	p.legend(c, "⠤⠤", "⠄⠄")
	ticks := map[int]string{}
	for i := range c.Axis.Ticks { // the lowest wins its line, so that the axis' start is always named
		t := c.Axis.Ticks[len(c.Axis.Ticks)-1-i]
		ticks[int(math.Round(y(t.Value)))/4] = t.Text
	}
	for row := range field.h {
		mark := "│"
		if ticks[row] != "" {
			mark = "┤"
		}
		var b strings.Builder
		for _, d := range field.dots[row*field.w : (row+1)*field.w] {
			if d == 0 {
				b.WriteByte(' ')
			} else {
				b.WriteRune(0x2800 + rune(d))
			}
		}
		p.line("  " + padLeft(ticks[row], axis) + " " + mark + p.paint(cyan, strings.TrimRight(b.String(), " ")))
	}
	p.dim("  %s", padLeft("", axis)+"  "+underline(c.Labels, field.w))
}

// underline writes labels below their points over w columns: every one, or every second, third …, as
// fit with two blanks between, counted from the last.
func underline(labels []string, w int) string {
	n := len(labels)
	for every := 1; every < n; every++ {
		if s, ok := spread(labels, every, w); ok {
			return s
		}
	}
	return cut(labels[n-1], w)
}

func spread(labels []string, every, w int) (string, bool) {
	n, out := len(labels), ""
	for i := (n - 1) % every; i < n; i += every {
		size := width(labels[i])
		at := min(max(0, (i*(w-1)/(n-1))-size/2), w-size)
		if at < 0 || out != "" && at < width(out)+2 {
			return "", false
		}
		out = padRight(out, at) + labels[i]
	}
	return out, true
}

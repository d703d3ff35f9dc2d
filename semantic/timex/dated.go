package timex

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/limn-data/limn/internal/words"
)

// dated: 2026-03-05, 2026-03, 3/5/2026 (month first), "March 5[, 2026]", "5 March 2026", "the 5th of March".
func (c *cursor) dated() (Phrase, bool) {
	if c.i < len(c.toks) && c.toks[c.i].Kind == words.Date {
		return c.numericDate(c.toks[c.i].Text)
	}
	start := c.i
	if m, ok := months[c.word(0)]; ok { // March 5, 2026
		c.i++
		c.eat(".")
		c.eat("the")
		d, ok := c.dayNumber()
		if !ok {
			return Phrase{}, false
		}
		return c.onDay(start, m, d)
	}
	d, ok := c.dayNumber() // 5 March 2026, 5th of March
	if !ok {
		return Phrase{}, false
	}
	c.eat("of")
	m, ok := months[c.word(0)]
	if !ok {
		return Phrase{}, false
	}
	c.i++
	return c.onDay(start, m, d)
}

// dayNumber reads 1 … 39 or an ordinal; what lies beyond the month's end is still a date, and wrong.
func (c *cursor) dayNumber() (int, bool) {
	if c.i >= len(c.toks) {
		return 0, false
	}
	t := c.toks[c.i]
	if o, ok := words.Ordinal(t); ok && o > 0 && t.Norm[0] <= '9' {
		c.i++
		return o, true
	}
	if t.Kind != words.Number || len(t.Norm) > 2 || t.Percent {
		return 0, false
	}
	n, err := strconv.Atoi(t.Norm)
	if err != nil || n == 0 || n > 39 {
		return 0, false
	}
	c.i++
	return n, true
}

func (c *cursor) onDay(start int, m time.Month, d int) (Phrase, bool) {
	if y, ok := c.ofYear(); ok {
		return c.day(start, y.Range.From.Year(), m, d), true
	}
	y := c.p.Today.Year()
	if Date(y, m, d).After(c.p.Today) {
		y--
	}
	ph := c.day(start, y, m, d)
	ph.Bare = true
	return ph, true
}

// day checks that the date exists; one that does not is still a phrase, and says what is wrong.
func (c *cursor) day(start, y int, m time.Month, d int) Phrase {
	last := Date(y, m+1, 0).Day()
	ph := Phrase{Range: Range{Date(y, m, d), Date(y, m, d+1)}, Grain: Day}
	if m < 1 || m > 12 {
		ph.Missing = fmt.Sprintf("there is no month %d (“%s”)", m, c.text(start, c.i))
	} else if d < 1 || d > last {
		ph.Missing = fmt.Sprintf("%s %d has %d days, so “%s” does not exist", m, y, last, c.text(start, c.i))
	}
	return ph
}

func (c *cursor) numericDate(text string) (Phrase, bool) {
	start := c.i
	sep := "-"
	if strings.Contains(text, "/") {
		sep = "/"
	}
	var n []int
	for p := range strings.SplitSeq(text, sep) {
		v, err := strconv.Atoi(p)
		if err != nil {
			return Phrase{}, false
		}
		n = append(n, v)
	}
	first := strings.IndexAny(text, "-/")
	c.i++
	switch {
	case len(n) == 3 && first == 4:
		return c.day(start, n[0], time.Month(n[1]), n[2]), true
	case len(n) == 3 && n[2] >= 1900:
		return c.day(start, n[2], time.Month(n[0]), n[1]), true
	case len(n) == 2 && first == 4 && n[1] >= 1 && n[1] <= 12:
		from := Date(n[0], time.Month(n[1]), 1)
		return Phrase{Range: Range{from, Add(from, Month, 1)}, Grain: Month}, true
	case len(n) == 2 && first == 4 && n[0] >= 1900 && n[1] >= 1900 && n[0] <= n[1] && n[1] < 2100: // 2023-2025
		return Phrase{Range: Range{c.p.Calendar.Unit(Year, Date(n[0], 7, 1), 0).From, c.p.Calendar.Unit(Year, Date(n[1], 7, 1), 0).To}, Grain: Year}, true
	case len(n) == 2 && first <= 2 && n[1] >= 1900 && n[0] >= 1 && n[0] <= 12:
		from := Date(n[1], time.Month(n[0]), 1)
		return Phrase{Range: Range{from, Add(from, Month, 1)}, Grain: Month}, true
	}
	return Phrase{}, false
}

// monthSpan: March, March 2025, "March of last year", "end of March" is left to the caller. A bare
// "may" or "march" in lower case is a month only after a preposition, beside another month or with a year.
func (c *cursor) monthSpan() (Phrase, bool) {
	c.eat("month", "of")
	m, ok := months[c.word(0)]
	if !ok {
		return Phrase{}, false
	}
	t := c.toks[c.i]
	before := c.word(-1)
	c.i++
	c.eat(".")
	y, dated := c.ofYear()
	if !dated && (t.Norm == "may" || t.Norm == "march" || t.Norm == "mar" || t.Norm == "sun" || t.Norm == "sat") && !c.monthContext(t, before) {
		return Phrase{}, false
	}
	if dated {
		from := Date(y.Range.From.Year(), m, 1)
		if y.Fiscal { // the month inside a fiscal year may fall in its first calendar year
			for from.Before(y.Range.From) {
				from = Add(from, Year, 1)
			}
		}
		return Phrase{Range: Range{from, Add(from, Month, 1)}, Grain: Month}, true
	}
	from := Date(c.p.Today.Year(), m, 1)
	note := ""
	if from.After(c.p.Today) {
		from, note = Add(from, Year, -1), "the latest one that has begun"
	}
	return Phrase{Range: Range{from, Add(from, Month, 1)}, Grain: Month, Bare: true, Note: note}, true
}

func (c *cursor) monthContext(t words.Token, before string) bool {
	if t.Text[0] >= 'A' && t.Text[0] <= 'Z' && (c.i > 1 || t.Norm != "may") { // "May we …" opens a sentence
		return true
	}
	return oneOf(before, "in|during|for|since|from|to|until|till|and|between|of|through|before|after|last|this|next|by|vs|versus|than|or")
}

// ordinal reads "first" … or "last" and leaves the cursor behind it.
func (c *cursor) ordinal() (int, bool) {
	if c.i >= len(c.toks) {
		return 0, false
	}
	n, ok := words.Ordinal(c.toks[c.i])
	if ok {
		c.i++
	}
	return n, ok
}

// ordinalOf: "third week of March", "last day of Q2", "first month of last year", "first 3 months of
// 2025", "end of March" (its last day), "beginning of the year" (its first day).
func (c *cursor) ordinalOf() (Phrase, bool) {
	if c.eat("start|beginning", "of") || c.eat("end", "of") {
		end := c.word(-2) == "end"
		c.eat("the")
		in, ok := c.outer()
		if !ok {
			return in, false
		}
		day := in.Range.From
		if end {
			day = in.Range.Last()
		}
		return Phrase{Range: Range{day, Add(day, Day, 1)}, Grain: Day}, true
	}
	n, ok := c.ordinal()
	if !ok {
		return Phrase{}, false
	}
	k := 1
	if v, many := c.count(); many {
		k = v
	}
	g, ok := c.unit(0)
	if !ok || g >= Quarter && k == 1 {
		return Phrase{}, false
	}
	c.i++
	if !c.eat("of|in") {
		return Phrase{}, false
	}
	c.eat("the")
	in, ok := c.outer()
	if !ok || in.Grain <= g && in.Grain != Quarter || in.Grain == NoGrain {
		return Phrase{}, false
	}
	from := c.p.Calendar.Start(g, in.Range.From)
	if g == Week && from.Before(in.Range.From) { // the first week of a month is its first whole week
		from = Add(from, Week, 1)
	}
	if n > 0 {
		from = Add(from, g, n-1)
	} else {
		from = Add(c.p.Calendar.Start(g, in.Range.Last()), g, 1-k)
	}
	ph := Phrase{Range: Range{from, Add(from, g, k)}, Grain: g, Count: k}
	if !ph.Range.From.Before(in.Range.To) {
		ph.Missing = "there is no such " + g.String() + " in " + c.p.Calendar.Describe(in.Range)
	}
	return ph, true
}

// outer is the period that an ordinal counts in.
func (c *cursor) outer() (Phrase, bool) {
	for _, read := range []func() (Phrase, bool){c.relative, c.quarterSpan, c.monthInside, c.yearSpan, c.bareUnit} {
		if ph, ok := c.try(read); ok {
			return ph, true
		}
	}
	return Phrase{}, false
}

// bareUnit: "the year" in "the beginning of the year" is the running one.
func (c *cursor) bareUnit() (Phrase, bool) {
	g, ok := c.unit(0)
	if !ok || g < Week {
		return Phrase{}, false
	}
	c.i++
	return Phrase{Range: c.p.Calendar.Unit(g, c.p.Today, 0), Grain: g}, true
}

func (c *cursor) monthInside() (Phrase, bool) {
	m, ok := months[c.word(0)]
	if !ok {
		return Phrase{}, false
	}
	c.i++
	y, dated := c.ofYear()
	from := Date(c.p.Today.Year(), m, 1)
	if dated {
		from = Date(y.Range.From.Year(), m, 1)
	} else if from.After(c.p.Today) {
		from = Add(from, Year, -1)
	}
	return Phrase{Range: Range{from, Add(from, Month, 1)}, Grain: Month}, true
}

// weekOf: "week of March 3", "the week of 2026-03-05", "week 12 [of 2026]" (ISO).
func (c *cursor) weekOf() (Phrase, bool) {
	if c.eat("week", "of") {
		c.eat("the")
		d, ok := c.try(c.dated)
		if !ok {
			return d, false
		}
		return Phrase{Range: c.p.Calendar.Unit(Week, d.Range.From, 0), Grain: Week, Missing: d.Missing}, true
	}
	if !c.eat("week") || c.i >= len(c.toks) {
		return Phrase{}, false
	}
	n, ok := words.Int(c.toks[c.i])
	if !ok || n < 1 || n > 53 {
		return Phrase{}, false
	}
	c.i++
	year := c.p.Today.Year()
	if y, ok := c.ofYear(); ok {
		year = y.Range.From.Year()
	}
	monday := Date(year, 1, 4) // the fourth of January lies in week 1 by ISO 8601
	monday = Add(monday, Day, -(int(monday.Weekday())+6)%7)
	from := Add(monday, Week, n-1)
	return Phrase{Range: Range{from, Add(from, Week, 1)}, Grain: Week, Note: "ISO week"}, true
}

// weekdaySpan: "on Monday" is the latest one before today.
func (c *cursor) weekdaySpan() (Phrase, bool) {
	d, ok := weekdays[c.word(0)]
	if !ok || len(c.word(0)) <= 4 && c.word(-1) != "on" {
		return Phrase{}, false
	}
	c.i++
	return Phrase{Range: c.nearWeekday(d, -1), Grain: Day}, true
}

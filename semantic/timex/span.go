package timex

import (
	"strconv"
	"strings"
	"time"

	"github.com/limn-data/limn/internal/words"
)

var months = map[string]time.Month{
	"january": 1, "jan": 1, "february": 2, "feb": 2, "march": 3, "mar": 3, "april": 4, "apr": 4, "may": 5, "june": 6, "jun": 6,
	"july": 7, "jul": 7, "august": 8, "aug": 8, "september": 9, "sep": 9, "sept": 9, "october": 10, "oct": 10,
	"november": 11, "nov": 11, "december": 12, "dec": 12,
}

var weekdays = map[string]time.Weekday{
	"sunday": 0, "monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6,
	"sun": 0, "mon": 1, "tue": 2, "tues": 2, "wed": 3, "thu": 4, "thur": 4, "thurs": 4, "fri": 5, "sat": 6,
}

var units = map[string]Grain{
	"day": Day, "days": Day, "week": Week, "weeks": Week, "wk": Week, "wks": Week, "month": Month, "months": Month, "mo": Month,
	"quarter": Quarter, "quarters": Quarter, "qtr": Quarter, "qtrs": Quarter, "half": Half, "halves": Half, "year": Year, "years": Year, "yr": Year, "yrs": Year,
	"fortnight": Week, "semester": Half,
}

var toDate = map[string]Grain{"ytd": Year, "qtd": Quarter, "mtd": Month, "wtd": Week, "htd": Half}

// span reads one period without prepositions. The readers are tried from the most specific on.
func (c *cursor) span() (Phrase, bool) {
	for _, read := range []func() (Phrase, bool){
		c.toDateSpan, c.ordinalOf, c.relative, c.ago, c.dated, c.quarterSpan, c.monthSpan, c.weekOf, c.weekdaySpan, c.yearSpan,
	} {
		if ph, ok := c.try(read); ok {
			if next, more := c.try(func() (Phrase, bool) { return c.soFar(ph) }); more {
				return next, true
			}
			return ph, true
		}
	}
	return Phrase{}, false
}

func (c *cursor) unit(k int) (Grain, bool) {
	g, ok := units[c.word(k)]
	return g, ok
}

// fiscalWord takes "fiscal", "financial" or "calendar" and says what it asks for.
func (c *cursor) fiscalWord() (fiscal, said bool) {
	switch {
	case c.eat("fiscal|financial"):
		return true, true
	case c.eat("calendar"):
		return false, true
	}
	return c.p.Calendar.Fiscal, false
}

// toDateSpan: "YTD", "year to date", "month-to-date".
func (c *cursor) toDateSpan() (Phrase, bool) {
	if g, ok := toDate[c.word(0)]; ok {
		c.i++
		return c.running(g), true
	}
	fiscal, _ := c.fiscalWord()
	if g, ok := c.unit(0); ok && oneOf(c.word(1), "to") && oneOf(c.word(2), "date|now") {
		c.i += 3
		ph := c.running(g)
		ph.Range.From = c.p.Calendar.start(g, c.p.Today, fiscal)
		return ph, true
	}
	return Phrase{}, false
}

func (c *cursor) running(g Grain) Phrase {
	return Phrase{Range: Range{c.p.Calendar.Start(g, c.p.Today), c.p.Today.AddDate(0, 0, 1)}, Grain: g, Open: true}
}

// soFar: "this quarter so far", "2026 to date", "so far this year" is read by relative.
func (c *cursor) soFar(ph Phrase) (Phrase, bool) {
	if (c.eat("so", "far") || c.eat("to", "date")) && ph.Range.To.After(c.p.Today) {
		return c.openEnd(ph), true
	}
	return ph, false
}

// relative: today, yesterday, this/last/next unit, the last N units, "so far this year".
func (c *cursor) relative() (Phrase, bool) {
	cal, today := c.p.Calendar, c.p.Today
	day := func(n int) (Phrase, bool) {
		return Phrase{Range: cal.Unit(Day, today, n), Grain: Day}, true
	}
	switch {
	case c.eat("today"), c.eat("this", "day"):
		return day(0)
	case c.eat("day", "before", "yesterday"):
		return day(-2)
	case c.eat("yesterday"):
		return day(-1)
	case c.eat("day", "after", "tomorrow"):
		return day(2)
	case c.eat("tomorrow"):
		return day(1)
	case c.eat("so", "far"):
		if c.eat("this|in", "this") || c.eat("this") {
			if g, ok := c.unit(0); ok {
				c.i++
				return c.running(g), true
			}
		}
		return Phrase{}, false
	}
	sign := 0
	switch {
	case c.eat("last|past|previous|prior|trailing|preceding"), c.eat("most", "recent"):
		sign = -1
	case c.eat("this|current|present"):
	case c.eat("next|coming|following|upcoming"):
		sign = 1
	default:
		return Phrase{}, false
	}
	trailing := c.word(-1) == "trailing"
	c.eat("full|complete|completed|whole")
	if n, ok := c.count(); ok {
		c.eat("full|complete|completed|consecutive|business|working|calendar|whole")
		g, unit := c.unit(0)
		if !unit || sign == 0 {
			return Phrase{}, false
		}
		c.i++
		return c.row(g, n, sign), true
	}
	fiscal, _ := c.fiscalWord()
	if g, ok := c.unit(0); ok {
		c.i++
		if trailing {
			return c.row(g, 1, sign), true
		}
		return Phrase{Range: cal.unit(g, today, sign, fiscal), Grain: g, Fiscal: fiscal}, true
	}
	if m, ok := months[c.word(0)]; ok && len(c.word(0)) > 2 {
		c.i++
		return Phrase{Range: c.nearMonth(m, sign), Grain: Month}, true
	}
	if d, ok := weekdays[c.word(0)]; ok && len(c.word(0)) > 3 {
		c.i++
		return Phrase{Range: c.nearWeekday(d, sign), Grain: Day}, true
	}
	if c.eat("weekend") {
		sat := Add(cal.Unit(Week, today, sign).From, Day, (6-int(cal.WeekStart)+7)%7)
		return Phrase{Range: Range{sat, Add(sat, Day, 2)}, Grain: Day}, true
	}
	if q, ok := quarterNumber(c.word(0)); ok { // "last Q4", "this Q1"
		c.i++
		return Phrase{Range: c.nearQuarter(q, sign), Grain: Quarter}, true
	}
	return Phrase{}, false
}

// count reads a number of units; "couple of", "few" is three.
func (c *cursor) count() (int, bool) {
	at := c.i
	c.eat("a")
	if c.eat("few") {
		return 3, true
	}
	if c.i >= len(c.toks) {
		c.i = at
		return 0, false
	}
	if n, ok := words.Int(c.toks[c.i]); ok && n > 0 && n < 1000 {
		c.i++
		c.eat("of")
		return n, true
	}
	c.i = at
	return 0, false
}

// row is a row of n complete units before (or after) the running one: "last 6 weeks" are the six
// complete weeks before this one, "last 7 days" ends yesterday.
func (c *cursor) row(g Grain, n, sign int) Phrase {
	cur := c.p.Calendar.Unit(g, c.p.Today, 0)
	if sign > 0 {
		return Phrase{Range: Range{cur.To, Add(cur.To, g, n)}, Grain: g, Count: n}
	}
	note := "the last " + strconv.Itoa(n) + " complete " + g.String() + "s, without the running one"
	if n == 1 {
		note = ""
	}
	return Phrase{Range: Range{Add(cur.From, g, -n), cur.From}, Grain: g, Count: n, Note: note}
}

// ago: "3 months ago", "a year ago", "two weeks ago".
func (c *cursor) ago() (Phrase, bool) {
	n, ok := c.count()
	if !ok {
		if !c.eat("a|an|one") {
			return Phrase{}, false
		}
		n = 1
	}
	g, unit := c.unit(0)
	if !unit || !oneOf(c.word(1), "ago|back|earlier") {
		return Phrase{}, false
	}
	c.i += 2
	return Phrase{Range: c.p.Calendar.Unit(g, c.p.Today, -n), Grain: g}, true
}

// ofYear reads what pins a bare month, quarter or half to a year: "2025", "of last year", "'25",
// "last year", "of fiscal 2026". The year is returned as a range.
func (c *cursor) ofYear() (Phrase, bool) {
	return c.try(func() (Phrase, bool) {
		c.eat("of|in")
		c.eat("the")
		if c.eat(",") && c.i >= len(c.toks) {
			return Phrase{}, false
		}
		if c.eat("same", "year") {
			return Phrase{}, false
		}
		if y, ok := c.try(c.yearSpan); ok {
			return y, true
		}
		y, ok := c.relative()
		return y, ok && y.Grain == Year && y.Count == 0
	})
}

func quarterNumber(w string) (int, bool) {
	if len(w) == 2 && w[0] == 'q' && w[1] >= '1' && w[1] <= '4' {
		return int(w[1] - '0'), true
	}
	return 0, false
}

func halfNumber(w string) (int, bool) {
	if len(w) == 2 && w[0] == 'h' && (w[1] == '1' || w[1] == '2') {
		return int(w[1] - '0'), true
	}
	return 0, false
}

// quarterSpan: Q1, Q1 2025, 2025 Q1, 1Q25, "first quarter of last year", H1 and halves alike.
func (c *cursor) quarterSpan() (Phrase, bool) {
	fiscal, _ := c.fiscalWord()
	w := c.word(0)
	if len(w) >= 4 && w[0] >= '1' && w[0] <= '4' && w[1] == 'q' { // 1q25, 1q2025
		if y, ok := yearText(w[2:], true); ok {
			c.i++
			return c.part(Quarter, int(w[0]-'0'), c.p.Calendar.year(y, fiscal), fiscal), true
		}
	}
	g, n := NoGrain, 0
	if q, ok := quarterNumber(w); ok {
		g, n = Quarter, q
	} else if h, ok := halfNumber(w); ok {
		g, n = Half, h
	} else if y, ok := yearText(w, false); ok { // 2025 Q1
		if q, ok := quarterNumber(c.word(1)); ok {
			c.i += 2
			return c.part(Quarter, q, c.p.Calendar.year(y, fiscal), fiscal), true
		}
		if h, ok := halfNumber(c.word(1)); ok {
			c.i += 2
			return c.part(Half, h, c.p.Calendar.year(y, fiscal), fiscal), true
		}
		return Phrase{}, false
	}
	if g == NoGrain {
		o, ok := c.ordinal()
		if !ok {
			return Phrase{}, false
		}
		f, said := c.fiscalWord()
		if said {
			fiscal = f
		}
		u, isUnit := c.unit(0)
		if !isUnit || u != Quarter && u != Half {
			return Phrase{}, false
		}
		g, n = u, o
	}
	c.i++
	if n < 0 { // "last quarter of 2025"
		n = map[Grain]int{Quarter: 4, Half: 2}[g]
		y, ok := c.ofYear()
		return c.part(g, n, y.Range, fiscal || y.Fiscal), ok
	}
	if n > 4 || g == Half && n > 2 {
		return Phrase{}, false
	}
	if y, ok := c.ofYear(); ok {
		if y.Fiscal {
			fiscal = true
		}
		return c.part(g, n, y.Range, fiscal), true
	}
	ph := c.part(g, n, c.p.Calendar.unit(Year, c.p.Today, 0, fiscal), fiscal)
	if ph.Range.From.After(c.p.Today) {
		ph = c.part(g, n, c.p.Calendar.unit(Year, c.p.Today, -1, fiscal), fiscal)
		ph.Note = "the latest one that has begun"
	}
	ph.Bare = true
	return ph, true
}

func (c *cursor) part(g Grain, n int, year Range, fiscal bool) Phrase {
	from := Add(year.From, g, n-1)
	return Phrase{Range: Range{from, Add(from, g, 1)}, Grain: g, Fiscal: fiscal}
}

func (c *cursor) nearQuarter(q, sign int) Range {
	cal := c.p.Calendar
	this := c.part(Quarter, q, cal.Unit(Year, c.p.Today, 0), cal.Fiscal).Range
	return c.near(this, sign)
}

func (c *cursor) nearMonth(m time.Month, sign int) Range {
	from := Date(c.p.Today.Year(), m, 1)
	return c.near(Range{from, Add(from, Month, 1)}, sign)
}

// near moves a yearly span to the last one that ended (sign < 0), the one of this year (0) or the next.
func (c *cursor) near(r Range, sign int) Range {
	shift := func(n int) Range { return Range{Add(r.From, Year, n), Add(r.To, Year, n)} }
	switch {
	case sign < 0 && r.To.After(c.p.Today):
		return shift(-1)
	case sign > 0 && !r.From.After(c.p.Today):
		return shift(1)
	}
	return r
}

func (c *cursor) nearWeekday(d time.Weekday, sign int) Range {
	back := (int(c.p.Today.Weekday()) - int(d) + 7) % 7
	switch {
	case sign < 0 && back == 0:
		back = 7
	case sign == 0:
		from := Add(c.p.Calendar.Unit(Week, c.p.Today, 0).From, Day, (int(d)-int(c.p.Calendar.WeekStart)+7)%7)
		return Range{from, Add(from, Day, 1)}
	case sign > 0:
		back -= 7
	}
	return c.p.Calendar.Unit(Day, c.p.Today, -back)
}

// yearText reads 1900 … 2099, and with short also two digits ("25", "'25").
func yearText(w string, short bool) (int, bool) {
	w = strings.TrimPrefix(w, "'")
	n, err := strconv.Atoi(w)
	switch {
	case err != nil:
		return 0, false
	case len(w) == 4 && n >= 1900 && n < 2100:
		return n, true
	case short && len(w) == 2:
		return 2000 + n, true
	}
	return 0, false
}

// yearSpan: 2025, FY26, "fiscal year 2026", "calendar 2025", "the year 2024".
func (c *cursor) yearSpan() (Phrase, bool) {
	fiscal, said := c.fiscalWord()
	w := c.word(0)
	for _, p := range []struct {
		prefix string
		fiscal bool
	}{{"fy", true}, {"cy", false}} {
		rest, ok := strings.CutPrefix(w, p.prefix)
		if !ok {
			continue
		}
		if rest == "" && c.i+1 < len(c.toks) {
			rest = c.word(1)
			if y, ok := yearText(rest, true); ok {
				c.i += 2
				return Phrase{Range: c.p.Calendar.year(y, p.fiscal), Grain: Year, Fiscal: p.fiscal}, true
			}
		}
		if y, ok := yearText(rest, true); ok {
			c.i++
			return Phrase{Range: c.p.Calendar.year(y, p.fiscal), Grain: Year, Fiscal: p.fiscal}, true
		}
	}
	named := c.eat("year")
	if c.i >= len(c.toks) {
		return Phrase{}, false
	}
	t := c.toks[c.i]
	short := t.Kind == words.Punct && t.Norm == "'" && c.i+1 < len(c.toks) // '25
	if short {
		if y, ok := yearText(c.word(1), true); ok && len(c.word(1)) == 2 {
			c.i += 2
			return Phrase{Range: c.p.Calendar.year(y, fiscal), Grain: Year, Fiscal: fiscal}, true
		}
	}
	if t.Kind != words.Number || t.Percent || strings.ContainsAny(t.Text, ",.$+-%") {
		return Phrase{}, false
	}
	y, ok := yearText(t.Norm, said)
	if !ok {
		return Phrase{}, false
	}
	c.i++
	return Phrase{Range: c.p.Calendar.year(y, fiscal), Grain: Year, Fiscal: fiscal && said, Bare: !named && !said}, true
}

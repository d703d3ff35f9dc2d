package demo

import "time"

// day counts days since 1970-01-01. All business time is UTC.
type day int32

const dayMicros = int64(86_400) * million

func dayOf(t time.Time) day {
	y, m, d := t.UTC().Date()
	return date(y, m, d)
}

func date(y int, m time.Month, d int) day {
	return day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86_400)
}

func (d day) time() time.Time { return time.Unix(int64(d)*86_400, 0).UTC() }
func (d day) String() string  { return d.time().Format(time.DateOnly) }
func (d day) month() month {
	t := d.time()
	return month(t.Year()*12 + int(t.Month()) - 1)
}
func (d day) dayOfMonth() int { return d.time().Day() }

// number is the day as yyyymmdd, the head of the keys of a day's rows.
func (d day) number() int64 {
	t := d.time()
	return int64(t.Year()*10_000 + int(t.Month())*100 + t.Day())
}

// micros is the start of the day in microseconds since 1970.
func (d day) micros() int64 { return int64(d) * dayMicros }

// weekday is 0 for Monday; 1970-01-01 was a Thursday.
func (d day) weekday() int { return int((int32(d)+3)%7+7) % 7 }

// month counts months since year 0.
type month int32

func (m month) year() int       { return int(m) / 12 }
func (m month) calendar() int   { return int(m) % 12 } // 0 is January
func (m month) first() day      { return date(m.year(), time.Month(m.calendar()+1), 1) }
func (m month) last() day       { return (m + 1).first() - 1 }
func (m month) String() string  { return m.first().time().Format("2006-01") }
func (m month) number() int64   { return int64(m.year()*100 + m.calendar() + 1) }
func span(from, to day) []month { return months(from.month(), to.month()) }
func months(a, b month) (out []month) {
	for ; a <= b; a++ {
		out = append(out, a)
	}
	return out
}

// The pulse of the business, in thousandths of a usual day.
var (
	seasonOf   = [12]int64{940, 950, 985, 980, 990, 985, 960, 955, 1_000, 1_030, 1_130, 1_150}
	volumeOf   = [7]int64{1_040, 1_070, 1_080, 1_060, 1_020, 680, 620} // how much is sent on a Monday … Sunday
	presentOf  = [7]int64{1_120, 1_120, 1_130, 1_120, 1_110, 720, 680} // how many accounts send at all
	businessOf = [7]int64{1_300, 1_320, 1_310, 1_280, 1_150, 350, 290} // tickets, leads, deals
)

func (d day) season() int64 { return seasonOf[d.month().calendar()] }

// compound is growth at rate (1,180 is 18 % a year) since 2019-01-01, in millionths: whole years multiply, within a
// year it is a straight line.
func compound(d day, rate int64) int64 {
	since := int64(d - date(2019, 1, 1))
	if since < 0 {
		return million
	}
	f := int64(million)
	for ; since >= 365; since -= 365 {
		f = f * rate / 1_000
	}
	return f + f*(rate-1_000)/1_000*since/365
}

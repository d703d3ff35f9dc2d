// Package timex turns English phrases about time into half-open ranges of days under a calendar and a
// clock: "Q1 of last year", "last 6 weeks", "since March", "year to date". It never asks the machine
// for the time. Start at Parser.At; Policy (in docs) says what each ambiguous phrase means here.
package timex

import (
	"fmt"
	"time"
)

// Grain is a unit of the calendar.
type Grain uint8

const (
	NoGrain Grain = iota
	Day
	Week
	Month
	Quarter
	Half
	Year
)

var grainNames = [...]string{"", "day", "week", "month", "quarter", "half", "year"}

func (g Grain) String() string { return grainNames[g] }

// ParseGrain reads "day" … "year".
func ParseGrain(s string) (Grain, error) {
	for g, n := range grainNames {
		if n == s && g > 0 {
			return Grain(g), nil
		}
	}
	return NoGrain, fmt.Errorf("timex: %q is not a grain; use day, week, month, quarter or year", s)
}

// Range is a half-open range of days; both ends are midnights in UTC that stand for dates.
type Range struct{ From, To time.Time }

// IsZero says that no range is given.
func (r Range) IsZero() bool { return r.From.IsZero() && r.To.IsZero() }

// Days is the length in days.
func (r Range) Days() int { return int(r.To.Sub(r.From).Hours()+0.5) / 24 }

// Last is the last day inside.
func (r Range) Last() time.Time { return r.To.AddDate(0, 0, -1) }

// Clip is the part of r before end.
func (r Range) Clip(end time.Time) Range {
	if r.To.After(end) {
		r.To = end
	}
	if r.From.After(r.To) {
		r.From = r.To
	}
	return r
}

func (r Range) String() string {
	return r.From.Format(time.DateOnly) + "/" + r.To.Format(time.DateOnly)
}

// Calendar is how a workspace counts. The zero Calendar has calendar years and weeks from Sunday.
type Calendar struct {
	WeekStart   time.Weekday
	FiscalStart time.Month // first month of the fiscal year; 0 and January: the calendar year
	Fiscal      bool       // bare "Q1", "year", "half" mean fiscal ones
}

// Date is midnight UTC of a day.
func Date(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// DayOf is the date of an instant in a zone.
func DayOf(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return Date(y, m, d)
}

// yearStart is the first month of a year of the kind that is meant.
func (c Calendar) yearStart(fiscal bool) time.Month {
	if fiscal && c.FiscalStart > 1 {
		return c.FiscalStart
	}
	return time.January
}

// Start is the first day of the unit that holds day.
func (c Calendar) Start(g Grain, day time.Time) time.Time { return c.start(g, day, c.Fiscal) }

func (c Calendar) start(g Grain, day time.Time, fiscal bool) time.Time {
	y, m, d := day.Date()
	first := c.yearStart(fiscal)
	into := (int(m) - int(first) + 12) % 12 // months into the year
	switch g {
	case Week:
		return Date(y, m, d-(int(day.Weekday())-int(c.WeekStart)+7)%7)
	case Month:
		return Date(y, m, 1)
	case Quarter:
		return Date(y, m-time.Month(into%3), 1)
	case Half:
		return Date(y, m-time.Month(into%6), 1)
	case Year:
		return Date(y, m-time.Month(into), 1)
	}
	return Date(y, m, d)
}

// Add moves a day by n units. Months keep the day where it exists and else take the month's last.
func Add(day time.Time, g Grain, n int) time.Time {
	switch g {
	case Week:
		return day.AddDate(0, 0, 7*n)
	case Month:
		return addMonths(day, n)
	case Quarter:
		return addMonths(day, 3*n)
	case Half:
		return addMonths(day, 6*n)
	case Year:
		return addMonths(day, 12*n)
	}
	return day.AddDate(0, 0, n)
}

func addMonths(day time.Time, n int) time.Time {
	y, m, d := day.Date()
	last := Date(y, m+time.Month(n)+1, 0).Day()
	return Date(y, m+time.Month(n), min(d, last))
}

// Unit is the unit of grain g that lies n units from the one that holds day.
func (c Calendar) Unit(g Grain, day time.Time, n int) Range { return c.unit(g, day, n, c.Fiscal) }

func (c Calendar) unit(g Grain, day time.Time, n int, fiscal bool) Range {
	from := Add(c.start(g, day, fiscal), g, n)
	return Range{from, Add(from, g, 1)}
}

// year is the range of year y; a fiscal year is named after the calendar year in which it ends, as
// most companies do.
func (c Calendar) year(y int, fiscal bool) Range {
	first := c.yearStart(fiscal)
	if first != time.January {
		y--
	}
	return Range{Date(y, first, 1), Date(y+1, first, 1)}
}

// FiscalYear is the name of the fiscal year that holds day.
func (c Calendar) yearName(day time.Time, fiscal bool) int {
	y := c.start(Year, day, fiscal)
	if c.yearStart(fiscal) != time.January {
		return y.Year() + 1
	}
	return y.Year()
}

// Label names a unit for people: "Q3 2026", "Mar 2026", "week of 5 Oct 2026", "2026", "FY2027".
func (c Calendar) Label(g Grain, day time.Time) string {
	fy := ""
	if c.Fiscal && c.FiscalStart > 1 {
		fy = "FY"
	}
	switch g {
	case Day:
		return day.Format("2 Jan 2006")
	case Week:
		return "week of " + day.Format("2 Jan 2006")
	case Month:
		return day.Format("Jan 2006")
	case Quarter, Half:
		into := (int(day.Month()) - int(c.yearStart(c.Fiscal)) + 12) % 12
		if g == Half {
			return fmt.Sprintf("H%d %s%d", into/6+1, fy, c.yearName(day, c.Fiscal))
		}
		return fmt.Sprintf("Q%d %s%d", into/3+1, fy, c.yearName(day, c.Fiscal))
	case Year:
		return fmt.Sprintf("%s%d", fy, c.yearName(day, c.Fiscal))
	}
	return day.Format("2 Jan 2006")
}

// Describe names a range for people, as a unit where it is one: "Q3 2026", else "1 Jan 2026 to 21 Nov 2026".
func (c Calendar) Describe(r Range) string {
	for _, g := range []Grain{Year, Half, Quarter, Month, Week, Day} {
		if c.Start(g, r.From).Equal(r.From) && Add(r.From, g, 1).Equal(r.To) {
			return c.Label(g, r.From)
		}
	}
	return r.From.Format("2 Jan 2006") + " to " + r.Last().Format("2 Jan 2006")
}

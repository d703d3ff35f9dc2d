package governance

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/semantic/timex"
)

// Timeliness is how a table stands by its promise.
type Timeliness struct {
	Known bool          // there is a promise, and it can be judged
	Late  bool          // it was not kept
	By    time.Duration // since it should have been
	Due   string        // the promise in words: "daily 07:00 UTC"
	Why   string        // a promise that cannot be judged: why not
}

// Timely judges the promise of a table at a moment. A promise of a time of day says that by then the day before is
// complete. Where nobody says up to which day data are complete, a load counts as bringing the days before its own.
// A table without a promise is neither late nor in time.
func Timely(a *catalog.Asset, at time.Time) Timeliness {
	s := a.SLA
	if s == nil {
		return Timeliness{}
	}
	if s.Within > 0 {
		return within(a, s, at)
	}
	zone, err := time.LoadLocation(s.TimeZone)
	schedule, cronErr := cron.ParseStandard(s.Cron)
	if err != nil || cronErr != nil {
		return Timeliness{Why: fmt.Sprintf("its SLA (%s) cannot be read", s)}
	}
	due := lastDue(schedule, at.In(zone).Add(-s.Grace))
	if due.IsZero() {
		return Timeliness{Why: fmt.Sprintf("its SLA (%s) names no time of the last weeks", s)}
	}
	out := Timeliness{Due: scheduleWords(s.Cron, due)}
	var next time.Time // the day that is missing first
	switch {
	case !a.DataUntil.IsZero():
		next = a.DataUntil.AddDate(0, 0, 1)
	case !a.FreshAt.IsZero():
		next = timex.DayOf(a.FreshAt, zone)
	default:
		out.Why = "it is due " + out.Due + ", and no load of it is recorded"
		return out
	}
	out.Known = true
	promised := timex.DayOf(due, zone).AddDate(0, 0, -1)
	if next.After(promised) {
		return out
	}
	// It is late since the first due time on a day after the one that is missing.
	missed := schedule.Next(time.Date(next.Year(), next.Month(), next.Day()+1, 0, 0, 0, 0, zone).Add(-time.Second))
	out.Late, out.By = true, at.Sub(missed)
	return out
}

// within judges the promise of a greatest age.
func within(a *catalog.Asset, s *catalog.SLA, at time.Time) Timeliness {
	out := Timeliness{Due: "within " + Duration(s.Within)}
	last := a.FreshAt
	if last.IsZero() && !a.DataUntil.IsZero() {
		last = a.DataUntil.AddDate(0, 0, 1)
	}
	if last.IsZero() {
		out.Why = "it is due " + out.Due + ", and no load of it is recorded"
		return out
	}
	out.Known = true
	if by := at.Sub(last) - s.Within - s.Grace; by > 0 {
		out.Late, out.By = true, by
	}
	return out
}

// lastDue is the last time at or before t that a schedule names, within 40 days.
func lastDue(s cron.Schedule, t time.Time) time.Time {
	var out time.Time
	for at := s.Next(t.Add(-40 * 24 * time.Hour)); !at.IsZero() && !at.After(t); at = s.Next(at) {
		out = at
	}
	return out
}

// scheduleWords says in words when a schedule is due; due gives the zone's name at that time of the year.
func scheduleWords(spec string, due time.Time) string {
	f := strings.Fields(spec)
	zone, _ := due.Zone()
	at := due.Format("15:04") + " " + zone
	if len(f) != 5 || strings.ContainsAny(f[0]+f[1], "*/,-") {
		return "by the schedule “" + spec + "” " + zone
	}
	switch strings.Join(f[2:], " ") {
	case "* * *":
		return "daily " + at
	case "* * 1-5", "* * MON-FRI":
		return at + " on weekdays"
	}
	return "by the schedule “" + spec + "” " + zone
}

// Duration says how long something is in the unit that people would use.
func Duration(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	case d >= time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d min", int(d.Minutes()))
}

// loaded says whether a period, half open, lies whole within what is loaded of a table. An end that is open or lies
// in the future counts as today.
func loaded(a *catalog.Asset, period timex.Range, at time.Time) bool {
	end := clip(period.To, at)
	switch {
	case !a.DataUntil.IsZero():
		return !end.After(a.DataUntil.AddDate(0, 0, 1))
	case !a.FreshAt.IsZero():
		return !end.After(timex.DayOf(a.FreshAt, time.UTC))
	}
	return false
}

func clip(end, at time.Time) time.Time {
	if today := timex.DayOf(at, time.UTC); end.IsZero() || end.After(today) {
		return today
	}
	return end
}

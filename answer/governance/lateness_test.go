package governance

import (
	"testing"
	"time"

	"github.com/limn-data/limn/catalog"
)

// TestTimely: an SLA is a time of day in its own zone, summer time included; it promises the day before.
func TestTimely(t *testing.T) {
	for _, c := range []struct {
		name, cron, zone, until, at string
		grace                       time.Duration
		late                        bool
		by                          time.Duration
	}{
		{"before it is due", "0 7 * * *", "UTC", "2026-11-20", "2026-11-22T06:59:00Z", 0, false, 0},
		{"at the due time", "0 7 * * *", "UTC", "2026-11-20", "2026-11-22T07:00:00Z", 0, true, 0},
		{"two hours after", "0 7 * * *", "UTC", "2026-11-20", "2026-11-22T09:00:00Z", 0, true, 2 * time.Hour},
		{"inside the grace", "0 7 * * *", "UTC", "2026-11-20", "2026-11-22T08:59:00Z", 2 * time.Hour, false, 0},
		{"after the grace, counted from when it was due", "0 7 * * *", "UTC", "2026-11-20", "2026-11-22T09:30:00Z", 2 * time.Hour, true, 150 * time.Minute},
		{"in time", "0 7 * * *", "UTC", "2026-11-21", "2026-11-22T09:00:00Z", 0, false, 0},
		{"days late", "0 7 * * *", "UTC", "2026-11-18", "2026-11-22T07:00:00Z", 0, true, 48 * time.Hour},
		{"seven in Los Angeles is three in the afternoon in UTC", "0 7 * * *", "America/Los_Angeles", "2026-11-20", "2026-11-22T14:59:00Z", 0, false, 0},
		{"and then it is late", "0 7 * * *", "America/Los_Angeles", "2026-11-20", "2026-11-22T15:30:00Z", 0, true, 30 * time.Minute},
		{"in summer it is two", "0 7 * * *", "America/Los_Angeles", "2026-07-20", "2026-07-22T14:30:00Z", 0, true, 30 * time.Minute},
		{"the morning after clocks went back", "0 7 * * *", "America/Los_Angeles", "2026-10-30", "2026-11-01T15:30:00Z", 0, true, 30 * time.Minute},
		{"the morning before", "0 7 * * *", "America/Los_Angeles", "2026-10-29", "2026-10-31T14:30:00Z", 0, true, 30 * time.Minute},
		{"the morning after clocks went forward", "0 7 * * *", "Europe/Berlin", "2026-03-27", "2026-03-29T05:30:00Z", 0, true, 30 * time.Minute},
		{"due in the hour that is skipped", "30 2 * * *", "Europe/Berlin", "2026-03-28", "2026-03-29T09:00:00Z", 0, false, 0},
		{"east of the date line it is tomorrow", "0 7 * * *", "Asia/Tokyo", "2026-11-20", "2026-11-21T22:30:00Z", 0, true, 30 * time.Minute},
		{"weekdays only: on Sunday Friday's promise holds", "0 7 * * 1-5", "UTC", "2026-11-19", "2026-11-22T09:00:00Z", 0, false, 0},
		{"weekdays only: Monday promises Sunday", "0 7 * * 1-5", "UTC", "2026-11-19", "2026-11-23T09:00:00Z", 0, true, 2 * time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := &catalog.Asset{DataUntil: date(t, c.until), SLA: &catalog.SLA{Cron: c.cron, TimeZone: c.zone, Grace: c.grace}}
			got := Timely(a, instant(t, c.at))
			if !got.Known || got.Late != c.late || got.Late && got.By != c.by {
				t.Errorf("late %v by %v (known %v), want %v by %v", got.Late, got.By, got.Known, c.late, c.by)
			}
		})
	}
}

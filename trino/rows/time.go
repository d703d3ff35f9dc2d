package rows

import (
	"fmt"
	"strings"
	"time"
)

// ParseTime reads a date or time as Trino's protocol writes it: 2026-01-31, 23:59:59.999, both with a blank
// between, and behind a time +02:00 or, after a blank, the name of a zone. What has no zone is read in UTC.
func ParseTime(text string) (time.Time, error) {
	for _, layout := range []string{"2006-01-02", "15:04:05", "2006-01-02 15:04:05", "15:04:05-07:00", "2006-01-02 15:04:05-07:00", "2006-01-02 15:04:05 -07:00"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	if i := strings.LastIndexByte(text, ' '); i > 0 {
		if zone, err := time.LoadLocation(text[i+1:]); err == nil {
			if t, err := time.ParseInLocation("2006-01-02 15:04:05", text[:i], zone); err == nil {
				return t, nil
			}
		}
	}
	return time.Time{}, fmt.Errorf("%q is no date or time as Trino writes them", text)
}

// Twice says whether the wall clock of a named zone shows this time a second time. Trino's protocol gives
// the wall clock and the zone's name, which then is not enough to know the instant. Of an offset it is.
func Twice(t time.Time) bool {
	name := t.Location().String()
	if name == "" || name == "UTC" {
		return false
	}
	const wall = "2006-01-02T15:04:05.999999999"
	for _, d := range []time.Duration{time.Hour, 30 * time.Minute} {
		if t.Add(d).Format(wall) == t.Format(wall) || t.Add(-d).Format(wall) == t.Format(wall) {
			return true
		}
	}
	return false
}

// TimestampLayout is ISO 8601 for a value with so many digits behind the second, at most nine, as the layout
// that time.Time.Format takes. What has a zone ends in its offset.
func TimestampLayout(digits int, zoned bool) string {
	return "2006-01-02T" + TimeLayout(digits, zoned)
}

// TimeLayout is that of a time of day.
func TimeLayout(digits int, zoned bool) string {
	out := "15:04:05"
	if digits > 0 {
		out += "." + strings.Repeat("0", digits)
	}
	if zoned {
		out += "Z07:00"
	}
	return out
}

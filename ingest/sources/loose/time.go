package loose

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Clock reads the times of a source. Those without a zone are taken to be in Zone, UTC where it is nil, and
// are counted, since a number that is off by hours looks like a late table.
type Clock struct {
	Zone    *time.Location
	Unzoned int // how many had no zone
	Bad     int // how many were no times
}

var zoned = []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999 Z0700", "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04Z07:00", time.RFC1123Z}
var unzoned = []string{"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly}

// Parse reads a time; an empty text is the zero time. A fraction of more digits than nine is cut.
func (c *Clock) Parse(s string) (time.Time, error) {
	if s = strings.TrimSpace(s); s == "" {
		return time.Time{}, nil
	}
	for _, layout := range zoned {
		if t, err := time.Parse(layout, s); err == nil {
			return sane(t, s)
		}
	}
	zone := c.Zone
	if zone == nil {
		zone = time.UTC
	}
	for _, layout := range unzoned {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			c.Unzoned++
			return sane(t, s)
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time; write 2026-11-22T07:00:00Z", Short(s))
}

// sane refuses years that no JSON can hold again.
func sane(t time.Time, s string) (time.Time, error) {
	t = t.UTC()
	if t.Year() < 1 || t.Year() > 9998 {
		return time.Time{}, fmt.Errorf("%q is not a time of our calendar", Short(s))
	}
	return t, nil
}

// Time reads a time; one that is none is counted and is the zero time.
func (c *Clock) Time(s string) time.Time {
	t, err := c.Parse(s)
	if err != nil {
		c.Bad++
	}
	return t
}

// Day is a date as midnight UTC, whatever the zone: dates have none.
func Day(s string) (time.Time, bool) {
	if len(s) < 10 {
		return time.Time{}, false
	}
	t, err := time.Parse(time.DateOnly, s[:10])
	return t, err == nil
}

// Millis is a time in milliseconds since 1970; 0 is the zero time.
func Millis(ms int64) time.Time {
	const last = 253370764800000 // the year 9999
	if ms <= 0 || ms >= last {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// Text is a value of any JSON type as people write it: a string without its quotes, everything else as it is.
type Text string

// UnmarshalJSON takes any value.
func (t *Text) UnmarshalJSON(raw []byte) error {
	switch {
	case len(raw) > 0 && raw[0] == '"':
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return err
		}
		*t = Text(s)
	case string(raw) == "null":
		*t = ""
	default:
		*t = Text(raw)
	}
	return nil
}

// Texts is a list of strings, or one string.
type Texts []string

// UnmarshalJSON takes a list, or one value.
func (t *Texts) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '[' {
		var all []Text
		if err := json.Unmarshal(raw, &all); err != nil {
			return err
		}
		for _, s := range all {
			*t = append(*t, string(s))
		}
		return nil
	}
	var one Text
	if err := one.UnmarshalJSON(raw); err != nil {
		return err
	}
	if one != "" {
		*t = Texts{string(one)}
	}
	return nil
}

// Note counts what was met of times without a zone and of times that are none.
func (c *Clock) Note(count func(kind string)) {
	for range c.Unzoned {
		count(UnzonedKind)
	}
	for range c.Bad {
		count(BadKind)
	}
}

// What Note counts under.
const (
	UnzonedKind = "times without a zone"
	BadKind     = "times that are none"
)

// Short is a text cut to what an error should show.
func Short(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

package odcs

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

// units of promises, by their first letters; a month and a year are of usual length.
var units = map[string]time.Duration{
	"s": time.Second, "sec": time.Second, "second": time.Second, "m": time.Minute, "min": time.Minute, "minute": time.Minute, "h": time.Hour, "hr": time.Hour, "hour": time.Hour,
	"d": 24 * time.Hour, "day": 24 * time.Hour, "w": 7 * 24 * time.Hour, "week": 7 * 24 * time.Hour, "month": 30 * 24 * time.Hour, "mo": 30 * 24 * time.Hour,
	"q": 91 * 24 * time.Hour, "quarter": 91 * 24 * time.Hour, "y": 365 * 24 * time.Hour, "yr": 365 * 24 * time.Hour, "year": 365 * 24 * time.Hour,
}

// iso is a duration of ISO 8601, such as P1DT6H.
var iso = regexp.MustCompile(`^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$`)

func (x sla) duration() time.Duration {
	v := strings.TrimSpace(string(x.Value))
	if m := iso.FindStringSubmatch(v); m != nil && len(v) > 2 {
		var d float64
		for i, u := range []time.Duration{units["year"], units["month"], units["week"], units["day"], time.Hour, time.Minute, time.Second} {
			if n, err := strconv.ParseFloat(m[i+1], 64); err == nil {
				d += n * float64(u)
			}
		}
		return bounded(d)
	}
	n, err := strconv.ParseFloat(v, 64)
	if err != nil {
		return 0
	}
	unit := strings.ToLower(strings.TrimSpace(x.Unit))
	u, ok := units[unit]
	if !ok {
		u = units[strings.TrimSuffix(unit, "s")]
	}
	return bounded(n * float64(u))
}

func bounded(d float64) time.Duration {
	if math.IsNaN(d) || d <= 0 || d > float64(math.MaxInt64)/2 {
		return 0
	}
	return time.Duration(d)
}

// clock is a time of day with or without an offset: 09:00-08:00, 07:30Z, 7:30.
var clockTime = regexp.MustCompile(`^(\d{1,2}):(\d{2})(?::\d{2})?\s*(Z|[+-]\d{2}:?\d{2})?$`)

// promise reads one SLA property; ok is false for those that are read elsewhere or are no promises.
func (s *Source) promise(x sla, fallback string, c *loose.Clock) (catalog.SLA, bool) {
	out := catalog.SLA{Element: first(x.Element, fallback), Driver: x.Driver, Text: strings.TrimSpace(string(x.Value) + " " + x.Unit)}
	cron := x.Schedule != "" && (x.Scheduler == "" || strings.EqualFold(x.Scheduler, "cron")) && len(strings.Fields(x.Schedule)) == 5
	switch strings.ToLower(x.Property) {
	case "timeofavailability", "availabletime", "ta":
		out.Kind = "available_by"
		if cron {
			out.Cron, out.TimeZone = x.Schedule, s.zone()
			c.Unzoned++
			return out, true
		}
		m := clockTime.FindStringSubmatch(strings.TrimSpace(string(x.Value)))
		if m == nil {
			c.Bad++
			return out, true // as text
		}
		h, _ := strconv.Atoi(m[1]) // two digits
		min, _ := strconv.Atoi(m[2])
		if h > 23 || min > 59 {
			c.Bad++
			return out, true
		}
		out.Cron, out.TimeZone = s.daily(h, min, m[3], c)
	case "freshness", "fr":
		out.Kind, out.Within = "freshness", x.duration()
	case "latency", "ly":
		out.Kind, out.Within = "latency", x.duration()
	case "frequency", "fy":
		out.Kind, out.Within = "frequency", x.duration()
		if cron {
			out.Cron, out.TimeZone = x.Schedule, s.zone()
		}
	case "endofsupport", "endoflife", "es", "el", "generalavailability", "ga", "":
		return out, false
	default:
		out.Kind = strings.ToLower(x.Property)
		if out.Kind == "retention" || out.Kind == "timetodetect" || out.Kind == "timetonotify" || out.Kind == "timetorepair" {
			out.Within = x.duration()
		}
	}
	return out, true
}

func (s *Source) zone() string {
	if s.Zone == nil {
		return "UTC"
	}
	return s.Zone.String()
}

// daily is the cron of a time of day at an offset from UTC. Offsets of whole hours have names; others are moved
// to UTC.
func (s *Source) daily(h, min int, offset string, c *loose.Clock) (cron, zone string) {
	switch {
	case offset == "":
		c.Unzoned++
		return fmt.Sprintf("%d %d * * *", min, h), s.zone()
	case offset == "Z":
		return fmt.Sprintf("%d %d * * *", min, h), "UTC"
	}
	digits := strings.ReplaceAll(offset[1:], ":", "")
	oh, _ := strconv.Atoi(digits[:2]) // the pattern has four digits
	om, _ := strconv.Atoi(digits[2:])
	sign := 1
	if offset[0] == '-' {
		sign = -1
	}
	if om == 0 && oh == 0 {
		return fmt.Sprintf("%d %d * * *", min, h), "UTC"
	}
	if om == 0 && (sign > 0 && oh <= 14 || sign < 0 && oh <= 12) {
		// The names have their signs the other way round.
		return fmt.Sprintf("%d %d * * *", min, h), fmt.Sprintf("Etc/GMT%+d", -sign*oh)
	}
	t := ((h*60+min-sign*(oh*60+om))%1440 + 1440) % 1440
	return fmt.Sprintf("%d %d * * *", t%60, t/60), "UTC"
}

// lifecycle is what status and dates of end say together.
func (s *Source) lifecycle(k *contract, now time.Time, c *loose.Clock) *catalog.Lifecycle {
	var support, life time.Time
	for _, x := range k.SLAs {
		switch strings.ToLower(x.Property) {
		case "endofsupport", "es":
			support = c.Time(string(x.Value))
		case "endoflife", "el":
			life = c.Time(string(x.Value))
		}
	}
	status := strings.ToLower(k.Status)
	l := &catalog.Lifecycle{Deprecated: status == "deprecated" || status == "retired", Decommission: life}
	if l.Deprecated {
		l.Note = "the contract is " + status
	}
	if !support.IsZero() && support.Before(now) {
		l.Deprecated, l.Since, l.Note = true, support, "support ended on "+support.Format(time.DateOnly)
	}
	if !l.Deprecated && status != "active" && life.IsZero() {
		return nil // a draft says nothing of use
	}
	return l
}

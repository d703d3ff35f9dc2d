package native

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // the rules of zones come with the binary, wherever it runs
)

var times = []Function{
	{Name: "instant", In: []string{"TIMESTAMP", "VARCHAR"}, Out: "TIMESTAMPTZ", Call: func(in []any) (any, error) {
		zone, err := Location(in[1].(string))
		if err != nil {
			return nil, err
		}
		return Converted(in[0].(time.Time), zone), nil
	}},
	{Name: "instant_near", In: []string{"TIMESTAMP", "VARCHAR", "TIMESTAMPTZ"}, Out: "TIMESTAMPTZ", Call: func(in []any) (any, error) {
		zone, err := Location(in[1].(string))
		if err != nil {
			return nil, err
		}
		wall, original := in[0].(time.Time), in[2].(time.Time)
		offset := offsetAt(original, zone)
		if at := wall.Add(-offset); offsetAt(at, zone) == offset {
			return at, nil
		}
		return Converted(wall, zone), nil
	}},
	{Name: "parsed_instant", In: []string{"TIMESTAMP", "VARCHAR"}, Out: "TIMESTAMPTZ", Call: func(in []any) (any, error) {
		zone, err := Location(in[1].(string))
		if err != nil {
			return nil, err
		}
		at := Instant(in[0].(time.Time), zone)
		if !shows(at, zone, in[0].(time.Time)) {
			return nil, invalid("Illegal instant due to time zone offset transition")
		}
		return at, nil
	}},
	{Name: "date_text", In: []string{"DATE"}, Out: "VARCHAR", Call: func(in []any) (any, error) {
		t := in[0].(time.Time)
		return yearText(t.Year(), "") + t.Format("-01-02"), nil
	}},
	{Name: "stamp_text", In: []string{"TIMESTAMP", "BIGINT"}, Out: "VARCHAR", Call: func(in []any) (any, error) {
		t, precision := in[0].(time.Time), int(in[1].(int64))
		text := yearText(t.Year(), "+") + t.Format("-01-02 15:04:05")
		if precision > 0 {
			text += fmt.Sprintf(".%09d000", t.Nanosecond())[:precision+1]
		}
		return text, nil
	}},
	{Name: "zone_offset", In: []string{"TIMESTAMPTZ", "VARCHAR"}, Out: "BIGINT", Call: func(in []any) (any, error) {
		zone, err := Location(in[1].(string))
		if err != nil {
			return nil, err
		}
		_, seconds := in[0].(time.Time).In(zone).Zone()
		return int64(seconds), nil
	}},
	{Name: "text_instant", In: []string{"TIMESTAMPTZ", "VARCHAR", "BIGINT", "VARCHAR"}, Out: "VARCHAR", Call: func(in []any) (any, error) {
		return instantText(in[0].(time.Time), in[1].(string), int(in[2].(int64)), in[3].(string))
	}},
	{Name: "format_datetime", In: []string{"TIMESTAMPTZ", "VARCHAR", "VARCHAR"}, Out: "VARCHAR", Call: func(in []any) (any, error) {
		name := in[1].(string)
		zone, err := Location(name)
		if err != nil {
			return nil, err
		}
		return formatJoda(in[0].(time.Time).In(zone), name, in[2].(string))
	}},
	{Name: "from_iso8601_timestamp", In: []string{"VARCHAR", "VARCHAR"}, Out: "TIMESTAMPTZ", Call: func(in []any) (any, error) {
		at, zone, err := ParseISO(in[0].(string), in[1].(string))
		return inZone(at, zone, in[1].(string), err)
	}},
	{Name: "from_iso8601_date", In: []string{"VARCHAR"}, Out: "DATE", Call: func(in []any) (any, error) {
		day, rest, err := isoDate(strings.TrimSpace(in[0].(string)))
		if err != nil || rest != "" {
			return nil, isoError(in[0].(string))
		}
		return day, nil
	}},
	{Name: "cast_instant", In: []string{"VARCHAR", "VARCHAR", "BIGINT"}, Out: "TIMESTAMPTZ", Call: func(in []any) (any, error) {
		at, zone, err := ParseZoned(in[0].(string), in[1].(string), int(in[2].(int64)))
		return inZone(at, zone, in[1].(string), err)
	}},
}

func inZone(at time.Time, zone, want string, err error) (any, error) {
	if err == nil && zone != want {
		err = unsupported("texts with a time zone of their own; write them as literals")
	}
	if err != nil {
		return nil, err
	}
	return at, nil
}

// yearText writes a year in four digits or more, those of more with plus before them.
func yearText(y int, plus string) string {
	switch {
	case y > 9999:
		return plus + strconv.Itoa(y)
	case y < 0:
		return fmt.Sprintf("-%04d", -y)
	}
	return fmt.Sprintf("%04d", y)
}

var zones cache[*time.Location]

// Location is a zone by its name or as an offset such as +05:30.
func Location(name string) (*time.Location, error) {
	return zones.get(name, func(name string) (*time.Location, error) {
		if name != "" && (name[0] == '+' || name[0] == '-') {
			h, m, ok := strings.Cut(name[1:], ":")
			hours, err1 := strconv.Atoi(h)
			minutes, err2 := strconv.Atoi(m)
			if !ok || err1 != nil || err2 != nil || hours > 14 || minutes > 59 {
				return nil, invalid("There is no time zone " + name)
			}
			seconds := hours*3600 + minutes*60
			if name[0] == '-' {
				seconds = -seconds
			}
			return time.FixedZone(name, seconds), nil
		}
		if name == "" || name == "Local" {
			return nil, invalid("There is no time zone " + name)
		}
		loc, err := time.LoadLocation(name)
		if err != nil {
			return nil, invalid("There is no time zone " + name)
		}
		return loc, nil
	})
}

func offsetAt(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

// Converted is when a zone shows a wall clock, for a timestamp that is given a zone: of two times it
// is the one that Joda's conversion comes upon, the later in the east and the earlier in the west; a
// time that the zone skips is moved on.
func Converted(wall time.Time, zone *time.Location) time.Time {
	local := offsetAt(wall, zone)
	offset := offsetAt(wall.Add(-local), zone)
	if local != offset && local < 0 && nextChange(wall.Add(-local), zone) != nextChange(wall.Add(-offset), zone) {
		offset = local
	}
	return wall.Add(-offset)
}

// nextChange is when the offset of a zone changes next.
func nextChange(t time.Time, zone *time.Location) time.Time {
	_, end := t.In(zone).ZoneBounds()
	return end.UTC()
}

// Instant is when a zone shows a wall clock (given as if it were UTC) that is read from a text. Of two
// times the earlier counts; a time that the zone skips is moved on by what is skipped.
func Instant(wall time.Time, zone *time.Location) time.Time {
	// Offsets around the wall clock: the one before any change nearby, and the one after.
	_, before := wall.Add(-26 * time.Hour).In(zone).Zone()
	_, after := wall.Add(26 * time.Hour).In(zone).Zone()
	first := wall.Add(-time.Duration(before) * time.Second)
	if _, offset := first.In(zone).Zone(); offset == before {
		return first
	}
	second := wall.Add(-time.Duration(after) * time.Second)
	if _, offset := second.In(zone).Zone(); offset == after {
		return second
	}
	return first // in a gap: the offset before it, so that the clock shows what was skipped behind it
}

var (
	isoDay   = regexp.MustCompile(`^(\d{4})(?:-(?:(\d{1,2})(?:-(\d{1,2}))?|W(\d{1,2})(?:-(\d))?))?(?:$|T)`)
	isoYear  = regexp.MustCompile(`^(\d{4})-(\d{3})(?:$|T)`)
	isoClock = regexp.MustCompile(`^(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9}))?)?)?`)
	isoZone  = regexp.MustCompile(`^(?:Z|([+-])(\d{2})(?::?(\d{2}))?)$`)
)

func isoError(text string) error { return invalid("Invalid format: " + text) }

// isoDate reads a date, a month, a year, a day of a year or a week and gives what is left behind it.
func isoDate(text string) (day time.Time, rest string, err error) {
	number := func(s string, absent int) int {
		if s == "" {
			return absent
		}
		n, _ := strconv.Atoi(s)
		return n
	}
	if m := isoYear.FindStringSubmatch(text); m != nil {
		y, d := number(m[1], 0), number(m[2], 1)
		day = time.Date(y, 1, d, 0, 0, 0, 0, time.UTC)
		if d < 1 || day.Year() != y {
			return day, "", isoError(text)
		}
		return day, text[8:], nil
	}
	m := isoDay.FindStringSubmatch(text)
	if m == nil {
		if text != "" && (text[0] >= '0' && text[0] <= '9' || text[0] == '+' || text[0] == '-' || text[0] == 'T') {
			return day, "", unsupported("this form of an ISO 8601 date")
		}
		return day, "", isoError(text)
	}
	rest = strings.TrimSuffix(m[0], "T")
	rest = text[len(rest):]
	y := number(m[1], 0)
	if m[4] != "" {
		week, dow := number(m[4], 1), number(m[5], 1)
		day = time.Date(y, 1, 4, 0, 0, 0, 0, time.UTC)
		day = day.AddDate(0, 0, -(int(day.Weekday())+6)%7+(week-1)*7+dow-1)
		gotYear, gotWeek := day.ISOWeek()
		if dow < 1 || dow > 7 || gotYear != y || gotWeek != week {
			return day, "", isoError(text)
		}
		return day, rest, nil
	}
	mo, d := number(m[2], 1), number(m[3], 1)
	day = time.Date(y, time.Month(mo), d, 0, 0, 0, 0, time.UTC)
	if y == 0 || int(day.Month()) != mo || day.Day() != d {
		return day, "", isoError(text)
	}
	return day, rest, nil
}

// ParseISO reads a timestamp as from_iso8601_timestamp does: its instant, to milliseconds, and its
// zone, which is the session's where it names none.
func ParseISO(text, session string) (at time.Time, zone string, err error) {
	if strings.TrimSpace(text) != text {
		return at, "", isoError(text)
	}
	day, rest, err := isoDate(text)
	if err != nil {
		return at, "", err
	}
	zone = session
	if rest != "" {
		rest = rest[1:]
		m := isoClock.FindStringSubmatch(rest)
		if m == nil {
			if rest != "" && isoZone.MatchString(rest) {
				m = []string{"", "0", "", "", ""}
			} else if rest == "" {
				m = []string{"", "0", "", "", ""}
			} else {
				return at, "", isoError(text)
			}
		}
		rest = rest[len(m[0]):]
		var parts [3]int
		for i := range parts {
			parts[i], _ = strconv.Atoi(m[i+1])
		}
		if parts[0] > 23 || parts[1] > 59 || parts[2] > 59 {
			if parts[0] == 24 {
				return at, "", unsupported("24 o'clock")
			}
			return at, "", isoError(text)
		}
		ms, _ := strconv.Atoi((m[4] + "000")[:3])
		day = day.Add(time.Duration(parts[0])*time.Hour + time.Duration(parts[1])*time.Minute + time.Duration(parts[2])*time.Second + time.Duration(ms)*time.Millisecond)
		if rest != "" {
			z := isoZone.FindStringSubmatch(rest)
			if z == nil {
				if strings.ContainsAny(rest[:1], ".,") {
					return at, "", unsupported("parts of hours and minutes")
				}
				return at, "", isoError(text)
			}
			zone = "UTC"
			if z[1] != "" {
				minutes := z[3]
				if minutes == "" {
					minutes = "00"
				}
				if zone = z[1] + z[2] + ":" + minutes; z[2]+minutes == "0000" {
					zone = "UTC"
				}
			}
		}
	}
	loc, err := Location(zone)
	if err != nil {
		return at, "", err
	}
	if at = Instant(day, loc); !shows(at, loc, day) {
		return at, "", invalid("Illegal instant due to time zone offset transition")
	}
	return at, zone, nil
}

// shows reports that a zone does not skip a wall clock.
func shows(at time.Time, zone *time.Location, wall time.Time) bool {
	return at.Add(offsetAt(at, zone)).Equal(wall)
}

var zonedForm = regexp.MustCompile(`^\s*(\d{4})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,12}))?)?)?\s*([A-Za-z+-][A-Za-z0-9_/+:-]*)?\s*$`)

// ParseZoned reads a text that is cast to timestamp(p) with time zone.
func ParseZoned(text, session string, precision int) (at time.Time, zone string, err error) {
	bad := &Failure{"INVALID_CAST_ARGUMENT", "Value cannot be cast to timestamp with time zone: " + text}
	m := zonedForm.FindStringSubmatch(text)
	if m == nil {
		return at, "", bad
	}
	var n [6]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1])
	}
	day := time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], 0, time.UTC)
	if n[0] == 0 || int(day.Month()) != n[1] || day.Day() != n[2] || n[3] > 23 || n[4] > 59 || n[5] > 59 || day.Hour() != n[3] {
		return at, "", bad
	}
	if len(m[7]) > 6 {
		return at, "", unsupported("more than six digits of a second")
	}
	micros, _ := strconv.Atoi((m[7] + "000000")[:6])
	unit := 1
	for range 6 - min(precision, 6) {
		unit *= 10
	}
	micros = (micros + unit/2) / unit * unit
	zone = session
	if m[8] != "" {
		zone = Canonical(m[8])
	}
	loc, err := Location(zone)
	if err != nil {
		return at, "", bad
	}
	return Instant(day, loc).Add(time.Duration(micros) * time.Microsecond), zone, nil
}

var offsetForm = regexp.MustCompile(`^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2}))?$`)

// Canonical spells the names of UTC as one and offsets as +hh:mm, and leaves other zones as they are.
func Canonical(zone string) string {
	switch strings.ToUpper(zone) {
	case "UTC", "Z", "GMT", "UT", "+00:00", "-00:00", "+00", "ETC/UTC", "ZULU", "UCT", "UNIVERSAL", "GREENWICH":
		return "UTC"
	}
	if m := offsetForm.FindStringSubmatch(zone); m != nil {
		h, _ := strconv.Atoi(m[2])
		mi, _ := strconv.Atoi(m[3])
		if h == 0 && mi == 0 {
			return "UTC"
		}
		return fmt.Sprintf("%s%02d:%02d", m[1], h, mi)
	}
	return zone
}

// shortNames are the abbreviations of zones that Java and the zone rules share.
var shortNames = map[string]bool{"UTC": true, "GMT": true, "CET": true, "CEST": true, "EET": true, "EEST": true, "WET": true, "WEST": true,
	"EST": true, "EDT": true, "CST": true, "CDT": true, "MST": true, "MDT": true, "PST": true, "PDT": true, "JST": true, "IST": true}

// formatJoda writes a time by a pattern of Joda's.
func formatJoda(t time.Time, zone, pattern string) (string, error) {
	if pattern == "" {
		return "", invalid("Invalid pattern specification")
	}
	var b strings.Builder
	letter := func(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
	digits := func(n, width int) { fmt.Fprintf(&b, "%0*d", width, n) }
	text := func(s string, short, n int) {
		if n < 4 {
			s = s[:short]
		}
		b.WriteString(s)
	}
	for i := 0; i < len(pattern); {
		c := pattern[i]
		if c == '\'' {
			end := strings.IndexByte(pattern[i+1:], '\'')
			if end < 0 {
				return "", unsupported("this format")
			}
			literal := pattern[i+1 : i+1+end]
			i += end + 2
			if literal == "" {
				literal = "'"
			} else if i < len(pattern) && pattern[i] == '\'' {
				return "", unsupported("this format")
			}
			b.WriteString(literal)
			continue
		}
		if !letter(c) {
			b.WriteByte(c)
			i++
			continue
		}
		j := i
		for j < len(pattern) && pattern[j] == c {
			j++
		}
		n := j - i
		i = j
		if n > 100 {
			return "", unsupported("a format with a number this wide")
		}
		year, week := t.ISOWeek()
		two := func(y int) {
			if n == 2 {
				digits(((y%100)+100)%100, 2)
			} else {
				digits(y, n)
			}
		}
		if t.Year() < 1 || t.Year() > 9999 {
			return "", unsupported("years outside of 1 to 9999 in a format")
		}
		switch c {
		case 'y', 'Y':
			two(t.Year())
		case 'x':
			two(year)
		case 'C':
			digits(t.Year()/100, n)
		case 'G':
			b.WriteString("AD")
		case 'w':
			digits(week, n)
		case 'e':
			digits((int(t.Weekday())+6)%7+1, n)
		case 'E':
			text(t.Weekday().String(), 3, n)
		case 'D':
			digits(t.YearDay(), n)
		case 'M':
			if n < 3 {
				digits(int(t.Month()), n)
			} else {
				text(t.Month().String(), 3, n)
			}
		case 'd':
			digits(t.Day(), n)
		case 'a':
			b.WriteString(t.Format("PM"))
		case 'K':
			digits(t.Hour()%12, n)
		case 'h':
			digits((t.Hour()+11)%12+1, n)
		case 'H':
			digits(t.Hour(), n)
		case 'k':
			digits((t.Hour()+23)%24+1, n)
		case 'm':
			digits(t.Minute(), n)
		case 's':
			digits(t.Second(), n)
		case 'S':
			s := fmt.Sprintf("%03d", t.Nanosecond()/1_000_000)
			if n <= 3 {
				s = s[:n]
			} else {
				s += strings.Repeat("0", n-3)
			}
			b.WriteString(s)
		case 'Z':
			_, seconds := t.Zone()
			if seconds%60 != 0 {
				return "", unsupported("offsets with seconds in a format")
			}
			sign := byte('+')
			if seconds < 0 {
				sign, seconds = '-', -seconds
			}
			switch n {
			case 1:
				fmt.Fprintf(&b, "%c%02d%02d", sign, seconds/3600, seconds/60%60)
			case 2:
				fmt.Fprintf(&b, "%c%02d:%02d", sign, seconds/3600, seconds/60%60)
			default:
				b.WriteString(zone)
			}
		case 'z':
			name, _ := t.Zone()
			if zone[0] == '+' || zone[0] == '-' {
				b.WriteString(zone)
				continue
			}
			if zone == "UTC" {
				name = "UTC"
			}
			if n > 3 || !shortNames[name] {
				return "", unsupported("the names of this time zone in a format")
			}
			b.WriteString(name)
		default:
			return "", invalid("Illegal pattern component: " + strings.Repeat(string(c), n))
		}
		if b.Len() > maxText {
			return "", errTooLong
		}
	}
	return b.String(), nil
}

// instantText writes an instant as its zone shows it, in one of two forms: "name" as CAST does, with
// the zone's name behind a blank; "iso" as to_iso8601 does, with its offset.
func instantText(t time.Time, zone string, precision int, form string) (any, error) {
	loc, err := Location(zone)
	if err != nil {
		return nil, err
	}
	t = t.In(loc)
	if t.Year() < 1 || t.Year() > 9999 {
		return nil, unsupported("texts of years outside of 1 to 9999")
	}
	layout := "2006-01-02 15:04:05"
	if form == "iso" {
		layout = "2006-01-02T15:04:05"
	}
	text := t.Format(layout)
	if precision > 0 {
		text += fmt.Sprintf(".%09d000", t.Nanosecond())[:precision+1]
	}
	if form == "name" {
		return text + " " + zone, nil
	}
	_, seconds := t.Zone()
	if seconds%60 != 0 {
		return nil, unsupported("offsets with seconds in a text")
	}
	if zone == "UTC" || seconds == 0 {
		return text + "Z", nil
	}
	return text + t.Format("-07:00"), nil
}

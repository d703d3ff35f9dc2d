package translate

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/limn-data/limn/engine/duckdb/native"
	"github.com/limn-data/limn/engine/duckdb/trinojson"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/parse"
	"github.com/limn-data/limn/trino/types"
)

func (p *printer) text(value string, at ast.Span) string {
	if strings.ContainsRune(value, 0) {
		return p.refuse("a text with a NUL", at, "")
	}
	return str(value)
}

// intLit renders plain digits where DuckDB reads the type that Trino does.
func (p *printer) intLit(e *ast.IntLit) string {
	v, err := parse.Integer(e.Text)
	switch {
	case err != nil:
		return p.refuse("the number "+e.Text, e.At, "")
	case v == math.MinInt64:
		return "CAST('" + strconv.FormatInt(v, 10) + "' AS BIGINT)"
	case v == math.MinInt32:
		return "CAST(" + strconv.FormatInt(v, 10) + " AS INTEGER)"
	case v < 0:
		return "(" + strconv.FormatInt(v, 10) + ")"
	}
	return strconv.FormatInt(v, 10)
}

func (p *printer) decimalLit(text string, t types.Type) string {
	return fmt.Sprintf("CAST(%s AS DECIMAL(%d,%d))", str(text), t.Precision(), t.Scale())
}

func (p *printer) doubleLit(text string, at ast.Span) string {
	v, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	if err != nil {
		return p.refuse("the number "+text, at, "")
	}
	sql := strconv.FormatFloat(v, 'e', -1, 64)
	if v < 0 {
		return "(" + sql + ")"
	}
	return sql
}

// typedLit is TYPE 'text'; the checker saw that the text is a value of the type.
func (p *printer) typedLit(e *ast.TypedLit) string {
	t := p.info.Type(e)
	value := strings.TrimSpace(e.Value)
	switch t.Kind() {
	case types.Varchar, types.Char:
		return p.cast(p.text(e.Value, e.At), types.VarcharOf(len([]rune(e.Value))), t, e.At)
	case types.Decimal:
		return p.decimalLit(value, t)
	case types.Boolean:
		switch strings.ToLower(value) {
		case "true", "t", "1":
			return "TRUE"
		}
		return "FALSE"
	case types.Tinyint, types.Smallint, types.Integer, types.Bigint:
		return "CAST(" + str(value) + " AS " + p.duck(t, e.At) + ")"
	case types.Real, types.Double:
		v, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return p.refuse("the number "+value, e.At, "")
		}
		return "CAST('" + strconv.FormatFloat(v, 'g', -1, 64) + "' AS " + p.duck(t, e.At) + ")"
	case types.JSON:
		text, err := trinojson.Canonical(e.Value)
		if err != nil {
			return p.refuse("the JSON "+e.Value, e.At, "")
		}
		return p.text(text, e.At)
	case types.UUID:
		return "CAST(" + str(value) + " AS UUID)"
	case types.Date:
		d, ok := date(value)
		if !ok {
			return p.refuse("the date "+value, e.At, "years from 1 to 9999 are supported")
		}
		return "DATE '" + d + "'"
	case types.Time:
		m := clockForm.FindStringSubmatch(value)
		if m == nil || t.Precision() > microseconds {
			return p.refuse("the time "+value, e.At, "")
		}
		return "TIME '" + clock(m) + "'"
	case types.TimeTZ:
		return p.timeTZLit(value, t, e.At)
	case types.Timestamp, types.TimestampTZ:
		return p.timestampLit(value, t, e.At)
	}
	return p.refuse("a literal of type "+t.String(), e.At, "")
}

var (
	dateForm  = regexp.MustCompile(`^\+?(\d{1,4})-(\d{1,2})-(\d{1,2})$`)
	clockForm = regexp.MustCompile(`^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(\.\d{1,6})?)?$`)
	stampForm = regexp.MustCompile(`^(\+?\d+-\d+-\d+)(?: +(\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d+)?)?))?(?:\s*([A-Za-z+-]\S*))?$`)
)

func date(text string) (string, bool) {
	m := dateForm.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	y, _ := strconv.Atoi(m[1])
	mo, _ := strconv.Atoi(m[2])
	d, _ := strconv.Atoi(m[3])
	if y == 0 {
		return "", false
	}
	return fmt.Sprintf("%04d-%02d-%02d", y, mo, d), true
}

func clock(m []string) string {
	h, _ := strconv.Atoi(m[1])
	mi, _ := strconv.Atoi(m[2])
	s, _ := strconv.Atoi(m[3])
	return fmt.Sprintf("%02d:%02d:%02d%s", h, mi, s, m[4])
}

// timestampLit: with a zone the wall clock is turned into an instant here, where a time that the zone
// skips can be refused.
func (p *printer) timestampLit(value string, t types.Type, at ast.Span) string {
	if t.Precision() > microseconds {
		return p.refuse("type "+t.String(), at, "six digits after the second are the most")
	}
	m := stampForm.FindStringSubmatch(value)
	if m == nil {
		return p.refuse("the timestamp "+value, at, "")
	}
	day, ok := date(m[1])
	if !ok {
		return p.refuse("the timestamp "+value, at, "years from 1 to 9999 are supported")
	}
	text := day + " 00:00:00"
	if m[2] != "" {
		text = day + " " + clock(clockForm.FindStringSubmatch(m[2]))
	}
	if t.Kind() == types.Timestamp {
		return "TIMESTAMP '" + text + "'"
	}
	zone, ok := p.location(m[3])
	if !ok {
		return p.refuse("the zone "+m[3], at, "")
	}
	local, err := time.Parse("2006-01-02 15:04:05", text)
	if err != nil {
		return p.refuse("the timestamp "+value, at, "")
	}
	instant := native.Instant(local, zone)
	if shown := instant.In(zone); shown.Hour() != local.Hour() || shown.Minute() != local.Minute() {
		return p.raise("INVALID_LITERAL", "The time zone skips this time", t, at)
	}
	return "TIMESTAMPTZ '" + instant.UTC().Format("2006-01-02 15:04:05.999999") + "+00'"
}

var timeTZForm = regexp.MustCompile(`^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(\.\d{1,6})?)?\s*([+-]\d{1,2}:?(?:\d{2})?)$`)

// timeTZLit is the time of UTC.
func (p *printer) timeTZLit(value string, t types.Type, at ast.Span) string {
	m := timeTZForm.FindStringSubmatch(value)
	if m == nil || t.Precision() > microseconds {
		return p.refuse("the time "+value, at, "")
	}
	return "(TIME '" + clock(m) + "' - to_seconds(" + itoa(p.offset(canonicalZone(m[5]), at)) + "))"
}

// literalZone is the zone written in a literal.
func literalZone(e *ast.TypedLit) string {
	if m := timeTZForm.FindStringSubmatch(strings.TrimSpace(e.Value)); m != nil {
		return canonicalZone(m[5])
	}
	if m := stampForm.FindStringSubmatch(strings.TrimSpace(e.Value)); m != nil {
		return canonicalZone(m[3])
	}
	return ""
}

// canonicalZone spells the names of UTC as one, as Trino does, and leaves others as they are.
func canonicalZone(zone string) string { return native.Canonical(zone) }

// location knows a zone by its name or as an offset.
func (p *printer) location(zone string) (*time.Location, bool) {
	loc, err := native.Location(canonicalZone(zone))
	return loc, err == nil
}

// intervalLit: months are months; days to seconds are one length of time, written in the largest
// unit that fits.
func (p *printer) intervalLit(e *ast.IntervalLit) string {
	n, ok := intervalValue(e)
	if !ok {
		return p.refuse("the interval "+e.Value, e.At, "")
	}
	if p.info.Type(e).Kind() == types.IntervalYearMonth {
		return "INTERVAL '" + strconv.FormatInt(n, 10) + "' MONTH"
	}
	for _, u := range []struct {
		name string
		ms   int64
	}{{"DAY", 86_400_000}, {"HOUR", 3_600_000}, {"MINUTE", 60_000}, {"SECOND", 1000}} {
		if n%u.ms == 0 && n/u.ms == int64(int32(n/u.ms)) {
			return "INTERVAL '" + strconv.FormatInt(n/u.ms, 10) + "' " + u.name
		}
	}
	return "INTERVAL '" + strconv.FormatInt(n, 10) + "' MILLISECOND"
}

// intervalValue is the literal in months or in milliseconds.
func intervalValue(e *ast.IntervalLit) (n int64, ok bool) {
	text := strings.TrimSpace(e.Value)
	negative := e.Negative
	if rest, ok := strings.CutPrefix(text, "-"); ok {
		text, negative = rest, !negative
	}
	text = strings.TrimPrefix(text, "+")
	units := []string{"year", "month", "day", "hour", "minute", "second"}
	size := map[string]int64{"year": 12, "month": 1, "day": 86_400_000, "hour": 3_600_000, "minute": 60_000, "second": 1000}
	at := -1
	for i, u := range units {
		if u == e.From {
			at = i
		}
	}
	whole, fraction, _ := strings.Cut(text, ".")
	parts := strings.FieldsFunc(whole, func(r rune) bool { return r == ' ' || r == ':' || r == '-' })
	if at < 0 || len(parts) == 0 || at+len(parts) > len(units) {
		return 0, false
	}
	for i, part := range parts {
		v, err := strconv.ParseInt(part, 10, 64)
		if err != nil || v > math.MaxInt64/8/size[units[at+i]] {
			return 0, false
		}
		n += v * size[units[at+i]]
	}
	if fraction != "" { // milliseconds are the finest; more digits are cut
		ms, err := strconv.ParseInt((fraction + "000")[:3], 10, 64)
		if err != nil {
			return 0, false
		}
		n += ms
	}
	if negative {
		n = -n
	}
	return n, true
}

func (p *printer) current(e *ast.Current) string {
	now := p.opts.Now.Truncate(time.Millisecond)
	if p.opts.Now.IsZero() {
		return p.refuse(e.What+" without a clock", e.At, "")
	}
	precision := e.Precision
	if precision < 0 {
		precision = 3
	}
	if precision > 3 {
		now = p.opts.Now.Truncate(time.Microsecond)
	}
	if precision < 3 {
		now = p.opts.Now.Truncate(time.Second)
		if precision > 0 {
			return p.refuse(e.What+" of this precision", e.At, "")
		}
	}
	loc, ok := p.location(p.opts.Zone)
	if !ok || precision > microseconds {
		return p.refuse(e.What+" in "+p.opts.Zone, e.At, "")
	}
	switch e.What {
	case "current_date":
		return "DATE '" + now.In(loc).Format("2006-01-02") + "'"
	case "current_timestamp":
		return "TIMESTAMPTZ '" + now.UTC().Format("2006-01-02 15:04:05.999999") + "+00'"
	case "localtimestamp":
		return "TIMESTAMP '" + now.In(loc).Format("2006-01-02 15:04:05.999999") + "'"
	case "localtime":
		return "TIME '" + now.In(loc).Format("15:04:05.999999") + "'"
	}
	return p.refuse(e.What, e.At, "")
}

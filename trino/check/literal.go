package check

import (
	"encoding/json"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// decimalLiteral counts digits: zeros before the first digit do not count, those after the point do.
func (c *checker) decimalLiteral(e ast.Expr, text string) types.Type {
	t, ok := decimalType(text)
	if !ok {
		c.report(e.Span(), InvalidLiteral, "'%s' is not a valid DECIMAL literal", text)
	}
	return t
}

func decimalType(text string) (types.Type, bool) {
	digits := strings.TrimLeft(text, "+-")
	if len(text)-len(digits) > 1 {
		return types.Type{}, false
	}
	whole, fraction, _ := strings.Cut(strings.ReplaceAll(digits, "_", ""), ".")
	if whole+fraction == "" || !onlyDigits(whole) || !onlyDigits(fraction) {
		return types.Type{}, false
	}
	whole = strings.TrimLeft(whole, "0")
	precision := max(1, len(whole)+len(fraction))
	if precision > 38 {
		return types.Type{}, false
	}
	return types.DecimalOf(precision, len(fraction)), true
}

func onlyDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// typedLiteral is TYPE 'text': the text must be a value of the type, and with some types says more
// of it than the name does.
func (c *checker) typedLiteral(e *ast.TypedLit) types.Type {
	bad := func() types.Type {
		c.report(e.At, InvalidLiteral, "'%s' is not a valid %s literal", e.Value, strings.ToUpper(e.Type.Name))
		return types.Type{}
	}
	if len(e.Type.Params) == 0 {
		switch e.Type.Name {
		case "decimal":
			if t, ok := decimalType(strings.TrimSpace(e.Value)); ok {
				return t
			}
			return bad()
		case "char":
			return types.CharOf(utf8.RuneCountInString(e.Value))
		case "time":
			if t, ok := timeType(e.Value); ok {
				return t
			}
			return bad()
		case "timestamp":
			if t, ok := timestampType(e.Value); ok {
				return t
			}
			return bad()
		}
	}
	t, err := types.FromName(e.Type)
	if err != nil {
		c.report(ast.Span{}, TypeNotFound, "%s", err)
		return types.Type{}
	}
	valid := true
	value := e.Value
	switch t.Kind() {
	case types.Boolean:
		valid = booleans[strings.ToLower(value)]
	case types.Tinyint:
		valid = fits(value, 8)
	case types.Smallint:
		valid = fits(value, 16)
	case types.Integer:
		valid = fits(value, 32)
	case types.Bigint:
		valid = fits(value, 64)
	case types.Real, types.Double:
		_, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		valid = err == nil || strings.Contains(err.Error(), "range")
	case types.Date:
		valid = validDate(strings.TrimSpace(value))
	case types.JSON:
		valid = json.Valid([]byte(value))
	case types.UUID:
		valid = uuidForm.MatchString(value)
	case types.IPAddress:
		_, err := netip.ParseAddr(value)
		valid = err == nil
	case types.Varchar, types.Varbinary, types.Decimal, types.Number, types.Variant, types.Char,
		types.Time, types.TimeTZ, types.Timestamp, types.TimestampTZ:
	case types.Array, types.Map, types.Row:
		c.report(e.At, InvalidLiteral, "No literal form for type %s", t)
		return types.Type{}
	}
	if !valid {
		return bad()
	}
	return t
}

var (
	booleans   = map[string]bool{"true": true, "false": true, "t": true, "f": true, "1": true, "0": true}
	uuidForm   = regexp.MustCompile(`(?i)^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	dateForm   = regexp.MustCompile(`^([+-]?\d{1,9})-(\d{1,2})-(\d{1,2})$`)
	timeForm   = regexp.MustCompile(`^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,12}))?)?(?:\s*(?:([+-])(\d{1,2})(?::?(\d{2}))?))?$`)
	stampForm  = regexp.MustCompile(`^([+-]?\d{4,9}-\d{1,2}-\d{1,2})(?: (\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,12}))?)?)?(?:\s*(\S+))?$`)
	offsetForm = regexp.MustCompile(`^[+-]\d{1,2}(:?\d{2})?$`)
)

func fits(text string, bits int) bool {
	_, err := strconv.ParseInt(strings.TrimSpace(text), 10, bits)
	return err == nil
}

// validDate takes years of any size; days are those of the proleptic Gregorian calendar.
func validDate(text string) bool {
	m := dateForm.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	year, _ := strconv.Atoi(m[1])
	month, _ := strconv.Atoi(m[2])
	day, _ := strconv.Atoi(m[3])
	return year >= -5877641 && year <= 5881580 && month >= 1 && month <= 12 && day >= 1 && day <= time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func within(text string, limit int) bool {
	if text == "" {
		return true
	}
	n, err := strconv.Atoi(text)
	return err == nil && n < limit
}

func timeType(text string) (types.Type, bool) {
	m := timeForm.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil || !within(m[1], 24) || !within(m[2], 60) || !within(m[3], 60) || !within(m[6], 15) || !within(m[7], 60) {
		return types.Type{}, false
	}
	kind := types.Time
	if m[5] != "" {
		kind = types.TimeTZ
	}
	return types.TemporalOf(kind, len(m[4])), true
}

func timestampType(text string) (types.Type, bool) {
	m := stampForm.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil || !validDate(m[1]) || !within(m[2], 24) || !within(m[3], 60) || !within(m[4], 60) {
		return types.Type{}, false
	}
	kind := types.Timestamp
	if m[6] != "" {
		if !validZone(m[6]) {
			return types.Type{}, false
		}
		kind = types.TimestampTZ
	}
	return types.TemporalOf(kind, len(m[5])), true
}

// validZone takes offsets and the names of zones by their form: Area/City, or one of the few short
// names. Whether the engine's own table has the name is the engine's to say.
func validZone(zone string) bool {
	if offsetForm.MatchString(zone) {
		return true
	}
	if strings.Contains(zone, "/") {
		return !strings.HasPrefix(zone, "/") && zone[0] >= 'A' && zone[0] <= 'z'
	}
	for _, prefix := range []string{"UTC", "GMT", "UT"} {
		if rest, ok := strings.CutPrefix(zone, prefix); ok && (rest == "" || offsetForm.MatchString(rest)) {
			return true
		}
	}
	return shortZones[zone]
}

var shortZones = func() map[string]bool {
	m := map[string]bool{}
	for _, z := range strings.Fields("Z Zulu Universal Greenwich UCT EST MST HST EST5EDT CST6CDT MST7MDT PST8PDT WET CET MET EET Cuba Egypt Eire GB Hongkong Iceland Iran Israel Jamaica Japan Kwajalein Libya NZ Navajo PRC Poland Portugal ROC ROK Singapore Turkey W-SU") {
		m[z] = true
	}
	return m
}()

// intervalForms by first and last field; seconds may have a fraction.
var intervalForms = func() map[string]*regexp.Regexp {
	fields := []struct{ name, sep, digits string }{
		{"day", "", `\d+`}, {"hour", " ", `\d+`}, {"minute", ":", `\d+`}, {"second", ":", `\d+(\.\d{1,9})?`},
	}
	forms := map[string]*regexp.Regexp{
		"year": regexp.MustCompile(`^[+-]?\d+$`), "month": regexp.MustCompile(`^[+-]?\d+$`),
		"year to month": regexp.MustCompile(`^[+-]?\d+(-\d+)?$`),
	}
	for i, from := range fields {
		form := from.digits
		forms[from.name] = regexp.MustCompile("^[+-]?" + form + "$")
		for _, to := range fields[i+1:] {
			form += "(" + to.sep + to.digits // a value may stop before the last field
			forms[from.name+" to "+to.name] = regexp.MustCompile("^[+-]?" + form + strings.Repeat(")?", strings.Count(form, "(")-strings.Count(form, ")")) + "$")
		}
	}
	return forms
}()

func (c *checker) intervalLiteral(e *ast.IntervalLit) types.Type {
	key := e.From
	if e.To != "" {
		key += " to " + e.To
	}
	if form := intervalForms[key]; form != nil && !form.MatchString(strings.TrimSpace(e.Value)) {
		c.report(e.At, InvalidLiteral, "Invalid INTERVAL %s value: %s", strings.ToUpper(key), e.Value)
		return types.Type{}
	}
	if e.From == "year" || e.From == "month" {
		return types.Of(types.IntervalYearMonth)
	}
	return types.Of(types.IntervalDaySecond)
}

package translate

import (
	"regexp"
	"strings"

	"github.com/limn-data/limn/trino/types"
)

// mysql are the specifiers of date_format and date_parse, as strftime has them. An empty text marks
// those that Trino rejects.
var mysql = map[byte]string{
	'a': "%a", 'b': "%b", 'c': "%-m", 'd': "%d", 'e': "%-d", 'f': "%f", 'H': "%H", 'h': "%I", 'I': "%I", 'i': "%M", 'j': "%j",
	'k': "%-H", 'l': "%-I", 'M': "%B", 'm': "%m", 'p': "%p", 'r': "%I:%M:%S %p", 'S': "%S", 's': "%S", 'T': "%H:%M:%S",
	'v': "%V", 'W': "%A", 'x': "%G", 'Y': "%Y", 'y': "%y", '%': "%%",
	'D': "", 'U': "", 'u': "", 'V': "", 'w': "", 'X': "",
}

// shaped are the specifiers that are read by date_parse here, with the texts that they take.
var shaped = map[byte]string{
	'Y': `\d{4}`, 'm': `\d{1,2}`, 'c': `\d{1,2}`, 'd': `\d{1,2}`, 'e': `\d{1,2}`, 'H': `\d{1,2}`, 'k': `\d{1,2}`, 'i': `\d{1,2}`,
	's': `\d{1,2}`, 'S': `\d{1,2}`, 'T': `\d{1,2}:\d{1,2}:\d{1,2}`,
}

// walled is the wall clock of a date or timestamp argument, rounded to the milliseconds that Trino's
// formatting sees.
func (p *printer) walled(c *callArgs, i int) string {
	x, t := c.args[i], c.types[i]
	switch t.Kind() {
	case types.TimestampTZ:
		x = p.wall(x, c.zones[i])
	case types.Date:
		return "CAST(" + x + " AS TIMESTAMP)"
	case types.Timestamp:
	default:
		return p.refuse(c.name+" of "+t.String(), c.call.At, "")
	}
	if t.Precision() > 3 {
		return p.toPrecision(x, t.Precision(), types.TemporalOf(types.Timestamp, 3), c.call.At)
	}
	return x
}

func dateFormat(p *printer, c *callArgs) string {
	format, ok := c.literal(1)
	if !ok {
		return p.refuse("date_format with a format that is no literal", c.call.At, "")
	}
	if format == "" {
		return p.raise("INVALID_FUNCTION_ARGUMENT", "Both printing and parsing not supported", c.result, c.call.At)
	}
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			if format[i] == '%' {
				return p.refuse("date_format with this format", c.call.At, "")
			}
			b.WriteByte(format[i])
			continue
		}
		i++
		spec, known := mysql[format[i]]
		switch {
		case !known:
			b.WriteByte(format[i])
		case spec == "":
			return p.raise("INVALID_FUNCTION_ARGUMENT", "%"+format[i:i+1]+" not supported in date format string", c.result, c.call.At)
		default:
			b.WriteString(spec)
		}
	}
	return "strftime(" + p.walled(c, 0) + ", " + str(b.String()) + ")"
}

// parsed reads a text of a known shape; what has another is an error, as in Trino.
func (p *printer) parsed(x, shape, format string, t types.Type, c *callArgs) string {
	return p.let([]string{x}, func(v []string) string {
		return "CASE WHEN NOT regexp_full_match(" + v[0] + ", " + str(shape) + ") THEN " +
			p.raise("INVALID_FUNCTION_ARGUMENT", "Invalid format for a date", t, c.call.At) + " ELSE strptime(" + v[0] + ", " + str(format) + ") END"
	})
}

func dateParse(p *printer, c *callArgs) string {
	format, ok := c.literal(1)
	var shape, out strings.Builder
	for i := 0; ok && i < len(format); i++ {
		if format[i] != '%' {
			shape.WriteString(regexp.QuoteMeta(format[i : i+1]))
			out.WriteByte(format[i])
			continue
		}
		i++
		ok = i < len(format) && shaped[format[i]] != ""
		if ok {
			shape.WriteString(shaped[format[i]])
			out.WriteString(strings.ReplaceAll(mysql[format[i]], "-", ""))
		}
	}
	if !ok || !strings.Contains(format, "%Y") {
		return p.refuse("date_parse with this format", c.call.At, "")
	}
	return p.parsed(c.args[0], shape.String(), out.String(), c.result, c)
}

// joda are the runs of letters of format_datetime and parse_datetime that are known; shape is empty
// for those that are only written.
var joda = map[string]struct{ format, shape string }{
	"yyyy": {"%Y", `\d{4}`}, "YYYY": {"%Y", ""}, "yy": {"%y", ""}, "MM": {"%m", `\d{1,2}`}, "M": {"%-m", `\d{1,2}`}, "MMM": {"%b", ""}, "MMMM": {"%B", ""},
	"dd": {"%d", `\d{1,2}`}, "d": {"%-d", `\d{1,2}`}, "HH": {"%H", `\d{1,2}`}, "H": {"%-H", `\d{1,2}`}, "hh": {"%I", ""}, "h": {"%-I", ""}, "mm": {"%M", `\d{1,2}`},
	"m": {"%-M", ""}, "ss": {"%S", `\d{1,2}`}, "s": {"%-S", ""}, "SSS": {"%g", ""}, "EEE": {"%a", ""}, "E": {"%a", ""}, "EEEE": {"%A", ""}, "a": {"%p", ""},
	"DDD": {"%j", ""}, "ww": {"%V", ""}, "xxxx": {"%G", ""},
}

// jodaFormat turns a Joda format into strftime's and into the shape of what it reads.
func jodaFormat(format string) (out, shape string, readable, ok bool) {
	var o, s strings.Builder
	readable = true
	letter := func(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
	for i := 0; i < len(format); {
		switch c := format[i]; {
		case letter(c):
			j := i
			for j < len(format) && format[j] == c {
				j++
			}
			f, known := joda[format[i:j]]
			if !known {
				return "", "", false, false
			}
			readable = readable && f.shape != ""
			o.WriteString(f.format)
			s.WriteString(f.shape)
			i = j
		case c == '\'':
			end := strings.IndexByte(format[i+1:], '\'')
			if end < 0 {
				return "", "", false, false
			}
			text := format[i+1 : i+1+end]
			if text == "" {
				text = "'"
			}
			o.WriteString(strings.ReplaceAll(text, "%", "%%"))
			s.WriteString(regexp.QuoteMeta(text))
			i += end + 2
		default:
			o.WriteString(strings.ReplaceAll(string(c), "%", "%%"))
			s.WriteString(regexp.QuoteMeta(string(c)))
			i++
		}
	}
	return o.String(), s.String(), readable, true
}

func formatDatetime(p *printer, c *callArgs) string {
	text, ok := c.literal(1)
	format, _, _, known := jodaFormat(text)
	if !ok || !known || text == "" {
		x, zone := c.args[0], "'UTC'"
		switch c.types[0].Kind() {
		case types.TimestampTZ:
			zone = p.zoneText(c.zones[0], c.call.At)
		case types.Timestamp:
			if !ok {
				return p.refuse("format_datetime with a format that is no literal", c.call.At, "")
			}
			if strings.ContainsAny(text, "zZ") {
				return p.raise("INVALID_FUNCTION_ARGUMENT", "format_datetime for TIMESTAMP type, cannot use Z nor z in format", c.result, c.call.At)
			}
			x = "timezone('UTC', " + x + ")"
		default:
			return p.refuse("format_datetime of "+c.types[0].String(), c.call.At, "")
		}
		if t := c.types[0]; t.Precision() > 3 {
			x = p.toPrecision(x, t.Precision(), types.TemporalOf(types.TimestampTZ, 3), c.call.At)
		}
		return call("format_datetime", x, zone, c.args[1])
	}
	return "strftime(" + p.walled(c, 0) + ", " + str(format) + ")"
}

func parseDatetime(p *printer, c *callArgs) string {
	text, ok := c.literal(1)
	format, shape, readable, known := jodaFormat(text)
	if !ok || !known || !readable || !strings.Contains(text, "yyyy") {
		return p.refuse("parse_datetime with this format", c.call.At, "")
	}
	local := types.TemporalOf(types.Timestamp, 3)
	wall := p.parsed(c.args[0], shape, strings.ReplaceAll(format, "%-", "%"), local, c)
	if zone := canonicalZone(p.opts.Zone); !isOffset(zone) {
		return call("parsed_instant", wall, p.zoneText(zone, c.call.At))
	}
	return p.toZoned(wall, local, p.opts.Zone, c.call.At)
}

// toISO writes a zone as its offset, UTC as Z.
func toISO(p *printer, c *callArgs) string {
	x, t := c.args[0], c.types[0]
	switch t.Kind() {
	case types.Date:
		return "CAST(" + x + " AS VARCHAR)"
	case types.TimestampTZ:
		return call("text_instant", x, p.zoneText(c.zones[0], c.call.At), itoa(t.Precision()), "'iso'")
	case types.Timestamp:
		return "replace(" + p.stampText(x, t.Precision()) + ", ' ', 'T')"
	}
	return p.refuse("to_iso8601 of "+t.String(), c.call.At, "")
}

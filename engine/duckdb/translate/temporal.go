package translate

import (
	"fmt"
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// toPrecision rounds a timestamp or time to the digits of a type, half up.
func (p *printer) toPrecision(x string, from int, to types.Type, at ast.Span) string {
	p.duck(to, at)
	if from <= to.Precision() || to.Precision() >= microseconds {
		return x
	}
	unit := 1
	for range microseconds - to.Precision() {
		unit *= 10
	}
	if to.Kind() == types.Time || to.Kind() == types.TimeTZ { // midnight comes after 23:59:59.9
		return p.let([]string{"epoch_us(" + x + ")"}, func(v []string) string {
			return fmt.Sprintf("(TIME '00:00:00' + to_microseconds((%s + %d) // %d * %d))", v[0], unit/2, unit, unit)
		})
	}
	back := "make_timestamp"
	if to.Kind() == types.TimestampTZ {
		back = "make_timestamptz"
	}
	return p.let([]string{"epoch_us(" + x + ")"}, func(v []string) string {
		// The remainder is brought above zero before it is cut, so that times before 1970 round up too.
		return fmt.Sprintf("%s(%s + %d - ((%s + %d) %% %d + %d) %% %d)", back, v[0], unit/2, v[0], unit/2, unit, unit, unit)
	})
}

// months of an interval year to month; millis of an interval day to second, whatever parts DuckDB
// keeps it in.
func (p *printer) months(x string) string {
	return "CAST(datepart('year', " + x + ") * 12 + datepart('month', " + x + ") AS BIGINT)"
}
func (p *printer) millis(x string) string { return "CAST(epoch_ms(" + x + ") AS BIGINT)" }

// ofMillis and ofMonths make intervals.
func ofMillis(n string) string { return "to_microseconds(CAST(" + n + " AS BIGINT) * 1000)" }
func ofMonths(n string) string { return "to_months(CAST(" + n + " AS INTEGER))" }

func (p *printer) temporalOp(op ast.BinaryOp, a, b string, ta, tb, t types.Type, zone string, e *ast.Binary) string {
	sign := operators[op]
	ka, kb := ta.Kind(), tb.Kind()
	if kb != types.IntervalDaySecond && kb != types.IntervalYearMonth && (ka == types.IntervalDaySecond || ka == types.IntervalYearMonth) && op == ast.Add {
		a, b, ta, tb, ka, kb = b, a, tb, ta, kb, ka
	}
	switch {
	case ka == kb && ta.IsInterval():
		return "(" + a + sign + b + ")"
	case ka == types.IntervalDaySecond && kb == types.Double || kb == types.IntervalDaySecond && ka == types.Double:
		if ka == types.Double {
			a, b = b, a
		}
		return ofMillis("trunc(" + p.millis(a) + sign + b + ")")
	case ka == types.IntervalYearMonth && kb == types.Double || kb == types.IntervalYearMonth && ka == types.Double:
		if ka == types.Double {
			a, b = b, a
		}
		return ofMonths("trunc(" + p.months(a) + sign + b + ")")
	case ka == types.Date && kb == types.Date:
		return "to_hours((" + a + sign + b + ") * 24)"
	case ka == kb && (ka == types.Timestamp || ka == types.TimestampTZ || ka == types.Time && op == ast.Sub):
		return ofMillis("epoch_ms(" + a + ")" + sign + "epoch_ms(" + b + ")")
	case ka == types.Date && kb == types.IntervalYearMonth:
		return "CAST(" + a + sign + b + " AS DATE)"
	case ka == types.Date && kb == types.IntervalDaySecond:
		if lit, ok := p.dayLiteral(e); ok {
			return "(" + a + sign + lit + ")"
		}
		return p.let([]string{p.millis(b), a}, func(v []string) string {
			return "CASE WHEN " + v[0] + " % 86400000 <> 0 THEN " +
				p.raise("INVALID_FUNCTION_ARGUMENT", "Cannot add hour, minutes or seconds to a date", t, e.At) +
				" ELSE " + v[1] + sign + "CAST(" + v[0] + " // 86400000 AS INTEGER) END"
		})
	case ka == types.Timestamp, (ka == types.Time || ka == types.TimeTZ) && kb == types.IntervalDaySecond:
		return "(" + a + sign + b + ")"
	case ka == types.TimestampTZ && kb == types.IntervalDaySecond:
		return p.inRange("("+a+sign+ofMillis(p.millis(b))+")", t, e.At) // so many hours, not days of the zone
	case ka == types.TimestampTZ && kb == types.IntervalYearMonth:
		return p.let([]string{a}, func(v []string) string {
			return p.toZonedNear("("+p.wall(v[0], zone)+sign+b+")", zone, v[0], e.At)
		})
	}
	return p.refuse("this operation on "+ta.String()+" and "+tb.String(), e.At, "")
}

// dayLiteral is an interval literal of whole days, as a number of them.
func (p *printer) dayLiteral(e *ast.Binary) (string, bool) {
	for _, x := range []ast.Expr{e.R, e.L} {
		if lit, ok := strip(x).(*ast.IntervalLit); ok {
			if ms, ok := intervalValue(lit); ok && ms%86_400_000 == 0 {
				if ms < 0 {
					return fmt.Sprintf("(%d)", ms/86_400_000), true
				}
				return itoa(int(ms / 86_400_000)), true
			}
		}
	}
	return "", false
}

// fields is the table of EXTRACT's fields and the functions of the same names: what DuckDB calls them.
var fields = map[string]string{
	"year": "year", "quarter": "quarter", "month": "month", "week": "week", "week_of_year": "week", "day": "day", "day_of_month": "day",
	"day_of_week": "isodow", "dow": "isodow", "day_of_year": "dayofyear", "doy": "dayofyear", "year_of_week": "isoyear", "yow": "isoyear",
	"hour": "hour", "minute": "minute", "second": "second", "millisecond": "millisecond",
}

func (p *printer) extract(field, x string, t types.Type, zone string, at ast.Span) string {
	if field == "timezone_hour" || field == "timezone_minute" {
		// Known without a clock only where the zone is an offset.
		seconds := ""
		switch t.Kind() {
		case types.TimestampTZ:
			seconds = call("zone_offset", x, p.zoneText(zone, at))
		case types.TimeTZ:
			seconds = "CASE WHEN " + x + " IS NOT NULL THEN CAST(" + itoa(p.offset(zone, at)) + " AS BIGINT) END"
		default:
			return p.refuse("EXTRACT of "+field, at, "")
		}
		return p.let([]string{seconds}, func(v []string) string {
			if field == "timezone_minute" {
				return "(sign(" + v[0] + ") * (abs(" + v[0] + ") // 60 % 60))"
			}
			return "(sign(" + v[0] + ") * (abs(" + v[0] + ") // 3600))"
		})
	}
	fn, ok := fields[field]
	if !ok {
		return p.refuse("EXTRACT of "+field, at, "")
	}
	switch t.Kind() {
	case types.TimestampTZ:
		x = p.wall(x, zone)
	case types.TimeTZ:
		x = "(" + x + " + to_seconds(" + itoa(p.offset(zone, at)) + "))"
	case types.IntervalDaySecond:
		ms := map[string]int{"day": 86_400_000, "day_of_month": 86_400_000, "hour": 3_600_000, "minute": 60_000, "second": 1000, "millisecond": 1}[field]
		per := map[string]string{"hour": " % 24", "minute": " % 60", "second": " % 60", "millisecond": " % 1000"}[field]
		if ms == 0 {
			return p.refuse("EXTRACT of "+field, at, "")
		}
		return fmt.Sprintf("(%s // %d%s)", p.millis(x), ms, per)
	case types.IntervalYearMonth:
		if field == "year" {
			return "(" + p.months(x) + " // 12)"
		}
		return "(" + p.months(x) + " % 12)"
	case types.Date, types.Timestamp, types.Time:
	case types.Unknown:
		return "CAST(NULL AS BIGINT)"
	default:
		return p.refuse("EXTRACT from "+t.String(), at, "")
	}
	if field == "millisecond" {
		return "(millisecond(" + x + ") % 1000)"
	}
	return fn + "(" + x + ")"
}

// units of date_trunc, date_add and date_diff, with their length in milliseconds or months; and which
// of them a DATE takes.
var units = map[string]struct {
	millis, months int
	date           bool
}{
	"millisecond": {millis: 1}, "second": {millis: 1000}, "minute": {millis: 60_000}, "hour": {millis: 3_600_000},
	"day": {millis: 86_400_000, date: true}, "week": {millis: 7 * 86_400_000, date: true},
	"month": {months: 1, date: true}, "quarter": {months: 3, date: true}, "year": {months: 12, date: true},
}

// unit reads the constant first argument of these functions. failed is what to render instead.
func (p *printer) unit(c *callArgs, t types.Type) (name, failed string) {
	lit, ok := strip(c.call.Args[0].Value).(*ast.StringLit)
	if !ok {
		return "", p.refuse(c.name+" with a unit that is no literal", c.call.At, "")
	}
	name = strings.ToLower(lit.Value)
	u, ok := units[name]
	if !ok || t.Kind() == types.Date && !u.date {
		return "", p.raise("INVALID_FUNCTION_ARGUMENT", "'"+lit.Value+"' is not a valid "+strings.ToUpper(t.String())+" field", c.result, c.call.At)
	}
	return name, ""
}

func dateTrunc(p *printer, c *callArgs) string {
	t := c.types[1]
	unit, failed := p.unit(c, t)
	if failed != "" {
		return failed
	}
	x := c.args[1]
	switch t.Kind() {
	case types.Date:
		return "CAST(date_trunc('" + unit + "', " + x + ") AS DATE)"
	case types.Timestamp:
		return "date_trunc('" + unit + "', " + x + ")"
	case types.TimestampTZ:
		zone := c.zones[1]
		return p.let([]string{x}, func(v []string) string {
			wall := p.wall(v[0], zone)
			if !units[unit].date { // by the offset that it has
				return "(" + v[0] + " - (" + wall + " - date_trunc('" + unit + "', " + wall + ")))"
			}
			return p.toZonedNear("date_trunc('"+unit+"', "+wall+")", zone, v[0], c.call.At)
		})
	}
	return p.refuse("date_trunc of "+t.String(), c.call.At, "")
}

// inRange fails for instants that Trino cannot hold, of which the milliseconds take more than 52 bits.
func (p *printer) inRange(x string, t types.Type, at ast.Span) string {
	return p.let([]string{x}, func(v []string) string {
		return "CASE WHEN abs(epoch_ms(" + v[0] + ")) > 2251799813685247 THEN " + p.raise("INVALID_FUNCTION_ARGUMENT", "Millis overflow", t, at) + " ELSE " + v[0] + " END"
	})
}

func dateAdd(p *printer, c *callArgs) string {
	t := c.types[2]
	unit, failed := p.unit(c, t)
	if failed != "" {
		return failed
	}
	n, x, u := c.args[1], c.args[2], units[unit]
	scaled := func(n string, by int) string {
		if by == 1 {
			return n
		}
		return fmt.Sprintf("%s * %d", n, by)
	}
	interval := ofMonths(scaled(n, u.months))
	if u.months == 0 {
		interval = "to_microseconds(" + n + fmt.Sprintf(" * CAST(%d AS BIGINT))", u.millis*1000)
	}
	switch t.Kind() {
	case types.Date:
		if u.months == 0 {
			return "(" + x + " + CAST(" + scaled(n, u.millis/86_400_000) + " AS INTEGER))"
		}
		return "CAST(" + x + " + " + interval + " AS DATE)"
	case types.Timestamp:
		sql := "(" + x + " + " + interval + ")"
		if unit == "millisecond" {
			sql = p.toPrecision(sql, 3, t, c.call.At)
		}
		return sql
	case types.TimestampTZ:
		if u.date { // keeps the wall clock
			zone := c.zones[2]
			return p.let([]string{x}, func(v []string) string {
				return p.inRange(p.toZonedNear("("+p.wall(v[0], zone)+" + "+interval+")", zone, v[0], c.call.At), t, c.call.At)
			})
		}
		return p.inRange("("+x+" + "+interval+")", t, c.call.At)
	}
	return p.refuse("date_add to "+t.String(), c.call.At, "")
}

// dateDiff counts complete units, which DuckDB calls date_sub.
func dateDiff(p *printer, c *callArgs) string {
	t := c.types[1]
	unit, failed := p.unit(c, t)
	if failed != "" {
		return failed
	}
	a, b := c.args[1], c.args[2]
	switch t.Kind() {
	case types.TimestampTZ:
		// In the zone of the first; below a day the instants count.
		zone := c.zones[1]
		if units[unit].date {
			a, b = p.wall(a, zone), p.wall(b, zone)
		} else {
			a, b = p.wall(a, "UTC"), p.wall(b, "UTC")
		}
	case types.Date, types.Timestamp:
	default:
		return p.refuse("date_diff of "+t.String(), c.call.At, "")
	}
	for i, x := range []*string{&a, &b} { // milliseconds are the finest that count
		if ti := c.types[i+1]; ti.Kind() != types.Date && ti.Precision() > 3 {
			*x = "date_trunc('millisecond', " + *x + ")"
		}
	}
	return "date_sub('" + unit + "', " + a + ", " + b + ")"
}

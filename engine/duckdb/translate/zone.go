package translate

import (
	"fmt"
	"time"

	"github.com/limn-data/limn/engine/duckdb/native"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// A timestamp with time zone is an instant with a zone in Trino and an instant alone in DuckDB. The
// zone is kept here, by expression: it is known where a literal names it, and the session's
// otherwise. What cannot be followed has no zone (unknown), and is refused when the zone matters. So is
// a time with time zone: the time of UTC, with an offset that is kept here.
const unknownZone = "?"

// zoneOf is the zone of a timestamp with time zone; empty for other types.
func (p *printer) zoneOf(e ast.Expr, s *scope) string {
	if !isZoned(p.info.Type(e)) {
		if t, ok := p.info.Coercion(e); ok && isZoned(t) && p.info.Type(e).Kind() != types.Unknown {
			return p.sessionZone(t)
		}
		return ""
	}
	switch e := e.(type) {
	case *ast.Paren:
		return p.zoneOf(e.X, s)
	case *ast.Ident, *ast.Deref:
		if c := s.resolve(nameParts(e)); c != nil && isZoned(c.typ) {
			return canonicalZone(c.zone)
		}
	case *ast.Subquery: // what left it is in the session's zone
		return p.sessionZone(p.info.Type(e))
	case *ast.Current:
		return p.sessionZone(p.info.Type(e))
	case *ast.TypedLit:
		return literalZone(e)
	case *ast.AtTimeZone:
		switch lit := strip(e.Zone).(type) {
		case *ast.StringLit:
			return canonicalZone(lit.Value)
		case *ast.IntervalLit:
			if ms, ok := intervalValue(lit); ok && ms%60_000 == 0 && ms > -14*3_600_000 && ms < 14*3_600_000 {
				return offsetName(int(ms / 1000))
			}
		}
	case *ast.Cast:
		t := p.info.Type(e)
		if lit, ok := strip(e.X).(*ast.StringLit); ok && t.Kind() == types.TimestampTZ {
			if _, zone, err := native.ParseZoned(lit.Value, canonicalZone(p.opts.Zone), t.Precision()); err == nil {
				return zone
			}
		}
		if !isZoned(p.typeOf(e.X)) {
			return p.sessionZone(t)
		}
		zone := p.zoneOf(e.X, s)
		if t.Kind() == types.TimeTZ && p.typeOf(e.X).Kind() != types.TimeTZ && !isOffset(zone) {
			return unknownZone // its offset goes by the day
		}
		return zone
	case *ast.Binary:
		for _, x := range []ast.Expr{e.L, e.R} {
			if isZoned(p.info.Type(x)) {
				return p.zoneOf(x, s)
			}
		}
	case *ast.Case:
		zone := ""
		for _, w := range e.Whens {
			zone = commonZone(zone, p.zoneOf(w.Result, s))
		}
		if e.Else != nil {
			zone = commonZone(zone, p.zoneOf(e.Else, s))
		}
		return zone
	case *ast.Call:
		return p.zoneOfCall(e, s)
	}
	return unknownZone
}

func commonZone(a, b string) string {
	switch {
	case a == "" || a == b:
		return b
	case b == "":
		return a
	}
	return unknownZone
}

func (p *printer) zoneOfCall(e *ast.Call, s *scope) string {
	name := functionName(e)
	switch name {
	case "now", "current_timestamp":
		return canonicalZone(p.opts.Zone)
	case "from_unixtime", "parse_datetime":
		if len(e.Args) == 1 || name == "parse_datetime" {
			return canonicalZone(p.opts.Zone)
		}
		if lit, ok := strip(e.Args[1].Value).(*ast.StringLit); ok && len(e.Args) == 2 {
			return canonicalZone(lit.Value)
		}
		return unknownZone
	case "from_iso8601_timestamp":
		if lit, ok := strip(e.Args[0].Value).(*ast.StringLit); ok {
			if _, zone, err := native.ParseISO(lit.Value, canonicalZone(p.opts.Zone)); err == nil {
				return zone
			}
		}
		return canonicalZone(p.opts.Zone)
	case "with_timezone", "at_timezone":
		if lit, ok := strip(e.Args[1].Value).(*ast.StringLit); ok {
			return canonicalZone(lit.Value)
		}
	default: // of its arguments, where these agree
		zone := ""
		for _, a := range e.Args {
			if isZoned(p.typeOf(a.Value)) {
				zone = commonZone(zone, p.zoneOf(a.Value, s))
			}
		}
		if zone != "" {
			return zone
		}
	}
	return unknownZone
}

// isZoned reports the types whose values have a time zone.
func isZoned(t types.Type) bool { return t.Kind() == types.TimestampTZ || t.Kind() == types.TimeTZ }

// sessionZone is the zone of a value that was made in the session's: of a time the offset that it has
// now.
func (p *printer) sessionZone(t types.Type) string {
	zone := canonicalZone(p.opts.Zone)
	if t.Kind() != types.TimeTZ || isOffset(zone) {
		return zone
	}
	loc, ok := p.location(zone)
	if !ok || p.opts.Now.IsZero() {
		return unknownZone
	}
	_, seconds := p.opts.Now.In(loc).Zone()
	return offsetName(seconds)
}

// isOffset reports zones that have one offset for ever.
func isOffset(zone string) bool {
	return zone == "UTC" || zone != "" && (zone[0] == '+' || zone[0] == '-')
}

func offsetName(seconds int) string {
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	return canonicalZone(fmt.Sprintf("%s%02d:%02d", sign, seconds/3600, seconds/60%60))
}

// offset is that of a zone that has one, in seconds.
func (p *printer) offset(zone string, at ast.Span) int {
	loc, ok := p.location(zone)
	if !isOffset(zone) || !ok {
		p.refuse("the zone "+zone+" of a time", at, "use an offset, such as '+02:00'")
		return 0
	}
	_, seconds := time.Unix(0, 0).In(loc).Zone()
	return seconds
}

// coercedZone is the zone of a column that is turned into a type.
func (p *printer) coercedZone(c output, t types.Type) string {
	if isZoned(t) && !isZoned(c.typ) && c.typ.Kind() != types.Unknown {
		return p.sessionZone(t)
	}
	return c.zone
}

// sameZone is the zone of values that come together in one column; unknown where they differ, which is
// refused only where it would show.
func (p *printer) sameZone(a, b string) string { return commonZone(a, b) }

// leaves checks a value that is kept where no zone can be followed: in a list, a row or a subquery's
// one value. Only those of the session's zone may, and of times, which lose their offset there, those of UTC.
func (p *printer) leaves(t types.Type, zone string, at ast.Span) {
	if isZoned(t) && zone != p.sessionZone(t) || t.Kind() == types.TimeTZ && zone != "UTC" {
		p.refuse("a timestamp with the time zone "+zone+" here", at, "CAST it to timestamp, or put it AT TIME ZONE '"+p.opts.Zone+"'")
	}
}

// shown renders a value with a zone that leaves the statement as Trino prints it. An instant in the
// session's zone stays one.
func (p *printer) shown(x string, t types.Type, zone string, at ast.Span) string {
	switch {
	case t.Kind() == types.TimestampTZ && zone == canonicalZone(p.opts.Zone):
		return x
	case !isZoned(t):
		return x
	case zone == unknownZone:
		return p.refuse("a timestamp with a time zone that differs from row to row", at, "CAST it to timestamp, or put it AT TIME ZONE '"+p.opts.Zone+"'")
	case t.Kind() == types.TimeTZ:
		return p.timeTZText(x, t.Precision(), zone, at)
	}
	return call("text_instant", x, p.zoneText(zone, at), itoa(t.Precision()), "'name'")
}

// timeTZText writes a time, which is held as that of UTC, with its offset.
func (p *printer) timeTZText(x string, precision int, zone string, at ast.Span) string {
	seconds := p.offset(zone, at)
	if zone == "UTC" {
		zone = "+00:00"
	}
	return "(" + p.timeText("("+x+" + to_seconds("+itoa(seconds)+"))", precision) + " || " + str(zone) + ")"
}

// zoneText is a zone as functions want it.
func (p *printer) zoneText(zone string, at ast.Span) string {
	zone = canonicalZone(zone)
	if _, ok := p.location(zone); !ok {
		p.refuse("the zone "+zone, at, "use the name of a zone, such as 'Europe/Berlin'")
	}
	return str(zone)
}

// wall is the wall clock of an instant in a zone: TIMESTAMPTZ → TIMESTAMP.
func (p *printer) wall(x, zone string) string {
	if zone != "UTC" && isOffset(zone) {
		return "(timezone('UTC', " + x + ") + to_seconds(" + itoa(p.offset(zone, ast.Span{})) + "))"
	}
	return "timezone(" + p.zoneText(zone, ast.Span{}) + ", " + x + ")"
}

// toZoned is the instant at which a zone shows a wall clock: DATE or TIMESTAMP → TIMESTAMPTZ. Where
// a clock is put back DuckDB and Trino do not take the same of the two instants.
func (p *printer) toZoned(x string, from types.Type, zone string, at ast.Span) string {
	switch from.Kind() {
	case types.Unknown:
		return "CAST(NULL AS TIMESTAMPTZ)"
	case types.Date:
		x = "CAST(" + x + " AS TIMESTAMP)"
	case types.Timestamp:
	default:
		return p.refuse("a timestamp with time zone from "+from.String(), at, "")
	}
	switch zone = canonicalZone(zone); {
	case zone == "UTC":
		return "timezone('UTC', " + x + ")"
	case isOffset(zone):
		return "timezone('UTC', " + x + " - to_seconds(" + itoa(p.offset(zone, at)) + "))"
	}
	return call("instant", x, p.zoneText(zone, at))
}

// toZonedNear is toZoned of a wall clock that was computed from an instant: where the clock is put back
// it keeps the offset of that.
func (p *printer) toZonedNear(x string, zone, original string, at ast.Span) string {
	if zone = canonicalZone(zone); isOffset(zone) {
		return p.toZoned(x, types.TemporalOf(types.Timestamp, microseconds), zone, at)
	}
	return call("instant_near", x, p.zoneText(zone, at), original)
}

func (p *printer) atTimeZone(e *ast.AtTimeZone, s *scope) string {
	t := p.typeOf(e.X)
	zone := p.zoneOf(e, s)
	if zone == unknownZone {
		return p.refuse("AT TIME ZONE of what is no literal", e.At, "")
	}
	x := p.expr(e.X, s)
	p.zoneText(zone, e.At)
	switch t.Kind() {
	case types.TimestampTZ:
		return x
	case types.Timestamp:
		return p.toZoned(x, t, p.opts.Zone, e.At)
	case types.TimeTZ:
		p.offset(zone, e.At)
		return x
	}
	return p.refuse("AT TIME ZONE of "+t.String(), e.At, "")
}

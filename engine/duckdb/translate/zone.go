package translate

import (
	"strings"
	_ "time/tzdata" // the rules of zones come with the binary, wherever it runs

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// A timestamp with time zone is an instant with a zone in Trino and an instant alone in DuckDB. The
// zone is kept here, by expression: it is known where a literal names it, and the session's
// otherwise. What cannot be followed has no zone (unknown), and is refused when the zone matters.
const unknownZone = "?"

// zoneOf is the zone of a timestamp with time zone; empty for other types.
func (p *printer) zoneOf(e ast.Expr, s *scope) string {
	if p.info.Type(e).Kind() != types.TimestampTZ {
		if t, ok := p.info.Coercion(e); ok && t.Kind() == types.TimestampTZ {
			return canonicalZone(p.opts.Zone)
		}
		return ""
	}
	switch e := e.(type) {
	case *ast.Paren:
		return p.zoneOf(e.X, s)
	case *ast.Ident, *ast.Deref:
		if c := s.resolve(nameParts(e)); c != nil && c.typ.Kind() == types.TimestampTZ {
			return canonicalZone(c.zone)
		}
	case *ast.Subquery: // what left it is in the session's zone
		return canonicalZone(p.opts.Zone)
	case *ast.Current:
		return canonicalZone(p.opts.Zone)
	case *ast.TypedLit:
		return literalZone(e)
	case *ast.AtTimeZone:
		if lit, ok := strip(e.Zone).(*ast.StringLit); ok {
			return canonicalZone(lit.Value)
		}
	case *ast.Cast:
		if p.typeOf(e.X).Kind() != types.TimestampTZ {
			return canonicalZone(p.opts.Zone)
		}
		return p.zoneOf(e.X, s)
	case *ast.Binary:
		for _, x := range []ast.Expr{e.L, e.R} {
			if p.info.Type(x).Kind() == types.TimestampTZ {
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
	case "with_timezone", "at_timezone":
		if lit, ok := strip(e.Args[1].Value).(*ast.StringLit); ok {
			return canonicalZone(lit.Value)
		}
	default: // of its arguments, where these agree
		zone := ""
		for _, a := range e.Args {
			if p.typeOf(a.Value).Kind() == types.TimestampTZ {
				zone = commonZone(zone, p.zoneOf(a.Value, s))
			}
		}
		if zone != "" {
			return zone
		}
	}
	return unknownZone
}

// sameZone is the zone of values that come together in one column.
func (p *printer) sameZone(a, b string, at ast.Span) string {
	zone := commonZone(a, b)
	if zone == unknownZone {
		p.refuse("timestamps with different time zones in one column", at, "put them AT TIME ZONE 'UTC'")
	}
	return zone
}

// leaves checks a column that leaves a query: only instants of the session's zone print as in Trino.
func (p *printer) leaves(t types.Type, zone string, at ast.Span) {
	if t.Kind() == types.TimestampTZ && canonicalZone(zone) != canonicalZone(p.opts.Zone) {
		p.refuse("a timestamp with the time zone "+zone+" as a result", at, "CAST it to timestamp, or put it AT TIME ZONE '"+p.opts.Zone+"'")
	}
}

// zoneText is a zone as DuckDB's functions want it.
func (p *printer) zoneText(zone string, at ast.Span) string {
	zone = canonicalZone(zone)
	if _, ok := p.location(zone); !ok || strings.ContainsAny(zone[:1], "+-") {
		p.refuse("the zone "+zone, at, "use the name of a zone, such as 'Europe/Berlin'")
	}
	return str(zone)
}

// wall is the wall clock of an instant in a zone: TIMESTAMPTZ → TIMESTAMP.
func (p *printer) wall(x, zone string) string {
	return "timezone(" + p.zoneText(zone, ast.Span{}) + ", " + x + ")"
}

// toZoned is the instant at which a zone shows a wall clock: DATE or TIMESTAMP → TIMESTAMPTZ.
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
	return "timezone(" + p.zoneText(zone, at) + ", " + x + ")"
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
	}
	return p.refuse("AT TIME ZONE of "+t.String(), e.At, "")
}

package translate

import (
	"fmt"
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// castExpr is CAST and TRY_CAST, which lets pass what fails in computing the value itself.
func (p *printer) castExpr(e *ast.Cast, s *scope) string {
	x := p.expr(e.X, s)
	if !e.Try {
		return p.castOf(e, x, s)
	}
	p.trying++
	defer func() { p.trying-- }()
	return p.bind([]string{x}, func(v []string) string { return "TRY(" + p.castOf(e, v[0], s) + ")" })
}

func (p *printer) castOf(e *ast.Cast, x string, s *scope) string {
	from, to := p.typeOf(e.X), p.info.Type(e)
	sql := ""
	switch {
	case from.Kind() == types.TimestampTZ && to.Kind() == types.TimeTZ:
		zone := p.zoneOf(e.X, s)
		p.offset(zone, e.At)
		sql = p.explicit(p.wall(x, "UTC"), types.TemporalOf(types.Timestamp, from.Precision()), types.TemporalOf(types.Time, to.Precision()), e.At)
	case from.Kind() == types.TimestampTZ && to.Kind() == types.Varchar:
		sql = p.fitting(call("text_instant", x, p.zoneText(p.zoneOf(e.X, s), e.At), itoa(from.Precision()), "'name'"), to, e.At)
	case from.Kind() == types.TimestampTZ && to.Kind() != types.TimestampTZ:
		// The wall clock of the value's own zone.
		sql = p.explicit(p.wall(x, p.zoneOf(e.X, s)), types.TemporalOf(types.Timestamp, from.Precision()), to, e.At)
	case from.Kind() == types.TimeTZ && to.Kind() == types.Varchar:
		sql = p.fitting(p.timeTZText(x, from.Precision(), p.zoneOf(e.X, s), e.At), to, e.At)
	case from.Kind() == types.TimeTZ && to.Kind() == types.Time:
		sql = p.explicit("("+x+" + to_seconds("+itoa(p.offset(p.zoneOf(e.X, s), e.At))+"))", types.TemporalOf(types.Time, from.Precision()), to, e.At)
	case from.Kind() == types.Time && to.Kind() == types.TimeTZ:
		sql = p.explicit("("+x+" - to_seconds("+itoa(p.offset(p.zoneOf(e, s), e.At))+"))", from, types.TemporalOf(types.Time, to.Precision()), e.At)
	case to.Kind() == types.TimestampTZ && from.Kind() == types.Varchar && !fine(to):
		sql = call("cast_instant", x, p.zoneText(p.zoneOf(e, s), e.At), itoa(to.Precision()))
	case to.Kind() == types.TimestampTZ && from.Kind() != types.TimestampTZ:
		sql = p.toZoned(p.explicit(x, from, types.TemporalOf(types.Timestamp, to.Precision()), e.At), types.TemporalOf(types.Timestamp, to.Precision()), p.opts.Zone, e.At)
	default:
		sql = p.explicit(x, from, to, e.At)
	}
	return sql
}

// cast turns a value into another type as Trino does by itself.
func (p *printer) cast(x string, from, to types.Type, at ast.Span) string {
	if from.Equal(to) || !from.Valid() || !to.Valid() {
		return x
	}
	if from.Kind() == types.Char && to.Kind() == types.Char || from.Kind() == types.Varchar && to.Kind() == types.Varchar ||
		from.Kind() == types.Char && to.Kind() == types.Varchar {
		if from.Length() <= to.Length() {
			return x
		}
	}
	return p.explicit(x, from, to, at)
}

// text forms that Trino's casts take; DuckDB's take more (1e3 for an integer, "yes" for a boolean)
// and round what Trino rejects.
const (
	integerText = `[\x00- ]*[+-]?[0-9]+[\x00- ]*`
	decimalText = `\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*`
	doubleText  = `\s*[+-]?(([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?[fFdD]?|Infinity|NaN)\s*`
	dateText    = `\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}\s*`
	stampText   = `\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}( [0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]{1,6})?)?)?(\s*[+-][0-9]{2}:[0-9]{2}|\s*UTC)?\s*`
	timeText    = `\s*[0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]{1,6})?)?\s*`
)

// explicit is CAST. What has no rule here is refused.
func (p *printer) explicit(x string, from, to types.Type, at ast.Span) string {
	plainCast := func(x string) string { return "CAST(" + x + " AS " + p.duck(to, at) + ")" }
	fk, tk := from.Kind(), to.Kind()
	switch {
	case fk == types.Unknown:
		return plainCast(x)
	case from.Equal(to) && fk != types.Varchar && fk != types.Char:
		return x
	case from.IsText() && tk != types.JSON && tk != types.TimestampTZ:
		return p.fromText(x, from, to, at)
	case tk == types.JSON && fk != types.TimestampTZ:
		return p.toJSON(x, from, at)
	case fk == types.JSON:
		return p.fromJSON(x, to, at)
	case tk == types.Varchar:
		return p.toText(x, from, to, at)
	case isNumberOrBool(from) && isNumberOrBool(to):
		return p.castNumber(x, from, to, at)
	case fk == types.Date && (tk == types.Timestamp), fk == types.Timestamp && tk == types.Date:
		return plainCast(x)
	case fk == types.Timestamp && tk == types.Time:
		if from.Precision() == 0 {
			return plainCast(x)
		}
		return p.let([]string{x}, func(v []string) string { // Trino has another second before 1970
			return "CASE WHEN " + v[0] + " < TIMESTAMP '1970-01-01 00:00:00' THEN " + p.raise("NOT_SUPPORTED", "The embedded engine takes no time out of timestamps before 1970", to, at) +
				" ELSE " + p.toPrecision(plainCast(v[0]), from.Precision(), to, at) + " END"
		})
	case fk == types.Timestamp && tk == types.Timestamp, fk == types.TimestampTZ && tk == types.TimestampTZ, fk == types.Time && tk == types.Time, fk == types.TimeTZ && tk == types.TimeTZ:
		return p.toPrecision(x, from.Precision(), to, at)
	case fk == types.Timestamp && tk == types.TimestampTZ, fk == types.Date && tk == types.TimestampTZ:
		return p.toZoned(x, from, p.opts.Zone, at)
	case fk == types.Array && tk == types.Array:
		if p.duck(from, at) == p.duck(to, at) && widens(from.Elem(0), to.Elem(0)) {
			return x
		}
		if from.Elem(0).Kind() == types.Unknown {
			return plainCast(x)
		}
		return p.inLambda(func(v string) string {
			return "list_transform(" + x + ", lambda " + v + ": " + p.explicit(v, from.Elem(0), to.Elem(0), at) + ")"
		})
	case fk == types.Row && tk == types.Row:
		return p.let([]string{x}, func(v []string) string {
			fields := make([]string, to.NumElems())
			for i := range fields {
				fields[i] = str(FieldName(i)) + ": " + p.cast(field(v[0], i), from.Elem(i), to.Elem(i), at)
			}
			return "CASE WHEN " + v[0] + " IS NOT NULL THEN {" + strings.Join(fields, ", ") + "} END"
		})
	case fk == types.Map && tk == types.Map && p.duck(from, at) == p.duck(to, at) && widens(from.Elem(0), to.Elem(0)) && widens(from.Elem(1), to.Elem(1)):
		return x
	case fk == types.Map && tk == types.Map && from.Elem(0).IsExactInteger() && to.Elem(0).IsExactInteger() && from.Elem(0).Kind() <= to.Elem(0).Kind(),
		fk == types.Map && tk == types.Map && widens(from.Elem(0), to.Elem(0)): // keys stay unequal
		return p.let([]string{x}, func(v []string) string {
			return p.inLambda(func(e string) string {
				part := func(list string, i int) string {
					return "list_transform(" + list + "(" + v[0] + "), lambda " + e + ": " + p.cast(e, from.Elem(i), to.Elem(i), at) + ")"
				}
				return "CASE WHEN " + v[0] + " IS NOT NULL THEN map(" + part("map_keys", 0) + ", " + part("map_values", 1) + ") END"
			})
		})
	}
	return p.refuse("CAST of "+from.String()+" to "+to.String(), at, "")
}

// widens reports a cast that leaves the value as DuckDB holds it.
func widens(from, to types.Type) bool {
	return from.Equal(to) || from.Kind() == types.Varchar && to.Kind() == types.Varchar && from.Length() <= to.Length()
}

func isNumberOrBool(t types.Type) bool { return t.Kind() == types.Boolean || t.IsNumeric() }

func (p *printer) castNumber(x string, from, to types.Type, at ast.Span) string {
	name := p.duck(to, at)
	plain := "CAST(" + x + " AS " + name + ")"
	switch {
	case p.trying > 0 && from.Kind() == types.Bigint && to.Kind() == types.Decimal && to.Precision()-to.Scale() < 19:
		// The least bigint passes Trino's look at its size; without TRY it is an error here.
		return p.refuse("CAST of bigint to "+to.String()+" inside of TRY", at, "")
	case isFloat(from) && to.IsExactInteger(): // DuckDB rounds half to even
		return "CAST(round(" + x + ") AS " + name + ")"
	case isFloat(from) && to.Kind() == types.Decimal:
		// Trino rounds the shortest decimal that reads back as the number, not the number itself.
		return "CAST(CAST(" + x + " AS VARCHAR) AS " + name + ")"
	case from.Kind() == types.Boolean && to.Kind() == types.Decimal:
		return "CAST(CAST(" + x + " AS INTEGER) AS " + name + ")"
	case from.Kind() == types.Decimal && to.Kind() == types.Boolean:
		return "(" + x + " <> 0)"
	}
	return plain // decimals are rounded half away from zero in both
}

func (p *printer) fromText(x string, from, to types.Type, at ast.Span) string {
	if fine(to) {
		return p.refuse("CAST of "+from.String()+" to "+to.String(), at, "six digits after the second are the most")
	}
	name := p.duck(to, at)
	guarded := func(form string) string {
		return p.let([]string{x}, func(v []string) string {
			value := v[0]
			if to.Kind() == types.Timestamp { // the wall clock counts, whatever its zone
				value = "regexp_replace(" + value + `, '(\s*[+-][0-9]{2}:[0-9]{2}|\s*UTC)\s*$', '')`
			}
			if isFloat(to) { // Java's suffixes of numbers
				value = "regexp_replace(" + value + `, '([0-9.])[fFdD]\s*$', '\1')`
			}
			return "CASE WHEN NOT regexp_full_match(" + v[0] + ", " + str(form) + ") THEN " +
				p.raise("INVALID_CAST_ARGUMENT", "Cannot cast the text to "+to.String(), to, at) + " ELSE CAST(" + value + " AS " + name + ") END"
		})
	}
	switch to.Kind() {
	case types.Varchar:
		if to.Length() < from.Length() {
			return fmt.Sprintf("substring(%s, 1, %d)", x, to.Length())
		}
		return x
	case types.Char:
		if to.Length() < from.Length() {
			x = fmt.Sprintf("substring(%s, 1, %d)", x, to.Length())
		}
		if from.Kind() == types.Char {
			return x
		}
		return "rtrim(" + x + ", ' ')"
	case types.Tinyint, types.Smallint, types.Integer, types.Bigint:
		return guarded(integerText)
	case types.Decimal:
		return guarded(decimalText)
	case types.Real, types.Double:
		return guarded(doubleText)
	case types.Boolean:
		return p.let([]string{"lower(" + x + ")"}, func(v []string) string {
			return "CASE WHEN " + v[0] + " IN ('true', 't', '1') THEN TRUE WHEN " + v[0] + " IN ('false', 'f', '0') THEN FALSE WHEN " + v[0] + " IS NOT NULL THEN " +
				p.raise("INVALID_CAST_ARGUMENT", "Cannot cast the text to boolean", to, at) + " END"
		})
	case types.Date:
		return guarded(dateText)
	case types.Timestamp:
		return p.toPrecision(guarded(stampText), microseconds, to, at)
	case types.Time:
		return p.toPrecision(guarded(timeText), microseconds, to, at)
	case types.Varbinary:
		if from.Kind() == types.Varchar {
			return "encode(" + x + ")"
		}
	}
	return p.refuse("CAST of "+from.String()+" to "+to.String(), at, "")
}

// toText is CAST to varchar. What is longer than the length is an error, not cut.
func (p *printer) toText(x string, from, to types.Type, at ast.Span) string {
	sql := ""
	switch from.Kind() {
	case types.Decimal:
		sql = "CAST(" + x + " AS VARCHAR)"
		if from.Precision() == from.Scale() { // DuckDB writes .5
			sql = "regexp_replace(" + sql + `, '^(-?)[.]', '\10.')`
		}
	case types.Date:
		sql = p.let([]string{x}, func(v []string) string {
			return "CASE WHEN " + v[0] + " < DATE '0001-01-01' THEN " + call("date_text", v[0]) + " ELSE CAST(" + v[0] + " AS VARCHAR) END"
		})
	case types.Boolean, types.Tinyint, types.Smallint, types.Integer, types.Bigint, types.UUID:
		sql = "CAST(" + x + " AS VARCHAR)"
	case types.Timestamp:
		sql = p.stampText(x, from.Precision())
	case types.Time:
		sql = p.timeText(x, from.Precision())
	case types.Real: // in seven digits
		sql = call("real_text", "CAST("+x+" AS DOUBLE)")
	case types.Double:
		sql = p.floatText(x)
	case types.IntervalDaySecond:
		sql = p.let([]string{p.millis(x)}, func(v []string) string {
			return "CASE WHEN " + v[0] + " IS NOT NULL THEN CASE WHEN " + v[0] + " < 0 THEN '-' ELSE '' END || " + fmt.Sprintf("printf('%%d %%02d:%%02d:%%02d.%%03d', abs(%[1]s) // 86400000, abs(%[1]s) // 3600000 %% 24, abs(%[1]s) // 60000 %% 60, abs(%[1]s) // 1000 %% 60, abs(%[1]s) %% 1000) END", v[0])
		})
	case types.IntervalYearMonth:
		sql = p.let([]string{p.months(x)}, func(v []string) string {
			return "CASE WHEN " + v[0] + " < 0 THEN '-' ELSE '' END || CAST(abs(" + v[0] + ") // 12 AS VARCHAR) || '-' || CAST(abs(" + v[0] + ") % 12 AS VARCHAR)"
		})
	default:
		return p.refuse("CAST of "+from.String()+" to "+to.String(), at, "")
	}
	return p.fitting(sql, to, at)
}

// fitting fails for a text that is longer than its type.
func (p *printer) fitting(sql string, to types.Type, at ast.Span) string {
	if to.Length() == types.Unbounded {
		return sql
	}
	return p.let([]string{sql}, func(v []string) string {
		return fmt.Sprintf("CASE WHEN length(%s) > %d THEN %s ELSE %s END", v[0], to.Length(),
			p.raise("INVALID_CAST_ARGUMENT", "Value cannot be represented as "+to.String(), to, at), v[0])
	})
}

// stampText writes a timestamp with as many digits after the second as its type has.
func (p *printer) stampText(x string, precision int) string {
	text := func(x string) string {
		switch {
		case precision == 0:
			return "strftime(" + x + ", '%Y-%m-%d %H:%M:%S')"
		case precision > microseconds:
			return fmt.Sprintf("(strftime(%s, '%%Y-%%m-%%d %%H:%%M:%%S.%%f') || '%s')", x, strings.Repeat("0", precision-microseconds))
		}
		return fmt.Sprintf("left(strftime(%s, '%%Y-%%m-%%d %%H:%%M:%%S.%%f'), %d)", x, len("2000-01-01 00:00:00.")+precision)
	}
	return p.let([]string{x}, func(v []string) string {
		return "CASE WHEN " + v[0] + " BETWEEN TIMESTAMP '0001-01-01 00:00:00' AND TIMESTAMP '9999-12-31 23:59:59.999999' THEN " + text(v[0]) + " WHEN " + v[0] + " IS NOT NULL THEN " +
			call("stamp_text", v[0], itoa(precision)) + " END"
	})
}

// timeText writes a time with as many digits after the second as its type has.
func (p *printer) timeText(x string, precision int) string {
	return "substring(" + p.stampText("(DATE '2000-01-01' + "+x+")", precision) + ", 12)"
}

// floatText writes a number as Java does, one digit before the point: 1.0E0, 1.25E-3.
func (p *printer) floatText(x string) string { return call("double_text", x) }

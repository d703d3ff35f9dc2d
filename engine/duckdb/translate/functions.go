package translate

import (
	"maps"
	"slices"
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// rule is how a scalar function is rendered: a template (see fill) or code. A function that is not in
// the table is refused.
type rule struct {
	sql  string
	make func(*printer, *callArgs) string
}

// scalars is the allowlist of scalar functions.
var scalars map[string]rule

func init() {
	scalars = map[string]rule{
		// text
		"lower": {sql: "lower($1)"},
		"upper": {make: upper},
		"length": {make: func(p *printer, c *callArgs) string {
			if c.types[0].Kind() == types.Varbinary {
				return "octet_length(" + c.args[0] + ")"
			}
			return "length(" + p.padded(c.args[0], c.types[0]) + ")"
		}},
		"reverse": {make: reverse},
		"strpos":  {make: strpos},
		"position": {make: func(p *printer, c *callArgs) string {
			return "strpos(" + c.args[1] + ", " + c.args[0] + ")"
		}},
		"substr": {make: substr}, "substring": {make: substr},
		"trim": {make: trim("trim")}, "ltrim": {make: trim("ltrim")}, "rtrim": {make: trim("rtrim")},
		"replace":     {make: replace},
		"concat":      {make: func(p *printer, c *callArgs) string { return p.concat(c.args, c.types, c.result, c.call.At) }},
		"starts_with": {sql: "starts_with($1, $2)"},
		"split_part":  {make: splitPart},
		"codepoint":   {sql: "unicode($1)"},
		// numbers
		"abs":      {sql: "abs($1)"},
		"round":    {make: round},
		"ceil":     {make: whole("ceil")},
		"ceiling":  {make: whole("ceil")},
		"floor":    {make: whole("floor")},
		"truncate": {make: truncate},
		"sign": {make: func(p *printer, c *callArgs) string {
			plain := func(x string) string { return "CAST(sign(" + x + ") AS " + p.duck(c.result, c.call.At) + ")" }
			if !isFloat(c.result) {
				return plain(c.args[0])
			}
			return p.let(c.args, func(v []string) string {
				return "CASE WHEN isnan(" + v[0] + ") THEN " + v[0] + " ELSE " + plain(v[0]) + " END"
			})
		}},
		"sqrt": {make: func(p *printer, c *callArgs) string {
			return p.let(c.args, func(v []string) string {
				return "CASE WHEN " + v[0] + " < 0 THEN CAST('nan' AS DOUBLE) ELSE sqrt(" + v[0] + ") END"
			})
		}},
		"cbrt":  {sql: "cbrt($1)"},
		"exp":   {sql: "exp($1)"},
		"power": {make: powerOf},
		"pow":   {make: powerOf},
		"ln":    {make: logarithm("ln")},
		"log10": {make: logarithm("log10")},
		"log2":  {make: logarithm("log2")},
		"pi":    {sql: "pi()"},
		"mod": {make: func(p *printer, c *callArgs) string {
			switch t := c.result; {
			case t.IsExactInteger():
				return p.integerOp(ast.Mod, c.args[0], c.args[1], t, c.call.At)
			case t.Kind() == types.Decimal:
				return p.decimalOp(ast.Mod, c.args[0], c.args[1], c.types[0], c.types[1], t, c.call.At)
			}
			return p.refuse("mod of "+c.result.String(), c.call.At, "")
		}},
		"is_nan":      {sql: "isnan($1)"},
		"is_finite":   {sql: "isfinite($1)"},
		"is_infinite": {sql: "isinf($1)"},
		"nan":         {sql: "CAST('nan' AS DOUBLE)"},
		"infinity":    {sql: "CAST('infinity' AS DOUBLE)"},
		"radians":     {sql: "radians($1)"}, "degrees": {sql: "degrees($1)"},
		"sin": {make: ofFinite("sin")}, "cos": {make: ofFinite("cos")}, "tan": {make: ofFinite("tan")},
		"greatest": {make: most("greatest")}, "least": {make: most("least")},
		// dates
		"date_trunc": {make: dateTrunc}, "date_add": {make: dateAdd}, "date_diff": {make: dateDiff},
		"date":              {make: func(p *printer, c *callArgs) string { return toDate(p, c) }},
		"last_day_of_month": {make: lastDay},
		"now": {make: func(p *printer, c *callArgs) string {
			return p.current(&ast.Current{Loc: c.call.Loc, What: "current_timestamp", Precision: -1})
		}},
		"to_unixtime":   {make: toUnixtime},
		"from_unixtime": {make: fromUnixtime},
		"with_timezone": {make: func(p *printer, c *callArgs) string {
			zone, ok := c.literal(1)
			if !ok {
				return p.refuse("with_timezone of what is no literal", c.call.At, "")
			}
			return p.toZoned(c.args[0], c.types[0], zone, c.call.At)
		}},
		// arrays and maps
		"cardinality": {make: func(p *printer, c *callArgs) string {
			if c.types[0].Kind() == types.Map {
				return "CAST(cardinality(" + c.args[0] + ") AS BIGINT)"
			}
			return "len(" + c.args[0] + ")"
		}},
		"element_at": {make: elementAt}, "sequence": {make: sequence}, "slice": {make: slice}, "contains": {make: contains},
		"any_match": {make: match}, "all_match": {make: match}, "none_match": {make: match}, "reduce": {make: reduce},
		"transform": {sql: "list_transform($1, $2)"}, "filter": {sql: "list_filter($1, $2)"}, "flatten": {sql: "flatten($1)"},
		"array_max": {make: extremeOf("list_max")}, "array_min": {make: extremeOf("list_min")}, "array_join": {make: arrayJoin},
		"array_sort": {make: arraySort}, "array_distinct": {make: arrayDistinct}, "repeat": {make: repeat},
		"array_position": {make: func(p *printer, c *callArgs) string {
			if len(c.args) != 2 || !comparable(c.types[1]) {
				return p.refuse("array_position of this form", c.call.At, "")
			}
			return "CASE WHEN " + c.args[0] + " IS NOT NULL AND " + c.args[1] + " IS NOT NULL THEN coalesce(CAST(list_position(" + c.args[0] + ", " + c.args[1] + ") AS BIGINT), 0) END"
		}},
		"array_union": {make: arrayUnion}, "array_except": {make: arrayExcept}, "arrays_overlap": {make: arraysOverlap},
		"ngrams": {make: ngrams}, "zip_with": {make: zipWith}, "map_filter": {make: mapLambda}, "transform_values": {make: mapLambda},
		"map": {make: newMap}, "map_keys": {sql: "map_keys($1)"}, "map_values": {sql: "map_values($1)"}, "map_concat": {make: mapConcat},
		// text, continued
		"split": {make: split}, "concat_ws": {make: concatWS}, "lpad": {make: pad}, "rpad": {make: pad}, "chr": {sql: "chr(CAST($1 AS INTEGER))"},
		"soundex": {sql: "trino_soundex($1)"}, "translate": {sql: "trino_translate($1, $2, $3)"}, "luhn_check": {sql: "trino_luhn($1)"},
		"split_to_map": {make: splitToMap}, "url_extract_host": {sql: "trino_url_part($1, 'host')"}, "url_extract_path": {sql: "trino_url_part($1, 'path')"},
		"url_extract_query": {sql: "trino_url_part($1, 'query')"}, "url_extract_fragment": {sql: "trino_url_part($1, 'fragment')"},
		"url_extract_protocol": {sql: "trino_url_part($1, 'protocol')"}, "url_extract_port": {sql: "CAST(trino_url_part($1, 'port') AS BIGINT)"},
		"url_extract_parameter": {sql: "trino_url_parameter($1, $2)"}, "format_number": {make: formatNumber}, "human_readable_seconds": {sql: "trino_human_seconds($1)"},
		"from_utf8": {sql: "trino_from_utf8($1)"}, "from_hex": {make: ofText("from_hex")}, "from_base64": {make: ofText("from_base64")}, "from_base64url": {make: ofText("from_base64url")},
		"to_base64url": {sql: "trino_to_base64url($1)"}, "to_base32": {sql: "trino_to_base32($1)"}, "crc32": {sql: "trino_crc32($1)"}, "sha512": {sql: "trino_sha512($1)"},
		"hmac_md5": {sql: "trino_hmac($1, $2, 'md5')"}, "hmac_sha1": {sql: "trino_hmac($1, $2, 'sha1')"}, "hmac_sha256": {sql: "trino_hmac($1, $2, 'sha256')"}, "hmac_sha512": {sql: "trino_hmac($1, $2, 'sha512')"},
		"from_base": {sql: "trino_from_base($1, CAST($2 AS BIGINT))"}, "combinations": {make: combinations},
		"bitwise_left_shift": {make: shift("shift_left")}, "bitwise_right_shift": {make: shift("shift_right")}, "bitwise_right_shift_arithmetic": {make: shift("shift_right_arithmetic")},
		"width_bucket": {make: widthBucket}, "array_intersect": {make: arrayIntersect}, "array_remove": {make: arrayRemove},
		"trim_array": {make: trimArray}, "array_first": {sql: "list_extract($1, 1)"}, "array_last": {sql: "list_extract($1, -1)"}, "zip": {make: zip}, "map_entries": {make: mapEntries}, "map_from_entries": {make: mapFromEntries},
		"asin": {make: withinOne("asin")}, "acos": {make: withinOne("acos")}, "atan": {sql: "atan($1)"}, "atan2": {sql: "atan2($1, $2)"}, "sinh": {sql: "sinh($1)"}, "cosh": {sql: "cosh($1)"}, "tanh": {sql: "tanh($1)"},
		"regexp_like": {make: regexpLike}, "regexp_extract": {make: regexpExtract}, "regexp_extract_all": {make: regexpExtractAll},
		"regexp_count": {make: regexpCount}, "regexp_position": {make: regexpPosition}, "regexp_split": {make: regexpSplit}, "regexp_replace": {make: regexpReplace},
		"url_encode": {sql: "replace(replace(replace(url_encode($1), '%20', '+'), '%2A', '*'), '~', '%7E')"}, "url_decode": {make: urlDecode},
		"to_utf8": {sql: "encode($1)"}, "to_hex": {sql: "hex($1)"}, "to_base64": {sql: "to_base64($1)"},
		"md5": {sql: "unhex(md5($1))"}, "sha256": {sql: "unhex(sha256($1))"}, "sha1": {sql: "unhex(sha1($1))"},
		// numbers, continued
		"e": {sql: "exp(CAST(1 AS DOUBLE))"}, "log": {make: func(p *printer, c *callArgs) string {
			ln := logarithm("ln")
			part := func(i int) string { return ln(p, &callArgs{call: c.call, args: c.args[i : i+1]}) }
			return "(" + part(1) + " / " + part(0) + ")"
		}},
		"bit_count": {sql: "trino_bit_count(CAST($1 AS BIGINT), CAST($2 AS BIGINT))"}, "to_base": {sql: "trino_to_base($1, CAST($2 AS BIGINT))"},
		"levenshtein_distance": {sql: "trino_levenshtein($1, $2)"}, "hamming_distance": {sql: "trino_hamming($1, $2)"},
		"from_iso8601_date": {sql: "trino_from_iso8601_date($1)"},
		"from_iso8601_timestamp": {make: func(p *printer, c *callArgs) string {
			zone := p.zoneOfCall(c.call, c.scope)
			return call("from_iso8601_timestamp", c.args[0], p.zoneText(zone, c.call.At))
		}},
		"at_timezone": {make: func(p *printer, c *callArgs) string {
			zone, ok := c.literal(1)
			if !ok || c.types[0].Kind() != types.TimestampTZ {
				return p.refuse("at_timezone of this form", c.call.At, "")
			}
			p.zoneText(zone, c.call.At)
			return c.args[0]
		}},
		"timezone": {make: func(p *printer, c *callArgs) string {
			if zone := c.zones[0]; zone != unknownZone && zone != "" {
				return "CASE WHEN " + c.args[0] + " IS NOT NULL THEN " + str(zone) + " END"
			}
			return p.refuse("timezone of this value", c.call.At, "")
		}},
		"random": {make: random}, "rand": {make: random},
		"bitwise_and": {sql: "($1 & $2)"}, "bitwise_or": {make: func(p *printer, c *callArgs) string { return "(" + c.args[0] + " | " + c.args[1] + ")" }}, "bitwise_xor": {sql: "xor($1, $2)"}, "bitwise_not": {sql: "(~$1)"},
		// dates, continued
		"date_format": {make: dateFormat}, "date_parse": {make: dateParse}, "format_datetime": {make: formatDatetime}, "parse_datetime": {make: parseDatetime},
		"to_iso8601": {make: toISO},
		// json
		"json_parse": {make: func(p *printer, c *callArgs) string { return call("json_parse", c.args[0]) }}, "json_format": {sql: "$1"},
		"json_extract_scalar": {make: jsonByPath("json_extract_scalar")}, "json_extract": {make: jsonByPath("json_extract")}, "json_size": {make: jsonByPath("json_size")},
		"json_array_length": {sql: "trino_json_array_length($1)"}, "json_array_get": {sql: "trino_json_array_get($1, $2)"},
		"json_array_contains": {make: jsonArrayContains}, "is_json_scalar": {sql: "trino_is_json_scalar($1)"},
	}
	for _, field := range append(slices.Collect(maps.Keys(fields)), "timezone_hour", "timezone_minute") {
		scalars[field] = rule{make: func(p *printer, c *callArgs) string {
			return p.extract(c.name, c.args[0], c.types[0], c.zones[0], c.call.At)
		}}
	}
}

// upper leaves ß as it is, as Java does with one character; DuckDB makes ẞ of it.
func upper(p *printer, c *callArgs) string {
	return p.let(c.args, func(v []string) string {
		return "CASE WHEN contains(" + v[0] + ", 'ß') THEN array_to_string(list_transform(string_split(" + v[0] + ", 'ß'), lambda _s: upper(_s)), 'ß') ELSE upper(" + v[0] + ") END"
	})
}

// urlDecode takes + for a space; what is no escape is an error.
func urlDecode(p *printer, c *callArgs) string {
	return p.let(c.args, func(v []string) string {
		return "CASE WHEN regexp_matches(" + v[0] + ", '%([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$)') THEN " +
			p.raise("INVALID_FUNCTION_ARGUMENT", "Illegal escape in an encoded text", c.result, c.call.At) +
			" ELSE url_decode(replace(" + v[0] + ", '+', ' ')) END"
	})
}

// drawn is how DuckDB's random() is written; a value that holds it must not be written twice (see let).
const drawn = "random()"

func random(p *printer, c *callArgs) string {
	switch {
	case len(c.args) == 0:
		return drawn
	case len(c.args) == 1 && c.result.IsExactInteger():
		x := c.args[0]
		return "CASE WHEN " + x + " <= 0 THEN " + p.raise("INVALID_FUNCTION_ARGUMENT", "bound must be positive", c.result, c.call.At) +
			" ELSE CAST(floor(" + drawn + " * " + x + ") AS " + p.duck(c.result, c.call.At) + ") END"
	}
	return p.refuse("random between bounds", c.call.At, "")
}

// reverse of a text goes by code points; DuckDB's goes by grapheme clusters, which is the same for
// ASCII only.
func reverse(p *printer, c *callArgs) string {
	if c.types[0].Kind() == types.Array {
		return "list_reverse(" + c.args[0] + ")"
	}
	if c.types[0].Kind() == types.Varbinary {
		return call("bytes_reverse", c.args[0])
	}
	if c.types[0].Kind() != types.Varchar {
		return p.refuse("reverse of "+c.types[0].String(), c.call.At, "")
	}
	return "array_to_string(list_reverse(regexp_extract_all(" + c.args[0] + ", '(?s).')), '')"
}

func strpos(p *printer, c *callArgs) string {
	if len(c.args) == 2 {
		return "strpos(" + c.args[0] + ", " + c.args[1] + ")"
	}
	return call("strpos", c.args[0], c.args[1], "CAST("+c.args[2]+" AS BIGINT)")
}

// substr counts from 1, from the end when negative; from 0, and from before the start, it is empty.
func substr(p *printer, c *callArgs) string {
	if c.types[0].Kind() == types.Varbinary {
		length := "9223372036854775807"
		if len(c.args) == 3 {
			length = c.args[2]
		}
		return call("substr_bytes", c.args[0], "CAST("+c.args[1]+" AS BIGINT)", "CAST("+length+" AS BIGINT)")
	}
	x := p.padded(c.args[0], c.types[0])
	start, ok := c.constant(1)
	length := ""
	if len(c.args) == 3 {
		length = c.args[2]
		if n, ok := c.constant(2); !ok {
			length = "greatest(" + length + ", CASE WHEN " + length + " IS NOT NULL THEN 0 END)"
		} else {
			length = itoa(int(min(max(n, 0), 1<<31-1)))
		}
	}
	build := func(x, from, length string) string {
		if length == "" {
			return "substring(" + x + ", " + from + ")"
		}
		return "substring(" + x + ", " + from + ", " + length + ")"
	}
	from := c.args[1]
	if ok {
		from = itoa(int(start))
	} else { // beyond 32 bits there is nothing
		from = "least(" + from + ", CASE WHEN " + from + " IS NOT NULL THEN 2147483647 END)"
		from = "greatest(" + from + ", CASE WHEN " + c.args[1] + " IS NOT NULL THEN -2147483648 END)"
	}
	if length != "" && length[0] == 'g' {
		length = "least(" + length + ", CASE WHEN " + c.args[2] + " IS NOT NULL THEN 2147483647 END)"
	}
	sql := ""
	switch {
	case ok && start > 0:
		sql = build(x, from, length)
	case ok && start == 0:
		sql = "CASE WHEN " + x + " IS NOT NULL" + notNull(length) + " THEN '' END"
	default:
		values := []string{x, from}
		if length != "" {
			values = append(values, length)
		}
		sql = p.let(values, func(v []string) string {
			return "CASE WHEN " + v[1] + " = 0 OR " + v[1] + " < -length(" + v[0] + ") THEN CASE WHEN " + v[0] + " IS NOT NULL" + notNull(strings.Join(v[2:], "")) + " THEN '' END ELSE " + build(v[0], v[1], strings.Join(v[2:], "")) + " END"
		})
	}
	if c.result.Kind() == types.Char {
		return "rtrim(" + sql + ", ' ')"
	}
	return sql
}

func notNull(x string) string {
	if x == "" || isNumber(x) {
		return ""
	}
	return " AND " + x + " IS NOT NULL"
}

// trim without characters takes off white space; which characters are white is Java's to say, and
// DuckDB takes off spaces only.
func trim(fn string) func(*printer, *callArgs) string {
	return func(p *printer, c *callArgs) string {
		name := fn
		switch c.call.TrimSpec {
		case "leading":
			name = "ltrim"
		case "trailing":
			name = "rtrim"
		}
		chars := `' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(28) || chr(29) || chr(30) || chr(31) || chr(5760) || chr(8192) || chr(8193) || chr(8194) || chr(8195) || chr(8196) || chr(8197) || chr(8198) || chr(8200) || chr(8201) || chr(8202) || chr(8232) || chr(8233) || chr(8287) || chr(12288)`
		if len(c.args) == 2 {
			chars = c.args[1]
		}
		sql := name + "(" + c.args[0] + ", " + chars + ")" // a char has no padding here, in Trino neither
		if c.result.Kind() == types.Char {
			return "rtrim(" + sql + ", ' ')"
		}
		return sql
	}
}

// replace of an empty text puts the replacement around every character, which DuckDB does not.
func replace(p *printer, c *callArgs) string {
	with := "''"
	if len(c.args) == 3 {
		with = c.args[2]
	}
	search, ok := c.literal(1)
	if !ok || search == "" {
		return call("replace", c.args[0], c.args[1], with)
	}
	return "replace(" + c.args[0] + ", " + c.args[1] + ", " + with + ")"
}

func splitPart(p *printer, c *callArgs) string {
	delimiter, ok := c.literal(1)
	n, isConst := c.constant(2)
	if !ok || delimiter == "" || !isConst {
		return call("split_part", c.args[0], c.args[1], "CAST("+c.args[2]+" AS BIGINT)")
	}
	if n < 1 {
		return p.raise("INVALID_FUNCTION_ARGUMENT", "Index must be greater than zero", c.result, c.call.At)
	}
	return "list_extract(string_split(" + c.args[0] + ", " + c.args[1] + "), " + c.args[2] + ")"
}

// round is half away from zero in both engines; DuckDB's result has another scale.
func round(p *printer, c *callArgs) string {
	x, t := c.args[0], c.types[0]
	digits, constant := int64(0), true
	if len(c.args) == 2 {
		digits, constant = c.constant(1)
	}
	if !constant {
		return p.refuse("round to a number of digits that is no literal", c.call.At, "")
	}
	switch {
	case t.Kind() == types.Decimal:
		if digits < 0 {
			if t.Precision() > 36 || digits < -30 {
				return p.refuse("round of decimals before the point", c.call.At, "")
			}
			return p.let([]string{x}, func(v []string) string { // DuckDB makes 0 of NULL
				return "CASE WHEN " + v[0] + " IS NOT NULL THEN CAST(round(" + v[0] + ", " + itoa(int(digits)) + ") AS " + p.duck(c.result, c.call.At) + ") END"
			})
		}
		if int(digits) >= t.Scale() {
			return p.cast(x, t, c.result, c.call.At)
		}
		whole := min(38, t.Precision()-t.Scale()+int(digits)+1)
		sql := p.cast(x, t, types.DecimalOf(whole, int(digits)), c.call.At)
		return p.cast(sql, types.DecimalOf(whole, int(digits)), c.result, c.call.At)
	case t.IsExactInteger():
		if digits >= 0 {
			return x
		}
		if digits < -18 {
			return "CASE WHEN " + x + " IS NOT NULL THEN CAST(0 AS " + p.duck(t, c.call.At) + ") END"
		}
		unit := "CAST(1" + strings.Repeat("0", int(-digits)) + " AS HUGEINT)" // DuckDB's wraps at the end of the type
		return p.let([]string{"CAST(" + x + " AS HUGEINT)"}, func(v []string) string {
			return "CAST(sign(" + v[0] + ") * ((abs(" + v[0] + ") + " + unit + " // 2) // " + unit + ") * " + unit + " AS " + p.duck(t, c.call.At) + ")"
		})
	case digits == 0:
		return "round(" + x + ")"
	case digits > 0 && digits <= 15:
		return "round(" + x + ", " + itoa(int(digits)) + ")"
	}
	return p.refuse("round to this number of digits", c.call.At, "")
}

func whole(fn string) func(*printer, *callArgs) string {
	return func(p *printer, c *callArgs) string {
		if c.types[0].IsExactInteger() {
			return c.args[0]
		}
		sql := fn + "(" + c.args[0] + ")"
		if c.types[0].Kind() == types.Decimal {
			return "CAST(" + sql + " AS " + p.duck(c.result, c.call.At) + ")"
		}
		return sql
	}
}

func truncate(p *printer, c *callArgs) string {
	if len(c.args) != 1 {
		n, ok := c.constant(1)
		if t := c.types[0]; ok && n >= 0 && t.Kind() == types.Decimal {
			if int(n) >= t.Scale() {
				return c.args[0]
			}
			unit := types.DecimalOf(int(n)+1, int(n))
			return p.let(c.args[:1], func(v []string) string {
				return p.cast("("+v[0]+" - "+v[0]+" % "+p.decimalLit("1e-"+itoa(int(n)), unit)+")", types.DecimalOf(min(38, t.Precision()+1), t.Scale()), c.result, c.call.At)
			})
		}
		return p.refuse("truncate to a number of digits", c.call.At, "")
	}
	return "CAST(trunc(" + c.args[0] + ") AS " + p.duck(c.result, c.call.At) + ")"
}

// logarithm: DuckDB fails where Trino gives -Infinity and NaN.
func logarithm(fn string) func(*printer, *callArgs) string {
	return func(p *printer, c *callArgs) string {
		return p.let([]string{c.args[0]}, func(v []string) string {
			return "CASE WHEN " + v[0] + " > 0 THEN " + fn + "(" + v[0] + ") WHEN " + v[0] + " = 0 THEN CAST('-infinity' AS DOUBLE) WHEN " + v[0] + " < 0 THEN CAST('nan' AS DOUBLE) END"
		})
	}
}

// most is greatest and least: NULL when any argument is, numbers before NaN.
func most(fn string) func(*printer, *callArgs) string {
	return func(p *printer, c *callArgs) string {
		if c.result.NumElems() > 0 || c.result.Kind() == types.Char {
			return p.refuse(fn+" of "+c.result.String(), c.call.At, "")
		}
		if len(c.args) == 1 {
			return c.args[0]
		}
		return p.let(c.args, func(v []string) string {
			nulls := make([]string, len(v))
			for i := range v {
				nulls[i] = v[i] + " IS NULL"
			}
			sql := fn + "(" + strings.Join(v, ", ") + ")"
			if isFloat(c.result) && fn == "greatest" {
				numbers := make([]string, len(v))
				for i := range v {
					numbers[i] = "CASE WHEN NOT isnan(" + v[i] + ") THEN " + v[i] + " END"
				}
				sql = "coalesce(greatest(" + strings.Join(numbers, ", ") + "), CAST('nan' AS " + p.duck(c.result, c.call.At) + "))"
			}
			return "CASE WHEN " + strings.Join(nulls, " OR ") + " THEN NULL ELSE " + sql + " END"
		})
	}
}

func toDate(p *printer, c *callArgs) string {
	if c.types[0].Kind() == types.TimestampTZ {
		return "CAST(" + p.wall(c.args[0], c.zones[0]) + " AS DATE)"
	}
	return p.explicit(c.args[0], c.types[0], c.result, c.call.At)
}

func lastDay(p *printer, c *callArgs) string {
	x := c.args[0]
	if c.types[0].Kind() == types.TimestampTZ {
		x = p.wall(x, c.zones[0])
	}
	return "last_day(" + x + ")"
}

func toUnixtime(p *printer, c *callArgs) string {
	x := c.args[0]
	if c.types[0].Kind() == types.Timestamp {
		x = p.toZoned(x, c.types[0], p.opts.Zone, c.call.At)
	}
	return "(epoch_us(" + x + ") / 1e6)"
}

func fromUnixtime(p *printer, c *callArgs) string {
	if len(c.args) == 2 {
		if zone, ok := c.literal(1); ok {
			p.zoneText(zone, c.call.At)
		} else {
			return p.refuse("from_unixtime with this zone", c.call.At, "")
		}
	} else if len(c.args) != 1 {
		return p.refuse("from_unixtime with a zone", c.call.At, "")
	}
	return p.let(c.args[:1], func(v []string) string {
		return "CASE WHEN isnan(" + v[0] + ") THEN make_timestamptz(0) ELSE make_timestamptz(CAST(floor(" + v[0] + " * 1000 + 0.5) AS BIGINT) * 1000) END"
	})
}

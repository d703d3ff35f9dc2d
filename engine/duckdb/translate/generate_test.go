package translate_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/limn-data/limn/engine/duckdb/translate"
	"github.com/limn-data/limn/trino/functions"
	"github.com/limn-data/limn/trino/types"
)

// pool are the values that expressions are made over: one column a type, one value a row, at the edges
// of what the type holds.
var pool = []struct {
	column, typ string
	values      []string
}{
	{"c_bool", "boolean", []string{"TRUE", "FALSE", "NULL"}},
	{"c_ti", "tinyint", []string{"TINYINT '127'", "TINYINT '-128'", "NULL", "TINYINT '0'", "TINYINT '3'", "TINYINT '-1'"}},
	{"c_si", "smallint", []string{"SMALLINT '32767'", "SMALLINT '-32768'", "SMALLINT '0'", "NULL", "SMALLINT '7'", "SMALLINT '-2'"}},
	{"c_int", "integer", []string{"1", "0", "-1", "2147483647", "-2147483648", "NULL", "5", "-7", "2", "64", "3", "100"}},
	{"c_big", "bigint", []string{"BIGINT '2'", "BIGINT '0'", "BIGINT '-1'", "9223372036854775807", "BIGINT '-9223372036854775808'", "NULL", "BIGINT '5'", "BIGINT '-3'", "BIGINT '1'", "BIGINT '36'", "BIGINT '1700000000'", "BIGINT '10'"}},
	{"c_real", "real", []string{"REAL '1.5'", "REAL '-0.0'", "REAL '3.4028235E38'", "NULL", "REAL 'NaN'", "REAL 'Infinity'", "REAL '-2.5'", "REAL '0.1'", "REAL '1e-10'", "REAL '16777217'"}},
	{"c_dbl", "double", []string{"0.5e0", "-0.5e0", "1.5e0", "2.5e0", "NULL", "nan()", "infinity()", "-infinity()", "1e300", "-1e-300", "123456789.123456789e0", "0e0"}},
	{"c_d52", "decimal(5,2)", []string{"DECIMAL '123.45'", "DECIMAL '-999.99'", "DECIMAL '000.00'", "NULL", "DECIMAL '000.05'", "DECIMAL '-000.50'", "DECIMAL '001.50'", "DECIMAL '002.50'"}},
	{"c_d184", "decimal(18,4)", []string{"DECIMAL '12345678901234.5678'", "DECIMAL '-00000000000000.0001'", "DECIMAL '00000000000002.5000'", "NULL", "DECIMAL '-99999999999999.9999'", "DECIMAL '00000000000000.0000'"}},
	{"c_d3810", "decimal(38,10)", []string{"DECIMAL '1234567890123456789012345678.1234567890'", "CAST(0.5 AS decimal(38,10))", "NULL", "CAST(-7.25 AS decimal(38,10))", "CAST(0 AS decimal(38,10))"}},
	{"c_d380", "decimal(38,0)", []string{"DECIMAL '99999999999999999999999999999999999999'", "CAST(3 AS decimal(38,0))", "NULL", "CAST(-12 AS decimal(38,0))", "CAST(0 AS decimal(38,0))"}},
	{"c_vc", "varchar", []string{"'abc'", "''", "NULL", "' a b '", "'Ünïcödé ß'", "'😀x👨‍👩‍👧'", "'a' || U&'\\0301' || 'b'", "'12'", "'-3.50'", "'2024-02-29'", "'2024-03-10 02:30:00'", "'a1b22,c;d'"}},
	{"c_vc2", "varchar", []string{"'b'", "'abc'", "''", "'a'", "'ß'", "'x'", "NULL", "' '", "'1'", "'-'", "'%'", "','"}},
	{"c_vc5", "varchar(5)", []string{"CAST('true' AS varchar(5))", "CAST('a  ' AS varchar(5))", "CAST('' AS varchar(5))", "NULL", "CAST('éa' AS varchar(5))", "CAST('0' AS varchar(5))"}},
	{"c_ch4", "char(4)", []string{"CAST('ab' AS char(4))", "CAST('' AS char(4))", "CAST(' b' AS char(4))", "NULL", "CAST('ab😀d' AS char(4))"}},
	{"c_vb", "varbinary", []string{"X'00FF10'", "X''", "NULL", "X'616263'", "X'C3A9'"}},
	{"c_date", "date", []string{"DATE '2024-02-29'", "DATE '1969-12-31'", "DATE '2023-12-31'", "NULL", "DATE '2024-12-30'", "DATE '1900-01-01'", "DATE '2000-01-31'", "DATE '2021-01-03'", "DATE '9999-12-31'", "DATE '0001-01-01'"}},
	{"c_t3", "time(3)", []string{"TIME '00:00:00.000'", "TIME '23:59:59.999'", "NULL", "TIME '12:34:56.789'", "TIME '01:00:00.500'"}},
	{"c_ts0", "timestamp(0)", []string{"TIMESTAMP '2024-02-29 23:59:59'", "TIMESTAMP '1969-12-31 23:59:59'", "NULL", "TIMESTAMP '2024-03-10 02:30:00'", "TIMESTAMP '2024-11-03 01:30:00'", "TIMESTAMP '2023-01-31 00:00:00'"}},
	{"c_ts3", "timestamp(3)", []string{"TIMESTAMP '2024-02-29 12:00:00.123'", "TIMESTAMP '1969-12-31 23:59:59.999'", "TIMESTAMP '2024-03-31 02:30:00.000'", "NULL", "TIMESTAMP '2024-10-27 02:30:00.500'", "TIMESTAMP '2023-12-31 23:59:59.999'", "TIMESTAMP '1900-01-01 00:00:00.001'", "TIMESTAMP '2024-01-31 13:00:00.000'"}},
	{"c_ts6", "timestamp(6)", []string{"TIMESTAMP '2024-02-29 12:00:00.123456'", "TIMESTAMP '1969-12-31 23:59:59.999999'", "NULL", "TIMESTAMP '2024-06-15 08:05:09.000500'", "TIMESTAMP '2021-01-04 00:00:00.000000'"}},
	{"c_tz3", "timestamp(3) with time zone", []string{"TIMESTAMP '2024-03-10 06:59:59.999 UTC'", "TIMESTAMP '2024-03-10 07:00:00.000 UTC'", "TIMESTAMP '2024-11-03 05:30:00.000 UTC'", "NULL", "TIMESTAMP '2024-11-03 06:30:00.000 UTC'", "TIMESTAMP '1969-12-31 23:59:59.999 UTC'", "TIMESTAMP '2024-10-27 00:30:00.000 UTC'", "TIMESTAMP '2024-03-31 01:00:00.000 UTC'"}},
	{"c_ids", "interval day to second", []string{"INTERVAL '1' DAY", "INTERVAL '-3' HOUR", "INTERVAL '1.5' SECOND", "NULL", "INTERVAL '0' SECOND", "INTERVAL '36 12:30:45.125' DAY TO SECOND"}},
	{"c_iym", "interval year to month", []string{"INTERVAL '1' MONTH", "INTERVAL '-1' YEAR", "INTERVAL '0' MONTH", "NULL", "INTERVAL '2-7' YEAR TO MONTH"}},
	{"c_json", "json", []string{"JSON '{\"a\":1,\"b\":[1,2.50,\"x\"]}'", "JSON '[1,null,true]'", "JSON '\"t\"'", "NULL", "JSON '1.50'", "JSON 'null'", "JSON '[]'", "JSON '12'"}},
	{"c_jt", "varchar", []string{"'{\"a\":1.50,\"b\":[1,2,\"x\"],\"a\":2}'", "'[1, null, true, \"a\"]'", "'bad'", "NULL", "'\"\\u00e9\\\"\"'", "'null'", "' {} '", "'{\"a\": {\"b\": \"c\"}} x'", "'1e400'", "'[1,'"}},
	{"c_ab", "array(bigint)", []string{"ARRAY[BIGINT '1', BIGINT '2', BIGINT '3']", "CAST(ARRAY[] AS array(bigint))", "ARRAY[BIGINT '1', NULL]", "NULL", "ARRAY[BIGINT '3', BIGINT '1', BIGINT '3']"}},
	{"c_av", "array(varchar)", []string{"CAST(ARRAY['b', 'a', ''] AS array(varchar))", "CAST(ARRAY[] AS array(varchar))", "CAST(ARRAY[NULL, 'x'] AS array(varchar))", "NULL", "CAST(ARRAY['é', 'a', 'b', 'a'] AS array(varchar))"}},
	{"c_ad", "array(double)", []string{"ARRAY[1e0, 2.5e0, -3e0]", "ARRAY[nan(), 1e0]", "NULL", "ARRAY[0e0, NULL]"}},
	{"c_mvb", "map(varchar, bigint)", []string{"CAST(MAP(ARRAY['a', 'b'], ARRAY[1, 2]) AS map(varchar, bigint))", "CAST(MAP() AS map(varchar, bigint))", "NULL", "CAST(MAP(ARRAY['a'], ARRAY[NULL]) AS map(varchar, bigint))"}},
	{"c_row", "row(x bigint, y varchar)", []string{"CAST(ROW(1, 'a') AS row(x bigint, y varchar))", "CAST(ROW(NULL, 'b') AS row(x bigint, y varchar))", "NULL", "CAST(ROW(1, NULL) AS row(x bigint, y varchar))"}},
}

// poolRows is the number of rows of the relation over the pool; shorter columns begin again.
const poolRows = 12

// relation is a VALUES over some columns of the pool, behind the row's number.
func relation(columns []string) string {
	want := map[string]bool{}
	for _, c := range columns {
		want[c] = true
	}
	names := []string{"i"}
	rows := make([]string, poolRows)
	for r := range rows {
		rows[r] = fmt.Sprint(r)
	}
	for _, c := range pool {
		if !want[c.column] {
			continue
		}
		names = append(names, c.column)
		for r := range rows {
			v := c.values[r%len(c.values)]
			if v == "NULL" || r == 0 {
				v = "CAST(" + v + " AS " + c.typ + ")"
			}
			rows[r] += ", " + v
		}
	}
	return "(VALUES (" + strings.Join(rows, "), (") + ")) AS t(" + strings.Join(names, ", ") + ")"
}

// generator makes random expressions over the pool. What it makes may be wrong; the checker says.
type generator struct {
	r         *rand.Rand
	functions []*functions.Overload
	bank      map[string][]string // expressions made so far, by type
	kinds     []string            // the types in bank
}

func newGenerator(seed uint64) *generator {
	g := &generator{r: rand.New(rand.NewPCG(seed, 1)), bank: map[string][]string{}}
	names := append(translate.ScalarNames(), "coalesce", "if", "nullif", "try", "concat")
	for _, name := range names {
		switch name {
		case "random", "rand", "now", "typeof", "uuid":
			continue
		}
		g.functions = append(g.functions, functions.Builtin().Lookup(name)...)
	}
	for _, c := range pool {
		g.add(c.typ, c.column)
	}
	return g
}

func (g *generator) add(typ, expr string) {
	if t, err := types.Parse(typ); err == nil {
		typ = t.String()
	}
	if g.bank[typ] == nil {
		g.kinds = append(g.kinds, typ)
	}
	if len(g.bank[typ]) > 60 { // columns stay, the rest is renewed
		g.bank[typ][5+g.r.IntN(55)] = expr
		return
	}
	g.bank[typ] = append(g.bank[typ], expr)
}

func pick[T any](g *generator, list []T) T { return list[g.r.IntN(len(list))] }

// of gives an expression of a type, mostly a column or a value of the pool.
func (g *generator) of(typ string) string {
	if t, err := types.Parse(typ); err == nil {
		typ = t.String()
	}
	list := g.bank[typ]
	if len(list) == 0 {
		return "CAST(NULL AS " + typ + ")"
	}
	if g.r.IntN(3) == 0 {
		for _, c := range pool {
			if t, err := types.Parse(c.typ); err == nil && t.String() == typ && g.r.IntN(2) == 0 {
				if v := pick(g, c.values); v != "NULL" {
					return v
				}
			}
		}
	}
	if g.r.IntN(2) == 0 {
		return list[0]
	}
	return pick(g, list)
}

func (g *generator) any() string { return g.of(pick(g, g.kinds)) }

var (
	numeric  = []string{"tinyint", "smallint", "integer", "bigint", "real", "double", "decimal(5,2)", "decimal(18,4)", "decimal(38,10)", "decimal(38,0)"}
	textual  = []string{"varchar", "varchar", "varchar(5)", "char(4)"}
	temporal = []string{"date", "time(3)", "timestamp(0)", "timestamp(3)", "timestamp(6)", "timestamp(3) with time zone"}
	castable = []string{"boolean", "tinyint", "smallint", "integer", "bigint", "real", "double", "decimal(5,2)", "decimal(18,4)", "decimal(10,0)", "decimal(38,10)", "varchar", "varchar(3)", "char(4)",
		"char(2)", "date", "time(0)", "time(3)", "timestamp(0)", "timestamp(3)", "timestamp(6)", "timestamp(3) with time zone", "timestamp(0) with time zone", "time(3) with time zone", "varbinary", "json", "array(varchar)", "array(double)", "array(json)", "map(varchar, varchar)", "map(varchar, json)", "row(x integer, y varchar)"}
	zoneNames = []string{"'UTC'", "'America/New_York'", "'Europe/Berlin'", "'Asia/Kolkata'", "'+05:30'", "'-08:00'"}
)

// texts are arguments that must be of a certain form to mean anything, by function and position.
var texts = map[string]map[int][]string{
	"date_trunc": {0: units}, "date_add": {0: units}, "date_diff": {0: units},
	"date_format":     {1: {"'%Y-%m-%d %H:%i:%s'", "'%a %b %e %c %j'", "'%W %M %y %T %r'", "'%f %k %l %I %h %p'", "'%x-%v %%'", "'%d/%m'"}},
	"date_parse":      {0: {"'2024-02-29 10:11:12'", "'2024-2-9'", "'x'", "c_vc"}, 1: {"'%Y-%m-%d %H:%i:%s'", "'%Y-%m-%d'", "'%Y-%c-%e'"}},
	"format_datetime": {1: {"'yyyy-MM-dd HH:mm:ss.SSS'", "'EEE, d MMM yy'", "'hh:mm a'", "'xxxx-ww e'", "'yyyy DDD'", "'EEEE MMMM'", "'Z ZZ'", "'G C k K'", "'y M d H m s S'", "'''T''H'"}},
	"parse_datetime":  {0: {"'2024-02-29 10:11'", "'2024-2-9'", "'x'"}, 1: {"'yyyy-MM-dd HH:mm'", "'yyyy-MM-dd'"}},
	"regexp_like":     {1: regexes}, "regexp_extract": {1: regexes}, "regexp_extract_all": {1: regexes}, "regexp_count": {1: regexes}, "regexp_position": {1: regexes},
	"regexp_split": {1: regexes}, "regexp_replace": {1: regexes, 2: {"'<$0>'", "''", "'$1-'", "'\\$x'", "'$2'", "c_vc2", "x -> concat(x[1], '!')", "x -> upper(x[1])"}},
	"json_extract": {0: {"c_jt", "c_json"}, 1: jsonPaths}, "json_extract_scalar": {0: {"c_jt", "c_json"}, 1: jsonPaths}, "json_size": {0: {"c_jt", "c_json"}, 1: jsonPaths},
	"json_parse": {0: {"c_jt", "c_vc"}}, "json_array_length": {0: {"c_jt", "c_json"}}, "json_array_get": {0: {"c_jt"}}, "json_array_contains": {0: {"c_jt", "c_json"}}, "is_json_scalar": {0: {"c_jt", "c_json"}},
	"with_timezone": {1: zoneNames}, "at_timezone": {1: zoneNames}, "from_unixtime": {1: zoneNames},
	"format":                 {0: {"'%s'", "'%d'", "'%5d|%-5d'", "'%,d'", "'%.2f'", "'%05d'", "'%s %s'", "'%10s|'"}},
	"from_iso8601_timestamp": {0: {"'2024-02-29T10:11:12.123+02:00'", "'2024-02-29'", "'2024-W01-1T00:00Z'", "'2024-060T23:59'", "'x'", "'2024-03-10T02:30:00'"}},
	"from_iso8601_date":      {0: {"'2024-02-29'", "'2024-W53-1'", "'2020-W53-7'", "'2023-02-29'", "'2024-060'", "'2024-02'", "'x'"}},
	"url_extract_host":       {0: urls}, "url_extract_path": {0: urls}, "url_extract_query": {0: urls}, "url_extract_port": {0: urls}, "url_extract_protocol": {0: urls}, "url_extract_fragment": {0: urls},
	"url_extract_parameter": {0: urls, 1: {"'k'", "'q'"}}, "url_decode": {0: {"'a%20b+c'", "'%'", "'%zz'", "'%C3%A9'", "c_vc"}},
	"split_to_map": {0: {"'a=1,b=2'", "'a=1,a=2'", "'a'", "''", "'a=1,'"}, 1: {"','", "''"}, 2: {"'='", "','"}},
	"from_base64":  {0: {"'YWJj'", "'YQ=='", "'YQ'", "'!'", "''", "c_vc"}}, "from_base64url": {0: {"'_-8='", "'YQ'", "'+'"}}, "from_hex": {0: {"'00ff'", "'0'", "'zz'", "''", "c_vc"}},
	"from_base": {0: {"'ff'", "'-10'", "'zz'", "'9223372036854775808'", "''", "c_vc"}, 1: {"16", "10", "36", "2", "1", "c_int"}}, "to_base": {1: {"16", "2", "36", "10", "37"}},
	"sequence": {0: {"1", "c_int", "c_big", "DATE '2024-01-31'"}, 1: {"5", "-3", "c_int", "DATE '2024-04-30'"}, 2: {"2", "-1", "INTERVAL '1' MONTH", "INTERVAL '7' DAY", "0"}},
	"repeat":   {1: {"0", "3", "-1"}}, "lpad": {1: {"0", "5", "2", "12"}}, "rpad": {1: {"0", "5", "2", "12"}}, "ngrams": {1: {"1", "2", "0"}}, "combinations": {1: {"1", "2", "0", "3"}},
	"round": {1: {"0", "1", "2", "-1", "-2", "3"}}, "truncate": {1: {"0", "1", "2", "3"}}, "bit_count": {1: {"64", "8", "2"}}, "chr": {0: {"65", "233", "128512", "0", "-1"}},
	"width_bucket": {1: {"ARRAY[1e0, 2e0, 10e0]", "ARRAY[0e0]"}}, "substr": {1: small, 2: small}, "substring": {1: small, 2: small}, "slice": {1: small, 2: small}, "split_part": {1: {"','", "'b'", "''", "c_vc2"}, 2: small}, "split": {1: {"','", "'b'", "''", "c_vc2"}, 2: small},
	"trim_array": {1: {"0", "1", "2"}}, "power": {1: {"2e0", "0.5e0", "-1e0", "c_dbl"}}, "concat_ws": {0: {"','", "c_vc2"}}, "array_join": {1: {"','", "''"}, 2: {"'-'"}}, "element_at": {1: {"1", "-1", "2", "0", "'a'", "5"}},
	"position": {}, "hamming_distance": {0: {"'abc'", "'é'"}, 1: {"'abd'", "'e'", "'ab'"}}, "soundex": {0: {"'Robert'", "'Pfister'", "'Honeyman'", "'Ashcroft'", "'a1'", "''", "'Lloyd'", "'van Dam'"}}, "luhn_check": {0: {"'79927398713'", "'1'", "''", "'a'"}},
	"strpos": {2: {"1", "2", "-1", "0"}}, "translate": {1: {"'ab'", "'é'", "''"}, 2: {"'x'", "''", "'xyz'"}}, "human_readable_seconds": {0: {"c_big", "0", "3661.5e0", "1e9"}}, "format_number": {0: {"c_big", "c_int", "999", "1234", "123456", "99999999"}},
}

var (
	small     = []string{"1", "2", "0", "-1", "-2", "3", "c_int", "7"}
	units     = []string{"'day'", "'month'", "'year'", "'quarter'", "'week'", "'hour'", "'minute'", "'second'", "'millisecond'"}
	regexes   = []string{"'a'", "'\\d+'", "'(\\d)([a-z])?'", "'[a-c]+'", "'^.'", "'.$'", "'\\s*'", "'(?i)ABC'", "'b|c'", "'(a|b)+'", "'\\bb'", "'x*'", "''", "'(?<n>\\w)\\w'", "'[^,;]+'", "'a{1,2}?'", "'(?=b)'", "'\\W'", "'(.)\\1'", "'é|ß'", "'.'", "'('", "'\\p{L}+'", "'a(?!b)'"}
	jsonPaths = []string{"'$'", "'$.a'", "'$.b[1]'", "'$[0]'", "'$.a.b'", "'$[\"a\"]'", "'$[3]'", "'$.b'", "'a'", "'$..a'", "'$.'"}
	urls      = []string{"'http://example.com:8080/p/a?k=1&q=a+b#f'", "'https://a.b/'", "'/x?k'", "'not a url'", "''", "'http://x.y?q=1&k=&k=2'"}
	lambdas1  = []string{"x -> x", "x -> x IS NULL", "x -> x > 1", "x -> x + 1", "x -> length(x)", "x -> x = 'a'", "x -> NULL"}
	lambdas2  = []string{"(x, y) -> x", "(x, y) -> y", "(x, y) -> x + y", "(x, y) -> coalesce(x, y)", "(k, v) -> v > 1", "(k, v) -> k = 'a'", "(k, v) -> v + 1", "(s, x) -> s + x"}
)

// argument makes one for a parameter as SHOW FUNCTIONS writes it.
func (g *generator) argument(name string, i int, param, bound string) string {
	if special := texts[name][i]; special != nil && g.r.IntN(10) > 0 {
		return pick(g, special)
	}
	switch {
	case strings.HasPrefix(param, "function("):
		if strings.Count(param, ",") >= 2 {
			return pick(g, lambdas2)
		}
		return pick(g, lambdas1)
	case strings.HasPrefix(param, "array("):
		return g.of(pick(g, []string{"array(bigint)", "array(varchar)", "array(double)"}))
	case strings.HasPrefix(param, "map("):
		return g.of("map(varchar, bigint)")
	case strings.HasPrefix(param, "varchar"), strings.HasPrefix(param, "char"):
		return g.of(pick(g, textual))
	case strings.HasPrefix(param, "decimal"):
		return g.of(pick(g, numeric[6:]))
	case strings.HasSuffix(param, "with time zone"):
		return g.of("timestamp(3) with time zone")
	case strings.HasPrefix(param, "timestamp"):
		return g.of(pick(g, temporal[2:5]))
	case strings.HasPrefix(param, "time"):
		return g.of("time(3)")
	case len(param) <= 2 && strings.ToUpper(param) == param: // a type variable: the same for all
		return g.of(bound)
	case g.bank[param] != nil:
		return g.of(param)
	}
	return g.any()
}

// candidate makes an expression.
func (g *generator) candidate() string {
	n := func() string { return g.of(pick(g, numeric)) }
	s := func() string { return g.of(pick(g, textual)) }
	d := func() string { return g.of(pick(g, temporal)) }
	bound := pick(g, g.kinds)
	a := func() string { return g.of(bound) }
	switch g.r.IntN(26) {
	case 0, 1:
		return "(" + n() + " " + pick(g, []string{"+", "-", "*", "/", "%"}) + " " + n() + ")"
	case 2:
		return "(" + pick(g, []func() string{n, s, d, a})() + " " + pick(g, []string{"=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"}) + " " + a() + ")"
	case 3:
		return "(" + a() + " " + pick(g, []string{"=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"}) + " " + a() + ")"
	case 4, 5, 6:
		word := "CAST"
		if g.r.IntN(4) == 0 {
			word = "TRY_CAST"
		}
		return word + "(" + g.any() + " AS " + pick(g, castable) + ")"
	case 7:
		return "(" + d() + " " + pick(g, []string{"+", "-"}) + " " + g.of(pick(g, []string{"interval day to second", "interval year to month"})) + ")"
	case 8:
		x := d()
		return "(" + x + " - " + x + ")"
	case 9:
		return "CASE WHEN " + g.of("boolean") + " THEN " + a() + " ELSE " + a() + " END"
	case 10:
		return "(" + a() + pick(g, []string{" IN (", " NOT IN ("}) + a() + ", " + a() + "))"
	case 11:
		return "(" + a() + pick(g, []string{" BETWEEN ", " NOT BETWEEN "}) + a() + " AND " + a() + ")"
	case 12:
		return "(" + s() + pick(g, []string{" LIKE ", " NOT LIKE "}) + pick(g, []string{"'a%'", "'%b_'", "'_'", "'%'", "''", "c_vc2", "'a!%' ESCAPE '!'"}) + ")"
	case 13:
		return "EXTRACT(" + pick(g, []string{"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DOW", "DOY", "YOW", "HOUR", "MINUTE", "SECOND", "TIMEZONE_HOUR", "TIMEZONE_MINUTE"}) + " FROM " + pick(g, []func() string{d, d, func() string { return g.of("interval day to second") }})() + ")"
	case 14:
		return "(" + g.of(pick(g, temporal[2:])) + " AT TIME ZONE " + pick(g, zoneNames) + ")"
	case 15:
		return "(" + g.of("boolean") + pick(g, []string{" AND ", " OR "}) + g.of("boolean") + ")"
	case 16:
		return "(-" + n() + ")"
	case 17:
		return pick(g, []string{
			"json_value(" + g.of("varchar") + ", 'lax $.a' RETURNING " + pick(g, []string{"varchar", "bigint", "double", "decimal(10,2)", "boolean"}) + ")",
			"json_value(c_jt, '" + pick(g, []string{"lax $.a", "strict $.a", "lax $[0]", "lax $.b[last]", "lax $.b[*] ? (@ > 1)", "lax $.size()", "lax $.a + 1"}) + "' RETURNING " + pick(g, []string{"varchar", "bigint", "double", "decimal(10,2)", "boolean"}) + ")",
			"json_query(c_jt, '" + pick(g, []string{"lax $", "strict $.b", "lax $.b[*]", "lax $.b ? (@ == 2)", "lax $[0 to 1]", "lax $.b[0, 1] * 2", "lax $.*", "lax $.a.type()"}) + "'" + pick(g, []string{"", " WITH WRAPPER", " WITH CONDITIONAL WRAPPER", " EMPTY ARRAY ON EMPTY", " OMIT QUOTES"}) + ")",
			"json_exists(c_jt, '" + pick(g, []string{"lax $.a", "strict $.a", "lax $ ? (exists(@.b))", "lax $.b ? (@ starts with \"x\")"}) + "')",
			"json_array(" + g.any() + ", " + n() + " NULL ON NULL)", "json_object('k': " + g.any() + ", 'a': " + s() + ")",
			"CAST(CAST(" + g.any() + " AS json) AS varchar)", "json_format(CAST(" + g.any() + " AS json))",
		})
	case 18:
		return pick(g, []string{"ARRAY[" + a() + ", " + a() + "]", "ROW(" + n() + ", " + s() + ")", g.of("array(bigint)") + "[" + pick(g, small) + "]", "c_mvb['a']", "c_row.x", "(" + s() + " || " + s() + ")", g.of("array(bigint)") + " || " + g.of("array(bigint)")})
	}
	f := pick(g, g.functions)
	params := splitParams(f.ArgTypes)
	if len(params) > 0 && strings.HasPrefix(f.ArgTypes, "[") { // a variable number
		params = nil
		for range 1 + g.r.IntN(3) {
			params = append(params, "T")
		}
	}
	args := make([]string, len(params))
	for i, p := range params {
		args[i] = g.argument(f.Name, i, p, bound)
	}
	if f.Name == "reduce" {
		args = []string{g.of("array(bigint)"), "BIGINT '0'", "(s, x) -> s + coalesce(x, 0)", "s -> s"}
	}
	return f.Name + "(" + strings.Join(args, ", ") + ")"
}

// splitParams splits a list of types at its own commas.
func splitParams(list string) (out []string) {
	depth, start := 0, 0
	for i, c := range list + "," {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			if p := strings.TrimSpace(list[start:i]); p != "" {
				out = append(out, p)
			}
			start = i + 1
		}
	}
	return out
}

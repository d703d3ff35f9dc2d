package functions

// What SHOW FUNCTIONS does not say about a signature stands here. Each entry was read off a running
// Trino 483.

// variadics are the signatures whose last parameter may be given any number of times.
var variadics = map[string]bool{
	"concat(array(E))":            true,
	"concat(varbinary)":           true,
	"concat(varchar)":             true,
	"concat_ws(varchar, varchar)": true,
	"greatest(E)":                 true,
	"least(E)":                    true,
	"map_concat(map(K,V))":        true,
}

// hidden functions exist and are not listed.
var hidden = []struct {
	name, args, result string
	kind               Kind
}{
	{"fail", "varchar", "unknown", Scalar},
	{"fail", "integer, varchar", "unknown", Scalar},
	{"fail", "json", "unknown", Scalar},
	{"$internal$max_data_size_for_stats", "T", "bigint", Aggregate},
	{"$internal$sum_data_size_for_stats", "T", "bigint", Aggregate},
}

// constraint is what a type variable demands of its type.
type constraint uint8

const (
	anything constraint = iota
	mustCompare
	mustOrder
)

// constraints by function name, for all its type variables or for one ("max_by:K").
var constraints = map[string]constraint{
	"approx_distinct":       mustCompare,
	"array_distinct":        mustCompare,
	"array_except":          mustCompare,
	"array_histogram":       mustCompare,
	"array_intersect":       mustCompare,
	"array_max":             mustOrder,
	"array_min":             mustOrder,
	"array_position":        mustCompare,
	"array_remove":          mustCompare,
	"array_sort:E":          mustOrder,
	"array_union":           mustCompare,
	"arrays_overlap":        mustCompare,
	"checksum":              mustCompare,
	"contains":              mustCompare,
	"contains_sequence":     mustCompare,
	"greatest":              mustOrder,
	"histogram":             mustCompare,
	"least":                 mustOrder,
	"make_set_digest":       mustCompare,
	"map:K":                 mustCompare,
	"map_agg:K":             mustCompare,
	"map_from_entries:K":    mustCompare,
	"map_union:K":           mustCompare,
	"max":                   mustOrder,
	"max_by:K":              mustOrder,
	"min":                   mustOrder,
	"min_by:K":              mustOrder,
	"multimap_agg:K":        mustCompare,
	"multimap_from_entries": anything,
	"transform_keys:K2":     mustCompare,
}

const maxVarchar = 1<<31 - 1

// capped is n as a length, at most what a varchar can hold.
func capped(n int64) int32 { return int32(min(n, maxVarchar)) }

// formulas compute the length variables that only the result has. The slice holds the variables in
// the order in which the signature names them, those of the arguments first.
var formulas = map[string]func(v []int32){
	"ceil(decimal(p,s))":           wholeDigits,
	"ceiling(decimal(p,s))":        wholeDigits,
	"floor(decimal(p,s))":          wholeDigits,
	"round(decimal(p,s))":          func(v []int32) { wholeDigits(v); v[3] = 0 },
	"round(decimal(p,s), integer)": func(v []int32) { v[2] = min(38, v[0]+1) },
	"truncate(decimal(p,s))":       func(v []int32) { v[2] = max(1, v[0]-v[1]) },
	"mod(decimal(a_precision,a_scale), decimal(b_precision,b_scale))": func(v []int32) {
		scale := max(v[1], v[3])
		v[4], v[5] = max(1, min(v[0]-v[1], v[2]-v[3])+scale), scale
	},
	"concat(char(x), char(y))": func(v []int32) { v[2] = min(65536, v[0]+v[1]) },
	"replace(varchar(x), varchar(y), varchar(z))": func(v []int32) {
		v[3] = capped(int64(v[0]) + int64(v[2])*(int64(v[0])+1))
	},
	"regexp_replace(varchar(x), joniregexp, varchar(y))": func(v []int32) {
		x, y := int64(v[0]), int64(v[1])
		if each := max(x*y/2, y); each > maxVarchar { // the product could pass 64 bits
			v[2] = maxVarchar
		} else {
			v[2] = capped(x + each*(x+1))
		}
	},
	"url_encode(varchar(x))":                  func(v []int32) { v[1] = capped(int64(v[0]) * 12) },
	"render(varchar(x), color)":               func(v []int32) { v[1] = capped(int64(v[0]) + 15) },
	"to_iso8601(timestamp(p))":                func(v []int32) { v[1] = iso8601(v[0], 22) },
	"to_iso8601(timestamp(p) with time zone)": func(v []int32) { v[1] = iso8601(v[0], 28) },
}

// wholeDigits: rounding a fraction up may need one digit more than the whole part had.
func wholeDigits(v []int32) { v[2] = min(38, v[0]-v[1]+min(v[1], 1)) }

// iso8601 is the length of a timestamp with p digits after the second; the point takes one more.
func iso8601(p, whole int32) int32 {
	if p == 0 {
		return whole
	}
	return whole + 1 + p
}

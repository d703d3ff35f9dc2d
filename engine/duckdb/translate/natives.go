package translate

import (
	"github.com/limn-data/limn/trino/types"
)

// Rules of functions that are written in Go (engine/duckdb/native), where more than the name is needed.

// ofText is a function of a text whose overload over varbinary is not known here.
func ofText(name string) func(*printer, *callArgs) string {
	return func(p *printer, c *callArgs) string {
		if c.types[0].Kind() != types.Varchar {
			return p.refuse(c.name+" of "+c.types[0].String(), c.call.At, "")
		}
		return call(name, c.args[0])
	}
}

func splitToMap(p *printer, c *callArgs) string {
	if len(c.args) != 3 {
		return p.refuse("split_to_map of this form", c.call.At, "")
	}
	return p.let([]string{call("split_entries", c.args...)}, func(v []string) string {
		return "CASE WHEN " + v[0] + " IS NOT NULL THEN map(list_slice(" + v[0] + ", 1, len(" + v[0] + "), 2), list_slice(" + v[0] + ", 2, len(" + v[0] + "), 2)) END"
	})
}

func formatNumber(p *printer, c *callArgs) string {
	if c.types[0].Kind() != types.Bigint {
		return p.refuse("format_number of "+c.types[0].String(), c.call.At, "")
	}
	return call("format_number", c.args[0])
}

// shift moves bits within the width of the type.
func shift(name string) func(*printer, *callArgs) string {
	return func(p *printer, c *callArgs) string {
		width := map[types.Kind]string{types.Tinyint: "8", types.Smallint: "16", types.Integer: "32", types.Bigint: "64"}[c.result.Kind()]
		if width == "" {
			return p.refuse(c.name+" of "+c.result.String(), c.call.At, "")
		}
		return "CAST(" + call(name, "CAST("+c.args[0]+" AS BIGINT)", "CAST("+c.args[1]+" AS BIGINT)", width) + " AS " + p.duck(c.result, c.call.At) + ")"
	}
}

// combinations are found by place, so that elements of any type can be combined.
func combinations(p *printer, c *callArgs) string {
	return p.let(c.args[:1], func(v []string) string {
		return p.inLambda(func(set string) string {
			return p.inLambda(func(i string) string {
				places := call("combinations", "CAST(len("+v[0]+") AS BIGINT)", "CAST("+c.args[1]+" AS BIGINT)")
				return "list_transform(" + places + ", lambda " + set + ": list_transform(" + set + ", lambda " + i + ": list_extract(" + v[0] + ", " + i + ")))"
			})
		})
	})
}

// widthBucket over an array counts the bounds that are not above the value; over a range it is an
// arithmetic of doubles.
func widthBucket(p *printer, c *callArgs) string {
	if len(c.args) != 2 {
		return p.refuse("width_bucket over a range", c.call.At, "give the bounds as an array")
	}
	fail := func(message string) string {
		return p.raise("INVALID_FUNCTION_ARGUMENT", message, c.result, c.call.At)
	}
	return p.let(c.args, func(v []string) string {
		return "CASE WHEN " + v[0] + " IS NULL OR " + v[1] + " IS NULL THEN NULL WHEN len(" + v[1] + ") = 0 THEN " + fail("Bins cannot be an empty array") +
			" WHEN isnan(" + v[0] + ") THEN " + fail("Operand cannot be NaN") +
			" WHEN len(list_filter(" + v[1] + ", lambda _e: _e IS NULL OR NOT isfinite(_e))) > 0 OR list_sort(" + v[1] + ") IS DISTINCT FROM " + v[1] + " THEN " +
			p.raise("NOT_SUPPORTED", "The embedded engine knows only finite bins in order", c.result, c.call.At) +
			" ELSE len(list_filter(" + v[1] + ", lambda _e: _e <= " + v[0] + ")) END"
	})
}

// withinOne is asin and acos, which are no number outside of -1 to 1.
func withinOne(fn string) func(*printer, *callArgs) string {
	return func(p *printer, c *callArgs) string {
		return p.let(c.args, func(v []string) string {
			return "CASE WHEN abs(" + v[0] + ") > 1 THEN CAST('nan' AS DOUBLE) ELSE " + fn + "(" + v[0] + ") END"
		})
	}
}

// ofFinite is a function that is no number of what is infinite; DuckDB fails.
func ofFinite(fn string) func(*printer, *callArgs) string {
	return func(p *printer, c *callArgs) string {
		return p.let(c.args, func(v []string) string {
			return "CASE WHEN isinf(" + v[0] + ") THEN CAST('nan' AS DOUBLE) ELSE " + fn + "(" + v[0] + ") END"
		})
	}
}

// powerOf is no number where the exponent is none, or where ±1 is raised to infinity; C has 1 there.
func powerOf(p *printer, c *callArgs) string {
	if !p.mayBeNaN(c.call.Args[1].Value) {
		return "pow(" + c.args[0] + ", " + c.args[1] + ")"
	}
	return p.let(c.args, func(v []string) string {
		return "CASE WHEN " + v[0] + " IS NOT NULL AND (isnan(" + v[1] + ") OR isinf(" + v[1] + ") AND abs(" + v[0] + ") = 1) THEN CAST('nan' AS DOUBLE) ELSE pow(" + v[0] + ", " + v[1] + ") END"
	})
}

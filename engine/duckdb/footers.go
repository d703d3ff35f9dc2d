package duckdb

import (
	"context"
	"fmt"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/internal/decimal"
)

// Footers reads from the footers of a table's Parquet files, and from nothing else, how many bytes the
// columns take and how many rows there are in the row groups that may hold a value within every bound. A row
// group without statistics may. ok is false for files of another format.
func (e *Engine) Footers(ctx context.Context, a *catalog.Asset, columns []string, bounds []catalog.Bound) (bytes, rows int64, ok bool, err error) {
	if a.Source.Format != "parquet" || len(a.Source.Files) == 0 {
		return 0, 0, false, nil
	}
	list := func(names []string) string {
		quoted := []string{"''"} // a list must not be empty
		for _, n := range names {
			quoted = append(quoted, Literal(strings.ToLower(n)))
		}
		return strings.Join(quoted, ", ")
	}
	var out []string // conditions of a chunk that rules its row group out
	for _, b := range bounds {
		typ := map[string]string{"date": "DATE", "bigint": "HUGEINT"}[b.Type]
		if typ == "" {
			return 0, 0, false, fmt.Errorf("duckdb: a bound of type %s is not understood", b.Type)
		}
		value := func(text string) string { return "CAST(" + Literal(text) + " AS " + typ + ")" }
		column := "lower(c) = " + Literal(strings.ToLower(b.Column)) + " AND "
		if b.Low != "" {
			out = append(out, column+"TRY_CAST(hi AS "+typ+") < "+value(b.Low))
		}
		if b.High != "" {
			out = append(out, column+"TRY_CAST(lo AS "+typ+") > "+value(b.High))
		}
	}
	where := ""
	if len(out) > 0 {
		where = " WHERE (f, g) NOT IN (SELECT (f, g) FROM m WHERE (" + strings.Join(out, ") OR (") + "))"
	}
	sql := "WITH m AS (SELECT file_name AS f, row_group_id AS g, path_in_schema AS c, total_compressed_size AS n, row_group_num_rows AS r, stats_min_value AS lo, stats_max_value AS hi FROM parquet_metadata(" + fileList(a) + ")), " +
		"k AS (SELECT * FROM m" + where + ") " +
		"SELECT CAST(coalesce((SELECT sum(n) FROM k WHERE lower(split_part(c, ', ', 1)) IN (" + list(columns) + ")), 0) AS BIGINT), " +
		"CAST(coalesce((SELECT sum(r) FROM (SELECT DISTINCT f, g, r FROM k)), 0) AS BIGINT)"
	set, err := e.run(ctx, request{SQL: sql, MaxRows: 1})
	if err != nil {
		return 0, 0, false, fileError(a, err)
	}
	return whole(set.Rows[0][0]), whole(set.Rows[0][1]), true, nil
}

// whole is a count as the worker sends it.
func whole(v any) int64 {
	switch v := v.(type) {
	case int64:
		return v
	case decimal.Decimal:
		return v.Unscaled().Int64()
	}
	return 0
}

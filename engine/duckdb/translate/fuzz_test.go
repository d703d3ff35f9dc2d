package translate_test

import (
	"errors"
	"testing"

	"github.com/limn-data/limn/engine/duckdb/translate"
	"github.com/limn-data/limn/internal/cost"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/parse"
)

// FuzzQuery: whatever the checker accepts is translated into text that DuckDB takes, or refused; and
// it never panics.
func FuzzQuery(f *testing.F) {
	for _, q := range []string{
		"SELECT customer, sum(amount) / count(*) FROM orders GROUP BY 1 HAVING avg(amount) > 2 ORDER BY 2 DESC LIMIT 3",
		"SELECT CASE items WHEN 1 THEN 'a' ELSE CAST(amount AS varchar) END, lag(day) OVER (PARTITION BY customer ORDER BY id) FROM orders",
		"SELECT * FROM customers c CROSS JOIN UNNEST(tags) WITH ORDINALITY AS t(a, b) WHERE c.customer LIKE 'a%' ESCAPE '!'",
		"WITH x AS (SELECT day + INTERVAL '1' MONTH AS m FROM orders) SELECT date_trunc('week', m) FROM x UNION SELECT DATE '2024-01-01'",
		"SELECT (id, items) IN (SELECT 1, 2), id = ANY (SELECT 1), score BETWEEN 1e0 AND nan() FROM orders WHERE EXISTS (SELECT 1)",
		"SELECT transform(ARRAY[1, 2], x -> x / 2), TRY(1 / id), approx_percentile(score, 0.5) OVER () FROM orders",
		"SELECT grouping(code), max(at AT TIME ZONE 'UTC') FROM orders GROUP BY ROLLUP (code)",
		"SELECT json_value(customer, 'lax $.a[*] ? (@ > 1)' RETURNING bigint DEFAULT 0 ON EMPTY), TRY(json_parse(customer)), json_array(id, customer) FROM orders",
		"SELECT regexp_replace(customer, '(a)(?=b)', x -> upper(x[1])), TRY_CAST(customer AS double) FROM orders",
		"SELECT seen AT TIME ZONE 'Europe/Berlin', date_trunc('month', seen AT TIME ZONE '+05:30') FROM orders ORDER BY score NULLS FIRST",
		"SELECT ARRAY[id] = ARRAY[items], ROW(id, NULL) IN (ROW(1, 2)), MAP(ARRAY['a'], ARRAY[id]) = MAP() FROM orders",
	} {
		f.Add(q)
	}
	e := openShop(f)
	f.Fuzz(func(t *testing.T, query string) {
		stmt, err := parse.Statement(query)
		if err != nil {
			t.Skip()
		}
		q, ok := stmt.(*ast.Query)
		if !ok {
			t.Skip()
		}
		info, problems := check.Check(q, e.catalog, check.Session{Catalog: "shop", Schema: "tiny"})
		if len(problems) > 0 {
			t.Skip()
		}
		var sql string
		cost.Bounded(t, "translating", func() { sql, err = translate.Query(q, info, translate.Options{Now: clock}) })
		var refused *translate.Unsupported
		if err != nil {
			if !errors.As(err, &refused) {
				t.Fatal(err)
			}
			return
		}
		// DuckDB reads and binds it; the run itself may fail as it does in Trino.
		if _, err := e.conn.ExecContext(t.Context(), "EXPLAIN "+sql); err != nil && translate.Error(err).Code == "GENERIC_INTERNAL_ERROR" {
			t.Fatalf("%s\n%s\n%v", query, sql, err)
		}
	})
}

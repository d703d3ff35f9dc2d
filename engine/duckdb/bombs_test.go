package duckdb

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/parse"
)

// Small statements of Trino that would make gigabytes or go on for ages. Each ends in its time with an
// error or, where a cap made it harmless, with a row; the process that asks lives, and the next question
// is answered.
func TestBombsEndInTheWorker(t *testing.T) {
	doubled := "WITH t0 AS (SELECT lpad('x', 4000000, 'ab') AS s)"
	last := "t0"
	for i := 1; i <= 12; i++ {
		name := "t" + string(rune('a'+i))
		doubled += ", " + name + " AS (SELECT s || s AS s FROM " + last + ")"
		last = name
	}
	e := setup(t, Config{Workers: 1, Timeout: 3 * time.Second, Memory: 600 << 20})
	for _, c := range []struct{ name, sql string }{
		{"a text doubled twelve times", doubled + " SELECT length(s) FROM " + last},
		{"a list of long texts", "SELECT length(array_join(repeat(lpad('x', 4000000, 'y'), 10000), ''))"},
		{"loops in loops", "SELECT reduce(transform(sequence(1, 10000), x -> reduce(transform(sequence(1, 10000), y -> reduce(transform(sequence(1, 10000), z -> x + y + z), BIGINT '0', (s, v) -> s + v, s -> s)), BIGINT '0', (s, v) -> s + v, s -> s)), BIGINT '0', (s, v) -> s + v, s -> s)"},
		{"a pattern that backtracks", "SELECT regexp_like(lpad('', 40, 'a') || 'b', '(a+)+$')"},
		{"a pattern over a long text", "SELECT regexp_count(lpad('', 4000000, 'ab'), '(?=(a|b)*c)')"},
		{"replacements that grow", "SELECT length(regexp_replace(lpad('', 4000000, 'a'), 'a|', lpad('', 4000000, 'b')))"},
		{"replace that grows", "SELECT length(replace(lpad('', 4000000, 'a'), '', lpad('', 4000000, 'b')))"},
		{"a text padded too far", "SELECT lpad('x', 2000000000, 'y')"},
		{"deep JSON", "SELECT json_parse(lpad('', 4000000, '['))"},
		{"a cross product", "SELECT count(*) FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 10000)) b(y), UNNEST(sequence(1, 10000)) c(z) WHERE x * y = z + 1"},
		{"rows without end", "SELECT array_agg(lpad('x', 100000, 'y') || CAST(x * y AS varchar)) FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 10000)) b(y)"},
		{"a format without end", "SELECT format_datetime(TIMESTAMP '2024-01-01 00:00:00 UTC', lpad('', 4000000, 'y'))"},
		{"combinations", "SELECT cardinality(combinations(sequence(1, 10000), 5))"},
	} {
		t.Run(c.name, func(t *testing.T) {
			stmt, err := parse.Statement(c.sql)
			if err != nil {
				t.Fatal(err)
			}
			q := stmt.(*ast.Query)
			info, problems := check.Check(q, check.Tables(), check.Session{})
			if len(problems) > 0 {
				t.Fatal(problems[0].Message)
			}
			start := time.Now()
			set, err := e.Run(t.Context(), Statement{Query: q, Info: info, Now: start, MaxRows: 10})
			var failed *Error
			if err != nil && !errors.As(err, &failed) {
				t.Errorf("broke: %v", err)
			}
			if took := time.Since(start); took > 6*time.Second {
				t.Errorf("took %s: %v", took, err)
			}
			if err == nil && strings.Contains(c.name, "without end") {
				t.Errorf("gave %v", set.Rows)
			}
			if set, err := e.run(t.Context(), request{SQL: "SELECT 42", MaxRows: 1}); err != nil || set.Rows[0][0] != int64(42) {
				t.Errorf("the next question: %v", err)
			}
			t.Logf("%s: %v", time.Since(start).Round(time.Millisecond), err)
		})
	}
}

package lineage_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/limn-data/limn/internal/cost"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/format"
	"github.com/limn-data/limn/trino/lineage"
	"github.com/limn-data/limn/trino/parse"
)

// hostile is input made to hurt, up to a megabyte.
func hostile() map[string]string {
	list := func(n int, form, sep string) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = strings.ReplaceAll(form, "#", fmt.Sprint(i))
		}
		return strings.Join(parts, sep)
	}
	deep := 10_000
	return map[string]string{
		"unclosed string":           "SELECT 'abc FROM orders",
		"unclosed comment":          "SELECT 1 /* FROM orders",
		"unclosed name":             `SELECT "id FROM orders`,
		"unclosed string of a MB":   "SELECT '" + strings.Repeat("x", 1<<20-16),
		"invalid UTF-8":             "SELECT '\xff\xfe' FROM orders",
		"NUL":                       "SELECT 1\x00 FROM orders",
		"NUL in a string":           "SELECT 'a\x00b' FROM orders",
		"a string of a MB":          "SELECT '" + strings.Repeat("x", 1<<20-16) + "'",
		"a comment of a MB":         "SELECT 1 /*" + strings.Repeat("x", 1<<20-16) + "*/",
		"quotes of a MB":            "SELECT '" + strings.Repeat("''", 1<<19-16) + "'",
		"parentheses":               "SELECT " + strings.Repeat("(", deep) + "1" + strings.Repeat(")", deep),
		"subqueries":                strings.Repeat("SELECT * FROM (", deep) + "SELECT 1" + strings.Repeat(")", deep),
		"explains":                  strings.Repeat("EXPLAIN ", deep) + "SELECT 1",
		"prepares":                  strings.Repeat("PREPARE p FROM ", deep) + "SELECT 1",
		"blocks":                    "CREATE FUNCTION f() RETURNS int " + strings.Repeat("BEGIN ", deep) + "RETURN 1; " + strings.Repeat("END; ", deep),
		"ifs":                       "CREATE FUNCTION f() RETURNS int BEGIN " + strings.Repeat("IF true THEN ", deep) + "RETURN 1;" + strings.Repeat(" END IF;", deep) + " RETURN 1; END",
		"joins in MERGE":            "MERGE INTO orders USING " + strings.Repeat("(", deep) + "orders" + strings.Repeat(")", deep) + " x ON true WHEN MATCHED THEN DELETE",
		"execute immediate in text": nestedText(12),
		"5000 columns":              "SELECT " + list(5000, "id + # AS c#", ", ") + " FROM orders",
		"5000 columns through *":    "SELECT * FROM (SELECT " + list(5000, "id AS c#", ", ") + " FROM orders)",
		"5000 columns stored":       "CREATE TABLE t AS SELECT " + list(5000, "id AS c#", ", ") + " FROM orders",
		"5000 columns declared":     "CREATE TABLE t (" + list(5000, "c# bigint", ", ") + ")",
		"5000 updates":              "UPDATE accounts SET " + list(5000, "name = 'x#'", ", "),
		"2000-arm CASE":             "SELECT CASE " + list(2000, "WHEN id = # THEN 'x#'", " ") + " END AS a FROM orders",
		"2000 cases of MERGE":       "MERGE INTO accounts a USING orders o ON a.id = o.id " + list(2000, "WHEN MATCHED AND o.id = # THEN UPDATE SET name = o.note", " "),
		"2000 functions":            "WITH " + list(2000, "FUNCTION f#(a bigint) RETURNS bigint RETURN a", ", ") + " SELECT f1999(1)",
		"2000 variables":            "CREATE FUNCTION f() RETURNS bigint BEGIN " + list(2000, "DECLARE v# bigint DEFAULT 1;", " ") + " SET v0 = " + list(2000, "v#", " + ") + "; RETURN v0; END",
		"2000 CTEs":                 "WITH c AS (SELECT 1 AS x), " + list(2000, "d# AS (SELECT * FROM c)", ", ") + " SELECT * FROM d1999",
		"10000 rows":                "INSERT INTO accounts (id, name) VALUES " + list(10_000, "(#, 'x')", ", "),
		"100000 IN items":           "DELETE FROM orders WHERE id IN (" + list(100_000, "#", ", ") + ")",
		"10000 terms":               "SELECT id FROM orders WHERE " + list(10_000, "id = #", " OR "),
		"a long sum":                "SELECT " + strings.Repeat("1 + ", 15_000) + "1 AS a",
		"homoglyphs":                "SELECT іd FROM оrders", // Cyrillic i and o
		"homoglyphs in quotes":      "SELECT \"іd\" FROM \"оrders\"",
		"zero width":                "SELECT i\u200bd FROM orders",
		"zero width in quotes":      "SELECT \"i\u200bd\" FROM orders",
		"right to left":             "SELECT \"\u202eid\" FROM orders",
		"grants":                    "GRANT " + list(20_000, "r#", ", ") + " TO u",
		"columns of an INSERT":      "INSERT INTO accounts (" + list(20_000, "c#", ", ") + ") SELECT 1",
		"path of a column":          "ALTER TABLE orders DROP COLUMN " + list(50_000, "c#", "."),
		"transaction modes":         "START TRANSACTION " + list(20_000, "READ ONLY", ", "),
		"semicolons":                strings.Repeat(";", 1<<20),
		"a MB of names":             "SELECT " + list(100_000, "region", ", ") + " FROM orders",
		"a MB of DESCRIBE":          "DESCRIBE " + list(150_000, "a#", "."),
	}
}

// nestedText is EXECUTE IMMEDIATE of itself, so deep: each level doubles the quotes.
func nestedText(n int) string {
	s := "SELECT 1"
	for range n {
		s = "EXECUTE IMMEDIATE '" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return s
}

// TestHostile: whatever comes in gets a placed error or an answer, in bounded time and space.
func TestHostile(t *testing.T) {
	cat := testCatalog(t)
	for name, sql := range hostile() {
		t.Run(name, func(t *testing.T) {
			var stmt ast.Statement
			var err error
			cost.Bounded(t, "parse", func() { stmt, err = parse.Statement(sql) })
			if err != nil {
				var pe *parse.Error
				if !errors.As(err, &pe) || pe.Line < 1 || pe.Column < 1 || pe.Message == "" {
					t.Errorf("error without a place: %v", err)
				}
				return
			}
			cost.Bounded(t, "format", func() { format.Statement(stmt) })
			var info *check.Info
			var problems []check.Problem
			cost.Bounded(t, "check", func() { info, problems = check.Check(stmt, cat, session) })
			for _, p := range problems {
				if p.Code == "" || p.Message == "" {
					t.Errorf("problem without sense: %+v", p)
				}
			}
			cost.Bounded(t, "lineage", func() { lineage.Statement(stmt, info) })
		})
	}
}

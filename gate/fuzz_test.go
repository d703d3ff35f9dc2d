package gate_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/gate"
	"github.com/limn-data/limn/gate/gatetest"
	"github.com/limn-data/limn/trino/ast"
)

// FuzzJudge wraps attempts and right reads so that they mean the same, one wrapping a byte of ops, and
// expects that an attempt stays one. With junk, which is put in at a place, nothing is known of the text any
// more but this: what passes reads visible tables only, each through its filter and masks.
func FuzzJudge(f *testing.F) {
	tries, right := attempts(f), reads(f)
	view := ann(f)
	for i := range len(tries) + len(right) {
		f.Add(uint16(i), []byte{byte(i), byte(i / 7), byte(i / 3)}, "", uint16(0))
	}
	for _, junk := range []string{";", "--", "/*", "*/", "'", `"`, "\r", "$", ")", "(", " OR true ", " UNION ALL TABLE lake.hr.pay ", ", lake.hr.pay ", "\u200b", "\x00", " ssn ", "system.runtime.queries", "lake.shop.orders"} {
		f.Add(uint16(len(tries)+3), []byte{1}, junk, uint16(9))
	}
	f.Fuzz(func(t *testing.T, n uint16, ops []byte, junk string, at uint16) {
		i := int(n) % (len(tries) + len(right))
		var sql string
		var codes []string
		if i < len(tries) {
			sql, codes = tries[i].SQL, tries[i].Codes
		} else {
			sql = right[i-len(tries)]
		}
		for _, op := range ops[:min(len(ops), 6)] {
			sql = wrap(sql, op)
		}
		if slices.Equal(codes, []string{"SYNTAX_ERROR"}) && len(ops) > 0 {
			codes = nil // what is no text of Trino's has no meaning that a wrapping could keep
		}
		if junk != "" {
			p := int(at) % (len(sql) + 1)
			sql, codes = sql[:p]+junk+sql[p:], nil
		}
		code, secured := door(t, sql, view)
		if code != "" {
			return
		}
		if codes != nil && !slices.Contains(codes, "contained") {
			t.Fatalf("%s:%d gets past, want %v, as\n%s", tries[i].File, tries[i].Line, codes, sql)
		}
		if leak := uncontained(secured); leak != "" {
			t.Fatalf("%s\n%s\n%s", leak, sql, secured.SQL)
		}
		if odd := unseen(secured, view); odd != "" {
			t.Fatalf("%s\n%s", odd, sql)
		}
	})
}

// unseen says what of a query that may run the asker may not name.
func unseen(s *gate.Secured, view *access.View) (odd string) {
	for _, use := range s.Info.Tables {
		name := use.Table.String()
		if view.Snapshot().Asset(name) == nil {
			odd = "reads " + name
		}
	}
	ast.Walk(s.Query, func(n ast.Node) bool {
		if f, ok := n.(*ast.TableFunction); ok {
			if last := strings.ToLower(f.Name.Parts[len(f.Name.Parts)-1].Name); last != "sequence" && last != "exclude_columns" {
				odd = "calls " + last
			}
		}
		return true
	})
	return odd
}

var isQuery = regexp.MustCompile(`(?is)^\s*(SELECT|TABLE|VALUES|WITH|\()`)

var fullName = regexp.MustCompile(`\b(?i:lake|pg|ops)\.[a-z]+\.[a-z]+\b`)

// wrap rewrites a statement into another that means the same, as far as rights and cost go.
func wrap(sql string, op byte) string {
	body := strings.TrimSuffix(strings.TrimRight(sql, " \n"), ";")
	if !isQuery.MatchString(sql) || strings.Contains(body, ";") {
		switch op % 6 {
		case 0:
			return "/* SELECT 1 */ " + sql
		case 1:
			return "-- SELECT 1\n" + sql
		case 2:
			return outside(sql, strings.ToUpper)
		case 3:
			return outside(sql, func(s string) string { return strings.ReplaceAll(s, " ", "\n\t") })
		case 4:
			return "EXPLAIN ANALYZE " + sql
		}
		return "PREPARE p FROM " + sql
	}
	switch op % 16 {
	case 0:
		return "SELECT * FROM (" + body + "\n) AS w"
	case 1:
		return "WITH w AS (" + body + "\n) SELECT * FROM w"
	case 2:
		return "WITH orders AS (" + body + "\n), customers AS (SELECT * FROM orders) SELECT * FROM customers"
	case 3:
		return "SELECT 1 WHERE EXISTS (" + body + "\n)"
	case 4:
		return "SELECT (SELECT count(*) FROM (" + body + "\n) AS w) AS n"
	case 5:
		return "SELECT 1 FROM (" + body + "\n) AS w UNION ALL SELECT 2"
	case 6:
		return "SELECT x FROM (VALUES 1) AS v (x) CROSS JOIN LATERAL (" + body + "\n) AS l"
	case 7:
		return "SELECT sku FROM lake.shop.products ORDER BY (SELECT count(*) FROM (" + body + "\n) AS w)"
	case 8:
		return "SELECT CASE WHEN EXISTS (" + body + "\n) THEN 1 END AS c"
	case 9:
		return "SELECT sku FROM lake.shop.products GROUP BY sku HAVING count(*) > (SELECT count(*) FROM (" + body + "\n) AS w)"
	case 10:
		return "/* ; */ " + body + " -- ;"
	case 11:
		return outside(body, strings.ToUpper)
	case 12:
		return outside(body, strings.ToLower)
	case 13:
		return outside(body, func(s string) string { return strings.ReplaceAll(s, " ", "/**/ ") })
	case 14:
		return outside(body, func(s string) string {
			return fullName.ReplaceAllStringFunc(s, func(n string) string { return `"` + strings.ReplaceAll(n, ".", `" . "`) + `"` })
		})
	}
	return body + " ;"
}

// literals are what a change of case or blanks must leave alone: strings, quoted names, comments, numbers.
var literals = regexp.MustCompile(`(?s)'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\r\n]*|/\*.*?\*/|\b\d\w*|[^\x00-\x7f]+|[xXuU]&?['"]`)

// outside changes what is neither quoted nor a comment.
func outside(sql string, change func(string) string) string {
	var b strings.Builder
	last := 0
	for _, m := range literals.FindAllStringIndex(sql, -1) {
		b.WriteString(change(sql[last:m[0]]))
		b.WriteString(sql[m[0]:m[1]])
		last = m[1]
	}
	b.WriteString(change(sql[last:]))
	return b.String()
}

// Every attempt under every one wrapping, and under pairs of them.
func TestWrappedAttempts(t *testing.T) {
	view := ann(t)
	n := 0
	check := func(a gatetest.Attempt, sql string) {
		n++
		code, secured := door(t, sql, view)
		if code == "" && (!slices.Contains(a.Codes, "contained") || uncontained(secured) != "") {
			t.Errorf("%s:%d gets past as\n%s", a.File, a.Line, sql)
		}
	}
	for i, a := range attempts(t) {
		if slices.Equal(a.Codes, []string{"SYNTAX_ERROR"}) {
			continue
		}
		for op := range byte(16) {
			once := wrap(a.SQL, op)
			check(a, once)
			check(a, wrap(once, byte(i)+op*7))
		}
	}
	t.Logf("%d wrapped attempts", n)
}

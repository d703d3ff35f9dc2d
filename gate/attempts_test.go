package gate_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/gate"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/parse"
)

// attempt is one line of testdata/attempts.
type attempt struct {
	file  string
	line  int
	codes []string // any of which refuses it rightly
	sql   string
}

var escapes = regexp.MustCompile(`\\(n|r|t|\\|u\{[0-9a-f]+\})`)

// unescape turns \n, \r, \t, \\ and \u{200b} into what they name.
func unescape(s string) string {
	return escapes.ReplaceAllStringFunc(s, func(e string) string {
		switch e[1] {
		case 'n':
			return "\n"
		case 'r':
			return "\r"
		case 't':
			return "\t"
		case 'u':
			n, _ := strconv.ParseInt(e[3:len(e)-1], 16, 32)
			return string(rune(n))
		}
		return `\`
	})
}

// attempts reads the corpus.
func attempts(t testing.TB) (all []attempt) {
	t.Helper()
	files, err := filepath.Glob("testdata/attempts/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no attempts", err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(raw), "\n") {
			if line == "" || line[0] == '#' {
				continue
			}
			code, sql, ok := strings.Cut(line, "  ")
			if !ok {
				t.Fatalf("%s:%d: no two blanks behind the code", f, i+1)
			}
			all = append(all, attempt{filepath.Base(f), i + 1, strings.Split(code, "|"), unescape(sql)})
		}
	}
	return all
}

func table(name string, rows, bytes int64, columns ...string) *catalog.Asset {
	a := &catalog.Asset{Name: catalog.ParseName(name, "", ""), Rows: rows, Bytes: bytes}
	for _, c := range columns {
		name, typ, _ := strings.Cut(c, " ")
		a.Columns = append(a.Columns, catalog.Column{Name: name, Type: typ})
	}
	return a
}

func world() *catalog.Snapshot {
	return catalog.New([]*catalog.Asset{
		table("lake.shop.orders", 6, 4096, "id bigint", "customer_id bigint", "region varchar", "status varchar", "total decimal(12,2)", "day date", "note varchar", "tags array(varchar)"),
		table("lake.shop.customers", 4, 4096, "id bigint", "name varchar", "email varchar(100)", "phone varchar(20)", "country varchar", "born date", "ssn varchar"),
		table("lake.shop.products", 3, 4096, "sku varchar", "title varchar", "price decimal(10,2)"),
		table("lake.shop.returns", 3, 4096, "id bigint", "order_id bigint", "by varchar"),
		table("lake.shop.events", 1_000_000, 1<<30, "day date", "kind varchar", "user_id bigint"),
		table("lake.shop.clicks", 1000, 1<<20, "day date", "kind varchar", "user_id bigint"),
		table("lake.shop.archive", 1_000_000_000, 1<<45, "id bigint", "payload varchar"),
		table("lake.hr.pay", 4, 4096, "who varchar", "salary decimal(12,2)"),
		table("lake.hr.people", 4, 4096, "who varchar", "room varchar"),
		table("lake.vault.keys", 4, 4096, "k varchar"),
		table("ops.core.alerts", 4, 4096, "k varchar"),
		table("pg.public.accounts", 4, 4096, "id bigint", "name varchar"),
	}, nil, nil)
}

// TestAttempts: none gets past.
func TestAttempts(t *testing.T) {
	snap := world()
	view := access.Policy{Rules: []access.Rule{{Tables: []string{"lake.hr.pay"}}, {Tables: []string{"lake.vault.*"}}, {Tables: []string{"ops.*.*"}}, {Columns: []string{"ssn"}}}}.View(snap, access.Principal{Name: "ann", Groups: []string{"sales"}})
	all, past := attempts(t), 0
	for _, a := range all {
		if code := door(t, a.sql, view); !contains(a.codes, code) {
			past++
			t.Logf("%s:%d: %q, want %v: %s", a.file, a.line, code, a.codes, a.sql)
		}
	}
	t.Logf("%d attempts, %d not as they should be", len(all), past)
}

func contains(codes []string, code string) bool {
	for _, c := range codes {
		if c == code {
			return true
		}
	}
	return false
}

func door(t testing.TB, sql string, view *access.View) string {
	stmt, err := parse.Statement(strings.TrimSuffix(strings.TrimRight(sql, " \t\r\n"), ";"))
	if err != nil {
		return "SYNTAX_ERROR"
	}
	info, problems := check.Check(stmt, view.Snapshot().Checked(), check.Session{})
	if len(problems) > 0 {
		return problems[0].Code
	}
	v, err := gate.Judge(t.Context(), stmt, info, gate.Files{Snapshot: view.Snapshot()}, gate.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return v.Code
}

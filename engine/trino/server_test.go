package trino

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/engine/enginetest"
	"github.com/limn-data/limn/internal/service"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/parse"
	"github.com/limn-data/limn/trino/rows"
)

// token signs a JWT for a user, as an identity provider would.
func token(t *testing.T, certs, user string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(certs, "jwt-private.pem"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(raw)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	part := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	head := part(map[string]string{"alg": "RS256", "typ": "JWT"}) + "." + part(map[string]any{"sub": user, "exp": time.Now().Add(time.Minute).Unix()})
	sum := sha256.Sum256([]byte(head))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key.(*rsa.PrivateKey), crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return head + "." + base64.RawURLEncoding.EncodeToString(sig)
}

func secret(s string) func() (string, error) { return func() (string, error) { return s, nil } }

// The account signs in in each of the ways that a server may want, and the query still runs as the person
// who asks, if the server lets the account speak for them.
func TestTheAskersIdentityIsOnEveryQuery(t *testing.T) {
	url, certs := service.TrinoTLS(t)
	ca := filepath.Join(certs, "ca.pem")
	for _, c := range []struct {
		name, asker string
		auth        Auth
		want, code  string
	}{
		{"password, for oneself", "", Auth{CA: ca, Password: secret("let-me-in")}, "svc", ""},
		{"password, for ann", "ann", Auth{CA: ca, Password: secret("let-me-in")}, "ann", ""},
		{"token, for bob", "bob", Auth{CA: ca, Token: secret(token(t, certs, "svc"))}, "bob", ""},
		{"certificate, for ann", "ann", Auth{CA: ca, Cert: filepath.Join(certs, "client.pem")}, "ann", ""},
		{"for somebody the account may not speak for", "admin", Auth{CA: ca, Password: secret("let-me-in")}, "", "denied"},
		{"a wrong password", "ann", Auth{CA: ca, Password: secret("guess-0815")}, "", "unauthorized"},
		{"a token of somebody else's making", "ann", Auth{CA: ca, Token: secret("eyJhbGciOiJub25lIn0.e30.")}, "", "unauthorized"},
		{"nothing", "ann", Auth{CA: ca}, "", "unauthorized"},
		{"a server that nobody vouches for", "ann", Auth{Password: secret("let-me-in")}, "", "unreachable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, err := Open(Config{URL: url, User: "svc", Auth: c.auth, Retry: time.Second})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			set, err := e.Run(t.Context(), Statement{SQL: "SELECT current_user", User: c.asker, MaxRows: 1})
			if code(err) != c.code {
				t.Fatalf("got %v (%s), want code %q", err, code(err), c.code)
			}
			if err == nil && set.Rows[0][0] != c.want {
				t.Errorf("ran as %v, want %s", set.Rows[0][0], c.want)
			}
			var failed *Error
			if errors.As(err, &failed) {
				for _, s := range []string{"let-me-in", "guess-0815", "eyJ"} {
					if strings.Contains(failed.Error()+failed.Detail, s) {
						t.Errorf("the error tells the secret: %+v", failed)
					}
				}
			}
		})
	}
}

func TestAPasswordNeedsTLS(t *testing.T) {
	for _, c := range []struct {
		cfg  Config
		says string
	}{
		{Config{URL: "http://example.org:8080", Auth: Auth{Password: secret("x")}}, "needs https"},
		{Config{URL: "http://ann:hush@example.org:8080"}, "names a user"},
		{Config{URL: "ftp://example.org"}, "no URL of a server"},
		{Config{URL: "https://ann:hush@exa mple.org"}, "cannot be read"},
		{Config{URL: ""}, "no URL of a server"},
		{Config{URL: "https://example.org", Auth: Auth{CA: "/nowhere.pem"}}, "certificate authority"},
		{Config{URL: "https://example.org", Auth: Auth{Cert: "/nowhere.pem"}}, "client certificate"},
		{Config{URL: "https://example.org", Zone: time.Local}, "must be named"},
	} {
		_, err := Open(c.cfg)
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v, want %q", c.cfg.URL, err, c.says)
		}
	}
}

// The server's own rules decide for each asker: rows, columns and masks of one table.
func TestTheServersRulesHoldForTheAsker(t *testing.T) {
	e := server(t, func(c *Config) { c.User = "svc" })
	for _, c := range []struct{ asker, sql, code, want string }{
		{"admin", "SELECT count(*) FROM tpch.tiny.customer", "", "1500"},
		{"admin", "SELECT count(*) FROM tpch.tiny.customer WHERE nationkey = 7", "", "57"},
		{"bob", "SELECT count(*) FROM tpch.tiny.customer", "", "57"},
		{"bob", "SELECT count(*) FROM tpch.tiny.customer WHERE phone LIKE 'XXX-%'", "", "57"},
		{"bob", "SELECT max(acctbal) FROM tpch.tiny.customer", "denied", ""},
		{"bob", "SELECT * FROM tpch.tiny.customer", "denied", ""},
		{"bob", "SELECT count(*) FROM tpch.tiny.orders", "denied", ""},
		{"reader", "CREATE TABLE memory.default.mine (a bigint)", "denied", ""},
		{"reader", "SELECT count(*) FROM tpch.tiny.nation", "", "25"},
	} {
		set, err := e.Run(t.Context(), Statement{SQL: c.sql, User: c.asker, MaxRows: 1})
		if code(err) != c.code {
			t.Errorf("%s: %s: %v (%s), want %q", c.asker, c.sql, err, code(err), c.code)
		}
		if err == nil && c.want != "" {
			if got, _ := json.Marshal(rows.JSON(set.Rows[0][0])); string(got) != c.want {
				t.Errorf("%s: %s: %s, want %s", c.asker, c.sql, got, c.want)
			}
		}
		if err != nil && strings.Contains(err.Error(), "customer") {
			t.Errorf("the refusal names what it refuses: %v", err)
		}
	}
}

// endless runs for hours over a table that every Trino of the tests has.
var endless = strings.ReplaceAll(enginetest.Endless, "%.sales", "(SELECT orderkey AS id FROM tpch.tiny.orders)")

// A cancelled query is cancelled in the server too, as the server's own list shows.
func TestCancelIsSeenInTheServer(t *testing.T) {
	e := server(t)
	ctx, cancel := context.WithCancel(t.Context())
	var id string
	var mu sync.Mutex
	started := make(chan struct{})
	var once sync.Once
	done := make(chan error, 1)
	go func() {
		_, err := e.Run(ctx, Statement{MaxRows: -1, SQL: endless, Progress: func(p Progress) {
			mu.Lock()
			id = p.QueryID
			mu.Unlock()
			if p.State == "RUNNING" {
				once.Do(func() { close(started) })
			}
		}})
		done <- err
	}()
	select {
	case <-started:
	case <-time.After(60 * time.Second):
		t.Fatal("the query was never said to run")
	}
	cancel()
	start := time.Now()
	err := <-done
	if took := time.Since(start); code(err) != "cancelled" || took > 4*time.Second {
		t.Errorf("ended after %s with %v, want cancelled within 4 s", took, err)
	}
	mu.Lock()
	defer mu.Unlock()
	for range 40 {
		set := run(t, e, "SELECT state, error_code FROM system.runtime.queries WHERE query_id = '"+id+"'")
		if len(set.Rows) == 1 && set.Rows[0][0] == "FAILED" {
			if set.Rows[0][1] != "USER_CANCELED" {
				t.Errorf("the server says %v", set.Rows[0])
			}
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Error("the server still runs the query")
}

func TestProgressIsTheServersOwn(t *testing.T) {
	e := server(t)
	var mu sync.Mutex
	var seen []Progress
	_, err := e.Run(t.Context(), Statement{MaxRows: 1, SQL: "SELECT sum(extendedprice) FROM tpch.sf1.lineitem", Progress: func(p Progress) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, p)
	}})
	if err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	n := len(seen)
	last := seen[n-1]
	mu.Unlock()
	if n < 2 || last.QueryID == "" || last.Splits == 0 || last.Rows == 0 {
		t.Errorf("told %d times, last %+v", n, last)
	}
	time.Sleep(300 * time.Millisecond)
	mu.Lock()
	defer mu.Unlock()
	if len(seen) != n {
		t.Error("progress was told after the answer")
	}
}

// Limits travel as session properties and the server keeps them.
func TestLimitsAreTheServersToo(t *testing.T) {
	e := server(t)
	set, err := e.Run(t.Context(), Statement{SQL: "SHOW SESSION LIKE 'query_max_%'", MaxRows: -1, Limits: Limits{ScanBytes: 12345, Timeout: 7 * time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	got := map[any]any{}
	for _, r := range set.Rows {
		got[r[0]] = r[1]
	}
	if got["query_max_scan_physical_bytes"] != "12345B" || got["query_max_run_time"] != "7s" {
		t.Errorf("the session has %v", got)
	}
	start := time.Now()
	_, err = e.Run(t.Context(), Statement{SQL: endless, MaxRows: 1, Limits: Limits{Timeout: 2 * time.Second}})
	if code(err) != "timeout" || time.Since(start) > 7*time.Second {
		t.Errorf("after %s: %v", time.Since(start), err)
	}
}

func TestTheSessionsZone(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	e := server(t, func(c *Config) { c.Zone = paris })
	set := run(t, e, "SELECT current_timezone(), TIMESTAMP '2026-03-29 02:30:00.000', CAST(TIMESTAMP '2026-07-01 10:00:00.000 UTC' AS timestamp(0)), date_format(from_unixtime(0), '%H:%i')")
	want := []rows.Value{"Europe/Paris", "2026-03-29T02:30:00.000", "2026-07-01T10:00:00", "01:00"}
	for i, w := range want {
		if set.Rows[0][i] != w {
			t.Errorf("column %d is %v, want %v", i+1, set.Rows[0][i], w)
		}
	}
}

// What the way from the server would change is refused, not changed.
func TestValuesThatWouldBeChangedAreRefused(t *testing.T) {
	e := server(t)
	for sql, says := range map[string]string{
		"SELECT TIMESTAMP '2026-01-01 00:00:00.123456789012'":                                                 "last digits",
		"SELECT at_timezone(from_unixtime(1792889999), 'Europe/Paris')":                                       "shows twice",
		"SELECT at_timezone(from_unixtime(1792880000), 'Europe/Paris')":                                       "",
		"SELECT with_timezone(TIMESTAMP '2026-10-25 02:30:00', 'Europe/Paris')":                               "shows twice",
		"SELECT ARRAY[with_timezone(TIMESTAMP '2026-10-25 02:30:00', 'Europe/Paris')]":                        "shows twice",
		"SELECT CAST(with_timezone(TIMESTAMP '2026-10-25 02:30:00', 'Europe/Paris') AS varchar)":              "",
		"SELECT MAP(ARRAY['b','a'], ARRAY[DECIMAL '1.10', NULL]), ROW(1, DATE '2026-01-01', ARRAY[ROW('x')])": "",
		"SELECT approx_set(1)":            "",
		"SELECT TIME '01:02:03+02:00'":    "",
		"SELECT ARRAY[REAL '0.1', nan()]": "",
		"SELECT UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59', JSON '{\"a\": 1.0}', IPADDRESS '10.0.0.1'": "",
	} {
		_, err := e.Run(t.Context(), Statement{SQL: sql, MaxRows: 1})
		var failed *Error
		switch {
		case says == "" && err != nil:
			errors.As(err, &failed)
			t.Errorf("%s: %v; %+v", sql, err, failed)
		case says != "" && (code(err) != "unsupported" || !strings.Contains(err.Error(), says)):
			t.Errorf("%s: %v, want unsupported and %q", sql, err, says)
		}
	}
}

func TestFaultsInPeoplesWords(t *testing.T) {
	e := server(t)
	for _, c := range []struct {
		sql, code, detail string
		line, column      int
	}{
		{"SELECT 1,\n  nothing FROM tpch.tiny.nation", "COLUMN_NOT_FOUND", "Column 'nothing' cannot be resolved", 2, 3},
		{"SELECT * FROM tpch.tiny.nowhere", "TABLE_NOT_FOUND", "tpch.tiny.nowhere", 1, 15},
		{"SELECT * FROM nowhere.tiny.nation", "CATALOG_NOT_FOUND", "nowhere", 1, 15},
		{"SELEC 1", "SYNTAX_ERROR", "mismatched input", 1, 1},
		{"SELECT no_such(1)", "unsupported", "no_such", 1, 8},
		{"SELECT fail('my reason')", "GENERIC_USER_ERROR", "my reason", 0, 0},
	} {
		_, err := e.Run(t.Context(), Statement{SQL: c.sql, MaxRows: 1})
		var failed *Error
		if !errors.As(err, &failed) || failed.Code != c.code || !strings.Contains(failed.Detail, c.detail) || failed.Line != c.line || failed.Column != c.column || failed.QueryID == "" && c.code != "SYNTAX_ERROR" {
			t.Errorf("%s: %#v", c.sql, failed)
		}
	}
}

func TestEstimates(t *testing.T) {
	e := server(t)
	query := func(sql string) *ast.Query {
		stmt, err := parse.Statement(sql)
		if err != nil {
			t.Fatal(err)
		}
		return stmt.(*ast.Query)
	}
	small, err := e.Estimate(t.Context(), query("SELECT orderkey FROM tpch.tiny.orders"), "")
	if err != nil || !small.Known || small.Rows != 15000 || small.Bytes < 15000*8 || small.Bytes > 15000*16 {
		t.Errorf("one column of 15000 rows: %+v, %v", small, err)
	}
	large, err := e.Estimate(t.Context(), query("SELECT * FROM tpch.sf1.lineitem l JOIN tpch.sf1.orders o ON l.orderkey = o.orderkey"), "")
	if err != nil || !large.Known || large.Bytes < 500<<20 || large.Rows < 7_000_000 {
		t.Errorf("two large tables: %+v, %v", large, err)
	}
	if _, err := e.Estimate(t.Context(), query("SELECT * FROM tpch.tiny.orders"), "bob"); code(err) != "denied" {
		t.Errorf("an asker who may not read it: %v", err)
	}
	hurried, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if late, err := e.Estimate(hurried, query("SELECT count(*) FROM tpch.sf1.lineitem a, tpch.sf1.lineitem b, tpch.sf1.lineitem c WHERE a.orderkey = b.orderkey AND b.partkey = c.partkey"), ""); err != nil || late.Known {
		t.Errorf("no time to estimate: %+v, %v", late, err)
	}
	none, err := readIO(`{"inputTableColumnInfos":[{"estimate":{"outputRowCount":"NaN","outputSizeInBytes":"NaN"}}]}`)
	if err != nil || none.Known {
		t.Errorf("no statistics: %+v, %v", none, err)
	}
}

func TestTablesOfTheScope(t *testing.T) {
	e := server(t)
	where := schema(t, e, "lake")
	run(t, e, "CREATE TABLE "+where+`.orders (id bigint COMMENT 'who', "Total Price" decimal(12,2), tags array(varchar)) COMMENT 'all orders'`)
	run(t, e, "INSERT INTO "+where+".orders VALUES (1, 2.50, ARRAY['a']), (2, NULL, NULL)")
	for scope, want := range map[string]int{"tpch.tiny": 8, "tpch.*.nation": 9, "tpch.tiny.nation": 1, "TPCH.Tiny.Nation": 1, where: 1, "nowhere": 0} {
		assets, skipped, err := e.Tables(t.Context(), Scope{scope})
		if err != nil || len(skipped) > 0 || len(assets) != want {
			t.Errorf("%s: %d tables, want %d; skipped %v, %v", scope, len(assets), want, skipped, err)
		}
	}
	assets, _, err := e.Tables(t.Context(), Scope{where})
	if err != nil || len(assets) != 1 {
		t.Fatal(err)
	}
	a := assets[0]
	if len(a.Columns) != 3 || a.Columns[0].Description != "who" || a.Columns[1].Name != "total price" || a.Columns[2].Type != "array(varchar)" {
		t.Errorf("columns are %+v", a.Columns)
	}
	if err := e.Stats(t.Context(), a); err != nil || a.Rows != 2 {
		t.Errorf("%d rows, %v", a.Rows, err)
	}
	// One question over two catalogs.
	set := run(t, e, "SELECT n.name, sum(o.\"total price\") AS s FROM "+where+".orders o JOIN tpch.tiny.nation n ON n.nationkey = o.id GROUP BY 1 ORDER BY 1")
	if len(set.Rows) != 2 || set.Rows[0][0] != "ARGENTINA" {
		t.Errorf("over two catalogs: %v", set.Rows)
	}
	run(t, e, "CREATE VIEW "+where+".prices AS SELECT \"total price\" AS p FROM "+where+".orders")
	seen, _, err := e.Tables(t.Context(), Scope{where, "tpch.tiny.nation"})
	if err != nil || len(seen) != 3 {
		t.Fatalf("%d tables, %v", len(seen), err)
	}
	for _, a := range seen {
		isView, lake := a.Name.Table == "prices", a.Name.Catalog == "lake"
		if a.View != isView || (a.ViewSQL != "") != isView || a.Versioned != (lake && !isView) {
			t.Errorf("%s: view %v, query %q, versioned %v", a.Name, a.View, a.ViewSQL, a.Versioned)
		}
	}
	functions, err := e.Functions(t.Context())
	if err != nil || len(functions) < 600 {
		t.Errorf("%d functions, %v", len(functions), err)
	}
	if n, _, err := e.Profile(t.Context(), &catalog.Asset{Name: a.Name, Columns: a.Columns}, 10); err != nil || n != 2 {
		t.Errorf("a profile with a list among the columns: %d, %v", n, err)
	}
}

// A query that really needs more memory than it may have ends with a word for people, and the next one works.
func TestOutOfMemory(t *testing.T) {
	e := server(t, func(c *Config) { c.Session = map[string]string{"query_max_memory": "2MB"} })
	_, err := e.Run(t.Context(), Statement{SQL: "SELECT count(*) FROM (SELECT DISTINCT comment, orderkey FROM tpch.sf1.orders)", MaxRows: 1})
	if code(err) != "memory" {
		t.Errorf("got %v (%s), want memory", err, code(err))
	}
	if set := run(t, e, "SELECT 1"); len(set.Rows) != 1 {
		t.Errorf("the next query gave %v", set.Rows)
	}
}

// What the server shows somebody is what it lets them read.
func TestSeen(t *testing.T) {
	e := server(t, func(c *Config) { c.User = "svc" })
	bob, err := e.Seen(t.Context(), Scope{"tpch.tiny", "lake"}, "bob")
	if err != nil || len(bob) != 2 || bob["tpch.tiny.nation"] == nil || !bob["tpch.tiny.customer"]["phone"] || bob["tpch.tiny.customer"]["acctbal"] {
		t.Errorf("bob sees %v, %v", bob, err)
	}
	ann, err := e.Seen(t.Context(), Scope{"tpch.tiny"}, "ann")
	if err != nil || len(ann) != 8 || !ann["tpch.tiny.customer"]["acctbal"] {
		t.Errorf("ann sees %d tables, %v", len(ann), err)
	}
	url, certs := service.TrinoTLS(t)
	tls, err := Open(Config{URL: url, User: "svc", Auth: Auth{CA: filepath.Join(certs, "ca.pem"), Password: secret("let-me-in")}})
	if err != nil {
		t.Fatal(err)
	}
	defer tls.Close()
	if seen, err := tls.Seen(t.Context(), Scope{"tpch.tiny"}, "admin"); code(err) != "denied" {
		t.Errorf("somebody whom the account may not speak for sees %v, %v", seen, err)
	}
}

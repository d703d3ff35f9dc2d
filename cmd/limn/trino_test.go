package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/engine/trino"
	"github.com/limn-data/limn/internal/service"

	"github.com/rogpeppe/go-internal/testscript"
)

// The same commands over a real Trino. Scripts find its address in $TRINO (http://admin@…), the address
// where one has to sign in as svc in $TRINO_TLS and what for in $CERTS; $LAKE is a schema of the Iceberg
// catalog with the tables visits and accounts.
func TestScriptsOverTrino(t *testing.T) {
	address := service.Trino(t)
	tls, certs := service.TrinoTLS(t)
	schema := visits(t, address)
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "trino"), UpdateScripts: *update, RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("TRINO", strings.Replace(address, "://", "://admin@", 1))
			env.Setenv("TRINO_HOST", address)
			env.Setenv("TRINO_TLS", strings.Replace(tls, "://", "://svc:let-me-in@", 1))
			env.Setenv("CERTS", certs)
			env.Setenv("LAKE", schema)
			env.Setenv("XDG_DATA_HOME", filepath.Join(env.WorkDir, ".data"))
			files, err := walk(env.WorkDir)
			env.Values[started{}] = files
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "json": jsonAt, "keep": keep, "unchanged": unchanged, "next": next, "template": template},
	})
}

// visits makes two tables in a schema of the Iceberg catalog for the time of the test.
func visits(t *testing.T, address string) string {
	t.Helper()
	e, err := trino.Open(trino.Config{URL: address, User: "admin", Source: "limn-test"})
	if err != nil {
		t.Fatal(err)
	}
	run := func(sql string) {
		t.Helper()
		if _, err := e.Run(context.Background(), trino.Statement{SQL: sql, MaxRows: -1}); err != nil {
			t.Fatalf("%s: %v %+v", sql, err, err)
		}
	}
	schema := fmt.Sprintf("lake.s%x", time.Now().UnixNano())
	run("CREATE SCHEMA " + schema)
	t.Cleanup(func() {
		run("DROP SCHEMA " + schema + " CASCADE")
		e.Close()
	})
	run("CREATE TABLE " + schema + ".accounts (account_id bigint, name varchar, nation_key bigint) WITH (format = 'PARQUET')")
	run("INSERT INTO " + schema + ".accounts VALUES (1, 'Acme', 7), (2, 'Globex', 6), (3, 'Initech', 7)")
	run("CREATE TABLE " + schema + ".visits (visit_id bigint, account_id bigint, visited_on date, price decimal(10,2)) WITH (format = 'PARQUET', partitioning = ARRAY['month(visited_on)'])")
	run("INSERT INTO " + schema + ".visits VALUES (1, 1, DATE '2026-01-05', 10.50), (2, 1, DATE '2026-01-31', 1.00), (3, 2, DATE '2026-02-01', 20.25), (4, 3, DATE '2026-02-28', 0.25), (5, 3, DATE '2026-03-01', 4.00)")
	run("CREATE VIEW " + schema + ".spent AS SELECT account_id, sum(price) AS spent FROM " + schema + ".visits GROUP BY account_id")
	return schema
}

func TestDSN(t *testing.T) {
	for _, c := range []struct{ dsn, url, user, include, env, says string }{
		{"http://ann@h:8080", "http://h:8080", "ann", "", "", ""},
		{"http://ann@h:8080/lake/sales", "http://h:8080", "ann", "lake.sales", "", ""},
		{"trino://ann@h:8080/lake", "http://h:8080", "ann", "lake", "", ""},
		{"trino://ann@h:8443/lake/s/t", "https://h:8443", "ann", "lake.s.t", "", ""},
		{"https://ann:hush@h", "https://h", "ann", "", "hush", ""},
		{"https://h:443/", "https://h:443", "", "", "", ""},
		{"h:8080", "", "", "", "", "wants http"}, {"", "", "", "", "", "wants http"}, {"jdbc:trino://h", "", "", "", "", "wants http"},
		{"http://h/a/b/c/d", "", "", "", "", "wants http"}, {"http://h/a//b", "", "", "", "", "wants http"}, {"http://h?x=1", "", "", "", "", "wants http"},
		{"http://ann:hush@h:x", "", "", "", "", "wants http"},
	} {
		got, err := parseDSN(c.dsn, nil)
		if c.says != "" {
			if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "hush") {
				t.Errorf("%s: %v, want %q", c.dsn, err, c.says)
			}
			continue
		}
		if err != nil || got.URL != c.url || got.User != c.user || strings.Join(got.Include, " ") != c.include || got.given != c.env || (got.PasswordEnv != "") != (c.env != "") {
			t.Errorf("%s: %+v, %v", c.dsn, got, err)
		}
		if u, err := url.Parse(got.URL); err != nil || u.User != nil {
			t.Errorf("%s: the URL kept the user: %s", c.dsn, got.URL)
		}
	}
	if _, err := parseDSN("http://h", []string{"lake..x"}); err == nil {
		t.Error("a pattern with an empty part is taken")
	}
}

// template puts the name of the Iceberg schema into a file, which scripts cannot do by themselves.
func template(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: template FILE")
	}
	text := strings.ReplaceAll(ts.ReadFile(args[0]), "SCHEMA", ts.Getenv("LAKE"))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// Only who asks at this machine without a name is the account; to be called local is not enough.
func TestWhoAsksTheServer(t *testing.T) {
	for _, c := range []struct {
		asAccount bool
		who       access.Principal
		want      string
	}{
		{false, access.Principal{Name: "ann"}, "ann"}, {false, principal("ann"), "ann"}, {false, principal(""), ""}, {false, principal("local"), "local"},
		{true, access.Principal{Name: "ann"}, ""},
	} {
		if got := (served{asAccount: c.asAccount}).user(c.who); got != c.want {
			t.Errorf("%+v is %q, want %q", c.who, got, c.want)
		}
	}
}

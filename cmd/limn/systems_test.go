package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/engine/trino"
	"github.com/limn-data/limn/internal/service"
)

// readLive opens a source as limn.yaml would have it and reads it.
func readLive(t *testing.T, c sourceConfig, since string) ([]catalog.Claim, catalog.Report, error) {
	t.Helper()
	if err := c.check(); err != nil {
		t.Fatal(err)
	}
	src, err := c.open(place{dir: t.TempDir(), zone: time.UTC, now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	var out []catalog.Claim
	rep, err := src.Read(t.Context(), since, func(c catalog.Claim) error { out = append(out, c); return nil })
	return out, rep, err
}

// claimOf finds the claim of a source about a name, and fails where there is none.
func claimOf(t *testing.T, claims []catalog.Claim, name, part string) catalog.Claim {
	t.Helper()
	i := slices.IndexFunc(claims, func(c catalog.Claim) bool { return c.About.Name == name && c.Part == part })
	if i < 0 {
		t.Fatalf("nothing is claimed of %s %s", name, part)
	}
	return claims[i]
}

// What a real Trino tells of tables, a view, commits and queries.
func TestTrinoSource(t *testing.T) {
	address := service.Trino(t)
	e, err := trino.Open(trino.Config{URL: address, User: "admin", Source: "somebody"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	run := func(sql string) {
		t.Helper()
		if _, err := e.Run(context.Background(), trino.Statement{SQL: sql, MaxRows: -1}); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	schema := fmt.Sprintf("lake.src%x", time.Now().UnixNano())
	run("CREATE SCHEMA " + schema)
	t.Cleanup(func() { run("DROP SCHEMA " + schema + " CASCADE") })
	run("CREATE TABLE " + schema + `.orders (id bigint NOT NULL COMMENT 'who', "Total Price" decimal(12,2), tags array(row(k varchar))) COMMENT 'all orders'`)
	run("CREATE TABLE " + schema + ".empty (id bigint)")
	before := time.Now()
	run("INSERT INTO " + schema + ".orders VALUES (1, 2.50, NULL), (2, NULL, NULL)")
	run("CREATE VIEW " + schema + ".prices AS SELECT sum(\"total price\") AS p FROM " + schema + ".orders WHERE id > 0")
	for range 3 {
		run("SELECT id FROM " + schema + ".orders WHERE \"total price\" = 47.11")
	}
	c := sourceConfig{Name: "lake", Kind: "trino", URL: address, User: "admin", Namespace: "trino://lake:8443", Include: []string{schema, "tpch.tiny"}, Options: map[string]string{"stats": "on"}}
	claims, rep, err := readLive(t, c, "")
	if err != nil || !rep.Whole || rep.SkippedCount > 0 {
		t.Fatalf("%+v, %v", rep, err)
	}
	orders := claimOf(t, claims, schema+".orders", "")
	if orders.Description != "all orders" || len(orders.Columns) != 3 || orders.Columns[0].Description != "who" || *orders.Columns[0].Nullable || orders.Columns[2].Type != `array(row("k" varchar))` {
		t.Errorf("orders: %+v", orders)
	}
	commit := claimOf(t, claims, schema+".orders", "snapshot")
	if len(commit.Observed) != 1 || commit.Observed[0].At.Before(before.Add(-time.Second)) || commit.SnapshotID == "" || commit.Rows == nil || *commit.Rows != 2 ||
		!strings.HasPrefix(commit.Aliases[0].Name, "warehouse/") || commit.Aliases[0].Namespace != "s3://lake" {
		t.Errorf("its commit: %+v", commit)
	}
	prices := claimOf(t, claims, schema+".prices", "")
	if !slices.ContainsFunc(prices.Upstream, func(e catalog.EdgeClaim) bool {
		return e.FromColumn == "total price" && e.ToColumn == "p" && e.Type == "direct" && e.From.Name == schema+".orders"
	}) {
		t.Errorf("prices: %+v", prices.Upstream)
	}
	if lineitem := claimOf(t, claims, "tpch.tiny.lineitem", ""); lineitem.Rows == nil || *lineitem.Rows != 60175 {
		t.Errorf("the size of lineitem: %v", lineitem.Rows)
	}
	if u := claimOf(t, claims, schema+".orders", "usage"); u.Usage.Queries < 3 || u.Usage.Columns["total price"] < 3 {
		t.Errorf("use: %+v", u.Usage)
	}
	i := slices.IndexFunc(claims, func(c catalog.Claim) bool { return c.Query != nil && c.Query.Tables[0].Name == schema+".orders" })
	if i < 0 || claims[i].Query.Runs != 3 || strings.Contains(claims[i].Query.SQL, "47.11") || claims[i].Query.Succeeded != 3 {
		t.Errorf("the query: %d", i)
	}
	// Only what changed is asked again.
	run("INSERT INTO " + schema + ".orders VALUES (3, 1, NULL)")
	claims, again, err := readLive(t, c, rep.Cursor)
	if err != nil {
		t.Fatal(err)
	}
	if c := claimOf(t, claims, schema+".orders", "snapshot"); c.SnapshotID == commit.SnapshotID || *c.Rows != 3 || again.Counts["new commits"] != 1 || again.Counts["commits known before"] != 1 {
		t.Errorf("after a commit: %+v, %v", c, again.Counts)
	}
	if u := claimOf(t, claims, schema+".orders", "usage"); u.Usage.Queries != 3 {
		t.Errorf("use after the second run: %+v", u.Usage)
	}
}

func TestTrinoSourceFaults(t *testing.T) {
	tls, certs := service.TrinoTLS(t)
	t.Setenv("LIVE_SECRET", "guess-0815")
	for _, c := range []struct {
		sourceConfig
		says string
	}{
		{sourceConfig{Name: "a", Kind: "trino", URL: tls, User: "svc", TokenEnv: "LIVE_SECRET", Options: map[string]string{"ca_file": certs + "/ca.pem"}}, "does not accept"},
		{sourceConfig{Name: "b", Kind: "trino", URL: "http://127.0.0.1:1", User: "svc"}, "cannot be reached"},
	} {
		_, _, err := readLive(t, c.sourceConfig, "")
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "guess") {
			t.Errorf("%s: %v, want %q", c.Name, err, c.says)
		}
	}
}

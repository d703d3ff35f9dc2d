package main

import (
	"context"
	"fmt"
	"net/url"
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

// What Trino wrote is read from its bucket too, and both speak of one table, by its location.
func TestTrinoAndIceberg(t *testing.T) {
	address := service.Trino(t)
	store, err := url.Parse(service.S3(t))
	if err != nil {
		t.Fatal(err)
	}
	e, err := trino.Open(trino.Config{URL: address, User: "admin", Source: "limn"})
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
	name := fmt.Sprintf("ice%x", time.Now().UnixNano())
	schema := "lake." + name
	run("CREATE SCHEMA " + schema)
	t.Cleanup(func() { run("DROP SCHEMA " + schema + " CASCADE") })
	run("CREATE TABLE " + schema + ".orders (id bigint COMMENT 'who', at timestamp(6) with time zone, buyer row(email varchar, n integer), tags map(varchar, array(double))) COMMENT 'all orders' WITH (partitioning = ARRAY['day(at)', 'bucket(id, 4)'], sorted_by = ARRAY['id'])")
	run("INSERT INTO " + schema + ".orders SELECT n, current_timestamp, ROW('a', 1), NULL FROM UNNEST(sequence(1, 7)) AS t(n)")
	said, _, err := readLive(t, sourceConfig{Name: "lake", Kind: "trino", URL: address, User: "admin", Include: []string{schema}, Options: map[string]string{"queries": "off"}}, "")
	if err != nil {
		t.Fatal(err)
	}
	secret, _ := store.User.Password()
	t.Setenv("LIVE_SECRET", secret)
	from := sourceConfig{Name: "bucket", Kind: "iceberg", URL: "s3://" + strings.Trim(store.Path, "/") + "/warehouse/" + name, User: store.User.Username(), TokenEnv: "LIVE_SECRET", Options: map[string]string{"endpoint": "http://" + store.Host, "region": "us-east-1"}}
	found, rep, err := readLive(t, from, "")
	if err != nil || len(found) != 1 || rep.SkippedCount+len(rep.Unknown) > 0 {
		t.Fatalf("%+v, %+v, %v", found, rep, err)
	}
	ours, theirs := found[0], claimOf(t, said, schema+".orders", "")
	commit := claimOf(t, said, schema+".orders", "snapshot")
	if ours.SnapshotID != commit.SnapshotID || *ours.Rows != 7 || *ours.Bytes != *commit.Bytes || !ours.Observed[0].At.Equal(commit.Observed[0].At) || ours.Description != "all orders" || ours.Custom["partitioned_by"] != "day(at), bucket[4](id)" || ours.Custom["sorted_by"] != "id asc" {
		t.Errorf("the files say %+v\nthe server %+v", ours, commit)
	}
	types := map[string]string{}
	for _, c := range theirs.Columns {
		types[c.Path] = c.Type
	}
	for _, c := range ours.Columns {
		if !strings.Contains(c.Path, ".") && c.Type != types[c.Path] {
			t.Errorf("%s is %s in the files and %s in the server", c.Path, c.Type, types[c.Path])
		}
	}
	base, _, err := e.Tables(t.Context(), trino.Scope{schema})
	if err != nil {
		t.Fatal(err)
	}
	in := catalog.Input{Base: base, Identity: catalog.Identity{LakeAt: []string{strings.Replace(address, "http://", "trino://", 1)}}}
	for _, c := range append(said, found...) {
		in.Claims = append(in.Claims, &c)
	}
	snap, err := catalog.Build(in)
	if err != nil {
		t.Fatal(err)
	}
	systems := map[string]bool{}
	for _, a := range snap.Assets {
		for _, c := range a.Claims {
			systems[c.System] = true
		}
	}
	if len(snap.Assets) != 1 || len(snap.Outside) > 0 || !snap.Assets[0].FreshAt.Equal(commit.Observed[0].At) || !systems[catalog.SystemTrino] || !systems[catalog.SystemIceberg] {
		t.Errorf("%d tables and %d other things of %v", len(snap.Assets), len(snap.Outside), systems)
	}
}

// Settings that make no sense are said before anything is asked, without what is secret in them.
func TestSettingsOfSources(t *testing.T) {
	t.Setenv("LIVE_SECRET", "hush-hush")
	for says, c := range map[string]sourceConfig{
		"wants a url":                  {Name: "a", Kind: "trino"},
		"include":                      {Name: "a", Kind: "trino", URL: "http://h:1", Include: []string{"a..b"}},
		"option stats":                 {Name: "a", Kind: "trino", URL: "http://h:1", Options: map[string]string{"stats": "perhaps"}},
		"path of a folder":             {Name: "a", Kind: "iceberg"},
		"wants a path":                 {Name: "a", Kind: "connect"},
		"key of AWS":                   {Name: "a", Kind: "iceberg", URL: "s3://b/p", TokenEnv: "LIVE_SECRET"},
		"no mechanism":                 {Name: "a", Kind: "kafka", URL: "kafka://h:9092", User: "u", TokenEnv: "LIVE_SECRET", Options: map[string]string{"mechanism": "GSSAPI"}},
		"host:port":                    {Name: "a", Kind: "kafka"},
		"without a user":               {Name: "a", Kind: "kafka", URL: "kafka://h:9092", Options: map[string]string{"registry": "https://ann:hush-hush@h"}},
		"holds a user":                 {Name: "a", Kind: "connect", URL: "https://ann:hush-hush@h"},
		"is no address":                {Name: "a", Kind: "airflow", URL: "airflow.example"},
		"option since":                 {Name: "a", Kind: "airflow", URL: "https://h", Options: map[string]string{"since": "long"}},
		"holds a password":             {Name: "a", Kind: "postgres", URL: "postgres://ann:hush-hush@h/x"},
		"names no database":            {Name: "a", Kind: "postgres", URL: "postgres://h"},
		"a key of AWS is user and a s": {Name: "a", Kind: "glue", User: "AKIA"},
	} {
		if err := c.check(); err != nil {
			t.Errorf("%s: %v", says, err)
		}
		_, err := c.open(place{dir: t.TempDir(), zone: time.UTC, now: time.Now})
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s %s: %v, want %q", c.Kind, c.URL, err, says)
		}
	}
	for _, c := range []sourceConfig{
		{Name: "a", Kind: "lakeformation", User: "AKIA", TokenEnv: "LIVE_SECRET", Options: map[string]string{"region": "eu-west-1"}},
		{Name: "a", Kind: "glue", User: "AKIA", TokenEnv: "LIVE_SECRET", Options: map[string]string{"region": "eu-west-1", "partitions": "on"}},
		{Name: "a", Kind: "kafka", URL: "kafka://h:9092,i:9092", User: "u", TokenEnv: "LIVE_SECRET", Options: map[string]string{"tls": "on", "registry": "https://h:8081"}},
		{Name: "a", Kind: "iceberg", URL: "https://h/api", User: "id", TokenEnv: "LIVE_SECRET", Options: map[string]string{"catalog": "lake", "warehouse": "w"}},
		{Name: "a", Kind: "airflow", URL: "https://h", User: "u", TokenEnv: "LIVE_SECRET"},
		{Name: "a", Kind: "connect", URL: "https://h", TokenEnv: "LIVE_SECRET"},
		{Name: "a", Kind: "postgres", URL: "postgres://h/x", User: "u", TokenEnv: "LIVE_SECRET", Options: map[string]string{"tls": "on"}},
	} {
		if err := c.check(); err != nil {
			t.Errorf("%s: %v", c.Kind, err)
		}
		if _, err := c.open(place{dir: t.TempDir(), zone: time.UTC, now: time.Now}); err != nil {
			t.Errorf("%s: %v", c.Kind, err)
		}
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

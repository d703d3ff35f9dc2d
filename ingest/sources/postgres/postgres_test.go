package postgres_test

import (
	"database/sql"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/postgres"
	"github.com/limn-data/limn/internal/service"
)

func read(t *testing.T, c postgres.Config, since string) ([]catalog.Claim, catalog.Report, error) {
	t.Helper()
	c.Name = "shop"
	if c.Now == nil {
		c.Now = time.Now
	}
	s, err := postgres.New(c)
	if err != nil {
		t.Fatal(err)
	}
	var out []catalog.Claim
	rep, err := s.Read(t.Context(), since, func(c catalog.Claim) error { out = append(out, c); return nil })
	return out, rep, err
}

// database makes a database of the test's own.
func database(t *testing.T) (dsn string, run func(string)) {
	t.Helper()
	at := service.Postgres(t)
	admin, err := sql.Open("pgx", at)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("src%x", time.Now().UnixNano())
	if _, err := admin.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	d, err := sql.Open("pgx", u.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.Close()
		if _, err := admin.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
		admin.Close()
	})
	return u.String(), func(sql string) {
		t.Helper()
		if _, err := d.Exec(sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
}

func find(t *testing.T, claims []catalog.Claim, suffix string) catalog.Claim {
	t.Helper()
	i := slices.IndexFunc(claims, func(c catalog.Claim) bool { return strings.HasSuffix(c.About.Name, "."+suffix) })
	if i < 0 {
		t.Fatalf("nothing is claimed of %s", suffix)
	}
	return claims[i]
}

func TestWhatIsClaimed(t *testing.T) {
	dsn, run := database(t)
	for _, s := range []string{
		"CREATE SCHEMA sales", "CREATE TABLE sales.buyers (id bigint PRIMARY KEY, email varchar(80) NOT NULL)", "COMMENT ON COLUMN sales.buyers.email IS 'whom to write to'",
		`CREATE TABLE sales."Orders" (id bigint, line int, buyer bigint REFERENCES sales.buyers, total numeric(12,2), at timestamptz(3), tags text[], doc jsonb, gone int, PRIMARY KEY (id, line))`,
		`COMMENT ON TABLE sales."Orders" IS 'one row an order''s line'`, `ALTER TABLE sales."Orders" DROP COLUMN gone`, `INSERT INTO sales."Orders" SELECT g, 1 FROM generate_series(1, 1000) g`, `ANALYZE sales."Orders"`,
		"CREATE VIEW sales.mine AS SELECT id FROM sales.buyers", "CREATE TABLE events (day date, n int) PARTITION BY RANGE (day)",
		"CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01') PARTITION BY RANGE (n)", "CREATE TABLE events_1a PARTITION OF events_1 FOR VALUES FROM (0) TO (10)", "CREATE TABLE events_2 PARTITION OF events DEFAULT",
		"INSERT INTO events SELECT '2026-01-05', 1 FROM generate_series(1, 500)", "ANALYZE",
	} {
		run(s)
	}
	claims, rep, err := read(t, postgres.Config{URL: dsn}, "")
	if err != nil || !rep.Whole || len(claims) != 4 {
		t.Fatalf("%d claims, %+v, %v", len(claims), rep, err)
	}
	u, _ := url.Parse(dsn)
	orders := find(t, claims, "sales.Orders")
	if orders.About != (catalog.ID{Namespace: "postgres://" + u.Host, Name: u.Path[1:] + ".sales.Orders"}) || orders.Description != "one row an order's line" || *orders.Rows != 1000 || *orders.Bytes < 8192 || len(orders.Observed) != 0 {
		t.Errorf("%+v", orders)
	}
	var got []string
	for _, c := range orders.Columns {
		got = append(got, strings.Join([]string{c.Path, c.Type, c.NativeType, c.Key}, "|"))
	}
	want := []string{"id|bigint|bigint|primary", "line|integer|integer|primary", "buyer|bigint|bigint|foreign", "total|decimal(12,2)|numeric(12,2)|", "at|timestamp(3) with time zone|timestamp(3) with time zone|", "tags||text[]|", "doc|json|jsonb|"}
	if !slices.Equal(got, want) || orders.Custom["references buyer"] != "sales.buyers.id" {
		t.Errorf("columns\n%q\nwant\n%q; %v", got, want, orders.Custom)
	}
	if b := find(t, claims, "sales.buyers"); b.Columns[1].Description != "whom to write to" || *b.Columns[1].Nullable || b.Columns[1].Type != "varchar(80)" {
		t.Errorf("%+v", b.Columns)
	}
	if v := find(t, claims, "sales.mine"); v.Kind != catalog.ViewKind || !strings.HasPrefix(v.ViewSQL, "SELECT") || v.Rows != nil {
		t.Errorf("%+v", v)
	}
	if e := find(t, claims, "public.events"); e.Custom["partitioned_by"] != "RANGE (day)" || *e.Rows != 500 || e.Custom["partitions"] != "2" {
		t.Errorf("%+v", e)
	}
	// Nothing is read again until something changes: a comment, a column, a key, a table.
	since := rep.Cursor
	if claims, rep, err = read(t, postgres.Config{URL: dsn}, since); err != nil || len(claims) != 0 || rep.Cursor != since || rep.Whole {
		t.Errorf("nothing changed: %d claims, %+v, %v", len(claims), rep, err)
	}
	for _, s := range []string{"COMMENT ON TABLE events IS 'what happened'", "ALTER TABLE events ADD x int", "ALTER TABLE sales.mine RENAME TO ours", "DROP VIEW sales.ours", "ALTER TABLE sales.buyers ADD UNIQUE (email)"} {
		run(s)
		if claims, rep, err = read(t, postgres.Config{URL: dsn}, since); err != nil || len(claims) < 3 || !rep.Whole {
			t.Errorf("%s: %d claims, %v", s, len(claims), err)
		}
		since = rep.Cursor
	}
	if claims, _, err = read(t, postgres.Config{URL: dsn, Include: []string{"sales.Ord*"}}, ""); err != nil || len(claims) != 1 {
		t.Errorf("a part: %d claims, %v", len(claims), err)
	}
	later := func() time.Time { return time.Now().Add(25 * time.Hour) }
	if claims, _, err = read(t, postgres.Config{URL: dsn, Now: later}, since); err != nil || len(claims) != 3 {
		t.Errorf("after a day: %d claims, %v", len(claims), err)
	}
}

func TestFaults(t *testing.T) {
	at, err := url.Parse(service.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	at.Path = "/there_is_no_such_database"
	at.User = url.UserPassword("nobody", "hush-hush")
	for _, dsn := range []string{at.String(), "postgres://ann:hush-hush@127.0.0.1:1/x"} {
		claims, rep, err := read(t, postgres.Config{URL: dsn, Timeout: 3 * time.Second}, "")
		if err == nil || strings.Contains(err.Error(), "hush") || !strings.Contains(err.Error(), "see whether it runs") || len(claims) > 0 || rep.Whole {
			t.Errorf("%v", err)
		}
	}
	for _, bad := range []string{"", "mysql://h/x", "postgres://h", "postgres://ann:hush-hush@[::1"} {
		if _, err := postgres.New(postgres.Config{Now: time.Now, URL: bad}); err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

package odcs

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

var update = flag.Bool("update", false, "write the golden files anew")

func read(t testing.TB, fsys fs.FS, patterns ...string) ([]catalog.Claim, catalog.Report, error) {
	t.Helper()
	s, err := New(Config{Name: "contracts", Files: fsys, Patterns: patterns, Now: func() time.Time { return time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	var claims []catalog.Claim
	rep, err := s.Read(context.Background(), "", func(c catalog.Claim) error { claims = append(claims, c); return nil })
	return claims, rep, err
}

func TestGolden(t *testing.T) {
	claims, rep, err := read(t, os.DirFS("testdata"), "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rep.Cursor = ""
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, c := range claims {
		c.RawHash, c.FetchedAt = "", time.Time{}
		if err := enc.Encode(c); err != nil {
			t.Fatal(err)
		}
	}
	if err := enc.Encode(rep); err != nil {
		t.Fatal(err)
	}
	const name = "testdata/contracts.golden"
	if *update {
		if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); d != "" {
		t.Errorf("(-want +got; -update writes it anew):\n%s", d)
	}
}

func TestPromises(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	s := &Source{Config{Zone: berlin}}
	for _, c := range []struct {
		in   sla
		want catalog.SLA
	}{
		{sla{Property: "timeOfAvailability", Value: "09:00-08:00"}, catalog.SLA{Kind: "available_by", Cron: "0 9 * * *", TimeZone: "Etc/GMT+8", Text: "09:00-08:00"}},
		{sla{Property: "timeOfAvailability", Value: "09:00+02:00"}, catalog.SLA{Kind: "available_by", Cron: "0 9 * * *", TimeZone: "Etc/GMT-2", Text: "09:00+02:00"}},
		{sla{Property: "timeOfAvailability", Value: "01:00+05:30"}, catalog.SLA{Kind: "available_by", Cron: "30 19 * * *", TimeZone: "UTC", Text: "01:00+05:30"}},
		{sla{Property: "timeOfAvailability", Value: "06:15Z"}, catalog.SLA{Kind: "available_by", Cron: "15 6 * * *", TimeZone: "UTC", Text: "06:15Z"}},
		{sla{Property: "timeOfAvailability", Value: "6:15"}, catalog.SLA{Kind: "available_by", Cron: "15 6 * * *", TimeZone: "Europe/Berlin", Text: "6:15"}},
		{sla{Property: "timeOfAvailability", Value: "25:00"}, catalog.SLA{Kind: "available_by", Text: "25:00"}},
		{sla{Property: "timeOfAvailability", Scheduler: "cron", Schedule: "0 7 * * 1-5"}, catalog.SLA{Kind: "available_by", Cron: "0 7 * * 1-5", TimeZone: "Europe/Berlin"}},
		{sla{Property: "freshness", Value: "24", Unit: "hours"}, catalog.SLA{Kind: "freshness", Within: 24 * time.Hour, Text: "24 hours"}},
		{sla{Property: "latency", Value: "1.5", Unit: "d"}, catalog.SLA{Kind: "latency", Within: 36 * time.Hour, Text: "1.5 d"}},
		{sla{Property: "freshness", Value: "PT90M"}, catalog.SLA{Kind: "freshness", Within: 90 * time.Minute, Text: "PT90M"}},
		{sla{Property: "freshness", Value: "1e300", Unit: "y"}, catalog.SLA{Kind: "freshness", Text: "1e300 y"}},
		{sla{Property: "throughput", Value: "9"}, catalog.SLA{Kind: "throughput", Text: "9"}},
	} {
		got, ok := s.promise(c.in, "", &loose.Clock{})
		if d := cmp.Diff(c.want, got); d != "" || !ok {
			t.Errorf("%+v (-want +got):\n%s", c.in, d)
		}
		if got.TimeZone != "" {
			if _, err := time.LoadLocation(got.TimeZone); err != nil {
				t.Errorf("%s: %v", c.in.Value, err)
			}
		}
	}
}

func TestServers(t *testing.T) {
	o := &object{Name: "orders", Physical: "orders"}
	for _, c := range []struct {
		in       server
		o        object
		ns, name string
	}{
		{server{Type: "postgres", Host: "h", Database: "d", Schema: "s"}, *o, "postgres://h:5432", "d.s.orders"},
		{server{Type: "postgres", Host: "h", Port: "6432", Database: "d", Schema: "s"}, object{Name: "o", Physical: "x.orders"}, "postgres://h:6432", "d.x.orders"},
		{server{Type: "snowflake", Account: "acc", Database: "D", Schema: "S"}, *o, "snowflake://acc", "D.S.orders"},
		{server{Type: "bigquery", Project: "p", Dataset: "d"}, *o, "bigquery", "p.d.orders"},
		{server{Type: "kafka", Host: "b:9093"}, object{Name: "orders.v1"}, "kafka://b:9093", "orders.v1"},
		{server{Type: "s3", Location: "s3://b/p/{model}/*.json"}, *o, "s3://b", "p/orders"},
		{server{Type: "trino", Server: "prod", Host: "t", Catalog: "c", Schema: "s"}, *o, "lake:", "c.s.orders"},
		{server{Type: "athena", Region: "eu-west-1", Schema: "s"}, *o, "awsathena://athena.eu-west-1.amazonaws.com", "AwsDataCatalog.s.orders"},
		{server{Type: "glue", Database: "d"}, *o, "", "d.orders"},
		{server{Type: "new-thing"}, *o, "", "orders"},
		{server{Type: "local", Path: "./data/x.csv"}, *o, "file", "./data/x.csv"},
	} {
		if got := c.in.id(&c.o, map[string]string{"prod": "lake:"}); got != (catalog.ID{Namespace: c.ns, Name: c.name}) {
			t.Errorf("%+v: got %q %q, want %q %q", c.in, got.Namespace, got.Name, c.ns, c.name)
		}
	}
}

func TestBroken(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"no YAML", "a: [", "x.yaml"},
		{"an alias bomb", "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\n", "aliases"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, _, err := read(t, fstest.MapFS{"x.yaml": {Data: []byte(c.text)}}, "x.yaml"); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, _, err := read(t, fstest.MapFS{}, "missing.yaml"); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("got %v", err)
	}
}

func FuzzContract(f *testing.F) {
	for _, name := range []string{"testdata/orders.odcs.yaml", "testdata/legacy.yaml"} {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		claims, _, err := read(t, fstest.MapFS{"x.yaml": {Data: raw}}, "x.yaml")
		if err != nil {
			return
		}
		for _, c := range claims {
			if _, err := json.Marshal(c); err != nil {
				t.Error(err)
			}
		}
	})
}

package connect_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/connect"
	"github.com/limn-data/limn/ingest/sources/rest"
	"github.com/limn-data/limn/internal/recorded"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func read(t *testing.T, c connect.Config, since string) ([]catalog.Claim, catalog.Report, error) {
	t.Helper()
	c.Name = "connect"
	if c.Now == nil {
		c.Now = func() time.Time { return noon }
	}
	s, err := connect.New(c)
	if err != nil {
		t.Fatal(err)
	}
	var out []catalog.Claim
	rep, err := s.Read(t.Context(), since, func(c catalog.Claim) error { out = append(out, c); return nil })
	return out, rep, err
}

// edges are the flows of claims, "from → to".
func edges(claims []catalog.Claim) []string {
	var out []string
	for _, c := range claims {
		for _, e := range c.Upstream {
			out = append(out, e.From.String()+" → "+c.About.String())
		}
		if c.Kind != catalog.Job && len(c.Upstream) == 0 {
			out = append(out, "? → "+c.About.String())
		}
	}
	slices.Sort(out)
	return out
}

func one(config string) fs.FS { return fstest.MapFS{"c.json": &fstest.MapFile{Data: []byte(config)}} }

func TestFlows(t *testing.T) {
	const kafka = "kafka://b:9092"
	for _, c := range []struct {
		name, config string
		want         []string
	}{
		{"Postgres", `{"connector.class":"io.debezium.connector.postgresql.PostgresConnector","database.hostname":"db","database.dbname":"shop","topic.prefix":"cdc","table.include.list":"public.orders,inventory\\.items, sales_.*"}`,
			[]string{"postgres://db:5432/shop.inventory.items → kafka://b:9092/cdc.inventory.items", "postgres://db:5432/shop.public.orders → kafka://b:9092/cdc.public.orders"}},
		{"MySQL with a router", `{"name":"x","config":{"connector.class":"io.debezium.connector.mysql.MySqlConnector","database.hostname":"db","database.port":"3307","topic.prefix":"cdc","table.include.list":"shop.orders_1,shop.orders_2",
			"transforms":"route,unwrap","transforms.route.type":"io.debezium.transforms.ByLogicalTableRouter","transforms.route.topic.regex":"(.*)orders_.*","transforms.route.topic.replacement":"$1orders","transforms.unwrap.type":"io.debezium.transforms.ExtractNewRecordState"}}`,
			[]string{"mysql://db:3307/shop.orders_1 → kafka://b:9092/cdc.shop.orders", "mysql://db:3307/shop.orders_2 → kafka://b:9092/cdc.shop.orders"}},
		{"SQL Server of two databases", `{"connector.class":"io.debezium.connector.sqlserver.SqlServerConnector","database.hostname":"db","database.names":"A,B","topic.prefix":"cdc","table.include.list":"dbo.t"}`,
			[]string{"mssql://db:1433/A.dbo.t → kafka://b:9092/cdc.A.dbo.t", "mssql://db:1433/B.dbo.t → kafka://b:9092/cdc.B.dbo.t"}},
		{"MongoDB", `{"connector.class":"io.debezium.connector.mongodb.MongoDbConnector","mongodb.connection.string":"mongodb://ann:hush@m1:27017,m2:27017/?replicaSet=rs0","topic.prefix":"cdc","collection.include.list":"shop.orders"}`,
			[]string{"mongodb://m1:27017/shop.orders → kafka://b:9092/cdc.shop.orders"}},
		{"Oracle", `{"connector.class":"io.debezium.connector.oracle.OracleConnector","database.hostname":"db","database.dbname":"ORCLCDB","database.pdb.name":"PDB1","topic.prefix":"cdc","table.include.list":"DEBEZIUM.CUSTOMERS"}`,
			[]string{"oracle://db:1521/PDB1.DEBEZIUM.CUSTOMERS → kafka://b:9092/cdc.DEBEZIUM.CUSTOMERS"}},
		{"a router that only the record decides", `{"connector.class":"io.debezium.connector.postgresql.PostgresConnector","database.hostname":"db","database.dbname":"shop","topic.prefix":"cdc","table.include.list":"public.outbox","transforms":"o","transforms.o.type":"io.debezium.transforms.outbox.EventRouter"}`, nil},
		{"a router under a condition", `{"connector.class":"io.debezium.connector.postgresql.PostgresConnector","database.hostname":"db","database.dbname":"shop","topic.prefix":"cdc","table.include.list":"public.a","transforms":"o","transforms.o.type":"org.apache.kafka.connect.transforms.RegexRouter","transforms.o.predicate":"p","transforms.o.regex":"a","transforms.o.replacement":"b"}`, nil},
		{"JDBC source", `{"connector.class":"io.confluent.connect.jdbc.JdbcSourceConnector","connection.url":"jdbc:postgresql://db/shop?user=ann&password=hush","topic.prefix":"pg-","table.whitelist":"orders"}`,
			[]string{"postgres://db:5432/shop.public.orders → kafka://b:9092/pg-orders"}},
		{"Iceberg", `{"connector.class":"org.apache.iceberg.connect.IcebergSinkConnector","topics":"events","iceberg.tables":"raw.events","iceberg.catalog":"prod"}`, []string{"kafka://b:9092/events → lake.raw.events"}},
		{"S3", `{"connector.class":"io.confluent.connect.s3.S3SinkConnector","topics":"a,b","s3.bucket.name":"raw","topics.dir":"in","transforms":"r","transforms.r.type":"org.apache.kafka.connect.transforms.RegexRouter","transforms.r.regex":"(.)","transforms.r.replacement":"x-$1"}`,
			[]string{"kafka://b:9092/a → s3://raw/in/x-a", "kafka://b:9092/b → s3://raw/in/x-b"}},
		{"JDBC sink", `{"connector.class":"io.debezium.connector.jdbc.JdbcSinkConnector","connection.url":"jdbc:mysql://dw:3306/shop","topics":"cdc.shop.orders","collection.name.format":"in_${topic}"}`, []string{"kafka://b:9092/cdc.shop.orders → mysql://dw:3306/shop.in_cdc_shop_orders"}},
		{"MongoDB sink", `{"connector.class":"io.debezium.connector.mongodb.MongoDbSinkConnector","mongodb.connection.string":"mongodb://admin:hush@m:27017","topics":"t","sink.database":"inv"}`, []string{"kafka://b:9092/t → mongodb://m:27017/inv.t"}},
		{"something else", `{"connector.class":"com.acme.Source","hush":"hush"}`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			claims, rep, err := read(t, connect.Config{Files: one(c.config), Patterns: []string{"*.json"}, Namespace: kafka, Catalog: "lake"}, "")
			if err != nil || !rep.Whole || rep.SkippedCount > 0 {
				t.Fatal(rep, err)
			}
			if got := edges(claims); !slices.Equal(got, c.want) {
				t.Errorf("\ngot  %q\nwant %q", got, c.want)
			}
			if text := fmt.Sprintf("%+v", claims); strings.Contains(text, "hush") {
				t.Errorf("a secret was kept: %s", text)
			}
		})
	}
}

// workers is the REST interface of a Connect cluster.
type workers struct {
	state, task, trace string
	broken             string
	lie                bool
}

func (w *workers) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if w.broken != "" && strings.HasPrefix(r.URL.Path, w.broken) {
		rw.WriteHeader(500)
		rw.Write([]byte(`{"error_code":500,"message":"IO Error trying to forward REST request: Connection refused"}`))
		return
	}
	switch r.URL.Path {
	case "/connectors":
		if w.lie {
			rw.Write([]byte(`["shop"]`))
			return
		}
		json.NewEncoder(rw).Encode(map[string]any{
			"shop": map[string]any{
				"info": map[string]any{"name": "shop", "type": "source", "tasks": []any{}, "made-up": true, "config": map[string]any{"connector.class": "io.debezium.connector.postgresql.PostgresConnector", "database.hostname": "db", "database.dbname": "shop", "database.password": "hush-hush", "topic.prefix": "cdc",
					"openlineage.integration.owners": "Mario=maintainer,Ann=Data Steward", "openlineage.integration.job.description": "orders"}},
				"status": map[string]any{"name": "shop", "type": "source", "connector": map[string]any{"state": w.state, "worker_id": "w:8083"}, "tasks": []any{map[string]any{"id": 0, "state": w.task, "worker_id": "w:8083", "trace": w.trace}}},
			}})
	case "/connectors/shop/topics":
		rw.Write([]byte(`{"shop":{"topics":["cdc.public.orders","cdc","__debezium-heartbeat.cdc"]}}`))
	default:
		rw.WriteHeader(404)
	}
}

func TestREST(t *testing.T) {
	w := &workers{state: "RUNNING", task: "RUNNING"}
	srv := httptest.NewServer(w)
	defer srv.Close()
	client, err := rest.New("connect", srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	client.Pause = time.Millisecond
	now := noon
	c := connect.Config{Client: client, Namespace: "kafka://b:9092", Now: func() time.Time { return now }}
	claims, rep, err := read(t, c, "")
	if err != nil || !slices.Equal(edges(claims), []string{"postgres://db:5432/shop.public.orders → kafka://b:9092/cdc.public.orders"}) {
		t.Fatal(edges(claims), rep, err)
	}
	job := claims[0]
	if job.Kind != catalog.Job || job.Description != "orders" || job.Owners[0] != (catalog.Ownership{Principal: "Mario", Role: catalog.Technical, SourceRole: "maintainer"}) || job.Owners[1].Role != catalog.Steward {
		t.Errorf("%+v", job)
	}
	if o := claims[1].Observed; len(o) != 1 || o[0].Kind != catalog.Running || o[0].Job != "shop" || !o[0].At.Equal(noon) {
		t.Errorf("%+v", o)
	}
	if rep.Unknown["info.made-up"] != 1 {
		t.Errorf("unknown %v", rep.Unknown)
	}
	for _, s := range []struct{ state, task, trace, says string }{
		{"RUNNING", "FAILED", "org.apache.kafka.connect.errors.ConnectException: no login with hush-hush at jdbc:postgresql://ann:pw@db\n\tat x.y", "1 of 1 tasks do not run: task 0 is failed (org.apache.kafka.connect.errors.ConnectException: no login with … at jdbc:postgresql://…@db)"},
		{"PAUSED", "PAUSED", "", "the connector is paused"},
	} {
		w.state, w.task, w.trace = s.state, s.task, s.trace
		now = now.Add(time.Hour)
		claims, rep, err = read(t, c, rep.Cursor)
		if err != nil {
			t.Fatal(err)
		}
		o := claims[1].Observed[0]
		if o.Kind != catalog.Stopped || o.Detail != s.says || !o.At.Equal(noon.Add(time.Hour)) { // stopped since it was first seen to be
			t.Errorf("%s %s: %+v", s.state, s.task, o)
		}
	}
	for broken, says := range map[string]string{"/connectors": "Connection refused", "/connectors/shop/topics": "Connection refused"} {
		w.broken = broken
		if claims, _, err := read(t, c, ""); err == nil || !strings.Contains(err.Error(), says) || len(claims) > 0 {
			t.Errorf("%s: %v", broken, err)
		}
	}
	w.broken, w.lie = "", true
	if _, _, err := read(t, c, ""); err == nil || !strings.Contains(err.Error(), "no list of connectors") {
		t.Errorf("a list of names only: %v", err)
	}
}

// Every sample is read alone, since most are of the same name.
func TestSamples(t *testing.T) {
	root := recorded.Path(t, "samples/debezium_kafka_connect")
	files, err := filepath.Glob(filepath.Join(root, "*.json"))
	if err != nil || len(files) < 15 {
		t.Fatal(len(files), err)
	}
	read0 := 0
	for _, f := range files {
		claims, rep, err := read(t, connect.Config{Files: os.DirFS(root), Patterns: []string{filepath.Base(f)}, Namespace: "kafka://kafka:9092"}, "")
		if err != nil || rep.SkippedCount > 0 || len(claims) == 0 {
			t.Errorf("%s: %+v, %v", f, rep, err)
		}
		read0 += rep.Records
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Config map[string]string `json:"config"`
		}
		json.Unmarshal(raw, &doc)
		for k, v := range doc.Config {
			if strings.Contains(k, "password") && len(v) > 5 && strings.Contains(fmt.Sprintf("%+v", claims), v) && v != "postgres" && v != "debezium" {
				t.Errorf("%s: %s was kept", f, k)
			}
		}
	}
	t.Logf("figure: connector samples: %d of %d read", read0, len(files))
}

func FuzzConfigurations(f *testing.F) {
	f.Add([]byte(`{"name":"a","config":{"connector.class":"io.debezium.connector.mysql.MySqlConnector","topic.prefix":"p","table.include.list":"a.b"}}`))
	f.Add([]byte(`{"connector.class":"x.JdbcSinkConnector","connection.url":"jdbc:sqlserver://h;databaseName=x","topics":"a","transforms":"r","transforms.r.type":"RegexRouter","transforms.r.regex":"(","transforms.r.replacement":"$9"}`))
	f.Add([]byte(`{"a":{"info":{"config":{}},"status":{"connector":{"state":"X"},"tasks":[{}]}}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := connect.New(connect.Config{Name: "x", Now: time.Now, Files: fstest.MapFS{"c.json": &fstest.MapFile{Data: raw}}, Patterns: []string{"c.json"}})
		if err != nil {
			t.Fatal(err)
		}
		s.Read(t.Context(), "", func(c catalog.Claim) error {
			if _, err := json.Marshal(c); err != nil {
				t.Errorf("a claim that cannot be kept: %v", err)
			}
			return nil
		})
	})
}

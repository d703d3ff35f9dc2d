package kafka_test

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sr"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/kafka"
	"github.com/limn-data/limn/internal/recorded"
)

func read(t *testing.T, c kafka.Config) ([]catalog.Claim, catalog.Report, error) {
	t.Helper()
	c.Name = "events"
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Timeout == 0 {
		c.Timeout = 5 * time.Second
	}
	s, err := kafka.New(c)
	if err != nil {
		t.Fatal(err)
	}
	var out []catalog.Claim
	rep, err := s.Read(t.Context(), "", func(c catalog.Claim) error { out = append(out, c); return nil })
	return out, rep, err
}

func find(t *testing.T, claims []catalog.Claim, name, part string) catalog.Claim {
	t.Helper()
	i := slices.IndexFunc(claims, func(c catalog.Claim) bool { return c.About.Name == name && c.Part == part })
	if i < 0 {
		t.Fatalf("nothing is claimed of %s %s", name, part)
	}
	return claims[i]
}

// broker starts a cluster of one broker in this process, with a topic of two partitions.
func broker(t *testing.T, opts ...kfake.Opt) (*kfake.Cluster, string) {
	t.Helper()
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(1), kfake.SeedTopics(2, "orders", "quiet"), kfake.Ports(0)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, c.ListenAddrs()[0]
}

// registry answers the documented REST API of schema registries.
func registry(t *testing.T, subjects map[string]string) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, p, _ := r.BasicAuth(); p != "reg-secret" {
			w.WriteHeader(401)
			w.Write([]byte(`{"error_code":401,"message":"Unauthorized"}`))
			return
		}
		w.Header().Set("Content-Type", "application/vnd.schemaregistry.v1+json")
		parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
		if len(parts) == 1 {
			var names []string
			for n := range subjects {
				names = append(names, n)
			}
			json.NewEncoder(w).Encode(names)
			return
		}
		text, ok := subjects[parts[1]]
		if !ok {
			w.WriteHeader(404)
			w.Write([]byte(`{"error_code":40401,"message":"Subject not found"}`))
			return
		}
		if text == "lie" {
			w.Write([]byte("<html>"))
			return
		}
		doc := map[string]any{"subject": parts[1], "version": 3, "id": 7, "schema": text}
		switch {
		case strings.Contains(text, "syntax"):
			doc["schemaType"] = "PROTOBUF"
		case strings.Contains(text, "properties"):
			doc["schemaType"] = "JSON"
		}
		if strings.Contains(text, "Money") && !strings.Contains(text, `"name":"Money"`) {
			doc["references"] = []any{map[string]any{"name": "Money", "subject": "money", "version": 1}}
			doc["metadata"] = map[string]any{"tags": map[string]any{"Order.buyer": []string{"PII"}}, "properties": map[string]string{"owner": "sales-eng"}}
		}
		json.NewEncoder(w).Encode(doc)
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

const order = `{"type":"record","name":"Order","namespace":"shop","doc":"an order","fields":[
 {"name":"id","type":"long","doc":"its number"},{"name":"buyer","type":["null","string"],"default":null},
 {"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},
 {"name":"total","type":"Money"},{"name":"lines","type":{"type":"array","items":{"type":"record","name":"Line","fields":[{"name":"sku","type":"string","doc":"what"}]}}},
 {"name":"next","type":["null","Order"]}]}`

func TestWhatIsClaimed(t *testing.T) {
	_, addr := broker(t)
	cl, err := kgo.NewClient(kgo.SeedBrokers(addr), kgo.ConsumerGroup("billing"), kgo.ConsumeTopics("orders"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	now := time.Now().Truncate(time.Millisecond)
	for i, at := range []time.Time{now.Add(-3 * time.Hour), now.Add(-time.Hour), now.Add(-2 * time.Hour)} {
		if err := cl.ProduceSync(t.Context(), &kgo.Record{Topic: "orders", Partition: int32(i % 2), Value: []byte("x"), Timestamp: at}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	for n := 0; n < 3; {
		n += cl.PollFetches(t.Context()).NumRecords()
	}
	if err := cl.CommitUncommittedOffsets(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := cl.ProduceSync(t.Context(), &kgo.Record{Topic: "orders", Partition: 0, Value: []byte("x"), Timestamp: now.Add(-30 * time.Minute)}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	if _, err := kadm.NewClient(cl).AlterTopicConfigs(t.Context(), []kadm.AlterConfig{{Name: "retention.ms", Value: kadm.StringPtr("86400000")}}, "orders"); err != nil {
		t.Fatal(err)
	}
	reg := registry(t, map[string]string{"orders-value": order, "orders-key": `{"type":"record","name":"Key","fields":[{"name":"id","type":"long"}]}`, "money": `{"type":"record","name":"Money","namespace":"shop","fields":[{"name":"amount","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2}}]}`, "shop.Other": order})
	claims, rep, err := read(t, kafka.Config{Brokers: []string{addr, "kafka-2:9092"}, Registry: &kafka.Registry{URL: reg, User: "limn", Password: "reg-secret"}})
	if err != nil || !rep.Whole {
		t.Fatal(rep, err)
	}
	c := find(t, claims, "orders", "")
	if c.About.Namespace != "kafka://"+addr || c.Aliases[0].Namespace != "kafka://kafka-2:9092" || c.Kind != catalog.Topic || c.Custom["partitions"] != "2" || c.Custom["retention.ms"] != "86400000" || c.Custom["key"] != "id" ||
		c.Description != "an order" || c.Owners[0].Principal != "sales-eng" || c.Version != "avro 3" {
		t.Errorf("%+v", c)
	}
	var got []string
	for _, k := range c.Columns {
		got = append(got, strings.Join([]string{k.Path, k.NativeType, k.Key, k.PII, k.Description, strconv.FormatBool(*k.Nullable)}, "|"))
	}
	want := []string{"id|long|primary||its number|false", "buyer|string||personal||true", "at|long (timestamp-millis)||||false", "total|record||||false", "total.amount|decimal(12,2)||||false",
		"lines|array<record>||||false", "lines.sku|string|||what|false"}
	if !slices.Equal(got[:len(want)], want) || !strings.HasPrefix(got[len(want)], "next|record") {
		t.Errorf("columns\n%q\nwant\n%q", got[:8], want)
	}
	s := find(t, claims, "orders", "state")
	if s.Custom["records"] != "4" || len(s.Observed) != 1 || s.Observed[0].Kind != catalog.Landed || !s.Observed[0].At.Equal(now.Add(-30*time.Minute)) || s.Custom["lag billing"] != "1" {
		t.Errorf("state: %+v", s)
	}
	if s := find(t, claims, "quiet", "state"); len(s.Observed) != 0 || s.Custom["records"] != "0" {
		t.Errorf("a topic without records: %+v", s)
	}
	if rep.Counts["subjects that are named after no topic"] != 2 {
		t.Errorf("counts %v", rep.Counts)
	}
}

// A record that says that it is of next week says nothing about when data came.
func TestRecordsFromTheFuture(t *testing.T) {
	_, addr := broker(t)
	cl, err := kgo.NewClient(kgo.SeedBrokers(addr))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	if err := cl.ProduceSync(t.Context(), &kgo.Record{Topic: "orders", Value: []byte("x"), Timestamp: time.Now().Add(7 * 24 * time.Hour)}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	claims, rep, err := read(t, kafka.Config{Brokers: []string{addr}, Include: []string{"ord*"}})
	if err != nil || len(find(t, claims, "orders", "state").Observed) != 0 || rep.Counts["partitions whose newest record is from the future"] != 1 || rep.Counts["topics"] != 1 {
		t.Errorf("%+v %+v %v", claims, rep, err)
	}
}

func TestFaults(t *testing.T) {
	_, addr := broker(t)
	_, guarded := broker(t, kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-256", "limn", "right-word"))
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	reg := registry(t, map[string]string{"orders-value": "lie"})
	for _, c := range []struct {
		name, says string
		c          kafka.Config
	}{
		{"no broker", "see whether the brokers run", kafka.Config{Brokers: []string{"127.0.0.1:1"}, Timeout: 500 * time.Millisecond}},
		{"a broker that says nothing", "see whether the brokers run", kafka.Config{Brokers: []string{silent.Addr().String()}, Timeout: 500 * time.Millisecond}},
		{"a wrong password", "look at the user", kafka.Config{Brokers: []string{guarded}, User: "limn", Password: "wrong-word", Mechanism: "SCRAM-SHA-256", Timeout: 700 * time.Millisecond}},
		{"TLS where there is none", "kafka at", kafka.Config{Brokers: []string{addr}, TLS: true, Timeout: 500 * time.Millisecond}},
		{"no registry", "schema registry", kafka.Config{Brokers: []string{addr}, Registry: &kafka.Registry{URL: "http://127.0.0.1:1"}, Timeout: 700 * time.Millisecond}},
		{"a wrong password of the registry", "look at the user and the password of the registry", kafka.Config{Brokers: []string{addr}, Registry: &kafka.Registry{URL: reg, User: "limn", Password: "wrong-word"}, Timeout: 700 * time.Millisecond}},
		{"a registry that lies", "schema registry", kafka.Config{Brokers: []string{addr}, Registry: &kafka.Registry{URL: reg, User: "limn", Password: "reg-secret"}, Timeout: 700 * time.Millisecond}},
	} {
		t.Run(c.name, func(t *testing.T) {
			began := time.Now()
			_, rep, err := read(t, c.c)
			if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "wrong-word") || rep.Whole {
				t.Errorf("%v, want %q", err, c.says)
			}
			if took := time.Since(began); took > 15*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
	if claims, _, err := read(t, kafka.Config{Brokers: []string{guarded}, User: "limn", Password: "right-word", Mechanism: "SCRAM-SHA-256"}); err != nil || len(claims) == 0 {
		t.Errorf("the right password: %v", err)
	}
	for _, bad := range []kafka.Config{{Now: time.Now}, {Now: time.Now, Brokers: []string{"ann:secret@h:9092"}}, {Now: time.Now, Brokers: []string{"h:1"}, User: "x", Mechanism: "GSSAPI"}} {
		if _, err := kafka.New(bad); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestLanguages(t *testing.T) {
	for _, c := range []struct {
		name     string
		language sr.SchemaType
		text     string
		want     []string
	}{
		{"protobuf", sr.TypeProtobuf, `syntax = "proto3"; package shop; import "x.proto"; option java_package = "a;b";
// an order
message Order {
  // its number
  int64 id = 1;
  optional string buyer = 2 [(confluent.field_meta).tags = "PII"]; // who
  repeated Line lines = 3;
  map<string, Line> by = 4;
  oneof pay { string card = 5; /* by
   * bank */ Bank bank = 6; }
  message Line { string sku = 1; Order of = 2; }
  message Bank { string iban = 1; }
  enum Kind { A = 0; }
  Kind kind = 7;
  reserved 8, 9;
}
message Other {}`, []string{"id int64 its number", "buyer string who personal", "lines repeated Line", "lines.sku string", "lines.of Order"}},
		{"debezium", sr.TypeAvro, `{"type":"record","name":"Envelope","namespace":"srv.inventory.customers","fields":[
{"name":"before","type":["null",{"type":"record","name":"Value","fields":[{"name":"id","type":"int"},{"name":"email","type":"string"}]}],"default":null},
{"name":"after","type":["null","Value"]},{"name":"source","type":{"type":"record","name":"Source","fields":[]}},{"name":"op","type":"string"}]}`, []string{"id int", "email string"}},
		{"json schema", sr.TypeJSON, `{"title":"Order","type":"object","required":["id"],"properties":{"id":{"type":"integer","description":"its number"},"at":{"type":["string","null"],"format":"date-time"},
"buyer":{"$ref":"#/$defs/Person"},"tags":{"type":"array","items":{"type":"string"}},"x":{"oneOf":[{"type":"null"},{"type":"number"}]}},"$defs":{"Person":{"type":"object","properties":{"email":{"type":"string","confluent:tags":["PII"]},"boss":{"$ref":"#/$defs/Person"}}}}}`,
			[]string{"at string (date-time)", "buyer object", "buyer.boss object"}},
		{"a plain value", sr.TypeAvro, `"string"`, []string{"value string"}},
	} {
		columns, _, err := kafka.Columns(c.language, c.text, nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got []string
		for _, k := range columns {
			got = append(got, strings.Join(strings.Fields(k.Path+" "+k.NativeType+" "+k.Description+" "+k.PII), " "))
		}
		if len(got) < len(c.want) || !slices.Equal(got[:len(c.want)], c.want) {
			t.Errorf("%s:\n%q\nwant\n%q", c.name, got, c.want)
		}
	}
	for text, language := range map[string]sr.SchemaType{"": sr.TypeAvro, "{": sr.TypeAvro, `{"fields":[]}`: sr.TypeAvro, "message A {": sr.TypeProtobuf, "int x;": sr.TypeProtobuf, "message A { string }": sr.TypeProtobuf, "[": sr.TypeJSON} {
		if _, _, err := kafka.Columns(language, text, nil); err == nil {
			t.Errorf("%q was taken as %s", text, language)
		}
	}
}

func TestSamples(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(recorded.Path(t, "samples/kafka_schema_registry"), "*.avsc"))
	if err != nil || len(files) != 3 {
		t.Fatal(files, err)
	}
	want := map[string]int{"click_event.avsc": 10, "key_schema.avsc": 2, "value_schema.avsc": 3}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		columns, _, err := kafka.Columns(sr.TypeAvro, string(raw), nil)
		if err != nil || len(columns) != want[filepath.Base(f)] {
			t.Errorf("%s: %d columns, want %d; %v", f, len(columns), want[filepath.Base(f)], err)
		}
	}
}

func FuzzColumns(f *testing.F) {
	f.Add(uint8(0), order)
	f.Add(uint8(1), `syntax = "proto3"; message A { message A { A a = 1; } repeated A b = 2 [x = {y: "z"}]; oneof c { int32 d = 3; } }`)
	f.Add(uint8(2), `{"allOf":[{"$ref":"#"},{"$ref":"#"},{"$ref":"#"},{"$ref":"#"},{"$ref":"#"},{"$ref":"#"}]}`)
	f.Add(uint8(2), `{"properties":{"a":{"$ref":"#"},"b":{"allOf":[{"$ref":"#"}]}}}`)
	f.Add(uint8(0), `{"type":"record","name":"A","fields":[{"name":"a","type":["A","A"]},{"name":"b","type":{"type":{"type":"array","items":"A"}}}]}`)
	f.Fuzz(func(t *testing.T, language uint8, text string) {
		began := time.Now()
		columns, _, _ := kafka.Columns([]sr.SchemaType{sr.TypeAvro, sr.TypeProtobuf, sr.TypeJSON}[language%3], text, nil)
		if len(columns) > 5100 || time.Since(began) > 5*time.Second {
			t.Errorf("%d columns in %s", len(columns), time.Since(began))
		}
	})
}

package iceberg_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/iceberg"
	"github.com/limn-data/limn/ingest/sources/rest"
	"github.com/limn-data/limn/internal/recorded"
	"github.com/limn-data/limn/internal/service"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func read(t *testing.T, c iceberg.Config, since string) ([]catalog.Claim, catalog.Report, error) {
	t.Helper()
	c.Name = "ice"
	if c.Now == nil {
		c.Now = func() time.Time { return noon }
	}
	s, err := iceberg.New(c)
	if err != nil {
		t.Fatal(err)
	}
	var out []catalog.Claim
	rep, err := s.Read(t.Context(), since, func(c catalog.Claim) error { out = append(out, c); return nil })
	return out, rep, err
}

// table is a metadata file of version 2 or 3 with one commit.
func table(format int, location, uuid string, snapshot int64, records string) string {
	return fmt.Sprintf(`{"format-version": %d, "table-uuid": %q, "location": %q, "last-updated-ms": 1795330800000, "last-column-id": 9, "last-sequence-number": 1, "next-row-id": 5,
"current-schema-id": 1, "schemas": [{"type": "struct", "schema-id": 0, "fields": []}, {"type": "struct", "schema-id": 1, "identifier-field-ids": [1], "fields": [
 {"id": 1, "name": "id", "required": true, "type": "long", "doc": "the order"}, {"id": 2, "name": "at", "required": false, "type": "timestamptz"},
 {"id": 3, "name": "amount", "required": false, "type": "decimal(12, 2)"},
 {"id": 4, "name": "buyer", "required": false, "type": {"type": "struct", "fields": [{"id": 5, "name": "email", "required": false, "type": "string", "doc": "whom to write to"}]}},
 {"id": 6, "name": "tags", "required": false, "type": {"type": "list", "element-id": 7, "element-required": false, "element": "string"}},
 {"id": 8, "name": "shape", "required": false, "type": "geometry(srid:3857)"}]}],
"default-spec-id": 0, "partition-specs": [{"spec-id": 0, "fields": [{"name": "at_month", "transform": "month", "source-id": 2, "field-id": 1000}]}], "last-partition-id": 1000,
"default-sort-order-id": 1, "sort-orders": [{"order-id": 1, "fields": [{"transform": "identity", "source-id": 1, "direction": "asc", "null-order": "nulls-first"}]}],
"properties": {"owner": "sales-eng", "comment": "all orders", "write.format.default": "parquet", "s3.secret-access-key": "hush"}, "made-up": 1,
"current-snapshot-id": %d, "refs": {"main": {"snapshot-id": %d, "type": "branch"}, "audit": {"snapshot-id": 7, "type": "tag"}},
"snapshots": [{"snapshot-id": 7, "timestamp-ms": 1795330000000, "summary": {"operation": "append", "total-records": "1"}},
 {"snapshot-id": %d, "timestamp-ms": 1795330700000, "summary": {"operation": "overwrite", "total-records": %q, "total-delete-files": "0", "total-files-size": "900"}}],
"statistics": [{"snapshot-id": %d, "statistics-path": "s3://b/x.puffin", "file-size-in-bytes": 1, "file-footer-size-in-bytes": 1, "blob-metadata": [{"type": "apache-datasketches-theta-v1", "snapshot-id": 1, "sequence-number": 1, "fields": [1], "properties": {"ndv": "12"}}]}]}`,
		format, uuid, location, snapshot, snapshot, snapshot, records, snapshot)
}

func folder(files map[string]string) fs.FS {
	out := fstest.MapFS{}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text), ModTime: noon}
	}
	return out
}

func TestWhatIsClaimed(t *testing.T) {
	for _, format := range []int{2, 3} {
		claims, rep, err := read(t, iceberg.Config{Files: folder(map[string]string{"orders/metadata/00001-a.metadata.json": table(format, "s3a://bucket/wh/orders/", "AB-12", 9, "12")}), Patterns: []string{"**/*.metadata.json"}}, "")
		if err != nil || !rep.Whole || len(claims) != 1 {
			t.Fatal(claims, rep, err)
		}
		c := claims[0]
		if c.About.Key() != (catalog.ID{Namespace: "s3://bucket", Name: "wh/orders"}).Key() || c.Aliases[0] != (catalog.ID{Namespace: "urn:iceberg", Name: "ab-12"}) {
			t.Errorf("it is called %v, %v", c.About, c.Aliases)
		}
		if c.Description != "all orders" || c.Owners[0].Principal != "sales-eng" || c.SnapshotID != "9" || *c.Rows != 12 || *c.Bytes != 900 || c.Observed[0].At.UnixMilli() != 1795330700000 || c.Observed[0].Kind != catalog.Snapshotted {
			t.Errorf("%+v", c)
		}
		var got []string
		for _, k := range c.Columns {
			got = append(got, strings.TrimSpace(k.Path+"|"+k.Type+"|"+k.Key+"|"+k.Description))
		}
		want := []string{"id|bigint|primary|the order", "at|timestamp(6) with time zone|partition|", "amount|decimal(12,2)||", `buyer|row("email" varchar)||`, "buyer.email|varchar||whom to write to", "tags|array(varchar)||", "shape|||"}
		if !slices.Equal(got, want) {
			t.Errorf("columns\n%q\nwant\n%q", got, want)
		}
		for k, v := range map[string]string{"partitioned_by": "month(at)", "sorted_by": "id asc", "refs": "audit=7", "distinct id": "12", "write.format.default": "parquet", "operation": "overwrite", "s3.secret-access-key": ""} {
			if c.Custom[k] != v {
				t.Errorf("%s is %q, want %q", k, c.Custom[k], v)
			}
		}
		if rep.Unknown["metadata.made-up"] != 1 || len(rep.Unknown) != 1 && format == 2 {
			t.Errorf("unknown: %v", rep.Unknown)
		}
	}
}

// Of the metadata files of a table the newest counts, compressed or not; a file that is cut off is named.
func TestVersionsOfOneTable(t *testing.T) {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	z.Write([]byte(table(2, "s3://b/t", "u", 30, "3")))
	z.Close()
	files := map[string]string{
		"t/metadata/v9.metadata.json": table(2, "s3://b/t", "u", 9, "1"), "t/metadata/00010-x.metadata.json": table(2, "s3://b/t", "u", 10, "2"), "t/metadata/00011-x.gz.metadata.json": zipped.String(),
		"cut/metadata/00001-x.metadata.json": table(2, "s3://b/cut", "v", 9, "1")[:300],
	}
	c := iceberg.Config{Files: folder(files), Patterns: []string{"**/*.metadata.json"}}
	claims, rep, err := read(t, c, "")
	if err != nil || len(claims) != 1 || claims[0].SnapshotID != "30" || rep.SkippedCount != 1 || !strings.Contains(rep.Skipped[0].Why, "ends in the middle") || rep.Whole {
		t.Fatalf("%v %+v %v", claims, rep, err)
	}
	// Nothing changed: nothing is told. A new version: one claim. A table that is gone: said once everything can be read.
	claims, rep, err = read(t, c, rep.Cursor)
	if err != nil || len(claims) != 0 || rep.Counts["tables as before"] != 1 {
		t.Fatalf("%v %+v %v", claims, rep, err)
	}
	delete(files, "cut/metadata/00001-x.metadata.json")
	files["t/metadata/00012-x.metadata.json"] = table(2, "s3://b/t", "u", 31, "3")
	files["new/metadata/00000-x.metadata.json"] = table(2, "s3://b/new", "w", 1, "3")
	c.Files = folder(files)
	claims, rep, err = read(t, c, rep.Cursor)
	if err != nil || len(claims) != 2 || rep.Whole {
		t.Fatalf("%v %+v %v", claims, rep, err)
	}
	delete(files, "new/metadata/00000-x.metadata.json")
	c.Files = folder(files)
	claims, _, err = read(t, c, rep.Cursor)
	if err != nil || len(claims) != 1 || !claims[0].Gone || claims[0].About.Name != "new" {
		t.Fatalf("%v %v", claims, err)
	}
	c.Now = func() time.Time { return noon.Add(25 * time.Hour) }
	if claims, rep, err = read(t, c, rep.Cursor); err != nil || len(claims) != 1 || !rep.Whole {
		t.Fatalf("after a day: %v %+v %v", claims, rep, err)
	}
}

// Every sample is read, or refused with the reason, just as pyiceberg 0.12 does, which finds the same numbers of
// columns and the same current commits.
func TestSamples(t *testing.T) {
	root := recorded.Path(t, "samples")
	type want struct {
		columns           int
		snapshot, refused string
	}
	all := map[string]want{
		"iceberg/TableMetadataV1NoValidSchema.json": {refused: "no current schema"}, "iceberg/TableMetadataV1SchemasWithoutCurrentId.json": {columns: 3},
		"iceberg/TableMetadataV2MissingLastPartitionId.json": {columns: 3}, "iceberg/TableMetadataV2MissingSchemas.json": {refused: "schemas are missing"},
		"iceberg/TableMetadataV2Valid.json": {columns: 3, snapshot: "3055729675574597004"}, "iceberg/TableMetadataV2ValidMinimal.json": {columns: 3}, "iceberg/commit_report.json": {refused: "format-version is missing"},
		"iceberg/geo-schema-java-main.json": {refused: "format-version is missing"}, "iceberg/udf-metadata-table.json": {refused: "metadata of a function"},
		"unity_catalog/src__test__resources__iceberg.metadata.json":                                                   {columns: 2, snapshot: "6116814959227549927"},
		"unity_catalog/tables__marksheet_uniform__metadata__00000-cb4b21f7-5602-4320-8584-e7c52cb9f4cf.metadata.json": {columns: 3},
		"unity_catalog/tables__marksheet_uniform__metadata__00001-d766d6c3-71c1-4964-b76b-6e84ff0b0f8b.metadata.json": {columns: 3},
	}
	tables, refused := 0, 0
	for name, w := range all {
		claims, rep, err := read(t, iceberg.Config{Files: os.DirFS(root), Patterns: []string{name}}, "")
		switch {
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case w.refused != "":
			refused++
			if rep.SkippedCount != 1 || !strings.Contains(rep.Skipped[0].Why, w.refused) {
				t.Errorf("%s: skipped %v, want %q", name, rep.Skipped, w.refused)
			}
		case len(claims) != 1 || rep.SkippedCount != 0 || len(rep.Unknown) > 0:
			t.Errorf("%s: %d claims, skipped %v, unknown %v", name, len(claims), rep.Skipped, rep.Unknown)
		case len(claims[0].Columns) != w.columns || claims[0].SnapshotID != w.snapshot:
			t.Errorf("%s: %d columns, commit %q, want %+v", name, len(claims[0].Columns), claims[0].SnapshotID, w)
		}
		tables += len(claims)
	}
	t.Logf("figure: Iceberg samples: %d of %d read, %d refused with a reason", tables, len(all), refused)
}

// server is a REST catalog of two namespaces, one in the other, with pages of one and a token.
type server struct {
	mu     sync.Mutex
	asked  []string
	broken string // what of a path answers 500
	tables map[string]string
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := r.URL.EscapedPath()
	s.asked = append(s.asked, path+"?"+r.URL.RawQuery)
	say := func(status int, v any) {
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(v)
	}
	refuse := func(status int, why string) {
		say(status, map[string]any{"error": map[string]any{"message": why, "type": "X", "code": status}})
	}
	if path == "/v1/oauth/tokens" {
		r.ParseForm()
		if r.PostForm.Get("client_id") != "limn" || r.PostForm.Get("client_secret") != "hush-hush" {
			refuse(401, "client_secret "+r.PostForm.Get("client_secret")+" is wrong")
			return
		}
		say(200, map[string]string{"access_token": "tok-123", "token_type": "bearer"})
		return
	}
	if r.Header.Get("Authorization") != "Bearer tok-123" {
		refuse(401, "who are you")
		return
	}
	if s.broken != "" && strings.Contains(path+"?"+r.URL.RawQuery, s.broken) {
		refuse(500, "out of order")
		return
	}
	switch {
	case path == "/v1/config":
		say(200, map[string]any{"overrides": map[string]any{"prefix": "main/" + r.URL.Query().Get("warehouse")}, "defaults": map[string]any{}})
	case path == "/v1/main/wh/namespaces":
		switch r.URL.Query().Get("parent") {
		case "":
			if r.URL.Query().Get("pageToken") == "" {
				say(200, map[string]any{"namespaces": [][]string{{"sales"}}, "next-page-token": "2"})
			} else {
				say(200, map[string]any{"namespaces": [][]string{{"secret"}}})
			}
		case "sales":
			say(200, map[string]any{"namespaces": [][]string{{"sales", "eu"}}})
		default:
			say(200, map[string]any{"namespaces": [][]string{}})
		}
	case path == "/v1/main/wh/namespaces/sales/tables":
		page := map[string]int{"": 0, "1": 1, "2": 2}[r.URL.Query().Get("pageToken")]
		out := map[string]any{"identifiers": []any{map[string]any{"namespace": []string{"sales"}, "name": fmt.Sprintf("t%d", page)}}}
		if page < 2 {
			out["next-page-token"] = fmt.Sprint(page + 1)
		}
		say(200, out)
	case path == "/v1/main/wh/namespaces/"+url.PathEscape("sales\x1feu")+"/tables":
		say(200, map[string]any{"identifiers": []any{map[string]any{"namespace": []string{"sales", "eu"}, "name": "daily"}}})
	case path == "/v1/main/wh/namespaces/secret/tables":
		refuse(403, "not yours")
	default:
		name := path[strings.LastIndex(path, "/")+1:]
		text, ok := s.tables[name]
		if !ok {
			refuse(404, "no such table")
			return
		}
		etag := fmt.Sprintf(`"%x"`, len(text))
		w.Header().Set("ETag", etag)
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(304)
			return
		}
		say(200, map[string]any{"metadata-location": "s3://b/x", "metadata": json.RawMessage(text), "config": map[string]string{"token": "x"}})
	}
}

// set changes the server between two readings; answers to the last one may still be on their way.
func (s *server) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *server) config(t *testing.T, base string) iceberg.Config {
	client, err := rest.New("iceberg", base)
	if err != nil {
		t.Fatal(err)
	}
	client.Pause = time.Millisecond
	return iceberg.Config{Catalog: "lake", REST: &iceberg.REST{Client: client, Warehouse: "wh", ID: "limn", Secret: "hush-hush"}}
}

func TestREST(t *testing.T) {
	s := &server{tables: map[string]string{}}
	for i, n := range []string{"t0", "t1", "t2", "daily"} {
		s.tables[n] = table(2, "s3://b/"+n, fmt.Sprint("u", i), 9, "5")
	}
	srv := httptest.NewServer(s)
	defer srv.Close()
	claims, rep, err := read(t, s.config(t, srv.URL), "")
	if err != nil || len(claims) != 4 {
		t.Fatalf("%d claims, %+v, %v", len(claims), rep, err)
	}
	if rep.Whole || rep.SkippedCount != 1 || !strings.Contains(rep.Skipped[0].Why, "may not read") {
		t.Errorf("a namespace that may not be read: %+v", rep)
	}
	i := slices.IndexFunc(claims, func(c catalog.Claim) bool { return c.About.Name == "lake.sales.eu.daily" })
	if i < 0 || claims[i].About.Namespace != catalog.Lake || claims[i].Aliases[0] != (catalog.ID{Namespace: "s3://b", Name: "daily"}) {
		t.Errorf("names: %+v", claims)
	}
	claims, rep, err = read(t, s.config(t, srv.URL), rep.Cursor)
	if err != nil || len(claims) != 0 || rep.Counts["tables as before"] != 4 {
		t.Errorf("nothing changed: %d claims, %+v, %v", len(claims), rep, err)
	}
	s.set(func() { s.tables["t1"] = table(2, "s3://b/t1", "u1", 10, "55") })
	if claims, _, err = read(t, s.config(t, srv.URL), rep.Cursor); err != nil || len(claims) != 1 || claims[0].SnapshotID != "10" {
		t.Errorf("one changed: %+v, %v", claims, err)
	}
	wrong := s.config(t, srv.URL)
	wrong.REST.Secret = "not-the-one"
	if _, _, err := read(t, wrong, ""); err == nil || !strings.Contains(err.Error(), "401") || strings.Contains(err.Error(), "not-the-one") {
		t.Errorf("a wrong secret: %v", err)
	}
	for _, broken := range []string{"/v1/config", "pageToken=2", "sales/tables?pageSize=1000&pageToken=2"} {
		s.set(func() { s.broken = broken })
		if _, _, err := read(t, s.config(t, srv.URL), ""); err == nil || !strings.Contains(err.Error(), "500") {
			t.Errorf("%s fails: %v", broken, err)
		}
	}
	s.set(func() { s.broken = "/tables/t1" })
	if claims, rep, err := read(t, s.config(t, srv.URL), ""); err != nil || len(claims) != 3 || rep.Whole {
		t.Errorf("a table that the catalog cannot load: %d claims, %+v, %v", len(claims), rep, err)
	}
}

// The warehouse of a real S3-compatible store: tables lie two folders deep, data are not listed.
func TestBucket(t *testing.T) {
	u, err := url.Parse(service.S3(t))
	if err != nil {
		t.Fatal(err)
	}
	password, _ := u.User.Password()
	client := func(secret string) *s3.Client {
		return s3.New(s3.Options{BaseEndpoint: aws.String("http://" + u.Host), Region: "us-east-1", UsePathStyle: true, Credentials: credentials.NewStaticCredentialsProvider(u.User.Username(), secret, "")})
	}
	bucket, prefix := strings.Trim(u.Path, "/"), fmt.Sprintf("ice%x", time.Now().UnixNano())
	put := func(key, text string) {
		t.Helper()
		key = prefix + "/" + key
		if _, err := client(password).PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader(text)}); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { client(password).DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &bucket, Key: &key}) })
	}
	put("sales.db/orders/metadata/00001-a.metadata.json", table(2, "s3://"+bucket+"/"+prefix+"/sales.db/orders", "u", 9, "5"))
	put("sales.db/orders/metadata/00002-a.metadata.json", table(3, "s3://"+bucket+"/"+prefix+"/sales.db/orders", "u", 10, "6"))
	put("sales.db/orders/data/a/b.parquet", "x")
	put("plain/file.csv", "x")
	c := iceberg.Config{Bucket: &iceberg.Bucket{Client: client(password), Name: bucket, Prefix: prefix}}
	claims, rep, err := read(t, c, "")
	if err != nil || len(claims) != 1 || claims[0].SnapshotID != "10" || claims[0].About.Name != prefix+"/sales.db/orders" || !rep.Whole {
		t.Fatalf("%+v %+v %v", claims, rep, err)
	}
	if claims, rep, err = read(t, c, rep.Cursor); err != nil || len(claims) != 0 || rep.Counts["tables as before"] != 1 {
		t.Errorf("nothing changed: %+v %+v %v", claims, rep, err)
	}
	c.Bucket = &iceberg.Bucket{Client: client("wrong-secret"), Name: bucket, Prefix: prefix}
	if _, _, err := read(t, c, ""); err == nil || strings.Contains(err.Error(), "wrong-secret") || !strings.Contains(err.Error(), bucket) {
		t.Errorf("a wrong secret: %v", err)
	}
}

func FuzzMetadata(f *testing.F) {
	f.Add([]byte(table(2, "s3://b/t", "u", 9, "1")))
	f.Add([]byte(table(3, "file:/tmp/t", "u", 9, "x")))
	f.Add([]byte(`{"format-version":1,"location":"x","schema":{"fields":[{"id":1,"name":"a","type":{"type":"map","key":"string","value":{"type":"list","element":"long"}}}]},"partition-spec":[{"source-ids":[1],"transform":"bucket[4]"}]}`))
	f.Add([]byte(`{"format-version":2,"schemas":[null],"current-schema-id":0}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := iceberg.New(iceberg.Config{Name: "x", Now: time.Now, Files: fstest.MapFS{"t.json": &fstest.MapFile{Data: raw}}, Patterns: []string{"t.json"}})
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

package glue_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources"
	"github.com/limn-data/limn/ingest/sources/glue"
	"github.com/limn-data/limn/ingest/sources/rest"
	"github.com/limn-data/limn/internal/recorded"
)

type obj = map[string]any

func now() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }

func run(t *testing.T, s sources.Source) ([]catalog.Claim, catalog.Report, error) {
	t.Helper()
	var out []catalog.Claim
	rep, err := s.Read(t.Context(), "", func(c catalog.Claim) error { out = append(out, c); return nil })
	return out, rep, err
}

// server answers as Glue and Lake Formation do, two things a page.
type server struct {
	t        *testing.T
	broken   string // the operation that fails
	code     string // … with this
	throttle int    // how often it is too busy before that
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	op := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "AWSGlue.") + strings.TrimPrefix(r.URL.Path, "/")
	if a := r.Header.Get("Authorization"); !strings.HasPrefix(a, "AWS4-HMAC-SHA256 Credential=AKIATEST/") || !strings.Contains(a, "/eu-west-1/glue/") && !strings.Contains(a, "/eu-west-1/lakeformation/") {
		s.t.Errorf("%s is not signed: %s", op, a)
	}
	var in struct {
		Next     string `json:"NextToken"`
		Database string `json:"DatabaseName"`
		Table    string `json:"TableName"`
		Resource struct{ Table struct{ Name string } }
	}
	json.NewDecoder(r.Body).Decode(&in)
	fail := func(code string) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(400)
		json.NewEncoder(w).Encode(obj{"__type": "com.amazonaws.glue#" + code, "Message": "because of " + code})
	}
	if s.throttle > 0 {
		s.throttle--
		fail("ThrottlingException")
		return
	}
	if s.broken != "" && strings.HasPrefix(op+" "+in.Database+in.Next, s.broken) {
		fail(s.code)
		return
	}
	table := func(name string, more obj) obj {
		out := obj{"Name": name, "DatabaseName": in.Database, "CatalogId": "123", "Owner": "sales-eng", "UpdateTime": 1795330800.5, "StorageDescriptor": obj{"Columns": []obj{{"Name": "id", "Type": "bigint", "Comment": "its number"}, {"Name": "lines", "Type": "array<struct<sku:string,n:decimal(12, 2)>>"}},
			"Location": "s3://bucket/" + name}, "PartitionKeys": []obj{{"Name": "day", "Type": "string"}}, "TableType": "EXTERNAL_TABLE", "Parameters": obj{}}
		for k, v := range more {
			out[k] = v
		}
		return out
	}
	say := func(v any) { json.NewEncoder(w).Encode(v) }
	switch op {
	case "GetDatabases":
		if in.Next == "" {
			say(obj{"DatabaseList": []obj{{"Name": "sales"}}, "NextToken": "p2"})
		} else {
			say(obj{"DatabaseList": []obj{{"Name": "hr"}}})
		}
	case "GetTables":
		switch {
		case in.Database == "hr":
			say(obj{"TableList": []obj{table("people", nil)}})
		case in.Next == "":
			say(obj{"TableList": []obj{table("orders", obj{"Parameters": obj{"table_type": "ICEBERG", "comment": "all orders", "secret_token": "hush"}}), table("old", obj{"Description": "older", "Parameters": obj{"deprecated": "true", "replacement": "sales.orders", "recordCount": "12"}})}, "NextToken": "p2"})
		default:
			say(obj{"TableList": []obj{table("v", obj{"TableType": "VIRTUAL_VIEW", "ViewOriginalText": "/* Presto View: " + base64.StdEncoding.EncodeToString([]byte(`{"originalSql":"SELECT id FROM orders"}`)) + " */", "MadeUp": 1})}})
		}
	case "GetPartitions":
		say(obj{"Partitions": []obj{{"Values": []string{"2026-11-20"}, "CreationTime": 1795240000.0}, {"Values": []string{"2026-11-21"}, "CreationTime": 1795330000.0}}})
	case "ListPermissions":
		who := func(name string) obj { return obj{"DataLakePrincipalIdentifier": "arn:aws:iam::123:role/" + name} }
		if in.Next == "" {
			say(obj{"PrincipalResourcePermissions": []obj{
				{"Principal": who("analyst"), "Resource": obj{"TableWithColumns": obj{"DatabaseName": "sales", "Name": "orders", "ColumnWildcard": obj{"ExcludedColumnNames": []string{"email"}}}}, "Permissions": []string{"SELECT"}, "PermissionsWithGrantOption": []string{}},
				{"Principal": who("admin"), "Resource": obj{"Table": obj{"DatabaseName": "sales", "TableWildcard": obj{}}}, "Permissions": []string{"SELECT", "ALTER"}, "PermissionsWithGrantOption": []string{"SELECT"}},
			}, "NextToken": "p2"})
		} else {
			say(obj{"PrincipalResourcePermissions": []obj{
				{"Principal": who("eu"), "Resource": obj{"DataCellsFilter": obj{"TableCatalogId": "123", "DatabaseName": "sales", "TableName": "orders", "Name": "eu_only"}}, "Permissions": []string{"SELECT"}},
				{"Principal": who("marketing"), "Resource": obj{"LFTagPolicy": obj{"ResourceType": "TABLE", "Expression": []obj{{"TagKey": "domain", "TagValues": []string{"sales"}}, {"TagKey": "pii", "TagValues": []string{"no"}}}}}, "Permissions": []string{"SELECT"}},
				{"Principal": who("x"), "Resource": obj{"Database": obj{"Name": "sales"}}, "Permissions": []string{"DESCRIBE"}},
			}})
		}
	case "ListDataCellsFilter":
		say(obj{"DataCellsFilters": []obj{{"TableCatalogId": "123", "DatabaseName": "sales", "TableName": "orders", "Name": "eu_only", "RowFilter": obj{"FilterExpression": "region = 'EU'"}, "ColumnNames": []string{"id"}}}})
	case "GetResourceLFTags":
		out := obj{"LFTagOnDatabase": []obj{{"TagKey": "domain", "TagValues": []string{"sales"}}}, "LFTagsOnTable": []obj{{"TagKey": "pii", "TagValues": []string{"no"}}}, "LFTagsOnColumns": []obj{}}
		if in.Resource.Table.Name == "orders" {
			out["LFTagsOnColumns"] = []obj{{"Name": "email", "LFTags": []obj{{"TagKey": "pii", "TagValues": []string{"email"}}}}}
		}
		say(out)
	default:
		s.t.Errorf("asked for %q", op)
	}
}

func (s *server) config(t *testing.T) glue.Config {
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	client := func() *rest.Client {
		c, err := rest.New("glue", srv.URL)
		if err != nil {
			t.Fatal(err)
		}
		c.Pause = time.Millisecond
		return c
	}
	return glue.Config{Name: "aws", Now: now, Region: "eu-west-1", ID: "123", Catalog: "lake", Partitions: true, Account: &glue.Account{Glue: client(), LakeFormation: client(), Credentials: credentials.NewStaticCredentialsProvider("AKIATEST", "hush-hush", "")}}
}

func find(t *testing.T, claims []catalog.Claim, name string) catalog.Claim {
	t.Helper()
	i := slices.IndexFunc(claims, func(c catalog.Claim) bool { return c.About.Name == name })
	if i < 0 {
		t.Fatalf("nothing is claimed of %s", name)
	}
	return claims[i]
}

func TestTables(t *testing.T) {
	s, err := glue.New((&server{t: t, throttle: 1}).config(t))
	if err != nil {
		t.Fatal(err)
	}
	claims, rep, err := run(t, s)
	if err != nil || !rep.Whole || len(claims) != 4 || rep.Unknown["Table.MadeUp"] != 1 || len(rep.Unknown) != 1 {
		t.Fatalf("%d claims, %+v, %v", len(claims), rep, err)
	}
	orders := find(t, claims, "lake.sales.orders")
	if orders.Description != "all orders" || orders.Owners[0].Principal != "sales-eng" || len(orders.Observed) != 1 || orders.Observed[0].At.UnixMilli() != 1795330800500 || orders.Custom["secret_token"] != "" ||
		!slices.Equal(orders.Aliases, []catalog.ID{{Namespace: "arn:aws:glue:eu-west-1:123", Name: "table/sales/orders"}, {Namespace: "s3://bucket", Name: "orders"}}) {
		t.Errorf("orders: %+v", orders)
	}
	if c := orders.Columns; c[0].Description != "its number" || c[1].Type != `array(row("sku" varchar, "n" decimal(12,2)))` || c[2].Key != "partition" {
		t.Errorf("its columns: %+v", c)
	}
	old := find(t, claims, "lake.sales.old")
	if d := old.Deprecation; d == nil || !d.Deprecated || d.Replacement != (catalog.ID{Namespace: catalog.Lake, Name: "lake.sales.orders"}) && d.Replacement.Name != "lake.sales.orders" || *old.Rows != 12 || old.Custom["partitions"] != "2" || old.Observed[0].Partition != "day=2026-11-21" {
		t.Errorf("old: %+v %+v", old, old.Deprecation)
	}
	if v := find(t, claims, "lake.sales.v"); v.Kind != catalog.ViewKind || v.ViewSQL != "SELECT id FROM orders" {
		t.Errorf("v: %+v", v)
	}
}

func TestPermissions(t *testing.T) {
	s, err := glue.NewPermissions((&server{t: t}).config(t))
	if err != nil {
		t.Fatal(err)
	}
	claims, rep, err := run(t, s)
	if err != nil || !rep.Whole || rep.Counts["permissions that are on no table"] != 1 {
		t.Fatalf("%+v, %v", rep, err)
	}
	orders := find(t, claims, "lake.sales.orders")
	var got []string
	for _, g := range orders.Grants {
		got = append(got, fmt.Sprintf("%s %s columns=%v without=%v rows=%s tag=%s grantable=%v", g.Principal[strings.LastIndexByte(g.Principal, '/')+1:], g.Action, g.Columns, g.Without, g.RowFilter, g.Tag, g.Grantable))
	}
	want := []string{"admin ALTER columns=[] without=[] rows= tag= grantable=false", "admin SELECT columns=[] without=[] rows= tag= grantable=true", "analyst SELECT columns=[] without=[email] rows= tag= grantable=false",
		"eu SELECT columns=[id] without=[] rows=region = 'EU' tag= grantable=false", "marketing SELECT columns=[] without=[email] rows= tag=domain in (sales) and pii in (no) grantable=false"}
	if !slices.Equal(got, want) {
		t.Errorf("\ngot  %q\nwant %q", got, want)
	}
	if !slices.Equal(orders.Tags, []string{"domain=sales", "pii=no"}) || orders.Columns[0].Path != "email" || orders.Columns[0].PII != "email" {
		t.Errorf("tags: %v, %+v", orders.Tags, orders.Columns)
	}
	if old := find(t, claims, "lake.sales.old"); len(old.Grants) != 3 {
		t.Errorf("all tables of a database: %+v", old.Grants)
	}
}

func TestFaults(t *testing.T) {
	for _, c := range []struct{ broken, code, says string }{
		{"GetDatabases", "UnrecognizedClientException", "look at the key"},
		{"GetDatabases p2", "InternalServiceException", "InternalServiceException"},
		{"GetTables salesp2", "InternalServiceException", "InternalServiceException"},
		{"GetPartitions", "ExpiredTokenException", "sign in again"},
		{"ListPermissions p2", "InternalServiceException", "InternalServiceException"},
		{"GetResourceLFTags", "InternalServiceException", "InternalServiceException"},
	} {
		s, p := &server{t: t, broken: c.broken, code: c.code}, error(nil)
		one, err := glue.New(s.config(t))
		if err != nil {
			t.Fatal(err)
		}
		two, err := glue.NewPermissions(s.config(t))
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = run(t, one)
		_, _, p = run(t, two)
		if strings.HasPrefix(c.broken, "List") || strings.HasPrefix(c.broken, "GetResource") {
			err = p
		}
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v, want %q", c.broken, err, c.says)
		}
	}
	s, err := glue.New((&server{t: t, broken: "GetTables hr", code: "AccessDeniedException"}).config(t))
	if err != nil {
		t.Fatal(err)
	}
	if claims, rep, err := run(t, s); err != nil || len(claims) != 3 || rep.Whole || !strings.Contains(rep.Skipped[0].Why, "glue:GetTables") {
		t.Errorf("a database that may not be read: %d claims, %+v, %v", len(claims), rep, err)
	}
}

func TestSamples(t *testing.T) {
	root := recorded.Path(t, "samples")
	read := func(folder string) (tables, grants, filters int, skipped []string) {
		files, err := filepath.Glob(filepath.Join(root, folder, "*.json"))
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		for _, f := range files {
			c := glue.Config{Name: "x", Now: now, Files: os.DirFS(filepath.Join(root, folder)), Patterns: []string{filepath.Base(f)}, Region: "us-west-2"}
			var s sources.Source
			s, err = glue.New(c)
			if folder == "aws_lakeformation" {
				s, err = glue.NewPermissions(c)
			}
			if err != nil {
				t.Fatal(err)
			}
			claims, rep, err := run(t, s)
			if err != nil || len(rep.Unknown) > 0 {
				t.Errorf("%s: %+v, %v", f, rep, err)
			}
			tables += len(claims)
			grants += rep.Counts["permissions"]
			filters += rep.Counts["filters"]
			if rep.Records == 0 {
				skipped = append(skipped, filepath.Base(f))
			}
		}
		return
	}
	tables, _, _, skipped := read("aws_glue")
	if want := []string{"get-job-run.json", "get-job.json", "stub_get_dataflow_graph_response_1.json", "stub_get_jobs_response.json"}; !slices.Equal(skipped, want) || tables != 7 {
		t.Errorf("%d tables, skipped %q", tables, skipped)
	}
	_, grants, filters, skipped := read("aws_lakeformation")
	if grants != 5 || filters != 2 || len(skipped) != 15 {
		t.Errorf("%d grants, %d filters, skipped %d: %q", grants, filters, len(skipped), skipped)
	}
}

func FuzzFiles(f *testing.F) {
	f.Add([]byte(`{"TableList":[{"Name":"a","DatabaseName":"b","StorageDescriptor":{"Columns":[{"Name":"c","Type":"map<string,struct<a:array<int>>>"}]},"UpdateTime":"2021-06-09 14:17:35"}]}`))
	f.Add([]byte(`[{"Name":"a","DatabaseName":"b","TableType":"VIRTUAL_VIEW","ViewOriginalText":"/* Presto View: x */","UpdateTime":1e300}]`))
	f.Add([]byte(`{"PrincipalResourcePermissions":[{"Resource":{"Table":{"TableWildcard":{}},"LFTagPolicy":{}}}],"DataCellsFilters":[{}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c := glue.Config{Name: "x", Now: now, Files: fstest.MapFS{"t.json": &fstest.MapFile{Data: raw}}, Patterns: []string{"t.json"}}
		one, err := glue.New(c)
		if err != nil {
			t.Fatal(err)
		}
		two, err := glue.NewPermissions(c)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []sources.Source{one, two} {
			s.Read(context.Background(), "", func(c catalog.Claim) error {
				if _, err := json.Marshal(c); err != nil {
					t.Errorf("a claim that cannot be kept: %v", err)
				}
				return nil
			})
		}
	})
}

package glue_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/glue"
	"github.com/limn-data/limn/ingest/sources/rest"
	"github.com/limn-data/limn/internal/service"
)

// moto starts a server that answers as AWS does.
func moto(t *testing.T) string {
	t.Helper()
	python := service.Setting(t, "LIMN_TEST_MOTO", `run eval "$(scripts/tools.sh)"`)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	cmd := exec.Command(filepath.Join(filepath.Dir(python), "moto_server"), "-H", "127.0.0.1", "-p", fmt.Sprint(port))
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait(); log.Close() })
	base := fmt.Sprintf("http://127.0.0.1:%d", port)
	for until := time.Now().Add(60 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		if res, err := http.Get(base + "/moto-api/"); err == nil {
			res.Body.Close()
			return base
		}
		if time.Now().After(until) {
			raw, _ := os.ReadFile(log.Name())
			t.Fatalf("moto did not come up: %s", raw)
		}
	}
}

// A server that somebody else wrote after AWS's own description of its interfaces is filled and read.
func TestMoto(t *testing.T) {
	base := moto(t)
	c := glue.Config{Name: "aws", Now: now, Region: "eu-west-1", ID: "123456789012", Partitions: true, NoTags: true} // GetResourceLFTags of a table fails in moto 5.2
	client := func() *rest.Client {
		cl, err := rest.New("glue", base)
		if err != nil {
			t.Fatal(err)
		}
		return cl
	}
	c.Account = &glue.Account{Glue: client(), LakeFormation: client(), Credentials: credentials.NewStaticCredentialsProvider("AKIATEST", "hush-hush", "")}
	s, err := glue.New(c)
	if err != nil {
		t.Fatal(err)
	}
	p, err := glue.NewPermissions(c)
	if err != nil {
		t.Fatal(err)
	}
	// It tells services apart by what a request is signed for.
	write := func(service, target, path string, body any) {
		t.Helper()
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequest(http.MethodPost, base+path, bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIATEST/20261122/eu-west-1/"+service+"/aws4_request, SignedHeaders=host, Signature=x")
		if target != "" {
			r.Header.Set("X-Amz-Target", target)
			r.Header.Set("Content-Type", "application/x-amz-json-1.1")
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusOK {
			var b bytes.Buffer
			b.ReadFrom(res.Body)
			t.Fatalf("%s%s: %s %s", target, path, res.Status, b.String())
		}
	}
	write("glue", "AWSGlue.CreateDatabase", "/", obj{"DatabaseInput": obj{"Name": "sales"}})
	for i := range 3 {
		write("glue", "AWSGlue.CreateTable", "/", obj{"DatabaseName": "sales", "TableInput": obj{"Name": fmt.Sprint("t", i), "Description": "a table", "Owner": "sales-eng", "TableType": "EXTERNAL_TABLE", "Parameters": obj{"classification": "parquet"},
			"StorageDescriptor": obj{"Columns": []obj{{"Name": "id", "Type": "bigint", "Comment": "its number"}}, "Location": fmt.Sprint("s3://bucket/t", i)}, "PartitionKeys": []obj{{"Name": "day", "Type": "string"}}}})
	}
	write("glue", "AWSGlue.CreatePartition", "/", obj{"DatabaseName": "sales", "TableName": "t1", "PartitionInput": obj{"Values": []string{"2026-11-21"}}})
	write("lakeformation", "", "/GrantPermissions", obj{"Principal": obj{"DataLakePrincipalIdentifier": "arn:aws:iam::123456789012:role/analyst"}, "Resource": obj{"Table": obj{"DatabaseName": "sales", "Name": "t1"}}, "Permissions": []string{"SELECT"}})
	claims, rep, err := run(t, s)
	if err != nil || len(claims) != 3 || !rep.Whole || rep.SkippedCount > 0 {
		t.Fatalf("%d claims, %+v, %v", len(claims), rep, err)
	}
	t.Logf("figure: moto's Glue: %v, unknown %v", rep.Counts, rep.Unknown)
	t1 := find(t, claims, "table/sales/t1")
	if t1.About.Namespace != "arn:aws:glue:eu-west-1:123456789012" || t1.Description != "a table" || t1.Columns[0].Description != "its number" || t1.Custom["partitions"] != "1" || len(t1.Observed) != 1 || t1.Observed[0].Partition != "day=2026-11-21" {
		t.Errorf("%+v", t1)
	}
	claims, rep, err = run(t, p)
	if err != nil || !slices.ContainsFunc(claims, func(c catalog.Claim) bool {
		return strings.HasSuffix(c.About.Name, "t1") && len(c.Grants) == 1 && c.Grants[0].Action == "SELECT"
	}) {
		t.Errorf("%+v %+v %v", claims, rep, err)
	}
}

package receive

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/openlineage"
	"github.com/limn-data/limn/internal/service"
)

// Events that the real OpenLineage client posts are kept, packed and plain, and come to claims.
func TestRealClient(t *testing.T) {
	python := service.Setting(t, "LIMN_TEST_READERS", `run eval "$(scripts/tools.sh)"`)
	dir := t.TempDir()
	in, _, err := OpenFile(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	h, err := New(Config{Producers: producers, Inbox: in, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	defer srv.Close()
	const script = `
import sys, datetime
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import RunEvent, Run, Job, InputDataset, OutputDataset, RunState, JobEvent, DatasetEvent, StaticDataset
from openlineage.client.facet_v2 import schema_dataset, column_lineage_dataset, ownership_dataset, sql_job, nominal_time_run, output_statistics_output_dataset, error_message_run
from openlineage.client.transport.http import HttpConfig, HttpTransport, ApiKeyTokenProvider, HttpCompression
from openlineage.client.uuid import generate_new_uuid
url, out = sys.argv[1], "trino://lake:8443"
def client(token, compression=None):
    return OpenLineageClient(transport=HttpTransport(HttpConfig(url=url, auth=ApiKeyTokenProvider({"apiKey": token}), compression=compression, retry={"total": 1})))
def at(minute): return f"2026-11-20T05:{minute:02d}:00Z"
for c in (client("etl-token"), client("etl-token", HttpCompression.GZIP)):
    run = Run(runId=str(generate_new_uuid()), facets={"nominalTime": nominal_time_run.NominalTimeRunFacet(nominalStartTime="2026-11-19T00:00:00Z", nominalEndTime="2026-11-20T00:00:00Z")})
    job = Job(namespace="etl", name="load", facets={"sql": sql_job.SQLJobFacet(query="insert into orders select 1")})
    ins = [InputDataset(namespace="kafka://broker:9092", name="orders")]
    outs = [OutputDataset(namespace=out, name="hive.sales.orders", facets={
        "schema": schema_dataset.SchemaDatasetFacet(fields=[schema_dataset.SchemaDatasetFacetFields(name="id", type="bigint")]),
        "ownership": ownership_dataset.OwnershipDatasetFacet(owners=[ownership_dataset.Owner(name="team:orders", type="MAINTAINER")]),
        "columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet(fields={"id": column_lineage_dataset.Fields(inputFields=[column_lineage_dataset.InputField(namespace="kafka://broker:9092", name="orders", field="order_id")])})},
        outputFacets={"outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=7)})]
    c.emit(RunEvent(eventType=RunState.START, eventTime=at(0), run=run, job=job, inputs=ins, outputs=[], producer="https://example.com/etl"))
    c.emit(RunEvent(eventType=RunState.COMPLETE, eventTime=at(9), run=run, job=job, inputs=[], outputs=outs, producer="https://example.com/etl"))
    c.emit(JobEvent(eventTime=at(10), job=Job(namespace="etl", name="static"), inputs=ins, outputs=outs, producer="https://example.com/etl"))
    c.emit(DatasetEvent(eventTime=at(11), dataset=StaticDataset(namespace=out, name="hive.sales.orders"), producer="https://example.com/etl"))
try:
    client("crm-token").emit(RunEvent(eventType=RunState.START, eventTime=at(0), run=run, job=job, inputs=[], outputs=[], producer="https://example.com/crm"))
except Exception as e:
    print(type(e).__name__, getattr(getattr(e, "response", None), "status_code", ""))
else:
    print("kept")
`
	raw, err := exec.Command(python, "-c", script, srv.URL).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("%v\n%s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	if !strings.Contains(string(raw), "403") {
		t.Errorf("another producer's namespace: %s", raw)
	}
	if got := len(all(t, dir)); got != 8 {
		t.Fatalf("%d events are kept, want 8", got)
	}
	s, err := openlineage.New(openlineage.Config{Name: "events", Now: time.Now, Inbox: in})
	if err != nil {
		t.Fatal(err)
	}
	var orders catalog.Claim
	rep, err := s.Read(context.Background(), "", func(c catalog.Claim) error {
		if c.About.Name == "hive.sales.orders" {
			orders = c
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.Unknown) > 0 || rep.SkippedCount > 0 || rep.Counts["run events"] != 4 || rep.Counts["job events"] != 2 || rep.Counts["dataset events"] != 2 {
		t.Errorf("%+v", rep)
	}
	text, err := json.Marshal(orders)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"team:orders"`, `"bigint"`, `"from_col":"order_id","to_col":"id"`, `"run_ok"`, `"data":"2026-11-20T00:00:00Z"`, `"7 rows"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s is missing in %s", want, text)
		}
	}
	t.Logf("figure: the real OpenLineage client: 8 events posted and kept, %d claims, one of another's namespace refused", rep.Claims)
}

package datahub

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/internal/service"
)

func python(t *testing.T, interpreter, script string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(interpreter, append([]string{"-c", script}, args...)...)
	cmd.Env = append(os.Environ(), "DATAHUB_TELEMETRY_ENABLED=false", "HOME="+t.TempDir())
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("%v\n%s\n%s", err, out, exit.Stderr)
		}
		t.Fatal(err)
	}
	return out
}

// The file source of a real DataHub reads our records and its file sink writes them: what that wrote comes to
// the same claims.
func TestRealFileSink(t *testing.T) {
	interpreter := service.Setting(t, "LIMN_TEST_DATAHUB", `run eval "$(scripts/tools.sh)"`)
	var all, good []json.RawMessage
	if err := json.Unmarshal(sink(t), &all); err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		// What DataHub would not take: a record of no kind, an aspect that it does not know, a deletion.
		if s := string(r); !strings.Contains(s, "nonsense") && !strings.Contains(s, "quantumState") && !strings.Contains(s, `"DELETE"`) {
			good = append(good, r)
		}
	}
	raw, err := json.Marshal(good)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.json"), filepath.Join(dir, "out.json")
	if err := os.WriteFile(in, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	python(t, interpreter, `
import sys
from datahub.ingestion.run.pipeline import Pipeline
p = Pipeline.create({"source": {"type": "file", "config": {"path": sys.argv[1]}}, "sink": {"type": "file", "config": {"filename": sys.argv[2]}}})
p.run()
p.raise_from_status()
`, in, out)
	wrote, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	ours, _, err := readAll(t, fromFile(t, "a.json", raw), "")
	if err != nil {
		t.Fatal(err)
	}
	theirs, rep, err := readAll(t, fromFile(t, "a.json", wrote), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("figure: a real DataHub's file sink: %d records, %d claims, unknown %v", rep.Records, rep.Claims, rep.Unknown)
	same := func(all []catalog.Claim) []string {
		var plain []catalog.Claim
		for _, c := range all {
			c.AsOf = time.Time{} // the sink says anew when it observed something
			plain = append(plain, c)
		}
		return strings.Split(encode(t, plain), "\n")
	}
	if d := cmp.Diff(same(ours), same(theirs)); d != "" || rep.Records != len(good) {
		t.Errorf("%d of %d records (-ours +theirs):\n%s", rep.Records, len(good), d)
	}
}

// DataHub's own client reads our stub of its OpenAPI, so that the stub is what our reader is to be tested against.
func TestStubIsRead(t *testing.T) {
	interpreter := service.Setting(t, "LIMN_TEST_DATAHUB", `run eval "$(scripts/tools.sh)"`)
	srv := httptest.NewServer(newHub(t, sink(t)))
	defer srv.Close()
	raw := python(t, interpreter, `
import json, sys, requests
from datahub.ingestion.graph.openapi import OpenApiAPI
class Client(OpenApiAPI):
    def __init__(self, url):
        self._gms_server = url
        self._session = requests.Session()
        self._session.headers["Authorization"] = "Bearer secret"
out, scroll = {}, None
c = Client(sys.argv[1])
while True:
    page = c.scroll_entities(entity_names=["dataset"], aspects=[], count=2, scroll_id=scroll, with_system_metadata=True)
    for urn, aspects in page.entities.items():
        out[urn] = sorted(aspects)
    scroll = page.scroll_id
    if not scroll: break
print(json.dumps(out))
`, srv.URL)
	var theirs map[string][]string
	if err := json.Unmarshal(raw, &theirs); err != nil {
		t.Fatal(err)
	}
	ours, _, err := readAll(t, fromHub(t, srv.URL, "secret", false), "")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, c := range ours {
		if c.Part == "" && kindOfURN(c.RecordID) == "dataset" {
			found++
			if len(theirs[c.RecordID]) == 0 {
				t.Errorf("their client does not find %s", c.RecordID)
			}
		}
	}
	if found == 0 || found != len(theirs) {
		t.Errorf("their client reads %d datasets, we %d: %v", len(theirs), found, theirs)
	}
}

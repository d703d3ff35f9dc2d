package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// served is a workspace whose service runs for a test.
type servedWorkspace struct {
	t    *testing.T
	dir  string
	url  string
	stop func() (int, error)
	logs *bytes.Buffer
}

func workspaceOf(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const shopYAML = `name: Shop
tables:
  - {name: lake.shop.sales, format: csv, header: true, delim: ",", files: [sales.csv], columns: [{name: day, type: date}, {name: amount, type: "decimal(10,2)"}]}
clock: 2026-02-01T09:00:00Z
serve:
  lineage: {producers: [{name: spark, token_file: spark.token, namespaces: ["trino://lake:8080", "kafka://*", jobs]}]}
  embed: {token_file: embed.token, as: viewer}
known: {lake_at: ["trino://lake:8080"]}
`

const shopFacts = `assets:
  - name: lake.shop.sales
    description: One row a sale.
    owners: {business: Ann, technical: Data Team}
    data_until: 2026-01-31
    sla: {kind: available_by, cron: "0 7 * * *", time_zone: UTC}
  - name: looker://shop.example/dashboards/7
    kind: dashboard
    links: ["https://shop.example/dashboards/7"]
    upstream: [{from: lake.shop.sales}]
`

func serve(t *testing.T, files map[string]string) *servedWorkspace {
	t.Helper()
	w := &servedWorkspace{t: t, dir: workspaceOf(t, files), logs: &bytes.Buffer{}}
	ctx, cancel := context.WithCancel(t.Context())
	read, write := io.Pipe()
	type end struct {
		code int
		err  error
	}
	ended := make(chan end, 1)
	go func() {
		code, err := runServe(ctx, streams{in: strings.NewReader(""), out: write, err: w.logs}, []string{"--workspace", w.dir, "--json", "--listen", "127.0.0.1:0"})
		write.CloseWithError(io.EOF)
		ended <- end{code, err}
	}()
	var said struct{ Listening string }
	if err := json.NewDecoder(read).Decode(&said); err != nil {
		cancel()
		t.Fatalf("the service did not start: %v\n%+v\n%s", err, <-ended, w.logs)
	}
	go io.Copy(io.Discard, read) //nolint:errcheck // whatever else it says
	w.url = "http://" + said.Listening
	done := false
	w.stop = func() (int, error) {
		done = true
		cancel()
		e := <-ended
		return e.code, e.err
	}
	t.Cleanup(func() {
		if !done {
			if _, err := w.stop(); err != nil {
				t.Error(err)
			}
		}
	})
	return w
}

func (w *servedWorkspace) get(path string, header ...string) (int, string) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.url+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return w.do(r)
}

func (w *servedWorkspace) do(r *http.Request) (int, string) {
	w.t.Helper()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

func (w *servedWorkspace) post(token, body string) int {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url+"/api/v1/lineage", strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	code, _ := w.do(r)
	return code
}

const (
	sparkToken = "spark-token-0123456789"
	embedToken = "embed-token-0123456789"
)

func shop() map[string]string {
	return map[string]string{"limn.yaml": shopYAML, "facts/shop.yaml": shopFacts, "sales.csv": "day,amount\n2026-01-01,10.50\n", "spark.token": sparkToken + "\n", "embed.token": embedToken}
}

const postedEvent = `{"eventType": "COMPLETE", "eventTime": "2026-02-01T06:10:00Z", "producer": "https://example.org/spark", "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json",
 "run": {"runId": "0176a8c2-fe01-7439-87e6-56a1a1b4029f"}, "job": {"namespace": "jobs", "name": "load_sales"},
 "inputs": [{"namespace": "kafka://broker:9092", "name": "sales"}], "outputs": [{"namespace": "trino://lake:8080", "name": "lake.shop.sales"}]}`

// Events that are posted become lineage, the badge follows, and what breaks the workspace leaves the last good one.
func TestServe(t *testing.T) {
	w := serve(t, shop())
	if code, body := w.get("/healthz"); code != 200 || body != "ok\n" {
		t.Errorf("healthz: %d %s", code, body)
	}
	for token, want := range map[string]int{"": 401, "wrong-token-0123456789": 401, sparkToken: 201} {
		if code := w.post(token, postedEvent); code != want && !(want == 201 && code/100 == 2) {
			t.Errorf("posting with %q: %d, want %d", token, code, want)
		}
	}
	if code := w.post(sparkToken, strings.Replace(postedEvent, "trino://lake:8080", "trino://other:8080", 1)); code != 403 {
		t.Errorf("writing into another namespace: %d", code)
	}
	eventually(t, "the lineage", func() bool {
		out, code := run(t, "catalog", "show", "--workspace", w.dir, "--json", "lake.shop.sales")
		return code == 0 && strings.Contains(out, `"kafka://broker:9092/sales"`)
	})
	eventually(t, "the index", func() bool {
		out, code := run(t, "catalog", "search", "--workspace", w.dir, "--json", "what was sold")
		return code == 0 && strings.Contains(out, "lake.shop.sales") && !strings.Contains(out, "by words only")
	})
	page := "/embed/health?url=https%3A%2F%2Fshop.example%2Fdashboards%2F7%3Ftheme%3Ddark&format=json"
	if code, _ := w.get(page); code != 401 {
		t.Errorf("a badge without a token: %d", code)
	}
	var health struct {
		Level, Text string
		Tables      []string
	}
	badge := func() {
		t.Helper()
		code, body := w.get(page, "Authorization", "Bearer "+embedToken)
		if code != 200 {
			t.Fatalf("badge: %d %s", code, body)
		}
		if err := json.Unmarshal([]byte(body), &health); err != nil {
			t.Fatal(err)
		}
	}
	badge()
	if health.Level != "ok" || len(health.Tables) != 1 || health.Tables[0] != "lake.shop.sales" {
		t.Errorf("a healthy dashboard: %+v", health)
	}
	// A change of the files is followed.
	change(t, w.dir, "facts/shop.yaml", strings.Replace(shopFacts, "data_until: 2026-01-31", "data_until: 2026-01-20", 1))
	eventually(t, "the badge of a late table", func() bool { badge(); return health.Level == "warning" })
	if code, body := w.get(strings.Replace(page, "json", "html", 1)+"&token="+embedToken, "Accept", "text/html"); code != 200 || !strings.Contains(body, "use with care") || !strings.Contains(body, "now 10 days late") || strings.Contains(body, "<script") {
		t.Errorf("card: %d %s", code, body)
	}
	if code, body := w.get(strings.Replace(page, "json", "svg", 1), "Authorization", "Bearer "+embedToken); code != 200 || !strings.Contains(body, "use with care") || !strings.HasPrefix(body, "<svg") {
		t.Errorf("picture: %d %s", code, body)
	}
	// What cannot be read leaves the last good one.
	change(t, w.dir, "facts/shop.yaml", "assets: {")
	time.Sleep(lookAgain + time.Second)
	badge()
	if health.Level != "warning" {
		t.Errorf("after a broken file: %+v", health)
	}
	if code, err := w.stop(); code != exitDone || err != nil {
		t.Errorf("stopped with %d, %v", code, err)
	}
	if strings.Contains(w.logs.String(), sparkToken) || strings.Contains(w.logs.String(), embedToken) {
		t.Error("a token stands in the log")
	}
	if !strings.Contains(w.logs.String(), "the last good one goes on") {
		t.Errorf("the log does not tell of the broken file:\n%s", w.logs)
	}
}

func TestServeRefuses(t *testing.T) {
	open := shop()
	open["limn.yaml"] = strings.Split(shopYAML, "serve:")[0]
	short := shop()
	short["spark.token"] = "short"
	nobody := shop()
	nobody["limn.yaml"] = strings.Replace(shopYAML, "as: viewer", `as: ""`, 1)
	for _, c := range []struct {
		files  map[string]string
		listen string
		says   string
	}{
		{open, "0.0.0.0:0", "no sign-in is configured"}, {short, "127.0.0.1:0", "shorter than 16"}, {nobody, "127.0.0.1:0", "serve.embed.as is empty"}, {shop(), "nonsense", "no host:port"},
	} {
		_, err := runServe(t.Context(), streams{in: strings.NewReader(""), out: io.Discard, err: io.Discard}, []string{"--workspace", workspaceOf(t, c.files), "--listen", c.listen})
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.listen, err, c.says)
		}
	}
}

func change(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("%s: not within a minute", what)
}

// run is a command line and what it says.
func run(t *testing.T, args ...string) (string, int) {
	t.Helper()
	var out, errs bytes.Buffer
	code := dispatch(t.Context(), streams{in: strings.NewReader(""), out: &out, err: &errs}, args)
	if errs.Len() > 0 {
		t.Log(errs.String())
	}
	return out.String(), code
}

package airflow_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/internal/service"
)

// A real Airflow runs the pipelines of testdata, and its API server is read.
func TestRealAirflow(t *testing.T) {
	python := service.Setting(t, "LIMN_TEST_AIRFLOW", `run eval "$(scripts/tools.sh)"`)
	home := t.TempDir()
	for _, d := range []string{"dags"} {
		if err := os.Mkdir(filepath.Join(home, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile("testdata/shop.py")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"dags/shop.py": string(raw), "words.json": `{"limn": "right-word"}`} {
		if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := append(os.Environ(), "PATH="+filepath.Dir(python)+string(os.PathListSeparator)+os.Getenv("PATH"), "AIRFLOW_HOME="+home, "AIRFLOW__CORE__LOAD_EXAMPLES=False", "AIRFLOW__CORE__DAGS_FOLDER="+filepath.Join(home, "dags"),
		"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS=limn:viewer", "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE="+filepath.Join(home, "words.json"))
	airflow := filepath.Join(filepath.Dir(python), "airflow")
	for _, args := range [][]string{{"db", "migrate"}, {"dags", "reserialize"}, {"dags", "test", "shop", "2026-11-20"}, {"dags", "test", "bad", "2026-11-20"}} {
		cmd := exec.Command(airflow, args...)
		cmd.Env, cmd.Dir = env, home
		if out, err := cmd.CombinedOutput(); err != nil && args[len(args)-2] != "bad" {
			t.Fatalf("airflow %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	server := exec.Command(airflow, "api-server", "--port", fmt.Sprint(port), "--workers", "1")
	server.Env, server.Dir = env, home
	out, err := os.Create(filepath.Join(home, "log"))
	if err != nil {
		t.Fatal(err)
	}
	server.Stdout, server.Stderr = out, out
	own(server)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop(server)
		server.Wait()
		out.Close()
	})
	base := fmt.Sprintf("http://127.0.0.1:%d", port)
	for until := time.Now().Add(90 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		if res, err := http.Get(base + "/api/v2/version"); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				break
			}
		}
		if time.Now().After(until) {
			log, _ := os.ReadFile(out.Name())
			t.Fatalf("the server did not come up: %s", log)
		}
	}
	claims, rep, err := read(t, base, "right-word", "", time.Now())
	if err != nil || !rep.Whole || len(rep.Unknown) > 0 {
		t.Fatal(rep, err)
	}
	t.Logf("figure: a real Airflow 3: %v", rep.Counts)
	orders := find(t, claims, "postgres://db:5432/shop.public.orders")
	kinds := map[string]catalog.Observation{}
	for _, o := range orders.Observed {
		kinds[o.Kind] = o
	}
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	if ok := kinds[catalog.RunOK]; ok.Job != "shop.load" || time.Since(ok.At) > 10*time.Minute || ok.Data.Before(day) {
		t.Errorf("orders: %+v", orders.Observed)
	}
	if up := kinds[catalog.Updated]; up.Job != "shop.load" || time.Since(up.At) > 10*time.Minute {
		t.Errorf("orders: %+v", orders.Observed)
	}
	if stopped := kinds[catalog.Stopped]; stopped.Detail != "the pipeline shop is paused" { // as new ones are
		t.Errorf("orders: %+v", orders.Observed)
	}
	if len(orders.Upstream) != 1 || orders.Upstream[0].From.String() != "s3://bucket/raw/orders" || orders.Owners[0].Principal != "sales-eng" || orders.Custom["team"] != "sales" {
		t.Errorf("orders: %+v", orders)
	}
	bad := find(t, claims, "s3://bucket/bad")
	if len(bad.Observed) == 0 || bad.Observed[0].Kind != catalog.RunFailed {
		t.Errorf("bad: %+v", bad.Observed)
	}
	if _, _, err := read(t, base, "wrong-word", "", time.Now()); err == nil || !strings.Contains(err.Error(), "401") || strings.Contains(err.Error(), "wrong-word") {
		t.Errorf("a wrong password: %v", err)
	}
}

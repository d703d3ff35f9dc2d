package trino

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// fake is a coordinator that misbehaves: steps are what it answers, one request each, the last one for
// ever. % stands for its own address.
func fake(t *testing.T, steps ...step) (*Engine, *atomic.Int64) {
	t.Helper()
	var n, posts atomic.Int64
	var url string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		if r.Method == http.MethodPost {
			posts.Add(1)
		}
		i := min(int(n.Add(1))-1, len(steps)-1)
		steps[i](w, r, url)
	}))
	t.Cleanup(s.Close)
	url = s.URL
	e, err := Open(Config{URL: s.URL, Timeout: 3 * time.Second, Retry: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e, &posts
}

type step func(w http.ResponseWriter, r *http.Request, url string)

const (
	began   = `{"id":"q1","infoUri":"%/q1","nextUri":"%/v1/statement/queued/q1/a/1","stats":{"state":"QUEUED"}}`
	columns = `"columns":[{"name":"n","type":"bigint","typeSignature":{"rawType":"bigint","arguments":[]}}]`
	page    = `{"id":"q1","infoUri":"%/q1","nextUri":"%/v1/statement/executing/q1/a/2",` + columns + `,"data":[[1],[2]],"stats":{"state":"RUNNING"}}`
	ended   = `{"id":"q1","infoUri":"%/q1",` + columns + `,"data":[[3]],"stats":{"state":"FINISHED"}}`
)

func says(body string) step {
	return func(w http.ResponseWriter, _ *http.Request, url string) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, strings.ReplaceAll(body, "%", url))
	}
}

func answers(code int) step {
	return func(w http.ResponseWriter, _ *http.Request, _ string) { http.Error(w, "no", code) }
}

// half sends the beginning of a page and hangs up.
func half(body string) step {
	return func(w http.ResponseWriter, _ *http.Request, url string) {
		w.Header().Set("Content-Length", fmt.Sprint(len(body)+100))
		fmt.Fprint(w, strings.ReplaceAll(body, "%", url)[:len(body)/2])
	}
}

func silent(_ http.ResponseWriter, r *http.Request, _ string) {
	_, _ = io.Copy(io.Discard, r.Body) // a server notices that its client left only then
	select {
	case <-r.Context().Done():
	case <-time.After(20 * time.Second):
	}
}

func fails(name string) step {
	return says(`{"id":"q1","infoUri":"%/q1","stats":{"state":"FAILED"},"error":{"message":"told by ` + name + `","errorName":"` + name + `","errorType":"X","failureInfo":{"type":"x"}}}`)
}

// Whatever a server does, the answer is whole or an error, comes within a bounded time, and nothing goes
// on in the background.
func TestAServerThatMisbehaves(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps []step
		code  string
	}{
		{"all is well", []step{says(began), says(page), says(ended)}, ""},
		{"half a page", []step{says(began), says(page), half(ended)}, "broken"},
		{"half of the first page", []step{says(began), half(page)}, "broken"},
		{"no JSON", []step{says(began), says("<html>a proxy</html>")}, "broken"},
		{"no JSON at once", []step{says("<html>a proxy</html>")}, "broken"},
		{"an empty answer", []step{says(began), says("")}, "broken"},
		{"a page with rows of another width", []step{says(began), says(strings.Replace(page, "[1]", "[]", 1))}, "broken"},
		{"a number where it is none", []step{says(began), says(strings.Replace(page, "[1]", `["x"]`, 1))}, "broken"},
		{"restarted: the query is unknown", []step{says(began), says(page), answers(404)}, "unreachable"},
		{"gone", []step{says(began), says(page), answers(410)}, "unreachable"},
		{"an error of its own", []step{says(began), says(page), answers(500)}, "broken"},
		{"unavailable", []step{answers(503)}, "unreachable"},
		{"unavailable for a moment", []step{answers(503), says(began), says(page), answers(503), says(ended)}, ""},
		{"a redirect elsewhere", []step{says(began), says(strings.ReplaceAll(page, "%/v1", "http://127.0.0.2:1/v1"))}, "broken"},
		{"silent from the start", []step{silent}, "timeout"},
		{"silent after a page", []step{says(began), says(page), silent}, "timeout"},
		{"never ready", []step{says(began)}, "timeout"},
		{"out of memory", []step{says(began), says(page), fails("CLUSTER_OUT_OF_MEMORY")}, "memory"},
		{"too many in the queue", []step{fails("QUERY_QUEUE_FULL")}, "busy"},
		{"starting up", []step{fails("SERVER_STARTING_UP")}, "starting"},
		{"killed by an administrator", []step{says(began), says(page), fails("ADMINISTRATIVELY_KILLED")}, "cancelled"},
		{"read too much", []step{says(began), says(page), fails("EXCEEDED_SCAN_LIMIT")}, "too_large"},
		{"a fault of tomorrow", []step{says(began), fails("A_NEW_FAULT")}, "A_NEW_FAULT"},
		{"refused", []step{answers(401)}, "unauthorized"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, _ := fake(t, c.steps...)
			before := running()
			start := time.Now()
			set, err := e.Run(t.Context(), Statement{SQL: "SELECT n FROM t", MaxRows: -1})
			if took := time.Since(start); took > 8*time.Second {
				t.Errorf("took %s", took)
			}
			if code(err) != c.code || err != nil && set != nil {
				t.Fatalf("got %v, %v (%s), want %q", set, err, code(err), c.code)
			}
			if err == nil && (len(set.Rows) != 3 || set.Rows[2][0] != int64(3)) {
				t.Errorf("rows are %v", set.Rows)
			}
			deadline := time.Now().Add(5 * time.Second)
			for running() > before && time.Now().Before(deadline) {
				time.Sleep(20 * time.Millisecond)
			}
			if n := running(); n > before {
				buf := make([]byte, 1<<20)
				t.Errorf("%d goroutines are left\n%s", n-before, buf[:runtime.Stack(buf, true)])
			}
		})
	}
}

// running counts the goroutines of the client.
func running() int {
	buf := make([]byte, 1<<20)
	n := 0
	for _, s := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if strings.Contains(s, "trino-go-client") || strings.Contains(s, "engine/trino.(*Engine)") {
			n++
		}
	}
	return n
}

func TestAServerThatIsDown(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	where := l.Addr().String()
	l.Close()
	e, err := Open(Config{URL: "http://" + where, Retry: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	start := time.Now()
	_, err = e.Run(t.Context(), Statement{SQL: "SELECT 1", MaxRows: 1})
	if code(err) != "unreachable" || !strings.Contains(err.Error(), where) || time.Since(start) > 5*time.Second {
		t.Errorf("after %s: %v (%s)", time.Since(start), err, code(err))
	}
}

// A statement that the server may have taken is not sent a second time.
func TestOnlyWhatIsSafeIsRetried(t *testing.T) {
	for _, c := range []struct {
		name  string
		first step
		posts int64
	}{
		{"hung up on", half(began), 1},
		{"an error of its own", answers(500), 1},
		{"not taken", answers(503), 2},
	} {
		e, posts := fake(t, c.first, says(began), says(page), says(ended))
		_, err := e.Run(t.Context(), Statement{SQL: "SELECT n FROM t", MaxRows: -1})
		if n := posts.Load(); n != c.posts || (err == nil) != (c.posts == 2) {
			t.Errorf("%s: sent %d times, want %d; %v", c.name, n, c.posts, err)
		}
	}
}

// A server that lets nobody bound a query is asked again without bounds, once, and then no more with them.
func TestLimitsThatTheServerRefuses(t *testing.T) {
	refuse := says(`{"id":"q1","infoUri":"%/q1","stats":{"state":"FAILED"},"error":{"message":"Access Denied: Cannot set system session property query_max_run_time","errorName":"PERMISSION_DENIED","errorType":"USER_ERROR","failureInfo":{"type":"x"}}}`)
	e, posts := fake(t, refuse, says(began), says(page), says(ended), says(began), says(page), says(ended))
	for range 2 {
		if _, err := e.Run(t.Context(), Statement{SQL: "SELECT n FROM t", MaxRows: -1, Limits: Limits{Timeout: 2 * time.Second}}); err != nil {
			t.Fatal(err)
		}
	}
	if posts.Load() != 3 {
		t.Errorf("sent %d times, want 3", posts.Load())
	}
}

func TestACancelBeforeTheStart(t *testing.T) {
	e, posts := fake(t, says(began))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Run(ctx, Statement{SQL: "SELECT 1", MaxRows: 1}); code(err) != "cancelled" || posts.Load() != 0 {
		t.Errorf("got %v after %d requests", err, posts.Load())
	}
}

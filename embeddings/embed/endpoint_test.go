package embed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/limn-data/limn/internal/service"
)

const testKey = "sk-test-7f3a9c"

// still is a clock on which waiting takes no time and is written down.
type still struct {
	mu   sync.Mutex
	at   time.Time
	naps []time.Duration
}

func (c *still) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *still) sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d > 0 {
		c.at = c.at.Add(d)
		c.naps = append(c.naps, d)
	}
	return ctx.Err()
}

// answer writes what a well-behaved server of length dim answers to the request: vector i points where
// the text's length says, so that order can be seen.
func answer(texts []string, dim int) string {
	var data []string
	for i, t := range texts {
		v := make([]string, dim)
		for k := range v {
			v[k] = fmt.Sprint(float64((len(t)+k)%7) + 0.5)
		}
		data = append(data, fmt.Sprintf(`{"object":"embedding","index":%d,"embedding":[%s]}`, i, strings.Join(v, ",")))
	}
	return fmt.Sprintf(`{"object":"list","data":[%s],"model":"m","usage":{"prompt_tokens":%d,"total_tokens":%d}}`, strings.Join(data, ","), 10*len(texts), 10*len(texts))
}

// server starts a server whose nth request (from 1) is answered by do.
func server(t *testing.T, do func(n int, texts []string, w http.ResponseWriter)) (url string, asked *atomic.Int64) {
	t.Helper()
	asked = new(atomic.Int64)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			Input []string
			Model string
		}
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil || q.Model != "m" || r.URL.Path != "/v1/embeddings" {
			t.Errorf("request %s for model %q: %v", r.URL.Path, q.Model, err)
		}
		if got := r.Header.Get("Authorization"); got != "Bearer "+testKey {
			t.Errorf("Authorization %q", got)
		}
		do(int(asked.Add(1)), q.Input, w)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/v1", asked
}

func config(url string, t *testing.T) Config {
	t.Setenv("LIMN_EMBED_TEST_KEY", testKey+"\n")
	return Config{BaseURL: url, Model: "m", KeyEnv: "LIMN_EMBED_TEST_KEY", Dim: 4}
}

func TestEndpoint(t *testing.T) {
	url, asked := server(t, func(_ int, texts []string, w http.ResponseWriter) { io.WriteString(w, answer(texts, 4)) })
	c := config(url, t)
	c.Dim, c.Batch, c.Parallel, c.Price, c.Currency = 0, 3, 2, "0.13", "USD"
	e, err := Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	if e.Dim() != 4 || e.ID() != "openai/m/4" {
		t.Errorf("learnt %d, %s", e.Dim(), e.ID())
	}
	texts := []string{"a", "bb", "ccc", "dddd", "eeeee", "", "ggggggg"}
	got, err := e.Embed(context.Background(), texts)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range got {
		n := max(1, len(texts[i])) // nothing is sent as "-"
		want := []float32{float32(n%7) + 0.5, float32((n+1)%7) + 0.5, float32((n+2)%7) + 0.5, float32((n+3)%7) + 0.5}
		if math.Abs(length(v)-1) > 1e-6 || cosine(v, want) < 0.999999 {
			t.Errorf("text %d has the vector %v; want the direction of %v", i, v, want)
		}
	}
	u := e.Used()
	// 10 tokens for each of 7 texts, and for the one that asked for the length.
	if asked.Load() != 4 || u.Requests != 4 || u.Texts != 8 || u.Tokens != 80 || u.Cost.String() != "0.00001040" || !u.Priced || u.Currency != "USD" {
		t.Errorf("%d requests, used %+v, cost %s", asked.Load(), u, u.Cost)
	}
}

// Each answer that is wrong is an error that says what came and what was expected, without asking again;
// nothing of a batch is given out.
func TestWrongAnswers(t *testing.T) {
	one := func(vector string) string {
		return `{"data":[{"index":0,"embedding":[1,2,3,4]},{"index":1,"embedding":` + vector + `}]}`
	}
	for _, c := range []struct{ name, body, want string }{
		{"another length", one("[1,2,3]"), "3 numbers; expected 4"},
		{"no numbers", one("[]"), "0 numbers; expected 4"},
		{"half a batch", `{"data":[{"index":0,"embedding":[1,2,3,4]}]}`, "1 vectors came for 2 texts"},
		{"too many", `{"data":[{"index":0,"embedding":[1,2,3,4]},{"index":1,"embedding":[1,2,3,4]},{"index":2,"embedding":[1,2,3,4]}]}`, "3 vectors came for 2"},
		{"nothing", `{}`, "0 vectors came for 2 texts"},
		{"an index twice", `{"data":[{"index":0,"embedding":[1,2,3,4]},{"index":0,"embedding":[1,2,3,4]}]}`, "two vectors of the answer have index 0"},
		{"an index beyond", `{"data":[{"index":0,"embedding":[1,2,3,4]},{"index":2,"embedding":[1,2,3,4]}]}`, "index 2; expected 0 to 1"},
		{"a negative index", `{"data":[{"index":-1,"embedding":[1,2,3,4]},{"index":1,"embedding":[1,2,3,4]}]}`, "index -1"},
		{"NaN", one("[1,NaN,3,4]"), "invalid character 'N'"},
		{"null for NaN", one("[1,2,null,4]"), "vector 2 of the answer has null in place 3"},
		{"beyond float32", one("[1,1e300,3,4]"), "1e300"},
		{"all zeros", one("[0,0,0,0]"), "all zeros"},
		{"text for numbers", one(`["a","b","c","d"]`), "string"},
		{"an error of status 200", `{"error":{"message":"model is loading"}}`, "model is loading"},
		{"a page", "<html>sign in</html>", "<html>sign in"},
		{"an echoed key", "Bearer " + testKey, "(secret)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			url, asked := server(t, func(_ int, _ []string, w http.ResponseWriter) { io.WriteString(w, c.body) })
			e, err := open(context.Background(), config(url, t), &still{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := e.Embed(context.Background(), []string{"a", "b"})
			if got != nil || err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), testKey) {
				t.Errorf("%d vectors, error %v; want %q", len(got), err, c.want)
			}
			if asked.Load() != 1 || e.Used().Requests != 0 {
				t.Errorf("asked %d times, used %+v; want one request that does not count", asked.Load(), e.Used())
			}
		})
	}
	t.Run("order by index", func(t *testing.T) {
		url, _ := server(t, func(_ int, _ []string, w http.ResponseWriter) {
			io.WriteString(w, `{"data":[{"index":1,"embedding":[0,1,0,0]},{"index":0,"embedding":[1,0,0,0]}]}`)
		})
		e, err := open(context.Background(), config(url, t), &still{})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := e.Embed(context.Background(), []string{"a", "b"}); err != nil || got[0][0] != 1 || got[1][1] != 1 {
			t.Errorf("%v, %v", got, err)
		}
		if u := e.Used(); u.Uncounted != 1 || u.Tokens != 0 || u.Priced {
			t.Errorf("without tokens told: %+v", u)
		}
	})
}

// What may pass is tried again, after waits that grow; what cannot is not.
func TestTryingAgain(t *testing.T) {
	fail := func(code int, header, body string) func(w http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			if name, value, ok := strings.Cut(header, ": "); ok {
				w.Header().Set(name, value)
			}
			w.WriteHeader(code)
			io.WriteString(w, body)
		}
	}
	broken := func(w http.ResponseWriter) {
		w.Header().Set("Content-Length", "1000")
		io.WriteString(w, `{"data":[`)
	}
	hung := func(http.ResponseWriter) { panic(http.ErrAbortHandler) }
	for _, c := range []struct {
		name  string
		first func(http.ResponseWriter)
		asked int64
		nap   [2]time.Duration // bounds of the first wait
		want  string           // of the error, where trying again does not help
	}{
		{"overloaded", fail(503, "", "busy"), 2, [2]time.Duration{250e6, 500e6}, ""},
		{"too fast, seconds", fail(429, "Retry-After: 7", `{"error":{"message":"slow down","type":"requests"}}`), 2, [2]time.Duration{7e9, 7e9}, ""},
		{"too fast, milliseconds", fail(429, "Retry-After-Ms: 1500", ``), 2, [2]time.Duration{15e8, 15e8}, ""},
		{"too fast, a date", fail(429, "Retry-After: "+time.Now().Add(20*time.Second).UTC().Format(http.TimeFormat), ``), 2, [2]time.Duration{17e9, 20e9}, ""},
		{"a senseless Retry-After", fail(429, "Retry-After: -5", ``), 2, [2]time.Duration{250e6, 500e6}, ""},
		{"a wait too long", fail(429, "Retry-After: 3600", ``), 1, [2]time.Duration{}, "asks to wait 1h0m0s, more than the 1m0s allowed"},
		{"cut in the middle", broken, 2, [2]time.Duration{250e6, 500e6}, ""},
		{"connection dropped", hung, 2, [2]time.Duration{250e6, 500e6}, ""},
		{"no money", fail(429, "", `{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}`), 1, [2]time.Duration{}, "exceeded your current quota"},
		{"wrong key", fail(401, "", `{"error":{"message":"Incorrect API key provided: `+testKey+`"}}`), 1, [2]time.Duration{}, "(secret); check the key"},
		{"unknown model", fail(404, "", `{"error":{"message":"The model m does not exist"}}`), 1, [2]time.Duration{}, "404 Not Found: The model m does not exist"},
		{"an error that is a page", fail(400, "", "<html>"+strings.Repeat("x", 5000)), 1, [2]time.Duration{}, "400 Bad Request: <html>xxx"},
		{"moved away", fail(302, "Location: http://127.0.0.1:1/steal", ``), 1, [2]time.Duration{}, "302"},
	} {
		t.Run(c.name, func(t *testing.T) {
			url, asked := server(t, func(n int, texts []string, w http.ResponseWriter) {
				if n == 1 {
					c.first(w)
					return
				}
				io.WriteString(w, answer(texts, 4))
			})
			clock := &still{at: time.Unix(0, 0)}
			e, err := open(context.Background(), config(url, t), clock)
			if err != nil {
				t.Fatal(err)
			}
			got, err := e.Embed(context.Background(), []string{"a"})
			if asked.Load() != c.asked {
				t.Errorf("asked %d times; want %d", asked.Load(), c.asked)
			}
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), testKey) || len(err.Error()) > 700 {
					t.Errorf("error %v; want %q", err, c.want)
				}
				return
			}
			if err != nil || len(got) != 1 || len(clock.naps) != 1 || clock.naps[0] < c.nap[0] || clock.naps[0] > c.nap[1] {
				t.Errorf("%d vectors, %v, waits %v; want one of %v", len(got), err, clock.naps, c.nap)
			}
			if e.Used().Retries != 1 {
				t.Errorf("used %+v", e.Used())
			}
		})
	}
}

func TestGivingUp(t *testing.T) {
	url, asked := server(t, func(_ int, _ []string, w http.ResponseWriter) { w.WriteHeader(500) })
	c := config(url, t)
	c.KeyEnv, c.KeyFile = "", filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(c.KeyFile, []byte(testKey+"\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.Attempts, c.Batch = 4, 1
	clock := &still{}
	e, err := open(context.Background(), c, clock)
	if err != nil {
		t.Fatal(err)
	}
	got, err := e.Embed(context.Background(), []string{"a", "b", "c"})
	if got != nil || err == nil || !strings.Contains(err.Error(), "texts 1 to 1 of 3: given up after 4 tries") || asked.Load() != 4 {
		t.Errorf("%v after %d requests", err, asked.Load())
	}
	for i := 1; i < len(clock.naps); i++ {
		if clock.naps[i] > 500*time.Millisecond<<i || clock.naps[i] < 250*time.Millisecond<<i {
			t.Errorf("waits %v do not double", clock.naps)
		}
	}
}

// A batch that fails in the middle leaves nothing of the others.
func TestNoPartOfAnAnswer(t *testing.T) {
	url, _ := server(t, func(n int, texts []string, w http.ResponseWriter) {
		dim := 4
		if n == 3 {
			dim = 5
		}
		io.WriteString(w, answer(texts, dim))
	})
	c := config(url, t)
	c.Batch = 2
	e, err := open(context.Background(), c, &still{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := e.Embed(context.Background(), []string{"a", "b", "c", "d", "e", "f"})
	if got != nil || err == nil || !strings.Contains(err.Error(), "texts 5 to 6 of 6") || !strings.Contains(err.Error(), "5 numbers; expected 4") {
		t.Errorf("%d vectors, %v", len(got), err)
	}
}

func TestLimits(t *testing.T) {
	url, _ := server(t, func(_ int, texts []string, w http.ResponseWriter) { io.WriteString(w, answer(texts, 4)) })
	for _, c := range []struct {
		name             string
		requests, tokens int
		least, most      time.Duration // 10 requests of 10 counted tokens
	}{
		{"none", 0, 0, 0, 0},
		{"requests", 60, 0, 9 * time.Second, 9 * time.Second},
		{"tokens", 0, 600, 9 * time.Second, 9 * time.Second},
		{"both", 120, 300, 18 * time.Second, 18 * time.Second},
	} {
		k := config(url, t)
		k.Batch, k.RequestsPerMinute, k.TokensPerMinute = 1, c.requests, c.tokens
		clock := &still{at: time.Unix(0, 0)}
		e, err := open(context.Background(), k, clock)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Embed(context.Background(), strings.Split("abcdefghij", "")); err != nil {
			t.Fatal(err)
		}
		if took := clock.now().Sub(time.Unix(0, 0)); took < c.least || took > c.most {
			t.Errorf("%s: %s; want %s to %s", c.name, took, c.least, c.most)
		}
	}
}

// A slow server is left after the timeout, and a cancelled call at once.
func TestTimeout(t *testing.T) {
	release := make(chan struct{})
	url, _ := server(t, func(int, []string, http.ResponseWriter) { <-release })
	defer close(release)
	c := config(url, t)
	c.Timeout, c.Attempts = 30*time.Millisecond, 2
	e, err := open(context.Background(), c, &still{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Embed(context.Background(), []string{"a"}); err == nil || !strings.Contains(err.Error(), "given up after 2 tries") {
		t.Errorf("a slow server: %v", err)
	}
	c.Timeout = time.Minute
	if e, err = open(context.Background(), c, realClock{}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer stop()
	began := time.Now()
	if _, err := e.Embed(ctx, []string{"a"}); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 10*time.Second {
		t.Errorf("a cancelled call: %v after %s", err, time.Since(began))
	}
}

func TestConfigIsChecked(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(empty, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := Config{BaseURL: "http://127.0.0.1:1/v1", Model: "m", Dim: 4}
	if _, err := Open(context.Background(), good); err != nil {
		t.Fatalf("a good configuration: %v", err)
	}
	for _, c := range []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"no URL", func(c *Config) { c.BaseURL = "host" }, "no URL"},
		{"another scheme", func(c *Config) { c.BaseURL = "file:///etc/passwd" }, "no URL"},
		{"a key in the URL", func(c *Config) { c.BaseURL = "https://u:hunter2@h/v1" }, "put the key into a file"},
		{"no model", func(c *Config) { c.Model = "" }, "no model"},
		{"a length below 0", func(c *Config) { c.Dim = -1 }, "length -1"},
		{"shortened to nothing", func(c *Config) { c.Dim, c.Shorten = 0, true }, "no length"},
		{"two keys", func(c *Config) { c.KeyEnv, c.KeyFile = "A", "b" }, "name one"},
		{"no such file", func(c *Config) { c.KeyFile = empty + "x" }, "no such file"},
		{"an empty file", func(c *Config) { c.KeyFile = empty }, "holds no key"},
		{"an unset variable", func(c *Config) { c.KeyEnv = "LIMN_NOT_SET_ANYWHERE" }, "holds no key"},
		{"a price in words", func(c *Config) { c.Price = "cheap" }, "no amount"},
		{"a negative price", func(c *Config) { c.Price = "-1" }, "no amount"},
		{"nobody there, length to learn", func(c *Config) { c.Dim, c.Attempts = 0, 1 }, "asking how long vectors are"},
	} {
		k := good
		c.change(&k)
		if e, err := Open(context.Background(), k); e != nil || err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v; want %q", c.name, err, c.want)
		}
	}
}

// No way of printing an endpoint shows its key.
func TestKeyIsNeverShown(t *testing.T) {
	e, err := Open(context.Background(), config("http://127.0.0.1:1/v1", t))
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		for _, x := range []any{e, e.key, &e.key, struct{ K secret }{e.key}} {
			if s := fmt.Sprintf(format, x); strings.Contains(s, testKey) || strings.Contains(s, fmt.Sprintf("%x", testKey)) {
				t.Errorf("%s of %T shows the key: %s", format, x, s)
			}
		}
	}
}

func TestSendable(t *testing.T) {
	for _, c := range []struct{ in, want string }{{"", "-"}, {" \n", "-"}, {"abc", "abc"}, {"abcdefghij", "abcdefgh"}, {"abcdefgé", "abcdefg"}, {"a\xffb", "a b"}} {
		if got := sendable(c.in, 8); got != c.want {
			t.Errorf("%q is sent as %q; want %q", c.in, got, c.want)
		}
	}
}

// The same against an endpoint that others have written.
func TestRealEndpoint(t *testing.T) {
	e, err := Open(context.Background(), Config{BaseURL: service.Embed(t), Model: "e5-passage", Batch: 2, Price: "0.02", Currency: "USD"})
	if err != nil {
		t.Fatal(err)
	}
	if e.Dim() != 384 {
		t.Errorf("vectors of %d numbers; want 384", e.Dim())
	}
	texts := []string{"quarterly revenue by region", "sales per territory and quarter", "the cat sleeps on the sofa", "", "umsatz je quartal und region"}
	v, err := e.Embed(context.Background(), texts)
	if err != nil {
		t.Fatal(err)
	}
	if cosine(v[0], v[1]) <= cosine(v[0], v[2]) || cosine(v[0], v[4]) <= cosine(v[0], v[2]) {
		t.Errorf("revenue is as close to a cat (%.3f) as to sales (%.3f, %.3f)", cosine(v[0], v[2]), cosine(v[0], v[1]), cosine(v[0], v[4]))
	}
	if u := e.Used(); u.Tokens == 0 || u.Uncounted != 0 || u.Cost.Sign() <= 0 || u.Texts != 6 {
		t.Errorf("used %+v", u)
	}
	wrong, err := Open(context.Background(), Config{BaseURL: service.Embed(t), Model: "e5-passage", Dim: 256})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := wrong.Embed(context.Background(), texts[:1]); got != nil || err == nil || !strings.Contains(err.Error(), "384 numbers; expected 256") {
		t.Errorf("another length than configured: %v", err)
	}
}

package rest

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestFaults(t *testing.T) {
	busy := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/ok":
			w.Write([]byte(`{"a":1}`))
		case "/page":
			w.Write([]byte("<html>log in</html>"))
		case "/refused":
			w.WriteHeader(401)
			w.Write([]byte(`{"error":{"message":"no good: ` + strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ") + `"}}`))
		case "/busy":
			if busy++; busy < 3 {
				w.WriteHeader(503)
				return
			}
			w.Write([]byte(`{}`))
		case "/down":
			w.WriteHeader(503)
		case "/slow":
			select {
			case <-r.Context().Done():
			case <-time.After(5 * time.Second):
			}
		case "/short":
			w.Header().Set("Content-Length", "100")
			w.Write([]byte(`{"a":`))
		case "/large":
			w.Write([]byte(`"` + strings.Repeat("a", 200) + `"`))
		}
	}))
	defer srv.Close()
	c, err := New("test", srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	c.Bearer("very-secret-token")
	c.Pause, c.Most, c.HTTP = time.Millisecond, 100, &http.Client{Timeout: 200 * time.Millisecond}
	for path, want := range map[string]string{"/ok": "", "/busy": "", "/page": "no JSON", "/refused": "wrong or no longer good", "/down": "503", "/slow": "no answer in time", "/short": "broke off", "/large": "more than 100 bytes"} {
		_, err := c.Get(t.Context(), path+"?q=very-secret-token")
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", path, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path)):
			t.Errorf("%s: %v, want %q", path, err, want)
		case err != nil && strings.Contains(err.Error(), "very-secret"):
			t.Errorf("a secret was told: %v", err)
		}
	}
	if _, err := c.Get(t.Context(), "/refused"); Status(err) != 401 {
		t.Errorf("status %d", Status(err))
	}
	srv.Close()
	if _, err := c.Get(t.Context(), "/ok"); err == nil || !strings.Contains(err.Error(), "cannot be reached") {
		t.Errorf("a server that is down: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Get(ctx, "/ok"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestAddresses(t *testing.T) {
	for in, want := range map[string]string{"https://h:1/x/": "", "h:1": "is no address", "https://ann:secret@h": "holds a user", "http://[::1": "cannot be read", "ftp://h": "is no address"} {
		_, err := New("test", in)
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret@")) {
			t.Errorf("%s: %v, want %q", in, err, want)
		}
	}
}

func TestSecret(t *testing.T) {
	for name, want := range map[string]bool{"database.password": true, "aws.secret.access.key": true, "sasl.jaas.config": true, "mongodb.connection.string": true, "connection.url": true,
		"value.converter.basic.auth.user.info": true, "topic.prefix": false, "database.hostname": false, "table.include.list": false, "message.key.columns": false, "key.converter": false} {
		if Secret(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}

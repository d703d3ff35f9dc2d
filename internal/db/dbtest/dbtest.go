// Package dbtest gives tests a database of each kind, empty and of their own.
package dbtest

import (
	"fmt"
	"net/url"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/limn-data/limn/internal/db"
	"github.com/limn-data/limn/internal/service"
)

var made atomic.Int64

// Each runs a test over both kinds of databases. open gives the address of an empty one, which is dropped after the
// test.
func Each(t *testing.T, test func(t *testing.T, open func(*testing.T) string)) {
	t.Run("sqlite", func(t *testing.T) {
		test(t, func(t *testing.T) string { return filepath.Join(t.TempDir(), "limn.db") })
	})
	t.Run("postgres", func(t *testing.T) {
		server := service.Postgres(t)
		test(t, func(t *testing.T) string { return Postgres(t, server) })
	})
}

// Postgres makes an empty database in a server.
func Postgres(t testing.TB, server string) string {
	t.Helper()
	d, err := db.Open(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("limn_test_%d_%d", time.Now().UnixNano(), made.Add(1))
	if _, err := d.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := d.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

package db

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// A SQLite file, and what stands beside it while it is open, is its owner's alone.
func TestFilesArePrivate(t *testing.T) {
	dir := t.TempDir()
	d, err := Open(t.Context(), filepath.Join(dir, "a b%c", "limn.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Exec("CREATE TABLE t (x INTEGER)"); err != nil {
		t.Fatal(err)
	}
	seen := 0
	if err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		seen++
		info, err := e.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %v", path, info.Mode())
		}
		return err
	}); err != nil || seen < 2 {
		t.Errorf("%d files, %v", seen, err)
	}
}

func TestOpenErrors(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("this is no database, and long enough not to be taken for the beginning of one"), 0o600); err != nil {
		t.Fatal(err)
	}
	for dsn, says := range map[string]string{
		"postgres://u:hunter2@" + closed.Addr().String() + "/limn": "does not answer",
		"postgres://u:hunter2@[::1/limn":                           "cannot be read",
		"postgres://u:hunter2@h:1/limn?sslmode=odd":                "does not answer",
		filepath.Join(file, "under", "a.db"):                       "not a directory",
		file:                                                       "file",
	} {
		d, err := Open(t.Context(), dsn)
		if err == nil {
			err = d.Migrate(t.Context(), "x", fstest.MapFS{"00001_a.sql": {Data: []byte("-- +goose Up\nCREATE TABLE a (x INTEGER);\n")}})
			d.Close()
		}
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", dsn, err, says)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the password is told: %v", err)
		}
	}
}

func TestGone(t *testing.T) {
	for _, c := range []struct {
		err  error
		gone bool
	}{{nil, false}, {context.Canceled, false}, {errors.New("unexpected EOF"), true}, {&net.OpError{Op: "dial"}, true}} {
		if got := Gone(c.err); got != c.gone {
			t.Errorf("%v: gone %v", c.err, got)
		}
	}
	d, err := Open(t.Context(), ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Exec("SELECT nonsense"); Gone(err) {
		t.Errorf("what was refused counts as gone: %v", err)
	}
}

func TestMoments(t *testing.T) {
	at := time.Date(2026, 11, 22, 9, 0, 0, 123456000, time.FixedZone("x", 3600))
	if got := Moment(Micros(at)); !got.Equal(at) || got.Location() != time.UTC {
		t.Errorf("%v came back as %v", at, got)
	}
	if !Moment(Micros(time.Time{})).IsZero() {
		t.Error("no moment came back as one")
	}
	if got := Text("a\x00b\xff" + `\u0000`); got != "a\uFFFDb\uFFFD"+`\ufffd` {
		t.Errorf("text: %q", got)
	}
}

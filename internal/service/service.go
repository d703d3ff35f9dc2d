// Package service tells tests where the real parts are that scripts/services.sh started. Where a part is
// not running, a test is skipped with the command that starts it, or fails where LIMN_TEST_SERVICES says
// that it is required. It starts nothing. Start at Trino.
package service

import (
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// Trino is the URL of a Trino that believes the user header.
func Trino(t testing.TB) string { return find(t, "trino", "LIMN_TEST_TRINO") }

// TrinoTLS is the URL of the same server where one has to sign in, and the folder with what for.
func TrinoTLS(t testing.TB) (url, certs string) {
	return find(t, "trino", "LIMN_TEST_TRINO_TLS"), find(t, "trino", "LIMN_TEST_TRINO_CERTS")
}

// Postgres is the URL of a database with pgvector.
func Postgres(t testing.TB) string { return find(t, "postgres", "LIMN_TEST_POSTGRES") }

// S3 is the URL of a bucket, with the keys as user and password.
func S3(t testing.TB) string { return find(t, "s3", "LIMN_TEST_S3") }

// S3Folder is the folder whose files are the objects of that bucket.
func S3Folder(t testing.TB) string { return find(t, "s3", "LIMN_TEST_S3_FOLDER") }

// Embed is the base URL of an endpoint that speaks OpenAI's embeddings API.
func Embed(t testing.TB) string { return find(t, "embed", "LIMN_TEST_EMBED") }

func find(t testing.TB, part, name string) string {
	t.Helper()
	if v := os.Getenv(name); v != "" {
		return v
	}
	// What was left behind counts while somebody listens there.
	if v := left(name); v != "" && listens(v) {
		return v
	}
	missing(t, part+" is not running; start it with scripts/services.sh up "+part)
	return ""
}

// Setting is the environment variable of something else that scripts prepare, such as the texts of queries.
func Setting(t testing.TB, name, what string) string {
	t.Helper()
	v := os.Getenv(name)
	if v == "" {
		missing(t, name+" is not set; "+what)
	}
	return v
}

func missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("LIMN_TEST_SERVICES") == "required" {
		t.Fatal(why)
	}
	t.Skip(why)
}

func listens(where string) bool {
	u, err := url.Parse(where)
	if err != nil || u.Host == "" {
		_, err := os.Stat(where)
		return err == nil
	}
	c, err := net.DialTimeout("tcp", u.Host, time.Second)
	if err != nil {
		return false
	}
	return c.Close() == nil
}

var line = regexp.MustCompile(`(?m)^export ([A-Z0-9_]+)=(.*)$`)

// left reads what services.sh left behind of the parts that are up; empty when there is nothing.
func left(name string) string {
	dir := os.Getenv("LIMN_SERVICES")
	if dir == "" {
		cache := os.Getenv("LIMN_CACHE")
		if cache == "" {
			home, err := os.UserHomeDir()
			if err != nil {
				return ""
			}
			if cache = os.Getenv("XDG_CACHE_HOME"); cache == "" {
				cache = filepath.Join(home, ".cache")
			}
			cache = filepath.Join(cache, "limn")
		}
		dir = filepath.Join(cache, "run")
	}
	raw, err := os.ReadFile(filepath.Join(dir, "env"))
	if err != nil {
		return ""
	}
	for _, m := range line.FindAllStringSubmatch(string(raw), -1) {
		if m[1] == name {
			return m[2]
		}
	}
	return ""
}

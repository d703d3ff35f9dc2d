// Package arch holds the import policy of the house as data; its test keeps it. It has no code that runs.
package arch

// policy says which rooms each room may import, besides itself, internal and libraries. "all" is every
// room. It is the table of docs/architecture.md.
var policy = map[string][]string{
	"cmd":        {"all"},
	"bots":       {"answer", "access", "catalog"},
	"evals":      {"answer", "semantic", "access", "catalog", "trino"},
	"answer":     {"nl2sql", "gate", "semantic", "access", "catalog", "trino"},
	"nl2sql":     {"semantic", "gate", "access", "catalog", "trino"},
	"gate":       {"access", "catalog", "trino"},
	"semantic":   {"access", "catalog", "trino"},
	"access":     {"catalog", "trino"},
	"embeddings": {"access", "catalog"},
	"ingest":     {"catalog", "trino"},
	"engine":     {"catalog", "trino"},
	"catalog":    {"trino"},
	"trino":      {},
	"jobs":       {},
	"internal":   {},
}

// homes are the libraries that only some rooms may know, by import path prefix.
var homes = map[string]string{
	"github.com/duckdb/":          "engine/duckdb",
	"gopkg.in/yaml.v3":            "internal/conf",
	"github.com/apache/arrow-go/": "internal/demo",
	"github.com/robfig/cron/":     "answer",
	"github.com/riverqueue/":      "jobs",
	"modernc.org/sqlite":          "internal/db",
	"github.com/pressly/goose/":   "internal/db",
	"github.com/trinodb/":         "engine/trino",
	"github.com/aws/":             "ingest",
	"github.com/twmb/":            "ingest",
	"github.com/pgvector/":        "embeddings/store/postgres",
}

package postgres

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/limn-data/limn/embeddings/store"
	"github.com/limn-data/limn/embeddings/store/storetest"
	"github.com/limn-data/limn/internal/service"
)

// opened is a store in a schema of its own, which goes with the test, and the way to open it again.
func opened(t testing.TB, cfg Config) (*Store, func() *Store) {
	t.Helper()
	ctx := context.Background()
	cfg.DSN, cfg.Schema = service.Postgres(t), fmt.Sprintf("limn_search_%x", rand.Uint64())
	var now *Store
	open := func() *Store {
		if now != nil {
			now.pool.Close()
		}
		s, err := Open(ctx, cfg)
		if err != nil {
			t.Fatal(err)
		}
		now = s
		return s
	}
	t.Cleanup(func() {
		now.pool.Close()
		c, err := pgx.Connect(ctx, cfg.DSN)
		if err != nil {
			t.Error(err)
			return
		}
		if _, err := c.Exec(ctx, "DROP SCHEMA "+cfg.Schema+" CASCADE"); err != nil {
			t.Error(err)
		}
		if err := c.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return open(), open
}

func TestContract(t *testing.T) {
	for name, cfg := range map[string]Config{"exact": {}, "indexed": {Exact: 1}} {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) (store.Store, func() store.Store) {
				s, again := opened(t, cfg)
				return s, func() store.Store { return again() }
			})
		})
	}
}

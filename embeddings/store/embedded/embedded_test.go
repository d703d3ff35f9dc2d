package embedded

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/limn-data/limn/embeddings/store"
	"github.com/limn-data/limn/embeddings/store/storetest"
)

func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) (store.Store, func() store.Store) {
		path := filepath.Join(t.TempDir(), "index.db")
		var now *Store
		open := func() store.Store {
			if now != nil {
				if err := now.Close(); err != nil {
					t.Fatal(err)
				}
			}
			s, err := Open(context.Background(), path)
			if err != nil {
				t.Fatal(err)
			}
			now = s
			return s
		}
		t.Cleanup(func() {
			if err := now.Close(); err != nil {
				t.Error(err)
			}
		})
		return open(), open
	})
}

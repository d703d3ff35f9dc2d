package sources

import (
	"context"

	"github.com/limn-data/limn/catalog"
)

// Source is a system that knows something about the data. A reader keeps no state of its own: what it has
// read before it finds again by the cursor that it gave. Reading is safe to repeat, since claims go by key.
type Source interface {
	// Read gives every claim to emit, in any order, and says what it came to. since is the cursor of the last
	// run that ended well, empty for the first. An error of emit ends the reading. An error of Read means that
	// nothing of this run counts: what was known before stays.
	Read(ctx context.Context, since string, emit func(catalog.Claim) error) (catalog.Report, error)
}

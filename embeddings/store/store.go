// Package store is the contract of where the searchable catalog is kept: its documents, the vectors of their
// texts, and generations of them. store/storetest is what every store must do; store/embedded and
// store/postgres do it. Start at Store.
package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/embeddings/document"
)

// Store keeps units of documents, and vectors of texts by generation. Each text is kept once however many
// documents have it, and so is its vector. What a method changes is there when it returns, all of it or
// nothing. All methods may be called at once from many sides.
type Store interface {
	// Units lists the units by scope.
	Units(ctx context.Context) (map[string]Saved, error)
	// Load gives the units of these ids, in their order, as they were added.
	Load(ctx context.Context, ids []int32, yield func(Stored) error) error
	// Apply adds and removes units. Scopes that are there already stay, with their ids; a base unit stays one.
	// Texts that no unit has any more go, with their vectors.
	Apply(ctx context.Context, c Change) error

	// Generations lists them, oldest first.
	Generations(ctx context.Context) ([]Generation, error)
	// Begin gives the generation of an embedder, a new one where there is none.
	Begin(ctx context.Context, embedder string, dim int) (Generation, error)
	// Pending gives texts that have no vector in the generation, of the first kinds first.
	Pending(ctx context.Context, generation, limit int) ([]Text, error)
	// Counts says how many texts there are, and how many have a vector.
	Counts(ctx context.Context, generation int) (texts, embedded int, err error)
	// Put keeps unit vectors. Texts that went meanwhile are passed over.
	Put(ctx context.Context, generation int, vectors []Vector) error
	// Swap makes a generation the one that serves and drops all others that are older.
	Swap(ctx context.Context, generation int) error

	// Nearest gives, for each wish, the nearest documents that the filter keeps, nearest first. Scores are cosines.
	Nearest(ctx context.Context, generation int, vector []float32, f Filter, wishes []Wish) ([][]Hit, error)
	// Scores gives the documents of some units that have a vector, in no order.
	Scores(ctx context.Context, generation int, vector []float32, units []int32) ([]Hit, error)

	Close() error
}

// Saved is a unit in the list.
type Saved struct {
	ID   int32
	Base bool // of the whole catalog, not of somebody's view of it
}

// Stored is a unit with what it says.
type Stored struct {
	ID    int32
	Scope string
	Base  bool
	Docs  []document.Document
}

// Added is a unit to keep.
type Added struct {
	Scope string
	Base  bool
	Docs  []document.Document
}

// Change is what one call of Apply does.
type Change struct {
	Add    []Added
	Remove []int32
}

// Generation is the vectors of one embedder.
type Generation struct {
	ID       int
	Embedder string
	Dim      int
	Serving  bool
	Started  time.Time
}

// Text is one to embed.
type Text struct {
	Hash document.Hash
	Text string
}

// Vector is of one text.
type Vector struct {
	Hash   document.Hash
	Values []float32
}

// Filter says which documents may be found.
type Filter struct {
	// Everything stands for all base units, in place of Units.
	Everything bool
	Units      []int32 // that may be seen
	// Docs is about how many documents the units have; stores choose their way by it. 0: not known.
	Docs  int
	Tiers []catalog.Tier // empty: every tier
}

// Wish is for some documents of some kinds.
type Wish struct {
	Kinds document.Set
	K     int
}

// Hit is a document by unit and its place in it.
type Hit struct {
	Unit, Ord int32
	Kind      document.Kind
	Score     float32
}

// ErrVector marks vectors that no store takes.
var ErrVector = errors.New("unusable vector")

// CheckVector says why a vector cannot be kept: another dimension, a value that is no number, no direction.
func CheckVector(v []float32, dim int) error {
	if len(v) != dim {
		return fmt.Errorf("%w: it has %d dimensions where %d were promised", ErrVector, len(v), dim)
	}
	sum := 0.0
	for i, x := range v {
		if f := float64(x); math.IsNaN(f) || math.IsInf(f, 0) {
			return fmt.Errorf("%w: value %d is %v", ErrVector, i, x)
		}
		sum += float64(x) * float64(x)
	}
	if sum < 1e-12 {
		return fmt.Errorf("%w: all its values are 0", ErrVector)
	}
	return nil
}

// TierNumber is how a tier is stored.
func TierNumber(t catalog.Tier) int {
	switch t {
	case catalog.Certified:
		return 1
	case catalog.Trusted:
		return 2
	case catalog.Raw:
		return 3
	case catalog.Deprecated:
		return 4
	}
	return 0
}

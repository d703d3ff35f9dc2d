package translate

import (
	"maps"
	"slices"
)

// Names of what the translation knows, for tests that go through all of it.
func ScalarNames() []string    { return slices.Sorted(maps.Keys(scalars)) }
func AggregateNames() []string { return slices.Sorted(maps.Keys(aggregates)) }

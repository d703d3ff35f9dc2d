// Package infer works a model out from the data where nobody has defined one: keys by uniqueness, joins
// by names and values, times, measures and entities. Everything that it writes is marked as inferred,
// with a confidence and the evidence, as an OSI file that people confirm or correct. It reads data only
// through a Sampler. Start at Infer.
package infer

import (
	"context"

	"github.com/limn-data/limn/catalog"
)

// Sampler looks at values. It is satisfied by the engines.
type Sampler interface {
	// Profile describes every column over at most limit rows.
	Profile(ctx context.Context, a *catalog.Asset, limit int) (Profile, error)
	// Included is the share of the distinct values of a column that occur in another, over at most limit.
	Included(ctx context.Context, from *catalog.Asset, column string, to *catalog.Asset, target string, limit int) (float64, error)
}

// Profile is what a table's values look like. Columns are as the asset's.
type Profile struct {
	Rows    int64
	Columns []Column
}

// Column is what one column's values look like.
type Column struct {
	Nulls, Distinct int64
	Min, Max        string
}

// sampleRows bounds what is looked at of one table.
const sampleRows = 200_000

// Table is an asset with what was inferred of it.
type Table struct {
	Asset    *catalog.Asset
	Profile  Profile
	Entity   string // singular, in words
	Plural   string
	Aliases  []string // other words for the entity
	Prefix   string   // letters that begin the name of every column, in lower case
	Key      string   // column; empty when none was found
	nounLast bool     // the entity's last word is its noun
	keyRank  int      // how well the key's name fits
	Label    string
	Time     string
	Roles    []string // as Asset.Columns: key, time, dimension, measure, attribute, flag
	Sums     []bool   // a measure that adds up, else one that is averaged
}

// Join is an inferred many-to-one relationship.
type Join struct {
	From, To             *Table
	FromColumn, ToColumn string
	Confidence           float64
	Evidence             string
}

// Result is the inferred model.
type Result struct {
	Tables []*Table
	Joins  []Join
}

// Infer looks at every table and at the pairs of columns that could join.
func Infer(ctx context.Context, assets []*catalog.Asset, s Sampler) (*Result, error) {
	r := &Result{}
	for _, a := range assets {
		p, err := s.Profile(ctx, a, sampleRows)
		if err != nil {
			return nil, err
		}
		r.Tables = append(r.Tables, &Table{Asset: a, Profile: p})
	}
	shared, letters := sharedWords(r.Tables)
	for _, t := range r.Tables {
		t.name(shared, letters)
		t.prefix()
	}
	for _, t := range r.Tables {
		t.key()
	}
	for _, t := range r.Tables {
		t.borrowed(r.Tables)
	}
	for _, t := range r.Tables {
		if err := r.joins(ctx, t, s); err != nil {
			return nil, err
		}
	}
	for _, t := range r.Tables {
		t.roles(r.Joins)
	}
	for _, t := range r.Tables {
		t.Aliases = t.alias(r.Tables)
	}
	return r, nil
}

// Package document says what of the catalog can be found: tables and columns, metrics, terms, queries and
// dashboards, each as a Document with the words that lexical search reads and the text that is embedded.
// It is pure: the same catalog gives the same documents, byte for byte. Start at Project.
package document

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"time"

	"github.com/limn-data/limn/catalog"
)

// Kind is what a document is about. The order is that in which vectors are made: few things that answer most
// questions first, the many columns last.
type Kind uint8

// The kinds. Their numbers are stored.
const (
	Table Kind = iota
	Metric
	Term
	Query
	Dashboard
	Column
	Kinds // how many there are
)

var kindNames = [Kinds]string{"table", "metric", "term", "query", "dashboard", "column"}

func (k Kind) String() string {
	if k < Kinds {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// ParseKind is the kind of a name; false where there is none.
func ParseKind(s string) (Kind, bool) {
	for i, n := range kindNames {
		if n == s {
			return Kind(i), true
		}
	}
	return 0, false
}

// Set is a set of kinds; the zero Set stands for all.
type Set uint16

// Of is the set of some kinds.
func Of(kinds ...Kind) Set {
	var s Set
	for _, k := range kinds {
		s |= 1 << k
	}
	return s
}

// Has says whether the set holds a kind.
func (s Set) Has(k Kind) bool { return s == 0 || s&(1<<k) != 0 }

// Part says what a text of a document is; lexical search weighs by it.
type Part uint8

// The parts of a document. Their numbers are stored.
const (
	Name Part = iota
	Synonym
	Member // names of the columns of a table
	Parent // the table of a column
	Prose  // descriptions, questions, definitions
	Schema // of a table
	Parts  // how many there are
)

// Field is one text of a document.
type Field struct {
	Part Part   `json:"p"`
	Text string `json:"t"`
}

// Document is one thing that can be found.
type Document struct {
	Kind        Kind         `json:"k"`
	Name        string       `json:"n"`
	Description string       `json:"d,omitempty"`
	Fields      []Field      `json:"f,omitempty"`
	Text        string       `json:"x,omitempty"` // what is embedded; empty: nothing
	Tier        catalog.Tier `json:"r,omitempty"`
	Fresh       time.Time    `json:"l,omitzero"` // when it last changed or was last run
	Uses        int          `json:"u,omitempty"`
	Success     float64      `json:"s,omitempty"` // share of a query's runs that succeeded, 0 to 1
}

// TextHash is what the vector of a document is kept under: equal texts share one.
func (d *Document) TextHash() Hash { return Sum(d.Text) }

// Hash is the first half of a SHA-256.
type Hash [16]byte

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Sum is the hash of a text.
func Sum(text string) Hash {
	full := sha256.Sum256([]byte(text))
	return Hash(full[:16])
}

// Unit is a group of documents on which rights are decided together: a table with its columns, or one metric,
// term, query or dashboard. Its Scope names both what it is about and what it says: whoever sees less of a
// table sees another unit of it, with documents of its own, and never a part of this one.
type Unit struct {
	Name string // kind and key, such as table:lake.shop.orders
	Docs []Document
	hash Hash
}

// Scope identifies the unit by name and content. Equal scopes mean equal documents.
func (u *Unit) Scope() string { return u.Name + "#" + u.hash.String() }

// seal computes the hash of what the unit says.
func (u *Unit) seal() {
	h := sha256.New()
	for i := range u.Docs {
		d := &u.Docs[i]
		h.Write([]byte{byte(d.Kind), byte(len(d.Fields))})
		write(h, d.Name, d.Description, d.Text, string(d.Tier))
		for _, f := range d.Fields {
			h.Write([]byte{byte(f.Part)})
			write(h, f.Text)
		}
		var n [24]byte
		binary.LittleEndian.PutUint64(n[:], uint64(d.Fresh.Unix()))
		binary.LittleEndian.PutUint64(n[8:], uint64(d.Uses))
		binary.LittleEndian.PutUint64(n[16:], uint64(d.Success*1e6))
		h.Write(n[:])
	}
	copy(u.hash[:], h.Sum(nil))
}

func write(h hash.Hash, texts ...string) {
	for _, t := range texts {
		var n [4]byte
		binary.LittleEndian.PutUint32(n[:], uint32(len(t)))
		h.Write(n[:])
		h.Write([]byte(t))
	}
}

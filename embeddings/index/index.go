// Package index keeps the searchable catalog up to date: it takes the documents of a snapshot, holds the words
// of them in memory, and has their texts embedded behind, each once. What is there serves while what is new is
// made. It ranks nothing: search does. Start at Open, then Sync and Fill.
package index

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/embeddings/document"
	"github.com/limn-data/limn/embeddings/lexical"
	"github.com/limn-data/limn/embeddings/store"
)

// Embedder turns texts into vectors of length 1, in order. Vectors of different IDs do not compare.
type Embedder interface {
	ID() string
	Dim() int
	Embed(ctx context.Context, texts []string) ([][]float32, error)
}

// Options are what an index is opened with.
type Options struct {
	// Embedder makes the vectors; nil for an index of words alone.
	Embedder Embedder
	// Former are embedders of which the store may still have the serving vectors: questions are embedded by the
	// one whose vectors serve.
	Former []Embedder
	// Abbreviations of the workspace, beside those that come with limn.
	Abbreviations map[string]string
	// Progress is told how far embedding is, from the goroutine of Fill.
	Progress func(Status)
	// Now is the clock; nil: the machine's.
	Now func() time.Time
}

// Index is the searchable catalog. It is safe for use from many sides.
type Index struct {
	store   store.Store
	options Options
	analyze *lexical.Analyzer

	syncing sync.Mutex // one Sync, Admit or catching up at a time
	filling sync.Mutex // one Fill at a time

	mu       sync.RWMutex // over all below
	lexicon  *lexical.Lexicon
	segments []*lexical.Segment
	units    []unit           // by slot; slots are never given twice
	slots    map[string]int32 // by scope
	base     lexical.Visible
	count    int   // live documents
	dead     int   // documents in segments whose unit went
	version  int64 // counts changes, by which audiences know that they are old
	unsaved  []store.Added
	behind   error // why the store does not have what is here; nil when it has

	scopes map[*catalog.Asset]string // of the assets of the last snapshot
	views  map[*access.View]*Audience

	state fillState
}

// unit is what is known of a unit by its slot.
type unit struct {
	scope string
	name  string
	id    int32 // in the store; 0: not there
	live  bool
	base  bool
	docs  []Shown
}

// Shown is what people see of a document.
type Shown struct {
	Kind              document.Kind
	Name, Description string
	Tier              catalog.Tier
	Fresh             time.Time
	Uses              int
	Success           float64
}

// Open makes an index over a store and takes in what is there. With a store that cannot be read it fails: an
// index without a store is made over an empty embedded one.
func Open(ctx context.Context, s store.Store, o Options) (*Index, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	x := &Index{store: s, options: o, analyze: lexical.NewAnalyzer(o.Abbreviations), lexicon: lexical.NewLexicon(), slots: map[string]int32{}, views: map[*access.View]*Audience{}}
	saved, err := s.Units(ctx)
	if err != nil {
		return nil, err
	}
	if err := x.load(ctx, saved); err != nil {
		return nil, err
	}
	return x, nil
}

// load takes in stored units that are not here yet.
func (x *Index) load(ctx context.Context, saved map[string]store.Saved) error {
	var ids []int32
	for scope, u := range saved {
		if _, ok := x.slots[scope]; !ok {
			ids = append(ids, u.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	var add []adding
	err := x.store.Load(ctx, ids, func(u store.Stored) error {
		add = append(add, adding{scope: u.Scope, name: nameOf(u.Scope), id: u.ID, base: u.Base, docs: u.Docs})
		return nil
	})
	if err != nil {
		return err
	}
	x.attach(add, nil)
	return nil
}

// nameOf is the name within a scope.
func nameOf(scope string) string {
	for i := len(scope) - 1; i >= 0; i-- {
		if scope[i] == '#' {
			return scope[:i]
		}
	}
	return scope
}

type adding struct {
	scope, name string
	id          int32
	base        bool
	docs        []document.Document
}

// Report is what a Sync did.
type Report struct {
	Units, Documents int // of the catalog
	Added, Removed   int // units
	Took             time.Duration
}

// Sync makes the index that of a snapshot: what is new is found by its words when Sync returns. What the store
// could not take is kept and tried again by the next Sync or Fill; Sync then returns an error, and what is in
// memory serves.
func (x *Index) Sync(ctx context.Context, snap *catalog.Snapshot) (Report, error) {
	x.syncing.Lock()
	defer x.syncing.Unlock()
	began := x.options.Now()
	scopes := make(map[*catalog.Asset]string, len(snap.Assets))
	units := make([]document.Unit, 0, len(snap.Assets)+len(snap.Metrics)+len(snap.Terms)+len(snap.Queries))
	tables := 0
	document.Walk(snap, nil, nil, func(scope string, u *document.Unit) {
		if tables < len(snap.Assets) { // they come first, in order
			scopes[snap.Assets[tables]] = scope
			tables++
		}
		units = append(units, *u)
	})
	r := x.change(units)
	x.mu.Lock()
	x.scopes = scopes
	x.mu.Unlock()
	err := x.save(ctx)
	r.Took = x.options.Now().Sub(began)
	return r, err
}

// change makes the memory that of these units and notes what the store has to take.
func (x *Index) change(units []document.Unit) Report {
	want := make(map[string]bool, len(units))
	changed := map[string]bool{}
	names := make(map[string]bool, len(units))
	var add []adding
	var unsaved []store.Added
	r := Report{Units: len(units)}
	for i := range units {
		u := &units[i]
		scope := u.Scope()
		if want[scope] {
			continue
		}
		want[scope], names[u.Name] = true, true
		r.Documents += len(u.Docs)
		slot, ok := x.slots[scope]
		if !ok || !x.units[slot].base {
			add = append(add, adding{scope: scope, name: u.Name, base: true, docs: u.Docs})
			changed[u.Name] = true
		}
		if !ok || !x.units[slot].base || x.units[slot].id == 0 {
			unsaved = append(unsaved, store.Added{Scope: scope, Base: true, Docs: u.Docs})
		}
	}
	var remove []int32
	for slot := range x.units {
		u := &x.units[slot]
		// A unit of somebody's view goes with the unit of the catalog that it was made of.
		if u.live && !want[u.scope] && (u.base || !names[u.name] || changed[u.name]) {
			remove = append(remove, int32(slot))
		}
	}
	r.Added, r.Removed = len(add), len(remove)
	x.attach(add, remove)
	x.mu.Lock()
	for _, u := range x.unsaved {
		if _, here := x.slots[u.Scope]; here && !u.Base {
			unsaved = append(unsaved, u)
		}
	}
	x.unsaved = unsaved
	x.mu.Unlock()
	return r
}

// admit takes in units of somebody's view that differ from those of the catalog.
func (x *Index) admit(ctx context.Context, units []*document.Unit) error {
	x.syncing.Lock()
	defer x.syncing.Unlock()
	var add []adding
	for _, u := range units {
		if _, ok := x.slots[u.Scope()]; !ok {
			add = append(add, adding{scope: u.Scope(), name: u.Name, docs: u.Docs})
		}
	}
	x.attach(add, nil)
	x.mu.Lock()
	for _, a := range add {
		x.unsaved = append(x.unsaved, store.Added{Scope: a.scope, Docs: a.docs})
	}
	x.mu.Unlock()
	return x.save(ctx)
}

// attach changes what is in memory. Only one side does at a time (syncing), so that it reads without the lock;
// the words are cut before searches have to wait.
func (x *Index) attach(add []adding, remove []int32) {
	if len(add)+len(remove) == 0 {
		return
	}
	b := lexical.NewBuilder(x.lexicon, x.analyze)
	grown := lexical.NewVisible(len(x.units) + len(add))
	copy(grown, x.base)
	fresh := make([]unit, 0, len(add))
	slots := map[string]int32{}
	var based []int32
	for _, a := range add {
		slot, ok := x.slots[a.scope]
		if !ok {
			slot = int32(len(x.units) + len(fresh))
			u := unit{scope: a.scope, name: a.name, id: a.id, live: true, base: a.base, docs: make([]Shown, len(a.docs))}
			for i := range a.docs {
				d := &a.docs[i]
				u.docs[i] = Shown{d.Kind, d.Name, d.Description, d.Tier, d.Fresh, d.Uses, d.Success}
			}
			fresh = append(fresh, u)
			slots[a.scope] = slot
			b.Add(slot, a.docs)
		} else if a.base {
			based = append(based, slot)
		}
		if a.base {
			grown.Set(slot)
		}
	}
	segment := b.Build()

	x.mu.Lock()
	defer x.mu.Unlock()
	for _, slot := range remove {
		u := &x.units[slot]
		u.live = false
		x.dead += len(u.docs)
		x.count -= len(u.docs)
		delete(x.slots, u.scope)
		grown[slot>>6] &^= 1 << (slot & 63)
		u.docs = nil
	}
	for _, slot := range based {
		x.units[slot].base = true
	}
	x.units = append(x.units, fresh...)
	for scope, slot := range slots {
		x.slots[scope] = slot
	}
	x.count += segment.Docs()
	if segment.Docs() > 0 {
		x.segments = append(slices.Clone(x.segments), segment)
	}
	x.base = grown
	x.merge()
	x.version++
}

// The words are kept in few segments: a search goes through each.
const (
	mostSegments = 8
	deadShare    = 4 // one in so many documents may be dead
)

// merge joins all segments when there are many or much in them is dead.
func (x *Index) merge() {
	docs := 0
	for _, s := range x.segments {
		docs += s.Docs()
	}
	if len(x.segments) <= mostSegments && x.dead*deadShare <= docs {
		return
	}
	x.segments = []*lexical.Segment{lexical.Merge(x.lexicon, x.segments, func(slot int32) bool { return x.units[slot].live })}
	x.dead = 0
}

// chunk is how many units the store takes at a time: a run that is broken off goes on behind the last.
const chunk = 1000

// save brings the store to what is here: adds what waits, and drops the units of the catalog that are not in
// it any more. Only then does it forget why it was behind.
func (x *Index) save(ctx context.Context) error {
	err := x.trySave(ctx)
	x.mu.Lock()
	x.behind = err
	x.mu.Unlock()
	if err != nil {
		return fmt.Errorf("the index is not stored and will be when its store is back: %w", err)
	}
	return nil
}

func (x *Index) trySave(ctx context.Context) error {
	for {
		x.mu.RLock()
		part := x.unsaved[:min(len(x.unsaved), chunk)]
		x.mu.RUnlock()
		if len(part) == 0 {
			break
		}
		if err := x.store.Apply(ctx, store.Change{Add: part}); err != nil {
			return err
		}
		x.mu.Lock()
		x.unsaved = x.unsaved[len(part):]
		if len(x.unsaved) == 0 {
			x.unsaved = nil
		}
		x.mu.Unlock()
	}
	saved, err := x.store.Units(ctx)
	if err != nil {
		return err
	}
	var remove []int32
	x.mu.Lock()
	for scope, s := range saved {
		if slot, ok := x.slots[scope]; ok {
			x.units[slot].id = s.ID
		} else {
			remove = append(remove, s.ID)
		}
	}
	// What is here and waits for nothing must be there: somebody else may have taken it away.
	lost := 0
	for scope, slot := range x.slots {
		if _, ok := saved[scope]; !ok {
			x.units[slot].id = 0
			lost++
		}
	}
	x.version++
	x.mu.Unlock()
	for part := range slices.Chunk(remove, chunk) {
		if err := x.store.Apply(ctx, store.Change{Remove: part}); err != nil {
			return err
		}
	}
	if lost > 0 {
		return fmt.Errorf("%d units were taken out of the store by somebody else; the next run of the index brings them back", lost)
	}
	return nil
}

// CatchUp stores what could not be stored before; nothing to do is no error.
func (x *Index) CatchUp(ctx context.Context) error {
	x.mu.RLock()
	due := x.behind != nil
	x.mu.RUnlock()
	if !due {
		return nil
	}
	x.syncing.Lock()
	defer x.syncing.Unlock()
	return x.save(ctx)
}

// Close closes the store.
func (x *Index) Close() error { return x.store.Close() }

// ErrNoEmbedder says that an index has words only.
var ErrNoEmbedder = errors.New("the index has no embedder")

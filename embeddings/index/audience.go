package index

import (
	"context"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/embeddings/document"
	"github.com/limn-data/limn/embeddings/lexical"
	"github.com/limn-data/limn/embeddings/store"
)

// Audience is what somebody may find: units, and the statistics of the documents in them. Of a table that they
// see in part they have a unit of its own, so that nothing which is hidden counts.
type Audience struct {
	visible lexical.Visible
	stats   lexical.Stats
	filter  store.Filter
	slots   map[int32]int32 // store's unit → slot
	version int64
	// Partly says that some of it is not in the store, and is found by its words only.
	Partly bool
}

// mostViews is how many audiences are kept. A view is made once for a principal and a catalog.
const mostViews = 256

// Everything is the audience from which nothing is hidden.
func (x *Index) Everything() *Audience { return x.cached(nil, func() *Audience { return x.make(nil) }) }

// Audience is that of a view. Units that only this view has are taken in; where the store cannot take them
// they are found by their words, and the error says so.
func (x *Index) Audience(ctx context.Context, v *access.View) (*Audience, error) {
	if v == nil {
		return x.Everything(), nil
	}
	x.mu.RLock()
	a, known := x.views[v], x.scopes
	fresh := a != nil && a.version == x.version
	x.mu.RUnlock()
	if fresh {
		return a, nil
	}
	var scopes []string
	var own []*document.Unit
	document.Walk(v.Snapshot(), v, known, func(scope string, u *document.Unit) {
		scopes = append(scopes, scope)
		if u == nil {
			return
		}
		x.mu.RLock()
		_, here := x.slots[scope]
		x.mu.RUnlock()
		if !here {
			own = append(own, u)
		}
	})
	var err error
	if len(own) > 0 {
		err = x.admit(ctx, own)
	}
	return x.cached(v, func() *Audience { return x.make(scopes) }), err
}

// cached keeps audiences until the index changes.
func (x *Index) cached(v *access.View, build func() *Audience) *Audience {
	x.mu.Lock()
	defer x.mu.Unlock()
	if a := x.views[v]; a != nil && a.version == x.version {
		return a
	}
	if len(x.views) >= mostViews {
		clear(x.views)
	}
	a := build()
	x.views[v] = a
	return a
}

// make builds an audience from scopes; nil stands for the whole catalog.
func (x *Index) make(scopes []string) *Audience {
	a := &Audience{version: x.version, slots: map[int32]int32{}}
	take := func(slot int32) {
		u := &x.units[slot]
		if u.id == 0 {
			a.Partly = true
			return
		}
		a.slots[u.id] = slot
		a.filter.Units = append(a.filter.Units, u.id)
		a.filter.Docs += len(u.docs)
	}
	if scopes == nil {
		a.visible = x.base
		for slot := range x.units {
			if x.units[slot].live && x.units[slot].base {
				take(int32(slot))
			}
		}
		a.filter.Everything, a.filter.Units = true, nil
	} else {
		a.visible = lexical.NewVisible(len(x.units))
		for _, s := range scopes {
			if slot, ok := x.slots[s]; ok && !a.visible.Has(slot) {
				a.visible.Set(slot)
				take(slot)
			}
		}
		if len(a.filter.Units) == x.stored() && x.sameAsBase(a.visible) {
			a.filter.Everything, a.filter.Units = true, nil
		}
	}
	a.stats = lexical.Count(x.segments, a.visible)
	return a
}

// stored counts the base units that the store has.
func (x *Index) stored() int {
	n := 0
	for slot := range x.units {
		if u := &x.units[slot]; u.live && u.base && u.id != 0 {
			n++
		}
	}
	return n
}

func (x *Index) sameAsBase(v lexical.Visible) bool {
	for slot := range x.units {
		if u := &x.units[slot]; u.live && u.base != v.Has(int32(slot)) {
			return false
		}
	}
	return true
}

package catalog

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Input is what a snapshot is built from.
type Input struct {
	// Base are the tables that the engine has, with names and types of columns: nobody else decides what can be
	// queried. They are not written to.
	Base       []*Asset
	Claims     []*Claim // of all sources, in any order
	Read       []SourceState
	Identity   Identity
	Precedence Precedence // nil: DefaultPrecedence
	Metrics    []Metric   // of the workspace's models
	Terms      []Term     // of its glossary
	Version    string
}

// Build makes a snapshot: it finds which claims speak of the same thing, and decides field by field whose word
// is shown. All claims stay with the asset. The order of the claims does not matter.
func Build(in Input) (*Snapshot, error) {
	if in.Precedence == nil {
		in.Precedence = DefaultPrecedence
	}
	b := &builder{in: in, base: make(map[string]*Asset, len(in.Base)), groups: map[string]*group{}, mentioned: map[string]*Asset{}, find: finder{parent: map[string]string{}}}
	for _, a := range in.Base {
		b.base[TableID(a.Name).Key()] = a
	}
	var err error
	if b.ids, err = in.Identity.compile(func(n Name) bool { return b.base[TableID(n).Key()] != nil }); err != nil {
		return nil, err
	}
	b.join()
	assets := b.assets()
	if len(b.errs) > 0 {
		return nil, errors.Join(b.errs...)
	}
	s := New(assets, in.Metrics, in.Terms)
	s.Read, s.Version = in.Read, in.Version
	b.others(s)
	slices.Sort(b.notes)
	s.Notes = slices.Compact(b.notes)
	return s, nil
}

type builder struct {
	in     Input
	ids    *mapper
	base   map[string]*Asset // by key of TableID
	find   finder
	groups map[string]*group // by root of find
	names  map[string]string // key of any id → key of the asset
	notes  []string
	errs   []error
	// mentioned are things that only lineage names.
	mentioned map[string]*Asset
}

// mention keeps what feeds something and of which nobody says anything else: a topic is there because a job reads it.
// A table that the lake does not have is not.
func (b *builder) mention(id ID, title, source string) {
	to := b.ids.id(id, source)
	k := strings.ToLower(title)
	if to.Namespace == Lake || b.mentioned[k] != nil {
		return
	}
	if _, ok := b.names[to.Key()]; ok {
		return
	}
	if _, ok := b.names[b.find.root(to.Key())]; ok {
		return
	}
	a := &Asset{URN: title, ID: to, Tier: Unknown, Rows: -1, Bytes: -1}
	if strings.HasPrefix(title, "kafka:") {
		a.Kind = Topic
	}
	b.mentioned[k] = a
}

// group is everything that was said of one thing.
type group struct {
	claims []*Claim
	ids    []ID // mapped, those of the claims' subjects first
	keys   map[string]bool
	key    string // by which a snapshot finds it
	base   *Asset
}

// finder joins names that mean the same thing.
type finder struct{ parent map[string]string }

func (f finder) root(k string) string {
	for {
		p, ok := f.parent[k]
		if !ok || p == k {
			return k
		}
		if next, ok := f.parent[p]; ok {
			f.parent[k] = next // halves the way for the next one
		}
		k = p
	}
}

func (f finder) join(a, b string) {
	x, y := f.root(a), f.root(b)
	if x < y {
		f.parent[y] = x
	} else if y < x {
		f.parent[x] = y
	}
}

func isAsset(c *Claim) bool { return c.Metric == nil && c.Term == nil && c.Query == nil }

// join finds which claims speak of the same thing. An alias never joins two tables of the lake: where it would,
// it is dropped and noted.
func (b *builder) join() {
	slices.SortFunc(b.in.Claims, func(x, y *Claim) int {
		return cmp.Or(cmp.Compare(x.Source, y.Source), cmp.Compare(x.About.Namespace, y.About.Namespace), cmp.Compare(x.About.Name, y.About.Name), cmp.Compare(x.Part, y.Part))
	})
	table := map[string]string{} // root → table of the lake
	for k := range b.base {
		table[b.find.root(k)] = k
	}
	join := func(from ID, to ID, c *Claim) {
		x, y := b.find.root(from.Key()), b.find.root(to.Key())
		if x == y {
			return
		}
		t, u := table[x], table[y]
		if t != "" && u != "" {
			b.note("%s says that %s is also called %s, and both are tables of the lake: kept apart", c.Source, from, to)
			return
		}
		b.find.join(x, y)
		if t == "" {
			t = u
		}
		if t != "" {
			table[b.find.root(x)] = t
		}
	}
	about := make([]ID, len(b.in.Claims))
	for i, c := range b.in.Claims {
		if !isAsset(c) {
			continue
		}
		about[i] = b.ids.id(c.About, c.Source)
		if k := about[i].Key(); about[i].Namespace == Lake && table[b.find.root(k)] == "" {
			table[b.find.root(k)] = k
		}
	}
	for i, c := range b.in.Claims {
		if !isAsset(c) {
			continue
		}
		for _, alias := range c.Aliases {
			to := b.ids.id(alias, c.Source)
			if k := to.Key(); to.Namespace == Lake && table[b.find.root(k)] == "" {
				table[b.find.root(k)] = k
			}
			join(about[i], to, c)
		}
	}
	for i, c := range b.in.Claims {
		if !isAsset(c) {
			continue
		}
		root := b.find.root(about[i].Key())
		g := b.groups[root]
		if g == nil {
			g = &group{keys: map[string]bool{}, base: b.base[table[root]]}
			b.groups[root] = g
		}
		g.claims = append(g.claims, c)
		g.name(about[i])
	}
	for i, c := range b.in.Claims {
		if !isAsset(c) {
			continue
		}
		g := b.groups[b.find.root(about[i].Key())]
		for _, alias := range c.Aliases {
			if to := b.ids.id(alias, c.Source); b.find.root(to.Key()) == b.find.root(about[i].Key()) {
				g.name(to)
			}
		}
	}
	for k, a := range b.base { // tables of which nobody says anything
		if root := b.find.root(k); b.groups[root] == nil {
			b.groups[root] = &group{base: a, keys: map[string]bool{}}
		}
	}
	b.names = make(map[string]string, 2*len(b.groups))
	for _, g := range b.groups {
		g.key = g.canonical()
		for k := range g.keys {
			b.names[k] = g.key
		}
	}
}

func (g *group) name(id ID) {
	if k := id.Key(); !g.keys[k] {
		g.keys[k] = true
		g.ids = append(g.ids, id)
	}
}

// canonical is the name by which the thing is known: a table's full name, else the best of its ids. One with a
// real namespace goes before one that only its source understands, and those before catalogs' URNs.
func (g *group) canonical() string {
	if g.base != nil {
		return g.base.Name.Key()
	}
	worth := func(id ID) int {
		switch {
		case id.Namespace == Lake:
			return 0
		case strings.HasPrefix(id.Namespace, "source:"):
			return 2
		case strings.HasPrefix(id.Namespace, "urn"):
			return 3
		}
		return 1
	}
	best := slices.MinFunc(g.ids, func(x, y ID) int { return cmp.Or(cmp.Compare(worth(x), worth(y)), cmp.Compare(x.String(), y.String())) })
	return best.String()
}

// who is who made a claim, as a note names them: of the workspace's own files, which one.
func who(c *Claim) string {
	if c.System == Files {
		return c.RecordID
	}
	return c.Source
}

func (b *builder) note(format string, args ...any) {
	b.notes = append(b.notes, fmt.Sprintf(format, args...))
}

// key is what a snapshot calls what an id names; an id that nobody speaks of is called as it is written.
func (b *builder) key(id ID, source string) string {
	to := b.ids.id(id, source)
	if k, ok := b.names[b.find.root(to.Key())]; ok {
		return k
	}
	if k, ok := b.names[to.Key()]; ok {
		return k
	}
	return to.String()
}

// title is the key in the spelling of the engine's own table.
func (b *builder) title(id ID, source string) string {
	k := b.key(id, source)
	if a := b.base[ID{Lake, k}.Key()]; a != nil {
		return a.Name.String()
	}
	return k
}

func (b *builder) assets() []*Asset {
	out := make([]*Asset, 0, len(b.groups))
	for _, g := range b.groups {
		if a := b.asset(g); a != nil {
			out = append(out, a)
		}
	}
	for _, a := range b.mentioned {
		out = append(out, a)
	}
	slices.SortFunc(out, func(x, y *Asset) int { return cmp.Compare(x.Key(), y.Key()) })
	return out
}

// asset decides what is shown of one thing; nil for what was removed and that the engine does not have.
func (b *builder) asset(g *group) *Asset {
	r := resolver{b: b, g: g}
	if g.base != nil {
		c := *g.base
		c.Columns = slices.Clone(g.base.Columns)
		r.a = &c
	} else {
		r.a = &Asset{URN: g.key, ID: g.ids[0], Tier: Unknown, Rows: -1, Bytes: -1}
		for _, id := range g.ids {
			if id.String() == g.key {
				r.a.ID = id
			}
			if n, ok := id.tableName(); ok && g.claims[0].Kind != Job {
				b.note("%s speaks of %s, which is not there", who(g.claims[0]), n)
			}
		}
	}
	if g.base != nil {
		r.a.ID = TableID(g.base.Name)
	}
	r.a.Claims = g.claims
	if g.base == nil && r.gone() {
		return nil
	}
	r.resolve()
	return r.a
}

// gone says that the newest word of those who know about it is that it was removed.
func (r *resolver) gone() bool {
	var last *Claim
	for _, c := range r.g.claims {
		if last == nil || c.when().After(last.when()) || c.when().Equal(last.when()) && c.Gone {
			last = c
		}
	}
	return last != nil && last.Gone
}

// others fills in metrics, terms and queries.
func (b *builder) others(s *Snapshot) {
	terms := map[string]bool{}
	for _, t := range s.Terms {
		terms[strings.ToLower(t.Name)] = true
	}
	var claimed []*Claim
	for _, c := range b.in.Claims {
		if !isAsset(c) && !c.Gone {
			claimed = append(claimed, c)
		}
	}
	b.in.Precedence.sort(FieldDescription, claimed)
	for _, c := range claimed {
		switch {
		case c.Metric != nil:
			m := *c.Metric
			m.Tables = slices.Clone(m.Tables)
			for i, id := range m.Tables {
				m.Tables[i] = ParseID(b.title(id, c.Source))
			}
			s.Defined = append(s.Defined, Definition{MetricClaim: m, Description: c.Description, Owners: c.Owners, From: &c.Provenance})
		case c.Term != nil:
			if k := strings.ToLower(c.Term.Name); !terms[k] {
				terms[k] = true
				owner := ""
				if len(c.Owners) > 0 {
					owner = c.Owners[0].Principal
				}
				s.Terms = append(s.Terms, Term{Name: c.Term.Name, Definition: c.Description, Synonyms: c.Term.Synonyms, Metric: c.Term.Metric, Owner: owner, From: c.Source})
			}
		case c.Query != nil:
			q := Query{QueryClaim: *c.Query, ID: c.About.String(), Question: c.Description, From: &c.Provenance}
			q.Tables = slices.Clone(q.Tables)
			for i, id := range q.Tables {
				q.Tables[i] = ParseID(b.title(id, c.Source))
			}
			s.Queries = append(s.Queries, q)
		}
	}
	slices.SortStableFunc(s.Defined, func(x, y Definition) int { return cmp.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name)) })
	slices.SortStableFunc(s.Queries, func(x, y Query) int { return cmp.Compare(x.ID, y.ID) })
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

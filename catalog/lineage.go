package catalog

import (
	"slices"
	"strings"
)

// maxHops is how far lineage is walked.
const maxHops = 30

// Reach is an asset that some columns of another one come from, or go to.
type Reach struct {
	Asset *Asset
	Hops  int
	// Columns of the asset, in lower case, that are on the way.
	Columns map[string]bool
	// Unknown says that some way leads there of which the columns are not recorded: any may be on it.
	Unknown bool
	// Steps are the edges by which it was reached first.
	Steps []Step
}

// OnPath says that columns are known to be on the way, or may be.
func (r *Reach) OnPath() bool { return len(r.Columns) > 0 || r.Unknown }

// Step is one edge of lineage: From feeds To. Columns are empty where they are not recorded.
type Step struct {
	From       string `json:"from"`
	FromColumn string `json:"from_column,omitempty"`
	To         string `json:"to"`
	ToColumn   string `json:"to_column,omitempty"`
	Type       string `json:"type,omitempty"` // direct | indirect
	Job        string `json:"job,omitempty"`
	Via        string `json:"via,omitempty"` // the source that says so
}

// Upstream walks from some columns of an asset to everything that they come from. Where the lineage of columns
// between two assets is recorded, only those columns are followed; what other columns come from is in the result too,
// with no columns. No columns at the start means rows: any column may matter. A circle ends where it closes. The
// result is in order of distance, then of names.
func (s *Snapshot) Upstream(a *Asset, columns []string) []*Reach {
	return s.walk(a, columns, func(at *Asset) []hop {
		var out []hop
		for _, e := range at.Upstream {
			out = append(out, hop{edge: e, to: at, next: s.Asset(e.From), nextName: e.From})
		}
		return out
	}, func(h hop, cols map[string]bool) (on []ColumnEdge, recorded bool) {
		for _, e := range h.to.ColumnEdges {
			if strings.EqualFold(e.From, h.edge.From) {
				recorded = true
				if cols[strings.ToLower(e.ToColumn)] {
					on = append(on, e)
				}
			}
		}
		return on, recorded
	}, func(e ColumnEdge) string { return e.FromColumn })
}

// Downstream walks from some columns of an asset to everything that is made of them, by the same rules.
func (s *Snapshot) Downstream(a *Asset, columns []string) []*Reach {
	fed := s.fed()
	return s.walk(a, columns, func(at *Asset) []hop {
		var out []hop
		for _, b := range fed[strings.ToLower(at.Title())] {
			for _, e := range b.Upstream {
				if strings.EqualFold(e.From, at.Title()) {
					out = append(out, hop{edge: e, to: b, next: b, nextName: b.Title()})
				}
			}
		}
		return out
	}, func(h hop, cols map[string]bool) (on []ColumnEdge, recorded bool) {
		for _, e := range h.to.ColumnEdges {
			if strings.EqualFold(e.From, h.edge.From) {
				recorded = true
				if cols[strings.ToLower(e.FromColumn)] {
					on = append(on, e)
				}
			}
		}
		return on, recorded
	}, func(e ColumnEdge) string { return e.ToColumn })
}

// hop is one edge as a walk takes it: the asset that holds the edge, and the one that is come to.
type hop struct {
	edge     Edge
	to       *Asset
	next     *Asset
	nextName string
}

func (s *Snapshot) walk(a *Asset, columns []string, hops func(*Asset) []hop, along func(hop, map[string]bool) ([]ColumnEdge, bool), come func(ColumnEdge) string) []*Reach {
	start := &Reach{Asset: a, Columns: map[string]bool{}, Unknown: len(columns) == 0}
	for _, c := range columns {
		start.Columns[strings.ToLower(c)] = true
	}
	at := map[string]*Reach{strings.ToLower(a.Title()): start}
	for queue := []*Reach{start}; len(queue) > 0; queue = queue[1:] {
		r := queue[0]
		if r.Hops >= maxHops {
			continue
		}
		for _, h := range hops(r.Asset) {
			if h.next == nil {
				continue
			}
			key := strings.ToLower(h.nextName)
			next, seen := at[key]
			if next == start {
				continue
			}
			if !seen {
				next = &Reach{Asset: h.next, Hops: r.Hops + 1, Columns: map[string]bool{}}
				at[key] = next
			}
			grew := next.take(r, h, along, come, !seen)
			if !seen || grew { // what feeds it matters more than was known
				queue = append(queue, next)
			}
		}
	}
	out := make([]*Reach, 0, len(at))
	for _, r := range at {
		if r != start {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(x, y *Reach) int {
		if x.Hops != y.Hops {
			return x.Hops - y.Hops
		}
		return strings.Compare(x.Asset.Title(), y.Asset.Title())
	})
	return out
}

// take adds what one edge carries, and says whether anything came of it.
func (r *Reach) take(from *Reach, h hop, along func(hop, map[string]bool) ([]ColumnEdge, bool), come func(ColumnEdge) string, first bool) bool {
	on, recorded := along(h, from.Columns)
	grew := false
	for _, e := range on {
		if c := strings.ToLower(come(e)); !r.Columns[c] {
			r.Columns[c] = true
			grew = true
		}
		if first {
			r.Steps = append(r.Steps, Step{From: h.edge.From, FromColumn: e.FromColumn, To: h.to.Title(), ToColumn: e.ToColumn, Type: e.Type, Job: h.edge.Job, Via: h.edge.Via})
		}
	}
	if !r.Unknown && (from.Unknown || !recorded && len(from.Columns) > 0) {
		r.Unknown, grew = true, true
	}
	if first && len(r.Steps) == 0 {
		r.Steps = []Step{{From: h.edge.From, To: h.to.Title(), Job: h.edge.Job, Via: h.edge.Via}}
	}
	return grew
}

// fed lists by the lower-case title of an asset those that it feeds. It is made when it is first needed.
func (s *Snapshot) fed() map[string][]*Asset {
	s.feeds.once.Do(func() {
		s.feeds.of = map[string][]*Asset{}
		for _, list := range [][]*Asset{s.Assets, s.Outside} {
			for _, b := range list {
				for _, e := range b.Upstream {
					k := strings.ToLower(e.From)
					if !slices.Contains(s.feeds.of[k], b) {
						s.feeds.of[k] = append(s.feeds.of[k], b)
					}
				}
			}
		}
	})
	return s.feeds.of
}

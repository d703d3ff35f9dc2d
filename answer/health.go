package answer

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/answer/governance"
	"github.com/limn-data/limn/catalog"
)

// Health is how what a dashboard, a table or anything else is made of stands, as one person may see it.
type Health struct {
	Asset    string    `json:"asset"` // empty: nothing here is known by that address
	Title    string    `json:"title"`
	Level    string    `json:"level"` // ok | note | warning | blocked | unknown
	AsOf     time.Time `json:"as_of"`
	Text     string    `json:"text"`     // one sentence
	Tables   []string  `json:"tables"`   // of the lake that it is made of, nearest first
	Findings []Warning `json:"findings"` // the worst first
	Unknown  []string  `json:"unknown"`  // what nobody can tell of: tables without a promise and without a check
}

// The levels beyond those of warnings.
const (
	HealthOK      = "ok"
	HealthUnknown = "unknown"
)

// Health judges what an address or a name stands for: a dashboard by its page's address, a table by its name. All
// columns and days of the tables right behind it count, since nobody says which of them are shown.
func (s *Service) Health(ctx context.Context, who access.Principal, address string, at time.Time) (*Health, error) {
	ss, err := s.Session(ctx, who)
	if err != nil {
		return nil, err
	}
	snap := ss.View.Snapshot()
	out := &Health{AsOf: at.UTC(), Level: HealthUnknown, Tables: []string{}, Findings: []Warning{}, Unknown: []string{}, Text: "Nothing is known about this page."}
	a := byAddress(snap, address)
	if a == nil {
		return out, nil
	}
	out.Asset, out.Title = a.Title(), governance.Short(a)
	if t := a.Custom["title"]; t != "" {
		out.Title = t
	}
	uses := behind(snap, a)
	subject := governance.Subject{At: at, Calendar: s.ws.Calendar, Snapshot: snap}
	known := false
	for _, u := range uses {
		use := governance.Use{Asset: u}
		for _, c := range u.Columns {
			use.Columns = append(use.Columns, c.Name)
		}
		subject.Uses = append(subject.Uses, use)
		out.Tables = append(out.Tables, u.Title())
		if u.SLA == nil && len(u.Checks) == 0 && len(u.Incidents) == 0 {
			out.Unknown = append(out.Unknown, u.Title())
		} else {
			known = true
		}
	}
	for _, f := range s.ws.Governance.Judge(subject) {
		if f.Code == "personal_data" { // says nothing about how the data stand
			continue
		}
		out.Findings = append(out.Findings, Warning{Level: f.Level, Code: f.Code, Asset: f.Asset, Message: strings.TrimPrefix(f.Message, "No answer: "), Owner: f.Owner, Since: since(f.Since), URL: f.URL, Hops: f.Hops})
	}
	out.judge(len(uses), known)
	return out, nil
}

// judge sums up.
func (h *Health) judge(tables int, known bool) {
	bad := 0
	for _, f := range h.Findings {
		if f.Level != Note {
			bad++
		}
	}
	as := h.AsOf.Format("2 Jan 2006 15:04 MST")
	switch {
	case len(h.Findings) > 0:
		h.Level = h.Findings[0].Level
		h.Text = fmt.Sprintf("%s, as of %s.", count(bad, "thing is", "things are")+" wrong with what this is made of", as)
		if bad == 0 {
			h.Text = fmt.Sprintf("Nothing is wrong with what this is made of, as of %s; there %s.", as, count(len(h.Findings), "is", "are")+" to note")
		}
	case tables == 0:
		h.Text = "Where this comes from is not recorded."
	case !known:
		h.Text = "Nobody has promised or checked anything of what this is made of."
	default:
		h.Level = HealthOK
		h.Text = "What this is made of is well, as of " + as + "."
	}
	if h.Level != HealthUnknown && len(h.Unknown) > 0 {
		h.Text += " Of " + count(len(h.Unknown), "table", "tables") + " nothing is promised or checked."
	}
}

// count says how many there are of something.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// behind are the tables of the lake that an asset is made of: itself, or the nearest ones upstream.
func behind(snap *catalog.Snapshot, a *catalog.Asset) []*catalog.Asset {
	if a.URN == "" {
		return []*catalog.Asset{a}
	}
	var out []*catalog.Asset
	seen := map[string]bool{a.Title(): true}
	for queue := []*catalog.Asset{a}; len(queue) > 0; queue = queue[1:] {
		for _, e := range queue[0].Upstream {
			b := snap.Asset(e.From)
			if b == nil || seen[b.Title()] {
				continue
			}
			seen[b.Title()] = true
			if b.URN == "" {
				out = append(out, b)
			} else {
				queue = append(queue, b)
			}
		}
	}
	return out
}

// byAddress finds what an address stands for: an asset that names it as a link, or whose name it is.
func byAddress(snap *catalog.Snapshot, address string) *catalog.Asset {
	if a := snap.Asset(address); a != nil {
		return a
	}
	want := page(address)
	if want == "" {
		return nil
	}
	for _, list := range [][]*catalog.Asset{snap.Outside, snap.Assets} {
		for _, a := range list {
			if slices.ContainsFunc(a.Links, func(l catalog.Link) bool { return page(l.URL) == want }) {
				return a
			}
		}
	}
	return nil
}

// page is an address without what does not say which page it is: scheme, query, fragment, a slash at the end.
func page(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return strings.ToLower(u.Host) + strings.TrimSuffix(u.Path, "/")
}

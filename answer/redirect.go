package answer

import (
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
)

// redirects are the deprecated tables that are read from their replacements, where the policy of their domain lets
// them be: the replacement must be visible, must not be deprecated itself, and must have every column under the same
// name and type, so that a definition means the same over it.
func (s *Service) redirects(snap *catalog.Snapshot, now time.Time) map[string]catalog.Name {
	var out map[string]catalog.Name
	for _, a := range snap.Assets {
		d := a.Deprecation
		if d == nil || d.Replacement == "" || d.Since.After(now) || !s.ws.Governance.Redirects(a.Domain) {
			continue
		}
		to := snap.Asset(d.Replacement)
		if to == nil || to.URN != "" || to.Deprecation != nil || !covers(to, a) {
			continue
		}
		if out == nil {
			out = map[string]catalog.Name{}
		}
		out[a.Name.Key()] = to.Name
	}
	return out
}

// covers says whether a table has every column of another one.
func covers(to, old *catalog.Asset) bool {
	for _, c := range old.Columns {
		if k := to.Column(c.Name); k == nil || !strings.EqualFold(k.Type, c.Type) {
			return false
		}
	}
	return true
}

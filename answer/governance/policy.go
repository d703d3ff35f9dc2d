// Package governance decides what must be said about the data that a number is made of: whether it is fresh, whether
// its checks passed, whether it should still be used, who answers for it, and whether what feeds it is well. It
// looks at a snapshot of the catalog and at which columns and days were read, and gives findings with a level; it
// runs nothing and renders nothing. Start at Policy.Judge.
package governance

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// The levels, worst first. Off leaves a finding unsaid.
const (
	Blocked = "blocked"
	Warning = "warning"
	Note    = "note"
	Off     = "off"
)

// general is what holds for every domain, by situation. A situation may be graded further by ".high" (a check's
// severity) and ".certified" (the definition is). The code that is told is the part before "_loaded" and the like.
var general = map[string]string{
	"sla_missed":                  Warning, // and the period reaches past what is loaded
	"sla_missed_loaded":           Note,
	"freshness_unknown":           Note, // promised, and nobody can tell
	"freshness_unknown.certified": Warning,
	"check_failed":                Warning,
	"check_failed_unused":         Note, // on a column that is not read
	"check_failed_outside":        Note, // on a day that is not read
	"check_failed_passed":         Note, // lately, and passed since
	"check_warned":                Note,
	"check_warned.certified":      Warning,
	"quality_unknown":             Note,
	"quality_unknown.certified":   Warning,
	"incident":                    Warning,
	"load_failed":                 Warning,
	"load_failed_loaded":          Note,
	"deprecated":                  Warning,
	"decommissioned":              Warning,
	"redirected":                  Note,
	"uncertified":                 Warning,
	"two_definitions":             Warning,
	"certification_lost":          Warning,
	"no_owner":                    Note,
	"no_owner.certified":          Warning,
	"personal_data":               Note,
	"upstream_column":             Warning, // the columns read come from it
	"upstream_unknown":            Warning, // nobody knows which columns do
	"upstream_table":              Note,    // other columns do
	"source_down":                 Note,
	"partial_period":              Warning,
}

// strict is what holds besides in domains whose numbers are signed for.
var strict = map[string]string{"sla_missed": Blocked, "check_failed.high": Blocked, "decommissioned": Blocked}

// strictDomains are those domains, unless a workspace says otherwise.
var strictDomains = []string{"finance", "sox"}

// ChecksStaleAfter is after how long without a run the quality of a table counts as unknown.
const ChecksStaleAfter = 7 * 24 * time.Hour

// Rule is what a workspace says about some domains.
type Rule struct {
	Domains []string          // "*" is every domain
	Levels  map[string]string // situation → level
	// ChecksStaleAfter: zero is the default, -1 never.
	ChecksStaleAfter time.Duration
	Redirect         *bool // a deprecated table is read from its replacement
	ConfirmBlocked   *bool // whoever asks may insist on seeing a blocked number, which is recorded
}

// Policy is the rules of a workspace over the defaults. The zero Policy is the defaults.
type Policy struct{ Rules []Rule }

// Situations lists what levels may be given for.
func Situations() []string {
	out := slices.Collect(maps.Keys(general))
	for _, more := range []string{"check_failed.high", "check_failed_unused.high", "sla_missed.certified", "check_failed.certified", "incident.certified", "deprecated.certified", "uncertified.certified", "personal_data.certified"} {
		if !slices.Contains(out, more) {
			out = append(out, more)
		}
	}
	slices.Sort(out)
	return out
}

// Check says what is wrong with a policy.
func (p Policy) Check() error {
	known := map[string]bool{}
	for s := range general {
		base, _, _ := strings.Cut(s, ".")
		known[base] = true
	}
	for _, r := range p.Rules {
		if len(r.Domains) == 0 {
			return fmt.Errorf("governance: a rule names no domains; write domains: [finance], or [\"*\"] for all")
		}
		for s, level := range r.Levels {
			base, grade, graded := strings.Cut(s, ".")
			if !known[base] || graded && grade != "high" && grade != "certified" {
				return fmt.Errorf("governance: there is no situation %q; there are %s", s, strings.Join(Situations(), ", "))
			}
			if !slices.Contains([]string{Blocked, Warning, Note, Off}, level) {
				return fmt.Errorf("governance: %s: level %q is none; write blocked, warning, note or off", s, level)
			}
		}
	}
	return nil
}

// named says whether a rule names a domain, or is for all.
func (r Rule) named(domain string) bool {
	return slices.ContainsFunc(r.Domains, func(d string) bool { return d != "*" && strings.EqualFold(d, domain) })
}

func (r Rule) all() bool { return slices.Contains(r.Domains, "*") }

// level is that of a situation in a domain. What the workspace says of the domain goes first, then what holds for
// strict domains, then what the workspace says of all, then the default: a rule for all softens no strict domain.
// Within each the finer grade goes first.
func (p Policy) level(domain, situation string, grades ...string) string {
	var layers []map[string]string
	for _, r := range slices.Backward(p.Rules) {
		if r.named(domain) {
			layers = append(layers, r.Levels)
		}
	}
	if slices.Contains(strictDomains, strings.ToLower(domain)) {
		layers = append(layers, strict)
	}
	for _, r := range slices.Backward(p.Rules) {
		if r.all() && !r.named(domain) {
			layers = append(layers, r.Levels)
		}
	}
	for _, levels := range append(layers, general) {
		for _, g := range grades {
			if l, ok := levels[situation+"."+g]; ok {
				return l
			}
		}
		if l, ok := levels[situation]; ok {
			return l
		}
	}
	return Warning
}

// Level is that of a situation in a domain: blocked, warning, note or off.
func (p Policy) Level(domain, situation string) string { return p.level(domain, situation) }

// setting is the last word that rules for a domain, else rules for all, say.
func setting[T any](p Policy, domain string, of func(Rule) (T, bool)) (out T, ok bool) {
	for _, fits := range []func(Rule) bool{func(r Rule) bool { return r.named(domain) }, Rule.all} {
		for _, r := range slices.Backward(p.Rules) {
			if fits(r) {
				if v, said := of(r); said {
					return v, true
				}
			}
		}
	}
	return out, false
}

// Redirects says whether a deprecated table of a domain is read from its replacement.
func (p Policy) Redirects(domain string) bool {
	v, _ := setting(p, domain, func(r Rule) (bool, bool) { return r.Redirect != nil && *r.Redirect, r.Redirect != nil })
	return v
}

// MayInsist says whether a blocked number of a domain may be shown to somebody who insists.
func (p Policy) MayInsist(domain string) bool {
	v, _ := setting(p, domain, func(r Rule) (bool, bool) {
		return r.ConfirmBlocked != nil && *r.ConfirmBlocked, r.ConfirmBlocked != nil
	})
	return v
}

func (p Policy) staleAfter(domain string) time.Duration {
	if d, ok := setting(p, domain, func(r Rule) (time.Duration, bool) { return r.ChecksStaleAfter, r.ChecksStaleAfter != 0 }); ok {
		return d
	}
	return ChecksStaleAfter
}

// Package access decides what one person may see. A View is the catalog as that person may see it;
// everything below the front door works on a View only, so that what is hidden is like absent: for
// search, for hints, for suggestions and for counts. It never edits a query and never asks an engine.
// Start at Policy.View.
package access

import (
	"slices"
	"strings"

	"github.com/limn-data/limn/catalog"
)

// Principal is who asks. Groups come from the identity provider, or from the workspace's user file.
type Principal struct {
	Name   string // stable id, e.g. an e-mail address or "local"
	Groups []string
	ActAs  string // the name of the person who asked on this one's behalf; empty when themselves
}

// Policy is the workspace's rules. The zero Policy lets everybody see everything; there is no rule by
// which a question's words change it.
type Policy struct {
	Rules  []Rule
	Reveal bool // "reveal: name": a refused column may be named in the refusal

	// Members are the groups that the workspace itself keeps, by name; they add to those that a principal
	// comes with.
	Members map[string][]string

	Closed  bool // what no grant names is hidden
	Grants  []Grant
	Filters []RowFilter
	Masks   []Mask
	// Compiled makes limn apply filters and masks itself, also where the engine has an access control of
	// its own; LeftToEngine says that they are the engine's, and stand here for what limn tells.
	Compiled, LeftToEngine bool
	// SystemTables are patterns of system tables that may be read; TableFunctions names of functions that
	// may be called beside those that only look at their arguments.
	SystemTables, TableFunctions []string
}

// Rule hides tables, or columns by name or tag, from everybody outside the groups in Unless.
type Rule struct {
	Tables     []string // patterns such as lake.finance.* ; empty means every table
	Columns    []string // column names; empty together with PII and ColumnTags: the whole table is hidden
	PII        bool     // columns tagged as personal
	Unless     []string // groups (or principal names) that may see
	Contact    string   // whom to ask
	Tags       []string // of tables
	ColumnTags []string // columns that bear one of these tags
}

func (r Rule) wholeTable() bool { return len(r.Columns)+len(r.ColumnTags) == 0 && !r.PII }

// View is a snapshot as one principal may see it. It is immutable and cheap to pass.
type View struct {
	who     Principal
	policy  Policy
	full    *catalog.Snapshot
	visible *catalog.Snapshot
	denied  map[string]Rule // "table key\x00column" and "table key"

	restrictions map[string]*Restriction // by table key
	seen         Seen

	hiddenOutside map[string]bool            // keys, in lower case, of what is hidden outside of the lake, and of tables
	goneColumns   map[string]map[string]bool // by the title of what lies outside, in lower case, its hidden columns
}

// Seen is what an engine with an access control of its own shows one principal: the columns in lower case
// by the key of their table. Nil means that the engine hides nothing.
type Seen map[string]map[string]bool

// View computes what who may see of snap.
func (p Policy) View(snap *catalog.Snapshot, who Principal) *View { return p.ViewOf(snap, who, nil) }

// ViewOf computes what who may see of snap where the engine hides things too. How many rows a table has is
// then not known: the engine may hide some of them.
func (p Policy) ViewOf(snap *catalog.Snapshot, who Principal, seen Seen) *View {
	who = p.member(who)
	v := &View{who: who, policy: p, full: snap, denied: map[string]Rule{}, restrictions: map[string]*Restriction{}, seen: seen}
	var shown []*catalog.Asset
	for _, a := range snap.Assets {
		if b := v.restrict(a); b != nil {
			if err := v.restrictRows(a, b); err != nil {
				// Check finds this when the policy is read. Whoever does not call it must not be the weak place.
				v.denied[a.Name.Key()] = Rule{}
				continue
			}
			shown = append(shown, v.blurred(b))
		}
	}
	shown = v.throughViews(shown)
	metrics := slices.DeleteFunc(slices.Clone(snap.Metrics), func(m catalog.Metric) bool {
		return slices.ContainsFunc(m.Tables, func(n catalog.Name) bool { return !v.MayRead(n, "") }) ||
			slices.ContainsFunc(m.Columns, func(c catalog.ColumnRef) bool { return !v.MayRead(c.Table, c.Column) })
	})
	beyond := v.outside()
	for i, a := range shown {
		shown[i] = v.unnamed(a)
	}
	kept := map[string]bool{}
	for _, m := range metrics {
		kept[strings.ToLower(m.Name)] = true
	}
	terms := slices.DeleteFunc(slices.Clone(snap.Terms), func(t catalog.Term) bool { // of a metric that is not there for this person
		return t.Metric != "" && !kept[strings.ToLower(t.Metric)] && slices.ContainsFunc(snap.Metrics, func(m catalog.Metric) bool { return strings.EqualFold(m.Name, t.Metric) })
	})
	v.visible = catalog.New(append(shown, beyond...), metrics, terms)
	v.visible.Functions, v.visible.Read, v.visible.Version = snap.Functions, snap.Read, snap.Version
	v.visible.Defined, v.visible.Queries = v.defined(), v.queries(v.visible)
	if len(v.denied) == 0 {
		v.visible.Notes = snap.Notes
	}
	return v
}

// member adds the groups of the workspace to those of a principal.
func (p Policy) member(who Principal) Principal {
	groups := slices.Clone(who.Groups)
	for g, names := range p.Members {
		if slices.Contains(names, who.Name) {
			groups = append(groups, g)
		}
	}
	slices.Sort(groups)
	who.Groups = slices.Compact(groups)
	return who
}

// unnamed drops what an asset says of what is hidden: its lineage and its replacement.
func (v *View) unnamed(a *catalog.Asset) *catalog.Asset {
	a = v.unlinked(a)
	if a.Deprecation == nil {
		return a
	}
	if _, hidden := v.denied[strings.ToLower(a.Deprecation.Replacement)]; !hidden {
		return a
	}
	out := *a
	d := *a.Deprecation
	d.Replacement, d.Note = "", ""
	out.Deprecation = &d
	return &out
}

// restrict returns the asset without what is denied, nil when all of it is, and the asset itself
// when nothing is.
func (v *View) restrict(a *catalog.Asset) *catalog.Asset {
	out := a
	if v.policy.Closed && !slices.ContainsFunc(v.policy.Grants, func(g Grant) bool { return g.covers(a) && g.includes(v.who) }) {
		v.denied[a.Name.Key()] = Rule{}
		return nil
	}
	if v.seen != nil {
		columns, ok := v.seen[a.Name.Key()]
		if !ok {
			v.denied[a.Name.Key()] = Rule{}
			return nil
		}
		out = v.without(out, Rule{}, func(c catalog.Column) bool { return !columns[strings.ToLower(c.Name)] })
	}
	for _, r := range v.policy.Rules {
		if !(On{r.Tables, r.Tags}).covers(a) || v.who.in(r.Unless) {
			continue
		}
		if r.wholeTable() {
			v.denied[a.Name.Key()] = r
			return nil
		}
		out = v.without(out, r, func(c catalog.Column) bool {
			return r.PII && c.PII != "" || tagged(r.ColumnTags, c.Tags) || slices.ContainsFunc(r.Columns, func(n string) bool { return strings.EqualFold(n, c.Name) })
		})
	}
	return out
}

// without is the asset without the columns that a rule hides and without the checks that speak of them; the
// asset itself where it has none of them.
func (v *View) without(a *catalog.Asset, r Rule, hidden func(catalog.Column) bool) *catalog.Asset {
	if !slices.ContainsFunc(a.Columns, hidden) {
		return a
	}
	out := *a
	out.Columns = nil
	for _, c := range a.Columns {
		if hidden(c) {
			v.denied[a.Name.Key()+"\x00"+strings.ToLower(c.Name)] = r
			continue
		}
		out.Columns = append(out.Columns, c)
	}
	// What systems say of the whole table may speak of the column.
	out.Custom, out.Usage, out.Grants, out.Claims = nil, nil, nil, quiet(a.Claims)
	out.Incidents = slices.DeleteFunc(slices.Clone(a.Incidents), func(i catalog.Incident) bool {
		return slices.ContainsFunc(a.Columns, func(k catalog.Column) bool {
			return hidden(k) && names(catalog.Check{Message: i.Title + " " + i.Type}, k.Name)
		})
	})
	out.Checks = slices.DeleteFunc(slices.Clone(a.Checks), func(c catalog.Check) bool {
		return c.Column != "" && out.Column(c.Column) == nil || slices.ContainsFunc(a.Columns, func(k catalog.Column) bool {
			return hidden(k) && names(c, k.Name)
		})
	})
	return &out
}

// blurred leaves out what a table's facts tell of rows and values that the principal does not see: how many
// rows there are, and what checks met in masked columns.
func (v *View) blurred(a *catalog.Asset) *catalog.Asset {
	r := v.restrictions[a.Name.Key()]
	restricted := r != nil && len(r.wheres)+len(r.masks) > 0
	if !restricted && v.seen == nil {
		return a
	}
	out := *a
	if v.seen != nil || len(r.wheres) > 0 {
		out.Rows = -1
	}
	if !restricted {
		return &out
	}
	out.Checks = slices.Clone(a.Checks)
	for i := range out.Checks {
		out.Checks[i].Observed = ""
	}
	return &out
}

// names says whether a check's texts speak of a column.
func names(c catalog.Check, column string) bool {
	column = strings.ToLower(column)
	for _, text := range []string{c.ID, c.Expression, c.Message, c.Observed, c.Expected} {
		text = strings.ToLower(text)
		for at := 0; ; {
			i := strings.Index(text[at:], column)
			if i < 0 {
				break
			}
			from, to := at+i, at+i+len(column)
			if !inWord(text, from-1) && !inWord(text, to) {
				return true
			}
			at = to
		}
	}
	return false
}

func inWord(s string, i int) bool {
	return i >= 0 && i < len(s) && (s[i] >= 'a' && s[i] <= 'z' || s[i] >= '0' && s[i] <= '9')
}

// Who is the principal of the view.
func (v *View) Who() Principal { return v.who }

// Snapshot is the catalog without what is hidden.
func (v *View) Snapshot() *catalog.Snapshot { return v.visible }

// Source is the catalog with everything in it, for what is built on the principal's behalf: filters may
// look at columns that they themselves may not.
func (v *View) Source() *catalog.Snapshot { return v.full }

// Policy is the rules that the view was made of.
func (v *View) Policy() Policy { return v.policy }

// Restricted says whether there is any table of which the principal does not see every row and value.
func (v *View) Restricted() bool {
	for _, r := range v.restrictions {
		if len(r.wheres)+len(r.masks) > 0 {
			return true
		}
	}
	return false
}

// Whole says whether the principal sees every row and the true value of a column.
func (v *View) Whole(n catalog.Name, column string) bool {
	r := v.restrictions[n.Key()]
	return r == nil || len(r.wheres) == 0 && r.Masked[strings.ToLower(column)] == ""
}

// Reveal says whether a refusal may name what was refused.
func (v *View) Reveal() bool { return v.policy.Reveal }

// MayRead says whether the column, or with an empty column the table, is visible.
func (v *View) MayRead(n catalog.Name, column string) bool {
	_, no := v.Denied(n, column)
	return !no
}

// Denied returns the rule that hides a table or column. The caller may show what it says only under Reveal.
func (v *View) Denied(n catalog.Name, column string) (Rule, bool) {
	if r, no := v.denied[n.Key()]; no {
		return r, true
	}
	r, no := v.denied[n.Key()+"\x00"+strings.ToLower(column)]
	return r, no
}

// Revealed finds a hidden column by what people call it, where the policy lets refusals name what they
// refuse. The words of the column's name and its kind of personal data count, in any order.
func (v *View) Revealed(text string) (Rule, string, bool) {
	if !v.policy.Reveal {
		return Rule{}, "", false
	}
	want := strings.ToLower(strings.TrimSpace(text))
	for _, a := range v.full.Assets {
		for _, c := range a.Columns {
			r, denied := v.denied[a.Name.Key()+"\x00"+strings.ToLower(c.Name)]
			if !denied {
				continue
			}
			for _, w := range []string{c.Name, strings.ReplaceAll(c.Name, "_", " "), c.PII} {
				if w != "" && (strings.EqualFold(w, want) || strings.EqualFold(w+"s", want) || strings.EqualFold(w+" addresses", want) || strings.EqualFold(w+" address", want)) {
					return r, strings.ReplaceAll(c.Name, "_", " "), true
				}
			}
		}
	}
	return Rule{}, "", false
}

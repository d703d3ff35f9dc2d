// Package lint says how far a catalog meets the standards that a workspace sets itself: how things are named, and
// what production data must have before it counts as done. It reads a snapshot and nothing else. Start at Check.
package lint

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/limn-data/limn/catalog"
)

// Requirement is something that production data must have.
type Requirement string

// The requirements, in the order in which they are told.
const (
	BusinessOwner  Requirement = "business_owner"
	TechnicalOwner Requirement = "technical_owner"
	SLA            Requirement = "sla"
	Checks         Requirement = "checks"
	Description    Requirement = "description"
	Columns        Requirement = "column_descriptions"
	Words          Requirement = "definition_in_words"
	Code           Requirement = "definition_in_code"
	Metric         Requirement = "metric" // some metric is defined over it; lookup tables have none
	Domain         Requirement = "domain"
	Tier           Requirement = "tier"
)

// Requirements lists them.
var Requirements = []Requirement{BusinessOwner, TechnicalOwner, SLA, Checks, Description, Columns, Words, Code, Metric, Domain, Tier}

// Done is what production data must have unless a workspace says otherwise.
var Done = []Requirement{BusinessOwner, TechnicalOwner, SLA, Checks, Description, Columns, Words, Code}

// Standards are what a workspace sets itself. A zero pattern asks nothing of names.
type Standards struct {
	Schemas, Tables, Columns, Metrics *regexp.Regexp
	// Forbidden words must not stand in the names of tables and columns, as parts between underscores: tmp, test.
	Forbidden []string
	Done      []Requirement            // nil: Done
	Domains   map[string][]Requirement // of single domains, in lower case
	// Production says which tables are production data: those of these tiers. Empty: all but raw and deprecated ones.
	Production []catalog.Tier
}

// Problem is a standard that something does not meet.
type Problem struct {
	Asset   string `json:"asset"`
	Domain  string `json:"domain"`
	Rule    string `json:"rule"`
	Message string `json:"message"`
	Owner   string `json:"owner,omitempty"`
}

// Share is how many of the production tables of a domain meet what is demanded.
type Share struct {
	Domain  string              `json:"domain"` // empty: of tables that have none
	Tables  int                 `json:"tables"`
	Done    int                 `json:"done"` // meet everything
	Percent float64             `json:"percent"`
	Missing map[Requirement]int `json:"missing"` // how many lack it
}

// Report is how a catalog stands.
type Report struct {
	Domains  []Share   `json:"domains"`
	All      Share     `json:"all"`
	Problems []Problem `json:"problems"`
}

// Check holds a snapshot against standards.
func Check(s *catalog.Snapshot, st Standards) Report {
	c := &checker{s: s, st: st, shares: map[string]*Share{}, metrics: map[string][]catalog.Metric{}}
	for _, m := range s.Metrics {
		for _, t := range m.Tables {
			c.metrics[t.Key()] = append(c.metrics[t.Key()], m)
		}
		c.name("metric", m.Name, m.Domain, m.Owner, m.Name, st.Metrics)
	}
	schemas := map[string]bool{}
	for _, a := range s.Assets {
		if k := strings.ToLower(a.Name.Catalog + "." + a.Name.Schema); !schemas[k] {
			schemas[k] = true
			c.name("schema", a.Name.Catalog+"."+a.Name.Schema, a.Domain, catalog.Owner{}, a.Name.Schema, st.Schemas)
		}
		c.asset(a)
	}
	out := Report{All: Share{Missing: map[Requirement]int{}}, Problems: c.problems, Domains: []Share{}}
	if out.Problems == nil {
		out.Problems = []Problem{}
	}
	for _, sh := range c.shares {
		sh.Percent = percent(sh.Done, sh.Tables)
		out.Domains = append(out.Domains, *sh)
		out.All.Tables += sh.Tables
		out.All.Done += sh.Done
		for r, n := range sh.Missing {
			out.All.Missing[r] += n
		}
	}
	out.All.Percent = percent(out.All.Done, out.All.Tables)
	slices.SortFunc(out.Domains, func(a, b Share) int { return cmp.Compare(a.Domain, b.Domain) })
	return out
}

func percent(n, of int) float64 {
	if of == 0 {
		return 100
	}
	return float64(n*1000/of) / 10
}

type checker struct {
	s        *catalog.Snapshot
	st       Standards
	shares   map[string]*Share
	metrics  map[string][]catalog.Metric // by table
	problems []Problem
}

func (c *checker) problem(asset, domain, rule string, o catalog.Owner, format string, args ...any) {
	c.problems = append(c.problems, Problem{Asset: asset, Domain: domain, Rule: rule, Message: fmt.Sprintf(format, args...), Owner: cmp.Or(o.Technical, o.Business)})
}

// name holds one name against its pattern and the forbidden words.
func (c *checker) name(what, asset, domain string, o catalog.Owner, name string, pattern *regexp.Regexp) {
	if pattern != nil && !pattern.MatchString(name) {
		c.problem(asset, domain, what+"_name", o, "the name of the %s %q does not fit %s", what, name, pattern)
	}
	for _, part := range strings.Split(strings.ToLower(name), "_") {
		if slices.Contains(c.st.Forbidden, part) {
			c.problem(asset, domain, what+"_name", o, "the name of the %s %q has the word %q", what, name, part)
		}
	}
}

func (c *checker) asset(a *catalog.Asset) {
	c.name("table", a.Title(), a.Domain, a.Owner, a.Name.Table, c.st.Tables)
	for _, k := range a.Columns {
		if !k.Hidden {
			c.name("column", a.Title()+"."+k.Name, a.Domain, a.Owner, k.Name, c.st.Columns)
		}
	}
	if !c.production(a) {
		return
	}
	sh := c.shares[a.Domain]
	if sh == nil {
		sh = &Share{Domain: a.Domain, Missing: map[Requirement]int{}}
		c.shares[a.Domain] = sh
	}
	sh.Tables++
	wanted := c.st.Done
	if wanted == nil {
		wanted = Done
	}
	if d, ok := c.st.Domains[strings.ToLower(a.Domain)]; ok {
		wanted = d
	}
	done := true
	for _, r := range wanted {
		if why := c.lacks(a, r); why != "" {
			done = false
			sh.Missing[r]++
			c.problem(a.Title(), a.Domain, string(r), a.Owner, "%s", why)
		}
	}
	if done {
		sh.Done++
	}
}

// production says whether a table counts as production data.
func (c *checker) production(a *catalog.Asset) bool {
	if len(c.st.Production) > 0 {
		return slices.Contains(c.st.Production, a.Tier)
	}
	return a.Tier != catalog.Raw && a.Tier != catalog.Deprecated && a.Deprecation == nil
}

// lacks says why a table does not meet a requirement; empty when it does.
func (c *checker) lacks(a *catalog.Asset, r Requirement) string {
	switch r {
	case BusinessOwner:
		return when(a.Owner.Business == "", "no business owner is recorded")
	case TechnicalOwner:
		return when(a.Owner.Technical == "", "no technical owner is recorded")
	case SLA:
		return when(a.SLA == nil, "nothing is promised about when it is there")
	case Checks:
		return when(len(a.Checks) == 0, "no check looks at it")
	case Description:
		return when(a.Description == "", "it is not described")
	case Domain:
		return when(a.Domain == "", "it belongs to no domain")
	case Tier:
		return when(a.Tier == catalog.Unknown || a.Tier == "", "nobody has said how far it is curated")
	case Metric:
		return when(len(c.metrics[a.Name.Key()]) == 0, "no metric is defined over it")
	case Columns:
		var bare []string
		for _, k := range a.Columns {
			if k.Description == "" && !k.Hidden {
				bare = append(bare, k.Name)
			}
		}
		return when(len(bare) > 0, fmt.Sprintf("%d of %d columns are not described: %s", len(bare), len(a.Columns), list(bare)))
	case Words, Code:
		var bare []string
		for _, m := range c.metrics[a.Name.Key()] {
			if r == Words && m.Description == "" || r == Code && len(m.Columns) == 0 && len(m.Tables) == 0 {
				bare = append(bare, m.Name)
			}
		}
		how := map[Requirement]string{Words: "in words", Code: "in code"}[r]
		return when(len(bare) > 0, fmt.Sprintf("metrics over it are not defined %s: %s", how, list(bare)))
	}
	return ""
}

func when(yes bool, text string) string {
	if yes {
		return text
	}
	return ""
}

func list(names []string) string {
	if len(names) > 5 {
		return strings.Join(names[:5], ", ") + fmt.Sprintf(" and %d more", len(names)-5)
	}
	return strings.Join(names, ", ")
}

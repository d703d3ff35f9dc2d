// Package catalog is what the company knows about its data, as one immutable Snapshot: tables and
// columns, owners, freshness, checks, deprecations, where things come from, and the metrics and terms
// that are projected into it so that search needs nothing else. It never reads a file or a network:
// sources hand it facts. Start at Snapshot.
package catalog

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/limn-data/limn/trino/functions"
)

// Name is a table's full name. Trino compares names without regard to case; Key is that form.
type Name struct{ Catalog, Schema, Table string }

// ParseName splits "catalog.schema.table"; a shorter name takes the defaults.
func ParseName(s, defaultCatalog, defaultSchema string) Name {
	parts := strings.Split(s, ".")
	switch len(parts) {
	case 1:
		return Name{defaultCatalog, defaultSchema, parts[0]}
	case 2:
		return Name{defaultCatalog, parts[0], parts[1]}
	}
	return Name{parts[0], parts[1], strings.Join(parts[2:], ".")}
}

func (n Name) String() string { return n.Catalog + "." + n.Schema + "." + n.Table }

// Key is the name as it is compared.
func (n Name) Key() string { return strings.ToLower(n.String()) }

// Owner has the two people or teams that answer for a thing; empty means nobody is recorded.
type Owner struct {
	Business  string `json:"business" yaml:"business"`
	Technical string `json:"technical" yaml:"technical"`
}

// Tier says how far a thing has been curated.
type Tier string

// The tiers, from most to least curated. Unknown is a state of its own, not a low grade.
const (
	Certified  Tier = "certified"
	Trusted    Tier = "trusted"
	Raw        Tier = "raw"
	Deprecated Tier = "deprecated"
	Unknown    Tier = "unknown"
)

// Asset is a table or view of the lake, or something outside it that feeds it (a topic, an
// operational table): those have a URN such as kafka://host/topic and no columns.
type Asset struct {
	Name        Name
	URN         string // set for what lies outside the lake
	Description string
	Domain      string
	Tier        Tier
	Owner       Owner
	SLA         *SLA
	FreshAt     time.Time // when its newest data landed; zero when unknown
	DataFrom    time.Time // first day that has data, as a date; zero when unknown
	DataUntil   time.Time // last day that is complete, as a date; zero when unknown
	TimeColumn  string
	Deprecation *Deprecation
	Columns     []Column
	Checks      []Check
	Upstream    []Edge
	ColumnEdges []ColumnEdge // each has an edge of Upstream too
	SnapshotID  string
	Rows        int64 // -1 when unknown
	Bytes       int64 // -1 when unknown
	Source      Source
	Tags        []string // words that policies go by, such as public or finance
	Requires    []string // columns of which one must be bound by a condition, where a whole scan is too much
	View        bool     // it is one, of the engine that has the tables
	ViewSQL     string   // its query, where it is known
	Versioned   bool     // older states of it can be asked for

	ID        ID // of what lies outside; of a table TableID(Name)
	Kind      Kind
	Platform  string
	Env       string
	Aliases   []ID
	Owners    []Ownership
	SLAs      []SLA // all that were promised; SLA is the one of when data are there
	Incidents []Incident
	Observed  []Observation // the newest of each kind, by job where it has one
	Usage     *Usage
	Links     []Link
	Custom    map[string]string
	Grants    []GrantClaim
	Said      []Said   // who said what, by field, where anybody did
	Claims    []*Claim // all that was said, also what was not used
}

// Said is whose word a field goes by, and who says something else.
type Said struct {
	Field  Field       `json:"field"`
	Value  string      `json:"value"`
	From   *Provenance `json:"from"`
	Others []Other     `json:"others,omitempty"`
}

// Other is a word that was not used.
type Other struct {
	Value string      `json:"value"`
	From  *Provenance `json:"from"`
}

// From is who said what a field goes by; nil where nobody did.
func (a *Asset) From(f Field) *Said {
	for i := range a.Said {
		if a.Said[i].Field == f {
			return &a.Said[i]
		}
	}
	return nil
}

// Key is the name by which a snapshot finds the asset: the full name of a table, the id of anything else.
func (a *Asset) Key() string {
	if a.URN != "" {
		return a.URN
	}
	return a.Name.Key()
}

// Title is the name as people write it.
func (a *Asset) Title() string {
	if a.URN != "" {
		return a.URN
	}
	return a.Name.String()
}

// Source says where an embedded engine finds the rows.
type Source struct {
	Format string   // parquet | csv | json; empty when an outer engine owns the table
	Files  []string // absolute, sorted
	Header bool     // csv: the first line holds the names
	Delim  string   // csv
}

// Column is one column of a table. Type is Trino's display name.
type Column struct {
	Name        string
	Type        string
	Description string
	Unit        string
	PII         string // "email", "phone" …; empty when not personal
	Hidden      bool
	Tags        []string
	Class       string   // confidential, restricted …, as its source says
	Terms       []string // of the glossary
	Key         string   // primary | partition | foreign
	From        string   // the source of its description
}

// SLA is a promise about a table. The kinds: available_by promises that by a time of day the day before is
// there (Cron, TimeZone, Grace); freshness that data are never older than Within; frequency that an update
// comes at least each Within. What a source promises beyond that is kept as Text under its own kind.
type SLA struct {
	Kind     string        `json:"kind"`
	Cron     string        `json:"cron,omitempty"`    // five fields
	TimeZone string        `json:"tz,omitempty"`      // IANA
	Grace    time.Duration `json:"grace,omitempty"`   // how late is still kept
	Within   time.Duration `json:"within,omitempty"`  // the greatest age, or distance of updates
	Warn     time.Duration `json:"warn,omitempty"`    // an age that is worth a word already
	Text     string        `json:"text,omitempty"`    // as the source writes it
	Element  string        `json:"element,omitempty"` // the column that it speaks of
	Driver   string        `json:"driver,omitempty"`  // why it was promised: regulatory, analytics …
}

// Deprecation marks a table that should no longer be used.
type Deprecation struct {
	Since        time.Time
	Decommission time.Time // after this it may be gone; zero when not said
	Note         string
	Replacement  string // full name, empty when there is none
}

// Check is a data quality check with its last result.
type Check struct {
	ID         string    `json:"id"`
	Column     string    `json:"column,omitempty"`
	Type       string    `json:"type,omitempty"`
	Expression string    `json:"expression,omitempty"`
	Severity   string    `json:"severity,omitempty"` // high | medium | low; empty when not said
	Status     string    `json:"status,omitempty"`   // pass | warn | fail | error | pending | unknown
	RanAt      time.Time `json:"ran_at,omitzero"`
	FailedAt   time.Time `json:"failed_at,omitzero"` // of one that passes: when it last failed
	Observed   string    `json:"observed,omitempty"`
	Expected   string    `json:"expected,omitempty"`
	Partition  string    `json:"partition,omitempty"`
	Message    string    `json:"message,omitempty"`
	Owner      string    `json:"owner,omitempty"`
	URL        string    `json:"url,omitempty"`
}

// Bound says that a query looks only at rows whose Column lies between Low and High, both included; an empty
// one is open. Type is date, with ISO 8601 values, or bigint, with whole numbers.
type Bound struct{ Column, Type, Low, High string }

// Edge says that From feeds the asset that holds the edge.
type Edge struct {
	From     string // full name or URN
	Job      string
	Via      string // the source that says so
	LastSeen time.Time
}

// ColumnEdge says that a column of From feeds a column of the asset that holds the edge.
type ColumnEdge struct {
	From, FromColumn, ToColumn string
	Type                       string // direct | indirect; empty when not said
	Subtype                    string
	Masked                     bool
}

// Metric is a governed number, projected from a semantic model for search and for "what does it mean".
type Metric struct {
	Name, Domain, Label, Description string
	Synonyms                         []string
	Unit, Tier                       string
	Owner                            Owner
	Version                          int
	Tables                           []Name
	Columns                          []ColumnRef // that its expression and filters read
}

// ColumnRef names a column of a table.
type ColumnRef struct {
	Table  Name
	Column string
}

// Term is a glossary entry.
type Term struct {
	Name, Definition, Metric, Owner string
	Synonyms                        []string
	From                            string // the source; empty for the workspace's own
}

// Query is one that people ran or keep.
type Query struct {
	QueryClaim
	ID       string
	Question string // what it answers, in words
	From     *Provenance
}

// Definition is a number as another system defines it.
type Definition struct {
	MetricClaim
	Description string
	Owners      []Ownership
	From        *Provenance
	Hidden      bool // its SQL may name what the reader may not see: it is there to compare, not to show
}

// Snapshot is the catalog at one moment. It is built once and never written again.
type Snapshot struct {
	Assets  []*Asset // lake tables, sorted by key
	Outside []*Asset // topics, operational tables, dashboards, jobs
	Metrics []Metric
	Terms   []Term
	Queries []Query
	Defined []Definition  // numbers that other systems define
	Read    []SourceState // the sources that it was made of, by name
	Version string        // of the claims that it was made of; empty where none are kept
	Notes   []string      // what could not be fitted together
	// Instead has, by the key of a table, the table that definitions over it read in its place.
	Instead map[string]Name
	// Functions are those of the server that has the tables; nil means every function of Trino.
	Functions *functions.Registry
	byKey     map[string]*Asset
	feeds     *feeds
}

// feeds is what is found out of a snapshot's edges when it is first asked for.
type feeds struct {
	once sync.Once
	of   map[string][]*Asset
}

// New builds a snapshot; the slices are taken over. A later asset of the same name replaces an earlier one.
func New(assets []*Asset, metrics []Metric, terms []Term) *Snapshot {
	s := &Snapshot{Metrics: metrics, Terms: terms, byKey: make(map[string]*Asset, len(assets)), feeds: &feeds{}}
	for _, a := range assets {
		s.byKey[a.Key()] = a
	}
	for _, a := range s.byKey {
		if a.URN != "" {
			s.Outside = append(s.Outside, a)
		} else {
			s.Assets = append(s.Assets, a)
		}
	}
	byName := func(a, b *Asset) int { return cmp.Compare(a.Name.Key()+a.URN, b.Name.Key()+b.URN) }
	slices.SortFunc(s.Assets, byName)
	slices.SortFunc(s.Outside, byName)
	for _, list := range [][]*Asset{s.Assets, s.Outside} { // what others call it, where nothing has that name itself
		for _, a := range list {
			for _, id := range a.Aliases {
				if k := id.String(); s.byKey[k] == nil {
					s.byKey[k] = a
				}
			}
		}
	}
	return s
}

// With is the snapshot with metrics and terms before those that it has; of two terms of one name the first
// stays.
func (s *Snapshot) With(metrics []Metric, terms []Term) *Snapshot {
	out := *s
	out.Metrics = append(slices.Clone(metrics), s.Metrics...)
	out.Terms = slices.Clone(terms)
	for _, t := range s.Terms {
		if !slices.ContainsFunc(terms, func(o Term) bool { return strings.EqualFold(o.Name, t.Name) }) {
			out.Terms = append(out.Terms, t)
		}
	}
	return &out
}

// InsteadOf is the snapshot as definitions are to read it: some tables in place of others.
func (s *Snapshot) InsteadOf(instead map[string]Name) *Snapshot {
	if len(instead) == 0 {
		return s
	}
	out := *s
	out.Instead = instead
	return &out
}

// Asset finds a table by its full name, something outside by its URN, or either by what other systems call it; nil
// when there is none.
func (s *Snapshot) Asset(name string) *Asset {
	if a := s.byKey[name]; a != nil {
		return a
	}
	return s.byKey[strings.ToLower(name)]
}

// Table finds a table by name; nil when there is none.
func (s *Snapshot) Table(n Name) *Asset { return s.byKey[n.Key()] }

// Column finds a column without regard to case; nil when there is none.
func (a *Asset) Column(name string) *Column {
	for i := range a.Columns {
		if strings.EqualFold(a.Columns[i].Name, name) {
			return &a.Columns[i]
		}
	}
	return nil
}

// Sources walks up the lineage from a table and returns everything that feeds it, nearest first,
// each once: cycles end where they close.
func (s *Snapshot) Sources(name string) []string {
	var out []string
	seen := map[string]bool{strings.ToLower(name): true}
	for queue := []string{name}; len(queue) > 0; queue = queue[1:] {
		a := s.Asset(queue[0])
		if a == nil {
			continue
		}
		for _, e := range a.Upstream {
			if k := strings.ToLower(e.From); !seen[k] {
				seen[k] = true
				out = append(out, e.From)
				queue = append(queue, e.From)
			}
		}
	}
	return out
}

package catalog

import (
	"strings"
	"time"
)

// ID names a dataset, a job or a dashboard as OpenLineage does: the namespace says where, such as
// trino://host:port or kafka://broker:9092, and the name what within it (the naming conventions of
// OpenLineage 1.x). An empty namespace means a name of which the source does not know where it lives, such as
// a relation of dbt: it is looked for among the tables of the lake.
type ID struct {
	Namespace string `json:"ns,omitempty"`
	Name      string `json:"name"`
}

// Lake is the namespace of the tables that questions are answered from. Their names are full ones of Trino.
const Lake = "lake:"

// TableID is the id of a table of the lake.
func TableID(n Name) ID { return ID{Lake, n.Key()} }

// ParseID splits "scheme://authority/name", the form in which people write ids. A text without "://" is a
// name whose namespace is not known.
func ParseID(s string) ID {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return ID{Name: s}
	}
	host, name, ok := strings.Cut(rest, "/")
	if !ok {
		return ID{scheme + "://" + host, ""}
	}
	return ID{scheme + "://" + host, name}
}

func (id ID) String() string {
	switch {
	case id.Namespace == "" || id.Namespace == Lake:
		return id.Name
	case strings.HasSuffix(id.Namespace, "/"):
		return id.Namespace + id.Name
	}
	return id.Namespace + "/" + id.Name
}

// exact are the kinds of namespaces whose names are compared letter by letter; those of databases are not.
var exact = []string{"kafka", "s3", "s3a", "s3n", "gs", "file", "abfss", "wasbs", "hdfs", "urn", "job", "airflow"}

// Key is the id as it is compared: names of databases without regard to case, s3a:// and s3n:// as s3://.
func (id ID) Key() string {
	scheme, rest, ok := strings.Cut(id.Namespace, ":")
	scheme = strings.ToLower(scheme)
	if scheme == "s3a" || scheme == "s3n" {
		scheme = "s3"
	}
	ns := scheme
	if ok {
		ns += ":" + strings.ToLower(strings.TrimSuffix(rest, "/"))
	}
	name := strings.Trim(id.Name, "/")
	for _, e := range exact {
		if scheme == e {
			return ns + "\x00" + name
		}
	}
	return ns + "\x00" + strings.ToLower(name)
}

// IsZero says that the id names nothing.
func (id ID) IsZero() bool { return id.Namespace == "" && id.Name == "" }

// Kind is what sort of thing an asset is.
type Kind string

// The kinds of assets.
const (
	Table     Kind = "table"
	ViewKind  Kind = "view"
	Topic     Kind = "topic"
	Stream    Kind = "stream"
	Dashboard Kind = "dashboard"
	Explore   Kind = "explore"
	ModelKind Kind = "model"
	Job       Kind = "job"
	IndexKind Kind = "index"
	Extract   Kind = "extract"
)

// Provenance says who said something, and when.
type Provenance struct {
	Source    string    `json:"source"`            // the workspace's name for it, such as "datahub" or "dbt-finance"
	System    string    `json:"system"`            // what it is: one of the Systems, by which precedence goes
	RecordID  string    `json:"record,omitempty"`  // its own id of the record: a URN, a unique_id
	FetchedAt time.Time `json:"fetched,omitzero"`  // when it was read
	AsOf      time.Time `json:"as_of,omitzero"`    // the time that the source gives for it; zero when it gives none
	Version   string    `json:"version,omitempty"` // of the source's format
	URL       string    `json:"url,omitempty"`     // where a person can see it
	RawHash   string    `json:"raw,omitempty"`     // SHA-256 of the record as it came, hex
}

// when is the moment that the claim speaks of, as far as it is known.
func (p *Provenance) when() time.Time {
	if p.AsOf.IsZero() {
		return p.FetchedAt
	}
	return p.AsOf
}

// Claim is everything that one record of one source says about one thing. An empty field says nothing: it is
// not a claim that there is nothing. Several claims about the same thing are all kept; Build decides field by
// field which one is shown.
//
// A source makes a claim anew under the same Key each time that it is read. Lists are whole within a claim.
type Claim struct {
	Provenance
	About   ID     `json:"about"`
	Part    string `json:"part,omitempty"`    // tells claims of one source about one thing apart: "run_results"
	Aliases []ID   `json:"aliases,omitempty"` // other names of the very same thing (symlinks, URNs, locations)
	Kind    Kind   `json:"kind,omitempty"`
	Gone    bool   `json:"gone,omitempty"` // the source says that it was removed

	Native      string            `json:"native,omitempty"`   // the name as the source writes it
	Platform    string            `json:"platform,omitempty"` // "kafka", "snowflake" …
	Env         string            `json:"env,omitempty"`
	Description string            `json:"description,omitempty"`
	Domain      string            `json:"domain,omitempty"`
	Tier        Tier              `json:"tier,omitempty"`
	Tags        []string          `json:"tags,omitempty"`
	Links       []Link            `json:"links,omitempty"`
	Custom      map[string]string `json:"custom,omitempty"` // what the source has and the catalog has no field for
	Owners      []Ownership       `json:"owners,omitempty"`
	Deprecation *Lifecycle        `json:"deprecation,omitempty"`
	SLAs        []SLA             `json:"slas,omitempty"`
	Columns     []ColumnClaim     `json:"columns,omitempty"`
	Checks      []Check           `json:"checks,omitempty"`
	Incidents   []Incident        `json:"incidents,omitempty"`
	Observed    []Observation     `json:"observed,omitempty"`
	Upstream    []EdgeClaim       `json:"upstream,omitempty"`
	Usage       *Usage            `json:"usage,omitempty"`
	Grants      []GrantClaim      `json:"grants,omitempty"`
	TimeColumn  string            `json:"time_column,omitempty"`
	Requires    []string          `json:"requires,omitempty"`  // columns of which a condition must bind one
	DataFrom    time.Time         `json:"data_from,omitzero"`  // first day that has data, as a date
	DataUntil   time.Time         `json:"data_until,omitzero"` // last day that is complete, as a date
	SnapshotID  string            `json:"snapshot,omitempty"`
	Rows        *int64            `json:"rows,omitempty"`
	Bytes       *int64            `json:"bytes,omitempty"`
	ViewSQL     string            `json:"view_sql,omitempty"`

	// At most one of these is set; the claim is then about it and not about an asset.
	Metric *MetricClaim `json:"metric,omitempty"`
	Term   *TermClaim   `json:"term,omitempty"`
	Query  *QueryClaim  `json:"query,omitempty"`
}

// Key tells apart the claims of one source.
func (c *Claim) Key() string {
	what := "asset"
	switch {
	case c.Metric != nil:
		what = "metric"
	case c.Term != nil:
		what = "term"
	case c.Query != nil:
		what = "query"
	}
	return what + "\x00" + c.About.Key() + "\x00" + c.Part
}

// Link is a page about a thing.
type Link struct {
	Text string `json:"text,omitempty"`
	URL  string `json:"url"`
}

// Ownership says that somebody answers for a thing. Role is technical, business, steward or other; SourceRole
// is the source's own word for it.
type Ownership struct {
	Principal  string `json:"principal"`
	Role       string `json:"role"`
	SourceRole string `json:"source_role,omitempty"`
	Inactive   bool   `json:"inactive,omitempty"` // is known to have left
}

// The roles of owners.
const (
	Technical = "technical"
	Business  = "business"
	Steward   = "steward"
	OtherRole = "other"
)

// Lifecycle says whether a thing should still be used. Deprecated false is a claim too: that it is in use.
type Lifecycle struct {
	Deprecated   bool      `json:"deprecated"`
	Since        time.Time `json:"since,omitzero"`
	Decommission time.Time `json:"decommission,omitzero"` // after this it may be gone
	Note         string    `json:"note,omitempty"`
	Replacement  ID        `json:"replacement,omitzero"`
}

// ColumnClaim is what a source says of a column. Path has the names of nested fields joined by dots.
type ColumnClaim struct {
	Path        string   `json:"path"`
	Type        string   `json:"type,omitempty"` // as Trino writes it, where the source knows
	NativeType  string   `json:"native,omitempty"`
	Nullable    *bool    `json:"nullable,omitempty"`
	Description string   `json:"description,omitempty"`
	Unit        string   `json:"unit,omitempty"`
	PII         string   `json:"pii,omitempty"` // "email", "phone", or "personal" where the kind is not said
	Class       string   `json:"class,omitempty"`
	Tags        []string `json:"tags,omitempty"`
	Terms       []string `json:"terms,omitempty"`
	Key         string   `json:"key,omitempty"` // primary | partition | foreign
}

// Incident is something known to be wrong.
type Incident struct {
	ID       string    `json:"id"`
	Type     string    `json:"type,omitempty"`
	Title    string    `json:"title,omitempty"`
	State    string    `json:"state"` // active | resolved
	Priority string    `json:"priority,omitempty"`
	Opened   time.Time `json:"opened,omitzero"`
	Closed   time.Time `json:"closed,omitzero"`
	URL      string    `json:"url,omitempty"`
}

// Observation is something that was seen to happen to a thing.
type Observation struct {
	Kind      string    `json:"kind"`          // one of the kinds below
	At        time.Time `json:"at"`            // when it happened
	Data      time.Time `json:"data,omitzero"` // up to when the data that it brought reach; zero when not said
	Partition string    `json:"partition,omitempty"`
	Job       string    `json:"job,omitempty"`
	Detail    string    `json:"detail,omitempty"`
}

// The kinds of observations.
const (
	Snapshotted = "snapshot"   // a commit of the table itself
	Updated     = "updated"    // an event that says that the table was written
	RunOK       = "run_ok"     // a run that writes it ended well
	RunFailed   = "run_failed" // … or not
	RunStarted  = "run_started"
	Stopped     = "stopped" // what feeds it does not run: a failed connector, a paused pipeline
	Running     = "running" // what feeds it runs
	Landed      = "landed"  // its newest record
)

// EdgeClaim says that From feeds the thing that the claim is about. Columns are empty for what is known of the
// tables only.
type EdgeClaim struct {
	From       ID        `json:"from"`
	FromColumn string    `json:"from_col,omitempty"`
	ToColumn   string    `json:"to_col,omitempty"`
	Type       string    `json:"type,omitempty"`      // direct | indirect; empty when not said
	Subtype    string    `json:"subtype,omitempty"`   // identity, transformation, aggregation, join, filter …
	Transform  string    `json:"transform,omitempty"` // in words or SQL
	Masked     bool      `json:"masked,omitempty"`
	Job        string    `json:"job,omitempty"`
	Confidence float64   `json:"confidence,omitempty"` // 0: not said
	FirstSeen  time.Time `json:"first,omitzero"`
	LastSeen   time.Time `json:"last,omitzero"`
}

// Usage is how a thing was used in a window that ends at Until.
type Usage struct {
	Days    int              `json:"days"`
	Until   time.Time        `json:"until,omitzero"`
	Queries int64            `json:"queries"`
	Users   int64            `json:"users,omitempty"`
	Columns map[string]int64 `json:"columns,omitempty"`
}

// GrantClaim is a right that another system gives: to a table, to some of its columns, or with a condition on
// rows (a data cells filter).
type GrantClaim struct {
	Principal string   `json:"principal"`
	Action    string   `json:"action"`
	Columns   []string `json:"columns,omitempty"`
	Without   []string `json:"without,omitempty"` // columns
	RowFilter string   `json:"row_filter,omitempty"`
	Tag       string   `json:"tag,omitempty"` // the expression over tags by which it is given
	Grantable bool     `json:"grantable,omitempty"`
}

// MetricClaim is a number that another system defines.
type MetricClaim struct {
	Name        string            `json:"name"`
	Domain      string            `json:"domain,omitempty"`
	Label       string            `json:"label,omitempty"`
	Expressions map[string]string `json:"expressions,omitempty"` // dialect → SQL
	Agg         string            `json:"agg,omitempty"`
	Filters     []string          `json:"filters,omitempty"`
	Time        string            `json:"time,omitempty"` // time dimension
	Unit        string            `json:"unit,omitempty"`
	Synonyms    []string          `json:"synonyms,omitempty"`
	Tables      []ID              `json:"tables,omitempty"`
	CodeRef     string            `json:"code_ref,omitempty"`
	Version     string            `json:"version,omitempty"`
	Status      string            `json:"status,omitempty"`
}

// TermClaim is a word of a glossary.
type TermClaim struct {
	Name     string   `json:"name"`
	Parent   string   `json:"parent,omitempty"`
	Inherits []string `json:"inherits,omitempty"`
	Related  []string `json:"related,omitempty"`
	Synonyms []string `json:"synonyms,omitempty"`
	Metric   string   `json:"metric,omitempty"`
}

// QueryClaim is a query that people ran or that somebody keeps. Its text is in Trino's dialect only where
// Dialect says so.
type QueryClaim struct {
	Title     string    `json:"title,omitempty"`
	SQL       string    `json:"sql"`
	Dialect   string    `json:"dialect,omitempty"`
	Tables    []ID      `json:"tables,omitempty"`
	Verified  string    `json:"verified,omitempty"` // by whom
	Runs      int64     `json:"runs,omitempty"`
	Succeeded int64     `json:"succeeded,omitempty"`
	Users     []string  `json:"users,omitempty"`
	LastRun   time.Time `json:"last_run,omitzero"`
}

// The systems that claims come from, by which Build ranks them. A workspace may have several sources of one.
const (
	Files         = "files" // the workspace's own, under review
	SystemTrino   = "trino"
	SystemIceberg = "iceberg"
	SystemDBT     = "dbt"
	SystemDataHub = "datahub"
	OpenLineage   = "openlineage"
	Airflow       = "airflow"
	SystemKafka   = "kafka"
	Connect       = "kafka-connect"
	ODCS          = "odcs"
	GX            = "great-expectations"
	Anomalo       = "anomalo"
	Glue          = "glue"
	LakeFormation = "lake-formation"
	SystemPG      = "postgres"
	Glossary      = "glossary"
)

// Systems lists them.
var Systems = []string{Files, SystemTrino, SystemIceberg, SystemDBT, SystemDataHub, OpenLineage, Airflow, SystemKafka, Connect, ODCS, GX, Anomalo, Glue, LakeFormation, SystemPG, Glossary}

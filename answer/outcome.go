// Package answer is the one door: a question goes in, an Outcome comes out, whoever asks on whichever
// surface. It reads, plans, checks, gates, runs, and puts the result into words whose every number is a
// cell or declared arithmetic. It renders nothing. Start at Service.Ask.
package answer

import (
	"encoding/json"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/semantic/timex"
	"github.com/limn-data/limn/trino/rows"
)

// Outcome is an answer as every surface shows it and as scripts read it; its JSON is a promise.
type Outcome struct {
	Outcome        string       `json:"outcome"` // answered | clarify | declined
	Question       string       `json:"question"`
	AskedBy        string       `json:"asked_by"`
	AsOf           time.Time    `json:"as_of"`
	Road           string       `json:"road"` // governed | verified | inferred | drafted
	Trust          Trust        `json:"trust"`
	Interpretation string       `json:"interpretation"`
	Headline       string       `json:"headline"`
	Columns        []Column     `json:"columns"`
	Rows           Rows         `json:"rows"`
	Truncated      bool         `json:"truncated"`
	Arithmetic     []Arithmetic `json:"arithmetic"`
	Why            []Part       `json:"why"`
	Chart          *Chart       `json:"chart"`
	SQL            string       `json:"sql"`
	Metrics        []Metric     `json:"metrics"`
	Lineage        []Lineage    `json:"lineage"`
	Sources        []Source     `json:"sources"`
	Warnings       []Warning    `json:"warnings"`
	Assumptions    []string     `json:"assumptions"`
	Suggestions    []string     `json:"suggestions"`
	Confidence     float64      `json:"confidence"`
	Clarify        *Clarify     `json:"clarify,omitempty"`
	Declined       *Declined    `json:"declined,omitempty"`
	Attempts       []Attempt    `json:"attempts"`
	Timings        Timings      `json:"timings_ms"`
	Cost           Cost         `json:"cost"`
	ID             string       `json:"answer_id"`
	Hash           string       `json:"answer_hash"`

	// Trace leads from each output column back to where its data begin, nearest first.
	Trace []Traced `json:"trace"`
	// Catalog is the version of the catalog that it was given from; empty where none is kept.
	Catalog string `json:"catalog_version,omitempty"`
	// Insisted says that a blocked number is shown because the asker insisted, as the policy lets them.
	Insisted bool `json:"insisted,omitempty"`

	ran string // the statement as it ran, with the asker's rights built in; it is kept, and never shown
}

// The outcomes.
const (
	Answered  = "answered"
	Clarified = "clarify"
	Refused   = "declined"
)

// Trust says in one line how far to rely on the answer.
type Trust struct {
	Label string `json:"label"`
	Line  string `json:"line"`
}

// Column is an output column. Role: time, dimension, metric, prior, target, change, percent, share, part.
// Unit is the metric's ("USD", "percent", …) or nil; Title is how people read it.
type Column struct {
	Name        string  `json:"name"`
	Type        string  `json:"type"`
	Role        string  `json:"role"`
	Unit        *string `json:"unit"`
	Description string  `json:"description"`
	Title       string  `json:"title"`
	Scale       int     `json:"scale"`                // digits shown after the point; -1 when not said
	Grain       string  `json:"grain,omitempty"`      // of a time column
	YearStart   int     `json:"year_start,omitempty"` // first month of the year that it counts in, where that is a fiscal one
}

// PeriodLabel names the unit that begins on a day as the column counts: "Q2 2026", "Q1 FY2027", "Mar 2026".
func (c Column) PeriodLabel(day time.Time) string {
	g, err := timex.ParseGrain(c.Grain)
	if err != nil {
		return day.Format("2 Jan 2006")
	}
	return timex.Calendar{Fiscal: c.YearStart > 1, FiscalStart: time.Month(c.YearStart)}.Label(g, day)
}

// Rows marshal as contract.md says: decimals as strings with their full scale.
type Rows [][]rows.Value

// MarshalJSON writes rows as answers have them.
func (r Rows) MarshalJSON() ([]byte, error) { return rows.MarshalRows(r) }

// Arithmetic is a number in a sentence that is computed from cells: Expr over r[row].column, the exact
// value, and how it is shown.
type Arithmetic struct {
	ID    string `json:"id"`
	Expr  string `json:"expr"`
	Value string `json:"value"`
	Shown string `json:"shown"`
}

// Part is one contribution to an explained change.
type Part struct {
	Dimension string `json:"dimension"`
	Value     string `json:"value"`
	Delta     string `json:"delta"`
	Share     string `json:"share"`
}

// Chart says how the rows are drawn: bar or line, by column names.
type Chart struct {
	Kind   string   `json:"kind"`
	X      string   `json:"x"`
	Y      []string `json:"y"`
	Series *string  `json:"series"`
}

// Metric is a definition that the answer used.
type Metric struct {
	Name       string        `json:"name"`
	Label      string        `json:"label"`
	Definition string        `json:"definition"`
	Expression string        `json:"expression"`
	Version    int           `json:"version"`
	Owner      catalog.Owner `json:"owner"`
	Tier       string        `json:"tier"`
	Domain     string        `json:"domain"`
	Certified  string        `json:"certified,omitempty"` // by whom and when
}

// Lineage lists where an output column comes from.
type Lineage struct {
	Output string  `json:"output"`
	Inputs []Input `json:"inputs"`
}

// Input is a source column; Kind is direct or indirect.
type Input struct {
	Table  string `json:"table"`
	Column string `json:"column"`
	Kind   string `json:"kind"`
}

// Source is a table that was read.
type Source struct {
	Table      string        `json:"table"`
	Tier       string        `json:"tier"`
	Owner      catalog.Owner `json:"owner"`
	FreshAt    *time.Time    `json:"fresh_at"`
	DataUntil  string        `json:"data_until,omitempty"`
	SLA        string        `json:"sla"`
	Status     string        `json:"status"` // ok | late | unknown | deprecated
	SnapshotID string        `json:"snapshot_id"`
	Upstream   []string      `json:"upstream"`
	Columns    []string      `json:"columns"` // that were read
}

// Warning is something that the reader must know before using the number.
type Warning struct {
	Level   string `json:"level"` // blocked | warning | note
	Code    string `json:"code"`
	Message string `json:"message"`
	Asset   string `json:"asset"`
	// Owner is whom to ask; Since when it is so; URL where its source shows it; Hops how far upstream.
	Owner string     `json:"owner,omitempty"`
	Since *time.Time `json:"since,omitempty"`
	URL   string     `json:"url,omitempty"`
	Hops  int        `json:"hops,omitempty"`
}

// Clarify asks back; each option is a full question.
type Clarify struct {
	Question string   `json:"question"`
	Options  []Option `json:"options"`
}

// Option is one answer to a clarification.
type Option struct {
	Label    string `json:"label"`
	Question string `json:"question"`
}

// Declined says why there is no answer.
type Declined struct {
	Code    string  `json:"code"`
	Reason  string  `json:"reason"`
	Hint    string  `json:"hint"`
	Owner   string  `json:"owner"`
	Confirm *string `json:"confirm"`
}

// Attempt is one try of the drafted road.
type Attempt struct {
	PromptTokens int      `json:"prompt_tokens"`
	Draft        string   `json:"draft"`
	Problems     []string `json:"problems"`
	Verdict      string   `json:"verdict"`
}

// Timings are milliseconds by phase.
type Timings struct {
	Read  float64 `json:"read"`
	Plan  float64 `json:"plan"`
	Check float64 `json:"check"`
	Gate  float64 `json:"gate"`
	Run   float64 `json:"run"`
	Total float64 `json:"total"`
}

// Cost is what the answer cost.
type Cost struct {
	ScannedBytes     int64 `json:"scanned_bytes"`
	PromptTokens     int   `json:"prompt_tokens"`
	CompletionTokens int   `json:"completion_tokens"`
}

// hashed is what the answer's hash covers, in this order.
type hashed struct {
	Columns  []Column  `json:"columns"`
	Rows     Rows      `json:"rows"`
	SQL      string    `json:"sql"`
	Metrics  []Metric  `json:"metrics"`
	Sources  []Source  `json:"sources"`
	Warnings []Warning `json:"warnings"`
}

func (o *Outcome) canonical() ([]byte, error) {
	return json.Marshal(hashed{o.Columns, o.Rows, o.SQL, o.Metrics, o.Sources, o.Warnings})
}

// Package model holds the definitions of a workspace: datasets with fields, how they join, and metrics,
// read from OSI files with the LIMN extension and resolved against the catalog. A Model is immutable
// once loaded. It never builds SQL and never reads data. Start at Load.
package model

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic/timex"
	"github.com/limn-data/limn/trino/ast"
)

// Model is everything that is defined in a workspace.
type Model struct {
	Datasets      []*Dataset
	Relationships []*Relationship
	Metrics       []*Metric
	Issues        []Issue // what was found wrong and set aside; the rest works without it
}

// Dataset is a logical table: one physical table with fields over its columns.
type Dataset struct {
	Name        string
	Table       catalog.Name
	Asset       *catalog.Asset
	Instead     catalog.Name // the table in whose place it is read; zero when none
	Description string
	Synonyms    []string
	PrimaryKey  []string   // physical columns
	UniqueKeys  [][]string // physical columns
	Fields      []*Field
	Entity      *Entity  // what a row is, nil when a row is not a thing people name
	Time        *Field   // the time that rows are counted by, nil when there is none
	List        []*Field // what is shown when rows are listed
	Domain      string
	Inferred    bool
	Prefix      string // a short word that begins the name of every field ("ss" of ss_item_sk), else empty
}

// Entity is what one row of a dataset is called.
type Entity struct {
	Name, Plural string
	Key          string // physical column
	Label        *Field // what people call a row by, nil when there is only the key
}

// Role says what a field is for.
type Role string

// The roles of fields.
const (
	RoleKey       Role = "key"
	RoleTime      Role = "time"
	RoleDimension Role = "dimension"
	RoleMeasure   Role = "measure"
	RoleAttribute Role = "attribute"
	RoleFlag      Role = "flag"
)

// Additivity says how a measure may be added up over time.
type Additivity string

// Additive measures add over everything; the stocks take their last or first day of the period.
const (
	Additive Additivity = ""
	Last     Additivity = "last"
	First    Additivity = "first"
)

// Field is a row-level expression over the physical columns of its dataset's table.
type Field struct {
	Dataset     *Dataset
	Name        string
	Label       string
	Description string
	Synonyms    []string
	Expr        ast.Expr // bare identifiers are columns of Dataset.Table
	Type        string   // Trino's display name; empty when the catalog does not say
	Role        Role
	Unit        string
	Grain       timex.Grain // of a time field: the finest it can tell
	Additivity  Additivity
	Values      map[string][]string // value → what people call it
	PII         string
	Hidden      bool
	Inferred    bool
}

// String is dataset.field.
func (f *Field) String() string { return f.Dataset.Name + "." + f.Name }

// IsTime says that the field is a date or timestamp that periods can filter.
func (f *Field) IsTime() bool {
	return f.Role == RoleTime && dated(f.Type)
}

// Title is how people read the field: its label, or its name in words without the prefix that all
// columns of its table share.
func (f *Field) Title() string {
	if f.Label != "" {
		return f.Label
	}
	return sentence(f.Phrase())
}

// Phrase is the field's name in small words, without the prefix that all fields of its dataset share.
func (f *Field) Phrase() string {
	p := words.Phrase(f.Name)
	if rest, ok := strings.CutPrefix(p, f.Dataset.Prefix+" "); ok && f.Dataset.Prefix != "" {
		return rest
	}
	return p
}

func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// Relationship is a many-to-one join from one dataset to another.
type Relationship struct {
	Name                   string
	From, To               *Dataset
	FromColumns, ToColumns []string
}

// Metric is a number with a definition.
type Metric struct {
	Name        string
	Domain      string
	Label       string
	Description string
	Synonyms    []string
	Expr        ast.Expr // aggregates over dataset.field; bare identifiers are other metrics
	Text        string   // the expression as written
	Filters     []ast.Expr
	FilterTexts []string
	Time        *Field
	Unit        string
	Scale       int  // digits shown; -1 when not said
	Up          bool // more is better
	GoodKnown   bool
	Double      bool // ratios as DOUBLE instead of DECIMAL(38,10)
	Target      *Metric
	Owner       catalog.Owner
	Tier        string
	Version     int
	Cert        *Certification // nil when nobody approved
	CertLost    string         // why a recorded approval no longer counts
	Inferred    bool
	Datasets    map[string]*Dataset // by lower-case name, as the expression's space sees them
	Metrics     map[string]*Metric
	Over        *Dataset // whose rows are counted, where the expression names none (COUNT(*))
	targetName  string
}

// Certification is an approval that holds for the expression it was given to.
type Certification struct{ Approver, Date string }

// Title is how people read the metric.
func (m *Metric) Title() string {
	if m.Label != "" {
		return m.Label
	}
	return sentence(words.Phrase(m.Name))
}

// Road is the short word for how far this definition carries: governed or inferred.
func (m *Metric) Road() string {
	if m.Inferred {
		return "inferred"
	}
	return "governed"
}

// Hash is what a certification signs: SHA-256 over the expression and its filters, one a line.
func Hash(expression string, filters []string) string {
	sum := sha256.Sum256([]byte(strings.Join(append([]string{expression}, filters...), "\n")))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Issue is something wrong in a definition. Fatal ones stop the load; the others set one definition aside.
type Issue struct {
	File    string
	Line    int // 0 when not known
	Code    string
	Message string
	Hint    string
	Fatal   bool
}

func (i Issue) Error() string {
	at := i.File
	if i.Line > 0 {
		at = fmt.Sprintf("%s:%d", i.File, i.Line)
	}
	s := at + ": " + i.Message
	if i.Hint != "" {
		s += "; " + i.Hint
	}
	return s
}

// Metric finds metrics by name without regard to case; a name may stand in several domains.
func (m *Model) Metric(name string) []*Metric {
	var out []*Metric
	domain, bare, dotted := strings.Cut(name, ".")
	for _, x := range m.Metrics {
		if strings.EqualFold(x.Name, name) || dotted && strings.EqualFold(x.Domain, domain) && strings.EqualFold(x.Name, bare) {
			out = append(out, x)
		}
	}
	return out
}

// Field finds fields by "field" or "dataset.field" without regard to case.
func (m *Model) Field(name string) []*Field {
	var out []*Field
	ds, bare, dotted := strings.Cut(name, ".")
	for _, d := range m.Datasets {
		if dotted && !strings.EqualFold(d.Name, ds) {
			continue
		}
		want := name
		if dotted {
			want = bare
		}
		if f := d.Field(want); f != nil {
			out = append(out, f)
		}
	}
	return out
}

// Field finds a field of the dataset without regard to case; nil when there is none.
func (d *Dataset) Field(name string) *Field {
	for _, f := range d.Fields {
		if strings.EqualFold(f.Name, name) {
			return f
		}
	}
	return nil
}

// ColumnField is a field over a physical column that no field names, for keys in expressions; nil when
// the table has no such column.
func (d *Dataset) ColumnField(name string) *Field {
	if f := d.Field(name); f != nil {
		return f
	}
	if d.Asset == nil {
		return nil
	}
	c := d.Asset.Column(name)
	if c == nil {
		return nil
	}
	return &Field{Dataset: d, Name: c.Name, Expr: &ast.Ident{Name: c.Name}, Type: c.Type, Role: RoleKey, Description: c.Description, Hidden: true}
}

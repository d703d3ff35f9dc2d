package answer

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/limn-data/limn/answer/governance"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/nl2sql"
	"github.com/limn-data/limn/nl2sql/question"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/compile"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/plan"
	"github.com/limn-data/limn/semantic/timex"
	"github.com/limn-data/limn/trino/lineage"
	"github.com/limn-data/limn/trino/rows"
)

// composer puts a result into an outcome.
type composer struct {
	o       *Outcome
	plan    *nl2sql.Plan
	reading *question.Reading // nil for a metric query or an analyst's SQL
	set     *rows.Set
	cal     timex.Calendar
	at      time.Time
	snap    *catalog.Snapshot // as the asker sees it
	policy  governance.Policy
	// insist makes the token by which the asker may insist on a blocked number, or says that they brought it;
	// nil where nobody may.
	insist func() (token string, agreed bool)
	// final says that a domain by whose policy the answer is withheld lets nobody insist.
	final bool
}

func (c *composer) compose() {
	c.composeResult()
	c.metrics()
	c.trust()
	govern(c)
	if c.blocked() {
		return
	}
	c.o.Chart = chart(c.o, c.reading)
	narrate(c)
}

// composeResult fills in what holds for every result: columns, rows, lineage, sources.
func (c *composer) composeResult() {
	o := c.o
	o.Rows, o.Truncated = c.set.Rows, c.set.Truncated
	if o.Rows == nil {
		o.Rows = Rows{}
	}
	for i, col := range c.set.Columns {
		out := Column{Name: col.Name, Type: col.Type, Role: "dimension", Title: strings.ReplaceAll(col.Name, "_", " "), Scale: -1}
		if i < len(c.plan.Info.Columns) {
			out.Name = c.plan.Info.Columns[i].Name
		}
		if i < len(c.plan.Columns) {
			c.describeColumn(&out, c.plan.Columns[i])
		} else if numericType(col.Type) {
			out.Role = "metric"
		}
		o.Columns = append(o.Columns, out)
	}
	c.read()
}

// read fills in what holds also where nothing was run: where each column comes from, and the tables that are read.
func (c *composer) read() {
	o := c.o
	graph := lineage.Trace(c.plan.Query, c.plan.Info)
	for _, out := range graph.Outputs {
		l := Lineage{Output: out.Name, Inputs: []Input{}}
		for _, in := range out.Inputs {
			l.Inputs = append(l.Inputs, Input{Table: in.Table, Column: in.Column, Kind: string(in.Kind)})
		}
		o.Lineage = append(o.Lineage, l)
	}
	c.trace()
	for _, t := range graph.Tables {
		for _, a := range c.plan.Tables {
			if strings.EqualFold(a.Name.String(), t.Name) {
				o.Sources = append(o.Sources, source(a, t.Columns, c.at, c.snap))
			}
		}
	}
}

func numericType(t string) bool {
	base, _, _ := strings.Cut(t, "(")
	return slices.Contains([]string{"tinyint", "smallint", "integer", "bigint", "real", "double", "decimal"}, base)
}

// describeColumn says in people's words what a compiled column is.
func (c *composer) describeColumn(out *Column, col compile.Column) {
	out.Role = string(col.Role)
	if col.Aside { // it says why a row is there, and was not asked for itself
		out.Role = "attribute"
	}
	unit := func(u string) {
		if u != "" {
			out.Unit = &u
		}
	}
	if col.Field != nil && col.Metric == nil {
		out.Title, out.Description = upper(col.Field.Title()), col.Field.Description
		unit(col.Field.Unit)
		if col.Key != nil && !col.Key.Time {
			out.Title = upper(col.Key.Dim.Title())
		}
		if col.Role == compile.RoleMetric { // how many groups
			out.Title = upper(strings.ReplaceAll(out.Name, "_", " "))
		}
	}
	if col.Key != nil {
		out.Grain = col.Key.Grain.String()
		if c.cal.Fiscal && c.cal.FiscalStart > 1 && col.Key.Grain >= timex.Quarter {
			out.YearStart = int(c.cal.FiscalStart)
		}
		if col.Key.Time {
			out.Title, out.Description = upper(col.Key.Grain.String()), "First day of the "+col.Key.Grain.String()+"."
		}
	}
	m := col.Metric
	if m == nil {
		return
	}
	out.Title, out.Scale = m.Title(), m.Scale
	switch col.Role {
	case compile.RoleMetric, compile.RoleTarget:
		out.Description = firstSentence(m.Description)
		unit(m.Unit)
	case compile.RolePrior:
		out.Title, out.Description = m.Title()+" "+c.before(), "The same in the period that it is compared with."
		unit(m.Unit)
	case compile.RoleChange:
		out.Title, out.Description = "Change", "Difference to the value that it is compared with."
		unit(m.Unit)
		if m.Unit == "percent" {
			unit("points")
		}
	case compile.RolePart:
		out.Title = m.Title() + ", that part"
		unit(m.Unit)
	case compile.RolePercent:
		out.Title, out.Description, out.Scale = "Change %", "Difference divided by the value that it is compared with.", 1
		if strings.HasSuffix(out.Name, "_attainment") {
			out.Title, out.Description = "Of target", "Value divided by target."
		}
		unit("percent")
	case compile.RoleShare:
		out.Title, out.Description, out.Scale = "Share", "Part of the total.", 1
		unit("percent")
	}
}

// before names the other period of a comparison in a column's title.
func (c *composer) before() string {
	if c.reading == nil {
		return "before"
	}
	switch q := c.reading.Query; q.Compare {
	case semantic.PriorYear:
		return "a year earlier"
	case semantic.CompareRange:
		if label := c.cal.Describe(q.Versus); !strings.Contains(label, " to ") {
			return "in " + label
		}
		return "before"
	case semantic.PriorPeriod:
		if s := plan.Offset(*q); s.N == 1 {
			return "the " + s.Grain.String() + " before"
		}
	}
	return "before"
}

func upper(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

func firstSentence(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if i := strings.Index(s, ". "); i > 0 {
		return s[:i+1]
	}
	return s
}

func (c *composer) metrics() {
	for _, m := range c.reading.Plan.Query.Metrics {
		c.o.Metrics = append(c.o.Metrics, describeMetric(m))
		if t := m.Target; t != nil && slices.ContainsFunc(c.plan.Columns, func(col compile.Column) bool { return col.Metric == t }) {
			c.o.Metrics = append(c.o.Metrics, describeMetric(t))
		}
	}
}

func describeMetric(m *model.Metric) Metric {
	out := Metric{Name: m.Name, Label: m.Title(), Definition: strings.Join(strings.Fields(m.Description), " "), Expression: m.Text, Version: m.Version, Owner: m.Owner, Tier: m.Tier, Domain: m.Domain}
	if m.Cert != nil {
		out.Certified = m.Cert.Approver + ", " + m.Cert.Date
	}
	return out
}

// The trust labels, by how the SQL came about.
const (
	LabelOfficial = "Official"
	LabelDefined  = "Defined, not certified"
	LabelInferred = "Worked out from the data; nobody has approved this"
)

// trust says on one line how far to rely on the number: the weakest definition decides.
func (c *composer) trust() {
	q := c.reading.Plan.Query
	label, who := LabelOfficial, ""
	for _, m := range q.Metrics {
		if m.Inferred {
			label = LabelInferred
		} else if m.Cert == nil && label == LabelOfficial {
			label = LabelDefined
		}
		if who == "" {
			who = team(m.Owner)
			if m.Version > 0 && who != "" {
				who += fmt.Sprintf(", v%d", m.Version)
			}
		}
	}
	if q.Rows != nil {
		label = LabelDefined
		if q.Rows.Inferred {
			label = LabelInferred
		}
		who = team(q.Rows.Asset.Owner)
	}
	parts := []string{label}
	if who != "" {
		parts = append(parts, who)
	}
	if until := completeTo(c.plan.Tables); !until.IsZero() {
		layout := "2 Jan 2006"
		if until.Year() == c.at.Year() {
			layout = "2 Jan"
		}
		parts = append(parts, "complete to "+until.Format(layout))
	}
	c.o.Trust = Trust{Label: label, Line: strings.Join(parts, " · ")}
}

// team is what stands in brackets behind a name, "Dana Whitfield (Finance)" → "Finance".
func team(o catalog.Owner) string {
	for _, s := range []string{o.Business, o.Technical} {
		if i, j := strings.LastIndex(s, "("), strings.LastIndex(s, ")"); i >= 0 && j > i {
			return s[i+1 : j]
		}
		if s != "" {
			return s
		}
	}
	return ""
}

// completeTo is the last day that all dated tables have whole.
func completeTo(tables []*catalog.Asset) time.Time {
	var out time.Time
	for _, a := range tables {
		if !a.DataUntil.IsZero() && (out.IsZero() || a.DataUntil.Before(out)) {
			out = a.DataUntil
		}
	}
	return out
}

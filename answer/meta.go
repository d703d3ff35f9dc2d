package answer

import (
	"fmt"
	"strings"
	"time"

	"github.com/limn-data/limn/answer/governance"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/nl2sql/question"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/trino/rows"
)

// LabelCatalog is the trust label of answers from the catalog itself.
const LabelCatalog = "From the catalog"

// aboutData answers questions about the data from the catalog, in the same outcome as any other: a
// headline, and a small table of what was found.
func (s *Service) aboutData(o *Outcome, ss *Session, r *question.Reading, at time.Time) {
	o.Road = "governed"
	o.Trust = Trust{Label: LabelCatalog, Line: LabelCatalog}
	m := r.Meta
	a := aboutAnswer{o: o, ss: ss, at: at, m: m}
	switch m.Kind {
	case question.MetaDefine:
		a.define()
		if m.Owned && o.Outcome == Answered {
			a.alsoOwned()
		}
	case question.MetaOwner:
		a.owner()
	case question.MetaOrigin:
		a.origin()
	case question.MetaFresh:
		a.fresh()
	case question.MetaAbout:
		a.about()
	}
	if m.Metric != nil && o.Outcome == Answered {
		o.Metrics = append(o.Metrics, describeMetric(m.Metric))
	}
	for _, t := range a.tables() {
		if o.Outcome == Answered && m.Kind != question.MetaAbout {
			o.Sources = append(o.Sources, source(t, []string{}, at, ss.View.Snapshot()))
		}
	}
}

type aboutAnswer struct {
	o  *Outcome
	ss *Session
	at time.Time
	m  *question.Meta
}

func (a *aboutAnswer) table(names ...string) {
	for _, n := range names {
		a.o.Columns = append(a.o.Columns, Column{Name: n, Type: "varchar", Role: "attribute", Title: upper(strings.ReplaceAll(n, "_", " ")), Scale: -1})
	}
}

func (a *aboutAnswer) row(cells ...string) {
	out := make([]rows.Value, len(cells))
	for i, c := range cells {
		if c != "" {
			out[i] = c
		}
	}
	a.o.Rows = append(a.o.Rows, out)
}

// tables are what the subject stands on.
func (a *aboutAnswer) tables() []*catalog.Asset {
	switch {
	case a.m.Metric != nil:
		var out []*catalog.Asset
		for _, d := range a.m.Metric.Reads() {
			out = append(out, d.Asset)
		}
		return out
	case a.m.Table != nil:
		return []*catalog.Asset{a.m.Table}
	case a.m.Dataset != nil:
		return []*catalog.Asset{a.m.Dataset.Asset}
	case a.m.Field != nil:
		return []*catalog.Asset{a.m.Field.Dataset.Asset}
	}
	return nil
}

func (a *aboutAnswer) nothing(what string) {
	a.o.decline(Declined{Code: "not_recorded", Reason: fmt.Sprintf("Nothing is recorded about %s of “%s”.", what, a.m.Subject), Hint: "Ask who owns it, or what it means."})
}

func (a *aboutAnswer) define() {
	a.table("name", "value")
	switch m := a.m; {
	case m.Metric != nil:
		a.o.Headline = m.Metric.Title() + ": " + strings.Join(strings.Fields(m.Metric.Description), " ")
		if m.Metric.Description == "" {
			a.o.Headline = m.Metric.Title() + " is computed as " + m.Metric.Text + "; nobody has described it in words."
		}
		a.row("definition in words", strings.Join(strings.Fields(m.Metric.Description), " "))
		a.row("definition in code", m.Metric.Text)
		for _, f := range m.Metric.FilterTexts {
			a.row("filter", f)
		}
		a.row("time dimension", timeName(m.Metric))
		a.row("unit", m.Metric.Unit)
		a.row("business owner", m.Metric.Owner.Business)
		if m.Metric.Cert != nil {
			a.row("certified", m.Metric.Cert.Approver+", "+m.Metric.Cert.Date)
		}
		if len(m.Metric.Synonyms) > 0 {
			a.row("also called", strings.Join(m.Metric.Synonyms, ", "))
		}
	case m.Term != nil:
		a.o.Headline = m.Term.Name + ": " + firstSentence(m.Term.Definition)
		a.row("definition", strings.Join(strings.Fields(m.Term.Definition), " "))
		a.row("owner", m.Term.Owner)
	case m.Field != nil:
		a.o.Headline = fmt.Sprintf("%s: %s", upper(m.Field.Title()), orNone(m.Field.Description))
		a.row("description", m.Field.Description)
		a.row("column", m.Field.Dataset.Table.String()+"."+m.Field.Name)
		a.row("type", m.Field.Type)
	default:
		t := a.tables()
		if len(t) == 0 {
			a.nothing("the meaning")
			return
		}
		a.o.Headline = fmt.Sprintf("%s: %s", t[0].Name, orNone(t[0].Description))
		a.row("description", t[0].Description)
		a.row("domain", t[0].Domain)
		a.row("tier", string(t[0].Tier))
	}
}

func timeName(m *model.Metric) string {
	if m.Time == nil {
		return ""
	}
	return m.Time.String()
}

func orNone(s string) string {
	if s == "" {
		return "nobody has described it."
	}
	return s
}

// ownership finds who owns the subject, with the sentence that says so; "" where nobody is recorded.
func (a *aboutAnswer) ownership() (catalog.Owner, string) {
	var o catalog.Owner
	name := a.m.Subject
	if m := a.m.Metric; m != nil {
		o, name = m.Owner, m.Title()
	}
	ts := a.tables()
	if o == (catalog.Owner{}) && len(ts) > 0 {
		o, name = ts[0].Owner, ts[0].Name.String()
	}
	if a.m.Term != nil && a.m.Metric == nil {
		o, name = catalog.Owner{Business: a.m.Term.Owner}, a.m.Term.Name
	}
	switch {
	case o == (catalog.Owner{}):
		return o, ""
	case o.Business == "":
		return o, fmt.Sprintf("No business owner is recorded for %s; the technical owner is %s.", name, o.Technical)
	case o.Technical == "":
		return o, fmt.Sprintf("%s is owned by %s; no technical owner is recorded.", name, o.Business)
	}
	return o, fmt.Sprintf("%s is owned by %s; %s keeps it running.", name, o.Business, o.Technical)
}

func (a *aboutAnswer) owner() {
	o, sentence := a.ownership()
	if sentence == "" {
		a.nothing("the owner")
		return
	}
	a.table("role", "owner")
	a.row("business", o.Business)
	a.row("technical", o.Technical)
	a.o.Headline = sentence
}

// alsoOwned puts the owners behind a definition, where both were asked for.
func (a *aboutAnswer) alsoOwned() {
	o, sentence := a.ownership()
	if sentence == "" {
		sentence = "No owner is recorded."
	}
	a.o.Headline += " " + sentence
	if a.m.Metric == nil && o.Business != "" { // the definition of a metric has its business owner
		a.row("business owner", o.Business)
	}
	if o.Technical != "" {
		a.row("technical owner", o.Technical)
	}
}

func (a *aboutAnswer) origin() {
	ts := a.tables()
	if len(ts) == 0 {
		a.nothing("the origin")
		return
	}
	a.table("step", "from", "job")
	var names, roots []string
	snap := a.ss.View.Snapshot()
	for _, t := range ts {
		names = append(names, t.Name.String())
		if a.m.Metric != nil {
			a.row("metric "+a.m.Metric.Name, t.Name.String(), "")
		}
		for _, up := range append([]string{t.Name.String()}, snap.Sources(t.Name.String())...) {
			asset := snap.Asset(up)
			if asset == nil || len(asset.Upstream) == 0 {
				roots = append(roots, up)
				continue
			}
			for _, e := range asset.Upstream {
				a.row(up, e.From, e.Job)
			}
		}
	}
	subject := a.m.Subject
	if a.m.Metric != nil {
		subject = a.m.Metric.Title()
	}
	a.o.Headline = fmt.Sprintf("%s is read from %s", upper(subject), strings.Join(names, ", "))
	if len(roots) > 0 && roots[0] != names[0] {
		a.o.Headline += ", which is fed by " + strings.Join(roots, ", ")
	}
	a.o.Headline += "."
}

func (a *aboutAnswer) fresh() {
	ts := a.tables()
	if len(ts) == 0 {
		a.nothing("the freshness")
		return
	}
	a.table("table", "complete_to", "landed_at", "status")
	for _, t := range ts {
		s := source(t, nil, a.at, a.ss.View.Snapshot())
		landed := ""
		if s.FreshAt != nil {
			landed = s.FreshAt.Format(time.RFC3339)
		}
		a.row(s.Table, s.DataUntil, landed, s.Status)
	}
	t := ts[0]
	switch promise := governance.Timely(t, a.at); {
	case t.DataUntil.IsZero() && t.FreshAt.IsZero():
		a.o.Headline = fmt.Sprintf("It is not recorded when %s was last loaded.", t.Name)
	case promise.Late:
		by := governance.Duration(promise.By)
		a.o.Arithmetic = append(a.o.Arithmetic, Arithmetic{ID: "a1", Expr: "as_of - the first due time that was missed", Value: promise.By.String(), Shown: by})
		if t.DataUntil.IsZero() {
			a.o.Headline = fmt.Sprintf("%s was last loaded on %s and is %s late.", t.Name, t.FreshAt.UTC().Format("2 Jan 2006 15:04 MST"), by)
			break
		}
		a.o.Headline = fmt.Sprintf("%s is complete to %s and %s late.", t.Name, t.DataUntil.Format("2 Jan 2006"), by)
	case promise.Known && t.DataUntil.IsZero():
		a.o.Headline = fmt.Sprintf("%s was last loaded on %s, in time.", t.Name, t.FreshAt.UTC().Format("2 Jan 2006 15:04 MST"))
	case promise.Known:
		a.o.Headline = fmt.Sprintf("%s is complete to %s, in time.", t.Name, t.DataUntil.Format("2 Jan 2006"))
	case !t.DataUntil.IsZero():
		a.o.Headline = fmt.Sprintf("%s is complete to %s; no promise is recorded for it.", t.Name, t.DataUntil.Format("2 Jan 2006"))
	default:
		a.o.Headline = fmt.Sprintf("%s was last loaded on %s.", t.Name, t.FreshAt.UTC().Format("2 Jan 2006 15:04 MST"))
	}
}

func (a *aboutAnswer) about() {
	subject := a.m.Subject
	if a.m.Dataset != nil || a.m.Metric != nil || a.m.Field != nil || a.m.Table != nil {
		subject = strings.ToLower(subject)
	}
	metrics, tables := a.ss.Reader.About(subject)
	if len(metrics)+len(tables) == 0 {
		tables = append(tables, a.tables()...)
	}
	if len(metrics)+len(tables) == 0 {
		a.o.decline(Declined{Code: "not_defined", Reason: fmt.Sprintf("There is nothing about “%s” here.", a.m.Subject), Hint: "Ask about another subject."})
		return
	}
	a.table("kind", "name", "description")
	for _, m := range metrics {
		name, text, _ := strings.Cut(m, ": ")
		a.row("metric", name, text)
	}
	for _, t := range tables {
		a.row("table", t.Name.String(), t.Description)
	}
	for i, n := range []int{len(metrics), len(tables)} {
		a.o.Arithmetic = append(a.o.Arithmetic, Arithmetic{ID: fmt.Sprintf("a%d", i+1), Expr: []string{"count(r where kind = metric)", "count(r where kind = table)"}[i], Value: fmt.Sprint(n), Shown: fmt.Sprint(n)})
	}
	a.o.Headline = fmt.Sprintf("About %s there are %s and %s.", a.m.Subject, plural(len(metrics), "metric"), plural(len(tables), "table"))
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

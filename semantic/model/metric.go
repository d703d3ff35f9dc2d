package model

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/parse"
)

func (l *loader) metric(m osiMetric, own map[string]*Dataset, domain string, inferred bool) *Metric {
	var ext extMetric
	line := m.Expression.line
	if err := extension(m.Extensions, &ext); err != nil {
		l.fatal(line, "invalid_extension", "", "metric %q: %v", m.Name, err)
		return nil
	}
	text := first(ext.Expression, m.Expression.text())
	if m.Name == "" {
		l.fatal(line, "no_name", "", "a metric has no name")
		return nil
	}
	if text == "" {
		l.fatal(line, "no_expression", "write an ANSI_SQL expression, or one for Trino in the LIMN extension", "metric %q has none that Trino could run", m.Name)
		return nil
	}
	out := &Metric{Name: m.Name, Domain: domain, Label: ext.Label, Description: m.Description, Synonyms: m.AIContext.Synonyms, Text: text,
		Unit: ext.Unit, Scale: -1, Up: ext.Good != "down", GoodKnown: ext.Good != "", Double: ext.Result == "double", Tier: ext.Tier, Version: ext.Version,
		Owner: catalog.Owner{Business: ext.Owners["business"], Technical: ext.Owners["technical"]}, Inferred: inferred, Datasets: own, targetName: ext.Target, FilterTexts: ext.Filters}
	if ext.Scale != nil {
		out.Scale = *ext.Scale
	}
	var err error
	if out.Expr, err = parse.Expr(text); err != nil {
		l.fatal(line, "invalid_expression", "", "metric %q: %v", m.Name, err)
		return nil
	}
	for _, f := range ext.Filters {
		e, err := parse.Expr(f)
		if err != nil {
			l.fatal(line, "invalid_expression", "", "metric %q, filter %q: %v", m.Name, f, err)
			return nil
		}
		out.Filters = append(out.Filters, e)
	}
	if ext.Time != "" {
		f, err := out.Resolve(ext.Time)
		if err != nil {
			l.aside(line, "unknown_time", "", "metric %q: its time dimension: %v", m.Name, err)
		} else if !dated(f.Type) {
			l.aside(line, "unknown_time", "name a date or a timestamp", "metric %q: its time dimension: %s is %s, not a date", m.Name, f, f.Type)
			f = nil
		}
		out.Time = f
	}
	if c := ext.Certification; c != nil {
		if got := Hash(text, ext.Filters); got == c.Hash {
			out.Cert = &Certification{Approver: c.Approver, Date: c.Date}
		} else {
			out.CertLost = fmt.Sprintf("the expression changed since %s certified it on %s", c.Approver, c.Date)
			l.aside(line, "certification_lost", "have it approved again", "metric %q: %s", m.Name, out.CertLost)
		}
	}
	return out
}

// Resolve finds "dataset.field" among the datasets that the metric's expression may name; a field that
// is not declared may still be a physical column.
func (m *Metric) Resolve(name string) (*Field, error) {
	ds, field, ok := strings.Cut(name, ".")
	if !ok {
		return nil, fmt.Errorf("%q is written without its dataset; write dataset.field", name)
	}
	d := m.Datasets[strings.ToLower(ds)]
	if d == nil {
		return nil, fmt.Errorf("%q is no dataset of this model", ds)
	}
	if f := d.ColumnField(field); f != nil {
		return f, nil
	}
	return nil, fmt.Errorf("%s has no field or column %q", d.Name, field)
}

// finish resolves every metric's names once all files are read, fills in time dimensions that can be
// found, and sets aside what cannot be computed.
func (l *loader) finish() {
	for _, d := range l.model.Datasets {
		d.Prefix = sharedPrefix(d.Fields)
		if d.Time == nil {
			d.Time = soleTime(d.Fields)
		}
		if d.Entity == nil && len(d.PrimaryKey) == 1 {
			d.Entity = guessEntity(d)
		}
	}
	seen := map[string]bool{}
	for _, m := range l.pending {
		l.current = m.file
		if err := l.resolveNames(m.Metric, map[*Metric]bool{}); err != nil {
			l.aside(m.line, "invalid_metric", "", "metric %q is set aside: %v", m.Name, err)
			delete(m.Metrics, strings.ToLower(m.Name))
			continue
		}
		key := strings.ToLower(m.Domain + "." + m.Name)
		if seen[key] {
			l.fatal(m.line, "duplicate_metric", "one name means one number inside a domain; rename one", "two metrics of domain %q are called %q", m.Domain, m.Name)
			continue
		}
		seen[key] = true
		l.model.Metrics = append(l.model.Metrics, m.Metric)
	}
	for _, m := range l.model.Metrics {
		if m.Time == nil {
			m.Time = l.model.defaultTime(m)
		}
	}
	l.model.Metrics = slices.DeleteFunc(l.model.Metrics, l.countsNothing)
}

// countsNothing sets a metric aside whose expression names no dataset, as COUNT(*) does, and finds out
// for the others whose rows are meant: those of its filters, of its time, or of the only dataset there is.
func (l *loader) countsNothing(m *Metric) bool {
	if len(m.Reads()) > 0 {
		return false
	}
	var named []*Dataset
	for _, f := range m.Filters {
		for ds := range Names(f) {
			if ds != nil {
				if d := m.Datasets[strings.ToLower(ds.Name)]; d != nil && !slices.Contains(named, d) {
					named = append(named, d)
				}
			}
		}
	}
	switch {
	case len(named) == 1:
		m.Over = named[0]
	case m.Time != nil && !calendarLike(m.Time.Dataset):
		m.Over = m.Time.Dataset
	case len(m.Datasets) == 1:
		for _, d := range m.Datasets {
			m.Over = d
		}
	}
	if m.Over != nil {
		return false
	}
	l.aside(0, "no_dataset", "count a key, as in COUNT(dataset.key)", "metric %q is set aside: %s does not say whose rows it counts", m.Name, m.Text)
	delete(m.Metrics, strings.ToLower(m.Name))
	return true
}

// Columns lists the physical columns that the metric's expression and filters read, those of the metrics
// that it is derived from included.
func (m *Metric) Columns() []catalog.ColumnRef {
	var out []catalog.ColumnRef
	seen := map[*Metric]bool{}
	var walk func(x *Metric)
	walk = func(x *Metric) {
		if seen[x] {
			return
		}
		seen[x] = true
		for _, e := range append([]ast.Expr{x.Expr}, x.Filters...) {
			for ds, id := range Names(e) {
				if ds == nil {
					if o := x.Metrics[strings.ToLower(id.Name)]; o != nil {
						walk(o)
					}
					continue
				}
				if f, err := x.Resolve(ds.Name + "." + id.Name); err == nil {
					for _, c := range columnsOf(f.Expr) {
						out = append(out, catalog.ColumnRef{Table: f.Dataset.Table, Column: c})
					}
				}
			}
		}
	}
	walk(m)
	return out
}

// sharedPrefix is the short first word that at least four fields out of five begin with.
func sharedPrefix(fs []*Field) string {
	counts := map[string]int{}
	for _, f := range fs {
		if ws := words.Identifier(f.Name); len(ws) > 1 && len(ws[0]) <= 3 {
			counts[ws[0]]++
		}
	}
	for p, n := range counts {
		if n > 2 && n*5 >= len(fs)*4 {
			return p
		}
	}
	return ""
}

// guessEntity names the rows of a dataset with a key after the dataset, and labels them by a field that
// is called the entity's name.
func guessEntity(d *Dataset) *Entity {
	ws := words.Identifier(d.Name)
	last := len(ws) - 1
	ws[last] = words.Singular(ws[last])
	name := strings.Join(ws, " ")
	e := &Entity{Name: name, Plural: words.Plural(name), Key: d.PrimaryKey[0]}
	for _, f := range d.Fields {
		p := f.Phrase()
		if p == "name" || p == name+" name" || p == name+" full name" || p == "full name" || p == "title" {
			e.Label = f
			break
		}
	}
	return e
}

func soleTime(fs []*Field) *Field {
	var out *Field
	for _, f := range fs {
		if f.IsTime() && !f.Hidden {
			if out != nil {
				return nil
			}
			out = f
		}
	}
	return out
}

// resolveNames checks that every name of the expression and filters is a field or metric, and that
// derived metrics do not run in a circle.
func (l *loader) resolveNames(m *Metric, open map[*Metric]bool) error {
	if open[m] {
		return fmt.Errorf("its definition refers back to itself")
	}
	open[m] = true
	defer delete(open, m)
	for _, e := range append([]ast.Expr{m.Expr}, m.Filters...) {
		for ds, id := range Names(e) {
			if ds != nil {
				if _, err := m.Resolve(ds.Name + "." + id.Name); err != nil {
					return err
				}
				continue
			}
			other := m.Metrics[strings.ToLower(id.Name)]
			if other == nil {
				return fmt.Errorf("%q is neither dataset.field nor a metric of this model", id.Name)
			}
			if err := l.resolveNames(other, open); err != nil {
				return err
			}
		}
	}
	return nil
}

// Names are the names that an expression of the portable subset refers to, in the order in which they
// stand, each as dataset and name; the dataset is nil for a bare name.
func Names(e ast.Expr) iter.Seq2[*ast.Ident, *ast.Ident] {
	return func(yield func(ds, id *ast.Ident) bool) {
		more := true
		ast.Walk(e, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Deref:
				if !more {
					return false
				}
				if base, ok := n.Base.(*ast.Ident); ok {
					more = yield(base, n.Field)
					return false
				}
				for ds, id := range Names(n.Base) {
					if more = yield(ds, id); !more {
						break
					}
				}
				return false
			case *ast.Ident:
				more = more && yield(nil, n)
			case *ast.QualifiedName, *ast.TypeName: // of a function or a type
				return false
			}
			return more
		})
	}
}

// defaultTime finds the one time that a metric without a stated one can be counted by: its dataset's
// own, or the only date that a many-to-one join reaches.
func (m *Model) defaultTime(x *Metric) *Field {
	var base *Dataset
	for _, d := range x.Reads() {
		if base == nil || len(m.outgoing(d)) > len(m.outgoing(base)) {
			base = d
		}
	}
	return m.TimeOf(base)
}

// TimeOf is the time that rows of a dataset are counted by: its own, or the only date one join away.
func (m *Model) TimeOf(d *Dataset) *Field {
	if d == nil {
		return nil
	}
	if d.Time != nil {
		return d.Time
	}
	if own := anyTime(d.Fields); own {
		return nil // several of its own: nobody said which one counts
	}
	var found *Field
	for _, r := range m.outgoing(d) {
		if t := r.To.Time; t != nil && calendarLike(r.To) {
			if found != nil && found != t {
				return nil
			}
			found = t
		}
	}
	return found
}

func anyTime(fs []*Field) bool {
	for _, f := range fs {
		if f.IsTime() && !f.Hidden {
			return true
		}
	}
	return false
}

// calendarLike says that a dataset is a table of days: its name or its key speaks of dates, so that
// the time of a joined customer or store is not taken for the time of a sale.
func calendarLike(d *Dataset) bool {
	for _, s := range append(append([]string{d.Name}, d.PrimaryKey...), d.Synonyms...) {
		s = strings.ToLower(s)
		if strings.Contains(s, "date") || strings.Contains(s, "calendar") || strings.Contains(s, "day") {
			return true
		}
	}
	return false
}

func (m *Model) outgoing(d *Dataset) []*Relationship {
	var out []*Relationship
	for _, r := range m.Relationships {
		if r.From == d {
			out = append(out, r)
		}
	}
	return out
}

// Reads lists the datasets whose rows the metric's own expression aggregates, derived metrics included.
func (m *Metric) Reads() []*Dataset {
	var out []*Dataset
	seen := map[*Dataset]bool{}
	var walk func(x *Metric)
	walk = func(x *Metric) {
		for ds, id := range Names(x.Expr) {
			if ds == nil {
				if o := x.Metrics[strings.ToLower(id.Name)]; o != nil && o != x {
					walk(o)
				}
			} else if d := x.Datasets[strings.ToLower(ds.Name)]; d != nil && !seen[d] {
				seen[d] = true
				out = append(out, d)
			}
		}
	}
	walk(m)
	return out
}

package model

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/limn-data/limn/internal/conf"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic/timex"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/parse"
)

// maxFile bounds a model file, in bytes; YAML aliases could otherwise grow a small one without limit.
const maxFile = 16 << 20

// Load reads every models/<domain>/*.yaml under fsys and resolves it against the catalog. Definitions
// that are broken in themselves make it fail with all of them joined; what only does not fit the
// catalog (a missing column) is set aside and listed in Model.Issues.
//
// sources maps sources as models write them to tables of the catalog, for models that were written
// against another place; "a.b.*" maps a whole schema. A model's own LIMN extension goes before it.
func Load(fsys fs.FS, snap *catalog.Snapshot, sources map[string]string) (*Model, error) {
	l := loader{sources: sources, snap: snap, checked: snap.Checked(), model: &Model{}, datasets: map[string]*Dataset{}}
	files, err := fs.Glob(fsys, "models/*/*.y*ml")
	if err != nil {
		return nil, fmt.Errorf("model: listing models: %w", err)
	}
	top, err := fs.Glob(fsys, "models/*.y*ml")
	if err != nil {
		return nil, fmt.Errorf("model: listing models: %w", err)
	}
	files = append(top, files...)
	slices.Sort(files)
	for _, f := range files {
		raw, err := fs.ReadFile(fsys, f)
		if err != nil {
			return nil, fmt.Errorf("model: %w", err)
		}
		l.file(f, raw)
	}
	l.finish()
	var fatal []error
	for _, i := range l.model.Issues {
		if i.Fatal {
			fatal = append(fatal, i)
		}
	}
	return l.model, errors.Join(fatal...)
}

type loader struct {
	snap     *catalog.Snapshot
	model    *Model
	datasets map[string]*Dataset // by lower name and table: a dataset that several files declare is one
	current  string              // the file being read
	pending  []pendingMetric
	checked  check.Catalog
	sources  map[string]string
}

// pendingMetric is a metric whose names are not resolved yet.
type pendingMetric struct {
	*Metric
	file string
	line int
}

func (l *loader) fatal(line int, code, hint, format string, args ...any) {
	l.model.Issues = append(l.model.Issues, Issue{File: l.current, Line: line, Code: code, Message: fmt.Sprintf(format, args...), Hint: hint, Fatal: true})
}

func (l *loader) aside(line int, code, hint, format string, args ...any) {
	l.model.Issues = append(l.model.Issues, Issue{File: l.current, Line: line, Code: code, Message: fmt.Sprintf(format, args...), Hint: hint})
}

func (l *loader) file(name string, raw []byte) {
	l.current = name
	if len(raw) > maxFile {
		l.fatal(0, "too_large", "split it by domain", "the file has %d bytes; a model file may have %d", len(raw), maxFile)
		return
	}
	var f osiFile
	if err := conf.Decode(raw, &f); err != nil {
		l.yamlErrors(err)
		return
	}
	domain := path.Base(path.Dir(name))
	if domain == "models" {
		domain = ""
	}
	at := linesOf(raw)
	for i, m := range f.SemanticModels {
		l.space(m, domain, at.item("semantic_model", i))
	}
}

var yamlLine = regexp.MustCompile(`line (\d+): (.*)`)
var unknownField = regexp.MustCompile(`field (\S+) not found in (?:type model\.)?(\w+)`)

// yamlErrors turns the YAML library's errors into issues with a place and, for an unknown field, the
// nearest name that is known there.
func (l *loader) yamlErrors(err error) {
	texts := []string{err.Error()}
	var te *conf.TypeError
	if errors.As(err, &te) {
		texts = te.Errors
	}
	for _, t := range texts {
		line, msg := 0, strings.TrimPrefix(t, "yaml: ")
		if m := yamlLine.FindStringSubmatch(t); m != nil {
			line, _ = strconv.Atoi(m[1])
			msg = m[2]
		}
		if m := unknownField.FindStringSubmatch(msg); m != nil {
			l.fatal(line, "unknown_field", nearestKey(m[1], m[2]), "unknown field %q", m[1])
			continue
		}
		l.fatal(line, "invalid_yaml", "", "%s", msg)
	}
}

// known lists the keys of each OSI object for hints.
var known = map[string][]string{
	"osiFile": {"version", "semantic_model"}, "osiModel": {"name", "description", "ai_context", "datasets", "relationships", "metrics", "custom_extensions"},
	"osiDataset":      {"name", "source", "primary_key", "unique_keys", "description", "ai_context", "fields", "custom_extensions"},
	"osiField":        {"name", "expression", "dimension", "label", "description", "ai_context", "custom_extensions"},
	"osiRelationship": {"name", "from", "to", "from_columns", "to_columns", "ai_context", "custom_extensions"},
	"osiMetric":       {"name", "expression", "description", "ai_context", "custom_extensions"},
	"expression":      {"dialects"}, "osiDialect": {"dialect", "expression"}, "osiDimension": {"is_time"}, "osiExtension": {"vendor_name", "data"},
}

func nearestKey(word, object string) string {
	best, dist := "", 4
	for _, k := range known[object] {
		if d := words.Distance(strings.ToLower(word), k, 3); d < dist {
			best, dist = k, d
		}
	}
	if best != "" {
		return "did you mean " + best + "?"
	}
	if ks := known[object]; ks != nil {
		return "known here: " + strings.Join(ks, ", ") + "; what OSI lacks goes into custom_extensions"
	}
	return ""
}

// space resolves one semantic model. Names in its expressions see its own datasets and metrics only.
func (l *loader) space(m osiModel, domain string, at place) {
	var ext extModel
	if err := extension(m.Extensions, &ext); err != nil {
		l.fatal(at.line(), "invalid_extension", "", "semantic model %q: %v", m.Name, err)
	}
	if ext.Domain != "" {
		domain = ext.Domain
	}
	own := map[string]*Dataset{}
	for i, d := range m.Datasets {
		key := strings.ToLower(d.Name)
		line := at.item("datasets", i).line()
		if own[key] != nil {
			l.fatal(line, "duplicate_dataset", "rename one", "two datasets are called %q", d.Name)
			continue
		}
		if ds := l.dataset(d, ext, domain, line); ds != nil {
			own[key] = ds
		}
	}
	for i, r := range m.Relationships {
		l.relationship(r, own, m.Datasets, at.item("relationships", i).line())
	}
	metrics := map[string]*Metric{}
	for _, x := range m.Metrics {
		key := strings.ToLower(x.Name)
		if metrics[key] != nil {
			l.fatal(x.Expression.line, "duplicate_metric", "one name means one number inside a domain; rename one", "two metrics of domain %q are called %q", domain, x.Name)
			continue
		}
		if mt := l.metric(x, own, domain, ext.Inferred); mt != nil {
			metrics[key] = mt
			l.pending = append(l.pending, pendingMetric{mt, l.current, x.Expression.line})
		}
	}
	lines := map[*Metric]int{}
	for _, p := range l.pending {
		lines[p.Metric] = p.line
	}
	for _, mt := range metrics {
		mt.Metrics = metrics
		if mt.targetName != "" {
			if mt.Target = metrics[strings.ToLower(mt.targetName)]; mt.Target == nil {
				l.aside(lines[mt], "unknown_target", "", "metric %q names the target %q, which is not a metric here", mt.Name, mt.targetName)
			}
		}
	}
}

func (l *loader) dataset(d osiDataset, space extModel, domain string, line int) *Dataset {
	if d.Name == "" || d.Source == "" {
		l.fatal(line, "incomplete_dataset", "", "a dataset of %s needs a name and a source (name %q, source %q)", l.current, d.Name, d.Source)
		return nil
	}
	source := mapped(mapped(d.Source, space.Sources), l.sources)
	name := catalog.ParseName(source, "lake", "default")
	asset := l.snap.Table(name)
	if asset == nil {
		l.aside(line, "missing_table", fmt.Sprintf("map it under sources: in limn.yaml, or in the LIMN extension: {\"sources\": {%q: \"catalog.schema.table\"}}", d.Source),
			"dataset %q: the catalog has no table %s; everything that needs it is set aside", d.Name, name)
		return nil
	}
	var instead catalog.Name
	if to, ok := l.snap.Instead[name.Key()]; ok {
		if other := l.snap.Table(to); other != nil {
			instead, name, asset = asset.Name, to, other
		}
	}
	key := strings.ToLower(d.Name) + "\x00" + name.Key()
	ds := l.datasets[key]
	if ds == nil {
		ds = &Dataset{Instead: instead, Name: d.Name, Table: asset.Name, Asset: asset, Description: d.Description, Domain: domain, Inferred: space.Inferred}
		l.datasets[key] = ds
		l.model.Datasets = append(l.model.Datasets, ds)
	}
	ds.Synonyms = union(ds.Synonyms, d.AIContext.Synonyms)
	if len(d.PrimaryKey) > 0 {
		ds.PrimaryKey = d.PrimaryKey
	}
	ds.UniqueKeys = append(ds.UniqueKeys, d.UniqueKeys...)
	for _, f := range d.Fields {
		l.field(ds, f, space.Inferred)
	}
	var ext extDataset
	if err := extension(d.Extensions, &ext); err != nil {
		l.fatal(line, "invalid_extension", "", "dataset %q: %v", d.Name, err)
		return ds
	}
	l.extendDataset(ds, ext, line)
	return ds
}

// mapped looks a source up as written, then by its schema.
func mapped(source string, m map[string]string) string {
	if to, ok := m[source]; ok {
		return to
	}
	if i := strings.LastIndexByte(source, '.'); i > 0 {
		if to, ok := m[source[:i]+".*"]; ok {
			return strings.TrimSuffix(to, "*") + source[i+1:]
		}
	}
	return source
}

func (l *loader) extendDataset(ds *Dataset, ext extDataset, line int) {
	pick := func(name, what string) *Field {
		f := ds.Field(name)
		if f == nil && name != "" && ds.Asset.Column(name) == nil && what != "list" {
			l.aside(line, "unknown_field_reference", "", "dataset %q: its %s %q is not one of its fields", ds.Name, what, name)
		}
		return f
	}
	if e := ext.Entity; e != nil {
		ds.Entity = &Entity{Name: e.Name, Plural: e.Plural, Key: e.Key, Label: pick(e.Label, "entity label")}
		if ds.Entity.Plural == "" {
			ds.Entity.Plural = e.Name + "s"
		}
		if ds.Entity.Key == "" && len(ds.PrimaryKey) == 1 {
			ds.Entity.Key = ds.PrimaryKey[0]
		}
	}
	if ext.Time != "" {
		ds.Time = pick(ext.Time, "time")
	}
	for _, n := range ext.List {
		if f := pick(n, "list"); f != nil && !slices.Contains(ds.List, f) {
			ds.List = append(ds.List, f)
		}
	}
}

func union(a, b []string) []string {
	for _, s := range b {
		if !slices.ContainsFunc(a, func(x string) bool { return strings.EqualFold(x, s) }) {
			a = append(a, s)
		}
	}
	return a
}

func (l *loader) field(ds *Dataset, f osiField, inferred bool) {
	var ext extField
	if err := extension(f.Extensions, &ext); err != nil {
		l.fatal(f.Expression.line, "invalid_extension", "", "field %s.%s: %v", ds.Name, f.Name, err)
		return
	}
	if ds.Field(f.Name) != nil {
		return // a dataset that several files declare is the same table: the first word stands
	}
	text := f.Expression.text()
	if ext.Expression != "" {
		text = ext.Expression
	}
	if text == "" {
		l.fatal(f.Expression.line, "no_expression", "write an ANSI_SQL expression, or one for Trino in the LIMN extension", "field %s.%s has none that Trino could run", ds.Name, f.Name)
		return
	}
	expr, err := parse.Expr(text)
	if err != nil {
		l.fatal(f.Expression.line, "invalid_expression", "", "field %s.%s: %v", ds.Name, f.Name, err)
		return
	}
	for _, c := range columnsOf(expr) {
		if ds.Asset.Column(c) == nil {
			l.aside(f.Expression.line, "missing_column", l.nearColumn(ds.Asset, c), "field %s.%s is set aside: table %s has no column %q", ds.Name, f.Name, ds.Table, c)
			return
		}
	}
	out := &Field{Dataset: ds, Name: f.Name, Label: first(ext.Label, f.Label), Description: f.Description, Synonyms: f.AIContext.Synonyms,
		Expr: expr, Role: Role(ext.Role), Unit: ext.Unit, Additivity: Additivity(ext.Additivity), Values: ext.Values, PII: ext.PII, Hidden: ext.Hidden, Inferred: inferred}
	out.Type, err = l.typeOf(ds.Asset, expr)
	if err != nil {
		l.aside(f.Expression.line, "invalid_expression", "", "field %s.%s is set aside: %v", ds.Name, f.Name, err)
		return
	}
	if ext.Grain != "" {
		if out.Grain, err = timex.ParseGrain(ext.Grain); err != nil && ext.Grain != "second" && ext.Grain != "hour" && ext.Grain != "minute" {
			l.aside(f.Expression.line, "invalid_grain", "", "field %s.%s: %v", ds.Name, f.Name, err)
		}
	}
	if c := soleColumn(ds.Asset, expr); c != nil {
		out.PII = first(out.PII, c.PII)
		out.Description = first(out.Description, c.Description)
		out.Unit = first(out.Unit, c.Unit)
	}
	if out.Role == "" {
		out.Role = guessRole(ds, out, f.Dimension)
	}
	ds.Fields = append(ds.Fields, out)
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// guessRole fills in what a plain OSI field leaves open: keys are keys, dates are time, numbers that
// are marked as dimensions or hold codes are dimensions, other numbers are measures.
func guessRole(ds *Dataset, f *Field, dim *osiDimension) Role {
	isKey := slices.ContainsFunc(ds.PrimaryKey, func(k string) bool { return strings.EqualFold(k, f.Name) })
	switch {
	case isKey || strings.HasSuffix(strings.ToLower(f.Name), "_sk") || strings.HasSuffix(strings.ToLower(f.Name), "_id"):
		return RoleKey
	case dated(f.Type):
		return RoleTime
	case f.Type == "boolean":
		return RoleFlag
	case dim == nil && numeric(f.Type):
		return RoleMeasure
	}
	return RoleDimension
}

// dated says that a type names days: periods can filter it.
func dated(t string) bool { return t == "date" || strings.HasPrefix(t, "timestamp") }

func numeric(t string) bool {
	base, _, _ := strings.Cut(t, "(")
	return slices.Contains([]string{"tinyint", "smallint", "integer", "bigint", "real", "double", "decimal"}, base)
}

func (l *loader) nearColumn(a *catalog.Asset, name string) string {
	best, dist := "", 4
	for _, c := range a.Columns {
		if d := words.Distance(strings.ToLower(name), strings.ToLower(c.Name), 3); d < dist {
			best, dist = c.Name, d
		}
	}
	if best == "" {
		return ""
	}
	return "did you mean " + best + "?"
}

func (l *loader) relationship(r osiRelationship, own map[string]*Dataset, declared []osiDataset, line int) {
	ends := [2]*Dataset{}
	for i, n := range []string{r.From, r.To} {
		ends[i] = own[strings.ToLower(n)]
		if ends[i] == nil {
			if !slices.ContainsFunc(declared, func(d osiDataset) bool { return strings.EqualFold(d.Name, n) }) {
				l.fatal(line, "missing_dataset", "name one of this model's datasets", "relationship %q joins %q, which is no dataset here", r.Name, n)
			} // a dataset whose table is missing was already reported
			return
		}
	}
	if len(r.FromColumns) == 0 || len(r.FromColumns) != len(r.ToColumns) {
		l.fatal(line, "invalid_relationship", "", "relationship %q needs as many from_columns (%d) as to_columns (%d)", r.Name, len(r.FromColumns), len(r.ToColumns))
		return
	}
	rel := &Relationship{Name: r.Name, From: ends[0], To: ends[1]}
	for i := range r.FromColumns {
		for j, side := range []struct {
			ds   *Dataset
			name string
		}{{ends[0], r.FromColumns[i]}, {ends[1], r.ToColumns[i]}} {
			col := side.ds.Asset.Column(side.name)
			if f := side.ds.Field(side.name); col == nil && f != nil {
				col = soleColumn(side.ds.Asset, f.Expr)
			}
			if col == nil {
				l.aside(line, "missing_column", l.nearColumn(side.ds.Asset, side.name), "relationship %q is set aside: table %s has no column %q", r.Name, side.ds.Table, side.name)
				return
			}
			if j == 0 {
				rel.FromColumns = append(rel.FromColumns, col.Name)
			} else {
				rel.ToColumns = append(rel.ToColumns, col.Name)
			}
		}
	}
	for _, old := range l.model.Relationships {
		if old.From == rel.From && old.To == rel.To && slices.Equal(old.FromColumns, rel.FromColumns) && slices.Equal(old.ToColumns, rel.ToColumns) {
			return
		}
	}
	l.model.Relationships = append(l.model.Relationships, rel)
}

// columnsOf lists the physical columns that a field's expression names.
func columnsOf(e ast.Expr) []string {
	var out []string
	for _, id := range Names(e) {
		out = append(out, id.Name)
	}
	return out
}

// soleColumn is the column when the expression is nothing else.
func soleColumn(a *catalog.Asset, e ast.Expr) *catalog.Column {
	if id, ok := e.(*ast.Ident); ok {
		return a.Column(id.Name)
	}
	return nil
}

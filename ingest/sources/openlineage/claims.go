package openlineage

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

// standing is a facet that was not taken back.
func standing[T any](n newest[T], deleted func(*T) bool) *T {
	if n.val == nil || deleted(n.val) {
		return nil
	}
	return n.val
}

// Claims is what the events come to: one claim for each producer and dataset or job, sorted by key.
func (s *State) Claims(clock *loose.Clock) []catalog.Claim {
	f := s.all()
	var out []catalog.Claim
	for key, d := range s.datasets {
		out = append(out, s.datasetClaim(key, d, f.writers[key], clock))
	}
	for key, j := range s.jobs {
		w := f.jobs[key]
		w.job = j.id
		out = append(out, jobClaim(key, j, w, clock))
	}
	slices.SortFunc(out, func(a, b catalog.Claim) int { return cmp.Compare(a.Key(), b.Key()) })
	return out
}

// writer is a job that writes a dataset, and its newest run of each state.
type writer struct {
	job    catalog.ID
	states map[string]*ending
	inputs map[string]*seen
}

// ending is the newest of the runs that came to a state.
type ending struct {
	stamp
	run   *run
	stats *statisticsFacet
}

// folded is what runs come to that are not kept any more, in the parts in which writers looks at them.
type folded struct {
	writers map[datasetKey]map[string]*writer // by the key of the job
	bare    map[jobKey]*writer                // runs that named no outputs
	jobs    map[jobKey]*writer                // all runs
}

func newFolded() *folded {
	return &folded{map[datasetKey]map[string]*writer{}, map[jobKey]*writer{}, map[jobKey]*writer{}}
}

func newWriter(id catalog.ID) *writer {
	return &writer{job: id, states: map[string]*ending{}, inputs: map[string]*seen{}}
}

// of finds or makes the writer of a dataset by a job.
func (f *folded) of(job jobKey, id catalog.ID, ds string) *writer {
	k := datasetKey{job.producer, ds}
	if f.writers[k] == nil {
		f.writers[k] = map[string]*writer{}
	}
	w := f.writers[k][job.id]
	if w == nil {
		w = newWriter(id)
		f.writers[k][job.id] = w
	}
	return w
}

// run adds a run: what it read and wrote, and how it ended.
func (f *folded) run(key jobKey, id catalog.ID, r *run) {
	if f.jobs[key] == nil {
		f.jobs[key] = newWriter(id)
	}
	f.jobs[key].ends(r, nil)
	for ds, o := range r.outputs {
		w := f.of(key, id, ds)
		for k, in := range r.inputs {
			w.reads(k, in, r.span)
		}
		w.ends(r, o.stats.val)
	}
	if len(r.outputs) == 0 {
		if f.bare[key] == nil {
			f.bare[key] = newWriter(id)
		}
		f.bare[key].ends(r, nil)
	}
}

// add takes over what another one has.
func (f *folded) add(o *folded) {
	for k, by := range o.writers {
		for job, w := range by {
			f.of(jobKey{k.producer, job}, w.job, k.id).add(w)
		}
	}
	for _, m := range []struct{ to, from map[jobKey]*writer }{{f.bare, o.bare}, {f.jobs, o.jobs}} {
		for key, w := range m.from {
			if m.to[key] == nil {
				m.to[key] = newWriter(w.job)
			}
			m.to[key].add(w)
		}
	}
}

func (w *writer) add(o *writer) {
	for k, in := range o.inputs {
		w.reads(k, in, in.span)
	}
	for state, e := range o.states {
		if have := w.states[state]; have == nil || e.after(have.stamp) {
			c := *e
			w.states[state] = &c
		}
	}
}

// Forget folds the runs whose last event is older than before and drops them, so that a state that is kept for
// long does not grow with each run. An event of such a run that comes later still counts, as a run of its own.
func (s *State) Forget(before time.Time) {
	if s.done == nil {
		s.done = newFolded()
	}
	for key, r := range s.runs {
		if r.last.Before(before) {
			s.done.run(key.jobKey, s.jobs[key.jobKey].id, r)
			r.inputs, r.outputs = nil, nil // what is needed of them is folded
			delete(s.runs, key)
		}
	}
}

// all is what all runs and static jobs come to. A run that names no outputs, as a failed one often does, counts
// for everything that its job ever wrote.
func (s *State) all() *folded {
	f := newFolded()
	if s.done != nil {
		f.add(s.done)
	}
	for key, j := range s.jobs {
		if f.jobs[key] == nil {
			f.jobs[key] = newWriter(j.id)
		}
		for ds, o := range j.outputs {
			w := f.of(key, j.id, ds)
			for k, in := range j.inputs {
				w.reads(k, in, span{minTime(in.first, o.first), maxTime(in.last, o.last)})
			}
		}
	}
	for key, r := range s.runs {
		f.run(key.jobKey, s.jobs[key.jobKey].id, r)
	}
	for k, by := range f.writers {
		for job, w := range by {
			key := jobKey{k.producer, job}
			w.job = s.jobs[key].id // the newest spelling
			if b := f.bare[key]; b != nil {
				w.add(b)
			}
		}
	}
	return f
}

func (w *writer) reads(key string, in *seen, when span) {
	have := w.inputs[key]
	if have == nil {
		have = &seen{id: in.id}
		w.inputs[key] = have
	}
	if in.id.String() < have.id.String() {
		have.id = in.id
	}
	have.see(when.first)
	have.see(when.last)
}

func (w *writer) ends(r *run, stats *statisticsFacet) {
	for state, n := range r.states {
		e := w.states[state]
		if e == nil {
			e = &ending{}
			w.states[state] = e
		}
		if e.run == nil || n.after(e.stamp) {
			*e = ending{n.stamp, r, stats}
		}
	}
}

func minTime(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func maxTime(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// observed are the kinds of observations of the states of runs.
var observed = []struct{ state, kind string }{
	{"START", catalog.RunStarted}, {"RUNNING", catalog.Running}, {"COMPLETE", catalog.RunOK}, {"FAIL", catalog.RunFailed}, {"ABORT", catalog.RunFailed},
}

func (s *State) datasetClaim(key datasetKey, d *dataset, by map[string]*writer, clock *loose.Clock) catalog.Claim {
	c := catalog.Claim{About: d.id, Part: key.producer, Native: d.id.Name, Kind: kindOf(d), Platform: scheme(d.id.Namespace)}
	c.System, c.RecordID, c.AsOf, c.Version, c.RawHash = catalog.OpenLineage, d.id.String(), d.last.at, d.version, d.last.hash
	if f := standing(d.doc, func(f *documentationFacet) bool { return f.Deleted }); f != nil {
		c.Description = f.Description
	}
	c.Owners = owners(d.owners)
	if f := standing(d.schema, func(f *schemaFacet) bool { return f.Deleted }); f != nil {
		c.Columns = schemaColumns(f.Fields, "", c.Platform == "trino", 0)
	}
	if f := standing(d.symlinks, func(f *symlinksFacet) bool { return f.Deleted }); f != nil {
		for _, i := range f.Identifiers {
			if i.Name != "" {
				c.Aliases = append(c.Aliases, catalog.ID{Namespace: i.Namespace, Name: i.Name})
			}
		}
	}
	s.lifecycle(&c, d)
	if f := standing(d.snapshot, func(f *versionFacet) bool { return f.Deleted }); f != nil {
		c.SnapshotID = string(f.Version)
	}
	if f := standing(d.storage, func(f *storageFacet) bool { return f.Deleted }); f != nil {
		custom(&c, "storage layer", f.Layer)
		custom(&c, "file format", f.Format)
	}
	if f := standing(d.source, func(f *dataSourceFacet) bool { return f.Deleted }); f != nil {
		custom(&c, "data source", f.Name)
		custom(&c, "data source uri", f.URI)
	}
	if f := standing(d.catalog, func(f *catalogFacet) bool { return f.Deleted }); f != nil {
		custom(&c, "catalog", f.Name)
		custom(&c, "catalog type", f.Type)
		custom(&c, "warehouse", f.Warehouse)
	}
	if f := standing(d.tags, func(f *tagsFacet) bool { return f.Deleted }); f != nil {
		for _, t := range f.Tags {
			tag := tagText(t.Key, string(t.Value))
			if t.Field == "" {
				c.Tags = append(c.Tags, tag)
				continue
			}
			col := column(&c, t.Field)
			col.Tags = append(col.Tags, tag)
		}
	}
	if f := standing(d.metrics, func(f *metricsFacet) bool { return f.Deleted }); f != nil {
		c.Rows, c.Bytes = f.Rows, f.Bytes
		if at := clock.Time(f.Updated); !at.IsZero() {
			c.Observed = append(c.Observed, catalog.Observation{Kind: catalog.Updated, At: at})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(d.checks)) {
		c.Checks = append(c.Checks, check(id, d.checks[id]))
	}
	for _, w := range by {
		c.Observed = append(c.Observed, w.observations(clock, true)...)
		for _, in := range w.inputs {
			c.Upstream = append(c.Upstream, catalog.EdgeClaim{From: in.id, Job: w.job.String(), FirstSeen: in.first, LastSeen: in.last})
		}
	}
	for job, n := range d.columns {
		for _, e := range *n.val {
			e.Job = job.String()
			when := d.edges[e]
			e.FirstSeen, e.LastSeen = when.first, when.last
			c.Upstream = append(c.Upstream, e)
		}
	}
	slices.SortFunc(c.Upstream, compareEdges)
	slices.SortFunc(c.Observed, compareObservations)
	return c
}

func compareObservations(a, b catalog.Observation) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Job, b.Job), cmp.Compare(a.Detail, b.Detail))
}

// lifecycle reads drops and renames. What was written after it was dropped is there again; a name that was
// written after its table was renamed is another table, and no alias.
func (s *State) lifecycle(c *catalog.Claim, d *dataset) {
	f := standing(d.lifecycle, func(f *lifecycleFacet) bool { return f.Deleted })
	if f == nil {
		return
	}
	at := d.lifecycle.at
	switch strings.ToUpper(f.Change) {
	case "DROP":
		c.Gone = !s.written[d.id.Key()].After(at)
	case "RENAME":
		old := catalog.ID{Namespace: cmp.Or(f.Previous.Namespace, d.id.Namespace), Name: f.Previous.Name}
		if old.Name != "" && old.Key() != d.id.Key() && !s.written[old.Key()].After(at) {
			c.Aliases = append(c.Aliases, old)
		}
	}
	custom(c, "last change", strings.ToLower(f.Change))
}

func (w *writer) observations(clock *loose.Clock, written bool) []catalog.Observation {
	var out []catalog.Observation
	for _, o := range observed {
		e := w.states[o.state]
		if e == nil {
			continue
		}
		ob := catalog.Observation{Kind: o.kind, At: e.at, Job: w.job.String()}
		if f := standing(e.run.nominal, func(f *nominalTimeFacet) bool { return f.Deleted }); f != nil {
			ob.Data = clock.Time(f.End)
		}
		switch o.state {
		case "FAIL", "ABORT":
			if e.run.fault.val != nil {
				ob.Detail = loose.Short(strings.TrimSpace(e.run.fault.val.Message))
			} else if o.state == "ABORT" {
				ob.Detail = "aborted"
			}
		case "COMPLETE":
			if st := e.stats; written && st != nil && !st.Deleted {
				up := ob
				up.Kind, up.Detail = catalog.Updated, st.String()
				out = append(out, up)
			}
		}
		out = append(out, ob)
	}
	return out
}

func (f *statisticsFacet) String() string {
	var parts []string
	for _, p := range []struct {
		n    *int64
		what string
	}{{f.Rows, "rows"}, {f.Size, "bytes"}, {f.Files, "files"}} {
		if p.n != nil {
			parts = append(parts, fmt.Sprintf("%d %s", *p.n, p.what))
		}
	}
	return strings.Join(parts, ", ")
}

func jobClaim(key jobKey, j *job, w *writer, clock *loose.Clock) catalog.Claim {
	c := catalog.Claim{About: j.id, Part: key.producer, Kind: catalog.Job, Native: j.name}
	c.System, c.RecordID, c.AsOf, c.Version, c.RawHash = catalog.OpenLineage, j.id.String(), j.last.at, j.version, j.last.hash
	if f := standing(j.doc, func(f *documentationFacet) bool { return f.Deleted }); f != nil {
		c.Description = f.Description
	}
	c.Owners = owners(j.owners)
	if f := standing(j.sql, func(f *sqlFacet) bool { return f.Deleted }); f != nil {
		c.ViewSQL = f.Query
		custom(&c, "sql dialect", f.Dialect)
	}
	if f := standing(j.kind, func(f *jobTypeFacet) bool { return f.Deleted }); f != nil {
		c.Platform = strings.ToLower(f.Integration)
		custom(&c, "processing", strings.ToLower(f.Processing))
		custom(&c, "job type", strings.ToLower(f.Type))
	}
	if f := standing(j.code, func(f *sourceCodeFacet) bool { return f.Deleted }); f != nil {
		custom(&c, "language", f.Language)
	}
	if f := standing(j.location, func(f *locationFacet) bool { return f.Deleted }); f != nil && f.URL != "" {
		c.Links = []catalog.Link{{Text: "source code", URL: f.URL}}
	}
	if f := standing(j.tags, func(f *tagsFacet) bool { return f.Deleted }); f != nil {
		for _, t := range f.Tags {
			c.Tags = append(c.Tags, tagText(t.Key, string(t.Value)))
		}
	}
	if f := standing(j.parent, func(f *parentFacet) bool { return f.Deleted }); f != nil && f.Job.Name != "" {
		custom(&c, "parent", JobID(f.Job.Namespace, f.Job.Name).String())
	}
	if f := standing(j.engine, func(f *engineFacet) bool { return f.Deleted }); f != nil {
		custom(&c, "engine", strings.TrimSpace(f.Name+" "+string(f.Version)))
	}
	c.Observed = w.observations(clock, false)
	slices.SortFunc(c.Observed, compareObservations)
	c.Checks = w.tests()
	return c
}

// tests are those of the job's newest run that had any.
func (w *writer) tests() []catalog.Check {
	var n newest[testFacet]
	for _, e := range w.states {
		n.offer(e.run.tests.stamp, e.run.tests.val)
	}
	f := standing(n, func(f *testFacet) bool { return f.Deleted })
	if f == nil {
		return nil
	}
	var out []catalog.Check
	for _, t := range f.Tests {
		out = append(out, catalog.Check{ID: t.Name, Type: t.Type, Expression: t.Content, Severity: severity(t.Severity), Status: testStatus(t.Status, t.Severity), RanAt: n.at,
			Observed: string(t.Actual), Expected: string(t.Expected), Message: t.Description})
	}
	return out
}

func check(id string, n *newest[assertion]) catalog.Check {
	a := n.val
	status := "pass"
	if !a.Success {
		status = testStatus("fail", a.Severity)
	}
	return catalog.Check{ID: id, Column: a.Column, Type: a.Assertion, Expression: a.Content, Severity: severity(a.Severity), Status: status, RanAt: n.at,
		Observed: string(a.Actual), Expected: string(a.Expected), Message: a.Description}
}

// severity puts the producers' words (error and warn) on the catalog's scale.
func severity(s string) string {
	switch strings.ToLower(s) {
	case "error", "critical", "high", "blocker":
		return "high"
	case "warn", "warning", "medium":
		return "medium"
	case "info", "low":
		return "low"
	}
	return ""
}

func testStatus(status, sev string) string {
	switch strings.ToLower(status) {
	case "pass", "success":
		return "pass"
	case "fail", "failure":
		if s := strings.ToLower(sev); s == "warn" || s == "warning" {
			return "warn"
		}
		return "fail"
	case "error":
		return "error"
	}
	return "unknown"
}

func custom(c *catalog.Claim, key, value string) {
	if value == "" || len(value) > 500 {
		return
	}
	if c.Custom == nil {
		c.Custom = map[string]string{}
	}
	c.Custom[key] = value
}

func owners(n newest[ownershipFacet]) []catalog.Ownership {
	f := standing(n, func(f *ownershipFacet) bool { return f.Deleted })
	if f == nil {
		return nil
	}
	var out []catalog.Ownership
	for _, o := range f.Owners {
		if o.Name != "" {
			out = append(out, catalog.Ownership{Principal: o.Name, Role: loose.Role(o.Type), SourceRole: o.Type})
		}
	}
	return out
}

func tagText(key, value string) string {
	if value == "" || value == "true" {
		return key
	}
	return key + ":" + value
}

func column(c *catalog.Claim, path string) *catalog.ColumnClaim {
	for i := range c.Columns {
		if c.Columns[i].Path == path {
			return &c.Columns[i]
		}
	}
	c.Columns = append(c.Columns, catalog.ColumnClaim{Path: path})
	return &c.Columns[len(c.Columns)-1]
}

// schemaColumns flattens nested fields into paths with dots.
func schemaColumns(fields []schemaField, under string, trino bool, depth int) []catalog.ColumnClaim {
	const deepest = 50
	var out []catalog.ColumnClaim
	for _, f := range fields {
		if f.Name == "" || depth > deepest {
			continue
		}
		c := catalog.ColumnClaim{Path: under + f.Name, NativeType: f.Type, Description: f.Description}
		if trino {
			c.Type = f.Type
		}
		out = append(out, c)
		out = append(out, schemaColumns(f.Fields, c.Path+".", trino, depth+1)...)
	}
	return out
}

// kinds are those that the datasetType facet may name.
var kinds = map[string]catalog.Kind{
	"TABLE": catalog.Table, "VIEW": catalog.ViewKind, "TOPIC": catalog.Topic, "STREAM": catalog.Stream, "MODEL": catalog.ModelKind, "INDEX": catalog.IndexKind,
}

func kindOf(d *dataset) catalog.Kind {
	if f := standing(d.kind, func(f *datasetTypeFacet) bool { return f.Deleted }); f != nil {
		return kinds[strings.ToUpper(f.Type)]
	}
	switch scheme(d.id.Namespace) {
	case "kafka":
		return catalog.Topic
	case "kinesis", "pubsub":
		return catalog.Stream
	}
	return ""
}

func scheme(namespace string) string {
	s, _, ok := strings.Cut(namespace, "://")
	if !ok {
		return ""
	}
	return strings.ToLower(s)
}

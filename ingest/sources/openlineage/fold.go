package openlineage

import (
	"cmp"
	"time"

	"github.com/limn-data/limn/catalog"
)

// stamp orders what is said of one thing: by the time of the event, then by how final it is, then by its hash,
// so that the order in which events arrive never matters.
type stamp struct {
	at   time.Time
	rank uint8
	hash string
}

func (s stamp) after(o stamp) bool {
	if c := s.at.Compare(o.at); c != 0 {
		return c > 0
	}
	return cmp.Or(cmp.Compare(s.rank, o.rank), cmp.Compare(s.hash, o.hash)) > 0
}

// newest keeps the newest of the values that it is offered.
type newest[T any] struct {
	stamp
	val *T
}

func (n *newest[T]) offer(s stamp, v *T) {
	if v != nil && (n.val == nil || s.after(n.stamp)) {
		n.stamp, n.val = s, v
	}
}

// span is when something was first and last seen.
type span struct{ first, last time.Time }

func (s *span) see(at time.Time) {
	if s.first.IsZero() || at.Before(s.first) {
		s.first = at
	}
	if at.After(s.last) {
		s.last = at
	}
}

// State is what a set of events comes to. Adding an event twice, or events in another order, gives the same
// state: every part of it is a newest value, a set, or an earliest and latest time. The zero State is empty.
type State struct {
	datasets map[datasetKey]*dataset
	jobs     map[jobKey]*job
	runs     map[runKey]*run
	done     *folded // of runs that are forgotten
	// written is when each dataset was last written by whomever, by the key of its id.
	written map[string]time.Time
}

type (
	datasetKey struct{ producer, id string }
	jobKey     struct{ producer, id string }
	runKey     struct {
		jobKey
		run string
	}
)

// dataset is what one producer says of one dataset.
type dataset struct {
	id        catalog.ID
	last      stamp // the newest event that named it
	version   string
	schema    newest[schemaFacet]
	doc       newest[documentationFacet]
	owners    newest[ownershipFacet]
	symlinks  newest[symlinksFacet]
	source    newest[dataSourceFacet]
	snapshot  newest[versionFacet]
	storage   newest[storageFacet]
	lifecycle newest[lifecycleFacet]
	tags      newest[tagsFacet]
	kind      newest[datasetTypeFacet]
	catalog   newest[catalogFacet]
	hierarchy newest[hierarchyFacet]
	metrics   newest[metricsFacet]
	checks    map[string]*newest[assertion]
	columns   map[catalog.ID]*newest[[]catalog.EdgeClaim] // by the job that wrote it
	edges     map[catalog.EdgeClaim]*span                 // every column edge that was ever said, without its times
}

// job is what one producer says of one job.
type job struct {
	id       catalog.ID
	ns, name string
	last     stamp
	version  string
	doc      newest[documentationFacet]
	owners   newest[ownershipFacet]
	sql      newest[sqlFacet]
	kind     newest[jobTypeFacet]
	code     newest[sourceCodeFacet]
	location newest[locationFacet]
	tags     newest[tagsFacet]
	parent   newest[parentFacet]
	engine   newest[engineFacet]
	inputs   map[string]*seen // of events of the job itself, without a run
	outputs  map[string]*seen
}

type seen struct {
	id catalog.ID
	span
	stats newest[statisticsFacet]
}

// run is one run of a job: its events together say what it read and wrote and how it ended.
type run struct {
	job     catalog.ID
	states  map[string]*newest[struct{}] // by type
	nominal newest[nominalTimeFacet]
	fault   newest[errorFacet]
	tests   newest[testFacet]
	inputs  map[string]*seen
	outputs map[string]*seen
	span
}

// Add folds an event in.
func (s *State) Add(e Event) {
	if s.datasets == nil {
		s.datasets, s.jobs, s.runs, s.written = map[datasetKey]*dataset{}, map[jobKey]*job{}, map[runKey]*run{}, map[string]time.Time{}
	}
	at := stamp{e.Time, types[e.Type], e.Hash}
	if e.Dataset != nil {
		s.dataset(e, at, e.Dataset, catalog.ID{})
	}
	if e.Job == nil {
		return
	}
	id := JobID(e.Job.Namespace, e.Job.Name)
	s.job(e, at, id)
	for i := range e.Outputs { // before the inputs: of a dataset that is both, what is written counts
		s.dataset(e, at, &e.Outputs[i], id)
		s.wrote(e.Outputs[i].ID(), e)
	}
	for i := range e.Inputs {
		s.dataset(e, at, &e.Inputs[i], catalog.ID{})
	}
	s.entries(e, at, id)
	if e.Run != nil {
		s.run(e, at, id)
	}
}

func (s *State) wrote(id catalog.ID, e Event) {
	if e.Type == "COMPLETE" && e.Time.After(s.written[id.Key()]) {
		s.written[id.Key()] = e.Time
	}
}

func (s *State) dataset(e Event, at stamp, p *DatasetPart, by catalog.ID) {
	d := s.of(e, at, p.ID())
	f := &p.Facets
	d.schema.offer(at, f.Schema)
	d.doc.offer(at, f.Documentation)
	d.owners.offer(at, f.Ownership)
	d.symlinks.offer(at, f.Symlinks)
	d.source.offer(at, f.DataSource)
	d.snapshot.offer(at, f.Version)
	d.storage.offer(at, f.Storage)
	d.lifecycle.offer(at, f.Lifecycle)
	d.tags.offer(at, f.Tags)
	d.kind.offer(at, f.Type)
	d.catalog.offer(at, f.Catalog)
	d.hierarchy.offer(at, f.Hierarchy)
	d.metrics.offer(at, f.Metrics)
	d.metrics.offer(at, p.InputFacets.Metrics)
	for _, all := range []*assertionsFacet{f.Assertions, p.InputFacets.Assertions} {
		if all == nil || all.Deleted {
			continue
		}
		for i := range all.Assertions {
			a := &all.Assertions[i]
			n := d.checks[a.id()]
			if n == nil {
				n = &newest[assertion]{}
				d.checks[a.id()] = n
			}
			// Of two results under one name in one event the failed one counts.
			sub := at
			if !a.Success {
				sub.rank++
			}
			n.offer(sub, a)
		}
	}
	if f.ColumnLineage != nil {
		d.lineage(at, by, columnEdges(f.ColumnLineage))
	}
	if f.Lineage != nil {
		d.lineage(at, by, lineageEdges(f.Lineage.Inputs, f.Lineage.Fields))
	}
}

// of finds or makes what is known of a dataset.
func (s *State) of(e Event, at stamp, id catalog.ID) *dataset {
	key := datasetKey{e.Producer, id.Key()}
	d := s.datasets[key]
	if d == nil {
		d = &dataset{checks: map[string]*newest[assertion]{}, columns: map[catalog.ID]*newest[[]catalog.EdgeClaim]{}, edges: map[catalog.EdgeClaim]*span{}}
		s.datasets[key] = d
	}
	// Two spellings of one name: the newest event's, and of one event the lesser.
	if at.after(d.last) || at == d.last && id.String() < d.id.String() || d.id.IsZero() {
		d.last, d.id, d.version = at, id, e.Version
	}
	return d
}

func (d *dataset) lineage(at stamp, by catalog.ID, edges []catalog.EdgeClaim) {
	n := d.columns[by]
	if n == nil {
		n = &newest[[]catalog.EdgeClaim]{}
		d.columns[by] = n
	}
	n.offer(at, &edges)
	for _, e := range edges {
		e.Job = by.String()
		if d.edges[e] == nil {
			d.edges[e] = &span{}
		}
		d.edges[e].see(at.at)
	}
}

func (s *State) job(e Event, at stamp, id catalog.ID) {
	key := jobKey{e.Producer, id.Key()}
	j := s.jobs[key]
	if j == nil {
		j = &job{id: id, ns: e.Job.Namespace, name: e.Job.Name, inputs: map[string]*seen{}, outputs: map[string]*seen{}}
		s.jobs[key] = j
	}
	if at.after(j.last) {
		j.last, j.version = at, e.Version
		j.id, j.ns, j.name = id, e.Job.Namespace, e.Job.Name
	}
	f := e.Job.Facets
	j.doc.offer(at, f.Documentation)
	j.owners.offer(at, f.Ownership)
	j.sql.offer(at, f.SQL)
	j.kind.offer(at, f.Type)
	j.code.offer(at, f.Source)
	j.location.offer(at, f.Location)
	j.tags.offer(at, f.Tags)
	if e.Run != nil {
		j.parent.offer(at, e.Run.Facets.Parent)
		j.engine.offer(at, e.Run.Facets.Engine)
		return
	}
	sight(j.inputs, e.Inputs, at)
	sight(j.outputs, e.Outputs, at)
}

func sight(into map[string]*seen, parts []DatasetPart, at stamp) {
	for i := range parts {
		id := parts[i].ID()
		k := id.Key()
		if into[k] == nil {
			into[k] = &seen{id: id}
		}
		if id.String() < into[k].id.String() { // another spelling of the name
			into[k].id = id
		}
		into[k].see(at.at)
		into[k].stats.offer(at, parts[i].OutputFacets.Statistics)
	}
}

func (s *State) run(e Event, at stamp, id catalog.ID) {
	key := runKey{jobKey{e.Producer, id.Key()}, e.Run.ID}
	r := s.runs[key]
	if r == nil {
		r = &run{job: id, states: map[string]*newest[struct{}]{}, inputs: map[string]*seen{}, outputs: map[string]*seen{}}
		s.runs[key] = r
	}
	r.see(at.at)
	if r.states[e.Type] == nil {
		r.states[e.Type] = &newest[struct{}]{}
	}
	r.states[e.Type].offer(at, &struct{}{})
	r.nominal.offer(at, e.Run.Facets.NominalTime)
	r.fault.offer(at, e.Run.Facets.Error)
	r.tests.offer(at, e.Run.Facets.Tests)
	sight(r.inputs, e.Inputs, at)
	sight(r.outputs, e.Outputs, at)
}

// entries reads the lineage that a job states of datasets it may not list.
func (s *State) entries(e Event, at stamp, id catalog.ID) {
	l := e.Job.Facets.Lineage
	if l == nil || l.Deleted {
		return
	}
	for _, entry := range l.Entries {
		if entry.Type == "JOB" || entry.Name == "" || entry.Namespace == "" {
			continue // a job that reads: its inputs are listed by its own events
		}
		d := s.of(e, at, catalog.ID{Namespace: entry.Namespace, Name: entry.Name})
		d.lineage(at, id, lineageEdges(entry.Inputs, entry.Fields))
	}
}

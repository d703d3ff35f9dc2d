// Package openlineage reads lineage events: who ran, what it read and wrote, and what was said about that on
// the way. Events come in any order and more than once; Fold makes the same claims of them whatever the order.
// It never trusts an event more than its producer: claims of different producers are kept apart. The receiver
// that producers post to is in receive. Start at State.Add.
//
// The format is OpenLineage's, spec 2-0-2 with the facets beside it; older events have the same shape.
package openlineage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

// Event is one RunEvent, JobEvent or DatasetEvent.
type Event struct {
	Kind     string // run | job | dataset
	Type     string // of a run event: START, RUNNING, COMPLETE, ABORT, FAIL, OTHER
	Time     time.Time
	Producer string // without what changes from release to release
	Version  string // of the spec, as the event gives it
	Hash     string // SHA-256 of the compacted event
	Compact  []byte // the event without spaces
	wire
}

type wire struct {
	EventType string        `json:"eventType"`
	EventTime string        `json:"eventTime"`
	Producer_ string        `json:"producer"`
	SchemaURL string        `json:"schemaURL"`
	Run       *Run          `json:"run"`
	Job       *JobPart      `json:"job"`
	Dataset   *DatasetPart  `json:"dataset"`
	Inputs    []DatasetPart `json:"inputs"`
	Outputs   []DatasetPart `json:"outputs"`
}

// Run is the part of an event about the run.
type Run struct {
	ID     string    `json:"runId"`
	Facets RunFacets `json:"facets"`
}

// JobPart is the part of an event about the job.
type JobPart struct {
	Namespace string    `json:"namespace"`
	Name      string    `json:"name"`
	Facets    JobFacets `json:"facets"`
}

// DatasetPart is a dataset that an event names.
type DatasetPart struct {
	Namespace    string        `json:"namespace"`
	Name         string        `json:"name"`
	Facets       DatasetFacets `json:"facets"`
	InputFacets  InputFacets   `json:"inputFacets"`
	OutputFacets OutputFacets  `json:"outputFacets"`
}

// ID is the dataset's name.
func (d DatasetPart) ID() catalog.ID { return catalog.ID{Namespace: d.Namespace, Name: d.Name} }

// JobID is the id of a job: its namespace may be any text and may be one of datasets too, so it is marked.
func JobID(namespace, name string) catalog.ID {
	return catalog.ID{Namespace: "job://" + namespace, Name: name}
}

// types are the states of a run, from the least to the most final: of two events of one moment the later rules.
var types = map[string]uint8{"": 0, "OTHER": 0, "START": 1, "RUNNING": 2, "ABORT": 3, "FAIL": 4, "COMPLETE": 5}

// Parse reads one event and says what it lacks. A time without zone is taken to be in the clock's.
func Parse(raw []byte, clock *loose.Clock, notes loose.Notes) (Event, error) {
	var e Event
	if len(bytes.TrimSpace(raw)) == 0 || bytes.TrimSpace(raw)[0] != '{' {
		return e, errors.New("an event is a JSON object")
	}
	if err := loose.Decode(raw, &e.wire, notes); err != nil {
		return e, err
	}
	e.Type = strings.ToUpper(e.EventType)
	if _, ok := types[e.Type]; !ok {
		return e, fmt.Errorf("eventType %q is none; it is START, RUNNING, COMPLETE, ABORT, FAIL or OTHER", loose.Short(e.EventType))
	}
	if e.EventTime == "" {
		return e, errors.New("eventTime is missing; it is when the event happened, such as 2026-11-22T07:00:00Z")
	}
	var err error
	if e.Time, err = clock.Parse(e.EventTime); err != nil {
		return e, fmt.Errorf("eventTime %w", err)
	}
	switch {
	case e.Run != nil:
		e.Kind = "run"
		if e.Job == nil {
			return e, errors.New("job is missing; a run is of one")
		}
		if strings.TrimSpace(e.Run.ID) == "" {
			return e, errors.New("run.runId is missing; it tells the runs of a job apart")
		}
	case e.Job != nil:
		e.Kind = "job"
	case e.Dataset != nil:
		e.Kind = "dataset"
		if err := e.Dataset.named("dataset"); err != nil {
			return e, err
		}
	default:
		return e, errors.New("it has no run, job or dataset; an event is about one of them")
	}
	if e.Job != nil && (e.Job.Namespace == "" || e.Job.Name == "") {
		return e, errors.New("job needs a namespace and a name")
	}
	for i := range e.Inputs {
		if err := e.Inputs[i].named(fmt.Sprintf("inputs[%d]", i)); err != nil {
			return e, err
		}
	}
	for i := range e.Outputs {
		if err := e.Outputs[i].named(fmt.Sprintf("outputs[%d]", i)); err != nil {
			return e, err
		}
	}
	e.Producer, e.Version = producer(e.Producer_), specVersion(e.SchemaURL)
	var compact bytes.Buffer
	compact.Grow(len(raw))
	if err := json.Compact(&compact, raw); err != nil {
		return e, err
	}
	e.Compact = compact.Bytes()
	e.Hash = loose.Hash(e.Compact)
	return e, nil
}

func (d DatasetPart) named(where string) error {
	if d.Namespace == "" || d.Name == "" {
		return fmt.Errorf("%s needs a namespace and a name", where)
	}
	return nil
}

// producer takes the release out of a producer's address, so that an upgrade is not another producer:
// https://github.com/OpenLineage/OpenLineage/tree/1.53.0/integration/spark.
func producer(s string) string {
	parts := strings.Split(strings.TrimSuffix(s, "/"), "/")
	out := parts[:0]
	for i := 0; i < len(parts); i++ {
		if (parts[i] == "tree" || parts[i] == "blob") && i+1 < len(parts) {
			i++
			continue
		}
		if i > 2 && isVersion(parts[i]) {
			continue
		}
		out = append(out, parts[i])
	}
	return strings.Join(out, "/")
}

func isVersion(s string) bool {
	s = strings.TrimPrefix(s, "v")
	digits := false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits = true
		case c == '.' || c == '-':
		default:
			return false
		}
	}
	return digits && strings.ContainsAny(s, ".-")
}

// specVersion finds 2-0-2 in https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent.
func specVersion(url string) string {
	_, rest, ok := strings.Cut(url, "/spec/")
	v, _, _ := strings.Cut(rest, "/")
	if !ok || !isVersion(v) {
		return ""
	}
	return v
}

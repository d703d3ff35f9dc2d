package datahub

import (
	"encoding/json"
	"fmt"

	"github.com/limn-data/limn/catalog"
)

// thing is everything that was read of one URN.
type thing struct {
	urn, kind string
	aspects   map[string]*aspect
	events    map[string][]json.RawMessage // the newest of those that have times, by aspect
	gone      bool
}

// aspect is the newest value of an aspect.
type aspect struct {
	raw json.RawMessage
	at  int64
}

// maxEvents is how many events of one kind are kept of a thing: what an answer needs are the newest.
const maxEvents = 400

// timed are the aspects that are events: many of one thing hold at once.
var timed = map[string]bool{"assertionRunEvent": true, "operation": true, "datasetUsageStatistics": true, "datasetProfile": true, "dataProcessInstanceRunEvent": true}

// store collects the aspects of all things. Of two values of one aspect that disagree the one that was observed
// later counts, and of two of one time the one that comes later.
type store struct {
	things map[string]*thing
	order  []string
	rep    *catalog.Report
}

func newStore(rep *catalog.Report) *store { return &store{things: map[string]*thing{}, rep: rep} }

// replaced is what the report counts aspects under that took the place of another value.
const replaced = "aspects replaced by a later value"

func (s *store) add(r record) error {
	t := s.things[r.urn]
	if t == nil {
		t = &thing{urn: r.urn, kind: r.kind, aspects: map[string]*aspect{}, events: map[string][]json.RawMessage{}}
		s.things[r.urn] = t
		s.order = append(s.order, r.urn)
	}
	if r.deleted {
		if r.aspect == "" || r.aspect == r.kind+"Key" {
			t.gone = true
		} else {
			delete(t.aspects, r.aspect)
		}
		return nil
	}
	s.rep.Count("aspect " + r.kind + "/" + r.aspect)
	if timed[r.aspect] {
		t.events[r.aspect] = append(t.events[r.aspect], r.raw)
		if n := len(t.events[r.aspect]); n > 2*maxEvents {
			t.events[r.aspect] = newestEvents(t.events[r.aspect], maxEvents)
		}
		return nil
	}
	have := t.aspects[r.aspect]
	if r.patch {
		var before json.RawMessage
		if have != nil {
			before = have.raw
		}
		after, err := patch(before, r.raw)
		if err != nil {
			return fmt.Errorf("%s of %s: %w", r.aspect, r.urn, err)
		}
		t.aspects[r.aspect] = &aspect{after, r.at}
		return nil
	}
	if have != nil {
		if string(have.raw) != string(r.raw) {
			s.rep.Count(replaced)
		}
		if r.at < have.at {
			return nil
		}
	}
	t.aspects[r.aspect] = &aspect{r.raw, r.at}
	return nil
}

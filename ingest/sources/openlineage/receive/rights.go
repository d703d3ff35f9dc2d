package receive

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/limn-data/limn/ingest/sources/loose"
	"github.com/limn-data/limn/ingest/sources/openlineage"
)

// may says whether the producer may say what the event says: its job and everything that it writes, renames or
// gives another name to must lie in the producer's namespaces. foreign says that it reads something elsewhere
// about which it says more than that.
func (p *Producer) may(e *openlineage.Event) (foreign bool, err error) {
	check := func(what, ns string) {
		if err == nil && !p.owns(ns) {
			err = &refusal{http.StatusForbidden, fmt.Sprintf("producer %s may not write namespace %q (%s); its namespaces are %s", p.Name, loose.Short(ns), what, strings.Join(p.Namespaces, ", "))}
		}
	}
	dataset := func(what string, d *openlineage.DatasetPart) {
		check(what, d.Namespace)
		for _, ns := range d.Facets.Claimed() {
			check(what+" under another name", ns)
		}
	}
	if e.Job != nil {
		check("job", e.Job.Namespace)
		for _, ns := range e.Job.Facets.Claimed() {
			check("job's lineage", ns)
		}
	}
	if e.Dataset != nil {
		dataset("dataset", e.Dataset)
	}
	for i := range e.Outputs {
		dataset("output", &e.Outputs[i])
	}
	for i := range e.Inputs {
		if p.owns(e.Inputs[i].Namespace) {
			dataset("input", &e.Inputs[i])
		} else if e.Inputs[i].Says() {
			foreign = true
		}
	}
	return foreign, err
}

// owns says whether a namespace is one of the producer's.
func (p *Producer) owns(ns string) bool {
	for _, pattern := range p.Namespaces {
		if match(strings.ToLower(pattern), strings.ToLower(ns)) {
			return true
		}
	}
	return false
}

// match compares a text with a pattern in which * stands for any text.
func match(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == s
	}
	first, last := parts[0], parts[len(parts)-1]
	if !strings.HasPrefix(s, first) {
		return false
	}
	s = s[len(first):]
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(s, part)
		if at < 0 {
			return false
		}
		s = s[at+len(part):]
	}
	return strings.HasSuffix(s, last)
}

// strip leaves of inputs in others' namespaces their names only. It holds what it built against the rule: two
// keys of one name, or of other case, must not bring back what was taken out.
func (p *Producer) strip(raw []byte) ([]byte, error) {
	var event map[string]json.RawMessage
	if err := json.Unmarshal(raw, &event); err != nil {
		return nil, err
	}
	for key, part := range event {
		if !strings.EqualFold(key, "inputs") {
			continue
		}
		var inputs []openlineage.DatasetPart
		var whole []json.RawMessage
		if err := errors.Join(json.Unmarshal(part, &inputs), json.Unmarshal(part, &whole)); err != nil {
			return nil, fmt.Errorf("inputs: %w", err)
		}
		for i, in := range inputs {
			if p.owns(in.Namespace) {
				continue
			}
			bare, err := json.Marshal(map[string]string{"namespace": in.Namespace, "name": in.Name})
			if err != nil {
				return nil, err
			}
			whole[i] = bare
		}
		stripped, err := json.Marshal(whole)
		if err != nil {
			return nil, err
		}
		event[key] = stripped
	}
	out, err := json.Marshal(event)
	if err != nil {
		return nil, err
	}
	again, err := openlineage.Parse(out, &loose.Clock{}, loose.Notes{})
	if err != nil {
		return nil, err
	}
	if foreign, err := p.may(&again); err != nil || foreign {
		return nil, errors.New("the event has the same key twice; name each once")
	}
	return again.Compact, nil
}

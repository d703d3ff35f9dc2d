package datahub

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// keyed are the lists that a patch addresses by key, with the fields that are the key: /owners/URN/TYPE.
var keyed = map[string][]string{
	"owners": {"owner", "type"}, "tags": {"tag"}, "terms": {"urn"}, "upstreams": {"dataset"}, "properties": {"propertyUrn"}, "elements": {"url"},
	"inputDatasetEdges": {"destinationUrn"}, "outputDatasetEdges": {"destinationUrn"}, "chartEdges": {"destinationUrn"}, "datasetEdges": {"destinationUrn"}, "inputEdges": {"destinationUrn"},
	"domains": {"domain"}, "editableSchemaFieldInfo": {"fieldPath"}, "fields": {"fieldPath"},
}

type op struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

// patch applies a patch to an aspect; before may be empty. A patch is a list of operations as in RFC 6902,
// except that lists are addressed by the keys of their elements. Newer ones stand in an object with more.
func patch(before, raw json.RawMessage) (json.RawMessage, error) {
	var ops []op
	if err := json.Unmarshal(raw, &ops); err != nil {
		var outer struct {
			Patch []op `json:"patch"`
		}
		if json.Unmarshal(raw, &outer) != nil || outer.Patch == nil {
			return nil, fmt.Errorf("a patch is a list of operations: %w", err)
		}
		ops = outer.Patch
	}
	doc := map[string]any{}
	if len(before) > 0 {
		if err := json.Unmarshal(before, &doc); err != nil {
			return nil, err
		}
	}
	if doc == nil {
		doc = map[string]any{}
	}
	for _, o := range ops {
		parts := strings.Split(strings.TrimPrefix(o.Path, "/"), "/")
		for i := range parts {
			parts[i] = strings.ReplaceAll(strings.ReplaceAll(parts[i], "~1", "/"), "~0", "~")
		}
		if err := apply(doc, parts, o); err != nil {
			return nil, err
		}
	}
	return json.Marshal(doc)
}

// maxPath bounds how deep a patch may reach.
const maxPath = 20

func apply(doc map[string]any, path []string, o op) error {
	if len(path) == 0 || path[0] == "" || len(path) > maxPath {
		return fmt.Errorf("the patch's path %q leads nowhere", o.Path)
	}
	name := path[0]
	if len(path) == 1 {
		if o.Op == "remove" {
			delete(doc, name)
		} else {
			doc[name] = o.Value
		}
		return nil
	}
	if keys, ok := keyed[name]; ok {
		return element(doc, name, keys, path[1:], o)
	}
	next, ok := doc[name].(map[string]any)
	if !ok {
		if o.Op == "remove" {
			return nil
		}
		next = map[string]any{}
		doc[name] = next
	}
	return apply(next, path[1:], o)
}

// element changes one element of a list that is addressed by keys.
func element(doc map[string]any, name string, keys, path []string, o op) error {
	list, _ := doc[name].([]any)
	// The keys may hold slashes of their own; what is left of the path then belongs to them.
	want := map[string]string{}
	for i, k := range keys {
		if i < len(path) {
			want[k] = path[i]
		}
	}
	rest := path[min(len(keys), len(path)):]
	at := slices.IndexFunc(list, func(e any) bool {
		m, ok := e.(map[string]any)
		for k, v := range want {
			if s, _ := m[k].(string); s != v {
				ok = false
			}
		}
		return ok
	})
	switch {
	case o.Op == "remove" && len(rest) == 0:
		if at >= 0 {
			list = slices.Delete(slices.Clone(list), at, at+1)
		}
	case o.Op == "remove":
	case len(rest) == 0:
		m := map[string]any{}
		for k, v := range want {
			m[k] = v
		}
		if v, ok := o.Value.(map[string]any); ok {
			maps.Copy(m, v)
		}
		if at >= 0 {
			list = slices.Clone(list)
			list[at] = m
		} else {
			list = append(slices.Clone(list), m)
		}
	default:
		m := map[string]any{}
		for k, v := range want {
			m[k] = v
		}
		if at >= 0 {
			m, _ = list[at].(map[string]any)
		} else {
			list = append(slices.Clone(list), m)
		}
		if err := apply(m, rest, o); err != nil {
			return err
		}
	}
	doc[name] = list
	return nil
}

package dbt

import (
	"encoding/json"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

// named is what is remembered of a node while the manifest goes by: enough for other nodes to speak of it.
type named struct {
	id      catalog.ID
	columns []typed
	test    *test
	// reads are what a node without a table reads: its SQL is put into that of whoever reads it.
	reads []string
	// exposed is what reads tables and makes none.
	exposed bool
}

// test is what is remembered of a test for its results.
type test struct {
	on    []string // unique ids of what it checks
	check catalog.Check
}

// typed is a column and its type as the database writes it.
type typed struct{ name, typ string }

type measureOf struct {
	measure
	model string
}

// slim is a node of which only the names are read.
type slim struct {
	ID         string `json:"unique_id"`
	Type       string `json:"resource_type"`
	Name       string `json:"name"`
	Database   string `json:"database"`
	Schema     string `json:"schema"`
	Alias      string `json:"alias"`
	Identifier string `json:"identifier"`
	Relation   string `json:"relation_name"`
	Config     struct {
		Materialized string `json:"materialized"`
	} `json:"config"`
	Columns map[string]struct {
		Name string `json:"name"`
		Type string `json:"data_type"`
	} `json:"columns"`
	DependsOn dependsOn `json:"depends_on"`
}

// index reads the names of everything in the manifest.
func (r *reading) index(name string) error {
	return r.walk(name, func(key string, dec *json.Decoder) error {
		switch key {
		case "metadata":
			var raw json.RawMessage
			if err := dec.Decode(&raw); err != nil {
				return err
			}
			return loose.Decode(raw, &r.meta, loose.Notes{Report: &r.rep, Where: key})
		case "nodes", "sources":
			return loose.Entries(dec, func(unique string, raw json.RawMessage) error {
				var s slim
				if err := loose.Decode(raw, &s, loose.Notes{}); err != nil {
					return err
				}
				n := &named{}
				switch {
				case s.Type == "test" || s.Type == "operation" || s.Type == "analysis" || s.Type == "rpc" || s.Type == "sql_operation":
				case s.Config.Materialized == "ephemeral":
					n.reads = s.DependsOn.Nodes
				default:
					n.id = r.relation(s)
				}
				n.columns = make([]typed, 0, len(s.Columns))
				for key, c := range s.Columns {
					if c.Name == "" {
						c.Name = key
					}
					n.columns = append(n.columns, r.typed(c.Name, c.Type))
				}
				r.names[strings.Clone(unique)] = n
				return nil
			})
		case "exposures": // they come up among the results of runs
			return loose.Entries(dec, func(unique string, _ json.RawMessage) error {
				r.names[strings.Clone(unique)] = &named{exposed: true}
				return nil
			})
		case "groups":
			return loose.Entries(dec, func(_ string, raw json.RawMessage) error {
				var g group
				if err := loose.Decode(raw, &g, loose.Notes{Report: &r.rep, Where: key}); err != nil {
					return err
				}
				r.groups[g.Name] = g.Owner
				return nil
			})
		case "semantic_models":
			return loose.Entries(dec, func(unique string, raw json.RawMessage) error {
				var m semanticModel
				if err := loose.Decode(raw, &m, loose.Notes{Report: &r.rep, Where: key}); err != nil {
					return err
				}
				r.models[m.Name] = &m
				for _, x := range m.Measures {
					r.meas[x.Name] = measureOf{x, m.Name}
				}
				return nil
			})
		}
		return loose.Skip(dec)
	})
}

// relation is the name of the table of a node, as the database has it.
func (r *reading) relation(s slim) catalog.ID {
	parts := unquote(s.Relation)
	if len(parts) == 0 {
		table := s.Alias
		if s.Type == "source" {
			table = s.Identifier
		}
		if table == "" {
			table = s.Name
		}
		for _, p := range []string{s.Database, s.Schema, table} {
			if p != "" {
				parts = append(parts, p)
			}
		}
	}
	if len(parts) == 0 {
		return catalog.ID{}
	}
	return catalog.ID{Namespace: r.Namespace, Name: strings.Join(parts, ".")}
}

// unquote splits the name of a relation: "a"."b"."c", `a`.`b`, [a].[b], a.b.
func unquote(s string) []string {
	var parts []string
	for s != "" {
		var part string
		end := map[byte]byte{'"': '"', '`': '`', '[': ']'}[s[0]]
		if end != 0 {
			rest := s[1:]
			at := strings.IndexByte(rest, end)
			if at < 0 {
				return nil
			}
			part, s = rest[:at], rest[at+1:]
			s = strings.TrimPrefix(s, ".")
		} else {
			part, s, _ = strings.Cut(s, ".")
		}
		// BigQuery quotes a whole name at once.
		for p := range strings.SplitSeq(part, ".") {
			if p != "" {
				parts = append(parts, p)
			}
		}
	}
	return parts
}

// of is the id of a node: its table's, or its place in the project where it has none.
func (r *reading) of(unique string) catalog.ID {
	if n := r.names[unique]; n != nil && !n.id.IsZero() {
		return n.id
	}
	return r.urn(unique)
}

// typed keeps a column apart from the text that it was read from. Names and types of columns are few, however
// many columns there are.
func (r *reading) typed(name, typ string) typed {
	one := func(s string) string {
		if have, ok := r.words[s]; ok {
			return have
		}
		s = strings.Clone(s)
		r.words[s] = s
		return s
	}
	return typed{one(name), one(typ)}
}

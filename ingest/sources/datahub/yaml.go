package datahub

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/limn-data/limn/ingest/sources/loose"
	"github.com/limn-data/limn/internal/conf"
)

// Besides records people write two kinds of YAML for DataHub: lineage that no system knows of, and contracts.
// Both become the aspects that DataHub makes of them.

// maxYAML is how large such a file may be, in bytes. People write them.
const maxYAML = 16 << 20

func isYAML(name string) bool { return path.Ext(name) == ".yml" || path.Ext(name) == ".yaml" }

type lineageFile struct {
	Version loose.Text    `json:"version"`
	Lineage []lineageNode `json:"lineage"`
}

type lineageNode struct {
	Entity   fileEntity    `json:"entity"`
	Upstream []lineageNode `json:"upstream"`
	Fine     []fineGrained `json:"fineGrainedLineages"`
}

type fileEntity struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Env      string `json:"env"`
	Platform string `json:"platform"`
	Instance string `json:"platform_instance"`
}

// urn is that of the dataset; empty for what is none.
func (e fileEntity) urn() string {
	if e.Type != "" && e.Type != "dataset" || e.Name == "" || e.Platform == "" {
		return ""
	}
	name, env := e.Name, e.Env
	if e.Instance != "" {
		name = e.Instance + "." + name
	}
	if env == "" {
		env = production
	}
	return "urn:li:dataset:(urn:li:dataPlatform:" + strings.TrimPrefix(e.Platform, "urn:li:dataPlatform:") + "," + name + "," + env + ")"
}

type contractFile struct {
	Version   loose.Text `json:"version"`
	Entity    string     `json:"entity"`
	ID        string     `json:"id"`
	Freshness *struct {
		Type string `json:"type"`
		Cron string `json:"cron"`
		Zone string `json:"timezone"`
	} `json:"freshness"`
	Quality []struct {
		Type     string `json:"type"`
		Column   string `json:"column"`
		SQL      string `json:"sql"`
		Operator *struct {
			Type  string     `json:"type"`
			Value loose.Text `json:"value"`
		} `json:"operator"`
	} `json:"data_quality"`
	Schema json.RawMessage `json:"schema"`
}

// yamlRecords turns a document into records.
func yamlRecords(doc json.RawMessage, notes loose.Notes) ([]record, error) {
	var head map[string]json.RawMessage
	if json.Unmarshal(doc, &head) != nil {
		return nil, errors.New("it is neither lineage nor a contract of DataHub")
	}
	switch {
	case head["lineage"] != nil:
		var f lineageFile
		if err := loose.Decode(doc, &f, notes); err != nil {
			return nil, err
		}
		return f.records()
	case head["entity"] != nil:
		var f contractFile
		if err := loose.Decode(doc, &f, notes); err != nil {
			return nil, err
		}
		return f.records()
	}
	return nil, errors.New("it is neither lineage (key lineage) nor a contract (key entity) of DataHub")
}

func aspectRecord(urn, name string, v any) (record, error) {
	raw, err := json.Marshal(v)
	return record{urn: urn, kind: kindOfURN(urn), aspect: name, raw: raw}, err
}

func (f *lineageFile) records() ([]record, error) {
	var out []record
	for i, n := range f.Lineage {
		to := n.Entity.urn()
		if to == "" {
			return nil, fmt.Errorf("lineage[%d] is of no dataset with a name and a platform", i)
		}
		var ups []any
		for _, u := range n.Upstream {
			if from := u.Entity.urn(); from != "" {
				ups = append(ups, map[string]any{"dataset": from, "type": "TRANSFORMED"})
			}
		}
		r, err := aspectRecord(to, "upstreamLineage", map[string]any{"upstreams": ups, "fineGrainedLineages": n.Fine})
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

func (f *contractFile) records() ([]record, error) {
	if kindOfURN(f.Entity) != "dataset" {
		return nil, fmt.Errorf("the contract's entity %q is no dataset", loose.Short(f.Entity))
	}
	id := func(what string) string { return "urn:li:assertion:" + loose.Hash([]byte(f.Entity + what))[:32] }
	var out []record
	add := func(urn, name string, v any) error {
		r, err := aspectRecord(urn, name, v)
		out = append(out, r)
		return err
	}
	name := f.ID
	if name == "" {
		name = loose.Hash([]byte(f.Entity))[:32]
	}
	if err := add("urn:li:dataContract:"+name, "dataContractProperties", map[string]any{"entity": f.Entity}); err != nil {
		return nil, err
	}
	if f.Freshness != nil && f.Freshness.Cron != "" {
		if err := add(id("freshness"), "assertionInfo", map[string]any{"type": "FRESHNESS", "freshnessAssertion": map[string]any{"type": "DATASET_CHANGE", "entity": f.Entity,
			"schedule": map[string]any{"type": "CRON", "cron": map[string]any{"cron": f.Freshness.Cron, "timezone": f.Freshness.Zone}}}}); err != nil {
			return nil, err
		}
	}
	for _, q := range f.Quality {
		on := map[string]any{"dataset": f.Entity, "nativeType": q.Type, "logic": q.SQL}
		if q.Column != "" {
			on["fields"] = []string{"urn:li:schemaField:(" + f.Entity + "," + q.Column + ")"}
		}
		if q.Operator != nil {
			on["operator"] = strings.ToUpper(q.Operator.Type)
			on["parameters"] = map[string]any{"value": map[string]any{"value": string(q.Operator.Value)}}
		}
		if err := add(id(q.Type+"\x00"+q.Column+"\x00"+q.SQL), "assertionInfo", map[string]any{"type": "DATASET", "datasetAssertion": on}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// yamlFile reads a file of such documents.
func (s *Source) yamlFile(name string, st *store) error {
	raw, err := loose.ReadFile(s.Files, name, maxYAML)
	if err != nil {
		return err
	}
	docs, err := conf.JSON(raw)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, doc := range docs {
		if string(doc) == "null" {
			continue
		}
		st.rep.Records++
		records, err := yamlRecords(doc, loose.Notes{Report: st.rep, Where: "yaml"})
		if err != nil {
			st.rep.Skip(name, err.Error())
			continue
		}
		for _, r := range records {
			if err := st.add(r); err != nil {
				st.rep.Skip(name, err.Error())
			}
		}
	}
	return nil
}

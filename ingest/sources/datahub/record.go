package datahub

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/limn-data/limn/ingest/sources/loose"
)

// record is one aspect of one thing, however it was written down.
type record struct {
	urn, kind, aspect string
	raw               json.RawMessage
	patch             bool
	deleted           bool
	at                int64 // when it was last observed, in milliseconds; 0 when not said
	version           string
}

// envelope is a line of a file sink or of DataHub's topics: a MetadataChangeEvent with a snapshot of several
// aspects, a MetadataChangeProposal with one, or a MetadataChangeLog, which looks like the latter.
type envelope struct {
	Snapshot map[string]struct {
		URN     string                       `json:"urn"`
		Aspects []map[string]json.RawMessage `json:"aspects"`
	} `json:"proposedSnapshot"`
	EntityType string          `json:"entityType"`
	EntityURN  string          `json:"entityUrn"`
	Change     string          `json:"changeType"`
	Name       string          `json:"aspectName"`
	Aspect     *aspectValue    `json:"aspect"`
	System     *systemMetadata `json:"systemMetadata"`
}

func (envelope) Unread() []string {
	return []string{"auditHeader", "proposedDelta", "entityKeyAspect", "previousAspectValue", "previousSystemMetadata", "created", "headers"}
}

type aspectValue struct {
	JSON        json.RawMessage `json:"json"`
	Value       json.RawMessage `json:"value"`
	ContentType string          `json:"contentType"`
}

type systemMetadata struct {
	LastObserved int64      `json:"lastObserved"`
	Version      loose.Text `json:"version"`
}

func (systemMetadata) Unread() []string {
	return []string{"runId", "lastRunId", "pipelineName", "registryName", "registryVersion", "properties", "aspectCreated", "aspectModified", "schemaVersion"}
}

// parseRecord reads one record of a file or topic.
func parseRecord(raw json.RawMessage, notes loose.Notes) ([]record, error) {
	plain, err := unwrap(raw)
	if err != nil {
		return nil, err
	}
	var e envelope
	if err := loose.Decode(plain, &e, notes); err != nil {
		return nil, err
	}
	at := int64(0)
	version := ""
	if e.System != nil {
		at, version = e.System.LastObserved, string(e.System.Version)
	}
	switch {
	case len(e.Snapshot) > 0:
		var out []record
		for class, s := range e.Snapshot {
			if s.URN == "" {
				return nil, fmt.Errorf("%s has no urn", class)
			}
			for _, a := range s.Aspects {
				for name, value := range a {
					out = append(out, record{urn: s.URN, kind: kindOfURN(s.URN), aspect: aspectName(name), raw: value, at: at, version: version})
				}
			}
		}
		return out, nil
	case e.Name != "" || e.Change == "DELETE":
		if e.EntityURN == "" {
			return nil, errors.New("it has no entityUrn")
		}
		r := record{urn: e.EntityURN, kind: e.EntityType, aspect: e.Name, at: at, version: version, patch: e.Change == "PATCH", deleted: e.Change == "DELETE"}
		if r.kind == "" {
			r.kind = kindOfURN(r.urn)
		}
		if r.deleted {
			return []record{r}, nil
		}
		if e.Aspect == nil {
			return nil, fmt.Errorf("%s of %s has no value", e.Name, e.EntityURN)
		}
		r.raw = e.Aspect.JSON
		if r.raw == nil {
			if r.raw, err = inner(e.Aspect.Value); err != nil {
				return nil, fmt.Errorf("%s of %s: %w", e.Name, e.EntityURN, err)
			}
		}
		if r.raw, err = unwrap(r.raw); err != nil {
			return nil, fmt.Errorf("%s of %s: %w", e.Name, e.EntityURN, err)
		}
		return []record{r}, nil
	}
	return nil, errors.New("it is neither a snapshot nor an aspect")
}

// inner is JSON that stands in JSON as a text.
func inner(raw json.RawMessage) (json.RawMessage, error) {
	if len(raw) == 0 || raw[0] != '"' {
		return raw, nil
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, err
	}
	if !json.Valid([]byte(s)) {
		return nil, errors.New("the value is no JSON")
	}
	return json.RawMessage(s), nil
}

func kindOfURN(s string) string {
	u, _ := parseURN(s)
	return u.kind
}

// aspectName turns the class of an aspect into its name: com.linkedin.pegasus2avro.schema.SchemaMetadata is
// schemaMetadata, …MLModelProperties mlModelProperties.
func aspectName(class string) string {
	class = class[strings.LastIndexByte(class, '.')+1:]
	if name := irregular[class]; name != "" {
		return name
	}
	r := []rune(class)
	for i := range r {
		if i > 0 && i+1 < len(r) && unicode.IsLower(r[i+1]) {
			break
		}
		r[i] = unicode.ToLower(r[i])
	}
	return string(r)
}

// irregular are the classes whose aspects are called otherwise than the rule has it.
var irregular = map[string]string{
	"Metrics": "mlModelMetrics", "EthicalConsiderations": "mlModelEthicalConsiderations", "TrainingData": "mlModelTrainingData", "EvaluationData": "mlModelEvaluationData",
	"QuantitativeAnalyses": "mlModelQuantitativeAnalyses", "CaveatsAndRecommendations": "mlModelCaveatsAndRecommendations", "StructuredPropertyDefinition": "propertyDefinition", "SchemaFieldInfo": "schemafieldInfo",
	"EditableMLFeatureProperties": "editableMlFeatureProperties", "EditableMLFeatureTableProperties": "editableMlFeatureTableProperties", "EditableMLPrimaryKeyProperties": "editableMlPrimaryKeyProperties",
	"EditableMLModelGroupProperties": "editableMlModelGroupProperties", "EditableMLModelProperties": "editableMlModelProperties",
	"ExecutionRequestKey": "dataHubExecutionRequestKey", "ExecutionRequestResult": "dataHubExecutionRequestResult", "ExecutionRequestSignal": "dataHubExecutionRequestSignal", "ExecutionRequestInput": "dataHubExecutionRequestInput",
}

// avro are the names of plain types, which avro's JSON writes around the values of unions.
var avro = map[string]bool{"string": true, "array": true, "map": true, "int": true, "long": true, "boolean": true, "double": true, "float": true, "bytes": true}

// unwrap takes away {"string": …} and the like around values. It leaves the names of classes, which stand
// around the branches of unions.
func unwrap(raw json.RawMessage) (json.RawMessage, error) {
	wrapped := false
	for name := range avro {
		if bytes.Contains(raw, []byte(`"`+name+`"`)) {
			wrapped = true
		}
	}
	if !wrapped {
		return raw, nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	return json.Marshal(plain(v))
}

func plain(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 1 {
			for k, inner := range v {
				if avro[k] && fits(k, inner) {
					return plain(inner)
				}
			}
		}
		for k := range v {
			v[k] = plain(v[k])
		}
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	}
	return v
}

// fits tells a wrapped value from a map that has such a key: {"string": "x"} is the text x, but
// {"array": "x"} is a map.
func fits(name string, v any) bool {
	switch v.(type) {
	case string:
		return name == "string" || name == "bytes"
	case []any:
		return name == "array"
	case map[string]any:
		return name == "map"
	case json.Number:
		return name == "int" || name == "long" || name == "double" || name == "float"
	case bool:
		return name == "boolean"
	}
	return false
}

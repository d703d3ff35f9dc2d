package model

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/limn-data/limn/internal/conf"
)

// The types in this file are the files as they are written: OSI 1.0 (Open Semantic Interchange, core
// metadata specification) with the LIMN extension. Everything else reads the resolved types of
// model.go.

type osiFile struct {
	Version        string     `yaml:"version"`
	SemanticModels []osiModel `yaml:"semantic_model"`
}

type osiModel struct {
	Name          string            `yaml:"name"`
	Description   string            `yaml:"description"`
	AIContext     aiContext         `yaml:"ai_context"`
	Datasets      []osiDataset      `yaml:"datasets"`
	Relationships []osiRelationship `yaml:"relationships"`
	Metrics       []osiMetric       `yaml:"metrics"`
	Extensions    []osiExtension    `yaml:"custom_extensions"`
}

type osiDataset struct {
	Name        string         `yaml:"name"`
	Source      string         `yaml:"source"`
	PrimaryKey  []string       `yaml:"primary_key"`
	UniqueKeys  [][]string     `yaml:"unique_keys"`
	Description string         `yaml:"description"`
	AIContext   aiContext      `yaml:"ai_context"`
	Fields      []osiField     `yaml:"fields"`
	Extensions  []osiExtension `yaml:"custom_extensions"`
}

type osiField struct {
	Name        string         `yaml:"name"`
	Expression  osiExpression  `yaml:"expression"`
	Dimension   *osiDimension  `yaml:"dimension"`
	Label       string         `yaml:"label"`
	Description string         `yaml:"description"`
	AIContext   aiContext      `yaml:"ai_context"`
	Extensions  []osiExtension `yaml:"custom_extensions"`
}

type osiDimension struct {
	IsTime bool `yaml:"is_time"`
}

type osiRelationship struct {
	Name        string         `yaml:"name"`
	From        string         `yaml:"from"`
	To          string         `yaml:"to"`
	FromColumns []string       `yaml:"from_columns"`
	ToColumns   []string       `yaml:"to_columns"`
	AIContext   aiContext      `yaml:"ai_context"`
	Extensions  []osiExtension `yaml:"custom_extensions"`
}

type osiMetric struct {
	Name        string         `yaml:"name"`
	Expression  osiExpression  `yaml:"expression"`
	Description string         `yaml:"description"`
	AIContext   aiContext      `yaml:"ai_context"`
	Extensions  []osiExtension `yaml:"custom_extensions"`
}

type osiExtension struct {
	Vendor string    `yaml:"vendor_name"`
	Data   conf.Node `yaml:"data"`
}

// osiExpression is {dialects: [{dialect, expression}]}, or the list alone as the specification's own
// metric examples write it.
type osiExpression struct {
	line     int
	dialects []osiDialect
}

type osiDialect struct {
	Dialect    string `yaml:"dialect"`
	Expression string `yaml:"expression"`
}

func (e *osiExpression) UnmarshalYAML(n *conf.Node) error {
	e.line = n.Line
	if n.Kind == conf.Sequence {
		return n.Decode(&e.dialects)
	}
	var obj struct {
		Dialects []osiDialect `yaml:"dialects"`
	}
	if n.Kind != conf.Mapping {
		return fmt.Errorf("line %d: an expression is written as {dialects: [{dialect: ANSI_SQL, expression: …}]}", n.Line)
	}
	for i := 0; i < len(n.Content); i += 2 {
		if k := n.Content[i]; k.Value != "dialects" {
			return fmt.Errorf("line %d: field %s not found in expression; did you mean dialects?", k.Line, k.Value)
		}
	}
	if err := n.Decode(&obj); err != nil {
		return err
	}
	e.dialects = obj.Dialects
	return nil
}

// text returns the ANSI_SQL expression, or the only one there is.
func (e osiExpression) text() string {
	for _, d := range e.dialects {
		if strings.EqualFold(d.Dialect, "ANSI_SQL") {
			return d.Expression
		}
	}
	return ""
}

// aiContext is a string of synonyms or an object.
type aiContext struct {
	Instructions string
	Synonyms     []string
	Examples     []string
}

func (a *aiContext) UnmarshalYAML(n *conf.Node) error {
	if n.Kind == conf.Scalar {
		for s := range strings.SplitSeq(n.Value, ",") {
			if s = strings.TrimSpace(s); s != "" {
				a.Synonyms = append(a.Synonyms, s)
			}
		}
		return nil
	}
	var obj struct {
		Instructions string   `yaml:"instructions"`
		Synonyms     []string `yaml:"synonyms"`
		Examples     []string `yaml:"examples"`
	}
	if err := n.Decode(&obj); err != nil {
		return err
	}
	*a = aiContext(obj)
	return nil
}

// vendor is the name under which limn's own extension is written.
const vendor = "LIMN"

// The LIMN extension, by the level it stands on. Its JSON Schema is schema.json beside this file; a
// test keeps the two alike.
type (
	extModel struct {
		Domain   string            `json:"domain,omitempty"`
		Sources  map[string]string `json:"sources,omitempty"`
		Inferred bool              `json:"inferred,omitempty"`
	}
	extDataset struct {
		Entity *extEntity `json:"entity,omitempty"`
		Time   string     `json:"time,omitempty"`
		List   []string   `json:"list,omitempty"`
	}
	extEntity struct {
		Name   string `json:"name"`
		Plural string `json:"plural,omitempty"`
		Key    string `json:"key,omitempty"`
		Label  string `json:"label,omitempty"`
	}
	extField struct {
		Label      string              `json:"label,omitempty"`
		Unit       string              `json:"unit,omitempty"`
		Role       string              `json:"role,omitempty"`
		Grain      string              `json:"grain,omitempty"`
		Additivity string              `json:"additivity,omitempty"`
		Values     map[string][]string `json:"values,omitempty"`
		PII        string              `json:"pii,omitempty"`
		Hidden     bool                `json:"hidden,omitempty"`
		Expression string              `json:"expression,omitempty"`
	}
	extMetric struct {
		Label         string            `json:"label,omitempty"`
		Expression    string            `json:"expression,omitempty"`
		Time          string            `json:"time,omitempty"`
		Unit          string            `json:"unit,omitempty"`
		Scale         *int              `json:"scale,omitempty"`
		Good          string            `json:"good,omitempty"`
		Filters       []string          `json:"filters,omitempty"`
		Result        string            `json:"result,omitempty"`
		Target        string            `json:"target,omitempty"`
		Owners        map[string]string `json:"owners,omitempty"`
		Tier          string            `json:"tier,omitempty"`
		Version       int               `json:"version,omitempty"`
		Certification *extCertification `json:"certification,omitempty"`
		Confidence    float64           `json:"confidence,omitempty"`
		Evidence      string            `json:"evidence,omitempty"`
	}
	extCertification struct {
		Approver string `json:"approver"`
		Date     string `json:"date"`
		Hash     string `json:"hash"`
	}
)

// extension decodes the LIMN extension among exts into out; unknown keys are errors. OSI writes the
// data as a JSON string; a YAML mapping is read too, since people write those.
func extension(exts []osiExtension, out any) error {
	for _, e := range exts {
		if !strings.EqualFold(e.Vendor, vendor) {
			continue
		}
		text := e.Data.Value
		if e.Data.Kind != conf.Scalar {
			var v any
			if err := e.Data.Decode(&v); err != nil {
				return fmt.Errorf("line %d: LIMN extension: %w", e.Data.Line, err)
			}
			raw, err := json.Marshal(v)
			if err != nil {
				return fmt.Errorf("line %d: LIMN extension: %w", e.Data.Line, err)
			}
			text = string(raw)
		}
		dec := json.NewDecoder(strings.NewReader(text))
		dec.DisallowUnknownFields()
		if err := dec.Decode(out); err != nil {
			return fmt.Errorf("line %d: LIMN extension: %s", e.Data.Line, strings.TrimPrefix(err.Error(), "json: "))
		}
		if dec.More() {
			return fmt.Errorf("line %d: LIMN extension: more than one JSON object", e.Data.Line)
		}
	}
	return nil
}

package odcs

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

// table reads the columns and checks of one object.
type table struct {
	source   *Source
	contract *contract
	object   *object
	server   *server
	claim    *catalog.Claim
	rep      *catalog.Report
	ids      map[string]int // of checks that have no id of their own
}

// deepest is how deep properties may be nested.
const deepest = 50

func (t *table) properties(list []property, under string, depth int) {
	for i := range list {
		p := &list[i]
		name := first(p.Physical, p.Name)
		if name == "" || depth > deepest {
			continue
		}
		path := under + name
		col := catalog.ColumnClaim{Path: path, NativeType: first(p.PhysicalType, p.LogicalType), Description: p.Description, Class: p.Classification, Tags: p.Tags}
		if col.Description == "" && p.Business != "" {
			col.Description = p.Business
		}
		if t.server != nil && (strings.EqualFold(t.server.Type, "trino") || strings.EqualFold(t.server.Type, "presto")) {
			col.Type = p.PhysicalType
		}
		if p.Required != nil {
			nullable := !*p.Required
			col.Nullable = &nullable
		}
		switch {
		case p.Primary:
			col.Key = "primary"
		case p.Partitioned:
			col.Key = "partition"
		case p.foreign():
			col.Key = "foreign"
		}
		if p.Critical {
			col.Tags = append(col.Tags, "critical")
		}
		for _, d := range p.Links {
			if d.Type == "businessDefinition" && d.URL != "" {
				col.Terms = append(col.Terms, d.URL)
			}
		}
		col.PII = p.personal()
		if under == "" {
			t.rep.Count("columns")
		}
		t.claim.Columns = append(t.claim.Columns, col)
		t.quality(p.Quality, path)
		t.sources(p, path)
		t.properties(p.Properties, path+".", depth+1)
		for item := p.Items; item != nil && depth <= deepest; item = item.Items {
			t.properties(item.Properties, path+".", depth+1)
			depth++
		}
	}
}

func (p *property) foreign() bool {
	for _, r := range p.Relationships {
		if len(r.To) > 0 && (r.Type == "" || strings.EqualFold(r.Type, "foreignKey")) {
			return true
		}
	}
	return false
}

// personal finds out whether a column has personal data: by its tags, by its class, or by a property of its own.
func (p *property) personal() string {
	said := []any{[]string(p.Tags), []string{p.Classification}}
	for _, c := range p.Custom {
		switch loose.Plain(c.Property) {
		case "pii", "containspii", "personaldata", "gdpr":
			var v loose.Text
			if len(c.Value) > 0 && v.UnmarshalJSON(c.Value) == nil {
				said = append(said, string(v))
			}
		}
	}
	return loose.PII(said...)
}

// sources are the tables that a column is made of.
func (t *table) sources(p *property, path string) {
	for _, from := range p.From {
		if from == "" {
			continue
		}
		o := &object{Physical: from}
		for i := range t.contract.Schema {
			if strings.EqualFold(t.contract.Schema[i].Name, from) {
				o = &t.contract.Schema[i]
			}
		}
		t.claim.Upstream = append(t.claim.Upstream, catalog.EdgeClaim{From: t.server.id(o, t.source.Namespaces), ToColumn: path, Type: "direct", Transform: first(p.Logic, p.LogicWords)})
	}
}

// severities of contracts on the catalog's scale.
var severities = map[string]string{"error": "high", "critical": "high", "high": "high", "warning": "medium", "warn": "medium", "medium": "medium", "info": "low", "low": "low"}

func (t *table) quality(list []quality, column string) {
	for _, q := range list {
		k := catalog.Check{Column: column, Type: first(q.Metric, q.Rule, q.Name, q.Type), Severity: severities[strings.ToLower(q.Severity)], Message: q.Description, Expression: loose.Short(q.Query), Expected: q.expected()}
		if k.Expression == "" && len(q.Implementation) > 0 {
			var v loose.Text
			if v.UnmarshalJSON(q.Implementation) == nil {
				k.Expression = loose.Short(string(v))
			}
		}
		// An id must stay the same from reading to reading; where none is given, what is checked is it.
		k.ID = first(q.ID, q.Name)
		if k.ID == "" {
			k.ID = t.object.Name
			if column != "" {
				k.ID += "." + column
			}
			k.ID += ":" + k.Type
		}
		if t.ids[k.ID]++; t.ids[k.ID] > 1 {
			k.ID += fmt.Sprintf("#%d", t.ids[k.ID])
		}
		t.rep.Count("checks")
		t.claim.Checks = append(t.claim.Checks, k)
	}
}

// expected is the condition in words: "> 1000", "between 1 and 5".
func (q *quality) expected() string {
	var parts []string
	for _, c := range []struct {
		word string
		v    json.RawMessage
	}{{"=", q.MustBe}, {"≠", q.MustNotBe}, {">", q.MustBeGreater}, {"≥", q.MustBeGreaterEqual}, {"<", q.MustBeLess}, {"≤", q.MustBeLessEqual}, {"between", q.MustBeBetween}, {"not between", q.MustNotBeBetween}} {
		if len(c.v) == 0 || string(c.v) == "null" {
			continue
		}
		var two []loose.Text
		var one loose.Text
		switch {
		case strings.HasSuffix(c.word, "between") && json.Unmarshal(c.v, &two) == nil && len(two) == 2:
			parts = append(parts, fmt.Sprintf("%s %s and %s", c.word, two[0], two[1]))
		case one.UnmarshalJSON(c.v) == nil:
			parts = append(parts, c.word+" "+loose.Short(string(one)))
		}
	}
	if len(parts) > 0 && q.Unit != "" {
		parts[len(parts)-1] += " " + q.Unit
	}
	return strings.Join(parts, ", ")
}

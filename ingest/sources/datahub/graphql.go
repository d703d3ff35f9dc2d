package datahub

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/limn-data/limn/ingest/sources/loose"
)

// The questions that are asked over GraphQL. Each value is one that the schema of 0.10 and later has.
const (
	gqlOwners = `ownership { owners { owner { ... on CorpUser { urn properties { email active } } ... on CorpGroup { urn properties { displayName } } } type ownershipType { urn info { name } } } }`
	gqlTags   = `tags { tags { tag { urn properties { name } } } }`
	gqlTerms  = `glossaryTerms { terms { term { urn properties { name } } } }`

	gqlDatasets = `query limnDatasets($scroll: String, $count: Int!) {
  scrollAcrossEntities(input: {types: [DATASET], query: "*", count: $count, scrollId: $scroll, searchFlags: {skipHighlighting: true, skipAggregates: true, skipCache: true, includeSoftDeleted: true}}) {
    nextScrollId
    searchResults { entity { urn ... on Dataset {
      properties { name qualifiedName description externalUrl customProperties { key value } }
      editableProperties { description }
      status { removed }
      subTypes { typeNames }
      dataPlatformInstance { urn }
      deprecation { deprecated note decommissionTime }
      domain { domain { urn properties { name } } }
      institutionalMemory { elements { url description } }
      siblings { isPrimary siblings { urn } }
      viewProperties { materialized logic language }
      schemaMetadata { primaryKeys fields { fieldPath nullable description label nativeDataType isPartOfKey ` + gqlTags + ` ` + gqlTerms + ` } }
      editableSchemaMetadata { editableSchemaFieldInfo { fieldPath description ` + gqlTags + ` ` + gqlTerms + ` } }
      ` + gqlOwners + `
      ` + gqlTags + `
      ` + gqlTerms + `
      structuredProperties { properties { structuredProperty { urn definition { qualifiedName displayName } } values { ... on StringValue { stringValue } ... on NumberValue { numberValue } } } }
      fineGrainedLineages { upstreams { urn path } downstreams { urn path } transformOperation }
      lineage(input: {direction: UPSTREAM, start: 0, count: 500}) { relationships { type entity { urn } } }
      operations(limit: 20) { timestampMillis lastUpdatedTimestamp operationType partition }
      datasetProfiles(limit: 1) { timestampMillis rowCount sizeInBytes }
      assertions(start: 0, count: 500) { assertions { urn
        info { type description externalUrl
          datasetAssertion { datasetUrn operator nativeType logic fields { urn path } parameters { value { value type } minValue { value type } maxValue { value type } } }
          freshnessAssertion { type schedule { type cron { cron timezone } fixedInterval { unit multiple } } }
          sqlAssertion { type statement operator parameters { value { value type } minValue { value type } maxValue { value type } } } }
        runEvents(status: COMPLETE, limit: 20) { runEvents { timestampMillis asserteeUrn partitionSpec { type partition } result { type rowCount missingCount unexpectedCount actualAggValue externalUrl } } } } }
      incidents(start: 0, count: 100) { incidents { urn incidentType customType title description priority created { time } status { state message lastUpdated { time } } } }
    } } }
  }
}`

	gqlTermsQuery = `query limnTerms($scroll: String, $count: Int!) {
  scrollAcrossEntities(input: {types: [GLOSSARY_TERM], query: "*", count: $count, scrollId: $scroll}) {
    nextScrollId
    searchResults { entity { urn ... on GlossaryTerm {
      properties { name description termSource sourceRef sourceUrl }
      parentNodes { nodes { urn properties { name } } }
      ` + gqlOwners + `
    } } }
  }
}`

	gqlDashboards = `query limnDashboards($scroll: String, $count: Int!) {
  scrollAcrossEntities(input: {types: [DASHBOARD, CHART], query: "*", count: $count, scrollId: $scroll}) {
    nextScrollId
    searchResults { entity { urn
      ... on Dashboard { dashboard: properties { name description externalUrl } ` + gqlOwners + ` lineage(input: {direction: UPSTREAM, start: 0, count: 500}) { relationships { type entity { urn } } } }
      ... on Chart { chart: properties { name description externalUrl } ` + gqlOwners + ` lineage(input: {direction: UPSTREAM, start: 0, count: 500}) { relationships { type entity { urn } } } }
    } }
  }
}`
)

type gqlAnswer struct {
	Data struct {
		Scroll struct {
			Next    string `json:"nextScrollId"`
			Results []struct {
				Entity json.RawMessage `json:"entity"`
			} `json:"searchResults"`
		} `json:"scrollAcrossEntities"`
	} `json:"data"`
	Errors []struct {
		Message string `json:"message"`
	} `json:"errors"`
	Extensions json.RawMessage `json:"extensions"`
}

// graphql scrolls over datasets, terms and dashboards.
func (a *API) graphql(ctx context.Context, st *store) error {
	for _, q := range []struct{ name, text string }{{"datasets", gqlDatasets}, {"terms", gqlTermsQuery}, {"dashboards", gqlDashboards}} {
		vars := map[string]any{"count": cmp.Or(a.Page, 50)}
		last := ""
		for {
			var answer gqlAnswer
			if err := a.post(ctx, "/api/graphql", map[string]any{"query": q.text, "variables": vars}, &answer, st, "graphql"); err != nil {
				return fmt.Errorf("%s: %w", q.name, err)
			}
			if len(answer.Errors) > 0 {
				return fmt.Errorf("%s: %s does not answer the question: %s; a DataHub of 0.10 or later does, and OpenAPI needs none of it", q.name, a.URL, loose.Short(answer.Errors[0].Message))
			}
			for _, r := range answer.Data.Scroll.Results {
				if err := gqlEntity(r.Entity, st); err != nil {
					return fmt.Errorf("%s: %w", q.name, err)
				}
			}
			next := answer.Data.Scroll.Next
			if next == "" || len(answer.Data.Scroll.Results) == 0 {
				break
			}
			if next == last {
				return fmt.Errorf("%s: the scroll stands still at %q", q.name, loose.Short(next))
			}
			last = next
			vars["scroll"] = next
		}
	}
	return nil
}

type (
	gqlRef struct {
		URN        string `json:"urn"`
		Properties *named `json:"properties"`
		Definition *named `json:"definition"`
		Info       *named `json:"info"`
	}
	gqlTagged struct {
		Tags []struct {
			Tag gqlRef `json:"tag"`
		} `json:"tags"`
	}
	gqlTermed struct {
		Terms []struct {
			Term gqlRef `json:"term"`
		} `json:"terms"`
	}
	gqlField struct {
		schemaField
		Tags  gqlTagged `json:"tags"`
		Terms gqlTermed `json:"glossaryTerms"`
	}
	gqlProps struct {
		properties
		Custom []struct {
			Key   string     `json:"key"`
			Value loose.Text `json:"value"`
		} `json:"customProperties"`
		Source    string `json:"termSource"`
		SourceRef string `json:"sourceRef"`
		SourceURL string `json:"sourceUrl"`
	}
	gqlThing struct {
		URN        string    `json:"urn"`
		Properties *gqlProps `json:"properties"`
		Dashboard  *gqlProps `json:"dashboard"`
		Chart      *gqlProps `json:"chart"`
		Editable   *editable `json:"editableProperties"`
		Status     *status   `json:"status"`
		SubTypes   *subTypes `json:"subTypes"`
		Instance   *gqlRef   `json:"dataPlatformInstance"`
		Deprecated *struct {
			deprecation
			Decommission *float64 `json:"decommissionTime"`
		} `json:"deprecation"`
		Domain *struct {
			Domain gqlRef `json:"domain"`
		} `json:"domain"`
		Memory   *memory `json:"institutionalMemory"`
		Siblings *struct {
			Primary  bool     `json:"isPrimary"`
			Siblings []gqlRef `json:"siblings"`
		} `json:"siblings"`
		View *struct {
			Materialized bool   `json:"materialized"`
			Logic        string `json:"logic"`
			Language     string `json:"language"`
		} `json:"viewProperties"`
		Schema *struct {
			PrimaryKeys []string   `json:"primaryKeys"`
			Fields      []gqlField `json:"fields"`
		} `json:"schemaMetadata"`
		EditableSchema *struct {
			Fields []gqlField `json:"editableSchemaFieldInfo"`
		} `json:"editableSchemaMetadata"`
		Ownership *struct {
			Owners []struct {
				Owner gqlRef  `json:"owner"`
				Type  string  `json:"type"`
				Kind  *gqlRef `json:"ownershipType"`
			} `json:"owners"`
		} `json:"ownership"`
		Tags       gqlTagged `json:"tags"`
		Terms      gqlTermed `json:"glossaryTerms"`
		Structured *struct {
			Properties []struct {
				Property gqlRef `json:"structuredProperty"`
				Values   []struct {
					Text   *string      `json:"stringValue"`
					Number *json.Number `json:"numberValue"`
				} `json:"values"`
			} `json:"properties"`
		} `json:"structuredProperties"`
		Fine []struct {
			Upstreams   []gqlColumn `json:"upstreams"`
			Downstreams []gqlColumn `json:"downstreams"`
			Operation   string      `json:"transformOperation"`
		} `json:"fineGrainedLineages"`
		Lineage *struct {
			Relationships []struct {
				Type   string  `json:"type"`
				Entity *gqlRef `json:"entity"`
			} `json:"relationships"`
		} `json:"lineage"`
		Operations []struct {
			operation
			Part string `json:"partition"`
		} `json:"operations"`
		Profiles   []profile `json:"datasetProfiles"`
		Assertions *struct {
			Total      int64          `json:"total"`
			Assertions []gqlAssertion `json:"assertions"`
		} `json:"assertions"`
		Incidents *struct {
			Incidents []struct {
				incident
				URN  string `json:"urn"`
				Type string `json:"incidentType"`
			} `json:"incidents"`
		} `json:"incidents"`
		Parents *struct {
			Nodes []gqlRef `json:"nodes"`
		} `json:"parentNodes"`
		Typename string `json:"__typename"`
	}
	gqlColumn struct {
		URN  string `json:"urn"`
		Path string `json:"path"`
	}
	gqlAssertion struct {
		Typename string `json:"__typename"`
		URN      string `json:"urn"`
		Info     *struct {
			assertionInfo
			Dataset *struct {
				assertionOn
				URN    string      `json:"datasetUrn"`
				Fields []gqlColumn `json:"fields"`
			} `json:"datasetAssertion"`
		} `json:"info"`
		Runs *struct {
			Total     int64             `json:"total"`
			Failed    int64             `json:"failed"`
			Succeeded int64             `json:"succeeded"`
			Events    []json.RawMessage `json:"runEvents"`
		} `json:"runEvents"`
	}
)

// gqlEntity turns an answer of GraphQL into the aspects that it was made of.
func gqlEntity(raw json.RawMessage, st *store) error {
	var t gqlThing
	if err := loose.Decode(raw, &t, loose.Notes{Report: st.rep, Where: "graphql.entity"}); err != nil {
		return err
	}
	if t.URN == "" {
		st.rep.Skip("an entity", "it has no urn")
		return nil
	}
	st.rep.Records++
	g := gqlStore{st: st, urn: t.URN}
	kind := kindOfURN(t.URN)
	switch kind {
	case "dataset":
		g.dataset(&t)
	case "glossaryTerm":
		g.term(&t)
	case "dashboard", "chart":
		g.dashboard(kind, &t)
	}
	g.common(&t)
	return g.err
}

// gqlStore puts aspects of one thing into the store.
type gqlStore struct {
	st  *store
	urn string
	err error
}

func (g *gqlStore) put(urn, aspect string, v any) {
	raw, err := json.Marshal(v)
	if err == nil {
		err = g.st.add(record{urn: urn, kind: kindOfURN(urn), aspect: aspect, raw: raw})
	}
	if err != nil && g.err == nil {
		g.err = err
	}
}

// name keeps what a thing that is referred to calls itself, unless that was read of the thing.
func (g *gqlStore) name(r gqlRef, aspect string) string {
	if r.URN == "" {
		return ""
	}
	for _, p := range []*named{r.Properties, r.Definition, r.Info} {
		if p != nil && (g.st.things[r.URN] == nil || g.st.things[r.URN].aspects[aspect] == nil) {
			g.put(r.URN, aspect, map[string]any{"name": p.Name, "displayName": p.DisplayName, "email": p.Email, "active": p.Active, "qualifiedName": p.Qualified})
		}
	}
	return r.URN
}

func (g *gqlStore) tagList(t gqlTagged) map[string]any {
	var list []any
	for _, x := range t.Tags {
		if u := g.name(x.Tag, "tagProperties"); u != "" {
			list = append(list, map[string]any{"tag": u})
		}
	}
	return map[string]any{"tags": list}
}

func (g *gqlStore) termList(t gqlTermed) map[string]any {
	var list []any
	for _, x := range t.Terms {
		if x.Term.URN != "" {
			list = append(list, map[string]any{"urn": x.Term.URN})
		}
	}
	return map[string]any{"terms": list}
}

func (g *gqlStore) common(t *gqlThing) {
	if t.Ownership != nil {
		var list []any
		for _, o := range t.Ownership.Owners {
			aspect := "corpUserInfo"
			if kindOfURN(o.Owner.URN) == "corpGroup" {
				aspect = "corpGroupInfo"
			}
			one := map[string]any{"owner": g.name(o.Owner, aspect), "type": o.Type}
			if o.Kind != nil {
				one["typeUrn"] = g.name(*o.Kind, "ownershipTypeInfo")
			}
			list = append(list, one)
		}
		g.put(t.URN, "ownership", map[string]any{"owners": list})
	}
	if len(t.Tags.Tags) > 0 {
		g.put(t.URN, "globalTags", g.tagList(t.Tags))
	}
	if len(t.Terms.Terms) > 0 {
		g.put(t.URN, "glossaryTerms", g.termList(t.Terms))
	}
	if t.Status != nil {
		g.put(t.URN, "status", t.Status)
	}
	if t.Deprecated != nil {
		d := map[string]any{"deprecated": t.Deprecated.Deprecated, "note": t.Deprecated.Note}
		if t.Deprecated.Decommission != nil {
			d["decommissionTime"] = int64(*t.Deprecated.Decommission)
		}
		g.put(t.URN, "deprecation", d)
	}
	if t.Domain != nil && t.Domain.Domain.URN != "" {
		g.put(t.URN, "domains", map[string]any{"domains": []string{g.name(t.Domain.Domain, "domainProperties")}})
	}
	if t.Memory != nil {
		g.put(t.URN, "institutionalMemory", t.Memory)
	}
	if t.SubTypes != nil {
		g.put(t.URN, "subTypes", t.SubTypes)
	}
	if t.Structured != nil {
		var list []any
		for _, p := range t.Structured.Properties {
			var values []any
			for _, v := range p.Values {
				if v.Text != nil {
					values = append(values, *v.Text)
				} else if v.Number != nil {
					values = append(values, v.Number)
				}
			}
			list = append(list, map[string]any{"propertyUrn": g.name(p.Property, "propertyDefinition"), "values": values})
		}
		g.put(t.URN, "structuredProperties", map[string]any{"properties": list})
	}
}

func (p *gqlProps) aspect() map[string]any {
	custom := map[string]string{}
	for _, c := range p.Custom {
		custom[c.Key] = string(c.Value)
	}
	return map[string]any{"name": p.Name, "qualifiedName": p.Qualified, "description": p.Description, "externalUrl": p.URL, "customProperties": custom}
}

func (g *gqlStore) fields(fields []gqlField) []any {
	var list []any
	for _, f := range fields {
		list = append(list, map[string]any{"fieldPath": f.Path, "nullable": f.Nullable, "description": f.Description, "label": f.Label, "nativeDataType": f.Native, "isPartOfKey": f.Key,
			"globalTags": g.tagList(f.Tags), "glossaryTerms": g.termList(f.Terms)})
	}
	return list
}

func (g *gqlStore) dataset(t *gqlThing) {
	if t.Properties != nil {
		g.put(t.URN, "datasetProperties", t.Properties.aspect())
	} else {
		g.put(t.URN, "datasetKey", map[string]any{})
	}
	if t.Editable != nil {
		g.put(t.URN, "editableDatasetProperties", t.Editable)
	}
	if t.Instance != nil {
		g.put(t.URN, "dataPlatformInstance", map[string]any{"instance": t.Instance.URN})
	}
	if t.Siblings != nil {
		var list []string
		for _, s := range t.Siblings.Siblings {
			list = append(list, s.URN)
		}
		g.put(t.URN, "siblings", map[string]any{"siblings": list, "primary": t.Siblings.Primary})
	}
	if t.View != nil {
		g.put(t.URN, "viewProperties", map[string]any{"materialized": t.View.Materialized, "viewLogic": t.View.Logic, "viewLanguage": t.View.Language})
	}
	if t.Schema != nil {
		g.put(t.URN, "schemaMetadata", map[string]any{"fields": g.fields(t.Schema.Fields), "primaryKeys": t.Schema.PrimaryKeys})
	}
	if t.EditableSchema != nil {
		var list []any
		for _, f := range t.EditableSchema.Fields {
			list = append(list, map[string]any{"fieldPath": f.Path, "description": f.Description, "globalTags": g.tagList(f.Tags), "glossaryTerms": g.termList(f.Terms)})
		}
		g.put(t.URN, "editableSchemaMetadata", map[string]any{"editableSchemaFieldInfo": list})
	}
	g.lineage(t)
	for _, o := range t.Operations {
		g.put(t.URN, "operation", map[string]any{"timestampMillis": o.At, "lastUpdatedTimestamp": o.Updated, "operationType": o.Type})
	}
	for _, p := range t.Profiles {
		g.put(t.URN, "datasetProfile", p)
	}
	if t.Assertions != nil {
		for _, a := range t.Assertions.Assertions {
			g.assertion(t.URN, &a)
		}
	}
	if t.Incidents != nil {
		for _, i := range t.Incidents.Incidents {
			if i.URN == "" {
				continue
			}
			v := i.incident
			v.Type, v.Entities = i.Type, []string{t.URN}
			g.put(i.URN, "incidentInfo", v)
		}
	}
}

func (g *gqlStore) lineage(t *gqlThing) {
	var ups, fine []any
	if t.Lineage != nil {
		for _, r := range t.Lineage.Relationships {
			if r.Entity != nil && kindOfURN(r.Entity.URN) == "dataset" { // jobs tell of what they write themselves
				ups = append(ups, map[string]any{"dataset": r.Entity.URN})
			}
		}
	}
	columns := func(list []gqlColumn) (out []string) {
		for _, c := range list {
			if kindOfURN(c.URN) == "schemaField" {
				out = append(out, c.URN)
			} else if c.URN != "" {
				out = append(out, "urn:li:schemaField:("+c.URN+","+strings.NewReplacer(",", "%2C", "(", "%28", ")", "%29").Replace(c.Path)+")")
			}
		}
		return out
	}
	for _, f := range t.Fine {
		fine = append(fine, map[string]any{"upstreams": columns(f.Upstreams), "downstreams": columns(f.Downstreams), "transformOperation": f.Operation})
	}
	if len(ups)+len(fine) > 0 {
		g.put(t.URN, "upstreamLineage", map[string]any{"upstreams": ups, "fineGrainedLineages": fine})
	}
}

func (g *gqlStore) assertion(dataset string, a *gqlAssertion) {
	if a.URN == "" && a.Runs != nil { // its runs name it too
		for _, e := range a.Runs.Events {
			var run struct {
				URN string `json:"assertionUrn"`
			}
			if json.Unmarshal(e, &run) == nil && run.URN != "" {
				a.URN = run.URN
				break
			}
		}
	}
	if a.URN == "" {
		return
	}
	if i := a.Info; i != nil {
		v := i.assertionInfo
		if i.Dataset != nil {
			on := i.Dataset.assertionOn
			on.Dataset = cmp.Or(i.Dataset.URN, dataset)
			for _, f := range i.Dataset.Fields {
				on.Fields = append(on.Fields, f.URN)
			}
			v.Dataset = &on
		}
		for _, on := range []*assertionOn{v.Freshness, v.Volume, v.SQL, v.Field, v.Schema, v.Own} {
			if on != nil {
				on.Entity = cmp.Or(on.Entity, dataset)
			}
		}
		g.put(a.URN, "assertionInfo", v)
	}
	if a.Runs == nil {
		return
	}
	for _, e := range a.Runs.Events {
		var on struct {
			On string `json:"asserteeUrn"`
		}
		if json.Unmarshal(e, &on) == nil && on.On == "" { // it was asked of the dataset
			e = json.RawMessage(`{"asserteeUrn":` + strconv.Quote(dataset) + `,` + strings.TrimPrefix(strings.TrimSpace(string(e)), "{"))
			if !json.Valid(e) {
				continue
			}
		}
		g.put(a.URN, "assertionRunEvent", e)
	}
}

func (g *gqlStore) term(t *gqlThing) {
	if t.Properties == nil {
		return
	}
	p := t.Properties
	info := map[string]any{"name": p.Name, "definition": p.Description, "termSource": p.Source, "sourceRef": p.SourceRef, "sourceUrl": p.SourceURL}
	if t.Parents != nil && len(t.Parents.Nodes) > 0 {
		info["parentNode"] = g.name(t.Parents.Nodes[0], "glossaryNodeInfo")
	}
	g.put(t.URN, "glossaryTermInfo", info)
}

func (g *gqlStore) dashboard(kind string, t *gqlThing) {
	p := t.Dashboard
	if kind == "chart" {
		p = t.Chart
	}
	info := map[string]any{}
	if p != nil {
		info = map[string]any{"title": p.Name, "description": p.Description, "externalUrl": p.URL}
	}
	var charts, datasets []string
	if t.Lineage != nil {
		for _, r := range t.Lineage.Relationships {
			switch {
			case r.Entity == nil:
			case kindOfURN(r.Entity.URN) == "chart":
				charts = append(charts, r.Entity.URN)
			case kindOfURN(r.Entity.URN) == "dataset":
				datasets = append(datasets, r.Entity.URN)
			}
		}
	}
	info["charts"], info["datasets"] = charts, datasets
	g.put(t.URN, kind+"Info", info)
}

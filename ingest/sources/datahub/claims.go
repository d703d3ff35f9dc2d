package datahub

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

// builder makes claims of what a store has.
type builder struct {
	*store
	names names
	base  catalog.Provenance
	emit  func(catalog.Claim) error
}

// aspects that say nothing about data, or are read where others refer to them.
var quiet = map[string]bool{
	"browsePaths": true, "browsePathsV2": true, "container": true, "datasetKey": true, "dataJobKey": true, "dataFlowKey": true, "tagKey": true, "glossaryTermKey": true, "chartKey": true, "dashboardKey": true,
	"schemaFieldsInferredFromSample": true, "forms": true, "inputFields": true, "dataProcessInstanceInput": true, "dataProcessInstanceProperties": true, "dataProcessInstanceKey": true, "assertionKey": true,
	"incidentsSummary": true, "access": true, "testResults": true, "versionInfo": true, "subscriptions": true, "dataPlatformInstance": true, "usageFeatures": true, "assertionActions": true, "incidentKey": true, "dataContractKey": true,
	"mlFeatureTableProperties": true, "schemaProposals": true, "documentation": true, "upstreamLineageSummary": true, "icebergTableInfo": true, "icebergCatalogInfo": true, "datasetDeprecation": true, "partitionsSummary": true,
}

// kinds whose things are not told of: they are read where others refer to them, or have nothing to do with data
// that questions are asked of.
var referred = map[string]bool{
	"corpuser": true, "corpGroup": true, "tag": true, "domain": true, "ownershipType": true, "structuredProperty": true, "dataPlatform": true, "dataPlatformInstance": true, "glossaryNode": true, "container": true,
	"entityType": true, "dataType": true, "form": true, "post": true, "platformResource": true, "role": true, "dataHubPolicy": true, "dataHubIngestionSource": true, "dataHubExecutionRequest": true, "dataHubSecret": true,
	"telemetry": true, "inviteToken": true, "notebook": true, "test": true, "dataHubView": true, "globalSettings": true, "dataProduct": true, "application": true, "businessAttribute": true, "document": true,
	"mlModel": true, "mlModelGroup": true, "mlFeature": true, "mlFeatureTable": true, "mlPrimaryKey": true, "mlModelDeployment": true, "schemaField": true, "erModelRelationship": true, "versionSet": true,
}

// all makes the claims of everything.
func (b *builder) all() error {
	b.names.instances = map[string]string{}
	for _, u := range b.order {
		if t := b.things[u]; t.aspects["dataPlatformInstance"] != nil {
			var p platformInstance
			b.read(t, "dataPlatformInstance", &p, nil)
			if inst, ok := parseURN(p.Instance); ok && len(inst.parts) == 2 {
				b.names.instances[u] = inst.parts[1]
			}
		}
	}
	for _, u := range b.order {
		t := b.things[u]
		if err := b.thing(t); err != nil {
			return err
		}
		for a := range t.aspects {
			if !b.knows(t, a) {
				b.rep.Unknowns(t.kind + "." + a)
			}
		}
	}
	return nil
}

func (b *builder) knows(t *thing, a string) bool {
	return quiet[a] || referred[t.kind] || generic[a] || slices.Contains(particular[t.kind], a)
}

// generic are the aspects that things of any kind have.
var generic = map[string]bool{"status": true, "ownership": true, "globalTags": true, "glossaryTerms": true, "institutionalMemory": true, "deprecation": true, "domains": true, "structuredProperties": true, "subTypes": true, "embed": true, "siblings": true}

// particular are those of one kind.
var particular = map[string][]string{
	"dataset":             {"datasetProperties", "editableDatasetProperties", "schemaMetadata", "editableSchemaMetadata", "upstreamLineage", "viewProperties"},
	"dataJob":             {"dataJobInfo", "editableDataJobProperties", "dataJobInputOutput"},
	"dataFlow":            {"dataFlowInfo", "editableDataFlowProperties"},
	"chart":               {"chartInfo", "editableChartProperties", "chartQuery"},
	"dashboard":           {"dashboardInfo", "editableDashboardProperties"},
	"glossaryTerm":        {"glossaryTermInfo", "glossaryRelatedTerms"},
	"assertion":           {"assertionInfo"},
	"incident":            {"incidentInfo"},
	"query":               {"queryProperties", "querySubjects"},
	"dataContract":        {"dataContractProperties", "dataContractStatus"},
	"dataProcessInstance": {"dataProcessInstanceRelationships", "dataProcessInstanceOutput"},
}

// read decodes an aspect; one that the thing does not have leaves into as it is.
func (b *builder) read(t *thing, name string, into any, extra map[string]string) {
	a := t.aspects[name]
	if a == nil {
		return
	}
	b.decode(t, name, a.raw, into, extra)
}

func (b *builder) decode(t *thing, name string, raw json.RawMessage, into any, extra map[string]string) bool {
	if err := loose.Decode(raw, into, loose.Notes{Report: b.rep, Where: t.kind + "." + name, Custom: extra}); err != nil {
		b.rep.Skip(t.urn+" "+name, err.Error())
		return false
	}
	return true
}

func (b *builder) thing(t *thing) error {
	switch t.kind {
	case "dataset":
		return b.dataset(t)
	case "dataJob", "dataFlow":
		return b.job(t)
	case "chart", "dashboard":
		return b.dashboard(t)
	case "glossaryTerm":
		return b.term(t)
	case "assertion":
		return b.assertion(t)
	case "incident":
		return b.incident(t)
	case "query":
		return b.query(t)
	case "dataContract":
		return b.contract(t)
	case "dataProcessInstance":
		return b.instance(t)
	}
	b.rep.Count("not read: " + t.kind)
	if !referred[t.kind] {
		b.rep.Unknowns(t.kind)
	}
	return nil
}

// claim begins a claim about a thing with what things of any kind may have.
func (b *builder) claim(t *thing) catalog.Claim {
	c := catalog.Claim{Provenance: b.base, Custom: map[string]string{}}
	c.RecordID = t.urn
	c.About = b.names.id(t.urn)
	c.Aliases = b.names.aliases(t.urn, c.About)
	var newest int64
	hash := []byte{}
	for _, name := range slices.Sorted(maps.Keys(t.aspects)) {
		newest = max(newest, t.aspects[name].at)
		hash = append(append(hash, name...), t.aspects[name].raw...)
	}
	c.AsOf, c.RawHash = loose.Millis(newest), loose.Hash(hash)

	var st status
	b.read(t, "status", &st, nil)
	c.Gone = st.Removed || t.gone

	var own ownership
	b.read(t, "ownership", &own, nil)
	for _, o := range own.Owners {
		role := o.Type
		if o.URN != "" && (o.Type == "" || o.Type == "CUSTOM") {
			role = b.nameOf(o.URN)
		}
		who, left := b.person(o.Owner)
		c.Owners = append(c.Owners, catalog.Ownership{Principal: who, Role: loose.Role(cmp.Or(role, o.URN)), SourceRole: cmp.Or(role, o.URN), Inactive: left})
	}
	var ts tags
	b.read(t, "globalTags", &ts, nil)
	c.Tags = b.tags(ts)
	var gs terms
	b.read(t, "glossaryTerms", &gs, nil)
	set(c.Custom, "glossary terms", strings.Join(b.terms(gs), ", "))
	var mem memory
	b.read(t, "institutionalMemory", &mem, nil)
	for _, e := range mem.Elements {
		if e.URL != "" {
			c.Links = append(c.Links, catalog.Link{Text: e.Description, URL: e.URL})
		}
	}
	for _, name := range []string{"deprecation", "datasetDeprecation"} { // the latter until 2021
		if t.aspects[name] == nil || c.Deprecation != nil {
			continue
		}
		var d deprecation
		b.read(t, name, &d, nil)
		c.Deprecation = &catalog.Lifecycle{Deprecated: d.Deprecated, Note: d.Note, Decommission: loose.Millis(d.Decommission)}
		if d.Replacement != "" {
			c.Deprecation.Replacement = b.names.id(d.Replacement)
		}
	}
	var dom domains
	b.read(t, "domains", &dom, nil)
	if len(dom.Domains) > 0 {
		c.Domain = b.nameOf(dom.Domains[0])
	}
	var sp structured
	b.read(t, "structuredProperties", &sp, nil)
	for _, p := range sp.Properties {
		var values []string
		for _, v := range p.Values {
			values = append(values, last(string(v)))
		}
		set(c.Custom, b.nameOf(p.URN), strings.Join(values, ", "))
	}
	var em embed
	b.read(t, "embed", &em, nil)
	if em.URL != "" {
		c.Links = append(c.Links, catalog.Link{Text: "embedded", URL: em.URL})
	}
	return c
}

func set(m map[string]string, key, value string) {
	if key != "" && value != "" && len(value) <= 500 {
		m[key] = value
	}
}

// nameOf is the name of a tag, domain, type of owners or term: the one that it gives itself, or the last part
// of its URN.
func (b *builder) nameOf(u string) string {
	t := b.things[u]
	if t == nil {
		return strings.TrimPrefix(last(u), "__system__")
	}
	for _, name := range []string{"tagProperties", "domainProperties", "ownershipTypeInfo", "propertyDefinition", "glossaryTermInfo", "glossaryNodeInfo", "corpGroupInfo"} {
		if a := t.aspects[name]; a != nil {
			var n named
			if json.Unmarshal(a.raw, &n) == nil {
				if s := cmp.Or(n.DisplayName, n.Name, n.Qualified); s != "" {
					return s
				}
			}
		}
	}
	return strings.TrimPrefix(last(u), "__system__")
}

// person is a user's mail address where it is known, or its name; a group's name. left says that the account is
// no longer active.
func (b *builder) person(u string) (who string, left bool) {
	t := b.things[u]
	if t == nil || t.kind != "corpuser" {
		return b.nameOf(u), false
	}
	who = last(u)
	for _, name := range []string{"corpUserInfo", "corpUserEditableInfo", "corpUserStatus"} {
		if a := t.aspects[name]; a != nil {
			var n named
			if json.Unmarshal(a.raw, &n) != nil {
				continue
			}
			who = cmp.Or(n.Email, who)
			left = left || name == "corpUserInfo" && n.Active != nil && !*n.Active || n.Status == "SUSPENDED"
		}
	}
	return who, left || t.gone
}

func (b *builder) tags(ts tags) []string {
	var out []string
	for _, t := range ts.Tags {
		out = append(out, b.nameOf(t.Tag))
	}
	return out
}

func (b *builder) terms(ts terms) []string {
	var out []string
	for _, t := range ts.Terms {
		out = append(out, b.nameOf(t.URN))
	}
	return out
}

func customs(c *catalog.Claim, m map[string]loose.Text) {
	for k, v := range m {
		if len(k) <= 100 {
			set(c.Custom, k, string(v))
		}
	}
}

func links(c *catalog.Claim, urls ...string) {
	for _, u := range urls {
		if u != "" && !slices.ContainsFunc(c.Links, func(l catalog.Link) bool { return l.URL == u }) {
			c.Links = append(c.Links, catalog.Link{URL: u})
		}
	}
}

// give emits a claim unless it says nothing.
func (b *builder) give(c catalog.Claim) error {
	if len(c.Custom) == 0 {
		c.Custom = nil
	}
	return b.emit(c)
}

// job makes the claims of a job, and of what it writes.
func (b *builder) job(t *thing) error {
	c := b.claim(t)
	c.Kind = catalog.Job
	var i jobInfo
	b.read(t, "dataJobInfo", &i, c.Custom)
	b.read(t, "dataFlowInfo", &i, c.Custom)
	var e editable
	b.read(t, "editableDataJobProperties", &e, nil)
	b.read(t, "editableDataFlowProperties", &e, nil)
	c.Native, c.Description = cmp.Or(i.Name, last(t.urn)), cmp.Or(e.Description, i.Description)
	if u, ok := parseURN(t.urn); ok && len(u.parts) > 1 {
		flow, isJob := parseURN(u.parts[0])
		if c.Platform = u.parts[0]; isJob && len(flow.parts) > 0 {
			c.Platform = flow.parts[0]
		}
	}
	customs(&c, i.Custom)
	links(&c, i.URL)
	if err := b.give(c); err != nil {
		return err
	}
	var io jobIO
	b.read(t, "dataJobInputOutput", &io, nil)
	inputs, outputs := with(io.Inputs, io.InputEdges), with(io.Outputs, io.OutputEdges)
	job := t.urn
	for _, out := range outputs {
		k := catalog.Claim{Provenance: c.Provenance, About: b.names.id(out), Part: "job:" + t.urn}
		k.Aliases = b.names.aliases(out, k.About)
		for _, in := range inputs {
			k.Upstream = append(k.Upstream, catalog.EdgeClaim{From: b.names.id(in), Job: job})
		}
		for _, f := range io.Fine {
			k.Upstream = append(k.Upstream, b.fine(f, out, job)...)
		}
		if len(k.Upstream) == 0 {
			continue
		}
		if err := b.give(k); err != nil {
			return err
		}
	}
	return nil
}

// with joins the two forms of lists of things.
func with(list []string, edges []edge) []string {
	out := slices.Clone(list)
	for _, e := range edges {
		if e.To != "" && !slices.Contains(out, e.To) {
			out = append(out, e.To)
		}
	}
	return out
}

// fine turns one fine grained lineage into edges to the columns of out.
func (b *builder) fine(f fineGrained, out, job string) []catalog.EdgeClaim {
	var edges []catalog.EdgeClaim
	conf := 0.0
	if f.Confidence != nil && *f.Confidence >= 0 && *f.Confidence <= 1 {
		conf = *f.Confidence
	}
	for _, d := range f.Downstreams {
		of, to, ok := parseField(d)
		if !ok || of != out {
			continue
		}
		for _, up := range f.Upstreams {
			e := catalog.EdgeClaim{ToColumn: to, Transform: f.Operation, Job: job, Confidence: conf}
			if from, col, ok := parseField(up); ok {
				e.From, e.FromColumn = b.names.id(from), col
			} else if kindOfURN(up) == "dataset" {
				e.From = b.names.id(up)
			} else {
				continue
			}
			edges = append(edges, e)
		}
	}
	return edges
}

func (b *builder) dashboard(t *thing) error {
	c := b.claim(t)
	c.Kind = catalog.Dashboard
	var i chartInfo
	b.read(t, "chartInfo", &i, c.Custom)
	b.read(t, "dashboardInfo", &i, c.Custom)
	var e editable
	b.read(t, "editableChartProperties", &e, nil)
	b.read(t, "editableDashboardProperties", &e, nil)
	c.Native, c.Description = cmp.Or(i.Title, last(t.urn)), cmp.Or(e.Description, i.Description)
	if u, ok := parseURN(t.urn); ok {
		c.Platform = u.parts[0]
	}
	customs(&c, i.Custom)
	links(&c, i.DashboardURL, i.ChartURL, i.URL)
	for _, up := range slices.Concat(with(i.Charts, i.ChartEdges), with(i.Inputs, i.InputEdges), with(i.Datasets, i.DatasetEdges), with(nil, i.Dashboards)) {
		c.Upstream = append(c.Upstream, catalog.EdgeClaim{From: b.names.id(up)})
	}
	return b.give(c)
}

func (b *builder) term(t *thing) error {
	c := b.claim(t)
	var i termInfo
	b.read(t, "glossaryTermInfo", &i, c.Custom)
	var r relatedTerms
	b.read(t, "glossaryRelatedTerms", &r, nil)
	c.Description = i.Definition
	customs(&c, i.Custom)
	links(&c, i.URL)
	set(c.Custom, "source", i.Ref)
	k := &catalog.TermClaim{Name: cmp.Or(i.Name, last(t.urn))}
	if i.Parent != "" {
		k.Parent = b.nameOf(i.Parent)
	}
	for _, u := range r.Is {
		k.Inherits = append(k.Inherits, b.nameOf(u))
	}
	for _, u := range slices.Concat(r.Has, r.Related, r.Values) {
		k.Related = append(k.Related, b.nameOf(u))
	}
	c.Term = k
	return b.give(c)
}

func (b *builder) query(t *thing) error {
	c := b.claim(t)
	var q query
	b.read(t, "queryProperties", &q, c.Custom)
	var s querySubjects
	b.read(t, "querySubjects", &s, nil)
	if q.Statement.Value == "" {
		return nil
	}
	c.Description = q.Description
	customs(&c, q.Custom)
	k := &catalog.QueryClaim{Title: q.Name, SQL: q.Statement.Value}
	for _, x := range s.Subjects {
		id := b.names.id(x.Entity)
		if of, _, ok := parseField(x.Entity); ok {
			id = b.names.id(of)
		}
		if !slices.Contains(k.Tables, id) {
			k.Tables = append(k.Tables, id)
		}
	}
	c.Query = k
	return b.give(c)
}

func (b *builder) contract(t *thing) error {
	var k contract
	b.read(t, "dataContractProperties", &k, nil)
	if k.Entity == "" {
		return nil
	}
	st := contractStatus{State: "ACTIVE"}
	b.read(t, "dataContractStatus", &st, nil)
	c := catalog.Claim{Provenance: b.base, About: b.names.id(k.Entity), Part: "contract:" + t.urn, Custom: map[string]string{"data contract": strings.ToLower(st.State)}}
	c.Aliases = b.names.aliases(k.Entity, c.About)
	c.RecordID = t.urn
	return b.give(c)
}

// instance makes observations of a run of a job, and of what the run wrote.
func (b *builder) instance(t *thing) error {
	var l instanceLinks
	b.read(t, "dataProcessInstanceRelationships", &l, nil)
	b.read(t, "dataProcessInstanceOutput", &l, nil)
	var seen []catalog.Observation
	job := ""
	if l.Template != "" {
		job = l.Template
	}
	for _, raw := range t.events["dataProcessInstanceRunEvent"] {
		var e runEvent
		if !b.decode(t, "dataProcessInstanceRunEvent", raw, &e, nil) || loose.Millis(e.At).IsZero() {
			continue
		}
		o := catalog.Observation{At: loose.Millis(e.At), Job: job}
		switch {
		case e.Status == "STARTED":
			o.Kind = catalog.RunStarted
		case e.Result == nil:
			continue
		case e.Result.Type == "SUCCESS":
			o.Kind = catalog.RunOK
		default:
			o.Kind, o.Detail = catalog.RunFailed, strings.ToLower(e.Result.Type)
		}
		seen = append(seen, o)
	}
	if len(seen) == 0 {
		return nil
	}
	slices.SortFunc(seen, func(a, b catalog.Observation) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Kind, b.Kind)) })
	on := with(l.Outputs, l.Edges)
	if l.Template != "" {
		on = append(on, l.Template)
	}
	for _, u := range on {
		c := catalog.Claim{Provenance: b.base, About: b.names.id(u), Part: "run:" + t.urn, Observed: seen}
		c.Aliases, c.RecordID, c.AsOf = b.names.aliases(u, c.About), t.urn, seen[len(seen)-1].At
		if err := b.give(c); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) incident(t *thing) error {
	var i incident
	b.read(t, "incidentInfo", &i, nil)
	if len(i.Entities) == 0 {
		return nil
	}
	k := catalog.Incident{ID: t.urn, Type: strings.ToLower(cmp.Or(i.CustomType, i.Type)), Title: cmp.Or(i.Title, loose.Short(i.Description)), State: "active", Priority: string(i.Priority)}
	k.Opened = loose.Millis(cmp.Or(i.Started, i.Created.Time))
	var st status
	b.read(t, "status", &st, nil)
	if i.Status.State == "RESOLVED" || st.Removed || t.gone {
		k.State, k.Closed = "resolved", loose.Millis(i.Status.Updated.Time)
	}
	for _, u := range i.Entities {
		c := catalog.Claim{Provenance: b.base, About: b.names.id(u), Part: "incident:" + t.urn, Incidents: []catalog.Incident{k}}
		c.Aliases, c.RecordID, c.AsOf = b.names.aliases(u, c.About), t.urn, loose.Millis(i.Status.Updated.Time)
		if err := b.give(c); err != nil {
			return err
		}
	}
	return nil
}

// stamp is the time of an event.
func stamp(raw json.RawMessage) int64 {
	var e struct {
		At int64 `json:"timestampMillis"`
	}
	if json.Unmarshal(raw, &e) != nil {
		return 0
	}
	return e.At
}

// newestEvents are the n newest of a list, the newest first.
func newestEvents(list []json.RawMessage, n int) []json.RawMessage {
	type dated struct {
		raw json.RawMessage
		at  int64
	}
	var all []dated
	for _, raw := range list {
		all = append(all, dated{raw, stamp(raw)})
	}
	slices.SortStableFunc(all, func(a, b dated) int { return cmp.Compare(b.at, a.at) })
	var out []json.RawMessage
	for _, d := range all[:min(n, len(all))] {
		out = append(out, d.raw)
	}
	return out
}

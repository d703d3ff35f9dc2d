package odcs

import (
	"encoding/json"

	"github.com/limn-data/limn/ingest/sources/loose"
)

// contract is a data contract of version 3, which version 2 is rewritten to.
type contract struct {
	Version     string       `json:"version"`
	Kind        string       `json:"kind"`
	API         string       `json:"apiVersion"`
	ID          string       `json:"id"`
	Name        string       `json:"name"`
	Tenant      string       `json:"tenant"`
	Tags        loose.Texts  `json:"tags"`
	Status      string       `json:"status"`
	Servers     []server     `json:"servers"`
	Product     string       `json:"dataProduct"`
	Description description  `json:"description"`
	Domain      string       `json:"domain"`
	Schema      []object     `json:"schema"`
	Support     []support    `json:"support"`
	Team        team         `json:"team"`
	Roles       []role       `json:"roles"`
	SLAElement  string       `json:"slaDefaultElement"`
	SLAs        []sla        `json:"slaProperties"`
	Links       []definition `json:"authoritativeDefinitions"`
	Custom      []custom     `json:"customProperties"`
	Created     string       `json:"contractCreatedTs"`
}

func (contract) Unread() []string { return []string{"price"} }

// description is a text, or several of them.
type description struct {
	Usage       string          `json:"usage"`
	Purpose     string          `json:"purpose"`
	Limitations string          `json:"limitations"`
	Links       []definition    `json:"authoritativeDefinitions"`
	Custom      json.RawMessage `json:"customProperties"`
}

// UnmarshalJSON takes both.
func (d *description) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '"' {
		return json.Unmarshal(raw, &d.Purpose)
	}
	type plain description
	if len(raw) == 0 || raw[0] != '{' {
		return nil
	}
	return json.Unmarshal(raw, (*plain)(d))
}

// server says where the data lie. Which fields there are depends on the type.
type server struct {
	Server      string     `json:"server"`
	Type        string     `json:"type"`
	Environment string     `json:"environment"`
	Description string     `json:"description"`
	Host        string     `json:"host"`
	Port        loose.Text `json:"port"`
	Database    string     `json:"database"`
	Schema      string     `json:"schema"`
	Catalog     string     `json:"catalog"`
	Account     string     `json:"account"`
	Project     string     `json:"project"`
	Dataset     string     `json:"dataset"`
	Location    string     `json:"location"`
	Region      string     `json:"regionName"`
	Region2     string     `json:"region"`
	Service     string     `json:"serviceName"`
	Path        string     `json:"path"`
	Topic       string     `json:"topic"`
}

func (server) Unread() []string {
	return []string{"id", "roles", "customProperties", "format", "delimiter", "endpointUrl", "warehouse", "stagingDir", "driver", "stream", "workgroup"}
}

type object struct {
	ID            string         `json:"id"`
	Name          string         `json:"name"`
	Physical      string         `json:"physicalName"`
	PhysicalType  string         `json:"physicalType"`
	LogicalType   string         `json:"logicalType"`
	Description   string         `json:"description"`
	Business      string         `json:"businessName"`
	Granularity   string         `json:"dataGranularityDescription"`
	Links         []definition   `json:"authoritativeDefinitions"`
	Tags          loose.Texts    `json:"tags"`
	Properties    []property     `json:"properties"`
	Quality       []quality      `json:"quality"`
	Custom        []custom       `json:"customProperties"`
	Relationships []relationship `json:"relationships"`
}

type property struct {
	ID             string         `json:"id"`
	Name           string         `json:"name"`
	Physical       string         `json:"physicalName"`
	PhysicalType   string         `json:"physicalType"`
	LogicalType    string         `json:"logicalType"`
	Description    string         `json:"description"`
	Business       string         `json:"businessName"`
	Primary        bool           `json:"primaryKey"`
	Required       *bool          `json:"required"`
	Unique         bool           `json:"unique"`
	Partitioned    bool           `json:"partitioned"`
	Classification string         `json:"classification"`
	Encrypted      string         `json:"encryptedName"`
	From           loose.Texts    `json:"transformSourceObjects"`
	Logic          string         `json:"transformLogic"`
	LogicWords     string         `json:"transformDescription"`
	Critical       bool           `json:"criticalDataElement"`
	Links          []definition   `json:"authoritativeDefinitions"`
	Tags           loose.Texts    `json:"tags"`
	Quality        []quality      `json:"quality"`
	Custom         []custom       `json:"customProperties"`
	Properties     []property     `json:"properties"`
	Items          *property      `json:"items"`
	Relationships  []relationship `json:"relationships"`
}

func (property) Unread() []string {
	return []string{"primaryKeyPosition", "partitionKeyPosition", "logicalTypeOptions", "examples"}
}

type relationship struct {
	Type string      `json:"type"`
	From loose.Texts `json:"from"`
	To   loose.Texts `json:"to"`
}

func (relationship) Unread() []string { return []string{"customProperties"} }

type definition struct {
	URL  string `json:"url"`
	Type string `json:"type"`
}

func (definition) Unread() []string { return []string{"id", "description"} }

type custom struct {
	Property string          `json:"property"`
	Value    json.RawMessage `json:"value"`
}

func (custom) Unread() []string { return []string{"id", "description"} }

// quality is a check. Rule is what version 3.0 calls the metric of 3.1.
type quality struct {
	ID             string          `json:"id"`
	Name           string          `json:"name"`
	Description    string          `json:"description"`
	Type           string          `json:"type"` // library | sql | text | custom
	Metric         string          `json:"metric"`
	Rule           string          `json:"rule"`
	Dimension      string          `json:"dimension"`
	Severity       string          `json:"severity"`
	Query          string          `json:"query"`
	Engine         string          `json:"engine"`
	Implementation json.RawMessage `json:"implementation"`
	Unit           string          `json:"unit"`

	MustBe             json.RawMessage `json:"mustBe"`
	MustNotBe          json.RawMessage `json:"mustNotBe"`
	MustBeGreater      json.RawMessage `json:"mustBeGreaterThan"`
	MustBeGreaterEqual json.RawMessage `json:"mustBeGreaterOrEqualTo"`
	MustBeLess         json.RawMessage `json:"mustBeLessThan"`
	MustBeLessEqual    json.RawMessage `json:"mustBeLessOrEqualTo"`
	MustBeBetween      json.RawMessage `json:"mustBeBetween"`
	MustNotBeBetween   json.RawMessage `json:"mustNotBeBetween"`
}

func (quality) Unread() []string {
	return []string{"authoritativeDefinitions", "businessImpact", "customProperties", "method", "schedule", "scheduler", "tags", "arguments", "validValues"}
}

type support struct {
	Channel string `json:"channel"`
	URL     string `json:"url"`
	Tool    string `json:"tool"`
}

func (support) Unread() []string {
	return []string{"id", "description", "scope", "invitationUrl", "customProperties"}
}

// team is an object with members, or a list of members, as it was until 3.1.
type team struct {
	Name    string   `json:"name"`
	Members []member `json:"members"`
}

func (team) Unread() []string {
	return []string{"id", "description", "tags", "customProperties", "authoritativeDefinitions"}
}

// UnmarshalJSON takes both.
func (t *team) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '[' {
		return json.Unmarshal(raw, &t.Members)
	}
	type plain team
	if len(raw) == 0 || raw[0] != '{' {
		return nil
	}
	return json.Unmarshal(raw, (*plain)(t))
}

type member struct {
	Username string `json:"username"`
	Name     string `json:"name"`
	Role     string `json:"role"`
	Out      string `json:"dateOut"`
}

type role struct {
	Role string `json:"role"`
}

func (role) Unread() []string {
	return []string{"id", "description", "access", "firstLevelApprovers", "secondLevelApprovers", "customProperties"}
}

type sla struct {
	Property  string     `json:"property"`
	Value     loose.Text `json:"value"`
	Ext       loose.Text `json:"valueExt"`
	Unit      string     `json:"unit"`
	Element   string     `json:"element"`
	Driver    string     `json:"driver"`
	Scheduler string     `json:"scheduler"`
	Schedule  string     `json:"schedule"`
}

func (sla) Unread() []string { return []string{"id", "description"} }

// second is a contract of version 2.
type second struct {
	Version     string      `json:"version"`
	API         string      `json:"apiVersion"`
	UUID        string      `json:"uuid"`
	Tenant      string      `json:"tenant"`
	Tags        loose.Texts `json:"tags"`
	Status      string      `json:"status"`
	System      string      `json:"sourceSystem"`
	Platform    string      `json:"sourcePlatform"`
	Server      string      `json:"server"`
	Quantum     string      `json:"quantumName"`
	Slack       string      `json:"productSlackChannel"`
	Feedback    string      `json:"productFeedbackUrl"`
	Description description `json:"description"`
	Project     string      `json:"project"`
	DatasetName string      `json:"datasetName"`
	Domain      string      `json:"datasetDomain"`
	Database    string      `json:"database"`
	Dataset     []oldTable  `json:"dataset"`
	People      []member    `json:"stakeholders"`
	SLAElement  string      `json:"slaDefaultColumn"`
	SLAs        []oldSLA    `json:"slaProperties"`
	Custom      []custom    `json:"customProperties"`
}

func (second) Unread() []string {
	return []string{"kind", "datasetKind", "userConsumptionMode", "type", "productDl", "username", "password", "driverVersion", "driver", "price", "roles", "systemInstance", "contractCreatedTs", "schedulerAppName", "datasetProject", "quality"}
}

type oldSLA struct {
	sla
	Column string `json:"column"`
}

type oldTable struct {
	Table       string       `json:"table"`
	Physical    string       `json:"physicalName"`
	Prior       string       `json:"priorTableName"`
	Description string       `json:"description"`
	Granularity string       `json:"dataGranularity"`
	Links       []definition `json:"authoritativeDefinitions"`
	Tags        loose.Texts  `json:"tags"`
	Columns     []oldColumn  `json:"columns"`
	Quality     []oldQuality `json:"quality"`
}

type oldColumn struct {
	Column         string       `json:"column"`
	Primary        bool         `json:"isPrimaryKey"`
	Primary2       bool         `json:"isPrimary"`
	Business       string       `json:"businessName"`
	LogicalType    string       `json:"logicalType"`
	PhysicalType   string       `json:"physicalType"`
	Description    string       `json:"description"`
	Nullable       *bool        `json:"isNullable"`
	Unique         bool         `json:"isUnique"`
	Partition      bool         `json:"partitionStatus"`
	Classification string       `json:"classification"`
	Links          []definition `json:"authoritativeDefinitions"`
	Encrypted      string       `json:"encryptedColumnName"`
	From           loose.Texts  `json:"transformSourceTables"`
	Logic          string       `json:"transformLogic"`
	LogicWords     string       `json:"transformDescription"`
	Critical       bool         `json:"criticalDataElementStatus"`
	Tags           loose.Texts  `json:"tags"`
	Quality        []oldQuality `json:"quality"`
}

func (oldColumn) Unread() []string {
	return []string{"primaryKeyPosition", "partitionKeyPosition", "clusterStatus", "clusterKeyPosition", "sampleValues"}
}

type oldQuality struct {
	Code        string `json:"code"`
	Template    string `json:"templateName"`
	Description string `json:"description"`
	Tool        string `json:"toolName"`
	ToolRule    string `json:"toolRuleName"`
	Dimension   string `json:"dimension"`
	Column      string `json:"column"`
	Type        string `json:"type"`
	Severity    string `json:"severity"`
}

func (oldQuality) Unread() []string {
	return []string{"columns", "businessImpact", "scheduleCronExpression", "customProperties"}
}

// third rewrites a contract of version 2 as one of version 3.
func (s *second) third() *contract {
	c := &contract{Version: s.Version, API: s.API, ID: s.UUID, Name: s.DatasetName, Tenant: s.Tenant, Tags: s.Tags, Status: s.Status, Product: s.Quantum, Description: s.Description, Domain: s.Domain,
		Team: team{Members: s.People}, SLAElement: s.SLAElement, Custom: s.Custom}
	if s.Feedback != "" {
		c.Support = append(c.Support, support{Channel: "feedback", URL: s.Feedback})
	}
	if s.Slack != "" {
		c.Support = append(c.Support, support{Channel: s.Slack, Tool: "slack"})
	}
	srv := server{Server: s.System, Type: oldSystems[loose.Plain(s.System)], Host: s.Server, Database: s.Database, Project: s.Project, Dataset: s.Database}
	if s.Database != "" || s.Project != "" || s.Server != "" {
		if srv.Type == "" && s.Project != "" {
			srv.Type = "bigquery"
		}
		c.Servers = []server{srv}
	}
	for _, t := range s.Dataset {
		o := object{Name: t.Table, Physical: t.Physical, Description: t.Description, Granularity: t.Granularity, Links: t.Links, Tags: t.Tags, PhysicalType: "table"}
		byColumn := map[string][]quality{}
		for _, q := range t.Quality {
			if q.Column != "" {
				byColumn[q.Column] = append(byColumn[q.Column], q.third())
				continue
			}
			o.Quality = append(o.Quality, q.third())
		}
		for _, col := range t.Columns {
			p := property{Name: col.Column, Primary: col.Primary || col.Primary2, Business: col.Business, LogicalType: col.LogicalType, PhysicalType: col.PhysicalType, Description: col.Description, Unique: col.Unique,
				Partitioned: col.Partition, Classification: col.Classification, Links: col.Links, Encrypted: col.Encrypted, From: col.From, Logic: col.Logic, LogicWords: col.LogicWords, Critical: col.Critical, Tags: col.Tags}
			if col.Nullable != nil {
				required := !*col.Nullable
				p.Required = &required
			}
			for _, q := range col.Quality {
				p.Quality = append(p.Quality, q.third())
			}
			p.Quality = append(p.Quality, byColumn[col.Column]...)
			o.Properties = append(o.Properties, p)
		}
		c.Schema = append(c.Schema, o)
	}
	for _, x := range s.SLAs {
		if x.Element == "" {
			x.Element = x.Column
		}
		c.SLAs = append(c.SLAs, x.sla)
	}
	return c
}

// oldSystems are the words of version 2 for kinds of servers.
var oldSystems = map[string]string{"bigquery": "bigquery", "postgres": "postgres", "postgresql": "postgres", "snowflake": "snowflake", "redshift": "redshift", "mysql": "mysql", "kafka": "kafka", "trino": "trino", "presto": "presto"}

func (q oldQuality) third() quality {
	return quality{ID: q.Code, Name: q.Template, Description: q.Description, Type: "custom", Engine: q.Tool, Rule: first(q.ToolRule, q.Type), Dimension: q.Dimension, Severity: q.Severity}
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

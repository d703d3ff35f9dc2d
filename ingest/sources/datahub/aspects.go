package datahub

import (
	"encoding/json"

	"github.com/limn-data/limn/ingest/sources/loose"
)

// The aspects that are read, as DataHub 1.x has them; older releases have fewer fields.

type auditStamp struct {
	Time int64 `json:"time"`
}

func (auditStamp) Unread() []string { return []string{"actor", "impersonator", "message"} }

type properties struct { // of datasets, containers, data products
	Name        string                `json:"name"`
	Qualified   string                `json:"qualifiedName"`
	Description string                `json:"description"`
	URL         string                `json:"externalUrl"`
	Custom      map[string]loose.Text `json:"customProperties"`
	Tags        []string              `json:"tags"`
}

func (properties) Unread() []string { return []string{"uri", "created", "lastModified", "env"} }

type editable struct {
	Description string `json:"description"`
	Name        string `json:"name"`
}

func (editable) Unread() []string { return []string{"created", "lastModified", "deleted"} }

type schema struct {
	Name        string          `json:"schemaName"`
	Fields      []schemaField   `json:"fields"`
	PrimaryKeys []string        `json:"primaryKeys"`
	Foreign     []foreignKey    `json:"foreignKeys"`
	Platform    json.RawMessage `json:"platformSchema"`
}

func (schema) Unread() []string {
	return []string{"platform", "version", "created", "lastModified", "deleted", "dataset", "cluster", "hash", "foreignKeysSpecs"}
}

type foreignKey struct {
	Source []string `json:"sourceFields"`
}

func (foreignKey) Unread() []string { return []string{"name", "foreignFields", "foreignDataset"} }

type schemaField struct {
	Path        string `json:"fieldPath"`
	Nullable    *bool  `json:"nullable"`
	Description string `json:"description"`
	Label       string `json:"label"`
	Native      string `json:"nativeDataType"`
	Tags        tags   `json:"globalTags"`
	Terms       terms  `json:"glossaryTerms"`
	Key         bool   `json:"isPartOfKey"`
	Partition   *bool  `json:"isPartitioningKey"`
}

func (schemaField) Unread() []string {
	return []string{"jsonPath", "created", "lastModified", "type", "recursive", "jsonProps"}
}

type editableSchema struct {
	Fields []struct {
		Path        string `json:"fieldPath"`
		Description string `json:"description"`
		Tags        tags   `json:"globalTags"`
		Terms       terms  `json:"glossaryTerms"`
	} `json:"editableSchemaFieldInfo"`
}

func (editableSchema) Unread() []string { return []string{"created", "lastModified", "deleted"} }

type tags struct {
	Tags []tagged `json:"tags"`
}

type tagged struct {
	Tag string `json:"tag"`
}

func (tagged) Unread() []string { return []string{"context", "attribution"} }

type terms struct {
	Terms []termed `json:"terms"`
}

type termed struct {
	URN string `json:"urn"`
}

func (termed) Unread() []string { return []string{"actor", "context", "attribution"} }

func (terms) Unread() []string { return []string{"auditStamp"} }

type ownership struct {
	Owners []owner `json:"owners"`
}

type owner struct {
	Owner string `json:"owner"`
	Type  string `json:"type"`
	URN   string `json:"typeUrn"`
}

func (owner) Unread() []string { return []string{"source", "attribution"} }

func (ownership) Unread() []string { return []string{"lastModified", "ownerTypes"} }

type deprecation struct {
	Deprecated   bool   `json:"deprecated"`
	Note         string `json:"note"`
	Decommission int64  `json:"decommissionTime"`
	Replacement  string `json:"replacement"`
}

func (deprecation) Unread() []string { return []string{"actor"} }

type status struct {
	Removed bool `json:"removed"`
}

type memory struct {
	Elements []page `json:"elements"`
}

type page struct {
	URL         string `json:"url"`
	Description string `json:"description"`
}

func (page) Unread() []string { return []string{"createStamp", "updateStamp", "settings"} }

type upstreams struct {
	Upstreams []struct {
		Dataset string     `json:"dataset"`
		Type    string     `json:"type"`
		Audit   auditStamp `json:"auditStamp"`
		Created auditStamp `json:"created"`
	} `json:"upstreams"`
	Fine []fineGrained `json:"fineGrainedLineages"`
}

type fineGrained struct {
	Upstreams   []string `json:"upstreams"`
	Downstreams []string `json:"downstreams"`
	Operation   string   `json:"transformOperation"`
	Confidence  *float64 `json:"confidenceScore"`
}

func (fineGrained) Unread() []string { return []string{"upstreamType", "downstreamType", "query"} }

type domains struct {
	Domains []string `json:"domains"`
}

type structured struct {
	Properties []struct {
		URN    string        `json:"propertyUrn"`
		Values []primitive   `json:"values"`
		Stamp  *auditStamp   `json:"lastModified"`
		Other  *auditStamp   `json:"created"`
		Who    *attributable `json:"attribution"`
	} `json:"properties"`
}

type attributable struct{}

func (attributable) Unread() []string { return []string{"time", "actor", "source", "sourceDetail"} }

// primitive is a text or a number, with or without its type around it.
type primitive string

// UnmarshalJSON takes all of these.
func (p *primitive) UnmarshalJSON(raw []byte) error {
	var wrapped map[string]loose.Text
	if json.Unmarshal(raw, &wrapped) == nil {
		for _, v := range wrapped {
			*p = primitive(v)
		}
		return nil
	}
	var t loose.Text
	if err := t.UnmarshalJSON(raw); err != nil {
		return err
	}
	*p = primitive(t)
	return nil
}

type subTypes struct {
	Names []string `json:"typeNames"`
}

type platformInstance struct {
	Platform string `json:"platform"`
	Instance string `json:"instance"`
}

type siblings struct {
	Siblings []string `json:"siblings"`
	Primary  bool     `json:"primary"`
}

type viewProperties struct {
	Materialized bool   `json:"materialized"`
	Logic        string `json:"viewLogic"`
	Language     string `json:"viewLanguage"`
}

func (viewProperties) Unread() []string { return []string{"formattedViewLogic"} }

type profile struct {
	At    int64  `json:"timestampMillis"`
	Rows  *int64 `json:"rowCount"`
	Bytes *int64 `json:"sizeInBytes"`
}

func (profile) Unread() []string {
	return []string{"partitionSpec", "eventGranularity", "messageId", "columnCount", "fieldProfiles"}
}

type operation struct {
	At      int64  `json:"timestampMillis"`
	Updated int64  `json:"lastUpdatedTimestamp"`
	Type    string `json:"operationType"`
	Rows    *int64 `json:"numAffectedRows"`
	Part    struct {
		Partition string `json:"partition"`
		Type      string `json:"type"`
	} `json:"partitionSpec"`
}

func (operation) Unread() []string {
	return []string{"actor", "eventGranularity", "messageId", "customOperationType", "affectedDatasets", "sourceType", "customProperties", "queries", "partitionSpec"}
}

type usage struct {
	At      int64  `json:"timestampMillis"`
	Queries *int64 `json:"totalSqlQueries"`
	Users   *int64 `json:"uniqueUserCount"`
	Grain   struct {
		Unit     string `json:"unit"`
		Multiple int    `json:"multiple"`
	} `json:"eventGranularity"`
	Fields []struct {
		Path  string `json:"fieldPath"`
		Count int64  `json:"count"`
	} `json:"fieldCounts"`
}

func (usage) Unread() []string {
	return []string{"partitionSpec", "messageId", "topSqlQueries", "userCounts"}
}

type assertionInfo struct {
	Type        string                `json:"type"`
	Description string                `json:"description"`
	URL         string                `json:"externalUrl"`
	Custom      map[string]loose.Text `json:"customProperties"`
	Dataset     *assertionOn          `json:"datasetAssertion"`
	Freshness   *assertionOn          `json:"freshnessAssertion"`
	Volume      *assertionOn          `json:"volumeAssertion"`
	SQL         *assertionOn          `json:"sqlAssertion"`
	Field       *assertionOn          `json:"fieldAssertion"`
	Schema      *assertionOn          `json:"schemaAssertion"`
	Own         *assertionOn          `json:"customAssertion"`
}

func (assertionInfo) Unread() []string { return []string{"source", "lastUpdated", "note", "entityUrn"} }

// assertionOn has what the kinds of assertions have between them.
type assertionOn struct {
	Type        string            `json:"type"`
	Dataset     string            `json:"dataset"`
	Entity      string            `json:"entity"`
	Fields      []string          `json:"fields"`
	OneField    string            `json:"field"`
	FieldPath   string            `json:"fieldPath"`
	Aggregation string            `json:"aggregation"`
	Operator    string            `json:"operator"`
	Parameters  *assertionParams  `json:"parameters"`
	Native      string            `json:"nativeType"`
	Statement   string            `json:"statement"`
	Logic       string            `json:"logic"`
	Severity    *severityConfig   `json:"failureSeverityConfig"`
	Schedule    *schedule         `json:"schedule"`
	RowTotal    *assertionMeasure `json:"rowCountTotal"`
	RowChange   *assertionMeasure `json:"rowCountChange"`
	FieldValues *assertionMeasure `json:"fieldValuesAssertion"`
	FieldMetric *assertionMeasure `json:"fieldMetricAssertion"`
}

func (assertionOn) Unread() []string {
	return []string{"scope", "nativeParameters", "filter", "schema", "compatibility", "changeType", "incrementingSegmentRowCountTotal", "incrementingSegmentRowCountChange"}
}

type assertionMeasure struct {
	Operator   string           `json:"operator"`
	Parameters *assertionParams `json:"parameters"`
	Metric     string           `json:"metric"`
	Severity   *severityConfig  `json:"failureSeverityConfig"`
	Field      struct {
		Path string `json:"path"`
	} `json:"field"`
}

func (assertionMeasure) Unread() []string {
	return []string{"type", "transform", "failThreshold", "excludeNulls", "field"}
}

type severityConfig struct {
	Default string `json:"defaultSeverity"`
}

func (severityConfig) Unread() []string { return []string{"rules"} }

type assertionParams struct {
	Value *assertionParam `json:"value"`
	Min   *assertionParam `json:"minValue"`
	Max   *assertionParam `json:"maxValue"`
}

type assertionParam struct {
	Value loose.Text `json:"value"`
	Type  string     `json:"type"`
}

type schedule struct {
	Type string `json:"type"`
	Cron *struct {
		Cron   string `json:"cron"`
		Zone   string `json:"timezone"`
		Offset int64  `json:"windowStartOffsetMs"`
	} `json:"cron"`
	Fixed *struct {
		Unit     string `json:"unit"`
		Multiple int64  `json:"multiple"`
	} `json:"fixedInterval"`
}

type assertionRun struct {
	At     int64  `json:"timestampMillis"`
	On     string `json:"asserteeUrn"`
	Status string `json:"status"`
	Result *struct {
		Type       string     `json:"type"`
		Severity   string     `json:"severity"`
		Rows       *int64     `json:"rowCount"`
		Missing    *int64     `json:"missingCount"`
		Unexpected *int64     `json:"unexpectedCount"`
		Actual     loose.Text `json:"actualAggValue"`
		URL        string     `json:"externalUrl"`
		Error      *struct {
			Type       string                `json:"type"`
			Properties map[string]loose.Text `json:"properties"`
		} `json:"error"`
		Native map[string]loose.Text `json:"nativeResults"`
	} `json:"result"`
	Part struct {
		Partition string `json:"partition"`
		Type      string `json:"type"`
	} `json:"partitionSpec"`
}

func (assertionRun) Unread() []string {
	return []string{"runId", "assertionUrn", "runtimeContext", "batchSpec", "eventGranularity", "messageId"}
}

type incident struct {
	Type        string     `json:"type"`
	CustomType  string     `json:"customType"`
	Title       string     `json:"title"`
	Description string     `json:"description"`
	Entities    []string   `json:"entities"`
	Priority    loose.Text `json:"priority"`
	Started     int64      `json:"startedAt"`
	Created     auditStamp `json:"created"`
	Status      struct {
		State   string     `json:"state"`
		Message string     `json:"message"`
		Updated auditStamp `json:"lastUpdated"`
		Stage   string     `json:"stage"`
	} `json:"status"`
}

func (incident) Unread() []string { return []string{"assignees", "source"} }

type termInfo struct {
	Name       string                `json:"name"`
	Definition string                `json:"definition"`
	Parent     string                `json:"parentNode"`
	Source     string                `json:"termSource"`
	Ref        string                `json:"sourceRef"`
	URL        string                `json:"sourceUrl"`
	Custom     map[string]loose.Text `json:"customProperties"`
}

func (termInfo) Unread() []string { return []string{"id", "rawSchema"} }

type relatedTerms struct {
	Is      []string `json:"isRelatedTerms"`
	Has     []string `json:"hasRelatedTerms"`
	Values  []string `json:"values"`
	Related []string `json:"relatedTerms"`
}

type jobInfo struct {
	Name        string                `json:"name"`
	Description string                `json:"description"`
	URL         string                `json:"externalUrl"`
	Custom      map[string]loose.Text `json:"customProperties"`
	Flow        string                `json:"flowUrn"`
	Status      loose.Text            `json:"status"`
}

func (jobInfo) Unread() []string {
	return []string{"type", "created", "lastModified", "env", "project"}
}

type edge struct {
	To string `json:"destinationUrn"`
}

func (edge) Unread() []string {
	return []string{"sourceUrn", "created", "lastModified", "properties"}
}

type jobIO struct {
	Inputs      []string      `json:"inputDatasets"`
	Outputs     []string      `json:"outputDatasets"`
	InputEdges  []edge        `json:"inputDatasetEdges"`
	OutputEdges []edge        `json:"outputDatasetEdges"`
	Fine        []fineGrained `json:"fineGrainedLineages"`
}

func (jobIO) Unread() []string {
	return []string{"inputDatajobs", "inputDatajobEdges", "inputDatasetFields", "outputDatasetFields"}
}

type chartInfo struct { // of dashboards too
	Title        string                `json:"title"`
	Description  string                `json:"description"`
	Custom       map[string]loose.Text `json:"customProperties"`
	URL          string                `json:"externalUrl"`
	ChartURL     string                `json:"chartUrl"`
	DashboardURL string                `json:"dashboardUrl"`
	Inputs       []string              `json:"inputs"`
	InputEdges   []edge                `json:"inputEdges"`
	Charts       []string              `json:"charts"`
	ChartEdges   []edge                `json:"chartEdges"`
	Datasets     []string              `json:"datasets"`
	DatasetEdges []edge                `json:"datasetEdges"`
	Dashboards   []edge                `json:"dashboards"`
}

func (chartInfo) Unread() []string {
	return []string{"lastModified", "type", "access", "lastRefreshed"}
}

type embed struct {
	URL string `json:"renderUrl"`
}

type runEvent struct {
	At     int64  `json:"timestampMillis"`
	Status string `json:"status"` // STARTED | COMPLETE
	Result *struct {
		Type   string `json:"type"` // SUCCESS | FAILURE | SKIPPED | UP_FOR_RETRY
		Native string `json:"nativeResultType"`
	} `json:"result"`
}

func (runEvent) Unread() []string {
	return []string{"partitionSpec", "eventGranularity", "messageId", "externalUrl", "attempt", "durationMillis"}
}

type instanceLinks struct {
	Template string   `json:"parentTemplate"`
	Outputs  []string `json:"outputs"`
	Edges    []edge   `json:"outputEdges"`
}

func (instanceLinks) Unread() []string {
	return []string{"upstreamInstances", "parentInstance", "inputs", "inputEdges"}
}

type query struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Statement   struct {
		Value    string `json:"value"`
		Language string `json:"language"`
	} `json:"statement"`
	Modified auditStamp            `json:"lastModified"`
	Custom   map[string]loose.Text `json:"customProperties"`
}

func (query) Unread() []string { return []string{"source", "created", "origin"} }

type querySubjects struct {
	Subjects []struct {
		Entity string `json:"entity"`
	} `json:"subjects"`
}

type contract struct {
	Entity    string         `json:"entity"`
	Freshness []contractPart `json:"freshness"`
	Quality   []contractPart `json:"dataQuality"`
	Schema    []contractPart `json:"schema"`
}

func (contract) Unread() []string { return []string{"rawContract"} }

type contractPart struct {
	Assertion string `json:"assertion"`
}

type contractStatus struct {
	State string `json:"state"`
}

func (contractStatus) Unread() []string { return []string{"customProperties"} }

// named has the fields under which the kinds of things that others refer to keep their names.
type named struct {
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
	FullName    string `json:"fullName"`
	Email       string `json:"email"`
	Qualified   string `json:"qualifiedName"`
	Active      *bool  `json:"active"`
	Status      string `json:"status"`
}

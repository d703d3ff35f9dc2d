package openlineage

import (
	"encoding/json"

	"github.com/limn-data/limn/ingest/sources/loose"
)

// base is what every facet has.
type base struct {
	Producer  string `json:"_producer"`
	SchemaURL string `json:"_schemaURL"`
	Deleted   bool   `json:"_deleted"`
}

// DatasetFacets are what an event says of a dataset.
type DatasetFacets struct {
	Schema        *schemaFacet        `json:"schema"`
	Documentation *documentationFacet `json:"documentation"`
	Ownership     *ownershipFacet     `json:"ownership"`
	Symlinks      *symlinksFacet      `json:"symlinks"`
	ColumnLineage *columnLineageFacet `json:"columnLineage"`
	Lineage       *lineageFacet       `json:"lineage"`
	DataSource    *dataSourceFacet    `json:"dataSource"`
	Version       *versionFacet       `json:"version"`
	Storage       *storageFacet       `json:"storage"`
	Lifecycle     *lifecycleFacet     `json:"lifecycleStateChange"`
	Tags          *tagsFacet          `json:"tags"`
	Type          *datasetTypeFacet   `json:"datasetType"`
	Catalog       *catalogFacet       `json:"catalog"`
	Hierarchy     *hierarchyFacet     `json:"hierarchy"`
	Assertions    *assertionsFacet    `json:"dataQualityAssertions"`
	Metrics       *metricsFacet       `json:"dataQualityMetrics"`
}

// InputFacets are what an event says of a dataset as it was read.
type InputFacets struct {
	Assertions *assertionsFacet `json:"dataQualityAssertions"`
	Metrics    *metricsFacet    `json:"dataQualityMetrics"`
	Statistics *statisticsFacet `json:"inputStatistics"`
	Subset     *subsetFacet     `json:"subset"`
}

// OutputFacets are what an event says of a dataset as it was written.
type OutputFacets struct {
	Statistics *statisticsFacet `json:"outputStatistics"`
	Subset     *subsetFacet     `json:"subset"`
}

// JobFacets are what an event says of a job.
type JobFacets struct {
	Documentation *documentationFacet `json:"documentation"`
	Ownership     *ownershipFacet     `json:"ownership"`
	SQL           *sqlFacet           `json:"sql"`
	Type          *jobTypeFacet       `json:"jobType"`
	Source        *sourceCodeFacet    `json:"sourceCode"`
	Location      *locationFacet      `json:"sourceCodeLocation"`
	Tags          *tagsFacet          `json:"tags"`
	Lineage       *lineageFacet       `json:"lineage"`
}

// RunFacets are what an event says of a run. What holds secrets or code is known, and not kept.
type RunFacets struct {
	Parent      *parentFacet      `json:"parent"`
	NominalTime *nominalTimeFacet `json:"nominalTime"`
	Engine      *engineFacet      `json:"processing_engine"`
	Error       *errorFacet       `json:"errorMessage"`
	Tests       *testFacet        `json:"test"`
	Query       *queryFacet       `json:"externalQuery"`
	Tags        *tagsFacet        `json:"tags"`
	Extraction  json.RawMessage   `json:"extractionError"`
	Environment json.RawMessage   `json:"environmentVariables"`
	Parameters  json.RawMessage   `json:"executionParameters"`
	Depends     json.RawMessage   `json:"jobDependencies"`
}

type (
	schemaFacet struct {
		base
		Fields []schemaField `json:"fields"`
	}
	schemaField struct {
		Name        string        `json:"name"`
		Type        string        `json:"type"`
		Description string        `json:"description"`
		Position    json.Number   `json:"ordinal_position"`
		Fields      []schemaField `json:"fields"`
	}
	documentationFacet struct {
		base
		Description string `json:"description"`
		ContentType string `json:"contentType"`
	}
	ownershipFacet struct {
		base
		Owners []struct {
			Name string `json:"name"`
			Type string `json:"type"`
		} `json:"owners"`
	}
	symlinksFacet struct {
		base
		Identifiers []struct {
			Namespace string `json:"namespace"`
			Name      string `json:"name"`
			Type      string `json:"type"`
		} `json:"identifiers"`
	}
	columnLineageFacet struct {
		base
		Fields  map[string]columnInputs `json:"fields"`
		Dataset []inputField            `json:"dataset"`
	}
	columnInputs struct {
		Inputs      []inputField `json:"inputFields"`
		Description string       `json:"transformationDescription"` // until 1.1
		Type        string       `json:"transformationType"`        // until 1.1: IDENTITY or MASKED
	}
	inputField struct {
		Namespace       string           `json:"namespace"`
		Name            string           `json:"name"`
		Field           string           `json:"field"`
		Transformations []transformation `json:"transformations"`
	}
	transformation struct {
		Type        string `json:"type"`
		Subtype     string `json:"subtype"`
		Description string `json:"description"`
		Masking     bool   `json:"masking"`
	}
	// lineageFacet is the later form, of datasets (Inputs, Fields) and of jobs (Entries).
	lineageFacet struct {
		base
		Inputs  []lineageInput           `json:"inputs"`
		Fields  map[string]lineageFields `json:"fields"`
		Entries []lineageEntry           `json:"entries"`
	}
	lineageEntry struct {
		Namespace string                   `json:"namespace"`
		Name      string                   `json:"name"`
		Type      string                   `json:"type"` // DATASET | JOB
		RunID     string                   `json:"runId"`
		Inputs    []lineageInput           `json:"inputs"`
		Fields    map[string]lineageFields `json:"fields"`
	}
	lineageFields struct {
		Inputs []lineageInput `json:"inputs"`
	}
	lineageInput struct {
		inputField
		Type  string `json:"type"` // DATASET | JOB
		RunID string `json:"runId"`
	}
	dataSourceFacet struct {
		base
		Name string `json:"name"`
		URI  string `json:"uri"`
	}
	versionFacet struct {
		base
		Version loose.Text `json:"datasetVersion"`
	}
	storageFacet struct {
		base
		Layer  string `json:"storageLayer"`
		Format string `json:"fileFormat"`
	}
	lifecycleFacet struct {
		base
		Change   string `json:"lifecycleStateChange"`
		Previous struct {
			Namespace string `json:"namespace"`
			Name      string `json:"name"`
		} `json:"previousIdentifier"`
	}
	tagsFacet struct {
		base
		Tags []struct {
			Key    string     `json:"key"`
			Value  loose.Text `json:"value"`
			Source string     `json:"source"`
			Field  string     `json:"field"`
		} `json:"tags"`
	}
	datasetTypeFacet struct {
		base
		Type    string `json:"datasetType"`
		Subtype string `json:"subType"`
	}
	catalogFacet struct {
		base
		Framework  string            `json:"framework"`
		Type       string            `json:"type"`
		Name       string            `json:"name"`
		Metadata   string            `json:"metadataUri"`
		Warehouse  string            `json:"warehouseUri"`
		Source     string            `json:"source"`
		Properties map[string]string `json:"catalogProperties"`
	}
	hierarchyFacet struct {
		base
		Hierarchy []struct {
			Type string `json:"type"`
			Name string `json:"name"`
		} `json:"hierarchy"`
	}
	assertionsFacet struct {
		base
		Assertions []assertion `json:"assertions"`
	}
	assertion struct {
		Assertion   string          `json:"assertion"`
		Success     bool            `json:"success"`
		Column      string          `json:"column"`
		Severity    string          `json:"severity"`
		Name        string          `json:"name"`
		Description string          `json:"description"`
		Expected    loose.Text      `json:"expected"`
		Actual      loose.Text      `json:"actual"`
		Content     string          `json:"content"`
		ContentType string          `json:"contentType"`
		Params      json.RawMessage `json:"params"`
	}
	metricsFacet struct {
		base
		Rows    *int64          `json:"rowCount"`
		Bytes   *int64          `json:"bytes"`
		Files   *int64          `json:"fileCount"`
		Updated string          `json:"lastUpdated"`
		Columns json.RawMessage `json:"columnMetrics"`
	}
	statisticsFacet struct {
		base
		Rows  *int64 `json:"rowCount"`
		Size  *int64 `json:"size"`
		Files *int64 `json:"fileCount"`
	}
	subsetFacet struct {
		base
		Input  json.RawMessage `json:"inputCondition"`
		Output json.RawMessage `json:"outputCondition"`
	}
	sqlFacet struct {
		base
		Query   string `json:"query"`
		Dialect string `json:"dialect"`
	}
	jobTypeFacet struct {
		base
		Processing  string          `json:"processingType"`
		Integration string          `json:"integration"`
		Type        string          `json:"jobType"`
		Emission    json.RawMessage `json:"emissionPattern"`
	}
	sourceCodeFacet struct {
		base
		Language string `json:"language"`
		Code     string `json:"sourceCode"`
	}
	locationFacet struct {
		base
		Type    string `json:"type"`
		URL     string `json:"url"`
		Repo    string `json:"repoUrl"`
		Path    string `json:"path"`
		Version string `json:"version"`
		Tag     string `json:"tag"`
		Branch  string `json:"branch"`
		Pull    string `json:"pullRequestNumber"`
	}
	parentFacet struct {
		base
		Run  runRef `json:"run"`
		Job  jobRef `json:"job"`
		Root *struct {
			Run runRef `json:"run"`
			Job jobRef `json:"job"`
		} `json:"root"`
	}
	runRef struct {
		ID     string          `json:"runId"`
		Facets json.RawMessage `json:"facets"`
	}
	jobRef struct {
		Namespace string          `json:"namespace"`
		Name      string          `json:"name"`
		Facets    json.RawMessage `json:"facets"`
	}
	nominalTimeFacet struct {
		base
		Start string `json:"nominalStartTime"`
		End   string `json:"nominalEndTime"`
	}
	engineFacet struct {
		base
		Name    string     `json:"name"`
		Version loose.Text `json:"version"`
		Adapter loose.Text `json:"openlineageAdapterVersion"`
	}
	errorFacet struct {
		base
		Message  string `json:"message"`
		Language string `json:"programmingLanguage"`
		Stack    string `json:"stackTrace"`
	}
	testFacet struct {
		base
		Tests []struct {
			Name        string          `json:"name"`
			Status      string          `json:"status"` // pass | fail | skip
			Severity    string          `json:"severity"`
			Type        string          `json:"type"`
			Description string          `json:"description"`
			Expected    loose.Text      `json:"expected"`
			Actual      loose.Text      `json:"actual"`
			Content     string          `json:"content"`
			ContentType string          `json:"contentType"`
			Params      json.RawMessage `json:"params"`
		} `json:"tests"`
	}
	queryFacet struct {
		base
		ID     string `json:"externalQueryId"`
		Source string `json:"source"`
	}
)

// Claimed are the namespaces of the other names that the facets give the dataset.
func (f *DatasetFacets) Claimed() (out []string) {
	if f.Symlinks != nil {
		for _, i := range f.Symlinks.Identifiers {
			out = append(out, i.Namespace)
		}
	}
	if f.Lifecycle != nil && f.Lifecycle.Previous.Namespace != "" {
		out = append(out, f.Lifecycle.Previous.Namespace)
	}
	return out
}

// Claimed are the namespaces of the datasets whose lineage the facets state.
func (f *JobFacets) Claimed() (out []string) {
	if f.Lineage != nil {
		for _, e := range f.Lineage.Entries {
			if e.Type != "JOB" {
				out = append(out, e.Namespace)
			}
		}
	}
	return out
}

// Says tells whether anything is said of the dataset beyond its name.
func (d *DatasetPart) Says() bool {
	return d.Facets != DatasetFacets{} || d.InputFacets != InputFacets{} || d.OutputFacets != OutputFacets{}
}

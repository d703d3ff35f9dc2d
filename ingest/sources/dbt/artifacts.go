package dbt

import (
	"encoding/json"
	"strings"

	"github.com/limn-data/limn/ingest/sources/loose"
)

// The parts of the artifacts that are read, over all versions of them: manifest 1 to 12, catalog 1, run results
// 1 to 6, sources 1 to 3. Unread lists what the formats have beyond that.

type metadata struct {
	Schema    string `json:"dbt_schema_version"`
	Version   string `json:"dbt_version"`
	Generated string `json:"generated_at"`
	Project   string `json:"project_name"`
	Adapter   string `json:"adapter_type"`
}

func (metadata) Unread() []string {
	return []string{"invocation_id", "invocation_started_at", "env", "project_id", "user_id", "send_anonymous_usage_stats", "quoting", "run_started_at", "file_slice", "repo_file_path"}
}

// artifact is the kind and version of a file, such as manifest and v12.
func (m metadata) artifact() (kind, version string) {
	rest := strings.TrimSuffix(m.Schema[strings.LastIndex(m.Schema, "dbt/")+1:], ".json")
	rest = strings.TrimPrefix(rest, "bt/")
	kind, version, _ = strings.Cut(rest, "/")
	return kind, version
}

// node is a model, seed, snapshot, test, analysis, operation or source: they share most fields.
type node struct {
	ID          string            `json:"unique_id"`
	Name        string            `json:"name"`
	Type        string            `json:"resource_type"`
	Package     string            `json:"package_name"`
	File        string            `json:"original_file_path"`
	Database    string            `json:"database"`
	Schema      string            `json:"schema"`
	Alias       string            `json:"alias"`
	Identifier  string            `json:"identifier"` // of sources
	Relation    string            `json:"relation_name"`
	Description string            `json:"description"`
	Columns     map[string]column `json:"columns"`
	Tags        loose.Texts       `json:"tags"`
	Meta        meta              `json:"meta"`
	Config      config            `json:"config"`
	Group       string            `json:"group"`
	Access      string            `json:"access"`
	Contract    contract          `json:"contract"`
	Constraints []constraint      `json:"constraints"`
	PrimaryKey  []string          `json:"primary_key"`
	Version     loose.Text        `json:"version"`
	Latest      loose.Text        `json:"latest_version"`
	Deprecated  string            `json:"deprecation_date"`
	DependsOn   dependsOn         `json:"depends_on"`
	Compiled    string            `json:"compiled_code"`
	CompiledSQL string            `json:"compiled_sql"` // until v6
	Created     float64           `json:"created_at"`

	// of tests
	ColumnName string       `json:"column_name"`
	Attached   string       `json:"attached_node"`
	Test       testMetadata `json:"test_metadata"`

	// of sources
	SourceName string     `json:"source_name"`
	SourceDesc string     `json:"source_description"`
	SourceMeta meta       `json:"source_meta"`
	Loader     string     `json:"loader"`
	LoadedAt   string     `json:"loaded_at_field"`
	Freshness  *freshness `json:"freshness"`
}

func (node) Unread() []string {
	return []string{"path", "fqn", "checksum", "docs", "patch_path", "build_path", "unrendered_config", "unrendered_config_call_dict", "config_call_dict", "raw_code", "raw_sql", "doc_blocks", "language",
		"refs", "sources", "metrics", "functions", "compiled_path", "compiled", "extra_ctes_injected", "extra_ctes", "root_path", "file_key_name", "deferred", "time_spine", "defer_relation", "defer_function",
		"_pre_injected_sql", "_event_status", "_extra", "index", "vars", "quoting", "external", "loaded_at_query", "unrendered_database", "unrendered_schema", "arguments", "returns", "overloads"}
}

func (n *node) sql() string {
	if n.Compiled != "" {
		return n.Compiled
	}
	return n.CompiledSQL
}

// config is what the project's files set; later versions put more into it, and what stands in it wins.
type config struct {
	Tags         loose.Texts `json:"tags"`
	Meta         meta        `json:"meta"`
	Group        string      `json:"group"`
	Access       string      `json:"access"`
	Materialized string      `json:"materialized"`
	Severity     string      `json:"severity"`
	Contract     contract    `json:"contract"`
	Enabled      *bool       `json:"enabled"`
	Freshness    *freshness  `json:"freshness"`
	LoadedAt     string      `json:"loaded_at_field"`
	Where        string      `json:"where"`
}

// Unread: adapters have settings of their own, and none of them says anything of the data.
func (config) Unread() []string {
	return []string{"alias", "schema", "database", "persist_docs", "post-hook", "pre-hook", "quoting", "column_types", "full_refresh", "unique_key", "on_schema_change", "on_configuration_change", "grants",
		"packages", "docs", "event_time", "concurrent_batches", "incremental_strategy", "batch_size", "lookback", "begin", "static_analysis", "on_error", "latest_version_pointer", "delimiter", "quote_columns",
		"store_failures", "store_failures_as", "sql_header", "limit", "fail_calc", "warn_if", "error_if", "vars", "_extra", "strategy", "check_cols", "updated_at", "target_schema", "target_database",
		"loaded_at_query", "snapshot_meta_column_names", "dbt_valid_to_current", "export_as", "cache", "schema_name", "type", "entry_point", "runtime_version", "volatility", "snowflake"}
}

type contract struct {
	Enforced bool `json:"enforced"`
}

func (contract) Unread() []string { return []string{"alias_types", "checksum"} }

type constraint struct {
	Type    string   `json:"type"`
	Columns []string `json:"columns"`
}

func (constraint) Unread() []string {
	return []string{"name", "expression", "warn_unenforced", "warn_unsupported", "to", "to_columns"}
}

type column struct {
	Name        string       `json:"name"`
	Description string       `json:"description"`
	Type        string       `json:"data_type"`
	Meta        meta         `json:"meta"`
	Tags        loose.Texts  `json:"tags"`
	Config      columnConfig `json:"config"`
	Constraints []constraint `json:"constraints"`
}

func (column) Unread() []string {
	return []string{"quote", "granularity", "dimension", "entity", "doc_blocks", "_extra"}
}

type columnConfig struct {
	Meta meta        `json:"meta"`
	Tags loose.Texts `json:"tags"`
}

type dependsOn struct {
	Nodes []string `json:"nodes"`
}

func (dependsOn) Unread() []string { return []string{"macros"} }

type testMetadata struct {
	Name      string                `json:"name"`
	Namespace string                `json:"namespace"`
	Args      map[string]loose.Text `json:"kwargs"`
}

type freshness struct {
	Warn   period `json:"warn_after"`
	Error  period `json:"error_after"`
	Filter string `json:"filter"`
}

func (freshness) Unread() []string { return []string{"build_after"} }

type period struct {
	Count  *float64 `json:"count"`
	Period string   `json:"period"`
}

// meta is what people write down freely. Its values stay as they are.
type meta map[string]json.RawMessage

// UnmarshalJSON takes an object; another value is as good as none.
func (m *meta) UnmarshalJSON(raw []byte) error {
	var v map[string]json.RawMessage
	if json.Unmarshal(raw, &v) == nil {
		*m = v
	}
	return nil
}

// text is a plain value of it.
func (m meta) text(key string) string {
	var t loose.Text
	raw := m[key]
	if len(raw) == 0 || raw[0] == '{' || raw[0] == '[' || t.UnmarshalJSON(raw) != nil {
		return ""
	}
	return string(t)
}

type person struct {
	Name  loose.Text `json:"name"`
	Email loose.Text `json:"email"`
}

func (person) Unread() []string { return []string{"_extra"} }

func (p person) principal() string {
	if p.Email != "" {
		return string(p.Email)
	}
	return string(p.Name)
}

type group struct {
	Name  string `json:"name"`
	Owner person `json:"owner"`
}

func (group) Unread() []string {
	return []string{"unique_id", "resource_type", "package_name", "path", "original_file_path", "description", "config"}
}

type exposure struct {
	ID          string      `json:"unique_id"`
	Name        string      `json:"name"`
	Label       string      `json:"label"`
	Kind        string      `json:"type"`
	Owner       person      `json:"owner"`
	Description string      `json:"description"`
	URL         string      `json:"url"`
	Maturity    string      `json:"maturity"`
	Meta        meta        `json:"meta"`
	Tags        loose.Texts `json:"tags"`
	Config      config      `json:"config"`
	DependsOn   dependsOn   `json:"depends_on"`
}

func (exposure) Unread() []string {
	return []string{"resource_type", "package_name", "path", "original_file_path", "root_path", "fqn", "unrendered_config", "refs", "sources", "metrics", "created_at"}
}

type metric struct {
	ID          string      `json:"unique_id"`
	Name        string      `json:"name"`
	Label       string      `json:"label"`
	Description string      `json:"description"`
	Type        string      `json:"type"`
	Params      typeParams  `json:"type_params"`
	Filter      *filter     `json:"filter"`
	Meta        meta        `json:"meta"`
	Tags        loose.Texts `json:"tags"`
	Config      config      `json:"config"`
	Group       string      `json:"group"`
	DependsOn   dependsOn   `json:"depends_on"`
	File        string      `json:"original_file_path"`

	// until v9
	Method     string      `json:"calculation_method"`
	Expression string      `json:"expression"`
	SQL        string      `json:"sql"`
	Timestamp  string      `json:"timestamp"`
	Filters    []oldFilter `json:"filters"`
	Model      string      `json:"model"`
}

func (metric) Unread() []string {
	return []string{"resource_type", "package_name", "path", "root_path", "alias", "fqn", "metadata", "time_granularity", "unrendered_config", "sources", "refs", "metrics", "created_at", "dimensions",
		"model_unique_id", "time_grains", "window", "offset_to_grain", "offset_window"}
}

type oldFilter struct {
	Field    string     `json:"field"`
	Operator string     `json:"operator"`
	Value    loose.Text `json:"value"`
}

type filter struct {
	Where []struct {
		SQL string `json:"where_sql_template"`
	} `json:"where_filters"`
}

type typeParams struct {
	Measure     *metricInput  `json:"measure"`
	Numerator   *metricInput  `json:"numerator"`
	Denominator *metricInput  `json:"denominator"`
	Expr        loose.Text    `json:"expr"`
	Metrics     []metricInput `json:"metrics"`
	Aggregation *aggregation  `json:"metric_aggregation_params"`
	Window      *window       `json:"window"`
	GrainToDate string        `json:"grain_to_date"`
	Cumulative  *struct {
		Window      *window      `json:"window"`
		GrainToDate string       `json:"grain_to_date"`
		PeriodAgg   string       `json:"period_agg"`
		Metric      *metricInput `json:"metric"`
	} `json:"cumulative_type_params"`
}

func (typeParams) Unread() []string {
	return []string{"input_measures", "conversion_type_params", "fill_nulls_with", "join_to_timespine", "is_private", "time_granularity", "validity_params"}
}

type window struct {
	Count       int    `json:"count"`
	Granularity string `json:"granularity"`
}

func (window) Unread() []string { return []string{"is_standard_granularity"} }

// metricInput names a metric or measure; older files have the name alone.
type metricInput struct {
	Name   string  `json:"name"`
	Alias  string  `json:"alias"`
	Filter *filter `json:"filter"`
}

// UnmarshalJSON takes both forms.
func (m *metricInput) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '"' {
		return json.Unmarshal(raw, &m.Name)
	}
	type plain metricInput
	return json.Unmarshal(raw, (*plain)(m))
}

// aggregation is how dbt 1.12 writes a simple metric, without a measure.
type aggregation struct {
	Model string      `json:"semantic_model"`
	Agg   string      `json:"agg"`
	Time  string      `json:"agg_time_dimension"`
	NonAd interface{} `json:"non_additive_dimension"`
}

func (aggregation) Unread() []string { return []string{"agg_params"} }

type semanticModel struct {
	ID          string       `json:"unique_id"`
	Name        string       `json:"name"`
	Description string       `json:"description"`
	Relation    nodeRelation `json:"node_relation"`
	Measures    []measure    `json:"measures"`
	Defaults    struct {
		Time string `json:"agg_time_dimension"`
	} `json:"defaults"`
	DependsOn dependsOn `json:"depends_on"`
}

func (semanticModel) Unread() []string {
	return []string{"resource_type", "package_name", "path", "original_file_path", "fqn", "model", "label", "entities", "dimensions", "metadata", "refs", "created_at", "config", "unrendered_config", "primary_entity", "group"}
}

type nodeRelation struct {
	Alias    string `json:"alias"`
	Schema   string `json:"schema_name"`
	Database string `json:"database"`
	Relation string `json:"relation_name"`
}

type measure struct {
	Name string     `json:"name"`
	Agg  string     `json:"agg"`
	Expr loose.Text `json:"expr"`
	Time string     `json:"agg_time_dimension"`
}

func (measure) Unread() []string {
	return []string{"description", "label", "create_metric", "agg_params", "non_additive_dimension", "config"}
}

type catalogTable struct {
	ID       string `json:"unique_id"`
	Metadata struct {
		Type     string `json:"type"`
		Schema   string `json:"schema"`
		Name     string `json:"name"`
		Database string `json:"database"`
		Comment  string `json:"comment"`
		Owner    string `json:"owner"`
	} `json:"metadata"`
	Columns map[string]struct {
		Type    string      `json:"type"`
		Index   json.Number `json:"index"`
		Name    string      `json:"name"`
		Comment string      `json:"comment"`
	} `json:"columns"`
	Stats map[string]stat `json:"stats"`
}

type stat struct {
	ID      string     `json:"id"`
	Value   loose.Text `json:"value"`
	Include bool       `json:"include"`
}

func (stat) Unread() []string { return []string{"label", "description"} }

type result struct {
	ID       string     `json:"unique_id"`
	Status   string     `json:"status"`
	Message  loose.Text `json:"message"`
	Error    loose.Text `json:"error"`
	Failures *float64   `json:"failures"`
	Timing   []timing   `json:"timing"`
	Response struct {
		Message string   `json:"_message"`
		Rows    *float64 `json:"rows_affected"`
	} `json:"adapter_response"`

	// of source freshness
	MaxLoadedAt string     `json:"max_loaded_at"`
	SnapshotAt  string     `json:"snapshotted_at"`
	Age         *float64   `json:"max_loaded_at_time_ago_in_s"`
	Criteria    *freshness `json:"criteria"`
}

func (result) Unread() []string {
	return []string{"thread_id", "execution_time", "compiled", "compiled_code", "relation_name", "batch_results", "overload_results"}
}

type timing struct {
	Name      string `json:"name"`
	Started   string `json:"started_at"`
	Completed string `json:"completed_at"`
}

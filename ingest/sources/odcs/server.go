package odcs

import (
	"slices"
	"strings"

	"github.com/limn-data/limn/catalog"
)

// place is how the tables of a kind of server are called, as OpenLineage's naming has it.
type place struct {
	namespace func(s *server) string
	prefix    func(s *server) []string // what stands before the table's own name
}

func at(scheme, port string) func(*server) string {
	return func(s *server) string {
		if s.Host == "" {
			return ""
		}
		host, p := s.Host, string(s.Port)
		if i := strings.Index(host, "://"); i >= 0 {
			host = host[i+3:]
		}
		host = strings.TrimSuffix(host, "/")
		if p == "" && !strings.Contains(host, ":") {
			p = port
		}
		if p != "" && !strings.Contains(host, ":") {
			host += ":" + p
		}
		return scheme + "://" + host
	}
}

func parts(f ...func(*server) string) func(*server) []string {
	return func(s *server) []string {
		var out []string
		for _, one := range f {
			out = append(out, one(s)) // empty where it is not said
		}
		return out
	}
}

func database(s *server) string { return first(s.Database, s.Catalog) }
func schemaOf(s *server) string { return s.Schema }

func fixed(ns string) func(*server) string { return func(*server) string { return ns } }

// places by type of server. A type that is not here has no namespace: its tables are looked for in the lake.
var places = map[string]place{
	"postgres":       {at("postgres", "5432"), parts(database, schemaOf)},
	"postgresql":     {at("postgres", "5432"), parts(database, schemaOf)},
	"cloudsql":       {at("postgres", "5432"), parts(database, schemaOf)},
	"mysql":          {at("mysql", "3306"), parts(database)},
	"redshift":       {at("redshift", "5439"), parts(database, schemaOf)},
	"sqlserver":      {at("mssql", "1433"), parts(database, schemaOf)},
	"synapse":        {at("sqlserver", "1433"), parts(database, schemaOf)},
	"oracle":         {at("oracle", "1521"), parts(func(s *server) string { return s.Service }, schemaOf)},
	"db2":            {at("db2", ""), parts(database, schemaOf)},
	"clickhouse":     {at("clickhouse", ""), parts(database)},
	"vertica":        {at("vertica", ""), parts(database, schemaOf)},
	"hive":           {at("hive", "9083"), parts(database)},
	"impala":         {at("impala", ""), parts(database)},
	"trino":          {at("trino", "8080"), parts(func(s *server) string { return first(s.Catalog, s.Database) }, schemaOf)},
	"presto":         {at("trino", "8080"), parts(func(s *server) string { return first(s.Catalog, s.Database) }, schemaOf)},
	"databricks":     {at("databricks", ""), parts(func(s *server) string { return first(s.Catalog, s.Database) }, schemaOf)},
	"kafka":          {at("kafka", "9092"), parts()},
	"snowflake":      {func(s *server) string { return "snowflake://" + s.Account }, parts(database, schemaOf)},
	"bigquery":       {fixed("bigquery"), parts(func(s *server) string { return s.Project }, func(s *server) string { return s.Dataset })},
	"athena":         {func(s *server) string { return "awsathena://athena." + first(s.Region, s.Region2) + ".amazonaws.com" }, parts(func(s *server) string { return first(s.Catalog, "AwsDataCatalog") }, schemaOf)},
	"glue":           {fixed(""), parts(database)},
	"duckdb":         {fixed(""), parts(schemaOf)},
	"dremio":         {at("dremio", ""), parts(schemaOf)},
	"denodo":         {at("denodo", ""), parts(database)},
	"informix":       {at("informix", ""), parts(database)},
	"custom":         {at("custom", ""), parts(database, schemaOf)},
	"kinesis":        {func(s *server) string { return "kinesis://" + first(s.Region, s.Region2) }, parts()},
	"pubsub":         {fixed("pubsub"), parts(func(s *server) string { return s.Project })},
	"googlecloudsql": {at("postgres", "5432"), parts(database, schemaOf)},
}

// id is the name of an object on a server.
func (s *server) id(o *object, namespaces map[string]string) catalog.ID {
	name := first(o.Physical, o.Name)
	if s == nil {
		return catalog.ID{Name: name}
	}
	kind := strings.ToLower(s.Type)
	if loc := first(s.Location, s.Path); loc != "" && (kind == "s3" || kind == "azure" || kind == "local" || kind == "sftp" || kind == "gcs") {
		if ns := namespaces[first(s.Server, kind)]; ns != "" {
			return catalog.ID{Namespace: ns, Name: name}
		}
		return location(loc, name)
	}
	p, ok := places[kind]
	if !ok {
		p = places["custom"]
	}
	ns, given := namespaces[s.Server]
	if !given {
		ns, given = namespaces[kind]
	}
	if !given {
		ns = p.namespace(s)
	}
	if kind == "kafka" && s.Topic != "" {
		name = s.Topic
	}
	own := strings.Split(name, ".")
	prefix := p.prefix(s)
	if kind == "kafka" || kind == "pubsub" || kind == "kinesis" { // dots are letters there
		own = []string{name}
	}
	// A name that has its schema already needs fewer parts before it.
	if n := len(prefix) - (len(own) - 1); n >= 0 {
		own = append(prefix[:n:n], own...)
	}
	own = slices.DeleteFunc(own, func(p string) bool { return p == "" })
	return catalog.ID{Namespace: ns, Name: strings.Join(own, ".")}
}

// location is the name of data at an address, such as s3://bucket/path/{model}/*.parquet.
func location(loc, name string) catalog.ID {
	loc = strings.NewReplacer("{model}", name, "{schema}", name, "{object}", name).Replace(loc)
	if i := strings.IndexAny(loc, "*?{"); i >= 0 {
		loc = loc[:strings.LastIndexByte(loc[:i], '/')+1]
	}
	loc = strings.TrimSuffix(loc, "/")
	scheme, rest, ok := strings.Cut(loc, "://")
	if !ok {
		return catalog.ID{Namespace: "file", Name: loc}
	}
	bucket, path, _ := strings.Cut(rest, "/")
	return catalog.ID{Namespace: scheme + "://" + bucket, Name: path}
}

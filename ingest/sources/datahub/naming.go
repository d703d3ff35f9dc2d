package datahub

import (
	"strings"

	"github.com/limn-data/limn/catalog"
)

// Namespaces says where the datasets of DataHub's platforms live: OpenLineage's namespaces by platform, such as
// "postgres": "postgres://db1:5432". A platform of which there are several is named with its instance or its
// environment, "postgres:crm" or "hive@DEV"; the more exact name wins. A namespace of "lake:" says that names
// are full ones of the lake.
type Namespaces map[string]string

// lakes are the platforms whose tables are looked for in the lake where no namespace is given for them.
var lakes = map[string]bool{"trino": true, "presto": true, "hive": true, "glue": true, "iceberg": true, "delta-lake": true, "databricks": true, "dbt": true, "athena": true, "spark": true, "hudi": true}

// buckets are the platforms whose names begin with the bucket, with the scheme of their namespaces.
var buckets = map[string]string{"s3": "s3", "gcs": "gs", "delta-lake": "s3", "hudi": "s3"}

// schemes are those platforms that OpenLineage calls otherwise.
var schemes = map[string]string{"postgresql": "postgres", "athena": "awsathena", "azure_synapse": "sqlserver", "abs": "abfss"}

// production is the environment that a name without one means.
const production = "PROD"

// names turns URNs into ids.
type names struct {
	config    Namespaces
	instances map[string]string // of datasets, by URN
}

// id is what a thing is called. A dataset is called as OpenLineage does where that is known, everything else by
// its URN.
func (n names) id(s string) catalog.ID {
	own := catalog.ID{Namespace: "urn", Name: s}
	u, ok := parseURN(s)
	if !ok {
		return own
	}
	if u.kind == "dataJob" && len(u.parts) == 2 {
		return own
	}
	d, ok := parseDataset(s)
	if !ok || d.name == "" {
		return own
	}
	ns, instance, configured := n.find(d, n.instances[s])
	if !configured && d.env != production {
		return own // DEV's tables are not those of the lake, whatever their names
	}
	name := d.name
	if instance != "" {
		name = strings.TrimPrefix(name, instance+".")
	}
	if scheme := buckets[d.platform]; scheme != "" && strings.Contains(name, "/") && !strings.HasPrefix(name, "/") {
		name = strings.TrimPrefix(name, scheme+"://")
		bucket, path, _ := strings.Cut(name, "/")
		return catalog.ID{Namespace: scheme + "://" + bucket, Name: path}
	}
	switch {
	case configured:
		return catalog.ID{Namespace: ns, Name: native(d.platform, ns, name)}
	case d.platform == "bigquery": // there is one
		return catalog.ID{Namespace: "bigquery", Name: name}
	case lakes[d.platform] && instance == "":
		return catalog.ID{Name: name}
	case lakes[d.platform]:
		// Of several instances none is known to be the lake.
		return catalog.ID{Namespace: d.platform + "://" + instance, Name: name}
	case instance != "":
		scheme := d.platform
		if s := schemes[scheme]; s != "" {
			scheme = s
		}
		return catalog.ID{Namespace: scheme + "://" + instance, Name: name}
	}
	return own
}

// find looks up the namespace of a dataset, the most exact name first.
func (n names) find(d dataset, instance string) (ns, inst string, ok bool) {
	if instance == "" {
		// The instance is known by the name alone where somebody configured it.
		for key := range n.config {
			platform, rest, has := strings.Cut(key, ":")
			rest, _, _ = strings.Cut(rest, "@")
			if has && platform == d.platform && strings.HasPrefix(d.name, rest+".") && len(rest) > len(instance) {
				instance = rest
			}
		}
	}
	keys := []string{d.platform + "@" + d.env}
	if instance != "" {
		keys = []string{d.platform + ":" + instance + "@" + d.env, d.platform + ":" + instance, d.platform + "@" + d.env}
	}
	if d.env == production {
		keys = append(keys, d.platform)
	}
	for _, k := range keys {
		if d.env != production && !strings.HasSuffix(k, "@"+d.env) {
			continue // an environment is meant only where it is named
		}
		if ns, ok := n.config[k]; ok {
			return ns, instance, true
		}
	}
	return "", instance, false
}

// native is the name of a dataset within its namespace, as OpenLineage's naming has it.
func native(platform, ns, name string) string {
	if platform == "glue" && strings.HasPrefix(ns, "arn:") {
		if db, table, ok := strings.Cut(name, "."); ok {
			return "table/" + db + "/" + table
		}
	}
	return name
}

// aliases are the other names of a dataset.
func (n names) aliases(s string, id catalog.ID) []catalog.ID {
	own := catalog.ID{Namespace: "urn", Name: s}
	if id == own {
		return nil
	}
	return []catalog.ID{own}
}

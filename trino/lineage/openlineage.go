package lineage

// Facet is OpenLineage's columnLineage dataset facet, version 1-2-0: what the columns of one dataset
// come from. https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json
type Facet struct {
	Producer  string                `json:"_producer"`
	SchemaURL string                `json:"_schemaURL"`
	Fields    map[string]FacetField `json:"fields"`
	// Dataset are the sources that only decide which rows there are, of whatever field.
	Dataset []InputField `json:"dataset"`
}

// FacetField is one field of the dataset.
type FacetField struct {
	InputFields []InputField `json:"inputFields"`
}

// InputField is one column of another dataset.
type InputField struct {
	Namespace       string           `json:"namespace"`
	Name            string           `json:"name"`
	Field           string           `json:"field"`
	Transformations []Transformation `json:"transformations"`
}

// Transformation says how a field takes part: Type is DIRECT or INDIRECT. Subtype is said where it is
// known: IDENTITY, TRANSFORMATION or AGGREGATION of a direct one, FILTER, JOIN, GROUP_BY or SORT of an
// indirect one, which may be several.
type Transformation struct {
	Type        string `json:"type"`
	Subtype     string `json:"subtype,omitempty"`
	Description string `json:"description"`
	Masking     bool   `json:"masking"`
}

const facetSchema = "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet"

var subtypes = [...]string{Identity: "IDENTITY", Changed: "TRANSFORMATION", Aggregated: "AGGREGATION"}

// OpenLineage gives the facet of the dataset that a statement writes, or of a query's result. Namespace is
// that of the datasets, trino://host:port as OpenLineage names a Trino; producer is a URI of who says it.
func (g Graph) OpenLineage(namespace, producer string) Facet {
	f := Facet{Producer: producer, SchemaURL: facetSchema, Fields: make(map[string]FacetField, len(g.Outputs)), Dataset: []InputField{}}
	shared := make(map[Source]bool, len(g.Shared))
	roles := g.rolesOf()
	field := func(s Source, kind, subtype string) InputField {
		in := InputField{Namespace: namespace, Name: s.Table, Field: s.Column}
		if kind == "INDIRECT" {
			for _, r := range roles[[2]string{s.Table, s.Column}] {
				in.Transformations = append(in.Transformations, Transformation{Type: kind, Subtype: r})
			}
		}
		if in.Transformations == nil {
			in.Transformations = []Transformation{{Type: kind, Subtype: subtype}}
		}
		return in
	}
	for _, s := range g.Shared {
		shared[s] = true
		f.Dataset = append(f.Dataset, field(s, "INDIRECT", ""))
	}
	for _, o := range g.Outputs {
		in := f.Fields[o.Name].InputFields // of columns of one name, as a query may have
		if in == nil {
			in = []InputField{}
		}
		for _, s := range o.Inputs {
			switch {
			case s.Kind == Direct:
				in = append(in, field(s, "DIRECT", subtypes[o.Transform]))
			case !shared[s]:
				in = append(in, field(s, "INDIRECT", ""))
			}
		}
		f.Fields[o.Name] = FacetField{in}
	}
	return f
}

var roleNames = [roleCount]string{filters: "FILTER", joins: "JOIN", groups: "GROUP_BY", sorts: "SORT"}

// rolesOf gives what each column does, by table and name.
func (g Graph) rolesOf() map[[2]string][]string {
	roles := map[[2]string][]string{}
	if g.names == nil {
		return roles
	}
	for r, s := range g.roles {
		for _, source := range g.names.list(nil, s) {
			key := [2]string{source.Table, source.Column}
			roles[key] = append(roles[key], roleNames[r])
		}
	}
	return roles
}

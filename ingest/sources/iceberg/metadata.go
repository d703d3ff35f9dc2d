package iceberg

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
	"github.com/limn-data/limn/ingest/sources/rest"
)

// metadata is a table metadata file of the Iceberg specification, format versions 1 to 3.
type metadata struct {
	Format     int               `json:"format-version"`
	UUID       string            `json:"table-uuid"`
	Location   string            `json:"location"`
	Updated    int64             `json:"last-updated-ms"`
	Schema     *schema           `json:"schema"` // version 1
	Schemas    []*schema         `json:"schemas"`
	SchemaID   *int              `json:"current-schema-id"`
	Spec       []partitionField  `json:"partition-spec"` // version 1
	Specs      []spec            `json:"partition-specs"`
	SpecID     int               `json:"default-spec-id"`
	Orders     []order           `json:"sort-orders"`
	OrderID    int               `json:"default-sort-order-id"`
	Properties map[string]string `json:"properties"`
	SnapshotID *int64            `json:"current-snapshot-id"`
	Snapshots  []snapshot        `json:"snapshots"`
	Refs       map[string]ref    `json:"refs"`
	Statistics []statistics      `json:"statistics"`
	View       string            `json:"view-uuid"`
	Function   string            `json:"function-uuid"`
}

// Unread are fields that are for writers, or that repeat others.
func (metadata) Unread() []string {
	return []string{"last-column-id", "last-partition-id", "last-sequence-number", "snapshot-log", "metadata-log", "partition-statistics", "next-row-id", "encryption-keys", "row-lineage"}
}

type schema struct {
	ID          int     `json:"schema-id"`
	Type        string  `json:"type"`
	Identifiers []int   `json:"identifier-field-ids"`
	Fields      []field `json:"fields"`
}

type field struct {
	ID       int             `json:"id"`
	Name     string          `json:"name"`
	Required bool            `json:"required"`
	Type     json.RawMessage `json:"type"`
	Doc      string          `json:"doc"`
}

func (field) Unread() []string { return []string{"initial-default", "write-default"} }

type partitionField struct {
	Name      string `json:"name"`
	Transform string `json:"transform"`
	Source    int    `json:"source-id"`
	Sources   []int  `json:"source-ids"` // version 3, transforms of several columns
}

func (partitionField) Unread() []string { return []string{"field-id"} }

type spec struct {
	ID     int              `json:"spec-id"`
	Fields []partitionField `json:"fields"`
}

type order struct {
	ID     int `json:"order-id"`
	Fields []struct {
		Transform string `json:"transform"`
		Source    int    `json:"source-id"`
		Sources   []int  `json:"source-ids"`
		Direction string `json:"direction"`
		Nulls     string `json:"null-order"`
	} `json:"fields"`
}

type snapshot struct {
	ID      int64             `json:"snapshot-id"`
	At      int64             `json:"timestamp-ms"`
	Summary map[string]string `json:"summary"`
	Schema  *int              `json:"schema-id"`
}

func (snapshot) Unread() []string {
	return []string{"parent-snapshot-id", "sequence-number", "manifest-list", "manifests", "first-row-id", "added-rows", "key-id"}
}

type ref struct {
	Snapshot int64  `json:"snapshot-id"`
	Type     string `json:"type"`
}

func (ref) Unread() []string {
	return []string{"max-ref-age-ms", "max-snapshot-age-ms", "min-snapshots-to-keep"}
}

type statistics struct {
	Snapshot int64  `json:"snapshot-id"`
	Blobs    []blob `json:"blob-metadata"`
}

type blob struct {
	Type       string            `json:"type"`
	Fields     []int             `json:"fields"`
	Properties map[string]string `json:"properties"`
}

func (blob) Unread() []string { return []string{"snapshot-id", "sequence-number"} }

func (statistics) Unread() []string {
	return []string{"statistics-path", "file-size-in-bytes", "file-footer-size-in-bytes", "key-metadata"}
}

// parse reads the metadata of a table, and refuses those that do not say which columns it has or where it lies: a
// catalog that shows half of a table is worse than one that says that it cannot be read. What only writers need may
// be missing.
func parse(raw []byte, n loose.Notes) (*metadata, error) {
	var m metadata
	if err := loose.Decode(raw, &m, n); err != nil {
		return nil, err
	}
	switch {
	case m.View != "":
		return nil, errors.New("it is the metadata of a view, not of a table")
	case m.Function != "":
		return nil, errors.New("it is the metadata of a function, not of a table")
	case m.Format == 0:
		return nil, errors.New("it is no metadata of a table: format-version is missing")
	case m.Format > 3 || m.Format < 1:
		return nil, fmt.Errorf("format version %d is not known; versions 1 to 3 are", m.Format)
	case m.Location == "":
		return nil, errors.New("location is missing")
	case m.Format > 1 && m.UUID == "":
		return nil, errors.New("table-uuid is missing, which version 2 requires")
	case m.Format > 1 && len(m.Schemas) == 0:
		return nil, errors.New("schemas are missing, which version 2 requires")
	}
	if err := m.settle(); err != nil {
		return nil, err
	}
	return &m, nil
}

// settle brings version 1 into the form of version 2: the current schema into Schema, the spec into Spec.
func (m *metadata) settle() error {
	if len(m.Schemas) > 0 && m.SchemaID != nil {
		i := slices.IndexFunc(m.Schemas, func(s *schema) bool { return s != nil && s.ID == *m.SchemaID })
		if i < 0 {
			return fmt.Errorf("there is no schema %d, which current-schema-id names", *m.SchemaID)
		}
		m.Schema = m.Schemas[i]
	}
	if m.Schema == nil {
		return errors.New("there is no current schema")
	}
	if len(m.Specs) > 0 {
		i := slices.IndexFunc(m.Specs, func(s spec) bool { return s.ID == m.SpecID })
		if i < 0 {
			return fmt.Errorf("there is no partition spec %d, which default-spec-id names", m.SpecID)
		}
		m.Spec = m.Specs[i].Fields
	}
	return nil
}

// current is the snapshot that readers see; nil before the first.
func (m *metadata) current() *snapshot {
	id := int64(-1)
	if r, ok := m.Refs["main"]; ok {
		id = r.Snapshot
	}
	if m.SnapshotID != nil {
		id = *m.SnapshotID
	}
	for i := range m.Snapshots {
		if m.Snapshots[i].ID == id {
			return &m.Snapshots[i]
		}
	}
	return nil
}

// kept are the counts of a commit's summary that somebody asks for.
var kept = []string{"operation", "added-records", "deleted-records", "total-records", "total-files-size", "total-data-files", "total-delete-files"}

// claim is what the metadata say about a table.
func (m *metadata) claim(about catalog.ID) catalog.Claim {
	c := catalog.Claim{About: about, Kind: catalog.Table, Platform: "iceberg", Description: m.Properties["comment"], Custom: map[string]string{"format_version": strconv.Itoa(m.Format)}}
	c.AsOf, c.Version = loose.Millis(m.Updated), "iceberg "+strconv.Itoa(m.Format)
	if here := location(m.Location); here.Key() != about.Key() {
		c.Aliases = append(c.Aliases, here)
	}
	if m.UUID != "" { // a table that was renamed keeps it
		c.Aliases = append(c.Aliases, catalog.ID{Namespace: "urn:iceberg", Name: strings.ToLower(m.UUID)})
	}
	if o := m.Properties["owner"]; o != "" {
		c.Owners = []catalog.Ownership{{Principal: o, Role: catalog.Technical, SourceRole: "owner"}}
	}
	for k, v := range m.Properties {
		if k != "comment" && k != "owner" && len(v) <= 200 && !rest.Secret(k) {
			c.Custom[k] = v
		}
	}
	m.columns(&c)
	if s := m.current(); s != nil {
		c.SnapshotID = strconv.FormatInt(s.ID, 10)
		if at := loose.Millis(s.At); !at.IsZero() {
			c.Observed = []catalog.Observation{{Kind: catalog.Snapshotted, At: at, Detail: strings.TrimSpace(s.Summary["operation"] + " " + c.SnapshotID)}}
		}
		for _, k := range kept {
			if v := s.Summary[k]; v != "" {
				c.Custom[k] = v
			}
		}
		if s.Summary["total-delete-files"] == "" || s.Summary["total-delete-files"] == "0" { // else rows are taken away that the total counts
			c.Rows = whole(s.Summary["total-records"])
		}
		c.Bytes = whole(s.Summary["total-files-size"])
	}
	var refs []string
	for name, r := range m.Refs {
		if name != "main" {
			refs = append(refs, name+"="+strconv.FormatInt(r.Snapshot, 10))
		}
	}
	slices.Sort(refs)
	list(&c, "refs", refs)
	return c
}

// list keeps a list as one text, bounded.
func list(c *catalog.Claim, name string, of []string) {
	const most = 100
	if len(of) > most {
		of = append(slices.Clone(of[:most]), "…")
	}
	if len(of) > 0 {
		c.Custom[name] = strings.Join(of, ", ")
	}
}

func whole(s string) *int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return nil
	}
	return &n
}

// location is the folder of a table as an id: s3://bucket and the path in it.
func location(l string) catalog.ID {
	l = strings.TrimRight(l, "/")
	if scheme, path, ok := strings.Cut(l, ":"); ok && !strings.HasPrefix(path, "//") { // file:/tmp/x
		return catalog.ID{Namespace: scheme, Name: strings.Trim(path, "/")}
	}
	if scheme, path, ok := strings.Cut(l, ":///"); ok {
		return catalog.ID{Namespace: scheme, Name: path}
	}
	return catalog.ParseID(l)
}

// columns fills in the columns, fields of structs included, with what the table is partitioned and sorted by.
func (m *metadata) columns(c *catalog.Claim) {
	names := map[int]string{}
	var ids []string
	var walk func(fields []field, above string, depth int)
	walk = func(fields []field, above string, depth int) {
		for _, f := range fields {
			t := typeOf(f.Type, 0)
			nullable := !f.Required
			k := catalog.ColumnClaim{Path: above + f.Name, Type: t.trino, NativeType: t.native, Nullable: &nullable, Description: f.Doc}
			names[f.ID] = k.Path
			if slices.Contains(m.Schema.Identifiers, f.ID) {
				k.Key = "primary"
			}
			c.Columns = append(c.Columns, k)
			ids = append(ids, strconv.Itoa(f.ID)+"="+k.Path)
			if depth < maxDepth {
				walk(t.fields, k.Path+".", depth+1)
			}
		}
	}
	walk(m.Schema.Fields, "", 0)
	list(c, "field_ids", ids)
	shown := func(transform string, source int, sources []int) string {
		if len(sources) > 0 {
			source = sources[0]
		}
		name := names[source]
		if transform == "identity" || name == "" {
			return name
		}
		return transform + "(" + name + ")"
	}
	var parts []string
	for _, p := range m.Spec {
		if p.Transform == "void" {
			continue
		}
		if s := shown(p.Transform, p.Source, p.Sources); s != "" {
			parts = append(parts, s)
		}
		for _, source := range append(p.Sources, p.Source) {
			for i := range c.Columns {
				if c.Columns[i].Path == names[source] && c.Columns[i].Key == "" {
					c.Columns[i].Key = "partition"
				}
			}
		}
	}
	list(c, "partitioned_by", parts)
	var sorted []string
	for _, o := range m.Orders {
		if o.ID == m.OrderID {
			for _, f := range o.Fields {
				if s := shown(f.Transform, f.Source, f.Sources); s != "" {
					sorted = append(sorted, strings.TrimSpace(s+" "+f.Direction))
				}
			}
		}
	}
	list(c, "sorted_by", sorted)
	for _, s := range m.Statistics {
		if cur := m.current(); cur != nil && s.Snapshot == cur.ID {
			for _, b := range s.Blobs {
				if ndv := b.Properties["ndv"]; ndv != "" && len(b.Fields) == 1 && names[b.Fields[0]] != "" && len(c.Custom) < 200 {
					c.Custom["distinct "+names[b.Fields[0]]] = ndv
				}
			}
		}
	}
}

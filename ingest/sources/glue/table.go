package glue

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
	"github.com/limn-data/limn/ingest/sources/rest"
)

// table is a table as Glue tells of it.
type table struct {
	Name        string            `json:"Name"`
	Database    string            `json:"DatabaseName"`
	Description string            `json:"Description"`
	Owner       string            `json:"Owner"`
	Created     stamp             `json:"CreateTime"`
	Updated     stamp             `json:"UpdateTime"`
	Storage     storage           `json:"StorageDescriptor"`
	Keys        []column          `json:"PartitionKeys"`
	Original    string            `json:"ViewOriginalText"`
	Type        string            `json:"TableType"`
	Parameters  map[string]string `json:"Parameters"`
	Catalog     string            `json:"CatalogId"`
	Target      *struct {
		Catalog  string `json:"CatalogId"`
		Database string `json:"DatabaseName"`
		Name     string `json:"Name"`
		Region   string `json:"Region"`
	} `json:"TargetTable"` // of a resource link
}

func (table) Unread() []string {
	return []string{"LastAccessTime", "LastAnalyzedTime", "Retention", "ViewExpandedText", "CreatedBy", "IsRegisteredWithLakeFormation", "VersionId", "FederatedTable", "ViewDefinition", "IsMultiDialectView", "Status", "IsMaterializedView"}
}

type storage struct {
	Columns  []column `json:"Columns"`
	Location string   `json:"Location"`
	// What Glue's crawlers counted stands here as well as in the table.
	Parameters map[string]string `json:"Parameters"`
}

func (storage) Unread() []string {
	return []string{"AdditionalLocations", "SerdeInfo", "InputFormat", "OutputFormat", "Compressed", "NumberOfBuckets", "BucketColumns", "SortColumns", "SkewedInfo", "StoredAsSubDirectories", "SchemaReference"}
}

type column struct {
	Name       string            `json:"Name"`
	Type       string            `json:"Type"`
	Comment    string            `json:"Comment"`
	Parameters map[string]string `json:"Parameters"`
}

// stamp is a time, in seconds since 1970 as the protocol has it, or written out as the command line does.
type stamp struct{ text string }

func (s *stamp) UnmarshalJSON(raw []byte) error {
	var t loose.Text
	err := t.UnmarshalJSON(raw)
	s.text = string(t)
	return err
}

func (s stamp) time(c *loose.Clock) time.Time {
	if f, err := strconv.ParseFloat(s.text, 64); err == nil {
		return loose.Millis(int64(f * 1000))
	}
	return c.Time(s.text)
}

func (t *table) iceberg() bool { return strings.EqualFold(t.Parameters["table_type"], "ICEBERG") }

func (r *reading) table(raw json.RawMessage) (*table, error) {
	t := &table{}
	if err := loose.Decode(raw, t, loose.Notes{Report: &r.rep, Where: "Table"}); err != nil {
		return nil, err
	}
	if t.Name == "" || t.Database == "" {
		return nil, errors.New("it has no Name or no DatabaseName")
	}
	r.rep.Records++
	r.rep.Count("tables")
	return t, nil
}

// claim is what Glue says of a table.
func (r *reading) claim(t *table, raw []byte) catalog.Claim {
	c := catalog.Claim{Kind: catalog.Table, Platform: "glue", Native: t.Database + "." + t.Name, Description: cmp.Or(t.Description, t.Parameters["comment"]), Custom: map[string]string{}}
	c.About, c.Aliases = r.id(t.Catalog, t.Database, t.Name)
	c.RecordID, c.RawHash, c.AsOf = c.Native, loose.Hash(raw), t.Updated.time(&r.clock)
	if strings.HasPrefix(t.Storage.Location, "s3") && strings.Contains(t.Storage.Location, "://") {
		c.Aliases = append(c.Aliases, catalog.ParseID(strings.TrimSuffix(t.Storage.Location, "/")))
	}
	if t.Target != nil { // a link to a table of another account is that table
		other := catalog.ID{Namespace: "arn:aws:glue:" + cmp.Or(t.Target.Region, r.Region) + ":" + t.Target.Catalog, Name: "table/" + t.Target.Database + "/" + t.Target.Name}
		c.Aliases = append(c.Aliases, other)
	}
	if o := cmp.Or(t.Parameters["owner"], t.Owner); o != "" {
		c.Owners = []catalog.Ownership{{Principal: o, Role: catalog.Technical, SourceRole: "Owner"}}
	}
	for k, v := range t.Parameters {
		switch {
		case k == "comment" || k == "owner" || len(v) > 200 || rest.Secret(k) || strings.HasPrefix(k, "spark.sql.") || strings.HasPrefix(k, "projection."):
		default:
			c.Custom[k] = v
		}
	}
	r.lifecycle(t, &c)
	c.Rows, c.Bytes = count(t.Parameters["recordCount"], t.Parameters["numRows"]), count(t.Parameters["sizeKey"], t.Parameters["totalSize"])
	if t.Type == "VIRTUAL_VIEW" {
		c.Kind = catalog.ViewKind
		c.ViewSQL = view(t.Original)
	}
	// The entry of an Iceberg table is written by each commit; that of any other by whoever changes its columns.
	if t.iceberg() && !c.AsOf.IsZero() {
		c.Observed = []catalog.Observation{{Kind: catalog.Updated, At: c.AsOf}}
	}
	add := func(k column, key string) {
		p := catalog.ColumnClaim{Path: k.Name, Type: hive(k.Type), NativeType: k.Type, Description: k.Comment, Key: key}
		p.PII = loose.PII(k.Parameters["pii"], k.Parameters["PII"])
		p.Class = cmp.Or(k.Parameters["classification"], k.Parameters["sensitivity"])
		c.Columns = append(c.Columns, p)
	}
	for _, k := range t.Storage.Columns {
		if k.Parameters["iceberg.field.current"] != "false" { // columns that were dropped stay in Glue
			add(k, "")
		}
	}
	for _, k := range t.Keys {
		add(k, "partition")
	}
	return c
}

// lifecycle reads the flags by which people mark tables of Glue, which has no field for it.
func (r *reading) lifecycle(t *table, c *catalog.Claim) {
	flag := ""
	for k, v := range t.Parameters {
		if strings.EqualFold(k, "deprecated") || strings.EqualFold(k, "is_deprecated") {
			flag = strings.ToLower(v)
		}
	}
	if flag == "" {
		return
	}
	d := &catalog.Lifecycle{Deprecated: flag != "false" && flag != "no" && flag != "0"}
	if d.Deprecated {
		d.Note = cmp.Or(t.Parameters["deprecation_note"], t.Parameters["deprecation_reason"], t.Parameters["deprecated_note"])
		if flag != "true" && flag != "yes" && flag != "1" && d.Note == "" {
			d.Note = t.Parameters["deprecated"]
		}
		if to := cmp.Or(t.Parameters["replacement"], t.Parameters["replaced_by"]); to != "" {
			if db, name, ok := strings.Cut(to, "."); ok && !strings.Contains(name, ".") {
				d.Replacement, _ = r.id(t.Catalog, db, name)
			} else {
				d.Replacement = catalog.ID{Name: to}
			}
		}
	}
	c.Deprecation = d
}

func count(texts ...string) *int64 {
	for _, s := range texts {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil && n >= 0 {
			return &n
		}
	}
	return nil
}

// view is the query of a view: plain, or as Trino and Athena keep it, JSON in base64 within a comment.
func view(text string) string {
	inner, ok := strings.CutPrefix(strings.TrimSpace(text), "/* Presto View: ")
	if !ok {
		return text
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(strings.TrimSuffix(inner, "*/")))
	var v struct {
		SQL string `json:"originalSql"`
	}
	if err != nil || json.Unmarshal(raw, &v) != nil {
		return ""
	}
	return v.SQL
}

// names of Hive's types as Trino's Hive connector shows them.
var hiveNames = map[string]string{"string": "varchar", "int": "integer", "float": "real", "timestamp": "timestamp(3)", "binary": "varbinary", "bigint": "bigint", "smallint": "smallint", "tinyint": "tinyint", "double": "double", "boolean": "boolean", "date": "date", "long": "bigint", "integer": "integer"}

// hive writes a type of Hive as Trino does; empty where Trino has none.
func hive(t string) string {
	out, rest := hiveType(strings.TrimSpace(t), 0)
	if strings.TrimSpace(rest) != "" {
		return ""
	}
	return out
}

// hiveType reads one type from the front of a text and gives what follows it.
func hiveType(t string, depth int) (out, rest string) {
	end := strings.IndexAny(t, "<>,()")
	if end < 0 {
		end = len(t)
	}
	name := strings.ToLower(strings.TrimSpace(t[:end]))
	rest = t[end:]
	if depth > 30 {
		return "", rest
	}
	// inside reads the types between angle brackets, each with a name where named holds.
	inside := func(named bool) []string {
		if !strings.HasPrefix(rest, "<") {
			return nil
		}
		var parts []string
		for rest = rest[1:]; ; rest = rest[1:] {
			label := ""
			if named {
				at := strings.IndexByte(rest, ':')
				if at < 0 {
					return nil
				}
				label = `"` + strings.TrimSpace(rest[:at]) + `" `
				rest = rest[at+1:]
			}
			var one string
			if one, rest = hiveType(rest, depth+1); one == "" {
				return nil
			}
			parts = append(parts, label+one)
			if rest == "" {
				return nil
			}
			if rest[0] == '>' {
				rest = rest[1:]
				return parts
			}
			if rest[0] != ',' {
				return nil
			}
		}
	}
	switch name {
	case "array":
		if p := inside(false); len(p) == 1 {
			return "array(" + p[0] + ")", rest
		}
		return "", ""
	case "map":
		if p := inside(false); len(p) == 2 {
			return "map(" + p[0] + ", " + p[1] + ")", rest
		}
		return "", ""
	case "struct":
		if p := inside(true); len(p) > 0 {
			return "row(" + strings.Join(p, ", ") + ")", rest
		}
		return "", ""
	case "decimal", "char", "varchar":
		if strings.HasPrefix(rest, "(") {
			close := strings.IndexByte(rest, ')')
			if close < 0 {
				return "", ""
			}
			return name + strings.ReplaceAll(rest[:close+1], " ", ""), rest[close+1:]
		}
		if name == "decimal" {
			return "decimal(10,0)", rest
		}
		return name, rest
	}
	return hiveNames[name], rest
}

// partitions is what was counted of the partitions of a table.
type partitions struct {
	n      int
	more   bool // there are more than were looked at
	newest time.Time
	values string
}

// mostPartitions is how many partitions of a table are looked at.
const mostPartitions = 10_000

func (r *reading) partitions(ctx context.Context, t *table) (partitions, error) {
	in := map[string]any{"DatabaseName": t.Database, "TableName": t.Name, "MaxResults": 1000, "ExcludeColumnSchema": true}
	if r.ID != "" {
		in["CatalogId"] = r.ID
	}
	var out partitions
	clock := loose.Clock{}
	for {
		var page struct {
			List []struct {
				Values  []string `json:"Values"`
				Created stamp    `json:"CreationTime"`
			} `json:"Partitions"`
			Next string `json:"NextToken"`
		}
		if err := call(ctx, r.Account.Glue, "AWSGlue.GetPartitions", "/", in, &page); err != nil {
			return out, fmt.Errorf("table %s.%s: %w", t.Database, t.Name, err)
		}
		for _, p := range page.List {
			out.n++
			if at := p.Created.time(&clock); at.After(out.newest) {
				var named []string
				for i, v := range p.Values {
					if i < len(t.Keys) {
						named = append(named, t.Keys[i].Name+"="+v)
					}
				}
				out.newest, out.values = at, strings.Join(named, "/")
			}
		}
		if page.Next == "" {
			return out, nil
		}
		if out.n >= mostPartitions {
			out.more = true
			return out, nil
		}
		in["NextToken"] = page.Next
	}
}

// tell adds what was counted to the claim of the table. Of a part of the partitions the newest is not known, since
// they come in no order.
func (p partitions) tell(c *catalog.Claim, rep *catalog.Report) {
	c.Custom["partitions"] = strconv.Itoa(p.n)
	switch {
	case p.more:
		c.Custom["partitions"] += "+"
		rep.Count("tables of more partitions than are looked at")
	case !p.newest.IsZero():
		c.Observed = append(c.Observed, catalog.Observation{Kind: catalog.Updated, At: p.newest, Partition: p.values})
	}
}

func sortedTags(m map[string][]string) []string {
	var out []string
	for k, values := range m {
		for _, v := range values {
			out = append(out, k+"="+v)
		}
	}
	slices.Sort(out)
	return out
}

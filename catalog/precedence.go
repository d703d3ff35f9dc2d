package catalog

import (
	"slices"
	"strings"
)

// Field is a part of what is known of an asset, decided on its own.
type Field string

// The fields.
const (
	FieldDescription Field = "description"
	FieldDomain      Field = "domain"
	FieldTier        Field = "tier"
	FieldOwner       Field = "owner"
	FieldDeprecation Field = "deprecation"
	FieldSLA         Field = "sla"
	FieldFreshness   Field = "freshness"
	FieldCoverage    Field = "coverage" // data_from, data_until, time_column
	FieldSchema      Field = "schema"   // types and keys of columns, where no engine says them
	FieldPII         Field = "pii"
	FieldSize        Field = "size"
	FieldView        Field = "view"
	FieldGrants      Field = "grants"
)

// Precedence says whose word counts, field by field: systems, the best first. A system that is not named comes
// after those that are, except where Only holds.
type Precedence map[Field]Order

// Order is the precedence of one field.
type Order struct {
	Systems []string
	Only    bool // the word of others is kept, and never used
}

// DefaultPrecedence is what holds unless a workspace says otherwise. What stands in its own files is under
// review and comes first.
var DefaultPrecedence = Precedence{
	FieldDescription: {Systems: []string{Files, SystemDataHub, ODCS, SystemDBT, Glue, SystemIceberg, SystemTrino, SystemPG, OpenLineage}},
	FieldDomain:      {Systems: []string{Files, SystemDataHub, ODCS, SystemDBT}},
	FieldTier:        {Systems: []string{Files, SystemDataHub, ODCS, SystemDBT}},
	FieldOwner:       {Systems: []string{Files, ODCS, SystemDataHub, SystemDBT, Glue, SystemIceberg, OpenLineage, Airflow}},
	FieldDeprecation: {Systems: []string{Files, SystemDataHub, ODCS, SystemDBT}},
	FieldSLA:         {Systems: []string{Files, ODCS, SystemDataHub, SystemDBT, Anomalo}},
	FieldFreshness:   {Systems: []string{Files, SystemIceberg, SystemTrino, Airflow, OpenLineage, SystemKafka, SystemDBT, SystemDataHub, Connect, Glue}},
	FieldCoverage:    {Systems: []string{Files, SystemIceberg, Airflow, OpenLineage}},
	FieldSchema:      {Systems: []string{SystemTrino, SystemIceberg, Glue, SystemPG, SystemKafka, SystemDataHub, SystemDBT, ODCS, OpenLineage}},
	FieldPII:         {Systems: []string{Files, SystemDataHub, LakeFormation, ODCS, SystemDBT}},
	FieldSize:        {Systems: []string{SystemTrino, SystemIceberg, Glue, SystemDBT, SystemDataHub, OpenLineage}},
	FieldView:        {Systems: []string{SystemTrino, Glue, SystemDBT, SystemDataHub}},
	FieldGrants:      {Systems: []string{LakeFormation, "unity-catalog"}, Only: true},
}

// With is the precedence with some fields decided otherwise.
func (p Precedence) With(other map[Field][]string) Precedence {
	out := Precedence{}
	for f, o := range p {
		out[f] = o
	}
	for f, systems := range other {
		out[f] = Order{Systems: systems, Only: p[f].Only}
	}
	return out
}

// Fields lists the fields that a precedence may be given for.
func Fields() []Field {
	var out []Field
	for f := range DefaultPrecedence {
		out = append(out, f)
	}
	slices.Sort(out)
	return out
}

// rank orders claims for one field; lower is better, and a negative one means that the claim has no say.
// Sources may be ranked by their own name too, so that one of two catalogs of a kind can come first.
func (p Precedence) rank(f Field, c *Provenance) int {
	o := p[f]
	for i, s := range o.Systems {
		if s == c.System || s == c.Source {
			return i
		}
	}
	if o.Only {
		return -1
	}
	return len(o.Systems)
}

// better says whether what a says of a field goes before what b says: by rank, then by which is newer, then by
// name, so that the order of reading does not matter.
func (p Precedence) better(f Field, a, b *Provenance) bool {
	if x, y := p.rank(f, a), p.rank(f, b); x != y {
		return x < y
	}
	if !a.when().Equal(b.when()) {
		return a.when().After(b.when())
	}
	if a.Source != b.Source {
		return a.Source < b.Source
	}
	return a.RecordID > b.RecordID // of the workspace's files the last speaks last
}

// sort puts the claims first whose word on a field counts first.
func (p Precedence) sort(f Field, claims []*Claim) {
	slices.SortStableFunc(claims, func(x, y *Claim) int {
		switch {
		case p.better(f, &x.Provenance, &y.Provenance):
			return -1
		case p.better(f, &y.Provenance, &x.Provenance):
			return 1
		}
		return 0
	})
}

// nobody are owners that stand for none: the default users of schedulers and tools.
var nobody = []string{"", "airflow", "admin", "root", "unknown", "none", "n/a", "default", "hadoop", "hive", "spark", "trino", "presto"}

// IsNobody says that the name of an owner stands for no person or team.
func IsNobody(principal string) bool {
	_, name, ok := strings.Cut(principal, ":")
	if !ok {
		name = principal
	}
	return slices.Contains(nobody, strings.ToLower(strings.TrimSpace(name)))
}

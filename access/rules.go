package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/limn-data/limn/catalog"
)

// To says whom a rule is about: everybody where Users and Groups are empty, else those named, in either
// case without those in Unless. Unless holds names of groups or of principals.
type To struct{ Users, Groups, Unless []string }

func (t To) includes(w Principal) bool {
	if w.in(t.Unless) {
		return false
	}
	return len(t.Users)+len(t.Groups) == 0 || slices.Contains(t.Users, w.Name) ||
		slices.ContainsFunc(w.Groups, func(g string) bool { return slices.Contains(t.Groups, g) })
}

// On says which tables a rule is about: those of its patterns (catalog.schema.table, * for any part), or
// every table where there are none, and of these the ones that bear one of its tags, where it has any.
type On struct{ Tables, Tags []string }

func (o On) covers(a *catalog.Asset) bool {
	if len(o.Tables) > 0 && !slices.ContainsFunc(o.Tables, func(p string) bool { return match(strings.ToLower(p), a.Name.Key()) }) {
		return false
	}
	return len(o.Tags) == 0 || tagged(o.Tags, a.Tags)
}

func tagged(want, have []string) bool {
	return slices.ContainsFunc(want, func(t string) bool {
		return slices.ContainsFunc(have, func(h string) bool { return strings.EqualFold(t, h) })
	})
}

// Grant lets somebody read tables where the policy is Closed. Users and Groups may not both be empty of a
// grant that is not for everybody: Everyone says so.
type Grant struct {
	On
	To
	Everyone bool
}

// RowFilter leaves only the rows for which Where is true.
type RowFilter struct {
	Name string // of the file and rule, for messages
	On
	To
	Where string // a Trino expression over the table's columns
}

// The ways to mask a column.
const (
	MaskNull    = "null"       // no value
	MaskHash    = "hash"       // SHA-256 of salt and text, in hexadecimal; equal texts stay equal
	MaskPartial = "partial"    // *** and the last characters
	MaskExpr    = "expression" // a Trino expression over the table's columns
)

// maskOrder has the strictest first: where several masks fall on a column, the strictest is taken, and of
// equals the first.
var maskOrder = []string{MaskNull, MaskHash, MaskPartial, MaskExpr}

// Mask shows something else in place of a column's values.
type Mask struct {
	Name string
	On
	To
	Columns    []string // names
	ColumnTags []string // columns that bear one of these tags
	PII        bool     // columns tagged as personal
	How        string
	Expression string // of MaskExpr
	Keep       int    // of MaskPartial: characters that stay
	Salt       string // of MaskHash
}

func (m Mask) coversColumn(c catalog.Column) bool {
	return m.PII && c.PII != "" || tagged(m.ColumnTags, c.Tags) ||
		slices.ContainsFunc(m.Columns, func(n string) bool { return strings.EqualFold(n, c.Name) })
}

// Validate says which rule could never hide what its author meant: a pattern that matches no table's full
// name, a rule that names nothing and so hides everything, a mask of no known kind.
func (p Policy) Validate() error {
	for i, r := range p.Rules {
		if len(r.Tables)+len(r.Tags) == 0 && r.wholeTable() {
			return fmt.Errorf("access: rule %d names neither tables, columns, tags nor personal data; it would hide everything", i+1)
		}
		if err := patterns(fmt.Sprintf("rule %d", i+1), r.Tables); err != nil {
			return err
		}
	}
	for i, g := range p.Grants {
		name := fmt.Sprintf("grant %d", i+1)
		if len(g.Users)+len(g.Groups) == 0 && !g.Everyone {
			return fmt.Errorf("access: %s says to nobody; name users or groups, or write everyone: true", name)
		}
		if len(g.Tables)+len(g.Tags) == 0 {
			return fmt.Errorf("access: %s names neither tables nor tags", name)
		}
		if err := patterns(name, g.Tables); err != nil {
			return err
		}
	}
	for _, f := range p.Filters {
		if err := patterns(f.Name, f.Tables); err != nil {
			return err
		}
		if strings.TrimSpace(f.Where) == "" {
			return fmt.Errorf("access: %s has no condition; write one under where", f.Name)
		}
	}
	for _, m := range p.Masks {
		if err := patterns(m.Name, m.Tables); err != nil {
			return err
		}
		switch {
		case len(m.Columns)+len(m.ColumnTags) == 0 && !m.PII:
			return fmt.Errorf("access: %s names neither columns, column tags nor personal data", m.Name)
		case !slices.Contains(maskOrder, m.How):
			return fmt.Errorf("access: %s: mask %q is none; write null, hash, partial or an expression", m.Name, m.How)
		case m.How == MaskExpr && strings.TrimSpace(m.Expression) == "":
			return fmt.Errorf("access: %s has no expression", m.Name)
		case m.Keep < 0 || m.Keep > 100:
			return fmt.Errorf("access: %s keeps %d characters; write a number from 0 to 100", m.Name, m.Keep)
		}
	}
	return patterns("system_tables", p.SystemTables)
}

// patterns says which of them matches no table's full name.
func patterns(rule string, list []string) error {
	for _, t := range list {
		if parts := strings.Split(t, "."); len(parts) != 3 || slices.Contains(parts, "") {
			return fmt.Errorf("access: %s: the table pattern %q matches no table; write catalog.schema.table, with * for any", rule, t)
		}
	}
	return nil
}

func (w Principal) in(names []string) bool {
	return slices.Contains(names, w.Name) || slices.ContainsFunc(w.Groups, func(g string) bool { return slices.Contains(names, g) })
}

// match compares part by part; a part that is * matches any.
func match(pattern, key string) bool {
	ps, ks := strings.Split(pattern, "."), strings.SplitN(key, ".", 3)
	if len(ps) != len(ks) {
		return false
	}
	for i := range ps {
		if ps[i] != "*" && ps[i] != ks[i] {
			return false
		}
	}
	return true
}

// Matches says whether a table's key fits one of the patterns.
func Matches(patterns []string, key string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return match(strings.ToLower(p), key) })
}

package lineage_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/lineage"
	"github.com/limn-data/limn/trino/parse"
	"github.com/limn-data/limn/trino/types"
)

// The cases of other tools (sqllineage, sqlglot, OpenLineage's SQL parser) come with no tables, or with
// names of columns only. Tables are therefore made up from what a case says of them; columns have no type,
// which agrees with every type.

// otherCase is one case of any of the three sets.
type otherCase struct {
	ID           string `json:"-"`
	SQL          string
	Dialect      string
	Kind, Source string
	// sqllineage
	Edges        [][]string
	Metadata     string
	SourceTables []string `json:"source_tables"`
	TargetTables []string `json:"target_tables"`
	// OpenLineage
	Columns []struct {
		Name    string
		Sources []string
	}
	InTables  []string `json:"in_tables"`
	OutTables []string `json:"out_tables"`
	// sqlglot
	Column string
	Schema map[string]any // tables to columns, or schemas to those
	Leaves []struct{ Table, Column string }
	Views  map[string]string `json:"sources"`
}

const (
	madeCatalog, madeSchema = "c", "<default>"
	dot                     = "\u2024" // stands for a dot inside a quoted name
)

// made is a catalog that is made up while a case is read.
type made struct {
	tables  map[string]*check.Table
	targets map[string]bool // made by an earlier statement of the case
}

func (m *made) HasCatalog(string) bool        { return true }
func (m *made) HasSchema(string, string) bool { return true }
func (m *made) Names(string, string) []string { return nil }

func (m *made) Table(catalog, schema, name string) (*check.Table, bool) {
	t, ok := m.tables[fullName(catalog, schema, name)]
	return t, ok
}

// fullName leaves out the catalog that we made up.
func fullName(catalog, schema, name string) string {
	name = strings.ReplaceAll(name, ".", dot)
	if catalog == madeCatalog {
		return schema + "." + name
	}
	return catalog + "." + schema + "." + name
}

// qualify completes a name as cases write it.
func qualify(name string) string {
	name = strings.ToLower(strings.NewReplacer(`"`, "", "`", "").Replace(name))
	if !strings.Contains(name, ".") {
		return madeSchema + "." + name
	}
	return name
}

func (m *made) add(table, column string) {
	key := qualify(table)
	t := m.tables[key]
	if t == nil {
		parts := strings.Split(key, ".")
		t = &check.Table{Catalog: madeCatalog, Schema: parts[len(parts)-2], Name: parts[len(parts)-1]}
		if len(parts) > 2 {
			t.Catalog = parts[0]
		}
		m.tables[key] = t
	}
	column = strings.ToLower(strings.Trim(column, `"`))
	if column == "" || slices.ContainsFunc(t.Columns, func(c check.TableColumn) bool { return c.Name == column }) {
		return
	}
	// The columns that nobody has listed, which * stands for, come last.
	at := len(t.Columns)
	if at > 0 && t.Columns[at-1].Name == "*" {
		at--
	}
	t.Columns = slices.Insert(t.Columns, at, check.TableColumn{Name: column})
}

func (m *made) addSchema(prefix string, schema map[string]any) {
	for name, inner := range schema {
		if below, ok := inner.(map[string]any); ok {
			m.addSchema(prefix+name+".", below)
		} else {
			m.add(strings.TrimSuffix(prefix, "."), name)
		}
	}
}

func cutLast(s string) (before, after string) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return "", s
	}
	return s[:i], s[i+1:]
}

// catalogOf makes the tables of a case: those of its schema, those that its answer names, and all that
// its statements read; where a name of a column stands alone and only one table can have it, that has it.
func catalogOf(c *otherCase, stmts []ast.Statement, metadata map[string]map[string][]string) *made {
	m := &made{tables: map[string]*check.Table{}, targets: map[string]bool{}}
	for table, columns := range metadata[c.Metadata] {
		for _, col := range columns {
			m.add(table, col)
		}
	}
	m.addSchema("", c.Schema)
	for _, e := range c.Edges {
		if table, col := cutLast(e[0]); table != "" && c.Metadata == "" {
			m.add(table, col)
		}
	}
	for _, col := range c.Columns {
		for _, s := range col.Sources {
			if table, name := cutLast(s); table != "" {
				m.add(table, name)
			}
		}
	}
	for _, l := range c.Leaves {
		if l.Table != "" && l.Column != "*" && len(c.Schema) == 0 {
			m.add(l.Table, l.Column)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Views)) {
		m.addView(name, c.Views)
	}
	madeHere := map[string]bool{}
	for _, s := range stmts {
		var name *ast.QualifiedName
		switch s := s.(type) {
		case *ast.CreateTableAs:
			name = s.Name
		case *ast.CreateView:
			name = s.Name
		}
		if name != nil {
			madeHere[qualify(text(name))] = true
			delete(m.tables, qualify(text(name)))
		}
	}
	for _, s := range stmts {
		ctes := map[string]bool{}
		ast.Walk(s, func(n ast.Node) bool {
			if cte, ok := n.(*ast.CTE); ok {
				ctes[strings.ToLower(cte.Name.Name)] = true
			}
			return true
		})
		ast.Walk(s, func(n ast.Node) bool {
			var name *ast.QualifiedName
			switch n := n.(type) {
			case *ast.Table:
				name = n.Name
			case *ast.TableQuery:
				name = n.Name
			}
			if name != nil && !madeHere[qualify(text(name))] && m.tables[qualify(text(name))] == nil && (len(name.Parts) > 1 || !ctes[strings.ToLower(name.Parts[0].Name)]) {
				m.add(text(name), "")
			}
			return true
		})
	}
	for _, t := range m.tables {
		if len(t.Columns) == 0 {
			t.Columns = []check.TableColumn{{Name: "*"}}
		}
	}
	return m
}

// addView makes a view of the text that a case gives a name, after the views that it reads.
func (m *made) addView(name string, views map[string]string) {
	if t := m.tables[qualify(name)]; t != nil && t.View != nil {
		return
	}
	q, err := parse.Query(views[name])
	if err != nil {
		return
	}
	ast.Walk(q, func(n ast.Node) bool {
		if t, ok := n.(*ast.Table); ok && len(t.Name.Parts) == 1 {
			if inner := text(t.Name); views[inner] != "" && inner != name {
				m.addView(inner, views)
			} else if m.tables[qualify(inner)] == nil {
				m.add(inner, "")
			}
		}
		return true
	})
	info, problems := settle(q, m, false, views[name])
	if len(problems) > 0 {
		return
	}
	delete(m.tables, qualify(name))
	m.add(name, "")
	t := m.tables[qualify(name)]
	t.View, t.ViewCatalog, t.ViewSchema = q, madeCatalog, madeSchema
	for _, col := range info.Columns {
		m.add(name, col.Name)
	}
}

func text(n *ast.QualifiedName) string {
	parts := make([]string, len(n.Parts))
	for i, p := range n.Parts {
		parts[i] = strings.ReplaceAll(strings.ToLower(p.Name), ".", dot)
	}
	return strings.Join(parts, ".")
}

// settle checks a statement again and again, giving a table each column that could not be found.
func settle(stmt ast.Statement, m *made, metadata bool, sql string) (*check.Info, []check.Problem) {
	session := check.Session{Catalog: madeCatalog, Schema: madeSchema, Parameters: true}
	target := targetName(stmt)
	for range 200 {
		info, problems := check.Check(stmt, m, session)
		if len(problems) == 0 || metadata && problems[0].Code == check.ColumnNotFound && !strings.Contains(problems[0].Message, "target") {
			return info, problems
		}
		p := problems[0]
		switch p.Code {
		case check.ColumnNotFound:
			_, rest, _ := strings.Cut(p.Message, "'")
			name, _, ok := strings.Cut(rest, "'")
			if _, col, found := strings.Cut(p.Message, "target table: "); found { // of INSERT and MERGE
				m.add(target, col)
				continue
			}
			if _, col, found := strings.Cut(p.Message, "SET target column "); found {
				m.add(target, strings.TrimSuffix(col, " doesn't exist"))
				continue
			}
			if !ok {
				return info, problems
			}
			if !m.place(stmt, name, p.At) {
				return info, problems
			}
		case check.TableNotFound:
			if target == "" || m.tables[qualify(target)] != nil {
				return info, problems
			}
			m.add(target, "")
		case check.TypeMismatch:
			// A table that is only written to has the columns that are written.
			q := insertedQuery(stmt)
			if q == nil || m.targets[qualify(target)] || !strings.HasPrefix(p.Message, "Insert query") {
				return info, problems
			}
			m.targets[qualify(target)] = true
			t := m.tables[qualify(target)]
			t.Columns = nil
			for i, col := range info.Output(q) {
				name := col.Name
				if name == "" { // as the other tools name it
					name = fmt.Sprintf("_col%d", i)
					if col.Expr != nil {
						at := col.Expr.Span()
						name = sql[at.Start:at.End]
					}
				}
				t.Columns = append(t.Columns, check.TableColumn{Name: strings.ToLower(name), Type: types.Type{}})
			}
		default:
			return info, problems
		}
	}
	return check.Check(stmt, m, session)
}

func targetName(s ast.Statement) string {
	switch s := s.(type) {
	case *ast.Insert:
		return text(s.Table)
	case *ast.Update:
		return text(s.Table)
	case *ast.Delete:
		return text(s.Table)
	case *ast.Merge:
		return text(s.Table)
	case *ast.Truncate:
		return text(s.Table)
	case *ast.Rename:
		return text(s.Name)
	case *ast.Drop:
		return text(s.Name)
	case *ast.AddColumn:
		return text(s.Table)
	case *ast.DropColumn:
		return text(s.Table)
	case *ast.RenameColumn:
		return text(s.Table)
	case *ast.AlterColumn:
		return text(s.Table)
	case *ast.Analyze:
		return text(s.Name)
	case *ast.Show:
		if s.From != nil && s.What == "columns" {
			return text(s.From)
		}
	}
	return ""
}

func insertedQuery(s ast.Statement) *ast.Query {
	if i, ok := s.(*ast.Insert); ok && len(i.Columns) == 0 {
		return i.Query
	}
	return nil
}

// place gives the column of a name that was not found to the table that it must be of: the one of its
// qualifier, else the only table in the innermost FROM around it.
func (m *made) place(stmt ast.Statement, name string, at ast.Span) bool {
	prefix, col := cutLast(name)
	var around []*ast.Select
	ast.Walk(stmt, func(n ast.Node) bool {
		if s, ok := n.(*ast.Select); ok && s.At.Start <= at.Start && at.Start < s.At.End {
			around = append(around, s)
		}
		return true
	})
	names := map[string]string{} // of relations, to their tables
	var order []string
	collect := func(n ast.Node) {
		ast.Walk(n, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SubqueryRel, *ast.Lateral, *ast.Subquery, *ast.Exists:
				return false
			case *ast.Aliased:
				if t, ok := n.Rel.(*ast.Table); ok {
					names[strings.ToLower(n.Alias.Name)] = text(t.Name)
					order = append(order, text(t.Name))
					return false
				}
			case *ast.Table:
				names[text(n.Name)] = text(n.Name)
				names[strings.ToLower(n.Name.Parts[len(n.Name.Parts)-1].Name)] = text(n.Name)
				order = append(order, text(n.Name))
			}
			return true
		})
	}
	switch s := stmt.(type) {
	case *ast.Update:
		names[text(s.Table)] = text(s.Table)
		order = append(order, text(s.Table))
	case *ast.Delete:
		order = append(order, text(s.Table))
	case *ast.Merge:
		alias := text(s.Table)
		if s.Alias != nil {
			alias = strings.ToLower(s.Alias.Name)
		}
		names[alias] = text(s.Table)
		collect(s.Source)
	}
	for i := len(around) - 1; i >= 0; i-- {
		if around[i].From != nil {
			collect(around[i].From)
		}
		if prefix == "" && len(order) > 0 {
			break
		}
	}
	if prefix != "" {
		if t, ok := names[prefix]; ok && m.tables[qualify(t)] != nil {
			m.add(t, col)
			return true
		}
		return false
	}
	for _, t := range order {
		if m.tables[qualify(t)] != nil {
			m.add(t, col)
			return true
		}
	}
	return false
}

// traced is what we find in a case.
type tracedCase struct {
	edges        map[string]bool // source → target, columns
	outputs      map[string][]string
	reads, makes map[string]bool
}

func readOthers(t *testing.T) (all []*otherCase, metadata map[string]map[string][]string) {
	for _, name := range []string{"sqllineage", "sqlglot_lineage", "openlineage_sql"} {
		data, err := os.ReadFile(sharedPath(t, "bench/lineage/"+name+".jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]int{}
		for line := range strings.Lines(string(data)) {
			c := &otherCase{}
			if err := json.Unmarshal([]byte(line), c); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			_, test, _ := strings.Cut(filepath.Base(c.Source), ":")
			test = strings.TrimPrefix(test, ":")
			seen[c.Source]++
			c.ID = fmt.Sprintf("%s/%s#%d", name, test, seen[c.Source])
			all = append(all, c)
		}
	}
	data, err := os.ReadFile(sharedPath(t, "bench/lineage/sqllineage_metadata.json"))
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		t.Fatal(err)
	}
	metadata = map[string]map[string][]string{}
	for key, value := range raw {
		var tables map[string][]string
		if json.Unmarshal(value, &tables) == nil { // else the name of an object that was not recorded
			metadata[key] = tables
		}
	}
	for _, c := range all {
		if metadata[c.Metadata] == nil {
			c.Metadata = ""
		}
	}
	return all, metadata
}

// difference says how our answer to a case differs from the recorded one, "" when it does not.
func difference(c *otherCase, metadata map[string]map[string][]string) (diff string, isTrino bool) {
	stmts, err := parse.Statements(c.SQL)
	if err != nil || len(stmts) == 0 {
		return "", false
	}
	m := catalogOf(c, stmts, metadata)
	got := tracedCase{edges: map[string]bool{}, outputs: map[string][]string{}, reads: map[string]bool{}, makes: map[string]bool{}}
	unnamed := 0
	between, views := map[string]bool{}, map[string]bool{}
	for _, s := range stmts {
		info, problems := settle(s, m, c.Metadata != "", c.SQL)
		g := lineage.Statement(s, info)
		if len(problems) > 0 && c.Kind != "table" {
			return "does not check: " + problems[0].Code + " " + problems[0].Message, true
		}
		// These tools do not count the table that is changed as read, and leave out what one statement
		// makes for another to read.
		_, insert := s.(*ast.Insert)
		for _, table := range g.Tables {
			name := short(table.Name)
			switch {
			case table.Name == g.Target && !insert:
			case got.makes[name]:
				delete(got.makes, name)
				between[name] = true
			case !between[name]:
				got.reads[name] = true
			}
		}
		if g.Target != "" {
			got.makes[short(g.Target)] = true
		}
		if v, ok := s.(*ast.CreateView); ok && info.Target != nil {
			m.add(short(g.Target), "")
			t := m.tables[qualify(short(g.Target))]
			t.View, t.ViewCatalog, t.ViewSchema = v.Query, madeCatalog, madeSchema
			views[short(g.Target)] = true
		}
		for _, o := range g.Outputs {
			name := strings.ToLower(o.Name)
			for _, in := range o.Inputs {
				if in.Kind == lineage.Direct {
					got.outputs[name] = append(got.outputs[name], short(in.Table)+"."+in.Column)
					if !views[short(g.Target)] { // a view is seen through by what reads it
						got.edges[short(in.Table)+"."+in.Column+" → "+short(g.Target)+"."+name] = true
					}
				}
			}
			if got.outputs[name] == nil {
				got.outputs[name] = []string{}
			}
			if strings.HasPrefix(name, "_col") { // OpenLineage counts what has no name
				got.outputs[fmt.Sprintf("_%d", unnamed)] = got.outputs[name]
				unnamed++
			}
		}
		// What a statement makes, later ones read.
		if info.Target != nil && len(info.Written) > 0 {
			for _, w := range info.Written {
				m.add(strings.TrimPrefix(info.Target.String(), madeCatalog+"."), w.Name)
			}
		}
	}
	switch {
	case c.Kind == "table" && c.SourceTables == nil && c.TargetTables == nil:
		return sets("read", got.reads, c.InTables) + sets("made", got.makes, c.OutTables), true
	case c.Kind == "table":
		return sets("read", got.reads, c.SourceTables) + sets("made", got.makes, c.TargetTables), true
	case c.Edges != nil:
		var want []string
		for _, e := range c.Edges {
			target, col := cutLast(e[1])
			table, name := cutLast(e[0])
			want = append(want, qualify(table)+"."+strings.ToLower(name)+" → "+qualify(target)+"."+strings.ToLower(col))
		}
		return sets("edges", got.edges, want), true
	case c.Kind == "sqlglot-lineage":
		var want []string
		for _, l := range c.Leaves {
			if l.Table != "" {
				want = append(want, qualify(l.Table)+"."+strings.ToLower(l.Column))
			}
		}
		have, ok := got.outputs[strings.ToLower(c.Column)]
		if !ok {
			return "no output " + c.Column, true
		}
		return sets(c.Column, setOf(have), want), true
	}
	var diffs string
	for _, col := range c.Columns {
		var want []string
		for _, s := range col.Sources {
			table, name := cutLast(s)
			want = append(want, qualify(table)+"."+strings.ToLower(name))
		}
		have := got.outputs[strings.ToLower(col.Name)]
		diffs += sets(col.Name, setOf(have), want)
	}
	return diffs, true
}

// short is a name without the catalog that we made up.
func short(name string) string {
	return strings.ReplaceAll(strings.TrimPrefix(name, madeCatalog+"."), dot, ".")
}

func setOf(list []string) map[string]bool {
	m := map[string]bool{}
	for _, s := range list {
		m[s] = true
	}
	return m
}

func sets(what string, got map[string]bool, list []string) string {
	want := map[string]bool{}
	for _, s := range list {
		if !strings.Contains(s, ".") {
			s = qualify(s)
		}
		want[strings.ToLower(strings.ReplaceAll(s, `"`, ""))] = true
	}
	var missing, further []string
	for s := range want {
		if !got[s] {
			missing = append(missing, s)
		}
	}
	for s := range got {
		if !want[s] {
			further = append(further, s)
		}
	}
	if len(missing)+len(further) == 0 {
		return ""
	}
	sort.Strings(missing)
	sort.Strings(further)
	return fmt.Sprintf("%s: missing %v, further %v; ", what, missing, further)
}

// TestOtherTools compares with what other tools find. testdata/others.json has every case that differs,
// with the kind of the difference and its reason. A case that is no Trino SQL is one that the parser
// refuses, as the engine does, or the checker, which the file calls rejected.
func TestOtherTools(t *testing.T) {
	all, metadata := readOthers(t)
	var explained map[string]struct{ Kind, Reason string }
	data, err := os.ReadFile("testdata/others.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &explained); err != nil {
		t.Fatal(err)
	}
	same, differ, foreign, rejected := 0, 0, 0, 0
	for _, c := range all {
		diff, isTrino := difference(c, metadata)
		why, known := explained[c.ID]
		switch {
		case !isTrino:
			foreign++
		case diff == "":
			same++
			if known {
				t.Errorf("%s is explained and no longer differs", c.ID)
			}
		case known && why.Kind == "rejected":
			rejected++
			if !isRejected(c, metadata) {
				t.Errorf("%s is said to be refused, and checks", c.ID)
			}
		default:
			differ++
			if !known {
				t.Errorf("%s differs: %s\n\t%s", c.ID, diff, oneLine(c.SQL))
			}
		}
	}
	t.Logf("%d alike, %d differ, each explained; no Trino SQL: %d do not parse, %d do not check", same, differ, foreign, rejected)
	if float64(same) < 0.95*float64(same+differ) {
		t.Errorf("%d of %d alike, want 95 %%", same, same+differ)
	}
}

// isRejected says whether some statement of a case does not check.
func isRejected(c *otherCase, metadata map[string]map[string][]string) bool {
	stmts, err := parse.Statements(c.SQL)
	if err != nil {
		return true
	}
	m := catalogOf(c, stmts, metadata)
	for _, s := range stmts {
		if _, problems := settle(s, m, c.Metadata != "", c.SQL); len(problems) > 0 {
			return true
		}
	}
	return false
}

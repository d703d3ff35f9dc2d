package gate

import (
	"errors"
	"slices"
	"strings"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/parse"
)

// MaxText is how long a statement may be, in bytes; Trino's own bound is a million characters.
const MaxText = 1_000_000

// Refused is a text that is turned away before it is checked.
type Refused struct{ Code, Reason string }

func (r *Refused) Error() string { return r.Reason }

// Read parses the text of one statement and refuses what needs no catalog to be refused: more than one
// statement, anything but a query, functions and system tables that may not be used. A semicolon may end
// the text. The error is a *Refused or a *parse.Error.
func Read(text string, policy access.Policy) (ast.Statement, error) {
	if len(text) > MaxText {
		return nil, &Refused{CodeTooLarge, "The statement is longer than a million bytes."}
	}
	stmt, err := parse.Statement(strings.TrimSuffix(strings.TrimRight(text, " \t\r\n"), ";"))
	if _, query := stmt.(*ast.Query); !query || err != nil {
		if list, several := parse.Statements(text); several == nil && len(list) > 1 {
			return nil, &Refused{CodeMultiple, "Only one statement may run at a time, and this text holds more."}
		}
	}
	if err != nil {
		return nil, secondStatement(text, err)
	}
	if _, bad := static(stmt, nil, policy); bad != nil {
		return stmt, &Refused{bad.code, bad.reason}
	}
	return stmt, nil
}

// secondStatement says that an error stands behind a semicolon that ended a statement: the first part
// reads, and so it is not the text's only one.
func secondStatement(text string, err error) error {
	var at *parse.Error
	if !errors.As(err, &at) || at.Offset >= len(text) || text[at.Offset] != ';' {
		return err
	}
	if _, first := parse.Statement(text[:at.Offset]); first == nil && strings.Trim(text[at.Offset:], "; \t\r\n") != "" {
		return &Refused{CodeMultiple, "Only one statement may run at a time, and this text holds more."}
	}
	return err
}

// harmless are the table functions that look at their arguments only; they belong to the engine itself.
var harmless = []string{"sequence", "exclude_columns"}

// passThrough are names of table functions that hand text to another system.
var passThrough = []string{"query", "raw_query", "execute"}

// systemCatalogs hold what the engine says of itself and of others' queries.
var systemCatalogs = []string{"system", "jmx"}

// static judges a tree by its names alone and gives the query that it is. info may be nil; where there is
// one, every table must have been found.
func static(stmt ast.Statement, info *check.Info, policy access.Policy) (*ast.Query, *refusal) {
	q, ok := stmt.(*ast.Query)
	if !ok || q == nil {
		return nil, notAQuery(stmt)
	}
	var bad *refusal
	ctes := map[string]bool{}
	ast.Walk(q, func(n ast.Node) bool {
		if c, ok := n.(*ast.CTE); ok {
			ctes[strings.ToLower(c.Name.Name)] = true
		}
		if !known(n) && bad == nil {
			bad = refuse(CodeUnknown, "The gate does not know a part of this statement, and what it does not know it does not let through.")
		}
		return bad == nil
	})
	ast.Walk(q, func(n ast.Node) bool {
		if bad != nil {
			return false
		}
		switch n := n.(type) {
		case *ast.TableFunction:
			bad = tableFunction(n, policy)
		case *ast.Call:
			bad = function(n)
		case *ast.Table:
			bad = systemTable(n, n.Name, info, ctes, policy)
		case *ast.TableQuery:
			bad = systemTable(n, n.Name, info, ctes, policy)
		}
		return bad == nil
	})
	if bad != nil {
		return nil, bad
	}
	return q, nil
}

func notAQuery(stmt ast.Statement) *refusal {
	if root, ok := stmt.(*ast.Root); ok {
		if len(root.Session) > 0 {
			return refuse(CodeWithSession, "WITH SESSION may not stand in front of a query: it changes how the engine runs it.")
		}
		return refuse(CodeWithFunction, "WITH FUNCTION may not stand in front of a query: what it defines could run without an end.")
	}
	kind := "unknown"
	if stmt != nil {
		kind = strings.ReplaceAll(ast.Kind(stmt), "_", " ")
	}
	return refuse(CodeNotAQuery, "Only queries may run; this is %s %s statement.", article(kind), strings.ToUpper(kind))
}

func article(word string) string {
	if word != "" && strings.ContainsRune("aeiou", rune(word[0])) {
		return "an"
	}
	return "a"
}

// lowerParts are the parts of a name in lower case, as the engine compares them.
func lowerParts(n *ast.QualifiedName) []string {
	out := make([]string, len(n.Parts))
	for i, p := range n.Parts {
		out[i] = strings.ToLower(p.Name)
	}
	return out
}

// builtin says that a name means what the engine itself brings: one part, or system.builtin before it.
func builtin(parts []string) bool {
	return len(parts) == 1 || len(parts) == 3 && parts[0] == "system" && parts[1] == "builtin"
}

func tableFunction(f *ast.TableFunction, policy access.Policy) *refusal {
	parts := lowerParts(f.Name)
	full, last := strings.Join(parts, "."), parts[len(parts)-1]
	if builtin(parts) && slices.Contains(harmless, last) || slices.ContainsFunc(policy.TableFunctions, func(n string) bool { return strings.EqualFold(n, full) }) {
		return nil
	}
	if slices.Contains(passThrough, last) {
		return refuse(CodeTableFunction, "The table function %s hands a statement to another system, past every rule here; it may not be called.", full)
	}
	return refuse(CodeTableFunction, "The table function %s may not be called here.", full)
}

func function(c *ast.Call) *refusal {
	parts := lowerParts(c.Name)
	if builtin(parts) || c.Syntax == ast.StaticCall && len(parts) == 2 { // a type and its method
		return nil
	}
	return refuse(CodeFunction, "The function %s belongs to a catalog and may do anything; only the engine's own functions may be called.", strings.Join(parts, "."))
}

// systemTable refuses tables of the engine itself, information_schema, and the tables of metadata beside
// a table, whose names hold a $: they tell of rows, tables and queries that the asker may not see.
func systemTable(n ast.Node, name *ast.QualifiedName, info *check.Info, ctes map[string]bool, policy access.Policy) *refusal {
	parts := lowerParts(name)
	if info != nil {
		use := info.Use(n)
		if use == nil {
			if info.CTE(n) != nil {
				return nil
			}
			return refuse(CodeUnknown, "The table %s was not found when the statement was checked.", strings.Join(parts, "."))
		}
		parts = []string{strings.ToLower(use.Table.Catalog), strings.ToLower(use.Table.Schema), strings.ToLower(use.Table.Name)}
	}
	last := parts[len(parts)-1]
	switch {
	case len(parts) == 1 && ctes[last]:
		return nil
	case strings.Contains(last, "$"):
	case len(parts) > 1 && parts[len(parts)-2] == "information_schema":
	case len(parts) > 2 && slices.Contains(systemCatalogs, parts[0]):
	default:
		return nil
	}
	if len(parts) == 3 && access.Matches(policy.SystemTables, strings.Join(parts, ".")) {
		return nil
	}
	return refuse(CodeSystemTable, "%s is a table of the engine's own, not of the data; the policy does not open it.", strings.Join(parts, "."))
}

// known lists the kinds of nodes that a query may hold. A kind that is new to the language is not in it, and
// so is refused until somebody has thought about it.
func known(n ast.Node) bool {
	switch n.(type) {
	case *ast.Query, *ast.With, *ast.CTE, *ast.Limit, *ast.SortItem, *ast.Select, *ast.SingleColumn, *ast.AllColumns,
		*ast.GroupBy, *ast.SimpleGroupBy, *ast.GroupingSets, *ast.Rollup, *ast.Cube, *ast.GroupByAuto, *ast.WindowDef,
		*ast.SetOp, *ast.Values, *ast.ParenQuery, *ast.TableQuery, *ast.Table, *ast.TableFunction, *ast.Call:
	case *ast.TableVersion, *ast.Aliased, *ast.Sampled, *ast.SubqueryRel, *ast.Lateral, *ast.Unnest, *ast.TableArg,
		*ast.DescriptorArg, *ast.DescriptorField, *ast.ParenRel, *ast.Join, *ast.Pivot, *ast.PivotValue, *ast.Nearest,
		*ast.JSONTable, *ast.JSONColumn, *ast.JSONPlan, *ast.MatchRecognize, *ast.RowPattern, *ast.MeasureDef, *ast.SkipTo,
		*ast.SubsetDef, *ast.VariableDef, *ast.Pattern, *ast.PatternQuantifier:
	case *ast.Ident, *ast.QualifiedName, *ast.NullLit, *ast.BoolLit, *ast.StringLit, *ast.BinaryLit, *ast.IntLit,
		*ast.DecimalLit, *ast.DoubleLit, *ast.TypedLit, *ast.IntervalLit, *ast.Parameter, *ast.Deref, *ast.Unary, *ast.Binary,
		*ast.Logical, *ast.Not, *ast.Compare, *ast.Quantified, *ast.Between, *ast.In, *ast.Like, *ast.IsNull, *ast.IsTruth,
		*ast.Overlaps, *ast.Match, *ast.Unique, *ast.Exists, *ast.Subquery, *ast.Case, *ast.CaseOperand, *ast.When, *ast.Cast,
		*ast.ListaggOverflow, *ast.Arg, *ast.Window, *ast.WindowSpec, *ast.Measure, *ast.Frame, *ast.FrameBound, *ast.Extract,
		*ast.Lambda, *ast.Array, *ast.Row, *ast.RowField, *ast.Subscript, *ast.ArrayWildcard, *ast.AtTimeZone, *ast.Current,
		*ast.Paren, *ast.TypeName:
	case *ast.JSONInput, *ast.JSONPath, *ast.JSONArg, *ast.JSONBehavior, *ast.JSONExists, *ast.JSONValue, *ast.JSONQuery,
		*ast.JSONObject, *ast.JSONMember, *ast.JSONArray:
	default:
		return false
	}
	return true
}

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/engine/duckdb/translate"
	"github.com/limn-data/limn/gate"
	"github.com/limn-data/limn/nl2sql"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/format"
	"github.com/limn-data/limn/trino/lineage"
	"github.com/limn-data/limn/trino/parse"
)

// sqlCommand is what the subcommands of sql share.
type sqlCommand struct {
	s       streams
	f       *flags
	verb    string
	tables  check.Catalog
	session check.Session
	ws      *workspace
	as, at  string
	confirm string
	to      string
	form    string // of lineage
	place   string // namespace of datasets
}

// runSQL judges, prints, traces, translates or runs Trino SQL.
func runSQL(ctx context.Context, s streams, args []string) (int, error) {
	if len(args) == 0 {
		return 0, usage("sql needs one of check, format, lineage, translate, run")
	}
	c := &sqlCommand{s: s, f: newFlags("sql "+args[0], s), verb: args[0]}
	schema := c.f.String("schema", "", "CREATE TABLE statements in `file` stand for the catalog")
	c.f.StringVar(&c.session.Catalog, "catalog", "", "default catalog of names")
	c.f.StringVar(&c.session.Schema, "db-schema", "", "default schema of names")
	batch := c.f.String("batch", "", "one {\"id\",\"sql\"} a line from `file`")
	c.f.StringVar(&c.to, "to", "duckdb", "dialect to translate to")
	c.f.StringVar(&c.form, "format", "table", "lineage as table, tree, dot, json or openlineage")
	c.f.StringVar(&c.place, "namespace", "trino://localhost:8080", "namespace of the datasets in OpenLineage")
	c.f.StringVar(&c.as, "as", "", "the `user` who asks")
	c.f.StringVar(&c.at, "at", "", "the `time` that current_date means")
	c.f.StringVar(&c.confirm, "confirm", "", "`token` of a run that asked for consent to its cost")
	rest, err := c.f.parse(args[1:])
	if err != nil {
		return 0, err
	}
	verbs := map[string]func(context.Context, string, string) (any, int, error){"check": c.check, "format": c.format, "lineage": c.lineage, "translate": c.translate, "run": c.run}
	verb := verbs[c.verb]
	if verb == nil {
		return 0, usage("sql has no %q; use check, format, lineage, translate or run", c.verb)
	}
	if err := c.open(ctx, *schema); err != nil {
		return 0, err
	}
	defer c.ws.Close()
	if *batch != "" {
		return c.batch(ctx, *batch, verb)
	}
	name, text, err := readStatement(s, rest)
	if err != nil {
		return 0, err
	}
	doc, code, err := verb(ctx, name, text)
	if err != nil {
		return 0, err
	}
	if c.f.json {
		return code, writeJSON(s.out, doc)
	}
	return code, nil
}

// open takes the catalog from --schema, else from the workspace; format needs neither.
func (c *sqlCommand) open(ctx context.Context, schema string) error {
	switch {
	case schema != "":
		raw, err := os.ReadFile(schema)
		if err != nil {
			return fmt.Errorf("reading the schema: %w", err)
		}
		stmts, err := parse.Statements(string(raw))
		if err != nil {
			return fmt.Errorf("%s: %w", schema, err)
		}
		if c.tables, err = check.Schema(stmts, check.Session{Catalog: first(c.session.Catalog, "lake"), Schema: first(c.session.Schema, "default")}); err != nil {
			return fmt.Errorf("%s: %w", schema, err)
		}
		c.session.Catalog, c.session.Schema = first(c.session.Catalog, "lake"), first(c.session.Schema, "default")
	case c.verb != "format":
		dir, err := findWorkspace(c.f.workspace)
		if err != nil {
			return err
		}
		if c.ws, err = openWorkspace(ctx, dir); err != nil {
			return err
		}
		ss, err := c.ws.service.Session(ctx, principal(c.as))
		if err != nil {
			return err
		}
		c.tables = ss.Tables
		c.session.Catalog = first(c.session.Catalog, c.ws.cfg.Catalog)
	}
	return nil
}

func readStatement(s streams, rest []string) (name, text string, err error) {
	if len(rest) > 1 {
		return "", "", usage("sql takes one file or -; put a statement into a file or pipe it in")
	}
	if len(rest) == 0 || rest[0] == "-" {
		raw, err := io.ReadAll(s.in)
		return "-", trimEnd(string(raw)), err
	}
	raw, err := os.ReadFile(rest[0])
	if err != nil {
		return "", "", fmt.Errorf("reading the statement: %w", err)
	}
	return rest[0], trimEnd(string(raw)), nil
}

// trimEnd takes off the semicolon that ends a statement in a file; the engine itself takes none.
func trimEnd(s string) string {
	t := strings.TrimRight(s, " \t\r\n")
	return strings.TrimSuffix(t, ";")
}

func (c *sqlCommand) batch(ctx context.Context, file string, verb func(context.Context, string, string) (any, int, error)) (int, error) {
	in := os.Stdin
	if file != "-" {
		var err error
		if in, err = os.Open(file); err != nil {
			return 0, fmt.Errorf("reading the batch: %w", err)
		}
		defer in.Close()
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 64<<20)
	c.f.json = true
	out := bufio.NewWriter(c.s.out)
	defer out.Flush()
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	worst := exitDone
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var one struct{ ID, SQL string }
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return 0, fmt.Errorf("%s:%d: %w", file, n, err)
		}
		doc, code, err := verb(ctx, "", trimEnd(one.SQL))
		if err != nil {
			doc, code = map[string]any{"error": map[string]string{"code": "failed", "message": err.Error(), "hint": ""}}, exitFailed
		}
		worst = max(worst, code)
		raw, err := json.Marshal(doc)
		if err != nil {
			return 0, err
		}
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(raw, &fields); err != nil {
			return 0, err
		}
		id, err := json.Marshal(one.ID)
		if err != nil {
			return 0, err
		}
		fields["id"] = id
		if err := enc.Encode(fields); err != nil {
			return 0, err
		}
	}
	return worst, lines.Err()
}

// checked is the JSON of sql check.
type checked struct {
	OK        bool             `json:"ok"`
	Statement string           `json:"statement"`
	Problems  []problemJSON    `json:"problems"`
	Columns   []columnJSON     `json:"columns"`
	Tables    []string         `json:"tables"`
	Lineage   []lineage.Output `json:"lineage"`

	stmt  ast.Statement
	query *ast.Query // nil for other statements
	info  *check.Info
	graph lineage.Graph
}

type problemJSON struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Hint    string `json:"hint"`
}

type columnJSON struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

func syntaxProblem(err error) problemJSON {
	var pe *parse.Error
	if errors.As(err, &pe) {
		return problemJSON{Code: "SYNTAX_ERROR", Message: pe.Message, Line: pe.Line, Column: pe.Column, Hint: pe.Hint}
	}
	return problemJSON{Code: "SYNTAX_ERROR", Message: err.Error()}
}

// judge parses and checks one statement.
func (c *sqlCommand) judge(text string) *checked {
	doc := &checked{Statement: "unknown", Problems: []problemJSON{}, Columns: []columnJSON{}, Tables: []string{}, Lineage: []lineage.Output{}}
	stmt, err := parse.Statement(text)
	if err != nil {
		doc.Problems = append(doc.Problems, syntaxProblem(err))
		return doc
	}
	info, problems := check.Check(stmt, c.tables, c.session)
	doc.Statement, doc.stmt, doc.info = info.Kind, stmt, info
	for _, p := range problems {
		j := problemJSON{Code: p.Code, Message: p.Message, Hint: p.Hint}
		if p.At != (ast.Span{}) {
			j.Line, j.Column = parse.Position(text, int(p.At.Start))
		}
		doc.Problems = append(doc.Problems, j)
	}
	doc.OK = len(problems) == 0
	if !doc.OK {
		return doc
	}
	doc.query, _ = stmt.(*ast.Query)
	for _, col := range info.Columns {
		doc.Columns = append(doc.Columns, columnJSON{col.Name, col.Type.String()})
	}
	doc.graph = lineage.Statement(stmt, info)
	doc.Lineage = append(doc.Lineage, doc.graph.Outputs...)
	for _, t := range doc.graph.Tables {
		doc.Tables = append(doc.Tables, t.Name)
	}
	return doc
}

func (c *sqlCommand) check(_ context.Context, name, text string) (any, int, error) {
	doc := c.judge(text)
	if !c.f.json {
		for _, p := range doc.Problems {
			fmt.Fprintln(c.s.out, problemLine(name, p))
		}
		if doc.OK {
			fmt.Fprintf(c.s.out, "%s: a %s that checks", name, strings.ReplaceAll(doc.Statement, "_", " "))
			if len(doc.Columns) > 0 {
				var cols []string
				for _, col := range doc.Columns {
					cols = append(cols, col.Name+" "+col.Type)
				}
				fmt.Fprintf(c.s.out, "; gives %s", strings.Join(cols, ", "))
			}
			fmt.Fprintln(c.s.out)
		}
	}
	if !doc.OK {
		return doc, exitFailed, nil
	}
	return doc, exitDone, nil
}

func problemLine(name string, p problemJSON) string {
	s := fmt.Sprintf("%s:%d:%d: %s", name, p.Line, p.Column, p.Message)
	if p.Hint != "" {
		s += "; " + p.Hint
	}
	return s + " (" + p.Code + ")"
}

// needQuery is the checked query, or the problems as a printed failure.
func (c *sqlCommand) needQuery(name, text string) (*checked, any, error) {
	doc := c.judge(text)
	if doc.query != nil {
		return doc, nil, nil
	}
	if c.f.json {
		return nil, doc, nil
	}
	if doc.OK {
		return nil, nil, fmt.Errorf("only queries can be taken here; %s holds a %s statement", name, strings.ReplaceAll(doc.Statement, "_", " "))
	}
	return nil, nil, fmt.Errorf("%s", problemLine(name, doc.Problems[0]))
}

func (c *sqlCommand) format(_ context.Context, name, text string) (any, int, error) {
	stmt, err := parse.Statement(text)
	if err != nil {
		return nil, 0, fmt.Errorf("%s", problemLine(name, syntaxProblem(err)))
	}
	out := format.Statement(stmt)
	if !c.f.json {
		fmt.Fprintln(c.s.out, strings.TrimRight(out, "\n"))
	}
	return map[string]string{"sql": out}, exitDone, nil
}

// producer is what OpenLineage names as the source of our facets.
const producer = "https://github.com/limn-data/limn"

func (c *sqlCommand) lineage(_ context.Context, name, text string) (any, int, error) {
	doc := c.judge(text)
	if !doc.OK {
		if c.f.json {
			return doc, exitFailed, nil
		}
		return nil, exitFailed, fmt.Errorf("%s", problemLine(name, doc.Problems[0]))
	}
	var out any
	var shown string
	switch c.form {
	case "table", "json":
		out = map[string]any{"lineage": doc.Lineage, "tables": doc.Tables, "target": doc.graph.Target}
		shown = lineageTable(doc)
	case "tree":
		shown = doc.graph.Tree()
		out = map[string]string{"tree": shown}
	case "dot":
		shown = doc.graph.DOT()
		out = map[string]string{"dot": shown}
	case "openlineage":
		out = map[string]any{"columnLineage": doc.graph.OpenLineage(c.place, producer)}
	default:
		return nil, 0, usage("sql lineage knows --format table, tree, dot, json and openlineage, not %q", c.form)
	}
	switch {
	case c.f.json:
	case c.form == "json", c.form == "openlineage":
		return out, exitDone, writeJSON(c.s.out, out)
	default:
		fmt.Fprint(c.s.out, shown)
	}
	return out, exitDone, nil
}

func lineageTable(doc *checked) string {
	var b strings.Builder
	for _, o := range doc.Lineage {
		fmt.Fprintln(&b, o.Name)
		for _, in := range o.Inputs {
			fmt.Fprintf(&b, "  ← %s.%s (%s)\n", in.Table, in.Column, in.Kind)
		}
	}
	if len(doc.Lineage) == 0 {
		fmt.Fprintf(&b, "%s has no output columns", strings.ToUpper(strings.ReplaceAll(doc.Statement, "_", " ")))
		if len(doc.Tables) > 0 {
			fmt.Fprintf(&b, "; it reads %s", strings.Join(doc.Tables, ", "))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func (c *sqlCommand) translate(_ context.Context, name, text string) (any, int, error) {
	if c.to != "duckdb" {
		return nil, 0, usage("sql translate knows --to duckdb, not %q", c.to)
	}
	doc, failed, err := c.needQuery(name, text)
	if doc == nil {
		return failed, exitFailed, err
	}
	opts := translate.Options{}
	if c.ws != nil {
		if opts.Now, err = c.ws.now(c.at); err != nil {
			return nil, 0, err
		}
	}
	sql, err := translate.Query(doc.query, doc.info, opts)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", name, err)
	}
	if !c.f.json {
		fmt.Fprintln(c.s.out, sql)
	}
	return map[string]string{"sql": sql, "dialect": "duckdb"}, exitDone, nil
}

func (c *sqlCommand) run(ctx context.Context, name, text string) (any, int, error) {
	if c.ws == nil {
		return nil, 0, usage("sql run needs a workspace; --schema has tables without rows")
	}
	who := principal(c.as)
	ss, err := c.ws.service.Session(ctx, who)
	if err != nil {
		return nil, 0, err
	}
	var refused *gate.Refused
	if _, err := gate.Read(text, ss.View.Policy()); errors.As(err, &refused) {
		if !c.f.json {
			fmt.Fprintln(c.s.out, refused.Reason)
		}
		return map[string]any{"outcome": answer.Refused, "declined": map[string]any{"code": refused.Code, "reason": refused.Reason}}, exitDeclined, nil
	}
	doc := c.judge(text)
	switch {
	case !doc.OK:
		if !c.f.json {
			fmt.Fprintln(c.s.err, problemLine(name, doc.Problems[0]))
		}
		return doc, exitFailed, nil
	}
	now, err := c.ws.now(c.at)
	if err != nil {
		return nil, 0, err
	}
	plan := &nl2sql.Plan{SQL: format.Query(doc.query), Query: doc.query, Info: doc.info, Road: ""}
	for _, u := range doc.info.Tables {
		if a := ss.View.Snapshot().Table(catalog.Name{Catalog: u.Table.Catalog, Schema: u.Table.Schema, Table: u.Table.Name}); a != nil {
			plan.Tables = append(plan.Tables, a)
		}
	}
	tell, done := waiting(c.s.err)
	o, err := c.ws.service.Run(ctx, plan, answer.Request{Who: who, At: now, Confirm: c.confirm, Progress: tell})
	done()
	if err != nil {
		return nil, 0, err
	}
	if !c.f.json {
		printOutcome(c.s, o, false)
	}
	return o, exitCode(o), nil
}

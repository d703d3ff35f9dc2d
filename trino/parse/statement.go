package parse

import (
	"strings"

	"github.com/limn-data/limn/trino/ast"
)

// statement reads a query or CREATE TABLE with columns; of any other it tells the kind only and reads
// no further.
func (p *parser) statement() ast.Statement {
	start := p.start()
	switch p.tok {
	case kWITH:
		// WITH SESSION name = …, WITH FUNCTION name(…): a CTE of that name has AS or columns behind it.
		if k := p.peek(2); p.peek(1) == kSESSION && k != kAS && k != tLParen {
			return p.other(start, "with_session")
		} else if p.peek(1) == kFUNCTION && k.isName() {
			return p.other(start, "with_function")
		}
		return p.query()
	case kSELECT, kVALUES, kTABLE, tLParen:
		return p.query()
	case kCREATE:
		return p.create()
	case tEOF:
		p.expected("<expression>")
		return nil
	}
	if kind := p.statementKind(); kind != "" {
		return p.other(start, kind)
	}
	p.expected("'ALTER', 'ANALYZE', 'CALL', 'COMMENT', 'COMMIT', 'CREATE', 'DEALLOCATE', 'DELETE', 'DENY', 'DESC', 'DESCRIBE', 'DROP', " +
		"'EXECUTE', 'EXPLAIN', 'GRANT', 'INSERT', 'MERGE', 'PREPARE', 'REFRESH', 'RESET', 'REVOKE', 'ROLLBACK', 'SET', 'SHOW', " +
		"'START', 'TRUNCATE', 'UPDATE', 'USE', 'WITH', <query>")
	return nil
}

func (p *parser) other(start int32, kind string) ast.Statement {
	end := start
	if n := len(p.toks); n > 1 {
		end = p.toks[n-2].end
	}
	return &ast.Other{Loc: ast.Loc{At: ast.Span{Start: start, End: end}}, Kind: kind}
}

// kinds names statements by their first words; where several fit, the longest does. A word alone
// stands for every statement that begins with it.
var kinds = map[string]string{
	"ALTER": "alter", "ALTER TABLE": "alter_table", "ALTER SCHEMA": "alter_schema", "ALTER VIEW": "alter_view",
	"ALTER MATERIALIZED VIEW": "alter_materialized_view", "ALTER BRANCH": "alter_branch",
	"ANALYZE": "analyze", "CALL": "call", "COMMENT": "comment", "COMMIT": "commit",
	"CREATE CATALOG": "create_catalog", "CREATE SCHEMA": "create_schema", "CREATE VIEW": "create_view",
	"CREATE MATERIALIZED VIEW": "create_materialized_view", "CREATE FUNCTION": "create_function",
	"CREATE ROLE": "create_role", "CREATE BRANCH": "create_branch",
	"DEALLOCATE": "deallocate", "DELETE": "delete", "DENY": "deny",
	"DESC": "show_columns", "DESCRIBE": "show_columns", "DESCRIBE INPUT": "describe_input", "DESCRIBE OUTPUT": "describe_output",
	"DROP CATALOG": "drop_catalog", "DROP SCHEMA": "drop_schema", "DROP TABLE": "drop_table", "DROP VIEW": "drop_view",
	"DROP MATERIALIZED VIEW": "drop_materialized_view", "DROP FUNCTION": "drop_function", "DROP ROLE": "drop_role", "DROP BRANCH": "drop_branch",
	"EXECUTE": "execute", "EXECUTE IMMEDIATE": "execute_immediate", "EXPLAIN": "explain", "EXPLAIN ANALYZE": "explain_analyze",
	"GRANT": "grant", "INSERT": "insert", "MERGE": "merge", "PREPARE": "prepare", "REFRESH": "refresh_materialized_view",
	"RESET": "reset_session", "RESET SESSION AUTHORIZATION": "reset_session_authorization", "REVOKE": "revoke", "ROLLBACK": "rollback",
	"SET SESSION": "set_session", "SET SESSION AUTHORIZATION": "set_session_authorization", "SET ROLE": "set_role",
	"SET PATH": "set_path", "SET TIME": "set_time_zone",
	"SHOW TABLES": "show_tables", "SHOW SCHEMAS": "show_schemas", "SHOW CATALOGS": "show_catalogs", "SHOW COLUMNS": "show_columns",
	"SHOW STATS": "show_stats", "SHOW ROLES": "show_roles", "SHOW CURRENT": "show_roles", "SHOW ROLE": "show_role_grants",
	"SHOW GRANTS": "show_grants", "SHOW FUNCTIONS": "show_functions", "SHOW SESSION": "show_session", "SHOW BRANCHES": "show_branches",
	"SHOW CREATE": "show_create", "SHOW CREATE TABLE": "show_create_table", "SHOW CREATE SCHEMA": "show_create_schema",
	"SHOW CREATE VIEW": "show_create_view", "SHOW CREATE MATERIALIZED VIEW": "show_create_materialized_view", "SHOW CREATE FUNCTION": "show_create_function",
	"START": "start_transaction", "TRUNCATE": "truncate_table", "UPDATE": "update", "USE": "use",
}

// statementKind is the kind of the statement at the current token, "" when no statement begins so.
func (p *parser) statementKind() string {
	var words []string
	for i := p.pos; len(words) < 4; i++ {
		k := p.kindAt(i)
		if k <= kwFirst {
			break
		}
		if k == kOR && p.kindAt(i+1) == kREPLACE { // CREATE OR REPLACE …
			i++
			continue
		}
		words = append(words, keywordText[k])
	}
	for n := len(words); n > 0; n-- {
		if kind, ok := kinds[strings.Join(words[:n], " ")]; ok {
			return kind
		}
	}
	return ""
}

// create reads CREATE TABLE; the query of a CREATE TABLE … AS is not read.
func (p *parser) create() ast.Statement {
	start := p.start()
	n := 1
	replace := p.peek(1) == kOR && p.peek(2) == kREPLACE
	if replace {
		n = 3
	}
	if p.peek(n) != kTABLE {
		if kind := p.statementKind(); kind != "" {
			return p.other(start, kind)
		}
		for range n {
			p.next()
		}
		p.expected("'BRANCH', 'CATALOG', 'FUNCTION', 'MATERIALIZED', 'OR', 'ROLE', 'SCHEMA', 'TABLE', 'VIEW'")
		return nil
	}
	for range n + 1 {
		p.next()
	}
	t := &ast.CreateTable{OrReplace: replace}
	if p.tok == kIF && p.peek(1) == kNOT {
		p.next()
		p.next()
		p.expect(kEXISTS)
		t.IfNotExists = true
		if replace {
			p.lateAt(start, "'OR REPLACE' and 'IF NOT EXISTS' clauses can not be used together")
		}
	}
	if !p.tok.isName() {
		p.expected("'IF', <identifier>")
		return nil
	}
	t.Name = p.qualifiedName()
	switch p.tok {
	case kAS, kCOMMENT, kWITH:
		return p.other(start, "create_table_as_select")
	case tLParen:
		if k := p.peek(2); p.peek(1).isName() && (k == tComma || k == tRParen) { // names of columns alone
			return p.other(start, "create_table_as_select")
		}
	default:
		p.expected("'(', '.', 'AS', 'COMMENT', 'WITH'")
		return nil
	}
	p.next()
	for {
		switch {
		case p.tok == kLIKE:
			t.Likes = append(t.Likes, p.likeClause())
		case p.tok.isName():
			t.Columns = append(t.Columns, p.columnDef())
		default:
			p.expected("'LIKE', <identifier>")
		}
		if !p.accept(tComma) {
			break
		}
	}
	p.expect(tRParen)
	if p.accept(kCOMMENT) {
		t.Comment = p.stringLit()
	}
	if p.tok == kWITH {
		t.Properties = p.properties()
	}
	t.Loc = p.loc(start)
	return t
}

func (p *parser) likeClause() *ast.LikeClause {
	start := p.start()
	p.next()
	l := &ast.LikeClause{Name: p.qualifiedName()}
	switch p.tok {
	case kINCLUDING:
		l.Properties = "including"
	case kEXCLUDING:
		l.Properties = "excluding"
	}
	if l.Properties != "" {
		p.next()
		p.expect(kPROPERTIES)
	}
	l.Loc = p.loc(start)
	return l
}

func (p *parser) columnDef() *ast.ColumnDef {
	start := p.start()
	c := &ast.ColumnDef{Name: p.ident(), Type: p.typeName()}
	if p.accept(kDEFAULT) {
		c.Default = p.literal()
	}
	if p.tok == kNOT {
		p.next()
		p.expect(kNULL)
		c.NotNull = true
	}
	if p.accept(kCOMMENT) {
		c.Comment = p.stringLit()
	}
	if p.tok == kWITH {
		c.Properties = p.properties()
	}
	c.Loc = p.loc(start)
	return c
}

// literal reads what may stand behind DEFAULT.
func (p *parser) literal() ast.Expr {
	t := p.toks[p.pos]
	x := p.operand()
	switch x.(type) {
	case *ast.NullLit, *ast.BoolLit, *ast.StringLit, *ast.BinaryLit, *ast.IntLit, *ast.DecimalLit, *ast.DoubleLit,
		*ast.TypedLit, *ast.IntervalLit:
	default:
		if p.err == nil {
			p.failAt(int(t.start), "mismatched input '"+p.src[t.start:t.end]+"'. Expecting: <literal>", "only a literal may be a default")
		}
	}
	return x
}

// properties reads WITH (name = value, …).
func (p *parser) properties() []*ast.Property {
	p.expect(kWITH)
	p.expect(tLParen)
	var list []*ast.Property
	for {
		start := p.start()
		x := &ast.Property{Name: p.ident()}
		p.expect(tEq)
		if p.tok == kDEFAULT && (p.peek(1) == tComma || p.peek(1) == tRParen) {
			p.next()
		} else {
			x.Value = p.expr()
		}
		x.Loc = p.loc(start)
		list = append(list, x)
		if !p.accept(tComma) {
			break
		}
	}
	p.expect(tRParen)
	return list
}

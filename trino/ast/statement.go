package ast

import "strings"

// Head is embedded by every statement but Query: its place, and the comments of its text.
type Head struct {
	Loc
	Comments []Comment
}

func (*Head) isStatement() {}

func (h *Head) comments() *[]Comment { return &h.Comments }

// CommentsOf gives the place where a statement keeps its comments.
func CommentsOf(s Statement) *[]Comment {
	switch s := s.(type) {
	case *Query:
		return &s.Comments
	case interface{ comments() *[]Comment }:
		return s.comments()
	}
	return nil
}

// Root is a query that stands at the top, with what only such a query may have in front: WITH SESSION
// name = value, and WITH FUNCTION. Without either the statement is the *Query itself.
type Root struct {
	Head
	Session   []*SessionProperty
	Functions []*FunctionSpec
	Query     *Query
}

// SessionProperty is name = value of WITH SESSION.
type SessionProperty struct {
	Loc
	Name  *QualifiedName
	Value Expr
}

// Explain is EXPLAIN [(options)] statement, or EXPLAIN ANALYZE [VERBOSE] statement.
type Explain struct {
	Head
	Analyze, Verbose bool
	Options          []*ExplainOption
	Stmt             Statement
}

// ExplainOption is FORMAT TEXT|GRAPHVIZ|JSON or TYPE LOGICAL|DISTRIBUTED|VALIDATE|IO, in lower case.
type ExplainOption struct {
	Loc
	Name, Value string
}

// Prepare is PREPARE name FROM statement.
type Prepare struct {
	Head
	Name *Ident
	Stmt Statement
}

// Execute is EXECUTE name [USING values].
type Execute struct {
	Head
	Name  *Ident
	Using []Expr
}

// ExecuteImmediate is EXECUTE IMMEDIATE 'statement' [USING values]. Stmt is what the text says; its
// places count from the beginning of that text.
type ExecuteImmediate struct {
	Head
	Text  *StringLit
	Stmt  Statement
	Using []Expr
}

// Deallocate is DEALLOCATE PREPARE name.
type Deallocate struct {
	Head
	Name *Ident
}

// DescribeInput is DESCRIBE INPUT name.
type DescribeInput struct {
	Head
	Name *Ident
}

// DescribeOutput is DESCRIBE OUTPUT name, or DESCRIBE OUTPUT (query).
type DescribeOutput struct {
	Head
	Name      *Ident
	Functions []*FunctionSpec
	Query     *Query
}

// Show is SHOW what [FROM name] [LIKE 'pattern' [ESCAPE 'c']]. What is lower case: tables, schemas,
// catalogs, columns, functions, session, roles, current roles, role grants or branches. DESCRIBE name
// is SHOW COLUMNS FROM name.
type Show struct {
	Head
	What         string
	From         *QualifiedName
	Like, Escape *StringLit
}

// ShowCreate is SHOW CREATE what name. What is lower case: table, schema, view, materialized view or
// function.
type ShowCreate struct {
	Head
	What string
	Name *QualifiedName
}

// ShowStats is SHOW STATS FOR name, or FOR (query).
type ShowStats struct {
	Head
	Name      *QualifiedName
	Functions []*FunctionSpec
	Query     *Query
}

// ShowGrants is SHOW GRANTS [ON object].
type ShowGrants struct {
	Head
	On *GrantObject
}

// Use is USE [catalog.]schema.
type Use struct {
	Head
	Catalog, Schema *Ident
}

// SetSession is SET SESSION name = value.
type SetSession struct {
	Head
	Name  *QualifiedName
	Value Expr
}

// ResetSession is RESET SESSION name.
type ResetSession struct {
	Head
	Name *QualifiedName
}

// SetSessionAuthorization is SET SESSION AUTHORIZATION user; User is an *Ident or a *StringLit. Without
// a user it is RESET SESSION AUTHORIZATION.
type SetSessionAuthorization struct {
	Head
	User Expr
}

// SetRole is SET ROLE role|ALL|NONE [IN catalog]; exactly one of All, None and Role is set.
type SetRole struct {
	Head
	All, None bool
	Role      *Ident
	Catalog   *Ident
}

// SetPath is SET PATH element, …; each is a schema, or a catalog and a schema.
type SetPath struct {
	Head
	Elements []*QualifiedName
}

// SetTimeZone is SET TIME ZONE zone, or LOCAL when Zone is nil.
type SetTimeZone struct {
	Head
	Zone Expr
}

// Transaction is START TRANSACTION [modes], COMMIT or ROLLBACK: Verb is "start", "commit" or
// "rollback", the modes are written in lower case: "read only", "isolation level serializable".
type Transaction struct {
	Head
	Verb  string
	Modes []string
}

// CallProcedure is CALL name(arguments).
type CallProcedure struct {
	Head
	Name *QualifiedName
	Args []*Arg
}

// Kind names a statement: lower case with underscores ("query", "insert", "drop_table", "call").
func Kind(s Statement) string {
	switch s := s.(type) {
	case *Query:
		return "query"
	case *Root:
		if len(s.Session) > 0 {
			return "with_session"
		}
		return "with_function"
	case *Explain:
		if s.Analyze {
			return "explain_analyze"
		}
		return "explain"
	case *Show:
		switch s.What {
		case "current roles":
			return "show_roles"
		}
		return words("show", s.What)
	case *ShowCreate:
		return words("show_create", s.What)
	case *Drop:
		return words("drop", s.What)
	case *Rename:
		return words("alter", s.What)
	case *SetProperties:
		return words("alter", s.What)
	case *TableExecute:
		return words("alter", s.What)
	case *SetAuthorization:
		switch s.What {
		case "table", "schema", "view", "materialized view":
			return words("alter", s.What)
		}
		return "alter"
	case *SetSessionAuthorization:
		if s.User == nil {
			return "reset_session_authorization"
		}
		return "set_session_authorization"
	case *Transaction:
		if s.Verb == "start" {
			return "start_transaction"
		}
		return s.Verb
	case *GrantRoles:
		if s.Revoke {
			return "revoke"
		}
		return "grant"
	case *GrantPrivileges:
		return s.Verb
	}
	return plainKind(s)
}

func words(verb, what string) string { return verb + "_" + strings.ReplaceAll(what, " ", "_") }

// plainKind is the kind of a statement whose type says it all.
func plainKind(s Statement) string {
	switch s.(type) {
	case *AddColumn, *RenameColumn, *DropColumn, *AlterColumn:
		return "alter_table"
	case *RefreshView:
		return "alter_view"
	case *FastForwardBranch:
		return "alter_branch"
	case *Analyze:
		return "analyze"
	case *CallProcedure:
		return "call"
	case *CommentOn:
		return "comment"
	case *CreateBranch:
		return "create_branch"
	case *CreateCatalog:
		return "create_catalog"
	case *CreateFunction:
		return "create_function"
	case *CreateMaterializedView:
		return "create_materialized_view"
	case *CreateRole:
		return "create_role"
	case *CreateSchema:
		return "create_schema"
	case *CreateTable:
		return "create_table"
	case *CreateTableAs:
		return "create_table_as_select"
	case *CreateView:
		return "create_view"
	case *Deallocate:
		return "deallocate"
	case *Delete:
		return "delete"
	case *DescribeInput:
		return "describe_input"
	case *DescribeOutput:
		return "describe_output"
	case *DropBranch:
		return "drop_branch"
	case *DropFunction:
		return "drop_function"
	case *DropRole:
		return "drop_role"
	case *Execute:
		return "execute"
	case *ExecuteImmediate:
		return "execute_immediate"
	case *Insert:
		return "insert"
	case *Merge:
		return "merge"
	case *Prepare:
		return "prepare"
	case *RefreshMaterializedView:
		return "refresh_materialized_view"
	case *ResetSession:
		return "reset_session"
	case *SetPath:
		return "set_path"
	case *SetRole:
		return "set_role"
	case *SetSession:
		return "set_session"
	case *SetTimeZone:
		return "set_time_zone"
	case *ShowGrants:
		return "show_grants"
	case *ShowStats:
		return "show_stats"
	case *Truncate:
		return "truncate_table"
	case *Update:
		return "update"
	case *Use:
		return "use"
	}
	return ""
}

package ast

// CreateCatalog is CREATE CATALOG name USING connector ….
type CreateCatalog struct {
	Head
	IfNotExists bool
	Name        *Ident
	Connector   *Ident
	Comment     *StringLit
	Owner       *Principal // AUTHORIZATION; nil when absent
	Properties  []*Property
}

// CreateSchema is CREATE SCHEMA name ….
type CreateSchema struct {
	Head
	IfNotExists bool
	Name        *QualifiedName
	Owner       *Principal // AUTHORIZATION; nil when absent
	Properties  []*Property
}

// CreateTable is CREATE TABLE name (columns).
type CreateTable struct {
	Head
	Name        *QualifiedName
	OrReplace   bool
	IfNotExists bool
	Columns     []*ColumnDef
	Likes       []*LikeClause // LIKE other tables, after the columns
	Comment     *StringLit
	Properties  []*Property
}

// LikeClause is LIKE name [INCLUDING|EXCLUDING PROPERTIES] in a CREATE TABLE.
type LikeClause struct {
	Loc
	Name       *QualifiedName
	Properties string // "including", "excluding" or empty
}

// Property is name = value of a WITH (…) list; Value is nil for DEFAULT.
type Property struct {
	Loc
	Name  *Ident
	Value Expr
}

// ColumnDef is one column of a CREATE TABLE, or of an ADD COLUMN, where a field of a row is named
// after its column: then Path has the whole name and Name is its last part.
type ColumnDef struct {
	Loc
	Path       []*Ident // what stands in front of Name; empty for a column
	Name       *Ident
	Type       *TypeName
	Default    Expr
	NotNull    bool
	Comment    *StringLit
	Properties []*Property
}

// CreateTableAs is CREATE TABLE name [(columns)] … AS query [WITH [NO] DATA].
type CreateTableAs struct {
	Head
	Name        *QualifiedName
	OrReplace   bool
	IfNotExists bool
	Columns     []*Ident
	Comment     *StringLit
	Properties  []*Property
	Functions   []*FunctionSpec // WITH FUNCTION in front of the query
	Query       *Query
	NoData      bool
}

// CreateView is CREATE VIEW name … AS query.
type CreateView struct {
	Head
	OrReplace  bool
	Name       *QualifiedName
	Comment    *StringLit
	Security   string // "definer", "invoker" or empty
	Properties []*Property
	Functions  []*FunctionSpec // read, though Trino then refuses them
	Query      *Query
}

// CreateMaterializedView is CREATE MATERIALIZED VIEW name … AS query.
type CreateMaterializedView struct {
	Head
	OrReplace   bool
	IfNotExists bool
	Name        *QualifiedName
	Grace       *IntervalLit
	WhenStale   string // "inline", "fail" or empty
	Comment     *StringLit
	Properties  []*Property
	Functions   []*FunctionSpec
	Query       *Query
}

// CreateFunction is CREATE FUNCTION ….
type CreateFunction struct {
	Head
	OrReplace bool
	Spec      *FunctionSpec
}

// CreateBranch is CREATE BRANCH name … IN TABLE table [FROM branch].
type CreateBranch struct {
	Head
	OrReplace   bool
	IfNotExists bool
	Name        *Ident
	Properties  []*Property
	Table       *QualifiedName
	From        *Ident
}

// CreateRole is CREATE ROLE name [WITH ADMIN grantor] [IN catalog].
type CreateRole struct {
	Head
	Name    *Ident
	Admin   *Principal
	Catalog *Ident
}

// Drop is DROP what [IF EXISTS] name [CASCADE|RESTRICT]. What is lower case: catalog, schema, table,
// view or materialized view.
type Drop struct {
	Head
	What     string
	IfExists bool
	Name     *QualifiedName
	Behavior string // "cascade", "restrict" or empty; of catalogs and schemas
}

// DropFunction is DROP FUNCTION [IF EXISTS] name(parameters).
type DropFunction struct {
	Head
	IfExists bool
	Name     *QualifiedName
	Params   []*ParameterDecl
}

// DropBranch is DROP BRANCH [IF EXISTS] name IN TABLE table.
type DropBranch struct {
	Head
	IfExists bool
	Name     *Ident
	Table    *QualifiedName
}

// DropRole is DROP ROLE [IF EXISTS] name [IN catalog].
type DropRole struct {
	Head
	IfExists bool
	Name     *Ident
	Catalog  *Ident
}

// Rename is ALTER what [IF EXISTS] name RENAME TO name. What is lower case: schema, table, view or
// materialized view.
type Rename struct {
	Head
	What     string
	IfExists bool
	Name, To *QualifiedName
}

// AddColumn is ALTER TABLE table ADD COLUMN column [FIRST|LAST|AFTER name].
type AddColumn struct {
	Head
	IfExists    bool
	Table       *QualifiedName
	IfNotExists bool
	Column      *ColumnDef
	Position    string // "first", "last" or empty
	After       *Ident
}

// RenameColumn is ALTER TABLE table RENAME COLUMN column TO name; a column of several parts is a field.
type RenameColumn struct {
	Head
	IfExists       bool
	Table          *QualifiedName
	ColumnIfExists bool
	Column         *QualifiedName
	To             *Ident
}

// DropColumn is ALTER TABLE table DROP COLUMN column; a column of several parts is a field.
type DropColumn struct {
	Head
	IfExists       bool
	Table          *QualifiedName
	ColumnIfExists bool
	Column         *QualifiedName
}

// AlterColumn is ALTER TABLE table ALTER COLUMN column, with exactly one of SET DEFAULT, DROP DEFAULT,
// SET DATA TYPE and DROP NOT NULL.
type AlterColumn struct {
	Head
	IfExists    bool
	Table       *QualifiedName
	Column      *QualifiedName
	Default     Expr
	DropDefault bool
	Type        *TypeName
	DropNotNull bool
}

// SetProperties is ALTER TABLE|MATERIALIZED VIEW name SET PROPERTIES name = value, ….
type SetProperties struct {
	Head
	What       string // "table" or "materialized view"
	Name       *QualifiedName
	Properties []*Property
}

// TableExecute is ALTER TABLE|MATERIALIZED VIEW name EXECUTE procedure[(arguments)] [WHERE condition].
type TableExecute struct {
	Head
	What      string // "table" or "materialized view"
	Name      *QualifiedName
	Procedure *Ident
	Args      []*Arg
	Where     Expr
}

// SetAuthorization is ALTER kind name SET AUTHORIZATION principal. What is the kind in lower case:
// table, schema, view, materialized view, or any other word.
type SetAuthorization struct {
	Head
	What string
	Name *QualifiedName
	To   *Principal
}

// RefreshView is ALTER VIEW name REFRESH.
type RefreshView struct {
	Head
	Name *QualifiedName
}

// RefreshMaterializedView is REFRESH MATERIALIZED VIEW name.
type RefreshMaterializedView struct {
	Head
	Name *QualifiedName
}

// FastForwardBranch is ALTER BRANCH source IN TABLE table FAST FORWARD TO target.
type FastForwardBranch struct {
	Head
	Source *Ident
	Table  *QualifiedName
	Target *Ident
}

// Analyze is ANALYZE table [WITH (properties)].
type Analyze struct {
	Head
	Name       *QualifiedName
	Properties []*Property
}

// CommentOn is COMMENT ON what name IS text. What is lower case: table, view or column. Text is nil
// for NULL.
type CommentOn struct {
	Head
	What string
	Name *QualifiedName
	Text *StringLit
}

// Principal is a user or a role: [USER|ROLE] name, or one of CURRENT_USER and CURRENT_ROLE.
type Principal struct {
	Loc
	Kind string // "user", "role", "current_user", "current_role" or empty
	Name *Ident // nil for the last two
}

// GrantObject is what a privilege is for: [BRANCH branch IN] [kind] name. What is the kind in lower
// case: table, schema, any other word, or empty.
type GrantObject struct {
	Loc
	Branch *Ident
	What   string
	Name   *QualifiedName
}

// GrantPrivileges is GRANT, REVOKE or DENY of privileges on an object. Verb is lower case; privileges
// are written in lower case unless quoted, and empty for ALL PRIVILEGES.
type GrantPrivileges struct {
	Head
	Verb       string
	Option     bool // WITH GRANT OPTION, or GRANT OPTION FOR
	Privileges []*Ident
	On         *GrantObject
	To         *Principal
}

// GrantRoles is GRANT or REVOKE of roles.
type GrantRoles struct {
	Head
	Revoke     bool
	Option     bool // WITH ADMIN OPTION, or ADMIN OPTION FOR
	Roles      []*Ident
	Principals []*Principal
	GrantedBy  *Principal
	Catalog    *Ident
}

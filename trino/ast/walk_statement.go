package ast

// ofStatement is the part of Children about statements other than queries. It reports whether it knows n.
func (c *children) ofStatement(n Node) bool {
	switch n := n.(type) {
	case *Root:
		all(c, n.Session)
		all(c, n.Functions)
		opt(c, n.Query)
	case *SessionProperty:
		opt(c, n.Name)
		c.expr(n.Value)
	case *Explain:
		all(c, n.Options)
		c.stmt(n.Stmt)
	case *Prepare:
		opt(c, n.Name)
		c.stmt(n.Stmt)
	case *Execute:
		opt(c, n.Name)
		all(c, n.Using)
	case *ExecuteImmediate:
		opt(c, n.Text)
		c.stmt(n.Stmt)
		all(c, n.Using)
	case *Deallocate:
		opt(c, n.Name)
	case *DescribeInput:
		opt(c, n.Name)
	case *DescribeOutput:
		opt(c, n.Name)
		all(c, n.Functions)
		opt(c, n.Query)
	case *Show:
		opt(c, n.From)
		opt(c, n.Like)
		opt(c, n.Escape)
	case *ShowCreate:
		opt(c, n.Name)
	case *ShowStats:
		opt(c, n.Name)
		all(c, n.Functions)
		opt(c, n.Query)
	case *ShowGrants:
		opt(c, n.On)
	case *Use:
		opt(c, n.Catalog)
		opt(c, n.Schema)
	case *SetSession:
		opt(c, n.Name)
		c.expr(n.Value)
	case *ResetSession:
		opt(c, n.Name)
	case *SetSessionAuthorization:
		c.expr(n.User)
	case *SetRole:
		opt(c, n.Role)
		opt(c, n.Catalog)
	case *SetPath:
		all(c, n.Elements)
	case *SetTimeZone:
		c.expr(n.Zone)
	case *CallProcedure:
		opt(c, n.Name)
		all(c, n.Args)
	case *CreateCatalog:
		opt(c, n.Name)
		opt(c, n.Connector)
		opt(c, n.Comment)
		opt(c, n.Owner)
		all(c, n.Properties)
	case *CreateSchema:
		opt(c, n.Name)
		opt(c, n.Owner)
		all(c, n.Properties)
	case *CreateTableAs:
		opt(c, n.Name)
		all(c, n.Columns)
		opt(c, n.Comment)
		all(c, n.Properties)
		all(c, n.Functions)
		opt(c, n.Query)
	case *CreateView:
		opt(c, n.Name)
		opt(c, n.Comment)
		all(c, n.Properties)
		all(c, n.Functions)
		opt(c, n.Query)
	case *CreateMaterializedView:
		opt(c, n.Name)
		opt(c, n.Grace)
		opt(c, n.Comment)
		all(c, n.Properties)
		all(c, n.Functions)
		opt(c, n.Query)
	case *CreateFunction:
		opt(c, n.Spec)
	case *CreateBranch:
		opt(c, n.Name)
		all(c, n.Properties)
		opt(c, n.Table)
		opt(c, n.From)
	case *CreateRole:
		opt(c, n.Name)
		opt(c, n.Admin)
		opt(c, n.Catalog)
	case *Drop:
		opt(c, n.Name)
	case *DropFunction:
		opt(c, n.Name)
		all(c, n.Params)
	case *DropBranch:
		opt(c, n.Name)
		opt(c, n.Table)
	case *DropRole:
		opt(c, n.Name)
		opt(c, n.Catalog)
	case *Rename:
		opt(c, n.Name)
		opt(c, n.To)
	case *AddColumn:
		opt(c, n.Table)
		opt(c, n.Column)
		opt(c, n.After)
	case *RenameColumn:
		opt(c, n.Table)
		opt(c, n.Column)
		opt(c, n.To)
	case *DropColumn:
		opt(c, n.Table)
		opt(c, n.Column)
	case *AlterColumn:
		opt(c, n.Table)
		opt(c, n.Column)
		c.expr(n.Default)
		opt(c, n.Type)
	case *SetProperties:
		opt(c, n.Name)
		all(c, n.Properties)
	case *TableExecute:
		opt(c, n.Name)
		opt(c, n.Procedure)
		all(c, n.Args)
		c.expr(n.Where)
	case *SetAuthorization:
		opt(c, n.Name)
		opt(c, n.To)
	case *RefreshView:
		opt(c, n.Name)
	case *RefreshMaterializedView:
		opt(c, n.Name)
	case *FastForwardBranch:
		opt(c, n.Source)
		opt(c, n.Table)
		opt(c, n.Target)
	case *Analyze:
		opt(c, n.Name)
		all(c, n.Properties)
	case *CommentOn:
		opt(c, n.Name)
		opt(c, n.Text)
	case *Principal:
		opt(c, n.Name)
	case *GrantObject:
		opt(c, n.Branch)
		opt(c, n.Name)
	case *GrantPrivileges:
		all(c, n.Privileges)
		opt(c, n.On)
		opt(c, n.To)
	case *GrantRoles:
		all(c, n.Roles)
		all(c, n.Principals)
		opt(c, n.GrantedBy)
		opt(c, n.Catalog)
	case *Insert:
		opt(c, n.Table)
		opt(c, n.Branch)
		all(c, n.Columns)
		all(c, n.Functions)
		opt(c, n.Query)
	case *Delete:
		opt(c, n.Table)
		opt(c, n.Branch)
		c.expr(n.Where)
	case *Truncate:
		opt(c, n.Table)
	case *Update:
		opt(c, n.Table)
		opt(c, n.Branch)
		all(c, n.Set)
		c.expr(n.Where)
	case *Assignment:
		opt(c, n.Column)
		c.expr(n.Value)
	case *Merge:
		opt(c, n.Table)
		opt(c, n.Branch)
		opt(c, n.Alias)
		c.rel(n.Source)
		c.expr(n.On)
		all(c, n.Cases)
	case *MergeCase:
		c.expr(n.If)
		all(c, n.Set)
		all(c, n.Columns)
		all(c, n.Values)
	case *FunctionSpec:
		opt(c, n.Name)
		all(c, n.Params)
		opt(c, n.Returns)
		all(c, n.Characteristics)
		c.control(n.Body)
		opt(c, n.Definition)
	case *ParameterDecl:
		opt(c, n.Name)
		opt(c, n.Type)
	case *Characteristic:
		opt(c, n.Language)
		opt(c, n.Comment)
		all(c, n.Properties)
	case *ReturnControl:
		c.expr(n.Value)
	case *SetControl:
		opt(c, n.Name)
		c.expr(n.Value)
	case *JumpControl:
		opt(c, n.Label)
	case *IfControl:
		all(c, n.Branches)
		all(c, n.Else)
	case *CaseControl:
		c.expr(n.Operand)
		all(c, n.Branches)
		all(c, n.Else)
	case *Branch:
		c.expr(n.Cond)
		all(c, n.Body)
	case *Block:
		all(c, n.Declares)
		all(c, n.Body)
	case *Declare:
		all(c, n.Names)
		opt(c, n.Type)
		c.expr(n.Default)
	case *Loop:
		opt(c, n.Label)
		c.expr(n.Cond)
		all(c, n.Body)
	default:
		return false
	}
	return true
}

func (c *children) stmt(s Statement) {
	if s != nil {
		c.node(s)
	}
}

func (c *children) control(s Control) {
	if s != nil {
		c.node(s)
	}
}

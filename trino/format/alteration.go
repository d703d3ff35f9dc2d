package format

import (
	"fmt"
	"strings"

	"github.com/limn-data/limn/trino/ast"
)

// alteration prints ALTER, DROP and what else names one thing of a catalog.
func (p *printer) alteration(s ast.Statement) {
	switch s := s.(type) {
	case *ast.Drop:
		p.dropping(s.What, s.IfExists)
		p.qualified(s.Name)
		if s.Behavior != "" {
			p.write(" " + strings.ToUpper(s.Behavior))
		}
	case *ast.DropFunction:
		p.dropping("function", s.IfExists)
		p.qualified(s.Name)
		p.parameters(s.Params)
	case *ast.DropBranch:
		p.dropping("branch", s.IfExists)
		p.name(s.Name)
		p.write(" IN TABLE ")
		p.qualified(s.Table)
	case *ast.DropRole:
		p.dropping("role", s.IfExists)
		p.name(s.Name)
		p.inCatalog(s.Catalog)
	case *ast.Rename:
		p.altering(s.What, s.IfExists, s.Name)
		p.write(" RENAME TO ")
		p.qualified(s.To)
	case *ast.AddColumn:
		p.altering("table", s.IfExists, s.Table)
		p.write(" ADD COLUMN ")
		if s.IfNotExists {
			p.write("IF NOT EXISTS ")
		}
		p.columnDef(s.Column)
		if s.Position != "" {
			p.write(" " + strings.ToUpper(s.Position))
		}
		if s.After != nil {
			p.write(" AFTER ")
			p.name(s.After)
		}
	case *ast.RenameColumn:
		p.altering("table", s.IfExists, s.Table)
		p.write(" RENAME COLUMN ")
		p.ifExists(s.ColumnIfExists)
		p.qualified(s.Column)
		p.write(" TO ")
		p.name(s.To)
	case *ast.DropColumn:
		p.altering("table", s.IfExists, s.Table)
		p.write(" DROP COLUMN ")
		p.ifExists(s.ColumnIfExists)
		p.qualified(s.Column)
	case *ast.AlterColumn:
		p.alterColumn(s)
	case *ast.SetProperties:
		p.altering(s.What, false, s.Name)
		p.write(" SET PROPERTIES")
		p.group(func() {
			p.in()
			for i, x := range s.Properties {
				if i > 0 {
					p.write(",")
				}
				p.soft(" ")
				p.property(x)
			}
			p.out()
		})
	case *ast.TableExecute:
		p.altering(s.What, false, s.Name)
		p.write(" EXECUTE ")
		p.name(s.Procedure)
		if len(s.Args) > 0 {
			p.write("(")
			p.args(s.Args)
			p.write(")")
		}
		defer p.region(s.At.End)()
		p.where(s.Where)
	case *ast.SetAuthorization:
		p.write("ALTER ")
		p.word(s.What)
		p.write(" ")
		p.qualified(s.Name)
		p.write(" SET AUTHORIZATION ")
		p.principal(s.To)
	case *ast.RefreshView:
		p.altering("view", false, s.Name)
		p.write(" REFRESH")
	case *ast.RefreshMaterializedView:
		p.write("REFRESH MATERIALIZED VIEW ")
		p.qualified(s.Name)
	case *ast.FastForwardBranch:
		p.write("ALTER BRANCH ")
		p.name(s.Source)
		p.write(" IN TABLE ")
		p.qualified(s.Table)
		p.write(" FAST FORWARD TO ")
		p.name(s.Target)
	case *ast.Analyze:
		p.write("ANALYZE ")
		p.qualified(s.Name)
		p.optionalProperties(s.Properties)
	case *ast.CommentOn:
		p.write("COMMENT ON " + strings.ToUpper(s.What) + " ")
		p.qualified(s.Name)
		p.write(" IS ")
		if s.Text == nil {
			p.write("NULL")
		} else {
			p.text(s.Text.Value)
		}
	default:
		panic(fmt.Sprintf("format: unknown statement %T", s))
	}
}

func (p *printer) dropping(what string, ifExists bool) {
	p.write("DROP " + strings.ToUpper(what) + " ")
	p.ifExists(ifExists)
}

func (p *printer) ifExists(is bool) {
	if is {
		p.write("IF EXISTS ")
	}
}

func (p *printer) altering(what string, ifExists bool, name *ast.QualifiedName) {
	p.write("ALTER " + strings.ToUpper(what) + " ")
	p.ifExists(ifExists)
	p.qualified(name)
}

func (p *printer) alterColumn(s *ast.AlterColumn) {
	p.altering("table", s.IfExists, s.Table)
	p.write(" ALTER COLUMN ")
	p.qualified(s.Column)
	switch {
	case s.Default != nil:
		p.write(" SET DEFAULT ")
		p.expr(s.Default, precConcat)
	case s.DropDefault:
		p.write(" DROP DEFAULT")
	case s.Type != nil:
		p.write(" SET DATA TYPE ")
		p.typeName(s.Type)
	case s.DropNotNull:
		p.write(" DROP NOT NULL")
	}
}

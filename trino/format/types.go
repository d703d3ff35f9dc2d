package format

import (
	"strconv"
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/parse"
)

// typeName prints a type as Trino writes it: lower case, array(…) and map(…).
func (p *printer) typeName(t *ast.TypeName) {
	name, zone := t.Name, false
	if worded(t.Name) {
		name, zone = strings.CutSuffix(t.Name, " with time zone")
	}
	if from, ok := strings.CutPrefix(t.Name, "interval "); ok && worded(t.Name) {
		from, to, _ := strings.Cut(from, " to ")
		var precision, fraction *int64
		if len(t.Params) == 2 {
			precision, fraction = t.Params[0].Number, t.Params[1].Number
		}
		p.write("interval " + strings.ToLower(intervalQualifier(from, to, precision, fraction)))
		return
	}
	p.typeWord(name)
	if len(t.Params) > 0 {
		p.write("(")
		for i, param := range t.Params {
			if i > 0 {
				p.write(", ")
			}
			if param.Field != nil {
				p.exactly(func() { p.name(param.Field) })
				p.write(" ")
			}
			switch {
			case param.Number != nil:
				p.write(strconv.FormatInt(*param.Number, 10))
			case param.Type != nil:
				p.typeName(param.Type)
			}
		}
		p.write(")")
	}
	if zone {
		p.write(" with time zone")
	}
}

// worded says whether the name of a type is written with several words of the grammar.
func worded(name string) bool {
	if name == "timestamp with time zone" || name == "time with time zone" {
		return true
	}
	from, ok := strings.CutPrefix(name, "interval ")
	if !ok {
		return false
	}
	from, to, both := strings.Cut(from, " to ")
	return intervalFields[from] && (!both || intervalFields[to])
}

var intervalFields = map[string]bool{"year": true, "month": true, "day": true, "hour": true, "minute": true, "second": true}

// typeWord prints the name of a type, quoted only where it is no identifier.
func (p *printer) typeWord(name string) {
	if parse.IsIdentifier(name) {
		p.write(name)
		return
	}
	p.write(`"` + strings.ReplaceAll(name, `"`, `""`) + `"`)
}

func (p *printer) createTable(t *ast.CreateTable) {
	p.write("CREATE ")
	if t.OrReplace {
		p.write("OR REPLACE ")
	}
	p.write("TABLE ")
	if t.IfNotExists {
		p.write("IF NOT EXISTS ")
	}
	p.qualified(t.Name)
	p.write(" (")
	n := len(t.Columns)
	p.items(n+len(t.Likes), func(i int) {
		if i < n {
			p.columnDef(t.Columns[i])
			return
		}
		l := t.Likes[i-n]
		p.write("LIKE ")
		p.qualified(l.Name)
		if l.Properties != "" {
			p.write(" " + strings.ToUpper(l.Properties) + " PROPERTIES")
		}
	})
	p.write(")")
	if t.Comment != nil {
		p.newline()
		p.write("COMMENT ")
		p.text(t.Comment.Value)
	}
	if len(t.Properties) > 0 {
		p.newline()
		p.properties(t.Properties)
	}
}

func (p *printer) columnDef(c *ast.ColumnDef) {
	p.name(c.Name)
	p.write(" ")
	p.typeName(c.Type)
	if c.Default != nil {
		p.write(" DEFAULT ")
		p.expr(c.Default, precConcat)
	}
	if c.NotNull {
		p.write(" NOT NULL")
	}
	if c.Comment != nil {
		p.write(" COMMENT ")
		p.text(c.Comment.Value)
	}
	if len(c.Properties) > 0 {
		p.write(" ")
		p.properties(c.Properties)
	}
}

func (p *printer) properties(list []*ast.Property) {
	p.write("WITH (")
	p.items(len(list), func(i int) {
		p.name(list[i].Name)
		p.write(" = ")
		if list[i].Value == nil {
			p.write("DEFAULT")
			return
		}
		p.expr(list[i].Value, precNone)
	})
	p.write(")")
}

package format

import (
	"strings"

	"github.com/limn-data/limn/trino/ast"
)

var jsonFormats = [...]string{
	ast.NoFormat: "", ast.JSON: " FORMAT JSON", ast.JSONUTF8: " FORMAT JSON ENCODING UTF8",
	ast.JSONUTF16: " FORMAT JSON ENCODING UTF16", ast.JSONUTF32: " FORMAT JSON ENCODING UTF32",
}

// exactly prints with the quotes of names kept as they were written.
func (p *printer) exactly(f func()) {
	p.exact++
	f()
	p.exact--
}

// json prints the functions of SQL/JSON; it says whether x is one.
func (p *printer) json(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.JSONExists:
		p.jsonCall("JSON_EXISTS", func() {
			p.jsonPath(x.Path)
			if x.OnError != "" {
				p.soft(" ")
				p.write(strings.ToUpper(x.OnError) + " ON ERROR")
			}
		})
	case *ast.JSONValue:
		p.jsonCall("JSON_VALUE", func() {
			p.jsonPath(x.Path)
			p.jsonReturning(true, x.Returning, ast.NoFormat)
			p.jsonBehaviors(x.OnEmpty, x.OnError)
		})
	case *ast.JSONQuery:
		p.jsonCall("JSON_QUERY", func() {
			p.jsonPath(x.Path)
			p.jsonReturning(true, x.Returning, x.Format)
			p.jsonOutput(x.Output)
			p.jsonBehaviors(x.OnEmpty, x.OnError)
		})
	case *ast.JSONObject:
		p.jsonCall("JSON_OBJECT", func() {
			for i, m := range x.Members {
				if i > 0 {
					p.write(",")
					p.soft(" ")
				}
				p.write("KEY ")
				p.expr(m.Key, precNone)
				p.write(" VALUE ")
				p.jsonInput(m.Value)
			}
			p.jsonNulls(x.Nulls)
			if x.Unique != "" {
				p.soft(" ")
				p.write(strings.ToUpper(x.Unique) + " UNIQUE KEYS")
			}
			p.jsonReturning(len(x.Members) > 0, x.Returning, x.Format)
		})
	case *ast.JSONArray:
		p.jsonCall("JSON_ARRAY", func() {
			for i, e := range x.Elems {
				if i > 0 {
					p.write(",")
					p.soft(" ")
				}
				p.jsonInput(e)
			}
			p.jsonNulls(x.Nulls)
			p.jsonReturning(len(x.Elems) > 0, x.Returning, x.Format)
		})
	default:
		return false
	}
	return true
}

func (p *printer) jsonCall(word string, inside func()) {
	p.write(word + "(")
	p.group(func() {
		p.in()
		p.soft("")
		inside()
		p.out()
		p.soft("")
	})
	p.write(")")
}

func (p *printer) jsonInput(i *ast.JSONInput) {
	p.expr(i.X, precNone)
	p.write(jsonFormats[i.Format])
}

func (p *printer) jsonPath(j *ast.JSONPath) {
	p.jsonInput(j.Input)
	p.write(", ")
	p.text(j.Path.Value)
	if j.Name != nil {
		p.write(" AS ")
		p.exactly(func() { p.name(j.Name) })
	}
	for i, a := range j.Passing {
		if i == 0 {
			p.soft(" ")
			p.write("PASSING ")
		} else {
			p.write(", ")
		}
		p.jsonInput(a.Input)
		p.write(" AS ")
		p.exactly(func() { p.name(a.Name) })
	}
}

func (p *printer) jsonReturning(after bool, t *ast.TypeName, f ast.JSONFormat) {
	if t == nil {
		return
	}
	if after {
		p.soft(" ")
	}
	p.write("RETURNING ")
	p.typeName(t)
	p.write(jsonFormats[f])
}

func (p *printer) jsonNulls(nulls string) {
	if nulls != "" {
		p.soft(" ")
		p.write(strings.ToUpper(nulls) + " ON NULL")
	}
}

func (p *printer) jsonOutput(o ast.JSONOutput) {
	if o.Wrapper != "" {
		p.soft(" ")
		p.write(strings.ToUpper(o.Wrapper) + " ARRAY WRAPPER")
	}
	if o.Quotes != "" {
		p.soft(" ")
		p.write(strings.ToUpper(o.Quotes) + " QUOTES")
		if o.Scalar {
			p.write(" ON SCALAR STRING")
		}
	}
}

func (p *printer) jsonBehaviors(onEmpty, onError *ast.JSONBehavior) {
	if onEmpty != nil {
		p.soft(" ")
		p.jsonBehavior(onEmpty)
		p.write(" ON EMPTY")
	}
	if onError != nil {
		p.soft(" ")
		p.jsonBehavior(onError)
		p.write(" ON ERROR")
	}
}

func (p *printer) jsonBehavior(b *ast.JSONBehavior) {
	p.write([...]string{
		ast.JSONError: "ERROR", ast.JSONNull: "NULL", ast.JSONDefault: "DEFAULT ",
		ast.JSONEmptyArray: "EMPTY ARRAY", ast.JSONEmptyObject: "EMPTY OBJECT",
	}[b.Kind])
	if b.Kind == ast.JSONDefault {
		p.expr(b.Default, precNone)
	}
}

func (p *printer) jsonTable(t *ast.JSONTable) {
	p.jsonCall("JSON_TABLE", func() {
		p.jsonPath(t.Path)
		p.soft(" ")
		p.jsonColumns(t.Columns)
		if t.Plan != nil {
			p.soft(" ")
			p.jsonPlan(t.Plan)
		}
		if t.OnError != "" {
			p.soft(" ")
			p.write(strings.ToUpper(t.OnError) + " ON ERROR")
		}
	})
}

func (p *printer) jsonColumns(list []*ast.JSONColumn) {
	p.write("COLUMNS (")
	p.items(len(list), func(i int) { p.jsonColumn(list[i]) })
	p.write(")")
}

func (p *printer) jsonColumn(c *ast.JSONColumn) {
	if c.Kind == ast.JSONNested {
		p.write("NESTED PATH ")
		p.text(c.Path.Value)
		if c.Name != nil {
			p.write(" AS ")
			p.exactly(func() { p.name(c.Name) })
		}
		p.write(" ")
		p.jsonColumns(c.Columns)
		return
	}
	p.exactly(func() { p.name(c.Name) })
	if c.Kind == ast.JSONOrdinality {
		p.write(" FOR ORDINALITY")
		return
	}
	p.write(" ")
	p.typeName(c.Type)
	p.write(jsonFormats[c.Format])
	p.group(func() {
		p.in()
		if c.Path != nil {
			p.soft(" ")
			p.write("PATH ")
			p.text(c.Path.Value)
		}
		p.jsonOutput(c.Output)
		p.jsonBehaviors(c.OnEmpty, c.OnError)
		p.out()
	})
}

func (p *printer) jsonPlan(plan *ast.JSONPlan) {
	if len(plan.Defaults) > 0 {
		p.write("PLAN DEFAULT (" + strings.ToUpper(strings.Join(plan.Defaults, ", ")) + ")")
		return
	}
	p.write("PLAN (")
	p.jsonPlanText(plan)
	p.write(")")
}

func (p *printer) jsonPlanText(plan *ast.JSONPlan) {
	if plan.Name != nil {
		p.exactly(func() { p.name(plan.Name) })
	}
	for i, part := range plan.Parts {
		if i > 0 || plan.Name != nil {
			p.write(" " + strings.ToUpper(plan.Op) + " ")
		}
		if part.Op == "" {
			p.jsonPlanText(part)
			continue
		}
		p.write("(")
		p.jsonPlanText(part)
		p.write(")")
	}
}

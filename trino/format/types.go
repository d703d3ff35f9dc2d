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

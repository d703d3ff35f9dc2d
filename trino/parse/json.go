package parse

import "github.com/limn-data/limn/trino/ast"

// jsonFunction reads the functions of SQL/JSON that are expressions.
func (p *parser) jsonFunction() ast.Expr {
	start := p.start()
	word := p.tok
	p.next()
	p.expect(tLParen)
	var at *ast.Loc
	var x ast.Expr
	switch word {
	case kJSON_EXISTS:
		e := &ast.JSONExists{Path: p.jsonPath()}
		switch p.tok {
		case kTRUE, kFALSE, kUNKNOWN, kERROR:
			e.OnError = lower(p.text())
			p.next()
			p.expect(kON)
			p.expect(kERROR)
		}
		x, at = e, &e.Loc
	case kJSON_VALUE:
		v := &ast.JSONValue{Path: p.jsonPath()}
		if p.accept(kRETURNING) {
			v.Returning = p.typeName()
		}
		v.OnEmpty, v.OnError = p.jsonBehaviors(false)
		x, at = v, &v.Loc
	case kJSON_QUERY:
		q := &ast.JSONQuery{Path: p.jsonPath()}
		q.Returning, q.Format = p.jsonReturning()
		q.Output = p.jsonOutput()
		q.OnEmpty, q.OnError = p.jsonBehaviors(true)
		x, at = q, &q.Loc
	case kJSON_OBJECT:
		o := p.jsonObject()
		x, at = o, &o.Loc
	default:
		a := p.jsonArray()
		x, at = a, &a.Loc
	}
	p.expect(tRParen)
	*at = p.loc(start)
	return x
}

func (p *parser) jsonPath() *ast.JSONPath {
	start := p.start()
	j := &ast.JSONPath{Input: p.jsonInput()}
	p.expect(tComma)
	j.Path = p.stringLit()
	if p.accept(kAS) {
		j.Name = p.ident()
	}
	if p.accept(kPASSING) {
		for {
			at := p.start()
			a := &ast.JSONArg{Input: p.jsonInput()}
			p.expect(kAS)
			a.Name = p.ident()
			a.Loc = p.loc(at)
			j.Passing = append(j.Passing, a)
			if !p.accept(tComma) {
				break
			}
		}
	}
	j.Loc = p.loc(start)
	return j
}

func (p *parser) jsonInput() *ast.JSONInput {
	start := p.start()
	i := &ast.JSONInput{X: p.expr()}
	i.Format = p.jsonFormat()
	i.Loc = p.loc(start)
	return i
}

// jsonFormat reads FORMAT JSON [ENCODING …] where it stands.
func (p *parser) jsonFormat() ast.JSONFormat {
	if !p.accept(kFORMAT) {
		return ast.NoFormat
	}
	p.expect(kJSON)
	if !p.accept(kENCODING) {
		return ast.JSON
	}
	f := ast.NoFormat
	switch p.tok {
	case kUTF8:
		f = ast.JSONUTF8
	case kUTF16:
		f = ast.JSONUTF16
	case kUTF32:
		f = ast.JSONUTF32
	default:
		p.expected("'UTF16', 'UTF32', 'UTF8'")
	}
	p.next()
	return f
}

func (p *parser) jsonReturning() (*ast.TypeName, ast.JSONFormat) {
	if !p.accept(kRETURNING) {
		return nil, ast.NoFormat
	}
	t := p.typeName()
	return t, p.jsonFormat()
}

// jsonOutput reads [WITHOUT|WITH … WRAPPER] [KEEP|OMIT QUOTES [ON SCALAR STRING]].
func (p *parser) jsonOutput() ast.JSONOutput {
	var o ast.JSONOutput
	switch p.tok {
	case kWITHOUT:
		o.Wrapper = "without"
		p.next()
	case kWITH:
		o.Wrapper = "with"
		p.next()
		switch p.tok {
		case kCONDITIONAL:
			o.Wrapper = "with conditional"
			p.next()
		case kUNCONDITIONAL:
			o.Wrapper = "with unconditional"
			p.next()
		}
	}
	if o.Wrapper != "" {
		p.accept(kARRAY)
		p.expect(kWRAPPER)
	}
	switch p.tok {
	case kKEEP:
		o.Quotes = "keep"
	case kOMIT:
		o.Quotes = "omit"
	default:
		return o
	}
	p.next()
	p.expect(kQUOTES)
	if p.accept(kON) {
		p.expect(kSCALAR)
		p.expect(kSTRING)
		o.Scalar = true
	}
	return o
}

// jsonBehaviors reads [behaviour ON EMPTY] [behaviour ON ERROR]; of a query they may be EMPTY ARRAY
// and EMPTY OBJECT, of a value DEFAULT x.
func (p *parser) jsonBehaviors(query bool) (onEmpty, onError *ast.JSONBehavior) {
	for range 2 {
		start := p.start()
		b := &ast.JSONBehavior{}
		switch {
		case p.tok == kERROR:
			p.next()
		case p.tok == kNULL:
			p.next()
			b.Kind = ast.JSONNull
		case p.tok == kDEFAULT && !query:
			p.next()
			b.Kind = ast.JSONDefault
			b.Default = p.expr()
		case p.tok == kEMPTY && query:
			p.next()
			switch p.tok {
			case kARRAY:
				b.Kind = ast.JSONEmptyArray
			case kOBJECT:
				b.Kind = ast.JSONEmptyObject
			default:
				p.expected("'ARRAY', 'OBJECT'")
			}
			p.next()
		default:
			return onEmpty, onError
		}
		b.Loc = p.loc(start)
		p.expect(kON)
		switch {
		case p.tok == kEMPTY && onEmpty == nil:
			onEmpty = b
			p.next()
		case p.tok == kERROR:
			p.next()
			return onEmpty, b
		default:
			p.expected("'EMPTY', 'ERROR'")
		}
	}
	return onEmpty, onError
}

func (p *parser) jsonObject() *ast.JSONObject {
	o := &ast.JSONObject{}
	if p.tok != tRParen && !p.returningAhead() {
		for {
			o.Members = append(o.Members, p.jsonMember())
			if !p.accept(tComma) {
				break
			}
		}
		o.Nulls = p.jsonNulls()
		if p.tok == kWITH || p.tok == kWITHOUT {
			o.Unique = lower(p.text())
			p.next()
			p.expect(kUNIQUE)
			p.accept(kKEYS)
		}
	}
	o.Returning, o.Format = p.jsonReturning()
	return o
}

// returningAhead says whether RETURNING begins its clause and is not a name.
func (p *parser) returningAhead() bool {
	return p.tok == kRETURNING && p.peek(1).isName() && p.peek(1) != kVALUE
}

// jsonMember reads [KEY] key VALUE value and key : value.
func (p *parser) jsonMember() *ast.JSONMember {
	start := p.start()
	m := &ast.JSONMember{}
	keyed := false
	if next := p.peek(1); p.tok == kKEY && next != tColon && startsValue(next) && (next != kVALUE || p.peek(2) == kVALUE) {
		keyed = true
		p.next()
	}
	m.Key = p.expr()
	switch {
	case p.accept(kVALUE):
	case !keyed && p.accept(tColon):
	default:
		p.expected("':', 'VALUE'")
	}
	m.Value = p.jsonInput()
	m.Loc = p.loc(start)
	return m
}

func (p *parser) jsonNulls() string {
	if (p.tok == kNULL || p.tok == kABSENT) && p.peek(1) == kON {
		word := lower(p.text())
		p.next()
		p.next()
		p.expect(kNULL)
		return word
	}
	return ""
}

func (p *parser) jsonArray() *ast.JSONArray {
	a := &ast.JSONArray{}
	if p.tok != tRParen && !p.returningAhead() {
		for {
			a.Elems = append(a.Elems, p.jsonInput())
			if !p.accept(tComma) {
				break
			}
		}
		a.Nulls = p.jsonNulls()
	}
	a.Returning, a.Format = p.jsonReturning()
	return a
}

func (p *parser) jsonTable() ast.Relation {
	start := p.start()
	p.next()
	p.expect(tLParen)
	t := &ast.JSONTable{Path: p.jsonPath()}
	t.Columns = p.jsonColumns()
	if p.tok == kPLAN {
		t.Plan = p.jsonPlanClause()
	}
	if p.tok == kERROR || p.tok == kEMPTY {
		t.OnError = lower(p.text())
		p.next()
		p.expect(kON)
		p.expect(kERROR)
	}
	p.expect(tRParen)
	t.Loc = p.loc(start)
	return t
}

func (p *parser) jsonColumns() []*ast.JSONColumn {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	p.expect(kCOLUMNS)
	p.expect(tLParen)
	var list []*ast.JSONColumn
	for {
		list = append(list, p.jsonColumn())
		if !p.accept(tComma) {
			break
		}
	}
	p.expect(tRParen)
	return list
}

func (p *parser) jsonColumn() *ast.JSONColumn {
	start := p.start()
	c := &ast.JSONColumn{}
	if next := p.peek(1); p.tok == kNESTED && (next == tString || next == tUnicodeString || next == kPATH && (p.peek(2) == tString || p.peek(2) == tUnicodeString)) {
		c.Kind = ast.JSONNested
		p.next()
		p.accept(kPATH)
		c.Path = p.stringLit()
		if p.accept(kAS) {
			c.Name = p.ident()
		}
		c.Columns = p.jsonColumns()
		c.Loc = p.loc(start)
		return c
	}
	c.Name = p.ident()
	if p.tok == kFOR {
		p.next()
		p.expect(kORDINALITY)
		c.Loc = p.loc(start)
		return c
	}
	c.Kind = ast.JSONValueColumn
	c.Type = p.typeName()
	if p.tok == kFORMAT {
		c.Kind = ast.JSONQueryColumn
		c.Format = p.jsonFormat()
	}
	if p.accept(kPATH) {
		c.Path = p.stringLit()
	}
	if c.Kind == ast.JSONQueryColumn {
		c.Output = p.jsonOutput()
	}
	c.OnEmpty, c.OnError = p.jsonBehaviors(c.Kind == ast.JSONQueryColumn)
	c.Loc = p.loc(start)
	return c
}

// jsonPlanClause reads PLAN (…) and PLAN DEFAULT (…).
func (p *parser) jsonPlanClause() *ast.JSONPlan {
	start := p.start()
	p.next()
	def := p.accept(kDEFAULT)
	p.expect(tLParen)
	var plan *ast.JSONPlan
	if def {
		plan = &ast.JSONPlan{}
		joins := p.tok == kOUTER || p.tok == kINNER
		for {
			ok := p.tok == kUNION || p.tok == kCROSS
			if joins == (len(plan.Defaults) == 0) {
				ok = p.tok == kOUTER || p.tok == kINNER
			}
			if !ok {
				p.expected("'CROSS', 'INNER', 'OUTER', 'UNION'")
				break
			}
			plan.Defaults = append(plan.Defaults, lower(p.text()))
			p.next()
			if len(plan.Defaults) == 2 || !p.accept(tComma) {
				break
			}
		}
	} else {
		plan = p.jsonPlan()
	}
	p.expect(tRParen)
	plan.Loc = p.loc(start)
	return plan
}

func (p *parser) jsonPlan() *ast.JSONPlan {
	if !p.enter() {
		return &ast.JSONPlan{}
	}
	defer p.leave()
	start := p.start()
	first := p.jsonPlanPrimary()
	switch op := p.tok; op {
	case kOUTER, kINNER:
		if first.Name == nil || first.Op != "" {
			return first
		}
		first.Op = lower(p.text())
		p.next()
		first.Parts = []*ast.JSONPlan{p.jsonPlanPrimary()}
		first.Loc = p.loc(start)
	case kUNION, kCROSS:
		plan := &ast.JSONPlan{Op: lower(p.text()), Parts: []*ast.JSONPlan{first}}
		for p.accept(op) {
			plan.Parts = append(plan.Parts, p.jsonPlanPrimary())
		}
		plan.Loc = p.loc(start)
		return plan
	}
	return first
}

func (p *parser) jsonPlanPrimary() *ast.JSONPlan {
	start := p.start()
	if p.accept(tLParen) {
		plan := p.jsonPlan()
		p.expect(tRParen)
		return plan
	}
	plan := &ast.JSONPlan{Name: p.ident()}
	plan.Loc = p.loc(start)
	return plan
}

package parse

import "github.com/limn-data/limn/trino/ast"

// over reads OVER name or OVER (specification).
func (p *parser) over() *ast.Window {
	start := p.start()
	p.expect(kOVER)
	w := &ast.Window{}
	if p.accept(tLParen) {
		w.Spec = p.windowSpec()
		p.expect(tRParen)
	} else {
		w.Name = p.ident()
	}
	w.Loc = p.loc(start)
	return w
}

func (p *parser) windowDef() *ast.WindowDef {
	start := p.start()
	d := &ast.WindowDef{Name: p.ident()}
	p.expect(kAS)
	p.expect(tLParen)
	d.Spec = p.windowSpec()
	p.expect(tRParen)
	d.Loc = p.loc(start)
	return d
}

func (p *parser) windowSpec() *ast.WindowSpec {
	start := p.start()
	s := &ast.WindowSpec{}
	if p.tok.isName() && !p.windowClauseAhead() {
		s.Base = p.ident()
	}
	if p.tok == kPARTITION {
		p.next()
		p.expect(kBY)
		s.PartitionBy = p.exprList()
	}
	if p.tok == kORDER {
		s.OrderBy = p.orderBy()
	}
	switch p.tok {
	case kROWS, kRANGE, kGROUPS, kMEASURES:
		s.Frame = p.frame()
	}
	s.Loc = p.loc(start)
	s.At.End = max(s.At.End, start)
	return s
}

// windowClauseAhead says whether the current word begins a clause of the specification and is not the
// name of another window.
func (p *parser) windowClauseAhead() bool {
	k := p.peek(1)
	switch p.tok {
	case kPARTITION:
		return k == kBY
	case kROWS, kRANGE, kGROUPS, kMEASURES:
		return k != tRParen && k != kORDER && !(k == kPARTITION && p.peek(2) == kBY)
	}
	return false
}

func (p *parser) frame() *ast.Frame {
	start := p.start()
	f := &ast.Frame{}
	rows := &ast.RowPattern{Measures: p.measures()}
	switch p.tok {
	case kROWS:
	case kRANGE:
		f.Unit = ast.Range
	case kGROUPS:
		f.Unit = ast.Groups
	default:
		p.expected("'GROUPS', 'RANGE', 'ROWS'")
	}
	p.next()
	if p.tok == kBETWEEN {
		p.next()
		f.Start = p.frameBound()
		p.expect(kAND)
		f.End = p.frameBound()
	} else {
		f.Start = p.frameBound()
	}
	p.rowPattern(rows, false)
	if rows.Measures != nil || rows.After != nil || rows.Search != "" || rows.Pattern != nil || rows.Subsets != nil || rows.Defines != nil {
		rows.Loc = p.loc(start)
		f.Pattern = rows
	}
	f.Loc = p.loc(start)
	return f
}

func (p *parser) frameBound() *ast.FrameBound {
	start := p.start()
	b := &ast.FrameBound{}
	next := p.peek(1)
	switch {
	case p.tok == kUNBOUNDED && next == kPRECEDING:
		p.next()
		p.next()
		b.Kind = ast.UnboundedPreceding
	case p.tok == kUNBOUNDED && next == kFOLLOWING:
		p.next()
		p.next()
		b.Kind = ast.UnboundedFollowing
	case p.tok == kCURRENT && next == kROW:
		p.next()
		p.next()
		b.Kind = ast.CurrentRow
	default:
		b.Offset = p.expr()
		switch p.tok {
		case kPRECEDING:
			b.Kind = ast.Preceding
		case kFOLLOWING:
			b.Kind = ast.Following
		default:
			p.expected("'FOLLOWING', 'PRECEDING'")
		}
		p.next()
	}
	b.Loc = p.loc(start)
	return b
}

package parse

import "github.com/limn-data/limn/trino/ast"

// principal reads [USER|ROLE] name. Either word may itself be the name.
func (p *parser) principal() *ast.Principal {
	start := p.start()
	x := &ast.Principal{}
	if (p.tok == kUSER || p.tok == kROLE) && p.peek(1).isName() && !(p.peek(1) == kGRANTED && p.peek(2) == kBY) {
		x.Kind = lower(p.text())
		p.next()
	}
	x.Name = p.ident()
	x.Loc = p.loc(start)
	return x
}

// grantor reads a principal, CURRENT_USER or CURRENT_ROLE.
func (p *parser) grantor() *ast.Principal {
	start := p.start()
	if p.tok == kCURRENT_USER || p.tok == kCURRENT_ROLE {
		x := &ast.Principal{Kind: lower(p.text())}
		p.next()
		x.Loc = p.loc(start)
		return x
	}
	return p.principal()
}

func (p *parser) principals() []*ast.Principal {
	list := []*ast.Principal{p.principal()}
	for p.accept(tComma) {
		list = append(list, p.principal())
	}
	return list
}

// grantObject reads [BRANCH branch IN] [kind] name.
func (p *parser) grantObject() *ast.GrantObject {
	start := p.start()
	o := &ast.GrantObject{}
	if p.tok == kBRANCH && p.peek(1).isName() && p.peek(2) == kIN {
		p.next()
		o.Branch = p.ident()
		p.next()
	}
	if p.tok == kTABLE || p.tok.isName() && p.peek(1).isName() && !p.toAhead() {
		if p.tok == kTABLE {
			o.What = "table"
			p.next()
		} else {
			o.What = lower(p.ident().Name)
		}
	}
	o.Name = p.qualifiedName()
	o.Loc = p.loc(start)
	return o
}

// toAhead says whether the next word is the TO of a GRANT rather than the name of what is granted on.
func (p *parser) toAhead() bool {
	return p.peek(1) == kTO && p.peek(2) != kTO && p.peek(2) != tDot && p.peek(2) != tEOF
}

// privileges reads what is granted: names, of which the words of privileges are no roles. all is set
// for ALL PRIVILEGES. word is the place of the first of those words, -1 without one.
func (p *parser) privileges() (list []*ast.Ident, all bool, word int32) {
	word = -1
	if p.ahead(kALL, kPRIVILEGES) {
		p.next()
		p.next()
		return nil, true, -1
	}
	for {
		start := p.start()
		switch p.tok {
		case kCREATE, kSELECT, kDELETE, kINSERT, kUPDATE:
			if word < 0 {
				word = start
			}
			id := &ast.Ident{Name: lower(p.text())}
			p.next()
			if id.Name == "create" && p.accept(kBRANCH) {
				id.Name = "create branch"
			}
			id.Loc = p.loc(start)
			list = append(list, id)
		default:
			if !p.tok.isName() {
				p.expected("'CREATE', 'DELETE', 'INSERT', 'SELECT', 'UPDATE', <identifier>")
			}
			list = append(list, p.ident())
		}
		if !p.accept(tComma) {
			return list, false, word
		}
	}
}

func (p *parser) grant(start int32) ast.Statement {
	p.next()
	list, all, word := p.privileges()
	switch {
	case p.tok == kON:
		p.next()
		s := &ast.GrantPrivileges{Verb: "grant", Privileges: list, On: p.grantObject()}
		p.expect(kTO)
		s.To = p.principal()
		if p.accept(kWITH) {
			p.words(kGRANT, kOPTION)
			s.Option = true
		}
		s.Head = p.head(start)
		return s
	case p.tok == kTO && !all:
		p.next()
		p.notRole(word)
		s := &ast.GrantRoles{Roles: list, Principals: p.principals()}
		if p.accept(kWITH) {
			p.words(kADMIN, kOPTION)
			s.Option = true
		}
		p.grantedBy(s)
		s.Head = p.head(start)
		return s
	}
	p.expected("',', 'ON', 'TO'")
	return nil
}

func (p *parser) notRole(word int32) {
	if word >= 0 {
		p.lateAt(word, "May not use a privilege name as a role name")
	}
}

// grantedBy reads [GRANTED BY grantor] [IN catalog].
func (p *parser) grantedBy(s *ast.GrantRoles) {
	if p.accept(kGRANTED) {
		p.expect(kBY)
		s.GrantedBy = p.grantor()
	}
	s.Catalog = p.optionalIn()
}

func (p *parser) revoke(start int32) ast.Statement {
	p.next()
	admin, option := p.ahead(kADMIN, kOPTION), p.ahead(kGRANT, kOPTION)
	if admin || option {
		p.words(p.tok, kOPTION, kFOR)
	}
	list, all, word := p.privileges()
	switch {
	case p.tok == kON && !admin:
		p.next()
		s := &ast.GrantPrivileges{Verb: "revoke", Option: option, Privileges: list, On: p.grantObject()}
		p.expect(kFROM)
		s.To = p.principal()
		s.Head = p.head(start)
		return s
	case p.tok == kFROM && !option && !all:
		p.next()
		p.notRole(word)
		s := &ast.GrantRoles{Revoke: true, Option: admin, Roles: list, Principals: p.principals()}
		p.grantedBy(s)
		s.Head = p.head(start)
		return s
	}
	p.expected("',', 'FROM', 'ON'")
	return nil
}

func (p *parser) deny(start int32) ast.Statement {
	p.next()
	list, _, _ := p.privileges()
	p.expect(kON)
	s := &ast.GrantPrivileges{Verb: "deny", Privileges: list, On: p.grantObject()}
	p.expect(kTO)
	s.To = p.principal()
	s.Head = p.head(start)
	return s
}

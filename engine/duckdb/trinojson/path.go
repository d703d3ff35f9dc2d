package trinojson

import (
	"errors"
	"strconv"
	"strings"
	"unicode"
)

// errors of SQL/JSON paths.
var (
	// ErrPathSyntax is a path that is none.
	ErrPathSyntax  = errors.New("invalid SQL/JSON path")
	errUnsupported = errors.New("this construct of SQL/JSON paths")
	errEvaluation  = errors.New("path evaluation failed")
)

// IsUnsupported tells what is not known here from what Trino rejects.
func IsUnsupported(err error) bool { return errors.Is(err, errUnsupported) }

// step is one part of a path, applied to each item before it, or an operand.
type step struct {
	op     string // see evaluate
	name   string
	value  *Value
	x, y   *step
	ranges [][2]*step
}

// Path is a compiled SQL/JSON path.
type Path struct {
	strict bool
	root   *step
}

// Variables are the names after $ that a path uses.
func (p *Path) Variables() (names []string) {
	var walk func(s *step)
	walk = func(s *step) {
		if s == nil {
			return
		}
		if s.op == "var" {
			names = append(names, s.name)
		}
		walk(s.x)
		walk(s.y)
		for _, r := range s.ranges {
			walk(r[0])
			walk(r[1])
		}
	}
	walk(p.root)
	return names
}

type pathParser struct {
	text  []rune
	at    int
	depth int
}

// CompilePath reads a path: lax or strict, and an expression.
func CompilePath(text string) (*Path, error) {
	p := &pathParser{text: []rune(text)}
	path := &Path{}
	switch {
	case p.keyword("strict"):
		path.strict = true
	case p.keyword("lax"):
	default:
		return nil, ErrPathSyntax
	}
	root, err := p.sum()
	if err != nil {
		return nil, err
	}
	if p.space(); p.at < len(p.text) {
		return nil, ErrPathSyntax
	}
	path.root = root
	return path, nil
}

func (p *pathParser) space() {
	for p.at < len(p.text) && strings.ContainsRune(" \t\r\n", p.text[p.at]) {
		p.at++
	}
}

// symbol takes a punctuation mark.
func (p *pathParser) symbol(s string) bool {
	p.space()
	r := []rune(s)
	if p.at+len(r) > len(p.text) || string(p.text[p.at:p.at+len(r)]) != s {
		return false
	}
	p.at += len(r)
	return true
}

func isName(r rune, first bool) bool {
	return r == '_' || r < 0x80 && unicode.IsLetter(r) || !first && r >= '0' && r <= '9'
}

func (p *pathParser) identifier() string {
	end := p.at
	for end < len(p.text) && isName(p.text[end], end == p.at) {
		end++
	}
	name := string(p.text[p.at:end])
	p.at = end
	return name
}

func (p *pathParser) keyword(w string) bool {
	p.space()
	start := p.at
	if p.identifier() == w {
		return true
	}
	p.at = start
	return false
}

func (p *pathParser) binary(next func() (*step, error), ops ...string) (*step, error) {
	if p.depth++; p.depth > 400 {
		return nil, errUnsupported
	}
	defer func() { p.depth-- }()
	left, err := next()
	for err == nil {
		op := ""
		for _, o := range ops {
			if p.symbol(o) {
				op = o
				break
			}
		}
		if op == "" {
			break
		}
		var right *step
		right, err = next()
		left = &step{op: op, x: left, y: right}
	}
	return left, err
}

func (p *pathParser) sum() (*step, error) { return p.binary(p.product, "+", "-") }
func (p *pathParser) product() (*step, error) {
	return p.binary(p.signed, "*", "/", "%")
}

func (p *pathParser) signed() (*step, error) {
	if p.depth++; p.depth > 400 {
		return nil, errUnsupported
	}
	defer func() { p.depth-- }()
	for _, sign := range []string{"+", "-"} {
		if p.symbol(sign) {
			x, err := p.signed()
			return &step{op: "sign" + sign, x: x}, err
		}
	}
	return p.accessors()
}

func (p *pathParser) accessors() (*step, error) {
	x, err := p.primary()
	for err == nil {
		switch {
		case p.symbol("?"):
			if !p.symbol("(") {
				return nil, ErrPathSyntax
			}
			var pred *step
			if pred, err = p.or(); err == nil && !p.symbol(")") {
				err = ErrPathSyntax
			}
			x = &step{op: "?", x: x, y: pred}
		case p.symbol("["):
			x, err = p.subscripts(x)
		case p.symbol(".."):
			name, ok := p.memberName()
			if !ok {
				return nil, ErrPathSyntax
			}
			x = &step{op: "..", x: x, name: name}
		case p.symbol("."):
			if p.symbol("*") {
				x = &step{op: ".*", x: x}
				continue
			}
			p.space()
			quoted := p.at < len(p.text) && p.text[p.at] == '"'
			name, ok := p.memberName()
			if !ok {
				return nil, ErrPathSyntax
			}
			if !quoted && p.symbol("(") {
				switch name {
				case "type", "size", "double", "ceiling", "floor", "abs":
				default:
					return nil, errUnsupported
				}
				if !p.symbol(")") {
					return nil, errUnsupported
				}
				x = &step{op: "method", x: x, name: name}
				continue
			}
			x = &step{op: ".", x: x, name: name}
		default:
			return x, nil
		}
	}
	return x, err
}

func (p *pathParser) memberName() (string, bool) {
	p.space()
	if p.at < len(p.text) && p.text[p.at] == '"' {
		return p.quoted()
	}
	name := p.identifier()
	return name, name != ""
}

// quoted reads a text in double quotes; a doubled quote stands for one.
func (p *pathParser) quoted() (string, bool) {
	var b strings.Builder
	for p.at++; p.at < len(p.text); p.at++ {
		if c := p.text[p.at]; c != '"' {
			b.WriteRune(c)
			continue
		}
		if p.at+1 < len(p.text) && p.text[p.at+1] == '"' {
			p.at++
			b.WriteByte('"')
			continue
		}
		p.at++
		return b.String(), true
	}
	return "", false
}

func (p *pathParser) subscripts(x *step) (*step, error) {
	if p.symbol("*") {
		if !p.symbol("]") {
			return nil, ErrPathSyntax
		}
		return &step{op: "[*]", x: x}, nil
	}
	s := &step{op: "[]", x: x}
	for {
		from, err := p.sum()
		if err != nil {
			return nil, err
		}
		r := [2]*step{from}
		if p.keyword("to") {
			if r[1], err = p.sum(); err != nil {
				return nil, err
			}
		}
		s.ranges = append(s.ranges, r)
		if p.symbol("]") {
			return s, nil
		}
		if !p.symbol(",") {
			return nil, ErrPathSyntax
		}
	}
}

func (p *pathParser) primary() (*step, error) {
	p.space()
	if p.at >= len(p.text) {
		return nil, ErrPathSyntax
	}
	switch c := p.text[p.at]; {
	case c == '$':
		p.at++
		if p.at < len(p.text) && p.text[p.at] == '"' {
			name, ok := p.quoted()
			if !ok {
				return nil, ErrPathSyntax
			}
			return &step{op: "var", name: name}, nil
		}
		if name := p.identifier(); name != "" {
			return &step{op: "var", name: name}, nil
		}
		return &step{op: "$"}, nil
	case c == '@':
		p.at++
		return &step{op: "@"}, nil
	case c == '(':
		p.at++
		x, err := p.sum()
		if err == nil && !p.symbol(")") {
			err = ErrPathSyntax
		}
		return x, err
	case c == '"':
		text, ok := p.quoted()
		if !ok {
			return nil, ErrPathSyntax
		}
		return &step{op: "literal", value: &Value{k: kString, text: text}}, nil
	case c >= '0' && c <= '9' || c == '.':
		return p.numeral()
	}
	switch word := p.identifier(); word {
	case "null":
		return &step{op: "literal", value: &Value{k: kNull}}, nil
	case "true", "false":
		return &step{op: "literal", value: &Value{k: kBool, text: word}}, nil
	case "last":
		return &step{op: "last"}, nil
	}
	return nil, ErrPathSyntax
}

func (p *pathParser) numeral() (*step, error) {
	start := p.at
	digits := func() {
		for p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9' {
			p.at++
		}
	}
	digits()
	point, exponent := false, false
	if p.at < len(p.text) && p.text[p.at] == '.' && (p.at+1 >= len(p.text) || !isName(p.text[p.at+1], true) && p.text[p.at+1] != '.') {
		point = true
		p.at++
		digits()
	}
	if p.at < len(p.text) && (p.text[p.at] == 'e' || p.text[p.at] == 'E') {
		exponent = true
		p.at++
		if p.at < len(p.text) && (p.text[p.at] == '+' || p.text[p.at] == '-') {
			p.at++
		}
		digits()
	}
	text := string(p.text[start:p.at])
	if p.at < len(p.text) && isName(p.text[p.at], false) {
		return nil, errUnsupported
	}
	var n *number
	switch {
	case exponent:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, errUnsupported
		}
		n = &number{k: 'd', f: f}
	case point:
		var ok bool
		if n, ok = decimalOf(text); !ok {
			return nil, errUnsupported
		}
	default:
		i, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, errUnsupported
		}
		n = integer(i)
	}
	return &step{op: "literal", value: ofNumber(n)}, nil
}

func (p *pathParser) or() (*step, error)  { return p.binary(p.and, "||") }
func (p *pathParser) and() (*step, error) { return p.binary(p.predicate, "&&") }

func (p *pathParser) predicate() (*step, error) {
	if p.depth++; p.depth > 400 {
		return nil, errUnsupported
	}
	defer func() { p.depth-- }()
	switch {
	case p.symbol("!"):
		if !p.symbol("(") {
			if p.keyword("exists") {
				x, err := p.exists()
				return &step{op: "not", x: x}, err
			}
			return nil, ErrPathSyntax
		}
		x, err := p.or()
		if err == nil && !p.symbol(")") {
			err = ErrPathSyntax
		}
		return &step{op: "not", x: x}, err
	case p.keyword("exists"):
		return p.exists()
	}
	// A parenthesis opens a predicate, or an operand of one.
	if mark := p.at; p.symbol("(") {
		x, err := p.or()
		if err == nil && p.symbol(")") {
			if p.keyword("is") {
				if !p.keyword("unknown") {
					return nil, ErrPathSyntax
				}
				return &step{op: "unknown", x: x}, nil
			}
			return x, nil
		}
		p.at = mark
	}
	left, err := p.sum()
	if err != nil {
		return nil, err
	}
	for _, op := range []string{"==", "<>", "!=", "<=", ">=", "<", ">"} {
		if p.symbol(op) {
			right, err := p.sum()
			if op == "!=" {
				op = "<>"
			}
			return &step{op: op, x: left, y: right}, err
		}
	}
	if p.keyword("starts") {
		if !p.keyword("with") {
			return nil, ErrPathSyntax
		}
		right, err := p.primary()
		return &step{op: "starts", x: left, y: right}, err
	}
	if p.keyword("like_regex") {
		return nil, errUnsupported
	}
	return nil, ErrPathSyntax
}

func (p *pathParser) exists() (*step, error) {
	if !p.symbol("(") {
		return nil, ErrPathSyntax
	}
	x, err := p.sum()
	if err == nil && !p.symbol(")") {
		err = ErrPathSyntax
	}
	return &step{op: "exists", x: x}, err
}

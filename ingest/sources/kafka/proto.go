package kafka

import (
	"errors"
	"fmt"
	"strings"

	"github.com/twmb/franz-go/pkg/sr"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

// protoMessage is a message of a .proto file.
type protoMessage struct {
	name, full, doc string
	fields          []protoField
	inner           []*protoMessage
}

type protoField struct {
	name, typ, doc string
	repeated, flag bool // flag: optional, or one of several
	tags           []string
}

// protoToken is a word, a mark, a text or a comment.
type protoToken struct {
	text string
	kind byte // w word, m mark, s text, c comment
	line int
}

// protoTokens takes a .proto file apart (the language guide of proto2 and proto3).
func protoTokens(src string) []protoToken {
	var out []protoToken
	line := 1
	for i := 0; i < len(src); {
		c := src[i]
		switch {
		case c == '\n':
			line++
			i++
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case strings.HasPrefix(src[i:], "//"):
			end := strings.IndexByte(src[i:], '\n')
			if end < 0 {
				end = len(src) - i
			}
			out = append(out, protoToken{strings.TrimSpace(strings.TrimLeft(src[i:i+end], "/")), 'c', line})
			i += end
		case strings.HasPrefix(src[i:], "/*"):
			end := strings.Index(src[i+2:], "*/")
			text := src[i+2:]
			next := len(src)
			if end >= 0 {
				text, next = src[i+2:i+2+end], i+end+4
			}
			line += strings.Count(src[i:next], "\n")
			var lines []string
			for _, l := range strings.Split(text, "\n") {
				if l = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(l), "*")); l != "" {
					lines = append(lines, l)
				}
			}
			out = append(out, protoToken{strings.Join(lines, " "), 'c', line})
			i = next
		case c == '"' || c == '\'':
			end := i + 1
			for end < len(src) && src[end] != c {
				if src[end] == '\\' {
					end++
				}
				end++
			}
			end = min(end, len(src))
			out = append(out, protoToken{src[i+1 : end], 's', line})
			i = min(end+1, len(src))
		case isWord(c):
			end := i
			for end < len(src) && isWord(src[end]) {
				end++
			}
			out = append(out, protoToken{src[i:end], 'w', line})
			i = end
		default:
			out = append(out, protoToken{string(c), 'm', line})
			i++
		}
	}
	return out
}

func isWord(c byte) bool {
	return c == '_' || c == '.' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// protoParser reads messages; everything else is gone over.
type protoParser struct {
	tokens []protoToken
	at     int
	doc    string // the comment that stands before what comes
	pkg    string
}

var errProto = errors.New("it is no Protobuf: it ends in the middle")

func (p *protoParser) next() (protoToken, bool) {
	for p.at < len(p.tokens) {
		t := p.tokens[p.at]
		p.at++
		if t.kind == 'c' {
			p.doc = strings.TrimSpace(p.doc + " " + t.text)
			continue
		}
		return t, true
	}
	return protoToken{}, false
}

func (p *protoParser) said() string {
	d := p.doc
	p.doc = ""
	return d
}

// behind is the comment that stands after something on the same line.
func (p *protoParser) behind(line int) string {
	if p.at < len(p.tokens) && p.tokens[p.at].kind == 'c' && p.tokens[p.at].line == line {
		p.at++
		return p.tokens[p.at-1].text
	}
	return ""
}

// statement goes over everything up to a semicolon, or a block in braces.
func (p *protoParser) statement() error {
	depth := 0
	for {
		t, ok := p.next()
		if !ok {
			return errProto
		}
		if t.kind == 'm' {
			switch t.text {
			case "{":
				depth++
			case "}":
				if depth--; depth <= 0 {
					p.said()
					return nil
				}
			case ";":
				if depth == 0 {
					p.said()
					return nil
				}
			}
		}
	}
}

func (p *protoParser) file() ([]*protoMessage, error) {
	var out []*protoMessage
	for {
		t, ok := p.next()
		if !ok {
			return out, nil
		}
		switch {
		case t.text == "message" && t.kind == 'w':
			m, err := p.message("", 0)
			if err != nil {
				return nil, err
			}
			out = append(out, m)
		case t.text == "package" && t.kind == 'w':
			if n, ok := p.next(); ok {
				p.pkg = n.text
			}
			if err := p.statement(); err != nil {
				return nil, err
			}
		case t.text == ";":
		default:
			if err := p.statement(); err != nil {
				return nil, err
			}
		}
	}
}

func (p *protoParser) message(above string, depth int) (*protoMessage, error) {
	m := &protoMessage{doc: p.said()}
	n, ok := p.next()
	if !ok || n.kind != 'w' || depth > 50 {
		return nil, errProto
	}
	m.name, m.full = n.text, strings.TrimPrefix(above+"."+n.text, ".")
	if b, ok := p.next(); !ok || b.text != "{" {
		return nil, fmt.Errorf("it is no Protobuf: line %d: a message without fields", n.line)
	}
	oneof := 0
	for {
		t, ok := p.next()
		if !ok {
			return nil, errProto
		}
		switch {
		case t.text == "}" && t.kind == 'm':
			p.said()
			if oneof == 0 {
				return m, nil
			}
			oneof--
		case t.text == ";":
		case t.text == "message" && t.kind == 'w' && p.names(): // a field may be of a type of that name
			in, err := p.message(m.full, depth+1)
			if err != nil {
				return nil, err
			}
			m.inner = append(m.inner, in)
		case t.text == "oneof" && t.kind == 'w':
			if _, ok := p.next(); !ok {
				return nil, errProto
			}
			if b, ok := p.next(); !ok || b.text != "{" {
				return nil, errProto
			}
			p.said()
			oneof++
		case t.text == "enum" && p.names(), t.text == "option", t.text == "reserved", t.text == "extensions", t.text == "extend", t.text == "group":
			if err := p.statement(); err != nil {
				return nil, err
			}
		default:
			if err := p.field(m, t, oneof > 0); err != nil {
				return nil, err
			}
		}
	}
}

// names says whether a name and a brace come, as they do after message and enum.
func (p *protoParser) names() bool {
	return p.at+1 < len(p.tokens) && p.tokens[p.at].kind == 'w' && p.tokens[p.at+1].text == "{"
}

func (p *protoParser) field(m *protoMessage, t protoToken, one bool) error {
	f := protoField{doc: p.said(), flag: one}
	wrong := func() error { return fmt.Errorf("it is no Protobuf: line %d: %q", t.line, loose.Short(t.text)) }
	switch t.text {
	case "repeated", "optional", "required":
		f.repeated, f.flag = t.text == "repeated", one || t.text == "optional"
		var ok bool
		if t, ok = p.next(); !ok {
			return errProto
		}
	}
	if t.kind != 'w' {
		return wrong()
	}
	f.typ = t.text
	n, ok := p.next()
	if f.typ == "map" && ok && n.text == "<" {
		for ok && n.text != ">" {
			f.typ += n.text
			if n.text == "," {
				f.typ += " "
			}
			n, ok = p.next()
		}
		f.typ += ">"
		n, ok = p.next()
	}
	if !ok || n.kind != 'w' {
		return wrong()
	}
	f.name = n.text
	for depth := 0; ; {
		t, ok := p.next()
		if !ok {
			return errProto
		}
		if t.kind == 's' { // of an option such as (confluent.field_meta).tags = "PII"
			f.tags = append(f.tags, t.text)
		}
		switch t.text {
		case "{":
			depth++
		case "}":
			depth--
		}
		if t.kind == 'm' && t.text == ";" && depth <= 0 {
			if f.doc == "" {
				f.doc = p.behind(t.line)
			}
			m.fields = append(m.fields, f)
			return nil
		}
		if depth < 0 {
			return wrong()
		}
	}
}

// proto knows the messages of a schema by their names.
type proto struct{ named map[string]*protoMessage }

func (k proto) learn(pkg string, all []*protoMessage) {
	for _, m := range all {
		k.named[m.full] = m
		if pkg != "" {
			k.named[pkg+"."+m.full] = m
		}
		k.learn(pkg, m.inner)
	}
}

// find looks a type up from where it is named outwards.
func (k proto) find(typ, from string) *protoMessage {
	typ = strings.TrimPrefix(typ, ".")
	for at := from; ; {
		if m := k.named[strings.TrimPrefix(at+"."+typ, ".")]; m != nil {
			return m
		}
		i := strings.LastIndexByte(at, '.')
		if at == "" {
			return nil
		}
		at = at[:max(i, 0)]
	}
}

func (k proto) fields(out []catalog.ColumnClaim, m *protoMessage, above string, depth int) []catalog.ColumnClaim {
	for _, f := range m.fields {
		if len(out) >= maxFields {
			return out
		}
		in := k.find(f.typ, m.full)
		typ := f.typ
		if f.repeated {
			typ = "repeated " + typ
		}
		nullable := f.flag || in != nil && !f.repeated
		c := catalog.ColumnClaim{Path: above + f.name, NativeType: typ, Nullable: &nullable, Description: f.doc}
		if len(f.tags) > 0 {
			c.PII = loose.PII(f.tags)
			if c.PII != "" {
				c.Tags = f.tags
			}
		}
		out = append(out, c)
		if in != nil && depth < maxDepth {
			out = k.fields(out, in, c.Path+".", depth+1)
		}
	}
	return out
}

func protoColumns(text string, others []sr.SubjectSchema) ([]catalog.ColumnClaim, record, error) {
	k := proto{map[string]*protoMessage{}}
	for _, o := range others {
		p := protoParser{tokens: protoTokens(o.Schema.Schema)}
		all, err := p.file()
		if err != nil {
			return nil, record{}, fmt.Errorf("it refers to %s: %w", o.Subject, err)
		}
		k.learn(p.pkg, all)
	}
	p := protoParser{tokens: protoTokens(text)}
	all, err := p.file()
	if err != nil {
		return nil, record{}, err
	}
	if len(all) == 0 {
		return nil, record{}, errors.New("it has no message")
	}
	k.learn(p.pkg, all)
	top := all[0] // records are of the first message, unless they say otherwise
	return k.fields(nil, top, "", 0), record{name: strings.TrimPrefix(p.pkg+"."+top.name, "."), doc: top.doc}, nil
}

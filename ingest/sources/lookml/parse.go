package lookml

import (
	"fmt"
	"strings"
)

const (
	maxFile  = 16 << 20 // bytes
	maxDepth = 64       // blocks within blocks; Looker's own language needs six
)

// Parse reads one file into a block without key or name whose children are what the file declares.
// The error is an *Error.
func Parse(file string, src []byte) (*Node, error) {
	p := &parser{file: file, src: string(src), line: 1}
	if len(src) > maxFile {
		return nil, p.fail("the file has %d bytes; one of %d is read at most: split it", len(src), maxFile)
	}
	p.src = strings.TrimPrefix(p.src, "\ufeff")
	root := &Node{Kind: Block, Line: 1}
	if err := p.params(root, 0); err != nil {
		return nil, err
	}
	return root, nil
}

type parser struct {
	file string
	src  string
	at   int
	line int
}

func (p *parser) fail(format string, args ...any) error {
	return &Error{File: p.file, Line: p.line, Message: fmt.Sprintf(format, args...)}
}

// peek is the next byte, 0 at the end.
func (p *parser) peek() byte {
	if p.at < len(p.src) {
		return p.src[p.at]
	}
	return 0
}

func (p *parser) step() {
	if p.src[p.at] == '\n' {
		p.line++
	}
	p.at++
}

// blank skips spaces and comments; a comment runs to the end of its line.
func (p *parser) blank() {
	for p.at < len(p.src) {
		switch c := p.src[p.at]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			p.step()
		case c == '#':
			for p.at < len(p.src) && p.src[p.at] != '\n' {
				p.at++
			}
		default:
			return
		}
	}
}

// params reads "key: value" pairs up to the end of the block, or of the file at depth 0.
func (p *parser) params(into *Node, depth int) error {
	if depth > maxDepth {
		return p.fail("blocks stand more than %d deep", maxDepth)
	}
	for {
		p.blank()
		switch {
		case p.at >= len(p.src) && depth == 0:
			return nil
		case p.at >= len(p.src):
			return p.fail("the file ends inside of %s, which began in line %d; close it with }", describe(into), into.Line)
		case p.peek() == '}' && depth > 0:
			p.step()
			return nil
		case p.peek() == '}':
			return p.fail("a } without its {")
		}
		n, err := p.param(depth)
		if err != nil {
			return err
		}
		into.Nodes = append(into.Nodes, n)
	}
}

func describe(n *Node) string {
	if n.Name == "" {
		return n.Key
	}
	return n.Key + " " + n.Name
}

func (p *parser) param(depth int) (*Node, error) {
	n := &Node{Line: p.line}
	n.Key = p.word(isKey)
	if n.Key == "" {
		return nil, p.fail("a parameter should begin with a word, not with %q", p.some())
	}
	p.blank()
	if p.peek() != ':' {
		return nil, p.fail("%q should be followed by a colon, not by %q", n.Key, p.some())
	}
	p.step()
	if isCode(n.Key) {
		return n, p.code(n)
	}
	p.blank()
	return n, p.value(n, depth)
}

// isCode says that a parameter's value runs to ";;".
func isCode(key string) bool {
	return key == "sql" || strings.HasPrefix(key, "sql_") && key != "sql_quote" || key == "html" || key == "expression" || key == "expression_custom_filter"
}

func (p *parser) code(n *Node) error {
	end := strings.Index(p.src[p.at:], ";;")
	if end < 0 {
		return p.fail("%s has no end; write ;; behind it", n.Key)
	}
	text := p.src[p.at : p.at+end]
	n.Kind, n.Text = Code, strings.TrimSpace(text)
	p.line += strings.Count(text, "\n")
	p.at += end + 2
	return nil
}

func (p *parser) value(n *Node, depth int) error {
	switch p.peek() {
	case 0:
		return p.fail("%s has no value", n.Key)
	case '{':
		n.Kind = Block
		p.step()
		return p.params(n, depth+1)
	case '[':
		n.Kind = List
		p.step()
		return p.items(n)
	}
	text, quoted, err := p.text()
	if err != nil {
		return err
	}
	if text == "" && !quoted {
		return p.fail("%s has no value: %q begins none", n.Key, p.some())
	}
	n.Text, n.Quoted = text, quoted
	p.blank()
	if p.peek() == '{' { // the text was a block's name
		n.Kind, n.Text, n.Quoted = Block, "", false
		n.Name, n.Refines = strings.CutPrefix(text, "+")
		p.step()
		return p.params(n, depth+1)
	}
	return nil
}

// items reads a list up to its bracket: words and texts, or pairs such as region: "EMEA".
func (p *parser) items(n *Node) error {
	for {
		p.blank()
		switch p.peek() {
		case 0:
			return p.open(n)
		case ']':
			p.step()
			return nil
		case ',': // some begin each line with one
			if len(n.Nodes) == 0 {
				p.step()
				p.blank()
			}
		}
		item := &Node{Line: p.line}
		text, quoted, err := p.text()
		if err != nil {
			return err
		}
		if text == "" && !quoted {
			return p.fail("the list of %s cannot hold %q", n.Key, p.some())
		}
		item.Text, item.Quoted = text, quoted
		p.blank()
		if p.peek() == ':' {
			p.step()
			p.blank()
			item.Key = text
			if item.Text, item.Quoted, err = p.text(); err != nil {
				return err
			}
			if item.Text == "" && !item.Quoted {
				return p.fail("%s in the list of %s has no value", item.Key, n.Key)
			}
			p.blank()
		}
		n.Nodes = append(n.Nodes, item)
		switch p.peek() {
		case ',':
			p.step()
		case ']':
		case 0:
			return p.open(n)
		default:
			return p.fail("items of the list of %s are parted by commas; found %q", n.Key, p.some())
		}
	}
}

func (p *parser) open(list *Node) error {
	return p.fail("the list of %s, which began in line %d, has no end; close it with ]", list.Key, list.Line)
}

// text is a quoted string, in which a backslash keeps a quote, or a bare word.
func (p *parser) text() (string, bool, error) {
	if p.peek() != '"' {
		return p.word(isBare), false, nil
	}
	began := p.line
	p.step()
	var out strings.Builder
	for p.at < len(p.src) {
		c := p.src[p.at]
		switch {
		case c == '"':
			p.step()
			return out.String(), true, nil
		case c == '\\' && p.at+1 < len(p.src) && p.src[p.at+1] == '"':
			p.step()
			c = '"'
		}
		out.WriteByte(c)
		p.step()
	}
	p.line = began
	return "", false, p.fail("a quoted text has no end")
}

func (p *parser) word(part func(byte) bool) string {
	from := p.at
	for p.at < len(p.src) && part(p.src[p.at]) {
		p.at++
	}
	return p.src[from:p.at]
}

func isKey(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// isBare is what may stand in a text without quotes.
func isBare(c byte) bool {
	return c > ' ' && !strings.ContainsRune("{}[],:#\";", rune(c))
}

// some is what stands here, shortened, for messages.
func (p *parser) some() string {
	rest := p.src[p.at:]
	if i := strings.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	if len(rest) > 20 {
		rest = rest[:20] + "…"
	}
	if rest == "" {
		return "the end of the file"
	}
	return rest
}

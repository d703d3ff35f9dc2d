// Package javare matches regular expressions as Trino does: in Java's syntax, by backtracking over
// code points, with the rules of the Joni library. What it does not know it says (ErrUnsupported)
// rather than guesses, and a match that takes too many steps ends in ErrSteps. It never changes a
// pattern after it was compiled. Start at Compile.
package javare

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Errors of this package. An invalid pattern is an error in Trino as well.
var (
	ErrUnsupported = errors.New("this construct of regular expressions")
	ErrInvalid     = errors.New("invalid regular expression")
	ErrSteps       = errors.New("a regular expression that takes too many steps")
)

// Pattern is a compiled pattern; it may be used by many at once.
type Pattern struct {
	root   node
	groups int // not counting the whole
	names  map[string]int
	fold   bool // (?i) holds somewhere
}

// Groups is the number of capturing groups.
func (p *Pattern) Groups() int { return p.groups }

// Group is the number of a named group.
func (p *Pattern) Group(name string) (int, bool) {
	n, ok := p.names[name]
	return n, ok
}

// limits of a pattern's size: nested groups and the counts of {n,m}.
const (
	maxDepth  = 200
	maxRepeat = 1000
	maxLength = 10_000
)

// flags in force at a place of the pattern.
type flags struct{ fold, dotAll, multi, comments bool }

type parser struct {
	text   []rune
	at     int
	f      flags
	groups int
	names  map[string]int
	depth  int
	refs   int  // highest back reference
	folds  bool // (?i) was seen
}

// Compile reads a pattern.
func Compile(pattern string) (*Pattern, error) {
	if len(pattern) > maxLength {
		return nil, ErrUnsupported
	}
	p := &parser{text: []rune(pattern), names: map[string]int{}}
	root, err := p.alternatives()
	if err != nil {
		return nil, err
	}
	if p.at < len(p.text) {
		return nil, fmt.Errorf("%w: unmatched close parenthesis", ErrInvalid)
	}
	if p.refs > p.groups {
		return nil, ErrUnsupported
	}
	if p.folds && foldsWide(p.text) {
		return nil, ErrUnsupported
	}
	return &Pattern{root: root, groups: p.groups, names: p.names, fold: p.folds}, nil
}

func (p *parser) more() bool { return p.at < len(p.text) }

func (p *parser) has(s string) bool {
	r := []rune(s)
	if p.at+len(r) > len(p.text) {
		return false
	}
	for i, c := range r {
		if p.text[p.at+i] != c {
			return false
		}
	}
	return true
}

func (p *parser) alternatives() (node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, ErrUnsupported
	}
	defer func() { p.depth-- }()
	var all alternation
	for {
		seq, err := p.sequence()
		if err != nil {
			return nil, err
		}
		all = append(all, seq)
		if !p.more() || p.text[p.at] != '|' {
			break
		}
		p.at++
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return all, nil
}

func (p *parser) sequence() (node, error) {
	var seq sequence
	for p.more() && p.text[p.at] != '|' && p.text[p.at] != ')' {
		if p.f.comments {
			if c := p.text[p.at]; c == '#' || unicode.IsSpace(c) {
				return nil, ErrUnsupported
			}
		}
		n, err := p.atom()
		if err != nil {
			return nil, err
		}
		if n == nil { // flags in the middle hold to the end of the group
			continue
		}
		if n, err = p.quantified(n); err != nil {
			return nil, err
		}
		seq = append(seq, n)
	}
	if len(seq) == 1 {
		return seq[0], nil
	}
	return seq, nil
}

func (p *parser) quantified(n node) (node, error) {
	if !p.more() {
		return n, nil
	}
	lo, hi := 0, -1
	switch p.text[p.at] {
	case '*':
	case '+':
		lo = 1
	case '?':
		hi = 1
	case '{':
		end := p.at + 1
		for end < len(p.text) && p.text[end] != '}' {
			end++
		}
		if end == len(p.text) {
			return nil, ErrUnsupported
		}
		from, to, two := strings.Cut(string(p.text[p.at+1:end]), ",")
		var err error
		if lo, err = strconv.Atoi(from); err != nil || lo > maxRepeat || lo < 0 {
			return nil, ErrUnsupported
		}
		switch {
		case !two:
			hi = lo
		case to != "":
			if hi, err = strconv.Atoi(to); err != nil || hi > maxRepeat || hi < lo {
				return nil, ErrUnsupported
			}
		}
		p.at = end
	default:
		return n, nil
	}
	p.at++
	if _, isAnchor := n.(anchor); isAnchor {
		return nil, ErrUnsupported
	}
	r := &repeat{x: n, lo: lo, hi: hi}
	if p.more() {
		switch p.text[p.at] {
		case '?':
			r.lazy = true
			p.at++
		case '+':
			r.possessive = true
			p.at++
		}
	}
	if p.more() && strings.ContainsRune("*+?{", p.text[p.at]) { // Joni folds these in a way of its own
		return nil, ErrUnsupported
	}
	return r, nil
}

func (p *parser) atom() (node, error) {
	c := p.text[p.at]
	p.at++
	switch c {
	case '.':
		return &single{in: func(r rune) bool { return r != '\n' }, any: p.f.dotAll}, nil
	case '^':
		if p.f.multi {
			return anchor('m'), nil
		}
		return anchor('A'), nil
	case '$':
		if p.f.multi {
			return anchor('M'), nil
		}
		return anchor('Z'), nil
	case '(':
		return p.group()
	case '[':
		set, err := p.class()
		if err != nil {
			return nil, err
		}
		return p.set(set), nil
	case '\\':
		return p.escape()
	case '*', '+', '?':
		return nil, fmt.Errorf("%w: target of repeat operator is not specified", ErrInvalid)
	case '{', '}', ']':
		if c != '{' {
			return p.literal(c), nil
		}
		return nil, ErrUnsupported
	}
	return p.literal(c), nil
}

func (p *parser) literal(c rune) node {
	if p.f.fold {
		return p.set(func(r rune) bool { return r == c })
	}
	return &single{in: func(r rune) bool { return r == c }}
}

// set is one character of a set, under (?i) also where another case of it is in the set.
func (p *parser) set(in func(rune) bool) node {
	if !p.f.fold {
		return &single{in: in}
	}
	return &single{in: func(r rune) bool {
		if in(r) {
			return true
		}
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			if in(f) {
				return true
			}
		}
		return false
	}}
}

func (p *parser) group() (node, error) {
	outer := p.f
	closing := func(wrap func(node) node) (node, error) {
		x, err := p.alternatives()
		if err != nil {
			return nil, err
		}
		if !p.more() {
			return nil, fmt.Errorf("%w: end pattern with unmatched parenthesis", ErrInvalid)
		}
		p.at++
		p.f = outer
		return wrap(x), nil
	}
	capture := func(name string) (node, error) {
		p.groups++
		n := p.groups
		if name != "" {
			if _, twice := p.names[name]; twice {
				return nil, ErrUnsupported
			}
			p.names[name] = n
		}
		return closing(func(x node) node { return &group{x, n} })
	}
	if !p.has("?") {
		return capture("")
	}
	p.at++
	switch {
	case p.has(":"):
		p.at++
		return closing(func(x node) node { return x })
	case p.has("="), p.has("!"):
		not := p.has("!")
		p.at++
		return closing(func(x node) node { return &look{x: x, not: not} })
	case p.has(">"):
		p.at++
		return closing(func(x node) node { return &atomic{x} })
	case p.has("<="), p.has("<!"):
		not := p.has("<!")
		p.at += 2
		n, err := closing(func(x node) node { return &look{x: x, not: not, behind: true} })
		if err != nil {
			return nil, err
		}
		l := n.(*look)
		size, fixed := width(l.x)
		if !fixed || holdsGroup(l.x) {
			return nil, ErrUnsupported
		}
		l.size = size
		return l, nil
	case p.has("<"):
		end := p.at + 1
		for end < len(p.text) && p.text[end] != '>' {
			c := p.text[end]
			if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || end > p.at+1 && c >= '0' && c <= '9') {
				return nil, ErrUnsupported
			}
			end++
		}
		name := string(p.text[p.at+1 : min(end, len(p.text))])
		if end >= len(p.text) || name == "" {
			return nil, ErrUnsupported
		}
		p.at = end + 1
		return capture(name)
	}
	on := true
	for p.more() {
		switch c := p.text[p.at]; c {
		case '-':
			on = false
		case 'i':
			p.f.fold = on
			p.folds = true
		case 's':
			p.f.dotAll = on
		case 'm':
			p.f.multi = on
		case 'x':
			p.f.comments = on
		case ':':
			p.at++
			return closing(func(x node) node { return x })
		case ')':
			p.at++
			return nil, nil // to the end of the group around it, which closing restores
		default:
			return nil, ErrUnsupported
		}
		p.at++
	}
	return nil, fmt.Errorf("%w: end pattern in group", ErrInvalid)
}

var controls = map[rune]rune{'t': '\t', 'n': '\n', 'r': '\r', 'f': '\f', 'a': '\a', 'e': 0x1b}

func (p *parser) escape() (node, error) {
	if !p.more() {
		return nil, fmt.Errorf("%w: end pattern at escape", ErrInvalid)
	}
	c := p.text[p.at]
	p.at++
	switch c {
	case 'A', 'Z', 'z', 'b', 'B':
		return anchor(c), nil
	case 'Q':
		var seq sequence
		for p.more() && !p.has(`\E`) {
			seq = append(seq, p.literal(p.text[p.at]))
			p.at++
		}
		if !p.more() {
			return seq, nil
		}
		p.at += 2
		if p.more() && strings.ContainsRune("*+?{", p.text[p.at]) {
			return nil, ErrUnsupported
		}
		return seq, nil
	case 'k':
		if !p.has("<") {
			return nil, ErrUnsupported
		}
		end := p.at
		for end < len(p.text) && p.text[end] != '>' {
			end++
		}
		n, ok := p.names[string(p.text[p.at+1:min(end, len(p.text))])]
		if !ok || end >= len(p.text) {
			return nil, ErrUnsupported
		}
		p.at = end + 1
		return &backRef{n, p.f.fold}, nil
	}
	if c >= '1' && c <= '9' {
		if p.more() && p.text[p.at] >= '0' && p.text[p.at] <= '9' {
			return nil, ErrUnsupported
		}
		p.refs = max(p.refs, int(c-'0'))
		return &backRef{int(c - '0'), p.f.fold}, nil
	}
	p.at--
	in, one, err := p.shorthand()
	if err != nil {
		return nil, err
	}
	if in != nil {
		return p.set(in), nil
	}
	return p.literal(one), nil
}

// shorthand reads what may follow a backslash in and outside of a class: a set or one character.
func (p *parser) shorthand() (in func(rune) bool, one rune, err error) {
	c := p.text[p.at]
	p.at++
	not := func(f func(rune) bool) func(rune) bool { return func(r rune) bool { return !f(r) } }
	switch c {
	case 'd':
		return isDigit, 0, nil
	case 'D':
		return not(isDigit), 0, nil
	case 'w':
		return isWord, 0, nil
	case 'W':
		return not(isWord), 0, nil
	case 's':
		return isSpace, 0, nil
	case 'S':
		return not(isSpace), 0, nil
	case 'p', 'P':
		if !p.has("{") {
			return nil, 0, ErrUnsupported
		}
		end := p.at
		for end < len(p.text) && p.text[end] != '}' {
			end++
		}
		if end == len(p.text) {
			return nil, 0, ErrUnsupported
		}
		name := string(p.text[p.at+1 : end])
		p.at = end + 1
		if strings.HasPrefix(name, "^") {
			return nil, 0, ErrUnsupported
		}
		f := property(name)
		if f == nil {
			return nil, 0, ErrUnsupported
		}
		if c == 'P' {
			f = not(f)
		}
		return f, 0, nil
	case 'x', 'u':
		n := map[rune]int{'x': 2, 'u': 4}[c]
		if p.at+n > len(p.text) {
			return nil, 0, ErrUnsupported
		}
		v, err := strconv.ParseUint(string(p.text[p.at:p.at+n]), 16, 32)
		if err != nil || v > 0x7f && c == 'x' || v >= 0xd800 && v < 0xe000 {
			return nil, 0, ErrUnsupported
		}
		p.at += n
		return nil, rune(v), nil
	}
	if r, ok := controls[c]; ok {
		return nil, r, nil
	}
	if c < 0x80 && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') {
		return nil, 0, ErrUnsupported
	}
	return nil, c, nil
}

// class reads what follows a [.
func (p *parser) class() (func(rune) bool, error) {
	var parts []func(rune) bool
	negate := false
	if p.has("^") {
		negate = true
		p.at++
	}
	if p.has("]") { // an empty class, or a bracket in one
		return nil, ErrUnsupported
	}
	for {
		if !p.more() {
			return nil, fmt.Errorf("%w: premature end of char-class", ErrInvalid)
		}
		c := p.text[p.at]
		if c == ']' {
			p.at++
			break
		}
		if c == '[' || p.has("&&") { // nested classes, POSIX brackets and intersections
			return nil, ErrUnsupported
		}
		lo, in, err := p.classChar()
		if err != nil {
			return nil, err
		}
		if in != nil {
			parts = append(parts, in)
			if p.has("-") && !p.has("-]") {
				return nil, ErrUnsupported
			}
			continue
		}
		hi := lo
		if p.has("-") && !p.has("-]") {
			p.at++
			if !p.more() || p.has("[") {
				return nil, ErrUnsupported
			}
			if hi, in, err = p.classChar(); err != nil {
				return nil, err
			}
			if in != nil {
				return nil, ErrUnsupported
			}
			if hi < lo {
				return nil, fmt.Errorf("%w: empty range in char class", ErrInvalid)
			}
		}
		parts = append(parts, func(r rune) bool { return r >= lo && r <= hi })
	}
	set := func(r rune) bool {
		for _, f := range parts {
			if f(r) {
				return true
			}
		}
		return false
	}
	if !negate {
		return set, nil
	}
	if p.f.fold { // which cases are taken out is Joni's own affair
		return nil, ErrUnsupported
	}
	return func(r rune) bool { return !set(r) }, nil
}

func (p *parser) classChar() (rune, func(rune) bool, error) {
	c := p.text[p.at]
	p.at++
	if c != '\\' {
		return c, nil, nil
	}
	if !p.more() {
		return 0, nil, fmt.Errorf("%w: end pattern at escape", ErrInvalid)
	}
	if p.text[p.at] == 'b' || p.text[p.at] == 'Q' {
		return 0, nil, ErrUnsupported
	}
	in, one, err := p.shorthand()
	return one, in, err
}

// The shorthands are over ASCII only, as Trino runs Joni; properties and (?i) are over all of Unicode.
func isDigit(r rune) bool { return r >= '0' && r <= '9' }
func isSpace(r rune) bool { return r == ' ' || r >= '\t' && r <= '\r' }
func isWord(r rune) bool {
	return isDigit(r) || r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// joinsWord is what \b looks at, which is over all of Unicode.
func joinsWord(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Nl, unicode.Pc, unicode.Other_Alphabetic)
}

// property knows general categories.
func property(name string) func(rune) bool {
	if t, ok := unicode.Categories[name]; ok {
		return func(r rune) bool { return unicode.Is(t, r) }
	}
	return nil
}

// foldsWide finds letters of which another case is several letters (ß and ss), which (?i) knows in
// Joni and not here.
func foldsWide(text []rune) bool {
	for _, r := range text {
		switch {
		case r < 0xdf:
		case r == 0xdf, r == 0x130, r == 0x149, r == 0x1f0, r == 0x390, r == 0x3b0, r == 0x587, r >= 0x1e96 && r <= 0x1e9e, r >= 0x1f50 && r <= 0x1ffc, r >= 0xfb00 && r <= 0xfb17:
			return true
		}
	}
	return false
}

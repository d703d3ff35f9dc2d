package parse

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Error is a syntax error. Trino's code for it is SYNTAX_ERROR; message, line and column are those
// that Trino 483 gives, except that its list of what was expected is shortened to the likely part.
type Error struct {
	Offset  int // of the first byte that does not fit
	Line    int // from 1
	Column  int // from 1, in characters
	Message string
	Hint    string // what to do about it; may be empty
}

// Error writes the error as Trino does: "line 1:8: mismatched input 'x'. Expecting: <expression>".
func (e *Error) Error() string {
	return fmt.Sprintf("line %d:%d: %s", e.Line, e.Column, e.Message)
}

// Position turns a byte offset into Trino's line and column, both from 1: lines end at a line feed
// only, columns count characters.
func Position(src string, offset int) (line, column int) {
	offset = min(max(offset, 0), len(src))
	before := src[:offset]
	line = 1 + strings.Count(before, "\n")
	column = 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	return line, column
}

// failAt records the first error and moves to the end of the tokens, so that every production
// returns at its next step. Productions never trust a node after a failure.
func (p *parser) failAt(offset int, message, hint string) {
	if p.err != nil {
		return
	}
	line, column := Position(p.src, offset)
	p.err = &Error{Offset: offset, Line: line, Column: column, Message: message, Hint: hint}
	p.pos = len(p.toks) - 1
	p.tok = tEOF
}

// expected fails at the current token. what names what could stand there, in Trino's words.
func (p *parser) expected(what string) {
	if p.err != nil {
		return
	}
	t := p.toks[p.pos]
	text, hint := "<EOF>", ""
	if t.kind != tEOF {
		text = p.src[t.start:t.end]
		hint = p.hintFor(t)
	}
	p.failAt(int(t.start), "mismatched input '"+text+"'. Expecting: "+what, hint)
	p.mismatch = true
}

// hintFor says what is probably wrong where the lexer could make nothing of the text.
func (p *parser) hintFor(t token) string {
	switch {
	case t.kind == tSemicolon:
		return "a statement ends without a semicolon; only one statement is taken"
	case t.kind.reserved():
		return "the word is reserved; put it in double quotes to use it as a name"
	case t.kind == tUnrecognized:
		switch c := p.src[t.start]; {
		case c == '\'':
			return "the string that begins here is not closed"
		case c == '"':
			return "the quoted name that begins here is not closed"
		case c == 0:
			return "remove the NUL character"
		case c >= utf8.RuneSelf:
			r, _ := utf8.DecodeRuneInString(p.src[t.start:])
			return fmt.Sprintf("the character %U may stand only in strings, comments and double-quoted names", r)
		}
	case t.kind == tStar && t.start > 0 && p.src[t.start-1] == '/', t.kind == tSlash && strings.HasPrefix(p.src[t.start:], "/*"):
		return "the comment that begins here is not closed"
	}
	return ""
}

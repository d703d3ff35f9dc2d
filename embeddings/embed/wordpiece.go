package embed

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// pieces is the vocabulary. A text becomes the word pieces that BERT's uncased tokenizer gives, after
// identifiers are cut into their words: order_items, orderItems and "order items" are the same text.
type pieces struct {
	start, inside         map[string]int32 // pieces that begin a word, and those that go on ("##s", here "s")
	longest               int              // bytes of the longest
	unknown, begin, close int32            // [UNK], [CLS], [SEP]
}

func newPieces(vocab []string) (*pieces, error) {
	p := &pieces{start: make(map[string]int32, len(vocab)), inside: make(map[string]int32, len(vocab)/4)}
	for i, v := range vocab {
		in := p.start
		if rest, ok := strings.CutPrefix(v, "##"); ok && rest != "" {
			v, in = rest, p.inside
		}
		in[v] = int32(i)
		p.longest = max(p.longest, len(v))
	}
	for name, to := range map[string]*int32{"[UNK]": &p.unknown, "[CLS]": &p.begin, "[SEP]": &p.close} {
		i, ok := p.start[name]
		if !ok {
			return nil, fmt.Errorf("embed: the model's vocabulary lacks %s", name)
		}
		*to = i
		delete(p.start, name) // text that spells a special piece is text
	}
	delete(p.start, "[PAD]")
	return p, nil
}

// Coverage is how much of a text the model reads.
type Coverage struct {
	Pieces  int  // word pieces read, without the two that mark begin and end
	Unknown int  // of them, words with a character that the vocabulary lacks: only that they are there is read
	Cut     bool // the text goes on after the last place
}

const (
	longestWord = 100  // characters; BERT calls a longer word unknown
	longestRun  = 1000 // characters without a break that are looked at together
)

// splitter collects the word pieces of one text; its memory serves the next one.
type splitter struct {
	*pieces
	out     []int32
	end     int // length of out at which the text is cut
	unknown int
	cut     bool
	run     []rune // the word being read, as written
	plain   []byte // the same in lower case without accents
	text    []byte
}

// appendText appends the pieces of a text to out, from [CLS] to [SEP], at most positions of them.
func (p *pieces) appendText(s *splitter, out []int32, text string) ([]int32, Coverage) {
	*s = splitter{pieces: p, out: append(out, p.begin), end: len(out) + positions - 1, run: s.run[:0], plain: s.plain, text: s.text}
	for i := 0; i < len(text) && !s.cut; {
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(text[i:])
		}
		i += n
		switch {
		case r == ' ' || r == '_' || unicode.IsSpace(r) || unicode.Is(unicode.Zs, r):
			s.word()
		case r == 0 || r == utf8.RuneError || unicode.Is(unicode.C, r):
			// As if it were not there, like BERT.
		case punctuation(r) || ideograph(r):
			s.word()
			s.run = append(s.run, r)
			s.word()
		default:
			if s.run = append(s.run, r); len(s.run) == longestRun {
				s.word()
			}
		}
	}
	s.word()
	c := Coverage{Pieces: len(s.out) - len(out) - 1, Unknown: s.unknown, Cut: s.cut}
	return append(s.out, p.close), c
}

// word ends the word being read. One that the vocabulary has stays whole ("3d", "linkedin"); any other is
// cut where letters meet digits or where capitals begin a word.
func (s *splitter) word() {
	run := s.run
	s.run = s.run[:0]
	if len(run) == 0 || s.cut {
		return
	}
	whole := s.fold(run)
	if i, ok := s.start[string(whole)]; ok {
		s.add(i)
		return
	}
	from := 0
	for i := 1; i < len(run); i++ {
		if breaks(run, i) {
			s.greedy(s.fold(run[from:i]))
			from = i
		}
	}
	s.greedy(s.fold(run[from:]))
}

// breaks says whether a word of an identifier begins at i.
func breaks(run []rune, i int) bool {
	a, b := run[i-1], run[i]
	switch {
	case digit(a) != digit(b):
		return true
	case !unicode.IsUpper(b):
		return false
	case unicode.IsLower(a):
		return true // orderItems
	}
	return unicode.IsUpper(a) && i+1 < len(run) && unicode.IsLower(run[i+1]) // HTTPServer
}

func digit(r rune) bool { return '0' <= r && r <= '9' }

// fold gives the run in lower case without accents. The result lives until the next call.
func (s *splitter) fold(run []rune) []byte {
	s.plain = s.plain[:0]
	ascii := true
	for _, r := range run {
		if r >= utf8.RuneSelf {
			ascii = false
		}
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		s.plain = utf8.AppendRune(s.plain, r)
	}
	if ascii {
		return s.plain
	}
	s.text = norm.NFD.Append(s.text[:0], s.plain...)
	s.plain = s.plain[:0]
	for i := 0; i < len(s.text); {
		r, n := utf8.DecodeRune(s.text[i:])
		i += n
		if !unicode.Is(unicode.Mn, r) {
			s.plain = utf8.AppendRune(s.plain, unicode.ToLower(r))
		}
	}
	return s.plain
}

// greedy cuts a word into the longest pieces from its left. A word that cannot be cut is unknown as a whole.
func (s *splitter) greedy(word []byte) {
	if len(word) == 0 {
		return
	}
	if utf8.RuneCount(word) > longestWord {
		s.addUnknown()
		return
	}
	mark := len(s.out)
	in := s.start
	for at := 0; at < len(word); {
		end := min(len(word), at+s.longest)
		for ; end > at; end-- {
			if i, ok := in[string(word[at:end])]; ok {
				if !s.add(i) {
					return
				}
				break
			}
		}
		if end == at {
			s.out = s.out[:mark]
			s.addUnknown()
			return
		}
		at, in = end, s.inside
	}
}

func (s *splitter) addUnknown() {
	if s.add(s.pieces.unknown) {
		s.unknown++
	}
}

// add is false when the text has reached its last place.
func (s *splitter) add(piece int32) bool {
	if len(s.out) == s.end {
		s.cut = true
		return false
	}
	s.out = append(s.out, piece)
	return true
}

// punctuation is what BERT counts as such: ASCII that is neither letter nor digit, and Unicode's.
func punctuation(r rune) bool {
	if r < utf8.RuneSelf {
		return '!' <= r && r <= '/' || ':' <= r && r <= '@' || '[' <= r && r <= '`' || '{' <= r && r <= '~'
	}
	return unicode.IsPunct(r)
}

// ideograph is a character of Chinese writing; BERT reads each as a word. The blocks are those of its code.
func ideograph(r rune) bool {
	return r >= 0x4E00 && r <= 0x9FFF || r >= 0x3400 && r <= 0x4DBF || r >= 0x20000 && r <= 0x2A6DF || r >= 0x2A700 && r <= 0x2B73F ||
		r >= 0x2B740 && r <= 0x2B81F || r >= 0x2B920 && r <= 0x2CEAF || r >= 0xF900 && r <= 0xFAFF || r >= 0x2F800 && r <= 0x2FA1F
}

package javare

import "unicode"

// node is a part of a pattern: it calls k with every place at which it may end, in the order of
// preference, until k is content.
type node interface {
	match(m *machine, at int, k func(int) bool) bool
}

type (
	sequence    []node
	alternation []node
	anchor      rune // A Z z b B, m and M for ^ and $ of lines
	single      struct {
		in  func(rune) bool
		any bool
	}
	group struct {
		x node
		n int
	}
	look struct {
		x           node
		not, behind bool
		size        int
	}
	atomic  struct{ x node }
	backRef struct {
		n    int
		fold bool
	}
	repeat struct {
		x                node
		lo, hi           int // hi < 0: without end
		lazy, possessive bool
	}
)

// limits of one search: steps bound time, depth bounds the stack.
const (
	maxSteps = 5_000_000
	maxStack = 100_000
)

// machine is one search.
type machine struct {
	text  []rune
	caps  []int // begin and end of each group, -1 for none
	steps int
	depth int
}

type tooMuch struct{}

func (m *machine) step() {
	if m.steps++; m.steps > maxSteps {
		panic(tooMuch{})
	}
}

func (s sequence) match(m *machine, at int, k func(int) bool) bool { return s.from(m, 0, at, k) }

func (s sequence) from(m *machine, i, at int, k func(int) bool) bool {
	for ; i < len(s); i++ { // what has one way only needs no continuation
		one, ok := s[i].(*single)
		if !ok {
			break
		}
		m.step()
		if at >= len(m.text) || !one.any && !one.in(m.text[at]) {
			return false
		}
		at++
	}
	if i == len(s) {
		return k(at)
	}
	if i == len(s)-1 {
		return s[i].match(m, at, k)
	}
	return s[i].match(m, at, func(next int) bool { return s.from(m, i+1, next, k) })
}

func (a alternation) match(m *machine, at int, k func(int) bool) bool {
	m.step()
	for _, n := range a {
		if n.match(m, at, k) {
			return true
		}
	}
	return false
}

func (s *single) match(m *machine, at int, k func(int) bool) bool {
	m.step()
	return at < len(m.text) && (s.any || s.in(m.text[at])) && k(at+1)
}

func (a anchor) match(m *machine, at int, k func(int) bool) bool {
	m.step()
	n := len(m.text)
	ok := false
	switch a {
	case 'A':
		ok = at == 0
	case 'z':
		ok = at == n
	case 'Z':
		ok = at == n || at == n-1 && m.text[at] == '\n'
	case 'm':
		ok = at == 0 || m.text[at-1] == '\n' && at < n
	case 'M':
		ok = at == n || m.text[at] == '\n'
	case 'b', 'B':
		before := at > 0 && joinsWord(m.text[at-1])
		after := at < n && joinsWord(m.text[at])
		ok = (before != after) == (a == 'b')
	}
	return ok && k(at)
}

func (g *group) match(m *machine, at int, k func(int) bool) bool {
	b, e := m.caps[2*g.n], m.caps[2*g.n+1]
	if g.x.match(m, at, func(end int) bool {
		ob, oe := m.caps[2*g.n], m.caps[2*g.n+1]
		m.caps[2*g.n], m.caps[2*g.n+1] = at, end
		if k(end) {
			return true
		}
		m.caps[2*g.n], m.caps[2*g.n+1] = ob, oe
		return false
	}) {
		return true
	}
	m.caps[2*g.n], m.caps[2*g.n+1] = b, e
	return false
}

func (l *look) match(m *machine, at int, k func(int) bool) bool {
	saved := append([]int(nil), m.caps...)
	found := false
	if l.behind {
		found = at >= l.size && l.x.match(m, at-l.size, func(end int) bool { return end == at })
	} else {
		found = l.x.match(m, at, func(int) bool { return true })
	}
	if found == l.not {
		copy(m.caps, saved)
		return false
	}
	if l.not {
		copy(m.caps, saved)
	}
	if k(at) {
		return true
	}
	copy(m.caps, saved)
	return false
}

func (a *atomic) match(m *machine, at int, k func(int) bool) bool {
	saved := append([]int(nil), m.caps...)
	end := -1
	if !a.x.match(m, at, func(e int) bool { end = e; return true }) || !k(end) {
		copy(m.caps, saved)
		return false
	}
	return true
}

func (b *backRef) match(m *machine, at int, k func(int) bool) bool {
	m.step()
	from, to := m.caps[2*b.n], m.caps[2*b.n+1]
	if from < 0 || to < 0 || at+to-from > len(m.text) {
		return false
	}
	for i := from; i < to; i++ {
		x, y := m.text[i], m.text[at+i-from]
		if x != y && !(b.fold && sameFold(x, y)) {
			return false
		}
	}
	return k(at + to - from)
}

func sameFold(a, b rune) bool {
	for f := unicode.SimpleFold(a); f != a; f = unicode.SimpleFold(f) {
		if f == b {
			return true
		}
	}
	return false
}

func (r *repeat) match(m *machine, at int, k func(int) bool) bool {
	if r.possessive {
		plain := *r
		plain.possessive = false
		return (&atomic{&plain}).match(m, at, k)
	}
	if one, ok := r.x.(*single); ok {
		return r.run(m, one, at, k)
	}
	return r.loop(m, 0, at, k)
}

// run is a repeated single character, without a stack.
func (r *repeat) run(m *machine, one *single, at int, k func(int) bool) bool {
	fits := func(i int) bool {
		m.step()
		return i < len(m.text) && (one.any || one.in(m.text[i]))
	}
	if r.lazy {
		for n := 0; ; n++ {
			if n >= r.lo && k(at+n) {
				return true
			}
			if r.hi >= 0 && n >= r.hi || !fits(at+n) {
				return false
			}
		}
	}
	n := 0
	for (r.hi < 0 || n < r.hi) && fits(at+n) {
		n++
	}
	for ; n >= r.lo; n-- {
		m.step()
		if k(at + n) {
			return true
		}
	}
	return false
}

func (r *repeat) loop(m *machine, n, at int, k func(int) bool) bool {
	m.step()
	if m.depth++; m.depth > maxStack {
		panic(tooMuch{})
	}
	defer func() { m.depth-- }()
	again := func() bool {
		return (r.hi < 0 || n < r.hi) && r.x.match(m, at, func(end int) bool {
			if end == at && n >= r.lo { // a turn that takes nothing is the last
				return k(end)
			}
			return r.loop(m, n+1, end, k)
		})
	}
	switch {
	case n < r.lo:
		return again()
	case r.lazy:
		return k(at) || again()
	}
	return again() || k(at)
}

// width is the number of characters that a part takes, where it is always the same.
func width(n node) (int, bool) {
	switch n := n.(type) {
	case *single:
		return 1, true
	case anchor, *look:
		return 0, true
	case sequence:
		total := 0
		for _, x := range n {
			w, ok := width(x)
			if !ok {
				return 0, false
			}
			total += w
		}
		return total, true
	case alternation:
		first, ok := width(n[0])
		for _, x := range n {
			if w, fixed := width(x); !fixed || w != first {
				ok = false
			}
		}
		return first, ok
	case *repeat:
		w, ok := width(n.x)
		return w * n.lo, ok && n.lo == n.hi
	case *atomic:
		return width(n.x)
	}
	return 0, false
}

func holdsGroup(n node) bool {
	switch n := n.(type) {
	case *group:
		return true
	case sequence:
		for _, x := range n {
			if holdsGroup(x) {
				return true
			}
		}
	case alternation:
		for _, x := range n {
			if holdsGroup(x) {
				return true
			}
		}
	case *repeat:
		return holdsGroup(n.x)
	case *atomic:
		return holdsGroup(n.x)
	case *look:
		return holdsGroup(n.x)
	}
	return false
}

// Search finds the first match at or after a place of the text, counted in characters: begin and end
// of the whole and of every group, -1 for one without part in it; nil for no match.
func (p *Pattern) Search(text []rune, from int) (found []int, err error) {
	if p.fold && foldsWide(text) {
		return nil, ErrUnsupported
	}
	m := &machine{text: text, caps: make([]int, 2*(p.groups+1))}
	return p.search(m, from)
}

func (p *Pattern) search(m *machine, from int) (found []int, err error) {
	defer func() {
		if r := recover(); r != nil {
			if _, ours := r.(tooMuch); !ours {
				panic(r)
			}
			err = ErrSteps
		}
	}()
	for at := from; at <= len(m.text); at++ {
		for i := range m.caps {
			m.caps[i] = -1
		}
		if p.root.match(m, at, func(end int) bool { m.caps[1] = end; return true }) {
			m.caps[0] = at
			return append([]int(nil), m.caps...), nil
		}
	}
	return nil, nil
}

// All finds every match from the left, none overlapping; behind an empty one the search goes on a
// character later. Steps are counted over all of them.
func (p *Pattern) All(text []rune, each func(found []int) bool) error {
	if p.fold && foldsWide(text) {
		return ErrUnsupported
	}
	m := &machine{text: text, caps: make([]int, 2*(p.groups+1))}
	for from := 0; from <= len(text); {
		found, err := p.search(m, from)
		if err != nil || found == nil {
			return err
		}
		if !each(found) {
			return nil
		}
		if from = found[1]; found[1] == found[0] {
			from++
		}
	}
	return nil
}

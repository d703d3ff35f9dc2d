// Package lexical finds documents by words: BM25 over fields of different weight, with identifiers cut into
// words, words brought to their roots and abbreviations expanded. Postings are flat arrays. What one may not
// see counts for nothing: document frequencies and lengths are those of the documents that are seen. It knows
// no store and no vectors. Start at Builder and Search.
package lexical

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/limn-data/limn/internal/words"
)

//go:embed abbreviations.txt
var abbreviations string

// Analyzer cuts texts into terms. It is safe to share.
type Analyzer struct {
	short map[string][]string // abbreviation → roots of what it may mean
	cache sync.Map            // word as written → []string, of words up to maxCached
	size  atomic.Int64
}

// NewAnalyzer makes an analyzer with the abbreviations that come with limn and those of a workspace, which win:
// abbreviation → words.
func NewAnalyzer(own map[string]string) *Analyzer {
	a := &Analyzer{short: map[string][]string{}}
	for line := range strings.Lines(abbreviations) {
		if f := strings.Fields(line); len(f) > 1 && f[0] != "#" {
			a.short[f[0]] = f[1:]
		}
	}
	for k, v := range own {
		a.short[strings.ToLower(k)] = strings.Fields(strings.ToLower(v))
	}
	for k, long := range a.short {
		for i, w := range long {
			long[i] = root(w)
		}
		a.short[k] = long
	}
	return a
}

// ReadAbbreviations reads a workspace's own list, in the form of the built-in one.
func ReadAbbreviations(name, text string) (map[string]string, error) {
	out := map[string]string{}
	n := 0
	for line := range strings.Lines(text) {
		n++
		f := strings.Fields(line)
		if len(f) == 0 || strings.HasPrefix(f[0], "#") {
			continue
		}
		if len(f) < 2 {
			return nil, fmt.Errorf("%s:%d: %q has no meaning beside it; write “abbreviation words”", name, n, f[0])
		}
		out[f[0]] = strings.Join(f[1:], " ")
	}
	return out, nil
}

func root(w string) string { return words.Root(words.Singular(w)) }

// Terms calls yield for each term of a text. extra says that the term stands beside the word before it as
// another reading of an abbreviation, and adds nothing to the length of the text.
func (a *Analyzer) Terms(text string, expand bool, yield func(term string, extra bool)) {
	for _, t := range cut(text) {
		for _, w := range a.word(t) {
			yield(w, false)
			if expand {
				for _, long := range a.short[w] {
					if long != w {
						yield(long, true)
					}
				}
			}
		}
	}
}

// word is one word as written, as roots: an identifier has several. Names repeat without end in a catalog, so
// what was cut once is kept, within a bound.
func (a *Analyzer) word(w string) []string {
	if known, ok := a.cache.Load(w); ok {
		return known.([]string)
	}
	parts := words.Identifier(w)
	for i, p := range parts {
		if a.short[p] == nil { // abbreviations stay as they are written
			parts[i] = root(p)
		}
	}
	if len(w) <= 40 && a.size.Load() < maxCached {
		a.size.Add(1)
		a.cache.Store(strings.Clone(w), parts)
	}
	return parts
}

const maxCached = 200_000

// cut is the words of a text. words.Split reads more (numbers, dates, quotations) than finding needs, at
// several times the cost; for plain text the words are the same.
func cut(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r >= 0x80 && r != '’' && r != '“' && r != '”' && r != '–' && r != '—':
			return false
		}
		return true
	})
}

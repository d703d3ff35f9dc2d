package search

import "strings"

// filling are words that every question has. Words are looked for without them. By meaning a question is looked for
// between two wordings: as it was asked, since models have read sentences, and without these words, which draw
// every question towards every other.
var filling = set(`a an the of in on at by for to from with and or is are was were be been do does did have has had
	what which who whom whose where when why how that this these those there it its their they them we our us i me my you your he she his her
	show list give find return tell display get please can could would many much number count total all any each every some
	also as into per than then so not no if whether both either only just`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// wordings are those of a question that are embedded.
func wordings(text string) []string {
	if g := gist(text); g != text {
		return []string{text, g}
	}
	return []string{text}
}

// gist is a question as its words are looked for.
func gist(text string) string { return without(text, filling) }

// without leaves words out. A text of nothing else stays as it is.
func without(text string, leave map[string]bool) string {
	var out []string
	for _, w := range strings.Fields(text) {
		if !leave[strings.ToLower(strings.Trim(w, "?!.,;:'\"“”‘’()"))] {
			out = append(out, w)
		}
	}
	if len(out) == 0 {
		return strings.TrimSpace(text)
	}
	return strings.Join(out, " ")
}

package words

import (
	"strings"
	"unicode"

	"github.com/limn-data/limn/internal/decimal"
)

var irregular = map[string]string{
	"people": "person", "children": "child", "men": "man", "women": "woman", "feet": "foot", "data": "data",
	"indices": "index", "analyses": "analysis", "criteria": "criterion", "media": "media", "series": "series",
	"species": "species", "news": "news", "status": "status", "this": "this", "is": "is", "was": "was", "has": "has",
	"ids": "id", "us": "us", "does": "does", "its": "its", "plus": "plus", "less": "less", "as": "as", "yes": "yes", "gas": "gas",
	"bus": "bus", "minus": "minus", "sales": "sales", "always": "always", "various": "various", "previous": "previous",
	"hours": "hour", "movies": "movie", "cookies": "cookie", "ties": "tie", "lives": "life", "leaves": "leaf",
	"matches": "match", "caches": "cache", "axes": "axis", "statuses": "status", "buses": "bus",
}

// Singular brings a lower-case English word to the singular. It is for matching, not for show.
func Singular(w string) string {
	if s, ok := irregular[w]; ok {
		return s
	}
	n := len(w)
	if n < 4 || w[n-1] != 's' {
		return w
	}
	switch {
	case strings.HasSuffix(w, "ies") && n > 4:
		return w[:n-3] + "y"
	case strings.HasSuffix(w, "sses"), strings.HasSuffix(w, "shes"), strings.HasSuffix(w, "ches"), strings.HasSuffix(w, "xes"), strings.HasSuffix(w, "zzes"):
		return w[:n-2]
	case strings.HasSuffix(w, "ss"), strings.HasSuffix(w, "us"), strings.HasSuffix(w, "is"):
		return w
	}
	return w[:n-1]
}

// Plural is the plural of a singular word or of the last word of a phrase.
func Plural(w string) string {
	n := len(w)
	switch last := w[strings.LastIndexByte(w, ' ')+1:]; {
	case last == "series" || last == "species" || last == "news" || last == "data" || last == "sales" || last == "media":
		return w
	case strings.HasSuffix(w, "person"):
		return w[:n-6] + "people"
	case strings.HasSuffix(w, "child"):
		return w + "ren"
	case n > 2 && w[n-1] == 'y' && !strings.ContainsRune("aeiou", rune(w[n-2])):
		return w[:n-1] + "ies"
	case strings.HasSuffix(w, "s"), strings.HasSuffix(w, "x"), strings.HasSuffix(w, "ch"), strings.HasSuffix(w, "sh"), strings.HasSuffix(w, "z"):
		return w + "es"
	}
	return w + "s"
}

// suffixes of verbs and agents, longest first; what is left must keep at least four letters.
var suffixes = []string{"ization", "isation", "ations", "ation", "ments", "ment", "ings", "ing", "ions", "ion", "ers", "ors", "ed", "er", "or", "es", "e", "s"}

// verbs are the irregular past forms that business questions use.
var verbs = map[string]string{
	"won": "win", "lost": "lose", "sent": "send", "made": "make", "paid": "pay", "sold": "sell", "spent": "spend", "bought": "buy",
	"got": "get", "left": "leave", "began": "begin", "grew": "grow", "fell": "fall", "rose": "rise", "kept": "keep", "held": "hold", "took": "take", "wrote": "write", "built": "build",
}

// Root strips inflection harder than Singular ("churned", "churning" and "churn" meet); it is for a
// second look when nothing matched, at a lower score.
func Root(w string) string {
	if v, ok := verbs[w]; ok {
		w = v
	}
	for _, s := range suffixes {
		if strings.HasSuffix(w, s) && len(w)-len(s) >= 4 {
			w = w[:len(w)-len(s)]
			break
		}
	}
	if n := len(w); n > 4 && w[n-1] == w[n-2] && w[n-1] != 's' && w[n-1] != 'l' { // shipped → shipp → ship
		w = w[:n-1]
	}
	return strings.TrimSuffix(w, "y")
}

// Identifier cuts snake_case, camelCase and digits of a name into lower-case words.
func Identifier(name string) []string {
	var out []string
	var cur []rune
	flush := func() {
		if len(cur) > 0 {
			out = append(out, strings.ToLower(string(cur)))
			cur = nil
		}
	}
	rs := []rune(name)
	for i, r := range rs {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
			continue
		case i > 0 && unicode.IsUpper(r) && (unicode.IsLower(rs[i-1]) || i+1 < len(rs) && unicode.IsLower(rs[i+1]) && unicode.IsUpper(rs[i-1])):
			flush()
		case i > 0 && unicode.IsDigit(r) != unicode.IsDigit(rs[i-1]) && len(cur) > 2:
			flush()
		}
		cur = append(cur, r)
	}
	flush()
	return out
}

// Phrase is an identifier as words with blanks: "accountName" → "account name".
func Phrase(name string) string { return strings.Join(Identifier(name), " ") }

var numerals = map[string]int64{
	"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
	"eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "eighteen": 18, "twenty": 20,
	"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "hundred": 100, "dozen": 12, "couple": 2,
}

var ordinals = map[string]int{
	"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "last": -1,
	"1st": 1, "2nd": 2, "3rd": 3, "4th": 4,
}

// Numeral reads a number token or a number word.
func Numeral(t Token) (decimal.Decimal, bool) {
	if t.Kind == Number {
		return t.Value, true
	}
	n, ok := numerals[t.Norm]
	return decimal.New(n, 0), ok && t.Kind == Word
}

// Int reads a whole number of at most six digits, in digits or words.
func Int(t Token) (int, bool) {
	d, ok := Numeral(t)
	if !ok || d.Scale() > 0 && !d.Trunc().Equal(d) || d.Digits() > 6 || t.Percent {
		return 0, false
	}
	return int(d.Trunc().Unscaled().Int64()), true
}

// Ordinal reads "first" … "tenth", "1st" … "31st"; "last" is -1.
func Ordinal(t Token) (int, bool) {
	if n, ok := ordinals[t.Norm]; ok {
		return n, true
	}
	for _, s := range []string{"st", "nd", "rd", "th"} {
		if d, ok := strings.CutSuffix(t.Norm, s); ok && len(d) <= 2 && d != "" && strings.Trim(d, "0123456789") == "" {
			n := 0
			for _, c := range d {
				n = n*10 + int(c-'0')
			}
			return n, n > 0 && n < 54
		}
	}
	return 0, false
}

// Distance is the optimal string alignment distance (insert, delete, change, swap of neighbours) of
// two words, or limit+1 as soon as it exceeds limit.
func Distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if d := len(x) - len(y); d > limit || -d > limit {
		return limit + 1
	}
	before, prev, cur := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(x); i++ {
		cur[0] = i
		best := i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
			best = min(best, cur[j])
		}
		if best > limit {
			return limit + 1
		}
		before, prev, cur = prev, cur, before
	}
	return prev[len(y)]
}

// Tolerance is the number of slips that a word of this length may have and still be taken for another.
func Tolerance(w string) int {
	switch n := len([]rune(w)); {
	case n < 5:
		return 0
	case n < 8:
		return 1
	}
	return 2
}

package question

import (
	"slices"
	"strings"

	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/timex"
)

// Span is a stretch of tokens with the meanings it may have. Start and End index tokens, half open.
type Span struct {
	Start, End int
	Kind       Kind // of the leading meaning
	Meanings   []Meaning
	Period     *timex.Phrase
	weight     float64
	prep       string // the filler word before, e.g. "in", "of", "with"
}

// chart finds the best cover of the tokens: spans that do not overlap, each known to the lexicon, the
// grammar, the calendar or the list of fillers. Longer spans win over rows of shorter ones, names over
// grammar, grammar over fillers; what nothing knows stays open at a high price.
type chart struct {
	lex    *Lexicon
	gram   *vocabulary
	time   timex.Parser
	toks   []words.Token
	stems  []string // of each token, after spelling was corrected
	notes  map[int]string
	best   []*Span
	scores []float64
}

// The weights of one token by what covers it. Only their order and their rough distance matter: a name
// beats grammar, grammar beats a filler, two words together beat the same two apart.
const (
	weightName    = 10.0
	weightTime    = 9.5
	weightPhrase  = 9.0 // a phrase of the grammar: "month over month", "against target"
	weightGrammar = 6.0
	weightNumber  = 5.0
	weightFiller  = 1.0
	weightOpen    = -15.0
	bonusLonger   = 2.0 // for each further token that one span takes
)

func (c *chart) cover() []*Span {
	n := len(c.toks)
	c.best, c.scores = make([]*Span, n+1), make([]float64, n+1)
	for i := 1; i <= n; i++ {
		c.scores[i] = -1e9
	}
	for i := range n {
		for _, s := range c.at(i) {
			if total := c.scores[i] + s.weight; total > c.scores[s.End] {
				c.scores[s.End], c.best[s.End] = total, s
			}
		}
	}
	var out []*Span
	for at := n; at > 0; at = c.best[at].Start {
		out = append(out, c.best[at])
	}
	slices.Reverse(out)
	return out
}

// at lists the spans that begin at token i.
func (c *chart) at(i int) []*Span {
	spans := map[int]*Span{}
	get := func(end int) *Span {
		if spans[end] == nil {
			spans[end] = &Span{Start: i, End: end, weight: -1e9}
		}
		return spans[end]
	}
	raise := func(s *Span, per float64) {
		n := float64(s.End - s.Start)
		s.weight = max(s.weight, per*n+bonusLonger*(n-1))
	}
	t := c.toks[i]
	single := get(i + 1)
	switch {
	case t.Kind == words.Punct && !strings.ContainsAny(t.Norm, "<>=≥≤%&#"):
		single.Kind, single.weight = KindFiller, 0
	case t.Kind == words.Number:
		single.Kind, single.weight = KindNumber, weightNumber
	case t.Kind == words.Word && c.gram.fillers[t.Norm]:
		single.Kind, single.weight = KindFiller, weightFiller
	default:
		if _, ok := words.Numeral(t); ok {
			single.Kind, single.weight = KindNumber, weightNumber
		} else {
			single.Kind, single.weight = KindOpen, weightOpen
		}
	}
	c.grammar(i, get, raise)
	c.names(i, get, raise)
	if ph, ok := c.time.At(c.toks, i); ok {
		s := get(ph.End)
		per := weightTime
		if ph.Bare && ph.End-i == 1 && t.Kind == words.Number {
			per = weightNumber + 0.5
		}
		if s.weight < per*float64(ph.End-i) || s.Kind == KindOpen || s.Kind == KindFiller || s.Kind == KindNumber {
			s.Period, s.Kind = &ph, KindPeriod
			raise(s, per)
		}
	}
	out := make([]*Span, 0, len(spans))
	for end := i + 1; end <= len(c.toks); end++ {
		if s := spans[end]; s != nil && s.weight > -1e8 {
			out = append(out, s)
		}
	}
	return out
}

// namesAmount says that a phrase that counts ("total amount of orders") has the name of a number in it:
// where a workspace knows an amount, its total is meant, not how many rows there are.
func (c *chart) namesAmount(i, j int) bool {
	for k := i; k <= j; k++ {
		if c.toks[k].Norm == "amount" {
			return slices.ContainsFunc(c.lex.find(c.stems[k:k+1]), func(m Meaning) bool {
				return m.Kind == KindMetric || m.Kind == KindDimension && m.Field.Role == model.RoleMeasure
			})
		}
	}
	return false
}

// number says that token i is a number, in digits or in words.
func (c *chart) number(i int) bool {
	if i >= len(c.toks) {
		return false
	}
	_, ok := words.Numeral(c.toks[i])
	return ok
}

func (c *chart) grammar(i int, get func(int) *Span, raise func(*Span, float64)) {
	var b strings.Builder
	for j := i; j < len(c.toks) && j-i < c.gram.longest && c.toks[j].Kind != words.Quoted; j++ {
		if j > i {
			b.WriteByte(' ')
		}
		b.WriteString(c.toks[j].Norm)
		signs := c.gram.signs[b.String()]
		if signs == nil || signs[0].Word == "numbered" && !c.number(j+1) || signs[0].Kind == plainCount && c.namesAmount(i, j) {
			continue
		}
		s := get(j + 1)
		if s.Kind == "" || s.Kind == KindFiller || s.Kind == KindOpen {
			s.Kind = KindGrammar
		}
		for _, g := range signs {
			s.Meanings = append(s.Meanings, Meaning{Kind: KindGrammar, Sign: g, Score: 1})
		}
		if j > i {
			raise(s, weightPhrase)
		} else {
			raise(s, weightGrammar)
		}
	}
}

func (c *chart) names(i int, get func(int) *Span, raise func(*Span, float64)) {
	t := c.toks[i]
	if t.Kind == words.Punct && t.Norm != "%" && t.Norm != "#" {
		return
	}
	limit := max(c.lex.longest, 1)
	if c.lex.values != nil {
		limit = max(limit, c.lex.values.MaxWords())
	}
	stems := make([]string, 0, limit)
	norms := make([]string, 0, limit)
	for j := i; j < len(c.toks) && j-i < limit; j++ {
		if c.toks[j].Kind == words.Punct && !strings.ContainsAny(c.toks[j].Norm, "%&#") || j > i && c.toks[j].Kind == words.Quoted {
			break
		}
		stems, norms = append(stems, c.stems[j]), append(norms, c.toks[j].Norm)
		var ms []Meaning
		quoted := c.toks[j].Kind == words.Quoted
		plain := j == i && !quoted && c.common(t)
		if !plain || !c.gram.fillers[t.Norm] || c.gram.soft[t.Norm] {
			ms = append(ms, c.lex.find(stems)...)
		}
		if c.lex.values != nil && !plain {
			exact := c.lex.valueMeanings(c.lex.values.Exact(strings.Join(norms, " ")))
			ms = merge(ms, exact)
		}
		if len(ms) == 0 {
			continue
		}
		s := get(j + 1)
		score := 0.0
		for k := range ms {
			for x := i; x <= j; x++ {
				if note := c.notes[x]; note != "" {
					ms[k].Score *= 0.92
					ms[k].Note = note
				}
			}
			score = max(score, ms[k].Score)
		}
		slices.SortStableFunc(ms, func(a, b Meaning) int {
			switch {
			case a.Score > b.Score:
				return -1
			case a.Score < b.Score:
				return 1
			}
			return 0
		})
		s.Kind = ms[0].Kind
		s.Meanings = append(ms, s.Meanings...)
		raise(s, weightName*score)
	}
}

// common words are never taken for a stored value by themselves, unless the asker wrote them with a
// capital inside the sentence or in quotes.
func (c *chart) common(t words.Token) bool {
	if t.Kind != words.Word {
		return false
	}
	if _, isGrammar := c.gram.signs[t.Norm]; !isGrammar && !c.gram.fillers[t.Norm] {
		return false
	}
	return t.Start == 0 || t.Text[0] < 'A' || t.Text[0] > 'Z'
}

func merge(a, b []Meaning) []Meaning {
	for _, m := range b {
		if !slices.ContainsFunc(a, func(x Meaning) bool { return x.Kind == KindValue && x.Field == m.Field && x.Value == m.Value }) {
			a = append(a, m)
		}
	}
	return a
}

// mend corrects the spelling of words that nothing knows, against names first and stored values next.
// It reports whether anything changed.
func (c *chart) mend(spans []*Span) bool {
	changed := false
	for _, s := range spans {
		if s.Kind != KindOpen || s.End != s.Start+1 {
			continue
		}
		t := c.toks[s.Start]
		if t.Kind != words.Word {
			continue
		}
		if w, ok := c.lex.correct(c.stems[s.Start]); ok && w != c.stems[s.Start] {
			c.stems[s.Start] = w
			c.notes[s.Start] = "“" + t.Text + "” read as “" + w + "”"
			changed = true
		}
	}
	return changed
}

// nearValues gives what is still open the stored values within a few slips, alone and with its
// neighbours.
func (c *chart) nearValues(spans []*Span) []*Span {
	if c.lex.values == nil {
		return spans
	}
	for k := 0; k < len(spans); k++ {
		if spans[k].Kind != KindOpen || c.toks[spans[k].Start].Kind == words.Punct {
			continue
		}
		for _, w := range [][2]int{{k - 1, k + 2}, {k, k + 2}, {k - 1, k + 1}, {k, k + 1}} {
			lo, hi := w[0], w[1]
			if lo < 0 || hi > len(spans) || !c.nameable(spans[lo:hi]) {
				continue
			}
			var ws []string
			for x := spans[lo].Start; x < spans[hi-1].End; x++ {
				ws = append(ws, c.toks[x].Norm)
			}
			text := strings.Join(ws, " ")
			ms := c.lex.valueMeanings(c.lex.values.Near(text))
			if len(ms) == 0 {
				continue
			}
			for i := range ms {
				ms[i].Note = "“" + text + "” read as “" + ms[i].Value + "”"
			}
			s := &Span{Start: spans[lo].Start, End: spans[hi-1].End, Kind: KindValue, Meanings: ms}
			spans = slices.Replace(spans, lo, hi, s)
			k = lo
			break
		}
	}
	return spans
}

// nameable says whether spans could together be one misspelt value: words that are open or short
// names, no grammar and no time.
func (c *chart) nameable(spans []*Span) bool {
	for _, s := range spans {
		if s.Kind != KindOpen && s.Kind != KindValue && !(s.Kind == KindFiller && len(spans) > 1 && c.toks[s.Start].Kind == words.Word && c.toks[s.Start].Text[0] <= 'Z') {
			return false
		}
	}
	return true
}

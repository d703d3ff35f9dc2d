package lexical

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/limn-data/limn/embeddings/document"
)

func terms(a *Analyzer, text string, expand bool) string {
	var out []string
	a.Terms(text, expand, func(t string, extra bool) {
		if extra {
			t = "~" + t
		}
		out = append(out, t)
	})
	return strings.Join(out, " ")
}

func TestTerms(t *testing.T) {
	own, err := ReadAbbreviations("abbr.txt", "# ours\nodo odometer reading\n\nCust  client\n")
	if err != nil {
		t.Fatal(err)
	}
	a := NewAnalyzer(own)
	for text, want := range map[string]string{
		"cust_txn": "cust ~client txn ~transact", "orderTotalAmount": "order total amount", "churned customers": "churn custom", "odoKm": "odo ~odomet ~read km",
		"What's new, in 2026?": "what s new in 2026", "": "", "Umsätze ’24": "umsätz 24", "a\x00b": "a b",
	} {
		if got := terms(a, text, true); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	if got := terms(a, "dt", false); got != "dt" {
		t.Errorf("prose is expanded: %q", got)
	}
	if _, err := ReadAbbreviations("abbr.txt", "fine word\nlonely\n"); err == nil || !strings.Contains(err.Error(), "abbr.txt:2") {
		t.Errorf("a line without a meaning: %v", err)
	}
	var got []string
	for _, w := range a.Query("high schoolers qty") {
		got = append(got, fmt.Sprint(w.Term, w.Weight))
	}
	if s := strings.Join(got, " "); s != "high1 school1 qty1 quantit0.5 highschool1 schoolersqt1" && !strings.Contains(s, "highschool") {
		t.Errorf("the question is looked for as %s", s)
	}
}

// plain is BM25 as the formula stands, over the visible documents.
func plain(a *Analyzer, units [][]document.Document, v Visible, kinds document.Set, query string) map[[2]int32]float64 {
	type doc struct {
		tf     map[string]float64
		length float64
	}
	docs := map[[2]int32]doc{}
	total, n := 0.0, 0.0
	for slot, u := range units {
		for ord := range u {
			if !v.Has(int32(slot)) || !kinds.Has(u[ord].Kind) {
				continue
			}
			d := doc{tf: map[string]float64{}}
			for _, f := range u[ord].Fields {
				w := float64(defaultWeights[f.Part])
				a.Terms(f.Text, f.Part != document.Prose, func(t string, extra bool) {
					d.tf[t] += math.Floor(w*fixed) / fixed
					if !extra {
						d.length += w
					}
				})
			}
			docs[[2]int32{int32(slot), int32(ord)}] = d
			total += d.length
			n++
		}
	}
	out := map[[2]int32]float64{}
	for _, w := range a.Query(query) {
		df := 0.0
		for _, d := range docs {
			if d.tf[w.Term] > 0 {
				df++
			}
		}
		for id, d := range docs {
			if tf := d.tf[w.Term]; tf > 0 {
				out[id] += float64(w.Weight) * math.Log(1+(n-df+0.5)/(df+0.5)) * tf * (k1 + 1) / (tf + k1*(1-b+b*d.length/(total/n)))
			}
		}
	}
	return out
}

// Postings, segments and merging change nothing of the formula, whatever is visible.
func TestSearchIsTheFormula(t *testing.T) {
	vocabulary := strings.Fields("order amount customer day cust amt region country price store")
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		word := func() string { return vocabulary[r.IntN(len(vocabulary))] }
		var units [][]document.Document
		for range 30 {
			u := []document.Document{{Kind: document.Table, Fields: []document.Field{{Part: document.Name, Text: word() + "_" + word()}, {Part: document.Schema, Text: word()}, {Part: document.Prose, Text: word() + " of " + word()}}}}
			for range r.IntN(4) {
				u = append(u, document.Document{Kind: document.Column, Fields: []document.Field{{Part: document.Name, Text: word()}, {Part: document.Parent, Text: word()}}})
			}
			units = append(units, u)
		}
		a, l := NewAnalyzer(nil), NewLexicon()
		var segments []*Segment
		for from := 0; from < 30; from += 10 {
			b := NewBuilder(l, a)
			for slot := from; slot < from+10; slot++ {
				b.Add(int32(slot), units[slot])
			}
			segments = append(segments, b.Build())
		}
		v := NewVisible(30)
		for slot := range int32(30) {
			if r.IntN(3) > 0 {
				v.Set(slot)
			}
		}
		merged := []*Segment{Merge(l, segments, v.Has)}
		for _, kinds := range []document.Set{0, document.Of(document.Table), document.Of(document.Column)} {
			query := word() + " " + word() + " of the " + word()
			want := plain(a, units, v, kinds, query)
			for name, s := range map[string][]*Segment{"segments": segments, "merged": merged} {
				hits := Search(l, s, a.Query(query), kinds, v, Count(s, v), 1000)
				if len(hits) != len(want) {
					t.Fatalf("seed %d, %s: %q finds %d documents, want %d", seed, name, query, len(hits), len(want))
				}
				for _, h := range hits {
					if w := want[[2]int32{h.Slot, h.Ord}]; math.Abs(w-float64(h.Score)) > 1e-4 {
						t.Errorf("seed %d, %s: %q gives %d/%d %.5f, want %.5f", seed, name, query, h.Slot, h.Ord, h.Score, w)
					}
				}
				if !slices.IsSortedFunc(hits, compare) {
					t.Errorf("seed %d, %s: hits are not in order", seed, name)
				}
				if few := Search(l, s, a.Query(query), kinds, v, Count(s, v), 3); !slices.Equal(few, hits[:min(3, len(hits))]) {
					t.Errorf("seed %d, %s: the best three are %v, want %v", seed, name, few, hits[:min(3, len(hits))])
				}
			}
		}
	}
}

func FuzzTerms(f *testing.F) {
	for _, s := range []string{"cust_amt", "orderID2", "’’__", "İstanbul", "\xff\xfe", strings.Repeat("a_", 500)} {
		f.Add(s)
	}
	a := NewAnalyzer(nil)
	f.Fuzz(func(t *testing.T, text string) {
		first := terms(a, text, true)
		if again := terms(a, text, true); again != first {
			t.Errorf("%q is %q and then %q", text, first, again)
		}
		a.Query(text)
	})
}

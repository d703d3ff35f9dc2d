package words

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplit(t *testing.T) {
	kinds := map[Kind]string{Word: "w", Number: "n", Date: "d", Quoted: "q", Punct: "p"}
	for in, want := range map[string]string{
		"Revenue year-over-year, Q1 2025?":      "w:revenue w:year w:-over w:-year p:, w:q1 n:2025 p:?",
		"more than 1,200 or 10k or 5% or $1.5M": "w:more w:than n:1200 w:or n:10000 w:or n:5 w:or n:1500000",
		"since 2026-03-05 and 3/5/2026":         "w:since d:2026-03-05 w:and d:3/5/2026",
		"what is 'Acme Ltd' in the U.S.?":       "w:what w:is q:acme ltd w:in w:the w:us p:?",
		"the customer's finance.revenue_daily":  "w:the w:customer w:finance.revenue_daily",
		"5th of March, 1q25, AT&T":              "w:5th w:of w:march p:, w:1q25 p:, w:at&t",
		"don't \x00 break \xff here":            "w:don't w:break w:here",
		"top -5":                                "w:top n:-5",
	} {
		var got []string
		for _, tok := range Split(in) {
			s := tok.Norm
			if tok.Kind == Number {
				s = tok.Value.Trunc().String()
			}
			if tok.Dash {
				s = "-" + s
			}
			got = append(got, kinds[tok.Kind]+":"+s)
			if tok.Start < 0 || tok.End > len(in) || tok.Start >= tok.End {
				t.Errorf("%q: token %q has no place", in, tok.Text)
			}
		}
		if d := cmp.Diff(want, strings.Join(got, " ")); d != "" {
			t.Errorf("%q (-want +got):\n%s", in, d)
		}
	}
}

func TestForms(t *testing.T) {
	for in, want := range map[string]string{"companies": "company", "messages": "message", "boxes": "box", "status": "status", "address": "address", "people": "person", "sales": "sales", "q1": "q1"} {
		if got := Singular(in); got != want {
			t.Errorf("Singular(%q) = %q, want %q", in, got, want)
		}
	}
	for _, same := range [][]string{{"churned", "churning", "churn"}, {"shipped", "shipping"}, {"delivered", "delivery"}, {"subscriber", "subscribe"}} {
		for _, w := range same[1:] {
			if Root(w) != Root(same[0]) {
				t.Errorf("Root(%q) = %q and Root(%q) = %q; want the same", same[0], Root(same[0]), w, Root(w))
			}
		}
	}
	for in, want := range map[string]string{"accountName": "account name", "ss_ext_sales_price": "ss ext sales price", "HTTPServer2": "http server 2", "Claim_Open_Date": "claim open date", "q1": "q1"} {
		if got := Phrase(in); got != want {
			t.Errorf("Phrase(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"revenue", "revenue", 0}, {"revnue", "revenue", 1}, {"reveneu", "revenue", 1}, {"cat", "dog", 3}, {"germny", "germany", 1}, {"", "ab", 2}} {
		if got := Distance(c.a, c.b, 2); got != min(c.want, 3) {
			t.Errorf("Distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("top 5 accounts by revenue in Q1'25 — “Acme”")
	f.Fuzz(func(t *testing.T, in string) {
		end := 0
		for _, tok := range Split(in) {
			if tok.Start < end || tok.End <= tok.Start || tok.End > len(in) {
				t.Fatalf("%q: token %+v overlaps or has no place", in, tok)
			}
			end = tok.End
		}
	})
}

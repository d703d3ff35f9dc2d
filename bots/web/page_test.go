package web

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/bots/view/viewtest"
)

// The elements and attributes that the template writes. What data brings in beyond them is a hole.
var (
	elements = strings.Fields(`html head meta link title style body div header span p main section h1 h2 h3 ol ul li small strong figure figcaption svg desc defs
		marker path line rect circle g text table thead tbody tr th td aside br code pre dl dt dd details summary footer`)
	void       = strings.Fields(`meta link br`)
	attributes = strings.Fields(`lang charset name content http-equiv rel href class role aria-label aria-labelledby aria-hidden tabindex scope title id viewBox font-size
		x y x1 y1 x2 y2 cx cy r rx width height d text-anchor refX refY markerWidth markerHeight orient marker-end open`)
)

var attribute = regexp.MustCompile(`^\s+([a-zA-Z][a-zA-Z0-9:-]*)(?:="([^"<]*)")?`)

// scan reads a page as strictly as no browser does: every < starts a tag of the lists above whose
// attributes are quoted, and elements close in order. It calls see for each attribute.
func scan(page string, see func(element, name, value string)) error {
	rest, ok := strings.CutPrefix(page, "<!DOCTYPE html>\n")
	if !ok {
		return fmt.Errorf("the page starts with %.40q", page)
	}
	var open []string
	for {
		i := strings.IndexByte(rest, '<')
		if i < 0 {
			break
		}
		rest = rest[i+1:]
		end := strings.HasPrefix(rest, "/")
		rest = strings.TrimPrefix(rest, "/")
		n := strings.IndexFunc(rest, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
		if n <= 0 {
			return fmt.Errorf("a < that is no tag before %.60q", rest)
		}
		name := rest[:n]
		rest = rest[n:]
		if !slices.Contains(elements, name) {
			return fmt.Errorf("element <%s> before %.60q", name, rest)
		}
		for {
			m := attribute.FindStringSubmatch(rest)
			if m == nil {
				break
			}
			if !slices.Contains(attributes, m[1]) {
				return fmt.Errorf("attribute %s of <%s>", m[1], name)
			}
			see(name, m[1], m[2])
			rest = rest[len(m[0]):]
		}
		closed := strings.HasPrefix(rest, "/>")
		if !closed && !strings.HasPrefix(rest, ">") {
			return fmt.Errorf("<%s does not end before %.60q", name, rest)
		}
		switch {
		case end:
			if len(open) == 0 || open[len(open)-1] != name {
				return fmt.Errorf("</%s> closes %v before %.60q", name, open, rest)
			}
			open = open[:len(open)-1]
		case !closed && !slices.Contains(void, name):
			open = append(open, name)
		}
	}
	if len(open) > 0 {
		return fmt.Errorf("%v are not closed", open)
	}
	return nil
}

// TestNothingGetsOut: on every page, the one full of hostile text above all, there is no markup but the
// template's, nothing is loaded from anywhere, and no link leads out.
func TestNothingGetsOut(t *testing.T) {
	for _, n := range viewtest.All() {
		page := render(t, n.Outcome)
		err := scan(page, func(element, name, value string) {
			switch {
			case name == "href" && value != "data:,":
				t.Errorf("%s: <%s href=%q>", n.Name, element, value)
			case strings.Contains(value, "url(") && value != "url(#arrow)":
				t.Errorf("%s: <%s %s=%q>", n.Name, element, name, value)
			}
		})
		if err != nil {
			t.Errorf("%s: %v", n.Name, err)
		}
		for _, bad := range []string{"<script", "javascript:", "@import", "@font-face", "\x1b", "\u202e", "\x00"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s: the page has %q", n.Name, bad)
			}
		}
		if !strings.Contains(page, `content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`) {
			t.Errorf("%s: no policy that forbids loading", n.Name)
		}
	}
	if strings.Contains(pageCSS, "url(") {
		t.Error("the style sheet loads something")
	}
}

// TestScanSeesHoles: the test above would notice.
func TestScanSeesHoles(t *testing.T) {
	for _, hole := range []string{viewtest.Script, `<p title="x" onclick="alert(1)">`, `<p title=x>`, `a < b`, `<p></div>`, `<p>`} {
		if err := scan("<!DOCTYPE html>\n"+hole, func(string, string, string) {}); err == nil {
			t.Errorf("%s passes", hole)
		}
	}
}

// TestHostileTextIsShown: neutralised is not dropped.
func TestHostileTextIsShown(t *testing.T) {
	page := render(t, viewtest.Hostile())
	for _, want := range []string{"␛[31mred", "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;", "invoice\ufffdgnp.exe"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
}

// TestParts: what a page must hold of its answer.
func TestParts(t *testing.T) {
	for _, c := range []struct {
		o    *answer.Outcome
		want []string
	}{
		{viewtest.YearOverYear(), []string{"<h1>Revenue was $121.7 million", "$102,884,210.07", "&#43;18.3 %", `aria-labelledby="chart-wide-t chart-wide-d"`, "kafka://events.nimbus.example:9092/billing.events",
			`<span class="k">SELECT</span>`, "Dana Whitfield (Finance)", "abs(r[5].revenue_change_pct)", "0.1830031055", "Quarters are those of the calendar year.", "sha256:7a1f", "revenue_daily.day"}},
		{viewtest.Single(), []string{`<dl class="figures"><div><dt>Revenue</dt><dd>$128,412,906.44</dd></div></dl>`}},
		{viewtest.Warned(), []string{`<div class="notice warning" role="note"><strong>Warning</strong>`, "3 days late"}},
		{viewtest.Blocked(), []string{`<span class="badge blocked">Blocked</span>`, "Owner: Billing Platform", "Ask for a period up to 20 Nov 2026"}},
		{viewtest.ClarifyMetric(), []string{"<h1>“Churn” can mean two things here.", "Ask: revenue churn rate in Q3 2026"}},
		{viewtest.DeclinedUndefined(), []string{"You could ask", "customer satisfaction in Q3 2026"}},
		{viewtest.Confirm(), []string{"--confirm 9f1c22ab40d8e67355b01a7c"}},
		{viewtest.ManyColumns(), []string{"There are further rows that were not fetched."}},
		{viewtest.Inferred(), []string{`<span class="badge weak">Worked out from the data`}},
	} {
		page := render(t, c.o)
		for _, w := range c.want {
			if !strings.Contains(page, w) {
				t.Errorf("%s: the page has no %q", c.o.Question, w)
			}
		}
	}
	if page := render(t, viewtest.Blocked()); strings.Contains(page, "<table>") || strings.Contains(page, "$") {
		t.Error("a blocked page shows figures")
	}
}

func TestManyRows(t *testing.T) {
	o := viewtest.Count()
	row := o.Rows[0]
	for range maxRows + 5 {
		o.Rows = append(o.Rows, row)
	}
	if page := render(t, o); !strings.Contains(page, "6 further rows are not on this page.") || strings.Count(page, `<td class="num main">`) != maxRows {
		t.Errorf("%d rows are written", strings.Count(page, `<td class="num main">`))
	}
}

var variable = regexp.MustCompile(`--([a-z0-9-]+): #([0-9a-f]{6})`)

// TestContrast: WCAG 2.2 AA, 4.5 to 1 for text and 3 to 1 for what must be seen in pictures, in the
// light and in the dark palette.
func TestContrast(t *testing.T) {
	light, dark, ok := strings.Cut(pageCSS, "@media (prefers-color-scheme: dark)")
	if !ok {
		t.Fatal("no dark palette")
	}
	text := []string{"ink on page", "ink on card", "ink on soft", "muted on page", "muted on card", "muted on soft", "good on good-soft", "warn on warn-soft", "bad on bad-soft", "ink on warn-soft", "ink on bad-soft",
		"accent on accent-soft", "ink on accent-soft", "muted on accent-soft", "keyword on soft", "string on soft", "number on soft"}
	marks := []string{"s1 on card", "s2 on card", "s3 on card", "s4 on card", "s5 on card", "s6 on card", "beside on card", "accent on card", "accent on page"}
	dark, _, _ = strings.Cut(dark, "}")
	light, _, _ = strings.Cut(light, "}")
	for name, css := range map[string]string{"light": light, "dark": dark} {
		palette := map[string]float64{}
		for _, m := range variable.FindAllStringSubmatch(css, -1) {
			palette[m[1]] = luminance(t, m[2])
		}
		check := func(pairs []string, least float64) {
			for _, p := range pairs {
				fg, bg, _ := strings.Cut(p, " on ")
				a, okA := palette[fg]
				b, okB := palette[bg]
				if !okA || !okB {
					t.Errorf("%s: %s: no such colour", name, p)
				}
				if got := (max(a, b) + 0.05) / (min(a, b) + 0.05); got < least {
					t.Errorf("%s: %s is %.2f to 1, want %.1f", name, p, got, least)
				}
			}
		}
		check(text, 4.5)
		check(marks, 3)
	}
}

// luminance is WCAG's relative luminance of an sRGB colour.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

// TestTokens: colouring changes no character.
func TestTokens(t *testing.T) {
	for in, want := range map[string]string{
		"SELECT a.x1, 'it''s' -- why\nFROM t WHERE n > 1.5": "k:SELECT| a.x1, |s:'it''s'| |c:-- why|\n|k:FROM| t |k:WHERE| n > |n:1.5",
		`"select" /* open`: `"select" |c:/* open`,
		"'open":            "s:'open",
	} {
		var got []string
		joined := ""
		for _, x := range tokens(in) {
			joined += x.Text
			if x.Class != "" {
				x.Text = x.Class + ":" + x.Text
			}
			got = append(got, x.Text)
		}
		if joined != in || strings.Join(got, "|") != want {
			t.Errorf("tokens(%q) = %q, want %q", in, strings.Join(got, "|"), want)
		}
	}
}

func FuzzTokens(f *testing.F) {
	f.Add("SELECT 'a' -- b\n/* c */ 1.0")
	f.Fuzz(func(t *testing.T, sql string) {
		joined := ""
		for _, x := range tokens(sql) {
			joined += x.Text
		}
		if joined != sql {
			t.Errorf("tokens(%q) joined are %q", sql, joined)
		}
	})
}

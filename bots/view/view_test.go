package view

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/bots/view/viewtest"
	"github.com/limn-data/limn/internal/decimal"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain text, 東京 🌲 é":        "plain text, 東京 🌲 é",
		"\x1b[31mred\x1b[0m":        "␛[31mred␛[0m",
		"\x1b]0;title\x07":          "␛]0;title␇",
		"\u009b2J":                  "\ufffd2J",
		"a\r\nb\tc\u2028d":          "a  b c d",
		"x\x00y\x7fz":               "x␀y␡z",
		"invoice\u202egnp.exe":      "invoice\ufffdgnp.exe",
		"\u2066a\u2069\u200b\ufeff": "\ufffda\ufffd\ufffd\ufffd",
		"tag\U000e0041":             "tag\ufffd",
		"bad \xff byte":             "bad \ufffd byte",
		"👩\u200d💻 می\u200cخواهم שלום": "👩\u200d💻 می\u200cخواهم שלום",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
	if got, want := CleanLines("a\r\n\tb\x1b"), "a\n  b␛"; got != want {
		t.Errorf("CleanLines = %q, want %q", got, want)
	}
}

func FuzzClean(f *testing.F) {
	f.Add(viewtest.Escape + viewtest.Override)
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool {
			return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d' || r == '\u2028' || r == '\u2029'
		}) {
			t.Errorf("Clean(%q) = %q", s, got)
		}
		if again := Clean(got); again != got {
			t.Errorf("cleaned again, %q becomes %q", got, again)
		}
	})
}

// TestNothingHarmful: no text of a view holds a control character, wherever the outcome held it.
func TestNothingHarmful(t *testing.T) {
	seen := 0
	for _, n := range viewtest.All() {
		a := Of(n.Outcome)
		shown := []any{a, a.Table.Rows(0)}
		if a.Chart != nil {
			shown = append(shown, a.Chart.Describe(), a.Chart.Notes())
		}
		for _, v := range shown {
			texts(reflect.ValueOf(v), func(s string) {
				seen++
				if s != CleanLines(s) {
					t.Errorf("%s: %q", n.Name, s)
				}
			})
		}
	}
	if seen < 1000 {
		t.Errorf("only %d texts were seen", seen)
	}
}

// texts calls see for every string that a value shows: its fields that surfaces can reach.
func texts(v reflect.Value, see func(string)) {
	switch v.Kind() {
	case reflect.String:
		see(v.String())
	case reflect.Pointer:
		if !v.IsNil() {
			texts(v.Elem(), see)
		}
	case reflect.Slice:
		for i := range v.Len() {
			texts(v.Index(i), see)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				texts(v.Field(i), see)
			}
		}
	}
}

func TestCells(t *testing.T) {
	usd, percent, points, minutes := "USD", "percent", "points", "minutes"
	list := answer.Rows{{"a", int64(1), nil}}[0]
	for _, c := range []struct {
		column answer.Column
		value  any
		want   string
	}{
		{answer.Column{Type: "decimal(38,2)", Role: "metric", Unit: &usd, Scale: 2}, decimal.MustParse("412345678.12"), "$412,345,678.12"},
		{answer.Column{Type: "decimal(38,2)", Role: "change", Unit: &usd, Scale: 2}, decimal.MustParse("5"), "+$5.00"},
		{answer.Column{Type: "decimal(38,2)", Role: "change", Unit: &usd, Scale: 2}, decimal.MustParse("-5"), "-$5.00"},
		{answer.Column{Type: "decimal(38,10)", Role: "share", Unit: &percent, Scale: 1}, decimal.MustParse("0.1243"), "12.4 %"},
		{answer.Column{Type: "decimal(38,10)", Role: "percent", Unit: &percent, Scale: 1}, decimal.MustParse("0.98"), "98.0 %"}, // attainment: nothing prior
		{answer.Column{Type: "decimal(38,10)", Role: "change", Unit: &points, Scale: -1}, decimal.MustParse("0.0123"), "+1.23 points"},
		{answer.Column{Type: "double", Role: "metric", Unit: &minutes, Scale: 1}, 1234.56, "1,234.6"},
		{answer.Column{Type: "double", Role: "metric", Scale: -1}, math.NaN(), "not a number"},
		{answer.Column{Type: "double", Role: "metric", Scale: -1}, math.Inf(-1), "-infinite"},
		{answer.Column{Type: "double", Role: "metric", Scale: -1}, 1e300, "1e+300"},
		{answer.Column{Type: "bigint", Role: "metric", Scale: 0}, int64(1234567), "1,234,567"},
		{answer.Column{Type: "bigint", Role: "dimension", Scale: -1}, int64(1234567), "1234567"}, // an identifier
		{answer.Column{Type: "decimal(18,2)", Role: "dimension", Unit: &usd, Scale: -1}, decimal.MustParse("1234.5"), "$1,234.50"},
		{answer.Column{Type: "varchar", Role: "dimension"}, nil, "–"},
		{answer.Column{Type: "varchar", Role: "dimension"}, "2026-04-01", "2026-04-01"}, // text that looks like a date
		{answer.Column{Type: "varchar", Role: "attribute"}, "2026-04-01", "1 Apr 2026"},
		{answer.Column{Type: "varchar", Role: "attribute"}, "2026-04-01T06:30:00Z", "1 Apr 2026 06:30 UTC"},
		{answer.Column{Type: "boolean", Role: "dimension"}, true, "yes"},
		{answer.Column{Type: "varbinary", Role: "dimension"}, []byte{1, 255}, "0x01ff"},
		{answer.Column{Type: "array(varchar)", Role: "dimension"}, list, `["a",1,null]`},
		{answer.Column{Type: "date", Role: "dimension"}, "2026-01-02", "2 Jan 2026"},
		{answer.Column{Type: "date", Role: "time", Grain: "day"}, "2026-01-02", "2 Jan 2026"},
		{answer.Column{Type: "date", Role: "time", Grain: "week"}, "2026-01-05", "week of 5 Jan 2026"},
		{answer.Column{Type: "date", Role: "time", Grain: "month"}, "2026-03-01", "Mar 2026"},
		{answer.Column{Type: "date", Role: "time", Grain: "quarter"}, "2026-04-01", "Q2 2026"},
		{answer.Column{Type: "date", Role: "time", Grain: "quarter", YearStart: 2}, "2026-02-01", "Q1 FY2027"},
		{answer.Column{Type: "date", Role: "time", Grain: "half"}, "2026-07-01", "H2 2026"},
		{answer.Column{Type: "date", Role: "time", Grain: "year"}, "2026-01-01", "2026"},
		{answer.Column{Type: "timestamp(3)", Role: "time", Grain: "month"}, "2026-03-01 00:00:00.000", "Mar 2026"},
		{answer.Column{Type: "timestamp(3)", Role: "time"}, "2026-03-01 14:05:00.000", "1 Mar 2026 14:05"},
		{answer.Column{Type: "timestamp(3)", Role: "time"}, "2026-03-01 14:05:09.250", "1 Mar 2026 14:05:09"},
		{answer.Column{Type: "timestamp(6)", Role: "time"}, "2026-03-01T14:05:09.250113", "1 Mar 2026 14:05:09"},
		{answer.Column{Type: "timestamp(3) with time zone", Role: "time"}, "2026-03-01 14:05:00.000 Europe/Oslo", "1 Mar 2026 14:05 Europe/Oslo"},
		{answer.Column{Type: "date", Role: "time", Grain: "month"}, "soon", "soon"},
	} {
		o := &answer.Outcome{Outcome: answer.Answered, Columns: []answer.Column{c.column}, Rows: answer.Rows{{c.value}}}
		if got := Of(o).Table.Rows(0)[0][0].Text; got != c.want {
			t.Errorf("%s %s %v is shown as %q, want %q", c.column.Type, c.column.Role, c.value, got, c.want)
		}
	}
}

// TestTitles: people never see a column's name, and always see a unit that the cells do not show.
func TestTitles(t *testing.T) {
	hours := "hours"
	o := &answer.Outcome{Columns: []answer.Column{{Name: "hours_open", Type: "double", Role: "metric", Unit: &hours, Title: "Open for"}, {Name: "voice_hours", Type: "double", Role: "metric", Unit: &hours, Title: "Voice hours"}, {Name: "net_amount", Type: "double"}}}
	var got []string
	for _, c := range Of(o).Table.Columns {
		got = append(got, c.Title)
	}
	if d := cmp.Diff([]string{"Open for (hours)", "Voice hours", "Net amount"}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestAxis(t *testing.T) {
	usd, percent := "USD", "percent"
	for _, c := range []struct {
		kind   string
		unit   *string
		values []float64
		want   string
	}{
		{"bar", &usd, []float64{9.2e6, 4e6}, "$0 $2.5M $5M $7.5M $10M"},
		{"bar", nil, []float64{812e6, 9e6}, "0 250M 500M 750M 1B"},
		{"bar", &usd, []float64{4.1e6, -2.5e6}, "-$4M -$2M $0 $2M $4M $6M"},
		{"bar", &percent, []float64{0.553, 0.116}, "0 % 20 % 40 % 60 %"},
		{"bar", nil, []float64{0, 0}, "0 0.25 0.5 0.75 1"},
		{"bar", nil, []float64{-3}, "-3 -2 -1 0"},
		{"line", &usd, []float64{84.9e6, 121.7e6}, "$80M $90M $100M $110M $120M $130M"}, // zoomed
		{"line", &usd, []float64{10e6, 121.7e6}, "$0 $50M $100M $150M"},
		{"line", nil, []float64{5, 5}, "0 2 4 6"},
		{"line", &percent, []float64{0.9655, 0.985}, "96.5 % 97 % 97.5 % 98 % 98.5 %"},
	} {
		ch := &Chart{Kind: c.kind, Series: []Series{{}}}
		for _, v := range c.values {
			ch.Series[0].Points = append(ch.Series[0].Points, Point{Value: v, OK: true})
		}
		got := axis(ch, answer.Column{Unit: c.unit})
		var ticks []string
		for _, k := range got.Ticks {
			ticks = append(ticks, k.Text)
		}
		if s := strings.Join(ticks, " "); s != c.want {
			t.Errorf("%s %v has the ticks %s, want %s", c.kind, c.values, s, c.want)
		}
		for _, v := range c.values {
			if v < got.Min || v > got.Max {
				t.Errorf("%v is outside of %v to %v", v, got.Min, got.Max)
			}
		}
		if got.Zoomed != (got.Min > 0) || got.Zoomed && c.kind != "line" {
			t.Errorf("%s %v: zoomed is %v at %v", c.kind, c.values, got.Zoomed, got.Min)
		}
	}
}

// FuzzAxis: whatever is drawn, the axis holds it with a few ticks in rising order.
func FuzzAxis(f *testing.F) {
	f.Add(1.0, 2.0, true)
	f.Add(-1e-9, 1e18, false)
	f.Fuzz(func(t *testing.T, a, b float64, bar bool) {
		bad := func(v float64) bool {
			return math.IsNaN(v) || math.Abs(v) > 1e30 || v != 0 && math.Abs(v) < 1e-12
		}
		if bad(a) || bad(b) {
			t.Skip()
		}
		c := &Chart{Kind: "line", Series: []Series{{Points: []Point{{Value: a, OK: true}, {Value: b, OK: true}}}}}
		if bar {
			c.Kind = "bar"
		}
		got := axis(c, answer.Column{})
		slack := (got.Max - got.Min) * 1e-6
		if n := len(got.Ticks); n < 2 || n > 8 || min(a, b) < got.Min-slack || max(a, b) > got.Max+slack {
			t.Errorf("%v and %v: %+v", a, b, got)
		}
		for i := 1; i < len(got.Ticks); i++ {
			if got.Ticks[i].Value <= got.Ticks[i-1].Value {
				t.Errorf("%v and %v: ticks do not rise: %+v", a, b, got)
			}
		}
	})
}

func TestChart(t *testing.T) {
	two := Of(viewtest.TwoDimensions()).Chart
	if d := cmp.Diff([]string{"North America · SMS", "Europe · SMS", "North America · WhatsApp", "Europe · WhatsApp", "no region · SMS", "Latin America · WhatsApp"}, two.Labels); d != "" {
		t.Errorf("labels (-want +got):\n%s", d)
	}
	if two.Title != "Messages sent by region and channel" {
		t.Errorf("title %q", two.Title)
	}
	lines := Of(viewtest.Lines()).Chart
	var names []string
	for _, s := range lines.Series {
		names = append(names, s.Name)
		if len(s.Points) != 10 {
			t.Errorf("%s has %d points", s.Name, len(s.Points))
		}
	}
	if d := cmp.Diff([]string{"United States", "Germany", "Japan", "Brazil", "France", "India"}, names); d != "" || lines.Dropped != 2 {
		t.Errorf("%d dropped, series (-want +got):\n%s", lines.Dropped, d)
	}
	if yoy := Of(viewtest.YearOverYear()).Chart; !yoy.Series[1].Beside || yoy.Series[0].Points[5].Text() != "$121.7M" || yoy.Series[0].Points[5].Exact() != "$121,712,340.88" {
		t.Errorf("%+v", yoy.Series)
	}
	// Rows that come sorted by value are drawn in the order of time.
	o := viewtest.YearOverYear()
	o.Rows[0], o.Rows[5] = o.Rows[5], o.Rows[0]
	if got := Of(o).Chart.Labels[0]; got != "Q1 2025" {
		t.Errorf("the first label is %s", got)
	}
	if o.Rows[0][0] != "2026-04-01" {
		t.Error("drawing sorted the answer's own rows")
	}
}

func TestPath(t *testing.T) {
	fed := viewtest.Single()
	fed.Sources[0].Upstream = []string{"lake.core.usage_daily", "kafka://h:9092/email.events", "lake.core.accounts"}
	for want, o := range map[string]*answer.Outcome{
		"answer ← revenue v3 ← lake.finance.revenue_daily ← kafka://…/billing.events":                                   viewtest.YearOverYear(),
		"answer ← messages_sent v2 ← lake.core.usage_daily, lake.core.accounts ← kafka://…/messaging.events and 2 more": viewtest.Warned(),
		"answer ← lake.main.claim": viewtest.Inferred(),
		"":                         viewtest.ClarifyMetric(),
		"answer ← revenue v3 ← lake.finance.revenue_daily ← kafka://…/email.events": fed,
	} {
		if got := Of(o).PathLine(); got != want {
			t.Errorf("path %q, want %q", got, want)
		}
	}
}

// TestGraph: a table that only names the groups leads to the answer, not into the number.
func TestGraph(t *testing.T) {
	g := Of(viewtest.Warned()).Details.Graph
	var got []string
	for _, e := range g.Edges {
		s := g.Nodes[e.From].Short + " → " + g.Nodes[e.To].Short
		if e.Indirect {
			s += " (indirect)"
		}
		got = append(got, s)
	}
	want := []string{"messages_sent v2 → Answer", "kafka://…/messaging.events → lake.core.usage_daily", "kafka://…/voice.events → lake.core.usage_daily", "lake.core.usage_daily → messages_sent v2",
		"kafka://…/crm.accounts → lake.core.accounts", "lake.core.accounts → Answer (indirect)"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("edges (-want +got):\n%s", d)
	}
}

// TestDescribe: a long series is told by its marks.
func TestDescribe(t *testing.T) {
	got := Of(viewtest.Trend()).Chart.Describe()
	want := "Line chart of Delivery rate by day. first 13 Oct 2026 97.5 %; lowest 31 Oct 2026 96.5 %; highest 18 Oct 2026 98.5 %; last 23 Nov 2026 97.1 %."
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestManyFeeds: what is not drawn is counted.
func TestManyFeeds(t *testing.T) {
	o := viewtest.Single()
	for i := range 10 {
		o.Sources[0].Upstream = append(o.Sources[0].Upstream, fmt.Sprintf("kafka://h:9092/topic-%d", i))
	}
	var feeds []string
	for _, n := range Of(o).Details.Graph.Nodes {
		if n.Layer == 0 {
			feeds = append(feeds, n.Short)
		}
	}
	if len(feeds) != maxFeeds || feeds[maxFeeds-1] != "4 more" {
		t.Errorf("11 feeds are drawn as %q", feeds)
	}
}

func TestPromise(t *testing.T) {
	for in, want := range map[string]string{
		"available_by 30 6 * * * UTC":           "complete by 06:30 UTC every day",
		"available_by 0 7 * * 1-5 Europe/Paris": "complete by 07:00 Europe/Paris on weekdays",
		"available_by */5 * * * * UTC":          "available_by */5 * * * * UTC",
		"":                                      "",
	} {
		if got := promise(in); got != want {
			t.Errorf("promise(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestUnknownLevel: a warning of a level that is not known is not lost.
func TestUnknownLevel(t *testing.T) {
	got := warnings([]answer.Warning{{Level: answer.Note, Message: "n"}, {Level: "new", Message: "x"}, {Level: answer.Blocked, Message: "b"}})
	var texts []string
	for _, g := range got {
		for _, w := range g.Items {
			texts = append(texts, g.Marker+" "+w.Message)
		}
	}
	if d := cmp.Diff([]string{"Blocked b", "Warning x", "Note n"}, texts); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

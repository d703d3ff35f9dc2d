package answer_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/gate"
	"github.com/limn-data/limn/internal/decimal"
	"github.com/limn-data/limn/internal/figure"
	"github.com/limn-data/limn/nl2sql/values"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/timex"
	"github.com/limn-data/limn/trino/rows"
)

// bakery is a small workspace: sales of loaves by shop.
const bakery = `version: "1.0"
semantic_model:
  - name: bakery
    datasets:
      - name: sales
        source: lake.bakery.sales
        primary_key: [sale_id]
        fields:
          - {name: sale_id, expression: {dialects: [{dialect: ANSI_SQL, expression: sale_id}]}}
          - {name: day, expression: {dialects: [{dialect: ANSI_SQL, expression: day}]}}
          - {name: shop, dimension: {is_time: false}, expression: {dialects: [{dialect: ANSI_SQL, expression: shop}]}}
          - {name: amount, expression: {dialects: [{dialect: ANSI_SQL, expression: amount}]}}
        custom_extensions: [{vendor_name: LIMN, data: '{"entity": {"name": "sale"}, "time": "day"}'}]
    metrics:
      - {name: turnover, description: What customers paid., ai_context: {synonyms: [takings]}, expression: {dialects: [{dialect: ANSI_SQL, expression: SUM(sales.amount)}]}, custom_extensions: [{vendor_name: LIMN, data: '{"label": "Turnover", "unit": "USD", "good": "up", "owners": {"business": "Ann (Shops)", "technical": "Data Eng"}, "version": 2, "target": "goal"}'}]}
      - {name: goal, expression: {dialects: [{dialect: ANSI_SQL, expression: "SUM(sales.amount * 2)"}]}, custom_extensions: [{vendor_name: LIMN, data: '{"label": "Goal", "unit": "USD"}'}]}
      - {name: tickets, expression: {dialects: [{dialect: ANSI_SQL, expression: COUNT(sales.sale_id)}]}, custom_extensions: [{vendor_name: LIMN, data: '{"label": "Number of sales", "unit": "count"}'}]}
      - {name: margin, expression: {dialects: [{dialect: ANSI_SQL, expression: "SUM(sales.amount) / NULLIF(COUNT(sales.sale_id), 0)"}]}, custom_extensions: [{vendor_name: LIMN, data: '{"label": "Margin", "unit": "percent"}'}]}
`

// made is an engine that makes rows up from the types of the columns that a statement gives.
type made struct {
	seed  uint64
	fails error
	asked []string
}

func (e *made) Run(_ context.Context, s answer.Statement) (*rows.Set, error) {
	e.asked = append(e.asked, s.Plan.SQL)
	if e.fails != nil {
		return nil, e.fails
	}
	r := rand.New(rand.NewPCG(e.seed, 1))
	set := &rows.Set{}
	n := 1
	for _, c := range s.Plan.Info.Columns {
		typ := c.Type.String()
		set.Columns = append(set.Columns, rows.Column{Name: c.Name, Type: typ})
		if typ == "date" || typ == "varchar" {
			n = 5
		}
	}
	day := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		var row []rows.Value
		for _, c := range set.Columns {
			switch base, _, _ := strings.Cut(c.Type, "("); base {
			case "date":
				row = append(row, day.AddDate(0, 3*i, 0).Format(time.DateOnly))
			case "varchar":
				row = append(row, []string{"Shop 24", "North", "O'Hare", "Île", "Corner"}[i])
			case "decimal":
				scale := int32(2)
				if strings.HasSuffix(c.Type, "10)") {
					scale = 10
				}
				digits := r.Int64N(1_000_000_000_000) // of very different sizes
				for range r.IntN(9) {
					digits /= 10
				}
				if r.IntN(4) == 0 {
					digits = -digits
				}
				row = append(row, decimal.New(digits, scale))
			case "bigint":
				row = append(row, r.Int64N(3_000_000))
			default:
				return nil, fmt.Errorf("no value of type %s", c.Type)
			}
		}
		set.Rows = append(set.Rows, row)
	}
	return set, nil
}

func open(t *testing.T, e answer.Engine, change func(*catalog.Asset), limits gate.Limits) *answer.Service {
	t.Helper()
	a := &catalog.Asset{Name: catalog.Name{Catalog: "lake", Schema: "bakery", Table: "sales"}, Description: "Sales.", Domain: "finance", Tier: catalog.Trusted,
		Owner: catalog.Owner{Business: "Ann (Shops)", Technical: "Data Eng"}, DataUntil: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), Bytes: 1000, Rows: 10, SnapshotID: "s1",
		Columns: []catalog.Column{{Name: "sale_id", Type: "bigint"}, {Name: "day", Type: "date"}, {Name: "shop", Type: "varchar"}, {Name: "amount", Type: "decimal(12,2)"}}}
	if change != nil {
		change(a)
	}
	return answer.NewService(answer.Workspace{Name: "bakery", Snapshot: catalog.New([]*catalog.Asset{a}, nil, nil), Values: values.New(nil), Calendar: timex.Calendar{WeekStart: time.Monday}, Limits: limits,
		Models: func(s *catalog.Snapshot) (*model.Model, error) {
			return model.Load(fstest.MapFS{"models/bakery/m.yaml": {Data: []byte(bakery)}}, s, nil)
		}}, e)
}

var at = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func ask(t *testing.T, s *answer.Service, q string) *answer.Outcome {
	t.Helper()
	o, err := s.Ask(t.Context(), answer.Request{Question: q, Who: access.Principal{Name: "ann"}, At: at})
	if err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	return o
}

// questions give a headline of every shape.
var questions = []string{"turnover last month", "turnover by shop", "turnover by quarter in 2025", "turnover by quarter in 2025 versus the year before", "top 3 shops by turnover", "number of sales in Q3 2026",
	"number of sales by shop last year", "margin last month", "margin by quarter in 2025 versus the year before", "share of turnover by shop", "turnover against target in March 2026", "turnover last quarter versus the quarter before",
	"turnover and number of sales in Q3 2026", "goal by month in 2025", "which shop had the highest turnover", "turnover by shop by quarter in 2025", "bottom 2 shops by margin"}

var figures = regexp.MustCompile(`-?[$€£¥]?\d[\d,.]*\d|-?[$€£¥]?\d`)

// TestEveryNumberIsSupported: what limn says about made-up rows holds against them, and 1,000 changed
// sentences do not.
func TestEveryNumberIsSupported(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	rejected, shapes := 0, map[string]int{}
	for round := 0; rejected < 1000; round++ {
		if round > 40 {
			t.Fatalf("only %d changed sentences came about", rejected)
		}
		s := open(t, &made{seed: uint64(round)}, nil, gate.Limits{})
		for _, q := range questions {
			o := ask(t, s, q)
			if o.Outcome != answer.Answered {
				t.Fatalf("%s: %s %+v %+v", q, o.Outcome, o.Clarify, o.Declined)
			}
			if bad := answer.Verify(o, o.Headline); len(bad) > 0 {
				t.Errorf("%s: its own headline %q is rejected for %q", q, o.Headline, bad)
			}
			known := saidBy(o)
			for _, m := range mutations(r, o.Headline) {
				if known[m.number] {
					continue // happens to be another number of the answer
				}
				if len(answer.Verify(o, m.sentence)) == 0 {
					t.Errorf("%s\n  %q\nbecame\n  %q (%s)\nand was let through", q, o.Headline, m.sentence, m.kind)
				}
				rejected++
				shapes[m.kind]++
			}
		}
	}
	for _, kind := range []string{"digit", "magnitude", "magnitude dropped", "sign dropped", "sign added", "added", "percent dropped", "other script"} {
		if shapes[kind] == 0 {
			t.Errorf("no sentence was changed by %s", kind)
		}
	}
	t.Logf("%d changed sentences rejected: %v", rejected, shapes)
}

// saidBy has every number that may stand in a sentence about an outcome, by itself and with its
// magnitude, collected without Verify.
func saidBy(o *answer.Outcome) map[string]bool {
	out := map[string]bool{}
	texts := []string{o.Headline, o.Interpretation}
	for _, m := range o.Metrics {
		texts = append(texts, m.Label)
	}
	for i, c := range o.Columns {
		texts = append(texts, c.Title)
		unit := ""
		if c.Unit != nil {
			unit = *c.Unit
		}
		for _, row := range o.Rows {
			d, ok := rows.Decimal(row[i])
			if !ok {
				text := fmt.Sprint(row[i])
				texts = append(texts, text)
				if day, err := time.Parse(time.DateOnly, text); err == nil {
					for _, cal := range []timex.Calendar{{}, {Fiscal: true, FiscalStart: 2}} {
						for g := timex.Day; g <= timex.Year; g++ {
							texts = append(texts, cal.Label(g, day))
						}
					}
				}
				continue
			}
			texts = append(texts, figure.Short(d, unit), figure.Exact(d, unit, c.Scale), figure.Points(d))
		}
	}
	for _, s := range texts {
		for _, at := range figures.FindAllStringIndex(s, -1) {
			out[whole(s, at[0], at[1])] = true
		}
	}
	return out
}

// whole is a number with the magnitude or percent sign behind it.
func whole(s string, from, to int) string {
	for _, w := range []string{" thousand", " million", " billion", " trillion", " %", " points"} {
		if strings.HasPrefix(s[to:], w) {
			to += len(w)
		}
	}
	return s[from:to]
}

type mutation struct{ kind, sentence, number string }

// mutations changes one number of a sentence in every way that matters.
func mutations(r *rand.Rand, s string) []mutation {
	var out []mutation
	for _, at := range figures.FindAllStringIndex(s, -1) {
		put := func(kind, number, after string) {
			next := s[:at[0]] + number + after
			out = append(out, mutation{kind, next, whole(next, at[0], at[0]+len(number))})
		}
		n, rest := s[at[0]:at[1]], s[at[1]:]
		i := r.IntN(len(n))
		for n[i] < '0' || n[i] > '9' {
			i = (i + 1) % len(n)
		}
		put("digit", n[:i]+string('0'+(n[i]-'0'+1+byte(r.IntN(9)))%10)+n[i+1:], rest)
		for _, m := range []string{" thousand", " million", " billion", " trillion"} {
			if strings.HasPrefix(rest, m) {
				put("magnitude", n, map[string]string{" thousand": " million", " million": " billion", " billion": " million", " trillion": " billion"}[m]+rest[len(m):])
				put("magnitude dropped", n, rest[len(m):])
			}
		}
		if strings.HasPrefix(rest, " %") {
			put("percent dropped", n, rest[2:])
		}
		if strings.HasPrefix(n, "-") {
			put("sign dropped", n[1:], rest)
		} else {
			put("sign added", []string{"-", "−", "–"}[r.IntN(3)]+n, rest)
			out[len(out)-1].number = "-" + whole(s, at[0], at[1])
		}
	}
	extra := fmt.Sprint(r.IntN(90000) + 1000)
	out = append(out, mutation{"added", strings.TrimSuffix(s, ".") + " and " + extra + ".", extra}, mutation{"other script", s + " ４２", "４２"})
	return out
}

// fields are those of contract.md, in the outcome and below.
var fields = []string{"answer_hash", "answer_id", "arithmetic", "arithmetic.expr", "arithmetic.id", "arithmetic.shown", "arithmetic.value", "as_of", "asked_by", "assumptions", "attempts", "chart", "chart.kind", "chart.series", "chart.x", "chart.y",
	"columns", "columns.description", "columns.name", "columns.role", "columns.type", "columns.unit", "confidence", "cost", "cost.completion_tokens", "cost.prompt_tokens", "cost.scanned_bytes", "headline", "interpretation",
	"lineage", "lineage.inputs", "lineage.inputs.column", "lineage.inputs.kind", "lineage.inputs.table", "lineage.output", "metrics", "metrics.definition", "metrics.name", "metrics.owner", "metrics.owner.business", "metrics.owner.technical",
	"metrics.tier", "metrics.version", "outcome", "question", "road", "rows", "sources", "sources.fresh_at", "sources.owner", "sources.owner.business", "sources.owner.technical", "sources.sla", "sources.snapshot_id", "sources.status", "sources.table",
	"sources.tier", "sources.upstream", "sql", "suggestions", "timings_ms", "timings_ms.check", "timings_ms.gate", "timings_ms.plan", "timings_ms.read", "timings_ms.run", "timings_ms.total", "truncated", "trust", "trust.label", "trust.line",
	"warnings", "warnings.asset", "warnings.code", "warnings.level", "warnings.message", "why"}

// more are fields beyond the contract, which may be added freely and must not vanish unnoticed.
var more = []string{"columns.grain", "columns.scale", "columns.title", "metrics.domain", "metrics.expression", "metrics.label", "sources.columns", "sources.data_until", "trace", "warnings.owner"}

// TestOutcomeFields: the JSON of an answer has exactly the promised fields, lists as lists even when empty.
func TestOutcomeFields(t *testing.T) {
	s := open(t, &made{}, func(a *catalog.Asset) {
		a.Checks = []catalog.Check{{ID: "x", Column: "amount", Status: "error"}}
	}, gate.Limits{})
	o := ask(t, s, "turnover by quarter in 2025 versus the year before")
	got := jsonFields(t, o)
	want := append(slices.Clone(fields), more...)
	for _, f := range want {
		if !got[f] {
			t.Errorf("%s is missing", f)
		}
	}
	for f := range got {
		if !slices.Contains(want, f) {
			t.Errorf("%s is not in the list", f)
		}
	}
	for q, extra := range map[string][]string{"turnover of bicycles": {"declined.code", "declined.reason", "declined.hint", "declined.owner", "declined.confirm"}, "top": {"clarify.question", "clarify.options"}} {
		o := ask(t, s, q)
		got := jsonFields(t, o)
		if o.Outcome == answer.Answered {
			t.Fatalf("%q is answered", q)
		}
		if o.Outcome == answer.Clarified && q != "top" || o.Outcome == answer.Refused && q == "top" {
			continue // read the other way; the fields of that are looked at by the other question
		}
		for _, f := range extra {
			if !got[f] {
				t.Errorf("%s: %s is missing in %s", q, f, o.Outcome)
			}
		}
	}
	raw, err := json.Marshal(ask(t, s, "bicycles"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(strings.ReplaceAll(string(raw), `"confirm":null`, ""), `":null`) && !strings.Contains(string(raw), `"chart":null`) {
		t.Errorf("a list is null: %s", raw)
	}
}

func jsonFields(t *testing.T, o *answer.Outcome) map[string]bool {
	t.Helper()
	raw, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := json.Unmarshal(raw, &tree); err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	var walk func(prefix string, v any)
	walk = func(prefix string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, x := range v {
				out[prefix+k] = true
				walk(prefix+k+".", x)
			}
		case []any:
			for _, x := range v {
				walk(prefix, x)
			}
		}
	}
	walk("", any(tree))
	return out
}

// TestHash: the same rows at the same moment give the same hash whoever asks and however; another row,
// another definition or another state of a table gives another.
func TestHash(t *testing.T) {
	q := "turnover by shop"
	first := ask(t, open(t, &made{seed: 1}, nil, gate.Limits{}), q)
	again := ask(t, open(t, &made{seed: 1}, nil, gate.Limits{}), q)
	if first.Hash != again.Hash || first.ID != again.ID || !strings.HasPrefix(first.Hash, "sha256:") {
		t.Errorf("the same answer has hashes %s and %s, ids %s and %s", first.Hash, again.Hash, first.ID, again.ID)
	}
	worded := ask(t, open(t, &made{seed: 1}, nil, gate.Limits{}), "takings by shop")
	if worded.Hash != first.Hash || worded.ID == first.ID {
		t.Errorf("the same answer to other words: hash %s, want %s; id %s", worded.Hash, first.Hash, worded.ID)
	}
	for name, other := range map[string]*answer.Outcome{
		"other rows":      ask(t, open(t, &made{seed: 2}, nil, gate.Limits{}), q),
		"other snapshot":  ask(t, open(t, &made{seed: 1}, func(a *catalog.Asset) { a.SnapshotID = "s2" }, gate.Limits{}), q),
		"other warning":   ask(t, open(t, &made{seed: 1}, func(a *catalog.Asset) { a.Tier = catalog.Raw }, gate.Limits{}), q),
		"other statement": ask(t, open(t, &made{seed: 1}, nil, gate.Limits{}), "turnover by shop in 2025"),
	} {
		if other.Hash == first.Hash {
			t.Errorf("%s: the same hash", name)
		}
	}
}

type told struct{}

func (told) Error() string { return "took too long" }
func (told) Tell() (code, reason, hint string) {
	return "timeout", "It took too long.", "Ask for less."
}

// TestWhatKeepsAnAnswerBack: the gate, the engine and the engine's own failure.
func TestWhatKeepsAnAnswerBack(t *testing.T) {
	s := open(t, &made{}, nil, gate.Limits{AskAbove: 100})
	o := ask(t, s, "turnover by shop")
	if o.Outcome != answer.Refused || o.Declined.Code != "needs_confirmation" || o.Declined.Confirm == nil {
		t.Fatalf("a costly question: %s %+v", o.Outcome, o.Declined)
	}
	again := answer.Request{Question: "turnover by shop", Who: access.Principal{Name: "ann"}, At: at, Confirm: *o.Declined.Confirm}
	if o, err := s.Ask(t.Context(), again); err != nil || o.Outcome != answer.Answered {
		t.Errorf("confirmed, it is %s %+v %v", o.Outcome, o.Declined, err)
	}
	again.Who.Name = "bob"
	if o, err := s.Ask(t.Context(), again); err != nil || o.Outcome != answer.Refused {
		t.Errorf("another person's consent counts: %s %v", o.Outcome, err)
	}
	again.Who.Name, again.Question = "ann", "turnover"
	if o, err := s.Ask(t.Context(), again); err != nil || o.Outcome != answer.Refused {
		t.Errorf("consent to another statement counts: %s %v", o.Outcome, err)
	}
	o = ask(t, open(t, &made{fails: told{}}, nil, gate.Limits{}), "turnover by shop")
	if o.Outcome != answer.Refused || o.Declined.Code != "timeout" || o.Declined.Hint != "Ask for less." || o.SQL == "" {
		t.Errorf("the engine's limit: %s %+v", o.Outcome, o.Declined)
	}
	_, err := open(t, &made{fails: context.Canceled}, nil, gate.Limits{}).Ask(t.Context(), answer.Request{Question: "turnover by shop", At: at})
	if err == nil {
		t.Error("the engine's own failure is told as an answer")
	}
}

// A blocked answer carries no figure of the result in any of its fields.
func TestBlockedShowsNoFigure(t *testing.T) {
	e := &made{seed: 5}
	s := open(t, e, func(a *catalog.Asset) {
		a.DataUntil = time.Date(2026, 11, 10, 0, 0, 0, 0, time.UTC)
		a.SLA = &catalog.SLA{Kind: "available_by", Cron: "0 7 * * *", TimeZone: "UTC"}
	}, gate.Limits{})
	o := ask(t, s, "turnover by shop this month")
	if o.Outcome != answer.Refused || o.Declined.Code != "blocked" {
		t.Fatalf("%s %+v", o.Outcome, o.Declined)
	}
	raw, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	free := open(t, &made{seed: 5}, nil, gate.Limits{})
	shown := ask(t, free, "turnover by shop this month")
	for _, row := range shown.Rows {
		for i, v := range row {
			if d, ok := rows.Decimal(v); ok {
				unit := ""
				if u := shown.Columns[i].Unit; u != nil {
					unit = *u
				}
				for _, text := range []string{d.String(), figure.Short(d, unit), figure.Exact(d, unit, 2)} {
					if strings.Contains(string(raw), text) {
						t.Errorf("the blocked outcome shows %s: %s", text, raw)
					}
				}
			}
		}
	}
	if len(o.Rows) > 0 || len(shown.Rows) == 0 {
		t.Errorf("%d rows blocked, %d shown", len(o.Rows), len(shown.Rows))
	}
}

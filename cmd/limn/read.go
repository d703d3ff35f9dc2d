package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/limn-data/limn/nl2sql/question"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/timex"
)

// readingJSON is how a question is read, as scripts get it.
type readingJSON struct {
	ID           string      `json:"id,omitempty"`
	Spans        []spanJSON  `json:"spans"`
	Time         []timeJSON  `json:"time"`
	Query        any         `json:"query"`
	Uncovered    []string    `json:"uncovered"`
	Alternatives []string    `json:"alternatives"`
	Reading      string      `json:"interpretation"`
	Outcome      string      `json:"outcome"`
	Confidence   float64     `json:"confidence"`
	Assumptions  []string    `json:"assumptions"`
	Problem      *readingErr `json:"problem,omitempty"`
}

type readingErr struct{ Code, Reason, Hint string }

type spanJSON struct {
	Start   int    `json:"start"`
	End     int    `json:"end"`
	Text    string `json:"text"`
	Kind    string `json:"kind"`
	Meaning string `json:"meaning"`
}

type timeJSON struct {
	Text  string `json:"text"`
	Start string `json:"start"` // ISO 8601; empty when the range has no start
	End   string `json:"end"`   // exclusive
	Grain string `json:"grain"`
}

// runRead shows how questions are read.
func runRead(ctx context.Context, s streams, args []string) (int, error) {
	f := newFlags("read", s)
	at := f.String("at", "", "the `time` to read as of")
	as := f.String("as", "", "the `user` who asks")
	batch := f.String("batch", "", "read one {\"id\",\"question\",\"at\"} a line from `file`")
	rest, err := f.parse(args)
	if err != nil {
		return 0, err
	}
	if len(rest) == 0 && *batch == "" {
		return 0, usage("read needs a question or --batch FILE")
	}
	dir, err := findWorkspace(f.workspace)
	if err != nil {
		return 0, err
	}
	w, err := openWorkspace(ctx, dir)
	if err != nil {
		return 0, err
	}
	defer w.Close()
	ss, err := w.service.Session(ctx, principal(*as))
	if err != nil {
		return 0, err
	}
	if *batch != "" {
		return exitDone, readBatch(s, w, ss.Reader, *batch, *at)
	}
	now, err := w.now(*at)
	if err != nil {
		return 0, err
	}
	r := ss.Reader.Read(strings.Join(rest, " "), now)
	doc := describeReading(r)
	if f.json {
		return readCode(r), writeJSON(s.out, doc)
	}
	for _, sp := range doc.Spans {
		if sp.Kind != string(question.KindFiller) {
			fmt.Fprintf(s.out, "%-28s %-10s %s\n", sp.Text, sp.Kind, sp.Meaning)
		}
	}
	switch {
	case r.Clarify != nil:
		fmt.Fprintln(s.out, "\nAsks back:", r.Clarify.Question)
	case r.Decline != nil:
		fmt.Fprintln(s.out, "\nDeclines:", r.Decline.Reason)
	default:
		fmt.Fprintln(s.out, "\nRead as:", r.Sentence)
	}
	return readCode(r), nil
}

func readCode(r *question.Reading) int {
	switch {
	case r.Clarify != nil:
		return exitClarify
	case r.Decline != nil:
		return exitDeclined
	}
	return exitDone
}

func readBatch(s streams, w *workspace, r *question.Reader, file, at string) error {
	in := os.Stdin
	if file != "-" {
		var err error
		if in, err = os.Open(file); err != nil {
			return fmt.Errorf("reading the batch: %w", err)
		}
		defer in.Close()
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	enc := json.NewEncoder(s.out)
	enc.SetEscapeHTML(false)
	for n := 1; lines.Scan(); n++ {
		if len(strings.TrimSpace(lines.Text())) == 0 {
			continue
		}
		var q struct{ ID, Question, At string }
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			return fmt.Errorf("%s:%d: %w", file, n, err)
		}
		now, err := w.now(first(q.At, at))
		if err != nil {
			return fmt.Errorf("%s:%d: %w", file, n, err)
		}
		doc := describeReading(r.Read(q.Question, now))
		doc.ID = q.ID
		if err := enc.Encode(doc); err != nil {
			return err
		}
	}
	return lines.Err()
}

func describeReading(r *question.Reading) readingJSON {
	doc := readingJSON{Spans: []spanJSON{}, Time: []timeJSON{}, Uncovered: []string{}, Alternatives: []string{}, Reading: r.Sentence, Outcome: "query", Confidence: r.Confidence, Assumptions: []string{}}
	doc.Assumptions = append(doc.Assumptions, r.Assumptions...)
	for _, sp := range r.Spans {
		start, end := r.Tokens[sp.Start].Start, r.Tokens[sp.End-1].End
		j := spanJSON{Start: start, End: end, Text: r.Question[start:end], Kind: string(sp.Kind), Meaning: meaningText(sp)}
		doc.Spans = append(doc.Spans, j)
		if sp.Kind == question.KindOpen {
			doc.Uncovered = append(doc.Uncovered, j.Text)
		}
		if sp.Period != nil && sp.Kind == question.KindPeriod && sp.Period.Missing == "" {
			doc.Time = append(doc.Time, timeJSON{Text: j.Text, Start: isoDate(sp.Period.Range.From), End: isoDate(sp.Period.Range.To), Grain: sp.Period.Grain.String()})
		}
	}
	doc.Alternatives = append(doc.Alternatives, r.Suggestions...)
	switch {
	case r.Clarify != nil:
		doc.Outcome = "clarify"
		doc.Problem = &readingErr{Reason: r.Clarify.Question}
		for _, o := range r.Clarify.Options {
			doc.Alternatives = append(doc.Alternatives, o.Question)
		}
	case r.Decline != nil:
		doc.Outcome = "declined"
		doc.Problem = &readingErr{Code: r.Decline.Code, Reason: r.Decline.Reason, Hint: r.Decline.Hint}
	case r.Meta != nil:
		doc.Outcome = "meta"
		doc.Query = map[string]string{"meta": string(r.Meta.Kind), "subject": r.Meta.Subject}
	case r.Query != nil:
		doc.Query = queryJSON(*r.Query)
	}
	return doc
}

func isoDate(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

func meaningText(sp *question.Span) string {
	if sp.Period != nil && sp.Kind == question.KindPeriod {
		if sp.Period.Missing != "" {
			return sp.Period.Missing
		}
		return sp.Period.Range.String()
	}
	var out []string
	for _, m := range sp.Meanings {
		if m.Kind != sp.Kind {
			continue
		}
		switch {
		case m.Value != "":
			out = append(out, m.Field.String()+" = "+m.Value)
		case m.Metric != nil:
			out = append(out, m.Metric.Name)
		case m.Field != nil:
			out = append(out, m.Field.String())
		case m.Dataset != nil:
			out = append(out, m.Dataset.Name)
		case m.Table != nil:
			out = append(out, m.Table.Name.String())
		case m.Term != nil:
			out = append(out, m.Term.Name)
		}
	}
	return strings.Join(out, " | ")
}

// queryJSON is a semantic query in names.
func queryJSON(q semantic.Query) map[string]any {
	out := map[string]any{}
	var ms, by, where, having []string
	for _, m := range q.Metrics {
		ms = append(ms, m.Name)
	}
	for _, d := range q.By {
		by = append(by, d.Field.String())
	}
	for _, p := range q.Where {
		where = append(where, fmt.Sprintf("%s %s %s", p.Field, opNames[p.Op], strings.Join(p.Values, ", ")))
	}
	for _, t := range q.Having {
		having = append(having, fmt.Sprintf("%s %s %s", t.Metric.Name, opNames[t.Op], strings.Join(t.Values, ", ")))
	}
	set := func(k string, v any, ok bool) {
		if ok {
			out[k] = v
		}
	}
	set("metrics", ms, len(ms) > 0)
	set("by", by, len(by) > 0)
	set("where", where, len(where) > 0)
	set("having", having, len(having) > 0)
	set("grain", q.Grain.String(), q.Grain != timex.NoGrain)
	set("from", isoDate(q.Period.From), !q.Period.From.IsZero())
	set("to", isoDate(q.Period.To), !q.Period.To.IsZero())
	set("compare", compareNames[q.Compare], q.Compare != semantic.NoCompare)
	set("versus_from", isoDate(q.Versus.From), !q.Versus.From.IsZero())
	set("versus_to", isoDate(q.Versus.To), !q.Versus.To.IsZero())
	set("limit", q.Limit, q.Limit > 0)
	if q.Rows != nil {
		out["rows"] = q.Rows.Name
	}
	if q.Share == semantic.ShareTotal {
		out["share"] = "of_total"
	} else if q.Share == semantic.SharePart {
		out["share"] = fmt.Sprintf("%s = %s", q.Part[0].Field, strings.Join(q.Part[0].Values, ", "))
	}
	if q.Over != semantic.NoOuter {
		out["over"] = [...]string{"", "count", "average", "highest", "lowest"}[q.Over]
	}
	if len(q.Order) > 0 {
		out["order"] = map[bool]string{true: "descending", false: "ascending"}[q.Order[0].Desc]
	}
	return out
}

var opNames = map[semantic.Op]string{semantic.Eq: "=", semantic.Ne: "<>", semantic.Lt: "<", semantic.Le: "<=", semantic.Gt: ">", semantic.Ge: ">=", semantic.Between: "between", semantic.Contains: "contains", semantic.In: "in", semantic.IsNull: "is null", semantic.NotNull: "is not null"}

var compareNames = map[semantic.Comparison]string{semantic.PriorPeriod: "prior_period", semantic.PriorYear: "prior_year", semantic.CompareRange: "range", semantic.ToTarget: "target"}

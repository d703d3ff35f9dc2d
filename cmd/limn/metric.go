package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/nl2sql"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/plan"
	"github.com/limn-data/limn/semantic/resolve"
	"github.com/limn-data/limn/semantic/timex"
)

// list is a flag that may be given several times or with commas.
type list []string

func (l *list) String() string { return strings.Join(*l, ",") }

func (l *list) Set(s string) error {
	for p := range strings.SplitSeq(s, ",") {
		if p = strings.TrimSpace(p); p != "" {
			*l = append(*l, p)
		}
	}
	return nil
}

// texts is a flag that may be given several times, commas kept.
type texts []string

func (t *texts) String() string     { return strings.Join(*t, " and ") }
func (t *texts) Set(s string) error { *t = append(*t, s); return nil }

// runMetric lists metrics or asks for them without English.
func runMetric(ctx context.Context, s streams, args []string) (int, error) {
	if len(args) == 0 {
		return 0, usage("metric needs list or query")
	}
	verb, args := args[0], args[1:]
	f := newFlags("metric "+verb, s)
	var r resolve.Request
	f.Var((*list)(&r.Metrics), "metric", "`metric` to compute; may be repeated")
	f.Var((*list)(&r.By), "by", "`dimension` to group by; may be repeated")
	f.Var((*texts)(&r.Where), "where", "`condition` on a field; may be repeated")
	f.StringVar(&r.From, "from", "", "first `date`")
	f.StringVar(&r.To, "to", "", "`date` after the last")
	f.StringVar(&r.Grain, "grain", "", "day, week, month, quarter or year")
	f.StringVar(&r.Compare, "compare", "", "prior_period, prior_year or target")
	f.StringVar(&r.Order, "order", "", "metric or dimension; -name for descending")
	f.IntVar(&r.Limit, "limit", 0, "at most so many rows")
	only := f.Bool("sql", false, "print the SQL, do not run it")
	at := f.String("at", "", "the `time` to answer as of")
	as := f.String("as", "", "the `user` who asks")
	confirm := f.String("confirm", "", "`token` of an answer that asked for consent to its cost")
	rest, err := f.parse(args)
	if err != nil {
		return 0, err
	}
	if len(rest) > 0 {
		return 0, usage("metric %s does not take %q", verb, rest[0])
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
	switch verb {
	case "list":
		return exitDone, listMetrics(s, f, ss, w.model)
	case "query":
		if len(r.Metrics) == 0 {
			return 0, &cliError{code: "usage", hint: "limn metric list", err: errors.New("metric query needs --metric")}
		}
	default:
		return 0, usage("metric has no %q; use list or query", verb)
	}
	now, err := w.now(*at)
	if err != nil {
		return 0, err
	}
	cal, err := w.cfg.calendar()
	if err != nil {
		return 0, err
	}
	q, err := r.Query(ss.Model, ss.Reader.Graph(), cal)
	if err != nil {
		return 0, hint(err, "limn metric list")
	}
	if q.Compare != semantic.NoCompare {
		q.Until = timex.DayOf(now, w.zone)
	}
	p, err := plan.Build(ss.Model, ss.Reader.Graph(), q)
	var problem *plan.Problem
	if errors.As(err, &problem) && problem.Apart() != "" {
		return 0, hint(err, fmt.Sprintf("write the way that is meant before the field, as in %s.field", problem.Apart()))
	} else if errors.As(err, &problem) {
		return 0, hint(err, "ask for another dimension, or without it")
	} else if err != nil {
		return 0, err
	}
	compiled, err := nl2sql.Compile(p, ss.View.Snapshot(), ss.Tables)
	if err != nil {
		return 0, err
	}
	if *only {
		if f.json {
			return exitDone, writeJSON(s.out, map[string]string{"sql": compiled.SQL})
		}
		fmt.Fprintln(s.out, strings.TrimRight(compiled.SQL, "\n"))
		return exitDone, nil
	}
	tell, done := waiting(s.err)
	o, err := w.service.RunQuery(ctx, compiled, p, answer.Request{Who: principal(*as), At: now, Confirm: *confirm, Progress: tell})
	done()
	if err != nil {
		return 0, err
	}
	if f.json {
		return exitCode(o), writeJSON(s.out, o)
	}
	printOutcome(s, o, false)
	return exitCode(o), nil
}

// listMetrics prints the definitions that the asker sees. What is set aside only because the policy hides
// a column is no fault, and to speak of it would reveal the column: it is left out.
func listMetrics(s streams, f *flags, ss *answer.Session, full *model.Model) error {
	type row struct {
		Name        string   `json:"name"`
		Domain      string   `json:"domain"`
		Label       string   `json:"label"`
		Definition  string   `json:"definition"`
		Expression  string   `json:"expression"`
		Unit        string   `json:"unit"`
		Time        string   `json:"time"`
		Tier        string   `json:"tier"`
		Version     int      `json:"version"`
		Business    string   `json:"business_owner"`
		Technical   string   `json:"technical_owner"`
		Certified   string   `json:"certified"`
		Synonyms    []string `json:"synonyms"`
		Road        string   `json:"road"`
		Aside       string   `json:"aside,omitempty"`
		Description string   `json:"-"`
	}
	out := struct {
		Metrics []row    `json:"metrics"`
		Issues  []string `json:"issues"`
	}{Metrics: []row{}, Issues: []string{}}
	for _, m := range ss.Model.Metrics {
		x := row{Name: m.Name, Domain: m.Domain, Label: m.Title(), Definition: strings.Join(strings.Fields(m.Description), " "), Expression: m.Text, Unit: m.Unit, Tier: m.Tier, Version: m.Version,
			Business: m.Owner.Business, Technical: m.Owner.Technical, Synonyms: m.Synonyms, Road: m.Road()}
		if m.Time != nil {
			x.Time = m.Time.String()
		}
		if m.Cert != nil {
			x.Certified = m.Cert.Approver + ", " + m.Cert.Date
		}
		out.Metrics = append(out.Metrics, x)
	}
	for _, i := range ss.Model.Issues {
		if slices.Contains(full.Issues, i) {
			out.Issues = append(out.Issues, i.Error())
		}
	}
	if f.json {
		return writeJSON(s.out, out)
	}
	for _, m := range out.Metrics {
		mark := " "
		if m.Certified != "" {
			mark = "✓"
		}
		fmt.Fprintf(s.out, "%s %-26s %s\n", mark, m.Name, clip(m.Definition, 50))
	}
	for _, i := range out.Issues {
		fmt.Fprintln(s.err, "set aside:", i)
	}
	return nil
}

func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

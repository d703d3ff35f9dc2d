package view

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/catalog"
)

// Details are what stands behind the number.
type Details struct {
	Road        string
	Definitions []Definition
	Lineage     []Lineage
	Trace       []Hop // back to where the data begin
	Graph       Graph
	Sources     []Source
	SQL         string
	Arithmetic  []Arithmetic
	Why         []Part
	Attempts    []Attempt
	Timings     []Timing
	Confidence  string // "97 %"
	Scanned     string // "12.4 MB"; empty when nothing was scanned
	ID, Hash    string
}

// Definition is a metric in words and in code. Owners that nobody recorded say so.
type Definition struct {
	Title, Words, Code, Version, Tier, Domain string
	Business, Technical                       string
	Certified                                 string // by whom and when; empty when not certified
}

// Lineage says where a column of the result comes from; names are table.column.
type Lineage struct {
	Title            string
	Direct, Indirect []string // what reaches the value; what only filters, joins, groups or sorts
}

// Hop is one step back towards where the data begin: From feeds To, by Job where it is known.
type Hop struct {
	To, From, Job string
	Distance      int
}

// Source is a table that was read.
type Source struct {
	Table, Tier, Status, Promise string // Status in words; Promise is the SLA in words
	Fresh                        string // when its newest data landed
	Until                        string // the last day that is complete
	Business, Technical          string
	Snapshot                     string
	Upstream, Columns            []string
	Standing                     Standing // Official: in time; Weak: late or deprecated
}

// Arithmetic is a number of a sentence that was computed from cells.
type Arithmetic struct{ ID, Expr, Value, Shown string }

// Part is one contribution to an explained change.
type Part struct{ Dimension, Value, Delta, Share string }

// Attempt is one try of the drafted road.
type Attempt struct {
	Draft, Verdict string
	Problems       []string
}

// Timing is how long a phase took, in milliseconds.
type Timing struct{ Phase, Took string }

const nobody = "nobody is recorded"

func details(o *answer.Outcome) Details {
	d := Details{Road: Clean(o.Road), SQL: CleanLines(strings.TrimSpace(o.SQL)), ID: Clean(o.ID), Hash: Clean(o.Hash), Graph: graph(o),
		Confidence: fmt.Sprintf("%.0f %%", o.Confidence*100), Scanned: bytes(o.Cost.ScannedBytes)}
	for _, m := range o.Metrics {
		def := Definition{Title: Clean(m.Label), Words: Clean(m.Definition), Code: CleanLines(m.Expression), Tier: Clean(m.Tier), Domain: Clean(m.Domain), Certified: Clean(m.Certified)}
		def.Business, def.Technical = owners(m.Owner)
		if def.Title == "" {
			def.Title = capital(strings.ReplaceAll(Clean(m.Name), "_", " "))
		}
		if m.Version > 0 {
			def.Version = "v" + strconv.Itoa(m.Version)
		}
		d.Definitions = append(d.Definitions, def)
	}
	titles := map[string]string{}
	f := newFormat(o)
	for i, c := range o.Columns {
		titles[c.Name] = f.title(i)
	}
	for _, l := range o.Lineage {
		out := Lineage{Title: titles[l.Output]}
		if out.Title == "" {
			out.Title = Clean(l.Output)
		}
		for _, in := range l.Inputs {
			name := Clean(in.Table + "." + in.Column)
			if in.Kind == "direct" {
				out.Direct = append(out.Direct, name)
			} else {
				out.Indirect = append(out.Indirect, name)
			}
		}
		d.Lineage = append(d.Lineage, out)
	}
	for _, s := range o.Sources {
		d.Sources = append(d.Sources, source(s))
	}
	for _, x := range o.Arithmetic {
		d.Arithmetic = append(d.Arithmetic, Arithmetic{Clean(x.ID), Clean(x.Expr), Clean(x.Value), Clean(x.Shown)})
	}
	d.Trace = steps(o.Trace)
	for _, p := range o.Why {
		d.Why = append(d.Why, Part{Clean(p.Dimension), Clean(p.Value), Clean(p.Delta), Clean(p.Share)})
	}
	for _, a := range o.Attempts {
		d.Attempts = append(d.Attempts, Attempt{CleanLines(a.Draft), Clean(a.Verdict), cleanAll(a.Problems)})
	}
	t := o.Timings
	for _, x := range []struct {
		phase string
		ms    float64
	}{{"read", t.Read}, {"plan", t.Plan}, {"check", t.Check}, {"gate", t.Gate}, {"run", t.Run}, {"total", t.Total}} {
		d.Timings = append(d.Timings, Timing{x.phase, strconv.FormatFloat(x.ms, 'f', 1, 64) + " ms"})
	}
	return d
}

// steps are those of all outputs, each once.
func steps(trace []answer.Traced) []Hop {
	var out []Hop
	for _, t := range trace {
		to, from := t.Names()
		s := Hop{To: Clean(to), From: Clean(from), Job: Clean(t.Job), Distance: t.Hop}
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b Hop) int { return a.Distance - b.Distance })
	return out
}

// statuses in people's words.
var statuses = map[string]string{"ok": "in time", "late": "late", "deprecated": "deprecated", "unknown": "freshness not known"}

func source(s answer.Source) Source {
	out := Source{Table: Clean(s.Table), Tier: Clean(s.Tier), Status: statuses[s.Status], Promise: promise(Clean(s.SLA)), Snapshot: Clean(s.SnapshotID),
		Upstream: cleanAll(s.Upstream), Columns: cleanAll(s.Columns), Standing: map[string]Standing{"ok": Official, "late": Weak, "deprecated": Weak}[s.Status]}
	if out.Status == "" {
		out.Status = Clean(s.Status)
	}
	out.Business, out.Technical = owners(s.Owner)
	if s.FreshAt != nil {
		out.Fresh = moment(s.FreshAt.UTC())
	}
	if t, err := time.Parse(time.DateOnly, s.DataUntil); err == nil {
		out.Until = t.Format("2 Jan 2006")
	} else {
		out.Until = Clean(s.DataUntil)
	}
	return out
}

// promise puts "available_by 30 6 * * * UTC" into words where the schedule is a time of day; other
// schedules stay as they are written.
func promise(sla string) string {
	f := strings.Fields(sla)
	if len(f) < 6 || f[0] != "available_by" || f[3] != "*" || f[4] != "*" {
		return sla
	}
	minute, err1 := strconv.Atoi(f[1])
	hour, err2 := strconv.Atoi(f[2])
	days, known := map[string]string{"*": "every day", "1-5": "on weekdays", "1": "on Mondays"}[f[5]]
	if err1 != nil || err2 != nil || !known {
		return sla
	}
	return fmt.Sprintf("complete by %s %s", strings.Join(append([]string{fmt.Sprintf("%02d:%02d", hour, minute)}, f[6:]...), " "), days)
}

func owners(o catalog.Owner) (business, technical string) {
	business, technical = Clean(o.Business), Clean(o.Technical)
	if business == "" {
		business = nobody
	}
	if technical == "" {
		technical = nobody
	}
	return business, technical
}

// bytes is a size with three digits; empty for none.
func bytes(n int64) string {
	if n <= 0 {
		return ""
	}
	size, names := float64(n), []string{"bytes", "kB", "MB", "GB", "TB", "PB"}
	i := 0
	for ; size >= 1000 && i < len(names)-1; i++ {
		size /= 1000
	}
	return strconv.FormatFloat(size, 'g', 3, 64) + " " + names[i]
}

// Graph is the lineage as a drawing from left to right: what feeds the tables, the tables, the metrics,
// the answer.
type Graph struct {
	Nodes []Node
	Edges []GraphEdge
}

// Node stands in one of the layers 0 (feeds) to 3 (the answer).
type Node struct {
	Name  string // in full
	Short string
	Layer int
}

// GraphEdge joins two nodes by index. Indirect: it filters, joins, groups or labels, but is not in the value.
type GraphEdge struct {
	From, To int
	Indirect bool
}

// maxFeeds is how many feeds of one table are drawn; the last stands for those beyond.
const maxFeeds = 8

// graph draws a table to the metrics whose column it reaches directly; a table that reaches none of
// them, such as one that only names groups, is drawn to the answer.
func graph(o *answer.Outcome) Graph {
	var g Graph
	node := func(layer int, name, short string) int {
		name = Clean(name)
		if i := slices.IndexFunc(g.Nodes, func(n Node) bool { return n.Layer == layer && n.Name == name }); i >= 0 {
			return i
		}
		g.Nodes = append(g.Nodes, Node{name, Clean(short), layer})
		return len(g.Nodes) - 1
	}
	edge := func(from, to int, indirect bool) {
		e := GraphEdge{from, to, indirect}
		if !slices.Contains(g.Edges, e) {
			g.Edges = append(g.Edges, e)
		}
	}
	if o.Outcome != answer.Answered || len(o.Sources) == 0 {
		return g
	}
	end := node(3, "answer", "Answer")
	metrics := map[string]int{}
	for _, m := range o.Metrics {
		short := m.Name
		if m.Version > 0 {
			short += " v" + strconv.Itoa(m.Version)
		}
		metrics[m.Name] = node(2, m.Name, short)
		edge(metrics[m.Name], end, false)
	}
	for _, s := range o.Sources {
		t := node(1, s.Table, s.Table)
		for i, u := range s.Upstream {
			if rest := len(s.Upstream) - maxFeeds; i == maxFeeds-1 && rest > 0 {
				more := count(rest+1, "more", "more")
				edge(node(0, more+" of "+s.Table, more), t, false)
				break
			}
			edge(node(0, u, shortURN(Clean(u))), t, false)
		}
		reached := false
		for _, l := range o.Lineage {
			m, ok := metrics[l.Output]
			if ok && reaches(l, s.Table) {
				edge(t, m, false)
				reached = true
			}
		}
		switch {
		case reached:
		case len(metrics) == 1 && len(o.Sources) == 1: // no lineage was traced, and there is only one way
			edge(t, metrics[o.Metrics[0].Name], len(o.Lineage) > 0)
		default:
			edge(t, end, len(metrics) > 0)
		}
	}
	return g
}

func reaches(l answer.Lineage, table string) bool {
	return slices.ContainsFunc(l.Inputs, func(in answer.Input) bool { return in.Kind == "direct" && strings.EqualFold(in.Table, table) })
}

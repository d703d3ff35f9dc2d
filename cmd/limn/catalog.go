package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/embeddings/search"
)

// runCatalog looks into the catalog, or brings it up to date.
func runCatalog(ctx context.Context, s streams, args []string) (int, error) {
	if len(args) == 0 {
		return 0, usage("catalog needs show, search, sync, import or lint")
	}
	verb := args[0]
	switch verb {
	case "sync":
		return runSync(ctx, s, args[1:])
	case "import":
		return runImport(ctx, s, args[1:])
	case "lint":
		return runLint(ctx, s, args[1:])
	}
	f := newFlags("catalog "+verb, s)
	k := f.Int("k", 10, "how many hits")
	as := f.String("as", "", "the `user` who asks")
	impact := f.Bool("impact", false, "show what breaks if the table, or table.column, goes")
	rest, err := f.parse(args[1:])
	if err != nil {
		return 0, err
	}
	if verb != "show" && verb != "search" {
		return 0, usage("catalog has no %q; use show, search, sync, import or lint", verb)
	}
	if len(rest) == 0 {
		return 0, usage("catalog %s needs a name or words", verb)
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
	snap := ss.View.Snapshot()
	if verb == "search" {
		r, err := w.searchCatalog(ctx, search.Query{Text: strings.Join(rest, " "), K: *k, View: ss.View})
		if err != nil {
			return 0, err
		}
		return exitDone, showHits(s, f, r)
	}
	if *impact {
		return exitDone, showImpact(s, f, snap, rest[0])
	}
	return exitDone, showAsset(s, f, snap, rest[0])
}

func showHits(s streams, f *flags, r search.Result) error {
	hits := r.Hits
	if hits == nil {
		hits = []search.Hit{}
	}
	if f.json {
		return writeJSON(s.out, map[string]any{"hits": hits, "note": r.Note})
	}
	if r.Note != "" {
		fmt.Fprintln(s.err, r.Note)
	}
	if len(hits) == 0 {
		fmt.Fprintln(s.out, "Nothing found.")
	}
	for _, h := range hits {
		fmt.Fprintf(s.out, "%-7s %s\n        %s\n", h.Kind, h.Name, clip(strings.Join(strings.Fields(h.Description), " "), 70))
	}
	return nil
}

// assetJSON is an asset as scripts get it.
type assetJSON struct {
	Name        string           `json:"name"`
	Description string           `json:"description"`
	Domain      string           `json:"domain"`
	Tier        string           `json:"tier"`
	Owner       catalog.Owner    `json:"owner"`
	Rows        int64            `json:"rows"`
	Bytes       int64            `json:"bytes"`
	FreshAt     string           `json:"fresh_at"`
	DataFrom    string           `json:"data_from"`
	DataUntil   string           `json:"data_until"`
	SLA         string           `json:"sla"`
	Deprecated  string           `json:"deprecated"`
	Columns     []map[string]any `json:"columns"`
	Checks      []map[string]any `json:"checks"`
	Upstream    []string         `json:"upstream"`
	Downstream  []string         `json:"downstream"`
	Sources     []string         `json:"sources"`
	Metrics     []string         `json:"metrics"`

	Kind      string                `json:"kind"`
	ID        string                `json:"id"`
	Aliases   []string              `json:"aliases"`
	Owners    []catalog.Ownership   `json:"owners"`
	SLAs      []catalog.SLA         `json:"slas"`
	Observed  []catalog.Observation `json:"observed"`
	Incidents []catalog.Incident    `json:"incidents"`
	Grants    []catalog.GrantClaim  `json:"grants"`
	Usage     *catalog.Usage        `json:"usage"`
	Links     []catalog.Link        `json:"links"`
	Said      []catalog.Said        `json:"said"`  // whose word each field goes by, and who says otherwise
	Trace     []catalog.Step        `json:"trace"` // everything upstream, edge by edge
}

func showAsset(s streams, f *flags, snap *catalog.Snapshot, name string) error {
	a := findAsset(snap, name)
	if a == nil {
		return hint(fmt.Errorf("there is no table %q here", name), "limn catalog search "+name)
	}
	doc := describeAsset(snap, a)
	if f.json {
		return writeJSON(s.out, doc)
	}
	fmt.Fprintf(s.out, "%s\n  %s\n", doc.Name, strings.Join(strings.Fields(doc.Description), " "))
	line := func(what, value string) {
		if value != "" {
			fmt.Fprintf(s.out, "  %-16s %s\n", what, value)
		}
	}
	line("domain", doc.Domain)
	line("tier", doc.Tier)
	line("business owner", doc.Owner.Business)
	line("technical owner", doc.Owner.Technical)
	if doc.Rows >= 0 {
		line("rows", fmt.Sprint(doc.Rows))
	}
	line("data", strings.Trim(doc.DataFrom+" to "+doc.DataUntil, " to"))
	line("landed", doc.FreshAt)
	line("sla", doc.SLA)
	line("deprecated", doc.Deprecated)
	if len(doc.Aliases) > 0 {
		line("also called", strings.Join(doc.Aliases, ", "))
	}
	line("from", strings.Join(doc.Sources, ", "))
	line("feeds", strings.Join(doc.Downstream, ", "))
	line("metrics", strings.Join(doc.Metrics, ", "))
	for _, c := range doc.Columns {
		fmt.Fprintf(s.out, "    %-24v %-22v %s\n", c["name"], c["type"], clip(fmt.Sprint(c["description"]), 60))
	}
	for _, k := range doc.Checks {
		fmt.Fprintf(s.out, "    check %v: %v\n", k["id"], k["status"])
	}
	for _, i := range doc.Incidents {
		fmt.Fprintf(s.out, "    incident %s (%s): %s\n", i.ID, i.State, i.Title)
	}
	printSaid(s, doc.Said)
	return nil
}

// printSaid says whose word each field goes by, where that is not the workspace's own, and who says otherwise.
func printSaid(s streams, said []catalog.Said) {
	for _, x := range said {
		if x.From.System == catalog.Files && len(x.Others) == 0 {
			continue
		}
		fmt.Fprintf(s.out, "  %-16s from %s%s\n", x.Field, x.From.Source, age(x.From))
		for _, o := range x.Others {
			fmt.Fprintf(s.out, "  %-16s   %s says: %s\n", "", o.From.Source, clip(strings.Join(strings.Fields(o.Value), " "), 60))
		}
	}
}

func age(p *catalog.Provenance) string {
	if p.FetchedAt.IsZero() {
		return ""
	}
	return ", read " + p.FetchedAt.UTC().Format("2006-01-02 15:04")
}

// showImpact lists what breaks when a table or a column goes.
func showImpact(s streams, f *flags, snap *catalog.Snapshot, name string) error {
	a, column := findAsset(snap, name), ""
	if a == nil {
		if i := strings.LastIndexAny(name, "./"); i > 0 {
			if a = findAsset(snap, name[:i]); a != nil {
				column = name[i+1:]
				if len(a.Columns) > 0 && a.Column(column) == nil {
					return hint(fmt.Errorf("%s has no column %q", a.Title(), column), "limn catalog show "+a.Title())
				}
			}
		}
	}
	if a == nil {
		return hint(fmt.Errorf("there is no table or column %q here", name), "limn catalog search "+name)
	}
	hit := snap.Impact(a, column)
	if hit == nil {
		hit = []catalog.Affected{}
	}
	what := a.Title()
	if column != "" {
		what += "." + column
	}
	if f.json {
		return writeJSON(s.out, map[string]any{"asset": a.Title(), "column": column, "affected": hit})
	}
	if len(hit) == 0 {
		fmt.Fprintf(s.out, "Nothing that is known depends on %s.\n", what)
		return nil
	}
	fmt.Fprintf(s.out, "If %s goes:\n", what)
	for _, x := range hit {
		word := "breaks"
		if !x.Certain {
			word = "may break"
		}
		line := fmt.Sprintf("  %-9s %-9s %s", word, x.Kind, x.Name)
		if len(x.Columns) > 0 {
			line += " (" + strings.Join(x.Columns, ", ") + ")"
		}
		if x.Why != "" {
			line += ": " + x.Why
		}
		if o := first(x.Owner.Technical, x.Owner.Business); o != "" {
			line += "; ask " + o
		}
		fmt.Fprintln(s.out, line)
	}
	return nil
}

// findAsset finds a table by its full name, or by the end of it where only one fits.
func findAsset(snap *catalog.Snapshot, name string) *catalog.Asset {
	if a := snap.Asset(name); a != nil {
		return a
	}
	var found *catalog.Asset
	for _, a := range snap.Assets {
		if strings.HasSuffix(a.Name.Key(), "."+strings.ToLower(name)) {
			if found != nil {
				return nil
			}
			found = a
		}
	}
	return found
}

// listed is never nil, so that JSON has a list.
func listed[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func isoDay(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

func describeAsset(snap *catalog.Snapshot, a *catalog.Asset) assetJSON {
	doc := assetJSON{Name: a.Title(), Description: a.Description, Domain: a.Domain, Tier: string(a.Tier), Owner: a.Owner, Rows: a.Rows, Bytes: a.Bytes,
		DataFrom: isoDay(a.DataFrom), DataUntil: isoDay(a.DataUntil), Columns: []map[string]any{}, Checks: []map[string]any{}, Upstream: []string{}, Downstream: []string{},
		Sources: snap.Sources(a.Title()), Metrics: []string{}}
	if !a.FreshAt.IsZero() {
		doc.FreshAt = a.FreshAt.UTC().Format(time.RFC3339)
	}
	if a.SLA != nil {
		doc.SLA = a.SLA.String()
	}
	if d := a.Deprecation; d != nil {
		doc.Deprecated = strings.TrimSpace("since " + d.Since.Format(time.DateOnly) + ": " + d.Note)
		if d.Replacement != "" {
			doc.Deprecated += " Use " + d.Replacement + "."
		}
	}
	for _, c := range a.Columns {
		doc.Columns = append(doc.Columns, map[string]any{"name": c.Name, "type": c.Type, "description": c.Description, "unit": c.Unit, "pii": c.PII})
	}
	for _, k := range a.Checks {
		doc.Checks = append(doc.Checks, map[string]any{"id": k.ID, "column": k.Column, "status": k.Status, "severity": k.Severity, "expression": k.Expression, "partition": k.Partition, "message": k.Message})
	}
	for _, e := range a.Upstream {
		doc.Upstream = append(doc.Upstream, e.From)
	}
	for _, r := range snap.Downstream(a, nil) {
		if r.Hops == 1 {
			doc.Downstream = append(doc.Downstream, r.Asset.Title())
		}
	}
	for _, m := range snap.Metrics {
		for _, t := range m.Tables {
			if t.Key() == a.Name.Key() {
				doc.Metrics = append(doc.Metrics, m.Name)
			}
		}
	}
	if doc.Sources == nil {
		doc.Sources = []string{}
	}
	doc.Kind, doc.ID, doc.Usage = string(a.Kind), a.ID.String(), a.Usage
	doc.Owners, doc.SLAs, doc.Observed, doc.Incidents = listed(a.Owners), listed(a.SLAs), listed(a.Observed), listed(a.Incidents)
	doc.Grants, doc.Links, doc.Said, doc.Aliases, doc.Trace = listed(a.Grants), listed(a.Links), listed(a.Said), []string{}, []catalog.Step{}
	for _, id := range a.Aliases {
		doc.Aliases = append(doc.Aliases, id.String())
	}
	for _, r := range snap.Upstream(a, nil) {
		doc.Trace = append(doc.Trace, r.Steps...)
	}
	return doc
}

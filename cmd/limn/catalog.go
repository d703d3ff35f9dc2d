package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/embeddings/search"
)

// runCatalog shows one asset or searches all of them.
func runCatalog(ctx context.Context, s streams, args []string) (int, error) {
	if len(args) == 0 {
		return 0, usage("catalog needs show or search")
	}
	verb := args[0]
	f := newFlags("catalog "+verb, s)
	k := f.Int("k", 10, "how many hits")
	as := f.String("as", "", "the `user` who asks")
	rest, err := f.parse(args[1:])
	if err != nil {
		return 0, err
	}
	if verb != "show" && verb != "search" {
		return 0, usage("catalog has no %q; use show or search", verb)
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
		return exitDone, showHits(s, f, search.New(snap).Search(strings.Join(rest, " "), *k))
	}
	return exitDone, showAsset(s, f, snap, rest[0])
}

func showHits(s streams, f *flags, hits []search.Hit) error {
	if hits == nil {
		hits = []search.Hit{}
	}
	if f.json {
		return writeJSON(s.out, map[string]any{"hits": hits})
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
	line("from", strings.Join(doc.Sources, ", "))
	line("feeds", strings.Join(doc.Downstream, ", "))
	line("metrics", strings.Join(doc.Metrics, ", "))
	for _, c := range doc.Columns {
		fmt.Fprintf(s.out, "    %-24v %-22v %s\n", c["name"], c["type"], clip(fmt.Sprint(c["description"]), 60))
	}
	for _, k := range doc.Checks {
		fmt.Fprintf(s.out, "    check %v: %v\n", k["id"], k["status"])
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

func isoDay(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

func describeAsset(snap *catalog.Snapshot, a *catalog.Asset) assetJSON {
	doc := assetJSON{Name: a.Name.String(), Description: a.Description, Domain: a.Domain, Tier: string(a.Tier), Owner: a.Owner, Rows: a.Rows, Bytes: a.Bytes,
		DataFrom: isoDay(a.DataFrom), DataUntil: isoDay(a.DataUntil), Columns: []map[string]any{}, Checks: []map[string]any{}, Upstream: []string{}, Downstream: []string{},
		Sources: snap.Sources(a.Name.String()), Metrics: []string{}}
	if !a.FreshAt.IsZero() {
		doc.FreshAt = a.FreshAt.UTC().Format(time.RFC3339)
	}
	if a.SLA != nil {
		doc.SLA = strings.TrimSpace(a.SLA.Kind + " " + a.SLA.Cron + " " + a.SLA.TimeZone)
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
	for _, other := range snap.Assets {
		for _, e := range other.Upstream {
			if strings.EqualFold(e.From, a.Name.String()) {
				doc.Downstream = append(doc.Downstream, other.Name.String())
			}
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
	return doc
}

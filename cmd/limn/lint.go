package main

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/catalog/lint"
)

// standardsConfig is what a workspace sets itself: how things are named, and what production data must have.
type standardsConfig struct {
	Names struct {
		Schemas   string   `yaml:"schemas,omitempty"` // regular expressions (RE2)
		Tables    string   `yaml:"tables,omitempty"`
		Columns   string   `yaml:"columns,omitempty"`
		Metrics   string   `yaml:"metrics,omitempty"`
		Forbidden []string `yaml:"forbidden,omitempty"` // words between underscores
	} `yaml:"names,omitempty"`
	Done       []string            `yaml:"done,omitempty"`
	Domains    map[string][]string `yaml:"domains,omitempty"`    // domain → what its production data must have
	Production []string            `yaml:"production,omitempty"` // tiers that count as production data
}

func (c standardsConfig) standards() (lint.Standards, error) {
	var out lint.Standards
	for _, p := range []struct {
		key, text string
		to        **regexp.Regexp
	}{{"schemas", c.Names.Schemas, &out.Schemas}, {"tables", c.Names.Tables, &out.Tables}, {"columns", c.Names.Columns, &out.Columns}, {"metrics", c.Names.Metrics, &out.Metrics}} {
		if p.text == "" {
			continue
		}
		re, err := regexp.Compile(p.text)
		if err != nil {
			return out, fmt.Errorf("limn.yaml: standards.names.%s: %w", p.key, err)
		}
		*p.to = re
	}
	for _, w := range c.Names.Forbidden {
		out.Forbidden = append(out.Forbidden, strings.ToLower(w))
	}
	var err error
	if out.Done, err = requirements("done", c.Done); err != nil {
		return out, err
	}
	for d, list := range c.Domains {
		if out.Domains == nil {
			out.Domains = map[string][]lint.Requirement{}
		}
		rs, err := requirements("domains."+d, list)
		if err != nil {
			return out, err
		}
		out.Domains[strings.ToLower(d)] = append([]lint.Requirement{}, rs...)
	}
	for _, t := range c.Production {
		tier := catalog.Tier(t)
		if !slices.Contains([]catalog.Tier{catalog.Certified, catalog.Trusted, catalog.Raw, catalog.Deprecated, catalog.Unknown}, tier) {
			return out, fmt.Errorf("limn.yaml: standards.production: tier %q is none; write certified, trusted, raw, deprecated or unknown", t)
		}
		out.Production = append(out.Production, tier)
	}
	return out, nil
}

func requirements(key string, names []string) ([]lint.Requirement, error) {
	var out []lint.Requirement
	for _, n := range names {
		r := lint.Requirement(n)
		if !slices.Contains(lint.Requirements, r) {
			return nil, fmt.Errorf("limn.yaml: standards.%s: there is no requirement %q; there are %v", key, n, lint.Requirements)
		}
		out = append(out, r)
	}
	return out, nil
}

// runLint says how far the catalog meets the workspace's standards.
func runLint(ctx context.Context, s streams, args []string) (int, error) {
	f := newFlags("catalog lint", s)
	least := f.Float64("min", -1, "fail when fewer `percent` of the production tables are done")
	domain := f.String("domain", "", "only this one")
	rest, err := f.parse(args)
	if err != nil {
		return 0, err
	}
	if len(rest) > 0 {
		return 0, usage("catalog lint takes no names; --domain narrows it")
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
	st, err := w.cfg.Standards.standards()
	if err != nil {
		return 0, err
	}
	r := lint.Check(w.snap, st)
	share := r.All
	if *domain != "" {
		i := slices.IndexFunc(r.Domains, func(d lint.Share) bool { return strings.EqualFold(d.Domain, *domain) })
		if i < 0 {
			return 0, hint(fmt.Errorf("there is no domain %q with production tables", *domain), "limn catalog lint")
		}
		r.Domains, share = r.Domains[i:i+1], r.Domains[i]
		r.Problems = slices.DeleteFunc(r.Problems, func(p lint.Problem) bool { return !strings.EqualFold(p.Domain, *domain) })
	}
	code := exitDone
	if *least >= 0 && share.Percent < *least {
		code = exitFailed
	}
	if f.json {
		return code, writeJSON(s.out, map[string]any{"domains": r.Domains, "all": r.All, "problems": r.Problems, "notes": notes(w.snap)})
	}
	printLint(s, r)
	return code, nil
}

func notes(snap *catalog.Snapshot) []string {
	if snap.Notes == nil {
		return []string{}
	}
	return snap.Notes
}

func printLint(s streams, r lint.Report) {
	fmt.Fprintln(s.out, "Production tables that have all that is demanded:")
	for i, d := range append(slices.Clone(r.Domains), r.All) {
		name := first(d.Domain, "(no domain)")
		if i == len(r.Domains) {
			name = "all"
		}
		var missing []string
		for _, q := range slices.Sorted(maps.Keys(d.Missing)) {
			missing = append(missing, fmt.Sprintf("%s %d", strings.ReplaceAll(string(q), "_", " "), d.Missing[q]))
		}
		line := fmt.Sprintf("  %-16s %d of %d (%.1f %%)", name, d.Done, d.Tables, d.Percent)
		if len(missing) > 0 {
			line += "   missing: " + strings.Join(missing, ", ")
		}
		fmt.Fprintln(s.out, line)
	}
	last := ""
	for _, p := range r.Problems {
		if p.Asset != last {
			fmt.Fprintf(s.out, "%s\n", p.Asset)
			last = p.Asset
		}
		fmt.Fprintf(s.out, "    %s\n", p.Message)
	}
}

package lint

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limn-data/limn/catalog"
)

func done(name, domain string, change func(*catalog.Asset)) *catalog.Asset {
	a := &catalog.Asset{Name: catalog.ParseName(name, "", ""), Domain: domain, Tier: catalog.Trusted, Description: "What it is.", Owner: catalog.Owner{Business: "Ann", Technical: "Data Eng"},
		SLA: &catalog.SLA{Cron: "0 7 * * *"}, Checks: []catalog.Check{{ID: "k"}}, Columns: []catalog.Column{{Name: "day", Description: "The day."}}}
	if change != nil {
		change(a)
	}
	return a
}

func metric(name, description string, tables ...string) catalog.Metric {
	m := catalog.Metric{Name: name, Description: description}
	for _, t := range tables {
		m.Tables = append(m.Tables, catalog.ParseName(t, "", ""))
	}
	return m
}

func TestDone(t *testing.T) {
	all := metric("m", "In words.", "l.s.t")
	for _, c := range []struct {
		name    string
		change  func(*catalog.Asset)
		metrics []catalog.Metric
		want    []string // rules that are broken
	}{
		{"everything is there", nil, []catalog.Metric{all}, nil},
		{"no business owner", func(a *catalog.Asset) { a.Owner.Business = "" }, []catalog.Metric{all}, []string{"business_owner"}},
		{"no technical owner", func(a *catalog.Asset) { a.Owner.Technical = "" }, []catalog.Metric{all}, []string{"technical_owner"}},
		{"no SLA", func(a *catalog.Asset) { a.SLA = nil }, []catalog.Metric{all}, []string{"sla"}},
		{"no check", func(a *catalog.Asset) { a.Checks = nil }, []catalog.Metric{all}, []string{"checks"}},
		{"no description", func(a *catalog.Asset) { a.Description = "" }, []catalog.Metric{all}, []string{"description"}},
		{"a bare column", func(a *catalog.Asset) { a.Columns[0].Description = "" }, []catalog.Metric{all}, []string{"column_descriptions"}},
		{"a hidden column may be bare", func(a *catalog.Asset) { a.Columns[0] = catalog.Column{Name: "x", Hidden: true} }, []catalog.Metric{all}, nil},
		{"a lookup table has no metric", nil, nil, nil},
		{"a metric without words", nil, []catalog.Metric{metric("m", "", "l.s.t")}, []string{"definition_in_words"}},
		{"raw data are not production", func(a *catalog.Asset) { a.Tier, a.Description = catalog.Raw, "" }, nil, nil},
		{"nor deprecated ones", func(a *catalog.Asset) { a.Deprecation, a.Description = &catalog.Deprecation{}, "" }, nil, nil},
	} {
		r := Check(catalog.New([]*catalog.Asset{done("l.s.t", "sales", c.change)}, c.metrics, nil), Standards{})
		var got []string
		for _, p := range r.Problems {
			got = append(got, p.Rule)
			if p.Message == "" || p.Asset == "" || p.Domain != "sales" {
				t.Errorf("%s: %+v", c.name, p)
			}
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s:\n%s", c.name, d)
		}
	}
}

// What is not demanded by default can be.
func TestMoreThanDone(t *testing.T) {
	a := done("l.s.t", "", func(a *catalog.Asset) { a.Tier = catalog.Unknown })
	r := Check(catalog.New([]*catalog.Asset{a}, nil, nil), Standards{Done: []Requirement{Metric, Domain, Tier}})
	if d := cmp.Diff(map[Requirement]int{Metric: 1, Domain: 1, Tier: 1}, r.All.Missing); d != "" {
		t.Error(d)
	}
}

func TestShares(t *testing.T) {
	bare := func(a *catalog.Asset) { a.SLA, a.Checks = nil, nil }
	s := catalog.New([]*catalog.Asset{done("l.s.a", "sales", nil), done("l.s.b", "sales", bare), done("l.s.c", "sales", bare), done("l.s.d", "", bare), done("l.s.e", "Lab", bare)},
		[]catalog.Metric{metric("m", "In words.", "l.s.a", "l.s.b", "l.s.c", "l.s.d", "l.s.e")}, nil)
	r := Check(s, Standards{Domains: map[string][]Requirement{"lab": {Description}}})
	want := []Share{{Domain: "", Tables: 1, Missing: map[Requirement]int{SLA: 1, Checks: 1}}, {Domain: "Lab", Tables: 1, Done: 1, Percent: 100, Missing: map[Requirement]int{}},
		{Domain: "sales", Tables: 3, Done: 1, Percent: 33.3, Missing: map[Requirement]int{SLA: 2, Checks: 2}}}
	if d := cmp.Diff(want, r.Domains); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(Share{Tables: 5, Done: 2, Percent: 40, Missing: map[Requirement]int{SLA: 3, Checks: 3}}, r.All); d != "" {
		t.Error(d)
	}
}

func TestNames(t *testing.T) {
	a := done("l.Sales.tmp_orders", "sales", func(a *catalog.Asset) {
		a.Columns = append(a.Columns, catalog.Column{Name: "orderID", Description: "x"})
	})
	snake := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	r := Check(catalog.New([]*catalog.Asset{a}, []catalog.Metric{metric("Gross Profit", "x", "l.Sales.tmp_orders")}, nil), Standards{Schemas: snake, Tables: snake, Columns: snake, Metrics: snake, Forbidden: []string{"tmp"}})
	var got []string
	for _, p := range r.Problems {
		got = append(got, p.Rule+" "+p.Asset)
	}
	if d := cmp.Diff([]string{"metric_name Gross Profit", "schema_name l.Sales", "table_name l.Sales.tmp_orders", "column_name l.Sales.tmp_orders.orderID"}, got); d != "" {
		t.Error(d)
	}
}

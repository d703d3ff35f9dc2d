package sources

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/limn-data/limn/catalog"
)

func files(pairs ...string) fstest.MapFS {
	out := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return out
}

func sales() *catalog.Asset {
	return &catalog.Asset{Name: catalog.Name{Catalog: "lake", Schema: "fin", Table: "Sales"}, SnapshotID: "old", DataFrom: time.Unix(0, 0),
		Columns: []catalog.Column{{Name: "day", Type: "date", Description: "from the file"}, {Name: "amount", Type: "decimal(12,2)"}}}
}

// applied is a table after the facts of a folder, and what could not be fitted.
func applied(t *testing.T, a *catalog.Asset, fsys fstest.MapFS) (*catalog.Asset, []string) {
	t.Helper()
	claims, err := Facts(fsys)
	if err != nil {
		t.Fatal(err)
	}
	s, err := catalog.Build(catalog.Input{Base: []*catalog.Asset{a}, Claims: claims})
	if err != nil {
		t.Fatal(err)
	}
	return s.Table(a.Name), s.Notes
}

const full = `assets:
  - name: LAKE.fin.sales
    description: Sales a day.
    domain: finance
    tier: certified
    owners: {business: Ann (Finance), technical: Data Eng}
    sla: {kind: available_by, cron: "0 7 * * *", time_zone: America/Los_Angeles, grace: 2h30m}
    fresh_at: 2026-11-22T05:40:00Z
    data_from: 2023-11-22
    data_until: 2026-11-21T00:00:00Z
    time_column: day
    deprecated: {since: 2026-05-01, note: Old., replacement: lake.fin.new}
    columns:
      - {name: AMOUNT, description: In dollars., unit: USD, pii: money}
    checks:
      - {id: positive, column: amount, type: expression, expression: "amount >= 0", severity: high, status: fail, ran_at: 2026-11-22T05:50:00Z, observed: "3", expected: "0", partition: 2026-11-20, message: bad}
    upstream: [{from: "kafka://x/sales", job: "airflow://f"}]
`

func TestFacts(t *testing.T) {
	a := sales()
	a, notes := applied(t, a, files("facts/a.yaml", full, "facts/readme.md", "not facts"))
	if len(notes) > 0 {
		t.Fatal(notes)
	}
	day := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	switch {
	case a.Description != "Sales a day." || a.Domain != "finance" || a.Tier != catalog.Certified || a.Owner.Business != "Ann (Finance)" || a.Owner.Technical != "Data Eng" || a.TimeColumn != "day":
		t.Errorf("words: %+v", a)
	case *a.SLA != catalog.SLA{Kind: "available_by", Cron: "0 7 * * *", TimeZone: "America/Los_Angeles", Grace: 150 * time.Minute}:
		t.Errorf("SLA: %+v", a.SLA)
	case !a.DataUntil.Equal(day) || a.DataFrom.Year() != 2023 || a.FreshAt.Hour() != 5 || a.SnapshotID != "old":
		t.Errorf("times: %+v", a)
	case a.Deprecation.Replacement != "lake.fin.new" || a.Deprecation.Since.Month() != time.May:
		t.Errorf("deprecation: %+v", a.Deprecation)
	case a.Columns[1].Unit != "USD" || a.Columns[1].PII != "money" || a.Columns[0].Description != "from the file":
		t.Errorf("columns: %+v", a.Columns)
	case len(a.Checks) != 1 || a.Checks[0].Status != "fail" || a.Checks[0].Partition != "2026-11-20" || a.Checks[0].Observed != "3":
		t.Errorf("checks: %+v", a.Checks)
	case len(a.Upstream) != 1 || a.Upstream[0] != catalog.Edge{From: "kafka://x/sales", Job: "airflow://f", Via: "files"}:
		t.Errorf("upstream: %+v", a.Upstream)
	}
}

// Two files about one table add up: what the second does not say is kept from the first.
func TestFactsAddUp(t *testing.T) {
	a := sales()
	more := "assets:\n  - name: lake.fin.sales\n    owners: {technical: Platform}\n    checks: [{id: fresh, status: pass}]\n    columns: [{name: amount, description: Net.}]\n"
	a, _ = applied(t, a, files("facts/a.yaml", full, "facts/b.yml", more))
	if a.Description != "Sales a day." || a.Tier != catalog.Certified || a.Owner.Business != "Ann (Finance)" || a.Owner.Technical != "Platform" || a.DataUntil.IsZero() || a.FreshAt.IsZero() || len(a.Checks) != 2 ||
		a.Columns[1].Description != "Net." || a.Columns[1].Unit != "USD" {
		t.Errorf("after both: %+v", a)
	}
}

func TestFactsNotes(t *testing.T) {
	_, notes := applied(t, sales(), files("facts/a.yaml", "assets: [{name: lake.fin.nowhere}, {name: lake.fin.sales, columns: [{name: amuont}]}]"))
	if got := strings.Join(notes, "\n"); got != "facts/a.yaml speaks of lake.fin.Sales.amuont, which is not there\nfacts/a.yaml speaks of lake.fin.nowhere, which is not there" {
		t.Errorf("noted %s", got)
	}
}

func TestFactsErrors(t *testing.T) {
	for _, c := range []struct{ text, says string }{
		{"assets: [{name: lake.fin.sales, tire: raw}]", `unknown field "tire"`},
		{"assets: [{name: lake.fin.sales, tier: certifed}]", `lake.fin.sales: tier "certifed" is none`},
		{"assets: [{name: lake.fin.sales, data_until: yesterday}]", `data_until: "yesterday" is not a date`},
		{"assets: [{name: lake.fin.sales, data_until: 2026-02-30}]", "is not a date"},
		{"assets: [{name: lake.fin.sales, data_from: 2026-02-01x}]", "data_from"},
		{"assets: [{name: lake.fin.sales, sla: {cron: 0 7 * * *, time_zone: Mars/Base}}]", "time_zone"},
		{"assets: [{name: lake.fin.sales, sla: {cron: at seven, time_zone: UTC}}]", "2 fields"},
		{"assets: [{name: lake.fin.sales, sla: {cron: 0 7 * * *, time_zone: UTC, grace: two hours}}]", "grace"},
		{"assets: [{name: lake.fin.sales, checks: [{id: x, status: failed}]}]", `check x: status "failed" is none`},
		{"assets: [{name: lake.fin.sales, deprecated: {since: soon}}]", "deprecated since"},
		{"assets: {", "facts/a.yaml"},
	} {
		_, err := Facts(files("facts/a.yaml", c.text))
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "facts/a.yaml") {
			t.Errorf("%s: %v, want an error with %q", c.text, err, c.says)
		}
	}
}

func TestTerms(t *testing.T) {
	got, err := Terms(files("terms/b.md", "---\nname: Churn\nsynonyms: [lost customers]\nmetric: churned\nowner: Ann\n---\nCustomers who left.\n\nSecond paragraph.\n", "terms/a.md", "---\r\nname: ARPA\r\n---\r\nRevenue per account.\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Name != "ARPA" || got[0].Definition != "Revenue per account." || got[1].Metric != "churned" || got[1].Synonyms[0] != "lost customers" || !strings.HasSuffix(got[1].Definition, "Second paragraph.") {
		t.Errorf("read %+v", got)
	}
	for text, says := range map[string]string{"Churn\n": "front matter", "---\nname: x\n": "front matter", "---\nmetric: x\n---\n": "no name", "---\nnmae: x\n---\n": `unknown field "nmae"`, "": "front matter"} {
		if _, err := Terms(files("terms/x.md", text)); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "terms/x.md") {
			t.Errorf("%q: %v, want %q", text, err, says)
		}
	}
}

package model

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/semantic/timex"
)

// shop is a catalog of three tables.
func shop() *catalog.Snapshot {
	table := func(name, columns string) *catalog.Asset {
		a := &catalog.Asset{Name: catalog.Name{Catalog: "lake", Schema: "shop", Table: name}}
		for c := range strings.SplitSeq(columns, ", ") {
			n, typ, _ := strings.Cut(c, " ")
			a.Columns = append(a.Columns, catalog.Column{Name: n, Type: typ})
		}
		return a
	}
	orders := table("orders", "order_id bigint, account_id bigint, day date, status varchar, total decimal(12,2), paid boolean, note varchar")
	orders.Columns[3].Description, orders.Columns[6].PII, orders.Columns[4].Unit = "Where the order stands.", "free text", "USD"
	return catalog.New([]*catalog.Asset{orders, table("accounts", "account_id bigint, name varchar, since date, until date"), table("days", "day_key bigint, day date"),
		table("visits", "visit_id bigint, day_key bigint, account_id bigint")}, nil, nil)
}

// doc is a model over the shop with parts put in by tests; indents are two for lists under the model.
const doc = `version: "1.0"
semantic_model:
  - name: shop
    datasets:
      - name: orders
        source: lake.shop.orders
        primary_key: [order_id]
        fields:
          - name: day
            expression: {dialects: [{dialect: ANSI_SQL, expression: day}]}
          - name: status
            dimension: {is_time: false}
            expression: {dialects: [{dialect: ANSI_SQL, expression: status}]}
          - name: total
            expression: {dialects: [{dialect: ANSI_SQL, expression: total}]}
      - name: accounts
        source: lake.shop.accounts
        primary_key: [account_id]
        fields:
          - name: name
            expression: {dialects: [{dialect: ANSI_SQL, expression: name}]}
    relationships:
      - {name: order_account, from: orders, to: accounts, from_columns: [account_id], to_columns: [account_id]}
    metrics:
      - name: sales
        expression: {dialects: [{dialect: ANSI_SQL, expression: SUM(orders.total)}]}
`

func load(files map[string]string) (*Model, error) {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return Load(fsys, shop(), nil)
}

func metricYAML(name, expression, ext string) string {
	s := fmt.Sprintf("      - name: %s\n        expression: {dialects: [{dialect: ANSI_SQL, expression: %s}]}\n", name, strconv.Quote(expression))
	if ext != "" {
		s += "        custom_extensions: [{vendor_name: LIMN, data: '" + strings.ReplaceAll(ext, "'", "''") + "'}]\n"
	}
	return s
}

// TestIssues has every fault of a model file with the place, the words and the hint that it is told by.
// A fault of a definition in itself is fatal; what only does not fit the catalog sets one thing aside.
func TestIssues(t *testing.T) {
	for _, c := range []struct {
		name  string
		text  string
		fatal bool
		code  string
		line  int // 0: not looked at
		says  string
		hint  string
	}{
		{"unknown field of a metric", strings.Replace(doc, "      - name: sales", "      - name: sales\n        descripton: x", 1), true, "unknown_field", 26, `unknown field "descripton"`, "did you mean description?"},
		{"unknown field without a near one", strings.Replace(doc, "    metrics:", "    zzzzz: 1\n    metrics:", 1), true, "unknown_field", 24, `unknown field "zzzzz"`, "known here: name"},
		{"unknown field of an expression", strings.Replace(doc, "{dialects: [{dialect: ANSI_SQL, expression: SUM(orders.total)}]}", "{dialect: [{dialect: ANSI_SQL, expression: SUM(orders.total)}]}", 1), true, "", 26, "dialect", "did you mean dialects?"},
		{"broken YAML", strings.Replace(doc, "    metrics:", "   metrics: [", 1), true, "invalid_yaml", 0, "", ""},
		{"a tab", strings.Replace(doc, "    metrics:", "\tmetrics:", 1), true, "invalid_yaml", 24, "", ""},
		{"wrong type", strings.Replace(doc, "primary_key: [order_id]", "primary_key: {a: b}", 1), true, "invalid_yaml", 7, "cannot unmarshal", ""},
		{"two metrics of one name", doc + metricYAML("Sales", "COUNT(orders.order_id)", ""), true, "duplicate_metric", 28, `two metrics of domain "shop" are called "Sales"`, "rename one"},
		{"two datasets of one name", strings.Replace(doc, "      - name: accounts\n        source: lake.shop.accounts", "      - name: orders\n        source: lake.shop.accounts", 1), true, "duplicate_dataset", 16, `two datasets are called "orders"`, "rename one"},
		{"relationship to nowhere", strings.Replace(doc, "to: accounts", "to: account", 1), true, "missing_dataset", 23, `joins "account", which is no dataset here`, ""},
		{"relationship of unequal columns", strings.Replace(doc, "to_columns: [account_id]", "to_columns: [account_id, name]", 1), true, "invalid_relationship", 23, "as many from_columns (1) as to_columns (2)", ""},
		{"missing table", strings.Replace(doc, "source: lake.shop.accounts", "source: prod.crm.accounts", 1), false, "missing_table", 16, "the catalog has no table prod.crm.accounts", `{"sources": {"prod.crm.accounts"`},
		{"missing column", strings.Replace(doc, "expression: status}", "expression: sttaus}", 1), false, "missing_column", 13, `no column "sttaus"`, "did you mean status?"},
		{"missing column of a relationship", strings.Replace(doc, "from_columns: [account_id]", "from_columns: [acount_id]", 1), false, "missing_column", 23, `no column "acount_id"`, "did you mean account_id?"},
		{"field that does not check", strings.Replace(doc, "expression: status}", `expression: "status + 1"}`, 1), false, "invalid_expression", 13, "orders.status is set aside", ""},
		{"field that does not parse", strings.Replace(doc, "expression: status}", `expression: "status +"}`, 1), true, "invalid_expression", 13, "orders.status", ""},
		{"field without an expression", strings.Replace(doc, "{dialects: [{dialect: ANSI_SQL, expression: status}]}", "{dialects: [{dialect: SNOWFLAKE, expression: status}]}", 1), true, "no_expression", 13, "none that Trino could run", "ANSI_SQL"},
		{"metric that does not parse", doc + metricYAML("x", "SUM(orders.total", ""), true, "invalid_expression", 28, `metric "x"`, ""},
		{"metric over an unknown field", doc + metricYAML("x", "SUM(orders.totl)", ""), false, "invalid_metric", 28, `no field or column "totl"`, ""},
		{"metric over an unknown dataset", doc + metricYAML("x", "SUM(bills.total)", ""), false, "invalid_metric", 28, `"bills" is no dataset`, ""},
		{"metric over a bare name", doc + metricYAML("x", "SUM(total)", ""), false, "invalid_metric", 28, `"total" is neither dataset.field nor a metric`, ""},
		{"metric that means itself", doc + metricYAML("x", "x + 1", ""), false, "invalid_metric", 28, "refers back to itself", ""},
		{"metrics that mean each other", doc + metricYAML("a", "b + 1", "") + metricYAML("b", "a + 1", ""), false, "invalid_metric", 0, "refers back to itself", ""},
		{"filter over an unknown field", doc + metricYAML("x", "SUM(orders.total)", `{"filters": ["orders.stat = 'a'"]}`), false, "invalid_metric", 28, `no field or column "stat"`, ""},
		{"filter that does not parse", doc + metricYAML("x", "SUM(orders.total)", `{"filters": ["orders.status ="]}`), true, "invalid_expression", 28, "filter", ""},
		{"unknown time", doc + metricYAML("x", "SUM(orders.total)", `{"time": "orders.dya"}`), false, "unknown_time", 28, `no field or column "dya"`, ""},
		{"a time that is none", doc + metricYAML("x", "SUM(orders.total)", `{"time": "orders.status"}`), false, "unknown_time", 28, "orders.status is varchar, not a date", ""},
		{"unknown target", doc + metricYAML("x", "SUM(orders.total)", `{"target": "goal"}`), false, "unknown_target", 28, `the target "goal"`, ""},
		{"unknown key of the extension", doc + metricYAML("x", "SUM(orders.total)", `{"unti": "USD"}`), true, "invalid_extension", 28, `unknown field "unti"`, ""},
		{"extension that is not JSON", doc + metricYAML("x", "SUM(orders.total)", `{unit: USD}`), true, "invalid_extension", 28, "LIMN extension", ""},
		{"extension with more after it", doc + metricYAML("x", "SUM(orders.total)", `{"unit": "USD"} {"unit": "EUR"}`), true, "invalid_extension", 28, "LIMN extension", ""},
		{"dataset without a source", strings.Replace(doc, "        source: lake.shop.accounts\n", "", 1), true, "incomplete_dataset", 16, "needs a name and a source", ""},
		{"metric without a name", strings.Replace(doc, "name: sales", `name: ""`, 1), true, "no_name", 26, "a metric has no name", ""},
		{"unknown grain", strings.Replace(doc, "      - name: accounts", "          - {name: d2, expression: {dialects: [{dialect: ANSI_SQL, expression: day}]}, custom_extensions: [{vendor_name: LIMN, data: '{\"grain\": \"fortnight\"}'}]}\n      - name: accounts", 1), false, "invalid_grain", 0, "fortnight", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := load(map[string]string{"models/shop/shop.yaml": c.text})
			if (err != nil) != c.fatal {
				t.Fatalf("fatal: %v, want %v (%v); issues %v", err != nil, c.fatal, err, m.Issues)
			}
			var found *Issue
			for i := range m.Issues {
				if x := &m.Issues[i]; (c.code == "" || x.Code == c.code) && strings.Contains(x.Message, c.says) {
					found = x
				}
			}
			if found == nil {
				t.Fatalf("no issue %s with %q among %v", c.code, c.says, m.Issues)
			}
			if found.File != "models/shop/shop.yaml" || c.line != 0 && found.Line != c.line {
				t.Errorf("placed at %s:%d, want line %d: %s", found.File, found.Line, c.line, found.Message)
			}
			if !strings.Contains(found.Hint+found.Message, c.hint) {
				t.Errorf("the hint is %q, want %q", found.Hint, c.hint)
			}
			if c.fatal && !strings.Contains(err.Error(), found.Error()) {
				t.Errorf("the error %q does not tell the issue %q", err, found.Error())
			}
		})
	}
}

// A model that is set aside in part works in the rest.
func TestTheRestWorks(t *testing.T) {
	m, err := load(map[string]string{"models/shop/shop.yaml": doc + metricYAML("loop", "loop + 1", "") + metricYAML("orders_n", "COUNT(orders.order_id)", "") + metricYAML("on_loop", "loop / 2", "")})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, x := range m.Metrics {
		names = append(names, x.Name)
	}
	if got := strings.Join(names, " "); got != "sales orders_n" {
		t.Errorf("metrics are %s; loop and what is derived from it should be set aside", got)
	}
}

// One name may mean two numbers in two domains, and not in two files of one domain.
func TestDomains(t *testing.T) {
	m, err := load(map[string]string{"models/finance/a.yaml": doc, "models/sales/b.yaml": doc})
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Metric("sales"); len(got) != 2 || got[0].Domain != "finance" || got[1].Domain != "sales" {
		t.Errorf("found %v", got)
	}
	if got := m.Metric("Finance.SALES"); len(got) != 1 || got[0].Domain != "finance" {
		t.Errorf("found %v", got)
	}
	if n := len(m.Datasets); n != 2 {
		t.Errorf("%d datasets; the two files declare the same two tables", n)
	}
	if n := len(m.Relationships); n != 1 {
		t.Errorf("%d relationships; the two files declare the same one", n)
	}
	_, err = load(map[string]string{"models/sales/a.yaml": doc, "models/sales/b.yaml": doc})
	if err == nil || !strings.Contains(err.Error(), "models/sales/b.yaml:26: two metrics of domain \"sales\" are called \"sales\"") {
		t.Errorf("two files of one domain: %v", err)
	}
}

func TestSources(t *testing.T) {
	text := strings.ReplaceAll(doc, "source: lake.shop.", "source: prod.crm.")
	for _, c := range []struct {
		name    string
		sources map[string]string
		ext     string
		ok      bool
	}{
		{"not mapped", nil, "", false},
		{"each by name", map[string]string{"prod.crm.orders": "lake.shop.orders", "prod.crm.accounts": "lake.shop.accounts"}, "", true},
		{"a schema", map[string]string{"prod.crm.*": "lake.shop.*"}, "", true},
		{"the model's own goes before", map[string]string{"prod.crm.*": "lake.nowhere.*"}, `{"sources": {"prod.crm.orders": "lake.shop.orders", "prod.crm.accounts": "lake.shop.accounts"}}`, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			full := text
			if c.ext != "" {
				full += "    custom_extensions: [{vendor_name: LIMN, data: '" + c.ext + "'}]\n"
			}
			m, err := Load(fstest.MapFS{"models/m/m.yaml": {Data: []byte(full)}}, shop(), c.sources)
			if err != nil {
				t.Fatal(err)
			}
			if ok := len(m.Issues) == 0 && len(m.Metrics) == 1 && len(m.Datasets) == 2; ok != c.ok {
				t.Errorf("loaded %v, want %v: %v", ok, c.ok, m.Issues)
			}
		})
	}
}

// The extension is a JSON string in OSI; people write a mapping, and both say the same.
func TestExtensionAsStringAndMapping(t *testing.T) {
	for _, data := range []string{`'{"label": "Sales", "unit": "USD", "scale": 0, "good": "down", "owners": {"business": "Ann (Sales)"}, "filters": ["orders.paid"]}'`,
		"\n            label: Sales\n            unit: USD\n            scale: 0\n            good: down\n            owners: {business: Ann (Sales)}\n            filters: [orders.paid]"} {
		m, err := load(map[string]string{"models/shop/shop.yml": doc + "        custom_extensions:\n          - vendor_name: limn\n            data: " + strings.ReplaceAll(data, "\n    ", "\n      ") + "\n"})
		if err != nil {
			t.Fatal(err)
		}
		x := m.Metrics[0]
		if x.Title() != "Sales" || x.Unit != "USD" || x.Scale != 0 || x.Up || !x.GoodKnown || x.Owner.Business != "Ann (Sales)" || len(x.Filters) != 1 {
			t.Errorf("read as %+v", x)
		}
	}
	m, err := load(map[string]string{"models/shop/shop.yml": doc + "        custom_extensions: [{vendor_name: OTHER, data: 'not JSON'}]\n"})
	if err != nil || m.Metrics[0].Scale != -1 {
		t.Errorf("another vendor's extension is not ours to read: %v", err)
	}
}

// A certification holds for the expression and filters that it was given to, to the letter.
func TestCertification(t *testing.T) {
	signed := Hash("SUM(orders.total)", []string{"orders.paid"})
	for _, c := range []struct {
		name, expression, filters string
		holds                     bool
	}{
		{"as signed", "SUM(orders.total)", `["orders.paid"]`, true},
		{"another expression", "SUM(orders.total) + 0", `["orders.paid"]`, false},
		{"another filter", "SUM(orders.total)", `["NOT orders.paid"]`, false},
		{"no filter", "SUM(orders.total)", `[]`, false},
		{"one more filter", "SUM(orders.total)", `["orders.paid", "orders.total > 0"]`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			ext := fmt.Sprintf(`{"filters": %s, "certification": {"approver": "Ann", "date": "2026-03-02", "hash": %q}}`, c.filters, signed)
			m, err := load(map[string]string{"models/shop/shop.yaml": doc + metricYAML("x", c.expression, ext)})
			if err != nil {
				t.Fatal(err)
			}
			x := m.Metric("x")[0]
			if (x.Cert != nil) != c.holds || (x.CertLost == "") != c.holds {
				t.Errorf("certified %v, lost %q", x.Cert, x.CertLost)
			}
			if c.holds && (x.Cert.Approver != "Ann" || x.Cert.Date != "2026-03-02") {
				t.Errorf("certified by %+v", x.Cert)
			}
			if !c.holds && len(m.Issues) != 1 {
				t.Errorf("issues are %v", m.Issues)
			}
		})
	}
}

// What a plain OSI field leaves open is filled in from the catalog.
func TestFieldsFilledIn(t *testing.T) {
	field := func(name, expr string) string {
		return fmt.Sprintf("          - {name: %s, expression: {dialects: [{dialect: ANSI_SQL, expression: %s}]}}\n", name, strconv.Quote(expr))
	}
	m, err := load(map[string]string{"models/shop/shop.yaml": strings.Replace(doc, "      - name: accounts", field("order_id", "order_id")+field("paid", "paid")+field("note", "note")+
		field("month_no", "month(day)")+field("big", "total > 100")+field("double_total", "total * 2")+"      - name: accounts", 1)})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"day": "time date", "status": "dimension varchar", "total": "measure decimal(12,2)", "order_id": "key bigint", "paid": "flag boolean", "note": "dimension varchar",
		"month_no": "measure bigint", "big": "flag boolean", "double_total": "measure decimal(22,2)"} {
		f := m.Field("orders." + name)[0]
		if got := string(f.Role) + " " + f.Type; got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	f := m.Field("status")[0]
	if f.Description != "Where the order stands." || m.Field("note")[0].PII != "free text" || m.Field("total")[0].Unit != "USD" {
		t.Errorf("the catalog's words are not taken over: %+v", f)
	}
	if got := m.Metrics[0].Time; got == nil || got.Name != "day" {
		t.Errorf("sales is counted by %v, want the only date of orders", got)
	}
}

// Which date rows are counted by: their own where there is one, else a calendar's that they point to,
// and none where nobody said which of several.
func TestTimeOf(t *testing.T) {
	text := strings.Replace(doc, "    relationships:", `      - name: calendar_days
        source: lake.shop.days
        primary_key: [day_key]
        fields:
          - {name: day, expression: {dialects: [{dialect: ANSI_SQL, expression: day}]}}
      - name: visits
        source: lake.shop.visits
        fields:
          - {name: visit_id, expression: {dialects: [{dialect: ANSI_SQL, expression: visit_id}]}}
      - name: members
        source: lake.shop.accounts
        fields:
          - {name: since, expression: {dialects: [{dialect: ANSI_SQL, expression: since}]}}
          - {name: until, expression: {dialects: [{dialect: ANSI_SQL, expression: until}]}}
    relationships:
      - {name: visit_day, from: visits, to: calendar_days, from_columns: [day_key], to_columns: [day_key]}
      - {name: visit_account, from: visits, to: accounts, from_columns: [account_id], to_columns: [account_id]}`, 1)
	m, err := load(map[string]string{"models/shop/shop.yaml": text})
	if err != nil || len(m.Issues) > 0 {
		t.Fatal(err, m.Issues)
	}
	want := map[string]string{"orders": "orders.day", "accounts": "none", "calendar_days": "calendar_days.day", "visits": "calendar_days.day", "members": "none"}
	for _, d := range m.Datasets {
		got := "none"
		if f := m.TimeOf(d); f != nil {
			got = f.String()
		}
		if got != want[d.Name] {
			t.Errorf("%s are counted by %s, want %s", d.Name, got, want[d.Name])
		}
	}
	if g := m.Field("calendar_days.day")[0].Grain; g != timex.NoGrain {
		t.Errorf("grain %v", g)
	}
}

// A file that grows without limit by aliases, or is simply too large, is refused in time.
func TestHostileFiles(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for i := range 12 {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", 'b'+i, 'b'+i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c,", 'a'+i), 9), ","))
	}
	for name, text := range map[string]string{"aliases": bomb, "large": strings.Repeat("# \n", maxFile/3+1), "binary": "\x00\x01\x02", "deep": strings.Repeat("[", 20000)} {
		if _, err := load(map[string]string{"models/m/m.yaml": text}); err == nil {
			t.Errorf("%s: loaded", name)
		}
	}
	if m, err := load(map[string]string{"models/m/m.yaml": ""}); err != nil || len(m.Metrics) != 0 {
		t.Errorf("an empty file: %v", err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(doc)
	f.Add(doc + metricYAML("x", "sales / NULLIF(COUNT(orders.order_id), 0)", `{"filters": ["orders.paid"]}`))
	f.Fuzz(func(t *testing.T, text string) {
		m, err := load(map[string]string{"models/m/m.yaml": text})
		if m == nil && err == nil {
			t.Error("neither a model nor an error")
		}
	})
}

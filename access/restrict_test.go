package access

import (
	"strings"
	"testing"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/format"
)

var onPay = On{Tables: []string{"lake.finance.pay"}}

// shown is the subquery through which somebody sees a table, on one line; empty where they see it whole.
func shown(v *View, table string) string {
	n := catalog.ParseName(table, "", "")
	r := v.Restriction(n, false)
	if r == nil {
		return ""
	}
	return strings.Join(strings.Fields(format.Query(&ast.Query{Body: r.Select(&ast.Table{Name: Qualified(n)}, false)})), " ")
}

func TestRestrictions(t *testing.T) {
	ann := Principal{Name: "o'ann", Groups: []string{"staff", "sales"}}
	for _, c := range []struct {
		name   string
		policy Policy
		table  string
		want   string
	}{
		{"nothing", Policy{}, "lake.finance.pay", ""},
		{"a filter", Policy{Filters: []RowFilter{{On: onPay, Where: "salary < 10"}}}, "lake.finance.pay", "SELECT who AS who, salary AS salary FROM lake.finance.pay WHERE salary < 10"},
		{"of another table", Policy{Filters: []RowFilter{{On: onPay, Where: "salary < 10"}}}, "lake.core.people", ""},
		{"not for her", Policy{Filters: []RowFilter{{On: onPay, To: To{Unless: []string{"sales"}}, Where: "salary < 10"}}}, "lake.finance.pay", ""},
		{"not for her by name", Policy{Filters: []RowFilter{{On: onPay, To: To{Unless: []string{"o'ann"}}, Where: "salary < 10"}}}, "lake.finance.pay", ""},
		{"for another group", Policy{Filters: []RowFilter{{On: onPay, To: To{Groups: []string{"audit"}}, Where: "salary < 10"}}}, "lake.finance.pay", ""},
		{"for her or a group", Policy{Filters: []RowFilter{{On: onPay, To: To{Users: []string{"o'ann"}, Groups: []string{"audit"}}, Where: "true"}}}, "lake.finance.pay", "SELECT who AS who, salary AS salary FROM lake.finance.pay WHERE TRUE"},
		{"a group that is called as she is", Policy{Filters: []RowFilter{{On: onPay, To: To{Groups: []string{"o'ann"}}, Where: "true"}}}, "lake.finance.pay", ""},
		{"two filters", Policy{Filters: []RowFilter{{On: onPay, Where: "salary < 10 OR salary > 20"}, {Where: "who = 'a'", On: onPay}}}, "lake.finance.pay",
			"SELECT who AS who, salary AS salary FROM lake.finance.pay WHERE (salary < 10 OR salary > 20) AND who = 'a'"},
		{"who she is, as a value", Policy{Filters: []RowFilter{{On: onPay, Where: "who = current_user AND contains(current_groups(), who) AND in_group('sales') AND NOT in_group('x')"}}}, "lake.finance.pay",
			"SELECT who AS who, salary AS salary FROM lake.finance.pay WHERE who = CAST('o''ann' AS varchar) AND contains(CAST(ARRAY['sales', 'staff'] AS array(varchar)), who) AND TRUE AND NOT FALSE"},
		{"no value", Policy{Masks: []Mask{{On: onPay, Columns: []string{"SALARY"}, How: MaskNull}}}, "lake.finance.pay", "SELECT who AS who, CAST(NULL AS decimal(12, 2)) AS salary FROM lake.finance.pay"},
		{"a hash", Policy{Masks: []Mask{{On: onPay, Columns: []string{"who"}, How: MaskHash, Salt: "s"}}}, "lake.finance.pay",
			"SELECT CAST(lower(to_hex(sha256(to_utf8(concat('s', CAST(who AS varchar)))))) AS varchar) AS who, salary AS salary FROM lake.finance.pay"},
		{"a part", Policy{Masks: []Mask{{On: onPay, Columns: []string{"who"}, How: MaskPartial, Keep: 2}}}, "lake.finance.pay",
			"SELECT CAST(CASE WHEN who IS NULL THEN NULL WHEN length(CAST(who AS varchar)) > 2 THEN concat('***', substr(CAST(who AS varchar), -2)) ELSE '***' END AS varchar) AS who, salary AS salary FROM lake.finance.pay"},
		{"the strictest mask", Policy{Masks: []Mask{{On: onPay, Columns: []string{"who"}, How: MaskExpr, Expression: "upper(who)"}, {PII: true, Columns: []string{"who"}, How: MaskNull}, {On: onPay, Columns: []string{"who"}, How: MaskHash}}}, "lake.finance.pay",
			"SELECT CAST(NULL AS varchar) AS who, salary AS salary FROM lake.finance.pay"},
		{"personal columns anywhere", Policy{Masks: []Mask{{PII: true, How: MaskNull}}}, "lake.core.people", "SELECT id AS id, CAST(NULL AS varchar) AS Email, CAST(NULL AS varchar) AS work_phone FROM lake.core.people"},
		{"a hidden column, and a filter over it", Policy{Rules: []Rule{{Columns: []string{"salary"}}}, Filters: []RowFilter{{On: onPay, Where: "salary < 10"}}}, "lake.finance.pay", "SELECT who AS who FROM lake.finance.pay WHERE salary < 10"},
		{"a hidden column alone", Policy{Rules: []Rule{{Columns: []string{"salary"}}}}, "lake.finance.pay", "SELECT who AS who FROM lake.finance.pay"},
	} {
		if got := shown(c.policy.View(lake(), ann), c.table); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// A rule that no longer parses closes its table: whoever forgets to check a policy must not open it.
func TestBrokenRulesClose(t *testing.T) {
	for _, p := range []Policy{{Filters: []RowFilter{{On: onPay, Where: "salary <"}}}, {Masks: []Mask{{On: onPay, Columns: []string{"who"}, How: MaskExpr, Expression: "'"}}}} {
		if v := p.View(lake(), Principal{Name: "ann"}); v.MayRead(catalog.ParseName("lake.finance.pay", "", ""), "") || v.Snapshot().Asset("lake.finance.pay") != nil {
			t.Errorf("%+v leaves the table open", p)
		}
	}
}

func TestGrants(t *testing.T) {
	snap := lake()
	snap.Asset("lake.core.visits").Tags = []string{"Public"}
	p := Policy{Closed: true, Grants: []Grant{
		{On: On{Tags: []string{"public"}}, Everyone: true},
		{On: On{Tables: []string{"lake.core.*"}}, To: To{Groups: []string{"core"}, Unless: []string{"eve"}}},
		{On: onPay, To: To{Users: []string{"ann"}}},
	}}
	for who, want := range map[string]string{"ann": "lake.core.visits lake.finance.pay", "bob/core": "lake.core.people lake.core.visits", "eve/core": "lake.core.visits", "dan": "lake.core.visits", "": "lake.core.visits"} {
		name, group, _ := strings.Cut(who, "/")
		var got []string
		for _, a := range p.View(snap, Principal{Name: name, Groups: strings.Fields(group)}).Snapshot().Assets {
			got = append(got, a.Name.String())
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s sees %s, want %s", who, s, want)
		}
	}
	if n := len((Policy{Closed: true}).View(snap, Principal{Name: "ann"}).Snapshot().Assets); n != 0 {
		t.Errorf("a closed policy without a grant shows %d tables", n)
	}
}

// What a table's facts tell of rows and values that somebody does not see is not told to them.
func TestFactsAreBlurred(t *testing.T) {
	snap := lake()
	a := snap.Asset("lake.finance.pay")
	a.Rows, a.Checks = 42, []catalog.Check{{ID: "c", Column: "salary", Observed: "max 99000"}}
	v := Policy{Filters: []RowFilter{{On: onPay, Where: "salary < 10"}}}.View(snap, Principal{})
	if b := v.Snapshot().Asset("lake.finance.pay"); b.Rows != -1 || b.Checks[0].Observed != "" || a.Rows != 42 || a.Checks[0].Observed == "" {
		t.Errorf("shown: %+v", b)
	}
	if v.Whole(a.Name, "who") || !v.Whole(catalog.ParseName("lake.core.people", "", ""), "id") {
		t.Error("whole")
	}
}

// An error names the rule, the table, the column and the place.
func TestCheckNamesWhatIsWrong(t *testing.T) {
	mask := func(m Mask) Policy { m.Name = "p.yaml, mask x"; return Policy{Masks: []Mask{m}} }
	filter := func(where string, on ...string) Policy {
		if on == nil {
			on = []string{"lake.finance.pay"}
		}
		return Policy{Filters: []RowFilter{{Name: "p.yaml, filter x", On: On{Tables: on}, Where: where}}}
	}
	for _, c := range []struct {
		policy Policy
		says   string
	}{
		{filter("salary < 10"), ""},
		{filter("who = current_user OR in_group('x') OR contains(current_groups(), who)"), ""},
		{filter("EXISTS (SELECT 1 FROM lake.core.people AS p WHERE p.email = who)"), ""},
		{filter("pay.who = 'x'"), ""},
		{filter("salry < 10"), "p.yaml, filter x: where, for the table lake.finance.pay: Column 'salry' cannot be resolved; did you mean salary? (COLUMN_NOT_FOUND) at line 1, column 1"},
		{filter("salary <"), "p.yaml, filter x: where: line 1:"},
		{filter("salary"), "the condition is a decimal(12,2)"},
		{filter("sum(salary) > 1"), "cannot contain aggregations"},
		{filter("salary < 'x'"), "TYPE_MISMATCH"},
		{filter("true) OR (true"), "p.yaml, filter x: where: line 1:5"},
		{filter("salary = ?"), "a ? has no value"},
		{filter("EXISTS (SELECT 1 FROM people)"), "write the table in a subquery as catalog.schema.table"},
		{filter("EXISTS (SELECT 1 FROM core.people)"), "write the table in a subquery"},
		{filter("EXISTS (WITH x AS (SELECT 1 AS a) SELECT a FROM x)"), "WITH clause may not"},
		{filter("EXISTS (SELECT 1 FROM lake.core.nobody)"), "TABLE_NOT_FOUND"},
		{filter("in_group(who)"), "FUNCTION_NOT_FOUND"},
		{filter("true", "lake.finance.pays"), "there is no such table"},
		{filter("true", "lake.pay"), "matches no table"},
		{filter(" "), "has no condition"},
		{filter("salary < 10", "lake.*.*"), "for the table lake.core.people: Column 'salary'"},
		{mask(Mask{On: onPay, Columns: []string{"who"}, How: MaskExpr, Expression: "substr(who, 1, 1)"}), ""},
		{mask(Mask{On: onPay, Columns: []string{"salary"}, How: MaskExpr, Expression: "round(salary, -3)"}), ""},
		{mask(Mask{PII: true, How: MaskHash}), ""},
		{mask(Mask{On: onPay, Columns: []string{"wh"}, How: MaskNull}), "masks the column wh, and none of its tables has it"},
		{mask(Mask{On: onPay, Columns: []string{"salary"}, How: MaskHash}), "column salary of lake.finance.pay: hash fits text, and this is a decimal(12,2)"},
		{mask(Mask{On: onPay, Columns: []string{"salary"}, How: MaskPartial}), "partial fits text"},
		{mask(Mask{On: onPay, Columns: []string{"salary"}, How: MaskExpr, Expression: "ARRAY[who]"}), "column salary of lake.finance.pay: Cannot cast"},
		{mask(Mask{On: onPay, Columns: []string{"who"}, How: MaskExpr, Expression: "max(who)"}), "column who of lake.finance.pay"},
		{mask(Mask{On: onPay, Columns: []string{"who"}, How: MaskExpr, Expression: "wo"}), "did you mean who? (COLUMN_NOT_FOUND) at line 1, column 1"},
		{mask(Mask{On: onPay, Columns: []string{"who"}, How: "rot13"}), `mask "rot13" is none`},
		{mask(Mask{On: onPay, Columns: []string{"who"}, How: MaskExpr}), "has no expression"},
		{mask(Mask{On: onPay, How: MaskNull}), "names neither columns"},
		{mask(Mask{On: onPay, Columns: []string{"who"}, How: MaskPartial, Keep: -1}), "keeps -1"},
		{Policy{Grants: []Grant{{On: onPay}}}, "says to nobody"},
		{Policy{Grants: []Grant{{Everyone: true}}}, "names neither tables nor tags"},
		{Policy{SystemTables: []string{"system"}}, "matches no table"},
	} {
		err := c.policy.Check(lake())
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v %+v:\n%v\nwant %s", c.policy.Filters, c.policy.Masks, err, c.says)
		}
	}
}

// A workspace may say itself who belongs to a group; it adds to what a principal comes with.
func TestMembers(t *testing.T) {
	p := Policy{Members: map[string][]string{"core": {"ann", "bob"}, "staff": {"ann"}}, Closed: true, Grants: []Grant{{On: onPay, To: To{Groups: []string{"core"}}}}}
	for name, want := range map[string]string{"ann": "core idp staff", "bob": "core idp", "cy": "idp"} {
		v := p.View(lake(), Principal{Name: name, Groups: []string{"idp"}})
		if got := strings.Join(v.Who().Groups, " "); got != want || v.MayRead(catalog.ParseName("lake.finance.pay", "", ""), "") != strings.Contains(want, "core") {
			t.Errorf("%s belongs to %s", name, got)
		}
	}
}

// A view over what a rule hides would be a way around the rule, and is as hidden; one over what is merely not
// granted stays, and keeps its query to itself.
func TestViews(t *testing.T) {
	view := func(name, sql string, columns ...catalog.Column) *catalog.Asset {
		return &catalog.Asset{Name: catalog.ParseName(name, "", ""), View: true, ViewSQL: sql, Columns: columns}
	}
	who, id := catalog.Column{Name: "who", Type: "varchar"}, catalog.Column{Name: "id", Type: "bigint"}
	snap := func() *catalog.Snapshot {
		return catalog.New(append(lake().Assets, view("lake.core.pay_list", "SELECT who FROM lake.finance.pay", who), view("lake.core.over", "SELECT who FROM pay_list", who),
			view("lake.core.ids", "SELECT id FROM people", id), view("lake.core.mails", "SELECT id FROM core.people WHERE email IS NOT NULL", id), view("lake.core.odd", "SELECT no_such_function(id) AS id FROM people", id), view("lake.core.cut", "SELECT", id)), nil, nil)
	}
	views := []string{"pay_list", "over", "ids", "mails", "odd", "cut"}
	for name, c := range map[string]struct {
		policy Policy
		want   string // with their query, without it (?), or not at all
	}{
		"nothing":         {Policy{}, "pay_list over ids mails odd? cut?"},
		"a hidden table":  {Policy{Rules: []Rule{{Tables: []string{"lake.finance.*"}}}}, "ids mails odd? cut?"},
		"a hidden column": {Policy{Rules: []Rule{{PII: true}}}, "pay_list over ids odd? cut?"},
		"not granted":     {Policy{Closed: true, Grants: []Grant{{On: On{Tables: []string{"lake.core.pay_list", "lake.core.over", "lake.core.ids"}}, Everyone: true}}}, "pay_list? over ids?"},
	} {
		v := c.policy.View(snap(), Principal{Name: "ann"})
		var got []string
		for _, n := range views {
			if a := v.Snapshot().Asset("lake.core." + n); a != nil {
				got = append(got, n+strings.Repeat("?", 1-min(1, len(a.ViewSQL))))
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %s, want %s", name, s, c.want)
		}
	}
}

// Tags hide tables and columns as names do.
func TestHidingByTags(t *testing.T) {
	snap := lake()
	snap.Asset("lake.core.visits").Tags = []string{"draft"}
	snap.Asset("lake.finance.pay").Columns[1].Tags = []string{"Secret"}
	v := Policy{Rules: []Rule{{Tags: []string{"Draft"}, Unless: []string{"editors"}}, {ColumnTags: []string{"secret"}}}}.View(snap, Principal{Name: "ann"})
	if v.Snapshot().Asset("lake.core.visits") != nil || v.Snapshot().Asset("lake.finance.pay").Column("salary") != nil || v.Snapshot().Asset("lake.finance.pay").Column("who") == nil || v.Snapshot().Asset("lake.core.people") == nil {
		t.Errorf("shown: %v", v.Snapshot().Assets)
	}
	if p := (Policy{Masks: []Mask{{ColumnTags: []string{"secret"}, How: MaskNull}}}).View(snap, Principal{Name: "ann"}); p.Restriction(catalog.ParseName("lake.finance.pay", "", ""), false).Masked["salary"] != MaskNull {
		t.Error("a mask by the tag of a column")
	}
}

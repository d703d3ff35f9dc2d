package compile_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/compile"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/plan"
	"github.com/limn-data/limn/semantic/timex"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/format"
	"github.com/limn-data/limn/trino/parse"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

func days(from, to string) timex.Range {
	return timex.Range{From: day(from), To: day(to)}
}

func day(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

// shapes has one query for each shape that the semantic query can take. The SQL of each is in
// testdata/golden/NAME.sql, beneath the columns with their roles.
var shapes = []struct {
	name string
	ask  func(s shop) semantic.Query
}{
	{"one_metric", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales")}
	}},
	{"period", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), Period: days("2026-01-01", "2026-04-01")}
	}},
	{"period_open_start", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("ticket_count"), Period: days("", "2026-04-01")}
	}},
	{"period_open_end", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("ticket_count"), Period: days("2026-04-01", "")}
	}},
	{"by_own_dimension", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), By: s.by("orders.status")}
	}},
	{"by_two_dimensions_two_hops_away", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), By: s.by("regions.region", "accounts.segment")}
	}},
	{"filter_either", func(s shop) semantic.Query {
		test := func(field string, op semantic.Op, v ...string) semantic.Predicate {
			return semantic.Predicate{Field: s.field(field), Op: op, Values: v}
		}
		return semantic.Query{Metrics: s.metrics("sales"), Where: []semantic.Predicate{
			test("orders.status", semantic.Ne, "refunded"),
			{Op: semantic.Either, Either: [][]semantic.Predicate{
				{test("accounts.segment", semantic.Eq, "retail"), test("orders.total", semantic.Gt, "100")},
				{test("regions.region", semantic.Eq, "EMEA", "APAC")}}}}}
	}},
	{"by_the_same_field_in_two_roles", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("transferred"), By: []semantic.Dimension{s.role("sender", "regions.region"), s.role("recipient", "regions.region")}}
	}},
	{"filter_in_one_role_by_another", func(s shop) semantic.Query {
		from := s.role("sender", "accounts.segment")
		return semantic.Query{Metrics: s.metrics("transferred"), By: []semantic.Dimension{s.role("recipient", "accounts.segment")},
			Where: []semantic.Predicate{{Field: from.Field, Via: from.Via, Op: semantic.Eq, Values: []string{"retail"}}}}
	}},
	{"a_role_that_is_the_only_way_joins_once", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), By: append(s.by("accounts.segment"), s.role("order_account", "regions.region"))}
	}},
	{"by_computed_dimension", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("order_count"), By: s.by("orders.size_class")}
	}},
	{"by_another_date", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), By: []semantic.Dimension{{Field: s.field("accounts.created"), Grain: timex.Year}}}
	}},
	{"grain_month", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), Grain: timex.Month, Period: days("2026-01-01", "2026-07-01")}
	}},
	{"grain_of_a_joined_calendar", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("hits"), Grain: timex.Quarter, Period: days("2026-01-01", "2026-07-01")}
	}},
	{"grain_week_from_sunday", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("ticket_count"), Grain: timex.Week, Calendar: timex.Calendar{WeekStart: time.Sunday}}
	}},
	{"grain_week_from_monday", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("ticket_count"), Grain: timex.Week, Calendar: timex.Calendar{WeekStart: time.Monday}}
	}},
	{"grain_fiscal_quarter", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("ticket_count"), Grain: timex.Quarter, Calendar: timex.Calendar{FiscalStart: time.February, Fiscal: true}}
	}},
	{"grain_fiscal_year", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("ticket_count"), Grain: timex.Year, Calendar: timex.Calendar{FiscalStart: time.July, Fiscal: true}}
	}},
	{"grain_half", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("ticket_count"), Grain: timex.Half}
	}},
	{"filter_every_operator", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), Where: []semantic.Predicate{
			{Field: s.field("orders.status"), Op: semantic.Eq, Values: []string{"paid"}},
			{Field: s.field("orders.status"), Op: semantic.Eq, Values: []string{"paid", "it's open"}},
			{Field: s.field("accounts.segment"), Op: semantic.Ne, Values: []string{"Retail"}},
			{Field: s.field("accounts.segment"), Op: semantic.Ne, Values: []string{"Retail", "Public"}},
			{Field: s.field("orders.total"), Op: semantic.Lt, Values: []string{"1000"}},
			{Field: s.field("orders.total"), Op: semantic.Le, Values: []string{"999.99"}},
			{Field: s.field("orders.total"), Op: semantic.Gt, Values: []string{"-1.5"}},
			{Field: s.field("orders.total"), Op: semantic.Ge, Values: []string{"0"}},
			{Field: s.field("orders.total"), Op: semantic.Between, Values: []string{"1", "2"}},
			{Field: s.field("accounts.account_name"), Op: semantic.Contains, Values: []string{"100%_ACME"}},
			{Field: s.field("regions.region"), Op: semantic.IsNull},
			{Field: s.field("branches.branch_name"), Op: semantic.NotNull},
			{Field: s.field("accounts.created"), Op: semantic.In, Values: []string{"2026-01-01", "2026-02-01"}},
			{Field: s.field("orders.placed_at"), Op: semantic.Ge, Values: []string{"2026-01-01"}},
			{Field: s.field("orders.urgent"), Op: semantic.Eq, Values: []string{"true"}},
		}}
	}},
	{"having", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), By: s.by("accounts.account_name"),
			Having: []semantic.Threshold{{Metric: s.metric("sales"), Op: semantic.Gt, Values: []string{"1000.50"}}}}
	}},
	{"having_without_groups", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), Having: []semantic.Threshold{{Metric: s.metric("sales"), Op: semantic.Gt, Values: []string{"0"}}}}
	}},
	{"having_on_the_change", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), By: s.by("regions.region"), Period: days("2026-01-01", "2026-04-01"), Compare: semantic.PriorYear,
			Having: []semantic.Threshold{{Metric: s.metric("sales"), Op: semantic.Gt, Values: []string{"0.1"}, Pct: true}, {Metric: s.metric("sales"), Op: semantic.Gt, Values: []string{"0"}, Prior: true}}}
	}},
	{"top", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), By: s.by("accounts.account_name"), Limit: 5, Order: []semantic.Order{{Key: semantic.ByMetric, Desc: true}}}
	}},
	{"bottom_by_second_metric", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales", "order_count"), By: s.by("accounts.account_name"), Limit: 3, Order: []semantic.Order{{Key: semantic.ByMetric, Index: 1}}}
	}},
	{"share_of_total", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), By: s.by("regions.region"), Share: semantic.ShareTotal}
	}},
	{"share_of_total_by_month", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), Grain: timex.Month, By: s.by("regions.region"), Share: semantic.ShareTotal}
	}},
	{"share_of_total_with_threshold", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), By: s.by("regions.region"), Share: semantic.ShareTotal,
			Having: []semantic.Threshold{{Metric: s.metric("sales"), Op: semantic.Gt, Values: []string{"100"}}}}
	}},
	{"share_of_distinct_count_by_month", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("buyers"), Grain: timex.Month, By: s.by("orders.status"), Share: semantic.ShareTotal}
	}},
	{"share_of_part", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), Share: semantic.SharePart, Part: []semantic.Predicate{{Field: s.field("regions.region"), Op: semantic.Eq, Values: []string{"North"}}}}
	}},
	{"share_of_part_by_month", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("order_count"), Grain: timex.Month, Share: semantic.SharePart, Part: []semantic.Predicate{{Field: s.field("orders.status"), Op: semantic.Eq, Values: []string{"paid"}}}}
	}},
	{"prior_period_by_month", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), Grain: timex.Month, Period: days("2026-01-01", "2026-04-01"), Compare: semantic.PriorPeriod}
	}},
	{"prior_period_without_grain", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), Period: days("2026-04-01", "2026-07-01"), Compare: semantic.PriorPeriod}
	}},
	{"prior_year_by_quarter_and_region", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), Grain: timex.Quarter, By: s.by("regions.region"), Period: days("2025-01-01", "2026-07-01"), Compare: semantic.PriorYear}
	}},
	{"prior_year_running_quarter", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), Grain: timex.Quarter, Period: days("2026-07-01", "2027-01-01"), Compare: semantic.PriorYear, Until: day("2026-11-22")}
	}},
	{"prior_year_by_week", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("ticket_count"), Grain: timex.Week, Period: days("2026-10-05", "2026-11-16"), Compare: semantic.PriorYear, Calendar: timex.Calendar{WeekStart: time.Monday}}
	}},
	{"prior_year_open_end", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), Grain: timex.Month, Period: days("2026-03-01", ""), Compare: semantic.PriorYear, Until: day("2026-11-22")}
	}},
	{"prior_quarter_running_over_equal_days", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("ticket_count"), Period: days("2026-04-01", "2026-07-01"), Compare: semantic.PriorPeriod, Until: day("2026-05-22")}
	}},
	{"prior_month_by_week", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("ticket_count"), Grain: timex.Week, Period: days("2026-02-02", "2026-03-02"), Compare: semantic.PriorPeriod, Offset: timex.Month, Calendar: timex.Calendar{WeekStart: time.Monday}}
	}},
	{"prior_month_by_day", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("ticket_count"), Grain: timex.Day, Period: days("2026-02-01", "2026-03-01"), Compare: semantic.PriorPeriod, Offset: timex.Month}
	}},
	{"two_ranges", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), By: s.by("regions.region"), Period: days("2026-04-01", "2026-07-01"), Compare: semantic.CompareRange, Versus: days("2025-01-01", "2025-04-01")}
	}},
	{"two_ranges_by_month", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), Grain: timex.Month, Period: days("2026-04-01", "2026-07-01"), Compare: semantic.CompareRange, Versus: days("2025-01-01", "2025-04-01")}
	}},
	{"two_ranges_by_week", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("ticket_count"), Grain: timex.Week, Period: days("2026-01-01", "2026-04-01"), Compare: semantic.CompareRange, Versus: days("2025-01-01", "2025-04-01"), Calendar: timex.Calendar{WeekStart: time.Monday}}
	}},
	{"target_by_month_and_region", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), Grain: timex.Month, By: s.by("regions.region"), Period: days("2026-01-01", "2026-04-01"), Compare: semantic.ToTarget}
	}},
	{"two_metrics_one_target", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales", "net_sales"), Period: days("2026-01-01", "2026-04-01"), Compare: semantic.ToTarget}
	}},
	{"ratio", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("average_order"), By: s.by("accounts.segment")}
	}},
	{"ratio_of_two_facts_as_double", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("lines_per_order"), Grain: timex.Month, Period: days("2026-01-01", "2026-04-01")}
	}},
	{"derived_with_filter", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("paid_rate"), By: s.by("regions.region")}
	}},
	{"derived_compared", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("paid_rate"), Grain: timex.Quarter, Period: days("2026-01-01", "2026-07-01"), Compare: semantic.PriorPeriod}
	}},
	{"filtered_beside_unfiltered", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("order_count", "paid_orders"), By: s.by("accounts.segment")}
	}},
	{"drill_across", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales", "ticket_count"), By: s.by("regions.region"), Period: days("2026-01-01", "2026-04-01")}
	}},
	{"drill_across_derived", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("tickets_per_order"), Grain: timex.Month, Period: days("2026-01-01", "2026-04-01")}
	}},
	{"drill_across_without_keys", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales", "ticket_count", "line_amount")}
	}},
	{"distinct_over_another_dataset_that_covers", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales_per_account"), By: s.by("regions.region")}
	}},
	{"distinct_over_another_dataset_that_does_not", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales_per_account"), By: s.by("orders.status")}
	}},
	{"fact_without_time", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales_per_seat"), Grain: timex.Month, Period: days("2026-01-01", "2026-04-01")}
	}},
	{"fact_without_time_by_region", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales_per_seat"), Grain: timex.Month, By: s.by("regions.region"), Period: days("2026-01-01", "2026-04-01")}
	}},
	{"count_star_of_the_time_dimension", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("ticket_rows"), Grain: timex.Day}
	}},
	{"stock_last", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("closing_balance"), Period: days("2026-01-01", "2026-04-01"), By: s.by("regions.region")}
	}},
	{"stock_first_by_quarter", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("opening_balance"), Grain: timex.Quarter}
	}},
	{"stock_first_and_last", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("opening_balance", "closing_balance"), Grain: timex.Year}
	}},
	{"stock_by_joined_calendar", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("open_carts")}
	}},
	{"stock_prior_year", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("closing_balance"), Grain: timex.Month, Period: days("2026-01-01", "2026-04-01"), Compare: semantic.PriorYear}
	}},
	{"count_of_groups", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), By: s.by("accounts.account_id"), Over: semantic.CountGroups,
			Having: []semantic.Threshold{{Metric: s.metric("sales"), Op: semantic.Gt, Values: []string{"100"}}}}
	}},
	{"count_of_pairs", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), By: s.by("accounts.account_id", "regions.region"), Over: semantic.CountGroups}
	}},
	{"average_of_groups", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), By: s.by("accounts.account_id"), Over: semantic.AvgGroups}
	}},
	{"highest_of_months", func(s shop) semantic.Query {
		return semantic.Query{Metrics: s.metrics("sales"), Grain: timex.Month, Over: semantic.MaxGroups}
	}},
	{"listing", func(s shop) semantic.Query {
		return semantic.Query{Rows: s.dataset("orders"), Period: days("2026-01-01", "2026-02-01"), Limit: 10,
			Where: []semantic.Predicate{{Field: s.field("regions.region"), Op: semantic.Eq, Values: []string{"North"}}}}
	}},
	{"listing_of_different_values", func(s shop) semantic.Query {
		return semantic.Query{Rows: s.dataset("orders"), Show: []*model.Field{s.field("regions.region")}, Distinct: true,
			Order: []semantic.Order{{Field: s.field("regions.region")}}}
	}},
	{"listing_of_what_lacks", func(s shop) semantic.Query {
		return semantic.Query{Rows: s.dataset("accounts"), Where: []semantic.Predicate{{Field: s.field("accounts.account_id"), Op: semantic.Lacks,
			Absent: &semantic.Absence{Through: s.join("tickets", "accounts"), Where: []semantic.Predicate{{Field: s.field("tickets.priority"), Op: semantic.Eq, Values: []string{"high"}}}}}}}
	}},
	{"listing_of_a_metric_ordered", func(s shop) semantic.Query {
		return semantic.Query{Rows: s.dataset("orders"), RowsOf: s.metric("paid_orders"), Show: []*model.Field{s.field("accounts.account_name"), s.field("orders.total")},
			Order: []semantic.Order{{Field: s.field("orders.total"), Desc: true}}, Limit: 3}
	}},
}

func (s shop) join(from, to string) *model.Relationship {
	s.t.Helper()
	for _, r := range s.model.Relationships {
		if r.From.Name == from && r.To.Name == to {
			return r
		}
	}
	s.t.Fatalf("%s does not join %s", from, to)
	return nil
}

// role is a field reached by the relationship of that name.
func (s shop) role(name, field string) semantic.Dimension {
	s.t.Helper()
	for _, r := range s.model.Relationships {
		if r.Name == name {
			f := s.field(field)
			path, p := s.graph.Via(r, f.Dataset)
			if p != nil {
				s.t.Fatal(p)
			}
			return semantic.Dimension{Field: f, Via: path}
		}
	}
	s.t.Fatalf("no relationship %s", name)
	return semantic.Dimension{}
}

func (s shop) by(names ...string) []semantic.Dimension {
	s.t.Helper()
	var out []semantic.Dimension
	for _, n := range names {
		out = append(out, semantic.Dimension{Field: s.field(n)})
	}
	return out
}

// TestGolden compiles each shape; what comes out must read as Trino SQL and check against the catalog,
// give the columns that the compiler announced, and be what the golden file holds.
func TestGolden(t *testing.T) {
	s := openShop(t)
	seen := map[string]bool{}
	for _, c := range shapes {
		t.Run(c.name, func(t *testing.T) {
			seen[c.name+".sql"] = true
			p, err := plan.Build(s.model, s.graph, c.ask(s))
			if err != nil {
				t.Fatal(err)
			}
			got, err := compile.Compile(p)
			if err != nil {
				t.Fatal(err)
			}
			sql := format.Query(got.Query)
			sound(t, s, sql, got.Columns)
			again, err := compile.Compile(p)
			if err != nil || format.Query(again.Query) != sql {
				t.Errorf("compiled twice, the plan gives another statement (%v)", err)
			}
			golden(t, filepath.Join("testdata/golden", c.name+".sql"), header(p, got)+sql)
		})
	}
	files, err := filepath.Glob("testdata/golden/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !seen[filepath.Base(f)] && !filtered() {
			t.Errorf("%s belongs to no shape; remove it", f)
		}
	}
}

// filtered says that -run picks some of the shapes, so that not all were seen.
func filtered() bool { return strings.Contains(flag.Lookup("test.run").Value.String(), "/") }

// header lists the columns with their roles and the notes of a plan, as SQL comments.
func header(p *plan.Plan, r *compile.Result) string {
	var cols []string
	for _, c := range r.Columns {
		cols = append(cols, c.Name+":"+string(c.Role))
	}
	out := "-- " + strings.Join(cols, " ") + "\n"
	for _, n := range p.Notes {
		out += "-- note: " + n + "\n"
	}
	return out
}

// sound parses and checks a statement and compares its output columns with the announced ones, whose
// names must be distinct.
func sound(t *testing.T, s shop, sql string, want []compile.Column) {
	t.Helper()
	stmt, err := parse.Statement(sql)
	if err != nil {
		t.Fatalf("%v\n%s", err, sql)
	}
	info, problems := check.Check(stmt.(*ast.Query), s.snap.Checked(), check.Session{})
	for _, p := range problems {
		t.Errorf("%s\n%s", p.Format(sql, parse.Position), sql)
	}
	if len(problems) > 0 {
		return
	}
	if len(info.Columns) != len(want) {
		t.Fatalf("%d columns come out, %d were announced\n%s", len(info.Columns), len(want), sql)
	}
	names := map[string]bool{}
	for i, c := range info.Columns {
		if !strings.EqualFold(c.Name, want[i].Name) {
			t.Errorf("column %d is %q, announced as %q", i, c.Name, want[i].Name)
		}
		if names[strings.ToLower(c.Name)] {
			t.Errorf("two columns are called %q", c.Name)
		}
		names[strings.ToLower(c.Name)] = true
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; write it with -update", err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", file, d)
	}
}

// TestProblems has the queries that definitions cannot answer: each is refused with a code and says what
// is missing instead of counting something else.
func TestProblems(t *testing.T) {
	s := openShop(t)
	for _, c := range []struct {
		name string
		code plan.Code
		says string
		q    semantic.Query
	}{
		{"a dimension of the many side", plan.NoPath, "tickets has no join to order lines", semantic.Query{Metrics: s.metrics("ticket_count"), By: s.by("order_lines.product")}},
		{"one of two facts cannot be split", plan.NoPath, "", semantic.Query{Metrics: s.metrics("sales", "ticket_count"), By: s.by("orders.status")}},
		{"a filter of the many side", plan.NoPath, "", semantic.Query{Metrics: s.metrics("sales"), Where: []semantic.Predicate{{Field: s.field("order_lines.product"), Op: semantic.Eq, Values: []string{"x"}}}}},
		{"two ways to a dimension", plan.AmbiguousPath, "in 2 ways: sender; recipient", semantic.Query{Metrics: s.metrics("transferred"), By: s.by("accounts.segment")}},
		{"two ways to a filter further on", plan.AmbiguousPath, "sender → account_branch; recipient → account_branch", semantic.Query{Metrics: s.metrics("transferred"), Where: []semantic.Predicate{{Field: s.field("branches.branch_name"), Op: semantic.Eq, Values: []string{"x"}}}}},
		{"a period without a date", plan.NoTime, "Seat price has no time dimension", semantic.Query{Metrics: s.metrics("seat_price"), Period: days("2026-01-01", "2026-02-01")}},
		{"a grain without a date", plan.NoTime, "", semantic.Query{Metrics: s.metrics("seat_price"), Grain: timex.Month}},
		{"no target", plan.NoTarget, "no target is defined for Order count", semantic.Query{Metrics: s.metrics("order_count"), Compare: semantic.ToTarget}},
		{"a listing without a date", plan.NoTime, "seats carry no date", semantic.Query{Rows: s.dataset("seats"), Period: days("2026-01-01", "2026-02-01")}},
		{"shares of a ratio do not add up", plan.NotAdditive, "Average order", semantic.Query{Metrics: s.metrics("average_order"), By: s.by("accounts.segment"), Share: semantic.ShareTotal}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := plan.Build(s.model, s.graph, c.q)
			var problem *plan.Problem
			if !errors.As(err, &problem) {
				t.Fatalf("planned as %+v, %v; want %s", p, err, c.code)
			}
			if problem.Code != c.code || !strings.Contains(problem.Message, c.says) {
				t.Errorf("got %s: %s; want %s with %q", problem.Code, problem.Message, c.code, c.says)
			}
		})
	}
}

// A value that does not fit its field's type is an error that names the field, never SQL.
func TestValuesThatDoNotFit(t *testing.T) {
	s := openShop(t)
	for _, p := range []semantic.Predicate{
		{Field: s.field("orders.total"), Op: semantic.Gt, Values: []string{"a lot"}},
		{Field: s.field("orders.total"), Op: semantic.Gt, Values: []string{"1; DROP TABLE x"}},
		{Field: s.field("orders.total"), Op: semantic.Gt, Values: []string{"1e5x"}},
		{Field: s.field("orders.urgent"), Op: semantic.Eq, Values: []string{"perhaps"}},
		{Field: s.field("orders.placed_at"), Op: semantic.Ge, Values: []string{"yesterday"}},
		{Field: s.field("accounts.created"), Op: semantic.Eq, Values: []string{"2026-02-30"}},
		{Field: s.field("orders.status"), Op: semantic.Eq},
	} {
		t.Run(fmt.Sprint(p.Field, p.Values), func(t *testing.T) {
			built, err := plan.Build(s.model, s.graph, semantic.Query{Metrics: s.metrics("sales"), Where: []semantic.Predicate{p}})
			if err != nil {
				t.Fatal(err)
			}
			res, err := compile.Compile(built)
			if err == nil {
				t.Fatalf("compiled to %s", format.Query(res.Query))
			}
			if !strings.Contains(err.Error(), p.Field.String()) {
				t.Errorf("the error does not name the field: %v", err)
			}
		})
	}
}

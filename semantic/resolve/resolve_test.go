package resolve

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/plan"
	"github.com/limn-data/limn/semantic/timex"
)

// clinic: visits of patients at wards; both patients and wards have a name, wards one join nearer.
const clinic = `version: "1.0"
semantic_model:
  - name: clinic
    datasets:
      - name: visits
        source: lake.c.visits
        fields:
          - {name: visit_id, expression: {dialects: [{dialect: ANSI_SQL, expression: visit_id}]}}
          - {name: day, expression: {dialects: [{dialect: ANSI_SQL, expression: day}]}}
          - {name: cost, expression: {dialects: [{dialect: ANSI_SQL, expression: cost}]}}
          - {name: urgent, expression: {dialects: [{dialect: ANSI_SQL, expression: urgent}]}}
      - name: wards
        source: lake.c.wards
        fields:
          - {name: name, dimension: {is_time: false}, expression: {dialects: [{dialect: ANSI_SQL, expression: name}]}}
          - {name: opened, expression: {dialects: [{dialect: ANSI_SQL, expression: opened}]}}
      - name: patients
        source: lake.c.patients
        fields:
          - {name: name, dimension: {is_time: false}, expression: {dialects: [{dialect: ANSI_SQL, expression: name}]}}
          - {name: city, dimension: {is_time: false}, expression: {dialects: [{dialect: ANSI_SQL, expression: city}]}}
      - name: bills
        source: lake.c.bills
        fields:
          - {name: amount, expression: {dialects: [{dialect: ANSI_SQL, expression: amount}]}}
          - {name: payer, dimension: {is_time: false}, expression: {dialects: [{dialect: ANSI_SQL, expression: payer}]}}
    relationships:
      - {name: visit_ward, from: visits, to: wards, from_columns: [ward_id], to_columns: [ward_id]}
      - {name: visit_patient, from: visits, to: patients, from_columns: [patient_id], to_columns: [patient_id]}
      - {name: bill_visit, from: bills, to: visits, from_columns: [visit_id], to_columns: [visit_id]}
    metrics:
      - {name: cost, expression: {dialects: [{dialect: ANSI_SQL, expression: SUM(visits.cost)}]}}
      - {name: visits, expression: {dialects: [{dialect: ANSI_SQL, expression: COUNT(visits.visit_id)}]}}
      - {name: billed, expression: {dialects: [{dialect: ANSI_SQL, expression: SUM(bills.amount)}]}}
      - {name: billed_share, expression: {dialects: [{dialect: ANSI_SQL, expression: "SUM(bills.amount) / NULLIF(SUM(visits.cost), 0)"}]}}
`

func open(t *testing.T) (*model.Model, *plan.Graph) {
	t.Helper()
	var assets []*catalog.Asset
	for name, cols := range map[string]string{"visits": "visit_id bigint, ward_id bigint, patient_id bigint, day date, cost decimal(10,2), urgent boolean", "wards": "ward_id bigint, name varchar, opened date",
		"patients": "patient_id bigint, name varchar, city varchar", "bills": "visit_id bigint, amount decimal(10,2), payer varchar"} {
		a := &catalog.Asset{Name: catalog.Name{Catalog: "lake", Schema: "c", Table: name}}
		for c := range strings.SplitSeq(cols, ", ") {
			n, typ, _ := strings.Cut(c, " ")
			a.Columns = append(a.Columns, catalog.Column{Name: n, Type: typ})
		}
		assets = append(assets, a)
	}
	m, err := model.Load(fstest.MapFS{"models/clinic/m.yaml": {Data: []byte(clinic)}, "models/other/m.yaml": {Data: []byte(strings.Replace(clinic[:strings.Index(clinic, "      - name: wards")], "day}", "day}", 1) +
		"    metrics:\n      - {name: visits, expression: {dialects: [{dialect: ANSI_SQL, expression: SUM(visits.visit_id)}]}}\n")}}, catalog.New(assets, nil, nil), nil)
	if err != nil || len(m.Issues) > 0 {
		t.Fatal(err, m.Issues)
	}
	return m, plan.NewGraph(m)
}

// line is a query on one line, as the table below has it.
func line(q semantic.Query) string {
	var out []string
	for _, m := range q.Metrics {
		out = append(out, m.Domain+"."+m.Name)
	}
	for _, d := range q.By {
		s := "by " + d.Field.String()
		if d.Grain != timex.NoGrain {
			s += ":" + d.Grain.String()
		}
		out = append(out, s)
	}
	for _, w := range q.Where {
		out = append(out, "where "+condition(w))
	}
	if !q.Period.IsZero() {
		out = append(out, "in "+q.Period.String())
	}
	if q.Grain != timex.NoGrain {
		out = append(out, "per "+q.Grain.String())
	}
	if q.Compare != semantic.NoCompare {
		out = append(out, fmt.Sprint("compare ", q.Compare))
	}
	for _, o := range q.Order {
		out = append(out, fmt.Sprint("order ", o.Key, " ", o.Index, " ", o.Desc))
	}
	if q.Limit > 0 {
		out = append(out, fmt.Sprint("limit ", q.Limit))
	}
	return strings.Join(out, "; ")
}

func condition(p semantic.Predicate) string {
	if p.Op != semantic.Either {
		return fmt.Sprintf("%s %d %v", p.Field, p.Op, p.Values)
	}
	var either []string
	for _, all := range p.Either {
		var both []string
		for _, q := range all {
			both = append(both, condition(q))
		}
		either = append(either, strings.Join(both, " and "))
	}
	return "either " + strings.Join(either, " or ")
}

func TestRequests(t *testing.T) {
	m, g := open(t)
	for _, c := range []struct {
		r    Request
		want string // or the error, after !
	}{
		{Request{Metrics: []string{"cost"}}, "clinic.cost"},
		{Request{Metrics: []string{"COST", "billed"}}, "clinic.cost; clinic.billed"},
		{Request{Metrics: []string{"clinic.visits"}}, "clinic.visits"},
		{Request{Metrics: []string{"visits"}}, `!"visits" is defined in several domains; name one of: clinic.visits, other.visits`},
		{Request{Metrics: []string{"csot"}}, `!there is no metric "csot"; did you mean cost?`},
		{Request{Metrics: []string{"zebra"}}, `!there is no metric "zebra"`},
		{Request{}, "!no metric is named"},
		{Request{Metrics: []string{"cost"}, By: []string{"city"}}, "clinic.cost; by patients.city"},
		{Request{Metrics: []string{"cost"}, By: []string{"name"}}, `!"name" could be any of wards.name, patients.name; write one of them`},
		{Request{Metrics: []string{"cost"}, By: []string{"Wards.Name"}}, "clinic.cost; by wards.name"},
		{Request{Metrics: []string{"cost"}, By: []string{"opened"}}, "clinic.cost; by wards.opened:day"},
		{Request{Metrics: []string{"cost"}, By: []string{"opened:year"}}, "clinic.cost; by wards.opened:year"},
		{Request{Metrics: []string{"cost"}, By: []string{"opened:decade"}}, `!"decade" is not a grain`},
		{Request{Metrics: []string{"cost"}, By: []string{"city:year"}}, `!"city" is no date, so it has no year`},
		{Request{Metrics: []string{"cost"}, By: []string{"payer"}}, `!cost cannot be split by "payer"`},
		{Request{Metrics: []string{"billed", "cost"}, By: []string{"payer"}}, `!cost cannot be split by "payer"`},
		{Request{Metrics: []string{"billed_share"}, By: []string{"city"}}, "clinic.billed_share; by patients.city"},
		{Request{Metrics: []string{"cost"}, By: []string{"ctiy"}}, `!there is no field "ctiy"; did you mean city?`},
		{Request{Metrics: []string{"cost"}, Where: []string{"city = 'Bern'"}}, "clinic.cost; where patients.city 0 [Bern]"},
		{Request{Metrics: []string{"cost"}, Where: []string{"city IN ('Bern', 'O''Hare') AND cost > -1.5"}}, "clinic.cost; where patients.city 0 [Bern O'Hare]; where visits.cost 4 [-1.5]"},
		{Request{Metrics: []string{"cost"}, Where: []string{"(wards.name <> 'A')", "urgent = true"}}, "clinic.cost; where wards.name 1 [A]; where visits.urgent 0 [true]"},
		{Request{Metrics: []string{"cost"}, Where: []string{"day BETWEEN DATE '2026-01-01' AND DATE '2026-01-31'"}}, "clinic.cost; where visits.day 6 [2026-01-01 2026-01-31]"},
		{Request{Metrics: []string{"cost"}, Where: []string{"city IS NULL", "city IS NOT NULL"}}, "clinic.cost; where patients.city 8 []; where patients.city 9 []"},
		{Request{Metrics: []string{"cost"}, Where: []string{"city NOT IN ('a')"}}, "clinic.cost; where patients.city 1 [a]"},
		{Request{Metrics: []string{"cost"}, Where: []string{"city = 'a' OR city = 'b'"}}, "clinic.cost; where either patients.city 0 [a] or patients.city 0 [b]"},
		{Request{Metrics: []string{"cost"}, Where: []string{"(city = 'a' AND cost > 2 OR urgent = true) AND cost < 9"}}, "clinic.cost; where either patients.city 0 [a] and visits.cost 4 [2] or visits.urgent 0 [true]; where visits.cost 2 [9]"},
		{Request{Metrics: []string{"cost"}, Where: []string{"city = 'a' OR payer = 'x'"}}, `!cost cannot be split by "payer"`},
		{Request{Metrics: []string{"cost"}, Where: []string{"city = 'a' OR 1 = 1"}}, "!a field must stand on the left"},
		{Request{Metrics: []string{"cost"}, Where: []string{"NOT city = 'a'"}}, "!only comparisons"},
		{Request{Metrics: []string{"cost"}, Where: []string{"city NOT BETWEEN 'a' AND 'b'"}}, "!only comparisons"},
		{Request{Metrics: []string{"cost"}, Where: []string{"city IN (SELECT 1)"}}, "!only comparisons"},
		{Request{Metrics: []string{"cost"}, Where: []string{"1 = 1"}}, "!a field must stand on the left"},
		{Request{Metrics: []string{"cost"}, Where: []string{"city = name"}}, "!a literal must stand on the right"},
		{Request{Metrics: []string{"cost"}, Where: []string{"city = 'a"}}, "!condition"},
		{Request{Metrics: []string{"cost"}, Where: []string{"city = 'a'; DROP TABLE x"}}, "!condition"},
		{Request{Metrics: []string{"cost"}, From: "2026-01-01", To: "2026-02-01", Grain: "week"}, "clinic.cost; in 2026-01-01/2026-02-01; per week"},
		{Request{Metrics: []string{"cost"}, From: "2026-02-01", To: "2026-02-01"}, "!the period from 2026-02-01 to 2026-02-01 is empty"},
		{Request{Metrics: []string{"cost"}, From: "2026-02-30"}, `!--from "2026-02-30" is not a date`},
		{Request{Metrics: []string{"cost"}, Grain: "fortnight"}, `!"fortnight" is not a grain`},
		{Request{Metrics: []string{"cost"}, Compare: "prior_year"}, "clinic.cost; compare 2"},
		{Request{Metrics: []string{"cost"}, Compare: "prior_period", Grain: "month"}, "clinic.cost; per month; compare 1"},
		{Request{Metrics: []string{"cost"}, Compare: "prior_period"}, "!a prior period needs a period"},
		{Request{Metrics: []string{"cost"}, Compare: "yesterday"}, `!--compare "yesterday" is not known`},
		{Request{Metrics: []string{"cost"}, By: []string{"city"}, Order: "-cost", Limit: 3}, "clinic.cost; by patients.city; order 0 0 true; limit 3"},
		{Request{Metrics: []string{"cost"}, By: []string{"city"}, Order: "patients.city"}, "clinic.cost; by patients.city; order 3 0 false"},
		{Request{Metrics: []string{"cost"}, Grain: "month", Order: "-month"}, "clinic.cost; per month; order 4 0 true"},
		{Request{Metrics: []string{"cost"}, Order: "city"}, `!--order "city" is neither`},
		{Request{Metrics: []string{"cost"}, Limit: -1}, "!--limit -1"},
	} {
		t.Run(fmt.Sprintf("%+v", c.r), func(t *testing.T) {
			q, err := c.r.Query(m, g, timex.Calendar{WeekStart: time.Monday})
			want, fails := strings.CutPrefix(c.want, "!")
			switch {
			case fails && (err == nil || !strings.Contains(err.Error(), want)):
				t.Errorf("got %q, %v; want an error with %q", line(q), err, want)
			case !fails && err != nil:
				t.Error(err)
			case !fails && line(q) != want:
				t.Errorf("got  %s\nwant %s", line(q), want)
			}
		})
	}
}

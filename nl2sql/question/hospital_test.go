package question_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/nl2sql/question"
	"github.com/limn-data/limn/nl2sql/values"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/timex"
)

const hospitalTables = `
care.admissions: admission_id bigint, patient_id bigint, ward_id bigint, admitted_at timestamp(3), outcome varchar, nights bigint, cost decimal(12,2), urgent boolean
care.wards: ward_id bigint, ward_name varchar, department varchar, site varchar
care.patients: patient_id bigint, patient_name varchar, insurer varchar, city varchar, registered date
care.appointments: appointment_id bigint, patient_id bigint, doctor_id bigint, scheduled date, status varchar
care.doctors: doctor_id bigint, doctor_name varchar, specialty varchar
care.complaints: complaint_id bigint, ward_id bigint, received date, severity varchar
care.beds: ward_id bigint, day date, occupied bigint
finance.budgets: month date, ward_id bigint, amount decimal(14,2)`

var hospitalValues = []values.Column{
	{Field: "admissions.outcome", Values: []string{"discharged", "transferred", "deceased"}},
	{Field: "wards.ward_name", Values: []string{"Ward 7", "Maternity", "Intensive Care", "St. Mary's"}},
	{Field: "wards.department", Values: []string{"Surgery", "Cardiology", "Paediatrics"}},
	{Field: "wards.site", Values: []string{"North", "Riverside"}},
	{Field: "patients.insurer", Values: []string{"Helvetia", "Blue Cross", "self-pay"}},
	{Field: "patients.city", Values: []string{"Bern", "Basel", "Zürich", "North"}},
	{Field: "doctors.specialty", Values: []string{"Oncology", "Radiology"}},
	{Field: "doctors.doctor_name", Values: []string{"Ada Meyer", "Tom Okafor"}},
	{Field: "appointments.status", Values: []string{"kept", "missed", "cancelled"}},
	{Field: "complaints.severity", Values: []string{"high", "low"}},
}

// clock is a Sunday; data is complete to the day before, and begins with 2024.
var clock = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func hospital(t testing.TB) *question.Reader {
	t.Helper()
	var assets []*catalog.Asset
	for line := range strings.SplitSeq(strings.TrimSpace(hospitalTables), "\n") {
		name, columns, _ := strings.Cut(line, ": ")
		a := &catalog.Asset{Name: catalog.ParseName("lake."+name, "", ""), DataFrom: timex.Date(2024, 1, 1), DataUntil: timex.Date(2026, 11, 21), Owner: catalog.Owner{Business: "Ines Vogt (Care)", Technical: "Data Eng"}, Description: "Table of the hospital."}
		for c := range strings.SplitSeq(columns, ", ") {
			n, typ, _ := strings.Cut(c, " ")
			a.Columns = append(a.Columns, catalog.Column{Name: n, Type: typ})
		}
		assets = append(assets, a)
	}
	raw, err := os.ReadFile("testdata/hospital.yaml")
	if err != nil {
		t.Fatal(err)
	}
	snap := catalog.New(assets, nil, []catalog.Term{{Name: "triage", Definition: "Sorting patients by how urgent they are.", Owner: "Ines Vogt (Care)"}})
	m, err := model.Load(fstest.MapFS{"models/hospital/m.yaml": {Data: raw}}, snap, nil)
	if err != nil || len(m.Issues) > 0 {
		t.Fatal(err, m.Issues)
	}
	return question.NewReader(m, access.Policy{}.View(snap, access.Principal{Name: "ann"}), values.New(hospitalValues), timex.Calendar{WeekStart: time.Monday, FiscalStart: time.February}, time.UTC)
}

var opSigns = map[semantic.Op]string{semantic.Eq: "=", semantic.Ne: "≠", semantic.Lt: "<", semantic.Le: "≤", semantic.Gt: ">", semantic.Ge: "≥", semantic.Between: "between", semantic.Contains: "~", semantic.IsNull: "is null", semantic.NotNull: "is not null", semantic.In: "in"}

// line prints a reading compactly: what was asked in a fixed order, or which kind of answer it leads to.
func line(r *question.Reading) string {
	switch {
	case r.Decline != nil:
		return "decline " + r.Decline.Code
	case r.Clarify != nil:
		return "clarify"
	case r.Meta != nil:
		about := r.Meta.Subject
		switch m := r.Meta; {
		case m.Metric != nil:
			about = m.Metric.Name
		case m.Term != nil:
			about = m.Term.Name
		case m.Field != nil:
			about = m.Field.String()
		case m.Dataset != nil:
			about = m.Dataset.Name
		case m.Table != nil:
			about = m.Table.Name.String()
		}
		if r.Meta.Owned {
			about += " and owner"
		}
		return fmt.Sprintf("%s %s", r.Meta.Kind, about)
	}
	q := r.Query
	var out []string
	for _, m := range q.Metrics {
		out = append(out, m.Name)
	}
	parts := []string{strings.Join(out, "+")}
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if q.Rows != nil {
		parts = []string{"rows " + q.Rows.Name}
	}
	for _, d := range q.By {
		s := "by " + d.Field.String()
		if d.Grain != timex.NoGrain {
			s += ":" + d.Grain.String()
		}
		add("%s", s)
	}
	if q.Grain != timex.NoGrain {
		add("per %s", q.Grain)
	}
	for _, p := range q.Where {
		add("%s %s %s", p.Field, opSigns[p.Op], strings.Join(p.Values, "|"))
	}
	for _, h := range q.Having {
		what := h.Metric.Name
		if h.Pct {
			what += "%"
		}
		if h.Prior {
			what += " change"
		}
		add("having %s %s %s", what, opSigns[h.Op], strings.Join(h.Values, "|"))
	}
	switch {
	case q.Period.IsZero():
	case q.Period.From.IsZero():
		add("…/%s", q.Period.To.Format(time.DateOnly))
	case q.Period.To.IsZero():
		add("%s/…", q.Period.From.Format(time.DateOnly))
	default:
		add("%s", q.Period)
	}
	switch q.Compare {
	case semantic.PriorPeriod:
		add("vs before")
	case semantic.PriorYear:
		add("vs year before")
	case semantic.CompareRange:
		add("vs %s", q.Versus)
	case semantic.ToTarget:
		add("vs target")
	}
	switch q.Share {
	case semantic.ShareTotal:
		add("share")
	case semantic.SharePart:
		add("share of %s %s %s", q.Part[0].Field, opSigns[q.Part[0].Op], strings.Join(q.Part[0].Values, "|"))
	}
	if q.Over != semantic.NoOuter {
		add("%s of groups", map[semantic.Outer]string{semantic.CountGroups: "count", semantic.AvgGroups: "average", semantic.MaxGroups: "highest", semantic.MinGroups: "lowest"}[q.Over])
	}
	for _, o := range q.Order {
		what := map[semantic.OrderKey]string{semantic.ByMetric: "value", semantic.ByChange: "change", semantic.ByPercent: "percent", semantic.ByDimension: "dimension", semantic.ByTime: "time"}[o.Key]
		if o.Field != nil {
			what = o.Field.String()
		}
		if o.Desc {
			what += " desc"
		}
		add("order %s", what)
	}
	if q.Limit > 0 {
		add("limit %d", q.Limit)
	}
	return strings.Join(parts, "; ")
}

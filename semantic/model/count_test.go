package model

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/limn-data/limn/catalog"
)

// COUNT(*) names no dataset. Whose rows it counts follows from its filters or from the only dataset there
// is; where it does not, counting the rows of a calendar would be a wrong number, so the metric is set aside.
func TestCountOfNothingIsSetAside(t *testing.T) {
	snap := catalog.New([]*catalog.Asset{
		{Name: catalog.Name{Catalog: "lake", Schema: "s", Table: "sales"}, Columns: []catalog.Column{{Name: "id", Type: "bigint"}, {Name: "date_id", Type: "bigint"}, {Name: "paid", Type: "boolean"}}},
		{Name: catalog.Name{Catalog: "lake", Schema: "s", Table: "dates"}, Columns: []catalog.Column{{Name: "date_id", Type: "bigint"}, {Name: "day", Type: "date"}}},
	}, nil, nil)
	const file = `semantic_model:
  - name: shop
    datasets:
      - {name: sales, source: lake.s.sales, primary_key: [id]}
      - name: calendar_dates
        source: lake.s.dates
        primary_key: [date_id]
        fields:
          - {name: day, expression: {dialects: [{dialect: ANSI_SQL, expression: day}]}, dimension: {is_time: true}}
    relationships:
      - {name: sale_date, from: sales, to: calendar_dates, from_columns: [date_id], to_columns: [date_id]}
    metrics:
      - name: everything
        expression: {dialects: [{dialect: ANSI_SQL, expression: COUNT(*)}]}
        custom_extensions: [{vendor_name: LIMN, data: '{"time": "calendar_dates.day"}'}]
      - name: paid_sales
        expression: {dialects: [{dialect: ANSI_SQL, expression: COUNT(*)}]}
        custom_extensions: [{vendor_name: LIMN, data: '{"time": "calendar_dates.day", "filters": ["sales.paid"]}'}]
`
	m, err := Load(fstest.MapFS{"models/shop/m.yaml": {Data: []byte(file)}}, snap, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Metrics) != 1 || m.Metrics[0].Name != "paid_sales" || m.Metrics[0].Over == nil || m.Metrics[0].Over.Name != "sales" {
		t.Errorf("metrics are %+v; want paid_sales over sales alone", m.Metrics)
	}
	if len(m.Issues) != 1 || m.Issues[0].Code != "no_dataset" || !strings.Contains(m.Issues[0].Message, "everything") {
		t.Errorf("issues are %v", m.Issues)
	}
}

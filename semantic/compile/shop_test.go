package compile_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/plan"
)

// shop is the loaded model of testdata/shop.yaml with what tests ask it for.
type shop struct {
	t     *testing.T
	snap  *catalog.Snapshot
	model *model.Model
	graph *plan.Graph
}

// tables are the physical tables of the shop, a line each: name, then "column type" pairs.
const tables = `
orders: order_id bigint, account_id bigint, placed_at timestamp(3), status varchar, total decimal(12,2), urgent boolean
order_lines: line_id bigint, order_id bigint, product varchar, qty bigint, amount decimal(12,2)
accounts: account_id bigint, account_name varchar, segment varchar, branch_id bigint, created date
branches: branch_id bigint, branch_name varchar, region_id bigint
regions: region_id bigint, region_name varchar
tickets: ticket_id bigint, account_id bigint, opened date, priority varchar
balances: account_id bigint, month_end date, balance decimal(14,2)
targets: month date, region_id bigint, goal decimal(14,2)
visits: day_key bigint, account_id bigint, hits bigint, open_carts bigint
calendar_days: day_key bigint, day date, holiday boolean
seats: seat_id bigint, account_id bigint, price decimal(10,2)
transfers: transfer_id bigint, sender_id bigint, recipient_id bigint, sent date, amount decimal(12,2)`

func openShop(t *testing.T) shop {
	t.Helper()
	var assets []*catalog.Asset
	for line := range strings.SplitSeq(strings.TrimSpace(tables), "\n") {
		name, columns, _ := strings.Cut(line, ": ")
		a := &catalog.Asset{Name: catalog.Name{Catalog: "lake", Schema: "shop", Table: name}}
		for c := range strings.SplitSeq(columns, ", ") {
			n, typ, _ := strings.Cut(c, " ")
			a.Columns = append(a.Columns, catalog.Column{Name: n, Type: typ})
		}
		assets = append(assets, a)
	}
	raw, err := os.ReadFile("testdata/shop.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s := shop{t: t, snap: catalog.New(assets, nil, nil)}
	if s.model, err = model.Load(fstest.MapFS{"models/shop/shop.yaml": {Data: raw}}, s.snap, nil); err != nil {
		t.Fatal(err)
	}
	for _, i := range s.model.Issues {
		t.Errorf("the shop's model has an issue: %v", i)
	}
	s.graph = plan.NewGraph(s.model)
	return s
}

func (s shop) metric(name string) *model.Metric {
	s.t.Helper()
	found := s.model.Metric(name)
	if len(found) != 1 {
		s.t.Fatalf("%d metrics are called %q", len(found), name)
	}
	return found[0]
}

func (s shop) metrics(names ...string) []*model.Metric {
	s.t.Helper()
	var out []*model.Metric
	for _, n := range names {
		out = append(out, s.metric(n))
	}
	return out
}

func (s shop) field(name string) *model.Field {
	s.t.Helper()
	found := s.model.Field(name)
	if len(found) != 1 {
		s.t.Fatalf("%d fields are called %q", len(found), name)
	}
	return found[0]
}

func (s shop) dataset(name string) *model.Dataset {
	s.t.Helper()
	for _, d := range s.model.Datasets {
		if d.Name == name {
			return d
		}
	}
	s.t.Fatalf("no dataset %q", name)
	return nil
}

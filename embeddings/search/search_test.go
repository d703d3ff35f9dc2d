package search

import (
	"testing"

	"github.com/limn-data/limn/catalog"
)

func TestSearchRanksNamesBeforeMentions(t *testing.T) {
	x := New(catalog.New([]*catalog.Asset{
		{Name: catalog.Name{Catalog: "lake", Schema: "finance", Table: "revenue_daily"}, Description: "Recognised revenue per day.", Columns: []catalog.Column{{Name: "amount_usd"}, {Name: "day"}}},
		{Name: catalog.Name{Catalog: "lake", Schema: "core", Table: "accounts"}, Description: "Customers and the revenue band that they fall into.", Columns: []catalog.Column{{Name: "accountName"}}},
	}, []catalog.Metric{{Name: "churn_rate", Label: "Churn rate", Synonyms: []string{"attrition"}}}, []catalog.Term{{Name: "ARR", Definition: "Annual recurring revenue."}}))
	for query, want := range map[string]string{
		"daily revenue": "lake.finance.revenue_daily", "account names": "lake.core.accounts.accountName", "churned customers attrition": "churn_rate", "amounts": "lake.finance.revenue_daily.amount_usd", "recurring": "ARR",
	} {
		hits := x.Search(query, 3)
		if len(hits) == 0 || hits[0].Name != want {
			t.Errorf("%q finds %+v, want %s first", query, hits, want)
		}
	}
	if hits := x.Search("zebra", 3); len(hits) != 0 {
		t.Errorf("a word that stands nowhere finds %+v", hits)
	}
}

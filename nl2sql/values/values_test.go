package values

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLookUp(t *testing.T) {
	x := New([]Column{
		{"accounts.account_name", []string{"Northwind Traders", "Northwind Trading", "Acme Ltd", "ACME Inc", "Zürich Bank"}},
		{"accounts.region", []string{"EMEA", "APAC", "AMER"}},
		{"tickets.region", []string{"EMEA"}},
		{"accounts.segment", []string{"Mid-Market", "Enterprise"}},
	})
	for _, c := range []struct {
		find func(string) []string
		text string
		want []string
	}{
		{exact(x), "emea", []string{"accounts.region=EMEA", "tickets.region=EMEA"}},
		{exact(x), "mid market", []string{"accounts.segment=Mid-Market"}},
		{exact(x), "acme", []string{"accounts.account_name=Acme Ltd", "accounts.account_name=ACME Inc"}},
		{exact(x), "zürich bank", []string{"accounts.account_name=Zürich Bank"}},
		{exact(x), "nothing", nil},
		{near(x), "enterprize", []string{"accounts.segment=Enterprise"}},
		{near(x), "northwind trader", []string{"accounts.account_name=Northwind Traders"}},
		{near(x), "emea", nil}, // four letters may not have a slip
	} {
		if d := cmp.Diff(c.want, c.find(c.text)); d != "" {
			t.Errorf("%q (-want +got):\n%s", c.text, d)
		}
	}
}

func exact(x *Index) func(string) []string {
	return func(s string) (out []string) {
		for _, h := range x.Exact(s) {
			out = append(out, h.Field+"="+h.Value)
		}
		return out
	}
}

func near(x *Index) func(string) []string {
	return func(s string) (out []string) {
		for _, h := range x.Near(s) {
			out = append(out, h.Field+"="+h.Value)
		}
		return out
	}
}

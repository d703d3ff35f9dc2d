package answer_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/nl2sql"
	"github.com/limn-data/limn/nl2sql/values"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/timex"
	"github.com/limn-data/limn/trino/check"
)

// branches is the bakery with rules: the shop people see their own shop's sales and no till's number, nobody
// but the office sees where sales come from, and a till is a column that is masked.
func branches(t *testing.T, e answer.Engine) (*answer.Service, *catalog.Snapshot) {
	t.Helper()
	name := func(s, n string) catalog.Name { return catalog.Name{Catalog: "lake", Schema: s, Table: n} }
	snap := catalog.New([]*catalog.Asset{
		{Name: name("bakery", "sales"), Rows: 10, Bytes: 1000, Upstream: []catalog.Edge{{From: "lake.raw.secret_feed"}},
			Columns: []catalog.Column{{Name: "sale_id", Type: "bigint"}, {Name: "day", Type: "date"}, {Name: "shop", Type: "varchar"}, {Name: "amount", Type: "decimal(12,2)"}, {Name: "till", Type: "varchar"}}},
		{Name: name("raw", "secret_feed"), Rows: 1, Bytes: 10, Columns: []catalog.Column{{Name: "a", Type: "bigint"}}},
	}, nil, nil)
	office := access.To{Unless: []string{"office"}}
	sales := access.On{Tables: []string{"lake.bakery.sales"}}
	policy := access.Policy{
		Rules:   []access.Rule{{Tables: []string{"lake.raw.*"}, Unless: []string{"office"}}},
		Filters: []access.RowFilter{{Name: "own", On: sales, To: office, Where: "shop = current_user"}},
		Masks:   []access.Mask{{Name: "till", On: sales, To: office, Columns: []string{"till"}, How: access.MaskNull}},
	}
	if err := policy.Check(snap); err != nil {
		t.Fatal(err)
	}
	return answer.NewService(answer.Workspace{Name: "bakery", Snapshot: snap, Policy: policy, Calendar: timex.Calendar{},
		Values: values.New([]values.Column{{Field: "sales.shop", Values: []string{"Corner", "Harbour"}}}),
		Models: func(s *catalog.Snapshot) (*model.Model, error) {
			return model.Load(fstest.MapFS{"models/bakery/m.yaml": {Data: []byte(bakery)}}, s, nil)
		}}, e), snap
}

// What runs has the asker's rights in it; what is shown is what was asked, with a note, and names nothing that
// is hidden.
func TestRightsInAnswers(t *testing.T) {
	e := &made{seed: 1}
	s, _ := branches(t, e)
	for _, c := range []struct {
		who     access.Principal
		runs    string
		code    string
		sources bool
	}{
		{access.Principal{Name: "Corner"}, "WHERE shop = CAST('Corner' AS varchar)", "rows_limited", false},
		{access.Principal{Name: "ann", Groups: []string{"office"}}, "FROM lake.bakery.sales", "", true},
	} {
		o, err := s.Ask(t.Context(), answer.Request{Question: "turnover", Who: c.who, At: at})
		if err != nil || o.Outcome != answer.Answered {
			t.Fatalf("%s: %v %+v", c.who.Name, err, o.Declined)
		}
		raw, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		codes := ""
		for _, w := range o.Warnings {
			codes += w.Code + " "
		}
		last := e.asked[len(e.asked)-1]
		if !strings.Contains(last, c.runs) || strings.Contains(o.SQL, "current_user") || strings.Contains(o.SQL, "Corner") || strings.Contains(codes, "rows_limited") != (c.code != "") {
			t.Errorf("%s: runs %s\nshows %s with %s", c.who.Name, last, o.SQL, codes)
		}
		if strings.Contains(string(raw), "secret_feed") != c.sources {
			t.Errorf("%s: what feeds the table is shown: %s", c.who.Name, raw)
		}
	}
}

// An analyst's SQL runs with the rights of who asks too.
func TestRightsInSQL(t *testing.T) {
	e := &made{seed: 1}
	s, _ := branches(t, e)
	who := access.Principal{Name: "Harbour"}
	ss, err := s.Session(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := nl2sql.Checked("SELECT till, shop FROM lake.bakery.sales", ss.View.Snapshot(), ss.Tables, check.Session{})
	if err != nil {
		t.Fatal(err)
	}
	o, err := s.Run(t.Context(), plan, answer.Request{Who: who, At: at})
	if err != nil || o.Outcome != answer.Answered {
		t.Fatalf("%v %+v", err, o.Declined)
	}
	raw, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	if ran := e.asked[0]; !strings.Contains(ran, "CAST(NULL AS varchar) AS till") || !strings.Contains(ran, "'Harbour'") || o.SQL != plan.SQL {
		t.Errorf("ran %s\nshows %s", ran, o.SQL)
	}
	for _, w := range []string{"rows_limited", "masked", "true values of till"} {
		if !strings.Contains(string(raw), w) {
			t.Errorf("nothing says %s: %s", w, raw)
		}
	}
	if strings.Contains(string(raw), "secret_feed") {
		t.Errorf("what feeds the table is shown: %s", raw)
	}
}

// A stored value of rows that the asker may not see is no word that limn knows for them.
func TestValuesThatAreNotSeen(t *testing.T) {
	e := &made{seed: 1}
	s, _ := branches(t, e)
	read := func(who access.Principal) *answer.Outcome {
		o, err := s.Ask(t.Context(), answer.Request{Question: "turnover in Harbour", Who: who, At: at})
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	if o := read(access.Principal{Name: "ann", Groups: []string{"office"}}); o.Outcome != answer.Answered || !strings.Contains(o.SQL, "Harbour") {
		t.Errorf("who sees all: %s %+v %s", o.Outcome, o.Declined, o.SQL)
	}
	if o := read(access.Principal{Name: "Corner"}); o.Outcome == answer.Answered || strings.Contains(o.SQL, "Harbour") {
		t.Errorf("who does not: %s %s", o.Outcome, o.SQL)
	}
}

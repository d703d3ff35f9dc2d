package functions

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// listing is what a server that has all that we know would list.
func listing() (rows []Listed) {
	names := map[Kind]string{}
	for n, k := range kindNames {
		names[k] = n
	}
	isHidden := map[string]bool{}
	for _, h := range hidden {
		isHidden[h.name] = true
	}
	for _, o := range Builtin().All() {
		if !isHidden[o.Name] {
			rows = append(rows, Listed{o.Name, o.ReturnType, o.ArgTypes, names[o.Kind], o.Deterministic, o.Description})
		}
	}
	return rows
}

// TestServedByTheSame: a server of the version that we know narrows nothing.
func TestServedByTheSame(t *testing.T) {
	r, left := Served(listing())
	if len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	if diff := cmp.Diff(Builtin().Names(), r.Names()); diff != "" {
		t.Errorf("names differ (-all +served):\n%s", diff)
	}
	if a, b := len(Builtin().All()), len(r.All()); a != b {
		t.Errorf("%d overloads, %d served", a, b)
	}
}

// TestServed: what a server has beyond and what it lacks.
func TestServed(t *testing.T) {
	rows := []Listed{
		{"abs", "bigint", "bigint", "scalar", true, "Absolute value"},
		{"abs", "bigint", "bigint", "scalar", true, "Absolute value"}, // twice, as an alias is
		{"concat", "varchar", "varchar", "scalar", true, ""},
		{"count", "bigint", "", "aggregate", true, ""},
		{"Shop_Price", "decimal(12,2)", "bigint, varchar", "scalar", true, "Price of an item"},
		{"pick", "T", "array(T), bigint", "scalar", false, ""},
		{"shop_items", "unknown", "", "table", true, ""},
		{"widen", "varchar(u)", "varchar(x)", "scalar", true, "a length that nobody tells"},
		{"odd", "money", "bigint", "scalar", true, "a type that we do not know"},
		{"future", "bigint", "bigint", "oracle", true, "a kind that we do not know"},
	}
	r, left := Served(rows)
	var names []string
	for _, l := range left {
		name, _, _ := strings.Cut(l, "(")
		names = append(names, name)
	}
	if diff := cmp.Diff([]string{"widen", "odd", "future"}, names); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
	for _, c := range []struct{ call, want string }{
		{"abs(bigint)", "bigint"},
		{"abs(integer)", "bigint"}, // the only one that is left
		{"concat(varchar, varchar, varchar)", "varchar"},
		{"count()", "bigint"},
		{"shop_price(integer, varchar(3))", "decimal(12,2)"},
		{"pick(array(varchar(2)), integer)", "varchar(2)"},
		{"abs(double)", ""},
		{"lower(varchar)", ""},
		{"fail(varchar)", "unknown"}, // listed by no server
	} {
		name, _, _ := strings.Cut(c.call, "(")
		if len(r.Lookup(name)) == 0 {
			if c.want != "" {
				t.Errorf("%s is not there", c.call)
			}
			continue
		}
		got, err := callIn(t, r, c.call)
		switch {
		case c.want == "" && err == nil:
			t.Errorf("%s resolves to %s", c.call, got.Return)
		case c.want != "" && (err != nil || got.Return.String() != c.want):
			t.Errorf("%s: %v, %v, want %s", c.call, got.Return, err, c.want)
		}
	}
	if len(r.Lookup("abs")) != 1 || r.Lookup("pick")[0].Deterministic {
		t.Errorf("abs has %d overloads, pick is deterministic: %v", len(r.Lookup("abs")), r.Lookup("pick")[0].Deterministic)
	}
	if !r.IsTable("shop_items") || r.IsTable("sequence") {
		t.Error("table functions are not those of the server")
	}
}

package functions

import (
	"os"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limn-data/limn/internal/recorded"
	"github.com/limn-data/limn/trino/types"
)

func parse(t *testing.T, text string) types.Type {
	t.Helper()
	if text == "unknown" {
		return types.Of(types.Unknown)
	}
	typ, err := types.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return typ
}

// call resolves "name(type, …)"; a lambda is written "=> result type".
func call(t *testing.T, text string) (Call, error) {
	t.Helper()
	return callIn(t, Builtin(), text)
}

func callIn(t *testing.T, r *Registry, text string) (Call, error) {
	t.Helper()
	name, rest, _ := strings.Cut(text, "(")
	var args []Arg
	lambdas := map[int]types.Type{}
	for i, a := range splitTop(strings.TrimSuffix(rest, ")")) {
		if result, ok := strings.CutPrefix(a, "=> "); ok {
			args = append(args, Arg{Lambda: true})
			lambdas[i] = parse(t, result)
			continue
		}
		args = append(args, Arg{Type: parse(t, a)})
	}
	return Resolve(r.Lookup(name), args, func(i int, _ []types.Type) types.Type { return lambdas[i] })
}

func TestResolve(t *testing.T) {
	for _, c := range []struct{ call, want string }{
		{"abs(decimal(5,2))", "decimal(5,2)"},
		{"sum(integer)", "bigint"},
		{"sum(decimal(12,2))", "decimal(38,2)"},
		{"avg(decimal(12,2))", "decimal(12,2)"},
		{"avg(integer)", "double"},
		{"count(varchar)", "bigint"},
		{"count()", "bigint"},
		{"corr(integer, integer)", "real"},
		{"approx_percentile(decimal(2,1), decimal(1,1))", "real"},
		{"round(decimal(38,2))", "decimal(37,0)"},
		{"round(decimal(5,2), integer)", "decimal(6,2)"},
		{"ceil(decimal(5,2))", "decimal(4,0)"},
		{"truncate(decimal(5,5))", "decimal(1,0)"},
		{"mod(decimal(2,1), integer)", "decimal(2,1)"},
		{"concat(varchar(1), varchar(2), varchar(3))", "varchar"},
		{"concat(char(3), char(5))", "char(8)"},
		{"concat(array(integer), bigint)", "array(bigint)"},
		{"concat(unknown, varchar(1))", "array(varchar(1))"},
		{"concat(array(integer), array(integer), array(integer))", "array(integer)"},
		{"replace(varchar(3), varchar(1), varchar(2))", "varchar(11)"},
		{"regexp_replace(varchar(3), varchar(1), varchar(2))", "varchar(15)"},
		{"regexp_replace(varchar(100), varchar(1), varchar(4))", "varchar(20300)"},
		{"regexp_replace(varchar, varchar(1), varchar(5))", "varchar"},
		{"url_encode(varchar(2))", "varchar(24)"},
		{"render(varchar(3), color)", "varchar(18)"},
		{"to_iso8601(timestamp(0))", "varchar(22)"},
		{"to_iso8601(timestamp(6) with time zone)", "varchar(35)"},
		{"lower(char(3))", "char(3)"},
		{"substr(char(3), integer)", "varchar(3)"},
		{"upper(unknown)", "char(0)"},
		{"abs(unknown)", "tinyint"},
		{"max(unknown)", "unknown"},
		{"greatest(integer, decimal(2,1))", "decimal(11,1)"},
		{"greatest(varchar(1), char(5))", "varchar(5)"},
		{"lag(integer, integer, decimal(2,1))", "decimal(11,1)"},
		{"max_by(varchar(1), integer, integer)", "array(varchar(1))"},
		{"map_agg(integer, varchar(1))", "map(integer, varchar(1))"},
		{"element_at(map(bigint,varchar(1)), integer)", "varchar(1)"},
		{"element_at(array(integer), integer)", "integer"},
		{"zip(array(integer), array(varchar(1)))", "array(row(integer, varchar(1)))"},
		{"array_union(array(integer), array(bigint))", "array(bigint)"},
		{"date_diff(varchar(3), timestamp(3), timestamp(0))", "bigint"},
		{"date_trunc(varchar(5), timestamp(6))", "timestamp(6)"},
		{"date_format(date, varchar(2))", "varchar"},
		{"date_add(varchar(3), integer, date)", "date"},
		{"sequence(date, date, interval year to month)", "array(date)"},
		{"json_extract_scalar(varchar(2), varchar(3))", "varchar(2)"},
		{"transform(array(integer), => varchar)", "array(varchar)"},
		{"filter(array(integer), => boolean)", "array(integer)"},
		{"reduce(array(integer), bigint, => bigint, => varchar)", "varchar"},
		{"zip_with(array(integer), array(varchar(1)), => row(varchar(1), integer))", "array(row(varchar(1), integer))"},
		{"map_zip_with(map(integer,varchar(1)), map(integer,integer), => integer)", "map(integer, integer)"},
		{"array_sort(array(json), => integer)", "array(json)"},
		{"fail(varchar)", "unknown"},
	} {
		got, err := call(t, c.call)
		if err != nil || got.Return.String() != c.want {
			t.Errorf("%s = %s, %v; want %s", c.call, got.Return, err, c.want)
		}
	}
}

func TestRefuse(t *testing.T) {
	for _, c := range []struct{ call, want string }{
		{"lower(bigint)", "Unexpected parameters (bigint) for function lower. Expected: lower(char(x)), lower(varchar(x))"},
		{"now(integer, integer)", "Unexpected parameters (integer, integer) for function now. Expected: now()"},
		{"max()", "Unexpected parameters () for function max. Expected: max(E, bigint) E:orderable, max(T) T:orderable"},
		{"max(map(integer,integer))", "Unexpected parameters (map(integer,integer)) for function max."},
		{"greatest(integer, varchar(1))", "Unexpected parameters (integer, varchar(1)) for function greatest. Expected: greatest(E) E:orderable"},
		{"greatest()", "Unexpected parameters ()"},
		{"array_sort(array(json))", "Unexpected parameters (array(json))"},
		{"max_by(integer, json)", "Unexpected parameters"},
		{"reduce(array(integer), integer, => integer)", "Unexpected parameters (array(integer), integer, <function>) for function reduce."},
		{"lower(=> integer)", "Unexpected parameters (<function>)"},
		{"sum(unknown)", "Could not choose a best candidate operator"},
		{"substr(unknown, integer)", "Could not choose a best candidate operator"},
	} {
		if got, err := call(t, c.call); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s = %s, %v; want %q", c.call, got.Return, err, c.want)
		}
	}
}

// TestRegistryIsTheServers compares our file with what was recorded of a server apart from it.
func TestRegistryIsTheServers(t *testing.T) {
	theirs, err := os.ReadFile(recorded.Path(t, "data/oracle/functions.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := Read(theirs)
	if err != nil {
		t.Fatal(err)
	}
	lines := func(r *Registry) (all []string) {
		for _, o := range r.All() {
			all = append(all, strings.Join([]string{o.Name, o.ArgTypes, o.ReturnType, string('0' + rune(o.Kind)), o.Description}, "|"))
		}
		sort.Strings(all)
		return all
	}
	if diff := cmp.Diff(lines(want), lines(Builtin())); diff != "" {
		t.Errorf("the registry differs from the server's (-server +ours):\n%s", diff)
	}
	if n := len(strings.Split(strings.TrimSpace(string(registryFile)), "\n")); n < 700 {
		t.Errorf("%d overloads; a registry of Trino has hundreds", n)
	}
}

func TestKinds(t *testing.T) {
	for name, want := range map[string]Kind{"lower": Scalar, "sum": Aggregate, "rank": Window} {
		if got := Builtin().Lookup(name)[0].Kind; got != want {
			t.Errorf("%s has kind %d, want %d", name, got, want)
		}
	}
	if !Builtin().IsTable("sequence") || len(Builtin().Lookup("sequence")) == 0 {
		t.Error("sequence is both a table function and a scalar one")
	}
	if Builtin().Lookup("random")[0].Deterministic {
		t.Error("random is not deterministic")
	}
	if Builtin().Lookup("nvl") != nil {
		t.Error("nvl does not exist in Trino")
	}
}

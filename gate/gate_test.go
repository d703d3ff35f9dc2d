package gate

import (
	"context"
	"errors"
	"go/parser"
	gotoken "go/token"
	"reflect"
	"strings"
	"testing"
	"time"

	goast "go/ast"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/parse"
)

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func lake() *catalog.Snapshot {
	return catalog.New([]*catalog.Asset{
		{Name: catalog.Name{Catalog: "lake", Schema: "s", Table: "big"}, Bytes: 40 << 30, Rows: 1000, Columns: []catalog.Column{{Name: "a", Type: "bigint"}, {Name: "b", Type: "bigint"}, {Name: "c", Type: "bigint"}, {Name: "d", Type: "bigint"}}},
		{Name: catalog.Name{Catalog: "lake", Schema: "s", Table: "small"}, Bytes: 1 << 20, Rows: 10, Columns: []catalog.Column{{Name: "a", Type: "bigint"}}},
		{Name: catalog.Name{Catalog: "lake", Schema: "s", Table: "unknown"}, Bytes: -1, Rows: -1, Columns: []catalog.Column{{Name: "a", Type: "bigint"}}},
	}, nil, nil)
}

// request is a checked statement of somebody who sees everything.
func request(t testing.TB, sql string, who access.Principal) Request {
	t.Helper()
	stmt, err := parse.Statement(sql)
	if err != nil {
		t.Fatal(err)
	}
	snap := lake()
	info, problems := check.Check(stmt, snap.Checked(), check.Session{})
	if len(problems) > 0 {
		t.Fatal(problems[0].Message)
	}
	return Request{SQL: sql, Stmt: stmt, Info: info, View: access.Policy{}.View(snap, who), At: now}
}

type fixed Estimate

func (f fixed) Estimate(context.Context, Scan) (Estimate, error) { return Estimate(f), nil }

type broken struct{}

func (broken) Estimate(context.Context, Scan) (Estimate, error) {
	return Estimate{}, errors.New("no answer")
}

// slow waits for its context.
type slow struct{}

func (slow) Estimate(ctx context.Context, _ Scan) (Estimate, error) {
	<-ctx.Done()
	return Estimate{}, ctx.Err()
}

// TestCost: what may run without asking, what asks first, what is refused, by the files' sizes.
func TestCost(t *testing.T) {
	for _, c := range []struct {
		sql    string
		limits Limits
		want   Decision
		code   string
		says   string
	}{
		{"SELECT a FROM lake.s.small", Limits{}, Run, "", ""},
		{"SELECT a FROM lake.s.big", Limits{}, Run, "", ""},
		{"SELECT a, b, c FROM lake.s.big", Limits{}, AskFirst, CodeConfirm, "about 30.0 GiB, more than the 20.0 GiB"},
		{"SELECT a, b, c FROM lake.s.big", Limits{AskAbove: -1}, Run, "", ""},
		{"SELECT a, b, c FROM lake.s.big", Limits{AskAbove: -1, RefuseAbove: 30 << 30}, Run, "", ""},
		{"SELECT a, b, c FROM lake.s.big", Limits{AskAbove: -1, RefuseAbove: 30<<30 - 1}, Refuse, CodeTooLarge, "about 30.0 GiB; more than"},
		{"SELECT a, b, c FROM lake.s.big", Limits{RefuseAbove: 1 << 30}, Refuse, CodeTooLarge, "about 30.0 GiB"},
		{"SELECT a FROM lake.s.small", Limits{AskAbove: 1000}, AskFirst, CodeConfirm, "1.0 MiB, more than the 1000 bytes"},
		{"SELECT a FROM lake.s.small", Limits{AskAbove: 1 << 20}, Run, "", ""},
		{"SELECT a FROM lake.s.unknown", Limits{AskAbove: 1}, Run, "", ""},
		{"SELECT a FROM lake.s.unknown", Limits{Unknown: UnknownRun}, Run, "", ""},
		{"SELECT a FROM lake.s.unknown", Limits{Unknown: UnknownAsk}, AskFirst, CodeConfirm, "Nobody can say"},
		{"SELECT a FROM lake.s.unknown", Limits{Unknown: UnknownRefuse}, Refuse, CodeNoEstimate, "unknown size"},
		{"SELECT 1", Limits{Unknown: UnknownRefuse}, Run, "", ""},
	} {
		r := request(t, c.sql, access.Principal{Name: "ann"})
		g := &Gate{Limits: c.limits, Estimator: Files{Snapshot: lake()}, Key: func() ([]byte, error) { return []byte("key"), nil }}
		v, err := g.Judge(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		if v.Decision != c.want || v.Code != c.code || !strings.Contains(v.Reason, c.says) || (v.Decision == Run) != (v.Reason == "") || (v.Decision == AskFirst) != (v.Token != "") {
			t.Errorf("%s under %+v: got %v %q %q %q, want %v %q with %q", c.sql, c.limits, v.Decision, v.Code, v.Reason, v.Token, c.want, c.code, c.says)
		}
		if v.Decision == Run && v.Caps.ScanBytes != c.limits.RefuseAbove {
			t.Errorf("%s: the engine is told %+v", c.sql, v.Caps)
		}
	}
}

func TestEstimates(t *testing.T) {
	r := request(t, "SELECT 1", access.Principal{Name: "ann"})
	for bytes, want := range map[int64]Decision{DefaultAskAbove: Run, DefaultAskAbove + 1: AskFirst} {
		v, err := (&Gate{Estimator: fixed{Bytes: bytes, Known: true}}).Judge(t.Context(), r)
		if err != nil || v.Decision != want || v.Estimate.Bytes != bytes {
			t.Errorf("%d bytes: %+v %v", bytes, v, err)
		}
	}
	if _, err := (&Gate{Estimator: broken{}}).Judge(t.Context(), r); err == nil || !strings.Contains(err.Error(), "estimating the cost") {
		t.Errorf("an estimator that fails: %v", err)
	}
	v, err := (&Gate{Estimator: slow{}, Limits: Limits{Timeout: time.Millisecond, Unknown: UnknownRefuse}}).Judge(t.Context(), r)
	if err != nil || v.Code != CodeNoEstimate {
		t.Errorf("one that takes too long: %+v %v", v, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (&Gate{Estimator: slow{}}).Judge(ctx, r); !errors.Is(err, context.Canceled) {
		t.Errorf("an asker who has gone: %v", err)
	}
	for n, want := range map[int64]string{0: "0 bytes", 1023: "1023 bytes", 1024: "1.0 KiB", 3 << 20: "3.0 MiB", 5 << 30: "5.0 GiB", 7 << 40: "7.0 TiB"} {
		if got := size(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}

// A token is worth something to who was asked, for the statement and the price that they were told, for an
// hour, and nowhere else.
func TestTokens(t *testing.T) {
	key := func(k string) func() ([]byte, error) { return func() ([]byte, error) { return []byte(k), nil } }
	ann := access.Principal{Name: "ann", Groups: []string{"a", "b"}}
	const sql = "SELECT a FROM lake.s.small"
	ask := func(k string, bytes int64, r Request) Verdict {
		v, err := (&Gate{Key: key(k), Limits: Limits{AskAbove: 1}, Estimator: fixed{Bytes: bytes, Known: true}}).Judge(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	token := ask("k", 100, request(t, sql, ann)).Token
	if token == "" || strings.ContainsAny(token, " '\"\\/+=") {
		t.Fatalf("token %q", token)
	}
	for name, c := range map[string]struct {
		key   string
		bytes int64
		sql   string
		who   access.Principal
		after time.Duration
		token string
		want  Decision
	}{
		"as it was asked":            {"k", 100, sql, ann, 0, token, Run},
		"in another order of groups": {"k", 100, sql, access.Principal{Name: "ann", Groups: []string{"b", "a"}}, 0, token, Run},
		"cheaper by now":             {"k", 99, sql, ann, time.Minute, token, Run},
		"dearer by now":              {"k", 101, sql, ann, 0, token, AskFirst},
		"after an hour":              {"k", 100, sql, ann, time.Hour, token, Run},
		"later":                      {"k", 100, sql, ann, time.Hour + time.Second, token, AskFirst},
		"before it was made":         {"k", 100, sql, ann, -time.Minute, token, AskFirst},
		"another workspace":          {"l", 100, sql, ann, 0, token, AskFirst},
		"another asker":              {"k", 100, sql, access.Principal{Name: "bob", Groups: ann.Groups}, 0, token, AskFirst},
		"one more group":             {"k", 100, sql, access.Principal{Name: "ann", Groups: []string{"a", "b", "c"}}, 0, token, AskFirst},
		"on behalf of":               {"k", 100, sql, access.Principal{Name: "ann", Groups: ann.Groups, ActAs: "bob"}, 0, token, AskFirst},
		"groups run together":        {"k", 100, sql, access.Principal{Name: "ann", Groups: []string{"ab"}}, 0, token, AskFirst},
		"another statement":          {"k", 100, "SELECT a FROM lake.s.big", ann, 0, token, AskFirst},
		"nothing":                    {"k", 100, sql, ann, 0, "", AskFirst},
		"no token":                   {"k", 100, sql, ann, 0, "yes", AskFirst},
		"cut":                        {"k", 100, sql, ann, 0, token[:len(token)-1], AskFirst},
		"longer":                     {"k", 100, sql, ann, 0, token + "A", AskFirst},
		"with a later end":           {"k", 100, sql, ann, 0, "B" + token[1:], AskFirst},
	} {
		r := request(t, c.sql, c.who)
		r.At, r.Confirm = now.Add(c.after), c.token
		if v := ask(c.key, c.bytes, r); v.Decision != c.want {
			t.Errorf("%s: %v %s", name, v.Decision, v.Reason)
		}
	}
	// Whatever is changed of it, it is another.
	for i := range token {
		for _, b := range "Aa9_" {
			changed := token[:i] + string(b) + token[i+1:]
			r := request(t, sql, ann)
			r.Confirm = changed
			if v := ask("k", 100, r); v.Decision == Run && changed != token {
				t.Fatalf("%q is taken for %q", changed, token)
			}
		}
	}
	v, err := (&Gate{Limits: Limits{AskAbove: 1}, Estimator: fixed{Bytes: 5, Known: true}}).Judge(t.Context(), request(t, sql, ann))
	if err != nil || v.Decision != AskFirst || v.Token != "" {
		t.Errorf("without a key: %+v %v", v, err)
	}
	lost := func() ([]byte, error) { return nil, errors.New("no disk") }
	if _, err := (&Gate{Key: lost, Limits: Limits{AskAbove: 1}, Estimator: fixed{Bytes: 5, Known: true}}).Judge(t.Context(), request(t, sql, ann)); err == nil {
		t.Error("a key that cannot be read is passed over")
	}
}

// The kinds of nodes that the gate lets through are listed one by one; every other kind of the language is
// refused, also one that is new.
func TestUnknownKindsAreRefused(t *testing.T) {
	f, err := parser.ParseFile(gotoken.NewFileSet(), "static.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	goast.Inspect(f, func(n goast.Node) bool {
		if c, ok := n.(*goast.CaseClause); ok {
			for _, e := range c.List {
				if star, ok := e.(*goast.StarExpr); ok {
					if sel, ok := star.X.(*goast.SelectorExpr); ok {
						listed[sel.Sel.Name] = true
					}
				}
			}
		}
		return true
	})
	for _, n := range []ast.Node{&ast.CreateTable{}, &ast.ColumnDef{}, &ast.LikeClause{}, &ast.Property{}} {
		if name := reflect.TypeOf(n).Elem().Name(); listed[name] || known(n) {
			t.Errorf("%s passes", name)
		}
	}
	for _, n := range []ast.Node{&ast.Select{}, &ast.Ident{}, &ast.Join{}, &ast.JSONTable{}, &ast.Lambda{}} {
		if name := reflect.TypeOf(n).Elem().Name(); !listed[name] || !known(n) {
			t.Errorf("%s is refused", name)
		}
	}
	// One that stands where a query has none.
	q, err := parse.Query("SELECT 1")
	if err != nil {
		t.Fatal(err)
	}
	strange := ast.Rewrite(q, func(n ast.Node) (ast.Node, bool) {
		if _, ok := n.(*ast.IntLit); ok {
			return strangeExpr{&ast.IntLit{Text: "1"}}, true
		}
		return nil, false
	})
	if _, bad := static(strange, nil, access.Policy{}); bad == nil || bad.code != CodeUnknown {
		t.Errorf("a kind that nobody knows: %+v", bad)
	}
	if _, bad := static((*ast.Query)(nil), &check.Info{Kind: "query"}, access.Policy{}); bad == nil {
		t.Error("a query that is none passes")
	}
}

// strangeExpr is a node of a kind that the gate has never heard of.
type strangeExpr struct{ ast.Expr }

// A condition that can fail for some row is told from one that cannot, so that the first never sees a row
// that a filter leaves out.
func TestConditionsThatCanFail(t *testing.T) {
	for sql, want := range map[string]bool{
		"SELECT a FROM t": false, "SELECT 1 / a FROM t": false, "SELECT sum(a * 2) FROM t WHERE a = 1": false, "SELECT a FROM t WHERE a > 1 AND (b IS NULL OR c IN (1, 2)) AND NOT d BETWEEN 1 AND 2": false,
		"SELECT a FROM t WHERE 1 / a > 1": true, "SELECT a FROM t WHERE CAST(a AS bigint) = 1": true, "SELECT a FROM t JOIN u ON t.a / u.b > 1": true, "SELECT a FROM t GROUP BY a HAVING 1 / a > 1": true,
		"SELECT x FROM (SELECT 1 / a AS x FROM t) AS s WHERE x > 1": true, "WITH s AS (SELECT 1 / a AS x FROM t) SELECT x FROM s": true, "SELECT count(*) FILTER (WHERE 1 / a > 1) FROM t": true,
		"SELECT a FROM t WHERE lower(a) = 'x'": true, "SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a)": false, "SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE 1 / u.a = t.a)": true,
		"SELECT a FROM t WHERE tags[1] = 'x'": true, "SELECT a FROM t, UNNEST(t.b) AS u (x)": true, "SELECT a FROM t WHERE a LIKE 'x' ESCAPE b": true, "SELECT a FROM t WHERE a = (SELECT b FROM u)": true,
	} {
		q, err := parse.Query(sql)
		if err != nil {
			t.Fatal(err)
		}
		if got := canFail(q); got != want {
			t.Errorf("%s: %v", sql, got)
		}
	}
}

// Text and tree must be one statement, since an engine may take either.
func TestTextIsTheTree(t *testing.T) {
	for text, ok := range map[string]bool{"SELECT a FROM lake.s.small": true, "SELECT  \"a\" FROM (lake.s.small) -- x": true, "SELECT a FROM lake.s.big": false, "SELECT a, a FROM lake.s.small": false, "DROP TABLE lake.s.small": false, "": false, "SELECT a FROM lake.s.small; SELECT 1": false} {
		r := request(t, "SELECT a FROM lake.s.small", access.Principal{Name: "ann"})
		r.SQL = text
		if v, err := (&Gate{}).Judge(t.Context(), r); (err == nil) != ok || err == nil && v.Decision != Run {
			t.Errorf("%q: %+v %v", text, v, err)
		}
	}
}

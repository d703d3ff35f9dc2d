package ast_test

import (
	goast "go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/limn-data/limn/trino/ast"
)

// nodes has one of every kind. TestNodesAreComplete keeps it so.
var nodes = []ast.Node{
	&ast.Ident{}, &ast.QualifiedName{}, &ast.Query{}, &ast.With{}, &ast.CTE{}, &ast.Limit{}, &ast.SortItem{}, &ast.Select{},
	&ast.SingleColumn{}, &ast.AllColumns{}, &ast.GroupBy{}, &ast.SimpleGroupBy{}, &ast.GroupingSets{}, &ast.Rollup{}, &ast.Cube{},
	&ast.GroupByAuto{}, &ast.WindowDef{}, &ast.SetOp{}, &ast.Values{}, &ast.TableQuery{}, &ast.ParenQuery{}, &ast.Table{},
	&ast.TableVersion{}, &ast.Aliased{}, &ast.Sampled{}, &ast.SubqueryRel{}, &ast.Lateral{}, &ast.Unnest{}, &ast.TableFunction{},
	&ast.ParenRel{}, &ast.Join{}, &ast.CreateTable{}, &ast.ColumnDef{}, &ast.NullLit{}, &ast.BoolLit{},
	&ast.StringLit{}, &ast.BinaryLit{}, &ast.IntLit{}, &ast.DecimalLit{}, &ast.DoubleLit{}, &ast.TypedLit{}, &ast.IntervalLit{},
	&ast.Parameter{}, &ast.Deref{}, &ast.Unary{}, &ast.Binary{}, &ast.Logical{}, &ast.Not{}, &ast.Compare{}, &ast.Quantified{},
	&ast.Between{}, &ast.In{}, &ast.Like{}, &ast.IsNull{}, &ast.Exists{}, &ast.Subquery{}, &ast.Case{}, &ast.When{}, &ast.Cast{},
	&ast.Call{}, &ast.ListaggOverflow{}, &ast.Arg{}, &ast.Window{}, &ast.WindowSpec{}, &ast.Frame{}, &ast.FrameBound{},
	&ast.Extract{}, &ast.Lambda{}, &ast.Array{}, &ast.Row{}, &ast.RowField{}, &ast.Subscript{}, &ast.AtTimeZone{}, &ast.Current{},
	&ast.Paren{}, &ast.TypeName{}, &ast.IsTruth{}, &ast.Overlaps{}, &ast.Match{}, &ast.Unique{}, &ast.CaseOperand{}, &ast.Measure{},
	&ast.ArrayWildcard{}, &ast.TableArg{}, &ast.DescriptorArg{}, &ast.Pivot{}, &ast.Nearest{}, &ast.DescriptorField{},
	&ast.PivotValue{}, &ast.LikeClause{}, &ast.Property{}, &ast.JSONExists{}, &ast.JSONValue{}, &ast.JSONQuery{}, &ast.JSONObject{},
	&ast.JSONArray{}, &ast.JSONTable{}, &ast.MatchRecognize{}, &ast.JSONInput{}, &ast.JSONPath{}, &ast.JSONArg{}, &ast.JSONBehavior{},
	&ast.JSONMember{}, &ast.JSONColumn{}, &ast.JSONPlan{}, &ast.RowPattern{}, &ast.MeasureDef{}, &ast.SkipTo{}, &ast.SubsetDef{},
	&ast.VariableDef{}, &ast.Pattern{}, &ast.PatternQuantifier{},
	&ast.Root{}, &ast.SessionProperty{}, &ast.Explain{}, &ast.ExplainOption{}, &ast.Prepare{}, &ast.Execute{}, &ast.ExecuteImmediate{}, &ast.Deallocate{}, &ast.DescribeInput{}, &ast.DescribeOutput{}, &ast.Show{}, &ast.ShowCreate{}, &ast.ShowStats{}, &ast.ShowGrants{}, &ast.Use{}, &ast.SetSession{}, &ast.ResetSession{}, &ast.SetSessionAuthorization{}, &ast.SetRole{}, &ast.SetPath{}, &ast.SetTimeZone{}, &ast.Transaction{}, &ast.CallProcedure{}, &ast.CreateCatalog{}, &ast.CreateSchema{}, &ast.CreateTableAs{}, &ast.CreateView{}, &ast.CreateMaterializedView{}, &ast.CreateFunction{}, &ast.CreateBranch{}, &ast.CreateRole{}, &ast.Drop{}, &ast.DropFunction{}, &ast.DropBranch{}, &ast.DropRole{}, &ast.Rename{}, &ast.AddColumn{}, &ast.RenameColumn{}, &ast.DropColumn{}, &ast.AlterColumn{}, &ast.SetProperties{}, &ast.TableExecute{}, &ast.SetAuthorization{}, &ast.RefreshView{}, &ast.RefreshMaterializedView{}, &ast.FastForwardBranch{}, &ast.Analyze{}, &ast.CommentOn{}, &ast.Principal{}, &ast.GrantObject{}, &ast.GrantPrivileges{}, &ast.GrantRoles{}, &ast.Insert{}, &ast.Delete{}, &ast.Truncate{}, &ast.Update{}, &ast.Assignment{}, &ast.Merge{}, &ast.MergeCase{}, &ast.FunctionSpec{}, &ast.ParameterDecl{}, &ast.DollarText{}, &ast.Characteristic{}, &ast.ReturnControl{}, &ast.SetControl{}, &ast.JumpControl{}, &ast.IfControl{}, &ast.CaseControl{}, &ast.Branch{}, &ast.Block{}, &ast.Declare{}, &ast.Loop{},
}

// TestNodesAreComplete reads the closed set from its source and compares.
func TestNodesAreComplete(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "sum.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, d := range f.Decls {
		fn, ok := d.(*goast.FuncDecl)
		if ok && fn.Name.Name == "isNode" {
			want = append(want, fn.Recv.List[0].Type.(*goast.StarExpr).X.(*goast.Ident).Name)
		}
	}
	for _, n := range nodes {
		got = append(got, reflect.TypeOf(n).Elem().Name())
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		t.Errorf("the test knows\n%s\nsum.go has\n%s", strings.Join(got, " "), strings.Join(want, " "))
	}
}

// TestChildrenMissNothing puts a node into every field that can hold one and expects each back once.
func TestChildrenMissNothing(t *testing.T) {
	for _, n := range nodes {
		empty := reflect.New(reflect.TypeOf(n).Elem()).Interface().(ast.Node)
		for child := range ast.Children(empty) {
			t.Errorf("an empty %T yields %#v", n, child)
		}

		full := reflect.New(reflect.TypeOf(n).Elem())
		want := map[ast.Node]bool{}
		fill(full.Elem(), want)
		for child := range ast.Children(full.Interface().(ast.Node)) {
			if !want[child] {
				t.Errorf("%T yields %T twice or out of nowhere", n, child)
			}
			delete(want, child)
		}
		for child := range want {
			t.Errorf("%T does not yield its %T", n, child)
		}
	}
}

// fill sets every field of a struct that can hold nodes and collects them.
func fill(v reflect.Value, set map[ast.Node]bool) {
	for i := range v.NumField() {
		if f := v.Field(i); f.Type() != reflect.TypeFor[[]ast.Comment]() {
			fillField(f, set)
		}
	}
}

func fillField(f reflect.Value, set map[ast.Node]bool) {
	node := reflect.TypeFor[ast.Node]()
	switch {
	case f.Kind() == reflect.Slice:
		f.Set(reflect.MakeSlice(f.Type(), 2, 2))
		for i := range 2 {
			fillField(f.Index(i), set)
		}
	case f.Kind() == reflect.Interface && f.Type().Implements(node):
		for _, n := range nodes {
			if reflect.TypeOf(n).Implements(f.Type()) {
				child := reflect.New(reflect.TypeOf(n).Elem())
				f.Set(child)
				set[child.Interface().(ast.Node)] = true
				return
			}
		}
	case f.Kind() == reflect.Pointer && f.Type().Implements(node):
		child := reflect.New(f.Type().Elem())
		f.Set(child)
		set[child.Interface().(ast.Node)] = true
	case f.Type() == reflect.TypeFor[ast.TypeParam]():
		fill(f, set)
	}
}

func TestWalkStopsAndGoesOn(t *testing.T) {
	// (a + b) AND c
	a, b, c := &ast.Ident{Name: "a"}, &ast.Ident{Name: "b"}, &ast.Ident{Name: "c"}
	sum := &ast.Binary{L: a, R: b}
	tree := &ast.Logical{Terms: []ast.Expr{&ast.Paren{X: sum}, c}}

	var all, top []string
	name := func(n ast.Node) string {
		if id, ok := n.(*ast.Ident); ok {
			return id.Name
		}
		return reflect.TypeOf(n).Elem().Name()
	}
	ast.Walk(tree, func(n ast.Node) bool {
		all = append(all, name(n))
		return true
	})
	ast.Walk(tree, func(n ast.Node) bool {
		top = append(top, name(n))
		return n != ast.Node(sum)
	})
	if got, want := strings.Join(all, " "), "Logical Paren Binary a b c"; got != want {
		t.Errorf("Walk: %s, want %s", got, want)
	}
	if got, want := strings.Join(top, " "), "Logical Paren Binary c"; got != want {
		t.Errorf("Walk that leaves out a sum: %s, want %s", got, want)
	}

	above := map[string]string{}
	ast.Inspect(tree, func(n ast.Node, parents []ast.Node) bool {
		var names []string
		for _, p := range parents {
			names = append(names, name(p))
		}
		above[name(n)] = strings.Join(names, " ")
		return true
	})
	if got, want := above["b"], "Logical Paren Binary"; got != want {
		t.Errorf("above b: %q, want %q", got, want)
	}
	if got, want := above["c"], "Logical"; got != want {
		t.Errorf("above c: %q, want %q", got, want)
	}
}

func TestShape(t *testing.T) {
	at := func(start, end int32) ast.Loc { return ast.Loc{At: ast.Span{Start: start, End: end}} }
	x := &ast.Binary{Loc: at(0, 5), Op: ast.Sub, L: &ast.Ident{Name: "a"}, R: &ast.IntLit{Text: "1"}}
	same := &ast.Paren{X: &ast.Binary{Op: ast.Sub, L: &ast.Ident{Name: "a", Quoted: true}, R: &ast.Paren{X: &ast.IntLit{Text: "1"}}, OpAt: ast.Span{Start: 2, End: 3}}}
	other := &ast.Binary{Op: ast.Sub, L: &ast.Ident{Name: "a"}, R: &ast.IntLit{Text: "2"}}
	if a, b := ast.Shape(x), ast.Shape(same); a != b {
		t.Errorf("places, quotes and parentheses are no part of a shape:\n%s\n%s", a, b)
	}
	if a, b := ast.Shape(x), ast.Shape(other); a == b {
		t.Errorf("another number, the same shape: %s", a)
	}
}

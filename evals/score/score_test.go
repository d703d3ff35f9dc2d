package score

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/limn-data/limn/internal/decimal"
)

// tableOf reads rows as cases hold them: JSON, numbers kept exact. A cell "d:1.50" is a DECIMAL.
func tableOf(t *testing.T, text string) [][]any {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var rows [][]any
	if err := dec.Decode(&rows); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	for _, r := range rows {
		for i, v := range r {
			if s, ok := v.(string); ok && strings.HasPrefix(s, "d:") {
				r[i] = decimal.MustParse(s[2:])
			}
			if s, ok := v.(string); ok && s == "f:NaN" {
				r[i] = math.NaN()
			}
		}
	}
	return rows
}

// TestCompare has pairs that people judged: gold, answer, the roles of the answer's columns, and whether
// they say the same. A role starting with ~ marks a column of DOUBLE.
func TestCompare(t *testing.T) {
	for _, c := range []struct {
		name         string
		gold, answer string
		roles        string
		ordered      bool
		same         bool
	}{
		{"one number", `[[5]]`, `[[5]]`, "metric", false, true},
		{"another number", `[[5]]`, `[[6]]`, "metric", false, false},
		{"number and text of it", `[["5"]]`, `[[5]]`, "metric", false, true},
		{"negative", `[[-5]]`, `[[5]]`, "metric", false, false},
		{"zero and NULL", `[[0]]`, `[[null]]`, "metric", false, false},
		{"NULL and NULL", `[[null]]`, `[[null]]`, "metric", false, true},
		{"NULL and the word", `[[null]]`, `[["NULL"]]`, "dimension", false, false},
		{"NULL and empty text", `[[null]]`, `[[""]]`, "dimension", false, false},
		{"true and true", `[[true]]`, `[[true]]`, "dimension", false, true},
		{"true and 1", `[[true]]`, `[[1]]`, "metric", false, false},
		{"trailing zeros", `[["1.5"]]`, `[["d:1.5000"]]`, "metric", false, true},
		{"whole and decimal", `[[2]]`, `[["d:2.00"]]`, "metric", false, true},
		{"a cent off", `[["100.01"]]`, `[["d:100.02"]]`, "metric", false, false},
		{"a long decimal to its last digit", `[["123456789012345678901234.56"]]`, `[["d:123456789012345678901234.57"]]`, "metric", false, false},
		{"the same long decimal", `[["123456789012345678901234.56"]]`, `[["d:123456789012345678901234.560"]]`, "metric", false, true},
		{"a bigint beyond doubles", `[[9007199254740993]]`, `[[9007199254740992]]`, "metric", false, false},
		{"exponent", `[[1e3]]`, `[[1000]]`, "metric", false, true},
		{"exact numbers are not rounded", `[[0.1]]`, `[["d:0.1000000001"]]`, "metric", false, false},
		{"doubles within 1e-9", `[[0.3333333333]]`, `[[0.33333333333333]]`, "~metric", false, true},
		{"doubles beyond 1e-9", `[[0.333333]]`, `[[0.33333333333333]]`, "~metric", false, false},
		{"large doubles within", `[[123456789012.0]]`, `[[123456789012.00001]]`, "~metric", false, true},
		{"double and zero", `[[0]]`, `[[1e-15]]`, "~metric", false, false},
		{"NaN", `[["f:NaN"]]`, `[["f:NaN"]]`, "~metric", false, true},
		{"NaN and a number", `[["f:NaN"]]`, `[[1]]`, "~metric", false, false},
		{"date", `[["2026-01-01"]]`, `[["2026-01-01"]]`, "time", false, true},
		{"date and timestamp at midnight", `[["2026-01-01"]]`, `[["2026-01-01 00:00:00.000"]]`, "time", false, true},
		{"date and ISO timestamp at midnight", `[["2026-01-01"]]`, `[["2026-01-01T00:00:00Z"]]`, "time", false, true},
		{"date and timestamp later", `[["2026-01-01"]]`, `[["2026-01-01 00:00:01"]]`, "time", false, false},
		{"timestamps with and without fraction", `[["2026-01-01 10:00:00"]]`, `[["2026-01-01T10:00:00.000"]]`, "time", false, true},
		{"another day", `[["2026-01-01"]]`, `[["2026-01-02"]]`, "time", false, false},
		{"text", `[["North"]]`, `[["North"]]`, "dimension", false, true},
		{"text in another case", `[["North"]]`, `[["north"]]`, "dimension", false, false},
		{"char padding", `[["N "]]`, `[["N"]]`, "dimension", false, true},
		{"blank at the start", `[[" N"]]`, `[["N"]]`, "dimension", false, false},
		{"leading zeros are an identifier", `[["0012"]]`, `[[12]]`, "metric", false, false},
		{"leading zeros on both sides", `[["0012"]]`, `[["0012"]]`, "dimension", false, true},
		{"0.5 has no leading zero", `[["0.5"]]`, `[["d:0.50"]]`, "metric", false, true},
		{"a version is text", `[["1.2.3"]]`, `[["1.2.3"]]`, "dimension", false, true},
		{"a sign alone is text", `[["-"]]`, `[["-"]]`, "dimension", false, true},
		{"a point alone is text", `[["."]]`, `[["."]]`, "dimension", false, true},
		{"non-ASCII text", `[["Île"]]`, `[["Île"]]`, "dimension", false, true},
		{"rows in any order", `[["a",1],["b",2]]`, `[["b",2],["a",1]]`, "dimension metric", false, true},
		{"rows in order", `[["a",1],["b",2]]`, `[["a",1],["b",2]]`, "dimension metric", true, true},
		{"rows out of order", `[["a",1],["b",2]]`, `[["b",2],["a",1]]`, "dimension metric", true, false},
		{"columns swapped", `[["a",1]]`, `[[1,"a"]]`, "metric dimension", false, true},
		{"values swapped between rows", `[["a",1],["b",2]]`, `[["a",2],["b",1]]`, "dimension metric", false, false},
		{"one row missing", `[["a",1],["b",2]]`, `[["a",1]]`, "dimension metric", false, false},
		{"one row more", `[["a",1]]`, `[["a",1],["b",2]]`, "dimension metric", false, false},
		{"a duplicate is a row", `[["a"],["a"],["b"]]`, `[["a"],["b"],["b"]]`, "dimension", false, false},
		{"duplicates alike", `[["a"],["a"],["b"]]`, `[["b"],["a"],["a"]]`, "dimension", false, true},
		{"no rows on either side", `[]`, `[]`, "metric", false, true},
		{"no rows against one", `[]`, `[[null]]`, "metric", false, false},
		{"a dimension more", `[[1],[2]]`, `[["a",1],["b",2]]`, "dimension metric", false, true},
		{"what it is compared with", `[["a",1]]`, `[["a",1,2,-1,-0.5]]`, "dimension metric prior change percent", false, true},
		{"a share more", `[["a",1]]`, `[["a",1,0.5]]`, "dimension metric share", false, true},
		{"a target more", `[[1]]`, `[[1,2,-1,0.5]]`, "metric target change percent", false, true},
		{"the value of which a share was asked", `[["a",0.5]]`, `[["a",1,0.5]]`, "dimension metric share", false, true},
		{"the value of which a change was asked", `[[-1]]`, `[[1,2,-1,-0.5]]`, "metric prior change percent", false, true},
		{"another metric beside", `[["a",1]]`, `[["a",1,9]]`, "dimension metric metric", false, false},
		{"only another metric", `[["a",1]]`, `[["a",9]]`, "dimension metric", false, false},
		{"a column less", `[["a",1]]`, `[[1]]`, "metric", false, false},
		{"one column for two", `[[1,1]]`, `[[1,2]]`, "metric metric", false, false},
		{"two equal columns", `[[1,1]]`, `[[1,1]]`, "metric metric", false, true},
		{"a dimension that looks like the metric", `[[5]]`, `[[5,5]]`, "dimension metric", false, true},
		{"dimension and metric alike, both gold", `[[5,5],[6,7]]`, `[[5,5],[6,7]]`, "dimension metric", false, true},
		{"three columns in another order", `[["a","x",1],["b","y",2]]`, `[[1,"x","a"],[2,"y","b"]]`, "metric dimension dimension", false, true},
		{"alike column by column, not row by row", `[["a","x"],["b","y"]]`, `[["a","y"],["b","x"]]`, "dimension dimension", false, false},
		{"doubles meet in whatever order", `[["a",0.1],["b",0.2]]`, `[["b",0.20000000000001],["a",0.1]]`, "dimension ~metric", false, true},
		{"doubles at the edge of the tolerance", `[["a",1.0000000001],["b",1.0]]`, `[["a",1.0],["b",1.0000000001]]`, "dimension ~metric", false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			gold, answer := Table{Rows: tableOf(t, c.gold)}, Table{Rows: tableOf(t, c.answer)}
			if len(gold.Rows) > 0 {
				gold.Width = len(gold.Rows[0])
			}
			for r := range strings.FieldsSeq(c.roles) {
				name, double := strings.CutPrefix(r, "~")
				answer.Roles, answer.Double = append(answer.Roles, name), append(answer.Double, double)
			}
			answer.Width = len(answer.Roles)
			reason := Compare(gold, answer, c.ordered)
			if (reason == "") != c.same {
				t.Errorf("same %v, want %v: %s", reason == "", c.same, reason)
			}
		})
	}
}

// A reason is said in words that show what is wrong.
func TestReasons(t *testing.T) {
	for want, c := range map[string][2]string{
		"2 rows, the gold has 1": {`[[1]]`, `[[1],[2]]`},
		"no column holds the values of the gold's column 1, such as 7":       {`[[7]]`, `[[1]]`},
		"each column has the gold's values, but not in the same rows":        {`[[1,2],[3,4]]`, `[[1,4],[3,2]]`},
		"a number that was not asked for stands beside":                      {`[[1]]`, `[[1,2]]`},
		"1 columns, the gold has 2":                                          {`[[1,2]]`, `[[1]]`},
		"no column holds the values of the gold's column 2, such as 2.50":    {`[[1,"d:2.50"]]`, `[[1,3]]`},
		"no column holds the values of the gold's column 1, such as NULL":    {`[[null]]`, `[[3]]`},
		"no column holds the values of the gold's column 1, such as Norfolk": {`[["Norfolk"]]`, `[["Suffolk"]]`},
	} {
		gold, answer := Table{Rows: tableOf(t, c[0])}, Table{Rows: tableOf(t, c[1])}
		gold.Width, answer.Width = len(gold.Rows[0]), len(answer.Rows[0])
		for range answer.Width {
			answer.Roles = append(answer.Roles, "metric")
		}
		if got := Compare(gold, answer, false); got != want {
			t.Errorf("%v: said %q, want %q", c, got, want)
		}
	}
}

// Wide and long results are compared in time, also where many columns hold the same values.
func TestCompareManyAlike(t *testing.T) {
	var rows [][]any
	for i := range 2000 {
		var r []any
		for range 12 {
			r = append(r, i%2)
		}
		rows = append(rows, r)
	}
	other := make([][]any, len(rows))
	for i, r := range rows {
		other[i] = append([]any{}, r...)
		if i < 2 { // each column has as many ones as before, the rows do not match
			other[i][0] = 1 - r[0].(int)
		}
	}
	roles := strings.Fields(strings.Repeat("metric ", 12))
	done := make(chan string, 1)
	go func() {
		done <- Compare(Table{Rows: rows, Width: 12}, Table{Rows: other, Width: 12, Roles: roles}, false)
	}()
	if got := <-done; got == "" {
		t.Error("rows that differ are the same")
	}
}

// Wilson's interval as tables have it, and at the ends.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		right, n  int
		low, high float64
	}{{0, 10, 0, 0.2775}, {10, 10, 0.7225, 1}, {5, 10, 0.2366, 0.7634}, {81, 263, 0.2553, 0.3662}, {1, 1, 0.2065, 1}, {95, 100, 0.8882, 0.9785}} {
		got := wilson(c.right, c.n)
		if math.Abs(got[0]-c.low) > 0.0001 || math.Abs(got[1]-c.high) > 0.0001 {
			t.Errorf("%d of %d: [%.4f, %.4f], want [%.4f, %.4f]", c.right, c.n, got[0], got[1], c.low, c.high)
		}
	}
}

func TestQuantile(t *testing.T) {
	for _, c := range []struct {
		xs   []float64
		q    float64
		want float64
	}{{nil, 0.5, 0}, {[]float64{7}, 0.5, 7}, {[]float64{7}, 0.95, 7}, {[]float64{3, 1, 2}, 0.5, 2}, {[]float64{4, 3, 1, 2}, 0.5, 2}, {[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 0.95, 10}, {[]float64{1, 2}, 1, 2}} {
		if got := quantile(c.xs, c.q); got != c.want {
			t.Errorf("%v of %v is %v, want %v", c.q, c.xs, got, c.want)
		}
	}
	xs := []float64{3, 1, 2}
	quantile(xs, 0.5)
	if xs[0] != 3 {
		t.Error("the values were sorted in place")
	}
}

// Unscored is neither right nor wrong; precision is of what was answered.
func TestSummarise(t *testing.T) {
	got := Summarise([]Result{
		{Verdict: Right, Answered: true, Millis: 10, Tokens: 1}, {Verdict: Right, Answered: true, Millis: 20, Tokens: 2}, {Verdict: Wrong, Answered: true, Millis: 30},
		{Verdict: Right, Millis: 40}, {Verdict: Clarify, Millis: 50}, {Verdict: Declined, Millis: 60}, {Verdict: Unscored, Answered: true, Millis: 70},
	})
	if got.Cases != 7 || got.Right != 3 || got.Wrong != 1 || got.Clarify != 1 || got.Declined != 1 || got.Unscored != 1 || got.Tokens != 3 {
		t.Errorf("counted %+v", got)
	}
	if got.Accuracy != 0.5 || math.Abs(got.Precision-2.0/3) > 1e-12 || got.P50 != 40 || got.P95 != 70 {
		t.Errorf("rated %+v", got)
	}
	if none := Summarise(nil); none != (Summary{}) {
		t.Errorf("nothing is rated %+v", none)
	}
	if one := Summarise([]Result{{Verdict: Unscored}}); one.Accuracy != 0 || one.Interval != [2]float64{} {
		t.Errorf("unscored alone is rated %+v", one)
	}
}

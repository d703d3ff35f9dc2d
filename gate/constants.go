package gate

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/limn-data/limn/trino/ast"
)

// What constants may ask for. Trino gives up at 10,000 elements of an array itself; the embedded engine
// does not.
const (
	maxElements     = 10_000     // of an array made by one call
	maxPadding      = 100_000    // characters of a string made by one call
	maxRows         = 10_000_000 // of TABLE(sequence(…))
	maxCombinations = 100_000
	maxGroupingSets = 2048
)

// constants refuses calls whose constant arguments make much of little. Arguments that come from columns
// are left to the engine's bounds on time and memory.
func constants(q *ast.Query) *refusal {
	var bad *refusal
	ast.Walk(q, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Call:
			bad = largeCall(n)
		case *ast.TableFunction:
			if parts := lowerParts(n.Name); parts[len(parts)-1] == "sequence" {
				if rows := sequenceRows(n); rows > maxRows {
					bad = refuse(CodeTooLarge, "sequence would give %s rows; at most %s may be asked for.", count(rows), count(maxRows))
				}
			}
		case *ast.GroupBy:
			if sets := groupingSets(n); sets > maxGroupingSets {
				bad = refuse(CodeTooLarge, "GROUP BY asks for %s grouping sets; at most %s may be asked for.", count(sets), count(maxGroupingSets))
			}
		}
		return bad == nil
	})
	return bad
}

// bounded are functions by the argument that says how large their result is.
var bounded = map[string]struct {
	arg int
	max float64
}{"repeat": {1, maxElements}, "lpad": {1, maxPadding}, "rpad": {1, maxPadding}, "bar": {1, maxPadding}}

func largeCall(c *ast.Call) *refusal {
	name := strings.ToLower(c.Name.Parts[len(c.Name.Parts)-1].Name)
	if b, ok := bounded[name]; ok && b.arg < len(c.Args) {
		if n, ok := number(c.Args[b.arg].Value); ok && n > b.max {
			return refuse(CodeTooLarge, "%s is asked to make %s; at most %s may be asked for.", name, count(n), count(b.max))
		}
	}
	switch name {
	case "sequence":
		if n, ok := elements(c); ok && n > maxElements {
			return refuse(CodeTooLarge, "sequence is asked to make %s elements; at most %s may be asked for.", count(n), count(maxElements))
		}
	case "format":
		if len(c.Args) > 0 {
			if s, ok := plain(c.Args[0].Value).(*ast.StringLit); ok {
				for _, m := range widths.FindAllStringSubmatch(s.Value, -1) {
					for _, digits := range m[1:] {
						if n, err := strconv.ParseFloat(digits, 64); err == nil && n > maxPadding {
							return refuse(CodeTooLarge, "format is asked for a width of %s; at most %s may be asked for.", count(n), count(maxPadding))
						}
					}
				}
			}
		}
	case "combinations":
		if len(c.Args) == 2 {
			n, ok := elements(c.Args[0].Value)
			k, also := number(c.Args[1].Value)
			if ok && also && choose(n, k) > maxCombinations {
				return refuse(CodeTooLarge, "combinations is asked for %s; at most %s may be asked for.", count(choose(n, k)), count(maxCombinations))
			}
		}
	}
	return nil
}

// widths finds the width and precision of the directives of a format text.
var widths = regexp.MustCompile(`%(?:\d+\$)?[-#+ 0,(<]*(\d*)(?:\.(\d+))?`)

// plain removes parentheses.
func plain(e ast.Expr) ast.Expr {
	for {
		p, ok := e.(*ast.Paren)
		if !ok {
			return e
		}
		e = p.X
	}
}

// number computes an expression of constants, as far as it takes to see how large it is.
func number(e ast.Expr) (float64, bool) {
	switch e := plain(e).(type) {
	case *ast.IntLit:
		return integer(e.Text)
	case *ast.DecimalLit:
		return parsed(e.Text)
	case *ast.DoubleLit:
		return parsed(e.Text)
	case *ast.TypedLit:
		return parsed(strings.TrimSpace(e.Value))
	case *ast.StringLit:
		return parsed(strings.TrimSpace(e.Value))
	case *ast.Cast:
		return number(e.X)
	case *ast.Unary:
		n, ok := number(e.X)
		if e.Minus {
			n = -n
		}
		return n, ok
	case *ast.Binary:
		l, ok := number(e.L)
		r, also := number(e.R)
		if !ok || !also {
			return 0, false
		}
		switch e.Op {
		case ast.Add:
			return l + r, true
		case ast.Sub:
			return l - r, true
		case ast.Mul:
			return l * r, true
		case ast.Div:
			return l / r, r != 0
		case ast.Mod:
			return math.Mod(l, r), r != 0
		}
	case *ast.Call: // the one that makes a large number of a short text
		parts := lowerParts(e.Name)
		if name := parts[len(parts)-1]; (name == "pow" || name == "power") && len(e.Args) == 2 {
			l, ok := number(e.Args[0].Value)
			r, also := number(e.Args[1].Value)
			return math.Pow(l, r), ok && also
		}
	}
	return 0, false
}

func parsed(text string) (float64, bool) {
	n, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	return n, err == nil
}

// integer reads decimal, 0x, 0b and 0o.
func integer(text string) (float64, bool) {
	text = strings.ToLower(strings.ReplaceAll(text, "_", ""))
	digits, minus := strings.CutPrefix(text, "-")
	for prefix, base := range map[string]int{"0x": 16, "0b": 2, "0o": 8} {
		if rest, ok := strings.CutPrefix(digits, prefix); ok {
			n, err := strconv.ParseUint(rest, base, 64)
			f := float64(n)
			if minus {
				f = -f
			}
			return f, err == nil
		}
	}
	return parsed(text)
}

// elements is how many elements an array has, where constants say so.
func elements(e ast.Expr) (float64, bool) {
	switch e := plain(e).(type) {
	case *ast.Array:
		return float64(len(e.Elems)), true
	case *ast.Call:
		parts := lowerParts(e.Name)
		switch name := parts[len(parts)-1]; {
		case name == "repeat" && len(e.Args) == 2:
			return number(e.Args[1].Value)
		case name == "sequence" && len(e.Args) >= 2:
			return steps(e.Args)
		}
	}
	return 0, false
}

func steps(args []*ast.Arg) (float64, bool) {
	from, ok := point(args[0].Value)
	to, also := point(args[1].Value)
	step, by := 1.0, true
	if len(args) > 2 {
		step, by = point(args[2].Value)
	}
	if !ok || !also || !by || step == 0 {
		return 0, false
	}
	return math.Max(0, math.Abs((to-from)/step)+1), true
}

// units are the parts of intervals in days.
var units = map[string]float64{"year": 365, "month": 28, "week": 7, "day": 1, "hour": 1. / 24, "minute": 1. / 1440, "second": 1. / 86400}

// point is a number, or a date or time in days; an interval is its length in days.
func point(e ast.Expr) (float64, bool) {
	switch e := plain(e).(type) {
	case *ast.TypedLit:
		if e.Type.Name == "date" || strings.HasPrefix(e.Type.Name, "timestamp") {
			if len(e.Value) < 10 {
				return 0, false
			}
			day, err := time.Parse(time.DateOnly, e.Value[:10])
			return float64(day.Unix()) / 86400, err == nil
		}
	case *ast.IntervalLit:
		n, ok := parsed(e.Value)
		return n * units[e.From], ok && units[e.From] > 0
	case *ast.Cast:
		return point(e.X)
	case *ast.StringLit:
		if day, err := time.Parse(time.DateOnly, e.Value); err == nil {
			return float64(day.Unix()) / 86400, true
		}
	}
	return number(e)
}

// sequenceRows is how many rows TABLE(sequence(start, stop, step)) gives; 0 when that is not constant.
func sequenceRows(f *ast.TableFunction) float64 {
	values := [3]float64{0, 0, 1}
	for i, a := range f.Args {
		at := i
		if a.Name != nil {
			switch strings.ToLower(a.Name.Name) {
			case "start":
				at = 0
			case "stop":
				at = 1
			case "step":
				at = 2
			}
		}
		n, ok := number(a.Value)
		if !ok || at > 2 {
			return 0
		}
		values[at] = n
	}
	if values[2] == 0 {
		return 0
	}
	return math.Max(0, (values[1]-values[0])/values[2]+1)
}

func choose(n, k float64) float64 {
	if k > n || k < 0 {
		return 0
	}
	out := 1.0
	for i := range int(min(k, 1000)) {
		out = out * (n - float64(i)) / float64(i+1)
	}
	return out
}

func groupingSets(g *ast.GroupBy) float64 {
	sets := 1.0
	for _, e := range g.Elements {
		sets *= setsOf(e)
	}
	return sets
}

func setsOf(e ast.GroupingElement) float64 {
	switch e := e.(type) {
	case *ast.Cube:
		return math.Pow(2, float64(len(e.Sets)))
	case *ast.Rollup:
		return float64(len(e.Sets) + 1)
	case *ast.GroupingSets:
		sum := 0.0
		for _, s := range e.Sets {
			sum += setsOf(s)
		}
		return sum
	}
	return 1
}

// count writes a number for people.
func count(n float64) string {
	if n >= 1e15 {
		return strconv.FormatFloat(n, 'g', 2, 64)
	}
	digits := strconv.FormatInt(int64(n), 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

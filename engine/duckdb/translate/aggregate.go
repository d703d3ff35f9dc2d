package translate

import (
	"strconv"
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// aggregate renders an aggregate or window function by its rule.
func (p *printer) aggregate(c *callArgs) string {
	make, ok := aggregates[c.name]
	if !ok {
		return p.refuse("function "+c.name, c.call.At, "")
	}
	if c.call.Mode != "" || c.call.Over != nil && c.call.Over.Spec != nil && c.call.Over.Spec.Frame != nil && c.call.Over.Spec.Frame.Pattern != nil {
		return p.refuse("row pattern recognition", c.call.At, "")
	}
	return make(p, c)
}

// core renders DuckDB's function fn over arguments with the call's DISTINCT, ORDER BY, FILTER and
// OVER. where is one more condition on its rows; empty for none.
func (p *printer) core(c *callArgs, fn, args, where string) string {
	e := c.call
	var b strings.Builder
	b.WriteString(fn + "(")
	if e.Distinct {
		b.WriteString("DISTINCT ")
	}
	b.WriteString(args)
	if order := append(append([]*ast.SortItem{}, e.OrderBy...), e.Within...); len(order) > 0 {
		items := make([]string, len(order))
		for i, item := range order {
			items[i] = p.sortItem(item, c.scope, nil, false)
		}
		b.WriteString(" ORDER BY " + strings.Join(items, ", "))
	}
	if e.Nulls == ast.IgnoreNulls {
		b.WriteString(" IGNORE NULLS")
	}
	b.WriteString(")")
	if e.Filter != nil {
		filter := p.expr(e.Filter, c.scope)
		if where != "" {
			where = " AND " + where
		}
		where = filter + where
	}
	if where != "" {
		b.WriteString(" FILTER (WHERE " + where + ")")
	}
	if e.Over != nil {
		b.WriteString(" OVER (" + p.window(c) + ")")
	}
	return b.String()
}

// window renders a specification whole, named windows written out.
func (p *printer) window(c *callArgs) string {
	spec := c.call.Over.Spec
	if spec == nil {
		spec = p.info.Window(c.call)
	}
	whole := *spec
	for depth := 0; spec.Base != nil; depth++ {
		base := c.windows()[strings.ToLower(spec.Base.Name)]
		if base == nil || depth > 100 {
			return p.refuse("window "+spec.Base.Name, c.call.At, "")
		}
		if len(whole.PartitionBy) == 0 {
			whole.PartitionBy = base.PartitionBy
		}
		if len(whole.OrderBy) == 0 {
			whole.OrderBy = base.OrderBy
		}
		spec = base
	}
	var parts []string
	if len(whole.PartitionBy) > 0 {
		list := make([]string, len(whole.PartitionBy))
		for i, e := range whole.PartitionBy {
			list[i] = p.expr(e, c.scope)
		}
		parts = append(parts, "PARTITION BY "+strings.Join(list, ", "))
	}
	if len(whole.OrderBy) > 0 {
		list := make([]string, len(whole.OrderBy))
		for i, item := range whole.OrderBy {
			list[i] = p.sortItem(item, c.scope, nil, false)
		}
		parts = append(parts, "ORDER BY "+strings.Join(list, ", "))
	}
	if f := whole.Frame; f != nil {
		parts = append(parts, p.frame(f, c.scope))
	}
	return strings.Join(parts, " ")
}

func (c *callArgs) windows() map[string]*ast.WindowSpec {
	for s := c.scope; s != nil; s = s.parent {
		if s.windows != nil {
			return s.windows
		}
	}
	return nil
}

var frameUnits = [...]string{ast.Rows: "ROWS", ast.Range: "RANGE", ast.Groups: "GROUPS"}

func (p *printer) frame(f *ast.Frame, s *scope) string {
	if f.Pattern != nil {
		return p.refuse("row pattern recognition", f.At, "")
	}
	bound := func(b *ast.FrameBound) string {
		switch b.Kind {
		case ast.UnboundedPreceding:
			return "UNBOUNDED PRECEDING"
		case ast.UnboundedFollowing:
			return "UNBOUNDED FOLLOWING"
		case ast.CurrentRow:
			return "CURRENT ROW"
		}
		offset := p.expr(b.Offset, s)
		if !isConstant(offset) && p.typeOf(b.Offset).IsExactInteger() {
			return p.refuse("a window frame whose offset is no number", b.At, "")
		}
		if b.Kind == ast.Preceding {
			return offset + " PRECEDING"
		}
		return offset + " FOLLOWING"
	}
	if f.End == nil {
		return frameUnits[f.Unit] + " " + bound(f.Start)
	}
	return frameUnits[f.Unit] + " BETWEEN " + bound(f.Start) + " AND " + bound(f.End)
}

// plainAggregate calls a function of DuckDB that means the same; cast says that its type is another.
func plainAggregate(fn string, cast bool) func(*printer, *callArgs) string {
	return func(p *printer, c *callArgs) string {
		sql := p.core(c, fn, strings.Join(c.args, ", "), "")
		if cast {
			sql = "CAST(" + sql + " AS " + p.duck(c.result, c.call.At) + ")"
		}
		return sql
	}
}

// finite is an aggregate that Trino gives as NULL where it is no number. DuckDB fails for some of what
// is not finite, so that it does not see those rows.
func finite(fn string) func(*printer, *callArgs) string {
	return func(p *printer, c *callArgs) string {
		all, other := p.finiteRows(c)
		return p.let([]string{p.core(c, fn, strings.Join(c.args, ", "), all), other}, func(v []string) string {
			return "CASE WHEN " + v[1] + " = 0 AND isfinite(" + v[0] + ") THEN CAST(" + v[0] + " AS " + p.duck(c.result, c.call.At) + ") END"
		})
	}
}

// finiteRows gives a condition on the rows of an aggregate whose arguments are all finite, and the
// number of the others; no condition where there are none.
func (p *printer) finiteRows(c *callArgs) (where, others string) {
	var terms []string
	for i, a := range c.call.Args {
		if p.mayBeNaN(a.Value) {
			terms = append(terms, "isfinite("+c.args[i]+")")
		}
	}
	if len(terms) == 0 {
		return "", "0"
	}
	plain, call := *c, *c.call
	call.Distinct, call.OrderBy = false, nil
	plain.call = &call
	where = strings.Join(terms, " AND ")
	return where, p.core(&plain, "count", "*", "NOT ("+where+")")
}

// moderate fails for numbers whose square is infinite, from which the two engines make something else.
func (p *printer) moderate(c *callArgs, sql string) string {
	var terms []string
	for i, a := range c.call.Args {
		if isFloat(p.info.Type(a.Value)) {
			terms = append(terms, "isfinite("+c.args[i]+") AND abs("+c.args[i]+") > 1e150")
		}
	}
	if len(terms) == 0 || c.types[0].Kind() == types.Real {
		return sql
	}
	plain, call := *c, *c.call
	call.Distinct, call.OrderBy = false, nil
	plain.call = &call
	return "CASE WHEN " + p.core(&plain, "count", "*", "("+strings.Join(terms, " OR ")+")") + " > 0 THEN " +
		p.raise("NOT_SUPPORTED", "The embedded engine has no "+c.name+" of numbers this large", c.result, c.call.At) + " ELSE " + sql + " END"
}

func covariance(fn string) func(*printer, *callArgs) string {
	plain := plainAggregate(fn, true)
	return func(p *printer, c *callArgs) string { return p.moderate(c, plain(p, c)) }
}

// spread is a variance or deviation: no number where a value is not finite.
func spread(fn string) func(*printer, *callArgs) string {
	return func(p *printer, c *callArgs) string {
		all, other := p.finiteRows(c)
		name := p.duck(c.result, c.call.At)
		sql := "CAST(" + p.core(c, fn, c.args[0], all) + " AS " + name + ")"
		if all == "" {
			return sql
		}
		nan := "CAST('nan' AS " + name + ")"
		if strings.HasSuffix(fn, "samp") { // of one value there is none
			nan = "CASE WHEN " + p.core(c, "count", c.args[0], "") + " > 1 THEN " + nan + " END"
		}
		return p.moderate(c, "CASE WHEN "+other+" > 0 THEN "+nan+" ELSE "+sql+" END")
	}
}

func countIf(p *printer, c *callArgs) string {
	return "coalesce(CAST(" + p.core(c, "count_if", c.args[0], "") + " AS BIGINT), 0)"
}

// geometricMean is 0 where a value is, and no number where one is negative.
func geometricMean(p *printer, c *callArgs) string {
	name := p.duck(c.result, c.call.At)
	x := c.args[0]
	sql := "CAST(exp(" + p.core(c, "avg", "ln(CASE WHEN "+x+" > 0 THEN "+x+" END)", "") + ") AS " + name + ")"
	return "CASE WHEN " + p.core(c, "count", x, x+" < 0") + " > 0 THEN CAST('nan' AS " + name + ") WHEN " + p.core(c, "count", x, x+" = 0") +
		" > 0 THEN CASE WHEN " + p.core(c, "count", x, "NOT isfinite("+x+")") + " > 0 THEN CAST('nan' AS " + name + ") ELSE CAST(0 AS " + name + ") END ELSE " + sql + " END"
}

func kurtosis(p *printer, c *callArgs) string {
	all, other := p.finiteRows(c)
	return p.let([]string{p.core(c, "kurtosis", c.args[0], all), other, p.core(c, "count", c.args[0], "")}, func(v []string) string {
		return "CASE WHEN " + v[2] + " > 3 THEN CASE WHEN " + v[1] + " = 0 AND isfinite(" + v[0] + ") THEN " + v[0] + " ELSE CAST('nan' AS DOUBLE) END END"
	})
}

// skewness is that of a population; DuckDB's is that of a sample.
func skewness(p *printer, c *callArgs) string {
	all, other := p.finiteRows(c)
	sample, n := p.core(c, "skewness", c.args[0], all), p.core(c, "count", c.args[0], "")
	if all != "" {
		sample = "CASE WHEN " + other + " = 0 THEN " + sample + " WHEN " + n + " > 2 THEN CAST('nan' AS DOUBLE) END"
	}
	return p.let([]string{sample, n}, func(v []string) string {
		return "(" + v[0] + " * (" + v[1] + " - 2) / sqrt(" + v[1] + " * (" + v[1] + " - 1.0e0)))"
	})
}

func count(p *printer, c *callArgs) string {
	if c.call.StarOf != nil {
		return p.refuse("count of a relation", c.call.At, "")
	}
	if len(c.args) == 0 {
		return p.core(c, "count", "*", "")
	}
	return p.core(c, "count", c.args[0], "")
}

// surelyFits is the precision of decimals whose sum stays below 38 digits for 10^10 rows.
const surelyFits = 28

// sum keeps Trino's type: what does not fit it is an error.
func sum(p *printer, c *callArgs) string {
	sql := p.core(c, "sum", c.args[0], "")
	switch c.types[0].Kind() {
	case types.Double:
		return sql
	case types.Decimal:
		if c.types[0].Precision() <= surelyFits {
			return sql
		}
		// DuckDB's total may have a 39th digit; adding is checked.
		return "(" + sql + " + CAST(0 AS " + p.duck(c.result, c.call.At) + "))"
	case types.IntervalDaySecond, types.IntervalYearMonth:
		return p.refuse("sum of intervals", c.call.At, "")
	}
	return "CAST(" + sql + " AS " + p.duck(c.result, c.call.At) + ")"
}

// avg of decimals is the exact quotient in the type of what is averaged; DuckDB gives a double.
func avg(p *printer, c *callArgs) string {
	t := c.types[0]
	switch t.Kind() {
	case types.Decimal:
		total := types.DecimalOf(38, t.Scale())
		n := unscaled(p.core(c, "sum", c.args[0], ""), total)
		d := p.core(c, "count", c.args[0], "")
		return p.let([]string{n, "nullif(CAST(" + d + " AS HUGEINT), 0)"}, func(v []string) string {
			return p.rescaled(p.quotient(v[0], v[1], t, c.call.At), t, c.call.At)
		})
	case types.IntervalDaySecond, types.IntervalYearMonth:
		return p.refuse("avg of intervals", c.call.At, "")
	case types.Real:
		return "CAST(" + p.core(c, "avg", c.args[0], "") + " AS FLOAT)"
	}
	return p.core(c, "avg", "CAST("+c.args[0]+" AS DOUBLE)", "") // as Trino adds them up
}

// extreme is min and max, which pass over NaN where there is a number.
func extreme(fn string) func(*printer, *callArgs) string {
	return func(p *printer, c *callArgs) string {
		t := c.types[0]
		switch {
		case len(c.args) == 2:
			n, ok := c.constant(1)
			if !ok || n < 1 || n > 10_000 || isFloat(t) || t.NumElems() > 0 || t.Kind() == types.Char || t.IsInterval() {
				return p.refuse(c.name+" with a count", c.call.At, "")
			}
			return p.core(c, fn, c.args[0]+", "+c.args[1], "")
		case t.NumElems() > 0 || t.Kind() == types.JSON:
			return p.refuse(c.name+" of "+t.String(), c.call.At, "")
		case isFloat(t):
			return "coalesce(" + p.core(c, fn, c.args[0], "NOT isnan("+c.args[0]+")") + ", " + p.core(c, fn, c.args[0], "") + ")"
		case t.Kind() == types.Char:
			return "rtrim(" + p.core(c, fn, p.padded(c.args[0], t), "") + ", ' ')"
		}
		return p.core(c, fn, c.args[0], "")
	}
}

// by is min_by and max_by: rows without a key do not count, a NULL value does.
func by(fn string) func(*printer, *callArgs) string {
	return func(p *printer, c *callArgs) string {
		t := c.types[1]
		if n, ok := c.constant(2); ok && len(c.args) == 3 && n > 0 && n <= 10_000 && t.NumElems() == 0 && !isFloat(t) {
			// The value is wrapped, since DuckDB leaves out those that are NULL.
			best := p.core(c, strings.TrimSuffix(fn, "_null"), "{'v': "+c.args[0]+"}, "+p.padded(c.args[1], t)+", "+c.args[2], c.args[1]+" IS NOT NULL")
			return p.inLambda(func(e string) string {
				return "list_transform(" + best + ", lambda " + e + ": struct_extract(" + e + ", 'v'))"
			})
		}
		if len(c.args) != 2 || t.NumElems() > 0 {
			return p.refuse(c.name+" of this form", c.call.At, "")
		}
		args, where := c.args[0]+", "+p.padded(c.args[1], t), c.args[1]+" IS NOT NULL"
		if isFloat(t) { // NaN counts where there is nothing else
			number := where + " AND NOT isnan(" + c.args[1] + ")"
			return "CASE WHEN " + p.core(c, "count", "*", number) + " > 0 THEN " + p.core(c, fn, args, number) + " ELSE " + p.core(c, fn, args, where) + " END"
		}
		return p.core(c, fn, args, where)
	}
}

// approxDistinct counts exactly: within any error that Trino's estimate may have.
func approxDistinct(p *printer, c *callArgs) string {
	return p.core(c, "count", "DISTINCT "+c.args[0], "")
}

// approxPercentile is exact: the value at place floor(p·n), counted from 0, where Trino's digest has
// it. Counted from above that is DuckDB's discrete quantile at 1-p.
func approxPercentile(p *printer, c *callArgs) string {
	t := c.types[0]
	if one, ok := c.constant(1); ok && one == 1 && len(c.args) == 3 { // each with the weight 1
		plain, call := *c, *c.call
		call.Args = []*ast.Arg{call.Args[0], call.Args[2]}
		plain.call, plain.args, plain.types, plain.zones = &call, []string{c.args[0], c.args[2]}, []types.Type{c.types[0], c.types[2]}, []string{c.zones[0], c.zones[2]}
		c = &plain
	}
	if len(c.args) != 2 || c.call.Distinct || len(c.call.OrderBy) > 0 {
		return p.refuse("approx_percentile with weights or accuracy", c.call.At, "")
	}
	var fractions []string
	exprs := []ast.Expr{c.call.Args[1].Value}
	array, isArray := strip(exprs[0]).(*ast.Array)
	if isArray {
		exprs = array.Elems
	}
	for _, e := range exprs {
		text := ""
		switch e := strip(e).(type) {
		case *ast.DecimalLit:
			text = e.Text
		case *ast.DoubleLit:
			text = e.Text
		case *ast.IntLit:
			text = e.Text
		}
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return p.refuse("approx_percentile with a percentage that is no number", c.call.At, "")
		}
		if v < 0 || v > 1 {
			return p.raise("INVALID_FUNCTION_ARGUMENT", "Percentile must be between 0 and 1", c.result, c.call.At)
		}
		fractions = append(fractions, strconv.FormatFloat(1-v, 'f', 12, 64))
	}
	last := strconv.FormatFloat(0, 'f', 12, 64)
	one := func(fraction string) string {
		plain := *c.call
		plain.OrderBy = nil
		d := *c
		d.call = &plain
		where := ""
		if isFloat(t) {
			where = "NOT isnan(" + c.args[0] + ")"
		}
		if fraction == last { // DuckDB takes -0 for 0, and so the wrong end
			return p.core(&d, "quantile_disc", c.args[0]+", 1.0", where)
		}
		return p.core(&d, "quantile_disc", c.args[0]+", "+fraction+" ORDER BY "+c.args[0]+" DESC", where)
	}
	if !isArray {
		return one(fractions[0])
	}
	list := make([]string, len(fractions))
	for i, f := range fractions {
		list[i] = one(f)
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// reduceAgg folds what is not NULL, in any order.
func reduceAgg(p *printer, c *callArgs) string {
	if p.duck(c.types[0], c.call.At) != p.duck(c.result, c.call.At) || c.call.Distinct {
		return p.refuse("reduce_agg of "+c.types[0].String()+" into "+c.result.String(), c.call.At, "CAST the input")
	}
	return "list_reduce(" + p.core(c, "list", c.args[0], c.args[0]+" IS NOT NULL") + ", " + c.args[2] + ", " + c.args[1] + ")"
}

func histogram(p *printer, c *callArgs) string {
	if t := c.types[0]; !comparable(t) || t.Kind() == types.Varbinary {
		return p.refuse("histogram of "+t.String(), c.call.At, "")
	}
	return "CAST(" + p.core(c, "histogram", c.args[0], "") + " AS " + p.duck(c.result, c.call.At) + ")"
}

// mapAgg fails for equal keys, of which Trino keeps one that nobody can foresee.
func mapAgg(p *printer, c *callArgs) string {
	if !comparable(c.types[0]) || c.types[0].Kind() == types.Varbinary || c.call.Distinct {
		return p.refuse("map_agg of "+c.types[0].String(), c.call.At, "")
	}
	where := c.args[0] + " IS NOT NULL"
	return p.let([]string{p.core(c, "list", c.args[0], where), p.core(c, "list", c.args[1], where)}, func(v []string) string {
		return "CASE WHEN len(list_distinct(" + v[0] + ")) < len(" + v[0] + ") THEN " +
			p.raise("NOT_SUPPORTED", "The embedded engine makes no map of equal keys", c.result, c.call.At) + " WHEN " + v[0] + " IS NOT NULL THEN map(" + v[0] + ", " + v[1] + ") END"
	})
}

func listagg(p *printer, c *callArgs) string {
	if c.call.Overflow != nil && c.call.Overflow.Truncate {
		return p.refuse("LISTAGG with ON OVERFLOW TRUNCATE", c.call.At, "")
	}
	separator := "''"
	if len(c.args) > 1 {
		separator = c.args[1]
	}
	return p.core(c, "string_agg", c.args[0]+", "+separator, "")
}

// aggregates is the allowlist of aggregate and window functions.
var aggregates map[string]func(*printer, *callArgs) string

func init() {
	aggregates = map[string]func(*printer, *callArgs) string{
		"count": count, "sum": sum, "avg": avg, "min": extreme("min"), "max": extreme("max"),
		"max_by": by("arg_max_null"), "min_by": by("arg_min_null"),
		"count_if": countIf, "arbitrary": plainAggregate("any_value", false), "any_value": plainAggregate("any_value", false),
		"bool_and": plainAggregate("bool_and", false), "every": plainAggregate("bool_and", false), "bool_or": plainAggregate("bool_or", false),
		"stddev": spread("stddev_samp"), "stddev_samp": spread("stddev_samp"), "stddev_pop": spread("stddev_pop"),
		"variance": spread("var_samp"), "var_samp": spread("var_samp"), "var_pop": spread("var_pop"),
		"corr": finite("corr"), "covar_pop": covariance("covar_pop"), "covar_samp": covariance("covar_samp"),
		"regr_slope": finite("regr_slope"), "regr_intercept": finite("regr_intercept"),
		"kurtosis": kurtosis, "skewness": skewness,
		"geometric_mean": geometricMean, "array_agg": plainAggregate("list", false), "histogram": histogram,
		"reduce_agg": reduceAgg, "map_agg": mapAgg, "approx_distinct": approxDistinct, "approx_percentile": approxPercentile, "listagg": listagg,
		"row_number": plainAggregate("row_number", false), "rank": plainAggregate("rank", false), "dense_rank": plainAggregate("dense_rank", false), "percent_rank": plainAggregate("percent_rank", false),
		"cume_dist": plainAggregate("cume_dist", false), "ntile": plainAggregate("ntile", false), "first_value": plainAggregate("first_value", false), "last_value": plainAggregate("last_value", false),
		"nth_value": plainAggregate("nth_value", false), "lag": plainAggregate("lag", false), "lead": plainAggregate("lead", false),
	}
}

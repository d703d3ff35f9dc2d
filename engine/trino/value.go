package trino

import (
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	driver "github.com/trinodb/trino-go-client/trino"

	"github.com/limn-data/limn/internal/decimal"
	"github.com/limn-data/limn/trino/rows"
	"github.com/limn-data/limn/trino/types"
)

// unbounded is the length by which the protocol says that a varchar has none.
const unbounded = math.MaxInt32

// typeOf is the type of a result column, from what the protocol says of it.
func typeOf(c *sql.ColumnType) (types.Type, error) {
	name := strings.ToLower(c.DatabaseTypeName())
	switch name {
	case "decimal":
		if p, s, ok := c.DecimalSize(); ok {
			return types.DecimalOf(int(p), int(s)), nil
		}
	case "varchar", "char":
		n, ok := c.Length()
		if name == "char" && ok {
			return types.CharOf(int(n)), nil
		}
		if ok && n < unbounded {
			return types.VarcharOf(int(n)), nil
		}
	case "time", "timestamp", "time with time zone", "timestamp with time zone":
		if p, _, ok := c.DecimalSize(); ok {
			base, rest, _ := strings.Cut(name, " ")
			return types.Parse(strings.TrimSpace(fmt.Sprintf("%s(%d) %s", base, p, rest)))
		}
	}
	if name == "unknown" { // of NULL alone
		return types.Of(types.Unknown), nil
	}
	t, err := types.Parse(name)
	if err != nil {
		return t, &unsupported{fmt.Sprintf("Column %s is of a type that cannot be shown.", c.Name()), "Cast it to varchar."}
	}
	return t, nil
}

// convert turns what the driver gives into a value of ours.
type convert func(any) (rows.Value, error)

// converter chooses by the type, since the same form may mean several: a number in a list is text of
// digits, whatever its type.
func converter(t types.Type) convert {
	conv := plain(t)
	return func(v any) (rows.Value, error) {
		if v == nil {
			return nil, nil
		}
		return conv(v)
	}
}

func plain(t types.Type) convert {
	switch k := t.Kind(); k {
	case types.Tinyint, types.Smallint, types.Integer, types.Bigint:
		return integer
	case types.Real, types.Double:
		return float
	case types.Decimal, types.Number:
		return exact
	case types.Date, types.Time, types.TimeTZ, types.Timestamp, types.TimestampTZ:
		return temporal(t)
	case types.Varbinary:
		return binary
	case types.Array:
		return list(func(int) convert { return converter(t.Elem(0)) })
	case types.Row:
		fields := make([]convert, t.NumElems())
		for i := range fields {
			fields[i] = converter(t.Elem(i))
		}
		return list(func(i int) convert { return fields[i] })
	case types.Map:
		return entries(converter(t.Elem(0)), converter(t.Elem(1)))
	}
	return func(v any) (rows.Value, error) {
		switch v := v.(type) {
		case bool, string, []byte: // sketches come as bytes
			return v, nil
		}
		return nil, fmt.Errorf("no form is known for %s as %T", t, v)
	}
}

func integer(v any) (rows.Value, error) {
	switch v := v.(type) {
	case int64:
		return v, nil
	case json.Number:
		return strconv.ParseInt(v.String(), 10, 64)
	case string: // a key of a map
		return strconv.ParseInt(v, 10, 64)
	}
	return nil, fmt.Errorf("a whole number came as %T", v)
}

func float(v any) (rows.Value, error) {
	switch v := v.(type) {
	case float64:
		return v, nil
	case json.Number:
		return strconv.ParseFloat(v.String(), 64)
	case string: // NaN, Infinity, or a key of a map
		return strconv.ParseFloat(v, 64)
	}
	return nil, fmt.Errorf("a number came as %T", v)
}

func exact(v any) (rows.Value, error) {
	switch v := v.(type) {
	case string:
		return decimal.Parse(v)
	case json.Number:
		return decimal.Parse(v.String())
	}
	return nil, fmt.Errorf("a decimal came as %T", v)
}

func binary(v any) (rows.Value, error) {
	switch v := v.(type) {
	case []byte:
		return v, nil
	case string:
		return base64.StdEncoding.DecodeString(v)
	}
	return nil, fmt.Errorf("bytes came as %T", v)
}

// temporal writes dates and times in ISO 8601 with the digits of the type's precision.
func temporal(t types.Type) convert {
	k := t.Kind()
	zoned := k == types.TimeTZ || k == types.TimestampTZ
	layout := "2006-01-02"
	switch {
	case k == types.Date:
	case t.Precision() > 9: // the driver keeps nanoseconds
		return func(any) (rows.Value, error) {
			return nil, &unsupported{fmt.Sprintf("A value of type %s would lose its last digits.", t), "Cast it to a precision of 9 or less, or to varchar."}
		}
	case k == types.Time || k == types.TimeTZ:
		layout = rows.TimeLayout(t.Precision(), zoned)
	default:
		layout = rows.TimestampLayout(t.Precision(), zoned)
	}
	return func(v any) (rows.Value, error) {
		at, ok := v.(time.Time)
		if text, isText := v.(string); isText { // within a list or a map
			var err error
			if at, err = rows.ParseTime(text); err != nil {
				return nil, err
			}
			ok = true
		}
		if !ok {
			return nil, fmt.Errorf("a time came as %T", v)
		}
		if zoned && rows.Twice(at) {
			return nil, &unsupported{"A time falls into the hour that the clock of its zone shows twice, so that it cannot be told which is meant.", "Select it AT TIME ZONE 'UTC'."}
		}
		return at.Format(layout), nil
	}
}

// list converts arrays by one converter and rows by one for each field.
func list(of func(int) convert) convert {
	return func(v any) (rows.Value, error) {
		var in []any
		switch v := v.(type) {
		case []any:
			in = v
		case driver.Row:
			for i := range v.Len() {
				in = append(in, v.Value(i))
			}
		default:
			return nil, fmt.Errorf("a list came as %T", v)
		}
		out := make([]rows.Value, len(in))
		for i, x := range in {
			var err error
			if out[i], err = of(i)(x); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
}

// entries orders a map by its keys as text, since the protocol keeps no order.
func entries(key, value convert) convert {
	return func(v any) (rows.Value, error) {
		in, ok := v.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("a map came as %T", v)
		}
		names := make([]string, 0, len(in))
		for k := range in {
			names = append(names, k)
		}
		slices.Sort(names)
		out := make(rows.Map, 0, len(in))
		for _, k := range names {
			kv, err := key(k)
			if err != nil {
				return nil, err
			}
			x, err := value(in[k])
			if err != nil {
				return nil, err
			}
			out = append(out, rows.Entry{Key: kv, Value: x})
		}
		return out, nil
	}
}

//go:build cgo

package duckdb

import (
	"database/sql/driver"
	"fmt"
	"math/big"
	"strconv"
	"time"

	db "github.com/duckdb/duckdb-go/v2"

	"github.com/limn-data/limn/engine/duckdb/translate"
	"github.com/limn-data/limn/internal/decimal"
	"github.com/limn-data/limn/trino/rows"
	"github.com/limn-data/limn/trino/types"
)

// convert turns a driver's value into ours.
type convert func(driver.Value) (rows.Value, error)

// converter chooses by Trino's type where the same DuckDB value prints differently: dates, times of a
// precision, what has a zone, and those within lists, maps and rows. Everything else follows the value.
func converter(trinoType string) convert {
	t, err := types.Parse(trinoType)
	if err != nil {
		return value
	}
	return of(t)
}

func of(t types.Type) convert {
	switch k := t.Kind(); k {
	case types.Date:
		return timed("2006-01-02")
	case types.Time, types.TimeTZ:
		return timed(rows.TimeLayout(min(t.Precision(), 9), k == types.TimeTZ))
	case types.Timestamp, types.TimestampTZ:
		return timed(rows.TimestampLayout(min(t.Precision(), 9), k == types.TimestampTZ))
	case types.Array:
		elem := of(t.Elem(0))
		return func(v driver.Value) (rows.Value, error) {
			in, ok := v.([]any)
			if !ok {
				return value(v)
			}
			return list(in, func(int) convert { return elem })
		}
	case types.Row:
		return structOf(t)
	case types.Map:
		key, val := of(t.Elem(0)), of(t.Elem(1))
		return func(v driver.Value) (rows.Value, error) {
			in, ok := v.(db.OrderedMap)
			if !ok {
				return value(v)
			}
			return entries(in, key, val)
		}
	}
	return value
}

// timed writes a time. What has a zone comes as text, in Trino's spelling.
func timed(layout string) convert {
	return func(v driver.Value) (rows.Value, error) {
		switch v := v.(type) {
		case time.Time:
			if v = v.UTC(); v.Year() > 9999 {
				return "+" + v.Format(layout), nil
			}
			return v.Format(layout), nil
		case string:
			at, err := rows.ParseTime(v)
			if err != nil {
				return nil, err
			}
			if rows.Twice(at) {
				return nil, fmt.Errorf("a time falls into the hour that the clock of its zone shows twice; select it AT TIME ZONE 'UTC'")
			}
			return at.Format(layout), nil
		}
		return value(v)
	}
}

// value converts by what the driver gave.
func value(v driver.Value) (rows.Value, error) {
	switch v := v.(type) {
	case nil, bool, int64, float64, string, []byte:
		return v, nil
	case int8:
		return int64(v), nil
	case int16:
		return int64(v), nil
	case int32:
		return int64(v), nil
	case int:
		return int64(v), nil
	case uint8:
		return int64(v), nil
	case uint16:
		return int64(v), nil
	case uint32:
		return int64(v), nil
	case uint64:
		return decimal.FromBig(new(big.Int).SetUint64(v), 0), nil
	case float32:
		f, err := strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
		return f, err
	case *big.Int:
		return decimal.FromBig(v, 0), nil
	case db.Decimal:
		return decimal.FromBig(v.Value, int32(v.Scale)), nil
	case time.Time:
		return v.UTC().Format("2006-01-02T15:04:05.000000"), nil
	case db.UUID:
		return v.String(), nil
	case db.Interval:
		return interval(v), nil
	case []any:
		return list(v, func(int) convert { return value })
	case map[string]any: // a struct: Trino's rows are shown by position, and the driver has lost it
		return nil, fmt.Errorf("a row value cannot be shown; select its fields")
	case db.OrderedMap:
		return entries(v, value, value)
	}
	return nil, fmt.Errorf("no form is known for a value of type %T", v)
}

// structOf gives the fields of a row in their order, which the driver has lost; their names tell it.
func structOf(t types.Type) convert {
	fields := make([]convert, t.NumElems())
	for i := range fields {
		fields[i] = of(t.Elem(i))
	}
	return func(v driver.Value) (rows.Value, error) {
		in, ok := v.(map[string]any)
		if !ok {
			return value(v)
		}
		out := make([]rows.Value, len(fields))
		for i, f := range fields {
			x, ok := in[translate.FieldName(i)]
			if !ok || len(in) != len(fields) {
				return nil, fmt.Errorf("a row of %d fields came with %d others", len(fields), len(in))
			}
			var err error
			if out[i], err = f(x); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
}

func entries(m db.OrderedMap, key, val convert) (rows.Value, error) {
	out := rows.Map{}
	keys, vals := m.Keys(), m.Values()
	for i := range keys {
		k, err := key(keys[i])
		if err != nil {
			return nil, err
		}
		x, err := val(vals[i])
		if err != nil {
			return nil, err
		}
		out = append(out, rows.Entry{Key: k, Value: x})
	}
	return out, nil
}

func list(vs []any, of func(int) convert) (rows.Value, error) {
	out := make([]rows.Value, len(vs))
	for i, e := range vs {
		x, err := of(i)(e)
		if err != nil {
			return nil, err
		}
		out[i] = x
	}
	return out, nil
}

// interval prints as Trino does: "1-2" for years and months, "3 04:05:06.789" for days and time.
func interval(v db.Interval) string {
	if v.Days == 0 && v.Micros == 0 && v.Months != 0 {
		sign, m := "", v.Months
		if m < 0 {
			sign, m = "-", -m
		}
		return fmt.Sprintf("%s%d-%d", sign, m/12, m%12)
	}
	ms := v.Micros/1000 + int64(v.Days)*86_400_000
	sign := ""
	if ms < 0 {
		sign, ms = "-", -ms
	}
	return fmt.Sprintf("%s%d %02d:%02d:%02d.%03d", sign, ms/86_400_000, ms/3_600_000%24, ms/60_000%60, ms/1000%60, ms%1000)
}

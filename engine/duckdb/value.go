//go:build cgo

package duckdb

import (
	"database/sql/driver"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	db "github.com/duckdb/duckdb-go/v2"

	"github.com/limn-data/limn/internal/decimal"
	"github.com/limn-data/limn/trino/rows"
)

// convert turns a driver's value into ours.
type convert func(driver.Value) (rows.Value, error)

// converter chooses by Trino's type name where the same DuckDB value prints differently: dates,
// timestamps of a precision, char. Everything else follows the value itself.
func converter(trinoType string) convert {
	base, _, _ := strings.Cut(trinoType, "(")
	switch {
	case trinoType == "date":
		return timed("2006-01-02")
	case base == "timestamp" || base == "time":
		return timed(layout(trinoType))
	}
	return value
}

var precision = regexp.MustCompile(`\((\d+)\)`)

// layout is the ISO 8601 form of a timestamp or time type, with the digits of its precision.
func layout(t string) string {
	digits := 3
	if m := precision.FindStringSubmatch(t); m != nil {
		digits, _ = strconv.Atoi(m[1])
	}
	out := "2006-01-02T15:04:05"
	if strings.HasPrefix(t, "time(") || t == "time" || strings.HasPrefix(t, "time with") {
		out = "15:04:05"
	}
	if digits > 0 {
		out += "." + strings.Repeat("0", min(digits, 9))
	}
	if strings.HasSuffix(t, "with time zone") {
		out += "Z07:00"
	}
	return out
}

func timed(layout string) convert {
	return func(v driver.Value) (rows.Value, error) {
		if t, ok := v.(time.Time); ok {
			if t = t.UTC(); t.Year() > 9999 {
				return "+" + t.Format(layout), nil
			}
			return t.Format(layout), nil
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
		return list(v)
	case map[string]any: // a struct: Trino's rows are shown by position, and the driver has lost it
		return nil, fmt.Errorf("a row value cannot be shown; select its fields")
	case db.OrderedMap:
		var out rows.Map
		keys, vals := v.Keys(), v.Values()
		for i := range keys {
			k, err := value(keys[i])
			if err != nil {
				return nil, err
			}
			x, err := value(vals[i])
			if err != nil {
				return nil, err
			}
			out = append(out, rows.Entry{Key: k, Value: x})
		}
		return out, nil
	}
	return nil, fmt.Errorf("no form is known for a value of type %T", v)
}

func list(vs []any) (rows.Value, error) {
	out := make([]rows.Value, len(vs))
	for i, e := range vs {
		x, err := value(e)
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

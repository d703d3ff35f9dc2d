package trino

import (
	"testing"
	"time"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/format"
	"github.com/limn-data/limn/trino/parse"
)

// What asks the clock is written out, and the server takes it for values of the same types.
func TestPin(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 6, 30, 22, 30, 15, 123456789, time.UTC) // 1 July in Paris
	e := server(t, func(c *Config) { c.Zone = paris })
	for sql, want := range map[string]string{
		"current_date":         "DATE '2026-07-01'",
		"current_timestamp":    "TIMESTAMP '2026-07-01 00:30:15.123 Europe/Paris'",
		"now()":                "TIMESTAMP '2026-07-01 00:30:15.123 Europe/Paris'",
		"current_timestamp(0)": "TIMESTAMP '2026-07-01 00:30:15 Europe/Paris'",
		"localtimestamp(12)":   "TIMESTAMP '2026-07-01 00:30:15.123456789000'",
		"localtime":            "TIME '00:30:15.123'",
		"current_time":         "TIME '00:30:15.123+02:00'",
		"current_user":         "CURRENT_USER",
		"abs(1)":               "abs(1)",
	} {
		stmt, err := parse.Statement("SELECT " + sql + " FROM (VALUES TIMESTAMP '2026-01-01 00:00:00') AS t (at)")
		if err != nil {
			t.Fatal(err)
		}
		q := stmt.(*ast.Query)
		got := Pin(q, now, paris)
		if s := format.Expr(got.Body.(*ast.Select).Items[0].(*ast.SingleColumn).Expr); s != want {
			t.Errorf("%s is %s, want %s", sql, s, want)
		}
		before := run(t, e, "SELECT typeof("+sql+") FROM (VALUES TIMESTAMP '2026-01-01 00:00:00') AS t (at)")
		after := run(t, e, "SELECT typeof("+want+") FROM (VALUES TIMESTAMP '2026-01-01 00:00:00') AS t (at)")
		if before.Rows[0][0] != after.Rows[0][0] {
			t.Errorf("%s is %v, its literal %v", sql, before.Rows[0][0], after.Rows[0][0])
		}
	}
}

package native

import (
	"errors"
	"testing"
	"time"
)

// In a zone's folds and gaps what is converted and what is read from a text come out differently.
func TestInstants(t *testing.T) {
	for _, c := range []struct{ zone, wall, converted, read string }{
		{"Europe/Berlin", "2024-10-27 02:30", "2024-10-27 01:30", "2024-10-27 00:30"},
		{"America/New_York", "2024-11-03 01:30", "2024-11-03 05:30", "2024-11-03 05:30"},
		{"Europe/Berlin", "2024-03-31 02:30", "2024-03-31 01:30", "2024-03-31 01:30"},
		{"America/New_York", "2024-03-10 02:30", "2024-03-10 07:30", "2024-03-10 07:30"},
		{"+05:30", "2024-01-01 00:00", "2023-12-31 18:30", "2023-12-31 18:30"},
	} {
		zone, err := Location(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		const layout = "2006-01-02 15:04"
		wall, err := time.Parse(layout, c.wall)
		if err != nil {
			t.Fatal(err)
		}
		if got := Converted(wall, zone).UTC().Format(layout); got != c.converted {
			t.Errorf("%s %s: converted %s, want %s", c.zone, c.wall, got, c.converted)
		}
		if got := Instant(wall, zone).UTC().Format(layout); got != c.read {
			t.Errorf("%s %s: read %s, want %s", c.zone, c.wall, got, c.read)
		}
	}
}

func TestDoubleText(t *testing.T) {
	for f, want := range map[float64]string{0: "0E0", 1: "1.0E0", 2e23: "1.9999999999999998E23", 404530860556753088: "4.0453086055675309E17", 0.1: "1.0E-1", 5e-324: "4.9E-324",
		1.7976931348623157e308: "1.7976931348623157E308", -123.25: "-1.2325E2", 1e7: "1.0E7", 9007199254740993: "9.007199254740992E15"} {
		if got := DoubleText(f); got != want {
			t.Errorf("%g: %s, want %s", f, got, want)
		}
	}
}

func TestDecimals(t *testing.T) {
	for _, c := range []struct {
		op, a, b string
		scale    int64
		want     string
	}{
		{"/", "1", "3", 6, "0.333333"}, {"/", "-2", "3", 0, "-1"}, {"*", "1234567890123456789012345678.1234567890", "10", 6, "12345678901234567890123456781.234568"},
		{"%", "99999999999999999999999999999999999999", "7.25", 2, "5.00"}, {"+", "99999999999999999999999999999999999999", "1", 0, "NUMERIC_VALUE_OUT_OF_RANGE"},
		{"/", "1", "0", 2, "DIVISION_BY_ZERO"}, {"-", "0.05", "0.05", 2, "0.00"},
	} {
		got, err := decimalOp([]any{c.op, c.a, c.b, c.scale})
		var f *Failure
		if errors.As(err, &f) {
			got = f.Code
		}
		if got != c.want {
			t.Errorf("%s %s %s: %v, want %s", c.a, c.op, c.b, got, c.want)
		}
	}
}

// Every function has a name of its own, known types and a body.
func TestFunctionsAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Functions() {
		if f.Name == "" || seen[f.Name] || f.Out == "" || f.Call == nil {
			t.Errorf("%q is not whole or there twice", f.Name)
		}
		seen[f.Name] = true
	}
}

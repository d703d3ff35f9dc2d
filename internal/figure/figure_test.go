package figure

import (
	"testing"

	"github.com/limn-data/limn/internal/decimal"
)

func TestShort(t *testing.T) {
	for _, c := range []struct{ in, unit, want string }{
		{"412345678.12", "USD", "$412.3 million"}, {"-1234567890", "USD", "-$1.235 billion"}, {"999960", "USD", "$1 million"}, {"12345", "count", "12.35 thousand"},
		{"1234", "count", "1,234"}, {"1234.5", "USD", "$1,234.50"}, {"0.1243", "percent", "12.4 %"}, {"1.5", "percent", "150.0 %"}, {"0.00123", "USD", "$0.00123"},
		{"12.3456", "minutes", "12.35 minutes"}, {"0", "USD", "$0"}, {"0.0000000000", "percent", "0.0 %"}, {"-0.0312", "percent", "-3.12 %"}, {"100000", "CHF", "CHF 100 thousand"}, {"4.21", "", "4.21"},
	} {
		if got := Short(decimal.MustParse(c.in), c.unit); got != c.want {
			t.Errorf("Short(%s, %q) = %q, want %q", c.in, c.unit, got, c.want)
		}
	}
}

func TestExact(t *testing.T) {
	for _, c := range []struct {
		in, unit string
		scale    int
		want     string
	}{
		{"412345678.12", "USD", 2, "$412,345,678.12"}, {"412345678.126", "USD", 0, "$412,345,678"}, {"0.1243567", "percent", -1, "12.4 %"}, {"0.1243567", "percent", 2, "12.44 %"},
		{"1234567", "count", -1, "1,234,567"}, {"3.14159265", "", -1, "3.1416"}, {"-5.5", "GBP", -1, "-£5.50"},
	} {
		if got := Exact(decimal.MustParse(c.in), c.unit, c.scale); got != c.want {
			t.Errorf("Exact(%s, %q, %d) = %q, want %q", c.in, c.unit, c.scale, got, c.want)
		}
	}
}

func TestPoints(t *testing.T) {
	if got := Points(decimal.MustParse("0.0123")); got != "1.23 points" {
		t.Error(got)
	}
}

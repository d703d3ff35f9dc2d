package gate_test

import (
	"slices"
	"testing"
)

// TestAttempts: none gets past, and each is refused for the reason that its author foresaw.
func TestAttempts(t *testing.T) {
	all := attempts(t)
	if len(all) < 300 {
		t.Fatalf("%d attempts", len(all))
	}
	past := 0
	for _, a := range all {
		code, secured := door(t, a.SQL, ann(t))
		switch {
		case code == "" && slices.Contains(a.Codes, "contained"):
			if leak := uncontained(secured); leak != "" {
				past++
				t.Errorf("%s:%d: %s\n%s\n%s", a.File, a.Line, leak, a.SQL, secured.SQL)
			}
		case code == "":
			past++
			t.Errorf("%s:%d gets past, want %v: %s", a.File, a.Line, a.Codes, a.SQL)
		case !slices.Contains(a.Codes, code):
			t.Errorf("%s:%d: %s, want %v: %s", a.File, a.Line, code, a.Codes, a.SQL)
		}
	}
	t.Logf("%d attempts, %d got past", len(all), past)
}

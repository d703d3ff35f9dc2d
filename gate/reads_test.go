package gate_test

import (
	"testing"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/gate/gatetest"
)

// TestReads: right queries pass, for who sees everything and for who does not; and where somebody sees
// everything, what runs is the query that came.
func TestReads(t *testing.T) {
	all := reads(t)
	if len(all) < 300 {
		t.Fatalf("%d reads", len(all))
	}
	everything := access.Policy{}.View(gatetest.World(), gatetest.Ann)
	refused := 0
	for _, sql := range all {
		for who, view := range map[string]*access.View{"ann": ann(t), "the owner": everything} {
			code, secured := door(t, sql, view)
			if code != "" {
				refused++
				t.Errorf("%s: %s: %s", who, code, sql)
				continue
			}
			if who == "the owner" && (secured.SQL != sql || len(secured.Applied) > 0) {
				t.Errorf("%s runs as %s", sql, secured.SQL)
			}
			if leak := uncontained(secured); who == "ann" && leak != "" {
				t.Errorf("%s\n%s", leak, sql)
			}
		}
	}
	t.Logf("%d reads, %d refused", len(all), refused)
}

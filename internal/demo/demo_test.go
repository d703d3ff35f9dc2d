package demo

import (
	"context"
	"testing"
	"time"
)

func TestTry(t *testing.T) {
	start := time.Now()
	rep, err := Make(context.Background(), Options{Dir: "/tmp/nimbus3m", Today: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), Seed: 1, Progress: func(s string) { t.Log(s) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(start), rep.Rows, rep.Written, rep.Kept)
	for _, r := range rep.Tables {
		t.Logf("%-24s %9d %6.2f%% %10d", r.Name, r.Rows, float64(r.Rows)*100/float64(rep.Rows), r.Bytes)
	}
}

package web

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/bots/view/viewtest"
)

var update = flag.Bool("update", false, "write the golden files and the picture")

func render(t *testing.T, o *answer.Outcome) string {
	t.Helper()
	got, err := Page(o)
	if err != nil {
		t.Fatal(err)
	}
	return string(got)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", name, d)
	}
}

// TestGolden holds one page of each kind; its other parts are tested one by one.
func TestGolden(t *testing.T) {
	for _, n := range viewtest.All() {
		switch n.Name {
		case "yoy", "top", "blocked", "clarify", "hostile":
			golden(t, n.Name+".html", render(t, n.Outcome))
		}
	}
}

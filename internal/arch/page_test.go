package arch

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var roomRow = regexp.MustCompile(`(?m)^\| ([a-z0-9]+) \| [^|]+ \| ([^|]+) \|$`)

// The table of rooms in docs/architecture.md is the policy.
func TestThePageShowsThePolicy(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(raw), "\n## Rooms\n")
	if !ok {
		t.Fatal("docs/architecture.md has no section “Rooms”")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	shown := map[string]string{}
	for _, m := range roomRow.FindAllStringSubmatch(section, -1) {
		shown[m[1]] = strings.TrimSpace(m[2])
	}
	delete(shown, "room")
	for room, imports := range policy {
		want := strings.Join(imports, ", ")
		if want == "" {
			want = "–"
		}
		if got, ok := shown[room]; !ok || got != want {
			t.Errorf("the page says that %s may import %q, the policy %q", room, got, want)
		}
		delete(shown, room)
	}
	for room := range shown {
		t.Errorf("the page has the room %s, which is not in the policy", room)
	}
}

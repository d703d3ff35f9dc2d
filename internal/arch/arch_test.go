package arch

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/limn-data/limn/"

// Every import of every file, tests included, keeps to the policy; a test may also import what its
// package's users hand it, so external test packages are held to the same table.
func TestImportsPointOneWay(t *testing.T) {
	root := filepath.Join("..", "..")
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != root || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		files++
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		return check(t, filepath.ToSlash(rel), path)
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 50 {
		t.Errorf("only %d files were looked at: the test no longer finds the source", files)
	}
}

func check(t *testing.T, rel, path string) error {
	src, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	f, err := parser.ParseFile(token.NewFileSet(), path, src, parser.ImportsOnly)
	if err != nil {
		return err
	}
	room, _, _ := strings.Cut(rel, "/")
	allowed, known := policy[room]
	if !known {
		t.Errorf("%s: the room %q is not in the policy", rel, room)
		return nil
	}
	for _, imp := range f.Imports {
		name, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			return err
		}
		if ours, ok := strings.CutPrefix(name, module); ok {
			to, _, _ := strings.Cut(ours, "/")
			if to == room && room != "internal" || to == "internal" && (room != "internal" || leaf(rel, ours)) || slices.Contains(allowed, "all") || slices.Contains(allowed, to) {
				continue
			}
			t.Errorf("%s: %s may not import %s", rel, room, ours)
			continue
		}
		for lib, home := range homes {
			if strings.HasPrefix(name, lib) && !strings.HasPrefix(rel, home) {
				t.Errorf("%s: only %s may know %s", rel, home, name)
			}
		}
	}
	return nil
}

// leaf says that one leaf uses another, smaller one: figures are written from decimals, and what helps tests with
// databases knows what a database is.
func leaf(file, imported string) bool {
	return imported == "internal/decimal" || imported == "internal/conf" || strings.HasPrefix(file, "internal/db/dbtest/") && (imported == "internal/db" || imported == "internal/service")
}

// The policy has no circle: a room that is imported cannot import back.
func TestPolicyHasNoCircle(t *testing.T) {
	var reach func(from, to string, seen map[string]bool) bool
	reach = func(from, to string, seen map[string]bool) bool {
		for _, next := range policy[from] {
			if next == to {
				return true
			}
			if next != "all" && !seen[next] {
				seen[next] = true
				if reach(next, to, seen) {
					return true
				}
			}
		}
		return false
	}
	for room := range policy {
		if reach(room, room, map[string]bool{}) {
			t.Errorf("%s can import itself through others", room)
		}
	}
}

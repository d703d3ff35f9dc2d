package demo

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const fewRows = 12_000

// pinned is the day of the eval cases and of most tests.
var pinned = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

func makeAt(t testing.TB, dir string, today time.Time, seed uint64, rows int) Report {
	t.Helper()
	rep, err := Make(context.Background(), Options{Dir: dir, Today: today, Seed: seed, Rows: rows})
	if err != nil {
		t.Fatalf("Make(%s, %s): %v", dir, today.Format(time.DateOnly), err)
	}
	return rep
}

// tree is the content of a folder: path → hash of the bytes.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		out[rel] = fmt.Sprintf("%x", sha256.Sum256(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sameTree reports the first differences only: one cause makes hundreds.
func sameTree(t *testing.T, got, want map[string]string) {
	t.Helper()
	bad := 0
	complain := func(format string, args ...any) {
		if bad++; bad <= 5 {
			t.Errorf(format, args...)
		}
	}
	for path, h := range want {
		switch g, ok := got[path]; {
		case !ok:
			complain("%s is missing", path)
		case g != h:
			complain("%s has other bytes than a fresh run writes", path)
		}
	}
	for path := range got {
		if _, ok := want[path]; !ok {
			complain("%s is not in a fresh workspace", path)
		}
	}
	if bad > 5 {
		t.Errorf("… and %d files more", bad-5)
	}
}

// A workspace that was made some days ago and brought up to date equals one made today, to the byte.
func TestLaterStartEndsWhereAFreshRunDoes(t *testing.T) {
	leap := time.Date(2028, 2, 28, 0, 0, 0, 0, time.UTC) // 36 months before the 29th there is no such day
	for _, c := range []struct {
		from time.Time
		days int
	}{{pinned, 1}, {pinned, 9}, {pinned, 40}, {pinned, 400}, {leap, 1}, {leap, 2}} {
		days := c.days
		t.Run(fmt.Sprintf("%s and %d days", c.from.Format(time.DateOnly), days), func(t *testing.T) {
			old, fresh := t.TempDir(), t.TempDir()
			later := c.from.AddDate(0, 0, days)
			makeAt(t, old, c.from, 7, fewRows)
			rep := makeAt(t, old, later, 7, fewRows)
			makeAt(t, fresh, later, 7, fewRows)
			sameTree(t, tree(t, old), tree(t, fresh))
			if rep.Kept == 0 {
				t.Error("nothing was kept: the later start made everything anew")
			}
			if days == 1 && rep.Written > 60 { // the first and the last month of each dated table, and the current states
				t.Errorf("one day later wrote %d files, of %d", rep.Written, rep.Written+rep.Kept)
			}
		})
	}
}

// Going back in time works the same way; clocks of demonstrations do.
func TestEarlierStartEndsWhereAFreshRunDoes(t *testing.T) {
	used, fresh := t.TempDir(), t.TempDir()
	makeAt(t, used, pinned, 7, fewRows)
	makeAt(t, used, pinned.AddDate(0, -2, -3), 7, fewRows)
	makeAt(t, fresh, pinned.AddDate(0, -2, -3), 7, fewRows)
	sameTree(t, tree(t, used), tree(t, fresh))
}

// The hour of today does not matter, nor does the zone in which it is told.
func TestOnlyTheDayOfTodayCounts(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	makeAt(t, a, pinned, 7, fewRows)
	makeAt(t, b, pinned.Add(17*time.Hour).In(time.FixedZone("UTC-5", -5*3600)), 7, fewRows)
	sameTree(t, tree(t, a), tree(t, b))
}

func TestTheSameAgainWritesNothing(t *testing.T) {
	dir := t.TempDir()
	makeAt(t, dir, pinned, 7, fewRows)
	if rep := makeAt(t, dir, pinned, 7, fewRows); rep.Written != 0 || rep.Removed != 0 {
		t.Errorf("second run wrote %d files and removed %d", rep.Written, rep.Removed)
	}
}

func TestAnotherSeedOrSizeMakesAllAnew(t *testing.T) {
	for name, o := range map[string]struct {
		seed uint64
		rows int
	}{"seed": {8, fewRows}, "rows": {7, fewRows + 3_000}} {
		t.Run(name, func(t *testing.T) {
			used, fresh := t.TempDir(), t.TempDir()
			makeAt(t, used, pinned, 7, fewRows)
			rep := makeAt(t, used, pinned, o.seed, o.rows)
			makeAt(t, fresh, pinned, o.seed, o.rows)
			sameTree(t, tree(t, used), tree(t, fresh))
			if rep.Kept != 0 || !rep.MadeFromNothing {
				t.Errorf("kept %d files of another lake", rep.Kept)
			}
		})
	}
}

// What a broken-off run or a careless hand leaves is repaired by the next run.
func TestDamageIsRepaired(t *testing.T) {
	fresh := t.TempDir()
	makeAt(t, fresh, pinned, 7, fewRows)
	want := tree(t, fresh)
	month := filepath.Join("data", "finance", "revenue_daily", "2025-03.parquet")
	for name, damage := range map[string]func(t *testing.T, dir string){
		"a file is missing":   func(t *testing.T, dir string) { must(t, os.Remove(filepath.Join(dir, month))) },
		"a file is cut short": func(t *testing.T, dir string) { must(t, os.Truncate(filepath.Join(dir, month), 100)) },
		"a partial file is left": func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, month+partial), []byte("PAR1"), 0o644))
		},
		"a month too many": func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, filepath.Dir(month), "2019-01.parquet"), []byte("PAR1"), 0o644))
		},
		"the model was edited": func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, "models/nimbus/nimbus.yaml"), []byte("x"), 0o644))
		},
		"broken off while making": brokenOff,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			makeAt(t, dir, pinned, 7, fewRows)
			damage(t, dir)
			makeAt(t, dir, pinned, 7, fewRows)
			sameTree(t, tree(t, dir), want)
		})
	}
}

// brokenOff starts a run for another day and cancels it in the middle.
func brokenOff(t *testing.T, dir string) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	seen := 0
	_, err := Make(ctx, Options{Dir: dir, Today: pinned.AddDate(0, 0, 5), Seed: 7, Rows: fewRows, Progress: func(string) {
		if seen++; seen == 6 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("a cancelled run returned %v", err)
	}
	if m, err := readManifest(dir); err != nil || m.Complete {
		t.Fatalf("a cancelled run left a manifest that calls itself complete (%v)", err)
	}
}

func TestARefusedRunWritesNothing(t *testing.T) {
	foreign := t.TempDir()
	must(t, os.WriteFile(filepath.Join(foreign, "thesis.txt"), []byte("mine"), 0o644))
	damaged := t.TempDir()
	must(t, os.WriteFile(filepath.Join(damaged, manifestName), []byte("{"), 0o644))
	for name, c := range map[string]struct {
		o    Options
		want string
	}{
		"a folder of someone else": {Options{Dir: foreign, Today: pinned}, "thesis.txt"},
		"a damaged manifest":       {Options{Dir: damaged, Today: pinned}, "damaged"},
		"no folder":                {Options{Today: pinned}, "no folder"},
		"too few rows":             {Options{Dir: t.TempDir(), Today: pinned, Rows: 5}, "at least 10000"},
		"no day":                   {Options{Dir: t.TempDir()}, "outside 2022 to 2200"},
	} {
		t.Run(name, func(t *testing.T) {
			before := map[string]string{}
			if c.o.Dir != "" {
				before = tree(t, c.o.Dir)
			}
			_, err := Make(context.Background(), c.o)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v does not say %q", err, c.want)
			}
			if c.o.Dir != "" {
				sameTree(t, tree(t, c.o.Dir), before)
			}
		})
	}
}

// The lake has the size that was asked for, at the default and around it, also with another seed and years later.
func TestSize(t *testing.T) {
	if testing.Short() {
		t.Skip("writes a hundred megabytes")
	}
	for _, c := range []struct {
		today time.Time
		seed  uint64
		rows  int
	}{
		{pinned, DefaultSeed, DefaultRows},
		{pinned, 99, 300_000},
		{pinned.AddDate(2, 0, 0), DefaultSeed, 300_000},
	} {
		rep := makeAt(t, t.TempDir(), c.today, c.seed, c.rows)
		if off := rep.Rows - int64(c.rows); off*20 > int64(c.rows) || -off*20 > int64(c.rows) {
			t.Errorf("%d rows asked for, seed %d, %s: %d made, more than 5 %% off", c.rows, c.seed, c.today.Format(time.DateOnly), rep.Rows)
		}
		for _, tab := range rep.Tables {
			if tab.Rows == 0 {
				t.Errorf("%d rows: %s has none", c.rows, tab.Name)
			}
		}
	}
}

func BenchmarkMakeDefault(b *testing.B) {
	for b.Loop() {
		rep := makeAt(b, b.TempDir(), pinned, DefaultSeed, DefaultRows)
		b.ReportMetric(float64(rep.Rows), "rows/run")
	}
}

func BenchmarkNextDay(b *testing.B) {
	dir := b.TempDir()
	makeAt(b, dir, pinned, DefaultSeed, DefaultRows)
	for i := 1; b.Loop(); i++ {
		makeAt(b, dir, pinned.AddDate(0, 0, i), DefaultSeed, DefaultRows)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

package demo

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// evalCase is a line of evals/*.jsonl.
type evalCase struct {
	ID       string          `json:"id"`
	Question string          `json:"question"`
	At       string          `json:"at"`
	Expect   string          `json:"expect"`
	Gold     json.RawMessage `json:"gold_sql"` // one query or a list of accepted ones
	Ordered  bool            `json:"ordered"`
	Tags     []string        `json:"tags"`
	Why      string          `json:"why"`
}

func (c evalCase) meta() bool { return slices.Contains(c.Tags, "meta") }

func (c evalCase) golds(t *testing.T) (out []string) {
	t.Helper()
	if len(c.Gold) == 0 {
		return nil
	}
	if c.Gold[0] == '"' {
		out = append(out, "")
		must(t, json.Unmarshal(c.Gold, &out[0]))
		return out
	}
	must(t, json.Unmarshal(c.Gold, &out))
	return out
}

func loadCases(t *testing.T, name string) (out []evalCase) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("workspace", "evals", name))
	must(t, err)
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		dec := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		dec.DisallowUnknownFields()
		var c evalCase
		if err := dec.Decode(&c); err != nil {
			t.Fatalf("%s, line %d: %v", name, len(out)+1, err)
		}
		out = append(out, c)
	}
	must(t, lines.Err())
	return out
}

var (
	fromTable = regexp.MustCompile(`\blake\.([a-z]+)\.([a-z_]+)(?: AS ([a-z]+))?`)
	aliased   = regexp.MustCompile(`\b([a-z])\.([a-z_]+)\b`)
)

// The cases are whole: every shape in both files, gold where rows are judged, tables and columns that exist.
func TestEvalCases(t *testing.T) {
	open, held := loadCases(t, "open.jsonl"), loadCases(t, "held.jsonl")
	ids, answered, other := map[string]bool{}, 0, 0
	shapes := map[string][2]int{}
	for i, c := range append(slices.Clone(open), held...) {
		if ids[c.ID] || c.Question == "" || c.At != "2026-11-22T09:00:00Z" || len(c.Tags) == 0 {
			t.Errorf("%s: the id is used twice, or question, clock or tags are missing", c.ID)
			continue
		}
		ids[c.ID] = true
		shape := strings.SplitN(c.Tags[0], "-", 2)[0]
		n := shapes[shape]
		if i < len(open) {
			n[0]++
		} else {
			n[1]++
		}
		shapes[shape] = n
		switch c.Expect {
		case "answered":
			answered++
			if golds := c.golds(t); (len(golds) > 0) == c.meta() {
				t.Errorf("%s: %d gold queries, meta %v", c.ID, len(golds), c.meta())
			}
		case "clarify", "declined":
			other++
			if len(c.Gold) > 0 || c.Why == "" {
				t.Errorf("%s: gold where none is answered, or no reason given", c.ID)
			}
		default:
			t.Errorf("%s expects %q", c.ID, c.Expect)
		}
		for _, sql := range c.golds(t) {
			goldNamesWhatExists(t, c.ID, sql)
		}
	}
	if answered < 66 || other < 24 {
		t.Errorf("%d cases to answer and %d not to; want 66 and 24", answered, other)
	}
	if third := (len(open) + len(held)) / 3; len(held) < third*8/10 || len(held) > third {
		t.Errorf("%d of %d cases are held back, want a third", len(held), len(open)+len(held))
	}
	for shape, n := range shapes {
		if n[0] < 2 || n[1] < 1 {
			t.Errorf("shape %s: %d open cases, %d held back", shape, n[0], n[1])
		}
	}
}

// goldNamesWhatExists checks tables, and the columns of aliases that stand for one table throughout.
func goldNamesWhatExists(t *testing.T, id, sql string) {
	t.Helper()
	byAlias := map[string]map[string]bool{}
	for _, m := range fromTable.FindAllStringSubmatch(sql, -1) {
		cols := columnsOf("lake." + m[1] + "." + m[2])
		if cols == nil {
			t.Errorf("%s: no table %s", id, m[0])
		}
		byAlias[m[3]] = cols
	}
	for _, m := range aliased.FindAllStringSubmatch(quoted.ReplaceAllString(sql, "''"), -1) {
		if cols := byAlias[m[1]]; cols != nil && !cols[m[2]] {
			t.Errorf("%s: no column %s", id, m[0])
		}
	}
}

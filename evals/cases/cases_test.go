package cases

import (
	"strings"
	"testing"
	"testing/fstest"
)

func load(t *testing.T, files map[string]string) ([]Case, error) {
	t.Helper()
	fsys := fstest.MapFS{}
	for n, text := range files {
		fsys[n] = &fstest.MapFile{Data: []byte(text)}
	}
	return Load(fsys, "evals")
}

func TestLoad(t *testing.T) {
	got, err := load(t, map[string]string{
		"evals/b.jsonl": `{"id": "b1", "question": "how many?", "gold_sql": "SELECT 1", "tags": ["count"]}

{"id": "b2", "question": "which?", "gold_sql": ["SELECT 1", "SELECT 2"], "ordered": true}
{"id": "b3", "question": "", "expect": "declined"}
{"id": "b4", "question": "sum?", "gold_rows": [[9007199254740993, "1.50", null]], "gold_columns": ["a", "b", "c"]}
{"id": "b5", "question": "x", "turns": ["a", "b"], "expect": "clarify"}`,
		"evals/deep/a.yaml": "id: a1\nquestion: why?\nat: 2026-11-22T00:00:00Z\nas: cfo\ngold_sql: SELECT 3\nwhy: because\n",
		"evals/notes.md":    "not a case",
	})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, c := range got {
		ids = append(ids, c.Suite+":"+c.ID+":"+c.Expect)
	}
	if s := strings.Join(ids, " "); s != "b:b1:answered b:b2:answered b:b3:declined b:b4:answered b:b5:clarify a:a1:answered" {
		t.Errorf("loaded %s", s)
	}
	if len(got[0].GoldSQL) != 1 || len(got[1].GoldSQL) != 2 || !got[1].Ordered || got[5].As != "cfo" {
		t.Errorf("read %+v", got)
	}
	if n, ok := got[3].GoldRows[0][0].(interface{ String() string }); !ok || n.String() != "9007199254740993" {
		t.Errorf("a large number came as %v", got[3].GoldRows[0][0])
	}
}

// What is wrong is told with its file and line.
func TestLoadErrors(t *testing.T) {
	for _, c := range []struct{ name, file, text, says string }{
		{"broken line", "evals/a.jsonl", "{\"id\": \"1\", \"question\": \"x\"}\n{\"id\":", "evals/a.jsonl:2"},
		{"no id", "evals/a.jsonl", `{"question": "x"}`, "evals/a.jsonl:1: the case has no id"},
		{"unknown expectation", "evals/a.jsonl", `{"id": "1", "question": "x", "expect": "answer"}`, `evals/a.jsonl:1: case 1 expects "answer"`},
		{"unknown expectation of an empty question", "evals/a.jsonl", `{"id": "1", "question": "", "expect": "decline"}`, `expects "decline"`},
		{"one id twice", "evals/a.jsonl", "{\"id\": \"1\", \"question\": \"x\"}\n{\"id\": \"1\", \"question\": \"y\"}", `a case "1" stands in evals/a.jsonl already`},
		{"gold of another type", "evals/a.jsonl", `{"id": "1", "question": "x", "gold_sql": 5}`, "evals/a.jsonl:1"},
		{"rows that are no rows", "evals/a.jsonl", `{"id": "1", "question": "x", "gold_rows": 5}`, "evals/a.jsonl:1"},
		{"ragged rows", "evals/a.jsonl", `{"id": "1", "question": "x", "gold_rows": [[1, 2], [3]]}`, "evals/a.jsonl:1: case 1: row 2 of gold_rows has 1 cells, the first has 2"},
		{"more columns than cells", "evals/a.jsonl", `{"id": "1", "question": "x", "gold_rows": [[1, 2]], "gold_columns": ["a", "b", "c"]}`, "case 1: gold_columns names 3 columns, the rows have 2 cells"},
		{"two objects on a line", "evals/a.jsonl", `{"id": "1", "question": "x"} {"id": "2", "question": "y"}`, "evals/a.jsonl:1"},
		{"unknown field in YAML", "evals/a.yaml", "id: a\nquestion: x\ngold: SELECT 1\n", "evals/a.yaml"},
		{"a time that is none", "evals/a.jsonl", `{"id": "1", "question": "x", "at": "yesterday"}`, `case 1: at "yesterday"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := load(t, map[string]string{c.file: c.text})
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, %v; want an error with %q", got, err, c.says)
			}
		})
	}
	if _, err := Load(fstest.MapFS{}, "evals"); err == nil {
		t.Error("a folder that is not there was loaded")
	}
}

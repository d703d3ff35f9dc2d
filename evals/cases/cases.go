// Package cases reads evaluation cases: a question with what a right answer gives. Cases are files under
// review, one JSON object a line or one YAML file a case. Start at Load.
package cases

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/internal/conf"
	"github.com/limn-data/limn/internal/words"
)

// Case is one question. Expect is answered (the default), clarify or declined. Of an answered case the
// gold is SQL, one statement or several that are all accepted, or rows; without either only the outcome
// is judged.
type Case struct {
	ID          string    `json:"id" yaml:"id"`
	Question    string    `json:"question" yaml:"question"`
	At          string    `json:"at" yaml:"at"`
	As          string    `json:"as" yaml:"as"`
	Turns       []string  `json:"turns" yaml:"turns"`
	Expect      string    `json:"expect" yaml:"expect"`
	GoldSQL     oneOrMore `json:"gold_sql" yaml:"gold_sql"`
	GoldRows    [][]any   `json:"gold_rows" yaml:"gold_rows"`
	GoldColumns []string  `json:"gold_columns" yaml:"gold_columns"`
	Ordered     bool      `json:"ordered" yaml:"ordered"`
	Tags        []string  `json:"tags" yaml:"tags"`
	Why         string    `json:"why" yaml:"why"`
	Suite       string    `json:"-" yaml:"-"` // the file that it came from
}

// The outcomes that a case may expect.
const (
	Answered = "answered"
	Clarify  = "clarify"
	Declined = "declined"
)

// oneOrMore is a text or a list of texts.
type oneOrMore []string

func (o *oneOrMore) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '[' {
		return json.Unmarshal(raw, (*[]string)(o))
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return err
	}
	if s != "" {
		*o = oneOrMore{s}
	}
	return nil
}

func (o *oneOrMore) UnmarshalYAML(n *conf.Node) error {
	if n.Kind == conf.Scalar {
		*o = oneOrMore{n.Value}
		return nil
	}
	return n.Decode((*[]string)(o))
}

// Load reads every case file under root in fsys, or the one file that root names. Two cases of one id
// are an error, since reports speak of cases by id.
func Load(fsys fs.FS, root string) ([]Case, error) {
	var files []string
	err := fs.WalkDir(fsys, root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if ext := path.Ext(p); !d.IsDir() && (ext == ".jsonl" || ext == ".yaml" || ext == ".yml") {
			files = append(files, p)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("cases: %w", err)
	}
	slices.Sort(files)
	var out []Case
	seen := map[string]string{}
	for _, f := range files {
		raw, err := fs.ReadFile(fsys, f)
		if err != nil {
			return nil, fmt.Errorf("cases: %w", err)
		}
		cs, err := parse(f, raw)
		if err != nil {
			return nil, err
		}
		for _, c := range cs {
			if where, ok := seen[c.ID]; ok {
				return nil, fmt.Errorf("%s: a case %q stands in %s already; give it another id", f, c.ID, where)
			}
			seen[c.ID] = f
			out = append(out, c)
		}
	}
	return out, nil
}

func parse(file string, raw []byte) ([]Case, error) {
	suite := strings.TrimSuffix(path.Base(file), path.Ext(file))
	if path.Ext(file) != ".jsonl" {
		c := Case{Suite: suite}
		if err := conf.File(file, raw, &c); err != nil {
			return nil, err
		}
		return []Case{c}, c.check(file)
	}
	var out []Case
	lines := bufio.NewScanner(bytes.NewReader(raw))
	lines.Buffer(nil, 64<<20)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		c := Case{Suite: suite}
		dec := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		dec.UseNumber()
		if err := dec.Decode(&c); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, n, err)
		}
		if err := misspelt(lines.Bytes()); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, n, err)
		}
		if dec.More() {
			return nil, fmt.Errorf("%s:%d: more than one case on a line", file, n)
		}
		if err := c.check(fmt.Sprintf("%s:%d", file, n)); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, lines.Err()
}

// keys of a case. Other keys are left to whoever wrote them, but not those that look like one of these:
// a case whose gold nobody reads would count as right.
var keys = []string{"id", "question", "at", "as", "turns", "expect", "gold_sql", "gold_rows", "gold_columns", "ordered", "tags", "why"}

func misspelt(raw []byte) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return err
	}
	for f := range fields {
		if slices.Contains(keys, f) {
			continue
		}
		for _, k := range keys {
			if len(k) > 3 && words.Distance(f, k, 2) <= 2 {
				return fmt.Errorf("unknown field %q; did you mean %s?", f, k)
			}
		}
	}
	return nil
}

func (c *Case) check(where string) error {
	if c.Expect == "" {
		c.Expect = Answered
	}
	switch {
	case c.ID == "":
		return fmt.Errorf("%s: the case has no id", where)
	case c.Expect != Answered && c.Expect != Clarify && c.Expect != Declined:
		return fmt.Errorf("%s: case %s expects %q; write answered, clarify or declined", where, c.ID, c.Expect)
	}
	if c.At != "" {
		if _, err := time.Parse(time.RFC3339, c.At); err != nil {
			return fmt.Errorf("%s: case %s: at %q is not a time; write 2026-11-22T00:00:00Z", where, c.ID, c.At)
		}
	}
	if n := len(c.GoldColumns); n > 0 && len(c.GoldRows) > 0 && len(c.GoldRows[0]) != n {
		return fmt.Errorf("%s: case %s: gold_columns names %d columns, the rows have %d cells", where, c.ID, n, len(c.GoldRows[0]))
	}
	for i, r := range c.GoldRows {
		if len(r) != len(c.GoldRows[0]) {
			return fmt.Errorf("%s: case %s: row %d of gold_rows has %d cells, the first has %d", where, c.ID, i+1, len(r), len(c.GoldRows[0]))
		}
	}
	return nil
}

package translate_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "ask the Trino of scripts/services.sh for the answers in testdata")

// ownZones are the session zones in which each expression is asked.
var ownZones = []string{"UTC", "America/New_York"}

// ownCase is an expression of ours with the answer of Trino 483.
type ownCase struct {
	Topic string  `json:"topic"`
	SQL   string  `json:"sql"`
	Zone  string  `json:"zone"`
	Type  string  `json:"type,omitempty"`
	Rows  [][]any `json:"rows,omitempty"`
	Error string  `json:"error,omitempty"`
}

// TestOwnExpressions holds the translation against answers of Trino to the expressions of
// testdata/expressions.txt. None of them may be refused, and what fails there fails here.
func TestOwnExpressions(t *testing.T) {
	const answers = "testdata/expressions.jsonl"
	if *update {
		askOwn(t, answers)
	}
	data, err := os.ReadFile(answers)
	if err != nil {
		t.Fatal(err)
	}
	e := open(t)
	n := 0
	for line := range bytes.Lines(data) {
		var c ownCase
		d := json.NewDecoder(bytes.NewReader(line))
		d.UseNumber()
		if err := d.Decode(&c); err != nil {
			t.Fatal(err)
		}
		n++
		e.zone = c.Zone
		a := e.ask(t, "SELECT "+c.SQL, "tpch")
		r := &recording{SQL: c.SQL, Rows: c.Rows, RowCount: len(c.Rows), ErrorName: c.Error}
		if a.refused != nil {
			t.Errorf("%s [%s]: refused %s", c.SQL, c.Zone, a.refused.What)
			continue
		}
		if verdict, why := r.judge(a); verdict != same {
			t.Errorf("%s [%s]: %s %s\n    %s", c.SQL, c.Zone, verdict, why, a.sql)
		}
	}
	if n < 300 {
		t.Errorf("only %d answers in %s", n, answers)
	}
}

// askOwn writes the answers anew.
func askOwn(t *testing.T, file string) {
	server := realTrino(t)
	in, err := os.Open("testdata/expressions.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	topic := ""
	for lines := bufio.NewScanner(in); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if rest, ok := strings.CutPrefix(line, "# "); ok {
			topic = rest
			continue
		}
		if line == "" {
			continue
		}
		for _, zone := range ownZones {
			r, err := server.query(context.Background(), "SELECT "+line, zone)
			if err != nil {
				t.Fatal(err)
			}
			c := ownCase{Topic: topic, SQL: line, Zone: zone, Rows: r.rows, Error: r.code}
			if len(r.types) > 0 && r.code == "" {
				c.Type = r.types[0]
			}
			if err := enc.Encode(c); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

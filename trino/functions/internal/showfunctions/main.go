// Command showfunctions asks a running Trino for SHOW FUNCTIONS and writes the registry file, one
// overload a line, sorted, replacing the file only when the whole answer has arrived. It is run by
// scripts/functions.sh.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"sort"
	"strings"
	"time"
)

// overload is one row of SHOW FUNCTIONS, in its column order.
type overload struct {
	Function      string `json:"function"`
	ReturnType    string `json:"return_type"`
	ArgumentTypes string `json:"argument_types"`
	FunctionType  string `json:"function_type"`
	Deterministic bool   `json:"deterministic"`
	Description   string `json:"description"`
}

// page is one page of the client protocol.
type page struct {
	NextURI string  `json:"nextUri"`
	Data    [][]any `json:"data"`
	Error   *struct {
		Message string `json:"message"`
	} `json:"error"`
}

func main() {
	server := flag.String("server", "", "base URL of a running Trino, such as http://127.0.0.1:8080")
	out := flag.String("out", "", "file to write")
	flag.Parse()
	if *server == "" || *out == "" {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*server, *out); err != nil {
		fmt.Fprintln(os.Stderr, "showfunctions:", err)
		os.Exit(1)
	}
}

func run(server, out string) error {
	rows, err := ask(server, "SHOW FUNCTIONS")
	if err != nil {
		return err
	}
	// Of table functions only the server's own are meant; a catalog that happens to be there adds others.
	own, err := ask(server, "SHOW FUNCTIONS FROM system.builtin")
	if err != nil {
		return err
	}
	builtin := map[string]bool{}
	for _, row := range own {
		o, err := parse(row)
		if err != nil {
			return err
		}
		builtin[o.Function] = true
	}
	var lines []string
	for _, row := range rows {
		o, err := parse(row)
		if err != nil {
			return err
		}
		if o.FunctionType == "table" && !builtin[o.Function] {
			continue
		}
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(o); err != nil {
			return err
		}
		lines = append(lines, b.String())
	}
	if len(lines) == 0 {
		return fmt.Errorf("%s answered no functions", server)
	}
	sort.Strings(lines)
	tmp := out + ".new"
	if err := os.WriteFile(tmp, []byte(strings.Join(lines, "")), 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, out)
}

func parse(row []any) (o overload, err error) {
	if len(row) != 6 {
		return o, fmt.Errorf("a row of SHOW FUNCTIONS has %d columns, want 6", len(row))
	}
	text := []*string{&o.Function, &o.ReturnType, &o.ArgumentTypes, &o.FunctionType, nil, &o.Description}
	for i, p := range text {
		if p == nil {
			continue
		}
		s, ok := row[i].(string)
		if !ok && row[i] != nil {
			return o, fmt.Errorf("column %d of SHOW FUNCTIONS is %T, want a string", i+1, row[i])
		}
		*p = s
	}
	d, ok := row[4].(bool)
	if !ok {
		return o, fmt.Errorf("column 5 of SHOW FUNCTIONS is %T, want a boolean", row[4])
	}
	o.Deterministic = d
	return o, nil
}

// ask runs one statement and reads every page of its answer.
func ask(server, sql string) ([][]any, error) {
	client := &http.Client{Timeout: time.Minute}
	req, err := http.NewRequest(http.MethodPost, server+"/v1/statement", strings.NewReader(sql))
	if err != nil {
		return nil, err
	}
	var rows [][]any
	for {
		req.Header.Set("X-Trino-User", "limn")
		p, err := fetch(client, req)
		if err != nil {
			return nil, err
		}
		if p.Error != nil {
			return nil, fmt.Errorf("%s: %s", sql, p.Error.Message)
		}
		rows = append(rows, p.Data...)
		if p.NextURI == "" {
			return rows, nil
		}
		if req, err = http.NewRequest(http.MethodGet, p.NextURI, nil); err != nil {
			return nil, err
		}
	}
}

func fetch(client *http.Client, req *http.Request) (*page, error) {
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s: %s", req.URL, resp.Status, bytes.TrimSpace(body))
	}
	var p page
	if err := json.Unmarshal(body, &p); err != nil {
		return nil, fmt.Errorf("%s: %w", req.URL, err)
	}
	return &p, nil
}

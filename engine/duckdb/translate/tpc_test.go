package translate_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/limn-data/limn/internal/recorded"
	"github.com/limn-data/limn/internal/service"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/parse"
	"github.com/limn-data/limn/trino/types"
)

// TestTPC runs the texts of TPC-H and TPC-DS on the real Trino and on DuckDB, over the same tables.
// LIMN_TEST_TPC_QUERIES is a folder with tpch/*.sql and tpcds/*.sql, as scripts/tpc-queries.sh makes it.
func TestTPC(t *testing.T) {
	dir := service.Setting(t, "LIMN_TEST_TPC_QUERIES", "it names the folder that scripts/tpc-queries.sh wrote")
	server := realTrino(t)
	e := openTPC(t, server)
	y := &tally{t: t}
	for _, catalog := range []string{"tpch", "tpcds"} {
		files, err := filepath.Glob(filepath.Join(dir, catalog, "*.sql"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no queries of %s in %s: %v", catalog, dir, err)
		}
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			text := strings.NewReplacer(`"${database}"`, catalog, "${database}", catalog, "${schema}", "tiny", "${prefix}", "", "${scale}", "1").Replace(string(data))
			text = strings.TrimRight(strings.TrimSpace(text), ";")
			verdict, why := e.sameAs(t, server, text, catalog)
			name := catalog + "/" + strings.TrimSuffix(filepath.Base(f), ".sql")
			y.add(verdict, name+"\n    "+why)
			y.values++
			if verdict == same {
				y.sameValue++
			}
		}
	}
	y.report("TPC-H and TPC-DS on the real Trino", 100)
}

// sameAs runs a query on both.
func (e *engine) sameAs(t testing.TB, server *trino, query, catalog string) (verdict, why string) {
	t.Helper()
	want, err := server.queryIn(context.Background(), query, "UTC", catalog, "tiny")
	if err != nil {
		t.Fatal(err)
	}
	r := &recording{SQL: query, Rows: want.rows, RowCount: len(want.rows), ErrorName: want.code}
	a := e.ask(t, query, catalog)
	verdict, why = r.judge(a)
	if verdict == different && cutsTies(query) { // which of equal rows stay behind a LIMIT is open
		if keys, ok := sortKeys(query, a.info.Columns); ok && len(a.rows) == len(want.rows) {
			if sameKeys(a.rows, r.want(a.info.Columns), keys, a.info.Columns) {
				return same, ""
			}
		}
	}
	return verdict, why
}

func topQuery(sql string) *ast.Query {
	stmt, err := parse.Statement(sql)
	if err != nil {
		return nil
	}
	q, _ := stmt.(*ast.Query)
	return q
}

func cutsTies(sql string) bool {
	q := topQuery(sql)
	return q != nil && q.Limit != nil && len(q.OrderBy) > 0
}

// sortKeys are the output columns of the query's ORDER BY, where all of it are.
func sortKeys(sql string, cols []*check.Column) (keys []int, ok bool) {
	for _, item := range topQuery(sql).OrderBy {
		found := -1
		switch x := item.Expr.(type) {
		case *ast.IntLit:
			n, err := parse.Integer(x.Text)
			if err == nil {
				found = int(n) - 1
			}
		case *ast.Ident:
			for i, c := range cols {
				if strings.EqualFold(c.Name, x.Name) {
					found = i
				}
			}
		}
		if found < 0 {
			return nil, false
		}
		keys = append(keys, found)
	}
	return keys, true
}

// sameKeys compares the columns of the sort keys row by row: they decide what a LIMIT keeps.
func sameKeys(got, want [][]string, keys []int, cols []*check.Column) bool {
	for i := range want {
		for _, k := range keys {
			if !sameCell(got[i][k], want[i][k], cols[k].Type) {
				return false
			}
		}
	}
	return true
}

// openTPC has the tables of tpch.tiny and tpcds.tiny as the server gives them: each is read through its
// protocol, written as JSON lines and loaded. Where the recordings are, their files are taken.
func openTPC(t testing.TB, server *trino) *engine {
	t.Helper()
	if recorded.Here("data/oracle/tpcds/schema.json") {
		return openOracle(t)
	}
	e := open(t)
	dir := t.TempDir()
	var tables []*check.Table
	for _, catalog := range []string{"tpch", "tpcds"} {
		e.exec(t, "ATTACH ':memory:' AS "+catalog)
		e.exec(t, "CREATE SCHEMA "+catalog+".tiny")
		list, err := server.queryIn(context.Background(), "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'tiny' ORDER BY table_name, ordinal_position", "UTC", catalog, "tiny")
		if err != nil || list.code != "" {
			t.Fatal(err, list.text)
		}
		byName := map[string]*check.Table{}
		for _, row := range list.rows {
			name := row[0].(string)
			if name == "dbgen_version" {
				continue // when the data were made, not what they are
			}
			if byName[name] == nil {
				byName[name] = &check.Table{Catalog: catalog, Schema: "tiny", Name: name}
				tables = append(tables, byName[name])
			}
			typ, err := types.Parse(row[2].(string))
			if err != nil {
				t.Fatal(err)
			}
			byName[name].Columns = append(byName[name].Columns, check.TableColumn{Name: row[1].(string), Type: typ})
		}
		for name, table := range byName {
			e.load(t, server, table, filepath.Join(dir, catalog+"-"+name+".json"))
		}
	}
	e.catalog = check.Tables(tables...)
	return e
}

// load copies one table.
func (e *engine) load(t testing.TB, server *trino, table *check.Table, file string) {
	t.Helper()
	r, err := server.queryIn(context.Background(), "SELECT * FROM "+table.Name, "UTC", table.Catalog, "tiny")
	if err != nil || r.code != "" {
		t.Fatal(table.Name, err, r.text)
	}
	var lines bytes.Buffer
	for _, row := range r.rows {
		m := map[string]any{}
		for i, c := range table.Columns {
			m[c.Name] = row[i]
		}
		data, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(data)
		lines.WriteByte('\n')
	}
	if err := os.WriteFile(file, lines.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	held := map[types.Kind]string{types.Bigint: "BIGINT", types.Integer: "INTEGER", types.Double: "DOUBLE", types.Varchar: "VARCHAR", types.Char: "VARCHAR", types.Date: "DATE", types.Time: "TIME"}
	cols := make([]string, len(table.Columns))
	for i, c := range table.Columns {
		typ := held[c.Type.Kind()]
		if c.Type.Kind() == types.Decimal {
			typ = fmt.Sprintf("DECIMAL(%d,%d)", c.Type.Precision(), c.Type.Scale())
		}
		if typ == "" {
			t.Fatalf("%s.%s: no form for %s", table.Name, c.Name, c.Type)
		}
		cols[i] = `"` + c.Name + `": '` + typ + "'"
	}
	e.exec(t, fmt.Sprintf("CREATE TABLE %s.tiny.%s AS SELECT * FROM read_json('%s', format = 'newline_delimited', columns = {%s})", table.Catalog, table.Name, file, strings.Join(cols, ", ")))
}

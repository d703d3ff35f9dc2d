package duckdb

import (
	"fmt"
	"strings"

	"github.com/limn-data/limn/catalog"
)

// duckTypes maps Trino's type names to what a view casts to.
func duckType(t string) string {
	base, rest, _ := strings.Cut(t, "(")
	switch base {
	case "tinyint", "smallint", "integer", "bigint", "boolean", "double", "date", "uuid", "json":
		return strings.ToUpper(base)
	case "real":
		return "FLOAT"
	case "varchar", "char":
		return "VARCHAR"
	case "varbinary":
		return "BLOB"
	case "decimal":
		return "DECIMAL(" + rest
	case "time":
		return "TIME"
	case "array":
		return duckType(strings.TrimSuffix(rest, ")")) + "[]"
	case "timestamp":
		if strings.HasSuffix(t, "with time zone") {
			return "TIMESTAMPTZ"
		}
		return "TIMESTAMP"
	}
	return "VARCHAR"
}

// view makes the statements that give a worker one table: its schema and a view over its files. The
// types of a text file are stated, never guessed again at query time.
func view(a *catalog.Asset) ([]string, error) {
	scan, err := scanOf(a)
	if err != nil {
		return nil, err
	}
	var cols []string
	for _, c := range a.Columns {
		cols = append(cols, fmt.Sprintf("CAST(%s AS %s) AS %s", Quote(c.Name), duckType(c.Type), Quote(strings.ToLower(c.Name))))
	}
	n := a.Name
	schema := Quote(strings.ToLower(n.Catalog)) + "." + Quote(strings.ToLower(n.Schema))
	return []string{
		"CREATE SCHEMA IF NOT EXISTS " + schema,
		"CREATE OR REPLACE VIEW " + schema + "." + Quote(strings.ToLower(n.Table)) + " AS SELECT " + strings.Join(cols, ", ") + " FROM " + scan,
	}, nil
}

// scanOf is the table function that reads a source.
func scanOf(a *catalog.Asset) (string, error) {
	var files []string
	for _, f := range a.Source.Files {
		files = append(files, Literal(f))
	}
	list := "[" + strings.Join(files, ", ") + "]"
	switch a.Source.Format {
	case "parquet":
		return "read_parquet(" + list + ")", nil
	case "csv":
		var cols []string
		for _, c := range a.Columns {
			cols = append(cols, Literal(c.Name)+": "+Literal(duckType(c.Type)))
		}
		return fmt.Sprintf("read_csv(%s, columns = {%s}, header = %t, delim = %s, auto_detect = false, quote = '\"', escape = '\"', null_padding = false)",
			list, strings.Join(cols, ", "), a.Source.Header, Literal(first(a.Source.Delim, ","))), nil
	case "json":
		var cols []string
		for _, c := range a.Columns {
			cols = append(cols, Literal(c.Name)+": "+Literal(duckType(c.Type)))
		}
		return fmt.Sprintf("read_json(%s, columns = {%s}, format = 'newline_delimited')", list, strings.Join(cols, ", ")), nil
	}
	return "", fmt.Errorf("duckdb: table %s has no files that can be read (format %q)", a.Name, a.Source.Format)
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

package duckdb

import "strings"

// Quote writes an identifier.
func Quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// Literal writes a string.
func Literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// trinoNames maps DuckDB's names of plain types.
var trinoNames = map[string]string{
	"BOOLEAN": "boolean", "TINYINT": "tinyint", "SMALLINT": "smallint", "INTEGER": "integer", "BIGINT": "bigint", "UTINYINT": "smallint",
	"USMALLINT": "integer", "UINTEGER": "bigint", "UBIGINT": "decimal(20,0)", "HUGEINT": "decimal(38,0)", "FLOAT": "real", "DOUBLE": "double", "VARCHAR": "varchar",
	"BLOB": "varbinary", "DATE": "date", "TIME": "time(6)", "TIMESTAMP": "timestamp(6)", "TIMESTAMP_S": "timestamp(0)", "TIMESTAMP_MS": "timestamp(3)",
	"TIMESTAMP_NS": "timestamp(9)", "TIMESTAMPTZ": "timestamp(6) with time zone", "TIMESTAMP WITH TIME ZONE": "timestamp(6) with time zone", "UUID": "uuid", "JSON": "json",
}

// TrinoType is the Trino type of a DuckDB type; varchar for what has no equal and can be cast to text.
func TrinoType(t string) string {
	if n, ok := trinoNames[t]; ok {
		return n
	}
	if strings.HasSuffix(t, "[]") {
		return "array(" + TrinoType(strings.TrimSuffix(t, "[]")) + ")"
	}
	if p, ok := strings.CutPrefix(t, "DECIMAL("); ok {
		return "decimal(" + p
	}
	return "varchar"
}

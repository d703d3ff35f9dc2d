package translate

import "strings"

// ident quotes a name. DuckDB, like Trino, matches it without regard to case.
func ident(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// str quotes a text. DuckDB knows no escapes inside '…' but the doubled quote.
func str(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

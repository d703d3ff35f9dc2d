package format_test

import (
	"testing"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/format"
	"github.com/limn-data/limn/trino/parse"
)

// BenchmarkPrint prints the TPC queries; the time is that of one query.
func BenchmarkPrint(b *testing.B) {
	var trees []ast.Statement
	for _, sql := range load(b, "data/oracle/queries.jsonl") {
		s, err := parse.Statement(sql)
		if err != nil {
			b.Fatal(err)
		}
		trees = append(trees, s)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		format.Statement(trees[i%len(trees)])
	}
}

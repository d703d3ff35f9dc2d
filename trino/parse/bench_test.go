package parse_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/trino/parse"
)

// BenchmarkTPCDS parses the TPC-DS queries and reports the time of one: median and 95th percentile.
func BenchmarkTPCDS(b *testing.B) {
	var queries []string
	for _, c := range load(b, "data/oracle/queries.jsonl") {
		if strings.Contains(c.SQL, "tpcds.") {
			queries = append(queries, c.SQL)
		}
	}
	times := make([][]time.Duration, len(queries))
	b.ReportAllocs()
	for b.Loop() {
		for i, q := range queries {
			start := time.Now()
			if _, err := parse.Statement(q); err != nil {
				b.Fatal(err)
			}
			times[i] = append(times[i], time.Since(start))
		}
	}
	medians := make([]time.Duration, len(queries))
	for i, t := range times {
		slices.Sort(t)
		medians[i] = t[len(t)/2]
	}
	slices.Sort(medians)
	b.ReportMetric(float64(medians[len(medians)/2].Nanoseconds())/1000, "µs/query-median")
	b.ReportMetric(float64(medians[len(medians)*95/100].Nanoseconds())/1000, "µs/query-p95")
	b.ReportMetric(float64(len(queries)), "queries")
}

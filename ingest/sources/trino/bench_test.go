package trino_test

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/trino"
	"github.com/limn-data/limn/trino/rows"
)

// large is a server of 100 schemas of 200 Iceberg tables of 30 columns that answers at once: what is measured is the
// reader, and how many statements it sends.
type large struct{ statements, moved int }

var inSchema = regexp.MustCompile(`table_schema = '(s\d+)'`)
var inTable = regexp.MustCompile(`SELECT (\d+), .*? FROM "lake"\."(s\d+)"\."(t\d+)\$`)

func (l *large) ask(_ context.Context, sql string) (*rows.Set, error) {
	l.statements++
	out := &rows.Set{}
	schema := ""
	if m := inSchema.FindStringSubmatch(sql); m != nil {
		schema = m[1]
	}
	switch {
	case strings.Contains(sql, "metadata.catalogs"):
		out.Rows = [][]rows.Value{row("lake", "iceberg")}
	case strings.Contains(sql, "schemata"):
		for i := range 100 {
			out.Rows = append(out.Rows, row(fmt.Sprint("s", i)))
		}
	case strings.Contains(sql, "information_schema.columns"):
		for i := range 200 {
			t := fmt.Sprint("t", i)
			for k := range 30 {
				out.Rows = append(out.Rows, row(t, fmt.Sprint("column_", k), "varchar", "YES", "what it holds"))
			}
		}
	case strings.Contains(sql, "$properties"), strings.Contains(sql, "$snapshots"):
		for part := range strings.SplitSeq(sql, " UNION ALL ") {
			m := inTable.FindStringSubmatch(part)
			i, err := strconv.ParseInt(m[1], 10, 64)
			if err != nil {
				return nil, err
			}
			id := "1"
			if m[3] == "t7" { // one of 200 has a new commit each time
				id = strconv.Itoa(l.moved + 1)
			}
			if strings.Contains(sql, "$properties") {
				out.Rows = append(out.Rows, row(i, "location", "s3://b/"+m[2]+"/"+m[3], nil), row(i, "current-snapshot-id", id, nil))
			} else {
				out.Rows = append(out.Rows, row(i, "append", `{"total-records":"5","total-delete-files":"0","total-files-size":"9"}`, int64(1795330800000)))
			}
		}
	case schema != "" && strings.Contains(sql, "table_type"):
	}
	return out, nil
}

func BenchmarkTwentyThousandTables(b *testing.B) {
	for _, again := range []bool{false, true} {
		b.Run(map[bool]string{false: "first", true: "again"}[again], func(b *testing.B) {
			since := ""
			for b.Loop() {
				l := &large{}
				s, err := trino.New(trino.Config{Name: "x", Now: time.Now, Ask: l.ask, Workers: 1})
				if err != nil {
					b.Fatal(err)
				}
				if again && since == "" {
					rep, err := s.Read(b.Context(), "", func(catalog.Claim) error { return nil })
					if err != nil {
						b.Fatal(err)
					}
					since = rep.Cursor
					l.statements, l.moved = 0, 1
				}
				claims := 0
				rep, err := s.Read(b.Context(), since, func(catalog.Claim) error { claims++; return nil })
				if err != nil || rep.Counts["tables"] != 20_000 || claims != 40_000 {
					b.Fatal(rep.Counts, claims, err)
				}
				b.ReportMetric(float64(l.statements), "statements")
				b.ReportMetric(float64(len(rep.Cursor))/1e6, "MB-cursor")
			}
		})
	}
}

package embed

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/internal/recorded"
)

const question = "how many active customers did we have in each region last quarter" // 12 words

// document has 60 word pieces, with [CLS] and [SEP].
var document = "orders: " + strings.Repeat("order id, customer name, region, amount, ", 5) + "order date, status, channel"

func bench(b *testing.B, e *MiniLM, texts ...string) {
	if _, err := e.Embed(context.Background(), texts); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Embed(context.Background(), texts); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(texts))/b.Elapsed().Seconds(), "texts/s")
}

func BenchmarkQuestion(b *testing.B)         { bench(b, NewMiniLM(1), question) }
func BenchmarkQuestionPortable(b *testing.B) { bench(b, portable(), question) }
func BenchmarkDocument(b *testing.B)         { bench(b, NewMiniLM(1), document) }
func BenchmarkDocumentPortable(b *testing.B) { bench(b, portable(), document) }
func BenchmarkTables(b *testing.B)           { bench(b, NewMiniLM(2), tables(b)...) }
func BenchmarkTablesOneCore(b *testing.B)    { bench(b, NewMiniLM(1), tables(b)...) }
func BenchmarkTablesPortable(b *testing.B) {
	e := portable()
	e.parallel = 2
	bench(b, e, tables(b)...)
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := parse(file); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPieces(b *testing.B) {
	m, err := load()
	if err != nil {
		b.Fatal(err)
	}
	var ids []int32
	var s splitter
	for b.Loop() {
		ids, _ = m.pieces.appendText(&s, ids[:0], document)
	}
}

// tables are documents of tables: those of a public collection where it is, or the tests' own.
func tables(t testing.TB) []string {
	var out []string
	const collection = "bench/retrieval/tables.jsonl"
	if recorded.Here(collection) {
		for _, r := range recorded.Lines[struct {
			Table   string
			Columns []string
		}](t, collection) {
			out = append(out, r.Table+": "+strings.Join(r.Columns, ", "))
		}
		return out
	}
	for _, r := range references(t) {
		if strings.Contains(r.Text, " id, ") {
			out = append(out, r.Text)
		}
	}
	return slices.Repeat(out, 20)
}

// Bounds that hold on slow and busy machines; docs/benchmarks.md has what was measured. What counts is the
// best of some tries: others share the processor.
func TestSpeed(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("times mean nothing here")
	}
	best := func(tries int, do func() error) time.Duration {
		least := time.Hour
		for range tries {
			began := time.Now()
			if err := do(); err != nil {
				t.Fatal(err)
			}
			least = min(least, time.Since(began))
		}
		return least
	}
	embed := func(e *MiniLM, texts ...string) func() error {
		return func() error { _, err := e.Embed(context.Background(), texts); return err }
	}
	slack := time.Duration(1)
	if os.Getenv("LIMN_PROOF") == "" {
		slack = 5
	}
	check := func(name string, took, bound time.Duration) {
		t.Logf("figure: %s %s", name, took.Round(100*time.Microsecond))
		if took > bound*slack {
			t.Errorf("%s took %s; want %s", name, took, bound*slack)
		}
	}
	if vectors {
		check("a question of 12 words", best(10, embed(NewMiniLM(1), question)), 6*time.Millisecond)
		check("a document of 60 pieces", best(10, embed(NewMiniLM(1), document)), 25*time.Millisecond)
		all := tables(t)
		took := best(2, embed(NewMiniLM(2), all...))
		check(fmt.Sprintf("%d documents of tables on 2 cores, %.0f a second,", len(all), float64(len(all))/took.Seconds()), took, time.Duration(len(all))*time.Second/300)
	}
	check("a question of 12 words, portable", best(10, embed(portable(), question)), 90*time.Millisecond)
	check("loading", best(3, func() error { _, err := parse(file); return err }), 60*time.Millisecond)
}

package web

import (
	"io"
	"testing"

	"github.com/limn-data/limn/bots/view"
	"github.com/limn-data/limn/bots/view/terminal"
	"github.com/limn-data/limn/bots/view/viewtest"
)

// BenchmarkPage is a page with a chart, from outcome to bytes.
func BenchmarkPage(b *testing.B) {
	o := viewtest.YearOverYear()
	for b.Loop() {
		if _, err := Page(o); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTerminal is what every `limn ask` does: from outcome to text.
func BenchmarkTerminal(b *testing.B) {
	o := viewtest.YearOverYear()
	for b.Loop() {
		if err := terminal.Render(io.Discard, view.Of(o), terminal.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkManyRows is the largest answer that there is, of 10,000 rows, shown in a terminal.
func BenchmarkManyRows(b *testing.B) {
	o := viewtest.Listing()
	for len(o.Rows) < 10_000 {
		o.Rows = append(o.Rows, o.Rows[:20]...)
	}
	for b.Loop() {
		if err := terminal.Render(io.Discard, view.Of(o), terminal.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

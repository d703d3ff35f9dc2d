package main

import (
	"fmt"
	"os"

	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/bots/view"
	"github.com/limn-data/limn/bots/view/terminal"
	"github.com/limn-data/limn/bots/web"
)

// printOutcome shows an answer in the terminal.
func printOutcome(s streams, o *answer.Outcome, full bool) {
	if err := terminal.Render(s.out, view.Of(o), terminal.Options{Width: 80, Full: full, Color: s.terminal && os.Getenv("NO_COLOR") == ""}); err != nil {
		fmt.Fprintln(s.err, "limn:", err)
	}
}

// renderPage writes an answer as one self-contained page.
func renderPage(o *answer.Outcome) ([]byte, error) { return web.Page(o) }

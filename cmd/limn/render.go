package main

import (
	"errors"
	"fmt"

	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/bots/view"
	"github.com/limn-data/limn/bots/view/terminal"
)

// printOutcome shows an answer in the terminal.
func printOutcome(s streams, o *answer.Outcome, full bool) {
	if err := terminal.Render(s.out, view.Of(o), terminal.Options{Width: 80, Full: full, Color: s.terminal}); err != nil {
		fmt.Fprintln(s.err, "limn:", err)
	}
}

func renderPage(o *answer.Outcome) ([]byte, error) { return nil, errors.New("pages are not there yet") }

package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/limn-data/limn/answer"
	"github.com/limn-data/limn/internal/decimal"
	"github.com/limn-data/limn/internal/figure"
)

// waitingAfter is how long one waits without being told.
const waitingAfter = time.Second

// waiting keeps one line up to date that says how far the engine is, where a person looks at it; done
// takes the line away.
func waiting(to io.Writer) (tell func(answer.Progress), done func()) {
	if f, ok := to.(*os.File); !ok || !isTerminal(f) {
		return nil, func() {}
	}
	line := &waitingLine{to: to}
	return line.tell, line.clear
}

type waitingLine struct {
	mu    sync.Mutex
	to    io.Writer
	width int
}

func (l *waitingLine) tell(p answer.Progress) {
	if p.Elapsed < waitingAfter {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	text := progressText(p)
	fmt.Fprintf(l.to, "\r%s%s", text, strings.Repeat(" ", max(0, l.width-len([]rune(text)))))
	l.width = len([]rune(text))
}

func (l *waitingLine) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.width > 0 {
		fmt.Fprintf(l.to, "\r%s\r", strings.Repeat(" ", l.width))
	}
}

// progressText says how far a query is: "running, 42 %, 12.3 million rows, 4 s".
func progressText(p answer.Progress) string {
	parts := []string{strings.ToLower(p.State)}
	if p.Percent > 0 {
		parts = append(parts, fmt.Sprintf("%.0f %%", p.Percent))
	}
	if p.Rows > 0 {
		parts = append(parts, figure.Short(decimal.New(p.Rows, 0), "count")+" rows")
	}
	return strings.Join(append(parts, p.Elapsed.Round(time.Second).String()), ", ")
}

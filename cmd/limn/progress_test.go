package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/limn-data/limn/answer"
)

// The line says how far the engine is, only once one has waited, and leaves nothing behind.
func TestWaiting(t *testing.T) {
	var b bytes.Buffer
	l := &waitingLine{to: &b}
	l.tell(answer.Progress{State: "QUEUED", Elapsed: 900 * time.Millisecond})
	l.clear()
	if b.Len() > 0 {
		t.Errorf("told too early: %q", b.String())
	}
	l.tell(answer.Progress{State: "RUNNING", Percent: 41.7, Rows: 12_345_678, Elapsed: 3900 * time.Millisecond})
	l.tell(answer.Progress{State: "FINISHING", Elapsed: 5 * time.Second})
	l.clear()
	want := "\rrunning, 42 %, 12.35 million rows, 4s\rfinishing, 5s                        \r             \r"
	if b.String() != want {
		t.Errorf("the line was\n%q, want\n%q", b.String(), want)
	}
	if tell, done := waiting(&b); tell != nil {
		t.Error("what is not a terminal is told")
	} else {
		done()
	}
}

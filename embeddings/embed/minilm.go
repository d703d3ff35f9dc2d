package embed

import (
	"context"
	"sync"
	"sync/atomic"
)

// MiniLM is all-MiniLM-L6-v2, which is part of the program: 384 dimensions, English. Texts are read up to
// 256 word pieces. Start at NewMiniLM.
//
// Its vocabulary has English words, and of many other scripts letters and characters: words in those are
// read letter by letter or, where one is missing, as unknown; Coverage counts them. Vectors of such texts
// say little.
type MiniLM struct {
	parallel int
	mul      kernel
	scratch  sync.Pool
}

// NewMiniLM gives the built-in embedder, which uses up to parallel goroutines in a call. It is cheap: the
// weights are unpacked by the first call of any method, once in a process.
func NewMiniLM(parallel int) *MiniLM {
	return &MiniLM{parallel: max(1, parallel), mul: bestKernel(), scratch: sync.Pool{New: func() any { return new(scratch) }}}
}

// ID names the model, form and hash of the weights, and the version of what reads them.
func (e *MiniLM) ID() string {
	m, err := load()
	if err != nil {
		return "all-MiniLM-L6-v2/unreadable"
	}
	return m.id
}

// Dim is 384.
func (e *MiniLM) Dim() int { return wide }

// Coverage tells how much of a text Embed reads.
func (e *MiniLM) Coverage(text string) (Coverage, error) {
	m, err := load()
	if err != nil {
		return Coverage{}, err
	}
	_, c := m.pieces.appendText(new(splitter), nil, text)
	return c, nil
}

// together is how many word pieces go through the model at once, so that short texts share the reading of
// the weights; more would leave the processor's second cache.
const together = 64

// Embed looks at the context between passes of about together word pieces. A text of nothing has the
// vector of nothing, which is as good as any other.
func (e *MiniLM) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	m, err := load()
	if err != nil {
		return nil, err
	}
	out := make([][]float32, len(texts))
	flat := make([]float32, len(texts)*wide)
	for i := range out {
		out[i] = flat[i*wide : (i+1)*wide : (i+1)*wide]
	}
	var next struct {
		sync.Mutex
		text int
	}
	// take reads texts until they fill a pass; they go to one worker.
	take := func(s *scratch) (from, to int) {
		next.Lock()
		defer next.Unlock()
		s.pieces, s.ends = s.pieces[:0], s.ends[:0]
		from = next.text
		for next.text < len(texts) && len(s.pieces) < together {
			s.pieces, _ = m.pieces.appendText(&s.split, s.pieces, texts[next.text])
			s.ends = append(s.ends, len(s.pieces))
			next.text++
		}
		return from, next.text
	}
	var stopped atomic.Bool
	work := func() {
		s := e.scratch.Get().(*scratch)
		defer e.scratch.Put(s)
		for {
			if ctx.Err() != nil {
				stopped.Store(true)
				return
			}
			from, to := take(s)
			if from == to {
				return
			}
			m.forward(s, e.mul, s.pieces, s.ends, out[from:to])
		}
	}
	var wait sync.WaitGroup
	for range min(e.parallel, len(texts)) - 1 {
		wait.Go(work)
	}
	work()
	wait.Wait()
	if stopped.Load() {
		return nil, context.Cause(ctx)
	}
	return out, nil
}

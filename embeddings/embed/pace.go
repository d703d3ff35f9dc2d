package embed

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// clock is time as the retries and limits see it.
type clock interface {
	now() time.Time
	sleep(ctx context.Context, d time.Duration) error
}

type realClock struct{}

func (realClock) now() time.Time { return time.Now() }

func (realClock) sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// backoff is the wait before try+1: up to half a second, doubled for each try, at most most. It is random
// over the upper half, so that many who failed together do not come back together.
func backoff(try int, most time.Duration) time.Duration {
	d := min(500*time.Millisecond<<min(try-1, 20), most)
	return d/2 + rand.N(d/2+1)
}

// estimate is how many tokens texts may have, from above for English: a token has about four letters.
func estimate(texts []string) int {
	n := 0
	for _, t := range texts {
		n += len(t)/3 + 2
	}
	return n
}

func perMinute(n int) time.Duration {
	if n <= 0 {
		return 0
	}
	return time.Minute / time.Duration(n)
}

// pacer spaces requests so that neither requests nor tokens come faster than allowed, without bursts.
type pacer struct {
	requests, tokens time.Duration // between two; 0 is no limit
	mu               sync.Mutex
	request, token   time.Time // when the next is due
}

// wait returns when a request of so many tokens may go.
func (p *pacer) wait(ctx context.Context, c clock, tokens int) error {
	p.mu.Lock()
	now := c.now()
	at := now
	if p.requests > 0 {
		at = later(at, p.request)
	}
	if p.tokens > 0 {
		at = later(at, p.token)
	}
	p.request = at.Add(p.requests)
	p.token = at.Add(p.tokens * time.Duration(tokens))
	p.mu.Unlock()
	return c.sleep(ctx, at.Sub(now))
}

// correct replaces an estimate by what the endpoint counted.
func (p *pacer) correct(estimated, counted int) {
	if counted <= 0 || p.tokens == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.token = p.token.Add(p.tokens * time.Duration(counted-estimated))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

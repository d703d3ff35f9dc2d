package gate

import (
	"context"
	"fmt"
	"math"
	"time"
)

// Unknown says what happens where nobody can tell what a statement will read.
type Unknown string

// The answers to an unknown estimate. The empty one is UnknownRun.
const (
	UnknownRun    Unknown = "run"
	UnknownAsk    Unknown = "ask"
	UnknownRefuse Unknown = "refuse"
)

// Limits of what statements may read, in bytes of an estimated scan. Zero means no limit, except where it
// says otherwise.
type Limits struct {
	AskAbove     int64         // the asker must agree first; zero means DefaultAskAbove, -1 asks never
	RefuseAbove  int64         // one statement
	UserDay      int64         // all of one asker's, from midnight UTC on
	WorkspaceDay int64         // everybody's
	Unknown      Unknown       // of an estimate
	Timeout      time.Duration // of estimating; zero means DefaultTimeout
	Time         time.Duration // of running; handed to the engine
}

// DefaultAskAbove is 20 GiB.
const DefaultAskAbove = 20 << 30

// DefaultTimeout is how long an estimate may take before it counts as unknown.
const DefaultTimeout = 5 * time.Second

// Least is the smallest estimate at which any limit has a say: below it, a rough one will do.
func (l Limits) Least() int64 {
	if l.UserDay > 0 || l.WorkspaceDay > 0 {
		return 0
	}
	least := l.AskAbove
	switch {
	case least == 0:
		least = DefaultAskAbove
	case least < 0:
		least = math.MaxInt64
	}
	if l.RefuseAbove > 0 {
		least = min(least, l.RefuseAbove)
	}
	return least
}

// Caps are what the engine must hold one statement to; zero is no bound. Trino takes them as the session
// properties query_max_scan_physical_bytes and query_max_run_time.
type Caps struct {
	ScanBytes int64
	Time      time.Duration
}

// Ledger keeps what was booked on a day, over all processes of a workspace.
type Ledger interface {
	// Take books bytes for somebody today and says what stands booked before it.
	Take(ctx context.Context, who string, bytes int64) (Booking, error)
	// Return takes a booking back.
	Return(ctx context.Context, b Booking) error
}

// Booking is one entry of a ledger, with what was booked today before it by the same asker and by all.
type Booking struct {
	ID              string
	Who             string
	Bytes           int64
	User, Workspace int64
}

// Estimate is what a statement will read, before it runs. Known is false where nothing could be said.
type Estimate struct {
	Bytes, Rows int64
	Known       bool
}

// estimate asks under a time limit of its own; one that takes too long is unknown.
func (g *Gate) estimate(ctx context.Context, s Scan) (Estimate, error) {
	if g.Estimator == nil {
		return Estimate{}, nil
	}
	limit := g.Limits.Timeout
	if limit == 0 {
		limit = DefaultTimeout
	}
	within, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	e, err := g.Estimator.Estimate(within, s)
	if err != nil && within.Err() != nil && ctx.Err() == nil {
		return Estimate{}, nil
	}
	return e, err
}

// cost holds an estimate against the limits.
func (g *Gate) cost(ctx context.Context, r Request, e Estimate) (Verdict, error) {
	l := g.Limits
	ask := l.AskAbove
	if ask == 0 {
		ask = DefaultAskAbove
	}
	v := Verdict{Estimate: e, Caps: Caps{ScanBytes: l.RefuseAbove, Time: l.Time}}
	switch {
	case e.Known && l.RefuseAbove > 0 && e.Bytes > l.RefuseAbove:
		return Verdict{Decision: Refuse, Code: CodeTooLarge, Estimate: e, Hint: "Ask for a shorter period, or for fewer columns.",
			Reason: fmt.Sprintf("This would read about %s; more than %s may not be read at once.", size(e.Bytes), size(l.RefuseAbove))}, nil
	case !e.Known && l.Unknown == UnknownRefuse:
		return Verdict{Decision: Refuse, Code: CodeNoEstimate, Reason: "Nobody can say how much this would read, and the workspace runs nothing of unknown size."}, nil
	case !e.Known && l.Unknown == UnknownAsk:
		v.Reason = "Nobody can say how much this would read."
	case e.Known && ask > 0 && e.Bytes > ask:
		v.Reason = fmt.Sprintf("This would read about %s, more than the %s that run without asking.", size(e.Bytes), size(ask))
	}
	if v.Reason != "" {
		key, err := g.key()
		if err != nil {
			return Verdict{}, err
		}
		bound, agreed := confirmed(key, r)
		if !agreed || e.Known && e.Bytes > bound {
			v.Decision, v.Code, v.Hint = AskFirst, CodeConfirm, "Confirm to run it anyway, or ask for a shorter period."
			v.Token = token(key, r, e)
			return v, nil
		}
		v.Reason = ""
	}
	return g.book(ctx, r, v)
}

// book takes what a statement will read out of the day's allowance. What is unknown books nothing.
func (g *Gate) book(ctx context.Context, r Request, v Verdict) (Verdict, error) {
	if g.Ledger == nil || g.Limits.UserDay <= 0 && g.Limits.WorkspaceDay <= 0 {
		return v, nil
	}
	b, err := g.Ledger.Take(ctx, r.View.Who().Name, v.Estimate.Bytes)
	if err != nil {
		return Verdict{}, fmt.Errorf("gate: booking the cost: %w", err)
	}
	over := func(whose string, spent, limit int64) *Verdict {
		if limit <= 0 || spent+b.Bytes <= limit {
			return nil
		}
		return &Verdict{Decision: Refuse, Code: CodeTooLarge, Estimate: v.Estimate, Hint: "Ask again tomorrow, or for a shorter period.",
			Reason: fmt.Sprintf("This would read about %s, and %s has %s left of %s a day.", size(b.Bytes), whose, size(max(0, limit-spent)), size(limit))}
	}
	no := over("each asker", b.User, g.Limits.UserDay)
	if no == nil {
		no = over("the workspace", b.Workspace, g.Limits.WorkspaceDay)
	}
	if no == nil {
		return v, nil
	}
	if err := g.Ledger.Return(ctx, b); err != nil {
		return Verdict{}, fmt.Errorf("gate: taking back the cost: %w", err)
	}
	return *no, nil
}

func size(n int64) string {
	for _, u := range []struct {
		shift uint
		name  string
	}{{40, "TiB"}, {30, "GiB"}, {20, "MiB"}, {10, "KiB"}} {
		if n >= 1<<u.shift {
			return fmt.Sprintf("%.1f %s", float64(n)/float64(int64(1)<<u.shift), u.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}

package answer

import (
	"context"
	"time"

	"github.com/limn-data/limn/access"
)

// History keeps what was asked, read, run and shown.
type History interface {
	Keep(ctx context.Context, k Kept) error
}

// Kept is one answer as it was given. Ran is the statement with the asker's rights built in, which the asker may not
// see; the outcome has the statement that they may.
type Kept struct {
	Given   time.Time // by the real clock; Outcome.AsOf is the one that was asked about
	Who     access.Principal
	Outcome *Outcome
	Ran     string
	Engine  string
	Took    time.Duration
}

// finish seals an outcome and keeps it. An answer that cannot be kept is not given: what was shown must be known
// afterwards.
func (s *Service) finish(ctx context.Context, o *Outcome, r Request, start time.Time) error {
	if err := s.seal(o, start); err != nil {
		return err
	}
	if s.ws.History == nil {
		return nil
	}
	return s.ws.History.Keep(ctx, Kept{Given: time.Now(), Who: r.Who, Outcome: o, Ran: o.ran, Engine: s.ws.Engine, Took: time.Since(start)})
}

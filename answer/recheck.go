package answer

import (
	"context"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/nl2sql"
)

// Recheck says what has to be told of an answer today: the question is read again as of the moment that it was asked
// about, and what it would read is judged by what is known now. Nothing is run. ok is false where the question would
// not be answered by a number today, so that nothing can be said. What was told when the answer was given stays as it
// was: that is what the asker knew.
func (s *Service) Recheck(ctx context.Context, question string, who access.Principal, asOf, now time.Time) (warnings []Warning, ok bool, err error) {
	ss, err := s.Session(ctx, who)
	if err != nil {
		return nil, false, err
	}
	reading := ss.Reader.Read(question, asOf)
	if reading.Plan == nil {
		return nil, false, nil
	}
	plan, err := nl2sql.Compile(reading.Plan, ss.View.Snapshot(), ss.Tables)
	if err != nil {
		return nil, false, nil //nolint:nilerr // a definition that no longer checks would be told as a decline
	}
	o := s.blank(Request{Question: question, Who: who, At: asOf})
	c := s.composer(o, ss, plan, reading, nil, Request{Question: question, Who: who, At: now})
	c.read()
	c.trust()
	govern(c)
	return o.Warnings, true, nil
}

package openlineage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

// version is that of this reader. A newer one reads everything again.
const version = "openlineage 1"

// Config says how events are read.
type Config struct {
	Name string           // of the source, in the workspace
	Zone *time.Location   // of times without one; UTC where nil
	Now  func() time.Time // the clock
	// Files and Patterns: event files, each an event, an array of events, or one event a line.
	Files    fs.FS
	Patterns []string
	// Inbox is where the receiver puts events, where there is one.
	Inbox Reader
}

// Reader gives every event that was received, in any order, each at least once.
type Reader interface {
	Events(ctx context.Context, f func(raw json.RawMessage) error) error
}

// Follower is a Reader that can go on where it stopped: from is empty for the beginning, or what Since gave before.
// It may give some events again.
type Follower interface {
	Reader
	Since(ctx context.Context, from string, f func(raw json.RawMessage) error) (next string, err error)
}

// Source reads event files or an inbox. Of an inbox that can be followed it keeps what it has folded, so that the
// next reading takes the new events only; a Source that is made anew reads all. It reads once at a time.
type Source struct {
	Config
	mu    sync.Mutex
	state *State // of the inbox, up to from
	from  string
}

// remembered is how long runs are kept one by one, counted back from the newest event: events of one run come
// within that time. What older runs come to stays.
const remembered = 7 * 24 * time.Hour

// New makes a source of its settings.
func New(c Config) (*Source, error) {
	if c.Now == nil || (c.Files == nil) == (c.Inbox == nil) {
		return nil, errors.New("openlineage: a source needs a clock, and either files or an inbox")
	}
	return &Source{Config: c}, nil
}

// Read folds every event there is: facts may come late, so no event can be judged alone. Files that have not
// changed since the cursor was given are not read again.
func (s *Source) Read(ctx context.Context, since string, emit func(catalog.Claim) error) (catalog.Report, error) {
	var rep catalog.Report
	clock := &loose.Clock{Zone: s.Zone}
	s.mu.Lock()
	defer s.mu.Unlock()
	state, newest := &State{}, time.Time{}
	one := func(where string) func(raw json.RawMessage) error {
		return func(raw json.RawMessage) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			rep.Records++
			e, err := Parse(raw, clock, loose.Notes{Report: &rep})
			if err != nil {
				rep.Skip(fmt.Sprintf("%s, event %d", where, rep.Records), err.Error())
				return nil
			}
			rep.Count(e.Kind + " events")
			state.Add(e)
			if e.Time.After(newest) {
				newest = e.Time
			}
			return nil
		}
	}
	if follow, ok := s.Inbox.(Follower); ok {
		if s.state != nil {
			state = s.state
		}
		s.state = nil // a reading that breaks off leaves half of the new events in it
		next, err := follow.Since(ctx, s.from, one("inbox"))
		if err != nil {
			s.from = ""
			return rep, fmt.Errorf("openlineage: %w", err)
		}
		state.Forget(newest.Add(-remembered))
		s.state, s.from = state, next
	} else if s.Inbox != nil {
		if err := s.Inbox.Events(ctx, one("inbox")); err != nil {
			return rep, fmt.Errorf("openlineage: %w", err)
		}
	} else {
		files, err := loose.Files(s.Files, s.Patterns)
		if err != nil {
			return rep, fmt.Errorf("openlineage: %w", err)
		}
		if rep.Cursor, err = loose.Cursor(s.Files, version, files); err != nil {
			return rep, fmt.Errorf("openlineage: %w", err)
		}
		if rep.Cursor == since {
			return rep, nil
		}
		for _, name := range files {
			if err := s.file(name, one(name)); err != nil {
				return rep, fmt.Errorf("openlineage: %w", err)
			}
		}
	}
	now := s.Now()
	for _, c := range state.Claims(clock) {
		c.Source, c.FetchedAt = s.Name, now
		rep.Claims++
		if err := emit(c); err != nil {
			return rep, err
		}
	}
	clock.Note(rep.Count)
	rep.Whole = true
	return rep, nil
}

func (s *Source) file(name string, f func(json.RawMessage) error) error {
	r, err := s.Files.Open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	return loose.Values(name, r, f)
}

package catalog

import "time"

// Report is what reading a source came to.
type Report struct {
	Records int            `json:"records"`           // read
	Claims  int            `json:"claims"`            // made of them
	Counts  map[string]int `json:"counts,omitempty"`  // records by the source's own kinds: models, aspects, events
	Skipped []Skipped      `json:"skipped,omitempty"` // the first of them; SkippedCount has how many
	// SkippedCount counts records that could not be used.
	SkippedCount int `json:"skipped_count"`
	// Unknown counts the fields that the reader does not know, by their path. Their values are kept in Custom
	// where they are short.
	Unknown map[string]int `json:"unknown,omitempty"`
	// Cursor is where the next run goes on; the source alone understands it.
	Cursor string `json:"cursor,omitempty"`
	// Whole says that everything that the source knows was read, so that what it no longer names is gone.
	Whole bool `json:"whole"`
	// Imported says that it was read once by hand, and that no list of sources names it.
	Imported bool `json:"imported,omitempty"`
}

// Skipped is a record that could not be used, and why.
type Skipped struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// maxSkipped is how many skipped records a report names.
const maxSkipped = 100

// Skip notes a record that could not be used.
func (r *Report) Skip(what, why string) {
	r.SkippedCount++
	if len(r.Skipped) < maxSkipped {
		r.Skipped = append(r.Skipped, Skipped{what, why})
	}
}

// Count counts a record of a kind.
func (r *Report) Count(kind string) {
	if r.Counts == nil {
		r.Counts = map[string]int{}
	}
	r.Counts[kind]++
}

// Unknowns counts a field that the reader does not know.
func (r *Report) Unknowns(path string) {
	if r.Unknown == nil {
		r.Unknown = map[string]int{}
	}
	r.Unknown[path]++
}

// SourceState is how a source stands: what was last read of it, and whether it answers.
type SourceState struct {
	Name     string    `json:"name"`
	System   string    `json:"system"`
	ReadAt   time.Time `json:"read_at,omitzero"`   // when it was last read to the end
	TriedAt  time.Time `json:"tried_at,omitzero"`  // when that was last tried
	DownFrom time.Time `json:"down_from,omitzero"` // the first of the failures since ReadAt; zero when it answers
	Error    string    `json:"error,omitempty"`    // the last failure's
	Report   Report    `json:"report"`
}

// Down says that the last try failed.
func (s SourceState) Down() bool { return !s.DownFrom.IsZero() }

package answer

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/answer/governance"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/gate"
	"github.com/limn-data/limn/nl2sql"
	"github.com/limn-data/limn/nl2sql/question"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/model"
	semplan "github.com/limn-data/limn/semantic/plan"
	"github.com/limn-data/limn/semantic/timex"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/rows"
)

// Engine runs a checked statement. It is satisfied by the embedded engine and by Trino.
type Engine interface {
	Run(ctx context.Context, s Statement) (*rows.Set, error)
}

// Statement is what an engine is asked to run.
type Statement struct {
	Plan    *nl2sql.Plan
	Now     time.Time // what current_date and now() mean
	MaxRows int       // rows beyond are not fetched; the result then says that it is cut
	Caps    gate.Caps // what the engine must hold it to
	Who     access.Principal
	// Progress is called while the statement runs, by engines that know how far they are; it may be nil.
	Progress func(Progress)
}

// Progress is how far an engine is with a statement.
type Progress struct {
	State       string  // in the engine's own word, such as QUEUED or RUNNING
	Percent     float64 // of the work that is known so far
	Rows, Bytes int64   // read
	Elapsed     time.Duration
}

// MaxRows is how many rows an answer holds at most.
const MaxRows = 10_000

// Workspace is what a service answers from. All fields are set before the first question and never
// written again.
type Workspace struct {
	Name     string
	Snapshot *catalog.Snapshot
	Models   func(*catalog.Snapshot) (*model.Model, error) // the definitions as they fit one view
	Values   question.Values                               // nil where there is none
	Policy   access.Policy
	Calendar timex.Calendar
	Zone     *time.Location
	Currency string
	Limits   gate.Limits
	// Seen asks an engine with an access control of its own what it shows a principal; nil where there is none.
	Seen func(ctx context.Context, who access.Principal) (access.Seen, error)
	Gate *gate.Gate // nil: one with these Limits, over the sizes that the snapshot has
	// Governance says what is told of the state of the data, and what stops an answer.
	Governance governance.Policy
	History    History // where answers are kept; nil: nowhere
	Engine     string  // what runs them, for the record
}

// Service answers questions. It is safe for concurrent use.
type Service struct {
	ws     Workspace
	engine Engine

	mu       sync.Mutex
	sessions map[string]*Session // by principal, and by rights where principals of the same ones share it
}

// NewService makes a service over a workspace and an engine.
func NewService(ws Workspace, engine Engine) *Service {
	if ws.Zone == nil {
		ws.Zone = time.UTC
	}
	if ws.Gate == nil {
		ws.Gate = &gate.Gate{Limits: ws.Limits, Estimator: gate.Files{Snapshot: ws.Snapshot}}
	}
	if ws.Gate.Key == nil { // tokens then live as long as the service
		g, key := *ws.Gate, make([]byte, 32)
		_, _ = rand.Read(key) // never fails, says its documentation
		g.Key = func() ([]byte, error) { return key, nil }
		ws.Gate = &g
	}
	return &Service{ws: ws, engine: engine, sessions: map[string]*Session{}}
}

// Session is everything that depends on who asks: what they see, and how their questions are read.
type Session struct {
	View   *access.View
	Model  *model.Model
	Reader *question.Reader
	Tables check.Catalog
	until  time.Time // zero: for ever
}

// seenFor is how long what an engine shows somebody is taken as known.
const seenFor = 5 * time.Minute

// Session returns the prepared view of a principal, made once and kept; where an engine has a say in it, for
// some minutes.
func (s *Service) Session(ctx context.Context, who access.Principal) (*Session, error) {
	key := fmt.Sprintf("%q %q %q", who.Name, who.ActAs, who.Groups)
	s.mu.Lock()
	got := s.sessions[key]
	s.mu.Unlock()
	if got != nil && (got.until.IsZero() || time.Now().Before(got.until)) {
		return got, nil
	}
	rights := ""
	if s.ws.Seen == nil {
		rights = "rights " + s.ws.Policy.Rights(who)
		s.mu.Lock()
		shared := s.sessions[rights]
		s.mu.Unlock()
		if shared != nil { // the same is shown to somebody already: only whose it is differs
			own := *shared
			own.View = shared.View.As(who)
			return s.keep(key, &own), nil
		}
	}
	var seen access.Seen
	var until time.Time
	if s.ws.Seen != nil {
		var err error
		if seen, err = s.ws.Seen(ctx, who); err != nil {
			return nil, err
		}
		until = time.Now().Add(seenFor)
	}
	view := s.ws.Policy.ViewOf(s.ws.Snapshot, who, seen)
	m, err := s.ws.Models(view.Snapshot().InsteadOf(s.redirects(view.Snapshot(), time.Now())))
	if err != nil {
		return nil, err
	}
	got = &Session{View: view, Model: m, Tables: view.Snapshot().Checked(), Reader: question.NewReader(m, view, visible(s.ws.Values, m, view), s.ws.Calendar, s.ws.Zone), until: until}
	if rights != "" {
		s.keep(rights, got)
	}
	return s.keep(key, got), nil
}

func (s *Service) keep(key string, ss *Session) *Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions[key] = ss
	return ss
}

// Request is one question by one person at one moment.
type Request struct {
	Question string
	Who      access.Principal
	At       time.Time
	Confirm  string         // token of a needs_confirmation decline
	Progress func(Progress) // for whoever waits; may be nil
}

// Ask answers a question. An error means that limn itself failed; that there is no answer is an
// Outcome like any other.
func (s *Service) Ask(ctx context.Context, r Request) (*Outcome, error) {
	start := time.Now()
	o := s.blank(r)
	ss, err := s.Session(ctx, r.Who)
	if err != nil {
		return s.declined(ctx, o, r, err, start)
	}
	t := time.Now()
	reading := ss.Reader.Read(r.Question, r.At)
	o.Timings.Read = ms(t)
	o.Interpretation, o.Assumptions, o.Suggestions, o.Confidence = reading.Sentence, notNil(reading.Assumptions), notNil(reading.Suggestions), reading.Confidence
	switch {
	case reading.Clarify != nil:
		o.Outcome = Clarified
		o.Clarify = &Clarify{Question: reading.Clarify.Question, Options: []Option{}}
		for _, x := range reading.Clarify.Options {
			o.Clarify.Options = append(o.Clarify.Options, Option(x))
		}
	case reading.Decline != nil:
		d := reading.Decline
		o.decline(Declined{Code: d.Code, Reason: d.Reason, Hint: d.Hint, Owner: d.Owner})
		s.beyond(o, ss, reading, r)
	case reading.Meta != nil:
		s.aboutData(o, ss, reading, r.At)
	default:
		if err := s.compute(ctx, o, ss, reading, r); err != nil {
			return nil, err
		}
	}
	if bad := Verify(o, o.Headline); o.Outcome == Answered && len(bad) > 0 {
		// A sentence with a number that nothing stands behind is not said, whoever wrote it.
		o.Headline = "The figures are in the table."
	}
	return o, s.finish(ctx, o, r, start)
}

// compute plans, judges, runs and composes.
func (s *Service) compute(ctx context.Context, o *Outcome, ss *Session, reading *question.Reading, r Request) error {
	t := time.Now()
	plan, err := nl2sql.Compile(reading.Plan, ss.View.Snapshot(), ss.Tables)
	o.Timings.Plan = ms(t)
	if err != nil {
		var problems *nl2sql.Problems
		if errors.As(err, &problems) {
			o.decline(Declined{Code: "definition_fault", Reason: "A definition that this needs does not check: " + problems.List[0].Message + ".", Hint: "Ask the owner of the definition to correct it.", Owner: owner(reading.Plan.Query.Metrics)})
			o.SQL = problems.SQL
			return nil
		}
		return err
	}
	o.Timings.Check = float64(plan.Checked.Microseconds()) / 1000
	o.Timings.Plan = math.Round(1000*(o.Timings.Plan-o.Timings.Check)) / 1000
	set, err := s.execute(ctx, o, ss, plan, r)
	if err != nil || set == nil {
		return err
	}
	c := s.composer(o, ss, plan, reading, set, r)
	c.compose()
	s.offer(o, ss, reading, reading.Plan.Query, r)
	return nil
}

// RunQuery gates, runs and composes a metric query that was asked without English.
func (s *Service) RunQuery(ctx context.Context, compiled *nl2sql.Plan, p *semplan.Plan, r Request) (*Outcome, error) {
	start := time.Now()
	o := s.blank(r)
	ss, err := s.Session(ctx, r.Who)
	if err != nil {
		return s.declined(ctx, o, r, err, start)
	}
	set, err := s.execute(ctx, o, ss, compiled, r)
	if err != nil {
		return nil, err
	}
	if set != nil {
		o.Interpretation = question.Describe(p.Query)
		c := s.composer(o, ss, compiled, &question.Reading{Query: &p.Query, Plan: p}, set, r)
		c.compose()
	}
	return o, s.finish(ctx, o, r, start)
}

// Run gates, runs and describes an analyst's SQL.
func (s *Service) Run(ctx context.Context, plan *nl2sql.Plan, r Request) (*Outcome, error) {
	start := time.Now()
	o := s.blank(r)
	ss, err := s.Session(ctx, r.Who)
	if err != nil {
		return s.declined(ctx, o, r, err, start)
	}
	set, err := s.execute(ctx, o, ss, plan, r)
	if err != nil {
		return nil, err
	}
	if set != nil {
		// Nobody can tell the period of an analyst's SQL, so it counts as all of the tables' days.
		c := s.composer(o, ss, plan, &question.Reading{Query: &semantic.Query{}, Plan: &semplan.Plan{}}, set, r)
		c.composeResult()
		govern(c)
		c.blocked()
	}
	return o, s.finish(ctx, o, r, start)
}

// composer is what puts a result into an outcome.
func (s *Service) composer(o *Outcome, ss *Session, plan *nl2sql.Plan, reading *question.Reading, set *rows.Set, r Request) *composer {
	ask := gate.Request{SQL: plan.SQL, View: ss.View, At: r.At, Confirm: r.Confirm}
	return &composer{o: o, plan: plan, reading: reading, set: set, cal: s.ws.Calendar, at: r.At, snap: ss.View.Snapshot(), policy: s.ws.Governance,
		insist: func() (string, bool) { return s.ws.Gate.Insist(ask) }}
}

// execute puts a plan through the gate and the engine. A nil set without an error means that the
// outcome says why there are no rows. What runs is what the gate gave back, with the asker's rights built
// in; the outcome shows the plan's own SQL, since filters may speak of what the asker may not see.
func (s *Service) execute(ctx context.Context, o *Outcome, ss *Session, plan *nl2sql.Plan, r Request) (*rows.Set, error) {
	o.SQL, o.Road = plan.SQL, plan.Road
	t := time.Now()
	verdict, err := s.ws.Gate.Judge(ctx, gate.Request{SQL: plan.SQL, Stmt: plan.Query, Info: plan.Info, View: ss.View, At: r.At, Confirm: r.Confirm})
	o.Timings.Gate = ms(t)
	if err != nil {
		return nil, o.tell(err) // an engine that estimates may refuse the query already
	}
	if verdict.Decision != gate.Run {
		d := Declined{Code: verdict.Code, Reason: verdict.Reason, Hint: verdict.Hint}
		if verdict.Decision == gate.AskFirst {
			d.Confirm = &verdict.Token
		}
		o.decline(d)
		return nil, nil
	}
	o.Cost.ScannedBytes = verdict.Estimate.Bytes
	s.restricted(o, plan, verdict.Secured.Applied)
	secured := s.secured(plan, verdict.Secured)
	o.ran = secured.SQL
	t = time.Now()
	set, err := s.engine.Run(ctx, Statement{Plan: secured, Now: r.At, MaxRows: MaxRows, Caps: verdict.Caps, Who: r.Who, Progress: r.Progress})
	o.Timings.Run = ms(t)
	if err != nil {
		return nil, o.tell(err)
	}
	return set, nil
}

// declined ends an outcome that an error kept from being answered.
func (s *Service) declined(ctx context.Context, o *Outcome, r Request, err error, start time.Time) (*Outcome, error) {
	if err := o.tell(err); err != nil {
		return nil, err
	}
	return o, s.finish(ctx, o, r, start)
}

// tell turns an error that people can act on into a decline; any other stays one.
func (o *Outcome) tell(err error) error {
	var told Told
	if !errors.As(err, &told) {
		return err
	}
	code, reason, hint := told.Tell()
	o.decline(Declined{Code: code, Reason: reason, Hint: hint})
	return nil
}

// Told is an engine's error that people can act on.
type Told interface {
	error
	Tell() (code, reason, hint string)
}

func (s *Service) blank(r Request) *Outcome {
	return &Outcome{Outcome: Answered, Question: r.Question, AskedBy: r.Who.Name, AsOf: r.At.UTC(), Columns: []Column{}, Rows: Rows{}, Arithmetic: []Arithmetic{},
		Catalog: s.ws.Snapshot.Version, Why: []Part{}, Metrics: []Metric{}, Lineage: []Lineage{}, Trace: []Traced{}, Sources: []Source{}, Warnings: []Warning{}, Assumptions: []string{}, Suggestions: []string{}, Attempts: []Attempt{}, Confidence: 1}
}

func (o *Outcome) decline(d Declined) {
	o.Outcome, o.Declined = Refused, &d
	o.Rows, o.Columns, o.Headline, o.Chart, o.Arithmetic = Rows{}, []Column{}, "", nil, []Arithmetic{}
}

// seal gives the outcome its hash, id and total time.
func (s *Service) seal(o *Outcome, start time.Time) error {
	raw, err := o.canonical()
	if err != nil {
		return fmt.Errorf("answer: hashing: %w", err)
	}
	sum := sha256.Sum256(raw)
	o.Hash = "sha256:" + hex.EncodeToString(sum[:])
	id := sha256.Sum256([]byte(o.Hash + "\x00" + o.Question + "\x00" + o.AskedBy + "\x00" + o.AsOf.Format(time.RFC3339Nano) + "\x00" + o.Outcome))
	o.ID = "a_" + hex.EncodeToString(id[:10])
	o.Timings.Total = ms(start)
	return nil
}

func ms(since time.Time) float64 {
	return float64(time.Since(since).Microseconds()) / 1000
}

func notNil(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func owner(ms []*model.Metric) string {
	for _, m := range ms {
		if m.Owner.Business != "" {
			return m.Owner.Business
		}
	}
	return ""
}

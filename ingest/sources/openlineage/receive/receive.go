// Package receive takes lineage events that producers post: Spark, Airflow, dbt, Trino, Debezium, and whatever
// else speaks OpenLineage's HTTP transport. It answers only when the inbox has the event for good. It never
// interprets an event beyond whether it is one and whether its producer may say it. Start at Handler.ServeHTTP.
package receive

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/limn-data/limn/ingest/sources/loose"
	"github.com/limn-data/limn/ingest/sources/openlineage"
)

// Event is an event as it was received.
type Event struct {
	At       time.Time       `json:"at"`
	Producer string          `json:"as"` // whose token it came with
	Body     json.RawMessage `json:"event"`
}

// Inbox keeps events.
type Inbox interface {
	// Append keeps the events for good, all or none, before it returns without an error. It may be called by
	// many at once.
	Append(ctx context.Context, events []Event) error
}

// Producer is who may post, and what about.
type Producer struct {
	Name string
	// Token is the SHA-256 of its bearer token.
	Token [sha256.Size]byte
	// Namespaces are those of the jobs and datasets that it may say something about, with * for any text. What
	// it reads may lie elsewhere: then only that it reads it is kept.
	Namespaces []string
}

// HashToken is what is kept of a token.
func HashToken(token string) [sha256.Size]byte { return sha256.Sum256([]byte(token)) }

// Config of a Handler. Zero values stand for the defaults.
type Config struct {
	Producers []Producer
	Inbox     Inbox
	Now       func() time.Time
	Zone      *time.Location // of times without one; UTC where nil

	MaxEvent  int64         // bytes of a body with one event, unpacked; 8 MiB
	MaxBatch  int64         // bytes of a body with many, unpacked; 64 MiB
	MaxBodies int64         // bytes of all bodies that are being read; 256 MiB
	Patience  time.Duration // how long a client may take to send a body; 10 s
}

// Handler serves POST /api/v1/lineage and POST /api/v1/lineage/batch.
type Handler struct {
	Config
	byToken map[[sha256.Size]byte]*Producer
	held    atomic.Int64 // bytes of the bodies that are being read or kept
	mux     *http.ServeMux
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// New checks the settings and makes a handler.
func New(c Config) (*Handler, error) {
	if c.Inbox == nil || c.Now == nil {
		return nil, errors.New("receive: a handler needs an inbox and a clock")
	}
	for _, d := range []struct {
		v         *int64
		otherwise int64
	}{{&c.MaxEvent, 8 << 20}, {&c.MaxBatch, 64 << 20}, {&c.MaxBodies, 256 << 20}} {
		if *d.v == 0 {
			*d.v = d.otherwise
		}
	}
	if c.Patience == 0 {
		c.Patience = 10 * time.Second
	}
	if c.MaxBatch < c.MaxEvent || c.MaxBodies < c.MaxBatch {
		return nil, fmt.Errorf("receive: one event may have %d bytes, a batch %d and all bodies %d; each must have room for the one before it", c.MaxEvent, c.MaxBatch, c.MaxBodies)
	}
	h := &Handler{Config: c, byToken: map[[sha256.Size]byte]*Producer{}, mux: http.NewServeMux()}
	for i := range c.Producers {
		p := &c.Producers[i]
		if p.Name == "" || len(p.Namespaces) == 0 {
			return nil, fmt.Errorf("receive: producer %d needs a name and the namespaces that it may write", i+1)
		}
		if other := h.byToken[p.Token]; other != nil {
			return nil, fmt.Errorf("receive: producers %s and %s have the same token; each needs its own", other.Name, p.Name)
		}
		h.byToken[p.Token] = p
	}
	h.mux.HandleFunc("POST /api/v1/lineage", h.one)
	h.mux.HandleFunc("POST /api/v1/lineage/batch", h.batch)
	return h, nil
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.mux.ServeHTTP(w, r) }

// refusal is an answer that is not yes.
type refusal struct {
	code int
	why  string
}

func (r *refusal) Error() string { return r.why }

func refuse(w http.ResponseWriter, err error) {
	code := http.StatusInternalServerError
	var r *refusal
	if errors.As(err, &r) {
		code = r.code
	}
	if code == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	if code == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="lineage"`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	raw, _ := json.Marshal(map[string]string{"error": err.Error()}) // a text is always to be written
	_, _ = w.Write(raw)                                             // who left does not hear it
}

func (h *Handler) one(w http.ResponseWriter, r *http.Request) {
	p, err := h.who(r)
	if err != nil {
		refuse(w, err)
		return
	}
	body, done, err := h.body(w, r, h.MaxEvent)
	defer done()
	if err != nil {
		refuse(w, err)
		return
	}
	e, err := h.event(p, body)
	if err != nil {
		refuse(w, err)
		return
	}
	if err := h.keep(r.Context(), []Event{e}); err != nil {
		refuse(w, err)
		return
	}
	w.WriteHeader(http.StatusCreated)
}

// summary is the answer to a batch, as the format's own description of the API has it.
type summary struct {
	Status  string `json:"status"`
	Summary struct {
		Received     int `json:"received"`
		Successful   int `json:"successful"`
		Failed       int `json:"failed"`
		Retriable    int `json:"retriable"`
		NonRetriable int `json:"non_retriable"`
	} `json:"summary"`
	Failed []failure `json:"failed_events,omitempty"`
}

type failure struct {
	Index     int    `json:"index"`
	Reason    string `json:"reason"`
	Retriable bool   `json:"retriable"`
}

func (h *Handler) batch(w http.ResponseWriter, r *http.Request) {
	p, err := h.who(r)
	if err != nil {
		refuse(w, err)
		return
	}
	body, done, err := h.body(w, r, h.MaxBatch)
	defer done()
	if err != nil {
		refuse(w, err)
		return
	}
	var all []json.RawMessage
	if err := json.Unmarshal(body, &all); err != nil {
		refuse(w, &refusal{http.StatusUnprocessableEntity, "a batch is an array of events: " + err.Error()})
		return
	}
	var s summary
	var good []Event
	for i, raw := range all {
		e, err := h.event(p, raw)
		if err != nil {
			s.Failed = append(s.Failed, failure{i, err.Error(), false})
			continue
		}
		good = append(good, e)
	}
	if len(good) > 0 {
		if err := h.keep(r.Context(), good); err != nil {
			refuse(w, err)
			return
		}
	}
	s.Status = "success"
	s.Summary.Received, s.Summary.Successful = len(all), len(good)
	s.Summary.Failed, s.Summary.NonRetriable = len(s.Failed), len(s.Failed)
	code := http.StatusOK
	if len(s.Failed) > 0 {
		s.Status = "partial_success"
		if len(good) == 0 {
			code = http.StatusUnprocessableEntity
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	raw, _ := json.Marshal(s) // texts and numbers
	_, _ = w.Write(raw)
}

func (h *Handler) keep(ctx context.Context, events []Event) error {
	if err := h.Inbox.Append(ctx, events); err != nil {
		return &refusal{http.StatusServiceUnavailable, "the event was not kept; send it again: " + err.Error()}
	}
	return nil
}

func (h *Handler) who(r *http.Request) (*Producer, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if p := h.byToken[HashToken(strings.TrimSpace(token))]; p != nil && strings.EqualFold(scheme, "Bearer") {
		return p, nil
	}
	return nil, &refusal{http.StatusUnauthorized, "send the producer's token as Authorization: Bearer …"}
}

// body reads a body within the limits. What it takes of the room for bodies is given back by done.
func (h *Handler) body(w http.ResponseWriter, r *http.Request, most int64) (body []byte, done func(), err error) {
	done = func() {}
	too := &refusal{http.StatusRequestEntityTooLarge, fmt.Sprintf("the body has more than %d bytes; send fewer events at once", most)}
	if r.ContentLength > most {
		return nil, done, too
	}
	// A client that sends slowly holds what it sent no longer than this.
	if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(h.Patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return nil, done, err
	}
	var held int64
	done = func() { h.held.Add(-held) }
	in := io.Reader(http.MaxBytesReader(w, r.Body, most))
	switch enc := strings.ToLower(r.Header.Get("Content-Encoding")); enc {
	case "", "identity":
	case "gzip":
		unpacked, err := gzip.NewReader(in)
		if err != nil {
			return nil, done, &refusal{http.StatusBadRequest, "the body is no gzip: " + err.Error()}
		}
		in = unpacked
	default:
		return nil, done, &refusal{http.StatusUnsupportedMediaType, fmt.Sprintf("Content-Encoding %q is not read; send gzip or nothing", loose.Short(enc))}
	}
	var b bytes.Buffer
	if r.ContentLength > 0 && r.ContentLength < 1<<20 { // a length alone takes no memory
		b.Grow(int(r.ContentLength) + bytes.MinRead)
	}
	metered := readerFunc(func(p []byte) (int, error) {
		n, err := in.Read(p)
		held += int64(n)
		if h.held.Add(int64(n)) > h.MaxBodies {
			return n, &refusal{http.StatusServiceUnavailable, "too much is being sent at once; send it again"}
		}
		return n, err
	})
	if _, err := b.ReadFrom(io.LimitReader(metered, most+1)); err != nil {
		var full *refusal
		if errors.As(err, &full) {
			return nil, done, full
		}
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, done, too
		}
		return nil, done, &refusal{http.StatusBadRequest, "the body could not be read to its end: " + err.Error()}
	}
	if int64(b.Len()) > most {
		return nil, done, too
	}
	return b.Bytes(), done, nil
}

// event checks one event and takes out what its producer may not say.
func (h *Handler) event(p *Producer, raw []byte) (Event, error) {
	parsed, err := openlineage.Parse(raw, &loose.Clock{Zone: h.Zone}, loose.Notes{})
	if err != nil {
		return Event{}, &refusal{http.StatusUnprocessableEntity, err.Error()}
	}
	foreign, err := p.may(&parsed)
	if err != nil {
		return Event{}, err
	}
	body := parsed.Compact // without line ends, as the inbox wants it
	if foreign {
		if body, err = p.strip(raw); err != nil {
			return Event{}, &refusal{http.StatusUnprocessableEntity, err.Error()}
		}
	}
	return Event{h.Now().UTC(), p.Name, body}, nil
}

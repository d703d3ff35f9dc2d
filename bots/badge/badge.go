// Package badge shows beside a dashboard how what it is made of stands: GET /embed/health?url=… gives a card for an
// iframe, a small picture, or JSON. It needs a token, fetches nothing and runs no script. Start at New.
package badge

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/answer"
)

// Config is what a badge needs.
type Config struct {
	// Service is the one that answers at present; it changes when the catalog does.
	Service func() *answer.Service
	Token   string // whoever has it sees what Who may see
	Who     access.Principal
	Now     func() time.Time
}

//go:embed card.html.tmpl
var cardText string

//go:embed badge.svg.tmpl
var svgText string

var (
	card    = template.Must(template.New("card").Funcs(template.FuncMap{"word": word, "moment": moment, "owner": owner}).Parse(cardText))
	picture = template.Must(template.New("svg").Parse(svgText))
)

// New makes the handler of /embed/health.
func New(c Config) (http.Handler, error) {
	if len(c.Token) < 16 {
		return nil, errors.New("badge: the token is shorter than 16 characters; write a long random one")
	}
	want := sha256.Sum256([]byte(c.Token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "private, max-age=60")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer") // the token may stand in the address
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "only GET is answered here", http.StatusMethodNotAllowed)
			return
		}
		got := sha256.Sum256([]byte(token(r)))
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			h.Set("WWW-Authenticate", `Bearer realm="limn"`)
			http.Error(w, "a token is needed", http.StatusUnauthorized)
			return
		}
		address := r.URL.Query().Get("url")
		if address == "" {
			http.Error(w, "say whose health: ?url=ADDRESS of the page, or the name of a table", http.StatusBadRequest)
			return
		}
		health, err := c.Service().Health(r.Context(), c.Who, address, c.Now())
		if err != nil {
			http.Error(w, "the catalog cannot be read at present", http.StatusServiceUnavailable)
			return
		}
		if err := write(w, format(r), health); err != nil {
			http.Error(w, "the badge could not be drawn", http.StatusInternalServerError)
		}
	}), nil
}

// token is that of the header, or of the address, which is all that an iframe can carry.
func token(r *http.Request) string {
	if t, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return t
	}
	return r.URL.Query().Get("token")
}

// format is html, svg or json.
func format(r *http.Request) string {
	if f := r.URL.Query().Get("format"); f != "" {
		return f
	}
	switch accept := r.Header.Get("Accept"); {
	case strings.Contains(accept, "application/json"):
		return "json"
	case strings.Contains(accept, "image/") && !strings.Contains(accept, "text/html"):
		return "svg"
	}
	return "html"
}

func write(w http.ResponseWriter, format string, h *answer.Health) error {
	var b bytes.Buffer
	kind := "text/html; charset=utf-8"
	var err error
	switch format {
	case "json":
		kind = "application/json"
		err = json.NewEncoder(&b).Encode(h)
	case "svg":
		kind = "image/svg+xml"
		text := word(h.Level)
		err = picture.Execute(&b, map[string]any{"Text": text, "Colour": colour(h.Level), "Left": 74, "Right": 14 + 7*len([]rune(text)), "Wide": 88 + 7*len([]rune(text)), "Mid": 81 + 7*len([]rune(text))/2, "Title": h.Text})
	case "html":
		err = card.Execute(&b, h)
	default:
		http.Error(w, fmt.Sprintf("format %q is none; there are html, svg and json", format), http.StatusBadRequest)
		return nil
	}
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", kind)
	_, err = w.Write(b.Bytes())
	return err
}

// word is what people read for a level.
func word(level string) string {
	switch level {
	case answer.HealthOK:
		return "healthy"
	case answer.Note:
		return "healthy, with notes"
	case answer.Warn:
		return "use with care"
	case answer.Blocked:
		return "do not use"
	}
	return "not known"
}

func colour(level string) string {
	switch level {
	case answer.HealthOK, answer.Note:
		return "#1a7f4b"
	case answer.Warn:
		return "#9a6700"
	case answer.Blocked:
		return "#b42318"
	}
	return "#57606a"
}

// owner is whom to ask, where the message does not say it already.
func owner(w answer.Warning) string {
	if strings.Contains(w.Message, w.Owner) {
		return ""
	}
	return w.Owner
}

func moment(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format("2 Jan 15:04 MST")
}

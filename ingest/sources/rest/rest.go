// Package rest asks systems that speak JSON over HTTP: with a token or a signature, a bound on time and size, and
// a second try where a server is busy. Its errors say where, what and what to do, and hold no secret. It knows no
// system. Start at Client.Do.
package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Client asks one server. The zero value of everything but Base is usable.
type Client struct {
	Base   string                                   // http(s)://host:port/path
	Header http.Header                              // of every request
	Sign   func(r *http.Request, body []byte) error // puts what proves who asks on a request; may be nil
	HTTP   *http.Client                             // nil: one with a time limit of a minute
	Tries  int                                      // of one request; 4
	Pause  time.Duration                            // before the second try, doubled after each; half a second
	Most   int64                                    // bytes of an answer; 256 MiB
	// Secrets are texts that never stand in an error, whatever the server answers.
	Secrets []string
}

// New checks the address.
func New(system, base string) (*Client, error) {
	u, err := url.Parse(base)
	switch {
	case err != nil: // its text may hold a password
		return nil, fmt.Errorf("%s: the address cannot be read; write https://host:port", system)
	case u.User != nil:
		return nil, fmt.Errorf("%s: the address holds a user; give it as user, and the secret in a variable or a file", system)
	case u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("%s: %q is no address; write https://host:port", system, base)
	}
	return &Client{Base: strings.TrimRight(base, "/"), Header: http.Header{}}, nil
}

// Bearer makes every request carry a token.
func (c *Client) Bearer(token string) {
	c.Header.Set("Authorization", "Bearer "+token)
	c.Secrets = append(c.Secrets, token)
}

// Basic makes every request carry a user and a password.
func (c *Client) Basic(user, password string) {
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth(user, password)
	c.Header.Set("Authorization", r.Header.Get("Authorization"))
	c.Secrets = append(c.Secrets, password)
}

// Error is an answer that is none.
type Error struct {
	Status int    // 0 where the server was not reached or its answer was no JSON
	Code   string // the server's own name of the fault, where it has one
	Where  string
	Why    string
	Hint   string
}

func (e *Error) Error() string {
	s := e.Where + ": " + e.Why
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// Status is that of the answer which an error tells of, or 0.
func Status(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}

// Answer is what a server said.
type Answer struct {
	Body   json.RawMessage // valid JSON; nil for 204 and 304
	Header http.Header
	Status int
}

// Get asks for a path with its query, such as "/v1/config".
func (c *Client) Get(ctx context.Context, path string) (json.RawMessage, error) {
	a, err := c.Do(ctx, http.MethodGet, path, nil, nil)
	return a.Body, err
}

// Do sends a request, again where the server was busy or could not be reached. A body that is no url.Values is sent as
// JSON. Everything but 2xx and 304 is an *Error.
func (c *Client) Do(ctx context.Context, method, path string, body any, header http.Header) (Answer, error) {
	var raw []byte
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case url.Values:
		raw, kind = []byte(b.Encode()), "application/x-www-form-urlencoded"
	default:
		var err error
		if raw, err = json.Marshal(b); err != nil {
			return Answer{}, fmt.Errorf("%s: %w", c.where(path), err)
		}
	}
	tries, pause := c.Tries, c.Pause
	if tries == 0 {
		tries = 4
	}
	if pause == 0 {
		pause = 500 * time.Millisecond
	}
	for try := 1; ; try++ {
		a, wait, err := c.once(ctx, method, path, raw, kind, header)
		if err == nil || wait < 0 || try == tries || ctx.Err() != nil {
			return a, err
		}
		select {
		case <-time.After(max(wait, pause)):
		case <-ctx.Done():
			return a, err
		}
		pause *= 2
	}
}

const maxWait = 20 * time.Second

var patient = &http.Client{Timeout: time.Minute}

// once sends a request. wait is how long to wait before it is tried again, negative where that makes no sense.
func (c *Client) once(ctx context.Context, method, path string, body []byte, kind string, header http.Header) (a Answer, wait time.Duration, err error) {
	fail := func(status int, why, hint string) error {
		return &Error{Status: status, Where: c.where(path), Why: c.clean(why), Hint: hint}
	}
	r, err := http.NewRequestWithContext(ctx, method, c.Base+path, bytes.NewReader(body))
	if err != nil {
		return a, -1, fail(0, "the address cannot be read", "")
	}
	for _, h := range []http.Header{c.Header, header} {
		for k, v := range h {
			r.Header[k] = v
		}
	}
	r.Header.Set("Accept", "application/json")
	if body != nil && r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", kind)
	}
	if c.Sign != nil {
		if err := c.Sign(r, body); err != nil {
			return a, -1, fail(0, "the request cannot be signed: "+err.Error(), "look at the credentials of the account")
		}
	}
	client := c.HTTP
	if client == nil {
		client = patient
	}
	res, err := client.Do(r)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) { // its text repeats the address
			err = u.Err
		}
		if ctx.Err() != nil {
			return a, -1, fmt.Errorf("%s: %w", c.where(path), ctx.Err())
		}
		var slow net.Error
		if errors.As(err, &slow) && slow.Timeout() {
			return a, -1, fail(0, "no answer in time", "see whether the server is overloaded, or ask for less at once")
		}
		return a, 0, fail(0, "cannot be reached: "+err.Error(), "see whether the server runs and the address is right")
	}
	defer res.Body.Close()
	most := c.Most
	if most == 0 {
		most = 256 << 20
	}
	raw, err := io.ReadAll(io.LimitReader(res.Body, most+1))
	switch {
	case err != nil:
		return a, 0, fail(0, "the answer broke off: "+err.Error(), "")
	case int64(len(raw)) > most:
		return a, -1, fail(0, fmt.Sprintf("the answer has more than %d bytes", most), "ask for smaller pages")
	}
	a.Header, a.Status = res.Header, res.StatusCode
	switch {
	case res.StatusCode == http.StatusNotModified || res.StatusCode == http.StatusNoContent:
		return a, -1, nil
	case res.StatusCode >= 300:
		why := res.Status
		if s := said(raw); s != "" {
			why += ": " + s
		}
		wait = -1
		switch res.StatusCode {
		case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			wait = 0
			if n, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil {
				wait = min(time.Duration(n)*time.Second, maxWait)
			}
		}
		return a, wait, &Error{Status: res.StatusCode, Code: code(res.Header, raw), Where: c.where(path), Why: c.clean(why), Hint: hints[res.StatusCode]}
	case !json.Valid(raw):
		return a, -1, fail(0, "the answer is no JSON", "see whether the address is that of the API and not of a page")
	}
	a.Body = raw
	return a, -1, nil
}

var hints = map[int]string{
	http.StatusUnauthorized:       "the token or password is missing, wrong or no longer good",
	http.StatusForbidden:          "the account may not read this; give it the right to",
	http.StatusNotFound:           "see whether the address is right, and whether this version of the system has it",
	http.StatusTooManyRequests:    "the server asks for fewer requests; read this source less often",
	http.StatusServiceUnavailable: "try again when the server is up",
}

// said is what a refusal says in the forms that servers use, short; not the whole body, which may be a page.
func said(raw []byte) string {
	var m map[string]json.RawMessage
	if json.Unmarshal(raw, &m) != nil {
		return ""
	}
	for _, k := range []string{"message", "Message", "detail", "title", "error_description", "error", "__type"} {
		var s string
		var in struct {
			Message string `json:"message"`
		}
		switch {
		case json.Unmarshal(m[k], &s) == nil && s != "":
		case json.Unmarshal(m[k], &in) == nil && in.Message != "":
			s = in.Message
		default:
			continue
		}
		if len(s) > 300 {
			s = strings.ToValidUTF8(s[:300], "") + "…"
		}
		return s
	}
	return ""
}

// code is the name of a fault as AWS gives it, in a header or in the body, without what stands around it.
func code(h http.Header, raw []byte) string {
	var m struct {
		Type string `json:"__type"`
	}
	json.Unmarshal(raw, &m)
	name := h.Get("X-Amzn-Errortype")
	if name == "" {
		name = m.Type
	}
	name, _, _ = strings.Cut(name, ":")
	return name[strings.LastIndexByte(name, '#')+1:]
}

// Code is the server's own name of the fault that an error tells of, or empty.
func Code(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func (c *Client) where(path string) string {
	path, _, _ = strings.Cut(path, "?")
	return c.clean(c.Base + path)
}

func (c *Client) clean(s string) string {
	for _, secret := range c.Secrets {
		if len(secret) >= 3 {
			s = strings.ReplaceAll(s, secret, "…")
		}
	}
	return s
}

var secret = regexp.MustCompile(`(?i)passw|secret|token|credential|private|api[._-]?key|access[._-]?key|\.key$|^key$|jaas|sasl\.|keystore|truststore|auth(?:entication|orization)?[._-]?(?:info|user)|basic\.auth|connection\.(?:string|uri|url)$|jdbc\.url`)

// Secret says whether a setting of that name may hold a secret, or an address with one in it.
func Secret(name string) bool { return secret.MatchString(name) }

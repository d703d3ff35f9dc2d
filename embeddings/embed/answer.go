package embed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	openai "github.com/sashabaranov/go-openai"
)

// failure is why a try gave no vectors.
type failure struct {
	text  string
	again bool          // another try may help
	after time.Duration // that the endpoint asks to wait before
}

func (f *failure) Error() string { return f.text }

// maxAnswer is the most that is read of an answer: 2048 texts of 3072 numbers are some 80 MB.
const maxAnswer = 128 << 20

// try sends one request for the client library and keeps what that leaves out of its errors.
type try struct {
	client *http.Client
	sent   bool // there was an answer
	status int
	header http.Header
	begin  string
}

// Do reads the whole answer, so that one that stops in the middle, is too long, or has null where a number
// should be is told apart; the library would read null as 0.
func (t *try) Do(r *http.Request) (*http.Response, error) {
	res, err := t.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	t.sent, t.status, t.header = true, res.StatusCode, res.Header
	most := int64(maxAnswer)
	if res.StatusCode != http.StatusOK {
		most = 64 << 10
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, most+1))
	if err != nil {
		return nil, fmt.Errorf("the answer stops after %d bytes: %w", len(body), err)
	}
	if int64(len(body)) > most {
		if res.StatusCode == http.StatusOK {
			return nil, badAnswer(fmt.Sprintf("the answer has more than %d bytes", most))
		}
		body = body[:most]
	}
	t.begin = strings.ToValidUTF8(string(body[:min(len(body), 200)]), "")
	if res.StatusCode == http.StatusOK {
		if err := nulls(body); err != nil {
			return nil, err
		}
	} else if res.StatusCode < 400 {
		// The library takes what is below 400 for an answer.
		return nil, fmt.Errorf("status %s", res.Status)
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

// nulls finds null among the numbers of an answer, which is how some servers write NaN.
func nulls(body []byte) error {
	if !bytes.Contains(body, []byte("null")) {
		return nil
	}
	var answer struct {
		Data []struct{ Embedding []*json.Number }
	}
	if json.Unmarshal(body, &answer) != nil {
		return nil // the library will say what is wrong
	}
	for i, d := range answer.Data {
		for k, v := range d.Embedding {
			if v == nil {
				return badAnswer(fmt.Sprintf("vector %d of the answer has null in place %d, where a number is expected; the model may have overflowed on that text", i+1, k+1))
			}
		}
	}
	return nil
}

// badAnswer is an answer that came whole and is wrong: asking again would give the same.
type badAnswer string

func (b badAnswer) Error() string { return string(b) }

// failure turns the library's error into ours.
func (t *try) failure(err error, key secret) *failure {
	f := &failure{text: key.hide(err.Error())}
	var bad badAnswer
	switch {
	case errors.As(err, &bad):
		f.text = key.hide(string(bad))
	case !t.sent:
		// Nobody answered: refused, cut off, too slow.
		f.again = true
	case t.status == http.StatusOK:
		var syntax *json.SyntaxError
		var kind *json.UnmarshalTypeError
		if errors.As(err, &syntax) || errors.As(err, &kind) {
			f.text = key.hide(fmt.Sprintf("the answer is not what OpenAI's embeddings API answers: %v; it begins with %q (%s)", err, t.begin, t.header.Get("Content-Type")))
			break
		}
		f.again = true // it stopped in the middle
	default:
		var api *openai.APIError
		text := t.begin
		if errors.As(err, &api) {
			text = api.Message
		}
		f.text = key.hide(fmt.Sprintf("the endpoint answers %d %s: %s", t.status, http.StatusText(t.status), strings.Join(strings.Fields(cut(text, 300)), " ")))
		f.again = t.status == http.StatusRequestTimeout || t.status == http.StatusTooEarly || t.status == http.StatusTooManyRequests || t.status >= 500
		// A used-up budget has the status of haste, but waiting does not fill it.
		if api != nil && (api.Type == "insufficient_quota" || api.Code == "insufficient_quota") {
			f.again = false
		}
		if t.status == http.StatusUnauthorized || t.status == http.StatusForbidden {
			f.text += "; check the key in the configured file or environment variable"
		}
		f.after = retryAfter(t.header, time.Now())
	}
	return f
}

func cut(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "") + "…"
	}
	return s
}

// retryAfter reads how long to wait: OpenAI's milliseconds, or seconds or a date as in RFC 9110.
func retryAfter(h http.Header, now time.Time) time.Duration {
	if ms, err := strconv.ParseInt(h.Get("Retry-After-Ms"), 10, 32); err == nil && ms >= 0 {
		return time.Duration(ms) * time.Millisecond
	}
	v := strings.TrimSpace(h.Get("Retry-After"))
	if s, err := strconv.ParseInt(v, 10, 32); err == nil && s >= 0 {
		return time.Duration(s) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// arrange puts the vectors of an answer into the order of the n texts by their index, each brought to
// length 1; dim 0 takes the first vector's. An answer that is not one good vector a text is an error that
// says what came and what was expected.
func arrange(data []openai.Embedding, n, dim int) ([][]float32, error) {
	if len(data) != n {
		return nil, fmt.Errorf("%d vectors came for %d texts; nothing of them is used", len(data), n)
	}
	out := make([][]float32, n)
	for i, d := range data {
		switch {
		case d.Index < 0 || d.Index >= n:
			return nil, fmt.Errorf("vector %d of the answer has index %d; expected 0 to %d", i+1, d.Index, n-1)
		case out[d.Index] != nil:
			return nil, fmt.Errorf("two vectors of the answer have index %d; expected each of 0 to %d once", d.Index, n-1)
		}
		if dim == 0 && i == 0 {
			dim = len(d.Embedding)
			if dim == 0 || dim > maxDim {
				return nil, fmt.Errorf("the vector has %d numbers; expected 1 to %d", dim, maxDim)
			}
		}
		if len(d.Embedding) != dim {
			return nil, fmt.Errorf("vector %d of the answer has %d numbers; expected %d: does the endpoint serve another model now? An index holds vectors of one length, so give the new model another name or version and build the index again", i+1, len(d.Embedding), dim)
		}
		for k, v := range d.Embedding {
			if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
				return nil, fmt.Errorf("vector %d of the answer has %v in place %d; expected a finite number", i+1, v, k+1)
			}
		}
		if !unit(d.Embedding) {
			return nil, fmt.Errorf("vector %d of the answer is all zeros, which has no direction", i+1)
		}
		out[d.Index] = d.Embedding
	}
	return out, nil
}

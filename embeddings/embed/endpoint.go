package embed

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/limn-data/limn/internal/decimal"
	openai "github.com/sashabaranov/go-openai"
)

// Config says which endpoint to ask and how. The zero value of a field means the default in its comment.
type Config struct {
	BaseURL string // up to and with /v1
	Model   string
	// Version becomes part of the ID: change it when the endpoint has other weights under the same name.
	Version string
	// The key is the content of KeyFile or of the environment variable KeyEnv; with neither none is sent.
	KeyFile, KeyEnv string
	// Dim is how long vectors are. With 0, Open asks the endpoint.
	Dim int
	// Shorten asks the endpoint for vectors of length Dim, where its models can be shortened.
	Shorten bool

	Batch    int // texts in a request; 64
	MaxBytes int // bytes of a text that are sent; 8192
	Parallel int // requests at a time; 1
	// RequestsPerMinute and TokensPerMinute are not exceeded; 0 is no limit.
	RequestsPerMinute, TokensPerMinute int

	Timeout  time.Duration // of one try; 60 s
	Attempts int           // tries of a request; 6
	// MaxWait is the longest wait between two tries; an endpoint that asks for more ends the call; 60 s.
	MaxWait time.Duration

	// Price is what a million tokens cost, in Currency, written as a decimal ("0.02"); empty is unknown.
	Price, Currency string
}

// Usage is what an Endpoint has used since it was opened.
type Usage struct {
	Requests int64 // answered with vectors
	Retries  int64
	Texts    int64
	Tokens   int64 // as the endpoint counted
	// Uncounted are requests for which the endpoint told no tokens; Cost lacks them.
	Uncounted int64
	// Cost is Tokens times the price, exactly; valid where Priced.
	Cost     decimal.Decimal
	Priced   bool
	Currency string
}

// Endpoint embeds by asking a server that speaks OpenAI's embeddings API. It checks what comes back and
// never gives out part of an answer. Start at Open.
type Endpoint struct {
	config Config
	key    secret
	price  decimal.Decimal
	http   *http.Client
	clock  clock
	pace   pacer

	mu   sync.Mutex
	used Usage
}

// Open checks the configuration, reads the key, and with Config.Dim 0 asks the endpoint how long its
// vectors are.
func Open(ctx context.Context, c Config) (*Endpoint, error) { return open(ctx, c, realClock{}) }

func open(ctx context.Context, c Config, clock clock) (*Endpoint, error) {
	u, err := url.Parse(c.BaseURL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("embed: the endpoint's base URL is no URL; write one such as https://host/v1")
	case u.User != nil:
		return nil, errors.New("embed: the endpoint's base URL holds a user or password; put the key into a file and name it")
	case c.Model == "":
		return nil, fmt.Errorf("embed: no model is named for the endpoint %s", u.Host)
	case c.Dim < 0 || c.Dim > maxDim:
		return nil, fmt.Errorf("embed: vectors of length %d; write 1 to %d, or 0 to ask the endpoint", c.Dim, maxDim)
	case c.Shorten && c.Dim == 0:
		return nil, errors.New("embed: vectors are to be shortened, but no length is given")
	case c.KeyFile != "" && c.KeyEnv != "":
		return nil, errors.New("embed: both a file and an environment variable are named for the key; name one")
	}
	e := &Endpoint{config: c, clock: clock}
	if e.key, err = readKey(c.KeyFile, c.KeyEnv); err != nil {
		return nil, err
	}
	if c.Price != "" {
		if e.price, err = decimal.Parse(c.Price); err != nil || e.price.Sign() < 0 {
			return nil, fmt.Errorf("embed: the price %q of a million tokens is no amount; write digits such as 0.02", c.Price)
		}
	}
	for _, d := range []struct {
		field *int
		is    int
	}{{&e.config.Batch, 64}, {&e.config.MaxBytes, 8192}, {&e.config.Parallel, 1}, {&e.config.Attempts, 6}} {
		if *d.field <= 0 {
			*d.field = d.is
		}
	}
	for _, d := range []*time.Duration{&e.config.Timeout, &e.config.MaxWait} {
		if *d <= 0 {
			*d = time.Minute
		}
	}
	e.pace = pacer{requests: perMinute(c.RequestsPerMinute), tokens: perMinute(c.TokensPerMinute)}
	e.http = &http.Client{
		// A redirect could take texts to a host that nobody configured.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     http.DefaultTransport.(*http.Transport).Clone(),
	}
	if c.Dim == 0 {
		got, err := e.request(ctx, []string{"dimension"})
		if err != nil {
			return nil, fmt.Errorf("embed: asking how long vectors are: %w", err)
		}
		e.config.Dim = len(got[0])
	}
	return e, nil
}

const maxDim = 16384

// ID names model, version and length; the endpoint's address is left out because the same model may move.
func (e *Endpoint) ID() string {
	id := "openai/" + e.config.Model
	if e.config.Version != "" {
		id += "@" + e.config.Version
	}
	return fmt.Sprintf("%s/%d", id, e.config.Dim)
}

// Dim is the length that was configured or learnt when opening.
func (e *Endpoint) Dim() int { return e.config.Dim }

// String names the endpoint without its key.
func (e *Endpoint) String() string { return e.ID() + " at " + e.config.BaseURL }

// GoString is String: %#v must not reach the key either.
func (e *Endpoint) GoString() string { return e.String() }

// Used tells what was used so far.
func (e *Endpoint) Used() Usage {
	e.mu.Lock()
	defer e.mu.Unlock()
	u := e.used
	if u.Priced = e.config.Price != ""; u.Priced {
		u.Currency = e.config.Currency
		u.Cost = decimal.New(u.Tokens, 6).Mul(e.price)
	}
	return u
}

// Embed sends the texts in batches. A text of nothing is sent as "-", since many servers refuse it, and
// what a text has beyond MaxBytes is left off. When one batch fails for good the others are given up.
func (e *Endpoint) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	out := make([][]float32, len(texts))
	var (
		wait  sync.WaitGroup
		once  sync.Once
		first error
		free  = make(chan struct{}, e.config.Parallel)
	)
	for from := 0; from < len(texts); from += e.config.Batch {
		free <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		to := min(from+e.config.Batch, len(texts))
		wait.Go(func() {
			defer func() { <-free }()
			send := make([]string, to-from)
			for i, t := range texts[from:to] {
				send[i] = sendable(t, e.config.MaxBytes)
			}
			got, err := e.request(ctx, send)
			if err != nil {
				once.Do(func() { first = fmt.Errorf("embed: texts %d to %d of %d: %w", from+1, to, len(texts), err) })
				stop()
				return
			}
			copy(out[from:], got)
		})
	}
	wait.Wait()
	if first != nil {
		return nil, first
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return out, nil
}

func sendable(text string, most int) string {
	text = strings.ToValidUTF8(text, " ")
	if len(text) > most {
		for most > 0 && !utf8.RuneStart(text[most]) {
			most--
		}
		text = text[:most]
	}
	if strings.TrimSpace(text) == "" {
		return "-"
	}
	return text
}

// request asks for the vectors of one batch, again as long as that may help.
func (e *Endpoint) request(ctx context.Context, texts []string) ([][]float32, error) {
	for try := 1; ; try++ {
		if err := e.pace.wait(ctx, e.clock, estimate(texts)); err != nil {
			return nil, err
		}
		got, tokens, fail := e.ask(ctx, texts)
		if fail == nil {
			e.count(len(texts), tokens)
			e.pace.correct(estimate(texts), tokens)
			return got, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if !fail.again {
			return nil, fail
		}
		if try == e.config.Attempts {
			return nil, fmt.Errorf("given up after %d tries: %w", try, fail)
		}
		pause := backoff(try, e.config.MaxWait)
		if fail.after > e.config.MaxWait {
			return nil, fmt.Errorf("the endpoint asks to wait %s, more than the %s allowed: %w", fail.after.Round(time.Second), e.config.MaxWait, fail)
		}
		e.mu.Lock()
		e.used.Retries++
		e.mu.Unlock()
		if err := e.clock.sleep(ctx, max(pause, fail.after)); err != nil {
			return nil, err
		}
	}
}

func (e *Endpoint) count(texts, tokens int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.used.Requests++
	e.used.Texts += int64(texts)
	if tokens > 0 {
		e.used.Tokens += int64(tokens)
	} else {
		e.used.Uncounted++
	}
}

// secret is a key that no form of printing shows.
type secret struct{ key string }

func (secret) String() string   { return "(secret)" }
func (secret) GoString() string { return "(secret)" }
func (s secret) hide(text string) string {
	if s.key == "" {
		return text
	}
	return strings.ReplaceAll(text, s.key, "(secret)")
}

func readKey(file, env string) (secret, error) {
	var key, where string
	switch {
	case file != "":
		raw, err := os.ReadFile(file)
		if err != nil {
			return secret{}, fmt.Errorf("embed: the key of the endpoint: %w", err)
		}
		key, where = string(raw), "file "+file
	case env != "":
		key, where = os.Getenv(env), "environment variable "+env
	default:
		return secret{}, nil
	}
	key = strings.TrimSpace(key)
	if key == "" {
		return secret{}, fmt.Errorf("embed: the %s holds no key for the endpoint", where)
	}
	if strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return secret{}, fmt.Errorf("embed: the key in the %s has a blank or a character that no key has", where)
	}
	return secret{key}, nil
}

// ask is one try. Its errors are failures without the key; they say whether another try may help.
func (e *Endpoint) ask(ctx context.Context, texts []string) ([][]float32, int, *failure) {
	ctx, stop := context.WithTimeout(ctx, e.config.Timeout)
	defer stop()
	t := &try{client: e.http}
	c := openai.DefaultConfig(e.key.key)
	c.BaseURL, c.HTTPClient = strings.TrimRight(e.config.BaseURL, "/"), t
	ask := openai.EmbeddingRequestStrings{Input: texts, Model: openai.EmbeddingModel(e.config.Model), EncodingFormat: openai.EmbeddingEncodingFormatFloat}
	if e.config.Shorten {
		ask.Dimensions = e.config.Dim
	}
	answer, err := openai.NewClientWithConfig(c).CreateEmbeddings(ctx, ask)
	if err != nil {
		return nil, 0, t.failure(err, e.key)
	}
	out, err := arrange(answer.Data, len(texts), e.config.Dim)
	if err != nil {
		text := err.Error()
		if len(answer.Data) == 0 {
			text += fmt.Sprintf("; the answer begins with %q", t.begin)
		}
		return nil, 0, &failure{text: e.key.hide(text)}
	}
	return out, max(answer.Usage.PromptTokens, answer.Usage.TotalTokens), nil
}

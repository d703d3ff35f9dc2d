package datahub

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/limn-data/limn/ingest/sources/loose"
)

// API is a DataHub that is asked over HTTP.
type API struct {
	URL   string // of the metadata service, such as https://datahub.example:8080
	Token string // a personal access token
	// GraphQL asks over GraphQL, for installations that offer nothing else. Everything else is asked over
	// OpenAPI v3, which has every aspect.
	GraphQL bool
	Page    int // things a page; 500 over OpenAPI, 50 over GraphQL
	Client  *http.Client

	pause time.Duration // before the second try; a quarter of a second
}

func (a *API) check() error {
	u, err := url.Parse(a.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("datahub: %q is no address; write https://datahub.example:8080", a.URL)
	}
	if a.Page < 0 || a.Page > 10_000 {
		return fmt.Errorf("datahub: a page of %d things; write 1 to 10000", a.Page)
	}
	return nil
}

// kindsAsked are the kinds of things that are read, those that others refer to first.
var kindsAsked = []string{"corpuser", "corpGroup", "tag", "domain", "ownershipType", "structuredProperty", "glossaryNode", "glossaryTerm", "dataset", "dataFlow", "dataJob", "chart", "dashboard", "assertion", "incident", "query", "dataContract"}

// read asks for everything. DataHub's index can be filtered by when a table was changed in its own system, and not
// by when its owners or its deprecation were, so that there is nothing to ask for less by.
func (a *API) read(ctx context.Context, st *store) error {
	st.rep.Whole = true
	if a.GraphQL {
		return a.graphql(ctx, st)
	}
	for _, kind := range kindsAsked {
		if err := a.scroll(ctx, kind, st); err != nil {
			return err
		}
	}
	return nil
}

// scrolled is a page of OpenAPI v3: things with their aspects, each with value and systemMetadata.
type scrolled struct {
	Scroll   string                       `json:"scrollId"`
	Entities []map[string]json.RawMessage `json:"entities"`
}

func (scrolled) Unread() []string { return []string{"totalCount"} }

type enveloped struct {
	Value  json.RawMessage `json:"value"`
	System *systemMetadata `json:"systemMetadata"`
}

func (enveloped) Unread() []string { return []string{"headers", "auditStamp"} }

// maxPages is where a scroll that never ends is given up.
const maxPages = 1_000_000

// scroll reads all things of a kind over POST /openapi/v3/entity/scroll.
func (a *API) scroll(ctx context.Context, kind string, st *store) error {
	q := url.Values{"count": {strconv.Itoa(cmp.Or(a.Page, 500))}, "query": {"*"}, "systemMetadata": {"true"}, "includeSoftDelete": {"true"}, "skipCache": {"true"}, "sort": {"urn"}}
	body := map[string]any{"entities": []string{kind}, "aspects": []string{}} // no names: all aspects
	last := ""
	for range maxPages {
		var page scrolled
		if err := a.post(ctx, "/openapi/v3/entity/scroll?"+q.Encode(), body, &page, st, "scroll"); err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		for _, e := range page.Entities {
			if err := a.entity(kind, e, st); err != nil {
				return err
			}
		}
		if page.Scroll == "" || len(page.Entities) == 0 {
			return nil
		}
		if page.Scroll == last {
			return fmt.Errorf("%s: the scroll stands still at %q", kind, loose.Short(last))
		}
		last = page.Scroll
		q.Set("scrollId", last)
	}
	return fmt.Errorf("%s: the scroll did not end after %d pages", kind, maxPages)
}

func (a *API) entity(kind string, e map[string]json.RawMessage, st *store) error {
	var u string
	if json.Unmarshal(e["urn"], &u) != nil || u == "" {
		st.rep.Skip(kind, "it has no urn")
		return nil
	}
	st.rep.Records++
	for name, raw := range e {
		if len(raw) == 0 || raw[0] != '{' {
			continue // urn, and null
		}
		var v enveloped
		if err := loose.Decode(raw, &v, loose.Notes{Report: st.rep, Where: "scroll.aspect"}); err != nil {
			return err
		}
		if len(v.Value) == 0 {
			continue
		}
		value, err := unwrap(v.Value)
		if err != nil {
			st.rep.Skip(u+" "+name, err.Error())
			continue
		}
		r := record{urn: u, kind: kind, aspect: name, raw: value}
		if v.System != nil {
			r.at = v.System.LastObserved
		}
		if err := st.add(r); err != nil {
			st.rep.Skip(u+" "+name, err.Error())
		}
	}
	return nil
}

// maxAnswer bounds an answer, in bytes.
const maxAnswer = 256 << 20

// tries is how often a request is made that the server could not answer now.
const tries = 4

// post asks, and asks again where the server says that it could not answer now.
func (a *API) post(ctx context.Context, path string, body, into any, st *store, where string) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	client := a.Client
	if client == nil {
		client = &http.Client{Timeout: 2 * time.Minute}
	}
	wait := cmp.Or(a.pause, 250*time.Millisecond)
	for try := 1; ; try++ {
		answer, again, err := a.once(ctx, client, path, raw)
		if err == nil {
			if err := loose.Decode(answer, into, loose.Notes{Report: st.rep, Where: where}); err != nil {
				return fmt.Errorf("%s: %w", a.URL, err)
			}
			return nil
		}
		if !again || try == tries {
			return err
		}
		select {
		case <-time.After(wait):
			wait *= 3
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		}
	}
}

func (a *API) once(ctx context.Context, client *http.Client, path string, body []byte) (answer []byte, again bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(a.URL, "/")+path, bytes.NewReader(body))
	if err != nil {
		return nil, false, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	if a.Token != "" {
		req.Header.Set("Authorization", "Bearer "+a.Token)
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, ctx.Err() == nil, err
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, ctx.Err() == nil, fmt.Errorf("%s: %w", a.URL, err)
	case resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden:
		return nil, false, fmt.Errorf("%s refuses the token (%s); give one that may read metadata", a.URL, resp.Status)
	case resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= 500:
		return nil, true, fmt.Errorf("%s answers %s: %s", a.URL, resp.Status, loose.Short(string(answer)))
	case resp.StatusCode != http.StatusOK:
		return nil, false, fmt.Errorf("%s answers %s: %s", a.URL, resp.Status, loose.Short(string(answer)))
	case len(answer) > maxAnswer:
		return nil, false, fmt.Errorf("%s answers more than %d bytes at once; set a smaller page", a.URL, maxAnswer)
	}
	return answer, false, nil
}

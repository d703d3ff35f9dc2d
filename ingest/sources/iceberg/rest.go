package iceberg

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
	"github.com/limn-data/limn/ingest/sources/rest"
)

// REST is a catalog that speaks Iceberg's REST protocol.
type REST struct {
	Client    *rest.Client // at the address before /v1
	Warehouse string
	// ID and Secret of a client are changed into a token at /v1/oauth/tokens, or at TokenPath.
	ID, Secret, Scope, TokenPath string
	Include                      []string // namespaces, or namespace.table, with * for any; empty: all
}

// separator joins the levels of a namespace in a path.
const separator = "\x1f"

// maxPages is where a listing that never ends is given up.
const maxPages = 100_000

// catalogs reads a REST catalog: its configuration, namespaces, and the metadata of each table.
func (r *reading) catalogs(ctx context.Context) error {
	if err := r.REST.signIn(ctx); err != nil {
		return err
	}
	prefix, err := r.REST.config(ctx)
	if err != nil {
		return err
	}
	namespaces, err := r.namespaces(ctx, prefix, nil, 0)
	if err != nil {
		return err
	}
	type named struct {
		namespace []string
		name      string
	}
	var tables []named
	for _, ns := range namespaces {
		r.rep.Count("namespaces")
		err := r.REST.pages(ctx, prefix+"/namespaces/"+levels(ns)+"/tables", nil, func(raw json.RawMessage) error {
			var page struct {
				Identifiers []struct {
					Namespace []string `json:"namespace"`
					Name      string   `json:"name"`
				} `json:"identifiers"`
			}
			if err := json.Unmarshal(raw, &page); err != nil {
				return err
			}
			for _, t := range page.Identifiers {
				if t.Name != "" && r.covers(strings.Join(ns, "."), t.Name) {
					tables = append(tables, named{ns, t.Name})
				}
			}
			return nil
		})
		if one(err) && rest.Status(err) != http.StatusInternalServerError {
			r.skip("namespace "+strings.Join(ns, "."), err)
		} else if err != nil {
			return err
		}
	}
	return rest.Each(ctx, r.Workers, tables, func(ctx context.Context, t named) error {
		full := strings.Join(append(slices.Clone(t.namespace), t.name), ".")
		// Snapshots that no branch or tag holds are not asked for: a table may have very many.
		path := prefix + "/namespaces/" + levels(t.namespace) + "/tables/" + url.PathEscape(t.name) + "?snapshots=refs"
		header := http.Header{}
		old := r.old.Tables[full]
		if old.Mark != "" {
			header.Set("If-None-Match", old.Mark)
		}
		a, err := r.REST.Client.Do(ctx, http.MethodGet, path, nil, header)
		switch {
		case one(err):
			r.skip("table "+full, err)
			return nil
		case err != nil:
			return err
		case a.Status == http.StatusNotModified && r.known(full, old.Mark):
			return nil
		}
		var loaded struct {
			Location string          `json:"metadata-location"`
			Metadata json.RawMessage `json:"metadata"`
		}
		if err := json.Unmarshal(a.Body, &loaded); err != nil || len(loaded.Metadata) == 0 {
			return fmt.Errorf("%s: the answer has no metadata; see whether the address is that of an Iceberg REST catalog", full)
		}
		mark := a.Header.Get("Etag")
		if mark == "" {
			mark = loaded.Location
			if r.known(full, mark) {
				return nil
			}
		}
		return r.table(full, mark, r.id(t.namespace, t.name), loaded.Metadata)
	})
}

func (r *reading) id(namespace []string, name string) catalog.ID {
	if r.Catalog != "" {
		return catalog.TableID(catalog.Name{Catalog: r.Catalog, Schema: strings.Join(namespace, "."), Table: name})
	}
	return catalog.ID{Namespace: r.Namespace, Name: strings.Join(append(slices.Clone(namespace), name), ".")}
}

// covers says whether the patterns let a table through; without a name, whether any of a namespace might be.
func (r *reading) covers(namespace, name string) bool {
	return len(r.REST.Include) == 0 || slices.ContainsFunc(r.REST.Include, func(p string) bool {
		for _, whole := range []string{p, strings.TrimSuffix(p, ".*")} {
			if strings.EqualFold(whole, namespace) || name != "" && strings.EqualFold(whole, namespace+"."+name) {
				return true
			}
			if name == "" && strings.HasPrefix(strings.ToLower(whole), strings.ToLower(namespace)+".") {
				return true
			}
		}
		return p == "*" || name != "" && strings.HasPrefix(p, "*.") && strings.EqualFold(p[2:], name)
	})
}

// one says that an error is about one thing and not about the server.
func one(err error) bool {
	switch rest.Status(err) {
	case http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusInternalServerError:
		return true
	}
	return false
}

func levels(namespace []string) string { return url.PathEscape(strings.Join(namespace, separator)) }

// namespaces lists the namespaces below one, all levels.
func (r *reading) namespaces(ctx context.Context, prefix string, parent []string, depth int) ([][]string, error) {
	q := url.Values{}
	if len(parent) > 0 {
		q.Set("parent", strings.Join(parent, separator))
	}
	var found, out [][]string
	err := r.REST.pages(ctx, prefix+"/namespaces", q, func(raw json.RawMessage) error {
		var page struct {
			Namespaces [][]string `json:"namespaces"`
		}
		if err := json.Unmarshal(raw, &page); err != nil {
			return err
		}
		found = append(found, page.Namespaces...)
		return nil
	})
	if err != nil {
		if len(parent) > 0 && (one(err) || rest.Status(err) == http.StatusBadRequest || rest.Status(err) == http.StatusNotImplemented) {
			return nil, nil // a catalog of one level
		}
		return nil, err
	}
	for _, ns := range found {
		if len(ns) <= len(parent) || !slices.Equal(ns[:len(parent)], parent) {
			continue // a catalog of one level that takes no notice of parent
		}
		if !r.covers(strings.Join(ns, "."), "") {
			continue
		}
		out = append(out, ns)
		if depth < maxDepth {
			below, err := r.namespaces(ctx, prefix, ns, depth+1)
			if err != nil {
				return nil, err
			}
			out = append(out, below...)
		}
	}
	return out, nil
}

// pages asks for all pages of a listing.
func (s *REST) pages(ctx context.Context, path string, q url.Values, read func(json.RawMessage) error) error {
	if q == nil {
		q = url.Values{}
	}
	q.Set("pageToken", "") // asks for pages
	q.Set("pageSize", "1000")
	for range maxPages {
		raw, err := s.Client.Get(ctx, path+"?"+q.Encode())
		if err != nil {
			return err
		}
		var page struct {
			Next string `json:"next-page-token"`
		}
		if err := json.Unmarshal(raw, &page); err != nil {
			return fmt.Errorf("%s%s: the answer is no listing: %w", s.Client.Base, path, err)
		}
		if err := read(raw); err != nil {
			return fmt.Errorf("%s%s: the answer is no listing: %w", s.Client.Base, path, err)
		}
		if page.Next == "" {
			return nil
		}
		if page.Next == q.Get("pageToken") {
			return fmt.Errorf("%s%s: the server gives the same page again and again", s.Client.Base, path)
		}
		q.Set("pageToken", page.Next)
	}
	return fmt.Errorf("%s%s: the listing does not end", s.Client.Base, path)
}

// config asks for the prefix of paths.
func (s *REST) config(ctx context.Context) (string, error) {
	path := "/v1/config"
	if s.Warehouse != "" {
		path += "?warehouse=" + url.QueryEscape(s.Warehouse)
	}
	raw, err := s.Client.Get(ctx, path)
	if err != nil {
		return "", err
	}
	var c struct {
		Overrides map[string]loose.Text `json:"overrides"`
		Defaults  map[string]loose.Text `json:"defaults"`
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return "", fmt.Errorf("%s/v1/config: the answer is no configuration: %w", s.Client.Base, err)
	}
	prefix := string(c.Overrides["prefix"])
	if prefix == "" {
		prefix = string(c.Defaults["prefix"])
	}
	if prefix = strings.Trim(prefix, "/"); prefix == "" {
		return "/v1", nil
	}
	// A prefix is one segment or several; what is escaped already stays.
	parts := strings.Split(prefix, "/")
	for i, p := range parts {
		if un, err := url.PathUnescape(p); err == nil {
			parts[i] = url.PathEscape(un)
		}
	}
	return "/v1/" + strings.Join(parts, "/"), nil
}

// signIn changes the credentials of a client into a token.
func (s *REST) signIn(ctx context.Context) error {
	if s.Secret == "" {
		return nil
	}
	path, scope := s.TokenPath, s.Scope
	if path == "" {
		path = "/v1/oauth/tokens"
	}
	if scope == "" {
		scope = "catalog"
	}
	s.Client.Secrets = append(s.Client.Secrets, s.Secret)
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {s.ID}, "client_secret": {s.Secret}, "scope": {scope}}
	a, err := s.Client.Do(ctx, http.MethodPost, path, form, nil)
	if err != nil {
		return fmt.Errorf("signing in: %w", err)
	}
	var t struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(a.Body, &t); err != nil || t.Token == "" {
		return fmt.Errorf("signing in at %s%s: the answer holds no token", s.Client.Base, path)
	}
	s.Client.Bearer(t.Token)
	return nil
}

package translate_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/internal/service"
)

// trino asks a real Trino over its HTTP protocol.
type trino struct {
	url    string
	client *http.Client
}

// trinoResult is an answer as the protocol has it.
type trinoResult struct {
	types []string
	rows  [][]any
	code  string // of an error, empty for none
	text  string
}

// realTrino is the Trino that services.sh started.
func realTrino(t testing.TB) *trino {
	t.Helper()
	return &trino{url: service.Trino(t), client: &http.Client{Timeout: 2 * time.Minute}}
}

func (c *trino) query(ctx context.Context, sql, zone string) (trinoResult, error) {
	return c.queryIn(ctx, sql, zone, "tpch", "tiny")
}

func (c *trino) queryIn(ctx context.Context, sql, zone, catalog, schema string) (r trinoResult, err error) {
	type page struct {
		NextURI string `json:"nextUri"`
		Columns []struct{ Type string }
		Data    [][]any
		Error   *struct {
			ErrorName string `json:"errorName"`
			Message   string
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/v1/statement", strings.NewReader(sql))
	if err != nil {
		return r, err
	}
	for name, value := range map[string]string{"X-Trino-User": "translation-test", "X-Trino-Catalog": catalog, "X-Trino-Schema": schema,
		"X-Trino-Time-Zone": zone, "X-Trino-Client-Capabilities": "PARAMETRIC_DATETIME"} {
		req.Header.Set(name, value)
	}
	for {
		res, err := c.client.Do(req)
		if err != nil {
			return r, err
		}
		var p page
		d := json.NewDecoder(res.Body)
		d.UseNumber()
		err = d.Decode(&p)
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK {
			return r, fmt.Errorf("trino answered %s", res.Status)
		}
		if err != nil {
			return r, err
		}
		if p.Columns != nil {
			r.types = nil
			for _, col := range p.Columns {
				r.types = append(r.types, col.Type)
			}
		}
		r.rows = append(r.rows, p.Data...)
		if p.Error != nil {
			r.code, r.text = p.Error.ErrorName, p.Error.Message
			return r, nil
		}
		if p.NextURI == "" {
			return r, nil
		}
		if req, err = http.NewRequestWithContext(ctx, http.MethodGet, p.NextURI, bytes.NewReader(nil)); err != nil {
			return r, err
		}
		req.Header.Set("X-Trino-User", "translation-test")
	}
}

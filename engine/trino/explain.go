package trino

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/format"
)

// Estimate is what the server's planner expects a query to read. Known is false where it has no
// statistics of a table.
type Estimate struct {
	Bytes, Rows int64
	Known       bool
}

// ioPlan is the answer to EXPLAIN (TYPE IO, FORMAT JSON), as far as it is used.
type ioPlan struct {
	Inputs []struct {
		Estimate struct {
			Rows  number `json:"outputRowCount"`
			Bytes number `json:"outputSizeInBytes"`
		} `json:"estimate"`
	} `json:"inputTableColumnInfos"`
}

// number is written as a number or, where it is not known, as "NaN".
type number float64

func (n *number) UnmarshalJSON(raw []byte) error {
	var f float64
	if json.Unmarshal(raw, &f) != nil {
		f = math.NaN()
	}
	*n = number(f)
	return nil
}

// Estimate asks what a query would read, as the asker. The context bounds the asking, and the server is told
// how long: a plan of many joins can take it seconds. That it cannot say in time is an unknown estimate; that
// it refuses the query is an error.
func (e *Engine) Estimate(ctx context.Context, q *ast.Query, user string) (Estimate, error) {
	s := Statement{SQL: "EXPLAIN (TYPE IO, FORMAT JSON) " + format.Query(q), User: user, MaxRows: 1}
	if until, ok := ctx.Deadline(); ok {
		s.Limits.Timeout = time.Until(until)
	}
	set, err := e.Run(ctx, s)
	var failed *Error
	if errors.As(err, &failed) && failed.Code == "timeout" {
		return Estimate{}, nil
	}
	if err != nil {
		return Estimate{}, err
	}
	if len(set.Rows) != 1 {
		return Estimate{}, fmt.Errorf("trino: EXPLAIN gave %d rows, want 1", len(set.Rows))
	}
	text, _ := set.Rows[0][0].(string)
	return readIO(text)
}

func readIO(text string) (Estimate, error) {
	var doc ioPlan
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		return Estimate{}, fmt.Errorf("trino: reading EXPLAIN: %w", err)
	}
	out := Estimate{Known: true}
	var bytes, n float64
	for _, in := range doc.Inputs {
		if math.IsNaN(float64(in.Estimate.Bytes)) || math.IsNaN(float64(in.Estimate.Rows)) {
			return Estimate{}, nil
		}
		bytes += float64(in.Estimate.Bytes)
		n += float64(in.Estimate.Rows)
	}
	out.Bytes, out.Rows = clamp(bytes), clamp(n)
	return out, nil
}

func clamp(f float64) int64 {
	if f >= math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(math.Ceil(f))
}

package trino

import (
	"context"
	"encoding/json"
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

// DefaultEstimateTimeout bounds the asking: a plan of many joins can take the server seconds.
const DefaultEstimateTimeout = 5 * time.Second

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

// Estimate asks what a query would read, as the asker and within its own time. That the server cannot say
// in time is an unknown estimate, not an error; that it refuses the query is an error.
func (e *Engine) Estimate(ctx context.Context, q *ast.Query, user string, timeout time.Duration) (Estimate, error) {
	if timeout <= 0 {
		timeout = DefaultEstimateTimeout
	}
	set, err := e.Run(ctx, Statement{SQL: "EXPLAIN (TYPE IO, FORMAT JSON) " + format.Query(q), User: user, MaxRows: 1, Limits: Limits{Timeout: timeout}})
	if err != nil {
		if failed, ok := err.(*Error); ok && failed.Code == "timeout" && ctx.Err() == nil {
			return Estimate{}, nil
		}
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

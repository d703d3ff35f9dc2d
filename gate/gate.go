// Package gate decides whether a checked statement may run, for whom, and at what cost: Run, AskFirst or
// Refuse, always with a reason. What may run it hands back as a new tree, in which the rows and values that
// the asker may not see are not there. It never writes to a tree that it is given, never runs anything, and
// takes no word of a statement for who asks. Start at Gate.Judge; text comes in through Read.
package gate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/parse"
)

// Decision is what may happen.
type Decision uint8

// The decisions.
const (
	Run Decision = iota
	AskFirst
	Refuse
)

// The codes of refusals, and of the one question.
const (
	CodeMultiple      = "multiple_statements"
	CodeNotAQuery     = "not_a_query"
	CodeWithSession   = "with_session"
	CodeWithFunction  = "with_function"
	CodeTableFunction = "table_function"
	CodeFunction      = "function"
	CodeSystemTable   = "system_table"
	CodeUnknown       = "unknown_construct" // a part of the language that the gate does not know
	CodeTooLarge      = "too_large"
	CodePredicate     = "needs_predicate"
	CodeNotEnforced   = "not_enforceable" // the asker's rights cannot be built into this statement
	CodeNoEstimate    = "no_estimate"
	CodeConfirm       = "needs_confirmation"
)

// Verdict is a decision with its reason in words for people.
type Verdict struct {
	Decision Decision
	Code     string // empty for Run
	Reason   string
	Hint     string
	Estimate Estimate
	Token    string   // of AskFirst: what the asker hands back to agree
	Secured  *Secured // of Run and AskFirst: what may run
	Caps     Caps     // of Run: what the engine must hold it to
}

// Request is a checked statement at the gate.
type Request struct {
	SQL     string // as it was checked
	Stmt    ast.Statement
	Info    *check.Info
	View    *access.View // who asks, and what they see
	At      time.Time    // the moment that is asked about; tokens live by it
	Confirm string       // the token of an earlier AskFirst
}

// Gate holds what is the same for all statements of a workspace. It is not written to after it is made.
type Gate struct {
	Limits    Limits
	Estimator Estimator // nil: nothing can be said of the cost
	Ledger    Ledger    // nil: no sums of a day are kept
	// Key gives what tokens are made with; it is asked only where somebody must agree. Without it nothing can
	// be confirmed.
	Key func() ([]byte, error)
	// EngineGuards says of whom the engine knows that they ask, and applies an access control of its own.
	// Filters and masks are then left to it unless the policy wants them compiled. Nil: of nobody.
	EngineGuards func(access.Principal) bool
}

// refusal is a Refuse with its code.
type refusal struct{ code, reason, hint string }

func refuse(code, format string, args ...any) *refusal {
	return &refusal{code: code, reason: fmt.Sprintf(format, args...)}
}

func (r *refusal) verdict() Verdict {
	return Verdict{Decision: Refuse, Code: r.code, Reason: r.reason, Hint: r.hint}
}

// Judge decides about a statement that checked without a problem. Only a query may run; the tree decides,
// in every position of it, and a node of a kind that the gate does not know is refused.
func (g *Gate) Judge(ctx context.Context, r Request) (Verdict, error) {
	q, bad := static(r.Stmt, r.Info, r.View.Policy())
	if bad == nil {
		bad = visible(r)
	}
	if bad == nil {
		bad = g.bounds(q, r)
	}
	if bad != nil {
		return bad.verdict(), nil
	}
	// An engine may take the text or the tree, so that the one must be the other.
	if text, err := parse.Query(strings.TrimSuffix(strings.TrimRight(r.SQL, " \t\r\n"), ";")); err != nil || ast.Shape(text) != ast.Shape(q) {
		return Verdict{}, fmt.Errorf("gate: the text that came is not the statement that was checked (%v)", err)
	}
	secured, err := Secure(r.SQL, q, r.Info, r.View, g.EngineGuards != nil && g.EngineGuards(r.View.Who()) && !r.View.Policy().Compiled)
	if err != nil {
		var no *NotEnforceable
		if errors.As(err, &no) {
			return Verdict{Decision: Refuse, Code: CodeNotEnforced, Reason: no.Reason, Hint: no.Hint}, nil
		}
		return Verdict{}, err
	}
	e, err := g.estimate(ctx, Scan{SQL: secured.SQL, Query: secured.Query, Info: secured.Info, Who: r.View.Who()})
	if err != nil {
		return Verdict{}, fmt.Errorf("gate: estimating the cost: %w", err)
	}
	v, err := g.cost(ctx, r, e)
	if err != nil {
		return Verdict{}, err
	}
	if v.Decision != Refuse {
		v.Secured = secured
	}
	return v, nil
}

// visible holds what the statement reads against what the asker sees. It was checked against that already;
// a caller that checked it against more must not be the weak place.
func visible(r Request) *refusal {
	for _, use := range r.Info.Tables {
		n := nameOf(use)
		hidden := func() *refusal {
			return refuse(CodeUnknown, "The statement was not checked against what you may see of %s.", n)
		}
		if strings.EqualFold(n.Schema, "information_schema") || strings.Contains(n.Table, "$") || r.View.Source().Table(n) == nil {
			continue // of the engine's own: static has decided
		}
		a := r.View.Snapshot().Table(n)
		if a == nil {
			return hidden()
		}
		for _, c := range use.Columns() {
			if a.Column(c) == nil {
				return hidden()
			}
		}
	}
	return nil
}

// bounds refuses what would be too large whatever the tables hold, and tables read without a condition
// that they demand.
func (g *Gate) bounds(q *ast.Query, r Request) *refusal {
	if bad := constants(q); bad != nil {
		return bad
	}
	if bad := recursion(q, r.Info); bad != nil {
		return bad
	}
	if bad := joins(q, r.Info, r.View.Source()); bad != nil {
		return bad
	}
	return predicates(q, r.Info, r.View.Source())
}

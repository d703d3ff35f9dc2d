package check

import (
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// windowClause judges WINDOW name AS (…): each may build on those before it.
func (c *checker) windowClause(s *selection) {
	if len(s.node.Windows) == 0 {
		return
	}
	s.windows = map[string]*ast.WindowSpec{}
	for _, w := range s.node.Windows {
		key := windowKey(w.Name)
		if s.windows[key] != nil {
			c.report(w.At, DuplicateWindowName, "WINDOW name '%s' specified more than once", w.Name.Name)
			continue
		}
		c.windowSpec(w.Spec, s.scope)
		s.windows[key] = w.Spec
	}
}

// windowKey: unlike other names, those of windows tell "w" and w apart; a bare name is upper case.
func windowKey(id *ast.Ident) string {
	if id.Quoted {
		return id.Name
	}
	return strings.ToUpper(id.Name)
}

// resolvedWindow finds what a window means when its base is followed.
type resolvedWindow struct {
	partition []ast.Expr
	order     []*ast.SortItem
	frame     *ast.Frame
	at        ast.Span // of the specification
}

func (c *checker) namedWindow(id *ast.Ident) *ast.WindowSpec {
	if c.sel != nil {
		if w := c.sel.windows[windowKey(id)]; w != nil {
			return w
		}
	}
	p := c.report(id.At, InvalidWindowReference, "Cannot resolve WINDOW name %s", id.Name)
	if c.sel != nil {
		p.Hint = didYouMean(lower(nearest(windowKey(id), keys(c.sel.windows))))
	}
	return nil
}

// window judges OVER and gives the specification that it means, nil after a complaint.
func (c *checker) window(e *ast.Call, name string, s *Scope) *ast.WindowSpec {
	if e.Over.Name != nil {
		w := c.namedWindow(e.Over.Name)
		if w != nil {
			c.windows[e] = w
		}
		return w
	}
	if !c.windowSpec(e.Over.Spec, s) {
		return nil
	}
	return e.Over.Spec
}

// windowSpec judges a specification: what it may add to the window it builds on, and its types.
func (c *checker) windowSpec(w *ast.WindowSpec, s *Scope) bool {
	if w.Base != nil {
		base := c.namedWindow(w.Base)
		if base == nil {
			return false
		}
		whole := c.whole(base)
		switch {
		case len(w.PartitionBy) > 0:
			c.report(place(w.PartitionBy[0]), InvalidPartitionBy, "WINDOW specification with named WINDOW reference cannot specify PARTITION BY")
			return false
		case len(w.OrderBy) > 0 && len(whole.order) > 0:
			at := w.Base.At
			at.Start += int32(len(w.Base.Name)) + 1 // ORDER BY follows the name
			if w.Base.Quoted {
				at.Start += 2
			}
			c.report(at, InvalidOrderBy, "Cannot specify ORDER BY if referenced named WINDOW specifies ORDER BY")
			return false
		case whole.frame != nil:
			c.report(w.Base.At, InvalidWindowReference, "Cannot reference named WINDOW containing frame specification")
			return false
		}
	}
	aggregate := c.aggregate
	c.aggregate = nil
	defer func() { c.aggregate = aggregate }()
	mark, pm := len(c.found), len(c.problems)
	defer func() {
		for _, f := range c.found[mark:] {
			if f.kind == windowCall {
				c.problems = c.problems[:pm] // looked for before anything is typed
				c.report(f.call.Span(), NestedWindow, "Cannot nest window functions or row pattern measures inside window specification")
				return
			}
		}
	}()
	for _, p := range w.PartitionBy {
		if t := c.expr(p, s); !t.Comparable() {
			c.mismatch(place(p), "%s is not comparable, and therefore cannot be used in window function PARTITION BY", t)
			return false
		} else if !t.Orderable() {
			c.mismatch(place(p), "%s is not orderable, and therefore cannot be used in window function PARTITION BY", t)
			return false
		}
	}
	for _, o := range w.OrderBy {
		if t := c.expr(o.Expr, s); !t.Orderable() {
			c.mismatch(place(o.Expr), "%s is not orderable, and therefore cannot be used in window function ORDER BY", t)
			return false
		}
	}
	if w.Frame == nil {
		return true
	}
	if p := w.Frame.Pattern; p != nil {
		found := c.found
		if c.measures == nil {
			c.measures = map[*ast.WindowSpec][]*Column{}
		}
		c.measures[w] = c.rowPattern(p, s, true)
		c.found = found
	}
	return c.frame(w, s)
}

// whole follows the base of a window, so that its order and frame are known.
func (c *checker) whole(w *ast.WindowSpec) resolvedWindow {
	r := resolvedWindow{partition: w.PartitionBy, order: w.OrderBy, frame: w.Frame, at: w.At}
	for depth := 0; w.Base != nil && c.sel != nil && depth < 100; depth++ {
		base := c.sel.windows[windowKey(w.Base)]
		if base == nil || base == w {
			break
		}
		if len(r.partition) == 0 {
			r.partition = base.PartitionBy
		}
		if len(r.order) == 0 {
			r.order = base.OrderBy
		}
		w = base
	}
	return r
}

var unitText = [...]string{ast.Rows: "ROWS", ast.Range: "RANGE", ast.Groups: "GROUPS"}

// frame judges a frame: which ends make sense together, and the types of offsets.
func (c *checker) frame(w *ast.WindowSpec, s *Scope) bool {
	f := w.Frame
	start, end := f.Start, f.End
	endKind := ast.CurrentRow
	if end != nil {
		endKind = end.Kind
	}
	wrong := func(message string) bool {
		c.report(f.At, InvalidWindowFrame, "%s", message)
		return false
	}
	switch {
	case start.Kind == ast.UnboundedFollowing:
		return wrong("Window frame start cannot be UNBOUNDED FOLLOWING")
	case endKind == ast.UnboundedPreceding:
		return wrong("Window frame end cannot be UNBOUNDED PRECEDING")
	case start.Kind == ast.CurrentRow && endKind == ast.Preceding:
		return wrong("Window frame starting from CURRENT ROW cannot end with PRECEDING")
	case start.Kind == ast.Following && endKind == ast.Preceding:
		return wrong("Window frame starting from FOLLOWING cannot end with PRECEDING")
	case start.Kind == ast.Following && endKind == ast.CurrentRow:
		return wrong("Window frame starting from FOLLOWING cannot end with CURRENT ROW")
	}
	whole := c.whole(w)
	for i, b := range [2]*ast.FrameBound{start, end} {
		if b == nil || b.Offset == nil {
			continue
		}
		which := [2]string{"start", "end"}[i]
		switch f.Unit {
		case ast.Rows, ast.Groups:
			if f.Unit == ast.Groups && len(whole.order) == 0 {
				c.report(w.At, MissingOrderBy, "Window frame of type GROUPS PRECEDING or FOLLOWING requires ORDER BY")
				return false
			}
			t := c.expr(b.Offset, s)
			if t.Valid() && t.Kind() != types.Unknown && !t.IsExactInteger() && !(t.Kind() == types.Decimal && t.Scale() == 0) {
				c.mismatch(place(b.Offset), "Window frame %s %s value type must be exact numeric type with scale 0 (actual %s)", unitText[f.Unit], which, t)
				return false
			}
		case ast.Range:
			if !c.rangeOffset(w, whole, b, s) {
				return false
			}
		}
	}
	return true
}

// rangeOffset: the offset is added to the one sort item and must fit it.
func (c *checker) rangeOffset(w *ast.WindowSpec, whole resolvedWindow, b *ast.FrameBound, s *Scope) bool {
	switch {
	case len(whole.order) == 0:
		c.report(w.At, MissingOrderBy, "Window frame of type RANGE PRECEDING or FOLLOWING requires ORDER BY")
		return false
	case len(whole.order) != 1:
		c.report(orderAt(w, whole), InvalidOrderBy, "Window frame of type RANGE PRECEDING or FOLLOWING requires single sort item in ORDER BY (actual: %d)", len(whole.order))
		return false
	}
	key := whole.order[0].Expr
	kt := c.notes[key].typ
	if !kt.Valid() {
		return false
	}
	if !kt.IsNumeric() && !kt.IsDateTime() && !kt.IsInterval() {
		c.mismatch(place(key), "Window frame of type RANGE PRECEDING or FOLLOWING requires that sort item type be numeric, datetime or interval (actual: %s)", kt)
		return false
	}
	t := c.expr(b.Offset, s)
	if !t.Valid() {
		return false
	}
	if kt.IsNumeric() {
		if !t.IsNumeric() {
			c.mismatch(place(b.Offset), "Window frame RANGE value type (%s) not compatible with sort item type (%s)", t, kt)
			return false
		}
	} else if !t.IsInterval() {
		c.mismatch(place(b.Offset), "Window frame RANGE value type (%s) not compatible with sort item type (%s)", t, kt)
		return false
	}
	result, _, _, verdict := types.Arithmetic(types.Add, kt, t)
	if verdict != types.Resolved || !types.CanCoerce(result, kt) && !kt.IsNumeric() {
		c.mismatch(place(b.Offset), "Window frame RANGE value type (%s) not compatible with sort item type (%s)", t, kt)
		return false
	}
	return true
}

// orderAt is where ORDER BY begins: at its first word, just before the first item.
func orderAt(w *ast.WindowSpec, whole resolvedWindow) ast.Span {
	at := whole.order[0].At
	at.Start = max(w.At.Start, at.Start-int32(len("ORDER BY ")))
	return at
}

// needOrder are the window functions that mean nothing without an order; fixedFrame those that take
// no frame.
var (
	needOrder  = map[string]bool{"lag": true, "lead": true}
	fixedFrame = map[string]bool{"lag": true, "lead": true, "row_number": true, "rank": true, "dense_rank": true, "percent_rank": true, "cume_dist": true, "ntile": true}
)

func (c *checker) windowFrame(e *ast.Call, name string, w *ast.WindowSpec, s *Scope) {
	whole := c.whole(w)
	at := w.At
	if e.Over.Name != nil {
		at = e.Over.Name.At
	}
	switch {
	case needOrder[name] && len(whole.order) == 0:
		c.report(at, MissingOrderBy, "%s function requires an ORDER BY window clause", name)
	case fixedFrame[name] && whole.frame != nil:
		c.report(whole.frame.At, InvalidWindowFrame, "Cannot specify window frame for %s function", strings.ToLower(name))
	}
}

package trinojson

import (
	"math"
	"strings"
)

// run is one evaluation of a path. current is what @ means, last the last index of the array whose
// subscripts are being computed.
type run struct {
	path    *Path
	input   []*Value
	vars    map[string][]*Value
	current []*Value
	last    int
	work    int
}

// maxWork bounds the items that one evaluation looks at.
const maxWork = 5_000_000

// Evaluate gives the items that a path finds. input is nil for an absent one; a variable may be absent
// too. An error is IsUnsupported or an error of evaluation.
func (p *Path) Evaluate(input *Value, vars map[string]*Value) ([]*Value, error) {
	r := &run{path: p, vars: map[string][]*Value{}, last: -1}
	if input != nil {
		r.input = []*Value{input}
	}
	for name, v := range vars {
		r.vars[name] = nil
		if v != nil {
			r.vars[name] = []*Value{v}
		}
	}
	return r.items(p.root)
}

// unwrapped takes arrays apart in lax mode.
func (r *run) unwrapped(in []*Value) []*Value {
	if r.path.strict {
		return in
	}
	var out []*Value
	for _, v := range in {
		if v.k == kArray {
			out = append(out, v.elems...)
		} else {
			out = append(out, v)
		}
	}
	return out
}

func (r *run) items(s *step) (out []*Value, err error) {
	switch s.op {
	case "$":
		return r.input, nil
	case "@":
		return r.current, nil
	case "var":
		v, ok := r.vars[s.name]
		if !ok {
			return nil, errUnsupported
		}
		return v, nil
	case "literal":
		return []*Value{s.value}, nil
	case "last":
		if r.last < 0 {
			return nil, errEvaluation
		}
		return []*Value{ofNumber(integer(int64(r.last)))}, nil
	case "+", "-", "*", "/", "%":
		return r.arithmetic(s)
	}
	in, err := r.items(s.x)
	if err != nil {
		return nil, err
	}
	if r.work += len(in) + 1; r.work > maxWork {
		return nil, errUnsupported
	}
	strict := r.path.strict
	switch s.op {
	case "sign+", "sign-":
		for _, v := range r.unwrapped(in) {
			n, ok := v.number()
			if !ok {
				return nil, errEvaluation
			}
			if s.op == "sign-" {
				if n.k == 'm' {
					return nil, errUnsupported
				}
				if n.k == 'd' {
					n = &number{k: 'd', f: -n.f}
				} else if n, err = arithmetic('-', &number{k: n.k}, n); err != nil {
					return nil, err
				}
			}
			out = append(out, ofNumber(n))
		}
		return out, nil
	case "?":
		outer := r.current
		defer func() { r.current = outer }()
		for _, v := range r.unwrapped(in) {
			r.current = []*Value{v}
			truth, err := r.truth(s.y)
			if err != nil {
				return nil, err
			}
			if truth == yes {
				out = append(out, v)
			}
		}
		return out, nil
	case ".", ".*":
		for _, v := range r.unwrapped(in) {
			if v.k != kObject {
				if strict {
					return nil, errEvaluation
				}
				continue
			}
			if s.op == ".*" {
				out = append(out, v.elems...)
				continue
			}
			hit := false
			for i, key := range v.keys {
				if key == s.name {
					out, hit = append(out, v.elems[i]), true
				}
			}
			if !hit && strict {
				return nil, errEvaluation
			}
		}
		return out, nil
	case "..":
		return nil, errUnsupported
	case "[*]":
		for _, v := range in {
			switch {
			case v.k == kArray:
				out = append(out, v.elems...)
			case strict:
				return nil, errEvaluation
			default:
				out = append(out, v)
			}
		}
		return out, nil
	case "[]":
		return r.subscripts(s, in)
	case "method":
		return r.method(s.name, in)
	}
	return nil, errUnsupported
}

func (r *run) subscripts(s *step, in []*Value) (out []*Value, err error) {
	outer := r.last
	defer func() { r.last = outer }()
	for _, v := range in {
		elems := []*Value{v}
		if v.k == kArray {
			elems = v.elems
		} else if r.path.strict {
			return nil, errEvaluation
		}
		r.last = len(elems) - 1
		for _, bounds := range s.ranges {
			from, err := r.index(bounds[0])
			if err != nil {
				return nil, err
			}
			to := from
			if bounds[1] != nil {
				if to, err = r.index(bounds[1]); err != nil {
					return nil, err
				}
			}
			if r.path.strict && (from < 0 || from > to || to >= len(elems)) {
				return nil, errEvaluation
			}
			for i := max(from, 0); i <= to && i < len(elems); i++ {
				out = append(out, elems[i])
			}
		}
	}
	return out, nil
}

func (r *run) index(s *step) (int, error) {
	in, err := r.items(s)
	if err != nil {
		return 0, err
	}
	if len(in) != 1 {
		return 0, errEvaluation
	}
	n, ok := in[0].number()
	switch {
	case !ok:
		return 0, errEvaluation
	case n.k == 'd':
		if math.IsNaN(n.f) || math.Abs(n.f) > math.MaxInt32 {
			return 0, errEvaluation
		}
		if n.f != math.Trunc(n.f) {
			return 0, errUnsupported
		}
		return int(n.f), nil
	case n.k == 'm':
		return 0, errUnsupported
	case n.n != int64(int32(n.n)):
		return 0, errEvaluation
	}
	return int(n.n), nil
}

func (r *run) arithmetic(s *step) ([]*Value, error) {
	var sides [2]*number
	for i, x := range []*step{s.x, s.y} {
		in, err := r.items(x)
		if err != nil {
			return nil, err
		}
		in = r.unwrapped(in)
		if len(in) != 1 {
			return nil, errEvaluation
		}
		n, ok := in[0].number()
		if !ok {
			return nil, errEvaluation
		}
		sides[i] = n
	}
	n, err := arithmetic(s.op[0], sides[0], sides[1])
	if err != nil {
		return nil, err
	}
	return []*Value{ofNumber(n)}, nil
}

func (r *run) method(name string, in []*Value) (out []*Value, err error) {
	if name != "type" && name != "size" {
		in = r.unwrapped(in)
	}
	for _, v := range in {
		switch name {
		case "type":
			kind := v.Kind()
			if kind == "integer" || kind == "float" {
				kind = "number"
			}
			out = append(out, &Value{k: kString, text: kind})
			continue
		case "size":
			n := 1
			if v.k == kArray {
				n = len(v.elems)
			} else if r.path.strict {
				return nil, errEvaluation
			}
			out = append(out, ofNumber(integer(int64(n))))
			continue
		}
		n, ok := v.number()
		if !ok {
			if name == "double" && v.k == kString {
				return nil, errUnsupported
			}
			return nil, errEvaluation
		}
		if n.k == 'm' {
			return nil, errUnsupported
		}
		switch {
		case name == "double":
			n = &number{k: 'd', f: n.float()}
		case n.k == 'd':
			f := map[string]func(float64) float64{"ceiling": math.Ceil, "floor": math.Floor, "abs": math.Abs}[name](n.f)
			n = &number{k: 'd', f: f}
		case name == "abs" && n.n < 0:
			if n, err = arithmetic('-', &number{k: n.k}, n); err != nil {
				return nil, err
			}
		}
		out = append(out, ofNumber(n))
	}
	return out, nil
}

// truth of a predicate.
type truth int

const (
	no truth = iota
	yes
	unknown
)

func known(b bool) truth {
	if b {
		return yes
	}
	return no
}

func (r *run) truth(s *step) (truth, error) {
	switch s.op {
	case "||", "&&":
		a, err := r.truth(s.x)
		if err != nil {
			return no, err
		}
		b, err := r.truth(s.y)
		if err != nil {
			return no, err
		}
		decides := known(s.op == "||")
		switch {
		case a == decides || b == decides:
			return decides, nil
		case a == unknown || b == unknown:
			return unknown, nil
		}
		return a, nil
	case "not":
		a, err := r.truth(s.x)
		switch a {
		case yes:
			return no, err
		case no:
			return yes, err
		}
		return unknown, err
	case "unknown":
		a, err := r.truth(s.x)
		return known(a == unknown), err
	case "exists":
		in, err := r.items(s.x)
		if err != nil {
			return failed(err)
		}
		return known(len(in) > 0), nil
	}
	left, err := r.items(s.x)
	if err != nil {
		return failed(err)
	}
	right, err := r.items(s.y)
	if err != nil {
		return failed(err)
	}
	left = r.unwrapped(left)
	if s.op == "starts" {
		if len(right) != 1 || right[0].k != kString {
			return unknown, nil
		}
	} else {
		right = r.unwrapped(right)
	}
	result := no
	for _, a := range left {
		for _, b := range right {
			if r.work++; r.work > maxWork {
				return no, errUnsupported
			}
			t := unknown
			if s.op != "starts" {
				t = compare(s.op, a, b)
			} else if a.k == kString {
				t = known(strings.HasPrefix(a.text, b.text))
			}
			switch {
			case t == unknown && r.path.strict:
				return unknown, nil
			case t == unknown && result == no: // the first to decide counts
				return unknown, nil
			case t == yes && !r.path.strict:
				return yes, nil
			case t == yes:
				result = yes
			}
		}
	}
	return result, nil
}

// failed makes an error inside of a predicate its unknown.
func failed(err error) (truth, error) {
	if IsUnsupported(err) {
		return no, err
	}
	return unknown, nil
}

func compare(op string, a, b *Value) truth {
	if a.k >= kArray || b.k >= kArray {
		return unknown
	}
	if a.k == kNull || b.k == kNull {
		same := a.k == b.k
		switch op {
		case "==":
			return known(same)
		case "<>":
			return known(!same)
		}
		return no
	}
	c := 0
	x, ok1 := a.number()
	y, ok2 := b.number()
	switch {
	case ok1 && ok2:
		var ordered bool
		if c, ordered = x.compare(y); !ordered {
			return known(op == "<>")
		}
	case a.k == kString && b.k == kString:
		c = strings.Compare(a.text, b.text)
	case a.k == kBool && b.k == kBool:
		c = strings.Compare(a.text, b.text) // false before true
	default:
		return unknown
	}
	switch op {
	case "==":
		return known(c == 0)
	case "<>":
		return known(c != 0)
	case "<":
		return known(c < 0)
	case "<=":
		return known(c <= 0)
	case ">":
		return known(c > 0)
	}
	return known(c >= 0)
}

package embed

import "math"

// scratch is the memory of one forward pass; it grows to the longest that it has seen and is used again.
type scratch struct {
	h, o, qkv, ctx, wide []float32 // [tokens][…]
	x                    []int16   // activations of the next matrix
	xs                   []float32 // and their scales
	tmp                  []int64
	keys, values         matrix // of one head of one text
	q                    []int16
	scores               []float32
	zero                 []float32
	split                splitter
	pieces               []int32
	ends                 []int
}

func grow[T any](s *[]T, n int) []T {
	if cap(*s) < n {
		*s = make([]T, n+n/4)
	}
	return (*s)[:n]
}

// forward runs texts through the model, tokens side by side: pieces holds those of all texts, ends where each
// text ends. What is computed for a text does not depend on those beside it. Vectors are written to out.
func (m *model) forward(s *scratch, mul kernel, pieces []int32, ends []int, out [][]float32) {
	n := len(pieces)
	h, o := grow(&s.h, n*wide), grow(&s.o, n*wide)
	qkv, ctx, w := grow(&s.qkv, n*3*wide), grow(&s.ctx, n*wide), grow(&s.wide, n*inner)
	x, xs, tmp := grow(&s.x, n*inner), grow(&s.xs, n), grow(&s.tmp, inner)
	start := 0
	for _, end := range ends {
		for t := start; t < end; t++ {
			row := h[t*wide:][:wide]
			copy(row, m.places[(t-start)*wide:])
			m.row(row, pieces[t])
		}
		start = end
	}
	m.norm.apply(h, nil)
	for i := range m.layers {
		l := &m.layers[i]
		activations(x, xs, h, wide)
		mul(&l.qkv, x, xs, n, qkv, 3*wide, tmp)
		start = 0
		for _, end := range ends {
			m.attend(s, mul, qkv[start*3*wide:end*3*wide], ctx[start*wide:end*wide], end-start)
			start = end
		}
		activations(x, xs, ctx, wide)
		mul(&l.out, x, xs, n, o, wide, tmp)
		l.norm1.apply(h, o)
		activations(x, xs, h, wide)
		mul(&l.widen, x, xs, n, w, inner, tmp)
		lookUp(w, m.gelu, geluFrom, geluPer)
		activations(x, xs, w, inner)
		mul(&l.narrow, x, xs, n, o, wide, tmp)
		l.norm2.apply(h, o)
	}
	start = 0
	for i, end := range ends {
		pool(out[i], h[start*wide:end*wide])
		start = end
	}
}

// activations quantizes rows of in values for the next matrix.
func activations(x []int16, xs []float32, from []float32, in int) {
	top := limit(in)
	for r := 0; r*in < len(from); r++ {
		xs[r] = quantize(x[r*in:(r+1)*in], from[r*in:(r+1)*in], top)
	}
}

// attend computes the attention of one text of n tokens. Keys and values take the part of weights, so that
// the one kernel serves here too; queries carry 1/√head since export.
func (m *model) attend(s *scratch, mul kernel, qkv, ctx []float32, n int) {
	outs, ins := (n+lanes-1)/lanes*lanes, (n+1)/2*2
	keys, values := &s.keys, &s.values
	keys.in, keys.out = head, outs
	keys.w, keys.scale = grow(&keys.w, outs*head), grow(&keys.scale, outs)
	values.in, values.out = ins, head
	values.w, values.scale = grow(&values.w, ins*head), grow(&values.scale, head)
	zero := grow(&s.zero, max(outs, head))
	keys.bias, values.bias = zero[:outs], zero[:head]
	q, xs, tmp := grow(&s.q, n*max(head, ins)), grow(&s.xs, n), s.tmp[:max(ins, head)]
	scores := grow(&s.scores, n*outs)
	clear(keys.w)
	clear(values.w)
	for a := 0; a < heads; a++ {
		var top [head]uint32 // bits without sign, whose order is that of the values
		for t := range n {
			row := qkv[t*3*wide+a*head:]
			xs[t] = quantize(q[t*head:(t+1)*head], row[:head], limit(head))
			keys.scale[t] = keysRow(keys.w[t/8*head*8+t%8*2:], row[wide:wide+head])
			for d, v := range row[2*wide : 2*wide+head] {
				top[d] = max(top[d], math.Float32bits(v)&^(1<<31))
			}
		}
		clear(keys.scale[n:])
		mul(keys, q, xs, n, scores, outs, tmp)

		var inverse [head]float32
		for d, bits := range top {
			v := math.Float32frombits(bits)
			values.scale[d] = v / 127
			inverse[d] = 0
			if v > 0 {
				inverse[d] = 127 / v
			}
		}
		for t := range n {
			row := qkv[t*3*wide+2*wide+a*head:][:head]
			at := values.w[t/2*16+t%2:]
			for d, v := range row {
				at[d/8*ins*8+d%8*2] = int8(math.Float32bits(float32(v*inverse[d]) + magic))
			}
		}
		for t := range n {
			xs[t] = m.softmax(q[t*ins:(t+1)*ins], scores[t*outs:t*outs+n])
		}
		mul(values, q, xs, n, ctx[a*head:], wide, tmp)
	}
}

// keysRow writes a key as a row of weights, and gives its scale.
func keysRow(w []int8, key []float32) float32 {
	top := largest(key)
	if top == 0 {
		top = 1
	}
	inverse := 127 / top
	for i := 0; i < head; i += 2 {
		at := w[i*8 : i*8+2 : i*8+2]
		at[0] = int8(math.Float32bits(float32(key[i]*inverse) + magic))
		at[1] = int8(math.Float32bits(float32(key[i+1]*inverse) + magic))
	}
	return top / 127
}

// softmax writes e^(score-max) as activations and gives the scale that makes their sum 1.
func (m *model) softmax(p []int16, scores []float32) float32 {
	top := scores[0]
	for _, v := range scores {
		if v > top {
			top = v
		}
	}
	for i, v := range scores {
		scores[i] = v - top
	}
	lookUp(scores, m.exp, expFrom, expPer)
	var sum float32
	for i, v := range scores {
		sum += v
		p[i] = int16(math.Float32bits(float32(v*math.MaxInt16) + magic))
	}
	clear(p[len(scores):])
	return 1 / (sum * math.MaxInt16)
}

// apply adds o, where there is one, to h and normalizes each row.
func (n layerNorm) apply(h, o []float32) {
	weight, bias := n.weight[:wide], n.bias[:wide]
	for ; len(h) >= wide; h = h[wide:] {
		row := h[:wide]
		if o != nil {
			for i, v := range o[:wide] {
				row[i] += v
			}
			o = o[wide:]
		}
		var a, b, c, d float32
		for i := 0; i < wide; i += 4 {
			a += row[i]
			b += row[i+1]
			c += row[i+2]
			d += row[i+3]
		}
		mean := (a + b + c + d) / wide
		a, b, c, d = 0, 0, 0, 0
		for i := 0; i < wide; i += 4 {
			v0, v1, v2, v3 := row[i]-mean, row[i+1]-mean, row[i+2]-mean, row[i+3]-mean
			a += float32(v0 * v0)
			b += float32(v1 * v1)
			c += float32(v2 * v2)
			d += float32(v3 * v3)
		}
		inverse := float32(1 / math.Sqrt(float64((a+b+c+d)/wide)+1e-12))
		for i, v := range row {
			row[i] = float32(float32((v-mean)*inverse)*weight[i]) + bias[i]
		}
	}
}

// pool writes the mean of the rows, brought to length 1.
func pool(out, rows []float32) {
	out = out[:wide]
	clear(out)
	for ; len(rows) >= wide; rows = rows[wide:] {
		for i, v := range rows[:wide] {
			out[i] += v
		}
	}
	unit(out)
}

// unit brings a vector to length 1; false where it has none.
func unit(v []float32) bool {
	var sum float64
	for _, x := range v {
		sum += float64(float64(x) * float64(x)) // not fused, so that every processor gives the same
	}
	if !(sum > 0) || math.IsInf(sum, 1) {
		return false
	}
	inverse := 1 / math.Sqrt(sum)
	for i, x := range v {
		v[i] = float32(float64(x) * inverse)
	}
	return true
}

// Functions are read from tables, with a straight line between two entries: {value, difference to the next}.
const (
	geluFrom, geluPer = -6.0, 256.0 // up to 6; error below 2e-6
	expFrom, expPer   = -16.0, 64.0 // up to 0; relative error below 4e-5, which int16 hides
)

func lookUp(x []float32, table [][2]float32, from, per float32) {
	last := len(table) - 1
	for i, v := range x {
		at := (v - from) * per
		k := int(at)
		if uint(k) >= uint(last) || at < 0 {
			// The last entry has the slope of what lies beyond; below the first everything is 0.
			if at < 0 {
				x[i] = 0
				continue
			}
			k = last
		}
		e := table[k]
		x[i] = e[0] + float32((at-float32(k))*e[1])
	}
}

func tabulate(from, to, per float64, f func(float64) float64, beyond float64) [][2]float32 {
	n := int((to - from) * per)
	out := make([][2]float32, n+1)
	for i := range n {
		a, b := f(from+float64(i)/per), f(from+float64(i+1)/per)
		out[i] = [2]float32{float32(a), float32(b - a)}
	}
	out[n] = [2]float32{float32(f(to)), float32(beyond / per)}
	return out
}

func geluTable() [][2]float32 {
	return tabulate(geluFrom, -geluFrom, geluPer, func(x float64) float64 { return x / 2 * (1 + math.Erf(x/math.Sqrt2)) }, 1)
}

func expTable() [][2]float32 { return tabulate(expFrom, 0, expPer, math.Exp, 0) }

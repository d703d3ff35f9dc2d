package embed

import "math"

// A matrix is int8 weights with a float32 scale and bias for each output. Rows of activations are int16
// with a scale each, so that
//
//	y[row][o] = float32(Σ x[row][i]·w[o][i]) · (scale[o]·xs[row]) + bias[o]
//
// in which the sum is an exact int32: whatever computes it, with or without vector instructions, gives the
// same bits. limit is what keeps the sum in range.
type matrix struct {
	in, out     int    // in is even, out a multiple of lanes
	w           []int8 // [out/8][in/2][8][2]: of eight outputs side by side, pairs of neighbouring inputs
	scale, bias []float32
}

// lanes is what out is a multiple of: two vectors of eight outputs are computed together.
const lanes = 16

// limit is the largest activation for a matrix of in inputs: in·limit·128 stays below 2³¹.
func limit(in int) float32 { return float32(min(math.MaxInt16, math.MaxInt32/(128*in))) }

// A kernel multiplies rows activations x, [rows][m.in] with a scale each, into y, whose rows are stride
// apart. tmp holds m.in values.
type kernel func(m *matrix, x []int16, xs []float32, rows int, y []float32, stride int, tmp []int64)

// mulPortable is the kernel in plain Go. One 64-bit product serves two outputs: their weights lie 32 bits
// apart, and neither sum leaves its 32 bits.
func mulPortable(m *matrix, x []int16, xs []float32, rows int, y []float32, stride int, tmp []int64) {
	in := m.in
	p := tmp[:in]
	for o := 0; o < m.out; o += 2 {
		// The four bytes of a pair of outputs and a pair of inputs lie together, the next pair of inputs 16 on.
		w := m.w[o/8*in*8+o%8*2:]
		for i := 0; i < in; i += 2 {
			q := w[i*8 : i*8+4 : i*8+4]
			p[i] = int64(q[0]) + int64(q[2])<<32
			p[i+1] = int64(q[1]) + int64(q[3])<<32
		}
		s0, s1, b0, b1 := m.scale[o], m.scale[o+1], m.bias[o], m.bias[o+1]
		put := func(r int, sum int64) {
			low := int32(sum)
			high := int32((sum - int64(low)) >> 32)
			at := y[r*stride+o : r*stride+o+2 : r*stride+o+2]
			// The conversions keep compilers from fusing product and sum, which would round once less.
			at[0] = float32(float32(low)*float32(s0*xs[r])) + b0
			at[1] = float32(float32(high)*float32(s1*xs[r])) + b1
		}
		r := 0
		for ; r+4 <= rows; r += 4 {
			a0, a1, a2, a3 := dot4(p, x[r*in:], x[(r+1)*in:], x[(r+2)*in:], x[(r+3)*in:])
			put(r, a0)
			put(r+1, a1)
			put(r+2, a2)
			put(r+3, a3)
		}
		for ; r < rows; r++ {
			put(r, dot1(p, x[r*in:]))
		}
	}
}

// dot4 and dot1 are functions of their own so that sums stay in registers.
//
//go:noinline
func dot4(p []int64, x0, x1, x2, x3 []int16) (a0, a1, a2, a3 int64) {
	x0, x1, x2, x3 = x0[:len(p)], x1[:len(p)], x2[:len(p)], x3[:len(p)]
	for i, v := range p {
		a0 += int64(x0[i]) * v
		a1 += int64(x1[i]) * v
		a2 += int64(x2[i]) * v
		a3 += int64(x3[i]) * v
	}
	return
}

//go:noinline
func dot1(p []int64, x []int16) (a int64) {
	x = x[:len(p)]
	for i, v := range p {
		a += int64(x[i]) * v
	}
	return
}

// magic added to a float32 of at most 22 bits leaves its nearest integer in the low bits.
const magic = 1.5 * (1 << 23)

// largest is the largest value without its sign. Of floats without sign, the order is that of their bits.
func largest(x []float32) float32 {
	var t0, t1, t2, t3 uint32
	for ; len(x) >= 4; x = x[4:] {
		t0 = max(t0, math.Float32bits(x[0])&^(1<<31))
		t1 = max(t1, math.Float32bits(x[1])&^(1<<31))
		t2 = max(t2, math.Float32bits(x[2])&^(1<<31))
		t3 = max(t3, math.Float32bits(x[3])&^(1<<31))
	}
	for _, v := range x {
		t0 = max(t0, math.Float32bits(v)&^(1<<31))
	}
	return math.Float32frombits(max(t0, t1, t2, t3))
}

// quantize writes x as int16 of at most limit and gives the scale.
func quantize(dst []int16, x []float32, limit float32) float32 {
	dst = dst[:len(x)]
	top := largest(x)
	if top == 0 {
		clear(dst)
		return 0
	}
	inverse := limit / top
	for i, v := range x {
		dst[i] = int16(math.Float32bits(float32(v*inverse) + magic))
	}
	return top / limit
}

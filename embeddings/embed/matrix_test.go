package embed

import (
	"math"
	"math/rand/v2"
	"testing"
)

// randomMatrix has weights, scales and biases of all sizes; extreme ones are as large as they may be.
func randomMatrix(r *rand.Rand, in, out int, extreme bool) *matrix {
	m := &matrix{in: in, out: out, w: make([]int8, in*out), scale: make([]float32, out), bias: make([]float32, out)}
	for i := range m.w {
		m.w[i] = int8(r.IntN(256) - 128)
		if extreme {
			m.w[i] = -128
		}
	}
	for i := range m.scale {
		m.scale[i], m.bias[i] = r.Float32(), r.Float32()-0.5
	}
	return m
}

// at is the weight of an input for an output.
func (m *matrix) at(o, i int) int8 { return m.w[o/8*m.in*8+i/2*16+o%8*2+i%2] }

// Each kernel gives, bit for bit, what the comment of matrix says, at every number of rows and at the ends
// of the range.
func TestKernelsGiveTheSameBits(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	kernels := map[string]kernel{"portable": mulPortable, "best": bestKernel()}
	for _, extreme := range []bool{false, true} {
		for _, size := range [][2]int{{2, 16}, {32, 16}, {6, 32}, {384, 48}, {1536, 16}} {
			m := randomMatrix(r, size[0], size[1], extreme)
			for rows := range 15 {
				x, xs := make([]int16, rows*m.in), make([]float32, rows)
				top := int(limit(m.in))
				for i := range x {
					x[i] = int16(r.IntN(2*top+1) - top)
					if extreme {
						x[i] = int16(top)
					}
				}
				for i := range xs {
					xs[i] = r.Float32()
				}
				stride := m.out + 3
				for name, mul := range kernels {
					y := make([]float32, rows*stride)
					mul(m, x, xs, rows, y, stride, make([]int64, m.in))
					for row := range rows {
						for o := range m.out {
							var sum int64
							for i := range m.in {
								sum += int64(x[row*m.in+i]) * int64(m.at(o, i))
							}
							if sum > math.MaxInt32 || sum < math.MinInt32 {
								t.Fatalf("%d inputs: the sum %d leaves int32", m.in, sum)
							}
							want := float32(float32(int32(sum))*float32(m.scale[o]*xs[row])) + m.bias[o]
							if got := y[row*stride+o]; got != want {
								t.Fatalf("%s, %d×%d, %d rows: output %d of row %d is %v; want %v", name, m.in, m.out, rows, o, row, got, want)
							}
						}
						for o := m.out; o < stride; o++ {
							if y[row*stride+o] != 0 {
								t.Fatalf("%s writes beside its outputs", name)
							}
						}
					}
				}
			}
		}
	}
}

func TestQuantize(t *testing.T) {
	for _, x := range [][]float32{{}, {0, 0, 0}, {1, -2, 0.5, 3, -3.25}, {1e-30, 5e-31, 0, 0, 0}, {3e30, -1e30}} {
		q := make([]int16, len(x))
		scale := quantize(q, x, 32767)
		for i, v := range x {
			if got := float32(q[i]) * scale; math.Abs(float64(got-v)) > float64(scale)*0.51 {
				t.Errorf("%v: %d·%g is %g; want %g", x, q[i], scale, got, v)
			}
		}
	}
}

func BenchmarkKernel(b *testing.B) {
	m := randomMatrix(rand.New(rand.NewPCG(1, 2)), wide, inner, false)
	const rows = 60
	x, xs, y, tmp := make([]int16, rows*m.in), make([]float32, rows), make([]float32, rows*m.out), make([]int64, m.in)
	for name, mul := range map[string]kernel{"portable": mulPortable, "best": bestKernel()} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				mul(m, x, xs, rows, y, m.out, tmp)
			}
			b.ReportMetric(float64(b.N)*rows*wide*inner/1e9/b.Elapsed().Seconds(), "GMAC/s")
		})
	}
}

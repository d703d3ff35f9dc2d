package embedded

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// The kernel and its portable twin give the same numbers, for every length that occurs and the extremes.
func TestDotRows(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, dim := range []int{32, 64, 384, 768, 1536} {
		for _, n := range []int{0, 1, 2, 7} {
			query, rows := make([]int16, dim), make([]int8, n*dim)
			for i := range query {
				query[i] = int16(r.IntN(255) - 127)
			}
			for i := range rows {
				rows[i] = int8(r.IntN(255) - 127)
			}
			if n == 7 {
				for i := range dim {
					query[i], rows[i], rows[dim+i] = 127, 127, -127
				}
			}
			got, want := make([]int32, n), make([]int32, n)
			dotRows(got, query, rows)
			dotRowsPortable(want, query, rows)
			if !slices.Equal(got, want) {
				t.Errorf("%d rows of %d: %v, want %v", n, dim, got, want)
			}
		}
	}
}

func BenchmarkDotRows(b *testing.B) {
	const dim, n = 384, 10_000
	query, rows, dst := make([]int16, dim), make([]int8, n*dim), make([]int32, n)
	for i := range rows {
		rows[i] = int8(i * 7)
	}
	for i := range query {
		query[i] = int16(i % 100)
	}
	for name, f := range map[string]func([]int32, []int16, []int8){"kernel": dotRows, "portable": dotRowsPortable} {
		b.Run(fmt.Sprintf("%s-%dx%d", name, n, dim), func(b *testing.B) {
			for b.Loop() {
				f(dst, query, rows)
			}
		})
	}
}

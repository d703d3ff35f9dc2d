package embedded

import "golang.org/x/sys/cpu"

//go:noescape
func dotRowsAVX2(dst *int32, query *int16, rows *int8, n, dim int)

func dotRows(dst []int32, query []int16, rows []int8) {
	if !cpu.X86.HasAVX2 || len(dst) == 0 {
		dotRowsPortable(dst, query, rows)
		return
	}
	_ = rows[len(dst)*len(query)-1] // the kernel reads so far and checks nothing
	dotRowsAVX2(&dst[0], &query[0], &rows[0], len(dst), len(query))
}

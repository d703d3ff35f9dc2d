//go:build !amd64

package embedded

func dotRows(dst []int32, query []int16, rows []int8) { dotRowsPortable(dst, query, rows) }

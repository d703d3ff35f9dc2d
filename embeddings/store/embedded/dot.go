package embedded

// lanes is what a row's length is a multiple of.
const lanes = 32

// dotRows writes the products of the query with each row: rows holds len(dst) rows of len(query) values. The
// length is a multiple of lanes.
func dotRowsPortable(dst []int32, query []int16, rows []int8) {
	dim := len(query)
	for i := range dst {
		row := rows[i*dim : (i+1)*dim]
		row = row[:len(query)]
		var a, b, c, d int32
		for j := 0; j+3 < len(query); j += 4 {
			a += int32(query[j]) * int32(row[j])
			b += int32(query[j+1]) * int32(row[j+1])
			c += int32(query[j+2]) * int32(row[j+2])
			d += int32(query[j+3]) * int32(row[j+3])
		}
		dst[i] = a + b + c + d
	}
}

//go:build amd64 || arm64

package embed

// tile is some rows by sixteen outputs of a product. The assembly reads it by the names of its fields.
type tile struct {
	w           *int8    // of the first eight outputs
	step        int      // bytes from there to the weights of the next eight
	x           *int16   // activations, row after row
	row         int      // bytes of a row, a positive multiple of 4
	rows        int      // 1 to tileRows
	scale, bias *float32 // of the sixteen outputs
	xs          *float32 // of the rows
	y           *float32
	stride      int // bytes between rows of y
}

// mulTile computes one tile. It needs what bestKernel asks for.
//
//go:noescape
func mulTile(t *tile)

// mulTiles is the kernel in assembly. It holds the weights of sixteen outputs in the first cache while all
// rows pass.
func mulTiles(m *matrix, x []int16, xs []float32, rows int, y []float32, stride int, _ []int64) {
	if rows == 0 {
		return
	}
	// The assembly checks no bounds.
	_, _, _ = x[rows*m.in-1], xs[rows-1], y[(rows-1)*stride+m.out-1]
	_, _, _ = m.w[m.in*m.out-1], m.scale[m.out-1], m.bias[m.out-1]
	t := tile{step: m.in * 8, row: m.in * 2, stride: stride * 4}
	tiles := (rows + tileRows - 1) / tileRows
	size := (rows + tiles - 1) / tiles // of about equal height
	for o := 0; o+lanes <= m.out; o += lanes {
		t.w, t.scale, t.bias = &m.w[o*m.in], &m.scale[o], &m.bias[o]
		for r := 0; r < rows; r += t.rows {
			t.rows = min(size, rows-r)
			t.x, t.xs, t.y = &x[r*m.in], &xs[r], &y[r*stride+o]
			mulTile(&t)
		}
	}
}

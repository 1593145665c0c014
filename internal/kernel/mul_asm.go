//go:build (amd64 || arm64) && !noasm

package kernel

import "unsafe"

// kernels describes the micro-kernels of one instruction set. Each keeps a tile
// of the product in registers over a range of k.
type kernels struct {
	height int // rows of the tallest tile
	// group[h] is how many panels the widest tile of h rows covers. The lower the
	// tile the wider, so that there are enough independent sums to keep the
	// multiply-add units busy.
	group [15]int
	// depth is the most k that a tile takes at once: so many rows of its panels of
	// b stay in the first cache while the tiles of all rows pass over them.
	depth int
	size  int // bytes in an element of b
}

// job is a product while it is cut into tiles.
type job struct {
	*kernels
	a                                   *Operand
	cRow, cPanel, bPanel, panels, apart int
	rows, tiles, low, higher            int // the first higher tiles have low+1 rows, the others low
	first                               int // k of the first term now
	args                                tileArgs
}

// tileArgs are the arguments of a micro-kernel, which knows their order.
// Distances are in bytes, and so are the places of what it reads and writes
// next, counted from the beginnings of c, a and b: the compiler would move to
// the heap what a pointer stored here points to.
type tileArgs struct {
	c0, a0 *float32
	b0     unsafe.Pointer
	// cNext is where the output of the tile after the last lies, bNext the b of
	// the call that follows: they are fetched to the cache meanwhile.
	c, cNext, a, b, bNext                               int
	cRow, cPanel, aRow, aCol, aWidth, aBlock, bPanel, k int
	accumulate                                          int
	tiles                                               int // below one another
}

func (s *kernels) mul(c []float32, cRow, cPanel int, a *Operand, b unsafe.Pointer, bPanel, rows, k, panels int, accumulate bool) {
	// Tiles of nearly equal height: 32 rows are 6, 6, 5, 5, 5, 5.
	tiles := (rows + s.height - 1) / s.height
	low, higher := rows/tiles, rows%tiles

	// The panels of a wide tile lie far apart, so that successive tiles read
	// group ascending streams of b from end to end. With neighbouring panels each
	// stream would break off after one panel, and the prefetchers with it.
	group := s.group[low]
	apart := panels / group

	const size = 4 // bytes in a float32
	j := job{
		kernels: s, a: a, cRow: cRow, cPanel: cPanel, bPanel: bPanel, panels: panels, apart: apart,
		rows: rows, tiles: tiles, low: low, higher: higher,
		args: tileArgs{
			c0: &c[0], a0: &a.Data[0], b0: b,
			cRow: size * cRow, cPanel: size * cPanel * apart, bPanel: s.size * bPanel * apart,
			aRow: size * a.Row, aCol: size * a.Col, aWidth: a.Width, aBlock: size * a.Block,
		},
	}
	piece := k
	if tiles > 1 { // otherwise b is read but once
		piece = s.piece(k, a.Width)
	}
	for ; j.first < k; j.first += piece {
		j.args.k = min(piece, k-j.first)
		if accumulate || j.first > 0 {
			j.args.accumulate = 1
		}
		for p := range apart {
			j.panel(p, group)
		}
		for p := apart * group; p < panels; p++ {
			j.panel(p, 1)
		}
	}
}

// piece returns how many k to take at a time: nearly equal pieces, each ending
// where a block of a ends.
func (s *kernels) piece(k, width int) int {
	pieces := (k + s.depth - 1) / s.depth
	piece := (k + pieces - 1) / pieces
	if width < k {
		piece = (piece + width - 1) / width * width
	}
	return piece
}

// panel computes all rows of panel p and, where group is more than one, of the
// panels at multiples of apart from it.
func (j *job) panel(p, group int) {
	r := 0
	if j.higher > 0 {
		j.column(p, group, 0, j.low+1, j.higher)
		r = j.higher * (j.low + 1)
	}
	j.column(p, group, r, j.low, j.tiles-j.higher)
}

// column computes tiles of h rows from row r on: of panel p or of the group.
func (j *job) column(p, group, r, h, tiles int) {
	if group > 1 && j.group[h] == group {
		j.run(p, r, h, tiles, true)
		return
	}
	for g := range group {
		j.run(p+g*j.apart, r, h, tiles, false)
	}
}

// run computes tiles of h rows from row r on: of panel p or, when wide, of the
// group.
func (j *job) run(p, r, h, tiles int, wide bool) {
	const size = 4
	t := &j.args
	t.tiles = tiles
	t.a = size * j.a.offset(r, j.first)
	t.b = j.size * (p*j.bPanel + j.first*Width)
	t.c = size * (p*j.cPanel + r*j.cRow)
	t.cNext, t.bNext = t.c, t.b
	if r += h * tiles; r < j.rows {
		t.cNext = size * (p*j.cPanel + r*j.cRow)
	} else if p < j.panels-1 {
		t.cNext = size * (p + 1) * j.cPanel
		t.bNext = t.b + j.size*j.bPanel
	}
	j.kernels.tile(h, wide, t)
}

//go:build amd64 && !noasm

package kernel

//go:generate sh -c "cd _asm && go run ./mul -out ../mul_amd64.s -stubs ../mul_stubs_amd64.go -pkg kernel"

// kernels describes the micro-kernels of one instruction set. Each keeps a tile
// of the product in registers over a range of k: height rows of one panel or
// more.
type kernels struct {
	height int // of the tallest tile
	// group[h] is how many panels the widest tile of height h covers. The lower
	// the tile the wider, so that there are enough independent sums to keep the
	// multiply-add units busy.
	group []int
}

// tileArgs are the arguments of a micro-kernel, distances in bytes.
type tileArgs struct {
	c, cNext, a, b                                      *float32
	cRow, cPanel, aRow, aCol, aWidth, aBlock, bPanel, k int
	accumulate                                          int
}

var (
	kernelsAVX2   = kernels{height: 6, group: []int{0, 4, 2, 2, 1, 1, 1}}
	kernelsAVX512 = kernels{height: 8, group: []int{0, 8, 4, 4, 2, 2, 2, 2, 2}}
)

// depth is the most k that a tile takes at once: 256 rows of a panel of b are 16
// KiB and stay in the first cache while the tiles of all rows pass over them.
const depth = 256

func mul(c []float32, cRow, cPanel int, a *Operand, b []float32, bPanel, rows, k, panels int, accumulate bool) {
	switch current {
	case AVX2:
		kernelsAVX2.mul(c, cRow, cPanel, a, b, bPanel, rows, k, panels, accumulate)
	case AVX512:
		kernelsAVX512.mul(c, cRow, cPanel, a, b, bPanel, rows, k, panels, accumulate)
	default:
		mulPortable(c, cRow, cPanel, a, b, bPanel, rows, k, panels, accumulate)
	}
}

func (s *kernels) mul(c []float32, cRow, cPanel int, a *Operand, b []float32, bPanel, rows, k, panels int, accumulate bool) {
	const size = 4 // bytes in a float32
	t := tileArgs{
		cRow: size * cRow,
		aRow: size * a.Row, aCol: size * a.Col, aWidth: a.Width, aBlock: size * a.Block,
	}

	// Tiles of nearly equal height: 32 rows are 6, 6, 5, 5, 5, 5.
	tiles := (rows + s.height - 1) / s.height
	low, higher := rows/tiles, rows%tiles

	// The panels of a wide tile lie far apart, so that successive tiles read
	// group ascending streams of b from end to end. With neighbouring panels each
	// stream would break off after one panel, and the prefetchers with it.
	group := s.group[low]
	apart := panels / group
	t.cPanel, t.bPanel = size*cPanel*apart, size*bPanel*apart

	for first := 0; first < k; first += t.k {
		t.k = k
		if tiles > 1 { // b is read more than once: let it stay in the cache
			t.k = s.depth(first, k, a.Width)
		}
		if accumulate || first > 0 {
			t.accumulate = 1
		}
		for p := 0; p < panels; p++ {
			if p == apart {
				p *= group // what is left over when the panels are dealt to groups
				if p == panels {
					break
				}
			}
			for i, r := 0, 0; i < tiles; i++ {
				h := low
				if i < higher {
					h++
				}
				t.a = &a.Data[a.offset(r, first)]
				wide, times := false, 1
				if p < apart {
					wide = group > 1 && s.group[h] == group
					if !wide {
						times = group
					}
				}
				for q := p; times > 0; times-- {
					t.b = &b[q*bPanel+first*Width]
					t.c = &c[q*cPanel+r*cRow]
					t.cNext = t.c
					if i < tiles-1 {
						t.cNext = &c[q*cPanel+(r+h)*cRow]
					} else if q < panels-1 {
						t.cNext = &c[(q+1)*cPanel]
					}
					if s == &kernelsAVX512 {
						tileAVX512(h, wide, &t)
					} else {
						tileAVX2(h, wide, &t)
					}
					q += apart
				}
				r += h
			}
		}
	}
}

// depth returns how many k to take from first on. A piece that is not the last
// ends where a block of a ends.
func (s *kernels) depth(first, k, width int) int {
	if width >= k {
		return min(depth, k-first)
	}
	return min(max(depth/width, 1)*width, k-first)
}

// tileAVX2 computes h rows of group[h] panels or, unless wide, of one.
func tileAVX2(h int, wide bool, t *tileArgs) {
	switch {
	case !wide && h == 1:
		mul1x16AVX2(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	case !wide && h == 2:
		mul2x16AVX2(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	case !wide && h == 3:
		mul3x16AVX2(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	case !wide && h == 4:
		mul4x16AVX2(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	case !wide && h == 5:
		mul5x16AVX2(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	case !wide && h == 6:
		mul6x16AVX2(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	case wide && h == 1:
		mul1x64AVX2(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	case wide && h == 2:
		mul2x32AVX2(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	case wide && h == 3:
		mul3x32AVX2(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	}
}

// tileAVX512 computes h rows of group[h] panels or, unless wide, of one.
func tileAVX512(h int, wide bool, t *tileArgs) {
	switch {
	case !wide && h == 1:
		mul1x16AVX512(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	case !wide && h == 2:
		mul2x16AVX512(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	case !wide && h == 3:
		mul3x16AVX512(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	case !wide && h == 4:
		mul4x16AVX512(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	case !wide && h == 5:
		mul5x16AVX512(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	case !wide && h == 6:
		mul6x16AVX512(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	case !wide && h == 7:
		mul7x16AVX512(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	case !wide && h == 8:
		mul8x16AVX512(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	case wide && h == 1:
		mul1x128AVX512(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	case wide && h == 2:
		mul2x64AVX512(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	case wide && h == 3:
		mul3x64AVX512(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	case wide && h == 4:
		mul4x32AVX512(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	case wide && h == 5:
		mul5x32AVX512(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	case wide && h == 6:
		mul6x32AVX512(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	case wide && h == 7:
		mul7x32AVX512(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	case wide && h == 8:
		mul8x32AVX512(t.c, t.cNext, t.a, t.b, t.cRow, t.cPanel, t.aRow, t.aCol, t.aWidth, t.aBlock, t.bPanel, t.k, t.accumulate)
	}
}

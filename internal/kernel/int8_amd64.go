//go:build amd64 && !noasm

package kernel

import "golang.org/x/sys/cpu"

//go:generate sh -c "cd _asm && go run ./int8 -out ../int8_amd64.s -stubs ../int8_stubs_amd64.go -pkg kernel"

// tiles8 describes the micro-kernels of one instruction set. Each keeps a tile of the
// sums in registers over all of k.
type tiles8 struct {
	height int  // rows of the tallest tile
	wide   bool // there are tiles of two panels, too
	tile   func(h int, wide bool, c *float32, cPanel int, a *uint8, aPanel int, b *int8, bPanel int, blocks int, rowScale, scale *float32, start *int32)
}

var (
	tiles8AVX2    = tiles8{4, false, tile8AVX2}
	tiles8VNNI    = tiles8{6, false, tile8AVXVNNI}
	tiles8VNNI512 = tiles8{14, true, tile8AVX512VNNI}
)

// hasVNNI and hasVNNI512 say whether the CPU multiplies and adds bytes at once, in 32
// and in 64 bytes.
var hasVNNI, hasVNNI512 = cpu.X86.HasAVXVNNI, cpu.X86.HasAVX512VNNI

func mulAdd8(c []float32, cPanel int, a Rows8, row int, w *Weights8, first, panels, rows int) {
	switch {
	case current == Portable:
		mulAdd8Portable(c, cPanel, a, row, w, first, panels, rows)
	case current == AVX512 && hasVNNI512:
		tiles8VNNI512.mul(c, cPanel, a, row, w, first, panels, rows)
	case hasVNNI:
		tiles8VNNI.mul(c, cPanel, a, row, w, first, panels, rows)
	default:
		tiles8AVX2.mul(c, cPanel, a, row, w, first, panels, rows)
	}
}

func (s *tiles8) mul(c []float32, cPanel int, a Rows8, row int, w *Weights8, first, panels, rows int) {
	// Tiles of nearly equal height: 32 rows are 11, 11, 10.
	tiles := (rows + s.height - 1) / s.height
	low, higher := rows/tiles, rows%tiles
	group := 1
	for p := 0; p < panels; p += group {
		wide := s.wide && panels-p > 1
		if group = 1; wide {
			group = 2
		}
		b, scales, start := &w.data[(first+p)*w.panel()], &w.scales[(first+p)*Width], &w.start[(first+p)*Width]
		r := 0
		for t := range tiles {
			h := low
			if t < higher {
				h++
			}
			s.tile(h, wide, &c[p*cPanel+r*Width], cPanel, &a.Data[(row+r)*Width], a.Stride*Width, b, w.panel(), Panels(w.k), &a.Scales[row+r], scales, start)
			r += h
		}
	}
}

// tile8AVX2 adds a tile of h rows and one panel.
func tile8AVX2(h int, wide bool, c *float32, cPanel int, a *uint8, aPanel int, b *int8, bPanel int, blocks int, rowScale, scale *float32, start *int32) {
	switch h {
	case 1:
		mul8x1x16AVX2(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case 2:
		mul8x2x16AVX2(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case 3:
		mul8x3x16AVX2(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case 4:
		mul8x4x16AVX2(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	}
}

// tile8AVXVNNI adds a tile of h rows and one panel.
func tile8AVXVNNI(h int, wide bool, c *float32, cPanel int, a *uint8, aPanel int, b *int8, bPanel int, blocks int, rowScale, scale *float32, start *int32) {
	switch h {
	case 1:
		mul8x1x16AVXVNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case 2:
		mul8x2x16AVXVNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case 3:
		mul8x3x16AVXVNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case 4:
		mul8x4x16AVXVNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case 5:
		mul8x5x16AVXVNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case 6:
		mul8x6x16AVXVNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	}
}

// tile8AVX512VNNI adds a tile of h rows and one panel or, when wide, of two.
func tile8AVX512VNNI(h int, wide bool, c *float32, cPanel int, a *uint8, aPanel int, b *int8, bPanel int, blocks int, rowScale, scale *float32, start *int32) {
	switch {
	case !wide && h == 1:
		mul8x1x16AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case !wide && h == 2:
		mul8x2x16AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case !wide && h == 3:
		mul8x3x16AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case !wide && h == 4:
		mul8x4x16AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case !wide && h == 5:
		mul8x5x16AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case !wide && h == 6:
		mul8x6x16AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case !wide && h == 7:
		mul8x7x16AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case !wide && h == 8:
		mul8x8x16AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case !wide && h == 9:
		mul8x9x16AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case !wide && h == 10:
		mul8x10x16AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case !wide && h == 11:
		mul8x11x16AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case !wide && h == 12:
		mul8x12x16AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case !wide && h == 13:
		mul8x13x16AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case !wide && h == 14:
		mul8x14x16AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case wide && h == 1:
		mul8x1x32AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case wide && h == 2:
		mul8x2x32AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case wide && h == 3:
		mul8x3x32AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case wide && h == 4:
		mul8x4x32AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case wide && h == 5:
		mul8x5x32AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case wide && h == 6:
		mul8x6x32AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case wide && h == 7:
		mul8x7x32AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case wide && h == 8:
		mul8x8x32AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case wide && h == 9:
		mul8x9x32AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case wide && h == 10:
		mul8x10x32AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case wide && h == 11:
		mul8x11x32AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case wide && h == 12:
		mul8x12x32AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case wide && h == 13:
		mul8x13x32AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	case wide && h == 14:
		mul8x14x32AVX512VNNI(c, cPanel, a, aPanel, b, bPanel, blocks, rowScale, scale, start)
	}
}

func largest8(x []float32, panel, panels int) uint32 {
	switch current {
	case AVX2:
		return largestAVX2(first(x), panel, panels)
	case AVX512:
		return largestAVX512(first(x), panel, panels)
	default:
		return largest8Portable(x, panel, panels)
	}
}

func quantise8(dst []uint8, dstPanel int, x []float32, panel, panels int, inverse float32) {
	switch current {
	case AVX2:
		quantiseAVX2(&dst[0], dstPanel, first(x), panel, panels, inverse)
	case AVX512:
		quantiseAVX512(&dst[0], dstPanel, first(x), panel, panels, inverse)
	default:
		quantise8Portable(dst, dstPanel, x, panel, panels, inverse)
	}
}

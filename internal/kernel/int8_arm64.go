//go:build arm64 && !noasm

package kernel

import "golang.org/x/sys/cpu"

// hasDot says whether the CPU adds four products of bytes at once (ARMv8.2's SDOT).
var hasDot = cpu.ARM64.HasASIMDDP

func mulAdd8(c []float32, cPanel int, a Rows8, row int, w *Weights8, first, panels, rows int) {
	if current == Portable {
		mulAdd8Portable(c, cPanel, a, row, w, first, panels, rows)
		return
	}
	for p := range panels {
		b, scales := &w.data[(first+p)*w.panel()], &w.scales[(first+p)*Width]
		for r := 0; r < rows; {
			to, from, rowScale := &c[p*cPanel+r*Width], &a.Data[(row+r)*Width], &a.Scales[row+r]
			if hasDot {
				r += tileDot(rows-r, to, from, a.Stride*Width, b, Panels(w.k), rowScale, scales)
			} else if rows-r > 1 {
				mul8x2x16NEON(to, from, a.Stride*Width, b, Panels(w.k), rowScale, scales)
				r += 2
			} else {
				mul8x1x16NEON(to, from, a.Stride*Width, b, Panels(w.k), rowScale, scales)
				r++
			}
		}
	}
}

// tileDot adds a tile of up to four of the rows and returns of how many.
func tileDot(rows int, c *float32, a *uint8, aPanel int, b *int8, blocks int, rowScale, scale *float32) int {
	switch rows {
	case 1:
		mul8x1x16DotNEON(c, a, aPanel, b, blocks, rowScale, scale)
	case 2:
		mul8x2x16DotNEON(c, a, aPanel, b, blocks, rowScale, scale)
	case 3:
		mul8x3x16DotNEON(c, a, aPanel, b, blocks, rowScale, scale)
	default:
		mul8x4x16DotNEON(c, a, aPanel, b, blocks, rowScale, scale)
	}
	return min(rows, 4)
}

func largest8(x []float32, panel, panels int) uint32 {
	if current == Portable {
		return largest8Portable(x, panel, panels)
	}
	return largest8NEON(&x[0], panel, panels)
}

func quantise8(dst []uint8, dstPanel int, x []float32, panel, panels int, inverse float32) {
	if current == Portable {
		quantise8Portable(dst, dstPanel, x, panel, panels, inverse)
		return
	}
	quantise8NEON(&dst[0], dstPanel, &x[0], panel, panels, inverse)
}

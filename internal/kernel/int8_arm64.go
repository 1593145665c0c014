//go:build arm64 && !noasm

package kernel

func mulAdd8(c []float32, cPanel int, a Rows8, row int, w *Weights8, first, panels, rows int) {
	if current == Portable {
		mulAdd8Portable(c, cPanel, a, row, w, first, panels, rows)
		return
	}
	for p := range panels {
		b, scales := &w.data[(first+p)*w.panel()], &w.scales[(first+p)*Width]
		r := 0
		for ; r+2 <= rows; r += 2 {
			mul8x2x16NEON(&c[p*cPanel+r*Width], &a.Data[(row+r)*Width], a.Stride*Width, b, Panels(w.k), &a.Scales[row+r], scales)
		}
		if r < rows {
			mul8x1x16NEON(&c[p*cPanel+r*Width], &a.Data[(row+r)*Width], a.Stride*Width, b, Panels(w.k), &a.Scales[row+r], scales)
		}
	}
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

//go:build !(amd64 || arm64) || noasm

package kernel

func mulAdd8(c []float32, cPanel int, a Rows8, row int, w *Weights8, first, panels, rows int) {
	mulAdd8Portable(c, cPanel, a, row, w, first, panels, rows)
}

func largest8(x []float32, panel, panels int) uint32 { return largest8Portable(x, panel, panels) }

func quantise8(dst []uint8, dstPanel int, x []float32, panel, panels int, inverse float32) {
	quantise8Portable(dst, dstPanel, x, panel, panels, inverse)
}

//go:build !(amd64 || arm64) || noasm

package kernel

func mul(c []float32, cRow, cPanel int, a *Operand, b []float32, bPanel, rows, k, panels int, accumulate bool) {
	mulPortable(c, cRow, cPanel, a, b, bPanel, rows, k, panels, accumulate)
}

func halfRows() int { return 0 }

func mulHalf(c []float32, cRow, cPanel int, a *Operand, b []uint16, bPanel, rows, k, panels int, accumulate bool) {
	mulHalfPortable(c, cRow, cPanel, a, b, bPanel, rows, k, panels, accumulate)
}

func peakRounds(n int) (flops int) { return peakRoundsPortable(n) }

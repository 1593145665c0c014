//go:build amd64 && !noasm

package kernel

// peakRounds does n rounds of multiply-adds and returns how many operations that
// were. One micro-kernel of each instruction set runs 12 chains.
func peakRounds(n int) (flops int) {
	x := float32(0.999)
	switch current {
	case AVX2:
		peakAVX2(n, &x)
		return n * 12 * 8 * 2
	case AVX512:
		peakAVX512(n, &x)
		return n * 12 * 16 * 2
	default:
		return peakRoundsPortable(n)
	}
}

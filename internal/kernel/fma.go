package kernel

import "math"

// fma32 returns x*y + z rounded once, as the hardware's float32 FMA does.
//
// The product of two float32 is exact in float64. The sum is rounded to 53 bits
// and then to 24, and the second rounding goes wrong only when the first one
// lands exactly on the middle between two float32: that middle then looks like a
// tie although the true sum lies to one side of it. 29 bits are dropped, more
// below the normal range, so a middle has at least 28 zeros at its end.
func fma32(x, y, z float32) float32 {
	s := float64(x)*float64(y) + float64(z) // an exact product: fused or not, s is the same
	if math.Float64bits(s)<<36 != 0 {
		return float32(s)
	}
	return fma32Slow(x, y, z)
}

// fma32Slow rounds x*y + z to float32 by way of rounding to odd: when the sum in
// float64 is inexact its last bit is set to one, so that it lies on no middle
// and on the right side of each (Boldo and Melquiond, Emulation of a FMA and
// correctly-rounded sums, 2008). 53 bits are enough to round to 24 or fewer.
//
//go:noinline
func fma32Slow(x, y, z float32) float32 {
	p, q := float64(float64(x)*float64(y)), float64(z)
	s := p + q
	// Knuth's two-sum: e is the error of s, exactly. float64's range is wide
	// enough that nothing here overflows or underflows; with infinities and NaN
	// e is NaN, and s is the answer.
	t := s - p
	e := (p - (s - t)) + (q - t)
	if e == 0 || e != e {
		return float32(s)
	}
	b := math.Float64bits(s)
	if b&1 == 0 {
		if (e > 0) == (s > 0) {
			b++
		} else {
			b--
		}
	}
	return float32(math.Float64frombits(b))
}

package kernel

import "math"

// fma32 returns x*y + z rounded once, as the hardware's float32 FMA does.
//
// The product of two float32 is exact in float64. The sum is rounded to 53 bits
// and then to 24, and the second rounding goes wrong only when the first one
// lands exactly on the middle between two float32: that middle then looks like a
// tie although the true sum lies to one side of it.
func fma32(x, y, z float32) float32 {
	p := float64(x) * float64(y)
	s := p + float64(z)
	// 29 bits are dropped. Below the normal range of float32 it is more, so
	// every result there takes the careful way.
	if math.Float64bits(s)&(1<<29-1) != 1<<28 && math.Abs(s) >= 0x1p-126 {
		return float32(s)
	}
	return fma32Slow(p, float64(z), s)
}

// fma32Slow rounds p + z to float32 by way of rounding to odd: when the sum s is
// inexact its last bit is set to one, so that it lies on no middle and on the
// right side of each (Boldo and Melquiond, Emulation of a FMA and
// correctly-rounded sums, 2008). 53 bits are enough to round to 24 or fewer.
func fma32Slow(p, z, s float64) float32 {
	// Knuth's two-sum: e is the error of s, exactly. float64's range is wide
	// enough that nothing here overflows or underflows; with infinities and NaN
	// e is NaN, and s is the answer.
	t := s - p
	e := (p - (s - t)) + (z - t)
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

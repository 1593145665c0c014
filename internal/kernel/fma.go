//go:build !(arm64 || loong64 || ppc64 || ppc64le || riscv64 || s390x)

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
	return float32(oddSum(float64(x), float64(y), float64(z)))
}

// A tileRow holds the sums of a row of a panel, rounded to float32 but kept wide.
type (
	tileRow [Width]tileSum
	tileSum = float64
)

// add adds to row h of the tile the products of that row's x, whose values lie step
// apart, by the rows of y. It is fma32 written out, which is too large for the compiler
// to inline. A value of y is widened once for all rows; what is left, two conversions a
// term, bounds the speed.
func (t *tile) add(x0, x1, x2, x3 []float32, step int, y []float32) {
	for at := 0; len(y) >= Width; at += step {
		w0, w1, w2, w3 := float64(x0[at]), float64(x1[at]), float64(x2[at]), float64(x3[at])
		for j, v := range y[:Width] {
			v := float64(v)
			s := w0*v + t[0][j] // an exact product
			if math.Float64bits(s)<<36 == 0 {
				s = oddSum(w0, v, t[0][j])
			}
			t[0][j] = float64(float32(s))
			s = w1*v + t[1][j] // an exact product
			if math.Float64bits(s)<<36 == 0 {
				s = oddSum(w1, v, t[1][j])
			}
			t[1][j] = float64(float32(s))
			s = w2*v + t[2][j] // an exact product
			if math.Float64bits(s)<<36 == 0 {
				s = oddSum(w2, v, t[2][j])
			}
			t[2][j] = float64(float32(s))
			s = w3*v + t[3][j] // an exact product
			if math.Float64bits(s)<<36 == 0 {
				s = oddSum(w3, v, t[3][j])
			}
			t[3][j] = float64(float32(s))
		}
		y = y[Width:]
	}
}

// add adds to a row of a tile likewise.
func (t *tileRow) add(x []float32, step int, y []float32) {
	for at := 0; len(y) >= Width; at += step {
		w := float64(x[at])
		for j, v := range y[:Width] {
			v := float64(v)
			s := w*v + t[j] // an exact product
			if math.Float64bits(s)<<36 == 0 {
				s = oddSum(w, v, t[j])
			}
			t[j] = float64(float32(s))
		}
		y = y[Width:]
	}
}

// oddSum returns x*y + z, of float32 values, such that rounding it to float32 gives what
// rounding once does: it rounds to odd. When the sum in float64 is inexact its last bit
// is set to one, so that it lies on no middle and on the right side of each (Boldo and
// Melquiond, Emulation of a FMA and correctly-rounded sums, 2008). 53 bits are enough to
// round to 24 or fewer.
//
//go:noinline
func oddSum(x, y, z float64) float64 {
	p := float64(x * y)
	s := p + z
	// Knuth's two-sum: e is the error of s, exactly. float64's range is wide
	// enough that nothing here overflows or underflows; with infinities and NaN
	// e is NaN, and s is the answer.
	t := s - p
	e := (p - (s - t)) + (z - t)
	if e == 0 || e != e {
		return s
	}
	b := math.Float64bits(s)
	if b&1 == 0 {
		if (e > 0) == (s > 0) {
			b++
		} else {
			b--
		}
	}
	return math.Float64frombits(b)
}

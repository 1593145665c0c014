package kernel

import "math"

// Exp, Sigmoid and Tanh share one polynomial. With n = round(x log2 e) and
// r = x - n ln 2, so that |r| <= ln(2)/2,
//
//	e^x = 2^n (1 + q),  q = e^r - 1 = r + r² w(r)
//
// where w has degree 4. Its coefficients are our own minimax fit, which keeps 1 + q
// within 2^-28 of e^r relative to it, before roundings. q has a small error
// relative to itself, too, which is what keeps tanh accurate near zero.
//
// The scalar functions below define the results. The assembly takes the same
// steps in the same order, a lane at a time, so its bits are equal. The errors
// stated were found by trying every float32.
const (
	expC0 = float32(0.5)
	expC1 = float32(0x1.5554a4p-3)
	expC2 = float32(0x1.555688p-5)
	expC3 = float32(0x1.122f96p-7)
	expC4 = float32(0x1.6b6e36p-10)

	log2e = float32(math.Log2E)
	// ln2Hi is ln 2 rounded to float32 and ln2Lo the rest of it. x - n ln2Hi is
	// exact in one FMA, because x and n ln2Hi are close.
	ln2Hi = float32(math.Ln2)
	ln2Lo = float32(math.Ln2 - float64(ln2Hi))

	// roundMagic is 1.5 * 2^23: adding it rounds to an integer (ties to even)
	// and leaves that integer in the low bits of the sum.
	roundMagic = float32(12582912)

	// Arguments are clamped to where the results no longer change: e^89 is
	// infinite and e^-105 zero in float32.
	expMax, expMin         = float32(89), float32(-105)
	sigmoidMax, sigmoidMin = float32(30), float32(-105)
	tanhMax                = float32(10)

	// sigmoidOne is the 1 in 1/(1+e^-x), scaled so that 2^n for the smallest x
	// stays finite; the quotient then rounds once, even to a subnormal.
	sigmoidOne = float32(0x1p-32)
)

// expW returns w(r), given r and r².
func expW(r, r2 float32) float32 {
	u := fma32(expC3, r, expC2)
	v := fma32(expC1, r, expC0)
	u = fma32(expC4, r2, u)
	return fma32(u, r2, v)
}

// clamp returns x within [lo, hi], and NaN for NaN: the comparisons are those of
// MINPS and MAXPS with x as second source.
func clamp(x, lo, hi float32) float32 {
	if hi < x {
		x = hi
	}
	if lo > x {
		x = lo
	}
	return x
}

// power2 returns 2^(n-bias) where t's bits hold the integer n as roundMagic left
// it; exponent is (127-bias)<<23.
func power2(t uint32, exponent uint32) float32 {
	return math.Float32frombits(t<<23 + exponent)
}

func exp1(x float32) float32 {
	x = clamp(x, expMin, expMax)
	t := fma32(x, log2e, roundMagic)
	n := t - roundMagic
	r := fma32(-n, ln2Hi, x)
	r = fma32(-n, ln2Lo, r)
	r2 := r * r
	q := fma32(r2, expW(r, r2), r)
	// 2^n for -151 <= n <= 128 does not fit in one float32: two factors.
	b := math.Float32bits(t)
	half := uint32(int32(b) >> 1)
	s := power2(half, 127<<23)
	return fma32(s, q, s) * power2(b-half, 127<<23)
}

// sigmoid1 returns 1/(1 + e^-x), with e^-x = s + s q.
func sigmoid1(x float32) float32 {
	x = clamp(x, sigmoidMin, sigmoidMax)
	t := fma32(-x, log2e, roundMagic)
	n := t - roundMagic
	// h is -r.
	h := fma32(n, ln2Hi, x)
	h = fma32(n, ln2Lo, h)
	h2 := h * h
	q := fma32(h2, expW(-h, h2), -h)
	s := power2(math.Float32bits(t), (127-32)<<23)
	// The other order, (1 + s) + s q, loses the 1 when s is 2^24.
	return sigmoidOne / (fma32(s, q, sigmoidOne) + s)
}

// tanh1 returns (1 - e^-2a)/(1 + e^-2a) for a = |x|, with the sign of x. With
// e^-2a = s + s q, s <= 1, both sums round once, and for small a (s = 1) the
// numerator is -q itself, accurate down to the smallest subnormal.
func tanh1(x float32) float32 {
	const signBit = 1 << 31
	b := math.Float32bits(x)
	a := math.Float32frombits(b &^ signBit)
	if tanhMax < a {
		a = tanhMax
	}
	t := fma32(a, -2*log2e, roundMagic)
	n := t - roundMagic
	// Half of r. |n| is too small for ln2Lo to matter.
	h := fma32(-n, ln2Hi/2, -a)
	r := h + h
	r2 := r * r
	q := fma32(r2, expW(r, r2), r)
	s := power2(math.Float32bits(t), 127<<23)
	y := fma32(-s, q, 1-s) / fma32(s, q, 1+s)
	return math.Float32frombits(math.Float32bits(y) | b&signBit)
}

// Exp writes e^src to dst, within 1.04 ulp over the whole range, subnormal results
// included. dst may be src; other overlaps are not allowed. It panics unless the
// lengths are equal, as do all kernels on flat slices.
func Exp(dst, src []float32) {
	same("Exp", len(dst), len(src))
	exp(dst, src)
}

// Sigmoid writes 1/(1 + e^-src) to dst, within 2 ulp over the whole range, also
// where the result is subnormal. dst may be src.
func Sigmoid(dst, src []float32) {
	same("Sigmoid", len(dst), len(src))
	sigmoid(dst, src)
}

// Tanh writes tanh(src) to dst, within 1.96 ulp over the whole range; Tanh(-x) is
// -Tanh(x) to the bit. dst may be src.
func Tanh(dst, src []float32) {
	same("Tanh", len(dst), len(src))
	tanh(dst, src)
}

func expPortable(dst, src []float32) {
	for i, x := range src {
		dst[i] = exp1(x)
	}
}

func sigmoidPortable(dst, src []float32) {
	for i, x := range src {
		dst[i] = sigmoid1(x)
	}
}

func tanhPortable(dst, src []float32) {
	for i, x := range src {
		dst[i] = tanh1(x)
	}
}

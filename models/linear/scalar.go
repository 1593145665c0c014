package linear

import "math"

// The standard library's exponential and logarithm use other instructions on
// other processors, and with them another last bit. What decides the bytes of
// a model must not, so these use correctly rounded operations alone; they are
// accurate to about 1e-15. The conversions keep the compiler from fusing a
// product with a sum that its caller takes.

const (
	ln2Hi = 6.93147180369123816490e-01 // 0x3fe62e42fee00000
	ln2Lo = 1.90821492927058770002e-10 // 0x3dea39ef35793c76
)

// exp returns e**x for x <= 700, 0 below -700.
func exp(x float64) float64 {
	if x < -700 {
		return 0
	}
	k := math.RoundToEven(x * math.Log2E)
	r := math.FMA(-k, ln2Lo, math.FMA(-k, ln2Hi, x))
	// Taylor on |r| <= ln2/2: the rest is below 1e-17.
	sum := inverseFactorials[0]
	for _, c := range inverseFactorials[1:] {
		sum = math.FMA(sum, r, c)
	}
	return float64(sum * math.Float64frombits(uint64(1023+int64(k))<<52))
}

// inverseFactorials are 1/13! to 1/0!.
var inverseFactorials = [14]float64{
	1. / 6227020800, 1. / 479001600, 1. / 39916800, 1. / 3628800, 1. / 362880, 1. / 40320, 1. / 5040,
	1. / 720, 1. / 120, 1. / 24, 1. / 6, 1. / 2, 1, 1,
}

// log returns the natural logarithm of a positive, finite x.
func log(x float64) float64 {
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m, e = m*2, e-1
	}
	k := float64(e)
	return math.FMA(k, ln2Hi, math.FMA(k, ln2Lo, atanh2((m-1)/(m+1))))
}

// log1p returns log(1+x) for 0 <= x <= 1.
func log1p(x float64) float64 { return atanh2(x / (2 + x)) }

// atanh2 returns 2*atanh(s) for |s| <= 1/3 by its power series.
func atanh2(s float64) float64 {
	s2 := float64(s * s)
	sum := oddInverses[0]
	for _, c := range oddInverses[1:] {
		sum = math.FMA(sum, s2, c)
	}
	return float64(2 * float64(s*sum))
}

// oddInverses are 1/33, 1/31, ..., 1/3, 1.
var oddInverses = [17]float64{
	1. / 33, 1. / 31, 1. / 29, 1. / 27, 1. / 25, 1. / 23, 1. / 21, 1. / 19, 1. / 17,
	1. / 15, 1. / 13, 1. / 11, 1. / 9, 1. / 7, 1. / 5, 1. / 3, 1,
}

// logistic returns log(1+exp(-m)), the loss of a margin m, its derivative
// -1/(1+exp(m)) and its second derivative.
func logistic(m float64) (loss, first, second float64) {
	e := exp(-math.Abs(m)) // 0 to 1: nothing overflows
	p := e / (1 + e)       // of the less likely side
	if m >= 0 {
		return log1p(e), -p, p * (1 - p)
	}
	return log1p(e) - m, p - 1, p * (1 - p)
}

// sigmoid returns 1/(1+exp(-x)).
func sigmoid(x float64) float64 {
	e := exp(-math.Abs(x))
	if x >= 0 {
		return 1 / (1 + e)
	}
	return e / (1 + e)
}

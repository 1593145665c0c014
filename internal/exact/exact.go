// Package exact computes what must have the same bits on every architecture:
// exponentials, logarithms and cosines in float64, normal quantiles, the place
// of a minimum, and the streams of random numbers.
//
// The standard library's functions have assembly on some architectures and may
// be fused by the compiler on others, so that their last bit differs. Losses,
// learning rates and initial weights must not; these use correctly rounded
// operations only and are accurate to about 1e-15.
package exact

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
)

const (
	ln2Hi = 6.93147180369123816490e-01 // 0x3fe62e42fee00000
	ln2Lo = 1.90821492927058770002e-10 // 0x3dea39ef35793c76
)

// Exp returns e**x.
func Exp(x float64) float64 {
	switch {
	case math.IsNaN(x):
		return x
	case x > 709.7:
		return math.Inf(1)
	case x < -745:
		return 0
	}
	k := math.RoundToEven(x * math.Log2E)
	r := math.FMA(-k, ln2Lo, math.FMA(-k, ln2Hi, x))
	// Taylor to degree 14 on |r| <= ln2/2: the rest is below 1e-18.
	sum := 1.0
	for n := 14; n >= 1; n-- {
		sum = math.FMA(sum, r/float64(n), 1)
	}
	return math.Ldexp(sum, int(k))
}

// Log1p returns Log(1+x) for 0 <= x <= 1, as 2*atanh(x/(2+x)).
func Log1p(x float64) float64 { return atanh2(x / (2 + x)) }

// Log returns the natural logarithm of a positive, finite x.
func Log(x float64) float64 {
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m, e = m*2, e-1
	}
	k := float64(e)
	return math.FMA(k, ln2Hi, math.FMA(k, ln2Lo, atanh2((m-1)/(m+1))))
}

// atanh2 returns 2*atanh(s) for |s| <= 1/3 by its power series.
func atanh2(s float64) float64 {
	s2 := float64(s * s) // here and below the conversions keep the compiler from fusing
	sum := 0.0
	for n := 35; n >= 1; n -= 2 {
		sum = math.FMA(sum, s2, 1/float64(n))
	}
	return float64(2 * float64(s*sum))
}

// NormalQuantile returns the x below which a standard normal variable falls
// with probability p, 0 < p < 1: algorithm AS 241 (Wichura 1988), accurate to
// about 1e-16.
func NormalQuantile(p float64) float64 {
	q := p - 0.5
	if math.Abs(q) <= 0.425 {
		r := math.FMA(-q, q, 0.180625)
		return q * horner(r, &as241A) / horner(r, &as241B)
	}
	r := p
	if q > 0 {
		r = 1 - p
	}
	r = math.Sqrt(-Log(r))
	var x float64
	if r <= 5 {
		r -= 1.6
		x = horner(r, &as241C) / horner(r, &as241D)
	} else {
		r -= 5
		x = horner(r, &as241E) / horner(r, &as241F)
	}
	return math.Copysign(x, q)
}

func horner(x float64, coefficients *[8]float64) float64 {
	sum := 0.0
	for i := 7; i >= 0; i-- {
		sum = math.FMA(sum, x, coefficients[i])
	}
	return sum
}

// Coefficients of AS 241, constant term first.
var (
	as241A = [8]float64{3.3871328727963666080, 1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
		4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3}
	as241B = [8]float64{1, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
		2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4, 5.2264952788528545610e+3}
	as241C = [8]float64{1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
		1.27045825245236838258, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4}
	as241D = [8]float64{1, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1,
		1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9}
	as241E = [8]float64{6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 2.96560571828504891230e-1,
		2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7}
	as241F = [8]float64{1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
		7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15}
)

// Stream returns the random stream for one purpose at one step. Streams of
// different purposes or steps are independent, so that the order in which
// goroutines draw, or resuming in the middle, never shifts them.
func Stream(seed uint64, purpose string, step uint64) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(purpose))
	return rand.New(rand.NewPCG(mix(seed^mix(h.Sum64())), mix(seed+0x9e3779b97f4a7c15*(step+1))))
}

// mix is the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Unit draws a number strictly between 0 and 1: an odd multiple of 2^-53.
func Unit(rng *rand.Rand) float64 { return float64(float64(rng.Uint64()>>12<<1|1) * 0x1p-53) }

// Normal draws from the standard normal distribution, one number of rng for
// each. rand.NormFloat64 promises no bits; its comparisons hang on math.Exp.
func Normal(rng *rand.Rand) float64 { return NormalQuantile(Unit(rng)) }

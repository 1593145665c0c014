package datasets

import (
	"math"
	"math/rand/v2"
)

// normal draws from the standard normal distribution: one number of rng for
// each, and the same bits on every CPU. rand.NormFloat64 promises neither; its
// comparisons hang on math.Exp and math.Log, which differ between
// architectures in the last bit.
func normal(rng *rand.Rand) float64 {
	return quantile((float64(rng.Uint64()>>11) + 0.5) / (1 << 53))
}

// quantile is the inverse of the standard normal distribution function, for
// 0 < p < 1: algorithm AS 241, PPND16 (Wichura 1988, Applied Statistics 37,
// 477-484), with a relative error of 1e-16.
func quantile(p float64) float64 {
	q := p - 0.5
	if math.Abs(q) <= 0.425 {
		r := 0.180625 - float64(q*q)
		return q * horner(r,
			2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
			1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0) / horner(r,
			5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
			5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1)
	}
	r := p
	if q > 0 {
		r = 1 - p
	}
	r = math.Sqrt(-logarithm(r))
	var x float64
	if r <= 5 {
		r -= 1.6
		x = horner(r,
			7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
			3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0) / horner(r,
			1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
			6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1)
	} else {
		r -= 5
		x = horner(r,
			2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
			2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0) / horner(r,
			2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
			1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1)
	}
	if q < 0 {
		return -x
	}
	return x
}

// horner evaluates a polynomial, the highest coefficient first. The
// conversion keeps the compiler from fusing product and sum.
func horner(x float64, coefficients ...float64) float64 {
	var y float64
	for _, c := range coefficients {
		y = float64(y*x) + c
	}
	return y
}

// logarithm is the natural logarithm of a normal positive number by FreeBSD's
// e_log.c, in plain float64 arithmetic: math.Log is assembly on some CPUs.
func logarithm(x float64) float64 {
	f, exp := math.Frexp(x)
	if f < math.Sqrt2/2 {
		f *= 2
		exp--
	}
	f--
	k := float64(exp)
	s := f / (2 + f)
	s2 := s * s
	s4 := s2 * s2
	t1 := s2 * horner(s4, 1.479819860511658591e-01, 1.818357216161805012e-01, 2.857142874366239149e-01, 6.666666666666735130e-01)
	t2 := s4 * horner(s4, 1.531383769920937332e-01, 2.222219843214978396e-01, 3.999999999940941908e-01)
	h := 0.5 * f * f
	low := float64(s*(h+(float64(t1)+float64(t2)))) + float64(k*1.90821492927058770002e-10)
	return float64(k*6.93147180369123816490e-01) - ((h - low) - f)
}

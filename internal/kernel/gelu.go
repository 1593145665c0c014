package kernel

// GELU is x Φ(x) with the normal distribution's Φ(x) = (1 + erf(x/√2))/2
// (Hendrycks and Gimpel 2016, arXiv:1606.08415). erf(x/√2) is one odd polynomial,
//
//	erf(x/√2) = x p(s),  s = 2 (x/5.5)² - 1,  |x| <= 5.5
//
// with p of degree 15, our own minimax fit of x/2 times the error; in s, which
// runs from -1 to 1, its terms do not cancel. Farther out it is ±1. The scalar
// functions below define the results, as those of exp.go do.
var erfC = [16]float32{
	0x1.07463cp-2, -0x1.06d994p-3, 0x1.8710b6p-4, -0x1.3dc98cp-4, 0x1.06bef2p-4, -0x1.aade38p-5, 0x1.4d471ep-5, -0x1.ea579ap-6,
	0x1.51a72cp-6, -0x1.c5f30ep-7, 0x1.2668ccp-7, -0x1.26be66p-8, 0x1.b1ce5p-10, -0x1.5c1cecp-10, 0x1.38fb62p-10, -0x1.979238p-12,
}

const (
	erfMax   = float32(5.5)
	erfScale = float32(2 / (5.5 * 5.5))

	// tanhGELU's argument is x (tanhGELU1 + tanhGELU3 x²), with √(2/π) and 0.044715
	// of it.
	tanhGELU1 = float32(0.7978845608028654)
	tanhGELU3 = float32(0.7978845608028654 * 0.044715)

	// density0 is the normal density at 0, 1/√(2π).
	density0 = float32(0.3989422804014327)
)

// erf1 returns erf(x/√2), within 2e-7 of it.
func erf1(x float32) float32 {
	x = clamp(x, -erfMax, erfMax)
	s := fma32(x*x, erfScale, -1)
	p := erfC[15]
	for i := 14; i >= 0; i-- {
		p = fma32(p, s, erfC[i])
	}
	return clamp(p*x, -1, 1)
}

func gelu1(x float32) float32 {
	h := 0.5 * x
	return fma32(h, erf1(x), h)
}

// geluSlope1 returns the derivative of GELU, Φ(x) + x φ(x). The density is that of
// the argument cut at 15, where it is zero: an infinite one has a slope, too.
func geluSlope1(x float32) float32 {
	c := clamp(x, -15, 15)
	d := exp1(c*c*-0.5) * density0
	return fma32(c, d, fma32(0.5, erf1(x), 0.5))
}

func geluTanh1(x float32) float32 {
	h := 0.5 * x
	return fma32(h, tanh1(x*fma32(x*x, tanhGELU3, tanhGELU1)), h)
}

// geluTanhSlope1 returns the derivative of GELUTanh: with y its tanh of z,
// (1 + y)/2 + x/2 (1 - y²) z', cut as in geluSlope1.
func geluTanhSlope1(x float32) float32 {
	c := clamp(x, -15, 15)
	u := c * c
	y := tanh1(c * fma32(u, tanhGELU3, tanhGELU1))
	slope := fma32(u, 3*tanhGELU3, tanhGELU1)
	d := 0.5 * c * fma32(-y, y, 1)
	return fma32(d, slope, fma32(0.5, y, 0.5))
}

// GELU writes src Φ(src) to dst, within 6e-7 of it for |src| <= 8, farther out
// src or 0. dst may be src.
func GELU(dst, src []float32) {
	same("GELU", len(dst), len(src))
	gelu(dst, src)
}

// GELUTanh writes src (1 + tanh(√(2/π)(src + 0.044715 src³)))/2, GELU's
// approximation, to dst. dst may be src.
func GELUTanh(dst, src []float32) {
	same("GELUTanh", len(dst), len(src))
	geluTanh(dst, src)
}

// GELUBackward writes dy times the derivative of GELU at x to dx. dx may be dy or x.
func GELUBackward(dx, dy, x []float32) {
	same("GELUBackward", len(dx), len(dy), len(x))
	geluBackward(dx, dy, x)
}

// GELUTanhBackward writes dy times the derivative of GELUTanh at x to dx. dx may
// be dy or x.
func GELUTanhBackward(dx, dy, x []float32) {
	same("GELUTanhBackward", len(dx), len(dy), len(x))
	geluTanhBackward(dx, dy, x)
}

func geluPortable(dst, src []float32) {
	for i, x := range src {
		dst[i] = gelu1(x)
	}
}

func geluTanhPortable(dst, src []float32) {
	for i, x := range src {
		dst[i] = geluTanh1(x)
	}
}

func geluBackwardPortable(dx, dy, x []float32) {
	for i, v := range x {
		dx[i] = dy[i] * geluSlope1(v)
	}
}

func geluTanhBackwardPortable(dx, dy, x []float32) {
	for i, v := range x {
		dx[i] = dy[i] * geluTanhSlope1(v)
	}
}

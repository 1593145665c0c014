package kernel

// LSTMForward computes one step of LSTM cells from the gates' pre-activations.
// In place, i, f and o become sigmoids and g a tanh; then
//
//	c = f*cPrev + i*g    one rounded product, i*g, and one fused multiply-add
//	h = o*tanh(c)
//
// All seven slices have one length. c may be cPrev; other overlaps are not
// allowed.
func LSTMForward(i, f, g, o, cPrev, c, h []float32) {
	same("LSTMForward", len(i), len(f), len(g), len(o), len(cPrev), len(c), len(h))
	lstmForward(i, f, g, o, cPrev, c, h)
}

// LSTMBackward is the reverse of LSTMForward. i, f, g and o hold its activations
// and are overwritten by the gradients of its pre-activations; c and cPrev are as
// LSTMForward left and got them; dh is the gradient of h. dc holds the gradient of
// c that came from the next step and is overwritten by the gradient of cPrev.
// With y = tanh(c), computed again, and products from left to right:
//
//	d     = dh*o * (1 - y*y) + dc    both sums fused
//	do    = dh*y * (o - o*o)         the difference fused, as below
//	di    = d*g * (i - i*i)
//	df    = d*cPrev * (f - f*f)
//	dg    = d*i * (1 - g*g)
//	dc    = d*f
//
// No slice may overlap another.
func LSTMBackward(i, f, g, o, c, cPrev, dh, dc []float32) {
	same("LSTMBackward", len(i), len(f), len(g), len(o), len(c), len(cPrev), len(dh), len(dc))
	lstmBackward(i, f, g, o, c, cPrev, dh, dc)
}

func lstmForwardPortable(i, f, g, o, cPrev, c, h []float32) {
	for e := range i {
		ia, fa, ga, oa := sigmoid1(i[e]), sigmoid1(f[e]), tanh1(g[e]), sigmoid1(o[e])
		ca := fma32(fa, cPrev[e], ia*ga)
		i[e], f[e], g[e], o[e], c[e] = ia, fa, ga, oa, ca
		h[e] = oa * tanh1(ca)
	}
}

func lstmBackwardPortable(i, f, g, o, c, cPrev, dh, dc []float32) {
	for e := range i {
		ia, fa, ga, oa := i[e], f[e], g[e], o[e]
		y := tanh1(c[e])
		d := fma32(dh[e]*oa, fma32(-y, y, 1), dc[e])
		o[e] = dh[e] * y * fma32(-oa, oa, oa)
		i[e] = d * ga * fma32(-ia, ia, ia)
		f[e] = d * cPrev[e] * fma32(-fa, fa, fa)
		g[e] = d * ia * fma32(-ga, ga, 1)
		dc[e] = d * fa
	}
}

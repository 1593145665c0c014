package kernel

import "math"

// AdamConfig is one step's setting of Adam. The values are float64, as in
// PyTorch, because 1-Beta2 of a float32 would lose four digits; each constant
// that the update uses is computed in float64 and rounded to float32 once.
type AdamConfig struct {
	LR, Beta1, Beta2, Eps float64
	// WeightDecay is added to the gradient as WeightDecay*p (Adam with L2) or,
	// with Decoupled, p is multiplied by 1 - LR*WeightDecay first (AdamW).
	WeightDecay float64
	Decoupled   bool
	// Correction1 and Correction2 are 1-Beta1^t and 1-Beta2^t for step t,
	// counted from 1.
	Correction1, Correction2 float64
}

// adamConstants are the factors of the update; the assembly reads them in this
// order.
type adamConstants struct {
	keep, decay, w1, beta2, w2, scale, eps, step float32
}

// Adam updates the parameters p and the moments m and v by the gradient g, as
// torch.optim.Adam and AdamW do (amsgrad and maximize off). For each element, fma
// being a fused multiply-add and everything else rounded:
//
//	p = p * (1 - LR*WeightDecay)                     only with Decoupled
//	g = fma(WeightDecay, p, g)                       only without
//	m = fma(1-Beta1, g-m, m)
//	v = fma((1-Beta2)*g, g, Beta2*v)
//	p = fma(-LR/Correction1, m / fma(sqrt(v), 1/sqrt(Correction2), Eps), p)
//
// g itself is left alone. The four slices must not overlap.
func Adam(p, m, v, g []float32, c AdamConfig) {
	same("Adam", len(p), len(m), len(v), len(g))
	k := adamConstants{
		keep:  1,
		decay: float32(c.WeightDecay),
		w1:    float32(1 - c.Beta1),
		beta2: float32(c.Beta2),
		w2:    float32(1 - c.Beta2),
		scale: float32(1 / math.Sqrt(c.Correction2)),
		eps:   float32(c.Eps),
		step:  float32(-c.LR / c.Correction1),
	}
	if c.Decoupled {
		k.keep, k.decay = float32(1-float64(c.LR*c.WeightDecay)), 0
	}
	adam(p, m, v, g, &k)
}

// SGDConfig is the setting of stochastic gradient descent.
type SGDConfig struct {
	LR, Momentum, WeightDecay float64
	Nesterov                  bool
}

// sgdConstants are the factors of the update; the assembly reads them in this
// order. The step's direction is fma(ahead, momentum buffer, g') with Nesterov.
type sgdConstants struct {
	decay, momentum, step float32
}

// SGD updates the parameters p and the momentum buffer by the gradient g, as
// torch.optim.SGD does with dampening 0. For each element, all fused:
//
//	g        = fma(WeightDecay, p, g)
//	momentum = fma(Momentum, momentum, g)
//	p        = fma(-LR, momentum, p)                        or, with Nesterov,
//	p        = fma(-LR, fma(Momentum, momentum, g), p)
//
// momentum starts as zeros. With nil for it, Momentum and Nesterov are ignored and
// p = fma(-LR, g, p). g itself is left alone. The slices must not overlap.
func SGD(p, momentum, g []float32, c SGDConfig) {
	same("SGD", len(p), len(g))
	k := sgdConstants{decay: float32(c.WeightDecay), momentum: float32(c.Momentum), step: float32(-c.LR)}
	if momentum == nil {
		sgd(p, g, &k)
		return
	}
	same("SGD", len(p), len(momentum))
	if c.Nesterov {
		sgdNesterov(p, momentum, g, &k)
	} else {
		sgdMomentum(p, momentum, g, &k)
	}
}

func adamPortable(p, m, v, g []float32, k *adamConstants) {
	for i, d := range g {
		x := p[i] * k.keep
		d = fma32(k.decay, x, d)
		mi := fma32(k.w1, d-m[i], m[i])
		vi := fma32(k.w2*d, d, float32(k.beta2*v[i]))
		root := float32(math.Sqrt(float64(vi))) // rounds as SQRTPS: 53 bits are enough for both steps
		m[i], v[i] = mi, vi
		p[i] = fma32(k.step, mi/fma32(root, k.scale, k.eps), x)
	}
}

func sgdPortable(p, g []float32, k *sgdConstants) {
	for i, d := range g {
		p[i] = fma32(k.step, fma32(k.decay, p[i], d), p[i])
	}
}

func sgdMomentumPortable(p, momentum, g []float32, k *sgdConstants) {
	for i, d := range g {
		b := fma32(k.momentum, momentum[i], fma32(k.decay, p[i], d))
		momentum[i] = b
		p[i] = fma32(k.step, b, p[i])
	}
}

func sgdNesterovPortable(p, momentum, g []float32, k *sgdConstants) {
	for i, d := range g {
		d = fma32(k.decay, p[i], d)
		b := fma32(k.momentum, momentum[i], d)
		momentum[i] = b
		p[i] = fma32(k.step, fma32(k.momentum, b, d), p[i])
	}
}

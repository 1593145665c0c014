package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestAdamAgainstFloat64 follows PyTorch's formulas in float64 for some steps.
func TestAdamAgainstFloat64(t *testing.T) {
	const n, steps = 21, 20
	for _, c := range []AdamConfig{
		{LR: 0.01, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8},
		{LR: 0.01, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, WeightDecay: 0.1},
		{LR: 0.01, Beta1: 0.8, Beta2: 0.99, Eps: 1e-6, WeightDecay: 0.1, Decoupled: true},
	} {
		r := rand.New(rand.NewPCG(15, 16))
		p, m, v, g := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
		p64, m64, v64 := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range p {
			p[i] = float32(r.NormFloat64())
			p64[i] = float64(p[i])
		}
		for step := 1; step <= steps; step++ {
			c.Correction1 = 1 - math.Pow(c.Beta1, float64(step))
			c.Correction2 = 1 - math.Pow(c.Beta2, float64(step))
			for i := range g {
				g[i] = float32(r.NormFloat64())
				d := float64(g[i])
				if c.Decoupled {
					p64[i] *= 1 - c.LR*c.WeightDecay
				} else {
					d += c.WeightDecay * p64[i]
				}
				m64[i] = c.Beta1*m64[i] + (1-c.Beta1)*d
				v64[i] = c.Beta2*v64[i] + (1-c.Beta2)*d*d
				p64[i] -= c.LR / c.Correction1 * m64[i] / (math.Sqrt(v64[i])/math.Sqrt(c.Correction2) + c.Eps)
			}
			Adam(p, m, v, g, c)
		}
		for i := range p {
			if math.Abs(float64(p[i])-p64[i]) > 2e-6 || math.Abs(float64(m[i])-m64[i]) > 1e-6 || math.Abs(float64(v[i])-v64[i]) > 1e-6 {
				t.Errorf("%+v: element %d: p %v m %v v %v, want %v %v %v", c, i, p[i], m[i], v[i], p64[i], m64[i], v64[i])
			}
		}
	}
}

func TestSGDAgainstFloat64(t *testing.T) {
	const n, steps = 21, 20
	for _, c := range []SGDConfig{
		{LR: 0.1}, {LR: 0.1, WeightDecay: 0.1}, {LR: 0.01, Momentum: 0.9, WeightDecay: 0.1}, {LR: 0.01, Momentum: 0.9, Nesterov: true},
	} {
		r := rand.New(rand.NewPCG(17, 18))
		p, g := make([]float32, n), make([]float32, n)
		var momentum []float32
		if c.Momentum != 0 {
			momentum = make([]float32, n)
		}
		p64, b64 := make([]float64, n), make([]float64, n)
		for range steps {
			for i := range g {
				g[i] = float32(r.NormFloat64())
				d := float64(g[i]) + c.WeightDecay*p64[i]
				b64[i] = c.Momentum*b64[i] + d
				if c.Nesterov {
					d += c.Momentum * b64[i]
				} else {
					d = b64[i]
				}
				p64[i] -= c.LR * d
			}
			SGD(p, momentum, g, c)
		}
		for i := range p {
			if math.Abs(float64(p[i])-p64[i]) > 2e-6 {
				t.Errorf("%+v: element %d: %v, want %v", c, i, p[i], p64[i])
			}
		}
	}
}

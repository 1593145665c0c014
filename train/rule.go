package train

import (
	"math"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// moment is what distinguishes one step's update from another's.
type moment struct {
	rate         float64 // learning rate of this parameter at this step
	corr1, corr2 float64 // Adam: 1 - beta^t
	epsilon      float64 // Adam
}

// stride is the largest distance per unit of momentum that the step goes.
func (m moment) stride() float64 { return m.rate / m.corr1 }

// slots are the state of some elements of a parameter: one slice for each of
// the rule's names.
type slots [2][]float32

// lazy returns the moment as torch.optim.SparseAdam has it: epsilon is added
// before the root of v is corrected, not after.
func (m moment) lazy() moment {
	m.epsilon /= math.Sqrt(m.corr2)
	return m
}

// rule is the formula of an optimizer, element by element: any range of a
// parameter may be updated on its own.
type rule interface {
	rate() float64
	sparse() SparseRule
	names() []string // names of the state, as in PyTorch's state_dict
	moment(step int, rate float64) moment
	// update takes the step m with the gradient g.
	update(p, g []float32, s slots, m moment)
	// still reports whether any number of steps without a gradient, each with
	// a stride of at most the given one, leaves p as it is, bit for bit.
	still(p []float32, s slots, stride float64) bool
	// spared is the rule without weight decay.
	spared() rule
	// rest changes the state as n such steps do.
	rest(s slots, n int)
}

// A weight stands still under changes below half the distance to its
// neighbour, at least 2^-25 of itself. Half of that leaves room for rounding
// of the change, half of the rest for faint.
const standstill = 0x1p-27

// faint bounds a momentum that has decayed into the denormal numbers, where
// multiplying by beta rounds back to the same number: it ends at no more than
// 2^-149 / (2 (1-beta)), below this for every beta up to 0.999.
const faint = 0x1p-140

type adamRule struct {
	Adam
	decoupled bool
}

func (r adamRule) spared() rule {
	r.WeightDecay = 0
	return r
}

func (r adamRule) rate() float64      { return r.LearningRate }
func (r adamRule) sparse() SparseRule { return r.Sparse }
func (r adamRule) names() []string    { return []string{"exp_avg", "exp_avg_sq"} }

func (r adamRule) moment(step int, rate float64) moment {
	// A whole exponent: math.Pow then only multiplies and doubles, and has the same
	// bits whether or not a doubling is fused with the product before it.
	t := float64(step)
	return moment{rate, 1 - math.Pow(r.Beta1, t), 1 - math.Pow(r.Beta2, t), r.Epsilon}
}

func (r adamRule) update(p, g []float32, s slots, m moment) {
	kernel.Adam(p, s[0], s[1], g, kernel.AdamConfig{
		LR: m.rate, Beta1: r.Beta1, Beta2: r.Beta2, Eps: m.epsilon,
		WeightDecay: r.WeightDecay, Decoupled: r.decoupled,
		Correction1: m.corr1, Correction2: m.corr2,
	})
}

// still: without a gradient the change is at most stride * |m| / (sqrt(v) +
// eps), since the correction of v only enlarges sqrt(v), and it shrinks by
// beta1 / sqrt(beta2) or more a step. Written without root and division. A
// negative zero would become a positive one, which rest does not show.
func (r adamRule) still(p []float32, s slots, stride float64) bool {
	if r.WeightDecay != 0 || r.Beta1 <= 0.5 || r.Beta1 > 0.999 || r.Beta2 <= 0.5 || r.Beta1*r.Beta1 >= r.Beta2 || r.Epsilon < 1e-12 {
		return false
	}
	ms, vs := s[0][:len(p)], s[1][:len(p)]
	least := stride * faint
	for i, x := range p {
		m := ms[i]
		if m == 0 && !math.Signbit(float64(m)) {
			continue
		}
		room := math.Abs(float64(x)) * standstill
		move := stride * math.Abs(float64(m))
		if m == 0 || least > room*r.Epsilon || move > room*r.Epsilon && float64(move*move) > float64(room*room)*float64(vs[i]) {
			return false
		}
	}
	return true
}

func (r adamRule) rest(s slots, n int) {
	// What kernel.Adam does to the moments where g is 0.
	w1, beta2 := float32(1-r.Beta1), float32(r.Beta2)
	if !zero(s[0]) {
		for range n {
			kernel.Axpy(s[0], -w1, s[0])
		}
	}
	if !zero(s[1]) {
		for range n {
			kernel.Scale(s[1], beta2)
		}
	}
}

type sgdRule struct{ SGD }

func (r sgdRule) spared() rule {
	r.WeightDecay = 0
	return r
}

func (r sgdRule) rate() float64      { return r.LearningRate }
func (r sgdRule) sparse() SparseRule { return r.Sparse }

func (r sgdRule) names() []string {
	if r.Momentum == 0 {
		return nil
	}
	return []string{"momentum_buffer"}
}

func (r sgdRule) moment(_ int, rate float64) moment { return moment{rate, 1, 1, 0} }

func (r sgdRule) update(p, g []float32, s slots, m moment) {
	var buf []float32
	if r.Momentum != 0 {
		buf = s[0]
	}
	kernel.SGD(p, buf, g, kernel.SGDConfig{
		LR: m.rate, Momentum: r.Momentum, WeightDecay: r.WeightDecay, Nesterov: r.Nesterov,
	})
}

func (r sgdRule) still(p []float32, s slots, stride float64) bool {
	if r.WeightDecay != 0 {
		return false
	}
	if r.Momentum == 0 {
		return true
	}
	if r.Momentum <= 0.5 || r.Momentum > 0.999 {
		return zero(s[0])
	}
	for i, b := range s[0][:len(p)] {
		if b == 0 && !math.Signbit(float64(b)) {
			continue
		}
		if b == 0 || stride*(math.Abs(float64(b))+faint) > math.Abs(float64(p[i]))*standstill {
			return false
		}
	}
	return true
}

func (r sgdRule) rest(s slots, n int) {
	if r.Momentum == 0 || zero(s[0]) {
		return
	}
	for range n {
		kernel.Scale(s[0], float32(r.Momentum))
	}
}

// zero reports whether all of x is +0.
func zero(x []float32) bool {
	for _, v := range x {
		if math.Float32bits(v) != 0 {
			return false
		}
	}
	return true
}

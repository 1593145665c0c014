package train

import "fmt"

// Optimizer turns gradients into new weights: SGD, Adam or AdamW.
type Optimizer interface {
	fmt.Stringer // all hyper-parameters, compared when a run is resumed
	rule() (rule, error)
}

// SGD is stochastic gradient descent with PyTorch's formulas (torch.optim.SGD
// with dampening 0):
//
//	g += WeightDecay * p
//	buf = Momentum * buf + g
//	p -= lr * (buf, or with Nesterov g + Momentum * buf)
type SGD struct {
	LearningRate float64 // 0: 0.01
	Momentum     float64 // 0: none
	Nesterov     bool
	WeightDecay  float64
	Sparse       SparseRule
}

// Adam is Adam (Kingma and Ba 2015, arXiv:1412.6980) with PyTorch's formulas
// (torch.optim.Adam); t counts steps from 1:
//
//	g += WeightDecay * p
//	m = Beta1 * m + (1 - Beta1) * g
//	v = Beta2 * v + (1 - Beta2) * g * g
//	p -= lr / (1 - Beta1^t) * m / (sqrt(v) / sqrt(1 - Beta2^t) + Epsilon)
type Adam struct {
	LearningRate float64 // 0: 0.001
	Beta1        float64 // 0: 0.9
	Beta2        float64 // 0: 0.999
	Epsilon      float64 // 0: 1e-8
	WeightDecay  float64
	Sparse       SparseRule
}

// AdamW is Adam with the weight decay taken off the weights themselves,
// p *= 1 - lr * WeightDecay, before the step (Loshchilov and Hutter 2019,
// arXiv:1711.05101; torch.optim.AdamW). Zero fields mean what they mean in
// Adam; PyTorch's default WeightDecay is 0.01.
type AdamW Adam

// SparseRule says what a step does to the rows of a parameter that a sparse
// gradient does not list.
type SparseRule int

const (
	// CatchUp gives the same bits as Dense. A row that the gradient leaves out
	// keeps moving by its momentum, and its moments decay, but this is worked
	// out only when the row is read again (see RowReader), evaluated or saved:
	// then the missed steps are replayed one by one, with the learning rate
	// that each had, until the row provably stands still. A step therefore
	// costs by the rows of its batch (times the few hundred replays after
	// which momentum is spent), never by the size of the vocabulary. With
	// weight decay rows never stand still and the cost is Dense's.
	CatchUp SparseRule = iota
	// Dense updates every row every step, as torch.optim.Adam does with a
	// dense gradient.
	Dense
	// Lazy leaves the other rows and their moments as they are, as
	// torch.optim.SparseAdam does, whose epsilon this takes over too: it is
	// added before sqrt(v) is corrected. A row moves only when it is read; rare rows
	// keep old moments, so results differ from Dense: two epochs of recipe lstm on
	// IMDB ended 0.8 points of accuracy lower in the mean of three seeds, and lower
	// with each (docs/LOG.md).
	Lazy
)

var sparseNames = [...]string{"catch-up", "dense", "lazy"}

func (s SparseRule) String() string {
	if s < 0 || int(s) >= len(sparseNames) {
		return fmt.Sprintf("SparseRule(%d)", int(s))
	}
	return sparseNames[s]
}

func (s SGD) String() string {
	s = s.defaults()
	return fmt.Sprintf("SGD(lr=%v momentum=%v nesterov=%v weight_decay=%v sparse=%v)", s.LearningRate, s.Momentum, s.Nesterov, s.WeightDecay, s.Sparse)
}

func (a Adam) String() string {
	return "Adam" + a.defaults().hyper()
}

func (a AdamW) String() string {
	return "AdamW" + Adam(a).defaults().hyper()
}

func (a Adam) hyper() string {
	return fmt.Sprintf("(lr=%v betas=%v,%v eps=%v weight_decay=%v sparse=%v)", a.LearningRate, a.Beta1, a.Beta2, a.Epsilon, a.WeightDecay, a.Sparse)
}

func (s SGD) defaults() SGD {
	orDefault(&s.LearningRate, 0.01)
	return s
}

func (a Adam) defaults() Adam {
	orDefault(&a.LearningRate, 1e-3)
	orDefault(&a.Beta1, 0.9)
	orDefault(&a.Beta2, 0.999)
	orDefault(&a.Epsilon, 1e-8)
	return a
}

func orDefault(v *float64, d float64) {
	if *v == 0 {
		*v = d
	}
}

func (s SGD) rule() (rule, error) {
	s = s.defaults()
	switch {
	case !(s.LearningRate > 0):
		return nil, fmt.Errorf("train: SGD: learning rate %v, want more than 0", s.LearningRate)
	case !(s.Momentum >= 0 && s.Momentum < 1):
		return nil, fmt.Errorf("train: SGD: momentum %v, want 0 <= momentum < 1", s.Momentum)
	case s.Nesterov && s.Momentum == 0:
		return nil, fmt.Errorf("train: SGD: Nesterov needs a momentum")
	case !(s.WeightDecay >= 0):
		return nil, fmt.Errorf("train: SGD: weight decay %v, want 0 or more", s.WeightDecay)
	}
	return sgdRule{s}, s.Sparse.check("SGD")
}

func (a Adam) rule() (rule, error) {
	a = a.defaults()
	return adamRule{a, false}, a.check("Adam")
}

func (a AdamW) rule() (rule, error) {
	d := Adam(a).defaults()
	return adamRule{d, true}, d.check("AdamW")
}

func (a Adam) check(name string) error {
	switch {
	case !(a.LearningRate > 0):
		return fmt.Errorf("train: %s: learning rate %v, want more than 0", name, a.LearningRate)
	case !(a.Beta1 > 0 && a.Beta1 < 1 && a.Beta2 > 0 && a.Beta2 < 1):
		return fmt.Errorf("train: %s: betas %v and %v, want 0 < beta < 1", name, a.Beta1, a.Beta2)
	case !(a.Epsilon > 0):
		return fmt.Errorf("train: %s: epsilon %v, want more than 0", name, a.Epsilon)
	case !(a.WeightDecay >= 0):
		return fmt.Errorf("train: %s: weight decay %v, want 0 or more", name, a.WeightDecay)
	}
	return a.Sparse.check(name)
}

func (s SparseRule) check(name string) error {
	if s < CatchUp || s > Lazy {
		return fmt.Errorf("train: %s: %v is unknown", name, s)
	}
	return nil
}

package encoder

import (
	"context"
	"fmt"
	"math"

	"github.com/gorgonia-zoo/zoo/ops"
	G "gorgonia.org/gorgonia"
)

// Probe finds the linear layer of a Classifier over vectors that stay as they
// are (a linear probe): multinomial logistic regression,
//
//	minimise 1/n sum_i CE(W z_i + b, label_i) + |W|^2 / (2 C n)
//
// over vectors z that are centred and scaled to a variance of 1 over all
// numbers, by L-BFGS (Nocedal and Wright, Numerical Optimization, 2nd edition,
// algorithms 7.4 and 3.1) over a static graph of the whole data. One goroutine
// at a time may use it.
type Probe struct {
	classes, dim int
	rows         int
	mean         []float64
	scale        float64
	weight, bias *ops.Param
	program      *ops.Program
	start        float64 // length of the gradient where W and b are zero

	// A number is learned less its mean and in units of its standard deviation.
	shift, unit float64
}

// NewProbe returns a probe of vectors [n][F] and their labels. classWeights are
// the weights of the classes in the loss, none for equal ones.
func NewProbe(vectors [][]float32, labels []int32, classes int, classWeights []float32) (*Probe, error) {
	if len(vectors) == 0 || len(vectors) != len(labels) || classes < 2 {
		return nil, fmt.Errorf("encoder: probe: %d vectors, %d labels and %d classes, want as many labels as vectors, and two classes or more", len(vectors), len(labels), classes)
	}
	return newProbe(vectors, classes, func(p *Probe, g *ops.Graph, output *G.Node) (*G.Node, error) {
		l, given := g.Ints("labels", p.rows)
		copy(given, labels)
		return ops.CrossEntropy(output, l, classWeights...)
	})
}

// NewLabelProbe is NewProbe of vectors that have any number of labels, ascending
// indices: logistic regression of each label, the mean binary cross-entropy of all in
// place of CE.
func NewLabelProbe(vectors [][]float32, sets [][]int32, labels int) (*Probe, error) {
	if len(vectors) == 0 || len(vectors) != len(sets) || labels < 2 {
		return nil, fmt.Errorf("encoder: probe: %d vectors, %d sets of %d labels, want as many sets as vectors, and two labels or more", len(vectors), len(sets), labels)
	}
	return newProbe(vectors, labels, func(p *Probe, g *ops.Graph, output *G.Node) (*G.Node, error) {
		l, targets := g.Floats("targets", p.rows, labels)
		for i, set := range sets {
			for _, k := range set {
				targets[i*labels+int(k)] = 1
			}
		}
		return ops.BCEWithLogits(output, l)
	})
}

// NewNumberProbe is NewProbe of vectors that are given numbers: linear regression, the
// squared error in place of CE.
func NewNumberProbe(vectors [][]float32, numbers []float64) (*Probe, error) {
	if len(vectors) == 0 || len(vectors) != len(numbers) {
		return nil, fmt.Errorf("encoder: probe: %d vectors and %d numbers, want as many", len(vectors), len(numbers))
	}
	shift, unit := Standard(numbers)
	p, err := newProbe(vectors, 1, func(p *Probe, g *ops.Graph, output *G.Node) (*G.Node, error) {
		l, targets := g.Floats("targets", p.rows, 1)
		for i, x := range numbers {
			targets[i] = float32((x - shift) / unit)
		}
		return ops.MSE(output, l)
	})
	if err == nil {
		p.shift, p.unit = shift, unit
	}
	return p, err
}

// Standard returns the mean of numbers and their standard deviation, 1 where they do
// not vary.
func Standard(numbers []float64) (mean, deviation float64) {
	n := float64(len(numbers))
	for _, x := range numbers {
		mean += x / n
	}
	for _, x := range numbers {
		deviation += float64((x-mean)*(x-mean)) / n
	}
	if deviation = math.Sqrt(deviation); !(deviation > 0) {
		deviation = 1
	}
	return mean, deviation
}

// newProbe builds the graph; objective adds the loss.
func newProbe(vectors [][]float32, classes int, objective func(*Probe, *ops.Graph, *G.Node) (*G.Node, error)) (*Probe, error) {
	f := len(vectors[0])
	p := &Probe{classes: classes, dim: f, rows: len(vectors), mean: make([]float64, f), unit: 1,
		weight: ops.NewParam("classifier.weight", classes, f), bias: ops.NewParam("classifier.bias", classes)}
	var x []float32
	var err error
	p.program, err = ops.Build(func(g *ops.Graph) (loss, output *G.Node, err error) {
		var z *G.Node
		z, x = g.Floats("vectors", p.rows, f)
		if output, err = ops.Linear(z, g.Param(p.weight), g.Param(p.bias)); err != nil {
			return nil, nil, err
		}
		loss, err = objective(p, g, output)
		return loss, output, err
	})
	if err != nil {
		return nil, fmt.Errorf("encoder: probe: %w", err)
	}
	p.standardise(x, vectors)
	return p, nil
}

// standardise fills x with the centred and scaled vectors.
func (p *Probe) standardise(x []float32, vectors [][]float32) {
	for _, v := range vectors {
		for i, a := range v {
			p.mean[i] += float64(a)
		}
	}
	for i := range p.mean {
		p.mean[i] /= float64(p.rows)
	}
	var squares float64
	for _, v := range vectors {
		for i, a := range v {
			d := float64(a) - p.mean[i]
			squares += float64(d * d)
		}
	}
	if p.scale = 1; squares > 0 {
		p.scale = math.Sqrt(float64(p.rows*p.dim) / squares)
	}
	for r, v := range vectors {
		for i, a := range v {
			x[r*p.dim+i] = float32((float64(a) - p.mean[i]) * p.scale)
		}
	}
}

// objective sets the parameters to theta, W before b, and returns the objective
// and its gradient.
func (p *Probe) objective(theta, grad []float64, penalty float64) (float64, error) {
	w, b := p.weight.Write(), p.bias.Write()
	for i := range w {
		w[i] = float32(theta[i])
	}
	for i := range b {
		b[i] = float32(theta[len(w)+i])
	}
	if err := p.program.Run(); err != nil {
		return 0, fmt.Errorf("encoder: probe: %w", err)
	}
	sum := float64(p.program.Loss())
	gradients := p.program.Gradients()
	for k, param := range p.program.Params() {
		at := 0
		if param == p.bias {
			at = len(w)
		}
		for i, v := range gradients[k].Data {
			grad[at+i] = float64(v)
		}
	}
	for i, t := range theta[:len(w)] {
		sum += float64(penalty * t * t / 2)
		grad[i] += float64(penalty * t)
	}
	return sum, nil
}

const (
	probeMemory    = 10   // pairs of steps that L-BFGS keeps
	probeSteps     = 200  // at most
	probeTolerance = 1e-3 // of the gradient where W and b are zero
)

// Fit solves the problem for one C, starting where the last call ended, and
// sets the classifier's linear layer. It returns the steps that were taken.
func (p *Probe) Fit(ctx context.Context, into *Classifier, c float64) (steps int, err error) {
	if !(c > 0) || math.IsInf(c, 0) {
		return 0, fmt.Errorf("encoder: probe: C is %v, want a positive number", c)
	}
	if outputs := len(into.bias.Data()); outputs != p.classes || into.Dim() != p.dim {
		return 0, fmt.Errorf("encoder: probe: %d classes of %d numbers, the classifier has %d of %d", p.classes, p.dim, outputs, into.Dim())
	}
	w, b := p.weight.Data(), p.bias.Data()
	theta := make([]float64, len(w)+len(b))
	for i, v := range w {
		theta[i] = float64(v)
	}
	for i, v := range b {
		theta[len(w)+i] = float64(v)
	}
	if steps, err = p.minimise(ctx, theta, 1/(c*float64(p.rows))); err != nil {
		return steps, err
	}
	// W (x - mean) scale + b, over x as it is.
	head, bias := into.weight.Write(), into.bias.Write()
	for k := range p.classes {
		offset := float64(p.unit*theta[len(w)+k]) + p.shift
		for i := range p.dim {
			v := float64(theta[k*p.dim+i]*p.scale) * p.unit
			head[k*p.dim+i] = float32(v)
			offset -= float64(v * p.mean[i])
		}
		bias[k] = float32(offset)
	}
	return steps, nil
}

// minimise changes theta to where the objective is least.
func (p *Probe) minimise(ctx context.Context, theta []float64, penalty float64) (steps int, err error) {
	n := len(theta)
	grad, next, trial := make([]float64, n), make([]float64, n), make([]float64, n)
	value, err := p.objective(theta, grad, penalty)
	if err != nil {
		return 0, err
	}
	var history curvature
	if p.start == 0 {
		p.start = math.Sqrt(dot(grad, grad))
	}
	enough := probeTolerance * p.start
	for ; steps < probeSteps && math.Sqrt(dot(grad, grad)) > enough; steps++ {
		if ctx.Err() != nil {
			return steps, fmt.Errorf("encoder: probe: %w", context.Cause(ctx))
		}
		direction := history.direction(grad)
		slope := dot(direction, grad)
		step := 1.0
		if len(history.s) == 0 {
			step = 1 / math.Max(1, math.Sqrt(dot(grad, grad)))
		}
		found := false
		for ; step > 1e-10 && !found; step /= 2 {
			for i := range trial {
				trial[i] = theta[i] + float64(step*direction[i])
			}
			v, err := p.objective(trial, next, penalty)
			if err != nil {
				return steps, err
			}
			if found = v <= value+float64(1e-4*step*slope) && v < value; found {
				value = v
			}
		}
		if !found { // as far as float32 goes
			break
		}
		history.add(trial, theta, next, grad)
		copy(theta, trial)
		copy(grad, next)
	}
	return steps, nil
}

// curvature is the last differences of theta, s, and of the gradient, y.
type curvature struct{ s, y [][]float64 }

func (c *curvature) add(theta, before, grad, last []float64) {
	s, y := make([]float64, len(theta)), make([]float64, len(theta))
	for i := range s {
		s[i], y[i] = theta[i]-before[i], grad[i]-last[i]
	}
	if dot(s, y) <= 1e-12*dot(y, y) {
		return // no curvature that could be trusted
	}
	if c.s, c.y = append(c.s, s), append(c.y, y); len(c.s) > probeMemory {
		c.s, c.y = c.s[1:], c.y[1:]
	}
}

// direction is minus the inverse Hessian's estimate times the gradient: the
// two loops of algorithm 7.4.
func (c *curvature) direction(grad []float64) []float64 {
	q := make([]float64, len(grad))
	for i, g := range grad {
		q[i] = -g
	}
	alpha := make([]float64, len(c.s))
	for k := len(c.s) - 1; k >= 0; k-- {
		alpha[k] = dot(c.s[k], q) / dot(c.s[k], c.y[k])
		axpy(q, -alpha[k], c.y[k])
	}
	if k := len(c.s) - 1; k >= 0 {
		gamma := dot(c.s[k], c.y[k]) / dot(c.y[k], c.y[k])
		for i := range q {
			q[i] *= gamma
		}
	}
	for k := range c.s {
		beta := dot(c.y[k], q) / dot(c.s[k], c.y[k])
		axpy(q, alpha[k]-beta, c.s[k])
	}
	return q
}

func dot(x, y []float64) (sum float64) {
	for i, v := range x {
		sum += float64(v * y[i])
	}
	return sum
}

func axpy(dst []float64, a float64, x []float64) {
	for i, v := range x {
		dst[i] += float64(a * v)
	}
}

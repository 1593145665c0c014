// Package mlp is the multi-layer perceptron for regression (Rosenblatt 1958;
// trained by back-propagation, Rumelhart, Hinton and Williams 1986):
//
//	h_0 = x    h_i = relu(W_i h_{i-1} + b_i)    y = W_n h_{n-1} + b_n
//
// trained on the mean squared error. Legend: B rows in a batch, I inputs, O
// outputs, n layers.
package mlp

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/weights"
	G "gorgonia.org/gorgonia"
)

// Config is the shape of a Regressor.
type Config struct {
	// Sizes are the widths of all layers, inputs first, outputs last:
	// [1 10 1] is one hidden layer of ten units. At least two.
	Sizes []int `json:"sizes"`
}

// Limits of what New accepts: a guard against absurd files.
const (
	MaxSize       = 1 << 16 // width of a layer
	MaxParameters = 1 << 30
)

func (c Config) check() error {
	if len(c.Sizes) < 2 || len(c.Sizes) > 64 {
		return fmt.Errorf("mlp: %d sizes, want 2 to 64: inputs, hidden layers, outputs", len(c.Sizes))
	}
	for i, n := range c.Sizes {
		if n < 1 || n > MaxSize {
			return fmt.Errorf("mlp: size %d of layer %d, want 1 to %d", n, i, MaxSize)
		}
	}
	if c.parameters() > MaxParameters {
		return fmt.Errorf("mlp: sizes %v have more than %d parameters", c.Sizes, MaxParameters)
	}
	return nil
}

// parameters is the number of weights of a regressor of this shape.
func (c Config) parameters() (n int64) {
	for i, out := range c.Sizes[1:] {
		n += int64(out) * int64(c.Sizes[i]+1)
	}
	return n
}

// ParseConfig reads a Config from JSON, refusing unknown fields.
func ParseConfig(data []byte) (Config, error) {
	var c Config
	if err := weights.UnmarshalStrict(data, &c); err != nil {
		return c, fmt.Errorf("mlp: config: %w", err)
	}
	return c, c.check()
}

// Regressor maps I numbers to O numbers. Its methods that predict are safe
// for many goroutines as long as nothing trains it meanwhile.
type Regressor struct {
	config Config
	params []*ops.Param // fc1.weight [H, I], fc1.bias [H], fc2.weight, ...
	lender *ops.Lender[*predictor]
}

// New returns a regressor whose weights and biases are drawn from U(-k, k)
// with k = 1/sqrt(inputs of the layer), as PyTorch's nn.Linear.
func New(c Config, seed uint64) (*Regressor, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	r := empty(c)
	for i, p := range r.params { // weight and bias of a layer by turns
		p.Uniform(seed, 1/math.Sqrt(float64(c.Sizes[i/2])))
	}
	return r, nil
}

// empty returns a regressor of a shape that has been checked, whose weights are
// zero.
func empty(c Config) *Regressor {
	c.Sizes = slices.Clone(c.Sizes)
	r := &Regressor{config: c}
	// Predictors read the weights anew each time: a change of them drops none.
	r.lender = ops.NewLender(ops.LenderConfig[*predictor]{Build: r.predictor})
	for i := 1; i < len(c.Sizes); i++ {
		in, out := c.Sizes[i-1], c.Sizes[i]
		w := ops.NewParam(fmt.Sprintf("fc%d.weight", i), out, in)
		b := ops.NewParam(fmt.Sprintf("fc%d.bias", i), out)
		r.params = append(r.params, w, b)
	}
	return r
}

// Config returns the shape of the regressor.
func (r *Regressor) Config() Config { return Config{Sizes: slices.Clone(r.config.Sizes)} }

// Params returns the weights, in the order of the layers.
func (r *Regressor) Params() []*ops.Param { return r.params }

// Inputs returns I, Outputs O.
func (r *Regressor) Inputs() int  { return r.config.Sizes[0] }
func (r *Regressor) Outputs() int { return r.config.Sizes[len(r.config.Sizes)-1] }

// forward builds the layers over x [B, I] and returns y [B, O].
func (r *Regressor) forward(g *ops.Graph, x *G.Node) (*G.Node, error) {
	h, err := x, error(nil)
	for i := 0; i < len(r.params); i += 2 {
		if i > 0 {
			if h, err = ops.ReLU(h); err != nil {
				return nil, err
			}
		}
		if h, err = ops.Linear(h, g.Param(r.params[i]), g.Param(r.params[i+1])); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// Batch is rows of inputs and their targets, row-major. Targets may be nil
// for a batch that is only predicted.
type Batch struct {
	X []float32 // [B, I]
	Y []float32 // [B, O]; nil where the outputs are logits of classes
	N int       // B

	Labels []int32 // [B] of classes, for a ClassTrainer
}

// Examples returns the number of rows.
func (b Batch) Examples() int { return b.N }

// Tokens returns the number of rows: a row is what a regressor reads.
func (b Batch) Tokens() int { return b.N }

// Trainer is the graph that computes losses and gradients of a Regressor. One
// goroutine at a time may use it.
type Trainer struct {
	r        *Regressor
	capacity int
	program  *ops.Program
	x, y     []float32
	labels   []int32
	count    []int32
	classes  bool      // the loss is the cross-entropy of classes
	weights  []float32 // of the classes, nil for 1
}

// Trainer returns a training graph for batches of up to capacity rows; larger
// batches make it grow.
func (r *Regressor) Trainer(capacity int) (*Trainer, error) {
	t := &Trainer{r: r}
	if err := t.build(max(1, capacity)); err != nil {
		return nil, fmt.Errorf("mlp: %w", err)
	}
	return t, nil
}

// ClassTrainer is Trainer for outputs that are the logits of classes: the loss is
// the mean cross-entropy. weights are those of the classes in it, nil for equal
// ones.
func (r *Regressor) ClassTrainer(capacity int, weights []float32) (*Trainer, error) {
	t := &Trainer{r: r, classes: true, weights: weights}
	if err := t.build(max(1, capacity)); err != nil {
		return nil, fmt.Errorf("mlp: %w", err)
	}
	return t, nil
}

func (t *Trainer) build(capacity int) (err error) {
	t.capacity = capacity
	t.program, err = ops.Build(func(g *ops.Graph) (loss, output *G.Node, err error) {
		var x, y, count *G.Node
		x, t.x = g.Floats("x", capacity, t.r.Inputs())
		if t.classes {
			y, t.labels = g.Ints("labels", capacity)
		} else {
			y, t.y = g.Floats("y", capacity, t.r.Outputs())
		}
		count, t.count = g.Ints("count", 1)
		if x, err = ops.Take(x, count); err != nil {
			return nil, nil, err
		}
		pred, err := t.r.forward(g, x)
		if err != nil {
			return nil, nil, err
		}
		if t.classes {
			loss, err = ops.CrossEntropy(pred, y, t.weights...)
		} else {
			loss, err = ops.MSE(pred, y)
		}
		return loss, pred, err
	})
	return err
}

// Params returns the weights, in the order of Step's gradients.
func (t *Trainer) Params() []*ops.Param { return t.program.Params() }

// Step returns the loss of a batch, the mean squared error but of a ClassTrainer, and its gradients, which are
// valid until the next call. A regressor draws no random numbers, so step is
// not used.
func (t *Trainer) Step(b Batch, _ uint64) (float32, []ops.Gradient, error) {
	if t.classes && (b.N < 1 || len(b.X) != b.N*t.r.Inputs() || len(b.Labels) != b.N) {
		return 0, nil, fmt.Errorf("mlp: batch of %d rows has %d inputs and %d labels, want %d and 1 a row", b.N, len(b.X), len(b.Labels), t.r.Inputs())
	}
	if !t.classes && (b.N < 1 || len(b.X) != b.N*t.r.Inputs() || len(b.Y) != b.N*t.r.Outputs()) {
		return 0, nil, fmt.Errorf("mlp: batch of %d rows has %d inputs and %d targets, want %d and %d a row",
			b.N, len(b.X), len(b.Y), t.r.Inputs(), t.r.Outputs())
	}
	if b.N > t.capacity {
		if err := t.build(max(b.N, 2*t.capacity)); err != nil {
			return 0, nil, fmt.Errorf("mlp: %w", err)
		}
	}
	copy(t.x, b.X)
	copy(t.y, b.Y)
	copy(t.labels, b.Labels)
	t.count[0] = int32(b.N)
	if err := t.program.Run(); err != nil {
		return 0, nil, fmt.Errorf("mlp: %w", err)
	}
	return t.program.Loss(), t.program.Gradients(), nil
}

// predictor is a graph of its own that shares the weights.
type predictor struct {
	program *ops.Program
	x       []float32
	count   []int32
}

// predictRows is the number of rows a predictor takes at once.
const predictRows = 256

// Predict returns y [B, O], row-major, for x [B, I]. It is safe for many
// goroutines; at most GOMAXPROCS of them compute at once.
func (r *Regressor) Predict(ctx context.Context, x []float32) ([]float32, error) {
	in, out := r.Inputs(), r.Outputs()
	if len(x)%in != 0 {
		return nil, fmt.Errorf("mlp: %d numbers are no whole rows of %d inputs", len(x), in)
	}
	y := make([]float32, 0, len(x)/in*out)
	err := r.lender.Lend(ctx, func(p *predictor) error {
		for len(x) > 0 {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			n := min(len(x)/in, predictRows)
			copy(p.x, x[:n*in])
			p.count[0] = int32(n)
			if err := p.program.Run(); err != nil {
				return err
			}
			data, _ := p.program.Output()
			y = append(y, data[:n*out]...)
			x = x[n*in:]
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("mlp: predict: %w", err)
	}
	return y, nil
}

// predictor builds a predictor.
func (r *Regressor) predictor() (*predictor, error) {
	p := &predictor{}
	var err error
	p.program, err = ops.Build(func(g *ops.Graph) (loss, output *G.Node, err error) {
		var x, count *G.Node
		x, p.x = g.Floats("x", predictRows, r.Inputs())
		count, p.count = g.Ints("count", 1)
		if x, err = ops.Take(x, count); err != nil {
			return nil, nil, err
		}
		output, err = r.forward(g, x)
		return nil, output, err
	})
	return p, err
}

package linear

import (
	"fmt"
	"math"

	"github.com/gorgonia-zoo/zoo/ops"
	G "gorgonia.org/gorgonia"
)

// Batch is rows of features with their labels.
type Batch struct {
	X      *CSR
	Labels []int32
}

// Examples returns the number of rows.
func (b Batch) Examples() int { return b.X.Rows }

// Tokens returns the number of stored elements: a row has no tokens any more.
func (b Batch) Tokens() int { return b.X.NNZ() }

// Trainer is the graph that computes losses and gradients of a Classifier,
// for training it further a batch at a time. One goroutine at a time may use
// it, and nothing may predict meanwhile. Train needs no Trainer: its solver
// reaches the minimum, which steps on batches only approach.
type Trainer struct {
	c       *Classifier
	program *ops.Program

	columns, starts, count, labels []int32
	values                         []float32
}

// Trainer returns a training graph. The weights stay the classifier's own.
func (c *Classifier) Trainer() (*Trainer, error) {
	t := &Trainer{c: c}
	return t, t.build(1<<14, 64)
}

// build makes the graph for batches of up to so many elements and rows.
func (t *Trainer) build(elements, rows int) (err error) {
	t.program, err = ops.Build(func(g *ops.Graph) (loss, output *G.Node, err error) {
		var x sparseInput
		var labels *G.Node
		x.columns, t.columns = g.Ints("columns", elements)
		x.values, t.values = g.Floats("values", elements, 1)
		x.starts, t.starts = g.Ints("starts", rows+1)
		x.count, t.count = g.Ints("count", 1)
		labels, t.labels = g.Ints("labels", rows)
		if output, err = newSparseLinear(x, g.Param(t.c.weight), g.Param(t.c.bias)); err != nil {
			return nil, nil, err
		}
		loss, err = newOneVsRest(output, labels)
		return loss, output, err
	})
	if err != nil {
		return fmt.Errorf("linear: %w", err)
	}
	return nil
}

// Params returns linear.weight and linear.bias, in the order of Step's
// gradients.
func (t *Trainer) Params() []*ops.Param { return t.program.Params() }

// Step returns the mean loss of a batch, summed over the logits, and its
// gradients, which are valid until the next call; that of the weight is
// sparse. The penalty 1/2 w'w is not part of it: as the weight decay of SGD or
// Adam it is 1/(C n) for n examples in all. A classifier draws no random
// numbers, so step is not used.
func (t *Trainer) Step(b Batch, _ uint64) (float32, []ops.Gradient, error) {
	if b.X == nil || b.X.Rows < 1 || len(b.Labels) != b.X.Rows {
		rows := 0
		if b.X != nil {
			rows = b.X.Rows
		}
		return 0, nil, fmt.Errorf("linear: batch of %d rows has %d labels", rows, len(b.Labels))
	}
	if f := t.c.weight.Shape()[0]; b.X.Cols != f {
		return 0, nil, fmt.Errorf("linear: batch has %d columns, the classifier %d", b.X.Cols, f)
	}
	for i, l := range b.Labels {
		if l < 0 || int(l) >= len(t.c.classes) {
			return 0, nil, fmt.Errorf("linear: row %d of the batch has label %d, want 0 to %d", i, l, len(t.c.classes)-1)
		}
	}
	if err := b.X.Check(); err != nil {
		return 0, nil, err
	}
	n := b.X.NNZ()
	if n > math.MaxInt32 {
		return 0, nil, fmt.Errorf("linear: batch of %d elements, want %d at most", n, math.MaxInt32)
	}
	if n > len(t.columns) || b.X.Rows > len(t.labels) {
		if err := t.build(max(n, 2*len(t.columns)), max(b.X.Rows, 2*len(t.labels))); err != nil {
			return 0, nil, err
		}
	}
	copy(t.columns, b.X.Index)
	copy(t.labels, b.Labels)
	t.count[0] = int32(b.X.Rows)
	for i, s := range b.X.Start {
		t.starts[i] = int32(s)
	}
	if copy(t.values, b.X.Value); b.X.Value == nil {
		for i := range b.X.Index {
			t.values[i] = 1
		}
	}
	if err := t.program.Run(); err != nil {
		return 0, nil, fmt.Errorf("linear: %w", err)
	}
	return t.program.Loss(), t.program.Gradients(), nil
}

// Rows returns the rows of each parameter that a batch reads: of the weight
// those of the batch's columns, of the bias all.
func (t *Trainer) Rows(b Batch) [][]int32 { return [][]int32{b.X.Index, nil} }

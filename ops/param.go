package ops

import (
	"fmt"
	"math/rand/v2"

	"github.com/gorgonia-zoo/zoo/internal/exact"
	"gorgonia.org/tensor"
)

// Param is a trainable tensor that lives outside any graph. The training
// graph and every predictor's graph bind the same Value.
type Param struct {
	Name  string        // PyTorch's state_dict name, such as "rnn.weight_ih_l0"
	Value *tensor.Dense // float32, contiguous, row-major
}

// NewParam returns a zero parameter of the given shape.
func NewParam(name string, shape ...int) *Param {
	return &Param{Name: name, Value: tensor.New(tensor.WithShape(shape...), tensor.Of(tensor.Float32))}
}

// Data returns the parameter's elements in row-major order. It is the
// parameter's own memory, not a copy.
func (p *Param) Data() []float32 { return p.Value.Data().([]float32) }

// Shape returns the parameter's dimensions.
func (p *Param) Shape() tensor.Shape { return p.Value.Shape() }

// RowLen returns the number of elements in one row (one index of the first
// dimension).
func (p *Param) RowLen() int {
	n := p.Value.Shape().TotalSize()
	if s := p.Value.Shape(); len(s) > 0 && s[0] > 0 {
		return n / s[0]
	}
	return n
}

func (p *Param) String() string { return fmt.Sprintf("%s%v", p.Name, p.Value.Shape()) }

// Gradient is the derivative of the loss with respect to one parameter for
// one step. It is valid until the next step.
type Gradient struct {
	// Rows is nil for a dense gradient. Otherwise it lists, ascending and
	// without repetition, the only rows of the parameter that the batch
	// touched, and Data holds just those rows.
	Rows []int32
	Data []float32
}

// Stream returns the random stream for one purpose at one step. Streams of
// different purposes or steps are independent, so that the order in which
// goroutines draw, or resuming in the middle, never shifts them.
func Stream(seed uint64, purpose string, step uint64) *rand.Rand {
	return exact.Stream(seed, purpose, step)
}

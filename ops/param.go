package ops

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"

	"github.com/gorgonia-zoo/zoo/internal/exact"
	"gorgonia.org/tensor"
)

// Param is a trainable tensor that lives outside any graph. The training
// graph and every predictor's graph bind the same memory.
//
// A predictor may keep what it has made from the weights, packed for its kernels.
// So a Param counts its changes: whoever changes it asks Write for the memory, each
// time anew, and what was made from the weights before is made again (see Lender).
// Nobody need be told.
type Param struct {
	Name    string        // PyTorch's state_dict name, such as "rnn.weight_ih_l0"
	value   *tensor.Dense // float32, contiguous, row-major
	data    []float32     // its elements
	version atomic.Uint64
}

// NewParam returns a zero parameter of the given shape.
func NewParam(name string, shape ...int) *Param {
	value := tensor.New(tensor.WithShape(shape...), tensor.Of(tensor.Float32))
	return &Param{Name: name, value: value, data: value.Data().([]float32)}
}

// Data returns the parameter's elements in row-major order, to be read. It is the
// parameter's own memory, not a copy, and shows later changes; Write is for making
// them.
func (p *Param) Data() []float32 { return p.data }

// Write returns the memory of Data to be changed, and counts a change. What it
// returns is not kept: the next change, of one element even, asks again. Nothing may
// predict or train from the parameter until the change is complete.
func (p *Param) Write() []float32 {
	p.version.Add(1)
	return p.data
}

// Version returns the number of changes so far. The elements are what they were as
// long as it is.
func (p *Param) Version() uint64 { return p.version.Load() }

// Shape returns the parameter's dimensions.
func (p *Param) Shape() tensor.Shape { return p.value.Shape() }

// RowLen returns the number of elements in one row (one index of the first
// dimension).
func (p *Param) RowLen() int {
	n := p.value.Shape().TotalSize()
	if s := p.value.Shape(); len(s) > 0 && s[0] > 0 {
		return n / s[0]
	}
	return n
}

func (p *Param) String() string { return fmt.Sprintf("%s%v", p.Name, p.value.Shape()) }

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

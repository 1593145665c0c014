package ops

import (
	"errors"
	"fmt"
	"sync"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// building serialises the construction of graphs: Gorgonia keeps counters and
// a shared constant for all graphs of a process.
var building sync.Mutex

// Graph is a Gorgonia graph under construction whose inputs are bound to
// memory that their owner overwrites between runs.
type Graph struct {
	expr   *G.ExprGraph
	params []*Param
	nodes  G.Nodes
}

// Build constructs a graph and compiles it. define adds the nodes and returns
// the loss, or nil for a graph that only predicts, and the node to read after
// a run, or nil. Gradients of the loss are taken with respect to every
// parameter, in the order in which define asked for them.
func Build(define func(*Graph) (loss, output *G.Node, err error)) (*Program, error) {
	building.Lock()
	defer building.Unlock()
	g := &Graph{expr: G.NewGraph()}
	loss, output, err := define(g)
	if err != nil {
		return nil, err
	}
	p := &Program{params: g.params, loss: loss, output: output}
	if loss != nil {
		seed := G.NewScalar(g.expr, tensor.Float32, G.WithName("dLoss"), G.WithValue(float32(1)))
		if p.grads, err = G.Backpropagate(G.Nodes{loss}, G.Nodes{seed}, g.nodes); err != nil {
			return nil, fmt.Errorf("ops: gradients: %w", err)
		}
		p.gradients = make([]Gradient, len(p.grads))
	}
	p.vm = G.NewTapeMachine(g.expr)
	return p, nil
}

// Param returns a node bound to the parameter's own memory.
func (g *Graph) Param(p *Param) *G.Node {
	n := G.NewTensor(g.expr, tensor.Float32, p.Value.Dims(), G.WithShape(p.Value.Shape()...), G.WithName(p.Name), G.WithValue(p.Value))
	g.params = append(g.params, p)
	g.nodes = append(g.nodes, n)
	return n
}

// Ints returns an int32 vector input of n elements and its memory.
func (g *Graph) Ints(name string, n int) (*G.Node, []int32) {
	data := make([]int32, n)
	value := tensor.New(tensor.WithShape(n), tensor.WithBacking(data))
	return G.NewVector(g.expr, tensor.Int32, G.WithShape(n), G.WithName(name), G.WithValue(value)), data
}

// Floats returns a float32 matrix input and its memory.
func (g *Graph) Floats(name string, rows, cols int) (*G.Node, []float32) {
	data := make([]float32, rows*cols)
	value := tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(data))
	return G.NewMatrix(g.expr, tensor.Float32, G.WithShape(rows, cols), G.WithName(name), G.WithValue(value)), data
}

// Program is a compiled graph. One goroutine at a time may use it.
type Program struct {
	vm        G.VM
	params    []*Param
	loss      *G.Node
	output    *G.Node
	grads     G.Nodes
	gradients []Gradient
}

// Run executes the graph once on what its inputs hold.
func (p *Program) Run() error {
	defer p.vm.Reset()
	if err := p.vm.RunAll(); err != nil {
		return cause(err)
	}
	for i, n := range p.grads {
		switch v := n.Value().(type) {
		case *RowSparse:
			p.gradients[i] = Gradient{Rows: v.Rows, Data: v.Data().([]float32)}
		default:
			data, ok := v.Data().([]float32)
			if !ok {
				return fmt.Errorf("ops: gradient of %s is a %T", p.params[i].Name, v)
			}
			p.gradients[i] = Gradient{Data: data}
		}
	}
	return nil
}

// cause drops the machine's own context, which quotes whole tensors, and
// keeps the op's error.
func cause(err error) error {
	for {
		next := errors.Unwrap(err)
		if c, ok := err.(interface{ Cause() error }); ok && next == nil {
			next = c.Cause()
		}
		if next == nil {
			return err
		}
		err = next
	}
}

// Loss returns the loss of the last run.
func (p *Program) Loss() float32 { return p.loss.Value().Data().(float32) }

// Output returns the output node's value of the last run, row-major, and its
// number of columns. The memory is the op's: it changes with the next run.
func (p *Program) Output() (data []float32, cols int) {
	v := p.output.Value()
	return v.Data().([]float32), v.Shape()[len(v.Shape())-1]
}

// Gradients returns the gradients of the last run, in the order of Params.
func (p *Program) Gradients() []Gradient { return p.gradients }

// Params returns the graph's parameters in the order of its gradients.
func (p *Program) Params() []*Param { return p.params }

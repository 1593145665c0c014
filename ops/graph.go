package ops

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
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
	names  map[string]bool
	ties   []*tie
	err    error // about the first name given twice
}

// Build constructs a graph and compiles it. define adds the nodes and returns
// the loss, or nil for a graph that only predicts, and the node to read after
// a run, or nil. Gradients of the loss are taken with respect to every
// parameter, in the order in which define asked for them; the loss must depend
// on each.
func Build(define func(*Graph) (loss, output *G.Node, err error)) (p *Program, err error) {
	building.Lock()
	defer building.Unlock()
	defer func() {
		// Gorgonia panics on graphs that it cannot build.
		if cause := recover(); cause != nil {
			p, err = nil, fmt.Errorf("ops: build: %v", cause)
		}
	}()
	g := &Graph{expr: G.NewGraph(), names: map[string]bool{seedName: true}}
	loss, output, err := define(g)
	if err == nil {
		err = g.err
	}
	if err != nil {
		return nil, err
	}
	p = &Program{params: g.params, loss: loss, output: output}
	if loss != nil {
		seed := G.NewScalar(g.expr, tensor.Float32, G.WithName(seedName), G.WithValue(float32(1)))
		nodes := slices.Clone(g.nodes)
		for _, t := range g.ties {
			nodes = append(nodes, t.node)
		}
		if p.grads, err = G.Backpropagate(G.Nodes{loss}, G.Nodes{seed}, nodes); err != nil {
			return nil, fmt.Errorf("ops: gradients: %w", err)
		}
		p.gradients = make([]Gradient, len(g.params))
		p.ties = g.ties
	}
	// Gorgonia would add the sparse gradients of a table that is used twice as
	// though they were dense.
	for _, n := range g.expr.AllNodes() {
		if d, ok := n.Op().(*derivative); ok && d.sparse && g.expr.To(n.ID()).Len() > 0 {
			return nil, errors.New("ops: embedding: a table is looked up once in a graph and used for nothing else")
		}
		if err := readAlone(g.expr, n); err != nil {
			return nil, err
		}
	}
	attach(g.expr, &p.running)
	p.vm = G.NewTapeMachine(g.expr)
	// Gorgonia's finalizer does nothing without CUDA, but sits on a cycle of
	// pointers, and what a finalizer keeps alive in a cycle is never freed.
	runtime.SetFinalizer(p.vm, nil)
	return p, nil
}

// seedName names the node of the loss's own gradient, 1.
const seedName = "dLoss"

// claim notes the name of an input: Gorgonia takes inputs of one name for one
// node, and the memory of the second would never be read.
func (g *Graph) claim(name string) {
	if g.names[name] && g.err == nil {
		g.err = fmt.Errorf("ops: build: two inputs or parameters are named %q", name)
	}
	g.names[name] = true
}

// Param returns the node bound to the parameter's own memory, the same one
// each time.
func (g *Graph) Param(p *Param) *G.Node {
	if i := slices.Index(g.params, p); i >= 0 {
		return g.nodes[i]
	}
	g.claim(p.Name)
	n := G.NewTensor(g.expr, tensor.Float32, p.value.Dims(), G.WithShape(p.value.Shape()...), G.WithName(p.Name), G.WithValue(p.value))
	g.params = append(g.params, p)
	g.nodes = append(g.nodes, n)
	return n
}

// Ints returns an int32 vector input of n elements and its memory.
func (g *Graph) Ints(name string, n int) (*G.Node, []int32) {
	g.claim(name)
	data := make([]int32, n)
	value := tensor.New(tensor.WithShape(n), tensor.WithBacking(data))
	return G.NewVector(g.expr, tensor.Int32, G.WithShape(n), G.WithName(name), G.WithValue(value)), data
}

// Floats returns a float32 matrix input and its memory.
func (g *Graph) Floats(name string, rows, cols int) (*G.Node, []float32) {
	g.claim(name)
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
	grads     G.Nodes // of params, then of ties
	ties      []*tie
	tied      []Gradient // of ties
	gradients []Gradient
	running   running
}

// Run executes the graph once on what its inputs hold.
func (p *Program) Run() (err error) {
	defer p.vm.Reset()
	if err := p.vm.RunAll(); err != nil {
		return cause(err)
	}
	if p.loss == nil {
		return nil
	}
	for i := range p.params {
		if p.gradients[i], err = p.gradient(p.grads[i], p.params[i]); err != nil {
			return err
		}
	}
	return p.joinTies()
}

// gradient reads the value of a gradient's node.
func (p *Program) gradient(n *G.Node, of *Param) (Gradient, error) {
	if v, ok := n.Value().(*RowSparse); ok {
		return Gradient{Rows: v.Rows, Data: v.Data().([]float32)}, nil
	}
	data, ok := n.Value().Data().([]float32)
	if !ok {
		return Gradient{}, fmt.Errorf("ops: gradient of %s is a %T", of.Name, n.Value())
	}
	return Gradient{Data: data}, nil
}

// cause drops the machine's own context, which prints its instructions, and
// keeps the op's error.
func cause(err error) error {
	for {
		var next error
		switch e := err.(type) {
		case interface{ Err() error }: // the machine's
			next = e.Err()
		case interface{ Cause() error }: // of github.com/pkg/errors, which Gorgonia uses
			next = e.Cause()
		}
		if next == nil {
			return err
		}
		err = next
	}
}

// Loss returns the loss of the last run of a graph that has one.
func (p *Program) Loss() float32 { return p.loss.Value().Data().(float32) }

// Output returns the value of the output node of the last run, row-major, and
// its number of columns; a scalar is one row of one. The memory is the op's: it
// changes with the next run.
func (p *Program) Output() (data []float32, cols int) { return p.Value(p.output) }

// Value is Output for any other node of the graph that holds float32.
func (p *Program) Value(n *G.Node) (data []float32, cols int) {
	v := n.Value()
	if x, ok := v.Data().(float32); ok {
		return []float32{x}, 1
	}
	return v.Data().([]float32), v.Shape()[len(v.Shape())-1]
}

// Gradients returns the gradients of the last run, in the order of Params.
func (p *Program) Gradients() []Gradient { return p.gradients }

// Params returns the graph's parameters in the order of its gradients.
func (p *Program) Params() []*Param { return p.params }

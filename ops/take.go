package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// takeOp is the part of an input that a batch fills.
type takeOp struct {
	static
	out buffer
}

var _ G.SDOp = (*takeOp)(nil)

// Take returns the first rows of x [capacity, D], as many as count, an int32
// vector of one element, says. It is where a graph built for a capacity
// meets a smaller batch; no gradient passes it.
func Take(x, count *G.Node) (*G.Node, error) {
	if err := matrixNode("take", x); err != nil {
		return nil, err
	}
	if err := intsNode("take", "count", count); err != nil {
		return nil, err
	}
	return G.ApplyOp(&takeOp{static: static{"take", 2, x.Shape().Clone(), tensor.Float32}}, x, count)
}

func (op *takeOp) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	x, rows, cols, err := floats("take", inputs[0])
	if err != nil {
		return nil, err
	}
	count, err := ints("take", inputs[1])
	if err != nil {
		return nil, err
	}
	if len(count) != 1 || count[0] < 1 || int(count[0]) > rows {
		return nil, fmt.Errorf("ops: take: count %v, want one number from 1 to %d", count, rows)
	}
	n := int(count[0])
	y := op.out.matrix(n, cols)
	copy(op.out.data, x[:n*cols])
	return y, nil
}

// DiffWRT says that nothing is differentiable; x is data.
func (op *takeOp) DiffWRT(int) []bool { return []bool{false, false} }

func (op *takeOp) SymDiff(G.Nodes, *G.Node, *G.Node) (G.Nodes, error) { return G.Nodes{nil, nil}, nil }

package ops

import (
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// reluOp is max(x, 0).
type reluOp struct {
	static
	y, dx buffer
}

var _ G.SDOp = (*reluOp)(nil)

// ReLU returns max(x, 0) for x [B, D]; its derivative at 0 is 0, as
// PyTorch's.
func ReLU(x *G.Node) (*G.Node, error) {
	if err := matrixNode("relu", x); err != nil {
		return nil, err
	}
	return G.ApplyOp(&reluOp{static: static{"relu", 1, x.Shape().Clone(), tensor.Float32}}, x)
}

func (op *reluOp) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	x, rows, cols, err := floats("relu", inputs[0])
	if err != nil {
		return nil, err
	}
	y := op.y.matrix(rows, cols)
	kernel.ReLU(op.y.data, x)
	return y, nil
}

func (op *reluOp) DiffWRT(int) []bool { return []bool{true} }

func (op *reluOp) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	d, err := newDerivative("drelu", in[0], func(v []G.Value) (G.Value, error) {
		dy, rows, cols, err := floats("drelu", v[0])
		if err != nil {
			return nil, err
		}
		y, yRows, yCols, err := floats("drelu", v[1])
		if err != nil {
			return nil, err
		}
		if err := like("drelu", rows, cols, yRows, yCols); err != nil {
			return nil, err
		}
		dx := op.dx.matrix(rows, cols)
		kernel.ReLUBackward(op.dx.data, dy, y)
		return dx, nil
	}, grad, out)
	return G.Nodes{d}, err
}

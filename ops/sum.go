package ops

import (
	"errors"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// sumOp adds losses.
type sumOp struct {
	static
	value G.F32
}

var _ G.SDOp = (*sumOp)(nil)

// Sum returns the sum of losses, which are scalars: one model that learns several
// things at once.
func Sum(losses ...*G.Node) (*G.Node, error) {
	for _, l := range losses {
		if !l.IsScalar() {
			return nil, errors.New("ops: sum: a loss that is no scalar")
		}
	}
	if len(losses) == 0 {
		return nil, errors.New("ops: sum: no losses")
	}
	if len(losses) == 1 {
		return losses[0], nil
	}
	return G.ApplyOp(&sumOp{static: static{"sum", len(losses), nil, tensor.Float32}}, losses...)
}

func (op *sumOp) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	sum := float32(0)
	for _, in := range inputs {
		l, err := scalarOf(op.name, in)
		if err != nil {
			return nil, err
		}
		sum += l
	}
	op.value = G.F32(sum)
	return &op.value, nil
}

func (op *sumOp) DiffWRT(n int) []bool {
	all := make([]bool, n)
	for i := range all {
		all[i] = true
	}
	return all
}

func (op *sumOp) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	nodes := make(G.Nodes, len(in))
	for i := range nodes {
		nodes[i] = grad
	}
	return nodes, nil
}

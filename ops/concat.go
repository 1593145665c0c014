package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// concatOp puts the columns of matrices side by side.
type concatOp struct {
	static
	widths []int // of the inputs
	out    buffer
	grads  []buffer
}

var _ G.SDOp = (*concatOp)(nil)

// Concat returns the matrices [N, D1], [N, D2], ... side by side: [N, D1+D2+...].
func Concat(inputs ...*G.Node) (*G.Node, error) {
	if len(inputs) < 2 {
		return nil, fmt.Errorf("ops: concat: %d inputs, want 2 or more", len(inputs))
	}
	op := &concatOp{grads: make([]buffer, len(inputs))}
	rows, cols := 0, 0
	for i, x := range inputs {
		if err := matrixNode("concat", x); err != nil {
			return nil, err
		}
		rows, cols = max(rows, x.Shape()[0]), cols+x.Shape()[1]
		op.widths = append(op.widths, x.Shape()[1])
		op.grads[i].limit = x.Shape().TotalSize()
	}
	op.static = static{"concat", len(inputs), tensor.Shape{rows, cols}, tensor.Float32}
	op.out.limit = rows * cols
	return G.ApplyOp(op, inputs...)
}

func (op *concatOp) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	width := op.shape[1]
	var out *tensor.Dense
	n, at := 0, 0
	for i, in := range inputs {
		x, rows, cols, err := floats("concat", in)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			n, out = rows, op.out.matrix(rows, width)
		}
		if rows != n || cols != op.widths[i] {
			return nil, fmt.Errorf("ops: concat: input %d of shape [%d %d], want [%d %d]", i, rows, cols, n, op.widths[i])
		}
		for r := range rows {
			copy(op.out.data[r*width+at:][:cols], x[r*cols:])
		}
		at += cols
	}
	return out, nil
}

func (op *concatOp) DiffWRT(n int) []bool {
	all := make([]bool, n)
	for i := range all {
		all[i] = true
	}
	return all
}

func (op *concatOp) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	nodes := make(G.Nodes, len(in))
	at := 0
	for i, w := range op.widths {
		from := at
		at += w
		d, err := newDerivative(fmt.Sprintf("dConcat %d", i), in[i], func(v []G.Value) (G.Value, error) {
			dy, rows, cols, err := floats("dConcat", v[0])
			if err != nil {
				return nil, err
			}
			if err := like("dConcat", rows, cols, op.out.value.Shape()[0], op.shape[1]); err != nil {
				return nil, err
			}
			dx := op.grads[i].matrix(rows, w)
			for r := range rows {
				copy(op.grads[i].data[r*w:][:w], dy[r*cols+from:])
			}
			return dx, nil
		}, grad)
		if err != nil {
			return nil, err
		}
		nodes[i] = d
	}
	return nodes, nil
}

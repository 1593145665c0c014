package ops

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// gatherOp spreads rows of a matrix over tokens.
type gatherOp struct {
	static
	starts, order []int32 // tokens by the row that they read
	out, grad     buffer
}

var _ G.SDOp = (*gatherOp)(nil)

// Gather returns the rows of x [U, D] that rows [N] (int32) name: [N, D]. lengths
// says how many of the rows are used, one a token. A row outside x is an error. The
// gradient of x is dense, summed over tokens in ascending order: unlike a table's,
// the matrix is a value of the graph, such as the states that words have been
// read to.
func Gather(x, rows, lengths *G.Node) (*G.Node, error) {
	if err := matrixNode("gather", x); err != nil {
		return nil, err
	}
	for _, err := range []error{intsNode("gather", "rows", rows), intsNode("gather", "lengths", lengths)} {
		if err != nil {
			return nil, err
		}
	}
	n, d := rows.Shape()[0], x.Shape()[1]
	op := &gatherOp{static: static{"gather", 3, tensor.Shape{n, d}, tensor.Float32}}
	op.out.limit, op.grad.limit = n*d, x.Shape().TotalSize()
	return G.ApplyOp(op, x, rows, lengths)
}

func (op *gatherOp) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	x, u, d, err := floats("gather", inputs[0])
	if err != nil {
		return nil, err
	}
	rows, err := ints("gather", inputs[1])
	if err != nil {
		return nil, err
	}
	_, _, n, err := count("gather", inputs[2])
	if err != nil {
		return nil, err
	}
	if n > len(rows) {
		return nil, fmt.Errorf("ops: gather: lengths say %d tokens, %d rows are given", n, len(rows))
	}
	op.starts = grow(op.starts, u+1, 0)
	clear(op.starts)
	for i, r := range rows[:n] {
		if r < 0 || int(r) >= u {
			return nil, fmt.Errorf("ops: gather: token %d reads row %d, want 0 to %d", i, r, u-1)
		}
		op.starts[r+1]++
	}
	for r := range u {
		op.starts[r+1] += op.starts[r]
	}
	op.order = grow(op.order, n, len(rows))
	for i, r := range rows[:n] {
		op.order[op.starts[r]] = int32(i)
		op.starts[r]++
	}
	copy(op.starts[1:], op.starts[:u]) // each has moved to the beginning of the next
	op.starts[0] = 0
	out := op.out.matrix(n, d)
	kernel.Parallel((n+tokenBlock-1)/tokenBlock, func(c int) {
		lo, hi := c*tokenBlock, min((c+1)*tokenBlock, n)
		kernel.GatherRows(op.out.data[lo*d:hi*d], x, rows[lo:hi], d)
	})
	return out, nil
}

func (op *gatherOp) DiffWRT(int) []bool { return []bool{true, false, false} }

func (op *gatherOp) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	dx, err := newDerivative("dGather", in[0], func(v []G.Value) (G.Value, error) {
		dy, rows, d, err := floats("dGather", v[0])
		if err != nil {
			return nil, err
		}
		if err := like("dGather", rows, d, op.out.value.Shape()[0], op.shape[1]); err != nil {
			return nil, err
		}
		u := len(op.starts) - 1
		dx := op.grad.matrix(u, d)
		kernel.Parallel((u+tokenBlock-1)/tokenBlock, func(c int) {
			for r := c * tokenBlock; r < min((c+1)*tokenBlock, u); r++ {
				sum := op.grad.data[r*d : (r+1)*d]
				clear(sum)
				for _, i := range op.order[op.starts[r]:op.starts[r+1]] {
					kernel.Add(sum, dy[int(i)*d:int(i+1)*d])
				}
			}
		})
		return dx, nil
	}, grad)
	return G.Nodes{dx, nil, nil}, err
}

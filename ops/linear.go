package ops

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// linearOp is y = x W' + b.
type linearOp struct {
	static
	in, out     int
	packed, tmp []float32
	y, dx, dw   buffer
	db          buffer
}

var _ G.SDOp = (*linearOp)(nil)

// Linear returns x W' + b, [B, O], for x [B, I], weight W [O, I] and bias b
// [O], as PyTorch's nn.Linear; a bias of nil is none.
func Linear(x, weight, bias *G.Node) (*G.Node, error) {
	if err := matrixNode("linear", x); err != nil {
		return nil, err
	}
	if err := matrixNode("linear", weight); err != nil {
		return nil, err
	}
	o, i := weight.Shape()[0], weight.Shape()[1]
	if x.Shape()[1] != i {
		return nil, fmt.Errorf("ops: linear: input has %d columns, the weight takes %d", x.Shape()[1], i)
	}
	op := &linearOp{static: static{"linear", 2, tensor.Shape{x.Shape()[0], o}, tensor.Float32}, in: i, out: o}
	if bias == nil {
		return G.ApplyOp(op, x, weight)
	}
	if err := paramNode("linear", "bias", bias, o); err != nil {
		return nil, err
	}
	op.arity = 3
	return G.ApplyOp(op, x, weight, bias)
}

// product is dst [rows x cols] = a b, where a is given by its strides, b
// [k x cols] is row-major or, if transposed, [cols x k].
func (op *linearOp) product(dst []float32, a kernel.Operand, b []float32, rows, k, cols int, transposed bool) {
	panels := kernel.Panels(cols)
	op.packed = grow(op.packed, panels*k*kernel.Width, 0)
	op.tmp = grow(op.tmp, panels*rows*kernel.Width, 0)
	if transposed {
		kernel.PackT(op.packed, b, cols, k, k)
	} else {
		kernel.Pack(op.packed, b, k, cols, cols)
	}
	kernel.Parallel((panels+3)/4, func(task int) {
		p := task * 4
		n := min(4, panels-p)
		kernel.Mul(op.tmp[p*rows*kernel.Width:], kernel.Width, rows*kernel.Width, a,
			op.packed[p*k*kernel.Width:], k*kernel.Width, rows, k, n, false)
	})
	kernel.Unpack(dst, op.tmp, rows, cols, cols)
}

// rowMajor is a [rows x cols] matrix as a left operand.
func rowMajor(data []float32, cols int) kernel.Operand {
	return kernel.Operand{Data: data, Row: cols, Col: 1, Width: cols}
}

// transposed is the transpose of a [rows x cols] matrix as a left operand.
func transposed(data []float32, rows, cols int) kernel.Operand {
	return kernel.Operand{Data: data, Row: 1, Col: cols, Width: rows}
}

func (op *linearOp) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	x, rows, cols, err := floats("linear", inputs[0])
	if err != nil {
		return nil, err
	}
	w, _, _, err := floats("linear", inputs[1])
	if err != nil {
		return nil, err
	}
	if cols != op.in {
		return nil, fmt.Errorf("ops: linear: input [%d %d], want %d columns", rows, cols, op.in)
	}
	y := op.y.matrix(rows, op.out)
	op.product(op.y.data, rowMajor(x, cols), w, rows, op.in, op.out, true)
	if op.arity == 2 {
		return y, nil
	}
	b, _, _, err := floats("linear", inputs[2])
	if err != nil {
		return nil, err
	}
	for r := range rows {
		kernel.Add(op.y.data[r*op.out:(r+1)*op.out], b)
	}
	return y, nil
}

func (op *linearOp) DiffWRT(int) []bool { return []bool{true, true, true}[:op.arity] }

func (op *linearOp) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	dx, err := newDerivative("linear dx", in[0], func(v []G.Value) (G.Value, error) {
		dy, rows, _, err := op.gradient(v[0])
		if err != nil {
			return nil, err
		}
		w, _, _, err := floats("linear dx", v[1])
		if err != nil {
			return nil, err
		}
		out := op.dx.matrix(rows, op.in)
		op.product(op.dx.data, rowMajor(dy, op.out), w, rows, op.out, op.in, false)
		return out, nil
	}, grad, in[1])
	if err != nil {
		return nil, err
	}
	dw, err := newDerivative("linear dWeight", in[1], func(v []G.Value) (G.Value, error) {
		dy, rows, _, err := op.gradient(v[0])
		if err != nil {
			return nil, err
		}
		x, _, _, err := floats("linear dWeight", v[1])
		if err != nil {
			return nil, err
		}
		if len(x) != rows*op.in {
			return nil, fmt.Errorf("ops: linear dWeight: input of %d numbers for %d rows", len(x), rows)
		}
		out := op.dw.matrix(op.out, op.in)
		op.product(op.dw.data, transposed(dy, rows, op.out), x, op.out, rows, op.in, false)
		return out, nil
	}, grad, in[0])
	if err != nil || op.arity == 2 {
		return G.Nodes{dx, dw}, err
	}
	db, err := newDerivative("linear dBias", in[2], func(v []G.Value) (G.Value, error) {
		dy, rows, _, err := op.gradient(v[0])
		if err != nil {
			return nil, err
		}
		out := op.db.vector(op.out)
		clear(op.db.data)
		kernel.ColumnSums(op.db.data, dy, rows, op.out)
		return out, nil
	}, grad)
	return G.Nodes{dx, dw, db}, err
}

// gradient returns dy, checked against the shape of y.
func (op *linearOp) gradient(v G.Value) (dy []float32, rows, cols int, err error) {
	dy, rows, cols, err = floats("linear backward", v)
	if err == nil {
		err = like("linear backward", rows, cols, op.y.value.Shape()[0], op.out)
	}
	return dy, rows, cols, err
}

package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Tap is the pooled states of an encoder at one place of a graph that predicts,
// whose ops take each other's memory: it reads them on their way.
type Tap struct{ op *tapOp }

// tapOp passes its input on, and pools it meanwhile.
type tapOp struct {
	pool poolTextsOp
	static
}

var (
	_ G.SDOp = (*tapOp)(nil)
	_ G.SDOp = (*tappedOp)(nil)
)

// PoolTap returns the states x [N, F] of an encoder as they are, for the next
// layer, and a Tap of what [PoolTexts] makes of them.
func PoolTap(x, lengths *G.Node, kind Pooling, unit bool) (*G.Node, *Tap, error) {
	pooled, err := newPoolTexts(x, lengths, kind, unit)
	if err != nil {
		return nil, nil, err
	}
	op := &tapOp{pool: *pooled, static: static{"pool tap " + string(kind), 2, x.Shape().Clone(), tensor.Float32}}
	y, err := G.ApplyOp(op, x, lengths)
	return y, &Tap{op}, err
}

func (op *tapOp) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	if _, err := op.pool.Do(inputs...); err != nil {
		return nil, err
	}
	return inputs[0], nil
}

// DiffWRT says that nothing is differentiable.
func (op *tapOp) DiffWRT(n int) []bool { return make([]bool, n) }

func (op *tapOp) SymDiff(in G.Nodes, _, _ *G.Node) (G.Nodes, error) {
	return make(G.Nodes, len(in)), nil
}

// tappedOp puts pooled states side by side.
type tappedOp struct {
	static
	taps []*tapOp
	out  buffer
}

// Tapped returns what taps have read and y [B, F], which comes after all of them,
// side by side: [B, F * (taps + 1)]. It is for predicting: no gradient passes it.
func Tapped(y *G.Node, taps ...*Tap) (*G.Node, error) {
	if err := matrixNode("tapped", y); err != nil {
		return nil, err
	}
	op := &tappedOp{static: static{"tapped", 1, tensor.Shape{y.Shape()[0], y.Shape()[1] * (len(taps) + 1)}, tensor.Float32}}
	for _, t := range taps {
		if w := t.op.pool.shape[1]; w != y.Shape()[1] {
			return nil, fmt.Errorf("ops: tapped: a tap of %d columns, beside %d", w, y.Shape()[1])
		}
		op.taps = append(op.taps, t.op)
	}
	return G.ApplyOp(op, y)
}

func (op *tappedOp) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	y, rows, cols, err := floats("tapped", inputs[0])
	if err != nil {
		return nil, err
	}
	width := cols * (len(op.taps) + 1)
	out := op.out.matrix(rows, width)
	for i, t := range op.taps {
		if len(t.pool.out.data) != rows*cols {
			return nil, fmt.Errorf("ops: tapped: tap %d has %d numbers, want %d", i, len(t.pool.out.data), rows*cols)
		}
		beside(op.out.data[i*cols:], t.pool.out.data, rows, cols, width)
	}
	beside(op.out.data[len(op.taps)*cols:], y, rows, cols, width)
	return out, nil
}

// beside copies the rows of x, cols wide, into rows that are width wide.
func beside(dst, x []float32, rows, cols, width int) {
	for r := range rows {
		copy(dst[r*width:], x[r*cols:(r+1)*cols])
	}
}

// DiffWRT says that nothing is differentiable.
func (op *tappedOp) DiffWRT(n int) []bool { return make([]bool, n) }

func (op *tappedOp) SymDiff(in G.Nodes, _, _ *G.Node) (G.Nodes, error) {
	return make(G.Nodes, len(in)), nil
}

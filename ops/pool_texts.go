package ops

import (
	"fmt"
	"math"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// PoolFirst is the state at a text's first token, the encoders' CLS.
const PoolFirst Pooling = "first"

// poolTextsOp reduces the states [N, F] of an encoder to [B, F].
type poolTextsOp struct {
	static
	kind Pooling
	unit bool
	joined
	limit   int       // rows of x at the graph's capacity
	out     buffer    // [B, F]
	lengths []float32 // [B] what rows were divided by
	shares  []float32 // [B, F'] gradients of the rows as they were before
	grad    panelled
}

// PoolTexts reduces the states x [N, F] of an encoder, for texts packed by
// [PackTexts], to one row a text, [B, F]: the state at the first token, the mean or
// the largest values over a text's tokens. With unit, rows have the length 1
// (divided by their own, by 1e-12 at least).
func PoolTexts(x, lengths *G.Node, kind Pooling, unit bool) (*G.Node, error) {
	op, err := newPoolTexts(x, lengths, kind, unit)
	if err != nil {
		return nil, err
	}
	return G.ApplyOp(op, x, lengths)
}

func newPoolTexts(x, lengths *G.Node, kind Pooling, unit bool) (*poolTextsOp, error) {
	if err := encoderNode("pool texts", x, lengths); err != nil {
		return nil, err
	}
	if kind != PoolFirst && kind != PoolMean && kind != PoolMax {
		return nil, fmt.Errorf("ops: pool texts: kind %q, want %s, %s or %s", kind, PoolFirst, PoolMean, PoolMax)
	}
	return &poolTextsOp{kind: kind, unit: unit, limit: x.Shape()[0],
		static: static{"pool texts " + string(kind), 2, tensor.Shape{lengths.Shape()[0], x.Shape()[1]}, tensor.Float32}}, nil
}

func (op *poolTextsOp) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	x, err := panelsOf("pool texts", inputs[0], op.shape[1])
	if err != nil {
		return nil, err
	}
	if err := op.read("pool texts", inputs[1], x.rows); err != nil {
		return nil, err
	}
	f := x.cols
	out := op.out.matrix(op.texts, f)
	op.lengths = grow(op.lengths, op.texts, 0)
	kernel.Parallel((op.texts+7)/8, func(i int) {
		for b := i * 8; b < min(i*8+8, op.texts); b++ {
			row := op.out.data[b*f : (b+1)*f]
			for p := range kernel.Panels(f) {
				first := p * kernel.Width
				var pooled [kernel.Width]float32
				op.reduce(&pooled, x.at(p, op.starts[b])[:int(op.lens[b])*kernel.Width])
				copy(row[first:], pooled[:])
			}
			if op.unit {
				length := max(float32(math.Sqrt(kernel.SumSquares(row))), 1e-12)
				op.lengths[b] = length
				for j := range row {
					row[j] /= length
				}
			}
		}
	})
	return out, nil
}

// reduce pools the rows of one panel of a text.
func (op *poolTextsOp) reduce(pooled *[kernel.Width]float32, rows []float32) {
	switch op.kind {
	case PoolFirst:
		copy(pooled[:], rows)
	case PoolMean:
		kernel.ColumnSums(pooled[:], rows, len(rows)/kernel.Width, kernel.Width)
		n := float32(len(rows) / kernel.Width)
		for j := range pooled {
			pooled[j] /= n
		}
	case PoolMax:
		copy(pooled[:], rows)
		for i, v := range rows {
			if j := i % kernel.Width; v > pooled[j] || v != v { // a NaN is never lost
				pooled[j] = v
			}
		}
	}
}

func (op *poolTextsOp) DiffWRT(int) []bool { return []bool{true, false} }

func (op *poolTextsOp) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	d, err := newDerivative("d"+op.name, in[0], op.backward, grad, in[0], out)
	return G.Nodes{d, nil}, err
}

func (op *poolTextsOp) backward(inputs []G.Value) (G.Value, error) {
	const width = kernel.Width
	dy, rows, f, err := floats("dpool texts", inputs[0])
	if err != nil {
		return nil, err
	}
	x, err := panelsOf("dpool texts", inputs[1], op.shape[1])
	if err != nil {
		return nil, err
	}
	if err := like("dpool texts", rows, f, op.texts, x.cols); err != nil {
		return nil, err
	}
	op.grad.resize(x.rows, f, op.limit)
	padded := kernel.Panels(f) * width
	op.shares = grow(op.shares, op.texts*padded, 0)
	kernel.Parallel(op.texts, func(b int) {
		g := op.shares[b*padded : (b+1)*padded]
		op.scale(g, dy[b*f:(b+1)*f], b)
		for p := range kernel.Panels(f) {
			n := int(op.lens[b]) * width
			op.spread(op.grad.at(p, op.starts[b])[:n], x.at(p, op.starts[b])[:n], g[p*width:][:width])
		}
	})
	return &op.grad, nil
}

// scale writes the gradient of a pooled row before it was divided by its length: with
// y = x/|x|, dx = (dy - y (y dy))/|x|.
func (op *poolTextsOp) scale(g, dy []float32, b int) {
	clear(g[copy(g, dy):])
	if !op.unit {
		return
	}
	f := len(dy)
	y := op.out.data[b*f : (b+1)*f]
	dot := float64(0)
	for j, v := range y {
		dot += float64(v) * float64(dy[j]) // an exact product: fused or not, the sum is the same
	}
	for j, v := range y {
		g[j] = float32((float64(dy[j]) - float64(float64(v)*dot)) / float64(op.lengths[b]))
	}
}

// spread gives the rows of one panel of a text their shares of the pooled gradient.
// Equal maxima count where they stand first.
func (op *poolTextsOp) spread(dx, x, g []float32) {
	const width = kernel.Width
	if op.kind == PoolMean {
		n := float32(len(x) / width)
		var share [width]float32
		for j, v := range g {
			share[j] = v / n
		}
		kernel.FillRows(dx, share[:])
		return
	}
	clear(dx)
	if op.kind == PoolFirst {
		copy(dx, g)
		return
	}
	for j, v := range g {
		at := j
		for i := j; i < len(x); i += width {
			if x[i] > x[at] || x[i] != x[i] {
				at = i
			}
		}
		dx[at] = v
	}
}

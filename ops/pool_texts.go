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
	out buffer
}

// PoolTexts reduces the states x [N, F] of an encoder, for texts packed by
// [PackTexts], to one row a text, [B, F]: the state at the first token, the mean or
// the largest values over a text's tokens. With unit, rows have the length 1
// (divided by their own, by 1e-12 at least).
func PoolTexts(x, lengths *G.Node, kind Pooling, unit bool) (*G.Node, error) {
	if err := encoderNode("pool texts", x, lengths); err != nil {
		return nil, err
	}
	if kind != PoolFirst && kind != PoolMean && kind != PoolMax {
		return nil, fmt.Errorf("ops: pool texts: kind %q, want %s, %s or %s", kind, PoolFirst, PoolMean, PoolMax)
	}
	op := &poolTextsOp{kind: kind, unit: unit,
		static: static{"pool texts " + string(kind), 2, tensor.Shape{lengths.Shape()[0], x.Shape()[1]}, tensor.Float32}}
	return G.ApplyOp(op, x, lengths)
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

func (op *poolTextsOp) DiffWRT(n int) []bool { return make([]bool, n) }

func (op *poolTextsOp) SymDiff(in G.Nodes, _, _ *G.Node) (G.Nodes, error) {
	return nil, fmt.Errorf("ops: %s: a graph that predicts has no gradients", op.name)
}

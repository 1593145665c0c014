package ops

import (
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
)

// feedForwardPack8 is the weights of a feed-forward sublayer in bytes.
type feedForwardPack8 struct {
	in, out *kernel.Weights8 // [F, I], [I, F]

	inB, outB, gamma, beta []float32 // as feedForward has them
}

// pack8 packs the weights w.
func (f *feedForward) pack8(w [6][]float32) *feedForwardPack8 {
	return &feedForwardPack8{
		in: pack8(w[0], f.inner, f.width), out: pack8(w[2], f.width, f.inner),
		inB: joinPadded(w[1]), outB: joinPadded(w[3]), gamma: joinPadded(w[4]), beta: joinPadded(w[5]),
	}
}

// inferFeedForward8Op is inferFeedForwardOp by products of bytes.
type inferFeedForward8Op struct {
	inferFeedForwardOp
	w *feedForwardPack8
}

func (op *inferFeedForward8Op) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	x, err := panelsOf("feed-forward", inputs[0], op.width)
	if err != nil {
		return nil, err
	}
	if op.w == nil {
		var all [6][]float32
		if err := weightsOf("feed-forward", inputs[1:], all[:]); err != nil {
			return nil, err
		}
		op.w = packOf(op.space.packs, all[0], func() *feedForwardPack8 { return op.pack8(all) })
		op.norm.Gamma, op.norm.Beta = op.w.gamma, op.w.beta
	}
	if blocks := evenRows(x.rows); blocks > 0 {
		return x, op.parallel(blocks, func(i int) {
			row := x.rows * i / blocks
			op.block(x, row, x.rows*(i+1)/blocks-row)
		})
	}
	op.whole(x)
	return x, op.cause()
}

// bendGroup is how many inner panels are computed and at once activated, in the first
// cache.
const bendGroup = 2

// bend computes count inner panels of n rows from row on, activations included. h begins
// at the first of them.
func (op *inferFeedForward8Op) bend(h []float32, stride int, x kernel.Rows8, row, n, first, count int) {
	const width = kernel.Width
	for p := 0; p < count; p += bendGroup {
		some := min(bendGroup, count-p)
		z := h[p*stride*width:]
		dense8(z, stride, op.w.inB, x, row, op.w.in, n, first+p, some)
		for i := range some {
			s := z[i*stride*width:][:n*width]
			op.activate(s, s)
		}
	}
}

// block takes n rows through the sublayer. All their inner features are there before
// the first is used: a row's scale is that of all of them.
func (op *inferFeedForward8Op) block(x *panelled, row, n int) {
	const width = kernel.Width
	panels, inner, stride := kernel.Panels(op.width), kernel.Panels(op.inner), evenStride(n)
	deepest := max(op.width, op.inner)
	op.space.lend8(((inner+panels)*width+1)*stride+2*n, size8(stride, deepest), func(s []float32, bytes []uint8) {
		h, y, stats := cut(&s, inner*width*stride), cut(&s, panels*width*stride), cut(&s, 2*n)
		q := rows8(&bytes, &s, stride, deepest) // of x, then of h
		q.Set(0, x.at(0, row), x.panel(), n, op.width)
		op.bend(h, stride, q, 0, n, 0, inner)
		q.Set(0, h, stride*width, n, op.inner)
		addDense8(y, stride, 0, x, row, op.w.outB, q, 0, op.w.out, n, 0, panels)
		op.norm.Forward(x.at(0, row), x.panel(), y, stride*width, n, stats)
	})
}

// whole takes all rows through the sublayer, rows and columns dealt to the cores.
func (op *inferFeedForward8Op) whole(x *panelled) {
	const width = kernel.Width
	n, panels, inner := x.rows, kernel.Panels(op.width), kernel.Panels(op.inner)
	stride := spread(n)
	s := op.space.all(((inner+panels)*width+2)*stride + 2*n)
	bytes := op.space.bytes.all(size8(stride, op.width) + size8(stride, op.inner))
	h, y, stats := cut(&s, inner*width*stride), cut(&s, panels*width*stride), cut(&s, 2*n)
	q, bent := rows8(&bytes, &s, stride, op.width), rows8(&bytes, &s, stride, op.inner)
	in, out, rows := pieceOf(inner), pieceOf(panels), (n+embeddingRows-1)/embeddingRows
	op.phases([]int{rows, (inner + in - 1) / in, rows, (panels + out - 1) / out, rows}, func(phase, i int) {
		row := i * embeddingRows
		some := min(embeddingRows, n-row)
		switch phase {
		case 0:
			q.Set(row, x.at(0, row), x.panel(), some, op.width)
		case 1:
			op.bend(h[i*in*stride*width:], stride, q, 0, n, i*in, min(in, inner-i*in))
		case 2:
			bent.Set(row, h[row*width:], stride*width, some, op.inner)
		case 3:
			addDense8(y, stride, 0, x, 0, op.w.outB, bent, 0, op.w.out, n, i*out, min(out, panels-i*out))
		case 4:
			op.norm.Forward(x.at(0, row), x.panel(), y[row*width:], stride*width, some, stats[2*row:])
		}
	})
}

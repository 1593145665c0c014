package ops

import (
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
)

// attentionPack8 is the weights of a self-attention sublayer in bytes.
type attentionPack8 struct {
	qkv *kernel.Weights8 // [F, A 3 D'] of each head's queries, keys and values
	out *kernel.Weights8 // [A D', F]

	bias, outB, gamma, beta []float32 // as attention has them
}

// pack8 packs the weights w.
func (a *attention) pack8(w [10][]float32) *attentionPack8 {
	f, filled := a.width, a.panels*kernel.Width
	p := &attentionPack8{
		qkv: kernel.NewWeights8(f, 3*a.inner()), out: kernel.NewWeights8(a.inner(), f), bias: make([]float32, 3*a.inner()),
		outB: joinPadded(w[7]), gamma: joinPadded(w[8]), beta: joinPadded(w[9]),
	}
	kernel.Parallel(3*a.heads, func(i int) {
		head, which := i/3, i%3
		for j := range a.size {
			row := head*a.size + j
			p.qkv.Set(i*filled+j, w[2*which][row*f:(row+1)*f])
			p.bias[i*filled+j] = w[2*which+1][row]
		}
	})
	kernel.Parallel(f, func(j int) {
		row := make([]float32, a.inner()) // zeros where a head's features are filled up
		for c, v := range w[6][j*f : (j+1)*f] {
			row[a.feature(c)] = v
		}
		p.out.Set(j, row)
	})
	return p
}

// inferAttention8Op is inferAttentionOp by products of bytes.
type inferAttention8Op struct {
	inferAttentionOp
	w *attentionPack8
}

func (op *inferAttention8Op) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	x, err := panelsOf("attention", inputs[0], op.width)
	if err != nil {
		return nil, err
	}
	if err := op.read("attention", inputs[1], x.rows); err != nil {
		return nil, err
	}
	if op.w == nil {
		var all [10][]float32
		if err := weightsOf("attention", inputs[2:], all[:]); err != nil {
			return nil, err
		}
		op.w = packOf(op.space.packs, all[0], func() *attentionPack8 { return op.pack8(all) })
		op.norm.Gamma, op.norm.Beta = op.w.gamma, op.w.beta
	}
	op.bounds = op.deal(blockRows, op.bounds)
	if blocks := len(op.bounds) - 1; blocks >= evenBlocks() {
		return x, op.parallel(blocks, func(i int) { op.block(x, op.bounds[i], op.bounds[i+1]) })
	}
	op.whole(x)
	return x, op.cause()
}

// project is attention's: one head's queries, keys and values of n rows of x.
func (op *inferAttention8Op) project(qkv []float32, stride int, x kernel.Rows8, n, head int) {
	first := head * op.headPanels()
	dense8(qkv[first*stride*kernel.Width:], stride, op.w.bias, x, 0, op.w.qkv, n, first, op.headPanels())
}

// block takes the texts lo..hi-1 through the sublayer.
func (op *inferAttention8Op) block(x *panelled, lo, hi int) {
	const width = kernel.Width
	row, n := op.starts[lo], op.starts[hi]-op.starts[lo]
	panels, inner := kernel.Panels(op.width), op.inner()
	stride := evenStride(n)
	space := (3*inner+inner+panels*width+1)*stride + op.scratch(int(op.lens[lo])) + 2*n
	op.space.lend8(space, size8(stride, max(inner, op.width)), func(s []float32, bytes []uint8) {
		qkv, context, y, stats := cut(&s, 3*inner*stride), cut(&s, inner*stride), cut(&s, panels*width*stride), cut(&s, 2*n)
		q := rows8(&bytes, &s, stride, max(inner, op.width)) // of x, then of the context
		q.Set(0, x.at(0, row), x.panel(), n, op.width)
		for h := range op.heads {
			if op.halted() {
				return
			}
			op.project(qkv, stride, q, n, h)
			for b := lo; b < hi; b++ {
				at := op.starts[b] - row
				op.attend(context, stride, at, qkv, stride, at, int(op.lens[b]), h, s, nil)
			}
		}
		q.Set(0, context, stride*width, n, inner)
		addDense8(y, stride, 0, x, row, op.w.outB, q, 0, op.w.out, n, 0, panels)
		op.norm.Forward(x.at(0, row), x.panel(), y, stride*width, n, stats)
	})
}

// whole takes all texts through the sublayer, rows, heads and columns dealt to the
// cores.
func (op *inferAttention8Op) whole(x *panelled) {
	const width = kernel.Width
	n, panels, inner := x.rows, kernel.Panels(op.width), op.inner()
	stride := spread(n)
	s := op.space.all((3*inner+inner+panels*width+2)*stride + 2*n)
	bytes := op.space.bytes.all(size8(stride, op.width) + size8(stride, inner))
	qkv, context, y, stats := cut(&s, 3*inner*stride), cut(&s, inner*stride), cut(&s, panels*width*stride), cut(&s, 2*n)
	q, c := rows8(&bytes, &s, stride, op.width), rows8(&bytes, &s, stride, inner)
	round := func(row, n int) { q.Set(row, x.at(0, row), x.panel(), n, op.width) }
	heads := func(i int) {
		op.project(qkv, stride, q, n, i)
		op.space.lend(op.scratch(int(op.lens[0])), func(s []float32) {
			for b, at := range op.starts[:op.texts] {
				op.attend(context, stride, at, qkv, stride, at, int(op.lens[b]), i, s, nil)
			}
		})
	}
	roundContext := func(row, n int) { c.Set(row, context[row*width:], stride*width, n, inner) }
	finish := func(row, n, first, count int) {
		addDense8(y, stride, row, x, row, op.w.outB, c, row, op.w.out, n, first, count)
	}
	normalise := func(row, n int) {
		op.norm.Forward(x.at(0, row), x.panel(), y[row*width:], stride*width, n, stats[2*row:])
	}
	if blocks := evenRows(n); blocks > 0 {
		op.phases([]int{blocks, op.heads, blocks}, func(phase, i int) {
			row, next := n*i/blocks, n*(i+1)/blocks
			switch phase {
			case 0:
				round(row, next-row)
			case 1:
				heads(i)
			case 2:
				roundContext(row, next-row)
				finish(row, next-row, 0, panels)
				normalise(row, next-row)
			}
		})
		return
	}
	group, rows := pieceOf(panels), (n+embeddingRows-1)/embeddingRows
	op.phases([]int{rows, op.heads, rows, (panels + group - 1) / group, rows}, func(phase, i int) {
		row := i * embeddingRows
		some := min(embeddingRows, n-row)
		switch phase {
		case 0:
			round(row, some)
		case 1:
			heads(i)
		case 2:
			roundContext(row, some)
		case 3:
			finish(0, n, i*group, min(group, panels-i*group))
		case 4:
			normalise(row, some)
		}
	})
}

package ops

import (
	"math"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
)

// backward computes all gradients, once for each forward pass. The gradient of x
// takes the memory of that of the output.
func (op *attentionOp) backward(grad G.Value) error {
	if !op.pending {
		return nil
	}
	dy, err := panelsOf("attention backward", grad, op.width)
	if err != nil {
		return err
	}
	if err := like("attention backward", dy.rows, dy.cols, op.tokens, op.width); err != nil {
		return err
	}
	f, inner, n := op.width, op.inner(), op.tokens
	g := &op.grads
	for i := range 4 {
		g[2*i].matrix(f, f)
		g[2*i+1].vector(f)
	}
	g[8].vector(f)
	g[9].vector(f)
	normGradient(g[8].data, g[9].data, dy, &op.sum, op.stats)

	panels := kernel.Panels(f) * kernel.Width
	stride := spread(n)
	s := op.space.all(panels*3*inner + inner*f + (2*panels+4*inner)*stride)
	b := attentionBackward{attentionOp: op, dy: dy, stride: stride,
		toX: cut(&s, panels*3*inner), toContext: cut(&s, inner*f),
		dsum: cut(&s, panels*stride), dout: cut(&s, panels*stride), dcontext: cut(&s, inner*stride), dqkv: cut(&s, 3*inner*stride)}
	if op.hidden.p == 0 {
		b.dout = b.dsum
	}
	b.pack()
	kernel.Parallel(len(op.bounds)-1, func(i int) { b.block(op.bounds[i], op.bounds[i+1]) })
	op.dx = dy

	heads := func(which, of int) features {
		return features{size: op.size, first: which * op.panels, apart: of * op.panels, count: op.heads}
	}
	gradients := []*denseGradient{{dw: g[6].data, db: g[7].data, dy: b.dout, dyStride: stride, dyAt: plain(f),
		x: op.context.data, xStride: op.context.stride, xAt: heads(0, 1), tokens: n}}
	for which := range 3 {
		gradients = append(gradients, &denseGradient{dw: g[2*which].data, db: g[2*which+1].data, dy: b.dqkv, dyStride: stride, dyAt: heads(which, 3),
			x: op.x.data, xStride: op.x.stride, xAt: plain(f), tokens: n})
	}
	runAll(op.space, gradients...)
	op.pending = false
	return nil
}

// attentionBackward is what a backward pass works with.
type attentionBackward struct {
	*attentionOp
	dy     *panelled // the gradient of the output, and afterwards of x
	stride int       // of the panels below

	toX       []float32 // [F/16][3 A D'][16] weights for the product with dqkv
	toContext []float32 // [A D'/16][F][16] for that with dout
	dsum      []float32 // gradient of the sum, [F/16][stride][16]
	dout      []float32 // of the output's dense layer
	dcontext  []float32 // [A D'/16][stride][16]
	dqkv      []float32 // [3 A D'/16][stride][16]
}

// pack lays out the weights for the products with gradients.
func (b *attentionBackward) pack() {
	const width = kernel.Width
	f, inner := b.width, b.inner()
	kernel.Parallel(kernel.Panels(f), func(p int) {
		to := b.toX[p*3*inner*width : (p+1)*3*inner*width]
		clear(to)
		first := p * width
		n := min(width, f-first)
		for which := range 3 {
			for c := range f {
				head, in := c/b.size, c%b.size
				row := (head*3+which)*b.panels*width + in
				copy(to[row*width:][:n], b.w[2*which][c*f+first:])
			}
		}
	})
	kernel.Parallel(b.heads*b.panels, func(p int) {
		to := b.toContext[p*f*width : (p+1)*f*width]
		in := p % b.panels * width
		first := p/b.panels*b.size + in
		kernel.Pack(to, b.w[6][first:], f, min(width, b.size-in), f)
	})
}

// block takes the gradients of the texts lo..hi-1 back through the sublayer.
func (b *attentionBackward) block(lo, hi int) {
	const width = kernel.Width
	row, n := b.starts[lo], b.starts[hi]-b.starts[lo]
	panels, inner, panel := kernel.Panels(b.width), b.inner(), b.stride*width
	at := func(data []float32, p int) []float32 { return data[p*panel+row*width:] }
	b.norm.Backward(at(b.dsum, 0), panel, b.dy.at(0, row), b.dy.panel(), b.sum.at(0, row), b.sum.panel(), n, b.stats[2*row:])
	if b.hidden.p > 0 {
		for p := range panels {
			b.hidden.rows(at(b.dout, p), at(b.dsum, p), p, row, n)
		}
	}
	kernel.Mul(at(b.dcontext, 0), width, panel, kernel.PanelRows(b.dout, b.stride, row), b.toContext, b.width*width, n, b.width, inner/width, false)
	b.space.lend(b.backwardScratch(int(b.lens[lo])), func(s []float32) {
		for text := lo; text < hi; text++ {
			for h := range b.heads {
				b.head(text, h, s)
			}
		}
	})
	for p := range panels {
		copy(b.dy.at(p, row)[:n*width], at(b.dsum, p))
	}
	kernel.Mul(b.dy.at(0, row), width, b.dy.panel(), kernel.PanelRows(b.dqkv, b.stride, row), b.toX, 3*inner*width, n, 3*inner, panels, true)
}

// backwardScratch is how many floats head needs for a text of n tokens.
func (a *attention) backwardScratch(n int) int {
	return queryBlocks * kernel.Width * (2*a.panels*kernel.Width + 3*n)
}

// head takes the gradient of one head's context over one text back to its queries,
// keys and values. The probabilities are computed again, blocks of queries at a time,
// as attend does; with P as they were after dropout and S before the softmax,
//
//	dV = P' dO    dP = dO V'    dQ = dS K/√D    dK = dS' Q/√D
//
// each a sum in ascending order of its queries or keys.
func (b *attentionBackward) head(text, h int, s []float32) {
	const width = kernel.Width
	row, n, hp := b.starts[text], int(b.lens[text]), b.panels
	q := func(which, p int) []float32 { return b.qkv.at((h*3+which)*hp+p, row) }
	dq := func(which int) []float32 { return b.dqkv[(h*3+which)*hp*b.stride*width+row*width:] }
	panel, qkvPanel := b.stride*width, b.qkv.panel()
	rows := func(data []float32, distance int) kernel.Operand {
		return kernel.Operand{Data: data, Row: width, Col: 1, Width: width, Block: distance}
	}
	scale := float32(1 / math.Sqrt(float64(b.size)))
	queries, dout := cut(&s, queryBlocks*hp*width*width), cut(&s, queryBlocks*hp*width*width)
	probs, dropped, dscores := cut(&s, queryBlocks*width*n), cut(&s, queryBlocks*width*n), cut(&s, queryBlocks*width*n)
	for first := 0; first < n; first += queryBlocks * width {
		blocks := min(queryBlocks, (n-first+width-1)/width)
		for i := range blocks {
			from := first + i*width
			for p := range hp {
				at, m := (i*hp+p)*width*width, min(width, n-from)
				kernel.Transpose(queries[at:], q(0, p)[from*width:], m, scale)
				kernel.Transpose(dout[at:], b.dcontext[(h*hp+p)*panel+(row+from)*width:], m, 1)
			}
		}
		kernel.Mul(probs, width, n*width, rows(q(1, 0), qkvPanel), queries, hp*width*width, n, b.size, blocks, false)
		kernel.Mul(dscores, width, n*width, rows(q(2, 0), qkvPanel), dout, hp*width*width, n, b.size, blocks, false)
		used := probs
		for i := range blocks {
			part := func(data []float32) []float32 { return data[i*n*width:][:n*width] }
			kernel.SoftmaxColumns(part(probs))
			if b.probs.p > 0 {
				used = dropped
				copy(part(dropped), part(probs))
				b.probs.scores(part(dropped), text, h, b.heads, first+i*width, n)
				b.probs.scores(part(dscores), text, h, b.heads, first+i*width, n)
			}
			kernel.SoftmaxColumnsBackward(part(dscores), part(probs))
			kernel.Scale(part(dscores), scale)
			m := min(width, n-first-i*width)
			kernel.Mul(dq(0)[(first+i*width)*width:], width, panel, kernel.PanelColumns(part(dscores), n), q(1, 0), qkvPanel, m, n, hp, false)
		}
		m := min(queryBlocks*width, n-first)
		kernel.Mul(dq(1), width, panel, rows(dscores, n*width), q(0, 0)[first*width:], qkvPanel, n, m, hp, first > 0)
		kernel.Mul(dq(2), width, panel, rows(used, n*width), b.dcontext[h*hp*panel+(row+first)*width:], panel, n, m, hp, first > 0)
	}
}

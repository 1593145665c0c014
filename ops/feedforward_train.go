package ops

import (
	"runtime"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// feedForwardOp is a feed-forward sublayer that a backward pass may follow.
type feedForwardOp struct {
	static
	feedForward
	space  *Workspace
	hidden dropper // of the outer layer's output

	x        *panelled // the input of the last run
	w        [6][]float32
	gamma    []float32 // the normalisation's, filled up
	z        panelled  // [N, I] before the activation
	sum, out panelled  // [N, F] before the normalisation and after it
	stats    []float32
	pending  bool // a forward pass whose backward has not run
	dx       *panelled
	grads    [6]buffer // in the order of FeedForwardWeights.nodes
}

// FeedForward is [InferFeedForward] for graphs that are trained, as [SelfAttention]
// is InferSelfAttention; drop's Hidden alone is of use.
func FeedForward(x *G.Node, w FeedForwardWeights, activation Activation, eps float64, drop EncoderDropout, space *Workspace) (*G.Node, error) {
	f, err := newFeedForward(x, w, activation, eps)
	if err != nil {
		return nil, err
	}
	op := &feedForwardOp{static: static{"feed-forward", 7, x.Shape().Clone(), tensor.Float32}, feedForward: f, space: space}
	if op.hidden, err = newDropper(drop.Hidden, drop.Noise, drop.Name+" output"); err != nil {
		return nil, err
	}
	return G.ApplyOp(op, append([]*G.Node{x}, w.nodes()...)...)
}

func (op *feedForwardOp) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	op.pending = false
	if op.x, err = panelsOf("feed-forward", inputs[0], op.width); err != nil {
		return nil, err
	}
	if err := weightsOf("feed-forward", inputs[1:], op.w[:]); err != nil {
		return nil, err
	}
	op.pack(op.space.weights(op.packedSize()), op.w)
	// The backward pass needs these again, when the others' memory has been reused.
	op.gamma = append(op.gamma[:0], op.norm.Gamma...)
	op.norm.Gamma = op.gamma
	op.hidden.draw()
	n, limit := op.x.rows, op.shape[0]
	op.z.resize(n, op.inner, limit)
	op.sum.resize(n, op.width, limit)
	op.out.resize(n, op.width, limit)
	op.stats = grow(op.stats, 2*n, 2*limit)
	op.rows(op.forward)
	op.pending = true
	return &op.out, nil
}

// rows calls f with ranges of all rows.
func (op *feedForwardOp) rows(f func(row, n int)) {
	rows := op.x.rows
	each := trainRows(rows, runtime.GOMAXPROCS(0))
	kernel.Parallel((rows+each-1)/each, func(i int) { f(i*each, min(each, rows-i*each)) })
}

// forward takes n rows through the sublayer.
func (op *feedForwardOp) forward(row, n int) {
	const width = kernel.Width
	inner, stride := kernel.Panels(op.inner), evenStride(n)
	op.space.lend(inner*width*stride, func(h []float32) {
		for first := 0; first < inner; first += innerGroup {
			count := min(innerGroup, inner-first)
			op.inside(op.z.at(first, row), op.z.stride, op.x.operand(row), n, first, count)
			for p := first; p < first+count; p++ {
				op.activate(h[p*stride*width:][:n*width], op.z.at(p, row)[:n*width])
			}
		}
		finishDense(&op.sum, op.x, row, n, op.outB, kernel.PanelRows(h, stride, 0), op.feedForward.out, op.inner, &op.hidden)
	})
	op.norm.Forward(op.out.at(0, row), op.out.panel(), op.sum.at(0, row), op.sum.panel(), n, op.stats[2*row:])
}

func (op *feedForwardOp) DiffWRT(n int) []bool {
	d := make([]bool, n)
	for i := range d {
		d[i] = true
	}
	return d
}

// SymDiff returns one derivative for x and for each weight. The first to run does
// the whole backward pass.
func (op *feedForwardOp) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	return derivatives("feed-forward", in, out, grad, op.backward, func(i int) G.Value {
		if i == 0 {
			return op.dx
		}
		return op.grads[i-1].value
	})
}

// backward computes all gradients, once for each forward pass. The gradient of x
// takes the memory of that of the output.
func (op *feedForwardOp) backward(grad G.Value) error {
	if !op.pending {
		return nil
	}
	dy, err := panelsOf("feed-forward backward", grad, op.width)
	if err != nil {
		return err
	}
	if err := like("feed-forward backward", dy.rows, dy.cols, op.x.rows, op.width); err != nil {
		return err
	}
	f, inner, n := op.width, op.inner, op.x.rows
	g := &op.grads
	g[0].matrix(inner, f)
	g[1].vector(inner)
	g[2].matrix(f, inner)
	g[3].vector(f)
	g[4].vector(f)
	g[5].vector(f)
	normGradient(g[4].data, g[5].data, dy, &op.sum, op.stats)

	const width = kernel.Width
	stride, panels, innerPanels := spread(n), kernel.Panels(f)*width, kernel.Panels(inner)*width
	s := op.space.all(panels*inner + innerPanels*f + (2*panels+2*innerPanels)*stride)
	b := feedForwardBackward{feedForwardOp: op, dy: dy, stride: stride,
		toX: cut(&s, panels*inner), toInner: cut(&s, innerPanels*f),
		dsum: cut(&s, panels*stride), dout: cut(&s, panels*stride), h: cut(&s, innerPanels*stride), dz: cut(&s, innerPanels*stride)}
	if op.hidden.p == 0 {
		b.dout = b.dsum
	}
	packRows(b.toX, op.w[0], inner, f)
	packRows(b.toInner, op.w[2], f, inner)
	op.rows(b.block)
	op.dx = dy
	runAll(op.space,
		&denseGradient{dw: g[0].data, db: g[1].data, dy: b.dz, dyStride: stride, dyAt: plain(inner), x: op.x.data, xStride: op.x.stride, xAt: plain(f), tokens: n},
		&denseGradient{dw: g[2].data, db: g[3].data, dy: b.dout, dyStride: stride, dyAt: plain(f), x: b.h, xStride: stride, xAt: plain(inner), tokens: n})
	op.pending = false
	return nil
}

// packRows packs w [rows, cols] as the right operand of a product that sums over its
// rows: [Panels(cols)][rows][16].
func packRows(dst, w []float32, rows, cols int) {
	kernel.Parallel(kernel.Panels(cols), func(p int) {
		first := p * kernel.Width
		kernel.Pack(dst[p*rows*kernel.Width:], w[first:], rows, min(kernel.Width, cols-first), cols)
	})
}

// feedForwardBackward is what a backward pass works with.
type feedForwardBackward struct {
	*feedForwardOp
	dy     *panelled // the gradient of the output, and afterwards of x
	stride int       // of the panels below

	toX     []float32 // [F/16][I][16] weights for the product with dz
	toInner []float32 // [I/16][F][16] for that with dout
	dsum    []float32 // gradient of the sum, [F/16][stride][16]
	dout    []float32 // of the outer dense layer
	h, dz   []float32 // [I/16][stride][16] the activations again, and the gradient before them
}

// block takes the gradients of n rows back through the sublayer.
func (b *feedForwardBackward) block(row, n int) {
	const width = kernel.Width
	panels, inner, panel := kernel.Panels(b.width), kernel.Panels(b.inner), b.stride*width
	at := func(data []float32, p int) []float32 { return data[p*panel+row*width:] }
	b.norm.Backward(at(b.dsum, 0), panel, b.dy.at(0, row), b.dy.panel(), b.sum.at(0, row), b.sum.panel(), n, b.stats[2*row:])
	for p := range panels {
		if b.hidden.p > 0 {
			b.hidden.rows(at(b.dout, p), at(b.dsum, p), p, row, n)
		}
		copy(b.dy.at(p, row)[:n*width], at(b.dsum, p))
	}
	for first := 0; first < inner; first += innerGroup {
		count := min(innerGroup, inner-first)
		kernel.Mul(at(b.dz, first), width, panel, kernel.PanelRows(b.dout, b.stride, row), b.toInner[first*b.width*width:], b.width*width, n, b.width, count, false)
		for p := first; p < first+count; p++ {
			z, dz := b.z.at(p, row)[:n*width], at(b.dz, p)[:n*width]
			b.activate(at(b.h, p)[:n*width], z)
			if b.activation == GELUTanh {
				kernel.GELUTanhBackward(dz, dz, z)
			} else {
				kernel.GELUBackward(dz, dz, z)
			}
		}
		k := min(count*width, b.inner-first*width)
		kernel.Mul(b.dy.at(0, row), width, b.dy.panel(), kernel.PanelRows(b.dz[first*panel:], b.stride, row), b.toX[first*width*width:], b.inner*width, n, k, panels, true)
	}
}

package ops

import (
	"math"
	"runtime"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// EncoderDropout says what of a sublayer is dropped in training.
type EncoderDropout struct {
	Hidden    float64 // of the sublayer's outcome, before it is added to its input
	Attention float64 // of the attention's probabilities
	Noise     *Noise
	Name      string // of the sublayer, different in one graph
}

// dropper is one place of dropout during a run.
type dropper struct {
	p     float64
	noise *Noise
	name  string
	kernel.Drop
}

func newDropper(p float64, noise *Noise, name string) (dropper, error) {
	d := dropper{p: p, noise: noise, name: "encoder dropout " + name}
	return d, checkDropout(p, noise, name)
}

// draw begins a step. Which elements are dropped depends on the noise, the name and
// their place in the batch alone.
func (d *dropper) draw() {
	if d.p > 0 {
		d.Drop = kernel.Drop{Key: Stream(d.noise.Seed, d.name, d.noise.Step).Uint64(),
			Limit: uint32(d.p * (1 << 32)), Scale: float32(1 / (1 - d.p))}
	}
}

// rows drops elements of n rows of a panel, numbered by their place in the batch.
func (d *dropper) rows(dst, src []float32, panel, row, n int) {
	sub := d.Sub(uint32(panel))
	sub.Apply(dst[:n*kernel.Width], src[:n*kernel.Width], uint32(row*kernel.Width))
}

// scores drops the probabilities of some queries of a head and text.
func (d *dropper) scores(dst []float32, text, head, heads, query, n int) {
	sub := d.Sub(uint32(text*heads + head))
	sub.Apply(dst, dst, uint32(query*n))
}

// attentionOp is a self-attention sublayer that a backward pass may follow.
type attentionOp struct {
	static
	attention
	space *Workspace
	joined
	bounds []int
	hidden dropper // of the output
	probs  dropper // of the probabilities

	x            *panelled // the input of the last run
	w            [10][]float32
	gamma        []float32 // the normalisation's, filled up
	qkv, context panelled  // [N, 3 A D'], [N, A D']
	sum, out     panelled  // before the normalisation and after it
	stats        []float32
	pending      bool // a forward pass whose backward has not run
	dx           *panelled
	grads        [10]buffer // in the order of AttentionWeights.nodes
}

// SelfAttention is [InferSelfAttention] for graphs that are trained: its input is
// left as it is, and its gradients pass to x and every weight. With dropout, the
// probabilities and the output before the sum lose elements, as in BERT. Ops that
// work in the gradient's memory follow one another: x is read by this op alone.
func SelfAttention(x, lengths *G.Node, w AttentionWeights, heads int, eps float64, drop EncoderDropout, space *Workspace) (*G.Node, error) {
	if err := encoderNode("attention", x, lengths); err != nil {
		return nil, err
	}
	f := x.Shape()[1]
	a, err := newAttention(f, heads, eps)
	if err != nil {
		return nil, err
	}
	if err := w.check(f); err != nil {
		return nil, err
	}
	op := &attentionOp{static: static{"attention", 12, x.Shape().Clone(), tensor.Float32}, attention: a, space: space}
	if op.hidden, err = newDropper(drop.Hidden, drop.Noise, drop.Name+" output"); err != nil {
		return nil, err
	}
	if op.probs, err = newDropper(drop.Attention, drop.Noise, drop.Name+" probabilities"); err != nil {
		return nil, err
	}
	return G.ApplyOp(op, append([]*G.Node{x, lengths}, w.nodes()...)...)
}

func (op *attentionOp) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	op.pending = false
	if op.x, err = panelsOf("attention", inputs[0], op.width); err != nil {
		return nil, err
	}
	if err := op.read("attention", inputs[1], op.x.rows); err != nil {
		return nil, err
	}
	if err := weightsOf("attention", inputs[2:], op.w[:]); err != nil {
		return nil, err
	}
	op.pack(op.space.weights(op.packedSize()), op.w)
	// The backward pass needs these again, when the others' memory has been reused.
	op.gamma = append(op.gamma[:0], op.norm.Gamma...)
	op.norm.Gamma = op.gamma
	op.hidden.draw()
	op.probs.draw()
	n, limit := op.tokens, op.shape[0]
	op.qkv.resize(n, 3*op.inner(), limit)
	op.context.resize(n, op.inner(), limit)
	op.sum.resize(n, op.width, limit)
	op.out.resize(n, op.width, limit)
	op.stats = grow(op.stats, 2*n, 2*limit)
	op.bounds = op.deal(trainRows(n, runtime.GOMAXPROCS(0)), op.bounds)
	kernel.Parallel(len(op.bounds)-1, func(i int) { op.forward(op.bounds[i], op.bounds[i+1]) })
	op.pending = true
	return &op.out, nil
}

// forward takes the texts lo..hi-1 through the sublayer.
func (op *attentionOp) forward(lo, hi int) {
	row, n := op.starts[lo], op.starts[hi]-op.starts[lo]
	op.space.lend(op.scratch(int(op.lens[lo])), func(s []float32) {
		for h := range op.heads {
			op.project(op.qkv.data, op.qkv.stride, row, op.x.operand(row), n, h)
			for b := lo; b < hi; b++ {
				at, length := op.starts[b], int(op.lens[b])
				op.attend(op.context.data, op.context.stride, at, op.qkv.data, op.qkv.stride, at, length, h, s, func(scores []float32, query int) {
					if op.probs.p > 0 {
						op.probs.scores(scores, b, h, op.heads, query, length)
					}
				})
			}
		}
	})
	finishDense(&op.sum, op.x, row, n, op.outB, op.context.operand(row), op.attention.out, op.inner(), &op.hidden)
	op.norm.Forward(op.out.at(0, row), op.out.panel(), op.sum.at(0, row), op.sum.panel(), n, op.stats[2*row:])
}

// finishDense writes x + dropout(bias + a w) to n rows of y.
func finishDense(y, x *panelled, row, n int, bias []float32, a kernel.Operand, w []float32, k int, drop *dropper) {
	const width = kernel.Width
	panels := kernel.Panels(y.cols)
	if drop.p == 0 {
		addDense(y.data, y.stride, row, x, row, bias, a, w, k, n, 0, panels)
		return
	}
	for p := range panels {
		kernel.FillRows(y.at(p, row)[:n*width], bias[p*width:][:width])
	}
	kernel.Mul(y.at(0, row), width, y.panel(), a, w, k*width, n, k, panels, true)
	for p := range panels {
		drop.rows(y.at(p, row), y.at(p, row), p, row, n)
		kernel.Add(y.at(p, row)[:n*width], x.at(p, row)[:n*width])
	}
}

func (op *attentionOp) DiffWRT(n int) []bool { return exceptSecond(n) }

// exceptSecond says that all inputs but the lengths have gradients.
func exceptSecond(n int) []bool {
	d := make([]bool, n)
	for i := range d {
		d[i] = i != 1
	}
	return d
}

// SymDiff returns one derivative for x and for each weight. The first to run does
// the whole backward pass.
func (op *attentionOp) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	return derivatives("attention", in, out, grad, op.backward, func(i int) G.Value {
		if i == 0 {
			return op.dx
		}
		return op.grads[i-2].value
	}, 1)
}

// derivatives returns the derivatives of a sublayer, whose values are there once
// backward has run; the inputs without one are given last.
func derivatives(name string, in G.Nodes, out, grad *G.Node, backward func(G.Value) error, value func(i int) G.Value, without ...int) (G.Nodes, error) {
	result := make(G.Nodes, len(in))
	for i, n := range in {
		skip := false
		for _, w := range without {
			skip = skip || w == i
		}
		if skip {
			continue
		}
		d, err := newDerivative("d"+name, n, func(v []G.Value) (G.Value, error) {
			if err := backward(v[0]); err != nil {
				return nil, err
			}
			return value(i), nil
		}, grad, out)
		if err != nil {
			return nil, err
		}
		result[i] = d
	}
	return result, nil
}

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

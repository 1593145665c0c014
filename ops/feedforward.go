package ops

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Activation names what bends the inner layer of an encoder's feed-forward sublayer.
type Activation string

const (
	GELU     Activation = "gelu"      // x Φ(x), with the exact erf
	GELUTanh Activation = "gelu_tanh" // its approximation by tanh
)

// FeedForwardWeights are the nodes of a feed-forward sublayer in PyTorch's shapes, F
// features and I inner ones.
type FeedForwardWeights struct {
	Inner, InnerBias *G.Node // [I, F], [I]
	Outer, OuterBias *G.Node // [F, I], [F]
	Gamma, Beta      *G.Node // [F] of the normalisation
}

func (w FeedForwardWeights) nodes() []*G.Node {
	return []*G.Node{w.Inner, w.InnerBias, w.Outer, w.OuterBias, w.Gamma, w.Beta}
}

// feedForward is the arithmetic of a feed-forward sublayer.
type feedForward struct {
	width, inner int // F, I
	activation   Activation

	in, inB   []float32 // [I/16][F][16], [I']
	out, outB []float32 // [F/16][I][16], [F']
	norm      kernel.Norm
}

// packedSize is the number of floats of the packed weights.
func (f *feedForward) packedSize() int {
	width, inner := kernel.Panels(f.width)*kernel.Width, kernel.Panels(f.inner)*kernel.Width
	return inner*(f.width+1) + width*(f.inner+3)
}

// use takes the packed weights, laid out as pack does.
func (f *feedForward) use(packed []float32) {
	width, inner := kernel.Panels(f.width)*kernel.Width, kernel.Panels(f.inner)*kernel.Width
	f.in, f.inB = cut(&packed, inner*f.width), cut(&packed, inner)
	f.out, f.outB = cut(&packed, width*f.inner), cut(&packed, width)
	f.norm.Gamma, f.norm.Beta = cut(&packed, width), cut(&packed, width)
}

// pack packs the weights w into packed and uses them.
func (f *feedForward) pack(packed []float32, w [6][]float32) {
	f.use(packed)
	packColumns(f.in, w[0], f.inner, f.width)
	packColumns(f.out, w[2], f.width, f.inner)
	padded(f.inB, w[1])
	padded(f.outB, w[3])
	padded(f.norm.Gamma, w[4])
	padded(f.norm.Beta, w[5])
}

// inside computes count inner panels of n rows before the activation: z = x W + b.
// The panels of z are stride rows apart.
func (f *feedForward) inside(z []float32, stride int, x kernel.Operand, n, first, count int) {
	const width = kernel.Width
	for p := range count {
		kernel.FillRows(z[p*stride*width:][:n*width], f.inB[(first+p)*width:][:width])
	}
	kernel.Mul(z, width, stride*width, x, f.in[first*f.width*width:], f.width*width, n, f.width, count, true)
}

// activate writes the activations of z to h, which may be z.
func (f *feedForward) activate(h, z []float32) {
	if f.activation == GELUTanh {
		kernel.GELUTanh(h, z)
	} else {
		kernel.GELU(h, z)
	}
}

// bend computes count inner panels of n rows, activations included.
func (f *feedForward) bend(h []float32, stride int, x kernel.Operand, n, first, count int) {
	f.inside(h, stride, x, n, first, count)
	for p := range count {
		s := h[p*stride*kernel.Width:][:n*kernel.Width]
		f.activate(s, s)
	}
}

// inferFeedForwardOp is a feed-forward sublayer in a graph that predicts. It works in
// its input's memory.
type inferFeedForwardOp struct {
	static
	halting
	feedForward
	space  *Workspace
	packed bool
}

// InferFeedForward returns LayerNorm(x + GELU(x W_1 + b_1) W_2 + b_2), [N, F], the
// second sublayer of an encoder's layer, for x of [InferSelfAttention]. As there,
// the result takes x's memory, which no other node may read, and the weights are
// packed in space's Packs when first needed; with [NewInt8Packs] the products are those
// of bytes.
func InferFeedForward(x *G.Node, w FeedForwardWeights, activation Activation, eps float64, space *Workspace) (*G.Node, error) {
	f, err := newFeedForward(x, w, activation, eps)
	if err != nil {
		return nil, err
	}
	op := inferFeedForwardOp{static: static{"feed-forward", 7, x.Shape().Clone(), tensor.Float32}, feedForward: f, space: space}
	inputs := append([]*G.Node{x}, w.nodes()...)
	if space.packs.bytes {
		return G.ApplyOp(&inferFeedForward8Op{inferFeedForwardOp: op}, inputs...)
	}
	return G.ApplyOp(&op, inputs...)
}

func newFeedForward(x *G.Node, w FeedForwardWeights, activation Activation, eps float64) (feedForward, error) {
	f := feedForward{activation: activation}
	if err := encoderNode("feed-forward", x, nil); err != nil {
		return f, err
	}
	if err := matrixNode("feed-forward", w.Inner); err != nil {
		return f, err
	}
	if activation != GELU && activation != GELUTanh {
		return f, fmt.Errorf("ops: feed-forward: activation %q, want %s or %s", activation, GELU, GELUTanh)
	}
	f.width, f.inner = x.Shape()[1], w.Inner.Shape()[0]
	f.norm = kernel.Norm{Columns: f.width, Eps: float32(eps)}
	for i, shape := range [][]int{{f.inner, f.width}, {f.inner}, {f.width, f.inner}, {f.width}, {f.width}, {f.width}} {
		name := []string{"inner weight", "inner bias", "outer weight", "outer bias", "gamma", "beta"}[i]
		if err := paramNode("feed-forward", name, w.nodes()[i], shape...); err != nil {
			return f, err
		}
	}
	return f, nil
}

func (op *inferFeedForwardOp) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	x, err := panelsOf("feed-forward", inputs[0], op.width)
	if err != nil {
		return nil, err
	}
	if !op.packed {
		var w [6][]float32
		if err := weightsOf("feed-forward", inputs[1:], w[:]); err != nil {
			return nil, err
		}
		op.use(packOf(op.space.packs, w[0], func() []float32 {
			packed := make([]float32, op.packedSize())
			op.pack(packed, w)
			return packed
		}))
		op.packed = true
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

func (op *inferFeedForwardOp) DiffWRT(n int) []bool { return make([]bool, n) }

func (op *inferFeedForwardOp) SymDiff(in G.Nodes, _, _ *G.Node) (G.Nodes, error) {
	return nil, fmt.Errorf("ops: %s: a graph that predicts has no gradients", op.name)
}

// innerGroup is how many inner panels are computed and at once used: they stay in the
// second cache, and their product with the outer weights is a piece of its sums.
const innerGroup = 12

// block takes n rows through the sublayer.
func (op *inferFeedForwardOp) block(x *panelled, row, n int) {
	const width = kernel.Width
	panels, inner, stride := kernel.Panels(op.width), kernel.Panels(op.inner), evenStride(n)
	op.space.lend((innerGroup+panels)*width*stride+2*n, func(s []float32) {
		h, y, stats := cut(&s, innerGroup*width*stride), cut(&s, panels*width*stride), cut(&s, 2*n)
		for p := range panels {
			kernel.AddRow(y[p*stride*width:][:n*width], x.at(p, row)[:n*width], op.outB[p*width:][:width])
		}
		for first := 0; first < inner; first += innerGroup {
			count := min(innerGroup, inner-first)
			op.bend(h, stride, x.operand(row), n, first, count)
			k := min(count*width, op.inner-first*width)
			kernel.Mul(y, width, stride*width, kernel.PanelRows(h, stride, 0), op.out[first*width*width:], op.inner*width, n, k, panels, true)
		}
		op.norm.Forward(x.at(0, row), x.panel(), y, stride*width, n, stats)
	})
}

// whole takes all rows through the sublayer, columns dealt to the cores.
func (op *inferFeedForwardOp) whole(x *panelled) {
	const width = kernel.Width
	n, panels, inner := x.rows, kernel.Panels(op.width), kernel.Panels(op.inner)
	stride := spread(n)
	s := op.space.all((inner+panels)*width*stride + 2*n)
	h, y, stats := cut(&s, inner*width*stride), cut(&s, panels*width*stride), cut(&s, 2*n)
	in, out := pieceOf(inner), pieceOf(panels)
	op.phases([]int{(inner + in - 1) / in, (panels + out - 1) / out, (n + embeddingRows - 1) / embeddingRows}, func(phase, i int) {
		switch phase {
		case 0:
			op.bend(h[i*in*stride*width:], stride, x.operand(0), n, i*in, min(in, inner-i*in))
		case 1:
			addDense(y, stride, 0, x, 0, op.outB, kernel.PanelRows(h, stride, 0), op.out, op.inner, n, i*out, min(out, panels-i*out))
		case 2:
			row := i * embeddingRows
			op.norm.Forward(x.at(0, row), x.panel(), y[row*width:], stride*width, min(embeddingRows, n-row), stats[2*row:])
		}
	})
}

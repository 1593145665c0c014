package ops

import (
	"fmt"
	"runtime"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// inferAttentionOp is a self-attention sublayer in a graph that predicts. It works
// in its input's memory.
type inferAttentionOp struct {
	static
	halting
	attention
	space *Workspace
	joined
	bounds []int
	packed bool
}

// InferSelfAttention returns LayerNorm(x + MultiHead(x)), [N, F], the first sublayer
// of an encoder's layer (Vaswani et al. 2017, arXiv:1706.03762, as in BERT after the
// sum), for texts packed by [PackTexts] and lengths, each attending to itself alone:
//
//	MultiHead(x) = concat(head_1 .. head_A) W_O + b_O
//	head_a = softmax(q_a k_a' / √D) v_a,  q = x W_Q + b_Q,  k, v likewise,  D = F/A
//
// It is for graphs without a backward pass: the result takes x's memory, which no
// other node may read, and the weights are packed in space's Packs when first
// needed. With [NewInt8Packs] the products by weights are those of bytes.
func InferSelfAttention(x, lengths *G.Node, w AttentionWeights, heads int, eps float64, space *Workspace) (*G.Node, error) {
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
	op := inferAttentionOp{static: static{"attention", 12, x.Shape().Clone(), tensor.Float32}, attention: a, space: space}
	inputs := append([]*G.Node{x, lengths}, w.nodes()...)
	if space.packs.bytes {
		return G.ApplyOp(&inferAttention8Op{inferAttentionOp: op}, inputs...)
	}
	return G.ApplyOp(&op, inputs...)
}

// Rows of a sublayer are dealt to the cores in blocks of about blockRows: what a
// block passes through stays in the second cache, and the weights are read so much
// the less often.
const blockRows = 113

func (op *inferAttentionOp) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	x, err := panelsOf("attention", inputs[0], op.width)
	if err != nil {
		return nil, err
	}
	if err := op.read("attention", inputs[1], x.rows); err != nil {
		return nil, err
	}
	if !op.packed {
		var w [10][]float32
		if err := weightsOf("attention", inputs[2:], w[:]); err != nil {
			return nil, err
		}
		op.use(packOf(op.space.packs, w[0], func() []float32 {
			packed := make([]float32, op.packedSize())
			op.pack(packed, w)
			return packed
		}))
		op.packed = true
	}
	op.bounds = op.deal(blockRows, op.bounds)
	if blocks := len(op.bounds) - 1; blocks >= evenBlocks() {
		return x, op.parallel(blocks, func(i int) { op.block(x, op.bounds[i], op.bounds[i+1]) })
	}
	op.whole(x)
	return x, op.cause()
}

func (op *inferAttentionOp) DiffWRT(n int) []bool { return make([]bool, n) }

func (op *inferAttentionOp) SymDiff(in G.Nodes, _, _ *G.Node) (G.Nodes, error) {
	return nil, fmt.Errorf("ops: %s: a graph that predicts has no gradients", op.name)
}

// block takes the texts lo..hi-1 through the sublayer.
func (op *inferAttentionOp) block(x *panelled, lo, hi int) {
	const width = kernel.Width
	row, n := op.starts[lo], op.starts[hi]-op.starts[lo]
	panels, inner := kernel.Panels(op.width), op.inner()
	stride := evenStride(n)
	space := (3*inner+inner+panels*width)*stride + op.scratch(int(op.lens[lo])) + 2*n
	op.space.lend(space, func(s []float32) {
		qkv, context, y, stats := cut(&s, 3*inner*stride), cut(&s, inner*stride), cut(&s, panels*width*stride), cut(&s, 2*n)
		for h := range op.heads {
			if op.halted() {
				return
			}
			op.project(qkv, stride, 0, x.operand(row), n, h)
			for b := lo; b < hi; b++ {
				at := op.starts[b] - row
				op.attend(context, stride, at, qkv, stride, at, int(op.lens[b]), h, s, nil)
			}
		}
		op.finish(y, stride, 0, x, row, kernel.PanelRows(context, stride, 0), n, 0, panels)
		op.norm.Forward(x.at(0, row), x.panel(), y, stride*width, n, stats)
	})
}

// evenStride returns a number of rows of at least n that keeps successive panels
// from the same sets of the first cache.
func evenStride(n int) int { return n | 1 }

// evenBlocks is how many blocks keep all cores about equally busy.
func evenBlocks() int { return 4 * runtime.GOMAXPROCS(0) }

// whole takes all texts through the sublayer, heads and columns dealt to the cores.
func (op *inferAttentionOp) whole(x *panelled) {
	const width = kernel.Width
	n, panels, inner := x.rows, kernel.Panels(op.width), op.inner()
	stride := spread(n)
	s := op.space.all((3*inner+inner+panels*width)*stride + 2*n)
	qkv, context, y, stats := cut(&s, 3*inner*stride), cut(&s, inner*stride), cut(&s, panels*width*stride), cut(&s, 2*n)
	heads := func(i int) {
		op.project(qkv, stride, 0, x.operand(0), n, i)
		op.space.lend(op.scratch(int(op.lens[0])), func(s []float32) {
			for b, at := range op.starts[:op.texts] {
				op.attend(context, stride, at, qkv, stride, at, int(op.lens[b]), i, s, nil)
			}
		})
	}
	finish := func(row, n, first, count int) {
		op.finish(y, stride, row, x, row, kernel.PanelRows(context, stride, row), n, first, count)
	}
	normalise := func(row, n int) {
		op.norm.Forward(x.at(0, row), x.panel(), y[row*width:], stride*width, n, stats[2*row:])
	}
	if blocks := evenRows(n); blocks > 0 {
		op.phases([]int{op.heads, blocks}, func(phase, i int) {
			if phase == 0 {
				heads(i)
				return
			}
			row, next := n*i/blocks, n*(i+1)/blocks
			finish(row, next-row, 0, panels)
			normalise(row, next-row)
		})
		return
	}
	group := pieceOf(panels)
	op.phases([]int{op.heads, (panels + group - 1) / group, (n + embeddingRows - 1) / embeddingRows}, func(phase, i int) {
		switch phase {
		case 0:
			heads(i)
		case 1:
			finish(0, n, i*group, min(group, panels-i*group))
		case 2:
			normalise(i*embeddingRows, min(embeddingRows, n-i*embeddingRows))
		}
	})
}

// fewRows is how many rows a core must have to be as well off with rows of its own as
// with columns: it reads all weights then, but nothing that another core has written.
const fewRows = 48

// evenRows returns how many blocks of like size n rows are dealt to the cores in, or 0
// if the cores had too few each.
func evenRows(n int) int {
	workers := runtime.GOMAXPROCS(0)
	if n < fewRows*workers {
		return 0
	}
	rounds := (n + blockRows*workers - 1) / (blockRows * workers)
	return rounds * workers
}

// pieceOf returns how many panels a core takes at a time, so that all have several
// pieces, of as many panels as the kernels like.
func pieceOf(panels int) int {
	piece := panels / (2 * runtime.GOMAXPROCS(0))
	return max(2, min(8, piece/2*2))
}

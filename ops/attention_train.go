package ops

import (
	"runtime"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

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

func (op *attentionOp) DiffWRT(n int) []bool { return exceptSecond(n) }

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

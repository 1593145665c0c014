package ops

import (
	"fmt"
	"math/rand/v2"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Noise numbers the random masks of a training graph. Its owner sets Step
// before each run; equal seeds and steps draw equal masks.
type Noise struct {
	Seed, Step uint64
}

// tokenBlock is the number of rows that one goroutine takes at a time.
const tokenBlock = 128

// dropoutOp zeroes elements with probability p and scales the others by
// 1/(1-p).
type dropoutOp struct {
	static
	noise  *Noise
	p      float64
	locked bool // one mask for all tokens of a text
	packing
	mask      []float32 // [N, D], or [B, D] when locked
	out, grad buffer
}

var _ G.SDOp = (*dropoutOp)(nil)

// Dropout zeroes each element of x [N, D] with probability p, 0 <= p < 1,
// and scales the others by 1/(1-p), as PyTorch's nn.Dropout in training. The
// mask depends on noise, name and the place in the batch alone. Dropout with
// p = 0 is the identity; a predictor's graph simply leaves the op out.
func Dropout(x *G.Node, p float64, noise *Noise, name string) (*G.Node, error) {
	return dropout(x, nil, p, noise, name)
}

// LockedDropout is Dropout with one mask for all tokens of a text, for x
// [N, D] packed by lengths (Gal and Ghahramani 2016, arXiv:1512.05287).
func LockedDropout(x, lengths *G.Node, p float64, noise *Noise, name string) (*G.Node, error) {
	return dropout(x, lengths, p, noise, name)
}

func dropout(x, lengths *G.Node, p float64, noise *Noise, name string) (*G.Node, error) {
	if err := matrixNode("dropout", x); err != nil {
		return nil, err
	}
	if noise == nil {
		return nil, fmt.Errorf("ops: dropout %s: no noise", name)
	}
	if err := checkDropout(p, noise, name); err != nil {
		return nil, err
	}
	op := &dropoutOp{static: static{"dropout " + name, 1, x.Shape().Clone(), tensor.Float32}, noise: noise, p: p}
	op.out.limit, op.grad.limit = x.Shape().TotalSize(), x.Shape().TotalSize()
	in := []*G.Node{x}
	if lengths != nil {
		if err := intsNode(op.name, "lengths", lengths); err != nil {
			return nil, err
		}
		op.locked, op.arity = true, 2
		in = append(in, lengths)
	}
	return G.ApplyOp(op, in...)
}

// checkDropout says what is wrong with a probability of dropping.
func checkDropout(p float64, noise *Noise, name string) error {
	if !(p >= 0 && p < 1) {
		return fmt.Errorf("ops: dropout %s: probability %v, want 0 <= p < 1", name, p)
	}
	if p > 0 && noise == nil {
		return fmt.Errorf("ops: dropout %s: no noise", name)
	}
	return nil
}

func (op *dropoutOp) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	x, rows, cols, err := floats(op.name, inputs[0])
	if err != nil {
		return nil, err
	}
	masks := rows
	if op.locked {
		if err := op.read(op.name, inputs[1], rows); err != nil {
			return nil, err
		}
		masks = op.texts
	}
	op.draw(masks, cols)
	out := op.out.matrix(rows, cols)
	op.apply(op.out.data, x, rows, cols)
	return out, nil
}

// draw fills the mask with 0 or 1/(1-p). Each block of rows has a stream of
// its own, so that blocks may be drawn in any order.
func (op *dropoutOp) draw(rows, cols int) {
	op.mask = grow(op.mask, rows*cols, 0)
	limit := uint32(op.p * (1 << 32)) // drop where a uniform 32-bit number is below
	scale := float32(1 / (1 - op.p))
	base := Stream(op.noise.Seed, op.name, op.noise.Step).Uint64()
	kernel.Parallel((rows+tokenBlock-1)/tokenBlock, func(c int) {
		src := rand.NewPCG(base, uint64(c))
		m := op.mask[c*tokenBlock*cols : min((c+1)*tokenBlock, rows)*cols]
		for i := 0; i < len(m); i += 2 {
			u := src.Uint64()
			m[i] = keep(uint32(u), limit, scale)
			if i+1 < len(m) {
				m[i+1] = keep(uint32(u>>32), limit, scale)
			}
		}
	})
}

func keep(u, limit uint32, scale float32) float32 {
	if u < limit {
		return 0
	}
	return scale
}

// apply writes dst = src * mask.
func (op *dropoutOp) apply(dst, src []float32, rows, cols int) {
	if !op.locked {
		kernel.Parallel((rows+tokenBlock-1)/tokenBlock, func(c int) {
			lo, hi := c*tokenBlock*cols, min((c+1)*tokenBlock, rows)*cols
			kernel.MulInto(dst[lo:hi], src[lo:hi], op.mask[lo:hi])
		})
		return
	}
	kernel.Parallel((op.steps+15)/16, func(c int) {
		for t := c * 16; t < min((c+1)*16, op.steps); t++ {
			lo, n := op.offsets[t]*cols, op.alive(t)*cols
			kernel.MulInto(dst[lo:lo+n], src[lo:lo+n], op.mask[:n])
		}
	})
}

func (op *dropoutOp) DiffWRT(n int) []bool { return append([]bool{true}, make([]bool, n-1)...) }

func (op *dropoutOp) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	d, err := newDerivative("d"+op.name, in[0], func(v []G.Value) (G.Value, error) {
		dy, rows, cols, err := floats("d"+op.name, v[0])
		if err != nil {
			return nil, err
		}
		s := op.out.value.Shape()
		if err := like("d"+op.name, rows, cols, s[0], s[1]); err != nil {
			return nil, err
		}
		dx := op.grad.matrix(rows, cols)
		op.apply(op.grad.data, dy, rows, cols)
		return dx, nil
	}, grad)
	return append(G.Nodes{d}, make(G.Nodes, len(in)-1)...), err
}

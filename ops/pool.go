package ops

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Pooling names a way to turn the states at all tokens of a text into one
// vector.
type Pooling string

const (
	PoolLast Pooling = "last" // the state after the whole text has been read
	PoolMean Pooling = "mean" // mean over the tokens
	PoolMax  Pooling = "max"  // largest value of each feature over the tokens
)

// poolOp reduces [N, D] to [B, len(kinds)*D].
type poolOp struct {
	static
	kinds   []Pooling
	forward int // features that were read forwards; the others backwards
	packing
	argmax    []int32 // [B, D] row of each maximum
	out, grad buffer
}

var _ G.SDOp = (*poolOp)(nil)

// Pool reduces the states x [N, D], packed by lengths, to one row a text,
// [B, len(kinds)*D], the kinds side by side. The first forward features have
// read a text from its beginning, so that their last state stands at its last
// token; the last state of the others stands at its first. Equal maxima count
// where they stand first.
func Pool(x, lengths *G.Node, forward int, kinds ...Pooling) (*G.Node, error) {
	if err := matrixNode("pool", x); err != nil {
		return nil, err
	}
	if err := intsNode("pool", "lengths", lengths); err != nil {
		return nil, err
	}
	d := x.Shape()[1]
	if len(kinds) == 0 || forward < 0 || forward > d {
		return nil, fmt.Errorf("ops: pool: %d kinds and %d forward features of %d", len(kinds), forward, d)
	}
	names := make([]string, len(kinds))
	for i, k := range kinds {
		if k != PoolLast && k != PoolMean && k != PoolMax {
			return nil, fmt.Errorf("ops: pool: unknown kind %q, want last, mean or max", k)
		}
		names[i] = string(k)
	}
	op := &poolOp{
		static: static{"pool " + strings.Join(names, "+"), 2, tensor.Shape{lengths.Shape()[0], len(kinds) * d}, tensor.Float32},
		kinds:  slices.Clone(kinds), forward: forward,
	}
	op.grad.limit = x.Shape().TotalSize()
	return G.ApplyOp(op, x, lengths)
}

func (op *poolOp) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	x, rows, d, err := floats("pool", inputs[0])
	if err != nil {
		return nil, err
	}
	if err := op.read("pool", inputs[1], rows); err != nil {
		return nil, err
	}
	out := op.out.matrix(op.texts, len(op.kinds)*d)
	if cap(op.argmax) < op.texts*d {
		op.argmax = make([]int32, op.texts*d)
	}
	kernel.Parallel(op.texts, func(b int) {
		for i, kind := range op.kinds {
			at := (b*len(op.kinds) + i) * d
			op.reduce(op.out.data[at:at+d], x, b, d, kind)
		}
	})
	return out, nil
}

// reduce pools one text.
func (op *poolOp) reduce(dst, x []float32, b, d int, kind Pooling) {
	n := int(op.lens[b])
	row := func(t int) []float32 {
		at := (op.offsets[t] + b) * d
		return x[at : at+d]
	}
	switch kind {
	case PoolLast:
		copy(dst[:op.forward], row(n-1))
		copy(dst[op.forward:], row(0)[op.forward:])
	case PoolMean:
		clear(dst)
		for t := range n {
			kernel.Add(dst, row(t))
		}
		kernel.Scale(dst, 1/float32(n))
	case PoolMax:
		copy(dst, row(0))
		arg := op.argmax[b*d : (b+1)*d]
		for j := range arg {
			arg[j] = int32(op.offsets[0] + b)
		}
		for t := 1; t < n; t++ {
			at := int32(op.offsets[t] + b)
			x := row(t)
			for j, most := range dst[:len(x)] {
				if v := x[j]; v > most || v != v { // a NaN is never lost
					dst[j], arg[j] = v, at
				}
			}
		}
	}
}

func (op *poolOp) DiffWRT(int) []bool { return []bool{true, false} }

func (op *poolOp) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	d, err := newDerivative("d"+op.name, in[0], op.backward, grad, out)
	return G.Nodes{d, nil}, err
}

func (op *poolOp) backward(inputs []G.Value) (G.Value, error) {
	dy, rows, cols, err := floats("dpool", inputs[0])
	if err != nil {
		return nil, err
	}
	if err := like("dpool", rows, cols, op.texts, op.out.value.Shape()[1]); err != nil {
		return nil, err
	}
	d := cols / len(op.kinds)
	grad := op.grad.matrix(op.tokens, d)
	dx := op.grad.data
	kernel.Parallel(op.texts, func(b int) {
		n := int(op.lens[b])
		row := func(t int) []float32 {
			at := (op.offsets[t] + b) * d
			return dx[at : at+d]
		}
		for t := range n {
			clear(row(t))
		}
		for i, kind := range op.kinds {
			g := dy[(b*len(op.kinds)+i)*d:][:d]
			switch kind {
			case PoolLast:
				kernel.Add(row(n - 1)[:op.forward], g[:op.forward])
				kernel.Add(row(0)[op.forward:], g[op.forward:])
			case PoolMean:
				for t := range n {
					kernel.Axpy(row(t), 1/float32(n), g)
				}
			case PoolMax:
				for j, at := range op.argmax[b*d : (b+1)*d] {
					dx[int(at)*d+j] += g[j]
				}
			}
		}
	})
	return grad, nil
}

package ops

import (
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// RowSparse is the value of an embedding's gradient: only the rows of the
// table that the batch used. Rows is ascending without repetition, and row i
// of the dense matrix belongs to row Rows[i] of the table.
type RowSparse struct {
	*tensor.Dense
	Rows []int32
}

var _ G.Value = (*RowSparse)(nil)

// embeddingOp looks up rows of a table.
type embeddingOp struct {
	static
	vocab, width int
	out          buffer

	// The backward pass sorts (id, position) pairs, so that its cost depends
	// on the batch and not on the vocabulary.
	pairs  []uint64
	starts []int
	rows   []int32
	grad   buffer
}

var _ G.SDOp = (*embeddingOp)(nil)

// Embedding returns the rows of table [V, E] that ids [N] (int32) name:
// [N, E]. lengths says how many of the ids are used, one row a token.
// An id outside 0..V-1 is an error. The table's gradient is a [RowSparse],
// summed over tokens in ascending order of their rows; a table may therefore
// be looked up by one Embedding in a graph.
func Embedding(table, ids, lengths *G.Node) (*G.Node, error) {
	if err := matrixNode("embedding", table); err != nil {
		return nil, err
	}
	for _, err := range []error{intsNode("embedding", "ids", ids), intsNode("embedding", "lengths", lengths)} {
		if err != nil {
			return nil, err
		}
	}
	v, e := table.Shape()[0], table.Shape()[1]
	op := &embeddingOp{static: static{"embedding", 3, tensor.Shape{ids.Shape()[0], e}, tensor.Float32}, vocab: v, width: e}
	op.out.limit, op.grad.limit = ids.Shape()[0]*e, ids.Shape()[0]*e
	return G.ApplyOp(op, table, ids, lengths)
}

// used returns the ids of the batch.
func (op *embeddingOp) used(inputs []G.Value) ([]int32, error) {
	ids, err := ints("embedding", inputs[1])
	if err != nil {
		return nil, err
	}
	_, _, n, err := count("embedding", inputs[2])
	if err != nil {
		return nil, err
	}
	if n > len(ids) {
		return nil, fmt.Errorf("ops: embedding: lengths say %d tokens, %d ids are given", n, len(ids))
	}
	return ids[:n], nil
}

func (op *embeddingOp) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	table, _, _, err := floats("embedding", inputs[0])
	if err != nil {
		return nil, err
	}
	ids, err := op.used(inputs)
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		if id < 0 || int(id) >= op.vocab {
			return nil, fmt.Errorf("ops: embedding: id %d at row %d, want 0 to %d", id, i, op.vocab-1)
		}
	}
	out := op.out.matrix(len(ids), op.width)
	chunks := (len(ids) + tokenBlock - 1) / tokenBlock
	kernel.Parallel(chunks, func(c int) {
		lo, hi := c*tokenBlock, min((c+1)*tokenBlock, len(ids))
		kernel.GatherRows(op.out.data[lo*op.width:hi*op.width], table, ids[lo:hi], op.width)
	})
	return out, nil
}

func (op *embeddingOp) DiffWRT(int) []bool { return []bool{true, false, false} }

func (op *embeddingOp) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	d, err := newDerivative("dEmbedding", in[0], op.backward, in[0], in[1], in[2], grad)
	if err != nil {
		return nil, err
	}
	d.Op().(*derivative).sparse = true
	return G.Nodes{d, nil, nil}, nil
}

// backward sums the gradients of equal ids, each in ascending order of rows.
func (op *embeddingOp) backward(inputs []G.Value) (G.Value, error) {
	ids, err := op.used(inputs)
	if err != nil {
		return nil, err
	}
	dy, rows, cols, err := floats("dEmbedding", inputs[3])
	if err != nil {
		return nil, err
	}
	if err := like("dEmbedding", rows, cols, len(ids), op.width); err != nil {
		return nil, err
	}
	op.pairs = op.pairs[:0]
	for i, id := range ids {
		op.pairs = append(op.pairs, uint64(id)<<32|uint64(i))
	}
	slices.Sort(op.pairs)
	op.starts, op.rows = op.starts[:0], op.rows[:0]
	for i, p := range op.pairs {
		if id := int32(p >> 32); i == 0 || id != op.rows[len(op.rows)-1] {
			op.rows = append(op.rows, id)
			op.starts = append(op.starts, i)
		}
	}
	op.starts = append(op.starts, len(op.pairs))
	out := op.grad.matrix(len(op.rows), op.width)
	w := op.width
	kernel.Parallel((len(op.rows)+tokenBlock-1)/tokenBlock, func(c int) {
		for r := c * tokenBlock; r < min((c+1)*tokenBlock, len(op.rows)); r++ {
			sum := op.grad.data[r*w : (r+1)*w]
			clear(sum)
			for _, p := range op.pairs[op.starts[r]:op.starts[r+1]] {
				i := int(uint32(p))
				kernel.Add(sum, dy[i*w:(i+1)*w])
			}
		}
	})
	return &RowSparse{out, op.rows}, nil
}

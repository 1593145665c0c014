package ops

import (
	"slices"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// encoderEmbeddingOp is an encoder's input layer that a backward pass may follow.
type encoderEmbeddingOp struct {
	static
	*encoderEmbedding
	space  *Workspace
	hidden dropper // of the result

	total, out panelled // before the normalisation and after it
	stats      []float32
	pending    bool
	pairs      []uint64 // (word, row)
	begins     []int    // of each different word in pairs
	words      []int32
	grads      [5]buffer // words, positions, segments, gamma, beta
}

// EncoderEmbedding is [InferEncoderEmbedding] for graphs that are trained; drop's
// Hidden is that of the result. The gradient of the words is a [RowSparse], summed
// over tokens in ascending order of their rows, those of positions and segments are
// dense.
func EncoderEmbedding(t EncoderTables, ids, segments, lengths *G.Node, eps float64, drop EncoderDropout, space *Workspace) (*G.Node, error) {
	e, inputs, err := newEncoderEmbedding(t, ids, segments, lengths, eps)
	if err != nil {
		return nil, err
	}
	op := &encoderEmbeddingOp{encoderEmbedding: e, space: space,
		static: static{"encoder embedding", len(inputs), tensor.Shape{ids.Shape()[0], e.norm.Columns}, tensor.Float32}}
	if op.hidden, err = newDropper(drop.Hidden, drop.Noise, drop.Name); err != nil {
		return nil, err
	}
	return G.ApplyOp(op, inputs...)
}

func (op *encoderEmbeddingOp) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	op.pending = false
	if err := op.set(inputs); err != nil {
		return nil, err
	}
	op.hidden.draw()
	f := op.norm.Columns
	op.total.resize(op.tokens, f, op.shape[0])
	op.out.resize(op.tokens, f, op.shape[0])
	op.stats = grow(op.stats, 2*op.tokens, 2*op.shape[0])
	op.blocks(func(row, n int) {
		op.space.lend(kernel.Panels(f)*kernel.Width, func(s []float32) { op.encoderEmbedding.sum(&op.total, row, n, s) })
		op.norm.Forward(op.out.at(0, row), op.out.panel(), op.total.at(0, row), op.total.panel(), n, op.stats[2*row:])
		op.drop(&op.out, row, n)
	})
	op.pending = true
	return &op.out, nil
}

// blocks calls f with ranges of all rows.
func (op *encoderEmbeddingOp) blocks(f func(row, n int)) {
	kernel.Parallel((op.tokens+embeddingRows-1)/embeddingRows, func(i int) {
		f(i*embeddingRows, min(embeddingRows, op.tokens-i*embeddingRows))
	})
}

// drop drops elements of n rows of x.
func (op *encoderEmbeddingOp) drop(x *panelled, row, n int) {
	for p := range kernel.Panels(x.cols) {
		if op.hidden.p > 0 {
			op.hidden.rows(x.at(p, row), x.at(p, row), p, row, n)
		}
	}
}

// firstTable is the place of the table of words among the inputs.
func (op *encoderEmbeddingOp) firstTable() int {
	if op.tables[2].rows > 0 {
		return 3 // after ids, lengths and segments
	}
	return 2
}

func (op *encoderEmbeddingOp) DiffWRT(n int) []bool {
	d := make([]bool, n)
	for i := op.firstTable(); i < n; i++ {
		d[i] = true
	}
	return d
}

func (op *encoderEmbeddingOp) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	first := op.firstTable()
	without := []int{0, 1, 2}[:first]
	d, err := derivatives("encoder embedding", in, out, grad, op.backward, func(i int) G.Value {
		i -= first
		if i == 0 {
			return &RowSparse{op.grads[0].value, op.words}
		}
		if op.tables[2].rows == 0 && i >= 2 {
			i++ // there are no segments
		}
		return op.grads[i].value
	}, without...)
	if err == nil {
		d[first].Op().(*derivative).sparse = true
	}
	return d, err
}

// backward computes all gradients, once for each forward pass, and overwrites that of
// the output.
func (op *encoderEmbeddingOp) backward(grad G.Value) error {
	if !op.pending {
		return nil
	}
	f := op.norm.Columns
	dy, err := panelsOf("encoder embedding backward", grad, f)
	if err != nil {
		return err
	}
	if err := like("encoder embedding backward", dy.rows, dy.cols, op.tokens, f); err != nil {
		return err
	}
	op.blocks(func(row, n int) { op.drop(dy, row, n) })
	op.grads[3].vector(f)
	op.grads[4].vector(f)
	normGradient(op.grads[3].data, op.grads[4].data, dy, &op.total, op.stats)
	op.blocks(func(row, n int) {
		op.norm.Backward(dy.at(0, row), dy.panel(), dy.at(0, row), dy.panel(), op.total.at(0, row), op.total.panel(), n, op.stats[2*row:])
	})
	op.wordGradient(dy)
	op.positionGradient(dy)
	if s := &op.tables[2]; s.rows > 0 {
		op.grads[2].matrix(s.rows, f)
		op.segmentGradient(dy)
	}
	op.pending = false
	return nil
}

// wordGradient sums the gradients of equal words, each in ascending order of rows.
func (op *encoderEmbeddingOp) wordGradient(dy *panelled) {
	op.pairs = op.pairs[:0]
	for row, id := range op.tables[0].ids {
		op.pairs = append(op.pairs, uint64(id)<<32|uint64(row))
	}
	slices.Sort(op.pairs)
	op.begins, op.words = op.begins[:0], op.words[:0]
	for i, p := range op.pairs {
		if id := int32(p >> 32); i == 0 || id != op.words[len(op.words)-1] {
			op.words, op.begins = append(op.words, id), append(op.begins, i)
		}
	}
	op.begins = append(op.begins, len(op.pairs))
	op.grads[0].matrix(len(op.words), dy.cols)
	op.sumRows(op.grads[0].data, dy, len(op.words), func(i int, add func(row int)) {
		for _, p := range op.pairs[op.begins[i]:op.begins[i+1]] {
			add(int(uint32(p)))
		}
	})
}

// positionGradient sums the gradients of each position over the texts.
func (op *encoderEmbeddingOp) positionGradient(dy *panelled) {
	op.grads[1].matrix(op.tables[1].rows, dy.cols)
	clear(op.grads[1].data)
	op.sumRows(op.grads[1].data[op.encoderEmbedding.first*dy.cols:], dy, int(op.lens[0]), func(t int, add func(row int)) {
		for b, n := range op.lens {
			if t >= int(n) {
				break // longest first
			}
			add(op.starts[b] + t)
		}
	})
}

// segmentGradient sums the gradients of each segment, the first token first.
func (op *encoderEmbeddingOp) segmentGradient(dy *panelled) {
	const width = kernel.Width
	ids := op.tables[2].ids
	out := op.grads[2].data
	kernel.Parallel(kernel.Panels(dy.cols), func(p int) {
		n := min(width, dy.cols-p*width)
		for segment := range op.tables[2].rows {
			var sum [width]float32
			for row, id := range ids {
				if int(id) == segment {
					kernel.Add(sum[:], dy.at(p, row)[:width])
				}
			}
			copy(out[segment*dy.cols+p*width:][:n], sum[:])
		}
	})
}

// sumRows fills rows of dst with sums of rows of dy, those that each names, in the
// order in which it names them.
func (op *encoderEmbeddingOp) sumRows(dst []float32, dy *panelled, rows int, each func(i int, add func(row int))) {
	const width = kernel.Width
	panels := kernel.Panels(dy.cols)
	kernel.Parallel((rows+15)/16, func(c int) {
		op.space.lend(panels*width, func(line []float32) {
			for i := c * 16; i < min(c*16+16, rows); i++ {
				clear(line)
				each(i, func(row int) {
					for p := range panels {
						kernel.Add(line[p*width:][:width], dy.at(p, row)[:width])
					}
				})
				copy(dst[i*dy.cols:(i+1)*dy.cols], line)
			}
		})
	})
}

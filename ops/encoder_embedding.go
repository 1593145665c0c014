package ops

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// EncoderTables are the nodes of an encoder's input layer, F features.
type EncoderTables struct {
	Words       *G.Node // [V, F]
	Positions   *G.Node // [P, F]
	Segments    *G.Node // [S, F]; nil where the encoder tells no segments
	Gamma, Beta *G.Node // [F] of the normalisation

	// FirstPosition is the row of Positions that a text's first token has.
	FirstPosition int
}

// encoderEmbedding sums rows of tables and normalises the sum.
type encoderEmbedding struct {
	tables [3]encoderTable
	first  int
	norm   kernel.Norm
	rows   [2][]float32 // gamma and beta, filled up
	joined
}

// encoderTable is one of the tables during a run.
type encoderTable struct {
	name string
	rows int // 0: there is none
	data []float32
	ids  []int32 // [N] the row of each token
}

// newEncoderEmbedding checks the tables and returns the op's inputs: ids, lengths,
// segments if there are any, words, positions, segments' table, gamma, beta.
func newEncoderEmbedding(t EncoderTables, ids, segments, lengths *G.Node, eps float64) (*encoderEmbedding, []*G.Node, error) {
	e := &encoderEmbedding{first: t.FirstPosition, tables: [3]encoderTable{{name: "word"}, {name: "position"}, {name: "segment"}}}
	if (t.Segments == nil) != (segments == nil) {
		return nil, nil, fmt.Errorf("ops: encoder embedding: a table of segments and the segments of tokens are given together")
	}
	inputs := []*G.Node{ids, lengths}
	tables := []*G.Node{t.Words, t.Positions}
	if segments != nil {
		inputs, tables = append(inputs, segments), append(tables, t.Segments)
	}
	for i, n := range inputs {
		if err := intsNode("encoder embedding", []string{"ids", "lengths", "segments"}[i], n); err != nil {
			return nil, nil, err
		}
	}
	for i, n := range tables {
		if err := matrixNode("encoder embedding", n); err != nil {
			return nil, nil, err
		}
		if err := paramNode("encoder embedding", e.tables[i].name+" table", n, n.Shape()[0], t.Words.Shape()[1]); err != nil {
			return nil, nil, err
		}
		e.tables[i].rows = n.Shape()[0]
	}
	f := t.Words.Shape()[1]
	for i, n := range []*G.Node{t.Gamma, t.Beta} {
		if err := paramNode("encoder embedding", []string{"gamma", "beta"}[i], n, f); err != nil {
			return nil, nil, err
		}
	}
	if e.first < 0 || e.first >= e.tables[1].rows {
		return nil, nil, fmt.Errorf("ops: encoder embedding: first position %d of %d", e.first, e.tables[1].rows)
	}
	e.norm = kernel.Norm{Columns: f, Eps: float32(eps)}
	for i := range e.rows {
		e.rows[i] = make([]float32, kernel.Panels(f)*kernel.Width)
	}
	return e, append(append(inputs, tables...), t.Gamma, t.Beta), nil
}

// set takes the inputs of a run.
func (e *encoderEmbedding) set(inputs []G.Value) error {
	const op = "encoder embedding"
	ids, err := ints(op, inputs[0])
	if err != nil {
		return err
	}
	_, _, n, err := count(op, inputs[1])
	if err != nil {
		return err
	}
	if n > len(ids) {
		return fmt.Errorf("ops: %s: lengths say %d tokens, %d ids are given", op, n, len(ids))
	}
	if err := e.read(op, inputs[1], n); err != nil {
		return err
	}
	if longest, most := int(e.lens[0]), e.tables[1].rows-e.first; longest > most {
		return fmt.Errorf("ops: %s: a text of %d tokens, there are %d positions", op, longest, most)
	}
	e.tables[0].ids, inputs = ids[:n], inputs[2:]
	e.tables[1].ids = e.tables[1].ids[:0]
	for _, length := range e.lens {
		for t := range length {
			e.tables[1].ids = append(e.tables[1].ids, int32(e.first)+t)
		}
	}
	if e.tables[2].rows > 0 {
		segments, err := ints(op, inputs[0])
		if err != nil {
			return err
		}
		if len(segments) < n {
			return fmt.Errorf("ops: %s: segments of %d tokens, want %d", op, len(segments), n)
		}
		e.tables[2].ids, inputs = segments[:n], inputs[1:]
	}
	for i := range e.tables {
		t := &e.tables[i]
		if t.rows == 0 {
			continue
		}
		if t.data, _, _, err = floats(op, inputs[0]); err != nil {
			return err
		}
		inputs = inputs[1:]
		for row, id := range t.ids {
			if id < 0 || int(id) >= t.rows {
				return fmt.Errorf("ops: %s: %s %d at row %d, want 0 to %d", op, t.name, id, row, t.rows-1)
			}
		}
	}
	var w [2][]float32
	if err := weightsOf(op, inputs, w[:]); err != nil {
		return err
	}
	e.norm.Gamma, e.norm.Beta = e.rows[0], e.rows[1]
	padded(e.norm.Gamma, w[0])
	padded(e.norm.Beta, w[1])
	return nil
}

// sum writes the sums of n tokens' rows from row on, words first, to x.
func (e *encoderEmbedding) sum(x *panelled, row, n int, scratch []float32) {
	width := e.norm.Columns
	line := scratch[:kernel.Panels(width)*kernel.Width]
	clear(line[width:])
	for r := row; r < row+n; r++ {
		for i, t := range e.tables {
			if t.rows == 0 {
				continue
			}
			from := t.data[int(t.ids[r])*width:][:width]
			if i == 0 {
				copy(line, from)
			} else {
				kernel.Add(line[:width], from)
			}
		}
		kernel.CopyRows(x.at(0, r), x.panel(), line, kernel.Width, len(line)/kernel.Width, kernel.Width)
	}
}

// embeddingRows is the number of rows that one goroutine takes at a time.
const embeddingRows = 32

// inferEmbeddingOp is an encoder's input layer in a graph that predicts.
type inferEmbeddingOp struct {
	static
	halting
	*encoderEmbedding
	space *Workspace
	out   panelled
}

// InferEncoderEmbedding returns LayerNorm(word + position + segment), [N, F], the
// input of an encoder's first layer (Devlin et al. 2019, arXiv:1810.04805), for
// texts packed by [PackTexts]: ids [N], the texts' lengths, and segments [N] of the
// tokens or nil. An id, length or segment that a table has no row for is an error.
// It is for graphs without a backward pass.
func InferEncoderEmbedding(t EncoderTables, ids, segments, lengths *G.Node, eps float64, space *Workspace) (*G.Node, error) {
	e, inputs, err := newEncoderEmbedding(t, ids, segments, lengths, eps)
	if err != nil {
		return nil, err
	}
	op := &inferEmbeddingOp{encoderEmbedding: e, space: space,
		static: static{"encoder embedding", len(inputs), tensor.Shape{ids.Shape()[0], e.norm.Columns}, tensor.Float32}}
	return G.ApplyOp(op, inputs...)
}

func (op *inferEmbeddingOp) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	if err := op.set(inputs); err != nil {
		return nil, err
	}
	width := op.norm.Columns
	op.out.resize(op.tokens, width, op.shape[0])
	err = op.parallel((op.tokens+embeddingRows-1)/embeddingRows, func(i int) {
		row := i * embeddingRows
		n := min(embeddingRows, op.tokens-row)
		op.space.lend(kernel.Panels(width)*kernel.Width+2*n, func(s []float32) {
			op.sum(&op.out, row, n, s)
			x := op.out.at(0, row)
			op.norm.Forward(x, op.out.panel(), x, op.out.panel(), n, s)
		})
	})
	return &op.out, err
}

func (op *inferEmbeddingOp) DiffWRT(n int) []bool { return make([]bool, n) }

func (op *inferEmbeddingOp) SymDiff(in G.Nodes, _, _ *G.Node) (G.Nodes, error) {
	return nil, fmt.Errorf("ops: %s: a graph that predicts has no gradients", op.name)
}

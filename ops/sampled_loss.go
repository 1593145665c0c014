package ops

import (
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo/internal/exact"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// sampledLossOp is outputLossOp with the logits of a sample of the words in place of
// all.
//
// Legend: N tokens, E columns, E' those filled up to whole panels, V words, M
// negatives of the batch.
type sampledLossOp struct {
	static
	words, width int
	wide         int       // E'
	log          []float32 // [V]
	gradient     bool      // whether a graph asks for it

	negatives []int32   // [M]
	rows      []float32 // [M][E+1] their rows of the table, and -log
	packed    []float32 // [E'/16][M][16] the same without
	xT        []float32 // [chunk/16][E+1][16] states, and ones
	xs        []float32 // [E'/16][chunk][16]
	logits    []float32 // [chunk/16][M+1][16] a column for each token, the label's last; then their gradients
	losses    []float64 // [N]

	dRows  []float32 // [M][E']
	dWide  []float32 // [N][E'], where E' is not E
	dLabel []float32 // [N]
	pairs  []uint64  // label and token, sorted
	all    []int32   // rows of the table that have a gradient
	begins []int     // of each among pairs
	from   []int     // place of each among negatives, or -1

	value      *G.F32
	dx, dTable buffer
	sparse     *RowSparse
	scaled     bool // by the gradient that has arrived
}

var _ G.SDOp = (*sampledLossOp)(nil)

// excluded is the logit of a negative that is the token's own label. Its probability
// is 0.
const excluded = -1e30

// SampledCrossEntropy is [OutputCrossEntropy] with negatives, an int32 vector of some
// of the words, in place of all words (Bengio and Senécal 2003; as the sampled softmax
// of Jean and others 2015, arXiv:1412.2007). The negatives are ascending without
// repetition, end where the vector ends or at the first that is negative, and serve
// all tokens x [N, E]; a token's own label among them does not count. From each logit,
// the label's too, the logarithm of the word's expected count among the negatives is
// taken, log [V], so that the sum of exponentials estimates that over all words. The
// table's gradient is a [RowSparse] of the negatives and the labels.
func SampledCrossEntropy(x, table, labels, negatives *G.Node, log []float32) (*G.Node, error) {
	const name = "sampled loss"
	for _, err := range []error{matrixNode(name, x), matrixNode(name, table), intsNode(name, "labels", labels), intsNode(name, "negatives", negatives)} {
		if err != nil {
			return nil, err
		}
	}
	v, e := table.Shape()[0], table.Shape()[1]
	if x.Shape()[1] != e {
		return nil, fmt.Errorf("ops: %s: %d columns and a table of %d", name, x.Shape()[1], e)
	}
	if len(log) != v {
		return nil, fmt.Errorf("ops: %s: %d expected counts for %d words", name, len(log), v)
	}
	op := &sampledLossOp{static: static{name, 4, nil, tensor.Float32}, words: v, width: e, wide: kernel.Panels(e) * kernel.Width,
		log: slices.Clone(log), value: G.NewF32(0)}
	op.dx.limit = x.Shape()[0] * e
	return G.ApplyOp(op, x, table, labels, negatives)
}

func (op *sampledLossOp) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	x, rows, cols, err := floats(op.name, inputs[0])
	if err != nil {
		return nil, err
	}
	table, words, width, err := floats(op.name, inputs[1])
	if err != nil {
		return nil, err
	}
	labels, err := ints(op.name, inputs[2])
	if err != nil {
		return nil, err
	}
	if cols != op.width || width != op.width || words != op.words || len(labels) < rows {
		return nil, fmt.Errorf("ops: %s: states [%d %d], a table [%d %d] and %d labels", op.name, rows, cols, words, width, len(labels))
	}
	labels = labels[:rows]
	for i, label := range labels {
		if label < 0 || int(label) >= words {
			return nil, fmt.Errorf("ops: %s: label %d at row %d, want 0 to %d", op.name, label, i, words-1)
		}
	}
	if err := op.readNegatives(inputs[3]); err != nil {
		return nil, err
	}
	op.prepare(table, rows)
	for lo := 0; lo < rows; lo += lossChunk {
		n := min(lossChunk, rows-lo)
		kernel.Parallel((n+lossTask-1)/lossTask, func(task int) {
			first := task * lossTask
			op.tokens(x, table, labels, lo, first, min(lossTask, n-first))
		})
		if op.gradient {
			op.rowGradient(x[lo*cols:(lo+n)*cols], n, lo > 0)
		}
	}
	if op.gradient {
		op.tableGradient(x, labels)
	}
	var sum float64
	for _, l := range op.losses {
		sum += l
	}
	*op.value = G.F32(sum / float64(rows))
	return op.value, nil
}

// readNegatives takes the sample of the batch.
func (op *sampledLossOp) readNegatives(v G.Value) error {
	all, err := ints(op.name, v)
	if err != nil {
		return err
	}
	last := int32(-1)
	op.negatives = op.negatives[:0]
	for i, w := range all {
		if w < 0 {
			break
		}
		if w <= last || int(w) >= op.words {
			return fmt.Errorf("ops: %s: negative %d is %d after %d, want ascending ones below %d", op.name, i, w, last, op.words)
		}
		last = w
		op.negatives = append(op.negatives, w)
	}
	if len(op.negatives) == 0 {
		return fmt.Errorf("ops: %s: no negatives", op.name)
	}
	return nil
}

// prepare packs the rows of the negatives and makes room.
func (op *sampledLossOp) prepare(table []float32, rows int) {
	m, e := len(op.negatives), op.width
	chunk := min(lossChunk, (rows+lossTask-1)/lossTask*lossTask)
	op.rows = grow(op.rows, m*(e+1), 0)
	for i, w := range op.negatives {
		row := op.rows[i*(e+1) : (i+1)*(e+1)]
		copy(row, table[int(w)*e:(int(w)+1)*e])
		row[e] = -op.log[w]
	}
	op.xT = grow(op.xT, chunk*(e+1), 0)
	op.logits = grow(op.logits, chunk*(m+1), 0)
	op.losses = grow(op.losses, rows, 0)
	op.scaled = false
	if !op.gradient {
		return
	}
	op.packed = grow(op.packed, m*op.wide, 0)
	kernel.Pack(op.packed, op.rows, m, e, e+1)
	op.xs = grow(op.xs, chunk*op.wide, 0)
	op.dRows = grow(op.dRows, m*op.wide, 0)
	if op.wide != e {
		op.dWide = grow(op.dWide, rows*op.wide, 0)
	}
	op.dLabel = grow(op.dLabel, rows, 0)
	op.dx.matrix(rows, e)
}

// tokens takes n tokens, the first of them first tokens into the chunk at lo.
func (op *sampledLossOp) tokens(x, table []float32, labels []int32, lo, first, n int) {
	const width = kernel.Width
	m, e := len(op.negatives), op.width
	panels, panel := kernel.Panels(n), (m+1)*width
	xT, logits := op.xT[first*(e+1):], op.logits[first*(m+1):]
	for p := range panels {
		to := xT[p*(e+1)*width:]
		kernel.PackT(to, x[(lo+first+p*width)*e:], min(width, n-p*width), e, e)
		for j := range width {
			to[e*width+j] = 1
		}
	}
	kernel.Mul(logits, width, panel, rowMajor(op.rows, e+1), xT, (e+1)*width, m, e+1, panels, false)
	for p := range panels {
		s := logits[p*panel : (p+1)*panel]
		token := lo + first + p*width
		count := min(width, n-p*width)
		clear(s[m*width:])
		for j, label := range labels[token : token+count] {
			s[m*width+j] = float32(op.logit(x, table, token+j, label))
			if i, ok := slices.BinarySearch(op.negatives, label); ok {
				s[i*width+j] = excluded
			}
		}
		kernel.SoftmaxColumns(s)
		for j, label := range labels[token : token+count] {
			op.losses[token+j] = op.loss(s, j, x, table, token+j, label)
		}
		if op.gradient {
			op.backwardPanel(s, table, labels, token, count)
		}
	}
}

// logit is a token's logit of a word in float64, of whose products none is rounded.
func (op *sampledLossOp) logit(x, table []float32, token int, word int32) float64 {
	e := op.width
	row, state := table[int(word)*e:(int(word)+1)*e], x[token*e:(token+1)*e]
	var dot float64
	for i, v := range row {
		dot += float64(v) * float64(state[i]) // an exact product: fused or not, the sum is the same
	}
	return dot - float64(op.log[word])
}

// loss is -log of the label's probability in column j; where that is too small, from
// the likeliest negative's.
func (op *sampledLossOp) loss(s []float32, j int, x, table []float32, token int, label int32) float64 {
	m := len(op.negatives)
	if p := s[m*kernel.Width+j]; p > 1e-30 {
		return -exact.Log(float64(p))
	}
	best := 0
	for i := range m {
		if s[i*kernel.Width+j] > s[best*kernel.Width+j] {
			best = i
		}
	}
	return op.logit(x, table, token, op.negatives[best]) - exact.Log(float64(s[best*kernel.Width+j])) - op.logit(x, table, token, label)
}

// backwardPanel turns the probabilities of one panel of tokens into gradients.
func (op *sampledLossOp) backwardPanel(s, table []float32, labels []int32, token, count int) {
	const width = kernel.Width
	m, e := len(op.negatives), op.width
	scale := float32(1 / float64(len(labels)))
	kernel.Scale(s, scale)
	dx, to := op.dx.data[token*e:], op.dx.data[token*e:]
	if op.wide != e {
		to = op.dWide[token*op.wide:]
	}
	kernel.Mul(to, op.wide, width, kernel.PanelColumns(s, m), op.packed, m*width, count, m, op.wide/width, false)
	for j := 0; op.wide != e && j < count; j++ {
		copy(dx[j*e:(j+1)*e], to[j*op.wide:])
	}
	for j, label := range labels[token : token+count] {
		d := s[m*width+j] - scale
		op.dLabel[token+j] = d
		kernel.Axpy(dx[j*e:(j+1)*e], d, table[int(label)*e:(int(label)+1)*e])
	}
}

// rowGradient adds the gradients of the n tokens of a chunk to the negatives' rows, in
// ascending order.
func (op *sampledLossOp) rowGradient(x []float32, n int, accumulate bool) {
	const width, block = kernel.Width, 64
	m, e := len(op.negatives), op.width
	kernel.Pack(op.xs, x, n, e, e)
	kernel.Parallel((m+block-1)/block, func(task int) {
		lo := task * block
		kernel.Mul(op.dRows[lo*op.wide:], op.wide, width,
			kernel.Operand{Data: op.logits[lo*width:], Row: width, Col: 1, Width: width, Block: (m + 1) * width},
			op.xs, n*width, min(block, m-lo), n, op.wide/width, accumulate)
	})
}

// tableGradient joins the gradients of the negatives' rows and of the labels', those
// of one label in ascending order of its tokens.
func (op *sampledLossOp) tableGradient(x []float32, labels []int32) {
	op.pairs = op.pairs[:0]
	for i, label := range labels {
		op.pairs = append(op.pairs, uint64(label)<<32|uint64(i))
	}
	slices.Sort(op.pairs)
	op.all, op.begins, op.from = op.all[:0], op.begins[:0], op.from[:0]
	next, pair := 0, 0
	for next < len(op.negatives) || pair < len(op.pairs) {
		row, from := int32(op.words), -1
		if pair < len(op.pairs) {
			row = int32(op.pairs[pair] >> 32)
		}
		if next < len(op.negatives) && op.negatives[next] <= row {
			row, from = op.negatives[next], next
			next++
		}
		op.all, op.begins, op.from = append(op.all, row), append(op.begins, pair), append(op.from, from)
		for pair < len(op.pairs) && int32(op.pairs[pair]>>32) == row {
			pair++
		}
	}
	op.begins = append(op.begins, pair)
	e := op.width
	value := op.dTable.matrix(len(op.all), e)
	kernel.Parallel((len(op.all)+tokenBlock-1)/tokenBlock, func(c int) {
		for r := c * tokenBlock; r < min((c+1)*tokenBlock, len(op.all)); r++ {
			sum := op.dTable.data[r*e : (r+1)*e]
			if from := op.from[r]; from >= 0 {
				copy(sum, op.dRows[from*op.wide:])
			} else {
				clear(sum)
			}
			for _, p := range op.pairs[op.begins[r]:op.begins[r+1]] {
				token := int(uint32(p))
				kernel.Axpy(sum, op.dLabel[token], x[token*e:(token+1)*e])
			}
		}
	})
	op.sparse = &RowSparse{value, op.all}
}

func (op *sampledLossOp) DiffWRT(int) []bool { return []bool{true, true, false, false} }

func (op *sampledLossOp) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	op.gradient = true
	d, err := derivatives(op.name, in, out, grad, op.backward, func(i int) G.Value {
		if i == 0 {
			return op.dx.value
		}
		return op.sparse
	}, 2, 3)
	if err == nil {
		d[1].Op().(*derivative).sparse = true
	}
	return d, err
}

// backward multiplies the gradients, which are there, by that of the loss.
func (op *sampledLossOp) backward(grad G.Value) error {
	dy, err := scalarOf(op.name, grad)
	if err != nil || op.scaled {
		return err
	}
	op.scaled = true
	if dy != 1 {
		kernel.Scale(op.dx.data, dy)
		kernel.Scale(op.dTable.data, dy)
	}
	return nil
}

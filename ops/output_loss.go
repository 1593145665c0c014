package ops

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/internal/exact"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// outputLossOp is a linear layer over a large vocabulary and its cross-entropy in one:
// logits exist for lossChunk tokens at a time, and where a gradient is asked for it is
// taken with the value.
//
// Legend: N tokens, E columns, V words.
type outputLossOp struct {
	static
	words, width int
	smoothing    float64
	gradient     bool // whether a graph asks for it

	xT     []float32 // [chunk/16][E][16] states, packed for the product with the table
	xs     []float32 // [E/16][chunk][16] and for that with gradients
	packed []float32 // [E/16][V][16] the table
	logits []float32 // [chunk/16][V][16] a column for each token; then their gradients
	losses []float64 // [N]

	value      *G.F32
	dx, dTable buffer
	scaled     bool // by the gradient that has arrived
}

// lossChunk is the number of tokens whose logits are held at once, lossTask those that
// one goroutine takes at a time.
const (
	lossChunk = 512
	lossTask  = 32
)

var _ G.SDOp = (*outputLossOp)(nil)

// OutputCrossEntropy returns the mean over the tokens x [N, E] of the cross-entropy of
// softmax(table x) against labels, an int32 vector of at least N words: the logits of
// a linear layer without bias whose weights are table [V, E], which may be a table of
// embeddings (see [Graph.Tied]). With smoothing s the word in labels counts 1-s and
// every word s/V more, as label_smoothing of PyTorch's CrossEntropyLoss (Szegedy and
// others 2016, arXiv:1512.00567). E is a multiple of 16.
func OutputCrossEntropy(x, table, labels *G.Node, smoothing float64) (*G.Node, error) {
	for _, err := range []error{matrixNode("output loss", x), matrixNode("output loss", table), intsNode("output loss", "labels", labels)} {
		if err != nil {
			return nil, err
		}
	}
	v, e := table.Shape()[0], table.Shape()[1]
	if x.Shape()[1] != e || e%kernel.Width != 0 {
		return nil, fmt.Errorf("ops: output loss: %d columns and a table of %d, want one multiple of %d", x.Shape()[1], e, kernel.Width)
	}
	if !(smoothing >= 0 && smoothing < 1) {
		return nil, fmt.Errorf("ops: output loss: smoothing %v, want 0 <= s < 1", smoothing)
	}
	op := &outputLossOp{static: static{fmt.Sprintf("output loss %v", smoothing), 3, nil, tensor.Float32},
		words: v, width: e, smoothing: smoothing, value: G.NewF32(0)}
	op.dx.limit = x.Shape()[0] * e
	return G.ApplyOp(op, x, table, labels)
}

func (op *outputLossOp) Do(inputs ...G.Value) (v G.Value, err error) {
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
	for i, label := range labels[:rows] {
		if label < 0 || int(label) >= words {
			return nil, fmt.Errorf("ops: %s: label %d at row %d, want 0 to %d", op.name, label, i, words-1)
		}
	}
	op.prepare(table, rows)
	for lo := 0; lo < rows; lo += lossChunk {
		n := min(lossChunk, rows-lo)
		kernel.Parallel((n+lossTask-1)/lossTask, func(task int) {
			first := task * lossTask
			op.tokens(x, table, labels, rows, lo, first, min(lossTask, n-first))
		})
		if op.gradient {
			op.tableGradient(x[lo*cols:(lo+n)*cols], n, lo > 0)
		}
	}
	var sum float64
	for _, l := range op.losses[:rows] {
		sum += l
	}
	*op.value = G.F32(sum / float64(rows))
	return op.value, nil
}

// prepare packs the table and makes room.
func (op *outputLossOp) prepare(table []float32, rows int) {
	chunk := min(lossChunk, (rows+lossTask-1)/lossTask*lossTask)
	op.xT = grow(op.xT, chunk*op.width, 0)
	op.logits = grow(op.logits, chunk*op.words, 0)
	op.losses = grow(op.losses, rows, 0)
	op.scaled = false
	if !op.gradient {
		return
	}
	op.xs = grow(op.xs, chunk*op.width, 0)
	op.packed = grow(op.packed, op.words*op.width, 0)
	op.dx.matrix(rows, op.width)
	op.dTable.matrix(op.words, op.width)
	panel := op.words * kernel.Width
	kernel.Parallel(op.width/kernel.Width, func(p int) {
		kernel.CopyRows(op.packed[p*panel:], kernel.Width, table[p*kernel.Width:], op.width, op.words, kernel.Width)
	})
}

// tokens takes n tokens, the first of them first tokens into the chunk at lo.
func (op *outputLossOp) tokens(x, table []float32, labels []int32, rows, lo, first, n int) {
	const width = kernel.Width
	panels, panel := kernel.Panels(n), op.words*width
	xT := op.xT[first*op.width:]
	kernel.PackT(xT, x[(lo+first)*op.width:], n, op.width, op.width)
	logits := op.logits[first*op.words:]
	kernel.Mul(logits, width, panel, rowMajor(table, op.width), xT, op.width*width, op.words, op.width, panels, false)
	share := op.smoothing / float64(op.words)
	for p := range panels {
		s := logits[p*panel : (p+1)*panel]
		token := lo + first + p*width
		count := min(width, n-p*width)
		var sums, at [width]float32
		if share > 0 {
			kernel.ColumnSums(sums[:], s, op.words, width)
		}
		for j, label := range labels[token : token+count] {
			at[j] = s[int(label)*width+j]
		}
		kernel.SoftmaxColumns(s)
		for j, label := range labels[token : token+count] {
			total := op.logSum(s, j, int(label), at[j], x[(token+j)*op.width:], table)
			others := float64(total*float64(op.words)) - float64(sums[j])
			op.losses[token+j] = float64((1-op.smoothing)*(total-float64(at[j]))) + float64(share*others)
		}
		if !op.gradient {
			continue
		}
		scale := 1 / float64(rows)
		kernel.Scale(s, float32(scale))
		if share > 0 {
			var row [width]float32
			for j := range row {
				row[j] = float32(-share * scale)
			}
			kernel.AddRow(s, s, row[:])
		}
		for j, label := range labels[token : token+count] {
			s[int(label)*width+j] -= float32((1 - op.smoothing) * scale)
		}
		kernel.Mul(op.dx.data[token*op.width:], op.width, width, kernel.PanelColumns(s, op.words),
			op.packed, panel, count, op.words, op.width/width, false)
	}
}

// logSum returns log Σ e^logit of column j, whose softmax s holds, from the label's
// logit and its probability; where that is too small, from those of the likeliest word.
func (op *outputLossOp) logSum(s []float32, j, label int, logit float32, x, table []float32) float64 {
	p := s[label*kernel.Width+j]
	if p > 1e-30 {
		return float64(logit) - exact.Log(float64(p))
	}
	best := 0
	for w := range op.words {
		if s[w*kernel.Width+j] > s[best*kernel.Width+j] {
			best = w
		}
	}
	var dot float64
	for i, v := range table[best*op.width : (best+1)*op.width] {
		dot += float64(v) * float64(x[i]) // an exact product: fused or not, the sum is the same
	}
	return dot - exact.Log(float64(s[best*kernel.Width+j]))
}

// tableGradient adds the gradients of the n tokens of a chunk to the table's, in
// ascending order.
func (op *outputLossOp) tableGradient(x []float32, n int, accumulate bool) {
	const width, block = kernel.Width, 128
	kernel.Pack(op.xs, x, n, op.width, op.width)
	kernel.Parallel((op.words+block-1)/block, func(task int) {
		lo := task * block
		kernel.Mul(op.dTable.data[lo*op.width:], op.width, width,
			kernel.Operand{Data: op.logits[lo*width:], Row: width, Col: 1, Width: width, Block: op.words * width},
			op.xs, n*width, min(block, op.words-lo), n, op.width/width, accumulate)
	})
}

func (op *outputLossOp) DiffWRT(int) []bool { return []bool{true, true, false} }

func (op *outputLossOp) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	op.gradient = true
	return derivatives(op.name, in, out, grad, op.backward, func(i int) G.Value {
		if i == 0 {
			return op.dx.value
		}
		return op.dTable.value
	}, 2)
}

// backward multiplies the gradients, which are there, by that of the loss.
func (op *outputLossOp) backward(grad G.Value) error {
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

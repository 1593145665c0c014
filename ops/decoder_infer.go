package ops

import (
	"fmt"
	"math"
	"runtime"

	"github.com/gorgonia-zoo/zoo/internal/exact"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// DecoderMemory is what a graph that encodes leaves for one that decodes step by step,
// run after it as often as it takes. One goroutine at a time may use both.
type DecoderMemory struct {
	shape decoderShape
	sourceMemory
	cell []float32 // [B][H]
}

// rememberOp fills a DecoderMemory.
type rememberOp struct {
	static
	memory *DecoderMemory
	source packing
}

var _ G.SDOp = (*rememberOp)(nil)

// Remember ends the graph of an encoder: memory then holds what s has of the batch, and
// the cells are passed on. s needs no Order.
func Remember(s SourceNodes, memory *DecoderMemory) (*G.Node, error) {
	for _, err := range []error{matrixNode("remember", s.Keys), matrixNode("remember", s.Values), matrixNode("remember", s.Cell),
		intsNode("remember", "lengths", s.Lengths)} {
		if err != nil {
			return nil, err
		}
	}
	op := &rememberOp{static: static{"remember", 4, s.Cell.Shape().Clone(), tensor.Float32}, memory: memory}
	return G.ApplyOp(op, s.Keys, s.Values, s.Lengths, s.Cell)
}

func (op *rememberOp) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	keys, rows, h, err := floats(op.name, inputs[0])
	if err != nil {
		return nil, err
	}
	values, valueRows, width, err := floats(op.name, inputs[1])
	if err != nil {
		return nil, err
	}
	if err := op.source.read(op.name, inputs[2], rows); err != nil {
		return nil, err
	}
	cell, texts, cols, err := floats(op.name, inputs[3])
	if err != nil {
		return nil, err
	}
	if valueRows != rows || texts != op.source.texts || cols != h || h%kernel.Width != 0 || width%kernel.Width != 0 {
		return nil, fmt.Errorf("ops: remember: keys [%d %d], values [%d %d] and cells [%d %d] of %d texts", rows, h, valueRows, width, texts, cols, op.source.texts)
	}
	m := op.memory
	m.shape = decoderShape{0, width, h}
	m.pack(m.shape, &op.source, keys, values, false)
	m.cell = append(m.cell[:0], cell...)
	return inputs[3], nil
}

// DiffWRT says that nothing is differentiable.
func (op *rememberOp) DiffWRT(n int) []bool { return make([]bool, n) }

func (op *rememberOp) SymDiff(in G.Nodes, _, _ *G.Node) (G.Nodes, error) {
	return make(G.Nodes, len(in)), nil
}

// DecoderStep is one step of a decoder for some hypotheses, a row each, which keeps
// their states from run to run.
type DecoderStep struct {
	static
	decoderShape
	memory *DecoderMemory
	words  int // V
	stride int // V rounded up to a multiple of 16

	lstm, wo, table []float32 // packed: [4H/16][E+A+1+H][16], [A/16][H][16], [V/16][A][16]

	// By row, of this step and of the one before.
	h, c, o, hOld, cOld, oOld []float32
	x, z                      []float32 // [R][E+A+1+H], [R][4H+16]
	probs                     []float32 // [R][P]
	columns                   int       // P of the longest source
	rows                      int
	out                       buffer
	scratch                   []float32
}

var _ G.SDOp = (*DecoderStep)(nil)

// InferDecoder is one step of [Decoder] and of the softmax over its vocabulary. Of the
// hypotheses, as many as count [1] says, each reads the word ids[r] and goes on from
// the state that row from[r] had after the run before, or, where that is -1, begins to
// translate text texts[r] of what memory holds; all are int32 vectors. The result has a
// row for each, log p of every word: V columns, and up to 15 more of -Inf, so that they
// are a multiple of 16. Weights are packed when they are first needed and must not
// change. Its numbers are those of Decoder, bit for bit.
func InferDecoder(memory *DecoderMemory, table, ids, from, texts, count *G.Node, w DecoderWeights) (*G.Node, *DecoderStep, error) {
	for _, err := range []error{matrixNode("decoder step", table), matrixNode("decoder step", w.Output), matrixNode("decoder step", w.LSTM.WeightHH),
		intsNode("decoder step", "ids", ids), intsNode("decoder step", "from", from), intsNode("decoder step", "texts", texts), intsNode("decoder step", "count", count)} {
		if err != nil {
			return nil, nil, err
		}
	}
	v, e := table.Shape()[0], table.Shape()[1]
	shape := decoderShape{e, w.Output.Shape()[0], w.Output.Shape()[1]}
	h := shape.units
	if shape.width != e || e%kernel.Width != 0 || h%kernel.Width != 0 {
		return nil, nil, fmt.Errorf("ops: decoder step: embeddings of %d numbers, attentional vectors of %d, states of %d: want the first two equal and multiples of %d",
			e, shape.width, h, kernel.Width)
	}
	for _, err := range []error{
		paramNode("decoder step", "weight_ih", w.LSTM.WeightIH, 4*h, 2*e), paramNode("decoder step", "weight_hh", w.LSTM.WeightHH, 4*h, h),
		paramNode("decoder step", "bias_ih", w.LSTM.BiasIH, 4*h), paramNode("decoder step", "bias_hh", w.LSTM.BiasHH, 4*h),
	} {
		if err != nil {
			return nil, nil, err
		}
	}
	stride := kernel.Panels(v) * kernel.Width
	op := &DecoderStep{static: static{"decoder step", 10, tensor.Shape{ids.Shape()[0], stride}, tensor.Float32},
		decoderShape: shape, memory: memory, words: v, stride: stride}
	n, err := G.ApplyOp(op, append([]*G.Node{table, ids, from, texts, count}, append(w.LSTM.nodes(), w.Output)...)...)
	return n, op, err
}

// DiffWRT says that nothing is differentiable.
func (op *DecoderStep) DiffWRT(n int) []bool { return make([]bool, n) }

// SymDiff implements Gorgonia's SDOp.
func (op *DecoderStep) SymDiff(in G.Nodes, _, _ *G.Node) (G.Nodes, error) {
	return make(G.Nodes, len(in)), nil
}

// Attention returns the probabilities that hypothesis row gave to the tokens of its
// source in the last run; they change with the next.
func (op *DecoderStep) Attention(row, length int) []float32 {
	return op.probs[row*op.columns:][:length]
}

// Do implements Gorgonia's Op.
func (op *DecoderStep) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	table, _, _, err := floats(op.name, inputs[0])
	if err != nil {
		return nil, err
	}
	var index [4][]int32
	for i := range index {
		if index[i], err = ints(op.name, inputs[1+i]); err != nil {
			return nil, err
		}
	}
	ids, from, texts := index[0], index[1], index[2]
	if len(index[3]) != 1 || index[3][0] < 1 || int(index[3][0]) > min(len(ids), len(from), len(texts)) {
		return nil, fmt.Errorf("ops: decoder step: count %v for %d rows", index[3], len(ids))
	}
	rows := int(index[3][0])
	for r := range rows {
		if ids[r] < 0 || int(ids[r]) >= op.words || texts[r] < 0 || int(texts[r]) >= len(op.memory.lens) || from[r] < -1 || int(from[r]) >= op.rows {
			return nil, fmt.Errorf("ops: decoder step: row %d reads word %d of %d, goes on from row %d of %d and translates text %d of %d",
				r, ids[r], op.words, from[r], op.rows, texts[r], len(op.memory.lens))
		}
	}
	if op.memory.shape.width != op.width || op.memory.shape.units != op.units {
		return nil, fmt.Errorf("ops: decoder step: the memory has keys of %d and values of %d, want %d and %d",
			op.memory.shape.units, op.memory.shape.width, op.units, op.width)
	}
	if op.table == nil {
		if err := op.pack(table, inputs[5:]); err != nil {
			return nil, err
		}
	}
	op.room(rows)
	out := op.out.matrix(rows, op.stride)
	workers := runtime.GOMAXPROCS(0)
	size := max(stepRows, (rows+workers-1)/workers)
	kernel.Parallel((rows+size-1)/size, func(task int) {
		lo := task * size
		op.step(table, ids, from, texts, lo, min(lo+size, rows))
	})
	op.rows = rows
	return out, nil
}

// stepRows is the least number of rows that a goroutine takes: so many amortise reading
// the weights.
const stepRows = 16

// pack lays out the weights.
func (op *DecoderStep) pack(table []float32, weights []G.Value) error {
	var w [5][]float32
	for i := range w {
		var err error
		if w[i], _, _, err = floats(op.name, weights[i]); err != nil {
			return err
		}
	}
	in, h := op.in+op.width, op.units
	k := in + 1 + h
	joined := make([]float32, 4*h*k)
	for r := range 4 * h {
		row := joined[r*k : (r+1)*k]
		copy(row, w[0][r*in:(r+1)*in])
		row[in] = w[2][r] + w[3][r]
		copy(row[in+1:], w[1][r*h:(r+1)*h])
	}
	op.lstm = make([]float32, 4*h*k)
	kernel.PackT(op.lstm, joined, 4*h, k, k)
	op.wo = make([]float32, op.width*h)
	kernel.PackT(op.wo, w[4], op.width, h, h)
	op.table = make([]float32, op.stride*op.width)
	kernel.PackT(op.table, table, op.words, op.width, op.width)
	return nil
}

// room makes room for rows, and the last run's states the old ones.
func (op *DecoderStep) room(rows int) {
	op.h, op.hOld = op.hOld, op.h
	op.c, op.cOld = op.cOld, op.c
	op.o, op.oOld = op.oOld, op.o
	op.h = grow(op.h, rows*op.units, 0)
	op.c = grow(op.c, rows*op.units, 0)
	op.o = grow(op.o, rows*op.width, 0)
	op.x = grow(op.x, rows*(op.in+op.width+1+op.units), 0)
	op.z = grow(op.z, rows*(4*op.units+kernel.Width), 0)
	op.scratch = grow(op.scratch, rows*op.stride, 0)
	op.columns = 0
	for _, l := range op.memory.lens {
		op.columns = max(op.columns, columns(l))
	}
	op.probs = grow(op.probs, rows*op.columns, 0)
}

// step runs the rows lo..hi-1.
func (op *DecoderStep) step(table []float32, ids, from, texts []int32, lo, hi int) {
	const width = kernel.Width
	h, in, n := op.units, op.in+op.width, hi-lo
	k, zRow := in+1+h, 4*h+width
	for r := lo; r < hi; r++ {
		x, c := op.x[r*k:(r+1)*k], op.c[r*h:(r+1)*h]
		copy(x, table[int(ids[r])*op.in:][:op.in])
		x[in] = 1
		if old := int(from[r]); old >= 0 {
			copy(x[op.in:in], op.oOld[old*op.width:])
			copy(x[in+1:], op.hOld[old*h:])
			copy(c, op.cOld[old*h:])
		} else {
			clear(x[op.in:in])
			copy(c, op.memory.cell[int(texts[r])*h:])
			kernel.Tanh(x[in+1:], c)
		}
	}
	kernel.Mul(op.z[lo*zRow:], zRow, width, rowMajor(op.x[lo*k:], k), op.lstm, k*width, n, k, 4*h/width, false)
	for r := lo; r < hi; r++ {
		z, c := op.z[r*zRow:], op.c[r*h:(r+1)*h]
		kernel.LSTMForward(z[:h], z[h:2*h], z[2*h:3*h], z[3*h:4*h], c, c, op.h[r*h:(r+1)*h])
	}
	kernel.Mul(op.o[lo*op.width:], op.width, width, rowMajor(op.h[lo*h:], h), op.wo, h*width, n, h, op.width/width, false)
	for r := lo; r < hi; r++ {
		text := int(texts[r])
		p := op.probs[r*op.columns:][:columns(op.memory.lens[text])]
		op.memory.attend(op.decoderShape, text, p, rowMajor(op.h[r*h:], h))
		op.memory.context(op.decoderShape, text, op.o[r*op.width:], width, p)
	}
	o := op.o[lo*op.width : hi*op.width]
	kernel.Tanh(o, o)
	kernel.Mul(op.out.data[lo*op.stride:], op.stride, width, rowMajor(o, op.width), op.table, op.width*width, n, op.width, op.stride/width, false)
	for r := lo; r < hi; r++ {
		op.logSoftmax(op.out.data[r*op.stride:(r+1)*op.stride], op.scratch[r*op.stride:(r+1)*op.stride])
	}
}

// logSoftmax replaces logits by log p.
func (op *DecoderStep) logSoftmax(x, e []float32) {
	for j := op.words; j < len(x); j++ {
		x[j] = float32(math.Inf(-1))
	}
	top := x[0]
	for _, v := range x[:op.words] {
		top = max(top, v)
	}
	for j, v := range x {
		e[j] = v - top
	}
	kernel.Exp(e, e)
	var sum float64
	for _, v := range e[:op.words] {
		sum += float64(v)
	}
	total := float32(float64(top) + exact.Log(sum))
	for j := range x[:op.words] {
		x[j] -= total
	}
}

package ops

import (
	"fmt"
	"runtime"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// DecoderWeights are the nodes of a decoder's weights. E, A and H are multiples of 16.
type DecoderWeights struct {
	LSTM   LSTMWeights // of E + A inputs: the token's embedding, then the attentional vector before it
	Output *G.Node     // [A, H]
}

// SourceNodes are what a decoder attends to: the source texts, packed by Lengths, as
// keys and values, and where it begins.
type SourceNodes struct {
	Keys    *G.Node // [S, H]
	Values  *G.Node // [S, A]
	Lengths *G.Node // of the source texts
	// Order says which source text belongs to each target text, for each is sorted by
	// its own length: a permutation, int32.
	Order *G.Node
	Cell  *G.Node // [B, H] where the cells begin, in the order of the source texts
}

func (s SourceNodes) nodes() []*G.Node {
	return []*G.Node{s.Keys, s.Values, s.Lengths, s.Order, s.Cell}
}

// The places of the inputs of decoderOp.
const (
	decoderX = iota
	decoderLengths
	decoderKeys
	decoderValues
	decoderSources
	decoderOrder
	decoderCell
	decoderWeightIH
	decoderWeightHH
	decoderBiasIH
	decoderBiasHH
	decoderOutput
	decoderInputs
)

// decoderOp is an LSTM over the target texts that attends to the source texts at each
// step, and reads what it made of the step before.
type decoderOp struct {
	static
	decoderShape
	pass   *lstmPass // of E + A inputs
	target packing
	source packing
	memory sourceMemory
	bounds []int

	wo, woBack         []float32 // [A/16][H][16], [H/16][A][16]
	hidden             []float32 // [H/16][stride][16] hidden states
	attended           []float32 // [A/16][stride][16] attentional vectors
	dAttended, scratch []float32 // the same size, and [A/16*B][16] of it at a time
	cell, state        []float32 // [H/16][B][16] cells and hidden states before the first step
	dState             []float32
	out                buffer

	pending bool // a forward pass whose backward has not run
	dpanels []float32
	grads   [decoderInputs]buffer
}

// decoderShape has the widths of a decoder.
type decoderShape struct {
	in, width, units int // E, A, H
}

var _ G.SDOp = (*decoderOp)(nil)

// Decoder runs an LSTM with global attention and input feeding over the target texts
// x [N, E], packed by lengths (Luong, Pham and Manning 2015, arXiv:1508.04025). At
// step t, for the text whose source has the keys k_s and the values v_s:
//
//	h_t, c_t = LSTM([x_t, o_{t-1}], h_{t-1}, c_{t-1})
//	a_t = softmax over s of h_t · k_s
//	o_t = tanh(W h_t + Σ a_ts v_s)
//
// The result is o, [N, A]. A text begins with o_0 = 0, the cell that the source gives
// and h_0 = tanh(c_0). With keys that are a linear function of the encoder's states
// this is the score that the paper calls general; with values that are one, o is its
// W_c [c_t; h_t], the product with the context taken once for each state of the source
// and not once for each step of the target.
func Decoder(x, lengths *G.Node, source SourceNodes, w DecoderWeights) (*G.Node, error) {
	if err := matrixNode("decoder", x); err != nil {
		return nil, err
	}
	for _, n := range []*G.Node{source.Keys, source.Values, source.Cell, w.Output} {
		if err := matrixNode("decoder", n); err != nil {
			return nil, err
		}
	}
	for _, err := range []error{
		intsNode("decoder", "lengths", lengths),
		intsNode("decoder", "source lengths", source.Lengths),
		intsNode("decoder", "order", source.Order),
	} {
		if err != nil {
			return nil, err
		}
	}
	tokens := x.Shape()[0]
	shape := decoderShape{x.Shape()[1], w.Output.Shape()[0], w.Output.Shape()[1]}
	if err := shape.check(source, w); err != nil {
		return nil, err
	}
	op := &decoderOp{
		static:       static{"decoder", decoderInputs, tensor.Shape{tokens, shape.width}, tensor.Float32},
		decoderShape: shape,
		pass:         newLSTMPass(shape.in+shape.width, shape.units, tokens, false),
	}
	op.out.limit = tokens * shape.width
	nodes := append([]*G.Node{x, lengths}, source.nodes()...)
	return G.ApplyOp(op, append(append(nodes, w.LSTM.nodes()...), w.Output)...)
}

func (s decoderShape) check(source SourceNodes, w DecoderWeights) error {
	if s.in%kernel.Width != 0 || s.width%kernel.Width != 0 || s.units%kernel.Width != 0 {
		return fmt.Errorf("ops: decoder: embeddings of %d numbers, attentional vectors of %d and states of %d, want multiples of %d",
			s.in, s.width, s.units, kernel.Width)
	}
	h := s.units
	for _, err := range []error{
		paramNode("decoder", "keys", source.Keys, source.Keys.Shape()[0], h),
		paramNode("decoder", "values", source.Values, source.Keys.Shape()[0], s.width),
		paramNode("decoder", "cell", source.Cell, source.Cell.Shape()[0], h),
		paramNode("decoder", "weight_ih", w.LSTM.WeightIH, 4*h, s.in+s.width),
		paramNode("decoder", "weight_hh", w.LSTM.WeightHH, 4*h, h),
		paramNode("decoder", "bias_ih", w.LSTM.BiasIH, 4*h),
		paramNode("decoder", "bias_hh", w.LSTM.BiasHH, 4*h),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

func (op *decoderOp) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	op.pending = false
	x, rows, cols, err := floats("decoder", inputs[decoderX])
	if err != nil {
		return nil, err
	}
	if cols != op.in {
		return nil, fmt.Errorf("ops: decoder: input has %d columns, want %d", cols, op.in)
	}
	if err := op.target.read("decoder", inputs[decoderLengths], rows); err != nil {
		return nil, err
	}
	if err := op.readSource(inputs); err != nil {
		return nil, err
	}
	var w [4][]float32
	for i := range w {
		if w[i], _, _, err = floats("decoder", inputs[decoderWeightIH+i]); err != nil {
			return nil, err
		}
	}
	wo, _, _, err := floats("decoder", inputs[decoderOutput])
	if err != nil {
		return nil, err
	}
	op.pass.prepare(w, &op.target, lstmInput{}, lstmRows{})
	op.prepare(wo)
	out := op.out.matrix(rows, op.width)
	op.bounds = op.target.deal(runtime.GOMAXPROCS(0), op.bounds)
	kernel.Parallel(len(op.bounds)-1, func(i int) { op.forward(x, op.bounds[i], op.bounds[i+1]) })
	op.pending = true
	return out, nil
}

// readSource takes the sources of the batch.
func (op *decoderOp) readSource(inputs []G.Value) error {
	keys, rows, cols, err := floats("decoder", inputs[decoderKeys])
	if err != nil {
		return err
	}
	values, valueRows, valueCols, err := floats("decoder", inputs[decoderValues])
	if err != nil {
		return err
	}
	if valueRows != rows || cols != op.units || valueCols != op.width {
		return fmt.Errorf("ops: decoder: keys [%d %d] and values [%d %d], want %d and %d columns", rows, cols, valueRows, valueCols, op.units, op.width)
	}
	if err := op.source.read("decoder: source", inputs[decoderSources], rows); err != nil {
		return err
	}
	texts := op.target.texts
	order, err := ints("decoder", inputs[decoderOrder])
	if err != nil {
		return err
	}
	if op.source.texts != texts || len(order) < texts {
		return fmt.Errorf("ops: decoder: %d source texts for %d target texts, %d of them in order", op.source.texts, texts, len(order))
	}
	if err := op.memory.setOrder(order[:texts]); err != nil {
		return err
	}
	cell, cellRows, cols, err := floats("decoder", inputs[decoderCell])
	if err != nil {
		return err
	}
	if cellRows != texts || cols != op.units {
		return fmt.Errorf("ops: decoder: cells [%d %d], want [%d %d]", cellRows, cols, texts, op.units)
	}
	op.memory.pack(op.decoderShape, &op.source, keys, values, true)
	op.begin(cell)
	return nil
}

// begin lays out the states before the first step.
func (op *decoderOp) begin(cell []float32) {
	const width = kernel.Width
	texts, panels := op.target.texts, op.units/width
	op.cell = grow(op.cell, panels*texts*width, 0)
	op.state = grow(op.state, panels*texts*width, 0)
	for u := range panels {
		for b, from := range op.memory.order {
			copy(op.cell[(u*texts+b)*width:][:width], cell[int(from)*op.units+u*width:])
		}
	}
	kernel.Tanh(op.state, op.cell)
}

func (op *decoderOp) DiffWRT(n int) []bool {
	d := make([]bool, n)
	for i := range d {
		d[i] = i != decoderLengths && i != decoderSources && i != decoderOrder
	}
	return d
}

// SymDiff returns one derivative for each input that has one. The first to run does
// the whole backward pass.
func (op *decoderOp) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	return derivatives("decoder", in, out, grad, op.backward, func(i int) G.Value { return op.grads[i].value },
		decoderLengths, decoderSources, decoderOrder)
}

package ops

import (
	"fmt"
	"runtime"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// LSTMWeights are the nodes of one direction of one LSTM layer, in PyTorch's
// shapes; the four gates lie below one another in the order i, f, g, o.
type LSTMWeights struct {
	WeightIH *G.Node // [4H, D]
	WeightHH *G.Node // [4H, H]
	BiasIH   *G.Node // [4H]
	BiasHH   *G.Node // [4H]
}

func (w LSTMWeights) nodes() []*G.Node { return []*G.Node{w.WeightIH, w.WeightHH, w.BiasIH, w.BiasHH} }

// lstmDirection runs one direction of a layer forward.
type lstmDirection interface {
	// prepare makes room for a batch. w are the weights in the order of LSTMWeights,
	// begin is what the texts begin from.
	prepare(w [4][]float32, p *packing, x lstmInput, begin lstmRows)
	// forward runs the texts lo..hi-1 through all their tokens and writes hidden
	// states into out, whose rows are ld apart.
	forward(p *packing, x lstmInput, out []float32, ld, lo, hi int)
	// finalCells writes the cells that the texts lo..hi-1 end with into dst, whose
	// rows are ld apart.
	finalCells(p *packing, dst []float32, ld, lo, hi int)
}

// lstmInput is what a layer reads.
type lstmInput struct {
	data []float32 // [U, D]
	rows []int32   // [N] the row of data that a token reads; nil where each reads its own
}

// lstmOp is one LSTM layer over a whole batch of packed texts, in one or both
// directions.
type lstmOp struct {
	static
	halting
	in, hidden int
	dirs       []lstmDirection
	passes     []*lstmPass // the same, where a backward pass may follow
	shared     bool        // tokens share rows of x; the last input says which
	carried    bool        // states are inputs and results: see LSTMFrom
	states     lstmStates
	packing
	bounds []int
	out    buffer

	pending   bool // a forward pass whose backward has not run
	dx        buffer
	dpanels   []float32
	parameter [][4]buffer // gradients of each direction's weights
}

var _ G.SDOp = (*lstmOp)(nil)

// LSTM runs one layer over x [N, D], packed by lengths, from zero states:
//
//	i, f, o = sigmoid(W x + U h + b)   g = tanh(W x + U h + b)
//	c' = f*c + i*g                     h' = o*tanh(c')
//
// (Hochreiter and Schmidhuber 1997 with forget gates, as PyTorch's nn.LSTM).
// The result is the hidden state at every token, [N, H]; with a second set of
// weights the texts are also read from their ends and the result is [N, 2H],
// forward states first.
func LSTM(x, lengths *G.Node, directions ...LSTMWeights) (*G.Node, error) {
	return newLSTM(false, x, nil, lengths, nil, directions)
}

// InferLSTM is [LSTM] for graphs without a backward pass. It keeps the state
// of one time step only, and packs the weights when it first needs them: they
// must not change after the first run. Recurrent weights that float16 holds
// exactly are read in it where that is faster; the result has the same bits.
func InferLSTM(x, lengths *G.Node, directions ...LSTMWeights) (*G.Node, error) {
	return newLSTM(true, x, nil, lengths, nil, directions)
}

// InferSharedLSTM is [InferLSTM] for tokens that share inputs: x [U, D] has the
// different ones, and rows [N] (int32) says which of them each token reads. The
// result is that of a matrix of x's rows in that order, bit for bit, but the
// product of W with an input is taken once, however often the input recurs, and
// these products are kept while the batch runs.
func InferSharedLSTM(x, rows, lengths *G.Node, directions ...LSTMWeights) (*G.Node, error) {
	if err := intsNode("lstm", "rows", rows); err != nil {
		return nil, err
	}
	return newLSTM(true, x, rows, lengths, nil, directions)
}

// newLSTM makes the node of a layer. With from, whose nodes may be nil, it is one of
// states: see lstmStates.
func newLSTM(inference bool, x, rows, lengths *G.Node, from *LSTMState, directions []LSTMWeights) (*G.Node, error) {
	if err := matrixNode("lstm", x); err != nil {
		return nil, err
	}
	if err := intsNode("lstm", "lengths", lengths); err != nil {
		return nil, err
	}
	if n := len(directions); n != 1 && n != 2 {
		return nil, fmt.Errorf("ops: lstm: %d sets of weights, want 1, or 2 for both directions", n)
	}
	if s := directions[0].WeightHH.Shape(); len(s) != 2 {
		return nil, fmt.Errorf("ops: lstm: weight_hh of shape %v, want [4H, H]", s)
	}
	d, h, tokens := x.Shape()[1], directions[0].WeightHH.Shape()[1], x.Shape()[0]
	if rows != nil {
		tokens = rows.Shape()[0]
	}
	op := &lstmOp{
		static: static{"lstm", 2 + 4*len(directions), tensor.Shape{tokens, h * len(directions)}, tensor.Float32},
		in:     d, hidden: h,
		parameter: make([][4]buffer, len(directions)),
	}
	if !inference {
		op.out.limit, op.dx.limit = tokens*h*len(directions), tokens*d
	}
	nodes := []*G.Node{x, lengths}
	for i, w := range directions {
		for _, check := range []error{
			paramNode("lstm", "weight_ih", w.WeightIH, 4*h, d),
			paramNode("lstm", "weight_hh", w.WeightHH, 4*h, h),
			paramNode("lstm", "bias_ih", w.BiasIH, 4*h),
			paramNode("lstm", "bias_hh", w.BiasHH, 4*h),
		} {
			if check != nil {
				return nil, check
			}
		}
		if inference {
			op.dirs = append(op.dirs, newLSTMInfer(d, h, i == 1, &op.halting))
		} else {
			pass := newLSTMPass(d, h, tokens, i == 1)
			op.dirs, op.passes = append(op.dirs, pass), append(op.passes, pass)
		}
		nodes = append(nodes, w.nodes()...)
	}
	if rows != nil {
		op.shared, op.arity, nodes = true, op.arity+1, append(nodes, rows)
	}
	if from != nil {
		begin, err := op.carry(*from)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, begin...)
	}
	return G.ApplyOp(op, nodes...)
}

func (op *lstmOp) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	op.pending = false
	x, err := op.readInput(inputs)
	if err != nil {
		return nil, err
	}
	op.bounds = op.deal(runtime.GOMAXPROCS(0), op.bounds)
	width := op.hidden * len(op.dirs)
	out := op.out.matrix(op.tokens, width)
	if err := op.begin(inputs); err != nil {
		return nil, err
	}
	for i, dir := range op.dirs {
		var w [4][]float32
		for k := range w {
			if w[k], _, _, err = floats("lstm", inputs[2+4*i+k]); err != nil {
				return nil, err
			}
		}
		dir.prepare(w, &op.packing, x, op.states.begin.columns(i*op.hidden))
	}
	ranges := len(op.bounds) - 1
	err = op.parallel(ranges*len(op.dirs), func(task int) {
		dir, r := task/ranges, task%ranges
		op.dirs[dir].forward(&op.packing, x, op.out.data[dir*op.hidden:], width, op.bounds[r], op.bounds[r+1])
	})
	if err != nil {
		return nil, err
	}
	op.pending = true
	if op.carried {
		return op.end(), nil
	}
	return out, nil
}

// readInput takes the layout of the batch and what its tokens read.
func (op *lstmOp) readInput(inputs []G.Value) (lstmInput, error) {
	data, rows, cols, err := floats("lstm", inputs[0])
	if err != nil {
		return lstmInput{}, err
	}
	if cols != op.in {
		return lstmInput{}, fmt.Errorf("ops: lstm: input has %d columns, want %d", cols, op.in)
	}
	if !op.shared {
		return lstmInput{data: data}, op.read("lstm", inputs[1], rows)
	}
	index, err := ints("lstm", inputs[len(inputs)-1])
	if err != nil {
		return lstmInput{}, err
	}
	lens, texts, tokens, err := count("lstm", inputs[1])
	if err != nil {
		return lstmInput{}, err
	}
	if tokens > len(index) {
		return lstmInput{}, fmt.Errorf("ops: lstm: lengths say %d tokens, %d rows are given", tokens, len(index))
	}
	op.layout(lens, texts, tokens)
	index = index[:tokens]
	for i, row := range index {
		if row < 0 || int(row) >= rows {
			return lstmInput{}, fmt.Errorf("ops: lstm: token %d reads row %d, want 0 to %d", i, row, rows-1)
		}
	}
	return lstmInput{data, index}, nil
}

func (op *lstmOp) DiffWRT(n int) []bool {
	d := make([]bool, n)
	for i := range d {
		d[i] = i != 1 && op.passes != nil
	}
	return d
}

// SymDiff returns one derivative for x, for each weight and for each state. The
// first to run does the whole backward pass.
func (op *lstmOp) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	result := make(G.Nodes, len(in))
	names := [4]string{"dWeightIH", "dWeightHH", "dBiasIH", "dBiasHH"}
	from := op.gradientsOf(out, grad)
	for i, n := range in {
		if i == 1 {
			continue
		}
		name, value := "lstm dx", func() G.Value { return op.dx.value }
		if dir, k := (i-2)/4, (i-2)%4; i >= 2 {
			name = "lstm " + names[k]
			value = func() G.Value { return op.parameter[dir][k].value }
			if dir == len(op.passes) {
				name = [2]string{"lstm dHidden", "lstm dCell"}[k]
				value = func() G.Value { return op.states.dbegin[k].value }
			}
		}
		d, err := newDerivative(name, n, func(v []G.Value) (G.Value, error) {
			if err := op.backward(v); err != nil {
				return nil, err
			}
			return value(), nil
		}, from...)
		if err != nil {
			return nil, err
		}
		result[i] = d
	}
	return result, nil
}

// backward computes all gradients, once for each forward pass, from the values of
// what gradientsOf returns.
func (op *lstmOp) backward(v []G.Value) error {
	if !op.pending {
		return nil
	}
	dy, end, err := op.readGradients(v)
	if err != nil {
		return err
	}
	ranges := len(op.bounds) - 1
	kernel.Parallel(ranges*len(op.passes), func(task int) {
		dir, r := task/ranges, task%ranges
		op.passes[dir].backward(&op.packing, dy.columns(dir*op.hidden), end.columns(dir*op.hidden), op.bounds[r], op.bounds[r+1])
	})
	op.dx.matrix(op.tokens, op.in)
	op.inputGradient(op.tokens)
	op.beginGradients()
	for i, dir := range op.passes {
		g := &op.parameter[i]
		g[0].matrix(4*op.hidden, op.in)
		g[1].matrix(4*op.hidden, op.hidden)
		g[2].vector(4 * op.hidden)
		g[3].vector(4 * op.hidden)
		dir.weightGradients(op.tokens, [4][]float32{g[0].data, g[1].data, g[2].data, g[3].data})
	}
	op.pending = false
	return nil
}

// inputGradient is dx = sum over directions of dz W, block by block of
// tokens.
func (op *lstmOp) inputGradient(rows int) {
	const block = tokenBlock
	panels := kernel.Panels(op.in)
	blocks := (rows + block - 1) / block
	size := panels * block * kernel.Width
	workers := min(blocks, runtime.GOMAXPROCS(0))
	op.dpanels = grow(op.dpanels, workers*size, 0)
	kernel.Parallel(workers, func(worker int) {
		tmp := op.dpanels[worker*size : (worker+1)*size]
		for b := worker; b < blocks; b += workers {
			lo := b * block
			n := min(block, rows-lo)
			for i, dir := range op.passes {
				kernel.Mul(tmp, kernel.Width, n*kernel.Width, dir.gateOperand(lo), dir.wb, dir.gateRows()*kernel.Width,
					n, dir.gateRows(), panels, i > 0)
			}
			kernel.Unpack(op.dx.data[lo*op.in:(lo+n)*op.in], tmp, n, op.in, op.in)
		}
	})
}

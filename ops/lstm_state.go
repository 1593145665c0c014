package ops

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// LSTMState is the state of a layer before or after texts, one row a text in the
// order of the batch: [B, H], and [B, 2H] for both directions, forward first.
type LSTMState struct {
	Hidden, Cell *G.Node
}

// LSTMFrom is [LSTM] from a state, whose nodes are both nil for zeros, and returns
// the state that each text ends with as well: after its last token, for texts read
// from their ends after their first. Gradients reach the states that texts begin
// from, and come from all three results. Initial states may have more rows than the
// batch has texts; the first are read, and the gradients of the others are zero.
//
// It is what a decoder begins with, and how a text is read in parts: the final
// state of one part is the initial state of the next.
func LSTMFrom(x, lengths *G.Node, from LSTMState, directions ...LSTMWeights) (y *G.Node, final LSTMState, err error) {
	return lstmFrom(false, x, lengths, from, directions)
}

// InferLSTMFrom is [LSTMFrom] for graphs without a backward pass, as [InferLSTM] is
// LSTM: the same bits, from weights that must not change after the first run.
func InferLSTMFrom(x, lengths *G.Node, from LSTMState, directions ...LSTMWeights) (y *G.Node, final LSTMState, err error) {
	return lstmFrom(true, x, lengths, from, directions)
}

func lstmFrom(inference bool, x, lengths *G.Node, from LSTMState, directions []LSTMWeights) (y *G.Node, final LSTMState, err error) {
	ticket, err := newLSTM(inference, x, nil, lengths, &from, directions)
	if err != nil {
		return nil, LSTMState{}, err
	}
	op := ticket.Op().(*lstmOp)
	texts, width := lengths.Shape()[0], op.hidden*len(op.dirs)
	var results [len(op.states.ends)]*G.Node
	for i, rows := range [...]int{x.Shape()[0], texts, texts} {
		name := [...]string{"lstm output", "lstm final hidden", "lstm final cell"}[i]
		result := &lstmResult{static: static{name, 1, tensor.Shape{rows, width}, tensor.Float32}, of: op, which: i}
		if results[i], err = G.ApplyOp(result, ticket); err != nil {
			return nil, LSTMState{}, err
		}
	}
	return results[0], LSTMState{results[1], results[2]}, nil
}

// lstmStates is what a layer with states has beside one without.
//
// An op has one value, and this one has three results. So the value of the layer's
// node is a ticket of one number, of no meaning but that the layer has run, and
// three small nodes hold the ticket and return a result each. Backwards it is the
// same: each of the three leaves the node of its gradient with the layer while the
// graph is built, and passes on a ticket, the sum of which tells that all are there.
// Nothing is copied or summed that is as large as the batch.
type lstmStates struct {
	given  bool // the last two inputs are initial states
	begin  lstmRows
	rows   int       // of the initial states
	final  [2]buffer // hidden, cell
	dbegin [2]buffer
	ticket buffer
	ends   [3]*G.Node // gradients of output, final hidden and final cell; nil: none
}

// gradientRows are rows of numbers ld apart, or nil for zeros.
type gradientRows struct {
	data []float32
	ld   int
}

// columns returns the rows from a column on.
func (r gradientRows) columns(first int) gradientRows {
	return gradientRows{after(r.data, first), r.ld}
}

// lstmRows are the states of one direction, or their gradients, in rows ld apart;
// nil for zeros.
type lstmRows struct {
	hidden, cell []float32
	ld           int
}

// columns returns the states from a column on.
func (r lstmRows) columns(first int) lstmRows {
	return lstmRows{after(r.hidden, first), after(r.cell, first), r.ld}
}

func after(data []float32, first int) []float32 {
	if data == nil {
		return nil
	}
	return data[first:]
}

// rows copies one of the states into rows of units columns, filled up with zeros.
func (r lstmRows) rows(dst, src []float32, texts, hidden, units int) {
	clear(dst)
	for b := 0; src != nil && b < texts; b++ {
		copy(dst[b*units:], src[b*r.ld:][:hidden])
	}
}

// panels copies one of the states into panels [H/16][B][16], filled up with zeros.
func (r lstmRows) panels(dst, src []float32, texts, hidden int) []float32 {
	const width = kernel.Width
	dst = grow(dst, kernel.Panels(hidden)*texts*width, 0)
	clear(dst)
	if src != nil {
		for u := range kernel.Panels(hidden) {
			kernel.CopyRows(dst[u*texts*width:], width, src[u*width:], r.ld, texts, min(width, hidden-u*width))
		}
	}
	return dst
}

// carry makes the op one with states, and returns the inputs for those it begins
// from.
func (op *lstmOp) carry(state LSTMState) (inputs []*G.Node, err error) {
	width := op.hidden * len(op.dirs)
	op.carried, op.shape = true, tensor.Shape{1}
	if (state.Hidden == nil) != (state.Cell == nil) {
		return nil, fmt.Errorf("ops: lstm: one of two initial states, want hidden and cell, or neither")
	}
	if state.Hidden == nil {
		return nil, nil
	}
	for _, n := range []*G.Node{state.Hidden, state.Cell} {
		if err := matrixNode("lstm", n); err != nil {
			return nil, err
		}
		if n.Shape()[1] != width {
			return nil, fmt.Errorf("ops: lstm: initial state %s is %v, want %d columns", n.Name(), n.Shape(), width)
		}
	}
	op.states.given = true
	op.arity += 2
	return []*G.Node{state.Hidden, state.Cell}, nil
}

// begin reads the initial states, where there are any.
func (op *lstmOp) begin(inputs []G.Value) error {
	s := &op.states
	s.begin = lstmRows{ld: op.hidden * len(op.dirs)}
	if !s.given {
		return nil
	}
	for i, dst := range []*[]float32{&s.begin.hidden, &s.begin.cell} {
		data, rows, cols, err := floats("lstm", inputs[len(inputs)-2+i])
		if err != nil {
			return err
		}
		if cols != s.begin.ld || rows < op.texts || i == 1 && rows != s.rows {
			return fmt.Errorf("ops: lstm: initial state [%d %d] for %d texts, want %d columns and hidden and cell alike", rows, cols, op.texts, s.begin.ld)
		}
		*dst, s.rows = data, rows
	}
	return nil
}

// end takes the states that the texts end with, and returns the ticket.
func (op *lstmOp) end() G.Value {
	width := op.hidden * len(op.dirs)
	for i := range op.states.final {
		op.states.final[i].matrix(op.texts, width)
	}
	hidden, cell := op.states.final[0].data, op.states.final[1].data
	for i, dir := range op.dirs {
		column := i * op.hidden
		for b := range op.texts {
			row := op.last(b, i == 1)
			copy(hidden[b*width+column:][:op.hidden], op.out.data[row*width+column:])
		}
		dir.finalCells(&op.packing, cell[column:], width, 0, op.texts)
	}
	return op.states.stamp()
}

// stamp returns the ticket.
func (s *lstmStates) stamp() G.Value {
	v := s.ticket.vector(1)
	s.ticket.data[0] = 0
	return v
}

// gradientsOf returns what the backward pass reads and must wait for: of a layer
// without states the gradient of its output; of one with states a ticket and the
// gradients of those of the three results on which the loss depends.
func (op *lstmOp) gradientsOf(out, grad *G.Node) []*G.Node {
	nodes := []*G.Node{grad, out}
	for _, n := range op.states.ends {
		if n != nil {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// readGradients returns the gradients of the output and the final states from the
// values of what gradientsOf returned.
func (op *lstmOp) readGradients(v []G.Value) (dy gradientRows, end lstmRows, err error) {
	width := op.hidden * len(op.passes)
	end.ld, dy.ld = width, width
	if !op.carried {
		dy.data, err = op.readGradient(v[0], op.tokens)
		return dy, end, err
	}
	v = v[2:]
	dst := [...]*[]float32{&dy.data, &end.hidden, &end.cell}
	for i, rows := range [...]int{op.tokens, op.texts, op.texts} {
		if op.states.ends[i] == nil {
			continue
		}
		if *dst[i], err = op.readGradient(v[0], rows); err != nil {
			return dy, end, err
		}
		v = v[1:]
	}
	for _, pass := range op.passes {
		if !op.states.given {
			break
		}
		pass.dh0 = grow(pass.dh0, pass.hPanels*op.texts*kernel.Width, 0)
	}
	return dy, end, nil
}

func (op *lstmOp) readGradient(v G.Value, want int) ([]float32, error) {
	data, rows, cols, err := floats("lstm backward", v)
	if err != nil {
		return nil, err
	}
	return data, like("lstm backward", rows, cols, want, op.hidden*len(op.passes))
}

// beginGradients copies the gradients of the initial states out of the panels.
func (op *lstmOp) beginGradients() {
	s := &op.states
	if !s.given {
		return
	}
	const width = kernel.Width
	for k := range s.dbegin {
		s.dbegin[k].matrix(s.rows, s.begin.ld)
		clear(s.dbegin[k].data)
		for i, pass := range op.passes {
			panels := [2][]float32{pass.dh0, pass.dc}[k]
			for u := range pass.hPanels {
				kernel.CopyRows(s.dbegin[k].data[i*op.hidden+u*width:], s.begin.ld,
					ofTexts(panels, u, op.texts, 0, op.texts), width, op.texts, min(width, op.hidden-u*width))
			}
		}
	}
}

// lstmResult is one of the results of a layer with states.
type lstmResult struct {
	static
	of     *lstmOp
	which  int // index of lstmStates.ends
	ticket buffer
}

var _ G.SDOp = (*lstmResult)(nil)

func (op *lstmResult) Do(...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	if op.which == 0 {
		return op.of.out.value, nil
	}
	return op.of.states.final[op.which-1].value, nil
}

func (op *lstmResult) DiffWRT(int) []bool { return []bool{true} }

// SymDiff leaves the gradient with the layer. The layer's own SymDiff comes after
// those of all that reads it.
func (op *lstmResult) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	op.of.states.ends[op.which] = grad
	d, err := newDerivative("d "+op.name, in[0], func([]G.Value) (G.Value, error) {
		v := op.ticket.vector(1)
		op.ticket.data[0] = 0
		return v, nil
	}, grad)
	return G.Nodes{d}, err
}

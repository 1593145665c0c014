package linear

import (
	"fmt"
	"hash"
	"hash/fnv"
	"slices"

	"github.com/chewxy/hm"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/ops"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// node is the part of Gorgonia's Op that is the same for the ops here: they
// own their results, so the machine always calls Do, and shapes are
// capacities.
type node struct {
	name  string
	arity int
	shape tensor.Shape // of the result at full capacity; nil for a scalar
	do    func(inputs []G.Value) (G.Value, error)
}

func (n *node) Arity() int { return n.arity }

func (n *node) Type() hm.Type {
	types := make([]hm.Type, n.arity+1)
	for i := range n.arity {
		types[i] = hm.TypeVariable(rune('c' + i))
	}
	types[n.arity] = tensor.Float32
	if n.shape != nil {
		types[n.arity] = G.TensorType{Dims: len(n.shape), Of: tensor.Float32}
	}
	return hm.NewFnType(types...)
}

func (n *node) InferShape(...G.DimSizer) (tensor.Shape, error) { return n.shape.Clone(), nil }
func (n *node) ReturnsPtr() bool                               { return true }
func (n *node) CallsExtern() bool                              { return false }
func (n *node) OverwritesInput() int                           { return -1 }
func (n *node) String() string                                 { return n.name }

// WriteHash makes every op distinct: Gorgonia merges nodes of equal hashes,
// and two ops must never share results.
func (n *node) WriteHash(h hash.Hash) { fmt.Fprintf(h, "%s%v %p", n.name, n.shape, n) }

func (n *node) Hashcode() uint32 {
	h := fnv.New32a()
	n.WriteHash(h)
	return h.Sum32()
}

// Do turns a panic into an error: the machine runs ops in a goroutine of its
// own, where a panic would end the process.
func (n *node) Do(inputs ...G.Value) (v G.Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("linear: %s: %v", n.name, p)
		}
	}()
	return n.do(inputs)
}

// sparseLinear is y = x W + b for sparse rows x.
type sparseLinear struct {
	node
	x   CSR // of the last run
	out []float32

	// The backward pass sorts (column, element) pairs, so that its cost
	// depends on the batch and not on the number of features.
	pairs  []uint64
	owner  []int32 // row of each element
	starts []int
	rows   []int32
	grad   []float32
	bias   []float32
}

// sparseInput is the nodes of a batch of sparse rows: as many elements and
// rows as they have room for, of which starts and count say what is used.
type sparseInput struct {
	columns *G.Node // int32 [E] column of each element, ascending in a row
	values  *G.Node // float32 [E, 1] value of each element
	starts  *G.Node // int32 [B+1] first element of each row, then their number
	count   *G.Node // int32 [1] rows
}

// newSparseLinear returns logits [B, C] = x W + b for a weight [F, C] and a
// bias [C]. Products are summed in float64 by ascending column. The weight's
// gradient is an [ops.RowSparse] of the columns that the batch has, each
// summed over ascending rows.
func newSparseLinear(x sparseInput, weight, bias *G.Node) (*G.Node, error) {
	if weight.Dims() != 2 || bias.Dims() != 1 || bias.Shape()[0] != weight.Shape()[1] {
		return nil, fmt.Errorf("linear: weight %v and bias %v, want [F, C] and [C]", weight.Shape(), bias.Shape())
	}
	op := &sparseLinear{}
	op.node = node{"sparse linear", 6, tensor.Shape{x.starts.Shape()[0] - 1, weight.Shape()[1]}, op.forward}
	return G.ApplyOp(op, weight, bias, x.columns, x.values, x.starts, x.count)
}

// read takes the rows from the inputs and checks them.
func (op *sparseLinear) read(in []G.Value) error {
	columns, values := in[0].Data().([]int32), in[1].Data().([]float32)
	starts, count := in[2].Data().([]int32), int(in[3].Data().([]int32)[0])
	if count < 1 || count >= len(starts) || starts[count] < 0 || int(starts[count]) > len(columns) {
		return fmt.Errorf("linear: sparse linear: %d rows in room for %d rows of %d elements", count, len(starts)-1, len(columns))
	}
	op.x.Rows, op.x.Start = count, op.x.Start[:0]
	for _, s := range starts[:count+1] {
		op.x.Start = append(op.x.Start, int(s))
	}
	op.x.Index, op.x.Value = columns[:starts[count]], values[:starts[count]]
	return op.x.Check()
}

func (op *sparseLinear) forward(in []G.Value) (G.Value, error) {
	w, b := in[0].Data().([]float32), in[1].Data().([]float32)
	n := len(b)
	op.x.Cols = len(w) / n
	if err := op.read(in[2:]); err != nil {
		return nil, err
	}
	op.out = slices.Grow(op.out[:0], op.x.Rows*n)[:op.x.Rows*n]
	const block = 16
	kernel.Parallel((op.x.Rows+block-1)/block, func(c int) {
		for i := c * block; i < min((c+1)*block, op.x.Rows); i++ {
			index, values := op.x.Row(i)
			for k := range n {
				sum := float64(b[k])
				for e, column := range index {
					sum += float64(float64(values[e]) * float64(w[int(column)*n+k]))
				}
				op.out[i*n+k] = float32(sum)
			}
		}
	})
	return matrix(op.out, op.x.Rows, n), nil
}

// matrix returns data as a matrix.
func matrix(data []float32, rows, cols int) G.Value {
	return tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(data))
}

func (op *sparseLinear) DiffWRT(int) []bool { return []bool{true, true, false, false, false, false} }

func (op *sparseLinear) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	dw, err := G.ApplyOp(&node{"sparse linear dW", 2, in[0].Shape().Clone(), op.weightGradient}, grad, out)
	if err != nil {
		return nil, err
	}
	db, err := G.ApplyOp(&node{"sparse linear db", 2, in[1].Shape().Clone(), op.biasGradient}, grad, out)
	return G.Nodes{dw, db, nil, nil, nil, nil}, err
}

func (op *sparseLinear) weightGradient(in []G.Value) (G.Value, error) {
	dy, x := in[0].Data().([]float32), &op.x
	n := in[0].Shape()[1]
	op.pairs, op.owner = op.pairs[:0], op.owner[:0]
	for i := range x.Rows {
		for e := x.Start[i]; e < x.Start[i+1]; e++ {
			op.pairs = append(op.pairs, uint64(x.Index[e])<<32|uint64(e))
			op.owner = append(op.owner, int32(i))
		}
	}
	slices.Sort(op.pairs)
	op.starts, op.rows = op.starts[:0], op.rows[:0]
	for i, p := range op.pairs {
		if c := int32(p >> 32); i == 0 || c != op.rows[len(op.rows)-1] {
			op.rows = append(op.rows, c)
			op.starts = append(op.starts, i)
		}
	}
	if len(op.rows) == 0 { // tensors cannot be empty
		op.rows, op.starts = append(op.rows, 0), append(op.starts, 0)
	}
	op.starts = append(op.starts, len(op.pairs))
	op.grad = slices.Grow(op.grad[:0], len(op.rows)*n)[:len(op.rows)*n]
	const block = 256
	kernel.Parallel((len(op.rows)+block-1)/block, func(c int) {
		for r := c * block; r < min((c+1)*block, len(op.rows)); r++ {
			for k := range n {
				var sum float64
				for _, p := range op.pairs[op.starts[r]:op.starts[r+1]] {
					e := uint32(p)
					sum += float64(float64(x.Value[e]) * float64(dy[int(op.owner[e])*n+k]))
				}
				op.grad[r*n+k] = float32(sum)
			}
		}
	})
	return &ops.RowSparse{Dense: tensor.New(tensor.WithShape(len(op.rows), n), tensor.WithBacking(op.grad)), Rows: op.rows}, nil
}

func (op *sparseLinear) biasGradient(in []G.Value) (G.Value, error) {
	dy := in[0].Data().([]float32)
	n := in[0].Shape()[1]
	op.bias = slices.Grow(op.bias[:0], n)[:n]
	for k := range n {
		var sum float64
		for i := k; i < len(dy); i += n {
			sum += float64(dy[i])
		}
		op.bias[k] = float32(sum)
	}
	return tensor.New(tensor.WithShape(n), tensor.WithBacking(op.bias)), nil
}

// oneVsRest is the mean over the batch of the sum over logits of
// log(1 + exp(-y z)), y = 1 for the logit of the label's class and -1 for the
// others.
type oneVsRest struct {
	node
	rows  int
	value G.F32
	slope []float32 // dLoss/dLogits of the last run
	grad  []float32
}

// newOneVsRest returns the loss of logits [B, C] against labels, int32 [B].
func newOneVsRest(logits, labels *G.Node) (*G.Node, error) {
	op := &oneVsRest{}
	op.node = node{"one-vs-rest", 2, nil, op.forward}
	return G.ApplyOp(op, logits, labels)
}

func (op *oneVsRest) forward(in []G.Value) (G.Value, error) {
	z, n, labels := in[0].Data().([]float32), in[0].Shape()[1], in[1].Data().([]int32)
	op.rows = in[0].Shape()[0]
	op.slope = slices.Grow(op.slope[:0], len(z))[:len(z)]
	var sum float64
	for i, label := range labels[:op.rows] {
		for k := range n {
			y := -1.0
			if int(label) == classOf(k, n) {
				y = 1
			}
			loss, d, _ := logistic(y * float64(z[i*n+k]))
			sum += loss
			op.slope[i*n+k] = float32(y * d / float64(op.rows))
		}
	}
	op.value = G.F32(sum / float64(op.rows))
	return &op.value, nil
}

func (op *oneVsRest) DiffWRT(int) []bool { return []bool{true, false} }

func (op *oneVsRest) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	d, err := G.ApplyOp(&node{"one-vs-rest dZ", 2, in[0].Shape().Clone(), op.backward}, grad, out)
	return G.Nodes{d, nil}, err
}

func (op *oneVsRest) backward(in []G.Value) (G.Value, error) {
	dy, ok := in[0].Data().(float32)
	if !ok {
		return nil, fmt.Errorf("linear: one-vs-rest: gradient of type %T, want one float32", in[0].Data())
	}
	op.grad = slices.Grow(op.grad[:0], len(op.slope))[:len(op.slope)]
	for i, s := range op.slope {
		op.grad[i] = s * dy
	}
	return matrix(op.grad, op.rows, len(op.slope)/op.rows), nil
}

package ops

import (
	"fmt"
	"hash"
	"hash/fnv"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// static is the part of Gorgonia's Op that is the same for every op here:
// what the graph asks while it is built.
//
// Results own their buffers and are never overwritten in place, so
// ReturnsPtr is true, CallsExtern false and OverwritesInput -1: the machine
// then always calls Do. Inferred shapes are capacities; a result may have
// fewer rows.
type static struct {
	name  string
	arity int
	shape tensor.Shape // shape of the result at full capacity; empty for a scalar
	dtype tensor.Dtype
}

func (s *static) Arity() int { return s.arity }

func (s *static) Type() hm.Type {
	types := make([]hm.Type, s.arity+1)
	for i := range s.arity {
		types[i] = hm.TypeVariable(rune('c' + i))
	}
	types[s.arity] = s.dtype
	if len(s.shape) > 0 {
		types[s.arity] = G.TensorType{Dims: len(s.shape), Of: s.dtype}
	}
	return hm.NewFnType(types...)
}

func (s *static) InferShape(...G.DimSizer) (tensor.Shape, error) { return s.shape.Clone(), nil }
func (s *static) ReturnsPtr() bool                               { return true }
func (s *static) CallsExtern() bool                              { return false }
func (s *static) OverwritesInput() int                           { return -1 }
func (s *static) String() string                                 { return s.name }

// WriteHash makes every op distinct: Gorgonia merges nodes of equal hashes,
// and two ops must never share buffers.
func (s *static) WriteHash(h hash.Hash) { fmt.Fprintf(h, "%s%v %p", s.name, s.shape, s) }

func (s *static) Hashcode() uint32 {
	h := fnv.New32a()
	s.WriteHash(h)
	return h.Sum32()
}

// derivative is the op of one gradient. Backward passes with several results
// are several derivatives that share the forward op's state; do returns this
// one's value.
type derivative struct {
	static
	do     func(inputs []G.Value) (G.Value, error)
	sparse bool // the value is a RowSparse
}

var _ G.Op = (*derivative)(nil)

func (d *derivative) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(d.name, &err)
	return d.do(inputs)
}

// guard, deferred by every op, turns a panic into an error: the machine runs
// ops in a goroutine of its own, where a panic would end the process.
func guard(op string, err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("ops: %s: %v", op, p)
	}
}

// newDerivative applies a derivative with respect to the node wrt, whose
// capacity shape it inherits.
func newDerivative(name string, wrt *G.Node, do func([]G.Value) (G.Value, error), inputs ...*G.Node) (*G.Node, error) {
	d := &derivative{static: static{name, len(inputs), wrt.Shape().Clone(), tensor.Float32}, do: do}
	return G.ApplyOp(d, inputs...)
}

// buffer is a matrix that an op owns: it grows when needed and is reused
// afterwards.
type buffer struct {
	data  []float32
	value *tensor.Dense
	limit int // elements at the graph's capacity; 0 where not known
}

// grow makes room for n elements, contents undefined. Where the capacity of
// the graph bounds them, limit elements are set aside at once: memory that is
// never touched costs nothing, and growing in steps would leave each step's
// memory behind as garbage.
func grow[T any](data []T, n, limit int) []T {
	if cap(data) >= n {
		return data[:n]
	}
	return make([]T, n, max(limit, n+n/8))
}

// matrix returns the buffer as a rows x cols tensor, contents undefined.
func (b *buffer) matrix(rows, cols int) *tensor.Dense {
	b.data = grow(b.data, rows*cols, b.limit)
	if b.value == nil || b.value.Shape()[0] != rows || b.value.Shape()[1] != cols {
		b.value = tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(b.data))
	}
	return b.value
}

// vector returns the buffer as a tensor of n elements, contents undefined.
func (b *buffer) vector(n int) *tensor.Dense {
	b.data = grow(b.data, n, b.limit)
	if b.value == nil || b.value.Shape()[0] != n {
		b.value = tensor.New(tensor.WithShape(n), tensor.WithBacking(b.data))
	}
	return b.value
}

// floats returns the float32 matrix in v with its number of rows and columns,
// neither of them zero. A vector counts as one column.
func floats(op string, v G.Value) (data []float32, rows, cols int, err error) {
	data, ok := v.Data().([]float32)
	if !ok {
		return nil, 0, 0, fmt.Errorf("ops: %s: input of type %T, want float32", op, v.Data())
	}
	if d, ok := v.(*tensor.Dense); ok && d.RequiresIterator() {
		return nil, 0, 0, fmt.Errorf("ops: %s: input of shape %v is transposed or a slice, want contiguous rows", op, v.Shape())
	}
	switch s := v.Shape(); len(s) {
	case 1:
		rows, cols = s[0], 1
	case 2:
		rows, cols = s[0], s[1]
	default:
		return nil, 0, 0, fmt.Errorf("ops: %s: input of shape %v, want a matrix", op, s)
	}
	if rows == 0 || cols == 0 || len(data) < rows*cols {
		return nil, 0, 0, fmt.Errorf("ops: %s: %d elements for shape %v", op, len(data), v.Shape())
	}
	return data[:rows*cols], rows, cols, nil
}

// like checks that a gradient has the shape of what it is the gradient of.
func like(op string, rows, cols, wantRows, wantCols int) error {
	if rows != wantRows || cols != wantCols {
		return fmt.Errorf("ops: %s: gradient of shape [%d %d], want [%d %d]", op, rows, cols, wantRows, wantCols)
	}
	return nil
}

// ints returns the int32 vector in v.
func ints(op string, v G.Value) ([]int32, error) {
	data, ok := v.Data().([]int32)
	if !ok {
		return nil, fmt.Errorf("ops: %s: input of type %T, want int32", op, v.Data())
	}
	return data, nil
}

// scalarOf returns the float32 scalar in v: the gradient that arrives at a
// loss.
func scalarOf(op string, v G.Value) (float32, error) {
	switch x := v.Data().(type) {
	case float32:
		return x, nil
	case []float32:
		if len(x) == 1 {
			return x[0], nil
		}
	}
	return 0, fmt.Errorf("ops: %s: gradient of type %T, want one float32", op, v.Data())
}

// matrixNode checks while a graph is built that n is a float32 matrix.
func matrixNode(op string, n *G.Node) error {
	if n.Dtype() != tensor.Float32 || n.Dims() != 2 {
		return fmt.Errorf("ops: %s: input %s is %v of %v, want a float32 matrix", op, n.Name(), n.Shape(), n.Dtype())
	}
	return nil
}

// intsNode checks while a graph is built that n is an int32 vector.
func intsNode(op, what string, n *G.Node) error {
	if n.Dtype() != tensor.Int32 || n.Dims() != 1 {
		return fmt.Errorf("ops: %s: %s %s is %v of %v, want an int32 vector", op, what, n.Name(), n.Shape(), n.Dtype())
	}
	return nil
}

// paramNode checks while a graph is built that n has exactly the shape.
func paramNode(op, what string, n *G.Node, shape ...int) error {
	if n.Dtype() != tensor.Float32 || !n.Shape().Eq(tensor.Shape(shape)) {
		return fmt.Errorf("ops: %s: %s %s is %v of %v, want float32 of shape %v", op, what, n.Name(), n.Shape(), n.Dtype(), shape)
	}
	return nil
}

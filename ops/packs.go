package ops

import (
	"sync"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// Packs are weights in the layout of the kernels, made when first needed and then
// shared by all graphs that predict with them. They hold for weights that do not
// change; whoever changes some begins with new Packs and new graphs. A Packs is safe
// for many goroutines.
type Packs struct {
	bytes bool // see NewInt8Packs
	mu    sync.Mutex
	made  map[*float32]any // by where the first of the weights lies
}

// NewPacks returns Packs that hold nothing yet.
func NewPacks() *Packs { return &Packs{made: map[*float32]any{}} }

// packOf returns what make has made of a sublayer whose first weights are w.
func packOf[T any](p *Packs, w []float32, make func() T) T {
	p.mu.Lock()
	defer p.mu.Unlock()
	packed, ok := p.made[&w[0]]
	if !ok {
		packed = make()
		p.made[&w[0]] = packed
	}
	return packed.(T)
}

// Workspace is what the ops of one graph share: the packed weights, if they do not
// change, and memory that each needs only while it runs.
type Workspace struct {
	packs  *Packs
	floats memory[float32]
	bytes  memory[uint8]
	layer  []float32 // the packed weights of the op now running, where they change
}

// NewWorkspace returns an empty Workspace for one graph. packs is nil for a graph
// that trains, whose ops pack the weights each time.
func NewWorkspace(packs *Packs) *Workspace { return &Workspace{packs: packs} }

// memory is lent to goroutines, and some of it shared by all.
type memory[T any] struct {
	mu    sync.Mutex
	free  [][]T
	whole []T
}

// take returns memory of n elements, contents undefined, and giveBack ends its use.
func (m *memory[T]) take(n int) []T {
	m.mu.Lock()
	defer m.mu.Unlock()
	var s []T
	if k := len(m.free); k > 0 {
		s, m.free = m.free[k-1], m.free[:k-1]
	}
	return grow(s, n, 0)
}

func (m *memory[T]) giveBack(s []T) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.free = append(m.free, s)
}

// all returns memory of n elements that all goroutines of the op now running share.
func (m *memory[T]) all(n int) []T {
	m.whole = grow(m.whole, n, 0)
	return m.whole
}

// lend calls f with memory of n floats, contents undefined.
func (w *Workspace) lend(n int, f func(scratch []float32)) {
	s := w.floats.take(n)
	f(s)
	w.floats.giveBack(s)
}

// all returns memory of n floats that all goroutines of the op now running share.
func (w *Workspace) all(n int) []float32 { return w.floats.all(n) }

// cut takes n floats off the beginning of scratch.
func cut(scratch *[]float32, n int) []float32 {
	s := (*scratch)[:n:n]
	*scratch = (*scratch)[n:]
	return s
}

// packColumns packs the transpose of w [out, in], a layer's weights, as the right
// operand of the product with its input: [Panels(out)][in][16].
func packColumns(dst, w []float32, out, in int) {
	kernel.Parallel(kernel.Panels(out), func(p int) {
		first := p * kernel.Width
		kernel.PackT(dst[p*in*kernel.Width:], w[first*in:], min(kernel.Width, out-first), in, in)
	})
}

// padded copies row to dst, whose rest becomes zero.
func padded(dst, row []float32) {
	clear(dst[copy(dst, row):])
}

// weights returns memory of n floats for the packed weights of the op now running.
func (w *Workspace) weights(n int) []float32 {
	w.layer = grow(w.layer, n, 0)
	return w.layer
}

package ops

import (
	"fmt"
	"math"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
)

// AttentionWeights are the nodes of a self-attention sublayer in PyTorch's shapes,
// F features.
type AttentionWeights struct {
	Query, Key, Value, Output           *G.Node // [F, F]
	QueryBias, KeyBias, ValueBias, Bias *G.Node // [F]; Bias is the output's
	Gamma, Beta                         *G.Node // [F] of the normalisation
}

func (w AttentionWeights) nodes() []*G.Node {
	return []*G.Node{w.Query, w.QueryBias, w.Key, w.KeyBias, w.Value, w.ValueBias, w.Output, w.Bias, w.Gamma, w.Beta}
}

// attention is the arithmetic of a self-attention sublayer.
//
// Legend: N tokens, T tokens of a text, F features, A heads of D features each, D'
// D filled up to whole panels.
type attention struct {
	width, heads, size int // F, A, D
	panels             int // of a head: D'/16

	qkv  []float32 // [A][3][D'/16][F][16] weights of a head's queries, keys and values
	bias []float32 // [A][3][D'] theirs
	out  []float32 // [F/16][A D'][16] the output's weights
	outB []float32 // [F'] its bias
	norm kernel.Norm
}

func newAttention(width, heads int, eps float64) (attention, error) {
	if heads < 1 || width%heads != 0 {
		return attention{}, fmt.Errorf("ops: attention: %d heads, want a divisor of %d features", heads, width)
	}
	size := width / heads
	return attention{width: width, heads: heads, size: size, panels: kernel.Panels(size),
		norm: kernel.Norm{Columns: width, Eps: float32(eps)}}, nil
}

// headPanels is how many panels of queries, keys and values a head has.
func (a *attention) headPanels() int { return 3 * a.panels }

// inner is the number of columns of all heads, A D'.
func (a *attention) inner() int { return a.heads * a.panels * kernel.Width }

// packedSize is the number of floats of the packed weights.
func (a *attention) packedSize() int {
	f := kernel.Panels(a.width) * kernel.Width
	return 3*a.inner()*(a.width+1) + f*a.inner() + 3*f
}

// use takes the packed weights, laid out as pack does.
func (a *attention) use(packed []float32) {
	f := kernel.Panels(a.width) * kernel.Width
	a.qkv, a.bias = cut(&packed, 3*a.inner()*a.width), cut(&packed, 3*a.inner())
	a.out, a.outB = cut(&packed, f*a.inner()), cut(&packed, f)
	a.norm.Gamma, a.norm.Beta = cut(&packed, f), cut(&packed, f)
}

// pack packs the weights w into packed and uses them. The output's have rows of zeros
// where a head's features are filled up.
func (a *attention) pack(packed []float32, w [10][]float32) {
	a.use(packed)
	f := a.width
	kernel.Parallel(3*a.heads, func(i int) {
		head, which := i/3, i%3
		first, next := i*a.panels*kernel.Width, (i+1)*a.panels*kernel.Width
		packColumns(a.qkv[first*f:next*f], w[2*which][head*a.size*f:], a.size, f)
		padded(a.bias[first:next], w[2*which+1][head*a.size:(head+1)*a.size])
	})
	kernel.Parallel(kernel.Panels(f), func(p int) {
		to := a.out[p*a.inner()*kernel.Width : (p+1)*a.inner()*kernel.Width]
		clear(to)
		for j := range min(kernel.Width, f-p*kernel.Width) {
			row := p*kernel.Width + j
			for c, v := range w[6][row*f : (row+1)*f] {
				to[a.feature(c)*kernel.Width+j] = v
			}
		}
	})
	padded(a.outB, w[7])
	padded(a.norm.Gamma, w[8])
	padded(a.norm.Beta, w[9])
}

// feature is the place that feature c has among the filled-up ones of all heads.
func (a *attention) feature(c int) int { return c/a.size*a.panels*kernel.Width + c%a.size }

// project computes one head's queries, keys and values, x W + b, of n rows: its panels
// among [A][3][D'/16] of qkv, which have stride rows, from row at on.
func (a *attention) project(qkv []float32, stride, at int, x kernel.Operand, n, head int) {
	count := a.headPanels()
	first := head * count
	to := qkv[(first*stride+at)*kernel.Width:]
	for p := range count {
		kernel.FillRows(to[p*stride*kernel.Width:][:n*kernel.Width], a.bias[(first+p)*kernel.Width:][:kernel.Width])
	}
	kernel.Mul(to, kernel.Width, stride*kernel.Width, x, a.qkv[first*a.width*kernel.Width:], a.width*kernel.Width, n, a.width, count, true)
}

// queryBlocks is how many blocks of 16 queries meet a text's keys at once: their
// scores stay in the first cache.
const queryBlocks = 2

// scratch is how many floats attend needs for a text of n tokens.
func (a *attention) scratch(n int) int {
	return queryBlocks * kernel.Width * (a.panels*kernel.Width + n)
}

// attend is one head over one text of n tokens, whose queries, keys and values lie in
// rows from at on and whose context goes to the panels [A][D'/16] of context, rows
// from to on:
//
//	context = softmax(Q K' / √D) V
//
// Scores lie transposed, keys by queries: a query is a lane, and the sums over its
// keys are taken in ascending order. drop, if any, gets the probabilities of the 16
// queries from one on.
func (a *attention) attend(context []float32, contextStride, to int, qkv []float32, stride, at, n, head int, scratch []float32, drop func(scores []float32, query int)) {
	const width = kernel.Width
	panel := func(which, p int) []float32 {
		return qkv[((head*3+which)*a.panels+p)*stride*width+at*width:]
	}
	queries := cut(&scratch, queryBlocks*a.panels*width*width)
	scale := float32(1 / math.Sqrt(float64(a.size)))
	keys := kernel.Operand{Data: panel(1, 0), Row: width, Col: 1, Width: width, Block: stride * width}
	for first := 0; first < n; first += queryBlocks * width {
		blocks := min(queryBlocks, (n-first+width-1)/width)
		for b := range blocks {
			from := first + b*width
			for p := range a.panels {
				kernel.Transpose(queries[(b*a.panels+p)*width*width:], panel(0, p)[from*width:], min(width, n-from), scale)
			}
		}
		kernel.Mul(scratch, width, n*width, keys, queries, a.panels*width*width, n, a.size, blocks, false)
		for b := range blocks {
			from := first + b*width
			scores := scratch[b*n*width:][:n*width]
			kernel.SoftmaxColumns(scores)
			if drop != nil {
				drop(scores, from)
			}
			kernel.Mul(context[(head*a.panels*contextStride+to+from)*width:], width, contextStride*width,
				kernel.PanelColumns(scores, n), panel(2, 0), stride*width, min(width, n-from), n, a.panels, false)
		}
	}
}

// finish adds the output's product with n rows of context to x, in some panels of y:
// y = x + b + context W.
func (a *attention) finish(y []float32, yStride, yAt int, x *panelled, row int, context kernel.Operand, n, first, count int) {
	addDense(y, yStride, yAt, x, row, a.outB, context, a.out, a.inner(), n, first, count)
}

// addDense writes x + bias + a w to panels first to first+count-1 of y, in n rows
// from at on.
func addDense(y []float32, stride, at int, x *panelled, row int, bias []float32, a kernel.Operand, w []float32, k, n, first, count int) {
	const width = kernel.Width
	for p := first; p < first+count; p++ {
		kernel.AddRow(y[(p*stride+at)*width:][:n*width], x.at(p, row)[:n*width], bias[p*width:][:width])
	}
	kernel.Mul(y[(first*stride+at)*width:], width, stride*width, a, w[first*k*width:], k*width, n, k, count, true)
}

func (w AttentionWeights) check(f int) error {
	for i, n := range w.nodes() {
		shape := []int{f}
		if i < 8 && i%2 == 0 {
			shape = []int{f, f}
		}
		name := []string{"query", "query bias", "key", "key bias", "value", "value bias", "output", "output bias", "gamma", "beta"}[i]
		if err := paramNode("attention", name, n, shape...); err != nil {
			return err
		}
	}
	return nil
}

// encoderNode checks the input of a sublayer while a graph is built.
func encoderNode(op string, x, lengths *G.Node) error {
	if err := matrixNode(op, x); err != nil {
		return err
	}
	if lengths != nil {
		return intsNode(op, "lengths", lengths)
	}
	return nil
}

// weightsOf returns the float32 data of inputs.
func weightsOf(op string, inputs []G.Value, w [][]float32) error {
	for i := range w {
		data, _, _, err := floats(op, inputs[i])
		if err != nil {
			return err
		}
		w[i] = data
	}
	return nil
}

package linear

import (
	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// problem is logistic regression of one class against the rest:
//
//	minimise f(w, b) = 1/2 w'w + C sum_i log(1 + exp(-y_i (w'(s*x_i) + b)))
//
// over w and b, for rows x_i whose columns are scaled by s, and labels
// y_i = +-1: scikit-learn's LogisticRegression.
//
// The minimum is w = (XS)'a for some a, one number a document, and so is every
// step of Newton's method on the way there (the representer theorem). The
// solver therefore works with a: its vectors are as long as there are
// documents, which are far fewer than n-grams, and the features only enter
// through products with K = XSS'X'.
type problem struct {
	*features
	scale    []float64 // s*s, one a column; nil: all 1
	y        []float64 // +-1
	c        float64
	own      []float64 // what the columns of one document each add to K's diagonal
	diagonal []float64 // of K
	products int       // with K so far
}

// features is a matrix made ready for products. Its columns are renumbered by
// falling number of elements, so that most of what a row needs is close
// together and stays in the cache. The last of them, which have one element
// or none, are half of all n-grams, and all that they do is to add to the
// diagonal of K: products pass over them.
type features struct {
	all              *CSR    // transposed, with all columns
	order            []int32 // the column of the matrix that each column comes from
	shared           int     // columns of two documents or more: the first ones
	x, xt            *CSR    // of those
	rowCuts, colCuts []int
	t                []float64 // X'v of the last product
}

// runs is the number of pieces of parallel work: more than there are cores, so
// that they even out. It does not influence the result.
const runs = 64

// newFeatures prepares the matrix xt, given transposed.
func newFeatures(xt *CSR) *features {
	f := &features{order: make([]int32, xt.Rows)}
	// A counting sort: next is where the next column of so many elements goes.
	next := make([]int, xt.Cols+1)
	for c := range xt.Rows {
		next[xt.Start[c+1]-xt.Start[c]]++
	}
	at := 0
	for n := xt.Cols; n >= 0; n-- {
		if n == 1 {
			f.shared = at
		}
		at, next[n] = at+next[n], at
	}
	for c := range xt.Rows {
		n := xt.Start[c+1] - xt.Start[c]
		f.order[next[n]] = int32(c)
		next[n]++
	}
	f.all = xt.pick(f.order)
	f.xt = f.all.head(f.shared)
	f.x = f.xt.Transpose()
	f.rowCuts, f.colCuts = f.x.cuts(runs), f.xt.cuts(runs)
	f.t = make([]float64, f.shared)
	return f
}

// head returns the first n rows. It shares their elements.
func (m *CSR) head(n int) *CSR {
	h := &CSR{Rows: n, Cols: m.Cols, Start: m.Start[:n+1], Index: m.Index[:m.Start[n]]}
	if m.Value != nil {
		h.Value = m.Value[:m.Start[n]]
	}
	return h
}

// pick returns the matrix of the given rows.
func (m *CSR) pick(rows []int32) *CSR {
	p := &CSR{Rows: len(rows), Cols: m.Cols, Start: make([]int, len(rows)+1)}
	for i, r := range rows {
		p.Start[i+1] = p.Start[i] + m.Start[r+1] - m.Start[r]
	}
	p.Index = make([]int32, p.Start[p.Rows])
	if m.Value != nil {
		p.Value = make([]float32, p.Start[p.Rows])
	}
	const block = 1 << 12
	kernel.Parallel((p.Rows+block-1)/block, func(b int) {
		for i := b * block; i < min((b+1)*block, p.Rows); i++ {
			index, values := m.Row(int(rows[i]))
			copy(p.Index[p.Start[i]:], index)
			if values != nil {
				copy(p.Value[p.Start[i]:], values)
			}
		}
	})
	return p
}

// square returns the square of an element, scaled as its column is.
func (p *problem) square(values []float32, k int, column int) float64 {
	v := 1.0
	if values != nil {
		v = float64(values[k])
		v = float64(v * v)
	}
	if p.scale != nil {
		v = float64(v * p.scale[column])
	}
	return v
}

// newProblem returns the problem of a class. scale belongs to the columns in
// their new order.
func newProblem(f *features, scale, y []float64, c float64) *problem {
	n := f.x.Rows
	p := &problem{features: f, scale: scale, y: y, c: c, own: make([]float64, n), diagonal: make([]float64, n)}
	for j := f.shared; j < f.all.Rows; j++ {
		index, values := f.all.Row(j)
		for k, i := range index {
			p.own[i] += p.square(values, k, j)
		}
	}
	kernel.Parallel(runs, func(b int) {
		for i := f.rowCuts[b]; i < f.rowCuts[b+1]; i++ {
			index, values := f.x.Row(i)
			sum := p.own[i]
			for k, c := range index {
				sum += p.square(values, k, int(c))
			}
			p.diagonal[i] = sum
		}
	})
	return p
}

// product writes K v to dst. Each sum is taken by one goroutine, in order.
func (p *problem) product(dst, v []float64) {
	p.products++
	kernel.Parallel(runs, func(b int) {
		lo, hi := p.colCuts[b], p.colCuts[b+1]
		p.xt.times(p.t, v, lo, hi)
		if p.scale != nil {
			for j := lo; j < hi; j++ {
				p.t[j] *= p.scale[j]
			}
		}
	})
	kernel.Parallel(runs, func(b int) {
		lo, hi := p.rowCuts[b], p.rowCuts[b+1]
		p.x.times(dst, p.t, lo, hi)
		for i := lo; i < hi; i++ {
			dst[i] += float64(p.own[i] * v[i])
		}
	})
}

// coefficients returns SS'X'a, for all columns.
func (p *problem) coefficients(a []float64) []float64 {
	w := make([]float64, p.all.Rows)
	cuts := p.all.cuts(runs)
	kernel.Parallel(runs, func(b int) {
		lo, hi := cuts[b], cuts[b+1]
		p.all.times(w, a, lo, hi)
		if p.scale != nil {
			for j := lo; j < hi; j++ {
				w[j] *= p.scale[j]
			}
		}
	})
	return w
}

// times writes the products of the rows lo to hi with v to the same places of
// dst.
func (m *CSR) times(dst, v []float64, lo, hi int) {
	for i := lo; i < hi; i++ {
		index := m.Index[m.Start[i]:m.Start[i+1]]
		// Two sums, because one would wait for each addition in turn.
		var even, odd float64
		if m.Value == nil {
			for len(index) >= 2 {
				even += v[index[0]]
				odd += v[index[1]]
				index = index[2:]
			}
			for _, c := range index {
				even += v[c]
			}
		} else {
			value := m.Value[m.Start[i]:m.Start[i+1]]
			for len(index) >= 2 && len(value) >= 2 {
				even += float64(float64(value[0]) * v[index[0]])
				odd += float64(float64(value[1]) * v[index[1]])
				index, value = index[2:], value[2:]
			}
			for k, c := range index {
				even += float64(float64(value[k]) * v[c])
			}
		}
		dst[i] = even + odd
	}
}

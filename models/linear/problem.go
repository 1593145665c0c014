package linear

import (
	"slices"

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
	diagonal []float64 // of K
}

// features is a matrix made ready for products. Its columns are renumbered by
// falling number of elements: most of what a row needs is then close together
// and stays in the cache.
type features struct {
	x, xt            *CSR
	order            []int32 // the column of the matrix that each column comes from
	rowCuts, colCuts []int
	t                []float64 // X'v of the last product
}

// runs is the number of pieces of parallel work: more than there are cores, so
// that they even out. It does not influence the result.
const runs = 64

// newFeatures prepares the matrix xt, given transposed.
func newFeatures(xt *CSR) *features {
	f := &features{order: make([]int32, xt.Rows)}
	for i := range f.order {
		f.order[i] = int32(i)
	}
	slices.SortStableFunc(f.order, func(a, b int32) int {
		return (xt.Start[b+1] - xt.Start[b]) - (xt.Start[a+1] - xt.Start[a])
	})
	f.xt = xt.pick(f.order)
	f.x = f.xt.Transpose()
	f.rowCuts, f.colCuts = f.x.cuts(runs), f.xt.cuts(runs)
	f.t = make([]float64, f.x.Cols)
	return f
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

// newProblem returns the problem of a class. scale belongs to the columns in
// their new order.
func newProblem(f *features, scale, y []float64, c float64) *problem {
	p := &problem{features: f, scale: scale, y: y, c: c, diagonal: make([]float64, f.x.Rows)}
	kernel.Parallel(runs, func(b int) {
		for i := f.rowCuts[b]; i < f.rowCuts[b+1]; i++ {
			index, values := f.x.Row(i)
			sum := 0.0
			for k, c := range index {
				v := 1.0
				if values != nil {
					v = float64(values[k])
					v = float64(v * v)
				}
				if scale != nil {
					v = float64(v * scale[c])
				}
				sum += v
			}
			p.diagonal[i] = sum
		}
	})
	return p
}

// product writes K v to dst. Each sum is taken by one goroutine, in order.
func (p *problem) product(dst, v []float64) {
	p.combine(v)
	kernel.Parallel(runs, func(b int) { p.x.times(dst, p.t, p.rowCuts[b], p.rowCuts[b+1]) })
}

// combine writes SS'X'v to p.t.
func (p *problem) combine(v []float64) {
	kernel.Parallel(runs, func(b int) {
		lo, hi := p.colCuts[b], p.colCuts[b+1]
		p.xt.times(p.t, v, lo, hi)
		if p.scale != nil {
			for j := lo; j < hi; j++ {
				p.t[j] *= p.scale[j]
			}
		}
	})
}

// times writes the products of the rows lo to hi with v to the same places of
// dst.
func (m *CSR) times(dst, v []float64, lo, hi int) {
	for i := lo; i < hi; i++ {
		index := m.Index[m.Start[i]:m.Start[i+1]]
		// Two sums, because one would wait for each addition in turn.
		var even, odd float64
		k := 0
		if m.Value == nil {
			for ; k+2 <= len(index); k += 2 {
				even += v[index[k]]
				odd += v[index[k+1]]
			}
			if k < len(index) {
				even += v[index[k]]
			}
		} else {
			value := m.Value[m.Start[i]:m.Start[i+1]][:len(index)]
			for ; k+2 <= len(index); k += 2 {
				even += float64(float64(value[k]) * v[index[k]])
				odd += float64(float64(value[k+1]) * v[index[k+1]])
			}
			if k < len(index) {
				even += float64(float64(value[k]) * v[index[k]])
			}
		}
		dst[i] = even + odd
	}
}

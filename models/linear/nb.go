package linear

import (
	"math"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// logCountRatio returns the log-count ratio of each column (Wang and Manning
// 2012, "Baselines and Bigrams: Simple, Good Sentiment and Topic
// Classification"): with p the sum of the rows of the class plus alpha and q
// that of the other rows,
//
//	r = log((p / |p|_1) / (q / |q|_1)).
//
// xt is the transposed matrix; its values must not be negative.
func logCountRatio(xt *CSR, positive []bool, alpha float64) []float64 {
	r, other := make([]float64, xt.Rows), make([]float64, xt.Rows)
	cuts := xt.cuts(runs)
	kernel.Parallel(runs, func(b int) {
		for j := cuts[b]; j < cuts[b+1]; j++ {
			index, values := xt.Row(j)
			pj, qj := alpha, alpha
			for k, i := range index {
				x := 1.0
				if values != nil {
					x = float64(values[k])
				}
				if positive[i] {
					pj += x
				} else {
					qj += x
				}
			}
			r[j], other[j] = pj, qj
		}
	})
	var p, q float64
	for j, v := range r {
		p, q = p+v, q+other[j]
	}
	shift := log(q / p)
	for j, v := range r {
		r[j] = log(v/other[j]) + shift
	}
	return r
}

// interpolate turns the coefficients of a problem whose columns are scaled by
// r into those of the columns themselves: r ((1-beta) |w|_1/n + beta w), where
// w are those of the scaled columns (Wang and Manning 2012, equation 4). It is
// given rw and returns its result in the same place.
func interpolate(rw, r []float64, beta float64) {
	if beta == 1 {
		return
	}
	var sum float64
	for j, v := range rw {
		if r[j] != 0 {
			sum += math.Abs(v / r[j])
		}
	}
	mean := (1 - beta) * (sum / float64(len(rw)))
	for j, v := range rw {
		rw[j] = float64(r[j]*mean) + float64(beta*v)
	}
}

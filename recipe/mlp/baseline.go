package mlp

import (
	"fmt"
	"math"
)

// linearBaseline is the ridge regression (Hoerl and Kennard 1970)
//
//	w = argmin |Xw - y|^2 + lambda |w|^2
//
// over rows of inputs and a constant, with a lambda just large enough to
// settle inputs that depend on each other, as a column's categories do: least
// squares, for all that the figures show.
type linearBaseline struct{ w []float64 } // the constant last

// ridgeShare is lambda for each row.
const ridgeShare = 1e-8

// fitLinear solves the normal equations by Cholesky's factorisation. Sums run
// in the order of the rows, so that the figures are the same everywhere.
// Only the inputs that are not 0 are touched: most stand for categories.
func fitLinear(inputs, rows int, row func(i int) (x []float32, y float64)) (*linearBaseline, error) {
	n := inputs + 1
	a, b := make([]float64, n*n), make([]float64, n)
	at, value := make([]int, 0, n), make([]float64, 0, n)
	for i := range rows {
		x, y := row(i)
		at, value = at[:0], value[:0]
		for k, v := range x {
			if v != 0 {
				at, value = append(at, k), append(value, float64(v))
			}
		}
		at, value = append(at, inputs), append(value, 1)
		for p, k := range at {
			b[k] += float64(value[p] * y)
			for q := 0; q <= p; q++ {
				a[k*n+at[q]] += float64(value[p] * value[q])
			}
		}
	}
	for k := range n {
		a[k*n+k] += float64(ridgeShare * float64(rows))
	}
	if err := cholesky(a, n); err != nil {
		return nil, err
	}
	for k := range n { // L z = b
		b[k] = (b[k] - dot(a[k*n:k*n+k], b)) / a[k*n+k]
	}
	for k := n - 1; k >= 0; k-- { // L' w = z
		sum := b[k]
		for i := k + 1; i < n; i++ {
			sum -= float64(a[i*n+k] * b[i])
		}
		b[k] = sum / a[k*n+k]
	}
	return &linearBaseline{b}, nil
}

// cholesky replaces the lower triangle of a [n, n] by its factor.
func cholesky(a []float64, n int) error {
	for k := range n {
		for i := k; i < n; i++ {
			sum := a[i*n+k] - dot(a[i*n:i*n+k], a[k*n:k*n+k])
			if i > k {
				a[i*n+k] = sum / a[k*n+k]
			} else if !(sum > 0) || math.IsInf(sum, 0) {
				return fmt.Errorf("zoo: baseline: input %d leaves the equations without a solution", k)
			} else {
				a[k*n+k] = math.Sqrt(sum)
			}
		}
	}
	return nil
}

// dot sums in order, without fused products.
func dot(a, b []float64) (sum float64) {
	for i, x := range a {
		sum += float64(x * b[i])
	}
	return sum
}

func (l *linearBaseline) predict(x []float32) float64 {
	y := l.w[len(x)]
	for k, v := range x {
		y += float64(l.w[k] * float64(v))
	}
	return y
}

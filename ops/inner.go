package ops

import (
	G "gorgonia.org/gorgonia"
)

// Inner returns the mean over the rows of x [B, C] of each row's inner product
// with the same row of weights [capacity, C]: a scalar whose gradient is the
// weights divided by B. It asks a graph for the gradient of any combination of
// its outputs.
func Inner(x, weights *G.Node) (*G.Node, error) {
	if err := matrixNode("inner", x); err != nil {
		return nil, err
	}
	if err := paramNode("inner", "weights", weights, weights.Shape()[0], x.Shape()[1]); err != nil {
		return nil, err
	}
	return newLoss("inner", x, weights, func(row []float32, weights any, r int, grad []float32) (float64, float64, error) {
		w, err := floatRow("inner", weights, r, len(row))
		if err != nil {
			return 0, 0, err
		}
		copy(grad, w)
		var sum float64
		for j, v := range row {
			sum += float64(v) * float64(w[j]) // an exact product: fused or not, the sum is the same
		}
		return sum, 1, nil
	})
}

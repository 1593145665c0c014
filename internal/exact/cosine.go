package exact

import "math"

// HalfCosine returns (1 + cos(pi x)) / 2 for 0 <= x <= 1, which is the square
// of cos(pi x / 2).
func HalfCosine(x float64) float64 {
	// The series of cos for the first half, of sin from the other end for the
	// second; 9 terms leave an error below 1e-17.
	sine := x > 0.5
	if sine {
		x = 1 - x
	}
	h := math.Pi / 2 * x
	square := float64(h * h)
	sum := 1.0
	for k := 18; k >= 2; k -= 2 {
		n := k * (k - 1)
		if sine {
			n = k * (k + 1)
		}
		sum = 1 - float64(float64(square*sum)/float64(n))
	}
	if sine {
		sum = float64(sum * h)
	}
	return float64(sum * sum)
}

package exact

import "math"

// Sigmoid returns 1 / (1 + e**-x), without overflow.
func Sigmoid(x float64) float64 {
	e := Exp(-math.Abs(x))
	if x < 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}

// Softmax returns the probabilities of logits divided by the temperature.
func Softmax[T float32 | float64](logits []T, temperature float64) []float64 {
	p := make([]float64, len(logits))
	top, sum := math.Inf(-1), 0.0
	for _, l := range logits {
		top = max(top, float64(l)/temperature)
	}
	for i, l := range logits {
		p[i] = Exp(float64(l)/temperature - top)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

// Sigmoids returns the probability of each logit divided by the temperature, each for
// itself.
func Sigmoids[T float32 | float64](logits []T, temperature float64) []float64 {
	p := make([]float64, len(logits))
	for i, l := range logits {
		p[i] = Sigmoid(float64(l) / temperature)
	}
	return p
}

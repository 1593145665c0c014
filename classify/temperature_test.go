package classify

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Logits that are three times too large for how often they are right.
func TestFitTemperature(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	var a Answers
	var logits []float64
	for range 20_000 {
		z := rng.NormFloat64()
		l := int32(0)
		if rng.Float64() < 1/(1+math.Exp(-z)) {
			l = 1
		}
		a.Labels, a.Lengths, logits = append(a.Labels, l), append(a.Lengths, 1), append(logits, 3*z)
	}
	a.Probabilities = func(i int, temperature float64) []float64 {
		p := 1 / (1 + math.Exp(-logits[i]/temperature))
		return []float64{1 - p, p}
	}
	if got := Evaluate(a, 1).FitTemperature(); math.Abs(got-3) > 0.15 {
		t.Errorf("temperature %v, want 3", got)
	}
}

package linear

import (
	"fmt"
	"math"

	"github.com/gorgonia-zoo/zoo/internal/exact"
)

// Temperature returns what logits are divided by before they become
// probabilities (Guo et al. 2017, arXiv:1706.04599); 1 unless set.
func (c *Classifier) Temperature() float64 { return c.temperature }

// SetTemperature changes what logits are divided by; t must be positive.
func (c *Classifier) SetTemperature(t float64) error {
	if !(t > 0) || math.IsInf(t, 0) {
		return fmt.Errorf("linear: temperature %v, want a positive number", t)
	}
	c.temperature = t
	return nil
}

// Probabilities turns the logits of a text, divided by the temperature, into
// the probability of each class. One logit is that of class 1. Several are
// those of each class against the rest: their probabilities are divided by
// their sum, as scikit-learn's OneVsRestClassifier does. Those of models/lstm are a
// softmax, and even of one logit have other last bits: temperatures that ship were
// fitted to each as it is.
func Probabilities(logits []float64, temperature float64) []float64 {
	if len(logits) == 1 {
		z := logits[0] / temperature
		return []float64{sigmoid(-z), sigmoid(z)}
	}
	p := make([]float64, len(logits))
	sum := 0.0
	for k, z := range logits {
		p[k] = sigmoid(z / temperature)
		sum += p[k]
	}
	for k := range p {
		if sum > 0 {
			p[k] /= sum
		} else {
			p[k] = 1 / float64(len(p)) // all impossible: none more than another
		}
	}
	return p
}

// FitTemperature returns the temperature at which predictions for texts that
// were not trained on give their labels the least cross-entropy, between 1/20
// and 20, by golden section over its logarithm. What fits the training texts
// perfectly is too sure of itself elsewhere; a temperature makes up for that
// without changing any answer for two classes.
func FitTemperature(predictions []Prediction, label func(i int) int) (float64, error) {
	for i, p := range predictions {
		if l := label(i); l < 0 || l >= len(p.Probabilities) {
			return 0, fmt.Errorf("linear: prediction %d has label %d, want 0 to %d", i, l, len(p.Probabilities)-1)
		}
	}
	loss := func(x float64) (sum float64) {
		t := exp(x)
		for i, p := range predictions {
			sum -= log(max(Probabilities(p.Logits, t)[label(i)], 1e-300))
		}
		return sum
	}
	return exp(exact.Minimise(loss, log(1.0/20), log(20))), nil
}

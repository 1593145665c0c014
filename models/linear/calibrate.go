package linear

import (
	"fmt"
	"math"
	"slices"
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

// Thresholds returns the probabilities from which classes are given where a text may
// have several, nil where it has one.
func (c *Classifier) Thresholds() []float64 { return slices.Clone(c.thresholds) }

// SetThresholds changes them: one for each class, of 0 to 1.
func (c *Classifier) SetThresholds(t []float64) error {
	if !c.config.Several || len(t) != len(c.classes) || slices.ContainsFunc(t, func(x float64) bool { return !(x >= 0 && x <= 1) }) {
		return fmt.Errorf("linear: thresholds %v, want one of 0 to 1 for each of %d classes of which a text may have several", t, len(c.classes))
	}
	c.thresholds = slices.Clone(t)
	return nil
}

// Probabilities turns the logits of a text into the probability of each class: see the
// function of that name, or, where a text may have several, each for itself.
func (c *Classifier) Probabilities(logits []float64, temperature float64) []float64 {
	if !c.config.Several {
		return Probabilities(logits, temperature)
	}
	p := make([]float64, len(logits))
	for k, z := range logits {
		p[k] = sigmoid(z / temperature)
	}
	return p
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

package classify

import (
	"maps"
	"math"
	"slices"

	"github.com/gorgonia-zoo/zoo/internal/exact"
)

// Evaluation is how a classifier does on labelled texts.
type Evaluation struct {
	Examples int     `json:"examples"`
	Accuracy float64 `json:"accuracy"`
	Loss     float64 `json:"loss"` // mean cross-entropy in nats, temperature 1

	// Calibration is the expected calibration error of the probabilities, in
	// 15 bins of equal width (Guo et al. 2017).
	Calibration float64 `json:"calibration_error"`
	// ByLength is the accuracy of texts by their number of tokens.
	ByLength []LengthBin `json:"by_length"`

	answers     Answers
	temperature float64
	predicted   []int32   // the most probable class of each text
	sure        []float64 // its probability
	bins        [bins]Bin
}

// LengthBin is the texts of at most Tokens tokens that are in no earlier bin.
type LengthBin struct {
	Tokens   int     `json:"tokens"` // 0 for no limit
	Examples int     `json:"examples"`
	Accuracy float64 `json:"accuracy"`
}

// Answers are what a classifier said of texts whose classes are known.
type Answers struct {
	Labels  []int32 // the truth, indices of classes
	Lengths []int   // in tokens
	// Probabilities returns those of every class for a text, its logits divided
	// by the temperature first.
	Probabilities func(text int, temperature float64) []float64
}

// Evaluate measures answers given at a temperature.
func Evaluate(a Answers, temperature float64) *Evaluation {
	e := &Evaluation{Examples: len(a.Labels), answers: a, temperature: temperature,
		predicted: make([]int32, len(a.Labels)), sure: make([]float64, len(a.Labels))}
	limits := []int{100, 200, 400, 800, 0}
	right := make([]int, len(limits))
	e.ByLength = make([]LengthBin, len(limits))
	var loss float64
	var hits int
	var confidence, correct [bins]float64
	for i, label := range a.Labels {
		p := a.Probabilities(i, 1)
		loss -= exact.Log(max(p[label], 1e-300))
		p = a.Probabilities(i, temperature)
		best := Most(p)
		e.predicted[i], e.sure[i] = int32(best), p[best]
		bin := min(bins-1, int(p[best]*bins))
		confidence[bin] += p[best]
		e.bins[bin].Examples++
		length := slices.IndexFunc(limits, func(n int) bool { return n == 0 || a.Lengths[i] <= n })
		e.ByLength[length].Examples++
		if int32(best) == label {
			hits++
			correct[bin]++
			right[length]++
		}
	}
	for i := range limits {
		e.ByLength[i].Tokens = limits[i]
		if n := e.ByLength[i].Examples; n > 0 {
			e.ByLength[i].Accuracy = float64(right[i]) / float64(n)
		}
	}
	for b := range bins {
		e.Calibration += math.Abs(confidence[b] - correct[b])
		e.bins[b].Low, e.bins[b].High = float64(b)/bins, float64(b+1)/bins
		if n := float64(e.bins[b].Examples); n > 0 {
			e.bins[b].Probability, e.bins[b].Accuracy = confidence[b]/n, correct[b]/n
		}
	}
	n := float64(e.Examples)
	e.Accuracy, e.Loss, e.Calibration = float64(hits)/n, loss/n, e.Calibration/n
	return e
}

// At is the evaluation of the same answers at another temperature.
func (e *Evaluation) At(temperature float64) *Evaluation { return Evaluate(e.answers, temperature) }

// CrossEntropy is the mean cross-entropy of the answers at a temperature, in
// nats.
func (e *Evaluation) CrossEntropy(temperature float64) (sum float64) {
	for i, label := range e.answers.Labels {
		sum -= exact.Log(max(e.answers.Probabilities(i, temperature)[label], 1e-300))
	}
	return sum / float64(max(1, len(e.answers.Labels)))
}

// FitTemperature returns the temperature of least cross-entropy, between 1/20
// and 20, by golden section over its logarithm. What fits the training texts
// perfectly is too sure of itself elsewhere; a temperature makes up for that
// without changing the answer (Guo et al. 2017, arXiv:1706.04599).
func (e *Evaluation) FitTemperature() float64 {
	return exact.Exp(exact.Minimise(func(x float64) (sum float64) {
		t := exact.Exp(x)
		for i, label := range e.answers.Labels {
			sum -= exact.Log(max(e.answers.Probabilities(i, t)[label], 1e-300))
		}
		return sum
	}, exact.Log(1.0/20), exact.Log(20)))
}

// Balanced is the mean of the accuracies of each class that has texts.
func (e *Evaluation) Balanced() float64 {
	right, all := map[int32]int{}, map[int32]int{}
	for i, label := range e.answers.Labels {
		p := e.answers.Probabilities(i, 1)
		best := Most(p)
		if all[label]++; int32(best) == label {
			right[label]++
		}
	}
	sum := 0.0
	for _, label := range slices.Sorted(maps.Keys(all)) {
		sum += float64(right[label]) / float64(all[label])
	}
	return sum / float64(max(1, len(all)))
}

// Most returns the index of the largest of p, the first of equals.
func Most(p []float64) int {
	best := 0
	for k := range p {
		if p[k] > p[best] {
			best = k
		}
	}
	return best
}

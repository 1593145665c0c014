package zoo

import (
	"context"
	"maps"
	"math"
	"slices"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/exact"
	"github.com/gorgonia-zoo/zoo/models/lstm"
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

	probabilities func(text int, temperature float64) []float64 // of every class
	labels        []int32
	lengths       []int // in tokens
}

// LengthBin is the texts of at most Tokens tokens that are in no earlier bin.
type LengthBin struct {
	Tokens   int     `json:"tokens"` // 0 for no limit
	Examples int     `json:"examples"`
	Accuracy float64 `json:"accuracy"`
}

// evaluateIDs measures a classifier on encoded texts.
func evaluateIDs(ctx context.Context, c *lstm.Classifier, texts [][]int32, labels []int32) (*Evaluation, error) {
	logits, err := c.Network().Logits(ctx, texts)
	if err != nil {
		return nil, err
	}
	e := &Evaluation{labels: labels, lengths: make([]int, len(texts))}
	for i, t := range texts {
		e.lengths[i] = len(t)
	}
	e.probabilities = func(i int, temperature float64) []float64 { return lstm.Probabilities(logits[i], temperature) }
	return e.at(c.Temperature()), nil
}

// at is the evaluation of the same answers at another temperature.
func (e *Evaluation) at(temperature float64) *Evaluation {
	e = &Evaluation{Examples: len(e.labels), probabilities: e.probabilities, labels: e.labels, lengths: e.lengths}
	limits := []int{100, 200, 400, 800, 0}
	right := make([]int, len(limits))
	e.ByLength = make([]LengthBin, len(limits))
	var loss float64
	var hits int
	const bins = 15
	var confidence, correct [bins]float64
	for i := range e.labels {
		p := e.probabilities(i, 1)
		loss -= exact.Log(max(p[e.labels[i]], 1e-300))
		p = e.probabilities(i, temperature)
		best := most(p)
		bin := min(bins-1, int(p[best]*bins))
		confidence[bin] += p[best]
		length := slices.IndexFunc(limits, func(n int) bool { return n == 0 || e.lengths[i] <= n })
		e.ByLength[length].Examples++
		if int32(best) == e.labels[i] {
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
	}
	n := float64(e.Examples)
	e.Accuracy, e.Loss, e.Calibration = float64(hits)/n, loss/n, e.Calibration/n
	return e
}

// fitTemperature returns the temperature of least cross-entropy, between 1/20
// and 20, by golden section over its logarithm.
func (e *Evaluation) fitTemperature() float64 {
	return exact.Exp(exact.Minimise(func(x float64) (sum float64) {
		t := exact.Exp(x)
		for i, label := range e.labels {
			sum -= exact.Log(max(e.probabilities(i, t)[label], 1e-300))
		}
		return sum
	}, exact.Log(1.0/20), exact.Log(20)))
}

// EvaluateText measures a classifier on one part of the data: "train", "test"
// or, for a table, the whole.
func EvaluateText(ctx context.Context, c TextClassifier, data *Texts, part datasets.Part) (*Evaluation, error) {
	corpus, classes, _, err := data.part(ctx, part, c.Tokenizer())
	if err != nil {
		return nil, err
	}
	labels, err := relabel(corpus.Labels, classes, c.Classes())
	if err != nil {
		return nil, err
	}
	return c.evaluate(ctx, corpus, labels)
}

// most returns the index of the largest of p, the first of equals.
func most(p []float64) int {
	best := 0
	for k := range p {
		if p[k] > p[best] {
			best = k
		}
	}
	return best
}

// balanced is the mean of the accuracies of each class that has texts.
func (e *Evaluation) balanced() float64 {
	right, all := map[int32]int{}, map[int32]int{}
	for i, label := range e.labels {
		p := e.probabilities(i, 1)
		best := most(p)
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

package classify

import (
	"cmp"
	"slices"
)

// Labels returns the truth, an index of a class for each text. It must not be
// changed.
func (e *Evaluation) Labels() []int32 { return e.answers.Labels }

// Predictions returns the answers, the most probable class of each text. It must
// not be changed.
func (e *Evaluation) Predictions() []int32 { return e.predicted }

// Lengths returns the number of tokens of each text. It must not be changed.
func (e *Evaluation) Lengths() []int { return e.answers.Lengths }

// Temperature returns what logits were divided by.
func (e *Evaluation) Temperature() float64 { return e.temperature }

// Probabilities returns those of every class for a text, at the temperature of
// the evaluation.
func (e *Evaluation) Probabilities(text int) []float64 {
	return e.answers.Probabilities(text, e.temperature)
}

// Right tells whether the answer to a text is its class.
func (e *Evaluation) Right(text int) bool { return e.predicted[text] == e.answers.Labels[text] }

// right counts the texts that are answered right.
func (e *Evaluation) right() (n int) {
	for i := range e.predicted {
		if e.Right(i) {
			n++
		}
	}
	return n
}

// AccuracyInterval is the 95 % interval of the accuracy, see [Wilson].
func (e *Evaluation) AccuracyInterval() Interval { return Wilson(e.right(), e.Examples) }

// bins is the number of bins of the calibration.
const bins = 15

// Bin is the texts whose answer has a probability from Low up to, and without,
// High; 1 is in the last. A classifier is calibrated where Probability and
// Accuracy are the same.
type Bin struct {
	Low         float64 `json:"low"`
	High        float64 `json:"high"`
	Examples    int     `json:"examples"`
	Probability float64 `json:"probability"` // mean of the answers, 0 without examples
	Accuracy    float64 `json:"accuracy"`    // share that is right, 0 without examples
}

// Reliability returns the reliability diagram: bins of the probability of the
// answer that have examples, lowest first (Niculescu-Mizil and Caruana 2005). The
// calibration error is their mean distance from the diagonal.
func (e *Evaluation) Reliability() []Bin {
	return slices.DeleteFunc(slices.Clone(e.bins[:]), func(b Bin) bool { return b.Examples == 0 })
}

// Mistake is a text that is answered wrong.
type Mistake struct {
	Text        int // its index
	Truth       int
	Answer      int
	Probability float64 // of Answer
}

// Worst returns the n worst mistakes: the surest first, of equals the earlier.
func (e *Evaluation) Worst(n int) []Mistake {
	var all []Mistake
	for i, label := range e.answers.Labels {
		if !e.Right(i) {
			all = append(all, Mistake{i, int(label), int(e.predicted[i]), e.sure[i]})
		}
	}
	slices.SortStableFunc(all, func(a, b Mistake) int { return cmp.Compare(b.Probability, a.Probability) })
	return all[:min(max(n, 0), len(all))]
}

package classify

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gorgonia-zoo/zoo/internal/exact"
)

// Marks are what a model says of texts that have any number of labels.
type Marks struct {
	Labels  [][]int32 // the truth, indices of labels, ascending
	Lengths []int     // in tokens; nil: not known
	// Probabilities returns those of every label for a text, its logits divided by
	// the temperature first.
	Probabilities func(text int, temperature float64) []float64
}

// LabelEvaluation is how a model of several labels does on texts whose labels are
// known: the figures that scikit-learn has for an indicator matrix.
type LabelEvaluation struct {
	Examples int     `json:"examples"`
	Subset   float64 `json:"subset_accuracy"`   // share of the texts that are given exactly their labels
	Hamming  float64 `json:"hamming_loss"`      // of all labels of all texts, the share given or left out wrongly
	PerText  float64 `json:"labels_per_text"`   // mean, in truth
	Answered float64 `json:"answered_per_text"` // mean, as answered
	Loss     float64 `json:"loss"`              // mean binary cross-entropy of all labels in nats, at the temperature

	Micro    Score        `json:"micro"`    // of all labels of all texts together
	Macro    Score        `json:"macro"`    // plain mean of the labels
	Weighted Score        `json:"weighted"` // each label as often as it is true
	Labels   []LabelScore `json:"labels"`

	marks       Marks
	temperature float64
	given       [][]int
}

// LabelScore is the score of a label.
type LabelScore struct {
	Name string `json:"name"`
	Score
	Threshold float64 `json:"threshold"`
	Examples  int     `json:"examples"`  // texts that have it
	Predicted int     `json:"predicted"` // texts that are given it
}

// EvaluateLabels measures answers given at a temperature, of the labels of names and
// from the thresholds on.
func EvaluateLabels(m Marks, names []string, thresholds []float64, temperature float64) (*LabelEvaluation, error) {
	if len(names) != len(thresholds) {
		return nil, fmt.Errorf("classify: %d thresholds for %d labels", len(thresholds), len(names))
	}
	return evaluateLabels(m, names, thresholds, func(int) []float64 { return thresholds }, temperature)
}

// evaluateLabels is EvaluateLabels with thresholds of each text's own.
func evaluateLabels(m Marks, names []string, thresholds []float64, of func(text int) []float64, temperature float64) (*LabelEvaluation, error) {
	e := &LabelEvaluation{Examples: len(m.Labels), Labels: make([]LabelScore, len(names)), marks: m, temperature: temperature, given: make([][]int, len(m.Labels))}
	hits := make([]int, len(names))
	exactly, truths, answers := 0, 0, 0
	for i, truth := range m.Labels {
		has := make([]bool, len(names))
		for _, k := range truth {
			if k < 0 || int(k) >= len(names) {
				return nil, fmt.Errorf("classify: text %d has label %d, want one of %d", i, k, len(names))
			}
			has[k] = true
			e.Labels[k].Examples++
		}
		e.Loss += m.crossEntropy(i, temperature)
		p := m.Probabilities(i, temperature)
		e.given[i] = Given(p, of(i))
		right := 0
		for _, k := range e.given[i] {
			if e.Labels[k].Predicted++; has[k] {
				hits[k]++
				right++
			}
		}
		if right == len(truth) && right == len(e.given[i]) {
			exactly++
		}
		truths, answers = truths+len(truth), answers+len(e.given[i])
	}
	all := 0
	for k := range e.Labels {
		l := &e.Labels[k]
		l.Name, l.Threshold = names[k], thresholds[k]
		l.Score = Score{ratio(hits[k], l.Predicted), ratio(hits[k], l.Examples), ratio(2*hits[k], l.Predicted+l.Examples)}
		e.Macro, e.Weighted = e.Macro.plus(l.Score, 1), e.Weighted.plus(l.Score, float64(l.Examples))
		all += hits[k]
	}
	e.Macro, e.Weighted = e.Macro.over(len(names)), e.Weighted.over(truths)
	e.Micro = Score{ratio(all, answers), ratio(all, truths), ratio(2*all, answers+truths)}
	cells := float64(max(1, len(names)*e.Examples))
	e.Hamming, e.Loss = float64(answers+truths-2*all)/cells, e.Loss/cells
	n := float64(max(1, e.Examples))
	e.Subset, e.PerText, e.Answered = float64(exactly)/n, float64(truths)/n, float64(answers)/n
	return e, nil
}

// Metrics are those of a card, with a prefix before their names.
func (e *LabelEvaluation) Metrics(prefix string) map[string]float64 {
	return map[string]float64{prefix + "micro_f1": e.Micro.F1, prefix + "macro_f1": e.Macro.F1, prefix + "subset_accuracy": e.Subset,
		prefix + "hamming_loss": e.Hamming, prefix + "loss": e.Loss}
}

// SubsetInterval is the 95 % interval of the subset accuracy, see [Wilson].
func (e *LabelEvaluation) SubsetInterval() Interval {
	return Wilson(int(math.Round(e.Subset*float64(e.Examples))), e.Examples)
}

// Given returns the labels given to a text, the most probable first.
func (e *LabelEvaluation) Given(text int) []int { return e.given[text] }

// Truth returns the labels of a text.
func (e *LabelEvaluation) Truth(text int) []int32 { return e.marks.Labels[text] }

// LabelMistake is a text whose labels are not those given.
type LabelMistake struct {
	Text int     // its index
	Loss float64 // binary cross-entropy of its labels, in nats
}

// Worst returns the n worst of the texts whose labels are not those given: the
// largest cross-entropy first, of equals the earlier.
func (e *LabelEvaluation) Worst(n int) []LabelMistake {
	var all []LabelMistake
	for i, truth := range e.marks.Labels {
		given := slices.Clone(e.given[i])
		slices.Sort(given)
		if slices.EqualFunc(given, truth, func(a int, b int32) bool { return a == int(b) }) {
			continue
		}
		all = append(all, LabelMistake{i, e.marks.crossEntropy(i, e.temperature)})
	}
	slices.SortStableFunc(all, func(a, b LabelMistake) int { return cmp.Compare(b.Loss, a.Loss) })
	return all[:min(max(n, 0), len(all))]
}

// crossEntropy is that of a text's labels.
func (m Marks) crossEntropy(text int, temperature float64) (sum float64) {
	truth := m.Labels[text]
	for k, p := range m.Probabilities(text, temperature) {
		if _, has := slices.BinarySearch(truth, int32(k)); !has {
			p = 1 - p
		}
		sum -= exact.Log(max(p, 1e-300))
	}
	return sum
}

// FitTemperature returns the temperature of least binary cross-entropy, as that of
// an Evaluation does for classes.
func (m Marks) FitTemperature() float64 {
	return exact.Exp(exact.Minimise(func(x float64) (sum float64) {
		t := exact.Exp(x)
		for i := range m.Labels {
			sum += m.crossEntropy(i, t)
		}
		return sum
	}, exact.Log(1.0/20), exact.Log(20)))
}

// ownThreshold is how many texts must have a label, and how many not, for it to have
// a threshold of its own.
const ownThreshold = 10

// FitThresholds chooses the probability from which each of n labels is given, by
// answers at a temperature: that of the greatest F1 of the label, and for a label
// that too few texts have to tell, the one threshold of the greatest micro F1 over
// all (Yang 2001, "A study of thresholding strategies for text categorization",
// SIGIR, compares both). Of equals it is the one nearest to 1/2.
func (m Marks) FitThresholds(n int, temperature float64) ([]float64, error) {
	if len(m.Labels) == 0 {
		return nil, errors.New("classify: thresholds are chosen by texts, and there are none")
	}
	byLabel := make([][]candidate, n)
	var all []candidate
	positives := make([]int, n)
	for i, truth := range m.Labels {
		for k, p := range m.Probabilities(i, temperature) {
			_, has := slices.BinarySearch(truth, int32(k))
			c := candidate{p, has}
			byLabel[k], all = append(byLabel[k], c), append(all, c)
			if has {
				positives[k]++
			}
		}
	}
	common := bestThreshold(all)
	out := make([]float64, n)
	for k := range out {
		if out[k] = common; positives[k] >= ownThreshold && len(m.Labels)-positives[k] >= ownThreshold {
			out[k] = bestThreshold(byLabel[k])
		}
	}
	return out, nil
}

// candidate is a probability that was given to a label, and whether it is true.
type candidate struct {
	p    float64
	true bool
}

// bestThreshold returns the threshold of the greatest F1, halfway between two
// probabilities, 1/2 where no text has a label.
func bestThreshold(list []candidate) float64 {
	slices.SortFunc(list, func(a, b candidate) int { return cmp.Compare(b.p, a.p) })
	positives := 0
	for _, c := range list {
		if c.true {
			positives++
		}
	}
	best, at, hits := 0.0, 0.5, 0
	for i, c := range list {
		if c.true {
			hits++
		}
		next := 0.0
		if i+1 < len(list) {
			next = list[i+1].p
		}
		if next == c.p {
			continue
		}
		f1 := ratio(2*hits, i+1+positives)
		middle := (c.p + next) / 2
		if next <= 0.5 && c.p >= 0.5 {
			middle = 0.5
		}
		if f1 > best || f1 == best && f1 > 0 && math.Abs(middle-0.5) < math.Abs(at-0.5) {
			best, at = f1, middle
		}
	}
	return at
}

// half returns the marks of every second text, from the first or second on.
func (m Marks) half(from int) Marks {
	h := Marks{Probabilities: func(i int, t float64) []float64 { return m.Probabilities(2*i+from, t) }}
	for i := from; i < len(m.Labels); i += 2 {
		h.Labels = append(h.Labels, m.Labels[i])
	}
	return h
}

// HeldOut measures answers to texts that were held out, where nothing but they can
// choose the thresholds too: those of each half of the texts are chosen by the other
// half, so that no text is measured by a threshold that it has chosen. thresholds
// are those chosen by all of them, for use. Of fewer than two texts it is an error.
func (m Marks) HeldOut(names []string, temperature float64) (e *LabelEvaluation, thresholds []float64, err error) {
	if len(m.Labels) < 2 {
		return nil, nil, fmt.Errorf("classify: %d texts, want two or more to choose thresholds by and to measure", len(m.Labels))
	}
	if thresholds, err = m.FitThresholds(len(names), temperature); err != nil {
		return nil, nil, err
	}
	var cut [2][]float64
	for side := range cut {
		if cut[side], err = m.half(1-side).FitThresholds(len(names), temperature); err != nil {
			return nil, nil, err
		}
	}
	e, err = evaluateLabels(m, names, thresholds, func(text int) []float64 { return cut[text%2] }, temperature)
	return e, thresholds, err
}

package classify

import "context"

// Kind is what a model says of a text.
type Kind string

// Kinds of answers.
const (
	OneClass Kind = "class"  // one class of several
	Several  Kind = "labels" // any number of labels, each for itself
	Number   Kind = "number" // a number
)

// Task is what a model answers, and of what.
type Task struct {
	Kind Kind `json:"kind"`
	// Pairs tells that two texts are read together.
	Pairs bool `json:"pairs,omitempty"`
	// Classes are the names of the classes or labels; nil for a Number.
	Classes []string `json:"classes,omitempty"`
	// Thresholds are the probabilities from which labels are given, of Several
	// alone: one a label.
	Thresholds []float64 `json:"thresholds,omitempty"`
}

// Plain tells what a Classifier does: one class of one text.
func (t Task) Plain() bool { return t.Kind == OneClass && !t.Pairs }

// Input is a text, or two that are read together.
type Input struct{ Text, Pair string }

// Answer is what a model says of an input.
type Answer struct {
	// Labels are those given, the most probable first, and Classes their indices:
	// one of OneClass, any number of Several, none of a Number.
	Labels  []string
	Classes []int
	// Probabilities are those of every class or label, in their order.
	Probabilities []float64
	Number        float64 // of a Number
	Tokens        int     // tokens that were read
	Truncated     bool    // whether the input was cut at the model's limit
}

// Answerer answers what a Classifier cannot say: several labels, a number, or one
// class of a pair of texts. Its methods are safe for many goroutines.
type Answerer interface {
	Task() Task
	// AnswerAll answers inputs; answers come in their order and are the same as
	// one by one. Input.Pair counts for pairs alone.
	AnswerAll(ctx context.Context, inputs []Input) ([]Answer, error)
}

// Given returns the labels whose probabilities reach their thresholds, the most
// probable first, of equals the earlier.
func Given(probabilities, thresholds []float64) []int {
	var given []int
	for k, p := range probabilities {
		if p < thresholds[k] {
			continue
		}
		at := len(given)
		for at > 0 && probabilities[given[at-1]] < p {
			at--
		}
		given = append(given, 0)
		copy(given[at+1:], given[at:])
		given[at] = k
	}
	return given
}

// AnswerLabels is the answer of Several with the probabilities of labels.
func (t Task) AnswerLabels(probabilities []float64, tokens int, truncated bool) Answer {
	return t.answer(Given(probabilities, t.Thresholds), probabilities, tokens, truncated)
}

// AnswerClass is the answer of OneClass.
func (t Task) AnswerClass(probabilities []float64, tokens int, truncated bool) Answer {
	return t.answer([]int{Most(probabilities)}, probabilities, tokens, truncated)
}

func (t Task) answer(given []int, probabilities []float64, tokens int, truncated bool) Answer {
	a := Answer{Classes: given, Probabilities: probabilities, Tokens: tokens, Truncated: truncated}
	for _, k := range given {
		a.Labels = append(a.Labels, t.Classes[k])
	}
	return a
}

// Texts returns the texts of inputs that are no pairs.
func Texts(inputs []Input) []string {
	out := make([]string, len(inputs))
	for i, in := range inputs {
		out[i] = in.Text
	}
	return out
}

package texts

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/datasets"
)

// Evaluate measures a classifier on one part of the data: "train", "test" or,
// for a table, the whole.
func Evaluate(ctx context.Context, c classify.Classifier, data *Set, part datasets.Part) (*classify.Evaluation, error) {
	if err := data.oneClass(); err != nil {
		return nil, err
	}
	if r, ok := c.(classify.Reader); ok {
		p, err := data.Read(ctx, part, r.Tokenizer())
		if err != nil {
			return nil, err
		}
		labels, err := Relabel(p.Labels, p.Classes, c.Classes())
		if err != nil {
			return nil, err
		}
		return r.EvaluateTokens(ctx, p.Words, p.Texts, labels)
	}
	return evaluateRaw(ctx, c, data, part)
}

// evaluateRaw measures a classifier that reads texts by itself.
func evaluateRaw(ctx context.Context, c classify.Classifier, data *Set, part datasets.Part) (*classify.Evaluation, error) {
	examples, classes, err := data.Examples(ctx, part)
	if err != nil {
		return nil, fmt.Errorf("zoo: data: %w", err)
	}
	var given []int32
	var all []string
	for e, err := range examples {
		if err != nil {
			return nil, fmt.Errorf("zoo: data: %w", err)
		}
		given, all = append(given, int32(e.Label)), append(all, e.Text)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("zoo: data: %s has no examples", data.path)
	}
	labels, err := Relabel(given, classes, c.Classes())
	if err != nil {
		return nil, err
	}
	answers, err := score(ctx, c, all)
	if err != nil {
		return nil, err
	}
	answers.Labels = labels
	return classify.Evaluate(answers, c.Temperature()), nil
}

// score answers texts at any temperature, or, by a classifier that has one
// alone, at that.
func score(ctx context.Context, c classify.Classifier, all []string) (classify.Answers, error) {
	if s, ok := c.(classify.Scorer); ok {
		return s.Score(ctx, all)
	}
	p, err := c.PredictAll(ctx, all)
	if err != nil {
		return classify.Answers{}, err
	}
	if len(p) != len(all) {
		return classify.Answers{}, fmt.Errorf("zoo: eval: the classifier has %d answers to %d texts", len(p), len(all))
	}
	lengths := make([]int, len(all))
	for i, a := range p {
		if len(a.Probabilities) != len(c.Classes()) || slices.ContainsFunc(a.Probabilities, func(x float64) bool { return !(x >= 0 && x <= 1) }) {
			return classify.Answers{}, fmt.Errorf("zoo: eval: the classifier says %v of example %d, want a probability for each of %d classes", a.Probabilities, i, len(c.Classes()))
		}
		lengths[i] = a.Tokens
	}
	return classify.Answers{Lengths: lengths, Probabilities: func(i int, _ float64) []float64 { return p[i].Probabilities }}, nil
}

// At returns the examples of a part that stand at the given places, counted from
// 0 in the order in which all readers have them, in the order asked for. It
// reads the data once more, and keeps no more of it than these.
func (t *Set) At(ctx context.Context, part datasets.Part, places []int) ([]datasets.Example, error) {
	all, err := t.MarkedAt(ctx, part, places)
	out := make([]datasets.Example, len(all))
	for i, m := range all {
		out[i] = m.Example
	}
	return out, err
}

// MarkedAt is At with what else the examples are given.
func (t *Set) MarkedAt(ctx context.Context, part datasets.Part, places []int) ([]datasets.Marked, error) {
	wanted := map[int][]int{} // where each place goes
	for to, place := range places {
		wanted[place] = append(wanted[place], to)
	}
	out := make([]datasets.Marked, len(places))
	if len(places) == 0 {
		return out, nil
	}
	examples, _, err := t.Marked(ctx, part)
	if err != nil {
		return nil, fmt.Errorf("zoo: data: %w", err)
	}
	n := 0
	for e, err := range examples {
		if err != nil {
			return nil, fmt.Errorf("zoo: data: %w", err)
		}
		for _, to := range wanted[n] {
			e.Text, e.Pair = strings.Clone(e.Text), strings.Clone(e.Pair)
			out[to] = e
		}
		delete(wanted, n)
		if n++; len(wanted) == 0 {
			return out, nil
		}
	}
	return nil, fmt.Errorf("zoo: data: %s has %d examples, and not all of %d places", t.path, n, len(places))
}

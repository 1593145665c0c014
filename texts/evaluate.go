package texts

import (
	"context"
	"fmt"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/datasets"
)

// Evaluate measures a classifier on one part of the data: "train", "test" or,
// for a table, the whole.
func Evaluate(ctx context.Context, c classify.Classifier, data *Set, part datasets.Part) (*classify.Evaluation, error) {
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
	var all []classify.Prediction
	var block []string
	answer := func() error {
		p, err := c.PredictAll(ctx, block)
		all, block = append(all, p...), block[:0]
		return err
	}
	for e, err := range examples {
		if err != nil {
			return nil, fmt.Errorf("zoo: data: %w", err)
		}
		given = append(given, int32(e.Label))
		if block = append(block, e.Text); len(block) == 1<<10 {
			if err := answer(); err != nil {
				return nil, err
			}
		}
	}
	if err := answer(); err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("zoo: data: %s has no examples", data.path)
	}
	labels, err := Relabel(given, classes, c.Classes())
	if err != nil {
		return nil, err
	}
	lengths := make([]int, len(all))
	for i, p := range all {
		lengths[i] = p.Tokens
	}
	// What it says is all there is of it: its probabilities are at its own
	// temperature.
	return classify.Evaluate(classify.Answers{Labels: labels, Lengths: lengths,
		Probabilities: func(i int, _ float64) []float64 { return all[i].Probabilities }}, c.Temperature()), nil
}

package encoder

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/internal/exact"
)

// Task returns what the linear layer answers.
func (c *Classifier) Task() classify.Task {
	return classify.Task{Kind: c.kind, Pairs: c.settings.Pairs != "", Classes: c.classes, Thresholds: slices.Clone(c.thresholds)}
}

// SetThresholds changes the probabilities from which labels are given where a text may
// have several: one for each, of 0 to 1.
func (c *Classifier) SetThresholds(t []float64) error {
	if c.kind != classify.Several || len(t) != len(c.classes) || slices.ContainsFunc(t, func(x float64) bool { return !(x >= 0 && x <= 1) }) {
		return fmt.Errorf("encoder: thresholds %v, want one of 0 to 1 for each of %d labels of which a text may have several", t, len(c.classes))
	}
	c.thresholds = slices.Clone(t)
	return nil
}

// Probabilities turns the logits of a text into the probability of each class or
// label, nil for a number.
func (c *Classifier) Probabilities(logits []float64, temperature float64) []float64 {
	switch c.kind {
	case classify.Number:
		return nil
	case classify.Several:
		return exact.Sigmoids(logits, temperature)
	}
	return Probabilities(logits, temperature)
}

// Answerer is a Classifier that answers what none could: several labels, a number, or
// of pairs.
type Answerer struct{ c *Classifier }

var _ classify.Answerer = (*Answerer)(nil)

// Answerer returns the classifier as what answers its task.
func (c *Classifier) Answerer() *Answerer { return &Answerer{c} }

// Classifier returns the model.
func (a *Answerer) Classifier() *Classifier { return a.c }

// Task implements classify.Answerer.
func (a *Answerer) Task() classify.Task { return a.c.Task() }

// AnswerAll implements classify.Answerer.
func (a *Answerer) AnswerAll(ctx context.Context, inputs []classify.Input) ([]classify.Answer, error) {
	c := a.c
	vectors, err := c.EmbedInputs(ctx, inputs)
	if err != nil {
		return nil, err
	}
	out, task := make([]classify.Answer, len(inputs)), c.Task()
	for i, v := range vectors {
		logits := c.Logits(v.Vector)
		if slices.ContainsFunc(logits, math.IsNaN) {
			return nil, errors.New("encoder: predict: the weights give no number for this text")
		}
		p := c.Probabilities(logits, c.temperature)
		switch c.kind {
		case classify.Number:
			out[i] = classify.Answer{Number: logits[0], Tokens: v.Tokens, Truncated: v.Truncated}
		case classify.Several:
			out[i] = task.AnswerLabels(p, v.Tokens, v.Truncated)
		default:
			out[i] = task.AnswerClass(p, v.Tokens, v.Truncated)
		}
	}
	return out, nil
}

package linear

import (
	"context"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/models/linear"
)

// Labeller gives texts any number of labels.
type Labeller struct{ c *linear.Classifier }

var (
	_ classify.Answerer   = (*Labeller)(nil)
	_ classify.KnowsWords = (*Labeller)(nil)
)

// value is what a classifier is for whoever opens it.
func value(c *linear.Classifier) any {
	if c.Config().Several {
		return &Labeller{c}
	}
	return &Classifier{c}
}

// Classifier returns the linear model.
func (l *Labeller) Classifier() *linear.Classifier { return l.c }

// Known implements classify.KnowsWords.
func (l *Labeller) Known(text string) (share float64, ok bool) { return l.c.Known(text) }

// Task implements classify.Answerer.
func (l *Labeller) Task() classify.Task {
	return classify.Task{Kind: classify.Several, Classes: l.c.Classes(), Thresholds: l.c.Thresholds()}
}

// AnswerAll implements classify.Answerer.
func (l *Labeller) AnswerAll(ctx context.Context, inputs []classify.Input) ([]classify.Answer, error) {
	all, err := l.c.PredictAll(ctx, classify.Texts(inputs))
	if err != nil {
		return nil, err
	}
	out, task := make([]classify.Answer, len(all)), l.Task()
	for i, p := range all {
		out[i] = task.AnswerLabels(p.Probabilities, p.Tokens, p.Truncated)
	}
	return out, nil
}

package lstm

import (
	"context"
	"fmt"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/train"
)

// Labeller gives texts any number of labels.
type Labeller struct{ c *lstm.Classifier }

var (
	_ classify.Answerer   = (*Labeller)(nil)
	_ classify.KnowsWords = (*Labeller)(nil)
)

// Value is what a classifier is for whoever opens it: a Labeller where a text may have
// several of its classes, else a Classifier.
func Value(c *lstm.Classifier) any {
	if c.Network().Config().Several {
		return &Labeller{c}
	}
	return &Classifier{c}
}

// Classifier returns the model.
func (l *Labeller) Classifier() *lstm.Classifier { return l.c }

// Known implements classify.KnowsWords.
func (l *Labeller) Known(text string) (share float64, ok bool) {
	return (&Classifier{l.c}).Known(text)
}

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

// indicators are 1 for the labels that the chosen texts have, and 0 for the others.
func (t *Task) indicators(chosen []int) []float32 {
	n := len(t.Classifier.Classes())
	out := make([]float32, n*len(chosen))
	for i, at := range chosen {
		for _, k := range t.Sets[at] {
			out[i*n+int(k)] = 1
		}
	}
	return out
}

// marks are the answers for the validation part.
func (t *Task) marks(ctx context.Context) (m classify.Marks, err error) {
	chosen := make([][]int32, len(t.Validation))
	for i, at := range t.Validation {
		chosen[i] = t.Texts[at]
		m.Labels = append(m.Labels, t.Sets[at])
	}
	logits, err := t.Classifier.Network().Logits(ctx, chosen)
	m.Probabilities = func(i int, temperature float64) []float64 { return t.Classifier.Probabilities(logits[i], temperature) }
	return m, err
}

// monitorLabels compares epochs by the micro F1 of several labels.
func (t *Task) monitorLabels(cfg *train.Config) {
	cfg.Evaluate = func(ctx context.Context) (train.Metrics, error) {
		m, err := t.marks(ctx)
		if err != nil {
			return nil, err
		}
		e, _, err := m.HeldOut(t.Classifier.Classes(), 1)
		if err != nil {
			return nil, fmt.Errorf("zoo: data: %w", err)
		}
		return train.Metrics{"micro_f1": e.Micro.F1, "macro_f1": e.Macro.F1, "subset_accuracy": e.Subset, "loss": e.Loss}, nil
	}
	cfg.Monitor = train.Monitor{Metric: "micro_f1", Maximize: true, Tie: "loss"}
}

// calibrateLabels fits the temperature and the thresholds, and returns the figures of a
// card.
func (t *Task) calibrateLabels(ctx context.Context) (map[string]float64, error) {
	m, err := t.marks(ctx)
	if err != nil {
		return nil, err
	}
	temperature := m.FitTemperature()
	e, thresholds, err := m.HeldOut(t.Classifier.Classes(), temperature)
	if err != nil {
		return nil, fmt.Errorf("zoo: data: %w", err)
	}
	if err := t.Classifier.SetThresholds(thresholds); err != nil {
		return nil, err
	}
	return e.Metrics("validation_"), t.Classifier.SetTemperature(temperature)
}

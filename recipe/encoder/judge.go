package encoder

import (
	"context"
	"fmt"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/models/encoder"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/recipe/linear"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// verdict is what the answers for rows held out say of a model, and how they calibrate
// it.
type verdict struct {
	metrics     train.Metrics      // as of an epoch
	card        map[string]float64 // as of a card
	temperature float64
	thresholds  []float64 // of several labels
	loss        float64   // cross-entropy at the temperature, or the mean squared error: the less the better
	said        string    // the figure that people look at first
}

// apply calibrates a classifier.
func (v verdict) apply(c *encoder.Classifier) error {
	if v.thresholds != nil {
		if err := c.SetThresholds(v.thresholds); err != nil {
			return err
		}
	}
	return c.SetTemperature(v.temperature)
}

// judge measures outputs of the linear layer for the chosen rows. Metrics are those at
// temperature 1 where plain is true, as epochs are compared by, else at the one that
// fits best.
func (r rows) judge(c *encoder.Classifier, logits [][]float64, lengths, chosen []int, plain bool) (v verdict, err error) {
	v.temperature = 1
	switch r.kind {
	case classify.Number:
		truth, said := make([]float64, len(chosen)), make([]float64, len(chosen))
		for i, at := range chosen {
			truth[i], said[i] = r.Values[at], logits[i][0]
		}
		e, err := classify.EvaluateNumbers(truth, said)
		if err != nil {
			return v, err
		}
		v.metrics = train.Metrics{"rmse": e.RMSE, "pearson": e.Pearson, "spearman": e.Spearman}
		v.card, v.loss = e.Metrics("validation_"), float64(e.RMSE*e.RMSE)
		v.said = fmt.Sprintf("RMSE %.4f, Pearson %.4f and Spearman %.4f", e.RMSE, e.Pearson, e.Spearman)
		return v, nil
	case classify.Several:
		m := classify.Marks{Probabilities: func(i int, t float64) []float64 { return c.Probabilities(logits[i], t) }}
		for _, at := range chosen {
			m.Labels = append(m.Labels, r.Sets[at])
		}
		if !plain {
			v.temperature = m.FitTemperature()
		}
		e, thresholds, err := m.HeldOut(r.Classes, v.temperature)
		if err != nil {
			return v, fmt.Errorf("zoo: data: %w", err)
		}
		v.metrics = train.Metrics{"micro_f1": e.Micro.F1, "macro_f1": e.Macro.F1, "subset_accuracy": e.Subset, "loss": e.Loss}
		v.card, v.loss, v.thresholds = e.Metrics("validation_"), e.Loss, thresholds
		v.said = fmt.Sprintf("micro F1 %.4f and loss %.4f", e.Micro.F1, e.Loss)
		return v, nil
	}
	labels := make([]int32, len(chosen))
	for i, at := range chosen {
		labels[i] = r.Labels[at]
	}
	e := classify.Evaluate(answers(logits, lengths, labels), 1)
	v.metrics = train.Metrics{"accuracy": e.Accuracy, "loss": e.Loss, "balanced_accuracy": e.Balanced()}
	if plain {
		return v, nil
	}
	v.temperature = e.FitTemperature()
	v.loss = e.CrossEntropy(v.temperature)
	v.said = fmt.Sprintf("accuracy %.4f and loss %.4f", e.Accuracy, v.loss)
	e = e.At(v.temperature)
	v.card = map[string]float64{
		"validation_accuracy": e.Accuracy, "validation_loss": e.Loss, "validation_calibration_error": e.Calibration}
	return v, nil
}

// monitor says by which metric epochs are compared.
func (r rows) monitor(classWeights string) train.Monitor {
	switch {
	case r.kind == classify.Number:
		return train.Monitor{Metric: "rmse"}
	case r.kind == classify.Several:
		return train.Monitor{Metric: "micro_f1", Maximize: true, Tie: "loss"}
	case classWeights == balanced:
		return train.Monitor{Metric: "balanced_accuracy", Maximize: true} // the loss counts frequent classes more
	}
	return train.Monitor{Metric: "accuracy", Maximize: true, Tie: "loss"}
}

// tellOther sets beside a model that answers no class of a text alone what any must
// beat on the rows held out: the mean of the numbers, TF-IDF for several labels, the
// most frequent class for pairs.
func (r rows) tellOther(ctx context.Context, run recipe.Run, card *weights.Card, v verdict) error {
	table := weights.Table{Title: fmt.Sprintf("On the %d rows held out", len(r.held)), Columns: []string{"model", ""}}
	line := func(name string, figure float64) {
		table.Rows = append(table.Rows, []string{name, fmt.Sprintf("%.4f", figure)})
		run.Logf("held out: %-52s %s %.4f", name, table.Columns[1], figure)
	}
	switch r.kind {
	case classify.Number:
		table.Columns[1] = "RMSE"
		mean := 0.0
		for _, at := range r.learn {
			mean += r.Values[at] / float64(len(r.learn))
		}
		truth, said := make([]float64, len(r.held)), make([]float64, len(r.held))
		for i, at := range r.held {
			truth[i], said[i] = r.Values[at], mean
		}
		e, err := classify.EvaluateNumbers(truth, said)
		if err != nil {
			return err
		}
		line("this model", v.card["validation_rmse"])
		line(fmt.Sprintf("always %.4g, the mean of the others", mean), e.RMSE)
		v.card["validation_mean_rmse"] = e.RMSE
		if v.card["validation_rmse"] >= e.RMSE {
			card.Limits = append(card.Limits, "Always answering the mean does as well or better on the rows held out.")
			run.Logf("always answering the mean does as well or better: nothing was learned that helps")
		}
	case classify.Several:
		table.Columns[1] = "micro F1"
		f1, err := r.labelBaseline(ctx)
		if err != nil {
			return err
		}
		line("this model", v.card["validation_micro_f1"])
		line("logistic regression on TF-IDF (zoo train tfidf)", f1)
		if v.card["validation_micro_f1"] <= f1 {
			card.Limits = append(card.Limits, "Logistic regression on TF-IDF does as well or better on the rows held out.")
			run.Logf("logistic regression on TF-IDF does as well or better, in a second: zoo train tfidf with the same --data and --multi")
		}
	default:
		table.Columns[1] = "accuracy"
		counts := make([]int, len(r.Classes))
		for _, at := range r.learn {
			counts[r.Labels[at]]++
		}
		most, right := 0, 0
		for k, n := range counts {
			if n > counts[most] {
				most = k
			}
		}
		for _, at := range r.held {
			if int(r.Labels[at]) == most {
				right++
			}
		}
		frequent := float64(right) / float64(len(r.held))
		line("this model", v.card["validation_accuracy"])
		line(fmt.Sprintf("always %q", r.Classes[most]), frequent)
		if v.card["validation_accuracy"] <= frequent {
			card.Limits = append(card.Limits, "Always answering the most frequent class does as well or better on the rows held out.")
			run.Logf("always answering the most frequent class does as well or better: nothing was learned that helps")
		}
	}
	card.Tables = append(card.Tables, table)
	return nil
}

// labelBaseline is the micro F1 of logistic regression on TF-IDF for several labels.
func (r rows) labelBaseline(ctx context.Context) (float64, error) {
	c, _, err := linear.Fit(ctx, linear.TFIDF(), words, r.Corpus, r.learn, recipe.Run{})
	if err != nil {
		return 0, fmt.Errorf("zoo: baseline: %w", err)
	}
	answers, err := linear.PredictTokens(ctx, c, r.Words, r.Texts, r.held)
	if err != nil {
		return 0, fmt.Errorf("zoo: baseline: %w", err)
	}
	m := classify.Marks{Probabilities: func(i int, t float64) []float64 { return c.Probabilities(answers[i].Logits, t) }}
	for _, at := range r.held {
		m.Labels = append(m.Labels, r.Sets[at])
	}
	e, _, err := m.HeldOut(r.Classes, 1)
	if err != nil {
		return 0, fmt.Errorf("zoo: baseline: %w", err)
	}
	return e.Micro.F1, nil
}

package linear

import (
	"context"
	"fmt"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/models/linear"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// kind is the task that a card names.
func (t *task) kind() string {
	if t.corpus.Sets != nil {
		return texts.LabelTask
	}
	return texts.ClassTask
}

// fitted is what the texts held out say.
type fitted struct {
	temperature float64
	thresholds  []float64 // of several labels
	metrics     train.Metrics
	card        map[string]float64
}

// apply calibrates a classifier.
func (f fitted) apply(c *linear.Classifier) error {
	if f.thresholds != nil {
		if err := c.SetThresholds(f.thresholds); err != nil {
			return err
		}
	}
	return c.SetTemperature(f.temperature)
}

// split holds texts out by class, so that no class is left without a text to learn
// from. Equal texts of a table stay together; IMDB's few do not, lest the figures
// of published models change.
func (t *task) split(report *texts.Report, together bool) {
	if together {
		t.learn, t.check = report.Split(t.corpus, t.recipe.Validation, t.recipe.Seed)
		return
	}
	labels := make([]int, len(t.corpus.Labels))
	for i, l := range t.corpus.Labels {
		labels[i] = int(l)
	}
	t.learn, t.check = datasets.SplitStratified(labels, t.recipe.Validation, t.recipe.Seed)
	report.CountSplit(t.learn, t.check)
}

// validate trains without the validation texts and measures on them, at the
// temperature that fits them best. The model has all that costs accuracy: it
// is cut to the same number of terms and rounded to the same type.
func (t *task) validate(ctx context.Context, card weights.Card) (f fitted, err error) {
	learn, check := t.learn, t.check
	if len(check) == 0 {
		return f, fmt.Errorf("zoo: data: %d texts are too few to hold some out for validation (a recipe whose validation is 0 holds out none)", len(t.corpus.Texts))
	}
	texts.RemarkParts(t.run, t.corpus, learn, check)
	c, _, err := t.fit(ctx, learn)
	if err != nil {
		return f, err
	}
	a, err := c.Artefact(card, t.storage)
	if err != nil {
		return f, err
	}
	if c, err = linear.FromArtefact(a); err != nil {
		return f, err
	}
	predictions, err := PredictTokens(ctx, c, t.corpus.Words, t.corpus.Texts, check)
	if err != nil {
		return f, err
	}
	if t.corpus.Sets != nil {
		m := classify.Marks{Probabilities: func(i int, temperature float64) []float64 {
			return c.Probabilities(predictions[i].Logits, temperature)
		}}
		for _, at := range check {
			m.Labels = append(m.Labels, t.corpus.Sets[at])
		}
		return several(m, t.corpus.Classes)
	}
	held := make([]int32, len(check))
	for i, at := range check {
		held[i] = t.corpus.Labels[at]
	}
	e := evaluate(predictions, held, 1)
	f.temperature = e.FitTemperature()
	e = e.At(f.temperature)
	f.metrics = train.Metrics{"accuracy": e.Accuracy, "loss": e.Loss}
	f.card = map[string]float64{
		"validation_accuracy": e.Accuracy, "validation_loss": e.Loss, "validation_calibration_error": e.Calibration}
	return f, nil
}

// several calibrates and measures answers of several labels.
func several(m classify.Marks, names []string) (f fitted, err error) {
	f.temperature = m.FitTemperature()
	e, thresholds, err := m.HeldOut(names, f.temperature)
	if err != nil {
		return f, fmt.Errorf("zoo: data: %w", err)
	}
	f.thresholds, f.card = thresholds, e.Metrics("validation_")
	f.metrics = train.Metrics{"micro_f1": e.Micro.F1, "macro_f1": e.Macro.F1, "subset_accuracy": e.Subset, "loss": e.Loss}
	return f, nil
}

package zoo

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"time"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/corpus"
	"github.com/gorgonia-zoo/zoo/models/linear"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// trainedOn is the option of a card's recipe that says which texts the weights
// were learned from.
const trainedOn = "trained_on"

// linearTask is one run of a LinearRecipe.
type linearTask struct {
	recipe  LinearRecipe
	corpus  *corpus.Corpus
	storage weights.DType
	run     Run
}

// trainLinear runs a recipe on the training part of the data. What it reports
// is one epoch, whose steps are the solver's products of the data with a vector.
func trainLinear(ctx context.Context, recipe Recipe, data *Texts, run Run) (*Model, train.Result, error) {
	none := train.Result{Reason: train.Failed}
	if run.Steps > 0 || run.Resume {
		return nil, none, fmt.Errorf("zoo: recipe %s is solved, not trained by steps: there are none to stop after and nothing to resume: %w", recipe.Name, ErrUsage)
	}
	began := time.Now()
	t := &linearTask{recipe: *recipe.Linear, run: run}
	var err error
	if t.storage, err = t.recipe.storage(); err != nil {
		return nil, none, err
	}
	var hit bool
	if t.corpus, _, hit, err = data.part(ctx, datasets.Train, t.recipe.Tokenizer); err != nil {
		return nil, none, err
	}
	print, err := t.corpus.Fingerprint()
	if err != nil {
		return nil, none, err
	}
	all := make([]int, len(t.corpus.Texts))
	for i, l := range t.corpus.Labels {
		if all[i] = i; l < 0 {
			return nil, none, fmt.Errorf("zoo: data: example %d has no label", i)
		}
	}
	card, err := recipe.card("text classification", train.Result{})
	if err != nil {
		return nil, none, err
	}
	card.Data = t.recipe.Data
	if data.table != nil { // not what the recipe was made for
		card.Data = fmt.Sprintf("%s: %d texts of %d classes", filepath.Base(data.path), len(all), len(t.corpus.Classes))
	}
	card.Recipe.Options[dataOption] = print
	card.Recipe.Options[trainedOn] = fmt.Sprintf("all %d training texts, whatever the seed", len(all))
	from := "tokenised"
	if hit {
		from = "from the cache"
	}
	run.logf("%d texts of %d tokens (%s in %.1f s)", len(all), t.corpus.Tokens(), from, time.Since(began).Seconds())
	if err := run.record(train.Event{Kind: train.KindStart, Epoch: 1}); err != nil {
		return nil, none, err
	}
	temperature := 1.0
	metrics := train.Metrics{}
	if t.recipe.Validation > 0 {
		e, at, held, err := t.validate(ctx, card)
		if err != nil {
			return nil, none, err
		}
		temperature = at
		metrics["accuracy"], metrics["loss"] = e.Accuracy, e.Loss
		card.Metrics = map[string]float64{
			"validation_accuracy": e.Accuracy, "validation_loss": e.Loss, "validation_calibration_error": e.Calibration}
		card.Recipe.Options[trainedOn] += fmt.Sprintf("; the validation figures and the temperature are those of a model trained without the %d validation texts", held)
	}
	solving := time.Now()
	c, report, err := t.fit(ctx, all)
	if err != nil {
		return nil, none, err
	}
	took := time.Since(solving).Seconds()
	if err := c.SetTemperature(temperature); err != nil {
		return nil, none, err
	}
	a, err := c.Artefact(card, t.storage)
	if err != nil {
		return nil, none, err
	}
	m, err := newModel(a)
	if err != nil {
		return nil, none, err
	}
	record := train.Record{Epoch: 1, Loss: t.loss(report), Validation: metrics, TokensPerSecond: float64(t.corpus.Tokens()) / took}
	for _, class := range report.Classes { // a step is a pass over the data
		record.Step += class.Products
	}
	result := train.Result{Reason: train.Finished, Epochs: 1, Steps: record.Step, History: []train.Record{record}}
	if err := run.record(train.Event{Kind: train.KindEpoch, Epoch: 1, Step: record.Step, Loss: record.Loss, Record: &record}); err != nil {
		return nil, result, err
	}
	return m, result, run.record(train.Event{Kind: train.KindDone, Epoch: 1, Step: record.Step, Result: &result})
}

// validate trains without the validation texts and measures on them, at the
// temperature that fits them best. The model has all that costs accuracy: it
// is cut to the same number of terms and rounded to the same type.
func (t *linearTask) validate(ctx context.Context, card weights.Card) (e *Evaluation, temperature float64, n int, err error) {
	labels := make([]int, len(t.corpus.Labels))
	for i, l := range t.corpus.Labels {
		labels[i] = int(l)
	}
	// By class, so that no class is left without a text to learn from.
	learn, check := datasets.SplitStratified(labels, t.recipe.Validation, t.recipe.Seed)
	if len(check) == 0 {
		return nil, 0, 0, fmt.Errorf("zoo: data: %d texts are too few to hold some out for validation (a recipe whose validation is 0 holds out none)", len(t.corpus.Texts))
	}
	t.run.remarkSplit(t.corpus.Labels, t.corpus.Classes, learn, check)
	c, _, err := t.fit(ctx, learn)
	if err != nil {
		return nil, 0, 0, err
	}
	a, err := c.Artefact(card, t.storage)
	if err != nil {
		return nil, 0, 0, err
	}
	if c, err = linear.FromArtefact(a); err != nil {
		return nil, 0, 0, err
	}
	predictions, err := predictCorpus(ctx, c, t.corpus, check)
	if err != nil {
		return nil, 0, 0, err
	}
	held := make([]int32, len(check))
	for i, at := range check {
		held[i] = t.corpus.Labels[at]
	}
	temperature, err = linear.FitTemperature(predictions, func(i int) int { return int(held[i]) })
	if err != nil {
		return nil, 0, 0, err
	}
	return evaluateLinear(predictions, held).at(temperature), temperature, len(check), nil
}

// fit trains on the chosen texts.
func (t *linearTask) fit(ctx context.Context, chosen []int) (*linear.Classifier, linear.Report, error) {
	began := time.Now()
	docs := iter.Seq2[[]string, error](func(yield func([]string, error) bool) {
		for _, i := range chosen {
			if !yield(t.corpus.Strings(i), nil) {
				return
			}
		}
	})
	c, report, err := linear.TrainTokens(ctx, t.recipe.Model, t.recipe.Tokenizer, t.corpus.Classes, docs,
		func(i int) int { return int(t.corpus.Labels[chosen[i]]) })
	if err != nil {
		return nil, report, err
	}
	t.run.logf("solved on %d texts in %.1f s: %d features, %d stored elements", report.Examples, time.Since(began).Seconds(), report.Features, report.Elements)
	for k, class := range report.Classes {
		if !class.Converged {
			t.run.logf("the solver stopped early for logit %d: its gradient fell to %.2g of that at the start, not to the tolerance; a larger max_steps lets it go on", k, class.Gradient)
		}
	}
	return c, report, nil
}

// loss is the objective for each text and logit, in the units of a
// cross-entropy: the mean loss with the penalty's share added.
func (t *linearTask) loss(report linear.Report) float64 {
	c := t.recipe.Model.C
	if c == 0 {
		c = 1
	}
	sum := 0.0
	for _, class := range report.Classes {
		sum += class.Objective
	}
	return sum / (c * float64(report.Examples) * float64(len(report.Classes)))
}

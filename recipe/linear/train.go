package linear

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/gorgonia-zoo/zoo/models/linear"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// trainedOn is the option of a card's recipe that says which texts the weights
// were learned from.
const trainedOn = "trained_on"

// task is one run of a Recipe.
type task struct {
	recipe  Recipe
	corpus  *texts.Corpus
	storage weights.DType
	run     recipe.Run
	learn   []int // indices of texts that the figures are of a model of
	check   []int // and of those that they are measured on
}

// run trains by a recipe on the training part of the data. What it reports
// is one epoch, whose steps are the solver's products of the data with a vector.
func run(ctx context.Context, r recipe.Recipe, from recipe.Data, env recipe.Env) (*recipe.Model, train.Result, error) {
	none := train.Result{Reason: train.Failed}
	data, err := recipe.DataAs[*texts.Set](from)
	if err != nil {
		return nil, none, err
	}
	if env.Steps > 0 || env.Resume {
		return nil, none, fmt.Errorf("zoo: recipe %s is solved, not trained by steps: there are none to stop after and nothing to resume: %w", r.Name, recipe.ErrUsage)
	}
	began := time.Now()
	t := &task{recipe: *r.Body.(*Recipe), run: env.Run}
	if t.storage, err = t.recipe.storage(); err != nil {
		return nil, none, err
	}
	part, err := data.LabelledAll(ctx, t.recipe.Tokenizer)
	if err != nil {
		return nil, none, err
	}
	t.corpus = part.Corpus
	report := texts.Inspect(t.corpus)
	report.Skipped = data.Skipped(ctx)
	t.split(report, data.IsTable())
	report.AdviseAll(t.corpus)
	if err := env.TellReport(report); err != nil {
		return nil, none, err
	}
	fingerprint, err := t.corpus.Fingerprint()
	if err != nil {
		return nil, none, err
	}
	all := every(len(t.corpus.Texts))
	t.recipe.Marking = data.Marking()
	r.Body = &t.recipe
	card, err := r.Card(t.kind(), train.Result{})
	if err != nil {
		return nil, none, err
	}
	card.Data = data.Describe(t.recipe.Data, len(all), len(t.corpus.Classes))
	card.Recipe.Options[recipe.DataOption] = fingerprint
	card.Recipe.Options[trainedOn] = fmt.Sprintf("all %d training texts, whatever the seed", len(all))
	env.Logf("%d texts of %d tokens (%s in %.1f s)", len(all), t.corpus.Tokens(), part.From(), time.Since(began).Seconds())
	if err := env.Record(train.Event{Kind: train.KindStart, Epoch: 1}); err != nil {
		return nil, none, err
	}
	found := fitted{temperature: 1}
	if t.recipe.Validation > 0 {
		if found, err = t.validate(ctx, card); err != nil {
			return nil, none, err
		}
		card.Metrics = found.card
		card.Recipe.Options[trainedOn] += fmt.Sprintf("; the validation figures and the temperature are those of a model trained without the %d validation texts", len(t.check))
	}
	solving := time.Now()
	c, solved, err := t.fit(ctx, all)
	if err != nil {
		return nil, none, err
	}
	took := time.Since(solving).Seconds()
	if err := found.apply(c); err != nil {
		return nil, none, err
	}
	a, err := c.Artefact(card, t.storage)
	if err != nil {
		return nil, none, err
	}
	if c, err = linear.FromArtefact(a); err != nil { // as the file has it: cut and rounded
		return nil, none, err
	}
	m := &recipe.Model{Artefact: a, Value: value(c)}
	record := train.Record{Epoch: 1, Loss: t.loss(solved), Validation: found.metrics, TokensPerSecond: float64(t.corpus.Tokens()) / took}
	for _, class := range solved.Classes { // a step is a pass over the data
		record.Step += class.Products
	}
	result := train.Result{Reason: train.Finished, Epochs: 1, Steps: record.Step, History: []train.Record{record}}
	if err := env.Record(train.Event{Kind: train.KindEpoch, Epoch: 1, Step: record.Step, Loss: record.Loss, Record: &record}); err != nil {
		return nil, result, err
	}
	return m, result, env.Record(train.Event{Kind: train.KindDone, Epoch: 1, Step: record.Step, Result: &result})
}

// fit trains on the chosen texts.
func (t *task) fit(ctx context.Context, chosen []int) (*linear.Classifier, linear.Report, error) {
	return Fit(ctx, t.recipe.Model, t.recipe.Tokenizer, t.corpus, chosen, t.run)
}

// Fit solves a model on the chosen texts of a corpus, which tokenizer has read.
func Fit(ctx context.Context, model linear.Config, tokenizer tokenize.Config, c *texts.Corpus, chosen []int, run recipe.Run) (*linear.Classifier, linear.Report, error) {
	began := time.Now()
	docs := iter.Seq2[[]string, error](func(yield func([]string, error) bool) {
		for _, i := range chosen {
			if !yield(c.Strings(i), nil) {
				return
			}
		}
	})
	var solved *linear.Classifier
	var report linear.Report
	var err error
	if c.Sets != nil {
		solved, report, err = linear.TrainSeveral(ctx, model, tokenizer, c.Classes, docs, func(i int) []int32 { return c.Sets[chosen[i]] })
	} else {
		solved, report, err = linear.TrainTokens(ctx, model, tokenizer, c.Classes, docs, func(i int) int { return int(c.Labels[chosen[i]]) })
	}
	if err != nil {
		return nil, report, err
	}
	run.Logf("solved on %d texts in %.1f s: %d features, %d stored elements", report.Examples, time.Since(began).Seconds(), report.Features, report.Elements)
	for k, class := range report.Classes {
		if !class.Converged {
			run.Logf("the solver stopped early for logit %d: its gradient fell to %.2g of that at the start, not to the tolerance; a larger max_steps lets it go on", k, class.Gradient)
		}
	}
	return solved, report, nil
}

// loss is the objective for each text and logit, in the units of a
// cross-entropy: the mean loss with the penalty's share added.
func (t *task) loss(report linear.Report) float64 {
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

package lm

import (
	"context"
	"fmt"
	"time"

	"github.com/gorgonia-zoo/zoo/models/lm"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// run trains by a recipe on the training part of the data.
func run(ctx context.Context, whole recipe.Recipe, data recipe.Data, env recipe.Env) (*recipe.Model, train.Result, error) {
	none := train.Result{Reason: train.Failed}
	r := *whole.Body.(*Recipe) // changed below: the card keeps what was decided
	whole.Body = &r
	began := time.Now()
	set, err := recipe.DataAs[*texts.Set](data)
	if err != nil {
		return nil, none, err
	}
	base, err := r.open(env)
	if err != nil {
		return nil, none, err
	}
	text, err := read(ctx, &r, base, set)
	if err != nil {
		return nil, none, err
	}
	env.Logf("%d texts of %d words (%s in %.1f s): %d to train on, %d held out; vocabulary %d, %.2f %% of the words unknown",
		text.texts, text.tokens, text.from.From(), time.Since(began).Seconds(), len(text.train), len(text.validation), text.vocab.Len(), 100*text.unknown)
	model, err := r.begin(base, text)
	if err != nil {
		return nil, none, err
	}
	streams, err := newStreams(&r, text, model)
	if err != nil {
		return nil, none, err
	}
	if streams.config.Streams < r.Batch {
		env.Logf("the data is small: %d streams in place of %d", streams.config.Streams, r.Batch)
	}
	return fit(ctx, whole, env.Run, text, model, streams)
}

// fit trains the model and writes its card.
func fit(ctx context.Context, whole recipe.Recipe, run recipe.Run, text *running, model *lm.Model, streams *streams) (*recipe.Model, train.Result, error) {
	r := whole.Body.(*Recipe)
	identity, err := whole.Identity(text.fingerprint)
	if err != nil {
		return nil, train.Result{Reason: train.Failed}, err
	}
	result, err := learn(ctx, r, identity, run, text, model, streams)
	if err != nil {
		return nil, result, err
	}
	dtype, err := recipe.Storage(r.Storage)
	if err != nil {
		return nil, result, err
	}
	for _, p := range model.Network().Params() {
		if i := dtype.Round(p.Write()); i >= 0 {
			return nil, result, fmt.Errorf("zoo: %w: tensor %q: element %d is %v, which %v cannot hold", weights.ErrRange, p.Name, i, p.Data()[i], dtype)
		}
	}
	card, err := whole.Card("language modelling", result)
	if err != nil {
		return nil, result, err
	}
	card.Data = text.source
	card.Recipe.Options[recipe.DataOption] = text.fingerprint
	card.Metrics = map[string]float64{"sampled_loss": result.Last().Loss}
	if len(text.validation) > 0 {
		m, err := measure(ctx, model, text)
		if err != nil {
			return nil, result, err
		}
		card.Metrics["validation_loss"], card.Metrics["validation_perplexity"] = m["loss"], m["perplexity"]
	}
	a, err := model.Artefact(card, dtype)
	if err != nil {
		return nil, result, err
	}
	return &recipe.Model{Artefact: a, Value: &Model{model}}, result, nil
}

// learn trains the model in place.
func learn(ctx context.Context, r *Recipe, identity string, run recipe.Run, text *running, model *lm.Model, streams *streams) (train.Result, error) {
	none := train.Result{Reason: train.Failed}
	trainer, err := model.Network().Trainer(streams.config)
	if err != nil {
		return none, fmt.Errorf("zoo: %w", err)
	}
	cfg, err := r.Config(identity, streams.Steps(), run)
	if err != nil {
		return none, err
	}
	cfg.State = trainer.State()
	if len(text.validation) > 0 {
		cfg.Evaluate = func(ctx context.Context) (train.Metrics, error) { return measure(ctx, model, text) }
		cfg.Monitor = train.Monitor{Metric: "loss"}
	}
	return train.Fit(ctx, train.Model[lm.Batch](trainer), train.Data[lm.Batch](streams), cfg)
}

// measure returns how well the model predicts the texts held out.
func measure(ctx context.Context, model *lm.Model, text *running) (train.Metrics, error) {
	loss, _, err := model.Network().Loss(ctx, lm.Running(text.validation, model.End()))
	if err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	return train.Metrics{"loss": loss, "perplexity": perplexity(loss)}, nil
}

// open returns the language model that the recipe begins from, nil where it begins
// from nothing.
func (r *Recipe) open(env recipe.Env) (*lm.Model, error) {
	if r.LanguageModel == "" {
		if r.LanguageModelSHA256 != "" {
			return nil, fmt.Errorf("zoo: recipe: language_model_sha256 without language_model: %w", recipe.ErrUsage)
		}
		return nil, nil
	}
	m, sum, err := Open(r.LanguageModel, r.LanguageModelSHA256, env)
	r.LanguageModelSHA256 = sum
	return m, err
}

// Open opens a language model, and returns the SHA-256 of its weights; where want is
// not empty it must be that.
func Open(name, want string, env recipe.Env) (*lm.Model, string, error) {
	m, err := env.Open(name)
	if err != nil {
		return nil, "", err
	}
	value, ok := m.Value.(*Model)
	if !ok {
		kind := "of another program"
		if m.Artefact != nil {
			kind = "of kind " + m.Artefact.Model
		}
		return nil, "", fmt.Errorf("zoo: recipe: %s is a model %s, want a language model, such as zoo train lm writes: %w", name, kind, recipe.ErrUsage)
	}
	sum, err := m.SHA256()
	if err != nil {
		return nil, "", err
	}
	if want != "" && want != sum {
		return nil, "", fmt.Errorf("zoo: recipe: the language model %s is another than the recipe's: SHA-256 %s, want %s: %w", name, sum, want, recipe.ErrUsage)
	}
	return value.Model, sum, nil
}

// begin returns the model that is to be trained.
func (r *Recipe) begin(base *lm.Model, text *running) (*lm.Model, error) {
	var network *lm.Network
	var err error
	if base == nil {
		r.Model.Vocab = text.vocab.Len()
		network, err = lm.New(r.Model, r.Seed)
	} else {
		network, err = base.Network().Grow(text.vocab.Len()-base.Vocab().Len(), base.Vocab().UNK())
		r.Tokenizer = base.Tokenizer()
	}
	if err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	if base != nil {
		if network, err = network.With(r.Model.Dropout, r.Model.Negatives); err != nil {
			return nil, fmt.Errorf("zoo: %w", err)
		}
	}
	r.Model = network.Config()
	m, err := lm.NewModel(network, r.Tokenizer, text.vocab)
	if err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	return m, nil
}

package ensemble

import (
	"context"
	"fmt"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/models/ensemble"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/train"
)

// trainer returns the function that fits the weights of a recipe's members. What it
// reports is one epoch.
func trainer(families func() recipe.Families) func(context.Context, recipe.Recipe, recipe.Data, recipe.Env) (*recipe.Model, train.Result, error) {
	return func(ctx context.Context, whole recipe.Recipe, data recipe.Data, env recipe.Env) (*recipe.Model, train.Result, error) {
		none := train.Result{Reason: train.Failed}
		if env.Steps > 0 || env.Resume {
			return nil, none, fmt.Errorf("zoo: recipe %s solves for its weights at once: there are no steps to stop after and nothing to resume: %w", whole.Name, recipe.ErrUsage)
		}
		r := *whole.Body.(*Recipe) // changed below: the card keeps what was decided
		r.Members = append([]Member(nil), r.Members...)
		whole.Body = &r
		set, err := recipe.DataAs[*texts.Set](data)
		if err != nil {
			return nil, none, err
		}
		part, err := set.Labelled(ctx, tokenize.Config{Lower: true})
		if err != nil {
			return nil, none, err
		}
		fingerprint, err := part.Fingerprint()
		if err != nil {
			return nil, none, err
		}
		if err := env.Record(train.Event{Kind: train.KindStart, Epoch: 1}); err != nil {
			return nil, none, err
		}
		learn, held, err := r.split(ctx, set, part)
		if err != nil {
			return nil, none, err
		}
		members, fitted, err := r.open(ctx, families(), learn, env)
		if err != nil {
			return nil, none, err
		}
		raw, labels, err := labelled(ctx, held, members[0].Classes())
		if err != nil {
			return nil, none, err
		}
		w, err := ensemble.Fit(ctx, fitted, raw, labels)
		if err != nil {
			return nil, none, fmt.Errorf("zoo: %w", err)
		}
		c, err := ensemble.New(members, w)
		if err != nil {
			return nil, none, fmt.Errorf("zoo: %w", err)
		}
		for i, m := range r.Members {
			env.Logf("%s: weight %.4f", m.Model, w[i])
		}
		measured, err := ensemble.New(fitted, w)
		if err != nil {
			return nil, none, fmt.Errorf("zoo: %w", err)
		}
		e, err := texts.Evaluate(ctx, measured, held, datasets.Train)
		if err != nil {
			return nil, none, err
		}
		card, err := whole.Card("text classification", train.Result{})
		if err != nil {
			return nil, none, err
		}
		card.Data = set.Describe(r.Data, len(part.Texts), len(part.Classes))
		card.Recipe.Options[recipe.DataOption] = fingerprint
		card.Metrics = map[string]float64{"validation_accuracy": e.Accuracy, "validation_loss": e.Loss, "validation_calibration_error": e.Calibration}
		named := make([]ensemble.Member, len(members))
		for i, m := range r.Members {
			named[i] = ensemble.Member{Name: m.Model, SHA256: m.SHA256}
		}
		a, err := c.Artefact(named, card)
		if err != nil {
			return nil, none, err
		}
		result := train.Result{Reason: train.Finished, Epochs: 1}
		return &recipe.Model{Artefact: a, Value: &Classifier{c}}, result, env.Record(train.Event{Kind: train.KindDone, Epoch: 1, Result: &result})
	}
}

// split returns the texts to learn from and those held out, as recipe lstm has them.
func (r *Recipe) split(ctx context.Context, set *texts.Set, part texts.Part) (learn, held *texts.Set, err error) {
	whole, err := set.Load(ctx)
	if err != nil {
		return nil, nil, err
	}
	a, b := datasets.Split(len(part.Texts), r.Validation, r.Seed)
	if set.IsTable() {
		a, b = texts.Inspect(part.Corpus).SplitAny(r.Validation, r.Seed)
	}
	if learn, err = whole.Rows(a); err != nil {
		return nil, nil, err
	}
	held, err = whole.Rows(b)
	return learn, held, err
}

// open returns the members, and those that answer the texts held out, some of them
// refitted without.
func (r *Recipe) open(ctx context.Context, families recipe.Families, learn *texts.Set, env recipe.Env) (members, fitted []classify.Classifier, err error) {
	inner := env
	inner.Run = recipe.Run{Log: env.Log, Fresh: env.Fresh}
	for i := range r.Members {
		m := &r.Members[i]
		known, ok := env.Pretrained(m.Model)
		if !ok {
			return nil, nil, fmt.Errorf("zoo: recipe: member %s does not come with the program, and an ensemble carries no weights of its members: want a name from zoo list: %w", m.Model, recipe.ErrUsage)
		}
		if m.SHA256 != "" && m.SHA256 != known {
			return nil, nil, fmt.Errorf("zoo: recipe: member %s has the weights %.12s, the recipe's had %.12s: %w", m.Model, known, m.SHA256, recipe.ErrUsage)
		}
		m.SHA256 = known
		opened, err := env.Open(m.Model)
		if err != nil {
			return nil, nil, err
		}
		c, _, err := member(m.Model, opened)
		if err != nil {
			return nil, nil, err
		}
		members = append(members, c)
		if m.Refit {
			made, err := opened.Recipe()
			if err != nil {
				return nil, nil, err
			}
			env.Logf("%s is trained once more without the texts that weights are fitted on", m.Model)
			again, _, err := families.Train(ctx, made, learn, inner)
			if err != nil {
				return nil, nil, fmt.Errorf("zoo: member %s: %w", m.Model, err)
			}
			if c, _, err = member(m.Model, again); err != nil {
				return nil, nil, err
			}
		}
		fitted = append(fitted, c)
	}
	return members, fitted, nil
}

// labelled returns texts and their labels among classes.
func labelled(ctx context.Context, set *texts.Set, classes []string) (raw []string, labels []int32, err error) {
	examples, names, err := set.Examples(ctx, datasets.Train)
	if err != nil {
		return nil, nil, fmt.Errorf("zoo: data: %w", err)
	}
	for e, err := range examples {
		if err != nil {
			return nil, nil, fmt.Errorf("zoo: data: %w", err)
		}
		raw, labels = append(raw, e.Text), append(labels, int32(e.Label))
	}
	labels, err = texts.Relabel(labels, names, classes)
	return raw, labels, err
}

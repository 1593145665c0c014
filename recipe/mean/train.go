package mean

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/train"
)

// trainer returns the function that trains the members of a recipe, one after
// another. What it reports is one epoch.
func trainer(families func() recipe.Families) func(context.Context, recipe.Recipe, recipe.Data, recipe.Env) (*recipe.Model, train.Result, error) {
	return func(ctx context.Context, whole recipe.Recipe, data recipe.Data, env recipe.Env) (*recipe.Model, train.Result, error) {
		none := train.Result{Reason: train.Failed}
		if env.Steps > 0 || env.Resume {
			return nil, none, fmt.Errorf("zoo: recipe %s trains several models: there are no steps to stop after and nothing to resume: %w", whole.Name, recipe.ErrUsage)
		}
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
		body := &Recipe{Seed: whole.Body.(*Recipe).Seed}
		if err := env.Record(train.Event{Kind: train.KindStart, Epoch: 1}); err != nil {
			return nil, none, err
		}
		inner := env
		inner.Run = recipe.Run{Log: env.Log, Fresh: env.Fresh}
		var members []*recipe.Model
		for i, text := range whole.Body.(*Recipe).Members {
			m, err := member(ctx, families(), text, data, inner)
			if err != nil {
				return nil, none, fmt.Errorf("zoo: member %d of the mean: %w", i, err)
			}
			members = append(members, m)
			body.Members = append(body.Members, json.RawMessage(m.Artefact.Card.Recipe.Options[recipe.RecipeOption]))
		}
		value, err := joined(members)
		if err != nil {
			return nil, none, err
		}
		whole.Body = body
		card, err := whole.Card("text classification", train.Result{})
		if err != nil {
			return nil, none, err
		}
		card.Data = set.Describe("", len(part.Texts), len(part.Classes))
		card.Recipe.Options[recipe.DataOption] = fingerprint
		a, err := pack(members, value.Classes(), card)
		if err != nil {
			return nil, none, err
		}
		result := train.Result{Reason: train.Finished, Epochs: 1}
		return &recipe.Model{Artefact: a, Value: value}, result, env.Record(train.Event{Kind: train.KindDone, Epoch: 1, Result: &result})
	}
}

// member trains one.
func member(ctx context.Context, families recipe.Families, text json.RawMessage, data recipe.Data, env recipe.Env) (*recipe.Model, error) {
	r, err := families.Parse(text)
	if err != nil {
		return nil, err
	}
	m, _, err := families.Train(ctx, r, data, env)
	return m, err
}

// joined is the classifier of the members.
func joined(members []*recipe.Model) (*Classifier, error) {
	c := &Classifier{}
	for i, m := range members {
		one, ok := m.Value.(classify.Classifier)
		if !ok {
			return nil, fmt.Errorf("mean: member %d is a %T, want a classifier of texts: %w", i, m.Value, recipe.ErrUsage)
		}
		if err := c.add(one); err != nil {
			return nil, fmt.Errorf("mean: member %d: %w", i, err)
		}
	}
	return c, nil
}

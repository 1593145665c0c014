package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// hashedRecipe is all that decides the weights of a hashed model beside the data.
type hashedRecipe struct {
	Model hashedConfig `json:"model"`
	recipe.Training
}

func (r *hashedRecipe) Check() error {
	if r.Model.Buckets < 1 || r.Model.Buckets > 1<<20 {
		return fmt.Errorf("zoo: recipe: %d buckets, want 1 to %d", r.Model.Buckets, 1<<20)
	}
	return nil
}

// hashedFamily is all that the zoo knows of hashed models.
func hashedFamily() *recipe.Family {
	return &recipe.Family{
		Key: "hashed",
		New: func() recipe.Body { return new(hashedRecipe) },
		Named: func() []recipe.Recipe {
			return []recipe.Recipe{{Name: "hashed", About: "a linear classifier of hashed words", Body: &hashedRecipe{
				Model: hashedConfig{Buckets: 1 << 10},
				Training: recipe.Training{Seed: 1, Epochs: 5, Batch: 8,
					Optimizer: recipe.Optimizer{Kind: "adam", LearningRate: 0.05}, Schedule: recipe.Schedule{Kind: "linear"}},
			}}}
		},
		Settings: []recipe.Setting{{
			Flag: "buckets", Usage: "of the hashes of words (default: the recipe's)", Type: recipe.IntType, Else: "hashes no words",
			Of: recipe.Int(func(r *hashedRecipe) *int { return &r.Model.Buckets }, 1),
		}},
		Source: func(recipe.Body) *recipe.Source { return texts.Source() },
		Train:  trainHashed,
		Holds:  func(a *weights.Artefact) bool { return a.Model == hashedKind },
		Open:   openHashed,
	}
}

func trainHashed(ctx context.Context, r recipe.Recipe, data recipe.Data, env recipe.Env) (*recipe.Model, train.Result, error) {
	body := r.Body.(*hashedRecipe)
	set, err := recipe.DataAs[*texts.Set](data)
	if err != nil {
		return nil, train.Result{}, err
	}
	examples, classes, err := set.Examples(ctx, datasets.Train)
	if err != nil {
		return nil, train.Result{}, err
	}
	var all hashedBatch
	sum := sha256.New() // a run does not go on with other data
	for e, err := range examples {
		if err != nil {
			return nil, train.Result{}, err
		}
		all.texts, all.labels = append(all.texts, e.Text), append(all.labels, int32(e.Label))
		fmt.Fprintf(sum, "%d %q\n", e.Label, e.Text)
	}
	fingerprint := hex.EncodeToString(sum.Sum(nil))
	m := newHashed(body.Model, classes)
	g, err := m.graph(body.Batch, true)
	if err != nil {
		return nil, train.Result{}, err
	}
	count := (len(all.texts) + body.Batch - 1) / body.Batch
	identity, err := r.Identity(fingerprint)
	if err != nil {
		return nil, train.Result{}, err
	}
	config, err := body.Config(identity, count, env.Run)
	if err != nil {
		return nil, train.Result{}, err
	}
	epoch := func(epoch int) iter.Seq2[hashedBatch, error] {
		return func(yield func(hashedBatch, error) bool) {
			order := ops.Stream(body.Seed, "order", uint64(epoch)).Perm(len(all.texts))
			for len(order) > 0 {
				n := min(len(order), body.Batch)
				var b hashedBatch
				for _, at := range order[:n] {
					b.texts, b.labels = append(b.texts, all.texts[at]), append(b.labels, all.labels[at])
				}
				if order = order[n:]; !yield(b, nil) {
					return
				}
			}
		}
	}
	result, err := train.Fit(ctx, train.Model[hashedBatch](&hashedTrainer{m, g}),
		train.Data[hashedBatch](train.Batches[hashedBatch]{Each: epoch, Count: count}), config)
	if err != nil {
		return nil, result, err
	}
	card, err := r.Card("text classification", result)
	if err != nil {
		return nil, result, err
	}
	card.Data = set.Describe("texts", len(all.texts), len(classes))
	card.Recipe.Options[recipe.DataOption] = fingerprint
	a, err := m.artefact(card)
	return &recipe.Model{Artefact: a, Value: m}, result, err
}

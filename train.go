package zoo

import (
	"context"

	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/train"
)

// Env is what a run reaches beside its recipe and data.
func (z *Zoo) Env(run Run) recipe.Env {
	return recipe.Env{Run: run, Open: z.Open, OpenFile: z.OpenFile, Pretrained: func(name string) (string, bool) {
		r, ok := z.Lookup(name)
		return r.SHA256, ok
	}}
}

// Train runs a recipe on data that its family reads, such as OpenTexts and
// OpenTable return, and returns the model as Save writes it: its weights are
// already rounded to the type they are stored as. data may be nil for a recipe
// that draws its own. An error tells why training stopped before its end; the
// result is valid then too, and no model is returned.
func (z *Zoo) Train(ctx context.Context, r Recipe, data recipe.Data, run Run) (*Model, train.Result, error) {
	return z.Families.Train(ctx, r, data, z.Env(run))
}

// FineTuning returns the recipe that fine-tunes the model of the given name or
// directory, with the settings that served best on short sentences. Change
// what should differ, and Train by it.
func (z *Zoo) FineTuning(base string) (Recipe, error) {
	m, err := z.Open(base)
	if err != nil {
		return Recipe{}, err
	}
	return z.Families.FineTuning(m, base, z.Env(Run{}))
}

// Train is Zoo.Train with the zoo's own families.
func Train(ctx context.Context, r Recipe, data recipe.Data, run Run) (*Model, train.Result, error) {
	return Default().Train(ctx, r, data, run)
}

// FineTuning is Zoo.FineTuning with the zoo's own families.
func FineTuning(base string) (Recipe, error) { return Default().FineTuning(base) }

// Recipes returns the recipes that have names.
func Recipes() []Recipe { return Families().Named() }

// ReadRecipe returns the recipe of the given name, or reads one from a .json
// file.
func ReadRecipe(name string) (Recipe, error) { return Families().Read(name) }

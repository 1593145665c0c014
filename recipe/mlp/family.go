// Package mlp is how the zoo trains multi-layer perceptrons: on points of a line
// and on tables. Both are families of models/mlp.
package mlp

import (
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/weights"
)

// LineFamily returns the family of regressors of points on a line.
func LineFamily() *recipe.Family {
	return &recipe.Family{
		Key:   "line",
		New:   func() recipe.Body { return new(LineRecipe) },
		Named: lines,
		Source: func(recipe.Body) *recipe.Source {
			return &recipe.Source{Refuse: func(subject, _ string) string { return subject + " draws its own points" }}
		},
		Train: trainLine,
		Holds: func(a *weights.Artefact) bool { return a.Model == mlp.Kind && a.Preprocess == nil },
		Open: func(a *weights.Artefact) (any, error) {
			m, err := mlp.FromArtefact(a)
			if err != nil {
				return nil, err
			}
			return &LineRegressor{m, a.Card}, nil
		},
	}
}

// TableFamily returns the family of models that predict a column of a table, numbers
// or classes.
func TableFamily() *recipe.Family {
	return &recipe.Family{
		Key:      "table",
		New:      func() recipe.Body { return new(TableRecipe) },
		Named:    func() []recipe.Recipe { return []recipe.Recipe{table(), Linear()} },
		Settings: settings(),
		Source:   func(b recipe.Body) *recipe.Source { return source(b.(*TableRecipe).Columns) },
		Train:    trainTable,
		Holds:    func(a *weights.Artefact) bool { return a.Model == mlp.Kind && a.Preprocess != nil },
		Open: func(a *weights.Artefact) (any, error) {
			return tableFromArtefact(a)
		},
		Candidates: candidates,
	}
}

func settings() []recipe.Setting {
	const without = "predicts no column of a table"
	list := func(flag, usage string, field func(*Columns) *[]string) recipe.Setting {
		return recipe.Setting{Flag: flag, Usage: usage, Type: recipe.ListType, Else: without, Free: true,
			Of: recipe.List(func(r *TableRecipe) *[]string { return field(&r.Columns) }, "")}
	}
	return []recipe.Setting{
		{
			Flag: "target", Usage: "of a table: column to predict, numbers or classes (guessed where it is not given)",
			Type: recipe.TextType, Else: without, Free: true,
			Of: recipe.Text(func(r *TableRecipe) *string { return &r.Columns.Target }, ""),
		},
		{
			Flag: "task", Type: recipe.TextType, Else: without, Free: true, Values: []string{string(datasets.Regression), string(datasets.Classification)},
			Usage: "of a table: classification where the target's numbers are classes, or regression (default: classification where the target is no number)",
			Of:    recipe.Text(func(r *TableRecipe) *string { return &r.Columns.Task }, "regression or classification", "", string(datasets.Regression), string(datasets.Classification)),
		},
		{
			Flag: "class-weights", Type: recipe.TextType, Else: without, Values: []string{balanced},
			Usage: "balanced: rare classes count as much as frequent ones",
			Of:    recipe.Text(func(r *TableRecipe) *string { return &r.ClassWeights }, balanced, "", balanced),
		},
		{
			Flag: "hidden", Type: recipe.ListType, Else: without, Usage: "of a table: widths of the hidden layers, such as 128,64, or none (default: the recipe's)",
			Of: recipe.Custom(hidden),
		},
		{
			Flag: "weight-decay", Type: recipe.NumberType, Else: without, Usage: "of a table: how strongly each step shrinks the weights, times the learning rate (default: the recipe's)",
			Of: recipe.Number(func(r *TableRecipe) *float64 { return &r.Optimizer.WeightDecay }, "0 or more", func(x float64) bool { return x >= 0 }),
		},
		list("features", "of a table: columns to predict from (default: all that can serve)", func(c *Columns) *[]string { return &c.Features }),
		list("categorical", "of a table: columns that are categories though they look otherwise", func(c *Columns) *[]string { return &c.Categorical }),
		list("ignore", "of a table: columns not to be read", func(c *Columns) *[]string { return &c.Ignore }),
	}
}

// Package mlp is how the zoo trains multi-layer perceptrons: on points of a line
// and on tables. Both are families of models/mlp.
package mlp

import (
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

// TableFamily returns the family of regressors of a column of a table.
func TableFamily() *recipe.Family {
	return &recipe.Family{
		Key:      "table",
		New:      func() recipe.Body { return new(TableRecipe) },
		Named:    func() []recipe.Recipe { return []recipe.Recipe{table()} },
		Settings: settings(),
		Source:   func(b recipe.Body) *recipe.Source { return source(b.(*TableRecipe).Columns) },
		Train:    trainTable,
		Holds:    func(a *weights.Artefact) bool { return a.Model == mlp.Kind && a.Preprocess != nil },
		Open: func(a *weights.Artefact) (any, error) {
			t, err := tableFromArtefact(a)
			if err != nil {
				return nil, err
			}
			return t, nil
		},
	}
}

func settings() []recipe.Setting {
	const without = "is no regression on a table"
	list := func(flag, usage string, field func(*Columns) *[]string) recipe.Setting {
		return recipe.Setting{Flag: flag, Usage: usage, Type: recipe.ListType, Else: without, Free: true,
			Of: recipe.List(func(r *TableRecipe) *[]string { return field(&r.Columns) }, "")}
	}
	return []recipe.Setting{
		{
			Flag: "target", Usage: "of a regression: column of the number to predict (guessed where it is not given)",
			Type: recipe.TextType, Else: without, Free: true,
			Of: recipe.Text(func(r *TableRecipe) *string { return &r.Columns.Target }, ""),
		},
		list("features", "of a regression: columns to predict from (default: all that can serve)", func(c *Columns) *[]string { return &c.Features }),
		list("categorical", "of a regression: columns that are categories though they look otherwise", func(c *Columns) *[]string { return &c.Categorical }),
		list("ignore", "of a regression: columns not to be read", func(c *Columns) *[]string { return &c.Ignore }),
	}
}

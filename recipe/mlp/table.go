package mlp

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
)

// TableRecipe trains an MLP that predicts a number from the other columns of
// a table.
type TableRecipe struct {
	Columns    Columns `json:"columns,omitzero"`
	Hidden     []int   `json:"hidden"`               // widths of the hidden layers
	Validation float64 `json:"validation,omitempty"` // share of the rows that chooses the epoch
	Test       float64 `json:"test,omitempty"`       // share of the rows held out to the end, for the figures in the card
	recipe.Training
}

// Columns says what the columns of a table are. Empty ones are guessed.
type Columns struct {
	Target        string   `json:"target,omitempty"`     // the number to predict
	Features      []string `json:"features,omitzero"`    // what to predict it from; none: all that can serve
	Categorical   []string `json:"categorical,omitzero"` // columns of categories that look otherwise
	Ignore        []string `json:"ignore,omitzero"`
	MaxCategories int      `json:"max_categories,omitempty"` // of a column; 0 means 100
}

// config is for package datasets.
func (c Columns) config() datasets.FrameConfig {
	return datasets.FrameConfig{Target: c.Target, Features: c.Features, Categorical: c.Categorical, Ignore: c.Ignore, MaxCategories: c.MaxCategories}
}

// Check implements recipe.Body.
func (r *TableRecipe) Check() error {
	if !(r.Validation > 0 && r.Test > 0 && r.Validation+r.Test < 1) {
		return fmt.Errorf("zoo: recipe: validation %v and test %v, want shares above 0 that leave something to train on", r.Validation, r.Test)
	}
	for _, n := range r.Hidden {
		if n < 1 || n > 1<<14 {
			return fmt.Errorf("zoo: recipe: hidden layers %v, want widths of 1 to %d", r.Hidden, 1<<14)
		}
	}
	if r.Columns.MaxCategories < 0 {
		return fmt.Errorf("zoo: recipe: max_categories is %d, want 0 for %d or more", r.Columns.MaxCategories, 100)
	}
	return nil
}

func table() recipe.Recipe {
	return recipe.Recipe{
		Name:  "mlp",
		About: "an MLP that predicts a column of a table from the others",
		Body: &TableRecipe{
			Hidden: []int{128, 64}, Validation: 0.1, Test: 0.1,
			Training: recipe.Training{
				Seed: 1, Epochs: 30, Batch: 128, ClipNorm: 5, KeepBest: true,
				Optimizer: recipe.Optimizer{Kind: "adamw", LearningRate: 2e-3, WeightDecay: 1e-4},
				Schedule:  recipe.Schedule{Kind: "cosine"},
			},
		},
	}
}

package mlp

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
)

// TableRecipe trains an MLP that predicts a number or a class from the other
// columns of a table. Without hidden layers it is linear or logistic regression.
type TableRecipe struct {
	Columns      Columns `json:"columns,omitzero"`
	Hidden       []int   `json:"hidden"`                  // widths of the hidden layers
	ClassWeights string  `json:"class_weights,omitempty"` // of classes: balanced, or none
	Validation   float64 `json:"validation,omitempty"`    // share of the rows that chooses the epoch, and calibrates probabilities
	Test         float64 `json:"test,omitempty"`          // share of the rows held out to the end, for the figures in the card
	recipe.Training
}

// Columns says what the columns of a table are. Empty ones are guessed.
type Columns struct {
	Target        string   `json:"target,omitempty"`     // the column to predict
	Task          string   `json:"task,omitempty"`       // regression or classification; "": by the target's cells
	Features      []string `json:"features,omitzero"`    // what to predict it from; none: all that can serve
	Categorical   []string `json:"categorical,omitzero"` // columns of categories that look otherwise
	Ignore        []string `json:"ignore,omitzero"`
	MaxCategories int      `json:"max_categories,omitempty"` // of a column; 0 means 100
}

// config is for package datasets.
func (c Columns) config() datasets.FrameConfig {
	return datasets.FrameConfig{Target: c.Target, Features: c.Features, Categorical: c.Categorical, Ignore: c.Ignore, Task: datasets.Task(c.Task), MaxCategories: c.MaxCategories}
}

// Check implements recipe.Body.
func (r *TableRecipe) Check() error {
	if !(r.Validation >= 0 && r.Test >= 0 && r.Validation+r.Test < 1) {
		return fmt.Errorf("zoo: recipe: validation %v and test %v, want shares that leave something to train on", r.Validation, r.Test)
	}
	if r.Validation == 0 && (r.KeepBest || r.Patience > 0) {
		return fmt.Errorf("zoo: recipe: keep_best and patience need a validation part, and validation is 0")
	}
	switch datasets.Task(r.Columns.Task) {
	case "", datasets.Regression, datasets.Classification:
	default:
		return fmt.Errorf("zoo: recipe: task %q, want %s, %s or none", r.Columns.Task, datasets.Regression, datasets.Classification)
	}
	if r.ClassWeights != "" && r.ClassWeights != balanced {
		return fmt.Errorf("zoo: recipe: class_weights %q, want %s or none", r.ClassWeights, balanced)
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

// balanced is the value of class weights by which each class counts as much.
const balanced = "balanced"

func table() recipe.Recipe {
	return recipe.Recipe{
		Name:  "mlp",
		About: "an MLP that predicts a column of a table, numbers or classes, from the others",
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

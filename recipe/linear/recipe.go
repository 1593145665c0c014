package linear

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/models/linear"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Recipe trains a linear classifier of n-grams. A solver finds its
// weights, which have one minimum: they depend on the data and on nothing
// drawn at random.
type Recipe struct {
	Data      string          `json:"data"` // what it was made for; empty for anybody's texts
	Model     linear.Config   `json:"model"`
	Tokenizer tokenize.Config `json:"tokenizer"`

	// Validation is the share of each class's training texts that a first model is
	// trained without. Its answers for them give the validation figures and
	// the temperature; the weights that are kept are then learned from all
	// training texts. 0: no figures, and a temperature of 1.
	Validation float64 `json:"validation"`

	texts.Marking // several labels of a text are learned, numbers and pairs are not

	Storage string `json:"storage,omitempty"` // F32 (default), I8: what the weights are rounded to at the end
	Seed    uint64 `json:"seed"`              // of the choice of validation texts
}

// SeedPtr implements recipe.Body.
func (r *Recipe) SeedPtr() *uint64 { return &r.Seed }

// BySteps implements recipe.Body: a solver finds the weights.
func (r *Recipe) BySteps() *recipe.Training { return nil }

// Check implements recipe.Body.
func (r *Recipe) Check() error {
	if !(r.Validation >= 0 && r.Validation < 1) {
		return fmt.Errorf("zoo: recipe: validation is %v, want 0 <= x < 1", r.Validation)
	}
	if _, err := r.storage(); err != nil {
		return err
	}
	if err := r.LabelsOnly(); err != nil {
		return err
	}
	if err := r.Model.Check(); err != nil {
		return fmt.Errorf("zoo: recipe: %w", err)
	}
	return nil
}

// storage returns the type that the weights are rounded to.
func (r *Recipe) storage() (weights.DType, error) {
	switch r.Storage {
	case "", "F32":
		return weights.F32, nil
	case "I8":
		return weights.I8, nil
	}
	return 0, fmt.Errorf("zoo: recipe: storage %q, want F32 or I8", r.Storage)
}

// NBSVM returns the features of Mesnil et al. (2014), less the trigrams of a
// single text, and of the rest the 300,000 that say most.
func NBSVM() linear.Config {
	return linear.Config{
		Vectorizer: linear.VectorizerConfig{Weighting: linear.Binary, MaxN: 3, MinDF: linear.Frequency{Count: 2}},
		NB:         &linear.NB{},
		MaxTerms:   300_000,
	}
}

// nbsvm, tfidf and subword are for anybody's texts.
func nbsvm() recipe.Recipe {
	return recipe.Recipe{
		Name:  "nbsvm",
		About: "NB-weighted logistic regression on any texts: presence of words, pairs and triples of words; seconds",
		Body: &Recipe{
			Model:      NBSVM(),
			Tokenizer:  tokenize.Config{Lower: true},
			Validation: 0.1,
			Storage:    "I8",
			Seed:       1,
		},
	}
}

// TFIDF returns the features of the recipe tfidf, which are the baseline of others.
func TFIDF() linear.Config { return tfidf().Body.(*Recipe).Model }

// tfidf has scikit-learn's features; C was chosen on IMDB's validation texts.
func tfidf() recipe.Recipe {
	return recipe.Recipe{
		Name:  "tfidf",
		About: "logistic regression on any texts: TF-IDF of words and pairs of words; about a second",
		Body: &Recipe{
			Model: linear.Config{
				Vectorizer: linear.VectorizerConfig{Weighting: linear.TFIDF, MaxN: 2},
				C:          30,
			},
			Tokenizer:  tokenize.Config{Lower: true},
			Validation: 0.1,
			Storage:    "I8",
			Seed:       1,
		},
	}
}

// subword has TF-IDF of words and of pieces of words.
func subword() recipe.Recipe {
	return recipe.Recipe{
		Name:  "subword",
		About: "logistic regression on any texts: TF-IDF of words, pairs of words and pieces of words, for texts with long, inflected or misspelt words; seconds",
		Body: &Recipe{
			Model: linear.Config{
				Vectorizer: linear.VectorizerConfig{Weighting: linear.TFIDF, MaxN: 2, Hash: 1 << 18, MinChars: 3, MaxChars: 5, Sublinear: true},
				C:          30,
			},
			Tokenizer:  tokenize.Config{Lower: true},
			Validation: 0.1,
			Storage:    "I8",
			Seed:       1,
		},
	}
}

// imdb is a recipe as it made, or would make, a model of IMDB.
func imdb(r recipe.Recipe, about string) recipe.Recipe {
	r.Name, r.About = r.Name+"-imdb", about
	r.Body.(*Recipe).Data = "IMDB"
	return r
}

func nbsvmIMDB() recipe.Recipe {
	return imdb(nbsvm(), "NB-weighted logistic regression on IMDB: presence of words, pairs and triples of words, in a megabyte")
}

func tfidfIMDB() recipe.Recipe {
	return imdb(tfidf(), "logistic regression on IMDB: TF-IDF of words and pairs of words")
}

// settings are what flags change in a recipe.
func settings() []recipe.Setting {
	return []recipe.Setting{texts.MultiSetting(func(r *Recipe) *texts.Marking { return &r.Marking }), {
		Flag: "c", Type: recipe.NumberType, Else: "is no linear model of n-grams",
		Usage: "of a linear model of n-grams: how much the training texts weigh against small weights (default: the recipe's)",
		Of: recipe.Number(func(r *Recipe) *float64 { return &r.Model.C }, "a number of 0 to 1e9, 0 for 1",
			func(x float64) bool { return x >= 0 && x <= 1e9 }),
	}}
}

// Package seq2seq is how the zoo trains translators: the family of models/seq2seq.
package seq2seq

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/models/seq2seq"
	"github.com/gorgonia-zoo/zoo/pairs"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// Recipe trains a translator.
type Recipe struct {
	Data    string       `json:"data,omitempty"` // what it was made for
	Columns pairs.Config `json:"columns,omitzero"`

	Model  seq2seq.Config       `json:"model"` // but for the vocabularies, which the data has
	Source tokenize.LearnConfig `json:"source"`
	Target tokenize.LearnConfig `json:"target"` // not looked at where Model.Joint
	// Lowercase reads and writes lower case.
	Lowercase bool `json:"lowercase,omitempty"`

	// MaxTokens is the most tokens of a side: longer pairs are not trained on, and a
	// longer text is cut when it is translated. 0 means 256.
	MaxTokens int `json:"max_tokens,omitempty"`
	// Validation is the share of the pairs that is held out of data without a part for
	// it.
	Validation float64        `json:"validation"`
	Smoothing  float64        `json:"smoothing,omitempty"` // of labels
	Search     seq2seq.Search `json:"search,omitzero"`     // of the model; zero means seq2seq.DefaultSearch
	Storage    string         `json:"storage,omitempty"`   // F32 (default), F16, BF16: what the weights are rounded to at the end
	recipe.Training
}

// Check implements recipe.Body.
func (r *Recipe) Check() error {
	if _, err := recipe.Storage(r.Storage); err != nil {
		return err
	}
	if !(r.Validation >= 0 && r.Validation < 1) || !(r.Smoothing >= 0 && r.Smoothing < 1) {
		return fmt.Errorf("zoo: recipe: validation %v and smoothing %v, want 0 <= x < 1", r.Validation, r.Smoothing)
	}
	if r.MaxTokens < 0 || r.MaxTokens > 1<<16 {
		return fmt.Errorf("zoo: recipe: max_tokens is %d, want 1 to 65536, or 0 for 256", r.MaxTokens)
	}
	if r.Search != (seq2seq.Search{}) {
		if err := r.Search.Check(); err != nil {
			return fmt.Errorf("zoo: recipe: %w", err)
		}
	}
	for _, v := range []tokenize.LearnConfig{r.Source, r.Target} {
		if v.Size < 258 || v.Size > tokenize.MaxSubwords || v.MinCount < 0 {
			return fmt.Errorf("zoo: recipe: a vocabulary of size %d from pairs that occur %d times, want 258 to %d and 0 or more", v.Size, v.MinCount, tokenize.MaxSubwords)
		}
	}
	if err := r.Model.Check(); err != nil {
		return fmt.Errorf("zoo: recipe: %w", err)
	}
	return nil // of the columns their data is the judge
}

// plain is the recipe for anybody's pairs.
func plain() recipe.Recipe {
	return recipe.Recipe{
		Name:  "seq2seq",
		About: "Translator learned from pairs of texts: LSTM with attention and input feeding over subwords",
		Body: &Recipe{
			Model: seq2seq.Config{
				Embedding: 256, Encoder: 256, Hidden: 320,
				Dropout: seq2seq.Dropout{Embedding: 0.3, Encoder: 0.3, Output: 0.3},
			},
			Source:     tokenize.LearnConfig{Size: 5000},
			Target:     tokenize.LearnConfig{Size: 4000},
			Validation: 0.03,
			Smoothing:  0.1,
			Storage:    "F16",
			Training: recipe.Training{
				Seed: 1, Epochs: 9, Batch: 64, ClipNorm: 1, KeepBest: true,
				Optimizer: recipe.Optimizer{Kind: "adam", LearningRate: 1.5e-3},
				Schedule:  recipe.Schedule{Kind: "linear", WarmUp: 200},
			},
		},
	}
}

// deEn is plain for Multi30k, German to English.
func deEn() recipe.Recipe {
	r := plain()
	r.Name = "translate-de-en"
	r.About = "German to English, of sentences that describe pictures, learned from Multi30k: LSTM with attention and input feeding over subwords"
	b := r.Body.(*Recipe)
	b.Data, b.Columns = "Multi30k", pairs.Config{Source: "de", Target: "en"}
	return r
}

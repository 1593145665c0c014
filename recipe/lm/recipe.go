package lm

import (
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo/models/lm"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// Recipe trains a language model on running text; labels are not looked at. Of
// Training, Batch is the number of streams that the text is read in side by side.
type Recipe struct {
	Data       string               `json:"data"`                 // what it was made for
	Unlabelled bool                 `json:"unlabelled,omitempty"` // learn from IMDB's unlabelled reviews too
	Model      lm.Config            `json:"model"`
	Tokenizer  tokenize.Config      `json:"tokenizer"`
	Vocab      tokenize.VocabConfig `json:"vocab"`             // which words are known; EOS is a special one
	Validation float64              `json:"validation"`        // share of the texts held out
	Window     int                  `json:"window"`            // words of a stream in a step, which gradients pass
	Storage    string               `json:"storage,omitempty"` // F32 (default), F16, BF16: what the weights are rounded to at the end

	// LanguageModel names the model that training begins from, with its words, shape and
	// tokenizer; Vocab then says which words of the data are added, at most MaxSize of
	// them. LanguageModelSHA256 is the checksum of its weights: training fills it in,
	// and where it is there already no others are accepted.
	LanguageModel       string `json:"language_model,omitempty"`
	LanguageModelSHA256 string `json:"language_model_sha256,omitempty"`
	recipe.Training
}

// Check implements recipe.Body.
func (r *Recipe) Check() error {
	if _, err := recipe.Storage(r.Storage); err != nil {
		return err
	}
	if !(r.Validation >= 0 && r.Validation < 1) {
		return fmt.Errorf("zoo: recipe: validation is %v, want 0 <= x < 1", r.Validation)
	}
	if r.Window < 1 || r.Window > 1<<16 {
		return fmt.Errorf("zoo: recipe: window is %d, want 1 to %d words", r.Window, 1<<16)
	}
	if r.Batch < 1 || r.Batch > 1<<12 {
		return fmt.Errorf("zoo: recipe: batch is %d, want 1 to %d streams", r.Batch, 1<<12)
	}
	if r.Validation == 0 && (r.KeepBest || r.Patience > 0) {
		return fmt.Errorf("zoo: recipe: keep_best and patience need a validation part, and validation is 0")
	}
	if s := r.Vocab.Specials; s != nil && !slices.Contains(s, lm.EOS) {
		return fmt.Errorf("zoo: recipe: specials %q, want %s among them", s, lm.EOS)
	}
	return nil
}

// plain is for anybody's texts.
func plain() recipe.Recipe {
	return recipe.Recipe{
		Name:  "lm",
		About: "LSTM language model of anybody's texts, for classifiers to begin from",
		Body: &Recipe{
			Data:       "IMDB",
			Unlabelled: true,
			Model: lm.Config{
				Embedding: 128, Hidden: 256, Negatives: 1024,
				Dropout: lm.Dropout{Embedding: 0.1, Output: 0.1},
			},
			Tokenizer:  tokenize.Config{Lower: true},
			Vocab:      tokenize.VocabConfig{MaxSize: 30000, MinCount: 3, Specials: []string{tokenize.UNK, tokenize.PAD, lm.EOS}},
			Validation: 0.05,
			Window:     64,
			Storage:    "F16",
			Training: recipe.Training{
				Seed: 1, Epochs: 5, Batch: 64, ClipNorm: 1, KeepBest: true,
				Optimizer: recipe.Optimizer{Kind: "adam", LearningRate: 2e-3},
				Schedule:  recipe.Schedule{Kind: "linear"},
			},
		},
	}
}

// imdb is one pass over IMDB's training reviews.
func imdb() recipe.Recipe {
	r := plain()
	r.Name = "lm-imdb"
	r.About = "LSTM language model of IMDB's 75,000 training reviews"
	b := r.Body.(*Recipe)
	b.Epochs, b.KeepBest, b.Validation = 1, false, 0.01
	return r
}

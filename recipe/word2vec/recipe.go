package word2vec

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/models/word2vec"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// Recipe learns vectors of words from running text; labels are not
// looked at. Of Training it uses the seed, the epochs and the initial learning
// rate of plain SGD, which falls in a line; Batch is the number of words that
// are trained on before others see what was learned.
type Recipe struct {
	Data       string                `json:"data"`                 // what it was made for
	Unlabelled bool                  `json:"unlabelled,omitempty"` // learn from IMDB's unlabelled reviews too
	Model      word2vec.Config       `json:"model"`
	Tokenizer  tokenize.Config       `json:"tokenizer"`
	Phrases    word2vec.PhraseConfig `json:"phrases,omitzero"`  // which words become one before they are counted; zero means none
	Vocab      tokenize.VocabConfig  `json:"vocab"`             // which words are learned
	Keep       int                   `json:"keep,omitempty"`    // words that are kept at the end, the most frequent; 0 means all
	Storage    string                `json:"storage,omitempty"` // F32 (default), F16, BF16: what the vectors are rounded to at the end
	recipe.Training
}

// Check implements recipe.Body.
func (r *Recipe) Check() error {
	if r.Keep < 0 {
		return fmt.Errorf("zoo: recipe: keep is %d, want 0 for all words or more", r.Keep)
	}
	if len(r.Vocab.Specials) > 0 {
		return fmt.Errorf("zoo: recipe: specials %q, want none: vectors are those of words", r.Vocab.Specials)
	}
	if err := r.Phrases.Check(); err != nil {
		return fmt.Errorf("zoo: recipe: %w", err)
	}
	t := r.Training
	t.Seed, t.Epochs, t.Batch, t.Optimizer.LearningRate = 0, 0, 0, 0
	if t != (recipe.Training{Optimizer: recipe.Optimizer{Kind: "sgd"}, Schedule: recipe.Schedule{Kind: "linear"}}) {
		return fmt.Errorf(`zoo: recipe: word2vec is trained by plain sgd with a linear schedule: want optimizer {"kind":"sgd","learning_rate":...}, schedule {"kind":"linear"} and no other settings of training`)
	}
	if _, err := recipe.Storage(r.Storage); err != nil {
		return err
	}
	return nil
}

func imdb() recipe.Recipe {
	return recipe.Recipe{
		Name:  "word2vec-imdb",
		About: "vectors of words by skip-gram with negative sampling on IMDB's 75,000 training reviews",
		Body: &Recipe{
			Data:       "IMDB",
			Unlabelled: true,
			Model:      word2vec.Config{Dim: 100, Window: 5, Negative: 5, Sample: 1e-3},
			Tokenizer:  tokenize.Config{Lower: true},
			Vocab:      tokenize.VocabConfig{MinCount: 5},
			Keep:       36000,
			Storage:    "F16",
			Training: recipe.Training{
				Seed: 1, Epochs: 5, Batch: word2vec.DefaultChunk,
				Optimizer: recipe.Optimizer{Kind: "sgd", LearningRate: 0.05},
				Schedule:  recipe.Schedule{Kind: "linear"},
			},
		},
	}
}

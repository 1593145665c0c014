package tagger

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/models/tagger"
	"github.com/gorgonia-zoo/zoo/recipe"
)

// Recipe trains a tagger.
type Recipe struct {
	Data string `json:"data,omitempty"` // what it was made for
	// Columns are those of the data that are learned; none: the one that suits the file,
	// see sentences.Config.
	Columns []string `json:"columns,omitempty"`
	// Model is the shape of the network but for its vocabularies and tags, which the data
	// has, and the width of its word vectors where Embeddings give that.
	Model      tagger.Config `json:"model"`
	Validation float64       `json:"validation"`          // share of the sentences held out
	MinCount   int           `json:"min_count,omitempty"` // words that occur fewer times have no vector of their own, unless Embeddings have
	// WordDrop z makes a word of count n unknown with probability z/(z+n) in training, so
	// that the vector of unknown words is learned and the spelling must do (Kiperwasser
	// and Goldberg 2016).
	WordDrop float64 `json:"word_drop,omitempty"`
	Storage  string  `json:"storage,omitempty"` // F32 (default), F16, BF16

	// Embeddings names the vectors of words that training begins from: a model or a file.
	// Words of theirs that the data lacks are taken too, the most frequent, up to
	// ExtraWords. EmbeddingsSHA256 is their fingerprint, which training fills in.
	Embeddings       string `json:"embeddings,omitempty"`
	EmbeddingsSHA256 string `json:"embeddings_sha256,omitempty"`
	ExtraWords       int    `json:"extra_words,omitempty"`
	// FreezeEmbeddings leaves the vectors as they are, so that those of words that the
	// data lacks stay comparable with those that it has; words without one are unknown.
	FreezeEmbeddings bool `json:"freeze_embeddings,omitempty"`
	// EmbeddingsStd is the standard deviation of the numbers of the vectors, to which all
	// are scaled by one factor; 0 means 0.1.
	EmbeddingsStd float64 `json:"embeddings_std,omitempty"`
	recipe.Training
}

// Check implements recipe.Body.
func (r *Recipe) Check() error {
	if _, err := recipe.Storage(r.Storage); err != nil {
		return err
	}
	switch {
	case !(r.Validation >= 0 && r.Validation < 1):
		return fmt.Errorf("zoo: recipe: validation is %v, want 0 <= x < 1", r.Validation)
	case !(r.WordDrop >= 0 && r.WordDrop < 1e6):
		return fmt.Errorf("zoo: recipe: word_drop is %v, want 0 or more", r.WordDrop)
	case r.MinCount < 0 || r.ExtraWords < 0:
		return fmt.Errorf("zoo: recipe: min_count is %d and extra_words is %d, want 0 or more", r.MinCount, r.ExtraWords)
	case r.Embeddings == "" && r.EmbeddingsSHA256 != "":
		return fmt.Errorf("zoo: recipe: embeddings_sha256 without embeddings: %w", recipe.ErrUsage)
	case r.Embeddings == "" && r.FreezeEmbeddings:
		return fmt.Errorf("zoo: recipe: freeze_embeddings without embeddings: %w", recipe.ErrUsage)
	case !(r.EmbeddingsStd >= 0 && r.EmbeddingsStd < 1e6):
		return fmt.Errorf("zoo: recipe: embeddings_std is %v, want a positive number, or 0 for %v", r.EmbeddingsStd, embeddingsStd)
	case len(r.Columns) > tagger.MaxColumns:
		return fmt.Errorf("zoo: recipe: %d columns, want at most %d", len(r.Columns), tagger.MaxColumns)
	}
	return nil
}

// plain learns any column of tags.
func plain() recipe.Recipe {
	return recipe.Recipe{
		Name:  "tagger",
		About: "tags of words, or spans of them, by an LSTM over words and their spelling and a conditional random field",
		Body: &Recipe{
			Model:      tagger.Config{Embedding: 100, CharEmbedding: 32, CharHidden: 64, Hidden: 192, Dropout: 0.5},
			Validation: 0.1,
			WordDrop:   0.25,
			Storage:    "F16",
			Embeddings: "word2vec-imdb",
			ExtraWords: 8000,
			Training: recipe.Training{
				Seed: 1, Epochs: 20, Batch: 32, ClipNorm: 5, KeepBest: true,
				Optimizer: recipe.Optimizer{Kind: "adam", LearningRate: 2e-3, Sparse: "lazy"},
				Schedule:  recipe.Schedule{Kind: "linear"},
			},
		},
	}
}

// ewt is parts of speech of English, universal and Penn's, learned from the training part of
// Universal Dependencies' English Web Treebank. Its epochs and sizes were chosen on the
// treebank's development part, so that no sentence is held out.
func ewt() recipe.Recipe {
	r := plain()
	r.Name = "tagger-ewt"
	r.About = "parts of speech of English, universal (UPOS) and Penn Treebank (XPOS), by an LSTM over words and their spelling and a conditional random field for each"
	b := r.Body.(*Recipe)
	b.Data, b.Columns = "Universal Dependencies English EWT, training part", []string{"upos", "xpos"}
	b.Model.CharHidden = 96
	b.Validation, b.KeepBest, b.Epochs = 0, false, 14
	b.WordDrop, b.ExtraWords, b.EmbeddingsStd = 0.5, 3000, 0.3
	b.EmbeddingsSHA256 = "a8bd7a53f5ee95d0ffb7e1482ca75a49b32c42726737f63917f17f4cf764dcfe"
	return r
}

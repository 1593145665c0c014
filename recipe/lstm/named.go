package lstm

import (
	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/recipe/linear"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// plain learns from labelled texts alone.
func plain() recipe.Recipe {
	return recipe.Recipe{
		Name:  "lstm",
		About: "LSTM classifier of texts from labelled ones alone: last, mean and largest state, locked dropout, falling learning rate",
		Body: &Recipe{
			Data: "IMDB",
			Model: lstm.Config{
				Embedding: 100, Hidden: 256, EmbeddingStd: 0.3,
				Pooling: []ops.Pooling{ops.PoolLast, ops.PoolMean, ops.PoolMax},
				Dropout: lstm.Dropout{Embedding: 0.5, Output: 0.5, Locked: true},
			},
			Tokenizer:  tokenize.Config{Lower: true},
			Vocab:      tokenize.VocabConfig{MaxSize: 25000},
			Validation: 0.1,
			WordDrop:   0.1,
			Storage:    "F16",
			Training: recipe.Training{
				Seed: 1, Epochs: 5, Batch: 64, ClipNorm: 1, KeepBest: true,
				Optimizer: recipe.Optimizer{Kind: "adam", LearningRate: 2e-3},
				Schedule:  recipe.Schedule{Kind: "linear"},
			},
		},
	}
}

// imdb is plain begun from vectors of words, on parts of reviews, and with the
// unlabelled reviews, which the linear model of nbsvm-imdb labels.
func imdb() recipe.Recipe {
	r := plain()
	r.Name = "lstm-imdb"
	r.About = "LSTM sentiment classifier on IMDB: begun from word2vec-imdb, and taught unlabelled reviews by naive Bayes and by itself"
	b := r.Body.(*Recipe)
	b.Embeddings, b.EmbeddingsSHA256 = "word2vec-imdb", "a8bd7a53f5ee95d0ffb7e1482ca75a49b32c42726737f63917f17f4cf764dcfe"
	b.Crop, b.Epochs, b.KeepBest, b.Validation = 0.4, 4, false, 0.05
	b.Teacher = &Teacher{Model: linear.NBSVM(), Parts: 3, Refine: true}
	return r
}

// seed is the network that the zoo began from.
func seed() recipe.Recipe {
	return recipe.Recipe{
		Name:  "lstm-imdb-seed",
		About: "LSTM sentiment classifier on IMDB as plainly as it can be: last state, dropout after the embedding, Adam",
		Body: &Recipe{
			Data: "IMDB",
			Model: lstm.Config{
				Embedding: 100, Hidden: 256,
				Dropout: lstm.Dropout{Embedding: 0.5},
			},
			Tokenizer:  tokenize.Config{Lower: true},
			Vocab:      tokenize.VocabConfig{MaxSize: 25000},
			Validation: 0.1,
			Training: recipe.Training{
				Seed: 1, Epochs: 8, Batch: 64, ClipNorm: 1, KeepBest: true,
				Optimizer: recipe.Optimizer{Kind: "adam", LearningRate: 1e-3},
			},
		},
	}
}

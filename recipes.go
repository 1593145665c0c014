package zoo

import (
	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// Recipes returns the recipes that have names.
func Recipes() []Recipe {
	return []Recipe{
		{
			Name:  "mlp-line",
			About: "an MLP 1-10-1 that learns y = 3x + 2",
			Line: &LineRecipe{
				Sizes: []int{1, 10, 1}, Slope: 3, Intercept: 2, Steps: 500,
				Training: Training{
					Seed: 1, Epochs: 6, Batch: 32,
					Optimizer: Optimizer{Kind: "sgd", LearningRate: 0.02, Momentum: 0.9},
					Schedule:  Schedule{Kind: "linear"},
				},
			},
		},
		{
			Name:  "mlp-line-seed",
			About: "the same by 100 steps of plain SGD on one point each",
			Line: &LineRecipe{
				Sizes: []int{1, 10, 1}, Slope: 3, Intercept: 2, Steps: 100,
				Training: Training{
					Seed: 1, Epochs: 1, Batch: 1,
					Optimizer: Optimizer{Kind: "sgd", LearningRate: 0.01},
				},
			},
		},
		tableRecipe(),
		lstmRecipe(),
		lstmIMDB(),
		{
			Name:  "lstm-imdb-seed",
			About: "LSTM sentiment classifier on IMDB as plainly as it can be: last state, dropout after the embedding, Adam",
			Text: &TextRecipe{
				Data: "IMDB",
				Model: lstm.Config{
					Embedding: 100, Hidden: 256,
					Dropout: lstm.Dropout{Embedding: 0.5},
				},
				Tokenizer:  tokenize.Config{Lower: true},
				Vocab:      tokenize.VocabConfig{MaxSize: 25000},
				Validation: 0.1,
				Training: Training{
					Seed: 1, Epochs: 8, Batch: 64, ClipNorm: 1, KeepBest: true,
					Optimizer: Optimizer{Kind: "adam", LearningRate: 1e-3},
				},
			},
		},
		nbsvmRecipe(),
		tfidfRecipe(),
		word2vecIMDB(),
	}
}

// lstmRecipe learns from labelled texts alone.
func lstmRecipe() Recipe {
	return Recipe{
		Name:  "lstm",
		About: "LSTM classifier of texts from labelled ones alone: last, mean and largest state, locked dropout, falling learning rate",
		Text: &TextRecipe{
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
			Training: Training{
				Seed: 1, Epochs: 5, Batch: 64, ClipNorm: 1, KeepBest: true,
				Optimizer: Optimizer{Kind: "adam", LearningRate: 2e-3},
				Schedule:  Schedule{Kind: "linear"},
			},
		},
	}
}

// lstmIMDB is lstmRecipe begun from vectors of words, on parts of reviews, and with
// the unlabelled reviews, which the model of nbsvmRecipe labels.
func lstmIMDB() Recipe {
	r := lstmRecipe()
	r.Name = "lstm-imdb"
	r.About = "LSTM sentiment classifier on IMDB: begun from word2vec-imdb, and taught unlabelled reviews by naive Bayes and by itself"
	r.Text.Embeddings, r.Text.EmbeddingsSHA256 = "word2vec-imdb", "a8bd7a53f5ee95d0ffb7e1482ca75a49b32c42726737f63917f17f4cf764dcfe"
	r.Text.Crop, r.Text.Epochs, r.Text.KeepBest, r.Text.Validation = 0.4, 4, false, 0.05
	r.Text.Teacher = &Teacher{Model: nbsvmRecipe().Linear.Model, Parts: 3, Refine: true}
	return r
}

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
		lstmIMDB(),
		lstmIMDBVectors(),
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

func lstmIMDB() Recipe {
	return Recipe{
		Name:  "lstm-imdb",
		About: "LSTM sentiment classifier on IMDB: last, mean and largest state, locked dropout, falling learning rate",
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

// lstmIMDBVectors is lstmIMDB begun from vectors of words, and on parts of reviews.
func lstmIMDBVectors() Recipe {
	r := lstmIMDB()
	r.Name = "lstm-imdb-vectors"
	r.About = "LSTM sentiment classifier on IMDB to fine-tune: lstm-imdb begun from word2vec-imdb, on parts of reviews drawn anew in each epoch"
	r.Text.Embeddings, r.Text.EmbeddingsSHA256 = "word2vec-imdb", "d3499c34a0d5dd2b34bdfe8e34e4ef5e31566fde39dba25fddc088994ae0459f"
	r.Text.Crop, r.Text.Epochs = 0.4, 7
	return r
}

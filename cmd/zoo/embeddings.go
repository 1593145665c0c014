package main

import (
	"github.com/gorgonia-zoo/zoo"
	"github.com/spf13/cobra"
)

// embeddingFlags say what an LSTM's embedding begins from.
type embeddingFlags struct {
	from   string
	freeze bool
}

func (f *embeddingFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.from, "embeddings", "", "vectors of words that an LSTM begins from: a model, a file of word2vec or GloVe, or none (default: the recipe's)")
	c.Flags().BoolVar(&f.freeze, "freeze-embeddings", false, "leave the vectors of --embeddings as they are")
}

// apply puts what the flags say into a recipe.
func (f *embeddingFlags) apply(c *cobra.Command, r zoo.Recipe) error {
	if r.Text == nil {
		return unwanted(c, "recipe "+r.Name+" trains no LSTM", "embeddings", "freeze-embeddings")
	}
	if c.Flags().Changed("embeddings") {
		if f.from == "none" {
			f.from = ""
		}
		r.Text.Embeddings, r.Text.EmbeddingsSHA256 = f.from, ""
	}
	if c.Flags().Changed("freeze-embeddings") {
		r.Text.FreezeEmbeddings = f.freeze
	}
	if r.Text.FreezeEmbeddings && r.Text.Embeddings == "" {
		return usage(c, "--freeze-embeddings without --embeddings")
	}
	return nil
}

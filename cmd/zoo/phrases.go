package main

import (
	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/models/word2vec"
	"github.com/spf13/cobra"
)

// phraseFlags say which neighbouring words are learned as one.
type phraseFlags struct {
	passes int
}

func (f *phraseFlags) add(c *cobra.Command) {
	c.Flags().IntVar(&f.passes, "phrases", 0, "join words that keep together, as in new_york, in so many passes before vectors are learned; 0 for none (default: the recipe's)")
}

// apply puts what the flags say into a recipe.
func (f *phraseFlags) apply(c *cobra.Command, r zoo.Recipe) error {
	if r.Word2Vec == nil {
		return unwanted(c, "recipe "+r.Name+" learns no vectors of words", "phrases")
	}
	if !c.Flags().Changed("phrases") {
		return nil
	}
	if f.passes < 0 || f.passes > word2vec.MaxPasses {
		return usage(c, "--phrases %d, want 1 to %d passes, or 0 for no phrases", f.passes, word2vec.MaxPasses)
	}
	if f.passes == 0 {
		r.Word2Vec.Phrases = word2vec.PhraseConfig{}
		return nil
	}
	if n := len(r.Word2Vec.Phrases.Thresholds); n > 0 && n != f.passes {
		return usage(c, "--phrases %d, but recipe %s has thresholds for %d passes", f.passes, r.Name, n)
	}
	r.Word2Vec.Phrases.Passes = f.passes
	return nil
}

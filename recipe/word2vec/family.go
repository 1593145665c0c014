// Package word2vec is how the zoo learns vectors of words from running text: the
// family of models/word2vec.
package word2vec

import (
	"flag"
	"fmt"
	"strconv"

	"github.com/gorgonia-zoo/zoo/models/word2vec"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Family returns the family of word vectors.
func Family() *recipe.Family {
	return &recipe.Family{
		Key:      "word2vec",
		New:      func() recipe.Body { return new(Recipe) },
		Named:    func() []recipe.Recipe { return []recipe.Recipe{imdb()} },
		Settings: []recipe.Setting{phrases()},
		Source:   func(recipe.Body) *recipe.Source { return texts.Unlabelled() },
		Train:    run,
		Holds:    func(a *weights.Artefact) bool { return a.Model == word2vec.Kind },
		Open: func(a *weights.Artefact) (any, error) {
			v, err := word2vec.FromArtefact(a)
			if err != nil {
				return nil, err
			}
			return &Vectors{v}, nil
		},
		OpenFile: openFile,
	}
}

// phrases says how many passes join words to phrases and leaves the rest to the
// recipe.
func phrases() recipe.Setting {
	return recipe.Setting{
		Flag: "phrases", Type: recipe.IntType, Else: "learns no vectors of words",
		Usage: "join words that keep together, as in new_york, in so many passes before vectors are learned; 0 for none (default: the recipe's)",
		Of: recipe.Custom(func(r *Recipe) flag.Value {
			return recipe.Value(func() string {
				if p := r.Phrases; p.MinCount != 0 || len(p.Thresholds) > 0 {
					return "" // more than a flag can say
				}
				return strconv.Itoa(r.Phrases.Passes)
			}, func(s string) error {
				n, err := strconv.Atoi(s)
				if err != nil || n < 0 || n > word2vec.MaxPasses {
					return fmt.Errorf("%s, want 1 to %d passes, or 0 for no phrases", s, word2vec.MaxPasses)
				}
				if n == 0 {
					r.Phrases = word2vec.PhraseConfig{}
					return nil
				}
				if k := len(r.Phrases.Thresholds); k > 0 && k != n {
					return fmt.Errorf("%d, but the recipe has thresholds for %d passes", n, k)
				}
				r.Phrases.Passes = n
				return nil
			})
		}),
	}
}

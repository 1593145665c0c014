// Package linear is how the zoo trains linear classifiers of n-grams: the family
// of models/linear.
package linear

import (
	"github.com/gorgonia-zoo/zoo/models/linear"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Family returns the family of linear classifiers of texts.
func Family() *recipe.Family {
	return &recipe.Family{
		Key: "linear",
		New: func() recipe.Body { return new(Recipe) },
		Named: func() []recipe.Recipe {
			return []recipe.Recipe{nbsvm(), tfidf(), subword(), nbsvmIMDB(), tfidfIMDB()}
		},
		Settings:   settings(),
		Source:     func(b recipe.Body) *recipe.Source { return b.(*Recipe).Marking.Source() },
		Train:      run,
		Candidates: candidates,
		Holds:      func(a *weights.Artefact) bool { return a.Model == linear.Kind },
		Open: func(a *weights.Artefact) (any, error) {
			c, err := linear.FromArtefact(a)
			if err != nil {
				return nil, err
			}
			return value(c), nil
		},
	}
}

// Package lm is how the zoo trains language models on running text: the family of
// models/lm.
package lm

import (
	"flag"

	"github.com/gorgonia-zoo/zoo/models/lm"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Family returns the family of language models.
func Family() *recipe.Family {
	return &recipe.Family{
		Key:      "lm",
		New:      func() recipe.Body { return new(Recipe) },
		Named:    func() []recipe.Recipe { return []recipe.Recipe{plain(), imdb()} },
		Settings: []recipe.Setting{languageModel()},
		Blank: func(b recipe.Body) {
			r := b.(*Recipe)
			r.LanguageModelSHA256 = ""
		},
		Source: func(recipe.Body) *recipe.Source { return texts.Unlabelled() },
		Train:  run,
		Holds:  func(a *weights.Artefact) bool { return a.Model == lm.Kind },
		Open: func(a *weights.Artefact) (any, error) {
			m, err := lm.FromArtefact(a)
			if err != nil {
				return nil, err
			}
			return &Model{m}, nil
		},
	}
}

func languageModel() recipe.Setting {
	return recipe.Setting{
		Flag: "language-model", Type: recipe.TextType, Else: "begins from no language model",
		Usage: "language model that training begins from: what zoo train lm wrote (default: none)",
		Of: recipe.Custom(func(r *Recipe) flag.Value {
			return recipe.Value(func() string { return r.LanguageModel }, func(s string) error {
				r.LanguageModel, r.LanguageModelSHA256 = s, ""
				return nil
			})
		}),
	}
}

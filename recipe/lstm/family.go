// Package lstm is how the zoo trains LSTM classifiers of texts from nothing: the
// family of models/lstm.
package lstm

import (
	"errors"
	"flag"

	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Family returns the family of LSTM classifiers of texts.
func Family() *recipe.Family {
	return &recipe.Family{
		Key:      "text",
		New:      func() recipe.Body { return new(Recipe) },
		Named:    func() []recipe.Recipe { return []recipe.Recipe{plain(), imdb(), seed()} },
		Settings: settings(),
		Blank: func(b recipe.Body) {
			r := b.(*Recipe)
			if r.EmbeddingsSHA256 = ""; r.Embeddings == NoEmbeddings {
				r.Embeddings = ""
			}
			r.LanguageModelSHA256 = ""
		},
		Source:     func(b recipe.Body) *recipe.Source { return b.(*Recipe).Marking.Source() },
		Train:      run,
		Candidates: candidates,
		Holds:      func(a *weights.Artefact) bool { return a.Model == lstm.Kind },
		Open: func(a *weights.Artefact) (any, error) {
			c, err := lstm.FromArtefact(a)
			if err != nil {
				return nil, err
			}
			return Value(c), nil
		},
	}
}

func settings() []recipe.Setting {
	const without = "trains no LSTM"
	return []recipe.Setting{
		texts.MultiSetting(func(r *Recipe) *texts.Marking { return &r.Marking }),
		{
			Flag: "embeddings", Type: recipe.TextType, Else: without,
			Usage: "vectors of words that an LSTM begins from: a model, a file of word2vec or GloVe, or none (default: the recipe's)",
			Of: recipe.Custom(func(r *Recipe) flag.Value {
				return recipe.Value(func() string {
					if r.Embeddings == "" {
						return NoEmbeddings
					}
					return r.Embeddings
				}, func(s string) error {
					if s == NoEmbeddings {
						s = ""
					}
					r.Embeddings, r.EmbeddingsSHA256 = s, ""
					return nil
				})
			}),
		},
		{
			Flag: "freeze-embeddings", Type: recipe.BoolType, Else: without,
			Usage: "leave the vectors of --embeddings as they are",
			Of:    recipe.Bool(func(r *Recipe) *bool { return &r.FreezeEmbeddings }),
			Check: func(b recipe.Body) error {
				if r := b.(*Recipe); r.FreezeEmbeddings && r.Embeddings == "" {
					return errors.New("without --embeddings")
				}
				return nil
			},
		},
		{
			Flag: "language-model", Type: recipe.TextType, Else: without,
			Usage: "language model that training begins from: what zoo train lm wrote (default: none)",
			Of: recipe.Custom(func(r *Recipe) flag.Value {
				return recipe.Value(func() string { return r.LanguageModel }, func(s string) error {
					if r.LanguageModel, r.LanguageModelSHA256 = s, ""; s != "" { // in place of vectors
						r.Embeddings, r.EmbeddingsSHA256, r.EmbeddingsStd = "", "", 0
					}
					return nil
				})
			}),
		},
	}
}

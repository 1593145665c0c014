// Package tagger is how the zoo trains taggers of words: the family of models/tagger.
package tagger

import (
	"flag"

	"github.com/gorgonia-zoo/zoo/models/tagger"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/sentences"
	"github.com/gorgonia-zoo/zoo/weights"
)

// none asks for no vectors.
const none = "none"

// Family returns the family of taggers.
func Family() *recipe.Family {
	return &recipe.Family{
		Key:      "tagger",
		New:      func() recipe.Body { return new(Recipe) },
		Named:    func() []recipe.Recipe { return []recipe.Recipe{plain(), ewt()} },
		Settings: settings(),
		Blank:    func(b recipe.Body) { b.(*Recipe).EmbeddingsSHA256 = "" },
		Source:   func(b recipe.Body) *recipe.Source { return sentences.Source(b.(*Recipe).Columns) },
		Train:    run,
		Holds:    func(a *weights.Artefact) bool { return a.Model == tagger.Kind },
		Open: func(a *weights.Artefact) (any, error) {
			t, err := tagger.FromArtefact(a)
			if err != nil {
				return nil, err
			}
			return &Tagger{t}, nil
		},
	}
}

func settings() []recipe.Setting {
	const without = "trains no tagger"
	return []recipe.Setting{
		{
			Flag: "column", Type: recipe.ListType, Else: without,
			Usage: "of sentences of tagged words: column of the tags, several by commas: upos, xpos, feats of CoNLL-U, a number or last of others, a key of JSON (default: the one that suits the file)",
			Of:    recipe.List(func(r *Recipe) *[]string { return &r.Columns }, ""),
		},
		{
			Flag: "embeddings", Type: recipe.TextType, Else: without,
			Usage: "vectors of words to begin from: a model, a file of word2vec or GloVe, or none (default: the recipe's)",
			Of: recipe.Custom(func(r *Recipe) flag.Value {
				return recipe.Value(func() string {
					if r.Embeddings == "" {
						return none
					}
					return r.Embeddings
				}, func(s string) error {
					if s == none {
						s = ""
					}
					r.Embeddings, r.EmbeddingsSHA256 = s, ""
					return nil
				})
			}),
		},
	}
}

// Package finetune is how the zoo trains a classifier that is there further, on
// other data: the family whose models are those of recipe/lstm.
package finetune

import (
	"github.com/gorgonia-zoo/zoo/models/lm"
	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/recipe"
	lmrecipe "github.com/gorgonia-zoo/zoo/recipe/lm"
	lstmrecipe "github.com/gorgonia-zoo/zoo/recipe/lstm"
)

// of is what can be fine-tuned.
const of = "an LSTM classifier of texts (" + lstm.Kind + "), such as lstm-imdb, or a language model (" + lm.Kind + ")"

// Family returns the family of fine-tuned LSTM classifiers. An artefact of one
// is opened by the family that made its base.
func Family() *recipe.Family {
	return &recipe.Family{
		Key:      "finetune",
		New:      func() recipe.Body { return new(Recipe) },
		Settings: settings(),
		Blank: func(b recipe.Body) {
			r := b.(*Recipe)
			r.BaseSHA256, r.BaseVocab, r.EmbeddingsSHA256, r.EmbeddingsScale, r.MinSteps = "", "", "", 0, 0
			r.UnlabelledSHA256 = ""
		},
		Source: func(b recipe.Body) *recipe.Source {
			s := b.(*Recipe).Marking.Source()
			s.Missing = func(string) string {
				return "--data FILE is missing: a .csv, .tsv, .jsonl or .parquet file with a column of texts and a column of labels"
			}
			return s
		},
		Train:      run,
		Candidates: candidates,
		Tuning: &recipe.Tuning{
			Of: of,
			Tunes: func(value any) bool {
				switch value.(type) {
				case *lstmrecipe.Classifier, *lstmrecipe.Labeller, *lmrecipe.Model:
					return true
				}
				return false
			},
			Base:   func(b recipe.Body) *string { return &b.(*Recipe).Base },
			Recipe: tune,
			Plain:  func(base string) recipe.Body { return plain(base) },
		},
	}
}

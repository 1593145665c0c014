package zoo

import (
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/recipe/encoder"
	"github.com/gorgonia-zoo/zoo/recipe/ensemble"
	"github.com/gorgonia-zoo/zoo/recipe/finetune"
	"github.com/gorgonia-zoo/zoo/recipe/linear"
	"github.com/gorgonia-zoo/zoo/recipe/lm"
	"github.com/gorgonia-zoo/zoo/recipe/lstm"
	"github.com/gorgonia-zoo/zoo/recipe/mean"
	"github.com/gorgonia-zoo/zoo/recipe/mlp"
	"github.com/gorgonia-zoo/zoo/recipe/seq2seq"
	"github.com/gorgonia-zoo/zoo/recipe/tagger"
	"github.com/gorgonia-zoo/zoo/recipe/word2vec"
)

// Families returns the table of the zoo's own families: the only place that
// lists them. A program that brings its own appends it and makes a Zoo of the
// table.
func Families() recipe.Families { return FamiliesOf(OpenModel) }

// FamiliesOf returns that table for a program that has pretrained models from elsewhere:
// open is where an ensemble finds its members by their names. Such a program carries no
// embedded weights.
func FamiliesOf(open func(name string) (*Model, error)) recipe.Families {
	table := func() recipe.Families { return FamiliesOf(open) }
	return recipe.Families{
		mlp.LineFamily(),
		mlp.TableFamily(),
		lstm.Family(),
		linear.Family(),
		word2vec.Family(),
		lm.Family(),
		finetune.Family(),
		encoder.Family(),
		encoder.ProbeFamily(),
		mean.Family(table),
		ensemble.Family(table, open),
		encoder.TuneFamily(),
		tagger.Family(),
		seq2seq.Family(),
	}
}

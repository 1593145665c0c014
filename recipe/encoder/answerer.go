package encoder

import (
	"context"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/models/encoder"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Answerer answers what no classifier of texts could: several labels, a number, or of
// pairs of texts; and it embeds texts.
type Answerer struct {
	*encoder.Answerer
	card weights.Card
}

var (
	_ classify.Answerer   = (*Answerer)(nil)
	_ classify.KnowsWords = (*Answerer)(nil)
	_ recipe.Embedder     = (*Answerer)(nil)
	_ recipe.Exporter     = (*Answerer)(nil)
	_ recipe.Int8er       = (*Answerer)(nil)
)

// value is what a model with a linear layer is for whoever opens it.
func value(c *encoder.Classifier, card weights.Card) any {
	if c.Task().Plain() {
		return &Classifier{c, card}
	}
	return &Answerer{c.Answerer(), card}
}

// Known implements classify.KnowsWords.
func (a *Answerer) Known(text string) (share float64, ok bool) {
	return knownShare(a.Classifier(), text)
}

// Dim and EmbedTexts implement recipe.Embedder: the vectors of texts that come alone.
func (a *Answerer) Dim() int { return a.Classifier().Alone().Dim() }

// EmbedTexts implements recipe.Embedder.
func (a *Answerer) EmbedTexts(ctx context.Context, texts []string) ([]recipe.Embedding, error) {
	return embed(ctx, a.Classifier().Alone(), texts)
}

// Int8 implements recipe.Int8er.
func (a *Answerer) Int8() any { return &Answerer{a.Classifier().Int8().Answerer(), a.card} }

// ExportFile implements recipe.Exporter, as Encoder.ExportFile does.
func (a *Answerer) ExportFile(path string) error {
	return export(path, a.card, a.Classifier().WriteDirectory)
}

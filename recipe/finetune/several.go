package finetune

import (
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
)

// several settles the classes where the base or the data has several labels a text:
// the linear layer is a new one, unless both have the same labels.
func (r *Recipe) several(c *texts.Corpus, base *lstm.Classifier) (*texts.Corpus, error) {
	if r.ClassWeights != "" && c.Sets != nil {
		return nil, fmt.Errorf("zoo: recipe: class_weights %s are for one class of each text: %w", r.ClassWeights, recipe.ErrUsage)
	}
	alike := c.Sets != nil && base.Network().Config().Several && slices.Equal(c.Classes, base.Classes())
	switch {
	case r.Head == HeadKeep && !alike:
		return nil, fmt.Errorf("zoo: recipe: the classes of %s cannot be kept: it and the data do not give texts the same labels (--classes new draws a layer for those of the data): %w", r.Base, recipe.ErrUsage)
	case r.Head == HeadAuto && alike:
		r.Head = HeadKeep
	case r.Head == HeadAuto:
		r.Head = HeadNew
	}
	return c, nil
}

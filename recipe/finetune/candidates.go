package finetune

import (
	"context"
	"fmt"

	"github.com/gorgonia-zoo/zoo/recipe"
	lstmrecipe "github.com/gorgonia-zoo/zoo/recipe/lstm"
	"github.com/gorgonia-zoo/zoo/texts"
)

// candidates go on from each base that is an LSTM classifier, for as many steps
// as one from nothing takes.
func candidates(ctx context.Context, data recipe.Data, bases []recipe.Base, env recipe.Env) ([]recipe.Candidate, error) {
	set, ok := data.(*texts.Set)
	if !ok {
		return nil, nil
	}
	var all []recipe.Candidate
	for _, base := range bases {
		c, ok := base.Model.Value.(*lstmrecipe.Classifier)
		if !ok {
			continue
		}
		part, err := set.Labelled(ctx, c.Tokenizer())
		if err != nil {
			return nil, err
		}
		r, err := tune(base.Model, base.Name, env)
		if err != nil {
			return nil, err
		}
		b := r.Body.(*Recipe)
		b.SetEpochs(lstmrecipe.EpochsFor(len(part.Texts), b.Batch, b.EpochsFor(len(part.Texts))))
		name := "finetune " + base.Name
		all = append(all, recipe.Candidate{Recipe: r, Name: fmt.Sprintf("%s --epochs %d", name, b.Epochs), Kind: name,
			Seconds: 2 + float64(b.Epochs*part.Tokens())/lstmrecipe.TokensPerSecond})
	}
	return all, nil
}

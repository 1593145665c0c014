package linear

import (
	"context"
	"fmt"

	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// candidates are n-grams of both weightings at a few strengths, and those with
// pieces of words, which are many times as many, at one.
func candidates(ctx context.Context, data recipe.Data, _ []recipe.Base, _ recipe.Env) ([]recipe.Candidate, error) {
	set, ok := data.(*texts.Set)
	if !ok {
		return nil, nil
	}
	part, err := set.Labelled(ctx, tokenize.Config{Lower: true})
	if err != nil {
		return nil, err
	}
	logits := len(part.Classes)
	if logits == 2 {
		logits = 1
	}
	// A first model for the validation figures and one that is kept; measured on
	// reviews.
	work := float64(1e-6 * float64(part.Tokens()*logits))
	var all []recipe.Candidate
	for _, kind := range []struct {
		recipe  func() recipe.Recipe
		c       []float64
		seconds float64
		always  bool
	}{
		{tfidf, []float64{1, 3, 10, 30}, 0.02 + work, true},
		{nbsvm, []float64{0.1, 1, 10}, 0.03 + float64(1.5*work), true},
		{subword, []float64{30}, 0.5 + float64(5*work), false},
	} {
		for _, c := range kind.c {
			r := kind.recipe()
			r.Body.(*Recipe).Model.C = c
			all = append(all, recipe.Candidate{Recipe: r, Name: fmt.Sprintf("%s --c %g", r.Name, c), Kind: r.Name,
				Seconds: kind.seconds, Always: kind.always})
		}
	}
	return all, nil
}

package lstm

import (
	"context"
	"fmt"

	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// CandidateSteps is how many steps a training takes at least that is compared
// with others: an LSTM that makes fewer has hardly left where it began.
const CandidateSteps = 800

// TokensPerSecond is about how many tokens two cores train on.
const TokensPerSecond = 50e3

// candidates is an LSTM from nothing.
func candidates(ctx context.Context, data recipe.Data, _ []recipe.Base, _ recipe.Env) ([]recipe.Candidate, error) {
	set, ok := data.(*texts.Set)
	if !ok {
		return nil, nil
	}
	part, err := set.Labelled(ctx, tokenize.Config{Lower: true})
	if err != nil {
		return nil, err
	}
	r := plain()
	b := r.Body.(*Recipe)
	b.Epochs = EpochsFor(len(part.Texts), b.Batch, b.Epochs)
	return []recipe.Candidate{{Recipe: r, Name: fmt.Sprintf("lstm --epochs %d", b.Epochs), Kind: "lstm",
		Seconds: 1 + float64(b.Epochs*part.Tokens())/TokensPerSecond}}, nil
}

// EpochsFor returns how many passes over so many texts make CandidateSteps, at
// least least and at most 40.
func EpochsFor(texts, batch, least int) int {
	steps := max(1, texts/batch)
	return max(least, min(40, (CandidateSteps+steps-1)/steps))
}

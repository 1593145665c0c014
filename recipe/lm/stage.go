package lm

import (
	"context"

	"github.com/gorgonia-zoo/zoo/models/lm"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
)

// Stage is how a language model goes on with other texts on the way to something else.
type Stage struct {
	Epochs   int // 0 means 3
	NewWords int // at most so many words of the texts are added; 0 adds none
	MinCount int // of those words
	Seed     uint64
}

// GoOn trains a language model further on all of some texts and returns the model that
// results and the fingerprint of the texts. Nothing of it is kept for resuming: the same
// stage on the same texts has the same bytes.
func GoOn(ctx context.Context, from *lm.Model, data *texts.Set, s Stage, run recipe.Run) (*lm.Model, string, error) {
	r := *plain().Body.(*Recipe)
	r.Validation, r.KeepBest, r.Seed, r.Tokenizer = 0, false, s.Seed, from.Tokenizer()
	r.Optimizer.LearningRate = 1e-3
	if r.Epochs = 3; s.Epochs > 0 {
		r.Epochs = s.Epochs
	}
	r.Vocab.MaxSize, r.Vocab.MinCount = s.NewWords, s.MinCount
	text, err := read(ctx, &r, from, data)
	if err != nil {
		return nil, "", err
	}
	if s.NewWords == 0 {
		text.vocab = from.Vocab()
		for _, t := range text.train {
			for i, id := range t {
				if int(id) >= text.vocab.Len() {
					t[i] = text.vocab.UNK()
				}
			}
		}
	}
	m, err := r.begin(from, text)
	if err != nil {
		return nil, "", err
	}
	streams, err := newStreams(&r, text, m)
	if err != nil {
		return nil, "", err
	}
	result, err := learn(ctx, &r, "", recipe.Run{}, text, m, streams)
	if err != nil {
		return nil, "", err
	}
	run.Logf("%d texts of %d words in %d epochs: sampled loss %.4f, then %.4f", text.texts, text.tokens, r.Epochs, result.History[0].Loss, result.Last().Loss)
	return m, text.fingerprint, nil
}

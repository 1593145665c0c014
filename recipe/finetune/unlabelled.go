package finetune

import (
	"context"
	"fmt"

	"github.com/gorgonia-zoo/zoo/models/lm"
	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/recipe"
	lmrecipe "github.com/gorgonia-zoo/zoo/recipe/lm"
	lstmrecipe "github.com/gorgonia-zoo/zoo/recipe/lstm"
	"github.com/gorgonia-zoo/zoo/texts"
)

// readUnlabelled goes on with the language of the base on the recipe's unlabelled
// texts (the second stage of Howard and Ruder 2018, arXiv:1801.06146) and returns the
// classifier that begins from what it has learned: with more words, and the base's
// linear layer.
func (r *Recipe) readUnlabelled(ctx context.Context, m *recipe.Model, base *lstm.Classifier, run recipe.Run) (*lstm.Classifier, error) {
	if r.Unlabelled == "" {
		if r.UnlabelledSHA256 != "" {
			return nil, fmt.Errorf("zoo: recipe: unlabelled_sha256 without unlabelled: %w", recipe.ErrUsage)
		}
		return base, nil
	}
	data, err := texts.Open(r.Unlabelled, texts.Config{Unlabelled: true, Cache: "none"})
	if err != nil {
		return nil, err
	}
	from, err := language(m, base, r.Seed)
	if err != nil {
		return nil, err
	}
	run.Logf("%s: a language model goes on from %s", r.Unlabelled, r.Base)
	learned, sum, err := lmrecipe.GoOn(ctx, from, data, lmrecipe.Stage{Epochs: r.LanguageEpochs, NewWords: r.NewWords, MinCount: r.MinCount, Seed: r.Seed}, run)
	if err != nil {
		return nil, err
	}
	if want := r.UnlabelledSHA256; want != "" && want != sum {
		return nil, fmt.Errorf("zoo: recipe: the unlabelled texts in %s are others than the recipe's: SHA-256 %.12s, want %.12s: %w", r.Unlabelled, sum, want, recipe.ErrUsage)
	}
	r.UnlabelledSHA256 = sum
	network, err := base.Network().Adapt(lstm.Adaptation{Words: learned.Vocab().Len() - base.Vocab().Len(), Like: base.Vocab().UNK()})
	if err != nil {
		return nil, err
	}
	if err := lstmrecipe.Begin(network, learned); err != nil {
		return nil, err
	}
	return lstm.NewClassifier(network, lstm.ClassifierConfig{Tokenizer: base.Tokenizer(), Vocab: learned.Vocab(), Classes: base.Classes(), MaxTokens: base.MaxTokens()})
}

// language returns the base as a language model: itself, or a classifier's embedding and
// LSTM under a new projection.
func language(m *recipe.Model, base *lstm.Classifier, seed uint64) (*lm.Model, error) {
	if own, ok := m.Value.(*lmrecipe.Model); ok {
		return own.Model, nil
	}
	c := base.Network().Config()
	if c.Bidirectional {
		return nil, fmt.Errorf("zoo: fine-tune: the base reads texts from both ends, and a language model reads forward: %w", recipe.ErrUsage)
	}
	vocab := base.Vocab()
	if _, ok := vocab.ID(lm.EOS); !ok {
		var err error
		if vocab, err = vocab.Grow([]string{lm.EOS}); err != nil {
			return nil, fmt.Errorf("zoo: %w", err)
		}
	}
	n, err := lm.New(lm.Config{Vocab: vocab.Len(), Embedding: c.Embedding, Hidden: c.Hidden, Layers: c.Layers}, seed)
	if err != nil {
		return nil, fmt.Errorf("zoo: fine-tune: the base cannot go on as a language model: %w: %w", err, recipe.ErrUsage)
	}
	from := base.Network().Params()
	for i, p := range n.Params()[:1+4*n.Config().Layers] {
		copy(p.Write(), from[i].Data()) // the end of texts, if it is new, is the last word
	}
	return lm.NewModel(n, base.Tokenizer(), vocab)
}

// classifier returns what a model that can be tuned is as a classifier: of a language
// model its embedding and LSTM under a linear layer that is drawn anew.
func classifier(m *recipe.Model) (c *lstm.Classifier, fresh bool, err error) {
	switch v := m.Value.(type) {
	case *lstmrecipe.Classifier:
		return v.Classifier, false, nil
	case *lstmrecipe.Labeller:
		return v.Classifier(), false, nil
	case *lmrecipe.Model:
		c, err = lstmrecipe.FromLanguageModel(v.Model)
		return c, true, err
	}
	return nil, false, fmt.Errorf("zoo: fine-tune: a %T; only %s, can be fine-tuned: %w", m.Value, of, recipe.ErrUsage)
}

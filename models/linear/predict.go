package linear

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// Config returns how the classifier was trained, zeros filled in.
func (c *Classifier) Config() Config { return c.config }

// Classes returns the class names in the order of the labels.
func (c *Classifier) Classes() []string { return slices.Clone(c.classes) }

// Tokenizer returns the tokenizer's settings.
func (c *Classifier) Tokenizer() tokenize.Config { return c.tokenizer.Config() }

// Vectorizer returns what turns tokens into the classifier's features.
func (c *Classifier) Vectorizer() *Vectorizer { return c.vectorizer }

// Params returns linear.weight [F, C], one row a column of the features, and
// linear.bias [C]. C is 1 for two classes: the logit of class 1.
func (c *Classifier) Params() []*ops.Param { return []*ops.Param{c.weight, c.bias} }

// Prediction is the answer for one text. It has one logit for two classes, else
// one a class, and no Terms where features are hashed.
type Prediction = classify.Prediction

// Term is what an n-gram of a text adds to the answer.
type Term = classify.Term

var _ classify.Classifier = (*Classifier)(nil)

// Predict classifies one text and says which n-grams decided.
func (c *Classifier) Predict(ctx context.Context, text string) (Prediction, error) {
	tokens, _, err := c.tokenizer.TokensContext(ctx, text, 0)
	var p Prediction
	if err == nil {
		p, err = c.predictTokens(ctx, tokens)
	}
	if err != nil {
		return Prediction{}, fmt.Errorf("linear: predict: %w", err)
	}
	return p, nil
}

// ended tells whether a context has ended; nil for one that never does.
func ended(ctx context.Context) func() bool {
	if ctx.Done() == nil {
		return nil
	}
	return func() bool { return ctx.Err() != nil }
}

// PredictTokens is Predict for a text that is tokenised already, as Tokenizer
// says.
func (c *Classifier) PredictTokens(tokens []string) (Prediction, error) {
	p, err := c.predictTokens(context.Background(), tokens)
	if err != nil {
		return Prediction{}, fmt.Errorf("linear: predict: %w", err)
	}
	return p, nil
}

func (c *Classifier) predictTokens(ctx context.Context, tokens []string) (Prediction, error) {
	r := row{stop: ended(ctx)}
	p, err := c.predict(&r, tokens)
	if err == nil && c.vectorizer.ngrams != nil {
		p.Terms = c.terms(c.attribute(&r, tokens), p.Class)
	}
	if r.stopped() {
		return Prediction{}, context.Cause(ctx)
	}
	return p, err
}

// PredictAll classifies texts on all cores; answers come in their order and
// are the same as one by one, but without Terms.
func (c *Classifier) PredictAll(ctx context.Context, texts []string) ([]Prediction, error) {
	return c.predictAll(ctx, len(texts), func(i int) ([]string, error) {
		tokens, _, err := c.tokenizer.TokensContext(ctx, texts[i], 0)
		return tokens, err
	})
}

// PredictAllTokens is PredictAll for texts that are tokenised already, as
// Tokenizer says.
func (c *Classifier) PredictAllTokens(ctx context.Context, texts [][]string) ([]Prediction, error) {
	return c.predictAll(ctx, len(texts), func(i int) ([]string, error) { return texts[i], nil })
}

func (c *Classifier) predictAll(ctx context.Context, n int, tokens func(i int) ([]string, error)) ([]Prediction, error) {
	out := make([]Prediction, n)
	const block = 64
	errs := make([]error, (n+block-1)/block)
	kernel.Parallel(len(errs), func(b int) {
		r := row{stop: ended(ctx)}
		for i := b * block; i < min((b+1)*block, n) && errs[b] == nil; i++ {
			var read []string
			if read, errs[b] = tokens(i); errs[b] == nil {
				out[i], errs[b] = c.predict(&r, read)
			}
			if ctx.Err() != nil {
				errs[b] = context.Cause(ctx)
			}
		}
	})
	for _, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("linear: predict: %w", err)
		}
	}
	return out, nil
}

// Known returns the share of the words of a text that occur in an n-gram of the
// classifier, 0 for a text without a word. It is not ok where n-grams are hashed,
// which leaves no words to compare.
func (c *Classifier) Known(text string) (share float64, ok bool) {
	ngrams := c.vectorizer.ngrams
	if ngrams == nil {
		return 0, false
	}
	tokens := c.tokenizer.Tokens(text)
	known := 0
	for _, t := range tokens {
		if _, in := ngrams.index[t]; in {
			known++
		}
	}
	return float64(known) / float64(max(1, len(tokens))), true
}

// predict answers all but the terms; r then holds the features.
func (c *Classifier) predict(r *row, tokens []string) (Prediction, error) {
	c.vectorizer.features(r, tokens)
	n := len(c.bias.Data())
	p := Prediction{Logits: make([]float64, n), Tokens: len(tokens)}
	for k, b := range c.bias.Data() {
		p.Logits[k] = float64(b)
	}
	weight := c.weight.Data()
	for i, column := range r.columns {
		x := float64(r.counts[i])
		for k, w := range weight[int(column)*n : (int(column)+1)*n] {
			p.Logits[k] += float64(x * float64(w))
		}
	}
	p.Probabilities = c.Probabilities(p.Logits, c.temperature)
	for k, v := range p.Probabilities {
		if math.IsNaN(v) {
			return Prediction{}, errors.New("the weights give no number for this text")
		}
		if v > p.Probabilities[p.Class] {
			p.Class = k
		}
	}
	p.Label, p.Probability = c.classes[p.Class], p.Probabilities[p.Class]
	return p, nil
}

// terms lists the n-grams of a text by what they add to the logit of class.
func (c *Classifier) terms(ngrams []Attribution, class int) []Term {
	sign := 1.0
	if len(c.bias.Data()) == 1 {
		if class == 0 {
			sign = -1
		}
		class = 0
	}
	terms := make([]Term, len(ngrams))
	for i, g := range ngrams {
		terms[i] = Term{Text: g.Text, Count: len(g.At), Contribution: sign * g.Logits[class]}
	}
	slices.SortStableFunc(terms, func(a, b Term) int {
		return cmp.Or(cmp.Compare(math.Abs(b.Contribution), math.Abs(a.Contribution)), cmp.Compare(a.Text, b.Text))
	})
	return terms
}

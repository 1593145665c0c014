package lstm

import (
	"context"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/texts"
)

// Classifier answers as all classifiers of texts do.
type Classifier struct{ *lstm.Classifier }

var (
	_ classify.Reader    = (*Classifier)(nil)
	_ classify.Explainer = (*Classifier)(nil)
	_ classify.Knower    = (*Classifier)(nil)
)

// Known implements classify.Knower.
func (c *Classifier) Known(text string) (share float64, ok bool) {
	ids, _ := c.Encode(text) // never none
	known := 0
	for _, id := range ids {
		if id != c.Vocab().UNK() {
			known++
		}
	}
	return float64(known) / float64(len(ids)), true
}

// EvaluateTokens implements classify.Reader.
func (c *Classifier) EvaluateTokens(ctx context.Context, words []string, read [][]int32, labels []int32) (*classify.Evaluation, error) {
	all := texts.Corpus{Words: words, Texts: read}
	ids, _ := all.Encode(c.Vocab(), c.MaxTokens())
	return evaluate(ctx, c.Classifier, ids, labels)
}

// evaluate measures a classifier on texts of token ids.
func evaluate(ctx context.Context, c *lstm.Classifier, texts [][]int32, labels []int32) (*classify.Evaluation, error) {
	logits, err := c.Network().Logits(ctx, texts)
	if err != nil {
		return nil, err
	}
	lengths := make([]int, len(texts))
	for i, t := range texts {
		lengths[i] = len(t)
	}
	return classify.Evaluate(classify.Answers{Labels: labels, Lengths: lengths, Probabilities: func(i int, temperature float64) []float64 {
		return lstm.Probabilities(logits[i], temperature)
	}}, c.Temperature()), nil
}

// method says how contributions are found.
const method = "integrated gradients (Sundararajan et al. 2017) from a text of as many unknown words"

// Explain implements classify.Explainer.
func (c *Classifier) Explain(ctx context.Context, text string) (classify.Prediction, classify.Explanation, error) {
	e, err := c.Classifier.Explain(ctx, text)
	if err != nil {
		return classify.Prediction{}, classify.Explanation{}, err
	}
	out := classify.Explanation{Of: c.Classes()[e.Of], Method: method, Logit: e.Logit, Baseline: e.Baseline,
		Sum: e.Sum, Error: e.Error, Steps: e.Steps, Words: make([]classify.Contribution, len(e.Words))}
	for i, w := range e.Words {
		out.Words[i] = classify.Contribution{Token: w, Contribution: e.Parts[i]}
	}
	return e.Prediction, out, nil
}

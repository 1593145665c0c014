package linear

import (
	"context"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/models/linear"
)

// Classifier answers as all classifiers of texts do.
type Classifier struct{ *linear.Classifier }

var (
	_ classify.Reader    = (*Classifier)(nil)
	_ classify.Explainer = (*Classifier)(nil)
	_ classify.Knower    = (*Classifier)(nil)
)

// EvaluateTokens implements classify.Reader.
func (c *Classifier) EvaluateTokens(ctx context.Context, words []string, texts [][]int32, labels []int32) (*classify.Evaluation, error) {
	predictions, err := PredictTokens(ctx, c.Classifier, words, texts, every(len(texts)))
	if err != nil {
		return nil, err
	}
	return evaluate(predictions, labels, c.Temperature()), nil
}

// every returns 0 to n-1.
func every(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// PredictTokens classifies the chosen of texts, each a list of indices into
// words.
func PredictTokens(ctx context.Context, c *linear.Classifier, words []string, texts [][]int32, chosen []int) ([]linear.Prediction, error) {
	out := make([]linear.Prediction, 0, len(chosen))
	const block = 1 << 10 // the words of so many texts lie in memory at once
	read := make([][]string, 0, block)
	for from := 0; from < len(chosen); from += block {
		read = read[:0]
		for _, i := range chosen[from:min(from+block, len(chosen))] {
			tokens := make([]string, len(texts[i]))
			for k, w := range texts[i] {
				tokens[k] = words[w]
			}
			read = append(read, tokens)
		}
		p, err := c.PredictAllTokens(ctx, read)
		if err != nil {
			return nil, err
		}
		out = append(out, p...)
	}
	return out, nil
}

// evaluate measures predictions at a temperature.
func evaluate(predictions []linear.Prediction, labels []int32, temperature float64) *classify.Evaluation {
	lengths := make([]int, len(predictions))
	for i, p := range predictions {
		lengths[i] = p.Tokens
	}
	return classify.Evaluate(classify.Answers{Labels: labels, Lengths: lengths, Probabilities: func(i int, temperature float64) []float64 {
		return linear.Probabilities(predictions[i].Logits, temperature)
	}}, temperature)
}

// method says how contributions are found.
const method = "weight times feature of each n-gram, shared equally by its words; the baseline is the bias"

// Explain implements classify.Explainer.
func (c *Classifier) Explain(ctx context.Context, text string) (classify.Prediction, classify.Explanation, error) {
	e, err := c.Classifier.Explain(ctx, text)
	if err != nil {
		return classify.Prediction{}, classify.Explanation{}, err
	}
	class, k := 1, 0
	if len(e.Bias) > 1 {
		class, k = e.Class, e.Class
	}
	out := classify.Explanation{Of: c.Classes()[class], Method: method, Logit: e.Logits[k], Baseline: e.Bias[k],
		Words: make([]classify.Contribution, len(e.Words))}
	for i, w := range e.Words {
		out.Words[i].Token = w
	}
	for _, g := range e.NGrams {
		out.Terms = append(out.Terms, classify.Contribution{Token: g.Text, Contribution: g.Logits[k]})
		share := g.Logits[k] / float64(len(g.At)*g.Words)
		for _, at := range g.At {
			for i := range g.Words {
				out.Words[at+i].Contribution += share
			}
		}
	}
	for _, w := range out.Words {
		out.Sum += w.Contribution
	}
	out.Error = out.Sum - (out.Logit - out.Baseline)
	return e.Prediction, out, nil
}

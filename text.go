package zoo

import (
	"context"

	"github.com/gorgonia-zoo/zoo/internal/corpus"
	"github.com/gorgonia-zoo/zoo/models/linear"
	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// TextClassifier is what classifiers of texts have in common, whatever their
// model. Model.TextClassifier returns it; its methods are safe for many
// goroutines.
type TextClassifier interface {
	// Classes returns the class names in the order of the labels.
	Classes() []string
	// Tokenizer returns the tokenizer's settings.
	Tokenizer() tokenize.Config
	// Temperature returns what logits are divided by before they become
	// probabilities.
	Temperature() float64
	// Predict classifies one text.
	Predict(ctx context.Context, text string) (Prediction, error)
	// PredictAll classifies texts; answers come in their order and are the
	// same as one by one.
	PredictAll(ctx context.Context, texts []string) ([]Prediction, error)

	// evaluate measures the classifier on texts that its tokenizer has read,
	// whose labels are its own.
	evaluate(ctx context.Context, c *corpus.Corpus, labels []int32) (*Evaluation, error)
}

// Prediction is a classifier's answer for one text.
type Prediction struct {
	Label         string    // the most probable class
	Class         int       // its index
	Probability   float64   // of Label
	Probabilities []float64 // of every class, in their order
	Tokens        int       // tokens that were read
	Truncated     bool      // whether the text was cut at the model's limit
}

// TextClassifier returns the model as a classifier of texts, nil where it is
// none.
func (m *Model) TextClassifier() TextClassifier {
	switch {
	case m.Classifier != nil:
		return lstmClassifier{m.Classifier}
	case m.Linear != nil:
		return linearClassifier{m.Linear}
	}
	return nil
}

// first returns the only one of predictions.
func first(all []Prediction, err error) (Prediction, error) {
	if err != nil {
		return Prediction{}, err
	}
	return all[0], nil
}

// lstmClassifier adapts lstm.Classifier.
type lstmClassifier struct{ *lstm.Classifier }

func (c lstmClassifier) Predict(ctx context.Context, text string) (Prediction, error) {
	return first(c.PredictAll(ctx, []string{text}))
}

func (c lstmClassifier) PredictAll(ctx context.Context, texts []string) ([]Prediction, error) {
	all, err := c.Classifier.PredictAll(ctx, texts)
	if err != nil {
		return nil, err
	}
	out := make([]Prediction, len(all))
	for i, p := range all {
		out[i] = Prediction{p.Label, p.Class, p.Probability, p.Probabilities, p.Tokens, p.Truncated}
	}
	return out, nil
}

func (c lstmClassifier) evaluate(ctx context.Context, texts *corpus.Corpus, labels []int32) (*Evaluation, error) {
	ids, _ := texts.Encode(c.Vocab(), c.MaxTokens())
	return evaluateIDs(ctx, c.Classifier, ids, labels)
}

// linearClassifier adapts linear.Classifier.
type linearClassifier struct{ *linear.Classifier }

func (c linearClassifier) Predict(ctx context.Context, text string) (Prediction, error) {
	return first(c.PredictAll(ctx, []string{text}))
}

func (c linearClassifier) PredictAll(ctx context.Context, texts []string) ([]Prediction, error) {
	all, err := c.Classifier.PredictAll(ctx, texts)
	if err != nil {
		return nil, err
	}
	out := make([]Prediction, len(all))
	for i, p := range all {
		out[i] = Prediction{Label: p.Label, Class: p.Class, Probability: p.Probability, Probabilities: p.Probabilities, Tokens: p.Tokens}
	}
	return out, nil
}

func (c linearClassifier) evaluate(ctx context.Context, texts *corpus.Corpus, labels []int32) (*Evaluation, error) {
	predictions, err := predictCorpus(ctx, c.Classifier, texts, every(len(texts.Texts)))
	if err != nil {
		return nil, err
	}
	return evaluateLinear(predictions, labels).at(c.Temperature()), nil
}

// every returns 0 to n-1.
func every(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// predictCorpus classifies the chosen texts of a corpus.
func predictCorpus(ctx context.Context, c *linear.Classifier, texts *corpus.Corpus, chosen []int) ([]linear.Prediction, error) {
	out := make([]linear.Prediction, 0, len(chosen))
	const block = 1 << 10 // the words of so many texts lie in memory at once
	words := make([][]string, 0, block)
	for from := 0; from < len(chosen); from += block {
		words = words[:0]
		for _, i := range chosen[from:min(from+block, len(chosen))] {
			words = append(words, texts.Strings(i))
		}
		p, err := c.PredictAllTokens(ctx, words)
		if err != nil {
			return nil, err
		}
		out = append(out, p...)
	}
	return out, nil
}

// evaluateLinear is the evaluation of predictions at temperature 1.
func evaluateLinear(predictions []linear.Prediction, labels []int32) *Evaluation {
	e := &Evaluation{labels: labels, lengths: make([]int, len(predictions))}
	for i, p := range predictions {
		e.lengths[i] = p.Tokens
	}
	e.probabilities = func(i int, temperature float64) []float64 {
		return linear.Probabilities(predictions[i].Logits, temperature)
	}
	return e.at(1)
}

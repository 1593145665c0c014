package lstm

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/internal/exact"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// DefaultMaxTokens is the length at which a Classifier cuts a text unless
// told otherwise: twenty times the longest review of IMDB. Predictions from a
// cut text say so.
const DefaultMaxTokens = 1 << 16

// Classifier is a Network with the tokenizer, vocabulary and class names that
// turn texts into its ids and its logits into answers. Its methods are safe
// for many goroutines as long as nothing trains it meanwhile.
type Classifier struct {
	network     *Network
	tokenizer   *tokenize.Tokenizer
	vocab       *tokenize.Vocab
	classes     []string
	temperature float64
	maxTokens   int
	thresholds  []float64 // of several classes a text
}

// ClassifierConfig is what a Classifier has beside the network.
type ClassifierConfig struct {
	Tokenizer tokenize.Config
	Vocab     *tokenize.Vocab
	Classes   []string // names, in the order of the labels

	// Temperature divides logits before they become probabilities (Guo et
	// al. 2017, arXiv:1706.04599); 0 means 1.
	Temperature float64

	// MaxTokens is the length at which a text is cut; 0 means
	// DefaultMaxTokens.
	MaxTokens int
}

// NewClassifier joins a network with its vocabulary and class names.
func NewClassifier(n *Network, c ClassifierConfig) (*Classifier, error) {
	if c.Vocab == nil || c.Vocab.Len() != n.config.Vocab {
		have := 0
		if c.Vocab != nil {
			have = c.Vocab.Len()
		}
		return nil, fmt.Errorf("lstm: vocabulary of %d tokens, the embedding has %d rows", have, n.config.Vocab)
	}
	if len(c.Classes) != n.config.Classes {
		return nil, fmt.Errorf("lstm: %d class names, the network has %d classes", len(c.Classes), n.config.Classes)
	}
	seen := map[string]bool{}
	for _, name := range c.Classes {
		if name == "" || seen[name] {
			return nil, fmt.Errorf("lstm: class name %q is empty or given twice", name)
		}
		seen[name] = true
	}
	if c.Temperature == 0 {
		c.Temperature = 1
	}
	if !(c.Temperature > 0) || math.IsInf(c.Temperature, 0) {
		return nil, fmt.Errorf("lstm: temperature %v, want a positive number", c.Temperature)
	}
	if c.MaxTokens == 0 {
		c.MaxTokens = DefaultMaxTokens
	}
	if c.MaxTokens < 1 {
		return nil, fmt.Errorf("lstm: at most %d tokens, want 1 or more", c.MaxTokens)
	}
	out := &Classifier{network: n, tokenizer: tokenize.New(c.Tokenizer), vocab: c.Vocab, classes: c.Classes,
		temperature: c.Temperature, maxTokens: c.MaxTokens}
	if n.config.Several {
		out.thresholds = slices.Repeat([]float64{0.5}, len(c.Classes))
	}
	return out, nil
}

// Network returns the classifier's network.
func (c *Classifier) Network() *Network { return c.network }

// Vocab returns the vocabulary, Classes the class names in the order of the
// labels, Temperature what logits are divided by.
func (c *Classifier) Vocab() *tokenize.Vocab { return c.vocab }
func (c *Classifier) Classes() []string      { return c.classes }
func (c *Classifier) Temperature() float64   { return c.temperature }

// MaxTokens returns the length at which a text is cut.
func (c *Classifier) MaxTokens() int { return c.maxTokens }

// Tokenizer returns the tokenizer's settings.
func (c *Classifier) Tokenizer() tokenize.Config { return c.tokenizer.Config() }

// SetTemperature changes what logits are divided by; t must be positive.
func (c *Classifier) SetTemperature(t float64) error {
	if !(t > 0) || math.IsInf(t, 0) {
		return fmt.Errorf("lstm: temperature %v, want a positive number", t)
	}
	c.temperature = t
	return nil
}

// Prediction is the answer for one text. It has no Terms.
type Prediction = classify.Prediction

var _ classify.Classifier = (*Classifier)(nil)

// Encode returns the ids of a text's tokens and whether the text was cut. A
// text without tokens counts as one unknown word, so that every text has an
// answer.
func (c *Classifier) Encode(text string) (ids []int32, truncated bool) {
	ids, truncated, _ = c.encode(context.Background(), text) // which never ends
	return ids, truncated
}

// encode is Encode that stops where ctx ends.
func (c *Classifier) encode(ctx context.Context, text string) (ids []int32, truncated bool, err error) {
	tokens, truncated, err := c.tokenizer.TokensContext(ctx, text, c.maxTokens)
	if err != nil {
		return nil, false, err
	}
	ids = c.vocab.Encode(make([]int32, 0, len(tokens)), tokens)
	if len(ids) == 0 {
		ids = append(ids, c.vocab.UNK())
	}
	return ids, truncated, nil
}

// Predict classifies one text.
func (c *Classifier) Predict(ctx context.Context, text string) (Prediction, error) {
	p, err := c.PredictAll(ctx, []string{text})
	if err != nil {
		return Prediction{}, err
	}
	return p[0], nil
}

// PredictAll classifies texts; answers come in their order and are the same
// as one by one.
func (c *Classifier) PredictAll(ctx context.Context, texts []string) ([]Prediction, error) {
	ids := make([][]int32, len(texts))
	predictions := make([]Prediction, len(texts))
	for i, text := range texts {
		var err error
		if ids[i], predictions[i].Truncated, err = c.encode(ctx, text); err != nil {
			return nil, fmt.Errorf("lstm: predict: %w", err)
		}
		predictions[i].Tokens = len(ids[i])
	}
	logits, err := c.network.Logits(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i, l := range logits {
		p := &predictions[i]
		p.Logits = make([]float64, len(l))
		for k, x := range l {
			p.Logits[k] = float64(x)
		}
		p.Probabilities = c.Probabilities(l, c.temperature)
		for k, v := range p.Probabilities {
			if math.IsNaN(v) {
				return nil, errors.New("lstm: predict: the weights give no number for this text")
			}
			if v > p.Probabilities[p.Class] {
				p.Class = k
			}
		}
		p.Label, p.Probability = c.classes[p.Class], p.Probabilities[p.Class]
	}
	return predictions, nil
}

// Thresholds returns the probabilities from which classes are given where a text may
// have several, nil where it has one.
func (c *Classifier) Thresholds() []float64 { return slices.Clone(c.thresholds) }

// SetThresholds changes them: one for each class, of 0 to 1.
func (c *Classifier) SetThresholds(t []float64) error {
	if !c.network.config.Several || len(t) != len(c.classes) || slices.ContainsFunc(t, func(x float64) bool { return !(x >= 0 && x <= 1) }) {
		return fmt.Errorf("lstm: thresholds %v, want one of 0 to 1 for each of %d classes of which a text may have several", t, len(c.classes))
	}
	c.thresholds = slices.Clone(t)
	return nil
}

// Probabilities turns the logits of a text into the probability of each class: see the
// function of that name, or, where a text may have several, each for itself.
func (c *Classifier) Probabilities(logits []float32, temperature float64) []float64 {
	if c.network.config.Several {
		return exact.Sigmoids(logits, temperature)
	}
	return Probabilities(logits, temperature)
}

// Probabilities turns the logits of a text, divided by the temperature, into
// the probability of each class: a sigmoid for one logit, which is that of
// class 1, else a softmax.
func Probabilities(logits []float32, temperature float64) []float64 {
	if len(logits) == 1 {
		p := 1 / (1 + exact.Exp(-float64(logits[0])/temperature))
		return []float64{1 - p, p}
	}
	return exact.Softmax(logits, temperature)
}

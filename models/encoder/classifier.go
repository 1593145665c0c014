package encoder

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/internal/exact"
	"github.com/gorgonia-zoo/zoo/ops"
)

// Classifier is an Encoder with a linear layer over its vectors, and class
// names: logits = W x + b. Its methods are safe for many goroutines as long as
// nothing trains it meanwhile.
type Classifier struct {
	*Encoder
	weight      *ops.Param // classifier.weight [C, F]
	bias        *ops.Param // classifier.bias [C]
	classes     []string
	temperature float64
	kind        classify.Kind // of the answer; see NewHead
	thresholds  []float64     // of several labels
}

// NewClassifier returns a classifier whose linear layer is zero.
func NewClassifier(e *Encoder, classes []string) (*Classifier, error) {
	return NewHead(e, classify.OneClass, classes)
}

// NewHead is NewClassifier for any kind of answer: of several labels each has a logit
// and a probability of its own, and of a number the layer's one output is the answer,
// and there are no classes.
func NewHead(e *Encoder, kind classify.Kind, classes []string) (*Classifier, error) {
	outputs := len(classes)
	switch {
	case kind == classify.Number && outputs == 0:
		outputs = 1
	case kind != classify.OneClass && kind != classify.Several:
		return nil, fmt.Errorf("encoder: a layer for answers of kind %.40q with %d classes", kind, outputs)
	case outputs < 2:
		return nil, fmt.Errorf("encoder: %d classes, want two or more", outputs)
	}
	seen := map[string]bool{}
	for _, name := range classes {
		if name == "" || seen[name] {
			return nil, fmt.Errorf("encoder: class name %q is empty or given twice", name)
		}
		seen[name] = true
	}
	c := &Classifier{Encoder: e, classes: classes, temperature: 1, kind: kind,
		weight: ops.NewParam("classifier.weight", outputs, e.Dim()), bias: ops.NewParam("classifier.bias", outputs)}
	if kind == classify.Several {
		c.thresholds = slices.Repeat([]float64{0.5}, outputs)
	}
	return c, nil
}

// Head returns the weights of the linear layer: classifier.weight [C, F] and
// classifier.bias [C].
func (c *Classifier) Head() (weight, bias *ops.Param) { return c.weight, c.bias }

// Classes returns the class names in the order of the labels, Temperature what
// logits are divided by.
func (c *Classifier) Classes() []string    { return c.classes }
func (c *Classifier) Temperature() float64 { return c.temperature }

// SetTemperature changes what logits are divided by; t must be positive.
func (c *Classifier) SetTemperature(t float64) error {
	if !(t > 0) || math.IsInf(t, 0) {
		return fmt.Errorf("encoder: temperature %v, want a positive number", t)
	}
	c.temperature = t
	return nil
}

// Prediction is the answer for one text. Its Tokens are those that were read,
// special ones included; it has a logit of every class and no Terms.
type Prediction = classify.Prediction

var _ classify.Classifier = (*Classifier)(nil)

// Predict classifies one text.
func (c *Classifier) Predict(ctx context.Context, text string) (Prediction, error) {
	return classify.One(c.PredictAll(ctx, []string{text}))
}

// PredictAll classifies texts; answers come in their order and are the same
// as one by one.
func (c *Classifier) PredictAll(ctx context.Context, texts []string) ([]Prediction, error) {
	vectors, err := c.Embed(ctx, texts)
	if err != nil {
		return nil, err
	}
	if !c.Task().Plain() {
		return nil, errors.New("encoder: predict: the model answers more than one class of one text: see Answerer")
	}
	out := make([]Prediction, len(texts))
	for i, v := range vectors {
		p := Prediction{Logits: c.Logits(v.Vector), Tokens: v.Tokens, Truncated: v.Truncated}
		p.Probabilities = Probabilities(p.Logits, c.temperature)
		for k, x := range p.Probabilities {
			if math.IsNaN(x) {
				return nil, errors.New("encoder: predict: the weights give no number for this text")
			}
			if x > p.Probabilities[p.Class] {
				p.Class = k
			}
		}
		p.Label, p.Probability = c.classes[p.Class], p.Probabilities[p.Class]
		out[i] = p
	}
	return out, nil
}

// Classify returns the logits of texts as token ids, special ones included, in
// their order.
func (c *Classifier) Classify(ctx context.Context, ids [][]int32) ([][]float64, error) {
	return c.ClassifyPairs(ctx, ids, nil)
}

// ClassifyPairs is Classify of pairs that are read as one, with the segment of each
// token; nil: all are of the first.
func (c *Classifier) ClassifyPairs(ctx context.Context, ids, segments [][]int32) ([][]float64, error) {
	vectors, err := c.network.vectors(ctx, ids, segments, c.settings.head())
	if err != nil {
		return nil, err
	}
	out := make([][]float64, len(vectors))
	for i, v := range vectors {
		out[i] = c.Logits(v)
	}
	return out, nil
}

// Logits returns W x + b for the vector of a text, summed in order.
func (c *Classifier) Logits(x []float32) []float64 {
	w, out := c.weight.Data(), make([]float64, len(c.bias.Data()))
	for k, b := range c.bias.Data() {
		sum := float64(b)
		for i, v := range w[k*len(x):][:len(x)] {
			sum += float64(float64(v) * float64(x[i]))
		}
		out[k] = sum
	}
	return out
}

// Probabilities is the softmax of the logits of a text, divided by the
// temperature.
func Probabilities(logits []float64, temperature float64) []float64 {
	return exact.Softmax(logits, temperature)
}

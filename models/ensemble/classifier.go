// Package ensemble is a classifier of texts that joins others which are there: its
// logits are a weighted sum of theirs,
//
//	p_k = softmax over classes k of (sum over members m of w_m log p_mk)
//
// with one weight a member (a logarithmic opinion pool: Genest and Zidek 1986; Hinton
// 2002 calls it a product of experts). Members that err on different texts are better
// together. An artefact has the names of its members, what proves that they are the
// same, and the weights; it carries no weights of theirs.
package ensemble

import (
	"context"
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/internal/exact"
)

// Bounds on the members.
const (
	Least = 2
	Most  = 8
)

// Classifier answers the weighted sum of its members' logits.
type Classifier struct {
	members []classify.Classifier
	weights []float32
	classes []string
	place   [][]int // of each member, where each class of classes is among its own
}

var _ classify.Classifier = (*Classifier)(nil)

// New joins members, which must have the same classes in any order, by weights.
func New(members []classify.Classifier, weights []float32) (*Classifier, error) {
	if n := len(members); n < Least || n > Most || len(weights) != n {
		return nil, fmt.Errorf("ensemble: %d members and %d weights, want %d to %d of both", n, len(weights), Least, Most)
	}
	c := &Classifier{members: slices.Clone(members), weights: slices.Clone(weights), classes: members[0].Classes()}
	for i, m := range members {
		if w := weights[i]; w-w != 0 {
			return nil, fmt.Errorf("ensemble: the weight of member %d is %v", i, w)
		}
		if len(m.Classes()) != len(c.classes) {
			return nil, fmt.Errorf("ensemble: member %d has %d classes, the first %d", i, len(m.Classes()), len(c.classes))
		}
		place := make([]int, len(c.classes))
		for k, name := range c.classes {
			if place[k] = slices.Index(m.Classes(), name); place[k] < 0 {
				return nil, fmt.Errorf("ensemble: member %d has no class %q as the first has", i, name)
			}
		}
		c.place = append(c.place, place)
	}
	return c, nil
}

// Members returns the classifiers that are joined, and Weights what their logits count.
func (c *Classifier) Members() []classify.Classifier { return slices.Clone(c.members) }
func (c *Classifier) Weights() []float32             { return slices.Clone(c.weights) }

// Classes implements classify.Classifier.
func (c *Classifier) Classes() []string { return c.classes }

// Temperature implements classify.Classifier: the weights have it in them.
func (c *Classifier) Temperature() float64 { return 1 }

// Predict implements classify.Classifier.
func (c *Classifier) Predict(ctx context.Context, text string) (classify.Prediction, error) {
	return classify.One(c.PredictAll(ctx, []string{text}))
}

// PredictAll implements classify.Classifier. Tokens are those that the first member
// read; a text is truncated where a member truncates it.
func (c *Classifier) PredictAll(ctx context.Context, texts []string) ([]classify.Prediction, error) {
	all := make([][]classify.Prediction, len(c.members))
	for i, m := range c.members {
		var err error
		if all[i], err = m.PredictAll(ctx, texts); err != nil {
			return nil, err
		}
	}
	out := make([]classify.Prediction, len(texts))
	for i := range out {
		p := &out[i]
		logits := make([]float64, len(c.classes))
		for n := range c.members {
			p.Truncated = p.Truncated || all[n][i].Truncated
			for k, at := range c.place[n] {
				logits[k] += float64(float64(c.weights[n]) * logarithm(all[n][i].Probabilities[at]))
			}
		}
		p.Tokens = all[0][i].Tokens
		p.Probabilities = softmax(logits)
		p.Class = classify.Most(p.Probabilities)
		p.Label, p.Probability = c.classes[p.Class], p.Probabilities[p.Class]
		if p.Logits = logits; len(logits) == 2 {
			p.Logits = []float64{logits[1] - logits[0]}
		}
	}
	return out, nil
}

// logarithm is that of a probability, of which none counts as less than 1e-30.
func logarithm(p float64) float64 { return exact.Log(max(p, 1e-30)) }

// softmax returns the probabilities of logits.
func softmax(logits []float64) []float64 {
	top, sum := slices.Max(logits), 0.0
	p := make([]float64, len(logits))
	for k, l := range logits {
		p[k] = exact.Exp(l - top)
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

// mostWeight bounds what a member's logits count.
const mostWeight = 4

// rounds is how often Fit goes through the members. The loss is convex: each round
// leaves less of the distance than the one before.
const rounds = 25

// Fit returns the weights of least cross-entropy of members on texts of known classes:
// labels are indices into the first member's classes. One weight after another is
// chosen, from 0 to 4.
func Fit(ctx context.Context, members []classify.Classifier, texts []string, labels []int32) ([]float32, error) {
	weights := make([]float32, len(members))
	for i := range weights {
		weights[i] = 1 / float32(len(members))
	}
	c, err := New(members, weights)
	if err != nil {
		return nil, err
	}
	if len(texts) == 0 || len(labels) != len(texts) {
		return nil, fmt.Errorf("ensemble: fit: %d texts with %d labels", len(texts), len(labels))
	}
	logs := make([][]float64, len(members)) // [member][text*classes + class]
	for n, m := range members {
		all, err := m.PredictAll(ctx, texts)
		if err != nil {
			return nil, err
		}
		for _, p := range all {
			for _, at := range c.place[n] {
				logs[n] = append(logs[n], logarithm(p.Probabilities[at]))
			}
		}
	}
	w := make([]float64, len(weights))
	for i := range w {
		w[i] = float64(weights[i])
	}
	classes := len(c.classes)
	logits := make([]float64, classes)
	loss := func() (sum float64) {
		for i, label := range labels {
			clear(logits)
			for n := range logs {
				for k, l := range logs[n][i*classes : (i+1)*classes] {
					logits[k] += float64(w[n] * l)
				}
			}
			sum -= logarithm(softmax(logits)[label])
		}
		return sum
	}
	for range rounds {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		for n := range w {
			w[n] = exact.Minimise(func(x float64) float64 {
				w[n] = x
				return loss()
			}, 0, mostWeight)
		}
	}
	for i := range w {
		weights[i] = float32(w[i])
	}
	return weights, nil
}

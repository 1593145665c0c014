package mean

import (
	"context"
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo/classify"
)

// Classifier answers the mean of its members' probabilities.
type Classifier struct {
	members []classify.Classifier
	classes []string
	place   [][]int // of each member, where each class of classes is among its own
}

var _ classify.Classifier = (*Classifier)(nil)

// add takes in a member, which must have the classes of the others.
func (c *Classifier) add(m classify.Classifier) error {
	if len(c.members) == 0 {
		c.classes = m.Classes()
	}
	if len(m.Classes()) != len(c.classes) {
		return fmt.Errorf("it has %d classes, the first member %d", len(m.Classes()), len(c.classes))
	}
	place := make([]int, len(c.classes))
	for k, name := range c.classes {
		if place[k] = slices.Index(m.Classes(), name); place[k] < 0 {
			return fmt.Errorf("it has no class %q as the first member has", name)
		}
	}
	c.members, c.place = append(c.members, m), append(c.place, place)
	return nil
}

// Members returns the classifiers that are joined.
func (c *Classifier) Members() []classify.Classifier { return slices.Clone(c.members) }

// Classes implements classify.Classifier.
func (c *Classifier) Classes() []string { return c.classes }

// Temperature implements classify.Classifier: each member has its own.
func (c *Classifier) Temperature() float64 { return 1 }

// Predict implements classify.Classifier.
func (c *Classifier) Predict(ctx context.Context, text string) (classify.Prediction, error) {
	return classify.One(c.PredictAll(ctx, []string{text}))
}

// PredictAll implements classify.Classifier. Tokens are those that the first
// member read; a text is truncated where a member truncates it.
func (c *Classifier) PredictAll(ctx context.Context, texts []string) ([]classify.Prediction, error) {
	out := make([]classify.Prediction, len(texts))
	for i := range out {
		out[i].Probabilities = make([]float64, len(c.classes))
	}
	for n, m := range c.members {
		all, err := m.PredictAll(ctx, texts)
		if err != nil {
			return nil, err
		}
		for i, p := range all {
			if n == 0 {
				out[i].Tokens = p.Tokens
			}
			out[i].Truncated = out[i].Truncated || p.Truncated
			for k, at := range c.place[n] {
				out[i].Probabilities[k] += p.Probabilities[at]
			}
		}
	}
	for i := range out {
		p := &out[i]
		for k := range p.Probabilities {
			p.Probabilities[k] /= float64(len(c.members))
		}
		p.Class = classify.Most(p.Probabilities)
		p.Label, p.Probability = c.classes[p.Class], p.Probabilities[p.Class]
	}
	return out, nil
}

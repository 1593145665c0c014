package ensemble

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/models/ensemble"
	"github.com/gorgonia-zoo/zoo/recipe"
)

// Classifier answers as all classifiers of texts do, and explains by what its members
// say.
type Classifier struct{ *ensemble.Classifier }

var (
	_ classify.Explainer = (*Classifier)(nil)
	_ classify.Knower    = (*Classifier)(nil)
)

// Known implements classify.Knower: of the members that can say it, the one that knows
// most.
func (c *Classifier) Known(text string) (share float64, ok bool) {
	for _, m := range c.Members() {
		if k, can := m.(classify.Knower); can {
			if s, known := k.Known(text); known {
				share, ok = max(share, s), true
			}
		}
	}
	return share, ok
}

// Explain implements classify.Explainer for two classes: each contribution is the sum
// of what members say of the word, weighted as their logits are.
func (c *Classifier) Explain(ctx context.Context, text string) (classify.Prediction, classify.Explanation, error) {
	if n := len(c.Classes()); n != 2 {
		return classify.Prediction{}, classify.Explanation{}, fmt.Errorf("zoo: explain: an ensemble of %d classes; those of two alone are explained: %w", n, recipe.ErrUsage)
	}
	p, err := c.Predict(ctx, text)
	if err != nil {
		return p, classify.Explanation{}, err
	}
	out := classify.Explanation{Of: c.Classes()[1]}
	var methods []string
	weights := c.Weights()
	for i, m := range c.Members() {
		x, ok := m.(classify.Explainer)
		if !ok {
			return p, out, fmt.Errorf("zoo: explain: member %d does not say what decided: %w", i, recipe.ErrUsage)
		}
		_, e, err := x.Explain(ctx, text)
		if err != nil {
			return p, out, err
		}
		scale := float64(weights[i]) / m.Temperature()
		if e.Of != out.Of { // its classes are in the other order
			scale = -scale
		}
		add(&out, e, scale)
		methods = append(methods, fmt.Sprintf("%.3g times member %d (%s)", scale, i+1, e.Method))
	}
	out.Method = "the sum of " + strings.Join(methods, " and ")
	out.Error = out.Sum - (out.Logit - out.Baseline)
	return p, out, nil
}

// add adds a member's explanation, scaled. Members that read the same tokens share
// them; those of others follow.
func add(sum *classify.Explanation, e classify.Explanation, scale float64) {
	sum.Logit += float64(scale * e.Logit)
	sum.Baseline += float64(scale * e.Baseline)
	sum.Sum += float64(scale * e.Sum)
	sum.Steps = max(sum.Steps, e.Steps)
	for _, t := range e.Terms {
		sum.Terms = append(sum.Terms, classify.Contribution{Token: t.Token, Contribution: scale * t.Contribution})
	}
	same := slices.EqualFunc(sum.Words, e.Words, func(a, b classify.Contribution) bool { return a.Token == b.Token })
	if !same {
		for _, w := range e.Words {
			sum.Words = append(sum.Words, classify.Contribution{Token: w.Token})
		}
	}
	words := sum.Words[len(sum.Words)-len(e.Words):]
	for i, w := range e.Words {
		words[i].Contribution += float64(scale * w.Contribution)
	}
}

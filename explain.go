package zoo

import (
	"context"
	"fmt"

	"github.com/gorgonia-zoo/zoo/models/linear"
	"github.com/gorgonia-zoo/zoo/models/lstm"
)

// Explanation is what each word of a text contributes to the logit of a class:
// the logit is Baseline plus the contributions, up to Error.
type Explanation struct {
	Of       string  `json:"of"`     // the class: the second of two, else the predicted one
	Method   string  `json:"method"` // how the contributions are found, and what Baseline is
	Logit    float64 `json:"logit"`  // before the temperature
	Baseline float64 `json:"baseline"`
	Sum      float64 `json:"sum"`             // of the contributions of Words
	Error    float64 `json:"error"`           // Sum - (Logit - Baseline)
	Steps    int     `json:"steps,omitempty"` // points at which gradients were taken

	Words []Contribution `json:"words"`             // the tokens that were read, in their order
	Terms []Contribution `json:"n_grams,omitempty"` // of a linear model: what Words share out, each once however often it occurs
}

// Contribution is what a token or an n-gram contributes to a logit.
type Contribution struct {
	Token        string  `json:"token"`
	Contribution float64 `json:"contribution"`
}

// The methods of explanations.
const (
	integratedGradients = "integrated gradients (Sundararajan et al. 2017) from a text of as many unknown words"
	linearParts         = "weight times feature of each n-gram, shared equally by its words; the baseline is the bias"
)

// Explain says what each word of a text contributes to a text classifier's
// answer. It is safe for many goroutines.
func (m *Model) Explain(ctx context.Context, text string) (Explanation, error) {
	switch {
	case m.Classifier != nil:
		e, err := m.Classifier.Explain(ctx, text)
		return ofLSTM(m.Classifier, e), err
	case m.Linear != nil:
		e, err := m.Linear.Explain(ctx, text)
		if err != nil {
			return Explanation{}, err
		}
		return ofLinear(m.Linear, e), nil
	}
	return Explanation{}, fmt.Errorf("zoo: explain: %s is no classifier of texts: %w", m.Artefact.Card.Name, ErrUsage)
}

func ofLSTM(c *lstm.Classifier, e lstm.Explanation) Explanation {
	out := Explanation{Of: c.Classes()[e.Of], Method: integratedGradients, Logit: e.Logit, Baseline: e.Baseline,
		Sum: e.Sum, Error: e.Error, Steps: e.Steps, Words: make([]Contribution, len(e.Words))}
	for i, w := range e.Words {
		out.Words[i] = Contribution{w, e.Parts[i]}
	}
	return out
}

func ofLinear(c *linear.Classifier, e linear.Explanation) Explanation {
	class, k := 1, 0
	if len(e.Bias) > 1 {
		class, k = e.Class, e.Class
	}
	out := Explanation{Of: c.Classes()[class], Method: linearParts, Logit: e.Logits[k], Baseline: e.Bias[k], Words: make([]Contribution, len(e.Words))}
	for i, w := range e.Words {
		out.Words[i].Token = w
	}
	for _, g := range e.NGrams {
		out.Terms = append(out.Terms, Contribution{g.Text, g.Logits[k]})
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
	return out
}

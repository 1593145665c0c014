package answer

import (
	"context"
	"encoding/json"

	"github.com/gorgonia-zoo/zoo/classify"
)

// classifier answers texts by their classes.
type classifier struct {
	classify.Classifier
	explainer classify.Explainer // nil where it does not say what decided
	knower    classify.Knower    // nil where it does not say what it knows
}

func newClassifier(c classify.Classifier) classifier {
	out := classifier{Classifier: c}
	out.explainer, _ = c.(classify.Explainer)
	if k, ok := c.(classify.Knower); ok {
		if _, ok := k.Known(""); ok {
			out.knower = k
		}
	}
	return out
}

// Label is a class and its probability.
type Label struct {
	Label       string  `json:"label"`
	Probability float64 `json:"probability"`
}

// classAnswer is the answer to a text, as zoo predict --json has it.
type classAnswer struct {
	Label         string                `json:"label"`
	Probability   float64               `json:"probability"`
	Probabilities []Label               `json:"probabilities"` // the most probable first
	Tokens        int                   `json:"tokens"`
	Truncated     bool                  `json:"truncated"`
	Known         *float64              `json:"known,omitempty"`   // share of the words, of a model with a vocabulary
	Unknown       bool                  `json:"unknown,omitempty"` // whether no word is known: the answer means nothing
	Explanation   *classify.Explanation `json:"explanation,omitempty"`
}

func (c classifier) describe(m *Model) {
	m.Kind, m.Classes, m.Tops, m.Explains = "classifier", c.Classes(), true, c.explainer != nil
	n := []int{-1}
	m.Inputs = []Tensor{{"text", bytesType, n}}
	m.Outputs = []Tensor{{"label", bytesType, n}, {"probability", float64Type, n}, {"probabilities", float64Type, []int{-1, len(m.Classes)}},
		{"tokens", int32Type, n}, {"truncated", boolType, n}}
	if m.Explains {
		m.Outputs = append(m.Outputs, Tensor{"explanation", bytesType, n})
	}
}

func (c classifier) input(v any) (Input, error) { return textOf(v, "a text") }

func (c classifier) answer(ctx context.Context, inputs []Input, o Options) ([]Answer, error) {
	var predictions []classify.Prediction
	explanations := make([]*classify.Explanation, len(inputs))
	if o.Explain {
		for i, in := range inputs {
			p, e, err := c.explainer.Explain(ctx, in.Text)
			if err != nil {
				return nil, err
			}
			predictions, explanations[i] = append(predictions, p), &e
		}
	} else {
		var err error
		if predictions, err = c.PredictAll(ctx, texts(inputs)); err != nil {
			return nil, err
		}
	}
	out := make([]Answer, len(predictions))
	for i, p := range predictions {
		out[i] = Answer{Tokens: p.Tokens, Truncated: p.Truncated,
			Values: []any{p.Label, p.Probability, p.Probabilities, int32(p.Tokens), p.Truncated}}
		if o.Object {
			a := classAnswer{Label: p.Label, Probability: p.Probability, Tokens: p.Tokens, Truncated: p.Truncated, Explanation: explanations[i]}
			a.Probabilities = labels(c.Classes(), p.Probabilities, o.Top)
			if c.knower != nil {
				share, _ := c.knower.Known(inputs[i].Text)
				a.Known, a.Unknown = &share, share == 0
			}
			out[i].Object = a
		}
		if c.explainer != nil {
			text := []byte("null")
			if o.Explain {
				var err error
				if text, err = json.Marshal(explanations[i]); err != nil {
					return nil, err
				}
			}
			out[i].Values = append(out[i].Values, Raw(text))
		}
	}
	return out, nil
}

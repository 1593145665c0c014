package answer

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/gorgonia-zoo/zoo/classify"
)

// answerer answers texts, or pairs of texts, by labels or a number.
type answerer struct {
	classify.Answerer
	task classify.Task
}

// taskAnswer is the answer of an answerer.
type taskAnswer struct {
	Label         string   `json:"label,omitempty"`
	Labels        []string `json:"labels,omitzero"`
	Prediction    *float64 `json:"prediction,omitempty"`
	Probabilities []Label  `json:"probabilities,omitempty"` // the most probable first
	Tokens        int      `json:"tokens"`
	Truncated     bool     `json:"truncated"`
}

func (a answerer) describe(m *Model) {
	n := []int{-1}
	m.Kind, m.Classes, m.Pairs = string(a.task.Kind), a.task.Classes, a.task.Pairs
	m.Inputs = []Tensor{{"text", bytesType, n}}
	if m.Pairs {
		m.Inputs = append(m.Inputs, Tensor{"pair", bytesType, n})
	}
	switch a.task.Kind {
	case classify.Number:
		m.Outputs = []Tensor{{"prediction", float64Type, n}}
	case classify.Several: // a JSON list of each input's labels: they are not equally many
		m.Outputs = []Tensor{{"labels", bytesType, n}}
	default:
		m.Outputs = []Tensor{{"label", bytesType, n}}
	}
	if a.task.Kind != classify.Number {
		m.Outputs = append(m.Outputs, Tensor{"probabilities", float64Type, []int{-1, len(m.Classes)}})
		m.Tops = true
	}
	m.Outputs = append(m.Outputs, Tensor{"tokens", int32Type, n}, Tensor{"truncated", boolType, n})
}

func (a answerer) input(v any) (Input, error) {
	if !a.task.Pairs {
		return textOf(v, "a text")
	}
	if pair, ok := v.(map[string]any); ok && len(pair) == 2 {
		first, isText := pair["text"].(string)
		second, isToo := pair["pair"].(string)
		if isText && isToo {
			return Input{Text: first, Pair: second}, nil
		}
	}
	return Input{}, wrong(`an input is %s, want two texts: {"text": …, "pair": …}`, describe(v))
}

func (a answerer) answer(ctx context.Context, inputs []Input, o Options) ([]Answer, error) {
	asked := make([]classify.Input, len(inputs))
	for i, in := range inputs {
		asked[i] = classify.Input{Text: in.Text, Pair: in.Pair}
	}
	all, err := a.AnswerAll(ctx, asked)
	if err != nil {
		return nil, err
	}
	out := make([]Answer, len(all))
	for i, p := range all {
		object := taskAnswer{Tokens: p.Tokens, Truncated: p.Truncated}
		var values []any
		switch a.task.Kind {
		case classify.Number:
			object.Prediction = &p.Number
			values = []any{p.Number}
		case classify.Several:
			object.Labels = append([]string{}, p.Labels...)
			text, err := json.Marshal(object.Labels)
			if err != nil {
				return nil, err
			}
			values = []any{Raw(text), p.Probabilities}
		default:
			if len(p.Labels) > 0 {
				object.Label = p.Labels[0]
			}
			values = []any{object.Label, p.Probabilities}
		}
		if o.Object {
			object.Probabilities = labels(a.task.Classes, p.Probabilities, o.Top)
		}
		out[i] = Answer{Object: object, Tokens: p.Tokens, Truncated: p.Truncated, Values: append(values, int32(p.Tokens), p.Truncated)}
	}
	return out, nil
}

// labels returns the top classes, all for 0, the most probable first.
func labels(classes []string, probabilities []float64, top int) []Label {
	if len(probabilities) == 0 {
		return nil
	}
	all := make([]Label, len(classes))
	for k, name := range classes {
		all[k] = Label{name, probabilities[k]}
	}
	slices.SortStableFunc(all, func(x, y Label) int { return cmp.Compare(y.Probability, x.Probability) })
	if top > 0 {
		all = all[:min(top, len(all))]
	}
	return all
}

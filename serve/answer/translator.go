package answer

import (
	"context"
	"encoding/json"

	"github.com/gorgonia-zoo/zoo/recipe"
)

// translator answers texts by others.
type translator struct{ recipe.Translator }

// translation is the answer to a text, as zoo translate --json has it, with where the
// model looked if that is asked for.
type translation struct {
	Translation string     `json:"translation"`
	Score       float64    `json:"score"`
	Tokens      int        `json:"tokens"`
	Truncated   bool       `json:"truncated"`
	Attention   *attention `json:"attention,omitempty"`
}

// attention is where a translator looked while it wrote.
type attention struct {
	Source  []string    `json:"source"`
	Target  []string    `json:"target"`
	Weights [][]float32 `json:"weights"` // by target token: shares of the source's tokens
}

func (t translator) describe(m *Model) {
	n := []int{-1}
	m.Kind, m.Explains = "translator", true
	m.Inputs = []Tensor{{"text", bytesType, n}}
	m.Outputs = []Tensor{{"translation", bytesType, n}, {"score", float64Type, n}, {"tokens", int32Type, n}, {"truncated", boolType, n},
		{"explanation", bytesType, n}}
}

func (t translator) input(v any) (Input, error) { return textOf(v, "a text") }

func (t translator) answer(ctx context.Context, inputs []Input, o Options) ([]Answer, error) {
	all, err := t.TranslateTexts(ctx, texts(inputs), recipe.TranslateOptions{Attention: o.Explain})
	if err != nil {
		return nil, err
	}
	out := make([]Answer, len(all))
	for i, x := range all {
		a := translation{x.Text, x.Score, x.Tokens, x.Truncated, nil}
		if x.Attention != nil {
			a.Attention = &attention{x.Attention.Source, x.Attention.Target, x.Attention.Weights}
		}
		text, err := json.Marshal(a.Attention)
		if err != nil {
			return nil, err
		}
		out[i] = Answer{Object: a, Tokens: x.Tokens, Truncated: x.Truncated, Values: []any{x.Text, x.Score, int32(x.Tokens), x.Truncated, Raw(text)}}
	}
	return out, nil
}

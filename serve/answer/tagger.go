package answer

import (
	"context"
	"encoding/json"

	"github.com/gorgonia-zoo/zoo/tagging"
)

// tagger answers texts by their words and what each is.
type tagger struct{ tagging.Tagger }

// tagAnswer is the answer to a text.
type tagAnswer struct {
	Columns []string  `json:"columns"`
	Words   []tagWord `json:"words"`
	Spans   []tagSpan `json:"spans,omitempty"`
}

// tagWord is a word: its tags by the columns, and the probability of each.
type tagWord struct {
	Text          string    `json:"text"`
	Tags          []string  `json:"tags"`
	Probabilities []float64 `json:"probabilities,omitempty"`
	Begin         int       `json:"begin"` // bytes of the text
	End           int       `json:"end"`
}

// tagSpan is a run of words: from First to Last, both included.
type tagSpan struct {
	Kind  string `json:"kind"`
	First int    `json:"first"`
	Last  int    `json:"last"`
}

func (t tagger) describe(m *Model) {
	m.Kind = "tagger"
	m.Inputs = []Tensor{{"text", bytesType, []int{-1}}}
	m.Outputs = []Tensor{{"tagged", bytesType, []int{-1}}} // JSON: texts are not equally long
}

func (t tagger) input(v any) (Input, error) { return textOf(v, "a text") }

func (t tagger) answer(ctx context.Context, inputs []Input, _ Options) ([]Answer, error) {
	all, err := t.TagAll(ctx, texts(inputs))
	if err != nil {
		return nil, err
	}
	columns := []string{}
	for _, c := range t.Tagger.Columns() {
		columns = append(columns, c.Name)
	}
	out := make([]Answer, len(all))
	for i, tagged := range all {
		a := tagAnswer{Columns: columns, Words: []tagWord{}}
		for _, w := range tagged.Words {
			a.Words = append(a.Words, tagWord{w.Text, w.Tags, w.Probabilities, w.Begin, w.End})
		}
		for _, s := range tagged.Spans {
			a.Spans = append(a.Spans, tagSpan{s.Kind, s.First, s.Last})
		}
		text, err := json.Marshal(a)
		if err != nil {
			return nil, err
		}
		out[i] = Answer{Object: a, Values: []any{Raw(text)}, Tokens: len(a.Words)}
	}
	return out, nil
}

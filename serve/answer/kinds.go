package answer

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/tagging"
)

// kindOf returns how a model is asked, nil where it cannot be. A model that
// satisfies several interfaces is asked by the first.
func kindOf(m *recipe.Model) kind {
	switch v := m.Value.(type) {
	case recipe.RowAnswerer:
		return rows{v}
	case classify.Classifier:
		return newClassifier(v)
	case tagging.Tagger:
		return tagger{v}
	case recipe.Translator:
		return translator{v}
	case classify.Answerer:
		return answerer{v, v.Task()}
	case recipe.Regressor:
		return regressor{v}
	case recipe.Embedder:
		return embedder{v}
	case recipe.Vectors:
		return vectors{v}
	}
	return nil
}

const (
	bytesType   = "BYTES"
	boolType    = "BOOL"
	int32Type   = "INT32"
	float32Type = "FP32"
	float64Type = "FP64"
)

// rows answers rows of a table.
type rows struct{ recipe.RowAnswerer }

// rowAnswer is the answer to a row, as zoo predict --json has it.
type rowAnswer struct {
	Input         map[string]any     `json:"input"`
	Prediction    *float64           `json:"prediction,omitempty"` // of numbers
	Label         string             `json:"label,omitempty"`      // of classes
	Probability   *float64           `json:"probability,omitempty"`
	Probabilities map[string]float64 `json:"probabilities,omitempty"`
	Missing       []string           `json:"missing,omitempty"`
	Unknown       []string           `json:"unknown,omitempty"`
	Far           []string           `json:"far,omitempty"`
}

func (r rows) describe(m *Model) {
	m.Kind, m.Columns = "rows", r.Columns()
	for _, name := range m.Columns {
		m.Inputs = append(m.Inputs, Tensor{name, bytesType, []int{-1}})
	}
	m.Outputs = []Tensor{{"prediction", float64Type, []int{-1}}, {"unusual", bytesType, []int{-1}}}
	if _, ok := r.RowAnswerer.(recipe.RowClassifier); ok {
		m.Outputs = []Tensor{{"label", bytesType, []int{-1}}, {"probability", float64Type, []int{-1}}, {"unusual", bytesType, []int{-1}}}
	}
}

func (r rows) input(v any) (Input, error) {
	columns := r.Columns()
	row, ok := v.(map[string]any)
	if !ok {
		return Input{}, wrong("an input is %s, want an object with the columns %s", describe(v), strings.Join(columns, ", "))
	}
	cells := make([]string, len(columns))
	for i, name := range columns {
		value, ok := row[name]
		if !ok {
			return Input{}, wrong("a row has no %q (null is a missing value); the model needs %s", name, strings.Join(columns, ", "))
		}
		switch value := value.(type) {
		case nil:
		case string, json.Number, bool:
			cells[i] = fmt.Sprint(value)
		default:
			return Input{}, wrong("column %q holds %s, want a string, a number, true, false or null", name, describe(value))
		}
	}
	return Input{Cells: cells}, nil
}

func (r rows) answer(ctx context.Context, inputs []Input, _ Options) ([]Answer, error) {
	cells := make([][]string, len(inputs))
	for i, in := range inputs {
		cells[i] = in.Cells
	}
	all, err := r.AnswerRows(ctx, cells)
	if err != nil {
		if _, ok := err.(*recipe.RowError); ok { // the row's fault
			err = wrong("%w", err)
		}
		return nil, err
	}
	out := make([]Answer, len(all))
	classes, _ := r.RowAnswerer.(recipe.RowClassifier)
	for i, a := range all {
		one, unusual := rowAnswer{Input: a.Input, Label: a.Label, Missing: a.Missing, Unknown: a.Unknown, Far: a.Far}, strings.Join(a.Surprises(), "; ")
		if classes == nil {
			one.Prediction = &a.Prediction
			out[i] = Answer{Object: one, Values: []any{a.Prediction, unusual}}
			continue
		}
		one.Probabilities = map[string]float64{}
		for k, name := range classes.Classes() {
			one.Probabilities[name] = a.Probabilities[k]
		}
		sure := slices.Max(a.Probabilities)
		one.Probability = &sure
		out[i] = Answer{Object: one, Values: []any{a.Label, sure, unusual}}
	}
	return out, nil
}

// regressor answers lines of numbers.
type regressor struct{ recipe.Regressor }

// numberAnswer is the answer to a line of numbers, as zoo predict --json has it.
type numberAnswer struct {
	Input      any `json:"input"`
	Prediction any `json:"prediction"`
}

func (r regressor) describe(m *Model) {
	outputs := -1
	if o, ok := r.Regressor.(interface{ Outputs() int }); ok {
		outputs = o.Outputs()
	}
	m.Kind = "regressor"
	m.Inputs = []Tensor{{"x", float32Type, []int{-1, r.Regressor.Inputs()}}}
	m.Outputs = []Tensor{{"prediction", float32Type, []int{-1, outputs}}}
}

func (r regressor) input(v any) (Input, error) {
	want := r.Regressor.Inputs()
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	if len(list) != want {
		return Input{}, wrong("an input has %d numbers, want %d", len(list), want)
	}
	x := make([]float32, want)
	for i, v := range list {
		n, ok := v.(json.Number)
		if !ok {
			return Input{}, wrong("an input is %s, want a number", describe(v))
		}
		f, err := strconv.ParseFloat(n.String(), 32)
		if err != nil {
			return Input{}, wrong("the number %s is beyond float32", n)
		}
		x[i] = float32(f)
	}
	return Input{Numbers: x}, nil
}

func (r regressor) answer(ctx context.Context, inputs []Input, _ Options) ([]Answer, error) {
	in := r.Regressor.Inputs()
	x := make([]float32, 0, len(inputs)*in)
	for _, i := range inputs {
		x = append(x, i.Numbers...)
	}
	y, err := r.Predict(ctx, x)
	if err != nil {
		return nil, err
	}
	out := make([]Answer, len(inputs))
	width := len(y) / max(1, len(inputs))
	for i := range out {
		of := y[i*width:][:width]
		out[i] = Answer{Object: numberAnswer{one(inputs[i].Numbers), one(of)}, Values: []any{of}}
	}
	return out, nil
}

// one returns the only number of x, or all.
func one(x []float32) any {
	if len(x) == 1 {
		return x[0]
	}
	return x
}

// embedder answers texts by vectors.
type embedder struct{ recipe.Embedder }

// vectorAnswer is the vector of a text, as zoo embed --json has it.
type vectorAnswer struct {
	Vector    []float32 `json:"vector"`
	Tokens    int       `json:"tokens"`
	Truncated bool      `json:"truncated"`
}

func (e embedder) describe(m *Model) {
	m.Kind = "embedder"
	m.Inputs = []Tensor{{"text", bytesType, []int{-1}}}
	m.Outputs = []Tensor{{"vector", float32Type, []int{-1, e.Dim()}}, {"tokens", int32Type, []int{-1}}, {"truncated", boolType, []int{-1}}}
}

func (e embedder) input(v any) (Input, error) { return textOf(v, "a text") }

func (e embedder) answer(ctx context.Context, inputs []Input, _ Options) ([]Answer, error) {
	all, err := e.EmbedTexts(ctx, texts(inputs))
	if err != nil {
		return nil, err
	}
	out := make([]Answer, len(all))
	for i, v := range all {
		out[i] = Answer{Object: vectorAnswer{v.Vector, v.Tokens, v.Truncated}, Tokens: v.Tokens, Truncated: v.Truncated,
			Values: []any{v.Vector, int32(v.Tokens), v.Truncated}}
	}
	return out, nil
}

func texts(inputs []Input) []string {
	all := make([]string, len(inputs))
	for i, in := range inputs {
		all[i] = in.Text
	}
	return all
}

// vectors answers words by their vectors and the words nearest to them.
type vectors struct{ recipe.Vectors }

// wordAnswer is the vector of a word and its nearest words.
type wordAnswer struct {
	Word    string             `json:"word"`
	Known   bool               `json:"known"`
	Vector  []float32          `json:"vector,omitempty"`
	Nearest []recipe.Neighbour `json:"nearest,omitempty"`
}

func (v vectors) describe(m *Model) {
	m.Kind, m.Tops = "vectors", true
	m.Inputs = []Tensor{{"word", bytesType, []int{-1}}}
	m.Outputs = []Tensor{{"vector", float32Type, []int{-1, v.Dim()}}, {"known", boolType, []int{-1}}, {"nearest", bytesType, []int{-1}}}
}

func (v vectors) input(x any) (Input, error) { return textOf(x, "a word") }

// answer gives a word that is not known a vector of zeros.
func (v vectors) answer(ctx context.Context, inputs []Input, o Options) ([]Answer, error) {
	out := make([]Answer, len(inputs))
	for i, in := range inputs {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		a := wordAnswer{Word: in.Text}
		vector := make([]float32, v.Dim())
		if word, ok := v.Find(in.Text); ok {
			a.Word, a.Known = word, true
			a.Vector, _ = v.Vector(word)
			vector = a.Vector
			if o.Top > 0 {
				near, err := v.Nearest(word, min(o.Top, v.Len()-1))
				if err != nil {
					return nil, err
				}
				a.Nearest = near
			}
		}
		near, err := json.Marshal(a.Nearest)
		if err != nil {
			return nil, err
		}
		out[i] = Answer{Object: a, Values: []any{vector, a.Known, Raw(near)}}
	}
	return out, nil
}

// Package answer asks an opened model, whatever it can do, and gives its answers
// in one form: to package serve, which sends them, and to the program in a page,
// which shows them. What a model can do is an interface that its value satisfies;
// for each there is a file with a kind.
package answer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gorgonia-zoo/zoo/recipe"
)

// ErrInput is wrapped by errors that are the asker's: about an input or an option.
var ErrInput = errors.New("wrong input")

func wrong(format string, args ...any) error {
	return fmt.Errorf(format+"%w", append(args, quiet{ErrInput})...)
}

// quiet marks an error without a text of its own.
type quiet struct{ error }

func (quiet) Error() string   { return "" }
func (q quiet) Unwrap() error { return q.error }

// Input is one thing to answer; which field counts is the kind's.
type Input struct {
	Text    string    // of texts and words
	Pair    string    // of pairs of texts, the second
	Cells   []string  // of rows, in the order of the columns
	Numbers []float32 // of lines of numbers
}

// Options are how inputs are answered.
type Options struct {
	Top     int  // how many of the most probable classes, or of the nearest words; 0: all classes, no words
	Explain bool // what each word contributes, or where a translator looked
	Object  bool // fill Answer.Object too: it takes time, above all of short texts
}

// Answer is the answer to one input.
type Answer struct {
	Object any   // for people: what JSON shows, as zoo predict --json does; nil unless Options.Object
	Values []any // by the kind's outputs: string, bool, int32, float64, []float64, []float32 or a JSON text as Raw

	Tokens    int // that were read
	Truncated bool
}

// Tensor describes an input or an output: a name, a type of the Open Inference
// Protocol, and the shape, whose first dimension is the batch; -1 is any number.
type Tensor struct {
	Name     string `json:"name"`
	Datatype string `json:"datatype"`
	Shape    []int  `json:"shape"`
}

// Model is an opened model that can be asked, safely by many goroutines.
type Model struct {
	Kind    string   // what it is: "classifier", "regressor", "rows", "embedder", "vectors", "tagger", "translator"; of an Answerer "labels", "number" or "class"
	Classes []string // of a classifier
	Columns []string // of a table
	Pairs   bool     // two texts are read together
	Inputs  []Tensor
	Outputs []Tensor
	// Explains tells whether Options.Explain is for it, Tops whether Options.Top is.
	Explains, Tops bool

	kind kind
}

// kind is what models that satisfy an interface have in common.
type kind interface {
	// describe fills what is known of the model.
	describe(*Model)
	// input reads an input from JSON that was decoded with numbers as json.Number.
	input(v any) (Input, error)
	// answer answers inputs that were read by input or from tensors.
	answer(ctx context.Context, inputs []Input, o Options) ([]Answer, error)
}

// New says how a model is asked. The table of kinds is kindOf; a model that
// satisfies none is an error.
func New(m *recipe.Model) (*Model, error) {
	k := kindOf(m)
	if k == nil {
		what := "a file of another program"
		if m.Artefact != nil {
			what = "of kind " + m.Artefact.Model
		}
		return nil, fmt.Errorf("a model %s answers nothing that can be sent to it", what)
	}
	out := &Model{kind: k}
	k.describe(out)
	return out, nil
}

// Input reads an input from JSON that was decoded with numbers as json.Number.
// Errors wrap ErrInput.
func (m *Model) Input(v any) (Input, error) { return m.kind.input(v) }

// Check reports options that are not for the model, with ErrInput.
func (m *Model) Check(o Options) error {
	switch {
	case o.Top < 0:
		return wrong("top is %d, want 1 or more", o.Top)
	case o.Top > 0 && !m.Tops:
		return wrong("top does not apply: the model is a %s", m.Kind)
	case o.Explain && !m.Explains:
		return wrong("explain does not apply: the model does not say what decided")
	}
	return nil
}

// Answer answers inputs, in their order and the same as one by one.
func (m *Model) Answer(ctx context.Context, inputs []Input, o Options) ([]Answer, error) {
	answers, err := m.kind.answer(ctx, inputs, o)
	if err == nil && len(answers) != len(inputs) {
		err = fmt.Errorf("the model has %d answers to %d inputs", len(answers), len(inputs))
	}
	return answers, err
}

// Raw is a JSON text that goes into a BYTES tensor as it is.
type Raw string

// textOf reads a text.
func textOf(v any, what string) (Input, error) {
	switch v := v.(type) {
	case string:
		return Input{Text: v}, nil
	case map[string]any:
		if text, ok := v["text"].(string); ok && len(v) == 1 {
			return Input{Text: text}, nil
		}
	}
	return Input{}, wrong("an input is %s, want %s", describe(v), what)
}

// describe names a JSON value in an error.
func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "true or false"
	case json.Number:
		return "the number " + v.String()
	case string:
		return "a string"
	case []any:
		return "a list"
	}
	return "an object"
}

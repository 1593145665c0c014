package answer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ErrTooMany is wrapped by errors about more inputs than are allowed.
var ErrTooMany = errors.New("too many inputs")

// Request is what people ask: inputs, and how they are answered.
type Request struct {
	Inputs  []Input
	List    bool // whether a list was asked, and a list is the answer
	Options Options
}

// wireRequest is a request as JSON.
type wireRequest struct {
	Input   any  `json:"input"` // an input, or a list of inputs
	Top     int  `json:"top"`
	Explain bool `json:"explain"`
}

// Read reads a request of most inputs from JSON: an input, a list of inputs, or an object with
// the field input and options. For a model of rows an object without that field is a row. A
// plain body is a text by itself.
func (n *Named) Read(body []byte, plain bool, most int) (Request, error) {
	var wire wireRequest
	if plain {
		wire.Input = string(body)
	} else if err := n.decode(body, &wire); err != nil {
		return Request{}, err
	}
	values, list := wire.Input.([]any)
	if list && n.width() > 1 && !lists(values) {
		list = false // of numbers: one input
	}
	if !list {
		values = []any{wire.Input}
	}
	if len(values) > most {
		return Request{}, fmt.Errorf("%d inputs, want at most %d in a request%w", len(values), most, quiet{ErrTooMany})
	}
	r := Request{Inputs: make([]Input, 0, len(values)), List: list, Options: Options{Top: wire.Top, Explain: wire.Explain, Object: true}}
	for i, v := range values {
		in, err := n.Input(v)
		if err != nil {
			if list {
				err = fmt.Errorf("input %d: %w", i, err)
			}
			return Request{}, err
		}
		r.Inputs = append(r.Inputs, in)
	}
	return r, nil
}

func (n *Named) decode(body []byte, wire *wireRequest) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var err error
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '{' && (n.Columns == nil || hasInput(body)) {
		d.DisallowUnknownFields()
		err = d.Decode(wire)
	} else {
		err = d.Decode(&wire.Input)
	}
	if err != nil {
		return wrong(`the body is no JSON of this path: %v; want {"input": …}, or a text with Content-Type: text/plain`, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return wrong("something follows the JSON of the body")
	}
	if wire.Input == nil {
		return wrong(`the field "input" is missing: an input, or a list of inputs`)
	}
	return nil
}

// hasInput tells whether a JSON object has the field input.
func hasInput(body []byte) bool {
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil {
		return false
	}
	_, ok := object["input"]
	return ok
}

// width is how many numbers an input has, of a model of numbers.
func (n *Named) width() int {
	if len(n.Inputs) == 1 && len(n.Inputs[0].Shape) == 2 {
		return n.Inputs[0].Shape[1]
	}
	return 1
}

// lists tells whether a list holds lists.
func lists(values []any) bool {
	if len(values) == 0 {
		return true
	}
	_, ok := values[0].([]any)
	return ok
}

// reply is what a reply has beside the answer's own fields.
type reply struct {
	Model   string `json:"model"`
	Version string `json:"version"`
	Answers []any  `json:"answers,omitzero"`
}

// Reply returns the JSON of the answers to a request.
func (n *Named) Reply(r Request, answers []Answer) ([]byte, error) {
	out := reply{Model: n.Name, Version: n.Version}
	if r.List {
		out.Answers = make([]any, len(answers))
		for i, a := range answers {
			out.Answers[i] = a.Object
		}
		return json.Marshal(out)
	}
	head, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	object, err := json.Marshal(answers[0].Object)
	if err != nil {
		return nil, err
	}
	if len(object) > 2 { // {"model":…} and {"label":…} are one
		head = append(append(head[:len(head)-1], ','), object[1:]...)
	}
	return head, nil
}

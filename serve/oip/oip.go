// Package oip reads and writes the bodies of the Open Inference Protocol, version 2,
// over HTTP (KServe's and Triton's): JSON, and the binary tensor data extension, where
// the tensors follow the JSON as bytes.
//
// https://github.com/kserve/open-inference-protocol
// https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
package oip

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// HeaderLength is the HTTP header that says how many bytes of a body are JSON,
// where tensors follow.
const HeaderLength = "Inference-Header-Content-Length"

// ErrRequest is wrapped by every error about a request's body.
var ErrRequest = errors.New("wrong request")

func wrong(format string, args ...any) error {
	return fmt.Errorf(format+"%w", append(args, quiet{ErrRequest})...)
}

// quiet marks an error without a text of its own.
type quiet struct{ error }

func (quiet) Error() string   { return "" }
func (q quiet) Unwrap() error { return q.error }

// Request is a body of infer.
type Request struct {
	ID         string
	Parameters map[string]any // strings, bools and json.Number
	Inputs     []Tensor
	Outputs    []Output // that are asked for; none: all
	Binary     bool     // whether outputs are binary that do not say
}

// Output is an output that is asked for.
type Output struct {
	Name    string
	Binary  bool
	Classes int // of the classification extension: the likeliest, as "value:index:label"; 0: not asked for
}

// Tensor is an input. Of Strings and Numbers the one that the type has is filled,
// with Shape's product of elements, row-major.
type Tensor struct {
	Name     string
	Datatype string
	Shape    []int
	Strings  []string  // BYTES
	Numbers  []float64 // FP32, FP64, integers up to 2^53 and BOOL, as 0 and 1
}

// wireRequest is the JSON of a request.
type wireRequest struct {
	ID         string         `json:"id"`
	Parameters map[string]any `json:"parameters"`
	Inputs     []struct {
		Name       string          `json:"name"`
		Shape      []int           `json:"shape"`
		Datatype   string          `json:"datatype"`
		Parameters map[string]any  `json:"parameters"`
		Data       json.RawMessage `json:"data"`
	} `json:"inputs"`
	Outputs []struct {
		Name       string         `json:"name"`
		Parameters map[string]any `json:"parameters"`
	} `json:"outputs"`
}

// Limits of what Decode accepts beside the length of the body.
const (
	maxInputs  = 4096
	maxRank    = 8
	maxIDBytes = 1024
)

// Decode reads the body of a request. jsonLength is the value of HeaderLength, -1
// where there is none and the whole body is JSON. What it allocates is bounded by a
// multiple of the body. Errors wrap ErrRequest and name the input at fault.
func Decode(body []byte, jsonLength int) (*Request, error) {
	text, rest := body, []byte(nil)
	if jsonLength >= 0 {
		if jsonLength > len(body) {
			return nil, wrong("%s is %d, and the body has %d bytes", HeaderLength, jsonLength, len(body))
		}
		text, rest = body[:jsonLength], body[jsonLength:]
	}
	var wire wireRequest
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	d.DisallowUnknownFields()
	if err := d.Decode(&wire); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, wrong("the JSON of the request is empty or ends too early (%d bytes)", len(text))
		}
		return nil, wrong("the request is not what the protocol has: %v", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, wrong("something follows the JSON object: tensors after it need the header %s", HeaderLength)
	}
	if len(wire.ID) > maxIDBytes {
		return nil, wrong("an id of %d bytes, want at most %d", len(wire.ID), maxIDBytes)
	}
	r := &Request{ID: wire.ID, Parameters: wire.Parameters}
	for name, v := range wire.Parameters {
		switch v.(type) {
		case string, bool, json.Number:
		default:
			return nil, wrong("parameter %q: want a string, a number, true or false", name)
		}
	}
	var err error
	if r.Binary, err = flag(wire.Parameters, "binary_data_output", false); err != nil {
		return nil, err
	}
	delete(r.Parameters, "binary_data_output")
	if len(wire.Inputs) == 0 || len(wire.Inputs) > maxInputs {
		return nil, wrong("%d inputs, want 1 to %d", len(wire.Inputs), maxInputs)
	}
	for _, in := range wire.Inputs {
		t := Tensor{Name: in.Name, Datatype: in.Datatype, Shape: in.Shape}
		if rest, err = t.fill(in.Data, in.Parameters, rest); err != nil {
			return nil, fmt.Errorf("input %.100q: %w", in.Name, err)
		}
		r.Inputs = append(r.Inputs, t)
	}
	if len(rest) > 0 {
		return nil, wrong("%d bytes follow the last tensor", len(rest))
	}
	for _, out := range wire.Outputs {
		o := Output{Name: out.Name}
		if o.Binary, err = flag(out.Parameters, "binary_data", r.Binary); err == nil {
			o.Classes, err = number(out.Parameters, "classification")
		}
		for name := range out.Parameters {
			if err == nil && name != "binary_data" && name != "classification" {
				err = wrong("no parameter %.100q is known", name)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("output %.100q: %w", out.Name, err)
		}
		r.Outputs = append(r.Outputs, o)
	}
	return r, nil
}

func flag(parameters map[string]any, name string, otherwise bool) (bool, error) {
	v, ok := parameters[name]
	if !ok {
		return otherwise, nil
	}
	b, ok := v.(bool)
	if !ok {
		return false, wrong("parameter %q: want true or false", name)
	}
	return b, nil
}

func number(parameters map[string]any, name string) (int, error) {
	v, ok := parameters[name]
	if !ok {
		return 0, nil
	}
	n, ok := v.(json.Number)
	if ok {
		if i, err := n.Int64(); err == nil && i >= 0 && i < 1<<31 {
			return int(i), nil
		}
	}
	return 0, wrong("parameter %q: want a whole number, 0 or more", name)
}

package oip

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
)

// Response is the answer to infer.
type Response struct {
	Model   string
	Version string
	ID      string
	Outputs []Result
}

// Result is an output. Data is a []string for BYTES, []float32 for FP32, []float64
// for FP64, []int32 for INT32 or []bool for BOOL, with Shape's product of elements.
type Result struct {
	Name     string
	Datatype string
	Shape    []int
	Data     any
	Binary   bool
}

// wireResponse is the JSON of a response.
type wireResponse struct {
	Model   string       `json:"model_name"`
	Version string       `json:"model_version"`
	ID      string       `json:"id,omitempty"`
	Outputs []wireResult `json:"outputs"`
}

type wireResult struct {
	Name       string         `json:"name"`
	Datatype   string         `json:"datatype"`
	Shape      []int          `json:"shape"`
	Parameters map[string]int `json:"parameters,omitempty"`
	Data       any            `json:"data,omitempty"`
}

// Encode returns the body of a response, and how many bytes of it are JSON, which
// HeaderLength says where binary tensors follow; -1 where none do.
func (r *Response) Encode() (body []byte, jsonLength int, err error) {
	wire := wireResponse{r.Model, r.Version, r.ID, []wireResult{}}
	var tail []byte
	jsonLength = -1
	for _, out := range r.Outputs {
		w := wireResult{Name: out.Name, Datatype: out.Datatype, Shape: out.Shape}
		if out.Binary {
			before := len(tail)
			if tail, err = appendBinary(tail, out.Data); err != nil {
				return nil, 0, fmt.Errorf("output %q: %w", out.Name, err)
			}
			w.Parameters = map[string]int{"binary_data_size": len(tail) - before}
			jsonLength = 0
		} else {
			w.Data = out.Data
		}
		wire.Outputs = append(wire.Outputs, w)
	}
	if body, err = json.Marshal(wire); err != nil {
		return nil, 0, err
	}
	if jsonLength == 0 {
		jsonLength = len(body)
	}
	return append(body, tail...), jsonLength, nil
}

// appendBinary appends a tensor's elements, little-endian.
func appendBinary(b []byte, data any) ([]byte, error) {
	le := binary.LittleEndian
	switch data := data.(type) {
	case []string:
		for _, s := range data {
			b = append(le.AppendUint32(b, uint32(len(s))), s...)
		}
	case []float32:
		for _, v := range data {
			b = le.AppendUint32(b, math.Float32bits(v))
		}
	case []float64:
		for _, v := range data {
			b = le.AppendUint64(b, math.Float64bits(v))
		}
	case []int32:
		for _, v := range data {
			b = le.AppendUint32(b, uint32(v))
		}
	case []bool:
		for _, v := range data {
			if v {
				b = append(b, 1)
			} else {
				b = append(b, 0)
			}
		}
	default:
		return nil, fmt.Errorf("a tensor of %T cannot be sent", data)
	}
	return b, nil
}

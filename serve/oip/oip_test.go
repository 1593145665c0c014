package oip_test

import (
	"encoding/json"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gorgonia-zoo/zoo/serve/oip"
)

// withBytes is JSON and what follows it.
func withBytes(head, tail string) (body []byte, jsonLength int) {
	return []byte(head + tail), len(head)
}

const twoTexts = "\x04\x00\x00\x00good\x03\x00\x00\x00bad"

func TestDecode(t *testing.T) {
	for name, c := range map[string]struct {
		head, tail string
		binary     bool
		want       oip.Request
	}{
		"flat":    {`{"id":"7","inputs":[{"name":"text","datatype":"BYTES","shape":[2],"data":["good","bad"]}]}`, "", false, oip.Request{ID: "7", Inputs: []oip.Tensor{{Name: "text", Datatype: "BYTES", Shape: []int{2}, Strings: []string{"good", "bad"}}}}},
		"nested":  {`{"inputs":[{"name":"text","datatype":"BYTES","shape":[2,1],"data":[["good"],["null"]]}]}`, "", false, oip.Request{Inputs: []oip.Tensor{{Name: "text", Datatype: "BYTES", Shape: []int{2, 1}, Strings: []string{"good", "null"}}}}},
		"numbers": {`{"inputs":[{"name":"x","datatype":"FP32","shape":[2,2],"data":[[1,-2.5],[3e1,0.1]]}]}`, "", false, oip.Request{Inputs: []oip.Tensor{{Name: "x", Datatype: "FP32", Shape: []int{2, 2}, Numbers: []float64{1, -2.5, 30, float64(float32(0.1))}}}}},
		"truths":  {`{"inputs":[{"name":"x","datatype":"BOOL","shape":[2],"data":[true,false]}]}`, "", false, oip.Request{Inputs: []oip.Tensor{{Name: "x", Datatype: "BOOL", Shape: []int{2}, Numbers: []float64{1, 0}}}}},
		"none":    {`{"inputs":[{"name":"x","datatype":"INT64","shape":[0],"data":[]}]}`, "", false, oip.Request{Inputs: []oip.Tensor{{Name: "x", Datatype: "INT64", Shape: []int{0}}}}},
		"binary": {`{"parameters":{"binary_data_output":true,"top_k":3},"inputs":[{"name":"text","datatype":"BYTES","shape":[2],"parameters":{"binary_data_size":15}},{"name":"n","datatype":"INT16","shape":[1],"parameters":{"binary_data_size":2}}],"outputs":[{"name":"a"},{"name":"b","parameters":{"binary_data":false,"classification":2}}]}`,
			twoTexts + "\xfe\xff", true, oip.Request{Parameters: map[string]any{"top_k": json.Number("3")}, Binary: true,
				Inputs:  []oip.Tensor{{Name: "text", Datatype: "BYTES", Shape: []int{2}, Strings: []string{"good", "bad"}}, {Name: "n", Datatype: "INT16", Shape: []int{1}, Numbers: []float64{-2}}},
				Outputs: []oip.Output{{Name: "a", Binary: true}, {Name: "b", Classes: 2}}}},
	} {
		body, n := withBytes(c.head, c.tail)
		if !c.binary {
			n = -1
		}
		have, err := oip.Decode(body, n)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff(&c.want, have); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// broken are bodies that are refused, and what the error says.
var broken = map[string]struct {
	head, tail string
	jsonLength int // -1: none, 0: of head
	says       string
}{
	"nothing":            {"", "", -1, "empty"},
	"cut":                {`{"inputs":[`, "", -1, "too early"},
	"a list":             {`[]`, "", -1, "not what the protocol has"},
	"a field too many":   {`{"input":[]}`, "", -1, `"input"`},
	"no inputs":          {`{"inputs":[]}`, "", -1, "0 inputs"},
	"two objects":        {`{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1]}]}{}`, "", -1, "follows the JSON"},
	"no such type":       {`{"inputs":[{"name":"x","datatype":"FP16","shape":[1],"data":[1]}]}`, "", -1, `"FP16"`},
	"no shape":           {`{"inputs":[{"name":"x","datatype":"FP32","data":[1]}]}`, "", -1, "0 dimensions"},
	"shape below none":   {`{"inputs":[{"name":"x","datatype":"FP32","shape":[-1],"data":[1]}]}`, "", -1, "[-1]"},
	"shape beyond":       {`{"inputs":[{"name":"x","datatype":"FP32","shape":[4294967296,4294967296,4],"data":[1]}]}`, "", -1, "more elements"},
	"shape hides zero":   {`{"inputs":[{"name":"x","datatype":"FP32","shape":[0,4294967296],"data":[1]}]}`, "", -1, "1 elements"},
	"fewer":              {`{"inputs":[{"name":"x","datatype":"FP32","shape":[3],"data":[1,2]}]}`, "", -1, "2 elements"},
	"too deep":           {`{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[[1]]}]}`, "", -1, "deeper"},
	"an object in data":  {`{"inputs":[{"name":"x","datatype":"BYTES","shape":[1],"data":[{}]}]}`, "", -1, "object"},
	"null in data":       {`{"inputs":[{"name":"x","datatype":"BYTES","shape":[1],"data":[null]}]}`, "", -1, "no BYTES"},
	"a number as text":   {`{"inputs":[{"name":"x","datatype":"BYTES","shape":[1],"data":[1]}]}`, "", -1, "no BYTES"},
	"a text as number":   {`{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":["1"]}]}`, "", -1, "is a string"},
	"beyond float32":     {`{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1e39]}]}`, "", -1, "FP32"},
	"half an integer":    {`{"inputs":[{"name":"x","datatype":"INT32","shape":[1],"data":[1.5]}]}`, "", -1, "whole number"},
	"no data":            {`{"inputs":[{"name":"x","datatype":"FP32","shape":[1]}]}`, "", -1, "want data"},
	"data twice":         {`{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1],"parameters":{"binary_data_size":4}}]}`, "abcd", 0, "want data"},
	"parameter":          {`{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1],"parameters":{"y":4}}]}`, "", -1, `"y"`},
	"shared memory":      {`{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"parameters":{"shared_memory_region":"r"}}]}`, "", -1, "shared_memory_region"},
	"header too long":    {`{}`, "", 9, "9, and the body has 2"},
	"size below none":    {`{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":-4}}]}`, "abcd", 0, "binary_data_size"},
	"size beyond":        {`{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":8}}]}`, "abcd", 0, "4 bytes are left"},
	"bytes left":         {`{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":4}}]}`, "abcde", 0, "1 bytes follow"},
	"numbers cut":        {`{"inputs":[{"name":"x","datatype":"FP32","shape":[2],"parameters":{"binary_data_size":6}}]}`, "abcdef", 0, "6 bytes"},
	"NaN":                {`{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":4}}]}`, "\x00\x00\xc0\x7f", 0, "finite"},
	"a truth of two":     {`{"inputs":[{"name":"x","datatype":"BOOL","shape":[1],"parameters":{"binary_data_size":1}}]}`, "\x02", 0, "true nor false"},
	"no room for length": {`{"inputs":[{"name":"x","datatype":"BYTES","shape":[3],"parameters":{"binary_data_size":7}}]}`, "\x00\x00\x00\x00abc", 0, "four bytes each"},
	"length beyond":      {`{"inputs":[{"name":"x","datatype":"BYTES","shape":[1],"parameters":{"binary_data_size":5}}]}`, "\xff\xff\xff\xffa", 0, "4294967295 bytes"},
	"text and more":      {`{"inputs":[{"name":"x","datatype":"BYTES","shape":[1],"parameters":{"binary_data_size":6}}]}`, "\x01\x00\x00\x00ab", 0, "1 bytes follow"},
	"classes below none": {`{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1]}],"outputs":[{"name":"y","parameters":{"classification":-1}}]}`, "", -1, "classification"},
	"binary of a text":   {`{"parameters":{"binary_data_output":"yes"},"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1]}]}`, "", -1, "binary_data_output"},
	"a list as setting":  {`{"parameters":{"a":[1]},"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1]}]}`, "", -1, `"a"`},
	"output's parameter": {`{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1]}],"outputs":[{"name":"y","parameters":{"z":1}}]}`, "", -1, `"z"`},
	"an id for a book":   {`{"id":"` + strings.Repeat("x", 2000) + `","inputs":[]}`, "", -1, "an id of 2000"},
}

func TestRefused(t *testing.T) {
	for name, c := range broken {
		body, n := withBytes(c.head, c.tail)
		if c.jsonLength != 0 {
			n = c.jsonLength
		}
		r, err := oip.Decode(body, n)
		if !errors.Is(err, oip.ErrRequest) || r != nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, %v, want %q", name, r, err, c.says)
		}
	}
}

// What is encoded by one side is what the other reads.
func TestEncode(t *testing.T) {
	outputs := []oip.Result{
		{Name: "label", Datatype: "BYTES", Shape: []int{2}, Data: []string{"good", "bad"}},
		{Name: "p", Datatype: "FP64", Shape: []int{2}, Data: []float64{0.1, 1e-300}},
		{Name: "v", Datatype: "FP32", Shape: []int{1, 2}, Data: []float32{0.1, 2}},
		{Name: "n", Datatype: "INT32", Shape: []int{2}, Data: []int32{-1, 7}},
		{Name: "b", Datatype: "BOOL", Shape: []int{2}, Data: []bool{true, false}},
		{Name: "none", Datatype: "FP32", Shape: []int{0, 2}, Data: []float32{}},
	}
	for _, binary := range []bool{false, true} {
		for i := range outputs {
			outputs[i].Binary = binary
		}
		r := oip.Response{Model: "m", Version: "1", ID: "x", Outputs: outputs}
		body, n, err := r.Encode()
		if err != nil || (n < 0) == binary {
			t.Fatalf("%d, %v", n, err)
		}
		// A response's outputs have the form of a request's inputs.
		head := body
		if binary {
			head = body[:n]
		}
		var object map[string]any
		if err := json.Unmarshal(head, &object); err != nil || object["model_name"] != "m" || object["model_version"] != "1" || object["id"] != "x" {
			t.Fatalf("%s: %v", head, err)
		}
		text, err := json.Marshal(map[string]any{"inputs": object["outputs"]})
		if err != nil {
			t.Fatal(err)
		}
		m := -1
		if binary {
			m = len(text)
			text = append(text, body[n:]...)
		}
		back, err := oip.Decode(text, m)
		if err != nil {
			t.Fatal(err)
		}
		if in := back.Inputs; !slices.Equal(in[0].Strings, []string{"good", "bad"}) || !slices.Equal(in[1].Numbers, []float64{0.1, 1e-300}) || float32(in[2].Numbers[0]) != 0.1 ||
			!slices.Equal(in[3].Numbers, []float64{-1, 7}) || !slices.Equal(in[4].Numbers, []float64{1, 0}) || len(in[5].Numbers) != 0 {
			t.Errorf("binary %v: %+v", binary, in)
		}
	}
	bad := oip.Response{Outputs: []oip.Result{{Name: "z", Data: 1, Binary: true}}}
	if _, _, err := bad.Encode(); err == nil || !strings.Contains(err.Error(), `"z"`) {
		t.Errorf("of no type: %v", err)
	}
}

// FuzzDecode: no body makes the decoder panic, or take memory out of proportion.
func FuzzDecode(f *testing.F) {
	for _, c := range broken {
		body, n := withBytes(c.head, c.tail)
		f.Add(body, n)
		f.Add(body, -1)
	}
	body, n := withBytes(`{"inputs":[{"name":"text","datatype":"BYTES","shape":[2],"parameters":{"binary_data_size":15}}]}`, twoTexts)
	f.Add(body, n)
	f.Add([]byte(`{"id":"7","inputs":[{"name":"text","datatype":"BYTES","shape":[2],"data":["good","bad"]}]}`), -1)
	f.Add([]byte(`{"inputs":[{"name":"x","datatype":"FP32","shape":[2,2],"data":[[1,-2.5],[3e1,0.1]]}],"outputs":[{"name":"y","parameters":{"binary_data":true}}]}`), -1)
	f.Fuzz(func(t *testing.T, body []byte, jsonLength int) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r, err := oip.Decode(body, jsonLength)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20+1000*uint64(len(body)) {
			t.Errorf("%d bytes took %d", len(body), took)
		}
		if (err == nil) != (r != nil) || err != nil && !errors.Is(err, oip.ErrRequest) {
			t.Fatalf("%v, %v", r, err)
		}
		if err != nil {
			return
		}
		for _, in := range r.Inputs {
			n := 1
			for _, d := range in.Shape {
				n *= d
			}
			if len(in.Strings)+len(in.Numbers) != n {
				t.Errorf("shape %v, %d strings and %d numbers", in.Shape, len(in.Strings), len(in.Numbers))
			}
		}
	})
}

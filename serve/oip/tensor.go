package oip

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"strconv"
)

// widths are the bytes of an element of each type of numbers.
var widths = map[string]int{"BOOL": 1, "UINT8": 1, "INT8": 1, "UINT16": 2, "INT16": 2, "UINT32": 4, "INT32": 4, "UINT64": 8, "INT64": 8, "FP32": 4, "FP64": 8}

// whole is the largest whole number below which float64 has all.
const whole = 1 << 53

// fill reads the elements from JSON, or from the bytes that follow it, of which it
// returns the rest.
func (t *Tensor) fill(data json.RawMessage, parameters map[string]any, rest []byte) ([]byte, error) {
	for name := range parameters {
		if name != "binary_data_size" {
			return nil, wrong("no parameter %.100q is known", name)
		}
	}
	if _, ok := widths[t.Datatype]; !ok && t.Datatype != "BYTES" {
		return nil, wrong("datatype %.20q, want BYTES, BOOL, FP32, FP64 or an integer's", t.Datatype)
	}
	if len(t.Shape) == 0 || len(t.Shape) > maxRank {
		return nil, wrong("a shape of %d dimensions, want 1 to %d", len(t.Shape), maxRank)
	}
	_, inBytes := parameters["binary_data_size"]
	if inBytes == (data != nil) {
		return nil, wrong("want data, or the parameter binary_data_size and bytes behind the JSON")
	}
	size := len(data)
	if inBytes {
		var err error
		if size, err = number(parameters, "binary_data_size"); err != nil {
			return nil, err
		}
		if size > len(rest) {
			return nil, wrong("binary_data_size is %d, and %d bytes are left", size, len(rest))
		}
	}
	n := 1
	for _, d := range t.Shape { // an element has a byte at least
		if d < 0 || d > 0 && n > size/d {
			return nil, wrong("shape %v has more elements than the data's %d bytes can hold, or fewer than none", t.Shape, size)
		}
		n *= d
	}
	if !inBytes {
		return rest, t.fromJSON(data, n)
	}
	if t.Datatype == "BYTES" {
		return rest[size:], t.strings(rest[:size], n)
	}
	return rest[size:], t.numbers(rest[:size], n)
}

// strings reads n elements of BYTES: the length of each in four bytes, then the bytes.
func (t *Tensor) strings(b []byte, n int) error {
	if n > len(b)/4 {
		return wrong("%d elements need four bytes each for their lengths, and there are %d bytes", n, len(b))
	}
	t.Strings = make([]string, 0, n)
	for i := range n {
		if len(b) < 4 {
			return wrong("element %d of %d: no length is left", i, n)
		}
		size := binary.LittleEndian.Uint32(b)
		if b = b[4:]; uint64(size) > uint64(len(b)) {
			return wrong("element %d of %d has %d bytes, and %d are left", i, n, size, len(b))
		}
		t.Strings = append(t.Strings, string(b[:size]))
		b = b[size:]
	}
	if len(b) > 0 {
		return wrong("%d bytes follow the last of %d elements", len(b), n)
	}
	return nil
}

// numbers reads n elements, little-endian.
func (t *Tensor) numbers(b []byte, n int) error {
	w := widths[t.Datatype]
	if len(b) != n*w {
		return wrong("%d bytes, and %d elements of %s have %d", len(b), n, t.Datatype, n*w)
	}
	t.Numbers = make([]float64, n)
	for i := range t.Numbers {
		e := b[i*w:][:w]
		v := 0.0
		switch t.Datatype {
		case "BOOL", "UINT8":
			v = float64(e[0])
		case "INT8":
			v = float64(int8(e[0]))
		case "UINT16":
			v = float64(binary.LittleEndian.Uint16(e))
		case "INT16":
			v = float64(int16(binary.LittleEndian.Uint16(e)))
		case "UINT32":
			v = float64(binary.LittleEndian.Uint32(e))
		case "INT32":
			v = float64(int32(binary.LittleEndian.Uint32(e)))
		case "UINT64":
			v = float64(binary.LittleEndian.Uint64(e))
		case "INT64":
			v = float64(int64(binary.LittleEndian.Uint64(e)))
		case "FP32":
			v = float64(math.Float32frombits(binary.LittleEndian.Uint32(e)))
		case "FP64":
			v = math.Float64frombits(binary.LittleEndian.Uint64(e))
		}
		if err := t.check(v); err != nil {
			return err
		}
		t.Numbers[i] = v
	}
	return nil
}

// check refuses what is no number of the type.
func (t *Tensor) check(v float64) error {
	switch t.Datatype {
	case "FP32":
		if v != v || math.Abs(v) > math.MaxFloat32 {
			return wrong("%v is no finite float32", v)
		}
	case "FP64":
		if v != v || math.IsInf(v, 0) {
			return wrong("%v is no finite number", v)
		}
	case "BOOL":
		if v != 0 && v != 1 {
			return wrong("%v is neither true nor false", v)
		}
	default:
		if v != math.Trunc(v) || math.Abs(v) > whole {
			return wrong("%v is no whole number up to 2^53", v)
		}
	}
	return nil
}

// fromJSON reads n elements, flat or nested as the shape is.
func (t *Tensor) fromJSON(data []byte, n int) error {
	if t.Datatype == "BYTES" { // what most requests have
		if json.Unmarshal(data, &t.Strings) == nil && len(t.Strings) == n && !bytes.Contains(data, []byte("null")) {
			return nil
		}
		t.Strings = nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	have, depth := 0, 0
	for {
		token, err := d.Token()
		if err != nil {
			return wrong("data: %v", err)
		}
		switch v := token.(type) {
		case json.Delim:
			switch v {
			case '[':
				if depth++; depth > len(t.Shape) {
					return wrong("data is nested deeper than the shape %v", t.Shape)
				}
			case ']':
				depth--
			default:
				return wrong("data holds an object, want a list")
			}
		case string:
			if t.Datatype != "BYTES" {
				return wrong("element %d is a string, want %s", have, t.Datatype)
			}
			t.Strings = append(t.Strings, v)
			have++
		default:
			f, err := t.element(token)
			if err != nil {
				return err
			}
			t.Numbers = append(t.Numbers, f)
			have++
		}
		if depth == 0 {
			break
		}
	}
	if have != n {
		return wrong("data has %d elements, and the shape %v has %d", have, t.Shape, n)
	}
	return nil
}

// element reads a number, true or false.
func (t *Tensor) element(token json.Token) (float64, error) {
	f, ok := 0.0, false
	switch v := token.(type) {
	case json.Number:
		bits := 64
		if t.Datatype == "FP32" {
			bits = 32
		}
		x, err := strconv.ParseFloat(v.String(), bits)
		f, ok = x, err == nil && t.Datatype != "BOOL" && t.Datatype != "BYTES"
	case bool:
		if ok = t.Datatype == "BOOL"; v {
			f = 1
		}
	}
	if !ok {
		return 0, wrong("%.100v in data is no %s", token, t.Datatype)
	}
	return f, t.check(f)
}

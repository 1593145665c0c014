package weights

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

// raw builds a file from a header's text and the number of bytes after it.
func raw(header string, values int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, values)...)
}

// one is the header of a file with one tensor, part by part.
func one(dtype, shape, offsets string) string {
	return fmt.Sprintf(`{"fc":{"dtype":%s,"shape":%s,"data_offsets":%s}}`, dtype, shape, offsets)
}

var malformed = []struct {
	name, want string // want is a part of the message
	data       []byte
}{
	{"empty file", "at least 8", nil},
	{"length cut short", "at least 8", make([]byte, 7)},
	{"length only", "must begin with '{'", make([]byte, 8)},
	{"length beyond the format's limit", "at most 100000000", binary.LittleEndian.AppendUint64(nil, maxHeader+1)},
	{"length of all ones", "at most 100000000", bytes.Repeat([]byte{0xff}, 8)},
	{"length beyond the file", "only 2 bytes follow", append(binary.LittleEndian.AppendUint64(nil, 3), "{}"...)},
	{"100 MB header in a small file", "only 100 bytes follow", append(binary.LittleEndian.AppendUint64(nil, maxHeader), make([]byte, 100)...)},
	{"not JSON", "must begin with '{'", raw("hello", 0)},
	{"white space first", "must begin with '{'", raw(" {}", 0)},
	{"array for object", "must begin with '{'", raw("[]", 0)},
	{"not UTF-8", "not UTF-8", raw("{\"a\xff\":{}}", 0)},
	{"object without end", "the end of the header", raw("{", 0)},
	{"comma before the end", `expected '"'`, raw(`{"fc":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},}`, 4)},
	{"no colon", "expected ':'", raw(`{"fc" 1}`, 0)},
	{"no comma", "expected ',' or '}'", raw(`{"__metadata__":{"a":"b" "c":"d"}}`, 0)},
	{"two values", "only spaces", raw("{}{}", 0)},
	{"padding with NUL", "only spaces", raw("{}\x00", 0)},
	{"padding with newlines", "only spaces", raw("{}\n", 0)},
	{"key without end", "string without an end", raw(`{"fc`, 0)},
	{"escape without end", "string without an end", raw(`{"fc\`, 0)},
	{"escaped string without end", "string without an end", raw(`{"fc\n`, 0)},
	{"unknown escape", "unknown escape", raw(`{"\x41":{}}`, 0)},
	{"short unicode escape", "four hexadecimal", raw(`{"\u12g4":{}}`, 0)},
	{"lone surrogate", "surrogate", raw(`{"\ud800":{}}`, 0)},
	{"surrogates the wrong way round", "surrogate", raw(`{"\udc00\ud800":{}}`, 0)},
	{"control character in a name", "control character", raw("{\"a\nb\":{}}", 0)},
	{"control character after an escape", "control character", raw("{\"a\\n\nb\":{}}", 0)},
	{"tensor that is no object", "expected '{'", raw(`{"fc":1}`, 0)},
	{"tensor without a name", "without a name", raw(`{"":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}`, 4)},
	{"tensor given twice", `"a" given twice`, raw(`{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\u0061":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}`, 0)},
	{"dtype given twice", "dtype given twice", raw(`{"fc":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4)},
	{"shape given twice", "shape given twice", raw(`{"fc":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}`, 4)},
	{"offsets given twice", "data_offsets given twice", raw(`{"fc":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"data_offsets":[0,4]}}`, 4)},
	{"no dtype", `"fc": no dtype`, raw(`{"fc":{"shape":[1],"data_offsets":[0,4]}}`, 4)},
	{"no shape", `"fc": no shape`, raw(`{"fc":{"dtype":"F32","data_offsets":[0,4]}}`, 4)},
	{"no offsets", `"fc": no data_offsets`, raw(`{"fc":{"dtype":"F32","shape":[1]}}`, 4)},
	{"unknown field", `unknown field "extra"`, raw(`{"fc":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"extra":1}}`, 4)},
	{"field in another case", `unknown field "DType"`, raw(`{"fc":{"DType":"F32","shape":[1],"data_offsets":[0,4]}}`, 4)},
	{"unknown dtype", `unknown dtype "F33"`, raw(one(`"F33"`, "[1]", "[0,4]"), 4)},
	{"dtype that is no string", `expected '"'`, raw(one("32", "[1]", "[0,4]"), 4)},
	{"shape that is no array", "expected '['", raw(one(`"F32"`, "1", "[0,4]"), 4)},
	{"shape without end", "expected ',' or ']'", raw(one(`"F32"`, "[1;2]", "[0,8]"), 8)},
	{"shape of strings", "whole number", raw(one(`"F32"`, `["1"]`, "[0,4]"), 4)},
	{"negative dimension", "negative", raw(one(`"F32"`, "[-1]", "[0,4]"), 4)},
	{"fractional dimension", "whole number", raw(one(`"F32"`, "[1.5]", "[0,4]"), 4)},
	{"dimension with an exponent", "whole number", raw(one(`"F32"`, "[1e0]", "[0,4]"), 4)},
	{"dimension with a leading zero", "leading zero", raw(one(`"F32"`, "[01]", "[0,4]"), 4)},
	{"dimension beyond 64 bits", "too large", raw(one(`"F32"`, "[99999999999999999999]", "[0,4]"), 4)},
	{"dimension beyond int", "too large", raw(one(`"F32"`, "[9223372036854775808]", "[0,4]"), 4)},
	{"65 dimensions", "more than 64", raw(one(`"F32"`, "["+strings.Repeat("1,", 64)+"1]", "[0,4]"), 4)},
	{"shape that overflows", "overflows", raw(one(`"F32"`, "[4294967296,4294967296]", "[0,0]"), 0)},
	{"bytes that overflow", "overflows", raw(one(`"F32"`, "[4611686018427387904]", "[0,0]"), 0)},
	{"shape that overflows beside a zero", "overflows", raw(one(`"F32"`, "[4294967296,4294967296,0]", "[0,0]"), 0)},
	{"one offset", "of 1 numbers, expected 2", raw(one(`"F32"`, "[1]", "[0]"), 4)},
	{"no offset", "of 0 numbers, expected 2", raw(one(`"F32"`, "[1]", "[]"), 4)},
	{"three offsets", "more than two", raw(one(`"F32"`, "[1]", "[0,4,4]"), 4)},
	{"negative offset", "negative", raw(one(`"F32"`, "[1]", "[-4,0]"), 4)},
	{"end before begin", "before it begins", raw(one(`"F32"`, "[1]", "[4,0]"), 4)},
	{"bytes do not fit the shape", "expected 8 for F32 [2]", raw(one(`"F32"`, "[2]", "[0,4]"), 4)},
	{"bytes do not fit the dtype", "expected 2 for F16 [1]", raw(one(`"F16"`, "[1]", "[0,4]"), 4)},
	{"hole at the start", "hole from 0", raw(one(`"F32"`, "[1]", "[4,8]"), 8)},
	{"hole between", `"b": begins at byte 5, leaving a hole from 4`, raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[1],"data_offsets":[5,6]}}`, 6)},
	{"overlap", `"b": begins at byte 2, overlapping "a"`, raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}`, 6)},
	{"same bytes for two tensors", "overlapping", raw(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 1)},
	{"no values", "cut short: 0 bytes of values, expected 4", raw(one(`"F32"`, "[1]", "[0,4]"), 0)},
	{"values cut short", "cut short: 3 bytes of values, expected 4", raw(one(`"F32"`, "[1]", "[0,4]"), 3)},
	{"trailing bytes", "1 bytes after the last tensor", raw(one(`"F32"`, "[1]", "[0,4]"), 5)},
	{"trailing bytes without tensors", "1 bytes after the last tensor", raw("{}", 1)},
	{"10 GB claimed by 100 bytes", "cut short", raw(one(`"F32"`, "[2500000000]", "[0,10000000000]"), 0)},
	{"metadata given twice", "__metadata__ given twice", raw(`{"__metadata__":{},"__metadata__":{}}`, 0)},
	{"metadata key given twice", `metadata "a" given twice`, raw(`{"__metadata__":{"a":"1","a":"1"}}`, 0)},
	{"metadata that is no string", `expected '"'`, raw(`{"__metadata__":{"a":1}}`, 0)},
	{"metadata that is no object", "expected '{'", raw(`{"__metadata__":null}`, 0)},
	{"nested arrays", "whole number", raw(one(`"F32"`, strings.Repeat("[", 1<<16), "[0,4]"), 4)},
}

func TestMalformed(t *testing.T) {
	for _, c := range malformed {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read(c.data)
			if !errors.Is(err, ErrFormat) {
				t.Fatalf("got %v, want ErrFormat", err)
			}
			if !strings.HasPrefix(err.Error(), "weights: ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%q does not say %q", err, c.want)
			}
			_, streamed := Open(bytes.NewReader(c.data), int64(len(c.data)))
			if streamed == nil || streamed.Error() != err.Error() {
				t.Errorf("streamed: %v, from memory: %v", streamed, err)
			}
		})
	}
}

func TestUnusualButValid(t *testing.T) {
	for name, data := range map[string][]byte{
		"no tensors":        raw("{}", 0),
		"padded":            raw("{}      ", 0),
		"white space":       raw("{ \"fc\" :\n{ \"dtype\":\t\"F32\",\"shape\":[ 1 , 1 ],\r\"data_offsets\":[0,4] } }", 4),
		"fields reordered":  raw(`{"fc":{"data_offsets":[0,4],"shape":[1],"dtype":"F32"}}`, 4),
		"metadata last":     raw(`{"fc":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"__metadata__":{}}`, 4),
		"unsorted offsets":  raw(`{"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 2),
		"empty among full":  raw(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"c":{"dtype":"U8","shape":[0],"data_offsets":[1,1]}}`, 1),
		"unaligned":         raw(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}`, 5),
		"escaped name":      raw(`{"\u00e9\ud83d\ude00\"\\\/\b\f\n\r\t":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}`, 2),
		"unread types":      raw(`{"a":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}`, 8),
		"zero times a huge": raw(one(`"F32"`, "[0,1000000000000]", "[0,0]"), 0),
	} {
		if _, err := Read(data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	f, err := Read(raw(`{"\u00e9\ud83d\ude00\"\\\/\b\f\n\r\t":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}`, 2))
	if err != nil || f.Tensors()[0].Name != "é😀\"\\/\b\f\n\r\t" {
		t.Errorf("escaped name: %v %v", f, err)
	}
}

func TestInto(t *testing.T) {
	f, err := Read(raw(`{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"n":{"dtype":"I64","shape":[1],"data_offsets":[16,24]}}`, 24))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		shape []int
		n     int
		want  error
		says  string
	}{
		{"a", []int{2, 2}, 4, nil, ""},
		{"b", []int{2, 2}, 4, ErrMissing, `"b", expected [2 2]`},
		{"a", []int{4}, 4, ErrShape, `"a" is [2 2], expected [4]`},
		{"a", []int{2, 2}, 3, ErrShape, "4 values, destination 3"},
		{"n", []int{1}, 1, ErrDType, `"n" is I64, expected F32, F16 or BF16`},
	} {
		err := f.Into(c.name, c.shape, make([]float32, c.n))
		if !errors.Is(err, c.want) || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s %v: got %v, want %v", c.name, c.shape, err, c.want)
		}
	}
	if _, err := f.Tensor("n"); !errors.Is(err, ErrDType) {
		t.Error(err)
	}
	if _, err := f.Tensor("b"); !errors.Is(err, ErrMissing) {
		t.Error(err)
	}
}

func TestCheckNames(t *testing.T) {
	f, err := New(sample(), nil)
	if err != nil {
		t.Fatal(err)
	}
	all := []string{"rnn.weight_ih_l0", "fc.weight", "fc.bias", "empty", "scalar"}
	if err := f.CheckNames(all); err != nil {
		t.Error(err)
	}
	if err := f.CheckNames(all[1:]); !errors.Is(err, ErrExtra) || errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), `"rnn.weight_ih_l0"`) {
		t.Error(err)
	}
	if err := f.CheckNames(append(all, "x")); !errors.Is(err, ErrMissing) || errors.Is(err, ErrExtra) || !strings.Contains(err.Error(), `"x"`) {
		t.Error(err)
	}
	if err := f.CheckNames(append(all[1:], "x")); !errors.Is(err, ErrMissing) || !errors.Is(err, ErrExtra) {
		t.Error(err)
	}
	if err := f.CheckNames([]string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}); !strings.Contains(err.Error(), `"8" and 2 more`) {
		t.Error(err)
	}
}

func TestCheckFinite(t *testing.T) {
	for _, d := range []DType{F32, F16, BF16} {
		x := make([]float32, 100_000)
		good := []Tensor{{Name: "a", Shape: []int{1}, Data: []float32{1}}, {Name: "x", Shape: []int{len(x)}, DType: d, Data: x}}
		for _, v := range []float32{float32(math.NaN()), float32(math.Inf(-1)), 1} {
			x[77_777] = v
			data := encoded(t, good, nil)
			inMemory, err := Read(data)
			if err != nil {
				t.Fatal(err)
			}
			streamed, err := Open(bytes.NewReader(data), int64(len(data)))
			if err != nil {
				t.Fatal(err)
			}
			for _, err := range []error{inMemory.CheckFinite(), streamed.CheckFinite(), CheckFinite(good)} {
				if v == 1 && err != nil {
					t.Error(err)
				}
				if v != 1 && (!errors.Is(err, ErrNotFinite) || !strings.Contains(err.Error(), `"x": element 77777 is`)) {
					t.Errorf("%v %v: %v", d, v, err)
				}
			}
		}
	}
}

func TestReaderThatFails(t *testing.T) {
	data := encoded(t, sample(), nil)
	if _, err := Open(bytes.NewReader(data), int64(len(data)+1)); !errors.Is(err, ErrFormat) {
		t.Errorf("size beyond the end: %v", err)
	}
	if _, err := Open(bytes.NewReader(data[:20]), int64(len(data))); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("header beyond the end: %v", err)
	}
	short := bytes.NewReader(data[:len(data)-1])
	f, err := Open(short, int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Tensor("fc.weight"); !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "fc.weight") {
		t.Errorf("values beyond the end: %v", err)
	}
	if err := f.CheckFinite(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	if _, err := Open(failing{}, 100); !errors.Is(err, iotest.ErrTimeout) {
		t.Error(err)
	}
}

type failing struct{}

func (failing) ReadAt([]byte, int64) (int, error) { return 0, iotest.ErrTimeout }

// Nothing is allocated on the word of a header.
func TestAllocationIsBounded(t *testing.T) {
	for _, c := range malformed {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range 10 {
			Read(c.data)
			Open(bytes.NewReader(c.data), int64(len(c.data)))
		}
		runtime.ReadMemStats(&after)
		if got, limit := (after.TotalAlloc-before.TotalAlloc)/20, uint64(16*len(c.data)+16<<10); got > limit {
			t.Errorf("%s: %d bytes allocated for a file of %d", c.name, got, len(c.data))
		}
	}
}

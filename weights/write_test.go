package weights

import (
	"bytes"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestWriteRefuses(t *testing.T) {
	one := []float32{1}
	for _, c := range []struct {
		name string
		t    Tensor
		want error
		says string
	}{
		{"no name", Tensor{Data: one}, nil, "reserves"},
		{"reserved name", Tensor{Name: "__metadata__", Data: one}, nil, "reserves"},
		{"name not UTF-8", Tensor{Name: "a\xff", Data: one}, nil, "UTF-8"},
		{"type that is not written", Tensor{Name: "a", DType: I64, Data: one}, ErrDType, "cannot write I64"},
		{"type that is none", Tensor{Name: "a", DType: dtypes, Data: one}, ErrDType, "unknown"},
		{"values given twice", Tensor{Name: "a", Data: one, Raw: make([]byte, 4)}, nil, "given twice"},
		{"half a value", Tensor{Name: "a", DType: I16, Raw: make([]byte, 3)}, ErrShape, "3 bytes are no whole I16"},
		{"too few bytes", Tensor{Name: "a", DType: I8, Shape: []int{4}, Raw: make([]byte, 3)}, ErrShape, "3 values, expected 4"},
		{"too few values", Tensor{Name: "a", Shape: []int{2}, Data: one}, ErrShape, "1 values, expected 2 for [2]"},
		{"too many values", Tensor{Name: "a", Shape: []int{0}, Data: one}, ErrShape, "1 values, expected 0"},
		{"negative dimension", Tensor{Name: "a", Shape: []int{-1, -1}, Data: one}, ErrShape, "[-1 -1]"},
		{"overflow", Tensor{Name: "a", Shape: []int{math.MaxInt, math.MaxInt}, Data: one}, ErrShape, "is no shape"},
		{"too many dimensions", Tensor{Name: "a", Shape: slices.Repeat([]int{1}, 65), Data: one}, ErrShape, "65 dimensions"},
		{"beyond F16", Tensor{Name: "a", DType: F16, Shape: []int{2}, Data: []float32{65519, 65520}}, ErrRange, "element 1 is 65520, which F16 cannot hold"},
		{"beyond BF16", Tensor{Name: "a", DType: BF16, Data: []float32{math.MaxFloat32}}, ErrRange, "BF16 cannot hold"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := Write(io.Discard, []Tensor{{Name: "b", Data: one}, c.t}, nil)
			if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %v and %q", err, c.want, c.says)
			}
			if _, err := New([]Tensor{c.t}, nil); err == nil {
				t.Error("New passed it")
			}
		})
	}
	if err := Write(io.Discard, []Tensor{{Name: "b", Data: one}, {Name: "b", Data: one}}, nil); err == nil || !strings.Contains(err.Error(), `"b": given twice`) {
		t.Error(err)
	}
	for _, m := range []map[string]string{{"a\xff": ""}, {"a": "\xff"}} {
		if err := Write(io.Discard, nil, m); err == nil || !strings.Contains(err.Error(), "not UTF-8") {
			t.Error(err)
		}
	}
}

// Infinities and NaN of a narrow type are written as they are.
func TestWriteNotFinite(t *testing.T) {
	for _, d := range []DType{F32, F16, BF16} {
		in := []float32{float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN())}
		f, err := New([]Tensor{{Name: "a", Shape: []int{3}, DType: d, Data: in}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if x := tensor(t, f, "a").Data; x[0] != in[0] || x[1] != in[1] || x[2] == x[2] {
			t.Errorf("%v: %v", d, x)
		}
	}
}

// The values start at a multiple of eight bytes and the arguments stay as they were.
func TestWriteAligned(t *testing.T) {
	for n := range 20 {
		in := []Tensor{{Name: strings.Repeat("n", n+1), Data: []float32{1}}, {Name: "!", Data: []float32{2}}}
		data := encoded(t, in, nil)
		if (len(data)-8)%8 != 0 || data[len(data)-9] != ' ' && data[len(data)-9] != '}' {
			t.Errorf("name of %d letters: %d bytes", n+1, len(data))
		}
		if in[1].Name != "!" {
			t.Error("the caller's slice was sorted")
		}
	}
}

type failAfter struct{ n int }

func (f *failAfter) Write(b []byte) (int, error) {
	if f.n -= len(b); f.n < 0 {
		return 0, io.ErrShortWrite
	}
	return len(b), nil
}

func TestWriteFails(t *testing.T) {
	size := len(encoded(t, sample(), nil))
	for n := range size {
		if err := Write(&failAfter{n}, sample(), nil); !errors.Is(err, io.ErrShortWrite) {
			t.Fatalf("after %d bytes: %v", n, err)
		}
	}
}

// Tensors larger than the conversion's buffer.
func TestWriteLarge(t *testing.T) {
	for _, d := range []DType{F32, F16, BF16} {
		x := make([]float32, 3*chunk/4+5)
		for i := range x {
			x[i] = float32(i % 256)
		}
		data := encoded(t, []Tensor{{Name: "x", Shape: []int{len(x)}, DType: d, Data: x}}, nil)
		f, err := Open(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(x, tensor(t, f, "x").Data) {
			t.Errorf("%v: other values", d)
		}
	}
}

// Bytes are written as they are, whatever the type.
func TestWriteRaw(t *testing.T) {
	f, err := New([]Tensor{
		{Name: "q", Shape: []int{3}, DType: I8, Raw: []byte{1, 0xff, 0x80}},
		{Name: "x", Shape: []int{1}, Raw: []byte{0, 0, 0x80, 0x3f}},
		{Name: "b", Shape: []int{1}, DType: U8, Raw: []byte{9}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, info := range f.Tensors() {
		names = append(names, info.Name)
	}
	if !slices.Equal(names, []string{"x", "q", "b"}) {
		t.Errorf("in the order %q", names)
	}
	if raw, err := f.Raw("q"); err != nil || string(raw) != "\x01\xff\x80" {
		t.Errorf("%q, %v", raw, err)
	}
	if x, err := f.Tensor("x"); err != nil || x.Data[0] != 1 {
		t.Errorf("%v, %v", x, err)
	}
}

package weights

import (
	"bytes"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sample returns tensors of every kind that can be written: all three types,
// a scalar, an empty one, and names out of order.
func sample() []Tensor {
	return []Tensor{
		{Name: "rnn.weight_ih_l0", Shape: []int{2, 3}, DType: F32, Data: []float32{1, -2, 3.5, 0, 1e-30, 1e30}},
		{Name: "fc.weight", Shape: []int{1, 2}, DType: F16, Data: []float32{0.5, -65504}},
		{Name: "fc.bias", Shape: []int{1}, DType: BF16, Data: []float32{-1.5}},
		{Name: "empty", Shape: []int{0, 4}, DType: F32, Data: []float32{}},
		{Name: "scalar", Shape: nil, DType: F32, Data: []float32{7}},
	}
}

func encoded(t testing.TB, tensors []Tensor, metadata map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, tensors, metadata); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	metadata := map[string]string{"format": "pt", "π\"\\\n\x01": "<é&>\t"}
	data := encoded(t, sample(), metadata)
	inMemory, err := Read(data)
	if err != nil {
		t.Fatal(err)
	}
	streamed, err := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []*File{inMemory, streamed} {
		if d := cmp.Diff(metadata, f.Metadata()); d != "" {
			t.Error(d)
		}
		for _, want := range sample() {
			got, err := f.Tensor(want.Name)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
			dst := make([]float32, len(want.Data))
			if err := f.Into(want.Name, want.Shape, dst); err != nil || !cmp.Equal(dst, want.Data) {
				t.Errorf("Into %s: %v %v", want.Name, dst, err)
			}
		}
	}
	if err := CheckFinite([]Tensor{{Name: "a", Data: []float32{1, float32(math.NaN())}}}); err == nil {
		t.Error("NaN passed")
	}
}

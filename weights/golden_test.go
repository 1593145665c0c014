package weights

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func golden(t *testing.T) *File {
	t.Helper()
	f, err := ReadFile("testdata/golden.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func tensor(t *testing.T, f *File, name string) Tensor {
	t.Helper()
	got, err := f.Tensor(name)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// bitsOf makes comparisons tell NaN payloads and signed zeros apart.
func bitsOf(x []float32) []uint32 {
	b := make([]uint32, len(x))
	for i, v := range x {
		b[i] = math.Float32bits(v)
	}
	return b
}

func TestGoldenValues(t *testing.T) {
	f := golden(t)
	if d := cmp.Diff(map[string]string{"format": "pt \"π\"\t\x01/<&>"}, f.Metadata()); d != "" {
		t.Error(d)
	}
	for _, name := range []string{"half", "brain"} {
		got, want := tensor(t, f, name), tensor(t, f, name+".exact")
		if d := cmp.Diff(bitsOf(want.Data), bitsOf(got.Data)); d != "" {
			t.Errorf("%s: not the values that numpy reads:\n%s", name, d)
		}
		special := tensor(t, f, "special."+name).Data
		if !math.IsInf(float64(special[0]), 1) || !math.IsInf(float64(special[1]), -1) || special[2] == special[2] {
			t.Errorf("special.%s: %v", name, special)
		}
	}
	for _, want := range []Tensor{
		{Name: "matrix", Shape: []int{2, 3}, Data: []float32{0, 1, 2, 3, 4, 5}},
		{Name: "scalar", Data: []float32{7}},
		{Name: "empty", Shape: []int{0, 4}, DType: F16, Data: []float32{}},
		{Name: "naïve \"name\"\n", Shape: []int{1}, DType: F16, Data: []float32{1}},
	} {
		if d := cmp.Diff(want, tensor(t, f, want.Name)); d != "" {
			t.Error(d)
		}
	}
}

// The reference implementation's file is reproduced byte for byte from the
// values before rounding, which checks rounding, order, escapes and padding
// at once.
func TestGoldenBytes(t *testing.T) {
	f := golden(t)
	var tensors []Tensor
	for _, info := range f.Tensors() {
		x := tensor(t, f, info.Name)
		if x.Name == "half" || x.Name == "brain" {
			x.Data = tensor(t, f, "source").Data
		}
		tensors = append(tensors, x)
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(tensors), func(i, j int) { tensors[i], tensors[j] = tensors[j], tensors[i] })
	want, err := os.ReadFile("testdata/golden.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	got := encoded(t, tensors, f.Metadata())
	if !bytes.Equal(got, want) {
		i := 0
		for i < min(len(got), len(want)) && got[i] == want[i] {
			i++
		}
		t.Errorf("%d bytes, want %d, first difference at byte %d:\n%.300q\n%.300q", len(got), len(want), i, got[i:], want[i:])
	}
}

// TestReferenceReads lets the reference implementation read files of ours. It
// runs only where ZOO_PYTHON names a Python that has it (see golden.py).
func TestReferenceReads(t *testing.T) {
	python := os.Getenv("ZOO_PYTHON")
	if python == "" {
		t.Skip("ZOO_PYTHON is not set")
	}
	files := map[string][]byte{
		"sample": encoded(t, sample(), map[string]string{"a": "1", "b": "é\x7f\x00", "": ""}),
		"none":   encoded(t, nil, nil),
		"random": encoded(t, randomTensors(rand.New(rand.NewPCG(2, 3)), 40), nil),
	}
	for name, data := range files {
		path := filepath.Join(t.TempDir(), name+".safetensors")
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(python, "testdata/golden.py", path).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		if d := cmp.Diff(show(t, data), string(out)); d != "" {
			t.Errorf("%s (-ours +reference):\n%s", name, d)
		}
	}
}

// show lists a file as golden.py does.
func show(t *testing.T, data []byte) string {
	f, err := Read(data)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, key := range slices.Sorted(maps.Keys(f.Metadata())) {
		fmt.Fprintf(&out, "metadata %x %x\n", key, f.Metadata()[key])
	}
	infos := f.Tensors()
	slices.SortFunc(infos, func(a, b Info) int { return strings.Compare(a.Name, b.Name) })
	for _, info := range infos {
		var raw []byte
		for _, v := range tensor(t, f, info.Name).Data {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
		fmt.Fprintf(&out, "tensor %x %v %v %s\n", info.Name, info.DType, info.Shape, hex.EncodeToString(raw))
	}
	return out.String()
}

// randomTensors draws tensors of all types and of up to four dimensions.
func randomTensors(r *rand.Rand, n int) []Tensor {
	tensors := make([]Tensor, n)
	for i := range tensors {
		t := Tensor{Name: fmt.Sprintf("t%d.%c", i, 'a'+r.IntN(900)), DType: DType(r.IntN(3))}
		size := 1
		for range r.IntN(5) {
			t.Shape = append(t.Shape, r.IntN(6))
			size *= t.Shape[len(t.Shape)-1]
		}
		t.Data = make([]float32, size)
		for k := range t.Data {
			t.Data[k] = float32(math.Ldexp(r.NormFloat64(), r.IntN(40)-28))
		}
		tensors[i] = t
	}
	return tensors
}

func TestRandomRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 50 {
		tensors := randomTensors(r, r.IntN(20))
		first := encoded(t, tensors, nil)
		f, err := Read(first)
		if err != nil {
			t.Fatal(err)
		}
		for i := range tensors {
			tensors[i] = tensor(t, f, tensors[i].Name)
		}
		// Rounding once is rounding for good.
		if !bytes.Equal(first, encoded(t, tensors, nil)) {
			t.Fatal("a file read and written again has other bytes")
		}
	}
}

package weights

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/gorgonia-zoo/zoo/tokenize"
)

// rate reports how many gigabytes of file are handled in a second.
func rate(b *testing.B, bytes int) {
	b.ReportMetric(float64(bytes)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GB/s")
}

// lstmTensors has the sizes of lstm-imdb: 25,000 words, embedding 100, hidden 256.
func lstmTensors(d DType) []Tensor {
	r := rand.New(rand.NewPCG(1, 1))
	var tensors []Tensor
	for _, t := range []Tensor{
		{Name: "embedding.weight", Shape: []int{25_000, 100}},
		{Name: "rnn.weight_ih_l0", Shape: []int{1024, 100}},
		{Name: "rnn.weight_hh_l0", Shape: []int{1024, 256}},
		{Name: "rnn.bias_ih_l0", Shape: []int{1024}},
		{Name: "rnn.bias_hh_l0", Shape: []int{1024}},
		{Name: "fc.weight", Shape: []int{1, 256}},
		{Name: "fc.bias", Shape: []int{1}},
	} {
		n, _, _ := volume(t.Shape, d)
		t.DType, t.Data = d, make([]float32, n)
		for i := range t.Data {
			t.Data[i] = float32(r.NormFloat64()) * 0.3
		}
		tensors = append(tensors, t)
	}
	return tensors
}

func eachType(b *testing.B, run func(b *testing.B, d DType)) {
	for _, d := range []DType{F32, F16, BF16} {
		b.Run(d.String(), func(b *testing.B) { run(b, d) })
	}
}

func BenchmarkWrite(b *testing.B) {
	eachType(b, func(b *testing.B, d DType) {
		tensors := lstmTensors(d)
		size := len(encoded(b, tensors, nil))
		b.ReportAllocs()
		for b.Loop() {
			if err := Write(io.Discard, tensors, nil); err != nil {
				b.Fatal(err)
			}
		}
		rate(b, size)
	})
}

func BenchmarkInto(b *testing.B) {
	eachType(b, func(b *testing.B, d DType) {
		tensors := lstmTensors(d)
		data := encoded(b, tensors, nil)
		b.ReportAllocs()
		for b.Loop() {
			f, err := Read(data)
			if err != nil {
				b.Fatal(err)
			}
			for _, t := range tensors {
				if err := f.Into(t.Name, t.Shape, t.Data); err != nil {
					b.Fatal(err)
				}
			}
		}
		rate(b, len(data))
	})
}

func BenchmarkStreamed(b *testing.B) {
	tensors := lstmTensors(F16)
	data := encoded(b, tensors, nil)
	for b.Loop() {
		f, err := Open(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			b.Fatal(err)
		}
		for _, t := range tensors {
			if err := f.Into(t.Name, t.Shape, t.Data); err != nil {
				b.Fatal(err)
			}
		}
	}
	rate(b, len(data))
}

func BenchmarkCheckFinite(b *testing.B) {
	eachType(b, func(b *testing.B, d DType) {
		f, err := New(lstmTensors(d), nil)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if err := f.CheckFinite(); err != nil {
				b.Fatal(err)
			}
		}
		rate(b, int(f.Size()))
	})
}

func BenchmarkSHA256(b *testing.B) {
	f, err := New(lstmTensors(F16), nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := f.SHA256(); err != nil {
			b.Fatal(err)
		}
	}
	rate(b, int(f.Size()))
}

// BenchmarkOpenArtefact opens a float16 lstm-imdb, from file to float32 values.
func BenchmarkOpenArtefact(b *testing.B) {
	tensors := lstmTensors(F16)
	a := toy(b, 1)
	var err error
	if a.Weights, err = New(tensors, nil); err != nil {
		b.Fatal(err)
	}
	a.Vocab, err = tokenize.BuildVocab(func(yield func(string) bool) {
		for i := range 24_998 {
			if !yield(fmt.Sprintf("word%d", i*7919)) {
				return
			}
		}
	}, tokenize.VocabConfig{})
	if err != nil {
		b.Fatal(err)
	}
	dir := filepath.Join(b.TempDir(), "m")
	save(b, a, dir)
	fsys := content(b, dir) // memory, as an embedded model
	b.ReportAllocs()
	for b.Loop() {
		a, err := OpenArtefact(fsys)
		if err != nil {
			b.Fatal(err)
		}
		for _, t := range tensors {
			if err := a.Weights.Into(t.Name, t.Shape, t.Data); err != nil {
				b.Fatal(err)
			}
		}
	}
	rate(b, int(a.Weights.Size()))
}

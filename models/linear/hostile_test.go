package linear

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/weights"
)

func TestHostileArtefacts(t *testing.T) {
	c, _ := example(t, configs["tfidf"], 3)
	good, err := c.Artefact(weights.Card{Name: "test"}, weights.F32)
	if err != nil {
		t.Fatal(err)
	}
	small, err := c.Artefact(weights.Card{Name: "test"}, weights.I8)
	if err != nil {
		t.Fatal(err)
	}
	// with returns the tensors of a file with one replaced or left out.
	with := func(a *weights.Artefact, name string, replace func(b *weights.Tensor)) *weights.File {
		var list []weights.Tensor
		for _, info := range a.Weights.Tensors() {
			data, err := a.Weights.Raw(info.Name)
			if err != nil {
				t.Fatal(err)
			}
			b := weights.Tensor{Name: info.Name, DType: info.DType, Shape: info.Shape, Raw: data}
			if info.Name == name {
				if replace == nil {
					continue
				}
				replace(&b)
			}
			list = append(list, b)
		}
		file, err := weights.New(list, nil)
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
	other, err := tokenize.BuildVocab(slices.Values([]string{"x"}), tokenize.VocabConfig{})
	if err != nil {
		t.Fatal(err)
	}
	config := func(s string) func(*weights.Artefact) { return func(a *weights.Artefact) { a.Config = []byte(s) } }
	for _, c := range []struct {
		name, want string
		is         error
		change     func(a *weights.Artefact)
	}{
		{"another model", `"lstm"`, nil, func(a *weights.Artefact) { a.Model = "lstm" }},
		{"no tokenizer", "without a tokenizer", nil, func(a *weights.Artefact) { a.Tokenizer = nil }},
		{"no vocabulary", "without a tokenizer", nil, func(a *weights.Artefact) { a.Vocab = nil }},
		{"one class", "1 classes", nil, func(a *weights.Artefact) { a.Classes = a.Classes[:1] }},
		{"a class less", "want [", weights.ErrShape, func(a *weights.Artefact) { a.Classes = a.Classes[:2] }},
		{"a class twice", "twice", nil, func(a *weights.Artefact) { a.Classes = []string{"a", "b", "a"} }},
		{"no config", "config", nil, config("")},
		{"unknown field", "config", nil, config(`{"vectoriser":{}}`)},
		{"absurd config", "n-grams of 1 to 99", nil, config(`{"vectorizer":{"max_n":99}}`)},
		{"shorter n-grams", "up to 2 words", nil, config(`{"vectorizer":{"weighting":"tfidf"}}`)},
		{"no factors wanted", "idf", weights.ErrExtra, config(`{"vectorizer":{"weighting":"tfidf","max_n":2,"no_idf":true}}`)},
		{"hashed", "want [512 3]", weights.ErrShape, config(`{"vectorizer":{"weighting":"tfidf","max_n":2,"hash":512}}`)},
		{"another vocabulary", "n-grams", errNGrams, func(a *weights.Artefact) { a.Vocab = other }},
		{"absurd temperature", "temperature -1", nil, func(a *weights.Artefact) { a.Preprocess = []byte(`{"temperature":-1}`) }},
		{"unknown preprocessing", "preprocess", nil, func(a *weights.Artefact) { a.Preprocess = []byte(`{"stem":true}`) }},
		{"no n-grams", ngramsName, weights.ErrMissing, func(a *weights.Artefact) { a.Weights = with(a, ngramsName, nil) }},
		{"n-grams of another type", "I8, want U8", weights.ErrDType, func(a *weights.Artefact) {
			a.Weights = with(a, ngramsName, func(b *weights.Tensor) { b.DType = weights.I8 })
		}},
		{"n-grams of two dimensions", ngramsName, weights.ErrShape, func(a *weights.Artefact) {
			a.Weights = with(a, ngramsName, func(b *weights.Tensor) { b.Shape = []int{1, len(b.Raw)} })
		}},
		{"no weight", weightName, weights.ErrMissing, func(a *weights.Artefact) { a.Weights = with(a, weightName, nil) }},
		{"weight of bytes", weightName, weights.ErrDType, func(a *weights.Artefact) {
			a.Weights = with(a, weightName, func(b *weights.Tensor) { b.DType, b.Raw = weights.U8, b.Raw[:len(b.Raw)/4] })
		}},
		{"weight of other rows", weightName, weights.ErrShape, func(a *weights.Artefact) {
			a.Weights = with(a, weightName, func(b *weights.Tensor) { b.Shape, b.Raw = []int{b.Shape[0] - 1, b.Shape[1]}, b.Raw[12:] })
		}},
		{"no bias", biasName, weights.ErrMissing, func(a *weights.Artefact) { a.Weights = with(a, biasName, nil) }},
		{"no factors", idfName, weights.ErrMissing, func(a *weights.Artefact) { a.Weights = with(a, idfName, nil) }},
		{"small without units", scaleName, weights.ErrMissing, func(a *weights.Artefact) { a.Weights = with(small, scaleName, nil) }},
		{"a tensor too many", "extra", weights.ErrExtra, func(a *weights.Artefact) {
			a.Weights = with(a, biasName, func(b *weights.Tensor) {})
			list := []weights.Tensor{weights.Tensor{Name: "extra", Data: []float32{1}, Shape: []int{1}}}
			for _, info := range a.Weights.Tensors() {
				data, _ := a.Weights.Raw(info.Name)
				list = append(list, weights.Tensor{Name: info.Name, DType: info.DType, Shape: info.Shape, Raw: data})
			}
			a.Weights, _ = weights.New(list, nil)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := *good
			c.change(&a)
			_, err := FromArtefact(&a)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "linear: ") {
				t.Fatalf("%v, want an error with %q", err, c.want)
			}
			if c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("%v does not wrap %v", err, c.is)
			}
		})
	}
}

func TestArtefactRefuses(t *testing.T) {
	c, _ := example(t, Config{}, 2)
	if _, err := c.Artefact(weights.Card{}, weights.F64); err == nil {
		t.Error("weights stored as F64")
	}
	c.weight.Write()[0] = float32(math.NaN())
	if _, err := c.Artefact(weights.Card{}, weights.F32); !errors.Is(err, weights.ErrNotFinite) {
		t.Errorf("NaN: %v", err)
	}
}

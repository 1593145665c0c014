package word2vec

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/weights"
)

func vectors(t testing.TB, dim int, words []string, data ...float32) *Vectors {
	t.Helper()
	v, err := NewVectors(words, dim, data)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// royal are four words about two questions, another one, and one of no length.
func royal(t testing.TB) *Vectors {
	return vectors(t, 3, []string{"man", "woman", "king", "queen", "apple", "void"},
		1, 0, 0,
		1, 1, 0,
		1, 0, 2,
		1, 1, 2,
		-5, 0, 0,
		0, 0, 0)
}

func names(n []Neighbour) (words []string) {
	for _, x := range n {
		words = append(words, x.Word)
	}
	return words
}

func TestQueries(t *testing.T) {
	v := royal(t)
	near, err := v.Nearest("man", 3)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"woman", "king", "queen"}, names(near)); d != "" {
		t.Error(d)
	}
	for i, want := range []float64{1 / math.Sqrt2, 1 / math.Sqrt(5), 1 / math.Sqrt(6)} {
		if math.Abs(near[i].Similarity-want) > 1e-6 {
			t.Errorf("%+v, want %v", near[i], want)
		}
	}
	if near, err = v.Nearest("man", 100); err != nil || len(near) != 5 || near[4] != (Neighbour{"apple", -1}) {
		t.Errorf("%v %v", near, err)
	}
	if near, err = v.Analogy("man", "woman", "king", 1); err != nil || near[0].Word != "queen" {
		t.Errorf("%v %v", near, err)
	}
	if s, err := v.Similarity("king", "queen"); err != nil || math.Abs(s-5/math.Sqrt(30)) > 1e-6 {
		t.Errorf("%v %v", s, err)
	}
	if s, err := v.Similarity("void", "queen"); err != nil || s != 0 {
		t.Errorf("a vector of no length: %v %v", s, err)
	}
	if near, err := v.Nearest("man", 0); near != nil || err != nil {
		t.Error(near, err)
	}
	for _, f := range []func() error{
		func() error { _, err := v.Nearest("pear", 1); return err },
		func() error { _, err := v.Analogy("man", "pear", "king", 1); return err },
		func() error { _, err := v.Similarity("man", "pear"); return err },
		func() error { _, err := v.Similarity("pear", "man"); return err },
	} {
		if err := f(); !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), `"pear"`) {
			t.Error(err)
		}
	}
	if w := v.First(2); w.Len() != 2 || names(must(w.Nearest("man", 9)))[0] != "woman" {
		t.Error("not the first two")
	}
}

func must(n []Neighbour, err error) []Neighbour {
	if err != nil {
		panic(err)
	}
	return n
}

func TestNewVectorsRefuses(t *testing.T) {
	nan := float32(math.NaN())
	for name, c := range map[string]struct {
		words []string
		dim   int
		data  []float32
		want  string
	}{
		"no dimensions": {nil, 0, nil, "of 0 dimensions"},
		"too short":     {[]string{"a"}, 2, []float32{1}, "1 numbers for 1 words"},
		"empty word":    {[]string{"a", ""}, 1, []float32{1, 2}, "word 1 is empty"},
		"twice":         {[]string{"a", "b", "a"}, 1, []float32{1, 2, 3}, `words 0 and 2 are both "a"`},
		"NaN":           {[]string{"a", "b"}, 2, []float32{1, 2, 3, nan}, `number 1 of "b" is NaN`},
	} {
		if _, err := NewVectors(c.words, c.dim, c.data); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestArtefact(t *testing.T) {
	v := royal(t)
	for _, d := range []weights.DType{weights.F32, weights.F16} {
		a, err := v.Artefact(Config{}, tokenize.Config{Lower: true}, weights.Card{Name: "royal"}, d)
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(t.TempDir(), "m")
		if err := a.Save(dir); err != nil {
			t.Fatal(err)
		}
		got, card, err := Open(os.DirFS(dir))
		if err != nil || card.Name != "royal" {
			t.Fatal(card.Name, err)
		}
		equal(t, got, v)
	}
	if _, err := vectors(t, 1, []string{tokenize.UNK}, 1).Artefact(Config{}, tokenize.Config{}, weights.Card{}, weights.F32); err == nil {
		t.Error("the unknown word is accepted as a word")
	}
}

func TestFromArtefactRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*weights.Artefact)
		want   string
	}{
		"another model":  {func(a *weights.Artefact) { a.Model = "lstm" }, `model "lstm"`},
		"no vocabulary":  {func(a *weights.Artefact) { a.Vocab = nil }, "vocabulary"},
		"unknown field":  {func(a *weights.Artefact) { a.Config = json.RawMessage(`{"x":1}`) }, "config"},
		"another dim":    {func(a *weights.Artefact) { a.Config = json.RawMessage(`{"dim":4}`) }, "words of 4 dimensions"},
		"absurd dim":     {func(a *weights.Artefact) { a.Config = json.RawMessage(`{"dim":100000}`) }, "dim is 100000"},
		"another tensor": {func(a *weights.Artefact) { a.Weights = file(t, "x", 7, 3) }, "embedding.weight"},
		"fewer rows":     {func(a *weights.Artefact) { a.Weights = file(t, weightName, 6, 3) }, "18 numbers"},
		"another shape":  {func(a *weights.Artefact) { a.Weights = file(t, weightName, 3, 7) }, "embedding.weight"},
	} {
		a, err := royal(t).Artefact(Config{}, tokenize.Config{}, weights.Card{}, weights.F32)
		if err != nil {
			t.Fatal(err)
		}
		c.change(a)
		if _, err := FromArtefact(a); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func file(t testing.TB, name string, shape ...int) *weights.File {
	t.Helper()
	f, err := weights.New([]weights.Tensor{{Name: name, Shape: shape, Data: make([]float32, shape[0]*shape[1])}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAgreement(t *testing.T) {
	pairs, err := ReadPairs(strings.NewReader("# a comment\n\nman\tQueen\t2\nman,woman,9.5\r\nman king 3\nman apple 1 ignored\nman pear 5\n"))
	if err != nil || len(pairs) != 5 {
		t.Fatal(pairs, err)
	}
	if s, n := royal(t).Agreement(pairs); math.Abs(s-1) > 1e-12 || n != 4 {
		t.Errorf("%v over %d, want 1 over 4", s, n)
	}
	pairs[3].Score = 100
	if s, _ := royal(t).Agreement(pairs); math.Abs(s+0.2) > 1e-12 { // ranks 0 2 1 3 and 1 3 2 0
		t.Errorf("%v, want -0.2", s)
	}
	if s, n := royal(t).Agreement(nil); !math.IsNaN(s) || n != 0 {
		t.Error(s, n)
	}
	if d := cmp.Diff([]float64{2.5, 0, 2.5, 1, 4}, ranks([]float64{3, 1, 3, 2, 9})); d != "" {
		t.Error(d)
	}
	for text, want := range map[string]string{"a b\n": "line 1: 2 columns", "a b 1\na b x\n": `line 2, column 3: "x"`, "a b 1\na b NaN": "line 2"} {
		if _, err := ReadPairs(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if p, err := ReadPairs(strings.NewReader("Word 1,Word 2,Human (mean)\n")); err == nil && len(p) != 0 {
		t.Error(p, err)
	}
}

package encoder

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/weights"
)

// With -written DIR, what tests write lies there, each directory beside a file
// of what it should answer; testdata/written.py reads them and says how.
var writtenDir = flag.String("written", "", "directory for the exchange with transformers")

// exchange returns where a test writes a directory, and a function that writes
// what it should answer to exportTexts.
func exchange(t *testing.T, name string) (dir string, answers func(want [][]float64)) {
	t.Helper()
	if *writtenDir == "" {
		return filepath.Join(t.TempDir(), "out"), func([][]float64) {}
	}
	dir = filepath.Join(*writtenDir, name)
	return dir, func(want [][]float64) {
		data, err := json.Marshal(map[string]any{"texts": exportTexts, "want": want})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir+".json", data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// tiny are the encoders of testdata.
var tiny = []string{"bert", "distilbert", "roberta"}

// exportTexts are texts that a written encoder is asked.
var exportTexts = []string{"The film is a small, quiet wonder.", "", "Naïve? Don't-miss it: 10/10!", strings.Repeat("the people remember ", 40)}

// exportedEncoder returns an encoder of testdata.
func exportedEncoder(t *testing.T, name string) *Encoder {
	t.Helper()
	d, err := OpenDirectory(os.DirFS(filepath.Join("testdata", name)))
	if err != nil {
		t.Fatal(err)
	}
	e, err := FromDirectory(d)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// exportedClassifier returns a classifier of three classes around e.
func exportedClassifier(t *testing.T, e *Encoder) *Classifier {
	t.Helper()
	c, err := NewClassifier(e, []string{"ja", "nein", "\"vielleicht\" <&>"})
	if err != nil {
		t.Fatal(err)
	}
	weight, bias := c.Head()
	weight.Normal(3, 1)
	bias.Normal(4, 1)
	if err := c.SetTemperature(1.25); err != nil {
		t.Fatal(err)
	}
	return c
}

// written opens what was written.
func written(t *testing.T, dir string) *Directory {
	t.Helper()
	d, err := OpenDirectory(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWriteDirectory(t *testing.T) {
	for _, name := range tiny {
		for _, s := range []Settings{{Pooling: "mean", MaxTokens: 64}, {Pooling: "cls", Normalize: true, Layers: 1, MaxTokens: 20}, {Pooling: "max", MaxTokens: 3}} {
			e, err := exportedEncoder(t, name).With(s)
			if err != nil {
				t.Fatal(err)
			}
			dir, answers := exchange(t, fmt.Sprintf("%s-%s", name, s.Pooling))
			if err := e.WriteDirectory(dir, weights.Card{Name: "tiny", Licence: "Apache-2.0"}); err != nil {
				t.Fatal(err)
			}
			d := written(t, dir)
			if d.Head != nil || len(d.Skipped) > 0 {
				t.Errorf("%s: head %v, skipped %q", name, d.Head, d.Skipped)
			}
			back, err := FromDirectory(d)
			if err != nil {
				t.Fatal(err)
			}
			if s.Layers = 0; back.Settings() != s || back.Network().Config() != e.Network().Config() {
				t.Errorf("%s: %+v, want %+v", name, back.Settings(), s)
			}
			want, err := e.Embed(context.Background(), exportTexts)
			if err != nil {
				t.Fatal(err)
			}
			got, err := back.Embed(context.Background(), exportTexts)
			if err != nil {
				t.Fatal(err)
			}
			numbers := make([][]float64, len(want))
			for i := range want {
				for _, x := range want[i].Vector {
					numbers[i] = append(numbers[i], float64(x))
				}
				if !slices.Equal(got[i].Vector, want[i].Vector) || got[i].Tokens != want[i].Tokens || got[i].Truncated != want[i].Truncated {
					t.Errorf("%s: %+v: text %d is %+v, want %+v", name, s, i, got[i], want[i])
				}
			}
			answers(numbers)
		}
	}
}

func TestWriteDirectoryOfClassifier(t *testing.T) {
	for _, name := range tiny {
		for _, normalize := range []bool{false, true} {
			e, err := exportedEncoder(t, name).With(Settings{Pooling: "mean", Normalize: normalize, MaxTokens: 30})
			if err != nil {
				t.Fatal(err)
			}
			c := exportedClassifier(t, e)
			dir, answers := exchange(t, fmt.Sprintf("%s-classifier-%v", name, normalize))
			if err := c.WriteDirectory(dir, weights.Card{}); err != nil {
				t.Fatal(err)
			}
			back, err := ClassifierFromDirectory(written(t, dir))
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(back.Classes(), c.Classes()) || back.Temperature() != c.Temperature() {
				t.Errorf("%q at %v, want %q at %v", back.Classes(), back.Temperature(), c.Classes(), c.Temperature())
			}
			want, err := c.PredictAll(context.Background(), exportTexts)
			if err != nil {
				t.Fatal(err)
			}
			got, err := back.PredictAll(context.Background(), exportTexts)
			if err != nil {
				t.Fatal(err)
			}
			numbers := make([][]float64, len(want))
			for i := range want {
				numbers[i] = want[i].Logits
				if !slices.Equal(got[i].Logits, want[i].Logits) || got[i].Label != want[i].Label || got[i].Probability != want[i].Probability {
					t.Errorf("%s: text %d is %+v, want %+v", name, i, got[i], want[i])
				}
			}
			answers(numbers)
		}
	}
}

func TestWriteDirectoryAgain(t *testing.T) {
	c := exportedClassifier(t, exportedEncoder(t, "distilbert"))
	read := func() map[string]string {
		t.Helper()
		dir := filepath.Join(t.TempDir(), "out")
		if err := c.WriteDirectory(dir, weights.Card{Name: "tiny"}); err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			name, _ := filepath.Rel(dir, path)
			files[filepath.ToSlash(name)] = string(data)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	a := read()
	if want := []string{"1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors", "README.md", "config.json", "model.safetensors",
		"modules.json", "sentence_bert_config.json", "tokenizer_config.json", "vocab.txt"}; !slices.Equal(slices.Sorted(maps.Keys(a)), want) {
		t.Errorf("files %q, want %q", slices.Sorted(maps.Keys(a)), want)
	}
	if !maps.Equal(a, read()) {
		t.Error("the same classifier has other bytes")
	}
	for _, want := range []string{`"transformer.layer.1.ffn.lin2.weight"`, `"transformer.layer.0.sa_layer_norm.bias"`, `"format":"pt"`} {
		if !strings.Contains(a["model.safetensors"], want) {
			t.Errorf("no %s in model.safetensors", want)
		}
	}
}

func TestWriteDirectoryRefuses(t *testing.T) {
	e := exportedEncoder(t, "distilbert")
	network := func(edit func(*Config)) *Encoder {
		c := e.network.config
		edit(&c)
		n, err := New(c, 1)
		if err != nil {
			t.Fatal(err)
		}
		return &Encoder{n, e.tokenizer, e.files, e.settings}
	}
	nan := network(func(*Config) {})
	nan.network.norm.bias.Write()[1] = float32(math.NaN())
	layers, err := e.With(Settings{Pooling: "mean", Layers: 2, MaxTokens: 20})
	if err != nil {
		t.Fatal(err)
	}
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "x"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		e    *Encoder
		dir  string
		want string
		is   error
	}{
		{"several layers", layers, "", "the states after the last 2 layers", nil},
		{"segments of DistilBERT", network(func(c *Config) { c.Types = 2 }), "", "cannot have the shape", nil},
		{"another epsilon", network(func(c *Config) { c.LayerNormEps = 1e-5 }), "", "cannot have the shape", nil},
		{"BERT without segments", network(func(c *Config) { c.Architecture = "bert" }), "", "type_vocab_size", ErrDirectory},
		{"no number", nan, "", "embeddings.LayerNorm.bias", weights.ErrNotFinite},
		{"files that are there", e, full, full, fs.ErrExist},
		{"a file", e, filepath.Join(full, "x"), "it is no directory", fs.ErrExist},
	} {
		parent := t.TempDir()
		if c.dir == "" {
			c.dir = filepath.Join(parent, "out")
		}
		err := c.e.WriteDirectory(c.dir, weights.Card{})
		if err == nil || !strings.Contains(err.Error(), c.want) || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
		if entries, _ := os.ReadDir(parent); len(entries) > 0 {
			t.Errorf("%s: leaves %v", c.name, entries)
		}
	}
}

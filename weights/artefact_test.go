package weights

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/gorgonia-zoo/zoo/tokenize"
)

// toy returns an artefact with everything that one can have. Toys of different
// numbers differ in every file.
func toy(t testing.TB, n int) *Artefact {
	t.Helper()
	f, err := New([]Tensor{
		{Name: "embedding.weight", Shape: []int{4, 2}, DType: F16, Data: []float32{1, 2, 3, 4, 5, 6, 7, float32(n)}},
		{Name: "fc.bias", Shape: []int{1}, Data: []float32{0.5}},
	}, map[string]string{"format": "pt"})
	if err != nil {
		t.Fatal(err)
	}
	vocab, err := tokenize.BuildVocab(slices.Values([]string{"good", fmt.Sprintf("bad%d", n)}), tokenize.VocabConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return &Artefact{
		Model:      "lstm",
		Config:     json.RawMessage(fmt.Sprintf(`{"hidden":%d,"pooling":["last","<&>"]}`, n)),
		Tokenizer:  &tokenize.Config{Lower: true},
		Vocab:      vocab,
		Classes:    []string{"negative", "positive"},
		Preprocess: json.RawMessage(`{"truncate":400}`),
		Weights:    f,
		Card: Card{
			Name: "toy", Task: "binary sentiment classification", Description: "A toy.\nTwo lines.",
			Data: "None.", Licence: "Apache-2.0", Date: "2024-02-29",
			Recipe:  Recipe{Command: "zoo train toy", Seed: math.MaxUint64, Options: map[string]string{"epochs": "3", "a|b": "c\nd"}},
			Metrics: map[string]float64{"accuracy": 0.915, "loss": 1e-9},
			Tables:  []Table{{Title: "By length", Columns: []string{"tokens", "accuracy"}, Rows: [][]string{{"<100", "0.9"}}}},
			Limits:  []string{"English only."},
		},
	}
}

// line is an artefact without text.
func line(t testing.TB) *Artefact {
	f, err := New([]Tensor{{Name: "0.weight", Shape: []int{1, 1}, Data: []float32{3}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Artefact{Model: "mlp", Config: json.RawMessage(`{}`), Weights: f, Card: Card{Name: "mlp-line"}}
}

func save(t testing.TB, a *Artefact, dir string) {
	t.Helper()
	if err := a.Save(dir); err != nil {
		t.Fatal(err)
	}
}

// content reads all files of a directory.
func content(t testing.TB, dir string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, path))
		files[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestArtefactRoundTrip(t *testing.T) {
	for _, a := range []*Artefact{toy(t, 9), line(t), translator(t, 9)} {
		dir := filepath.Join(t.TempDir(), "model")
		save(t, a, dir)
		got, err := OpenDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		want := a.Card
		want.Parameters, want.Files = got.Card.Parameters, got.Card.Files
		if d := cmp.Diff(want, got.Card); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff([]any{a.Model, string(a.Config), a.Tokenizer, a.Classes, string(a.Preprocess)},
			[]any{got.Model, string(got.Config), got.Tokenizer, got.Classes, string(got.Preprocess)}); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff(a.Weights.data, got.Weights.data); d != "" {
			t.Error(d)
		}
		sum, err := got.SHA256()
		if err != nil || sum != got.Card.Files[WeightsFile].SHA256 || sum != checksum(a.Weights.data) {
			t.Errorf("%s %v", sum, err)
		}
		files := content(t, dir)
		names := []string{CardFile, MarkdownFile, ConfigFile, WeightsFile}
		if a.Vocab != nil {
			names = append(names, VocabFile)
			if id, ok := got.Vocab.ID("good"); !ok || id != 3 {
				t.Errorf("good has id %d", id)
			}
		}
		for name := range a.Vocabs {
			names = append(names, name+vocabSuffix)
		}
		names = slices.Sorted(slices.Values(slices.AppendSeq(names, maps.Keys(a.Files))))
		only(t, dir, names...)
		if d := cmp.Diff(a.Files, got.Files); d != "" || len(got.Vocabs) != len(a.Vocabs) {
			t.Errorf("%d vocabularies, want %d; %s", len(got.Vocabs), len(a.Vocabs), d)
		}
		if string(files[MarkdownFile].Data) != got.Card.Markdown() {
			t.Error("card.md is not the card's")
		}
		// Read and saved again, into a new place and over itself: the same bytes.
		again := filepath.Join(t.TempDir(), "again")
		save(t, got, again)
		save(t, got, dir)
		for _, d := range []string{again, dir} {
			if d := cmp.Diff(files, content(t, d)); d != "" {
				t.Error(d)
			}
		}
	}
}

func TestMarkdown(t *testing.T) {
	a := toy(t, 1)
	dir := filepath.Join(t.TempDir(), "m")
	save(t, a, dir)
	got := string(content(t, dir)[MarkdownFile].Data)
	for _, want := range []string{
		"# toy\n\nA toy.\nTwo lines.\n\n| model | toy |\n|---|---|\n", "| parameters | 9 |\n", "| licence | Apache-2.0 |\n",
		"| SHA-256 | `" + checksum(a.Weights.data) + "` |\n", "| accuracy | 0.915 |\n| loss | 1e-09 |\n",
		"### By length\n\n| tokens | accuracy |\n|---|---|\n| <100 | 0.9 |\n", "```\nzoo train toy\n```\n",
		"| seed | 18446744073709551615 |\n", `| a\|b | c d |`, "## Limits\n\n- English only.\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

package encoder_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/recipe/encoder"
	"github.com/gorgonia-zoo/zoo/weights"
)

// An encoder is written as a directory that is a model with the same vectors.
func TestExportEncoder(t *testing.T) {
	m, err := zoo.OpenModel(tinyBERT)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "out")
	if err := m.Export(dir + string(filepath.Separator)); err != nil {
		t.Fatal(err)
	}
	back, err := zoo.OpenModel(dir)
	if err != nil {
		t.Fatal(err)
	}
	words := []string{"the film is a small wonder", ""}
	want, err := m.Value.(recipe.Embedder).EmbedTexts(context.Background(), words)
	if err != nil {
		t.Fatal(err)
	}
	got, err := back.Value.(recipe.Embedder).EmbedTexts(context.Background(), words)
	if err != nil || !slices.Equal(got[0].Vector, want[0].Vector) || !slices.Equal(got[1].Vector, want[1].Vector) {
		t.Errorf("vectors %v, want %v, %v", got, want, err)
	}
	for path, says := range map[string]string{
		dir: "it holds files",
		filepath.Join(t.TempDir(), "w.safetensors"):   "names no format that the model knows",
		filepath.Join(t.TempDir(), "absent", "there"): "directory of ",
	} {
		if err := m.Export(path); err == nil || !strings.Contains(err.Error(), says) || !strings.HasPrefix(err.Error(), "zoo: export: ") {
			t.Errorf("%s: %v, want %q", path, err, says)
		}
	}
	if err := m.Export(dir); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over files: %v", err)
	}
}

// A fine-tuned classifier is written with its linear layer, its classes and its
// temperature, and what is written can be tuned further.
func TestExportClassifier(t *testing.T) {
	path := fixture.Reviews(t, 60)
	r, b := tuning(t)
	b.Epochs = 1
	m, saved := fixture.Reopened(t, fixture.Train(t, r, fixture.Texts(t, path), zoo.Run{}))
	dir := filepath.Join(t.TempDir(), "out")
	if err := m.Export(dir); err != nil {
		t.Fatal(err)
	}
	back, err := zoo.OpenModel(dir)
	if err != nil {
		t.Fatal(err)
	}
	words := []string{"a joy", "dull", ""}
	want, err := m.Value.(*encoder.Classifier).PredictAll(context.Background(), words)
	if err != nil {
		t.Fatal(err)
	}
	got, err := back.Value.(*encoder.Classifier).PredictAll(context.Background(), words)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if card := back.Artefact.Card; card.Task != "text classification" || card.Parameters != 2248+2*9 {
		t.Errorf("%+v", card)
	}
	text, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil || !strings.Contains(string(text), "# "+m.Artefact.Card.Name) || !strings.Contains(string(text), m.Artefact.Card.Data) {
		t.Errorf("%s, %v", text, err)
	}
	sum, err := back.SHA256()
	if err != nil {
		t.Fatal(err)
	}
	// The checksum covers the linear layer.
	head := filepath.Join(dir, "2_Dense", "model.safetensors")
	data, err := os.ReadFile(head)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-1] ^= 1
	if err := os.WriteFile(head, data, 0o666); err != nil {
		t.Fatal(err)
	}
	if other, err := zoo.OpenModel(dir); err != nil || other.Checksum == sum {
		t.Errorf("another linear layer has the checksum %s, %v", sum, err)
	}
	// As a file, over a file.
	file := filepath.Join(saved, "w.SafeTensors")
	for range 2 {
		if err := m.Export(file); err != nil {
			t.Fatal(err)
		}
	}
	if f, err := weights.ReadFile(file); err != nil || f.CheckNames(nil) == nil {
		t.Errorf("a file: %v", err)
	}
	tune, err := zoo.FineTuning(dir)
	if err != nil {
		t.Fatal(err)
	}
	tune.Body.(*encoder.Tune).Epochs, tune.Body.(*encoder.Tune).MinSteps = 1, 0
	var log strings.Builder
	fixture.Train(t, tune, fixture.Texts(t, path), zoo.Run{Log: &log})
	if !strings.Contains(log.String(), "goes on from that of") {
		t.Errorf("a new linear layer:\n%s", &log)
	}
}

// Vectors of several layers have no form there.
func TestExportOfLayers(t *testing.T) {
	r, _ := probing(t)
	m := fixture.Train(t, r, fixture.Texts(t, fixture.Reviews(t, 60)), zoo.Run{})
	parent := t.TempDir()
	if err := m.Export(filepath.Join(parent, "out")); err == nil || !strings.Contains(err.Error(), "the states after the last 3 layers") {
		t.Errorf("several layers: %v", err)
	}
	if entries, _ := os.ReadDir(parent); len(entries) > 0 {
		t.Errorf("%v is left", entries)
	}
}

package zoo_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/models/word2vec"
)

// A base that began from vectors of words has its new words begin from them too,
// scaled alike, and gains the words that only the vectors have.
func TestFineTuneFromVectors(t *testing.T) {
	ctx := context.Background()
	r := small(t)
	dim := r.Text.Model.Embedding
	path := filepath.Join(t.TempDir(), "v.vec")
	write := func(numbers func(i int) float32) {
		t.Helper()
		words := []string{"film", "salty", "brilliant", "seldom", "heard"}
		data := make([]float32, len(words)*dim)
		for i := range data {
			data[i] = numbers(i)
		}
		v, err := word2vec.NewVectors(words, dim, data)
		if err != nil {
			t.Fatal(err)
		}
		if err := v.WriteFile(path); err != nil {
			t.Fatal(err)
		}
	}
	vectors := func(i int) float32 { return float32(i%7) - 2.5 }
	write(vectors)
	r.Text.Embeddings, r.Text.FreezeEmbeddings, r.Text.Storage = path, true, "F32"
	m, _, err := zoo.Train(ctx, r, openTexts(t, reviews(t, 120)), zoo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "base")
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	row := func(m *zoo.Model, word string) []float32 {
		t.Helper()
		id, ok := m.Classifier.Vocab().ID(word)
		if !ok {
			t.Fatalf("no word %q", word)
		}
		return m.Classifier.Network().Embedding().Data()[int(id)*dim:][:dim]
	}
	factor := row(m, "film")[0] / vectors(0) // as it was: frozen

	tuning, err := zoo.FineTuning(dir)
	if err != nil {
		t.Fatal(err)
	}
	f := tuning.FineTune
	if f.Embeddings != "" {
		t.Errorf("the default names %s, which does not come with the program", f.Embeddings)
	}
	f.Epochs, f.MinSteps, f.Validation, f.Storage, f.KeepBest = 1, 0, 0, "F32", false
	f.Freeze, f.Optimizer.LearningRate = []string{zoo.EmbeddingLayer}, 1e-9 // as good as none
	f.Embeddings = path
	data := dishes(t, 30)
	var log strings.Builder
	tuned := tune(t, tuning, data, zoo.Run{Log: &log})
	if want := "vectors of 5 new words are trained, 3 of them beginning from " + path; !strings.Contains(log.String(), want) {
		t.Errorf("want %q in:\n%s", want, &log)
	}
	if !strings.Contains(log.String(), "; 3 are added to the vocabulary") { // of the data
		t.Error(log.String())
	}
	for i, word := range []string{"film", "salty", "brilliant", "seldom", "heard"} {
		for k, x := range row(tuned, word) {
			if want := vectors(i*dim+k) * factor; math.Abs(float64(x-want)) > 1e-6 {
				t.Errorf("%s[%d] is %v, want %v", word, k, x, want)
				break
			}
		}
	}
	if got, want := row(tuned, "bitter")[0], row(m, "<unk>")[0]; math.Abs(float64(got-want)) > 1e-6 {
		t.Errorf("a word without a vector begins from %v, the unknown word is %v", got, want)
	}
	// What it hands on to a second fine-tuning is the same factor.
	if err := tuned.Save(filepath.Join(dir, "tuned")); err != nil {
		t.Fatal(err)
	}
	recorded, err := tuned.Recipe()
	if err != nil {
		t.Fatal(err)
	}
	second := recorded
	g := *recorded.FineTune
	second.FineTune = &g
	g.Base, g.BaseSHA256, g.BaseVocab, g.EmbeddingsSHA256, g.EmbeddingsScale = filepath.Join(dir, "tuned"), "", "", "", 0
	used, err := tune(t, second, data, zoo.Run{}).Recipe()
	if err != nil || used.FineTune.EmbeddingsScale != recorded.FineTune.EmbeddingsScale || used.FineTune.EmbeddingsScale != factor {
		t.Errorf("scale %v, then %v, want %v: %v", recorded.FineTune.EmbeddingsScale, used.FineTune.EmbeddingsScale, factor, err)
	}
	if again := tune(t, recorded, data, zoo.Run{}); sha(t, again) != sha(t, tuned) {
		t.Error("the recipe in the card gives other weights")
	}
	said, err := zoo.FineTuning(dir)
	if err != nil {
		t.Fatal(err)
	}
	said.FineTune.Embeddings, said.FineTune.Epochs, said.FineTune.MinSteps = path, 1, 0
	if c := tune(t, said, data, zoo.Run{}).Artefact.Card.Recipe.Command; !strings.Contains(c, "zoo finetune "+dir) || !strings.Contains(c, "--embeddings "+path) {
		t.Error(c)
	}

	f.Embeddings = "none"
	if plain := tune(t, tuning, data, zoo.Run{}); plain.Classifier.Vocab().Len() != tuned.Classifier.Vocab().Len()-2 {
		t.Errorf("%d words without vectors, %d with", plain.Classifier.Vocab().Len(), tuned.Classifier.Vocab().Len())
	}
	f.Embeddings, f.EmbeddingsScale = path, 3
	if _, _, err := zoo.Train(ctx, tuning, openTexts(t, data), zoo.Run{}); !errors.Is(err, zoo.ErrUsage) || !strings.Contains(err.Error(), "the recipe says") {
		t.Error(err)
	}
	f.EmbeddingsScale = 0
	write(func(i int) float32 { return vectors(i + 1) })
	if _, _, err := zoo.Train(ctx, tuning, openTexts(t, data), zoo.Run{}); !errors.Is(err, zoo.ErrUsage) || !strings.Contains(err.Error(), "began from "+path) {
		t.Error(err)
	}
	f.Base, f.BaseSHA256, f.BaseVocab = base(t), "", ""
	if _, _, err := zoo.Train(ctx, tuning, openTexts(t, data), zoo.Run{}); !errors.Is(err, zoo.ErrUsage) || !strings.Contains(err.Error(), "did not begin from vectors") {
		t.Error(err)
	}
}

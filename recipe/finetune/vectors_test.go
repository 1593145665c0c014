package finetune_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/models/word2vec"
	"github.com/gorgonia-zoo/zoo/recipe/finetune"
)

// A base that began from vectors of words has its new words begin from them too,
// scaled alike, and gains the words that only the vectors have.
func TestFineTuneFromVectors(t *testing.T) {
	ctx := context.Background()
	r, b := fixture.Small(t)
	dim := b.Model.Embedding
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
	b.Embeddings, b.FreezeEmbeddings, b.Storage = path, true, "F32"
	m := fixture.Train(t, r, fixture.Texts(t, fixture.Reviews(t, 120)), zoo.Run{})
	dir := filepath.Join(t.TempDir(), "base")
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	row := func(m *zoo.Model, word string) []float32 {
		t.Helper()
		id, ok := classifier(m).Vocab().ID(word)
		if !ok {
			t.Fatalf("no word %q", word)
		}
		return classifier(m).Network().Embedding().Data()[int(id)*dim:][:dim]
	}
	factor := row(m, "film")[0] / vectors(0) // as it was: frozen

	tuning, err := zoo.FineTuning(dir)
	if err != nil {
		t.Fatal(err)
	}
	f := of(tuning)
	if f.Embeddings != "" {
		t.Errorf("the default names %s, which does not come with the program", f.Embeddings)
	}
	f.Epochs, f.MinSteps, f.Validation, f.Storage, f.KeepBest = 1, 0, 0, "F32", false
	f.Freeze, f.Optimizer.LearningRate = []string{finetune.EmbeddingLayer}, 1e-9 // as good as none
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
	recorded := fixture.MadeBy(t, tuned)
	scale := of(recorded).EmbeddingsScale
	second := recorded
	g := *of(recorded)
	second.Body = &g
	g.Base, g.BaseSHA256, g.BaseVocab, g.EmbeddingsSHA256, g.EmbeddingsScale = filepath.Join(dir, "tuned"), "", "", "", 0
	if used := of(fixture.MadeBy(t, tune(t, second, data, zoo.Run{}))).EmbeddingsScale; used != scale || used != factor {
		t.Errorf("scale %v, then %v, want %v", scale, used, factor)
	}
	if again := tune(t, recorded, data, zoo.Run{}); fixture.SHA(t, again) != fixture.SHA(t, tuned) {
		t.Error("the recipe in the card gives other weights")
	}
	said, err := zoo.FineTuning(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := of(said)
	s.Embeddings, s.Epochs, s.MinSteps = path, 1, 0
	if c := tune(t, said, data, zoo.Run{}).Artefact.Card.Recipe.Command; !strings.Contains(c, "zoo finetune "+dir) || !strings.Contains(c, "--embeddings "+path) {
		t.Error(c)
	}

	f.Embeddings = "none"
	if plain := tune(t, tuning, data, zoo.Run{}); classifier(plain).Vocab().Len() != classifier(tuned).Vocab().Len()-2 {
		t.Errorf("%d words without vectors, %d with", classifier(plain).Vocab().Len(), classifier(tuned).Vocab().Len())
	}
	f.Embeddings, f.EmbeddingsScale = path, 3
	if _, _, err := zoo.Train(ctx, tuning, fixture.Texts(t, data), zoo.Run{}); !errors.Is(err, zoo.ErrUsage) || !strings.Contains(err.Error(), "the recipe says") {
		t.Error(err)
	}
	f.EmbeddingsScale = 0
	write(func(i int) float32 { return vectors(i + 1) })
	if _, _, err := zoo.Train(ctx, tuning, fixture.Texts(t, data), zoo.Run{}); !errors.Is(err, zoo.ErrUsage) || !strings.Contains(err.Error(), "began from "+path) {
		t.Error(err)
	}
	f.Base, f.BaseSHA256, f.BaseVocab = base(t), "", ""
	if _, _, err := zoo.Train(ctx, tuning, fixture.Texts(t, data), zoo.Run{}); !errors.Is(err, zoo.ErrUsage) || !strings.Contains(err.Error(), "did not begin from vectors") {
		t.Error(err)
	}
}

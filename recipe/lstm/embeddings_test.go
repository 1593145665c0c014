package lstm_test

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
)

// rms is the root of the mean square of the numbers of some words.
func rms(table []float32, dim int, c *zoo.LSTMClassifier, words ...string) float64 {
	sum := 0.0
	for _, w := range words {
		id, _ := c.Vocab().ID(w)
		for _, x := range table[int(id)*dim:][:dim] {
			sum += float64(x) * float64(x)
		}
	}
	return math.Sqrt(sum / float64(dim*len(words)))
}

func TestEmbeddings(t *testing.T) {
	ctx := context.Background()
	data := fixture.Texts(t, fixture.Reviews(t, 120))
	r, b := fixture.Small(t)
	dim := b.Model.Embedding
	path := filepath.Join(t.TempDir(), "v.vec")
	write := func(words []string, dim int, first float32) {
		t.Helper()
		numbers := make([]float32, len(words)*dim)
		for i := range numbers {
			numbers[i] = first + float32(i%7) - 3
		}
		v, err := word2vec.NewVectors(words, dim, numbers)
		if err != nil {
			t.Fatal(err)
		}
		if err := v.WriteFile(path); err != nil {
			t.Fatal(err)
		}
	}
	write([]string{"film", "brilliant", "nobody-says-this"}, dim, 0.5)
	b.Embeddings, b.FreezeEmbeddings = path, true
	var log strings.Builder
	dir := t.TempDir()
	m := fixture.Train(t, r, data, zoo.Run{Log: &log, Checkpoints: dir})
	c := m.Value.(*zoo.LSTMClassifier)
	if !strings.Contains(log.String(), "frozen: 2 of ") {
		t.Error(log.String())
	}
	recorded := fixture.MadeBy(t, m)
	if print := recorded.Body.(*zoo.TextRecipe).EmbeddingsSHA256; len(print) != 64 {
		t.Fatalf("the card has the fingerprint %q", print)
	}
	if c := m.Artefact.Card.Recipe.Command; !strings.Contains(c, "--data") {
		t.Error(c)
	}
	// Frozen rows are the vectors, all by one factor.
	table := c.Network().Embedding().Data()
	if got := rms(table, dim, c, "film", "brilliant"); math.Abs(got-0.1) > 1e-3 {
		t.Errorf("the vectors have a standard deviation of %v, want 0.1", got)
	}
	row := func(w string) []float32 {
		id, ok := c.Vocab().ID(w)
		if !ok {
			t.Fatalf("no word %q", w)
		}
		return table[int(id)*dim:][:dim]
	}
	factor := row("film")[0] / (0.5 - 3)
	for k, x := range row("film") {
		if want := (0.5 + float32(k%7) - 3) * factor; x-want > 1e-3 || want-x > 1e-3 {
			t.Fatalf("film[%d] is %v, want %v", k, x, want)
		}
	}
	// The recipe in the card makes the same model, and notices other vectors.
	want := fixture.SHA(t, m)
	if got := fixture.SHA(t, fixture.Train(t, recorded, data, zoo.Run{})); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	b.FreezeEmbeddings = false
	if fixture.SHA(t, fixture.Train(t, r, data, zoo.Run{})) == want {
		t.Error("tuned and frozen embeddings give the same weights")
	}
	b.EmbeddingsStd = 0.2
	scaled := fixture.Train(t, r, data, zoo.Run{Steps: 1}).Value.(*zoo.LSTMClassifier)
	if x := scaled.Network().Embedding().Data(); !(rms(x, dim, scaled, "film", "brilliant") > 1.8*rms(table, dim, c, "film", "brilliant")) {
		t.Error("twice the standard deviation makes no longer vectors")
	}
	b.EmbeddingsStd, b.FreezeEmbeddings = 0, true
	write([]string{"film", "brilliant"}, dim, 0.25)
	if _, _, err := zoo.Train(ctx, recorded, data, zoo.Run{}); !errors.Is(err, zoo.ErrUsage) || !strings.Contains(err.Error(), "others than the recipe's") {
		t.Error(err)
	}
	b.Epochs++
	if _, _, err := zoo.Train(ctx, r, data, zoo.Run{Checkpoints: dir, Resume: true}); err == nil || !strings.Contains(err.Error(), "recipe was") {
		t.Errorf("resumed from other vectors: %v", err)
	}
	for name, c := range map[string]struct {
		words []string
		dim   int
		want  string
	}{
		"dimensions": {[]string{"film"}, dim + 1, "dimensions, the model's have"},
		"no word":    {[]string{"nobody-says-this"}, dim, "no vector for any"},
	} {
		write(c.words, c.dim, 0.5)
		if _, _, err := zoo.Train(ctx, r, data, zoo.Run{}); !errors.Is(err, zoo.ErrUsage) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	b.Embeddings = ""
	if _, _, err := zoo.Train(ctx, r, data, zoo.Run{}); !errors.Is(err, zoo.ErrUsage) {
		t.Errorf("frozen without vectors: %v", err)
	}
}

package zoo_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/models/word2vec"
)

// smallWords is a recipe of vectors for small tables.
func smallWords(t *testing.T) zoo.Recipe {
	t.Helper()
	r, err := zoo.ReadRecipe("word2vec-imdb")
	if err != nil {
		t.Fatal(err)
	}
	r.Name = "small"
	r.Word2Vec.Model.Dim, r.Word2Vec.Vocab.MinCount, r.Word2Vec.Epochs = 12, 2, 3
	return r
}

func TestWord2VecTrainSaveLoad(t *testing.T) {
	ctx := context.Background()
	data := openTexts(t, reviews(t, 300))
	m, result, err := zoo.Train(ctx, smallWords(t), data, zoo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	if m.Word2Vec == nil || m.Word2Vec.Dim() != 12 || result.Epochs != 3 {
		t.Fatalf("%+v", result)
	}
	dir := filepath.Join(t.TempDir(), "m")
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	v, print, err := zoo.OpenVectors(dir)
	if err != nil {
		t.Fatal(err)
	}
	if sum, err := m.Artefact.SHA256(); err != nil || sum != print {
		t.Errorf("fingerprint %s, want %s, %v", print, sum, err)
	}
	// Every format holds the same vectors.
	for _, name := range []string{"v.bin", "v.vec", "v.txt.gz"} {
		path := filepath.Join(t.TempDir(), name)
		if err := m.Export(path); err != nil {
			t.Fatal(err)
		}
		again, _, err := zoo.OpenVectors(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range v.Words() {
			a, _ := v.Vector(w)
			b, ok := again.Vector(w)
			if !ok || a[0] != b[0] || a[11] != b[11] {
				t.Fatalf("%s: %q is %v, want %v", name, w, b, a)
			}
		}
	}
	if _, _, err := zoo.OpenVectors("mlp-line"); !errors.Is(err, zoo.ErrUsage) || !strings.Contains(err.Error(), `kind "mlp"`) {
		t.Error(err)
	}
	if _, _, err := zoo.OpenVectors("no-such-file"); !errors.Is(err, zoo.ErrUsage) {
		t.Error(err)
	}
}

// A run that stops between two steps and is resumed ends in the same bytes.
func TestWord2VecResume(t *testing.T) {
	ctx := context.Background()
	data := openTexts(t, reviews(t, 300))
	sum := func(run zoo.Run) string {
		t.Helper()
		m, _, err := zoo.Train(ctx, smallWords(t), data, run)
		if err != nil {
			t.Fatal(err)
		}
		s, err := m.Artefact.SHA256()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	want := sum(zoo.Run{})
	dir := t.TempDir()
	if part := sum(zoo.Run{Checkpoints: dir, Steps: 5}); part == want {
		t.Fatal("5 steps are the whole run")
	}
	if got := sum(zoo.Run{Checkpoints: dir, Resume: true}); got != want {
		t.Errorf("resumed %s, want %s", got, want)
	}
	other := smallWords(t)
	other.Word2Vec.Model.Window = 2
	if _, _, err := zoo.Train(ctx, other, data, zoo.Run{Checkpoints: dir, Resume: true}); err == nil {
		t.Error("resumed with another window")
	}
}

// Phrases are words of the vocabulary, the same on any number of cores and by
// the recipe in the card.
func TestWord2VecPhrases(t *testing.T) {
	ctx := context.Background()
	data := openTexts(t, reviews(t, 300))
	r := smallWords(t)
	r.Word2Vec.Phrases = word2vec.PhraseConfig{Passes: 2, Thresholds: []float64{10, 5}}
	dir := t.TempDir()
	var log strings.Builder
	m, _, err := zoo.Train(ctx, r, data, zoo.Run{Log: &log, Checkpoints: dir})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "phrases of ") {
		t.Error(log.String())
	}
	for _, phrase := range []string{"its_plot", "warm_and_funny"} {
		if id, ok := m.Artefact.Vocab.ID(phrase); !ok || id < 1 {
			t.Errorf("no %q in the vocabulary", phrase)
		}
	}
	if near, err := m.Word2Vec.Nearest("its_plot", 3); err != nil || len(near) != 3 {
		t.Errorf("%v, %v", near, err)
	}
	if _, ok := m.Word2Vec.Vector("its"); ok {
		t.Error(`"its" has a vector, though "plot" is behind it everywhere`)
	}
	sum := func(m *zoo.Model) string {
		t.Helper()
		s, err := m.Artefact.SHA256()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	recorded, err := m.Recipe()
	if err != nil {
		t.Fatal(err)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one, _, err := zoo.Train(ctx, recorded, data, zoo.Run{})
	if err != nil || sum(one) != sum(m) {
		t.Errorf("on one core %s, want %s: %v", sum(one), sum(m), err)
	}
	// A run does not go on with other phrases.
	r.Word2Vec.Phrases.Thresholds[1] = 6
	if _, _, err := zoo.Train(ctx, r, data, zoo.Run{Checkpoints: dir, Resume: true}); err == nil || !strings.Contains(err.Error(), "recipe was") {
		t.Errorf("resumed with other thresholds: %v", err)
	}
	// The command says what the flag can.
	imdb, err := zoo.ReadRecipe("word2vec-imdb")
	if err != nil {
		t.Fatal(err)
	}
	imdb.Word2Vec.Phrases.Passes = 2
	for want, minCount := range map[string]int{"zoo train word2vec-imdb --data DATA --phrases 2 --seed 1 ": 0, "zoo train RECIPE.json --data DATA --seed 1 ": 4} {
		imdb.Word2Vec.Phrases.MinCount = minCount
		m, _, err := zoo.Train(ctx, imdb, data, zoo.Run{Steps: 1})
		if err != nil {
			t.Fatal(err)
		}
		if c := m.Artefact.Card.Recipe.Command; !strings.HasPrefix(c, want) {
			t.Errorf("%q, want %q", c, want)
		}
	}
}

func TestWord2VecRecipeRefuses(t *testing.T) {
	for name, change := range map[string]func(*zoo.Word2VecRecipe){
		"keep":      func(r *zoo.Word2VecRecipe) { r.Keep = -1 },
		"specials":  func(r *zoo.Word2VecRecipe) { r.Vocab.Specials = []string{"<unk>", "x"} },
		"adam":      func(r *zoo.Word2VecRecipe) { r.Optimizer.Kind = "adam" },
		"momentum":  func(r *zoo.Word2VecRecipe) { r.Optimizer.Momentum = 0.9 },
		"clip":      func(r *zoo.Word2VecRecipe) { r.ClipNorm = 1 },
		"schedule":  func(r *zoo.Word2VecRecipe) { r.Schedule.Kind = "cosine" },
		"storage":   func(r *zoo.Word2VecRecipe) { r.Storage = "I8" },
		"dim":       func(r *zoo.Word2VecRecipe) { r.Model.Dim = -1 },
		"epochs":    func(r *zoo.Word2VecRecipe) { r.Epochs = 0 },
		"no words":  func(r *zoo.Word2VecRecipe) { r.Vocab.MinCount = 1 << 20 },
		"passes":    func(r *zoo.Word2VecRecipe) { r.Phrases.Passes = -1 },
		"threshold": func(r *zoo.Word2VecRecipe) { r.Phrases.Thresholds = []float64{100} },
		"keep best": func(r *zoo.Word2VecRecipe) { r.KeepBest = true },
	} {
		r := smallWords(t)
		change(r.Word2Vec)
		if _, _, err := zoo.Train(context.Background(), r, openTexts(t, reviews(t, 20)), zoo.Run{}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// rms is the root of the mean square of the numbers of some words.
func rms(table []float32, dim int, m *zoo.Model, words ...string) float64 {
	sum := 0.0
	for _, w := range words {
		id, _ := m.Classifier.Vocab().ID(w)
		for _, x := range table[int(id)*dim:][:dim] {
			sum += float64(x) * float64(x)
		}
	}
	return math.Sqrt(sum / float64(dim*len(words)))
}

func TestEmbeddings(t *testing.T) {
	ctx := context.Background()
	data := openTexts(t, reviews(t, 120))
	r := small(t)
	dim := r.Text.Model.Embedding
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
	r.Text.Embeddings, r.Text.FreezeEmbeddings = path, true
	var log strings.Builder
	dir := t.TempDir()
	m, _, err := zoo.Train(ctx, r, data, zoo.Run{Log: &log, Checkpoints: dir})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "frozen: 2 of ") {
		t.Error(log.String())
	}
	recorded, err := m.Recipe()
	if err != nil || len(recorded.Text.EmbeddingsSHA256) != 64 {
		t.Fatalf("%v: the card has the fingerprint %q", err, recorded.Text.EmbeddingsSHA256)
	}
	if c := m.Artefact.Card.Recipe.Command; !strings.Contains(c, "--data") {
		t.Error(c)
	}
	// Frozen rows are the vectors, all by one factor.
	table := m.Classifier.Network().Embedding().Data()
	if got := rms(table, dim, m, "film", "brilliant"); math.Abs(got-0.1) > 1e-3 {
		t.Errorf("the vectors have a standard deviation of %v, want 0.1", got)
	}
	row := func(w string) []float32 {
		id, ok := m.Classifier.Vocab().ID(w)
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
	again, _, err := zoo.Train(ctx, recorded, data, zoo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	a, _ := m.Artefact.SHA256()
	if b, _ := again.Artefact.SHA256(); a != b {
		t.Errorf("%s, want %s", b, a)
	}
	r.Text.FreezeEmbeddings = false
	tuned, _, err := zoo.Train(ctx, r, data, zoo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := tuned.Artefact.SHA256(); a == b {
		t.Error("tuned and frozen embeddings give the same weights")
	}
	r.Text.EmbeddingsStd = 0.2
	scaled, _, err := zoo.Train(ctx, r, data, zoo.Run{Steps: 1})
	if err != nil {
		t.Fatal(err)
	}
	if x := scaled.Classifier.Network().Embedding().Data(); !(rms(x, dim, scaled, "film", "brilliant") > 1.8*rms(table, dim, m, "film", "brilliant")) {
		t.Error("twice the standard deviation makes no longer vectors")
	}
	r.Text.EmbeddingsStd, r.Text.FreezeEmbeddings = 0, true
	write([]string{"film", "brilliant"}, dim, 0.25)
	if _, _, err := zoo.Train(ctx, recorded, data, zoo.Run{}); !errors.Is(err, zoo.ErrUsage) || !strings.Contains(err.Error(), "others than the recipe's") {
		t.Error(err)
	}
	r.Text.Epochs++
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
	r.Text.Embeddings = ""
	if _, _, err := zoo.Train(ctx, r, data, zoo.Run{}); !errors.Is(err, zoo.ErrUsage) {
		t.Errorf("frozen without vectors: %v", err)
	}
}

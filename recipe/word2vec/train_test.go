package word2vec_test

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/models/word2vec"
)

// small is a recipe of vectors for small tables, and its body.
func small(t *testing.T) (zoo.Recipe, *zoo.Word2VecRecipe) {
	t.Helper()
	r := fixture.Recipe(t, "word2vec-imdb")
	r.Name = "small"
	b := r.Body.(*zoo.Word2VecRecipe)
	b.Model.Dim, b.Vocab.MinCount, b.Epochs = 12, 2, 3
	return r, b
}

func TestWord2VecTrainSaveLoad(t *testing.T) {
	ctx := context.Background()
	data := fixture.Texts(t, fixture.Reviews(t, 300))
	r, _ := small(t)
	m, result, err := zoo.Train(ctx, r, data, zoo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := m.Value.(*zoo.WordVectors); !ok || v.Dim() != 12 || result.Epochs != 3 {
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
	data := fixture.Texts(t, fixture.Reviews(t, 300))
	sum := func(run zoo.Run) string {
		t.Helper()
		r, _ := small(t)
		return fixture.SHA(t, fixture.Train(t, r, data, run))
	}
	want := sum(zoo.Run{})
	dir := t.TempDir()
	if part := sum(zoo.Run{Checkpoints: dir, Steps: 5}); part == want {
		t.Fatal("5 steps are the whole run")
	}
	if got := sum(zoo.Run{Checkpoints: dir, Resume: true}); got != want {
		t.Errorf("resumed %s, want %s", got, want)
	}
	other, b := small(t)
	b.Model.Window = 2
	if _, _, err := zoo.Train(context.Background(), other, data, zoo.Run{Checkpoints: dir, Resume: true}); err == nil {
		t.Error("resumed with another window")
	}
}

// Phrases are words of the vocabulary, the same on any number of cores and by
// the recipe in the card.
func TestWord2VecPhrases(t *testing.T) {
	ctx := context.Background()
	data := fixture.Texts(t, fixture.Reviews(t, 300))
	r, b := small(t)
	b.Phrases = word2vec.PhraseConfig{Passes: 2, Thresholds: []float64{10, 5}}
	dir := t.TempDir()
	var log strings.Builder
	m := fixture.Train(t, r, data, zoo.Run{Log: &log, Checkpoints: dir})
	vectors := m.Value.(*zoo.WordVectors)
	if !strings.Contains(log.String(), "phrases of ") {
		t.Error(log.String())
	}
	for _, phrase := range []string{"its_plot", "warm_and_funny"} {
		if id, ok := m.Artefact.Vocab.ID(phrase); !ok || id < 1 {
			t.Errorf("no %q in the vocabulary", phrase)
		}
	}
	if near, err := vectors.Nearest("its_plot", 3); err != nil || len(near) != 3 {
		t.Errorf("%v, %v", near, err)
	}
	if _, ok := vectors.Vector("its"); ok {
		t.Error(`"its" has a vector, though "plot" is behind it everywhere`)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one := fixture.Train(t, fixture.MadeBy(t, m), data, zoo.Run{})
	if got, want := fixture.SHA(t, one), fixture.SHA(t, m); got != want {
		t.Errorf("on one core %s, want %s", got, want)
	}
	// A run does not go on with other phrases.
	b.Phrases.Thresholds[1] = 6
	if _, _, err := zoo.Train(ctx, r, data, zoo.Run{Checkpoints: dir, Resume: true}); err == nil || !strings.Contains(err.Error(), "recipe was") {
		t.Errorf("resumed with other thresholds: %v", err)
	}
	// The command says what the flag can.
	imdb := fixture.Recipe(t, "word2vec-imdb")
	phrases := &imdb.Body.(*zoo.Word2VecRecipe).Phrases
	phrases.Passes = 2
	for want, minCount := range map[string]int{"zoo train word2vec-imdb --data DATA --phrases 2 --seed 1 ": 0, "zoo train RECIPE.json --data DATA --seed 1 ": 4} {
		phrases.MinCount = minCount
		if c := fixture.Train(t, imdb, data, zoo.Run{Steps: 1}).Artefact.Card.Recipe.Command; !strings.HasPrefix(c, want) {
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
		r, b := small(t)
		change(b)
		if _, _, err := zoo.Train(context.Background(), r, fixture.Texts(t, fixture.Reviews(t, 20)), zoo.Run{}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
